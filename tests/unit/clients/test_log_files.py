# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on disk of a log: names and times."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
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
        *("app-11-25-2026-1.log.gz", "app__2026-11-25_00-00-00.log", "app20261125.log", "app20261125_001.log", "2026-11-25-app.log"),
        *("app_26.11.25_22.15.19.log", "app_20261125.log", "app-2026-11-25T14-17-29.123.log", "app.log.1.1", "app.log-2026112514.xz"),
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


def test_names_beside_a_dated_log() -> None:
    """What a link leads to."""
    pattern = log_files.rotated_name("app-2026-11-25.log")
    assert pattern.fullmatch("app-2026-11-24.log") and pattern.fullmatch("app-2026-11-23.log.gz")
    assert not pattern.fullmatch("app-2026-11-25.log") and not pattern.fullmatch("app-2026.11.24.log")


def test_names_of_multilog() -> None:
    name = "@4000000065670f2a1b2c3d4e.s"
    assert log_files.rotated_name("current").fullmatch(name) and not log_files.rotated_name("app.log").fullmatch(name)


def test_long_names_take_no_time() -> None:
    started = time.monotonic()
    assert not log_files.rotated_name("app.log").fullmatch("app.log-2026-11" + "1" * 230 + "x")
    assert not log_files.rotated_name("app.log").fullmatch("app-2026-11" + "-1" * 110 + "x.log")
    assert time.monotonic() - started < 10


def test_text_in_other_encodings() -> None:
    assert log_files.text_of("12 März 2026".encode("latin-1")) == "12 März 2026"
    assert log_files.text_of("12 März 2026".encode()) == "12 März 2026"
    assert log_files.text_of("12 March".encode("utf-16")) == "12 March"
    assert "März" in log_files.text_of("é 12 März".encode()[1:])


def test_a_log_without_extension() -> None:
    assert log_files.rotated_name("syslog").fullmatch("syslog.2.gz")
    assert not log_files.rotated_name("syslog").fullmatch("syslog")


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


HOUR = 3600.0


def written(path: pathlib.Path, text: str, hours_ago: float) -> log_files.Current:
    path.write_text(text)
    os.utime(path, (NOW.timestamp() - hours_ago * HOUR,) * 2)
    return log_files.current(str(path), FakeRunner())


def age(current: log_files.Current) -> float | None:
    return None if current.first_written is None else round((NOW.timestamp() - current.first_written) / HOUR, 1)


def test_lines_in_another_zone_than_this_host(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line is as old as the last change of the file."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    log = tmp_path / "app.log"
    assert age(written(log, "2026-11-25 05:00:00 a\n2026-11-25 05:59:58 b\n", 0)) == 1.0, "the program writes UTC"
    assert age(written(log, "2026-11-25 06:00:00 a\n2026-11-25 06:59:58 b\n", 0)) == 1.0, "it writes the time of the host"
    assert age(written(log, "Nov 25 05:00:00 h a\nNov 25 05:59:58 h b\n", 0)) == 1.0
    assert age(written(log, "2026-11-25 05:00:00Z a\n2026-11-25 05:59:58Z b\n", 3)) == 1.0, "a zone is believed"
    assert age(written(log, "2026-11-25 05:00:00 a\n", 0)) == 2.0, "one line alone tells nothing of a zone"
    assert age(written(log, "2026-11-20 05:00:00 a\n2026-11-20 05:10:00 b\n", 0)) == pytest.approx(122.0), "what is written has old times"
    monkeypatch.undo()
    time.tzset()


def test_day_and_month_as_the_last_change_tells(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    assert age(written(log, "10/11/2026 06:00:00 a\n11/12/2026 06:00:00 b\n", 13 * 24)) == pytest.approx(45 * 24, abs=1.1), "October"
    assert age(written(log, "10/11/2026 06:00:00 a\n12/11/2026 06:00:00 b\n", 13 * 24)) == pytest.approx(15 * 24, abs=1.1), "November"
    assert age(written(log, "09/10/2026 06:00:00 a\n09/10/2026 07:00:00 b\n", 1)) is None, "nothing tells"


def test_behind_a_hole(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    with open(log, "wb") as handle:
        handle.seek(2**20)
        handle.write(b"2026-11-25T05:00:00Z a\n")
    assert age(log_files.current(str(log), FakeRunner())) == 1.0


def test_times_of_day_alone(tmp_path: pathlib.Path) -> None:
    current = written(tmp_path / "app.log", "05:00:00.123 [main] INFO a\n05:00:01.123 [main] INFO b\n", 0)
    assert (current.first_written, current.clock_only) == (None, True)


def test_what_was_copied_and_not_emptied(tmp_path: pathlib.Path) -> None:
    lines = "".join(f"worker {number} took an order\n" for number in range(1000))
    current = written(tmp_path / "app.log", lines + "more\n", 0)
    (tmp_path / "app.log.1").write_text(lines)
    (rotated,) = log_files.rotated_files(current.path)
    assert log_files.copied_into(current, rotated)
    again = written(tmp_path / "app.log", "another " + lines, 0)
    assert not log_files.copied_into(again, rotated)
    same = written(tmp_path / "app.log", "a beat\n" * 10000, 0)
    (tmp_path / "app.log.1").write_text("a beat\n" * 9000)
    assert not log_files.copied_into(same, log_files.rotated_files(current.path)[0]), "what repeats itself begins alike each day"
