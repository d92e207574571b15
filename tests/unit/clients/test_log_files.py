# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on disk of a log: names, times, and who writes into it."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import threading
import time

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_files
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, Completed, FakeRunner


@pytest.mark.parametrize(
    "name",
    [
        *("app.log.1", "app.log.12.gz", "app.log-20261125", "app.log-20261125.gz", "app.log-20261125-1764080000", "app.log.2026-11-25"),
        *("app.log.2026-11-25-14", "app.log.old", "app.log.1.zst", "app-2026-11-25.log", "app-2026-11-25.3.log.gz", "app.1.log"),
        *("app_20261125.log", "app-2026-11-25T14-17-29.123.log", "app.log.1.1", "app.log-2026112514.xz"),
    ],
)
def test_names_of_rotated_files(name: str) -> None:
    assert log_files.rotated_name("app.log").fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["app.log", "app.log.swp", "app-2.log", "other.log.1", "app.logs.1", "xapp.log.1", "app-audit.log", "app.log-backup", "app.json.1"],
)
def test_names_of_other_files(name: str) -> None:
    assert not log_files.rotated_name("app.log").fullmatch(name)


def test_a_log_without_extension() -> None:
    assert log_files.rotated_name("syslog").fullmatch("syslog.2.gz")
    assert not log_files.rotated_name("syslog").fullmatch("syslog")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-24T06:00:00Z info", "2026-11-24T06:00:00+00:00"),
        ("[2026-11-24 06:00:00,123+01:00] info", "2026-11-24T05:00:00+00:00"),
        ("2026-11-24T06:00:00.5-0500 info", "2026-11-24T11:00:00+00:00"),
        ('{"level":"info","timestamp":"2026-11-24T06:00:00Z"}', "2026-11-24T06:00:00+00:00"),
        ('{"ts":1795500000.5}', "2026-11-24T06:00:00.5+00:00"),
        ('{"time":1795500000500}', "2026-11-24T06:00:00.5+00:00"),
        ('127.0.0.1 - - [24/Nov/2026:06:00:00 +0000] "GET / HTTP/1.1" 200', "2026-11-24T06:00:00+00:00"),
        ("1795500000 info", "2026-11-24T06:00:00+00:00"),
        ("\n   at com.example\n2026-11-24T06:00:00Z info", "2026-11-24T06:00:00+00:00"),
    ],
)
def test_times_of_lines(line: str, expected: str) -> None:
    moment = log_files.first_time(line, NOW)
    assert moment is not None
    assert abs(moment - dt.datetime.fromisoformat(expected.replace(".5+", ".500000+")).timestamp()) < 1


def test_syslog_time_of_last_year() -> None:
    moment = log_files.first_time("Dec 31 06:00:00 web1 app: x", NOW)
    assert moment is not None
    assert dt.datetime.fromtimestamp(moment).year == NOW.year - 1


@pytest.mark.parametrize(
    "text", ["", "hello\n", "{broken", '{"timestamp": null}', "2026-13-45T00:00:00Z x", "2099-01-01T00:00:00Z x", "\xff\xfe", "[]", "{}"]
)
def test_no_time(text: str) -> None:
    assert log_files.first_time(text, NOW) is None


def test_rotated_files_lie_newest_first(tmp_path: pathlib.Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "app.log.folder.1").mkdir()
    for age, name in enumerate(("app.log", "app.log.1", "app.log.2.gz", "old/app.log.3", "other.log.1")):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (NOW.timestamp() - age, NOW.timestamp() - age))
    (tmp_path / "app.log.4").symlink_to(tmp_path / "other.log.1")
    found = log_files.rotated_files(str(tmp_path / "app.log"), [str(tmp_path / "old")])
    assert [pathlib.Path(one.path).name for one in found] == ["app.log.1", "app.log.2.gz", "app.log.3"]
    assert [one.compressed for one in found] == [False, True, False]


def test_a_folder_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match="does not exist"):
        log_files.rotated_files(str(tmp_path / "gone" / "app.log"))


def test_the_current_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_bytes(b"\0" * 10 + b"2026-11-24T06:00:00Z info\n")
    (tmp_path / "link.log").symlink_to(tmp_path / "app.log")
    current = log_files.current(str(tmp_path / "link.log"), FakeRunner())
    assert (current.path, current.hollow, current.size) == (str(tmp_path / "app.log"), True, 36)
    assert current.first_written == dt.datetime(2026, 11, 24, 6, tzinfo=dt.timezone.utc).timestamp()


def test_what_is_no_file(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match="is not a regular file"):
        log_files.current(str(tmp_path), FakeRunner())
    with pytest.raises(FileNotFoundError):
        log_files.current(str(tmp_path / "gone.log"), FakeRunner())


@pytest.mark.parametrize(("answer", "moment"), [("1795500000\n", 1795500000.0), ("0\n", None), ("?\n", None)])
def test_when_a_file_was_made(answer: str, moment: float | None) -> None:
    assert log_files.birth("/x", FakeRunner(commands={"stat": Completed(0, answer, "")})) == moment
    assert log_files.birth("/x", FakeRunner()) is None


def process(folder: pathlib.Path, pid: int, target: str, flags: str = "0102001", command: str = "app") -> None:
    (folder / str(pid) / "fd").mkdir(parents=True)
    (folder / str(pid) / "fdinfo").mkdir()
    (folder / str(pid) / "comm").write_text(command + "\n")
    (folder / str(pid) / "fd" / "3").symlink_to(target)
    (folder / str(pid) / "fdinfo" / "3").write_text(f"pos:\t0\nflags:\t{flags}\n")


def test_writers(tmp_path: pathlib.Path) -> None:
    log, rotated, packed = (tmp_path / name for name in ("app.log", "app.log.1", "app.log.2.gz"))
    for path in (log, rotated, packed):
        path.write_text("a line\n")
    folder = tmp_path / "proc"
    process(folder, 10, str(rotated))
    process(folder, 11, str(rotated), flags="0100000")  # a shipper that reads
    process(folder, 12, str(packed))  # what compresses
    process(folder, 13, str(log))  # right
    process(folder, 14, f"{log} (deleted)")
    process(folder, 15, "/elsewhere/app.log (deleted)")
    process(folder, 16, "socket:[1]")
    (folder / "self").mkdir()
    found, unseen = log_files.writers_into(str(log), log_files.rotated_files(str(log)), str(folder))
    assert sorted(writer.pid for writer in found) == [10, 14]
    assert unseen == 0


def test_logs_that_are_looked_at_together_share_a_look_at_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees what was open when it asked, or later."""
    looks: list[float] = []

    def look(_proc: str) -> tuple[dict[str, dict[str, str]], int]:
        looks.append(time.monotonic())
        time.sleep(0.1)
        return {str(len(looks)): {}}, 0

    monkeypatch.setattr(log_files, "_look", look)
    open_files = log_files._OpenFiles()
    seen: list[tuple[float, int]] = []

    def ask() -> None:
        asked = time.monotonic()
        ((number, _targets),) = open_files.now("/proc")[0].items()
        seen.append((asked, int(number)))

    threads = [threading.Thread(target=ask) for _unused in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ask()
    assert len(seen) == 9 and len(looks) < 6
    assert all(looks[number - 1] >= asked for asked, number in seen)
    assert seen[-1][1] == len(looks), "who asks afterwards looks anew"
