# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PromQL that is derived and the rules that are made, calculated by promtool, both ways."""

from __future__ import annotations

import datetime as dt
import pathlib
import subprocess
import typing as t
import zoneinfo

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described import availability as _availability
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.open_hours import rules
from servers import Binaries

SERIES, HOURS = 'probe_success{job="pay"}', 'operability_open_hours{calendar="t"}'
COMPONENTS = 'probe_success{job="pay",component="%s"}'


def check(folder: pathlib.Path, binaries: Binaries, *tests: dict[str, t.Any], rule_file: dict[str, t.Any] | None = None) -> str:
    """What promtool says against the tests; empty when they pass."""
    (folder / "rules.yml").write_text(yaml.safe_dump(rule_file or {"groups": []}))
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": list(tests)}
    (folder / "tests.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    done = subprocess.run(
        [str(binaries.path("promtool")), "test", "rules", "tests.yml"],
        cwd=folder,
        env=binaries.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == ("SUCCESS" in done.stdout), done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout + done.stderr


def shares(series: dict[str, str], window: str, expressions: dict[str, tuple[str, dict[str, float] | None]]) -> dict[str, t.Any]:
    """A test over series of a minute: by expression, the values by component (None: no result)."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": window,
                "exp_samples": [
                    {"labels": f'{{job="pay",component="{component}"}}', "value": value} for component, value in (values or {}).items()
                ],
            }
            for expression, values in expressions.values()
        ],
    }


# promtool calculates with 10 000 samples at the most: a short window, most of it hours of use; the integration tests have 30 days
LENGTH, IN_USE = 1200, 1000
WINDOW = f"{LENGTH}m"
QUERY = _availability.unavailability(SERIES, HOURS, WINDOW)
SEEN = _availability.coverage(SERIES, HOURS, WINDOW)


def observed(down: dict[str, int], *, unseen: int = 0, closed_down: int = 0) -> dict[str, str]:
    """The window, which begins in hours of use; of each component, how many of their minutes it was down, unseen, down outside them."""
    series = {HOURS: f"1x{IN_USE - 1} 0x{LENGTH - IN_USE}"}
    for component, minutes in down.items():
        parts = [
            ("_", unseen),
            ("0", minutes),
            ("1", IN_USE - unseen - minutes),
            ("0", closed_down),
            ("1", LENGTH - IN_USE - closed_down + 1),
        ]
        series[COMPONENTS % component] = " ".join(f"{value}x{_times(value, count)}" for value, count in parts if count)
    return series


def _times(value: str, count: int) -> int:
    # "1x3" are four samples, "_x3" are three that are missing
    return count if value == "_" else count - 1


def test_1_9_percent_passes_and_2_1_percent_does_not_in_hours_of_use(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    series = observed({"good": 19, "bad": 21, "edge": 20}, closed_down=100)
    test = shares(
        series,
        WINDOW,
        {
            "query": (f"round(1000 * ({QUERY}))", {"good": 19, "bad": 21, "edge": 20}),
            "passes": (f"0 * ({QUERY} <= 0.02) + 1", {"good": 1, "edge": 1}),
            "seen": (f"round(100 * ({SEEN}))", {"good": 100, "bad": 100, "edge": 100}),
        },
    )
    assert check(tmp_path, binaries, test) == ""
    # the test itself can fail
    wrong = shares(series, WINDOW, {"query": (f"round(1000 * ({QUERY}))", {"good": 19, "bad": 19, "edge": 20})})
    assert "FAILED" in check(tmp_path, binaries, wrong)


def test_hours_outside_those_of_use_do_not_count(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    closed = observed({"x": 0}, closed_down=180)
    assert check(tmp_path, binaries, shares(closed, WINDOW, {"query": (QUERY, {"x": 0})})) == ""
    # the same outage, had all hours been hours of use
    at_all_times = _availability.unavailability(SERIES, None, WINDOW)
    assert check(tmp_path, binaries, shares(closed, WINDOW, {"query": (f"round(100 * ({at_all_times}))", {"x": 15})})) == ""


def test_minutes_that_nobody_saw_count_neither_as_up_nor_as_down_and_are_told(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    series = observed({"gap": 5}, unseen=100)
    test = shares(series, WINDOW, {"query": (f"round(1000 * ({QUERY}))", {"gap": 5}), "seen": (f"round(100 * ({SEEN}))", {"gap": 90})})
    assert check(tmp_path, binaries, test) == ""


def test_a_window_that_has_not_passed_yet_is_not_covered(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    test = shares(observed({"young": 0}), "396m", {"query": (QUERY, {"young": 0}), "seen": (f"round(100 * ({SEEN}))", {"young": 33})})
    assert check(tmp_path, binaries, test) == ""


def test_hours_of_use_that_are_not_there_are_no_result(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    series = {COMPONENTS % "x": f"1x{LENGTH}"}
    assert check(tmp_path, binaries, shares(series, WINDOW, {"query": (QUERY, None), "seen": (SEEN, None)})) == ""


def test_at_all_times(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    series = {COMPONENTS % "x": f"1x{LENGTH - 12} 0x11"}
    query, seen = _availability.unavailability(SERIES, None, WINDOW), _availability.coverage(SERIES, None, WINDOW)
    test = shares(series, WINDOW, {"query": (f"round(1000 * ({query}))", {"x": 10}), "seen": (f"round(100 * ({seen}))", {"x": 100})})
    assert check(tmp_path, binaries, test) == ""


@pytest.mark.parametrize(("down", "left"), [(0, 100), (2, 90), (20, 0), (40, -100)])
def test_the_error_budget(tmp_path: pathlib.Path, binaries: Binaries, down: int, left: int) -> None:
    query = _availability.budget_left(SERIES, HOURS, WINDOW, 0.98)
    assert check(tmp_path, binaries, shares(observed({"x": down}), WINDOW, {"left": (f"round(100 * ({query}))", {"x": left})})) == ""


@pytest.mark.parametrize(
    ("versions", "share"),
    [(["1.5.0", "1.5.0"], 1.0), (["1.5.0", "1.4.9"], 0.5), (["1x5.0", "1.5.0-rc1"], 0.0), ([], None)],
)
def test_the_version(tmp_path: pathlib.Path, binaries: Binaries, versions: list[str], share: float | None) -> None:
    query = _availability.share_of_version('pay_build_info{job="pay"}', "version", "1.5.0")
    test = {
        "interval": "1m",
        "input_series": [
            {"series": f'pay_build_info{{job="pay",instance="{n}",version="{version}"}}', "values": "1"}
            for n, version in enumerate(versions)
        ],
        "promql_expr_test": [
            {"expr": query, "eval_time": "0m", "exp_samples": [] if share is None else [{"labels": "{}", "value": share}]},
        ],
    }
    assert check(tmp_path, binaries, test) == ""


# -- hours of use: a rule file for 1970, where promtool's time begins, and for years that lie elsewhere


def moments(zone: str, holidays: list[str], hours: tuple[int, int]) -> t.Callable[[int], int]:
    """Whether it is open so many minutes after 1970 began in UTC, by Python's own calendar."""
    place = zoneinfo.ZoneInfo(zone)

    def is_open(minute: int) -> int:
        local = dt.datetime.fromtimestamp(minute * 60, place)
        return int(local.weekday() < 5 and hours[0] <= local.hour < hours[1] and local.date().isoformat() not in holidays)

    return is_open


def inlined(made: dict[str, t.Any]) -> str:
    """The hours of use as one expression: half a million evaluations of a rule for one year take too long."""
    recorded = {rule["record"]: rule["expr"] for rule in made["groups"][0]["rules"]}
    text = recorded.pop("operability_open_hours")
    for name, expression in recorded.items():
        text = text.replace(f'{name}{{calendar="t"}}', f"({expression})")
    return str(text)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Asia/Kolkata"])
def test_the_hours_agree_with_the_calendar_of_python(tmp_path: pathlib.Path, binaries: Binaries, zone: str) -> None:
    """A sample each 61 h 13 min of two years, and hours of the Mondays after the changes of the clocks, where the zone has them."""
    holidays = ["1970-05-01", "1970-12-25", "1971-07-14"]
    made = rules("Mon-Fri 08:00-18:00", calendar="t", zone=zone, holidays=holidays, first_year=1970, last_year=1971)
    is_open, place = moments(zone, holidays, (8, 18)), zoneinfo.ZoneInfo(zone)
    offsets = [dt.datetime.fromtimestamp(day * 86400, place).utcoffset() for day in range(720)]
    changes = [day for day in range(1, 720) if offsets[day] != offsets[day - 1]]
    assert len(changes) == (4 if zone == "America/New_York" else 0)
    asked = sorted({*range(2 * 1440, 728 * 1440, 3673), *(day * 1440 + minute for day in changes for minute in range(7, 1440, 180))})
    expression = inlined(made)
    rows = [
        {"expr": expression, "eval_time": f"{minute}m", "exp_samples": [{"labels": "{}", "value": is_open(minute)}]} for minute in asked
    ]
    assert {is_open(minute) for minute in asked} == {0, 1}
    assert check(tmp_path, binaries, {"interval": "1m", "promql_expr_test": rows}) == ""


def test_the_rules_record_what_is_asked_for(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    """Thursday 1 January 1970 and the Friday after it, minute by minute, around opening and closing."""
    made = rules("Mon-Fri 08:00-18:00", calendar="t", zone="Europe/Paris", holidays=["1970-01-01"], first_year=1970, last_year=1970)
    is_open = moments("Europe/Paris", ["1970-01-01"], (8, 18))
    asked = [day * 1440 + minute for day in range(2) for minute in (419, 420, 421, 1019, 1020, 1021)]
    rows = [{"expr": HOURS, "eval_time": f"{minute}m", "exp_samples": [{"labels": HOURS, "value": is_open(minute)}]} for minute in asked]
    assert [is_open(minute) for minute in asked] == [0] * 6 + [0, 1, 1, 1, 0, 0]
    assert check(tmp_path, binaries, {"interval": "1m", "promql_expr_test": rows}, rule_file=made) == ""


def test_outside_the_years_of_the_rules_there_is_nothing(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    expression = inlined(rules("24x7", calendar="t", zone="UTC", first_year=1971, last_year=1972))
    rows = [
        {"expr": expression, "eval_time": "364d", "exp_samples": []},
        {"expr": expression, "eval_time": "366d", "exp_samples": [{"labels": "{}", "value": 1}]},
        {"expr": expression, "eval_time": "1097d", "exp_samples": []},
    ]
    assert check(tmp_path, binaries, {"interval": "1m", "promql_expr_test": rows}) == ""
