# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two hosts, and the gate."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import testinfra
from testinfra.host import Host

SCENARIO = pathlib.Path(__file__).parents[1]
CHECKOUT = SCENARIO.parents[2]
RESULT = pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "readiness", "report", "recheck.json")


@dataclasses.dataclass(frozen=True)
class Found:
    """What one run of the gate said: its verdict, and the findings that did not pass, by requirement and instance."""

    verdict: str
    returncode: int
    not_passed: dict[tuple[str, str], dict[str, t.Any]]
    requirements: dict[str, dict[str, t.Any]]


class Gate:
    def __call__(self, *options: str) -> Found:
        RESULT.unlink(missing_ok=True)
        words = ["ansible-playbook", f"--inventory={SCENARIO.parent / 'inventory'}", *options, str(SCENARIO / "recheck.yml")]
        done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert RESULT.exists(), done.stdout[-6000:] + done.stderr[-2000:]
        record = json.loads(RESULT.read_text())
        assert record["run"]["partial"] is None
        requirements = {each["id"]: each for each in record["judgement"]["requirements"] if each["deciding"]}
        not_passed = {
            (name, finding["instance"]): finding
            for name, each in requirements.items()
            for finding in each["findings"]
            if finding["status"] != "pass"
        }
        return Found(record["judgement"]["verdict"], done.returncode, not_passed, requirements)


@pytest.fixture(scope="session")
def gate() -> Gate:
    return Gate()


@pytest.fixture(scope="session")
def hosts() -> dict[str, Host]:
    config = CHECKOUT / ".cache" / "test-hosts" / "ssh_config"
    return {name: testinfra.get_host(f"ssh://{name}", ssh_config=str(config)) for name in ("web1", "log1")}
