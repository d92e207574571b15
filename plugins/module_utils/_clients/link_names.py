# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a name that cannot be resolved is gone, or nothing can be resolved here. PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import socket
import threading
import typing as t
from urllib.parse import urlsplit

from .._addresses import by_proxy
from .._finding import CannotObserve
from .._http import HttpFailure, public_url
from .._phrase import phrase
from .._runner import Runner
from .link_answers import DEAD, UNKNOWN, Verdict

_PATIENCE = 5.0
_HOSTS = "/etc/hosts"


class NameServers:
    """Dead is a name alone that the name servers say does not exist, while they know another one."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def judged(self, verdicts: t.Mapping[str, Verdict], failures: t.Mapping[str, HttpFailure]) -> dict[str, Verdict]:
        absent = {url for url, failure in failures.items() if url in verdicts and failure.detail == "no_such_name"}
        if not absent:
            return dict(verdicts)
        known = self._known(verdicts, failures)
        out = dict(verdicts)
        for url in absent:
            host, where = _host(url), public_url(url)
            witness = known or self._parent(host)
            if witness:
                said = phrase(
                    "{url:path}: the name servers of this controller know no {host} (they know {other})",
                    url=where,
                    host=host,
                    other=witness,
                )
                out[url] = Verdict(DEAD, said)
            else:
                said = phrase(
                    "{url:path}: {host} cannot be resolved to an address, and no other name could be here: it may be the name servers",
                    url=where,
                    host=host,
                )
                out[url] = Verdict(UNKNOWN, said)
        return out

    def _known(self, verdicts: t.Mapping[str, Verdict], failures: t.Mapping[str, HttpFailure]) -> str:
        """A name that name servers have resolved, not a file of this machine nor a proxy."""
        written = self._written()
        for url in verdicts:
            failure, host = failures.get(url), _host(url)
            unasked = failure is None and verdicts[url].state == UNKNOWN and verdicts[url].answer is None
            if unasked or (failure and failure.kind not in ("refused", "tls", "protocol")) or by_proxy(url):
                continue
            if "." in host and not _is_number(host) and host not in written and not host.endswith(".localhost"):
                return host
        return ""

    def _written(self) -> set[str]:
        try:
            lines = self.runner.read_text(_HOSTS, max_bytes=2**20).splitlines()
        except CannotObserve:
            return set()
        return {name.lower() for line in lines for name in line.partition("#")[0].split()[1:]}

    def _parent(self, host: str) -> str:
        """The nearest name above a host that has an address."""
        labels = host.split(".")
        for start in range(1, max(1, len(labels) - 1)):
            name = ".".join(labels[start:])
            if name not in self._written() and self._resolves(name):
                return name
        return ""

    def _resolves(self, name: str) -> bool:
        found: list[bool] = []

        def ask() -> None:
            try:
                socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
                found.append(True)
            except (OSError, UnicodeError):
                pass

        thread = threading.Thread(target=ask, daemon=True)  # a resolver waits as long as it likes
        thread.start()
        try:
            thread.join(self.runner.remaining(_PATIENCE))
        except CannotObserve:
            return False
        return bool(found)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


__all__ = ("NameServers",)
