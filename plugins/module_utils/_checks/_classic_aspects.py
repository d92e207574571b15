# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with hosts and services as classic monitoring watches them, and tells of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._clients.classic import LATE, TOO_LATE, Acknowledgement, Downtime, Key, Seen, Watched, Way
from .._finding import isoformat
from .._listing import either
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from ._judgement import Judgement

INTERVALS = 2  # the last check must be within so many intervals ...
LATENCY = 120.0  # ... and what a busy scheduler is late, in seconds
DOWN, CRITICAL, UNKNOWN = 1, 2, 3
# how Nagios and Icinga say that the program of a check is not there, or may not be run
_NO_PROGRAM = re.compile(r"[Rr]eturn code of 12[67]\b|execvpe?\(.*failed")


@dataclasses.dataclass
class Verdict(Judgement):
    """``oldest``: the age of the oldest last check that was looked at, in seconds."""

    oldest: float = 0.0


@dataclasses.dataclass(frozen=True)
class Look:
    """What is looked at, and what for. ``declared``: what the service has; ``implied``: hosts that it has only by their services."""

    seen: Seen
    declared: tuple[Key, ...]
    implied: tuple[Key, ...]
    now: float
    contacts: tuple[str, ...] = ()
    window_end: float | None = None
    longest: float = 86400.0

    def there(self, keys: t.Iterable[Key]) -> t.Iterator[Watched]:
        return (self.seen.objects[key] for key in keys if key in self.seen.objects)


def named(key: Key) -> Message:
    host, service = key
    return phrase("{service} on {host}", service=service, host=host) if service else verbatim(host)


def missing(look: Look) -> list[Message]:
    """A sentence for each host and service that is not monitored at all; a service of such a host has none of its own."""
    gone = [key for key in (*look.declared, *look.implied) if key not in look.seen.objects]
    hosts = {host for host, service in gone if not service}
    return [
        phrase("{object} is not monitored: {server} does not have it", object=named(key), server=look.seen.server)
        for key in gone
        if not key[1] or key[0] not in hosts
    ]


# -- monitored: it is looked at, and up


def monitored(look: Look) -> Verdict:
    verdict = Verdict(fails=missing(look))
    for watched in look.there((*look.declared, *look.implied)):
        _is_checked(watched, look, verdict)
        _is_up(watched, verdict)
    verdict.warns += _pretended(look)
    return verdict


def _pretended(look: Look) -> list[Message]:
    """Checks that look at nothing; that of a host does no harm where a service of it is really looked at."""
    known = {watched.host for watched in look.there(look.declared) if watched.service and not watched.pretends}
    return [
        phrase("the check of {object} looks at nothing: it says that all is well whatever happens (dummy)", object=named(watched.key))
        for watched in look.there(look.declared)
        if watched.pretends and (watched.service or watched.host not in known)
    ]


def _is_checked(watched: Watched, look: Look, verdict: Verdict) -> None:
    """Whether somebody looks at it, and has lately."""
    what, seen = named(watched.key), look.seen
    if watched.active and not (seen.service_checks if watched.service else seen.host_checks):
        said = (
            phrase(
                "{object} is not checked: active checks of services are switched off for all of {server}", object=what, server=seen.server
            )
            if watched.service
            else phrase(
                "{object} is not checked: active checks of hosts are switched off for all of {server}", object=what, server=seen.server
            )
        )
        verdict.fails.append(said)
        return
    if not watched.active and not (watched.passive and watched.freshness):
        said = (
            phrase("{object} is not checked actively, and nobody notices when passive results stay away (no freshness)", object=what)
            if watched.passive
            else phrase("{object} is not checked: active and passive checks are off", object=what)
        )
        verdict.fails.append(said)
        return
    period = watched.period
    if watched.active and period is not None and period.never:
        verdict.fails.append(
            phrase("{object} is not checked: its check period '{period}' has no hour within the next year", object=what, period=period.name)
        )
        return
    if watched.active and period is not None and period.inside is False:
        said = phrase("{object} is not checked now: its check period is '{period}'", object=what, period=period.name)
        verdict.warns.append(said)
        return
    _is_fresh(watched, look, verdict)


def allowed_age(watched: Watched) -> float:
    """How old the last result may be, in seconds."""
    each = watched.interval if watched.active else watched.freshness or watched.interval
    return INTERVALS * each + LATENCY


def _is_fresh(watched: Watched, look: Look, verdict: Verdict) -> None:
    what, limit = named(watched.key), allowed_age(watched)
    up = look.now - look.seen.started if look.seen.started is not None else None
    early = up is not None and up < limit
    if not watched.checked or watched.last_check is None:
        if early:
            verdict.unseen.append(
                phrase("{object} has not been checked yet: {server} started {up:duration} ago", object=what, server=look.seen.server, up=up)
            )
        else:
            verdict.fails.append(phrase("{object} has never been checked (it is pending)", object=what))
        return
    age = max(0.0, look.now - watched.last_check)
    verdict.oldest = max(verdict.oldest, age)
    if age <= limit:
        return
    if early:
        verdict.unseen.append(
            phrase(
                "{object} was last checked {age:duration} ago, and {server} started {up:duration} ago",
                object=what,
                age=age,
                server=look.seen.server,
                up=up,
            )
        )
        return
    verdict.fails.append(
        phrase(
            "{object} was last checked {age:duration} ago, the limit is {limit:duration} (it should be each {interval:duration})",
            object=what,
            age=age,
            limit=limit,
            interval=watched.interval if watched.active else watched.freshness,
        )
    )


def _is_up(watched: Watched, verdict: Verdict) -> None:
    if not watched.checked or watched.state == 0:
        return
    what, said = named(watched.key), _said(watched)
    if not watched.service:
        text = (
            phrase("{host} is DOWN: {said}", host=what, said=said)
            if watched.state == DOWN
            else phrase("{host} is UNREACHABLE: {said}", host=what, said=said)
        )
        (verdict.fails if watched.hard else verdict.warns).append(text)
    elif watched.state == CRITICAL:
        verdict.warns.append(phrase("{service} is CRITICAL: {said}", service=what, said=said))
    elif watched.state == UNKNOWN:
        verdict.warns.append(phrase("{service} is UNKNOWN: {said}", service=what, said=said))
    else:
        verdict.notes.append(phrase("{service} is WARNING: {said}", service=what, said=said))


def _said(watched: Watched) -> Message:
    return verbatim(one_line(watched.output, 160)) if watched.output else phrase("it says nothing")


# -- alerting: its check works, and somebody can be told


def alerting(look: Look) -> Verdict:
    verdict = Verdict(fails=missing(look))
    _is_told_at_all(look, verdict)
    for watched in look.there(look.declared):
        _is_checked(watched, look, verdict)
        _works(watched, verdict)
        if _notifies(watched, verdict):
            _reaches(watched, watched.ways, verdict, phrase("{object} tells nobody: it has no contact", object=named(watched.key)))
    verdict.fails += _pretended(look)
    return verdict


def _is_told_at_all(look: Look, verdict: Verdict) -> None:
    if look.seen.mute is not None:
        verdict.fails.append(look.seen.mute)
    if look.seen.untold is not None:
        verdict.warns.append(look.seen.untold)


def _works(watched: Watched, verdict: Verdict) -> None:
    """Whether the check finds anything out; a program that is not there makes a host DOWN and a service CRITICAL or UNKNOWN."""
    if not watched.checked or watched.state == 0:
        return
    what = named(watched.key)
    if _NO_PROGRAM.search(watched.output):
        verdict.fails.append(phrase("the check of {object} cannot be run: {said}", object=what, said=_said(watched)))
    elif watched.service and watched.state == UNKNOWN:
        text = phrase("the check of {object} finds nothing out, it is UNKNOWN: {said}", object=what, said=_said(watched))
        (verdict.fails if watched.hard else verdict.warns).append(text)


def _notifies(watched: Watched, verdict: Verdict) -> bool:
    if not watched.notifies:
        verdict.fails.append(phrase("notifications of {object} are off", object=named(watched.key)))
        return False
    if watched.mute is not None:
        verdict.fails.append(phrase("{object} tells nobody: {reason}", object=named(watched.key), reason=watched.mute))
        return False
    return True


def _reaches(watched: Watched, ways: t.Sequence[Way], verdict: Verdict, none: Message) -> None:
    """Whether one of these ways leads to somebody."""
    what = named(watched.key)
    open_ways = [way for way in ways if way.obstacle is None]
    if not ways:
        verdict.fails.append(none)
        return
    _is_in_time(watched, verdict)
    if not open_ways:
        closed = ways[0]
        verdict.fails.append(
            phrase("{object} does not reach {contact}: {reason}", object=what, contact=closed.contact, reason=closed.obstacle)
        )
    else:
        limits = [watched.restriction, *(way.restriction for way in open_ways)]
        always = watched.restriction is None and any(way.restriction is None for way in open_ways)
        if not always:
            first = next(limit for limit in limits if limit is not None)
            verdict.warns.append(phrase("problems of {object} are told only at times: {reason}", object=what, reason=first))


def _is_in_time(watched: Watched, verdict: Verdict) -> None:
    """Whether a problem is told soon, and now."""
    what = named(watched.key)
    if watched.told_after > LATE:
        said = phrase(
            "a problem of {object} is told after {after:duration} at the earliest (max_check_attempts, first_notification_delay), "
            "the limit is {limit:duration}",
            object=what,
            after=watched.told_after,
            limit=TOO_LATE if watched.told_after > TOO_LATE else LATE,
        )
        (verdict.fails if watched.told_after > TOO_LATE else verdict.warns).append(said)
    if watched.held_back is not None:
        verdict.warns.append(phrase("problems of {object} are not told now: {reason}", object=what, reason=watched.held_back))


# -- routing: it is told to those who act on it


def routing(look: Look) -> Verdict:
    verdict = Verdict(fails=missing(look))
    _is_told_at_all(look, verdict)
    wanted = set(look.contacts)
    for watched in look.there(look.declared):
        if _notifies(watched, verdict):
            ways = [way for way in watched.ways if wanted.intersection(way.names)]
            _reaches(watched, ways, verdict, _astray(watched, look.contacts))
    return verdict


def _astray(watched: Watched, contacts: t.Sequence[str]) -> Message:
    reached = list(dict.fromkeys(way.contact for way in watched.ways))
    what = named(watched.key)
    if not reached:
        return phrase("problems of {object} are told to nobody, not to {contacts}", object=what, contacts=either(contacts))
    return phrase(
        "problems of {object} are told to {reached:list}, not to {contacts}", object=what, reached=reached, contacts=either(contacts)
    )


# -- hidden: nothing keeps its problems from being told


def hidden(look: Look) -> Verdict:
    verdict = Verdict(fails=missing(look))
    for watched in look.there((*look.declared, *look.implied)):
        too_long = [_is_too_long(watched, downtime, look, verdict) for downtime in watched.downtimes]  # each is told
        if not any(too_long):
            _follow_each_other(watched, look, verdict)
        if watched.acknowledgement is not None:
            _is_acknowledged(watched, watched.acknowledgement, look, verdict)
        if watched.flapping:
            verdict.warns.append(phrase("{object} is flapping: while it does, its problems are not told", object=named(watched.key)))
    return verdict


def _is_too_long(watched: Watched, downtime: Downtime, look: Look, verdict: Verdict) -> bool:
    hides_until = downtime.end if downtime.fixed else downtime.end + downtime.duration
    if hides_until <= look.now:
        return False
    told = _downtime(watched, downtime)
    if look.window_end is not None and downtime.start <= look.window_end < hides_until:
        verdict.fails.append(
            phrase(
                "{downtime}: it hides problems until {beyond:duration} after the window, which ends {end:moment}",
                downtime=told,
                beyond=hides_until - look.window_end,
                end=moment(look.window_end),
            )
        )
        return True
    bounded = look.window_end is not None and downtime.start <= look.window_end  # one that ends with the window may be as long
    if not bounded and downtime.hides > look.longest:
        verdict.fails.append(
            phrase(
                "{downtime}: it hides problems for {length:duration}, the limit is {limit:duration}",
                downtime=told,
                length=downtime.hides,
                limit=look.longest,
            )
        )
        return True
    verdict.notes.append(told)
    return False


def _follow_each_other(watched: Watched, look: Look, verdict: Verdict) -> None:
    """Downtimes of which each is short enough, and of which one begins when the one before it ends."""
    spans: list[list[float]] = []
    for downtime in sorted((one for one in watched.downtimes if one.fixed), key=lambda one: one.start):
        if spans and downtime.start <= spans[-1][1] + LATENCY:
            spans[-1][1] = max(spans[-1][1], downtime.end)
        else:
            spans.append([downtime.start, downtime.end])
    for start, end in spans:
        within = look.window_end is not None and end <= look.window_end
        if end > look.now and end - start > look.longest and not within:
            verdict.fails.append(
                phrase(
                    "downtimes of {object} follow each other until {end:moment}: they hide problems for {length:duration}, "
                    "the limit is {limit:duration}",
                    object=named(watched.key),
                    end=moment(end),
                    length=end - start,
                    limit=look.longest,
                )
            )


def _downtime(watched: Watched, downtime: Downtime) -> Message:
    author = verbatim(downtime.author) if downtime.author else phrase("nobody")
    why = phrase('"{comment}"', comment=downtime.comment) if downtime.comment else phrase("without a comment")
    if downtime.fixed:
        return phrase(
            "downtime of {object} by {author} ({why}) until {end:moment}",
            object=named(watched.key),
            author=author,
            why=why,
            end=moment(downtime.end),
        )
    return phrase(
        "flexible downtime of {object} by {author} ({why}), {length:duration} from the first problem until {end:moment} on",
        object=named(watched.key),
        author=author,
        why=why,
        length=downtime.duration,
        end=moment(downtime.end),
    )


def _is_acknowledged(watched: Watched, acknowledged: Acknowledgement, look: Look, verdict: Verdict) -> None:
    author = verbatim(acknowledged.author) if acknowledged.author else phrase("somebody")
    what, expires = named(watched.key), acknowledged.expires
    if expires is not None:
        said = phrase(
            "the problem of {object} is acknowledged by {author} until {end:moment}", object=what, author=author, end=moment(expires)
        )
        (verdict.notes if expires - look.now <= look.longest else verdict.warns).append(said)
    elif acknowledged.sticky is False:
        verdict.notes.append(
            phrase("the problem of {object} is acknowledged by {author}, until its state changes", object=what, author=author)
        )
    else:
        verdict.warns.append(
            phrase(
                "the problem of {object} is acknowledged by {author} without an end: nobody is reminded of it", object=what, author=author
            )
        )


def moment(seconds: float) -> str:
    """ISO 8601; what lies beyond the calendar is its last year."""
    last = dt.datetime(9999, 12, 31, tzinfo=dt.timezone.utc)
    return isoformat(dt.datetime.fromtimestamp(min(seconds, last.timestamp()), dt.timezone.utc))


ASPECTS: t.Mapping[str, t.Callable[[Look], Verdict]] = {
    "monitored": monitored,
    "alerting": alerting,
    "routing": routing,
    "hidden": hidden,
}

__all__ = ("ASPECTS", "INTERVALS", "LATENCY", "Look", "Verdict", "allowed_age", "named")
