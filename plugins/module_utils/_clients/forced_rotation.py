# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has logrotate rotate one log, by its own rule alone. It changes the host, so only who asks for it gets it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import glob
import grp
import itertools
import os
import pwd
import re
import shlex
import shutil
import tempfile
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .log_writing import NotTaken
from .logrotate import STATE_FILES

TABOO = (
    *(".disabled", ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-bak", ".dpkg-del", ".ucf-old", ".ucf-dist", ".ucf-new"),
    *(".rpmsave", ".rpmnew", ".rpmorig", ".cfsaved", ".bak", ".swp", ".old", ".orig", "~", ",v"),
)
SCRIPTS = ("prerotate", "postrotate", "firstaction", "lastaction", "preremove")
DEEPEST = 5  # includes within includes
WAIT = 10.0  # seconds in which the service may open its new log, where the rule makes none
_DEBUG = "warning: logrotate in debug mode"


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a configuration says of one log."""

    outside: tuple[str, ...]  # the directives that stood before it, outside of any rule
    inside: tuple[str, ...]
    file: str

    def alone(self, path: str) -> str:
        """A configuration of this rule for one log only."""
        lines = [*self.outside, f'"{path}" {{', *self.inside, "}"]
        return "\n".join(lines) + "\n"


@dataclasses.dataclass
class _Reading:
    """How far the configuration has been read."""

    path: str
    outside: list[str] = dataclasses.field(default_factory=list)
    found: Rule | None = None


def rotate(path: str, config: str, state: str | None, runner: Runner) -> None:
    """Rotates the log. CannotObserve where logrotate does not; NotTaken where the service cannot write its log afterwards."""
    if '"' in path or "\n" in path:
        raise CannotObserve(phrase("{path:path} cannot be rotated: its name has a quotation mark, or a line end", path=path))
    rule = rule_of(path, config, runner)
    if rule is None:
        raise CannotObserve(
            phrase("{path:path} could not be rotated first: no rule of {config:path} is about it", path=path, config=config)
        )
    before = _status(path)
    folder = tempfile.mkdtemp(prefix="operability-rotation-")
    try:
        made = os.path.join(folder, "logrotate.conf")
        with open(made, "w", encoding="utf-8") as handle:
            handle.write(rule.alone(path))
        os.chmod(made, 0o644)
        states = ["-s", named] if (named := state or next((one for one in STATE_FILES if os.path.exists(one)), None)) else []
        _told_apart(path, rule, runner.run(["logrotate", "-d", "-f", *states, made]))
        answer = runner.run(["logrotate", "-v", "-f", *states, made], timeout=60.0)
        if answer.rc:
            reason = _reason(answer.stdout + answer.stderr)
            raise CannotObserve(phrase("{path:path} could not be rotated first: {reason}", path=path, reason=reason))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    after = _appears(path, runner)
    if (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino) and after.st_size >= before.st_size:
        raise CannotObserve(
            phrase("{path:path} was not rotated by the rule of {file:path}, though that was forced", path=path, file=rule.file)
        )
    if not _may_write(after, before):
        raise NotTaken(
            phrase(
                "after the rotation {path:path} belongs to {owner} and may not be written by {before}, whose it was before: "
                "the service cannot log any more (create, su of {file:path})",
                path=path,
                owner=_named(after),
                before=_named(before),
                file=rule.file,
            )
        )


def _told_apart(path: str, rule: Rule, answer: t.Any) -> None:
    """Nothing but this log may be touched. CannotObserve."""
    text = answer.stdout + answer.stderr
    logs = {
        os.path.normpath(line.strip()[len("considering log ") :])
        for line in text.splitlines()
        if line.strip().startswith("considering log ")
    }
    if answer.rc or logs != {os.path.normpath(path)}:
        reason = _reason(text)
        raise CannotObserve(
            phrase(
                "{path:path} could not be rotated first, by the rule of {file:path} alone: {reason}",
                path=path,
                file=rule.file,
                reason=reason,
            )
        )


def _reason(text: str) -> Message:
    lines = [line for line in text.splitlines() if line.startswith("error:")] or [line for line in text.splitlines() if line != _DEBUG]
    return verbatim(first_line("\n".join(lines), "", 200)) or phrase("it said nothing")


def _status(path: str) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as exc:
        raise NotTaken(phrase("the log file {path:path} is not there: {reason}", path=path, reason=exc.strerror or str(exc))) from None


def _appears(path: str, runner: Runner) -> os.stat_result:
    left = WAIT
    while True:
        try:
            return os.stat(path)
        except FileNotFoundError:
            if left <= 0:
                raise NotTaken(
                    phrase(
                        "{path:path} is not there {waited:duration} after it was rotated: "
                        "the rule makes no new one, and the service does not open one",
                        path=path,
                        waited=WAIT,
                    )
                ) from None
        except OSError as exc:
            raise CannotObserve(phrase("{path:path} cannot be looked at: {reason}", path=path, reason=exc.strerror or str(exc))) from None
        runner.sleep(0.5)
        left -= 0.5


def _may_write(status: os.stat_result, owner: os.stat_result) -> bool:
    """Whether the owner that a log had before may write the one that there is now."""
    if owner.st_uid in (0, status.st_uid):
        return owner.st_uid == 0 or bool(status.st_mode & 0o200)
    return bool(status.st_mode & 0o002) or (status.st_gid == owner.st_gid and bool(status.st_mode & 0o020))


def _named(status: os.stat_result) -> str:
    try:
        user = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        user = str(status.st_uid)
    try:
        group = grp.getgrgid(status.st_gid).gr_name
    except KeyError:
        group = str(status.st_gid)
    return f"{user}:{group}"


# -- the rule of one log


def rule_of(path: str, config: str, runner: Runner) -> Rule | None:
    """The first rule of a configuration, and of what it includes, that is about a log. CannotObserve where it cannot be read."""
    reading = _Reading(os.path.realpath(path))
    _read(config, reading, runner, 0)
    return reading.found


def _read(file: str, reading: _Reading, runner: Runner, depth: int) -> None:
    lines = iter(runner.read_text(file, max_bytes=2**20).splitlines())
    names = ""
    for line in lines:
        if reading.found:
            return
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        if not names and words.split()[0] == "include":
            _include(words[len("include") :].strip(" \t=\"'"), reading, runner, depth)
            continue
        if not names and "{" not in words and _is_directive(words):
            reading.outside += [line, *(_script(lines) if words in SCRIPTS else [])]
            continue
        names += f" {words.partition('{')[0]}"
        if "{" not in words:
            continue
        inside = list(_inside(words.partition("{")[2], lines))
        if _is_about(names, reading.path):
            reading.found = Rule(tuple(reading.outside), tuple(inside), file)
        names = ""


def _is_directive(words: str) -> bool:
    return not words.startswith(("/", '"', "'", "~")) and bool(re.match(r"[a-z]+\b", words))


def _include(place: str, reading: _Reading, runner: Runner, depth: int) -> None:
    if depth >= DEEPEST:
        return
    if os.path.isdir(place):
        for name in sorted(os.listdir(place)):
            full = os.path.join(place, name)
            if os.path.isfile(full) and not name.endswith(TABOO):
                _read(full, reading, runner, depth + 1)
    elif os.path.exists(place):
        _read(place, reading, runner, depth + 1)


def _inside(rest: str, lines: t.Iterator[str]) -> t.Iterator[str]:
    """The lines of a rule, up to its closing bracket; a script may have brackets of its own."""
    for line in itertools.chain([rest] if rest.strip() else [], lines):
        words = line.strip()
        if words.startswith("}"):
            return
        if words.endswith("}") and not words.startswith("#") and words not in SCRIPTS:
            yield words[:-1]
            return
        yield line
        if words in SCRIPTS:
            yield from _script(lines)


def _script(lines: t.Iterator[str]) -> t.Iterator[str]:
    for line in lines:
        yield line
        if line.strip() == "endscript":
            return


def _is_about(names: str, path: str) -> bool:
    try:
        patterns = shlex.split(names)
    except ValueError:
        return False
    return any(path in {os.path.realpath(found) for found in glob.glob(os.path.expanduser(pattern))} for pattern in patterns)


__all__ = ("Rule", "rotate", "rule_of")
