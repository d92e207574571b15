# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on their way from verify to gate."""

from __future__ import annotations

import datetime as dt
import pathlib
import threading

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Measurement
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool, Word
from ansible_collections.operability.readiness.plugins.plugin_utils._running.verification import CONTROLLER, LOOKING
from unit.core.judged import found


@pytest.fixture
def spool(tmp_path: pathlib.Path) -> Spool:
    return Spool(tmp_path, "payments", "production", "pre")


def hosts(spool: Spool) -> set[str]:
    """Who has been here: as the files tell, and as ``has`` says of each."""
    there = {data["host"] for data in spool.load()}
    assert all(spool.has(host) for host in there) and not spool.has("nobody")
    return there


def test_empty(spool: Spool) -> None:
    assert (spool.load(), spool.findings(), hosts(spool), spool.started(), spool.judged()) == ([], {}, set(), None, None)


def test_what_hosts_leave_is_found(spool: Spool) -> None:
    one = found("fail", "é", host="h1", measurements=[Measurement("a", 1.5, 2, "upper")])
    spool.save("h1", {"R-01/0": [one]}, play_hosts=["h1", "h2"])
    spool.save("h2", {"R-01/0": [found("pass", host="h2")]})
    spool.save("h1", {"R-01/1": [found("pass", host="h1")]}, play_hosts=["h3"])
    assert spool.findings_of("h1")["R-01/0"] == [one] and spool.findings_of("nobody") == {}
    assert spool.findings()["R-01/0"] == [one, found("pass", host="h2")] and hosts(spool) == {"h1", "h2"}
    assert spool.load()[0]["play_hosts"] == ["h1", "h2", "h3"] and set(spool.load()[0]["findings"]) == {"R-01/0", "R-01/1"}


def test_a_host_that_was_not_reached_has_been_here(spool: Spool) -> None:
    spool.save("h1", {}, unreachable=Message("Connection refused"))
    assert hosts(spool) == {"h1"} and spool.load()[0]["unreachable"] == "Connection refused"


@pytest.mark.parametrize(
    "pair",
    [
        ("web 1", "web_1"),
        ("a/b", "a_b"),
        ("fd00::1", "fd00__1"),
        ("é", "è"),
        (CONTROLLER, "controller"),
        (LOOKING, "_controller_"),
        (CONTROLLER, LOOKING),
    ],
)
def test_hosts_whose_names_are_alike_are_told_apart(spool: Spool, pair: tuple[str, str]) -> None:
    for name in pair:
        spool.save(name, {"R-01/0": [found("pass", host=name)]})
    assert hosts(spool) == set(pair) and len(spool.findings()["R-01/0"]) == 2


def test_services_environments_and_phases_are_told_apart(tmp_path: pathlib.Path) -> None:
    spools = [
        Spool(tmp_path, *names)
        for names in [("a", "b", "pre"), ("a", "b", "post"), ("a", "c", "pre"), ("a b", "c", "pre"), ("a_b", "c", "pre")]
    ]
    for spool in spools:
        spool.save("h1", {})
    assert len({spool.folder for spool in spools}) == 5


def test_names_stay_within_the_folder(tmp_path: pathlib.Path) -> None:
    spool = Spool(tmp_path, "../../etc", "/x", "pre")
    spool.save("../../h", {})
    assert spool.folder.parent == spool.base and [path.parent for path in spool.folder.glob("host-*")] == [spool.folder]


def test_one_worker_alone_gets_a_piece_of_work(spool: Spool) -> None:
    gate, won = threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        won.append(spool.claim("R-01/1"))

    threads = [threading.Thread(target=ask) for _unused in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert spool.claim("R-01/1@h1") and spool.claim("R-01_1")
    started = spool.started()
    assert started is not None and abs((dt.datetime.now(dt.timezone.utc) - started).total_seconds()) < 60


def test_after_the_judgement_the_findings_are_gone(spool: Spool) -> None:
    spool.save("h1", {"R-01/0": [found("pass")]})
    spool.claim("x")
    assert spool.publish() == {}
    spool.close({"verdict": "go"}, {"url": "http://push"})
    assert spool.findings() == {} and spool.judged() == {"verdict": "go"} and spool.publish() == {"url": "http://push"}
    assert spool.claim("x") and spool.judged() is None, "something was verified since"


def test_between_batches_what_hosts_said_stays_and_servers_are_asked_again(spool: Spool) -> None:
    spool.save("h1", {"R-01/0": [found("pass", host="h1")]})
    spool.save(CONTROLLER, {"R-02/0": [found("pass")]})
    spool.save(LOOKING, {"R-01/1": [found("pass")]})
    assert spool.claim(CONTROLLER)
    spool.close({"verdict": "go"}, {}, more_to_come=True)
    assert set(spool.findings()) == {"R-01/0"} and spool.claim(CONTROLLER) and spool.judged() is None


def test_the_word_of_the_last_gate_is_published_once(spool: Spool, tmp_path: pathlib.Path) -> None:
    word = Word(tmp_path)
    word.published()
    assert word.last() is None and spool.kept() is None
    spool.close({"verdict": "go"}, {"html": "x"}, {"run": {"id": "r1"}})
    word.give("pre", {"stop": True}, ["payments", "production", "pre", "service"])
    assert spool.kept() == ({"verdict": "go"}, {"html": "x"}, {"run": {"id": "r1"}}, {})
    assert word.last() == ("pre", {"stop": True}, ["payments", "production", "pre", "service"])
    word.published()
    assert word.last() == ("pre", {"stop": True}, None), "it still stops"
    assert word.path.stat().st_mode & 0o077 == 0


def test_nobody_else_may_read_it(spool: Spool) -> None:
    spool.claim("x")
    spool.save("h1", {})
    assert spool.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in spool.folder.glob("host-*"))


def test_what_all_hosts_are_told_is_read_once(spool: Spool) -> None:
    began, reads = threading.Event(), list[int]()

    def read() -> dict[str, object]:
        reads.append(1)
        began.wait(5)
        return {"units": ["payments.service"]}

    told = list[object]()
    workers = [threading.Thread(target=lambda: told.append(spool.once("runbook", read, 60))) for _worker in range(4)]
    for worker in workers:
        worker.start()
    began.set()
    for worker in workers:
        worker.join()
    assert told == [{"units": ["payments.service"]}] * 4 and len(reads) == 1 and spool.load() == []
    assert spool.once("another", dict, 60) == {} and spool.once("runbook", dict, 60) == told[0]


def test_what_could_not_be_read_is_read_again_after_a_while(spool: Spool) -> None:
    assert spool.once("runbook", dict, 60) == {} and spool.once("runbook", lambda: {"units": []}, 60) == {}
    assert spool.once("runbook", lambda: {"units": []}, 0) == {"units": []} == spool.once("runbook", dict, 60)
    spool.close({}, {})
    assert spool.once("runbook", lambda: {"units": ["a"]}, 60) == {"units": ["a"]}
