# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oncall_roster: what the titles of entries say of when and of what, in calendars and beside the shifts of a roster in YAML.

Ways in which it could pass without deserving it, each of which is a row:

- a title says less than its entry lasts: hours, halves of days, names of days, week-ends, dates, another week or year
- it is a meeting, a handover, a request, leave, by a word or a sign that others have in titles of times on call
- one of two people is on call by it, and only the other one can be reached
- the title beside the names of a shift in YAML says something else than that they are on call
"""

from __future__ import annotations

import typing as t

from rosters import calendar, event, given
from table import Row, World

CHECK = "oncall_roster"
NOW = "2026-11-30T08:00:00Z"
PEOPLE = {
    "Alice Martin": {"phone": "+33 6 44 55 66 01", "mail": "alice.martin@payments.example", "aliases": ["Alice"]},
    "Bob Petit": {"phone": "+33 6 44 55 66 02", "aliases": ["Bob"]},
    "Carol Durand": {"aliases": ["Carol"]},  # cannot be reached
}
WEEK = ("20261130T090000", "20261207T090000")
DAYS = ("20261130", "20261207")
DAY = ("20261201T080000", "20261201T180000")
NIGHT = ("20261201T180000", "20261202T080000")
REST = ("20261204T180000", "20261207T080000")
FEAST = ("20261225T000000", "20261226T000000")
MOMENTS = {
    WEEK: (NOW, "7d"),
    DAYS: (NOW, "6d"),
    DAY: ("2026-12-01T07:00:00Z", "10h"),
    NIGHT: ("2026-12-01T17:00:00Z", "14h"),
    REST: ("2026-12-04T17:00:00Z", "62h"),
    FEAST: ("2026-12-24T23:00:00Z", "24h"),
}
NARROW = "may say less than the entry lasts"
MORE = "says more than who is on call"


def at(title: str, when: tuple[str, str] = WEEK, **args: t.Any) -> t.Any:
    now, horizon = MOMENTS[when]
    return given(calendar(event(title, *when)), now, horizon, **{"people": PEOPLE, "time_zone": "Europe/Paris", **args})


def called(title: str) -> t.Callable[[World], dict[str, object]]:
    """In a roster with a name."""
    return lambda world: {**at(title)(world), "name": "Payments"}


def beside(title: object, **more: object) -> t.Callable[[World], dict[str, object]]:
    """A shift in YAML with a title beside its name."""

    def arrange(world: World) -> dict[str, object]:
        given(calendar(), NOW)(world)
        shift = {"who": "Alice", "from": "2026-11-30T09:00", "until": "2026-12-07T09:00", "title": title, **more}
        return {"shifts": [shift], "time_zone": "Europe/Paris", "people": PEOPLE, "horizon": "6d"}

    return arrange


COVERS: dict[tuple[str, str], tuple[str, ...]] = {
    WEEK: (
        *("Astreinte semaine 49 Alice", "Astreinte S49 Alice", "On-call W49: Alice", "Alice Martin - Astreinte - S49 (30/11 - 07/12)"),
        *(
            "S.49 Alice",
            "KW49 Alice",
            "wk49 Alice",
            "week 49/2026 Alice",
            "Alice Martin's on-call",
            "Alice Martin\u2019s on-call",
            "Alice 24x7",
        ),
        *("Alice 24×7", "Astreinte 24h/24 7j/7 Alice", "Astreinte H24 Alice", "Astreinte n°49 Alice", "Astreinte technique Alice"),
        *(
            "Ingénieur d'astreinte: Alice",
            "Responsable d\u2019astreinte Alice",
            "Astreinte hebdo Alice",
            "Weekly on-call Alice",
            "Piquet Alice",
        ),
        *("PagerDuty: Alice", "FW: Alice", "TR: Astreinte Alice", "Alice remplace Bob", "Alice covering for Bob", "Alice -> Bob"),
        *("From Alice to Bob", "Alice & Bob", "alice.martin@payments.example", "On-Call: alice.martin@payments.example"),
        *(
            "Alice Martin <alice.martin@payments.example>",
            "MARTIN Alice",
            "Martin, Alice",
            "Mme Martin Alice",
            "Astreinte - Mme Alice MARTIN",
        ),
        *("Astreinte Alice du 30/11 au 07/12", "Alice (30 nov - 7 déc)", "On-call Nov 30 - Dec 7: Alice", "Alice 2026-11-30 - 2026-12-07"),
        *("Alice lundi 9h - lundi 9h", "Alice du lundi 30/11 9h au lundi 07/12 9h", "Astreinte décembre 2026 Alice", "Alice lun-dim"),
        *(
            "Astreinte semaine du 30/11 Alice",
            "Week of Nov 30: Alice",
            "🔔 Alice",
            "📟 Alice",
            "☎️ Alice",
            "📞 Alice +33 6 44 55 66 01",
            "🚨 Alice",
        ),
        *("Off-hours: Alice", "Alice (hand-off to Bob at 9)", "Astreinte Alice (relève lundi 9h)", "1st line Alice", "Alice 7 days"),
    ),
    DAYS: ("Alice", "Astreinte Alice du 30/11 au 06/12", "Alice lundi-dimanche", "Astreinte 2026 Alice"),
    DAY: (
        *("Astreinte 8h-18h Alice", "Alice 08:00-18:00", "Alice 8am-6pm", "Alice 8-18", "Alice (8h à 18h)", "Alice 7h-19h", "Alice jour"),
        *(
            "Alice mardi",
            "Alice 1/12",
            "Alice mardi 8h-18h",
            "Alice jusqu'à 18h",
            "Alice lun-ven 8h-18h",
            "Tue 1 Dec 8-18 Alice",
            "day Alice",
        ),
    ),
    NIGHT: (
        "Astreinte nuit Alice",
        "Alice 18h-8h",
        "Alice 6pm-8am",
        "Night shift Alice",
        "Alice nuit du 1 au 2 décembre",
        "Alice mardi nuit",
    ),
    REST: (
        *(
            "Garde week-end: Alice",
            "WE Alice",
            "Alice soir et week-end",
            "Alice vendredi 18h - lundi 8h",
            "Alice (Fri-Mon)",
            "Alice sat sun",
        ),
        *("On-call weekend 5-6 Dec: Alice", "week-end du 5 décembre Alice"),
    ),
    FEAST: ("Astreinte jour férié Alice", "Holiday cover: Alice", "Astreinte 25 décembre Alice"),
}
NARROWER: dict[tuple[str, str], tuple[str, ...]] = {
    WEEK: (
        *("Astreinte 8h-18h Alice", "Astreinte 18h-8h Alice", "Alice 9am-5pm", "Alice 8-18", "Alice 9 to 5", "Astreinte nuit Alice"),
        *("On-call nights: Alice", "Astreinte week-end Alice", "Alice (weekdays)", "Alice AM", "Alice PM", "Alice matin", "Alice lun-jeu"),
        *("Astreinte Alice lundi", "Alice mardi et jeudi", "Alice until 3 Dec", "Astreinte Alice jusqu'à 18h", "Astreinte 2025 Alice"),
        *("Astreinte semaine 12 Alice", "Alice S12", "Alice 3 jours", "Alice midi", "Alice weekend nights", "On-call 9-17 UTC Alice"),
        *("Astreinte jours fériés Alice", "Alice 8h-12h, 14h-18h", "Alice novembre 2025", "Alice from Wednesday"),
    ),
    DAYS: ("Astreinte Alice du 30/11 au 03/12", "Alice 8h-18h", "Astreinte Alice lundi", "Alice 30/11"),
    DAY: ("Alice 9h-17h", "Night Alice", "Alice AM", "Alice mercredi", "Alice 2/12", "Alice 8h-12h", "week-end Alice"),
}
DOUBTFUL = (
    *(
        "Handover Alice / Bob",
        "Passation astreinte Alice / Bob",
        "Relève Alice",
        "Alice out",
        "Cover for Alice",
        "Call Alice",
        "Alice or Bob",
    ),
    *(
        "Alice ou Bob",
        "Alice 50%",
        "Alice ½",
        "❌ Alice",
        "Alice ✗",
        "~~Alice~~",
        "Alice 🤷",
        "Alice -> Dave",
        "Alice (2)",
        "Alice remplace Dave",
    ),
    *("dave.roux@payments.example, Alice",),
)
MEETINGS = ("1:1 Alice", "Alice / Bob 1-1")
ABSENT = ("Alice férié", "Alice jour férié", "🏖 Alice", "🌴 Alice", "Alice ✈️", "🤒 Alice", "Alice 🏥", "Alice maternité", "Alice vacances")
SHARED = {"Jean": "+33 6 44 55 66 03", "Jean Marc": None, "Sean O'Brien": "+33 6 44 55 66 05"}
ROWS = [
    *(
        Row(CHECK, f"title: as long as its entry: {title} ({when[0]})", at(title, when), "pass", "somebody is on call")
        for when, titles in COVERS.items()
        for title in titles
    ),
    *(
        Row(CHECK, f"title: less than its entry: {title} ({when[0]})", at(title, when), "unknown", NARROW)
        for when, titles in NARROWER.items()
        for title in titles
    ),
    *(Row(CHECK, f"title: a meeting: {title}", at(title), "unknown", MORE) for title in MEETINGS),
    *(Row(CHECK, f"title: something else: {title}", at(title), "unknown", MORE) for title in DOUBTFUL),
    *(Row(CHECK, f"title: away: {title}", at(title), "fail", "leave or another absence|a day of rest") for title in ABSENT),
    Row(CHECK, "title: on call, with a sign of leave", at("Astreinte Alice 🌴"), "unknown", "may be leave or a time on call"),
    *(
        Row(CHECK, f"title: who stands in cannot be reached: {title}", at(title), "unknown", "one stands in for another")
        for title in ("Alice -> Carol", "Carol remplace Alice", "Alice to Carol", "Carol covering for Alice")
    ),
    Row(
        CHECK,
        "title: a handover of half an hour, and a week after it",
        given(
            calendar(event("Handover Alice", "20261130T090000", "20261130T093000"), event("Alice", "20261130T093000", WEEK[1])),
            NOW,
            "6d",
            people=PEOPLE,
        ),
        "unknown",
        "handover",
    ),
    Row(
        CHECK,
        "title: hours in UTC, on the clock of the roster",
        given(
            calendar(event("Alice 8h-18h", "20261201T070000Z", "20261201T170000Z")),
            "2026-12-01T07:00:00Z",
            "10h",
            people=PEOPLE,
            time_zone="Europe/Paris",
        ),
        "pass",
        "Alice Martin",
    ),
    Row(
        CHECK,
        "title: a night over a change of the clocks",
        given(
            calendar(event("Nuit 18h-8h Alice", "20261024T180000", "20261025T080000")),
            "2026-10-24T16:00:00Z",
            "15h",
            people=PEOPLE,
        ),
        "pass",
        "Alice Martin",
    ),
    # -- names
    Row(CHECK, "title: the longest name counts", at("Jean Marc", people=SHARED), "fail", "Jean Marc cannot be reached"),
    Row(CHECK, "title: the shorter name", at("Astreinte Jean", people=SHARED), "pass", "Jean"),
    *(
        Row(CHECK, f"title: an apostrophe: {title}", at(title, people=SHARED), "pass", "Sean O'Brien")
        for title in ("Sean O\u2019Brien", "Astreinte O'Brien Sean", "O\u2019Brien, Sean")
    ),
    Row(CHECK, "title: the name of the roster", called("On Call - Alice Martin - Payments Primary"), "pass", "Alice Martin"),
    Row(CHECK, "title: another name than the roster's", called("On Call - Alice Martin - Network Primary"), "unknown", MORE),
    *(
        Row(CHECK, f"somebody with {contact}", at("Alice", people={"Alice": contact}), "pass", "Alice")
        for contact in ("DECT 5512", "poste 4512", "sms:+33644556601", "signal +33 6 44 55 66 01")
    ),
    *(
        Row(CHECK, f"somebody with {contact}", at("Alice", people={"Alice": contact}), "fail", "cannot be reached")
        for contact in ("DECT", "poste TBD", "sms:+33 6 XX XX XX XX", "signal 112")
    ),
    # -- in YAML
    *(
        Row(CHECK, f"a shift with the title {title}", beside(title), "pass", "Alice Martin")
        for title in ("Alice", "Astreinte N1", "on call", "Astreinte semaine 49", "Alice Martin (primary)", None)
    ),
    *(
        Row(CHECK, f"a shift with the title {title}", beside(title), "unknown", MORE)
        for title in (
            *("backup only", "shadow", "dentist", "dentiste", "réunion", "meeting", "busy", "déplacement", "remplacée par David"),
            *("replaced by David", "swapped out", "David", "Handover"),
        )
    ),
    *(
        Row(CHECK, f"a shift with the title {title}", beside(title), "unknown", NARROW)
        for title in ("8h-18h", "weekends", "nights", "lundi")
    ),
    *(
        Row(CHECK, f"a shift with the title {title}", beside(title), "fail", "leave or another absence")
        for title in ("vacances", "congés", "leave", "maternité", "🌴")
    ),
    Row(CHECK, "a name in the order of a directory", beside(None, who="MARTIN Alice"), "pass", "Alice Martin"),
    *(
        Row(CHECK, f"a shift with the status {status}", beside(None, status=status), "pass", "Alice Martin")
        for status in ("confirmé", "validé", "ok", "accepted", "active")
    ),
    Row(CHECK, "a shift with the status maybe", beside(None, status="maybe"), "unknown", "is none of"),
]
