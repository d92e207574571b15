# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that the role recheck schedules: lock, metrics, exit codes. The schedules themselves: molecule, scenario systemd."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from integration.playbook import ROOT
from servers import Binaries

PROGRAM = ROOT / "roles" / "recheck" / "files" / "operability_recheck.py"


class Site:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.metrics = folder, folder / "metrics"
        self.metrics.mkdir()
        self.lock = folder / "lock"

    def start(self, *command: str, words: tuple[str, ...] = (), **more: t.Any) -> subprocess.Popen[str]:
        given = {
            "name": "nightly",
            "command": list(command),
            "environment": {"GIVEN": "to the run"},
            "folder": str(self.folder),
            "lock": str(self.lock),
            "textfile_directory": str(self.metrics),
            **more,
        }
        path = self.folder / "schedule.json"
        path.write_text(json.dumps(given))
        start = [sys.executable, str(PROGRAM), *words, str(path)]
        return subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *command: str, **more: t.Any) -> tuple[int, str]:
        child = self.start(*command, **more)
        said, _none = child.communicate(timeout=60)
        return child.returncode, said

    def shell(self, text: str, **more: t.Any) -> tuple[int, str]:
        return self.run("/bin/sh", "-c", text, **more)

    def told(self) -> dict[str, float]:
        (path,) = [path for path in self.metrics.iterdir() if path.is_file()]
        assert path.name == "operability-recheck-nightly.prom" and path.stat().st_mode & 0o777 == 0o644
        found = re.findall(r'^operability_recheck_run_(\w+)\{recheck="nightly"\} (\S+)$', path.read_text(), re.MULTILINE)
        return {name: float(value) for name, value in found}


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path)


def until(true: t.Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_run_is_told(site: Site, binaries: Binaries) -> None:
    before = time.time()
    code, said = site.shell('echo "$GIVEN in $(pwd)"; touch ran')
    assert (code, said) == (0, f"to the run in {site.folder}\n") and (site.folder / "ran").exists()
    seen = site.told()
    assert seen["exit_code"] == 0 and before - 1 <= seen["timestamp_seconds"] <= time.time() + 1 and 0 < seen["duration_seconds"] < 60
    checked = subprocess.run(
        [binaries.path("promtool"), "check", "metrics"],
        input=(site.metrics / "operability-recheck-nightly.prom").read_bytes(),
        capture_output=True,
        env=binaries.environment(),
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["/bin/sh", "-c", "exit 2"], 2, ""),
        (["/bin/sh", "-c", "kill -KILL $$"], 137, ""),
        (["no-such-program"], 127, "no-such-program cannot be used: No such file"),
        (["/etc/passwd"], 126, "/etc/passwd cannot be used: Permission denied"),
    ],
)
def test_the_exit_code_is_kept(site: Site, command: list[str], code: int, words: str) -> None:
    ended, said = site.run(*command)
    assert ended == code == site.told()["exit_code"] and words in said


def test_ansible_playbook_s_own_exit_code(site: Site) -> None:
    playbook = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.fail": {"msg": "{{ said }}"}}]}]
    (site.folder / "play.yml").write_text(json.dumps(playbook))
    (site.folder / "variables.json").write_text(json.dumps({"said": "NO-GO: 100 % of it"}))
    program = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    code, said = site.run(program, "--extra-vars=@variables.json", "play.yml")
    assert code == 2 == site.told()["exit_code"] and "NO-GO: 100 % of it" in said


def test_two_never_overlap(site: Site) -> None:
    first = site.start("/bin/sh", "-c", "touch begun; while [ ! -e over ]; do sleep 0.05; done; exit 3")
    until((site.folder / "begun").exists)
    code, said = site.shell("touch second")
    assert code == 75 and re.search(rf"the run before has not ended \(since \S+Z, process {first.pid}\)", said)
    assert not (site.folder / "second").exists() and list(site.metrics.iterdir()) == [], "the first one will tell"
    # a program that was killed leaves a run behind, which still holds the lock
    first.kill()
    first.wait()
    assert site.shell("touch second")[0] == 75
    (site.folder / "over").touch()
    until(lambda: site.shell("touch second")[0] == 0)
    assert (site.folder / "second").exists() and site.told()["exit_code"] == 0


def test_a_run_that_takes_too_long_is_ended_with_what_it_started(site: Site) -> None:
    code, said = site.shell("sleep 60 & echo $! >child; wait", timeout_seconds=0.5)
    assert code == 124 == site.told()["exit_code"] and "it took more than 0.5 s" in said
    child = int((site.folder / "child").read_text())
    until(lambda: not pathlib.Path(f"/proc/{child}").exists() or pathlib.Path(f"/proc/{child}/stat").read_text().split()[2] == "Z")


def test_whoever_stops_it_stops_the_run(site: Site) -> None:
    running = site.start("/bin/sh", "-c", "trap 'touch tidied; exit 9' TERM; touch begun; while :; do sleep 0.05; done")
    until((site.folder / "begun").exists)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)
    assert running.returncode == 9 == site.told()["exit_code"] and (site.folder / "tidied").exists()


@pytest.mark.parametrize("broken", ["missing", "a file", "taken"])
def test_metrics_that_cannot_be_written_change_no_exit_code(site: Site, broken: str) -> None:
    place = site.metrics / "below"
    if broken == "a file":
        place.touch()
    elif broken == "taken":
        (place / "operability-recheck-nightly.prom").mkdir(parents=True)
    code, said = site.shell("exit 2", textfile_directory=str(place))
    assert code == 2 and re.search(r"below/operability-recheck-nightly.prom could not be written: [A-Z]", said) and "Traceback" not in said
    assert broken != "taken" or os.listdir(place) == ["operability-recheck-nightly.prom"], "nothing half-written stays"


def test_no_metrics_where_none_are_asked_for_and_jitter_only_where_it_is(site: Site) -> None:
    assert site.shell("true", textfile_directory="", jitter_seconds=3600)[0] == 0
    assert site.shell("true", textfile_directory="", jitter_seconds=0.01, words=("--jitter",))[0] == 0
    assert list(site.metrics.iterdir()) == []
