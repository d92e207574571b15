# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What log_secrets says, and what it never says."""

from __future__ import annotations

import base64
import dataclasses
import json
import pathlib
import random
import re
import typing as t

import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_lines, secret_fingerprints
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from fakes import Completed, FakeRunner


def look(path: pathlib.Path, runner: Runner | None = None, **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="log_secrets", args={"path": str(path), **args}), runner or Runner())
    return finding


def made_of(family: str, seed: int = 1) -> str:
    return next(make for name, make in made.KEYS if name == family)(random.Random(seed))


@pytest.fixture
def log(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "app.log"


def test_a_secret_is_told_without_being_said(log: pathlib.Path) -> None:
    token, phrase = made_of("github_token"), "tiger_2041"
    log.write_text(f"INFO start\nINFO use {token}\nINFO password={phrase}\nINFO password={phrase} again\n")
    finding = look(log, service="payments")
    assert finding.status == "fail"
    assert re.fullmatch(rf"github_token in {log}, line 2 \(fingerprint github_token:[0-9a-f]{{10}}\) \(and 1 more\)", finding.message)
    assert re.fullmatch(rf"password in {log}, line 3, 2 times in all \(fingerprint password:[0-9a-f]{{3}}\)", finding.details[1])
    assert finding.observed["families"] == {"github_token": 1, "password": 1} and finding.observed["lines"] == 4
    whole = json.dumps(finding.as_dict())
    assert token not in whole and phrase not in whole and token[4:12] not in whole


def test_a_fingerprint_is_the_same_for_a_service_and_another_for_others(log: pathlib.Path, tmp_path: pathlib.Path) -> None:
    def prints(**args: str) -> list[str]:
        return [one["fingerprint"] for one in look(log, **args).observed["secrets"]]  # type: ignore[attr-defined, index] # a list of dicts

    log.write_text(f"x {made_of('jwt')}\npassword=tiger_2041\n")
    first = prints(service="payments")
    assert first == prints(service="payments") and [len(one.partition(":")[2]) for one in first] == [10, 3]
    others = [
        prints(service="orders"),
        prints(service="payments", fingerprint_key="k" * 30),
        prints(service="payments", fingerprint_key="l" * 30),
    ]
    assert len({one[0] for one in (first, *others)}) == 4
    assert [len(one.partition(":")[2]) for one in others[1]] == [10, 10], "nobody without the key can try values"
    assert prints(service="payments", fingerprint_key="k" * 30) == others[1]


def test_what_somebody_has_looked_at_is_allowed_by_its_fingerprint(log: pathlib.Path) -> None:
    log.write_text(f"x {made_of('jwt')}\npassword=tiger_2041\n")
    known = [one["fingerprint"] for one in look(log).observed["secrets"]]  # type: ignore[attr-defined, index] # a list of dicts
    finding = look(log, allowed=[*known, "card_number:abc"])
    assert (finding.status, finding.observed["allowed"], finding.observed["allowed_not_found"]) == ("pass", 2, ["card_number:abc"])
    assert look(log, allowed=known[:1]).message.startswith("password in")
    for wrong in ("tiger_2041", "password:tiger", "nonsense:abc", "password:9b01"):
        refused = look(log, allowed=[wrong])
        assert refused.status == "unknown" and "allowed: expected fingerprints" in refused.message and wrong not in refused.message


def test_report_first(log: pathlib.Path) -> None:
    log.write_text("password=tiger_2041\n")
    finding = look(log, mode="report")
    assert finding.status == "warn" and finding.message.startswith("password in")


def test_on_a_host_without_scrypt(log: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_text("password=tiger_2041\n")

    def refused(*_args: object, **_options: object) -> bytes:
        raise ValueError("unsupported")

    monkeypatch.setattr(secret_fingerprints.hashlib, "scrypt", refused)
    assert look(log).message == f"password in {log}, line 1"


@pytest.mark.parametrize(
    ("data", "args", "status", "message"),
    [
        (b"", {}, "unknown", "has no line yet"),
        (b"", {"quiet": True}, "pass", "has no line, as it may be"),
        (b"one line\n", {}, "pass", r"no secret stands in \S+: 1 line, all that there is"),
        (b"a\nb\n", {}, "pass", "2 lines, all that there are"),
        (b"not ended", {}, "unknown", "has 9 B without the end of a line"),
        (b"\0\1\2\3\4\n" * 100, {}, "unknown", "has bytes that are no text"),
        ("\ufeffa\n".encode("utf-16-le") * 100, {}, "unknown", "is written in UTF-16"),
        (b"password=tiger_2041 without an end", {}, "fail", "password in"),
        (b"a\n", {"sample_lines": 0}, "unknown", "sample_lines: expected 1 to 1000000, found 0"),
    ],
)
def test_what_it_says(log: pathlib.Path, data: bytes, args: dict[str, t.Any], status: str, message: str) -> None:
    log.write_bytes(data)
    finding = look(log, **args)
    assert (finding.status, bool(re.search(message, finding.message))) == (status, True), finding.message


def test_a_long_log_is_sampled_and_that_is_said(log: pathlib.Path) -> None:
    log.write_text("INFO x\n" * 300_000)
    assert re.search(r": [12]\d{3} lines of 2.0 MiB, the newest and some over all its length$", look(log, sample_lines=2000).message)
    with log.open("a") as handle:
        handle.write("password=tiger_2041\n")
    finding = look(log, sample_lines=2000)
    assert finding.message.startswith(f"password in {log}, line 300001 ")


def test_a_log_of_which_a_part_cannot_be_read(log: pathlib.Path) -> None:
    log.write_text("INFO x\n")
    (log.parent / "app.log.1.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    finding = look(log)
    assert finding.status == "warn" and re.search(r"no secret .* but .*app.log.1.zst is packed in a way", finding.message)


class Ticking(Clock):
    """Each look at the clock takes a while."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        self.passed += 3.0
        return self.passed


def test_when_time_is_over_what_was_found_counts(log: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan.CHUNK", 1000)
    log.write_text("INFO a line that says nothing\n" * 3000)
    finding = look(log, Runner(clock=Ticking()))
    assert finding.status == "unknown" and re.search(r"the time was over after \d+ lines of", finding.message), finding.message
    log.write_text("password=tiger_2041\n" + "INFO a line that says nothing\n" * 3000)
    assert look(log, Runner(clock=Ticking())).status == "fail"


def entry(message: str, **fields: str) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": "1795500000000000", "MESSAGE": message, **fields})


def test_the_journal_of_a_unit() -> None:
    key = made.pem(random.Random(2))
    said = [
        entry("a"),
        entry("b", REQUEST="token=" + made.of(random.Random(1), made.ALNUM, 32)),
        entry("c", _CMDLINE="x --password winter_2041"),
    ]
    runner = FakeRunner(commands={"journalctl": Completed(0, "\n".join([*said, entry(key)]), "")})
    (finding,) = run_item(Item(key="x", check="log_secrets", args={"unit": "payments.service"}), runner)
    assert finding.status == "fail" and finding.observed["families"] == {"private_key": 1, "secret_value": 1, "password": 1}
    assert "private_key in payments.service, entry of 2026-11-24T06:00:00Z (fingerprint" in finding.message
    assert finding.observed["lines"] == 4
    empty = FakeRunner(commands={"journalctl": Completed(0, "", "")})
    (finding,) = run_item(Item(key="x", check="log_secrets", args={"tag": "payments"}), empty)
    assert (finding.status, finding.message) == ("unknown", "there is no entry of payments")


def test_nothing_that_was_found_is_shown_by_accident(log: pathlib.Path) -> None:
    secret = next(iter(dataclasses.fields(log_lines.Line)))
    assert secret.name == "text"
    log.write_text("password=tiger_2041\n")
    finding = look(log)
    assert "tiger" not in repr(finding)


def test_of_many_secrets_not_all_are_named(log: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.operability.readiness.plugins.module_utils._checks.log_secrets.TOLD", 5)
    log.write_text("".join(f"password=tiger_{number}\n" for number in range(2000, 2020)))
    finding = look(log)
    assert finding.message.endswith("(and 19 more)") and len(finding.details) == 5
    assert len(finding.observed["secrets"]) == 5 and finding.measurements[0].value == 20  # type: ignore[arg-type] # a list


def prints_of(path: pathlib.Path, **args: t.Any) -> list[str]:
    return [one["fingerprint"] for one in look(path, **args).observed["secrets"]]  # type: ignore[attr-defined, index] # a list of dicts


def test_a_value_in_several_forms_and_services_tells_twelve_bits_of_itself(log: pathlib.Path) -> None:
    basic = base64.b64encode(b"app:Wx7kQ2mLp9Z").decode()
    log.write_text(f"password=Wx7kQ2mLp9Z\npostgres://a:Wx7kQ2mLp9Z@db/x\nclient_secret=Wx7kQ2mLp9Z\nAuthorization: Basic {basic}\n")
    both = prints_of(log, service="payments") + prints_of(log, service="orders")
    assert {one.partition(":")[0] for one in both} == {"password", "url_password", "secret_value", "basic_auth"}
    assert len({one.partition(":")[2] for one in both}) == 1


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("jwt.secret=MySuperSecretKey2026", 3),
        ("Authorization: Bearer Sommer2026Sommer2026", 3),
        ("secret=Marseille13", 3),
        ("secret=" + made.of(random.Random(5), made.ALNUM, 40), 10),
        ("Authorization: Bearer " + made.of(random.Random(6), made.ALNUM, 40), 10),
    ],
)
def test_what_a_person_may_have_made_has_a_short_fingerprint(log: pathlib.Path, line: str, size: int) -> None:
    log.write_text(line + "\n")
    assert [len(one.partition(":")[2]) for one in prints_of(log)] == [size]
    assert [len(one.partition(":")[2]) for one in prints_of(log, fingerprint_key="k" * 30)] == [10]


def test_not_every_secret_costs_time(log: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    monkeypatch.setattr(secret_fingerprints, "_slowly", lambda value: runs.append(value) or "abcdef")
    monkeypatch.setattr(secret_fingerprints, "MOST_SLOW", 50)
    log.write_text("".join(f"password=tiger_{number}\n" for number in range(2000, 3000)))
    finding = look(log)
    assert finding.status == "fail" and len(runs) == 50
    runs.clear()
    rng = random.Random(3)
    log.write_text("".join(f"GET /x?access_token={made.of(rng, made.ALNUM, 40)}\n" for _unused in range(1000)))
    assert look(log).observed["families"] == {"secret_value": 1000} and len(runs) < 30


def test_a_file_that_is_not_large_is_looked_at_whole(log: pathlib.Path) -> None:
    lines = [f"INFO line {number} that says nothing of interest to anybody at all" for number in range(40_000)]
    lines[13_000] = "password=tiger_2041"
    log.write_text("\n".join(lines) + "\n")
    assert look(log).message.startswith(f"password in {log}, line 13001 ")
    lines[13_000] = "INFO"
    log.write_text("\n".join(lines) + "\n")
    assert "40000 lines, all that there are" in look(log).message


def test_what_is_behind_escapes_is_told_with_its_line(log: pathlib.Path) -> None:
    log.write_text("a\nb%20c\nbody password%3Dtiger_2041\n")
    assert look(log).message.startswith(f"password in {log}, line 3 ")
