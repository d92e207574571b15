# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iCalendar files and addresses, read in a process of its own that can be ended. PRIVATE to the collection."""

from __future__ import annotations

import json
import os
import sys
import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.basic import missing_required_lib

from .._exchange import Connection, HttpFailure, Response, public_url
from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from . import calendar_doubts, calendar_events, calendar_reading, calendar_times
from .roster_entries import Attendee, Entry, Roster

MEMORY = 2 * 2**30
_KINDS_OF_ENTRIES = ("", "DEFAULT", "OUTOFOFFICE", "FROMGMAIL")  # of Google (X-GOOGLE-CALENDAR-EVENT-TYPE)
ANYWHERE = calendar_reading.WAYS
# the reader comes with the question: how its package is found differs between a module and an action
_BOOTSTRAP = """
import json, sys, types
question = json.load(sys.stdin)
package = types.ModuleType("reading")
package.__path__ = []
sys.modules["reading"] = package
for name, text in question.pop("modules"):
    module = types.ModuleType("reading." + name)
    module.__package__ = "reading"
    sys.modules[module.__name__] = module
    exec(compile(text, name, "exec"), module.__dict__)
module.answer(question)
"""


def of_file(path: str, runner: Runner, most: int) -> bytes:
    """The content of a file. CannotObserve."""
    content = runner.read_bytes(path, max_bytes=most + 1)
    if len(content) > most:
        raise CannotObserve(phrase("{path:path} is larger than {most:bytes}: it is not read", path=path, most=most))
    if not content.strip():
        raise CannotObserve(phrase("{path:path} is empty: it is no calendar", path=path))
    return content


def of_address(url: str, connection: Connection, runner: Runner, most: int) -> bytes:
    """What is at an address, of which no more than its host is ever told: that of a private calendar is a secret. CannotObserve."""
    address = "https://" + url.partition("://")[2] if url.lower().startswith(("webcal://", "webcals://")) else url
    where = shown(address)
    try:
        response = runner.ask(where, "GET", address, connection=connection, max_bytes=most, timeout=30.0)
    except HttpFailure as exc:
        known = sorted({address, public_url(address)}, key=len, reverse=True)
        raise CannotObserve(exc.message.mapped(lambda text: _hidden(text, known, where)), instrument=where) from None
    _refuse(response, where)
    return response.body


def _hidden(text: str, known: t.Sequence[str], where: str) -> str:
    for one in known:
        text = text.replace(one, where)
    return text


def shown(url: str) -> str:
    """Scheme and host of an address, without whatever may be secret in it."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return "calendar_url"


def _refuse(response: Response, where: str) -> None:
    """CannotObserve for whatever is no calendar."""
    if response.status in (401, 403):
        said = phrase(
            "{server:path} does not show the calendar (HTTP {status:number}): is the address or the token still valid?",
            server=where,
            status=response.status,
        )
        raise CannotObserve(said, instrument=where)
    if response.status in (404, 410):
        raise CannotObserve(
            phrase(
                "{server:path} has no calendar at this address (HTTP {status:number}): a private address that was renewed?",
                server=where,
                status=response.status,
            )
        )
    if response.status != 200:
        raise CannotObserve(
            phrase("{server:path} answered with HTTP {status:number} instead of a calendar", server=where, status=response.status),
            instrument=where,
        )
    if response.looks_like_html and b"BEGIN:VCALENDAR" not in response.body[:200]:
        raise CannotObserve(phrase("{server:path} answered with a web page instead of a calendar (a login page?)", server=where))
    if not response.body.strip():
        raise CannotObserve(phrase("{server:path} answered with nothing: it is no calendar", server=where))


def entries(content: bytes, where: str, begin: float, end: float, zone: str | None, runner: Runner) -> Roster:
    """The entries of a calendar between two moments. ``zone``: of times without one. CannotObserve."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    allowed = runner.remaining(120.0)
    question = {
        "modules": _texts(),
        "text": text,
        "begin": begin,
        "end": end,
        "zone": zone,
        "path": sys.path,
        "memory": MEMORY,
        "seconds": allowed,
    }
    try:
        done = runner.run(
            [sys.executable, "-I", "-c", _BOOTSTRAP], stdin=json.dumps(question), cwd="/", timeout=allowed, max_output=64 * 2**20
        )
    except CannotObserve as exc:
        raise CannotObserve(phrase("the calendar of {where:path} cannot be read: {why}", where=where, why=exc.message)) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise CannotObserve(
            phrase(
                "the process that reads the calendar of {where:path} ended without an answer (exit code {code:number}): {reason}",
                where=where,
                code=done.rc,
                reason=first_line(done.stderr.strip().rpartition("\n")[2], "-"),
            )
        ) from None
    if "missing" in answer:
        raise CannotObserve(verbatim(missing_required_lib(str(answer["missing"]), reason="to read calendars")))
    if "refused" in answer:
        raise CannotObserve(_refused(where, *answer["refused"]))
    return Roster(tuple(_entry(one, answer["events"][str(one["event"])], begin, end) for one in answer["entries"]), int(answer["count"]))


def _texts() -> list[tuple[str, str]]:
    """The text of the reader, also out of the archive in which a module travels."""
    found = []
    for module in (calendar_times, calendar_events, calendar_doubts, calendar_reading):
        path, name = str(module.__file__), module.__name__
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as handle:
                text = handle.read()
        else:
            text = str(t.cast("t.Any", module.__spec__).loader.get_source(name))
        found.append((name.rpartition(".")[2], text))
    return found


def _refused(where: str, code: str, about: str) -> Message:
    if code == "no_calendar":
        return phrase("{where:path} is no iCalendar text: it does not begin with BEGIN:VCALENDAR", where=where)
    if code == "cut_short":
        return phrase("the calendar of {where:path} is cut short, or its parts do not end where they should", where=where)
    if code == "too_many":
        return phrase("the calendar of {where:path} has more than {most:number} entries: it is not read", where=where, most=int(about))
    if code == "too_often":
        return phrase("the calendar of {where:path} has an entry that repeats each minute or second: '{title}'", where=where, title=about)
    if code == "too_large":
        return phrase("the calendar of {where:path} needs more memory than it is given: it is not read", where=where)
    return phrase("the calendar of {where:path} cannot be parsed: {reason}", where=where, reason=about)


class _Dated(t.TypedDict, total=False):
    event: int
    spans: dict[str, list[float]]
    wall: list[float]
    anywhere: bool
    doubt: str


class _Told(t.TypedDict):
    title: str
    status: str
    free: bool
    busy: str
    kind: str
    categories: list[str]
    attendees: list[dict[str, str]]
    doubts: list[list[str]]


def _entry(one: _Dated, told: _Told, begin: float, end: float) -> Entry:
    doubts = [_doubt(code, about) for code, about in told["doubts"]]
    if one.get("doubt") == "until":
        doubts.append(phrase("the end of the series (UNTIL) has no time zone, so that it may be over"))
    if one.get("doubt") == "missed":
        doubts.append(phrase("an entry of that day was taken out, moved or cancelled, and the time that is named is not its own"))
    found = {f"{how} {whose}": (begin, end) for how, whose in ANYWHERE} if one.get("anywhere") else one["spans"]
    status, strange = _status(told)
    if strange:
        doubts.append(phrase("its status '{status}' is none that calendars have", status=strange))
    if told["kind"] not in _KINDS_OF_ENTRIES:
        doubts.append(phrase("it is of the kind '{kind}', which is no time on call", kind=told["kind"]))
    return Entry(
        title=told["title"],
        spans={way: (float(first), float(last)) for way, (first, last) in found.items()},
        attendees=tuple(Attendee(**given) for given in told["attendees"]),
        categories=tuple(told["categories"]),
        status=status,
        free=told["free"] or told["busy"] == "FREE",
        wall=(float(one["wall"][0]), float(one["wall"][1])) if one.get("wall") else None,
        doubts=tuple(doubts),
    )


def _status(told: _Told) -> tuple[str, str]:
    """The status of an entry, whichever property says it; and one that is none (RFC 5545 has three)."""
    given = told["status"].strip()
    if given.startswith("CANCEL"):
        return "CANCELLED", ""
    if told["busy"] == "OOF" or told["kind"] == "OUTOFOFFICE":
        return "OOF", ""
    if told["busy"] == "TENTATIVE":
        return "TENTATIVE", ""
    return given, "" if given in ("", "CONFIRMED", "TENTATIVE") else given


def _doubt(code: str, about: str) -> Message:
    if code == "zone":
        return phrase("its time zone '{zone}' is named and not defined in the calendar", zone=about)
    if code == "floating":
        return phrase("its times have no time zone, and none is declared for the calendar (time_zone)")
    if code == "start":
        return phrase("its first entry is not one of its own rule, which programs read differently")
    if code == "twice":
        return phrase("the calendar has two versions of it with one number, and does not say which one counts")
    if code == "moved":
        return phrase("one of its entries was moved or cancelled, and the calendar does not say clearly which one")
    if code == "lengths":
        return phrase("it has an end and a length (DTEND, DURATION), of which it may have one")
    if code == "exrule":
        return phrase("it has a rule of exceptions (EXRULE), which programs do not read any more")
    if code == "method":
        return phrase("it stands in a message of the kind {method:path}, and not in a calendar", method=about)
    if code == "rules":
        return phrase("it has several rules of repetition, which programs read differently")
    return phrase("its {property:path} cannot be read", property=about)


def is_calendar(path: str) -> bool:
    """Whether a file is one by its name."""
    return os.path.splitext(path)[1].lower() in (".ics", ".ical", ".icalendar", ".ifb")


__all__ = ("entries", "is_calendar", "of_address", "of_file", "shown")
