# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names and addresses that a host gives itself, under which its lines may lie in a log store. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket

from .._finding import CannotObserve
from .._runner import Runner

PATIENCE = 3.0  # seconds for the full name, for which a name server may be asked
MOST = 64
_LOCAL = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\s+/32 host LOCAL")


def own_names(runner: Runner) -> list[str]:
    """The host's name, its full name where it knows one, and its addresses that others can see."""
    names = [socket.gethostname()]
    with contextlib.suppress(CannotObserve):
        answer = runner.run(["hostname", "-f"], timeout=PATIENCE)
        full = answer.stdout.strip()
        if answer.rc == 0 and re.fullmatch(r"[\w.-]{1,253}", full):
            names.append(full)
    found = []
    for path, read in (("/proc/net/fib_trie", addresses_of_routes), ("/proc/net/if_inet6", addresses_of_interfaces)):
        with contextlib.suppress(CannotObserve):
            found += read(runner.read_text(path, max_bytes=2**20))
    return list(dict.fromkeys([*(name for name in names if not _means_anybody(name)), *found]))[:MOST]


def addresses_of_routes(text: str) -> list[str]:
    """The host's own IPv4 addresses in ``/proc/net/fib_trie``, without loopback."""
    return [address for address in dict.fromkeys(_LOCAL.findall(text)) if not _of_this_host_alone(address)]


def addresses_of_interfaces(text: str) -> list[str]:
    """The host's own IPv6 addresses in ``/proc/net/if_inet6``, without loopback and those of a link."""
    found = []
    for line in text.splitlines():
        digits = line.partition(" ")[0]
        if re.fullmatch(r"[0-9a-f]{32}", digits):
            address = str(ipaddress.IPv6Address(int(digits, 16)))
            if not _of_this_host_alone(address):
                found.append(address)
    return found


def _of_this_host_alone(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True
    return parsed.is_loopback or parsed.is_link_local


def _means_anybody(name: str) -> bool:
    return name.partition(".")[0].lower() in ("localhost", "")


__all__ = ("addresses_of_interfaces", "addresses_of_routes", "own_names")
