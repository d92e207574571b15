# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one run: which they are, and what came of each of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os.path
import typing as t

from ...module_utils._units import humanize_seconds
from .._described.document import Refused
from .._model.text import as_dict, as_dicts, as_int, as_list, escape, first_line, shorten, wrap
from .._model.verdict import VERDICT_WORDS

KEYS = ("service_file", "organisation_file", "environment", "service")
REFUSED = "input refused"
_ORDER = {"no_go": 0, "undetermined": 1, "go_with_reservations": 2, "go": 3}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the portfolio. ``service`` is the name that is expected, for a file that cannot be read."""

    service_file: str
    organisation_file: str | None
    environment: str
    service: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        return dataclasses.asdict(self)


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


# -- what came of them


def row(entry: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any] | None, *, refused: str | None, last: str | None) -> dict[str, t.Any]:
    """One service of the summary: ``result`` is what its gate returned; ``last`` is when it was verified before this run."""
    base = {
        "service": entry.get("service") or None,
        "environment": entry["environment"],
        "service_file": entry["service_file"],
    }
    record = as_dict(result.get("record")) if result else {}
    if not record:
        said = str((result or {}).get("msg") or "no gate ran for it").strip()
        why = f"{REFUSED}: {refused}" if refused else f"it was not judged: {said}"
        return {
            **base,
            "verdict": "undetermined",
            "words": VERDICT_WORDS["undetermined"],
            "code": 2,
            "verified": 0,
            "required": None,
            "stop": False,
            "mode": None,
            "last_verified_at": last,
            "reasons": [why],
            "instruments": [],
            "record_path": None,
            "refused": True,
        }
    judgement, run = as_dict(record.get("judgement")), as_dict(record.get("run"))
    seen = as_int(judgement.get("verified")) > 0
    return {
        **base,
        "service": as_dict(record.get("service")).get("name") or base["service"],
        "verdict": str(judgement.get("verdict")),
        "words": str(judgement.get("words")),
        "code": as_int(judgement.get("code")),
        "verified": as_int(judgement.get("verified")),
        "required": as_int(judgement.get("required")),
        "stop": bool(result and result.get("stop")),
        "mode": run.get("mode"),
        "last_verified_at": run.get("finished_at") if seen else last,
        "reasons": [str(reason) for reason in as_list(judgement.get("reasons"))],
        "instruments": as_dicts(judgement.get("instruments")),
        "record_path": (result or {}).get("record_path"),
        "refused": False,
    }


def summary(rows: t.Sequence[t.Mapping[str, t.Any]], now: dt.datetime, *, refused_stops: bool) -> dict[str, t.Any]:
    """Every service, the worst first; what failed for several of them, once; those that must not go on."""
    platform = _platform_failures(rows)
    known = {item["instrument"]: number for number, item in enumerate(platform, 1)}
    services = []
    for item in sorted(rows, key=lambda one: (_ORDER.get(str(one["verdict"]), 1), str(one["service"] or one["service_file"]))):
        service = {key: value for key, value in item.items() if key != "instruments"}
        service["age_seconds"] = _age(item["last_verified_at"], now)
        service["stop"] = item["stop"] or (item["refused"] and refused_stops)
        service["platform_failures"] = [known[one["instrument"]] for one in item["instruments"]]
        service["reasons"] = _own_reasons(item)
        services.append(service)
    counts: dict[str, int] = dict.fromkeys(_ORDER, 0)
    for service in services:
        counts[service["verdict"]] = counts.get(service["verdict"], 0) + 1
    stopping = [service for service in services if service["stop"]]
    return {
        "services": services,
        "counts": counts,
        "platform_failures": platform,
        "never_verified": [_name(service) for service in services if service["last_verified_at"] is None],
        "stop": bool(stopping),
        "stopping": [_name(service) for service in stopping],
        "msg": _sentence(len(services), counts, stopping),
    }


def _platform_failures(rows: t.Sequence[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Each instrument that could not be used, once, with the services and the number of requirements that it left unknown."""
    found: dict[str, dict[str, t.Any]] = {}
    for item in rows:
        for one in item["instruments"]:
            name = str(one.get("instrument"))
            held = found.setdefault(name, {"instrument": name, "message": str(one.get("message")), "services": [], "requirements": 0})
            held["services"].append(_name(item))
            held["requirements"] += len(as_list(one.get("requirements")))
    return sorted(found.values(), key=lambda one: -len(one["services"]))


def _own_reasons(item: t.Mapping[str, t.Any]) -> list[str]:
    """The reasons of a service without those that a failure of the platform explains."""
    explained = {str(identifier) for one in item["instruments"] for identifier in as_list(one.get("requirements"))}
    return [reason for reason in item["reasons"] if reason.partition(" ")[0] not in explained]


def _age(moment: t.Any, now: dt.datetime) -> float | None:
    try:
        return max((now - dt.datetime.fromisoformat(str(moment).replace("Z", "+00:00"))).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _name(item: t.Mapping[str, t.Any]) -> str:
    return str(item["service"] or item["service_file"])


def _sentence(count: int, counts: t.Mapping[str, int], stopping: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    said = ", ".join(f"{number} {VERDICT_WORDS.get(verdict, verdict)}" for verdict, number in counts.items() if number)
    head = f"{count} service{'' if count == 1 else 's'}: {said}"
    if not stopping:
        return head
    lines = [f"  {_name(item)}: {': '.join([str(item['words']), *item['reasons'][:1]])}" for item in stopping]
    return "\n".join([head, *lines])


# -- as text


def render(made: t.Mapping[str, t.Any], *, width: int = 120) -> str:
    """The table: a line a service, then what failed for several, then what was never verified."""
    services = as_dicts(made["services"])
    names = [escape(_name(item), 60) for item in services]
    cells = [
        (name, escape(item["environment"], 24), _seen(item), escape(item["words"], 24), _when(item)) for name, item in zip(names, services)
    ]
    heads = ("SERVICE", "ENVIRONMENT", "VERIFIED", "VERDICT", "LAST VERIFIED")
    widths = [max(len(row[column]) for row in [heads, *cells]) for column in range(len(heads))]
    indent = sum(widths) + 2 * len(widths)
    room = max(width - indent, 30)
    lines = ["  ".join(text.ljust(size) for text, size in zip(heads, widths)) + "  WHY"]
    for row_cells, item in zip(cells, services):
        lead = "  ".join(text.ljust(size) for text, size in zip(row_cells, widths))
        lines.append(f"{lead}  {shorten(escape(_why(item), 400), room)}".rstrip())
    if made["platform_failures"]:
        lines += ["", "WHAT FAILED FOR THE PLATFORM"]
    for number, item in enumerate(as_dicts(made["platform_failures"]), 1):
        affected = [escape(name, 60) for name in as_list(item["services"])]
        more = f" and {len(affected) - 10} more" if len(affected) > 10 else ""
        requirements = as_int(item["requirements"])
        text = (
            f"{number}. {escape(item['message'], 300)}: leaves {requirements} requirement{'' if requirements == 1 else 's'} of "
            f"{len(affected)} service{'' if len(affected) == 1 else 's'} unknown ({', '.join(affected[:10])}{more})"
        )
        lines += wrap(text, width)
    refused = [item for item in services if item["refused"]]
    if refused:
        lines += ["", "WHAT COULD NOT BE JUDGED"]
    for item in refused:
        told = escape("; ".join(str(reason) for reason in as_list(item["reasons"])), 600)
        lines += wrap(f"{escape(_name(item), 60)}: {told}", width)
    if made["never_verified"]:
        lines += ["", "EXPECTED AND NEVER VERIFIED", *wrap(", ".join(escape(name, 200) for name in as_list(made["never_verified"])), width)]
    return "\n".join([*lines, "", first_line(made["msg"])])


def _seen(item: dict[str, t.Any]) -> str:
    return "-" if item["required"] is None else f"{as_int(item['verified'])} of {as_int(item['required'])}"


def _when(item: dict[str, t.Any]) -> str:
    age = item["age_seconds"]
    if age is None:
        return "never"
    return "now" if age < 600 else f"{humanize_seconds(float(age))} ago"


def _why(item: dict[str, t.Any]) -> str:
    if item["refused"]:
        return f"{str(item['reasons'][0]).partition(': ')[0]}, see below"
    reasons = [*as_list(item["reasons"])]
    if item["platform_failures"]:
        reasons.append(f"see {', '.join(str(number) for number in as_list(item['platform_failures']))} below")
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{first_line(reasons[0])}{more}" if reasons else ""


__all__ = ("Entry", "entries", "render", "row", "summary")
