# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LOG-01 to LOG-06 of a service of level A, as the shipped policy asks them, with a real VictoriaLogs into which its lines are sent."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import secrets
import threading
import time
import typing as t

import pytest
from faults.flowing import DAY, HOUR, MINUTE, line, own_store, stamp
from integration.playbook import ROLE, Outcome, Site

LOGS = tuple(f"LOG-0{number}" for number in range(1, 7))


class Shop(Site):
    """Two hosts of which each logs JSON into a file that its application rotates; the store on a third host is asked by the controller."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.store = own_store("-retentionPeriod=1y")
        self.tenant = self.store.own_tenant()
        self.organisation["policy"] = {"name": "default"}
        self.organisation["servers"] = {
            "central": {"kind": "victorialogs", "url": self.store.url, "tenant": self.tenant, "query": 'app:="shop"'}
        }
        self.service["classification"] = {"criticality": 3}
        self.service["commitments"] = {"log_retention": "90d"}
        log = {"file": f"{folder}/log/{{{{ inventory_hostname }}}}/app.log", "format": "json", "rotated_by": "application"}
        self.service["parts"]["web"]["logs"] = [{**log, "required": ["level", "service"], "canary": "always", "deadline": "20s"}]
        for host in self.hosts:
            path = self.path(host)
            path.parent.mkdir(parents=True)
            path.with_suffix(".log.1").write_text(entry(DAY + HOUR))
            os.utime(path.with_suffix(".log.1"), (time.time() - DAY,) * 2)
            path.write_text("".join(entry(ago) for ago in (20 * HOUR, 3 * HOUR, MINUTE, 2)))
            self.store.put(self.tenant, *(line(host, days * DAY, app="shop") for days in range(120, 0, -1)), line(host, 2, app="shop"))

    def path(self, host: str) -> pathlib.Path:
        return self.folder / "log" / host / "app.log"

    @contextlib.contextmanager
    def shipping(self) -> t.Iterator[None]:
        """What is written into the files from now on arrives in the store, line by line."""
        over, places = threading.Event(), {host: self.path(host).stat().st_size for host in self.hosts}

        def work() -> None:
            while not over.wait(0.2):
                for host in self.hosts:
                    with self.path(host).open() as handle:
                        handle.seek(places[host])
                        new = handle.read()
                    places[host] += len(new)
                    sent = [json.loads(text) for text in new.splitlines()]
                    if sent:
                        rows = [{"_msg": one["message"], "_time": one["timestamp"], "host": host, "app": "shop"} for one in sent]
                        self.store.put(self.tenant, *rows)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def gate(self, phase: str) -> Outcome:
        outcome = self.run(ROLE, phase=phase, mode="observe")
        assert "Traceback" not in outcome.output
        return outcome


def entry(ago: float, message: str = "an order was taken") -> str:
    return json.dumps({"timestamp": stamp(ago), "level": "info", "service": "shop", "message": message}) + "\n"


def seen(outcome: Outcome) -> dict[str, set[tuple[str, str]]]:
    """Status and proof of what was found, by requirement."""
    found = {name: outcome.requirement(name)["findings"] for name in LOGS}
    return {name: {(one["status"], one["proof"]) for one in findings} for name, findings in found.items()}


@pytest.mark.parametrize("phase", ["post", "recheck"])
def test_each_requirement_is_proved_by_what_was_seen(tmp_path: pathlib.Path, phase: str) -> None:
    shop = Shop(tmp_path / "site")
    with shop.shipping():
        outcome = shop.gate(phase)
    asked = [name for name in LOGS if phase == "recheck" or name != "LOG-06"]
    found = {name: {(one["status"], one["proof"]) for one in outcome.requirement(name)["findings"]} for name in asked}
    assert found == {name: {("pass", "observed")} for name in asked}, outcome.output


def test_what_is_broken_fails_its_own_requirement_alone(tmp_path: pathlib.Path) -> None:
    """The shipper is off, one host logs a password, another what is no JSON; the store keeps less than is asked."""
    shop = Shop(tmp_path / "site")
    shop.service["commitments"]["log_retention"] = "2y"
    password = secrets.token_hex(12)
    shop.path("web1").open("a").write(entry(1, f"connecting with postgres://shop:{password}@db1/shop"))
    shop.path("web2").open("a").write("no JSON at all\n" * 5)
    outcome = shop.gate("recheck")
    found = seen(outcome)
    assert {name: status for name, pairs in found.items() for status, _proof in pairs if status == "fail"} == dict.fromkeys(
        ("LOG-01", "LOG-03", "LOG-04", "LOG-06"), "fail"
    ), outcome.output
    assert {status for status, _proof in found["LOG-05"]} == {"pass"}
    assert password not in outcome.output and password not in json.dumps(outcome.record)
