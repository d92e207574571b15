# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy vsr and the checks that are derived from availability, over 30 days in a real Prometheus."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import time
import typing as t
import urllib.parse
import urllib.request

import pytest
from integration.acts import Acts
from integration.playbook import ROLE, Site
from servers import Binaries, Prometheus

STEP = 240  # a sample each four minutes: Prometheus repeats one for five
DAYS = 30
SAMPLES = DAYS * 86400 // STEP
OPEN = 4500  # of 10 800 samples: the first five hours of every half day are hours of use
LOOKUP = """
- name: Rules
  hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        dest: "{{ readiness_dest }}"
        mode: "0644"
        content: >-
          {{ lookup('operability.readiness.open_hours_rules', readiness_hours, calendar='office', zone='Europe/Paris',
          holidays=['2026-12-25'], first_year=2020, last_year=2035) }}
"""


class Keeping(Prometheus):
    """It keeps more than 15 days."""

    def command(self) -> list[str]:
        return [*super().command(), "--storage.tsdb.retention.time=60d"]


def is_open(number: int) -> bool:
    return number * STEP % 43200 < 18000


def history(down: dict[str, int], *, unseen: dict[str, int] | None = None, days: int = DAYS) -> str:
    """OpenMetrics of the past days: of each component, how many samples in hours of use were down or are missing; always down outside."""
    begin = (int(time.time()) // STEP - SAMPLES) * STEP
    lines = ["# TYPE probe_success gauge"]
    for component, count in down.items():
        left, gone = count, (unseen or {}).get(component, 0)
        for number in range(SAMPLES - days * 86400 // STEP, SAMPLES + 1):
            value = 0
            if is_open(number):
                if gone:
                    gone -= 1
                    continue
                value = 0 if left > 0 else 1
                left -= 1
            lines.append(f'probe_success{{component="{component}"}} {value} {begin + number * STEP}')
    lines.append("# TYPE open_hours gauge")
    lines += [f"open_hours {int(is_open(number))} {begin + number * STEP}" for number in range(SAMPLES - days * 86400 // STEP, SAMPLES + 1)]
    return "\n".join([*lines, "# EOF", ""])


def backfilled(running: t.Any, binaries: Binaries, folder: pathlib.Path, text: str) -> t.Any:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.txt").write_text(text)
    server = Keeping(running.folder / "keeping", binaries)
    words = ["tsdb", "create-blocks-from", "--max-block-duration=360h", "openmetrics", str(folder / "history.txt"), f"{server.folder}/data"]
    done = subprocess.run([str(binaries.path("promtool")), *words], env=binaries.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    running.started.append(server)
    return server.start()


def answers(server: Prometheus, query: str) -> list[t.Any]:
    with urllib.request.urlopen(f"{server.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}", timeout=10) as answer:
        return list(json.load(answer)["data"]["result"])


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    made = Site(tmp_path / "site", ["web1"])
    made.organisation["policy"]["add"] = ["vsr"]
    made.service["availability"] = {"series": "probe_success", "open_hours": "open_hours"}
    return made


def test_thirty_days_that_are_regular_and_some_that_are_not(site: Site, running: t.Any, binaries: Binaries, tmp_path: pathlib.Path) -> None:
    # of 4 500 samples in hours of use 86 are 1.9 %, 94 are 2.1 %
    text = history({"good": 60, "near": 86})
    server = backfilled(running, binaries, tmp_path, text)
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": server.url}}
    acts = Acts(site)
    acts.gate("near", phase="recheck")
    site.service["availability"]["series"] = 'probe_success{component="good"}'
    acts.gate("good", phase="recheck")
    # it is not asked at a deployment
    acts.gate("pre")
    seen = acts.play()
    near = seen["near"]
    found = near.requirement("VSR-01")
    assert found["status"] == "warn", found["message"]
    assert (
        found["message"].startswith('unavailability for {component="near"}: 1.') and "%, which is a warning when > 1.5%" in found["message"]
    )
    (measured,) = found["measurements"]
    assert measured["name"] == "unavailability" and measured["limit"] == 0.02 and measured["value"] == pytest.approx(0.019, abs=0.001)
    assert near.record["inputs"]["policy"]["name"] == "starter + vsr" and near.verdict == "go_with_reservations"

    good = seen["good"].requirement("VSR-01")
    assert good["status"] == "pass" and "1.3" in good["message"], good["message"]
    assert not [item for item in seen["pre"].record["judgement"]["requirements"] if item["id"] == "VSR-01"]


def test_more_than_two_percent_is_no_go_and_too_few_samples_are_unknown(
    site: Site, running: t.Any, binaries: Binaries, tmp_path: pathlib.Path
) -> None:
    server = backfilled(running, binaries, tmp_path, history({"bad": 94, "hidden": 0}, unseen={"hidden": 500}))
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": server.url}}
    acts = Acts(site)
    acts.gate("bad", phase="recheck")
    site.service["availability"]["series"] = 'probe_success{component="hidden"}'
    acts.gate("hidden", phase="recheck")
    # a metric that was renamed, hours that nobody records
    site.service["availability"]["series"] = "probe_succes"
    acts.gate("renamed", phase="recheck")
    seen = acts.play()
    bad = seen["bad"]
    found = bad.requirement("VSR-01")
    assert (bad.verdict, found["status"]) == ("no_go", "fail"), found["message"]
    assert '{component="bad"}: 2.1%, it must be <= 2%' in found["message"] or '{component="bad"}: 2.0' in found["message"], found["message"]
    hidden = seen["hidden"]
    found = hidden.requirement("VSR-01")
    assert (hidden.verdict, found["status"]) == ("undetermined", "unknown")
    assert "of what must be seen was seen, at least 98% must be" in found["message"]
    assert "there is no data" in seen["renamed"].requirement("VSR-01")["message"]


def test_a_window_that_is_not_over_is_unknown(site: Site, running: t.Any, binaries: Binaries, tmp_path: pathlib.Path) -> None:
    server = backfilled(running, binaries, tmp_path, history({"young": 0}, days=12))
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": server.url}}
    found = site.run(ROLE, phase="recheck").requirement("VSR-01")
    said = r"unavailability: there are data since .* only: 4\d% of what must be seen was seen"
    assert found["status"] == "unknown" and re.match(said, found["message"]), found["message"]


def test_rules_for_the_hours_of_use_are_evaluated(site: Site, running: t.Any, binaries: Binaries) -> None:
    """What the lookup makes is a rule file that a real server loads, and open at all times where it was asked to be."""
    path = site.folder / "always.yml"
    assert site.run(LOOKUP, dest=str(path), hours="24x7").rc == 0
    refused = site.run(LOOKUP, dest=str(path), hours="sometimes")
    assert refused.rc != 0 and refused.says("'sometimes' cannot be read; expected for example 'Mon-Fri 08:00-18:00' or 24x7")
    rules = path.read_text().replace("interval: 1m", "interval: 1s")
    server = running.start(Prometheus, binaries, rules=rules)
    done = subprocess.run(
        [str(binaries.path("promtool")), "check", "rules", f"{server.folder}/rules.yml"],
        env=binaries.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "3 rules found" in done.stdout, done.stdout + done.stderr
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": server.url}}
    query = {"query": 'operability_open_hours{calendar="office"}', "pass_when": "== 1"}
    over = time.monotonic() + 60
    while not answers(server, query["query"]):  # until the rules have been evaluated
        assert time.monotonic() < over
        time.sleep(0.2)
    asks = {"title": "it is open", "check": "prometheus_query", "impact": "blocker", "with": query}
    site.organisation["policy"].pop("add")
    site.service["requirements"] = {"APP-02": asks}
    outcome = site.run(ROLE, phase="recheck")
    assert outcome.requirement("APP-02")["status"] == "pass", outcome.requirement("APP-02")["message"]
