# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state of a service, through real ansible-playbook runs: owed, asked for, made, signed, contradicted, at its end."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import OF_RUNS, OF_SERVICES
from integration.acts import Acts, edit
from integration.playbook import Outcome, Site

MINUTES = "Handover of shop 1.5.0: nothing is open.\n"
GIT = ["git", "-c", "user.name=head", "-c", "user.email=head@ops", "-c", "init.defaultBranch=main", "-c", "gpg.format=ssh"]


def day(ahead: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=ahead)).isoformat()


def statement(**changes: t.Any) -> dict[str, t.Any]:
    entry: dict[str, t.Any] = {
        "service": "shop",
        "requirement": "SUP-04",
        "result": "positive",
        "statement": "the handover of 1.5.0 was held",
        "attested_by": "head",
        "date": day(-3),
        "until": day(40),
        "version": "1.5.0",
        "evidence": [{"path": "../evidence/minutes.txt", "sha256": hashlib.sha256(MINUTES.encode()).hexdigest()}],
    }
    return {name: value for name, value in {**entry, **changes}.items() if value is not None}


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    """A service of which all is well, of an organisation that wants its handover stated by its head of operations."""
    made = Site(tmp_path / "site", ["web1"])
    made.service["classification"] = {"criticality": 3}
    made.organisation |= {
        "mode": "enforce",
        "attesters": {"requirements": {"SUP-04": ["head"]}},
        "services_may": [name for name in OF_SERVICES if name != "approvers"],
        "runs_may": list(OF_RUNS),
        "policy": {
            "name": "starter",
            "requirements": {
                **made.organisation["policy"]["requirements"],
                "SUP-04": {
                    "title": "operations has accepted the handover",
                    "area": "support",
                    "impact": "blocker",
                    "phases": ["pre"],
                    "valid_for": "90d",
                    "proved_by": [{"check": "attestation", "with": {"of_version": True}}],
                },
            },
        },
    }
    evidence(made)()
    return made


def evidence(site: Site, text: str = MINUTES) -> t.Callable[[], object]:
    def write() -> None:
        path = site.folder / "evidence" / "minutes.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return write


def written(site: Site, *entries: t.Mapping[str, t.Any]) -> t.Callable[[], object]:
    """Operations write statements into their file for the service."""

    def write() -> None:
        path = site.folder / "readiness.d" / "shop.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("schema_version: 1\n" + yaml.safe_dump({"attestations": [dict(entry) for entry in entries]}, sort_keys=False))

    return write


def stopped(outcome: Outcome, verdict: str = "no_go") -> None:
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output, outcome.output
    assert outcome.verdict == verdict and "Traceback" not in outcome.output


def went_on(outcome: Outcome) -> None:
    assert outcome.rc == 0 and outcome.says("DEPLOYED ON web1") and outcome.verdict == "go", outcome.output


def test_a_statement_is_owed_made_and_ends(site: Site) -> None:
    version = {"version": "1.5.0"}
    acts = Acts(site)
    acts.tasks("planned", {"name": "Plan", "operability.readiness.plan": {"phase": "pre"}, "register": "planned"}, **version)
    acts.gate("owed", **version)
    acts.gate("made", before=written(site, statement()), **version)
    acts.gate("replaced", before=evidence(site, MINUTES.replace("nothing", "all")), **version)
    acts.gate("whole again", before=evidence(site), **version)
    acts.gate("of the next version", version="1.6.0")
    acts.gate(
        "no",
        before=written(site, statement(), statement(result="negative", statement="two alerts have no runbook", date=day(-1))),
        **version,
    )
    acts.gate("ended", before=written(site, statement(date=day(-50), until=day(-1))), **version)
    acts.gate("by another", before=written(site, statement(attested_by="heаd")), **version)  # a Cyrillic letter
    acts.gate("of another", before=written(site, statement(service="Shop")), **version)
    seen = acts.play()

    assert seen["planned"].says("OWED STATEMENTS (attestations)", "SUP-04  operations has accepted the handover: nobody attests it")
    assert seen["planned"].says("- {service: shop, requirement: SUP-04, result: POSITIVE OR NEGATIVE,", "attested_by: head,")
    stopped(seen["owed"])
    assert seen["owed"].requirement("SUP-04")["message"].startswith("not declared: nobody attests it")

    went_on(seen["made"])
    made = seen["made"].requirement("SUP-04")
    assert (made["status"], made["proof"]) == ("pass", "attested")
    assert made["message"].startswith(f"head states on {day(-3)}, until {day(40)}: the handover of 1.5.0 was held")
    assert made["findings"][0]["valid_until"] == f"{day(40)}T23:59:59Z"
    assert seen["made"].record["inputs"]["approvals"]["path"].endswith("readiness.d/shop.yml")

    stopped(seen["replaced"])
    assert seen["replaced"].says("its evidence", "is not what it was")
    went_on(seen["whole again"])
    stopped(seen["of the next version"])
    assert seen["of the next version"].says("it is for version 1.5.0, this is 1.6.0")
    stopped(seen["no"])
    assert seen["no"].says("that it is not so: two alerts have no runbook")
    stopped(seen["ended"])
    assert seen["ended"].says(f"it ended on {day(-1)}")
    stopped(seen["by another"])
    assert seen["by another"].says("may not attest it; these may: head")
    stopped(seen["of another"])
    assert seen["of another"].says("nobody attests it")


def test_the_state_of_the_service_ends_with_the_statement(site: Site) -> None:
    """A statement that ends tonight: what was found counts as long, and no longer."""
    acts = Acts(site)
    acts.gate("made", before=written(site, statement(until=day(0))), version="1.5.0")
    acts.tasks(
        "later",
        {"name": "Look", "ansible.builtin.debug": {"msg": "{{ lookup('operability.readiness.verdict', 'shop') }}"}},
        before=edit(site.state, f"data['requirements']['SUP-04']['valid_until'] = '{day(-1)}T23:59:59Z'"),
    )
    acts.gate("rechecked", phase="recheck")
    seen = acts.play()
    went_on(seen["made"])
    assert seen["rechecked"].record["state"]["verdict"] == "undetermined"
    (item,) = [one for one in seen["rechecked"].record["state"]["requirements"] if one["id"] == "SUP-04"]
    assert "which no longer counts" in item["message"]


def test_in_the_services_own_file_it_is_a_request(site: Site) -> None:
    own = {name: value for name, value in statement().items() if name != "service"}
    own["evidence"] = [{**own["evidence"][0], "path": "evidence/minutes.txt"}]
    site.service["attestations"] = [own]
    acts = Acts(site)
    acts.gate("asked", version="1.5.0")
    acts.tasks("planned", {"name": "Plan", "operability.readiness.plan": {"phase": "pre"}}, version="1.5.0")
    seen = acts.play()
    stopped(seen["asked"])
    (request,) = [item for item in seen["asked"].record["judgement"]["waivers"] if item["state"] == "requested"]
    assert (request["kind"], request["requirement"]) == ("attestation", "SUP-04")
    assert seen["asked"].says(
        "REQUESTS TO OPERATIONS", f"SUP-04 is stated to be so until {day(40)}, without effect as long as", request["to_copy"]
    )
    assert seen["planned"].says("request: ", request["to_copy"])
    copied = [{**yaml.safe_load(request["to_copy"])[0], "evidence": statement()["evidence"]}]
    acts = Acts(site)
    acts.gate("copied", before=written(site, *copied), version="1.5.0")
    went_on(acts.play()["copied"])


def commit(site: Site, key: pathlib.Path | None, *entries: t.Mapping[str, t.Any]) -> t.Callable[[], object]:
    """Somebody writes statements and commits them, signed with a key or not."""

    def act() -> None:
        written(site, *entries)()
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
        signed = ["-c", f"user.signingKey={key}"] if key else []
        for words in (
            ["init", "-q"],
            ["add", "readiness.d", "evidence"],
            ["commit", "-q", "--allow-empty", "-m", "by head", *(["-S"] if key else [])],
        ):
            subprocess.run([*GIT, *signed, *words], cwd=site.folder, env=environ, check=True)

    return act


def test_somebody_else_has_to_sign_it(site: Site, tmp_path: pathlib.Path) -> None:
    for name in ("head", "eve"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "signers").write_text(f"head@ops {(tmp_path / 'head.pub').read_text()}")
    site.organisation["four_eyes"] = {"allowed_signers": str(tmp_path / "signers")}
    version = {"version": "1.5.0"}
    acts = Acts(site)
    # each with another end: within one run of Ansible, the plan of the same files is the same
    acts.gate("not committed", before=written(site, statement()), **version)
    acts.gate("not signed", before=commit(site, None, statement(until=day(39))), **version)
    acts.gate("signed by eve", before=commit(site, tmp_path / "eve", statement(until=day(41))), **version)
    acts.gate("signed", before=commit(site, tmp_path / "head", statement(until=day(42))), **version)
    acts.gate("changed since", before=written(site, statement(until=day(43))), **version)
    acts.gate("evidence replaced since", before=lambda: (written(site, statement(until=day(42)))(), evidence(site, "other\n")()), **version)
    seen = acts.play()
    for name, said in (
        ("not committed", "who brought it cannot be seen (four_eyes): git says:"),
        ("not signed", "which brought it, is not signed by a key of"),
        ("signed by eve", "which brought it, is not signed by a key of"),
        ("changed since", "it does not stand like this in the newest commit of the checkout"),
        ("evidence replaced since", "is not what it was"),
    ):
        stopped(seen[name])
        assert seen[name].says(said), name
    went_on(seen["signed"])


def test_what_is_not_well_written_stops_with_its_place(site: Site) -> None:
    acts = Acts(site)
    acts.gate("to come", before=written(site, statement(date=day(9))), version="1.5.0")
    acts.gate("outside", before=written(site, statement(evidence=[{"path": "../../minutes.txt", "sha256": "a" * 64}])), version="1.5.0")
    seen = acts.play()
    for name, said in (
        ("to come", "attestations.0.date: "),
        ("outside", "attestations.0.evidence.0.path: ../../minutes.txt does not lie in"),
    ):
        stopped(seen[name], "undetermined")
        assert seen[name].says("readiness.d/shop.yml:", said), name
