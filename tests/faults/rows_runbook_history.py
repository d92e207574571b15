# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook: links that lead nowhere without being dead, and what git says of its last review. A real git and its server.

How it could pass without deserving it; each is a row below:

- the last change is one of a program, of spaces and marks, of its name alone; what a person did before that is too long ago, or nothing;
- a link to "#", to nothing, to TODO, which a reader of pages takes for the top of the page;
- a link to a file with nothing in it, in the work tree or in a commit;
- a link that leads out of the repository, to what only this machine has, also over a symbolic link.
"""

from __future__ import annotations

import pathlib
import typing as t

from git_server import GitServer, git
from rows_runbook import BODY, FRONT, day, written
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
JANE, BOT = ("Jane Doe", "jane@payments.example"), ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com")
UNDATED = (FRONT.replace("last_reviewed: {reviewed}\n", "") + BODY).format(link="nothing")
OTHER = UNDATED.replace("Restart it.", "Restart it twice.")
MARKS = UNDATED.replace("Restart it.", "*Restart*   it.").replace("## ", "\n## ")
BUMPED = UNDATED.replace("Restart it.", "Restart it with 1.4.1.")


class Change(t.NamedTuple):
    ago: int
    text: str
    who: tuple[str, str] = JANE
    name: str = "docs/runbook.md"


def committed(folder: pathlib.Path, changes: t.Sequence[Change]) -> pathlib.Path:
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    before = ""
    for change in changes:
        if before and before != change.name:
            (folder / change.name).parent.mkdir(parents=True, exist_ok=True)
            git(folder, "mv", before, change.name)
        before = change.name
        (folder / change.name).parent.mkdir(parents=True, exist_ok=True)
        (folder / change.name).write_text(change.text, encoding="utf-8")
        git(folder, "add", "--all")
        who = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in zip(("NAME", "EMAIL"), change.who)}
        git(folder, "commit", "--quiet", "--message=change", at=f"{day(change.ago)}T12:00:00+00:00", env=who)
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder


def here(*changes: Change, **args: t.Any) -> Arrange:
    """A work tree with these commits."""
    return lambda world: {"path": str(committed(world.folder / "here", changes) / changes[-1].name), **args}


def served(*changes: Change, **args: t.Any) -> Arrange:
    """The same, from a server."""

    def arrange(world: World) -> dict[str, t.Any]:
        committed(world.folder / "served/payments.git", changes)
        server = world.running.start(GitServer, world.folder / "served")
        return {"git": {"url": f"{server.url}/payments.git", "ref": "main", "path": changes[-1].name}, "git_transports": ["http"], **args}

    return arrange


def linked(target: str, *, files: t.Mapping[str, str] | None = None, source: bool = False, outside: bool = True) -> Arrange:
    """A runbook in docs/ of a repository that leads to a file, with other files below the root and one outside of it."""

    def arrange(world: World) -> dict[str, t.Any]:
        text = (FRONT + BODY).format(reviewed=day(9), link=f"[this]({target})")
        root = world.folder / ("served/payments.git" if source else "here")
        if outside:
            (world.folder / "outside.md").write_text("# Outside\n\nRestart it.\n")
        committed(root, [Change(9, text)])
        for name, content in (files or {}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if content.startswith("-> "):
                (root / name).symlink_to(content[3:])
            else:
                (root / name).write_text(content)
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--allow-empty", "--message=more")
        if not source:
            return {"path": str(root / "docs/runbook.md")}
        server = world.running.start(GitServer, world.folder / "served")
        return {"git": {"url": f"{server.url}/payments.git", "ref": "main", "path": "docs/runbook.md"}, "git_transports": ["http"]}

    return arrange


def of_submodule(world: World) -> dict[str, t.Any]:
    """A runbook in a submodule, which leads to a page of the repository in which that is."""
    text = (FRONT + BODY).format(reviewed=day(9), link="[this](../pages/other.md)")
    part = committed(world.folder / "part", [Change(9, text, name="runbook.md")])
    whole = committed(world.folder / "whole", [Change(9, "# Other\n\nRestart it.\n", name="pages/other.md")])
    git(whole, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part), "books")
    return {"path": str(whole / "books/runbook.md")}


UNWRITTEN = ("#", "", "TODO", "<TBD>", "https://todo", "http://TBD/", "https://...", "url", "#todo", "à-compléter", "...")
LEADS = ("#symptoms", "#top", "other.md", "other.md#other", ".", "/README.md")
TOPS = ("[Back to top](#)", "[↑](#)", "[Haut de page](#)", "[top](#)")
FILES = {"docs/other.md": "# Other\n\nRestart it.\n", "README.md": "# All\n\nText.\n"}
ROWS = [
    Row("runbook", "changed by a person", here(Change(500, UNDATED), Change(20, OTHER)), "pass", "a review of"),
    Row("runbook", "changed by a person, then by a program", here(Change(20, UNDATED), Change(3, BUMPED, BOT)), "pass", "a review of"),
    Row(
        "runbook",
        "renamed, changed by a person before",
        here(Change(500, UNDATED), Change(30, OTHER, name="runbook.md"), Change(3, OTHER)),
        "pass",
        "a review of",
    ),
    Row("runbook", "served: changed by a person, then by a program", served(Change(20, UNDATED), Change(3, BUMPED, BOT)), "pass", "review"),
    *(
        Row(
            "runbook",
            f"changed lately by {name} only",
            here(Change(500, UNDATED), Change(3, BUMPED, (name, mail))),
            "fail",
            "its last change in git was 500 d",
        )
        for name, mail in (
            BOT,
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
            ("github-actions", "41898282+github-actions[bot]@users.noreply.github.com"),
            ("GitHub Actions", "actions@github.com"),
            ("Renovate Bot", "bot@renovateapp.com"),
            ("GitLab CI", "ci@payments.example"),
            ("Payments", "project_12_bot@noreply.payments.example"),
        )
    ),
    Row(
        "runbook", "only its form was changed lately", here(Change(500, UNDATED), Change(3, MARKS)), "fail", "last change in git was 500 d"
    ),
    Row(
        "runbook",
        "only its name was changed lately",
        here(Change(500, UNDATED, name="runbook.md"), Change(3, UNDATED)),
        "fail",
        "last change in git was 500 d",
    ),
    Row(
        "runbook",
        "its name and its form, after a program's change",
        here(
            Change(500, UNDATED, name="old.md"), Change(9, BUMPED, BOT, name="old.md"), Change(3, f"{BUMPED}\n\n", name="docs/runbook.md")
        ),
        "fail",
        "last change in git was 500 d",
    ),
    Row(
        "runbook", "no person has ever changed it", here(Change(9, UNDATED, BOT), Change(3, MARKS)), "fail", "by programs alone, .*2 times"
    ),
    Row(
        "runbook",
        "more changes of programs than are looked at",
        here(Change(20, UNDATED), *(Change(3, f"{UNDATED}\n{number}\n", BOT) for number in range(65))),
        "unknown",
        "its last 60 changes in git are not by a person",
    ),
    Row(
        "runbook",
        "served: changed lately by a program only",
        served(Change(500, UNDATED), Change(3, BUMPED, BOT)),
        "fail",
        "its last change in git was 500 d",
    ),
    Row("runbook", "served: only its form was changed lately", served(Change(500, UNDATED), Change(3, MARKS)), "fail", "was 500 d"),
    Row("runbook", "served: no person has ever changed it", served(Change(3, UNDATED, BOT)), "fail", "by programs alone"),
    # -- links
    *(Row("runbook", f"leads somewhere: {target}", linked(target, files=FILES), "pass", "2 links") for target in LEADS),
    *(Row("runbook", f"leads to the top: {text}", written(link=f"the queue, {text}"), "pass", "2 links") for text in TOPS),
    *(
        Row(
            "runbook",
            f"leads nowhere: ({target})",
            written(link=f"the queue, [this]({target})"),
            "fail",
            "line 12: the link 'this' leads nowhere",
        )
        for target in UNWRITTEN
    ),
    Row("runbook", "leads nowhere in HTML", written(link='the queue, <a href="#">this</a>'), "fail", "the link 'this' leads nowhere"),
    Row("runbook", "leads to an empty file", linked("other.md", files={"docs/other.md": ""}), "fail", "other.md leads to an empty file"),
    Row("runbook", "leads to spaces", linked("other.md", files={"docs/other.md": " \n\n\t\n"}), "fail", "leads to an empty file"),
    Row("runbook", "served: leads to a file", linked("other.md", files=FILES, source=True), "pass", "2 links"),
    Row("runbook", "served: leads to an empty file", linked("other.md", files={"docs/other.md": ""}, source=True), "fail", "an empty file"),
    Row(
        "runbook",
        "served: leads to ends of lines",
        linked("other.md", files={"docs/other.md": "\n\n"}, source=True),
        "fail",
        "an empty file",
    ),
    Row("runbook", "leads out of the repository", linked("../../outside.md"), "fail", "leads out of the repository of the document"),
    Row("runbook", "served: leads out of the repository", linked("../../outside.md", source=True), "fail", "leads out of the repository"),
    Row(
        "runbook",
        "leads out over a symbolic link",
        linked("other.md", files={"docs/other.md": "-> ../../outside.md"}),
        "fail",
        "leads out of the repository",
    ),
    Row(
        "runbook",
        "leads to a symbolic link within",
        linked("other.md", files={"docs/other.md": "-> ../README.md", "README.md": "# All\n\nx\n"}),
        "pass",
        "2 links",
    ),
    Row("runbook", "leads from a submodule to the whole", of_submodule, "pass", "2 links"),
]

__all__ = ("ROWS",)
