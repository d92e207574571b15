# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other tools read: JUnit XML, the output of a Nagios plugin, CSV; and where files go."""

from __future__ import annotations

import csv as csv_module
import io
import pathlib
import re
import typing as t
from xml.etree import ElementTree

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Status
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import csv, junit, nagios, places
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import PublishFailure
from fakes import NOW, FakeRunner
from unit.publish.records import HOSTILE, full, hostile, large, record, requirement

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1", "＝1+1", " =1")

# -- JUnit: what the schema of Jenkins (and the stricter one of Apache Ant) has, in its order

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
    "system-err": set(),
}
CHILDREN = {
    "testsuites": r"(testsuite )*",
    "testsuite": r"properties (testcase )*system-out system-err ",
    "properties": r"(property )*",
    "testcase": r"((skipped|failure|error) )?(system-out )?(system-err )?",
}


def schema_problems(element: ElementTree.Element) -> list[str]:
    out = [f"{element.tag}: {name}" for name in set(element.attrib) ^ ATTRIBUTES.get(element.tag, {"?"})]
    order = "".join(f"{child.tag} " for child in element)
    if not re.fullmatch(CHILDREN.get(element.tag, ""), order):
        out.append(f"{element.tag}: {order}")
    if element.tag == "testsuite":
        cases = element.findall("testcase")
        found = {"tests": len(cases), **{f"{kind}s": len(element.findall(f"testcase/{kind}")) for kind in ("failure", "error")}}
        found["skipped"] = len(element.findall("testcase/skipped"))
        out += [f"{name} says {element.get(name)}, there are {count}" for name, count in found.items() if element.get(name) != str(count)]
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(element.get("timestamp"))):
            out.append(f"timestamp {element.get('timestamp')}")
    return out + [problem for child in element for problem in schema_problems(child)]


def cases(made: dict[str, t.Any]) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit.render(made))
    assert schema_problems(root) == []
    return {str(case.get("name")).split()[0]: case for case in root.iter("testcase")}


def test_one_test_case_a_requirement() -> None:
    found = cases(record())
    assert len(found) == 13 and found["BKP-01"].get("classname") == "readiness.backups"
    kinds = {name: next((child.tag for child in case), "pass") for name, case in found.items()}
    assert kinds == {
        **dict.fromkeys(("MON-01", "MON-03"), "error"),
        **dict.fromkeys(("MON-04", "BKP-01"), "failure"),
        **dict.fromkeys(("MON-10", "RUN-01", "PLT-02"), "pass"),
        **dict.fromkeys(("BKP-03", "DEL-02", "PLT-01", "PLT-03"), "skipped"),
        **dict.fromkeys(("LOG-05", "SUP-01"), "system-out"),
    }
    assert found["SUP-01"][0].text == "proof: attested", "what a person says is told apart from what was seen"
    failure = found["BKP-01"][0]
    assert failure.get("message") == "newest backup is 3 d 4 h old, the limit is 24 h" and failure.get("type") == "blocker"
    assert "newest snapshot 2026-11-22" in str(failure.text) and "responsible: team-backup" in str(failure.text)
    assert found["BKP-03"][0].get("message") == "waived until 2027-03-31 by head of operations: no restore test on record"
    assert str(found["PLT-01"][0].get("message")).startswith("observed only, does not decide in this phase (warn)")
    assert str(found["LOG-05"][0].text).startswith("warning: /var/log/payments/app.json")
    properties = {item.get("name"): item.get("value") for item in ElementTree.fromstring(junit.render(record())).iter("property")}
    assert properties["version"] == "1.5.0" and properties["verdict"] == "NO-GO"


@pytest.mark.parametrize(
    "made", [{}, record(judgement__requirements=[], judgement__verdict="undetermined", judgement__words="UNDETERMINED")]
)
def test_a_run_that_looked_at_nothing_is_not_green(made: dict[str, t.Any]) -> None:
    (case,) = cases(made).values()
    assert case[0].tag == "error" and str(case[0].get("message")).startswith("UNDETERMINED")


@pytest.mark.parametrize("made", [hostile(), full(), large(3, 50)], ids=["hostile", "full", "large"])
def test_junit_is_valid_whatever_it_says(made: dict[str, t.Any]) -> None:
    text = junit.render(made)
    assert schema_problems(ElementTree.fromstring(text)) == []
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text) and "<script" not in text


def test_our_own_check_reads_it(tmp_path: pathlib.Path) -> None:
    made = record()
    made["run"]["finished_at"] = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    for changed, expected, said in (
        (made, Status.FAIL, "of 13 tests 2 fail and 2 break off"),
        ({**made, "judgement": {**made["judgement"], "requirements": [requirement("RUN-01", "runbooks", "t")]}}, Status.PASS, "1 test"),
    ):
        path = tmp_path / "report.xml"
        path.write_text(junit.render(changed), encoding="utf-8")
        item = Item(key="x", check="junit", args={"path": [str(path)], "version": "1.5.0"})
        (finding,) = run_item(item, FakeRunner())
        assert finding.status is expected, finding.message
        assert said in finding.message


# -- Nagios


@pytest.mark.parametrize(
    ("verdict", "code", "word"),
    [
        ("go", 0, "OK"),
        ("ready_to_continue", 0, "OK"),
        ("go_with_reservations", 1, "WARNING"),
        ("no_go", 2, "CRITICAL"),
        ("not_ready", 2, "CRITICAL"),
        ("undetermined", 3, "UNKNOWN"),
        ("something new", 3, "UNKNOWN"),
    ],
)
def test_the_state_of_a_nagios_plugin(verdict: str, code: int, word: str) -> None:
    made = record(judgement__verdict=verdict, judgement__words=None)
    assert nagios.code(made) == code
    assert nagios.render(made).startswith(f"OPERABILITY {word} - payments 1.5.0: ")


def test_the_lines_of_a_nagios_plugin() -> None:
    text = nagios.render(record())
    assert text.endswith("\n") and not text.endswith("\n\n")
    first, *rest = text.splitlines()
    said, pipe, data = first.partition(" | ")
    assert said == (
        "OPERABILITY CRITICAL - payments 1.5.0: NO-GO, 9 of 13 verified, in production, phase pre, at 2026-11-25T06:00:04Z; "
        "BKP-01 A good backup is younger than the RPO: newest backup is 3 d 4 h old, the limit is 24 h"
    )
    assert pipe and data.startswith("verified=9;;;0;13 fail=2;;;0; unknown=2;;;0;")
    assert "BKP-01_backup_age_seconds=273600s;;86400;;" in data and "PLT-02_disk_used_ratio=71%;;90;;" in data
    assert "MON-10_certificate_left_seconds=3628800s;;1814400:;;" in data and "LOG-05_log_size_bytes=96636764B;;104857600;;" in data
    label, number = r"[A-Za-z0-9_.-]+", r"-?[0-9.]+(?:e[+-]?[0-9]+)?"
    perfdata = rf"{label}={number}(s|B|%)?;;({number}:?)?;[0-9]*;[0-9]*"
    assert all(re.fullmatch(perfdata, item) for item in data.split(" ")), data
    assert rest[0].startswith("FAIL: MON-04 ") and "|" not in "".join(rest) and len(rest) == 7
    assert "WARN, observed only: PLT-01" in text and rest[-1].startswith("WAIVED: BKP-03")


def test_a_nagios_line_stays_one_line_with_one_bar() -> None:
    text = nagios.render(hostile())
    first, *rest = text.splitlines()
    assert first.count("|") == 1 and "|" not in "".join(rest) and len(rest) == 7
    assert all(line.isprintable() for line in [first, *rest])
    odd = nagios.render({"judgement": {"requirements": [None, {"status": "fail", "measurements": [{"name": "a b=c'|", "value": 1}]}]}})
    assert odd.count("|") == 1 and " None_a_b_c__=1;;;; " in odd.replace("\n", " ")
    assert nagios.render({}).startswith("OPERABILITY UNKNOWN - (no name): UNDETERMINED, 0 of 0 verified | verified=0;;;0;0 ")


# -- CSV


def rows(made: dict[str, t.Any]) -> list[dict[str, str]]:
    return list(csv_module.DictReader(io.StringIO(csv.render(made), newline="")))


def test_one_row_a_requirement() -> None:
    text = csv.render(record())
    assert text.startswith(",".join(csv.COLUMNS) + "\r\n") and text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    found = {row["requirement"]: row for row in rows(record())}
    assert len(found) == 13
    assert found["MON-04"]["due"] == "2026-12-09" and found["LOG-05"]["reservation"] == "overdue"
    assert found["BKP-03"]["status"] == "waived" and found["BKP-03"]["observed_status"] == "fail"
    assert found["BKP-03"]["waived_until"] == "2027-03-31" and found["PLT-01"]["deciding"] == "no"
    assert (
        found["MON-04"]["message"] == "PaymentsDown reaches the receiver 'null', which has no integration; expected one of payments-oncall"
    )
    assert (
        found["BKP-01"]["hosts"] == "1 pass, 1 fail" and found["BKP-01"]["verdict"] == "no_go" and found["BKP-01"]["service"] == "payments"
    )
    assert rows({}) == []


def test_quotes_commas_and_line_breaks_stay_in_their_cell() -> None:
    made = record()
    made["judgement"]["requirements"] = [requirement("A-1", "logs", 'a "quoted", title', message="one\r\ntwo; three")]
    assert 'a ""quoted"", title' in csv.render(made)
    (row,) = rows(made)
    assert row["title"] == 'a "quoted", title' and row["message"] == "one two; three"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula: str) -> None:
    made = record()
    made["service"]["name"] = formula
    bad = dict.fromkeys(("title", "message", "remedy", "responsible", "stakeholder", "declared_in"), formula)
    made["judgement"]["requirements"] = [requirement(formula, "logs", "t", **{key: value for key, value in bad.items() if key != "title"})]
    (row,) = rows(made)
    assert row["service"].startswith("'") and row["requirement"].startswith("'")
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for value in row.values())


def test_hostile_text_in_cells() -> None:
    found = rows(hostile())
    assert len(found) == 13 and all(None not in row and None not in row.values() for row in found)
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", csv.render(hostile()))
    assert csv.cell(HOSTILE).startswith("bad red")


# -- where files go

ABOUT = {"service": "payments", "environment": "production", "phase": "pre"}


@pytest.mark.parametrize(
    ("path", "about", "filled"),
    [
        ("/srv/{service}.html", ABOUT, "/srv/payments.html"),
        ("/srv/{service}/{environment}-{phase}.html", ABOUT, "/srv/payments/production-pre.html"),
        ("/srv/plain.html", ABOUT, "/srv/plain.html"),
        ("/srv/{service}.html", {"service": "../../etc/pass wd"}, "/srv/_.._etc_pass_wd.html"),
        ("/srv/{service}.html", {"service": ".."}, "/srv/_.html"),
        ("/srv/{service}.html", {"service": None}, "/srv/_.html"),
        ("/srv/{service}.html", {"service": "{phase}"}, "/srv/_phase_.html"),
    ],
)
def test_placeholders(path: str, about: dict[str, t.Any], filled: str) -> None:
    assert places.filled(path, about) == filled


@pytest.mark.parametrize("path", ["/srv/{name}.html", "/srv/{}.html", "/srv/{service}-{Phase}.html"])
def test_an_unknown_placeholder_is_refused(path: str) -> None:
    with pytest.raises(PublishFailure, match="unknown placeholder .* known are {service}, {environment}, {phase}"):
        places.filled(path, ABOUT)


def service(name: str, environment: str = "production", **targets: str) -> places.Writer:
    return places.Writer(f"{name} in {environment}", {"service": name, "environment": environment, "phase": "recheck"}, targets)


def test_a_file_that_several_services_would_write_is_refused() -> None:
    shared = places.shared([service("a", html="/srv/r.html"), service("b", html="/srv/x/../r.html"), service("c", html="/srv/c.html")])
    assert shared == [
        "publish.html: /srv/r.html would be written by a in production, b in production, one over the other; put {service} into it"
    ]
    staging = places.shared([service("a", csv="/srv/{service}.csv"), service("a", "staging", csv="/srv/{service}.csv")])
    assert len(staging) == 1 and staging[0].endswith("put {environment} into it")
    alike = places.shared([service(name, json="/srv/{service}-{environment}.json") for name in ("a/b", "a_b")])
    assert len(alike) == 1 and "names that differ in more than special characters" in alike[0]
    many = places.shared([service(f"s{number}", html="/srv/r.html") for number in range(9)])
    assert "s4 in production and 4 more, one over the other" in many[0]


def test_files_of_their_own_are_not_refused() -> None:
    assert (
        places.shared([service("a", html="/srv/{service}.html", textfile_directory="/t"), service("b", html="/srv/{service}.html")]) == []
    )
    assert places.shared([service("a", html="/srv/r.html", csv="/srv/r.csv")]) == []
    assert places.shared([service("a", html="/srv/{oops}.html")])[0].startswith("publish.html: /srv/{oops}.html: unknown placeholder")
