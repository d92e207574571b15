# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs for the rows of log_format and log_secrets: written here in a moment, by rsyslogd, in a journal, by a container."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import pathlib
import socket
import time
import typing as t

from journals import Journal, reading
from servers import Rsyslog
from table import World

Arguments = dict[str, t.Any]
Arrange = t.Callable[[World], Arguments]
TRACE = (
    'Exception in thread "main" java.lang.IllegalStateException: no stock\n\tat com.example.Orders.take(Orders.java:42)\n'
    "Caused by: java.sql.SQLException: timeout\n\t... 12 more\n"
)


def at(hours_ago: float = 0.0, second: int = 0) -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours_ago, seconds=-second)


class Lines:
    """Lines a second apart, the last one so long ago."""

    def __init__(self, form: t.Callable[[dt.datetime, int], str], count: int = 300, hours_ago: float = 0.1) -> None:
        last = at(hours_ago)
        moments = [last - dt.timedelta(seconds=count - 1 - number) for number in range(count)]
        self.lines = [form(moment, number) for number, moment in enumerate(moments)]

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_line(moment: dt.datetime, number: int, **more: object) -> str:
    data = {"ts": iso(moment), "level": "info", "msg": f"order {number} taken", "service": "payments", "trace_id": f"{number + 1:032x}"}
    return json.dumps({name: value for name, value in {**data, **more}.items() if value is not None})


def logfmt_line(moment: dt.datetime, number: int) -> str:
    return f'ts={iso(moment)} level=info msg="order {number} taken" caller=main.go:42'


def text_line(moment: dt.datetime, number: int) -> str:
    return f"{iso(moment)} INFO [main] order {number} taken trace_id={number + 1:032x}"


def rfc5424_line(moment: dt.datetime, number: int) -> str:
    return f'<134>1 {iso(moment)} web1 payments 12 ID{number} [meta sequenceId="{number}"] order {number} taken'


def access_line(moment: dt.datetime, number: int) -> str:
    return f'10.0.0.{number % 250} - - [{moment:%d/%b/%Y:%H:%M:%S %z}] "GET /orders/{number} HTTP/1.1" 200 512 "-" "curl/8.5.0"'


def without_zone(moment: dt.datetime, number: int) -> str:
    return f"{moment.astimezone().replace(tzinfo=None).isoformat(sep=' ', timespec='milliseconds')} INFO order {number} taken"


def log(world: World, content: str | bytes, **args: t.Any) -> Arguments:
    path = world.folder / "app.log"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {"path": str(path), **args}


def of(
    form: t.Callable[..., str], *, before: str = "", after: str = "", hours_ago: float = 0.1, count: int = 300, **args: t.Any
) -> Arrange:
    """A log of such lines, with others before and after them."""

    def arrange(world: World) -> Arguments:
        return log(world, before + Lines(form, count, hours_ago).text() + after, **args)

    return arrange


def zone(name: str, arrange: Arrange) -> Arrange:
    """The same on a host in this zone."""

    def arranged(world: World) -> Arguments:
        world.runner.environ["TZ"] = name
        return arrange(world)

    return arranged


def right_after_a_rotation(form: t.Callable[..., str], **args: t.Any) -> Arrange:
    def arrange(world: World) -> Arguments:
        (world.folder / "app.log.1.gz").write_bytes(gzip.compress(Lines(form).text().encode()))
        return log(world, "", **args)

    return arrange


def sparse(world: World, **args: t.Any) -> Arguments:
    """50 GB: lines at the beginning, in the midst and at the end, and nothing between them."""
    path = world.folder / "app.log"
    text = Lines(text_line).text().encode()
    with open(path, "wb") as handle:
        for place in (0, 20 << 30, (50 << 30) - len(text)):
            handle.seek(place)
            handle.write((b"\n" if place else b"") + text)
    return {"path": str(path), **args}


def without_ends(world: World, **args: t.Any) -> Arguments:
    """50 GB without the end of a line, most of it a hole."""
    path = world.folder / "app.log"
    with open(path, "wb") as handle:
        handle.write(b"x" * (3 << 20))
        handle.seek(50 << 30)
        handle.write(b"y" * (3 << 20))
    return {"path": str(path), **args}


def huge_lines(world: World, **args: t.Any) -> Arguments:
    return log(world, "".join(f"{'z' * (10 << 20)}\n" for _unused in range(3)), **args)


def binary(world: World, **args: t.Any) -> Arguments:
    return log(world, bytes(range(256)) * 2000, **args)


class Writer(Rsyslog):
    """rsyslogd that writes its files by one of its own templates."""

    def __init__(self, folder: pathlib.Path, binaries: t.Any, *, template: str) -> None:
        super().__init__(folder, binaries)
        self.template = template

    def command(self) -> list[str]:
        words = super().command()
        config = self.folder / "rsyslog.conf"
        config.write_text(config.read_text().replace('createDirs="on"', f'createDirs="on" template="{self.template}"'))
        return words


def by_rsyslog(template: str, **args: t.Any) -> Arrange:
    """What rsyslogd makes of messages that a program has sent it."""

    def arrange(world: World) -> Arguments:
        server = world.running.start(Writer, world.binaries, template=template)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.connect(str(server.socket))
            for number in range(50):
                client.send(f"<134>payments[12]: order {number} taken".encode())
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = list(server.central.glob("*/payments.log"))
            if found and found[0].read_bytes().count(b"\n") >= 50:
                return {"path": str(found[0]), **args}
            time.sleep(0.05)
        raise RuntimeError("rsyslogd has not written what it was sent")

    return arrange


def in_journal(
    *messages: str, more: str = "_TRANSPORT=stdout\nPRIORITY=6\nSYSLOG_IDENTIFIER=payments", hours_ago: float = 0.1, **args: t.Any
) -> Arrange:
    """A unit's entries in a real journal. A message of several lines is one entry."""

    def arrange(world: World) -> Arguments:
        journal = Journal(world.folder / "root")
        fields = f"_SYSTEMD_UNIT=payments.service\n{more}"
        journal.write(*(messages or ("a message",)), more=fields, hours_ago=hours_ago)
        reading(journal, world.runner.environ, world.folder)
        return {"unit": "payments.service", **args}

    return arrange


def in_container(lines: t.Callable[[], list[str]], **args: t.Any) -> Arrange:
    """No engine runs here: a script prints what docker prints."""

    def arrange(world: World) -> Arguments:
        found = lines()
        stamped = "".join(f"{iso(at(0.1, number))} {line}\n" for number, line in enumerate(found))
        (world.folder / "printed").write_text(stamped)
        (world.folder / "inspected").write_text(json.dumps([{"Name": "/payments", "HostConfig": {"LogConfig": {"Type": "json-file"}}}]))
        engine = world.folder / "docker"
        engine.write_text(f'#!/bin/sh\ncase "$1" in inspect) cat {world.folder}/inspected;; logs) cat {world.folder}/printed;; esac\n')
        engine.chmod(0o755)
        world.runner.environ["PATH"] = f"{world.folder}:{world.runner.environ.get('PATH', '')}"
        return {"container": "payments", "engine": "docker", **args}

    return arrange


__all__ = (
    "TRACE",
    "Lines",
    "access_line",
    "at",
    "binary",
    "by_rsyslog",
    "huge_lines",
    "in_container",
    "in_journal",
    "iso",
    "json_line",
    "log",
    "logfmt_line",
    "of",
    "rfc5424_line",
    "right_after_a_rotation",
    "sparse",
    "text_line",
    "without_ends",
    "without_zone",
    "zone",
)
