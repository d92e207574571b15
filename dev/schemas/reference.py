# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of the files that users write, from their schemas: Markdown for the project, reStructuredText for the site."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import re
import textwrap
import typing as t

import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.unread import UNREAD

from .sources import READ_BY, Schema, whole

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POLICIES = ROOT / "plugins" / "plugin_utils" / "_described" / "policies"
LABEL = "ansible_collections.operability.readiness.docsite"
PAGES = {"organisation": "organisation_file", "service": "service_file"}  # the first has what both have in common
TITLES = {"organisation": "The organisation's file", "service": "The service file"}
BOUNDS = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
# words for values, explained once
VALUES = ("duration", "date", "id", "name", "labels", "level", "impact", "phase", "mode", "area", "kind_of_service")
NOTE = "Written by dev/build-schemas, from dev/schemas: change it there."

# who reads a key, besides requirements and checks
AREAS = {
    "annotations": "the marks of deployments in Grafana",
    "judge": "the gate, when it judges",
    "metrics": "the metrics that are published",
    "plan": "the plan: what is asked, when, of whom",
    "records": "run records and the ledger of deployments",
    "reports": "the table and the reports",
}

Path = tuple[str, ...]
Section = tuple[Path, Schema, t.Optional[tuple[str, t.Any]], t.Optional[t.Sequence[str]]]  # place, keys, an example by its key, readers


@dataclasses.dataclass(frozen=True)
class Block:
    """A part of a page. In its texts, `x` is code, and [x](page#anchor) a link."""

    kind: str  # heading, text, code, table
    text: str = ""
    level: int = 2
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def slug(text: str) -> str:
    """The anchor that a heading has on GitHub."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def title_of(path: Path) -> str:
    return ".".join(step for step in path if step != "N")


def written(value: t.Any) -> str:
    """A value as it stands in YAML, on one line."""
    text = str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True))
    return re.sub(r"\n\.\.\.$", "", text.strip()).replace("'on':", "on:")


def example_of(key: str, value: t.Any) -> str:
    text = str(yaml.safe_dump({key: value}, default_flow_style=None, sort_keys=False, width=110, allow_unicode=True))
    return text.replace("'on':", "on:").rstrip()


class Reference:
    """The pages, made one after the other, so that what both files have stands on the first."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[Schema, str]] = {}  # of a definition: itself, and the link to its section
        self.roots: dict[str, Schema] = {}
        self.pages: dict[str, list[Block]] = {}
        for name in PAGES:
            self.pages[PAGES[name]] = self._page(name)

    # -- a page

    def _page(self, name: str) -> list[Block]:
        self.name, self.page, self.root = name, PAGES[name], whole(name)
        self.blocks: list[Block] = [Block("heading", TITLES[name], 1)]
        self.found: list[Section] = []
        self._say(INTRODUCTIONS[name])
        if name == "service":
            self.blocks.append(Block("text", "A whole service of level C:"))
            self.blocks.append(Block("code", readme_example("readiness.yml")))
        else:
            self.blocks.append(Block("code", readme_example("organisation.yml")))
        waiting: list[Section] = [((), self.root, None, None)]
        while waiting:
            self.found = []
            self._section(*waiting.pop(0))
            waiting = [*self.found, *waiting]  # what is below a key follows it
        if name == "organisation":
            self._values()
        else:
            self._requirements()
        self._readers()
        self.roots[name] = self.root
        return self.blocks

    def _say(self, text: str) -> None:
        self.blocks += [Block("text", " ".join(part.split())) for part in textwrap.dedent(text).strip().split("\n\n")]

    def _values(self) -> None:
        self.blocks.append(Block("heading", "Values"))
        rows = []
        for name in VALUES:
            schema = self.root["$defs"][name] if name in self.root["$defs"] else whole("service")["$defs"][name]
            values = " One of " + ", ".join(f"`{item}`" for item in schema["enum"]) + "." if "enum" in schema else ""
            rows.append((word_of(name), f"{safe(schema['description'])}{values}"))
        rows.append(
            (
                "inventory pattern",
                "A pattern of hosts and groups as Ansible has them, such as `payments`, `web:&paris` or `payments_db[0]`.",
            )
        )
        self.blocks.append(Block("table", header=("value", "what it is"), rows=tuple(rows)))

    def _requirements(self) -> None:
        self.blocks.append(Block("heading", "Requirements"))
        self._say("""
            What the policies that ship ask of a service, at which levels, and which checks prove it. The first check for which the file
            has what it needs is used. Where none is named, no check of this version proves it: name one of your own under `requirements`,
            or waive it.
        """)
        rows = []
        for identifier, entry in requirements().items():
            checks = dict.fromkeys(item if isinstance(item, str) else item["check"] for item in entry["proved_by"])
            impact = entry["impact"] if isinstance(entry["impact"], dict) else dict.fromkeys("CBA", entry["impact"])
            levels = ", ".join(f"{level} {weight}" for level, weight in impact.items() if weight)
            phases = ", ".join(entry.get("phases", ("pre", "post", "recheck")))
            rows.append((identifier, safe(entry["title"]), levels, phases, ", ".join(f"`{check}`" for check in checks) or "none"))
        self.blocks.append(Block("table", header=("requirement", "what is asked", "impact", "phases", "proved by"), rows=tuple(rows)))

    def _readers(self) -> None:
        self.blocks.append(Block("heading", "Who reads a key"))
        self._say("""
            The last column of each table names requirements (such as MON-01), checks (such as `flow`), and besides these:
        """)
        self.blocks.append(Block("table", header=("reader", "what it is"), rows=tuple(AREAS.items())))

    # -- a mapping and its keys

    def _section(self, path: Path, schema: Schema, example: tuple[str, t.Any] | None, readers: t.Sequence[str] | None) -> None:
        self.blocks.append(Block("heading", title_of(path) if path else "Keys"))
        if path and schema.get("description"):
            self.blocks.append(Block("text", safe(schema["description"])))
        if example is not None:
            self.blocks.append(Block("code", example_of(*example)))
        rows = [self._row((*path, key), item, schema, readers) for key, item in schema["properties"].items()]
        self.blocks.append(Block("table", header=("key", "what it is", "type", "default", "read by"), rows=tuple(rows)))

    def _row(self, path: Path, item: Schema, above: Schema, inherited: t.Sequence[str] | None) -> tuple[str, ...]:
        key = path[-1]
        resolved = self._resolved(item)
        readers = item.get(READ_BY, resolved.get(READ_BY, inherited))
        link = self._below(path, item, readers)
        name = f"[`{key}`]({link})" if link else f"`{key}`"
        what = safe(item["description"])
        if item.get("examples") and not link:
            what += " Example: " + " or ".join(f"`{written(value)}`" for value in item["examples"]) + "."
        if key in above.get("required", ()):
            default = "required"
        elif item.get("default", resolved.get("default")) is None:
            default = ""
        else:
            default = f"`{written(item.get('default', resolved.get('default')))}`"
        return name, what, self._type(item), default, self._read_by(path, readers, link)

    def _read_by(self, path: Path, readers: t.Sequence[str] | None, link: str) -> str:
        for pattern, sentence in UNREAD.items():
            steps = pattern.split(".")
            if len(path) >= len(steps) and all(
                step == given or (step == "*" and given in ("N", "NAME")) for step, given in zip(steps, path)
            ):
                return f"nothing in this version; {safe(sentence)}"
        if readers:
            known = [*requirements(), *AREAS]
            return ", ".join(reader if reader in known else f"`{reader}`" for reader in readers)
        if link:
            return "see there"
        raise SystemExit(
            f"{self.name}: {title_of(path)}: nothing says who reads it ({READ_BY}), and it is not in the list of what is not read"
        )

    # -- where a key leads

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = {
                **self.root["$defs"][schema["$ref"].rpartition("/")[2]],
                **{key: value for key, value in schema.items() if key != "$ref"},
            }
        return schema

    def _below(self, path: Path, item: Schema, readers: t.Sequence[str] | None) -> str:
        """A link to the section about what is below a key; the section is made when there is none yet. Empty for a plain value."""
        shared = self.roots.get("organisation", {}).get("properties", {}) if len(path) == 1 else {}
        if path[-1] in shared and path[-1] != "schema_version" and shared[path[-1]] == item:
            there = self._mapping(item, path)
            return f"{PAGES['organisation']}#{slug(title_of(there[0])) if there else 'keys'}"
        found = self._mapping(item, path)
        if found is None:
            return ""
        where, schema, definition = found
        if definition in self.places and self.places[definition][0] == self.root["$defs"][definition]:
            return self.places[definition][1]
        # what has the name of the key itself is found under it
        link = f"{self.page}#{slug(title_of(where))}"
        if definition:
            self.places[definition] = (self.root["$defs"][definition], link)
        example = (path[-1], item["examples"][0]) if item.get("examples") else None
        self.found.append((where, schema, example, schema.get(READ_BY, readers)))
        return link

    def _mapping(self, item: Schema, path: Path, definition: str = "") -> tuple[Path, Schema, str] | None:
        """The mapping with keys that a value is, or is made of."""
        if "$ref" in item:
            definition = item["$ref"].rpartition("/")[2]
            return self._mapping(
                {**self.root["$defs"][definition], **({READ_BY: item[READ_BY]} if READ_BY in item else {})}, path, definition
            )
        if item.get("properties"):
            return path, item, definition
        for word, step in (("items", "N"), ("additionalProperties", "NAME")):
            if isinstance(item.get(word), dict):
                found = self._mapping(item[word], (*path, step))
                if found:
                    return found
        for word in ("anyOf", "oneOf"):
            for branch in item.get(word, ()):
                found = self._mapping(branch, path, definition)
                if found:
                    return found
        return None

    # -- types

    def _type(self, schema: Schema) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name in VALUES:
                return f"[{word_of(name)}]({PAGES['organisation']}#values)"
            return self._type(self.root["$defs"][name])
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        branches = schema.get("anyOf") or schema.get("oneOf")
        if branches:
            return " or ".join(dict.fromkeys(self._type(branch) for branch in branches))
        kinds = schema.get("type", "any")
        return " or ".join(self._kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _kind(self, kind: str, schema: Schema) -> str:
        if kind == "array" and "items" in schema:
            return f"list of {self._type(schema['items'])}"
        names = {
            "string": "text",
            "integer": "whole number",
            "boolean": "true or false",
            "object": "mapping",
            "null": "nothing",
            "array": "list",
        }
        bounds = [f"{word} {schema[key]}" for key, word in BOUNDS.items() if key in schema and kind in ("integer", "number")]
        return ", ".join([names.get(kind, kind), *bounds])


def word_of(name: str) -> str:
    return {"id": "requirement id", "kind_of_service": "kind of service"}.get(name, name)


def safe(text: str) -> str:
    """Plain words, in which nothing is markup but placeholders and patterns, which are code."""
    return re.sub(r"(?<![\w`])(\{\w+\}|\*(?= )|[a-z]+\*)(?![\w`])", r"`\1`", " ".join(text.split()))


@functools.cache
def requirements() -> dict[str, t.Any]:
    """Of the policies that ship, in their order."""
    found: dict[str, t.Any] = {}
    for name in ("default", "vsr"):
        found.update(yaml.safe_load((POLICIES / f"{name}.yml").read_text(encoding="utf-8"))["requirements"])
    return found


def readme_example(name: str) -> str:
    """The file of this name that the README shows."""
    found = re.search(rf"```yaml\n(# {re.escape(name)}\n.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise SystemExit(f"README.md shows no file {name}")
    return found[1]


INTRODUCTIONS = {
    "service": """
        The service file, usually `readiness.yml` beside the code, describes one service. It says what there is, not what is checked: the
        policy works that out. Only `schema_version` and `service` must be there; what is not declared is not verified, and the plan says
        so. An unknown key is refused before anything runs, with its line.

        Write it in the order of the table below, and look at what comes of it with the playbook `operability.readiness.plan`, which asks
        no host. Version, environment and the like are no part of it, they are parameters of the run (`readiness_version`,
        `readiness_environment`). Templates of Ansible may stand wherever a text may; those that the phase does not need may stay
        unresolved. Paths are relative to the file where they are read on the controller; paths on a host are that host's.
    """,
    "organisation": """
        The organisation's file stands once beside the inventory, and holds what all services share: servers, support chains, defaults, the
        mode. Nearly all of it may stand in a service file too, for that service alone. Where both say something, the service file wins, but
        for what must not be milder (`policy.reservations`, `ratchet`, the end of `observe`).
    """,
}


# -- as text


def markdown(page: str, blocks: t.Sequence[Block]) -> str:
    out = [f"<!-- {NOTE} -->"]
    for block in blocks:
        if block.kind == "heading":
            out.append(f"{'#' * block.level} {block.text}")
        elif block.kind == "code":
            out.append(f"```yaml\n{block.text}\n```")
        elif block.kind == "text":
            out.append(_md(page, block.text))
        else:
            lines = [block.header, tuple("---" for _ in block.header), *block.rows]
            out.append("\n".join("| " + " | ".join(_md(page, cell).replace("|", "\\|") for cell in line) + " |" for line in lines))
    return "\n\n".join(out) + "\n"


def _md(page: str, text: str) -> str:
    return re.sub(r"\]\((\w+)#", lambda found: "](#" if found[1] == page else f"]({found[1]}.md#", text)


def restructured(page: str, blocks: t.Sequence[Block]) -> str:
    header = "Copyright (c) 2026, The operability.readiness contributors", "GNU General Public License v3.0+ (see COPYING)"
    out = ["..\n  " + "\n  ".join((*header, "SPDX-License-" + "Identifier: GPL-3.0-or-later", NOTE))]
    for block in blocks:
        if block.kind == "heading":
            line = ("=" if block.level == 1 else "-") * len(block.text)
            anchor = "" if block.level == 1 else f".{slug(block.text)}"
            out.append(f".. _{LABEL}.{page}{anchor}:")
            out.append(f"{line}\n{block.text}\n{line}" if block.level == 1 else f"{block.text}\n{line}")
        elif block.kind == "code":
            out.append(".. code-block:: yaml+jinja\n\n" + textwrap.indent(block.text, "  "))
        elif block.kind == "text":
            out.append(_rst(block.text))
        else:
            rows = [block.header, *block.rows]
            cells = ["\n".join(f"{'* -' if index == 0 else '  -'} {_rst(cell)}".rstrip() for index, cell in enumerate(row)) for row in rows]
            out.append(".. list-table::\n  :header-rows: 1\n\n" + textwrap.indent("\n".join(cells), "  "))
    return "\n\n".join(out) + "\n"


def _rst(text: str) -> str:
    def link(found: re.Match[str]) -> str:
        words = found[1].replace("`", "")
        page, _, anchor = found[2].partition("#")
        return f":ref:`{words} <{LABEL}.{page}.{anchor}>`"

    parts = re.split(r"(\[[^\]]+\]\(\w+#[\w-]+\)|`[^`]+`)", text)
    out = []
    for part in parts:
        found = re.fullmatch(r"\[([^\]]+)\]\((\w+#[\w-]+)\)", part)
        if found:
            out.append(link(found))
        elif part.startswith("`"):
            out.append(f"``{part[1:-1]}``")
        else:
            out.append(part.replace("\\", "\\\\").replace("*", "\\*"))
    return "".join(out)


def built() -> dict[str, str]:
    """The text of each page, by its path in the project."""
    pages = Reference().pages
    return {
        **{f"docs/{page}.md": markdown(page, blocks) for page, blocks in pages.items()},
        **{f"docs/docsite/rst/{page}.rst": restructured(page, blocks) for page, blocks in pages.items()},
    }


__all__ = ("AREAS", "Reference", "built")
