# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty nights of recheck on a healthy service: GO each night, and each night that it is not healthy, not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status, isoformat
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.gate import Gate, RunOptions, Spoken, Subject, World
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.versions import remembered
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from ansible_collections.operability.readiness.plugins.plugin_utils._running.verification import CONTROLLER
from unit.core.described import ORGANISATION, RUNNABLE, describe, plan_of

BEGIN = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.timezone.utc)
HEALTHY = (
    RUNNABLE[: RUNNABLE.index("requirements:")]
    .replace("criticality: 3, technical_risk: 2, complexity: 2", "criticality: 1")
    .replace("password_file: /etc/restic.pw, paths", "password_file: /etc/restic.pw, scheduled_by: {timer: backup.timer}, paths")
)
STARTER = ORGANISATION + "policy: {name: starter}\nmode: enforce\n"


@dataclasses.dataclass
class Service:
    """A service in service: its records, and a gate over them each night."""

    folder: pathlib.Path
    text: str = HEALTHY

    @property
    def records(self) -> Records:
        return Records(self.folder / "records", "payments", "production")

    def judged(self, now: dt.datetime, phase: str, version: str | None = None, failing: str = "") -> Spoken:
        state = self.records.load_state()
        known = version or (remembered(self.records.load_ledger(state.deployments), state) if phase == "recheck" else None)
        run = {"version": known, "remembered": known is not None and version is None, "today": now.date().isoformat()}
        description = describe(self.text, STARTER, phase=phase, **run)
        plan, whole = plan_of(description), plan_of(description, phase=None)
        spool = Spool(self.folder / "spool", "payments", "production", phase)
        self._look(plan, spool, now, failing)
        subject = Subject(plan, whole, RunOptions(phase, "production", version), now - dt.timedelta(seconds=9))
        return Gate(subject, self.records, spool, World(lambda: now)).speak()

    def _look(self, plan: Plan, spool: Spool, now: dt.datetime, failing: str) -> None:
        for host in (*plan.expected_hosts, *plan.other_hosts, CONTROLLER):
            found = {}
            for check in plan.checks:
                if check.gap is None and (host == CONTROLLER if check.hosts is None else host in check.hosts):
                    status = Status.FAIL if check.requirement == failing else Status.PASS
                    made = Finding(status, "m", check=check.check, requirement=check.requirement, instance=check.instance)
                    found[check.key] = [dataclasses.replace(made, host="" if host == CONTROLLER else host, collected_at=isoformat(now))]
                    if check.call == "find":
                        found[check.key] = [dataclasses.replace(found[check.key][0], host=name) for name in ("pay1", "pay2")]
            spool.save(host, found, play_hosts=[*plan.expected_hosts, *plan.other_hosts])


@pytest.mark.parametrize("deployed", [True, False])
def test_twenty_nights(tmp_path: pathlib.Path, deployed: bool) -> None:
    service = Service(tmp_path)
    if deployed:
        for phase in ("pre", "post"):
            assert service.judged(BEGIN, phase, "4.3.0").answer.verdict.good
    for night in range(1, 21):
        spoken = service.judged(BEGIN + dt.timedelta(days=night), "recheck")
        assert spoken.answer.verdict.value == "go" and not spoken.answer.stop, spoken.answer.reasons
        assert spoken.answer.state is not None and spoken.answer.state.value == "go"
        run = spoken.record["run"]
        assert isinstance(run, dict)
        assert (run["version"], run["version_remembered"]) == (("4.3.0", True) if deployed else (None, False))


def test_a_night_on_which_it_is_not_healthy(tmp_path: pathlib.Path) -> None:
    service = Service(tmp_path)
    service.judged(BEGIN, "post", "4.3.0")
    for failing, verdict in (("", "go"), ("DEL-01", "no_go"), ("", "go"), ("BKP-01", "no_go")):
        night = BEGIN + dt.timedelta(days=len(service.records.runs()))
        assert service.judged(night, "recheck", failing=failing).answer.verdict.value == verdict


def test_what_was_known_stands_while_the_input_is_refused_but_not_longer_than_it_is_valid(tmp_path: pathlib.Path) -> None:
    service = Service(tmp_path)
    service.judged(BEGIN, "post", "4.3.0")
    assert service.judged(BEGIN + dt.timedelta(days=1), "recheck").answer.verdict.value == "go"
    states = []
    for night in range(2, 12):
        now = BEGIN + dt.timedelta(days=night)
        made = dataclasses.replace(plan_of(describe(HEALTHY, STARTER, phase="recheck")), requirements=(), refused=("readiness.yml:3: no",))
        spool = Spool(tmp_path / "spool", "payments", "production", "recheck")
        subject = Subject(made, dataclasses.replace(made, phase=None), RunOptions("recheck", "production"), now)
        spoken = Gate(subject, service.records, spool, World(lambda now=now: now)).speak()
        assert spoken.answer.verdict.value == "undetermined" and spoken.answer.stop
        states.append(spoken.answer.state.value if spoken.answer.state else None)
    assert states[:6] == ["go"] * 6 and set(states[7:]) == {"undetermined"}, states
    assert service.records.load_state().requirements["BKP-01"].observed_status is Status.PASS
    assert service.judged(BEGIN + dt.timedelta(days=12), "recheck").answer.verdict.value == "go"
