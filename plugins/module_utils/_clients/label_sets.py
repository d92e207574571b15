# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels of alerts of which some cannot be told, and what matchers make of them: yes, no, or nobody knows. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .alertmanager_routes import Labels, Matcher, quoted
from .re2 import Untranslatable

_ANYTHING = (".*", "(?s).*", "(?s:.*)", "^.*$", "^(?:.*)$")


@dataclasses.dataclass(frozen=True)
class LabelSet:
    """What is known of the labels of an alert. An empty value is the same as no label."""

    labels: Labels
    unsure: frozenset[str] = frozenset()  # may have any value, or not be there
    complete: bool = True  # whether a label that stands in neither is certainly not there

    def value(self, name: str) -> str | None:
        """Its value, "" where it is not there, None where that cannot be told."""
        if name in self.labels:
            return self.labels[name]
        return None if name in self.unsure or not self.complete else ""

    def having(self, name: str, value: str | None) -> LabelSet:
        """The same with another value of one label; "" takes it away, None makes it one that cannot be told."""
        labels = {key: kept for key, kept in self.labels.items() if key != name}
        if value is None:
            return dataclasses.replace(self, labels=labels, unsure=self.unsure | {name})
        if value or not self.complete:
            labels[name] = value
        return dataclasses.replace(self, labels=labels, unsure=self.unsure - {name})

    @property
    def present(self) -> dict[str, str]:
        """The labels that are certainly there."""
        return {name: value for name, value in self.labels.items() if value}

    @property
    def key(self) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], bool]:
        return tuple(sorted(self.labels.items())), tuple(sorted(self.unsure)), self.complete

    def __str__(self) -> str:
        shown = {**{name: quoted(value) for name, value in self.present.items()}, **dict.fromkeys(self.unsure, "?")}
        return "{" + ", ".join(f"{name}={shown[name]}" for name in sorted(shown)) + "}"


def decide(matcher: Matcher, labels: LabelSet) -> bool | None:
    """Whether a matcher fits; None where a value, or what a regular expression makes of it, cannot be told."""
    value = labels.value(matcher.name)
    if value is None:
        if matcher.operator in ("=~", "!~") and matcher.value in _ANYTHING:
            return matcher.operator == "=~"
        return None
    return _fits(matcher, value)


@functools.lru_cache(maxsize=65536)
def _fits(matcher: Matcher, value: str) -> bool | None:
    # many alerts have the same few values, and an expression that may run away costs a question to another process
    try:
        return matcher.matches({matcher.name: value} if value else {})
    except Untranslatable:
        return None


def decide_all(matchers: t.Iterable[Matcher], labels: LabelSet) -> bool | None:
    """Whether all matchers fit: one that does not decides, whatever cannot be told of the others."""
    answers = [decide(matcher, labels) for matcher in matchers]
    if False in answers:
        return False
    return None if None in answers else True


def unique(sets: t.Iterable[LabelSet]) -> list[LabelSet]:
    return list({one.key: one for one in sets}.values())


def common(sets: t.Sequence[LabelSet]) -> LabelSet:
    """One set for many: what they share is known, in what they differ is not."""
    first = sets[0]
    shared = {name: value for name, value in first.labels.items() if all(one.value(name) == value for one in sets)}
    named = {name for one in sets for name in (*one.labels, *one.unsure)}
    return LabelSet(shared, frozenset(named - set(shared)), all(one.complete for one in sets))


__all__ = ("LabelSet", "common", "decide", "decide_all", "unique")
