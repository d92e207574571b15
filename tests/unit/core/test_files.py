# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written whole or not at all."""

from __future__ import annotations

import os
import pathlib
import threading

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _files
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten, write_atomically


def test_a_file_is_written_with_its_mode(tmp_path: pathlib.Path) -> None:
    path = write_atomically(tmp_path / "a" / "b", b"one", mode=0o600, make_folder=True)
    assert path.read_bytes() == b"one" and path.stat().st_mode & 0o777 == 0o600
    write_atomically(str(path), b"two")
    assert path.read_bytes() == b"two" and path.stat().st_mode & 0o777 == 0o644
    assert [item.name for item in path.parent.iterdir()] == ["b"]


@pytest.mark.parametrize("step", ["replace", "fsync", "fchmod"])
def test_when_it_fails_the_old_file_stays_and_nothing_else(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (tmp_path / "a").write_text("old")

    def refuse(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files.os, step, refuse)
    with pytest.raises(NotWritten, match="a could not be written: No space left on device"):
        write_atomically(tmp_path / "a", b"new")
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("a", "old")]


def test_a_folder_that_is_not_there_or_is_a_file(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotWritten, match="No such file or directory"):
        write_atomically(tmp_path / "no" / "a", b"x")
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten):
        write_atomically(tmp_path / "file" / "a", b"x", make_folder=True)
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritten, match="Is a directory"):
        write_atomically(tmp_path / "folder", b"x")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]


def test_whoever_reads_meanwhile_reads_a_whole_file(tmp_path: pathlib.Path) -> None:
    path = write_atomically(tmp_path / "a", b"0" * 100_000)
    over = threading.Event()

    def write() -> None:
        for number in range(60):
            write_atomically(path, str(number % 10).encode() * 100_000)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not over.is_set():
        content = path.read_bytes()
        assert len(content) == 100_000 and len(set(content)) == 1
        seen += 1
    writer.join()
    assert seen and os.listdir(tmp_path) == ["a"]
