# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of backups by pgBackRest, each made with the real pgBackRest and PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import typing as t

from pgbackrest_worlds import PASSPHRASE, STANZA, Later, Stanza, copy_of, give
from table import Row, World

Arguments = dict[str, t.Any]


def stanza_of(world: World, *, hours: float = 3.0, second: bool = False, data: bool = False, **settings: str) -> Stanza:
    """A copy for one row, that is looked at some hours after it was made."""
    stanza = copy_of(world.folder.parents[1], second=second, data=data, **settings)
    world.running.started.append(stanza)
    world.runner.environ.update(stanza.tools.environment())
    world.runner.clock = Later(hours)
    return stanza


# -- healthy, in all usual forms


def nightly(world: World) -> Arguments:
    return stanza_of(world, data=True).args(rpo="24h", retention="1h")


def idle_for_days(world: World) -> Arguments:
    """By the files: it has written nothing since the last segment was closed."""
    return stanza_of(world, data=True, hours=20).args(max_wal_lag="15m")


def idle_server(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=20).start("archive_timeout = 60")
    return stanza.args(max_wal_lag="15m", conninfo=stanza.conninfo())


def one_row_only_there(world: World) -> Arguments:
    """Too little to be told from what an idle server writes; a row of a table may bring its whole page."""
    stanza = stanza_of(world, data=True, hours=20).start("archive_timeout = 0")
    stanza.query("select pg_logical_emit_message(true, 'ledger', 'one')")
    return stanza.args(max_wal_lag="15m", conninfo=stanza.conninfo())


def busy_server(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=0).start("archive_timeout = 60")
    stanza.query("insert into orders select generate_series(1, 20000), 'busy'")
    return stanza.args(max_wal_lag="15m", conninfo=stanza.conninfo())


def written_just_now(world: World) -> Arguments:
    """An idle night, then somebody works: archive_timeout closes the segment in time."""
    stanza = stanza_of(world, data=True, hours=20).start("archive_timeout = 60")
    stanza.query("insert into orders select generate_series(1, 20000), 'first of the day'")
    return stanza.args(max_wal_lag="15m", conninfo=stanza.conninfo())


def script_archives(world: World) -> Arguments:
    """A script may do anything: it is judged by what arrives."""
    stanza = stanza_of(world, data=True).start("archive_command = '/usr/local/bin/archive %p || exit 1'")
    return stanza.args(conninfo=stanza.conninfo())


def server_down_and_files_here(world: World) -> Arguments:
    """What was asked for is not had, whatever the files tell."""
    stanza = stanza_of(world, data=True)
    return stanza.args(conninfo=stanza.conninfo())


def no_such_psql(world: World) -> Arguments:
    stanza = stanza_of(world, data=True).start()
    return stanza.args(conninfo=stanza.conninfo(), psql="/nope/psql")


def no_such_database(world: World) -> Arguments:
    stanza = stanza_of(world, data=True).start()
    return stanza.args(conninfo=stanza.conninfo().replace("dbname=postgres", "dbname=nobody"))


def commanded(command: str) -> t.Callable[[World], Arguments]:
    """Nothing was written since the command was changed."""

    def arrange(world: World) -> Arguments:
        stanza = stanza_of(world, data=True).start(f"archive_command = '{command}'")
        return stanza.args(conninfo=stanza.conninfo())

    return arrange


def commanded_by_files(world: World) -> Arguments:
    return stanza_of(world, data=True).start("archive_command = '/bin/true'").args()


def swallowed_by_files(world: World) -> Arguments:
    """By a script: what PostgreSQL takes for archived is nowhere."""
    stanza = stanza_of(world, data=True, hours=0.1).start("archive_command = 'test -f %p && dirname %p'")
    closed = stanza.query("insert into orders values (8000, 'lost') returning pg_walfile_name(pg_current_wal_lsn())").splitlines()[0]
    stanza.query("select pg_switch_wal()")
    stanza.until(f"select last_archived_wal >= '{closed}' from pg_stat_archiver")
    return stanza.args()


def cut(position: int, size: int) -> t.Callable[[World], Arguments]:
    """A segment of the first repository; the first one of the newest backup is the third."""

    def arrange(world: World) -> Arguments:
        stanza = stanza_of(world)
        name = _wal_start(stanza, position) if position < 2 else ""
        path = next(path for path in reversed(stanza.wal()) if path.name.startswith(name))
        with path.open("r+b") as stream:
            stream.truncate(size)
        return stanza.args()

    return arrange


def backups_removed(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo / "backup")
    return stanza.args()


def from_repository_host(world: World) -> Arguments:
    return stanza_of(world, hours=0.1).args(max_wal_lag="15m")


def two_repositories(world: World) -> Arguments:
    return stanza_of(world, second=True).args(min_repositories=2)


def encrypted_repository(world: World) -> Arguments:
    return stanza_of(world, second=True).args(repo=2, encrypted=True)


def passphrase_in_environment(world: World) -> Arguments:
    stanza = stanza_of(world, second=True, repo2_cipher_pass="")
    text = stanza.config.read_text().replace(f"repo2-cipher-pass={PASSPHRASE}\n", "")
    stanza.config.write_text(text)
    return stanza.args(repo=2, environment={"PGBACKREST_REPO2_CIPHER_PASS": PASSPHRASE})


def promoted(world: World) -> Arguments:
    """Of a standby that has taken over: WAL goes on in another timeline."""
    stanza = stanza_of(world, data=True, hours=0)
    _promote(stanza, "archive_timeout = 60")
    return stanza.args(max_wal_lag="15m", conninfo=stanza.conninfo())


def _promote(stanza: Stanza, *lines: str) -> None:
    (stanza.data / "standby.signal").touch()
    give(stanza)
    stanza.start(*lines)
    stanza.query("select pg_promote()")
    stanza.until("select not pg_is_in_recovery()")
    stanza.query("insert into orders values (7000, 'on timeline 2')")
    closed = stanza.query("select pg_walfile_name(pg_switch_wal())")
    stanza.until(f"select last_archived_wal >= '{closed}' from pg_stat_archiver")


# -- faults


def backups_stopped(world: World) -> Arguments:
    return stanza_of(world, hours=76).args(rpo="24h")


def old_full(world: World) -> Arguments:
    return stanza_of(world, hours=20).args(max_full_age="12h")


def too_few(world: World) -> Arguments:
    return stanza_of(world).args(min_count=2)


def not_long_enough(world: World) -> Arguments:
    return stanza_of(world).args(retention="30d")


def only_one_repository(world: World) -> Arguments:
    return stanza_of(world).args(min_repositories=2)


def not_encrypted(world: World) -> Arguments:
    return stanza_of(world).args(encrypted=True)


def may_be_deleted(world: World) -> Arguments:
    return stanza_of(world).args(append_only=True)


def no_backup(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo)
    stanza.repo.mkdir()
    _initdb(stanza)
    stanza.pgbackrest("--no-online", "stanza-create")
    return stanza.args()


def aborted(world: World) -> Arguments:
    """The newest one was killed: its folder is there, with a manifest that no backup has."""
    stanza = stanza_of(world)
    newest = stanza.labels()[-1]
    folder = stanza.repo / "backup" / STANZA
    begun = folder / f"{newest[:16]}_20991231-235959D"
    shutil.copytree(folder / newest, begun)
    (begun / "backup.manifest").unlink()
    give(stanza)
    return stanza.args(max_age="2h")


def backup_removed(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo / "backup" / STANZA / stanza.labels()[-1])
    return stanza.args()


def full_removed(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo / "backup" / STANZA / stanza.labels()[0])
    return stanza.args()


def files_removed(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo / "backup" / STANZA / stanza.labels()[0] / "pg_data" / "base")
    return stanza.args()


def manifest_removed(world: World) -> Arguments:
    stanza = stanza_of(world)
    for name in ("backup.manifest", "backup.manifest.copy"):
        (stanza.repo / "backup" / STANZA / stanza.labels()[-1] / name).unlink()
    return stanza.args()


def info_lost(world: World) -> Arguments:
    stanza = stanza_of(world)
    for name in ("backup.info", "backup.info.copy"):
        (stanza.repo / "backup" / STANZA / name).unlink()
    return stanza.args()


def info_damaged(world: World) -> Arguments:
    stanza = stanza_of(world)
    for name in ("backup.info", "backup.info.copy"):
        path = stanza.repo / "backup" / STANZA / name
        path.write_text(path.read_text().replace("backrest-format", "backrest-farmot"))
    return stanza.args()


def wal_in_the_middle(world: World) -> Arguments:
    stanza = stanza_of(world)
    stanza.wal()[-2].unlink()
    return stanza.args()


def wal_of_backup(world: World) -> Arguments:
    stanza = stanza_of(world)
    next(path for path in stanza.wal() if path.name.startswith(_wal_start(stanza, -1))).unlink()
    return stanza.args()


def wal_of_older_backup(world: World) -> Arguments:
    stanza = stanza_of(world)
    next(path for path in stanza.wal() if path.name.startswith(_wal_start(stanza, 0))).unlink()
    return stanza.args()


def _wal_start(stanza: Stanza, position: int) -> str:
    info = json.loads(stanza.pgbackrest("info", "--repo=1", "--output=json"))
    return str(info[0]["backup"][position]["archive"]["start"])


def no_wal(world: World) -> Arguments:
    stanza = stanza_of(world)
    for path in stanza.wal():
        path.unlink()
    return stanza.args()


def history_gap(world: World) -> Arguments:
    """The segment in which the new timeline begins is gone."""
    stanza = stanza_of(world, data=True, hours=0)
    _promote(stanza)
    stanza.query("insert into orders values (7001, 'on timeline 2')")
    closed = stanza.query("select pg_walfile_name(pg_switch_wal())")
    stanza.until(f"select last_archived_wal >= '{closed}' from pg_stat_archiver")
    next(path for path in stanza.wal() if path.name.startswith("00000002")).unlink()
    return stanza.args(conninfo=stanza.conninfo())


def second_lacks_wal(world: World) -> Arguments:
    stanza = stanza_of(world, second=True)
    sorted((stanza.second / "archive" / STANZA).rglob("0*-*.gz"))[-2].unlink()
    return stanza.args()


def passphrase_for_everybody(world: World) -> Arguments:
    stanza = stanza_of(world, second=True)
    stanza.config.chmod(0o644)
    return stanza.args()


def archive_command_fails(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=0).start("archive_command = '/bin/false'")
    stanza.query("insert into orders values (8000, 'lost?')")
    stanza.query("select pg_switch_wal()")
    stanza.until("select failed_count > 0 from pg_stat_archiver")
    return stanza.args(conninfo=stanza.conninfo())


def archive_command_fails_by_files(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=3).start("archive_command = '/bin/false'")
    stanza.query("insert into orders values (8000, 'lost?')")
    stanza.query("select pg_switch_wal()")
    stanza.until("select failed_count > 0 from pg_stat_archiver")
    stanza.query("insert into orders values (8001, 'lost?')")
    return stanza.args()


def archive_command_does_nothing(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=0.5).start("archive_command = '/bin/true'")
    stanza.query("insert into orders values (8000, 'lost')")
    stanza.query("select pg_switch_wal()")
    stanza.until("select last_archived_wal is not null from pg_stat_archiver")
    stanza.query("insert into orders values (8001, 'lost')")
    return stanza.args(conninfo=stanza.conninfo(), max_wal_lag="15m")


def archive_command_empty(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=0).start("archive_command = ''")
    return stanza.args(conninfo=stanza.conninfo())


def archiving_off(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=3).start("archive_mode = off")
    return stanza.args(conninfo=stanza.conninfo(), rpo="1h")


def archiving_off_within_rpo(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=3).start("archive_mode = off")
    return stanza.args(conninfo=stanza.conninfo(), rpo="24h")


def archiving_off_by_files(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=3).start("archive_mode = off")
    for _segment in range(2):
        stanza.query("insert into orders values (9000, 'lost')")
        stanza.query("select pg_switch_wal()")
    stanza.query("insert into orders values (9000, 'lost')")
    return stanza.args(rpo="1h")


def segment_never_full(world: World) -> Arguments:
    """Little is written, and nothing closes the segment."""
    stanza = stanza_of(world, data=True, hours=5).start("archive_timeout = 0")
    stanza.query("insert into orders select generate_series(1, 200), 'waits'")
    return stanza.args(max_wal_lag="1h", conninfo=stanza.conninfo())


def other_cluster(world: World) -> Arguments:
    """The cluster was made anew, and nobody has told pgBackRest."""
    stanza = stanza_of(world)
    _initdb(stanza)
    return stanza.args()


def _initdb(stanza: Stanza, *options: str) -> None:
    stanza.socket.mkdir(parents=True)
    give(stanza)
    stanza.tools.run("initdb", "--no-sync", *options, "-A", "trust", "-U", "postgres", "-D", str(stanza.data))


def upgraded(world: World) -> Arguments:
    """The stanza was told of the new cluster, which has no backup yet."""
    args = other_cluster(world)
    stanza = next(one for one in world.running.started if isinstance(one, Stanza))
    stanza.pgbackrest("--no-online", "stanza-upgrade")
    return args


def stopped(world: World) -> Arguments:
    stanza = stanza_of(world)
    stanza.pgbackrest("stop")
    return stanza.args()


def damaged_pages(world: World) -> Arguments:
    """The database was damaged when it was backed up: pgBackRest says so beside the backup."""
    stanza = stanza_of(world, hours=0)
    shutil.rmtree(stanza.repo)
    stanza.repo.mkdir()
    _initdb(stanza, "--data-checksums")
    stanza.start("archive_mode = on", "wal_level = replica", "fsync = off")
    stanza.query("create table orders as select generate_series(1, 5000) as id, repeat('x', 200) as note")
    stanza.query("checkpoint")
    path = stanza.data / stanza.query("select pg_relation_filepath('orders')")
    stanza.halt()
    with path.open("r+b") as table:
        table.seek(8192 + 4000)
        table.write(b"bit rot")
    stanza.start()
    stanza.pgbackrest("stanza-create")
    stanza.pgbackrest("--type=full", "backup")
    return stanza.args()


def shrunk(world: World) -> Arguments:
    stanza = stanza_of(world, data=True, hours=0).start()
    stanza.query("create table big as select generate_series(1, 300000) as id, repeat('x', 200) as note")
    stanza.pgbackrest("--repo=1", "--type=full", "backup")
    stanza.query("drop table big")
    stanza.query("checkpoint")
    stanza.pgbackrest("--repo=1", "--type=incr", "backup")
    return stanza.args(conninfo=stanza.conninfo(), compare=1)


def clock_wrong(world: World) -> Arguments:
    return stanza_of(world, hours=-48).args()


# -- ways not to see


def no_stanza(world: World) -> Arguments:
    return stanza_of(world).args(stanza="ledger")


def no_repository(world: World) -> Arguments:
    stanza = stanza_of(world)
    shutil.rmtree(stanza.repo)
    return stanza.args()


def no_config(world: World) -> Arguments:
    return stanza_of(world).args(config="/etc/pgbackrest/of-somebody-else.conf")


def config_closed(world: World) -> Arguments:
    stanza = stanza_of(world)
    stanza.config.chmod(0o000)
    os.chown(stanza.config, 0, 0)
    return stanza.args()


def repository_closed(world: World) -> Arguments:
    stanza = stanza_of(world)
    folder = stanza.repo / "backup"
    folder.chmod(0o700)
    os.chown(folder, 0, 0)
    return stanza.args()


def wal_closed(world: World) -> Arguments:
    """Its names can be read, which is enough for a summary."""
    stanza = stanza_of(world)
    folder = stanza.wal()[0].parent
    folder.chmod(0o744)
    os.chown(folder, 0, 0)
    return stanza.args()


def wrong_passphrase(world: World) -> Arguments:
    return stanza_of(world, second=True).args(repo=2, environment={"PGBACKREST_REPO2_CIPHER_PASS": "guessed"})


def repository_unconfigured(world: World) -> Arguments:
    return stanza_of(world).args(repo=3)


def host_out_of_reach(world: World) -> Arguments:
    stanza = stanza_of(world)
    key, cert = stanza.folder / "key.pem", stanza.folder / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2"]
    subprocess.run([*words, "-subj", "/CN=db1"], check=True, capture_output=True)
    key.chmod(0o600)
    give(stanza)
    tls = {"repo1_host_cert_file": str(cert), "repo1_host_key_file": str(key), "repo1_host_ca_file": str(cert)}
    stanza.configure(repo1_host="127.0.0.1", repo1_host_type="tls", repo1_host_port="9", io_timeout="2", repo1_path="", **tls)
    return stanza.args()


def cannot_tell_idle(world: World) -> Arguments:
    """On the host of the repository, hours after the last WAL."""
    return stanza_of(world, hours=3).args(max_wal_lag="15m")


def server_down(world: World) -> Arguments:
    return stanza_of(world, hours=3).args(max_wal_lag="15m", conninfo="host=/nonexistent user=postgres")


def not_installed(world: World) -> Arguments:
    return stanza_of(world).args(binary="pgbackrest-that-nobody-installed")


def _script(world: World, text: str) -> Arguments:
    path = world.folder / "pgbackrest"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return {"stanza": STANZA, "max_age": "26h", "binary": str(path)}


def too_old_tool(world: World) -> Arguments:
    return _script(world, """echo "ERROR: [031]: invalid option '--output=json'" >&2; exit 31""")


def garbage(world: World) -> Arguments:
    return _script(world, "echo '<html>not found</html>'")


def hangs(world: World) -> Arguments:
    return {**_script(world, "sleep 600"), "timeout": "1s"}


def option_for_a_name(world: World) -> Arguments:
    return stanza_of(world).args(stanza="--force")


def password_on_the_command_line(world: World) -> Arguments:
    return stanza_of(world).args(conninfo="host=db1 password=geheim")


CHECK = "pgbackrest_backup"
ROWS = [
    Row(
        CHECK,
        "a full and a differential backup, WAL up to now",
        nightly,
        "pass",
        r"^backup \d{8}-\d{6}F_\S+D in repository 1 is 3 h( \d+ min)? old",
    ),
    Row(CHECK, "an idle database, seen by its files", idle_for_days, "pass", r"no WAL is missing"),
    Row(CHECK, "an idle database, asked", idle_server, "pass", r"no WAL is missing"),
    Row(
        CHECK, "one row is only in the database", one_row_only_there, "warn", r"archive_timeout is 0, so that .* nothing keeps max_wal_lag"
    ),
    Row(CHECK, "a busy database", busy_server, "pass", r"WAL at most \S+ \S+ behind"),
    Row(CHECK, "written after an idle night, archive_timeout set", written_just_now, "pass", r"WAL at most 60 s behind"),
    Row(CHECK, "seen from the host of the repository", from_repository_host, "pass", r"WAL at most \d+ min"),
    Row(
        CHECK,
        "two repositories, one of them encrypted",
        two_repositories,
        "pass",
        r"in repository 1 is 3 h( \d+ min)? old.*in repository 2 is 3 h( \d+ min)? old",
    ),
    Row(CHECK, "the encrypted repository alone", encrypted_repository, "pass", r"in repository 2 is 3 h( \d+ min)? old"),
    Row(CHECK, "passphrase in the environment", passphrase_in_environment, "pass", r"in repository 2 is 3 h( \d+ min)? old"),
    Row(CHECK, "a standby has taken over", promoted, "pass", r"in repository 1 is"),
    Row(CHECK, "backups stopped three days ago", backups_stopped, "fail", r"is 3 d 4 h old, the limit is 26 h \(RPO 24 h\)"),
    Row(
        CHECK,
        "differential on an old full backup",
        old_full,
        "fail",
        r"on which the newest one rests, is 20 h( \d+ min)? old, the limit is 12 h",
    ),
    Row(CHECK, "fewer full backups than wanted", too_few, "fail", r"repository 1: 1 complete full backup is there, at least 2 are wanted"),
    Row(CHECK, "backups do not reach far enough back", not_long_enough, "warn", r"the oldest is 3 h( \d+ min)? old, 30 d are to be kept"),
    Row(CHECK, "only one repository is configured", only_one_repository, "fail", r"1 repository holds a backup .*, at least 2 are wanted"),
    Row(CHECK, "repository is not encrypted", not_encrypted, "fail", r"repository 1 is not encrypted"),
    Row(CHECK, "who is on the host may delete the repository", may_be_deleted, "fail", r"may delete repository 1, a folder of this host"),
    Row(CHECK, "no backup was ever made", no_backup, "fail", r"repository 1 holds no complete backup of the stanza main"),
    Row(CHECK, "newest backup was killed", aborted, "fail", r"is 3 h( \d+ min)? old, the limit is 2 h"),
    Row(CHECK, "folder of the newest backup removed", backup_removed, "fail", r"is listed, and gone from repository 1"),
    Row(CHECK, "folder of its full backup removed", full_removed, "fail", r"is listed, and gone from repository 1"),
    Row(
        CHECK, "files of a backup removed", files_removed, "fail", r"files of backup \S+F are missing from repository 1: .* of .* are there"
    ),
    Row(CHECK, "manifest of a backup removed", manifest_removed, "fail", r"has lost its manifest"),
    Row(CHECK, "backup.info lost", info_lost, "fail", r"repository 1 has lost backup.info"),
    Row(CHECK, "backup.info damaged", info_damaged, "fail", r"repository 1 is damaged"),
    Row(
        CHECK,
        "a WAL segment removed in the middle",
        wal_in_the_middle,
        "fail",
        r"WAL 0{7}1\w+ is not in repository 1: after backup .* restored only to",
    ),
    Row(CHECK, "the WAL of the newest backup removed", wal_of_backup, "fail", r"backup .* cannot be restored without it"),
    Row(CHECK, "the WAL of an older backup removed", wal_of_older_backup, "fail", r"rests on \S+F, which cannot be restored"),
    Row(CHECK, "all WAL removed", no_wal, "fail", r"cannot be restored without it"),
    Row(CHECK, "WAL missing where a timeline begins", history_gap, "fail", r"WAL 00000002\w+ is not in repository 1"),
    Row(CHECK, "the second repository lacks WAL", second_lacks_wal, "fail", r"^WAL \w+ is not in repository 2: after backup"),
    Row(CHECK, "everybody may read the passphrase", passphrase_for_everybody, "warn", r"pgbackrest.conf holds a secret"),
    Row(CHECK, "archive_command fails, asked", archive_command_fails, "fail", r"archive_command fails, \d+ times? so far"),
    Row(
        CHECK,
        "archive_command fails, seen by its files",
        archive_command_fails_by_files,
        "fail",
        r"1 WAL segment waits to be archived, for 3 h",
    ),
    Row(CHECK, "archive_command does nothing", archive_command_does_nothing, "fail", r"archive_command does nothing .* \(and 1 more\)"),
    Row(
        CHECK,
        "archive_command does nothing, nothing written",
        commanded("/bin/true"),
        "fail",
        r"archive_command does nothing \(/bin/true\)",
    ),
    Row(CHECK, "archive_command does nothing with a name", commanded(": %p"), "fail", r"archive_command does nothing \(: %p\)"),
    Row(CHECK, "archive_command is a comment", commanded("# pgbackrest archive-push %p"), "fail", r"archive_command does nothing"),
    Row(CHECK, "archive_command copies elsewhere", commanded("cp %p /elsewhere/%f"), "fail", r"archive_command archives elsewhere \(cp %p"),
    Row(
        CHECK, "archive_command hides its failures", commanded("pgbackrest archive-push %p || true"), "warn", r"ends well whatever happens"
    ),
    Row(
        CHECK, "archive_command does nothing, seen by its files", commanded_by_files, "fail", r"archive_command does nothing \(/bin/true\)"
    ),
    Row(
        CHECK,
        "WAL swallowed, seen by its files",
        swallowed_by_files,
        "fail",
        r"PostgreSQL takes \w+ for archived, and repository 1 has nothing after",
    ),
    Row(CHECK, "a script archives", script_archives, "pass", r"no WAL is missing"),
    Row(
        CHECK,
        "the first WAL of the newest backup emptied",
        cut(-1, 0),
        "fail",
        r"WAL \w+ \(a file of 0 B has its name\) is not in repository 1: backup",
    ),
    Row(
        CHECK,
        "the first WAL of the newest backup cut",
        cut(-1, 50),
        "fail",
        r"WAL \w+ \(a file of 50 B has its name\) is not in repository 1: backup",
    ),
    Row(CHECK, "the newest WAL emptied", cut(2, 0), "fail", r"WAL \w+ in repository 1 is cut: 0 B cannot hold a segment"),
    Row(
        CHECK,
        "its backups removed, its WAL not",
        backups_removed,
        "fail",
        r"repository 1 holds WAL of the stanza main, and its backups are gone",
    ),
    Row(CHECK, "the database is down, its files are here", server_down_and_files_here, "unknown", r"PostgreSQL could not be asked"),
    Row(CHECK, "no such psql", no_such_psql, "unknown", r"/nope/psql"),
    Row(CHECK, "no such database", no_such_database, "unknown", r"could not be asked .*nobody"),
    Row(CHECK, "archive_command is empty", archive_command_empty, "fail", r"archive_command is empty"),
    Row(CHECK, "archiving off, beyond the RPO", archiving_off, "fail", r"archive_mode is off: .* would be lost"),
    Row(CHECK, "archiving off, within the RPO", archiving_off_within_rpo, "warn", r"archive_mode is off: .* would be lost"),
    Row(
        CHECK, "archiving off, seen by its files", archiving_off_by_files, "fail", r"is 3 h( \d+ min)? old, the limit is 60 min: 2 segments"
    ),
    Row(CHECK, "little is written and no segment ever full", segment_never_full, "fail", r"since archive_timeout is 0"),
    Row(CHECK, "the backups are of another cluster", other_cluster, "fail", r"are of another cluster"),
    Row(CHECK, "new cluster, no backup since", upgraded, "fail", r"holds no backup of the cluster as it is now, and 2 of those before"),
    Row(CHECK, "pgBackRest was stopped", stopped, "warn", r"pgBackRest was stopped"),
    Row(CHECK, "damaged pages were backed up", damaged_pages, "fail", r"pages with wrong checksums"),
    Row(CHECK, "newest much smaller than the earlier ones", shrunk, "warn", r"more than 50% smaller"),
    Row(CHECK, "a clock is wrong", clock_wrong, "unknown", r"dated in the future: a clock is wrong"),
    Row(CHECK, "no such stanza", no_stanza, "unknown", r"repository 1 has no stanza ledger"),
    Row(CHECK, "repository gone", no_repository, "unknown", r"repository 1 has no stanza main"),
    Row(CHECK, "no such configuration", no_config, "unknown", r"has no configuration that it could use"),
    Row(CHECK, "configuration may not be read", config_closed, "unknown", r"may not be read by .*pgbackrest.conf"),
    Row(CHECK, "repository may not be read", repository_closed, "unknown", r"repository 1\) may not be read by"),
    Row(CHECK, "WAL may not be read", wal_closed, "unknown", r"repository 1\) may not be read by"),
    Row(CHECK, "wrong passphrase", wrong_passphrase, "unknown", r"the passphrase does not open the repository"),
    Row(CHECK, "no repository of that number", repository_unconfigured, "unknown", r"has no such repository"),
    Row(CHECK, "repository host out of reach", host_out_of_reach, "unknown", r"cannot be reached: .*refused"),
    Row(
        CHECK,
        "idle or broken cannot be told from here",
        cannot_tell_idle,
        "unknown",
        r"whether the database has written since cannot be told",
    ),
    Row(CHECK, "PostgreSQL does not answer", server_down, "unknown", r"PostgreSQL could not be asked"),
    Row(CHECK, "pgBackRest not installed", not_installed, "unknown", r"is not installed on this host"),
    Row(CHECK, "too old a pgBackRest", too_old_tool, "unknown", r"too old"),
    Row(CHECK, "pgBackRest answers garbage", garbage, "unknown", r"not the state of a stanza"),
    Row(CHECK, "pgBackRest hangs", hangs, "unknown", r"did not end within 1 s"),
    Row(CHECK, "an option for the name of a stanza", option_for_a_name, "unknown", r"is not the name of a stanza"),
    Row(CHECK, "a password on a command line", password_on_the_command_line, "unknown", r"conninfo: it stands on a command line"),
]
