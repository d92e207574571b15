# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import systemd_unit
from ansible_collections.operability.readiness.plugins.module_utils._clients.systemd import (
    enablement,
    parse_properties,
    parse_span,
    parse_time,
)
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, Completed, FakeRunner

DAEMON = """\
Type=notify
Restart=on-failure
NRestarts=0
Result=success
ExecMainStartTimestamp=Wed 2026-11-25 02:00:00 UTC
ExecMainExitTimestamp=
ExecMainStatus=0
Id=payments.service
RequiredBy=
WantedBy=multi-user.target
BoundBy=
TriggeredBy=
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
StateChangeTimestamp=Wed 2026-11-25 02:00:01 UTC
ActiveEnterTimestamp=Wed 2026-11-25 02:00:01 UTC
NeedDaemonReload=no
ConditionResult=yes
ConditionTimestamp=Wed 2026-11-25 02:00:00 UTC
"""
NOT_FOUND = """\
Type=
Restart=no
NRestarts=0
Result=success
Id=gone.service
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
"""
ONESHOT = {
    "Type": "oneshot",
    "Restart": "no",
    "ActiveState": "inactive",
    "SubState": "dead",
    "ExecMainExitTimestamp": "Wed 2026-11-25 02:00:09 UTC",
}
TIMER = """\
NextElapseUSecRealtime=Thu 2026-11-26 02:00:00 UTC
NextElapseUSecMonotonic=0
Result=success
Id=payments.timer
WantedBy=timers.target
LoadState=loaded
ActiveState=active
SubState=waiting
UnitFileState=enabled
"""
SOCKET = """\
Result=success
Id=payments.socket
WantedBy=sockets.target
LoadState=loaded
ActiveState=active
SubState=listening
UnitFileState=enabled
"""


def changed(text: str, **changes: str) -> str:
    return "".join(f"{name}={value}\n" for name, value in {**parse_properties(text), **changes}.items())


def look(shown: str | Completed, others: t.Mapping[str, str] | None = None, **args: t.Any) -> Finding:
    done = shown if isinstance(shown, Completed) else Completed(0, shown, "")

    class Runner(FakeRunner):
        def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
            assert options["env"] == {"TZ": "UTC"}
            other = (others or {}).get(argv[-1])
            return done if other is None else Completed(0, other, "")

    runner = Runner(commands={"systemctl": done})
    return systemd_unit.run(parse_arguments(systemd_unit, {"unit": "payments", **args}), runner)


def test_a_healthy_daemon_passes() -> None:
    finding = look(DAEMON, since="2026-11-25T01:59:00Z")
    assert str(finding.status) == "pass"
    assert finding.message == "payments.service is active (running) for 3 h 59 min; payments.service is enabled"
    assert finding.instance == "payments.service"
    (restarts,) = finding.measurements
    assert restarts.as_dict() == {"name": "unit_restarts", "value": 0.0, "limit": 0.0, "bound": "upper", "count": True}
    assert restarts.headroom is None, "not one restart is no limit that is near"
    assert finding.since == "2026-11-25T02:00:01Z"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        (
            {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainStatus": "1"},
            "fail",
            "has failed: it ended with exit code 1",
        ),
        ({"ActiveState": "failed", "SubState": "failed", "Result": "oom-kill"}, "fail", "memory ran out"),
        ({"ActiveState": "failed", "SubState": "failed", "Result": "start-limit-hit"}, "fail", "systemd has given up"),
        ({"ActiveState": "failed", "SubState": "failed", "Result": "novelty"}, "fail", "the result novelty"),
        (
            {"ActiveState": "activating", "SubState": "auto-restart", "NRestarts": "41", "Result": "exit-code", "ExecMainStatus": "203"},
            "fail",
            "41 times",
        ),
        ({"ActiveState": "activating", "SubState": "start"}, "fail", "is activating .start., it must be running"),
        ({"ActiveState": "inactive", "SubState": "dead"}, "fail", "is inactive"),
        ({"SubState": "exited"}, "fail", "its process has ended"),
        ({"SubState": "exited", "UnitFileState": "generated", "Type": "forking"}, "warn", "does not know its process"),
        ({"ActiveState": "reloading", "SubState": "reload"}, "pass", "reloading|active"),
        ({"LoadState": "masked", "ActiveState": "inactive", "SubState": "dead", "UnitFileState": "masked"}, "fail", "is masked"),
        ({"LoadState": "loaded", "UnitFileState": "masked-runtime"}, "fail", "is masked"),
        ({"LoadState": "bad-setting", "ActiveState": "inactive"}, "fail", "unit file is not valid"),
        ({"UnitFileState": "disabled"}, "fail", "is disabled: it does not come back"),
        ({"UnitFileState": "enabled-runtime"}, "warn", "is enabled-runtime"),
        ({"UnitFileState": "static", "WantedBy": ""}, "fail", "static and nothing starts it"),
        ({"UnitFileState": "static"}, "pass", "static and started by multi-user.target"),
        ({"UnitFileState": "generated"}, "pass", "generated"),
        ({"UnitFileState": "indirect"}, "pass", "indirect"),
        ({"UnitFileState": "transient", "WantedBy": ""}, "warn", "transient"),
        ({"UnitFileState": "linked"}, "fail", "is linked"),
        ({"Restart": "no"}, "warn", "not restarted after a crash .Restart=no"),
        ({"Restart": "on-success"}, "warn", "not restarted after a crash"),
        ({"NeedDaemonReload": "yes"}, "warn", "daemon-reload"),
        ({"NRestarts": "2"}, "warn", "restarted by systemd 2 times, the limit is 0; the last time 3 h 59 min ago"),
        ({"NRestarts": "2", "ActiveEnterTimestamp": "Wed 2026-11-25 05:55:00 UTC"}, "fail", "the last time 5 min ago"),
        ({"NRestarts": ""}, "pass", "is active"),
    ],
)
def test_daemons(changes: dict[str, str], status: str, message: str) -> None:
    finding = look(changed(DAEMON, **changes))
    assert str(finding.status) == status, finding.message
    assert re.search(message, finding.message), finding.message
    assert "error" not in finding.message


def test_a_message_keeps_its_parameters_and_is_told_in_french() -> None:
    failed = {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainStatus": "1"}
    message = look(changed(DAEMON, **failed)).message
    assert (message.template, message.params["unit"]) == ("{unit:path} has failed: {result}", "payments.service")
    french = "l\u2019unit\u00e9 payments.service est en \u00e9chec\u00a0: elle s\u2019est termin\u00e9e avec le code de sortie 1"
    assert told(message, "fr") == french
    often = look(changed(DAEMON, NRestarts="2")).message
    assert often.params == {"count": 2, "unit": "payments.service", "most": 0, "age": 14399.0}
    assert "red\u00e9marr\u00e9e 2 fois par systemd, la limite est de 0" in told(often, "fr")


def test_since_the_deployment() -> None:
    assert "before the deployment" in look(DAEMON, since="2026-11-25T03:00:00Z").message
    assert "before the deployment" in look(DAEMON, since="2026-11-25 04:00:00+01:00").message
    restarted = look(changed(DAEMON, NRestarts="1"), since="2026-11-25T01:00:00")
    assert (str(restarted.status), restarted.message[:45]) == ("fail", "payments.service was restarted by systemd 1 t")
    assert str(look(changed(DAEMON, NRestarts="1"), since="2026-11-25T01:00:00", max_restarts=1).status) == "pass"
    for nonsense in ("yesterday", "2027-01-01T00:00:00Z"):
        with pytest.raises(CannotObserve, match="since"):
            look(DAEMON, since=nonsense)


def test_restart_policy_may_be_ignored() -> None:
    assert str(look(changed(DAEMON, Restart="no"), restart_policy=False).status) == "pass"


def test_a_unit_that_a_cluster_starts() -> None:
    standby = changed(DAEMON, UnitFileState="disabled", ActiveState="inactive", SubState="dead", WantedBy="")
    assert str(look(standby, kind="standby", enabled=False).status) == "pass"
    assert "cluster manager" in look(changed(standby, UnitFileState="enabled"), kind="standby", enabled=False).message
    assert str(look(changed(standby, ActiveState="failed"), kind="standby", enabled=False).status) == "fail"
    assert str(look(changed(standby, ActiveState="activating"), kind="standby", enabled=False).status) == "fail"
    assert str(look(standby, kind="standby").status) == "fail"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({}, "pass", "succeeded at 2026-11-25T02:00:09Z"),
        ({"ActiveState": "active", "SubState": "exited"}, "pass", "succeeded"),
        ({"Result": "exit-code", "ExecMainStatus": "3"}, "fail", "last run of payments.service failed: it ended with exit code 3"),
        ({"ActiveState": "failed", "Result": "timeout"}, "fail", "has failed"),
        ({"ActiveState": "activating", "SubState": "start", "ExecMainExitTimestamp": ""}, "warn", "running now"),
        ({"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code"}, "fail", "keeps failing"),
        ({"ExecMainExitTimestamp": "n/a", "ExecMainStartTimestamp": ""}, "fail", "has not run since"),
        ({"ConditionResult": "no", "ConditionTimestamp": "Wed 2026-11-25 03:00:00 UTC"}, "warn", "skipped"),
    ],
)
def test_oneshots(changes: dict[str, str], status: str, message: str) -> None:
    finding = look(changed(DAEMON, **{**ONESHOT, **changes}))
    assert str(finding.status) == status, finding.message
    assert message in finding.message


def test_a_oneshot_is_enabled_through_its_timer() -> None:
    shown = changed(DAEMON, **ONESHOT, UnitFileState="static", WantedBy="", TriggeredBy="payments.timer")
    assert str(look(shown, {"payments.timer": TIMER}).status) == "pass"
    disabled = look(shown, {"payments.timer": changed(TIMER, UnitFileState="disabled", ActiveState="inactive")})
    assert str(disabled.status) == "fail"
    never = look(changed(shown, ExecMainExitTimestamp="", ExecMainStartTimestamp=""), {"payments.timer": TIMER})
    assert (str(never.status), "payments.timer starts it" in never.message) == ("warn", True)


def test_the_journal_remembers_a_oneshot() -> None:
    never = changed(DAEMON, **{**ONESHOT, "ExecMainExitTimestamp": "", "ExecMainStartTimestamp": ""})
    for message_id, status, words in (
        ("39f53479d3a045ac8e11786248231fbf", "pass", "succeeded at 2026-11-25T02:00:07Z"),
        ("d9b373ed55a64feb8242e02dbe79a49c", "fail", "the last run of payments.service failed at 2026-11-25T02:00:07Z"),
    ):
        journal = Completed(0, f'{{"MESSAGE_ID": "{message_id}", "__REALTIME_TIMESTAMP": "1795572007000000"}}\n', "")
        runner = FakeRunner(commands={"systemctl show": Completed(0, never, ""), "journalctl": journal})
        finding = systemd_unit.run(parse_arguments(systemd_unit, {"unit": "payments"}), runner)
        assert (str(finding.status), words in finding.message) == (status, True), finding.message


def test_what_starts_a_unit_is_named_also_when_it_is_no_better() -> None:
    shown = changed(DAEMON, **ONESHOT, UnitFileState="static", WantedBy="", TriggeredBy="payments.timer")
    assert "payments.timer is disabled" in look(shown, {"payments.timer": changed(TIMER, UnitFileState="disabled")}).message


def test_socket_activation() -> None:
    idle = changed(DAEMON, ActiveState="inactive", SubState="dead", UnitFileState="disabled", WantedBy="", TriggeredBy="payments.socket")
    finding = look(idle, {"payments.socket": SOCKET})
    assert (str(finding.status), "starts it when it is needed" in finding.message) == ("pass", True)
    assert str(look(idle, {"payments.socket": changed(SOCKET, ActiveState="failed")}).status) == "fail"
    assert str(look(idle, {"payments.socket": SOCKET}, kind="daemon").status) == "fail"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({}, "pass", "next run at 2026-11-26T02:00:00Z"),
        ({"NextElapseUSecRealtime": "", "NextElapseUSecMonotonic": "3d 2h 4min 5.5s"}, "pass", "up for 3d 2h 4min 5.5s"),
        (
            {"NextElapseUSecRealtime": "", "NextElapseUSecMonotonic": "infinity", "SubState": "running"},
            "pass",
            "after the one that runs now",
        ),
        ({"NextElapseUSecRealtime": "", "NextElapseUSecMonotonic": "infinity", "SubState": "elapsed"}, "fail", "no next run"),
        ({"NextElapseUSecRealtime": "n/a", "NextElapseUSecMonotonic": "infinity"}, "fail", "no next run"),
        ({"ActiveState": "inactive", "SubState": "dead"}, "fail", "starts nothing"),
    ],
)
def test_timers(changes: dict[str, str], status: str, message: str) -> None:
    finding = look(changed(TIMER, **changes), unit="payments.timer")
    assert str(finding.status) == status, finding.message
    assert message in finding.message


def test_other_kinds() -> None:
    assert str(look(SOCKET, unit="payments.socket").status) == "pass"
    assert str(look(changed(SOCKET, ActiveState="inactive", SubState="dead"), unit="payments.socket").status) == "fail"
    mount = "LoadState=loaded\nActiveState=active\nSubState=mounted\nUnitFileState=generated\nId=srv-data.mount\n"
    assert str(look(mount, unit="srv-data.mount").status) == "pass"
    target = "LoadState=loaded\nActiveState=active\nSubState=active\nUnitFileState=enabled\nId=payments.target\n"
    assert str(look(target, unit="payments.target").status) == "pass"


def test_not_found() -> None:
    finding = look(NOT_FOUND)
    assert (str(finding.status), finding.message, finding.remedy) == ("fail", "payments.service does not exist on this host", None)


@pytest.mark.parametrize(
    ("done", "message"),
    [
        (
            Completed(1, "", "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus"),
            "not run by systemd",
        ),
        (
            Completed(1, "", "Failed to connect to bus: No such file or directory"),
            "cannot ask systemd about payments.service: Failed to connect",
        ),
        (Completed(1, "", ""), "exit code 1"),
        (Completed(0, "", ""), "something else"),
        (Completed(0, "\x00\xff=garbage\n<html>=", ""), "something else"),
    ],
)
def test_what_cannot_be_observed(done: Completed, message: str) -> None:
    with pytest.raises(CannotObserve, match=message):
        look(done)


def test_no_systemctl_and_no_name() -> None:
    with pytest.raises(CannotObserve, match="systemctl is not installed"):
        systemd_unit.run(parse_arguments(systemd_unit, {"unit": "payments"}), FakeRunner())
    for name in ("pay*.service", "two words", ""):
        with pytest.raises(CannotObserve, match="not the name of one unit"):
            look(DAEMON, unit=name) if name else systemd_unit.show(FakeRunner(), "", "Id")


def test_times_and_spans() -> None:
    assert parse_time("Wed 2026-11-25 06:00:00 UTC") == NOW
    assert parse_time("Wed 2026-11-25 06:00:00.123456 UTC") == NOW
    assert parse_time(f"@{int(NOW.timestamp())}") == NOW
    assert [
        parse_time(text) for text in (None, "", "n/a", "@0", "infinity", "Wed 2026-13-45 06:00:00 UTC", "Wed 2026-11-25 06:00:00 CET")
    ] == [None] * 7
    assert parse_span("1h 30min") == 5400
    assert parse_span("1w 2d 3s") == 777603
    assert parse_span("1month") == parse_span("1M") == 2629800
    assert parse_span("500ms") == 0.5
    assert [parse_span(text) for text in ("infinity", "", "soon", "5 apples")] == [None] * 4


def test_enablement_without_a_unit_file() -> None:
    assert enablement("x.service", {"UnitFileState": "", "WantedBy": "multi-user.target"})[0] == "pass"
    assert enablement("x.service", {"UnitFileState": ""}) == (
        "fail",
        "x.service is not enabled: it does not come back after a restart of the host",
    )
