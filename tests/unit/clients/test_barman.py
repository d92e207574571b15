# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""barman's answers and files, in the forms of its versions: what barman 3.4 wrote, and of later ones what their documentation says."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import pathlib
import struct

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import (
    barman,
    barman_files,
    pg_manifest,
    wal_content,
    wal_names,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.wal_names import Segment, Step
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import Completed, FakeRunner

MIB = 2**20
INFO = """\
backup_label='START WAL LOCATION: 0/3000028 (file 000000010000000000000003)\\nLABEL: a=b\\n'
begin_time=2026-11-24 02:00:11.938279+00:00
begin_wal=000000010000000000000003
compression=None
end_time=2026-11-24 02:04:19.817954+00:00
end_wal=000000010000000000000004
error=None
mode=postgres
size=23671701
status=DONE
systemid=7713961928932470420
tablespaces=[('history', 16390, '/srv/history')]
version=150020
xlog_segment_size=16777216
"""


def asked(stdout: object = "", rc: int = 0, stderr: str = "", **more: Completed) -> barman.Barman:
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    commands = {"barman": Completed(rc, text, stderr), **{name.replace("_", " "): done for name, done in more.items()}}
    return barman.Barman(FakeRunner(commands=commands), "main")


def entry(name: str, **more: object) -> dict[str, object]:
    stamp = str(int(dt.datetime(2026, 11, 24, 2, 4, tzinfo=dt.timezone.utc).timestamp()))
    return {"backup_id": name, "status": "DONE", "end_time_timestamp": stamp, "size_bytes": 1000, "retention_status": "-", **more}


def test_the_list_is_told_oldest_first() -> None:
    listing = asked(
        {"main": [entry("20261124T020011"), {"backup_id": "20261125T020011", "status": "FAILED"}, entry("20261123T020011")]}
    ).backups()
    assert [one.id for one in listing.backups] == ["20261123T020011", "20261124T020011", "20261125T020011"]
    assert listing.backups[0].end == dt.datetime(2026, 11, 24, 2, 4, tzinfo=dt.timezone.utc)
    assert (listing.backups[2].status, listing.backups[2].end) == ("FAILED", None)


def test_later_versions_tell_more_of_a_backup() -> None:
    """barman 3.11 and later have the kind of a backup and a number for the time."""
    later = entry("20261124T020011", backup_type="incremental", cluster_size=5, end_time_timestamp=1795953850, backup_name="before")
    assert asked({"main": [later]}).backups().backups[0].name == "before"


def test_complaints_beside_the_list_are_kept() -> None:
    listing = asked({"_ERROR": ["invalid WAL segment name 'x'\nHINT: y"], "main": [entry("20261124T020011")]}, rc=1).backups()
    assert [str(said) for said in listing.complaints] == ["invalid WAL segment name 'x'"]


def test_a_barman_with_the_old_names_of_commands_is_asked_by_them() -> None:
    choice = Completed(2, "", "usage: barman\nbarman: error: argument command: invalid choice: 'list-backups' (choose from 'list-backup')")
    old = {"barman -f json list-backups": choice, "barman -f json list-backup --": Completed(0, '{"main": []}', "")}
    assert barman.Barman(FakeRunner(commands=old), "main").backups().backups == []


@pytest.mark.parametrize(
    ("stdout", "stderr", "kind", "said"),
    [
        ('{"_ERROR": ["Unknown server \'main\'"]}', "", barman.UNKNOWN_SERVER, "barman has no server main in its configuration"),
        ("", "Configuration file '/x' does not exist", "no_config", "no configuration here: Configuration file '/x' does not exist"),
        ("", "ERROR: please run barman as 'barman' user", "wrong_user", "please run barman as 'barman' user; let the check run"),
        ("", "ERROR: the configured user 'barman' does not exists", "wrong_user", "does not run as"),
        ("", "usage: barman\nbarman: error: unrecognized arguments: -f json list-backups", "too_old", "too old"),
        ('{"_EXCEPTION": ["[Errno 13] Permission denied: \'/etc/barman.conf\'\\nSee log"]}', "", barman.PERMISSION, "may not read"),
        ('{"_EXCEPTION": ["invalid line x in file /b/backup.info\\nSee log"], "main": []}', "", barman.DAMAGED, "invalid line x in file"),
        ("", "EXCEPTION: No section: 'barman'\nSee log file for more details.\nTraceback (most", barman.OTHER, "No section: 'barman'"),
        ("", "", barman.OTHER, "it gave no reason"),
    ],
)
def test_each_way_to_fail_is_told_apart(stdout: str, stderr: str, kind: str, said: str) -> None:
    with pytest.raises(barman.BarmanFailed) as failed:
        asked(stdout, 1, stderr).backups()
    assert (failed.value.kind, failed.value.absent) == (kind, kind == barman.UNKNOWN_SERVER)
    assert said in str(failed.value.message)


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        "[]",
        '{"main": 7}',
        '{"main": [{"status": "DONE"}]}',
        '{"main": ["x"]}',
        '{"main": [{"backup_id": 1, "status": "DONE", "end_time_timestamp": "1e999"}]}',
    ],
)
def test_garbage_for_a_list_is_not_observed(answer: str) -> None:
    with pytest.raises(CannotObserve):
        asked(answer).backups()


@pytest.mark.parametrize("answer", ["", "{}", '{"main": []}', '{"main": {"active": true}}'])
def test_garbage_for_a_server_is_not_observed(answer: str) -> None:
    with pytest.raises(CannotObserve):
        asked(answer).told()


def test_names_that_look_like_options_stay_names() -> None:
    world = FakeRunner(commands={"barman": Completed(1, '{"_ERROR": ["Unknown server \'--x\'"]}', "")})
    with pytest.raises(barman.BarmanFailed):
        barman.Barman(world, "--x", config="-c").backups()
    assert world.ran[0][0] == ["barman", "--config=-c", "-f", "json", "list-backups", "--", "--x"]


def test_values_are_read_in_any_form() -> None:
    told = barman.Told({"a": True, "b": "off", "c": None, "d": "None", "e": "7", "f": "2026-11-30 13:52:05.07+00:00", "g": "yesterday"})
    assert (told.flag("a"), told.flag("b"), told.flag("c"), told.text("d"), told.number("e")) == (True, False, None, None, 7)
    assert told.moment("f") == dt.datetime(2026, 11, 30, 13, 52, 5, 70000, tzinfo=dt.timezone.utc)
    assert told.moment("g") is None


def test_backup_info() -> None:
    info = barman_files.parse_info(INFO)
    assert (info.begin_wal, info.end_wal, info.size, info.said) == ("000000010000000000000003", "000000010000000000000004", 23671701, None)
    assert (info.tablespaces, info.segment_size, info.compression) == ((("history", "16390", "/srv/history"),), 16 * MIB, None)
    later = barman_files.parse_info(INFO + "encryption=gpg\nparent_backup_id=20261123T020011\nbackup_type=incremental\n")
    assert (later.encryption, later.parent) == ("gpg", "20261123T020011")


@pytest.mark.parametrize("text", ["", "<html>", "size=many\nbegin_wal=x\nxlog_segment_size=17\ntablespaces=[1,\nend_time=never\n"])
def test_a_backup_info_of_garbage_says_nothing(text: str) -> None:
    assert barman_files.parse_info(text) == barman_files.Info()


def test_xlogdb_of_either_version() -> None:
    found = barman_files.parse_xlogdb("A\t10\t1.5\tNone\nB\t20\t1.5\tgzip\tgpg\ngarbage\nC 30 1.5 None\n")
    assert found["A"] == barman_files.Recorded(10, None, None)
    assert found["B"] == barman_files.Recorded(20, "gzip", "gpg")
    assert sorted(found) == ["A", "B", "C"]


def told_of(folder: pathlib.Path, **more: object) -> barman.Told:
    wals = {f"{name}_wals_directory": str(folder / name) for name in ("incoming", "streaming")}
    return barman.Told({"wals_directory": str(folder / "wals"), "errors_directory": str(folder / "errors"), "name": "main", **wals, **more})


def test_backup_info_may_lie_in_a_folder_of_its_own(tmp_path: pathlib.Path) -> None:
    """As barman 3.13 and later have it."""
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "20261124T020011-backup.info").write_text(INFO)
    told = told_of(tmp_path, backup_directory=str(tmp_path), basebackups_directory=str(tmp_path / "base"))
    info = barman_files.read_info(told, "20261124T020011")
    assert info is not None and info.size == 23671701
    assert barman_files.read_info(told, "20261125T020011") is None


def test_archive_queues_and_leftovers(tmp_path: pathlib.Path) -> None:
    names = ["wals/0000000100000000/000000010000000000000003", "wals/0000000100000000/000000010000000000000003.00000028.backup"]
    names += ["wals/00000002.history", "wals/xlog.db", "incoming/000000010000000000000004", "incoming/.tmp"]
    names += ["streaming/000000010000000000000005.partial", "streaming/000000010000000000000004", "errors/x.duplicate"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    archive = barman_files.read_archive(told_of(tmp_path, archiver=True, streaming_archiver=False), 16 * MIB)
    assert sorted(archive.segments) == [Segment(1, 3), Segment(1, 4)]
    assert (len(archive.queued), archive.partial, list(archive.history), len(archive.refused)) == (1, {}, [2], 1)
    both = barman_files.read_archive(told_of(tmp_path), 16 * MIB)
    assert (len(both.queued), list(both.partial)) == (2, [Segment(1, 5)])


def test_no_archive_is_absent(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve) as failed:
        barman_files.read_archive(told_of(tmp_path), MIB)
    assert failed.value.absent


# -- names of WAL


@pytest.mark.parametrize(
    ("name", "size", "number"),
    [
        ("000000010000000000000003", 16 * MIB, 3),
        ("0000000100000001000000FF", 16 * MIB, 511),
        ("000000010000000100000003", MIB, 4099),
        ("000000010000000200000001", 1024 * MIB, 9),
        ("00000001000000000000000A.partial", MIB, 10),
    ],
)
def test_segments_are_counted_by_their_size(name: str, size: int, number: int) -> None:
    segment = wal_names.segment_of(name, size)
    assert segment == Segment(1, number)
    assert wal_names.name_of(segment, size) == name[:24]


def test_a_way_through_timelines_finds_the_gap_in_the_one_that_counts() -> None:
    way = wal_names.steps("# comment\n1\t0/5000028\tno recovery target\n\n2\t0/7000000\tbefore x\n", 3, MIB)
    assert way == [Step(1, 0), Step(2, 80), Step(3, 112)]
    there = {Segment(1, number) for number in range(78, 90)} | {Segment(2, number) for number in range(80, 112)} | {Segment(3, 112)}
    assert list(wal_names.missing(there, way, Segment(1, 78), 112)) == []
    assert list(wal_names.missing(there - {Segment(2, 85)}, way, Segment(1, 78), 112)) == [Segment(2, 85)]
    assert list(wal_names.missing(there - {Segment(1, 85)}, way, Segment(1, 78), 112)) == []


@pytest.mark.parametrize("text", [None, "", "x", "0/G", "1/2/3"])
def test_what_is_no_location_is_none(text: object) -> None:
    assert wal_names.position(text) is None


# -- content


def segment(number: int = 7, system: int = 42) -> bytearray:
    data = bytearray(MIB)
    for page in range(2):
        struct.pack_into("=HHIQI", data, page * 8192, 0xD110, 2 if page == 0 else 0, 1, number * MIB + page * 8192, 0)
    struct.pack_into("=QII", data, 24, system, MIB, 8192)
    return data


def look(data: bytes | bytearray) -> str | None:
    try:
        wal_content.look(bytes(data), Segment(1, 7), MIB, "42")
    except wal_content.Damaged as exc:
        return str(exc.message)
    return None


def test_a_segment_is_what_its_name_says() -> None:
    assert look(segment()) is None
    assert "another database cluster" in (look(segment(system=43)) or "")
    assert "damaged header" in (look(segment(number=8)) or "")
    assert "a segment has" in (look(segment()[:4096]) or "")
    assert "does not begin" in (look(bytes(MIB)) or "")
    torn = segment()
    torn[8192:8200] = b"garbage!"
    assert "page at 8192" in (look(torn) or "")


def test_packed_segments_are_unpacked(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(bytes(segment())))
    assert wal_content.unpack(str(path), MIB) == wal_content.Content(bytes(segment()), "gzip")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(wal_content.Damaged):
        wal_content.unpack(str(path), MIB)
    path.write_bytes(b"\x28\xb5\x2f\xfd rest")
    assert wal_content.unpack(str(path), MIB) == wal_content.Content(None, "zstd")


def test_a_manifest_and_its_checksums() -> None:
    files = b'{ "Path": "PG_VERSION", "Size": 9, "Checksum-Algorithm": "CRC32C", "Checksum": "839206e3" },\n'
    files += b'{ "Encoded-Path": "622f63", "Size": 0 }\n'
    head = b'{ "PostgreSQL-Backup-Manifest-Version": 1,\n"Files": [\n' + files + b"],\n"
    content = head + b'"Manifest-Checksum": "' + hashlib.sha256(head).hexdigest().encode() + b'"}\n'
    manifest = pg_manifest.parse(content)
    assert manifest.sound and [one.path for one in manifest.files] == ["PG_VERSION", "b/c"]
    assert not pg_manifest.parse(content.replace(b'"Size": 9', b'"Size": 8')).sound
    total = pg_manifest.Sum("CRC32C")
    total.add(b"1234")
    total.add(b"56789")
    assert total.is_of("839206e3") and total.is_of("e3069283") and not total.is_of("e3069284")
    assert not pg_manifest.Sum("MD5").known


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"Files": [{"Path": "../x", "Size": 1}], "Manifest-Checksum": ""}', b'{"Files": [{"Encoded-Path": "zz", "Size": 1}]}'],
)
def test_what_is_no_manifest_is_not_observed(content: bytes) -> None:
    with pytest.raises(CannotObserve):
        pg_manifest.parse(content)
