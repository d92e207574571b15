# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of backups that are files: which files, how old, how many. What is in them is in rows_file_backup_content.py."""

from __future__ import annotations

import gzip
import hashlib
import pathlib
import tarfile
import time
import typing as t

from dumps_of_payments import args, dump, nights, put
from table import Row, World

HOUR = 3600.0
DAY = 24.0


def named(hours: float, form: str = "%Y%m%d") -> str:
    """A date of so many hours ago as names of files have it."""
    return time.strftime(form, time.localtime(time.time() - hours * HOUR))


def _archive(world: World, hours: float = 3.0) -> pathlib.Path:
    source = world.folder / "etc"
    source.mkdir()
    (source / "payments.conf").write_text("port = 8080\n" * 5000)
    (source / "logging.conf").write_text("level = info\n" * 5000)
    path = world.folder / "etc.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(source, "etc")
    return put(path, None, hours)


def healthy(world: World) -> dict[str, t.Any]:
    nights(world, "db-{}.sql.gz", 3)
    return args(world, min_count=3)


def healthy_archive(world: World) -> dict[str, t.Any]:
    path = _archive(world)
    (world.folder / "SHA256SUMS").write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  etc.tar\n")
    return args(world, "etc.tar*", contains=["etc/*.conf"], checksum=True)


def too_old(world: World) -> dict[str, t.Any]:
    put(world.folder / "db.sql.gz", dump(), 76)
    return args(world, rpo="20h")


def copied_over(world: World) -> dict[str, t.Any]:
    put(world.folder / f"db-{named(96)}.sql.gz", dump(), 1)
    return args(world, "db-%Y%m%d.sql.gz")


def touched(form: str) -> t.Callable[[World], dict[str, t.Any]]:
    """Old dumps that somebody has copied today; nothing in the pattern says where the date is."""

    def arrange(world: World) -> dict[str, t.Any]:
        for hours in (96, 120, 144):
            put(world.folder / f"dump-{named(hours, form)}.sql.gz", dump(hours), 1)
        return args(world, "dump-*.sql.gz")

    return arrange


def dated(form: str) -> t.Callable[[World], dict[str, t.Any]]:
    """Last nights' dumps, each with its date."""

    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(4):
            put(world.folder / f"dump-{named(3 + DAY * night, form)}.sql.gz", dump(night), 3 + DAY * night)
        return args(world, "dump-*.sql.gz", min_count=4)

    return arrange


def date_of_two_meanings(world: World) -> dict[str, t.Any]:
    put(world.folder / "dump-03-04-2026.sql.gz", dump(), 3)
    return args(world, "dump-*.sql.gz")


def date_in_the_pattern(world: World) -> dict[str, t.Any]:
    put(world.folder / "since-2020-01-01.sql.gz", dump(), 3)
    return args(world, "since-2020-01-01.sql.gz")


def folders_of_days(hours: float) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(3):
            put(world.folder / named(hours + DAY * night, "%Y-%m-%d") / "db.sql.gz", dump(night), 1 if hours > DAY else hours + DAY * night)
        return args(world, "*/db.sql.gz")

    return arrange


def no_file(world: World) -> dict[str, t.Any]:
    return args(world)


def no_folder(world: World) -> dict[str, t.Any]:
    return args(world, "unmounted/db*.sql.gz")


def empty(world: World) -> dict[str, t.Any]:
    put(world.folder / "db-1.sql.gz", dump(), 27)
    put(world.folder / "db-2.sql.gz", b"", 3)
    return args(world)


def changed_afterwards(world: World) -> dict[str, t.Any]:
    given = healthy_archive(world)
    path = world.folder / "etc.tar"
    with path.open("r+b") as handle:
        handle.seek(3000)
        handle.write(b"#")
    put(path, None, 3)
    return given


def wrong_sum(ending: str, algorithm: str) -> t.Callable[[World], dict[str, t.Any]]:
    """A checksum beside the dump is wrong, and nobody has asked for checksums."""

    def arrange(world: World) -> dict[str, t.Any]:
        put(world.folder / "db.sql.gz", dump(), 3)
        digest = hashlib.new(algorithm, b"another file").hexdigest()
        (world.folder / f"db.sql.gz{ending}").write_text(f"{digest}  db.sql.gz\n")
        return args(world)

    return arrange


def sum_of_another_file(world: World) -> dict[str, t.Any]:
    put(world.folder / "db.sql.gz", dump(), 3)
    (world.folder / "MD5SUMS").write_text(f"{hashlib.md5(b'', usedforsecurity=False).hexdigest()}  other.sql.gz\n")
    return args(world)


def no_sum(world: World) -> dict[str, t.Any]:
    put(world.folder / "db.sql.gz", dump(), 3)
    return args(world, checksum=True)


def too_few(world: World) -> dict[str, t.Any]:
    put(world.folder / "db.sql.gz", dump(), 3)
    return args(world, min_count=7)


def not_far_back(world: World) -> dict[str, t.Any]:
    nights(world, "db-{}.sql.gz", 3)
    return args(world, retention="30d")


def shrunk(world: World) -> dict[str, t.Any]:
    for night in range(1, 4):
        put(world.folder / f"db-{night}.sql.gz", dump(night), 3 + DAY * night)
    put(world.folder / "db-0.sql.gz", dump(0, rows=100), 3)
    return args(world)


def incremental_beside_full(world: World) -> dict[str, t.Any]:
    for night in range(4):
        kind, rows = ("full", 3000) if night == 3 else ("incr", 30)
        put(world.folder / f"db-{named(3 + DAY * night)}_{kind}.sql.gz", dump(night, rows=rows), 3 + DAY * night)
    return args(world)


def still_written(world: World) -> dict[str, t.Any]:
    path = put(world.folder / "db-1.sql.gz", dump(), 26)
    (world.folder / "db-2.sql.gz.tmp").write_bytes(path.read_bytes()[:1000])
    return args(world, "db-*")


def folder_without_end(world: World) -> dict[str, t.Any]:
    (world.folder / "backup").symlink_to(world.folder / "backup")
    return args(world, "backup/*.sql.gz")


def clock_wrong(world: World) -> dict[str, t.Any]:
    put(world.folder / "db.sql.gz", dump(), -72)
    return args(world)


# -- only a backup counts as one


def beside_old_dumps(name: str, content: bytes) -> t.Callable[[World], dict[str, t.Any]]:
    """The dumps stopped ten days ago, and something else is written each night."""

    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(3):
            put(world.folder / f"db-{named(240 + DAY * night)}.sql.gz", dump(night), 240 + DAY * night)
        put(world.folder / name, content, 3)
        return {"path": str(world.folder), "max_age": "24h"}

    return arrange


LOG = "".join(f"2026-11-2{day} 02:00:01 starting\n2026-11-2{day} 02:00:03 backup FAILED\n" for day in range(9)).encode()


def only_a_log(world: World) -> dict[str, t.Any]:
    put(world.folder / "backup.log", LOG, 3)
    put(world.folder / "README", b"These are the backups.\n", 3)
    return {"path": str(world.folder), "max_age": "24h"}


def beside_fresh_dumps(world: World) -> dict[str, t.Any]:
    nights(world, "db-{}.sql.gz", 3)
    for name, content in {"backup.log": LOG, "job.pid": b"4711\n", "run.sh": b"#!/bin/sh\n", "README": b"x\n", "last": b"OK\n"}.items():
        put(world.folder / name, content, 30)
    (world.folder / "lost+found").mkdir()
    return {"path": str(world.folder), "max_age": "24h"}


# -- several series in one folder


def one_of_two_stopped(world: World) -> dict[str, t.Any]:
    for night in range(4):
        put(world.folder / f"db1-{named(3 + DAY * night)}.sql.gz", dump(night), 3 + DAY * night)
        put(world.folder / f"db2-{named(147 + DAY * night)}.sql.gz", dump(night), 147 + DAY * night)
    return args(world, "*.sql.gz")


def both_made(world: World) -> dict[str, t.Any]:
    for night in range(4):
        for name in ("db1", "db2", "globals"):
            put(world.folder / f"{name}-{named(3 + DAY * night)}.sql.gz", dump(night), 3 + DAY * night)
    return args(world, "*.sql.gz", min_count=4)


def one_of_two_is_damaged(world: World) -> dict[str, t.Any]:
    given = both_made(world)
    path = world.folder / f"db1-{named(3)}.sql.gz"
    put(path, path.read_bytes()[:-9], 3)
    return given


def one_of_two_has_few(world: World) -> dict[str, t.Any]:
    given = both_made(world)
    for night in (1, 2, 3):
        (world.folder / f"db2-{named(3 + DAY * night)}.sql.gz").unlink()
    return given


def one_ended(hours: float) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(4):
            put(world.folder / f"new-{named(3 + DAY * night)}.sql.gz", dump(night), 3 + DAY * night)
            put(world.folder / f"old-{named(hours + DAY * night)}.sql.gz", dump(night), hours + DAY * night)
        return args(world, "*.sql.gz")

    return arrange


def one_by_hand(world: World) -> dict[str, t.Any]:
    for night in range(4):
        put(world.folder / f"db-{named(3 + DAY * night)}.sql.gz", dump(night), 3 + DAY * night)
    put(world.folder / f"before-upgrade-{named(100)}.sql.gz", dump(), 100)
    return args(world, "*.sql.gz")


def rotated(world: World) -> dict[str, t.Any]:
    for night, name in enumerate(("db.sql.gz", "db.sql.gz.1", "db.sql.gz.2", "db.sql.gz.3")):
        put(world.folder / name, dump(night), 3 + DAY * night)
    return args(world, "db.sql.gz*", min_count=4)


def weekdays(world: World) -> dict[str, t.Any]:
    for night in range(6):
        put(world.folder / f"db-{named(3 + DAY * night, '%a')}.sql.gz", dump(night), 3 + DAY * night)
    return args(world, "db-*.sql.gz", min_count=6)


def slots(world: World) -> dict[str, t.Any]:
    for night in range(5):
        put(world.folder / f"backup{night + 1}.sql.gz", dump(night), 3 + DAY * night)
    return args(world, "backup*.sql.gz", min_count=5)


def two_servers_overwritten(world: World) -> dict[str, t.Any]:
    put(world.folder / "db1.sql.gz", dump(), 3)
    put(world.folder / "db2.sql.gz", dump(), 147)
    return args(world, "db*.sql.gz")


def daily_and_weekly(world: World) -> dict[str, t.Any]:
    for night in range(3):
        put(world.folder / "daily" / f"db-{named(3 + DAY * night)}.sql.gz", dump(night), 3 + DAY * night)
        put(world.folder / "weekly" / f"db-{named(75 + 168 * night)}.sql.gz", dump(night), 75 + 168 * night)
    return args(world, "*/db-*.sql.gz", min_count=6)


def gitlab(world: World) -> dict[str, t.Any]:
    for night, version in enumerate(("16.7.3", "16.7.2", "16.7.2")):
        hours = 3 + DAY * night
        name = f"{int(time.time() - hours * HOUR)}_{named(hours, '%Y_%m_%d')}_{version}_gitlab_backup.tar.gz"
        put(world.folder / name, dump_in_tar(night), hours)
    return args(world, "*_gitlab_backup.tar.gz", min_count=3)


def dump_in_tar(number: float) -> bytes:
    import io

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        body = gzip.decompress(dump(number))
        info = tarfile.TarInfo("db/database.sql")
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def same_bytes(world: World) -> dict[str, t.Any]:
    for night in range(5):
        put(world.folder / f"db-{named(3 + DAY * night)}.sql.gz", dump(1), 3 + DAY * night)
    return args(world)


def same_bytes_twice(world: World) -> dict[str, t.Any]:
    for night in range(5):
        put(world.folder / f"db-{named(3 + DAY * night)}.sql.gz", dump(night // 3), 3 + DAY * night)
    return args(world)


def of_one(name: str) -> str:
    return rf"/row/{name}"


ROWS = [
    Row(
        "file_backup",
        "three nightly dumps, all whole",
        healthy,
        "pass",
        r"is 3 h old, the limit is 24 h; .* read to its end as PostgreSQL dump in gzip; 3 kept",
    ),
    Row("file_backup", "archive with its checksum and its members", healthy_archive, "pass", r"read to its end as tar"),
    Row("file_backup", "the job stopped three days ago", too_old, "fail", r"is 3 d 4 h old, the limit is 24 h \(RPO 20 h\)"),
    Row("file_backup", "an old file copied over, looks fresh", copied_over, "fail", r"\(by the date in its name\) is \d.* old"),
    Row("file_backup", "touched today: dump-2026-11-25.sql", touched("%Y-%m-%d"), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "touched today: dump-20261125.sql", touched("%Y%m%d"), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "touched today: dump-2026_11_25.sql", touched("%Y_%m_%d"), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "touched today: dump-20261125T0200Z.sql", touched("%Y%m%dT%H%MZ"), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "touched today: dump-25-Nov-2026.sql", touched("%d-%b-%Y"), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "touched today: dump-1764036000.sql", touched("%s"), "fail", r"\(by the date in its name\) is (4 d|3 d 23 h) old"),
    Row("file_backup", "dated 2026-11-25", dated("%Y-%m-%d"), "pass", r"is 3 h old"),
    Row("file_backup", "dated 25-11-2026", dated("%d-%m-%Y"), "pass", r"is 3 h old"),
    Row("file_backup", "dated 20261125T0200", dated("%Y%m%dT%H%M"), "pass", r"is 3 h old|is 2 h 59 min old"),
    Row("file_backup", "dated 2026-11-25_02-00-01", dated("%Y-%m-%d_%H-%M-%S"), "pass", r"is (3 h|2 h 59 min).* old"),
    Row("file_backup", "dated by seconds since 1970", dated("%s"), "pass", r"is (3 h|2 h 59 min).* old"),
    Row("file_backup", "dated 261125", dated("%y%m%d"), "pass", r"is 3 h old"),
    Row("file_backup", "dated 03-04-2026: the last change decides", date_of_two_meanings, "pass", r"is 3 h old"),
    Row("file_backup", "a date that the pattern asks for", date_in_the_pattern, "pass", r"is 3 h old"),
    Row("file_backup", "a folder for each day", folders_of_days(3), "pass", r"is 3 h old.*; 3 kept"),
    Row("file_backup", "a folder for each day, copied today", folders_of_days(96), "fail", r"\(by the date in its name\) is \d"),
    Row("file_backup", "no file at all", no_file, "fail", r"no file matches"),
    Row("file_backup", "backup disk not mounted", no_folder, "fail", r"the folder .*/unmounted does not exist"),
    Row("file_backup", "newest file has zero bytes", empty, "fail", r"db-2\.sql\.gz is empty"),
    Row("file_backup", "archive changed after its checksum", changed_afterwards, "fail", r"does not agree with its checksum"),
    Row("file_backup", "wrong .sha256 beside it, not asked for", wrong_sum(".sha256", "sha256"), "fail", r"does not agree .*\.sha256"),
    Row("file_backup", "wrong .md5 beside it, not asked for", wrong_sum(".md5", "md5"), "fail", r"does not agree .*\.md5"),
    Row("file_backup", "wrong .sha512 beside it, not asked for", wrong_sum(".sha512", "sha512"), "fail", r"does not agree .*\.sha512"),
    Row("file_backup", "checksum of another file", sum_of_another_file, "pass", r"is 3 h old"),
    Row("file_backup", "no checksum, though asked for", no_sum, "fail", r"no checksum beside it"),
    Row("file_backup", "fewer backups than wanted", too_few, "fail", r"1 complete backup is there, at least 7 are wanted"),
    Row("file_backup", "reaches not as far back as wanted", not_far_back, "warn", r"the oldest is 2 d 3 h old, 30 d are to be kept"),
    Row("file_backup", "newest much smaller than the earlier ones", shrunk, "warn", r"more than 50% smaller"),
    Row("file_backup", "small increments beside a full one", incremental_beside_full, "pass", r"is 3 h old.*; 4 kept"),
    Row("file_backup", "tonight's is being written, last night's is too old", still_written, "fail", r"db-1\.sql\.gz is 26 h old"),
    Row("file_backup", "folder that cannot be read", folder_without_end, "unknown", r"cannot be read"),
    Row("file_backup", "backups from the future", clock_wrong, "unknown", r"a clock is wrong"),
    # only a backup counts as one
    Row("file_backup", "old dumps, backup.log of tonight", beside_old_dumps("backup.log", LOG), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, job.log.gz", beside_old_dumps("job.log.gz", gzip.compress(LOG)), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, a log without .log", beside_old_dumps("nightly", LOG), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, such a log in gzip", beside_old_dumps("nightly.gz", gzip.compress(LOG)), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, job.pid", beside_old_dumps("job.pid", b"4711\n"), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, a number of a process", beside_old_dumps("running", b"4711\n"), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, .lock", beside_old_dumps("backup.lock", b"x"), "fail", r"db-.* is 10 d old"),
    Row("file_backup", "old dumps, a script", beside_old_dumps("backup.sh", b"#!/bin/sh\nexit 1\n"), "fail", r"db-.* is 10 d old"),
    Row(
        "file_backup", "old dumps, a script without .sh", beside_old_dumps("dump-all", b"#!/bin/sh\nexit 1\n"), "fail", r"db-.* is 10 d old"
    ),
    Row("file_backup", "old dumps, a status file", beside_old_dumps("state", b"result: OK\n"), "fail", r"db-.* is 10 d old"),
    Row(
        "file_backup", "old dumps, checksums", beside_old_dumps("sums", b"0" * 64 + b"  a\n" + b"1" * 64 + b"  b\n"), "fail", r"is 10 d old"
    ),
    Row("file_backup", "old dumps, README", beside_old_dumps("README.md", b"# Backups\n"), "fail", r"db-.* is 10 d old"),
    Row(
        "file_backup", "nothing but a log", only_a_log, "fail", r"nothing that matches .* is a backup: README \(by its name\), backup\.log"
    ),
    Row("file_backup", "dumps among log, lock and script", beside_fresh_dumps, "pass", r"is 3 h old.*; 3 kept"),
    # several series
    Row("file_backup", "db1 is fresh, db2 stopped six days ago", one_of_two_stopped, "fail", r"db2-\d+\.sql\.gz .*is \d d.* old"),
    Row("file_backup", "three series, all fresh", both_made, "pass", r"; 2 more series are no older"),
    Row("file_backup", "one of three series is damaged", one_of_two_is_damaged, "fail", r"db1-\d+\.sql\.gz: it is not a whole gzip file"),
    Row(
        "file_backup",
        "one of three series has too few",
        one_of_two_has_few,
        "fail",
        r"/db2-\*\.sql: 1 complete backup is there, at least 4",
    ),
    Row("file_backup", "one series ended long ago", one_ended(2400), "pass", r"new-\d+\.sql\.gz is 3 h old"),
    Row("file_backup", "one series stopped weeks ago", one_ended(400), "fail", r"old-\d+\.sql\.gz is 16 d 16 h old"),
    Row("file_backup", "one series ended a month ago", one_ended(800), "warn", r"old-\d+\.sql\.gz is the newest of its name and 33 d"),
    Row("file_backup", "one dump made by hand days ago", one_by_hand, "warn", r"before-upgrade-.* the only one of its name"),
    Row("file_backup", "rotated: db.sql.gz, .1, .2, .3", rotated, "pass", r"db\.sql\.gz is 3 h old.*; 4 kept"),
    Row("file_backup", "a slot for each day of the week", weekdays, "pass", r"is 3 h old.*; 6 kept"),
    Row("file_backup", "slots that are overwritten in turn", slots, "pass", r"is 3 h old.*; 5 kept"),
    Row("file_backup", "two servers, each overwritten, one stopped", two_servers_overwritten, "fail", r"db2\.sql\.gz is 6 d 3 h old"),
    Row("file_backup", "folders daily and weekly", daily_and_weekly, "pass", r"is 3 h old.*; 6 kept"),
    Row("file_backup", "names with versions, as of GitLab", gitlab, "pass", r"is (3 h|2 h 59 min).* old.*; 3 kept"),
    Row("file_backup", "the same bytes five nights running", same_bytes, "warn", r"has the same content as the 4 before"),
    Row("file_backup", "the same bytes over a weekend", same_bytes_twice, "pass", r"is 3 h old"),
]
