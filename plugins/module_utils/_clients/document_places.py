# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a document lies, and what lies beside it: a folder of this machine, or a commit of git. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import posixpath
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Completed, Runner
from .git_reviews import History, IsPerson, LastChange
from .git_source import GitTree, within

ENDS = ("", ".md", ".rst", "/index.md", "/README.md", "/index.rst", "/_index.md")  # of a page that a link names
_MOST_PAGES, _LARGEST_PAGE = 2000, 256 * 1024  # that are looked through
_LARGEST_BLANK = 4096  # bytes of a file that may be nothing but spaces
# what a repository's own settings may have git run, which nobody asked for
_QUIET = (
    ("log.showSignature", "false"),
    ("log.showRoot", "true"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("protocol.allow", "never"),
)


class Place(t.Protocol):
    """``path`` is the document's; ``found`` is the file to which a link leads, as it was written; None where there is none."""

    @property
    def path(self) -> str: ...
    def found(self, name: str) -> str | None: ...
    def read(self, path: str, limit: int) -> bytes: ...
    def is_empty(self, path: str) -> bool: ...
    def leads_out(self, name: str) -> bool: ...  # of the repository
    def last_change(self, age: float, is_person: IsPerson) -> LastChange | None: ...
    def above(self, name: str) -> str | None: ...
    def has_label(self, label: str, root: str) -> bool | None: ...  # None: not looked at


@dataclasses.dataclass(frozen=True)
class Folder:
    """``path`` is the document's, without symbolic links in it."""

    path: str
    runner: Runner

    def found(self, name: str) -> str | None:
        folder = os.path.dirname(self.path)
        root = (git_root(folder) or folder) if name.startswith("/") else folder
        base = os.path.join(root, name.lstrip("/")).rstrip("/")
        return next((base + end for end in ENDS if os.path.exists(base + end)), None)

    def read(self, path: str, limit: int) -> bytes:
        return self.runner.read_bytes(path, max_bytes=limit)

    def is_empty(self, path: str) -> bool:
        """Whether a file has not a word in it."""
        try:
            with_text = os.path.isfile(path) and os.path.getsize(path) > _LARGEST_BLANK
            return os.path.isfile(path) and not with_text and not self.runner.read_bytes(path, max_bytes=_LARGEST_BLANK).strip()
        except (OSError, CannotObserve):
            return False  # there is something, which may not be read here

    def leads_out(self, name: str) -> bool:
        """Whether a link leads out of the repository in which the document is, to where only this machine has something."""
        folder = os.path.dirname(self.path)
        root = whole_root(folder)
        if root is None:
            return False
        path = os.path.join(git_root(folder) or folder, name.lstrip("/")) if name.startswith("/") else os.path.join(folder, name)
        where = os.path.realpath(self.found(name) or path)
        return os.path.commonpath([os.path.realpath(root), where]) != os.path.realpath(root)

    def last_change(self, age: float, is_person: IsPerson) -> LastChange | None:
        return git_date(self.path, self.runner, is_person)

    def above(self, name: str) -> str | None:
        """The nearest file of this name in a folder above the document, up to the root of its work tree."""
        folder = os.path.dirname(self.path)
        top = git_root(folder) or folder
        while True:
            if os.path.isfile(os.path.join(folder, name)):
                return os.path.join(folder, name)
            if folder == top or os.path.dirname(folder) == folder:
                return None
            folder = os.path.dirname(folder)

    def has_label(self, label: str, root: str) -> bool | None:
        """Whether a page of reStructuredText below ``root`` has a label of Sphinx; None where there is too much to look through."""
        wanted = f".. _{' '.join(label.lower().split())}:"
        for number, path in enumerate(_pages(root)):
            if number >= _MOST_PAGES:
                return None
            text = self.runner.read_text(path, max_bytes=_LARGEST_PAGE).lower().replace("`", "")
            if wanted in text:
                return True
            self.runner.remaining()
        return False


def _pages(root: str) -> t.Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith((".", "_build", "node_modules"))]
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith((".rst", ".txt", ".inc")) and os.path.isfile(path) and os.access(path, os.R_OK):
                yield path


@dataclasses.dataclass(frozen=True)
class Commit:
    """``path`` is the document's in the tree."""

    path: str
    tree: GitTree

    def found(self, name: str) -> str | None:
        base = within(posixpath.dirname(self.path), name)
        if base is None:
            return None
        base = "" if base == "." else base
        return next((base + end for end in ENDS if base + end in self.tree.names or not base + end), None)

    def read(self, path: str, limit: int) -> bytes:
        return self.tree.read(path, limit)

    def is_empty(self, path: str) -> bool:
        return path in self.tree.empty

    def leads_out(self, name: str) -> bool:
        return within(posixpath.dirname(self.path), name) is None

    def last_change(self, age: float, is_person: IsPerson) -> LastChange | None:
        return self.tree.last_change(self.path, age, is_person)

    def above(self, name: str) -> str | None:
        folder = posixpath.dirname(self.path)
        while True:
            if posixpath.join(folder, name) in self.tree.names:
                return posixpath.join(folder, name)
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def has_label(self, label: str, root: str) -> bool | None:
        return None


def git_date(path: str, runner: Runner, is_person: IsPerson) -> LastChange | None:
    """When a person last changed the file in git; None outside of a work tree and for a file that git does not follow. CannotObserve."""
    folder, name = os.path.split(path)
    if git_root(folder) is None:
        return None
    quiet = {"GIT_CONFIG_COUNT": str(len(_QUIET)), "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    for number, (key, value) in enumerate(_QUIET):
        quiet[f"GIT_CONFIG_KEY_{number}"], quiet[f"GIT_CONFIG_VALUE_{number}"] = key, value

    def git(words: t.Sequence[str], most: int) -> Completed:
        return runner.run(["git", *words], cwd=folder, env=quiet, max_output=most)

    def is_cut(_commit: str, parents: str) -> bool:
        if not parents and git(["rev-parse", "--is-shallow-repository"], 2**16).stdout.strip() == "true":
            # where a shallow clone is cut, every file looks as if it had just been changed
            raise CannotObserve(phrase("the clone of git is too shallow to tell its last change (fetch more history)"))
        return False

    return History(git, is_person, is_cut).last_change("HEAD", f":(literal){name}")


def whole_root(folder: str) -> str | None:
    """The root of the work tree, of a submodule that of the repository in which it is."""
    root = git_root(folder)
    while root is not None and os.path.isfile(os.path.join(root, ".git")):
        try:
            with open(os.path.join(root, ".git"), encoding="utf-8", errors="replace") as file:
                said = file.read(4096)
        except OSError:
            return root
        above = git_root(os.path.dirname(root)) if "/modules/" in said else None
        if above is None:
            return root
        root = above
    return root


def git_root(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


__all__ = ("Commit", "Folder", "Place", "git_date", "git_root")
