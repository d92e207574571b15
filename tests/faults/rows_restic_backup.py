# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories of restic, well and ill, each made with the real restic."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from table import Row, World

PASSWORD = "correct horse"
AHEAD = -0.02  # hours: what was written just now is older than the snapshot
HERE = socket.gethostname()  # the host of which a snapshot is that is held against what lies here


def new_repository(world: World) -> pathlib.Path:
    """An empty repository, made once a worker: restic takes its time to choose how slow its key shall be."""
    new = world.folder.parent.parent / "new-restic-repository"
    if not new.exists():
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(world.folder)}
        words = [str(world.binaries.path("restic")), "--no-cache", "--repo", str(new), "init"]
        subprocess.run(words, env=env, check=True, capture_output=True)
    return new


class OpenFolder:
    """A folder that everybody may enter, unlike those of pytest."""

    def __init__(self, _folder: pathlib.Path) -> None:
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="readiness-restic-"))

    def start(self) -> pathlib.Path:
        self.path.chmod(0o755)
        return self.path

    def stop(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Repository:
    """A repository below the folder of a row."""

    def __init__(self, world: World, *, init: bool = True) -> None:
        self.world, self.binary = world, str(world.binaries.path("restic"))
        self.path, self.data = world.folder / "repository", world.folder / "data"
        self.data.mkdir()
        (self.data / "payments.db").write_bytes(os.urandom(200_000))
        world.runner.environ.update(PATH=f"{pathlib.Path(self.binary).parent}:{os.environ['PATH']}", HOME=str(world.folder))
        if init:
            shutil.copytree(new_repository(world), self.path)

    def fill(self, folder: str, files: int = 12, size: int = 20_000) -> pathlib.Path:
        """Files in a folder below the data."""
        below = self.data / folder
        below.mkdir(parents=True, exist_ok=True)
        for number in range(files):
            (below / f"part-{number}").write_bytes(os.urandom(size))
        return below

    def restic(self, *words: str, cwd: pathlib.Path | None = None, stdin: str | None = None, check: bool = True) -> str:
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(self.world.folder)}
        argv = [self.binary, "--no-cache", "--repo", str(self.path), *words]
        return subprocess.run(argv, env=env, check=check, capture_output=True, text=True, cwd=cwd, input=stdin).stdout

    def backup(
        self,
        hours: float = 3.0,
        *paths: pathlib.Path | str,
        host: str = "db1",
        more: t.Sequence[str] = (),
        cwd: pathlib.Path | None = None,
        stdin: str | None = None,
    ) -> Repository:
        moment = dt.datetime.now() - dt.timedelta(hours=hours)
        what = [str(path) for path in paths] or ([str(self.data)] if stdin is None else [])
        self.restic("backup", *more, "--host", host, "--time", moment.strftime("%Y-%m-%d %H:%M:%S"), "--", *what, cwd=cwd, stdin=stdin)
        return self

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"repository": str(self.path), "password": PASSWORD, "paths": [str(self.data)], "max_age": "24h", **more}


# -- healthy


def healthy(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(51).backup(27).backup(3).args(min_count=3, host="db1")


def password_in_file(world: World) -> dict[str, t.Any]:
    (world.folder / "password").write_text(PASSWORD + "\n")
    (world.folder / "password").chmod(0o600)
    args = Repository(world).backup().args(password_file=str(world.folder / "password"))
    del args["password"]
    return args


def old_path_kept(world: World) -> dict[str, t.Any]:
    other = world.folder / "retired"
    other.mkdir()
    (other / "file").write_text("x")
    return Repository(world).backup(24 * 300, other).backup(3).args()


def several_hosts(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    return repository.backup(90, host="db2").backup(2, host="db1", more=["--tag", "nightly,prod"]).args(host="db1", tags=["prod"])


def several_paths(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    etc, log = repository.fill("etc"), repository.fill("log")
    return repository.backup(27, etc, log).backup(3, etc, log).args(paths=[f"{etc}/", str(log / ".." / "log"), f"{log}/part-3"])


def growth(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(51).backup(27)
    repository.fill("more", 30)
    return repository.backup(3, host="db1").args(host="db1")


def parent_covers(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("deep/er")
    return repository.backup().args(paths=[str(repository.data / "deep" / "er")])


def live_tree_changes(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("spool", 40)
    repository.backup(AHEAD, host=HERE)
    for number in range(5):
        (repository.data / "spool" / f"part-{number}").unlink()
        (repository.data / f"new-{number}").write_bytes(os.urandom(9000))
    return repository.args()


def caches_excluded(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    cache = repository.fill("thumbnails", 60)
    (cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    repository.fill("app/node_modules/left-pad", 60)
    repository.fill("uploads", 3)
    for number in range(30):
        (repository.data / f"{number}.iso").write_bytes(bytes(20_000))
    words = ["--exclude-caches", "--exclude", "node_modules", "--exclude", "*.iso"]
    return repository.backup(AHEAD, host=HERE, more=words).args()


def odd_names(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    names = ["with space", "été [1]*?", "two\nlines", "back\\slash"]
    for name in names:
        repository.fill(name, 3)
    repository.backup(27)
    repository.fill(names[1], 4)
    return repository.backup(3).args(paths=[str(repository.data / name) for name in names])


def relative_paths(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("etc")
    repository.backup(27, "data/etc", "data/payments.db", cwd=world.folder)
    repository.fill("etc", 13)
    repository.backup(3, "data/etc", "data/payments.db", cwd=world.folder)
    return repository.args(paths=[str(repository.data / "etc"), str(repository.data / "payments.db")])


def working_folder(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("etc")
    return repository.backup(3, ".", cwd=repository.data).args(paths=[str(repository.data), str(repository.data / "etc")])


def from_standard_input(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    words = ["--stdin", "--stdin-filename", "/payments.sql"]
    repository.backup(27, more=words, stdin="x" * 900)
    return repository.backup(3, more=words, stdin="x" * 1000).args(paths=["/payments.sql"])


def files_from(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    listed = world.folder / "list"
    listed.write_text(f"{repository.data}/*.db\n")
    return repository.backup(3, more=["--files-from", str(listed)]).args(paths=[str(repository.data / "payments.db")])


def through_a_link(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (world.folder / "current").symlink_to(repository.data)
    return repository.backup(3, world.folder / "current" / "payments.db").args(paths=[str(world.folder / "current" / "payments.db")])


def link_and_what_it_leads_to(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    holder = world.folder / "srv"
    holder.mkdir()
    (holder / "payments").symlink_to(repository.data)
    return repository.backup(3, holder, repository.data, host=HERE).args(paths=[str(holder / "payments")])


def own_set_beside_parent(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    database = repository.fill("db")
    repository.backup(4, database)
    return repository.backup(2, more=["--exclude", f"{database}/*"]).args(paths=[str(database)])


def containers(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    return repository.backup(27, host="3f2a9c01d7be").backup(3, host="b7d0e6a41c22").args(min_count=2, paths=[])


def pruned(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(51).backup(27).backup(3)
    repository.restic("forget", "--keep-last", "2", "--prune")
    return repository.args(min_count=2)


def being_made(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(27)
    world.running.start(Held, repository, "backup", "--stdin")
    return repository.args(max_age="28h")


def prune_runs(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    world.running.start(Held, repository, "key", "passwd")
    return repository.args()


def retained(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(24 * 40).backup(3).args(retention="30d", encrypted=True, rpo="12h")


def host_in_environment(world: World) -> dict[str, t.Any]:
    world.runner.environ.update(RESTIC_REPOSITORY_FILE="/nowhere", RESTIC_PASSWORD_COMMAND="false", RESTIC_HOST="box.example.test")
    return Repository(world).backup().args(environment={"RESTIC_HOST": "box.example.test"})


def resticprofile(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    (world.folder / "password").write_text(PASSWORD)
    (world.folder / "password").chmod(0o600)
    profiles = {
        "version": "1",
        "base": {"repository": f"local:{repository.path}", "password-file": "password"},
        "default": {"inherit": "base", "backup": {"source": ["data"], "host": "db1", "run-before": "touch ran"}},
    }
    (world.folder / "profiles.json").write_text(json.dumps(profiles))
    return {"config": str(world.folder / "profiles.json"), "max_age": "24h"}


def autorestic(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.backup(3, more=["--tag", "ar:location:home"])
    (world.folder / ".autorestic.yml").write_text(
        "version: 2\nbackends:\n  disk: {type: local, path: ./repository}\n  other: {type: b2, path: 'bucket:x'}\n"
        "locations:\n  home: {from: ./data, to: [disk], hooks: {before: ['touch ran']}}\n"
    )
    (world.folder / ".autorestic.env").write_text(f"AUTORESTIC_DISK_RESTIC_PASSWORD='{PASSWORD}'\n")
    return {"config": str(world.folder / ".autorestic.yml"), "profile": "home", "max_age": "24h"}


# -- old, few


def too_old(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(76).args(rpo="20h")


def path_stopped(world: World) -> dict[str, t.Any]:
    other = world.folder / "other"
    other.mkdir()
    (other / "file").write_text("x")
    return Repository(world).backup(76).backup(2, other).args()


def path_not_covered(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(paths=["/var/lib/payments"])


def other_host(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(host="db2").args(host="db1")


def no_snapshot(world: World) -> dict[str, t.Any]:
    return Repository(world).args()


def too_few(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(min_count=7)


def not_retained(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(51).backup().args(retention="30d")


def ahead(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(-48).args()


def one_ahead(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(27).backup(-48).args(max_age="30h")


# -- not in it


def nothing_in_it(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (repository.data / "payments.db").unlink()
    (repository.data / "empty").mkdir()
    return repository.backup().args()


def nothing_in_it_undeclared(world: World) -> dict[str, t.Any]:
    args = nothing_in_it(world)
    del args["paths"]
    return args


def empty_here_too(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (repository.data / "payments.db").unlink()
    return repository.backup(host=HERE).args()


def own_file_system(world: World) -> dict[str, t.Any]:
    """The data lie on a mount of its own where the tests may mount; else its content is left out, which leaves the same behind."""
    repository = Repository(world)
    database = repository.data / "db"
    database.mkdir()
    script = 'mount -t tmpfs none "$1" && echo data > "$1/base" && shift && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(database), repository.binary, "--no-cache", "-r", str(repository.path)]
    env = {**os.environ, "RESTIC_PASSWORD": PASSWORD}
    done = subprocess.run([*command, "backup", "--one-file-system", str(repository.data)], env=env, check=False, capture_output=True)
    if done.returncode:
        repository.backup(more=["--exclude", f"{database}/*"])
    return repository.args(paths=[str(repository.data), str(database)])


def left_out(*words: str) -> t.Callable[[World], dict[str, t.Any]]:
    """The declared folder is left out by these options; {db} is the folder, {list} a file that names it."""

    def arrange(world: World) -> dict[str, t.Any]:
        repository = Repository(world)
        database = repository.fill("db")
        (database / ".nobackup").write_text("")
        (world.folder / "excludes").write_text(f"{database}\n")
        given = [word.format(db=database, list=world.folder / "excludes") for word in words]
        return repository.backup(more=given, host=HERE).args(paths=[str(database)])

    return arrange


def most_left_out(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("db", 30)
    return repository.backup(AHEAD, more=["--exclude", "*/db/*"], host=HERE).args()


def not_all_readable(world: World) -> dict[str, t.Any]:
    """restic ends with 3 where it could not read a file, and leaves a snapshot behind that does not say so."""
    repository = Repository(world)
    repository.fill("closed", 40)
    outer = _open_folder(world)
    data = shutil.copytree(repository.data, outer / "data")
    shutil.copy(repository.binary, outer / "restic")
    shutil.move(repository.path, outer / "repository")
    closed = data / "closed"
    closed.chmod(0o000)
    command = [str(outer / "restic"), "--no-cache", "-r", str(outer / "repository"), "backup", "--host", HERE, str(data)]
    if os.geteuid() == 0:
        for path in ((outer / "repository"), *(outer / "repository").rglob("*")):
            os.chown(path, 65534, 65534)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, env={"RESTIC_PASSWORD": PASSWORD, "HOME": "/nowhere"}, check=False, capture_output=True, text=True)
    closed.chmod(0o700)
    assert done.returncode == 3, done.stderr
    shutil.move(outer / "repository", repository.path)
    return repository.args(paths=[str(data)])


def link_only(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (world.folder / "current").symlink_to(repository.data)
    return repository.backup(3, world.folder / "current").args(paths=[str(world.folder / "current")])


def link_above(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    holder = world.folder / "srv"
    holder.mkdir()
    (holder / "current").symlink_to(repository.data)
    (holder / "file").write_text("x")
    return repository.backup(3, holder, host=HERE).args(paths=[str(holder / "current" / "payments.db")])


def files_without_content(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    for name in ("payments.db", "orders.db"):
        (repository.data / name).write_bytes(b"")
    return repository.backup().args()


def one_path_vanished(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    etc = repository.fill("etc")
    words = ["--exclude", f"{etc}/*"]
    return repository.backup(3, etc, repository.data / "payments.db", more=words).args(paths=[])


# -- smaller


def folder_emptied(world: World) -> dict[str, t.Any]:
    """Another one grows by as much."""
    repository = Repository(world)
    database = repository.fill("db")
    repository.backup(75).backup(51).backup(27)
    shutil.rmtree(database)
    repository.fill("logs2", 14, 21_000)
    return repository.backup(3).args()


def folder_moved(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    database = repository.fill("db")
    repository.backup(51).backup(27)
    database.rename(repository.data / "database")
    return repository.backup(3).args()


def dump_of(size: int, before: str, now: str) -> t.Callable[[World], dict[str, t.Any]]:
    """A dump beside others, in a file of the same name each time or of another."""

    def arrange(world: World) -> dict[str, t.Any]:
        repository = Repository(world)
        (repository.data / before).write_bytes(os.urandom(100_000))
        repository.backup(51).backup(27)
        (repository.data / now).write_bytes(bytes(size))
        return repository.backup(3).args()

    return arrange


def log_rotated(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (repository.data / "app.log").write_bytes(os.urandom(50_000))
    repository.backup(51).backup(27)
    (repository.data / "app.log").rename(repository.data / "app.log.1")
    (repository.data / "app.log").write_bytes(b"")
    return repository.backup(3).args()


def stdin_of_an_end(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    words = ["--stdin", "--stdin-filename", "/payments.sql"]
    repository.backup(27, more=words, stdin="x" * 90_000)
    return repository.backup(3, more=words, stdin="pg_dump: connection refused").args(paths=["/payments.sql"])


def half_gone(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(51).backup(27)
    (repository.data / "payments.db").write_bytes(os.urandom(50_000))
    return repository.backup(3).args()


def link_inside(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    real = world.folder / "real"
    real.mkdir()
    (real / "base").write_bytes(os.urandom(9000))
    (repository.data / "store").symlink_to(real)
    return repository.backup(AHEAD, host=HERE).args()


def links_of_the_system(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (repository.data / "localtime").symlink_to("/usr/share/zoneinfo")
    (repository.data / "null").symlink_to("/dev/null")
    (repository.data / "gone").symlink_to("/nowhere/at/all")
    (repository.data / "latest").symlink_to("payments.db")
    return repository.backup(AHEAD, host=HERE).args()


def link_to_another_set(world: World) -> dict[str, t.Any]:
    args = link_inside(world)
    repository = Repository.__new__(Repository)
    repository.world, repository.binary = world, str(world.binaries.path("restic"))
    repository.path, repository.data = world.folder / "repository", world.folder / "real"
    repository.backup(2, host=HERE)
    return args


def undeclared_beside_the_host(world: World) -> dict[str, t.Any]:
    args = most_left_out(world)
    del args["paths"]
    return args


def dumps_since(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(2, host=HERE)
    (repository.data / "later.db").write_bytes(os.urandom(200_000))
    (repository.data / "latest.db").write_bytes(os.urandom(200_000))
    return repository.args()


def clock_ahead(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(AHEAD).args()


def broken_lock(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    lock = repository.path / "locks" / ("ab" * 32)
    lock.write_bytes(b"")
    os.utime(lock, (1_700_000_000, 1_700_000_000))
    return repository.args()


def lost(part: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        repository = Repository(world).backup()
        path = repository.path / part
        if path.is_dir():
            shutil.rmtree(path)
            path.mkdir()
        else:
            path.unlink()
        return repository.args()

    return arrange


def by_profile(world: World, **backup: t.Any) -> dict[str, t.Any]:
    (world.folder / "password").write_text(PASSWORD)
    (world.folder / "password").chmod(0o600)
    profile = {"repository": str(world.folder / "repository"), "password-file": "password", "backup": backup}
    (world.folder / "profiles.json").write_text(json.dumps({"groups": {"all": ["default"]}, "default": profile}))
    return {"config": str(world.folder / "profiles.json"), "max_age": "24h"}


def profile_of(**backup: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A profile that backs up like this; {data} stands for the folder."""

    def arrange(world: World) -> dict[str, t.Any]:
        repository = Repository(world)
        repository.fill("etc")
        repository.backup(3, repository.data / "payments.db", repository.data / "etc")
        return by_profile(world, **json.loads(json.dumps(backup).replace("{data}", str(repository.data))))

    return arrange


def profile_of_stdin(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.backup(3, more=["--stdin", "--stdin-filename", "/payments.sql"], stdin="x" * 900)
    return by_profile(world, **{"stdin": True, "stdin-filename": "payments.sql"})


def profile_group(world: World) -> dict[str, t.Any]:
    return {**profile_of(source=["{data}/etc"])(world), "profile": "all"}


def shrunk(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(51).backup(27)
    (repository.data / "payments.db").write_bytes(b"nearly nothing")
    return repository.backup(3).args()


def one_path_shrunk(world: World) -> dict[str, t.Any]:
    """One folder has become nearly empty while all of it has grown."""
    repository = Repository(world)
    uploads = repository.fill("uploads", 20)
    repository.backup(51).backup(27)
    for path in list(uploads.iterdir())[1:]:
        path.unlink()
    repository.fill("logs", 60)
    return repository.backup(3).args(paths=[str(repository.data), str(uploads)])


def fewer_files(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    uploads = repository.fill("uploads", 30, 10)
    repository.backup(51).backup(27)
    for path in list(uploads.iterdir())[1:]:
        path.unlink()
    return repository.backup(3).args(paths=[str(repository.data)])


# -- ill


def index_lost(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    for path in (repository.path / "index").iterdir():
        path.unlink()
    return repository.args()


def snapshots_damaged(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    for path in (repository.path / "snapshots").iterdir():
        path.chmod(0o600)
        os.truncate(path, 40)
    return repository.args()


class Held:
    """A process of restic that holds a lock until it is stopped, since it waits for what is to be typed in."""

    def __init__(self, _folder: pathlib.Path, repository: Repository, *words: str) -> None:
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(repository.world.folder)}
        argv = [repository.binary, "--no-cache", "--repo", str(repository.path), *words]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, start_new_session=True, **quiet)  # type: ignore[call-overload]
        self.locks = repository.path / "locks"

    def start(self) -> Held:
        end = time.monotonic() + 60
        while not [path for path in self.locks.iterdir() if len(path.name) == 64]:  # until then it is being written
            assert self.process.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)


def _open_folder(world: World) -> pathlib.Path:
    folder: pathlib.Path = world.running.start(OpenFolder)
    return folder


class Later(Clock):
    def __init__(self, hours: float) -> None:
        self.ahead = dt.timedelta(hours=hours)

    def now(self) -> dt.datetime:
        return super().now() + self.ahead


def dead_lock(world: World) -> dict[str, t.Any]:
    """Left behind by what was killed while it held the repository for itself: restic backup refuses."""
    repository = Repository(world).backup()
    Held(repository.path, repository, "key", "passwd").start().stop()
    refused = subprocess.run(
        [repository.binary, "--no-cache", "-r", str(repository.path), "backup", str(repository.data)],
        env={**os.environ, "RESTIC_PASSWORD": PASSWORD},
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1 and "locked" in refused.stderr
    return repository.args()


def lock_not_renewed(world: World) -> dict[str, t.Any]:
    args = prune_runs(world)
    world.runner = Runner(environ=world.runner.environ, clock=Later(2))
    return args


def dead_lock_of_a_backup(world: World) -> dict[str, t.Any]:
    """It keeps nobody out who makes a backup."""
    repository = Repository(world).backup()
    Held(repository.path, repository, "backup", "--stdin").start().stop()
    return repository.args()


def open_password_file(world: World) -> dict[str, t.Any]:
    outer = _open_folder(world)
    (outer / "password").write_text(PASSWORD)
    (outer / "password").chmod(0o644)
    args = Repository(world).backup().args(password_file=str(outer / "password"))
    del args["password"]
    return args


def can_delete(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(append_only=True)


# -- cannot be seen


def wrong_password(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(password="guessed")


def no_password(world: World) -> dict[str, t.Any]:
    args = Repository(world).backup().args()
    del args["password"]
    return args


def no_repository(world: World) -> dict[str, t.Any]:
    return Repository(world, init=False).args()


def unreachable(world: World) -> dict[str, t.Any]:
    return Repository(world, init=False).args(repository="rest:http://backup:hidden-login@127.0.0.1:9/")


def not_installed(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(binary="restic-that-nobody-installed")


def _script(world: World, text: str) -> dict[str, t.Any]:
    path = world.folder / "restic"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Repository(world, init=False).args(binary=str(path))


def garbage(world: World) -> dict[str, t.Any]:
    return _script(world, "echo '<html>not found</html>'")


def garbage_for_content(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    path = world.folder / "restic"
    path.write_text(f'#!/bin/sh\n[ "$1" = ls ] && echo "<html>" && exit 0\nexec {repository.binary} "$@"\n')
    path.chmod(0o755)
    return repository.args(binary=str(path))


def content_cut(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    repository.fill("more", 60)
    repository.backup()
    path = world.folder / "restic"
    path.write_text(f'#!/bin/sh\n[ "$1" = ls ] || exec {repository.binary} "$@"\n{repository.binary} "$@" | head -c 3000\n')
    path.chmod(0o755)
    return repository.args(binary=str(path))


def old_restic(world: World) -> dict[str, t.Any]:
    return _script(world, "echo 'unknown flag: --no-lock' >&2; exit 1")


def hangs(world: World) -> dict[str, t.Any]:
    return {**_script(world, "sleep 600"), "timeout": "1s"}


def data_gone(world: World) -> dict[str, t.Any]:
    """restic tries for a long time to read what is not there."""
    repository = Repository(world).backup()
    shutil.rmtree(repository.path / "data")
    return repository.args(timeout="60s")


def no_such_profile(world: World) -> dict[str, t.Any]:
    args = resticprofile(world)
    return {**args, "profile": "nightly"}


def several_backends(world: World) -> dict[str, t.Any]:
    args = autorestic(world)
    del args["profile"]
    return args


def template_for_repository(world: World) -> dict[str, t.Any]:
    (world.folder / "profiles.json").write_text(json.dumps({"default": {"repository": "sftp:{{ .Env.HOST }}:/x"}}))
    return {"config": str(world.folder / "profiles.json"), "max_age": "24h"}


def append_only_elsewhere(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    path = world.folder / "restic"
    path.write_text(f'#!/bin/sh\nRESTIC_REPOSITORY={repository.path} exec {repository.binary} "$@"\n')
    path.chmod(0o755)
    return repository.args(repository="rest:https://backup.example.test/payments", binary=str(path), append_only=True)


HEALTHY: tuple[tuple[str, t.Callable[[World], dict[str, t.Any]], str], ...] = (
    (
        "three nightly snapshots",
        healthy,
        r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file, the limit is 24 h; 3 kept; listed, not verified",
    ),
    ("password in a file", password_in_file, r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("snapshots of a retired path kept for ever", old_path_kept, r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("several hosts and tags in one repository", several_hosts, r"newest snapshot is 2 h(?: \d+ min)? old"),
    ("several paths, written in other ways", several_paths, r"newest snapshot of every path is 3 h(?: \d+ min)? old, .* in 24 files"),
    ("it grows", growth, r"newest snapshot is 3 h(?: \d+ min)? old, .* in 31 files"),
    ("a folder above the path is backed up", parent_covers, r"newest snapshot is 3 h(?: \d+ min)? old, .* in 12 files"),
    ("what lies on the host has changed a little since", live_tree_changes, r"newest snapshot is of this moment"),
    ("caches and images are left out", caches_excluded, r"newest snapshot is of this moment"),
    ("a folder has another name", folder_moved, r"newest snapshot is 3 h(?: \d+ min)? old, .* in 13 files"),
    ("a log was rotated", log_rotated, r"newest snapshot is 3 h(?: \d+ min)? old, .* in 3 files"),
    ("a dump of another day", dump_of(95_000, "db-2026-11-28.sql", "db-2026-11-29.sql"), r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("links to what the system keeps itself", links_of_the_system, r"newest snapshot is of this moment .*195\.3 KiB in 1 file"),
    ("a link to what has a set of its own", link_to_another_set, r"195\.3 KiB in 1 file"),
    ("two more dumps since the snapshot", dumps_since, r"newest snapshot is 2 h(?: \d+ min)? old"),
    ("the clock of whoever made it is a little ahead", clock_ahead, r"is of this moment \(its clock is .* ahead\), 195\.3 KiB in 1 file"),
    ("resticprofile: source-base", profile_of(**{"source-base": "{data}", "source": ["etc", "payments.db"]}), r"in 13 files"),
    (
        "resticprofile: source-base and source-relative",
        profile_of(**{"source-base": "{data}", "source-relative": True, "source": ["etc"]}),
        r"in 12 files",
    ),
    ("resticprofile: a pattern", profile_of(source=["{data}/*"]), r"in 13 files"),
    ("resticprofile: a variable", profile_of(source=["$HOME/data/etc"]), r"in 12 files"),
    ("resticprofile: standard input", profile_of_stdin, r"900 B in 1 file"),
    (
        "paths with spaces, signs of patterns, line ends",
        odd_names,
        r"newest snapshot of every path is 3 h(?: \d+ min)? old, .* in 13 files",
    ),
    ("paths given relative to a folder", relative_paths, r"newest snapshot of every path is 3 h(?: \d+ min)? old, .* in 14 files"),
    ("the working folder is backed up", working_folder, r"newest snapshot of every path is 3 h(?: \d+ min)? old, .* in 13 files"),
    ("a dump from standard input", from_standard_input, r"newest snapshot is 3 h(?: \d+ min)? old, 1000 B in 1 file"),
    ("paths from a list of patterns", files_from, r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file"),
    ("a file below a folder that is a link", through_a_link, r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file"),
    (
        "a link, and what it leads to is backed up as well",
        link_and_what_it_leads_to,
        r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file",
    ),
    ("left out of one set because it has its own", own_set_beside_parent, r"newest snapshot is 4 h(?: \d+ min)? old, .* in 12 files"),
    ("containers with another name each time", containers, r"newest snapshot is 3 h(?: \d+ min)? old, .*; 2 kept"),
    ("pruned", pruned, r"newest snapshot is 3 h(?: \d+ min)? old, .*; 2 kept"),
    ("tonight's is being made", being_made, r"newest snapshot is 27 h(?: \d+ min)? old"),
    ("restic holds the repository for itself at the moment", prune_runs, r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("a backup was killed", dead_lock_of_a_backup, r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("kept for long, encrypted", retained, r"newest snapshot is 3 h(?: \d+ min)? old, .* the limit is 24 h \(RPO 12 h\); 2 kept"),
    ("RESTIC_HOST and others in the environment", host_in_environment, r"newest snapshot is 3 h(?: \d+ min)? old"),
    ("configured by resticprofile", resticprofile, r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file"),
    ("configured by autorestic", autorestic, r"newest snapshot is 3 h(?: \d+ min)? old, 195\.3 KiB in 1 file"),
)
FAILS: tuple[tuple[str, t.Callable[[World], dict[str, t.Any]], str], ...] = (
    ("the job stopped three days ago", too_old, r"newest snapshot of .*/data is 3 d 4 h old, the limit is 24 h \(RPO 20 h\)"),
    ("only another path is still backed up", path_stopped, r"newest snapshot of .*/data is 3 d 4 h old"),
    ("a path was never backed up", path_not_covered, r"no snapshot covers /var/lib/payments"),
    ("only another host is backed up", other_host, r"is not of the host db1; hosts: db2"),
    ("repository without a snapshot", no_snapshot, r"holds no snapshot"),
    ("fewer snapshots than wanted", too_few, r"data: 1 complete backup is there, at least 7 are wanted"),
    ("snapshot of an empty folder", nothing_in_it, r"data is empty in the newest snapshot [0-9a-f]{8}$"),
    ("snapshot of an empty folder, no path declared", nothing_in_it_undeclared, r"holds nothing"),
    ("the folder is empty on the host too", empty_here_too, r"is empty in .*, and so it is on this host: is its volume mounted"),
    ("--one-file-system, data on a mount of its own", own_file_system, r"data/db is empty in the newest snapshot"),
    ("--exclude of what is in the folder", left_out("--exclude", "*/db/*"), r"db is empty .*, while 13 files with .* lie there"),
    ("--exclude of the folder", left_out("--exclude", "{db}"), r"db is not in the newest snapshot .*: it is excluded, or was not there"),
    ("--exclude-file", left_out("--exclude-file", "{list}"), r"db is not in the newest snapshot"),
    ("--iexclude", left_out("--iexclude", "DB"), r"db is not in the newest snapshot"),
    ("--exclude-if-present", left_out("--exclude-if-present", ".nobackup"), r"db has 1 file without content in .*, while 13 files with"),
    ("--exclude-larger-than", left_out("--exclude-larger-than", "10K"), r"db has 1 file without content in .*, while 13 files with"),
    ("only the symbolic link is backed up", link_only, r"current is only a symbolic link .*: what it leads to is not backed"),
    ("a folder above it is only a symbolic link", link_above, r"srv/current is only a symbolic link in the newest"),
    ("files without content", files_without_content, r"data has 2 files, all without content"),
    (
        "a dump of which only an end is left",
        stdin_of_an_end,
        r"payments\.sql has 27 B, the earlier one has 87\.9 KiB: more than 50% smaller",
    ),
    (
        "newest next to nothing beside the earlier ones",
        shrunk,
        r"data has 14 B, the median of 2 earlier ones is 195.*more than 50% smaller",
    ),
    ("what the snapshots are made of is gone", data_gone, r"is damaged: the pack data/[0-9a-f]+ of its data is missing in .*/repository"),
    ("the keys of the repository are gone", lost("keys"), r"is damaged: every key \(keys/\) is missing in .*/repository"),
    ("the config of the repository is gone", lost("config"), r"is damaged: the file config is missing in .*/repository"),
    ("resticprofile: standard input that is in no snapshot", profile_of(stdin=True), r"no snapshot covers /stdin"),
    ("index of the repository lost", index_lost, r"the repository is damaged: .*not found in repository"),
    ("snapshots damaged", snapshots_damaged, r"1 snapshot, which cannot be loaded"),
    ("the host can delete what must be append-only", can_delete, r"can delete the snapshots in .*: it is not append-only"),
)
WARNS: tuple[tuple[str, t.Callable[[World], dict[str, t.Any]], str], ...] = (
    (
        "newest much smaller than the earlier ones",
        half_gone,
        r"data has 48\.8 KiB, the median of 2 earlier ones is 195.*more than 50% smaller",
    ),
    (
        "a folder emptied while another grows",
        folder_emptied,
        r"data/db holds 0 B in newest snapshot \w+ of .*/data, earlier ones have 12 files with 234\.4 KiB there",
    ),
    (
        "a dump is empty beside others",
        dump_of(0, "a.sql", "a.sql"),
        r"data/a\.sql has 0 B in newest snapshot .*, it has 97\.7 KiB in earlier",
    ),
    (
        "tonight's dump is an empty archive",
        dump_of(20, "db-2026-11-28.sql.gz", "db-2026-11-29.sql.gz"),
        r"db-2026-11-29\.sql\.gz has 20 B in newest .*, those of earlier dates have 97\.7 KiB",
    ),
    (
        "a link inside leads to the real data",
        link_inside,
        r"data/store in the newest .* is a link that leads to .*/real, which is not backed up",
    ),
    (
        "most of what lies on the host is left out, no path declared",
        undeclared_beside_the_host,
        r"1 file with .* while 31 files with .* on this host now; nothing of .*/db",
    ),
    ("a lock that cannot be read", broken_lock, r"the lock abababab cannot be read: make sure that nothing is running"),
    ("one folder nearly empty while the rest grew", one_path_shrunk, r"uploads has 19\.5 KiB, the median of 2 .*more than 50% smaller"),
    ("far fewer files than before", fewer_files, r"data has 2 files, the median of 2 earlier ones is 31: more than 50% fewer"),
    (
        "most of what lies on the host is left out",
        most_left_out,
        r"1 file with .* in the newest .*, while 31 files with .* on this host now; nothing of .*/db, where 30 files",
    ),
    ("restic could not read everything", not_all_readable, r"while 41 files with .* on this host now; nothing of .*closed"),
    ("one of the paths is empty, none declared", one_path_vanished, r"data/etc is empty in the newest snapshot"),
    ("snapshots reach less far back than wanted", not_retained, r"the oldest is 2 d 3 h old, 30 d are to be kept"),
    ("a dead lock keeps backups out", dead_lock, r"a lock that nobody holds any longer \(process \d+ of .*\) keeps every backup out"),
    ("a lock that was not renewed for two hours", lock_not_renewed, r"a lock that nobody holds any longer"),
    ("everybody can read the password", open_password_file, r"everybody on this host can read the password in .* \(mode 0644\)"),
    ("one snapshot is dated in the future", one_ahead, r"1 snapshot dated in the future is not counted"),
)
UNSEEN: tuple[tuple[str, t.Callable[[World], dict[str, t.Any]], str], ...] = (
    ("all snapshots are dated in the future", ahead, r"the only snapshot is dated in the future"),
    ("wrong password", wrong_password, r"the password does not open the restic repository"),
    ("no password", no_password, r"was given no password"),
    ("no repository there", no_repository, r"there is no restic repository at"),
    ("backup server does not answer", unreachable, r"rest:http://127\.0\.0\.1:9/ cannot be reached: .*refused"),
    ("restic not installed", not_installed, r"is not installed on this host"),
    ("restic answers garbage", garbage, r"not a list of snapshots"),
    ("restic lists garbage", garbage_for_content, r"could not be looked into: .*not the content of a snapshot"),
    ("restic's listing is cut short", content_cut, r"could not be looked into: .*not the content of a snapshot"),
    ("restic is too old", old_restic, r"is too old, 0\.14 or later is needed: unknown flag"),
    ("restic hangs", hangs, r"did not end within 1 s"),
    ("resticprofile: a template", profile_of(source=["{{ .Env.HOME }}/x"]), r"what \{\{ \.Env\.HOME \}\}/x stands for cannot be told"),
    ("resticprofile: a pattern that finds nothing", profile_of(source=["/nowhere/*"]), r"what /nowhere/\* stands for cannot be told"),
    ("resticprofile: a group", profile_group, r"all is a group of profiles: give each of them a check of its own \(default\)"),
    ("no such profile", no_such_profile, r"profiles.json has no nightly; it has base, default"),
    ("several backends, none chosen", several_backends, r"has several repositories: say in 'profile' which \(disk, other, home\)"),
    ("the configuration needs templates", template_for_repository, r"repository of the profile default is a template"),
    ("append-only cannot be seen from here", append_only_elsewhere, r"append-only cannot be seen without deleting in it"),
)
ROWS = [
    Row("restic_backup", state, arrange, status, message)
    for status, rows in (("pass", HEALTHY), ("fail", FAILS), ("warn", WARNS), ("unknown", UNSEEN))
    for state, arrange, message in rows
]
