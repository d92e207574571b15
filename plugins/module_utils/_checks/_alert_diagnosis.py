# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of each selector of alerts, through recording rules and references to other alerts. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Rule, told
from .._clients.promql import ALERT_METRICS, NotParsed, Selector, Tree, selectors
from .._clients.promql_needs import Needs, State, needs
from .._clients.promql_tree import Binary, everything
from .._clients.promql_values import ANY, ONE, SWITCH, Bounds, bounds
from .._phrase import Message, phrase
from ._alert_liveness import Excused, Liveness, read
from ._alert_replaced import LIVE, Replaced, Verdict
from ._alert_unseen import Unseen

STATES = ("firing", "pending")
NOT_YET_SEEN = {"fail": State.DEAD, "warn": State.WEAK, "pass": State.LIVE}
DEEPEST = 5  # recording rules made of recording rules


class Diagnosis:
    """A verdict for each selector, made once."""

    def __init__(self, liveness: Liveness, rules: t.Sequence[Rule], excused: Excused, not_yet_seen: str = "warn") -> None:
        """``not_yet_seen``: fail, warn or pass, of a selector that may match something with the first event."""
        self.liveness, self.excused, self.not_yet_seen = liveness, excused, NOT_YET_SEEN[not_yet_seen]
        self.alerts = [rule.name for rule in rules if rule.kind == "alerting"]
        self.recorded: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "recording":
                self.recorded.setdefault(rule.name, []).append(rule)
        self.looking: dict[object, dict[str, Rule]] = {}  # the alerts that look at a selector, by their texts
        self.used: set[str] = set()  # selectors that match nothing and may be absent
        self._verdicts: dict[tuple[object, ...], Verdict] = {}
        self._trees: dict[str, Tree | NotParsed] = {}
        self._replaced, self._unseen = Replaced(liveness, self._was_active), Unseen(liveness)

    def tree(self, expression: str) -> Tree:
        """NotParsed; each expression is read once."""
        if expression not in self._trees:
            try:
                self._trees[expression] = read(expression, self.liveness.server)
            except NotParsed as exc:
                self._trees[expression] = exc
        found = self._trees[expression]
        if isinstance(found, NotParsed):
            raise found
        return found

    def prepare(self, alerts: t.Iterable[tuple[Rule, Tree]]) -> None:
        """Asks for all selectors of alerts at once, those of the recording rules too."""
        asked: list[Selector] = []
        for alert, tree in alerts:
            for selector in self._through(tree):
                asked.append(selector)
                self.looking.setdefault(selector.same, {})[f"{alert.group_key} {alert.name} {alert.query}"] = alert
        self.liveness.prepare(asked)

    def _through(self, tree: Tree) -> t.Iterator[Selector]:
        """Its selectors, and those of the recording rules below."""
        waiting, followed = [tree], set[str]()
        while waiting:
            for selector in selectors(waiting.pop()):
                if selector.metric in ALERT_METRICS:
                    continue
                yield selector
                for rule in self.recorded.get(selector.metric or "", ()):
                    if rule.query in followed:
                        continue
                    followed.add(rule.query)
                    try:
                        waiting.append(self.tree(rule.query))
                    except NotParsed:
                        continue

    def _was_active(self, selector: Selector, at: float) -> bool:
        return self._replaced.past.was_active(self.looking.get(selector.same, {}).values(), at)

    def state(self, selector: Selector) -> State:
        return self.verdict(selector).state

    def verdict(self, selector: Selector, depth: int = 0) -> Verdict:
        """QueryRefused, QueryTooSlow, NotParsed."""
        key = (selector.same, selector.reach, selector.at, self.excused.holds(selector))
        if key not in self._verdicts:
            self._verdicts[key] = self._verdict(selector, depth)
        return self._verdicts[key]

    def known(self, selector: Selector) -> Bounds | None:
        """Between which bounds its values lie; None where it matches nothing."""
        return self._known(selector, 0)

    def needs(self, tree: Tree) -> Needs:
        return needs(tree, self.state)

    def there(self, selector: Selector) -> bool:
        """Whether it has series at this moment, so that an expression can be evaluated with it."""
        if selector.metric in ALERT_METRICS:
            return False
        return self.liveness.is_now(selector) or self.liveness.in_reach(selector)

    def rules_of(self, selector: Selector) -> list[Rule]:
        """The recording rules that make what it selects: those whose labels fit, else all of that name."""
        rules = self.recorded.get(selector.metric or "", [])

        def fits(rule: Rule) -> bool:
            return all(one.name not in rule.labels or one.holds(rule.labels) for one in selector.conditions)

        return [rule for rule in rules if fits(rule)] or rules

    def _known(self, selector: Selector, depth: int) -> Bounds | None:
        if self.state(selector) is State.DEAD:
            return None
        if selector.metric == "up":
            return SWITCH
        if selector.metric == "ALERTS":
            return ONE
        rules = self.rules_of(selector)
        if not rules or depth >= DEEPEST or self.excused.holds(selector):
            return ANY
        try:
            found = [bounds(self.tree(rule.query), lambda one: self._known(one, depth + 1)) for rule in rules]
        except NotParsed:
            return ANY
        there = [one for one in found if one is not None]
        # several rules of one name record different things, and what is there without any source comes from elsewhere
        return there[0] if len(there) == 1 == len(found) else ANY

    def _verdict(self, selector: Selector, depth: int) -> Verdict:
        if selector.metric in ALERT_METRICS:
            return self._alert_reference(selector)
        if apart := selector.contradictory():
            matchers = ",".join(one.text for one in apart)
            return Verdict(State.DEAD, phrase("{selector}: no value meets {matchers}", selector=selector.text, matchers=matchers))
        if self.liveness.is_now(selector):
            return LIVE
        if self.excused.holds(selector):
            self.used.add(selector.text)
            return self._unseen.mistaken(selector) or LIVE
        rules = self.rules_of(selector)
        if rules and depth < DEEPEST and not self.liveness.ever(selector.with_only(())):
            return self._recorded(selector, rules, depth)
        if self.liveness.earlier(selector):
            quiet = self._quiet_rule(rules) or self._replaced.verdict(selector)
            return self._as_not_yet(selector, quiet) if quiet.not_yet and self.not_yet_seen is State.LIVE else quiet
        found = self._unseen.verdict(selector)
        return found if found.state is not State.WEAK else self._as_not_yet(selector, found)

    def _as_not_yet(self, selector: Selector, found: Verdict) -> Verdict:
        if self.not_yet_seen is State.LIVE:
            self.used.add(selector.text)
        return Verdict(self.not_yet_seen, found.why)

    def _recorded(self, selector: Selector, rules: t.Sequence[Rule], depth: int) -> Verdict:
        """Of a recording rule that gives nothing: why, and whether that is for good."""
        metric = selector.metric or ""
        for rule in rules:
            if rule.health == "err":
                said = phrase("the recording rule {metric} cannot be evaluated: {reason}", metric=metric, reason=told(rule.last_error, 200))
                return Verdict(State.DEAD, said)
        reasons: list[Message] = []
        for rule in rules:
            tree = self.tree(rule.query)
            found = needs(tree, lambda one: self.verdict(one, depth + 1).state)
            if found.alive:
                if conditional(tree):
                    return LIVE
                weak = [self.verdict(one, depth + 1).why for one in found.weak]
                if weak and weak[0] is not None:
                    return Verdict(State.WEAK, phrase("the recording rule {metric} gives nothing: {why}", metric=metric, why=weak[0]))
                return Verdict(
                    State.WEAK,
                    phrase("the recording rule {metric} gives nothing at present, though what it is made of is there", metric=metric),
                )
            why = self.verdict(found.dead[0], depth + 1).why
            if why is not None:
                reasons.append(why)
        why = reasons[0] if reasons else phrase("no reason given")
        return Verdict(State.DEAD, phrase("the recording rule {metric} gives nothing: {why}", metric=metric, why=why))

    def _quiet_rule(self, rules: t.Sequence[Rule]) -> Verdict | None:
        """Of a recording rule that gave something lately: one that gives it now and then is healthy."""
        for rule in rules:
            try:
                tree = self.tree(rule.query)
                if conditional(tree) and self.needs(tree).alive:
                    return LIVE
            except NotParsed:
                continue
        return None

    def _alert_reference(self, selector: Selector) -> Verdict:
        """``ALERTS{alertname="X"}``: there is none while nothing fires, so it is held against the loaded rules."""
        if self.excused.holds(selector):
            return LIVE
        for matcher in selector.conditions:
            named = [matcher.holds({"alertname": name}) for name in self.alerts]
            if matcher.name == "alertname" and not any(named) and not self.liveness.is_now(selector):  # another server may evaluate it
                said = phrase("{selector} refers to an alert that is not loaded ({matcher})", selector=selector.text, matcher=matcher.text)
                return Verdict(State.DEAD, said)
            if matcher.name == "alertstate" and not any(matcher.holds({"alertstate": state}) for state in STATES):
                said = phrase(
                    "{selector} names a state that does not exist ({matcher}): alerts are firing or pending",
                    selector=selector.text,
                    matcher=matcher.text,
                )
                return Verdict(State.DEAD, said)
        return LIVE


def conditional(tree: Tree) -> bool:
    """Whether it gives something only when something happens."""
    return any(isinstance(one, Binary) and (one.filters or one.operator in ("and", "unless")) for one in everything(tree))


__all__ = ("Diagnosis",)
