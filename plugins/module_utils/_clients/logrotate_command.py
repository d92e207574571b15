# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a command line, or a script, starts logrotate so that it rotates. PRIVATE to the collection.

What cannot be understood (variables, other programs whose name has logrotate in it) is taken to.
"""

from __future__ import annotations

import os
import re
import typing as t

from .._phrase import Message, phrase

_NAMES_ONLY = frozenset(
    {"test", "[", "[[", "echo", "printf", "logger", "which", "type", "hash", "pgrep", "pkill", "killall", "rpm", "dpkg"}
)
_NO_RUN = frozenset({"--debug", "--version", "--help", "--usage", "-?"})
_WITH_VALUE = frozenset({"--state", "--mail", "--log"})
_OPEN = frozenset({"if", "case", "for", "while", "until", "{"})
_CLOSE = frozenset({"fi", "esac", "done", "}"})
_EXIT = re.compile(r"(?:exit|return)(?:\s+\d+)?\s*;?")
_STATE = re.compile(r"--state=(.+)|-[vf]*s(/.+)|--state|-[vf]*s")
_ARGV = re.compile(r"argv\[\]=(.*?) ; (?:ignore_errors|flags)=")


def not_rotating(text: str, config: str) -> Message | None:
    """Why a command line, or the text of a script, does not rotate by this configuration; None when it does."""
    lines = _reached(text)
    reasons: list[Message] = []
    for program, following in _started(lines):
        reason = _of_arguments(program, following, config)
        if reason is None:
            return None
        reasons.append(reason)
    if reasons:
        return reasons[0]
    if any("logrotate" in word for line in lines for words in _commands(line) for word in words if not _only_named(words, len(words))):
        return None
    return phrase("it does not start logrotate")


def state_file(text: str) -> str | None:
    """The state file that a command line, or the text of a script, names; None where it names none, or by a variable."""
    for _program, following in _started(_reached(text)):
        for word, value in zip(following, [*following[1:], ""]):
            told = _STATE.fullmatch(word)
            named = (told.group(1) or told.group(2) or value) if told else ""
            if named.startswith("/") and "$" not in named:
                return named
    return None


def _started(lines: t.Iterable[str]) -> t.Iterator[tuple[str, list[str]]]:
    """The logrotate of each command that starts it, and its arguments."""
    for words in (words for line in lines for words in _commands(line)):
        place = next((number for number, word in enumerate(words) if os.path.basename(word) == "logrotate"), None)
        if place is not None and not _only_named(words, place):
            yield words[place], words[place + 1 :]


def missing_program(text: str) -> str | None:
    """The program by which a command line, or the text of a script, starts logrotate, where it is named by its path and is not there."""
    programs = [
        words[place] for line in _reached(text) for words in _commands(line) for place in range(len(words)) if _starts(words, place)
    ]
    return programs[0] if programs and all(_is_missing(program) for program in programs) else None


def _starts(words: t.Sequence[str], place: int) -> bool:
    """Whether a word is a program: the first, or behind others in a folder of programs; settings and locks may be called logrotate too."""
    folder, name = os.path.split(words[place])
    if _only_named(words, place) or "=" in words[place]:
        return False
    return "logrotate" in name if place == 0 else name == "logrotate" and (not folder or os.path.basename(folder) in ("bin", "sbin"))


def _is_missing(program: str) -> bool:
    if not program.startswith("/") or re.search(r"[$*?\[]", program):
        return False
    try:
        os.stat(program)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def of_service(exec_start: str) -> list[str]:
    """The command lines in the property ExecStart of a unit."""
    return [found.strip() for found in _ARGV.findall(exec_start)]


def _reached(text: str) -> list[str]:
    """The lines without comments, up to an exit that stands in no condition."""
    depth, lines = 0, []
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        bare = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if not bare:
            continue
        if depth == 0 and _EXIT.fullmatch(bare):
            break
        words = re.split(r"[\s;]+", bare)
        depth = max(depth + sum(word in _OPEN for word in words) - sum(word in _CLOSE for word in words), 0)
        lines.append(bare)
    return lines


def _commands(line: str) -> list[list[str]]:
    parts = re.split(r"[;&|()`]", line)
    return [words for part in parts if (words := [word.strip("\"'") for word in part.split()])]


def _only_named(words: t.Sequence[str], place: int) -> bool:
    before = words[:place]
    first = next((word for word in words if word not in ("if", "then", "else", "elif", "!", "while", "do")), "")
    return os.path.basename(first) in _NAMES_ONLY or bool(before and before[-1] in ("-x", "-v", "-e", "-f", "-t"))


def _of_arguments(program: str, words: t.Sequence[str], config: str) -> Message | None:
    files: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _NO_RUN or re.fullmatch(r"-[vf]*d[a-z]*", word):
            return phrase("it starts logrotate with {option}, which rotates nothing", option=word)
        elif re.match(r"\d?[<>]", word):
            skip = word.endswith((">", "<"))
        elif word in _WITH_VALUE or re.fullmatch(r"-[vf]*[sml]", word):
            skip = True
        elif not word.startswith("-"):
            files.append(word)
    if not files:
        if "/" in program and os.path.basename(os.path.dirname(program)) not in ("bin", "sbin"):
            return None  # a script of that name, which needs no arguments
        return phrase("it starts logrotate without a configuration")
    if any(_is(one, config) for one in files):
        return None
    return phrase("it starts logrotate with {file:path}, not with {config:path}", file=files[0], config=config)


def _is(word: str, config: str) -> bool:
    if "$" in word or "*" in word:
        return True
    return os.path.normpath(word) == os.path.normpath(config) or os.path.realpath(word) == os.path.realpath(config) or os.path.isdir(word)


__all__ = ("missing_program", "not_rotating", "of_service", "state_file")
