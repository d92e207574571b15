# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""references, and what runbook makes of it. Real files; a script named systemctl answers as systemd does.

How they could pass without deserving it; each is a row below:

- a unit, a path or an alert that is named exists nowhere, or exists as a link that leads nowhere;
- systemd cannot be asked, or a folder not looked into, and what was not seen counts as there, or as gone;
- a host was not reached, was not asked for a name, and the others do not have it;
- no host looked at all, since the check runs alone; no Prometheus is declared, or it does not answer;
- the runbook names nothing, is not there, or is not read.

False alarms: what is on one host of several; templates, aliases, suffixes left out; what a command makes; other machines.
"""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from rows_runbook import BODY, FRONT, day
from rows_systemd_unit import stand_in
from servers import LOCAL, Prometheus, free_port
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
SYSTEMD = """\
for unit; do :; done
case "$unit" in
  payments.service|payments-purge.timer|payments.socket) echo LoadState=loaded; echo ActiveState=active;;
  worker@*.service) echo LoadState=loaded; echo ActiveState=inactive;;
  sshd.service) echo Id=ssh.service; echo LoadState=loaded; echo ActiveState=active;;
  hidden.service) echo LoadState=masked; echo ActiveState=inactive;;
  *) echo LoadState=not-found; echo ActiveState=inactive;;
esac"""
RULES = """\
groups:
- name: payments
  rules:
  - {alert: PaymentsDown, expr: vector(0) > 1}
  - {record: PaymentsSlow, expr: vector(1)}
"""


def on_host(*units: str, paths: t.Sequence[str] = (), script: str = SYSTEMD) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        stand_in(world, script)
        (world.folder / "there").write_text("")
        (world.folder / "folder").mkdir()
        (world.folder / "link").symlink_to("there")
        (world.folder / "dead").symlink_to("gone")
        (world.folder / "round").symlink_to("round")
        return {"units": list(units), "paths": [str(world.folder / path) for path in paths]}

    return arrange


def no_systemctl(world: World) -> dict[str, t.Any]:
    world.runner = NoSystemctl(environ=dict(world.runner.environ))
    return {"units": ["payments"]}


class NoSystemctl(Runner):
    """A host that has none."""

    def which(self, name: str) -> str | None:
        return None if name == "systemctl" else super().which(name)


def looked(there: t.Sequence[str] = (), missing: t.Sequence[str] = (), **unseen: str) -> dict[str, t.Any]:
    return {"there": list(there), "missing": list(missing), "unseen": {name.replace("_", "."): why for name, why in unseen.items()}}


def host(name: str, units: t.Mapping[str, t.Any] | None = None, paths: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    return {"inventory_host": name, "units": units or looked(), "paths": paths or looked()}


def runbook(world: World, code: str, heading: str = "") -> pathlib.Path:
    path = world.folder / "runbook.md"
    text = (FRONT + BODY).format(reviewed=day(10), link="[above](#symptoms)")
    path.write_text(f"{text}\n{heading}\n\n```sh\n{code}\n```\n")
    return path


def seen(code: str, *markers: dict[str, t.Any], heading: str = "", hosts: t.Sequence[str] = ("web1", "web2")) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        return {"path": str(runbook(world, code, heading)), "verify_references": True, "seen_on": list(hosts), "markers": list(markers)}

    return arrange


def loaded(world: World) -> str:
    return str(world.running.start(Prometheus, world.binaries, rules=RULES).url)


def alerts(code: str, heading: str = "", **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        return {**seen(code, host("web1"), heading=heading, hosts=["web1"])(world), "prometheus": [{"url": loaded(world), **more}]}

    return arrange


def nobody_answers(world: World) -> dict[str, t.Any]:
    return {**seen("amtool silence add alertname=PaymentsDown")(world), "prometheus": [{"url": f"http://{LOCAL}:{free_port()}"}]}


def alone(world: World) -> dict[str, t.Any]:
    return {"path": str(runbook(world, "systemctl restart payments")), "verify_references": True}


def beside(world: World) -> dict[str, t.Any]:
    return {**alone(world), "seen_on": ["web1"]}


def gone(world: World) -> dict[str, t.Any]:
    return {**seen("true")(world), "path": str(world.folder / "other.md")}


def too_large(world: World) -> dict[str, t.Any]:
    return {**seen("true")(world), "max_size": "10B"}


UNIT, SCRIPT = "payments.service", "/opt/payments/bin/drain"
BOTH = f"sudo systemctl restart payments\n{SCRIPT} --all"
WELL = host("web1", looked([UNIT]), looked([SCRIPT]))
BARE = host("web2", looked(missing=[UNIT]), looked(missing=[SCRIPT]))

HOST = [
    Row(
        "references",
        "units of each kind",
        on_host("payments", "payments-purge.timer", "payments.socket", "worker@1"),
        "pass",
        "4 un",
    ),
    Row("references", "a template itself", on_host("worker@readiness.service"), "pass", "1 unit or path that is named exists"),
    Row("references", "the alias of a unit, and a masked one", on_host("sshd", "hidden"), "pass", "2 units and paths"),
    Row("references", "a file, a folder, a link", on_host(paths=("there", "folder", "link")), "pass", "3 units and paths"),
    Row("references", "a unit that is not there", on_host("payments", "gone.timer"), "fail", "the unit gone.timer does not exist"),
    Row("references", "a path that is not there", on_host(paths=("there", "gone")), "fail", "/gone does not exist"),
    Row("references", "a path below a file", on_host(paths=("there/below",)), "fail", "/there/below does not exist"),
    Row("references", "a link that leads nowhere", on_host(paths=("dead",)), "fail", "/dead does not exist"),
    Row("references", "a link to itself", on_host(paths=("round",)), "unknown", "was not seen: .*round cannot be read"),
    Row("references", "nothing is named", on_host(), "unknown", "neither a unit .* nor a path"),
    Row("references", "no systemctl", no_systemctl, "unknown", "payments was not seen: systemctl is not installed"),
    Row(
        "references",
        "a host without systemd",
        on_host("payments", script="echo 'System has not been booted with systemd as init system' >&2; exit 1"),
        "unknown",
        "not run by systemd",
    ),
    Row("references", "systemctl that says something else", on_host("payments", script="echo hello"), "unknown", "something else than the"),
    Row("references", "asked for a runbook: all of it is told", on_host("payments", "gone"), "pass", "was asked for 2 units", call="see"),
    Row("references", "asked for a runbook that names nothing", on_host(), "pass", "was asked for 0 units", call="see"),
    Row("references", "asked for a runbook, no systemd", no_systemctl, "pass", "was asked for 1 units", call="see"),
]
JUDGED = [
    ("all of it on one of two hosts", seen(BOTH, WELL, BARE), "pass", "1 unit, 1 path, 0 alerts; .*exists on web1, not on web2"),
    ("one host has the unit, the other the path", seen(BOTH, host("web1", looked([UNIT]), looked(missing=[SCRIPT])),
     host("web2", looked(missing=[UNIT]), looked([SCRIPT]))), "pass", "all that the commands of the runbook"),
    ("the other host was not reached, and is not needed", seen(BOTH, WELL), "pass", "1 unit, 1 path"),
    ("a unit that no host has", seen("systemctl restart payments", BARE, hosts=["web2"]), "fail", r"line \d+: .* the unit payments"),
    ("a path that no host has", seen(SCRIPT, BARE, hosts=["web2"]), "fail", r"line \d+: .*/bin/drain, which exists on no"),
    ("a unit in a sentence that no host has", seen("true", host("web1", looked(missing=["old.service"])), heading="`systemctl stop old`",
     hosts=["web1"]), "fail", "the unit old.service, which exists on no host"),
    ("one host does not have it, the other was not reached", seen("systemctl restart payments", BARE), "unknown",
     "is not known: web1: it did not answer"),
    ("one host does not have it, the other has no systemd", seen("systemctl restart payments", BARE,
     host("web1", looked(payments_service="no systemd"))), "unknown", "web1: no systemd"),
    ("no host looked", seen(BOTH), "unknown", "web1: it did not answer"),
    ("a host was not asked for it", seen(BOTH, host("web1"), hosts=["web1"]), "unknown", "web1: it was not asked for it"),
    ("only other machines and what is made", seen("ssh db1 systemctl stop x\nmkdir /opt/new\nls /opt/new", host("web1")), "warn",
     "name no unit, no path and no alert: nothing was verified"),
    ("nothing is named", seen("true", host("web1")), "warn", "nothing was verified"),
    ("the runbook is gone", gone, "fail", "other.md does not exist"),
    ("the runbook is too large", too_large, "unknown", "cannot be judged: it has more than"),
    ("an alert that is loaded", alerts("amtool silence add alertname=PaymentsDown"), "pass", "1 alert"),
    ("a heading that is an alert", alerts("true", "## PaymentsDown"), "pass", "1 alert"),
    ("an alert that is not loaded", alerts("amtool silence add alertname=PaymentsGone"), "fail", r"line \d+: .* alert PaymentsGone"),
    ("a heading of an alert that is not loaded", alerts("true", "## Alert: QueueFull"), "fail", "the alert QueueFull, which no Prometheus"),
    ("a recording rule of that name", alerts("true", "## PaymentsSlow"), "fail", "the alert PaymentsSlow, which no Prometheus"),
    ("an alert, and no Prometheus", seen("true", heading="## PaymentsDown"), "unknown", "is not known: no Prometheus is declared"),
    ("an alert, and a Prometheus that is gone", nobody_answers, "unknown", "PaymentsDown is loaded is not known: .*refused"),
]  # fmt: skip
ROWS = [
    *HOST,
    *(Row("runbook", f"references: {state}", arrange, status, message, call="references") for state, arrange, status, message in JUDGED),
    Row("runbook", "references that are asked for, and no host looks", alone, "unknown", "was not looked at: hosts do that where"),
    Row("runbook", "references that hosts look for beside it", beside, "pass", "has 5 sections"),
]
