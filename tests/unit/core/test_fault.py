# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same fault and a new one, over generated findings: whatever a check says, it is itself, and what is worse is not covered."""

from __future__ import annotations

import ast
import dataclasses
import json
import pathlib
import random
import re
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils import _checks
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, and_more, phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import SUBJECTS, fault_of, news, wrong
from ansible_collections.operability.readiness.plugins.plugin_utils._model.fault import Fault
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain, to_plain
from generated import cases, seeded, tries_more

PLACES = pathlib.Path(_checks.__path__[0])
NAMES = ("/srv", "web1:9100", "pay.service", "a\x1b[31m\u202eb", "", "{x}", "2026-11-25", "x" * 1000)
AT = "2026-11-{day:02d}T06:00:00Z"


def sentence(chance: random.Random) -> Message:
    name = chance.choice(NAMES)
    return chance.choice(
        (
            phrase("{path:path} is {used:percent} full", path=name, used=chance.random()),
            phrase("{target} is down: {reason}", target=name, reason=phrase("no route to {address:path}", address=chance.choice(NAMES))),
            phrase("no snapshot covers {paths:list}", paths=[name, "/etc"]),
            Message(name),
        )
    )


def finding(chance: random.Random) -> Finding:
    said = [sentence(chance) for _unused in range(chance.randrange(1, 5))]
    measured = [
        Measurement(name, chance.choice((0.0, -3.0, 0.5, 91.0, 1e9, float(chance.randrange(100)))), 10.0, chance.choice(("upper", "lower")))
        for name in chance.sample(("backup_age_seconds", "disk_used_ratio", "targets_up", "contract_left_seconds", "unit_restarts"), 3)
    ]
    return Finding(
        chance.choice((Status.FAIL, Status.WARN, Status.UNKNOWN)),
        and_more(said),
        observed={"ActiveState": chance.choice(("active", "failed", 3)), "UnitFileState": "enabled"},
        measurements=measured,
        instance=chance.choice(NAMES),
        host=chance.choice(("", "h1")),
        check=chance.choice(("systemd_unit", "command", "gone_check")),
        absent=chance.choice((None, True)),
        details=said if len(said) > 1 else [],
        collected_at=AT.format(day=1),
    )


def kept(fault: Fault) -> Fault:
    """Written into a debt file, and read again."""
    return from_plain(Fault, yaml.safe_load(yaml.safe_dump(to_plain(fault), allow_unicode=True)))


@tries_more
def test_a_finding_is_its_own_fault_and_a_worse_one_is_not() -> None:
    chance = seeded(11)
    for _unused in range(cases(100)):
        seen = finding(chance)
        adopted = kept(fault_of(seen))
        assert adopted == fault_of(seen)
        assert adopted == fault_of(Finding.from_dict(json.loads(json.dumps(seen.as_dict())))), "as a record has it"
        assert news(seen, [adopted], ()) is None
        assert news(dataclasses.replace(seen, host="h2"), [adopted], ()) is not None
        if seen.status is not Status.FAIL:
            assert news(dataclasses.replace(seen, status=Status.FAIL), [adopted], ()) is not None
        if not seen.absent:
            assert news(dataclasses.replace(seen, absent=True), [adopted], ()) is not None


@tries_more
def test_ages_grow_as_time_goes_by_and_nothing_else_may() -> None:
    chance = seeded(12)
    for _unused in range(cases(100)):
        age, days, limit = chance.uniform(2e5, 1e7), chance.randrange(1, 28), 86400.0
        before = Finding(Status.FAIL, Message("old"), check="command", collected_at=AT.format(day=1))
        before.measurements = [Measurement("backup_age_seconds", age, limit, "upper")]
        after = dataclasses.replace(before, collected_at=AT.format(day=1 + days))
        adopted = [kept(fault_of(before))]
        for more, new in ((0.0, False), (0.19, False), (0.21, True)):
            after.measurements = [Measurement("backup_age_seconds", age * (1 + more) + days * 86400, limit, "upper")]
            assert (news(after, adopted, ()) is not None) is new, (age, days, more)


@pytest.mark.parametrize(
    ("name", "bound", "before", "after", "new"),
    [
        ("backup_count", "lower", 2, 2, False),
        ("backup_count", "lower", 2, 1, True),
        ("backup_count", "lower", 5, 3, True),  # it was within its limit of 4
        ("disk_used_ratio", "upper", 4.5, 4.6, False),
        ("http_latency_seconds", "upper", 5, 5.9, False),
        ("http_latency_seconds", "upper", 5, 6.1, True),
        ("http_latency_seconds", "upper", 1, 3.9, False),  # within its limit
        ("http_latency_seconds", "upper", 1, 4.1, True),
        ("http_latency_seconds", "upper", 3.9, 4.3, True),  # it was within its limit, so it has no room
        ("contract_left_seconds", "lower", 2, 1.7, False),
        ("contract_left_seconds", "lower", 2, -1, True),
        ("unit_restarts", "upper", 5, 5000, False),
    ],
)
def test_numbers(name: str, bound: str, before: float, after: float, new: bool) -> None:
    """The limit is 4."""
    seen = Finding(
        Status.FAIL, Message("x"), measurements=[Measurement(name, before, 4, bound)], collected_at=AT.format(day=1), check="command"
    )
    later = dataclasses.replace(seen, measurements=[Measurement(name, after, 4, bound)])
    assert (news(later, [fault_of(seen)], ()) is not None) is new


def counted(value: float, limit: float, bound: str, *, count: bool = True, status: Status = Status.FAIL) -> Finding:
    measured = [Measurement("backup_count", value, limit, bound, count=count)]
    return Finding(status, Message("x"), measurements=measured, collected_at=AT.format(day=1), check="file_backup")


@pytest.mark.parametrize(
    ("bound", "before", "after", "new"),
    [
        ("upper", (1, 0), (10, 0), True),  # one request of ten has failed, then all
        ("upper", (1, 0), (2, 0), True),
        ("upper", (10, 0), (11, 0), False),  # no more than a fifth worse
        ("upper", (10, 0), (10, 0), False),
        ("upper", (10, 0), (1, 0), False),
        ("upper", (10, 0), (0, 0), False),
        ("upper", (0, 0), (1, 0), True),  # it was at its limit, which is what is wanted
        ("lower", (6, 7), (1, 7), True),
        ("lower", (6, 7), (5, 7), False),
        ("lower", (6, 7), (6, 7), False),
        ("lower", (6, 7), (7, 7), False),
        ("lower", (7, 7), (6, 7), True),
        ("lower", (1, 7), (0, 7), True),
        ("lower", (0, 7), (0, 7), False),
        ("lower", (9, 10), (5, 6), False),  # four targets were taken away, and the same one is down
        ("lower", (9, 10), (2, 6), True),
        ("lower", (6, 7), (1, 2), True),  # a limit that was lowered hides no loss
        ("lower", (6, 7), (6, 10), False),
        ("lower", (1, 2), (0, 1), True),
        ("lower", (9, 10), (0, 0), False),  # nothing is wanted any more
    ],
)
def test_a_count_that_gets_worse_is_new(bound: str, before: tuple[float, float], after: tuple[float, float], new: bool) -> None:
    """Although a count has no headroom: just as many as the limit is what is wanted."""
    now = counted(*after, bound)
    assert (news(now, [kept(fault_of(counted(*before, bound)))], ()) is not None) is new
    assert now.measurements[0].headroom is None
    if after[1] >= before[1]:  # adopted before a count was told from other numbers
        assert (news(now, [kept(fault_of(counted(*before, bound, count=False)))], ()) is not None) is new


def test_a_count_that_is_not_told_any_more() -> None:
    adopted = [kept(fault_of(counted(6, 7, "lower")))]
    without = dataclasses.replace(counted(6, 7, "lower"), measurements=[])
    assert str(news(without, adopted, ())) == "backup_count is not told any more: it is another fault"
    assert news(dataclasses.replace(without, status=Status.UNKNOWN), adopted, ()) is None, "it could not be looked at"


def test_what_has_run_out_is_new_on_the_day_on_which_it_had_to() -> None:
    before = Finding(Status.FAIL, Message("x"), check="tls_certificate", collected_at=AT.format(day=1))
    before.measurements = [Measurement("tls_certificate_seconds_left", 3 * 86400, 30 * 86400, "lower")]
    for day, new in ((3, False), (5, True)):
        left = (4 - day) * 86400
        after = dataclasses.replace(before, collected_at=AT.format(day=day))
        after.measurements = [Measurement("tls_certificate_seconds_left", left, 30 * 86400, "lower")]
        assert (news(after, [fault_of(before)], ()) is not None) is new


def test_dates_in_names_and_reasons_are_not_what_is_wrong() -> None:
    def named(text: Message) -> frozenset[str]:
        return wrong(Finding(Status.FAIL, text))

    assert named(phrase("{path:path} is empty", path="/b/db-2026-11-25.sql")) == named(
        phrase("{path:path} is empty", path="/b/db-2026-11-26.sql")
    )
    assert named(phrase("{path:path} is empty", path="/b/20261125")) == {"/b/#"}
    assert named(phrase("{target} is down: {reason}", target="10.0.0.101:9100", reason="x")) == {"10.0.0.101:9100"}
    assert named(phrase("{message} (still so)", message=phrase("{path:path} is full", path="/var"))) == {"/var"}
    assert named(Message("as a plugin says it: /var is full")) == frozenset()


def test_of_what_is_too_much_none_is_kept() -> None:
    said = [phrase("{path:path} is full", path=f"/{number}") for number in range(200)]
    seen = Finding(Status.FAIL, and_more(said), details=said)
    assert fault_of(seen).wrong is None and news(seen, [fault_of(seen)], ()) is None


def templates() -> t.Iterator[str]:
    for path in [*PLACES.glob("*.py"), *(PLACES.parent / "_clients").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_each_subject_is_a_parameter_of_some_message() -> None:
    found = {name for text in templates() for name in re.findall(r"\{(\w+)(?::\w+)?\}", text)}
    assert found >= SUBJECTS, SUBJECTS - found
