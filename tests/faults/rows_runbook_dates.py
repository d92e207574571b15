# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook: the days, people and names of fields as people write them. Real files.

How it could pass without deserving it; each is a row below:

- the day is that of a review or execution that is planned, was refused, was broken off or did not work;
- the day is one of something else: of the next review, of the day since when there is none;
- who executed it is "author", "same" or "the team"; who owns it is a word of the template;
- the front matter is not valid YAML: one finding, and not one for each field that cannot be read.
"""

from __future__ import annotations

import calendar
import datetime as dt
import typing as t

from rows_runbook import day
from rows_runbook_reading import fronted as formatted
from rows_runbook_reading import raw, whole
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
PASSES = "an owner"
EXECUTED = "executed_by: Ali Ben\nauthor: Jane Doe"
ON, UNDONE = "executed_on: ", "did not take place, or did not work"


def fronted(*lines: str, **args: t.Any) -> Arrange:
    """With these lines in the front matter, instead of its day."""
    return formatted(*(line.replace("{", "{{").replace("}", "}}") for line in lines), **args)


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("runbook", f"written: {state}", arrange, status, message)


def spoken(ago: int) -> dict[str, str]:
    when = dt.date.fromisoformat(day(ago))
    months = calendar.month_name[1:]
    year, week, _day = when.isocalendar()
    month = months[when.month - 1]
    return {
        "a short year": f"{when.day:02d}-{month[:3]}-{when.year % 100:02d}",
        "words before it": f"Reviewed on {when}",
        "French words before it": f"'Relu le : {when}'",
        "a name before it": f"Jane Doe, {when.day} {month} {when.year}",
        "a name and a dash before it": f"Jane Doe - {when}",
        "a mapping": f"{{date: {when}, by: Jane}}",
        "a list": f"[{dt.date.fromisoformat(day(ago + 99))}, {when}]",
        "a week": f"{year}-W{week:02d}",
        "words behind it": f"'{when} by Jane Doe (no changes)'",
    }


def executed(lines: str, **args: t.Any) -> Arrange:
    return fronted(EXECUTED, lines, f"last_reviewed: {day(10)}", executed_by_other=True, executed_max_age="365d", **args)


def owned(line: str) -> Arrange:
    return raw(whole().replace("owner: team-payments\nauthor: Jane Doe", line))


NEARLY = ("title: Payments: the runbook", "owner: @team-payments")
ROWS = [
    *[row(f"reviewed, {state}", fronted(f"last_reviewed: {said}"), "pass", PASSES) for state, said in spoken(40).items()],
    *[
        row(f"reviewed too long ago, {state}", fronted(f"last_reviewed: {said}"), "fail", "the limit is|is not a date")
        for state, said in spoken(800).items()
    ],
    *[
        row(f"the field {name}", fronted(f"{name}: {day(40)}"), "pass", PASSES)
        for name in (
            *("lastReviewed", "last_review_date", "validated_on", "Dernière révision", "Date de révision", "date de dernière relecture"),
            *("date_of_last_review", "review"),
        )
    ],
    row("the field review with a mapping", fronted(f"review: {{date: {day(40)}}}"), "pass", PASSES),
    row("the field review that is no date", fronted("review: quarterly"), "fail", "no review date"),
    *[
        row(f"reviewed {said}", fronted(f"last_reviewed: {said}"), "fail", message)
        for said, message in (
            (f"{day(40)} (planned)", "did not take place, or that was refused"),
            (f"{day(40)} - rejected", "did not take place, or that was refused"),
            (f"{{date: {day(40)}, status: rejected}}", "did not take place, or that was refused"),
            (f"not since {day(40)}", "is not a date"),
            (f"Next Review, {day(40)}", "is not a date"),
            (f"due on {day(40)}", "is not a date"),
            (f"Valid Until - {day(40)}", "is not a date"),
            (f"[{day(40)}, soon]", "is not a date"),
            (f"[{day(40)}, {day(-40)}]", "lies in the future"),
            (f"[{day(900)}, {day(800)}]", "the limit is"),
        )
    ],
    row("executed", executed(f"{ON}{day(40)}"), "pass", PASSES),
    row("executed without a failure", executed(f"{ON}{day(40)} (no failures)"), "pass", PASSES),
    row("executed, with who did it", executed(f"{ON}Ali Ben, {day(40)}"), "pass", PASSES),
    *[
        row(f"executed {said}", executed(f"{ON}'{said}'"), "fail", UNDONE)
        for said in (f"{day(40)} (aborted at step 3)", f"{day(40)}: failed", f"{day(40)} (planned)", f"{day(40)}, échec")
    ],
    *[
        row(
            f"executed by {who}",
            fronted(f"executed_by: {who}", "author: Jane Doe", f"last_reviewed: {day(9)}", executed_by_other=True),
            "fail",
            said,
        )
        for who, said in (
            (one, "nobody is named who has executed it") for one in ("author", "the author", "the team", "same", "idem", "Prénom Nom")
        )
    ],
    *[
        row(f"the owner in {line}", owned(line), "pass", "an owner .Jane Smith.")
        for line in (
            *("service_owner: Jane Smith", "document_owner: Jane Smith", "Page owner: Jane Smith", "owner-team: Jane Smith"),
            *("owned_by: Jane Smith", "pilote: Jane Smith", "rédacteur: Jane Smith", "params: {owner: Jane Smith}"),
        )
    ],
    *[
        row(f"the owner is {name}", owned(f"owner: {name}"), "fail", "its owner is a placeholder")
        for name in ("Prénom Nom", "NOM Prénom", "Firstname Lastname", "changeme", "to be named", "vacant", "the team", "N.C.", "0")
    ],
    *[
        row(f"a front matter with {line}", owned(line), "fail", "^the runbook [^:]*: line [23]: the front matter is not valid YAML$")
        for line in NEARLY
    ],
]
