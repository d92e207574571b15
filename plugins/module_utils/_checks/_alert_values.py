# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a label value that is gone was renamed, or was a state that is over. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from .._clients.prometheus import Sample
from ._alert_liveness import ORIGIN, Labels

ALIKE = 0.6  # of 1: how alike an old name and its successor are
OPPOSITES = ("un", "in", "im", "ir", "dis", "de", "non", "non-", "non_", "not", "not-", "not_", "no-", "no_")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]+")


@dataclasses.dataclass(frozen=True)
class Change:
    """What a label had before its series went (``old`` are those that went), and has since."""

    label: str
    old: t.Sequence[Sample]
    then: t.Sequence[Sample]
    now: t.Sequence[Sample]
    soon: frozenset[str]  # its values shortly after
    counts: bool  # whether the metric is a counter

    @property
    def values(self) -> frozenset[str]:
        return self._of(self.now)

    @property
    def before(self) -> frozenset[str]:
        return self._of(self.then)

    @property
    def was(self) -> frozenset[str]:
        return self._of(self.old) - self.values - {""}

    @property
    def gone(self) -> frozenset[str]:
        return self.before - self.values

    @property
    def new(self) -> frozenset[str]:
        return (self.values & self.soon) - self.before - {""}

    @property
    def has_siblings(self) -> bool:
        """Whether what gave it gave other values beside it, and still does: then the label tells things apart, and is no state."""
        mine = {_rest(one.labels, self.label) for one in self.old}
        others = {
            one.labels.get(self.label, "")
            for one in self.then
            if _rest(one.labels, self.label) in mine and one.labels.get(self.label, "") not in self.was
        }
        return bool(others & self.values)

    @property
    def is_told_by_presence(self) -> bool:
        """Whether each series says by being there what is so, as all of them are 1, and one at a time."""
        if self.counts or self.has_siblings:
            return False
        return all(one.value == 1 for one in (*self.old, *(one for one in self.now if one.labels.get(self.label, "") in self.new)))

    def similar(self, new: t.AbstractSet[str]) -> str | None:
        """Which of the new values is written much as the one that went. Values of counters come with the first event, in any order."""
        found = sorted(((alike(*apart(one, other)), other) for one in self.was for other in new if not one.isdigit()), reverse=True)
        near = [(ratio, other) for ratio, other in found if not any(opposite(one, other) for one in self.was)]
        if near and near[0][0] >= ALIKE and (self.is_alone(new) or not self.counts):
            return near[0][1]
        return None

    def is_alone(self, new: t.AbstractSet[str]) -> bool:
        return len(self.gone) == 1 and len(new) == 1

    def _of(self, samples: t.Iterable[Sample]) -> frozenset[str]:
        return frozenset(one.labels.get(self.label, "") for one in samples)


def _rest(labels: Labels, label: str) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in labels.items() if name not in (*ORIGIN, label))


def alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def apart(one: str, other: str) -> tuple[str, str]:
    """Two values without the words that both begin or end with: those of exceptions and of zones say nothing."""
    ours, theirs = _WORDS.findall(one), _WORDS.findall(other)
    for end in (0, -1):
        while len(ours) > 1 and len(theirs) > 1 and ours[end].lower() == theirs[end].lower():
            del ours[end], theirs[end]
    return "".join(ours), "".join(theirs)


def opposite(one: str, other: str) -> bool:
    """Whether one value says that the other is not so: healthy and unhealthy, enabled and disabled."""
    one, other = one.lower(), other.lower()
    if {one, other} == {"enabled", "disabled"}:
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer.endswith(shorter) and longer[: len(longer) - len(shorter)] in OPPOSITES


__all__ = ("ALIKE", "Change", "alike")
