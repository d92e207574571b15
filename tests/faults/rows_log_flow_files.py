# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_flow: files of a real rsyslogd, the journals of a real receiver, and the half that runs on the hosts."""

from __future__ import annotations

import gzip
import os
import pathlib
import socket
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._machine import lasting_identity
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from flowing import DAY, HOUR, MINUTE, Arguments, marker
from journal_receiver import JournalReceiver, OneJournal
from journals import Journal, reading
from servers import LOCAL, Rsyslog
from table import Row, World

NAMELESS = r"do not say which host has written them, so that whose they are cannot be told: .*\{host\} in search"
EXPECT = [{"instance": "web1"}, {"instance": "web2"}]
BOTH = r"2 of 2 instances have logged within 25 h"


def text_time(ago: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))


# -- files of a receiver


def received(world: World, hosts: t.Sequence[str] = ("web1", "web2")) -> tuple[Rsyslog, Arguments]:
    """Lines that came over the network, in a folder for each host."""
    server = world.running.start(Rsyslog, world.binaries)
    with socket.create_connection((LOCAL, server.port)) as client:
        for host in hosts:
            stamp = time.strftime("%b %e %H:%M:%S")
            client.sendall(f"<14>{stamp} {host} payments: an order was taken\n".encode())
    paths = [server.central / host / "payments.log" for host in hosts]
    end = time.monotonic() + 30
    while not all(path.exists() and path.stat().st_size for path in paths) and time.monotonic() < end:
        time.sleep(0.05)
    return server, {"backend": "file", "search": f"{server.central}/{{host}}/{{tag}}.log", "tag": "payments", "expect": EXPECT}


def from_the_network(world: World) -> Arguments:
    return received(world)[1]


def one_never_came(world: World) -> Arguments:
    return received(world, ["web1"])[1]


def gathered(world: World, **ages: float) -> Arguments:
    """A folder for each host, with a line of so many seconds ago, and the file as old as its line."""
    folder = world.folder / "central"
    for host, age in ages.items():
        log = folder / host / "payments.log"
        log.parent.mkdir(parents=True)
        log.write_text(f"{text_time(age + 60)} {host} payments: before\n{text_time(age)} {host} payments: an order was taken\n")
        written(log, age)
    return {"backend": "file", "search": f"{folder}/{{host}}/payments.log", "expect": EXPECT}


def written(path: pathlib.Path, ago: float) -> None:
    moment = time.time() - ago
    os.utime(path, (moment, moment))


def one_old(world: World) -> Arguments:
    return gathered(world, web1=20, web2=3 * DAY)


def just_rotated(world: World) -> Arguments:
    """The new files are empty yet."""
    args = gathered(world, web1=MINUTE, web2=MINUTE)
    for log in (world.folder / "central").glob("*/payments.log"):
        log.rename(log.with_name("payments.log.1"))
        log.write_text("")
    return args


def touched(world: World) -> Arguments:
    """The file is fresh, and its newest line three days old."""
    args = gathered(world, web1=20, web2=3 * DAY)
    log = world.folder / "central" / "web2" / "payments.log"
    text = log.read_text()
    log.rename(log.with_name("payments.log.1"))
    written(log.with_name("payments.log.1"), 3 * DAY)
    log.write_text("")
    assert text
    return args


def zone_off(world: World) -> Arguments:
    args = gathered(world, web1=20, web2=30 * HOUR)
    written(world.folder / "central" / "web2" / "payments.log", 5)
    return args


def without_times(world: World) -> Arguments:
    args = gathered(world, web1=20, web2=20)
    for log in (world.folder / "central").glob("*/payments.log"):
        log.write_text("an order was taken\n" * 3)
    return args


def binary(world: World) -> Arguments:
    """Bytes without a line end, of a host that writes just now."""
    args = gathered(world, web1=20, web2=20)
    (world.folder / "central" / "web2" / "payments.log").write_bytes(bytes(range(1, 256)).replace(b"\n", b"") * 20_000)
    return args


def together(world: World, *lines: tuple[str, float], form: str = "{time} {host} payments: an order was taken") -> Arguments:
    """One file for all hosts."""
    log = world.folder / "all.log"
    ordered = sorted(lines, key=lambda one: -one[1])
    log.write_text("".join(form.replace("{time}", text_time(age)).replace("{host}", host) + "\n" for host, age in ordered))
    return {"backend": "file", "search": str(log), "tag": "payments", "expect": EXPECT}


def in_one_file(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 40), ("db1", 5))


def json_in_one_file(world: World) -> Arguments:
    form = '{"@timestamp":"{time}","host":{"name":"{host}"},"app":"payments","message":"an order was taken"}'
    return together(world, ("web1", 20), ("web2", 40), form=form)


def silent_in_one_file(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 3 * DAY), ("db1", 5))


def nobody_for_days(world: World) -> Arguments:
    return together(world, ("web1", 3 * DAY), ("web2", 3 * DAY), ("db1", 3 * DAY))


def without_hosts(world: World) -> Arguments:
    """A receiver that writes no host into its lines."""
    return together(world, ("web1", 20), ("web2", 40), form="{time} payments: an order was taken")


def with_levels_for_hosts(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 40), form="{time} INFO payments: an order was taken")


def containers_without_hosts(world: World) -> Arguments:
    """As containers log (CRI): what stands after the time is a stream."""
    return {**together(world, ("web1", 20), ("web2", 40), form="{time} stdout F an order was taken"), "tag": None}


def json_without_hosts(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 40), form='{"time":"{time}","app":"payments","source":"stdout","message":"an order"}')


def without_hosts_for_days(world: World) -> Arguments:
    return together(world, ("web1", 3 * DAY), ("web2", 3 * DAY), form="{time} payments: an order was taken")


def one_without_hosts(world: World) -> Arguments:
    """A line of web1 names it, a few of other programs name nobody, and of web2 there is none."""
    args = together(world, ("web1", 20), ("web1", 40))
    with open(args["search"], "a") as log:
        log.write(f"{text_time(5)} INFO payments: started\n")
    return args


def otel_in_one_file(world: World) -> Arguments:
    form = (
        '{"time":"{time}","resource":{"attributes":[{"key":"host.name","value":{"stringValue":"{host}"}}]},'
        '"body":{"stringValue":"an order was taken"},"app":"payments"}'
    )
    return together(world, ("web1", 20), ("web2", 40), form=form)


def behind_a_tag_in_one_file(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 40), form='{time}\tpayments\t{"host":"{host}","app":"payments","message":"an order"}')


BUSY = [(host, 3.0 * number) for number in range(600) for host in ("web1", "web2")]


def with_old_lines(world: World, *old: tuple[str, float], lines: t.Sequence[tuple[str, float]] = BUSY) -> Arguments:
    """Lines of now, and behind them lines of before: a queue is sent again."""
    args = together(world, *lines)
    with open(world.folder / "all.log", "a") as log:
        log.writelines(f"{text_time(age)} {host} payments: an order was taken\n" for host, age in old)
    return args


def old_line_at_the_end(world: World) -> Arguments:
    return with_old_lines(world, ("web2", 3 * DAY), ("web1", 50 * 365 * DAY))


def old_lines_at_the_end(world: World) -> Arguments:
    """More than are passed over without looking whether there are newer ones."""
    return with_old_lines(world, *[("laptop", 3 * DAY - number) for number in range(12_000)])


def old_lines_and_a_silent_one(world: World) -> Arguments:
    lines = [("web1", 3.0 * number) for number in range(600)]
    return with_old_lines(world, *[("web1", 3 * DAY - number) for number in range(12_000)], lines=lines)


def old_line_at_the_end_of_one(world: World) -> Arguments:
    args = gathered(world, web1=20, web2=20)
    with open(world.folder / "central" / "web2" / "payments.log", "a") as log:
        log.write(f"{text_time(3 * DAY)} web2 payments: an order was taken\n")
    return args


def one_file_for_two(world: World) -> Arguments:
    args = gathered(world, web1=20)
    (world.folder / "central" / "web2").symlink_to(world.folder / "central" / "web1")
    return {**args, "expect": EXPECT}


def other_programs(world: World) -> Arguments:
    return together(world, ("web1", 20), ("web2", 20), form="{time} {host} sshd[7]: a login")


def any_line_of_a_host(world: World) -> Arguments:
    """A folder for each host, and in it whatever its programs log."""
    args = gathered(world, web1=20, web2=20)
    return {**args, "search": f"{world.folder}/central/{{host}}/*.log"}


def our_own_lines(world: World) -> Arguments:
    """Of the one that is silent the marked lines of log_canary are there."""
    args = gathered(world, web1=20, web2=3 * DAY)
    with open(world.folder / "central" / "web2" / "payments.log", "a") as log:
        log.write(f"{text_time(5)} web2 payments: operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77\n")
    return args


def its_own_file(world: World) -> Arguments:
    """What is looked at is the log that the host writes itself."""
    args = gathered(world, web1=20)
    log = world.folder / "central" / "web1" / "payments.log"
    status = log.stat()
    said = marker("web1", machine=lasting_identity(), identity=[status.st_dev, status.st_ino])
    return {**args, "expect": EXPECT[:1], "markers": [said]}


def no_folder(world: World) -> Arguments:
    return {"backend": "file", "search": f"{world.folder}/elsewhere/{{host}}/payments.log", "expect": EXPECT}


def compressed(world: World, ago: float) -> Arguments:
    """What came lately is compressed already, and nothing has come since."""
    args = gathered(world, web1=20, web2=20)
    log = world.folder / "central" / "web2" / "payments.log"
    log.write_text("")
    log.with_name("payments.log.1.gz").write_bytes(gzip.compress(f"{text_time(ago)} web2 payments: an order was taken\n".encode()))
    return args


def compressed_already(world: World) -> Arguments:
    return compressed(world, HOUR)


def compressed_late(world: World) -> Arguments:
    """The file was compressed just now, and its lines are old."""
    return compressed(world, 3 * DAY)


# -- journals of a receiver


def journals(
    world: World, hosts: t.Sequence[str] = ("web1", "web2"), at: type[JournalReceiver] = JournalReceiver, late: str = "", **more: str
) -> Arguments:
    server = world.running.start(at)
    for host in hosts:
        server.take("an order was taken", host=host, **(more or {"_SYSTEMD_UNIT": "payments.service"}))
    if late:
        server.take(*(f"sent again {number}" for number in range(6000)), host=late, ago=3 * DAY, _SYSTEMD_UNIT="payments.service")
        server.take("of a clock of 1970", host=late, ago=50 * 365 * DAY, _SYSTEMD_UNIT="payments.service")
    programs = world.folder / "bin"
    programs.mkdir()
    world.runner = Runner(environ=server.journalctl(programs))
    return {"backend": "journald", "search": str(server.received), "unit": "payments", "expect": EXPECT}


def both_journals(world: World) -> Arguments:
    return journals(world)


def by_tag(world: World) -> Arguments:
    args = journals(world, SYSLOG_IDENTIFIER="payments")
    del args["unit"]
    return {**args, "tag": "payments"}


def one_journal(world: World) -> Arguments:
    return journals(world, ["web1"])


def old_entries_at_the_end(world: World) -> Arguments:
    """One journal for all; a host was away, and hands in what it has kept."""
    return journals(world, at=OneJournal, late="laptop")


def old_entries_of_a_host(world: World) -> Arguments:
    return journals(world, late="web2")


def old_entries_of_a_silent_one(world: World) -> Arguments:
    return journals(world, ["web1"], at=OneJournal, late="web2")


def of_a_users_unit(world: World) -> Arguments:
    return journals(world, _SYSTEMD_USER_UNIT="payments.service")


def units_by_a_pattern(world: World) -> Arguments:
    return {**journals(world, _SYSTEMD_UNIT="payments@1.service"), "unit": "payments@*.service"}


def empty_journals(world: World) -> Arguments:
    (world.folder / "empty").mkdir()
    return {"backend": "journald", "search": str(world.folder / "empty"), "unit": "payments", "expect": EXPECT}


def half_a_journal(world: World) -> Arguments:
    args = journals(world)
    for path in pathlib.Path(args["search"]).rglob("*.journal"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 200])
    return args


def another_unit(world: World) -> Arguments:
    return journals(world, _SYSTEMD_UNIT="sshd.service")


def no_journal(world: World) -> Arguments:
    args = journals(world)
    return {**args, "search": f"{world.folder}/elsewhere"}


class WithoutJournalctl(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "journalctl" else super().which(name)


def no_journalctl(world: World) -> Arguments:
    args = journals(world)
    world.runner = WithoutJournalctl()
    return args


# -- the half on the hosts


def seeing(**more: t.Any) -> Arguments:
    return {"backend": "journald", "min_instances": 1, **more}


def a_log_that_is_written(world: World) -> Arguments:
    log = world.folder / "app.log"
    log.write_text("".join(f"{text_time(age)} info a line\n" for age in range(7200, 0, -10)))
    return seeing(path=str(log))


def no_log(world: World) -> Arguments:
    return seeing(path=str(world.folder / "app.log"))


def a_folder_for_a_log(world: World) -> Arguments:
    return seeing(path=str(world.folder))


def a_journal_that_is_written(world: World) -> Arguments:
    journal = Journal(world.folder / "root")
    journal.write("an order was taken", hours_ago=3)
    journal.drop(12, "payments.service")
    environ = dict(os.environ)
    programs = world.folder / "bin"
    programs.mkdir()
    reading(journal, environ, programs)
    world.runner = Runner(environ=environ)
    return seeing(unit="payments.service")


ROWS = [
    Row("log_flow", "lines that came by the network", from_the_network, "pass", BOTH),
    Row("log_flow", "a folder that was rotated just now", just_rotated, "pass", BOTH),
    Row("log_flow", "lines without a time, in files of now", without_times, "pass", BOTH),
    Row("log_flow", "bytes without a line end, in a file of now", binary, "pass", BOTH),
    Row("log_flow", "one file for all hosts", in_one_file, "pass", BOTH),
    Row("log_flow", "one file for all hosts, of JSON", json_in_one_file, "pass", BOTH),
    Row("log_flow", "one file for all hosts, as OpenTelemetry writes it", otel_in_one_file, "pass", BOTH),
    Row("log_flow", "one file for all hosts, of JSON behind a tag", behind_a_tag_in_one_file, "pass", BOTH),
    Row("log_flow", "a file of all whose lines name no host", without_hosts, "unknown", NAMELESS),
    Row("log_flow", "a file of all with levels where a host would be", with_levels_for_hosts, "unknown", NAMELESS),
    Row("log_flow", "a file of all with lines of containers", containers_without_hosts, "unknown", NAMELESS),
    Row("log_flow", "a file of all, of JSON without a host", json_without_hosts, "unknown", NAMELESS),
    Row("log_flow", "a file of all without hosts, of days ago", without_hosts_for_days, "unknown", r"nothing of anybody has come into"),
    Row("log_flow", "a file of all, and few lines name nobody", one_without_hosts, "fail", r"no line of web2 has come within 25 h"),
    Row("log_flow", "no folder of one of the hosts", one_never_came, "fail", r"1 of 2 instances log: no line of web2 has come within 25 h"),
    Row("log_flow", "an old file of one of the hosts", one_old, "fail", r"no line of web2 has come within 25 h; its newest line is 3 d"),
    Row("log_flow", "an empty file of now, and an old one", touched, "fail", r"no line of web2 has come within 25 h"),
    Row("log_flow", "no line of a host in the file of all", silent_in_one_file, "fail", r"no line of web2 has come within 25 h"),
    Row("log_flow", "a file of all with lines of other programs", other_programs, "fail", r"0 of 2 instances log, not so web1, web2"),
    Row("log_flow", "nothing but lines of our own", our_own_lines, "fail", r"no line of web2 has come within 25 h; its newest line is 3 d"),
    Row(
        "log_flow",
        "a folder of whatever a host logs",
        any_line_of_a_host,
        "warn",
        r"whoever wrote them: say which are those of the service",
    ),
    Row("log_flow", "no file of any host", no_folder, "unknown", r"no file matches .*/elsewhere/\*/payments\.log"),
    Row("log_flow", "an old line at the end of the file of all", old_line_at_the_end, "pass", BOTH),
    Row("log_flow", "old lines at the end of the file of all", old_lines_at_the_end, "pass", BOTH),
    Row("log_flow", "an old line at the end of a file", old_line_at_the_end_of_one, "pass", BOTH),
    Row("log_flow", "old lines at the end, and one is silent", old_lines_and_a_silent_one, "fail", r"no line of web2 has come within 25 h"),
    Row("log_flow", "one file for two hosts", one_file_for_two, "unknown", r"the file of web1 is that of web2 too \(a link\)"),
    Row("log_flow", "old entries at the end of a journal", old_entries_at_the_end, "pass", BOTH),
    Row("log_flow", "old entries at the end of the journal of one", old_entries_of_a_host, "pass", BOTH),
    Row("log_flow", "old entries of one that is silent", old_entries_of_a_silent_one, "fail", r"no line of web2 has come within 25 h"),
    Row("log_flow", "entries of a user's unit", of_a_users_unit, "pass", BOTH),
    Row("log_flow", "units by a pattern", units_by_a_pattern, "pass", BOTH),
    Row("log_flow", "an empty folder of journals", empty_journals, "unknown", r"there is no journal in "),
    Row("log_flow", "a journal that is cut in half", half_a_journal, "unknown", r"journalctl could not read the journal"),
    Row("log_flow", "what came lately is compressed already", compressed_already, "pass", BOTH),
    Row("log_flow", "a compressed file of now, with old lines", compressed_late, "fail", r"no line of web2 has come within 25 h"),
    Row(
        "log_flow",
        "lines of now under a time of yesterday",
        zone_off,
        "warn",
        r"lines of web2 come, and the newest is 30 h(?: \d+ min)? old: they are late",
    ),
    Row(
        "log_flow",
        "nobody has come into the file of all",
        nobody_for_days,
        "unknown",
        r"nothing of anybody has come into .*all\.log for 3 d",
    ),
    Row(
        "log_flow",
        "what is looked at is its own file",
        its_own_file,
        "unknown",
        r"the file that web1 writes itself: no log has been sent anywhere",
    ),
    Row("log_flow", "the journals of both hosts", both_journals, "pass", BOTH),
    Row("log_flow", "the journals of both hosts, by a tag", by_tag, "pass", BOTH),
    Row("log_flow", "the journal of one of the hosts", one_journal, "fail", r"1 of 2 instances log: no line of web2 has come within 25 h"),
    Row("log_flow", "journals without entries of this unit", another_unit, "fail", r"0 of 2 instances log, not so web1, web2"),
    Row("log_flow", "no folder of journals", no_journal, "unknown", r"is no folder: a journal was expected there"),
    Row("log_flow", "no journalctl for the journals", no_journalctl, "unknown", r"journalctl is not installed"),
    Row(
        "log_flow",
        "on a host: its log is written",
        a_log_that_is_written,
        "pass",
        r"was asked for its names and for what it logs",
        call="see",
    ),
    Row("log_flow", "on a host: its log is not there", no_log, "pass", r"was asked for its names and for what it logs", call="see"),
    Row("log_flow", "on a host: a folder in the place of its log", a_folder_for_a_log, "pass", r"was asked for its names and", call="see"),
    Row(
        "log_flow", "on a host: its journal", a_journal_that_is_written, "pass", r"was asked for its names and for what it logs", call="see"
    ),
]
