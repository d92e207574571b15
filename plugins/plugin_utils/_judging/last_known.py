# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody else holds locked just now, as it was seen last: a backup that runs is no alarm. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ...module_utils._finding import Finding, Measurement, Status, isoformat
from ...module_utils._phrase import Message, phrase
from .._model.service_state import Known

_GOOD = (Status.PASS, Status.WARN)
SEEN_LAST = "seen_last"  # in what was observed: when it really was
COUNTS = dt.timedelta(days=3)  # so long what was seen may stand for a look
AGES = "_age_seconds"  # measurements of this name grow as time goes by


def last_known(finding: Finding, known: Known | None, asked: str, now: dt.datetime) -> Finding:
    """The finding; where it only says that others hold a lock, what was seen of the same before, as long as that still counts.

    ``asked``: the digest of what is asked now: what was asked otherwise is no answer.
    """
    if finding.status is not Status.UNKNOWN or not finding.busy or known is None or known.question_digest != asked:
        return finding
    same = [
        one
        for one in known.findings
        if (one.check, one.instance, one.host) == (finding.check, finding.instance, finding.host) and one.status in _GOOD
    ]
    if len(same) != 1 or same[0].collected_at is None or known.valid_until <= isoformat(now):
        return finding
    before, said = same[0], same[0].message
    seen = str(before.observed.get(SEEN_LAST, before.collected_at))
    if not _moment(seen) <= now <= _moment(seen) + COUNTS:
        return finding
    passed = (now - _moment(str(before.collected_at))).total_seconds()
    measurements = [_grown(measurement, passed) for measurement in before.measurements]
    if any(one.name.endswith(AGES) and one.limit is not None and one.value > one.limit for one in measurements):
        return finding
    if SEEN_LAST in before.observed and isinstance(inner := said.params.get("before"), Message):
        said = inner
    message = phrase("{message}; as seen last, on {moment:moment}: {before}", message=finding.message, moment=seen, before=said)
    observed = {**before.observed, SEEN_LAST: seen}
    return dataclasses.replace(
        before, message=message, proof="derived", measurements=measurements, observed=observed, collected_at=isoformat(now)
    )


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _grown(measurement: Measurement, seconds: float) -> Measurement:
    if not measurement.name.endswith(AGES):
        return measurement
    return dataclasses.replace(measurement, value=round(measurement.value + seconds, 3))


__all__ = ("SEEN_LAST", "last_known")
