# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of the real mariadb-backup; those of xtrabackup are made from its documentation, since it is not to be had."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import shutil
import typing as t

import backup_tools
from mariadb_made import Backups, aged, touched, xtrabackup
from table import Row, World

CHECK = "mariadb_backup"
Args = dict[str, t.Any]
Arrange = t.Callable[[World], Args]


def _backups(world: World) -> Backups:
    return Backups(world.folder, world.folder.parents[1])


def after(change: t.Callable[[Backups], object], **more: object) -> Arrange:
    def arrange(world: World) -> Args:
        backups = _backups(world)
        change(backups)
        return backups.args(**more)

    return arrange


def full(backups: Backups) -> pathlib.Path:
    return backups.add("full")


def chain(backups: Backups) -> None:
    for name, hours in (("full", 51), ("inc1", 27), ("inc2", 3)):
        backups.add(name, hours)


def nights(backups: Backups) -> None:
    for night in range(3):
        backups.add("full", 3 + 24 * night, f"night-{night}")


def then(*changes: t.Callable[[pathlib.Path], object]) -> t.Callable[[Backups], None]:
    """A full backup of the last night that these have changed; its files keep their dates."""

    def change(backups: Backups) -> None:
        place = full(backups)
        for one in changes:
            one(place)
        touched(place, 3)

    return change


def cut(name: str, size: int) -> t.Callable[[pathlib.Path], None]:
    return lambda place: os.truncate(place / name, size)


def gone(*names: str) -> t.Callable[[pathlib.Path], None]:
    def change(place: pathlib.Path) -> None:
        for name in names:
            for path in place.glob(name):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def said(name: str, old: str, new: str) -> t.Callable[[pathlib.Path], None]:
    def change(place: pathlib.Path) -> None:
        text = (place / name).read_text()
        assert old in text, text
        (place / name).write_text(text.replace(old, new))

    return change


def renamed(place: pathlib.Path) -> None:
    """As MariaDB 11.1 and later call them."""
    for name in ("checkpoints", "info"):
        (place / f"xtrabackup_{name}").rename(place / f"mariadb_backup_{name}")


def prepared(backups: Backups) -> None:
    place = full(backups)
    for name, old, new in (
        ("xtrabackup_checkpoints", "full-backuped", "log-applied"),
        ("xtrabackup_info", "incremental = N", "incremental = N"),
    ):
        said(name, old, new)(place)
    os.truncate(place / "ib_logfile0", 12304)
    touched(place, 3)


def metadata_only(backups: Backups) -> None:
    place = full(backups)
    for path in place.iterdir():
        if not path.name.startswith("xtrabackup_"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def stream_and_metadata(backups: Backups) -> None:
    """As ``--stream`` with ``--extra-lsndir`` leaves them."""
    backups.stream()
    metadata_only(backups)


def tables_lost(backups: Backups) -> None:
    backups.add("full", 27, "earlier")
    then(gone("payments/orders.ibd"))(backups)


def dropped_database(backups: Backups) -> None:
    place = backups.add("full", 27, "earlier")
    shutil.copytree(place / "payments", place / "shop")
    touched(place, 27)
    full(backups)


def two_servers(hours: float) -> t.Callable[[Backups], None]:
    """Two servers leave their backups in one folder; that of the other was made so long ago."""

    def change(backups: Backups) -> None:
        place = backups.add("full", hours, "shop-1")
        (place / "payments").rename(place / "shop")
        touched(place, hours)
        full(backups)

    return change


def changed_pages_cut(backups: Backups) -> None:
    chain(backups)
    cut("inc2/payments/orders.ibd.delta", 20000)(backups.folder)
    touched(backups.folder / "inc2", 3)


def future(backups: Backups) -> None:
    backups.add("full", -48)


def later_also_future(backups: Backups) -> None:
    full(backups)
    backups.add("full", -48, "tomorrow")


def anew(backups: Backups) -> None:
    touched(backups.add("full", 76), 1)


def killed(hours: float, *earlier: float) -> t.Callable[[Backups], None]:
    def change(backups: Backups) -> None:
        for number, ago in enumerate(earlier):
            backups.add("full", ago, f"full-{number}")
        touched(backups.add("killed", hours), hours)

    return change


def baseless(backups: Backups) -> None:
    backups.add("inc1", 3)


def missing_link(backups: Backups) -> None:
    backups.add("full", 20)
    backups.add("inc2", 3)


def closed_base(backups: Backups) -> None:
    place = backups.add("full", 27)
    said("xtrabackup_checkpoints", "full-backuped", "full-prepared")(place)
    touched(place, 27)
    backups.add("inc1", 3)


def other_zone(backups: Backups) -> None:
    """The server lives nine hours ahead of this host, so that what it wrote looks younger than it is."""
    place = backups.add("full", 30 - 9)
    touched(place, 30)


def told_zone(world: World) -> Args:
    backups = _backups(world)
    place = full(backups)
    moment = dt.datetime.now(dt.timezone(dt.timedelta(hours=9))) - dt.timedelta(hours=3)
    aged(place, 3)
    text = (place / "xtrabackup_info").read_text().splitlines()
    text = [f"end_time = {moment:%Y-%m-%d %H:%M:%S}" if line.startswith("end_time") else line for line in text]
    (place / "xtrabackup_info").write_text("\n".join(text))
    touched(place, 1)
    return backups.args(time_zone="+09:00", max_age="4h")


def halved(backups: Backups) -> None:
    for night in range(1, 4):
        place = backups.add("full", 3 + 24 * night, f"night-{night}")
        (place / "payments" / "big.MYD").write_bytes(b"x" * 60_000_000)
        touched(place, 3 + 24 * night)
    full(backups)


def in_system_tablespace(place: pathlib.Path) -> None:
    """As a server leaves it on which no table has a file of its own."""
    gone("payments/*.ibd", "payments/old.*", "payments/aria.*", "mysql/innodb_*.ibd")(place)


def no_folder(world: World) -> Args:
    return {"path": str(world.folder / "unmounted"), "max_age": "26h"}


def empty(world: World) -> Args:
    return {"path": str(world.folder), "max_age": "26h"}


def dated(world: World) -> Args:
    backups = _backups(world)
    day = (dt.datetime.now() - dt.timedelta(days=5)).strftime("%Y-%m-%d")
    backups.add("full", 3, day)
    return {"pattern": [str(backups.folder / "%Y-%m-%d")], "max_age": "26h"}


def xtra(hours: float = 3.0, **info: str) -> t.Callable[[Backups], None]:
    def change(backups: Backups) -> None:
        xtrabackup(backups.folder / "percona", hours, **info)

    return change


def xtra_empty_table(backups: Backups) -> None:
    place = xtrabackup(backups.folder / "percona")
    os.truncate(place / "payments" / "orders.ibd", 3 * 16384)
    touched(place, 3)


def xtra_packed(backups: Backups) -> None:
    place = xtrabackup(backups.folder / "percona", compressed="compressed", encrypted="AES256")
    for path in [*place.rglob("*.ibd"), place / "ibdata1", place / "xtrabackup_logfile"]:
        path.rename(f"{path}.zst.xbcrypt")
    touched(place, 3)


def stream(name: str = "payments.xb", *pack: str, hours: float = 3.0) -> t.Callable[[Backups], None]:
    def change(backups: Backups) -> None:
        backups.stream(name, hours, list(pack) or None)

    return change


def with_zstd(world: World) -> Args:
    tools = backup_tools.Tools(world.folder / "tools", "zstd", also_as_root=True)
    world.runner.environ["PATH"] = f"{tools.bin}:{os.environ['PATH']}"
    backups = _backups(world)
    backups.stream("payments.xb.zst", 3, [str(tools.bin / "zstd"), "-q", "-c"])
    return backups.args(contains=["payments"])


def cut_zstd(world: World) -> Args:
    args = with_zstd(world)
    path = world.folder / "backups" / "payments.xb.zst"
    os.truncate(path, path.stat().st_size // 2)
    touched(path, 3)
    return args


def without_zstd(world: World) -> Args:
    args = with_zstd(world)
    (world.folder / "tools" / "bin" / "zstd").unlink()
    world.runner.environ["PATH"] = str(world.folder / "tools" / "bin")
    world.runner.which = t.cast("t.Any", _no_tool)  # type: ignore[method-assign] # also where the host has one
    return args


def _no_tool(_name: str) -> None:
    return None


def cut_stream(share: float, hours: float = 3.0) -> t.Callable[[Backups], None]:
    def change(backups: Backups) -> None:
        path = backups.stream()
        os.truncate(path, int(path.stat().st_size * share))
        touched(path, hours)

    return change


def cut_between(backups: Backups) -> None:
    """After a whole chunk: nothing of what is there is wrong, only the end is missing."""
    path = backups.stream()
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"XBSTCK01", 0, whole.rindex(b"backup-my.cnf"))])
    touched(path, 3)


def flipped_stream(backups: Backups) -> None:
    path = backups.stream()
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    touched(path, 3)


def message_as_stream(backups: Backups) -> None:
    path = backups.folder / "payments.xb"
    path.write_text("mariadb-backup: Error: Failed to connect to MariaDB server: Access denied for user 'backup'@'localhost'.\n")
    touched(path, 3)


def encrypted_stream(backups: Backups) -> None:
    path = backups.stream("payments.xb.gpg")
    path.write_bytes(bytes([0x85, 0x01, 0x0C, 0x03]) + os.urandom(4000))
    touched(path, 3)


def stream_touched(backups: Backups) -> None:
    backups.stream()  # its content is from the start of this test, its date is older: the older one counts


def zeros(name: str, first: int = 0, last: int | None = None) -> t.Callable[[pathlib.Path], None]:
    """Zeros from this page on, to another one or the end."""

    def change(place: pathlib.Path) -> None:
        size = (place / name).stat().st_size
        with (place / name).open("r+b") as out:
            out.seek(first * 16384)
            out.write(b"\0" * ((size if last is None else last * 16384) - first * 16384))

    return change


def table_dropped(backups: Backups) -> None:
    backups.add("full", 27, "earlier")
    then(gone("payments/old.*"))(backups)


def table_dropped_before(backups: Backups) -> None:
    place = backups.add("full", 27, "earlier")
    gone("payments/old.*")(place)
    touched(place, 27)
    then(gone("payments/old.*"))(backups)


def temporary_tables(backups: Backups) -> None:
    place = backups.add("full", 27, "earlier")
    for name in ("#sql-alter-1-2.ibd", "FTS_0000000000000123_CONFIG.ibd"):
        shutil.copy(place / "payments" / "orders.ibd", place / "payments" / name)
    touched(place, 27)
    full(backups)


def emptied_meanwhile(place: pathlib.Path) -> None:
    """As a backup is in which a table was emptied: it is made anew from the log."""
    gone("payments/orders.ibd")(place)
    with (place / "ib_logfile0").open("ab") as out:
        out.write(b"\x80\x15\x07\x00./payments/orders.ibd")


def empty_log(backups: Backups) -> None:
    """As MariaDB 10.5 leaves it after ``--prepare``."""
    place = full(backups)
    said("xtrabackup_checkpoints", "full-backuped", "log-applied")(place)
    os.truncate(place / "ib_logfile0", 0)
    touched(place, 3)


def packed_by_tool(ending: str = "qp", hours: float = 3.0) -> t.Callable[[Backups], None]:
    """As ``--compress`` leaves it: all but the numbers is packed, what the backup says of itself too."""

    def change(backups: Backups) -> None:
        place = full(backups)
        for path in [one for one in place.rglob("*") if one.is_file() and one.name != "xtrabackup_checkpoints"]:
            path.write_bytes(path.read_bytes() or b"qpress10")  # nothing is packed into something
            path.rename(f"{path}.{ending}")
        touched(place, hours)

    return change


def packed_killed(backups: Backups) -> None:
    packed_by_tool()(backups)
    gone("full/xtrabackup_info.qp", "full/xtrabackup_checkpoints")(backups.folder)
    touched(backups.folder / "full", 3)


def stream_after(*others: tuple[str, list[str] | None, float]) -> t.Callable[[Backups], None]:
    """A packed stream of the last night; before it others, each larger by so many times."""

    def change(backups: Backups) -> None:
        backups.stream("full-20261130.xb.gz", 3, ["gzip", "-1c"])
        for number, (name, pack, times) in enumerate(others):
            path = backups.stream(name, 27 + number, pack)
            os.truncate(path, int(path.stat().st_size * times))
            touched(path, 27 + number)

    return change


GZIP = ["gzip", "-1c"]
ROWS: list[Row] = [
    Row(
        CHECK,
        "the last full backup",
        after(full),
        "pass",
        r"newest complete backup .*full is 3 h old, the limit is 26 h; .*tables: 7; 1 kept",
    ),
    Row(CHECK, "full ones of three nights, all asked", after(nights, min_count=3, retention="2d", rpo="24h"), "pass", r"26 h \(RPO 24 h\)"),
    Row(
        CHECK,
        "a full one and two on it",
        after(chain, max_full_age="7d", contains=["payments.orders"]),
        "pass",
        r"inc2 \(incremental, on .*full",
    ),
    Row(CHECK, "names as MariaDB 11 has them", after(then(renamed)), "pass", r"full is 3 h old"),
    Row(CHECK, "two servers, each last night", after(two_servers(4)), "pass", r"full is 3 h old"),
    Row(CHECK, "another server that is long retired", after(two_servers(1000)), "pass", r"full is 3 h old"),
    Row(CHECK, "already prepared", after(prepared), "pass", r"full is 3 h old"),
    Row(
        CHECK,
        "table with a mark in its name",
        after(full, contains=["payments", "payments.with-mark", "payments.parts"]),
        "pass",
        r"3 h old",
    ),
    Row(CHECK, "no table has a file of its own", after(then(in_system_tablespace)), "pass", r"3 h old"),
    Row(CHECK, "another one is being made", after(killed(0, 3)), "pass", r"full-0 is 3 h old"),
    Row(CHECK, "one was given up long before", after(killed(40, 3)), "pass", r"full-0 is 3 h old"),
    Row(CHECK, "the zone of the server is told", told_zone, "pass", r"full is 3 h old"),
    Row(CHECK, "xtrabackup: a full one", after(xtra(), contains=["payments"]), "pass", r"percona is 3 h old"),
    Row(CHECK, "xtrabackup: packed and encrypted", after(xtra_packed, encrypted=True, contains=["payments.orders"]), "pass", r"3 h old"),
    Row(CHECK, "a stream", after(stream(), contains=["payments.orders"]), "pass", r"payments.xb is 3 h old.*tables: 7"),
    Row(CHECK, "a stream, and what the tool says of it beside it", after(stream_and_metadata), "pass", r"payments.xb is 3 h old"),
    Row(CHECK, "a stream in gzip", after(stream("payments.xb.gz", "gzip", "-1c")), "pass", r"payments.xb.gz is 3 h old.*tables: 7"),
    Row(CHECK, "a stream in zstd", with_zstd, "pass", r"payments.xb.zst is 3 h old"),
    Row(CHECK, "a large stream, of which the heads are read", after(stream(), verify_max_bytes="1MiB"), "pass", r"3 h old.*tables: 7"),
    Row(CHECK, "too old", after(lambda backups: backups.add("full", 76)), "fail", r"full is 3 d 4 h old, the limit is 26 h"),
    Row(
        CHECK,
        "too old, with the promise",
        after(lambda b: b.add("full", 76), rpo="24h"),
        "fail",
        r"3 d 4 h old, the limit is 26 h \(RPO 24 h\)",
    ),
    Row(CHECK, "touched anew", after(anew), "fail", r"full is 3 d 4 h old"),
    Row(CHECK, "the name has an older date", dated, "fail", r"is 4 d(?: \d+ h)? old"),
    Row(CHECK, "the server is in a zone ahead", after(other_zone), "fail", r"full is 30 h old"),
    Row(CHECK, "an incremental one alone", after(baseless), "fail", r"inc1 cannot be restored: it is incremental, and no backup is there"),
    Row(CHECK, "the link between is missing", after(missing_link), "fail", r"inc2 cannot be restored: it is incremental"),
    Row(CHECK, "the base can take none any more", after(closed_base), "fail", r"inc1 cannot be restored"),
    Row(
        CHECK,
        "the full one is too old",
        after(chain, max_full_age="2d"),
        "fail",
        r"newest full backup that is built on, .*full, is 2 d 3 h old",
    ),
    Row(
        CHECK,
        "killed in the middle, and nothing else",
        after(killed(3)),
        "fail",
        r"no backup .* is complete; .*killed: it has no xtrabackup_",
    ),
    Row(CHECK, "still being made, and nothing else", after(killed(0)), "fail", r"killed is still being made, or was given up lately"),
    Row(CHECK, "killed each night since", after(killed(3, 76)), "fail", r"full-0 is 3 d 4 h old"),
    Row(
        CHECK,
        "the information is cut short",
        after(then(cut("xtrabackup_info", 300))),
        "fail",
        r"xtrabackup_info does not say when it ended",
    ),
    Row(CHECK, "the numbers are cut short", after(then(cut("xtrabackup_checkpoints", 30))), "fail", r"cut short or not one that is known"),
    Row(CHECK, "information alone (extra-lsndir)", after(metadata_only), "fail", r"full: it holds no data, only what the tool says of it"),
    Row(CHECK, "the system's data is missing", after(then(gone("ibdata1"))), "fail", r"ibdata1 is not in it"),
    Row(CHECK, "the log is missing", after(then(gone("ib_logfile0"))), "fail", r"ib_logfile0 is not in it"),
    Row(
        CHECK,
        "a table is cut to whole pages",
        after(then(cut("payments/orders.ibd", 65536))),
        "fail",
        r"orders.ibd is damaged: it has 65536 of ",
    ),
    Row(
        CHECK, "a table is cut within a page", after(then(cut("payments/orders.ibd", 70000))), "fail", r"no whole number of pages of 16384"
    ),
    Row(CHECK, "a table is empty", after(then(cut("payments/orders.ibd", 0))), "fail", r"payments/orders.ibd is damaged: it is empty"),
    Row(
        CHECK, "the system's data is cut", after(then(cut("ibdata1", 5 * 2**20))), "fail", r"ibdata1 is damaged: it has 5242880 of 12582912"
    ),
    Row(
        CHECK,
        "the changed pages of an incremental one are cut",
        after(changed_pages_cut),
        "fail",
        r"inc2: payments/orders.ibd.delta is damaged: it has 20000 of ",
    ),
    Row(CHECK, "a table has lost its data", after(tables_lost), "fail", r"the description of 1 table without its data: payments/orders"),
    Row(
        CHECK, "all tables have lost their data", after(then(gone("payments/*.ibd", "payments/*.M*"))), "fail", r"descriptions of \d tables"
    ),
    Row(CHECK, "an empty server", after(then(gone("payments"))), "fail", r"holds no table but those of the server itself"),
    Row(CHECK, "the database is not in it", after(full, contains=["shop"]), "fail", r"does not contain shop"),
    Row(CHECK, "the table is not in it", after(full, contains=["payments.refunds"]), "fail", r"does not contain payments.refunds"),
    Row(CHECK, "too few", after(full, min_count=3), "fail", r"1 complete backup is there, at least 3 are wanted"),
    Row(CHECK, "not encrypted", after(full, encrypted=True), "fail", r"full is not encrypted"),
    Row(CHECK, "xtrabackup: cut", after(xtra_empty_table), "fail", r"payments/orders.ibd is damaged: it has 49152 of 131072"),
    Row(CHECK, "no backup at all", empty, "fail", r"there is no backup of mariadb-backup or xtrabackup in"),
    Row(CHECK, "a stream cut short", after(cut_stream(0.6)), "fail", r"payments.xb: it is cut short, after"),
    Row(CHECK, "a stream cut between two files", after(cut_between), "fail", r"it (has no xtrabackup_|ends within)"),
    Row(CHECK, "a bit of a stream flipped", after(flipped_stream), "fail", r"does not agree with its checksum"),
    Row(CHECK, "the message of a failure as the stream", after(message_as_stream), "fail", r"it does not begin with XBSTCK01"),
    Row(CHECK, "a stream in zstd cut short", cut_zstd, "fail", r"cut short, after|cannot unpack"),
    Row(CHECK, "an empty stream", after(cut_stream(0)), "fail", r"payments.xb: it is empty"),
    Row(CHECK, "not as far back as wanted", after(nights, retention="30d"), "warn", r"the oldest is 2 d 3 h old, 30 d are to be kept"),
    Row(CHECK, "killed last night", after(killed(3, 25)), "warn", r"not counted: .*killed: it has no xtrabackup_"),
    Row(CHECK, "half as large", after(halved), "warn", r"median of 3 earlier ones .*more than 50% smaller"),
    Row(
        CHECK,
        "a database is no longer in it",
        after(dropped_database),
        "warn",
        r"shop is not in it any more: the newest backup with it, .*earlier, is 27 h old",
    ),
    Row(
        CHECK,
        "a table has no file, by the dictionary it had one",
        after(then(gone("payments/orders.ibd")), contains=["payments"]),
        "fail",
        r"the description of 1 table without its data: payments/orders",
    ),
    Row(
        CHECK,
        "a table was emptied meanwhile",
        after(then(emptied_meanwhile)),
        "warn",
        r"1 table whose data is at most in its log \(payments/orders",
    ),
    Row(
        CHECK,
        "a table has no file, and the dictionary cannot be read",
        after(then(gone("payments/orders.ibd"), zeros("ibdata1", 8))),
        "warn",
        r"without a file of its own .*missing, or in",
    ),
    Row(
        CHECK,
        "a table is all zeros",
        after(then(zeros("payments/orders.ibd"))),
        "fail",
        r"orders.ibd is damaged: its first page is all zeros",
    ),
    Row(
        CHECK,
        "a table is zeros but for its head",
        after(then(zeros("payments/orders.ibd", 4))),
        "fail",
        r"orders.ibd is damaged: its page \d+ is in",
    ),
    Row(CHECK, "a page of a table is zeros", after(then(zeros("payments/orders.ibd", 9, 10))), "fail", r"its page 9 is in use"),
    Row(CHECK, "the log is zeros", after(then(zeros("ib_logfile0"))), "fail", r"ib_logfile0 is damaged: it has no header, only zeros"),
    Row(CHECK, "the system's data is zeros", after(then(zeros("ibdata1"))), "fail", r"ibdata1 is damaged: its first page is all zeros"),
    Row(CHECK, "prepared by an older release, its log empty", after(empty_log), "pass", r"full is 3 h old"),
    Row(CHECK, "a table is no longer in it", after(table_dropped), "warn", r"lacks payments.old, which .*earlier had: was it dropped"),
    Row(CHECK, "a table was dropped long before", after(table_dropped_before), "pass", r"full is 3 h old"),
    Row(CHECK, "tables that the server makes for itself come and go", after(temporary_tables), "pass", r"full is 3 h old"),
    Row(CHECK, "packed by the tool", after(packed_by_tool(), contains=["payments.orders"]), "pass", r"full is 3 h old.*tables: 7"),
    Row(CHECK, "packed by the tool, in zstd", after(packed_by_tool("zst")), "pass", r"full is 3 h old"),
    Row(CHECK, "packed by the tool, too old", after(packed_by_tool(hours=76)), "fail", r"full is 3 d 4 h old"),
    Row(CHECK, "packed by the tool, killed", after(packed_killed), "fail", r"full: it has no xtrabackup_checkpoints"),
    Row(CHECK, "a packed stream after plain ones", after(stream_after(("full-20261129.xb", None, 1.0))), "pass", r"3 h old"),
    Row(
        CHECK,
        "a packed stream after larger ones",
        after(stream_after(("full-20261129.xb.gz", GZIP, 4.0))),
        "warn",
        r"more than 50% smaller",
    ),
    Row(
        CHECK, "a packed stream after others of another name", after(stream_after(("weekly-20261129.xb.gz", GZIP, 4.0))), "pass", r"3 h old"
    ),
    Row(
        CHECK,
        "the other of two servers has stopped",
        after(two_servers(144)),
        "warn",
        r"shop is not in it any more: .*shop-1, is 6 d old",
    ),
    Row(CHECK, "a partial one", after(then(said("xtrabackup_info", "partial = N", "partial = Y"))), "warn", r"is a partial backup"),
    Row(CHECK, "another one is dated in the future", after(later_also_future), "warn", r"1 backup dated in the future is not counted"),
    Row(CHECK, "dated in the future", after(future), "unknown", r"is dated in the future"),
    Row(CHECK, "the folder is not there", no_folder, "unknown", r"unmounted does not exist"),
    Row(CHECK, "an encrypted stream", after(encrypted_stream), "unknown", r"encrypted \(gpg\), so what is in it cannot be looked at"),
    Row(CHECK, "a stream in zstd, which is not here", without_zstd, "unknown", r"packed with zstd, which is not installed"),
    Row(
        CHECK,
        "packed and too large to read",
        after(stream("a.xb.gz", "gzip", "-1c"), verify_max_bytes="1kB"),
        "unknown",
        r"larger than 1000 B",
    ),
]
