# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time periods of Nagios and Icinga, day by day."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.calendar_periods import (
    DAYS,
    Calendar,
    NotACalendar,
    hours_within,
    is_empty,
    is_inside,
)

TODAY = dt.date(2026, 11, 25)  # a Wednesday
ALL_DAY = "00:00-24:00"
ALWAYS = Calendar([(day, ALL_DAY) for day in DAYS])


@pytest.mark.parametrize(
    ("days", "day", "there"),
    [
        ("2030-01-01", "2030-01-01", True),
        ("2030-01-01", "2029-01-01", False),
        ("2026-11-20 - 2026-11-30", "2026-11-25", True),
        ("2026-11-01 - 2026-12-31 / 2", "2026-11-25", True),
        ("2026-11-01 - 2026-12-31 / 2", "2026-11-26", False),
        ("2026-11-01 / 7", "2027-11-07", True),
        ("day 1", "2026-12-01", True),
        ("day 1", "2026-12-02", False),
        ("day -1", "2027-02-28", True),
        ("day 10 - 15", "2026-11-12", True),
        ("day 20 - -1", "2026-11-30", True),
        ("february 10", "2027-02-10", True),
        ("february 10", "2027-03-10", False),
        ("december 20 - january 5", "2027-01-03", True),
        ("december 20 - january 5", "2026-12-24", True),
        ("december 20 - january 5", "2026-11-25", False),
        ("monday 3", "2026-11-16", True),
        ("monday 3", "2026-11-23", False),
        ("monday -1", "2026-11-30", True),
        ("thursday -1 november", "2026-11-26", True),
        ("thursday -1 november", "2026-12-31", False),
        ("wednesday", "2026-11-25", True),
        ("monday - friday", "2026-11-25", True),
        ("monday - friday", "2026-11-28", False),
    ],
)
def test_days(days: str, day: str, there: bool) -> None:
    assert bool(Calendar([(days, ALL_DAY)]).of(dt.date.fromisoformat(day))) is there


def test_who_names_a_day_more_exactly_decides() -> None:
    read = Calendar([*((day, ALL_DAY) for day in DAYS), ("2026-12-25", "00:00-00:00"), ("day 1", "09:00-17:00,20:00-21:00")])
    assert read.of(dt.date(2026, 12, 25)) == []
    assert read.of(dt.date(2026, 12, 1)) == [(540, 1020), (1200, 1260)]
    assert read.of(dt.date(2026, 12, 2)) == [(0, 1440)]


def test_what_is_taken_out() -> None:
    office = Calendar([(day, "09:00-17:00") for day in DAYS])
    assert hours_within(ALWAYS, [office], TODAY) == [(0, 540), (1020, 1440)]
    assert hours_within(office, [ALWAYS], TODAY) == []


@pytest.mark.parametrize(
    ("days", "hours", "empty"),
    [
        ("2030-01-01", ALL_DAY, True),
        ("1999-01-01 - 1999-12-31", ALL_DAY, True),
        ("1999-01-01 - 2099-12-31", ALL_DAY, False),
        ("2027-06-01", ALL_DAY, False),
        ("monday", "00:00-00:00", True),
        ("monday", "9:00-17:00", False),
        ("february 10", ALL_DAY, False),
    ],
)
def test_within_a_year(days: str, hours: str, empty: bool) -> None:
    assert is_empty(Calendar([(days, hours)]), [], TODAY) is empty


def test_now() -> None:
    now = dt.datetime(2026, 11, 25, 16, 59)  # noqa: DTZ001 # the zone of the host
    office = Calendar([("wednesday", "09:00-17:00")])
    assert is_inside(office, [], now) and not is_inside(office, [], now + dt.timedelta(minutes=1))
    assert (
        not is_inside(office, [ALWAYS], now)
        and is_empty(office, [ALWAYS], TODAY)
        and not is_empty(Calendar([("day 1", ALL_DAY)]), [], TODAY)
    )


@pytest.mark.parametrize(
    ("days", "hours"),
    [("someday", ALL_DAY), ("monday x", ALL_DAY), ("", ALL_DAY), ("2026-13-01", ALL_DAY), ("monday", "9-17"), ("day", ALL_DAY)],
)
def test_what_is_not_understood(days: str, hours: str) -> None:
    with pytest.raises(NotACalendar):
        Calendar([(days, hours)])
