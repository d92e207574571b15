# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments of WAL by their names."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.wal_names import Segment, lsn_of, name_of, parse_history
from ansible_collections.operability.readiness.plugins.module_utils._clients.wal_segments import (
    first_gap,
    segment_of,
    size_of,
    unbroken_from,
)

MIB = 2**20
USUAL = 16 * MIB


def of(*names: str, size: int = USUAL) -> set[Segment]:
    found = {segment_of(name, size) for name in names}
    assert None not in found
    return {one for one in found if one}


@pytest.mark.parametrize(
    ("name", "size", "number"),
    [
        ("000000010000000000000005", USUAL, 5),
        ("0000000100000001000000FF", USUAL, 511),
        ("000000010000000100000000", 1024 * MIB, 4),
        ("000000010000000100000000", MIB, 4096),
    ],
)
def test_names_and_numbers(name: str, size: int, number: int) -> None:
    assert segment_of(name, size) == Segment(1, number)
    assert name_of(Segment(1, number), size) == name


@pytest.mark.parametrize("name", ["", "00000002.history", "000000010000000000000002.00000028.backup", "00000001000000000000000g"])
def test_what_is_no_segment(name: str) -> None:
    assert segment_of(name, USUAL) is None


@pytest.mark.parametrize(
    ("known", "names", "size"),
    [
        ([("000000010000000000000005", "0/5000028")], [], USUAL),
        ([("000000010000000000000050", "0/5000028")], [], MIB),
        ([("000000010000000200000001", "2/50000028")], [], 1024 * MIB),
        ([("000000010000000200000000", "2/28")], ["000000010000000000000FFF"], MIB),
        ([], ["000000010000000000000005"], USUAL),
        ([("garbage", "0/1")], [], USUAL),
    ],
)
def test_the_size_follows_from_positions(known: list[tuple[str, str]], names: list[str], size: int) -> None:
    assert size_of(known, names) == size


def test_no_gap_over_a_boundary() -> None:
    present = of("0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000", "000000010000000100000001")
    start = segment_of("0000000100000000000000FE", USUAL)
    assert start is not None
    assert first_gap(present, start, start, USUAL) is None
    assert unbroken_from(present, max(present)) == start.number


def test_the_first_gap_with_what_is_around_it() -> None:
    present = {Segment(1, number) for number in (3, 4, 7, 8, 10)}
    gap = first_gap(present, Segment(1, 3), Segment(1, 3), USUAL)
    assert gap is not None
    assert gap.missing == (Segment(1, 5), Segment(1, 6)) and gap.after == Segment(1, 4) and gap.next == Segment(1, 7)
    assert unbroken_from(present, Segment(1, 8)) == 7


def test_what_a_backup_needs_and_is_not_there_yet() -> None:
    gap = first_gap({Segment(1, 3)}, Segment(1, 3), Segment(1, 5), USUAL)
    assert gap is not None and gap.missing == (Segment(1, 4), Segment(1, 5)) and gap.next is None
    gap = first_gap(set(), Segment(1, 3), Segment(1, 3), USUAL)
    assert gap is not None and gap.missing == (Segment(1, 3),) and gap.after is None


HISTORY = "1\t0/5000098\tno recovery target specified\n\n2\t0/9000000\tbefore 2026-11-25\n"


def test_timelines_follow_one_another() -> None:
    left = parse_history(HISTORY)
    assert left == {1: 0x5000098, 2: 0x9000000}
    chain = [Segment(1, 3), Segment(1, 4), Segment(2, 5), Segment(2, 6), Segment(2, 7), Segment(2, 8), Segment(3, 9)]
    assert first_gap(set(chain), Segment(1, 3), Segment(1, 3), USUAL, left) is None
    # the old primary went on, into what is another history
    astray = {*chain, Segment(1, 5), Segment(1, 6)} - {Segment(2, 5)}
    gap = first_gap(astray, Segment(1, 3), Segment(1, 3), USUAL, left)
    assert gap is not None and gap.missing == (Segment(2, 5),)
    assert first_gap(astray, Segment(1, 3), Segment(1, 3), USUAL, None) is None  # which cannot be told without the history


def test_positions() -> None:
    assert lsn_of("2/A0000028") == 0x2A0000028
    with pytest.raises(ValueError, match="invalid literal"):
        lsn_of("garbage")
