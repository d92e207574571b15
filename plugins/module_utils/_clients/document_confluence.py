# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the storage format of Confluence has besides HTML: macros, tasks, links by title. PRIVATE to the collection.

What a macro has in it is content. A macro without anything in it is made where the page is shown: ``{children}`` was not seen. Links by
title cannot be followed, and get an address of their own (``confluence:Title``). Runs in the process of ``document_program``.
"""

from __future__ import annotations

import typing as t

from .document_building import Builder

_SHOWS_NOTHING = frozenset((
    "toc", "toc-zone", "anchor", "contributors", "contributors-summary", "change-history", "livesearch", "pagetreesearch",
    "recently-updated", "create-from-template", "profile", "details", "panel", "info", "note", "tip", "warning", "expand", "code",
    "noformat", "section", "column", "excerpt", "div", "span", "style", "html", "numberedheadings", "navmap", "favpage", "labels",
))  # fmt: skip
_HIDDEN = frozenset(("ac:parameter", "ac:task-id", "ac:task-uuid", "ac:task-status", "ac:placeholder", "ac:default-parameter"))
_BLOCKS = frozenset((
    "ac:layout", "ac:layout-section", "ac:layout-cell", "ac:rich-text-body", "ac:task-list", "ac:task", "ac:structured-macro", "ac:macro",
    "ac:adf-extension",
))  # fmt: skip
_MACROS = ("ac:structured-macro", "ac:macro")
_DEEPEST = 200  # macros within macros that are told apart
_SCHEME = "confluence:"


class _Macro(t.NamedTuple):
    name: str
    line: int


class Confluence:
    """``text`` is told what stands where text may; it says whether that was all, so that nobody else need show it."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._macros: list[_Macro] = []
        self._filled: list[bool] = []  # whether each has something in it
        self._named: list[str] = []  # what its parameters name
        self._parameter = ""
        self._hidden: list[str] = []  # elements of which nothing is shown
        self._status = ""
        self._link: tuple[str, int, bool] | None = None  # title, line, whether words were seen
        self._image: tuple[str, str, int] | None = None
        self._plain = False

    @property
    def is_hidden(self) -> bool:
        return bool(self._hidden)

    def text(self, text: str, line: int) -> bool:
        if self._hidden:
            said = " ".join(text.split())[:200]
            if self._hidden[-1] == "ac:task-status":
                self._status = (self._status + said)[:40]
            elif said and self._hidden[-1] == "ac:parameter" and self._macros:
                if self._macros[-1].name == "status" and self._parameter == "title":
                    self.builder.words(said, line)
                elif self._parameter in ("", "page", "name", "diagramname", "url", "key", "filename"):
                    self._named[-1] = said
            return True
        if self._plain and self._macros and text.strip():
            self._fill()
            self.builder.code(text, line)
            return True
        if text.strip():
            self._fill()
            if self._link is not None:
                self._link = (*self._link[:2], True)
        return False

    def start(self, name: str, values: t.Mapping[str, str], line: int) -> None:
        closed = "/" in values
        if name in _MACROS:
            self.builder.end() if values.get("ac:name") != "status" else None
            if len(self._macros) < _DEEPEST:
                self._macros.append(_Macro(values.get("ac:name", "").lower()[:60], line))
                self._filled.append(False)
                self._named.append("")
            if closed:
                self.end(name)
        elif name in _HIDDEN and not closed and len(self._hidden) < _DEEPEST:
            self._hidden.append(name)
            self._parameter = values.get("ac:name", "").lower() if name == "ac:parameter" else ""
        elif name == "ac:plain-text-body":
            self._plain = True
        elif name == "ac:task":
            self.builder.end()
            self._status = ""
        elif name == "ac:task-body":
            self.builder.words("[x] " if self._status == "complete" else "[ ] ", line)
        elif name == "ac:link" and not closed and not self._hidden:
            self._link = (values.get("ac:anchor", ""), line, False)
            self.builder.link_start(_SCHEME + values.get("ac:anchor", "")[:300], line)
        elif name == "ac:image":
            self._image = ("", values.get("ac:alt", values.get("ac:title", "")), line)
        elif name.startswith("ri:"):
            self._resource(name, values, line)
        elif name == "time" and values.get("datetime") and not self._hidden:
            self.builder.words(values["datetime"], line)
        if name in _BLOCKS and name not in _MACROS:
            self.builder.end()

    def _resource(self, name: str, values: t.Mapping[str, str], line: int) -> None:
        title = next((values[key] for key in ("ri:content-title", "ri:filename", "ri:value", "ri:space-key") if values.get(key)), "")
        if name == "ri:user":
            title = "@" + (values.get("ri:username") or values.get("ri:account-id") or values.get("ri:userkey") or "")
        if self._image is not None:
            self._image = (title if name == "ri:url" else _SCHEME + title, *self._image[1:])
        elif self._hidden:
            if self._macros:
                self._named[-1] = title[:200]
        elif self._link is not None:
            self._link = (title, *self._link[1:])
        elif title:
            self.builder.words(title, line)

    def end(self, name: str) -> None:
        if name in _MACROS and self._macros:
            self._end_macro()
        elif name in _HIDDEN:
            if self._hidden and name in self._hidden:
                del self._hidden[self._hidden.index(name) :]
        elif name == "ac:plain-text-body":
            self._plain = False
        elif name == "ac:link" and self._link is not None:
            title, line, worded = self._link
            self._link = None
            if title and not worded:
                self._fill()
                self.builder.words(title, line)
            self.builder.link_end()
        elif name == "ac:image" and self._image is not None:
            target, alternative, line = self._image
            self._image = None
            self._fill()
            self.builder.end()
            self.builder.picture(target or _SCHEME, alternative, line)
        if name in _BLOCKS and name not in _MACROS:
            self.builder.end()

    def _end_macro(self) -> None:
        macro, filled, named = self._macros.pop(), self._filled.pop(), self._named.pop()
        if macro.name == "status":
            self._fill()
            return
        if not filled and macro.name not in _SHOWS_NOTHING:
            self._fill()
            self.builder.end()
            self.builder.words(f"{{macro {macro.name or '?'}{': ' + named if named else ''}}}".replace("\n", " "), macro.line)
        elif filled:
            self._fill()
        self.builder.end()

    def _fill(self) -> None:
        if self._filled:
            self._filled[-1] = True


__all__ = ("Confluence",)
