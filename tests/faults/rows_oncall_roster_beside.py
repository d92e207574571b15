# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oncall_roster where the tiers of a chain have a roster each.

Ways in which it could pass without deserving it, each of which is a row:

- one person is alone in two tiers, each of which has a roster of its own; under two names with one telephone; the other one cannot be read
- a minute of the window that is in the hours of no roster, or only in those of this one; hours on a clock that nobody says
- the whole roster is of another tier than the one that looks for it, by titles or by shifts
- no hour of the roster lies in the time that is asked for
"""

from __future__ import annotations

import typing as t

from rosters import At, calendar, event, given
from table import Row, World

CHECK = "oncall_roster"
NOW = "2026-11-30T10:00:00Z"
WINDOW = {"window_start": "2026-12-02T20:00:00Z", "window_end": "2026-12-02T23:00:00Z"}
ALICE = {"Alice": "+33 6 44 55 66 01"}
BOB = {"Bob": "+33 6 44 55 66 02"}
DAY, NIGHT = "daily 08:00-18:00 Europe/Paris", "daily 18:00-08:00 Europe/Paris"


def turns(who: str) -> dict[str, object]:
    """Whoever is on call all the time."""
    return {"who": who, "from": "2026-11-30T09:00", "until": "2026-12-21T09:00"}


def days(who: str, since: str, until: str) -> list[dict[str, object]]:
    """The same hours of each day for three weeks."""
    over = int(until <= since)
    dates = [f"2026-11-{number}" for number in (29, 30)] + [f"2026-12-{number:02}" for number in range(1, 22)]
    return [{"who": who, "from": f"{one}T{since}", "until": f"{dates[at + over]}T{until}"} for at, one in enumerate(dates[:-1])]


def roster(name: str, people: dict[str, str], shifts: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {"name": name, "people": people, "shifts": shifts, "time_zone": "Europe/Paris", **more}


def asked(own: dict[str, object], *beside: dict[str, object], now: str = NOW, **more: object) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        world.runner.clock = At(now)
        return {**own, "beside": list(beside), "horizon": "7d", "max_stretch": "60d", **more}

    return arrange


Q = roster("q", ALICE, [turns("Alice")])
P = roster("p", ALICE, [turns("Alice")])
OF_BOB = roster("p", BOB, [turns("Bob")])
BY_DAY = roster("day", ALICE, days("Alice", "08:00", "18:00"), hours=DAY)
BY_NIGHT = roster("night", BOB, days("Bob", "18:00", "08:00"), hours=NIGHT)


def whole(title: str, **more: object) -> t.Callable[[World], dict[str, object]]:
    """A calendar with one title for weeks, which a chain names for its first tier."""
    text = calendar(event(title, "20261120T000000Z", "20261220T000000Z"))
    return given(text, NOW, max_stretch="60d", **{"tier": "N1", **more})


ROWS = [
    # -- alone in two rosters
    Row(CHECK, "two rosters of two people", asked(Q, OF_BOB), "pass", "somebody is on call"),
    Row(CHECK, "one person alone in two rosters", asked(Q, P), "warn", "Alice is alone on call in p and in q at once"),
    Row(
        CHECK,
        "two names of one telephone in two rosters",
        asked(Q, roster("p", {"A. Martin": "06 44 55 66 01"}, [turns("A. Martin")])),
        "warn",
        "A. Martin in p and Alice in q are on call with one telephone number",
    ),
    Row(
        CHECK,
        "one person alone in a tier of another roster",
        asked(Q, {**P, "shifts": [{**turns("Alice"), "tier": "N2"}, {**turns("Alice"), "tier": "N3"}]}),
        "warn",
        "Alice is alone on call in p N2 and in q at once",
    ),
    Row(
        CHECK,
        "one person in two rosters, with somebody beside in one",
        asked(Q, roster("p", {**ALICE, **BOB}, [turns("Alice"), turns("Bob")])),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "two people who change places",
        asked(
            roster(
                "q",
                {**ALICE, **BOB},
                [
                    {"who": "Alice", "from": "2026-11-30T09:00", "until": "2026-12-04T09:00"},
                    {"who": "Bob", "from": "2026-12-04T09:00", "until": "2026-12-21T09:00"},
                ],
            ),
            roster(
                "p",
                {**ALICE, **BOB},
                [
                    {"who": "Bob", "from": "2026-11-30T09:00", "until": "2026-12-04T09:00"},
                    {"who": "Alice", "from": "2026-12-04T09:00", "until": "2026-12-21T09:00"},
                ],
            ),
        ),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "the other roster cannot be read",
        asked(Q, {"name": "p", "path": "/nowhere/p.ics"}),
        "unknown",
        "whether one person is alone in two tiers at once is not known: the roster p cannot be read",
    ),
    # -- day and night
    Row(
        CHECK,
        "a window by night is not asked of the day",
        asked(BY_DAY, {"name": "night", "hours": NIGHT}, **WINDOW),
        "pass",
        "in the hours",
    ),
    Row(CHECK, "it is asked of the night", asked(BY_NIGHT, {"name": "day", "hours": DAY}, **WINDOW), "pass", "Bob"),
    Row(
        CHECK,
        "nobody of the night in the window",
        asked({**BY_NIGHT, "shifts": days("Bob", "18:00", "21:30")}, {"name": "day", "hours": DAY}, **WINDOW),
        "fail",
        "from 2026-12-02T20:30:00Z",
    ),
    Row(
        CHECK,
        "a part of the window is in no hours",
        asked(BY_DAY, {"name": "night", "hours": "daily 18:00-23:00 Europe/Paris"}, **WINDOW),
        "fail",
        "nobody is on call from 2026-12-02T22:00:00Z to 2026-12-02T23:00:00Z",
    ),
    Row(
        CHECK,
        "a window in the hours of both",
        asked({**BY_DAY, "hours": "24x7"}, {"name": "night", "hours": NIGHT}, **WINDOW),
        "fail",
        "nobody is on call",
    ),
    Row(
        CHECK,
        "hours of the night on a clock that nobody says",
        asked(BY_DAY, {"name": "night", "hours": "daily 18:00-08:00"}, **WINDOW),
        "fail",
        "nobody is on call from 2026-12-02T20:00:00Z to 2026-12-02T23:00:00Z",
    ),
    Row(
        CHECK,
        "one person by day and by night",
        asked({**BY_NIGHT, "people": ALICE, "shifts": [turns("Alice")]}, {**P, "hours": DAY}, **WINDOW),
        "pass",
        "somebody is on call",
    ),
    Row(
        CHECK,
        "the hours of the roster come later than it is asked",
        asked({**BY_DAY, "hours": "Sun 10:00-11:00 Europe/Paris"}, horizon="2d"),
        "unknown",
        "none of the hours 'Sun 10:00-11:00 Europe/Paris' lies between .*: look further ahead",
    ),
    # -- another tier
    *(
        Row(CHECK, f"a roster of the first tier with '{title}'", whole(title), "unknown", "speaks of another tier .* than N1")
        for title in ("N2 Alice", "Backup: Alice", "Secondary: Alice", "Level 3: Alice", "Escalation: Alice", "Astreinte niveau 2 Alice")
    ),
    *(
        Row(CHECK, f"a roster of its tier with '{title}'", whole(title, **more), "pass", "somebody is on call")
        for title, more in (
            ("N1 Alice", {}),
            ("Primary: Alice", {}),
            ("Astreinte Alice", {}),
            ("Niveau 1 - Alice", {}),
            ("Backup: Alice", {"tier": "N2"}),
            ("Primary: Alice", {"tier": "N2"}),
            ("Tier 2 Alice", {"tier": "N2"}),
            ("Escalation Alice", {"called": ["escalation"]}),
        )
    ),
    Row(
        CHECK,
        "shifts of another tier than the one that is asked for",
        asked(roster("q", ALICE, [{**turns("Alice"), "tier": "N2"}], tier="N1")),
        "unknown",
        "speaks of another tier",
    ),
    Row(CHECK, "shifts of the tier", asked(roster("q", ALICE, [{**turns("Alice"), "tier": "Tier 1"}], tier="N1")), "pass", "on call"),
    Row(
        CHECK,
        "entries of another tier beside those of its own",
        given(
            calendar(event("Alice", "20261120T000000Z", "20261220T000000Z"), event("Backup: Bob", "20261120T000000Z", "20261220T000000Z")),
            NOW,
            max_stretch="60d",
            tier="N1",
        ),
        "pass",
        "somebody is on call",
    ),
    # -- how people are reached
    *(
        Row(CHECK, f"somebody is reached at {number}", asked(roster("q", {"Alice": number}, [turns("Alice")])), "pass", "on call")
        for number in ("DECT 5512", "poste 4512", "sms:+33644556601", "signal +33 6 44 55 66 01", "01 55 55 01 02 (option 1)")
    ),
    *(
        Row(CHECK, f"nobody is reached at {number}", asked(roster("q", {"Alice": number}, [turns("Alice")])), "fail", "cannot be reached")
        for number in ("+33 6 12 34 56 78", "06 11 22 33 44", "messagerie vocale", "poste vacant", "DECT")
    ),
]
