# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files in a folder (dumps, archives): fresh, whole by their content, of a plausible size. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os

from .._argspec import Spec
from .._finding import CannotObserve, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, unreadable
from ._backup_access import FILE
from ._backup_content import Verdict, examine
from ._backup_files import SETTLING, Backup, Found, given_patterns, is_named, is_surely, look, missing_folder, without_others
from ._backup_limits import (
    LIMITS_DURATIONS,
    LIMITS_SPEC,
    Limits,
    allowed_age,
    beyond_rpo,
    not_apart,
    not_retained,
    refuse_odd,
    too_few,
    too_old,
)
from ._backup_series import (
    LONG_AGO,
    RECENTLY,
    Series,
    counted,
    is_ended,
    is_single,
    may_stay_the_same,
    same_content,
    series_of,
    successor,
    were_touched_together,
)
from ._judgement import FUTURE, Judgement, percent, shrunk

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **FILE,
    "paths": {"type": "list", "elements": "str"},
    **LIMITS_SPEC,
    "min_size": {"type": "str", "default": "1"},
    "verify": {"type": "str", "choices": ["auto", "none"], "default": "auto"},
    "verify_max_bytes": {"type": "str", "default": "2GiB"},
    "checksum": {"type": "bool", "default": False},
    "contains": {"type": "list", "elements": "str"},
    "encrypted": {"type": "bool", "default": False},
}
CONSTRAINTS = {"required_one_of": [("path", "pattern")], "mutually_exclusive": [("path", "pattern")]}
DURATIONS = LIMITS_DURATIONS
SIZES = ("min_size", "verify_max_bytes")
ZONES = 26 * 3600.0  # seconds by which a date in a dump may be another: it names no zone
COMPARABLE = {
    "backups": {"kind": "set", "what": phrase("backup")},
    "backup_size_bytes": {"kind": "number", "what": phrase("size of the backup"), "worse": "lower", "relative": 0.5, "then": "warn"},
}


class Arguments(Limits):
    pattern: list[str] | None
    path: str | None
    paths: list[str] | None
    min_size: int
    verify: str
    verify_max_bytes: int
    checksum: bool
    contains: list[str] | None
    encrypted: bool
    timeout: float


@dataclasses.dataclass
class _Judged:
    """One series, of which the newest backup decides."""

    series: Series
    verdict: Verdict
    age: float
    whole: int  # how many are of the least size
    by_content: bool = False  # its own date is older than that of the file


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    refuse_odd(args)
    patterns = given_patterns(args)
    findings = []
    for pattern, shown in patterns:
        try:
            finding = _judge(pattern, shown, args, runner)
        except CannotObserve as exc:
            if len(patterns) == 1:
                raise
            finding = Judgement(unseen=[exc.message]).finding(verbatim(""), observed=exc.observed)
        finding.instance = shown if len(patterns) > 1 else ""
        findings.append(finding)
    return findings if len(findings) > 1 else findings[0]


def _judge(pattern: str, shown: str, args: Arguments, runner: Runner) -> Finding:
    named = {name: args.get(name) for name in ("paths", "max_age", "rpo", "min_count", "retention", "min_size", "contains")}
    expected: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    expected["backups"] = shown
    missing = missing_folder(pattern)
    if missing:
        return failed(
            phrase("the folder {folder:path} does not exist, so there is no backup {pattern:path}", folder=missing, pattern=shown),
            expected=expected,
            absent=True,
        )
    judgement = Judgement()
    not_apart([pattern], args, judgement)
    now = runner.now().timestamp()
    found = look(pattern, now, runner)
    past = _without_future(found.backups, now, shown, judgement)
    several = [series for series in series_of(past, args["max_age"]) if _is_of_backups(series, found)]
    judgement.notes += found.notes()
    if not several:
        details = judgement.notes if len(judgement.notes) > 1 or found.others else []
        absent = not found.writing or None
        return failed(_none(shown, found), expected=expected, observed={"count": 0}, absent=absent, details=details)
    judged = [_examine(series, args, runner, now, judgement) for series in _still_made(several, args["max_age"], now, judgement)]
    if all(one.verdict.empty for one in judged):  # beside others, a database may hold nothing
        judgement.warns += [said for one in judged for said in one.verdict.empty]
    for one in judged:
        _complain(one, several, found.base if len(several) > 1 else shown, args, runner, judgement)
    return _sum_up(judged, judgement, shown, expected, args, now)


def _without_future(backups: list[Backup], now: float, shown: str, judgement: Judgement) -> list[Backup]:
    past = [backup for backup in backups if backup.time - now <= FUTURE]
    if backups and not past:
        said = plural(
            "the only file {pattern:path} is dated in the future: a clock is wrong",
            "all {count:number} files {pattern:path} are dated in the future: a clock is wrong",
            count=len(backups),
            pattern=shown,
        )
        raise CannotObserve(said)
    if len(past) < len(backups):
        judgement.warns.append(
            plural(
                "{count:number} file dated in the future is not counted: a clock is or was wrong",
                "{count:number} files dated in the future are not counted: a clock is or was wrong",
                count=len(backups) - len(past),
            )
        )
    return past


def _is_of_backups(series: Series, found: Found) -> bool:
    series.backups = without_others(series.backups, found)
    return bool(series.backups)


def _none(pattern: str, found: Found) -> Message:
    if found.writing:
        files = sorted(found.writing)[:3]
        return phrase("only unfinished files match {pattern:path}: {files:list}", pattern=pattern, files=files)
    if found.others:
        shown = [phrase("{path:path} ({what})", path=os.path.basename(path), what=what) for path, what in sorted(found.others.items())[:3]]
        return phrase("nothing that matches {pattern:path} is a backup: {files:list}", pattern=pattern, files=shown)
    if found.folders:
        return phrase(
            "no file matches {pattern:path}, only folders of no known kind such as {folder:path}: ask for the files in them",
            pattern=pattern,
            folder=sorted(found.folders)[0],
        )
    return phrase("no file matches {pattern:path}", pattern=pattern)


def _still_made(several: list[Series], max_age: float, now: float, judgement: Judgement) -> list[Series]:
    """The series that are judged; told are those that others took over or that ended long ago, and lone files beside dated ones."""
    dated = [series for series in several if series.is_dated]
    core = [series for series in several if not series.is_one_file] if any(len(series.backups) > 1 for series in dated) else several
    sure = [series for series in core if is_surely(series.newest)] or core
    going_on = [series for series in sure if not is_ended(series, now, max_age, RECENTLY)]
    judged = []
    for series in several:
        age = now - series.newest.time
        follower = successor(series, core) if age > max_age else None
        if follower:
            said = phrase(
                "not judged, because {other:path} is made in its place: {path:path}", other=follower.newest.path, path=series.newest.path
            )
            judgement.notes.append(said)
        elif series not in core and age > max_age:
            _tell_lone(series, core, age, judgement)
        elif not going_on and (series is sure[0] or age <= max_age):  # nothing goes on in its place, or only what may be anything
            judged.append(series)
        elif series not in core and not is_named(series.newest):
            judgement.notes.append(phrase("not judged beside dated backups: {path:path}", path=series.newest.path))
        elif not is_ended(series, now, max_age, RECENTLY):
            judged.append(series)
        elif going_on and is_ended(series, now, max_age, LONG_AGO):
            judgement.notes.append(phrase("not judged, because it ended {age:duration} ago: {path:path}", age=age, path=series.newest.path))
        elif going_on:
            judgement.warns.append(
                phrase(
                    "{path:path} is the newest of its name and {age:duration} old: where it is no longer made, it should lie elsewhere",
                    path=series.newest.path,
                    age=age,
                )
            )
    return judged or several[:1]


def _tell_lone(series: Series, core: list[Series], age: float, judgement: Judgement) -> None:
    """An old file beside dated backups: one as large as they are was made by hand, another is none."""
    usual = sorted(other.newest.size for other in core)[len(core) // 2]
    if is_named(series.newest) and series.newest.size * 10 >= usual:
        judgement.warns.append(
            phrase(
                "{path:path} is {age:duration} old, and no other has its name: made by hand, it should lie elsewhere",
                path=series.newest.path,
                age=age,
            )
        )
    else:
        judgement.notes.append(phrase("not judged beside dated backups: {path:path}", path=series.newest.path))


def _examine(series: Series, args: Arguments, runner: Runner, now: float, judgement: Judgement) -> _Judged:
    verdict = examine(series.newest, _name_of(series), args, runner)
    # a bad file that has just been written may not be ready yet
    if verdict.fails and now - series.newest.changed < SETTLING and len(series.backups) > 1:
        said = phrase("not counted, because it has just been written and is not whole: {path:path}", path=series.newest.path)
        judgement.notes.append(said)
        series.backups.pop()
        verdict = examine(series.newest, _name_of(series), args, runner)
    whole, tiny = counted(series, args["min_size"])
    if tiny:
        judgement.notes.append(
            plural(
                "{path:path}: {count:number} earlier backup is far too small beside it and not counted",
                "{path:path}: {count:number} earlier backups are far too small beside it and not counted",
                count=tiny,
                path=series.newest.path,
            )
        )
    made, time = verdict.inside.made, series.newest.time
    by_content = made is not None and made < time - ZONES
    return _Judged(series, verdict, max(0.0, now - (made if made is not None and by_content else time)), whole, by_content)


def _name_of(series: Series) -> Message:
    return phrase("newest backup {path:path}", path=series.newest.path)


def _dated(one: _Judged, name: Message) -> Message:
    """The backup, with what says its age where that is not its last change."""
    if one.by_content:
        return phrase("{backup} (by the date in it)", backup=name)
    return phrase("{backup} (by the date in its name)", backup=name) if one.series.newest.is_by_name else name


def _complain(one: _Judged, several: list[Series], base: str, args: Arguments, runner: Runner, judgement: Judgement) -> None:
    series, newest = one.series, one.series.newest
    name = _name_of(series)
    shown = verbatim(os.path.join(base, series.name) if len(several) > 1 else base)
    old = too_old(_dated(one, name), one.age, args)
    alone = bool(old) and len(several) > 1 and is_single(series, [other for other in several if other is not series])
    if old and alone:
        judgement.warns.append(phrase("{old}; it is the only one of its name: made by hand, it should lie elsewhere", old=old))
    elif old:
        judgement.fails.append(old)
    promised = None if alone else beyond_rpo(_dated(one, name), one.age, args)
    judgement.warns += [promised] if promised else []
    judgement.fails += one.verdict.fails
    judgement.unseen += one.verdict.unseen
    judgement.warns += one.verdict.warns
    beside = series.is_one_file and any(len(other.backups) > 1 and other.is_dated for other in several)  # globals.sql among dated ones
    alone = alone or beside
    few = None if alone else too_few(shown, one.whole, args)
    if few:
        judgement.fails.append(few)
    kept = not_retained(shown, max(0.0, one.age + newest.time - series.backups[0].time), args)
    if kept and not alone:
        judgement.warns.append(kept)
    earlier = [
        backup.size
        for backup in series.backups[:-1]
        if backup.size >= max(1, args["min_size"]) and backup.name.variant == newest.name.variant
    ]
    small = shrunk(
        name, newest.size, earlier[-args["compare"] :] if args["compare"] > 0 else [], percent("size_deviation", args["size_deviation"])
    )
    if small and newest.size:
        judgement.warns.append(small)
    if were_touched_together(series):
        judgement.warns.append(
            phrase("all files {files:path} were changed at the same time, so that none says when it was made", files=shown)
        )
    if series.slots:
        judgement.notes.append(phrase("taken as one series whose files are overwritten in turn: {files:path}", files=shown))
    if newest.name.unclear:
        judgement.notes.append(
            phrase(
                "the date {date} in {path:path} can mean two days, so that the last change decides",
                date=newest.name.unclear,
                path=newest.path,
            )
        )
    try:
        same = None if may_stay_the_same(series, several) else same_content(series, runner.remaining)
    except OSError as exc:
        same = None
        judgement.notes.append(phrase("not compared with earlier ones: {reason}", reason=unreadable(newest.path, exc)))
    except CannotObserve as exc:
        same = None
        judgement.notes.append(phrase("not compared with earlier ones: {reason}", reason=exc.message))
    if same:
        judgement.warns.append(same)


def _sum_up(judged: list[_Judged], judgement: Judgement, shown: str, expected: dict[str, object], args: Arguments, now: float) -> Finding:
    worst = max(judged, key=_age_of)
    newest = worst.series.newest
    good = plural(
        "newest backup {path:path} is {age:duration} old, the limit is {limit}; {size:bytes}, {verified}; {count:number} kept",
        "newest backup {path:path} is {age:duration} old, the limit is {limit}; {size:bytes}, {verified}; {count:number} kept",
        count=worst.whole,
        path=newest.path,
        age=worst.age,
        limit=allowed_age(args),
        size=newest.size,
        verified=worst.verdict.how,
    )
    if len(judged) > 1:
        good = plural(
            "{oldest}; {count:number} more series is no older",
            "{oldest}; {count:number} more series are no older",
            count=len(judged) - 1,
            oldest=good,
        )
        judgement.notes += [
            phrase(
                "{path:path}: {age:duration} old, {size:bytes}, {verified}",
                path=one.series.newest.path,
                age=one.age,
                size=one.series.newest.size,
                verified=one.verdict.how,
            )
            for one in judged[:20]
        ]
    since = None
    if worst.age > args["max_age"]:
        since = isoformat(dt.datetime.fromtimestamp(now - worst.age + args["max_age"], dt.timezone.utc))
    smallest = min(judged, key=_size_of)
    return judgement.finding(
        good,
        since=since,
        proof="derived" if any(one.verdict.derived for one in judged) else "observed",
        expected=expected,
        observed={
            "backups": [shown],
            "series": sorted(one.series.name for one in judged)[:50],
            "newest": newest.path,
            "changed": isoformat(dt.datetime.fromtimestamp(newest.changed, dt.timezone.utc)),
            "size_bytes": newest.size,
            "count": worst.whole,
            "verification": str(worst.verdict.how),
        },
        measurements=[
            Measurement("backup_age_seconds", round(worst.age, 3), args["max_age"], "upper"),
            Measurement("backup_size_bytes", smallest.series.newest.size, args["min_size"], "lower"),
            Measurement("backup_count", min(one.whole for one in judged), args["min_count"], "lower", count=True),
        ],
    )


def _age_of(one: _Judged) -> float:
    return one.age


def _size_of(one: _Judged) -> int:
    return one.series.newest.size


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "SIZES",
    "TIMEOUT",
    "WHERE",
    "run",
)
