# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator must be told of a service, and by what its series are known as its own. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.declarations import Alerts
from ..._described.document import unresolved
from ..._described.service import Description, NotApplicable
from .instance import Derivation, Instance


def _coverage(description: Description) -> list[Instance]:
    alerts: Alerts = description.data.get("alerts") or {}
    using: object = alerts.get("using")
    servers = [str(name) for name in using] if isinstance(using, list) else [str(using) if using else None]
    hosts = _hosts(description)
    kinds = _kinds(description, hosts)
    if not kinds:
        raise NotApplicable(phrase("it has no hosts, addresses or data that an alert would have to tell of"), "service.kind")
    args: dict[str, object] = {
        **description.connection("prometheus", servers[0]),
        "kinds": kinds,
        "names": _names(description),
        "jobs": _jobs(description),
        "addresses": sorted({address for host in hosts for address in description.inventory.addresses_of(host)}),
        "endpoints": _endpoints(description),
        "paths": _paths(description),
    }
    for key in ("match", "must_include", "may_be_absent"):
        if alerts.get(key):
            args[key] = alerts.get(key)
    if servers[1:]:
        others = [description.connection("prometheus", name) for name in servers[1:]]
        args["others"] = [{key: value for key, value in one.items() if key != "timeout"} for one in others]
    covers = _covers(description, alerts)
    if covers:
        args["covers"] = covers
    return [Instance("alert_coverage", description.name, args, path=("alerts",))]


def _kinds(description: Description, hosts: list[str]) -> list[str]:
    """What there is to be told of; what the service has not is not asked, and a batch that is not scraped is not down between its runs."""
    kinds = []
    if description.kind != "batch" or _jobs(description):
        kinds.append("down")
    if description.lacks("http") is None:
        kinds += ["errors", "latency"]
    if hosts:
        kinds.append("disk")
    if description.lacks("tls") is None:
        kinds.append("certificate")
    if description.lacks("data") is None:
        kinds.append("backup_age")
    return kinds


def _hosts(description: Description) -> list[str]:
    patterns = [part.get("hosts") for part in description.parts.values()]
    found = [*description.hosts(), *(host for pattern in patterns if pattern for host in description.hosts(pattern))]
    return list(dict.fromkeys(found))


def _names(description: Description) -> list[str]:
    """The names under which labels may have it: its own, and those of its units."""
    units = [unit if isinstance(unit, str) else unit.get("name") for part in description.parts.values() for unit in part.get("units") or []]
    return list(dict.fromkeys(str(name) for name in (description.name, *units) if name))


def _jobs(description: Description) -> list[str]:
    jobs = [scrape.get("job") for part in description.parts.values() for scrape in part.get("scrape") or []]
    return list(dict.fromkeys(str(job) for job in jobs if job))


def _endpoints(description: Description) -> list[str]:
    addresses = [endpoint.get("url") or endpoint.get("tls") for endpoint in description.data.get("endpoints") or []]
    return list(dict.fromkeys(str(address) for address in addresses if address))


def _paths(description: Description) -> list[str]:
    """Where on its hosts it writes, as far as it is declared: a disk that fills up there stops it."""
    found: list[str] = []
    for part in description.parts.values():
        found += [str(log["file"]) for log in part.get("logs") or [] if log.get("file")]
        found += [str(path) for backup in part.get("backups") or [] for path in backup.get("paths") or []]
    return list(dict.fromkeys(path for path in found if path.startswith("/")))


def _covers(description: Description, alerts: Alerts) -> dict[str, list[str]]:
    shared = description.default_values(lambda given: (given.get("alerts") or {}).get("covers"))
    covers = {kind: [*names] for kind, names in t.cast("dict[str, list[str]]", shared).items() if names}
    for kind, own in (alerts.get("covers") or {}).items():
        covers[kind] = list(dict.fromkeys([*covers.get(kind, []), *own]))
    of_backups = [backup.get("alert") for part in description.parts.values() for backup in part.get("backups") or []]
    named = [str(name) for name in of_backups if name and not unresolved(name)]
    if named:
        covers["backup_age"] = list(dict.fromkeys([*covers.get("backup_age", []), *named]))
    return {kind: names for kind, names in covers.items() if names}


DERIVATIONS: dict[str, Derivation] = {"alert_coverage": _coverage}

__all__ = ("DERIVATIONS",)
