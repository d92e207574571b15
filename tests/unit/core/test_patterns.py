# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of others: the answers of Python's engine, and an end for those that have none in time."""

from __future__ import annotations

import concurrent.futures
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _patterns
from ansible_collections.operability.readiness.plugins.module_utils._checks import _dated_names, http_probe
from ansible_collections.operability.readiness.plugins.module_utils._clients import alertmanager_routes, promql, re2
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._hours import parse_hours
from ansible_collections.operability.readiness.plugins.module_utils._units import parse_comparison, parse_duration, parse_size
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.comparable import matches

EVIL, TEXT = "(a+)+$", "a" * 40 + "b"
ROOT = pathlib.Path(__file__).resolve().parents[3]


def runs(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return (pathlib.Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("pattern", "text", "flags"),
    [
        ("pay.*", "payments", 0),
        ("^v[0-9]+", "hello", 0),
        (r"(?P<major>\d+)\.(\d+)", "at 1.10", 0),
        ("UP|DOWN", "status: up", re.IGNORECASE),
        (r"^b$", "a\nb\nc", re.MULTILINE),
        ("a.b", "a\nb", re.DOTALL),
        ("(?i)é+x?", "É", 0),
        ("", "", 0),
        (r"\bok\b", "not okay", 0),
        ("(a|b)*c", "x" * 100_000 + "abc", 0),
        ("a{2,3}", "\u2028aa\x00\ud800", 0),
    ],
)
def test_the_answers_are_those_of_python(pattern: str, text: str, flags: int) -> None:
    match = re.search(pattern, text, flags)
    assert _patterns.search(pattern, text, flags=flags) is (match is not None)
    assert _patterns.find(pattern, text, flags=flags) == (match and match.groupdict())


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "this is not a regular expression"),
        ("[", "this is not a regular expression"),
        ("*", "this is not a regular expression"),
        ("(?P<a>x)(?P<a>y)", "this is not a regular expression"),
        ("(" * 5000 + ")" * 5000, "this is not a regular expression"),
        ("a" * 10_001, "more than 10000 characters"),
        (EVIL, "did not end within 0.2 s and was stopped"),
    ],
)
def test_what_has_no_answer(pattern: str, words: str) -> None:
    with pytest.raises(_patterns.NotSearched, match=words):
        _patterns.search(pattern, TEXT, within=0.2)
    assert _patterns.search("(a)b", TEXT), "the next one has its answer"


def test_many_at_once() -> None:
    def ask(number: int) -> object:
        try:
            return _patterns.search(EVIL if number % 5 == 0 else f"(x{number})$", f"{TEXT}x{number}"[40 * (number % 5 > 0) :], within=0.3)
        except _patterns.NotSearched:
            return "stopped"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(40)))
    assert found == ["stopped" if number % 5 == 0 else True for number in range(40)]


def test_it_does_not_go_on_when_whoever_asked_is_dead() -> None:
    code = (
        "from ansible_collections.operability.readiness.plugins.module_utils import _patterns as p\n"
        "child = p._children._take(); p._children._idle.append(child); print(child.pid, flush=True)\n"
        f"p.search({EVIL!r}, {TEXT!r}, within=1.5)\n"
    )
    asking = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT / "collections", text=True)
    assert asking.stdout is not None
    with asking:
        child = int(asking.stdout.readline())
        deadline = time.monotonic() + 30
        while cpu_of(child) < 0.2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert runs(child), "it is in the midst of it"
        asking.send_signal(signal.SIGKILL)
    while runs(child) and time.monotonic() < deadline + 30:
        time.sleep(0.05)
    assert not runs(child)


def cpu_of(pid: int) -> float:
    try:
        fields = (pathlib.Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def test_one_that_waits_ends_with_its_process() -> None:
    code = (
        "from ansible_collections.operability.readiness.plugins.module_utils import _patterns as p\n"
        "p.search('(a)b', 'ab'); print(p._children._idle[0].pid, flush=True)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT / "collections", text=True, check=True)
    deadline = time.monotonic() + 30
    while runs(int(said.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(int(said.stdout))


def test_a_matcher_of_a_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert re2.matches("pay.*|orders", "payments") and not re2.matches("pay", "payments") and re2.matches("(a|b)+", "abab")
    ask = _patterns.search
    monkeypatch.setattr(re2, "search", lambda pattern, text: ask(pattern, text, within=0.2))
    with pytest.raises(re2.Untranslatable):
        re2.matches(EVIL, TEXT)
    with pytest.raises(re2.Untranslatable):
        alertmanager_routes.Matcher("job", "=~", EVIL).matches({"job": TEXT})
    with pytest.raises(CannotObserve):
        promql.Matcher("job", "!~", EVIL).holds({"job": TEXT})
    assert promql.Matcher("job", "=~", "a.b").holds({"job": "a\nb"}) and not alertmanager_routes.Matcher("job", "=~", "a.b").matches(
        {"job": "a\nb"}
    )


def test_body_pattern_is_unknown_where_it_does_not_end() -> None:
    with pytest.raises(CannotObserve, match="does not come to an end"):
        http_probe._fits(EVIL, TEXT)
    assert http_probe._fits("(UP)", "status UP") and not http_probe._fits("(UP)", "status")


def test_wildcards_of_many_stars_end() -> None:
    stars = "*a" * 12 + "*b"
    assert not matches(stars, ["a" * 60]) and matches(stars, ["a" * 60 + "b"])
    assert matches("unit *.service", ["unit nginx.service"]) and matches("a?c*", ["abc"]) and not matches("a?c", ["ac", "abcd"])
    assert matches("*", [""]) and matches("**x**", ["x"]) and not matches("?", [""]) and matches("[::1]:*", ["[::1]:80"])
    _wildcards, few = _dated_names.translate("/b/*-%Y%m%d.gz")
    assert _dated_names.parts_of(few, "/b/x-20270101.gz") == {"Y": "2027", "m": "01", "d": "01"}
    _wildcards, many = _dated_names.translate("/b/*-*-*-*-%Y.gz")
    assert _dated_names.parts_of(many, "/b/a-b-c-d-2027.gz") == {"Y": "2027"} and _dated_names.parts_of(many, "/b/a-2027.gz") is None
    _wildcards, evil = _dated_names.translate("/b/" + stars)
    with pytest.raises(CannotObserve, match="more wildcards than can be tried in time"):
        _dated_names.parts_of(evil, "/b/" + "a" * 200)


def test_long_texts_where_short_ones_are_expected() -> None:
    long = "1" * 50_000
    for parse in (parse_duration, parse_size, parse_comparison):
        with pytest.raises(ValueError, match="50000 characters"):
            parse(long)
    assert parse_hours("mon" * 10_000) is None
