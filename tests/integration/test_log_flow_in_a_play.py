# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LOG-01, LOG-02 and LOG-06 of a service through a real ansible-playbook run and a real VictoriaLogs: hosts say what only they know."""

from __future__ import annotations

import pathlib

import pytest
from faults.flowing import DAY, HOUR, line, own_store, stamp, store
from integration.playbook import ROLE, Outcome, Site


def site_with(folder: pathlib.Path, tenant: str, url: str) -> Site:
    """Two hosts, each with a log of its own; which lines have arrived is up to the test."""
    site = Site(folder)
    site.demand("SUP-01")
    site.organisation["servers"] = {"central": {"kind": "victorialogs", "url": url, "tenant": tenant}}
    demanded = site.organisation["policy"]["requirements"]
    titles = {"LOG-01": "a line logged is found centrally", "LOG-02": "every instance logs", "LOG-06": "logs are kept long enough"}
    proofs: dict[str, list[object]] = {
        "LOG-01": ["log_canary", {"check": "log_flow", "from": "parts.logs.canary", "besides": True}],
        "LOG-02": ["log_flow"],
        "LOG-06": ["log_retention"],
    }
    for name, title in titles.items():
        demanded[name] = {"title": title, "impact": "blocker", "phases": ["pre", "recheck"], "proved_by": proofs[name]}
    site.service["commitments"] = {"log_retention": "30d"}
    log = {"file": str(site.folder / "log" / "{{ inventory_hostname }}" / "app.log"), "query": 'app:="payments"', "canary": "never"}
    site.service["parts"]["web"]["logs"] = [log]
    for host in site.hosts:
        path = site.folder / "log" / host / "app.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{stamp(ago)} info a line\n" for ago in (3 * HOUR, HOUR, 60, 1)))
    return site


def gate(site: Site) -> Outcome:
    outcome = site.run(ROLE, mode="enforce")
    for word in ("Traceback", "KeyError", "TypeError", "AttributeError"):
        assert word not in outcome.output, outcome.output
    return outcome


@pytest.fixture
def tenant() -> str:
    return store().own_tenant()


def test_what_each_host_logs_has_arrived(tmp_path: pathlib.Path, tenant: str) -> None:
    store().put(tenant, line("web1", 2), line("web2", 3), *(line("web1", days * DAY) for days in range(1, 41)))
    outcome = gate(site_with(tmp_path / "site", tenant, store().url))
    assert outcome.verdict == "go", outcome.output
    flow, derived = outcome.requirement("LOG-02")["findings"], outcome.requirement("LOG-01")["findings"]
    assert [(one["status"], one["proof"], one["host"]) for one in flow] == [("pass", "observed", "")]
    assert "2 of 2 instances have logged" in flow[0]["message"]
    assert [(one["status"], one["proof"]) for one in derived] == [("pass", "derived")]
    assert "no line may be written there (canary: never)" in derived[0]["message"]
    kept = outcome.requirement("LOG-06")["findings"]
    assert [one["status"] for one in kept] == ["pass"] and "the oldest line is 40 d" in kept[0]["message"]


def test_what_one_host_logs_has_not_arrived_for_hours(tmp_path: pathlib.Path, tenant: str) -> None:
    """Lines of the day are there, and none since its shipper stopped."""
    store().put(tenant, line("web1", 2), line("web2", 2 * HOUR), line("web1", 40 * DAY))
    outcome = gate(site_with(tmp_path / "site", tenant, store().url))
    assert (outcome.verdict, outcome.rc == 0) == ("no_go", False)
    (found,) = outcome.requirement("LOG-02")["findings"]
    assert found["status"] == "fail" and "what ships its log is stuck" in found["message"] and found["observed"]["silent"] == ["web2"]


def test_a_host_that_is_not_reached_is_unknown_though_its_lines_come(tmp_path: pathlib.Path, tenant: str) -> None:
    store().put(tenant, line("web1", 2), line("web2", 3), line("web1", 40 * DAY))
    site = site_with(tmp_path / "site", tenant, store().url)
    site.unreachable("web2")
    outcome = gate(site)
    found = {one["host"]: one["status"] for one in outcome.requirement("LOG-02")["findings"]}
    assert found == {"": "pass", "web2": "unknown"}


def test_a_store_that_is_gone_leaves_all_three_unknown(tmp_path: pathlib.Path) -> None:
    server = own_store("-retentionPeriod=100y")
    site = site_with(tmp_path / "site", server.own_tenant(), server.url)
    server.stop()
    outcome = gate(site)
    assert outcome.verdict == "undetermined"
    for name in ("LOG-01", "LOG-02", "LOG-06"):
        assert {one["status"] for one in outcome.requirement(name)["findings"]} == {"unknown"}, name
