# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as people write them (Markdown, reStructuredText, HTML): headings, links, anchors, front matter. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import html.parser
import os
import re
import typing as t
import unicodedata

from .._finding import CannotObserve
from .._message import hidden
from .._phrase import Message, phrase
from .._yaml_bounds import check as check_bounds

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

_FENCE = re.compile(r"\s*(?:>\s*)*(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t](.*))?")
_LONGEST_LINE = 20_000  # characters of it that are looked at
_LONGEST_HEADING = 500  # characters of it that are looked at
_MOST_HEADINGS = 2000
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_INLINE = re.compile(r"\]\(\s*(?!\s)(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)")
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\]]+\]:\s*<?(\S+?)>?(?:\s.*)?")
_ATTRIBUTE = re.compile(r"<(?:a|img)\b[^<>]*?\b(?:href|src)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_IDENTITY = re.compile(r"<[^<>]*?\b(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_BARE = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_FIELD = re.compile(r":([^:`\n]{1,40}):[ \t]+(\S.*)")
_MARKED = re.compile(r"^[ \t-]*(\w[\w -]{1,29}?)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)
_UNDERLINE = re.compile(r"([!-/:-@[-`{-~])\1{2,}[ \t]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FORMATS = {".md": "markdown", ".markdown": "markdown", ".rst": "rst", ".rest": "rst", ".html": "html", ".htm": "html", ".xhtml": "html"}
_FOREIGN = (
    (b"%PDF", phrase("a PDF file")),
    (b"PK\x03\x04", phrase("an office document or archive")),
    (b"\xd0\xcf\x11\xe0", phrase("an office document")),
)


@dataclasses.dataclass(frozen=True)
class Heading:
    level: int
    text: str
    line: int


@dataclasses.dataclass(frozen=True)
class Link:
    target: str
    line: int


@dataclasses.dataclass
class Document:
    """``lines`` is the text with headings and comments blanked; line numbers start at 1. Names in ``fields`` are normalized."""

    headings: list[Heading] = dataclasses.field(default_factory=list)
    lines: list[str] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    anchors: set[str] = dataclasses.field(default_factory=set)
    fields: dict[str, object] = dataclasses.field(default_factory=dict)
    problems: list[tuple[int, Message]] = dataclasses.field(default_factory=list)

    def content(self, heading: Heading) -> list[str]:
        """The lines of a section with those of its subsections."""
        later = [other.line for other in self.headings if other.line > heading.line and other.level <= heading.level]
        return self.lines[heading.line : (min(later) - 1 if later else None)]

    def has_anchor(self, anchor: str) -> bool:
        wanted = anchor.lower().removeprefix("user-content-")
        return wanted in ("", "top") or wanted in self.anchors or slug_of_toc(wanted) in self.anchors


def normalize(text: str) -> str:
    """Lower case, without accents; whatever is no letter or digit becomes one space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", plain.casefold()).strip()


def slug_of_github(text: str) -> str:
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def slug_of_toc(text: str) -> str:
    """As GitLab, MkDocs, docutils and Sphinx make it, but for their differences about accents and repeated hyphens."""
    return re.sub(r"[\s_-]+", "-", normalize(text)).strip("-")


def decode(content: bytes, where: str) -> str:
    """The text of a file. CannotObserve for what is no text."""
    for start, name in _FOREIGN:
        if content.startswith(start):
            raise CannotObserve(
                phrase("{path:path} is {kind}: only Markdown, reStructuredText and HTML can be read", path=where, kind=name)
            )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if _CONTROLS.search(text):
        raise CannotObserve(phrase("{path:path} is not a text: only Markdown, reStructuredText and HTML can be read", path=where))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def format_of(name: str, *, is_html: bool = False) -> str:
    """markdown, rst or html. CannotObserve for a format that cannot be read."""
    suffix = os.path.splitext(name)[1].lower()
    if suffix in (".adoc", ".asciidoc", ".org", ".textile", ".doc", ".docx", ".odt", ".pdf"):
        raise CannotObserve(
            phrase(
                "{path:path} is in a format ({suffix}) that cannot be read: only Markdown, reStructuredText and HTML can",
                path=name,
                suffix=suffix,
            )
        )
    return "html" if is_html else _FORMATS.get(suffix, "markdown")


def parse(text: str, kind: str) -> Document:
    if kind != "html":
        text = "\n".join(line[:_LONGEST_LINE] for line in text.split("\n"))
    return {"markdown": parse_markdown, "rst": parse_rst, "html": parse_html}[kind](text)


# -- Markdown


def parse_markdown(text: str) -> Document:
    document = Document()
    lines = _front_matter(text.split("\n"), document)
    lines, code = _without_fences(lines)
    lines = _without_comments("\n".join(lines), document).split("\n")
    for number, line in enumerate(lines, 1):
        match = _ATX.fullmatch(line)
        if match and number not in code:
            _add_heading(document, len(match.group(1)), re.sub(r"(?:^|[ \t])#+$", "", (match.group(2) or "").strip()), number)
            lines[number - 1] = ""
        elif re.fullmatch(r" {0,3}(=+|-+)[ \t]*", line) and number > 1 and _paragraph(lines[number - 2]):
            _add_heading(document, 1 if "=" in line else 2, lines[number - 2].strip(), number - 1)
            lines[number - 2] = lines[number - 1] = ""
    document.lines = [code.get(number, line) for number, line in enumerate(lines, 1)]
    headings = {heading.line: heading.text for heading in document.headings}
    for number, line in enumerate(lines, 1):
        _links_of_markdown(document, headings.get(number, line), number)
    return document


def _front_matter(lines: list[str], document: Document) -> list[str]:
    """Takes the YAML between the first ``---`` and the next from the lines, and leaves empty ones."""
    if not lines or lines[0].rstrip() != "---":
        return lines
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        return lines
    if not HAS_YAML:
        raise CannotObserve(
            phrase(
                "Failed to import the required Python library ({library}) on the controller: the front matter cannot be read",
                library="PyYAML",
            )
        )
    try:
        written = "\n".join(lines[1:end])
        check_bounds(written)
        values = yaml.safe_load(written) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        mark = getattr(exc, "problem_mark", None)
        document.problems.append(((mark.line if mark else 0) + 2, phrase("the front matter is not valid YAML")))
        values = {}
    if not isinstance(values, dict):
        return lines
    document.fields.update({normalize(str(name)): value for name, value in values.items()})
    return [""] * (end + 1) + lines[end + 1 :]


def _without_fences(lines: list[str]) -> tuple[list[str], dict[int, str]]:
    """The lines with code blanked, and the code by line number."""
    out: list[str] = []
    code: dict[int, str] = {}
    fence = ""
    for number, line in enumerate(lines, 1):
        match = _FENCE.fullmatch(line)
        if fence:
            closes = match and match.group(1).startswith(fence) and not match.group(2).strip()
            if not closes:
                code[number] = line
            fence = "" if closes else fence
            out.append("")
        elif match and not (match.group(1)[0] == "`" and "`" in match.group(2)):
            fence = match.group(1)
            out.append("")
        else:
            out.append(line)
    return out, code


def _without_comments(text: str, document: Document) -> str:
    """By search and not by an expression, which would look for the end of each of a thousand comments that have none."""
    out, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        inside = text[start + 4 : end]
        for name, value in _marked(inside):
            document.fields.setdefault(normalize(name), value)
        out += [text[at:start], "\n" * inside.count("\n")]
        at = end + 3
    return "".join([*out, text[at:]])


def _marked(text: str) -> list[tuple[str, str]]:
    """``name: value`` of each line that says so."""
    return [(name, value.rstrip()) for name, value in _MARKED.findall(text)]


def _paragraph(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"\s{4}|\s*([-*+>|#]|\d+[.)])\s|\s*(-{3,}|={3,}|\|)", line)


def _add_heading(document: Document, level: int, text: str, line: int) -> None:
    if len(document.headings) >= _MOST_HEADINGS:
        return
    text = text if len(text) <= _LONGEST_HEADING else hidden(text)[:_LONGEST_HEADING]
    own = re.search(r"\s*\{[^}]*?#([\w:.-]+)[^}]*\}\s*$", text)
    if own:
        document.anchors.add(own.group(1).lower())
        text = text[: own.start()]
    shown = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?", r"\1", re.sub(r"[`*]|<[^>]+>", "", text))
    document.headings.append(Heading(level, text.strip() if "](" in text else shown.strip(), line))
    for slug in sorted({slug_of_github(shown), slug_of_toc(shown)}):
        count = 0
        name = slug
        while name in document.anchors:
            count += 1
            name = f"{slug}-{count}"
        document.anchors.add(name)


def _links_of_markdown(document: Document, line: str, number: int) -> None:
    if not line.strip():
        return
    document.anchors.update(name.lower() for name in _IDENTITY.findall(line))
    plain = _CODE_SPAN.sub(" ", line)
    targets = [first or second for first, second in _INLINE.findall(plain)]
    definition = _DEFINITION.fullmatch(plain)
    targets += [definition.group(1)] if definition else []
    targets += _ATTRIBUTE.findall(plain)
    rest = _ATTRIBUTE.sub(" ", _INLINE.sub("] ", plain))
    if not definition:
        targets += [_trimmed(url) for url in _BARE.findall(rest)]
    document.links += [Link(html.unescape(target), number) for target in dict.fromkeys(targets) if target]


def _trimmed(url: str) -> str:
    """A bare URL without the punctuation of the sentence around it."""
    while url and (url[-1] in ".,;:!?*_~]" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


# -- reStructuredText


def parse_rst(text: str) -> Document:
    document = Document()
    lines = _without_rst_comments(text.split("\n"), document)
    styles: list[str] = []
    literal = _literal_lines(lines)
    shown = list(lines)
    for index, line in enumerate(lines):
        under = _UNDERLINE.fullmatch(line)
        above = lines[index - 1] if index else ""
        if not under or not above.strip() or _UNDERLINE.fullmatch(above) or above.startswith((" ", "\t")) or index + 1 in literal:
            continue
        over = lines[index - 2] if index > 1 else ""
        overlined = bool(over) and over.rstrip() == line.rstrip()
        if len(line.rstrip()) < len(above.rstrip()) and len(line.rstrip()) < 4:
            continue
        style = under.group(1) + ("^" if overlined else "")
        if style not in styles:
            styles.append(style)
        _add_heading(document, styles.index(style) + 1, above.strip(), index)
        shown[index - 1] = shown[index] = ""
        if overlined:
            shown[index - 2] = ""
    _centred_titles(lines, document, shown)
    document.headings.sort(key=lambda heading: heading.line)
    document.lines = shown
    for number, line in enumerate(lines, 1):
        if number in literal:
            continue
        field = _FIELD.fullmatch(line)
        if field:
            document.fields.setdefault(normalize(field.group(1)), field.group(2).strip())
        _links_of_rst(document, line, number)
    return document


def _centred_titles(lines: list[str], document: Document, shown: list[str]) -> None:
    # an overlined title may be indented: it is the title of the document
    for index in range(len(lines) - 2):
        over, title, under = lines[index : index + 3]
        if _UNDERLINE.fullmatch(over) and under.rstrip() == over.rstrip() and title.startswith(" ") and title.strip():
            _add_heading(document, 1, title.strip(), index + 2)
            shown[index] = shown[index + 1] = shown[index + 2] = ""


def _without_rst_comments(lines: list[str], document: Document) -> list[str]:
    out: list[str] = []
    inside = False
    for line in lines:
        if inside and (not line.strip() or line.startswith((" ", "\t"))):
            out.append("")
            continue
        inside = bool(re.match(r"\.\.(\s+(?!\S+::)(?![_\[|])\S.*|\s*)$", line)) and "::" not in line
        if inside:
            for name, value in _marked(line[2:]):
                document.fields.setdefault(normalize(name), value)
        out.append("" if inside else line)
    return out


def _literal_lines(lines: list[str]) -> set[int]:
    """The numbers of the lines of literal blocks and code directives."""
    found: set[int] = set()
    indent: int | None = None
    for number, line in enumerate(lines, 1):
        own = len(line) - len(line.lstrip())
        if indent is not None and line.strip():
            if own > indent:
                found.add(number)
                continue
            indent = None
        directive = re.match(r"\s*\.\.\s+([\w-]+)::", line)
        if (
            directive
            and directive.group(1) in ("code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "raw", "highlight")
            or not directive
            and line.rstrip().endswith("::")
        ):
            indent = own
    return found


def _links_of_rst(document: Document, line: str, number: int) -> None:
    label = re.fullmatch(r"\.\. _`?([^`:]+)`?:\s*(\S+)?\s*", line)
    targets: list[str] = []
    if label:
        document.anchors |= {label.group(1).lower(), slug_of_toc(label.group(1))}
        target = label.group(2) or ""
        targets += [target] if target and not target.endswith("_") else []
    picture = re.match(r"\s*\.\. (?:\|[^|]+\| )?(?:image|figure|include)::\s*(\S+)", line)
    targets += [picture.group(1)] if picture else []
    plain = re.sub(r"``.+?``", " ", line)
    targets += [re.sub(r"\s+", "", url) for url in re.findall(r"`[^`<]*<([^`<>]+)>`__?", plain) if not url.endswith("_")]
    for shown, inner in re.findall(r":doc:`([^`<]*)(?:<([^`>]+)>)?`", plain):
        page = (inner or shown).strip()
        targets.append(page if os.path.splitext(page)[1] else f"{page}.rst")
    if not label:
        rest = re.sub(r"`[^`]*`_{0,2}", " ", plain)
        targets += [_trimmed(url) for url in _BARE.findall(rest)]
    document.links += [Link(target, number) for target in dict.fromkeys(targets) if target]


# -- HTML


class _Page(html.parser.HTMLParser):
    """Collects what a page says; menus, headers and footers have no links of the document."""

    _AROUND = ("nav", "header", "footer", "aside")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self.text: dict[int, str] = {}
        self.title = ""
        self.password = False
        self.forms: list[str] = []
        self._heading: tuple[int, int, list[str]] | None = None
        self._quiet = self._around = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        self.document.anchors.update(values[name].lower() for name in ("id", "name") if values.get(name))
        if tag in ("script", "style", "template"):
            self._quiet += 1
        elif tag in self._AROUND:
            self._around += 1
        elif tag == "title":
            self._in_title = True
        elif re.fullmatch(r"h[1-6]", tag):
            self._heading = (int(tag[1]), line, [])
        elif tag == "a" and values.get("href") and not self._around:
            self.document.links.append(Link(values["href"].strip(), line))
        elif tag == "img" and values.get("src") and not self._around and not values["src"].startswith("data:"):
            self.document.links.append(Link(values["src"].strip(), line))
        elif tag == "input":
            self.password = self.password or values.get("type", "").lower() == "password"
            self.forms.append(values.get("name", ""))
        elif tag == "meta" and values.get("name"):
            self.document.fields.setdefault(normalize(values["name"]), values.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._quiet = max(0, self._quiet - 1)
        elif tag in self._AROUND:
            self._around = max(0, self._around - 1)
        elif tag == "title":
            self._in_title = False
        elif re.fullmatch(r"h[1-6]", tag) and self._heading:
            level, line, parts = self._heading
            self._heading = None
            _add_heading(self.document, level, " ".join("".join(parts).split()), line)

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        if self._in_title:
            self.title += data
        elif self._heading:
            self._heading[2].append(data)
        elif not self._around:
            for offset, part in enumerate(data.split("\n")):
                line = self.getpos()[0] + offset
                self.text[line] = self.text.get(line, "") + part

    def handle_comment(self, data: str) -> None:
        for name, value in _marked(data):
            self.document.fields.setdefault(normalize(name), value)


def read_page(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    return page


def parse_html(text: str) -> Document:
    # one heading a line, so that sections can be told apart by line numbers
    page = read_page(re.sub(r"(?i)(<h[1-6]\b)", r"\n\1", re.sub(r"(?i)(</h[1-6]>)", "\\1\n", text)) if text.count("\n") < 5 else text)
    page.document.lines = [page.text.get(number, "") for number in range(1, max([0, *page.text]) + 1)]
    return page.document


# -- dates


def parse_date(value: t.Any) -> dt.date | None:
    """A date as YAML or a person writes it (2026-11-25, 25/11/2026); None for whatever else."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = re.match(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)", str(value))
    french = re.match(r"\s*(\d\d?)[/.](\d\d?)[/.](\d{4})(?!\d)", str(value))
    try:
        if match:
            return dt.date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
        if french:
            return dt.date(int(french.group(3)), int(french.group(2)), int(french.group(1)))
    except ValueError:
        pass
    return None


__all__ = (
    "HAS_YAML",
    "Document",
    "Heading",
    "Link",
    "decode",
    "format_of",
    "normalize",
    "parse",
    "parse_date",
    "parse_html",
    "parse_markdown",
    "parse_rst",
    "read_page",
    "slug_of_github",
    "slug_of_toc",
)
