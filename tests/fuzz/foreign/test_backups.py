# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tools of backups answer and write: it is read, or it is said that it cannot be."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import gzip
import json
import pathlib
import struct
import tempfile
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import (
    _checksums,
    _integrity_borg,
    _integrity_mariadb,
    _integrity_pgbackrest,
    _integrity_restic,
    _mariadb_files,
    _restore_record,
)
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._checks._kept_file import read_kept, write_kept
from ansible_collections.operability.readiness.plugins.module_utils._clients import (
    barman,
    barman_files,
    borg,
    borg_failures,
    borgmatic,
    innodb_files,
    mariadb_backups,
    pg_archives,
    pg_manifest,
    pgbackrest,
    pgbackrest_settings,
    postgresql_archiver,
    record_times,
    records,
    restic,
    restic_snapshots,
    restic_tree,
    restic_wrappers,
    wal_content,
    wal_names,
    wal_segments,
    xbstream,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.file import Asked, look_into
from ansible_collections.operability.readiness.plugins.module_utils._clients.inside import Inside
from ansible_collections.operability.readiness.plugins.module_utils._clients.streams import Damaged, NotVerifiable
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._masking import shown_address
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from fakes import NOW, Completed, FakeRunner
from fuzz.foreign.test_answers import sound
from fuzz.odd import Case, answers, as_json, contents, documents, fuzz, texts
from generated import tries_more
from hypothesis import given
from hypothesis import strategies as st
from mariadb_made import data_file
from unit.checks.test_barman_backup import Home
from unit.checks.test_borg_backup import listing, said
from unit.checks.test_mariadb_backup import WHOLE
from unit.checks.test_pgbackrest_backup import USUAL, WAL, World, info, wal

pytestmark = tries_more

SNAPSHOT = {
    "time": "2026-11-25T06:00:00.123456789+01:00",
    "tree": "cd",
    "paths": ["/srv"],
    "hostname": "h",
    "id": "ab" * 32,
    "short_id": "abababab",
    "tags": None,
    "summary": {
        "backup_start": "2026-11-25T05:59:00Z",
        "backup_end": "2026-11-25T06:00:00.5Z",
        "total_files_processed": 2,
        "total_bytes_processed": 3,
    },
}
NODES = (
    {"name": "srv", "type": "dir", "path": "/srv", "struct_type": "node"},
    {"name": "a", "type": "file", "path": "/srv/a", "size": 5, "struct_type": "node"},
    {"name": "l", "type": "symlink", "path": "/srv/l", "struct_type": "node"},
)
LISTED = "\n".join(json.dumps(one) for one in ({**SNAPSHOT, "struct_type": "snapshot"}, *NODES))
FOUND = json.dumps([{"matches": [*NODES], "hits": 3, "snapshot": "ab" * 32}]).replace('{"matches": ', '{"matches":')
LOCK = '{"time": "2026-11-25T05:00:00.1+01:00", "exclusive": false, "hostname": "h", "username": "root", "pid": 7}'
BORG = listing(
    {"id": "ab" * 32, "name": "h-2026-11-25", "time": "2026-11-25T05:00:00.000000", "end": "2026-11-25T05:10:00.000000", "hostname": "h"}
)
BORG_LOG = said("Repository.DoesNotExist", "Repository /srv/borg does not exist.") + "Remote: x\n" + said("", "Traceback\n  x\nOSError: y")
BORG_CHECKED = said("", "Analyzing archive a (1/1)").replace("ERROR", "INFO") + said("IntegrityError", "Data integrity error: chunk ab")
PGBACKREST = info(*USUAL)
PGBACKREST_VERIFIED = (
    "stanza: main\nstatus: error\n  archiveId: 15-1, total WAL checked: 5, total valid WAL: 4\n    missing: 0, checksum invalid: 1, size"
    " invalid: 0, other: 0\n  backup: 20261125-010000F, status: invalid, total files checked: 9, total valid files: 8\n"
    "    missing: 1, checksum invalid: 0, size invalid: 0, other: 0\n"
)
BARMAN_INFO = (
    "backup_label='START WAL LOCATION: 0/4000028'\nbegin_time=2026-11-25 05:00:00.938279+00:00\nbegin_wal=000000010000000000000004\n"
    "end_time=2026-11-25 05:05:00+00:00\nend_wal=000000010000000000000004\nsize=1000\nxlog_segment_size=16777216\nversion=150004\n"
    "systemid=42\nmode=postgres\ntablespaces=[('fast', 16387, '/fast')]\nerror=None\n"
)
XLOGDB = "000000010000000000000004\t16777216\t1764050400.5\tgzip\tNone\n000000010000000000000005 16777216 1764050400 None\n"
ARCHIVER = {
    "standby": False,
    "archive_mode": "on",
    "archive_command": "cp %p /x",
    "archive_library": "",
    "archive_timeout": "60",
    "segment": 16777216,
    "lsn": "0/4000028",
    "timeline": 1,
    "system": "42",
    "archived": "000000010000000000000004",
    "archived_ago": 5.5,
    "failed": 0,
    "failed_wal": None,
    "failed_ago": None,
    "failing": False,
}
HISTORY = "1\t0/4000000\tno recovery target specified\n\n2\t1/5000028\tx\n"
RECORDS = {
    "json": ('[{"end": "2026-11-25T03:00:00Z", "state": "Success", "job": {"size": 5}}]', '{"end": 1764050400}\n{"end": 1}\n'),
    "csv": ('#TYPE x\nend,state\n"2026-11-25 03:00","a ""b"""\n', "a;b\n1;2\n"),
    "logfmt": ('end=2026-11-25T03:00:00Z state="a \\"b\\"" size=5GiB\n',),
    "keys": ('End: 2026-11-25 03:00\nState = "ok"\n\nEnd: x\n',),
    "mail": (
        "From: a@b\nDate: Wed, 25 Nov 2026 03:00:12 +0000\nSubject: =?utf-8?q?R=C3=A9ussi?=\nMIME-Version: 1.0\nContent-Type: text/plain;"
        ' charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n=C3=89tat : R=C3=A9ussi\n',
        'From: a@b\nSubject: x\nContent-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>x\n--b--\n',
    ),
}


def _in_tree(lines: restic_tree.Lines | restic_tree.Matches, text: str) -> object:
    data = text.encode("utf-8", "surrogatepass")
    lines.feed(data[: len(data) // 2])
    lines.feed(data[len(data) // 2 :])
    lines.end()
    trees = [lines.tree] if isinstance(lines, restic_tree.Lines) else [*lines.trees.values()]
    snapshot = restic_snapshots.parse_snapshots(json.dumps([SNAPSHOT]))[0]
    return [(tree.total(), tree.at("/srv"), tree.place(snapshot, "/srv/a"), tree.link_above("/srv/l/x")) for tree in trees if tree]


def _restic_checked(text: str) -> object:
    tool = restic.Restic(FakeRunner(), "/srv/restic")
    return [_integrity_restic.judged(tool, Completed(rc, *(said_)), 1, 2) for rc, said_ in ((0, (text, "")), (1, ("", text)))]


def _borg_checked(text: str) -> object:
    runner = FakeRunner(commands={"borg --": Completed(1, "", text), "borg": Completed(0, BORG, text)})
    return _integrity_borg.verify({"repository": "/srv/borg", "password": "x"}, runner, Share(1, 2))


def _segments(text: str) -> object:
    left_at = wal_names.parse_history(text)
    present = {found for word in text.split() if (found := wal_segments.segment_of(word, 2**24))}
    start = wal_names.Segment(1, 4)
    return wal_segments.first_gap(present, start, start, 2**24, left_at) if len(present) < 3 else None


CASES: dict[str, Case] = {
    "restic failure": Case(
        lambda text: [restic.failure(rc, text) for rc in (1, 10)],
        ("Fatal: unable to open config file: Stat: x\nIs there a repository at y?\n", '{"message_type":"exit_error","message":"x"}'),
    ),
    "restic snapshots": Case(
        lambda text: restic_snapshots.newest_of_each_set(restic_snapshots.parse_snapshots(text)),
        (json.dumps([SNAPSHOT]), json.dumps([SNAPSHOT, {**SNAPSHOT, "time": "2026-11-24T06:00:00Z"}])),
        (CannotObserve,),
    ),
    "restic lock": Case(restic.parse_lock, (LOCK,), (CannotObserve,)),
    "restic time": Case(restic_snapshots.parse_time, ("2026-11-25T06:00:00.123456789+01:00", "2026-11-25T06:00:00Z"), (ValueError,)),
    "restic ls": Case(lambda text: _in_tree(restic_tree.Lines(lambda _entry: restic_tree.Tree(["/srv/a"], 2)), text), (LISTED,)),
    "restic ls node": Case(
        lambda text: _in_tree(restic_tree.Lines(lambda _entry: restic_tree.Tree(["/srv"], 2)), json.dumps(SNAPSHOT) + "\n" + text),
        tuple(json.dumps(one) for one in NODES),
    ),
    "restic find": Case(lambda text: _in_tree(restic_tree.Matches(["/srv"]), text), (FOUND,)),
    "restic check": Case(
        _restic_checked,
        (
            "create exclusive lock\nread group #1 of 5 data packs (out of total 9 packs in 2 groups)\nno errors were found\n",
            "pack ab: not found in repository\nerror: load <data/ab>: permission denied\nFatal: repository contains errors\n",
        ),
        (CannotObserve,),
    ),
    "path of a snapshot": Case(restic_snapshots.slashed, ("C:\\data\\x", "/srv/../x", "data/.")),
    "borg archives": Case(borg.parse_listing, (BORG,), (CannotObserve,)),
    "borg items": Case(borg.parse_items, ("-healthy 12 a b\nc\0dhealthy 0 d\0-broken -5 x\0",), (CannotObserve,)),
    "borg time": Case(borg.parse_time, ("2026-11-30T03:00:00.000000", "2026-11-30 04:00:00.5+01:00"), (ValueError,)),
    "borg failure": Case(lambda text: (borg_failures.failure(text), borg_failures.said_lines(text)), (BORG_LOG, said("LockTimeout", "x"))),
    "borg check": Case(_borg_checked, (BORG_CHECKED, BORG_LOG), (CannotObserve,)),
    "borg address": Case(
        lambda text: (borg.local_path(text), shown_address(text)), ("ssh://u:p@h/./x", "h:x", "file:///srv/borg", "~/borg")
    ),
    "pgbackrest info": Case(lambda text: pgbackrest.parse_info(text, "main"), (PGBACKREST,), (CannotObserve,)),
    "pgbackrest files": Case(pgbackrest.parse_files, (wal(*WAL),), (CannotObserve,)),
    "pgbackrest failure": Case(
        pgbackrest.failure,
        ("P00  ERROR: [055]: unable to open missing file\n", "WARN: x\nERROR: [103]: unable to find\n            [CryptoError] y\n"),
    ),
    "pgbackrest verify": Case(_integrity_pgbackrest.parse_report, (PGBACKREST_VERIFIED,), (CannotObserve,)),
    "pgbackrest settings": Case(
        pgbackrest_settings.parse_settings, ("[global]\nrepo1-path=/x\n# a\nrepo1-path=/y\n[main:archive-push]\npg1-path = /z\n",)
    ),
    "barman time": Case(barman.moment, ("2026-11-30 13:52:11.938279+00:00", "2026-11-30T13:52:11Z")),
    "barman backup.info": Case(barman_files.parse_info, (BARMAN_INFO,)),
    "barman xlog.db": Case(barman_files.parse_xlogdb, (XLOGDB,)),
    "history of WAL": Case(lambda text: wal_names.steps(text, 3, 2**24), (HISTORY,)),
    "gaps of WAL": Case(_segments, (HISTORY, f"{WAL[0]} {WAL[1]}"), ()),
    "place in WAL": Case(wal_names.position, ("0/4000028", "FFFFFFFF/FFFFFFFF")),
    "place in WAL, again": Case(wal_names.lsn_of, ("0/4000028", "FFFFFFFF/FFFFFFFF"), (ValueError,)),
    "archiver of PostgreSQL": Case(postgresql_archiver.parse_server, (json.dumps(ARCHIVER),), (CannotObserve,)),
    "innochecksum": Case(
        lambda text: _innochecksum(1, text), ("Fail: page 3 invalid\nExceeded the maximum allowed checksum mismatch count::0\n", "Error: x")
    ),
    "format of a record": Case(lambda text: records.format_of(text, "x"), tuple(one for several in RECORDS.values() for one in several)),
    "time of a record": Case(
        lambda text: [record_times.moment_of(text, dt.timezone.utc, form) for form in (None, "%d/%m/%Y %H:%M")],
        ("2026-11-25T03:00:00Z", "20261125T030000+0100", "1764050400", "/Date(1764050400000+0100)/", "Wed, 25 Nov 2026 03:00:12 +0000"),
    ),
    "number of a record": Case(
        lambda text: record_times.moment_of(json.loads(text), None, None), ("1764050400", "1764050400000.5"), (ValueError, RecursionError)
    ),
    "zone": Case(record_times.zone_of, ("Europe/Paris", "+02:00", "UTC"), (ValueError,)),
    "checksums": Case(
        lambda text: _checksums.parse_sums(text, "db.sql", alone=True),
        (f"{'a' * 64}  db.sql\n", f"SHA256 (db.sql) = {'b' * 64}\n", f"\\{'c' * 32} *x\n"),
    ),
    **{
        f"{kind} records": Case(lambda text, kind=kind: records.rows(text, kind, ""), seeds, (records.NotRows,))  # type: ignore[misc]
        for kind, seeds in RECORDS.items()
    },
    "json records within": Case(
        lambda text: records.rows(text, "json", "a.0.b"),
        ('{"a": [{"b": {"x": {"end": 1}, "y": {}}}]}', '{"a": {"0": {"b": []}}}'),
        (records.NotRows,),
    ),
}


def _innochecksum(rc: int, text: str) -> Verified:
    backup = mariadb_backups.Backup("/backup", files={"a/b.ibd": 5})
    verified = Verified(verbatim(""))
    with contextlib.suppress(CannotObserve):
        _integrity_mariadb._sound(backup, "a/b.ibd", FakeRunner(commands={"innochecksum": Completed(rc, text, text)}), verified)
    return verified


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_or_refused(name: str) -> None:
    CASES[name].tried()


# -- files


BORGMATIC = (
    "repositories:\n  - path: ssh://u@h/./x\n    label: far\n  - /srv/borg\nsource_directories: [/etc, ~/x*]\n<<: &a {keep_daily: 7}\n"
    "archive_name_format: '{hostname}-{now:%Y}'\nencryption_passphrase: ${PASS:-x}\nkeep_weekly: 4\nb: *a\n",
    '{"location": {"repositories": ["/srv/borg"], "patterns": ["R /srv", "- x"]}, "storage": {"encryption_passcommand": "cat x"},'
    ' "match_archives": "re:x", "retention": {"keep_daily": 7, "prefix": "a-"}}',
)
AUTORESTIC = (
    "version: 2\nlocations:\n  etc:\n    from: [/etc, ./x]\n    to: far\nbackends:\n  far:\n    type: rest\n    path: http://h/x\n"
    "    key: s\n    rest: {user: u, password: p}\n    env: {A: b}\n",
    '{"backends": {"far": {"type": "local", "path": "x", "key": "k"}}, "locations": {"etc": {"from": "/etc", "to": ["far"]}}}',
)
RESTICPROFILE = (
    '{"version": "1", "default": {"inherit": "base", "repository": "local:/srv/restic", "password-file": "key", "base-dir": "/x",'
    ' "env": {"a": "b"}, "backup": {"source": ["/etc"], "tag": ["x"], "host": true}}, "base": {"password-command": "cat x"}}',
)
PROFILES_TOML = ('version = "2"\n[profiles.default]\nrepository = "/srv/restic"\n[profiles.default.backup]\nsource = ["/etc"]\n',)


def _both_profiles(path: str) -> object:
    found = []
    for name in (None, "etc", "far", "etc@far"):
        with contextlib.suppress(CannotObserve):
            found.append(restic_wrappers.read_profile(FakeRunner(), path, name))
    return found


FILES: dict[str, tuple[str, t.Callable[[str], object], tuple[str, ...]]] = {
    "borgmatic": ("config.yaml", lambda path: borgmatic.read(path, FakeRunner()), BORGMATIC),
    "autorestic": (".autorestic.yml", _both_profiles, AUTORESTIC),
    "resticprofile in YAML": ("profiles.yaml", _both_profiles, RESTICPROFILE),
    "resticprofile in JSON": ("profiles.json", _both_profiles, RESTICPROFILE),
    "resticprofile in TOML": ("profiles.toml", _both_profiles, PROFILES_TOML),
    "pgbackrest.conf": (
        "pgbackrest.conf",
        lambda path: pgbackrest_settings.read_settings(FakeRunner(), "main", path, {}).folder_of(1),
        ("[global]\nrepo1-path=/x\n[main]\npg1-path=/y\n",),
    ),
    "what a check has kept": ("record", lambda path: read_kept(path, "x"), ('{"kind": "x", "digest": "y"}',)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_or_refused(name: str, tmp_path: pathlib.Path) -> None:
    base, reader, seeds = FILES[name]
    path = tmp_path / base

    @fuzz(60)
    @given(answers(*seeds))
    def read(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with contextlib.suppress(CannotObserve):
            reader(str(path))

    for seed in seeds:
        path.write_text(seed)
        with contextlib.suppress(CannotObserve):
            reader(str(path))
    read()


RECORD = _restore_record.made(
    NOW,
    {"tool": "restic"},
    generation="ab",
    generation_time=NOW,
    files=3,
    bytes=5,
    duration=1.5,
    proven=["restored", "files /srv"],
    result="pass",
    message="x",
)


def test_the_record_of_a_restore(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "record.json")
    _restore_record.write(path, RECORD)
    content = json.loads(pathlib.Path(path).read_text())
    asked = t.cast(
        "t.Any", type("Asked", (), {"of": RECORD.of, "wanted": ["x"], "max_age": 5.0, "rto": 1.0, "min_files": 1, "of_one_host": True})
    )

    @fuzz(80)
    @given(documents({key: value for key, value in content.items() if key not in ("kind", "digest")}))
    def read(data: t.Any) -> None:
        if not isinstance(data, dict):
            return
        with contextlib.suppress(CannotObserve, ValueError):  # what cannot be written was not
            write_kept(path, _restore_record.KIND, data)
            record = _restore_record.read(path, RECORD.of)
            if record:
                with contextlib.suppress(CannotObserve):
                    str(_restore_record.judged(path, record, asked, NOW).message)

    assert _restore_record.read(path, RECORD.of) == RECORD
    read()


CHECKPOINTS = "backup_type = incremental\nfrom_lsn = 40000\nto_lsn = 50000\nlast_lsn = 50000\nrecover_binlog_info = 0\n"
INFO = (
    "uuid = x\ntool_name = mariadb-backup\ntool_command = --backup --incremental-basedir=/full\nserver_version = 10.11.6-MariaDB\n"
    "start_time = 2026-11-25 02:00:00\nend_time = 2026-11-25 02:05:00\nencrypted = N\n"
)
META, SETTINGS = (
    "page_size = 16384\nzip_size = 0\nspace_id = 5\n",
    "[mysqld]\ninnodb_data_file_path=ibdata1:12M;x\ninnodb_undo_tablespaces=3\n",
)


@fuzz(80)
@given(texts(CHECKPOINTS), texts(INFO), texts(META), texts(SETTINGS))
def test_a_folder_of_mariadb_backup(checkpoints: str, told: str, meta: str, settings: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "a@002db").mkdir()
        written = {"xtrabackup_checkpoints": checkpoints, "xtrabackup_info": told, "backup-my.cnf": settings, "a@002db/t.ibd.meta": meta}
        for name, text in written.items():
            (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        (root / "a@002db/t.ibd.delta").write_bytes(b"XTRA" + b"\xff" * 16380)
        backup = mariadb_backups.look(folder, dt.timezone.utc, FakeRunner())
        backup.tables()
        mariadb_backups.chain(backup, [backup])
        _mariadb_files.faults(backup, FakeRunner())
        _mariadb_files.without_data(backup, FakeRunner())


# -- bytes


DELTA = b"XTRA" + struct.pack(">II", 1, 0xFFFFFFFF) + bytes(1012) + b"x" * 1024


def _streamed(path: pathlib.Path) -> None:
    with contextlib.suppress(xbstream.Damaged, xbstream.NotRead):
        for most in (1 << 30, 10):
            xbstream.members(str(path), ("info",), FakeRunner(), most)
    target = path.with_name("target")
    target.mkdir(exist_ok=True)
    with contextlib.suppress(xbstream.Damaged, xbstream.NotRead, OSError):
        xbstream.unpack(str(path), str(target), FakeRunner())


def _innodb(path: pathlib.Path) -> None:
    size = path.stat().st_size
    innodb_files.fault_of(str(path), size)
    innodb_files.fault_of_delta(str(path), size, 1024)


def _segment(path: pathlib.Path) -> None:
    with contextlib.suppress(wal_content.Damaged, CannotObserve):
        content = wal_content.unpack(str(path), 16384)
        if content.data is not None:
            wal_content.look(content.data, wal_names.Segment(1, 4), 16384, "42")


def _manifest(path: pathlib.Path) -> None:
    with contextlib.suppress(CannotObserve):
        for listed in pg_manifest.parse(path.read_bytes()).files:
            if listed.algorithm is not None:
                pg_manifest.Sum(listed.algorithm).is_of(listed.checksum)


def _contents(path: pathlib.Path) -> None:
    with contextlib.suppress(Damaged):
        pg_archives.names_of_data(path.read_bytes(), Inside())


def _looked_into(path: pathlib.Path) -> None:
    with contextlib.suppress(Damaged, NotVerifiable, OSError):
        look_into(str(path), path.stat().st_size, Inside(), Asked(FakeRunner(), lambda: None))


def _page(number: int) -> bytes:
    return struct.pack("=HHIQI", 0xD110, 2 if not number else 0, 1, 4 * 16384 + number * 8192, 0) + (
        bytes(4) + struct.pack("=QII", 42, 16384, 8192) + bytes(8152) if not number else bytes(8172)
    )


MANIFEST = (
    b'{ "PostgreSQL-Backup-Manifest-Version": 1,\n"Files": [\n{ "Path": "PG_VERSION", "Size": 3, "Last-Modified": "2026-11-25 03:00:00'
    b' GMT", "Checksum-Algorithm": "SHA256", "Checksum": "aa" },\n{ "Encoded-Path": "ff2f61", "Size": 1, "Checksum-Algorithm": "CRC32C",'
    b' "Checksum": "00000000" }\n],\n"WAL-Ranges": [\n{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }\n],\n'
    b'"Manifest-Checksum": "bb"}\n'
)
TOC = b"PGDMP\x01\x0e\x00\x04\x08\x05" + b"\x00\x00\x00\x00\x00" * 9 + b"\x00\x00\x00\x00\x00" * 4
DUMPS = (
    b"-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n--\n/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\nCREATE TABLE `a` (\n"
    b"INSERT INTO `a` VALUES (1);\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n-- Dump completed on 2026-11-25  2:00:00\n",
    b"--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.a (\nCOPY public.a (b) FROM stdin;\n1\n\\.\n\n"
    b"-- Completed on 2026-11-25 02:00:00\n--\n-- PostgreSQL database dump complete\n--\n",
    b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a(b);\nCOMMIT;\n",
    b"version: 1\n\ndn: dc=a\ndc: a\nobjectClass: x\n\ndn: cn=b,dc=a\n",
    b"\x16\x00\x00\x00\x02name\x00\x07\x00\x00\x00a.b.cd\x00\x00",
    b"\x6d\xe2\x99\x81" + b"\x16\x00\x00\x00\x02db\x00\x09\x00\x00\x00abcdefgh\x00\x00" + b"\xff" * 4 + b"\xff" * 4,
    b"REDIS0011\xfa\x09redis-ver\x057.2.0\xfe\x00\xfb\x01\x00\x00\x01a\x01b\xff" + bytes(8),
    b"pg_dump: error: connection to server failed: FATAL:  x\n",
    b"<html><title>Login</title></html>",
)
ENVELOPES = (
    b"age-encryption.org/v1\n-> X25519 a\nb\n--- c\n" + bytes(64),
    b"-----BEGIN PGP MESSAGE-----\n\naaaa\n=bbbb\n-----END PGP MESSAGE-----\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----\naaaa\n-----END AGE ENCRYPTED FILE-----\n",
    b"\x85\x01\x0c\x03" + bytes(264) + b"\xd2\xff" + bytes(32),
    b"\x8c\x0d\x04\x09\x03\x02" + bytes(9) + b"\xd2\x20" + bytes(32),
    b"Salted__" + bytes(24),
)
BYTES: dict[str, tuple[t.Callable[[pathlib.Path], None], tuple[bytes, ...]]] = {
    "xbstream": (_streamed, (WHOLE, gzip.compress(WHOLE), b"XBSTCK01\x00S\x01\x00\x00\x00a" + struct.pack("<IQQI", 1, 0, 0, 0) + bytes(8))),
    "innodb": (_innodb, (data_file(2), DELTA)),
    "WAL": (_segment, (_page(0) + _page(1), gzip.compress(_page(0) + _page(1)))),
    "backup_manifest": (_manifest, (MANIFEST,)),
    "toc.dat": (_contents, (TOC,)),
    "dumps": (_looked_into, DUMPS),
    "envelopes": (_looked_into, ENVELOPES),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_are_read_or_refused(name: str, tmp_path: pathlib.Path) -> None:
    reader, seeds = BYTES[name]
    path = tmp_path / "x.xb"

    @fuzz(80)
    @given(contents(*seeds))
    def read(data: bytes) -> None:
        path.write_bytes(data)
        reader(path)

    for seed in seeds:
        path.write_bytes(seed)
        reader(path)
    read()


@fuzz(60)
@given(documents(json.loads(MANIFEST)))
def test_a_manifest_of_other_values(data: t.Any) -> None:
    with contextlib.suppress(CannotObserve):
        pg_manifest.parse(as_json(data).encode())


# -- whole checks


def _some(text: str) -> st.SearchStrategy[str]:
    return st.one_of(st.just(text), answers(text))


@fuzz(40)
@given(_some(PGBACKREST), _some(wal(*WAL)), st.sampled_from((0, 0, 1, 55)))
def test_pgbackrest_says_anything(told: str, archive: str, rc: int) -> None:
    class Ending(World):
        def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
            return dataclasses.replace(super().run(argv, **options), rc=rc)

    world = Ending(told, archive)
    sound(run_item(Item("x", "pgbackrest_backup", {"stanza": "main", "max_age": "26h", "rpo": "24h", "min_count": 1}), world))


@fuzz(40)
@given(_some(BORG), texts(BORG_LOG), st.sampled_from((0, 0, 1, 2)), texts("-healthy 12 srv/a\0dhealthy 0 srv\0"))
def test_borg_says_anything(listed: str, log: str, rc: int, items: str) -> None:
    commands = {"borg": Completed(rc, listed, log), "borg list --bypass-lock --format": Completed(0, items, log)}
    args = {"repository": "ssh://u@h/./x", "password": "hunter22", "max_age": "1d", "paths": ["/srv"]}
    sound(run_item(Item("x", "borg_backup", args), FakeRunner(commands=commands)))


def test_barman_says_anything(tmp_path: pathlib.Path) -> None:
    home = Home(tmp_path).backup(30, 3).backup(6, 5).wal(3, 4, 5, 6)
    path = next(tmp_path.glob("base/*/backup.info"))
    usual = path.read_text()

    @fuzz(40)
    @given(_some(json.dumps({"main": home.listed})), _some(json.dumps({"main": home.told})), st.sampled_from((0, 0, 1)), texts(usual))
    def look(listed: str, told: str, rc: int, about: str) -> None:
        path.write_bytes(about.encode("utf-8", "surrogatepass"))
        commands = {
            "barman -f json list-backups": Completed(rc, listed, ""),
            "barman -f json show-servers": Completed(rc, told, "ERROR: x\n"),
        }
        args = {"barman_server": "main", "max_age": "26h", "rpo": "24h"}
        sound(run_item(Item("x", "barman_backup", args), FakeRunner(commands=commands)))

    look()


@pytest.mark.parametrize("kind", RECORDS)
def test_records_say_anything(kind: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "records"
    fields = {"time": r"Date: (.*)", "state": r"tat : (\w+)"} if kind == "mail" else {"time": "end", "state": "state", "size": "job.size"}

    @fuzz(40)
    @given(answers(*RECORDS[kind]))
    def look(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        args = {"path": str(path), "max_age": "26h", "fields": fields, "format": kind}
        sound(run_item(Item("x", "backup_record", args), FakeRunner()))

    look()
