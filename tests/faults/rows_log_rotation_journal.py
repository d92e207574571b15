# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation for the journal: files that systemd-journal-remote writes, and a journald of its own. systemd is stood in for."""

from __future__ import annotations

import os
import pathlib
import typing as t

from journals import Journal, Journald, reading
from rows_systemd_unit import stand_in
from servers import Server
from table import Row, World

Arguments = dict[str, t.Any]
RUNS = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running"}
MEBI = 2**20


def by_systemd(world: World, **changes: str) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in {**RUNS, **changes}.items())
    stand_in(world, f"cat <<'END'\n{lines}END")


def journal(
    *settings: str, volatile: bool = False, hours_ago: float = 0.1, daemon: dict[str, str] | None = None, **args: t.Any
) -> t.Callable[[World], Arguments]:
    """A journal whose last entry is so old."""

    def arrange(world: World) -> Arguments:
        found = Journal(world.folder / "root", volatile=volatile)
        found.write("one", "two", "three", hours_ago=hours_ago)
        return looked_at(world, found, *settings, daemon=daemon, **args)

    return arrange


def looked_at(world: World, found: Journal, *settings: str, daemon: dict[str, str] | None = None, **args: t.Any) -> Arguments:
    by_systemd(world, **(daemon or {}))
    reading(found, world.runner.environ, world.folder)
    return {"journald": True, "journald_config": found.settings(*settings), **args}


def archived(world: World) -> Arguments:
    found = Journal(world.folder / "root")
    found.write("an older one", hours_ago=40 * 24, name="system@0123.journal")
    found.write("a newer one", hours_ago=0.1)
    return looked_at(world, found, "SystemMaxUse=500M", "MaxRetentionSec=1month")


def drop_ins(world: World) -> Arguments:
    """SystemMaxUse is of no use for what lies in memory."""
    found = Journal(world.folder / "root", volatile=True)
    found.write("one", hours_ago=3)
    found.write("two")
    folder = found.config.parent / "journald.conf.d"
    folder.mkdir()
    (folder / "10-size.conf").write_text("[Journal]\nSystemMaxUse=500M\n")
    (folder / "90-small.conf").write_text("[Journal]\nRuntimeMaxUse=16M\n")
    return looked_at(world, found, "Storage=auto")


def real(*settings: str, on_disk: bool = False, **args: t.Any) -> t.Callable[[World], Arguments]:
    """journald itself, that has received a line."""

    def arrange(world: World) -> Arguments:
        server: Journald = world.running.start(Journald, *settings, on_disk=on_disk)
        server.say("a line", "another line")
        by_systemd(world)
        reading(server.journal, world.runner.environ, world.folder)
        return {"journald": True, "journald_config": server.patterns, **args}

    return arrange


def dropping(by: str, hours_ago: float = 1.0, **args: t.Any) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        found = Journal(world.folder / "root")
        found.drop(4711, by, hours_ago)
        found.write("one")
        return looked_at(world, found, **args)

    return arrange


class Shipper(Server):
    """A program that keeps a journal file open."""

    def __init__(self, folder: pathlib.Path, file: pathlib.Path, name: str = "shipper") -> None:
        super().__init__(folder)
        self.file, self.name = file, name

    def command(self) -> list[str]:
        (self.folder / self.name).symlink_to("/bin/sh")
        script = f"exec 3<{self.file}; touch {self.folder}/ready; while :; do sleep 1 3<&-; done"
        return ["sh", "-c", f"{self.folder / self.name} -c '{script}' & wait"]

    def is_ready(self) -> bool:
        return (self.folder / "ready").exists()


def handed_on(world: World, name: str = "shipper") -> Arguments:
    found = Journal(world.folder / "root")
    found.write("one")
    by_systemd(world)
    world.running.start(Shipper, found.folder / "system.journal", name)
    reading(found, world.runner.environ, world.folder, where_they_lie=True)
    return {"journald": True, "journald_config": found.settings(), "forwarded": True}


def read_along(world: World) -> Arguments:
    """Somebody looks at it at a terminal."""
    return handed_on(world, "journalctl")


def copied(world: World) -> Arguments:
    """A backup reads it at this moment."""
    return handed_on(world, "restic")


def not_handed_on(world: World) -> Arguments:
    return {**journal()(world), "forwarded": True}


def nothing_there(*settings: str) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        found = Journal(world.folder / "root")
        found.folder.mkdir(parents=True)
        return looked_at(world, found, *settings)

    return arrange


def cut_off(world: World) -> Arguments:
    """All that there is was cut: the file system was broken."""
    found = Journal(world.folder / "root")
    found.write("one")
    os.truncate(found.folder / "system.journal", 5000)
    return looked_at(world, found)


def without_a_section(world: World) -> Arguments:
    """A drop-in whose lines journald passes over."""
    found = Journal(world.folder / "root")
    found.write("one")
    folder = found.config.parent / "journald.conf.d"
    folder.mkdir()
    (folder / "10-size.conf").write_text("SystemMaxUse=500M\n")
    return looked_at(world, found, "SystemMaxUse=200M")


def too_large(world: World) -> Arguments:
    found = Journal(world.folder / "root")
    found.write("one", hours_ago=2, name="system@0123.journal")
    found.write("two", name="system@0124.journal", hours_ago=1)
    found.write("three")
    for path in found.folder.iterdir():
        os.posix_fallocate(descriptor := os.open(path, os.O_RDWR), 0, 12 * MEBI)
        os.close(descriptor)
    return looked_at(world, found, "SystemMaxUse=10M")


def refused(world: World) -> Arguments:
    args = journal()(world)
    (world.folder / "journalctl").write_text(
        "#!/bin/sh\necho 'No journal files were opened due to insufficient permissions.' >&2\nexit 1\n"
    )
    return args


def nonsense(world: World) -> Arguments:
    args = journal()(world)
    (world.folder / "journalctl").write_text("#!/bin/sh\nhead -c 100000 /dev/urandom\n")
    return args


def with_later(past: float, ahead: float) -> t.Callable[[World], Arguments]:
    """Entries of so many hours ago, and one that is so many hours ahead."""

    def arrange(world: World) -> Arguments:
        found = Journal(world.folder / "root")
        found.write("one", "two", hours_ago=past)
        found.write("three", hours_ago=-ahead)
        return looked_at(world, found)

    return arrange


def of_unit(**shown: str) -> t.Callable[[World], Arguments]:
    """What systemd knows of payments.service."""
    return journal(daemon=shown, unit="payments.service")


STOPPED = {"ActiveState": "inactive", "SubState": "dead"}
ROWS: list[Row] = [
    Row("log_rotation", "a journal that is kept, with journald's defaults", journal(), "pass", r"bounded by .*journald's default"),
    Row(
        "log_rotation",
        "a journal with bounds, some of it archived",
        archived,
        "pass",
        r"in 2 files.*bounded by 500\.0 MiB \(SystemMaxUse\)",
    ),
    Row("log_rotation", "a journal of a host that logs little", journal(hours_ago=20), "pass", r"is bounded"),
    Row(
        "log_rotation", "a journal, of a host that systemd cannot be asked about", journal(daemon={"LoadState": ""}), "pass", r"is bounded"
    ),
    Row("log_rotation", "a journal in memory that is said to be", journal(volatile=True, persistent=False), "pass", r"is bounded"),
    Row("log_rotation", "a journal that a shipper reads", handed_on, "pass", r"is bounded"),
    Row("log_rotation", "messages of another unit are dropped", dropping("other.service", unit="payments.service"), "pass", r"is bounded"),
    Row("log_rotation", "messages were dropped days ago", dropping("payments.service", 50), "pass", r"is bounded"),
    Row("log_rotation", "journald itself, persistent", real("Storage=persistent", on_disk=True), "pass", r"in 1 file.*journald's default"),
    Row(
        "log_rotation",
        "journald itself, in memory",
        real("Storage=volatile"),
        "warn",
        r"kept in memory only \(Storage=volatile\).*restarts",
    ),
    Row("log_rotation", "journald itself, in memory as is said", real("Storage=volatile", persistent=False), "pass", r"is bounded"),
    Row(
        "log_rotation",
        "a journal in memory by default",
        drop_ins,
        "warn",
        r"16\.0 MiB, RuntimeMaxUse\), but kept in memory only.*entry is 3 h(?: \d+ min)? old",
    ),
    Row("log_rotation", "told to keep it in memory when next started", journal("Storage=volatile"), "warn", r"will be kept in memory only"),
    Row(
        "log_rotation",
        "journald keeps nothing, old files lie there",
        journal("Storage=none"),
        "fail",
        r"keeps nothing.*Storage=none.*1 file .* before",
    ),
    Row("log_rotation", "journald keeps nothing", nothing_there("Storage=none"), "fail", r"keeps nothing .*told to \(Storage=none\)"),
    Row("log_rotation", "there is no journal file", nothing_there(), "fail", r"there is no journal file"),
    Row(
        "log_rotation",
        "journald has stopped",
        journal(daemon=STOPPED),
        "fail",
        r"nothing is received: systemd-journald.service is not running \(inactive",
    ),
    Row(
        "log_rotation",
        "journald is masked",
        journal(daemon={**STOPPED, "LoadState": "masked"}),
        "fail",
        r"not running \(masked, inactive\)",
    ),
    Row(
        "log_rotation", "journald runs, and is masked", journal(daemon={"LoadState": "masked"}), "warn", r"is masked: it does not come back"
    ),
    Row("log_rotation", "nothing was received for days", journal(hours_ago=80), "fail", r"received nothing for 3 d"),
    Row(
        "log_rotation",
        "nothing was received for longer than is declared",
        journal(hours_ago=3, max_silence="1h"),
        "fail",
        r"limit is 60 min",
    ),
    Row(
        "log_rotation",
        "the rate limit drops messages",
        dropping("payments.service", unit="payments.service"),
        "warn",
        r"dropped 4711 messages of pay",
    ),
    Row(
        "log_rotation",
        "the journal is larger than its bound",
        too_large,
        "fail",
        r"the journal has .*, the limit is 10\.0 MiB \(SystemMaxUse\)",
    ),
    Row(
        "log_rotation",
        "a journal whose own bound is the limit",
        journal("SystemMaxUse=1G", max_size="1GiB"),
        "pass",
        r"bounded by 1\.0 GiB \(SystemMaxUse\)",
    ),
    Row(
        "log_rotation",
        "a journal whose own bound is below the limit",
        journal("SystemMaxUse=200M", max_size="1GiB"),
        "pass",
        r"bounded by 200\.0 MiB",
    ),
    Row(
        "log_rotation",
        "a journal in memory, bounded below the limit",
        journal("RuntimeMaxUse=64M", volatile=True, persistent=False, max_size="1GiB"),
        "pass",
        r"bounded by 64\.0 MiB",
    ),
    Row(
        "log_rotation",
        "the own bound of the journal is above the limit",
        journal("SystemMaxUse=10G", max_size="1GiB"),
        "fail",
        r"may have 10\.0 GiB \(SystemMaxUse\), the limit is 1\.0 GiB \(max_size\)",
    ),
    Row(
        "log_rotation",
        "journald's default is above the limit",
        journal(max_size="20MiB"),
        "fail",
        r"may have .*journald's default.*the limit is 20\.0 MiB",
    ),
    Row(
        "log_rotation",
        "the journal is larger than max_size",
        journal(max_size="1MiB"),
        "fail",
        r"the journal has 8\.0 MiB, the limit is 1\.0 MiB \(max_size\)",
    ),
    Row("log_rotation", "the journal is handed on to nobody", not_handed_on, "fail", r"declared to be handed on, but no process reads it"),
    Row("log_rotation", "somebody reads the journal along", read_along, "fail", r"declared to be handed on, but no process reads it"),
    Row("log_rotation", "an entry a minute ahead", with_later(0.1, 0.02), "pass", r"is bounded"),
    Row("log_rotation", "an entry is of the future", with_later(0.1, 48), "warn", r"which is yet to come: a clock was wrong$"),
    Row("log_rotation", "an entry is of the future, nothing else since days", with_later(30, 480), "fail", r"received nothing for 30 h"),
    Row("log_rotation", "a journal that keeps all levels", journal("MaxLevelStore=debug"), "pass", r"is bounded"),
    Row("log_rotation", "a journal that keeps info", journal("MaxLevelStore=6"), "pass", r"is bounded"),
    Row(
        "log_rotation",
        "a journal that keeps warnings only",
        journal("MaxLevelStore=warning"),
        "warn",
        r"keeps nothing below warning \(MaxLevelStore\)",
    ),
    Row(
        "log_rotation", "a journal that keeps warnings only, by number", journal("MaxLevelStore=4"), "warn", r"keeps nothing below warning"
    ),
    Row(
        "log_rotation",
        "a unit that writes into the journal",
        of_unit(StandardOutput="journal", StandardError="inherit", LogNamespace=""),
        "pass",
        r"is bounded",
    ),
    Row(
        "log_rotation",
        "a unit that complains into the journal",
        of_unit(StandardOutput="null", StandardError="journal"),
        "pass",
        r"is bounded",
    ),
    Row(
        "log_rotation",
        "a unit that is not there",
        of_unit(LoadState="not-found"),
        "warn",
        r"payments\.service, whose messages .* is not there",
    ),
    Row("log_rotation", "a unit with a journal of its own", of_unit(LogNamespace="payments"), "warn", r"LogNamespace=payments"),
    Row(
        "log_rotation",
        "a unit whose output is thrown away",
        of_unit(StandardOutput="null", StandardError="inherit"),
        "warn",
        r"is thrown away",
    ),
    Row(
        "log_rotation",
        "a unit that writes into a file",
        of_unit(StandardOutput="append:/var/log/x", StandardError="inherit"),
        "warn",
        r"writes into a file",
    ),
    Row("log_rotation", "a backup reads the journal", copied, "fail", r"declared to be handed on, but no process reads it"),
    Row("log_rotation", "the file of the journal is cut off", cut_off, "fail", r"none of them can be read|there is no journal file"),
    Row("log_rotation", "the journal may not be read", refused, "unknown", r"did not tell a size|may not read the system's journal"),
    Row("log_rotation", "journalctl answers nonsense", nonsense, "unknown", r"did not tell a size"),
    Row("log_rotation", "a journal with a drop-in without a section", without_a_section, "pass", r"bounded by 200\.0 MiB \(SystemMaxUse\)"),
    Row("log_rotation", "a journal with a size of two parts", journal("SystemMaxUse=1G 512M"), "pass", r"bounded by 1\.5 GiB"),
    Row(
        "log_rotation",
        "a journal with a size that journald does not take",
        journal("SystemMaxUse=500MB"),
        "warn",
        r"ignores SystemMaxUse=500MB: it takes a number and K, M",
    ),
    Row(
        "log_rotation",
        "a journal with a size that journald does not take, behind one that it takes",
        journal("SystemMaxUse=100M", "SystemMaxUse=500MB", max_size="200MiB"),
        "warn",
        r"ignores SystemMaxUse=500MB",
    ),
    Row(
        "log_rotation",
        "a journal whose limit is a size that journald does not take",
        journal("SystemMaxUse=9MB", max_size="9MiB"),
        "fail",
        r"ignores SystemMaxUse=9MB.* \(and 1 more\)",
    ),
    Row("log_rotation", "a journal with a size that is of no use to it", journal("RuntimeMaxUse=9MB"), "pass", r"journald's default"),
    Row("log_rotation", "a journal whose Storage is misspelt", journal("Storage=Volatile"), "warn", r"ignores Storage=Volatile"),
]
