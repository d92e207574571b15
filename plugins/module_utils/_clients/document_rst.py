# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reStructuredText, by docutils, with what Sphinx adds to it. PRIVATE to the collection.

No file is included, nothing raw is taken over, no configuration is read. Directives and roles that only Sphinx knows are read for what
stands in them. Runs in the process of ``document_program``.
"""

from __future__ import annotations

import functools
import io
import re
import typing as t

from .document_building import SUMMARY, Builder
from .html_tables import Layout


class _Node(t.Protocol):
    """What is used of a node of docutils."""

    tagname: str
    line: int | None
    attributes: t.Mapping[str, t.Any]
    children: t.Sequence[_Node]
    parent: _Node | None

    def astext(self) -> str: ...
    def get(self, key: str, default: t.Any = None) -> t.Any: ...
    def __getitem__(self, key: str) -> t.Any: ...
    def __contains__(self, key: str) -> bool: ...


_SETTINGS: dict[str, object] = {
    "_disable_config": True,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "sectsubtitle_xform": False,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 2,
    "traceback": True,  # else whatever goes wrong ends the process
    "input_encoding": "unicode",
    "line_length_limit": 1_000_000,
    "smart_quotes": False,
    "pep_references": False,
    "rfc_references": False,
}
_CODE = ("code", "code-block", "sourcecode", "prompt", "parsed-literal", "console", "terminal", "literal", "cmdoption")
_FILES = ("include", "literalinclude")
_SILENT = ("todo", "todolist", "raw", "index", "highlight", "meta", "tocdepth", "sectionauthor", "codeauthor", "tags")
_VERSIONED = ("versionadded", "versionchanged", "deprecated", "versionremoved", "version-added", "version-changed", "version-deprecated")
_SPOKEN = ("seealso", "centered", "option", "envvar", "describe")  # whose argument is a text and no title
_SOMETIMES = ("only", "ifconfig")
_HTML = re.compile(
    r"\s*(?:html|(?:html|builder_html) or .{0,200}|.{0,200} or html|builder_html|not (?:latex|pdf|epub|man|text|gettext|builder_\w+))\s*"
)
_UNKNOWN = re.compile(r'(?:Unknown target name|Undefined footnote or citation): "(.+)"', re.DOTALL)
_AMBIGUOUS = re.compile(r'Duplicate target name, cannot be used as a unique reference: "(.+)"', re.DOTALL)
_LOST = re.compile(r"Unexpected section title|Title level inconsistent|Inconsistent title|A level \d+ section cannot", re.IGNORECASE)


def read_rst(text: str, builder: Builder) -> None:
    from docutils import core  # noqa: PLC0415 # where there is reStructuredText to read
    from docutils.parsers.rst import roles  # noqa: PLC0415

    _teach()
    vars(roles)["_roles"].clear()  # which a document before this one may have defined
    tree = core.publish_doctree(text, settings_overrides={**_SETTINGS, "warning_stream": io.StringIO()})
    _Reader(builder, tree).read()


@functools.lru_cache(maxsize=1)
def _teach() -> None:
    """Has docutils read what it does not know. In this process only, which reads nothing else."""
    from docutils import nodes  # noqa: PLC0415
    from docutils.parsers.rst import Directive, directives, roles  # noqa: PLC0415

    class Anything(dict[str, t.Callable[[str], t.Any]]):
        """Each option, as it is written."""

        def __bool__(self) -> bool:
            return True

        def __contains__(self, key: object) -> bool:
            return True

        def __missing__(self, key: str) -> t.Callable[[str], t.Any]:
            return lambda value: value or ""

    class Lenient(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = Anything()

        def run(self) -> list[nodes.Node]:
            argument = self.arguments[0] if self.arguments else ""
            content = "\n".join(self.content)
            if self.name in _SILENT:
                return []
            if self.name in _CODE:
                return [nodes.literal_block(content, content)] if content.strip() else []
            if self.name in _FILES:
                written = f".. {self.name}:: {argument}"  # what is there is not read
                return [nodes.paragraph("", "", nodes.reference(written, written, refuri=argument))]
            if self.name in _SOMETIMES and not (self.name == "only" and _HTML.fullmatch(argument)):
                written = f".. {self.name}:: {argument}"  # whether it is shown is not known here
                return [nodes.paragraph(written, written)]
            if self.name in ("image", "figure"):
                picture = nodes.image("", uri="".join(argument.split()), alt=self.options.get("alt", ""))
                return [picture, *self._nested("")]
            if self.name == "toctree":
                return [_to_page(line) for line in self.content if self._names_page(line)]
            if self.name in _SOMETIMES:
                return self._nested("")
            return self._nested(argument.partition(" ")[2] if self.name in _VERSIONED else argument)

        def _names_page(self, line: str) -> bool:
            return bool(line.strip()) and "glob" not in self.options and line.strip() != "self"

        def _nested(self, argument: str) -> list[nodes.Node]:
            holder = nodes.container()
            if argument:
                spoken = self.name in (*_VERSIONED, *_SPOKEN)
                holder += nodes.paragraph(argument, argument) if spoken else nodes.rubric(argument, argument)
            self.state.nested_parse(self.content, self.content_offset, holder)
            return [holder]

    def _to_page(line: str) -> nodes.reference:
        target = re.search(r"<([^<>]+)>\s*$", line)
        page = (target.group(1) if target else line).strip()
        return nodes.reference(line, line.strip(), refuri=page)

    def lenient_role(
        name: str, rawtext: str, text: str, _lineno: int, _inliner: object, _options: object = None, _content: object = None
    ) -> tuple[list[nodes.Node], list[nodes.Node]]:
        text = text.replace("\x00", "")
        target = re.fullmatch(r"(.*?)\s*<([^<>]+)>", text, re.DOTALL)
        shown, leads_to = (target.group(1), target.group(2)) if target else (text, text)
        node = nodes.inline(rawtext, shown)
        node["role"], node["leads_to"] = name.rpartition(":")[2], leads_to.strip()
        return [node], []

    known_directive, known_role = directives.directive, roles.role
    ours = {*_CODE, *_FILES, *_SILENT, "image", "figure", "toctree", *_VERSIONED, *_SOMETIMES}

    def directive(name: str, language: t.Any, document: t.Any) -> t.Any:
        if name.lower() in ours:
            return Lenient, []
        found, said = known_directive(name, language, document)
        return (found, said) if found else (Lenient, [])

    def role(name: str, language: t.Any, lineno: int, reporter: t.Any) -> t.Any:
        if name in ("ref", "numref", "doc", "download", "any", "term"):
            return lenient_role, []
        found, said = known_role(name, language, lineno, reporter)
        return (found, said) if found else (lenient_role, [])

    directives.directive = directive  # type: ignore[assignment] # its types name private ones
    roles.role = role  # type: ignore[assignment] # its types name private ones


class _Reader:
    def __init__(self, builder: Builder, tree: t.Any) -> None:
        self.builder, self.tree = builder, tree
        self.line = 1
        self.tables = Layout(builder)
        self.explicit = {name for name, explicit in tree.nametypes.items() if explicit}
        self.titles = set(tree.nametypes) - self.explicit

    def read(self) -> None:
        self._children(self.tree, 0)
        for message in self.tree.transform_messages:
            self._system_message(message, 0)

    def _children(self, node: _Node, level: int) -> None:
        for child in node.children:
            self._node(child, level)

    def _node(self, node: _Node, level: int) -> None:
        self.line = getattr(node, "line", None) or self.line
        handler = getattr(self, f"_{node.tagname.lstrip('#').lower()}", None)
        if node.tagname not in ("section", "#text", "problematic") and not (node.tagname == "target" and "refuri" in node):
            for name in node.attributes.get("ids", ()):
                self.builder.anchor(name)
        if handler is not None:
            handler(node, level)
        else:
            self._children(node, level)

    def _text(self, node: _Node, _level: int) -> None:
        for number, piece in enumerate(node.astext().split("\n")):
            if number:
                self.builder.new_line(self.line + number)
            self.builder.words(piece, self.line + number)

    def _block(self, node: _Node, level: int) -> None:
        self.builder.end()
        self._children(node, level)
        self.builder.end()

    _paragraph = _list_item = _term = _definition = _caption = _attribution = _line = _block

    def _title(self, node: _Node, level: int) -> None:
        """Of an admonition, a topic, a sidebar, a table: a name for what stands in it."""
        self.builder.end()
        self._children(node, level)
        self.builder.end_as(SUMMARY)

    _rubric = _title

    def _topic(self, node: _Node, level: int) -> None:
        if "contents" not in node.attributes.get("classes", ()):
            self._children(node, level)

    def _section(self, node: _Node, level: int) -> None:
        title = next((child for child in node.children if child.tagname == "title"), None)
        line = ((title.line if title else None) or node.line or 1) - 1
        self.builder.heading_start(level + 1, max(1, line))
        for name in node["ids"]:
            self.builder.anchor(name)
        if title is not None:
            self._children(title, level)
        self.builder.heading_end()
        for child in node.children:
            if child is not title:
                self._node(child, level + 1)

    def _literal_block(self, node: _Node, _level: int) -> None:
        self.builder.code(node.astext(), self.line)

    _doctest_block = _math_block = _literal_block

    def _literal(self, node: _Node, level: int) -> None:
        self.builder.inline_code(node.astext(), self.line)
        self._children(node, level)

    def _comment(self, node: _Node, _level: int) -> None:
        self.builder.comment(node.astext())

    def _nothing(self, _node: _Node, _level: int) -> None:
        pass

    _substitution_definition = _pending = _raw = _meta = _target = _decoration = _nothing

    def _system_message(self, node: _Node, _level: int) -> None:
        said, line = node.astext(), int(node.get("line", 0) or self.line)
        unknown, ambiguous = _UNKNOWN.search(said), _AMBIGUOUS.search(said)
        if unknown:
            self.builder.undefined(unknown.group(1), line, "reference")
        elif ambiguous:
            self.builder.undefined(ambiguous.group(1), line, "ambiguous")
        elif "Anonymous hyperlink mismatch" in said:
            self.builder.undefined("__", line, "reference")
        elif _LOST.search(said):
            self.builder.undefined(said.partition(") ")[2].split("\n")[0] or said, line, "structure")

    def _field(self, node: _Node, level: int) -> None:
        name, body = node.children[0].astext(), node.children[-1]
        self.builder.field(name[:100], " ".join(body.astext().split()))
        self.builder.end()
        self.builder.words(f"{name}: ", self.line)
        self._children(body, level)
        self.builder.end()

    def _inline(self, node: _Node, level: int) -> None:
        role, target = node.get("role"), str(node.get("leads_to", ""))
        if role in ("ref", "numref"):
            label = " ".join(target.lower().split())
            if label not in self.explicit:
                self.builder.undefined(target, self.line, "title" if label in self.titles else "label")
        elif role in ("doc", "download"):
            self.builder.link_start(target, self.line)
            self._children(node, level)
            self.builder.link_end()
            return
        self._children(node, level)

    def _reference(self, node: _Node, level: int) -> None:
        target = node.get("refuri") or (f"#{node['refid']}" if "refid" in node else "")
        if not target or any(child.tagname == "image" for child in node.children):
            if target:
                self.builder.link(target, "", self.line)
            self._children(node, level)
            return
        self.builder.link_start(str(target), self.line)
        self._children(node, level)
        self.builder.link_end()

    def _image(self, node: _Node, _level: int) -> None:
        self.builder.picture(str(node.get("uri", "")), str(node.get("alt", "")), self.line)

    def _table(self, node: _Node, level: int) -> None:
        self.tables.table_start()
        self._children(node, level)
        self.tables.table_end()
        self.builder.end()

    def _thead(self, node: _Node, level: int) -> None:
        self.tables.group_start(head=True)
        self._children(node, level)
        self.tables.group_start(head=False)

    def _row(self, node: _Node, level: int) -> None:
        self.tables.row_start()
        for entry in node.children:
            columns, rows = int(entry.get("morecols", 0)) + 1, int(entry.get("morerows", 0)) + 1
            self.tables.cell_start("td", self.line, columns, rows)
            self._cell(entry, level)
        self.tables.row_end()

    def _cell(self, entry: _Node, level: int) -> None:
        """What stands in a cell is one row with its neighbours, whatever blocks it has."""
        for child in entry.children:
            if child.tagname == "paragraph":
                self.tables.said(bold=bool(child.children) and all(one.tagname == "strong" for one in child.children))
                self._children(child, level)
                self.builder.end()
            else:
                self._node(child, level)


__all__ = ("read_rst",)
