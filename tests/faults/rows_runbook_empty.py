# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook and document: sections that look filled, documents that say that they do not hold, names of sections. Real files.

How they could pass without deserving it; each is a row below:

- what fills a section is made elsewhere: a list of contents, what unfolds and is empty, a comment in code, a command that says TODO;
- it is in a file that is included where the page is built: not seen, so unknown, also where another section leads to it;
- it is a picture of which no word says what it shows: not seen;
- it leads to itself, or to a section that leads back, by a link, a title, the name of its own file, or over a third one;
- the document says that it is a draft, or no longer to be used: in its front matter, a table, a list, a line, its title, a banner;
- a heading only looks like the name of a section: impact is no symptom, a safety instruction no remedy.
"""

from __future__ import annotations

import typing as t

import rows_document
from rows_runbook import BODY, FRONT, day, written
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
ROLLBACK = "Deploy the version before.\n"
RST = """\
:owner: team-payments
:last reviewed: {reviewed}

Payments
========

Rollback
--------

"""


def saying(text: str) -> Arrange:
    return written((FRONT + BODY).replace(ROLLBACK, text.replace("{", "{{").replace("}", "}}") + "\n"))


def in_rst(text: str) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "shared.rst").write_text("Deploy it.\n")
        (world.folder / "queue.png").write_bytes(b"\x89PNG")
        (world.folder / "runbook.rst").write_text(RST.format(reviewed=day(9)) + text + "\n")
        return {"path": str(world.folder / "runbook.rst"), "sections": ["rollback"]}

    return arrange


def beside(text: str) -> Arrange:
    """With a picture and a page beside the runbook."""

    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "queue.png").write_bytes(b"\x89PNG")
        (world.folder / "other.md").write_text("# Other\n\nDeploy it.\n")
        return saying(text)(world)

    return arrange


def marked(front: str = "", head: str = "", title: str = "# Payments") -> Arrange:
    """A runbook with a line in its front matter, lines below its title, another title."""
    text = FRONT.replace("author:", f"{front}\nauthor:" if front else "author:") + BODY
    return written(text.replace("# Payments\n", f"{title}\n{head}\n" if head else f"{title}\n", 1))


def named(heading: str, name: str) -> Arrange:
    """A runbook of one section, which has this heading."""
    return written(FRONT + f"# Payments\n\n## {heading}\nDo it.\n\n## Other\nx\n", sections=[name])


NOTHING = (
    "[TOC]",
    "[[_TOC_]]",
    "{{toc}}",
    "{{< toc >}}",
    "* TOC\n{:toc}",
    ".. contents::",
    "<details></details>",
    "<details><summary>Steps</summary></details>",
    "<details>\n<summary>Steps</summary>\n\nTODO\n\n</details>",
    "```sh\n# TODO\n```",
    "```sh\n# to be written\n...\n```",
    "```sh\n#!/bin/sh\n# put the commands here\n```",
    "```js\n// nothing here\n```",
    "```sql\n-- how to go back\n```",
    "```sh\necho TODO\n```",
    "```\n<command>\n```",
    "```\n$ your command here\n```",
    "***",
    "- - -\n\n___",
    "<hr>",
    "[Rollback](#rollback)",
    "See [this](runbook.md#rollback).",
    "[This page](./runbook.md)",
    "See the section Rollback.",
    "### Steps\n\nSee [above](#rollback).",
    "### Steps\n\n[TOC]",
)
CIRCLES = (
    "See [the procedure](#way-back).\n\n## Way back\n\nSee [the rollback](#rollback).",
    "See Undo.\n\n## Undo\n\nVoir Rollback.",
    "See [a](#a).\n\n## A\n\nRefer to [b](#b)\n\n## B\n\nsee section Rollback",
    "See [a](#a).\n\n## A\n\nTODO",
    "See [a](runbook.md#a)\n\n## A\n\n<details></details>",
)
INCLUDES = (
    "{% include rollback.md %}",
    '{%\n  include-markdown "rollback.md"\n  start="<!-- x -->"\n%}',
    "!include rollback.md",
    ".. include:: rollback.rst",
    '--8<-- "rollback.md"',
    "--8<--\nrollback.md\n--8<--",
    '{{< include "rollback.md" >}}',
    "{{<include rollback.md>}}",
    "include::rollback.adoc[]",
    "{!rollback.md!}",
    "[!INCLUDE [rollback](other.md)]",
    "![[rollback]]",
    "{{> rollback}}",
    "<!--#include file='rollback.html' -->",
    "<!-- @include: ./rollback.md -->",
    "```{include} rollback.md\n```",
    '```sh\n--8<-- "rollback.sh"\n```',
    "See [a](#a).\n\n## A\n\n!include rollback.md",
)
SOMETHING = (
    "{% include rollback.md %}\n\nThen deploy the version before.",
    "[TOC]\n\nDeploy the version before.",
    "<details><summary>Steps</summary>\n\nDeploy the version before.\n\n</details>",
    "<details><summary>Steps</summary><p>Deploy the version before.</p></details>",
    "```sh\n# go back\nhelm rollback payments\n```",
    "```\n# systemctl restart payments\n```",
    "```sh\n#!/bin/sh\nset -e\n./rollback\n```",
    "```\n{{ deploy }} --to previous\n```",
    "See [the remedy](#mitigation).",
    "See Mitigation.",
    "See [a](#a).\n\n## A\n\nSee [the remedy](#mitigation).",
    "See [other](other.md).",
    "See Undo, then restart it.\n\n## Undo\n\nSee Rollback.",
    "See the DBA.",
    "![The queue of payments falls](queue.png)",
    "![](queue.png)\n\nIt looks like this.",
    "The macro `!include x` is kept.",
    "Run `{% include x %}` by hand.",
)
PICTURES = ("![](queue.png)", "![image](queue.png)", "![Screenshot 1](queue.png)", "<img src='queue.png'>", "![queue.png](queue.png)")
OBSOLETE = (
    marked("status: deprecated"),
    marked("status: Obsolète"),
    marked("status: superseded by payments-v2"),
    marked("superseded_by: payments-v2.md"),
    marked("archived: true"),
    marked("statut: archivé"),
    marked(head="\n| Status | Deprecated |\n| - | - |\n"),
    marked(head="\n- Status: archived\n"),
    marked(head="\n> [!WARNING]\n> This runbook is obsolete, use the other.\n"),
    marked(head="\nThis page is deprecated.\n"),
    marked(head="\nPage obsolète, voir la nouvelle.\n"),
    marked(head="\nCette page est obsolète.\n"),
    marked(head="\n**DEPRECATED:** use payments-v2\n"),
    marked(head="\nThis document has been superseded by payments-v2.\n"),
    marked(head="\nDo not use this page any more.\n"),
    marked(head="\nNe plus utiliser.\n"),
    marked(head="\nThis page is no longer maintained.\n"),
    marked(title="# Payments (deprecated)"),
    marked(title="# OBSOLETE - Payments"),
)
DRAFTS = (
    marked("status: draft"),
    marked("status: brouillon"),
    marked("status: in review"),
    marked("draft: true"),
    marked("published: false"),
    marked(head="\n**Status:** DRAFT\n"),
    marked(head="\nDRAFT\n"),
    marked(head="\n*Work in progress*\n"),
    marked(head="\nDocument en cours de rédaction\n"),
    marked(head="\nDRAFT - not approved\n"),
    marked(head="\nThis page is a draft.\n"),
    marked(title="# [DRAFT] Payments"),
    marked(title="# Paiements : brouillon"),
)
FINAL = (
    marked("status: approved"),
    marked("status: published"),
    marked("status: final"),
    marked("statut: validé"),
    marked("status: active\ndraft: false\nsuperseded_by: none"),
    marked("status: approved, replaces the draft"),
    marked(head="\n| Status | Approved |\n| - | - |\n"),
    marked(head="\nDraft invoices are sent at night, archived ones are kept.\n"),
    marked(head="\nReplaces the deprecated page of 2019.\n"),
    marked(head="\nThis document was approved, and is no draft.\n"),
    marked(head="\nDo not use the old console.\n"),
    marked(title="# Archived payments"),
    marked(title="# Draft service: runbook"),
    saying("The draft of the mail is in the wiki. Deprecated: the old console."),
    saying("Status: draft is what the order must have; set it."),
)
NAMES = {
    "rollback": (
        *("Marche arrière", "Retour arrière", "Procédure de retour arrière", "Back-out", "Backout plan", "Retour à la version antérieure"),
        *("Rollback procedure", "Reverting", "Retour à l'état initial", "3. Rollback"),
    ),
    "symptoms": ("Symptômes", "Constat", "Symptoms and alerts", "Symptômes / constat", "What you will see", "Observations"),
    "diagnosis": ("Diagnostic", "Analyse", "Diagnostic / analyse", "Triage", "Possible causes", "2. Causes", "Investigating"),
    "mitigation": (
        *("Résolution", "Remédiation", "Actions correctives", "Contournement", "How to fix", "Remediation", "Resolution", "Consignes"),
        *("Conduite à tenir", "Que faire ?", "Solutions", "Consignes en cas de panne"),
    ),
    "escalation": ("Escalade", "Contacts", "Astreinte", "Who to call", "Qui prévenir", "Escalation path", "On-call"),
    "start_stop": ("Arrêt-relance", "Arrêt et démarrage", "Stop and start", "Start-stop"),
    "restore": ("Sauvegarde et restauration", "Restoring a backup"),
    "procedures": ("Procédures d'exploitation", "Consignes", "Standard operating procedures", "Procedures"),
}
OTHER_NAMES = (
    ("Impact", "symptoms"),
    ("Impact", "diagnosis"),
    ("Consignes de sécurité", "mitigation"),
    ("Introduction", "rollback"),
    ("Retour d'expérience", "rollback"),
    ("Procédure de retour arrière", "procedures"),
    ("Architecture", "escalation"),
    ("Response times", "mitigation"),
)
ROWS = [
    *(Row("runbook", f"it is said: {text[:46]!r}", beside(text), "pass", "5 sections") for text in SOMETHING),
    *(
        Row(
            "runbook",
            f"it is not said: {text[:46]!r}",
            saying(text),
            "fail",
            "section rollback .'Rollback'. (is empty|says only|only leads)",
        )
        for text in NOTHING
    ),
    *(
        Row("runbook", f"it goes in a circle: {text[:60]!r}", saying(text), "fail", "only leads to sections that say nothing or lead back")
        for text in CIRCLES
    ),
    *(
        Row(
            "runbook",
            f"it is included: {text[:46]!r}",
            beside(text),
            "unknown",
            "section rollback .*included where the page is built .*ollback",
        )
        for text in INCLUDES
    ),
    *(Row("runbook", f"it is drawn: {text!r}", beside(text), "unknown", "has only a picture .queue.png., which") for text in PICTURES),
    Row("runbook", "reStructuredText: included", in_rst(".. include:: shared.rst"), "unknown", "'.. include:: shared.rst'., which was"),
    Row("runbook", "reStructuredText: included, and gone", in_rst(".. include:: gone.rst"), "fail", "the link gone.rst is dead"),
    Row("runbook", "reStructuredText: contents", in_rst(".. contents::\n   :local:\n\nSteps\n~~~~~\n\nTODO"), "fail", "says only 'TODO'"),
    Row("runbook", "reStructuredText: a circle", in_rst("See `Way out`_.\n\nWay out\n-------\n\nSee Rollback_."), "fail", "or lead back"),
    Row("runbook", "reStructuredText: a picture", in_rst(".. image:: queue.png"), "unknown", "has only a picture"),
    Row("runbook", "reStructuredText: a comment in code", in_rst(".. code-block:: sh\n\n   # TODO"), "fail", "says only '# TODO'"),
    Row(
        "runbook",
        "reStructuredText: a command",
        in_rst(".. contents::\n   :local:\n\n.. code-block:: sh\n\n   ./rollback"),
        "pass",
        "1 sec",
    ),
    *(Row("runbook", f"no longer to be used, {n}", one, "fail", "it is no longer to be used") for n, one in enumerate(OBSOLETE, 1)),
    *(Row("runbook", f"a draft, {n}", one, "fail", "that it is not final") for n, one in enumerate(DRAFTS, 1)),
    *(Row("runbook", f"final, {n}", one, "pass", "5 sections") for n, one in enumerate(FINAL, 1)),
    *(
        Row("runbook", f"the section {name} as {heading}", named(heading, name), "pass", "1 section")
        for name, headings in NAMES.items()
        for heading in headings
    ),
    *(
        Row("runbook", f"no section {name}: {heading}", named(heading, name), "fail", f"the section {name} is missing")
        for heading, name in OTHER_NAMES
    ),
    *(
        Row("document", f"a section of which {state}", rows_document.written(old=rows_document.BACKUP, new=text), status, message)
        for state, text, status, message in (
            ("nothing is said, as it has contents", "[[_TOC_]]", "fail", "the section backup .*says only"),
            ("nothing is said, as it leads back", "See Backup and restore.", "fail", "the section backup .*only leads"),
            ("nothing was seen, as it is included", '--8<-- "backup.md"', "unknown", "the section backup .*included"),
            ("something is said elsewhere", "See [the incidents](#incidents).", "pass", "7 sections"),
        )
    ),
    Row("document", "a draft", rows_document.written(old="version: 1.4.0", new="version: 1.4.0\nstatus: draft"), "fail", "it is not final"),
    Row("document", "obsolete", rows_document.headed("Page obsolète.\n", front=rows_document.FRONT), "fail", "no longer to be used"),
    Row("document", "approved", rows_document.headed("Status: approved\n", front=rows_document.FRONT), "pass", "7 sections"),
]

__all__ = ("ROWS",)
