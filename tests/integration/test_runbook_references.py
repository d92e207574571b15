# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RUN-01 with verify_references through a real ansible-playbook run: the controller reads the runbook, hosts look, one finding says it."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
from integration.playbook import ROLE, Outcome, Site

TEXT = """\
---
owner: team-shop
last_reviewed: {today}
---
# Shop

## Symptoms
It is slow.

## Diagnosis
Look at the queue.

## Mitigation
```sh
{code}
```

## Escalation
Call DBA-ONCALL.

## Rollback
Deploy the version before.
"""
HEALTHY = "cat /etc/hostname\nsudo tail -n 5 /etc/passwd | /usr/bin/env cat\nls /etc/$ENV /opt/<env>/x\nmkdir -p /opt/made\nls /opt/made"


def site_with(folder: pathlib.Path, code: str, **more: t.Any) -> Site:
    site = Site(folder)
    site.demand("SUP-01")
    site.organisation["policy"]["requirements"]["RUN-01"] = {"impact": "blocker"}
    today = dt.datetime.now(dt.timezone.utc).date() - dt.timedelta(days=2)
    site.save("runbook.md", TEXT.replace("{today}", today.isoformat()).replace("{code}", code))
    site.service["documents"] = {"runbook": {"path": "runbook.md", "verify_references": True, **more}}
    return site


def gate(site: Site) -> Outcome:
    outcome = site.run(ROLE, mode="enforce")
    for word in ("Traceback", "KeyError", "TypeError", "AttributeError"):
        assert word not in outcome.output, outcome.output
    return outcome


def found(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """Status and message of each finding, by what it is of."""
    findings = outcome.requirement("RUN-01")["findings"]
    return {f"{one['instance'].rpartition('/')[2]}@{one['host']}": (one["status"], one["message"]) for one in findings}


NAMES = "what runbook.md names@"


def test_what_the_commands_name_is_on_the_hosts(tmp_path: pathlib.Path) -> None:
    outcome = gate(site_with(tmp_path / "site", HEALTHY))
    assert outcome.verdict == "go", outcome.output
    said = found(outcome)
    assert {name: status for name, (status, _message) in said.items()} == {"runbook.md@": "pass", NAMES: "pass"}
    assert "0 units, 2 paths, 0 alerts" in said[NAMES][1]


def test_a_program_that_no_host_has_stops_the_play(tmp_path: pathlib.Path) -> None:
    outcome = gate(site_with(tmp_path / "site", f"{HEALTHY}\n/opt/payments/bin/gone --all"))
    assert outcome.verdict == "no_go" and outcome.rc != 0, outcome.output
    said = found(outcome)
    assert said["runbook.md@"][0] == "pass"
    assert said[NAMES][0] == "fail" and "a command names /opt/payments/bin/gone, which exists on no host" in said[NAMES][1]


def test_what_one_host_has_and_another_could_have_is_told_apart(tmp_path: pathlib.Path) -> None:
    site = site_with(tmp_path / "site", f"{HEALTHY}\n/opt/payments/bin/gone")
    site.unreachable("web2")
    outcome = gate(site)
    assert outcome.verdict == "undetermined", outcome.output
    said = found(outcome)
    assert said[NAMES][0] == "unknown" and "/opt/payments/bin/gone exists is not known" in said[NAMES][1]
    assert "/etc/hostname" not in said[NAMES][1]
    assert said[f"{NAMES}web2"][0] == "unknown"


def test_a_part_on_other_hosts_is_asked_too(tmp_path: pathlib.Path) -> None:
    site = site_with(tmp_path / "site", HEALTHY)
    site.others = {"log1": {}}
    site.service["parts"]["store"] = {"hosts": "logs", "support": "shop"}
    playbook = ROLE.replace("hosts: web", "hosts: web:logs")
    outcome = site.run(playbook, mode="enforce")
    assert outcome.verdict == "go", outcome.output
    (finding,) = [one for one in outcome.requirement("RUN-01")["findings"] if one["observed"].get("hosts")]
    assert sorted(finding["observed"]["hosts"]) == ["log1", "web1", "web2"]


def test_a_runbook_that_is_not_there_is_said_by_both(tmp_path: pathlib.Path) -> None:
    site = site_with(tmp_path / "site", HEALTHY)
    (site.folder / "runbook.md").unlink()
    outcome = gate(site)
    assert outcome.verdict == "no_go", outcome.output
    assert {status for status, _message in found(outcome).values()} == {"fail"}


@pytest.mark.parametrize("command", ["systemctl restart readiness-no-such-unit"])
def test_a_unit_is_never_there_by_itself(tmp_path: pathlib.Path, command: str) -> None:
    """These hosts may have no systemd: then nobody knows."""
    outcome = gate(site_with(tmp_path / "site", command))
    assert found(outcome)[NAMES][0] in ("fail", "unknown")
    assert outcome.verdict in ("no_go", "undetermined")
