# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_canary: which word, field or folder says whose a line is, in the forms in which shippers write it, and which does not."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import socket
import time
import typing as t

from canary_worlds import HOST, Copies, Receiver
from rows_log_canary_true import in_one_file, log_file, looked_for, shipped, write
from rows_log_canary_ways import Arguments, Arrange
from servers import LOCAL
from table import Row, World

OTHER = "web9"


def now() -> str:
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dressed(change: t.Callable[[str], str], **changes: t.Any) -> Arrange:
    """The log is shipped into one file, each line as ``change`` makes it."""

    def arrange(world: World) -> Arguments:
        log = log_file(world)
        central = world.folder / "central.log"
        world.running.start(Copies, follows=log, into=[central], change=change)
        given = {"via": "file", "path": str(log), "backend": "file", "search": str(central), "deadline": "10s", "interval": "200ms"}
        return {**given, **changes}

    return arrange


def before(*words: str) -> Arrange:
    return dressed(lambda line: f"{now()} {' '.join(words)} {line}")


def otel(host: str) -> t.Callable[[str], str]:
    """As the file exporter of OpenTelemetry writes lines: a batch, and in it one resource for each host."""

    def change(line: str) -> str:
        def of(name: str, text: str) -> dict[str, object]:
            said = [{"key": "host.name", "value": {"stringValue": name}}]
            record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": text}}
            return {"resource": {"attributes": said}, "scopeLogs": [{"logRecords": [record]}]}

        return json.dumps({"resourceLogs": [of(HOST if host == OTHER else OTHER, "another line"), of(host, line)]})

    return change


def fluent_bit(host: str) -> t.Callable[[str], str]:
    return lambda line: json.dumps({"date": time.time(), "log": f"{line}\n", "stream": "stdout", "time": now(), "hostname": host})


def vector(host: str) -> t.Callable[[str], str]:
    return lambda line: json.dumps({"file": "/a.log", "host": host, "message": line, "source_type": "file", "timestamp": now()})


def promtail(host: str) -> t.Callable[[str], str]:
    stream = {"job": "shop", "host": host, "filename": "/a.log"}
    return lambda line: json.dumps({"streams": [{"stream": stream, "values": [[str(time.time_ns()), line]]}]})


def fluentd(host: str) -> t.Callable[[str], str]:
    return lambda line: f"{now()}\tshop.app\t{json.dumps({'message': line, 'host': host})}"


def parsed_and_sent_on(line: str) -> str:
    """A shipper that reads the JSON of the application, and adds fields of its own."""
    return json.dumps({"agent": "x", **json.loads(line)})


def among_lines_of_hosts(world: World) -> Arguments:
    """The file of a receiver whose form alone is that of many applications; its other lines tell."""
    args = before(OTHER, "payments:")(world)
    lines = [f"{now()} {host} sshd[7]: a login\n" for host in ("db1", "db2", HOST)]
    pathlib.Path(args["search"]).write_text("".join(lines))
    return args


def among_lines_of_an_application(world: World) -> Arguments:
    args = before("worker-1", "payments:")(world)
    pathlib.Path(args["search"]).write_text("".join(f"{now()} {word} payments: started\n" for word in ("main", "INFO", "worker-2")))
    return args


def by_severity(world: World) -> Arguments:
    """A receiver whose form has no place for a host."""
    form = "%TIMESTAMP:::date-rfc3339% %syslogseverity-text% %programname%: %msg%\\n"
    return in_one_file(world, template=form)


def by_severity_in_the_old_form(world: World) -> Arguments:
    return in_one_file(world, template="%TIMESTAMP% %syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\\n", args={"rfc": "3164"})


def relayed_in_the_old_form(world: World) -> Arguments:
    """The form that rsyslog had for decades; the name is that of a relay."""
    args = shipped(world, host="relay7", into="all.log")
    server = world.running.start(Receiver, world.binaries, to="{central}/old.log", template="%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\\n")
    marker = write(args)
    deliver(server, f"<14>{time.strftime('%b %e %H:%M:%S')} relay7 payments[7]: {pathlib.Path(args['path']).read_text().splitlines()[-1]}")
    return looked_for({**args, "search": f"{server.central}/old.log"}, marker)


def deliver(server: Receiver, line: str) -> None:
    with socket.create_connection((LOCAL, server.port)) as client:
        client.sendall(f"{line}\n".encode())


def in_folders(name: str, *, others: bool = True) -> Arrange:
    """Files of many hosts in folders of theirs, that are searched by a pattern; the lines have no header."""

    def arrange(world: World) -> Arguments:
        log = log_file(world)
        central = world.folder / "central" / name
        world.running.start(Copies, follows=log, into=[central / "app.log"])
        args = {"via": "file", "path": str(log), "backend": "file", "search": f"{world.folder}/central/*/app.log", "interval": "200ms"}
        here, there = write(args), write(args)
        other = {**there, "names": [], "host": OTHER, "inventory_host": OTHER}
        return looked_for(args, here, *([other] if others else []), deadline="6s")

    return arrange


def by_the_name_of_the_place(folder: str, **changes: t.Any) -> Arrange:
    """The place has files of each host in a folder, under a name of its own."""

    def arrange(world: World) -> Arguments:
        log = log_file(world)
        world.running.start(Copies, follows=log, into=[world.folder / "central" / folder / "app.log"])
        search = f"{world.folder}/central/{{host}}/app.log"
        return {"via": "file", "path": str(log), "backend": "file", "search": search, "deadline": "6s", "interval": "200ms", **changes}

    return arrange


def nothing_under_the_name_of_the_place(world: World) -> Arguments:
    """What ships the log has stopped."""
    central = world.folder / "central" / OTHER / "app.log"
    central.parent.mkdir(parents=True)
    central.write_text("a line of before\n")
    search = f"{world.folder}/central/{{host}}/app.log"
    given = {"via": "file", "path": str(log_file(world)), "backend": "file", "search": search, "names": {HOST: OTHER}}
    return {**given, "deadline": "3s", "interval": "200ms"}


FOUND = r"was found in .*central\.log within"
UNDER = rf"under the name of {OTHER}: whoever looks for"
ROWS: list[Row] = [
    Row("log_canary", "as containers log (CRI), the word after the time", before("stdout", "F"), "pass", FOUND),
    Row("log_canary", "as containers log (CRI), to the other stream", before("stderr", "F"), "pass", FOUND),
    Row("log_canary", "a level after the time", before("INFO", "app:"), "pass", FOUND),
    Row("log_canary", "a thread after the time", before("http-nio-8080-exec-1", "com.example.Shop:"), "pass", FOUND),
    Row("log_canary", "a path after the time", before("/var/log/app.log"), "pass", FOUND),
    Row("log_canary", "a service after the time", before("payments-web"), "pass", FOUND),
    Row("log_canary", "a receiver whose form has a level for the host", by_severity, "pass", r"was found in .*all\.log"),
    Row("log_canary", "an old form with a level for the host", by_severity_in_the_old_form, "pass", r"was found in .*all\.log"),
    Row("log_canary", "the old form of a receiver, under a relay", relayed_in_the_old_form, "warn", r"under the name of relay7: whoever"),
    Row("log_canary", "a receiver's form, another name and a process", before(OTHER, "app[7]:"), "warn", UNDER),
    Row("log_canary", "another name, where other lines have names", among_lines_of_hosts, "warn", UNDER),
    Row("log_canary", "a thread, where other lines have threads", among_lines_of_an_application, "pass", FOUND),
    Row("log_canary", "localhost after the time", before("localhost", "app"), "fail", r"under the name localhost, which tells no host"),
    *(
        row
        for name, form in (("fluent-bit", fluent_bit), ("vector", vector), ("promtail", promtail), ("fluentd", fluentd), ("OTel", otel))
        for row in (
            Row("log_canary", f"in the JSON of {name}, under its name", dressed(form(HOST)), "pass", FOUND),
            Row("log_canary", f"in the JSON of {name}, under another name", dressed(form(OTHER)), "warn", UNDER),
        )
    ),
    Row(
        "log_canary",
        "the application has a field that is called host",
        dressed(parsed_and_sent_on, format="json", fields={"host": "shop.example.com"}),
        "pass",
        FOUND,
    ),
    Row("log_canary", "in the folder of its host", by_the_name_of_the_place(HOST), "pass", r"was found in"),
    Row(
        "log_canary",
        "in a folder of the name that is declared",
        by_the_name_of_the_place(OTHER, names={HOST: OTHER}),
        "pass",
        r"was found in",
    ),
    Row(
        "log_canary",
        "not in the folder of the name that is declared",
        nothing_under_the_name_of_the_place,
        "fail",
        rf"was not found within 3 s in \S+/central/{OTHER}/app\.log \(1 file",
    ),
    Row("log_canary", "in a folder of another name", by_the_name_of_the_place(OTHER), "fail", rf"it lies in .*, under the name of {OTHER}"),
    Row("log_canary", "a pattern finds it in the folder of its host", in_folders(HOST, others=False), "pass", r"was found in"),
    Row(
        "log_canary",
        "a pattern finds it in the folder of another host",
        in_folders(OTHER),
        "fail",
        rf"under the name of {OTHER}, another host of the service",
    ),
    Row("log_canary", "a pattern finds it in a folder of no host", in_folders("shop", others=False), "pass", r"was found in"),
]
