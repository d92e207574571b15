# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_canary: what it writes, and how it looks."""

from __future__ import annotations

import errno
import json
import os
import pathlib
import socket
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _canary_lines, log_canary
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_writing
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, Completed, FakeClock, FakeRunner

HEX = "0123456789abcdef" * 2
TOKEN = f"operability-canary {HEX}"
WHOLE = f"{TOKEN} end {HEX}"
HOST = socket.gethostname()


def arguments(**given: t.Any) -> dict[str, t.Any]:
    return parse_arguments(log_canary, {"backend": "journald", **given})


def marker(host: str = "web1.example.com", token: str = TOKEN, **more: t.Any) -> dict[str, t.Any]:
    return {"marker": token, "host": host, "written_at": "2026-11-25T05:59:59Z", "written_epoch": NOW.timestamp() - 1, **more}


def whole(finding: Finding) -> str:
    """The marker that was written, as its line has it: with the token at its end too."""
    marker = str(finding.observed["marker"])
    return f"{marker} end {marker.split()[-1]}"


def find(args: dict[str, t.Any], runner: Runner | None = None) -> Finding:
    return log_canary.find(args, runner or FakeRunner())[0]


class Script(Clock):
    """The real time, sped up: each sleep does the next thing."""

    def __init__(self, *things: t.Callable[[], object]) -> None:
        self.things, self.passed = list(things), 0.0

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        if self.things:
            self.things.pop(0)()


# -- writing


def test_options() -> None:
    with pytest.raises(ArgumentsRefused):
        arguments()
    with pytest.raises(ArgumentsRefused):
        arguments(via="file")
    with pytest.raises(ArgumentsRefused):
        arguments(via="syslog", backend="file")
    assert arguments(markers=[])["markers"] == []


def test_write_to_a_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("before\n")
    finding = log_canary.write(arguments(via="file", path=str(path)), FakeRunner())
    assert finding.status == "pass"
    before, line = path.read_text().splitlines()
    assert (before, line) == ("before", f"2026-11-25T06:00:00.000Z info {whole(finding)}")
    assert finding.observed["offset"] == len("before\n")
    assert finding.observed["written_epoch"] == NOW.timestamp()
    assert finding.observed["host"] == HOST
    json.dumps(finding.as_dict())


def test_markers_differ(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.touch()
    args = arguments(via="file", path=str(path))
    assert len({log_canary.write(args, FakeRunner()).observed["marker"] for _unused in range(20)}) == 20


def test_a_json_line(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.json"
    path.touch()
    fields = {"service": "payments", "msg": "{marker}", "level": "INFO", "n": 3}
    written = log_canary.write(arguments(via="file", path=str(path), format="json", fields=fields), FakeRunner())
    data, token = json.loads(path.read_text()), written.observed["marker"]
    said = {"message": whole(written), "service": "payments", "msg": token, "n": 3}
    assert data == {"timestamp": "2026-11-25T06:00:00.000Z", "level": "INFO", **said}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"template": "<{timestamp}> {marker} {other} {{x}}"}, f"<T> {WHOLE} {{other}} {{{{x}}}}"),
        ({"template": "{marker} and the rest {end}"}, f"{TOKEN} and the rest end {HEX}"),
        ({"via": "syslog"}, WHOLE),
        ({"via": "syslog", "fields": {"a": 1}}, f"{TOKEN} a=1 end {HEX}"),
        ({"via": "journald", "fields": {"a": 1}}, WHOLE),
        ({"template": '{"m":"{marker}"}', "format": "json"}, f'{{"m":"{WHOLE}"}}'),
        ({"length": "100"}, f"T info {TOKEN} pad pad end {HEX}"),
    ],
)
def test_lines(more: dict[str, t.Any], expected: str) -> None:
    assert _canary_lines.render(arguments(**{"via": "file", "path": "/x", **more}), TOKEN, "T") == expected


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"template": "hello"}, "must keep"),
        ({"template": "{marker}\nroot::0:0"}, "more than one line"),
        ({"template": "{marker}", "format": "json"}, "does not make a JSON line"),
        ({"fields": {"message": "mine"}, "format": "json"}, "must keep"),
    ],
)
def test_lines_that_are_refused(more: dict[str, t.Any], message: str) -> None:
    with pytest.raises(CannotObserve, match=message):
        _canary_lines.render(arguments(**{"via": "file", "path": "/x", **more}), TOKEN, "T")


def test_a_missing_log_is_not_created(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    finding = log_canary.write(arguments(via="file", path=str(path)), FakeRunner())
    assert (finding.status, path.exists()) == ("fail", False)


@pytest.mark.parametrize(
    ("number", "status"),
    [(errno.EACCES, "unknown"), (errno.EPERM, "unknown"), (errno.EROFS, "fail"), (errno.ENOSPC, "fail"), (errno.ELOOP, "unknown")],
)
def test_refused_writes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: int, status: str) -> None:
    path = tmp_path / "app.log"
    path.touch()

    def refuse(*_unused: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    args = arguments(via="file", path=str(path))
    if status == "unknown":
        with pytest.raises(CannotObserve):
            log_canary.write(args, FakeRunner())
    else:
        assert log_canary.write(args, FakeRunner()).status == status


def test_a_full_file_system(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.log"
    path.touch()
    monkeypatch.setattr(os, "write", lambda _handle, _data: 3)
    finding = log_canary.write(arguments(via="file", path=str(path)), FakeRunner())
    assert (finding.status, "only 3 of" in finding.message) == ("fail", True)


@pytest.mark.parametrize("via", ["syslog", "journald"])
def test_sent_to_a_socket(tmp_path: pathlib.Path, via: str) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        finding = log_canary.write(arguments(via=via, socket=str(path), tag="payments", fields={"unit": "x"}), FakeRunner())
        data = server.recv(65536).decode()
    assert finding.status == "pass"
    assert finding.observed["marker"] in data
    assert "payments" in data
    assert ("UNIT=x" in data) == (via == "journald")


def test_a_stream_socket(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        assert log_canary.write(arguments(via="syslog", socket=str(path)), FakeRunner()).status == "pass"


def test_nobody_takes_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "socket"
    args = arguments(via="syslog", socket=str(path))
    assert "is not there" in log_canary.write(args, FakeRunner()).message
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(str(path))
    monkeypatch.setattr(log_writing, "SEND_TIMEOUT", 0.2)
    sent = (log_canary.write(args, FakeRunner()) for _unused in range(5000))
    stuck = next(finding for finding in sent if finding.status != "pass")  # its queue is full
    assert (stuck.status, "did not take a syslog message" in stuck.message) == ("fail", True)
    server.close()
    refused = log_canary.write(args, FakeRunner())
    assert (refused.status, "nobody listens" in refused.message) == ("fail", True)


# -- finding in files


def search(folder: pathlib.Path, pattern: str = "{host}/{tag}.log", **more: t.Any) -> dict[str, t.Any]:
    given = {"backend": "file", "search": f"{folder}/{pattern}", "markers": [marker()], "deadline": "5s", "tag": "payments", **more}
    return parse_arguments(log_canary, given)


def put(path: pathlib.Path, text: str) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as handle:
        handle.write(text)
    os.utime(path, (NOW.timestamp(),) * 2)
    return path


@pytest.mark.parametrize("name", ["web1", "web1.example.com"])
def test_found_by_either_name(tmp_path: pathlib.Path, name: str) -> None:
    put(tmp_path / name / "payments.log", f"x\ny {TOKEN}\n")
    finding = find(search(tmp_path))
    assert finding.status == "pass"
    assert finding.measurements[0].limit == 5
    assert finding.observed["found_in"].endswith("payments.log")


def test_the_file_of_another_host_does_not_count(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "web2" / "payments.log", f"{TOKEN}\n")
    put(tmp_path / "web1" / "payments.log", "x\n")
    assert find(search(tmp_path)).status == "fail"


def test_special_characters_of_a_host_are_no_pattern(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n")
    assert find(search(tmp_path, markers=[marker(host="web*")])).status == "fail"


def test_arrives_later(tmp_path: pathlib.Path) -> None:
    log = put(tmp_path / "web1" / "payments.log", "old\n" * 10)
    clock = Script(lambda: put(log, "a\nb\n"), lambda: put(log, f"c {TOKEN[:30]}"), lambda: put(log, f"{TOKEN[30:]}\n"))
    finding = find(search(tmp_path), Runner(clock=clock))
    assert finding.status == "pass"


def test_counts_what_arrived_instead(tmp_path: pathlib.Path) -> None:
    log = put(tmp_path / "web1" / "payments.log", "old\n" * 10)
    clock = Script(lambda: put(log, "a\nb\n"), lambda: put(log, "c\n"))
    finding = find(search(tmp_path), Runner(clock=clock))
    assert (finding.status, finding.observed["new_lines"]) == ("fail", 3)
    assert "3 other lines" in finding.message
    assert "(1 fichier, dernière écriture il y a " in told(finding.message, "fr")
    assert told(finding.message, "fr").endswith("(chemin, étiquette ou filtre\u202f?)")


def test_central_file_rotates_between_two_looks(tmp_path: pathlib.Path) -> None:
    log = put(tmp_path / "web1" / "payments.log", "old\n")

    def rotate() -> None:
        put(log, f"{TOKEN}\n")
        log.rename(f"{log}.1")
        put(log, "new\n")

    assert find(search(tmp_path), Runner(clock=Script(rotate))).status == "pass"


def test_central_file_is_emptied_between_two_looks(tmp_path: pathlib.Path) -> None:
    log = put(tmp_path / "web1" / "payments.log", "old\n" * 1000)
    assert find(search(tmp_path), Runner(clock=Script(lambda: log.write_text(f"{TOKEN}\n")))).status == "pass"


def test_a_file_that_appears(tmp_path: pathlib.Path) -> None:
    clock = Script(lambda: put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n"))
    assert find(search(tmp_path), Runner(clock=clock)).status == "pass"


def test_only_the_end_of_a_large_file_is_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "web1" / "payments.log"
    put(path, f"{TOKEN}\n")
    with open(path, "r+b") as handle:
        handle.truncate(10 * 2**30)  # sparse
    assert find(search(tmp_path, deadline="0.1s"), Runner()).status == "fail"
    put(path, f"\n{TOKEN}\n")
    assert find(search(tmp_path, deadline="0.1s"), Runner()).status == "pass"


def test_a_file_of_last_week_is_not_read(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n")
    os.utime(path, (NOW.timestamp() - 7 * 86400,) * 2)
    assert find(search(tmp_path)).status == "fail"


def test_what_ansible_logs_does_not_count(tmp_path: pathlib.Path) -> None:
    log = put(tmp_path / "web1" / "payments.log", f"ansible-log_canary: Invoked with markers=[{{'marker': '{TOKEN}'}}]\n")
    assert find(search(tmp_path)).status == "fail"
    put(log, f"{TOKEN}\n")
    assert find(search(tmp_path)).status == "pass"


def test_one_finding_a_marker(tmp_path: pathlib.Path) -> None:
    other = TOKEN[:-1] + "0"
    put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n")
    put(tmp_path / "web2" / "payments.log", "x\n")
    markers = [marker(inventory_host="one"), marker("web2", other, inventory_host="two")]
    findings = log_canary.find(search(tmp_path, markers=markers), FakeRunner())
    assert [(finding.host, str(finding.status)) for finding in findings] == [("one", "pass"), ("two", "fail")]


def test_a_latency_that_cannot_be_known(tmp_path: pathlib.Path) -> None:
    """Looked for long after it was written: found, but how long it took is not known."""
    put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n")
    finding = find(search(tmp_path, markers=[marker(written_epoch=NOW.timestamp() - 600)]))
    assert (finding.status, finding.measurements) == ("pass", [])


@pytest.mark.parametrize("epoch", [NOW.timestamp() + 900, None, "x"])
def test_clocks_that_differ(tmp_path: pathlib.Path, epoch: t.Any) -> None:
    put(tmp_path / "web1" / "payments.log", f"{TOKEN}\n")
    finding = find(search(tmp_path, markers=[marker(written_epoch=epoch)]))
    assert finding.status == "pass"
    assert finding.measurements[0].value == 0


def test_no_file_matches(tmp_path: pathlib.Path) -> None:
    finding = find(search(tmp_path, "nowhere/*/x.log"))
    assert finding.status == "fail"
    assert f"nearest folder that is there is {tmp_path}" in finding.message


def test_a_folder_that_may_not_be_looked_into(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "web1" / "payments.log", "x\n")
    monkeypatch.setattr(os, "access", lambda path, _mode: not str(path).endswith("web1"))
    finding = find(search(tmp_path))
    assert (finding.status, "web1 may not be looked into" in finding.message) == ("unknown", True)


def test_markers_are_checked(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match="no marker"):
        find(search(tmp_path, markers=[]))
    with pytest.raises(CannotObserve, match="not one that this check has written"):
        find(search(tmp_path, markers=[{"marker": ""}]))


def test_the_deadline_must_fit(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path / "app.log", "x\n")
    args = parse_arguments(log_canary, {"via": "file", "path": str(path), "backend": "file", "search": str(path), "deadline": "5m"})
    with pytest.raises(CannotObserve, match="must be longer than its deadline"):
        log_canary.run(args, FakeRunner().within(90))
    assert path.read_text() == "x\n"


def test_both_halves(tmp_path: pathlib.Path) -> None:
    (tmp_path / "central").mkdir()
    path, central = put(tmp_path / "app.log", "x\n"), put(tmp_path / "central" / "app.log", "old\n")
    args = parse_arguments(log_canary, {"via": "file", "path": str(path), "backend": "file", "search": str(central), "deadline": "5s"})
    clock = Script(lambda: put(central, path.read_text()))
    finding = log_canary.run(args, Runner(clock=clock))
    assert isinstance(finding, Finding)
    assert (finding.status, finding.proof) == ("pass", "observed")


@pytest.mark.parametrize(("local", "seen"), [(False, ("unknown", "none")), (True, ("pass", "derived"))])
def test_the_same_file(tmp_path: pathlib.Path, local: bool, seen: tuple[str, str]) -> None:
    path = put(tmp_path / "app.log", "x\n")
    args = parse_arguments(log_canary, {"via": "file", "path": str(path), "backend": "file", "search": str(path), "local": local})
    finding = log_canary.run(args, FakeRunner(clock=FakeClock()))
    assert isinstance(finding, Finding)
    assert (str(finding.status), finding.proof) == seen
    assert "locally" in finding.message
    assert f"dans le fichier où elle a été écrite ({path})" in told(finding.message, "fr")


def test_a_line_in_the_central_store_itself_proves_no_shipping(tmp_path: pathlib.Path) -> None:
    """Under its own name, a hard link, or from a container with another name; and what arrives late beside it counts."""
    store = tmp_path / "central"
    for folder in ("own", "sent"):
        (store / folder).mkdir(parents=True)
    path = put(store / "own" / "app.log", "x\n")
    os.link(path, tmp_path / "own.log")
    for own, host in ((path, None), (tmp_path / "own.log", None), (path, "container")):
        given = {"via": "file", "path": str(own), "backend": "file", "search": f"{store}/*/*.log", "deadline": "5s"}
        args = parse_arguments(log_canary, given)
        marker = {**log_canary.write(args, Runner()).observed, **({"host": host} if host else {})}
        (finding,) = log_canary.find({**args, "markers": [marker]}, FakeRunner(clock=FakeClock()))
        assert finding.status == "unknown" and "no log has been sent anywhere" in finding.message
        late = Script(lambda: None, lambda: (store / "sent" / "shipped.log").write_text(path.read_text()))
        (finding,) = log_canary.find({**args, "markers": [marker]}, Runner(clock=late))
        assert finding.status == "pass" and "shipped.log" in finding.message
        (store / "sent" / "shipped.log").unlink()


def test_the_central_file_counts_more_than_the_same_file(tmp_path: pathlib.Path) -> None:
    for folder in ("own", "sent"):
        (tmp_path / folder).mkdir()
    path = put(tmp_path / "own" / "app.log", "")
    args = parse_arguments(log_canary, {"via": "file", "path": str(path), "backend": "file", "search": f"{tmp_path}/*/*.log"})
    written = log_canary.write(args, Runner())
    put(tmp_path / "sent" / "central.log", path.read_text())
    assert (
        find(
            parse_arguments(log_canary, {**args, "deadline": "5s", "interval": "1s", "markers": [written.observed], "timeout": None})
        ).status
        == "pass"
    )


# -- finding in the journal

ENTRY = {
    "__REALTIME_TIMESTAMP": str(int(NOW.timestamp() * 1e6)),
    "_HOSTNAME": "web1.example.com",
    "SYSLOG_IDENTIFIER": "operability-canary",
    "PRIORITY": "6",
    "_TRANSPORT": "journal",
    "MESSAGE": TOKEN,
}


def journal(*entries: dict[str, t.Any], rc: int = 0, stderr: str = "", tail: str = "") -> FakeRunner:
    return FakeRunner(commands={"journalctl": Completed(rc, "".join(json.dumps(entry) + "\n" for entry in entries) + tail, stderr)})


def in_journal(runner: FakeRunner, **more: t.Any) -> Finding:
    return find(arguments(markers=[marker(via="journald", tag="payments")], deadline="3s", **more), runner)


def test_found_in_a_journal() -> None:
    runner = journal({**ENTRY, "MESSAGE": "other"}, ENTRY)
    finding = in_journal(runner)
    assert (str(finding.status), finding.observed["latency_seconds"]) == ("pass", 1.0)
    assert "--identifier=payments" in runner.ran[0][0]
    assert "--merge" in runner.ran[0][0]


def test_a_journal_in_a_folder() -> None:
    runner = journal(ENTRY)
    in_journal(runner, search="/var/log/journal/remote")
    assert "--directory=/var/log/journal/remote" in runner.ran[0][0]


def test_a_message_in_bytes() -> None:
    assert in_journal(journal({**ENTRY, "MESSAGE": list(b"\xff" + TOKEN.encode())}, {**ENTRY, "MESSAGE": None})).status == "pass"


def test_the_journal_of_the_same_host() -> None:
    args = arguments(markers=[marker(HOST, via="journald")], deadline="3s")
    finding = find(args, journal({**ENTRY, "_HOSTNAME": HOST}))
    assert (str(finding.status), finding.proof) == ("warn", "derived")


def test_not_in_the_journal() -> None:
    finding = in_journal(journal({**ENTRY, "MESSAGE": "other"}, {**ENTRY, "MESSAGE": f"Invoked with markers=['{TOKEN}']"}))
    assert (finding.status, "2 other entries" in finding.message) == ("fail", True)


def test_a_journal_that_is_not_seen() -> None:
    said = "Hint: You are currently not seeing messages from other users and the system.\n"
    assert in_journal(journal(stderr=said)).status == "unknown"


@pytest.mark.parametrize(
    ("runner", "message"),
    [
        (journal(rc=1, stderr="Failed to open files: Permission denied\n"), "could not read the journal: Failed to open"),
        (journal(tail="<html>Login</html>"), "did not answer in JSON"),
        (journal(tail="[1, 2]"), "did not answer in JSON"),
        (FakeRunner(), "journalctl is not installed"),
    ],
)
def test_journal_unknown(runner: FakeRunner, message: str) -> None:
    with pytest.raises(CannotObserve, match=message):
        in_journal(runner)


def test_a_last_line_that_is_cut_off() -> None:
    assert in_journal(journal(ENTRY, tail='{"MESSAGE": "hal')).status == "pass"


def test_check_mode_is_told() -> None:
    assert log_canary.writes({"via": "file"}) is True
    assert log_canary.writes({"markers": [marker()]}) is False
