# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML, read once from its start to its end, whatever it is. PRIVATE to the collection.

The standard library's reader looks for the end of each tag and comment again and again where there is none. This one knows after the
first time. Runs in the process of ``document_program``.
"""

from __future__ import annotations

import html
import re
import typing as t

from .document_building import SUMMARY, Builder
from .document_confluence import Confluence
from .document_frame import AROUND, Boxes, is_frame, is_side, unfolds
from .html_tables import Layout, spans_of

_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>=][^\s/>=]*)")
_EQUALS = re.compile(r"\s*=\s*")
_UNQUOTED = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"[\s/]*")
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "template"))
_STRUCK = frozenset(("del", "s", "strike"))
_INLINE = frozenset(("a", "b", "em", "font", "i", "small", "span", "strong", "u"))
_BLOCKS = frozenset((
    "address", "article", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "menu", "nav", "ol", "p", "section", "summary", "table",
    "tbody", "tfoot", "thead", "ul",
))  # fmt: skip
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[^;]{0,40}line-through)", re.IGNORECASE
)
_CONTENTS = re.compile(r"(?:^|\s)(?:toc|toc-macro|table-of-contents|toc-indentation)(?:\s|$)")  # a list of the headings of the page
# who writes <insert phone> means no tag
_PROMPTS = frozenset(("insert", "enter", "fill", "todo", "tbd", "put", "replace", "complete", "your", "votre", "indiquer", "renseigner"))
_LEVEL = re.compile("h[1-6]")
_INCLUDES = frozenset(("include", "xi:include", "esi:include", "import"))
_INCLUDED = re.compile(r"\s*[#@]include\b")
_FOREIGN = ("ac:", "ri:", "at:")  # tags of Confluence
_LONGEST_TAG = 20_000


class Token(t.NamedTuple):
    """``kind`` is text, plain (taken as it is), raw, comment, start or end; ``value`` the text, or the name of the tag.

    A tag of Confluence that closes itself has the attribute ``/``.
    """

    kind: str
    value: str
    attributes: t.Mapping[str, str]
    line: int


_NONE: t.Mapping[str, str] = {}


def tokens(text: str, line: int = 1) -> t.Iterator[Token]:
    at, counted = 0, 0
    size = len(text)
    no_end = False  # no ">" comes any more
    foreign = False  # there are tags of Confluence, which has CDATA where HTML has none
    closed: dict[str, re.Pattern[str]] = {}
    while at < size:
        start = text.find("<", at)
        line += text.count("\n", counted, at)
        counted = at
        if start < 0:
            yield Token("text", text[at:], _NONE, line)
            return
        if start > at:
            yield Token("text", text[at:start], _NONE, line)
            line += text.count("\n", counted, start)
            counted = start
        if text.startswith("<!--", start):
            end = text.find("-->", start + 2)  # <!--> is one too
            yield Token("comment", text[start + 4 : max(end, start + 4) if end >= 0 else size], _NONE, line)
            at = end + 3 if end >= 0 else size
            continue
        if foreign and text.startswith("<![CDATA[", start):
            end = text.find("]]>", start + 9)
            yield Token("plain", text[start + 9 : end if end >= 0 else size], _NONE, line)
            at = end + 3 if end >= 0 else size
            continue
        following = text[start + 1 : start + 2]
        closing = following == "/"
        found = _NAME.match(text, start + 1 + closing)
        if not found:
            if following not in ("!", "?", "/"):
                yield Token("text", "<", _NONE, line)
                at = start + 1
                continue
            end = text.find(">", start)
            at = end + 1 if end >= 0 else size
            continue
        if no_end or text.find(">", start) < 0:
            no_end = True
            return  # a tag without an end: nothing of it is shown
        name = found.group()[:40].lower()
        attributes, at = _attributes(text, found.end())
        if closing:
            yield Token("end", name, _NONE, line)
            continue
        if name.startswith(_FOREIGN) or name == "time":
            foreign = foreign or name != "time"
            if text[at - 2 : at] == "/>":
                attributes["/"] = ""
        yield Token("start", name, attributes, line)
        if name in _RAW:
            pattern = closed.setdefault(name, re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE))
            ends = pattern.search(text, at)
            stop = ends.start() if ends else size
            line += text.count("\n", counted, at)
            counted = at
            yield Token("raw", text[at:stop], _NONE, line)
            at = stop


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag from the end of its name, and where the tag ends."""
    attributes: dict[str, str] = {}
    while True:
        found = _ATTRIBUTE.match(text, at)
        if not found:
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr] # it fits nothing too
            if text[at : at + 1] == "=":
                at += 1
                continue
            return attributes, at + 1
        name, at = found.group(1)[:40].lower(), found.end()
        value = ""
        equals = _EQUALS.match(text, at)
        if equals:
            at = equals.end()
            quote = text[at : at + 1]
            if quote in ("'", '"') and quote:
                end = text.find(quote, at + 1)
                end = end if end >= 0 else len(text)
                value, at = text[at + 1 : end], end + 1
            else:
                unquoted = _UNQUOTED.match(text, at)
                value, at = unquoted.group(), unquoted.end()  # type: ignore[union-attr] # it fits nothing too
        if len(attributes) < 100:
            attributes.setdefault(name, html.unescape(value[:_LONGEST_TAG]))


class HtmlReader:
    """Tells a builder what stands in HTML: a whole page, or the pieces of it in another document."""

    def __init__(self, builder: Builder, *, slugs: bool = False) -> None:
        self.builder, self.slugs = builder, slugs
        self._around = self._preformatted = 0
        self._hidden: tuple[str, int] | None = None  # an element that is not shown, and how many of its name are open
        self._frame: tuple[str, int] | None = None  # an element of the page's frame, and how many of its name are open
        self._role: tuple[str, int] | None = None  # the same of an element that is a heading by its role
        self._boxes = Boxes()
        self._asides: list[bool] = []  # whether each that is open is of the frame
        self._struck = 0
        self._heading = False
        self._tables = Layout(builder)
        self._bold = 0
        self._raw = ""
        self._code: list[str] = []
        self._code_line = 0
        self._inline: list[str] | None = None  # what stands in <code>
        self._confluence = Confluence(builder)

    @property
    def shows(self) -> bool:
        return self._hidden is None and not self._struck

    def end_inline(self) -> None:
        """A paragraph of Markdown is over: a tag in it that has no end is a word in angle brackets."""
        self._struck = 0

    def feed(self, text: str, line: int = 1) -> None:
        for token in tokens(text, line):
            if token.kind == "text":
                self.text(html.unescape(token.value), token.line)
            elif token.kind == "plain":
                self.text(token.value, token.line)
            elif token.kind == "comment":
                if _INCLUDED.match(token.value):
                    self.text(" ".join(token.value.split())[:500], token.line)
                else:
                    self.builder.comment(token.value)
            elif token.kind == "raw":
                self._of_raw(token)
            elif token.kind == "start":
                self._start(token)
            else:
                self._end(token.value)

    def text(self, text: str, line: int) -> None:
        if self._struck and self._hidden is None:
            self.builder.struck(text)
            return
        if not self.shows or (self._around and not self._heading) or self._confluence.text(text, line):
            return
        if self._preformatted:
            self._code_line = self._code_line or line
            self._code.append(text)
            return
        if self._inline is not None:
            self._inline.append(text)
        if self._tables.in_row and text.strip():
            self._tables.said(bold=self._bold > 0)
        for number, piece in enumerate(text.split("\n")):
            if number:
                self.builder.words(" ", line + number)
            self.builder.words(piece, line + number)

    def _of_raw(self, token: Token) -> None:
        if self._raw == "title" and not self.builder.title:
            self.builder.title = html.unescape(token.value)
        elif self._raw in ("xmp", "textarea") and self.shows:
            self.builder.code(token.value, token.line)

    def _start(self, token: Token) -> None:
        name, values, builder = token.value, token.attributes, self.builder
        self._raw = name if name in _RAW else ""
        if self._hidden is not None:
            self._hidden = (self._hidden[0], self._hidden[1] + (self._hidden[0] == name))
            return
        unshown = "hidden" in values or (_HIDDEN.search(values.get("style", "")[:1000]) and not unfolds(values))
        if (unshown or (name in ("div", "ul") and _CONTENTS.search(values.get("class", "")[:1000]))) and name not in _VOID | _RAW:
            if name not in _INLINE:
                builder.end()
            self._hidden = (name, 1)
            return
        if name == "template":
            self._hidden = (name, 1)
            return
        if name.startswith(_FOREIGN) or (name == "time" and "/" in values):
            self._confluence.start(name, values, token.line)
            return
        if self._confluence.is_hidden:
            return
        if name in _INCLUDES:
            builder.words(f"<{name} {' '.join((*values, *values.values()))[:300].strip()}>", token.line)
            return
        if name in _PROMPTS:
            builder.words(f"<{' '.join((name, *values))}>", token.line)
            return
        for key in ("id", "name"):
            if values.get(key) and (key == "id" or name in ("a", "map")):
                builder.anchor(values[key], before=not re.fullmatch("h[1-6]", name))
        self._begin(name, values)
        if name in ("code", "kbd") and not self._preformatted:
            self._inline = []
        level = _level(name, values) if self._role is None else 0
        if level:
            builder.heading_end(slugs=self.slugs)
            builder.heading_start(level, token.line)
            self._boxes.heading()
            self._heading = True
            self._role = None if _LEVEL.fullmatch(name) else (name, 1)
            if values.get("id"):
                builder.anchor(values["id"])
        elif name == "a" and "href" in values and not self._around:
            builder.link_start(values["href"].strip(), token.line)
        elif name == "img":
            self._picture(values, token.line)
        elif name == "input":
            builder.password = builder.password or values.get("type", "").lower() == "password"
            builder.inputs.append(values.get("name", "")[:100])
        elif name == "script":
            builder.scripts += 1
        elif name == "meta" and values.get("name"):
            builder.field(values["name"], values.get("content", ""))
        elif name == "pre":
            builder.end()
            self._preformatted += 1
        elif name in ("b", "strong"):
            self._bold += 1
        else:
            self._block(name, values, token.line)

    def _begin(self, name: str, values: t.Mapping[str, str]) -> None:
        """What a tag says of where its content belongs."""
        self._boxes.start(name)
        if self._role is not None and self._role[0] == name:
            self._role = (name, self._role[1] + 1)
        if self._frame is not None:
            self._frame = (self._frame[0], self._frame[1] + (self._frame[0] == name))
        elif is_frame(name, values) and name not in _VOID | _RAW:
            self._frame = (name, 1)
            self._around += 1
        if name in AROUND:
            self._around += 1
        elif name == "aside":
            self._asides.append(is_side(values) or (not self.slugs and self._boxes.beside))
            self._around += self._asides[-1]
        elif name in _STRUCK:
            self._struck += 1

    def _finish(self, name: str) -> None:
        self._boxes.end(name)
        if self._frame is not None and self._frame[0] == name:
            left = self._frame[1] - 1
            self._frame = (name, left) if left else None
            self._around -= not left
        if name in AROUND:
            self._around = max(0, self._around - 1)
        elif name == "aside" and self._asides:
            self._around = max(0, self._around - self._asides.pop())
        elif name in _STRUCK:
            self._struck = max(0, self._struck - 1)

    def _picture(self, values: t.Mapping[str, str], line: int) -> None:
        if not self._around and values.get("src") and not values["src"].startswith("data:"):
            self.builder.picture(values["src"].strip(), values.get("alt", ""), line)

    def _block(self, name: str, values: t.Mapping[str, str], line: int) -> None:
        if name == "table":
            self._tables.table_start()
        elif name in ("thead", "tbody", "tfoot"):
            self._tables.group_start(head=name == "thead")
        elif name == "tr":
            self._tables.row_start()
        elif name in ("td", "th"):
            self._bold = 0
            self._tables.cell_start(name, line, spans_of(values.get("colspan"), 50), spans_of(values.get("rowspan"), 1000, 1000))
        if name in _BLOCKS and not self._heading:
            self.builder.end()

    def _end(self, name: str) -> None:
        builder = self.builder
        if self._hidden is not None:
            left = self._hidden[1] - (self._hidden[0] == name)
            self._hidden = (self._hidden[0], left) if left else None
            return
        if name.startswith(_FOREIGN):
            self._confluence.end(name)
            return
        self._finish(name)
        if name in ("code", "kbd") and self._inline is not None:
            builder.inline_code("".join(self._inline), 0)
            self._inline = None
        by_role = self._role is not None and self._role[0] == name
        if self._role is not None and by_role:
            self._role = (name, self._role[1] - 1) if self._role[1] > 1 else None
        if (by_role or _LEVEL.fullmatch(name)) and self._role is None:
            builder.heading_end(slugs=self.slugs)
            self._heading = False
        elif name == "a":
            builder.link_end()
        elif name == "pre" and self._preformatted:
            self._preformatted -= 1
            if not self._preformatted:
                builder.code("".join(self._code), self._code_line)
                self._code, self._code_line = [], 0
        elif name == "tr":
            self._tables.row_end()
        elif name == "table":
            self._tables.table_end()
            builder.end()
        elif name == "thead":
            self._tables.group_start(head=False)
        elif name in ("b", "strong"):
            self._bold = max(0, self._bold - 1)
        elif name == "summary" and not self._heading and not self._tables.in_row:
            builder.end_as(SUMMARY)
        elif name in _BLOCKS and not self._heading:
            builder.end()

    def close(self) -> None:
        self._tables.row_end()
        if self._code:
            self.builder.code("".join(self._code), self._code_line)
        self.builder.heading_end(slugs=self.slugs)


def _level(name: str, values: t.Mapping[str, str]) -> int:
    """Of a heading, which any element may be by its role; else 0."""
    if _LEVEL.fullmatch(name):
        return int(name[1])
    if values.get("role", "").strip().lower() != "heading" or name in _VOID | _RAW:
        return 0
    written = values.get("aria-level", "").strip()
    return min(6, int(written)) if re.fullmatch("[1-9]", written) else 2


def read_html(text: str, builder: Builder) -> None:
    reader = HtmlReader(builder)
    reader.feed(text)
    reader.close()


__all__ = ("HtmlReader", "read_html", "tokens")
