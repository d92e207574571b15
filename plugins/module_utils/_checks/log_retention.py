# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log lines are kept long enough, and not longer than they may be. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._clients.journald import CONFIG
from .._clients.logrotate import STATE_FILES
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, worst
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._kept_judged import Found, Verdict, Wanted, judged
from ._kept_sources import Asked, of_files, of_journal, of_store
from ._log_place import is_narrow
from ._log_stores import BACKENDS, StoreArguments, log_store_spec

WHERE = "both"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    **log_store_spec(),
    "backend": {"type": "str", "choices": [*BACKENDS, "file", "journald"], "required": True},
    "min_retention": {"type": "str", "required": True},
    "max_retention": {"type": "str"},
    "since": {"type": "str"},
    "every": {"type": "str"},
    "first_deployment": {"type": "bool", "default": False},
    "path": {"type": "path"},
    "search": {"type": "str"},
    "tag": {"type": "str"},
    "rotated_by": {"type": "str", "choices": ["logrotate", "journald", "application"], "default": "logrotate"},
    "logrotate_config": {"type": "path", "default": "/etc/logrotate.conf"},
    "logrotate_state": {"type": "path"},
    "journald_config": {"type": "list", "elements": "path", "default": CONFIG},
}
CONSTRAINTS = {"mutually_exclusive": [("path", "search")]}
DURATIONS = ("min_retention", "max_retention", "every")

USUAL_STATES = STATE_FILES
DAY = 86400.0
SHOWN = 20


class Arguments(StoreArguments):
    backend: str
    min_retention: float
    max_retention: float | None
    since: str | None
    every: float | None
    first_deployment: bool
    path: str | None
    search: str | None
    tag: str | None
    rotated_by: str
    logrotate_config: str
    logrotate_state: str | None
    journald_config: list[str]


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = []
    if args["backend"] in BACKENDS and not args["url"]:
        found.append(f"url is required with backend {args['backend']}")
    if args["backend"] == "file" and not (args["path"] or args["search"]):
        found.append("backend file needs the log file (path), or the files of a receiver (search)")
    if args["min_retention"] <= 0:
        found.append("min_retention must be longer than nothing")
    most = args["max_retention"]
    if most is not None and most < args["min_retention"]:
        found.append("max_retention must not be shorter than min_retention")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    """CannotObserve."""
    now = runner.now().timestamp()
    asked = Asked(now, moment_of(args["since"], now), args["first_deployment"], args["min_retention"], args["every"] or 0.0)
    wanted = Wanted(args["min_retention"], args["max_retention"], args["every"] or 0.0)
    if args["backend"] == "file":
        logs = of_files(
            args["path"],
            args["search"],
            args["tag"],
            args["rotated_by"],
            args["logrotate_config"],
            args["logrotate_state"],
            asked,
            runner,
        )
        return of_several(wanted, logs)
    if args["backend"] == "journald":
        name, found = of_journal(args["search"], args["journald_config"], asked, runner)
        return finding_of(wanted, name, found, judged(wanted, found), [])
    name, found, hinders = of_store(args["backend"], args, asked, runner)
    remarks = list(hinders)
    if not is_narrow(args) and found.oldest is not None:
        remarks.append(
            phrase("the oldest line is that of anybody in the store: say which are those of the service (query, index or stream)")
        )
    return finding_of(wanted, name, found, judged(wanted, found), remarks)


def moment_of(text: str | None, now: float) -> float | None:
    """Since when the log is written, of a day or a moment; without a zone it is UTC. CannotObserve."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise CannotObserve(phrase("since: '{text}' is not a day; expected for example 2026-11-25", text=text)) from None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).timestamp()
    if seconds > now + DAY:
        raise CannotObserve(phrase("since: {when:moment} lies in the future", when=isoformat(moment)))
    return seconds


def finding_of(wanted: Wanted, name: str, found: Found, verdict: Verdict, remarks: t.Sequence[Message]) -> Finding:
    """The finding of one log, or of all that a store has."""
    measurements = []
    kept = found.kept.seconds if found.kept is not None else None
    if kept is not None:
        measurements.append(Measurement("log_retention_policy_seconds", kept, wanted.least, "lower"))
    if found.oldest is not None:
        young = verdict.derived or found.kept is None and verdict.status is Status.UNKNOWN
        limits = (None, None) if young else (wanted.least, "lower")
        measurements.append(Measurement("log_retention_oldest_seconds", round(found.oldest), *limits))
    status, message = verdict.status, verdict.message
    if remarks and status is Status.PASS:
        status, message = Status.WARN, phrase("{message}; {more}", message=message, more=remarks[0])
    sooner = [found.kept.sooner] if found.kept is not None and found.kept.sooner is not None else []
    return Finding(
        status,
        message,
        observed={
            "policy_seconds": kept,
            "policy": None if found.kept is None else str(found.kept.said_by),
            "without_end": found.kept is not None and kept is None,
            "oldest_seconds": None if found.oldest is None else round(found.oldest),
            "where": name,
        },
        expected={"min_retention_seconds": wanted.least, "max_retention_seconds": wanted.most},
        measurements=measurements,
        details=[*remarks, *sooner],
        proof="derived" if verdict.derived else "observed",
    )


def of_several(wanted: Wanted, logs: t.Sequence[tuple[str, Found]]) -> Finding:
    """The finding of all logs that a pattern names: the worst of them."""
    verdicts = [(path, found, judged(wanted, found)) for path, found in logs]
    status = worst([verdict.status for _path, _found, verdict in verdicts])
    path, found, verdict = next(one for one in verdicts if one[2].status is status)
    finding = finding_of(wanted, path, found, verdict, [])
    if len(verdicts) == 1:
        return finding
    bad = [one for one in verdicts if one[2].status is not Status.PASS]
    if bad:
        finding.message = plural(
            "{count:number} of {all:number} logs is not kept as it must be; {path:path}: {first}",
            "{count:number} of {all:number} logs are not kept as they must be; {path:path}: {first}",
            count=len(bad),
            all=len(verdicts),
            path=path,
            first=verdict.message,
        )
    else:
        finding.message = phrase("{count:number} logs: {first}", count=len(verdicts), first=verdict.message)
    finding.details = [phrase("{path:path}: {said}", path=where, said=said.message) for where, _found, said in bad[:SHOWN]]
    finding.observed["logs"] = [where for where, _found, _said in verdicts][:SHOWN]
    if any(one.derived for _path, _found, one in verdicts):
        finding.proof = "derived"
    return finding


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "USUAL_STATES", "WHERE", "problems", "run")
