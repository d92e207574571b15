# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document put together from what a reader comes across, in its order: sections, links, anchors. PRIVATE to the collection.

Runs in the process of ``document_program``, and so imports nothing of the collection but its neighbours there.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

LONGEST_TITLE = 500  # characters of it
LONGEST_NAME = 300  # of an anchor or of a reference
MOST = 50_000  # links, anchors, undefined references: of each
STRUCK = ("\ufff9", "\ufffb")  # around what is struck out of a heading, which its anchor has all the same
CODE = "\ufffc"  # stands for code where references are looked for
WORDS, HEAD, ROW, CODE_BLOCK, PICTURE, SUMMARY = "words", "head", "row", "code", "picture", "summary"
_OUT = re.compile(f"{STRUCK[0]}[^{STRUCK[1]}]*{STRUCK[1]}?")
_BARE = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_MARKED = re.compile(r"[ \t-]*(\w[\w -]{1,29}):[ \t]*(\S.*)")
_WORD = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))

Part = tuple[str, str, int, list[tuple[str, str]]]  # kind, text, line, its links: target and text
CELLS = " | "  # between the cells of a row


def slug_of_github(text: str) -> str:
    """The anchor that GitHub gives to a heading, before it is told apart from others of the same text."""
    kept = (c for c in text.strip().lower() if c in " -" or unicodedata.category(c) in _WORD)
    return "".join(kept).replace(" ", "-")


def slug_of_gitlab(text: str) -> str:
    """As GitHub's, with no two hyphens side by side."""
    slug = re.sub("-{2,}", "-", slug_of_github(text))
    return f"anchor-{slug}" if slug.isdigit() else slug


def slug_of_mkdocs(text: str) -> str:
    """As the extension ``toc`` of Python-Markdown makes it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


class Slugs:
    """Anchors of headings as they come: the second one of a text has ``-1`` at its end, the third one ``-2``."""

    def __init__(self, make: t.Callable[[str], str], between: str) -> None:
        self._make, self._between = make, between
        self._seen: dict[str, int] = {}

    def next(self, text: str) -> str:
        slug = name = self._make(text)
        while name in self._seen:
            self._seen[slug] += 1
            name = f"{slug}{self._between}{self._seen[slug]}"
        self._seen[name] = 0
        return name


class _Section(t.TypedDict):
    title: str
    level: int
    line: int
    anchors: list[str]
    start: int  # of its parts
    end: int


class Builder:
    """What the readers tell, one thing after the other. ``data`` is the whole, in JSON's types."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.front: dict[str, object] = {}
        self.front_problem: tuple[str, int] | None = None  # kind, line
        self.title = ""
        self.password = False
        self.inputs: list[str] = []
        self.scripts = 0
        self._slugs = {"gitlab": Slugs(slug_of_gitlab, "-"), "mkdocs": Slugs(slug_of_mkdocs, "_")}
        self._github = Slugs(slug_of_github, "-")
        self.elsewhere: dict[str, dict[str, None]] = {name: {} for name in self._slugs}
        self._sections: list[_Section] = []
        self._parts: list[Part] = []
        self._links: list[tuple[str, str, int]] = []
        self._anchors: dict[str, None] = {}
        self._slugged: dict[str, None] = {}
        self._undefined: dict[tuple[str, int, str], None] = {}
        self._kind = WORDS
        self._text: list[str] = []
        self._line = 0
        self._targets: list[tuple[str, str]] = []
        self._heading: tuple[int, int, list[str], list[str]] | None = None
        self._link: tuple[str, int, list[str]] | None = None
        self._waiting: list[str] = []  # anchors just above a heading
        self._codes: list[tuple[str, int]] = []  # within words
        self._in_row = False

    # -- words

    def words(self, text: str, line: int) -> None:
        if not text:
            return
        if self._link is not None:
            self._link[2].append(text)
        if self._heading is not None:
            self._heading[2].append(text)
            return
        if text.strip():
            self._line = self._line or line
            self._waiting = []
        self._text.append(text)

    def struck(self, text: str) -> None:
        """What is struck out, which says nothing any more."""
        if self._heading is not None:
            self._heading[2].append(f"{STRUCK[0]}{text}{STRUCK[1]}")

    def new_line(self, line: int) -> None:
        """The same paragraph goes on in the next line."""
        self.words(" " if self._heading is not None else "\n", line)

    def end(self, kind: str = WORDS) -> None:
        """What follows is another paragraph, item, row."""
        if self._in_row:
            if self._text and self._text[-1] not in ("\n", CELLS):
                self._text.append("\n")
            return
        text = "".join(self._text)
        if text.strip() or self._targets:
            self._parts.append((self._kind, text.strip("\n"), self._line, self._targets))
        self._text, self._targets, self._kind, self._line = [], [], kind, 0

    def end_as(self, kind: str) -> int:
        """What has been told since the last end is of this kind. The number of the part that it may have become."""
        self._in_row = False
        self._kind = kind
        self.end()
        return len(self._parts) - 1

    def row_start(self) -> None:
        """Up to ``end_as`` all is one row, whatever blocks stand in its cells."""
        self._in_row = False
        self.end()
        self._in_row = self._heading is None

    def as_head(self, number: int) -> None:
        """A row turns out to be the names of the columns."""
        if 0 <= number < len(self._parts) and self._parts[number][0] == ROW:
            self._parts[number] = (HEAD, *self._parts[number][1:])

    def mark(self) -> int:
        return len(self._text)

    def since(self, mark: int) -> str:
        """What has been told since a mark; empty where a part has ended since."""
        return "".join(self._text[mark:])

    def code(self, text: str, line: int) -> None:
        if self._in_row:
            self.end()
            self.words(text, line)
            self.inline_code(text.strip(), line)
        self.end()
        if self._in_row:
            return
        if text.strip():
            self._parts.append((CODE_BLOCK, text, line, []))
            self._waiting = []

    def inline_code(self, text: str, line: int) -> None:
        """Code that is told as words, too."""
        if text.strip() and len(self._codes) < MOST:
            self._codes.append((text, line))

    def picture(self, target: str, alternative: str, line: int) -> None:
        self.link(target, alternative, line)
        if self._heading is None:
            self._parts.append((PICTURE, alternative, line, [(target, alternative)]))
            self._waiting = []
        else:
            self._heading[2].append(alternative)

    # -- links and anchors

    def link(self, target: str, text: str, line: int) -> None:
        if len(self._links) < MOST:
            self._links.append((target, text[:LONGEST_NAME], line))

    def link_start(self, target: str, line: int) -> None:
        self.link_end()
        self._link = (target, line, [])

    def link_end(self) -> None:
        if self._link is not None:
            target, line, text = self._link
            self._link = None
            self.link(target, "".join(text).strip(), line)
            if self._heading is None:
                self._line = self._line or line
                self._targets.append((target, "".join(text).strip()[:LONGEST_NAME]))

    @property
    def in_link(self) -> bool:
        return self._link is not None

    def bare_links(self, text: str, line: int) -> None:
        """The addresses that stand in a text as they are."""
        for found in _BARE.finditer(text):
            url = trimmed(found.group())
            self.link(url, url, line + text.count("\n", 0, found.start()) if "\n" in text else line)
            if self._heading is None:
                self._targets.append((url, url))

    def anchor(self, name: str, *, before: bool = False) -> None:
        """``before``: it is one of the heading that follows, if one does."""
        name = name[:LONGEST_NAME]
        if not name or len(self._anchors) >= MOST:
            return
        self._anchors[name] = None
        if self._heading is not None:
            self._heading[3].append(name)
        elif before:
            self._waiting.append(name)

    def undefined(self, name: str, line: int, why: str) -> None:
        if len(self._undefined) < MOST:
            self._undefined[(name.strip()[:LONGEST_NAME], line, why)] = None

    # -- headings

    def heading_start(self, level: int, line: int) -> None:
        self.heading_end()
        self.link_end()
        self._in_row = False
        self.end()
        self._heading = (level, line, [], [])

    def heading_end(self, *, slugs: bool = False) -> None:
        if self._heading is None:
            return
        self.link_end()
        level, line, words, names = self._heading
        self._heading = None
        written = "".join(words)
        title = " ".join(_OUT.sub("", written).split())
        whole = " ".join(written.replace(STRUCK[0], "").replace(STRUCK[1], "").split())
        names = [*self._waiting, *names]
        self._waiting = []
        if slugs:
            own = re.search(r"\s*\{[^{}]*#([\w:.-]+)[^{}]*\}$", title[-LONGEST_TITLE:])
            if own:  # as Hugo, MkDocs and Pandoc read it
                names.append(own.group(1))
                self._anchors[own.group(1)] = None
                title = whole = title[: title.rindex("{")].rstrip()
            slug = self._github.next(whole[:LONGEST_TITLE])
            if slug and len(self._slugged) < MOST:
                names.append(slug)
                self._slugged[slug] = None
                for site, slugs_there in self._slugs.items():
                    self.elsewhere[site][slugs_there.next(whole[:LONGEST_TITLE])] = None
        start = len(self._parts)
        names = list(dict.fromkeys(names))
        self._sections.append(
            {"title": title[:LONGEST_TITLE], "level": level, "line": line, "anchors": names, "start": start, "end": start}
        )

    # -- what is not shown

    def comment(self, text: str) -> None:
        """``name: value`` in a comment says what the front matter would say."""
        for line in text.split("\n"):
            found = _MARKED.fullmatch(line[:1000].rstrip())
            if found:
                self.field(found.group(1), found.group(2))

    def field(self, name: str, value: object) -> None:
        if len(self.front) < MOST:
            self.front.setdefault(name.strip(), value)

    @property
    def anchors(self) -> list[str]:
        return list(self._anchors)

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(section["level"], section["title"]) for section in self._sections]

    @property
    def texts(self) -> list[str]:
        self._in_row = False
        self.end()
        return [text for _kind, text, _line, _links in self._parts]

    def data(self) -> dict[str, object]:
        self.heading_end()
        self.link_end()
        self._in_row = False
        self.end()
        ends: list[_Section] = []
        for section in self._sections:
            while ends and ends[-1]["level"] >= section["level"]:
                ends.pop()["end"] = section["start"]
            ends.append(section)
        for section in ends:
            section["end"] = len(self._parts)
        return {
            "form": self.form,
            "title": " ".join(self.title.split())[:LONGEST_TITLE],
            "front": self.front,
            "front_problem": self.front_problem,
            "sections": self._sections,
            "parts": self._parts,
            "links": self._links,
            "anchors": list({**self._anchors, **self._slugged}),
            "own_anchors": list(self._anchors),
            "elsewhere": {site: list(names) for site, names in self.elsewhere.items()},
            "undefined": list(self._undefined),
            "password": self.password,
            "inputs": self.inputs[:MOST],
            "scripts": self.scripts,
            "codes": self._codes,
        }


def trimmed(url: str) -> str:
    """A bare URL without the punctuation of the sentence around it."""
    end, closing = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in ".,;:!?*_~]" or (url[end - 1] == ")" and closing > 0)):
        closing -= url[end - 1] == ")"
        end -= 1
    return url[:end]


__all__ = ("CELLS", "CODE", "HEAD", "ROW", "SUMMARY", "WORDS", "Builder", "slug_of_github", "trimmed")
