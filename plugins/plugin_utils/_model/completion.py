# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of a planned check, with one for each expected host that has none. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import NOTHING, Message, phrase
from .judged import Reach
from .planned import PlannedCheck
from .text import not_reached

STAND_IN = "stand_in"  # the proof of what is found by a check in place of the policy's
ATTESTED = "attested"
DERIVED = "derived"  # the proof of what is found by a check that proves less than is asked


def as_stand_in(check: PlannedCheck, finding: Finding) -> Finding:
    """What was found, with what was run where that stands in for the policy's checks, or what it leaves open."""
    if check.less is not None and finding.check and finding.proof != DERIVED and finding.status in (Status.PASS, Status.WARN):
        message = phrase("{message} ({open})", message=finding.message, open=check.less)
        return dataclasses.replace(finding, proof=finding.proof if finding.proof == ATTESTED else DERIVED, message=message)
    if check.runs is None or not finding.check or finding.proof == STAND_IN:
        return finding
    message = phrase("{message} (stand-in: {runs})", message=finding.message, runs=check.runs)
    return dataclasses.replace(finding, proof=STAND_IN, message=message)


def completed(check: PlannedCheck, findings: t.Mapping[str, t.Sequence[Finding]], reach: Reach) -> list[Finding]:
    """The findings of a planned check, with one for each expected host that has none."""
    return [as_stand_in(check, finding) for finding in _whole(check, findings, reach)]


def _whole(check: PlannedCheck, findings: t.Mapping[str, t.Sequence[Finding]], reach: Reach) -> list[Finding]:
    base = Finding(Status.UNKNOWN, NOTHING, check="", requirement=check.requirement, instance=check.instance)
    if check.gap is not None and check.unseen:
        return [dataclasses.replace(base, message=check.gap)]
    if check.gap is not None:
        return [dataclasses.replace(base, status=Status.FAIL, message=phrase("not declared: {gap}", gap=check.gap))]
    there = list(findings.get(check.key, ()))
    if check.after is not None:
        # where the other half has left nothing, it says why
        written = dict.fromkeys(finding.host for finding in findings.get(check.after or "", ()) if finding.status is Status.PASS)
        together = check.call != "find"  # one finding for all hosts
        missing = written if not there else [host for host in written if all(finding.host not in ("", host) for finding in there)]
        if there and together:
            return there
        if reach.waiting and not there:
            message = phrase("lines are looked for when the last batch has written its own")
            if check.call == "references":
                message = phrase("what the runbook names is looked for when the last batch has had its turn")
            elif together:
                message = phrase("what the hosts log is looked for when the last batch has had its turn")
            return [dataclasses.replace(base, status=Status.NOT_DUE, message=message)] if written else []
        return there + [dataclasses.replace(base, host=host, message=_not_looked_for(host, check)) for host in missing]
    if check.hosts is None:
        nobody = phrase("{check:path} was not run: no verify task ran for the controller", check=check.check)
        return there or [dataclasses.replace(base, message=nobody)]
    complete = list(there)
    told = {finding.host for finding in there}
    for host in check.hosts:
        if host in told:
            continue
        if host in reach.waiting:
            turn = phrase("{host:path} has its turn in a later batch", host=host)
            complete.append(dataclasses.replace(base, status=Status.NOT_DUE, host=host, message=turn))
            continue
        if host in reach.unreachable:
            message = not_reached(host, reach.unreachable[host])
        else:
            nobody = phrase("{check:path} was not run on {host:path}: no verify task ran for it", check=check.check, host=host)
            message = reach.absent.get(host, nobody)
        complete.append(dataclasses.replace(base, host=host, message=message))
    if check.first_half:
        # a line that was written proves nothing before it is found
        complete = [finding for finding in complete if finding.status is not Status.PASS]
    return complete


def _not_looked_for(host: str, check: PlannedCheck) -> Message:
    if check.call == "references":
        return phrase("nobody judged what {host:path} saw of what the runbook names", host=host)
    if check.call != "find":
        places = list(check.hosts) if check.hosts is not None else [phrase("the controller")]
        return phrase("nobody looked on {places:list} for what {host:path} logs", host=host, places=places)
    if check.hosts is None:
        return phrase("nobody looked for the line of {host:path} on the controller", host=host)
    return phrase("nobody looked for the line of {host:path} on {places:list}", host=host, places=list(check.hosts))


__all__ = ("STAND_IN", "as_stand_in", "completed")
