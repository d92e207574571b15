# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels with which the alerts of loaded rules reach an Alertmanager. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._finding import CannotObserve
from .label_sets import LabelSet, common, unique
from .prometheus import Rule
from .prometheus_alerting import ActiveAlert, Alerting, AlertingPrometheus
from .prometheus_batches import Rows, ask_together
from .promql_alternatives import Alternative, alternatives
from .promql_labels import Possible, branches
from .relabelling import Outcome, needed, relabelled

BATCH = 20  # expressions in one question
LONGEST = 6000  # characters of one question
MOST = 1000  # label sets of one alert: beyond, only what they share is known
ANYTHING = LabelSet({}, complete=False)
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VALUE = re.compile(r"\s*(?:\$(labels|externalLabels)|\.(Labels|ExternalLabels))\.([a-zA-Z_]\w*)\s*(?:\|\s*(toUpper|toLower)\s*)?")
_OF_VALUE = re.compile(r"\$value\b|\.Value\b")
_NAMED = re.compile(r"(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)")


@dataclasses.dataclass(frozen=True)
class Sent:
    """One label set of an alert as it leaves Prometheus. ``kept``: whether it does; None where that cannot be told."""

    alert: str
    labels: LabelSet
    kept: bool | None = True
    severities: tuple[str, ...] = ()  # one of these where its severity cannot be told; none: any

    @property
    def severity(self) -> str:
        return self.labels.labels.get("severity", "")


@dataclasses.dataclass(frozen=True)
class Followed:
    """The alerts of a service in one Prometheus."""

    server: AlertingPrometheus
    rules: tuple[Rule, ...]
    loaded: int  # alerts of all services
    alerting: Alerting
    active: tuple[ActiveAlert, ...]
    receivers: frozenset[str] = frozenset()  # host and port of the Alertmanagers that are asked
    match: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # labels without which an alert is another service's

    def sent(self, asked: t.Collection[str] | None) -> list[Sent]:
        """The label sets of all its alerts; ``asked``: the labels that matter to whoever gets them, None: all."""
        wanted = self._wanted(asked)
        series = _Series(self.server, self.rules, wanted).found()
        found: dict[object, Sent] = {}
        for rule, sets in zip(self.rules, series):
            there = [_active(one, wanted) for one in self.active if _is_of(one, rule)]
            for labels in _limited([*self._labelled(rule, sets, wanted), *there]):
                for outcome in self._outgoing(labels):
                    if self._is_anothers(labels) and self._is_anothers(outcome.labels):
                        continue
                    left = _narrowed(outcome.labels, None if asked is None else frozenset(asked))
                    severities = self._severities(rule) if left.value("severity") is None else ()
                    found[(rule.name, left.key, outcome.kept)] = Sent(rule.name, left, outcome.kept, severities)
        return list(found.values())

    def outgoing(self, labels: t.Mapping[str, str]) -> list[Outcome]:
        """What becomes of an alert that has all its labels; one for each group of Alertmanagers that has rules of its own."""
        return self._outgoing(LabelSet(labels))

    def _wanted(self, asked: t.Collection[str] | None) -> frozenset[str] | None:
        """The labels that have to be known of series; None: all."""
        if asked is None:
            return None
        names = {*asked, *self.match, *(name for rule in self.rules for value in rule.labels.values() for name in _NAMED.findall(value))}
        for rules in (self.alerting.rules, *(group.rules for group in self.alerting.groups)):
            more = needed(rules)
            if more is None:
                return None
            names |= more
        return frozenset(names)

    def _is_anothers(self, labels: LabelSet) -> bool:
        """Whether the rule's alert with these labels is surely not of the service: one rule may be for many."""
        for name, value in self.match.items():
            said = labels.value(name)
            if said == "":
                said = None if self.alerting.external is None else self.alerting.external.get(name, "")
            if said not in (None, value):
                return True
        return False

    def _labelled(self, rule: Rule, series: t.Iterable[LabelSet], wanted: frozenset[str] | None) -> t.Iterator[LabelSet]:
        for labels in series:
            made = labels
            for name, template in rule.labels.items():
                made = made.having(name, expanded(template, labels, self.alerting.external))
            yield _narrowed(made.having("alertname", rule.name), wanted)

    def _severities(self, rule: Rule) -> tuple[str, ...]:
        """Those among which a template chooses, where nothing changes them later."""
        changes = (*self.alerting.rules, *(one for group in self.alerting.groups for one in group.rules))
        if any(one.action == "labelmap" or one.target == "severity" or "$" in one.target for one in changes):
            return ()
        return choices(rule.labels.get("severity", ""))

    def _outgoing(self, labels: LabelSet) -> list[Outcome]:
        if self.alerting.external is None:
            labels = dataclasses.replace(labels, complete=False)
        for name, value in (self.alerting.external or {}).items():
            if not labels.labels.get(name) and name not in labels.unsure:
                labels = labels.having(name, value)
        first = relabelled(self.alerting.rules, labels)
        if first.kept is False or not self.alerting.groups:
            return [first]
        named = [group for group in self.alerting.groups if group.targets & self.receivers] or self.alerting.groups
        outcomes = [relabelled(rules, first.labels) for rules in dict.fromkeys(group.rules for group in named)]
        if all(one.kept is False for one in outcomes):
            return outcomes[:1]
        # one that drops it, and nothing tells whether that is the group of the Alertmanager that is asked
        sure = first.kept is True and not any(one.kept is False for one in outcomes)
        return [Outcome(one.labels, one.kept if sure else None) for one in outcomes if one.kept is not False]


def follow(
    server: AlertingPrometheus,
    rules: t.Sequence[Rule],
    chosen: t.Sequence[Rule],
    active: t.Sequence[ActiveAlert] | None = None,
    receivers: t.Collection[str] = (),
    match: t.Mapping[str, str] | None = None,
) -> Followed:
    """The chosen alerts of a server; everything is asked that all of them share. Without those label sets that contradict ``match``."""
    loaded = sum(rule.kind == "alerting" for rule in rules)
    found = server.active_alerts() if active is None else active
    return Followed(server, tuple(chosen), loaded, server.alerting(), tuple(found), frozenset(receivers), match or {})


def expanded(template: str, labels: LabelSet, external: t.Mapping[str, str] | None) -> str | None:
    """What a templated label comes to; None where that cannot be told here."""
    unsure = False

    def value(action: re.Match[str]) -> str:
        nonlocal unsure
        found = _VALUE.fullmatch(action[1])
        said = None
        if found and (found[1] or found[2]).lower() == "labels":
            said = labels.value(found[3])
        elif found and external is not None:
            said = external.get(found[3], "")
        if said is None or found is None:
            unsure = True
            return ""
        return said.upper() if found[4] == "toUpper" else said.lower() if found[4] == "toLower" else said

    made = _ACTION.sub(value, template)
    return None if unsure else made


def named_in(template: str) -> set[str]:
    """The labels of series that a template names."""
    return set(_NAMED.findall(template))


def of_series(server: AlertingPrometheus, rules: t.Sequence[Rule], wanted: t.Collection[str]) -> list[list[LabelSet]]:
    """The labels of the series that each rule's expression gives, without its comparison and without those of the rule. CannotObserve."""
    return _Series(server, rules, frozenset(wanted)).found()


def choices(template: str) -> tuple[str, ...]:
    """The texts of which ``{{ if ... }}a{{ else }}b{{ end }}`` comes to one; none for any other template."""
    parts = _ACTION.split(template)
    texts, actions = parts[::2], [action.strip("- \t\n") for action in parts[1::2]]
    if len(actions) < 2 or texts[0].strip() or texts[-1].strip() or not actions[0].startswith("if ") or actions[-1] != "end":
        return ()
    if any(action != "else" and not action.startswith("else if ") for action in actions[1:-1]):
        return ()
    found = [text.strip() if "{{-" in template or "-}}" in template else text for text in texts[1:-1]]
    return tuple(dict.fromkeys(found if "else" in actions else [*found, ""]))


def takes_value(template: str) -> bool:
    """Whether a label has the value of the expression in it, and so is another with each value."""
    return not choices(template) and any(_OF_VALUE.search(action) for action in _ACTION.findall(template))


def _is_of(alert: ActiveAlert, rule: Rule) -> bool:
    static = {name: value for name, value in rule.labels.items() if "{{" not in value and value}
    return alert.name == rule.name and all(alert.labels.get(name) == value for name, value in static.items())


def _active(alert: ActiveAlert, wanted: frozenset[str] | None) -> LabelSet:
    return LabelSet({name: value for name, value in alert.labels.items() if wanted is None or name in wanted or name == "alertname"})


def _narrowed(labels: LabelSet, wanted: frozenset[str] | None) -> LabelSet:
    """Without the labels that matter to nobody: many sets become one."""
    if wanted is None:
        return labels
    kept = {name: value for name, value in labels.labels.items() if name in wanted or name == "alertname"}
    return LabelSet(kept, labels.unsure & wanted, labels.complete)


def _limited(sets: t.Iterable[LabelSet]) -> list[LabelSet]:
    found = unique(sets)
    return found if len(found) <= MOST else [common(found)]


class _Series:
    """The labels that the expressions of rules give, asked for many at once."""

    def __init__(self, server: AlertingPrometheus, rules: t.Sequence[Rule], wanted: frozenset[str] | None) -> None:
        self.server, self.rules, self.wanted = server, rules, wanted
        self.names = None if wanted is None else [name if _PLAIN.fullmatch(name) else json.dumps(name) for name in sorted(wanted)]

    def found(self) -> list[list[LabelSet]]:
        """The label sets of each rule's expression."""
        split = [alternatives(rule.query) for rule in self.rules]
        counted = self._counts(one for found, _all in split for one in found)
        out: list[list[LabelSet]] = []
        for found, complete in split:
            mine = [labels for one in found for labels in _of_alternative(one, self._of(one, counted))]
            out.append(unique([*mine, *([] if complete else [ANYTHING])]) or [ANYTHING])
        return out

    def _counts(self, asked: t.Iterable[Alternative]) -> dict[str, Rows]:
        """By what is asked; nothing where all labels matter, and so no two expressions can be told apart by one of ours."""
        if self.names is None:
            return {}
        try:
            return ask_together(self.server, [self._counted(one) for one in asked], most=BATCH, longest=LONGEST)
        except CannotObserve:
            return {}

    def _of(self, one: Alternative, counted: t.Mapping[str, Rows]) -> list[dict[str, str]] | None:
        rows = counted.get(self._counted(one)) if self.names is not None else None
        return [dict(row.labels) for row in rows] if isinstance(rows, list) else self._alone(one, counted=rows is None)

    def _counted(self, one: Alternative) -> str:
        return f"count by ({', '.join(self.names or ())}) (\n{one.asked}\n)"

    def _alone(self, one: Alternative, *, counted: bool) -> list[dict[str, str]] | None:
        """None where the server refuses the expression, or takes too long for it: then the rule alone tells its labels."""
        for expression in ([self._counted(one)] if counted and self.names is not None else []) + [one.asked]:
            try:
                samples = self.server.query(expression)
            except CannotObserve:
                self.server.runner.remaining()
                continue
            return [
                {name: value for name, value in each.labels.items() if name != "__name__" and (self.wanted is None or name in self.wanted)}
                for each in samples
            ]
        return None


def _of_alternative(one: Alternative, found: list[dict[str, str]] | None) -> list[LabelSet]:
    """What the series give, and what the expression gives when nothing is there; without series, what it says itself."""
    sets = [LabelSet(labels) for labels in found or []]
    if one.fixed and found is not None:
        return sets
    for name in one.values:
        sets = [labels.having(name, None) if name in labels.labels else labels for labels in sets]
    return unique([*sets, *(_possible(each) for each in branches(one.text) if each.absent or not sets)])


def _possible(one: Possible) -> LabelSet:
    return LabelSet(one.known, one.others or frozenset(), one.others is not None)


def is_there(labels: LabelSet, alerts: t.Iterable[t.Mapping[str, str]]) -> bool:
    """Whether an alert that is known wholly is among others."""
    return any(dict(one) == labels.present for one in alerts)


__all__ = ("Followed", "Sent", "choices", "expanded", "follow", "is_there", "named_in", "of_series", "takes_value")
