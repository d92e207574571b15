# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alerts tell of what, by the series that their expressions select. PRIVATE to the collection.

The service's own alerts are those with its labels. Others count where they select series of the service, or where the service names them.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from .._clients.alert_expression import Expressions, Leaf, Sense
from .._clients.prometheus import Prometheus, Rule
from .._clients.promql import ALERT_METRICS, NotParsed, Selector, parse, selectors
from .._clients.promql_evaluation import filters
from .._clients.service_alerts import belongs
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase
from ._alert_kinds import (
    BACKUP_AGE,
    DISK,
    DOWN,
    ERRORS,
    LATENCY,
    WORDS,
    is_something_else,
    is_success,
    kind_of,
    may_vanish_with_it,
    meaning,
    outcome_labels,
    without_outcome,
)
from ._alert_limits import is_senseless, takes_codes
from ._alert_parts import Watched, not_watched
from ._alert_results import Results
from ._alert_rules import is_mild
from ._alert_scope import Scope
from ._alert_series import Labels, Live
from ._alert_trial import Outcome, Trials, can_be_tried

OWN, NAMED, OTHERS = "own", "named", "others"
APPLICATION = (DOWN, ERRORS, LATENCY)
_OF_TARGETS = re.compile(r"^(?:up|node_\w+|windows_\w+)$")  # whose job and instance are always those of the target
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
MOST_NEAR = 5


@dataclasses.dataclass
class Kind:
    """What was found of one kind: the alerts that tell of it, what they leave out, and what came near."""

    alerts: dict[str, list[Watched]] = dataclasses.field(default_factory=dict)
    partly: list[Message] = dataclasses.field(default_factory=list)
    told: list[Message] = dataclasses.field(default_factory=list)
    near: list[Message] = dataclasses.field(default_factory=list)
    unknowns: list[Message] = dataclasses.field(default_factory=list)

    def take(self, other: Kind) -> None:
        """What another server knows of the same kind: what one tells of whole is told of."""
        whole = [one for one in (self, other) if one.alerts and not one.partly]
        self.partly = [] if whole else [*self.partly, *other.partly]
        self.alerts = {**self.alerts, **other.alerts}
        for line in other.told:
            self.tells(line)
        for line in other.near:
            self.comes_near(line)
        self.unknowns += other.unknowns

    def tells(self, line: Message) -> None:
        if line not in self.told:
            self.told.append(line)

    def comes_near(self, line: Message) -> None:
        if line not in self.near and len(self.near) < MOST_NEAR:
            self.near.append(line)


@dataclasses.dataclass(frozen=True)
class _Candidate:
    alert: Rule
    relation: str
    leaves: tuple[Leaf, ...]

    def of(self, kind: str) -> list[Leaf]:
        """Its selectors that tell of a kind; a share of successes does beside the whole."""
        found = [leaf for leaf in self.leaves if kind_of(leaf.selector, leaf.functions)[0] == kind]
        if kind == DOWN:  # what is gone with the service tells that it is
            found += [leaf for leaf in self.leaves if leaf not in found and leaf.vanishing and may_vanish_with_it(leaf.selector)]
        if kind != ERRORS:
            return found
        whole = {leaf.selector.metric for leaf in self.leaves if not is_success(leaf.selector)}
        return [leaf for leaf in found if not is_success(leaf.selector) or leaf.selector.metric in whole]


class Coverage:
    """The alerts of a server, held against what must be told of a service."""

    def __init__(
        self, server: Prometheus, rules: t.Sequence[Rule], scope: Scope, paths: tuple[str, ...], may_be_absent: frozenset[object]
    ) -> None:
        self.scope, self.paths, self.may_be_absent = scope, paths, may_be_absent
        self.alerting = [rule for rule in rules if rule.kind == "alerting"]
        self.expressions = Expressions(rules, meaning)
        self.live = Live(server)
        self.results = Results(server)
        self.trials = Trials(server, self.expressions.recorded)

    def of(
        self, wanted: t.Sequence[str], match: t.Mapping[str, str], must_include: t.Sequence[str], covers: t.Mapping[str, list[str]]
    ) -> dict[str, Kind]:
        kinds = {name: Kind() for name in wanted}
        own = [alert for alert in self.alerting if self._is_own(alert, match, must_include)]
        others = [alert for alert in self.alerting if alert not in own]
        self._look_at(self._candidates(own, OWN, kinds), kinds)
        for name, kind in kinds.items():
            self._look_at_named(name, kind, covers.get(name, []), own)
        open_kinds = {name: kind for name, kind in kinds.items() if not self._complete(name, kind)}
        if open_kinds:
            self._look_at(self._candidates(others, OTHERS, open_kinds), open_kinds)
            for name, kind in open_kinds.items():
                self._complete(name, kind)
        return kinds

    @staticmethod
    def _is_own(alert: Rule, match: t.Mapping[str, str], must_include: t.Sequence[str]) -> bool:
        if match:
            return belongs(alert, match)
        return alert.name in must_include

    def _candidates(self, alerts: t.Sequence[Rule], relation: str, kinds: t.Mapping[str, Kind]) -> list[_Candidate]:
        """The alerts that say something of these kinds, with what they watch."""
        found = []
        for alert in alerts:
            try:
                leaves = tuple(self.expressions.leaves(alert.query))
            except NotParsed as exc:
                if relation != OTHERS:
                    self._unread(alert, exc.message, kinds)
                continue
            candidate = _Candidate(alert, relation, leaves)
            concerned = [leaf for name in kinds for leaf in candidate.of(name)]
            if concerned and (relation != OTHERS or any(self._may_select(leaf.selector) for leaf in concerned)):
                found.append(candidate)
        return found

    def _unread(self, alert: Rule, why: Message, kinds: t.Mapping[str, Kind]) -> None:
        """An expression that cannot be read may tell of what the names in it tell of."""
        said = {kind_of(Selector(name, ()), ())[0] for name in _NAME.findall(alert.query)}
        for name, kind in kinds.items():
            if name in said:
                kind.unknowns.append(phrase("{alert} cannot be examined: {why}", alert=alert.name, why=why))

    def _may_select(self, selector: Selector) -> bool:
        """Whether its job may be one of the service's: a server that many share has alerts for each of its jobs."""
        if not self.scope.targets or not _OF_TARGETS.match(selector.metric or ""):
            return True
        jobs = {target.labels.get("job", "") for target in self.scope.targets}
        try:
            return all(any(matcher.holds({"job": job}) for job in jobs) for matcher in selector.matchers if matcher.name == "job")
        except CannotObserve:
            return True

    # -- one alert

    def _look_at(self, candidates: t.Sequence[_Candidate], kinds: t.Mapping[str, Kind]) -> None:
        self.live.ask(selector for candidate in candidates for selector in self._needed(candidate))
        for candidate in candidates:
            for name, kind in kinds.items():
                for leaf in candidate.of(name):
                    self._look_at_leaf(candidate, leaf, name, kind)

    def _needed(self, candidate: _Candidate) -> t.Iterator[Selector]:
        for leaf in candidate.leaves:
            yield _without_outcome(leaf.selector)
        for selector in _selectors(candidate.alert.query):
            if selector.metric not in self.expressions.recorded:
                yield _without_outcome(selector)

    def _look_at_named(self, name: str, kind: Kind, named: t.Sequence[str], own: t.Sequence[Rule]) -> None:
        for alert_name in named:
            called = [alert for alert in self.alerting if alert.name == alert_name]
            alerts = [alert for alert in called if alert in own] or called  # other services may have one of that name too
            if not alerts:
                kind.comes_near(phrase("{alert}, which is named for {kind}, is not loaded", alert=alert_name, kind=WORDS[name]))
            for alert in alerts:
                try:
                    candidate = _Candidate(alert, NAMED, tuple(self.expressions.leaves(alert.query)))
                except NotParsed as exc:
                    kind.unknowns.append(phrase("{alert} cannot be examined: {why}", alert=alert.name, why=exc.message))
                    continue
                self.live.ask(self._needed(candidate))
                leaves = candidate.of(name)
                if not leaves:
                    leaves = self._not_recognised(candidate, name, kind)
                for leaf in leaves:
                    self._look_at_leaf(candidate, leaf, name, kind)

    def _not_recognised(self, candidate: _Candidate, name: str, kind: Kind) -> list[Leaf]:
        """What nobody but the service can say what it tells of; a selector that plainly tells of something else is not that."""
        known = [found for leaf in candidate.leaves if (found := kind_of(leaf.selector, leaf.functions)[0])]
        others = [leaf for leaf in candidate.leaves if not kind_of(leaf.selector, leaf.functions)[0]]
        others = [leaf for leaf in others if leaf.selector.metric not in ALERT_METRICS and not is_something_else(leaf.selector, name)]
        if known or not others or not self._has_limit(candidate.alert.query):
            said = phrase(
                "{alert}, which is named for {kind}, does not tell of it: {query}",
                alert=candidate.alert.name,
                kind=WORDS[name],
                query=one_line(candidate.alert.query, 120),
            )
            kind.comes_near(said)
            return []
        kind.tells(phrase("that {alert} tells of {kind} is what the service says", alert=candidate.alert.name, kind=WORDS[name]))
        return others

    def _has_limit(self, query: str) -> bool:
        """Whether anything decides when it fires; a bare selector fires as long as its series are there, unless they are recorded."""
        tree = parse(query)
        return filters(tree) or any(one.metric in self.expressions.recorded for one in selectors(tree))

    def _look_at_leaf(self, candidate: _Candidate, leaf: Leaf, name: str, kind: Kind) -> None:
        alert, selector = candidate.alert, leaf.selector
        recognised = kind_of(selector, leaf.functions)[0] == name or (name == DOWN and leaf.vanishing)
        if candidate.relation == OTHERS and not self._may_select(selector):
            return
        try:
            series = self._series(alert, leaf, recognised and name == ERRORS)
        except CannotObserve as exc:
            if candidate.relation != OTHERS:
                kind.unknowns.append(phrase("{alert} cannot be examined: {why}", alert=alert.name, why=exc.message))
            return
        if name == DOWN and selector.metric == "up" and series and all(self.scope.is_probed(labels) for labels in series):
            said = phrase(
                "{alert} tells that the exporter of probes does not answer, and not what it found: {query}",
                alert=alert.name,
                query=one_line(alert.query, 120),
            )
            if candidate.relation != OTHERS:
                kind.comes_near(said)
            return
        about = self._about(series, candidate.relation, name, selector)
        if leaf.vanishing and not self._is_there(selector):  # gone, or never there: only what it is called can tell
            about = [labels for labels in about if self.scope.is_application(labels)]
        if not about:
            if candidate.relation != OTHERS:
                kind.comes_near(self._why_not(alert, leaf, series))
            return
        if not leaf.vanishing and (others := self.results.leaves_out(alert.query, about)):
            if candidate.relation != OTHERS:
                kind.comes_near(self._watches(alert, others))
            return
        tried = self._tried(candidate, name) if recognised else None
        if tried is Outcome.ALWAYS and leaf.fires:
            said = phrase("{alert} fires also when all is well: {query}", alert=alert.name, query=one_line(alert.query, 120))
            kind.comes_near(said)
        elif (
            not _tells_by_vanishing(leaf, name)
            or (leaf.sense is Sense.WHEN_GOOD and not leaf.vanishing)
            or (recognised and (not leaf.fires or tried is Outcome.SILENT or is_senseless(alert.query, name)))
        ):
            said = phrase(
                "{alert} does not fire when it should tell of {kind}: {query}",
                alert=alert.name,
                kind=WORDS[name],
                query=one_line(alert.query, 120),
            )
            kind.comes_near(said)
        elif is_mild(alert):
            severity = alert.labels.get("severity", "")
            kind.comes_near(phrase("{alert} only informs: its severity is {severity}", alert=alert.name, severity=severity))
        elif alert.health == "err":
            kind.comes_near(phrase("{alert} cannot be evaluated", alert=alert.name))
        elif dead := self._dead(alert):
            kind.comes_near(phrase("{alert} cannot fire: nothing matches {selector}", alert=alert.name, selector=dead))
        else:
            kind.alerts.setdefault(alert.name, []).append(Watched(leaf, about))
            if candidate.relation == NAMED and not any(self.scope.is_tied(labels, application=False) for labels in about):
                kind.tells(phrase("that {alert} watches this service is what the service says", alert=alert.name))

    def _about(self, series: t.Sequence[Labels], relation: str, name: str, selector: Selector) -> list[Labels]:
        found = [labels for labels in series if self._is_about(labels, relation, name, selector)]
        probes = name == DOWN and selector.metric == "up"  # which is 1 as long as the exporter of the probes answers
        return [labels for labels in found if not self.scope.is_probed(labels)] if probes else found

    def _tried(self, candidate: _Candidate, name: str) -> Outcome | None:
        """What comes of the alert when the service is bad; None where that cannot be tried."""
        leaves = candidate.of(name)
        if not can_be_tried(name, {leaf.selector.metric or "" for leaf in leaves}):
            return None
        service: dict[str, list[Labels]] = {}
        try:
            for leaf in leaves:
                series = [labels for labels in self.live.series(_without_outcome(leaf.selector)) if _reached(labels, leaf)]
                about = self._about(series, candidate.relation, name, leaf.selector)
                service.setdefault(leaf.selector.metric or "", []).extend(about)
        except CannotObserve:
            return None
        return self.trials.of(candidate.alert, name, service)

    def _series(self, alert: Rule, leaf: Leaf, by_outcome: bool) -> list[Labels]:
        """The label sets that a selector takes now; of failures, what they would have, since the first one may not have happened yet."""
        selector = leaf.selector
        found = self.live.series(_without_outcome(selector) if by_outcome else selector)
        if by_outcome:
            found = [labels for labels in found if all(labels.get(label) for label in outcome_labels(selector))]
            found = [labels for labels in found if takes_codes(selector, labels)]
        found = [labels for labels in found if _reached(labels, leaf)]
        if not found and (leaf.vanishing or self._may_be_absent(alert, selector)):
            said = {matcher.name: matcher.value for matcher in (*selector.matchers, *leaf.through) if matcher.operator == "="}
            return [said]
        return found

    def _may_be_absent(self, alert: Rule, selector: Selector) -> bool:
        return bool(self.may_be_absent & {alert.name, selector.metric or "", selector.same})

    def _is_about(self, labels: Labels, relation: str, name: str, selector: Selector) -> bool:
        application = name in APPLICATION
        if relation == OTHERS:
            return self.scope.is_application(labels) if application else self.scope.is_about(labels)
        if relation == OWN:
            return self.scope.is_tied(labels, application=application)
        # that somebody names an alert makes no targets of the service's out of those of others
        sure = bool(self.scope.targets) and _OF_TARGETS.match(selector.metric or "") and name in (DOWN, DISK)
        return self.scope.is_tied(labels, application=application) if sure else True

    def _is_there(self, selector: Selector) -> bool:
        return bool(self.live.series(_without_outcome(selector)))

    def _why_not(self, alert: Rule, leaf: Leaf, series: t.Sequence[Labels]) -> Message:
        selector = leaf.selector
        if leaf.vanishing and not self._is_there(selector):
            return phrase("{alert} waits for {selector} to vanish, which is not there", alert=alert.name, selector=selector.text)
        if not series:
            return phrase("{alert} cannot fire: nothing matches {selector}", alert=alert.name, selector=selector.text)
        return self._watches(alert, series)

    @staticmethod
    def _watches(alert: Rule, series: t.Sequence[Labels]) -> Message:
        where = sorted({_where(labels) for labels in series})
        return phrase(
            "{alert} watches {where:list}, which nothing that the service declares calls its own", alert=alert.name, where=where[:3]
        )

    def _dead(self, alert: Rule) -> str | None:
        """A selector without which the alert cannot fire and that matches nothing; None where all is there."""

        def alive(selector: Selector) -> bool:
            if selector.metric in ALERT_METRICS or self._may_be_absent(alert, selector):
                return True
            if selector.metric in self.expressions.recorded:
                leaves = self.expressions.leaves(selector.text)
                self.live.ask(_without_outcome(leaf.selector) for leaf in leaves)
                return any(self.live.series(_without_outcome(leaf.selector)) for leaf in leaves)
            return bool(self.live.series(_without_outcome(selector)))

        try:
            dead = self.expressions.dead(alert.query, alive)
        except (NotParsed, CannotObserve):
            return None  # told where its selectors are looked at
        return dead.text if dead else None

    # -- all of them together

    def _complete(self, name: str, kind: Kind) -> bool:
        """Whether a kind is told of, and of nothing of the service it is not."""
        if not kind.alerts:
            return False
        watched = [one for found in kind.alerts.values() for one in found]
        left_out = not_watched(name, watched, self.scope, self.paths, self.live)
        kind.partly, told = left_out.partly, left_out.told
        kind.told += [line for line in told if line not in kind.told]
        if left_out.nothing:
            kind.comes_near(left_out.nothing)
            kind.alerts.clear()
        return bool(kind.alerts) and not kind.partly


@functools.lru_cache(maxsize=16384)
def _selectors(expression: str) -> tuple[Selector, ...]:
    try:
        return tuple(selectors(parse(expression)))
    except NotParsed:
        return ()


def _without_outcome(selector: Selector) -> Selector:
    return dataclasses.replace(selector, matchers=without_outcome(selector))


def _reached(labels: Labels, leaf: Leaf) -> bool:
    """Whether a series is among those of which the recorded series that the alert selects is made."""
    try:
        return all(matcher.holds(labels) for matcher in leaf.through if matcher.name in labels)
    except CannotObserve:
        return True


def _tells_by_vanishing(leaf: Leaf, kind: str) -> bool:
    """What is gone is down; that nothing is there for long may tell of a backup, and of nothing else."""
    return kind == DOWN or not leaf.vanishing or (kind == BACKUP_AGE and leaf.selector.reach >= 3600)


def _where(labels: Labels) -> str:
    named = [f"{name}={labels[name]}" for name in ("job", "instance") if labels.get(name)]
    return " ".join(named) or " ".join(f"{name}={value}" for name, value in sorted(labels.items())[:3]) or "series without labels"


__all__ = ("Coverage", "Kind")
