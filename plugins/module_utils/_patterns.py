# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of others, where they can be ended. PRIVATE to the collection.

Python's engine tries all ways in which an expression may fit, holds the interpreter meanwhile, and nothing within the process can stop it:
``(a+)+$`` against thirty characters runs for minutes. So an expression that may do so runs in a child, whose time the kernel measures: it
ends even where this process has been killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import subprocess
import sys
import threading
import time
import typing as t

SECONDS = 2.0  # for one expression on one text
LONGEST = 10_000  # characters of an expression
_SMALL = 2000  # characters of a text in which a single repetition is no danger
_GRACE = 5.0  # for a busy machine to start a child and to answer

# one line a question, one an answer; the alarm kills the child in the midst of the engine
_CHILD = """\
import json, re, signal, sys
for line in sys.stdin:
    seconds, pattern, flags, text = json.loads(line)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        if isinstance(text, list):
            answer = {"found": [bool(re.match(pattern, one, flags)) for one in text]}
        elif isinstance(text, dict):
            found = (re.search(pattern, one, flags) for one in text["each"])
            answer = {"found": [match and match.groupdict() for match in found]}
        else:
            match = re.search(pattern, text, flags)
            answer = {"found": match and match.groupdict()}
    except Exception as exc:
        answer = {"refused": str(exc)[:200]}
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
"""


class NotSearched(ValueError):
    """An expression that has no answer here. The message says why."""


def search(pattern: str, text: str, *, flags: int = 0, within: float = SECONDS) -> bool:
    """Whether the expression is found in the text, as ``re.search`` says. NotSearched when it is none, or does not end in time."""
    return find(pattern, text, flags=flags, within=within) is not None


def find(pattern: str, text: str, *, flags: int = 0, within: float = SECONDS) -> dict[str, str | None] | None:
    """What the named groups of the expression hold where it is found in the text, None where it is not. NotSearched."""
    if len(pattern) > LONGEST:
        raise NotSearched(f"the regular expression has more than {LONGEST} characters")
    if cannot_run_away(pattern, text):
        try:
            match = re.search(pattern, text, flags)
        except (re.error, OverflowError, RecursionError) as exc:
            raise NotSearched(f"this is not a regular expression: {exc}") from None
        return match.groupdict() if match else None
    answer = _children.ask([within, pattern, int(flags), text], within)
    if "refused" in answer:
        raise NotSearched(f"this is not a regular expression: {answer['refused']}")
    return t.cast("dict[str, str | None] | None", answer["found"])


def matching(pattern: str, texts: t.Sequence[str], *, within: float = SECONDS) -> list[str]:
    """The texts at whose start the expression fits, as ``re.match`` says; ``within`` for all of them. NotSearched."""
    if len(pattern) > LONGEST:
        raise NotSearched(f"the regular expression has more than {LONGEST} characters")
    if all(cannot_run_away(pattern, text) for text in texts):
        try:
            return [text for text in texts if re.match(pattern, text)]
        except (re.error, OverflowError, RecursionError) as exc:
            raise NotSearched(f"this is not a regular expression: {exc}") from None
    answer = _children.ask([within, pattern, 0, list(texts)], within)
    if "refused" in answer:
        raise NotSearched(f"this is not a regular expression: {answer['refused']}")
    return [text for text, fits in zip(texts, t.cast("list[bool]", answer["found"])) if fits]


def find_each(pattern: str, texts: t.Sequence[str], *, within: float = SECONDS) -> list[dict[str, str | None] | None]:
    """What ``find`` says of each of these texts; ``within`` for all of them. NotSearched."""
    if len(pattern) > LONGEST:
        raise NotSearched(f"the regular expression has more than {LONGEST} characters")
    answer = _children.ask([within, pattern, 0, {"each": list(texts)}], within)
    if "refused" in answer:
        raise NotSearched(f"this is not a regular expression: {answer['refused']}")
    return t.cast("list[dict[str, str | None] | None]", answer["found"])


def cannot_run_away(pattern: str, text: str) -> bool:
    """At most one repetition, and no group: the engine has few ways to try."""
    return not re.search(r"[(\\]", pattern) and len(re.findall(r"[*+?{]", pattern)) <= (1 if len(text) <= _SMALL else 0)


class _Children:
    """Children that wait for a question. They end with the pipe that they read from, and so with this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[subprocess.Popen[bytes]] = []

    def forget(self) -> None:
        """After a fork: they are the parent's, and must see that the parent has ended."""
        self._lock = threading.Lock()
        others, self._idle = self._idle, []
        for child in others:
            child.returncode = 0  # it is no child of this process
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    t.cast("t.IO[bytes]", stream).close()

    def ask(self, question: list[float | str | int | list[str] | dict[str, list[str]]], within: float) -> dict[str, object]:
        child = self._take()
        answered = False
        try:
            answer = _answer(child, json.dumps(question).encode("ascii") + b"\n", within)
            answered = True
            return answer
        finally:
            if answered:
                with self._lock:
                    self._idle.append(child)
            else:
                _end(child)

    def _take(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        try:
            return subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # it goes on; in threads
                [sys.executable, "-I", "-S", "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError) as exc:
            raise NotSearched(f"no process for the regular expression can be started: {exc}") from None


def _answer(child: subprocess.Popen[bytes], question: bytes, within: float) -> dict[str, object]:
    """NotSearched where the child is silent, or has ended."""
    deadline = time.monotonic() + within + _GRACE
    writing, reading = t.cast("t.IO[bytes]", child.stdin).fileno(), t.cast("t.IO[bytes]", child.stdout).fileno()
    got = b""
    try:
        while question or not got.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready, free, _none = select.select([reading], [writing] if question else [], [], max(left, 0.0))
            if left <= 0 or not (ready or free):
                break
            if free:
                question = question[os.write(writing, question[: select.PIPE_BUF]) :]
            if ready:
                more = os.read(reading, 65536)
                if not more:
                    break
                got += more
    except (BrokenPipeError, ValueError):
        pass
    if not got.endswith(b"\n"):
        raise NotSearched(f"the regular expression did not end within {within:g} s and was stopped")
    return t.cast("dict[str, object]", json.loads(got))


def _end(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            t.cast("t.IO[bytes]", stream).close()
    child.kill()
    child.wait()


_children = _Children()
os.register_at_fork(after_in_child=_children.forget)

__all__ = ("LONGEST", "SECONDS", "NotSearched", "cannot_run_away", "find", "find_each", "matching", "search")
