# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of other systems' backups: made as the documentation of each shows them, since none of them is to be had; a real Prometheus."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.server
import json
import os
import pathlib
import threading
import time
import typing as t
import urllib.parse

from nasty import Nasty
from rows_prometheus_query import exposing
from servers import LOCAL, free_port
from table import Row, World

CHECK = "backup_record"
Args = dict[str, t.Any]
Arrange = t.Callable[[World], Args]
FIELDS = {"time": "EndTime", "state": "Result", "job": "JobName", "size": "BackupSize"}


def ago(hours: float, form: str = "%Y-%m-%dT%H:%M:%S+00:00") -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours)).strftime(form)


def run(hours: float, state: object = "Success", **more: object) -> dict[str, object]:
    return {"JobName": "payments-db", "Result": state, "EndTime": ago(hours), "BackupSize": 5_000_000_000, **more}


def put(world: World, name: str, content: str | bytes, hours: float = 0.0) -> pathlib.Path:
    path = world.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    moment = time.time() - hours * 3600
    os.utime(path, (moment, moment))
    return path


def file(name: str, content: t.Callable[[], str | bytes], *, written: float = 0.0, **args: t.Any) -> Arrange:
    """A file with this content, written so many hours ago."""

    def arrange(world: World) -> Args:
        path = put(world, name, content(), written)
        return {"path": str(path), "fields": FIELDS, "max_age": "26h", **args}

    return arrange


def runs(*found: t.Callable[[], dict[str, object]], **args: t.Any) -> Arrange:
    return file("sessions.json", lambda: json.dumps([one() for one in found]), **args)


def at(hours: float, state: object = "Success", **more: object) -> t.Callable[[], dict[str, object]]:
    return lambda: run(hours, state, **more)


def csv(*found: tuple[float, str], mark: str = ",", head: str = "") -> str:
    lines = [mark.join(["JobName", "Result", "EndTime", "BackupSize"])]
    lines += [mark.join(["payments-db", state, ago(hours), "5000000000"]) for hours, state in found]
    return head + "\n".join(lines) + "\n"


def powershell() -> bytes:
    """As ``Export-Csv`` of Windows PowerShell writes it, with UTF-16."""
    lines = ["#TYPE Selected.Veeam.Backup.Core.CBackupSession", '"JobName","Result","EndTime","BackupSize"']
    lines += [f'"payments-db","Success","{ago(hours, "%m/%d/%Y %I:%M:%S %p")}","5000000000"' for hours in (3, 27)]
    return "\r\n".join([*lines, ""]).encode("utf-16")


def convert_to_json() -> str:
    """As ``ConvertTo-Json`` of Windows PowerShell writes dates."""
    return json.dumps([{**run(3), "EndTime": f"/Date({int((time.time() - 3 * 3600) * 1000)})/"}])


AWS = {"time": "StartTime", "state": "State", "size": "VolumeSize", "job": "VolumeId", "encrypted": "Encrypted"}


def snapshots(hours: float = 3.0, state: str = "completed", encrypted: bool = True) -> t.Callable[[], str]:
    """As ``aws ec2 describe-snapshots`` answers."""

    def made() -> str:
        one = {"SnapshotId": "snap-0a1", "VolumeId": "vol-1", "State": state, "Progress": "100%", "VolumeSize": 100, "Encrypted": encrypted}
        return json.dumps({"Snapshots": [{**one, "StartTime": ago(night, "%Y-%m-%dT%H:%M:%S.123000+00:00")} for night in (hours, 27)]})

    return made


VELERO = {"time": "status.completionTimestamp", "state": "status.phase", "job": "metadata.labels.velero.io/schedule-name"}
VELERO["items"] = "status.progress.itemsBackedUp"


def velero(phase: str = "Completed", items: int = 812) -> t.Callable[[], str]:
    """As ``kubectl get backups.velero.io -o json`` answers."""

    def made() -> str:
        labels = {"velero.io/schedule-name": "payments", "velero.io/storage-location": "default"}
        found = []
        for hours, ended in ((3.0, phase), (27.0, "Completed")):
            status = {"phase": ended, "completionTimestamp": ago(hours, "%Y-%m-%dT%H:%M:%SZ"), "progress": {"itemsBackedUp": items}}
            found.append({"kind": "Backup", "metadata": {"name": f"p-{hours}", "labels": labels}, "status": status})
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": found})

    return made


BAREOS: Args = {"entries": "result.jobs", "good_states": ["T"], "partial_states": ["W"], "bad_states": ["E", "f", "A"]}
BAREOS["fields"] = {"time": "endtime", "state": "jobstatus", "size": "jobbytes", "items": "jobfiles", "job": "name"}


def bareos(state: str = "T") -> t.Callable[[], str]:
    def made() -> str:
        jobs = [
            {"jobid": "7", "name": "db", "jobstatus": state, "endtime": ago(3), "jobbytes": "912345", "jobfiles": "41"},
            {"jobid": "6", "name": "db", "jobstatus": "T", "endtime": ago(27), "jobbytes": "912345", "jobfiles": "41"},
        ]
        return json.dumps({"jsonrpc": "2.0", "id": None, "result": {"jobs": jobs}})

    return made


def mail(subject: str = "[OK] payments-db", status: str = "Success", hours: float = 3.0, date: bool = True) -> str:
    stamp = email.utils.format_datetime(dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours))
    head = [f"Date: {stamp}"] if date else []
    return "\n".join(
        ["From: backup@example.org", "To: ops@example.org", f"Subject: {subject}", *head, "", "Job: payments-db", f"Status: {status}", ""]
    )


def text_mail(body: str, sender: str = "backup@example.org", kind: str = "text/plain", end: str = "\n") -> str:
    stamp = email.utils.format_datetime(dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=3))
    head = [f"From: {sender}", "Subject: payments-db", f"Date: {stamp}", f"Content-Type: {kind}; charset=utf-8", "", body, ""]
    return end.join(line for part in head for line in part.split("\n"))


def a_mail(body: str, **more: t.Any) -> Arrange:
    """One mail with a state and a size in its text."""
    given = {name: more.pop(name) for name in ("sender", "kind", "end") if name in more}
    fields = {"state": r"^Status: (.+?)\s*$", "size": r"^Bytes: (\d+)$"}
    return file("a.eml", lambda: text_mail(body, **given), **{"fields": fields, **more})


def mbox(*mails: tuple[float, str]) -> t.Callable[[], str]:
    """As a mail server appends them to one file."""
    return lambda: "\n".join(
        f"From backup@example.org {ago(hours, '%a %b %d %H:%M:%S %Y')}\n{mail('x', said, hours)}" for hours, said in mails
    )


def maildir(*mails: tuple[float, str], **args: object) -> Arrange:
    def arrange(world: World) -> Args:
        (world.folder / "mail" / "cur").mkdir(parents=True)
        (world.folder / "mail" / "new").mkdir()
        for number, (hours, status) in enumerate(mails):
            put(world, f"mail/{('new', 'cur')[number % 2]}/{number}.host", mail(status=status, hours=hours), hours)
        fields = {"state": r"^Status: (.+)$", "job": r"^Job: (\S+)$"}
        return {"path": str(world.folder / "mail"), "fields": fields, "match": {"subject": "payments-db"}, "max_age": "26h", **args}

    return arrange


class Answer:
    """A server that answers with this text."""

    def __init__(self, _folder: pathlib.Path, text: str, status: int = 200) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 # name of http.server
                if self.headers.get("Authorization") != "Bearer right-token":
                    self.send_error(401)
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}/api/jobs"

    def start(self) -> Answer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def answer(text: t.Callable[[], str], token: str = "right-token", status: int = 200, **args: object) -> Arrange:
    return lambda world: {
        "url": world.running.start(Answer, text(), status=status).url,
        "bearer_token": token,
        "max_age": "26h",
        **args,
    }


def bad(kind: str) -> Arrange:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "fields": FIELDS, "max_age": "26h", "timeout": "3s"}


def nobody(_world: World) -> Args:
    return {"url": f"http://{LOCAL}:{free_port()}/jobs", "fields": FIELDS, "max_age": "26h"}


METRIC = 'backup_last_success_timestamp_seconds{name="db"}'


def metric(hours: float | None, *lines: str, **args: object) -> Arrange:
    """A real Prometheus that has scraped the time of the last success."""

    def arrange(world: World) -> Args:
        value = 0.0 if hours is None else time.time() - hours * 3600
        given = exposing(f"{METRIC} {value}", *lines)(world)
        return {"url": given["url"], "query": "backup_last_success_timestamp_seconds", "max_age": "26h", **args}

    return arrange


class Age:
    """Stands in for a Prometheus with an hour of history: an age that grows, or the same one for ever."""

    def __init__(self, _folder: pathlib.Path, *, grows: bool) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 # name of http.server
                asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                earlier = "time" in asked and float(asked["time"][0]) < time.time() - 600
                value = 7200 if earlier and grows else 10800
                sample = {"metric": {"name": "db"}, "value": [time.time(), str(value)]}
                body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": [sample]}}).encode()
                known = "/api/" in self.path
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body if known else b"{}")

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}"

    def start(self) -> Age:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def age(grows: bool) -> Arrange:
    return lambda world: {
        "url": world.running.start(Age, grows=grows).url,
        "query": "backup_age_seconds",
        "gives": "age",
        "max_age": "26h",
    }


EXIT = 'backup_exit_code{name="db"}'
CODES: Args = {"fields": {"state": "backup_exit_code"}, "good_states": ["0"]}


def several(**args: object) -> Arrange:
    """A file for each night."""

    def arrange(world: World) -> Args:
        for hours in (3, 27, 51):
            put(world, f"run-{hours}.txt", f"job: db\nstatus: success\nfinished: {ago(hours)}\nbytes: 4000\n", hours)
        fields = {"time": "finished", "state": "status", "size": "bytes"}
        return {"pattern": [str(world.folder / "run-*.txt")], "fields": fields, "max_age": "26h", **args}

    return arrange


def newest_cut(world: World) -> Args:
    args = several()(world)
    put(world, "run-0.txt", b"", 0)
    return args


def no_file(world: World) -> Args:
    return {"path": str(world.folder / "sessions.json"), "fields": FIELDS, "max_age": "26h"}


def no_match(world: World) -> Args:
    return {"pattern": [str(world.folder / "run-*.json")], "fields": FIELDS, "max_age": "26h"}


def local_time(hours: float) -> t.Callable[[], dict[str, object]]:
    return lambda: {**run(hours), "EndTime": (dt.datetime.now() - dt.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")}


def logfmt() -> str:
    return "".join(f'time={ago(hours)} job=db outcome="completed successfully" bytes=4000\n' for hours in (27, 3))


LOGFMT = {"time": "time", "state": "outcome", "job": "job", "size": "bytes"}
ZFS = {"time": "creation", "size": "referenced"}


def zfs() -> str:
    """As ``zfs list -Hp -t snapshot -o name,creation,referenced`` writes it, below a line with the names."""
    lines = [f"tank/payments@{hours}\t{int(time.time() - hours * 3600)}\t8123456" for hours in (27, 3)]
    return "\n".join(["name\tcreation\treferenced", *lines, ""])


def snapshots_of(*found: tuple[str, float]) -> t.Callable[[], str]:
    def made() -> str:
        lines = [f"{name}@auto-{hours}\t{int(time.time() - hours * 3600)}\t8123456" for name, hours in found]
        return "\n".join(["name\tcreation\treferenced", *lines, ""])

    return made


def velero_states(*found: tuple[float, object, bool]) -> t.Callable[[], str]:
    """Backups of Velero: hours since their creation, the status, whether they have ended."""

    def made() -> str:
        items = []
        for hours, phase, ended in found:
            status = {"phase": phase, "progress": {"itemsBackedUp": 5}} if phase else {}
            status.update({"completionTimestamp": ago(hours, "%Y-%m-%dT%H:%M:%SZ")} if ended else {})
            status.update({"expiration": ago(hours - 720, "%Y-%m-%dT%H:%M:%SZ")})
            labels = {"velero.io/schedule-name": "payments"}
            about = {"name": f"p-{hours}", "labels": labels, "creationTimestamp": ago(hours, "%Y-%m-%dT%H:%M:%SZ")}
            items.append({"metadata": about, **({"status": status} if phase else {})})
        return json.dumps({"items": items})

    return made


def bareos_jobs(*found: tuple[float | None, str, str, int]) -> t.Callable[[], str]:
    """Hours since the end (None: it runs), the state, the level, the bytes."""

    def made() -> str:
        jobs = []
        for number, (hours, state, level, size) in enumerate(found):
            end = ago(hours, "%Y-%m-%d %H:%M:%S") if hours is not None else ("0000-00-00 00:00:00", "", None)[number % 3]
            one = {"jobid": str(number), "name": "db", "level": level, "jobstatus": state, "endtime": end, "type": "B"}
            jobs.append({**one, "jobbytes": str(size), "jobfiles": str(size // 1000), "starttime": ago(hours or 0.1, "%Y-%m-%d %H:%M:%S")})
        return json.dumps({"result": {"jobs": jobs}})

    return made


def rds(world: World) -> Args:
    one = {"DBInstanceIdentifier": "payments", "SnapshotType": "automated", "Status": "available", "SnapshotCreateTime": ago(3)}
    new = {"DBInstanceIdentifier": "payments", "SnapshotType": "automated", "Status": "creating", "SnapshotCreateTime": None}
    path = put(world, "rds.json", json.dumps({"DBSnapshots": [new, one]}))
    fields = {"time": "SnapshotCreateTime", "state": "Status"}
    return {"path": str(path), "entries": "DBSnapshots", "fields": fields, "good_states": ["available"], "max_age": "26h"}


def paged(world: World) -> Args:
    body = json.dumps({"data": [run(3)], "links": {"next": {"href": "https://x/jobs?page=2"}}})
    args = answer(lambda: body, entries="data", fields=FIELDS)(world)
    return {**args, "url": f"{args['url']}?filter=policyName eq 'payments'"}


def dated(hours: float, form: str, zone: float = 0.0) -> t.Callable[[], dict[str, object]]:
    """Dated in the clock of a zone so many hours ahead of UTC."""
    return lambda: {**run(hours), "EndTime": ago(hours - zone, form)}


RFC = "%a, %d %b %Y %H:%M:%S"
TWO: Args = {"fields": {"time": "EndTime", "state": "Result"}}
DAYS = [at(3), at(27), at(51)]
ROWS: list[Row] = [
    Row(CHECK, "runs of three nights in JSON", runs(*DAYS, min_count=3, rpo="24h"), "pass", r"is 3 h old, 4\.7 GiB, .*RPO 24 h\); 3 good"),
    Row(CHECK, "runs in CSV", file("s.csv", lambda: csv((3, "Success"), (27, "Success"))), "pass", r"is 3 h old.*2 good records"),
    Row(CHECK, "runs in CSV with semicolons", file("s.csv", lambda: csv((3, "Success"), mark=";")), "pass", r"3 h old"),
    Row(
        CHECK,
        "CSV of Windows PowerShell (Veeam)",
        file("s.csv", powershell, time_format="%m/%d/%Y %I:%M:%S %p", time_zone="UTC"),
        "pass",
        r"3 h old.*2 good records",
    ),
    Row(CHECK, "JSON of Windows PowerShell (Veeam)", file("s.json", convert_to_json), "pass", r"3 h old"),
    Row(
        CHECK,
        "snapshots of AWS",
        file("s.json", snapshots(), entries="Snapshots", fields=AWS, size_unit="GiB", encrypted=True, min_size="100GiB"),
        "pass",
        r"3 h old, 100\.0 GiB",
    ),
    Row(
        CHECK,
        "backups of Velero",
        file("v.json", velero(), entries="items", fields=VELERO, jobs=["payments"]),
        "pass",
        r"backup of payments by .* 3 h",
    ),
    Row(CHECK, "Bareos over HTTP", answer(bareos(), **BAREOS), "pass", r"backup by http://.*/api/jobs is 3 h old"),
    Row(CHECK, "snapshots of ZFS", file("zfs.tsv", zfs, fields=ZFS), "pass", r"3 h old, 7\.7 MiB"),
    Row(CHECK, "lines of key=value", file("b.log", logfmt, fields=LOGFMT, good_states=["completed successfully"]), "pass", r"3 h old"),
    Row(CHECK, "a file for each night", several(min_count=3, retention="2d"), "pass", r"3 h old.*3 good records"),
    Row(CHECK, "mails of successes", maildir((3, "Success"), (27, "Success")), "pass", r"3 h old.*2 good records"),
    Row(
        CHECK,
        "a metric",
        metric(3, 'backup_size_bytes{name="db"} 5e+09', fields={"size": "backup_size_bytes", "job": "name"}),
        "pass",
        r"backup of db by .* 3 h old, 4\.7",
    ),
    Row(CHECK, "a metric with the code of the run", metric(3, f"{EXIT} 0", **CODES), "pass", r"3 h old"),
    Row(CHECK, "an age that grows", age(grows=True), "pass", r"3 h old"),
    Row(CHECK, "NetBackup: 0 is named", runs(at(3, 0), at(27, 0), good_states=["0"], partial_states=["1"]), "pass", r"3 h old"),
    Row(CHECK, "a failure between two successes", runs(at(3), at(15, "Failed"), at(27)), "pass", r"3 h old"),
    Row(CHECK, "another run has begun", runs(at(3), at(0, "Working")), "pass", r"3 h old"),
    Row(CHECK, "the states are French", runs(at(3, "Réussi"), at(27, "Échec")), "pass", r"3 h old"),
    Row(CHECK, "one job of several", runs(at(3), at(3, "Failed", JobName="mail"), match={"JobName": "payments-db"}), "pass", r"3 h old"),
    Row(CHECK, "each of two jobs", runs(at(3), at(4, JobName="mail"), jobs=["payments-db", "mail"]), "pass", r"backup of mail by"),
    Row(CHECK, "times without a zone are those of this host", runs(local_time(3)), "pass", r"3 h old"),
    Row(CHECK, "the last success is too old", runs(at(76), at(100)), "fail", r"is 3 d 4 h old, the limit is 26 h"),
    Row(CHECK, "a fresh file with old records", file("s.json", lambda: json.dumps([run(76)]), written=0), "fail", r"3 d 4 h old"),
    Row(CHECK, "a file that nobody writes any more", file("s.json", lambda: json.dumps([run(800)]), written=800), "fail", r"33 d 8 h old"),
    Row(CHECK, "only failures since the limit", runs(at(3, "Failed"), at(27, "Failed"), at(51)), "fail", r"2 d 3 h old"),
    Row(CHECK, "never a success", runs(at(3, "Failed"), at(27, "Error")), "fail", r"none of 2 records is a success, the newest .*'Failed'"),
    Row(CHECK, "only with warnings", runs(at(3, "SuccessWithWarnings")), "fail", r"is no success: 'SuccessWithWarnings'"),
    Row(CHECK, "no success: false", runs(at(3, False), fields={**FIELDS, "state": "Result"}), "fail", r"is no success: 'false'"),
    Row(CHECK, "NetBackup: a code of failure", runs(at(3, 196), good_states=["0"], partial_states=["1"]), "fail", r"is no success: '196'"),
    Row(
        CHECK,
        "a success of another job",
        runs(at(3, JobName="mail"), match={"JobName": "payments-db"}),
        "fail",
        r"does not match; it is of mail",
    ),
    Row(CHECK, "one of two jobs has no record", runs(at(3), jobs=["payments-db", "mail"]), "fail", r"there is no record of mail in"),
    Row(
        CHECK,
        "one of two jobs has stopped",
        runs(at(3), at(76, JobName="mail"), jobs=["payments-db", "mail"]),
        "fail",
        r"of mail by .* 3 d 4 h",
    ),
    Row(CHECK, "an empty list", file("s.json", lambda: "[]"), "fail", r"has no record of a backup"),
    Row(CHECK, "a table without a line", file("s.csv", csv), "fail", r"has no record of a backup"),
    Row(CHECK, "a size of nothing", runs(at(3, BackupSize=0), at(27)), "fail", r"has 0 B, at least 1 B are wanted"),
    Row(CHECK, "smaller than wanted", runs(at(3), min_size="10GiB"), "fail", r"has 4\.7 GiB, at least 10\.0 GiB are wanted"),
    Row(
        CHECK,
        "Velero: nothing in it",
        file("v.json", velero(items=0), entries="items", fields=VELERO),
        "fail",
        r"has 0 items, at least 1",
    ),
    Row(
        CHECK,
        "Velero: failed for two days",
        file("v.json", velero("Failed"), entries="items", fields=VELERO, max_age="20h"),
        "fail",
        r"27 h old",
    ),
    Row(CHECK, "too few", runs(at(3), min_count=7), "fail", r"1 complete backup is there, at least 7 are wanted"),
    Row(
        CHECK,
        "AWS: not encrypted",
        file("s.json", snapshots(encrypted=False), entries="Snapshots", fields=AWS, encrypted=True),
        "fail",
        r"is not encrypted",
    ),
    Row(
        CHECK,
        "AWS: never ends",
        file("s.json", snapshots(state="error"), entries="Snapshots", fields=AWS),
        "fail",
        r"none of 2 records is a success",
    ),
    Row(CHECK, "mails of failures", maildir((3, "Failed"), (27, "Failed")), "fail", r"none of 2 records is a success"),
    Row(CHECK, "mails that have stopped", maildir((76, "Success")), "fail", r"3 d 4 h old"),
    Row(CHECK, "a metric of long ago, still pushed", metric(76), "fail", r"3 d 4 h old"),
    Row(CHECK, "a metric with the code of a failure", metric(3, f"{EXIT} 2", **CODES), "fail", r"is no success: '2'"),
    Row(CHECK, "a metric of never", metric(None), "fail", r"the time of the last success is 0"),
    Row(CHECK, "Bareos over HTTP: failed for a day", answer(bareos("f"), **BAREOS), "fail", r"is 27 h old"),
    Row(
        CHECK,
        "the last run failed",
        runs(at(3, "Failed"), at(20)),
        "warn",
        r"the run of 20.* ended with 'Failed'; the last success was 20 h ago",
    ),
    Row(
        CHECK,
        "the last two runs failed",
        runs(at(3, "Failed"), at(9, "Failed"), at(20)),
        "warn",
        r"2 runs since the last success 20 h ago failed",
    ),
    Row(CHECK, "the last run had warnings", runs(at(3, "Warning"), at(20)), "warn", r"ended with 'Warning'; the last success"),
    Row(
        CHECK,
        "half as large",
        runs(at(3, BackupSize=1_000_000_000), at(27), at(51), at(75)),
        "warn",
        r"median of 3 earlier ones is 4\.7 GiB",
    ),
    Row(CHECK, "not as far back as wanted", runs(*DAYS, retention="30d"), "warn", r"the oldest is 2 d 3 h old, 30 d are to be kept"),
    Row(CHECK, "jobs are mixed", runs(at(3), at(4, JobName="mail")), "warn", r"records of 2 jobs \(mail, payments-db\) are mixed"),
    Row(
        CHECK,
        "the state is not looked at",
        runs(at(3), fields={"time": "EndTime"}),
        "warn",
        r"the records have Result, which is not looked",
    ),
    Row(CHECK, "one is dated in the future", runs(at(3), at(-48)), "warn", r"1 record dated in the future is not counted"),
    Row(CHECK, "all are dated in the future", runs(at(-48)), "unknown", r"all records are dated in the future"),
    Row(CHECK, "a state that nobody knows", runs(at(3, "Terminado"), at(27)), "unknown", r"not known whether 'Terminado' .* is a success"),
    Row(CHECK, "a number that nobody has named", runs(at(3, 0)), "unknown", r"not known whether '0' .* is a success"),
    Row(
        CHECK,
        "the field of the time is missing",
        runs(at(3), fields={**FIELDS, "time": "Finished"}),
        "unknown",
        r"no Finished \(it has BackupSize, EndTime,",
    ),
    Row(
        CHECK,
        "the field of the match is missing",
        runs(at(3), match={"Policy": "db"}),
        "unknown",
        r"a record has no Policy \(it has BackupSize",
    ),
    Row(
        CHECK,
        "a time that is not understood",
        runs(at(3, EndTime="25/11/2026 03:00")),
        "unknown",
        r"'25/11/2026 03:00' is not understood; name",
    ),
    Row(
        CHECK,
        "dated after its file was written",
        file("s.json", lambda: json.dumps([run(1)]), written=3),
        "unknown",
        r"after its file was written",
    ),
    Row(CHECK, "the size is no number", runs(at(3, BackupSize="12,345")), "unknown", r"the record has no size that is a number"),
    Row(CHECK, "cut short", file("s.json", lambda: json.dumps([run(3), run(27)])[:-40]), "unknown", r"it is not JSON, or cut short"),
    Row(
        CHECK,
        "a table cut within a line",
        file("s.csv", lambda: csv((27, "Success")) + "payments-db,Suc"),
        "unknown",
        r"line 3 has not as many columns",
    ),
    Row(CHECK, "a file of nothing", file("s.json", lambda: ""), "unknown", r"s\.json: it is empty"),
    Row(
        CHECK,
        "a web page",
        file("s.json", lambda: "<html><body>Sign in</body></html>"),
        "unknown",
        r"it is a web page or XML \(a login page\?\)",
    ),
    Row(CHECK, "the newest of several files is empty", newest_cut, "unknown", r"run-0\.txt: it is empty"),
    Row(CHECK, "no file", no_file, "unknown", r"sessions\.json does not exist"),
    Row(CHECK, "no file matches", no_match, "unknown", r"there is no record in"),
    Row(
        CHECK,
        "JSON that says that it failed",
        file("s.json", lambda: '{"success": false, "message": "session expired"}'),
        "unknown",
        r"a record has no Result \(it has message, success\)",
    ),
    Row(
        CHECK,
        "the list is elsewhere",
        file("s.json", bareos(), **{**BAREOS, "entries": "jobs"}),
        "unknown",
        r"it has no jobs; there are id, jsonrpc, result",
    ),
    Row(CHECK, "a mail without a date", file("a.eml", lambda: mail(date=False), fields={}), "unknown", r"a record has no time|no date"),
    Row(CHECK, "the token is wrong", answer(bareos(), token="wrong", **BAREOS), "unknown", r"refuses the request \(401\)"),
    Row(CHECK, "the address is gone", answer(bareos(), status=404, **BAREOS), "unknown", r"answered with status 404; expected 200"),
    Row(CHECK, "a login page", bad("login"), "unknown", r"it is a web page or XML"),
    Row(CHECK, "an answer cut short", bad("cut"), "unknown", r"closed the connection|no usable answer"),
    Row(CHECK, "an answer that hangs", bad("hang"), "unknown", r"did not answer( completely)? within"),
    Row(CHECK, "a huge answer", bad("huge"), "unknown", r"more than|larger than"),
    Row(CHECK, "garbage as the answer", bad("garbage"), "unknown", r"it is no table|has not as many columns|it is not CSV|no key"),
    Row(CHECK, "nothing listens", nobody, "unknown", r"refused the connection: nothing listens"),
    Row(CHECK, "a metric without the code", metric(3, **CODES), "unknown", r"the record of 20.* has no state"),
    Row(CHECK, "an age that was pushed once", age(grows=False), "unknown", r"has not moved for 60 min|has not moved for 1 h"),
    Row(CHECK, "no such metric", metric(3, query="backup_nothing"), "unknown", r"has nothing for backup_nothing"),
    Row(CHECK, "a login page before Prometheus", lambda world: {**bad("login")(world), "query": "x", "fields": {}}, "unknown", r"web page"),
    # -- the success of one must not stand for another
    Row(
        CHECK,
        "two jobs, and no field named",
        runs(at(200, JobName="db"), at(2, JobName="web"), **TWO),
        "warn",
        r"differ in JobName \(db, web\)",
    ),
    Row(CHECK, "one job, and no field named", runs(at(3), at(27), **TWO), "pass", r"3 h old"),
    Row(CHECK, "two jobs, of which one matches", runs(at(3), at(3, JobName="web"), **TWO, match={"JobName": "web"}), "pass", r"3 h old"),
    Row(
        CHECK,
        "names of single runs are no jobs",
        runs(at(3, name="nightly-20261125-0300"), at(27, name="nightly-20261124-0300"), at(51, name="x7f2k")),
        "pass",
        r"3 h old",
    ),
    Row(
        CHECK,
        "snapshots of two file systems",
        file("zfs.tsv", snapshots_of(("tank/payments", 1), ("tank/db", 500)), fields=ZFS),
        "warn",
        r"differ in name \(tank/payments, tank/db\)",
    ),
    Row(
        CHECK,
        "snapshots of one",
        file("zfs.tsv", snapshots_of(("tank/db", 1), ("tank/db", 25)), fields=ZFS),
        "pass",
        r"is 6\d min (?:\d+ s )?old|1 h old",
    ),
    # -- zones by names
    Row(CHECK, "RFC 2822 with an offset", runs(dated(3, RFC + " +0900", 9)), "pass", r"3 h old"),
    Row(CHECK, "RFC 2822 in GMT", runs(dated(3, RFC + " GMT")), "pass", r"3 h old"),
    Row(CHECK, "RFC 2822, a zone in brackets", runs(dated(3, RFC + " +0200 (CEST)", 2)), "pass", r"3 h old"),
    Row(CHECK, "RFC 2822 in EST", runs(dated(3, RFC + " EST", -5)), "pass", r"3 h old"),
    Row(CHECK, "a zone whose name means nothing", runs(dated(30, RFC + " JST", 9)), "unknown", r"JST' is not understood; name its form"),
    Row(CHECK, "another one", runs(dated(27, RFC + " CEST", 2)), "unknown", r"CEST' is not understood"),
    Row(CHECK, "another one, of three letters", runs(dated(30, RFC + " AEST", 10)), "unknown", r"AEST' is not understood"),
    Row(
        CHECK,
        "the form has the name UTC",
        runs(dated(3, "%d/%m/%Y %H:%M UTC"), time_format="%d/%m/%Y %H:%M %Z", time_zone="+09:00"),
        "pass",
        "3 h",
    ),
    Row(CHECK, "ticks of .NET", runs(at(3, EndTime=638_000_000_000_000_000)), "unknown", r"'638000000000000000' is not understood"),
    # -- runs without a time
    Row(
        CHECK,
        "Velero: refused since",
        file("v.json", velero_states((20, "Completed", True), (2, "FailedValidation", False)), entries="items", fields=VELERO),
        "warn",
        r"ended with 'FailedValidation'; the last success was 20 h ago",
    ),
    Row(
        CHECK,
        "Velero: refused before",
        file("v.json", velero_states((2, "Completed", True), (20, "FailedValidation", False)), entries="items", fields=VELERO),
        "pass",
        r"2 h old",
    ),
    Row(
        CHECK,
        "a failure of which nothing says when",
        runs(at(3), at(0, "Failed", EndTime=None)),
        "warn",
        r"1 record without a time is of a run that ended with 'Failed': it may be the last",
    ),
    *[
        Row(
            CHECK,
            f"Velero: one in the state {phase}",
            file("v.json", velero_states((3, "Completed", True), (0, phase, False)), entries="items", fields=VELERO),
            "pass",
            r"3 h old",
        )
        for phase in (None, "ReadyToStart", "FinalizingPartiallyFailed", "WaitingForPluginOperations", "InProgress")
    ],
    Row(
        CHECK,
        "Bareos: jobs that run",
        file("j.json", bareos_jobs((None, "R", "F", 0), (None, "C", "F", 0), (None, "R", "F", 0), (3, "T", "F", 9000)), **BAREOS),
        "pass",
        r"3 h old",
    ),
    Row(CHECK, "RDS: one is being made", rds, "pass", r"3 h old"),
    Row(CHECK, "NetBackup: one is active", runs(at(3, 0), at(0, "ACTIVE", EndTime=None), good_states=["0"]), "pass", r"3 h old"),
    Row(CHECK, "nothing but one that runs", runs(at(0, "Running", EndTime=None)), "unknown", r"no run has ended yet"),
    Row(CHECK, "a success without a time", runs(at(3), at(0, EndTime=None)), "warn", r"1 record without a time that is understood"),
    # -- full and incremental ones
    Row(
        CHECK,
        "an incremental one of a client that has not changed",
        file("j.json", bareos_jobs((27, "T", "F", 9_000_000), (3, "T", "I", 0)), **BAREOS),
        "pass",
        r"3 h old",
    ),
    Row(
        CHECK,
        "an incremental one after full ones",
        file("j.json", bareos_jobs((75, "T", "F", 9_000_000), (51, "T", "F", 9_000_000), (3, "T", "I", 80_000)), **BAREOS),
        "pass",
        r"3 h old",
    ),
    Row(
        CHECK,
        "an incremental one on a full one of nothing",
        file("j.json", bareos_jobs((27, "T", "F", 0), (3, "T", "I", 0)), **BAREOS),
        "fail",
        r"built on that of .* has 0 B, at least 1 B",
    ),
    Row(CHECK, "a full one of nothing", file("j.json", bareos_jobs((27, "T", "I", 9), (3, "T", "F", 0)), **BAREOS), "fail", r"has 0 B"),
    Row(
        CHECK,
        "a full one that has shrunk, below an incremental one",
        file("j.json", bareos_jobs((75, "T", "F", 9_000_000), (27, "T", "F", 1_000_000), (3, "T", "I", 80_000)), **BAREOS),
        "warn",
        r"built on that of .* more than 50% smaller",
    ),
    Row(
        CHECK,
        "the level is named",
        runs(at(3, Kind="Incremental", BackupSize=0), at(27, Kind="Full"), fields={**FIELDS, "level": "Kind"}),
        "pass",
        r"3 h old",
    ),
    # -- mails
    Row(CHECK, "a mail", a_mail("Status: Success\nBytes: 5000"), "pass", r"3 h old, 4\.9 KiB"),
    Row(CHECK, "a mail with the ends of lines of Windows", a_mail("Status: Success\nBytes: 5000", end="\r\n"), "pass", r"4\.9 KiB"),
    Row(
        CHECK,
        "a mail that is a web page",
        a_mail(
            "<html><style>p {}</style><p>Status:&nbsp;Success</p><table><tr><td>Bytes:</td><td>5000</td></tr></table>", kind="text/html"
        ),
        "pass",
        r"4\.9 KiB",
    ),
    Row(
        CHECK,
        "a mail with two states",
        a_mail("Last run:\nStatus: Success\nThis run:\nStatus: Failed\nBytes: 9"),
        "unknown",
        r"'Success, Failed'",
    ),
    Row(CHECK, "a mail with the same state twice", a_mail("Status: Success\nStatus: Success\nBytes: 9"), "pass", r"3 h old"),
    Row(CHECK, "a mail in UTF-8", a_mail("Status: Succès\nBytes: 9"), "pass", r"3 h old"),
    Row(
        CHECK,
        "a mail in Latin 1",
        file(
            "a.eml",
            lambda: text_mail("Status: Succès\nBytes: 9").replace("utf-8", "iso-8859-1").encode("latin-1"),
            fields={"state": r"^Status: (.+)$"},
        ),
        "pass",
        r"3 h old",
    ),
    Row(CHECK, "an accent of two signs", a_mail("Status: Succe\u0300s\nBytes: 9"), "pass", r"3 h old"),
    Row(
        CHECK,
        "the sender asked for",
        a_mail("Status: OK\nBytes: 9", sender="Backup <backup@example.org>", match={"from": "backup@example.org"}),
        "pass",
        r"3 h",
    ),
    Row(CHECK, "the host of the sender", a_mail("Status: OK\nBytes: 9", match={"from": "example.org"}), "pass", r"3 h old"),
    Row(
        CHECK,
        "a sender of another host",
        a_mail("Status: OK\nBytes: 9", sender="backup@example.org.evil.com", match={"from": "backup@example.org"}),
        "fail",
        r"the only record in .* does not match; it is of backup@example.org.evil.com",
    ),
    Row(
        CHECK,
        "a sender who calls itself so",
        a_mail("Status: OK\nBytes: 9", sender='"backup@example.org" <x@evil.com>', match={"from": "backup@example.org"}),
        "fail",
        r"does not match",
    ),
    Row(
        CHECK,
        "mails in one file, the last a failure",
        file("mbox", mbox((27, "Success"), (3, "Failed")), fields={"state": r"^Status: (.+)$"}, max_age="48h"),
        "warn",
        r"ended with 'Failed'; the last success was 27 h ago",
    ),
    Row(
        CHECK,
        "mails in one file",
        file("mbox", mbox((27, "Success"), (3, "OK")), fields={"state": r"^Status: (.+)$"}),
        "pass",
        r"2 good records",
    ),
    # -- sizes for people
    *[
        Row(CHECK, f"a size as people write it: {said}", runs(at(3, BackupSize=said), min_size="4GB"), "pass", r"3 h old, \d")
        for said in ("5,2 Go", "549,999,999,999", "10Gi", "5.2 GB", "5 200 000 000", "5\u202f200 Mo", "5.200.000.000")
    ],
    Row(
        CHECK,
        "a size below the limit, as people write it",
        runs(at(3, BackupSize="5,2 Mo"), min_size="4GB"),
        "fail",
        r"has 5\.0 MiB, at least",
    ),
    # -- answers
    Row(CHECK, "blanks in the address, and another page", paged, "pass", r"3 h old"),
    Row(CHECK, "a metric that is the time of the question", metric(3, query="time()"), "unknown", r"time\(\) follows the clock"),
]
