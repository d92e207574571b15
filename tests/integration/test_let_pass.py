# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nights after a deployment that an emergency let pass: until its ``post``, nobody knows which version should run."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import Outcome, Site

TOLD = "INC1 let 3.0 pass on"


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    site = Site(tmp_path_factory.mktemp("let-pass") / "site", ["web1"])
    live = pathlib.Path(site.folder / "version")
    site.demand("SUP-01", "DEL-01")
    site.organisation["policy"]["requirements"]["DEL-01"] = {"impact": "blocker"}
    del site.service["requirements"]
    site.service["delivery"] = {"version_check": ["/bin/sh", "-c", f"grep -qx '{{version}}' {live} || exit 2"]}
    made = Acts(site)

    def gate(name: str, version: str | None = None, runs: str = "", **more: t.Any) -> None:
        made.gate(name, before=f"echo {runs} >{live}" if runs else "", version=version, mode="enforce", **more)

    gate("post 2.0", "2.0", "2.0", phase="post")
    gate("pre 3.0", "3.0", phase="pre", emergency="INC1")
    gate("first night", runs="3.0", phase="recheck")
    gate("second night", phase="recheck")
    gate("a night that names it", "2.0", phase="recheck")
    gate("post 3.0", "3.0", phase="post")
    gate("after its post", phase="recheck")
    gate("another version", runs="2.9", phase="recheck")
    return made.play()


@pytest.mark.parametrize("act", ["first night", "second night"])
def test_it_stops_no_night_and_is_told(acts: dict[str, Outcome], act: str) -> None:
    outcome = acts[act]
    assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
    assert outcome.requirement("DEL-01")["status"] == "not_due" and TOLD in outcome.requirement("DEL-01")["message"]
    assert any(notice.startswith(TOLD) for notice in outcome.record["judgement"]["notices"])
    assert outcome.record["run"]["version"] is None and not outcome.record["run"]["version_remembered"]


def test_whoever_names_a_version_is_answered(acts: dict[str, Outcome]) -> None:
    assert acts["a night that names it"].rc == 2 and acts["a night that names it"].requirement("DEL-01")["status"] == "fail"


def test_its_post_tells(acts: dict[str, Outcome]) -> None:
    assert acts["pre 3.0"].rc == 0 and acts["post 3.0"].rc == 0
    after = acts["after its post"]
    assert after.rc == 0 and after.record["run"]["version"] == "3.0" and after.requirement("DEL-01")["status"] == "pass"
    assert not any(TOLD in notice for notice in after.record["judgement"]["notices"])
    assert acts["another version"].rc == 2 and acts["another version"].requirement("DEL-01")["status"] == "fail"
