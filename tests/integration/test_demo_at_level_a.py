# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs of the demo's shop, as they would be asked at level A: its files, its shipper and its central rsyslog, as the demo has them."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import jinja2
import pytest
import servers
import shop_estate
import yaml
from integration.playbook import ROLE, ROOT, Outcome, Site

TEMPLATES = ROOT / "playbooks" / "templates" / "demo"
LOGS = tuple(f"LOG-0{number}" for number in range(1, 7))
OBSERVED = {("pass", "observed")}


class Demo(Site):
    """The demo's estate with its two files; of the policy nothing but what is asked of logs."""

    def __init__(self, folder: pathlib.Path, estate: shop_estate.Estate) -> None:
        super().__init__(folder)
        self.estate = estate
        self.service, self.organisation = (self._laid(name) for name in ("readiness.yml", "organisation.yml"))
        self.service["classification"] = {"criticality": 3}
        self.service["service"]["hosts"] = "web"
        self.service["parts"]["web"]["hosts"] = "web"
        self.organisation["policy"] = {"name": "default"}
        self.hosts = {name: {"ansible_host": address} for name, address in shop_estate.HOSTS.items()}
        self.others = {"log1": {}}

    def _laid(self, name: str) -> dict[str, t.Any]:
        template = jinja2.Template((TEMPLATES / f"{name}.j2").read_text())
        places = {"ansible_playbook_python": sys.executable, "playbook_dir": str(ROOT / "playbooks")}
        return t.cast("dict[str, t.Any]", yaml.safe_load(template.render(demo=self.estate.facts, demo_act=2, **places)))

    def repair(self) -> None:
        """As act 2 does: the shipper reads the path of today."""
        inputs = self.estate.folder / "shipper" / "inputs.conf"
        inputs.write_text(inputs.read_text().replace("/logs/shop.log", "/log/shop.log"))
        self.estate.running["shipper"].stop()
        self.estate.running["shipper"].start()

    def recheck(self) -> Outcome:
        outcome = self.run(ROLE, phase="recheck", mode="observe")
        assert "Traceback" not in outcome.output
        return outcome


@pytest.fixture
def demo(tmp_path: pathlib.Path, binaries: servers.Binaries) -> t.Iterator[Demo]:
    estate = shop_estate.Estate(tmp_path / "estate", binaries)
    try:
        estate.build()
        yield Demo(tmp_path / "site", estate)
    finally:
        estate.stop()


def said(outcome: Outcome, names: t.Iterable[str] = LOGS) -> dict[str, set[tuple[str, str]]]:
    """Status and proof of what was found, by requirement."""
    return {name: {(one["status"], one["proof"]) for one in outcome.requirement(name)["findings"]} for name in names}


def test_all_that_is_asked_of_its_logs_is_proved_by_what_was_seen(demo: Demo) -> None:
    demo.repair()
    outcome = demo.recheck()
    assert said(outcome) == dict.fromkeys(LOGS, OBSERVED), outcome.output


def test_the_shipper_that_reads_another_path_is_seen_by_the_line_and_by_the_flow(demo: Demo) -> None:
    demo.service["parts"]["web"]["logs"][0]["max_lag"] = "2s"  # it began to log a moment ago
    outcome = demo.recheck()
    found = said(outcome)
    assert {name for name, pairs in found.items() if pairs != OBSERVED} == {"LOG-01", "LOG-02"}, outcome.output
    assert {status for name in ("LOG-01", "LOG-02") for status, _proof in found[name]} == {"fail"}, outcome.output
