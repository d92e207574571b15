# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a run record, in Prometheus' text format. PRIVATE to the collection."""

from __future__ import annotations

import collections
import datetime as dt
import math
import re
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._described.policy import IMPACTS
from .._model.text import STATUS_CODES, STATUSES, as_dict, as_dicts, as_int, escape
from .._model.verdict import Verdict
from .files import PublishFailure

try:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.exposition import generate_latest
    from prometheus_client.registry import Collector
except ImportError as exc:
    MISSING: ImportError | None = exc
    Collector = object  # type: ignore[misc,assignment] # a stand-in where the library is missing
else:
    MISSING = None

GATE_DAYS = 7  # a gate that was is no news after this
DEPLOYMENTS = 5
SHORT_DIGEST = 16  # characters
IDENTITY = ("service_name", "deployment_environment")
_COUNTED = (*STATUSES, "inherited")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")

_STATE = "0 GO, 1 GO WITH RESERVATIONS, 2 UNDETERMINED, 3 NO-GO"
_STATUS = "0 pass, 1 waived, 2 warn, 3 unknown, 4 fail"
# name without the prefix: further labels, help
FAMILIES: dict[str, tuple[tuple[str, ...], str]] = {
    "service_state": ((), f"Verdict over the newest valid findings, whatever the phase: {_STATE}."),
    "service_verified_requirements": ((), "Requirements with a finding that says pass, warn or fail."),
    "service_required_requirements": ((), "Requirements that are asked of the service."),
    "service_info": (("level", "owner", "mode", "report"), "What the service is, and where its report lies; always 1."),
    "loosened": (("kind",), "What is looser than what stands above it, by the name under which leave is given."),
    "record_info": (("digest",), "The last run record, by the first characters of its digest; always 1."),
    "gate_state": (("phase",), f"Verdict of the last gate of the phase, dropped after {GATE_DAYS} days: {_STATE}."),
    "gate_enforced": (("phase",), "Whether the last gate of the phase could stop its play (1) or only observed (0)."),
    "requirement_state": (("requirement", "impact"), f"Effective status of the requirement: {_STATUS}."),
    "requirement_observed_state": (("requirement", "impact"), f"Status of the requirement before waivers: {_STATUS}."),
    "requirement_since_timestamp_seconds": (("requirement", "impact"), "When what is seen now began."),
    "requirement_info": (("requirement", "title", "area", "stakeholder", "responsible", "proof"), "What the requirement is; always 1."),
    "requirement_hosts": (("requirement", "state"), "Hosts by status of the requirement on them."),
    "requirements": (("impact", "state"), "Requirements that decide, by impact and effective status."),
    "measurement": (("requirement", "name"), "What was measured, in base units; of the worst host and instance."),
    "measurement_headroom_ratio": (("requirement", "name"), "Room to the limit: 1 far from it, 0 at it, negative beyond it."),
    "stakeholder_state": (("stakeholder",), f"Worst effective status among the requirements of the stakeholder: {_STATUS}."),
    "run_timestamp_seconds": (("phase",), "When the last run of the phase ended."),
    "run_duration_seconds": (("phase",), "How long the last run of the phase took."),
    "recheck_interval_seconds": ((), "How often the service is to be verified again."),
    "deployment_timestamp_seconds": (("version",), f"When the version was deployed; the {DEPLOYMENTS} newest."),
    "deployments": (("kind", "window"), "Deployments within the window."),
    "deployments_judged": (("window",), "Deployments within the window of which it is known whether they failed."),
    "change_fail_ratio": (("window",), "Deployments that failed or were followed by a rollback or hotfix in time, of those judged."),
    "deployment_rework_ratio": (("window",), "Unplanned deployments (hotfix, rollback, emergency) of all deployments."),
    "deployment_recovery_seconds": (("window",), "Median time from a deployment that failed to the next one that was good."),
    "first_time_right_ratio": (("window",), "Planned deployments that did not fail, of those whose time for that is over."),
    "last_unplanned_deployment_timestamp_seconds": ((), "When the last unplanned deployment ended."),
    "waiver_expiry_timestamp_seconds": (("requirement", "approver"), "When the waiver of the requirement ends."),
    "debt_requirements": (("state",), "Requirements in debt: left (ended ones among them), expired, and paid since it was adopted."),
    "debt_expiry_timestamp_seconds": (("requirement",), "When the debt of the requirement ends; those that are left."),
    "reservation_due_timestamp_seconds": (("requirement",), "When what the reservation asks is due."),
    "emergencies_30d": ((), "Deployments of the last 30 days that an emergency let go on past the gate."),
    "override_due_timestamp_seconds": (("requirement",), "When what was overridden at a gate is due."),
}

_FIGURES = {
    "change_fail_ratio": "change_fail_ratio",
    "deployment_rework_ratio": "deployment_rework_ratio",
    "deployment_recovery_seconds": "recovery_seconds",
    "first_time_right_ratio": "first_time_right_ratio",
}


class Address(str):
    """What may be an address in a label: it is the organisation's own, and no host or server has said it."""


def label(value: object, limit: int = 120) -> str:
    """A label value: harmless, short, without an address that is not meant to be there."""
    if isinstance(value, Address):
        return escape(value, 300)
    return _URL.sub("(link)", escape(value, 1000))[:limit]


def identity(record: t.Mapping[str, object]) -> tuple[str, str]:
    """service_name and deployment_environment, as they stand on every series, in the file name and in the grouping key."""
    service = label(as_dict(record.get("service")).get("name")) or "unnamed"
    return service, label(as_dict(record.get("run")).get("environment")) or "unspecified"


def timestamp(value: object, *, whole_day: bool = False) -> float | None:
    """Seconds since 1970 of an ISO 8601 moment or day (UTC); the end of that day when it is inclusive."""
    text = str(value or "")
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            moment = dt.datetime.fromisoformat(text) + dt.timedelta(days=1 if whole_day else 0)
        else:
            moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).timestamp()


class Samples:
    """Values by family and labels. What comes twice (or became the same by cleaning) stays once: the worst, that is the highest."""

    def __init__(self) -> None:
        self.values: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in FAMILIES}

    def add(self, family: str, labels: tuple[object, ...], value: object) -> None:
        if isinstance(value, bool):
            value = int(value)
        if not isinstance(value, (int, float)) or math.isnan(value):
            return
        key = tuple(label(part) for part in labels)
        held = self.values[family].get(key)
        self.values[family][key] = float(value) if held is None else max(held, float(value))


def samples(record: t.Mapping[str, object], earlier_state: t.Mapping[str, object] | None = None) -> Samples:
    """All values of a record. A partial run has no state of its own: then the ``earlier_state`` holds, where there is one."""
    out = Samples()
    run, service = as_dict(record.get("run")), as_dict(record.get("service"))
    state = as_dict(record.get("state")) or as_dict(earlier_state)
    if state:  # of what was never judged as a whole nothing else would be shown
        out.add("service_info", (service.get("level"), service.get("owner"), run.get("mode"), Address(record.get("report") or "")), 1)
    if record.get("digest"):
        out.add("record_info", (str(record["digest"])[:SHORT_DIGEST],), 1)
    out.add("recheck_interval_seconds", (), run.get("recheck_interval_seconds"))
    _gates(out, record, run)
    deployments = [(timestamp(d.get("at")), d.get("version")) for d in as_dicts(record.get("deployments"))]
    known = sorted(((at, str(version)) for at, version in deployments if at is not None), reverse=True)
    for at, version in known[:DEPLOYMENTS]:
        out.add("deployment_timestamp_seconds", (version,), at)
    _delivery(out, as_dict(record.get("delivery_performance")))
    if state:
        _state(out, state)
    return out


def _delivery(out: Samples, figures: dict[str, object]) -> None:
    """Where there was no deployment there is no figure, and no series that says 0."""
    out.add("last_unplanned_deployment_timestamp_seconds", (), timestamp(figures.get("last_unplanned_at")))
    for window in as_dicts(figures.get("windows")):
        if not window.get("deployments"):
            continue
        name = f"{window.get('days')}d"
        for kind, count in as_dict(window.get("kinds")).items():
            out.add("deployments", (kind, name), count)
        out.add("deployments_judged", (name,), window.get("judged"))
        for family, key in _FIGURES.items():
            out.add(family, (name,), window.get(key))


def _gates(out: Samples, record: t.Mapping[str, object], run: dict[str, object]) -> None:
    now = timestamp(run.get("finished_at") or run.get("started_at"))
    for phase, gate in as_dict(record.get("gates")).items():
        gate = as_dict(gate)
        at = timestamp(gate.get("at"))
        out.add("run_timestamp_seconds", (phase,), at)
        out.add("run_duration_seconds", (phase,), gate.get("duration_seconds"))
        if at is None or now is None or now - at <= GATE_DAYS * 86400:
            out.add("gate_state", (phase,), _code(gate))
            out.add("gate_enforced", (phase,), bool(gate.get("enforced")))


def _code(judged: dict[str, object]) -> object:
    code = judged.get("code")
    if isinstance(code, (int, float)):
        return code
    verdict = Verdict.of(judged.get("verdict"))
    return verdict.code if verdict else None


def _state(out: Samples, state: dict[str, object]) -> None:
    out.add("service_state", (), _code(state))
    out.add("service_verified_requirements", (), state.get("verified"))
    out.add("service_required_requirements", (), state.get("required"))
    counted = collections.Counter(
        (str(item.get("impact")), str(item.get("status")))
        for item in as_dicts(state.get("requirements"))
        if item.get("deciding") is not False and item.get("state") != "later"
    )
    for impact in IMPACTS:
        for name in _COUNTED:
            out.add("requirements", (impact, name), counted[impact, name])
    kinds = [str(item.get("kind")) for item in as_dicts(state.get("loosened"))]
    for kind in sorted(set(kinds)):
        out.add("loosened", (kind,), kinds.count(kind))
    for stakeholder, status in as_dict(state.get("stakeholders")).items():
        out.add("stakeholder_state", (stakeholder,), STATUS_CODES.get(str(status)))
    for requirement in as_dicts(state.get("requirements")):
        _requirement(out, requirement)
    for waiver in as_dicts(state.get("waivers")):
        if waiver.get("state") not in ("not_yet", "requested"):
            until = timestamp(waiver.get("until"), whole_day=True)
            out.add("waiver_expiry_timestamp_seconds", (waiver.get("requirement"), waiver.get("approved_by")), until)
    _debt(out, as_dict(state.get("debt")))
    out.add("emergencies_30d", (), state.get("emergencies_30d"))
    for kind in ("reservation", "override"):
        days: dict[str, float] = {}
        for item in as_dicts(state.get(f"{kind}s")):
            due = timestamp(item.get("due"), whole_day=True)
            if due is not None and not (kind == "reservation" and item.get("override")):
                name = label(item.get("requirement"))
                days[name] = min(due, days.get(name, due))  # of several, what is due first
        for name, due in days.items():
            out.add(f"{kind}_due_timestamp_seconds", (name,), due)


def _debt(out: Samples, debt: dict[str, object]) -> None:
    if not debt:
        return
    left, adopted = as_int(debt.get("left")), as_int(debt.get("adopted"))
    for name, count in (("left", left), ("expired", as_int(debt.get("expired"))), ("paid", max(0, adopted - left))):
        out.add("debt_requirements", (name,), count)
    for line in as_dicts(debt.get("lines")):
        if line.get("state") in ("active", "expired"):
            out.add("debt_expiry_timestamp_seconds", (line.get("requirement"),), timestamp(line.get("until"), whole_day=True))


def _requirement(out: Samples, requirement: dict[str, object]) -> None:
    name = requirement.get("id")
    own = (name, requirement.get("impact"))
    out.add("requirement_state", own, STATUS_CODES.get(str(requirement.get("status"))))
    out.add("requirement_observed_state", own, STATUS_CODES.get(str(requirement.get("observed_status") or requirement.get("status"))))
    out.add("requirement_since_timestamp_seconds", own, timestamp(requirement.get("since")))
    about = tuple(requirement.get(key) for key in ("title", "area", "stakeholder", "responsible", "proof"))
    if not any(key[0] == label(name) for key in out.values["requirement_info"]):  # a second one would break every join
        out.add("requirement_info", (name, *about), 1)
    for status, count in as_dict(requirement.get("hosts")).items():
        out.add("requirement_hosts", (name, status), count)
    for measured, worst in worst_measurements(as_dicts(requirement.get("measurements"))).items():
        out.add("measurement", (name, measured), worst.get("value"))
        out.add("measurement_headroom_ratio", (name, measured), worst.get("headroom"))


def worst_measurements(measurements: t.Iterable[dict[str, object]]) -> dict[str, dict[str, object]]:
    """By name, the measurement that is nearest to its limit or farthest beyond it."""
    worst: dict[str, dict[str, object]] = {}
    for measurement in measurements:
        name = str(measurement.get("name"))
        if name not in worst or _room(measurement) < _room(worst[name]):
            worst[name] = measurement
    return worst


def _room(measurement: dict[str, object]) -> float:
    room = measurement.get("headroom")
    return float(room) if isinstance(room, (int, float)) else float("inf")


class Family(t.NamedTuple):
    """One metric: its name, help, the names of its labels, and a value for each of their values."""

    name: str
    text: str
    labels: tuple[str, ...]
    values: t.Mapping[tuple[str, ...], float]


class _Given(Collector):
    """A prometheus_client collector over what is given."""

    def __init__(self, families: t.Iterable[Family]) -> None:
        self.families = list(families)

    def collect(self) -> t.Iterator[GaugeMetricFamily]:
        for given in self.families:
            family = GaugeMetricFamily(given.name, given.text, labels=given.labels)
            for labels, value in sorted(given.values.items()):
                family.add_metric(labels, value)
            yield family


def families(record: t.Mapping[str, object], earlier_state: t.Mapping[str, object] | None = None) -> t.Iterator[Family]:
    """The metrics of one record, those that have no value left out."""
    who, found = identity(record), samples(record, earlier_state).values
    for name, (further, text) in FAMILIES.items():
        if found[name]:
            values = {(*who, *labels): value for labels, value in found[name].items()}
            yield Family(f"operability_{name}", text, (*IDENTITY, *further), values)


def as_text(given: t.Iterable[Family]) -> bytes:
    """The text format, for a textfile or a Pushgateway. PublishFailure when prometheus_client is not there."""
    if MISSING is not None:
        text: str = missing_required_lib("prometheus_client", reason="to publish metrics")
        raise PublishFailure(text)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(given))
    return bytes(generate_latest(registry))


def exposition(record: t.Mapping[str, object], earlier_state: t.Mapping[str, object] | None = None) -> bytes:
    """The metrics of one record as text. PublishFailure."""
    return as_text(families(record, earlier_state))


__all__ = (
    "FAMILIES",
    "IDENTITY",
    "Family",
    "as_text",
    "exposition",
    "families",
    "identity",
    "label",
    "samples",
    "timestamp",
    "worst_measurements",
)
