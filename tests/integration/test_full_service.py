# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of level A with everything in place, on real parts: GO before its deployment, after it, and when it is verified again."""

from __future__ import annotations

import datetime as dt
import functools
import pathlib
import re
import typing as t

import full_estate
import pytest
import servers
import shop_estate
from ansible_collections.operability.readiness.plugins.plugin_utils._described import policy
from integration.playbook import ROLE, Outcome, Site

FILES = {"service": "readiness", "organisation": "organisation"}


class Full(Site):
    """The estate of ``DEMO=full make demo``, with its files as they are."""

    def __init__(self, folder: pathlib.Path, estate: full_estate.FullEstate) -> None:
        super().__init__(folder)
        self.estate = estate

    def write(self) -> None:
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        shop = {name: {"ansible_host": address, **local} for name, address in shop_estate.HOSTS.items()}
        groups = {"shop": {"hosts": shop}, "others": {"hosts": {"log1": local, "vault1": local}}}
        self.save("inventory.yml", {"all": {"children": groups}})

    def gate(self, phase: str, **more: t.Any) -> Outcome:
        files = {f"{name}_file": str(self.estate.folder / f"{given}.yml") for name, given in FILES.items()}
        given = {"phase": phase, "version": "2", "deployment_id": "shop-2", "window": self.window, "settle": "30s", **files, **more}
        outcome = self.run(ROLE.replace("hosts: web", "hosts: shop"), **given)
        assert "Traceback" not in outcome.output
        return outcome

    @functools.cached_property
    def window(self) -> dict[str, str]:
        now = dt.datetime.now(dt.timezone.utc)
        return {"start": f"{now:%Y-%m-%dT%H:%M:%SZ}", "end": f"{now + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}

    def deploy(self) -> None:
        """Version 2 in the place of version 1, on one host after the other."""
        for host in shop_estate.HOSTS:
            (self.estate.folder / host / "current" / "version.txt").write_text("2\n")
            instance = self.estate.running[host]
            instance.stop()
            instance.start()
            (self.estate.folder / f"{host}.pid").write_text(f"{t.cast('t.Any', instance.process).pid}\n")

    def break_people_and_documents(self) -> dt.date:
        """As act 2 of the demo does; the day in whose night nobody is on call."""
        folder, today = self.estate.folder, dt.datetime.now(dt.timezone.utc).date()
        tonight = f"{today:%Y%m%d}T200000Z"
        lines = ["BEGIN:VEVENT", "UID:tier2-20@shop.example", f"RECURRENCE-ID:{tonight}", f"DTSTAMP:{tonight}", f"DTSTART:{tonight}"]
        lines += ["DURATION:PT12H", "SUMMARY:tier2: Dora Klein", "STATUS:CANCELLED", "END:VEVENT", "END:VCALENDAR"]
        replace(folder / "on-call.ics", "END:VCALENDAR", "\n".join(lines))
        replace(folder / "wiki" / "known-errors.md", "Enter its number without the dashes", "-")
        (folder / "wiki" / "disks.md").unlink()
        statements = folder / "readiness.d" / "shop.yml"
        before, found, after = statements.read_text().partition("requirement: SUP-04")
        ended = today - dt.timedelta(days=2)  # it is over wherever this runs
        statements.write_text(before + found + re.sub(r'until: "[0-9-]+"', f'until: "{ended}"', after, count=1))
        return today


def replace(path: pathlib.Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, binaries: servers.Binaries) -> t.Iterator[Full]:
    folder = tmp_path_factory.mktemp("full")
    estate = full_estate.FullEstate(folder / "estate", binaries)
    try:
        estate.build()
        yield Full(folder / "site", estate)
    finally:
        estate.stop()


OBSERVED = {
    "pre": "MON-03 MON-04 MON-05 MON-09 MON-10 MON-11 MON-12 LOG-01 LOG-05 LOG-06 BKP-01 BKP-03 BKP-04 BKP-05 BKP-06 "
    "RUN-01 RUN-02 RUN-03 RUN-04 RUN-05 SUP-01 SUP-02 DEL-05 PLT-02 PLT-03",
    "post": "MON-01 MON-02 MON-03 MON-06 MON-07 MON-08 MON-10 LOG-01 LOG-02 LOG-03 LOG-04 LOG-05 DEL-01 DEL-03 DEL-04 DEL-07 PLT-02 PLT-03",
    "recheck": "MON-01 MON-02 MON-03 MON-04 MON-06 MON-07 MON-08 MON-09 MON-10 MON-12 LOG-01 LOG-02 LOG-03 LOG-04 LOG-05 LOG-06 "
    "BKP-01 BKP-02 BKP-03 BKP-04 BKP-05 BKP-06 RUN-01 RUN-02 SUP-01 SUP-02 DEL-01 PLT-02",
}
ATTESTED = {"pre": "SUP-03 SUP-04 DEL-02"}
# the estate has neither systemd nor a time daemon
STAND_IN = {"pre": "PLT-04", "post": "PLT-01", "recheck": "PLT-01 PLT-04"}


def expected(phase: str) -> dict[str, tuple[str, str]]:
    proofs = (("observed", OBSERVED), ("attested", ATTESTED), ("stand_in", STAND_IN))
    return {name: ("pass", proof) for proof, by_phase in proofs for name in by_phase.get(phase, "").split()}


def decided(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """Status and proof of each requirement that decides."""
    return {one["id"]: (one["status"], one["proof"]) for one in outcome.record["judgement"]["requirements"] if one["deciding"]}


def test_what_is_expected_is_all_that_the_policy_asks_of_level_a() -> None:
    """A requirement that comes to the policy has to come to this service."""
    asked = {name for name, rule in policy.load("default").rules.items() if rule.impact.get("A")}
    assert asked == {name for phase in OBSERVED for name in expected(phase)}


def test_it_goes_live_and_is_refused_when_its_people_and_documents_fail(full: Full) -> None:
    for phase in ("pre", "post", "recheck"):
        if phase == "post":
            full.deploy()
        outcome = full.gate(phase)
        assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
        assert decided(outcome) == expected(phase), outcome.output
        assert outcome.record["judgement"]["required"] == outcome.record["judgement"]["verified"] == len(expected(phase))
        assert not outcome.says("NOT DECLARED")

    morning = full.break_people_and_documents() + dt.timedelta(days=1)
    refused = full.gate("pre", deployment_id="shop-2-configuration")
    assert refused.rc != 0 and refused.verdict == "no_go", refused.output
    said = {one["id"]: one["message"] for one in refused.record["judgement"]["requirements"] if one["status"] == "fail"}
    assert sorted(said) == ["RUN-02", "RUN-04", "SUP-02", "SUP-04"], refused.output
    assert "disks.md answers with status 404" in said["RUN-02"]
    assert "the known error SHOP-327 has no workaround" in said["RUN-04"]
    assert said["SUP-02"].startswith("N2: nobody is on call from") and f"to {morning}T08:00:00Z" in said["SUP-02"]
    assert "does not count: it ended on" in said["SUP-04"]
