# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an alert could fire if what it waits for came: with the labels that the series would have. PRIVATE to the collection."""

from __future__ import annotations

import itertools
import re
import typing as t

from .._clients.promql import ALERT_METRICS, Matcher, Selector, selectors
from .._clients.promql_evaluation import unfiltered, without_divisions
from .._clients.promql_needs import State
from .._clients.promql_selector import label_name
from .._clients.promql_supposed import Labels, supposed
from .._clients.promql_tree import Aggregate, Binary, Call, Select, Text, Tree, everything, is_scalar, text
from .._finding import CannotObserve
from ._alert_diagnosis import Diagnosis
from ._alert_meeting import Meeting, TooEarly
from ._alert_replaced import Verdict

OF_TARGETS = ("job", "instance")
MOST_UNSEEN = 4  # selectors of one expression
MOST_VALUES = 8  # of a label that are tried
OTHER_LABELS = ("label_replace", "label_join", "info")
OTHER_VALUE = "other"


class Supposition:
    """Looks at expressions of which a part has never been seen, or is quiet. It finds only what is certain."""

    def __init__(self, diagnosis: Diagnosis, meeting: Meeting) -> None:
        self.diagnosis, self.liveness = diagnosis, diagnosis.liveness
        self.counts, self.meeting = diagnosis.liveness.counts, meeting

    def trees(self, tree: Tree) -> list[Tree]:
        """As if all that it lacks were there, with each value that may matter; none where that cannot be said."""
        try:
            return self._trees(tree)
        except CannotObserve:
            return []

    def why_never(self, tree: Tree) -> Verdict | None:
        """Why it would not have a result either if what it lacks were there."""
        given = self.trees(tree)
        try:
            if not given or any(self._has_result(one) for one in given):
                return None
            part = self.meeting.smallest(given[0])
            if isinstance(part, Binary) and not self._certain(part, tree):
                return None
            found = self.meeting.why_empty(part)
        except (TooEarly, CannotObserve):
            return None
        return found if found.state is State.DEAD else None

    def _has_result(self, tree: Tree) -> bool:
        return self.counts.of(text(unfiltered(tree))) > 0 or self.counts.of(text(without_divisions(unfiltered(tree)))) > 0

    def _certain(self, part: Binary, tree: Tree) -> bool:
        """Whether no other value of other labels could make the two sides meet."""
        if is_scalar(part.left) or is_scalar(part.right):
            return True
        left, right = self.meeting.sets(part, part.left), self.meeting.sets(part, part.right)
        if not left or not right:
            return False
        given = {*OF_TARGETS, *(matcher.name for one in self._unseen(tree) for matcher in one.conditions)}
        for name in {name for labels in (*left, *right) for name in labels}:
            one, other = {labels.get(name, "") for labels in left}, {labels.get(name, "") for labels in right}
            if not one & other and (name in given or one == {""} or other == {""}):
                return True
        return False

    def _unseen(self, tree: Tree) -> list[Selector]:
        found = [selector for one in everything(unfiltered(tree)) if isinstance(one, Select) for selector in one.choices]
        return list(dict.fromkeys(one for one in found if not self.diagnosis.there(one)))

    def _trees(self, tree: Tree) -> list[Tree]:
        unseen = self._unseen(tree)
        if not unseen or len(unseen) > MOST_UNSEEN:
            return []
        bases: dict[Selector, tuple[Selector, list[Matcher]]] = {}
        for selector in unseen:
            base = self._base(selector)
            if base is None:
                return []
            left_out = [matcher for matcher in selector.conditions if matcher not in base.matchers]
            if not left_out or self._is_rewritten(tree, {matcher.name for matcher in left_out}):
                return []
            bases[selector] = base, left_out
        tried: list[Tree] = []
        for preferred in self._preferred(tree, bases):
            chosen: dict[Selector, tuple[Selector, Labels]] = {}
            for selector, (base, left_out) in bases.items():
                labels = _labels(left_out, preferred, [one for other in selectors(tree) for one in other.conditions])
                if labels is None:
                    return []
                chosen[selector] = base, labels
            tried.append(supposed(tree, chosen))
        return list(dict.fromkeys(tried))

    def _base(self, selector: Selector) -> Selector | None:
        """With as many of its matchers as have series; None where the metric has none, or no target has its labels."""
        if selector.metric is None or selector.metric in ALERT_METRICS or selector.at is not None:
            return None
        kept: list[Matcher] = []
        for matcher in sorted(selector.conditions, key=lambda one: one.name not in OF_TARGETS):
            if self.liveness.is_now(selector.with_only((*kept, matcher))):
                kept.append(matcher)
            elif matcher.name in OF_TARGETS:
                return None
        base = selector.with_only(kept)
        return base if self.liveness.is_now(base) else None

    @staticmethod
    def _is_rewritten(tree: Tree, names: set[str]) -> bool:
        """Whether labels become others, so that it matters which value one has."""
        for one in everything(tree):
            if isinstance(one, Call) and one.function in OTHER_LABELS:
                named = {arg.value for arg in one.args if isinstance(arg, Text)}
                if one.function == "info" or named & names:
                    return True
            if isinstance(one, Aggregate) and one.operator == "count_values":
                return True
            if isinstance(one, (Aggregate, Binary)) and "__name__" in one.labels:
                return True
        return False

    def _preferred(self, tree: Tree, bases: t.Mapping[Selector, tuple[Selector, list[Matcher]]]) -> list[str | None]:
        """Values that the parts of the expression could have in common."""
        wanted: dict[str, list[list[Matcher]]] = {}
        for _base, left_out in bases.values():
            for name in {matcher.name for matcher in left_out}:
                wanted.setdefault(name, []).append([one for one in left_out if one.name == name])
        found: list[str] = []
        for name, groups in wanted.items():
            values = {one.value for other in selectors(tree) for one in other.conditions if one.name == name and one.operator == "="}
            for other in selectors(tree):
                if other not in bases and self.diagnosis.there(other) and other.metric not in ALERT_METRICS:
                    rows = self.liveness.server.query(f"count by ({label_name(name)}) ({other.text})")
                    values |= {row.labels.get(name, "") for row in rows}
            fit = [one for one in sorted(values - {""}) if any(all(m.holds({name: one}) for m in group) for group in groups)]
            found += fit[:MOST_VALUES]
        return [None, *dict.fromkeys(found)]


def _labels(matchers: t.Sequence[Matcher], preferred: str | None, others: t.Sequence[Matcher]) -> dict[str, str] | None:
    """A value for each label that meets its matchers; None where none is found."""
    labels: dict[str, str] = {}
    for name in dict.fromkeys(matcher.name for matcher in matchers):
        mine = [one for one in matchers if one.name == name]
        given = [] if preferred is None else [preferred]
        known = [one.value for one in (*mine, *others) if one.name == name and one.operator == "="]
        written = itertools.chain.from_iterable(_like(one.value) for one in mine if one.operator == "=~")
        values = [*given, *known, *written, OTHER_VALUE]
        value = next((one for one in values if one and all(matcher.holds({name: one}) for matcher in mine)), None)
        if value is None:
            return None
        labels[name] = value
    return labels


def _like(pattern: str) -> list[str]:
    """What a regular expression may mean: as it is written, and with digits in the place of what may be any."""
    plain = [one.strip("^$()") for one in [pattern, *pattern.split("|")]]
    digits = [re.sub(r"\\d|\[[^\]]*\]|\.", "0", one) for one in plain]
    return [*plain, *digits, *(re.sub(r"[+*?()\\^$]|\{\d+(,\d*)?\}", "", one) for one in digits)]


__all__ = ("Supposition",)
