# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pgBackRest and PostgreSQL answer, in the forms of several versions."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _integrity_pgbackrest, _wal_archive, pgbackrest_backup
from ansible_collections.operability.readiness.plugins.module_utils._checks._judgement import Judgement
from ansible_collections.operability.readiness.plugins.module_utils._clients import pgbackrest, postgresql_archiver
from ansible_collections.operability.readiness.plugins.module_utils._clients.pgbackrest_settings import Settings, parse_settings
from ansible_collections.operability.readiness.plugins.module_utils._clients.wal_names import Segment
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, Completed, FakeRunner

HOUR = 3600.0
FULL, DIFF = "20261125-010000F", "20261125-010000F_20261125-030000D"


def seconds(hours: float) -> int:
    return int(NOW.timestamp() - hours * HOUR)


def backup(label: str, hours: float, wal: str, **more: t.Any) -> dict[str, t.Any]:
    entry = {
        "label": label,
        "type": {"F": "full", "D": "diff", "I": "incr"}[label[-1]],
        "archive": {"start": wal, "stop": wal},
        "backrest": {"format": 5, "version": "2.45"},
        "database": {"id": 1, "repo-key": 1},
        "info": {"size": 1000, "delta": 1000, "repository": {"size": 300, "delta": 300}},
        "reference": [FULL] if "_" in label else None,
        "timestamp": {"start": seconds(hours + 0.1), "stop": seconds(hours)},
        "error": False,
    }
    return {**entry, **more}


def info(*backups: dict[str, t.Any], code: int = 0, said: str = "ok", **more: t.Any) -> str:
    entry = {
        "name": "main",
        "cipher": "none",
        "backup": list(backups),
        "archive": [{"database": {"id": 1, "repo-key": 1}, "id": "15-1", "min": "x", "max": "y"}],
        "db": [{"id": 1, "repo-key": 1, "system-id": 771, "version": "15"}],
        "repo": [{"key": 1, "cipher": "none", "status": {"code": code, "message": said}}],
        "status": {"code": code, "message": said, "lock": {"backup": {"held": False}}},
    }
    return json.dumps([{**entry, **more}])


def listed(files: dict[str, tuple[int, float]]) -> str:
    found: dict[str, t.Any] = {".": {"type": "path"}}
    found.update({path: {"type": "file", "size": size, "time": seconds(hours)} for path, (size, hours) in files.items()})
    return json.dumps(found)


def wal(*names: str, hours: float = 0.1) -> str:
    return listed({f"{name[:16]}/{name}-{'a' * 40}.gz": (20000, hours) for name in names})


WAL = [f"0000000100000000000000{number:02X}" for number in range(4, 9)]


class World(FakeRunner):
    """pgBackRest by the last words of its command line."""

    def __init__(self, told: str, archive: str, files: dict[str, str] | None = None) -> None:
        super().__init__(commands={"pgbackrest": Completed(0, "", "")})
        content = listed({"backup.manifest": (10, 3), "pg_data/PG_VERSION.gz": (400, 3)})
        self.answers_of = {
            "info": told,
            "archive/main/15-1": archive,
            "archive/main": "{}",
            "backup/main": json.dumps({FULL: {}, DIFF: {}, "backup.info": {}}),
        }
        self.answers_of.update({f"backup/main/{label}": content for label in (FULL, DIFF)})
        self.answers_of.update(files or {})

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        self.ran.append((list(argv), options))
        key = "info" if "info" in argv else argv[-1]
        return Completed(0, self.answers_of[key], "")


def judged(world: FakeRunner, **args: t.Any) -> t.Any:
    given = {"stanza": "main", "max_age": "26h", **args}
    return pgbackrest_backup.run(parse_arguments(pgbackrest_backup, given), world)[0]


USUAL = (backup(FULL, 5, WAL[0]), backup(DIFF, 3, WAL[2]))


def test_healthy_in_four_processes() -> None:
    world = World(info(*USUAL), wal(*WAL))
    finding = judged(world, rpo="24h")
    assert str(finding.status) == "pass", finding.message
    assert f"backup {DIFF} in repository 1 is 3 h old, 1000 B, the limit is 26 h (RPO 24 h); WAL at most 6 min" in finding.message
    values = {one.name: one.value for one in finding.measurements}
    assert values["backup_age_seconds"] == 3 * HOUR and values["backup_count"] == 1 and values["wal_lag_seconds"] == 360
    assert len(world.ran) == 5 and not any("expire" in word or "--force" in word for argv, _options in world.ran for word in argv)


def test_secrets_stay_in_the_environment() -> None:
    world = World(info(*USUAL), wal(*WAL))
    judged(world, environment={"PGBACKREST_REPO1_CIPHER_PASS": "geheim-4711"})
    for argv, options in world.ran:
        assert not any("geheim" in word for word in argv) and options["env"]["PGBACKREST_REPO1_CIPHER_PASS"] == "geheim-4711"
        assert "--log-level-file=off" in argv


@pytest.mark.parametrize(
    "told",
    [
        info(*USUAL, repo=None, db=[{"id": 1, "system-id": 771, "version": "15"}]),  # before 2.32
        info(*USUAL, status={"code": 0, "message": "ok"}),
        info(
            *USUAL, status={"code": 0, "message": "ok", "lock": {"backup": {"held": True, "repo": []}, "restore": {"held": False}}}
        ),  # 2.58
        info(*({**one, "annotation": {"why": "x"}, "lsn": {"start": "0/6000028", "stop": "0/6000100"}} for one in (USUAL[1], USUAL[0]))),
    ],
)
def test_forms_of_other_versions(told: str) -> None:
    finding = judged(World(told, wal(*WAL)))
    assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize(
    ("world", "args", "status", "said"),
    [
        (World(info(*USUAL), wal(*WAL[:3], *WAL[4:])), {}, "fail", f"WAL {WAL[3]} is not in repository 1: after backup {DIFF}"),
        (World(info(*USUAL), wal(*WAL, hours=4)), {"rpo": "1h"}, "unknown", "whether the database has written since cannot be told"),
        (World(info(*USUAL), wal(*WAL, hours=-9)), {}, "unknown", "arrived in the future"),
        (World(info(*USUAL), "[]"), {}, "unknown", "cannot be listed"),
        (
            World(info(*USUAL), wal(*WAL), {f"backup/main/{FULL}": listed({"backup.manifest": (9, 3)})}),
            {},
            "fail",
            "0 B of 300 B are there",
        ),
        (World(info(*USUAL), wal(*WAL), {"backup/main": "{}"}), {}, "fail", "are listed, and gone"),
        (World(info(USUAL[1]), wal(*WAL)), {}, "fail", f"rests on {FULL}"),
        (World(info({**USUAL[0], "error": True}, USUAL[1]), wal(*WAL)), {}, "fail", "pages with wrong checksums"),
        (World(info(*USUAL, code=1, said="missing stanza path"), "{}"), {}, "unknown", "has no stanza main"),
        (World(info(code=2, said="no valid backups"), "{}"), {}, "fail", "holds no complete backup"),
        (World(info(code=99, said="[PathOpenError] unable to list '/x': [13] Permission denied"), "{}"), {}, "unknown", "may not be read"),
        (
            World(info(code=99, said="[FormatError] unable to load info file '/x':\nFormatError: \x01\x02"), "{}"),
            {},
            "unknown",
            "passphrase",
        ),
        (World(info(code=99, said="[FormatError] unable to load info file '/x':\nFormatError: key"), "{}"), {}, "fail", "is damaged"),
        (World(info(code=99, said="[HostConnectError] unable to connect: [111] Connection refused"), "{}"), {}, "unknown", "reached"),
    ],
)
def test_faults(world: World, args: dict[str, t.Any], status: str, said: str) -> None:
    finding = judged(world, **args)
    assert (str(finding.status), said in finding.message) == (status, True), finding.message


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[1]", '[{"name": "main"}]', "<html>", '[{"name": "main", "status": {"code": 0}, "backup": [{}]}]']
)
def test_nonsense_is_no_state(text: str) -> None:
    with pytest.raises(CannotObserve, match="not the state of a stanza|knows no stanza"):
        pgbackrest.parse_info(text, "main")


@pytest.mark.parametrize("text", ["", "[]", "3", '{"a": 1}', '{"a": {"type": "file"}}', '{"a": {"type": "file", "size": 1, "time": "x"}}'])
def test_nonsense_is_no_list(text: str) -> None:
    with pytest.raises(CannotObserve, match="not a list of files"):
        pgbackrest.parse_files(text)


def test_arguments_that_are_refused() -> None:
    def said(**more: t.Any) -> str:
        item = Item(key="x", check="pgbackrest_backup", args={"stanza": "main", "max_age": "26h", **more})
        return run_item(item, FakeRunner())[0].message

    assert "not the name of a stanza" in said(stanza="--config=/x")
    assert "command line that others can read" in said(conninfo="postgresql://u:geheim@db1/x")
    assert "the first one is 1" in said(repo=0)
    assert "only one is looked at" in said(repo=1, min_repositories=2)
    assert "geheim" not in said(conninfo="host=db1 password=geheim")


# -- how far behind


def server(**more: t.Any) -> postgresql_archiver.Server:
    data = {
        "standby": False,
        "archive_mode": "on",
        "archive_command": "pgbackrest archive-push %p",
        "archive_timeout": "0",
        "segment": 16 * 2**20,
        "lsn": "0/9000060",
        "timeline": 1,
        "system": "771",
        "archived": WAL[-1],
        "archived_ago": 60.0,
        "failed": 0,
        "failed_wal": None,
        "failed_ago": None,
        "failing": None,
    }
    return postgresql_archiver.parse_server(json.dumps({**data, **more}))


def archive(hours: float = 5) -> _wal_archive.Archive:
    return _wal_archive.Archive(
        16 * 2**20, {Segment(1, number): NOW - dt.timedelta(hours=hours + 8 - number) for number in range(4, 9)}, None
    )


@pytest.mark.parametrize(
    ("view", "status", "lag"),
    [
        (server(), "pass", 0.0),
        (server(lsn="0/9000800"), "pass", 0.0),
        (server(lsn="0/9008000"), "fail", 5 * HOUR),
        (server(lsn="0/9008000", archive_timeout="60"), "pass", 60.0),
        (server(lsn="0/B000060", archive_timeout="60"), "fail", 5 * HOUR),
        (server(lsn="0/8000060"), "pass", 0.0),
        (server(lsn="0/9008000", standby=True), "unknown", None),
        (server(lsn="0/B000060", standby=True), "fail", 5 * HOUR),
        (server(failing=True, failed=3, failed_ago=5.0, failed_wal=WAL[-1]), "fail", 0.0),
        (server(failing=True, standby=True), "pass", 0.0),
        (server(archive_command=""), "fail", 0.0),
        (server(archive_command="", archive_library="basic_archive"), "pass", 0.0),
        (server(archive_command=None), "pass", 0.0),  # which this role may not see
        (server(archived="0000000100000000000000FF", archived_ago=3600.0), "fail", 0.0),
        (server(timeline=0), "warn", 0.0),
    ],
)
def test_lag_by_the_server(view: postgresql_archiver.Server, status: str, lag: float | None) -> None:
    judgement = Judgement()
    found = _wal_archive.judge_archiving(archive(), _wal_archive.View(server=view), 1, NOW, HOUR, judgement)
    assert (found.seconds, str(judgement.finding(found.why).status)) == (lag, status), judgement


def test_a_burst_after_a_rest_is_given_time() -> None:
    began = _wal_archive.View(server=server(lsn="0/B000060"))
    assert _wal_archive.is_catching_up(archive(), began, NOW, HOUR)
    assert not _wal_archive.is_catching_up(archive(0.5), began, NOW, HOUR)
    assert not _wal_archive.is_catching_up(archive(), _wal_archive.View(server=server()), NOW, HOUR)
    assert not _wal_archive.is_catching_up(archive(), _wal_archive.View(server=server(lsn="0/B000060", failing=True)), NOW, HOUR)
    # the files tell it at once
    seen = folder({NINE: 0.01, TEN: 0.005})
    found = _wal_archive.judge_archiving(archive(), _wal_archive.View(began.server, seen.folder), 1, NOW, HOUR, Judgement())
    assert found.seconds is not None and abs(found.seconds - 36) < 1


def folder(written: dict[str, float], waiting: dict[str, float] | None = None) -> _wal_archive.View:
    def at(found: dict[str, float]) -> dict[str, float]:
        return {name: NOW.timestamp() - hours * HOUR for name, hours in found.items()}

    return _wal_archive.View(folder=postgresql_archiver.DataFolder("771", False, at(written), at(waiting or {}), {}, None))


NINE, TEN, RECYCLED = "000000010000000000000009", "00000001000000000000000A", "0000000100000000000000A0"


@pytest.mark.parametrize(
    ("view", "status", "lag"),
    [
        (folder({NINE: 4.9, RECYCLED: 30}), "pass", 0.0),
        (folder({WAL[-1]: 5}), "pass", 0.0),
        (folder({NINE: 2, RECYCLED: 30}), "fail", 2 * HOUR),
        (folder({NINE: 0.1}), "unknown", None),
        (folder({NINE: 3, TEN: 0.1}), "fail", 3 * HOUR),
        (folder({NINE: 0.2, TEN: 0.1}), "pass", 0.2 * HOUR),
        (folder({NINE: 0.3, TEN: 0.1}, {NINE: 0.28}), "fail", 0.3 * HOUR),
        (folder({}), "unknown", None),
    ],
)
def test_lag_by_the_files(view: _wal_archive.View, status: str, lag: float | None) -> None:
    judgement = Judgement()
    found = _wal_archive.judge_archiving(archive(), view, 1, NOW, HOUR, judgement)
    assert str(judgement.finding(found.why).status) == status, judgement
    assert (found.seconds is None) == (lag is None) and abs((found.seconds or 0) - (lag or 0)) < 1


def test_a_folder_that_is_none(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match="does not exist"):
        postgresql_archiver.read_folder(str(tmp_path))
    (tmp_path / "global").mkdir()
    (tmp_path / "global" / "pg_control").write_bytes(b"short")
    with pytest.raises(CannotObserve, match="is not the data folder"):
        postgresql_archiver.read_folder(str(tmp_path))
    with pytest.raises(CannotObserve, match="not the state of its archiving"):
        postgresql_archiver.parse_server('{"standby": false}')


# -- the configuration


def test_what_is_configured() -> None:
    text = "[global]\nrepo1-path = /srv/a\nlock-path=/run/x\n; no=thing\n[main]\npg1-path=/pg\npg1-path=/other\nrepo2-type=s3\n"
    text += "[global:backup]\nstart-fast=y\n"
    settings = Settings("main", parse_settings(text), {"PGBACKREST_REPO1_PATH": "/srv/b"})
    assert settings.data_directory == "/pg" and settings.stop_files[0] == "/run/x/main.stop"
    assert settings.folder_of(1) == "/srv/b" and settings.folder_of(2) is None
    assert Settings("main", parse_settings("[main]\npg1-host=db1\npg1-path=/pg"), {}).data_directory is None


# -- the outcome of a verification


def test_outcomes_of_verify() -> None:
    text = "stanza: main\nstatus: error\n  archiveId: 15-1, total WAL checked: 5, total valid WAL: 4\n"
    text += "    missing: 0, checksum invalid: 1, size invalid: 0, other: 0\n"
    text += f"  backup: {FULL}, status: invalid, total files checked: 9, total valid files: 8\n"
    text += f"  backup: {DIFF}, status: in-progress, total files checked: 0, total valid files: 0\n"
    report = _integrity_pgbackrest.parse_report(text)
    assert not report.ok and report.archives[0].valid == 4 and [one.status for one in report.backups] == ["invalid", "in-progress"]
    assert _integrity_pgbackrest.parse_report("stanza: main\nstatus: error\n  No usable backup.info file\n").others == (
        "No usable backup.info file",
    )
    assert _integrity_pgbackrest.parse_report("stanza: main\nstatus: ok\n  archiveId: none found\n  backup: none found\n").others == ()
    for nonsense in ("", "done", os.linesep):
        with pytest.raises(CannotObserve, match="not the outcome"):
            _integrity_pgbackrest.parse_report(nonsense)
