# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown as GitHub reads it, by markdown-it-py. PRIVATE to the collection.

Runs in the process of ``document_program``.
"""

from __future__ import annotations

import re
import typing as t

from .document_building import CELLS, CODE, HEAD, ROW, Builder
from .document_html import HtmlReader

_REFERENCE = re.compile(r"(?<![\w\]\\!)])!?\[([^\[\]]{1,300})\]\[([^\[\]]{0,300})\](?![\[(])")
_SPACED = re.compile(r"(?<![\w\]\\])\[([^\[\]\n]{1,300})\]\(([^()<>\"'\n]{1,300})\)")
# classes of characters and keys: [0-9][a-z], [Ctrl][C]
_NO_LABEL = re.compile(
    r"\^?(?:\w-\w|\\\w|.){1,3}|(?i:ctrl|control|alt|altgr|shift|maj|cmd|enter|entr[ée]e|tab|esc|echap|del|suppr|space|f\d{1,2})"
)
# of MyST: what it makes stands elsewhere
_DIRECTIVE = re.compile(r"\s*\{(include|literalinclude|contents|toctree)\}\s*(.*)")
_DEEPEST = 100  # blocks within blocks


class _Token(t.Protocol):
    """What is used of a token of markdown-it-py."""

    type: str
    tag: str
    content: str
    markup: str
    info: str
    map: list[int] | None
    children: list[_Token] | None
    nesting: int

    def attrGet(self, name: str) -> str | int | float | None: ...  # noqa: N802 # its name


def read_markdown(text: str, builder: Builder) -> None:
    from markdown_it import MarkdownIt  # noqa: PLC0415 # where there is Markdown to read

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"]).disable("text_join")
    # what a link leads to is judged elsewhere, and is shown as it is written
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    environment: dict[str, object] = {}
    _Reader(builder).read(t.cast("list[_Token]", parser.parse(text, environment)))


class _Reader:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.html = HtmlReader(builder, slugs=True)
        self.line = 1
        self._struck = 0
        self._seen: list[str] = []  # the inline text with what is no text blanked, to look for references

    def read(self, found: list[_Token]) -> None:
        head = False
        for token in found:
            if token.map and token.nesting >= 0:
                self.line = token.map[0] + 1
            kind = token.type
            if kind == "inline":
                self._inline(token)
            elif kind == "heading_open":
                self.builder.heading_start(int(token.tag[1:]), self.line)
            elif kind == "heading_close":
                self.builder.heading_end(slugs=True)
            elif kind in ("fence", "code_block"):
                directive = _DIRECTIVE.fullmatch(token.info[:500]) if kind == "fence" else None
                if directive and self.html.shows:
                    self.builder.end()
                    self.builder.words(f".. {directive.group(1)}:: {directive.group(2)}", self.line)
                    self.builder.end()
                elif self.html.shows:
                    self.builder.code(token.content, self.line + (kind == "fence"))
            elif kind == "html_block":
                self.html.feed(token.content, self.line)
                self.builder.end()
            elif kind == "tr_close":
                self.builder.end_as(HEAD if head else ROW)
            elif kind in ("thead_open", "thead_close"):
                head = kind == "thead_open"
            elif kind in ("td_close", "th_close"):
                self.builder.words(CELLS, self.line)
            elif kind == "tr_open":
                self.builder.row_start()
            elif kind not in ("td_open", "th_open", "tbody_open", "tbody_close"):
                self.builder.end()
        self.html.close()

    def _inline(self, token: _Token) -> None:
        self._seen = []
        start = self.line
        run: list[str] = []  # text that stands side by side, in which addresses are looked for
        for child in token.children or []:
            if child.type == "text" or (child.type == "text_special" and child.info == "entity"):
                run.append(child.content)
            else:
                self._end_run(run)
            self._child(child)
        self._end_run(run)
        self._struck = 0
        self.html.end_inline()
        seen = "".join(self._seen)
        if "][" in seen or "](" in seen:
            self._undefined(seen, start)

    def _end_run(self, run: list[str]) -> None:
        if run and not self.builder.in_link and self._shows:
            text = "".join(run)
            if "://" in text:
                self.builder.bare_links(text, self.line)
        run.clear()

    def _child(self, child: _Token) -> None:
        kind = child.type
        if kind in ("s_open", "s_close"):
            self._struck = max(0, self._struck + child.nesting)
            return
        if kind in ("text", "text_special"):
            self._seen.append(CODE if kind == "text_special" else child.content)
            self._words(child.content)
        elif kind in ("softbreak", "hardbreak"):
            self.line += 1
            self._seen.append("\n")
            if self._shows:
                self.builder.new_line(self.line)
        elif kind == "code_inline":
            self._seen.append(CODE)
            self._words(child.content)
            if self._shows:
                self.builder.inline_code(child.content, self.line)
        elif kind == "link_open":
            self._seen.append(CODE)
            if self._struck:
                return
            self.builder.link_start(str(child.attrGet("href") or ""), self.line)
        elif kind == "link_close":
            self.builder.link_end()
        elif kind == "image":
            self._seen.append(CODE)
            if self._shows:
                self.builder.picture(str(child.attrGet("src") or ""), child.content, self.line)
        elif kind == "html_inline":
            self._seen.append(CODE)
            self.html.feed(child.content, self.line)

    @property
    def _shows(self) -> bool:
        return self.html.shows and not self._struck

    def _words(self, text: str) -> None:
        if self._struck:
            self.builder.struck(text)
        elif self.html.shows:
            self.builder.words(text, self.line)
        else:
            self.html.text(text, self.line)

    def _undefined(self, seen: str, line: int) -> None:
        for found in _REFERENCE.finditer(seen):
            label = found.group(2).strip() or found.group(1).strip()
            if label.isdigit() or CODE in label or label.startswith("^"):
                continue
            if found.group(2) and _NO_LABEL.fullmatch(found.group(1)) and _NO_LABEL.fullmatch(label):
                continue
            self.builder.undefined(label, line + seen.count("\n", 0, found.start()), "reference")
        for found in _SPACED.finditer(seen):
            target = found.group(2).strip()
            if re.search(r"\s", target) and ("/" in target or re.search(r"\.\w{2,5}$", target)):
                self.builder.undefined(target, line + seen.count("\n", 0, found.start()), "space")


__all__ = ("read_markdown",)
