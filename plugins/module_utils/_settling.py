# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeats what may need time after a deployment until it passes or the settling time is over. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ._finding import Finding, Status
from ._phrase import phrase
from ._runner import Clock

FIRST, LONGEST = 1.0, 10.0  # seconds between two tries: doubled from the one to the other

Results = dict[str, list[Finding]]


def repeats(check: t.Any, call: str) -> bool:
    """Whether this function of a check may need time, by its SETTLES: True for ``run``, or the names of functions."""
    said = getattr(check, "SETTLES", False)
    return call == "run" if said is True else call in (said or ())


def settle(first: Results, again: t.Callable[[list[str]], Results], clock: Clock, seconds: float) -> Results:
    """The findings after the settling time, by the keys of ``first``, the first try. ``again`` makes another try of some.

    The last try counts. When one was made, all that passed before is looked at once more at the end: what fails then, flaps.
    Whoever breaks it off gets what is known so far.
    """
    started = clock.monotonic()
    courses = {key: _Course(findings, 0.0 if _passes(findings) else None) for key, findings in first.items()}

    def look(keys: list[str], pause: float) -> None:
        clock.sleep(max(0.0, min(pause, started + seconds - clock.monotonic())))
        for key, findings in again(keys).items():
            courses[key].add(findings, clock.monotonic() - started)

    interval = FIRST
    try:
        while waiting := [key for key, course in courses.items() if course.passed_after is None]:
            if clock.monotonic() - started >= seconds:
                break
            look(waiting, interval)
            interval = min(interval * 2, LONGEST)
        passed = [key for key, course in courses.items() if course.passed_after is not None]
        if passed and any(course.tries > 1 for course in courses.values()):
            look(passed, FIRST)
    except KeyboardInterrupt:
        pass
    return {key: course.told() for key, course in courses.items()}


@dataclasses.dataclass
class _Course:
    """What became of one check: the findings of its last try."""

    findings: list[Finding]
    passed_after: float | None  # seconds until it passed for the first time
    seconds: float = 0.0  # ... and until its last try
    tries: int = 1

    def add(self, findings: list[Finding], seconds: float) -> None:
        self.findings, self.seconds, self.tries = findings, seconds, self.tries + 1
        if self.passed_after is None and _passes(findings):
            self.passed_after = seconds

    def told(self) -> list[Finding]:
        return [self._told(finding) for finding in self.findings] if self.tries > 1 else self.findings

    def _told(self, finding: Finding) -> Finding:
        message, observed = finding.message, dict(finding.observed)
        if finding.status is not Status.PASS and self.passed_after is not None:
            observed["flapping"] = True
            if self.passed_after:
                message = phrase(
                    "flapping, it passed after {passed:duration} and no longer after {now:duration}: {message}",
                    passed=self.passed_after,
                    now=self.seconds,
                    message=message,
                )
            else:
                message = phrase(
                    "flapping, it passed at first and no longer after {now:duration}: {message}", now=self.seconds, message=message
                )
        elif finding.status is not Status.PASS:
            message = phrase(
                "{message} (still so after {now:duration}, {tries:number} tries)", message=message, now=self.seconds, tries=self.tries
            )
        elif self.passed_after:
            message = phrase("{message} (after {passed:duration})", message=message, passed=self.passed_after)
            observed["settled_after_seconds"] = round(self.passed_after, 1)
        return dataclasses.replace(finding, message=message, observed=observed, tries=self.tries)


def _passes(findings: list[Finding]) -> bool:
    return all(finding.status in (Status.PASS, Status.NOT_APPLICABLE) for finding in findings)


__all__ = ("repeats", "settle")
