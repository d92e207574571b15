# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that no link of a document may lead to, whatever name or redirect hides them, and connections to the others.

PRIVATE to the collection.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import typing as t
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
# what clouds tell their machines, passwords among it, where that is no link-local address
_METADATA = frozenset(
    ipaddress.ip_address(one) for one in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
_HERE = ipaddress.ip_network("0.0.0.0/8")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(OSError):
    """An address that is not asked."""


def is_forbidden(address: str) -> bool:
    """Link-local, multicast, broadcast, unspecified, or what tells a machine of a cloud about itself; also within an IPv6 address."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _TRANSLATED or (int(found) >> 32 == 0 and int(found) > 1):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_forbidden(str(inner))
        site_local = found.is_site_local
    else:
        site_local = found in _HERE or str(found) == "255.255.255.255"
    return site_local or found.is_link_local or found.is_multicast or found.is_unspecified or found in _METADATA


def allowed(host: str, port: int) -> list[str]:
    """The addresses of a host that may be asked. Forbidden where it has others only; socket.gaierror."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    kept = [one for one in dict.fromkeys(found) if not is_forbidden(one)]
    if not kept:
        raise Forbidden(f"{host} is {found[0]}" if found else host)
    return kept


def dial(host: str, port: int, timeout: float | None) -> socket.socket:
    """A connection to an address that was looked at: the name is not resolved a second time. OSError."""
    last: OSError | None = None
    for address in allowed(host, port):
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as exc:
            last = exc
    raise last or Forbidden(host)


def by_proxy(url: str) -> bool:
    """Whether a proxy of the environment is asked for this address, and so resolves its name."""
    parts = urlsplit(url)
    return bool(getproxies().get(parts.scheme.lower())) and not proxy_bypass(parts.hostname or "")


def refuse_by_proxy(url: str) -> None:
    """Forbidden where what a proxy would be asked for is one of those addresses, as far as that can be told from here."""
    parts = urlsplit(url)
    try:
        allowed(parts.hostname or "", parts.port or 80)
    except socket.gaierror:
        return


class PlainConnection(http.client.HTTPConnection):
    """Over ``dial``."""

    def connect(self) -> None:
        self.sock = dial(self.host, self.port, self.timeout)


class TlsConnection(http.client.HTTPSConnection):
    """Over ``dial``."""

    def __init__(self, host: str, *, context: ssl.SSLContext, **options: t.Any) -> None:
        super().__init__(host, context=context, **options)
        self._trust = context

    def connect(self) -> None:
        self.sock = self._trust.wrap_socket(dial(self.host, self.port, self.timeout), server_hostname=self.host)


def trust(validate: bool, ca_path: str | None, client_cert: str | None, client_key: str | None) -> ssl.SSLContext:
    """What a TLS connection needs. OSError, ssl.SSLError."""
    context = ssl.create_default_context()
    if not validate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif ca_path:
        context.load_verify_locations(cafile=ca_path)
    if client_cert:
        context.load_cert_chain(client_cert, client_key)
    return context


__all__ = ("Forbidden", "PlainConnection", "TlsConnection", "by_proxy", "dial", "is_forbidden", "refuse_by_proxy", "trust")
