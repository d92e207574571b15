# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a flow leads, ``HOST:PORT`` or a name, and a server whose port need not be named. PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import re

from ._argspec import ArgumentsRefused

_NAME = re.compile(r"[^\s/@:\[\]?#]+")


def destination(to: str, protocol: str) -> tuple[str, int]:
    """Host and port of ``to`` (0 for a name alone). ArgumentsRefused."""
    if protocol == "dns":
        if not _NAME.fullmatch(to) or re.fullmatch(r"[0-9.]+", to):  # an address always resolves, to itself
            raise ArgumentsRefused([f"to: '{to}' is not a name; expected for dns for example ldap.example.org"])
        return to, 0
    match = re.fullmatch(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<name>[^\[\]]+)):(?P<port>[0-9]+)", to)
    if match and 1 <= int(match["port"][:6]) <= 65535:
        host = match["v6"] or match["name"]
        if is_address(host) if match["v6"] else _NAME.fullmatch(host):
            return host, int(match["port"])
    raise ArgumentsRefused([f"to: '{to}' is not HOST:PORT; expected for example ldap.example.org:636 or [2001:db8::1]:636"])


def server_of(option: str, text: str, usual: int) -> tuple[str, int]:
    """Host and port of ``ntp.example.org``, ``192.0.2.1:123`` or ``[2001:db8::1]:123``. ArgumentsRefused.

    ``usual``: the port of a server without one.
    """
    named = text
    if is_address(text) and ":" in text:
        named = f"[{text}]:{usual}"
    elif not re.search(r":[0-9]+$", text):
        named = f"{text}:{usual}"
    try:
        return destination(named, "tcp")
    except ArgumentsRefused:
        raise ArgumentsRefused([f"{option}: '{text}' is not a server; expected for example ntp.example.org or 192.0.2.1:{usual}"]) from None


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


__all__ = ("destination", "is_address", "server_of")
