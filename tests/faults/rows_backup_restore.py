# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores of files with the real restic: what comes out, what does not fit, and what the record says afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import pathlib
import platform
import shutil
import socket
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._checks._kept_file import write_kept
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from restore_worlds import PASSWORD, Restic, backed_up, flip, killed
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
N = "backup_restore"


def asked(**more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        return backed_up(world).args(**more)

    return arrange


def before(world: World, args: dict[str, t.Any]) -> str:
    return str(run_item(Item(key="before", check=N, args=args), world.runner)[0].status)


# -- content


def own(world: World) -> Restic:
    """A repository whose live files the row may change; they are older than the backup."""
    repository = Restic(world)
    return repository.backup(-0.2)  # ten minutes from now: what is written now is older


def changed_since(world: World) -> dict[str, t.Any]:
    repository = Restic(world).backup(3)
    for number in range(5):
        repository.write(f"invoice-{number}", b"written later")
    (repository.data / "invoice-7").unlink()
    return repository.args()


def all_changed_since(world: World) -> dict[str, t.Any]:
    repository = Restic(world).backup(3)
    for path in repository.data.iterdir():
        path.write_bytes(b"written later")
    return repository.args(compare_with="live")


def other_content(world: World) -> dict[str, t.Any]:
    """The live file has changed and nobody touched it, as far as its times say; the backup is another's."""
    repository = Restic(world)
    wrong = world.folder / "wrong"
    shutil.copytree(repository.data, wrong)
    (wrong / "invoice-3").write_bytes(os.urandom(2003))
    live = repository.data
    live.rename(world.folder / "kept")
    wrong.rename(live)
    repository.backup(-1)
    live.rename(world.folder / "backed-up")
    (world.folder / "kept").rename(live)
    return _after(repository.args(), world, 2)


def _after(args: dict[str, t.Any], world: World, hours: float) -> dict[str, t.Any]:
    """The same as it is seen some hours later."""
    world.runner.clock = Later(hours)
    return args


class Later:
    """A clock that is ahead."""

    def __init__(self, hours: float) -> None:
        self.ahead = dt.timedelta(hours=hours)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.timezone.utc) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def files_not_in_it(world: World) -> dict[str, t.Any]:
    """Most of what is there was left out of the backup by a pattern."""
    repository = Restic(world)
    for number in range(40):
        repository.write(f"left-out-{number}.db", b"x" * 100)
    return _after(repository.backup(-1, "--exclude", "*.db").args(), world, 2)


def few_left_out(world: World) -> dict[str, t.Any]:
    repository = Restic(world)
    repository.write("cache.tmp", b"x")
    return _after(repository.backup(-1, "--exclude", "*.tmp").args(), world, 2)


def restored_elsewhere(world: World) -> dict[str, t.Any]:
    """A scratch host has no live files."""
    repository = Restic(world).backup(3)
    shutil.rmtree(repository.data)
    return repository.args()


def special_files(world: World) -> dict[str, t.Any]:
    """A pipe, a socket, and links to a file and a folder: none of them has a content."""
    repository = Restic(world)
    os.mkfifo(repository.data / "pipe")
    (repository.data / "to-file").symlink_to("invoice-1")
    (repository.data / "to-folder").symlink_to("/etc")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(repository.scratch / "socket"))  # a short path
        (repository.scratch / "socket").rename(repository.data / "socket")
    return repository.backup(3).args()


def with_manifest(*, wrong: bool = False, missing: bool = False, outside: bool = False, garbage: bool = False) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = Restic(world)
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(repository.data.iterdir())]
        if wrong:
            lines[3] = lines[3].replace(lines[3][:64], "0" * 64)
        if missing:
            lines.append(f"{'0' * 64}  invoice-of-tomorrow")
        if outside:
            lines.append(f"{'0' * 64}  {'../' * 20}etc/passwd")
        repository.write("SHA256", "\n".join(["<html>"] if garbage else lines).encode())
        repository.backup(3)
        shutil.rmtree(repository.data)
        return repository.args(manifest="SHA256")

    return arrange


def empty_source(world: World) -> dict[str, t.Any]:
    repository = Restic(world)
    for path in repository.data.iterdir():
        path.unlink()
    return repository.backup().args()


def empty_files(world: World) -> dict[str, t.Any]:
    repository = Restic(world)
    for path in repository.data.iterdir():
        path.write_bytes(b"")
    return repository.backup().args()


def pack_damaged(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    flip(max(repository.packs(), key=_size), 100)
    return repository.args()


def _size(path: pathlib.Path) -> int:
    return path.stat().st_size


def newest_damaged(fall_back: bool) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = Restic(world).backup(27)
        there = set(repository.packs())
        repository.write("large", os.urandom(300_000))
        repository.backup(3)
        for path in set(repository.packs()) - there:
            if _size(path) > 100_000:
                flip(path, 100)
        return repository.args(fall_back=fall_back)

    return arrange


def nothing_backed_up(world: World) -> dict[str, t.Any]:
    return Restic(world).args()


def in_the_future(world: World) -> dict[str, t.Any]:
    return Restic(world).backup(-48).args()


def partly_in_the_future(world: World) -> dict[str, t.Any]:
    return Restic(world).backup(3).backup(-48).args()


# -- the scratch space


def read_only_folders(world: World) -> dict[str, t.Any]:
    repository = Restic(world)
    folder = repository.data / "closed"
    folder.mkdir()
    (folder / "file").write_text("x")
    folder.chmod(0o500)
    return repository.backup().args()


def scratch_is(kind: str) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = backed_up(world)
        scratch = world.folder / "scratch"
        if kind == "link":
            scratch.symlink_to(repository.scratch)
        elif kind == "file":
            scratch.write_text("x")
        elif kind == "open":
            scratch.mkdir()
            scratch.chmod(0o777)
        elif kind == "sticky":
            scratch.mkdir()
            scratch.chmod(0o1777)
        elif kind == "another's":
            scratch.mkdir()
            if os.geteuid() == 0:
                os.chown(scratch, 65534, 65534)
            else:
                scratch = pathlib.Path("/nonexistent")
        return repository.args(scratch=str(scratch))

    return arrange


def removes_nothing_else(world: World) -> dict[str, t.Any]:
    """Links in what is restored lead to what is in use."""
    repository = Restic(world)
    precious = world.folder / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    (repository.data / "link").symlink_to(precious)
    args = repository.backup(3).args()
    assert before(world, args) == "pass"
    assert (precious / "file").read_text() == "precious"
    assert list(repository.scratch.iterdir()) == []
    return args


def grows(world: World) -> dict[str, t.Any]:
    """Nobody said how large it would be: the tool writes without an end."""
    repository = backed_up(world)
    path = world.folder / "restic"
    path.write_text(
        "#!/bin/sh\n"
        f"into=$(echo {repository.scratch}/readiness-*/r)\n"
        'if [ "$1" = restore ]; then while :; do head -c 1000000 /dev/zero >> "$into/more"; sleep 0.05; done; fi\n'
        f'exec {repository.binary} "$@"\n'
    )
    path.chmod(0o755)
    return repository.args(binary=str(path), max_bytes="10MB", timeout="60s")


def full(world: World) -> dict[str, t.Any]:
    """As the kernel says it to the tool."""
    repository = backed_up(world)
    path = world.folder / "restic"
    said = "Fatal: write /x: no space left on device"
    path.write_text(f'#!/bin/sh\nif [ "$1" = restore ]; then echo "{said}" >&2; exit 1; fi\nexec {repository.binary} "$@"\n')
    path.chmod(0o755)
    return repository.args(binary=str(path))


def killed_in_the_middle(world: World) -> dict[str, t.Any]:
    """A run is killed while the tool writes; the one of the row removes what is left, and nothing of it runs on."""
    repository = backed_up(world)
    started = world.folder / "started"
    path = world.folder / "restic"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = restore ]; then echo $$ > {started}.tmp; mv {started}.tmp {started}; exec sleep 300; fi\n'
        f'exec {repository.binary} "$@"\n'
    )
    path.chmod(0o755)
    args = repository.args(binary=str(path))

    def meanwhile() -> None:
        assert before(world, repository.args()) == "pass", "one that works is left alone"
        assert len(list(repository.scratch.iterdir())) == 1

    killed(world, args, started, meanwhile)
    end = time.monotonic() + 60
    tool = int(started.read_text())
    while _runs(tool):
        assert time.monotonic() < end, "the tool goes on"
        time.sleep(0.05)
    (left,) = repository.scratch.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700
    repository.record.unlink()
    return repository.args(min_files=1000)  # a fail, whose details tell what was removed


def _runs(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def foreign_folder(world: World) -> dict[str, t.Any]:
    """It is named like one of ours, and nothing in it says whose it is."""
    repository = backed_up(world)
    folder = repository.scratch / "readiness-restore-17-0123456789ab"
    folder.mkdir()
    (folder / "thesis").write_text("years of work")
    os.utime(folder, (time.time() - 86400, time.time() - 86400))
    return repository.args()


def left_under_another_name(world: World) -> dict[str, t.Any]:
    repository = backed_up(world)
    folder = repository.scratch / "readiness-restore-1-abc"
    folder.mkdir(mode=0o700)
    (folder / "file").write_text("x")
    return repository.args()


# -- the record


def recorded(days: float = 3, **more: t.Any) -> t.Callable[[Restic], dict[str, t.Any]]:
    """A record as a restore some days ago has left it, and the arguments that read it."""

    def make(repository: Restic) -> dict[str, t.Any]:
        moment = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=days)
        import getpass

        content: dict[str, object] = {
            "ended": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "user": getpass.getuser(),
            "host": platform.node(),
            "of": {"tool": "restic", "repository": str(repository.repository)},
            "generation": "4f1c02aa",
            "generation_time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "files": 20,
            "bytes": 40190,
            "duration": 412.7,
            "proven": ["restored", "live"],
            "result": "pass",
            "message": "restored",
            **more,
        }
        write_kept(str(repository.record), "restore_record", content)
        args = repository.args(max_age="90d")
        del args["scratch"]
        return args

    return make


def by_record(make: t.Callable[[Restic], dict[str, t.Any]], **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        return {**make(Restic(world, world.folder, init=False)), **more}

    return arrange


def record_changed(change: t.Callable[[pathlib.Path], None]) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = Restic(world, world.folder, init=False)
        args = recorded()(repository)
        change(repository.record)
        return args

    return arrange


def _edited(path: pathlib.Path) -> None:
    path.write_text(path.read_text().replace('"files": 20', '"files": 2000'))


def _garbage(path: pathlib.Path) -> None:
    path.write_text('{"digest": "x", "kind": []}')


def _huge(path: pathlib.Path) -> None:
    path.write_bytes(b"x" * 2**20)


def _linked(path: pathlib.Path) -> None:
    path.rename(path.with_name("real"))
    path.symlink_to("real")


def _open(path: pathlib.Path) -> None:
    path.chmod(0o666)


def _gone(path: pathlib.Path) -> None:
    path.unlink()


def _folder(path: pathlib.Path) -> None:
    path.unlink()
    path.mkdir()


def really_recorded(world: World) -> dict[str, t.Any]:
    args = backed_up(world).args()
    assert before(world, args) == "pass"
    assert pathlib.Path(args["record"]).stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in pathlib.Path(args["record"]).read_text()
    del args["scratch"]
    return {**args, "max_age": "90d"}


def failure_recorded(world: World) -> dict[str, t.Any]:
    args = pack_damaged(world)
    assert before(world, args) == "fail"
    del args["scratch"]
    return {**args, "max_age": "90d"}


def older_one_by_name(world: World) -> dict[str, t.Any]:
    """The newest is damaged, and recorded as such; then somebody restores an older one that is whole, with the same record."""
    args = newest_damaged(False)(world)
    assert before(world, args) == "fail"
    repository = list((world.folder / "repository" / "snapshots").iterdir())
    listed = json.loads(Restic(world, world.folder / "data", init=False).restic("snapshots", "--json"))
    assert len(repository) == len(listed) == 2
    return {**args, "generation": min(listed, key=_time)["id"]}


def _time(snapshot: t.Mapping[str, str]) -> str:
    return snapshot["time"]


def and_then(first: Arrange, changes: t.Mapping[str, object], status: str) -> Arrange:
    """What is asked after a run that has come to this status."""

    def arrange(world: World) -> dict[str, t.Any]:
        args = first(world)
        assert before(world, args) == status
        return {name: value for name, value in {**args, **changes}.items() if value is not None}

    return arrange


def elsewhere(world: World) -> dict[str, t.Any]:
    """The record is of another host; this one can restore."""
    repository = backed_up(world)
    recorded(1, host="another-host")(repository)
    return repository.args(restore_every="7d")


def no_new_restore(**more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = backed_up(world)
        assert before(world, repository.args()) == "pass"
        return repository.args(restore_every="7d", **more)

    return arrange


def unknown_keeps_the_record(world: World) -> dict[str, t.Any]:
    args = backed_up(world).args()
    assert before(world, args) == "pass"
    assert before(world, {**args, "password": "guessed"}) == "unknown"
    del args["scratch"]
    return {**args, "max_age": "90d"}


def record_of_another_kept(world: World) -> dict[str, t.Any]:
    """A restore of other backups must not replace the record of these."""
    repository = backed_up(world)
    recorded(of={"tool": "borg", "repository": "/srv/borg"})(repository)
    return repository.args()


def record_not_writable(world: World) -> dict[str, t.Any]:
    return backed_up(world).args(record=str(world.folder / "no" / "such" / "folder.json"))


# -- the tool


def wrong_password(world: World) -> dict[str, t.Any]:
    return backed_up(world).args(password="guessed")


def no_repository(world: World) -> dict[str, t.Any]:
    return backed_up(world).args(repository=str(world.folder / "nothing"))


def instead(script: str, **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = backed_up(world)
        path = world.folder / "restic"
        path.write_text(f'#!/bin/sh\n{script}\nexec {repository.binary} "$@"\n')
        path.chmod(0o755)
        return repository.args(binary=str(path), **more)

    return arrange


SLOW = 'if [ "$1" = restore ]; then sleep 600; fi'

ROWS = [
    Row(N, "restored, and the same as the live files", asked(), "pass", r"restored in .*: 20 files, 39\.2 KiB; 20 compared with the live"),
    Row(N, "restored within the RTO", asked(rto="10m", timeout="20m"), "pass", r"backup \w+ of .*, 3 h old, was restored in"),
    Row(N, "some live files have changed since", changed_since, "pass", r"14 compared with the live files, 6 changed since"),
    Row(N, "all live files have changed since", all_changed_since, "warn", r"no restored file could be compared .*: 20 have changed since"),
    Row(N, "a file comes back with another content", other_content, "fail", r"invoice-3 was restored with another content than the live"),
    Row(N, "most of the live files are not in the backup", files_not_in_it, "warn", r"of \d+ live files .* are not in it: .*left-out"),
    Row(N, "a file is left out on purpose", few_left_out, "pass", r"20 compared with the live files"),
    Row(N, "restic: a pipe, a socket and links among the files", special_files, "pass", r"restored"),
    Row(
        N,
        "restored where no live files are",
        restored_elsewhere,
        "pass",
        r"20 files, .*; sizes are those of the backup's listing; no RTO is given$",
    ),
    Row(N, "a manifest holds", with_manifest(), "pass", r"20 compared with the manifest"),
    Row(N, "a manifest names another content", with_manifest(wrong=True), "fail", r"another content than the manifest says"),
    Row(N, "a manifest names a file that is not restored", with_manifest(missing=True), "fail", r"invoice-of-tomorrow is named in the"),
    Row(N, "a manifest names what lies elsewhere", with_manifest(outside=True), "unknown", r"which is not below what was restored"),
    Row(N, "a manifest is garbage", with_manifest(garbage=True), "unknown", r"is not what sha256sum writes"),
    Row(N, "the manifest is not in the backup", asked(manifest="SHA256"), "fail", r"the manifest SHA256 is not among what was restored"),
    Row(N, "a command finds it good", asked(verify_command=["test", "-s", "invoice-1"]), "pass", r"verify_command answered as expected"),
    Row(
        N,
        "a command misses something",
        asked(verify_command=["test", "-s", "ledger"]),
        "fail",
        r"verify_command ended with code 1 .* and said nothing",
    ),
    Row(N, "a command that is not there", asked(verify_command=["no-such-command"]), "unknown", r"no-such-command is not installed"),
    Row(N, "the source was empty", empty_source, "fail", r"0 files were restored, at least 1 are wanted"),
    Row(N, "all files were empty", empty_files, "fail", r"what was restored is empty"),
    Row(N, "fewer files than wanted", asked(min_files=100), "fail", r"20 files were restored, at least 100 are wanted"),
    Row(N, "a bit of a pack is flipped", pack_damaged, "fail", r"cannot be restored"),
    Row(N, "the newest is damaged", newest_damaged(False), "fail", r"backup \w+ of .* cannot be restored"),
    Row(
        N, "the newest is damaged, the one before is not", newest_damaged(True), "warn", r"the older backup \w+ of .* was restored instead"
    ),
    Row(N, "a backup that is not there", asked(generation="deadbeef"), "fail", r"the backup deadbeef is not in .*, which has 1 other"),
    Row(N, "nothing was ever backed up", nothing_backed_up, "fail", r"has no complete backup in"),
    Row(N, "the only backup is dated in the future", in_the_future, "fail", r"has no complete backup in"),
    Row(N, "one backup is dated in the future", partly_in_the_future, "pass", r"3 h old, was restored"),
    Row(N, "it would be larger than allowed", asked(max_bytes="1kB"), "unknown", r"needs .* may take 1000 B \(max_bytes\): nothing was"),
    Row(N, "it grows larger than allowed", grows, "unknown", r"the restore was stopped at .* may take 9\.5 MiB \(max_bytes\)"),
    Row(N, "the scratch space is full", full, "unknown", r"is full: .*no space left on device"),
    Row(N, "folders that nobody may write in are restored", read_only_folders, "pass", r"21 files"),
    Row(N, "links lead out of what is restored", removes_nothing_else, "pass", r"20 files"),
    Row(N, "a run was killed in the middle", killed_in_the_middle, "fail", r"20 files were restored, at least 1000 are wanted"),
    Row(N, "a folder named like one of a restore", foreign_folder, "warn", r"looks like a restore that was killed and cannot be told"),
    Row(
        N, "a folder that was left under another name", left_under_another_name, "warn", r"looks like a restore that was killed and cannot"
    ),
    Row(N, "the scratch space is a link", scratch_is("link"), "unknown", r"is a symbolic link: name the folder itself"),
    Row(N, "the scratch space is a file", scratch_is("file"), "unknown", r"is not a folder"),
    Row(N, "the scratch space is not there", scratch_is("nothing"), "unknown", r"scratch does not exist"),
    Row(N, "anybody may write in the scratch space", scratch_is("open"), "unknown", r"anybody may write in the scratch space"),
    Row(N, "the scratch space is like /tmp", scratch_is("sticky"), "pass", r"20 files"),
    Row(N, "the scratch space is somebody else's", scratch_is("another's"), "unknown", r"belongs to nobody|does not exist"),
    Row(N, "restored three days ago", by_record(recorded()), "pass", r"restored 3 d ago by \w+ on .*: 4f1c02aa, 20 files"),
    Row(
        N, "a record tells what it does not show", by_record(recorded()), "pass", r"; the backups were not looked at now; no RTO is given$"
    ),
    Row(N, "a record tells that the RTO was kept", by_record(recorded(), rto="1h"), "pass", r"; the backups were not looked at now$"),
    Row(
        N, "another host restored what lies at that path there", by_record(recorded(host="other")), "warn", r"was made on other, and a path"
    ),
    Row(
        N,
        "another host restored a repository that both reach",
        by_record(
            recorded(host="other", of={"tool": "restic", "repository": "sftp:backup@store:/srv"}), repository="sftp:backup@store:/srv"
        ),
        "pass",
        r"restored 3 d ago by \w+ on other",
    ),
    Row(N, "another host has restored, and a new one is not due", elsewhere, "pass", r"backup \w+ of .* was restored in .*: 20 files"),
    Row(
        N, "the record is of fewer files than wanted", by_record(recorded(), min_files=100), "fail", r"brought back 20 files, at least 100"
    ),
    Row(N, "the record is of less than no time", by_record(recorded(duration=-5)), "unknown", r"is nothing that a check has kept"),
    Row(N, "the record is of nothing at all", by_record(recorded(files=0, bytes=0)), "unknown", r"is nothing that a check has kept"),
    Row(N, "the record says of no look", by_record(recorded(proven=["restored"])), "unknown", r"is nothing that a check has kept"),
    Row(
        N, "an older one that is named does not stand for the newest", older_one_by_name, "unknown", r"is of the backup newest, not of \w+"
    ),
    Row(
        N,
        "the failure of the newest stays",
        and_then(older_one_by_name, {"generation": None, "restore_every": "7d"}, "unknown"),
        "fail",
        r"backup \w+ of .* cannot be restored",
    ),
    Row(N, "the newest, in restic's own word", asked(generation="latest"), "pass", r"20 files"),
    Row(N, "restored half a year ago", by_record(recorded(180)), "fail", r"the last restore was 180 d ago .*, the limit is 90 d"),
    Row(
        N, "the last restore did not succeed", by_record(recorded(result="fail", message="no table")), "fail", r"did not succeed: no table"
    ),
    Row(N, "the last restore took longer than the RTO", by_record(recorded(), rto="1m"), "fail", r"took 6 min 52 s, the RTO is 60 s"),
    Row(
        N,
        "the last restore did not look at what is asked",
        by_record(recorded(), verify_query="SELECT 1"),
        "warn",
        r"asked now: verify_query",
    ),
    Row(N, "the record is dated in the future", by_record(recorded(-2)), "unknown", r"is dated in the future"),
    Row(N, "the record is of other backups", by_record(recorded(of={"tool": "borg"})), "unknown", r"is of other backups \(tool borg\)"),
    Row(N, "the record was not written by who it says", by_record(recorded(user="backup")), "unknown", r"says that backup has restored"),
    Row(N, "the record was edited", record_changed(_edited), "unknown", r"was changed since it was written"),
    Row(N, "the record is garbage", record_changed(_garbage), "unknown", r"is nothing that a check has kept"),
    Row(N, "the record is too large", record_changed(_huge), "unknown", r"has 1\.0 MiB"),
    Row(N, "the record is a link", record_changed(_linked), "unknown", r"is a symbolic link"),
    Row(N, "the record is a folder", record_changed(_folder), "unknown", r"is not a regular file"),
    Row(N, "the record may be written by anybody", record_changed(_open), "unknown", r"may be written by others than its owner"),
    Row(N, "no restore was ever recorded", record_changed(_gone), "fail", r"no restore of .* was proven"),
    Row(N, "a restore has left its record", really_recorded, "pass", r"restored .* ago by .*20 files"),
    Row(N, "a restore that failed has left its record", failure_recorded, "fail", r"did not succeed: .*cannot be restored"),
    Row(N, "a run that saw nothing leaves the record alone", unknown_keeps_the_record, "pass", r"restored .* ago by"),
    Row(N, "the last restore is younger than a new one is due", no_new_restore(), "pass", r"restored .* ago by"),
    Row(
        N, "something else is asked than of the last restore", no_new_restore(min_files=21), "fail", r"20 files were restored, at least 21"
    ),
    Row(N, "the last restore answers no query", no_new_restore(verify_command=["false"]), "fail", r"verify_command ended with code 1"),
    Row(
        N,
        "another's record would be replaced",
        record_of_another_kept,
        "unknown",
        r"is of other backups \(repository /srv/borg, tool borg\)",
    ),
    Row(N, "the record cannot be written", record_not_writable, "warn", r"the restore is not recorded: .* could not be written"),
    Row(N, "wrong password", wrong_password, "unknown", r"the password does not open"),
    Row(N, "no repository there", no_repository, "unknown", r"there is no restic repository"),
    Row(N, "not installed", asked(binary="restic-that-nobody-installed"), "unknown", r"is not installed on this host"),
    Row(N, "the tool answers garbage", instead("echo '<html>'; exit 0"), "unknown", r"restic answered with something"),
    Row(N, "the restore hangs", instead(SLOW, timeout="4s"), "unknown", r"did not end within .*; allow the restore more time \(timeout\)"),
    Row(N, "the restore takes longer than the RTO", instead(SLOW, timeout="4s", rto="1s"), "fail", r"was not restored after .*RTO is 1 s"),
    Row(N, "restored, and later than promised", asked(rto="1ms"), "fail", r"was restored and looked at in .*, the RTO is 1 ms"),
]
