# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from hosts, servers and tools made one harmless line, cut where it is too long. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import contextvars
import re
import typing as t
import unicodedata

BOUND = 1000  # columns of a message
# CSI and OSC sequences whole, so that no "[31m" is left of them
_TERMINAL = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|\x9b[0-?]{0,64}[@-~]")
_SPACES = re.compile(r" {2,}")
_NO_BREAK = "\u00a0\u202f"  # as French typography has them
_hide: contextvars.ContextVar[t.Callable[[str], str] | None] = contextvars.ContextVar("hide", default=None)


@contextlib.contextmanager
def withholding(hide: t.Callable[[str], str]) -> t.Iterator[None]:
    """Meanwhile, in this thread, what is secret is taken out of a text before it is cut or cleaned: of a part nobody could tell it."""
    before = _hide.set(hide)
    try:
        yield
    finally:
        _hide.reset(before)


def hidden(text: str) -> str:
    """The text without what is secret here."""
    hide = _hide.get()
    return text if hide is None else hide(text)


def one_line(value: object, limit: int = BOUND) -> str:
    """One harmless line: no control character, terminal sequence, line break, text direction mark or lone surrogate; shortened."""
    return shorten(hidden(folded(hidden(str("" if value is None else value))[: limit * 2 + 2000])[: limit * 2]), limit)


def folded(text: str) -> str:
    """The whole text as one harmless line."""
    text = _TERMINAL.sub("", text)
    if not text.isprintable():  # which is false for every category that _harmless knows
        text = "".join(character if character.isprintable() else _harmless(character) for character in text)
    return _SPACES.sub(" ", text).strip()


def harmless(text: str) -> str:
    """The text without what a terminal would obey; its lines and columns stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _harmless(c) for c in _TERMINAL.sub("", text))


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if character in _NO_BREAK:
        return character
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category == "Cf":  # direction marks, zero width characters, soft hyphens
        return ""
    if category in ("Cs", "Co", "Cn"):
        return "?"
    return character


def is_shown(character: str) -> bool:
    """Whether a character stays what it is where a text is shown."""
    return character.isprintable() or character in _NO_BREAK


def first_line(said: object, otherwise: str | None = None, limit: int = BOUND) -> str:
    """The first line in which a tool, a server or an exception says something, without the full stop at its end.

    ``otherwise`` where nothing is said; of an exception its kind, unless told otherwise.
    """
    for line in hidden(str("" if said is None else said)).splitlines():
        shown = one_line(line, limit).rstrip(".")
        if shown:
            return shown
    return (type(said).__name__ if isinstance(said, BaseException) else "nothing") if otherwise is None else otherwise


def lines_of(said: str, limit: int = BOUND) -> list[str]:
    """The lines in which something is said, each harmless and cut."""
    return [shown for line in hidden(said).split("\n") if (shown := one_line(line, limit))]


def shorten(text: str, limit: int, mark: str = "…") -> str:
    """At most ``limit`` columns, with a mark where it was cut."""
    if len(text) <= limit and columns(text) <= limit:
        return text
    kept, used = [], 0
    for character in text[:limit]:
        used += columns(character)
        if used > limit - len(mark):
            break
        kept.append(character)
    return "".join(kept).rstrip() + mark


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


__all__ = (
    "BOUND",
    "columns",
    "first_line",
    "folded",
    "harmless",
    "hidden",
    "is_shown",
    "lines_of",
    "one_line",
    "shorten",
    "withholding",
)
