# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of logrotate as text: which file names a log, and what ``logrotate -d`` does not tell of its rule. PRIVATE.

Which rules are valid, and which of them takes a log, is for logrotate itself to say.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import re
import typing as t

from .._finding import CannotObserve
from .._runner import Runner

MAX_FILES = 1000
MAX_BYTES = 2**20
_SCRIPTS = ("prerotate", "postrotate", "preremove", "firstaction", "lastaction")
_PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly", "minutes")
# a directive, what it says of a rule, and whether it switches it on
_FLAGS = {
    "compress": ("compress", True),
    "nocompress": ("compress", False),
    "delaycompress": ("delaycompress", True),
    "nodelaycompress": ("delaycompress", False),
    "copytruncate": ("copytruncate", True),
    "nocopytruncate": ("copytruncate", False),
    "copy": ("copy", True),
    "nocopy": ("copy", False),
    "sharedscripts": ("sharedscripts", True),
    "nosharedscripts": ("sharedscripts", False),
    "create": ("create", True),
    "nocreate": ("create", False),
    "dateext": ("dateext", True),
    "nodateext": ("dateext", False),
}


@dataclasses.dataclass(frozen=True)
class Block:
    """A rule as it is written down, with what it has from the lines above it."""

    file: str
    patterns: tuple[str, ...]
    flags: frozenset[str]  # those of _FLAGS that are on
    own: tuple[str, ...]  # the directives within its braces
    program: str | None  # compresscmd
    extension: str | None  # of names in which the number or date stands before it
    start: int = 1  # the number of the newest generation
    maxage: int | None = None  # days after which one is removed, whatever their number
    packed_by: frozenset[str] = frozenset()  # the files that say whether and how it compresses
    addextension: str | None = None  # with which all names end
    dateformat: str | None = None
    compressext: str | None = None
    user: tuple[str, str] | None = None  # su: the user and the group as whom it rotates

    def takes(self, path: str) -> bool:
        return any(_matches(pattern, path) for pattern in self.patterns)

    @property
    def period(self) -> str | None:
        """The period that stands within its braces, though a size may stand there too."""
        return next((name for name in reversed(self.own) if name in _PERIODS), None)


@dataclasses.dataclass(frozen=True)
class _Globals:
    flags: frozenset[str] = frozenset()
    program: str | None = None
    extension: str | None = None
    start: int = 1
    maxage: int | None = None
    packed_by: frozenset[str] = frozenset()
    addextension: str | None = None
    dateformat: str | None = None
    compressext: str | None = None
    user: tuple[str, str] | None = None

    def with_line(self, name: str, value: str, file: str) -> _Globals:
        if "compress" in name:
            return dataclasses.replace(self._with(name, value), packed_by=self.packed_by | {file})
        return self._with(name, value)

    def _with(self, name: str, value: str) -> _Globals:
        if name in _FLAGS:
            flag, on = _FLAGS[name]
            return dataclasses.replace(self, flags=self.flags | {flag} if on else self.flags - {flag})
        if name == "compresscmd" and value:
            return dataclasses.replace(self, program=value)
        words = value.split()
        if name == "su" and len(words) >= 2:
            return dataclasses.replace(self, user=(words[0], words[1]))
        word = words[0] if words else ""
        if word and name == "extension":
            return dataclasses.replace(self, extension=word)
        if word and name == "addextension":
            return dataclasses.replace(self, addextension=word)
        if word and name == "dateformat":
            return dataclasses.replace(self, dateformat=word)
        if word and name == "compressext":
            return dataclasses.replace(self, compressext=word if word.startswith(".") else f".{word}")
        if name == "start" and value.isdigit():
            return dataclasses.replace(self, start=int(value))
        if name == "maxage" and value.isdigit():
            return dataclasses.replace(self, maxage=int(value) or None)
        return self


def block_of(paths: t.Collection[str], files: t.Sequence[str], runner: Runner) -> Block | None:
    """The first rule for a log that has these paths, in files in the order in which logrotate reads them; None when none is found."""
    reading = _Reading(list(files[1:MAX_FILES]), runner)
    rules = reading.rules_of(files[0]) if files else iter(())
    return next((rule for rule in rules if any(rule.takes(path) for path in paths)), None)


class _Reading:
    def __init__(self, includes: list[str], runner: Runner) -> None:
        self.includes, self.runner = includes, runner
        self.defaults = _Globals()  # what stands outside of rules holds for all that follow, in other files too

    def rules_of(self, path: str) -> t.Iterator[Block]:
        """The rules of a file, and of those that it includes."""
        for item in _items(_text(path, self.runner)):
            if isinstance(item, _Braces):
                yield _block(path, item, self.defaults)
            elif item[0] == "include":
                folder = item[1].rstrip("/")
                for included in [one for one in self.includes if one == folder or os.path.dirname(one) == folder]:
                    self.includes.remove(included)
                    yield from self.rules_of(included)
            else:
                self.defaults = self.defaults.with_line(*item, path)


def _block(path: str, braces: _Braces, defaults: _Globals) -> Block:
    own = defaults
    for name, value in braces.lines:
        own = own.with_line(name, value, path)
    names = tuple(name for name, _value in braces.lines)
    told = {field.name: getattr(own, field.name) for field in dataclasses.fields(own)}
    return Block(file=path, patterns=tuple(braces.patterns), own=names, **told)


@dataclasses.dataclass
class _Braces:
    patterns: list[str]
    lines: list[tuple[str, str]] = dataclasses.field(default_factory=list)


_WORDS = re.compile(r'"([^"\n]{0,1000})"|\'([^\'\n]{0,1000})\'|([^\s{}"\']+)|([{}])')


def _items(text: str) -> t.Iterator[_Braces | tuple[str, str]]:
    """Directives and rules in their order. What cannot be understood is passed over: logrotate itself complains of it."""
    patterns: list[str] = []
    braces: _Braces | None = None
    script = False
    for line in text.splitlines():
        bare = line.strip()
        if script:
            script = bare != "endscript"
            continue
        if not bare or bare.startswith("#"):
            continue
        words = [(quoted or single or plain or brace) for quoted, single, plain, brace in _WORDS.findall(bare)]
        while words:
            word = words.pop(0)
            if word == "{":
                braces, patterns = _Braces(patterns), []
            elif word == "}":
                if braces is not None:
                    yield braces
                braces = None
            elif braces is not None:
                script = word in _SCRIPTS
                value, words = _until_brace(words)
                name, equals, rest = word.partition("=")
                braces.lines.append((name, rest if equals else value))
            elif word.startswith(("/", "~")) or patterns:
                patterns.append(word)
            else:
                script = word in _SCRIPTS
                value, words = _until_brace(words)
                name, equals, rest = word.partition("=")
                yield name, rest if equals else value


def _until_brace(words: list[str]) -> tuple[str, list[str]]:
    end = next((place for place, word in enumerate(words) if word in "{}"), len(words))
    return " ".join(word for word in words[:end] if word != "="), words[end:]


# -- which file names a log


def names(path: str, paths: t.Collection[str], runner: Runner) -> bool:
    """Whether a file of configuration, valid or not, has a pattern that takes the log."""
    if os.path.isdir(path):
        return any(names(one, paths, runner) for one in _files_in(path)[:50])
    patterns = [quoted or single or plain for quoted, single, plain, _brace in _WORDS.findall(_text(path, runner))]
    return any(_matches(pattern, log) for pattern in patterns if pattern.startswith("/") for log in paths)


def unread_that_names(config: str, files: t.Collection[str], paths: t.Collection[str], runner: Runner) -> str | None:
    """A file in the usual folder beside the configuration that names the log, and is not among those that were read."""
    folder = os.path.join(os.path.dirname(config), "logrotate.d")
    unread = [one for one in _files_in(folder) if one not in files]
    return next((one for one in unread if names(one, paths, runner)), None)


def _files_in(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))][:MAX_FILES]
    except OSError:
        return []


def _text(path: str, runner: Runner) -> str:
    try:
        return runner.read_text(path, max_bytes=MAX_BYTES) if os.path.isfile(path) else ""
    except CannotObserve:
        return ""


def _matches(pattern: str, path: str) -> bool:
    """As a shell does: no wildcard takes a slash."""
    wanted, given = os.path.normpath(pattern).split("/"), path.split("/")
    return len(wanted) == len(given) and all(fnmatch.fnmatchcase(part, form) for part, form in zip(given, wanted))


__all__ = ("Block", "block_of", "names", "unread_that_names")
