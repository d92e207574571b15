# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verification and the restore of borg archives, with the real borg."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _integrity_borg, _restore_borg
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import RestoreFailed, Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))

from rows_borg_backup import Repository, edited, lock, nights, segments  # noqa: E402 # found by the path above
from table import World  # noqa: E402


class Place(t.NamedTuple):
    repository: Repository
    runner: Runner

    @property
    def args(self) -> dict[str, t.Any]:
        return {**self.repository.args(), "archive_prefix": "db1-"}


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Place:
    world = World(tmp_path / "row", None, None, Runner(environ=dict(os.environ)))
    world.folder.mkdir()
    return Place(nights(world), world.runner)


def largest(place: Place) -> pathlib.Path:
    return max(segments(place.repository), key=lambda path: path.stat().st_size)


def flip(place: Place) -> None:
    def change(content: bytearray) -> None:
        content[5000] ^= 0x10

    edited(largest(place), change)


def verify(place: Place, number: int = 1, of: int = 1) -> Verified:
    return _integrity_borg.verify(place.args, place.runner, Share(number, of))


def files_of(folder: pathlib.Path) -> dict[str, tuple[int, int]]:
    return {str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*") if path.is_file()}


def test_what_is_whole_is_read_and_left_as_it_is(place: Place) -> None:
    before = files_of(place.repository.folder / "repository")
    whole, part = verify(place), verify(place, 1, 2)
    for found in (whole, part):
        assert (found.damages, found.unseen, found.warns) == ([], [], [])
    assert "all data" in whole.read and "holds 3 archives" in whole.read
    assert "out of 3" in part.read
    assert files_of(place.repository.folder / "repository") == before


def test_all_parts_together_are_all_archives(place: Place) -> None:
    read = {str(name) for number in (1, 2, 3) for name in t.cast("list[str]", verify(place, number, 3).observed["read"])}
    assert len(read) == 3


@pytest.mark.parametrize("of", [1, 2])
def test_a_flipped_bit_is_found(place: Place, of: int) -> None:
    flip(place)
    found = verify(place, 1, of)
    assert any("checksum mismatch [segment" in line for line in found.damages), found
    if of > 1:
        assert "is damaged at /" in found.damages[0]


@pytest.mark.parametrize("of", [1, 2])
def test_a_lost_segment_is_found(place: Place, of: int) -> None:
    largest(place).unlink()
    found = verify(place, 1, of)
    assert found.damages and "No such file" in " ".join(found.damages), found


def test_a_check_that_says_nothing_proves_nothing(place: Place, tmp_path: pathlib.Path) -> None:
    odd = tmp_path / "odd-borg"
    odd.write_text('#!/bin/sh\ncase "$*" in *" check "*) exit 0;; esac\nexec borg "$@"\n')
    odd.chmod(0o755)
    found = _integrity_borg.verify({**place.args, "binary": str(odd)}, place.runner, Share(1, 1))
    assert "did not say that it found no problems" in found.unseen[0]


def test_of_another_host_nothing_is_written(place: Place, tmp_path: pathlib.Path) -> None:
    way = tmp_path / "ssh"
    way.write_text("#!/bin/sh\nexec borg serve\n")
    way.chmod(0o755)
    before = files_of(place.repository.path)
    address = {"repository": f"ssh://backup@store.example.com{place.repository.path}", "environment": {"BORG_RSH": str(way)}}
    found = _integrity_borg.verify({**place.args, **address}, place.runner, Share(1, 1))
    assert (found.damages, found.unseen) == ([], []) and "3 archives out of 3" in found.read
    assert {**files_of(place.repository.path), "lock.roster": None} == {**before, "lock.roster": None}


def test_a_lost_index_is_no_damage_and_is_not_made(place: Place) -> None:
    for path in place.repository.path.glob("index.*"):
        path.unlink()
    assert (verify(place).damages, verify(place, 1, 2).damages) == ([], [])
    assert [*place.repository.path.glob("index.*")] == []


def test_others_locks_are_respected(place: Place) -> None:
    lock(place.repository, "db7.example.com@12345.4711-0")
    with pytest.raises(CannotObserve, match="is locked by process 4711"):
        _integrity_borg.verify(place.args, place.runner.within(3), Share(1, 1))
    assert (place.repository.path / "lock.exclusive").is_dir()


def restored(place: Place, target: pathlib.Path, **more: t.Any) -> t.Any:
    target.mkdir()
    args = {**place.args, **more}
    newest = _restore_borg.generations(args, place.runner)[0]
    return newest, _restore_borg.restore(args, place.runner, newest, str(target))


def test_a_restore_gives_what_was_backed_up(place: Place, tmp_path: pathlib.Path) -> None:
    newest, made = restored(place, tmp_path / "scratch")
    assert (newest.bytes, newest.items, made.files, made.bytes) == (60_000, 30, 30, 60_000)
    back = pathlib.Path(made.places[str(place.repository.data)])
    assert {path.name: path.read_bytes() for path in back.iterdir()} == {
        path.name: path.read_bytes() for path in place.repository.data.iterdir()
    }
    assert set(made.listed) == {str(path) for path in back.iterdir()}


def test_only_the_paths_that_are_meant_are_restored(place: Place, tmp_path: pathlib.Path) -> None:
    one = str(place.repository.data / "1.db")
    newest, made = restored(place, tmp_path / "scratch", paths=[one])
    assert (newest.items, made.files, list(made.places)) == (1, 1, [one])


def test_generations_are_complete_archives_newest_first(place: Place) -> None:
    place.repository.backup(1, suffix=".checkpoint")
    found = _restore_borg.generations(place.args, place.runner)
    assert [one.time for one in found] == sorted((one.time for one in found), reverse=True) and len(found) == 3


def test_what_is_damaged_is_not_restored(place: Place, tmp_path: pathlib.Path) -> None:
    flip(place)
    with pytest.raises(RestoreFailed, match="cannot be restored: Data integrity error"):
        restored(place, tmp_path / "scratch")


def test_what_does_not_fit_is_refused_before_it_starts(place: Place, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 100, 0))
    with pytest.raises(CannotObserve, match="58.6 KiB, and .* only 0 B left"):
        restored(place, tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_an_archive_that_is_gone_is_told(place: Place, tmp_path: pathlib.Path) -> None:
    newest = _restore_borg.generations(place.args, place.runner)[0]
    place.repository.borg("delete", "--last", "1")
    with pytest.raises(CannotObserve, match="is not there any more"):
        _restore_borg.restore(place.args, place.runner, newest, str(tmp_path))
