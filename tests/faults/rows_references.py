# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""references. Real files; a script named systemctl answers as systemd does.

How it could pass without deserving it; each is a row below:

- a unit or a path is not there, lies below a file, is a link that leads nowhere;
- systemd cannot be asked, or answers something else, and what was not seen counts as there;
- nothing is named.

False alarms: a suffix left out, an alias, an instance of a template, a masked unit.
"""

from __future__ import annotations

import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from rows_systemd_unit import stand_in
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
SYSTEMD = """\
for unit; do :; done
case "$unit" in *.*) ;; *) unit=$unit.service;; esac
case "$unit" in
  payments.service|payments-purge.timer|payments.socket) echo LoadState=loaded; echo ActiveState=active;;
  worker@*.service) echo LoadState=loaded; echo ActiveState=inactive;;
  sshd.service) echo Id=ssh.service; echo LoadState=loaded; echo ActiveState=active;;
  hidden.service) echo LoadState=masked; echo ActiveState=inactive;;
  *) echo LoadState=not-found; echo ActiveState=inactive;;
esac"""


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


ROWS = [
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
