# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option of each check is a limit, the manner of a check, or a question."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, converted, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import limits
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.limits import is_limit, is_looser, is_other, is_question

LISTS: dict[str, tuple[str, ...]] = {
    name: tuple(getattr(limits, name))
    for name in ("HIGHER", "LOWER", "COMPARISONS", "MEETS_FEWER", "MEETS_MORE", "MUST_STAY_TRUE", "MUST_STAY_FALSE", "NOT_SHORTER")
    + ("NOT_LONGER", "WORST_FIRST", "MANNER", "INSTRUMENTS", "DEMANDS", "CONNECTION", "OBJECTS", "OF_LOGS", "OF_LINES")
}  # fmt: skip


def test_each_option_of_each_check_stands_in_one_list() -> None:
    found = {
        f"{check}.{option}": [name for name, options in LISTS.items() if option in options]
        for check in CHECKS
        for option in (*load_check(check).ARGUMENT_SPEC, "timeout")
    }
    assert {option: lists for option, lists in found.items() if len(lists) != 1} == {}, "say in limits.py what makes it looser"


def test_each_list_names_options_that_there_are() -> None:
    known = {option for check in CHECKS for option in (*load_check(check).ARGUMENT_SPEC, "timeout")}
    assert {name: sorted(set(options) - known) for name, options in LISTS.items() if set(options) - known} == {}


def test_what_stands_in_no_list_is_a_question() -> None:
    assert is_question("new_option") and not is_limit("new_option")
    assert is_other("new_option", None, "x") and not is_looser("new_option", 1, 2)
    assert not is_question("timeout") and not is_other("timeout", 1, 2) and not is_other("max_age", 1, 2)


def test_what_is_demanded_adds_to_the_question_where_there_is_none() -> None:
    assert not is_other("json", {}, {"status": "UP"}) and not is_other("body", None, "ok")
    assert is_other("json", {"status": "UP"}, {}) and is_other("body", "ok", "o") and is_other("expect", ["a"], [])


def test_more_of_the_same_is_no_other_question() -> None:
    assert not is_other("json", {"status": "UP"}, {"status": "UP", "db": "UP"}) and not is_other("paths", ["/srv"], ["/etc", "/srv"])
    assert is_other("json", {"status": "UP"}, {"status": "DOWN", "db": "UP"}) and is_other("paths", ["/srv"], ["/etc"])
    assert not is_other("receivers", ["a", "b"], ["a"]), "one of them is enough"
    assert is_other("receivers", ["a"], ["a", "b"]) and is_other("receivers", ["a"], [])
    assert is_other("paths", None, ["/srv"]), "without any, all are looked at"
    assert not is_other("environment", None, {}) and is_other("environment", None, {"A": "b"})


@pytest.mark.parametrize(
    ("option", "above", "below", "looser"),
    [
        ("pass_when", "> 0%", "> 10%", False),
        ("pass_when", "> 0%", ">= 0", True),
        ("pass_when", "> 0", "< 1", True),
        ("warn_when", "<= 10%", "<= 0.3", False),
        ("warn_when", "<= 10%", "< 10%", True),
        ("warn_when", "<= 10%", None, True),
        ("fail_when", "> 100", "> 50", False),
        ("fail_when", "> 100", ">= 100", False),
        ("fail_when", "> 100", "> 101", True),
        ("fail_when", "> 100", "== 200", True),
        ("fail_when", "!= 1", "> 1", True),
    ],
)
def test_a_comparison_is_looser_when_more_passes(option: str, above: object, below: object, looser: bool) -> None:
    assert is_looser(option, above, below) is looser


def test_the_tool_of_the_system_is_no_other_tool() -> None:
    assert limits.is_program_of_system("/usr/local/bin/restic", "restic")
    for other in ("/srv/restic", "/usr/bin/rest", "restic", "/usr/bin/../x/restic"):
        assert not limits.is_program_of_system(other, "restic")
    assert not limits.leads_astray("PATH", "/usr/local/bin:/usr/bin/:/bin") and not limits.leads_astray("LANG", "C")
    for value in ("/srv/bin:/usr/bin", "/usr/bin:", ":/usr/bin", "", ".", "/usr/bin/../../srv"):
        assert limits.leads_astray("PATH", value)
    assert limits.leads_astray("LD_PRELOAD", "/usr/bin")


@pytest.mark.parametrize(
    ("check", "option", "given", "read"),
    [
        ("runbook", "check_links", "no", False),
        ("runbook", "check_links", 0, False),
        ("runbook", "check_links", None, True),
        ("runbook", "ignore_links", "x", ["x"]),
        ("runbook", "path", None, None),
        ("file_backup", "max_age", "1d", 86400.0),
        ("file_backup", "min_size", None, 1),
        ("http_probe", "status", "500", [500]),
        ("tls_certificate", "min_days", "7", 7.0),
        ("runbook", "timeout", None, None),
    ],
)
def test_an_option_as_a_check_reads_it(check: str, option: str, given: object, read: object) -> None:
    assert converted(load_check(check), option, given) == read


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "nan", "-inf"])
def test_a_number_that_is_not_finite_is_refused(number: object) -> None:
    check = load_check("tls_certificate")
    with pytest.raises(ArgumentsRefused, match="min_days: expected a finite number"):
        parse_arguments(check, {"host": "x", "min_days": number})
    with pytest.raises(ArgumentsRefused):
        converted(check, "min_days", number)
    with pytest.raises(ArgumentsRefused):
        parse_arguments(load_check("file_backup"), {"path": "/x", "max_age": number})
    with pytest.raises(ArgumentsRefused):
        parse_arguments(load_check("prometheus_query"), {"url": "http://x", "query": "up", "pass_when": f"> {number}"})
