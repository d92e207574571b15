# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a document is fetched from: a file, an address, a commit of git; and the options about it and about its links.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import stat
import typing as t

from .._argspec import Spec
from .._clients.document import form_of
from .._clients.document_places import Commit, Folder, Place
from .._clients.git_source import TRANSPORTS, NoSuchFile, fetched, within
from .._clients.links import LOGIN_PAGE, SOFT_404, judge
from .._finding import CannotObserve, Finding, failed
from .._http import Connection, HttpArguments, public_url
from .._phrase import Message, phrase
from .._runner import Runner, unreadable

LARGEST = 8 * 2**20  # whatever max_size says
SOURCE_SPEC: Spec = {
    "path": {"type": "path"},
    "git": {
        "type": "dict",
        "options": {
            "url": {"type": "str", "required": True},
            "ref": {"type": "str", "default": "HEAD"},
            "path": {"type": "str", "required": True},
        },
    },
    "git_transports": {"type": "list", "elements": "str", "default": list(TRANSPORTS)},
    "max_size": {"type": "str", "default": "256KiB"},
}
SOURCE_CONSTRAINTS = {"required_one_of": [("path", "url", "git")], "mutually_exclusive": [("path", "url", "git")]}
# how the answers of pages are judged
PAGES_SPEC: Spec = {
    "link_timeout": {"type": "str", "default": "10s"},
    "soft_404": {"type": "list", "elements": "str", "default": list(SOFT_404)},
    "login_page": {"type": "list", "elements": "str", "default": list(LOGIN_PAGE)},
}


class GitArguments(t.TypedDict):
    url: str
    ref: str
    path: str


class SourceArguments(HttpArguments):
    url: str | None
    path: str | None
    git: GitArguments | None
    git_transports: list[str]
    max_size: int
    link_timeout: float
    soft_404: list[str]
    login_page: list[str]


class Wording(t.NamedTuple):
    """What is said where there is no document: by why, or by its place."""

    none: t.Callable[[Message], Message]
    unread: t.Callable[[Message], Message]
    missing: t.Callable[[str], Message]
    folder: t.Callable[[str], Message]


DOCUMENT = Wording(
    lambda why: phrase("there is no document: {why}", why=why),
    lambda why: phrase("the document cannot be read: {why}", why=why),
    lambda path: phrase("the document {path:path} does not exist", path=path),
    lambda path: phrase("the document {path:path} is a folder, not a file", path=path),
)


class Source(t.NamedTuple):
    """``url`` is the address of the document, where it has one."""

    where: str
    content: bytes
    form: str
    url: str = ""
    place: Place | None = None

    @property
    def name(self) -> str:
        """Its address or its path, as a link within it may call it."""
        return self.url or (self.place.path if self.place else "")


def source_of(args: SourceArguments, runner: Runner, stack: contextlib.ExitStack, said: Wording = DOCUMENT) -> Source | Finding:
    """The document, or what is to be said where there is none. ``stack`` keeps what was fetched. CannotObserve."""
    if args["git"]:
        return _of_git(args["git"], args, runner, stack, said)
    return _asked(args["url"], args, runner, said) if args["url"] else _read(args["path"] or "", args, runner, said)


def _asked(url: str, args: SourceArguments, runner: Runner, said: Wording) -> Source | Finding:
    where = public_url(url)
    how = dataclasses.replace(Connection.from_args(args), foreign=True)
    answer = runner.get(url, connection=how, max_bytes=LARGEST, timeout=max(args["link_timeout"], 1.0))
    verdict = judge(url, answer, args["soft_404"], args["login_page"])
    if verdict.state == "dead" and answer.status < 500:
        return failed(said.none(verdict.why), instance=where, absent=True)
    if not verdict.is_alive:
        raise CannotObserve(said.unread(verdict.why))
    return Source(where, answer.body, form_of(url, "text/html" if answer.looks_like_html else None), url=answer.url or url)


def _read(path: str, args: SourceArguments, runner: Runner, said: Wording) -> Source | Finding:
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return failed(said.missing(path), instance=path, absent=True)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if stat.S_ISDIR(mode):
        return failed(said.folder(path), instance=path)
    if not stat.S_ISREG(mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    content = runner.read_bytes(path, max_bytes=min(args["max_size"], LARGEST) + 1)
    return Source(path, content, form_of(path), place=Folder(os.path.realpath(path), runner))


def _of_git(source: GitArguments, args: SourceArguments, runner: Runner, stack: contextlib.ExitStack, said: Wording) -> Source | Finding:
    path = within("", source["path"])
    where = phrase("{path:path} of {url:path} ({ref:path})", path=source["path"], url=public_url(source["url"]), ref=source["ref"])
    try:
        tree = stack.enter_context(fetched(source["url"], source["ref"], Connection.from_args(args), args["git_transports"], runner))
    except NoSuchFile as exc:
        return failed(said.none(exc.message), instance=where, absent=True)
    if path is None or path not in tree.names:
        return failed(said.missing(where), instance=where, absent=True)
    return Source(where, tree.read(path, min(args["max_size"], LARGEST) + 1), form_of(path), place=Commit(path, tree))


__all__ = (
    "PAGES_SPEC",
    "SOURCE_CONSTRAINTS",
    "SOURCE_SPEC",
    "Source",
    "SourceArguments",
    "Wording",
    "source_of",
)
