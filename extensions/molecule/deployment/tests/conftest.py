# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts, the playbooks as their users run them, and what those leave behind. Deployments build on each other."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import time
import typing as t

import pytest
import testinfra
from testinfra.host import Host

SCENARIO = pathlib.Path(__file__).parents[1]
CHECKOUT = SCENARIO.parents[2]
WEB = ("web1", "web2", "web3")
RECORDS = pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "readiness", "records", "shop", "test")
SHOWN = "Operability of shop"  # how the gate's table begins


@dataclasses.dataclass(frozen=True)
class Played:
    """One run of a playbook: how it ended, what it printed, and the records of its gates, oldest first."""

    returncode: int
    output: str
    records: list[dict[str, t.Any]]
    seconds: float

    @property
    def gates(self) -> list[tuple[str, str, str, str, str]]:
        """Phase, scope, version, verdict and advice of each gate."""
        return [
            (run["phase"], run["scope"], run["version"], judgement["verdict"], judgement["advice"])
            for run, judgement in ((record["run"], record["judgement"]) for record in self.records)
        ]

    def failing(self, number: int) -> dict[str, dict[str, t.Any]]:
        """The requirements that decided at a gate and did not pass, by their id."""
        asked = [each for each in self.records[number]["judgement"]["requirements"] if each["deciding"]]
        return {each["id"]: each for each in asked if each["status"] not in ("pass", "not_applicable")}

    @property
    def tables(self) -> str:
        """What the gates have printed."""
        shown, inside = [], False
        for line in self.output.splitlines():
            inside = line.startswith(SHOWN) or (inside and not line.startswith(("ok: ", "changed: ", "fatal: ")))
            shown += [line] if inside else []
        return "\n".join(shown)


@pytest.fixture(scope="session")
def play(pytestconfig: pytest.Config) -> t.Callable[..., Played]:
    """Runs a playbook of this scenario, and shows what its gates said: the verdicts are what people come here for."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def run(playbook: str, *options: str) -> Played:
        before = set(RECORDS.glob("runs/*.json"))
        begin = time.monotonic()
        words = ["ansible-playbook", f"--inventory={SCENARIO / 'inventory'}", *options, str(SCENARIO / playbook)]
        plain = {**os.environ, "COLUMNS": "120", "ANSIBLE_FORCE_COLOR": "false", "ANSIBLE_NOCOLOR": "true"}
        done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, env=plain)
        new = sorted(set(RECORDS.glob("runs/*.json")) - before, key=lambda path: path.stat().st_mtime_ns)
        records = [json.loads(path.read_text()) for path in new]
        played = Played(done.returncode, done.stdout + done.stderr, records, time.monotonic() - begin)
        with capture.global_and_fixture_disabled():
            print(f"\n{playbook} {' '.join(options)}: exit {played.returncode} after {played.seconds:.0f} s\n{played.tables}")
        assert records, played.output[-6000:]
        return played

    return run


@pytest.fixture(scope="session")
def hosts() -> dict[str, Host]:
    config = CHECKOUT / ".cache" / "test-hosts" / "ssh_config"
    return {name: testinfra.get_host(f"ssh://{name}", ssh_config=str(config)) for name in (*WEB, "mon1")}


@pytest.fixture
def load(hosts: dict[str, Host]) -> dict[str, int]:
    """What users have seen so far."""
    return t.cast("dict[str, int]", json.loads(hosts["mon1"].file("/var/lib/load/load.json").content_string))


@pytest.fixture
def ledger() -> list[dict[str, t.Any]]:
    """The deployments of the service, oldest first."""
    return t.cast("list[dict[str, t.Any]]", json.loads((RECORDS / "deployments.json").read_text())["deployments"])
