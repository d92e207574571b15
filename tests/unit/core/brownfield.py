# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that do not pass on the day on which they are adopted: their faults, night after night, and what makes them worse."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib
import typing as t

import yaml
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status, isoformat
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, and_more, phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.gate import Gate, RunOptions, Spoken, Subject, World
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, Refused, build
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import debt as _debt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.adopt import Adoption, Terms, adopt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import to_json
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from rewriting import read, relinked, save
from unit.core import described
from unit.core.judged import asked, check, plan

START = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
DAY = 86400.0
NAME = "R-01"
Fault = t.Callable[[int], Finding]  # of a night


def finding(status: Status, message: Message, night: int, **fields: t.Any) -> Finding:
    given = {"check": "command", "instance": "i", "collected_at": isoformat(START + dt.timedelta(days=night)), **fields}
    return Finding(status, message, requirement=NAME, **given)


def old_backup(night: int, *, instance: str = "database", host: str = "h1", more_days: float = 0.0) -> Finding:
    """Of a backup that nobody makes any more: each day it is a day older."""
    age = (3 + night + more_days) * DAY
    said = phrase(
        "newest snapshot of {paths:list} is {age:duration} old, the limit is {limit:duration}", paths=["/srv"], age=age, limit=DAY
    )
    measured = [Measurement("backup_age_seconds", age, DAY, "upper"), Measurement("backup_count", 4, 3, "lower")]
    return finding(Status.FAIL, said, night, check="restic_backup", instance=instance, host=host, measurements=measured)


def no_repository(night: int, **fields: t.Any) -> Finding:
    said = phrase("there is no restic repository at {repository:path}", repository="/srv/restic")
    given = {"check": "restic_backup", "instance": "database", "host": "h1", "absent": True, **fields}
    return finding(Status.UNKNOWN, said, night, **given)


def locked(night: int, **fields: t.Any) -> Finding:
    said = phrase("the restic repository {repository:path} is locked", repository="/srv/restic")
    given = {"check": "restic_backup", "instance": "database", "host": "h1", "instrument": "restic /srv/restic", **fields}
    return finding(Status.UNKNOWN, said, night, **given)


def full_disk(night: int, *, used: float = 0.91, path: str = "/var", status: Status = Status.FAIL) -> Finding:
    said = phrase("{path:path} is {used:percent} full, the limit is {limit}", path=path, used=used, limit="< 90%")
    measured = [Measurement("disk_used_ratio", used, 0.9, "upper")]
    return finding(status, said, night, check="host_capacity", instance="capacity", host="h1", measurements=measured)


def filling_disk(night: int) -> Finding:
    return full_disk(night, used=0.91 + 0.001 * night)


def nearly_full(night: int) -> Finding:
    return full_disk(night, used=0.86, status=Status.WARN)


def targets(night: int, *down: str, status: Status = Status.FAIL) -> Finding:
    names = down or ("h1:9100",)
    problems = [phrase("{target} is down: {reason}", target=name, reason=f"connection refused, try {night}") for name in names]
    said = phrase(
        "{up:number} of {wanted:number} targets are up and scraped: {problems}", up=3 - len(names), wanted=3, problems=and_more(problems)
    )
    measured = [Measurement("targets_up", 3 - len(names), 3, "lower")]
    return finding(status, said, night, check="prometheus_targets", instance="scrape", measurements=measured, details=problems)


def crashing(night: int) -> Finding:
    """A unit that is seen in another moment of its life each night."""
    said = phrase("{unit:path} has failed: {result}", unit="pay.service", result="it ended with exit code 1")
    starting = phrase("{unit:path} is {active} ({sub}), it must be running", unit="pay.service", active="activating", sub="auto-restart")
    state = ("failed", "activating")[night % 2]
    observed: dict[str, object] = {"ActiveState": state, "UnitFileState": "enabled"}
    measured = [Measurement("unit_restarts", float(night * 7), 0.0, "upper")]
    message = (said, starting)[night % 2]
    return finding(
        Status.FAIL, message, night, check="systemd_unit", instance="pay.service", host="h1", observed=observed, measurements=measured
    )


def disabled(night: int, *, active: str = "active", exists: bool = True) -> Finding:
    observed: dict[str, object] = {"ActiveState": active, "UnitFileState": "disabled"}
    said = phrase("{unit:path} is {state}", unit="pay.service", state="disabled")
    given = {"check": "systemd_unit", "instance": "pay.service", "host": "h1", "observed": observed, "absent": not exists or None}
    return finding(Status.FAIL, said, night, **given)


def dead_alerts(night: int, *names: str) -> Finding:
    said = [
        phrase("{alert} can never fire: {why}", alert=name, why=phrase("there is no metric {metric}", metric="x"))
        for name in names or ("PaymentsDown", "PaymentsSlow")
    ]
    return finding(Status.FAIL, and_more(said), night, check="prometheus_alerts", instance="alerts", details=said)


def certificate(night: int, *, left: float = 20.0) -> Finding:
    seconds = (left - night) * DAY
    said = phrase("the certificate of {endpoint:path} ends in {left:duration}", endpoint="pay:443", left=seconds)
    measured = [Measurement("tls_certificate_seconds_left", seconds, 30 * DAY, "lower")]
    return finding(Status.FAIL, said, night, check="tls_certificate", instance="pay:443", measurements=measured)


def slow(night: int, *, seconds: float = 2.0, failed: int = 0) -> Finding:
    jitter = seconds * (1 + 0.15 * (-1) ** night)
    said = phrase("answered 200 in {latency:duration}", latency=jitter)
    measured = [Measurement("http_latency_seconds", jitter, 1.0, "upper"), Measurement("http_failed_requests", failed, 0.0, "upper")]
    return finding(Status.FAIL, said, night, check="http_probe", instance="/health", measurements=measured)


def no_password(night: int) -> Finding:
    said = phrase("restic was given no password for {repository:path} that it could read: {reason}", repository="/srv/restic", reason="x")
    return finding(Status.UNKNOWN, said, night, check="restic_backup", instance="database", host="h1")


def lost_dump(night: int) -> Finding:
    name = f"/backup/db-{(START + dt.timedelta(days=night)).date()}.sql.gz"
    return finding(
        Status.FAIL, phrase("newest backup {path:path} is empty", path=name), night, check="file_backup", instance="dump", host="h1"
    )


SERVICES: dict[str, Fault] = {
    "backup": old_backup,
    "disk": filling_disk,
    "volume": nearly_full,
    "targets": targets,
    "unit": crashing,
    "enabled": disabled,
    "alerts": dead_alerts,
    "certificate": certificate,
    "endpoint": slow,
    "password": no_password,
    "dump": lost_dump,
}


@dataclasses.dataclass
class Service:
    """One service with a requirement that is adopted and one that passes, its records, and its debt file."""

    folder: pathlib.Path
    mode: str = "enforce"
    ratchet: bool = False
    hosts: tuple[str, ...] = ("h1",)
    debt: Document | None = None
    organisation: bool = False  # whether there is one
    adopting: Leave = Leave.GIVEN
    fields: dict[str, t.Any] = dataclasses.field(default_factory=dict)  # of the requirement

    @property
    def records(self) -> Records:
        return Records(self.folder / "records", "payments", "production")

    def plan(self, night: int, phase: str | None = "recheck") -> Plan:
        """As the planner makes it with this debt file."""
        requirement = asked(NAME, checks=[check(f"{NAME}/0", hosts=None, instance="database")], **self.fields)
        made = plan(requirement, asked("R-02"), phase=phase, mode=self.mode, ratchet=self.ratchet, expected_hosts=self.hosts)
        text = "schema_version: 1\nservice: {name: payments, owner: team-payments, hosts: payments}\n"
        today = (START + dt.timedelta(days=night)).date().isoformat()
        description = described.describe(text, None, debt=self.debt, today=today)
        problems: list[str] = []
        notices: list[Message] = []
        lines, about = _debt.entries(description, {item.rule.id: item.rule for item in made.requirements}, problems, notices)
        if problems:
            raise Refused(problems)
        inputs = {"organisation_file": {"path": "organisation.yml", "sha256": "0"}} if self.organisation else {}
        return dataclasses.replace(
            made,
            waivers=tuple(lines),
            debt=about,
            notices=tuple(notices),
            inputs=inputs,
            mode_of_files=made.mode,
            adopting=self.adopting,
        )

    def night(self, number: int, *found: Finding, records: Records | None = None) -> Spoken:
        """A gate over these findings."""
        made = self.plan(number)
        spool = Spool(self.folder / "spool", "payments", "production", "recheck", "service")
        for host in self.hosts:
            spool.save(host, {})
        spool.save("controller", {f"{NAME}/0": list(found), "R-02/0": [finding(Status.PASS, phrase("good"), number)]})
        now = START + dt.timedelta(days=number)
        subject = Subject(made, dataclasses.replace(made, phase=None), RunOptions(phase="recheck", environment="production"), now)
        return Gate(subject, records or self.records, spool, World(lambda: now)).speak()

    def adopt(self, night: int) -> Adoption:
        ends = {"blocker": "90d", "major": "180d", "unknown": "270d"}
        terms = Terms("production", "alice", ends, START + dt.timedelta(days=night))
        adoption = adopt(self.debt, self.plan(night, None), self.records.load_state(), terms, self.records.run_of)
        self.debt = as_document(adoption.text)
        return adoption

    def adopted(self, fault: Fault, night: int = 0) -> Adoption:
        """Looked at once in observe, then adopted."""
        mode, self.mode = self.mode, "observe"
        self.night(night, fault(night))
        adoption = self.adopt(night)
        self.mode = mode
        return adoption

    def forget_the_version(self) -> None:
        """The records as version 0.2 would have written them."""
        for name in self.records.runs():
            record = self.records.run(name)
            del t.cast("dict[str, object]", record["judgement"])["loosened"]
            later = ("digest", "follows", "kept", "given", "demands")
            self.records.save(name, {key: value for key, value in record.items() if key not in later})
        folder = pathlib.Path(self.records.folder)
        (folder / "head.json").unlink()
        for path in folder.glob("*.json"):
            save(path, {key: value for key, value in read(path).items() if key not in ("digest", "follows")})

    def with_state(self, state: State) -> None:
        """Another state in its place, with every digest as if it had always been so."""
        path = pathlib.Path(self.records.state_path)
        save(path, {**read(path), **to_json(state)})
        relinked(path.parent)

    def edited(self, change: t.Callable[[dict[str, t.Any]], object]) -> None:
        """The line changed by hand, with a seal that fits."""
        assert self.debt is not None
        line = {**self.debt.data["debt"][0]}  # type: ignore[index]
        change(line)
        line["seal"] = _debt.seal(line, "payments")
        self.debt = as_document(yaml.safe_dump({**self.debt.data, "debt": [line]}, sort_keys=False))


def as_document(text: str) -> Document:
    from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import FastLoader

    return build(text, "readiness.debt.yml", yaml.load(text, Loader=FastLoader), "debt", folder=pathlib.Path("/srv/app"))


def stops(spoken: Spoken) -> bool:
    return bool(spoken.answer.stop)


def notices(spoken: Spoken) -> list[str]:
    judgement = t.cast("dict[str, t.Any]", spoken.record["judgement"])
    return [str(notice) for notice in judgement["notices"]]


__all__ = ("NAME", "SERVICES", "START", "Service", "finding", "notices", "stops")
