# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is read back from disk, damaged or made up: it is read, or refused in its reader's words; a gate still speaks."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import pathlib
import shutil
import tempfile
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.baseline import take
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused, build
from ansible_collections.operability.readiness.plugins.plugin_utils._model.baseline import Baseline
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision
from ansible_collections.operability.readiness.plugins.plugin_utils._model.deployments import Ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import Malformed, from_plain, to_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.record import PastRun, RunRecord
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Known, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Outcome
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ledger as _ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import Candidate, Wording, decided
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import csv, html, junit, markdown, metrics, nagios, table
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import (
    Unreadable,
    decoded,
    encoded,
    from_json,
    to_json,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from fuzz.odd import as_json, contents, documents, fuzz, texts
from generated import tries_more
from hypothesis import given
from hypothesis import strategies as st
from unit.core.test_baseline import healthy, service
from unit.core.test_gate import NOW, PLAN, House
from unit.core.test_record_json import rich

pytestmark = tries_more

RECORD, STATE = rich()


def _others() -> dict[str, tuple[type, dict[str, t.Any]]]:
    past = from_json(PastRun, RECORD, "it")
    assert past.judgement is not None
    whole = from_json(PastRun, {**RECORD, "run": {**RECORD["run"], "emergency": None}}, "it")
    decision = decided(
        Wording("post", "board", ("Ana",), Outcome.NO_GO), Candidate(whole.run, whole.evidence, 1, 2), now=NOW, recorded_by="me"
    )
    baseline = take(service("pre"), healthy(), Reach(), Run("r0", "pre", "production", "1", "D1"), NOW)
    ledger = _ledger.entered(_ledger.empty("payments", "production"), past.run, past.judgement)
    return {"decision": (Decision, to_json(decision)), "baseline": (Baseline, to_json(baseline)), "ledger": (Ledger, to_json(ledger))}


KINDS: dict[str, tuple[type, dict[str, t.Any]]] = {
    "record": (RunRecord, RECORD),
    "past run": (PastRun, RECORD),
    "state": (State, STATE),
    **_others(),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_document_is_read_or_unreadable(name: str) -> None:
    kind, seed = KINDS[name]

    @fuzz(80)
    @given(documents(json.loads(json.dumps(seed))))
    def read(data: t.Any) -> None:
        with contextlib.suppress(Unreadable):
            content = decoded(as_json(data).encode(), "x.json", 99)
            value = from_json(kind, content, "x.json")
            written = encoded(to_json(value))
            # what was read is written, and read again
            again = from_json(kind, decoded(written, "x.json", 99), "x.json")
            assert encoded(to_json(again)) == written

    read()


@fuzz(80)
@given(contents(encoded(STATE), encoded(KINDS["ledger"][1])))
def test_bytes_are_a_document_or_unreadable(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(decoded(content, "x.json", 1)["schema_version"], int)


FACES: dict[str, t.Callable[[dict[str, t.Any]], object]] = {
    "table": table.render,
    "html": html.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "csv": csv.render,
    "nagios": nagios.render,
    "metrics": metrics.exposition,
}


@pytest.mark.parametrize("face", FACES)
def test_a_record_of_any_form_is_shown(face: str) -> None:
    @fuzz(15)
    @given(documents(json.loads(json.dumps(RECORD))))
    def show(record: t.Any) -> None:
        if isinstance(record, dict):
            assert isinstance(FACES[face](record), (str, bytes))

    show()


# -- a gate over damaged records


def damaged(folder: pathlib.Path, name: str, data: bytes) -> None:
    for path in folder.rglob("*.json"):
        if name in str(path.relative_to(folder)):
            path.write_bytes(data)


@pytest.mark.parametrize("name", ["state.json", "deployments.json", "runs/", "decisions/", "baseline"])
def test_a_gate_speaks_over_records_of_any_form(name: str, tmp_path: pathlib.Path) -> None:
    first = House(tmp_path / "first")
    pre = dataclasses.replace(PLAN, phase="pre")
    first.speak(using=pre, now=NOW - dt.timedelta(hours=1), deployment_id="D1")
    first.speak(deployment_id="D1")
    whole = first.records.newest_past("post", whole=True)
    assert whole is not None
    wording = Wording("post", "board", ("Ana",), Outcome.GO, version="1.0")
    first.records.save_decision(decided(wording, Candidate(whole.run, whole.evidence, 1, 2), now=NOW, recorded_by="me"))
    first.records.save_baseline(take(service("pre"), healthy(), Reach(), Run("r0", "pre", "production", "1.0", "D1"), NOW))
    seeds = [path.read_bytes() for path in first.records.store.path.rglob("*.json") if name in str(path)]  # type: ignore[attr-defined]
    assert seeds, f"there is to be a file {name}"
    parsed = [json.loads(seed) for seed in seeds]

    @fuzz(20)
    @given(st.one_of(contents(*seeds), documents(*parsed).map(lambda data: as_json(data).encode())))
    def speak(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            shutil.copytree(first.folder / "records", f"{folder}/records")
            damaged(pathlib.Path(folder) / "records", name, data)
            house = House(pathlib.Path(folder))
            spoken = house.speak(now=NOW + dt.timedelta(hours=1), deployment_id="D1")
            assert spoken.answer.verdict.words and spoken.record["judgement"]
            json.dumps(spoken.record)

    speak()


# -- the spool, whose writers are our own; it is read where a run was broken off


@fuzz(40)
@given(documents(healthy()["MON-01/0"][0].as_dict()))
def test_a_finding_that_was_kept(data: t.Any) -> None:
    with contextlib.suppress(Malformed):
        finding = from_plain(Finding, data)
        assert Finding.from_dict(json.loads(json.dumps(finding.as_dict(), default=str))).status is finding.status


@fuzz(40)
@given(documents(to_plain(from_json(State, STATE, "it").requirements)))
def test_what_stood_for_a_new_look(data: t.Any) -> None:
    with contextlib.suppress(Malformed):
        for entry in data.values() if isinstance(data, dict) else ():
            from_plain(Known, entry)


def test_the_spool_gives_back_what_was_put_in(tmp_path: pathlib.Path) -> None:
    @fuzz(40)
    @given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), min_size=1, max_size=3))
    def put(hosts: dict[str, str]) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            spool = Spool(folder, "payments", "production", "post")
            for host, said in hosts.items():
                spool.save(host, {"MON-01/0": [dataclasses.replace(healthy()["MON-01/0"][0], instance=said)]})
            assert sorted(str(entry["host"]) for entry in spool.load()) == sorted(hosts)
            assert sorted(str(finding.instance) for finding in spool.findings()["MON-01/0"]) == sorted(hosts.values())

    put()


# -- the debt file, which people edit too

DEBT = """\
schema_version: 1
adopted: 2026-11-01
by: ana
lines:
- {requirement: BKP-01, status: fail, impact: blocker, observed: "x", from: 2026-11-01, until: 2026-12-01, seal: abc}
"""


@fuzz(80)
@given(texts(DEBT))
def test_a_debt_file(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    with contextlib.suppress(Refused, NotWritten, yaml.YAMLError, ValueError):
        build(text, "debt.yml", yaml.safe_load(text), "debt")
