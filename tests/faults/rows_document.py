# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""document. Real files, a real git, a real web server.

How it could pass without deserving it; each is a row below:

- a section is missing, empty, says TODO, TBD or N/A, or has one left in the middle of its text; the word stands in code or a comment only;
- nobody owns it, nobody has validated it, its author alone has, a placeholder has, one who must has not;
- it is for another version, says none, says a range, or the version that is deployed is not known; 1.4.1 begins as 1.4.10 does;
- it is too old, of the future, older than the service, or its date means two days of which one is too old;
- a known error without a workaround: an empty cell, N/A, no column for it, a section without one, a paragraph without one, a label alone;
  words that say that there is none, that it is looked into or to be waited for; yes, a ticket, the error's own name; one that refers to
  another that refers to it; an error in the text below the table; errors that cannot be read at all; a list that was emptied; none but one;
- an error code that is not in the script, is only named, stands in a longer one, or in a comment; codes that nobody has declared, or cannot
  be looked up;
- it cannot be read: no file, a folder, a login page, a page that is gone, bytes, too large, a clone of git that is too shallow.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import typing as t

from table import Row, World
from wiki import HOME, LOGIN, Wiki, empty, plain

CHECK = "document"
VERSION = "1.4.0"
FRONT = "---\nowner: team-payments\nauthor: Jane Doe\nvalidated_by: [Ali Ben, operations]\nversion: 1.4.0\nlast_reviewed: {reviewed}\n---\n"
MANUAL = """\
# Payments: operations manual

## Overview
It takes payments.

## Architecture
Two machines behind a balancer.

## Start and stop
`systemctl start payments`

## Monitoring
The dashboard payments-overview.

## Backup and restore
restic, each night.

## Incidents
Restart it, then look at the queue.

## Escalation
Call 4711.
"""
DEX = """\
# Paiements : dossier d'exploitation

## Présentation du service
Il prend les paiements.

## Architecture technique
Deux machines.

## Arrêt et démarrage
systemctl start payments

## Supervision
Le tableau de bord.

## Sauvegardes
restic, chaque nuit.

## Gestion des incidents
Redémarrer.

## Contacts et escalade
Appeler le 4711.
"""
FRENCH = "---\nresponsable: équipe paiements\nauteur: Jeanne\nvalidé par: Ali\nversion de l'application: v1.4.0\nrevu le: {reviewed}\n---\n"
RST = """\
Operations manual
=================

:Owner: team-payments
:Validated-By: Ali Ben
:Version: 1.4.0
:Last-Reviewed: {reviewed}

Overview
--------
It takes payments.

Components
----------
Two machines.

Flows
-----
443 from the balancer.

Dependencies
------------
The bank.
"""
TABLE = """\
# Known errors

| Error | Symptom | Workaround |
| --- | --- | --- |
| PAY-101 | the page is slow | restart the worker |
| PAY-102 | a mail is missing | send it again |
"""
SECTIONS = """\
# Known errors of payments

## PAY-101: the page is slow
It takes a minute.

Workaround: restart the worker.

## PAY-102: a mail is missing
### Workaround
Send it again.

## History
First version.
"""
LIST = "# Erreurs connues\n\n- PAY-101 : page lente. Contournement : relancer.\n- PAY-102 : courriel perdu. Contournement : le renvoyer.\n"
PAIR = "# Known errors\n\n| Error | Symptom | Workaround |\n| --- | --- | --- |\n| E1 | slow | {} |\n| E2 | lost | {} |\n"
NONE = "# Known errors\n\nThere are no known errors in this version.\n"
SCRIPT = """\
# Payments: what the call centre says

## Questions
What does the caller see?

## Answers

| Code | What to say |
| --- | --- |
| PAY-1001 | The card was refused, call the bank. |
| PAY-1002 | Try again in ten minutes. |

## Escalation
Call 4711.
"""


def day(ago: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() - dt.timedelta(days=ago)).isoformat()


def written(
    text: str = MANUAL, *, front: str = FRONT, old: str = "", new: str = "", reviewed: int = 10, name: str = "document.md", **args: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        content = (front + text).replace("{reviewed}", day(reviewed))
        if old and old not in content:
            raise ValueError(old)
        (world.folder / name).write_text(content.replace(old, new) if old else content, encoding="utf-8")
        return {"path": str(world.folder / name), "preset": "operations_manual", "version": VERSION, **args}

    return arrange


def errors(text: str, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return written(text, preset="known_errors", **more)


def script(**more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return written(SCRIPT, **{"preset": "call_script", "codes": ["PAY-1001", "PAY-1002"], **more})


def with_source(lines: str | None, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """Error codes in a file of the service."""

    def arrange(world: World) -> dict[str, t.Any]:
        if lines is not None:
            (world.folder / "errors.py").write_text(lines)
        given = {"codes": None, "codes_from": [str(world.folder / "errors.*")], "codes_pattern": "PAY-####"}
        return script(**{**given, **more})(world)

    return arrange


def in_git(
    document: int, service: int, *, shallow: bool = False, dated: bool = False, **args: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    """A manual and a service in one repository, last changed so many days ago."""

    def arrange(world: World) -> dict[str, t.Any]:
        origin = world.folder / "origin"
        (origin / "docs").mkdir(parents=True)

        def git(*words: str, ago: int = 0) -> None:
            moment = f"{day(ago)}T12:00:00+00:00"
            who = {f"GIT_{role}_{what}": "jane@payments.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
            dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_CONFIG_GLOBAL": "/dev/null"}
            subprocess.run(["git", *words], cwd=origin, env={**os.environ, **who, **dates}, check=True, capture_output=True)

        git("init", "--quiet")
        front = FRONT if dated else FRONT.replace("last_reviewed: {reviewed}\n", "")
        (origin / "docs/dex.md").write_text((front + MANUAL).replace("{reviewed}", day(document)))
        files = {document: "docs/dex.md", service: "service.py"}
        (origin / "service.py").write_text("pass\n")
        for ago in sorted(files, reverse=True):
            git("add", files[ago])
            git("commit", "--quiet", "--message=change", ago=ago)
        folder = origin
        if shallow:
            git("clone", "--quiet", "--depth=1", f"file://{origin}", str(world.folder / "clone"))
            folder = world.folder / "clone"
        given = {"path": str(folder / "docs/dex.md"), "service_folder": str(folder), "preset": "operations_manual", "version": VERSION}
        return {**given, **args}

    return arrange


def at_url(answer: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        text = (FRONT + MANUAL).replace("{reviewed}", day(10))
        pages = {"/": HOME, "/dex.md": plain(text) if answer is None else answer}
        return {"url": world.running.start(Wiki, pages).url + "/dex.md", "preset": "operations_manual", "version": VERSION}

    return arrange


def from_git(path: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        in_git(10, 20)(world)
        git = {"url": f"file://{world.folder}/origin", "path": path}
        return {"git": git, "git_transports": ["file"], "preset": "operations_manual", "version": VERSION}

    return arrange


def binary(world: World) -> dict[str, t.Any]:
    (world.folder / "document.md").write_bytes(os.urandom(65536))
    return {"path": str(world.folder / "document.md"), "preset": "operations_manual"}


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row(CHECK, state, arrange, status, message)


AUTHOR = "author: Jane Doe\n"
VALIDATED = "validated_by: [Ali Ben, operations]\n"
BACKUP = "restic, each night."
HEALTHY = [
    row(
        "an operations manual",
        written(),
        "pass",
        "7 sections, an owner .team-payments., the validation of Ali Ben, operations, the version 1.4.0",
    ),
    row("a dossier d'exploitation", written(DEX, front=FRENCH), "pass", "7 sections, an owner .équipe paiements., the validation of Ali"),
    row(
        "a description of the architecture in reStructuredText",
        written(RST, front="", name="a.rst", preset="architecture"),
        "pass",
        "4 sections",
    ),
    row(
        "validated in a section",
        written(old=VALIDATED, new="", text=MANUAL + "\n## Validation\n\n| Who | When |\n| --- | --- |\n| Ali | 2026-10-01 |\n"),
        "pass",
        "the validation of Ali",
    ),
    row(
        "the version in a line of the text",
        written(old="version: 1.4.0\n", new="", text=MANUAL.replace("## Overview", "Version: v1.4.0\n\n## Overview")),
        "pass",
        "7 sections",
    ),
    row("any version that begins with 1.4", written(old="version: 1.4.0", new="version: 1.4.x"), "pass", "7 sections"),
    row("one of several versions", written(old="version: 1.4.0", new="applies_to: [1.3.9, 1.4.0]"), "pass", "7 sections"),
    row(
        "the word todo in prose",
        written(old=BACKUP, new="The todo list of the team is elsewhere; restic, each night."),
        "pass",
        "7 sections",
    ),
    row(
        "what looks like something to do and is none",
        written(old=BACKUP, new="`mktemp /tmp/x.XXXXXX`, see docs/TODO.txt"),
        "pass",
        "7 sections",
    ),
    row("all validators", written(validators=["Operations", "Ali Ben"]), "pass", "7 sections"),
    row("newer than the service", in_git(10, 20), "pass", "a review of"),
    row("of the day on which the service was changed", written(changed_on=day(10)), "pass", "7 sections"),
    row("within what it may be behind", in_git(20, 10, behind="15d"), "pass", "a review of"),
    row(
        "a folder of the service outside of git",
        lambda world: {**written()(world), "service_folder": str(world.folder)},
        "pass",
        "7 sections",
    ),
    row("at a URL", at_url(None), "pass", "/dex.md has 7 sections"),
    row("in git", from_git("docs/dex.md"), "pass", "dex.md of .* has 7 sections"),
    row("known errors in a table", errors(TABLE), "pass", "2 known errors with their workarounds"),
    row("known errors in sections", errors(SECTIONS), "pass", "2 known errors with"),
    row("known errors in a list", errors(LIST), "pass", "2 known errors with"),
    row("no known error, which is said", errors(NONE), "pass", "0 known errors with"),
    row(
        "errors that were fixed need no workaround",
        errors(TABLE + "\n## Fixed\n\n| Error | In |\n| --- | --- |\n| PAY-1 | 1.3 |\n"),
        "pass",
        "2 known errors",
    ),
    *[
        row(f"a known error with the workaround '{said}'", errors(PAIR.format("restart the worker", said)), "pass", "2 known errors")
        for said in (
            "Restart",
            "see E1",
            "Do not pay at midnight",
            "Wait ten minutes, then try again",
            "Upgrade to 1.5",
            "Under investigation; meanwhile, restart the worker",
            "Attendre la fin du traitement, puis relancer",
            "No batch on Monday, run it by hand",
        )
    ],
    row(
        "a workaround in code below its heading",
        errors(SECTIONS, old="Workaround: restart the worker.", new="Workaround:\n\n```\nsystemctl restart worker\n```"),
        "pass",
        "2 known errors",
    ),
    row(
        "errors that are read are named in the text too", errors(TABLE + "\nPAY-102 is the one that most people see.\n"), "pass", "2 known"
    ),
    row("an error of before is named in the text", errors(TABLE + "\nPAY-90 was fixed in 1.3, see RFC-2119.\n"), "pass", "2 known"),
    row("a script with each code", script(), "pass", "3 sections.*2 error codes"),
    row("a script of a service that shows no codes", script(codes=[]), "pass", "0 error codes"),
    row("codes of a file of the service", with_source("A = 'PAY-1001'\nB = 'PAY-1002'\n"), "pass", "2 error codes"),
]
HEAD = {
    "a table": (
        "| Owner | team-payments |\n| --- | --- |\n| Author | Jane Doe |\n| Validated by | Ali Ben |\n| Version | 1.4.0 |\n"
        "| Last reviewed | {reviewed} |\n"
    ),
    "a table with a head": (
        "| Field | Value |\n| --- | --- |\n| Owner | team-payments |\n| Validated by | Ali Ben |\n| **Version** | v1.4.0 |\n"
        "| Date | {reviewed} |\n"
    ),
    "a table of one row": (
        "| Owner | Validated by | Version | Last reviewed |\n| --- | --- | --- | --- |\n| team-payments | Ali Ben | 1.4.0 | {reviewed} |\n"
    ),
    "bold labels": "**Owner:** team-payments\\\n**Validated by:** Ali Ben\\\n**Version**: 1.4.0\\\n**Last reviewed:** {reviewed} by Ali\n",
    "a list": "- Owner: team-payments\n- Validated by: Ali Ben\n- Version: 1.4.0 (LTS)\n- Last reviewed: {reviewed}\n",
    "lines": "Owner: team-payments\nValidated by: Ali Ben\nVersion: 1.4.0\nLast reviewed: {reviewed}\n",
    "one line": "Owner: team-payments | Validated by: Ali Ben | Version: 1.4.0 | Last reviewed: {reviewed}\n",
    "French lines": "Responsable : équipe paiements\nValidé par : Ali Ben\nVersion : 1.4.0\nRevu le : {reviewed}\n",
    "a table of HTML": (
        "<table><tr><th>Owner</th><td>team-payments</td></tr><tr><th>Validated by</th><td>Ali Ben</td></tr>"
        "<tr><th>Version</th><td>1.4.0</td></tr><tr><th>Last reviewed</th><td>{reviewed}</td></tr></table>\n"
    ),
    "terms": (
        "<dl><dt>Owner</dt><dd>team-payments</dd><dt>Validated by</dt><dd>Ali Ben</dd><dt>Version</dt><dd>1.4.0</dd>"
        "<dt>Last reviewed</dt><dd>{reviewed}</dd></dl>\n"
    ),
    "a section for it": (
        "## Document control\n\n| Owner | team-payments |\n| - | - |\n| Validated by | Ali |\n| Version | 1.4.0 |\n| Date | {reviewed} |\n"
    ),
}
TITLED = "# Payments v1.4.0: operations manual"


def headed(head: str, *, title: str = "# Payments: operations manual", **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return written(MANUAL.replace("# Payments: operations manual\n", f"{title}\n\n{head}"), **{"front": "", **more})


HISTORY = "| Version | Date | Author |\n| --- | --- | --- |\n| 1.4.0 | 2020-01-01 | Jane |\n| 1.3.0 | 2019-01-01 | Jane |\n\n"
HEALTHY += [row(f"what a front matter says is in {state}", headed(head), "pass", "7 sections, an owner") for state, head in HEAD.items()]
HEALTHY += [
    row("the version in the title", headed("", title=TITLED, front=FRONT.replace("version: 1.4.0\n", "")), "pass", "7 sections"),
    row("a history above the sections", headed(HISTORY, front=FRONT), "pass", "7 sections"),
]
LEFT = (
    "Call [To complete].",
    "Call <insert phone>.",
    "A FAIRE : numéro",
    "Reste à faire : la restauration.",
    "A COMPLETER",
    "Tel : XX XX XX XX XX",
    "Phone: ...",
    "- [ ] add the phone number",
    "restic [tbd].",
    "Call +33 X XX XX XX XX.",
)
NOT_LEFT = (
    "Type `<insert phone>` or `{{ phone }}`, or press [Insert], then [Enter].",
    "- [ ] Stop the service\n- [x] Add the node to the balancer",
    "Ce qui est à faire : relancer restic.",
    "Ports 10.x.x.x, answers 2xx or 3xx, `Tel : XX XX`",
    "The alert says {{ $labels.queue }}.",
    "Hello, [your name] speaking. Click [Add node].",
    "Tel : 01 02 03 04 05",
)
HEALTHY += [
    row(f"nothing is left to do: {line}", written(old=BACKUP, new=f"Each night.\n\n{line}"), "pass", "7 sections") for line in NOT_LEFT
]
VALIDATES = "validated_by: '{}'\n"
HEALTHY += [
    row(f"validated by {name}", written(old=VALIDATED, new=VALIDATES.format(name)), "pass", "7 sections")
    for name in ("Jane Smith", "Janet Doeson", "CI team", "Ali Ben (approved)", "ali.ben@payments.example", "Ali Ben, 2026-10-01")
]
FAULTS = [
    *[
        row(
            f"something is left to do: {line}",
            written(old=BACKUP, new=f"restic, each night.\n\n{line}"),
            "fail",
            "something is left to do in",
        )
        for line in LEFT
    ],
    row(
        "something to do, of which it is not known by whom",
        written(old=BACKUP, new="Chaque nuit.\n\nA FAIRE : relancer."),
        "warn",
        "left to do",
    ),
    *[
        row(f"validated by {name}", written(old=VALIDATED, new=VALIDATES.format(name)), "fail", message)
        for name, message in (
            ("DOE Jane", "by its author only"),
            ("Doe, Jane", "by its author only"),
            ("jane.doe@payments.example", "by its author only"),
            ("not validated yet", "it is not validated: not validated yet"),
            ("pending Ali Ben", "still to be validated: pending Ali Ben"),
            ("Ali Ben (refused)", "it is not validated: Ali Ben .refused."),
            ("Ali Ben, Zoé (rejected)", "it is not validated: Zoé"),
            ("CI", "is a placeholder"),
            ("dependabot[bot]", "is a placeholder"),
            ("Jane Doe, 2026-10-01", "by its author only"),
        )
    ],
    row(
        "one who must is still to validate it",
        written(old=VALIDATED, new=VALIDATES.format("Ali, Zoé (pending)"), validators=["Zoé"]),
        "fail",
        "not validated by Zoé",
    ),
    row("the table above the sections is too old", headed(HEAD["a table"], reviewed=400), "fail", "400 d.* ago"),
    row(
        "the list above the sections has a placeholder", headed(HEAD["a list"], old="team-payments", new="TBD"), "fail", "is a placeholder"
    ),
    row("the front matter counts, not the lines below it", headed(HEAD["lines"], front="---\nversion: 1.3.0\n---\n"), "fail", "1.3.0, and"),
    row(
        "the version of something else",
        headed("Version: 1.4.0 of PostgreSQL is needed\n", front=FRONT.replace("version: 1.4.0\n", "")),
        "fail",
        "does not say for which",
    ),
    row(
        "a history is no version of the service",
        headed(HISTORY, front=FRONT.replace("version: 1.4.0\n", "")),
        "fail",
        "does not say for which",
    ),
    row(
        "another version in the title",
        headed("", title=TITLED.replace("4", "3"), front=FRONT.replace("version: 1.4.0\n", "")),
        "fail",
        "for version 1.3.0",
    ),
    row(
        "an owner within a section", headed("", old="It takes payments.", new="Owner: team-payments", front=""), "fail", "no owner is named"
    ),
    row("the file is not there", lambda world: {"path": str(world.folder / "gone.md"), "preset": "architecture"}, "fail", "does not exist"),
    row("a folder", lambda world: {"path": str(world.folder), "preset": "architecture"}, "fail", "is a folder"),
    row("an empty file", written("", front=" \n"), "fail", "is empty"),
    row("nothing at the URL", at_url(empty()), "fail", "there is no document: .*status 404"),
    row("nothing in git", from_git("docs/gone.md"), "fail", "does not exist"),
    row("a section is missing", written(old="## Backup and restore\n", new=""), "fail", "the section backup is missing"),
    row("a section is empty", written(old=BACKUP, new=""), "fail", "the section backup .'Backup and restore'. is empty"),
    row("a section is not applicable", written(old=BACKUP, new="N/A"), "fail", "says only 'N/A'"),
    row(
        "a section stands in code only",
        written(old="## Backup and restore\n" + BACKUP, new="```\n## Backup and restore\n```"),
        "fail",
        "backup is missing",
    ),
    row(
        "something is left to do in a section",
        written(old=BACKUP, new="restic, each night.\n\nTODO: describe the restore."),
        "fail",
        "left to do in 'Backup and restore': 'TODO: describe",
    ),
    row(
        "something is left to do in a table",
        written(old=BACKUP, new="| what | how |\n| --- | --- |\n| files | restic |\n| database | TBD |"),
        "fail",
        "left to do in",
    ),
    row(
        "something is left to do, in French",
        written(DEX, front=FRENCH, old="restic, chaque nuit.", new="restic, chaque nuit ; restauration à compléter."),
        "fail",
        "left to do",
    ),
    row("no owner", written(old="owner: team-payments\n" + AUTHOR, new=""), "fail", "no owner is named"),
    row("nobody has validated it", written(old=VALIDATED, new=""), "fail", "nobody is named who has validated it"),
    row("its author has validated it", written(old=VALIDATED, new="validated_by: Jane Doe\n"), "fail", "validated by its author only"),
    row("a placeholder has validated it", written(old=VALIDATED, new="validated_by: TBD\n"), "fail", "is a placeholder .TBD"),
    row("a validator is missing", written(validators=["operations", "security"]), "fail", "not validated by security"),
    row("of another version", written(old="version: 1.4.0", new="version: 1.3.0"), "fail", "for version 1.3.0, and 1.4.0 is deployed"),
    row("of a version that begins as this one", written(version="1.4.01"), "fail", "for version 1.4.0, and 1.4.01 is deployed"),
    row("of no version", written(old="version: 1.4.0\n", new=""), "fail", "does not say for which version"),
    row("too old", written(reviewed=400), "fail", "400 d.* ago .*, the limit is 365 d"),
    row("of the future", written(reviewed=-30), "fail", "lies in the future"),
    row("older than the service, in git", in_git(20, 10), "fail", "the service has changed on"),
    row("reviewed before the service was changed", in_git(20, 10, dated=True), "fail", "the service has changed on"),
    row("older than the last deployment", written(changed_on=day(3)), "fail", "the service has changed on"),
    row("a dead link", written(old=BACKUP, new="See [this](gone.md)."), "fail", "the link gone.md is dead"),
    row(
        "a known error without a workaround in a table",
        errors(TABLE, old="send it again", new=""),
        "fail",
        "the known error PAY-102 has no workaround",
    ),
    row("a known error with none for a workaround", errors(TABLE, old="send it again", new="none"), "fail", "PAY-102 has no workaround"),
    *[
        row(f"a known error with '{said}' for a workaround", errors(PAIR.format("restart", said)), "fail", "E2 has no workaround")
        for said in (
            "No workaround known",
            "There is no workaround yet.",
            "Pas de contournement",
            "Aucun contournement connu à ce jour",
            "Under investigation",
            "No workaround. Under investigation.",
            "En cours d'analyse",
            "Wait for version 1.5",
            "Attendre le correctif de l'éditeur",
            "We do not know what to do",
            "lost",
        )
    ],
    row("two known errors that refer to each other", errors(PAIR.format("see E2", "see E1")), "fail", "E1 has no workaround .and 1 more"),
    row(
        "a section that says that there is no workaround",
        errors(SECTIONS, old="Send it again.", new="There is no workaround yet, the team is working on it."),
        "fail",
        "a mail is missing has no workaround",
    ),
    row(
        "a table without a column for it",
        errors("# Known errors\n\n| Error | Since |\n| --- | --- |\n| PAY-101 | 1.3 |\n"),
        "fail",
        "PAY-101 has no",
    ),
    row(
        "a known error without a workaround in a section",
        errors(SECTIONS, old="Workaround: restart the worker.", new="Nobody knows why."),
        "fail",
        "PAY-101: the page is slow has no workaround",
    ),
    row(
        "a label alone",
        errors(SECTIONS, old="Workaround: restart the worker.", new="Workaround:"),
        "fail",
        "PAY-101: the page is slow has no",
    ),
    row(
        "a workaround that is to come",
        errors(SECTIONS, old="Send it again.", new="To be defined."),
        "fail",
        "PAY-102: a mail is missing has no",
    ),
    row(
        "a known error without a workaround in a list",
        errors(LIST, old="Contournement : le renvoyer.", new="Voir plus tard."),
        "fail",
        "PAY-102 has no workaround",
    ),
    row("an error code is not in the script", script(codes=["PAY-1001", "PAY-2001"]), "fail", "error codes PAY-2001 are not in it"),
    row("an error code is part of a longer one", script(codes=["PAY-100"]), "fail", "error codes PAY-100 are not in it"),
    row(
        "an error code in a comment",
        script(old="| PAY-1002 | Try again in ten minutes. |\n", new="\n<!-- PAY-1002 -->\n"),
        "fail",
        "PAY-1002 are not in it",
    ),
    row(
        "an error code of which nothing is said",
        script(old="Try again in ten minutes.", new="-"),
        "fail",
        "PAY-1002, and says nothing of them",
    ),
    row("a new code of the service", with_source("A = 'PAY-1001'\nB = 'PAY-1003'\n"), "fail", "PAY-1003 are not in it"),
    row("codes that nobody has declared", script(codes=None), "warn", "which error codes the service shows is not declared"),
]
UNSEEN = [
    row("a variable", written(old=BACKUP, new="restic, each night. Call {{ phone }}."), "unknown", "whether the variable in 'Backup"),
    *[
        row(f"validated by {name}", written(old=VALIDATED, new=VALIDATES.format(name)), "unknown", "who may be its author Jane Doe")
        for name in ("J. Doe", "jdoe", "Jane", "JD")
    ],
    row("the version that is deployed is not known", written(version=None), "unknown", "is not given .version."),
    row(
        "of a range of versions",
        written(old="version: 1.4.0", new='version: ">=1.3"'),
        "unknown",
        "whether 1.4.0 is among these cannot be told",
    ),
    row(
        "known errors that cannot be read",
        errors("# Known errors\n\nSometimes the page is slow, ask Ali.\n"),
        "unknown",
        "no known error can be read",
    ),
    row(
        "a list that was emptied",
        errors("# Known errors\n\n| Error | Workaround |\n| --- | --- |\n"),
        "unknown",
        "no known error can be read",
    ),
    *[
        row(f"a known error with '{said}' for a workaround", errors(PAIR.format("restart", said)), "unknown", "does not tell what to do")
        for said in ("Yes", "PAY-123", "see PAY-123", "Fixed in 1.5", "No workaround; restart it")
    ],
    row(
        "no known errors, except one",
        errors("# Known errors\n\nNo known errors, except that the worker loses payments at midnight.\n"),
        "unknown",
        "no known error can be read",
    ),
    row(
        "no known errors, and one in the next sentence",
        errors("# Known errors\n\nThere are no known errors. However, payments get lost at midnight.\n"),
        "unknown",
        "no known error can be read",
    ),
    row(
        "a known error in the text below the table",
        errors(PAIR.format("restart", "send it again") + "\nE3 loses money, we do not know what to do.\n"),
        "unknown",
        "E3 is named in the text",
    ),
    row("no file with codes", with_source(None), "unknown", "which has the error codes of the service, does not exist"),
    row("a pattern that fits no code", with_source("PAY-1001", codes_pattern="ABC-####"), "unknown", "no error code like ABC-####"),
    row("bytes that are no text", binary, "unknown", "is not a text"),
    row("larger than is read", written(MANUAL + "word " * 60_000), "unknown", "more than 256"),
    row("a login page at the URL", at_url(LOGIN), "unknown", "login page"),
    row("a clone that is too shallow", in_git(10, 20, shallow=True), "unknown", "too shallow"),
    row("no git to tell", lambda world: {**in_git(10, 20, dated=True)(world), **without_git(world)}, "unknown", "git is not installed"),
]


def without_git(world: World) -> dict[str, t.Any]:
    found = world.runner.which
    world.runner.which = lambda name: None if name == "git" else found(name)  # type: ignore[method-assign] # as where it is not installed
    return {}


ROWS = [*HEALTHY, *FAULTS, *UNSEEN]
