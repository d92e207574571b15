# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook: what it reads, and what people write. Real files, a real git and its server; the reader's process is a real one.

How it could pass without deserving it, and the rows that say so:
- the section stands in code, in a comment, in hidden HTML, or in a comment that is never closed: "only in ..."
- the section has a heading and says nothing, in one of the many ways to say nothing: "says nothing: ..."
- the owner is written and is nobody: "nobody as owner: ..."
- the date is no date, is ambiguous, lies in the future, or is that of another field: "date: ..."
- who executed it is its author under another spelling, nobody, or did so too long ago: "executed ..."
- the front matter was not read, so nothing of it is known (unknown, not "no owner"): "front matter ..."
- an anchor looks like the one that is there, or is one of another site: "anchor ..."
- a reference is written and defined nowhere, in Markdown, docutils and Sphinx: "reference ..."
- the reader was stopped, or the document is larger than what is read: "... too large", "... holds the reader up"
- git: the file is another branch's, the history does not reach back, the password is not asked for: "git: ..."
"""

from __future__ import annotations

import datetime as dt
import typing as t

from git_server import GitServer, git, repository
from rows_runbook import BODY, FRENCH, FRONT, day, written
from table import Row, World

ROLLBACK = "Deploy the version before.\n"
OWNER = "owner: team-payments"
AUTHOR = "author: Jane Doe"
REVIEWED = "last_reviewed: {reviewed}"
Arrange = t.Callable[[World], dict[str, t.Any]]


def saying(text: str) -> Arrange:
    """A runbook whose section rollback says this."""
    return written((FRONT + BODY).replace(ROLLBACK, text.replace("{", "{{").replace("}", "}}") + "\n"))


ALERTS = BODY.replace("{link}", "it") + "\n## PaymentsDown\n\n### Mitigation\n\nTODO\n\n## DiskFull\n\n### Mitigation\n\nRemove it.\n"


def fronted(*lines: str, without: str = REVIEWED, **args: t.Any) -> Arrange:
    """With these lines in the front matter, instead of one of the usual ones."""
    return written(FRONT.replace(f"{without}\n", "".join(f"{line}\n" for line in lines)) + BODY, **args)


def raw(content: str | bytes, name: str = "runbook.md", **args: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return {"path": str(world.folder / name), **args}

    return arrange


def whole(front: str = FRONT, body: str = BODY) -> str:
    return (front + body).format(reviewed=day(10), link="nothing")


def sphinx(reference: str, *, conf: str = "extensions = []\n", page: str = "x\n") -> Arrange:
    """A page of reStructuredText in a tree of Sphinx, with a page beside it."""

    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / ".git").mkdir()
        (world.folder / "conf.py").write_text(conf)
        (world.folder / "other.rst").write_text(page)
        return raw(FRENCH.format(reviewed=day(10), link="other.rst") + f"\n{reference}\n", "docs.rst")(world)

    return arrange


# -- git


def served(*commits: tuple[int, dict[str, str]], path: str = "docs/runbook.md", password: str = "", **args: t.Any) -> Arrange:
    """A repository of these commits (how many days ago, what is written), asked for by its server's address."""

    def arrange(world: World) -> dict[str, t.Any]:
        root = world.folder / "served"
        repository(root / "payments.git", *((f"{day(ago)}T12:00:00+00:00", files) for ago, files in commits))
        server = world.running.start(GitServer, root, password=password)
        source = {"url": f"{server.url}/payments.git", "ref": "main", "path": path, **args.pop("git", {})}
        return {"git": source, "git_transports": ["http"], **args}

    return arrange


UNDATED = whole(FRONT.replace(f"{REVIEWED}\n", ""))
OTHER = "# Other\n\n## There\nx\n"
LINKED = UNDATED.replace("Restart it.", "Restart it, see [there](../other.md#there) and [the top](/README.md).")


def of_file(world: World) -> dict[str, t.Any]:
    folder = repository(world.folder / "here", (f"{day(3)}T12:00:00+00:00", {"docs/runbook.md": UNDATED}))
    return {"git": {"url": str(folder), "ref": "main", "path": "docs/runbook.md"}}


def by_command(world: World) -> dict[str, t.Any]:
    return {"git": {"url": f"ext::touch {world.folder}/ran", "path": "docs/runbook.md"}, "git_transports": ["https", "http"]}


def moved(world: World) -> dict[str, t.Any]:
    """The server that is asked sends to another one, which would get the password too."""
    root = world.folder / "served"
    repository(root / "payments.git", (f"{day(3)}T12:00:00+00:00", {"docs/runbook.md": UNDATED}))
    other = world.running.start(GitServer, root)
    first = world.running.start(GitServer, root, moved=other.url)
    source = {"url": f"{first.url}/payments.git", "ref": "main", "path": "docs/runbook.md"}
    return {"git": source, "git_transports": ["http"], "url_username": "ops", "url_password": "pw"}


def hanging(world: World) -> dict[str, t.Any]:
    server = world.running.start(GitServer, world.folder, hangs=True)
    return {"git": {"url": f"{server.url}/payments.git", "path": "docs/runbook.md"}, "git_transports": ["http"], "timeout": 2.0}


def hostile_settings(world: World) -> dict[str, t.Any]:
    """A work tree whose own settings would have git run a program."""
    folder = repository(world.folder / "here", (f"{day(3)}T12:00:00+00:00", {"runbook.md": UNDATED}))
    ran = world.folder / "ran"
    program = world.folder / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "gpg.program", "core.pager"):
        git(folder, "config", key, str(program))
    git(folder, "config", "log.showSignature", "true")
    return {"path": str(folder / "runbook.md")}


# -- what is hostile


def held_up(content: bytes, name: str = "runbook.md") -> Arrange:
    return raw(content, name)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi")
)
TOML = (
    '+++\nowner = "team-payments"\nauthor = "Jane Doe"\nlast_reviewed = {reviewed}\nexecuted_by = ["Ali Ben"]\n'
    'executed_on = "{reviewed}"\n+++\n'
)
JSON = (
    '{{\n  "owner": {{"team": "payments", "mail": "p@payments.example"}},\n  "author": "Jane Doe",\n  "last_reviewed": "{reviewed}"\n}}\n\n'
)
TABLE_HEAD = "| Step | Command |\n|------|---------|"
NOTHING = [
    "N/A",
    "n.a.",
    "None",
    "None.",
    "Nothing for now.",
    "T.B.D.",
    "TBC",
    "tba",
    "Pending",
    "Placeholder",
    "À compléter",
    "*À rédiger*",
    "Néant",
    "Sans objet",
    "Aucun",
    "Voir plus haut.",
    "See above.",
    "See previous section",
    "Idem",
    "cf. ci-dessus",
    "Lorem ipsum dolor sit amet.",
    "Coming soon!",
    "Work in progress",
    "This section is still to be written by the team.",
    "Cette section est à compléter.",
    "...",
    "-",
    "?",
    "🚧",
    "_TODO_: write this",
    "- [ ] TODO",
    "- TBD\n- TBD",
    "1. Step one: TBD\n2. Step two: n/a",
    "Steps:",
    "Contact:\n- TODO",
    "[TODO](TODO)",
    "[here](#)",
    "[Rollback](#rollback)",
    "[](https://example.com)",
    TABLE_HEAD,
    f"{TABLE_HEAD}\n| | |",
    f"{TABLE_HEAD}\n| Stop it | TBD |",
    "```sh\n# TODO\n```",
    "```\n```",
    "<!-- Deploy the version before. -->",
    "<details><summary></summary></details>",
    "![](placeholder.png)",
    "[Describe how to go back]",
    "> TODO",
    "&nbsp;",
    "<br>",
    "### Details\n\n### More\nTBD",
    "Under construction",
    "No",
    "Not applicable.",
]
SOMETHING = [
    "`systemctl restart payments`",
    "```sh\nsystemctl restart payments\n```",
    "[The procedure](#mitigation)",
    "x",
    "Nothing is to be stopped first.",
    "![The dashboard](https-not-asked.png)\n*The dashboard*",
    f"{TABLE_HEAD}\n| Stop it | `systemctl stop payments` |",
    "See [above](#mitigation).",
    "- Call the DBA",
    "1. TODO: a picture\n2. Restart it",
    "None of the nodes may be stopped.",
    "Pending messages are lost.",
    "See above, then restart it.",
    "Phone: +33 1 23 45 67 89",
    "| Command |\n|---|\n| restart |",
    "> Restart it",
    "<p>Restart it</p>",
    "N/A on staging; in production restart it.",
    "### Stop\nStop it.",
    "À faire : couper le trafic",
    "No rollback is possible: restore the backup.",
    "    systemctl restart payments",
    "Réinstaller.",
]


def with_picture(text: str) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "https-not-asked.png").write_bytes(b"\x89PNG")
        return saying(text)(world)

    return arrange


ROWS = [
    # -- healthy, in the forms that people use
    *(Row("runbook", f"says something: {text[:40]!r}", with_picture(text), "pass", "5 sections") for text in SOMETHING),
    Row("runbook", "front matter in TOML", written(TOML + BODY, executed_by_other=True, executed_max_age="90d"), "pass", "team-payments"),
    Row("runbook", "front matter in JSON, the owner a map", written(JSON + BODY.replace("{link}", "it")), "pass", "an owner .payments"),
    Row(
        "runbook",
        "a byte order mark and Windows' line ends",
        raw(b"\xef\xbb\xbf" + whole().replace("\n", "\r\n").encode()),
        "pass",
        "5 sections",
    ),
    Row("runbook", "in UTF-16", raw(whole().encode("utf-16")), "pass", "5 sections"),
    Row("runbook", "front matter that three dots end", raw(whole().replace("\n---\n", "\n...\n")), "pass", "5 sections"),
    Row("runbook", "headings in HTML", raw(whole().replace("## Rollback\n", '<h2 id="back">Rollback</h2>\n')), "pass", "5 sections"),
    Row("runbook", "owner a map with a team", fronted("owner: {{team: payments, slack: '#pay'}}", without=OWNER), "pass", "payments"),
    Row("runbook", "owner a list", fronted("owners: [n/a, team-payments]", without=OWNER), "pass", "team-payments"),
    Row(
        "runbook",
        "executed by another, dated",
        fronted(AUTHOR, "executed_by: Ali Ben", f"executed_on: {day(20)}", without=AUTHOR, executed_by_other=True, executed_max_age="90d"),
        "pass",
        "5 sections",
    ),
    Row(
        "runbook",
        "executed by another, a map",
        fronted(
            AUTHOR,
            f"executed_by: {{{{name: Ali Ben, on: {day(20)}}}}}".replace("{{{{", "{{"),
            without=AUTHOR,
            executed_by_other=True,
            executed_max_age="90d",
        ),
        "pass",
        "5 sections",
    ),
    # -- sections
    *(
        Row("runbook", f"says nothing: {text[:40]!r}", saying(text), "fail", "the section rollback .'Rollback'. (is empty|says only)")
        for text in NOTHING
    ),
    Row("runbook", "only in code", written(old="## Rollback\n", new="```\n## Rollback\n```\n"), "fail", "the section rollback is missing"),
    Row(
        "runbook",
        "only in a comment",
        written(old="## Rollback\n", new="<!--\n## Rollback\n-->\n"),
        "fail",
        "the section rollback is missing",
    ),
    Row(
        "runbook",
        "only after a comment that is never closed",
        written(old="## Rollback\n", new="<!--\n\n## Rollback\n"),
        "fail",
        "the section rollback is missing",
    ),
    Row(
        "runbook",
        "only in HTML that is not shown",
        written(old="## Rollback\n" + ROLLBACK, new="<div hidden><h2>Rollback</h2>do</div>\n"),
        "fail",
        "the section rollback is missing",
    ),
    Row(
        "runbook",
        "only in reStructuredText's code and comment",
        raw(
            FRENCH.format(reviewed=day(10), link=".").replace(
                "Retour arrière\n--------------\n",
                ".. Retour arrière\n   --------------\n\n.. code-block:: sh\n\n   Rollback\n   --------\n",
            ),
            "fiche.rst",
        ),
        "fail",
        "the section rollback is missing",
    ),
    Row(
        "runbook",
        "only raw HTML in reStructuredText",
        raw(
            FRENCH.format(reviewed=day(10), link=".").replace("Remettre la version précédente.", ".. raw:: html\n\n   <p>x</p>"),
            "fiche.rst",
        ),
        "fail",
        "the section rollback .* is empty",
    ),
    # -- owner
    *(
        Row("runbook", f"nobody as owner: {name}", fronted(f"owner: {name}", without=OWNER), "fail", "its owner is a placeholder")
        for name in ("n/a", "'N/A'", "None.", "TBD", "'<team>'", "your team", "à définir", "'???'", "{{team: tbd}}", "[TODO]", "unknown")
    ),
    # -- dates
    *(
        Row("runbook", f"date: {name}", fronted(f"last_reviewed: {text}"), "pass", "a review of")
        for name, text in (
            ("with slashes, the year first", day(9).replace("-", "/")),
            ("with a time and a zone", f"{day(9)}T10:00:00+02:00"),
            ("in words", f"{dt.date.fromisoformat(day(9)):%d %B %Y}"),
            ("in American words", f"{dt.date.fromisoformat(day(9)):%b %d, %Y}"),
        )
    ),
    Row("runbook", "date: one day in either way", fronted("last_reviewed: 05/05/2024", max_age="100000d"), "pass", "review of 2024-05-05"),
    Row(
        "runbook",
        "date: two days, both young enough",
        fronted("last_reviewed: 01/06/2024", max_age="100000d"),
        "pass",
        "2024-01-06 or 2024-06-01, as '01/06/2024' may mean either",
    ),
    Row("runbook", "date: two days, both too old", fronted("last_reviewed: 01/06/2020"), "fail", "last review was .* ago"),
    Row("runbook", "date: in French words", fronted("revu_le: 1er octobre 2020"), "fail", "last review was .* ago .2020-10-01"),
    Row("runbook", "date: in English words", fronted("last_reviewed: Oct 1, 2020"), "fail", "last review was .* ago .2020-10-01"),
    Row("runbook", "date: with dots, the day first", fronted("last_reviewed: 01.10.2020"), "fail", "last review was .* ago .2020-10-01"),
    Row("runbook", "date: of a French field, the day first", fronted("revu_le: 01/10/2020"), "fail", "last review was .* ago .2020-10-01"),
    Row("runbook", "date: in the far future", fronted("last_reviewed: 2162-10-01"), "fail", "lies in the future"),
    Row("runbook", "date: none", fronted("last_reviewed: last week"), "fail", "'last week' is not a date"),
    Row(
        "runbook",
        "date: none, what follows a line of text is text",
        raw("Intro line.\n\n" + whole()),
        "fail",
        "no owner is named|no review date",
    ),
    # -- several sections of one name
    Row(
        "runbook",
        "a section that is to come behind another of its name",
        raw(whole(body=ALERTS)),
        "warn",
        r"line \d+: the section mitigation .'Mitigation'. says only 'TODO'",
    ),
    Row("runbook", "a section that is empty before another of its name", raw(whole(body=ALERTS.replace("TODO", ""))), "warn", "is empty"),
    Row("runbook", "sections of one name that say something", raw(whole(body=ALERTS.replace("TODO", "Empty it."))), "pass", "5 sections"),
    Row("runbook", "one of several that need none", raw(whole(body=ALERTS.replace("TODO", "Not applicable."))), "pass", "5 sections"),
    # -- executed
    *(
        Row(
            "runbook",
            f"executed by its author as {name}",
            fronted(AUTHOR, f"executed_by: '{name}'", without=AUTHOR, executed_by_other=True),
            "fail",
            "executed by its author only",
        )
        for name in ("jane doe", "Jane.Doe", "jane.doe@payments.example", "Jane Doe <j@x.example>", "DOE Jane", "Doe, Jane", "janedoe")
    ),
    *(
        Row(
            "runbook",
            f"executed by nobody: {name}",
            fronted(AUTHOR, f"executed_by: {name}", without=AUTHOR, executed_by_other=True),
            "fail",
            "nobody is named who has executed it",
        )
        for name in ("n/a", "TBD", "''", "[]", "'dependabot[bot]'", "planned", "not yet executed", "me", "CI", "pending Ali Ben")
    ),
    *(
        Row(
            "runbook",
            f"executed by who may be its author: {name}",
            fronted(AUTHOR, f"executed_by: '{name}'", without=AUTHOR, executed_by_other=True),
            "unknown",
            "who may be its author Jane Doe: write both names in full",
        )
        for name in ("J. Doe", "jdoe", "Jane")
    ),
    *(
        Row(
            "runbook",
            f"executed by another: {name}",
            fronted(AUTHOR, f"executed_by: '{name}'", "execution_result: 0 failures, ok", without=AUTHOR, executed_by_other=True),
            "pass",
            "5 sections",
        )
        for name in ("Jane Smith", "John Doe", "aben", "Jane Doe, Ali Ben", "operations")
    ),
    *(
        Row(
            "runbook",
            f"executed, with the result {result}",
            fronted(AUTHOR, "executed_by: Ali Ben", f"execution_result: {result}", without=AUTHOR, executed_by_other=True),
            status,
            message,
        )
        for result, status, message in (
            ("failed", "fail", "its last execution did not work .execution_result: failed."),
            ("échec à l'étape 3", "fail", "did not work"),
            ("planned", "fail", "is still to come"),
            ("partially successful", "unknown", "worked in part"),
        )
    ),
    Row(
        "runbook",
        "executed too long ago",
        fronted(AUTHOR, "executed_by: Ali", f"executed_on: {day(200)}", without=AUTHOR, executed_max_age="90d"),
        "fail",
        "last executed 200 d .* ago",
    ),
    Row(
        "runbook",
        "executed, nobody knows when",
        fronted(AUTHOR, "executed_by: Ali", without=AUTHOR, executed_max_age="90d"),
        "fail",
        "not said when it was executed",
    ),
    Row(
        "runbook",
        "executed in the future",
        fronted(AUTHOR, "executed_by: Ali", f"executed_on: {day(-40)}", without=AUTHOR, executed_by_other=True),
        "fail",
        "lies in the future",
    ),
    # -- front matter
    Row(
        "runbook",
        "front matter with aliases of aliases",
        raw(f"---\n{LAUGHS}---\n{BODY.replace('{link}', 'it')}"),
        "unknown",
        "aliases of YAML",
    ),
    Row(
        "runbook",
        "front matter that is too long",
        raw(f"---\nx: {'y' * 40000}\n---\n{BODY.replace('{link}', 'it')}"),
        "unknown",
        "too long",
    ),
    Row("runbook", "front matter that is not TOML", raw(f"+++\nowner = \n+++\n{BODY.replace('{link}', 'it')}"), "fail", "not valid TOML"),
    # -- anchors and references
    Row(
        "runbook",
        "anchors as GitHub makes them",
        written(
            BODY.replace("## Rollback", "## Rollback & retour — arrière").join(
                (FRONT, "[a](#rollback--retour--arrière) [b](#rollback--retour--arri%C3%A8re)\n")
            )
        ),
        "pass",
        "3 links",
    ),
    Row(
        "runbook",
        "anchor of another site",
        written(link="[a](#rollback_1)", old="## Rollback", new="## Rollback\nx\n## Rollback"),
        "fail",
        "#rollback_1 in this file as GitHub names them .MkDocs would",
    ),
    Row(
        "runbook",
        "anchor that GitLab would have",
        written(link="[a](#start-stop)", old="## Rollback", new="## Start & stop\nx\n## Rollback"),
        "fail",
        "as GitHub names them .GitLab would",
    ),
    Row(
        "runbook",
        "anchor of GitLab, read there",
        written(link="[a](#start-stop)", old="## Rollback", new="## Start & stop\nx\n## Rollback", anchors="gitlab"),
        "pass",
        "2 links",
    ),
    Row("runbook", "anchor that differs in capitals", written(link="[a](#Rollback)"), "warn", "differs in capitals"),
    Row("runbook", "anchor of the second heading of a name", written(link="[a](#rollback-2)"), "fail", "no heading or anchor #rollback-2"),
    Row("runbook", "reference of Markdown", written(link="[the page][gone]"), "fail", "line 12: the reference gone is defined nowhere"),
    Row(
        "runbook", "reference of Markdown that is defined", written(link="[the page][back].\n\n[back]: #rollback\n\nor"), "pass", "2 links"
    ),
    Row(
        "runbook", "reference: an address with a space", written(link="[the page](docs/my page.md)"), "fail", "is no link: an address with"
    ),
    Row(
        "runbook",
        "reference of docutils",
        raw(FRENCH.format(reviewed=day(9), link=".") + "\nMissing_\n", "fiche.rst"),
        "fail",
        "the reference missing is defined nowhere",
    ),
    Row(
        "runbook",
        "reference of Sphinx",
        raw(FRENCH.format(reviewed=day(9), link=".") + "\n:ref:`nowhere`\n", "fiche.rst"),
        "fail",
        "the reference nowhere is defined nowhere",
    ),
    Row(
        "runbook",
        "reference of Sphinx to another page",
        sphinx(":ref:`There it is`", page=".. _there it  is:\n\nT\n=\n".replace("  ", " ")),
        "pass",
        "5 sections",
    ),
    Row("runbook", "reference of Sphinx to no page", sphinx(":ref:`there`"), "fail", "the reference there is defined nowhere"),
    Row(
        "runbook",
        "reference of Sphinx, perhaps to other documentation",
        sphinx(":ref:`there`", conf="intersphinx_mapping = {}\n"),
        "unknown",
        "may lead to another page",
    ),
    # -- what is too much
    Row("runbook", "too large", raw(whole() + "x" * 300_000), "unknown", "more than 256.0 KiB"),
    Row("runbook", "large, as is allowed", raw(whole() + "word " * 60_000, max_size="400KiB"), "pass", "5 sections"),
    Row("runbook", "bytes of zero", raw(whole().encode() + b"\x00"), "unknown", "is not a text"),
    Row(
        "runbook",
        "holds the reader up",
        held_up(b"[" * 200_000 + b"](x" * 10_000),
        "unknown",
        "was not read within|reading it takes|levels",
    ),
    # -- git
    Row(
        "runbook",
        "git: changed lately, its links in the same commit",
        served((20, {"docs/runbook.md": LINKED, "other.md": OTHER, "README.md": "x"})),
        "pass",
        "docs/runbook.md of .*payments.git .main. has 5 sections.*3 links",
    ),
    Row(
        "runbook",
        "git: changed long ago, others since",
        served((400, {"docs/runbook.md": UNDATED}), (3, {"other.md": OTHER})),
        "fail",
        "last change in git was|no review date",
    ),
    Row(
        "runbook",
        "git: changed at the first commit that is young enough",
        served((500, {"other.md": "x"}), (30, {"docs/runbook.md": UNDATED}), (3, {"other.md": OTHER})),
        "pass",
        "a review of",
    ),
    Row("runbook", "git: all commits too old", served((400, {"docs/runbook.md": UNDATED})), "fail", "last change in git was 4"),
    Row(
        "runbook",
        "git: a link to a file of another commit",
        served((3, {"docs/runbook.md": LINKED})),
        "fail",
        "the link ../other.md is dead",
    ),
    Row("runbook", "git: no such file", served((3, {"docs/other.md": UNDATED})), "fail", "docs/runbook.md of .* does not exist"),
    Row("runbook", "git: out of the tree", served((3, {"docs/runbook.md": UNDATED}), path="../../etc/passwd"), "fail", "does not exist"),
    Row(
        "runbook",
        "git: no such branch",
        served((3, {"docs/runbook.md": UNDATED}), git={"ref": "release"}),
        "fail",
        "has no branch or tag release",
    ),
    Row(
        "runbook",
        "git: with its password",
        served((3, {"docs/runbook.md": UNDATED}), password="pw", url_username="ops", url_password="pw"),
        "pass",
        "5 sections",
    ),
    Row("runbook", "git: without its password", served((3, {"docs/runbook.md": UNDATED}), password="pw"), "unknown", "cannot be fetched"),
    Row("runbook", "git: sent to another server", moved, "unknown", "cannot be fetched"),
    Row("runbook", "git: a transport that is not allowed", of_file, "unknown", "by file, which is not allowed .git_transports has https"),
    Row("runbook", "git: a transport that runs a command", by_command, "unknown", "by ext, which is not allowed"),
    Row("runbook", "git: a server that hangs", hanging, "unknown", "did not end within|cannot be fetched|time allowed"),
    Row("runbook", "git: a work tree whose settings run programs", hostile_settings, "pass", "a review of"),
]

__all__ = ("ROWS",)
