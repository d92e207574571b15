# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that a terminal would obey, in every place of a record and of a plan: it reaches no face."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
import types
import typing as t
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.operability.readiness.plugins.action.adopt import summary as adopted
from ansible_collections.operability.readiness.plugins.action.plan import register
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import portfolio_summary
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.context import refuse
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave, Loosening
from ansible_collections.operability.readiness.plugins.plugin_utils._model.text import fit
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import (
    annotation,
    html,
    junit,
    markdown,
    metrics,
    nagios,
    table,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import csv as to_csv
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import portfolio as portfolio_report
from unit.publish.portfolios import records as portfolio_records
from unit.publish.portfolios import summary as portfolio_of
from unit.publish.records import full

EVIL = "=1+1 \x1b[2J\x1b]0;owned\x07 \u202ecod\u2066exe\u200f \x9b31m \x00\x08\x7f a\r\nb\x85c\u2028d"
# values that code compares: with others there is nothing to show
FIXED = re.compile(r"(^|_)(status|verdict|code|at|until|due|date|digest|sha256|phase|state|kind|impact|area|template)$|^id$")
FACES: dict[str, t.Callable[[dict[str, t.Any]], str]] = {
    "table": table.render,
    "html": html.render,
    "html in French": lambda record: html.render(record, "fr"),
    "markdown": markdown.render,
    "junit": junit.render,
    "csv": lambda record: to_csv.render(record).replace("\r\n", "\n"),
    "nagios": nagios.render,
    "metrics": lambda record: metrics.exposition(record).decode(),
    "annotation": lambda record: "\n".join(str(part) for part in annotation.of(record) or ()),
}


def poisoned(value: t.Any, keep: t.Pattern[str] | None, key: str = "") -> t.Any:
    """Every text in it with something bad behind it, but for those under the keys that are kept."""
    if isinstance(value, dict):
        return {
            (name if keep else f"{name}{EVIL}" if key == "hosts" else name): poisoned(item, keep, str(name)) for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [poisoned(item, keep, key) for item in value]
    if isinstance(value, str) and not (keep and keep.search(key)):
        return f"{EVIL}{value}{EVIL}"
    return value


def obeyed(text: str) -> list[str]:
    """What of a text a terminal would obey; Markdown breaks mentions with a word joiner of its own."""
    bad = [c for c in text if c not in "\n\u2060" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    return bad + re.findall(r"\x1b|\[2J|\]0;", text)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("keep", [FIXED, None], ids=["fields", "everything"])
def test_no_face_shows_what_a_terminal_obeys(face: str, keep: t.Pattern[str] | None) -> None:
    text = FACES[face](poisoned(full(), keep))
    assert obeyed(text) == [], face
    if keep:
        assert "1+1" in text or face in ("metrics", "annotation", "nagios"), "it was shown, made harmless"


def test_an_xml_reader_reads_it_and_a_spreadsheet_calculates_nothing() -> None:
    bad = poisoned(full(), FIXED)
    assert ET.fromstring(junit.render(bad)).tag == "testsuites"
    cells = [cell for row in csv.reader(io.StringIO(to_csv.render(bad), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))]
    assert "'=1+1" in " ".join(cells)


def test_the_portfolio() -> None:
    held = portfolio_records()
    made = {**portfolio_of(held), "services": poisoned(portfolio_of(held)["services"], FIXED)}
    assert obeyed(portfolio_summary.render(t.cast("t.Any", made))) == []
    report = portfolio_report.render(
        poisoned(portfolio_of(held), FIXED),
        {key: poisoned(record, FIXED) for key, record in held.items()},
        name=EVIL,
        now=dt.datetime(2026, 11, 25, tzinfo=dt.timezone.utc),
        version=EVIL,
    )
    assert obeyed(report) == []


def test_refusals_the_register_and_what_was_adopted() -> None:
    assert obeyed(str(refuse(Refused([f"readiness.yml:3: '{EVIL}' is not right", EVIL])))) == []
    rule = types.SimpleNamespace(id="A-01", area="logs", title=EVIL, enforce_from=None, set_by=EVIL)
    check = types.SimpleNamespace(
        **{"check": "command", "instance": EVIL, "call": "run", "aside": False, "accepted": False, "hosts": [EVIL], "gap": Message(EVIL)},
        **{"first_half": False, "leaves": None, "unasked": None},
    )
    need = types.SimpleNamespace(
        rule=rule, state="planned", deciding=True, impact="major", why=Message(EVIL), checks=[check], declared_in=EVIL
    )
    loosened = Loosening("limits", EVIL, EVIL, Message(EVIL), Message(EVIL), leave=Leave.WAY_OVER)
    plan: t.Any = types.SimpleNamespace(
        **dict.fromkeys(("level", "level_reason", "phase", "mode", "name"), EVIL),
        **{"service": {"name": EVIL}, "policy": {"name": EVIL, "version": EVIL}, "expected_hosts": [EVIL], "requirements": [need]},
        **{"observe_until": EVIL, "ratchet": True, "recheck_every": 3600.0, "debt": None, "notices": [Message(EVIL)]},
        **{"loosened": [loosened], "requests": [], "owed": []},
    )
    assert obeyed(fit(register(plan))) == []
    line = types.SimpleNamespace(requirement="A-01", impact="major", status="fail", until="2026-12-01", observed=EVIL)
    adoption: t.Any = types.SimpleNamespace(first=False, lines=[line], struck={"A-02": EVIL}, added=[], left_out={})
    assert obeyed(fit("\n".join(adopted(plan, adoption, EVIL)))) == []


def test_what_is_poisoned_is_more_than_a_few_places() -> None:
    assert str(poisoned(full(), FIXED)).count("owned") > 300 and obeyed(EVIL) and dataclasses.is_dataclass(Message) is False
