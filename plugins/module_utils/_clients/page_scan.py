# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a web page shows and asks for, read in one pass that never goes back. PRIVATE to the collection.

Not a parser of documents: it tells whether a page is one. Each character is looked at a bounded number of times, whatever is unclosed.
"""

from __future__ import annotations

import dataclasses
import html
import re
import typing as t

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}  # keeps every character in its place
_NAME = re.compile(r"[a-z][^\s/>]{0,40}")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s=>/]+)")
_EQUALS = re.compile(r"\s*=\s*")
_BARE_VALUE = re.compile(r"[^\s>]*")
_RAW = ("script", "style", "textarea", "title", "xmp", "noembed", "noframes")
_AROUND = ("nav", "header", "footer", "aside")
_KEPT = frozenset(("id", "name", "type", "src", "href", "http-equiv", "content", "charset", "rel", "hidden"))
_MOUNTS = re.compile(r"(root|app|__next|__nuxt|main-app|q-app|react-root|app-root|ember-app|svelte|reactroot|appmount|mount|application)")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_LENGTH, _STEPS = 500, 3
_LONGEST = 300  # characters of a title or heading that are looked at


@dataclasses.dataclass
class Page:
    """``words`` is the text without menus, headers and footers, ``below`` that without headings; ``around`` is theirs."""

    title: str = ""
    headings: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    words: str = ""
    below: str = ""
    around: str = ""
    without_script: str = ""
    anchors: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    password: bool = False
    scripts: int = 0
    code: str = ""  # the first characters of what stands in scripts
    mount: bool = False
    pictures: int = 0
    frames: int = 0
    steps: int = 0  # items of lists and blocks of code with words of their own, not those of links alone
    refresh: str = ""

    @property
    def main_headings(self) -> list[str]:
        return [text for level, text in self.headings if level <= 2 and text]

    @property
    def is_content(self) -> bool:
        """Whether it is of a real length, with steps or code: a page of its own, whatever its title is."""
        return len(self.words) >= _LENGTH and self.steps >= _STEPS


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page, in the encoding that its server or itself names."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    named = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(body[:2048])
    for name in (named.group(1).decode("ascii") if named else "utf-8", "utf-8"):
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    return body.decode("latin-1" if not named else "utf-8", "replace")


def scan(text: str) -> Page:
    return _Scanner(text).page()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.low = text, text.translate(_LOWER)
        self.found = Page()
        self.anchors: set[str] = set()
        self.inputs: set[str] = set()
        self.parts: list[str] = []
        self.below: list[str] = []
        self.around: list[str] = []
        self.silent: list[str] = []  # within noscript
        self.heading: tuple[int, list[str]] | None = None
        self.depth = {"around": 0, "noscript": 0, "template": 0}
        self.stepping = self.linked = False

    def page(self) -> Page:
        at, size = 0, len(self.text)
        while at < size:
            start = self.text.find("<", at)
            if start < 0:
                self._say(self.text[at:])
                break
            if start > at:
                self._say(self.text[at:start])
            at = self._markup(start)
        found = self.found
        found.words, found.around = _spaced(self.parts), _spaced(self.around)
        found.below = _spaced(self.below)
        found.without_script = _spaced(self.silent)
        found.anchors, found.inputs = frozenset(self.anchors), frozenset(self.inputs)
        return found

    def _markup(self, start: int) -> int:
        """Where to go on after what begins at a ``<``."""
        size = len(self.text)
        if self.text.startswith("<!--", start):
            end = self.text.find("-->", start + 2)
            return size if end < 0 else end + 3
        following = self.low[start + 1 : start + 2]
        if following in ("!", "?"):
            end = self.text.find(">", start)
            return size if end < 0 else end + 1
        if following == "/":
            end = self.text.find(">", start)
            name = _NAME.match(self.low, start + 2)
            if name:
                self._closed(name.group())
            return size if end < 0 else end + 1
        name = _NAME.match(self.low, start + 1)
        if not name:
            self._say("<")
            return start + 1
        values, at = self._attributes(name.end())
        if at > size:
            return size  # a tag that has no end is none
        return self._opened(name.group(), values, at)

    def _attributes(self, at: int) -> tuple[dict[str, str], int]:
        """Those that matter, and where the tag ends."""
        values: dict[str, str] = {}
        while True:
            match = _ATTRIBUTE.match(self.low, at)
            if not match:
                end = self.text.find(">", at)
                return values, (len(self.text) + 1 if end < 0 else end + 1)
            name, at = match.group(1), match.end()
            equals = _EQUALS.match(self.low, at)
            value = ""
            if equals:
                at = equals.end()
                quote = self.text[at : at + 1]
                if quote in ('"', "'"):
                    end = self.text.find(quote, at + 1)
                    if end < 0:
                        return values, len(self.text) + 1
                    value, at = self.text[at + 1 : end], end + 1
                else:
                    bare = t.cast("re.Match[str]", _BARE_VALUE.match(self.text, at))
                    value, at = bare.group(), bare.end()
            if name in _KEPT:
                values.setdefault(name, _plain(value[:2000]))

    def _opened(self, name: str, values: t.Mapping[str, str], at: int) -> int:
        found = self.found
        if not self.depth["template"] and name != "template":
            self.anchors.update(values[key] for key in ("id", "name") if values.get(key) and (key == "id" or name in ("a", "map")))
        if name in _RAW:
            end = self.low.find(f"</{name}", at)
            inside = self.text[at : end if end >= 0 else len(self.text)]
            if name == "title" and not found.title:
                found.title = " ".join(_plain(inside[: _LONGEST * 4]).split())[:_LONGEST]
            elif name in ("textarea", "xmp") and inside.strip():
                found.pictures += 1  # what it shows is no words of the page
            elif name == "script":
                found.scripts += 1
                found.code = (found.code + inside[:4000])[:8000]
            return len(self.text) if end < 0 else end
        if name in _AROUND:
            self.depth["around"] += 1
        elif name in ("noscript", "template"):
            self.depth[name] += 1
        elif len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._end_heading()
            self.heading = (int(name[1]), [])
        elif name in ("li", "pre"):
            self.stepping, self.linked = True, False
        elif name == "a":
            self.linked = True
        elif name == "input":
            found.password = found.password or values.get("type", "").lower() == "password"
            self.inputs.add(values.get("name", ""))
        elif name in ("img", "svg", "canvas", "object", "embed", "video", "picture"):
            found.pictures += 1
        elif name in ("iframe", "frame"):
            found.frames += 1
        elif name == "meta" and values.get("http-equiv", "").lower() == "refresh" and not found.refresh and not self.depth["noscript"]:
            found.refresh = _refreshed(values.get("content", ""))
        if _MOUNTS.fullmatch(values.get("id", "").lower()):
            found.mount = True
        self._say(" ")
        return at

    def _closed(self, name: str) -> None:
        if name in _AROUND:
            self.depth["around"] = max(0, self.depth["around"] - 1)
        elif name in ("noscript", "template"):
            self.depth[name] = max(0, self.depth[name] - 1)
        elif len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._end_heading()
        elif name in ("li", "pre", "ul", "ol"):
            self.stepping = False
        elif name == "a":
            self.linked = False
        if name not in ("a", "b", "i", "em", "strong", "span", "code"):
            self._say(" ")

    def _end_heading(self) -> None:
        if self.heading:
            level, parts = self.heading
            self.found.headings.append((level, " ".join(_plain("".join(parts)).split())[:_LONGEST]))
            self.heading = None

    def _say(self, text: str) -> None:
        if self.depth["template"]:
            return
        if self.depth["noscript"]:
            self.silent.append(text[:2000])
            return
        if self.heading and len(self.heading[1]) < 50:
            self.heading[1].append(text[: _LONGEST * 4])
        (self.around if self.depth["around"] else self.parts).append(text)
        if not self.heading and not self.depth["around"]:
            self.below.append(text)
            if self.stepping and not self.linked and len(text) > 3 and re.search(r"\w\w", text[:_LONGEST]):
                self.found.steps += 1
                self.stepping = False


def _refreshed(content: str) -> str:
    """The address to which a page sends its reader at once."""
    match = re.match(r"\s*(\d{1,3})(?:\.\d{0,9})?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']{1,1000})", content, re.IGNORECASE)
    return match.group(2).strip() if match and int(match.group(1)) <= 10 else ""


def _plain(text: str) -> str:
    try:
        return html.unescape(text)
    except (ValueError, OverflowError):  # a number of thousands of digits
        return text


def _spaced(parts: t.Iterable[str]) -> str:
    return " ".join(_plain("".join(parts)).split())


__all__ = ("Page", "decoded", "scan")
