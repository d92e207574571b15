# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Nagios writes down of itself: its status file and its object cache. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .calendar_periods import Calendar, NotACalendar, is_empty, is_inside
from .classic import Acknowledgement, Downtime, Key, Period, Seen, Watched, Way, as_seconds, blocked, is_pretence, switched_off
from .nagios_telling import asks, escalated, held_back, is_here, missing_program, names_of

Block = dict[str, str]
Blocks = dict[str, list[Block]]
LARGEST = 128 * 2**20  # bytes of a file
OLDEST = 300.0  # Nagios writes the status file each 10 seconds, some have it do so each minute
FUTURE = 300.0  # seconds by which clocks may differ
MINUTE = 60.0  # the interval_length of Nagios stands in no file but its configuration; it is a minute unless the checks come more often
_OPENED = re.compile(r"(?:define\s+)?(\w+)\s*\{")
_NO_RANGES = ("alias", "exclude", "timeperiod_name")
_ACKNOWLEDGED = "4"  # the kind of a comment


def parse_blocks(text: str, kinds: t.Collection[str]) -> Blocks:
    """The blocks of these kinds: ``hoststatus { key=value }``, ``define host { key value }``."""
    found: Blocks = collections.defaultdict(list)
    kind, block = "", Block()
    for line in text.splitlines():
        stripped = line.strip()
        if not kind:
            opened = _OPENED.fullmatch(stripped)
            if opened:
                kind, block = opened[1], {}
        elif stripped == "}":
            if kind in kinds:
                found[kind].append(block)
            kind = ""
        elif kind in kinds and stripped and not stripped.startswith(("#", ";")):
            # the first of both separates: a value may have the other one; the days of a period have spaces
            cut = re.search(r"\t" if kind == "timeperiod" and "\t" in stripped else r"[=\t ]", stripped)
            name, value = (stripped[: cut.start()], stripped[cut.end() :]) if cut else (stripped, "")
            block[name] = value.strip()
    return dict(found)


@dataclasses.dataclass(frozen=True)
class _Told:
    """Who is told, and when: contacts by name, members of groups, contacts at run time, periods, escalations and dependencies by object.

    ``missing``: the program of each notification command that is not on this host, where that can be looked at.
    """

    contacts: t.Mapping[str, Block]
    groups: t.Mapping[str, t.Sequence[str]]
    at_run_time: t.Mapping[str, Block]
    periods: t.Mapping[str, Period]
    escalations: t.Mapping[Key, t.Sequence[Block]]
    dependencies: t.Mapping[Key, t.Sequence[Block]]
    states: t.Mapping[Key, Block]
    missing: t.Mapping[str, str]


class NagiosStatus:
    """Reads the files of one Nagios; whatever is wrong with them is a CannotObserve that names them."""

    def __init__(self, status_file: str, object_cache_file: str | None, runner: Runner) -> None:
        self.status_file, self.runner = status_file, runner
        self.cache_file = object_cache_file or os.path.join(os.path.dirname(status_file), "objects.cache")
        self.name = f"Nagios ({status_file})"

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        try:
            return self._look(wanted)
        except ValueError:
            raise self.trouble(phrase("{path:path} has numbers that are none", path=self.status_file)) from None

    def _look(self, wanted: t.Sequence[Key]) -> Seen:
        status = self._read(
            self.status_file,
            ("contactstatus", "hostcomment", "hostdowntime", "hoststatus", "info", "programstatus", "servicecomment")
            + ("servicedowntime", "servicestatus"),
        )
        if not status.get("info") or not status.get("programstatus"):
            raise self.trouble(phrase("{path:path} is no status file of Nagios", path=self.status_file))
        self._is_young(status["info"][0])
        program = status["programstatus"][0]
        cache = self._read(
            self.cache_file,
            ("command", "contact", "contactgroup", "host", "hostdependency", "hostescalation", "service", "servicedependency")
            + ("serviceescalation", "timeperiod"),
        )
        defined = {_key(block): block for kind in ("host", "service") for block in cache.get(kind, ())}
        found = {_key(block): block for kind in ("hoststatus", "servicestatus") for block in status.get(kind, ())}
        told = self._told(cache, status, found)
        objects = {}
        for key in wanted:
            if key not in found:
                continue
            if key not in defined:
                said = phrase(
                    "{cache:path} does not have {host}, which {status:path} has: they are of different configurations",
                    cache=self.cache_file,
                    host=key[0],
                    status=self.status_file,
                )
                raise self.trouble(said)
            objects[key] = _watched(key, found[key], defined[key], program, told, status)
        return Seen(
            self.name,
            objects,
            started=as_seconds(program.get("program_start")),
            host_checks=_on(program, "active_host_checks_enabled"),
            service_checks=_on(program, "active_service_checks_enabled"),
            mute=None if _on(program, "enable_notifications") else switched_off(self.name),
        )

    def _read(self, path: str, kinds: t.Collection[str]) -> Blocks:
        try:
            text = self.runner.read_text(path, max_bytes=LARGEST + 1)
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None
        if len(text) > LARGEST:
            raise self.trouble(phrase("{path:path} is larger than {most:bytes}", path=path, most=LARGEST))
        return parse_blocks(text, kinds)

    def _is_young(self, info: Block) -> None:
        """Nagios writes the file again and again while it runs."""
        written = as_seconds(info.get("created"))
        if written is None:
            raise self.trouble(phrase("{path:path} does not tell when it was written", path=self.status_file))
        age = self.runner.now().timestamp() - written
        if age > OLDEST:
            said = phrase(
                "{path:path} was written {age:duration} ago, the limit is {limit:duration}: Nagios does not run, or writes elsewhere",
                path=self.status_file,
                age=age,
                limit=OLDEST,
            )
            raise self.trouble(said)
        if age < -FUTURE:
            raise self.trouble(phrase("{path:path} was written in the future: one of the clocks is wrong", path=self.status_file))

    def _told(self, cache: Blocks, status: Blocks, states: t.Mapping[Key, Block]) -> _Told:
        escalations, dependencies = collections.defaultdict(list), collections.defaultdict(list)
        for kind in ("host", "service"):
            for block in cache.get(f"{kind}escalation", ()):
                escalations[_key(block)].append(block)
            for block in cache.get(f"{kind}dependency", ()):
                dependencies[block.get("dependent_host_name", ""), block.get("dependent_service_description", "")].append(block)
        commands = cache.get("command", ()) if is_here(status["programstatus"][0]) else ()
        return _Told(
            {block.get("contact_name", ""): block for block in cache.get("contact", ())},
            {block.get("contactgroup_name", ""): names_of(block.get("members")) for block in cache.get("contactgroup", ())},
            {block.get("contact_name", ""): block for block in status.get("contactstatus", ())},
            _periods(cache.get("timeperiod", ()), self.runner.now().timestamp()),
            escalations,
            dependencies,
            states,
            {block.get("command_name", ""): missing_program(block.get("command_line", "")) for block in commands},
        )


def _periods(blocks: t.Sequence[Block], now: float) -> dict[str, Period]:
    calendars: dict[str, Calendar | None] = {}
    for block in blocks:
        try:
            calendars[block.get("timeperiod_name", "")] = Calendar([one for one in block.items() if one[0] not in _NO_RANGES])
        except NotACalendar:
            calendars[block.get("timeperiod_name", "")] = None
    local = dt.datetime.fromtimestamp(now)  # noqa: DTZ006 # the zone of this host, where Nagios runs too
    periods = {}
    for block in blocks:
        name = block.get("timeperiod_name", "")
        mine, excluded = calendars[name], [calendars.get(other) for other in names_of(block.get("exclude"))]
        if mine is None or None in excluded:
            periods[name] = Period(name)
        else:
            out = [one for one in excluded if one]
            periods[name] = Period(name, is_empty(mine, out, local.date()), is_inside(mine, out, local))
    return periods


def _key(block: Block) -> Key:
    return (block.get("host_name", ""), block.get("service_description", ""))


def _on(block: Block, name: str, otherwise: str = "0") -> bool:
    return block.get(name, otherwise) not in ("", "0")


def _period(name: str | None, told: _Told) -> Period | None:
    return told.periods.get(name, Period(name)) if name else None


def _watched(key: Key, block: Block, defined: Block, program: Block, told: _Told, status: Blocks) -> Watched:
    kind = "service" if key[1] else "host"
    last, following = as_seconds(block.get("last_check")), as_seconds(block.get("next_check"))
    interval = (as_seconds(block.get("check_interval")) or 0.0) * MINUTE
    if last and following and following > last:
        interval = min(interval, following - last) if interval else following - last
    freshness = None
    if _on(defined, "check_freshness") and _on(program, f"check_{kind}_freshness"):
        freshness = as_seconds(defined.get("freshness_threshold")) or interval
    obstacle, restriction = blocked(_period(block.get("notification_period"), told), phrase("its notification period"))
    if obstacle is None and not asks(defined.get("notification_options", "a"), "c" if key[1] else "d"):
        obstacle = phrase("its notification options leave out {state}", state="CRITICAL" if key[1] else "DOWN")
    # the unit of intervals: a minute, unless the checks come more often
    unit = min(MINUTE, (following - last) / each) if last and following and following > last and (each := _each(block)) else MINUTE
    attempts = ((as_seconds(block.get("max_attempts")) or 1.0) - 1) * (as_seconds(block.get("retry_interval")) or 0.0) * unit
    active = _on(block, "active_checks_enabled")
    waits = (as_seconds(defined.get("first_notification_delay")) or 0.0) * unit
    return Watched(
        *key,
        state=int(block.get("current_state", "0")),
        hard=block.get("state_type") == "1",
        output=one_line(block.get("plugin_output"), 200),
        checked=_on(block, "has_been_checked"),
        last_check=last,
        next_check=following,
        interval=interval,
        active=active,
        passive=_on(block, "passive_checks_enabled") and _on(program, f"passive_{kind}_checks_enabled", "1"),
        freshness=freshness,
        pretends=is_pretence(block.get("check_command"), active=not _on(block, "check_type"), state=int(block.get("current_state", "0"))),
        period=_period(block.get("check_period"), told),
        notifies=_on(block, "notifications_enabled"),
        mute=obstacle,
        restriction=restriction,
        held_back=held_back(told.dependencies.get(key, ()), told.states, told.periods),
        told_after=waits + (attempts if active else 0.0),
        ways=tuple(_ways(kind, key, defined, told)),
        in_downtime=_on(block, "scheduled_downtime_depth"),
        downtimes=tuple(_downtime(one) for one in status.get(f"{kind}downtime", ()) if _key(one) == key),
        acknowledgement=_acknowledgement(key, block, status.get(f"{kind}comment", ())),
        flapping=_on(block, "is_flapping"),
    )


def _each(block: Block) -> float:
    """The interval of the next check, in units."""
    soft = block.get("state_type") != "1" and block.get("current_state", "0") != "0"
    return as_seconds(block.get("retry_interval" if soft else "check_interval")) or 0.0


def _ways(kind: str, key: Key, defined: Block, told: _Told) -> t.Iterator[Way]:
    first = escalated(defined, told.escalations.get(key, ()), "c" if kind == "service" else "d", told.periods)
    by_contact: dict[str, list[str]] = {name: [] for name in names_of(first.get("contacts"))}
    for group in names_of(first.get("contact_groups")):
        for name in told.groups.get(group, ()):
            by_contact.setdefault(name, []).append(group)
    for name, groups in sorted(by_contact.items()):
        contact, running = told.contacts.get(name, {}), told.at_run_time.get(name, {})
        period = running.get(f"{kind}_notification_period", contact.get(f"{kind}_notification_period"))
        obstacle, restriction = blocked(_period(period, told), phrase("the notification period of the contact {contact}", contact=name))
        if not _on(running or contact, f"{kind}_notifications_enabled"):
            obstacle = phrase("notifications of the contact {contact} are off", contact=name)
        elif not asks(contact.get(f"{kind}_notification_options", "n"), "c" if kind == "service" else "d"):
            state = "CRITICAL" if kind == "service" else "DOWN"
            obstacle = phrase("the contact {contact} leaves out {state}", contact=name, state=state)
        elif not contact.get(f"{kind}_notification_commands"):
            obstacle = phrase("the contact {contact} has no command that tells it", contact=name)
        elif missing := _missing(contact[f"{kind}_notification_commands"], told):
            obstacle = phrase("the program that tells the contact {contact} is not there: {path:path}", contact=name, path=missing)
        elif not period:
            obstacle = phrase("the contact {contact} has no notification period", contact=name)
        elif (as_seconds(contact.get("minimum_importance")) or 0.0) > (as_seconds(defined.get("importance")) or 0.0):
            obstacle = phrase("the contact {contact} is told only of what is more important", contact=name)
        yield Way(name, tuple(groups), obstacle, restriction)


def _missing(commands: str, told: _Told) -> str:
    """The program that is not there, where no other command tells the contact."""
    missing = [told.missing.get(command.partition("!")[0], "") for command in names_of(commands)]
    return missing[0] if missing and all(missing) else ""


def _downtime(block: Block) -> Downtime:
    return Downtime(
        as_seconds(block.get("start_time")) or 0.0,
        as_seconds(block.get("end_time")) or 0.0,
        _on(block, "fixed"),
        as_seconds(block.get("duration")) or 0.0,
        one_line(block.get("author"), 80),
        one_line(block.get("comment"), 120),
    )


def _acknowledgement(key: Key, block: Block, comments: t.Sequence[Block]) -> Acknowledgement | None:
    if not _on(block, "problem_has_been_acknowledged"):
        return None
    said = next((one for one in comments if _key(one) == key and one.get("entry_type") == _ACKNOWLEDGED), {})
    return Acknowledgement(
        block.get("acknowledgement_type") == "2",
        as_seconds(said.get("expire_time")) if _on(said, "expires") else None,
        one_line(said.get("author"), 80),
        one_line(said.get("comment_data"), 120),
    )


__all__ = ("NagiosStatus", "parse_blocks")
