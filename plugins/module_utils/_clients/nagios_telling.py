# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes whom Nagios tells, and whether it does: escalations, dependencies, missing programs. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import shlex
import typing as t

from .._phrase import Message, phrase
from .classic import Key, Period, as_seconds

Block = t.Mapping[str, str]
_LETTERS = {"host": ("o", "d", "u"), "service": ("o", "w", "c", "u")}  # by the state
_NAMES = {"host": ("UP", "DOWN", "UNREACHABLE"), "service": ("OK", "WARNING", "CRITICAL", "UNKNOWN")}
_BETWEEN = re.compile(r"[|;&()\n]+")  # what stands between two programs of a command line


def names_of(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def asks(options: str, letter: str) -> bool:
    """Whether options have a state: ``r,d,u``, ``a`` for all, ``n`` for none."""
    letters = names_of(options)
    return letter in letters or "a" in letters


def escalated(defined: Block, escalations: t.Iterable[Block], letter: str, periods: t.Mapping[str, Period]) -> Block:
    """Whom an object tells first: its own contacts, or in their place those of the escalations that count from the first notification on.

    ``escalations``: those of the object; ``letter``: of the state that is told.
    """
    found = [
        block
        for block in escalations
        if (as_seconds(block.get("first_notification")) or 0.0) <= 1
        and asks(block.get("escalation_options", "a"), letter)
        and not _is_shut(periods.get(block.get("escalation_period", "")))
    ]
    if not found:
        return defined
    return {name: ",".join(part for block in found for part in names_of(block.get(name))) for name in ("contacts", "contact_groups")}


def _is_shut(period: Period | None) -> bool:
    return period is not None and (period.never or period.inside is False)


def held_back(dependencies: t.Iterable[Block], states: t.Mapping[Key, Block], periods: t.Mapping[str, Period]) -> Message | None:
    """Why an object with these dependencies does not tell now; ``states``: what the status file says of what it depends on."""
    for block in dependencies:
        options = block.get("notification_failure_options", block.get("notification_failure_criteria", ""))
        key = (block.get("host_name", ""), block.get("service_description", ""))
        master = states.get(key)
        if not options or master is None or _is_shut(periods.get(block.get("dependency_period", ""))):
            continue
        kind = "service" if key[1] else "host"
        pending = master.get("has_been_checked", "1") == "0"
        number = int(master.get("last_hard_state", master.get("current_state", "0")))
        letter = "p" if pending else _LETTERS[kind][number] if 0 <= number < len(_LETTERS[kind]) else ""
        if asks(options, letter):
            return phrase(
                "it depends on {master}, which is {state}",
                master=phrase("{service} on {host}", service=key[1], host=key[0]) if key[1] else key[0],
                state="PENDING" if pending else _NAMES[kind][number],
            )
    return None


def is_here(program: Block) -> bool:
    """Whether that Nagios runs on this host, and sees its files: not in a container, nor elsewhere."""
    number = program.get("nagios_pid", "")
    if not number.isdigit():
        return False
    try:
        with open(f"/proc/{number}/comm", encoding="utf-8", errors="replace") as file:
            if not file.read().startswith(("nagios", "naemon")):
                return False
        return os.path.samefile(f"/proc/{number}/root", "/")
    except PermissionError:  # of another user
        return True
    except OSError:
        return False


def missing_program(command_line: str) -> str:
    """The first program of a command line that is not on this host; "" where each is there, or cannot be told. Full paths alone tell."""
    try:
        lexer = shlex.shlex(command_line, posix=True, punctuation_chars="|;&()")
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = list(lexer)
    except ValueError:
        return ""
    begins = True
    for word in words:
        if _BETWEEN.fullmatch(word):
            begins = True
        elif begins and not re.match(r"\w+=", word):
            begins = False
            if word.startswith("/") and "$" not in word and _is_missing(word):
                return word
    return ""


def _is_missing(path: str) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


__all__ = ("asks", "escalated", "held_back", "is_here", "missing_program", "names_of")
