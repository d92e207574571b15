# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services adopted with their faults, in enforce: no old fault stops a deployment, and every worsening does."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import to_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import debt as _debt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.adopt import Adoption, unauthorised
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.digests import digest_of
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.witness import faults_in
from unit.core import brownfield as old
from unit.core.brownfield import SERVICES, Fault, Service, finding, notices, stops


@pytest.fixture
def service(tmp_path: pathlib.Path) -> Service:
    return Service(tmp_path)


@pytest.mark.parametrize("name", SERVICES)
def test_an_old_fault_stops_nothing_night_after_night(service: Service, name: str) -> None:
    fault = SERVICES[name]
    assert stops(service.night(0, fault(0))) == (fault(0).status is not Status.WARN), "without debt it does"
    service.adopted(fault)
    for night in (1, 2, 3, 8, 9, 18):
        spoken = service.night(night, fault(night))
        assert (spoken.answer.verdict.value, stops(spoken), notices(spoken)) == ("go_with_reservations", False, [])


WORSE: dict[str, tuple[Fault, t.Callable[[int], list[Finding]], str]] = {
    "the repository is deleted": (old.old_backup, lambda n: [old.no_repository(n)], "it was there then and is gone"),
    "all snapshots are deleted": (
        old.old_backup,
        lambda n: [finding(Status.FAIL, phrase("no snapshot"), n, check="restic_backup", instance="database", host="h1", absent=True)],
        "it was there then and is gone",
    ),
    "it fails in another way": (
        old.old_backup,
        lambda n: [finding(Status.FAIL, phrase("damaged"), n, check="restic_backup", instance="database", host="h1")],
        "backup_age_seconds is not told any more: it is another fault",
    ),
    "the other backup fails too": (
        old.old_backup,
        lambda n: [old.old_backup(n), old.old_backup(n, instance="files")],
        "files had no such fault then",
    ),
    "another host fails": (old.old_backup, lambda n: [old.old_backup(n), old.old_backup(n, host="h2")], "h2 had no such fault then"),
    "it ages faster than time goes by": (
        old.old_backup,
        lambda n: [old.old_backup(n, more_days=3)],
        "backup_age_seconds was 3 d then and is 11 d",
    ),
    "a warning fails": (old.nearly_full, lambda n: [old.full_disk(n, used=0.86)], "it was warn then and is fail"),
    "an outage turns out to be a fault": (old.no_password, lambda n: [old.old_backup(n)], "it was unknown then and is fail"),
    "the disk is full": (old.filling_disk, lambda n: [old.full_disk(n, used=0.99)], "disk_used_ratio was 91% then and is 99%"),
    "another volume is full": (old.filling_disk, lambda n: [old.full_disk(n, path="/data")], "/data was not part of it then"),
    "another target is down": (old.targets, lambda n: [old.targets(n, "h2:9100")], "h2:9100 was not part of it then"),
    "one more target is down": (
        old.targets,
        lambda n: [old.targets(n, "h1:9100", "h2:9100")],
        "targets_up was 2 then and is 1",
    ),
    "the unit does not run any more": (
        old.disabled,
        lambda n: [old.disabled(n, active="failed")],
        "ActiveState was good then and is not now",
    ),
    "the unit is removed": (old.disabled, lambda n: [old.disabled(n, exists=False)], "it was there then and is gone"),
    "one more alert is dead": (
        old.dead_alerts,
        lambda n: [old.dead_alerts(n, "PaymentsDown", "PaymentsSlow", "PaymentsLost")],
        "PaymentsLost was not part of it then",
    ),
    "the certificate has ended": (
        old.certificate,
        lambda n: [old.certificate(n, left=3.0)],
        "tls_certificate_seconds_left was 20 d then and is",
    ),
    "it is much slower": (old.slow, lambda n: [old.slow(n, seconds=4)], "http_latency_seconds was 2.3 s then and is"),
    "requests fail": (old.slow, lambda n: [old.slow(n, failed=2)], "http_failed_requests was 0 then and is 2"),
    "the declaration is taken out": (
        old.old_backup,
        lambda n: [finding(Status.FAIL, phrase("not declared"), n, check="", instance="", host="")],
        "it was another fault then",
    ),
}


@pytest.mark.parametrize("name", WORSE)
def test_every_worsening_stops(service: Service, name: str) -> None:
    fault, worse, why = WORSE[name]
    service.adopted(fault)
    assert not stops(service.night(1, fault(1)))
    spoken = service.night(5, *worse(5))
    assert stops(spoken)
    assert any(f"the debt of R-01 does not cover what is new: {why}" in notice for notice in notices(spoken)), notices(spoken)
    assert not stops(service.night(6, fault(6))), "once it is as before"


BETTER: dict[str, tuple[Fault, t.Callable[[int], list[Finding]]]] = {
    "a failure that only warns": (old.filling_disk, lambda n: [old.nearly_full(n)]),
    "what could not be seen and is near its limit": (
        old.no_password,
        lambda n: [finding(Status.WARN, phrase("near"), n, check="restic_backup", instance="database", host="h1")],
    ),
    "one alert less is dead": (old.dead_alerts, lambda n: [old.dead_alerts(n, "PaymentsSlow")]),
    "a younger backup that is still too old": (old.old_backup, lambda n: [old.old_backup(n, more_days=-6)]),
    "the other backup passes": (
        old.old_backup,
        lambda n: [old.old_backup(n), finding(Status.PASS, phrase("good"), n, check="restic_backup", instance="files", host="h1")],
    ),
}


@pytest.mark.parametrize("name", BETTER)
def test_what_gets_better_stops_nothing(service: Service, name: str) -> None:
    fault, better = BETTER[name]
    service.adopted(fault)
    spoken = service.night(5, *better(5))
    assert not stops(spoken) and notices(spoken) == []


def test_a_night_in_which_nothing_could_be_seen_stops_nothing_and_is_told(service: Service) -> None:
    service.adopted(old.old_backup)
    spoken = service.night(2, old.locked(2))
    assert not stops(spoken)
    assert notices(spoken) == ["readiness.debt.yml:14: R-01 could not be looked at; its debt covers that, look at why"]
    other = service.night(3, old.old_backup(3), old.locked(3, instance="files"))
    assert stops(other) and other.answer.verdict.value == "undetermined"


def test_an_instance_that_the_check_names_is_found_again_when_nothing_could_be_seen(service: Service) -> None:
    service.adopted(old.crashing)
    unseen = finding(Status.UNKNOWN, phrase("systemctl does not answer"), 2, check="systemd_unit", instance="database", host="h1")
    assert not stops(service.night(2, unseen))
    assert stops(service.night(3, dataclasses.replace(unseen, host="h2")))
    assert stops(service.night(4, dataclasses.replace(unseen, instance="another")))
    assert stops(service.night(5, dataclasses.replace(unseen, check="command")))


def test_what_was_not_declared_may_be_declared_and_fail(service: Service) -> None:
    missing = finding(Status.FAIL, phrase("not declared"), 0, check="", instance="", host="")
    service.adopted(lambda _night: missing)
    assert not stops(service.night(1, old.old_backup(1))) and not stops(service.night(2, missing))
    assert stops(service.night(3, old.no_repository(3))), "it has been there since"


# -- adopting


def test_a_short_outage_is_no_debt(service: Service) -> None:
    service.mode = "observe"
    service.night(0, old.locked(0))
    adoption = service.adopt(0)
    assert (adoption.lines, adoption.left_out["R-01"]) == (
        [],
        "the instrument was out (restic /srv/restic): run recheck again, then adopt; where it stays so, a waiver says why",
    )


def test_a_host_that_could_not_be_reached_is_no_debt(service: Service) -> None:
    service.mode = "observe"
    service.night(0, finding(Status.UNKNOWN, phrase("{host:path} could not be reached", host="h1"), 0, check="", host="h1"))
    assert service.adopt(0).left_out == {"R-01": "it was not looked at (h1 could not be reached): run recheck again, then adopt"}


def test_what_passed_shortly_before_is_no_debt(service: Service) -> None:
    service.mode = "observe"
    service.night(0, finding(Status.PASS, phrase("good"), 0, instance="database"))
    service.night(1, old.no_password(1))
    assert service.adopt(1).left_out["R-01"].startswith("it passed on 2026-11-25, so it is no old debt: run recheck again")
    service.debt = None
    service.night(9, old.no_password(9))
    assert service.adopt(9).added == ["R-01"]


def test_without_its_record_nothing_is_adopted(service: Service) -> None:
    service.mode = "observe"
    service.night(0, old.old_backup(0))
    for path in (service.folder / "records").rglob("runs/*.json"):
        path.unlink()
    assert service.adopt(0).left_out["R-01"].startswith("its run record cannot be used (there is no run ")


# -- lines that nothing bears out


def forged(line: dict[str, t.Any], **changes: t.Any) -> None:
    line["found"] = [{**line["found"][0], **changes}]


FORGED: dict[str, tuple[t.Callable[[dict[str, t.Any]], object], str]] = {
    "another instance": (lambda line: forged(line, instance="files"), "shows another finding"),
    "another status": (lambda line: forged(line, status="fail", measurements=[]), "shows another finding"),
    "another record": (lambda line: line.update(record="0" * 64), "is not the one from which it was adopted"),
    "a run that never was": (lambda line: line.update(run="20261101T000000Z-recheck-00000000"), "there is no run 20261101T000000Z"),
    "an endless end": (lambda line: line.update(until="2099-12-31"), "it would last for more than 730 days"),
    "a day to come, so that it is remembered until then": (
        lambda line: (forged(line, instance="files"), line.update(adopted="2026-11-27")),
        "shows another finding",
    ),
    "the form of an older version": (
        lambda line: [line.pop(key) for key in _debt.WITNESSED] and line.update(observed="it is all broken"),
        "no run record shows it",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_line_by_hand_with_a_seal_that_fits_is_not_believed(service: Service, name: str) -> None:
    change, why = FORGED[name]
    service.adopted(old.old_backup)
    service.edited(change)
    spoken = service.night(1, old.old_backup(1))
    assert stops(spoken) and any("is not believed and covers nothing" in notice and why in notice for notice in notices(spoken))
    assert service.records.load_state().debt == {}, "it is not remembered either"


@pytest.mark.parametrize(
    ("part", "key", "value"), [("run", "environment", "staging"), ("run", "partial", "--limit"), ("service", "name", "x")]
)
def test_a_record_of_something_else_bears_nothing_out(service: Service, part: str, key: str, value: str) -> None:
    service.adopted(old.old_backup)
    (name,) = service.records.runs()
    record = service.records.run(name)
    t.cast("dict[str, object]", record[part])[key] = value
    service.records.save(name, {**record, "digest": digest_of(record)})
    service.edited(lambda line: line.update(record=digest_of(record)))
    spoken = service.night(1, old.old_backup(1))
    assert stops(spoken) and "is not of this service as a whole" in " ".join(notices(spoken))


def test_what_was_believed_once_is_known_without_its_record(service: Service) -> None:
    service.adopted(old.old_backup)
    assert not stops(service.night(1, old.old_backup(1)))
    for path in (service.folder / "records").rglob("runs/20261125*.json"):
        path.unlink()
    assert not stops(service.night(2, old.old_backup(2)))
    service.edited(lambda line: line.update(until="2027-03-31"))
    spoken = service.night(3, old.old_backup(3))
    assert stops(spoken) and "it ended on 2027-02-23 when it was adopted" in " ".join(notices(spoken))
    service.edited(lambda line: [line.pop(key) for key in _debt.WITNESSED] and line.update(until="2027-02-23"))
    spoken = service.night(4, old.old_backup(4))
    assert stops(spoken) and "the state remembers another line" in " ".join(notices(spoken))


def test_neither_an_edit_nor_a_new_file_makes_debt_cover_what_came_later(service: Service) -> None:
    service.adopted(old.old_backup)
    before = service.debt
    assert not stops(service.night(1, old.old_backup(1)))
    assert stops(service.night(2, old.no_repository(2)))
    # by hand, out of last night's record
    other = Service(service.folder)
    name = service.records.runs()[-1]
    record = service.records.run(name)
    found = [to_plain(fault) for fault in faults_in(record, "R-01")]
    service.edited(lambda line: line.update(found=found, run=name.rpartition("/")[2].removesuffix(".json"), record=digest_of(record)))
    spoken = service.night(3, old.no_repository(3))
    assert stops(spoken) and "the state remembers another line" in " ".join(notices(spoken))
    # and by adopting anew
    assert other.adopt(3).added == ["R-01"] and before is not None
    assert other.debt is not None and other.debt.of_debt["debt"][0]["found"] == before.of_debt["debt"][0]["found"]
    assert stops(other.night(4, old.no_repository(4)))
    assert not stops(other.night(5, old.old_backup(5)))


def test_a_record_that_was_removed_before_it_bore_anything_out(service: Service) -> None:
    service.adopted(old.old_backup)
    for path in (service.folder / "records").rglob("runs/*.json"):
        path.unlink()
    assert stops(service.night(1, old.old_backup(1)))


def test_a_failure_of_today_is_not_adopted_by_hand(service: Service) -> None:
    """A line as adopt would write it, of what passed before."""
    service.night(0, finding(Status.PASS, phrase("good"), 0, check="restic_backup", instance="database", host="h1"))
    service.adopt(0)
    service.night(1, old.old_backup(1))
    other = Service(service.folder / "other")
    other.adopted(old.old_backup, 1)
    name = service.records.runs()[-1]
    record = service.records.run(name)
    service.debt = other.debt
    service.edited(lambda line: line.update(run=name.rpartition("/")[2].removesuffix(".json"), record=digest_of(record)))
    spoken = service.night(2, old.old_backup(2))
    assert stops(spoken) and "it passed on 2026-11-25, before it was adopted" in " ".join(notices(spoken))


def test_without_any_record_debt_counts_as_it_stands_and_that_is_told(service: Service, tmp_path: pathlib.Path) -> None:
    service.adopted(old.old_backup)
    elsewhere = Service(tmp_path / "elsewhere", debt=service.debt)
    spoken = elsewhere.night(1, old.old_backup(1))
    assert not stops(spoken)
    assert notices(spoken) == ["readiness.debt.yml: there are no records here that could bear out this debt: it counts as it stands"]


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_without_any_record_debt_covers_nothing_where_an_organisation_enforces(service: Service, tmp_path: pathlib.Path, mode: str) -> None:
    service.adopted(old.old_backup)
    elsewhere = Service(tmp_path / "elsewhere", debt=service.debt, organisation=True, mode=mode)
    spoken = elsewhere.night(1, old.old_backup(1))
    said = " ".join(notices(spoken))
    assert stops(spoken) == (mode == "enforce")
    assert ("is not believed and covers nothing: there are no records here that could bear it out" in said) == (mode == "enforce")
    assert ("it counts as it stands" in said) == (mode == "observe")
    assert not stops(service.night(1, old.old_backup(1))), "with its records it counts"


# -- who may adopt


def enforced(service: Service, leave: Leave) -> Adoption:
    """Adopted after a NO-GO that was enforced."""
    service.organisation, service.adopting = True, leave
    assert stops(service.night(0, old.old_backup(0)))
    return service.adopt(0)


def test_what_was_adopted_without_leave_covers_nothing(service: Service) -> None:
    assert enforced(service, Leave.REFUSED).added == ["R-01"]
    spoken = service.night(1, old.old_backup(1))
    assert stops(spoken) and "it was adopted while the files enforced" in " ".join(notices(spoken))


@pytest.mark.parametrize("leave", [Leave.GIVEN, Leave.WAY_OVER])
def test_with_leave_it_counts_also_once_that_is_taken_back(service: Service, leave: Leave) -> None:
    enforced(service, leave)
    assert not stops(service.night(1, old.old_backup(1)))
    service.adopting = Leave.REFUSED
    assert not stops(service.night(2, old.old_backup(2)))


def test_what_was_adopted_in_observe_counts_in_enforce(service: Service) -> None:
    service.organisation, service.adopting = True, Leave.REFUSED
    service.adopted(old.old_backup)
    assert not stops(service.night(1, old.old_backup(1)))


USUAL = {"blocker": "90d", "major": "180d", "unknown": "270d"}


def test_what_takes_leave_to_adopt(service: Service) -> None:
    def asked_of(adoption: Adoption, **ends: str) -> list[str]:
        return unauthorised(adoption, service.plan(0, None), service.records.load_state(), {**USUAL, **ends}, USUAL)

    first = enforced(service, Leave.GIVEN)
    assert asked_of(first) == ["adopt: payments is enforced, and R-01 would be in debt"]
    assert asked_of(first, blocker="730d")[1:] == ["debt_ends.blocker (readiness_debt_ends): 730d is longer than 90d"]
    service.mode = "observe"
    assert asked_of(first, blocker="30d") == []
    assert asked_of(first, unknown="271d") == ["debt_ends.unknown (readiness_debt_ends): 271d is longer than 270d"]
    service.organisation = False
    assert asked_of(first, unknown="271d") == []
    service.organisation, service.mode = True, "enforce"
    assert asked_of(service.adopt(1), blocker="730d") == [], "it adds nothing"
    service.night(2, finding(Status.PASS, phrase("good"), 2, check="restic_backup", instance="database", host="h1"))
    again = service.adopt(2)
    assert list(again.struck) == ["R-01"] and asked_of(again) == []


# -- lines of version 0.2


def test_a_line_of_an_older_version_covers_as_before_until_it_is_adopted_again(service: Service) -> None:
    service.adopted(old.old_backup)
    service.edited(lambda line: [line.pop(key) for key in _debt.WITNESSED])
    assert stops(service.night(1, old.old_backup(1))), "no record of that version shows it"
    service.forget_the_version()
    spoken = service.night(1, old.old_backup(1))
    assert not stops(spoken)
    assert "readiness.debt.yml: what was seen of R-01 does not stand in it yet, so it covers whatever they show: run adopt" in notices(
        spoken
    )
    adoption = service.adopt(1)
    assert (adoption.first, adoption.added, adoption.struck) == (False, [], {})
    assert service.debt is not None and "found" in service.debt.of_debt["debt"][0]
    assert not stops(service.night(2, old.old_backup(2)))
    assert stops(service.night(3, old.old_backup(3), old.old_backup(3, host="h2")))


def test_half_of_what_was_seen_is_refused(service: Service) -> None:
    service.adopted(old.old_backup)
    service.edited(lambda line: line.pop("found"))
    with pytest.raises(Refused, match="this line was not written by adopt"):
        service.night(1, old.old_backup(1))


# -- gone


def test_what_was_there_and_is_gone_fails(service: Service) -> None:
    good = finding(Status.PASS, phrase("good"), 0, check="restic_backup", instance="database", host="h1")
    first = service.night(0, old.no_repository(0))
    assert first.answer.verdict.value == "undetermined", "nothing was ever there"
    service.night(1, dataclasses.replace(good, collected_at="2026-11-26T06:00:00Z"))
    service.night(2, old.locked(2))
    service.night(3, old.locked(3))
    spoken = service.night(4, old.no_repository(4))
    assert spoken.answer.verdict.value == "no_go"
    assert "there is no restic repository at /srv/restic; it was there on 2026-11-26 and is gone" in str(spoken.answer.reasons[0])
    assert service.night(5, old.no_repository(5)).answer.verdict.value == "no_go", "the night after too"
    assert service.night(6, old.no_repository(6, instance="files")).answer.verdict.value == "undetermined", "another one"


def test_what_was_never_there_is_not_gone(service: Service) -> None:
    missing = finding(Status.FAIL, phrase("no snapshot"), 0, check="restic_backup", instance="database", host="h1", absent=True)
    service.night(0, missing)
    assert service.night(1, old.no_repository(1)).answer.verdict.value == "undetermined"


def test_the_ratchet_sees_what_is_gone(service: Service) -> None:
    service.mode, service.ratchet = "observe", True
    service.night(0, finding(Status.PASS, phrase("good"), 0, check="restic_backup", instance="database", host="h1"))
    spoken = service.night(1, old.no_repository(1))
    assert stops(spoken) and spoken.answer.verdict.value == "no_go"


def test_a_state_of_an_older_version_knows_what_passed(service: Service) -> None:
    service.night(0, finding(Status.PASS, phrase("good"), 0, check="restic_backup", instance="database", host="h1"))
    service.records.save_state(dataclasses.replace(service.records.load_state(), seen={}))
    assert service.night(1, old.no_repository(1)).answer.verdict.value == "no_go"


def test_what_was_never_seen_may_be_adopted_later_and_what_passed_meanwhile_may_not(service: Service) -> None:
    """With the file deleted and written anew; the state knows another debt."""
    service.adopted(old.old_backup)
    service.night(1, old.old_backup(1))
    state = service.records.load_state()
    known = {"R-02": state.debt["R-01"]}
    service.with_state(dataclasses.replace(state, debt=known))
    service.debt = None
    assert service.adopt(1).added == ["R-01"]
    assert not stops(service.night(2, old.old_backup(2)))
    service.with_state(dataclasses.replace(state, debt=known, passed={"R-01": state.passed["R-02"]}))
    service.debt = None
    assert service.adopt(2).left_out["R-01"].startswith("it passed on 2026-11-26, so it is no old debt")
