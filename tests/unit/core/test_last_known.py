# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others hold locked is as it was seen last, as long as that counts and its age still keeps its limit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._judging.last_known import last_known
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Known

NOW = dt.datetime(2027, 1, 15, 2, 0, tzinfo=dt.timezone.utc)
SEEN = Finding(
    Status.PASS,
    phrase("newest snapshot is {age:duration} old", age=7200),
    measurements=[Measurement("backup_age_seconds", 7200, 93600, "upper"), Measurement("backup_count", 7, 1, "lower", count=True)],
    check="restic_backup",
    instance="/var/lib/payments",
    host="db1",
    collected_at="2027-01-14T08:00:00Z",
)
LOCKED = Finding(
    Status.UNKNOWN, phrase("the repository is locked"), busy=True, check="restic_backup", instance="/var/lib/payments", host="db1"
)


def known(*findings: Finding, **more: t.Any) -> Known:
    return Known(
        Status.PASS, PlanState.PLANNED, "2027-01-14T08:00:00Z", "2027-01-21T08:00:00Z", question_digest="q", findings=findings, **more
    )


def test_a_locked_repository_is_as_it_was_seen_last() -> None:
    found = last_known(LOCKED, known(SEEN), "q", NOW)
    assert (found.status, found.proof) == (Status.PASS, "derived")
    assert found.message == "the repository is locked; as seen last, on 2027-01-14T08:00:00Z: newest snapshot is 2 h old"
    assert found.measurements[0].value == 7200 + 18 * 3600, "it has grown older meanwhile"
    assert found.measurements[1].value == 7 and found.observed["seen_last"] == SEEN.collected_at


def test_night_after_night_the_sentence_does_not_grow() -> None:
    once = last_known(LOCKED, known(SEEN), "q", NOW)
    again = last_known(LOCKED, known(once), "q", NOW + dt.timedelta(hours=1))
    assert again.message == once.message and again.measurements[0].value == 7200 + 19 * 3600


@pytest.mark.parametrize(
    ("finding", "before", "asked", "now"),
    [
        (dataclasses.replace(LOCKED, busy=None), known(SEEN), "q", NOW),
        (LOCKED, None, "q", NOW),
        (LOCKED, known(SEEN), "something else", NOW),
        (LOCKED, known(dataclasses.replace(SEEN, host="db2")), "q", NOW),
        (LOCKED, known(dataclasses.replace(SEEN, status=Status.FAIL)), "q", NOW),
        (LOCKED, known(dataclasses.replace(SEEN, collected_at=None)), "q", NOW),
        (LOCKED, known(SEEN), "q", NOW + dt.timedelta(hours=8)),  # too old by now
        (LOCKED, known(dataclasses.replace(SEEN, measurements=[])), "q", NOW + dt.timedelta(days=4)),
        (LOCKED, known(SEEN), "q", NOW - dt.timedelta(days=2)),
        (dataclasses.replace(LOCKED, status=Status.FAIL), known(SEEN), "q", NOW),
    ],
)
def test_what_does_not_count_leaves_it_unknown(finding: Finding, before: Known | None, asked: str, now: dt.datetime) -> None:
    assert last_known(finding, before, asked, now) is finding
