# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be told of an archive_command of PostgreSQL by reading it. PRIVATE to the collection.

A script may do anything, so that it is not judged; what is judged does nothing, or is known to archive elsewhere.
"""

from __future__ import annotations

import re
import shlex

from .._message import one_line
from .._phrase import Message, phrase

PGBACKREST = "pgbackrest"
BARMAN = "barman"
HIDDEN = phrase(
    "archive_command ends well whatever happens (by its last words): PostgreSQL removes WAL that was not archived, and nothing tells"
)
_BETWEEN = re.compile(r"[;&|()\n]+")
_IDLE = frozenset({"true", ":", "exit", "return", "echo", "printf", "test", "[", "[[", "mkdir", "cd", "set"})
_COPY = frozenset({"cp", "mv", "ln", "dd", "cat", "install", "rsync", "scp", "gzip", "bzip2", "xz", "lz4", "zstd", "pigz", "tee"})
_OTHERS = frozenset({"wal-g", "wal-e", "pg_probackup", "omnipitr-archive", "pghoard_postgres_command"})
_ELSEWHERE = {
    PGBACKREST: _COPY | _OTHERS | {"barman-wal-archive", "barman-cloud-wal-archive"},
    BARMAN: _OTHERS | {"pgbackrest"},
}
_ALWAYS_WELL = re.compile(r"(?:(?:\|\||;)\s*(?:\S*/true|true|:|exit\s+0)|(?<!&)&)\s*;?\s*$")


def cannot_archive(command: str, tool: str) -> Message | None:
    """Says why this command cannot archive into a repository of ``tool``; None for one that may."""
    if not command.strip():
        return phrase("archive_command is empty: PostgreSQL keeps its WAL and archives none")
    words = _words(command)
    if words is None:
        return None
    shown = _shown(command, words)
    programs = [program for program in _programs(words) if program not in _IDLE]
    if not programs:
        return phrase("archive_command does nothing ({command}): PostgreSQL removes its WAL, and none is archived", command=shown)
    if not re.search(r"%[pf]", " ".join(words)):
        return phrase("archive_command is not told which file to archive ({command} has no %p)", command=shown)
    if all(program in _ELSEWHERE[tool] for program in programs):
        return phrase("archive_command archives elsewhere ({command}), not with {tool}", command=shown, tool=tool)
    return None


def hides_failures(command: str) -> bool:
    """Whether it ends well whatever happens."""
    words = _words(command)
    return words is not None and bool(_ALWAYS_WELL.search(" ".join(words)))


def _shown(command: str, words: list[str]) -> str:
    """What may hold a secret is not shown."""
    return one_line(" ".join(_programs(words)) if re.search(r"=|://", command) else command, 80)


def _words(command: str) -> list[str] | None:
    """As a shell takes them, without comments; None where it would not."""
    try:
        lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError:
        return None


def _programs(words: list[str]) -> list[str]:
    """The first word of each command."""
    found, begins = [], True
    for word in words:
        if _BETWEEN.fullmatch(word):
            begins = True
        elif begins and not re.match(r"\w+=", word) and word not in ("if", "then", "else", "fi", "!", "{", "}", "exec"):
            found.append(word.rpartition("/")[2])
            begins = False
    return found


__all__ = ("BARMAN", "HIDDEN", "PGBACKREST", "cannot_archive", "hides_failures")
