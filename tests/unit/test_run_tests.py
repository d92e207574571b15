# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dev_scripts
import pytest

run_tests = dev_scripts.load("run-tests")
EVERY = list(run_tests.Groups.order)


@pytest.mark.parametrize("names", [["lint"], ["unit"], ["lint", "faults"], ["sanity", "demo"], ["unit", "molecule"], EVERY])
def test_each_group_that_is_asked_for_runs_once(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    ran: list[str] = []
    monkeypatch.setattr(run_tests, "say", lambda *_text: None)
    monkeypatch.setattr(run_tests.Groups, "start_newer_servers", lambda _self: None)
    for name in EVERY:
        monkeypatch.setattr(run_tests.Groups, name, lambda _self, _tally, name=name: ran.append(name))
    tally = run_tests.Tally()
    run_tests.Groups(tally).run(names)
    assert sorted(ran) == sorted(names) and sorted(name for name, _seconds in tally.took) == sorted(names)
    assert "lint" not in ran or ran[0] == "lint"


def test_what_runs_on_the_second_core_imports_only_what_is_installed_there() -> None:
    """Its environment has the dependency group ``test``, not ``dev``."""
    only_in_dev = {"hypothesis", "playwright", "ruff", "mypy"}
    chosen = [path for path in (run_tests.ROOT / "tests" / "unit").rglob("test_*.py") if run_tests.knows_the_core(path)]
    assert chosen and not [path for path in chosen if only_in_dev & {name.partition(".")[0] for name in run_tests.imported(path)}]
