# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message is a template with named parameters of known types, and every catalogue has it."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import dev_scripts
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._phrase import KINDS, fields
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.gettext_catalogue import FOLDER, agree

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOGUES = sorted(FOLDER.glob("*.po"))
WIDEST = {"phrase": 1, "plural": 2}  # how many templates each takes


def calls(source: str) -> t.Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in WIDEST:
                yield name, node


def problems(source: str) -> list[str]:
    """What is wrong with the messages of a source."""
    out = []
    for name, node in calls(source):
        place = f"line {node.lineno}"
        texts = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        if len(texts) != WIDEST[name] or not all(isinstance(text, str) for text in texts):
            out.append(f"{place}: a template is written out, and takes its parameters by name")
            continue
        asked = {field.name: field.kind for text in texts for field in fields(str(text)) if field.name is not None}
        given = {keyword.arg for keyword in node.keywords}
        if None in given:
            out.append(f"{place}: the parameters are not named")
        elif given | ({"count"} if name == "plural" else set()) != set(asked) | ({"count"} if name == "plural" else set()):
            out.append(f"{place}: asks for {sorted(asked)}, is given {sorted(str(one) for one in given)}")
        if name == "plural" and "count" not in given:
            out.append(f"{place}: has no count")
        out += [f"{place}: {key} is of no known type: {kind}" for key, kind in asked.items() if kind not in KINDS or not key.isidentifier()]
    return out


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('phrase(f"{path} is gone")', "written out"),
        ('phrase("a" + text)', "written out"),
        ("phrase(template)", "written out"),
        ('phrase("{} is gone", path)', "written out"),
        ('phrase("{path} is gone")', "asks for ['path'], is given []"),
        ('phrase("it is gone", path=path)', "asks for [], is given ['path']"),
        ('phrase("{path} is gone", **params)', "not named"),
        ('phrase("{path:file} is gone", path=path)', "no known type"),
        ('plural("{count:number} file", "{count:number} files", number=3)', "has no count"),
        ('plural("{count:number} files", count=3)', "written out"),
    ],
)
def test_what_a_message_may_not_be(source: str, said: str) -> None:
    assert said in "; ".join(problems(source))


def test_what_a_message_may_be() -> None:
    assert problems('phrase("it is gone")') == []
    assert problems('phrase("{path:path} is {age:duration} old", path=path, age=3.0)') == []
    assert problems('plural("one file", "{count:number} files", count=3)') == []


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_messages_have_the_parameters_that_their_templates_name(path: pathlib.Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_every_message_and_no_other(path: pathlib.Path) -> None:
    update = dev_scripts.load("update-messages")
    catalogue = update.updated(path.stem)
    assert update.left(catalogue) == []
    assert update.written(catalogue) == path.read_bytes(), "dev/update-messages writes it anew"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_asks_for_the_parameters_of_its_message(path: pathlib.Path) -> None:
    for entry in dev_scripts.load("update-messages").updated(path.stem):
        if entry.id:
            one, many = entry.id if entry.pluralizable else (entry.id, None)
            texts = entry.string if entry.pluralizable else (entry.string,)
            assert [text for text in texts if not agree(text or "", one, many)] == []
            assert not entry.fuzzy
