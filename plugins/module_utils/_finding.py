# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check says: a finding, its status and its measurements. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
import typing as t

from ._phrase import Message, Plain, of_data, verbatim


class Status(str, enum.Enum):
    """Status of a finding. ``waived`` is only ever an effective status."""

    PASS = "pass"
    WAIVED = "waived"
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    NOT_DUE = "not_due"

    def __str__(self) -> str:
        return self.value

    @property
    def code(self) -> int | None:
        """0 (best) to 4 (worst); None for a status that has no part in an order."""
        return _CODES.get(self)


_CODES = {Status.PASS: 0, Status.WAIVED: 1, Status.WARN: 2, Status.UNKNOWN: 3, Status.FAIL: 4}


def worst(statuses: t.Iterable[Status]) -> Status | None:
    """The worst of the statuses that have a code, else whichever is left, else None."""
    found = list(statuses)
    coded = [status for status in found if status.code is not None]
    if coded:
        return max(coded, key=lambda status: _CODES[status])
    return found[0] if found else None


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One number in base units (seconds, bytes, ratio); ``bound`` says on which side ``limit`` lies."""

    name: str
    value: float
    limit: float | None = None
    bound: str | None = None  # "upper" or "lower"
    count: bool = False  # of things of which just as many as the limit is what is wanted: 2 of 2 are up, 0 have failed

    @property
    def headroom(self) -> float | None:
        """1 far from the limit, 0 at it, down to -1 far beyond it, whatever the direction. A count has none."""
        if self.limit is None or self.bound is None or self.count:
            return None
        room = self.limit - self.value if self.bound == "upper" else self.value - self.limit
        scale = max(abs(self.limit), abs(self.value))
        return room / scale if scale else 0.0

    def as_dict(self) -> dict[str, object]:
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None and value is not False}


@dataclasses.dataclass
class Finding:
    """The outcome of one check on one instance.

    A check sets status, message, observed, expected, measurements, and where it knows better
    instance, proof, since and instrument. The engine adds the plan's fields and the times.
    """

    status: Status
    message: Message
    observed: dict[str, object] = dataclasses.field(default_factory=dict)
    expected: dict[str, object] = dataclasses.field(default_factory=dict)
    measurements: list[Measurement] = dataclasses.field(default_factory=list)
    instance: str = ""
    proof: str = "observed"  # observed, derived, attested; stand_in where a check is not the policy's; none where nothing was seen
    since: str | None = None  # ISO 8601, when what is seen now began
    valid_until: str | None = None  # ISO 8601, after which it does not count, whatever the policy says of its requirement
    instrument: str | None = None  # the server that could not be used: groups the unknowns that it causes
    absent: bool | None = None  # True: what is looked at does not exist, as the tool plainly said
    busy: bool | None = None  # True: others hold it locked just now, which says nothing of what is looked at
    check: str = ""
    requirement: str = ""
    host: str = ""
    remedy: Message | None = None
    collected_at: str | None = None
    duration_seconds: float | None = None
    tries: int | None = None  # where it was looked at several times within the settling time
    details: list[Message] = dataclasses.field(default_factory=list)  # one line each, for whoever must repair

    def __post_init__(self) -> None:
        self.message = verbatim(self.message)
        self.details = [verbatim(line) for line in self.details]
        if self.status is Status.UNKNOWN and self.proof in ("observed", "derived"):
            self.proof = "none"  # what could not be looked at proves nothing

    def as_dict(self) -> dict[str, t.Any]:
        """As JSON has it. ``said`` keeps template and parameters of the messages, which stand as text beside it."""
        out: dict[str, t.Any] = {field.name: getattr(self, field.name) for field in _FIELDS}
        out["status"] = self.status.value
        out["message"], out["details"] = str(self.message), [str(line) for line in self.details]
        out["instance"] = str(self.instance)
        out["remedy"] = None if self.remedy is None else str(self.remedy)
        out["measurements"] = [measurement.as_dict() for measurement in self.measurements]
        out["said"] = self._said()
        return {key: value for key, value in out.items() if value is not None}

    def _said(self) -> dict[str, Plain] | None:
        details: list[Plain] = [line.as_data() for line in self.details]
        kept: dict[str, Plain] = {"message": self.message.as_data(), "details": details if any(details) else None}
        for name in ("remedy", "instance"):
            if isinstance(value := getattr(self, name), Message):
                kept[name] = value.as_data()
        return {key: value for key, value in kept.items() if value} or None

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Finding:
        """The inverse of as_dict; keys it does not know are left out."""
        known = {field.name for field in _FIELDS}
        values = {key: value for key, value in data.items() if key in known and value is not None}
        values["status"] = Status(str(values["status"]))
        names = {field.name for field in dataclasses.fields(Measurement)}
        values["measurements"] = [
            Measurement(**{key: value for key, value in m.items() if key in names}) for m in values.get("measurements", [])
        ]
        kept = data.get("said")
        said: dict[str, t.Any] = kept if isinstance(kept, dict) else {}
        for key in ("message", "remedy", "instance"):
            if isinstance(values.get(key), str) and (key == "message" or said.get(key)):
                values[key] = of_data(values[key], said.get(key))
        lines = said["details"] if isinstance(said.get("details"), list) else []
        values["details"] = [
            of_data(str(line), lines[position] if position < len(lines) else None)
            for position, line in enumerate(values.get("details") or [])
        ]
        made = cls(**values)
        made.proof = str(values.get("proof", made.proof))  # what an earlier version wrote is kept
        return made


_FIELDS = dataclasses.fields(Finding)


class Facts(t.TypedDict, total=False):
    """What a check may tell beside status and message."""

    observed: dict[str, object]
    expected: dict[str, object]
    measurements: list[Measurement]
    instance: str
    proof: str
    since: str | None
    valid_until: str | None
    instrument: str | None
    absent: bool | None
    busy: bool | None
    host: str
    remedy: Message | None
    details: list[Message]


def passed(message: Message, **fields: t.Unpack[Facts]) -> Finding:
    return Finding(Status.PASS, message, **fields)


def warned(message: Message, **fields: t.Unpack[Facts]) -> Finding:
    return Finding(Status.WARN, message, **fields)


def failed(message: Message, **fields: t.Unpack[Facts]) -> Finding:
    return Finding(Status.FAIL, message, **fields)


def unknown(message: Message, **fields: t.Unpack[Facts]) -> Finding:
    return Finding(Status.UNKNOWN, message, **fields)


class CannotObserve(Exception):
    """What was to be looked at could not be: becomes an ``unknown`` finding with this message.

    ``instrument`` names the server or tool that failed, when it is not the service's own; ``absent`` says that what was to be looked
    at does not exist; ``busy`` that others hold it locked just now.
    """

    def __init__(
        self,
        message: Message,
        *,
        instrument: str | None = None,
        observed: dict[str, object] | None = None,
        absent: bool = False,
        busy: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = verbatim(message)
        self.instrument = instrument
        self.absent = absent
        self.busy = busy
        self.observed = observed or {}


def as_json(value: t.Any, deepest: int | None = None) -> t.Any:
    """What was observed or expected, in JSON types: no value that JSON does not have (nan), no key that is not text.

    ``deepest``: how many values may lie within each other; what lies deeper is cut off.
    """
    if isinstance(value, (dict, list, tuple, set, frozenset)) and deepest is not None:
        if deepest < 0:
            return "..."
        deepest -= 1
    if isinstance(value, dict):
        return {str(key): as_json(item, deepest) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(item, deepest) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def isoformat(moment: dt.datetime) -> str:
    """UTC, whole seconds, with a Z."""
    return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = (
    "CannotObserve",
    "Facts",
    "Finding",
    "Measurement",
    "Status",
    "as_json",
    "failed",
    "isoformat",
    "passed",
    "unknown",
    "warned",
    "worst",
)
