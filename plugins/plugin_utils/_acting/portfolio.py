# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one run: which they are, and what is to be done for each of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import os.path
import typing as t

from .._described.document import Refused

KEYS = ("service_file", "organisation_file", "environment", "service")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the portfolio. ``service`` is the name that is expected, for a file that cannot be read."""

    service_file: str
    organisation_file: str | None
    environment: str
    service: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {
            "service_file": self.service_file,
            "organisation_file": self.organisation_file,
            "environment": self.environment,
            "service": self.service,
        }


def entries(data: t.Any, where: str, *, organisation_file: str | None, environment: str, folder: str = "") -> list[Entry]:
    """The services of a portfolio: a list, or a mapping with ``services``. Refused with every problem."""
    problems: list[str] = []
    if isinstance(data, t.Mapping):
        unknown = sorted(str(key) for key in data if key not in ("schema_version", "services"))
        problems += [f"{where}: unknown key {key}; known here: schema_version, services" for key in unknown]
        if data.get("schema_version", 1) != 1:
            problems.append(f"{where}: schema_version: this version reads 1, found {data['schema_version']}")
        data = data.get("services")
    if not isinstance(data, (list, tuple)) or not data:
        raise Refused([*problems, f"{where}: expected a list of service files, or of mappings with service_file, and at least one"])

    def at_home(path: t.Any) -> str:
        return os.path.normpath(os.path.join(folder, os.path.expanduser(str(path))))

    out: list[Entry] = []
    for number, item in enumerate(data):
        given = {"service_file": item} if isinstance(item, str) else item
        place = f"{where}: services.{number}"
        if not isinstance(given, t.Mapping) or not given.get("service_file"):
            problems.append(f"{place}: expected the path of a service file, or a mapping with service_file")
            continue
        wrong = [key for key in given if key not in KEYS]
        problems += [f"{place}: unknown key {key}; known here: {', '.join(KEYS)}" for key in wrong]
        problems += [f"{place}.{key}: expected a text" for key in KEYS if given.get(key) is not None and not isinstance(given[key], str)]
        own = given.get("organisation_file")
        entry = Entry(
            at_home(given["service_file"]),
            at_home(own) if own else organisation_file,
            str(given.get("environment") or environment),
            given.get("service"),
        )
        if any((entry.service_file, entry.environment) == (other.service_file, other.environment) for other in out):
            problems.append(f"{place}: {given['service_file']} is listed twice for {entry.environment}")
        out.append(entry)
    if problems:
        raise Refused(problems)
    return out


# -- what is to be done for them


@dataclasses.dataclass
class PlannedService:
    """A service whose plan has been made; ``refused`` says why it could not be."""

    entry: Entry
    service: str | None
    hosts: list[str] = dataclasses.field(default_factory=list)
    later_hosts: list[str] = dataclasses.field(default_factory=list)
    records: str | None = None
    publish: dict[str, object] = dataclasses.field(default_factory=dict)  # the files among its targets
    refused: str | None = None
    on_record: bool = False  # that it is refused is for its gate to record

    @property
    def key(self) -> tuple[str, str]:
        """What a result of its gate is known by."""
        return self.entry.service_file, self.entry.environment

    @property
    def named(self) -> dict[str, str | None]:
        """The entry, under the name that the file gives it."""
        return {**self.entry.as_dict(), "service": self.service}


def refuse_twins(planned: t.Sequence[PlannedService]) -> None:
    """Two files of one service and environment would judge each other's findings: the second one is left out."""
    seen: dict[tuple[str, str], str] = {}
    for item in planned:
        if item.service and not item.refused:
            key = (item.service, item.entry.environment)
            if key in seen:
                item.refused = f"{item.service} in {item.entry.environment} is described by {seen[key]} too"
            seen.setdefault(key, item.entry.service_file)
    for item in planned:  # nor is the record of a good one written over by one that is refused
        if item.on_record:
            key = (str(item.service), item.entry.environment)
            item.on_record = key not in seen
            seen.setdefault(key, item.entry.service_file)


def work(planned: t.Iterable[PlannedService]) -> dict[str, object]:
    """The work as plays take it: by host what to verify there, what to look for later, whom to judge."""
    by_host: dict[str, list[dict[str, str | None]]] = {}
    services: list[dict[str, str | None]] = []
    later: list[dict[str, str | None]] = []
    refused: list[dict[str, str | None]] = []
    for item in planned:
        if item.refused:
            refused.append({**item.named, "refused": item.refused})
            services += [item.named] if item.on_record else []
            continue
        services.append(item.named)
        for host in item.hosts or ["localhost"]:
            by_host.setdefault(host, []).append(item.named)
        later += [{**item.named, "host": host} for host in item.later_hosts]
    return {"services": services, "hosts": sorted(by_host), "by_host": by_host, "later": later, "refused": refused}


__all__ = ("Entry", "PlannedService", "entries", "refuse_twins", "work")
