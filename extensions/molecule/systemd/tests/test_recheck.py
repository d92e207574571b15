# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role recheck: a timer on web1, cron on log1; what they start, what is told of it, and that both can be taken away."""

from __future__ import annotations

import pathlib
import re
import subprocess
import time
import typing as t

import pytest
from testinfra.host import Host

SCENARIO = pathlib.Path(__file__).parents[1]
PLACE = "/var/lib/node-exporter"
TOLD = f"{PLACE}/operability-recheck-shop.prom"
START = "systemctl start operability-recheck-shop.service"
STATE = "systemctl is-active operability-recheck-shop.service"


def until(true: t.Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def told(host: Host) -> dict[str, float]:
    file = host.file(TOLD)
    assert (file.user, file.mode) == ("shop", 0o644)
    found = re.findall(r'^operability_recheck_run_(\w+)\{recheck="shop"\} (\S+)$', file.content_string, re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.fixture
def web1(hosts: dict[str, Host]) -> t.Iterator[Host]:
    host = hosts["web1"]
    assert host.run(f"echo 0 >{PLACE}/code && chown shop {PLACE}/code").rc == 0
    yield host
    host.run(f"rm -f {PLACE}/wait; systemctl reset-failed")


def test_the_timer_waits_for_the_night(web1: Host) -> None:
    timer = web1.service("operability-recheck-shop.timer")
    assert timer.is_enabled and timer.is_running
    shown = web1.run("systemctl show operability-recheck-shop.timer -p RandomizedDelayUSec -p Persistent -p TimersCalendar").stdout
    assert "RandomizedDelayUSec=30min" in shown and "Persistent=yes" in shown and "OnCalendar=*-*-* 03:00" in shown
    assert not web1.file("/etc/cron.d/operability-recheck-shop").exists


def test_what_the_timer_starts(web1: Host) -> None:
    assert web1.run(START).rc == 0
    assert web1.file(f"{PLACE}/arguments").content_string.splitlines() == [
        "shop in /etc",
        "/etc/shop/ansible.cfg",
        "--inventory=/etc/shop/inventory.yml",
        "--vault-password-file=/etc/shop/vault password",
        "--extra-vars=@/etc/operability-recheck/shop.variables.json",
        "--forks=20",
        "operability.readiness.recheck",
    ]
    variables = web1.file("/etc/operability-recheck/shop.variables.json")
    assert (variables.user, variables.group, variables.mode) == ("root", "shop", 0o640) and "100 % of $HOME" in variables.content_string
    assert told(web1)["exit_code"] == 0


def test_a_run_that_fails_fails_its_unit(web1: Host) -> None:
    assert web1.run(f"echo 2 >{PLACE}/code && {START}").rc != 0
    assert "ExecMainStatus=2" in web1.run("systemctl show operability-recheck-shop.service -p ExecMainStatus").stdout
    assert told(web1)["exit_code"] == 2


def test_a_run_by_hand_does_not_overlap(web1: Host) -> None:
    assert web1.run(f"touch {PLACE}/wait && {START} --no-block").rc == 0
    lock = web1.file("/var/lib/operability-recheck/shop/lock")
    until(lambda: web1.run(STATE).stdout == "activating\n" and "since" in lock.content_string)
    program = "/usr/local/lib/operability/operability_recheck.py /etc/operability-recheck/shop.json"
    second = web1.run(f"runuser -u shop -- /usr/bin/python3 {program}")
    assert second.rc == 75 and "the run before has not ended" in second.stderr
    assert web1.run(f"rm {PLACE}/wait").rc == 0
    until(lambda: web1.run(STATE).stdout == "inactive\n")


def test_cron_starts_it(hosts: dict[str, Host]) -> None:
    log1 = hosts["log1"]
    until(lambda: bool(log1.file(TOLD).exists), 90)
    assert told(log1)["exit_code"] == 0
    assert not log1.file("/etc/systemd/system/operability-recheck-shop.timer").exists


def test_both_can_be_taken_away(hosts: dict[str, Host]) -> None:
    words = ["ansible-playbook", f"--inventory={SCENARIO.parent / 'inventory'}", str(SCENARIO / "unscheduled.yml")]
    for changes in (True, False):
        done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and ("changed=0 " not in done.stdout) == changes, done.stdout[-4000:]
    for host in hosts.values():
        assert not host.run("ls /etc/cron.d /etc/systemd/system /etc/operability-recheck | grep recheck-shop").stdout
        assert not host.file(TOLD).exists and not host.file("/var/lib/operability-recheck/shop").exists
    assert not hosts["web1"].run("systemctl list-timers --all | grep recheck").stdout
