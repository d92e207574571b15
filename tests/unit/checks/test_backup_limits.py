# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every check of backups asks: the age beside what was promised, and that a second copy lies apart from the first."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _backup_limits
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_limits import Limits, beyond_rpo, not_apart
from ansible_collections.operability.readiness.plugins.module_utils._checks._judgement import Judgement
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase

HOUR = 3600.0


def limits(**more: t.Any) -> Limits:
    given = {"max_age": 26 * HOUR, "rpo": 24 * HOUR, "min_count": 1, "retention": None, "size_deviation": "50%", "compare": 3}
    return t.cast("Limits", {**given, **more})


@pytest.mark.parametrize(
    ("age", "more", "told"),
    [
        (25, {}, False),
        (31, {"max_age": 30 * 24 * HOUR}, True),
        (29, {"max_age": 30 * 24 * HOUR}, False),
        (47, {"max_age": 30 * 24 * HOUR, "rpo_margin": 26 * HOUR}, False),
        (49, {"max_age": 30 * 24 * HOUR, "rpo_margin": 240 * HOUR}, True),
        (24 * 40, {"max_age": 30 * 24 * HOUR}, False),  # which is too old anyway
        (100, {"max_age": 30 * 24 * HOUR, "rpo": None}, False),
    ],
)
def test_a_backup_older_than_what_was_promised(age: float, more: dict[str, t.Any], told: bool) -> None:
    said = beyond_rpo(phrase("newest backup"), age * HOUR, limits(**more))
    assert (said is not None) is told
    if said is not None:
        assert "within the limit of 30 d, and not within the RPO of 24 h" in said


def of(place: pathlib.Path | str, *others: pathlib.Path | str) -> Judgement:
    judgement = Judgement()
    not_apart([str(place)], limits(apart_from=[str(other) for other in others]), judgement)
    return judgement


def test_a_second_copy_in_the_same_place(tmp_path: pathlib.Path) -> None:
    first, link = tmp_path / "first", tmp_path / "link"
    first.mkdir()
    link.symlink_to(first)
    for place in (first, link, f"{first}/*.sql.gz", f"{first}/dump-%Y%m%d.sql", f"{tmp_path}/./first/"):
        judgement = of(place, f"{first}/*.gz")
        assert len(judgement.fails) == 1 and "is the same place as" in judgement.fails[0] and not judgement.warns


def test_a_second_copy_on_the_same_disk_and_one_that_is_not_here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    judgement = of(second, first)
    assert not judgement.fails and "lies in the same file system as" in judgement.warns[0]
    for place in ("sftp:b@far:/srv", tmp_path / "none", "bad\0name"):
        assert of(place, first) == Judgement() == of(second, place)
    assert of("/proc/self", first) == Judgement(), "another file system"
    not_apart([str(second)], limits(), judgement := Judgement())
    assert judgement == Judgement() and _backup_limits.MARGIN == 0.25
