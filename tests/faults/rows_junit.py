# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of JUnit reports: one that pytest writes here, and files as other tools write, break or abuse them."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
import typing as t

from table import Row, World

DAY = 86400
Arrange = t.Callable[[World], dict[str, t.Any]]
GOOD = '<testcase classname="shop.Orders" name="orders"/><testcase classname="shop.Orders" name="refunds"/>'
BROKEN = '<testcase classname="shop.Orders" name="stock"><{}>was 3, not 4</{}></testcase>'
SKIPPED = '<testcase classname="shop.Orders" name="later"><skipped message="no gateway"/></testcase>'
SECRET = "this must never be shown"  # noqa: S105 # no password


def ago(days: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def suite(cases: str = GOOD, *, name: str = "load", days: float | None = 2, properties: str = "", **attributes: object) -> str:
    if days is not None:
        attributes["timestamp"] = ago(days)
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    inside = f"<properties>{properties}</properties>" if properties else ""
    return f'<testsuite name="{name}"{more}>{inside}{cases}</testsuite>'


def of_version(version: str) -> str:
    return f'<property name="version" value="{version}"/>'


def report(text: str | bytes, *, name: str = "load.xml", mtime: float = 0, **args: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        path = world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if mtime:
            os.utime(path, (time.time() - mtime, time.time() - mtime))
        return {"path": [str(path)], **args}

    return arrange


def of_pytest(body: str, **args: t.Any) -> Arrange:
    """What pytest itself writes of these tests."""

    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "test_it.py").write_text(body)
        path = world.folder / "pytest.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={path}", "-o", "junit_family=xunit2"]
        subprocess.run(
            [*command, "-c", os.devnull, "--rootdir", str(world.folder), "test_it.py"], cwd=world.folder, capture_output=True, check=False
        )
        return {"path": [str(path)], **args}

    return arrange


def several(world: World) -> dict[str, t.Any]:
    report(suite(), name="reports/a.xml")(world)
    report(suite(GOOD + BROKEN.format("failure", "failure")), name="reports/deep/b.xml")(world)
    return {"path": [str(world.folder / "reports" / "**" / "*.xml")]}


def nowhere(pattern: str) -> Arrange:
    return lambda world: {"path": [str(world.folder / pattern)]}


def folder(world: World) -> dict[str, t.Any]:
    return {"path": [str(world.folder)]}


def dangling(world: World) -> dict[str, t.Any]:
    (world.folder / "load.xml").symlink_to(world.folder / "gone.xml")
    return {"path": [str(world.folder / "*.xml")]}


def huge(world: World) -> dict[str, t.Any]:
    path = world.folder / "huge.xml"
    with path.open("wb") as handle:
        handle.write(b"<testsuite>")
        handle.truncate(65 * 2**20)
    return {"path": [str(path)]}


def pipe(world: World) -> dict[str, t.Any]:
    os.mkfifo(world.folder / "load.xml")
    return {"path": [str(world.folder / "load.xml")]}


def external(world: World) -> dict[str, t.Any]:
    secret = world.folder / "secret"
    secret.write_text(SECRET)
    return report(f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>{suite(name="&s;")}')(world)


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>{suite(name="x", cases="<system-out>&l9;</system-out>")}'
PYTEST_GOOD = (
    "import pytest\n\ndef test_a(): pass\n\n@pytest.mark.skip\ndef test_b(): pass\n\n@pytest.mark.xfail\ndef test_c(): raise ValueError\n"
)
PYTEST_TEARDOWN = "import pytest\n\n@pytest.fixture\ndef it():\n    yield\n    raise ValueError\n\ndef test_a(it): raise KeyError\n"
VERSION = (
    "import pytest\n\n@pytest.fixture(scope='session', autouse=True)\ndef of(record_testsuite_property):\n"
    "    record_testsuite_property('version', '1.4.2')\n\ndef test_a(): pass\n"
)


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("junit", state, arrange, status, message)


ROWS = [
    row("every test passed", report(suite()), "pass", r"load\.xml: 2 tests passed, 2 d old; the limit is 30 d$"),
    row(
        "pytest wrote it, every test passed",
        of_pytest(PYTEST_GOOD),
        "pass",
        r"1 test passed, 2 skipped, 0 ms old|1 test passed, 2 skipped,",
    ),
    row(
        "pytest wrote it, with its version", of_pytest(VERSION, version="1.4.2"), "pass", "1 test passed, for 1.4.2 by its property version"
    ),
    row("pytest wrote it, of another version", of_pytest(VERSION, version="1.4.3"), "fail", "version says 1.4.2, expected is 1.4.3"),
    row("pytest wrote it, a test and what follows it break", of_pytest(PYTEST_TEARDOWN), "fail", "1 fails and 1 breaks off"),
    row("pytest wrote it, it has no test", of_pytest("\n"), "fail", "is a report without a test"),
    # outcomes
    row("a test failed", report(suite(GOOD + BROKEN.format("failure", "failure"))), "fail", "of 3 tests 1 fails$"),
    row("a test broke off", report(suite(GOOD + BROKEN.format("error", "error"))), "fail", "of 3 tests 1 breaks off$"),
    row("a test failed in a suite within a suite", report(suite(suite(BROKEN.format("failure", "failure")))), "fail", "of 1 test 1 fails$"),
    row("a suite broke off before its tests", report(suite(f"{GOOD}<error/>")), "fail", "of 2 tests 1 breaks off$"),
    row(
        "its attributes hide a failure",
        report(suite(BROKEN.format("failure", "failure"), tests=1, failures=0)),
        "fail",
        "1 fails; .*contra",
    ),
    row("its attributes tell other numbers", report(suite(tests=400, failures=0)), "warn", "load says tests=400, its test cases say 2"),
    row("its attributes tell of a failure that is not there", report(suite(failures=1)), "warn", "says failures=1, its test cases say 0"),
    row("one of several reports has a failure", several, "fail", r"deep/b\.xml: of 3 tests 1 fails"),
    row("tests were skipped", report(suite(GOOD + SKIPPED)), "pass", "2 tests passed, 1 skipped"),
    row("tests were skipped and must not be", report(suite(GOOD + SKIPPED), allow_skipped=False), "warn", "1 of 3 tests skipped"),
    row("every test was skipped", report(suite(SKIPPED)), "fail", "the only test was skipped: nothing was tested"),
    row("too few tests ran", report(suite(GOOD + SKIPPED), min_tests=3), "fail", "2 tests ran, the limit is 3 at least"),
    row("no test in it", report("<testsuites/>"), "fail", "is a report without a test"),
    row("no test in it, though it says so", report('<testsuites tests="12"/>'), "fail", "without a test; contradicts itself"),
    # age
    row("too old", report(suite(days=31)), "fail", "is 31 d old .*, the limit is 30 d$"),
    row("one of its suites is too old", report(f"<testsuites>{suite()}{suite(days=40)}</testsuites>"), "fail", "is 40 d old"),
    row("too old by the time of the file", report(suite(days=None), mtime=40 * DAY), "fail", "is 40 d old .*by the time of the file"),
    row("copied lately, and too old", report(suite(days=90)), "fail", "is 90 d old"),
    row("young by the time of the file", report(suite(days=None), mtime=3 * DAY), "pass", "3 d old, by the time of the file"),
    row(
        "a timestamp that means nothing", report(suite(days=None, timestamp="0001-01-01T00:00:00Z"), mtime=40 * DAY), "fail", "is 40 d old"
    ),
    row("dated ahead", report(suite(days=-3)), "unknown", r"is dated \d d \d+ h ahead|is dated 3 d ahead"),
    # version
    row(
        "of this version by its property",
        report(suite(properties=of_version("v1.4.2")), version="1.4.2"),
        "pass",
        "by its property version",
    ),
    row("of this version by the name of a suite", report(suite(name="load of 1.4.2"), version="1.4.2"), "pass", "by its suite name"),
    row("of this version by its path", report(suite(), name="1.4.2/load.xml", version="1.4.2"), "pass", "by its path"),
    row("of another version by its path", report(suite(), name="1.4.20/load.xml", version="1.4.2"), "fail", "is of another version"),
    row("of a candidate of this version", report(suite(name="1.4.2-rc1"), version="1.4.2"), "fail", "is of another version"),
    row(
        "of another version, copied to the folder of this one",
        report(suite(properties=of_version("1.4.1")), name="1.4.2/load.xml", version="1.4.2"),
        "fail",
        "its property version says 1.4.1, expected is 1.4.2",
    ),
    row("does not tell its version", report(suite(), version="1.4.2"), "fail", "or does not tell"),
    # files
    row("not there", nowhere("gone.xml"), "fail", r"the report .*gone\.xml does not exist"),
    row("no file matches", nowhere("gone/*.xml"), "fail", "no report matches"),
    row("a link to a file that is gone", dangling, "unknown", "does not exist"),
    row("a folder", folder, "unknown", r"is not a file; a pattern such as"),
    row("a pipe, which would be waited for", pipe, "unknown", "is not a file"),
    row("an empty file", report(""), "unknown", "is empty"),
    row("cut off", report(suite()[:-30]), "unknown", "is not a whole XML document, it ends too early"),
    row("not XML", report("2 passed in 0.1s\n"), "unknown", r"is not XML \(.*line 1\)"),
    row("a byte in it that no XML has", report(suite(f"{GOOD}<system-out>\x1b[31m</system-out>")), "unknown", "is not XML"),
    row("an HTML page", report("<html><body>Sign in</body></html>"), "unknown", "but not a JUnit report: it begins with <html>"),
    row("XML of another tool", report("<assemblies><assembly/></assemblies>"), "unknown", "it begins with <assemblies>"),
    row("an entity that reads a file", external, "unknown", f"^(?!.*{SECRET}).*has a document type .*not read"),
    row("entities that expand for ever", report(BOMB), "unknown", "has a document type"),
    row("a document type alone", report(f"<!DOCTYPE testsuite>{suite()}"), "unknown", "has a document type"),
    row("elements without end", report("<testsuite>" * 100000), "unknown", "nested more than 200 levels deep"),
    row("more than 64 MiB", huge, "unknown", r"has 65\.0 MiB, and at most 64\.0 MiB are read"),
]
