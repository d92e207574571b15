# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred thousand clean lines without one false secret; two hundred secrets, each of which is found and none of which is told."""

from __future__ import annotations

import collections
import json
import pathlib
import random

import log_corpora
import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import Scan
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner


@pytest.mark.parametrize("name", sorted(log_corpora.FORMATS))
def test_ten_thousand_clean_lines_of_a_format(name: str) -> None:
    scan = Scan((), lambda: None)
    lines = [Line(line) for line in log_corpora.clean(10_000, seed=len(name), formats=[name])]
    scan.look(Run("app.log", lines))
    wrong = [(one.family, one.line.text) for one in scan.secrets()]
    assert wrong == [] and scan.looked_at == 10_000


def test_two_hundred_secrets_are_found_and_none_is_told(tmp_path: pathlib.Path) -> None:
    seeds = log_corpora.seeds(200)
    assert len({seed.family for seed in seeds}) > 85
    rng = random.Random(5)
    groups = [[line] for line in log_corpora.clean(8_000)]
    for seed in seeds:
        groups.insert(rng.randrange(len(groups)), seed.lines)
    log = tmp_path / "app.log"
    log.write_text("".join(f"{line}\n" for group in groups for line in group))
    args = {"path": str(log), "identifiers": sorted(made.PERSONS), "service": "shop", "timeout": "10m"}
    (finding,) = run_item(Item(key="x", check="log_secrets", args=args), Runner())
    assert finding.status == "fail"
    wanted = collections.Counter(seed.family for seed in seeds)
    assert collections.Counter(finding.observed["families"]) == wanted  # type: ignore[call-overload] # a mapping of numbers
    places = {one["line"] for one in finding.observed["secrets"]}  # type: ignore[attr-defined] # a list of mappings
    lines = [line for group in groups for line in group]
    assert places == {lines.index(seed.lines[0]) + 1 for seed in seeds}, "each where it stands"
    said = json.dumps(finding.as_dict()) + repr(finding)
    assert [seed for seed in seeds for trace in seed.traces if trace in said] == []
    fingerprints = [one["fingerprint"] for one in finding.observed["secrets"]]  # type: ignore[attr-defined]
    assert None not in fingerprints
    (again,) = run_item(Item(key="x", check="log_secrets", args={**args, "allowed": fingerprints}), Runner())
    assert again.status == "pass", "all of them have been looked at"
