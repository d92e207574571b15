# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over the whole schema: no key of a service file that has no leave makes its verdict better than without it.

In a world in which nothing works, a requirement that is asked fails. Whatever then fails no more, or weighs less, was talked away.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS, Document, Refused, dotted
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import IMPACTS
from ansible_collections.operability.readiness.plugins.plugin_utils._judging.judge import judge
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import GateJudgement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from generated import TIMES, seeded
from unit.core.described import TODAY, describe, document, plan_of
from unit.core.test_unread import ORGANISATION, SERVICE, Key, Schema, at, declaring, keys, sample

APPROVERS = "approvers: {blocker: [head], major: [head], minor: [head]}\n"
WORLDS = {
    "enforced": ORGANISATION + APPROVERS + "mode: enforce\nservices_may: []\n",
    "way over": ORGANISATION + APPROVERS + "mode: enforce\n",
}
PHASES = ("pre", "post", "recheck")
SAYS_WHAT_IT_IS = ("classification", "service")  # with these it is another service; the organisation says levels
SAMPLE = 120  # of the keys with their values, in each run of the suite
EXTREMES: dict[str, tuple[t.Any, ...]] = {
    "boolean": (True, False),
    "integer": (0, 1, 10**6),
    "number": (0, 0.001, 10**6),
    "string": ("3000d", "0s", "x", "*", "2999-01-01", "100%", "< 100%", "true"),
    "array": ([],),
    "null": (None,),
}


@functools.cache
def service_schema() -> Schema:
    return dict(json.loads((SCHEMAS / "service.schema.json").read_text(encoding="utf-8")))


def values(schema: Schema, root: Schema) -> list[t.Any]:
    """What the schema shows, and the ends of what it allows."""
    found: list[t.Any] = [sample(schema, root), *copy.deepcopy(schema.get("examples") or []), *schema.get("enum", [])]
    for rules in (schema, *(schema.get("anyOf") or ())):
        kinds = rules.get("type", [])
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            found += EXTREMES.get(kind, ())
    return [value for index, value in enumerate(found) if value not in found[:index]]


def cases() -> list[tuple[Key, t.Any]]:
    root = service_schema()
    return [(key, value) for key in keys(root, root) if key.path[0] not in SAYS_WHAT_IT_IS for value in values(key.schema, root)]


def judged(plan: Plan) -> GateJudgement:
    """In a world in which nothing works."""
    findings = {
        check.key: [
            Finding(
                Status.FAIL,
                phrase("it does not work"),
                requirement=check.requirement,
                check=check.check,
                instance=check.instance,
                host=host,
            )
            for host in check.hosts or ("",)
        ]
        for check in plan.checks
    }
    return judge(plan, findings, Reach(reached=plan.expected_hosts), today=dt.date.fromisoformat(TODAY))


def weights(judgement: GateJudgement) -> dict[str, int]:
    """By requirement that is not good, how much it weighs: what is unknown stops as what fails does."""
    return {
        item.id: IMPACTS.index(item.impact)
        for item in judgement.requirements
        if item.counts and item.status in (Status.FAIL, Status.UNKNOWN)
    }


def planned(data: Schema | None, organisation: str, phase: str) -> Plan:
    text = SERVICE if data is None else yaml.safe_dump(data, sort_keys=False)
    own: Document = document(text)
    return plan_of(describe(own, organisation, phase=phase, version="1"))


@functools.cache
def without(world: str, phase: str) -> GateJudgement:
    return judged(planned(None, WORLDS[world], phase))


def with_key(key: Key, value: t.Any) -> Schema:
    root = service_schema()
    data = declaring([key], root, document(SERVICE).data)
    at(data, key.path[:-1])[str(key.path[-1])] = copy.deepcopy(value)
    return data


def talked_away(key: Key, value: t.Any, world: str, phase: str) -> list[str]:
    try:
        plan = planned(with_key(key, value), WORLDS[world], phase)
    except (Refused, KeyError, TypeError):
        return []
    before, after = weights(without(world, phase)), weights(judged(plan))
    lost = [name for name, weight in before.items() if after.get(name, -1) < weight]
    if world == "way over" and lost:
        return [] if plan.loosened and judged(plan).verdict is not Verdict.GO else lost
    return lost


def a_sample() -> list[tuple[Key, t.Any]]:
    everything = cases()
    if TIMES > 1:
        return everything
    return seeded(11).sample(everything, min(SAMPLE, len(everything)))


@pytest.mark.parametrize("world", WORLDS)
def test_no_key_talks_a_requirement_away(world: str) -> None:
    found = {
        f"{dotted(key.path)}: {value!r} ({phase})": lost
        for key, value in a_sample()
        for phase in (PHASES if TIMES > 1 else ("pre", "recheck"))
        if (lost := talked_away(key, value, world, phase))
    }
    assert found == {}
