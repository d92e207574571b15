# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a host: kept, also over a restart, received now, nothing dropped, bounded, handed on where that is declared. PRIVATE."""

from __future__ import annotations

import os
import typing as t

from .._clients import journal_readers, journald, systemd
from .._clients.journald import JournalFile
from .._finding import CannotObserve, Finding, Measurement, failed
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._rotation_journal_unit import judge_level, judge_unit
from ._rotation_verdict import DAY, Verdict, iso

MAX_SILENCE = DAY
DAEMON = "systemd-journald.service"
AHEAD = 600.0  # seconds
GROWTH = 8 * 2**20  # each active file may stand out by its own growth step


class Asked(t.NamedTuple):
    config: t.Sequence[str]
    unit: str | None = None
    persistent: bool = True
    forwarded: bool = False
    max_size: int | None = None
    max_age: float | None = None
    max_silence: float | None = None


def judge_journal(asked: Asked, runner: Runner) -> Finding:
    usage = journald.usage(runner)
    used, files = usage.used, usage.files
    settings, ignored = journald.read_settings(asked.config, runner)
    storage = settings.get("Storage", "").strip().lower() or "auto"
    if not files:
        return failed(_nothing(storage, used), observed={"used_bytes": used, "files": 0, "storage": storage})
    now = runner.now().timestamp()
    verdict = Verdict()
    newest = max(files, key=lambda one: (one.tail or 0.0, not one.archived))
    oldest = min((one.head for one in files if one.head is not None), default=None)
    bound, bounded_by = journald.journal_limit(settings, files)
    limit, why = (bound, bounded_by) if asked.max_size is None else (asked.max_size, verbatim("max_size"))
    measurements = [Measurement("log_size_bytes", float(used), float(limit), "upper")]
    if storage == "none":
        verdict.problems.append(_kept_before(files, newest))
    _judge_daemon(verdict, runner)
    last = _newest_entry(verdict, newest, now, runner)
    measurements += _judge_silence(verdict, asked, last, now)
    judge_level(verdict, settings)
    if asked.unit:
        judge_unit(verdict, asked.unit, runner)
    on_disk = all(not one.volatile for one in files)
    unread = [_ignored(key, value) for key, value in ignored.items() if key != ("RuntimeMaxUse" if on_disk else "SystemMaxUse")]
    too_much = asked.max_size is not None and bound > asked.max_size
    (verdict.problems if too_much else verdict.doubts).extend(unread)
    _judge_size(verdict, asked, used, bound, bounded_by, folders=len({os.path.dirname(one.path) for one in files}))
    age_limit = _age_limit(asked, settings)
    measurements += _judge_age(verdict, asked, oldest, age_limit, now)
    if asked.persistent and storage != "none" and (newest.volatile or storage == "volatile"):
        verdict.doubts.append(_volatile(storage, newest, oldest, now, used, bound, bounded_by))
    drops = _judge_drops(verdict, asked, now, runner)
    readers = _judge_readers(verdict, asked, files, settings, runner) if asked.forwarded else None
    rotated = sum(one.archived for one in files)
    verdict.good = plural(
        "the journal has {used:bytes} in {count:number} file, {archived:number} of them archived; "
        "it is bounded by {limit:bytes} ({setting})",
        "the journal has {used:bytes} in {count:number} files, {archived:number} of them archived; "
        "it is bounded by {limit:bytes} ({setting})",
        count=len(files),
        used=used,
        archived=rotated,
        limit=bound,
        setting=bounded_by,
    )
    observed: dict[str, object] = {
        "used_bytes": used,
        "files": len(files),
        "archived": rotated,
        "oldest_entry": iso(oldest),
        "newest_entry": iso(last),
        "storage": storage,
        "volatile": newest.volatile,
        "dropped": drops,
        "settings": settings,
    }
    if readers is not None:
        observed["handed_on_to"] = readers
    return verdict.finding(
        observed=observed,
        expected={"max_size_bytes": limit, "bounded_by": str(why), "max_age_seconds": age_limit, "persistent": asked.persistent},
        measurements=measurements,
    )


# -- whether it is kept


def _nothing(storage: str, used: int) -> Message:
    if storage == "none":
        return phrase("journald keeps nothing on this host: it is told to (Storage=none)")
    if used:
        return phrase("the files of the journal have {used:bytes}, and none of them can be read: they are broken or cut off", used=used)
    return phrase("journald keeps nothing on this host: there is no journal file")


def _kept_before(files: t.Sequence[JournalFile], newest: JournalFile) -> Message:
    return plural(
        "journald keeps nothing on this host, as it is told to (Storage=none): the {count:number} file that lies there is of before, "
        "its newest entry of {newest:moment}",
        "journald keeps nothing on this host, as it is told to (Storage=none): the {count:number} files that lie there are of before, "
        "their newest entry of {newest:moment}",
        count=len(files),
        newest=iso(newest.tail) or "?",
    )


def _volatile(storage: str, newest: JournalFile, oldest: float | None, now: float, used: int, limit: int, setting: Message) -> Message:
    why = phrase("Storage={storage}", storage=storage)
    if storage == "auto":
        why = phrase("Storage=auto, and /var/log/journal is not used")
    if not newest.volatile:
        return phrase(
            "the journal will be kept in memory only ({why}) when journald is started anew: then it is lost whenever the host restarts; "
            "set Storage=persistent, or declare persistent: false",
            why=why,
        )
    if oldest is None:
        return phrase(
            "the journal is bounded ({used:bytes} of {limit:bytes}, {setting}), but kept in memory only ({why}): "
            "it is lost whenever the host restarts; set Storage=persistent, or declare persistent: false",
            used=used,
            limit=limit,
            setting=setting,
            why=why,
        )
    return phrase(
        "the journal is bounded ({used:bytes} of {limit:bytes}, {setting}), but kept in memory only ({why}): it is lost whenever the host "
        "restarts, its oldest entry is {age:duration} old; set Storage=persistent, or declare persistent: false",
        used=used,
        limit=limit,
        setting=setting,
        why=why,
        age=max(now - oldest, 0.0),
    )


def _judge_daemon(verdict: Verdict, runner: Runner) -> None:
    """Where systemd can be asked; the age of the newest entry tells in any case."""
    try:
        shown = systemd.show(runner, DAEMON, "LoadState,ActiveState,SubState,InactiveEnterTimestamp")
    except CannotObserve:
        return
    active, load = shown["ActiveState"], shown["LoadState"]
    if active in ("active", "activating", "reloading") or load == "not-found":
        if load == "masked":
            verdict.doubts.append(phrase("{unit:path} is masked: it does not come back once it is stopped", unit=DAEMON))
        return
    since = systemd.parse_time(shown.get("InactiveEnterTimestamp"))
    verdict.since = verdict.since or iso(since.timestamp() if since else None)
    state = f"masked, {active}" if load == "masked" else active
    verdict.problems.append(phrase("nothing is received: {unit:path} is not running ({state})", unit=DAEMON, state=state))


def _newest_entry(verdict: Verdict, newest: JournalFile, now: float, runner: Runner) -> float | None:
    """Of when the newest entry is that is not of the future."""
    if newest.tail is None or newest.tail <= now + AHEAD:
        return newest.tail
    verdict.doubts.append(
        phrase("the newest entry of the journal is of {newest:moment}, which is yet to come: a clock was wrong", newest=iso(newest.tail))
    )
    return journald.newest_until(now, runner)


def _judge_silence(verdict: Verdict, asked: Asked, last: float | None, now: float) -> list[Measurement]:
    limit = MAX_SILENCE if asked.max_silence is None else float(asked.max_silence)
    if last is None:
        verdict.doubts.append(phrase("whether journald receives anything cannot be told: its files name no newest entry"))
        return []
    age = max(now - last, 0.0)
    if age > limit:
        verdict.since = iso(last)
        verdict.problems.append(
            phrase(
                "journald has received nothing for {age:duration}, the limit is {limit:duration}: its newest entry is of {newest:moment}",
                age=age,
                limit=limit,
                newest=iso(last),
            )
        )
    return [Measurement("log_newest_entry_age_seconds", age, limit, "upper")]


# -- bounded


def _judge_size(verdict: Verdict, asked: Asked, used: int, bound: int, setting: Message, *, folders: int) -> None:
    """By its own bound, which the active file in each folder may exceed; ``max_size`` bounds nothing by being declared."""
    wanted = asked.max_size
    if wanted is not None and used > wanted:
        verdict.problems.append(
            phrase("the journal has {used:bytes}, the limit is {limit:bytes} ({setting})", used=used, limit=wanted, setting="max_size")
        )
    elif wanted is not None and bound > wanted:
        verdict.problems.append(
            phrase(
                "the journal may have {bound:bytes} ({setting}), the limit is {limit:bytes} (max_size): nothing holds it there, "
                "set SystemMaxUse to that or less",
                bound=bound,
                setting=setting,
                limit=wanted,
            )
        )
    elif used > bound + folders * GROWTH:
        verdict.problems.append(
            phrase("the journal has {used:bytes}, the limit is {limit:bytes} ({setting})", used=used, limit=bound, setting=setting)
        )


def _ignored(setting: str, value: str) -> Message:
    if setting == "Storage":
        return phrase("journald ignores {setting}={value}: it knows volatile, persistent, auto and none", setting=setting, value=value[:40])
    return phrase(
        "journald ignores {setting}={value}: it takes a number and K, M, G, T, P or E, with nothing behind it",
        setting=setting,
        value=value[:40],
    )


def _age_limit(asked: Asked, settings: t.Mapping[str, str]) -> float | None:
    if asked.max_age is not None:
        return float(asked.max_age)
    retention = journald.parse_timespan(settings.get("MaxRetentionSec", ""))
    return retention + 31 * DAY if retention else None


def _judge_age(verdict: Verdict, asked: Asked, oldest: float | None, limit: float | None, now: float) -> list[Measurement]:
    if oldest is None or limit is None:
        return []
    age = max(now - oldest, 0.0)
    if age > limit:
        spans = phrase("MaxRetentionSec, and the month that one file may span")
        verdict.problems.append(
            phrase(
                "the oldest entry of the journal is {age:duration} old, the limit is {limit:duration} ({setting})",
                age=age,
                limit=limit,
                setting=spans if asked.max_age is None else "max_age",
            )
        )
        verdict.since = verdict.since or iso(oldest + limit)
    return [Measurement("log_oldest_content_age_seconds", age, limit, "upper")]


# -- dropped, handed on


def _judge_drops(verdict: Verdict, asked: Asked, now: float, runner: Runner) -> dict[str, int] | None:
    try:
        counts = journald.dropped(now - DAY, runner)
    except CannotObserve as exc:
        verdict.doubts.append(phrase("whether journald drops messages could not be seen: {reason}", reason=exc.message))
        return None
    if asked.unit:
        wanted = {asked.unit, f"{asked.unit}.service"}
        counts = {unit: count for unit, count in counts.items() if unit in wanted}
    if counts:
        worst = max(counts, key=lambda unit: counts[unit])
        verdict.doubts.append(
            phrase(
                "journald has dropped {count:number} messages of {unit:path} within a day, by its rate limit (RateLimitBurst)",
                count=counts[worst],
                unit=worst,
            )
        )
    return counts


def _judge_readers(
    verdict: Verdict, asked: Asked, files: t.Sequence[JournalFile], settings: t.Mapping[str, str], runner: Runner
) -> list[str]:
    handed = settings.get("ForwardToSyslog") or journald.shipped_default(asked.config, "ForwardToSyslog", runner)
    readers, unseen = journal_readers.readers(
        {os.path.dirname(one.path) for one in files}, syslog=bool(handed) and not journald.is_off(handed)
    )
    if not readers and unseen:
        said = phrase(
            "whether the journal is handed on, as declared, cannot be seen: {count:number} processes of other users may not be looked at",
            count=unseen,
        )
        raise CannotObserve(said)
    if not readers:
        verdict.problems.append(
            phrase("the journal is declared to be handed on, but no process reads it, and none takes what journald hands to syslog")
        )
    return readers


__all__ = ("Asked", "judge_journal")
