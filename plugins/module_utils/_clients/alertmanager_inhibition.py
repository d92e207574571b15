# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alertmanager's inhibition: which alerts hold others back, with the same answers as Alertmanager's own code. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .alertmanager_routes import Config, Labels, Matcher, read_matchers
from .label_sets import LabelSet, decide_all


@dataclasses.dataclass(frozen=True)
class Inhibition:
    """Alerts that fit ``target`` are held back while one fires that fits ``source`` and has the same values of ``equal``."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]

    def sources(self, firing: t.Iterable[Labels]) -> list[Labels]:
        """Those that may hold others back."""
        return [labels for labels in firing if decide_all(self.source, LabelSet(labels)) is not False]

    def holds_back(self, labels: LabelSet, firing: Labels) -> bool | None:
        """Whether this alert that fires holds an alert back; None where that cannot be told."""
        other = LabelSet(firing)
        answers = [decide_all(self.target, labels), decide_all(self.source, other)]
        for name in self.equal:
            value = labels.value(name)
            answers.append(None if value is None else value == other.value(name))
        # an alert that fits both sides is not held back by one of which the same is true
        if decide_all(self.target, other):
            on_both = decide_all(self.source, labels)
            answers.append(None if on_both is None else not on_both)
        if False in answers:
            return False
        return None if None in answers else True

    @property
    def names(self) -> set[str]:
        """The labels of what is held back that matter."""
        return {*(matcher.name for matcher in (*self.target, *self.source)), *self.equal}


def read_inhibitions(config: Config) -> tuple[Inhibition, ...]:
    """The rules of a configuration whose scalars are all text. BadMatcher, ValueError."""
    given = config.get("inhibit_rules") or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ValueError("inhibit_rules is no list of rules")
    return tuple(
        Inhibition(
            read_matchers(item, "source_match", "source_match_re", "source_matchers"),
            read_matchers(item, "target_match", "target_match_re", "target_matchers"),
            tuple(str(name) for name in item.get("equal") or []),
        )
        for item in given
    )


__all__ = ("Inhibition", "read_inhibitions")
