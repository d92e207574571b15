# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who accepts what, through real ansible-playbook runs: a service asks, operations accepts in readiness.d, and git says who brought it."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import OF_RUNS, OF_SERVICES
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import line_of
from integration.acts import Acts
from integration.playbook import Outcome, Site

UNTIL = (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=60)).isoformat()
WAIVER = {"requirement": "APP-01", "reason": "it is repaired on Monday", "approved_by": "head", "until": UNTIL}
LINE = f"- {{service: shop, requirement: APP-01, reason: it is repaired on Monday, approved_by: head, until: '{UNTIL}'}}"
GIT = ["git", "-c", "user.name=head", "-c", "user.email=head@ops", "-c", "init.defaultBranch=main", "-c", "gpg.format=ssh"]


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    """A service that does not answer, of an organisation that names who approves and gives leave for all else."""
    made = Site(tmp_path / "site", ["web1"])
    made.answer("web1", 2)
    made.organisation |= {
        "mode": "enforce",
        "approvers": {"blocker": ["head"], "decision": ["head"]},
        "services_may": [name for name in OF_SERVICES if name != "approvers"],
        "runs_may": list(OF_RUNS),
    }
    return made


def approve(site: Site, line: str, key: str = "waivers") -> t.Callable[[], object]:
    """Somebody writes a line into the organisation's file for the service."""

    def write() -> None:
        path = site.folder / "readiness.d" / "shop.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"schema_version: 1\n{key}:\n  {line}\n")

    return write


def commit(site: Site, key: pathlib.Path | None) -> t.Callable[[], object]:
    """Whatever stands in readiness.d is committed again, as if it were new."""

    def act() -> None:
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
        path = site.folder / "readiness.d" / "shop.yml"
        content = path.read_text()
        signed = ["-c", f"user.signingKey={key}"] if key else []
        for text in ("schema_version: 1\n", f"{content}# {key}\n"):
            path.write_text(text)
            for words in (["init", "-q"], ["add", "readiness.d"], ["commit", "-q", "-m", "by head", *(["-S"] if key else [])]):
                subprocess.run([*GIT, *signed, *words], cwd=site.folder, env=environ, check=True)

    return act


def stopped(outcome: Outcome) -> None:
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output, outcome.output
    assert outcome.verdict == "no_go" and "Traceback" not in outcome.output


def went_on(outcome: Outcome) -> None:
    assert outcome.rc == 0 and outcome.says("DEPLOYED ON web1"), outcome.output


def test_a_waiver_is_asked_for_accepted_and_signed(site: Site, tmp_path: pathlib.Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    (tmp_path / "signers").write_text(f"head@ops {(tmp_path / 'key.pub').read_text()}")
    acts = Acts(site)
    site.service["waivers"] = [WAIVER]
    acts.gate("asked")
    acts.tasks("planned", {"name": "Plan", "operability.readiness.plan": {"phase": "pre"}, "register": "planned"})
    acts.gate("accepted", before=approve(site, LINE))
    site.organisation["four_eyes"] = {"allowed_signers": str(tmp_path / "signers")}
    acts.gate("no checkout")
    acts.gate("unsigned", before=commit(site, None))
    acts.gate("signed", before=commit(site, tmp_path / "key"))
    seen = acts.play()

    asked = seen["asked"]
    stopped(asked)
    assert asked.requirement("APP-01")["status"] == "fail"
    assert asked.says("REQUESTS TO OPERATIONS", f"APP-01 is to be waived until {UNTIL}, without effect as long as", LINE)
    (request,) = asked.record["judgement"]["waivers"]
    assert (request["state"], request["to_copy"]) == ("requested", LINE) and request["copy_into"].endswith("readiness.d/shop.yml: waivers")
    assert asked.record["inputs"]["approvals"] is None and asked.record["judgement"]["reservations"] == []
    assert seen["planned"].rc == 0 and seen["planned"].says("request: ", LINE)

    accepted = seen["accepted"]
    went_on(accepted)
    assert accepted.verdict == "go_with_reservations" and accepted.requirement("APP-01")["status"] == "waived"
    assert [waiver["state"] for waiver in accepted.record["judgement"]["waivers"]] == ["active"]
    assert accepted.record["inputs"]["approvals"]["path"].endswith("readiness.d/shop.yml")

    stopped(seen["no checkout"])
    assert seen["no checkout"].says("does not count: who brought it cannot be seen (four_eyes): git says:")
    stopped(seen["unsigned"])
    assert seen["unsigned"].says("which brought it, is not signed by a key of")
    went_on(seen["signed"])
    (waiver,) = seen["signed"].record["judgement"]["waivers"]
    assert waiver["brought"].endswith("is signed by head@ops")


def test_a_decision_is_recorded_and_confirmed(site: Site) -> None:
    decision = {
        "body": "committee",
        "decided_by": ["head"],
        "operations_opinion": "unfavourable",
        "outcome": "go",
        "override": True,
        "reason": "the market opens",
    }

    def line() -> str:
        (path,) = (site.state.parent / "decisions").glob("*.json")
        return line_of(from_plain(Decision, json.loads(path.read_text())))

    version = {"version": "1.5.0"}
    acts = Acts(site)

    def confirm(before_digest: str) -> object:
        return approve(site, line().replace("digest: ", f"digest: {before_digest}"), "approved_decisions")()

    acts.gate("first", **version)
    acts.tasks(
        "decided", {"name": "Decide", "operability.readiness.decide": decision, "register": "decided"}, {"debug": {"var": "decided.msg"}}
    )
    acts.gate("a request", **version)
    acts.gate("confirmed", before=lambda: confirm(""), **version)
    acts.gate("another content", before=lambda: confirm("0"), **version)
    seen = acts.play()
    stopped(seen["first"])
    assert seen["decided"].says("It is a request and lets nothing go on: operations has not confirmed it", line())
    (entry,) = yaml.safe_load(line())
    assert (entry["service"], entry["environment"]) == ("shop", "production")
    stopped(seen["a request"])
    assert seen["a request"].says("(a request: operations has not confirmed it")
    assert seen["a request"].record["judgement"]["overrides"] == []
    went_on(seen["confirmed"])
    assert seen["confirmed"].record["judgement"]["overridden"]["id"] == entry["id"]
    stopped(seen["another content"])
    assert seen["another content"].says("its digest is another")
