# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oncall_roster: whom the entries of a calendar name, and who can be reached.

Ways in which it could pass without deserving it, each of which is a row:

- an entry that is no time on call: leave, a holiday, "no on call", marked as free, tentative, out of office
- one that names nobody: TBD, ???, nobody, an empty title, "Busy" as calendars show what is private
- one that says by its category or kind, and not in its title, that somebody is away
- a meeting, or what is private, to which somebody of the list is invited
- one whose people have declined, are a room, or only listen
- one of another team in the same calendar, whose people are not ours
- one whose person has no number, or a placeholder for one
- one whose person is only like a name of the list (Alicia is not Alice)
"""

from __future__ import annotations

import typing as t

from rosters import PEOPLE, calendar, event, given
from table import Row

CHECK = "oncall_roster"
NOW = "2026-11-23T08:00:00Z"
WHEN = ("20261120T000000Z", "20261203T000000Z")
ALICE = "ATTENDEE;CN=Alice Martin;PARTSTAT={answer}:mailto:alice@payments.example"


def titled(title: str, *more: str, **args: t.Any) -> t.Any:
    return given(calendar(event(title, *WHEN, *more)), NOW, **args)


def invited(answer: str, title: str = "On call payments", **args: t.Any) -> t.Any:
    return titled(title, ALICE.format(answer=answer), **{"words": ["payments"], **args})


ONE_NUMBER: dict[str, t.Any] = {
    "people": {"Alice": "+33 6 44 55 66 01", "Bob": {"phone": "06.44.55.66.01", "mail": "bob@payments.example"}}
}
PASSES = {
    "a title with a name and more": "On-call service: Alice Martin (primary)",
    "a name in capitals and with accents": "ASTREINTE - ÀLICE MÂRTIN",
    "a hand-off in the title": "Alice (hand-off to Bob at 9)",
    "somebody else is on leave": "Astreinte Alice (congés Bob)",
    "somebody else is on leave, after a comma": "Astreinte Alice, Bob en congés",
    "somebody else is away": "On-call Alice (Bob on PTO)",
    "somebody else's day off, after a dash": "Alice - RTT Bob",
    "somebody else is not on call": "Astreinte Alice, pas d'astreinte Bob",
    "off-hours": "Off-hours: Alice",
    "off-hours, in brackets": "Alice (off-hours)",
}
NOT_ON_CALL = {
    "leave": "Leave Alice",
    "leave that is not marked as free": "tier1 alice on leave",
    "leave in French": "Congés Alice",
    "paid time off": "Alice PTO",
    "RTT": "RTT Alice",
    "a day of illness": "Alice malade",
    "out of office": "Alice: out of office",
    "a holiday": "Alice holiday",
    "a holiday, in French": "Alice - jours fériés",
    "holidays, in French": "Alice en vacances",
    "a birthday": "Anniversaire Alice",
    "a training": "Training (Alice)",
    "nobody is on call": "No on-call (Alice away)",
    "nobody is on call, in French": "Pas d'astreinte, Alice joignable lundi",
    "to be defined": "TBD",
    "to be defined, in French": "À définir",
    "question marks": "???",
    "nobody": "nobody",
    "what is private": "Busy",
    "what is private, in French": "Occupé",
    "an empty title": "",
    "a meeting": "Weekly sync",
    "another team": "On call network: Carol",
    "a name that is only like it": "Alicia",
    "half a name": "Martin",
}
MORE = (
    "Alice dentiste",
    "Alice non disponible",
    "Alice sabbatical",
    "plus d'astreinte Alice",
    "Astreinte supprimée Alice",
    "Astreinte tout le monde sauf Alice",
    "Alice (8h-18h seulement)",
    "Alice (shadow)",
    "Astreinte - Dave à la place d'Alice",
    "Dave instead of Alice",
    "Handover - Alice to Dave",
    "Astreinte - Alice Dupont",
    "1:1 meeting Alice",
    "Déjeuner avec Alice",
    "Alice WFH",
)
ROWS = [
    *(Row(CHECK, f"title: {state}", titled(title), "pass", "Alice Martin") for state, title in PASSES.items()),
    *(
        Row(CHECK, f"title: {state}", titled(title), "fail", "nobody is on call from 2026-11-23T08:00:00Z")
        for state, title in NOT_ON_CALL.items()
    ),
    Row(CHECK, "title: leave, or on call after it", titled("On call Alice, back from leave"), "unknown", "may be leave or a time on call"),
    *(Row(CHECK, f"title: more than a name: {title}", titled(title), "unknown", "says more than who is on call") for title in MORE),
    Row(CHECK, "title: the service's name", titled("On-call payments: Alice", words=["payments"]), "pass", "Alice Martin"),
    Row(CHECK, "title: a word that means nothing here", titled("Alice (gold)", words=["Gold"]), "pass", "Alice Martin"),
    Row(CHECK, "title: a name, and a question mark", titled("Alice ?"), "warn", "is not settled"),
    Row(CHECK, "title: a swap is looked for", titled("Alice - swap needed"), "warn", "is not settled"),
    *(
        Row(CHECK, f"title: a tier written otherwise: {title}", titled(title, tiers={"N1": tier}), "pass", "N1: somebody is on call")
        for tier, title in (
            ("tier1", "Tier 1 - Alice"),
            ("Tier 1", "TIER1 Alice"),
            ("N1", "Astreinte N-1: Alice"),
            ("first line", "First-line Alice"),
        )
    ),
    Row(CHECK, "title: another tier", titled("Tier 12 - Alice", tiers={"N1": "tier1"}), "fail", "none of its entries is of this tier"),
    *(
        Row(CHECK, f"title: a name written otherwise: {title}", titled(title, people={name: "+33 6 44 55 66 07"}), "pass", name)
        for name, title in (("Jean-Pierre", "Jean Pierre"), ("Jean Pierre", "Astreinte jean-pierre"), ("J. Martin", "J Martin"))
    ),
    Row(
        CHECK,
        "title: half of a name with a hyphen",
        titled("Jean", people={"Jean-Pierre": "+33 6 44 55 66 07"}),
        "fail",
        "names nobody of the list",
    ),
    # -- how the entry is marked
    Row(CHECK, "marked as free time", titled("Alice", "TRANSP:TRANSPARENT"), "fail", "'Alice' is marked as free time"),
    Row(CHECK, "marked as free time, which counts here", titled("Alice", "TRANSP:TRANSPARENT", free_counts=True), "pass", "Alice Martin"),
    Row(CHECK, "marked as free time by Outlook", titled("Alice", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), "fail", "is marked as free time"),
    Row(
        CHECK,
        "marked as out of office by Outlook",
        titled("Alice", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", free_counts=True),
        "fail",
        "is marked as out of office",
    ),
    # -- what says it beside the title
    *(
        Row(
            CHECK,
            f"of the category {category}",
            titled("Alice", f"CATEGORIES:{category}"),
            "fail",
            "leave or another absence by its category",
        )
        for category in ("Congés", "Vacation", "Holiday", "Payments,Annual leave", "RTT")
    ),
    Row(
        CHECK, "on call, of the category leave", titled("Astreinte Alice", "CATEGORIES:Congés"), "unknown", "may be leave or a time on call"
    ),
    Row(CHECK, "on call, of the category holiday", titled("Astreinte Alice", "CATEGORIES:Holiday"), "pass", "Alice Martin"),
    *(
        Row(CHECK, f"of the category {category}, which says nothing", titled("Alice", f"CATEGORIES:{category}"), "pass", "Alice Martin")
        for category in ("Astreinte", "Payments,N1", "Red Category")
    ),
    Row(
        CHECK,
        "on call, and away by the category of another entry",
        given(calendar(event("Astreinte Alice", *WHEN), event("Alice", *WHEN, "CATEGORIES:Congés", uid="leave")), NOW),
        "warn",
        "Alice Martin is on leave at that time by the same roster",
    ),
    Row(
        CHECK,
        "out of office by Google",
        titled("Alice", "X-GOOGLE-CALENDAR-EVENT-TYPE:outOfOffice"),
        "fail",
        "is marked as out of office",
    ),
    Row(
        CHECK,
        "where somebody works, by Google",
        titled("Alice", "X-GOOGLE-CALENDAR-EVENT-TYPE:workingLocation"),
        "unknown",
        "no time on call",
    ),
    Row(CHECK, "a usual entry of Google", titled("Alice", "X-GOOGLE-CALENDAR-EVENT-TYPE:default"), "pass", "Alice Martin"),
    # -- invited, and to what
    *(
        Row(
            CHECK,
            f"invited to what is private: {title or 'nothing'}",
            titled(title, ALICE.format(answer="ACCEPTED"), people=people),
            "fail",
            "does not say that those who are invited are on call",
        )
        for title in ("Busy", "Occupé", "Free", "Tentative", "", "Private")
        for people in ((PEOPLE, {}) if title in ("Busy", "") else (PEOPLE,))
    ),
    *(
        Row(
            CHECK,
            f"invited to a meeting: {title}{'' if people else ', and no list of people'}",
            titled(title, ALICE.format(answer="ACCEPTED"), people=people),
            "unknown",
            "does not say that those who are invited are on call",
        )
        for title in ("Réunion", "Weekly sync", "Déjeuner", "Besprechung")
        for people in (PEOPLE, {})
    ),
    *(
        Row(
            CHECK,
            f"invited to a time on call: {title}",
            titled(title, ALICE.format(answer="ACCEPTED"), words=["payments"]),
            "pass",
            "Alice Martin",
        )
        for title in ("On call", "Astreinte", "Support payments", "Weekly shift", "N1 payments", "Alice")
    ),
    Row(
        CHECK,
        "invited to a tier",
        titled("first line", ALICE.format(answer="ACCEPTED"), tiers={"N1": "first line"}),
        "pass",
        "Alice Martin",
    ),
    Row(CHECK, "a tentative entry", titled("Alice", "STATUS:TENTATIVE"), "warn", "'Alice' is tentative"),
    Row(CHECK, "a tentative entry of Outlook", titled("Alice", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"), "warn", "'Alice' is tentative"),
    Row(
        CHECK,
        "a tentative entry beside a firm one",
        given(calendar(event("Alice", *WHEN, "STATUS:TENTATIVE"), event("Bob", *WHEN)), NOW),
        "pass",
        "Bob Petit",
    ),
    Row(CHECK, "a private entry with a name", titled("Alice", "CLASS:PRIVATE"), "pass", "Alice Martin"),
    Row(
        CHECK,
        "the cancelled leave of somebody on call",
        given(calendar(event("Alice", *WHEN), event("Leave Alice", *WHEN, "STATUS:CANCELLED")), NOW),
        "pass",
        "Alice Martin",
    ),
    Row(
        CHECK,
        "on call and on leave at once",
        given(calendar(event("Alice", *WHEN), event("Congés Alice", "20261125T000000Z", "20261127T000000Z", "TRANSP:TRANSPARENT")), NOW),
        "warn",
        "from 2026-11-25T00:00:00Z to 2026-11-27T00:00:00Z nobody is firmly on call: Alice Martin is on leave at that time",
    ),
    Row(
        CHECK,
        "on leave, and somebody else is on call",
        given(
            calendar(
                event("Alice", *WHEN),
                event("Bob", "20261124T000000Z", "20261128T000000Z"),
                event("Leave Alice", "20261125T000000Z", "20261127T000000Z"),
            ),
            NOW,
        ),
        "pass",
        "Bob Petit",
    ),
    Row(CHECK, "leave of somebody else", given(calendar(event("Alice", *WHEN), event("Leave Bob", *WHEN)), NOW), "pass", "Alice Martin"),
    # -- who is invited
    Row(CHECK, "invited and accepted", invited("ACCEPTED"), "pass", "Alice Martin"),
    Row(CHECK, "invited, and has not answered", invited("NEEDS-ACTION"), "pass", "Alice Martin"),
    Row(CHECK, "invited and declined", invited("DECLINED"), "fail", "nobody who was invited to 'On call payments' takes part in it"),
    Row(CHECK, "named in the title, and declined", invited("DECLINED", "Alice"), "fail", "takes part"),
    Row(CHECK, "invited, and handed on", invited("DELEGATED"), "fail", "takes part"),
    Row(CHECK, "invited, and perhaps there", invited("TENTATIVE"), "warn", "is only accepted tentatively"),
    Row(
        CHECK,
        "one declined, the other one is there",
        titled("On call", ALICE.format(answer="DECLINED"), "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@payments.example"),
        "pass",
        r"\(Bob Petit\)",
    ),
    Row(
        CHECK,
        "who declined is named, who is invited is not ours",
        titled("Alice", ALICE.format(answer="DECLINED"), "ATTENDEE:mailto:carol@network.example"),
        "fail",
        "names nobody of the list",
    ),
    Row(
        CHECK, "a room is invited", titled("On call", "ATTENDEE;CUTYPE=ROOM:mailto:room1@payments.example", people={}), "fail", "takes part"
    ),
    Row(
        CHECK,
        "somebody who only listens is invited",
        titled("On call", "ATTENDEE;ROLE=NON-PARTICIPANT:mailto:alice@payments.example"),
        "fail",
        "takes part",
    ),
    Row(
        CHECK,
        "somebody of another team is invited",
        titled("On call network", "ATTENDEE:mailto:carol@network.example"),
        "fail",
        "names nobody of the list of people",
    ),
    Row(
        CHECK,
        "somebody with an address, and no list of people",
        titled("On call", "ATTENDEE:mailto:carol@network.example", people={}),
        "pass",
        "carol@network.example",
    ),
    Row(
        CHECK,
        "nobody@ is invited, and there is no list of people",
        titled("On call", "ATTENDEE:mailto:nobody@payments.example", people={}),
        "fail",
        "invites nobody who can be reached",
    ),
    # -- who can be reached
    Row(
        CHECK,
        "a name, and no list of people",
        titled("Alice", people={}),
        "unknown",
        r"nobody says how 'Alice' is reached: name its people and their numbers \(people\)",
    ),
    Row(CHECK, "a name, and nobody wants to know how it is reached", titled("Alice", people={}, reachable=False), "pass", r"\(Alice\)"),
    Row(CHECK, "TBD, and nobody wants to know how it is reached", titled("tier1 TBD", people={}, reachable=False), "fail", "names nobody"),
    Row(
        CHECK,
        "somebody without a number",
        titled("Alice", people={"Alice": None}),
        "fail",
        "Alice cannot be reached: no number and no address is known",
    ),
    Row(CHECK, "somebody with a placeholder for a number", titled("Alice", people={"Alice": "TODO"}), "fail", "Alice cannot be reached"),
    Row(
        CHECK,
        "somebody with a number that cannot be",
        titled("Alice", people={"Alice": "00 00 00 00 00"}),
        "fail",
        "Alice cannot be reached",
    ),
    Row(
        CHECK,
        "somebody with an address that cannot be",
        titled("Alice", people={"Alice": {"mail": "alice@localhost"}}),
        "fail",
        "Alice cannot be reached",
    ),
    *(
        Row(CHECK, f"somebody with {contact}", titled("Alice", people={"Alice": contact}), "fail", "Alice cannot be reached")
        for contact in ("+33 6 44 55 66", "999", "112", "+33 6 XX XX XX XX", "liste@payments.example", "see runbook")
    ),
    *(
        Row(CHECK, f"somebody with {contact}", titled("Alice", people={"Alice": contact}), "pass", "Alice")
        for contact in ("06 44 55 66 01", "4242", "+33 (0)6 44 55 66 01", "alice.liszt@payments.example")
    ),
    Row(
        CHECK,
        "a list, of a desk whose people relieve each other",
        titled("Desk", people={"Desk": {"mail": "liste@payments.example", "team": True}}),
        "pass",
        "Desk",
    ),
    Row(
        CHECK,
        "two people with one number, in two tiers",
        given(calendar(event("N1 Alice", *WHEN), event("N2 Bob", *WHEN)), NOW, **ONE_NUMBER, tiers={"N1": None, "N2": None}),
        "warn",
        "Alice in N1 and Bob in N2 are on call with one telephone number",
    ),
    Row(
        CHECK,
        "two people with two numbers, in two tiers",
        given(calendar(event("N1 Alice", *WHEN), event("N2 Bob", *WHEN)), NOW, tiers={"N1": None, "N2": None}),
        "pass",
        "N1: somebody is on call",
    ),
    Row(
        CHECK,
        "two people who hand one number on",
        given(calendar(event("Alice", *WHEN), event("Bob", *WHEN)), NOW, **ONE_NUMBER),
        "pass",
        "Alice, Bob",
    ),
    Row(
        CHECK,
        "one of two cannot be reached",
        titled("Alice and Bob", people={**PEOPLE, "Bob Petit": {"aliases": ["bob"]}}),
        "pass",
        r"\(Alice Martin\)",
    ),
]
