# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oncall_roster by calendars: when somebody is on call. Whom entries name stands in ``rows_oncall_roster_people``, addresses and services
in ``rows_oncall_roster_sources``.

Ways in which it could pass without deserving it, each of which is a row:

- a gap at a change of the clocks: of minutes; exact and nominal lengths taken for each other (PT168H, P7D, DTEND of a series)
- a time in a zone that is named and not defined, or in no zone, read as UTC; a zone of the calendar's own that differs from the known one
- an entry that was cancelled, moved or taken out: STATUS, RECURRENCE-ID, EXDATE, METHOD:CANCEL, a later SEQUENCE
- a series that is over: UNTIL, COUNT; UNTIL in local time; a first entry that is not one of its rule
- rules: BYSETPOS counted from the end, WKST, 29 February, RDATE
- a roster that ends before the horizon; the window that is not covered outside the hours of the service
- tiers: one covers for the other; entries of several tiers and none declared
- one person for weeks, one person in two tiers
"""

from __future__ import annotations

import datetime as dt

from rosters import PARIS, calendar, event, given
from table import Row

OCTOBER = "2026-10-12T07:00:00Z"
NOVEMBER = "2026-11-23T08:00:00Z"
CHECK = "oncall_roster"
WEEK = ("20261012T090000", "20261019T090000")
ONE_WEEK = event("tier1 Alice", *WEEK, "RRULE:FREQ=WEEKLY")
NOMINAL = event("tier1 Alice", WEEK[0], None, "DURATION:P7D", "RRULE:FREQ=WEEKLY")
EXACT = event("tier1 Alice", WEEK[0], None, "DURATION:PT168H", "RRULE:FREQ=WEEKLY")
THREE = [
    event("tier1 Alice", "20261012T090000", "20261019T090000"),
    event("tier1 Bob", "20261019T090000", "20261026T090000"),
    event("tier1 Alice", "20261026T090000", "20261102T090000"),
]
OWN = PARIS.format(name="Customized Time Zone").replace("19701025", "16010101").replace("19700329", "16010101")
NIGHTS = event("night Alice", "20261123T180000", "20261124T090000", "RRULE:FREQ=DAILY;COUNT=7", zone='"Customized Time Zone"')
DAYS = event("day Bob", "20261123T080000Z", "20261123T170000Z", "RRULE:FREQ=DAILY;COUNT=8")
DAILY = event("Alice", "20261123T090000", "20261124T090000", "RRULE:FREQ=DAILY;COUNT=7", uid="a")
CANCELLED = event(
    "Alice", "20261126T090000", "20261127T090000", "RECURRENCE-ID;TZID=Europe/Paris:20261126T090000", "STATUS:CANCELLED", uid="a"
)
# the hand-over of the week before the clocks go back, written in UTC by hand: seven minutes are missing
SEVEN_MINUTES = [
    event("Alice", "20261018T220000Z", "20261025T005300Z"),
    event("Bob", "20261025T010000Z", "20261101T230000Z"),
]
FLOATING = event("Alice", "20261123T000000", "20261214T000000", zone=None)
ALL_DAY = event("Alice", "20261123", "20261214")
EVER = event("Alice", "20260101T000000Z", "20260102T000000Z", "RRULE:FREQ=DAILY")
VERSION = event("Alice", "20261120T000000Z", "20261203T000000Z", "SEQUENCE:2", uid="version")


def later(start: str, end: str, *more: str) -> str:
    return event("Alice", f"{start}T000000Z", f"{end}T000000Z", "SEQUENCE:3", *more, uid="version")


def stale_zone() -> str:
    """Europe/Paris as it would be had summer time been given up."""
    return "\n".join(
        ["BEGIN:VTIMEZONE", "TZID:Europe/Paris", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"]
        + ["END:STANDARD", "END:VTIMEZONE"]
    )


def years(first: int, count: int) -> list[str]:
    """Eight hours each, one after the other: what a program that never forgets has."""
    start = dt.datetime(first, 1, 1)
    return [
        event(
            "Alice",
            (start + dt.timedelta(hours=8 * n)).strftime("%Y%m%dT%H%M%SZ"),
            (start + dt.timedelta(hours=8 * n + 8)).strftime("%Y%m%dT%H%M%SZ"),
        )
        for n in range(count)
    ]


ROWS = [
    # -- usual and well
    Row(
        CHECK,
        "weeks that follow each other",
        given(calendar(*THREE), OCTOBER, "20d"),
        "pass",
        r"somebody is on call from 2026-10-12T07:00:00Z to 2026-11-01T07:00:00Z \(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "a series of nominal weeks over a change of the clocks",
        given(calendar(NOMINAL), OCTOBER, "30d", max_stretch="90d"),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "nights and days in a zone of the calendar's own",
        given(calendar(NIGHTS, DAYS, zones=(OWN,)), NOVEMBER, "177h"),
        "pass",
        "to 2026-11-30T17:00:00Z",
    ),
    Row(
        CHECK,
        "the name that Windows has for a zone",
        given(
            calendar(event("Alice", "20261123T000000", "20261130T000000", zone="Romance Standard Time"), zones=()), "2026-11-22T23:00:00Z"
        ),
        "pass",
        "to 2026-11-29T23:00:00Z",
    ),
    Row(
        CHECK,
        "a zone with a prefix of who wrote it",
        given(
            calendar(event("Alice", "20261123T000000", "20261201T000000", zone="/freeassociation.sourceforge.net/Europe/Paris"), zones=()),
            NOVEMBER,
        ),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "whole days in a declared zone",
        given(calendar(ALL_DAY), NOVEMBER, time_zone="Europe/Paris", max_stretch="60d"),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "whole days in the zone of the calendar",
        given(calendar(ALL_DAY, more=("X-WR-TIMEZONE:Europe/Paris",)), NOVEMBER, max_stretch="60d"),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "times without a zone in a declared one",
        given(calendar(FLOATING), NOVEMBER, time_zone="Europe/Paris", max_stretch="60d"),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "shifts that overlap",
        given(
            calendar(event("Alice", "20261120T000000Z", "20261128T000000Z"), event("Bob", "20261127T000000Z", "20261205T000000Z")), NOVEMBER
        ),
        "pass",
        r"\(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "entries that end at 23:59",
        given(
            calendar(event("Alice", "20261123T000000Z", "20261126T235900Z"), event("Bob", "20261127T000000Z", "20261203T000000Z")), NOVEMBER
        ),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "a moved instance that still covers",
        given(
            calendar(DAILY, event("Bob", "20261126T090000", "20261127T090000", "RECURRENCE-ID:20261126T080000Z", uid="a")), NOVEMBER, "6d"
        ),
        "pass",
        "Bob Petit",
    ),
    Row(
        CHECK,
        "years of history",
        given(calendar(*years(2024, 3300)), "2026-12-20T00:00:00Z", "5d", max_stretch="5000d"),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "nobody at night, and the service is closed then",
        given(
            calendar(event("Alice", "20261123T080000", "20261123T180000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")),
            NOVEMBER,
            hours="Mon-Fri 08:00-18:00 Europe/Paris",
        ),
        "pass",
        "from 2026-11-23T08:00:00Z to 2026-11-30T08:00:00Z in the hours 'Mon-Fri 08:00-18:00 Europe/Paris' .Alice Martin",
    ),
    Row(
        CHECK,
        "the last Sunday of the month, counted from the end",
        given(
            calendar(
                event("Alice", "20261101T000000Z", None, "DURATION:P28D", "RRULE:FREQ=MONTHLY;BYDAY=SU;BYSETPOS=1"),
                event("Bob", "20261129T000000Z", None, "DURATION:P7D", "RRULE:FREQ=MONTHLY;BYDAY=SU;BYSETPOS=-1"),
            ),
            "2026-11-27T00:00:00Z",
            max_stretch="60d",
        ),
        "pass",
        r"\(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "29 February, and the year after",
        given(
            calendar(
                event("Alice", "20280228T000000Z", "20280229T000000Z"),
                event("Bob", "20280229T000000Z", "20280301T000000Z"),
                event("Alice", "20280301T000000Z", "20280310T000000Z"),
            ),
            "2028-02-28T06:00:00Z",
        ),
        "pass",
        "Bob Petit",
    ),
    Row(
        CHECK,
        "two calendars in one file",
        given(
            calendar(event("Alice", "20261123T000000Z", "20261126T000000Z", uid="1"))
            + calendar(event("Bob", "20261126T000000Z", "20261203T000000Z", uid="1")),
            NOVEMBER,
        ),
        "pass",
        r"\(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "entries without a UID",
        given(
            calendar(event("Alice", "20261123T000000Z", "20261126T000000Z"), event("Bob", "20261126T000000Z", "20261203T000000Z")).replace(
                "UID:", "X-NO:"
            ),
            NOVEMBER,
        ),
        "pass",
        r"\(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "two tiers, each covered",
        given(
            calendar(
                EVER.replace("SUMMARY:", "SUMMARY:tier1 "), EVER.replace("SUMMARY:Alice", "SUMMARY:tier2 Bob").replace("UID:", "UID:2")
            ),
            NOVEMBER,
            tiers={"N1": "tier1", "N2": ["tier2", "backup"]},
            max_stretch="5000d",
        ),
        "pass",
        "N1: somebody is on call .* N2: somebody is on call",
    ),
    Row(
        CHECK,
        "a tier by its category",
        given(
            calendar(event("Alice", "20261120T000000Z", "20261210T000000Z", "CATEGORIES:Payments,N1")),
            NOVEMBER,
            tiers={"N1": None},
            max_stretch="60d",
        ),
        "pass",
        "N1: somebody is on call",
    ),
    # -- changes of the clocks
    Row(
        CHECK,
        "seven minutes are missing when the clocks go back",
        given(calendar(*SEVEN_MINUTES), "2026-10-22T08:00:00Z"),
        "fail",
        r"nobody is on call from 2026-10-25T00:53:00Z to 2026-10-25T01:00:00Z \(7 min\)",
    ),
    Row(
        CHECK,
        "a series of 168 hours over a change of the clocks",
        given(calendar(EXACT), OCTOBER, "21d", max_stretch="90d"),
        "fail",
        r"nobody is on call from 2026-10-26T07:00:00Z to 2026-10-26T08:00:00Z \(60 min\)",
    ),
    Row(
        CHECK,
        "a series with an end over a change of the clocks",
        given(calendar(ONE_WEEK), OCTOBER, "21d", max_stretch="90d"),
        "warn",
        "from 2026-10-26T07:00:00Z to 2026-10-26T08:00:00Z programs read the calendar differently",
    ),
    Row(
        CHECK,
        "a calendar with another idea of summer time",
        given(
            calendar(
                event("Alice", "20260701T090000", "20260708T090000"),
                event("Bob", "20260708T070000Z", "20260720T000000Z"),
                zones=(stale_zone(),),
            ),
            "2026-07-01T08:00:00Z",
        ),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "a calendar whose idea of summer time leaves a gap",
        given(
            calendar(
                event("Alice", "20260701T000000Z", "20260708T070000Z"),
                event("Bob", "20260708T090000", "20260720T090000"),
                zones=(stale_zone(),),
            ),
            "2026-07-02T08:00:00Z",
        ),
        "warn",
        "from 2026-07-08T07:00:00Z to 2026-07-08T08:00:00Z somebody is on call by the calendar's own definition",
    ),
    Row(
        CHECK,
        "a shift that begins in the hour that is skipped",
        given(
            calendar(event("Alice", "20270320T000000Z", "20270328T010000Z"), event("Bob", "20270328T023000", "20270401T000000")),
            "2027-03-27T12:00:00Z",
            "2d",
        ),
        "fail",
        r"from 2027-03-28T01:00:00Z to 2027-03-28T01:30:00Z \(30 min\)",
    ),
    # -- zones that nobody knows
    Row(
        CHECK,
        "a zone that is named and not defined",
        given(calendar(NIGHTS, DAYS, zones=()), NOVEMBER),
        "unknown",
        "time zone 'Customized Time Zone' is named and not defined",
    ),
    Row(
        CHECK,
        "a gap that no reading of an undefined zone fills",
        given(
            calendar(
                event("Alice", "20261123T000000", "20261125T000000", zone="Nowhere"),
                event("Bob", "20261128T000000Z", "20261210T000000Z"),
                zones=(),
            ),
            NOVEMBER,
        ),
        "fail",
        "nobody is on call from 2026-11-25T14:00:00Z to 2026-11-28T00:00:00Z",
    ),
    Row(
        CHECK,
        "times without a zone, and none is declared",
        given(calendar(FLOATING), NOVEMBER),
        "unknown",
        "its times have no time zone, and none is declared",
    ),
    Row(
        CHECK,
        "whole days without a zone, and none is declared",
        given(calendar(event("Alice", "20261123", "20261127"), event("Bob", "20261127", "20261210")), NOVEMBER),
        "unknown",
        "have no time zone",
    ),
    Row(
        CHECK,
        "a zone whose definition cannot be used",
        given(
            calendar(
                event("Alice", "20261120T000000", "20261210T000000", zone="Broken"),
                zones=(PARIS.format(name="Broken").replace("TZOFFSETTO", "X-NOT"),),
            ),
            NOVEMBER,
        ),
        "unknown",
        "cannot be parsed: mandatory TZOFFSETFROM",
    ),
    # -- cancelled, moved, over
    Row(
        CHECK,
        "a cancelled instance",
        given(calendar(DAILY, CANCELLED), NOVEMBER, "6d"),
        "fail",
        r"nobody is on call from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z \(24 h\)",
    ),
    Row(
        CHECK,
        "an instance that is taken out",
        given(calendar(DAILY.replace("END:VEVENT", "EXDATE;TZID=Europe/Paris:20261126T090000\nEND:VEVENT")), NOVEMBER, "6d"),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "an instance that is taken out, in UTC",
        given(calendar(DAILY.replace("END:VEVENT", "EXDATE:20261126T080000Z\nEND:VEVENT")), NOVEMBER, "6d"),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "an instance that is taken out by its day",
        given(calendar(DAILY.replace("END:VEVENT", "EXDATE;VALUE=DATE:20261126\nEND:VEVENT")), NOVEMBER, "6d"),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "a moved instance leaves a gap",
        given(
            calendar(DAILY, event("Alice", "20261127T090000", "20261128T090000", "RECURRENCE-ID:20261126T080000Z", uid="a")), NOVEMBER, "6d"
        ),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "a cancelled instance in a zone that nobody knows",
        given(calendar(DAILY, CANCELLED.replace("RECURRENCE-ID;TZID=Europe/Paris", "RECURRENCE-ID;TZID=Nowhere")), NOVEMBER, "6d"),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "a cancelled instance that is named without a zone",
        given(calendar(DAILY, CANCELLED.replace("RECURRENCE-ID;TZID=Europe/Paris", "RECURRENCE-ID")), NOVEMBER, "6d"),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-27T08:00:00Z",
    ),
    Row(
        CHECK,
        "the whole series is cancelled",
        given(calendar(EVER.replace("END:VEVENT", "STATUS:CANCELLED\nEND:VEVENT")), NOVEMBER),
        "fail",
        "'Alice' is cancelled",
    ),
    # -- a later version in another calendar of the file
    *(
        Row(CHECK, f"in a second calendar: {what}", given(calendar(VERSION) + second, NOVEMBER), status, said)
        for what, second, status, said in (
            ("cancelled", calendar(later("20261120", "20261203", "STATUS:CANCELLED")), "fail", "'Alice' is cancelled"),
            ("a cancellation", calendar(VERSION, more=("METHOD:CANCEL",)), "fail", "'Alice' is cancelled"),
            ("moved away", calendar(later("20260101", "20260110")), "fail", "nobody is on call from 2026-11-23T08:00:00Z"),
            ("moved, and still on call", calendar(later("20261122", "20261204")), "pass", "Alice Martin"),
            ("an older version", calendar(later("20260101", "20260110").replace("SEQUENCE:3", "SEQUENCE:1")), "pass", "Alice Martin"),
            ("an older cancellation", calendar(VERSION.replace("SEQUENCE:2", "SEQUENCE:1"), more=("METHOD:CANCEL",)), "pass", "Alice"),
            ("the same once more", calendar(VERSION), "pass", "Alice Martin"),
            ("another entry that is cancelled", calendar(event("Bob", *WEEK, "STATUS:CANCELLED")), "pass", "Alice Martin"),
            ("an answer to it", calendar(VERSION, more=("METHOD:REPLY",)), "pass", "Alice Martin"),
        )
    ),
    Row(
        CHECK,
        "a cancellation in the first calendar, and the entry in the second",
        given(calendar(later("20261120", "20261203", "STATUS:CANCELLED")) + calendar(VERSION), NOVEMBER),
        "fail",
        "'Alice' is cancelled",
    ),
    # -- messages, and words of other programs
    *(
        Row(
            CHECK, f"a message {method}", given(calendar(VERSION, more=(f"METHOD:{method}",)), NOVEMBER), "unknown", f"of the kind {method}"
        )
        for method in ("COUNTER", "DECLINECOUNTER", "REFRESH", "REPLY")
    ),
    *(
        Row(CHECK, f"a calendar {method}", given(calendar(VERSION, more=(f"METHOD:{method}",)), NOVEMBER), "pass", "Alice Martin")
        for method in ("PUBLISH", "REQUEST", "publish")
    ),
    Row(CHECK, "CANCELED with one L", given(calendar(VERSION.replace("SEQ", "STATUS:CANCELED\nSEQ")), NOVEMBER), "fail", "is cancelled"),
    Row(
        CHECK, "a status of tasks", given(calendar(VERSION.replace("SEQ", "STATUS:DRAFT\nSEQ")), NOVEMBER), "unknown", "its status 'DRAFT'"
    ),
    Row(CHECK, "confirmed", given(calendar(VERSION.replace("SEQ", "STATUS:CONFIRMED\nSEQ")), NOVEMBER), "pass", "Alice Martin"),
    Row(
        CHECK,
        "a rule of exceptions",
        given(
            calendar(event("Alice", "20261120T000000Z", "20261121T000000Z", "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY;BYDAY=SA")), NOVEMBER
        ),
        "unknown",
        "a rule of exceptions",
    ),
    Row(CHECK, "a calendar that only cancels", given(calendar(EVER, more=("METHOD:CANCEL",)), NOVEMBER), "fail", "'Alice' is cancelled"),
    Row(
        CHECK,
        "a later version of it is elsewhere",
        given(
            calendar(
                event("Alice", "20261120T000000Z", "20261210T000000Z", "SEQUENCE:0", uid="a"),
                event("Alice", "20260101T000000Z", "20260102T000000Z", "SEQUENCE:4", uid="a"),
            ),
            NOVEMBER,
        ),
        "fail",
        "nobody is on call",
    ),
    Row(
        CHECK,
        "two versions of one number",
        given(
            calendar(
                event("Alice", "20261120T000000Z", "20261210T000000Z", uid="a"),
                event("Alice", "20260101T000000Z", "20260102T000000Z", uid="a"),
            ),
            NOVEMBER,
        ),
        "unknown",
        "two versions of it",
    ),
    Row(
        CHECK,
        "this and all that follow are moved",
        given(
            calendar(
                DAILY,
                event(
                    "Alice",
                    "20261126T120000",
                    "20261127T120000",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261126T090000",
                    uid="a",
                ),
            ),
            NOVEMBER,
            "6d",
        ),
        "fail",
        "from 2026-11-26T08:00:00Z to 2026-11-26T11:00:00Z",
    ),
    Row(
        CHECK,
        "the series has ended",
        given(calendar(event("Alice", "20261101T000000Z", "20261102T000000Z", "RRULE:FREQ=DAILY;UNTIL=20261127T000000Z")), NOVEMBER),
        "fail",
        "the roster ends at 2026-11-28T00:00:00Z; nobody is on call after it, and somebody must be until 2026-11-30T08:00:00Z",
    ),
    Row(
        CHECK,
        "the series has been counted out",
        given(calendar(event("Alice", "20261123T000000Z", "20261124T000000Z", "RRULE:FREQ=DAILY;COUNT=3")), NOVEMBER),
        "fail",
        "the roster ends at 2026-11-26T00:00:00Z",
    ),
    Row(
        CHECK,
        "the end of the series is in local time",
        given(calendar(event("Alice", "20261123T000000", "20261124T000000", "RRULE:FREQ=DAILY;UNTIL=20261129T233000"), zones=()), NOVEMBER),
        "unknown",
        "UNTIL",
    ),
    Row(
        CHECK,
        "the end of the series is a day",
        given(calendar(event("Alice", "20261123T090000", "20261124T090000", "RRULE:FREQ=DAILY;UNTIL=20261129")), NOVEMBER),
        "unknown",
        "UNTIL",
    ),
    Row(
        CHECK,
        "a first entry that is not one of its rule",
        given(
            calendar(
                event("Alice", "20261123T000000Z", "20261130T000000Z", "RRULE:FREQ=WEEKLY;BYDAY=SU"),
                event("Bob", "20261129T000000Z", "20261207T000000Z"),
            ),
            NOVEMBER,
        ),
        "unknown",
        "not one of its own rule",
    ),
    Row(
        CHECK,
        "every second week, and weeks begin on Sunday",
        given(
            calendar(
                event("Alice", "20261122T000000Z", "20261123T000000Z", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,TU,WE,TH,FR,SA;WKST=SU")
            ),
            "2026-11-22T08:00:00Z",
            "10d",
        ),
        "fail",
        "from 2026-11-29T00:00:00Z to 2026-12-02T08:00:00Z",
    ),
    Row(
        CHECK,
        "every second week, and weeks begin on Monday",
        given(
            calendar(
                event("Alice", "20261122T000000Z", "20261123T000000Z", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,TU,WE,TH,FR,SA;WKST=MO")
            ),
            "2026-11-22T08:00:00Z",
            "10d",
        ),
        "fail",
        "from 2026-11-23T00:00:00Z to 2026-11-30T00:00:00Z",
    ),
    Row(
        CHECK,
        "29 February each year is one day in four years",
        given(calendar(event("Alice", "20240229T000000Z", "20240301T000000Z", "RRULE:FREQ=YEARLY")), "2027-02-27T12:00:00Z"),
        "fail",
        "the roster has no entry in that time",
    ),
    Row(
        CHECK,
        "an additional date of a series",
        given(
            calendar(event("Alice", "20261123T000000Z", "20261124T000000Z", "RRULE:FREQ=DAILY;COUNT=2", "RDATE:20261126T000000Z")), NOVEMBER
        ),
        "fail",
        "from 2026-11-25T00:00:00Z to 2026-11-26T00:00:00Z",
    ),
    Row(
        CHECK,
        "an additional date of its own length",
        given(calendar(event("Alice", "20261123T000000Z", "20261124T000000Z", "RDATE;VALUE=PERIOD:20261124T000000Z/PT12H")), NOVEMBER),
        "fail",
        "ends at 2026-11-24T12:00:00Z",
    ),
    Row(
        CHECK,
        "an entry without an end is no time",
        given(calendar(event("Alice", "20261123T090000")), NOVEMBER),
        "fail",
        "nobody is on call",
    ),
    Row(
        CHECK,
        "an entry that ends before it begins",
        given(calendar(event("Alice", "20261210T000000Z", "20261101T000000Z")), NOVEMBER),
        "fail",
        "nobody is on call",
    ),
    Row(CHECK, "a task is no entry", given(calendar(EVER.replace("VEVENT", "VTODO")), NOVEMBER), "fail", "the roster has no entry at all"),
    Row(
        CHECK,
        "an alarm is no time on call",
        given(
            calendar(
                event(
                    "Alice",
                    "20261123T080000Z",
                    "20261123T090000Z",
                    "BEGIN:VALARM",
                    "TRIGGER:-PT15M",
                    "DURATION:P30D",
                    "REPEAT:1",
                    "ACTION:DISPLAY",
                    "END:VALARM",
                )
            ),
            NOVEMBER,
        ),
        "fail",
        "ends at 2026-11-23T09:00:00Z",
    ),
    Row(
        CHECK,
        "an instance is taken out at a time that is not its own",
        given(calendar(DAILY.replace("END:VEVENT", "EXDATE:20261126T103000Z\nEND:VEVENT")), NOVEMBER, "6d"),
        "unknown",
        "the time that is named is not its own",
    ),
    Row(
        CHECK,
        "a cancelled instance is named by a time that is not its own",
        given(
            calendar(DAILY, CANCELLED.replace("RECURRENCE-ID;TZID=Europe/Paris:20261126T090000", "RECURRENCE-ID:20261126T103000Z")),
            NOVEMBER,
            "6d",
        ),
        "unknown",
        "the time that is named is not its own",
    ),
    Row(
        CHECK,
        "an instance is cancelled in another calendar of the file",
        given(calendar(DAILY) + calendar(CANCELLED), NOVEMBER, "6d"),
        "unknown",
        "does not say clearly which one",
    ),
    Row(
        CHECK,
        "a time in two zones at once",
        given(calendar(event("Alice", "20261120T000000", "20261203T000000").replace("20261120T000000", "20261120T000000Z")), NOVEMBER),
        "unknown",
        "its DTSTART cannot be read",
    ),
    Row(
        CHECK,
        "a title with a line separator",
        given(
            calendar(event("Alice\u2028END:VEVENT", "20261120T000000Z", "20261203T000000Z").replace("\u2028", "~")).replace("~", "\u2028"),
            NOVEMBER,
        ),
        "unknown",
        "says more than who is on call",
    ),
    # -- when it must be covered
    Row(
        CHECK,
        "the roster ends before the horizon",
        given(calendar(*THREE), OCTOBER, "30d"),
        "fail",
        "the roster ends at 2026-11-02T08:00:00Z",
    ),
    Row(CHECK, "an empty calendar", given(calendar(), NOVEMBER), "fail", "the roster has no entry at all"),
    Row(
        CHECK,
        "the window lies outside the hours of the service",
        given(
            calendar(event("Alice", "20261123T080000", "20261123T180000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")),
            NOVEMBER,
            hours="Mon-Fri 08:00-18:00 Europe/Paris",
            window_start="2026-11-25T20:00:00Z",
            window_end="2026-11-25T23:00:00Z",
        ),
        "fail",
        r"from 2026-11-25T20:00:00Z to 2026-11-25T23:00:00Z \(3 h\)",
    ),
    Row(
        CHECK,
        "what is before the window is not asked",
        given(
            calendar(event("Alice", "20261125T190000Z", "20261205T000000Z")),
            NOVEMBER,
            window_start="2026-11-25T20:00:00Z",
            window_end="2026-11-25T23:00:00Z",
        ),
        "pass",
        "from 2026-11-25T20:00:00Z to 2026-12-02T23:00:00Z",
    ),
    Row(
        CHECK,
        "a window that is over",
        given(calendar(EVER), NOVEMBER, window_start="2026-11-20T20:00:00Z", window_end="2026-11-20T23:00:00Z", max_stretch="5000d"),
        "pass",
        "from 2026-11-23T08:00:00Z to 2026-11-30T08:00:00Z",
    ),
    Row(CHECK, "hours without a zone", given(calendar(EVER), NOVEMBER, hours="Mon-Fri 08:00-18:00"), "unknown", "have no time zone"),
    Row(
        CHECK,
        "a day of the week is missing in the hours of the service",
        given(
            calendar(event("Alice", "20261123T080000", "20261123T180000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,TH,FR")),
            NOVEMBER,
            hours="Mon-Fri 08:00-18:00",
            time_zone="Europe/Paris",
        ),
        "fail",
        "from 2026-11-25T07:00:00Z to 2026-11-25T17:00:00Z",
    ),
    # -- tiers
    Row(
        CHECK,
        "the second tier has a gap that the first covers",
        given(
            calendar(EVER.replace("SUMMARY:", "SUMMARY:tier1 "), event("tier2 Bob", "20261120T000000Z", "20261125T000000Z")),
            NOVEMBER,
            tiers={"N1": "tier1", "N2": "tier2"},
            max_stretch="5000d",
        ),
        "fail",
        "N2: the roster ends at 2026-11-25T00:00:00Z",
    ),
    Row(
        CHECK,
        "a tier that no entry has",
        given(calendar(EVER.replace("SUMMARY:", "SUMMARY:tier1 ")), NOVEMBER, tiers={"N1": "tier1", "N3": "tier3"}),
        "fail",
        r"N3: nobody is on call .*none of its entries is of this tier \(tier3\)",
    ),
    Row(
        CHECK,
        "tier10 is not tier1",
        given(calendar(EVER.replace("SUMMARY:", "SUMMARY:tier10 ")), NOVEMBER, tiers={"N1": "tier1"}),
        "fail",
        "none of its entries is of this tier",
    ),
    Row(
        CHECK,
        "entries of several tiers, and none is declared",
        given(
            calendar(
                event("tier1 Alice", "20261120T000000Z", "20261125T000000Z"), event("tier2 Bob", "20261124T000000Z", "20261210T000000Z")
            ),
            NOVEMBER,
        ),
        "unknown",
        r"entries of several tiers \(tier1, tier2\), and none is declared",
    ),
    Row(
        CHECK,
        "one person alone for weeks",
        given(calendar(event("Alice", "20261101T000000Z", "20261231T000000Z")), NOVEMBER),
        "warn",
        r"Alice Martin is on call alone for 60 d without a break, from 2026-11-01T00:00:00Z on; the limit is 14 d",
    ),
    Row(
        CHECK,
        "a desk for weeks",
        given(
            calendar(event("Service desk", "20261101T000000Z", "20261231T000000Z")),
            NOVEMBER,
            people={"Service desk": {"phone": "+33 1 44 55 66 01", "team": True}},
        ),
        "pass",
        "Service desk",
    ),
    Row(
        CHECK,
        "one person in two tiers at once",
        given(
            calendar(
                event("tier1 Alice", "20261120T000000Z", "20261201T000000Z"), event("tier2 Alice", "20261120T000000Z", "20261201T000000Z")
            ),
            NOVEMBER,
            tiers={"N1": "tier1", "N2": "tier2"},
        ),
        "warn",
        "Alice Martin is alone on call in N1 and in N2 at once",
    ),
    # -- not to be read
    Row(CHECK, "a file that is not there", lambda world: {"path": str(world.folder / "none.ics")}, "unknown", "none.ics"),
    Row(CHECK, "a file without anything", given("", NOVEMBER), "unknown", "is empty"),
    Row(CHECK, "a file that is no calendar", given(b"\x00\xff\xfe" * 500, NOVEMBER), "unknown", "is no iCalendar text"),
    Row(CHECK, "a web page in a file", given("<!DOCTYPE html><html><form></form></html>", NOVEMBER), "unknown", "is no iCalendar text"),
    Row(CHECK, "a calendar that is cut short", given(calendar(EVER)[:-40], NOVEMBER), "unknown", "is cut short"),
    Row(CHECK, "an entry is cut in the middle", given(calendar(EVER).replace("END:VEVENT", ""), NOVEMBER), "unknown", "is cut short"),
    Row(
        CHECK,
        "an entry whose start is nonsense",
        given(calendar(EVER.replace("DTSTART:20260101T000000Z", "DTSTART:gestern")), NOVEMBER),
        "unknown",
        "its DTSTART cannot be read",
    ),
    Row(
        CHECK,
        "an entry whose rule is nonsense",
        given(calendar(EVER.replace("FREQ=DAILY", "FREQ=SOMETIMES")), NOVEMBER),
        "unknown",
        "its RRULE cannot be read",
    ),
    Row(
        CHECK,
        "an override whose place in the series is nonsense",
        given(calendar(DAILY, CANCELLED.replace(":20261126T090000\nSTATUS", ":someday\nSTATUS")), NOVEMBER, "6d"),
        "unknown",
        "does not say clearly which one|RECURRENCE-ID cannot be read",
    ),
    Row(
        CHECK,
        "an entry whose exception is nonsense",
        given(calendar(EVER.replace("END:VEVENT", "EXDATE:soon\nEND:VEVENT")), NOVEMBER),
        "unknown",
        "EXDATE",
    ),
    Row(
        CHECK,
        "a repetition each second",
        given(calendar(EVER.replace("FREQ=DAILY", "FREQ=SECONDLY")), NOVEMBER),
        "unknown",
        "repeats each minute or second",
    ),
    Row(CHECK, "more than it may be large", given(calendar(EVER) * 2, NOVEMBER, max_bytes="300B"), "unknown", "is larger than 300 B"),
    Row(CHECK, "no process can be had in time", given(calendar(EVER), NOVEMBER, timeout="0.05s"), "unknown", "."),
]
