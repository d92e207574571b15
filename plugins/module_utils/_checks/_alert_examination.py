# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be said of each alert: whether it can fire, and why not. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.alert_labels import takes_value
from .._clients.prometheus import QueryRefused, QueryTooSlow, Rule
from .._clients.promql import ALERT_METRICS, Matcher, NotParsed, Selector, Tree, selectors
from .._clients.promql_evaluation import filters
from .._clients.promql_needs import Needs, State
from .._clients.promql_tree import ABSENT, Binary, Call, Select, branches, is_constant, is_scalar
from .._clients.promql_values import ANY, always, bounds, contradiction
from .._finding import CannotObserve, isoformat
from .._phrase import Message, phrase
from ._alert_diagnosis import Diagnosis
from ._alert_firing import Firing, Problem, within
from ._alert_impossible import Impossible
from ._alert_meeting import shown
from ._alert_replaced import Verdict
from ._report import Report

FIRES = ("firing", "pending")
COMES_WITH_EVENTS = ("_total", "_count", "_sum", "_bucket")
OF_EVERY_TARGET = ("job", "instance")


@dataclasses.dataclass
class AlertsReport(Report):
    dead: list[dict[str, str]] = dataclasses.field(default_factory=list)  # selectors of alerts that match nothing


class Examination:
    """Of the alerts of a service: what it needs is asked for all of them together."""

    def __init__(self, diagnosis: Diagnosis, firing: Firing, report: AlertsReport) -> None:
        self.diagnosis, self.firing, self.report = diagnosis, firing, report
        self.impossible = Impossible(diagnosis)
        self.left_out: set[str] = set()  # alerts that may be absent
        self.quiet: set[str] = set()
        # what is looked for, and what of it has series now; what recording rules make comes and goes while all is well
        self.needed: set[str] = set()
        self.live: set[str] = set()
        self.needed_metrics: set[str] = set()
        self.live_metrics: set[str] = set()

    def examine(self, alerts: t.Sequence[Rule]) -> None:
        """Adds to the report. CannotObserve."""
        trees: list[tuple[Rule, Tree]] = []
        for alert in alerts:
            if alert.name in self.diagnosis.excused.names:
                self.left_out.add(alert.name)
                continue
            try:
                trees.append((alert, self.diagnosis.tree(alert.query)))
            except NotParsed as exc:
                self._unknown(alert, exc.message)
        self.diagnosis.prepare(trees)
        self._see_anything([tree for _alert, tree in trees])
        ready = [(alert, tree) for alert, tree in trees if self._prepared(alert, tree)]
        through = [inner for _alert, tree in ready for _selector, inner in self._through_rules(tree)]
        self.firing.prepare([*(tree for _alert, tree in ready), *through])
        for alert, tree in ready:
            try:
                self._examine(alert, tree)
            except (NotParsed, QueryRefused, QueryTooSlow) as exc:
                self._unknown(alert, exc.message)
            except CannotObserve as exc:
                if exc.instrument:
                    raise
                self._unknown(alert, exc.message)

    def _see_anything(self, trees: t.Sequence[Tree]) -> None:
        """CannotObserve where the server has nothing of what is looked for and no target at all."""
        asked = [one for tree in trees for one in selectors(tree) if one.metric not in ALERT_METRICS]
        liveness = self.diagnosis.liveness
        if asked and not any(self._has(one) for one in asked) and not liveness.targets():
            server = liveness.server
            said = phrase(
                "{server} has no target in any job, and nothing of what the alerts look at: is it the right server, and the right tenant, "
                "or has it just begun?",
                server=server.instrument,
            )
            raise CannotObserve(said, instrument=server.instrument)

    def _has(self, selector: Selector) -> bool:
        try:
            return self.diagnosis.liveness.is_now(selector)
        except (QueryRefused, QueryTooSlow):
            return True

    def _prepared(self, alert: Rule, tree: Tree) -> bool:
        """Whether each of its selectors could be asked for."""
        try:
            for selector in selectors(tree):
                if selector.metric not in ALERT_METRICS:
                    self.diagnosis.liveness.is_now(selector)
            self._note(tree)
        except (NotParsed, QueryRefused, QueryTooSlow) as exc:
            self._unknown(alert, exc.message)
            return False
        return True

    def _note(self, tree: Tree) -> None:
        """What can be compared with earlier."""
        liveness = self.diagnosis.liveness
        for one in [tree, *within(tree)]:
            for selector in one.choices if isinstance(one, Select) else ():
                metric = selector.metric
                if metric is None or metric in ALERT_METRICS or metric in self.diagnosis.recorded or selector.at is not None:
                    continue
                now = liveness.is_now(selector)
                if not now and liveness.earlier(selector):
                    self.quiet.add(selector.text)
                if self.diagnosis.excused.holds(selector):
                    continue
                # what may be as it should be is not missed: the comparison is to tell what was replaced
                missed = now or self.diagnosis.state(selector) is not State.WEAK
                if missed or not comes_with_events(selector):
                    self.needed_metrics.add(metric)
                if now or liveness.is_now(selector.with_only(())):
                    self.live_metrics.add(metric)
                    # a metric that is gone altogether is told as a metric
                    if missed:
                        self.needed.add(selector.text)
                if now:
                    self.live.add(selector.text)

    def _examine(self, alert: Rule, tree: Tree) -> None:
        fires = alert.state in FIRES
        found = self.diagnosis.needs(tree)
        if found.dead and not fires:
            for selector in unique(found.dead):
                self._dead(alert, self._why(selector), selector)
            return
        if bounds(tree, self.diagnosis.known) is None and not fires:
            self._never(alert, tree, found)
            return
        for selector in unique((*found.weak, *found.dead)):
            self.report.warns.append(phrase("{alert} may never fire: {why}", alert=alert.name, why=self._why(selector)))
        for selector in unique(found.idle):
            self._idle(alert, self._why(selector))
        self._recorded(alert, tree, fires)
        self._absent(alert, tree)
        if fires:
            self._always(alert, tree)
        if is_constant(tree):
            return
        if alert.state != "firing":
            self._begins_anew(alert, tree)
        problems, alternatives = self.firing.problems(tree, fires)
        for problem in problems:
            self._problem(alert, problem)
        alone = len(branches(tree)) == 1 and not fires and not problems
        impossible = self.impossible.why(tree, self._without_alternative(tree)) if alone else None
        if impossible:
            self._problem(alert, Problem(State.DEAD, impossible))
        for problem in alternatives:
            self._idle(alert, problem.why)

    @staticmethod
    def _without_alternative(tree: Tree) -> list[Tree]:
        needed = [tree, *within(tree)]
        return [] if any(isinstance(one, Binary) and one.operator == "or" for one in needed) else needed

    def _problem(self, alert: Rule, problem: Problem) -> None:
        if problem.state is State.DEAD and (problem.certain or not self._has_fired(alert)):
            self._dead(alert, problem.why, None)
        elif problem.state in (State.DEAD, State.WEAK):
            self.report.warns.append(phrase("{alert} cannot fire at present: {why}", alert=alert.name, why=problem.why))
        elif problem.state is State.LIVE:
            self.report.told.append(phrase("{alert} does not fire: {why}", alert=alert.name, why=problem.why))
        else:
            self._unknown(alert, problem.why)

    def _begins_anew(self, alert: Rule, tree: Tree) -> None:
        """With another label it is another alert, which has to hold for as long again."""
        changing = [name for name, template in alert.labels.items() if alert.holds_for and takes_value(template)]
        if not changing:
            return
        values = bounds(tree, self.diagnosis.known)
        if values and values.low == values.high:
            return
        said = phrase(
            "{alert} may never fire: its label {names:list} takes the value, so each new value is a new alert, "
            "which has to hold for {duration:duration} again; annotations are the place for values",
            alert=alert.name,
            names=changing,
            duration=alert.holds_for,
        )
        self.report.warns.append(said)

    def _has_fired(self, alert: Rule) -> bool:
        """Whether it fired within the lookback: what was seen since is no proof then that it cannot."""
        labels = {name: value for name, value in alert.labels.items() if "{{" not in value}
        matchers = [Matcher(name, "=", value) for name, value in {**labels, "alertname": alert.name, "alertstate": "firing"}.items()]
        return bool(self.diagnosis.liveness.earlier(Selector("ALERTS", tuple(matchers))))

    def _never(self, alert: Rule, tree: Tree, found: Needs) -> None:
        """Whose values have no bounds between which they could lie."""
        part = contradiction(tree, lambda _selector: ANY) or contradiction(tree, self.diagnosis.known)
        idle = [*found.idle, *(selector for _by, inner in self._through_rules(tree) for selector in self.diagnosis.needs(inner).idle)]
        if bounds(tree, lambda _selector: ANY) is not None and idle:
            selector = idle[0]
            why = phrase(
                "{part} is never true without {selector}: {why}", part=shown(part or tree), selector=selector.text, why=self._why(selector)
            )
            self._dead(alert, why, selector)
            return
        self._dead(alert, phrase("{part} is never true, whatever the values are", part=shown(part or tree)), None)

    def _always(self, alert: Rule, tree: Tree) -> None:
        """What is true whatever the values are. ``vector(1)`` compares nothing: it is meant to fire for ever."""
        constant = [branch for branch in branches(tree) if is_constant(branch) and not filters(branch)]
        if len(branches(tree)) > 1 and constant:
            self._ever_true(alert, constant[0])
            return
        if isinstance(tree, Binary) and tree.compares and tree.as_bool and not is_constant(tree):
            said = phrase("{alert} fires always: bool makes 0 and 1 of {part}, and takes nothing away", alert=alert.name, part=shown(tree))
            self.report.warns.append(said)
            return
        if not isinstance(tree, Binary) or not tree.filters or filters(tree.left) or filters(tree.right):
            return
        if always(tree, self.diagnosis.known):
            self._ever_true(alert, tree)

    def _ever_true(self, alert: Rule, tree: Tree) -> None:
        self.report.warns.append(phrase("{alert} fires always: {part} is true whatever the values are", alert=alert.name, part=shown(tree)))

    def _absent(self, alert: Rule, tree: Tree) -> None:
        """absent() of what has never been there fires for ever, or says nothing."""
        tops = [self._compared(branch) for branch in branches(tree)]
        for one in [tree, *within(tree)]:
            if not isinstance(one, Call) or one.function not in ABSENT:
                continue
            for selector in selectors(one):
                verdict = self._never_seen(selector)
                if verdict is None or verdict.why is None:
                    continue
                if not any(one is top for top in tops):
                    if verdict.state is State.DEAD:
                        self._idle(alert, verdict.why)
                elif alert.active is not None:
                    said = phrase(
                        "{alert} fires since {since:moment}, as {function} looks at what was never there: {why}",
                        alert=alert.name,
                        since=isoformat(alert.active),
                        function=one.function,
                        why=verdict.why,
                    )
                    self.report.warns.append(said)
                else:
                    said = phrase(
                        "{alert} fires always, as {function} looks at what was never there: {why}",
                        alert=alert.name,
                        function=one.function,
                        why=verdict.why,
                    )
                    self.report.warns.append(said)

    def _never_seen(self, selector: Selector) -> Verdict | None:
        liveness = self.diagnosis.liveness
        if self.diagnosis.excused.holds(selector) or (selector.metric not in ALERT_METRICS and liveness.ever(selector)):
            return None
        return self.diagnosis.verdict(selector)

    @staticmethod
    def _compared(tree: Tree) -> Tree:
        """``absent(x) == 1`` as absent(x)."""
        return tree.left if isinstance(tree, Binary) and tree.compares and is_scalar(tree.right) else tree

    def _recorded(self, alert: Rule, tree: Tree, fires: bool) -> None:
        """Branches of recording rules that are without effect though something is recorded, and rules that can never give anything."""
        for by, inner in self._through_rules(tree):
            for selector in unique(self.diagnosis.needs(inner).idle):
                self._idle(alert, self._why(selector))
            problems, alternatives = self.firing.problems(inner, fires or self.diagnosis.there(by))
            for problem in problems:
                why = phrase("the recording rule {metric} gives nothing: {why}", metric=by.metric, why=problem.why)
                self._problem(alert, dataclasses.replace(problem, why=why))
            for problem in alternatives:
                self._idle(alert, problem.why)

    def _through_rules(self, tree: Tree) -> list[tuple[Selector, Tree]]:
        """The recording rules below an expression, each once, with the selectors that look at them."""
        found: dict[str, tuple[Selector, Tree]] = {}
        waiting = selectors_needed(tree)
        while waiting:
            selector = waiting.pop()
            rules = self.diagnosis.rules_of(selector)
            # several of one name record different things
            if len(rules) != 1 or rules[0].query in found or self.diagnosis.excused.holds(selector):
                continue
            try:
                inner = self.diagnosis.tree(rules[0].query)
            except NotParsed:
                continue
            found[rules[0].query] = (selector, inner)
            waiting += selectors_needed(inner)
        return list(found.values())

    def _why(self, selector: Selector) -> Message:
        why = self.diagnosis.verdict(selector).why
        return phrase("no reason given") if why is None else why

    def _dead(self, alert: Rule, why: Message, selector: Selector | None) -> None:
        self.report.fails.append(phrase("{alert} can never fire: {why}", alert=alert.name, why=why))
        self.report.dead.append({"alert": alert.name, "selector": selector.text if selector else alert.query})

    def _idle(self, alert: Rule, why: Message) -> None:
        said = phrase("{alert} can fire, but a part of it is without effect: {why}", alert=alert.name, why=why)
        if said not in self.report.warns:
            self.report.warns.append(said)

    def _unknown(self, alert: Rule, why: Message) -> None:
        self.report.unknowns.append(phrase("{alert} cannot be examined: {why}", alert=alert.name, why=why))


def comes_with_events(selector: Selector) -> bool:
    """Whether its series may come with the first event of their kind, after each restart."""
    labelled = any(matcher.name not in OF_EVERY_TARGET for matcher in selector.conditions)
    return labelled and (selector.metric or "").endswith(COMES_WITH_EVENTS)


def selectors_needed(tree: Tree) -> list[Selector]:
    return [selector for one in [tree, *within(tree)] if isinstance(one, Select) for selector in one.choices]


def unique(found: t.Iterable[Selector]) -> list[Selector]:
    return list({selector.text: selector for selector in found}.values())


__all__ = ("AlertsReport", "Examination")
