# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose lines must be in a log store, and where in it the log of each part lies. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ..._described.declarations import Log, Part
from ..._described.service import LOG_STORES, Description, NotDeclared, picked
from .consent import refuses_line
from .described_logs import logs_of, name_of
from .instance import Derivation, Instance, Several, Steps

STORES = (*LOG_STORES, "file", "journald")  # the kinds of server in which lines are looked for
OF_LOG = ("query", "index", "stream")  # what a log says better than its server where it lies
_ASKED = ("every", "takes", "min_lines", "max_lag")


def unit_of(log: Log) -> str | None:
    unit = log.get("journald")
    return f"{unit}.service" if unit and "." not in unit else unit


def place_of(description: Description, log: Log) -> tuple[dict[str, object], tuple[str, ...] | None]:
    """The options with which the store of a log is asked, and the hosts that ask it: None for the controller. NotDeclared."""
    using = log.get("using") or description.default(lambda given: given.get("logs"))
    name, server = description.server(STORES, using)
    kind = server["kind"]
    if kind in LOG_STORES:
        options = description.reached((kind,), name)[1]
        return {"backend": kind, **options, **picked(log, OF_LOG)}, None
    args: dict[str, object] = {"backend": kind, **picked(server, ("search",))}
    looking = tuple(description.part_hosts({}, server["on"])) if server.get("on") else None
    if kind == "file" and not server.get("search"):
        raise NotDeclared(phrase("the server '{name:path}' has no search: in which files do the lines of all hosts lie?", name=name))
    return args, looking


def _flows(description: Description) -> list[Instance]:
    several = Several()
    for part, log, steps in logs_of(description):
        with several.one("log_flow", name_of(log), steps) as out:
            out += _flow(description, part, log, steps)
    return several.all()


def _unwritten(description: Description) -> list[Instance]:
    """Logs into which no line may be written: that lines of theirs arrive is the weaker proof that a line would."""
    several, found = Several(), 0
    for part, log, steps in logs_of(description):
        if not refuses_line(description, log):
            continue
        found += 1
        with several.one("log_flow", name_of(log), steps) as out:
            out += _flow(description, part, log, steps)
    if not found:
        raise NotDeclared(phrase("no log refuses its marked line (canary: never)"))
    return several.all()


def _flow(description: Description, part: Part, log: Log, steps: Steps) -> list[Instance]:
    place, looking = place_of(description, log)
    hosts = tuple(description.part_hosts(part))
    given = picked(log, ("by", "instances", "min_instances"))
    own = _own(part, log)
    asked: dict[str, object] = {**picked(log, _ASKED)}
    if "every" not in asked and description.kind == "batch":
        raise NotDeclared(
            phrase("how often {log:path} is written is not declared (every), and a batch logs when it runs", log=name_of(log))
        )
    see: dict[str, object] = {"backend": "journald", "min_instances": 1, **asked, **own}  # of a store it needs nothing
    if log.get("instances") or log.get("min_instances"):
        return [Instance("log_flow", name_of(log), {**place, **asked, **given}, looking, path=steps)]
    expect = [{"instance": host, "names": _names(host, log, description)} for host in hosts]
    own_of_store = {key: value for key, value in own.items() if key in ("unit", "tag") and place["backend"] in ("file", "journald")}
    run = {**place, **asked, **given, **own_of_store, "expect": expect}
    run_as = log.get("run_as") or part.get("run_as")
    return [
        Instance("log_flow", name_of(log), see, hosts, run_as, call="see", path=steps),
        Instance("log_flow", name_of(log), run, looking, after="see", path=steps),
    ]


def _names(host: str, log: Log, description: Description) -> list[str]:
    """The names under which the lines of a host may lie: what the log says, and what Ansible knows."""
    said = (log.get("names") or {}).get(host)
    return list(dict.fromkeys([*([said] if said else []), *description.inventory.addresses_of(host)]))


def _own(part: Part, log: Log) -> dict[str, object]:
    """What the half on the hosts looks at: the log there, and since when what writes it runs."""
    units = [unit if isinstance(unit, str) else unit["name"] for unit in part.get("units") or []]
    services = [unit for unit in units if unit.rpartition(".")[2] in ("service", unit)]
    own: dict[str, object] = {"units": services} if services else {}
    if log.get("file"):
        own["path"] = log["file"]
    elif log.get("journald"):
        own["unit"] = unit_of(log)
    elif log.get("syslog"):
        own["tag"] = log["syslog"]
    return own


DERIVATIONS: dict[str, Derivation] = {
    "log_flow": _flows,
    "log_flow:parts.logs.canary": _unwritten,
}

__all__ = ("DERIVATIONS", "OF_LOG", "STORES", "place_of", "unit_of")
