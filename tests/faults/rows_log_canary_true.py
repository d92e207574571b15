# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_canary: the line that is found is the one that was written, or how it is not; rotations that are forced first."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import shutil
import socket
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_canary
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from canary_worlds import HOST, RFC3339, Copies, ForgetsTheRest, HoldsItsFile, Receiver, Shipper, wait_for
from rows_log_canary_ways import Arguments, Arrange, over_the_network
from table import Row, World


def received(*, args: t.Mapping[str, t.Any] | None = None, **settings: t.Any) -> Arrange:
    """A receiver with these settings; the line is sent to it over TCP."""
    return lambda world: over_the_network(world, world.running.start(Receiver, world.binaries, **settings), deadline="5s", **(args or {}))


LONG = {"length": "4KiB"}


def in_one_file(world: World, *, zone: str = "", args: t.Mapping[str, t.Any] | None = None, **settings: t.Any) -> Arguments:
    """A receiver that writes everything into one file, with the time in full."""
    given = {"to": "{central}/all.log", "template": RFC3339, "zone": zone, **settings}
    server = world.running.start(Receiver, world.binaries, **given)
    return over_the_network(world, server, **{"search": f"{server.central}/all.log", "deadline": "5s", **(args or {})})


def zone_ahead(hours: int) -> str:
    """A time zone so many hours ahead of this machine's own, as the variable TZ has it."""
    ahead = round((dt.datetime.now().astimezone().utcoffset() or dt.timedelta()).total_seconds() / 3600) + hours
    return f"TST{-ahead:+d}"


def hours_off(world: World) -> Arguments:
    """RFC 3164 has no zone, and the receiver lives in another one."""
    return in_one_file(world, zone=zone_ahead(5), args={"rfc": "3164"})


def other_zone_and_a_time_in_full(world: World) -> Arguments:
    """The receiver lives in another zone, and what it takes says which zone it is of."""
    return in_one_file(world, zone=zone_ahead(5))


class Ahead(Clock):
    """The clock of a host that is wrong."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> dt.datetime:
        return super().now() + dt.timedelta(seconds=self.seconds)


def write(args: Arguments, runner: Runner | None = None) -> Arguments:
    finding = log_canary.write(parse_arguments(log_canary, args), runner or Runner())
    assert finding.status == "pass", finding.message
    return {**finding.observed, "inventory_host": "web1"}


def looked_for(args: Arguments, *markers: Arguments, **changes: t.Any) -> Arguments:
    kept = {key: args[key] for key in ("backend", "search", "tag", "interval") if key in args}
    return {**kept, "markers": list(markers), "deadline": "5s", **changes}


def clock_ahead(minutes: float) -> Arrange:
    """The host that writes has a clock that is ahead; what it sends has no time, so that the receiver gives it one."""

    def arrange(world: World) -> Arguments:
        central = world.folder / "central.log"
        log = log_file(world)
        world.running.start(Copies, follows=log, into=[central], change=stamped)
        args = {"via": "file", "path": str(log), "template": "{marker}", "backend": "file", "search": str(central), "interval": "200ms"}
        return looked_for(args, write(args, Runner(clock=Ahead(minutes * 60))))

    return arrange


def stamped(line: str) -> str:
    """A line as a receiver writes it that gives it the time of its own."""
    return f"{dt.datetime.now(dt.timezone.utc).isoformat()} {HOST} payments: {line}"


def log_file(world: World) -> pathlib.Path:
    path = world.folder / "app" / "app.log"
    path.parent.mkdir(exist_ok=True)
    path.write_text("2026-11-25T05:59:00Z info started\n")
    return path


def shipped(world: World, *, shippers: int = 1, host: str = "", into: str = "", **changes: t.Any) -> Arguments:
    """The log is followed by rsyslog, which sends it to a receiver."""
    settings = {"to": "{central}/all.log", "template": RFC3339} if into else {}
    server = world.running.start(Receiver, world.binaries, **settings)
    log = log_file(world)
    for _number in range(shippers):
        world.running.start(Shipper, world.binaries, follows=log, to=server.port, host=host)
    arrived = server.central / (into or f"{HOST}/payments.log")
    wait_for(arrived)
    end = time.monotonic() + 30
    while arrived.read_text().count("started") < shippers and time.monotonic() < end:
        time.sleep(0.1)
    search = str(arrived) if into else f"{server.central}/{{host}}/payments.log"
    given = {
        "via": "file",
        "path": str(log),
        "backend": "file",
        "search": search,
        "tag": "payments",
        "deadline": "20s",
        "interval": "200ms",
    }
    return {**given, **changes}


def shipped_twice(world: World) -> Arguments:
    return shipped(world, shippers=2)


def as_a_relay(world: World) -> Arguments:
    return shipped(world, host="relay7", into="all.log")


def as_localhost(world: World) -> Arguments:
    return shipped(world, host="localhost", into="all.log")


def by_a_known_name(world: World) -> Arguments:
    return {**shipped(world, host="ip-10-0-0-5", into="all.log"), "names": {socket.gethostname(): "ip-10-0-0-5"}}


def under_another_host(world: World) -> Arguments:
    server = world.running.start(Receiver, world.binaries)
    log = log_file(world)
    world.running.start(Shipper, world.binaries, follows=log, to=server.port, host="web9")
    wait_for(server.central / "web9" / "payments.log")
    given = {"via": "file", "path": str(log), "backend": "file", "search": f"{server.central}/{{host}}/payments.log", "tag": "payments"}
    return {**given, "deadline": "5s", "interval": "200ms"}


def another_host_of_the_service(world: World) -> Arguments:
    """Two hosts, and both lines lie under the name of one of them."""
    args = shipped(world, host="web9", into="all.log")
    here, there = write(args), write(args)
    names = {"names": [], "host": "web9", "inventory_host": "shop9"}
    return looked_for(args, here, {**there, **names})


def to_two_places(world: World) -> Arguments:
    """One line in two files that the search names: each is a place of its own."""
    log = log_file(world)
    central = world.folder / "central"
    world.running.start(Copies, follows=log, into=[central / "app.log", central / "all.log"])
    return {"via": "file", "path": str(log), "backend": "file", "search": f"{central}/*.log", "deadline": "10s", "interval": "200ms"}


def in_json_of_a_shipper(world: World) -> Arguments:
    log = log_file(world)
    central = world.folder / "central.json"

    def change(line: str) -> str:
        text = line.replace("\\", "\\\\").replace('"', '\\"')
        return f'{{"@timestamp": "{dt.datetime.now(dt.timezone.utc).isoformat()}", "host": {{"name": "{HOST}"}}, "message": "{text}"}}'

    world.running.start(Copies, follows=log, into=[central], change=change)
    given = {"via": "file", "path": str(log), "backend": "file", "search": str(central), "deadline": "10s", "interval": "200ms"}
    return {**given, "format": "json", "fields": {"service": "payments", "said": 'a "word"'}}


def joined_to_others(world: World) -> Arguments:
    """What joins the lines of a record takes the line for a part of the one before."""
    log = log_file(world)
    central = world.folder / "central.log"
    world.running.start(Copies, follows=log, into=[central], change=lambda line: f"{stamped('first')}#012{line}")
    return {"via": "file", "path": str(log), "backend": "file", "search": str(central), "deadline": "5s", "interval": "200ms"}


def linked_elsewhere(world: World) -> Arguments:
    """The search leads to the writing host's own file by another path."""
    log = log_file(world)
    link = world.folder / "central"
    link.symlink_to(log.parent)
    return {"via": "file", "path": str(log), "backend": "file", "search": f"{link}/*.log", "deadline": "3s", "interval": "200ms"}


def copied_beside(world: World) -> Arguments:
    """Something copies the log within its own folder, under a name that no rotation gives."""
    log = log_file(world)
    copy = log.with_name("app.log.copy")
    world.running.start(Copies, follows=log, into=[copy])
    return {"via": "file", "path": str(log), "backend": "file", "search": str(copy), "deadline": "4s", "interval": "200ms"}


def copied_beside_behind_a_link(world: World) -> Arguments:
    args = copied_beside(world)
    link = world.folder / "central"
    link.symlink_to(pathlib.Path(args["path"]).parent)
    return {**args, "search": f"{link}/*.copy"}


def copied_beside_and_sent(world: World) -> Arguments:
    args = copied_beside(world)
    log = pathlib.Path(args["path"])
    world.running.start(Copies, follows=log, into=[world.folder / "central" / "web.log"])
    return {**args, "search": f"{world.folder}/*/*", "deadline": "10s"}


def copied_beside_and_accepted(world: World) -> Arguments:
    return {**copied_beside(world), "local": True}


def copied_when_rotated(world: World) -> Arguments:
    """... and to what copytruncate has made of it."""
    log = log_file(world)
    args = {"via": "file", "path": str(log), "backend": "file", "search": f"{log}*", "interval": "200ms"}
    marker = write(args)
    shutil.copy(log, f"{log}.1")
    log.write_text("")
    return looked_for(args, marker, deadline="2s")


# -- rotations that are forced first


def rotated_first(world: World, rule: str = "daily\nrotate 3", *, how: t.Any = None, **changes: t.Any) -> Arguments:
    """The log has a rule of logrotate; ``how``: what ships it."""
    args = shipped(world) if how is None else how(world)
    log = pathlib.Path(args["path"])
    os.chmod(log.parent, 0o755)
    other = log.parent / "other.log"
    other.write_text("not to be touched\n")
    folder = world.folder / "logrotate.d"
    folder.mkdir()
    (folder / "others").write_text(f"{other} {{\nhourly\nrotate 1\n}}\n")
    (folder / "payments").write_text(f"# of payments\n{log}\n{{\n{rule}\n}}\n")
    config, state = world.folder / "logrotate.conf", world.folder / "status"
    config.write_text(f"weekly\ncreate\ninclude {folder}\n")
    for path in (config, folder / "others", folder / "payments"):
        path.chmod(0o644)
    program = world.binaries.path("logrotate")
    world.runner.environ.update(world.binaries.environment(), PATH=f"{program.parent}:{os.environ['PATH']}")
    return {**args, "after_rotation": True, "logrotate_config": str(config), "logrotate_state": str(state), **changes}


def with_a_shipper(kind: t.Any, **options: t.Any) -> t.Any:
    def arrange(world: World) -> Arguments:
        log = log_file(world)
        central = world.folder / "central.log"
        central.touch()
        world.running.start(kind, follows=log, into=central, **options)
        given = {"via": "file", "path": str(log), "backend": "file", "search": str(central), "deadline": "6s", "interval": "200ms"}
        return {**given, "tag": "payments"}

    return arrange


def stuck(world: World) -> Arguments:
    return rotated_first(world, how=with_a_shipper(HoldsItsFile))


def forgetful(world: World) -> Arguments:
    return rotated_first(world, how=with_a_shipper(ForgetsTheRest), deadline="12s")


def no_rule(world: World) -> Arguments:
    args = rotated_first(world, how=with_a_shipper(HoldsItsFile))
    (world.folder / "logrotate.d" / "payments").unlink()
    return args


def refused_by_logrotate(world: World) -> Arguments:
    return rotated_first(world, "daily\nrotate 3\nsu no-such-user no-such-group", how=with_a_shipper(HoldsItsFile))


def not_made_anew(world: World) -> Arguments:
    return rotated_first(world, "daily\nrotate 3\nnocreate", how=with_a_shipper(HoldsItsFile))


def given_to_another(world: World) -> Arguments:
    """... or may not be written by the one to whom it belongs, where only root can give it away."""
    mine = os.geteuid() != 0
    args = rotated_first(world, f"daily\nrotate 3\ncreate {'0400' if mine else '0600 root root'}", how=with_a_shipper(HoldsItsFile))
    if not mine:
        os.chown(args["path"], 65534, 65534)
    return args


def of_a_socket(world: World) -> Arguments:
    return {"via": "syslog", "after_rotation": True, "backend": "file", "search": f"{world.folder}/x.log"}


ROWS: list[Row] = [
    Row(
        "log_canary", "cut by the receiver", received(longest="1k", args=LONG), "fail", r"was cut: \d+ of its \d+ bytes are in .*its end is"
    ),
    Row("log_canary", "split by the receiver", received(longest="1k", too_long="split", args=LONG), "fail", r"was split in two|was cut"),
    Row(
        "log_canary",
        "octets are counted, and the receiver does not count",
        lambda world: in_one_file(world, counts_octets=False, args={"framing": "octet_counting"}),
        "fail",
        r"has the length of its frame in front \('\d+ <14>'\)",
    ),
    Row(
        "log_canary",
        "octets are counted, and the receiver takes the count for a host",
        received(counts_octets=False, args={"framing": "octet_counting"}),
        "fail",
        r"arrived, but not where it is searched",
    ),
    Row(
        "log_canary", "its time lies hours off, for it had no zone", hours_off, "fail", r"is 5 h too (?:early|late): its time zone was lost"
    ),
    Row("log_canary", "its time has a zone, and the receiver another one", other_zone_and_a_time_in_full, "pass", r"was found in"),
    Row(
        "log_canary",
        "the clock of the host is ten minutes ahead",
        clock_ahead(10),
        "warn",
        r"is (?:10 min|9 min \d+ s) too early: a clock on the way is wrong",
    ),
    Row("log_canary", "the clock of the host is two minutes ahead", clock_ahead(2), "pass", r"was found in"),
    Row(
        "log_canary",
        "the clock of the host is two days behind",
        clock_ahead(-2880),
        "fail",
        r"is 2 d too late: a clock on the way is wrong",
    ),
    Row("log_canary", "shipped by two shippers", shipped_twice, "warn", r"lies 2 times in .*it is sent more than once"),
    Row("log_canary", "shipped under the name of a relay", as_a_relay, "warn", r"under the name of relay7: whoever looks for"),
    Row("log_canary", "shipped as localhost", as_localhost, "fail", r"under the name localhost, which tells no host from another"),
    Row("log_canary", "shipped under a name that is declared", by_a_known_name, "pass", r"was found in"),
    Row(
        "log_canary",
        "in the files of another host",
        under_another_host,
        "fail",
        r"it lies in .*/web9/payments\.log, under the name of web9",
    ),
    Row(
        "log_canary", "two hosts under the name of one", another_host_of_the_service, "fail", r"under the name of web9, another host of the"
    ),
    Row("log_canary", "in two files that the search names", to_two_places, "pass", r"was found in"),
    Row("log_canary", "JSON within the JSON of a shipper", in_json_of_a_shipper, "pass", r"was found in"),
    Row("log_canary", "joined to the line before it", joined_to_others, "warn", r"is one record with other lines in"),
    Row("log_canary", "its own file by another path", linked_elsewhere, "unknown", r"locally.*no log has been sent anywhere"),
    Row(
        "log_canary", "a copy beside the log", copied_beside, "unknown", r"in the folder of the log itself .*no log has been sent anywhere"
    ),
    Row("log_canary", "a copy beside the log, by another path", copied_beside_behind_a_link, "unknown", r"in the folder of the log itself"),
    Row("log_canary", "a copy beside the log, which is sent too", copied_beside_and_sent, "pass", r"was found in .*central/web\.log"),
    Row("log_canary", "a copy beside the log, and local is accepted", copied_beside_and_accepted, "pass", r"in the folder of the log"),
    Row(
        "log_canary", "its own file as copytruncate has left it", copied_when_rotated, "unknown", r"locally.*no log has been sent anywhere"
    ),
    Row(
        "log_canary",
        "a rotation is forced first, and the shipper follows",
        rotated_first,
        "pass",
        r"after its log was rotated was found in",
    ),
    Row(
        "log_canary", "the shipper is stuck after the rotation", stuck, "fail", r"what ships the log still holds the file that was rotated"
    ),
    Row("log_canary", "the shipper forgets the rest of a rotated file", forgetful, "warn", r"just before .* was rotated never arrived"),
    Row("log_canary", "no rule of logrotate is about the log", no_rule, "unknown", r"could not be rotated first: no rule of"),
    Row(
        "log_canary",
        "logrotate refuses to rotate the log",
        refused_by_logrotate,
        "unknown",
        r"could not be rotated first, by the rule of .* alone: .*no-such-user",
    ),
    Row("log_canary", "nobody opens a new log after the rotation", not_made_anew, "fail", r"is not there 10 s after it was rotated"),
    Row("log_canary", "the new log belongs to another user", given_to_another, "fail", r"belongs to \S+ and may not be written by"),
    Row("log_canary", "what is no file cannot be rotated first", of_a_socket, "unknown", r"after_rotation: only a log file is rotated"),
]
