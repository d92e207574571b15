# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook. Real files, a real git, and a real web server whose pages are what wikis really answer."""

from __future__ import annotations

import datetime as dt
import http.server
import os
import subprocess
import threading
import time
import typing as t

from table import Row, World


def day(ago: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() - dt.timedelta(days=ago)).isoformat()


FRONT = "---\nowner: team-payments\nauthor: Jane Doe\nlast_reviewed: {reviewed}\n---\n"
BODY = """\
# Payments

## Symptoms
The queue grows.

## Diagnosis
Look at {link}.

## Mitigation
Restart it.

## Escalation
Call DBA-ONCALL, then see [above](#diagnosis).

## Rollback
Deploy the version before.
"""
FRENCH = """\
.. revu_le: {reviewed}

Paiements
=========

:responsable: équipe paiements

Symptômes
---------
La file grossit.

Diagnostic
----------
Voir `le site <{link}>`_.

Remédiation
-----------
Redémarrer.

Escalade
--------
Appeler l'astreinte.

Retour arrière
--------------
Remettre la version précédente.
"""

PLAIN = b"<p>" + b"plain words about payments " * 100 + b"</p>"
PAGES: dict[str, tuple[int, bytes]] = {
    "/page": (200, b"<html><title>Payments</title><h1 id='top-of'>Payments</h1><h2 id='queue'>Queue</h2>" + PLAIN + b"</html>"),
    "/gone": (404, b"<html><title>gone</title></html>"),
    "/broken": (500, b"oops"),
    "/soft": (200, b"<html><title>Page not found - Wiki</title><h1>Page not found</h1>" + PLAIN + b"</html>"),
    "/introuvable": (200, b"<html><title>Wiki</title><h1>Page introuvable</h1></html>"),
    "/sso": (200, b"<html><title>Sign in to Corporate Wiki</title><form><input name=u><input type=password name=p></form></html>"),
    "/private": (302, b"/auth/realms/corp"),
    "/auth/realms/corp": (200, b"<html><title>Corporate</title>" + PLAIN + b"</html>"),
    "/forbidden": (403, b"no"),
    "/raw/runbook.md": (200, (FRONT + BODY).format(reviewed=day(10), link="[the queue](/page#queue)").encode()),
}


class _Handler(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        if self.path == "/slow":
            time.sleep(3)
        if self.path == "/no-head" and self.command == "HEAD":
            self.send_error(405)
            return
        status, body = PAGES.get("/page" if self.path in ("/slow", "/no-head") else self.path, PAGES["/gone"])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Type", "text/plain" if self.path.endswith(".md") else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = _answer

    def log_message(self, *args: t.Any) -> None:
        pass


class Site:
    """The web server, as a kind of server that ``running.start`` starts and stops."""

    def __init__(self, _folder: t.Any) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> Site:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def written(
    text: str = FRONT + BODY,
    *,
    link: str = "nothing",
    old: str = "",
    new: str = "",
    reviewed: int = 10,
    name: str = "runbook.md",
    **args: t.Any,
) -> t.Callable[[World], dict[str, t.Any]]:
    """A runbook in the row's folder; a link that starts with / is one to the web server."""

    def arrange(world: World) -> dict[str, t.Any]:
        target = world.running.start(Site).url + link[1:] if link.startswith("!") else link
        shown = target if name.endswith(".rst") or not link.startswith("!") else f"[this]({target})"
        content = text.format(reviewed=day(reviewed), link=shown)
        if old and old not in content:
            raise ValueError(old)
        (world.folder / name).write_text(content.replace(old, new) if old else content, encoding="utf-8")
        return {"path": str(world.folder / name), **args}

    return arrange


def at_url(path: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Site).url + path}


def in_git(ago: int, *, shallow: bool = False) -> t.Callable[[World], dict[str, t.Any]]:
    """A runbook without a review date, committed so many days ago."""

    def arrange(world: World) -> dict[str, t.Any]:
        origin = world.folder / "origin"
        origin.mkdir()
        moment = f"{day(ago)}T12:00:00+00:00"
        who = {f"GIT_{role}_{what}": "jane@payments.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **who, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_CONFIG_GLOBAL": "/dev/null"}

        def git(*words: str) -> None:
            subprocess.run(["git", *words], cwd=origin, env=environment, check=True, capture_output=True)

        git("init", "--quiet")
        content = (FRONT + BODY).replace("last_reviewed: {reviewed}\n", "").format(link="nothing")
        (origin / "runbook.md").write_text(content)
        git("add", "runbook.md")
        git("commit", "--quiet", "--message=first")
        if not shallow:
            return {"path": str(origin / "runbook.md")}
        environment.update(GIT_AUTHOR_DATE=f"{day(0)}T00:00:00+00:00", GIT_COMMITTER_DATE=f"{day(0)}T00:00:00+00:00")
        git("commit", "--quiet", "--allow-empty", "--message=second")
        git("clone", "--quiet", "--depth=1", f"file://{origin}", str(world.folder / "clone"))
        return {"path": str(world.folder / "clone" / "runbook.md")}

    return arrange


def binary(world: World) -> dict[str, t.Any]:
    (world.folder / "runbook.md").write_bytes(os.urandom(65536))
    return {"path": str(world.folder / "runbook.md")}


def folder(world: World) -> dict[str, t.Any]:
    return {"path": str(world.folder)}


def missing(world: World) -> dict[str, t.Any]:
    return {"path": str(world.folder / "gone.md")}


def nobody_listens(world: World) -> dict[str, t.Any]:
    site = Site(world.folder)
    site.server.server_close()
    return {"url": f"{site.url}/raw/runbook.md"}


def refused_link(world: World) -> dict[str, t.Any]:
    site = Site(world.folder)
    site.server.server_close()
    return written(link=f"<{site.url}/page>")(world)


AUTHOR = "author: Jane Doe"
ROLLBACK = "Deploy the version before.\n"
ROWS = [
    Row(
        "runbook",
        "complete, owned, reviewed, alive",
        written(link="!/page#queue"),
        "pass",
        "has 5 sections, an owner .team-payments.*, 2 links",
    ),
    Row(
        "runbook",
        "in French, in reStructuredText",
        written(FRENCH, link="!/page", name="fiche.rst"),
        "pass",
        "5 sections.*équipe paiements.*1 link that leads",
    ),
    Row("runbook", "a server that refuses HEAD", written(link="!/no-head"), "pass", "2 links"),
    Row("runbook", "read from a URL", at_url("/raw/runbook.md"), "pass", "/raw/runbook.md has 5 sections.* 2 links"),
    Row("runbook", "no review date, changed in git 20 days ago", in_git(20), "pass", "a review of"),
    Row(
        "runbook",
        "executed by another",
        written(old=AUTHOR, new=f"{AUTHOR}\nexecuted_by: Ali", executed_by_other=True),
        "pass",
        "5 sections",
    ),
    Row("runbook", "the file is not there", missing, "fail", "does not exist"),
    Row("runbook", "the path is a folder", folder, "fail", "is a folder"),
    Row("runbook", "nothing at the URL", at_url("/gone"), "fail", "there is no runbook: .* answers with status 404"),
    Row("runbook", "a page at the URL that says not found", at_url("/soft"), "fail", "there is no runbook: .*says 'not found'"),
    Row("runbook", "a section is missing", written(old="## Rollback\n", new=""), "fail", "the section rollback is missing"),
    Row("runbook", "a section is empty", written(old=ROLLBACK, new=""), "fail", "line 20: the section rollback .'Rollback'. is empty"),
    Row("runbook", "a section still says TODO", written(old=ROLLBACK, new="TODO\n"), "fail", "says only 'TODO'"),
    Row("runbook", "no owner", written(old="owner: team-payments\nauthor: Jane Doe\n", new=""), "fail", "no owner is named"),
    Row("runbook", "the last review is too long ago", written(reviewed=400), "fail", "last review was 400 d.* ago .*, the limit is 365 d"),
    Row("runbook", "the review date lies in the future", written(reviewed=-30), "fail", "lies in the future"),
    Row("runbook", "no review date, no git", written(old="last_reviewed", new="was"), "fail", "no review date"),
    Row("runbook", "no review date, changed in git 400 days ago", in_git(400), "fail", "last change in git was 400 d"),
    Row(
        "runbook",
        "executed by its author only",
        written(old=AUTHOR, new=f"{AUTHOR}\nexecuted_by: Jane Doe", executed_by_other=True),
        "fail",
        "author only",
    ),
    Row("runbook", "a link to a file that is gone", written(link="[this](gone.md)"), "fail", "line 12: the link gone.md is dead"),
    Row("runbook", "an anchor that is gone", written(link="[this](#gone)"), "fail", "line 12: no heading or anchor #gone"),
    Row("runbook", "a link that answers 404", written(link="!/gone"), "fail", "line 12: the link is dead: .*/gone answers with status 404"),
    Row("runbook", "a link that answers 500", written(link="!/broken"), "fail", "is dead: .*/broken answers with status 500"),
    Row("runbook", "a link where nobody listens", refused_link, "fail", "is dead: .* refused the connection"),
    Row(
        "runbook",
        "a link that answers 200 and says not found",
        written(link="!/soft"),
        "fail",
        "status 200 and a page that says 'not found'",
    ),
    Row("runbook", "a link that answers 200 and says introuvable", written(link="!/introuvable"), "fail", "says 'introuvable'"),
    Row("runbook", "a page without the anchor", written(link="!/page#gone"), "fail", "the page .*/page has no anchor #gone"),
    Row("runbook", "front matter that is not YAML", written(old=AUTHOR, new="author: 'Jane"), "fail", "not valid YAML"),
    Row("runbook", "a wiki behind a login page", written(link="!/sso"), "unknown", "cannot be judged: .*/sso answers with a login page"),
    Row("runbook", "a wiki that leads to its login", written(link="!/private"), "unknown", "leads to a login page"),
    Row("runbook", "a link that refuses access", written(link="!/forbidden"), "unknown", "refuses access .status 403"),
    Row(
        "runbook",
        "a link that does not answer in time",
        written(link="!/slow", link_timeout="500ms"),
        "unknown",
        "did not answer( completely)? within 500 ms",
    ),
    Row("runbook", "a URL that answers with a login page", at_url("/sso"), "unknown", "answers with a login page"),
    Row("runbook", "a URL where nobody listens", nobody_listens, "unknown", "refused the connection"),
    Row("runbook", "a URL that answers 500", at_url("/broken"), "unknown", "status 500"),
    Row("runbook", "bytes that are no text", binary, "unknown", "is not a text"),
    Row("runbook", "a git clone that is too shallow", in_git(400, shallow=True), "unknown", "too shallow"),
]
