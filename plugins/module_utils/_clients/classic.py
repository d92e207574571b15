# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Icinga, Nagios, Livestatus and Centreon say of hosts and services, in one shape. PRIVATE to the collection.

Times are seconds since 1970, intervals are seconds.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t

from .._phrase import Message, phrase

Key = tuple[str, str]  # host and service; of the host itself, an empty service

# names by which people call a period that has no hours, and one that has all
NEVER = ("never", "none", "nonworkhours-none", "no", "off")
ALWAYS = ("24/7", "24x7", "24x7x365", "7x24", "always")
LATE, TOO_LATE = 2 * 3600.0, 86400.0  # seconds of a problem before somebody is told of it: a warning, a fault
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_DATES = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclasses.dataclass(frozen=True)
class Period:
    """A time period; without a name where only its effect is told.

    ``empty``: it has no hour, ever; ``inside``: whether now is in it. None where that cannot be seen.
    """

    name: str
    empty: bool | None = None
    inside: bool | None = None

    @property
    def never(self) -> bool:
        return self.empty is True or (self.empty is None and not self.inside and self.name.lower() in NEVER)

    @property
    def unseen(self) -> bool:
        """Whether nothing tells which hours it has."""
        return self.empty is None and self.inside is None and self.name.lower() not in ALWAYS


@dataclasses.dataclass(frozen=True)
class Way:
    """A contact who would be told of a problem. ``obstacle``: why it never is; ``restriction``: why it is only at times."""

    contact: str
    groups: tuple[str, ...] = ()
    obstacle: Message | None = None
    restriction: Message | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.contact, *self.groups)


@dataclasses.dataclass(frozen=True)
class Downtime:
    """``duration``: of a flexible one, how long it hides from the first problem between ``start`` and ``end`` on."""

    start: float
    end: float
    fixed: bool = True
    duration: float = 0.0
    author: str = ""
    comment: str = ""

    @property
    def hides(self) -> float:
        """For how long it hides problems."""
        return self.end - self.start if self.fixed else self.duration


@dataclasses.dataclass(frozen=True)
class Acknowledgement:
    """``expires``: None where it never does. ``sticky``: None where that is not told."""

    sticky: bool | None = None
    expires: float | None = None
    author: str = ""
    comment: str = ""


@dataclasses.dataclass(frozen=True)
class Watched:
    """A host or a service as it is monitored.

    ``state``: 0 is UP or OK; a host has 1 DOWN and 2 UNREACHABLE, a service 1 WARNING, 2 CRITICAL and 3 UNKNOWN.
    ``freshness``: within how many seconds a passive result must come before somebody notices; None where nobody does.
    ``mute``: why its problems are told to nobody, whoever its contacts are. ``pretends``: its check says that all is well, whatever is so.
    """

    host: str
    service: str = ""
    state: int = 0
    hard: bool = True
    output: str = ""
    checked: bool = True
    last_check: float | None = None
    next_check: float | None = None
    interval: float = 300.0
    active: bool = True
    passive: bool = True
    freshness: float | None = None
    pretends: bool = False
    period: Period | None = None  # in which it is checked; None: always
    notifies: bool = True
    mute: Message | None = None
    restriction: Message | None = None  # why its problems are told only at times, whoever its contacts are
    held_back: Message | None = None  # why they are not told now, as something else has one
    told_after: float = 0.0  # seconds of a problem before anybody is told of it
    ways: tuple[Way, ...] = ()
    in_downtime: bool = False
    downtimes: tuple[Downtime, ...] = ()
    acknowledgement: Acknowledgement | None = None
    flapping: bool = False

    @property
    def key(self) -> Key:
        return (self.host, self.service)


@dataclasses.dataclass(frozen=True)
class Seen:
    """What one look at the monitoring has found.

    ``mute``: why nothing at all is told of problems. ``untold``: what this interface does not show of how they are told.
    ``may_hide``: why something that is not there may only not be shown to whoever asks.
    """

    server: str
    objects: t.Mapping[Key, Watched]
    started: float | None = None
    host_checks: bool = True
    service_checks: bool = True
    mute: Message | None = None
    untold: Message | None = None
    may_hide: Message | None = None


class Monitoring(t.Protocol):
    """A client. ``ways``: whether is asked who is told, ``hidings``: whether for downtimes and acknowledgements. CannotObserve."""

    def look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen: ...


def switched_off(server: str) -> Message:
    """Why nothing at all is told."""
    return phrase("notifications are switched off for all of {server}", server=server)


def is_pretence(command: object, *, active: bool, state: int) -> bool:
    """Whether the last result is that of a check that looks at nothing (``dummy``, ``check_dummy!0``) and says that all is well."""
    return active and state == 0 and "dummy" in str(command or "").partition("!")[0].lower()


def as_seconds(value: object) -> float | None:
    """A time or a number as monitoring systems write it; None for none, which many write as zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 < number <= 1e12 else None


def finite(value: object) -> float:
    """A number of JSON. TypeError, ValueError for what is none, and for what lies beyond all calendars."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(value)
    if not 0 <= value <= 1e12:
        raise ValueError(value)
    return float(value)


def has_no_hours(ranges: t.Iterable[tuple[str, str]], year: int) -> bool:
    """Whether a period of these days and hours never comes: it has none, those of past years, or hours that end when they begin."""
    for days, hours in ranges:
        spans = _HOURS.findall(hours)
        years = [int(found[0]) for found in _DATES.findall(days)]
        past = bool(years) and max(years) < year
        if any(begin.zfill(5) != end.zfill(5) for begin, end in spans) and not past:
            return False
    return True


def blocked(period: Period | None, of: Message) -> tuple[Message | None, Message | None]:
    """Obstacle and restriction that come of a time period; ``of`` says whose period it is."""
    if period is None:
        return None, None
    if not period.name:
        return None, phrase("{whose} is not now", whose=of) if period.inside is False else None
    if period.never:
        return phrase("{whose}, '{period}', has no hour within the next year", whose=of, period=period.name), None
    if period.inside is False:
        return None, phrase("{whose}, '{period}', is not now", whose=of, period=period.name)
    if period.unseen:
        return None, phrase("{whose}, '{period}', has hours that cannot be seen here", whose=of, period=period.name)
    return None, None


__all__ = (
    "ALWAYS",
    "LATE",
    "NEVER",
    "TOO_LATE",
    "Acknowledgement",
    "Downtime",
    "Key",
    "Monitoring",
    "Period",
    "Seen",
    "Watched",
    "Way",
    "as_seconds",
    "blocked",
    "finite",
    "has_no_hours",
    "is_pretence",
    "switched_off",
)
