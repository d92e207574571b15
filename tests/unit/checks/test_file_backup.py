# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files: real files, a clock that stands still."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import hashlib
import io
import lzma
import os
import pathlib
import tarfile
import typing as t
import zipfile

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _checksums, _dated_names, _read_names, file_backup
from ansible_collections.operability.readiness.plugins.module_utils._clients import archives, messages
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, FakeClock, FakeRunner

HOUR = 3600.0
DUMP = b"".join(b"INSERT INTO payments VALUES (%d);\n" % number for number in range(3000))


def put(path: pathlib.Path, content: bytes = DUMP, *, hours: float = 3.0) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = NOW.timestamp() - hours * HOUR
    os.utime(path, (moment, moment))
    return path


def check(pattern: t.Any, *, clock: t.Any = None, **args: t.Any) -> t.Any:
    given = {"pattern": [str(pattern)] if not isinstance(pattern, list) else [str(each) for each in pattern], "max_age": "24h", **args}
    return file_backup.run(parse_arguments(file_backup, given), FakeRunner(clock=clock))


def archive(names: t.Iterable[str], mode: str = "w:gz", kind: int = tarfile.PAX_FORMAT, body: bytes = b"x" * 3000) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=kind) as tar:  # type: ignore[call-overload] # the modes are those of tarfile
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def test_fresh_and_whole(tmp_path: pathlib.Path) -> None:
    for day in range(3):
        put(tmp_path / f"db-{day}.sql.gz", gzip.compress(DUMP), hours=3 + 24 * day)
    finding = check(tmp_path / "db-*.sql.gz", min_count=3)
    assert str(finding.status) == "pass", finding.message
    assert (
        "is 3 h old, the limit is 24 h" in finding.message
        and "it has no end mark" in finding.message
        and "SQL in gzip" in finding.message
        and finding.proof == "derived"
    )
    assert {m.name: m.value for m in finding.measurements}["backup_age_seconds"] == 3 * HOUR
    assert finding.observed["count"] == 3 and finding.since is None


def test_too_old_says_since_when(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db.sql", hours=76)
    finding = check(tmp_path / "*.sql")
    assert str(finding.status) == "fail" and "3 d 4 h old, the limit is 24 h" in finding.message
    assert finding.since == "2026-11-23T02:00:00Z"


def test_none_and_no_folder(tmp_path: pathlib.Path) -> None:
    assert "no file matches" in check(tmp_path / "*.gz").message
    finding = check(tmp_path / "gone" / "*" / "x.gz")
    assert str(finding.status) == "fail" and f"the folder {tmp_path}/gone does not exist" in finding.message
    put(tmp_path / "file")
    assert str(check(tmp_path / "file" / "*.gz").status) == "fail"
    (tmp_path / "sub.gz").mkdir()
    assert "only folders of no known kind such as" in check(tmp_path / "*.gz").message


def test_folder_that_cannot_be_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a" / "x.gz", gzip.compress(DUMP))
    (tmp_path / "b").mkdir()
    real = os.scandir

    def closed(folder: t.Any = ".") -> t.Any:
        if str(folder).endswith(("/b", "/lost+found")):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(CannotObserve, match="may not be read by"):
        check(tmp_path / "b" / "*.gz")
    finding = check(tmp_path / "*" / "*.gz")  # found in a, and says that b is closed
    assert str(finding.status) == "pass" and "may not be read" in finding.details[0]
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "b").rmdir()
    assert check(tmp_path / "*" / "*.gz").details == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.sql", b"", "is empty"),
        ("x.sql.gz", gzip.compress(DUMP)[:-5], "not a whole gzip file: it ends too early"),
        ("x.sql.gz", gzip.compress(DUMP)[:300] + b"\0" * 40 + gzip.compress(DUMP)[340:], "not a whole gzip file"),
        ("x.sql.gz", gzip.compress(b"", mtime=0), "there is nothing in it"),
        ("x.sql.gz", b"<html>login</html>", "is named like gzip, but is something else"),
        ("x.sql.bz2", bz2.compress(DUMP)[:-9], "not a whole bzip2 file"),
        ("x.sql.bz2", bz2.compress(DUMP)[:100] + b"garbage" + bz2.compress(DUMP)[107:], "not a whole bzip2 file"),
        ("x.sql.xz", lzma.compress(DUMP)[:-9], "not a whole xz file"),
        ("x.tar.gz", archive(["a", "b"])[:-20], "not a whole gzip file"),
        ("x.tar.gz", archive([]), "there is nothing in it"),
        ("x.tar.gz", gzip.compress(archive(["a", "b"], "w")[:3584]), "end-of-archive mark"),
        ("x.tar.gz", gzip.compress(DUMP), "does not hold a tar archive"),
        ("x.tar", archive(["a", "b"], "w")[:1000], "ends in the middle of a member"),
        ("x.tar", archive(["a", "b"], "w")[:3584] + b"#" * 512 + archive(["a", "b"], "w")[4096:], "damaged header after 1 member"),
        ("x.zip", b"PK\x03\x04 and no more", "not a whole zip file"),
        ("x.zip", b"PK\x05\x06" + bytes(18), "there is nothing in it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_not_a_whole_backup(tmp_path: pathlib.Path, name: str, content: bytes, message: str) -> None:
    put(tmp_path / name, content)
    finding = check(tmp_path / "x*")
    assert str(finding.status) == "fail" and message in finding.message, finding.message


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_of_a_tar(tmp_path: pathlib.Path, kind: int, mode: str) -> None:
    long = "deep/" * 18 + "n" * 90 if kind == tarfile.USTAR_FORMAT else "very/" * 60 + "long" * 40
    put(tmp_path / f"x.tar{mode[1:].replace(':', '.')}", archive(["./etc/app.conf", long, "data/é.txt"], mode, kind))
    finding = check(tmp_path / "x.tar*", contains=["etc/app.conf", "data/*.txt", long])
    assert str(finding.status) == "pass", finding.message
    finding = check(tmp_path / "x.tar*", contains=["etc/*", "/var/lib"])
    assert str(finding.status) == "fail" and finding.message.endswith("does not contain /var/lib")


def test_members_of_a_zip(tmp_path: pathlib.Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("etc/app.conf", DUMP)
    content = bytearray(out.getvalue())
    path = put(tmp_path / "x.zip", bytes(content))
    assert str(check(path, contains=["etc/*.conf"]).status) == "pass"
    assert str(check(path, contains=["etc/*.conf"], verify_max_bytes="10").status) == "pass"  # its directory is enough
    assert str(check(path, contains=["other"], verify_max_bytes="10").status) == "fail"
    content[200] ^= 0xFF
    put(path, bytes(content))
    assert str(check(path).status) == "fail"


def test_what_cannot_be_verified_is_told(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "x.tar.gz", archive(["a"], body=os.urandom(6 << 20)))
    finding = check(tmp_path / "x.tar.gz", verify_max_bytes="10")
    assert "not read to its end because larger than 10 B" in finding.message and (str(finding.status), finding.proof) == ("pass", "derived")
    finding = check(tmp_path / "x.tar.gz", verify_max_bytes="10", contains=["b"])
    assert str(finding.status) == "unknown" and "b was not looked for" in finding.message
    put(tmp_path / "x.sql.zst", b"\x28\xb5\x2f\xfd" + DUMP)
    assert "not a whole zstd file" in check(tmp_path / "x.sql.zst").message
    put(tmp_path / "x.cfg", b"port = 8080\n" * 90)
    finding = check(tmp_path / "x.cfg", contains=["a"])
    assert str(finding.status) == "unknown" and "a was not looked for" in finding.message
    put(tmp_path / "x.sql.gz", gzip.compress(DUMP)[:-5])
    finding = check(tmp_path / "x.sql.gz", verify="none")
    assert "content not verified" in finding.message and finding.proof == "derived"


def test_time_is_over_while_reading(tmp_path: pathlib.Path) -> None:
    class Late(FakeClock):
        def monotonic(self) -> float:
            self.passed += 5
            return self.passed

    put(tmp_path / "x.sql.gz", gzip.compress(DUMP))
    args = parse_arguments(file_backup, {"path": str(tmp_path / "x.sql.gz"), "max_age": "24h"})
    finding: t.Any = file_backup.run(args, FakeRunner(clock=Late()).within(6.0))
    assert str(finding.status) == "warn" and "could not be verified in the time" in finding.message


def test_a_file_that_may_not_be_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "x.sql.gz", gzip.compress(DUMP))

    def closed(*args: t.Any, **options: t.Any) -> t.Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", closed)
    assert str(check(tmp_path / "x.sql.gz").status) == "unknown"
    assert str(check(tmp_path / "x.sql.gz", max_age="1h").status) == "fail"


def test_unfinished_files_are_not_counted(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db-1.gz", gzip.compress(DUMP), hours=20)
    put(tmp_path / "db-2.gz.part", b"half", hours=0)
    finding = check(tmp_path / "db-*")
    assert str(finding.status) == "pass" and finding.observed["newest"].endswith("db-1.gz")
    assert "db-2.gz.part" in finding.details[0]
    (tmp_path / "db-1.gz").unlink()
    assert "only unfinished files" in check(tmp_path / "db-*").message


def test_a_file_that_grows_is_not_counted(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db-1.gz", gzip.compress(DUMP), hours=20)
    growing = put(tmp_path / "db-2.gz", b"", hours=0)

    class Growing(FakeClock):
        def sleep(self, seconds: float) -> None:
            growing.write_bytes(b"some more")

    finding = check(tmp_path / "db-*", clock=Growing())
    assert str(finding.status) == "pass" and finding.observed["count"] == 1
    put(growing, gzip.compress(DUMP)[:-9], hours=0)  # stands still for a moment
    finding = check(tmp_path / "db-*")
    assert str(finding.status) == "pass" and "has just been written" in finding.details[0]
    put(growing, gzip.compress(DUMP)[:-9], hours=0.1)
    assert str(check(tmp_path / "db-*").status) == "fail"


def test_the_date_in_the_name_counts(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db-20261120.sql.gz", gzip.compress(DUMP), hours=1)  # copied over
    pattern = tmp_path / "db-%Y%m%d.sql.gz"
    finding = check(pattern)
    assert str(finding.status) == "fail" and "by the date in its name" in finding.message
    assert "by the date in its name" in check(str(pattern).replace("%Y%m%d", "*")).message
    put(tmp_path / "db-20261125.sql.gz", gzip.compress(DUMP), hours=2)
    assert str(check(pattern).status) == "pass"
    put(tmp_path / "db-latest.sql.gz", b"", hours=0)  # does not match
    assert check(pattern).observed["count"] == 2


def test_a_backup_of_a_day_may_be_made_at_its_end() -> None:
    parts = {"Y": "2026", "m": "11", "d": "24"}
    assert _dated_names.name_time(parts) == dt.datetime(2026, 11, 25).timestamp()
    assert _dated_names.name_time({**parts, "H": "03", "M": "15"}) == dt.datetime(2026, 11, 24, 3, 16).timestamp()
    assert _dated_names.name_time({"y": "26", "j": "032"}) == dt.datetime(2026, 2, 2).timestamp()
    assert _dated_names.name_time({"Y": "2026", "m": "13", "d": "24"}) is None
    assert _dated_names.name_time({"m": "11", "d": "24"}) is None


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/b/%F/db-%H%M.sql", "/b/2026-11-24/db-0315.sql", True),
        ("/b/%Y/%m/x-%Y%m%d", "/b/2026/11/x-20261124", True),
        ("/b/%Y/%m/x-%Y%m%d", "/b/2025/11/x-20261124", False),
        ("/b/db-%A.sql.[gx]z", "/b/db-Monday.sql.xz", True),
        ("/b/**/x?.gz", "/b/c/d/x1.gz", True),
        ("/b/**/x?.gz", "/b/x1.gz", True),
        ("/b/100%%(a+b).[!x]z", "/b/100%(a+b).gz", True),
        ("/b/*.gz", "/b/c/x.gz", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert bool(_dated_names.translate(pattern)[1].fullmatch(path)) is fits


def test_patterns_that_are_refused() -> None:
    with pytest.raises(ArgumentsRefused, match="%Q"):
        check("/b/%Q")
    with pytest.raises(ArgumentsRefused, match="does not start with /"):
        check("backups/*.gz")
    with pytest.raises(ArgumentsRefused, match="size_deviation"):
        check("/b/*", size_deviation="a lot")
    with pytest.raises(ArgumentsRefused):
        parse_arguments(file_backup, {"max_age": "1h"})


def test_size_beside_earlier_ones(tmp_path: pathlib.Path) -> None:
    for day in range(1, 5):
        put(tmp_path / f"db-{day}", b"key = value\n" * 100 * day, hours=24 * day)
    put(tmp_path / "db-0", b"key = value\n" * 80)
    finding = check(tmp_path / "db-*")
    assert str(finding.status) == "warn" and "the median of 3 earlier ones is 2.3 KiB" in finding.message
    assert "the median of 4 earlier ones is 2.9 KiB" in check(tmp_path / "db-*", compare=9).message
    assert str(check(tmp_path / "db-*", compare=0).status) == "pass"
    assert str(check(tmp_path / "db-*", size_deviation="80%").status) == "pass"
    put(tmp_path / "db-0", b"key = value\n" * 7500)  # growth is no fault
    assert str(check(tmp_path / "db-*").status) == "pass"
    assert "too small: 87.9 KiB, at least 1.0 MiB are wanted" in check(tmp_path / "db-*", min_size="1MiB").message


def test_too_few(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db-1")
    put(tmp_path / "db-2", b"", hours=30)
    (tmp_path / "db-latest").symlink_to(tmp_path / "db-1")
    (tmp_path / "db-dangling").symlink_to(tmp_path / "db-9")
    finding = check(tmp_path / "db-*", min_count=2)
    assert str(finding.status) == "fail" and "1 complete backup is there" in finding.message


def test_checksums(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path / "db.sql")
    good, bad = hashlib.sha256(DUMP).hexdigest(), "0" * 64
    assert "no checksum beside it" in check(tmp_path / "*", checksum=True).message
    for name, text, status in (
        ("SHA256SUMS", f"{bad}  other.sql\n{good} *./db.sql\n", "pass"),
        ("SHA256SUMS", f"{bad}  db.sql\n", "fail"),
        ("SHA256SUMS", "nothing", "fail"),
        ("db.sql.sha256", f"{good}\n", "pass"),
        ("db.sql.sha256", f"SHA256 (/b/db.sql) = {good}\n", "pass"),
        ("db.sql.sha256", bad, "fail"),
    ):
        put(tmp_path / name, text.encode(), hours=0.1)
        finding = check(tmp_path / "*", checksum=True)  # and they are no backups themselves
        assert str(finding.status) == status, (text, finding.message)
        assert finding.observed["newest"] == str(path)


def test_the_future(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "db-1", hours=-48)
    with pytest.raises(CannotObserve, match="dated in the future"):
        check(tmp_path / "db-*")
    put(tmp_path / "db-2", hours=30)
    finding = check(tmp_path / "db-*")
    assert str(finding.status) == "fail" and "1 d" not in finding.message and "30 h old" in finding.message


def test_each_pattern_is_a_set_of_its_own(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "a" / "x")
    put(tmp_path / "b" / "x", hours=99)
    findings = check([tmp_path / "a" / "*", tmp_path / "b" / "*"])
    assert [(str(finding.status), finding.instance[-4:]) for finding in findings] == [("pass", "/a/*"), ("fail", "/b/*")]


def test_path_of_a_file_or_folder(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "50%y [x]" / "db.sql")
    for path in (tmp_path / "50%y [x]", tmp_path / "50%y [x]" / "db.sql"):
        (finding,) = run_item(Item("x", "file_backup", {"path": str(path), "max_age": "24h"}), FakeRunner())
        assert str(finding.status) == "pass"
    (finding,) = run_item(Item("x", "file_backup", {"path": str(tmp_path / "none" / "x"), "max_age": "24h"}), FakeRunner())
    assert str(finding.status) == "fail"


def test_a_path_is_never_an_option(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "-x.sql")
    finding = file_backup.run(parse_arguments(file_backup, {"path": "-x.sql", "max_age": "24h"}), FakeRunner())
    assert not isinstance(finding, list) and finding.observed["newest"] == str(tmp_path / "-x.sql")


def test_pax_records_and_garbage() -> None:
    assert archives.parse_pax(b"18 path=some/name\n13 size=1234\n") == {"path": "some/name", "size": "1234"}
    for garbage in (b"", b"x", b"999 a=b\n", b"-1 a=b", b"0 a", b"\xff\xff \xff"):
        assert archives.parse_pax(garbage) == {}


def test_what_can_be_compared_with_earlier(tmp_path: pathlib.Path) -> None:
    assert "backups" not in check(tmp_path / "*.gz").observed
    put(tmp_path / "db.sql.gz", gzip.compress(DUMP), hours=300)
    assert check(tmp_path / "*.gz").observed["backups"] == [str(tmp_path / "*.gz")], "it is old, and there"


def test_what_is_said_is_data_and_is_told_in_french(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path / "db.sql", hours=76)
    message = check(tmp_path / "*.sql").message
    assert message.template == "{backup} is {age:duration} old, the limit is {limit}"
    assert (str(message.params["backup"]), message.params["age"]) == (f"newest backup {path}", 76 * HOUR)
    put(tmp_path / "db.sql.gz", gzip.compress(DUMP)[:-5])
    damaged = check(tmp_path / "*.gz").message
    assert damaged.template == "{backup}: {reason}"
    assert "it is not a whole {kind} file" in t.cast("t.Any", damaged.params["reason"]).template


def test_how_it_was_verified_is_told_in_french(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "x-1.tar.gz", archive(["a"]))
    assert told(check(tmp_path / "x-1.tar.gz").message, "fr").endswith(", lue jusqu\u2019au bout (tar dans gzip)\u202f; 1 conservée")
    put(tmp_path / "x-2.tar.gz", archive(["a"]), hours=5)
    assert told(check(tmp_path / "*.gz").message, "fr").endswith("\u202f; 2 conservées")


NAMES = [
    # the name, its series, and the moment that its date means at the latest
    ("db-20261125.sql.gz", "db-*.sql", "2026-11-26T00:00:00"),
    ("db-2026-11-25.sql", "db-*.sql", "2026-11-26T00:00:00"),
    ("db_2026_11_25_02_00.dump", "db_*.dump", "2026-11-25T02:01:00"),
    ("db-20261125T020000Z.sql", "db-*.sql", "2026-11-25T02:00:01+00:00"),
    ("db-20261125T0200+0200.sql", "db-*.sql", "2026-11-25T00:01:00+00:00"),
    ("db-2026112502.sql", "db-*.sql", "2026-11-25T03:00:00"),
    ("db-2026-11-25-1.sql", "db-*-1.sql", "2026-11-26T00:00:00"),
    ("25-11-2026.tar.gz", "*.tar", "2026-11-26T00:00:00"),
    ("11-25-2026.tar.gz", "*.tar", "2026-11-26T00:00:00"),
    ("05-06-2026.tar.gz", "*.tar", None),
    ("db-25-Nov-2026.sql", "db-*.sql", "2026-11-26T00:00:00"),
    ("db-2026-W48.sql", "db-*.sql", "2026-11-30T00:00:00"),
    ("db-2026-11.sql", "db-*.sql", "2026-12-01T00:00:00"),
    ("2026-11-25/db.sql.gz", "*/db.sql", "2026-11-26T00:00:00"),
    ("db-1764036000.sql", "db-*.sql", "2025-11-25T02:00:01+00:00"),
    ("db-Monday.sql.gz", "db-*.sql", None),
    ("db-mar.sql.gz", "db-*.sql", None),
    ("daily/db.sql.gz", "*/db.sql", None),
    ("db.sql.gz.3", "db.sql", None),
    ("db-261125.sql", "db-*.sql", None),
    ("db1.sql.gz", "db1.sql", None),
    ("pg15-v2-20261125.sql", "pg15-v2-*.sql", "2026-11-26T00:00:00"),
    ("pg-15.4-20261125.sql", "pg-*.sql", "2026-11-26T00:00:00"),
    ("vzdump-qemu-101-2026_11_25-02_00_01.vma.zst", "vzdump-qemu-101-*.vma", "2026-11-25T02:00:02"),
    ("1764036000_2026_11_25_16.7.2_gitlab_backup.tar", "*_gitlab_backup.tar", "2026-11-26T00:00:00"),
    ("db-20261125_full.sql", "db-*.sql", "2026-11-26T00:00:00"),
    ("db-3f2a9c81d0e4-20261125.sql", "db-*.sql", "2026-11-26T00:00:00"),
    ("facade-deadbeef.sql", "facade-deadbeef.sql", None),
    ("db-20261325.sql", "db-*.sql", None),
    ("plain.sql", "plain.sql", None),
]


@pytest.mark.parametrize(("name", "series", "moment"), NAMES, ids=[name for name, _series, _moment in NAMES])
def test_what_a_name_says(name: str, series: str, moment: str | None) -> None:
    found = _read_names.read_name(name)
    assert found.series == series
    assert found.time == (None if moment is None else dt.datetime.fromisoformat(moment).timestamp())


def test_numbers_that_say_which_thing_it_is(tmp_path: pathlib.Path) -> None:
    for night in range(4):
        day = (NOW - dt.timedelta(days=night)).strftime("%Y_%m_%d")
        put(tmp_path / f"vm-1001-{day}.sql", DUMP + b"-- %d\n" % night, hours=3 + 24 * night)
        put(tmp_path / f"vm-1002-{day}.sql", DUMP + b"-- %d\n" % night, hours=3 + 24 * night)
        put(tmp_path / f"run-{day}-{4000 + night * 17}.sql", DUMP + b"-- %d\n" % night, hours=3 + 24 * night)
    finding = check(tmp_path / "*.sql")
    assert finding.observed["series"] == ["run-*.sql", "vm-1001-*.sql", "vm-1002-*.sql"]
    for night in range(3):
        (tmp_path / f"vm-1002-{(NOW - dt.timedelta(days=night)).strftime('%Y_%m_%d')}.sql").unlink()
    put(tmp_path / f"vm-1002-{(NOW - dt.timedelta(days=4)).strftime('%Y_%m_%d')}.sql", DUMP, hours=3 + 96)
    finding = check(tmp_path / "*.sql")
    assert str(finding.status) == "fail" and "vm-1002" in finding.message, finding.message


def test_the_order_of_day_and_month() -> None:
    name = "db-05-06-2026.sql"
    assert _read_names.read_name(name).unclear == "05-06-2026"
    for order, day in (("dmY", dt.datetime(2026, 6, 6)), ("mdY", dt.datetime(2026, 5, 7))):
        assert _read_names.read_name(name, "", _read_names.Reading(order)).time == day.timestamp()
    changed = dt.datetime(2026, 7, 1).timestamp()
    for other, day in (("db-25-06-2026.sql", dt.datetime(2026, 6, 6)), ("db-05-25-2026.sql", dt.datetime(2026, 5, 7))):
        found, _other = _read_names.read_names([name, other], [changed, changed])
        assert (found.time, found.unclear) == (day.timestamp(), "")


def test_sums_and_garbage() -> None:
    md5, sha512 = "a" * 32, "B" * 128
    text = f"{md5}  a.sql\nSHA512 (b.sql) = {sha512}\n"
    assert _checksums.parse_sums(text, "a.sql", alone=False) == md5
    assert _checksums.parse_sums(text, "b.sql", alone=False) == sha512.lower()
    assert _checksums.parse_sums(text, "c.sql", alone=True) is None
    for garbage in ("", "x", "a" * 33, f"{md5[:-1]}g", "\x00\xff"):
        assert _checksums.parse_sums(garbage, "a.sql", alone=True) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pg_dump: error: connection to server failed\n", True),
        ("/usr/bin/mysqldump: Got error: 1045\n", True),
        ("mysqldump[123]: refused\n", True),
        ("Error response from daemon: No such container: db\n", True),
        ("Traceback (most recent call last):\n  File x\n", True),
        ("Permission denied\n", True),
        ("", False),
        ("error_log /var/log/nginx;\n" * 9, False),
        ("hostname sw1\ninterface 1\n no shutdown\n description uplink\n!\n!\n", False),
    ],
)
def test_messages_of_failure(text: str, said: bool) -> None:
    assert (messages.message_of_failure(text) is not None) is said


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"#!/bin/sh\n", "a script"),
        (b"\x7fELF\x02", "a program"),
        (b"4711\n", "the number of a process"),
        (b"2026-11-25 02:00:00 started\n2026-11-25 02:00:01 failed\n", "a log"),
        (b"Nov 25 02:00:00 host job: started\n" * 3, "a log"),
        (b"[INFO] started\n[INFO] ended\n", "a log"),
        (b"d41d8cd98f00b204e9800998ecf8427e  a\n" * 3, "checksums"),
        (b"OK\n", "a note of a line or two"),
        (b"pg_dump: error: it failed\n", None),
        (b"<html>x</html>", None),
        (b"-- PostgreSQL database dump\n" * 9, None),
        (b"\x00\x01\x02", None),
        (b"", None),
    ],
)
def test_what_is_no_backup(head: bytes, what: str | None) -> None:
    found = messages.other_than_backup(head, len(head))
    assert (None if found is None else str(found)) == what


FORMS = [
    "db-%Y%m%d.sql.gz",
    "db-%Y-%m-%d_%H%M%S.sql.gz",
    "db-%d-%m-%Y.sql.gz",
    "db-%m-%d-%Y.sql.gz",
    "%Y_%m_%d/db.sql.gz",
    "%Y/%m/%d/db.sql.gz",
    "db-%s.sql.gz",
    "db-%a.sql.gz",
    "db.%u.sql.gz",
    "db-%G-W%V-%u.sql.gz",
    "db-%y%m%d.sql.gz",
    "db-%d%b%Y.sql.gz",
    "db-%Y%m%dT%H%M%SZ-{hash}.sql.gz",
    "db-{night}.sql.gz",
    "pg15-db01-%Y%m%d-{pid}.sql.gz",
    "%Y-%m-%dT%H:%M:%S.sql.gz",
    "db_%Y%m%d_0200_full.sql.gz",
]


@pytest.mark.parametrize("form", FORMS)
def test_healthy_rounds(tmp_path: pathlib.Path, form: str) -> None:
    """A dump each night, of which seven are kept, over the turn of a year: no finding."""
    for night in range(25, 55):
        moment = NOW + dt.timedelta(days=night, minutes=night * 7 % 30)
        digest = hashlib.sha256(str(night).encode()).hexdigest()
        text = form.format(hash=digest[:8], night=night % 7, pid=1000 + night * 7919 % 30000)
        path = tmp_path / moment.strftime(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(DUMP + b"-- %d\n" % night))
        os.utime(path, (moment.timestamp(), moment.timestamp()))
        kept = sorted(tmp_path.rglob("*.gz"), key=os.path.getmtime)
        for old in kept[:-7]:
            old.unlink()
        clock = FakeClock(moment + dt.timedelta(hours=5))
        finding = check(tmp_path / "**" / "*.gz", clock=clock, max_age="26h", min_count=min(night - 24, 7))
        assert str(finding.status) == "pass", (night, path.name, finding.message)
        assert finding.observed["newest"] == str(path)
        if night % 6 == 0:
            late = check(tmp_path / "**" / "*.gz", clock=FakeClock(moment + dt.timedelta(hours=50)), max_age="26h")
            assert str(late.status) == "fail", (night, path.name, late.message)
