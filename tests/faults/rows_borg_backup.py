# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of borg repositories, each made with the real borg."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import json
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import time
import typing as t
import uuid

from backup_tools import Tools
from table import Row, World

PASSPHRASE = "correct horse"
DATED = "%Y-%m-%dT%H:%M:%S"


class Repository:
    """A repository below a folder, and the data that are backed up into it."""

    def __init__(self, folder: pathlib.Path, tools: Tools, mode: str = "repokey", init: bool = True) -> None:
        self.folder, self.tools, self.mode = folder, tools, mode
        self.path, self.data, self.home = folder / "repository", folder / "data", folder / "home"
        self.data.mkdir(parents=True)
        self.home.mkdir()
        self.write(self.data)
        if init:
            made = _empty(tools, mode)
            shutil.copytree(made.path, self.path)
            shutil.copytree(made.home, self.home, dirs_exist_ok=True)

    def write(self, folder: pathlib.Path, files: int = 30, size: int = 2000) -> None:
        """Files that were there long before any backup."""
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(files):
            (folder / f"{number}.db").write_bytes(os.urandom(size))

    def borg(self, *words: str, check: bool = True) -> str:
        env = {"BORG_REPO": str(self.path), "BORG_BASE_DIR": str(self.home), "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "TZ": "UTC"}
        env["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes"
        env["BORG_CHECK_I_KNOW_WHAT_I_AM_DOING"] = "YES"
        return self.tools.run("borg", *words, check=check, BORG_PASSPHRASE=PASSPHRASE, **env).stdout

    def backup(
        self,
        hours: float = 3.0,
        *what: pathlib.Path | str,
        prefix: str = "db1-",
        suffix: str = "",
        name: str = "",
        more: t.Sequence[str] = (),
    ) -> Repository:
        moment = dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours)
        name = name or f"{prefix}{moment.strftime(DATED)}{suffix}"
        self.borg("create", *more, "--timestamp", moment.strftime(DATED), f"::{name}", *(str(one) for one in what or (self.data,)))
        return self

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"repository": str(self.path), "password": PASSPHRASE, "paths": [str(self.data)], "max_age": "24h", **more}


@functools.cache
def _shared(folder: pathlib.Path) -> Tools:
    return Tools(folder / "borg-tools", "borg", also_as_root=True)


def tools_of(world: World) -> Tools:
    """borg in the PATH of the check, and an own home."""
    tools = _shared(world.folder.parent.parent)
    world.runner.environ.update(PATH=f"{tools.bin}:{os.environ['PATH']}", HOME=str(world.folder / "home"))
    return tools


@functools.cache
def _empty(tools: Tools, mode: str) -> Repository:
    """A repository without an archive, made once."""
    made = Repository(tools.folder.parent / f"borg-empty-{mode}", tools, mode, init=False)
    made.borg("init", "-e", mode)
    return made


@functools.cache
def _nights(folder: pathlib.Path, mode: str) -> Repository:
    """Three nightly archives of the same data, made once."""
    return Repository(folder / f"borg-{mode}", _shared(folder), mode).backup(51).backup(27).backup(3)


def nights(world: World, mode: str = "repokey") -> Repository:
    """A copy of it; the data are shared, and stay as they are."""
    tools_of(world)
    made = _nights(world.folder.parent.parent, mode)
    mine = Repository.__new__(Repository)
    mine.__dict__.update(made.__dict__, folder=world.folder, path=world.folder / "repository", home=world.folder / "home")
    shutil.copytree(made.path, mine.path)
    shutil.copytree(made.home, mine.home)
    return mine


def new(world: World, mode: str = "none", init: bool = True) -> Repository:
    """Without encryption unless it matters: that is quicker."""
    return Repository(world.folder, tools_of(world), mode, init)


def edited(path: pathlib.Path, change: t.Callable[[bytearray], None]) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def segments(repository: Repository) -> list[pathlib.Path]:
    return sorted((path for path in (repository.path / "data").glob("*/*")), key=lambda path: int(path.name))


# -- well


def healthy(world: World) -> dict[str, t.Any]:
    return nights(world).args(min_count=3, retention="2d", archive_prefix="db1-", encrypted=True)


def without_paths(world: World) -> dict[str, t.Any]:
    return nights(world).args(paths=None)


def passphrase_in_file(world: World) -> dict[str, t.Any]:
    args = nights(world).args(password_file=str(world.folder / "passphrase"))
    (world.folder / "passphrase").write_text(PASSPHRASE + "\n")
    (world.folder / "passphrase").chmod(0o600)
    del args["password"]
    return args


def passphrase_by_command(world: World) -> dict[str, t.Any]:
    args = nights(world).args(environment={"BORG_PASSCOMMAND": f"echo '{PASSPHRASE}'"})
    del args["password"]
    return args


def key_of_the_user(world: World) -> dict[str, t.Any]:
    return nights(world, "keyfile").args(encrypted=True)


def plain(world: World) -> dict[str, t.Any]:
    args = new(world).backup().args()
    del args["password"]
    return args


def retired_series(world: World) -> dict[str, t.Any]:
    repository = new(world)
    old = world.folder / "retired"
    repository.write(old, 3)
    return repository.backup(24 * 300, old, prefix="old-").backup(24 * 290, old, prefix="old-").backup(3).args()


def two_series(world: World) -> dict[str, t.Any]:
    repository = new(world)
    other = world.folder / "etc"
    repository.write(other, 3)
    repository.backup(4, other, prefix="etc-").backup(3, prefix="data-")
    return repository.args(paths=[str(repository.data), str(other)])


def checkpoint_of_an_earlier_night(world: World) -> dict[str, t.Any]:
    return new(world).backup(27, suffix=".checkpoint").backup(3).args()


def odd_names(world: World) -> dict[str, t.Any]:
    repository = new(world)
    odd = world.folder / "dossier à jour\nnuit"
    repository.write(odd, 3)
    return repository.backup(3, odd, prefix="sauvegarde à 3h ").args(paths=[str(odd)])


def one_file(world: World) -> dict[str, t.Any]:
    return nights(world).args(paths=[str(_nights(world.folder.parent.parent, "repokey").data / "1.db")])


def grown(world: World) -> dict[str, t.Any]:
    repository = new(world).backup(27)
    repository.write(repository.data / "more", 60)
    return repository.backup(3).args()


def caches_left_out(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "cache", 200)
    (repository.data / "cache" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    return settled(repository).backup(0, more=["--exclude-caches"]).args()


def settled(repository: Repository) -> Repository:
    """So that the files are older than an archive that is made now, to the second."""
    newest = max(path.lstat().st_ctime for path in repository.folder.rglob("*"))
    while time.time() < int(newest) + 1.1:
        time.sleep(0.05)
    return repository


def script(world: World, name: str, text: str) -> str:
    path = world.folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def through_ssh(world: World, serve: str = "", **more: t.Any) -> dict[str, t.Any]:
    """Another host, as far as borg knows: the way there is a script, which starts what the server would."""
    repository = nights(world)
    way = script(world, "ssh", f"exec borg serve {serve}")
    address = f"ssh://backup@store.example.com{repository.path}"
    return repository.args(repository=address, environment={"BORG_RSH": way}, **more)


def on_another_host(world: World) -> dict[str, t.Any]:
    return through_ssh(world, f"--restrict-to-repository {world.folder}/repository --append-only")


def locked_by_ended_process(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    lock(repository, f"{socket.getfqdn()}@{uuid.getnode()}.{_ended()}-0")
    return repository.args()


def _ended() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def lock(repository: Repository, name: str, hours: float = 0) -> None:
    folder = repository.path / "lock.exclusive"
    folder.mkdir()
    (folder / name).touch()
    moment = time.time() - hours * 3600
    os.utime(folder, (moment, moment))


# -- borgmatic


def borgmatic(world: World, text: str, **more: t.Any) -> dict[str, t.Any]:
    repository = nights(world)
    text = text.format(repository=repository.path, data=repository.data, folder=world.folder, passphrase=PASSPHRASE)
    (world.folder / "config.yaml").write_text(text)
    return {"config": str(world.folder / "config.yaml"), "max_age": "24h", **more}


FLAT = """\
source_directories: [{data}]
repositories:
  - {{path: {repository}, label: local}}
archive_name_format: 'db1-{{now:%Y-%m-%dT%H:%M:%S}}'
encryption_passphrase: {passphrase}
keep_daily: 7
before_backup: [touch {folder}/hook-ran]
"""


def flat_config(world: World) -> dict[str, t.Any]:
    return borgmatic(world, FLAT)


def config_in_sections(world: World) -> dict[str, t.Any]:
    text = """\
location:
  source_directories: [{data}]
  repositories: [{repository}]
storage:
  archive_name_format: db1-{{now}}
  encryption_passcommand: echo "{passphrase}"
retention: {{keep_daily: 2, prefix: db1-}}
"""
    return borgmatic(world, text)


def config_with_include(world: World) -> dict[str, t.Any]:
    (world.folder / "common.yaml").write_text(f"encryption_passphrase: {PASSPHRASE}\nmatch_archives: sh:db1-*\n")
    return borgmatic(world, "<<: !include common.yaml\nsource_directories: [{data}]\nrepositories: [{{path: {repository}}}]\n")


def one_of_two_repositories(world: World) -> dict[str, t.Any]:
    return borgmatic(world, FLAT.replace("label: local}}", "label: local}}\n  - {{path: {folder}/gone, label: store}}"))


def chosen_repository(world: World) -> dict[str, t.Any]:
    return {**one_of_two_repositories(world), "repository": "local"}


def repository_not_in_config(world: World) -> dict[str, t.Any]:
    return {**flat_config(world), "repository": "offsite"}


def config_names_new_path(world: World) -> dict[str, t.Any]:
    return borgmatic(world, FLAT.replace("[{data}]", "[{data}, /srv/new-data]"))


def config_without_variable(world: World) -> dict[str, t.Any]:
    return borgmatic(world, FLAT.replace("{passphrase}", "${{PASSPHRASE_THAT_NOBODY_SET}}"))


def config_with_missing_include(world: World) -> dict[str, t.Any]:
    return borgmatic(world, "<<: !include gone.yaml\n" + FLAT)


def config_is_no_yaml(world: World) -> dict[str, t.Any]:
    return borgmatic(world, "repositories: [")


def config_gone(world: World) -> dict[str, t.Any]:
    tools_of(world)
    return {"config": str(world.folder / "gone.yaml"), "max_age": "24h"}


# -- not as it must be


def too_old(world: World) -> dict[str, t.Any]:
    return new(world).backup(76).args(rpo="20h")


def too_few(world: World) -> dict[str, t.Any]:
    return nights(world).args(min_count=7)


def short_history(world: World) -> dict[str, t.Any]:
    return nights(world).args(retention="30d")


def no_archive(world: World) -> dict[str, t.Any]:
    return new(world).args()


def only_checkpoints(world: World) -> dict[str, t.Any]:
    return new(world).backup(3, suffix=".checkpoint").args()


def fresh_checkpoint_over_an_old_archive(world: World) -> dict[str, t.Any]:
    return new(world).backup(76).backup(3, suffix=".checkpoint").args()


def last_night_stopped(world: World) -> dict[str, t.Any]:
    return new(world).backup(20).backup(3, suffix=".checkpoint.1").args()


def other_prefix(world: World) -> dict[str, t.Any]:
    return nights(world).args(archive_prefix="db2-")


def other_host(world: World) -> dict[str, t.Any]:
    return nights(world).args(host="db2")


def path_never_backed_up(world: World) -> dict[str, t.Any]:
    return nights(world).args(paths=["/var/lib/payments"])


def path_dropped(world: World) -> dict[str, t.Any]:
    repository = new(world)
    other = world.folder / "other"
    repository.write(other, 3)
    repository.backup(27, repository.data, other).backup(3)
    return repository.args(paths=[str(repository.data), str(other)])


def path_in_an_old_series(world: World) -> dict[str, t.Any]:
    repository = new(world)
    other = world.folder / "other"
    repository.write(other, 3)
    return repository.backup(76, prefix="data-").backup(3, other, prefix="other-").args()


def excluded(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db", 30)
    return settled(repository).backup(0, more=["--exclude", "*.db"]).args()


def mostly_excluded(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db", 300)
    return settled(repository).backup(0, more=["--exclude", "*/db/*"]).args()


def partly_excluded(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db", 90)
    return settled(repository).backup(0, more=["--exclude", "*/db/*"]).args()


def excluded_by_mark(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db", 900)
    (repository.data / "db" / ".nobackup").touch()
    return settled(repository).backup(0, more=["--exclude-if-present", ".nobackup"]).args()


def empty_folder(world: World) -> dict[str, t.Any]:
    repository = new(world)
    shutil.rmtree(repository.data)
    (repository.data / "payments").mkdir(parents=True)
    return repository.backup().args()


def empty_files(world: World) -> dict[str, t.Any]:
    repository = new(world)
    for path in repository.data.iterdir():
        path.write_bytes(b"")
    return repository.backup().args()


def nothing_at_all(world: World) -> dict[str, t.Any]:
    repository = new(world)
    (world.folder / "empty").mkdir()
    return repository.backup(3, world.folder / "empty").args(paths=None)


def only_the_link(world: World) -> dict[str, t.Any]:
    repository = new(world)
    link = world.folder / "current"
    link.symlink_to(repository.data)
    return repository.backup(3, link).args(paths=[str(link)])


def below_a_link(world: World) -> dict[str, t.Any]:
    repository = new(world)
    (repository.data / "payments").mkdir()
    link = world.folder / "current"
    link.symlink_to(repository.data)
    return repository.backup(3, link).args(paths=[str(link / "payments")])


def halved(world: World) -> dict[str, t.Any]:
    repository = new(world).backup(51).backup(27)
    for path in [*repository.data.iterdir()][:20]:
        path.unlink()
    return repository.backup(3).args()


def many_small_files_gone(world: World) -> dict[str, t.Any]:
    repository = new(world)
    (repository.data / "large").write_bytes(os.urandom(500_000))
    repository.backup(27)
    for path in repository.data.glob("*.db"):
        path.unlink()
    return repository.backup(3).args()


def not_encrypted(world: World) -> dict[str, t.Any]:
    return new(world).backup().args(encrypted=True)


def only_authenticated(world: World) -> dict[str, t.Any]:
    return new(world, "authenticated").backup().args(encrypted=True)


def deletable(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    repository.borg("config", str(repository.path), "append_only", "1")
    return repository.args(append_only=True)


def deletable_elsewhere(world: World) -> dict[str, t.Any]:
    return through_ssh(world, "--append-only", append_only=True)


def manifest_flipped(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    for path in segments(repository)[3:]:

        def flip(content: bytearray) -> None:
            if len(content) > 100:
                content[60] ^= 0x40

        edited(path, flip)
    return repository.args()


def segment_lost(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    max(segments(repository), key=lambda path: path.stat().st_size).unlink()
    return repository.args()


def filled_with_zeros(world: World) -> dict[str, t.Any]:
    repository = new(world).backup(3)
    largest = max(segments(repository), key=lambda path: path.stat().st_size)

    def flip(content: bytearray) -> None:
        content[100] ^= 0x40

    edited(largest, flip)
    repository.borg("check", "--repair", check=False)
    return repository.args()


def clock_was_ahead(world: World) -> dict[str, t.Any]:
    return new(world).backup(3).backup(-48).args()


def all_in_the_future(world: World) -> dict[str, t.Any]:
    return new(world).backup(-48).args()


def put_back(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    known = next((repository.home / ".config/borg/security").iterdir()) / "manifest-timestamp"
    known.write_text((dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000000"))
    return repository.args()


def passphrase_for_all(world: World) -> dict[str, t.Any]:
    args = passphrase_in_file(world)
    (world.folder / "passphrase").chmod(0o644)
    return args


def series_stopped(world: World) -> dict[str, t.Any]:
    repository = new(world)
    etc = world.folder / "etc"
    repository.write(etc, 3)
    return repository.backup(100, etc, prefix="etc-").backup(76, etc, prefix="etc-").backup(27).backup(3).args(paths=None)


def lock_of_long_ago(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    lock(repository, "db7.example.com@12345.4711-0", hours=60)
    return repository.args()


# -- not to be seen


def locked_by_living_process(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    lock(repository, f"{socket.getfqdn()}@{uuid.getnode()}.{os.getpid()}-0")
    return repository.args(timeout="3s")


def locked_by_another_host(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    (repository.path / "lock.roster").write_text(json.dumps({"exclusive": [["db7.example.com@12345", 4711, 0]], "shared": []}))
    return repository.args(timeout="3s")


def locked_elsewhere(world: World) -> dict[str, t.Any]:
    args = through_ssh(world)
    (world.folder / "repository" / "lock.exclusive").mkdir()
    (world.folder / "repository" / "lock.exclusive" / "db7.example.com@12345.4711-0").touch()
    return {**args, "timeout": "20s"}


def index_lost(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    for path in repository.path.glob("index.*"):
        path.unlink()
    return repository.args()


def wrong_passphrase(world: World) -> dict[str, t.Any]:
    return nights(world).args(password="guessed")


def no_passphrase(world: World) -> dict[str, t.Any]:
    args = nights(world).args()
    del args["password"]
    return args


def key_lost(world: World) -> dict[str, t.Any]:
    repository = nights(world, "keyfile")
    shutil.rmtree(repository.home / ".config/borg/keys")
    return repository.args()


def no_repository(world: World) -> dict[str, t.Any]:
    return new(world, init=False).args()


def no_repository_elsewhere(world: World) -> dict[str, t.Any]:
    args = through_ssh(world)
    shutil.rmtree(world.folder / "repository")
    return args


def other_folder(world: World) -> dict[str, t.Any]:
    repository = new(world, init=False)
    return repository.args(repository=str(repository.data))


def not_allowed(world: World) -> dict[str, t.Any]:
    return through_ssh(world, "--restrict-to-path /srv/of-somebody-else")


def unreachable(world: World) -> dict[str, t.Any]:
    way = script(world, "no-ssh", "echo 'ssh: connect to host store.example.com port 22: Connection refused' >&2; exit 255")
    return {**through_ssh(world), "environment": {"BORG_RSH": way}}


def no_borg_on_the_server(world: World) -> dict[str, t.Any]:
    way = script(world, "no-ssh", "echo 'bash: line 1: borg: command not found' >&2; exit 127")
    return {**through_ssh(world), "environment": {"BORG_RSH": way}}


def not_installed(world: World) -> dict[str, t.Any]:
    return nights(world).args(binary="borg-that-nobody-installed")


def garbage(world: World) -> dict[str, t.Any]:
    return nights(world).args(binary=script(world, "odd-borg", "echo '<html>not found</html>'"))


def says_nothing(world: World) -> dict[str, t.Any]:
    return nights(world).args(binary=script(world, "odd-borg", "exit 0"))


def garbage_for_content(world: World) -> dict[str, t.Any]:
    text = 'case "$*" in *--json*) exec borg "$@";; esac; echo "<html>not found</html>"'
    return nights(world).args(binary=script(world, "odd-borg", text))


def hangs(world: World) -> dict[str, t.Any]:
    return nights(world).args(binary=script(world, "odd-borg", "sleep 600"), timeout="1s")


def newer_borg(world: World) -> dict[str, t.Any]:
    text = 'case "$*" in *--version) echo "borg 2.0.0b14";; *) echo "usage: borg [-h] ..." >&2; exit 2;; esac'
    return nights(world).args(binary=script(world, "odd-borg", text))


def older_borg(world: World) -> dict[str, t.Any]:
    text = 'case "$*" in *--version) echo "borg 1.0.9";; *) echo "borg: error: unrecognized arguments: --bypass-lock" >&2; exit 2;; esac'
    return nights(world).args(binary=script(world, "odd-borg", text))


def repository_of_borg_2(world: World) -> dict[str, t.Any]:
    repository = nights(world)
    config = repository.path / "config"
    config.write_text(config.read_text().replace("version = 1", "version = 2"))
    return repository.args()


# -- which archives are of one job


def piped(world: World, stdin_name: str, *nights: tuple[float, str, int]) -> dict[str, t.Any]:
    """Dumps that came through a pipe: when, the name of the archive, and how many bytes."""
    repository = new(world)
    for hours, name, size in nights:
        dump = world.folder / "dump"
        dump.write_bytes(os.urandom(size))
        moment = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours)).strftime(DATED)
        words = ["create", "--stdin-name", stdin_name, "--timestamp", moment, f"::{name}", "-"]
        command = shlex.join([str(repository.tools.bin / "borg"), *words])
        env = {"BORG_REPO": str(repository.path), "BORG_BASE_DIR": str(repository.home), "TZ": "UTC"}
        env |= {"BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
        subprocess.run(f"exec {command} < {dump}", shell=True, check=True, env={**repository.tools.environment(), **env})
    return repository.args(paths=None)


def dump_that_failed(world: World) -> dict[str, t.Any]:
    return piped(world, "db.sql", (50, "n-50", 575_000), (25, "n-25", 575_000), (2, "n-m1", 18))


def dumps_of_two_databases(world: World) -> dict[str, t.Any]:
    return piped(world, "stdin", (27, "large-27", 90_000), (26, "small-26", 90), (3, "large-3", 90_000), (2, "small-2", 90))


def weekdays(world: World) -> dict[str, t.Any]:
    repository = new(world)
    for hours, name in ((75, "Friday"), (51, "Saturday"), (27, "Sunday"), (3, "Monday")):
        repository.backup(hours, name=name)
    return repository.args(min_count=4, paths=None)


def any_names(world: World) -> dict[str, t.Any]:
    repository = new(world)
    for hours, name in ((51, "quick-brown"), (27, "vm-Nov-29-2026"), (3, "fox")):
        repository.backup(hours, name=name)
    return repository.args(min_count=3)


def named_by_the_moment_alone(world: World) -> dict[str, t.Any]:
    """Two jobs take turns, and nothing in a name says which one it was."""
    repository = new(world)
    other = world.folder / "etc"
    repository.write(other, 3)
    for hours in (51, 27, 3):
        repository.backup(hours + 1, other, prefix="").backup(hours, prefix="")
    return repository.args(paths=[str(repository.data), str(other)], min_count=3)


def renamed(world: World) -> dict[str, t.Any]:
    return new(world).backup(75, prefix="srv-").backup(51, prefix="srv-").backup(27).backup(3).args(min_count=4, paths=None)


def weekday_of_nothing(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.backup(51, name="Saturday").backup(27, name="Sunday")
    shutil.rmtree(repository.data)
    repository.write(repository.data, 1, 2)
    return repository.backup(3, name="Monday").args(paths=None)


def counted_job_stopped(world: World) -> dict[str, t.Any]:
    repository = new(world)
    etc = world.folder / "etc"
    repository.write(etc, 3)
    repository.backup(100, etc, name="etc-97").backup(76, etc, name="etc-98")
    return repository.backup(27, name="db-98").backup(3, name="db-99").args(paths=None)


# -- what is within a path


def folder_emptied(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db", 10, 50_000)
    repository.backup(51).backup(27)
    shutil.rmtree(repository.data / "db")
    repository.write(repository.data / "media", 12, 60_000)
    return repository.backup(3).args()


def folder_moved(world: World) -> dict[str, t.Any]:
    repository = new(world)
    repository.write(repository.data / "db-15", 10, 50_000)
    repository.backup(51).backup(27)
    (repository.data / "db-15").rename(repository.data / "db-16")
    return repository.backup(3).args()


def dump_emptied(world: World) -> dict[str, t.Any]:
    repository = new(world)
    (repository.data / "payments.sql").write_bytes(os.urandom(100_000))
    repository.write(repository.data, 60, 5000)
    repository.backup(51).backup(27)
    (repository.data / "payments.sql").write_bytes(b"")
    return repository.backup(3).args()


def _dated_dumps(world: World, last: bytes) -> dict[str, t.Any]:
    repository = new(world)
    for day in (27, 28, 29):
        (repository.data / f"db-2026-11-{day}.sql.gz").write_bytes(os.urandom(200_000))
    (repository.data / "db-2026-11-30.sql.gz").write_bytes(last)
    return repository.backup(3).args()


def dated_dump_empty(world: World) -> dict[str, t.Any]:
    return _dated_dumps(world, b"")


def dated_dump_of_nothing(world: World) -> dict[str, t.Any]:
    return _dated_dumps(world, gzip.compress(b""))


def dated_dumps(world: World) -> dict[str, t.Any]:
    return _dated_dumps(world, os.urandom(190_000))


def link_within(world: World) -> dict[str, t.Any]:
    repository = new(world)
    real = world.folder / "volume"
    repository.write(real, 6, 40_000)
    (repository.data / "current").symlink_to(real)
    return settled(repository).backup(0).args()


def links_that_lose_nothing(world: World) -> dict[str, t.Any]:
    """To what is backed up as well, to what packages bring, to nothing."""
    repository = new(world)
    other = world.folder / "volume"
    repository.write(other, 6, 40_000)
    for name, target in (("a", other), ("b", "/usr/share"), ("c", "/nowhere"), ("d", "1.db"), ("e", "/proc/self")):
        (repository.data / name).symlink_to(target)
    return settled(repository).backup(0, repository.data, other).args()


def no_address(world: World) -> dict[str, t.Any]:
    return nights(world).args(repository="ssh://store.example.com")


def _rows(status: str, *rows: tuple[str, t.Callable[[World], dict[str, t.Any]], str]) -> list[Row]:
    return [Row("borg_backup", state, arrange, status, message) for state, arrange, message in rows]


ROWS = [
    *_rows(
        "pass",
        (
            "three nightly archives",
            healthy,
            r"newest archive db1-\S+ is 3 h(?: \d+ min)? old, 58\.6 KiB in 30 files, the limit is 24 h; 3 kept; listed, not",
        ),
        ("no path is named", without_paths, r"is 3 h(?: \d+ min)? old, 58\.6 KiB in 30 files"),
        ("passphrase in a file", passphrase_in_file, r"is 3 h(?: \d+ min)? old"),
        ("passphrase by a command", passphrase_by_command, r"is 3 h(?: \d+ min)? old"),
        ("the key is a file of the user", key_of_the_user, r"is 3 h(?: \d+ min)? old"),
        ("neither encrypted nor asked to be", plain, r"is 3 h(?: \d+ min)? old"),
        ("archives of a retired job kept for ever", retired_series, r"is 3 h(?: \d+ min)? old, .*; 1 kept"),
        ("each path has a job of its own", two_series, r"newest archive etc-\S+ is 4 h(?: \d+ min)? old, 64\.5 KiB in 33 files"),
        ("an earlier night was stopped", checkpoint_of_an_earlier_night, r"is 3 h(?: \d+ min)? old, .*; 1 kept"),
        ("names with spaces, accents and a line break", odd_names, r"newest archive sauvegarde à 3h \S+ is 3 h(?: \d+ min)? old"),
        ("a path is a single file", one_file, r"is 3 h(?: \d+ min)? old, 2\.0 KiB in 1 file,"),
        ("the data have grown", grown, r"in 90 files"),
        ("caches are left out on purpose", caches_left_out, r"in 30 files"),
        ("archives are named by the day of the week", weekdays, r"newest archive Monday is 3 h(?: \d+ min)? old, .*; 4 kept"),
        ("archives have any names", any_names, r"newest archive fox is 3 h(?: \d+ min)? old, .*; 3 kept"),
        ("two jobs whose archives are named by the moment alone", named_by_the_moment_alone, r"in 33 files, .*; 3 kept"),
        ("dumps of two databases come through pipes", dumps_of_two_databases, r"newest archive small-2 is .*, 90 B in 1 file, .*; 2 kept"),
        ("archives have another prefix since yesterday", renamed, r"; 4 kept"),
        ("a folder is called by its new version", folder_moved, r"in 40 files"),
        ("a folder of dated dumps", dated_dumps, r"in 34 files"),
        ("symbolic links within lose nothing", links_that_lose_nothing, r"in 30 files"),
        ("the repository is on another host", on_another_host, r"is 3 h(?: \d+ min)? old"),
        ("index lost, which borg mends by itself", index_lost, r"is 3 h(?: \d+ min)? old"),
        ("configuration of borgmatic", flat_config, r"newest archive db1-\S+ is 3 h(?: \d+ min)? old"),
        ("configuration of borgmatic in sections", config_in_sections, r"is 3 h(?: \d+ min)? old"),
        ("configuration of borgmatic with an include", config_with_include, r"is 3 h(?: \d+ min)? old"),
        ("one repository of the configuration is meant", chosen_repository, r"is 3 h(?: \d+ min)? old"),
    ),
    *_rows(
        "fail",
        ("the job stopped three days ago", too_old, r"newest archive db1-\S+ is 3 d 4 h old, the limit is 24 h \(RPO 20 h\)"),
        ("fewer archives than wanted", too_few, r"3 complete backups are there, at least 7 are wanted"),
        ("repository without an archive", no_archive, r"holds no archive"),
        ("only an archive that was not finished", only_checkpoints, r"holds only 1 archive that was not finished"),
        ("unfinished last night, finished three days ago", fresh_checkpoint_over_an_old_archive, r"is 3 d 4 h old"),
        ("only another prefix", other_prefix, r"none of the 3 archives .* is meant \(db2-\*\); there are db1-\*"),
        ("only another host is backed up", other_host, r"is meant \(of the host db2\)"),
        ("a path was never backed up", path_never_backed_up, r"holds nothing of /var/lib/payments"),
        ("a path was dropped", path_dropped, r"holds nothing of \S+/other"),
        ("only another path is still backed up", path_in_an_old_series, r"newest archive data-\S+ is 3 d 4 h old"),
        ("all files are excluded", excluded, r"holds of \S+/data only empty folders"),
        ("nearly all files are excluded", mostly_excluded, r"holds 30 files .* this host has 330 .* something is left out"),
        ("the folder with the data is marked as not to be backed up", excluded_by_mark, r"this host has 931"),
        ("source was empty", empty_folder, r"holds of \S+/data only empty folders"),
        ("source files were empty", empty_files, r"holds of \S+/data 30 files, and all are empty"),
        ("archive of nothing", nothing_at_all, r"holds no file"),
        ("path is a symbolic link", only_the_link, r"only the symbolic link \S+/current: what it leads to is not backed up"),
        ("path is below a symbolic link", below_a_link, r"holds of \S+/current/payments only the symbolic link"),
        ("not encrypted", not_encrypted, r"is not encrypted \(borg's mode none\)"),
        ("only authenticated", only_authenticated, r"is not encrypted \(borg's mode authenticated\)"),
        ("whoever backs up can delete", deletable, r"may delete the files of .*, whatever borg is told"),
        ("bits of the list of archives flipped", manifest_flipped, r"is damaged: Data integrity error"),
        ("segment lost", segment_lost, r"is damaged: .*No such file"),
        ("lost data were filled with zeros", filled_with_zeros, r"with lost data, which borg check has filled with zeros"),
        ("a weekday's archive holds next to nothing", weekday_of_nothing, r"newest archive Monday has 2 B, the .* more than 50% smaller"),
        ("a dump through a pipe failed", dump_that_failed, r"newest archive n-m1 has 18 B, the .* more than 50% smaller"),
        ("a path of borgmatic is in no archive", config_names_new_path, r"holds nothing of /srv/new-data"),
    ),
    *_rows(
        "warn",
        ("reaches back less than is to be kept", short_history, r"the oldest is 2 d 3 h old, 30 d are to be kept"),
        (
            "last night was stopped, the one before is fresh enough",
            last_night_stopped,
            r"the backup of 3 h(?: \d+ min)? ago was stopped before its end \(db1-\S+\.checkpoint\.1\)",
        ),
        ("half the data are excluded", partly_excluded, r"holds 30 files .* this host has 120 .* something is left out"),
        ("newest much smaller than the earlier ones", halved, r"more than 50% smaller"),
        ("most files gone, the size nearly the same", many_small_files_gone, r"more than 50% fewer"),
        ("the clock was ahead once", clock_was_ahead, r"1 archive dated in the future is not counted"),
        ("the repository was put back to an earlier state", put_back, r"is older than this host has seen it"),
        ("every user may read the passphrase", passphrase_for_all, r"may be read by every user"),
        ("another job in the repository has stopped", series_stopped, r"newest of the archives etc-\* is 3 d 4 h old"),
        ("a job whose archives are counted has stopped", counted_job_stopped, r"newest of the archives etc-\* is 3 d 4 h old"),
        ("a folder was emptied while another grew", folder_emptied, r"/data/db holds 0 B in .* 10 files with 488\.3 KiB there"),
        ("a dump among others is empty", dump_emptied, r"/data/payments\.sql has 0 B in .* 97\.7 KiB in earlier ones"),
        (
            "the newest of dated dumps is empty",
            dated_dump_empty,
            r"/data/db-2026-11-30\.sql\.gz has 0 B in .* earlier dates have 195\.3 KiB",
        ),
        ("the newest of dated dumps is of nothing", dated_dump_of_nothing, r"db-2026-11-30\.sql\.gz has 20 B in"),
        (
            "a link within leads to the data",
            link_within,
            r"has \S+/data/current only as a symbolic link: what it leads to \(\S+/volume\) is not backed up",
        ),
        ("lock of a process that has ended", locked_by_ended_process, r"has a lock that process \d+ of this host left"),
        ("lock of another host that is days old", lock_of_long_ago, r"a lock that process 4711 of db7\.example\.com left 2 d 12 h ago"),
    ),
    *_rows(
        "unknown",
        ("a backup runs", locked_by_living_process, r"is locked by process \d+ of this host since"),
        ("a backup of another host runs", locked_by_another_host, r"is locked by process 4711 of db7\.example\.com since"),
        ("the repository on another host is locked", locked_elsewhere, r"is locked"),
        ("append-only is decided elsewhere", deletable_elsewhere, r"is decided on its server"),
        ("all archives dated in the future", all_in_the_future, r"dated in the future .*: a clock is wrong"),
        ("wrong passphrase", wrong_passphrase, r"the passphrase does not open the borg repository"),
        ("no passphrase", no_passphrase, r"was given no passphrase"),
        ("key lost", key_lost, r"has no key for the borg repository"),
        ("no repository there", no_repository, r"there is no borg repository at"),
        ("no repository there on another host", no_repository_elsewhere, r"there is no borg repository at ssh://"),
        ("a folder of something else", other_folder, r"is no borg repository"),
        ("repository of borg 2", repository_of_borg_2, r"is no borg repository: .*version 2"),
        ("the address is none", no_address, r"ssh://store\.example\.com is no address of a repository that borg understands"),
        ("the server lets nobody in here", not_allowed, r"may not be read by"),
        ("backup server does not answer", unreachable, r"cannot be reached: .*(?:refused|closed)"),
        ("no borg on the backup server", no_borg_on_the_server, r"cannot be reached: .*(?:not found|closed)"),
        ("borg not installed", not_installed, r"is not installed on this host"),
        ("borg answers garbage", garbage, r"not a list of archives"),
        ("borg answers nothing", says_nothing, r"not a list of archives"),
        ("borg answers garbage for the content", garbage_for_content, r"not the content of an archive"),
        ("borg hangs", hangs, r"did not end within 1 s"),
        ("borg is too new", newer_borg, r"borg 2\.0\.0b14 is newer than what this check speaks to"),
        ("borg is too old", older_borg, r"borg 1\.0\.9 is too old"),
        ("one of two repositories of borgmatic is gone", one_of_two_repositories, r"there is no borg repository at \S+/gone"),
        ("borgmatic has no such repository", repository_not_in_config, r"has no repository offsite; it has: local"),
        ("borgmatic needs a variable", config_without_variable, r"needs the variable PASSPHRASE_THAT_NOBODY_SET"),
        ("borgmatic includes what is gone", config_with_missing_include, r"gone\.yaml does not exist"),
        ("configuration of borgmatic is no YAML", config_is_no_yaml, r"is not valid YAML"),
        ("configuration of borgmatic gone", config_gone, r"gone\.yaml does not exist"),
    ),
]
