# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one run: what came of each of them, as a result and as text. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._units import humanize_seconds
from .._model.loosening import Leave
from .._model.text import as_dict, as_dicts, as_int, as_list, escape, first_line, shorten, wrap
from .._model.verdict import WORST_FIRST, Verdict
from .._planning.authority import block
from .._recording.record_json import messages_of
from .portfolio import PlannedService

_ORDER = {verdict.value: position for position, verdict in enumerate(WORST_FIRST)}


class Instrument(t.TypedDict):
    """What could not be used, and which requirements that left unknown."""

    instrument: str
    message: Message
    requirements: list[str]


class Line(t.TypedDict):
    """One service of the summary."""

    service: str | None
    environment: str
    service_file: str
    verdict: str
    words: str
    code: int
    verified: int
    required: int | None
    stop: bool
    mode: str | None
    last_verified_at: str | None
    reasons: list[Message]
    record_path: str | None
    refused: bool
    loosened: list[dict[str, object]]


class SummaryLine(Line):
    """With what only a look at all services knows."""

    age_seconds: float | None
    platform_failures: list[int]


@dataclasses.dataclass(frozen=True)
class Row:
    """One service, as its gate left it."""

    line: Line
    instruments: list[Instrument] = dataclasses.field(default_factory=list)


class PlatformFailure(t.TypedDict):
    """What failed for several services."""

    instrument: str
    message: Message
    services: list[str]
    requirements: int


class Summary(t.TypedDict):
    """What the action returns."""

    services: list[SummaryLine]
    counts: dict[str, int]
    platform_failures: list[PlatformFailure]
    never_verified: list[str]
    stop: bool
    stopping: list[str]
    msg: str


def row(planned: PlannedService, result: t.Mapping[str, object] | None, *, last: str | None) -> Row:
    """One service of the summary: ``result`` is what its gate returned; ``last`` is when it was verified before this run."""
    given = result or {}
    record = as_dict(given.get("record"))
    service, entry = planned.service or None, planned.entry
    if not record:
        refused: Line = {
            "service": service,
            "environment": entry.environment,
            "service_file": entry.service_file,
            "verdict": Verdict.UNDETERMINED.value,
            "words": Verdict.UNDETERMINED.words,
            "code": Verdict.UNDETERMINED.code,
            "verified": 0,
            "required": None,
            "stop": False,
            "mode": None,
            "last_verified_at": last,
            "reasons": [_why_not(planned, given.get("msg"))],
            "record_path": None,
            "refused": True,
            "loosened": [],
        }
        return Row(refused)
    judgement, run = as_dict(record.get("judgement")), as_dict(record.get("run"))
    said = messages_of(record)
    seen = as_int(judgement.get("verified")) > 0
    line: Line = {
        "service": _text(as_dict(record.get("service")).get("name")) or service,
        "environment": entry.environment,
        "service_file": entry.service_file,
        "verdict": str(judgement.get("verdict")),
        "words": str(judgement.get("words")),
        "code": as_int(judgement.get("code")),
        "verified": as_int(judgement.get("verified")),
        "required": as_int(judgement.get("required")),
        "stop": bool(given.get("stop")),
        "mode": _text(run.get("mode")),
        "last_verified_at": _text(run.get("finished_at")) if seen else last,
        "reasons": [_message(reason, said) for reason in as_list(judgement.get("reasons"))],
        "record_path": _text(given.get("record_path")),
        "refused": False,
        "loosened": as_dicts((as_dict(record.get("state")) or judgement).get("loosened")),  # of all phases, where that is known
    }
    return Row(line, [_instrument(item, said) for item in as_dicts(judgement.get("instruments"))])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _message(text: object, said: t.Mapping[str, Message]) -> Message:
    """A text of a record as the message that it was."""
    return said.get(str(text)) or verbatim(str(text))


def _why_not(planned: PlannedService, said: object) -> Message:
    """Why a service was not judged; ``said`` is what its gate says instead."""
    if planned.refused:
        return phrase("input refused: {problem}", problem=planned.refused)
    told = said if isinstance(said, Message) else str(said or "").strip()
    return phrase("it was not judged: {reason}", reason=told or phrase("no gate ran for it"))


def _instrument(item: t.Mapping[str, object], said: t.Mapping[str, Message]) -> Instrument:
    requirements = [str(identifier) for identifier in as_list(item.get("requirements"))]
    return {"instrument": str(item.get("instrument")), "message": _message(item.get("message"), said), "requirements": requirements}


def summary(rows: t.Sequence[Row], now: dt.datetime, *, refused_stops: bool) -> Summary:
    """Every service, the worst first; what failed for several of them, once; those that must not go on."""
    platform = _platform_failures(rows)
    known = {item["instrument"]: number for number, item in enumerate(platform, 1)}
    services: list[SummaryLine] = [
        {
            **item.line,
            "stop": item.line["stop"] or (item.line["refused"] and refused_stops),
            "reasons": _own_reasons(item),
            "age_seconds": _age(item.line["last_verified_at"], now),
            "platform_failures": [known[one["instrument"]] for one in item.instruments],
        }
        for item in sorted(rows, key=lambda one: (_ORDER.get(one.line["verdict"], 1), _name(one.line)))
    ]
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


def _platform_failures(rows: t.Sequence[Row]) -> list[PlatformFailure]:
    """Each instrument that could not be used, once, with the services and the number of requirements that it left unknown."""
    found: dict[str, PlatformFailure] = {}
    for item in rows:
        for one in item.instruments:
            first: PlatformFailure = {"instrument": one["instrument"], "message": one["message"], "services": [], "requirements": 0}
            held = found.setdefault(one["instrument"], first)
            held["services"].append(_name(item.line))
            held["requirements"] += len(one["requirements"])
    return sorted(found.values(), key=lambda one: -len(one["services"]))


def _own_reasons(item: Row) -> list[Message]:
    """The reasons of a service without those that a failure of the platform explains."""
    explained = {identifier for one in item.instruments for identifier in one["requirements"]}
    return [reason for reason in item.line["reasons"] if reason.partition(" ")[0] not in explained]


def _age(moment: str | None, now: dt.datetime) -> float | None:
    try:
        return max((now - dt.datetime.fromisoformat(str(moment).replace("Z", "+00:00"))).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _name(item: Line) -> str:
    return item["service"] or item["service_file"]


def _words(verdict: str) -> str:
    known = Verdict.of(verdict)
    return known.words if known else verdict


def _sentence(count: int, counts: t.Mapping[str, int], stopping: t.Sequence[SummaryLine]) -> str:
    said = ", ".join(f"{number} {_words(verdict)}" for verdict, number in counts.items() if number)
    head = f"{count} service{'' if count == 1 else 's'}: {said}"
    if not stopping:
        return head
    lines = [f"  {_name(item)}: {': '.join([item['words'], *item['reasons'][:1]])}" for item in stopping]
    return "\n".join([head, *lines])


# -- as text


def render(made: Summary, *, width: int = 120) -> str:
    """The table: a line a service, then what failed for several, then what was never verified."""
    services = made["services"]
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
    for number, failure in enumerate(made["platform_failures"], 1):
        affected = [escape(name, 60) for name in failure["services"]]
        more = f" and {len(affected) - 10} more" if len(affected) > 10 else ""
        requirements = failure["requirements"]
        text = (
            f"{number}. {escape(failure['message'], 300)}: leaves {requirements} requirement{'' if requirements == 1 else 's'} of "
            f"{len(affected)} service{'' if len(affected) == 1 else 's'} unknown ({', '.join(affected[:10])}{more})"
        )
        lines += wrap(text, width)
    refused = [item for item in services if item["refused"]]
    if refused:
        lines += ["", "WHAT COULD NOT BE JUDGED"]
    for item in refused:
        told = escape("; ".join(item["reasons"]), 600)
        lines += wrap(f"{escape(_name(item), 60)}: {told}", width)
    if made["never_verified"]:
        lines += ["", "EXPECTED AND NEVER VERIFIED", *wrap(", ".join(escape(name, 200) for name in made["never_verified"]), width)]
    lines += _kept(services)
    return "\n".join([*lines, "", first_line(made["msg"])])


def _kept(services: t.Sequence[Line]) -> list[str]:
    """The lines that keep what is looser today, where the organisation has not said who may what."""
    kinds: dict[tuple[str, str], set[str]] = {}
    for item in services:
        for one in item["loosened"]:
            if one.get("leave") == Leave.WAY_OVER.value:
                kinds.setdefault((str(one.get("by")), _name(item)), set()).add(str(one.get("kind")))
    if not kinds:
        return []
    return ["", "TO KEEP TODAY'S STATE, THE ORGANISATION'S FILE SAYS", *(f"  {escape(line, 400)}" for line in block(kinds).splitlines())]


def _seen(item: Line) -> str:
    return "-" if item["required"] is None else f"{item['verified']} of {item['required']}"


def _when(item: SummaryLine) -> str:
    age = item["age_seconds"]
    if age is None:
        return "never"
    return "now" if age < 600 else f"{humanize_seconds(age)} ago"


def _why(item: SummaryLine) -> str:
    if item["refused"]:
        return f"{item['reasons'][0].partition(': ')[0]}, see below"
    reasons: list[str] = [*item["reasons"]]
    if item["platform_failures"]:
        reasons.append(f"see {', '.join(str(number) for number in item['platform_failures'])} below")
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{first_line(reasons[0])}{more}" if reasons else ""


__all__ = ("Row", "Summary", "render", "row", "summary")
