# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances that must log, and under which of the names in a store each of them does. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import fnmatch
import ipaddress
import re
import typing as t

from .._destination import is_address

LOCAL = ("local", "localdomain", "lan", "home", "internal")  # domains that say nothing of where a host is


@dataclasses.dataclass(frozen=True)
class Expected:
    """One instance that must log: a host by all its names, or a container, a unit, a pod by its name or a pattern of names."""

    instance: str
    names: tuple[str, ...]
    host: bool = True
    started: float | None = None  # since when it runs
    written: float | None = None  # its newest line on its own host that must have arrived by now
    writes: float | None = None  # when its log was written to last, on its own host
    dropped: int = 0  # lines that its own host has dropped
    timeless: bool = False  # the times of its lines on its own host do not tell until when it has logged


@dataclasses.dataclass
class Matched:
    """Who is who: the names in the store of each instance, those of nobody, and those that several instances may be."""

    of: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    strangers: list[str] = dataclasses.field(default_factory=list)
    shared: dict[str, list[str]] = dataclasses.field(default_factory=dict)


def host_names(given: t.Iterable[str]) -> tuple[str, ...]:
    """The names of a host as they are compared. The first label of an address is none."""
    plain = list(dict.fromkeys(plain_name(name) for name in given if name))
    addresses = [name for name in plain if is_address(name)]
    return tuple(name for name in plain if name and not any(name != one and one.partition(".")[0] == name for one in addresses))


def plain_name(text: str) -> str:
    """A name as it is compared: ``Web1.Example.`` is ``web1.example``, ``10.0.0.5:514`` and ``::ffff:10.0.0.5`` are ``10.0.0.5``."""
    name = text.strip().lower()[:300]
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::\d{1,5})?", name)
    if bracketed:
        name = bracketed.group(1)
    elif name.count(":") == 1 and name.rpartition(":")[2].isdigit():
        name = name.partition(":")[0]
    name = name.rstrip(".")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


class Names:
    """Whose a name in the store is, for many instances and many names: each is looked up, none is compared with all others.

    Hosts by their full name, their short one and their addresses: two full names are the same host only where they are equal, since
    ``web1.prod`` and ``web1.test`` are two.
    """

    def __init__(self, expected: t.Sequence[Expected]) -> None:
        self.hosts_only = all(one.host for one in expected)
        self._exact: dict[str, list[str]] = {}
        self._first: dict[str, list[str]] = {}  # by the first label of whatever name
        self._short: dict[str, list[str]] = {}  # of those that have no full name
        self._plain: dict[str, list[str]] = {}  # of what is no host
        self._patterns: list[tuple[str, str]] = []
        for one in expected:
            if one.host:
                self._take_host(one)
                continue
            for name in one.names:
                if any(sign in name for sign in "*?["):
                    self._patterns.append((name, one.instance))
                _add(self._plain, name, one.instance)

    def _take_host(self, one: Expected) -> None:
        named = [name for name in one.names if not is_address(name)]
        full = any("." in name for name in named)
        for name in one.names:
            _add(self._exact, name, one.instance)
        for name in named:
            _add(self._first, name.partition(".")[0], one.instance)
            if not full:
                _add(self._short, name, one.instance)

    def owners(self, stored: str) -> list[str]:
        """The instances that a name may be of. An exact name wins over one that only may be meant."""
        bare = stored.strip().lstrip("/")
        forms = dict.fromkeys((bare, bare.removesuffix(".service")))
        found = [owner for form in forms for owner in self._plain.get(form, ())]
        found += [owner for pattern, owner in self._patterns if any(fnmatch.fnmatchcase(form, pattern) for form in forms)]
        name = plain_name(stored)
        exact = self._exact.get(name, [])
        if len(exact) == 1:
            return list(dict.fromkeys([*exact, *found]))
        found += exact
        if name and not is_address(name):
            found += self._first.get(name, ()) if "." not in name else self._short.get(name.partition(".")[0], ())
        return list(dict.fromkeys(found))


def _add(known: dict[str, list[str]], name: str, instance: str) -> None:
    owners = known.setdefault(name, [])
    if instance not in owners:
        owners.append(instance)


def matched(expected: t.Sequence[Expected], stored: t.Iterable[str]) -> Matched:
    """Each name in the store with the instances that it may be of."""
    found, names = Matched({one.instance: [] for one in expected}), Names(expected)
    for name in stored:
        if not name.strip():
            continue
        owners = names.owners(name)
        if not owners:
            found.strangers.append(name)
        for owner in owners:
            found.of[owner].append(name)
        if len(owners) > 1 and names.hosts_only:
            found.shared[name] = owners
    return found


def domains(one: Expected, stored: t.Iterable[str]) -> list[str]:
    """The domains under which a host of which no full name is known lies in the store: several of them are several hosts."""
    if not one.host or any("." in name for name in one.names if not is_address(name)):
        return []
    plain = [plain_name(name) for name in stored]
    found = {name.partition(".")[2] for name in plain if "." in name and not is_address(name) and name not in one.names}
    return sorted(domain for domain in found if domain not in LOCAL)


__all__ = ("Expected", "Matched", "Names", "domains", "host_names", "is_address", "matched", "plain_name")
