# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which borg repositories are meant, and which of their archives: what the checks of borg share. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import re
import stat
import typing as t

from .._argspec import ArgumentsRefused
from .._clients.borg import Access, Archive
from .._clients.borgmatic import read
from .._finding import CannotObserve
from .._masking import shown_address
from .._patterns import NotSearched, find
from .._phrase import Message, phrase
from .._runner import Runner

CONSTRAINTS = {
    "required_one_of": [("repository", "config")],
    "mutually_exclusive": [("password", "password_file"), ("archive_prefix", "glob_archives")],
}


@dataclasses.dataclass
class Target:
    """A repository, with what is looked for in it."""

    access: Access
    label: str = ""
    pattern: str = ""  # of the names of archives
    expression: str = ""
    host: str | None = None
    paths: list[str] = dataclasses.field(default_factory=list)
    keeps: int = 0  # as the configuration of borgmatic has it
    warns: list[Message] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        return self.label or shown_address(self.access.repository)

    @property
    def is_one_series(self) -> bool:
        """Whether somebody has said what the names of one job are."""
        return bool(self.pattern or self.expression)

    def wanted(self, archive: Archive) -> bool:
        """Whether an archive is among those that are meant."""
        name = re.sub(r"\.checkpoint(?:\.\d+)?$", "", archive.name)
        if self.host is not None and archive.host.partition(".")[0] != self.host.partition(".")[0]:
            return False
        if self.expression:
            return _finds(self.expression, name)
        return not self.pattern or fnmatch.fnmatchcase(name, self.pattern)


def _finds(expression: str, name: str) -> bool:
    try:
        return find(expression, name) is not None
    except NotSearched:
        raise CannotObserve(phrase("the expression {pattern} of archives cannot be used", pattern=expression)) from None


def targets(args: t.Mapping[str, object], runner: Runner) -> list[Target]:
    """The repositories that are meant. CannotObserve, ArgumentsRefused."""
    repository, config = _text(args, "repository"), _text(args, "config")
    for name in ("repository", "archive_prefix", "glob_archives", "binary"):
        if (_text(args, name) or "").startswith("-"):
            raise ArgumentsRefused([f"{name}: '{args[name]}' would reach borg as an option"])
    if repository is not None and "::" in repository:
        raise ArgumentsRefused([f"repository: '{shown_address(repository)}' names an archive; expected the repository alone"])
    password, warns = _password(args, runner)
    given = args.get("environment")
    environment = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    prefix, pattern = _text(args, "archive_prefix"), _text(args, "glob_archives")
    base = Target(
        Access(repository or "", _text(args, "binary") or "borg", password, None, environment),
        pattern=f"{_literal(prefix)}*" if prefix else pattern or "",
        host=_text(args, "host"),
        paths=[str(path) for path in paths] if isinstance(paths := args.get("paths"), list) else [],
        warns=warns,
    )
    if config is None:
        return [base]
    return _of_borgmatic(config, repository, base, runner)


def _of_borgmatic(path: str, chosen: str | None, base: Target, runner: Runner) -> list[Target]:
    config = read(path, runner)
    kept = [one for one in config.repositories if chosen in (None, one.label, one.path)]
    if not kept:
        there = [one.label or shown_address(one.path) for one in config.repositories]
        said = phrase(
            "{path:path} has no repository {name:path}; it has: {there:list}", path=path, name=shown_address(str(chosen)), there=there
        )
        raise CannotObserve(said)
    out = []
    for one in kept:
        if one.path.startswith("-") or "::" in one.path:
            raise CannotObserve(
                phrase("{path:path} has a repository that is no address: {name:path}", path=path, name=shown_address(one.path))
            )
        own = base.access.password is not None
        access = base.access._replace(
            repository=one.path,
            binary=config.binary if config.binary and base.access.binary == "borg" else base.access.binary,
            password=base.access.password if own else config.password,
            passcommand=None if own or config.password is not None else config.passcommand,
            environment={**config.environment, **base.access.environment},
        )
        target = dataclasses.replace(base, access=access, label=one.label, paths=base.paths or config.paths, keeps=config.keeps)
        if not base.pattern:
            target.pattern, target.expression = ("", config.expression) if config.expression else (config.archives, "")
        out.append(target)
    return out


def _password(args: t.Mapping[str, object], runner: Runner) -> tuple[str | None, list[Message]]:
    path = _text(args, "password_file")
    if path is None:
        return _text(args, "password"), []
    text = runner.read_text(path, max_bytes=1 << 16).rstrip("\r\n")
    if not text:
        raise CannotObserve(phrase("{path:path} holds no passphrase", path=path))
    warns = []
    if os.stat(path).st_mode & stat.S_IROTH:
        warns.append(phrase("{path:path} holds a passphrase and may be read by every user: chmod o= {path:path}", path=path))
    return text, warns


def _literal(prefix: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", prefix)


def _text(args: t.Mapping[str, object], name: str) -> str | None:
    value = args.get(name)
    return None if value is None else str(value)


__all__ = ("CONSTRAINTS", "Target", "targets")
