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


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def fits(one: Expected, stored: str) -> bool:
    """Whether a name in the store is this instance's.

    Hosts by their full name, their short one and their addresses: two full names are the same host only where they are equal, since
    ``web1.prod`` and ``web1.test`` are two.
    """
    if not one.host:
        bare = stored.strip().lstrip("/")
        return any(fnmatch.fnmatchcase(form, name) for name in one.names for form in (bare, bare.removesuffix(".service")))
    name = plain_name(stored)
    if name in one.names:
        return True
    if is_address(name) or not name:
        return False
    of_host = [known for known in one.names if not is_address(known)]
    if "." not in name:
        return name in {known.partition(".")[0] for known in of_host}
    return not any("." in known for known in of_host) and name.partition(".")[0] in of_host


def matched(expected: t.Sequence[Expected], stored: t.Iterable[str]) -> Matched:
    """Each name in the store with the instances that it may be of. An exact name wins over one that only may be meant."""
    found = Matched({one.instance: [] for one in expected})
    for name in stored:
        if not name.strip():
            continue
        exact = [one.instance for one in expected if one.host and plain_name(name) in one.names]
        owners = exact if len(exact) == 1 else [one.instance for one in expected if fits(one, name)]
        if not owners:
            found.strangers.append(name)
        for owner in owners:
            found.of[owner].append(name)
        if len(owners) > 1 and all(one.host for one in expected):
            found.shared[name] = owners
    return found


__all__ = ("Expected", "Matched", "fits", "host_names", "is_address", "matched", "plain_name")
