# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hundred runs judged again offline, and each way to change a folder of records named by the audit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.audit import NothingToAudit, Wanted, audit, result
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.audit import told as lines_of
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Outcome
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import Candidate, Wording, decided
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.audit import Audited, audited
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import Play
from rewriting import canonical, read, relinked, save
from unit.core import described
from unit.core.judged import asked, check, found, plan, waiver
from unit.core.test_gate import EMERGENCY, NOW, House, record_of

RUNS, FEW = 200, 24
HOURS = dt.timedelta(hours=7)
CHECK = check("R-01/0", hosts=("h1", "h2", "log1"))
EXPENSIVE = asked("R-02", "major", valid_for="30d", repeat="when_due", checks=[check("R-02/0", hosts=("h1",))])
PLAN = plan(
    asked("R-01", checks=[CHECK], ratchet=True),
    EXPENSIVE,
    asked("R-03", "major", state="not_declared"),
    asked("R-04", state="not_applicable"),
    asked("R-05", "minor", state="no_host"),
    phase="post",
    waivers=(waiver("R-03"), waiver("R-01", host="h2", begins="2026-12-20"), waiver("R-05", "expired")),
)
STATUSES = ("pass", "pass", "pass", "fail", "pass", "warn", "unknown", "pass", "fail")


def spoken(house: House, number: int) -> dict[str, t.Any]:
    """The run of this number: of each phase, in each mode, by people and in emergencies, on part of the hosts, with hosts lost."""
    phase = ("pre", "post", "recheck", "recheck")[number % 4]
    using = dataclasses.replace(PLAN, phase=phase, mode="enforce" if number % 3 else "observe", decision_required=number % 10 == 4)
    status = STATUSES[number % len(STATUSES)]
    statuses = {"h1": status, "h2": "pass", "log1": STATUSES[(number + 4) % len(STATUSES)]}
    options: dict[str, t.Any] = {"version": f"1.{number // 4}"}
    if number % 11 == 3:
        del statuses["h2"]
    if number % 17 == 5:
        options["emergency"] = EMERGENCY
    if number % 23 == 7:
        options["play"] = Play("h1")
    house.spool(using.scope, phase).save("controller", {"R-02/0": [found("pass", host="h1")]})
    return record_of(house.speak(using=using, statuses=statuses, now=NOW + number * HOURS, **options))


def decide(house: House, record: t.Mapping[str, t.Any], now: dt.datetime) -> None:
    past = house.records.past(record)
    assert past.judgement is not None
    wording = Wording(past.run.phase, "committee", ("Ana",), Outcome.GO, override=True, reason="the old one is worse", valid_until="30d")
    candidate = Candidate(past.run, past.evidence, past.judgement.verified, past.judgement.required)
    house.records.save_decision(decided(wording, candidate, now=now, recorded_by="me"))


def after(count: int, folder: pathlib.Path) -> House:
    """The records of so many runs."""
    house = House(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: None)  # a thousand files
        for number in range(count):
            record = spoken(house, number)
            if number % 40 == 4 and not record["run"]["emergency"]:
                decide(house, record, NOW + number * HOURS)
    return house


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> House:
    return after(FEW, tmp_path_factory.mktemp("few"))


@pytest.fixture
def house(few: House, tmp_path: pathlib.Path) -> House:
    """A copy that may be changed."""
    shutil.copytree(few.folder / "records", tmp_path / "records")
    return House(tmp_path)


def folder_of(house: House) -> pathlib.Path:
    return pathlib.Path(house.records.folder)


def runs(house: House) -> list[pathlib.Path]:
    return sorted((folder_of(house) / "runs").glob("*.json"))


def told(found: Audited) -> list[str]:
    return [f"{problem.file}: {problem.what}" for problem in found.problems]


def test_two_hundred_records_are_judged_again_and_are_the_same(tmp_path: pathlib.Path) -> None:
    estate = after(RUNS, tmp_path)
    verdicts = {read(path)["judgement"]["verdict"] for path in runs(estate)}
    assert verdicts == {"go_with_reservations", "no_go", "undetermined"}
    found = audited(estate.records, [read(runs(estate)[-1])["digest"][:16], read(runs(estate)[50])["digest"]])
    assert (found.problems, found.notes, found.records, found.judged, found.before_digests) == ([], [], RUNS, RUNS, 0)
    assert found.head == read(runs(estate)[-1])["digest"]


def edited(path: pathlib.Path, change: t.Callable[[dict[str, t.Any]], object], *, recompute: bool = False) -> None:
    data = read(path)
    change(data)
    save(path, {**data, "digest": canonical(data, "digest")} if recompute else data)


def softened(record: dict[str, t.Any]) -> None:
    record["judgement"].update(verdict="go", code=0, words="GO")


def test_one_field_that_was_edited(house: House) -> None:
    path = next(path for path in runs(house) if read(path)["judgement"]["verdict"] == "no_go")
    edited(path, softened)
    lines = told(audited(house.records))
    name = f"runs/{path.name}"
    assert any(line.startswith(f"{name}: it was edited: its digest is ") for line in lines)
    assert any(line.startswith(f"{name}: judged again it is another: verdict: go is recorded, no_go comes of it") for line in lines)
    assert all(line.startswith(name) for line in lines)


def test_one_record_that_was_deleted(house: House) -> None:
    path, after = runs(house)[10:12]
    path.unlink()
    (line,) = told(audited(house.records))
    assert line == f"runs/{after.name}: the record before it, of {path.stem}, is missing"


def test_the_last_records_deleted(house: House) -> None:
    published = read(runs(house)[-1])["digest"]
    for path in runs(house)[-2:]:
        path.unlink()
    lines = told(audited(house.records, [published]))
    assert any(line.startswith("head.json: it says that the record of ") for line in lines)
    assert f"runs: no record has the digest {published}, which was published" in lines


def test_two_records_that_changed_places(house: House) -> None:
    one, other = runs(house)[6], runs(house)[12]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    lines = told(audited(house.records))
    assert f"runs/{one.name}: it is the record of another run, {other.stem}" in lines
    assert f"runs/{other.name}: it is the record of another run, {one.stem}" in lines


def test_two_records_whose_names_and_ids_changed_places_too(house: House) -> None:
    one, other = runs(house)[6], runs(house)[12]
    ids = {one.stem: other.stem, other.stem: one.stem}
    for path in (one, other):
        edited(path, lambda record: record["run"].update(id=ids[record["run"]["id"]]), recompute=True)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert any("is not the record from which runs/" in line for line in told(audited(house.records)))


def test_one_record_with_a_digest_that_was_recomputed(house: House) -> None:
    path, after = runs(house)[16:18]
    edited(path, lambda record: record["run"].update(user="somebody else"), recompute=True)
    lines = told(audited(house.records))
    assert any(line.startswith(f"runs/{path.name}: it is not the record from which runs/{after.name} follows") for line in lines)


def test_all_recomputed_is_seen_by_a_digest_that_was_published(house: House) -> None:
    published = read(runs(house)[-1])["digest"]
    edited(runs(house)[16], lambda record: record["run"].update(user="somebody else"))
    relinked(folder_of(house))
    assert told(audited(house.records)) == [], "without signatures whoever can write can recompute it all"
    assert told(audited(house.records, [published[:16]])) == [f"runs: no record has the digest {published[:16]}, which was published"]


def test_all_recomputed_with_another_verdict_is_judged_otherwise(house: House) -> None:
    path = next(path for path in runs(house) if read(path)["judgement"]["verdict"] == "no_go")
    edited(path, softened)
    relinked(folder_of(house))
    lines = told(audited(house.records))
    assert lines and all(line.startswith(f"runs/{path.name}: judged again it is another: ") for line in lines)


def test_a_finding_that_was_taken_out(house: House) -> None:
    def without_h1(record: dict[str, t.Any]) -> None:
        first = record["judgement"]["requirements"][0]
        first["findings"] = [item for item in first["findings"] if item["host"] != "h1"]

    path = next(path for path in runs(house) if read(path)["judgement"]["requirements"][0]["observed_status"] == "fail")
    edited(path, without_h1)
    relinked(folder_of(house))
    assert f"runs/{path.name}: judged again it is another: R-01 has no finding of command on h1" in told(audited(house.records))


def test_all_recomputed_but_the_last_one(house: House) -> None:
    last = runs(house)[-1].read_bytes()
    edited(runs(house)[16], lambda record: record["run"].update(user="somebody else"))
    relinked(folder_of(house))
    runs(house)[-1].write_bytes(last)
    name = f"runs/{runs(house)[-2].name}"
    assert any(line.startswith(f"{name}: it is not the record from which") for line in told(audited(house.records)))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:1000]), "is not whole: it is not JSON that can be parsed"),
        (lambda path: path.write_text("[]"), "is not a record of operability.readiness"),
        (lambda path: path.write_text("[" * 100_000), "is not whole"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read: Is a directory"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "cannot be read: it is no regular file"),
        (lambda path: (path.unlink(), path.symlink_to("/etc/passwd")), "it is a symbolic link, not a record"),
        (lambda path: (path.unlink(), path.symlink_to("20261125T060000Z-pre-0000.json")), "it is a symbolic link, not a record"),
    ],
)
def test_what_is_no_record(house: House, spoil: t.Callable[[pathlib.Path], object], words: str) -> None:
    path, after = runs(house)[18:20]
    spoil(path)
    found = audited(house.records)
    assert any(problem.file == f"runs/{path.name}" and words in problem.what for problem in found.problems)
    assert f"runs/{after.name}: the record before it, of {path.stem}, is missing" in told(found)


def test_a_record_of_another_service(house: House) -> None:
    edited(runs(house)[5], lambda record: record["service"].update(name="other"))
    relinked(folder_of(house))
    lines = told(audited(house.records))
    assert f"runs/{runs(house)[5].name}: it is of other in production" in lines


def test_a_record_that_was_put_in(house: House) -> None:
    path = runs(house)[10]
    data = read(path)
    data["run"]["id"] = "20261201T000000Z-post-ffff"
    save(path.with_name("20261201T000000Z-post-ffff.json"), {**data, "digest": canonical(data, "digest")})
    assert any("several records follow from " in line for line in told(audited(house.records)))


@pytest.mark.parametrize("name", ["state.json", "deployments.json"])
def test_what_lies_beside_the_records(house: House, name: str) -> None:
    path = folder_of(house) / name
    data = read(path)
    save(path, {**data, "deployments": []})
    assert any("was changed after it was written: its digest does not fit" in line for line in told(audited(house.records)))
    save(path, {**data, "deployments": [], "digest": canonical({**data, "deployments": []}, "digest")})
    assert any(line.startswith(f"{name}: ") and "is not what the" in line for line in told(audited(house.records)))


def test_a_state_of_an_earlier_run_that_was_brought_back(tmp_path: pathlib.Path) -> None:
    house = House(tmp_path)
    spoken(house, 0)
    earlier = (folder_of(house) / "state.json").read_bytes()
    spoken(house, 1)
    (folder_of(house) / "state.json").write_bytes(earlier)
    found = audited(house.records)
    assert found.problems == [] and "came after it" in found.notes[0]


def test_records_of_before_there_were_digests(tmp_path: pathlib.Path) -> None:
    house = House(tmp_path)
    for number in range(3):
        spoken(house, number)
        for path in [*runs(house), folder_of(house) / "state.json", folder_of(house) / "deployments.json"]:
            save(path, {key: value for key, value in read(path).items() if key not in ("digest", "follows", "given", "kept")})
        (folder_of(house) / "head.json").unlink()
    first = spoken(house, 3)
    assert any("was written before records had digests" in notice for notice in first["judgement"]["notices"])
    second = spoken(house, 4)
    assert not any("digest" in notice for notice in second["judgement"]["notices"]), "it is told once"
    found = audited(house.records)
    assert (told(found), found.before_digests, found.judged) == ([], 3, 2)
    save(runs(house)[4], {key: value for key, value in read(runs(house)[4]).items() if key != "digest"})
    assert f"runs/{runs(house)[4].name}: it has no digest, and records before it have" in told(audited(house.records))


def test_a_digest_is_that_of_the_content_and_not_of_the_layout(few: House) -> None:
    record = read(runs(few)[0])
    assert canonical(json.loads(json.dumps(record, indent=3)), "digest") == record["digest"]


def test_the_plan_that_is_kept_has_no_argument_of_a_check(tmp_path: pathlib.Path) -> None:
    secret = dataclasses.replace(CHECK, args={"command": ["/bin/x", "--password", "s3cr3t"]})
    using: Plan = dataclasses.replace(PLAN, requirements=(asked("R-01", checks=[secret]),), publish={"html": "s3cr3t"})
    record = record_of(House(tmp_path).speak(using=using))
    assert "s3cr3t" not in json.dumps(record["given"])


@pytest.mark.parametrize("phase", ["design", "pre", "post", "smoke", "recheck"])
def test_a_plan_of_the_default_policy_is_judged_again_and_is_the_same(tmp_path: pathlib.Path, phase: str) -> None:
    described_plan = described.plan(phase=phase, version="1.0")
    house = House(tmp_path)
    for number in range(2):
        spool = house.spool(phase=phase)
        for planned in described_plan.checks:
            for host in planned.hosts or ("controller",):
                status = STATUSES[(len(planned.key) + number) % len(STATUSES)]
                finding = found(status, check=planned.check, instance=planned.instance, host=host if planned.hosts else "")
                spool.save(host, {planned.key: [finding]})
        record = record_of(house.speak(using=described_plan, statuses={}, now=NOW + number * HOURS))
    outcome = audited(house.records)
    assert (told(outcome), outcome.judged) == ([], 2)
    assert len(json.dumps(record["given"])) < len(json.dumps(record["judgement"])), "it is the smaller part"


# -- all services of a folder


def test_each_service_that_is_found_is_looked_at(few: House, tmp_path: pathlib.Path) -> None:
    root = tmp_path / "records"
    shutil.copytree(few.folder / "records", root)
    made = result(audit(Wanted(root)), root)
    assert (made["ok"], made["problems"], made["checked"]) == (True, [], {"records": FEW, "judged": FEW, "before_digests": 0})
    (service,) = t.cast("list[dict[str, t.Any]]", made["services"])
    assert (service["service"], service["environment"], len(service["head"])) == ("payments", "production", 64)
    shutil.copytree(root / "payments" / "production", root / "shop" / "production")
    found = audit(Wanted(root))
    assert [(one.service, not one.problems) for one in found] == [("payments", True), ("shop", False)]
    (first, *_others) = t.cast("list[dict[str, t.Any]]", result(found, root)["problems"])
    assert first["what"] == "it is of payments in production" and first["file"].startswith("shop/production/runs/2026")
    assert result(audit(Wanted(root, service="payments")), root)["ok"] and not result(audit(Wanted(root, "shop")), root)["ok"]
    lines = lines_of(found)
    assert lines[0] == f"payments in production: {FEW} records, {FEW} judged again and the same: no problem"
    assert any(line.startswith("  - runs/2026") and "it is of payments in production (expected: a record of shop" in line for line in lines)


@pytest.mark.parametrize("wanted", [{}, {"service": "nobody"}, {"service": "nobody", "environment": "production"}])
def test_where_there_is_nothing_to_audit(tmp_path: pathlib.Path, wanted: dict[str, str]) -> None:
    with pytest.raises(NothingToAudit, match="there is no record below "):
        audit(Wanted(tmp_path, **wanted))
