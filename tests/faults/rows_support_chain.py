# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""support_chain. What is judged is a declaration, so the declaration is what is broken.

Ways in which it could pass without deserving it, each of which is a row:

- tiers that are one contact, written in two ways; tiers out of their order or with one name; an escalation that goes round in a circle, or
  leads to a tier that there is not
- a last tier that is a queue, a mailing list, a channel, a bot: nobody has to answer
- a last tier that is a word for anybody; a number whose digits are still to come, or too few for its country
- a last tier that is a mailbox of a role (``support@``), a voice mail, or somebody who has left
- one person, once by name and once by an address that spells it
- hours in words that are read otherwise than they are meant
- placeholders in other spellings, numbers and addresses that cannot be, a tier that says "same as N1"
- a response that comes when it is too late; hours that cover only on the clock of another time zone, or on which nobody says
- hours that only a queue, a list or a bot covers, and people at other times
- a product that its maker has given up, whose contract still runs
"""

from __future__ import annotations

import datetime as dt
import typing as t

from table import Row, World

N1 = {"tier": "N1", "contact": "+33 1 55 55 01 02", "hours": "24x7", "response": "15m"}
N2 = {"tier": "N2", "contact": "payments-team@payments.example", "hours": "Mon-Fri 08:00-18:00", "response": "1h"}


def declared(components: dict[str, t.Any] | None = None, tiers: t.Any = None, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(_world: World) -> dict[str, t.Any]:
        chains = {"payments": [N1, N2] if tiers is None else tiers, "sgbd": [N1]}
        return {"components": {"web": "payments", "database": "sgbd"} if components is None else components, "chains": chains, **args}

    return arrange


def contract(days: int) -> dict[str, t.Any]:
    return {**N1, "contract_until": dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=days)}


def without(key: str) -> dict[str, t.Any]:
    return {name: value for name, value in N1.items() if name != key}


def day(ahead: int) -> dt.date:
    return dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=ahead)


THREE = [
    N1,
    {**N2, "hours": "24x7"},
    {"tier": "N3", "contact": "+33 1 55 55 09 09, editor@vendor.example", "hours": "24x7", "response": "4h"},
]
NOBODY = {
    "a queue": "ticket queue PAY-N2",
    "a mailing list": "payments@lists.payments.example",
    "a distribution list": "dl-payments@payments.example",
    "a mailbox of tickets": "tickets@payments.example",
    "a channel": "#payments-incidents",
    "a channel, in words": "Slack channel payments",
    "a bot": "incident bot",
    "a queue, in French": "file d'attente PAIEMENTS",
    "a list, in French": "liste de diffusion paiements",
    "a wiki": "https://wiki.payments.example/support",
    "a mailbox of several": "bal-paiements@payments.example",
    "a system of tickets": "GLPI",
    "a voice mail": "messagerie vocale +33 1 55 55 01 09",
    "a voice mail, in English": "voicemail +33 1 55 55 01 09",
    "a program that calls": "Opsgenie",
    "another program that calls": "pagerduty",
    "two lists": "dl-payments@payments.example, payments@lists.payments.example",
}
SOMEBODY = {
    "a person": "Alice Martin",
    "a number": "+33 6 44 55 66 01",
    "a list and a number": "dl-payments@payments.example, +33 6 44 55 66 01",
    "a desk": "desk@payments.example",
    "a group on call": "DBA-ONCALL",
    "a desk of operations, with its number": "Permanence exploitation +33 1 55 55 01 09",
    "a group on call by a program": "DBA-ONCALL via PagerDuty",
    "the team of mail": "Équipe messagerie",
    "a desk on call": "astreinte@payments.example",
    "a person whose name has such a word": "alice.martin@support.payments.example",
    "a mailbox of a role, and a number": "support@payments.example, +33 1 55 55 01 02",
}
ROLES = (
    *(
        "support",
        "helpdesk",
        "help-desk",
        "admin",
        "postmaster",
        "alertes",
        "incidents",
        "it-support",
        "support-payments",
        "payments.support",
    ),
    *("Support.N2", "payments-incidents", "supervision"),
)
GONE = (
    *("Alice (partie)", "ex-Alice Martin", "Alice Martin - left the company", "Alice Martin (congé)", "Alice Martin (en congé)"),
    *("Alice Martin, on maternity leave", "Alice n'est plus dans l'équipe", "Bob Petit [left]", "Alice Martin +33 6 44 55 66 01 (partie)"),
)
NONE = (
    *(
        "n/a",
        "N.A.",
        "xxx",
        "T.B.D.",
        "tbc",
        "à définir",
        "A RENSEIGNER",
        "néant",
        "none yet",
        "to be confirmed",
        "[contact]",
        "idem",
        "same as N1",
        "voir N2",
    ),
    *("unknown", "placeholder", "?", "...", "+33 1", "0000000000", "01 23 45 67 89 01 23 45 67", "1234567", "12 12 12 12 12", "9876543210"),
    *(
        "alice@",
        "@alice",
        "alice@localhost",
        "alice@payments",
        "alice@payments..example",
        "alice@example.com",
        "alice@team.invalid",
    ),
    *("+33 6 XX XX XX XX", "0800 XXX XXX", "06 ** ** ** 01", "+33 6 44 55 66", "+33 6 44 55 66 01 02", "+1 202 555 01", "112", "999"),
    *(
        "+33 6 12 34 56 78",
        "06 12 34 56 78",
        "0033612345678",
        "06.12.34.56.78",
        "tel:+33612345678",
        "+33 (0)6 12 34 56 78",
        "sms:+33 6 12 34 56 78",
    ),
    *(
        "Permanence exploitation +33 6 12 34 56 78",
        "06 01 02 03 04",
        "06 11 22 33 44",
        "01 10 20 30 40",
        "+1 234 567 8900",
        "06 98 76 54 32",
    ),
    *("see runbook", "voir le manuel", "someone", "any", "contact", "quelqu'un", "poste vacant"),
    *("noreply@payments.example", "prenom.nom@payments.example", "ne-pas-repondre@payments.example"),
)
REAL = (
    *("team-payments", "payments on-call", "dba oncall", "équipe paiements"),
    "4112",
    "+41 44 555 01 02",
    "+1 (202) 555-0143",
    "Contact center",
    "Ana Xavier",
    "Centre d'appels",
    "0800 900 300",
    "+33 (0)1 55 55 01 02",
    "0033 1 55 55 01 02",
    "01 55 55 01 02 poste 42",
    "alice.martin@payments.example",
    "+33 6 11 22 33 45",
    "01 55 55 01 02 (option 1)",
    "01 55 55 01 02, touche 2",
    "DECT 5512",
    "poste 4512",
    "sms:+33644556601",
    "signal +33 6 44 55 66 01",
    "Alice Martin (partie, remplacée par Bob Petit)",
    "Les Exploitants, tierce partie Dupont",
    "Extérieur SA",
    "Service desk",
    "mailto:desk@payments.example",
)
BY_DAY = {"tier": "N2", "contact": "bob.petit@payments.example", "hours": "Mon-Fri 08:00-18:00", "response": "1h"}
SUN = ("daily 09:00-17:00 Asia/Tokyo", "daily 09:00-18:00 Europe/Paris", "daily 10:00-20:00 America/New_York")


def around(answering: t.Sequence[str], **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A tier for each of these hours, each with a number of its own."""
    tiers = [
        {**N1, "tier": f"N{number}", "contact": f"+33 1 55 55 01 {number:02}", "hours": one} for number, one in enumerate(answering, 1)
    ]
    return declared({"web": "payments"}, tiers=tiers, **args)


ROWS = [
    Row(
        "support_chain",
        "each part has one complete chain",
        declared(hours="24x7"),
        "pass",
        "web is supported by the chain payments: 2 tier",
    ),
    Row(
        "support_chain",
        "a part without a chain",
        declared({"web": "payments", "database": None}),
        "fail",
        "database has no chain of support",
    ),
    Row("support_chain", "a part with two chains", declared({"web": ["payments", "sgbd"]}), "fail", "web has 2 chains of support"),
    Row(
        "support_chain", "a chain that is not defined", declared({"web": "paiements"}), "fail", "the chain paiements, which is not defined"
    ),
    Row("support_chain", "a chain without tiers", declared(tiers=[]), "fail", "has 0 tier"),
    Row("support_chain", "a tier without a contact", declared(tiers=[without("contact")]), "fail", "has no contact"),
    Row("support_chain", "a tier without a response target", declared(tiers=[without("response")]), "fail", "has no response"),
    Row(
        "support_chain",
        "a contact still to be filled in",
        declared(tiers=[{**N1, "contact": "TODO"}]),
        "fail",
        "placeholder for its contact",
    ),
    Row(
        "support_chain",
        "nobody@ as a contact",
        declared(tiers=[{**N1, "contact": "nobody@payments.example"}]),
        "fail",
        "placeholder for its contact",
    ),
    Row("support_chain", "a contract that has ended", declared(tiers=[contract(-3)]), "fail", "ended on .*, 3 days ago"),
    Row(
        "support_chain", "a contract that ends within the horizon", declared(tiers=[contract(30)]), "warn", "in 30 days; it must last 90 d"
    ),
    Row(
        "support_chain",
        "hours that do not cover the commitment",
        declared(tiers=[N2], hours="24x7"),
        "fail",
        "do not cover the committed 24x7",
    ),
    Row("support_chain", "no part is declared", declared({}), "unknown", "no component is declared"),
    Row("support_chain", "a chain of the wrong shape", declared(tiers="N1"), "unknown", "is not a list of tiers"),
    Row(
        "support_chain",
        "hours that cannot be read",
        declared(tiers=[{**N1, "hours": "office"}], hours="24x7"),
        "unknown",
        "which cannot be read",
    ),
    # -- the way through the tiers
    Row("support_chain", "three tiers", declared({"web": "payments"}, tiers=THREE, hours="24x7", min_tiers=3), "pass", "3 tiers"),
    Row(
        "support_chain",
        "three tiers that are one contact",
        declared(tiers=[{**N1, "tier": name} for name in ("N1", "N2", "N3")]),
        "fail",
        r"N1, N2, N3 of the chain payments are one contact .*: nobody is behind the first",
    ),
    Row(
        "support_chain",
        "two tiers that are one number, written in two ways",
        declared(tiers=[N1, {**N1, "tier": "N2", "contact": "01.55.55.01.02"}]),
        "fail",
        "are one contact",
    ),
    Row(
        "support_chain",
        "the second and the third tier are one address",
        declared(tiers=[N1, N2, {**N2, "tier": "N3", "contact": "mailto:Payments-Team@payments.example"}]),
        "warn",
        "N2, N3 of the chain payments are one contact .*: that escalation leads nowhere",
    ),
    Row(
        "support_chain",
        "one desk by day and by night",
        declared(
            tiers=[{**N1, "tier": "day", "hours": "daily 06:00-22:00"}, {**N1, "tier": "night", "hours": "daily 22:00-06:00"}], hours="24x7"
        ),
        "pass",
        "2 tiers",
    ),
    Row(
        "support_chain",
        "fewer contacts than tiers are asked",
        declared({"web": "payments"}, tiers=[*THREE[:2], {**THREE[1], "tier": "N3"}], min_tiers=3),
        "fail",
        "has 2 different contacts, it needs 3 tiers",
    ),
    Row("support_chain", "tiers out of their order", declared(tiers=[THREE[1], THREE[0]]), "fail", r"are not in their order: N2, N1"),
    Row("support_chain", "two tiers of one name", declared(tiers=[N1, {**N2, "tier": "n1"}]), "fail", "more than one tier with the name"),
    Row(
        "support_chain",
        "an escalation in a circle",
        declared(tiers=[N1, {**N2, "escalates_to": "N1"}]),
        "fail",
        "goes round in a circle: N1, N2, N1",
    ),
    Row(
        "support_chain", "an escalation to itself", declared(tiers=[{**N1, "escalates_to": "N1"}]), "fail", "goes round in a circle: N1, N1"
    ),
    Row(
        "support_chain",
        "an escalation to a tier that there is not",
        declared(tiers=[{**N1, "escalates_to": "N4"}, N2]),
        "fail",
        "N1 of the chain payments escalates to N4, which is none of its tiers",
    ),
    Row(
        "support_chain",
        "an escalation that leaves a tier out",
        declared(tiers=[{**N1, "escalates_to": "N3"}, N2, THREE[2]]),
        "warn",
        "no escalation of the chain payments leads to N2",
    ),
    *(
        Row(
            "support_chain",
            f"it ends with {what}",
            declared(tiers=[N1, {**N2, "contact": contact}]),
            "fail",
            "ends with N2, whose contact .* is a queue, a list or a machine",
        )
        for what, contact in NOBODY.items()
    ),
    *(
        Row("support_chain", f"it ends with {what}", declared(tiers=[N1, {**N2, "contact": contact}]), "pass", "2 tiers")
        for what, contact in SOMEBODY.items()
    ),
    Row(
        "support_chain",
        "it ends with a list whose people a roster names",
        declared(tiers=[N1, {**N2, "contact": "oncall-list@payments.example", "roster": "payments"}]),
        "pass",
        "2 tiers",
    ),
    *(
        Row(
            "support_chain",
            f"it ends with anybody: {contact}",
            declared(tiers=[N1, {**N2, "contact": contact}]),
            "warn",
            "names nobody in particular",
        )
        for contact in ("le prestataire", "éditeur", "the hosting provider")
    ),
    Row(
        "support_chain",
        "it ends with a team whose people a roster names",
        declared(tiers=[N1, {**N2, "contact": "dba-oncall", "roster": "dba"}]),
        "pass",
        "2 tiers",
    ),
    *(
        Row(
            "support_chain",
            f"one contact: {first}; {second}",
            declared(tiers=[{**N1, "contact": first}, {**N1, "tier": "N2", "contact": second}]),
            "fail",
            "are one contact .*: nobody is behind the first",
        )
        for first, second in (
            ("+33 1 55 55 01 02", "Bob +33 1 55 55 01 02"),
            ("Bob (01 55 55 01 02)", "+33 1 55 55 01 02"),
            ("bob@payments.example", "Bob Petit <bob@payments.example>"),
            ("Bob Petit", "PETIT Bob"),
        )
    ),
    *(
        Row(
            "support_chain",
            f"two contacts: {first}; {second}",
            declared(tiers=[{**N1, "contact": first}, {**N1, "tier": "N2", "contact": second}]),
            "pass",
            "2 tiers",
        )
        for first, second in (
            ("Alice +33 1 55 55 01 02", "Alice +33 1 55 55 01 03"),
            ("01 55 55 01 02 poste 42", "01 55 55 01 02 poste 43"),
            ("Bob <bob@payments.example>", "Bob <bob@editor.example>"),
            ("Bob Petit", "Bob Petitjean"),
            ("+33 1 55 55 01 02", "+33 1 55 55 01 02, bob@payments.example"),
            ("https://pages.payments.example/n1", "https://pages.payments.example/n2"),
        )
    ),
    Row("support_chain", "it begins with a queue", declared(tiers=[{**N1, "contact": "ticket queue PAY"}, N2]), "pass", "2 tiers"),
    # -- contacts
    *(
        Row(
            "support_chain",
            f"a contact that is none: {contact}",
            declared(tiers=[{**N1, "contact": contact}]),
            "fail",
            "placeholder|no address",
        )
        for contact in NONE
    ),
    *(Row("support_chain", f"a contact: {contact}", declared(tiers=[{**N1, "contact": contact}]), "pass", "1 tier") for contact in REAL),
    *(
        Row(
            "support_chain",
            f"the chain ends with a mailbox of a role: {role}@",
            declared({"web": "payments"}, tiers=[N1, {**N1, "tier": "N2", "contact": f"{role}@payments.example"}]),
            "warn",
            "the chain payments ends with N2, whose contact .* names nobody in particular",
        )
        for role in ROLES
    ),
    *(
        Row(
            "support_chain",
            f"a mailbox of a role {what}",
            declared({"web": "payments"}, tiers=[first, {**N1, "tier": "N2", "contact": "support@payments.example", **more}], hours="24x7"),
            "pass",
            "2 tiers",
        )
        for what, first, more in (
            ("with a roster", N1, {"roster": "nights"}),
            ("with a contract", N1, {"contract_until": day(400)}),
            ("first", {**N1, "contact": "helpdesk@payments.example"}, {"contact": "+33 1 55 55 01 03"}),
        )
    ),
    *(
        Row(
            "support_chain", f"who is not there: {contact}", declared(tiers=[{**N1, "contact": contact}]), "fail", "is not there|is a queue"
        )
        for contact in GONE
    ),
    *(
        Row(
            "support_chain",
            f"one contact in two tiers: {one}, {other}",
            declared({"web": "payments"}, tiers=[{**N1, "contact": one}, {**N1, "tier": "N2", "contact": other}]),
            "fail",
            "are one contact",
        )
        for one, other in (
            ("bob.petit@payments.example", "Bob Petit"),
            ("PETIT Bob", "bob.petit@payments.example"),
            ("01 55 55 01 02 (option 1)", "+33 1 55 55 01 02 opt. 1"),
            ("poste 4512", "4512"),
        )
    ),
    *(
        Row(
            "support_chain",
            f"two contacts: {one}, {other}",
            declared({"web": "payments"}, tiers=[{**N1, "contact": one}, {**N1, "tier": "N2", "contact": other}]),
            "pass",
            "2 tiers",
        )
        for one, other in (
            ("bob.petit@payments.example", "Alice Petit"),
            ("service.desk@payments.example", "service.desk@vendor.example"),
            ("+33 1 55 55 01 02 (option 1)", "+33 1 55 55 01 02 (option 2)"),
            ("+33 1 55 55 01 02, touche 1", "+33 1 55 55 01 02, touche 2"),
            ("poste 4512", "poste 4513"),
        )
    ),
    *(
        Row("support_chain", f"hours: {hours}", declared(tiers=[{**N1, "hours": hours}], hours=committed), "pass", "1 tier")
        for hours, committed in (
            ("H24 7j/7", "24x7"),
            ("Mon-Sun 00:00-23:59", "24x7"),
            ("du lundi au vendredi de 8h à 18h", "Mon-Fri 8am-6pm"),
            ("08:00-18:00 Mon-Fri", "weekdays 8h-18h"),
        )
    ),
    *(
        Row(
            "support_chain",
            f"hours that are not certain: {hours}",
            declared(tiers=[{**N1, "hours": hours}], hours="24x7"),
            "unknown",
            "read",
        )
        for hours in ("We 09:00-12:00", "jours ouvrés", "Mon-Fri 8-6pm")
    ),
    # -- in time, and how long
    Row(
        "support_chain",
        "an answer after the time to restore",
        declared(max_response="10m"),
        "fail",
        "N1 of the chain payments answers within 15 min; it must within 10 min",
    ),
    Row("support_chain", "an answer in time", declared(max_response="15m"), "pass", "2 tiers"),
    Row("support_chain", "a response of nothing", declared(tiers=[{**N1, "response": "0m"}]), "fail", "response target of 0m"),
    Row("support_chain", "a response by best effort", declared(tiers=[{**N1, "response": "best effort"}]), "unknown", "is not a duration"),
    Row(
        "support_chain",
        "a product that its maker has given up",
        declared(tiers=[{**N1, "end_of_life": day(-30)}]),
        "fail",
        r"no maker behind it since .* \(end of life\), 30 days ago",
    ),
    Row(
        "support_chain",
        "a product that its maker will give up",
        declared(tiers=[{**N1, "end_of_life": day(30)}]),
        "warn",
        "reaches its end of life on .*, in 30 days; it must last 90 d",
    ),
    Row(
        "support_chain",
        "an end of life that is no date",
        declared(tiers=[{**N1, "end_of_life": "soon"}]),
        "unknown",
        "the end of life of N1 .* is not a date",
    ),
    Row(
        "support_chain",
        "office hours on the other side of the sea",
        declared(tiers=[{**N1, "hours": "Mon-Fri 08:00-18:00 America/New_York"}], hours="Mon-Fri 08:00-18:00 Europe/Paris"),
        "fail",
        "do not cover the committed",
    ),
    Row(
        "support_chain",
        "hours that cover in winter alone",
        declared(tiers=[{**N1, "hours": "Mon-Fri 07:00-17:00 UTC"}], hours="Mon-Fri 08:00-18:00 Europe/Paris"),
        "fail",
        "nobody on Monday 17:00|nobody on Monday 08:00",
    ),
    Row(
        "support_chain",
        "the same hours on two clocks",
        declared(tiers=[{**N1, "hours": "Mon-Fri 06:00-17:00 UTC"}], hours="Mon-Fri 08:00-18:00 Europe/Paris"),
        "pass",
        "1 tier",
    ),
    Row(
        "support_chain",
        "hours in a zone that nobody knows",
        declared(tiers=[{**N1, "hours": "Mon-Fri 06:00-17:00 Europe/Atlantis"}], hours="Mon-Fri 08:00-18:00 Europe/Paris"),
        "unknown",
        "a time zone that is not known",
    ),
    # -- around the clock
    *(
        Row(
            "support_chain",
            f"{what} answers at night, and people by day",
            declared({"web": "payments"}, tiers=[{**N1, "contact": contact}, BY_DAY], hours="24x7"),
            "warn",
            "all that answers of the chain payments on Monday 00:00 is a queue, a list or a machine",
        )
        for what, contact in NOBODY.items()
    ),
    *(
        Row(
            "support_chain",
            f"{what} answers at night",
            declared({"web": "payments"}, tiers=[{**N1, "contact": contact}, BY_DAY], hours="24x7"),
            "pass",
            "2 tiers",
        )
        for what, contact in SOMEBODY.items()
    ),
    Row(
        "support_chain",
        "a list answers at night, whose people a roster names",
        declared({"web": "payments"}, tiers=[{**N1, "contact": "dl-payments@payments.example", "roster": "nights"}, BY_DAY], hours="24x7"),
        "pass",
        "2 tiers",
    ),
    Row(
        "support_chain",
        "a queue answers at night, and nobody has to",
        declared({"web": "payments"}, tiers=[{**N1, "contact": "#payments"}, BY_DAY], hours="Mon-Fri 08:00-18:00"),
        "pass",
        "2 tiers",
    ),
    *(
        Row("support_chain", f"one after the other around the world, {committed}", around(SUN, hours=committed), "pass", "3 tiers")
        for committed in ("24x7", "24x7 UTC", "daily 09:00-20:00 Europe/Paris")
    ),
    Row(
        "support_chain",
        "around the world, with a hole",
        around((*SUN[:2], "daily 12:00-18:00 America/New_York"), hours="24x7"),
        "fail",
        r"do not cover the committed 24x7: nobody on .* \((7|14|21) h a week\)",
    ),
    Row(
        "support_chain",
        "day and night, one of them without its zone",
        around(("daily 08:00-20:00 Europe/Paris", "daily 20:00-08:00"), hours="24x7"),
        "pass",
        "2 tiers",
    ),
    Row(
        "support_chain",
        "the same clock, and nobody says which",
        around(("Mon-Fri 08:00-18:00",), hours="Mon-Fri 08:00-18:00"),
        "pass",
        "1 tier",
    ),
    Row(
        "support_chain",
        "always, on whatever clock",
        around(("Mon-Fri 08:00-18:00 Asia/Tokyo", "24x7"), hours="Mon-Fri 08:00-18:00"),
        "pass",
        "2 tiers",
    ),
    Row(
        "support_chain",
        "hours of Tokyo, promised on a clock that is not said",
        around(("Mon-Fri 08:00-18:00 Asia/Tokyo",), hours="Mon-Fri 08:00-18:00"),
        "unknown",
        "depends on their time zone, which is not said",
    ),
    Row(
        "support_chain",
        "too few hours, on whatever clock",
        around(("Mon-Fri 08:00-17:00 Asia/Tokyo",), hours="Mon-Fri 08:00-18:00"),
        "fail",
        "nobody on Monday 17:00",
    ),
    Row("support_chain", "committed hours that are none", declared(hours="whenever"), "unknown", "hours: 'whenever' cannot be read"),
]
