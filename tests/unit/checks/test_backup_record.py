# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of other systems: their forms, times, states and sizes; a clock that stands still."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import backup_record
from ansible_collections.operability.readiness.plugins.module_utils._checks._record_states import (
    BAD,
    BAD_WORDS,
    GOOD,
    GOOD_WORDS,
    OTHER,
    PARTIAL,
    PARTIAL_WORDS,
    RUNNING,
    States,
)
from ansible_collections.operability.readiness.plugins.module_utils._checks._record_unnamed import FULL, PART, Owners, level_in, moment_in
from ansible_collections.operability.readiness.plugins.module_utils._clients import records
from ansible_collections.operability.readiness.plugins.module_utils._clients.record_amounts import number_of, size_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.record_times import moment_of, zone_of
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import NOW, FakeRunner

UTC = dt.timezone.utc
MOMENT = dt.datetime(2026, 11, 25, 3, 0, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-25T03:00:12Z",
        "2026-11-25T03:00:12+00:00",
        "2026-11-25T04:00:12.123456789+01:00",
        "2026-11-25 03:00:12 UTC",
        "2026-11-25 00:00:12 -0300",
        "20261125T030012Z",
        MOMENT,
        int(MOMENT) * 1000,
        str(int(MOMENT)),
        f"{int(MOMENT)}000000000",
        f"/Date({int(MOMENT)}000)/",
        "Wed, 25 Nov 2026 03:00:12 +0000",
        "Wed, 25 Nov 2026 03:00:12 GMT",
        "25 Nov 2026 03:00:12 UT",
        "Tue, 24 Nov 2026 22:00:12 EST",
        "Wed, 25 Nov 2026 04:00:12 +0100 (CET)",
        "Wed, 25 Nov 2026 03:00:12 -0000",
    ],
)
def test_times_that_say_their_zone(value: object) -> None:
    found = moment_of(value, None, None)
    assert found is not None
    assert (int(found.time), found.naive) == (int(MOMENT), False)


@pytest.mark.parametrize(
    ("value", "form", "zone"),
    [
        ("2026-11-25 03:00:12", None, "UTC"),
        ("2026-11-25 04:00:12", None, "Europe/Paris"),
        ("2026-11-24T18:00:12", None, "-09:00"),
        ("25/11/2026 04:00:12", "%d/%m/%Y %H:%M:%S", "Europe/Paris"),
        ("11/25/2026 3:00:12 AM", "%m/%d/%Y %I:%M:%S %p", "UTC"),
        ("Wed, 25 Nov 2026 04:00:12", None, "Europe/Paris"),
    ],
)
def test_times_without_a_zone(value: str, form: str | None, zone: str) -> None:
    found = moment_of(value, zone_of(zone), form)
    assert found is not None
    assert (int(found.time), found.naive) == (int(MOMENT), True)


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        True,
        "yesterday",
        "25/11/2026 03:00",
        "2026-11-25",
        "2026-13-25T00:00:00Z",
        "Wed, 25 Nov 2026 03:00:12 CEST",
        "Wed, 25 Nov 2026 03:00:12 JST",
        "Wed, 25 Nov 2026 03:00:12 IST",
        639_000_000_000_000_000,
        12,
        -1,
        0,
        float("nan"),
        float("inf"),
        "1e400",
        "9" * 30,
        [],
        {},
    ],
)
def test_what_is_no_time(value: object) -> None:
    assert moment_of(value, None, None) is None


@pytest.mark.parametrize("name", ["Europe/Nowhere", "+25:00", "../etc/passwd", "/etc/localtime", "", "x" * 5000])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        zone_of(name)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Success", GOOD),
        ("SUCCEEDED", GOOD),
        ("  ok ", GOOD),
        ("completed", GOOD),
        ("true", GOOD),
        ("Réussi", GOOD),
        ("Succès", GOOD),
        ("SuccessWithWarnings", PARTIAL),
        ("Success with warnings", PARTIAL),
        ("Completed w/ one or more errors", PARTIAL),
        ("PartiallyFailed", PARTIAL),
        ("Failed", BAD),
        ("false", BAD),
        ("Échec", BAD),
        ("InProgress", RUNNING),
        ("en cours", RUNNING),
        ("Unsuccessful", OTHER),
        ("not ok", OTHER),
        ("incomplete", OTHER),
        ("Success?!no", OTHER),
        ("Terminé", OTHER),
        ("", OTHER),
        ("0", OTHER),
        ("1", OTHER),
    ],
)
def test_words_mean_what_they_mean_as_a_whole(said: str, kind: str) -> None:
    assert States(GOOD_WORDS, PARTIAL_WORDS, BAD_WORDS).kind(said) == kind


@pytest.mark.parametrize(
    ("said", "kind"), [("0", GOOD), ("0.0", GOOD), ("1", PARTIAL), ("196", BAD), ("-1", BAD), ("00", OTHER), ("x", OTHER)]
)
def test_codes_where_success_is_a_number(said: str, kind: str) -> None:
    found = States(["0"], ["1"], []).kind(said)
    assert found == kind or (said == "00" and found == BAD)


def test_one_sign_does_not_pass_for_another() -> None:
    assert States(["f"], [], ["E"]).kind("F") == GOOD  # without regard to case
    assert States(["T"], ["W"], ["E", "A"]).kind("A") == BAD


def test_a_zone_in_the_form_is_that_of_the_text() -> None:
    for zone in (None, zone_of("+09:00")):
        found = moment_of("25/11/2026 03:00:12 GMT", zone, "%d/%m/%Y %H:%M:%S %Z")
        assert found is not None
        assert (int(found.time), found.naive) == (int(MOMENT), False)


# -- amounts and what is not named


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (5, 5.0),
        ("549,999,999,999", 549999999999.0),
        ("1.234.567", 1234567.0),
        ("1 234 567,5", 1234567.5),
        ("1\u202f234\u202f567", 1234567.0),
        ("5,2", 5.2),
        ("5.25", 5.25),
        ("1234,567", 1234.567),
        ("12,345", None),
        ("1,2,3", None),
        ("-5", None),
        ("inf", None),
        ("five", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_numbers_as_people_write_them(said: object, number: float | None) -> None:
    assert number_of(said) == number


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("10Gi", 10 * 2**30),
        ("10 GiB", 10 * 2**30),
        ("10 Gio", 10 * 2**30),
        ("10 GB", 10**10),
        ("10 Go", 10**10),
        ("10G", 10 * 2**30),
        ("512 octets", 512),
        ("1 234 567 ko", 1234567000),
        ("10 Gx", None),
        ("10 apples", None),
        ("G", None),
        ("12,345 GB", None),
        ("9" * 1000 + " B", None),
    ],
)
def test_sizes_as_people_write_them(said: str, size: float | None) -> None:
    assert size_of(said) == size


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([{"JobName": "a"}, {"JobName": "b"}], "JobName"),
        ([{"attributes": {"policyName": "a"}}, {"attributes": {"policyName": "b"}}], "attributes.policyName"),
        ([{"labels": {"velero.io/schedule-name": "a"}}, {"labels": {"velero.io/schedule-name": "b"}}], "labels.velero.io/schedule-name"),
        ([{"policyName": "a", "scheduleName": "full"}, {"policyName": "a", "scheduleName": "incr"}], None),
        ([{"VolumeId": "vol-1"}, {"VolumeId": "vol-2"}], "VolumeId"),
        ([{"name": "tank/a@1"}, {"name": "tank/b@1"}], "name"),
        ([{"name": "a"}, {"name": "b"}, {"name": "b"}], "name"),
        ([{"name": "a-x7f2"}, {"name": "a-k20s"}], None),
        ([{"name": "tank/a@1"}, {"name": "tank/a@2"}], None),
        ([{"jobid": 1}, {"jobid": 2}], None),
        ([{"SnapshotId": "snap-1"}, {"SnapshotId": "snap-2"}], None),
        ([{"job": "db.2026-11-25_03.00.00_12"}, {"job": "db.2026-11-24_03.00.00_11"}], None),
        ([{"JobName": "a"}, {"JobName": "a"}, {}], None),
        ([{"JobName": "a"}, {"JobName": None}], None),
    ],
)
def test_whose_the_records_are(rows: list[dict[str, object]], field: str | None) -> None:
    owners = Owners()
    for row in rows:
        owners.note(row)
    found = owners.mixed()
    assert (found and found[0]) == field


@pytest.mark.parametrize(
    ("row", "level"),
    [
        ({"level": "F"}, FULL),
        ({"level": "I", "type": "B"}, PART),
        ({"attributes": {"scheduleType": "FULL"}}, FULL),
        ({"BackupType": "Differential Incremental"}, PART),
        ({"type": "B"}, ""),
        ({"SnapshotType": "manual"}, ""),
        ({"level": None}, ""),
    ],
)
def test_levels_by_the_names_of_their_fields(row: dict[str, object], level: str) -> None:
    assert level_in(row) == level


def test_the_newest_moment_is_no_expiry() -> None:
    row = {
        "metadata": {"creationTimestamp": "2026-11-25T03:00:12Z"},
        "status": {"expiration": "2026-12-25T03:00:12Z"},
        "size": int(MOMENT) + 9,
    }
    assert moment_in(row) == int(MOMENT)
    assert moment_in({"size": MOMENT}) is None


# -- forms


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ('[{"a": 1}]', "x", "json"),
        ('{"a": 1}\n{"a": 2}\n', "x.log", "json"),
        ("a,b\n1,2\n", "x", "csv"),
        ("a;b\n1;2\n", "x.csv", "csv"),
        ("time=1 state=ok\n", "x", "logfmt"),
        ("time: 1\nstate: ok\n", "x", "keys"),
        ("state = ok\n", "x", "keys"),
        ("From: a@b\nSubject: x\n\nbody", "x", "mail"),
        ("Return-Path: <a@b>\nDate: x\n\nbody", "1.host", "mail"),
        ("body", "x.eml", "mail"),
    ],
)
def test_the_form_is_told_by_the_beginning(text: str, name: str, kind: str) -> None:
    assert records.format_of(text, name) == kind


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ('{"a": 1}\n{"a": 2}\n', "json", [{"a": 1}, {"a": 2}]),
        ('{"a": 1}', "json", [{"a": 1}]),
        ('#TYPE X\n"a","b"\n"1","x, y"\n', "csv", [{"a": "1", "b": "x, y"}]),
        ("a|b\n1|2\n", "csv", [{"a": "1", "b": "2"}]),
        ('a=1 b="x \\"y\\" z"\n\n# a note\na=2 b=\n', "logfmt", [{"a": "1", "b": 'x "y" z'}, {"a": "2", "b": ""}]),
        ("a: 1\nend time: 03:00\n\na = 2\n", "keys", [{"a": "1", "end time": "03:00"}, {"a": "2"}]),
    ],
)
def test_rows(text: str, kind: str, found: object) -> None:
    assert records.rows(text, kind, "") == found


@pytest.mark.parametrize(
    ("text", "kind", "within", "said"),
    [
        ("", "json", "", "it is empty"),
        ("  \n", "csv", "", "it is empty"),
        ("<!DOCTYPE html><html>", "csv", "", "a web page"),
        ('[{"a": 1}', "json", "", "cut short"),
        ('{"a": 1}\n{"a":', "json", "", "line 2 is not JSON"),
        ("[1, 2]", "json", "", "no list of records"),
        ('"text"', "json", "", "no list of records"),
        ("[" * 100_000, "json", "", "nested too deeply|cut short"),
        ('{"a": {"b": []}}', "json", "a.c", r"it has no a\.c; there are b"),
        ("a,b\n1\n", "csv", "", "line 2 has not as many columns"),
        ("a,b\n1,2,3\n", "csv", "", "line 2 has not as many columns"),
        ('a,b\n1,"2\n', "csv", "", "cut short"),
        ("pg_dump: error: connection refused", "csv", "", "it is no table"),
        ("nothing", "logfmt", "", "no line with key=value"),
        ("nothing", "keys", "", "no line with a key"),
        ("X: 1\n\nbody", "mail", "", "it is no mail"),
    ],
)
def test_what_are_no_rows(text: str, kind: str, within: str, said: str) -> None:
    with pytest.raises(records.NotRows, match=said):
        records.rows(text, kind, within)


def test_a_mail_in_quoted_printable() -> None:
    text = (
        "From: a@b\nDate: Wed, 25 Nov 2026 03:00:12 +0000\nSubject: =?utf-8?q?R=C3=A9ussi?=\nMIME-Version: 1.0\n"
        'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n=C3=89tat : R=C3=A9ussi\n'
    )
    [row] = records.rows(text, "mail", "")
    assert (row["subject"], row["body"]) == ("Réussi", "État : Réussi\n")


def test_utf_16_with_its_mark() -> None:
    assert records.decoded("a,b\n".encode("utf-16")) == "a,b\n"
    assert records.decoded("\ufeffa".encode()) == "a"


# -- the check


def record(hours: float = 3.0, **more: object) -> dict[str, object]:
    return {"end": (NOW - dt.timedelta(hours=hours)).isoformat(), "state": "Success", **more}


def look(tmp_path: pathlib.Path, rows: object, **args: t.Any) -> Finding:
    path = tmp_path / "records.json"
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows))
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    given = {"path": str(path), "max_age": "26h", "fields": {"time": "end", "state": "state"}, **args}
    return run_item(Item(key="x", check="backup_record", args=given), FakeRunner())[0]


def test_a_record_is_derived_whatever_is_found_and_none_where_nothing_can_be_told(tmp_path: pathlib.Path) -> None:
    assert {look(tmp_path, rows).proof for rows in ([record()], [record(90)])} == {"derived"}
    assert look(tmp_path, [record(state="?")]).proof == "none"


def test_the_same_run_in_two_exports_counts_once(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, [record(), record(), record(27)], min_count=3)
    assert "2 complete backups are there, at least 3" in finding.message


def test_lists_in_match(tmp_path: pathlib.Path) -> None:
    rows = [record(job="a"), record(90, job="b")]
    assert str(look(tmp_path, rows, match={"job": ["b", "c"]}).status) == "fail"
    assert str(look(tmp_path, rows, match={"job": ["a", "c"]}).status) == "pass"


def test_measurements_are_in_base_units(tmp_path: pathlib.Path) -> None:
    fields = {"time": "end", "state": "state", "size": "gib", "items": "files", "duration": "took"}
    finding = look(tmp_path, [record(gib="2", files="41", took="0.01:02:03")], fields=fields, size_unit="GiB")
    seen = {one.name: one.value for one in finding.measurements}
    assert seen == {
        "backup_age_seconds": 10800,
        "backup_count": 1,
        "backup_size_bytes": 2 * 2**30,
        "backup_items": 41,
        "backup_duration_seconds": 3723,
    }


def test_the_duration_follows_from_start_and_end(tmp_path: pathlib.Path) -> None:
    fields = {"time": "end", "start": "begin"}
    finding = look(tmp_path, [{"end": record()["end"], "begin": record(4)["end"]}], fields=fields)
    assert {one.name: one.value for one in finding.measurements}["backup_duration_seconds"] == 3600


@pytest.mark.parametrize(
    ("said", "status"), [("AES256", "pass"), ("yes", "pass"), (True, "pass"), ("no", "fail"), ("maybe", "unknown"), ("", "fail")]
)
def test_encryption_as_the_record_says(tmp_path: pathlib.Path, said: object, status: str) -> None:
    fields = {"time": "end", "state": "state", "encrypted": "enc"}
    assert str(look(tmp_path, [record(enc=said)], fields=fields, encrypted=True).status) == status


def test_foreign_text_is_bounded(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, [record(state="\x1b[31m" + "x" * 100_000)])
    assert len(finding.message) < 1000
    assert "\x1b" not in finding.message


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"fields": {"tme": "end"}, "format": "json"}, "fields: unknown tme"),
        ({"fields": {}, "format": "csv"}, "name the field with the time"),
        ({"jobs": ["a"]}, "jobs: name the field"),
        ({"encrypted": True}, "encrypted: name the field"),
        ({"min_size": "1GiB"}, "min_size: name the field"),
        ({"min_items": 5}, "min_items: name the field"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone: 'Europe/Nowhere' is no time zone"),
        ({"path": ""}, "path: it is empty"),
        ({"max_age": "0h"}, "max_age: no backup can be as young"),
        ({"path": None, "url": "http://x", "query": "up", "retention": "30d"}, "retention: a query gives one time"),
        ({"path": None, "url": "http://x", "query": "up", "min_count": 7}, "min_count: a query gives one time"),
        ({"url": "http://x"}, "mutually exclusive"),
        ({"query": "up"}, "missing key"),
    ],
)
def test_arguments_that_say_nothing(args: dict[str, object], said: str) -> None:
    given = {"path": "/srv/records.json", "max_age": "26h", "fields": {"time": "end"}, **args}
    with pytest.raises(ArgumentsRefused, match=said):
        backup_record.run(t.cast("t.Any", parse_arguments(backup_record, given)), FakeRunner())


@pytest.mark.parametrize(
    "url",
    [
        "http://svc:S3cr@etPw9@127.0.0.1:9/jobs",
        "http://svc:S3cr/etPw9@127.0.0.1:9/jobs",
        "ftp://svc:S3cretPw9@host/x",
        "http://127.0.0.1:9/x?token=S3cretPw9",
    ],
)
def test_no_login_of_an_address_is_shown(url: str) -> None:
    given = {"url": url, "max_age": "26h", "fields": {"time": "end"}, "timeout": "5s"}
    [finding] = run_item(Item(key="x", check="backup_record", args=given), Runner())
    assert str(finding.status) == "unknown"
    assert "etPw9" not in json.dumps(finding.as_dict())
