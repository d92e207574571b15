# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who may say so has stated it, for this version, with evidence, and it has not ended. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import typing as t

from .._argspec import Spec, http_spec
from .._clients.evidence import Content, NoEvidence, of_file, of_page
from .._clients.links import Asking
from .._denials import denies
from .._finding import CannotObserve, Finding, Measurement, Status, failed, worst
from .._http import Connection, HttpArguments, public_url
from .._message import one_line
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from .._stated import other_version
from .._statements import AHEAD, NEGATIVE, POSITIVE, Evidence, day_of, flaws
from ._document_source import PAGES_SPEC

WHERE = "controller"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    **{name: option for name, option in http_spec().items() if name != "url"},
    "statement": {"type": "str", "required": True},
    "result": {"type": "str", "required": True, "choices": [POSITIVE, NEGATIVE]},
    "attested_by": {"type": "str", "required": True},
    "attesters": {"type": "list", "elements": "str"},
    "date": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
    "max_validity": {"type": "str", "default": "90d"},
    "version": {"type": "str"},
    "for_version": {"type": "str"},
    "of_version": {"type": "bool", "default": False},
    "evidence": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"path": {"type": "path"}, "url": {"type": "str"}, "sha256": {"type": "str", "required": True}},
    },
    "folder": {"type": "path"},
    **PAGES_SPEC,
    "link_hosts": {"type": "list", "elements": "str", "default": []},
}
DURATIONS = ("link_timeout", "max_validity")
_LONGEST = 200  # columns of a statement in a sentence

Remark = tuple[Status, Message]


class Arguments(HttpArguments):
    statement: str
    result: str
    attested_by: str
    attesters: list[str] | None
    date: str
    until: str
    max_validity: float
    version: str | None
    for_version: str | None
    of_version: bool
    evidence: list[Evidence]
    folder: str | None
    link_timeout: float
    link_hosts: list[str]
    soft_404: list[str]
    login_page: list[str]


def problems(args: Arguments, given: t.Mapping[str, object]) -> list[str]:
    """What is wrong with the statement as it is written, before anything runs."""
    return [f"{'.'.join(map(str, steps))}: {said}" for steps, said in flaws(t.cast("t.Mapping[str, object]", args))]


def run(args: Arguments, runner: Runner) -> Finding:
    date, until = _day(args["date"]), _day(args["until"])
    if args["result"] == NEGATIVE:
        # whoever says that it is not so needs neither a right nor evidence, and it does not become so by waiting
        said = phrase(
            "{name} states on {date:day} that it is not so: {statement}",
            name=args["attested_by"],
            date=args["date"],
            statement=one_line(args["statement"], _LONGEST),
        )
        return failed(said, **_about(args))
    remarks = [*_of_itself(args, date, until, runner.now()), *_of_version(args)]
    if not remarks:
        remarks = _of_evidence(args, runner)
    if remarks:
        status = worst(level for level, _said in remarks) or Status.UNKNOWN
        bad = [said for level, said in remarks if level is status]
        message = phrase(
            "what {name} stated on {date:day} does not count: {reason}", name=args["attested_by"], date=args["date"], reason=and_more(bad)
        )
        return Finding(status, message, details=[said for _level, said in remarks], **_about(args))
    left = (until - runner.now().date()).days + 1
    message = plural(
        "{name} states on {date:day}, until {until:day}: {statement} ({count:number} piece of evidence, as it was then)",
        "{name} states on {date:day}, until {until:day}: {statement} ({count:number} pieces of evidence, as they were then)",
        count=len(args["evidence"]),
        name=args["attested_by"],
        date=args["date"],
        until=args["until"],
        statement=one_line(args["statement"], _LONGEST),
    )
    doubts = _of_sentence(args)
    if doubts:
        message = phrase(
            "{name} states on {date:day}: {statement}; {reason}",
            name=args["attested_by"],
            date=args["date"],
            statement=one_line(args["statement"], _LONGEST),
            reason=and_more(doubts),
        )
    return Finding(
        Status.WARN if doubts else Status.PASS,
        message,
        details=doubts,
        measurements=[Measurement("attestation_left_seconds", left * 86400.0, 0.0, "lower")],
        valid_until=f"{args['until']}T23:59:59Z",
        **_about(args),
    )


class _About(t.TypedDict):
    observed: dict[str, object]
    expected: dict[str, object]
    proof: str


def _about(args: Arguments) -> _About:
    observed: dict[str, object] = {
        name: args[name] for name in ("statement", "result", "attested_by", "date", "until", "version") if args[name] is not None
    }
    observed["evidence"] = [
        {"sha256": one["sha256"].lower(), **({"path": one["path"]} if one.get("path") else {"url": public_url(str(one.get("url")))})}
        for one in args["evidence"]
    ]
    expected: dict[str, object] = {
        "attesters": args["attesters"],
        "version": args["for_version"],
        "max_validity_seconds": args["max_validity"],
    }
    return {"observed": observed, "expected": {name: value for name, value in expected.items() if value is not None}, "proof": "attested"}


def _day(text: str) -> dt.date:
    found = day_of(text)
    if found is None:  # which is refused before
        raise CannotObserve(phrase("'{text}' is not a day; expected for example 2026-11-20", text=text))
    return found


# -- who, and when


def _of_itself(args: Arguments, date: dt.date, until: dt.date, now: dt.datetime) -> list[Remark]:
    """What is wrong with it by who said it, and when."""
    allowed, found = args["attesters"], list[Remark]()
    if allowed is not None and args["attested_by"] not in allowed:
        said = (
            phrase("{name:path} may not attest it; these may: {names:list}", name=args["attested_by"], names=allowed)
            if allowed
            else phrase("{name:path} may not attest it; nobody may", name=args["attested_by"])
        )
        found.append((Status.FAIL, said))
    if date > (now + AHEAD).date():
        found.append((Status.FAIL, phrase("it is dated {date:day}, which is still to come", date=args["date"])))
    if until < now.date():
        found.append((Status.FAIL, phrase("it ended on {until:day}", until=args["until"])))
    days = (until - date).days
    if days * 86400 > args["max_validity"]:
        found.append((Status.FAIL, too_long(days, args["max_validity"])))
    return found


def too_long(days: int, longest: float) -> Message:
    """That it is to hold longer than it may."""
    return plural(
        "it is to hold for {count:number} day, at most {longest:duration} are allowed: have it stated anew in time",
        "it is to hold for {count:number} days, at most {longest:duration} are allowed: have it stated anew in time",
        count=days,
        longest=longest,
    )


def _of_version(args: Arguments) -> list[Remark]:
    """What is wrong with it by the version that it is for."""
    stated, wanted = args["version"], args["for_version"]
    if stated is None and not args["of_version"]:
        return []
    if wanted is None:
        return [(Status.UNKNOWN, phrase("which version it has to be for is not known (readiness_version)"))]
    if stated is None:
        return [(Status.FAIL, phrase("it names no version; it has to be for {wanted:path}", wanted=wanted))]
    if stated != wanted:
        return [(Status.FAIL, phrase("it is for version {stated:path}, this is {wanted:path}", stated=stated, wanted=wanted))]
    return []


def _of_sentence(args: Arguments) -> list[Message]:
    """What in the sentence does not go with the rest of a statement that counts."""
    found = []
    if denies(args["statement"]):
        found.append(phrase("it says that something is not so, and its result is positive: state it anew, in words that say what is so"))
    other = other_version(args["statement"], args["for_version"]) if args["version"] is not None and args["for_version"] else None
    if other is not None:
        said = phrase("it speaks of version {other:path}, and is for {wanted:path}: state it anew", other=other, wanted=args["for_version"])
        found.append(said)
    return found


# -- the evidence


def _of_evidence(args: Arguments, runner: Runner) -> list[Remark]:
    hosts = frozenset(str(host).lower() for host in args["link_hosts"])
    asking = Asking(Connection.from_args(args), hosts, args["link_timeout"], args["soft_404"], args["login_page"])
    found: list[Remark] = []
    for one in args["evidence"]:
        where = one.get("path") or public_url(str(one.get("url")))
        try:
            content = _content(one, args["folder"], asking, runner)
        except NoEvidence as exc:
            found.append((Status.FAIL, phrase("there is no evidence: {why}", why=exc.message)))
            continue
        except CannotObserve as exc:
            found.append((Status.UNKNOWN, phrase("its evidence cannot be seen: {why}", why=exc.message)))
            continue
        if content.blank:
            found.append((Status.FAIL, phrase("its evidence {where:path} is empty", where=where)))
        elif content.sha256 != one["sha256"].lower():
            found.append((Status.FAIL, _another(str(where), one["sha256"], content)))
    return found


def _content(one: Evidence, folder: str | None, asking: Asking, runner: Runner) -> Content:
    path = one.get("path")
    if not path:
        return of_page(str(one.get("url")), asking, runner)
    return of_file(path, folder or os.path.dirname(path), runner)


def _another(where: str, wanted: str, content: Content) -> Message:
    return phrase(
        "its evidence {where:path} is not what it was: its sha256 is {found:path}..., {wanted:path}... was stated",
        where=where,
        found=content.sha256[:12],
        wanted=wanted[:12].lower(),
    )


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "TIMEOUT", "WHERE", "problems", "run", "too_long")
