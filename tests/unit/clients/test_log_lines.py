# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a log, whatever it is: bounded, the newest of it, some of all its length, and what was left out is said."""

from __future__ import annotations

import bz2
import dataclasses
import gzip
import json
import lzma
import os
import pathlib
import tracemalloc
import unittest.mock

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import journal_lines, log_lines
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import LONGEST, Sample, of_file
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import Completed, FakeRunner


def texts(sample: Sample) -> list[str]:
    return [line.text for line in sample.lines]


def numbered(count: int, first: int = 0) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(first, first + count))


def test_a_small_log_is_read_whole(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\xef\xbb\xbffirst\r\nd\xc3\xa9j\xc3\xa0\n\n\xe9\nnot yet end")
    sample = of_file(str(log), Runner(), 1000)
    assert texts(sample) == ["first", "déjà", "", "\ufffd"]
    assert (sample.everything, sample.pieces, sample.binary, sample.unread, sample.size) == (True, 1, False, [], log.stat().st_size)
    run = sample.runs[0]
    assert [log_lines.number_of(run, line, Runner()) for line in run.lines] == [1, 2, 3, 4, 5]
    assert run.lines[-1].text == "not yet end" and not run.lines[-1].whole and run.starts


def test_of_a_long_log_the_newest_and_some_of_its_length(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(numbered(400_000))
    sample = of_file(str(log), Runner(), 3200)
    numbers = [int(text.split()[1]) for text in texts(sample)]
    assert numbers[-1600:] == list(range(398_400, 400_000)), "half of them are the newest"
    assert numbers == sorted(set(numbers)), "no line is there twice"
    assert numbers[:100] == list(range(100))
    assert {number // 40_000 for number in numbers} == set(range(10)), "they are spread over all of it"
    assert not sample.everything and 2400 <= len(numbers) <= 3200
    for run in (sample.runs[3], sample.runs[-1]):
        line = run.lines[0]
        assert log_lines.number_of(run, line, Runner()) == int(line.text.split()[1]) + 1


def test_more_short_lines_than_wanted_in_a_file_that_is_read_whole(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(numbered(5000))
    sample = of_file(str(log), Runner(), 1000)
    assert texts(sample)[-1] == "line 4999" and not sample.everything and len(sample.lines) == 1000


def test_fifty_gigabytes_with_a_hole_take_no_memory(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    with log.open("wb") as handle:
        handle.write(numbered(1000))
        for place in (10 << 30, 30 << 30):
            handle.seek(place)
            handle.write(numbered(1000, place))
        handle.seek((50 << 30) - len(numbered(1000, 7)))
        handle.write(numbered(1000, 7))
    assert log.stat().st_size >= 50 << 30
    tracemalloc.start()
    try:
        sample = of_file(str(log), Runner(), 100_000)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20
    found = texts(sample)
    assert found[0] == "line 0" and found[-1] == "line 1006" and f"line {10 << 30}" in found and f"line {30 << 30}" in found
    far = sample.runs[-1]
    assert log_lines.number_of(far, far.lines[-1], Runner()) is None, "nobody counts 50 GB of lines"
    assert far.lines[-1].offset > 50 << 29


def test_between_holes_no_more_lines_than_are_wanted(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    with log.open("wb") as handle:
        for place in range(10):
            handle.seek(place << 30)
            handle.write(numbered(100, 100 * place))
    sample = of_file(str(log), Runner(), 250)
    assert not sample.everything and texts(sample)[-1] == "line 999" and 250 <= len(sample.lines) <= 260
    assert of_file(str(log), Runner(), 2000).everything


def test_a_log_that_begins_with_nul_bytes(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\0" * 300_000 + numbered(300))
    sample = of_file(str(log), Runner(), 1000)
    assert texts(sample)[0] == "line 0" and len(sample.lines) == 300 and not sample.binary


@pytest.mark.parametrize("size", [2000, 3 << 20, 200 << 20])
def test_a_log_without_line_ends(tmp_path: pathlib.Path, size: int) -> None:
    log = tmp_path / "app.log"
    with log.open("wb") as handle:
        for _number in range(size // 1000):
            handle.write(b"x" * 1000)
    sample = of_file(str(log), Runner(), 1000)
    assert sample.has_no_ends and sample.lines == []
    assert sum(len(line.text) for run in sample.runs for line in run.lines) < 3 << 20


def test_lines_of_ten_megabytes(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"before\n" + b"y" * (10 << 20) + b"\nbetween\n" + b"z" * (10 << 20) + b"\nafter\n")
    sample = of_file(str(log), Runner(), 20_000)
    assert texts(sample)[-1] == "after" and sample.pieces >= 2
    assert max(len(line.text) for run in sample.runs for line in run.lines) <= LONGEST
    whole = of_file(str(log), Runner(), 60_000)
    assert texts(whole) == ["before", "between", "after"] and whole.everything
    assert sum(len(line.text) for run in whole.runs for line in run.lines) >= 20 << 20, "nothing of them is left out"


@pytest.mark.parametrize(
    ("data", "binary", "utf16"),
    [
        (os.urandom(300_000), True, False),
        ("\ufeffa line\r\nanother\r\n".encode("utf-16-le") * 500, True, True),
        (b"\0\1\2\3 abc\n" * 1000, True, False),
        ("un événement à gérer est arrivé là\n".encode("latin-1") * 100, False, False),
        (b"\x1b[32mINFO\x1b[0m a\tb\n" * 100, False, False),
        ("ログが書かれた\n".encode() * 100, False, False),
    ],
)
def test_what_is_no_text(tmp_path: pathlib.Path, data: bytes, binary: bool, utf16: bool) -> None:
    (tmp_path / "app.log").write_bytes(data)
    sample = of_file(str(tmp_path / "app.log"), Runner(), 1000)
    assert (sample.binary, sample.utf16) == (binary, utf16)


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_the_rotated_file_of_a_log_that_is_nearly_empty(tmp_path: pathlib.Path, suffix: str, pack: object) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"the newest\n")
    (tmp_path / f"app.log.1{suffix}").write_bytes(pack(numbered(500)))  # type: ignore[operator] # bytes to bytes
    (tmp_path / "app.log.2").write_bytes(b"older\n")
    os.utime(tmp_path / "app.log.2", (1, 1))
    sample = of_file(str(log), Runner(), 1000)
    assert texts(sample) == [*(f"line {number}" for number in range(500)), "the newest"]
    assert [run.source for run in sample.runs] == [f"{log}.1{suffix}", str(log)] and sample.everything
    assert log_lines.number_of(sample.runs[0], sample.runs[0].lines[499], Runner()) == 500


def test_a_log_that_its_program_has_not_made_anew_yet(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log.1").write_bytes(numbered(3))
    assert texts(of_file(str(tmp_path / "app.log"), Runner(), 10)) == ["line 0", "line 1", "line 2"]
    with pytest.raises(CannotObserve, match="other.log does not exist") as caught:
        of_file(str(tmp_path / "other.log"), Runner(), 10)
    assert caught.value.absent


def test_rotated_files_that_cannot_be_unpacked(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"the newest\n")
    packed = tmp_path / "app.log.1.gz"
    packed.write_bytes(gzip.compress(os.urandom(3 << 20).hex().encode() + b"\n" + numbered(1000))[:-2000])
    sample = of_file(str(log), Runner(), 1000)
    assert texts(sample) == ["the newest"] and sample.unread == [f"{packed} cannot be unpacked to its end"]
    packed.write_bytes(b"no gzip at all")
    assert of_file(str(log), Runner(), 1000).unread == [f"{packed} cannot be unpacked to its end"]
    packed.rename(tmp_path / "app.log.1.zst")
    assert of_file(str(log), Runner(), 1000).unread == [f"{tmp_path}/app.log.1.zst is packed in a way that is not read here"]


def test_a_rotated_file_that_unpacks_to_gigabytes(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"")
    with gzip.open(tmp_path / "app.log.1.gz", "wb", compresslevel=1) as handle:
        for _number in range(400):
            handle.write((b"a" * 1023 + b"\n") * 1024)
    sample = of_file(str(log), Runner(), 1000)
    assert [str(said) for said in sample.unread] == [f"of {tmp_path}/app.log.1.gz only the first 256.0 MiB were unpacked"]
    assert 500 <= len(sample.lines) <= 1000 and not sample.everything


@pytest.mark.parametrize("state", ["folder", "fifo", "closed"])
def test_what_is_no_log_that_can_be_read(tmp_path: pathlib.Path, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "app.log"
    if state == "folder":
        log.mkdir()
    elif state == "fifo":
        os.mkfifo(log)
    else:
        log.write_text("a\n")
        refused = PermissionError(13, "Permission denied")
        monkeypatch.setattr(os, "open", unittest.mock.Mock(side_effect=refused))
    with pytest.raises(CannotObserve, match="may not be read by|is not a regular file"):
        of_file(str(log), Runner(), 10)


def test_when_time_is_over(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_bytes(numbered(10))
    runner = FakeRunner().within(1.0)
    runner.clock.sleep(2.0)
    with pytest.raises(CannotObserve, match="time allowed for this check is over"):
        of_file(str(tmp_path / "app.log"), runner, 10)


def test_what_was_counted_is_not_counted_again(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(numbered(900_000))
    sample = of_file(str(log), Runner(), 2000)
    lines = [(run, line) for run in sample.runs[1:] for line in run.lines]
    read: list[int] = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda *args: read.append(len(found := pread(*args))) or found)  # type: ignore[func-returns-value]
    for run, line in lines:
        assert log_lines.number_of(run, line, Runner()) == int(line.text.split()[1]) + 1
    assert sum(read) < log.stat().st_size


def test_the_number_of_a_line_in_a_file_that_has_been_rotated_away(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(numbered(10))
    run = of_file(str(log), Runner(), 10).runs[0]
    assert log_lines.number_of(run, run.lines[3], Runner()) == 4
    unknown = dataclasses.replace(run.lines[3], number=None)
    log.rename(tmp_path / "app.log.1")
    assert log_lines.number_of(run, unknown, Runner()) is None
    log.write_bytes(b"")
    assert log_lines.number_of(run, unknown, Runner()) is None


# -- a journal


def entry(number: int, message: object = "m", **fields: object) -> str:
    return json.dumps(
        {"__REALTIME_TIMESTAMP": str(1795500000000000 + number), "__CURSOR": "s=1", "MESSAGE": message, "PRIORITY": "6", **fields}
    )


def journal(text: str, stderr: str = "", rc: int = 0, cut: bool = False) -> FakeRunner:
    return FakeRunner(commands={"journalctl": Completed(rc, text, stderr, cut)})


def test_the_newest_entries_of_a_unit() -> None:
    said = "\n".join([entry(3, [97, 255]), entry(2, None), entry(1, "a\nb\n", TRACE_ID="t", _PID="7", _CMDLINE="x --y"), ""])
    runner = journal(said)
    sample = journal_lines.of_journal(runner, 100, unit="payments.service")
    assert texts(sample) == ["a\nb", "", "a\ufffd"] and sample.everything and sample.journal
    assert sample.lines[0].fields == {"PRIORITY": "6", "TRACE_ID": "t", "_CMDLINE": "x --y"}
    assert journal_lines.moment_of(sample.lines[0]) == "2026-11-24T06:00:00Z"
    assert runner.ran[0][0] == [
        *("journalctl", "--output=json", "--all", "--no-pager", "--reverse", "--lines=100", "--unit=payments.service"),
    ]
    of_tag = journal("-- No entries --\n")
    assert journal_lines.of_journal(of_tag, 5, tag="payments", folder="/srv/j").runs == []
    assert of_tag.ran[0][0][-2:] == ["--identifier=payments", "--directory=/srv/j"]


def test_a_journal_of_which_not_all_was_read() -> None:
    hidden = "Hint: You are currently not seeing messages from other users and the system."
    sample = journal_lines.of_journal(journal(entry(1), hidden), 5, unit="u")
    assert "may not read the whole journal" in sample.unread[0]
    with pytest.raises(CannotObserve, match="may not read the whole journal"):
        journal_lines.of_journal(journal("", hidden), 5, unit="u")
    cut = journal_lines.of_journal(journal(entry(2) + "\n" + entry(1)[:-9], cut=True), 5, unit="u")
    assert len(cut.lines) == 1 and not cut.everything and "only the newest" in cut.unread[0]
    with pytest.raises(CannotObserve, match="journalctl could not read the journal: Failed to open"):
        journal_lines.of_journal(journal("", "Failed to open files", 1), 5, unit="u")
    with pytest.raises(CannotObserve, match="did not answer in JSON$"):
        journal_lines.of_journal(journal("<html>"), 5, unit="u")
    odd = json.dumps({"MESSAGE": ["a", ["b", None]], "__REALTIME_TIMESTAMP": [1], "X": {"a": 1}})
    assert texts(journal_lines.of_journal(journal(odd), 5, unit="u")) == ["a\nb"]
