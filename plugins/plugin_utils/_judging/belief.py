# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is believed of a service's own word: that a check of its choice can fail, that it has not what was seen. PRIVATE. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Finding, Status, worst
from ...module_utils._phrase import Message, phrase
from .._model.completion import STAND_IN
from .._model.planned import PlannedCheck, PlannedRequirement
from .._model.service_state import Known, Passed, SeenFailing
from .._promises.reuse import stand_in_digest
from .gone import Seen

SEEN_COUNTS = dt.timedelta(days=30)  # so long a trait does not undo what was seen


@dataclasses.dataclass(frozen=True)
class Memory:
    """What is remembered of a service: what passed, what failed, what of it stands for a new look, what was there,
    and what was known of each requirement last."""

    passed: t.Mapping[str, Passed] = dataclasses.field(default_factory=dict)
    seen_failing: t.Mapping[str, SeenFailing] = dataclasses.field(default_factory=dict)
    proven: t.Mapping[str, Known] = dataclasses.field(default_factory=dict)
    seen: t.Mapping[str, Seen] = dataclasses.field(default_factory=dict)
    known: t.Mapping[str, Known] = dataclasses.field(default_factory=dict)
    moment: dt.datetime | None = None  # of this look; None where nothing is looked at anew


def still_there(planned: PlannedRequirement, passed: t.Mapping[str, Passed], today: dt.date) -> Finding | None:
    """What is known instead of a requirement that the service switched off, and that passed not long ago."""
    before = passed.get(planned.rule.id)
    if planned.switched_off is None or before is None or before.last[:10] < (today - SEEN_COUNTS).isoformat():
        return None
    said = phrase(
        "{key:path} switches it off, but it passed on {passed:day}: what was there is not gone because the file says so",
        key=planned.switched_off,
        passed=before.last[:10],
    )
    remedy = phrase(
        "take {key:path} back; or have a waiver say until when, and who accepts that it is gone ({days:number} days after it passed last "
        "the file alone is enough)",
        key=planned.switched_off,
        days=SEEN_COUNTS.days,
    )
    return Finding(Status.UNKNOWN, said, requirement=planned.rule.id, remedy=remedy)


def believed(
    planned: PlannedRequirement,
    check: PlannedCheck,
    found: t.Sequence[Finding],
    findings: t.Mapping[str, t.Sequence[Finding]],
    seen: SeenFailing | None,
) -> list[Finding]:
    """The findings of a check; what it says is good is unknown where the same check has not been seen failing and must have been."""
    twin = next((other for other in planned.checks if other.fails == check.key), None)
    if twin is None and not (planned.seen_failing and check.runs is not None):
        return list(found)
    return [_weighed(finding, planned, None if twin is None else findings.get(twin.key, ()), seen) for finding in found]


def _weighed(finding: Finding, planned: PlannedRequirement, failures: t.Sequence[Finding] | None, seen: SeenFailing | None) -> Finding:
    if finding.status not in (Status.PASS, Status.WARN):
        return finding
    if failures is None:
        if seen is not None and seen.digest == stand_in_digest(planned):
            return finding
        return _doubted(finding, phrase("it has never been seen failing"), planned)
    on_host = [other for other in failures if other.host == finding.host]
    outcome = worst(other.status for other in on_host)
    if outcome is Status.FAIL:
        return finding
    if outcome in (Status.PASS, Status.WARN):
        return _doubted(finding, phrase("it does not fail with the arguments of proven_by_failure either"), planned)
    first = next((other.message for other in on_host), phrase("that was not run"))
    return _doubted(
        finding, phrase("whether it fails with the arguments of proven_by_failure is not known: {reason}", reason=first), planned
    )


def _doubted(finding: Finding, doubt: Message, planned: PlannedRequirement) -> Finding:
    message = phrase("{doubt}, so it proves nothing that it says: {message}", doubt=doubt, message=finding.message)
    remedy = phrase(
        "let it fail once (break on a test stage what it looks at, and ask the gate), or name arguments with which it must fail "
        "(requirements.{requirement:path}.proven_by_failure)",
        requirement=planned.rule.id,
    )
    return dataclasses.replace(finding, status=Status.UNKNOWN, message=message, remedy=remedy)


def has_failed(findings: t.Iterable[Finding]) -> bool:
    """Whether what stands in for the policy's checks was seen failing."""
    return any(finding.status is Status.FAIL and finding.proof == STAND_IN for finding in findings)


__all__ = ("SEEN_COUNTS", "Memory", "believed", "has_failed", "still_there")
