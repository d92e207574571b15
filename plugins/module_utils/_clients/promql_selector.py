# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selectors of PromQL and their matchers. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .re2 import Untranslatable, matches

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_VALUES = re.compile(r"[\w-]+(?:\|[\w-]+)*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
# the state of alerts, written by Prometheus itself: there is none while nothing fires
ALERT_METRICS = ("ALERTS", "ALERTS_FOR_STATE")


@dataclasses.dataclass(frozen=True)
class Matcher:
    """``job=~"pay.*"``"""

    name: str
    operator: str  # =, !=, =~, !~
    value: str

    @property
    def text(self) -> str:
        return f"{label_name(self.name)}{self.operator}{json.dumps(self.value, ensure_ascii=False)}"

    def holds(self, labels: t.Mapping[str, str]) -> bool:
        """Whether labels meet it; a label that is not there is an empty one. CannotObserve for a regular expression that is none."""
        value = labels.get(self.name, "")
        if self.operator in ("=", "!="):
            return (value == self.value) is (self.operator == "=")
        try:
            return matches(self.value, value, dot_is_all=True) is (self.operator == "=~")
        except Untranslatable:
            raise CannotObserve(phrase("the regular expression in {matcher} cannot be used here", matcher=self.text)) from None


@dataclasses.dataclass(frozen=True)
class Selector:
    """A vector or range selector without its modifiers; ``reach`` is how many seconds back from ``at`` (None: now) it looks."""

    name: str | None
    matchers: tuple[Matcher, ...]
    reach: float = 0.0
    at: float | None = None

    @property
    def metric(self) -> str | None:
        """The metric's name, where it is one."""
        if self.name:
            return self.name
        return next((matcher.value for matcher in self.matchers if matcher.name == "__name__" and matcher.operator == "="), None)

    @property
    def conditions(self) -> tuple[Matcher, ...]:
        """Its matchers but the one of the metric's name."""
        name = self.metric
        return tuple(one for one in self.matchers if not (one.name == "__name__" and one.operator == "=" and one.value == name))

    @property
    def same(self) -> tuple[str | None, frozenset[Matcher]]:
        """What two selectors of the same series have in common, however they are written."""
        return self.metric, frozenset(self.conditions)

    @property
    def text(self) -> str:
        inner = [matcher.text for matcher in self.matchers]
        if self.name and not _NAME.fullmatch(self.name):
            return "{" + ", ".join([json.dumps(self.name, ensure_ascii=False), *inner]) + "}"
        return f"{self.name or ''}" + ("{" + ",".join(inner) + "}" if inner or not self.name else "")

    def holds(self, labels: t.Mapping[str, str]) -> bool:
        """Whether it selects a series of these labels, ``__name__`` among them. CannotObserve."""
        return (not self.name or labels.get("__name__") == self.name) and all(matcher.holds(labels) for matcher in self.matchers)

    def contradictory(self) -> tuple[Matcher, ...]:
        """Matchers of one label that no value meets; empty where there are none. CannotObserve."""
        for name in dict.fromkeys(matcher.name for matcher in self.conditions):
            mine = tuple(matcher for matcher in self.conditions if matcher.name == name)
            named = [one.value.split("|") if one.operator == "=~" else [one.value] for one in mine if _names_values(one)]
            if any(not any(all(one.holds({name: value}) for one in mine) for value in values) for values in named):
                return mine
            excluded = [one.value for one in mine if one.operator == "!~"]
            if ".*" in excluded or any(one.operator == "=~" and one.value in excluded for one in mine):
                return mine
        return ()

    def with_only(self, matchers: t.Iterable[Matcher]) -> Selector:
        """The same metric with these of its matchers."""
        return dataclasses.replace(self, name=self.metric, matchers=tuple(matchers))


def _names_values(matcher: Matcher) -> bool:
    """Whether it has the values themselves: ``code="200"``, ``code=~"200|204"``."""
    return matcher.operator == "=" or (matcher.operator == "=~" and _VALUES.fullmatch(matcher.value) is not None)


def label_name(name: str) -> str:
    """As it is written in PromQL: between quotes where it is not a plain one."""
    return name if _LABEL.fullmatch(name) else json.dumps(name, ensure_ascii=False)


__all__ = ("ALERT_METRICS", "Matcher", "Selector", "label_name")
