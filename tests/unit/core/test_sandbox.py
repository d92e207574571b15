# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of a service file, rendered: the same values on each core, nothing but data, and bounded."""

from __future__ import annotations

import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.operability.readiness.plugins.plugin_utils._described.templates import (
    FILTERS,
    TESTS,
    beyond_condition,
    beyond_template,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._running import core, sandbox

TRAP = "{{ 6 * 7 }}"


def templar(**more: t.Any) -> Templar:
    own: dict[str, t.Any] = {
        "n": 6,
        "team": core.trusted("team-{{ n }}"),
        "from_lookup": core.trusted("{{ lookup('pipe', 'echo hi') }}"),
        "facts": core.untemplated({"hostname": "h1", "said": TRAP, "list": [1, {"a": "b"}], "items": "own"}),
        "broken": core.trusted("{{ nothing }}"),
        "version": "1.10",
        "items": [{"x": 1}, {"x": 2}],
        "inventory_hostname": "web1",
        "ports": {"web1": 80},
        "odd-key": 1,
        "day": core.trusted("2027-01-01"),
        "nested": {"own": {"odd'key": 3, "plain": core.trusted("{{ n }}")}},
        **more,
    }
    return Templar(loader=DataLoader(), variables=own)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ n }}", 6),
        (" {{ n * 7 }}\n", 42),
        ("a {{ n }} b{{ none }}", "a 6 b"),
        ("{{ none }}", None),
        ("{% if n > 7 %}1{% elif n > 5 %}{{ n }}{% else %}{{ nothing }}{% endif %}", 6),
        ("{% if n > 7 %}big{% endif %}", ""),
        ("{% if n > 5 %} x{{ n }}{% else %}y{% endif %}", " x6"),
        ("{{ team }}", "team-6"),
        ("{{ from_lookup }}", "hi"),  # operations' own
        ("{{ facts.hostname }}", "h1"),
        ("{{ facts.said }}", TRAP),
        ("of {{ facts['said'] }}", f"of {TRAP}"),
        ("{{ facts.list[1].a }}", "b"),
        ("{{ facts.list }}", [1, {"a": "b"}]),
        ("{{ facts.items }}", "own"),
        ("{{ version }}", "1.10"),
        ("{{ nested.own.plain }}", 6),
        ('{{ nested.own["odd\'key"] }}', 3),
        ("{{ items | map(attribute='x') }}", [1, 2]),
        ("{{ items | selectattr('x', '>', 1) | list }}", [{"x": 2}]),
        ("{{ ports[inventory_hostname] }}", 80),
        ("{{ ports.get('web2', 9) }}", 9),
        ("{{ nothing | default('d') }}", "d"),
        ("{{ nothing.at.all | default('d') }}", "d"),
        ("{{ facts.none.at.all | default('d') }}", "d"),
        ("{{ broken | default('d') }}", "d"),
        ("{{ nothing is defined }}", False),
        ("{% if n > 5 %}big{% else %}small{% endif %}", "big"),
        ("{{ 'big' if n > 5 else nothing }}", "big"),
        ("{{ [n] + [2] }}", [6, 2]),
        ("{{ {'a': n} | combine({'b': 1}) }}", {"a": 6, "b": 1}),
        ("{{ version.split('.')[0] | int }}", 1),
        ("{{ '1.2.3' is version('1.0', '>=') }}", True),
        ("{{ 'yes' | bool | ternary(1, 2) }}", 1),
        ("{{ 'ab' is search('B', ignorecase=true) }}", True),
        ("{{ 'ab' is match('b') or 'ab' is regex('^ab$') }}", True),
        ("{{ '{\"a\": [1]}' | from_json }}", {"a": [1]}),
        ("{{ n | ansible.builtin.string }}", "6"),
        ("{{ 'a-b' | replace('-', '_') }}", "a_b"),
        ("{{ [1.25, 2] | map('round', 1) | list }}", [1.2, 2]),
        ("{{ [3, 1, 2, 1] | unique | sort | join('-') }}", "1-2-3"),
    ],
)
def test_what_is_rendered(text: str, value: object) -> None:
    assert beyond_template(text) is None
    found = sandbox.rendered(templar(), text)
    assert found == value and found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("of {{ nothing.deeper }}", "'nothing' is undefined"),
        ("{{ facts.none }}", "none"),
        ("{{ broken }}", "nothing"),
        ("{{ nothing | mandatory('say it') }}", "say it"),
        ("{{ n / 0 }}", "ZeroDivisionError"),
        ("{{ 'a' | from_json }}", ""),
        ("{{ 'a' * 1000000000 }}", "is for numbers"),
        ("{{ '%1000000000d' % 5 }}", "is for numbers"),
        ("{{ ('a' * 9) }}", "is for numbers"),
        ("{{ [[0]] * 9 }}", "is for numbers"),
        ("{{ 'a' ~ (long | replace('x', long)) }}", "100000 characters"),
        ("{{ [long, long, long] | join(long) }}", "100000 characters"),
        ("{{ long + long + long }}", "100000 characters"),
        ("{{ ports.keys().sort() }}", ""),
        ("{{ n.strip() }}", "has no strip()"),
        ("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' is match('(a+)+$') }}", "did not end within"),
    ],
)
def test_what_has_no_value(text: str, words: str) -> None:
    with pytest.raises(sandbox.NotRendered) as caught:
        if beyond_template(text):
            raise sandbox.NotRendered(str(beyond_template(text)))
        sandbox.rendered(templar(long="x" * 40_000), text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("result.rc == 0 and n == 6", True),
        ("result.stdout.startswith('{{')", True),
        ("result.stdout == facts.said", True),
        ("result.nested['a b'].c[0] == 1", True),
        ("result is failed", False),
        ("'6' in result.stdout", True),
        ("result.missing is defined", False),
    ],
)
def test_conditions(condition: str, answer: bool) -> None:
    result = {"rc": 0, "stdout": TRAP, "nested": {"a b": {"c": [1]}}, "failed": False}
    assert beyond_condition(condition) is None and sandbox.holds(templar(result="not this"), condition, {"result": result}) is answer


def test_a_condition_that_is_no_truth_is_told() -> None:
    with pytest.raises(sandbox.NotRendered, match="type 'int'"):
        sandbox.holds(templar(), "n", {})


def test_each_listed_filter_and_test_is_there() -> None:
    made = sandbox._sandbox()
    assert {name for name in made.filters if not name.startswith(".")} == FILTERS and set(made.tests) == TESTS and made.globals == {}
