# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs, journals and containers that hold anything: a finding comes of it, never a defect, and what is secret in them stays there."""

from __future__ import annotations

import json
import pathlib
import random

import log_corpora
import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_masking, log_records, log_traces
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_numbers import PERSONS
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import Completed, FakeRunner
from fuzz.odd import as_json, documents, fuzz, texts
from generated import tries_more
from hypothesis import given
from hypothesis import strategies as st

pytestmark = tries_more

LINES = tuple("\n".join(log_corpora.clean(12, formats=[name])) for name in log_corpora.FORMATS)
KEYS = tuple(f"INFO {make(random.Random(number))} x\n" for number, (_family, make) in enumerate(made.KEYS))
ENTRY = {"__REALTIME_TIMESTAMP": "1795500000000000", "MESSAGE": "a", "PRIORITY": "6", "_TRANSPORT": "stdout", "_CMDLINE": "x --y"}
DEFECT = "could not finish"


def sane(findings: list[Finding]) -> Finding:
    (finding,) = findings
    assert DEFECT not in finding.message, finding.message
    json.dumps(finding.as_dict())
    return finding


@pytest.mark.parametrize("check", ["log_format", "log_secrets"])
def test_a_file_that_holds_anything(check: str, tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    more = {"identifiers": sorted(PERSONS)} if check == "log_secrets" else {"required": ["level", "correlation"]}

    @fuzz(60)
    @given(st.one_of(texts(*LINES, *KEYS).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=4000)))
    def look(data: bytes) -> None:
        log.write_bytes(data)
        sane(run_item(Item(key="x", check=check, args={"path": str(log), **more}), Runner()))

    look()


@pytest.mark.parametrize("form", ["json", "logfmt", "rfc5424", "rfc3164", "text"])
def test_a_file_of_each_format(form: str, tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    seeds = [lines for name, lines in zip(log_corpora.FORMATS, LINES, strict=True) if name == form] or list(LINES)

    @fuzz(40)
    @given(texts(*seeds))
    def look(text: str) -> None:
        log.write_bytes(text.encode("utf-8", "surrogatepass"))
        sane(run_item(Item(key="x", check="log_format", args={"path": str(log), "format": form, "required": ["level"]}), Runner()))

    look()


@pytest.mark.parametrize("check", ["log_format", "log_secrets"])
def test_a_journal_that_answers_anything(check: str) -> None:
    @fuzz(60)
    @given(
        st.one_of(
            st.lists(documents(ENTRY), max_size=4).map(lambda rows: "\n".join(as_json(row) for row in rows)), texts(json.dumps(ENTRY))
        )
    )
    def look(said: str) -> None:
        runner = FakeRunner(commands={"journalctl": Completed(0, said, said)})
        sane(run_item(Item(key="x", check=check, args={"unit": "payments"}), runner))

    look()


@pytest.mark.parametrize("check", ["log_format", "log_secrets"])
def test_a_container_that_prints_anything(check: str) -> None:
    inspected = json.dumps([{"Name": "/web", "HostConfig": {"LogConfig": {"Type": "json-file"}}}])

    @fuzz(40)
    @given(texts("2026-11-25T05:59:58.123456789Z one\n2026-11-25T06:59:59.5+01:00 two\r\n"), st.integers(0, 1))
    def look(said: str, rc: int) -> None:
        runner = FakeRunner(commands={"docker inspect": Completed(0, inspected, ""), "docker logs": Completed(rc, said, said)})
        sane(run_item(Item(key="x", check=check, args={"container": "web", "engine": "docker"}), runner))

    look()


def test_whatever_stands_around_a_secret_it_is_not_told(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"

    @fuzz(60)
    @given(texts(*LINES), st.integers(0, 10**6), st.sampled_from(made.KEYS))
    def look(text: str, seed: int, family: tuple[str, made.Made]) -> None:
        secret = family[1](random.Random(seed))
        place = seed % (len(text) + 1)
        log.write_bytes(f"{text[:place]} {secret} {text[place:]}\n".encode("utf-8", "surrogatepass"))
        for check, args in (("log_secrets", {}), ("log_format", {"format": "json"})):
            said = json.dumps(sane(run_item(Item(key="x", check=check, args={"path": str(log), **args}), Runner())).as_dict())
            assert secret.rstrip("=;")[-16:] not in said

    look()


@fuzz(80)
@given(texts(*LINES))
def test_parsers_take_any_line(text: str) -> None:
    lines = text.split("\n")
    for line in lines:
        for parse in log_records.PARSERS.values():
            fields = parse(line)
            for name in ("level", "correlation", "service", "/a", "a.b"):
                if fields is not None:
                    log_records.has(fields, name)
        log_traces.continues(line)
        assert len(log_masking.shape(line)) <= log_masking.LONGEST + 1
    log_traces.looks_like_trace(lines)
    for number in range(len(lines)):
        log_traces.pieces_of_object(lines, number)
