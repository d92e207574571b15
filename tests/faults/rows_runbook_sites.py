# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of a runbook that lead elsewhere depending on who follows them. Real files, a real web server.

How a link could be judged without having been seen; each is a row below:

- it leads to ``localhost``, where something else listens on the controller, or nothing does;
- it is an address of the site that is made of the files (Hugo, MkDocs): its root is a folder, each page is one. As files it leads nowhere.

False alarms of the same: a page that is there for the site alone is not dead. And dead remains what no site could have either.
"""

from __future__ import annotations

import typing as t

from rows_runbook import BODY, FRONT, day
from table import Row, World
from wiki import HOME, Wiki

Arrange = t.Callable[[World], dict[str, t.Any]]


def site(target: str, *files: str, page: str = "content/runbooks/Down.md", root: str = ".git") -> Arrange:
    """A runbook with this link, below the root of a work tree that has these files."""

    def arrange(world: World) -> dict[str, t.Any]:
        for name in (page, *files):
            (world.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (world.folder / name).write_text("# Queue\n", encoding="utf-8")
        (world.folder / root).mkdir(exist_ok=True)
        (world.folder / page).write_text((FRONT + BODY).format(reviewed=day(10), link=f"[this]({target})"), encoding="utf-8")
        return {"path": str(world.folder / page)}

    return arrange


def at_home(listens: bool, *, named: bool = False) -> Arrange:
    """A link to ``localhost``, and whether something listens there."""

    def arrange(world: World) -> dict[str, t.Any]:
        wiki = world.running.start(Wiki, {"/": HOME, "/graph": HOME})
        port = wiki.port if listens else 9
        given = site(f"http://localhost:{port}/", page="runbook.md")(world)
        return {**given, "link_hosts": ["localhost"]} if named else given

    return arrange


OTHERS, QUEUE = "is what a site made of these files may have there", "content/runbooks/Queue.md"
STATES: list[tuple[str, Arrange, str, str]] = [
    ("a link to localhost, and something listens", at_home(listens=True), "unknown", "leads to the machine of whoever follows it"),
    ("a link to localhost, and nothing does", at_home(listens=False), "unknown", "leads to the machine of whoever follows it"),
    ("a link to localhost, which is named", at_home(listens=True, named=True), "pass", "2 links"),
    ("a root of Hugo", site("/runbooks/queue", "hugo.toml", "content/runbooks/queue.md"), "unknown", f"/content/runbooks/queue {OTHERS}"),
    ("a root of Hugo, as it was", site("/runbooks/queue", "config.yaml", "content/runbooks/queue.md"), "unknown", OTHERS),
    ("a page beside it on a site", site("../Queue", "hugo.toml", QUEUE), "unknown", f"Queue {OTHERS}"),
    ("a page beside it of MkDocs", site("../queue/", "mkdocs.yml", "docs/queue.md", page="docs/down.md"), "unknown", OTHERS),
    ("a page beside it, as files", site("Queue.md", "hugo.toml", QUEUE), "pass", "2 links"),
    ("no site has it", site("/runbooks/queue", "hugo.toml"), "fail", "is dead: there is no such file"),
    ("no site has it beside it", site("../Queue", "hugo.toml"), "fail", "is dead: there is no such file"),
    ("no site is made of them", site("/runbooks/queue", "content/runbooks/queue.md"), "fail", "is dead: there is no such file"),
    ("a file of settings alone", site("../queue", "config.yaml", "run/queue.md", page="run/down.md"), "fail", "is dead: there is no such"),
]
ROWS = [Row("runbook", f"sites: {state}", arrange, status, message) for state, arrange, status, message in STATES]
