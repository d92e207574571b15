# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of backups that barman keeps, each made with the real barman and PostgreSQL. Of barman 3.14's encryption: by its documentation."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import pathlib
import shutil
import socket
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock
from backup_tools import Postgres
from barman_world import SERVER, Copy, replace
from table import Row, World

HOUR = 3600.0


class Later(Clock):
    """The clock of the check, ahead of that of the servers; it does not wait."""

    def __init__(self, hours: float) -> None:
        self.ahead = dt.timedelta(hours=hours)

    def now(self) -> dt.datetime:
        return super().now() + self.ahead

    def sleep(self, seconds: float) -> None:
        pass


def later(world: World, hours: float) -> None:
    """Lets time pass: only the check's clock goes on, and barman cron has run in the meantime."""
    world.runner.clock = Later(hours)


def cron_ran(copy: Copy, hours: float = 0.0) -> None:
    """barman cron runs, so many hours from now."""
    moment = time.time() + hours * HOUR
    for path in copy.home.glob(".*.lock"):
        os.utime(path, (moment, moment))


def copied(change: t.Callable[[Copy], None] | None = None, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        copy = Copy(world)
        if change:
            change(copy)
        return copy.args(**args)

    return arrange


def hours_later(hours: float, change: t.Callable[[Copy], None] | None = None, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        copy = Copy(world)
        if change:
            change(copy)
        later(world, hours)
        cron_ran(copy, hours)
        return copy.args(**args)

    return arrange


def configured(**options: str) -> t.Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        copy.write(**options)

    return change


def noted(**values: str) -> t.Callable[[Copy], None]:
    """Of the newest backup."""

    def change(copy: Copy) -> None:
        copy.note(copy.ids()[-1], **values)

    return change


# -- healthy


def streaming(copy: Copy) -> None:
    copy.write(archiver="off", streaming_archiver="on", slot_name="barman")
    copy.receive()


def named_by_environment(world: World) -> dict[str, t.Any]:
    args = Copy(world).args()
    return {**args, "environment": {"BARMAN_CONFIG_FILE": args.pop("config")}}


def attempt(copy: Copy, status: str, **values: str) -> str:
    """A later backup that has come no further than this status."""
    newest = copy.ids()[-1]
    begun = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    shutil.copytree(copy.server / "base" / newest, copy.server / "base" / begun, copy_function=os.link)
    copy.note(begun, status=status, **values)
    copy.give()
    return begun


def backup_runs(copy: Copy) -> None:
    attempt(copy, "STARTED", end_time="None", end_wal="None")
    handle = os.open(copy.home / f".{SERVER}-backup.lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)  # until the process that runs the rows ends
    copy.give()


def waits_for_wal(copy: Copy) -> None:
    attempt(copy, "WAITING_FOR_WALS")


def kept_for_ever(copy: Copy) -> None:
    copy.run("keep", "--target", "full", SERVER, copy.ids()[0])


def without_manifest(copy: Copy) -> None:
    (copy.server / "base" / copy.ids()[-1] / "data" / "backup_manifest").unlink()
    noted(mode="rsync-concurrent", copy_stats="None")(copy)


def wal_compressed(copy: Copy) -> None:
    postgres = copy.own_postgres()
    copy.write(compression="gzip")
    fill_segments(copy, postgres)


def fill_segments(copy: Copy, postgres: Postgres, count: int = 2) -> None:
    for number in range(count):
        postgres.query(f"insert into payments values ({number}, 'w'); select pg_switch_wal()")
    copy.settle(postgres)


def not_yet_full(copy: Copy) -> None:
    postgres = copy.own_postgres("archive_timeout = 30min")
    fill_segments(copy, postgres, 1)
    postgres.query("insert into payments select 1, repeat('n', 100) from generate_series(1, 100)")


def failed_over(copy: Copy) -> None:
    """The server has been a standby and was promoted: WAL goes on in timeline 2."""
    postgres = copy.own_postgres()
    fill_segments(copy, postgres, 1)
    postgres.stop()
    (postgres.data / "standby.signal").touch()
    copy.give()
    postgres.start()
    copy.tools.run("pg_ctl", "-D", str(postgres.data), "-w", "promote")
    fill_segments(copy, postgres, 3)


def passive(copy: Copy) -> None:
    copy.write(primary_ssh_command="ssh barman@other")


# -- backups


def none(copy: Copy) -> None:
    for name in copy.ids():
        shutil.rmtree(copy.server / "base" / name)


def newest_failed(copy: Copy) -> None:
    attempt(copy, "FAILED", error="failure starting backup (FATAL: password authentication failed)")


def only_waiting(copy: Copy) -> None:
    for name in copy.ids():
        copy.note(name, status="WAITING_FOR_WALS")


def begun_and_killed(copy: Copy) -> None:
    attempt(copy, "STARTED", end_time="None", end_wal="None")


def syncing(copy: Copy) -> None:
    attempt(copy, "SYNCING")


def data_removed(copy: Copy) -> None:
    shutil.rmtree(copy.server / "base" / copy.ids()[-1] / "data")


def data_emptied(copy: Copy) -> None:
    data_removed(copy)
    (copy.server / "base" / copy.ids()[-1] / "data").mkdir()


def a_table(copy: Copy) -> pathlib.Path:
    """The largest file of the newest backup's databases."""
    files = (path for path in (copy.server / "base" / copy.ids()[-1] / "data" / "base").rglob("*") if path.is_file())
    return max(files, key=lambda path: path.stat().st_size)


def databases_removed(copy: Copy) -> None:
    shutil.rmtree(copy.server / "base" / copy.ids()[-1] / "data" / "base")


def table_removed(copy: Copy) -> None:
    a_table(copy).unlink()


def table_cut(copy: Copy) -> None:
    replace(a_table(copy), a_table(copy).read_bytes()[:8192])


def all_tables_emptied(copy: Copy) -> None:
    for path in (copy.server / "base" / copy.ids()[-1] / "data" / "base").rglob("*"):
        if path.is_file():
            replace(path, b"")


def databases_removed_without_manifest(copy: Copy) -> None:
    without_manifest(copy)
    databases_removed(copy)


def manifest_cut(copy: Copy) -> None:
    path = copy.server / "base" / copy.ids()[-1] / "data" / "backup_manifest"
    replace(path, path.read_bytes()[:5000])


def info_cut(copy: Copy) -> None:
    path = copy.info(copy.ids()[-1])
    copy.note(copy.ids()[-1], tablespaces="[('history', 16390, '/srv/history')]")
    text = path.read_bytes()
    replace(path, text[: text.index(b"'/srv/his") + 5])


def info_garbled(copy: Copy) -> None:
    replace(copy.info(copy.ids()[-1]), b"<html>not found</html>\n")


def info_lost(copy: Copy) -> None:
    folder = copy.server / "base" / copy.ids()[0]
    (folder / "backup.info").unlink()
    os.utime(folder, (time.time() - HOUR, time.time() - HOUR))


def another_cluster(copy: Copy) -> None:
    postgres = Postgres(copy.tools, f"other-{copy.folder.name}", "--wal-segsize=1")
    postgres.configure("wal_level = replica", "archive_mode = on", "archive_command = 'true'")
    copy.configure(postgres.socket, postgres.port)
    copy.postgres, copy.own = postgres.start(), True


def conflicting(copy: Copy) -> None:
    second = {"conninfo": "host=/nowhere", "backup_method": "postgres", "streaming_conninfo": "host=/nowhere", "archiver": "on"}
    lines = [f"{name} = {value}" for name, value in {**second, "backup_directory": copy.server}.items()]
    (copy.folder / "conf.d" / "second.conf").write_text("\n".join(["[second]", *lines, ""]))


def in_the_future(copy: Copy) -> None:
    copy.aged(copy.ids()[-1], -48)


def all_in_the_future(copy: Copy) -> None:
    for number, name in enumerate(copy.ids()):
        copy.aged(name, -48 - number)


# -- WAL


def removed(position: int) -> t.Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        copy.wals()[position].unlink()

    return change


def of_the_newest_removed(copy: Copy) -> None:
    """What its backup.info says that it begins with; how many segments lie before that differs from one making to the next."""
    noted = (copy.server / "base" / copy.ids()[-1] / "backup.info").read_text().splitlines()
    (first,) = [line.partition("=")[2] for line in noted if line.startswith("begin_wal=")]
    (segment,) = [path for path in copy.wals() if path.name.startswith(first)]
    segment.unlink()


def truncated(copy: Copy) -> None:
    with copy.wals()[-1].open("r+b") as stream:
        stream.truncate(4096)


def not_listed(copy: Copy) -> None:
    listed = copy.server / "wals" / "xlog.db"
    lines = listed.read_text().splitlines(keepends=True)
    replace(listed, "".join(line for line in lines if not line.startswith(copy.wals()[-1].name)).encode())


def list_removed(copy: Copy) -> None:
    (copy.server / "wals" / "xlog.db").unlink()


def list_emptied(copy: Copy) -> None:
    replace(copy.server / "wals" / "xlog.db", b"")


def one_of_the_list_lost(copy: Copy) -> None:
    """Not the last one: that it was archived just now is no excuse."""
    listed = copy.server / "wals" / "xlog.db"
    lines = listed.read_text().splitlines(keepends=True)
    replace(listed, "".join(line for line in lines if not line.startswith(copy.wals()[-2].name)).encode())


def commanded(command: str) -> t.Callable[[Copy], None]:
    """An idle server, whose archive_command was changed."""

    def change(copy: Copy) -> None:
        copy.own_postgres(f"archive_command = '{command}'")

    return change


def restarted_just_now(copy: Copy) -> None:
    """receive-wal ends with PostgreSQL, until cron starts it again."""
    postgres = copy.own_postgres("archive_mode = off")
    copy.write(archiver="off", streaming_archiver="on", slot_name="barman")
    copy.receive()
    copy.stop_receiving()
    postgres.stop()
    postgres.start()


def down_and_not_received(copy: Copy) -> None:
    server_down(copy)
    copy.write(archiver="off", streaming_archiver="on", slot_name="barman")


def one_row_only_there(copy: Copy) -> None:
    postgres = copy.own_postgres()
    postgres.query("insert into payments values (1, 'one')")


def idle_and_closed_in_time(copy: Copy) -> None:
    copy.own_postgres("archive_timeout = 60")


def command_fails(copy: Copy) -> None:
    postgres = copy.own_postgres("archive_command = 'echo no space left >&2; false'")
    postgres.query("insert into payments values (1, 'f'); select pg_switch_wal()")
    wait(postgres, "select failed_count > 0 from pg_stat_archiver")


def wait(postgres: Postgres, query: str) -> None:
    end = time.monotonic() + 60
    while postgres.query(query) != "t":
        assert time.monotonic() < end, query
        time.sleep(0.05)


def sent_elsewhere(copy: Copy) -> None:
    postgres = copy.own_postgres(f"archive_command = 'cp %p {copy.folder}/elsewhere-%f'")
    postgres.query("insert into payments values (1, 'e'); select pg_switch_wal()")
    wait(postgres, "select pg_walfile_name(pg_current_wal_lsn()) > last_archived_wal and archived_count > 0 from pg_stat_archiver")
    wait(postgres, "select count(*) = 0 from pg_ls_archive_statusdir() where name like '%.ready'")


def archive_mode_off(copy: Copy) -> None:
    copy.own_postgres("archive_mode = off")


def not_received(copy: Copy) -> None:
    copy.write(archiver="off", streaming_archiver="on", slot_name="barman")


def received_no_longer(copy: Copy) -> None:
    """receive-wal has got some, then died; the server goes on."""
    postgres = copy.own_postgres("archive_mode = off")
    copy.write(archiver="off", streaming_archiver="on", slot_name="barman")
    copy.receive()
    copy.stop_receiving()
    postgres.query("insert into payments select 1, repeat('u', 1000) from generate_series(1, 3000)")


def archiver_hangs(copy: Copy) -> None:
    postgres = copy.own_postgres("archive_command = 'test -e %p && sleep 600'")
    postgres.query("insert into payments select 1, repeat('h', 1000) from generate_series(1, 3000); select pg_switch_wal()")


def segment_stays_open(copy: Copy) -> None:
    postgres = copy.own_postgres()
    postgres.query("insert into payments select 1, repeat('o', 100) from generate_series(1, 100)")


def cron_dead(copy: Copy) -> None:
    for path in copy.wals()[-2:]:
        moved = copy.server / "incoming" / path.name
        shutil.move(path, moved)
        os.utime(moved, (time.time() - 3 * HOUR, time.time() - 3 * HOUR))


def cron_silent(copy: Copy) -> None:
    cron_ran(copy, -9)


def put_aside(copy: Copy) -> None:
    copy.give()
    (copy.server / "errors" / "000000010000000000000007.20261130T000000.duplicate").write_bytes(b"x")


def history_lost(copy: Copy) -> None:
    failed_over(copy)
    next(copy.server.glob("wals/*.history")).unlink()


def gap_in_new_timeline(copy: Copy) -> None:
    """The segment is there in timeline 1, which the old primary went on to write; the new one's is missing."""
    failed_over(copy)
    missing = copy.wals()[-2]
    shutil.move(missing, missing.parent.parent / "0000000100000000" / f"00000001{missing.name[8:]}")


def restored_copy_archives(copy: Copy) -> None:
    """A copy of the server was started elsewhere, promoted, and archives into the archive of the real one."""
    failed_over(copy)
    made = copy.template.postgres
    copy.configure(made.socket, made.port)


# -- what cannot be looked at


def server_down(copy: Copy) -> None:
    copy.configure(copy.folder / "nowhere", 1)


def server_hangs(world: World) -> dict[str, t.Any]:
    copy = Copy(world)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    world.running.started.append(Closing(listener))
    copy.configure(pathlib.Path("127.0.0.1"), listener.getsockname()[1])
    return copy.args(timeout="6s")


class Closing:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener

    def stop(self) -> None:
        self.listener.close()


def home_missing(copy: Copy) -> None:
    copy.home.rename(copy.folder / "elsewhere")


def base_closed(copy: Copy) -> None:
    base = copy.server / "base"
    base.chmod(0o700)
    for path in base.iterdir():
        os.utime(path, (time.time() - HOUR, time.time() - HOUR))
    if os.geteuid() == 0:
        os.chown(base, 0, 0)
    else:
        base.chmod(0)


def config_missing(world: World) -> dict[str, t.Any]:
    return {**Copy(world).args(), "config": str(world.folder / "barman.conf")}


def other_user(copy: Copy) -> None:
    copy.config.write_text(copy.config.read_text().replace("barman_user = ", "barman_user = daemon\n#"))


def script(text: str, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        path = world.folder / "barman"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return {"barman_server": SERVER, "max_age": "26h", "binary": str(path), **args}

    return arrange


OLD = "echo 'usage: barman [-h]' >&2; echo 'barman: error: unrecognized arguments: -f json' >&2; exit 2"
HALF = f'echo \'{{"{SERVER}": [{{"backup_id": 7, "status": "DONE", "end_time_timestamp": "never"}}]}}\''
FIRST_ONLY = 'case "$*" in *list-backups*) echo \'{"main": []}\';; *) echo \'{"main": {}}\';; esac'


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("barman_backup", state, arrange, status, message)


ROWS = [
    row(
        "two nightly backups, all WAL archived",
        copied(min_count=2, retention="26h", rpo="24h"),
        "pass",
        r"ended 3 h ago, 22\.\d MiB, the limit is 26 h \(RPO 24 h\); 2 kept; all WAL is here",
    ),
    row("WAL is streamed", copied(streaming, max_wal_lag="15m"), "pass", r"all WAL is here"),
    row("configuration named by the environment", named_by_environment, "pass", r"newest backup"),
    row(
        "idle server, no WAL for hours, archive_timeout set",
        hours_later(20, idle_and_closed_in_time, max_wal_lag="15m"),
        "pass",
        r"ended 23 h ago.*all WAL is here",
    ),
    row("idle server, no WAL for hours", hours_later(20, rpo="24h"), "pass", r"ended 23 h ago.*all WAL is here"),
    row("PostgreSQL was restarted just now", copied(restarted_just_now), "pass", r"ended 3 h ago"),
    row("a script archives", copied(commanded("/usr/local/bin/archive %p %f || exit 1")), "pass", r"ended 3 h ago"),
    row(
        "a segment not yet full, archive_timeout set",
        copied(not_yet_full, max_wal_lag="1h"),
        "pass",
        r"WAL is here up to 00000001\w+, [\d.]+ m?s behind",
    ),
    row("a backup runs now", copied(backup_runs), "pass", r"ended 3 h ago"),
    row("a later backup waits for its WAL", copied(waits_for_wal), "pass", r"ended 3 h ago"),
    row("a backup kept for ever", copied(kept_for_ever), "pass", r"2 kept"),
    row("a backup without a manifest", copied(without_manifest), "pass", r"ended 3 h ago"),
    row("archived WAL is compressed", copied(wal_compressed), "pass", r"all WAL is here"),
    row("the server was promoted", copied(failed_over), "pass", r"all WAL is here"),
    row("passive node with fresh WAL", copied(passive, rpo="1h"), "pass", r"behind"),
    row("retention by redundancy", copied(configured(retention_policy="REDUNDANCY 2", minimum_redundancy="2")), "pass", r"2 kept"),
    # -- backups
    row(
        "no backup for 30 hours",
        hours_later(27, rpo="24h"),
        "fail",
        r"newest complete backup 20\w+ of main is 30 h old, the limit is 26 h \(RPO 24 h\)",
    ),
    row("no backup at all", copied(none), "fail", r"barman has no complete backup of main"),
    row("the later backup failed, the one before is too old", hours_later(27, newest_failed), "fail", r"is 30 h old"),
    row(
        "the later backup failed",
        copied(newest_failed),
        "warn",
        r"the later backup \w+ failed: failure starting backup .*password authentication",
    ),
    row("all backups wait for their WAL", copied(only_waiting), "fail", r"no complete backup"),
    row("backup begun, its process killed", copied(begun_and_killed), "warn", r"was begun and never ended"),
    row("a backup is being copied from the other barman", copied(syncing), "pass", r"ended 3 h ago"),
    row("fewer than wanted", copied(min_count=3), "fail", r"2 complete backups are there, at least 3"),
    row("do not reach as far back as wanted", copied(retention="30d"), "warn", r"the oldest is 27 h old, 30 d are to be kept"),
    row("size halved", copied(noted(size="9000000")), "warn", r"more than 50% smaller"),
    row("data of the newest removed", copied(data_removed), "fail", r"has no data: .*/data does not exist"),
    row("data of the newest emptied", copied(data_emptied), "fail", r"holds no database cluster"),
    row(
        "a tablespace is missing",
        copied(noted(tablespaces="[('history', 16390, '/srv/history')]")),
        "fail",
        r"lacks the tablespace history: .*/16390",
    ),
    row(
        "databases of the newest removed",
        copied(databases_removed),
        "fail",
        r"lacks \d+ of its \d+ files, such as base/.*cannot be restored",
    ),
    row("largest table of the newest removed", copied(table_removed), "fail", r"lacks base/\d+/\w+: it cannot be restored"),
    row("largest table of the newest cut", copied(table_cut), "fail", r"base/\d+/\w+ has 8\.0 KiB, .* were backed up"),
    row("all tables of the newest emptied", copied(all_tables_emptied), "fail", r"base/\S+ has 0 B, .* were backed up \(and \d+ more\)"),
    row(
        "databases removed from a backup without a manifest",
        copied(databases_removed_without_manifest),
        "fail",
        r"files of backup \w+ are missing or cut: .* of 22\.\d MiB are there",
    ),
    row("manifest of the newest cut", copied(manifest_cut), "fail", r"its manifest is not as it was written"),
    row("backup.info cut", copied(info_cut), "fail", r"backup\.info is cut or damaged: barman lists no backup of main"),
    row("backup.info damaged", copied(info_garbled), "fail", r"cannot read its own records of the backups of main: invalid line"),
    row("backup.info lost", copied(info_lost), "warn", r"without a backup\.info"),
    row("another database cluster runs now", copied(another_cluster), "fail", r"is of another database cluster"),
    row("switched off", copied(configured(active="false")), "fail", r"is switched off in barman"),
    row(
        "disabled by its configuration",
        copied(configured(archiver="off", streaming_archiver="on")),
        "fail",
        r"barman has disabled main, .*slot_name",
    ),
    row("two servers in one folder", copied(conflicting), "unknown", r"barman ended with code 1 on main: Conflicting path"),
    row("not encrypted", copied(encrypted=True), "fail", r"is not encrypted by barman"),
    row("newest dated in the future", copied(in_the_future, max_age="2d"), "warn", r"1 backup dated in the future is not counted"),
    row(
        "barman's own limits are not met",
        copied(configured(last_backup_maximum_age="1 hours", minimum_redundancy="5")),
        "warn",
        r"minimum_redundancy.*and 1 more",
    ),
    # -- WAL
    row("a WAL segment removed after the newest backup", copied(removed(-2)), "fail", r"is missing after the begin of backup"),
    row(
        "WAL of the newest backup itself removed", copied(of_the_newest_removed), "fail", r"newest complete backup \w+ of main is 27 h old"
    ),
    row("WAL removed between older backups", copied(removed(1)), "warn", r"missing between older backups"),
    row("WAL segment truncated", copied(truncated), "fail", r"00000001\w+ has 4\.0 KiB, 1\.0 MiB were archived"),
    row("WAL not in barman's list", hours_later(0.1, not_listed), "fail", r"is not in barman's list xlog\.db"),
    row("barman's list of WAL removed", copied(list_removed), "fail", r"xlog\.db, is empty or not there: a restore brings no WAL"),
    row("barman's list of WAL emptied", copied(list_emptied), "fail", r"xlog\.db, is empty or not there: a restore brings no WAL"),
    row("a segment lost from barman's list", copied(one_of_the_list_lost), "fail", r"is not in barman's list xlog\.db"),
    row("archive_command does nothing, nothing written", copied(commanded("/bin/true")), "fail", r"does nothing \(/bin/true\)"),
    row("archive_command is a comment", copied(commanded("# barman-wal-archive b main %p")), "fail", r"archive_command does nothing"),
    row("archive_command is empty, nothing written", copied(commanded("")), "fail", r"archive_command is empty"),
    row("archive_command archives elsewhere", copied(commanded("wal-g wal-push %p")), "fail", r"archive_command archives elsewhere"),
    row(
        "archive_command hides its failures",
        copied(commanded("barman-wal-archive b main %p || true")),
        "warn",
        r"ends well whatever happens",
    ),
    row("one row is only on the server", hours_later(0.1, one_row_only_there, max_wal_lag="1s"), "warn", r"archive_timeout is 0"),
    row(
        "archive_command fails",
        copied(command_fails),
        "fail",
        r"archive_command fails, the last time 20\S+ on 00000001\w+; it last succeeded",
    ),
    row(
        "archive_command sends WAL elsewhere",
        hours_later(0.1, sent_elsewhere),
        "fail",
        r"barman has not got it: archive_command sends WAL elsewhere",
    ),
    row("archive_mode off", copied(archive_mode_off), "fail", r"archive_mode is off"),
    row("receive-wal never ran", copied(not_received), "fail", r"barman receive-wal is not running"),
    row("receive-wal died", hours_later(2, received_no_longer, max_wal_lag="1h"), "fail", r"receive-wal is not running"),
    row(
        "archive_command hangs",
        hours_later(2, archiver_hangs, max_wal_lag="1h"),
        "fail",
        r"MiB of WAL are only on the server, since 2 h.*the limit is 60 min",
    ),
    row("open segment, archive_timeout is 0", hours_later(2, segment_stays_open, max_wal_lag="1h"), "warn", r"archive_timeout is 0"),
    row("barman cron does not run", copied(cron_dead), "fail", r"2 WAL files wait, the oldest for 3 h, in .*/incoming: barman cron"),
    row("barman cron silent", copied(cron_silent), "warn", r"barman cron last ran for this server 9 h ago"),
    row("WAL put aside", copied(put_aside), "warn", r"put 1 file aside into .*/errors"),
    row("history file of the timeline lost", copied(history_lost), "fail", r"history file 00000002\.history is missing"),
    row("gap in the new timeline only", copied(gap_in_new_timeline), "fail", r"WAL segment 00000002\w+ is missing"),
    row("a restored copy archives here", copied(restored_copy_archives), "warn", r"archive has WAL of timeline 2, the server is on 1"),
    # -- what cannot be looked at
    row("PostgreSQL is down", copied(server_down), "unknown", r"barman cannot ask PostgreSQL"),
    row("PostgreSQL is down, and receive-wal with it", copied(down_and_not_received), "unknown", r"barman cannot ask PostgreSQL"),
    row("PostgreSQL hangs", server_hangs, "unknown", r"only the list of backups was read.*did not end"),
    row("PostgreSQL is down and the backup is old", hours_later(27, server_down), "fail", r"is 30 h old"),
    row("passive node, nothing for hours", hours_later(20, passive, rpo="1h"), "unknown", r"passive node and asks no PostgreSQL"),
    row("all dated in the future", copied(all_in_the_future), "unknown", r"every complete backup of main is dated in the future"),
    row("append-only asked", copied(append_only=True), "unknown", r"nothing tells that the backups cannot be deleted"),
    row("barman's home not mounted", copied(home_missing), "unknown", r"home, does not exist: is it mounted"),
    row("barman may not read its folder", copied(base_closed), "unknown", r"barman does not list|may not be read"),
    row("no such server", copied(barman_server="ledger"), "unknown", r"barman has no server ledger in its configuration"),
    row("option-like name", copied(barman_server="--help"), "unknown", r"barman has no server --help"),
    row("all servers at once", copied(barman_server="all"), "unknown", r"name one"),
    row("no configuration", config_missing, "unknown", r"barman has no configuration here"),
    row("barman of another user", copied(other_user), "unknown", r"barman does not run as \w+: .*daemon"),
    row("barman not installed", copied(binary="barman-that-nobody-installed"), "unknown", r"is not installed on this host"),
    row("barman too old", script(OLD), "unknown", r"this barman is too old"),
    row("barman answers garbage", script("echo '<html>'"), "unknown", r"not JSON"),
    row("barman's list is none", script(HALF), "unknown", r"not a list of backups"),
    row("barman tells nothing of the server", script(FIRST_ONLY), "unknown", r"only the list of backups was read"),
    row("barman hangs", script("sleep 600", timeout="1s"), "unknown", r"did not end within 1 s"),
]
