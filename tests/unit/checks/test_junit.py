# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import os
import pathlib
import re
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import junit as check
from ansible_collections.operability.readiness.plugins.module_utils._checks.junit import parse_time, version_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.junit_report import NotAReport, Report, parse
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.module_utils._versions import version_pattern
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof, load
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, FakeRunner
from unit.core.described import describe

STAMP = "2026-11-24T06:00:00"  # a day before NOW


def look_all(*paths: object, runner: Runner | None = None, **args: t.Any) -> list[Finding]:
    return run_item(Item(key="x", check="junit", args={"path": [str(path) for path in paths], **args}), runner or FakeRunner())


def look(tmp_path: pathlib.Path, text: str | bytes, **args: t.Any) -> Finding:
    path = tmp_path / "report.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (finding,) = look_all(path, **args)
    return finding


def read(text: str | bytes, name: str = "version") -> Report:
    return parse(text if isinstance(text, bytes) else text.encode(), name)


def counted(text: str) -> tuple[int, int, int, int]:
    counts = read(text).counts
    return counts.tests, counts.failures, counts.errors, counts.skipped


def refusal(text: str | bytes) -> str:
    with pytest.raises(NotAReport) as refused:
        read(text)
    return str(refused.value)


# -- counting

# as the tools write them
SUREFIRE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd" version="3.0" name="shop.OrdersTest"
  time="0.1" tests="4" errors="1" skipped="1" failures="1">
  <properties><property name="java.version" value="21"/><property name="version" value="1.4.2"/></properties>
  <testcase name="a" classname="shop.OrdersTest"><flakyFailure message="x"/></testcase>
  <testcase name="b" classname="shop.OrdersTest"><failure type="x">y</failure><rerunFailure/></testcase>
  <testcase name="c" classname="shop.OrdersTest"><error type="x"/><system-out><![CDATA[<failure/>]]></system-out></testcase>
  <testcase name="d" classname="shop.OrdersTest"><skipped/></testcase>
</testsuite>"""
GOOGLETEST = """<testsuites tests="3" failures="1" disabled="1" errors="0" timestamp="2026-11-24T06:00:00.123" name="AllTests">
  <testsuite name="Orders" tests="3" failures="1" disabled="1" skipped="0" errors="0">
    <testcase name="A" status="run" result="completed" classname="Orders"/>
    <testcase name="B" status="run" result="completed" classname="Orders"><failure/><failure/></testcase>
    <testcase name="DISABLED_C" status="notrun" result="suppressed" classname="Orders"/>
  </testsuite></testsuites>"""
NESTED = """<testsuites tests="3" failures="1"><testsuite name="all" tests="3" failures="1" errors="" skipped="x">
  <testcase name="a"/><testsuite name="in" tests="2" failures="1"><testcase name="b"/><testcase name="c"><failure/></testcase></testsuite>
</testsuite></testsuites>"""
OWN_ONLY = '<testsuite tests="1"><testcase name="a"/><testsuite tests="1"><testcase name="b"/></testsuite></testsuite>'
LUMPED = '<testsuite tests="2" failures="2" errors="0"><testcase><failure/></testcase><testcase><error/></testcase></testsuite>'
STATUS = '<testsuite tests="3"><testcase status="failed"/><testcase status="ERROR"/><testcase status="passed"/></testsuite>'


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (SUREFIRE, (4, 1, 1, 1)),
        (GOOGLETEST, (3, 1, 0, 1)),
        (NESTED, (3, 1, 0, 0)),
        (OWN_ONLY, (2, 0, 0, 0)),
        (LUMPED, (2, 1, 1, 0)),
        (STATUS, (3, 1, 1, 0)),
        ("<testsuites/>", (0, 0, 0, 0)),
        ('<j:testsuite xmlns:j="x"><j:testcase><j:failure/></j:testcase></j:testsuite>', (1, 1, 0, 0)),
        ("<testsuite><testcase><failure/><error/><skipped/></testcase></testsuite>", (1, 1, 1, 0)),
        ("<testsuite><testcase><system-out><failure/></system-out></testcase></testsuite>", (1, 0, 0, 0)),
        ("<testsuite><system-out><testcase/></system-out></testsuite>", (0, 0, 0, 0)),
        ("<testsuites><testcase/></testsuites>", (1, 0, 0, 0)),
    ],
)
def test_tests_are_counted_as_they_stand(text: str, counts: tuple[int, int, int, int]) -> None:
    assert counted(text) == counts
    assert read(text).lies == [], "none of these contradicts itself"


def test_what_is_told_of_the_tests() -> None:
    report = read(SUREFIRE)
    assert report.failing == ["failure: shop.OrdersTest.b", "error: shop.OrdersTest.c"]
    assert (report.skipped, report.flaky, report.versions, report.suites) == (
        ["shop.OrdersTest.d"],
        ["shop.OrdersTest.a"],
        ["1.4.2"],
        ["shop.OrdersTest"],
    )
    assert read("<testsuite><testcase><failure/></testcase><error/></testsuite>").failing == [
        "failure: a test without a name",
        "error: a suite without a name (the suite itself)",
    ]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('tests="3"', "s says tests=3, its test cases say 2"),
        ('tests="2.0" failures="1"', "s says failures=1, its test cases say 0"),
        ('errors="2"', "s says errors=2, its test cases say 0"),
        ('skipped="2"', "s says skipped=2, its test cases say 1"),
        ('skip="0"', "s says skipped=0, its test cases say 1"),
    ],
)
def test_a_suite_that_contradicts_itself(attributes: str, said: str) -> None:
    assert read(f'<testsuite name="s" {attributes}><testcase/><testcase><skipped/></testcase></testsuite>').lies == [said]


def test_what_is_kept_is_bounded(tmp_path: pathlib.Path) -> None:
    cases = "".join(f'<testcase name="{"x" * 5000}{number}"><failure/></testcase>' for number in range(120))
    finding = look(tmp_path, f'<testsuite timestamp="{STAMP}">{cases}</testsuite>')
    assert "of 120 tests 120 fail" in finding.message
    assert len(finding.details) == 51 and finding.details[-1] == "and 70 more" and max(map(len, finding.details)) < 250


def test_names_are_one_line() -> None:
    assert read('<testsuite><testcase name="a&#10;b&#9;c\u202ed"><error/></testcase></testsuite>').failing == ["error: a b cd"]


# -- what is no report


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<testsuite>", "it ends too early"),
        ("<testsuite><testcase", "it ends too early"),
        ("<testsuite><![CDATA[", "it ends too early"),
        (b"\xff\xfe\x00", "is not XML|ends too early"),
        ("<testsuite></testsuites>", r"is not XML \(mismatched tag, line 1\)"),
        ("<testsuite/><testsuite/>", "is not XML"),
        ("<testsuite>&nbsp;</testsuite>", "is not XML"),
        ('<?xml version="1.0" encoding="klingon"?><testsuite/>', "is not XML|cannot be read as XML"),
        ("{}", "is not XML"),
        ("<html/>", "it begins with <html>"),
        ("<testsuite>" + "<a>" * 300, "more than 200 levels"),
    ],
)
def test_what_is_no_report(text: str | bytes, said: str) -> None:
    assert re.search(said, refusal(text)), refusal(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><testsuite><testcase name="é"><failure/></testcase></testsuite>'
    assert read(text.encode(encoding)).failing == ["failure: é"]


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE testsuite>",
        '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE testsuite [<!ENTITY a "b">]>',
        '<!DOCTYPE testsuite [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE testsuite [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_nothing_is_expanded_or_fetched(text: str) -> None:
    body = "<testsuite><testcase name='&a;'/></testsuite>"
    encoding = "utf-16" if "utf-16" in text else "utf-8"
    assert "has a document type (DTD) or entities" in refusal((text + body).encode(encoding))


def test_a_file_that_an_entity_names_is_not_shown(tmp_path: pathlib.Path) -> None:
    (tmp_path / "secret").write_text("top-s3cret")
    entity = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    finding = look(tmp_path, f"{entity}<testsuite><testcase name='a'><failure>&s;</failure></testcase></testsuite>")
    assert str(finding.status) == "unknown" and "top-s3cret" not in str(finding.as_dict())


def test_a_bomb_takes_no_time(tmp_path: pathlib.Path) -> None:
    laughs = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 20}">' for number in range(1, 20))
    started = time.monotonic()
    assert str(look(tmp_path, f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><testsuite name="&l19;"/>').status) == "unknown"
    assert time.monotonic() - started < 30


# -- time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T06:00:00", (2026, 11, 24, 6, 0)),
        ("2026-11-24T06:00:00.123456789Z", (2026, 11, 24, 6, 0)),
        ("2026-11-24T06:00:00+02:00", (2026, 11, 24, 4, 0)),
        (" 2026-11-24 06:00:00 ", (2026, 11, 24, 6, 0)),
        ("Tue, 24 Nov 2026 06:00:00 GMT", (2026, 11, 24, 6, 0)),
    ],
)
def test_times(text: str, moment: tuple[int, ...]) -> None:
    found = parse_time(text)
    assert found is not None and found.replace(microsecond=0) == dt.datetime(*moment, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00", "2026-13-01T00:00:00", "99999999999999999999"]
)
def test_times_that_mean_nothing(text: str) -> None:
    assert parse_time(text) is None


def test_the_oldest_suite_decides(tmp_path: pathlib.Path) -> None:
    one, two = (f'<testsuite timestamp="{stamp}"><testcase/></testsuite>' for stamp in (STAMP, "2026-11-20T06:00:00Z"))
    finding = look(tmp_path, f"<testsuites>{one}{two}</testsuites>", max_age="3d")
    assert str(finding.status) == "fail" and "is 5 d old (2026-11-20T06:00:00Z), the limit is 3 d" in finding.message
    assert finding.measurements[0].as_dict() == {"name": "report_age_seconds", "value": 432000, "limit": 259200.0, "bound": "upper"}
    assert finding.observed["time_of"] == "report"


def test_a_few_hours_ahead_may_be_another_zone(tmp_path: pathlib.Path) -> None:
    assert str(look(tmp_path, '<testsuite timestamp="2026-11-25T18:00:00"><testcase/></testsuite>').status) == "pass"
    late = '<testsuite timestamp="2026-11-26T18:00:00"><testcase><failure/></testcase></testsuite>'
    assert str(look(tmp_path, late).status) == "fail", "a failure counts whenever it was"


def test_the_time_of_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<testsuite timestamp="soon"><testcase/></testsuite>')
    moment = (NOW - dt.timedelta(days=2)).timestamp()
    os.utime(path, (moment, moment))
    (finding,) = look_all(path)
    assert finding.message.endswith("1 test passed, 2 d old, by the time of the file; the limit is 30 d")
    assert finding.observed["time_of"] == "file"


# -- version


@pytest.mark.parametrize(
    "text", ["1.4.2", "v1.4.2", "V1.4.2", "payments-1.4.2.xml", "/builds/1.4.2/load.xml", "load of 1.4.2, nightly", "1.4.2-load"]
)
def test_a_version_is_found(text: str) -> None:
    assert version_pattern("1.4.2").search(text) and version_pattern("v1.4.2").search(text)


@pytest.mark.parametrize(
    "text",
    ["11.4.2", "0.1.4.2", "1.4.20", "1.4.2.1", "1.4.2-rc1", "1.4.2-SNAPSHOT", "1.4.2~beta", "1.4.2+build5", "1.4.2b1", "1x4x2", "1.4"],
)
def test_another_version_is_not(text: str) -> None:
    assert not version_pattern("1.4.2").search(text)


def test_a_candidate_is_found_by_its_own_name() -> None:
    assert version_pattern("1.4.2-rc1").search("load of 1.4.2-rc1") and not version_pattern("1.4.2-rc1").search("1.4.2-rc12")
    assert version_pattern("3f2a91c").search("build-3f2a91c.xml")
    full = "3f2a91c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6"
    assert version_pattern("3f2a91c").search(f"commit {full}") and version_pattern(full).search(full)
    assert not version_pattern("3f2a91c").search("3f2a91c0d") and not version_pattern("1234567").search("1234567" + "0" * 33)


def test_what_proves_the_version() -> None:
    report = Report(suites=["load of 1.4.2"], versions=[])
    assert version_of("x.xml", report, "1.4.2", "version") == ("suite name", None)
    assert version_of("1.4.2/x.xml", Report(), "1.4.2", "version") == ("path", None)
    assert version_of("x.xml", Report(), None, "version") == (None, None)
    proof, problem = version_of("1.4.2/x.xml", Report(suites=["1.4.2"], versions=["1.4.2", ""]), "1.4.2", "release")
    assert proof is None and problem == "is of another version: its property release says nothing, expected is 1.4.2"


def test_the_property_may_have_another_name_and_be_a_text() -> None:
    text = "<testsuite><properties><property name='release'>\n 1.4.2\n</property><property name='x' value='9'/></properties></testsuite>"
    assert read(text, "release").versions == ["1.4.2"] and read(text).versions == []
    of_a_test = "<testsuite><testcase><properties><property name='version' value='3'/></properties></testcase></testsuite>"
    assert read(of_a_test).versions == [], "that is the version of something that was tested with"


# -- files


def test_one_finding_a_report(tmp_path: pathlib.Path) -> None:
    good, bad = f'<testsuite timestamp="{STAMP}"><testcase/></testsuite>', "<testsuite>"
    for name, text in (("a.xml", good), ("b.xml", bad), ("c[1].xml", good)):
        (tmp_path / name).write_text(text)
    (tmp_path / "folder.xml").mkdir()
    found = look_all(tmp_path / "*.xml", tmp_path / "a.xml", tmp_path / "c[1].xml", tmp_path / "gone.xml")
    assert [(os.path.basename(finding.instance), str(finding.status)) for finding in found] == [
        ("gone.xml", "fail"),
        ("a.xml", "pass"),
        ("b.xml", "unknown"),
        ("c[1].xml", "pass"),
    ]


def test_it_is_told_in_french(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report.xml"
    failing = look(tmp_path, SUREFIRE)
    assert failing.message.template == "{report:path}: {remarks:sentences}"
    assert told(failing.message, "fr").startswith(f"le rapport {path}\u00a0: sur 4 tests, 1 échoue et 1 est en erreur")
    assert [told(line, "fr") for line in failing.details][:2] == [
        "échec\u00a0: shop.OrdersTest.b",
        "erreur\u00a0: shop.OrdersTest.c",
    ]
    broken = look(tmp_path, "<testsuite>")
    assert told(broken.message, "fr").startswith(f"le rapport {path} n\u2019est pas un document XML complet")


def test_a_folder_that_may_not_be_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may read everything
    try:
        for name in ("*.xml", "a.xml"):
            (finding,) = look_all(tmp_path / "shut" / name)
            assert str(finding.status) == "unknown" and "may not be read" in finding.message
    finally:
        os.seteuid(user)


def test_a_folder_that_cannot_be_listed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object = ".") -> t.NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    (finding,) = look_all(tmp_path / "*.xml")
    assert str(finding.status) == "unknown" and "may not be read" in finding.message


def test_too_many_reports(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "REPORTS", 1)
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text("<testsuite/>")
    (finding,) = look_all(tmp_path / "*.xml")
    assert finding.message == "2 reports match, and at most 1 are read: name fewer"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"path": []}, "path: at least one path"),
        ({"path": ["a"], "min_tests": 0}, "min_tests: at least 1"),
        ({"path": ["a"], "version": " "}, "version: not empty"),
        ({"path": ["a"], "max_age": "old"}, "is not a duration"),
        ({}, "missing required .*: path"),
    ],
)
def test_arguments_that_do_not_fit(args: dict[str, t.Any], said: str) -> None:
    (finding,) = run_item(Item(key="x", check="junit", args=args), FakeRunner())
    assert str(finding.status) == "unknown" and re.search(said, finding.message)


def test_all_that_is_wrong_is_told(tmp_path: pathlib.Path) -> None:
    text = '<testsuite name="s" tests="5" timestamp="2026-01-01T00:00:00"><testcase name="a"><failure/></testcase><testcase/></testsuite>'
    finding = look(tmp_path, text, version="1.4.2")
    first, *others = finding.message.split("; ")
    assert first.endswith("report.xml: of 2 tests 1 fails") and len(others) == 3
    assert others[-1] == "contradicts itself: s says tests=5, its test cases say 2"
    assert finding.details == ["failure: a", "contradiction: s says tests=5, its test cases say 2"]
    assert finding.expected == {"max_age_seconds": 2592000.0, "min_tests": 1, "allow_skipped": True, "version": "1.4.2"}
    assert "error" not in finding.message


def test_skipped_and_flaky_tests_are_told(tmp_path: pathlib.Path) -> None:
    cases = '<testcase name="a"><flakyError/></testcase>' + '<testcase name="b"><skipped/></testcase>' * 12
    finding = look(tmp_path, f'<testsuite timestamp="{STAMP}">{cases}</testsuite>')
    assert str(finding.status) == "pass" and "1 test passed, 12 skipped" in finding.message
    assert finding.details[-3:] == ["skipped: b", "skipped: and 2 more", "passed only when repeated: a"]
    assert finding.observed["flaky"] == 1


# -- from the description of a service

BASE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\n"


def derived(text: str, **run: t.Any) -> list[Instance]:
    (proof,) = load("default").rules["DEL-05"].proved_by
    assert proof == Proof("junit", "delivery.reports")
    return derive(proof, describe(BASE + text, **run))


def test_reports_of_a_service() -> None:
    one, two = derived("delivery: {reports: ['reports/{version}/*.xml', /srv/zap.xml]}\n", version="1.4.2[x]")
    assert one.args == {"path": ["reports/1.4.2[[]x]/*.xml"], "version": "1.4.2[x]"}
    assert (one.instance, one.hosts, one.path) == ("reports/1.4.2[x]/*.xml", None, ("delivery", "reports", 0))
    assert two.args == {"path": ["/srv/zap.xml"], "version": "1.4.2[x]"}
    parse_arguments(check, one.args)


def test_reports_without_a_version_are_a_gap() -> None:
    (one,) = derived("delivery: {reports: [a.xml]}\n")
    assert one.gap == "the version whose reports are wanted is not given (readiness_version)"


@pytest.mark.parametrize("text", ["", "delivery: {smoke: tests/smoke}\n", "delivery: {reports: []}\n"])
def test_reports_that_are_not_declared(text: str) -> None:
    with pytest.raises(NotDeclared, match="delivery.reports is not declared"):
        derived(text)
