# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service whose log carries two hundred secrets: the gate tells of each, and all that a run leaves and says is searched for them."""

from __future__ import annotations

import json
import pathlib
import random
import typing as t

import log_corpora
import secrets_made as made
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import load
from integration.playbook import ROLE, Site
from integration.test_secrets import left_of

ALONE = """
- name: Alone
  hosts: web
  gather_facts: false
  tasks:
    - name: Look
      operability.readiness.{check}:
        path: {path}
        enforce: false
        identifiers: {identifiers}
      register: alone

    - name: What it says
      ansible.builtin.debug:
        var: alone
"""


def demanding(site: Site, *identifiers: str) -> None:
    """The default policy, without every requirement but these, at level A."""
    site.service["classification"] = {"criticality": 3}
    others = {name: None for name in load("default").rules if name not in identifiers}
    site.organisation["policy"] = {"name": "default", "requirements": others}


def of(outcome: t.Any, identifier: str) -> dict[str, t.Any]:
    (finding,) = outcome.requirement(identifier)["findings"]
    return t.cast("dict[str, t.Any]", finding)


def test_no_secret_of_a_log_is_left_or_said_anywhere(tmp_path: pathlib.Path) -> None:
    seeds = log_corpora.seeds(200, seed=7)
    groups = [[line] for line in log_corpora.clean(4_000, seed=7)]
    rng = random.Random(7)
    for seed in seeds:
        groups.insert(rng.randrange(len(groups)), seed.lines)
    log = tmp_path / "app.log"
    log.write_text("".join(f"{line}\n" for group in groups for line in group))
    site = Site(tmp_path / "site", ["web1"])
    demanding(site, "SUP-01", "LOG-03", "LOG-04")
    kinds = sorted(made.PERSONS)
    site.service["parts"]["web"]["logs"] = [{"file": str(log), "format": "json", "secrets": {"identifiers": kinds}}]
    site.organisation["publish"] |= {name: str(site.folder / f"shop.{name}") for name in ("markdown", "junit", "csv", "nagios")}
    play = ALONE.format(check="log_secrets", path=log, identifiers=json.dumps(kinds))
    outcome = site.run(ROLE + play, "-vvv", phase="recheck")
    found = of(outcome, "LOG-04")
    assert found["status"] == "fail", outcome.output
    assert len(found["observed"]["secrets"]) == 200, "each is told"
    malformed = of(outcome, "LOG-03")
    assert malformed["status"] == "fail" and len(malformed["details"]) > 3, "lines are shown, with their values masked"
    left = {**left_of(site.folder), "output": outcome.output.encode()}
    assert {name.rpartition(".")[2] for name in left} >= {"json", "html", "markdown", "junit", "csv", "nagios", "prom", "output"}
    assert found["observed"]["secrets"][0]["fingerprint"].encode() in left["shop.html"], "the reports tell of it"
    for name, content in left.items():
        for seed in seeds:
            for trace in seed.traces:
                place = content.find(trace.encode())
                assert place < 0, f"{seed.family} in {name}: {content[max(0, place - 200) : place]!r}"


def test_a_service_whose_logs_are_as_they_must_be(tmp_path: pathlib.Path) -> None:
    """At level A, by what the service declares; and what somebody has looked at is allowed."""
    now = log_corpora.dt.datetime.now(log_corpora.dt.timezone.utc)
    records = [
        {
            "ts": (now - log_corpora.dt.timedelta(seconds=300 - number)).isoformat(),
            "level": "info",
            "msg": f"order {number}",
            "trace_id": f"{number + 1:032x}",
        }
        for number in range(300)
    ]
    card = made.card(random.Random(9))
    records[5]["msg"] = f"test of the terminal {card}"
    log = tmp_path / "app.json"
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    site = Site(tmp_path / "site", ["web1"])
    demanding(site, "SUP-01", "LOG-03", "LOG-04")
    declared: dict[str, t.Any] = {"file": str(log), "format": "json", "required": ["level", "correlation"]}
    site.service["parts"]["web"]["logs"] = [declared]
    first = site.run(ROLE, phase="recheck")
    assert of(first, "LOG-03")["status"] == "pass" and of(first, "LOG-04")["status"] == "fail", first.output
    (secret,) = of(first, "LOG-04")["observed"]["secrets"]
    assert (secret["family"], secret["line"]) == ("card_number", 6)
    site.organisation["defaults"] = {"with": {"log_secrets": {"allowed": [secret["fingerprint"]]}}}
    second = site.run(ROLE, phase="recheck")
    assert (of(second, "LOG-04")["status"], second.verdict) == ("pass", "go"), second.output
    assert card not in first.output + second.output
    assert yaml.safe_load((site.folder / "readiness.yml").read_text())["parts"]["web"]["logs"] == [declared]
