# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""document: who has validated it. Real files.

How it could pass without deserving it; each is a row below:

- a section Validation is about something else (how a deployment is tested, how input is checked), or is prose;
- it names people who have not signed: boxes not ticked, an empty date and signature, a status of waiting, a day that is still to come;
- it names the author alone, or a name without anything beside it (unknown);
- in the front matter: the author by that word, a placeholder, a box not ticked, a status or a date beside the name that says no;
- one who must is named in words that say that he has not, or among other words (unknown).
"""

from __future__ import annotations

import typing as t

from rows_document import MANUAL, VALIDATED, day, written
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
NOBODY, LATER, UNSIGNED = "nobody is named who has validated", "still to be validated", "no date, tick or signature"


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("document", f"validation: {state}", arrange, status, message)


def section(text: str, title: str = "Validation", **args: t.Any) -> Arrange:
    """No validation in the front matter, and this section at the end."""
    return written(
        MANUAL + f"\n## {title}\n\n" + text.replace("{day}", day(30)).replace("{ahead}", day(-60)) + "\n", old=VALIDATED, new="", **args
    )


def front(lines: str, **args: t.Any) -> Arrange:
    return written(old=VALIDATED, new=lines.replace("{day}", day(30)).replace("{ahead}", day(-60)) + "\n", **args)


def table(head: str, *rows: str) -> str:
    return "\n".join((head, "|" + " --- |" * (head.count("|") - 1), *rows))


SIGNED = {
    "a table": table("| Name | Role | Date |", "| Ali Ben | Operations | {day} |"),
    "a table with signatures": table("| Name | Role | Date | Signature |", "| Ali Ben | Ops | {day} | A. Ben |"),
    "a table with a status": table("| Nom | Rôle | Statut |", "| Ali Ben | Exploitation | Validé |"),
    "a table with ticks": table("| Approver | OK |", "| Ali Ben | ✅ |"),
    "a table of roles": table("| Role | Date |", "| Operations | {day} |"),
    "a table with its author": table("| Name | Role | Date |", "| Jane Doe | Author | {day} |", "| Ali Ben | Operations | {day} |"),
    "a table of one": table("| Validated by | Ali Ben |", "| Date | {day} |"),
    "HTML": "<table><tr><td><b>Name</b></td><td><b>Date</b></td></tr><tr><td>Ali Ben</td><td>{day}</td></tr></table>",
    "boxes": "- [x] Ali Ben\n- [x] Zoé Lin (security)",
    "marks": "- ✅ Ali Ben",
    "a list": "- Ali Ben, {day}\n- Zoé Lin (security) - {day}",
    "a line": "Validated by: Ali Ben",
    "a line in bold": "**Validated by:** Ali Ben, **Date:** {day}",
    "words": "Validated by Ali Ben on {day}.",
    "French words": "Validé par Zoé Lin le {day}",
    "a day first": "- {day}: Ali Ben",
}
TITLES = ("Approvals", "3. Validation and approval", "Document approval", "Validation du document", "Visas", "Sign-off", "Approbation")
PENDING = {
    "boxes not ticked": ("- [ ] Ali Ben\n- [ ] Zoé Lin", LATER),
    "a table that is not signed": (table("| Name | Role | Date | Signature |", "| Ali Ben | Ops | | |"), UNSIGNED),
    "a status of waiting": (table("| Nom | Rôle | Statut |", "| Ali Ben | Exploitation | En attente |"), LATER),
    "a date of waiting": (table("| Name | Date |", "| Ali Ben | pending |"), LATER),
    "a status of refusal": (table("| Name | Status |", "| Ali Ben | Rejected |"), "it is not validated: Ali Ben, Rejected"),
    "a day to come": (table("| Name | Date |", "| Ali Ben | {ahead} |"), "lies in the future"),
    "its author": (table("| Name | Role | Date |", "| Jane Doe | Author | {day} |"), "by its author only"),
    "its author, by his name": (table("| Name | Role | Date |", "| Jane Doe | Ops | {day} |"), "by its author only"),
    "its author, ticked": ("- [x] Jane Doe", "by its author only"),
    "a table of nobody": (table("| Name | Date |", "| | |", "| TBD | |"), NOBODY),
    "not yet": ("This document has not been validated yet.", NOBODY),
    "to be validated": ("To be validated by Ali Ben", NOBODY),
    "how to test": ("To validate the deployment run smoke.sh.", NOBODY),
    "what to test": ("Run the smoke tests after each deployment", NOBODY),
    "a table of tests": ("| Request | Answer |\n| --- | --- |\n| GET /health | 200 |", NOBODY),
    "what is tested": ("The validation of card numbers uses the Luhn algorithm.", NOBODY),
    "tests that are ticked": ("- [x] Smoke tests\n- [x] Run the queue", NOBODY),
    "a sentence with a day": ("The cards were validated on {day}", NOBODY),
}
FRONTS = {
    "a name and a role": "validated_by: [{name: Ali Ben, role: operations}]",
    "roles and names": "validated_by: {operations: Ali Ben}",
    "roles and lists of names": "validators: {operations: [Ali Ben, Zoé Lin]}",
    "roles and more": "validated_by: {operations: {name: Ali Ben, date: {day}, status: approved}}",
    "a role in brackets": "validated_by: Ali Ben (operations)",
    "a role behind a dash": "validated_by: Ali Ben - operations",
    "a team": "validated_by: [the operations team]",
    "names and days": "validated_by: {operations: {day}}",
    "another spelling": "validatedBy: operations",
    "a sign-off": "signed_off_by: [operations]",
    "French": "visé par: Ali Ben (Operations)",
}
REFUSALS = {
    "author": "is a placeholder",
    "the author": "is a placeholder",
    "Prénom Nom": "is a placeholder",
    "the team": "is a placeholder",
    "☐ Ali Ben": LATER,
    "'[ ] Ali Ben'": LATER,
    "{name: Ali Ben, date: {ahead}}": "lies in the future",
    "'Ali Ben, {ahead}'": "lies in the future",
    "{name: Ali Ben, status: rejected}": "it is not validated: Ali Ben",
    "{name: Ali Ben, status: pending}": LATER,
    "{name: Ali Ben, approved: false}": "it is not validated: Ali Ben",
    "{name: Jane Doe, role: operations}": "by its author only",
    "{operations: }": NOBODY,
}
ROWS = [
    *[row(f"in {state}", section(text), "pass", "the validation of") for state, text in SIGNED.items()],
    *[row(f"below {title}", section("- Ali Ben, {day}", title), "pass", "the validation of Ali Ben") for title in TITLES],
    row("a name below Validated by", section("- Ali Ben", "Validated by"), "pass", "the validation of Ali Ben"),
    row("one who must, in a table", section(SIGNED["a table"], validators=["operations"]), "pass", "the validation of Ali Ben"),
    row("one who must, ticked", section("- [x] operations", validators=["operations"]), "pass", "the validation of operations"),
    *[row(f"in {state}", section(text), "fail", said) for state, (text, said) in PENDING.items()],
    *[
        row(f"below {title}", section("Card numbers are checked by Luhn, {day}.", title), "fail", NOBODY)
        for title in ("Input validation", "Validation of card numbers", "Validation tests")
    ],
    row("a name alone in a section", section("- Ali Ben\n- Zoé Lin"), "unknown", "whether Ali Ben, Zoé Lin validated it cannot be told"),
    row(
        "a table of names alone",
        section(table("| Name | Role |", "| Ali Ben | Operations |")),
        "unknown",
        "whether Ali Ben validated it cannot be told",
    ),
    *[row(f"by {state}", front(lines, validators=["operations"]), "pass", "the validation of") for state, lines in FRONTS.items()],
    *[row(f"by {value}", front(f"validated_by: {value}"), "fail", said) for value, said in REFUSALS.items()],
    *[
        row(f"of {wanted} by {value}", front(f"validated_by: [Zoé Lin, {value}]", validators=[wanted]), "fail", said)
        for wanted, value, said in (
            ("operations", "not operations", "it is not validated: not operations"),
            ("security", "no security review", "it is not validated: no security review"),
            ("security", "security - waived", "it is not validated: security - waived"),
            ("security", "'security: TBD'", "it is not validated by security"),
            ("security", "Ali Ben (operations)", "it is not validated by security"),
            ("security", "{name: Ali Ben, role: security, status: pending}", "it is not validated by security"),
        )
    ],
    row(
        "of security by words with it",
        front("validated_by: [Ali Ben (next to the security desk)]", validators=["security"]),
        "unknown",
        "whether Ali Ben .* stands for security cannot be told",
    ),
]
