# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a person has last changed what a file says, by git. PRIVATE to the collection.

A program that bumps a version, a new name for the file, other spaces or other marks around the same words: nobody has read the file for
that. The search is bounded, and follows a file to the name that it had before.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Completed
from .written_dates import days_meant

MOST_COMMITS, MOST_NAMES, MOST_READ = 60, 5, 30
_LARGEST = 512 * 1024  # bytes of a version that are compared
_MOST_FILES = 5000  # of a commit, among which a file is looked for under its name before

Git = t.Callable[[t.Sequence[str], int], Completed]  # the words, and how much it may say
IsPerson = t.Callable[[str, str], bool]  # a name, a mail address


class LastChange(t.NamedTuple):
    """``day`` is None where no person has changed it; ``passed`` counts the changes by programs, or of its form alone."""

    day: dt.date | None
    passed: int


class _Commit(t.NamedTuple):
    name: str
    moment: str
    parents: str
    author: str
    mail: str
    before: str  # what the file was, by its number; only zeros where it was not there
    after: str
    path: str


class History:
    """``cut``: whether the history that is there ends early at a commit (its name, its parents), whose date is then what is known.

    ``git`` is to have ``log.showRoot``.
    """

    def __init__(self, git: Git, is_person: IsPerson, cut: t.Callable[[str, str], bool]) -> None:
        self.git, self.is_person, self.cut = git, is_person, cut
        self.left, self.passed, self.read = MOST_COMMITS, 0, 0

    def last_change(self, start: str, pathspec: str) -> LastChange | None:
        """None for a file that git does not follow. CannotObserve."""
        for _name in range(MOST_NAMES):
            commits = self._commits(start, pathspec)
            for commit in commits:
                if self.cut(commit.name, commit.parents):
                    return LastChange(_day(commit), self.passed)
                earlier = self._name_before(commit) if not commit.before.strip("0") and commit.parents else None
                if self.is_person(commit.author, commit.mail) and self._says_else(commit, earlier):
                    return LastChange(_day(commit), self.passed)
                self.passed += 1
                self.left -= 1
                if earlier:
                    start, pathspec = commit.parents.split()[0], f":(top,literal){earlier[1]}"
                    break
            else:
                if self.left <= 0:
                    break
                return LastChange(None, self.passed) if self.passed else None
        raise CannotObserve(
            phrase("its last {count:number} changes in git are not by a person, and no more are looked at", count=max(1, self.passed))
        )

    def _commits(self, start: str, pathspec: str) -> list[_Commit]:
        form = "--format=%x01%H%x00%aI%x00%P%x00%an%x00%ae"
        words = [
            "log",
            "--no-merges",
            "--no-renames",
            "--no-follow",
            "--no-relative",
            "--raw",
            "--no-abbrev",
            "-z",
        ]
        log = self.git([*words, f"-n{max(1, self.left)}", form, start, "--", pathspec], 2**20)
        if log.rc != 0:
            reason = (log.stderr.strip().splitlines() or [phrase("exit code {code}", code=log.rc)])[0]
            if "does not have any commits" in reason:
                return []
            raise CannotObserve(phrase("git does not tell its last change: {reason}", reason=reason[:200]))
        found = []
        for chunk in log.stdout.split("\x01")[1:]:
            fields = chunk.split("\x00")
            raw = next((number for number, field in enumerate(fields) if number > 4 and field.lstrip("\n").startswith(":")), None)
            if raw is None or raw + 1 >= len(fields):
                continue
            numbers = fields[raw].split()
            name, moment, parents, author, mail = (field.strip() for field in fields[:5])
            found.append(_Commit(name, moment, parents, author, mail, numbers[2], numbers[3], fields[raw + 1]))
        return found

    def _name_before(self, commit: _Commit) -> tuple[str, str] | None:
        """What a file was that appears in a commit, and its name, where the same commit takes it away."""
        words = [
            "diff-tree",
            "-r",
            "-z",
            "--no-renames",
            "--raw",
            "--no-commit-id",
            "--diff-filter=D",
            commit.parents.split()[0],
            commit.name,
        ]
        listed = self.git(words, 2**20)
        fields = listed.stdout.split("\x00")[: 2 * _MOST_FILES] if listed.rc == 0 else []
        gone = [(raw.split()[2], name) for raw, name in zip(fields[::2], fields[1::2]) if raw.startswith(":")]
        same = next((one for one in gone if one[0] == commit.after), None)
        base = posixpath.basename(commit.path)
        suffix = posixpath.splitext(base)[1]
        alike = [one for one in gone if posixpath.splitext(one[1])[1] == suffix]
        named = next((one for one in alike if posixpath.basename(one[1]) == base), None)
        return same or named or (alike[0] if len(alike) == 1 else None)

    def _says_else(self, commit: _Commit, earlier: tuple[str, str] | None) -> bool:
        before = earlier[0] if earlier else commit.before
        if not before.strip("0"):
            return True
        if not commit.after.strip("0"):
            return False  # it was taken away
        return before != commit.after and self._words(before) != self._words(commit.after)

    def _words(self, number: str) -> str:
        self.read += 1
        if self.read > 2 * MOST_READ:
            said = phrase(
                "its last {count:number} changes in git are not by a person, and no more are looked at", count=max(1, self.passed)
            )
            raise CannotObserve(said)
        blob = self.git(["cat-file", "blob", number], _LARGEST)
        if blob.rc != 0 and not blob.truncated:
            raise CannotObserve(phrase("git does not tell what was changed in it (fetch more history, and the files of it)"))
        return re.sub(r"[\W_]+", "", blob.stdout)


def _day(commit: _Commit) -> dt.date | None:
    return next(iter(days_meant(commit.moment)), None)


__all__ = ("History", "LastChange")
