# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found of a line, against what was written: each way to differ is told apart, and each usual form of it is the line."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._canary_lines import described
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_comparison import Deviation, Found, compare, is_whole
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import Marker
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from fakes import NOW

HEX = "0123456789abcdef" * 2
SHORT = f"2026-11-25T06:00:00.000Z info operability-canary {HEX} end {HEX}"
LONG = f"operability-canary {HEX} {'pad ' * 500}end {HEX}"
THEN = NOW.timestamp()


def marker(line: str = SHORT, **more: t.Any) -> Marker:
    made = Marker(f"operability-canary {HEX}", host="web1.example.com", written_epoch=THEN, names=("10.0.0.5", "fd00::5"), zone=7200)
    return dataclasses.replace(described(made, line), **more)


def found(text: str = SHORT, **more: t.Any) -> Found:
    return Found(text, verbatim("the store"), more.pop("place", "main"), **more)


def kinds(deviations: list[Deviation]) -> list[tuple[str, bool]]:
    return [(one.kind, one.fails) for one in deviations]


HEALTHY = {
    "as it was written": found(),
    "without its time and level, which were parsed": found(f"operability-canary {HEX} end {HEX}"),
    "behind a syslog header": found(f"Nov 25 06:00:00 web1 payments[12]: {SHORT}", host="web1"),
    "in JSON of a shipper": found(json.dumps({"message": SHORT, "host": {"name": "web1"}}), host="web1"),
    "with a line end": found(f"{SHORT}\n"),
    "raw, with its priority": found(f"<14>1 2026-11-25T06:00:00Z web1 payments 12 - - {SHORT}"),
    "under its full name": found(host="web1.example.com"),
    "under its name in capitals": found(host="WEB1"),
    "under its address": found(host="10.0.0.5"),
    "under its other address": found(host="FD00::5"),
    "of no host": found(host="-"),
    "a little late": found(moment=THEN + 200),
    "a little early, as clocks differ": found(moment=THEN - 100),
    "in the local time of the host, without a zone": found(moment=THEN + 3600, zoned=False),
    "in UTC, without a zone, read elsewhere": found(moment=THEN - 3600, zoned=False),
    "at a time that may be read in two ways": found(moment=THEN - 30 * 86400, others=(THEN,)),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_the_usual_forms_of_a_line_are_the_line(name: str) -> None:
    assert compare(marker(), [HEALTHY[name]], zone=3600) == []


def test_a_long_line_is_whole_in_any_dress() -> None:
    for text in (LONG, LONG.replace("pad pad", "pad  pad"), json.dumps({"message": LONG})):
        assert is_whole(text, marker(LONG))
        assert compare(marker(LONG), [found(text)]) == []


def test_a_line_of_a_template_that_says_nothing_of_its_end_is_taken_as_it_comes() -> None:
    line = json.dumps({"id": f"operability-canary {HEX}", "message": "hello"})
    assert marker(line).ends is False
    assert compare(marker(line), [found(json.dumps({"id": f"operability-canary {HEX}"}))]) == []


OTHER = Marker("operability-canary " + "f" * 32, host="web2", inventory_host="shop-2")
WRONG: dict[str, tuple[list[Found], list[tuple[str, bool]], str]] = {
    "cut in the middle": ([found(LONG[:1000])], [("cut", True)], r"was cut: 1000 of its 2088 bytes are in the store, its end is lost"),
    "cut at its front": ([found(LONG[-300:])], [("cut", True)], r"only the end arrived in the store: its first part is lost"),
    "a hole in it": ([found(LONG[:200] + LONG[900:])], [("cut", True)], r"a part in the middle is missing in the store: 1388 of its 2088"),
    "split in two": ([found(LONG[:1024]), found(LONG[1024:])], [("split", True)], r"was split in two in the store"),
    "the length of a frame in front": (
        [found(f"114 <14>1 2026-11-25T06:00:00Z web1 payments - - - {LONG}", host="114", moment=THEN - 9 * 3600)],
        [("framed", True)],
        r"has the length of its frame in front \('114 <14>'\) in the store: sender and receiver frame messages differently",
    ),
    "joined to others": ([found(f"Traceback\n{LONG}\nanother")], [("joined", False)], r"is one record with other lines"),
    "joined to others, as rsyslog shows it": ([found(f"{LONG}#012another")], [("joined", False)], r"is one record with other lines"),
    "found twice": (
        [found(LONG, identity="1"), found(LONG, identity="2")],
        [("twice", False)],
        r"lies 2 times in the store: it is sent more",
    ),
    "under the name of another host": ([found(LONG, host="web2.example.com")], [("host", True)], r"under the name of web2.*, another host"),
    "under the name of another host, as the inventory has it": (
        [found(LONG, host="shop-2")],
        [("host", True)],
        r"another host of the service",
    ),
    "under a name that says nothing": ([found(LONG, host="localhost")], [("host", True)], r"which tells no host from another"),
    "under its own loopback": ([found(LONG, host="127.0.0.1")], [("host", True)], r"which tells no host from another"),
    "under a name that nobody knows": (
        [found(LONG, host="relay7")],
        [("host", False)],
        r"whoever looks for web1.example.com does not find it",
    ),
    "two hours early": ([found(LONG, moment=THEN - 7200)], [("time", True)], r"that is 2 h too early: its time zone was lost on the way"),
    "five and a half hours late": ([found(LONG, moment=THEN + 19800 + 3)], [("time", True)], r"that is 5 h 30 min too late: its time zone"),
    "ten minutes late": ([found(LONG, moment=THEN + 600)], [("time", False)], r"that is 10 min too late: a clock on the way is wrong"),
    "three hours and some minutes early": ([found(LONG, moment=THEN - 11230)], [("time", True)], r"too early: a clock on the way is wrong"),
    "without a zone, and of none that it could be": ([found(LONG, moment=THEN + 5 * 3600, zoned=False)], [("time", True)], r"5 h too late"),
    "twice, under another name, at another time": (
        [found(LONG, identity="1", host="web2", moment=THEN - 7200), found(LONG, identity="2", host="web2", moment=THEN - 7200)],
        [("host", True), ("time", True), ("twice", False)],
        r"under the name of web2",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_way_to_differ_is_told_apart(name: str) -> None:
    records, expected, message = WRONG[name]
    told = compare(marker(LONG), records, [OTHER])
    assert kinds(told) == expected
    assert re.search(message, told[0].message), told[0].message


def test_the_same_line_in_two_places_was_not_sent_twice() -> None:
    assert compare(marker(), [found(place="app.log"), found(place="all.log")]) == []
    assert compare(marker(), [found(identity="7"), found(identity="7")]) == []


def test_one_good_copy_is_enough() -> None:
    """A line that lies whole in one place may lie cut in another: it has arrived."""
    assert compare(marker(LONG), [found(LONG[:100], place="short"), found(LONG)]) == []
    assert compare(marker(), [found(host="relay"), found(host="web1", place="b")]) == []


def test_what_took_long_is_not_wrong() -> None:
    assert compare(marker(), [found(moment=THEN + 1700)], late=1500.0) == []
    assert kinds(compare(marker(), [found(moment=THEN + 1700)])) == [("time", False)]


def test_nothing_found_is_nothing_to_compare() -> None:
    assert compare(marker(), []) == []
