# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damages of backups that only the tool's own verification finds, made in repositories of the real restic."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from restore_worlds import Restic, backed_up, flip
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]


def whole(**more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        return backed_up(world).integrity(**more)

    return arrange


def flipped(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    flip(max(repository.packs(), key=_size), 100)
    return repository.integrity()


def _size(path: pathlib.Path) -> int:
    return path.stat().st_size


def pack_gone(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    max(repository.packs(), key=_size).unlink()
    return repository.integrity()


def index_gone(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    for path in (repository.repository / "index").iterdir():
        path.unlink()
    return repository.integrity()


def found(world: World, args: dict[str, t.Any]) -> str:
    """The status of a run before the one of the row."""
    return str(run_item(Item(key="before", check="backup_integrity", args=args), world.runner)[0].status)


def damaged_then_another_part(world: World) -> dict[str, t.Any]:
    """The damage was seen; the run after that must not pass because another part would be due."""
    repository = Restic(world)
    for number in range(6):  # a pack each
        repository.write(f"more-{number}", os.urandom(50_000))
        repository.backup(6 - number)
    flip(max(repository.packs(), key=_size), 100)
    args = repository.integrity(parts=3, state_file=str(world.folder / "state.json"))
    assert "fail" in [found(world, args) for _unused in range(3)]
    return args


def repaired(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    pack = max(repository.packs(), key=_size)
    before = pack.read_bytes()
    flip(pack, 100)
    args = repository.integrity(parts=2, state_file=str(world.folder / "state.json"))
    assert "fail" in [found(world, args) for _unused in range(2)]
    pack.write_bytes(before)
    return args


def one_after_the_other(world: World) -> dict[str, t.Any]:
    """Three runs at once have read three parts; this is the fourth, which begins again."""
    args = backed_up(world).integrity(parts=3, state_file=str(world.folder / "state.json"))
    assert [found(world, args) for _unused in range(3)] == ["pass"] * 3
    assert sorted(json.loads((world.folder / "state.json").read_text())["read"]) == ["1", "2", "3"]
    return args


def state(content: str, mode: int = 0o600) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        path = world.folder / "state.json"
        path.write_text(content)
        path.chmod(mode)
        return backed_up(world).integrity(state_file=str(path))

    return arrange


def state_is_a_link(world: World) -> dict[str, t.Any]:
    (world.folder / "victim").write_text("{}")
    (world.folder / "state.json").symlink_to("victim")
    return backed_up(world).integrity(state_file=str(world.folder / "state.json"))


def state_of_another(world: World) -> dict[str, t.Any]:
    args = backed_up(world).integrity(state_file=str(world.folder / "state.json"))
    assert found(world, args) == "pass"
    return {**args, "repository": str(world.folder / "other")}


def state_not_kept(world: World) -> dict[str, t.Any]:
    return backed_up(world).integrity(state_file=str(world.folder / "no" / "such" / "folder.json"))


def wrong_password(world: World) -> dict[str, t.Any]:
    return backed_up(world).integrity(password="guessed")


def no_repository(world: World) -> dict[str, t.Any]:
    return backed_up(world).integrity(repository=str(world.folder / "nothing"))


def not_installed(world: World) -> dict[str, t.Any]:
    return backed_up(world).integrity(binary="restic-that-nobody-installed")


def instead(script: str, **more: t.Any) -> Arrange:
    """Another program in the place of restic."""

    def arrange(world: World) -> dict[str, t.Any]:
        repository = backed_up(world)
        path = world.folder / "restic"
        path.write_text(f"#!/bin/sh\nreal={shlex.quote(repository.binary)}\n{script}\n")
        path.chmod(0o755)
        return repository.integrity(binary=str(path), **more)

    return arrange


def named(**args: t.Any) -> Arrange:
    def arrange(_world: World) -> dict[str, t.Any]:
        return args

    return arrange


N = "backup_integrity"
ROWS = [
    Row(N, "restic: everything is read and whole", whole(), "pass", r"restic has verified .*/repository and found nothing damaged"),
    Row(N, "restic: a part is read and whole", whole(parts=7), "pass", r"found nothing damaged: .*\d of 7"),
    Row(N, "four runs in quick succession", one_after_the_other, "pass", r"1 of 3"),
    Row(N, "restic: a bit of a pack is flipped", flipped, "fail", r"(?i)pack|blob"),
    Row(N, "restic: a pack is gone", pack_gone, "fail", r"pack \w+: does not exist"),
    Row(N, "restic: the index is gone", index_gone, "fail", r"(?i)index|pack|tree"),
    Row(N, "a part was damaged, and another would be due", damaged_then_another_part, "fail", r"(?i)pack|blob"),
    Row(N, "a damaged part was repaired", repaired, "pass", r"found nothing damaged"),
    Row(N, "the state was changed by hand", state('{"kind": "integrity_state", "digest": "0"}'), "unknown", r"its digest differs"),
    Row(N, "the state is garbage", state("[" * 5000), "unknown", r"state.json is nothing that a check has kept"),
    Row(N, "the state may be written by anybody", state("{}", 0o666), "unknown", r"may be written by others than its owner"),
    Row(N, "the state is a link", state_is_a_link, "unknown", r"is a symbolic link"),
    Row(N, "the state is of another repository", state_of_another, "unknown", r"is kept for other backups"),
    Row(N, "the state cannot be kept", state_not_kept, "warn", r"the next run reads the same part again: .* could not be written"),
    Row(N, "restic: wrong password", wrong_password, "unknown", r"password"),
    Row(N, "restic: no repository there", no_repository, "unknown", r"repository"),
    Row(N, "restic: not installed", not_installed, "unknown", r"is not installed on this host"),
    Row(N, "restic: hangs", instead("sleep 600", timeout="2s"), "unknown", r"did not end within 2 s.*allow it more time \(timeout\)"),
    Row(N, "restic: says nothing and ends with 0", instead("exit 0"), "unknown", r"restic"),
    Row(N, "neither a repository nor a configuration", named(tool="restic"), "unknown", r"restic needs repository or config"),
    Row(N, "a stanza that looks like an option", named(tool="pgbackrest", stanza="--help"), "unknown", r"starts with a dash"),
]
