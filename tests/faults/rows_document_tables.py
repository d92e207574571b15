# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""document: tables, and lists of known errors in the forms that people write. Real files.

How it could pass without deserving it; each is a row below:

- the errors stand below a heading that says that they are not fixed, or fixed in a version that is later than the one deployed;
- a cell fills several rows or columns, and what stands under the workaround is the owner, the symptom, the number of the row;
- a table is cut by a picture or by code, and the rows behind it are lost; the rows are written as heads;
- a column or label names who works on it, when, in which version; the workaround is a version, a date, that someone waits;
- one error of a group has a workaround, the other none; an error takes the workaround of the one within it;
- an error without a number stands among those that have one; it is said that none is listed here;
- a code of digits is a part of a phone number, a time, a page; a code that is nothing.

False alarms: labels on a line of their own, sentences, tables of fields, summaries, sections beside the errors, other names of columns.
"""

from __future__ import annotations

import typing as t

from rows_document import errors, script, written
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
HTML = (
    "<html><head><meta name=owner content=team-payments><meta name=author content=Jane><meta name=validated_by content=Ali>"
    "<meta name=version content=1.4.0><meta name=last_reviewed content={reviewed}></head><body><h1>Known errors</h1>"
)
GOOD = "| Error | Workaround |\n|---|---|\n| PAY-1 | restart |\n"
BAD = "| Error | Workaround |\n|---|---|\n| PAY-2 | |\n"
MISSING = "PAY-2 has no workaround"
OWN = "| PAY-1002 | Try again in ten minutes. |\n"
CODES = "| Code | What to say |\n| --- | --- |\n| PAY-1001 | The card was refused, call the bank. |\n" + OWN


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("document", f"tables: {state}", arrange, status, message)


def known(text: str, **more: t.Any) -> Arrange:
    return errors(f"# Known errors\n\n{text}\n", **more)


def page(table: str, **more: t.Any) -> Arrange:
    return errors(HTML + table + "</body></html>", front="", name="document.html", **more)


def table(*rows: str) -> Arrange:
    """Rows of HTML below the names of three columns."""
    return page(f"<table><tr><th>Module</th><th>Error</th><th>Workaround</th><th>Owner</th></tr>{''.join(rows)}</table>")


def section(text: str) -> Arrange:
    return known(f"## PAY-1 Timeout\n\n{text}\n")


def parted(heading: str) -> Arrange:
    return known(f"## {heading}\n\n{BAD}\n## Others\n\n{GOOD}")


def rst(text: str) -> Arrange:
    head = ":Owner: team-payments\n:Validated-By: Ali\n:Version: 1.4.0\n:Last-Reviewed: {reviewed}\n\n"
    return errors(f"Known errors\n============\n\n{head}{text}", front="", name="document.rst")


def digits(text: str, *codes: str) -> Arrange:
    return script(old=CODES, new=text, codes=list(codes or ("05", "51")), blocking_sections=[])


def calls(rows: str) -> Arrange:
    """A call script in HTML."""
    text = f"{HTML}<h2>Questions</h2><p>What do you see?</p><h2>Answers</h2>{rows}<h2>Escalation</h2><p>Call 4711.</p></body></html>"
    codes = ["PAY-1001", "PAY-1002"]
    return written(text, front="", name="document.html", preset="call_script", codes=codes)


NOT_FIXED = (
    *("Not fixed", "To be fixed in 1.5", "Fixed in 1.5 (not yet deployed)", "Partially fixed", "Will not be fixed", "Non résolues"),
    *("Unresolved", "En cours de correction", "Fixed in 1.5", "Resolved in version 2", "Won't be fixed", "Fixed in the next version"),
    *("Waiting to be closed", "Old errors", "Erreurs à corriger", "Pas encore corrigées", "Versions that lose payments", "Contact form"),
)
FIXED = (
    *("Fixed", "Fixed in 1.3", "Fixed in 1.4.0", "Resolved issues", "Issues fixed in this release", "Closed", "Résolues", "3. Corrigées"),
    *("Erreurs corrigées dans la version 1.4", "Fixed since October 2026", "Change history", "Historique des versions", "Fixed in v1.3"),
)
TOLD = (
    *("**Workaround**\n\nRestart.", "**Workaround**\nRestart.", "- **Impact**\n    - slow\n- **Workaround**\n    - Restart"),
    *("Slow. As a workaround, restart payments.", "Slow. The workaround is to restart payments.", "To work around it, restart."),
    *("Workaround - restart it", '!!! tip "Workaround"\n    Restart.', "**Contournement :**\n\n1. Relancer", "**Solution**\n\nRestart."),
    *("Pour contourner le problème, relancer.", "Le contournement consiste à relancer.", "Action: restart it", "> **Workaround:** restart"),
    *("| Symptom | slow |\n|---|---|\n| Workaround | restart |", "| Workaround | restart |\n|---|---|\n| Impact | slow |"),
    *("Workaround (until 1.5): restart", "<details><summary>Workaround</summary>\n\nRestart.\n\n</details>"),
    *("| | |\n|---|---|\n| Impact | slow |\n| **Contournement** | relancer |", "Workaround:\n\n```\nsystemctl restart payments\n```"),
)
UNTOLD = (
    *("**Workaround**\n\nNone", "**Workaround**\n\n**Ticket**: JIRA-1", "Workaround:\n\nTicket: JIRA-1", "**Workaround**\n\n**Ticket**"),
    *("Workaround: we are looking for one", "The workaround is not known.", "### Workaround\n\n### Ticket\n\nJIRA-1", "**Workaround**"),
    *("| Symptom | slow |\n|---|---|\n| Workaround | |", "Workaround owner: Jane", "Fix version: 1.5 of payments", "RAS"),
    *(
        "The workaround is being written.",
        "The workaround is described in Jira.",
        "The workaround is to be agreed.",
        "A workaround is needed.",
    ),
    *("Action: dev team to fix it in 1.5", "The workaround to PAY-1 is unknown.", "Le contournement est en cours de rédaction."),
    *("As a workaround: none.", "**Workaround**\n\n### PAY-3 Lock\n\nWorkaround: kill it", "Workaround: pending vendor"),
)
COLUMNS = (
    *("Resolution", "Action", "Fix", "Temporary fix", "Bypass", "Mesure palliative", "Consigne", "Mode dégradé", "Action corrective"),
    *("Workaround (if any)", "Solution de contournement"),
)
NO_COLUMN = ("Workaround owner", "Fix version", "Fixed in", "Action owner", "Permanent fix", "Resolution date", "Statut du contournement")
ROWS = [
    # headings
    *[row(f"errors below '{heading}'", parted(heading), "fail", MISSING) for heading in NOT_FIXED],
    *[row(f"errors of before below '{heading}'", parted(heading), "pass", "1 known error") for heading in FIXED],
    row(
        "sections of errors of before",
        known("## Résolues\n\n### PAY-2 Lock\n\ntard\n\n## Ouvertes\n\n### PAY-1\n\nContournement : relancer"),
        "pass",
        "1 known",
    ),
    row(
        "one that is not fixed, in the text",
        errors("# Known errors\n\n" + GOOD + "\nPAY-2 is not fixed.\n"),
        "unknown",
        "PAY-2 is named in the text",
    ),
    # cells
    row(
        "a cell over two rows before it",
        table("<tr><td rowspan=2>Batch</td><td>PAY-1</td><td>Restart</td><td>Jane</td></tr><tr><td>PAY-2</td><td></td><td>Jane</td></tr>"),
        "fail",
        MISSING,
    ),
    row(
        "a cell over all rows before it",
        table("<tr><td rowspan=0>Batch</td><td>PAY-1</td><td>Restart</td><td>Jane</td></tr><tr><td>PAY-2</td><td></td><td>Jane</td></tr>"),
        "fail",
        MISSING,
    ),
    row(
        "a workaround over two rows",
        table("<tr><td>a</td><td>PAY-1</td><td rowspan=2>Restart</td><td>Jane</td></tr><tr><td>b</td><td>PAY-2</td><td>Jane</td></tr>"),
        "pass",
        "2 known",
    ),
    row(
        "a cell over two rows of another group",
        table(
            "<tbody><tr><td>a</td><td>PAY-1</td><td rowspan=9>Restart</td><td>J</td></tr></tbody><tbody><tr>"
            "<td>b</td><td>PAY-2</td><td></td><td>J</td></tr></tbody>"
        ),
        "fail",
        MISSING,
    ),
    row(
        "a head over two columns",
        page("<table><tr><th colspan=2>Error</th><th>Workaround</th></tr><tr><td>PAY-2</td><td>Lock</td><td></td></tr></table>"),
        "fail",
        MISSING,
    ),
    row(
        "a head of two rows",
        page(
            "<table><tr><th rowspan=2>Error</th><th colspan=2>Handling</th></tr><tr><th>Owner</th>"
            "<th>Workaround</th></tr><tr><td>PAY-2</td><td>Jane</td><td></td></tr></table>"
        ),
        "fail",
        MISSING,
    ),
    row(
        "a row that parts the table",
        table("<tr><td colspan=4><b>Batch</b></td></tr><tr><td>a</td><td>PAY-1</td><td>Restart</td><td>J</td></tr>"),
        "pass",
        "1 known error",
    ),
    row(
        "an error over the whole width",
        table("<tr><td>a</td><td>PAY-1</td><td>Restart</td><td>J</td></tr><tr><td colspan=4>PAY-2 Lock</td></tr>"),
        "fail",
        "PAY-2 Lock has no workaround",
    ),
    row(
        "a picture in a cell",
        table(
            "<tr><td><img src=x.png></td><td>PAY-1</td><td>Restart</td><td>J</td></tr><tr><td>b</td><td>PAY-2</td><td></td><td>J</td></tr>",
        ),
        "fail",
        MISSING,
    ),
    row(
        "code in a cell",
        table(
            "<tr><td>a</td><td>PAY-1</td><td><pre>systemctl restart x</pre></td><td>J</td></tr><tr><td>b</td>"
            "<td>PAY-2</td><td></td><td>J</td></tr>"
        ),
        "fail",
        MISSING,
    ),
    row(
        "code in each cell",
        table("<tr><td>a</td><td>PAY-1</td><td><pre>systemctl restart x</pre></td><td>J</td></tr>"),
        "pass",
        "1 known error",
    ),
    row(
        "a list in a cell",
        table("<tr><td>a</td><td>PAY-1</td><td><ul><li>Stop</li><li>Start</li></ul></td><td>J</td></tr>"),
        "pass",
        "1 known error",
    ),
    row(
        "heads in bold",
        page(
            "<table><tr><td><b>Error</b></td><td><p><strong>Workaround</strong></p></td></tr><tr><td>PAY-1</td>"
            "<td>Restart</td></tr></table>"
        ),
        "pass",
        "1 known error",
    ),
    row(
        "heads in bold, and none",
        page("<table><tr><td><b>Error</b></td><td><b>Workaround</b></td></tr><tr><td>PAY-2</td><td></td></tr></table>"),
        "fail",
        MISSING,
    ),
    row(
        "rows written as heads",
        page(
            "<table><tr><th>Error</th><th>Workaround</th></tr><tr><td>PAY-1</td><td>Restart</td></tr><tr>"
            "<th>PAY-2</th><th></th></tr></table>"
        ),
        "fail",
        MISSING,
    ),
    row(
        "fields in two tables",
        page(
            "<table><tr><th>Error</th><td>PAY-1</td></tr><tr><th>Workaround</th><td>Restart</td></tr></table>"
            "<table><tr><th>Error</th><td>PAY-2</td></tr><tr><th>Impact</th><td>late</td></tr></table>"
        ),
        "fail",
        MISSING,
    ),
    row("a line break in a cell", known(GOOD + "| PAY-2 | Restart<br>then check |"), "pass", "2 known errors"),
    row(
        "a line break, and none",
        known("| Error | Symptom | Workaround |\n|---|---|---|\n| PAY-1 | a<br>b | restart |\n| PAY-2 | a<br>b | |"),
        "fail",
        MISSING,
    ),
    row(
        "a grid of reStructuredText",
        rst(
            "+-------+---------+------------+\n| Error | Owner   | Workaround"
            " |\n+=======+=========+============+\n| PAY-1 | Jane    | restart    |\n+-------+         +------------+\n|"
            " PAY-2 |         |            |\n+-------+---------+------------+\n"
        ),
        "fail",
        MISSING,
    ),
    row(
        "a list in a cell of reStructuredText",
        rst(
            ".. list-table::\n   :header-rows: 1\n\n   * - Error\n     - Workaround\n   * - PAY-1\n     - *"
            " Stop\n       * Start\n   * - PAY-2\n     - kill\n"
        ),
        "pass",
        "2 known errors",
    ),
    row(
        "definitions of reStructuredText",
        rst("PAY-1\n  Timeout. Workaround: restart.\n\nPAY-2\n  Lock. Workaround: kill.\n"),
        "pass",
        "2 known errors",
    ),
    row("definitions, and none", rst("PAY-1\n  Timeout. Workaround: restart.\n\nPAY-2\n  Lock.\n"), "fail", MISSING),
    row(
        "lines that are no table here",
        known("  Error   Workaround\n  ------- ----------\n  PAY-1   Restart\n  PAY-2   Kill"),
        "unknown",
        "no known error can be read",
    ),
    # workarounds
    *[row(f"told as {said!a}", section(said), "pass", "1 known error") for said in TOLD],
    *[row(f"not told by {said!a}", section(said), "fail", "PAY-1 Timeout has no workaround") for said in UNTOLD],
    *[
        row(f"a column {name}", known(f"| Error | {name} |\n|---|---|\n| PAY-1 | Restart it |"), "pass", "1 known error")
        for name in COLUMNS
    ],
    *[row(f"no column but {name}", known(f"| Error | {name} |\n|---|---|\n| PAY-2 | Jane Doe |"), "fail", MISSING) for name in NO_COLUMN],
    row("a fix and its workaround", known("| Error | Fix | Workaround |\n|---|---|---|\n| PAY-2 | Restart it | |"), "fail", MISSING),
    *[
        row(f"a fix in '{said}'", known(f"| Error | Fix |\n|---|---|\n| PAY-1 | {said} |"), "unknown", "does not tell what to do")
        for said in (
            "1.5",
            "in the next release",
            "Won't fix",
            "Duplicate",
            "Unresolved",
            "MR !123",
            "Cannot reproduce",
            "analysed by dev",
            "planned for October 2026",
            "Fixed in 1.5",
        )
    ],
    *[
        row(f"a cell with '{said}'", known(f"{GOOD}| PAY-2 | {said} |"), "fail", MISSING)
        for said in ("RAS", "Pending vendor", "Recherche en cours", "We are still looking for a solution", "on cherche")
    ],
    # sections
    row(
        "a summary above the sections",
        known("## Summary\n\n| Code | Title |\n|---|---|\n| PAY-1 | Timeout |\n\n## PAY-1 Timeout\n\nWorkaround: restart"),
        "pass",
        "1 known error",
    ),
    row(
        "a summary with one more",
        known(
            "## Summary\n\n| Code | Title |\n|---|---|\n| PAY-1 | Timeout |\n| PAY-2 | Lock |\n\n## PAY-1 Timeout\n\nWorkaround: restart"
        ),
        "fail",
        MISSING,
    ),
    *[
        row(f"a section {name} beside them", known(f"## {name}\n\nSome words.\n\n## PAY-1\n\nWorkaround: restart"), "pass", "1 known error")
        for name in ("Introduction", "How to use this list", "Contents", "Contact", "History", "Scope", "Légende")
    ],
    row(
        "a part without errors",
        known("## Application\n\n### PAY-1 Timeout\n\nWorkaround: restart\n\n## Database\n\nNo known errors."),
        "pass",
        "1 known error",
    ),
    row(
        "a group of which one has none",
        known("## Application\n\n### Timeout\n\nWorkaround: restart\n\n### Lock\n\nIt locks."),
        "fail",
        "the known error Lock has no workaround",
    ),
    row(
        "one without a number",
        known("## PAY-1\n\nWorkaround: restart\n\n## Payments are lost at night\n\nNobody sees it."),
        "unknown",
        "whether 'Payments are lost at night' is a known error",
    ),
    row(
        "none has a number",
        known("## Timeout\n\nWorkaround: restart\n\n## Payments are lost at night\n\nNobody sees it."),
        "fail",
        "Payments are lost at night has no workaround",
    ),
    row("none is listed here", known("No known errors are listed here, see Jira."), "unknown", "no known error can be read"),
    # codes
    row(
        "numbers in a phone number",
        digits("Call +33 1 44 51 66 77 between 08:05 and 18:00, then hang up.\n"),
        "fail",
        "codes 05, 51 are not in it",
    ),
    row(
        "numbers in a list of times",
        digits("| Step | What to say |\n|---|---|\n| 05 | Wait |\n| 51 | Wait |\n"),
        "fail",
        "codes 05, 51 are not in it",
    ),
    row(
        "numbers beside the codes",
        digits("| Page | Code | What to say |\n|---|---|---|\n| 51 | 05 | Call the bank |\n"),
        "fail",
        "codes 51 are not in it",
    ),
    row(
        "numbers in cells",
        digits("| Code | What to say |\n|---|---|\n| 05 | Call the bank |\n| 51 | No money |\n"),
        "pass",
        "2 error codes",
    ),
    row("numbers as titles", digits("### 05\n\nCall the bank.\n\n### Code 51: no money\n\nPay in first.\n"), "pass", "2 error codes"),
    row("numbers in items", digits("- 05: call the bank\n- Code 51: pay in first\n"), "pass", "2 error codes"),
    row(
        "two codes in a cell",
        digits("| Code | What to say |\n|---|---|\n| PAY-1001<br>PAY-1002 | Call the bank. |\n", "PAY-1001", "PAY-1002"),
        "pass",
        "2 error codes",
    ),
    row(
        "a code over two rows",
        calls(
            "<table><tr><th>Code</th><th>What to say</th></tr><tr><td>PAY-1001</td><td rowspan=2>Call the bank"
            "</td></tr><tr><td>PAY-1002</td></tr></table>"
        ),
        "pass",
        "2 error codes",
    ),
    row(
        "a number beside a code",
        calls(
            "<table><tr><th>#</th><th>Code</th><th>Say</th></tr><tr><td>1</td><td>PAY-1001</td><td>Wait</td>"
            "</tr><tr><td>2</td><td>PAY-1002</td><td></td></tr></table>"
        ),
        "fail",
        "PAY-1002, and says nothing of them",
    ),
    row(
        "what unfolds",
        calls("<details><summary>PAY-1001</summary><p>Wait</p></details><details><summary>PAY-1002</summary><p>Call</p></details>"),
        "pass",
        "2 error codes",
    ),
    row(
        "what unfolds and is empty",
        calls("<details><summary>PAY-1001</summary><p>Wait</p></details><details><summary>PAY-1002</summary></details>"),
        "fail",
        "PAY-1002",
    ),
    row(
        "codes cut into pieces",
        calls(
            "<table><tr><td>PAY-<wbr>1001</td><td>Wait</td></tr><tr><td><span>PAY-</span><span>1002</span></td><td>Call</td></tr></table>"
        ),
        "pass",
        "2 error codes",
    ),
    row("definitions", calls("<dl><dt>PAY-1001</dt><dd>Wait</dd><dt>PAY-1002</dt><dd>Call the bank</dd></dl>"), "pass", "2 error codes"),
]
