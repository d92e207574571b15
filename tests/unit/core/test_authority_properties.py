# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over the whole schema: no key of a service file that has no leave makes its verdict better than without it.

In a world in which nothing works, a requirement that is asked fails. Whatever then fails no more, or weighs less, was talked away. Options
of checks are held against what the same checks get without the key: what differs and is not told must be stricter, or no matter of it.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ALONE_SPEC, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.module_utils._units import Comparison
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS, Document, Refused, dotted
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import IMPACTS
from ansible_collections.operability.readiness.plugins.plugin_utils._judging.judge import judge
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import GateJudgement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlannedCheck
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.limits import is_looser
from generated import TIMES, seeded
from unit.core.described import TODAY, describe, document, plan_of, problems_of
from unit.core.test_unread import ORGANISATION, SERVICE, Key, Schema, at, declaring, keys, sample

APPROVERS = "approvers: {blocker: [head], major: [head], minor: [head]}\n"
WORLDS = {
    "enforced": ORGANISATION + APPROVERS + "mode: enforce\nservices_may: []\n",
    "way over": ORGANISATION + APPROVERS + "mode: enforce\n",
}
PHASES = ("pre", "post", "recheck")
SAYS_WHAT_IT_IS = ("classification", "service")  # with these it is another service; the organisation says levels
OF_ITS_OWN = (("policy", "add"),)  # the service of these tests adds a policy, which nobody above it asks: it may take that back
SAMPLE = 120  # of the keys, and of the options of checks, with their values, in each run of the suite
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
    return [
        (key, value)
        for key in keys(root, root)
        if key.path[0] not in SAYS_WHAT_IT_IS and key.path not in OF_ITS_OWN
        for value in values(key.schema, root)
    ]


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


# -- options of checks, which the schemas leave to the checks

STRICT = """\
defaults:
  with:
    host_capacity: {disk: "< 50%", min_free: 900GiB, inodes: "< 50%"}
    restic_backup: {max_age: 24h, min_count: 5, size_deviation: 5%}
    runbook: {executed_by_other: true}
    tls_certificate: {min_days: 60}
    http_probe: {max_latency: 1s, not_body: [error]}
    log_canary: {deadline: 10s}
    systemd_unit: {max_restarts: 0}
  runbook: {max_age: 10d, sections: [symptoms, diagnosis]}
  support: {min_tiers: 3, horizon: 400d}
  alerts: {required_labels: [severity, team]}
policy: {add: [vsr], requirements: {PLT-02: {with: {memory: "< 50%"}}, BKP-04: {with: {max_age: 12h}}}}
"""
OF_OPTIONS: dict[str, tuple[t.Any, ...]] = {
    "bool": (True, False, "no", 0),
    "int": (0, 1, 10**6, "0"),
    "float": (0.001, 10**6, "0.001", float("nan"), "nan"),
    "str": ("3000d", "1ms", "x", "100%", "0%", "< 100%", "> 0", "1", "900TiB"),
    "path": ("/dev/shm", "x"),
    "list": ([], ["x"], "x"),
    "dict": ({}, {"x": "y"}),
    "raw": ([], "x"),
}
SPELLINGS = ("policy.requirements.with", "requirements.with", "defaults.with")
Option = tuple[str, str, str, str, t.Any]  # how it is spelt, the requirement, the check, the option, the value


@functools.cache
def by_key(phase: str) -> dict[str, PlannedCheck]:
    return {check.key: check for check in planned(None, OPTIONS_WORLD, phase).checks if check.gap is None and check.check in CHECKS}


OPTIONS_WORLD = ORGANISATION + APPROVERS + STRICT + "mode: enforce\nservices_may: []\n"


def option_cases() -> list[Option]:
    asked = sorted({(check.requirement, check.check) for phase in PHASES for check in by_key(phase).values()})
    found: list[Option] = []
    for requirement, check in asked:
        for option, about in {**load_check(check).ARGUMENT_SPEC, "timeout": ALONE_SPEC["timeout"]}.items():
            given = (None, *OF_OPTIONS[about["type"]], *about.get("choices", ()))
            found += [(spelling, requirement, check, option, value) for spelling in SPELLINGS for value in given]
    return found


def with_option(case: Option) -> Schema:
    spelling, requirement, check, option, value = case
    data: Schema = copy.deepcopy(document(SERVICE).data)
    with_ = {option: copy.deepcopy(value)}
    if spelling == "requirements.with":
        data["requirements"] = {requirement: {"with": with_}}
    elif spelling == "defaults.with":
        data["defaults"] = {"with": {check: with_}}
    else:
        data["policy"] = {**data.get("policy", {}), "requirements": {requirement: {"with": with_}}}
    return data


def complete(check: PlannedCheck) -> dict[str, t.Any]:
    """What a check really gets; of half a check, what stands there."""
    return parse_arguments(load_check(check.check), check.args) if check.call == "run" else dict(check.args)


def is_the_same(one: object, other: object) -> bool:
    """Whether two comparisons are one, however they are written."""
    both = [(limit.operator, limit.value) for limit in (one, other) if isinstance(limit, Comparison)]
    return len(both) == 2 and both[0] == both[1]


def slipped(case: Option, phase: str) -> list[str]:
    """The options that have become looser, or ask something else, and nobody is told."""
    try:
        plan = planned(with_option(case), OPTIONS_WORLD, phase)
    except (Refused, KeyError, TypeError):
        return []
    before = by_key(phase)
    found = []
    for check in plan.checks:
        if check.gap is not None or check.check not in CHECKS:
            continue
        mine, theirs = complete(check), complete(before[check.key])
        found += [
            f"{check.key}.{name}"
            for name in {*mine, *theirs} - {"timeout", "link_timeout", "interval", "name", "no_log", "read_only", "connect_timeout"}
            if mine.get(name) != theirs.get(name)
            and theirs.get(name) not in (None, [], {})  # where there was nothing it is demanded, or there still is nothing
            and not is_looser(name, mine.get(name), theirs.get(name))  # stricter
            and not is_the_same(mine.get(name), theirs.get(name))
        ]
    lost = [key for key in before if key not in {check.key for check in plan.checks}]
    return found + lost


def a_sample_of_options() -> list[Option]:
    everything = option_cases()
    return seeded(12).sample(everything, min(SAMPLE * TIMES, len(everything)))


def test_no_option_of_a_check_gets_looser_unseen() -> None:
    found = {
        f"{case} ({phase})": slips
        for case in a_sample_of_options()
        for phase in (PHASES if TIMES > 1 else ("pre", "recheck"))
        if (slips := slipped(case, phase))
    }
    assert found == {}


@pytest.mark.parametrize(
    "case",
    [
        ("policy.requirements.with", "BKP-01", "restic_backup", "repository", "x"),
        ("defaults.with", "PLT-02", "host_capacity", "inodes", "< 100%"),
        ("requirements.with", "PLT-02", "host_capacity", "min_free", None),
        ("policy.requirements.with", "PLT-02", "host_capacity", "memory", None),
    ],
)
def test_these_are_among_the_options(case: Option) -> None:
    assert case in option_cases()
    assert problems_of(lambda: planned(with_option(case), OPTIONS_WORLD, "pre"))


def test_another_option_takes_nothing_of_the_organisation_away() -> None:
    plan = planned(with_option(("defaults.with", "PLT-02", "host_capacity", "file_descriptors", "< 10%")), OPTIONS_WORLD, "pre")
    (check,) = [check for check in plan.checks if check.check == "host_capacity"]
    assert {"disk": "< 50%", "min_free": "900GiB", "inodes": "< 50%", "file_descriptors": "< 10%"}.items() <= check.args.items()
