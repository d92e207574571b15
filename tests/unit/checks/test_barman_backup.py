# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What barman versions that are not to be had say, and states of WAL to the byte. The real barman: rows_barman_backup."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import barman_backup
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from fakes import NOW, Completed, FakeRunner

MIB = 2**20
HOUR = 3600.0


class Home:
    """A server of barman with a backup of each of the last nights, as files and answers. Segments have 1 MiB."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.listed = folder, t.cast("list[dict[str, object]]", [])
        self.told: dict[str, object] = {
            "name": "main",
            "active": True,
            "disabled": False,
            "passive_node": False,
            "barman_home": str(folder),
            "backup_directory": str(folder),
            "basebackups_directory": str(folder / "base"),
            "wals_directory": str(folder / "wals"),
            "incoming_wals_directory": str(folder / "incoming"),
            "streaming_wals_directory": str(folder / "streaming"),
            "errors_directory": str(folder / "errors"),
            "archiver": True,
            "streaming_archiver": False,
            "server_txt_version": "15.4",
            "archive_mode": "on",
            "archive_timeout": 300,
            "is_archiving": True,
            "timeline": 1,
            "postgres_systemid": "42",
            "last_archived_time": str(NOW - dt.timedelta(hours=1)),
        }
        for name in ("base", "wals/0000000100000000"):
            (folder / name).mkdir(parents=True)

    def wal(self, *numbers: int, hours: float = 1.0, encryption: str | None = None) -> Home:
        lines = []
        for number in numbers:
            path = self.folder / "wals/0000000100000000" / f"{1:08X}{0:08X}{number:08X}"
            with path.open("wb") as stream:
                stream.truncate(MIB)
            moment = NOW.timestamp() - hours * HOUR
            os.utime(path, (moment, moment))
            lines.append("\t".join([path.name, str(MIB), str(moment), "None", *([encryption] if encryption else [])]))
        with (self.folder / "wals/xlog.db").open("a") as out:
            out.write("".join(f"{line}\n" for line in lines))
        self.at(max(numbers) + 1)
        return self

    def at(self, number: int, more: int = 0) -> Home:
        """How far the server is: so many bytes into this segment."""
        self.told.update(current_lsn=f"0/{number * MIB + more:X}", current_xlog=f"{1:08X}{0:08X}{number:08X}")
        return self

    def backup(self, hours: float, begin: int, status: str = "DONE", **info: object) -> Home:
        end = NOW - dt.timedelta(hours=hours)
        name = (end - dt.timedelta(minutes=5)).strftime("%Y%m%dT%H%M%S")
        data = self.folder / "base" / name / "data"
        (data / "global").mkdir(parents=True)
        (data / "global" / "pg_control").touch()
        (data / "PG_VERSION").touch()
        wal = f"{1:08X}{0:08X}{begin:08X}"
        values = {"begin_time": end - dt.timedelta(minutes=5), "end_time": end, "begin_wal": wal, "end_wal": wal, "size": 1000}
        values.update(xlog_segment_size=MIB, systemid=42, version=150004, mode="postgres", **info)
        (data.parent / "backup.info").write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        entry: dict[str, object] = {"backup_id": name, "status": status}
        if status == "DONE":
            entry.update(end_time_timestamp=str(int(end.timestamp())), size_bytes=2000, retention_status="-")
        self.listed.insert(0, entry)
        return self

    def check(self, **args: object) -> Finding:
        commands = {
            "barman -f json list-backups": Completed(0, json.dumps({"main": self.listed}), ""),
            "barman -f json show-servers": Completed(0, json.dumps({"main": self.told}), ""),
        }
        given = {"barman_server": "main", "max_age": "26h", **args}
        return barman_backup.run(t.cast("t.Any", parse_arguments(barman_backup, given)), FakeRunner(commands=commands))


@pytest.fixture
def home(tmp_path: pathlib.Path) -> Home:
    return Home(tmp_path)


def judged(finding: Finding) -> tuple[str, str]:
    return str(finding.status), " | ".join([finding.message, *finding.details])


def measured(finding: Finding, name: str) -> float | None:
    return next((one.value for one in finding.measurements if one.name == name), None)


def test_twenty_healthy_nights(home: Home) -> None:
    for night in range(20, 0, -1):
        home.backup(24 * night - 20, 100 - night * 3)
    home.wal(*range(40, 101))
    finding = home.check(min_count=20, retention="19d", max_wal_lag="5m")
    assert judged(finding)[0] == "pass", judged(finding)
    assert (measured(finding, "wal_lag_seconds"), measured(finding, "backup_count")) == (0.0, 20)
    assert measured(finding, "backup_duration_seconds") == 300.0


@pytest.mark.parametrize(
    ("timeout", "into", "last", "status", "lag"),
    [
        (300, 300, 30.0, "pass", 0.0),  # an idle server: a header and a checkpoint
        (0, 300, 30.0, "warn", 0.0),  # or a row: nothing closes the segment
        (0, 5000, 0.5, "warn", 1800.0),
        (0, 5000, 30.0, "warn", 30 * HOUR),  # nothing archives what was written
        (900, 5000, 30.0, "pass", 0.0),  # had it been of weight, a new segment would have begun
        (7200, 5000, 1.5, "warn", 1.5 * HOUR),  # archive_timeout is longer than what may be lost
    ],
)
def test_what_is_in_the_open_segment(home: Home, timeout: int, into: int, last: float, status: str, lag: float) -> None:
    home.backup(3, 7).wal(7, 8, 9, hours=last).at(10, into)
    home.told.update(archive_timeout=timeout, last_archived_time=str(NOW - dt.timedelta(hours=last)))
    finding = home.check(max_wal_lag="1h")
    assert judged(finding)[0] == status, judged(finding)
    assert status == "pass" or f"archive_timeout is {'2 h' if timeout else '0'}" in finding.message
    assert measured(finding, "wal_lag_seconds") == lag


def test_whole_segments_that_have_not_come(home: Home) -> None:
    home.backup(3, 7).wal(7, 8, 9, hours=2).at(13, 500)
    home.told["last_archived_time"] = str(NOW - dt.timedelta(hours=2))
    finding = home.check(max_wal_lag="1h")
    assert judged(finding) == ("fail", "3.0 MiB of WAL are only on the server, since 2 h, the limit is 60 min")
    assert judged(home.check(rpo="3h", max_age="4h"))[0] == "pass"
    assert "the limit is 90 min" in judged(home.check(rpo="90m"))[1]


def test_a_quick_look_at_what_is_on_its_way_finds_it_a_moment_later(home: Home) -> None:
    """The segment was filled a moment ago: the archiver is at it."""
    home.backup(3, 7).wal(7, 8, 9, hours=10).at(11, 0)
    home.told["last_archived_time"] = str(NOW - dt.timedelta(hours=10))
    commands = {"barman -f json list-backups": Completed(0, json.dumps({"main": home.listed}), "")}

    class Archiving(FakeRunner):
        def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
            if "show-servers" in argv:
                if len(self.ran) > 1:
                    home.wal(10, hours=0)
                self.ran.append((list(argv), options))
                return Completed(0, json.dumps({"main": home.told}), "")
            return super().run(argv, **options)

    runner = Archiving(commands=commands)
    given = parse_arguments(barman_backup, {"barman_server": "main", "max_age": "26h", "max_wal_lag": "15m"})
    assert judged(barman_backup.run(t.cast("t.Any", given), runner))[0] == "pass"
    assert runner.clock.monotonic() > 0


def test_an_incremental_backup_needs_what_it_builds_on(home: Home) -> None:
    home.backup(27, 5).wal(5, 6, 7, 8)
    full = str(home.listed[0]["backup_id"])
    home.backup(3, 7, parent_backup_id=full)
    assert judged(home.check(min_count=2))[0] == "pass"
    home.listed[1].update(status="FAILED")
    status, said = judged(home.check())
    assert status == "fail" and "no complete backup" in said and f"{full}, on which it builds, is no complete backup" in said


def test_encryption_of_later_versions(home: Home) -> None:
    home.backup(3, 7, encryption="gpg").wal(7, 8, encryption="gpg")
    assert judged(home.check(encrypted=True))[0] == "pass"
    home.wal(9)
    assert judged(home.check(encrypted=True)) == ("fail", "WAL segment 000000010000000000000009 is not encrypted")


def test_worm_mode_of_later_versions(home: Home) -> None:
    home.backup(3, 7).wal(7, 8)
    assert judged(home.check(append_only=True))[0] == "unknown"
    home.told["worm_mode"] = True
    assert judged(home.check(append_only=True))[0] == "pass"


def test_archives_that_are_cut(home: Home) -> None:
    """Of a backup that is compressed the manifest tells what is packed; the sum is what barman noted."""
    home.backup(3, 7, compression="gzip", size=2_000_000).wal(7, 8)
    data = home.folder / "base" / str(home.listed[0]["backup_id"]) / "data"
    (data / "backup_manifest").write_text('{"Files": [{"Path": "base/1/1", "Size": 8192}], "Manifest-Checksum": "0"}')
    for size, status, said in ((2_000_000, "fail", "its manifest is not as it was written"), (1_000_000, "fail", "are missing or cut")):
        (data / "base.tar.gz").write_bytes(b"x" * size)
        assert judged(home.check())[0] == status and said in judged(home.check())[1]
    assert measured(home.check(), "backup_items") == 1


def test_a_snapshot_is_not_seen(home: Home) -> None:
    home.backup(3, 7, snapshots_info="{'provider': 'gcp'}").wal(7, 8)
    assert judged(home.check())[0] == "unknown"
    assert "is a snapshot of disks elsewhere" in judged(home.check())[1]


def test_sizes_are_compared_among_their_kind(home: Home) -> None:
    for night in (4, 3, 2):
        home.backup(24 * night, 7)
    home.backup(3, 7, compression="gzip", parent_backup_id="None")
    home.wal(7, 8)
    assert judged(home.check(size_deviation="10%"))[0] == "pass"


def test_all_servers_are_refused() -> None:
    with pytest.raises(ArgumentsRefused, match="name one"):
        parse_arguments(barman_backup, {"barman_server": "all", "max_age": "1d"})


def test_a_closed_archive_is_not_observed(home: Home) -> None:
    home.backup(3, 7)
    (home.folder / "wals/0000000100000000").rmdir()
    (home.folder / "wals").rmdir()
    with pytest.raises(CannotObserve) as failed:
        home.check()
    assert failed.value.absent
