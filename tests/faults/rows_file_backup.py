# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of backups that are files."""

from __future__ import annotations

import hashlib
import os
import pathlib
import subprocess
import tarfile
import time
import typing as t

from table import Row, World

HOUR = 3600.0


def _aged(path: pathlib.Path, hours: float) -> pathlib.Path:
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))
    return path


def _dump(world: World, name: str = "db.sql.gz", hours: float = 3.0, lines: int = 20000) -> pathlib.Path:
    """A dump as gzip makes it."""
    plain = world.folder / "dump.plain"
    plain.write_text("".join(f"INSERT INTO payments VALUES ({number});\n" for number in range(lines)))
    path = world.folder / name
    with path.open("wb") as out:
        subprocess.run(["gzip", "-c", str(plain)], stdout=out, check=True)
    plain.unlink()
    return _aged(path, hours)


def _archive(world: World, hours: float = 3.0) -> pathlib.Path:
    source = world.folder / "etc"
    source.mkdir()
    (source / "payments.conf").write_text("port = 8080\n" * 5000)
    (source / "logging.conf").write_text("level = info\n" * 5000)
    path = world.folder / "etc.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(source, "etc")
    return _aged(path, hours)


def _args(world: World, pattern: str = "db*.sql.gz", **more: t.Any) -> dict[str, t.Any]:
    return {"pattern": [str(world.folder / pattern)], "max_age": "24h", **more}


def healthy(world: World) -> dict[str, t.Any]:
    for night in range(3):
        _dump(world, f"db-{night}.sql.gz", 3 + 24 * night)
    return _args(world, min_count=3)


def healthy_archive(world: World) -> dict[str, t.Any]:
    path = _archive(world)
    (world.folder / "SHA256SUMS").write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  etc.tar\n")
    return _args(world, "etc.tar*", contains=["etc/*.conf"], checksum=True)


def too_old(world: World) -> dict[str, t.Any]:
    _dump(world, hours=76)
    return _args(world)


def copied_over(world: World) -> dict[str, t.Any]:
    old = time.strftime("%Y%m%d", time.localtime(time.time() - 96 * HOUR))
    _dump(world, f"db-{old}.sql.gz", 1)
    return _args(world, "db-%Y%m%d.sql.gz")


def no_file(world: World) -> dict[str, t.Any]:
    return _args(world)


def no_folder(world: World) -> dict[str, t.Any]:
    return _args(world, "unmounted/db*.sql.gz")


def empty(world: World) -> dict[str, t.Any]:
    _dump(world, "db-1.sql.gz", 27)
    _aged(world.folder / "db-1.sql.gz", 27)
    (world.folder / "db-2.sql.gz").touch()
    _aged(world.folder / "db-2.sql.gz", 3)
    return _args(world)


def dump_of_nothing(world: World) -> dict[str, t.Any]:
    _dump(world, lines=0)
    return _args(world)


def truncated_gzip(world: World) -> dict[str, t.Any]:
    path = _dump(world)
    os.truncate(path, path.stat().st_size // 2)
    _aged(path, 3)
    return _args(world)


def truncated_tar(world: World) -> dict[str, t.Any]:
    path = _archive(world)
    os.truncate(path, path.stat().st_size // 2)
    _aged(path, 3)
    return _args(world, "etc.tar")


def disk_full_tar(world: World) -> dict[str, t.Any]:
    path = _archive(world)
    subprocess.run(["gzip", str(path)], check=True)
    path = path.with_suffix(".tar.gz")
    os.truncate(path, path.stat().st_size - 30)
    _aged(path, 3)
    return _args(world, "etc.tar.gz")


def login_page(world: World) -> dict[str, t.Any]:
    path = world.folder / "db.sql.gz"
    path.write_text("<html>please log in</html>\n")
    _aged(path, 3)
    return _args(world)


def not_in_archive(world: World) -> dict[str, t.Any]:
    _archive(world)
    return _args(world, "etc.tar", contains=["etc/payments.conf", "etc/secrets.conf"])


def changed_afterwards(world: World) -> dict[str, t.Any]:
    args = healthy_archive(world)
    path = world.folder / "etc.tar"
    with path.open("r+b") as handle:
        handle.seek(3000)
        handle.write(b"#")
    _aged(path, 3)
    return args


def too_few(world: World) -> dict[str, t.Any]:
    _dump(world)
    return _args(world, min_count=7)


def shrunk(world: World) -> dict[str, t.Any]:
    for night in range(1, 4):
        _dump(world, f"db-{night}.sql.gz", 3 + 24 * night)
    _dump(world, "db-0.sql.gz", 3, lines=500)
    return _args(world)


def still_written(world: World) -> dict[str, t.Any]:
    path = _dump(world, "db-1.sql.gz", 26)
    (world.folder / "db-2.sql.gz.tmp").write_bytes(path.read_bytes()[:1000])
    return _args(world, "db-*")


def folder_without_end(world: World) -> dict[str, t.Any]:
    (world.folder / "backup").symlink_to(world.folder / "backup")
    return _args(world, "backup/*.sql.gz")


def too_large_to_list(world: World) -> dict[str, t.Any]:
    _archive(world)
    return _args(world, "etc.tar", contains=["etc/payments.conf"], verify_max_bytes="1KiB")


def clock_wrong(world: World) -> dict[str, t.Any]:
    _dump(world, hours=-72)
    return _args(world)


ROWS = [
    Row(
        "file_backup",
        "three nightly dumps, all whole",
        healthy,
        "pass",
        r"is 3 h old, the limit is 24 h; .* read to its end as gzip; 3 kept",
    ),
    Row("file_backup", "archive with its checksum and its members", healthy_archive, "pass", r"read to its end as tar"),
    Row("file_backup", "the job stopped three days ago", too_old, "fail", r"is 3 d 4 h old, the limit is 24 h"),
    Row("file_backup", "an old file copied over, looks fresh", copied_over, "fail", r"old \(by the date in its name\)"),
    Row("file_backup", "no file at all", no_file, "fail", r"no file matches"),
    Row("file_backup", "backup disk not mounted", no_folder, "fail", r"the folder .*/unmounted does not exist"),
    Row("file_backup", "newest file has zero bytes", empty, "fail", r"db-2\.sql\.gz is empty"),
    Row("file_backup", "dump failed, gzip of nothing", dump_of_nothing, "fail", r"nothing in it"),
    Row("file_backup", "gzip truncated", truncated_gzip, "fail", r"not a whole gzip file: it ends too early"),
    Row("file_backup", "tar truncated", truncated_tar, "fail", r"ends in the middle of a member"),
    Row("file_backup", "tar.gz whose last bytes are missing", disk_full_tar, "fail", r"not a whole gzip file"),
    Row("file_backup", "a login page saved as dump", login_page, "fail", r"is named like gzip, but is something else"),
    Row("file_backup", "a file is missing in the archive", not_in_archive, "fail", r"does not contain etc/secrets\.conf"),
    Row("file_backup", "archive changed after its checksum", changed_afterwards, "fail", r"does not agree with its checksum"),
    Row("file_backup", "fewer backups than wanted", too_few, "fail", r"1 backup matches .*, at least 7 are wanted"),
    Row("file_backup", "newest much smaller than the earlier ones", shrunk, "warn", r"more than 50% smaller"),
    Row("file_backup", "tonight's is being written, last night's is too old", still_written, "fail", r"db-1\.sql\.gz is 26 h old"),
    Row("file_backup", "folder that cannot be read", folder_without_end, "unknown", r"cannot be read"),
    Row("file_backup", "archive too large to be listed", too_large_to_list, "unknown", r"cannot be listed"),
    Row("file_backup", "backups from the future", clock_wrong, "unknown", r"a clock is wrong"),
]
