# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what carries a signal of a service is alive: a selector, a recording rule, or an expression. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.prometheus import Prometheus, QueryRefused, Rule, told
from .._clients.promql import Matcher, NotParsed, Selector, Tree, parse, parse_instant_selector, selectors
from .._clients.promql_fillers import without_fillers
from .._clients.promql_needs import State, needs
from .._clients.series import VISIBLE, Absence, Live, Origin, Series, origin_of
from .._finding import CannotObserve, Status
from .._message import one_line
from .._phrase import Message, phrase, plural
from ._own_targets import OwnTargets
from ._samples_awaited import awaited

ERRORS = "errors"  # the signal whose series often come with the first error
DEEPEST = 5  # recording rules made of recording rules
# what Prometheus itself writes of a target, also of one that is down, and of its alerts
NOT_OF_SERVICE = re.compile(r"up|scrape_(duration_seconds|samples_\w+|series_added|timeout_seconds|body_size_bytes|sample_limit)|ALERTS\w*")
_FILTERS = re.compile(r"(?:[=!]=|[<>]=?)\s*(?!bool\b)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|`[^`]*`|" + r'"(?:[^"\\]|\\.)*"')
_RANK = {Status.PASS: 0, Status.WARN: 1, Status.UNKNOWN: 2, Status.FAIL: 3}


@dataclasses.dataclass(frozen=True)
class Signal:
    """What is to be looked at. ``jobs``: further scrape jobs, not of the service, which tell of it."""

    name: str
    expressions: tuple[str, ...]
    jobs: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """What became of one selector or expression."""

    text: str
    status: Status
    message: Message
    live: bool = False
    excused: bool = False  # it may be without series
    foreign: bool = False  # it is alive, and tells of others
    never: bool = False
    beside: bool = False  # it has none, and others beside it show that the service lives
    count: int = 0
    age: float | None = None  # of its newest sample


class Examiner:
    """Looks at the expressions of signals on one server."""

    def __init__(
        self,
        server: Prometheus,
        series: Series,
        own: OwnTargets,
        rules: t.Sequence[Rule] | None,
        *,
        within: float,
        may_be_absent: t.Collection[str],
    ) -> None:
        self.server, self.series, self.own, self.within = server, series, own, within
        self.may_be_absent = {normal(text) for text in may_be_absent}
        self.has_rules = bool(rules)
        self.recorded: dict[str, list[Rule]] = {}
        for rule in rules or ():
            if rule.kind == "recording":
                self.recorded.setdefault(rule.name, []).append(rule)

    def expression(self, signal: Signal, text: str) -> Seen:
        """A selector, or an expression over selectors. CannotObserve."""
        try:
            return self.selector(signal, parse_instant_selector(text))
        except ValueError:
            pass
        seen = self._made_of(signal, text, text, 0)
        if seen.status is Status.FAIL or not seen.live:
            return seen
        samples = self.server.query(text)
        if samples:
            said = _of_expression(text, len(samples)) if seen.status is Status.PASS else seen.message
            return dataclasses.replace(seen, count=len(samples), message=said)
        if _FILTERS.search(_QUOTED.sub("", text)):
            said = phrase(
                "{expression} has no series now: it compares, and leaves out what does not meet it; name the series themselves",
                expression=one_line(text, 200),
            )
            return dataclasses.replace(seen, status=Status.WARN, message=said)
        self._may_come(self._parsed(text))
        said = phrase("{expression} has no series now, though each of its selectors has some", expression=one_line(text, 200))
        return dataclasses.replace(seen, status=Status.FAIL, message=said, live=False)

    def is_histogram(self, text: str) -> bool:
        """Whether what is written is a selector of native histograms."""
        try:
            return bool(self.series.histograms(parse_instant_selector(text)))
        except ValueError:
            return False

    def all_of(self, one: str, other: str) -> bool:
        """Whether all live series of one selector are of the other, too, both of the same metric; False for what is no selector."""
        try:
            first, second = parse_instant_selector(one), parse_instant_selector(other)
        except ValueError:
            return False
        if first.metric != second.metric or not self.series.live(first).count or not self.series.live(second).count:
            return False
        return not self.server.query(f"count({first.text} unless {second.text})")

    def _may_come(self, tree: Tree) -> None:
        """Raises CannotObserve for what has no result yet, and has one in a moment."""
        waits = awaited(tree, self.server, self.series.now)
        if waits is not None:
            raise CannotObserve(waits)

    # -- selectors

    def selector(self, signal: Signal, selector: Selector, depth: int = 0) -> Seen:
        metric = selector.metric or ""
        if NOT_OF_SERVICE.fullmatch(metric):
            said = phrase("{selector} is written by Prometheus itself, and is no signal of the service", selector=selector.text)
            return Seen(selector.text, Status.FAIL, said)
        live = self.series.live(selector)
        if not live.count and self.within > VISIBLE:
            live = self.series.within(selector, self.within)
        if not live.count:
            return self._absent(signal, selector, depth)
        if metric in self.recorded:
            return self._recorded(signal, selector, live, depth)
        return self._present(signal, selector, live)

    def _present(self, signal: Signal, selector: Selector, live: Live) -> Seen:
        text = selector.text
        mine = [origin for origin in live.counts if self.own.has(origin, signal.name, signal.jobs)]
        if not mine and not self._names_the_service(selector):
            return Seen(text, *self._of_others(text, live), foreign=True, count=live.count)
        told_of = mine or list(live.counts)
        count = sum(live.counts[origin] for origin in told_of)
        numbers = self.series.numbers(selector) if live.ages else self.series.numbers_before(selector)
        if not (numbers or self.series.histograms(selector)).intersection(told_of):
            return Seen(text, *self._no_numbers(selector, told_of), count=count)
        ages = {origin: self._age(origin, live) for origin in told_of}
        newest = min(ages, key=lambda origin: ages[origin])
        age = ages[newest]
        if age > self.within:
            return Seen(text, Status.FAIL, self._too_old(text, newest, age), count=count, age=age)
        good = Seen(text, Status.PASS, _alive(text, count, age), live=True, count=count, age=age)
        lacking = self.own.lacking(live.counts) if not _narrowed(selector, self.own.labels) and not self._is_excused(signal, text) else []
        if ":" in (selector.metric or "") and not self.has_rules:
            said = phrase(
                "{said}, but it is made by a recording rule, and {server} shows no rules: what evaluates them is to be named (rules_url)",
                said=good.message,
                server=self.server.instrument,
            )
            return dataclasses.replace(good, status=Status.WARN, message=said)
        if lacking:
            said = phrase("{said}, but there is none of {targets:list}", said=good.message, targets=lacking)
            return dataclasses.replace(good, status=Status.WARN, message=said)
        return good

    def _names_the_service(self, selector: Selector) -> bool:
        """Whether it asks for series by the service's name, and has some that bear it."""
        if not self.own.expected:
            return True
        return any(
            matcher.operator == "=" or any(self.own.is_named(value) for value in self.series.values_of(selector, matcher.name))
            for matcher in self.own.naming(selector)
        )

    def _of_others(self, text: str, live: Live) -> tuple[Status, Message]:
        named = sorted({origin.name for origin in live.counts if origin.name != "/"})
        if not named:
            said = phrase(
                "nothing says whose the {count:number} series of {selector} are: they have neither job nor instance, and the selector does "
                "not name the service",
                count=live.count,
                selector=text,
            )
            return Status.WARN, said
        shown = named[:3] + (["..."] if len(named) > 3 else [])
        said = phrase(
            "the {count:number} series of {selector} are of {others:list}, and of no target of the service; where another job tells of it, "
            "name that job",
            count=live.count,
            selector=text,
            others=shown,
        )
        return Status.FAIL, said

    def _no_numbers(self, selector: Selector, told_of: t.Collection[Origin]) -> tuple[Status, Message]:
        if self.series.numbers_before(selector).intersection(told_of):
            return Status.WARN, phrase("{selector} is not a number at present (NaN), but was one lately", selector=selector.text)
        said = phrase(
            "{selector} is not a number (NaN), nor was it one in the last {window:duration}",
            selector=selector.text,
            window=self.series.lookback,
        )
        return Status.FAIL, said

    def _age(self, origin: Origin, live: Live) -> float:
        return max(live.ages.get(origin, 0.0), self.series.pushed(origin) or 0.0)

    def _too_old(self, text: str, origin: Origin, age: float) -> Message:
        if self.series.pushed(origin) == age:
            return phrase(
                "{selector} was pushed {age:duration} ago, the limit is {limit:duration}: a Pushgateway shows it for ever",
                selector=text,
                age=age,
                limit=self.within,
            )
        return phrase(
            "the newest sample of {selector} is {age:duration} old, the limit is {limit:duration}",
            selector=text,
            age=age,
            limit=self.within,
        )

    # -- nothing there

    def _absent(self, signal: Signal, selector: Selector, depth: int) -> Seen:
        text = selector.text
        if self.own.unscraped():
            raise CannotObserve(
                phrase("{server} has not scraped the targets yet: was it just started?", server=self.server.instrument),
                instrument=self.server.instrument,
            )
        if (selector.metric or "") in self.recorded:
            made = self._made_by_rules(signal, selector, depth)
            if made is not None:
                return made
            for rule in self.recorded[selector.metric or ""]:
                self._may_come(self._parsed(rule.query))
        missing = self.series.missing(selector)
        comes = missing.rest is not None and self._comes_with_the_first(missing.culprits, missing.rest)
        declared = not comes and self._is_declared(signal, selector)
        if self._is_excused(signal, text):
            if self._names_no_target(selector):
                return Seen(text, Status.FAIL, missing.message, never=missing.kind is Absence.NEVER)
            said = phrase("{selector} has no series at present, which it may", selector=text)
            return Seen(text, Status.PASS, said, excused=True, beside=comes or declared)
        if signal.name == ERRORS and comes and missing.rest is not None:
            said = self._not_now(missing.culprits, missing.rest, missing.last)
            return Seen(text, Status.WARN, said, excused=True, beside=True)
        if signal.name == ERRORS and declared:
            said = phrase(
                "{selector} has no series at present, and is declared by what is scraped: "
                "where it comes with the first failure, say so (may_be_absent: [{signal}])",
                selector=text,
                signal=signal.name,
            )
            return Seen(text, Status.WARN, said, excused=True, beside=True)
        return Seen(text, Status.FAIL, missing.message, never=missing.kind is Absence.NEVER)

    def _not_now(self, culprits: t.Sequence[Matcher], rest: Selector, last: float | None) -> Message:
        matchers, count = ", ".join(matcher.text for matcher in culprits), self.series.live(rest).count
        if last is None:
            return plural(
                "no series with {matchers} yet; {rest} itself is live ({count:number} series): "
                "where they come with the first failure, say so (may_be_absent: [{signal}])",
                "no series with {matchers} yet; {rest} itself is live ({count:number} series): "
                "where they come with the first failure, say so (may_be_absent: [{signal}])",
                count=count,
                matchers=matchers,
                rest=rest.text,
                signal=ERRORS,
            )
        return plural(
            "no series with {matchers} at present, the last one ended {age:duration} ago; {rest} itself is live ({count:number} series): "
            "where they come with a failure, say so (may_be_absent: [{signal}])",
            "no series with {matchers} at present, the last one ended {age:duration} ago; {rest} itself is live ({count:number} series): "
            "where they come with a failure, say so (may_be_absent: [{signal}])",
            count=count,
            matchers=matchers,
            age=max(self.series.now - last, 0.0),
            rest=rest.text,
            signal=ERRORS,
        )

    def _is_declared(self, signal: Signal, selector: Selector) -> bool:
        """Whether a target of the service, none of which has a series of the metric now, says that it has the metric."""
        of_targets = tuple(matcher for matcher in selector.matchers if matcher.name in self.own.labels)
        there = self.series.live(Selector(selector.metric, of_targets))
        if any(self.own.has(origin, signal.name, signal.jobs) for origin in there.counts):
            return False
        return any(
            all(matcher.holds(labels) for matcher in of_targets)
            and (self.own.has(origin_of(labels), signal.name, signal.jobs) or self.own.named_in(selector))
            for labels in self.series.declaring(selector.metric or "")
        )

    def _is_excused(self, signal: Signal, text: str) -> bool:
        return signal.name in self.may_be_absent or normal(text) in self.may_be_absent

    def _names_no_target(self, selector: Selector) -> bool:
        """Whether its labels of targets are those of no target: what may be absent is a value, and not the place where to look."""
        matchers = tuple(matcher for matcher in selector.matchers if matcher.name in self.own.labels)
        if not matchers or any(all(matcher.holds(target.labels) for matcher in matchers) for target in self.own.targets):
            return False
        return not self.server.query(f"count({Selector('up', matchers).text})")

    def _comes_with_the_first(self, culprits: t.Sequence[Matcher], rest: Selector) -> bool:
        """Whether series are missing for a value that comes with the first error: of a label that the others have, and no target's."""
        metric = rest.metric or ""
        if not culprits or any(matcher.name in self.own.labels for matcher in culprits):
            return False
        live = self.series.live(rest)
        mine = any(self.own.has(origin, ERRORS, ()) for origin in live.counts) or self.own.named_in(rest)
        return mine and all(any(self.series.values(metric, matcher.name)) for matcher in culprits)

    # -- what is made of others

    def _recorded(self, signal: Signal, selector: Selector, live: Live, depth: int) -> Seen:
        """A recorded series is as good as what it is made of."""
        made = self._made_by_rules(signal, selector, depth)
        age = min((self._age(origin, live) for origin in live.counts), default=0.0)
        if made is not None:
            return dataclasses.replace(made, text=selector.text)
        if age > self.within:
            origin = min(live.counts, key=lambda one: self._age(one, live))
            return Seen(selector.text, Status.FAIL, self._too_old(selector.text, origin, age), count=live.count, age=age)
        return Seen(selector.text, Status.PASS, _alive(selector.text, live.count, age), live=True, count=live.count, age=age)

    def _made_by_rules(self, signal: Signal, selector: Selector, depth: int) -> Seen | None:
        """What is wrong with all that is recorded under this name; None for nothing."""
        metric = selector.metric or ""
        if depth >= DEEPEST:
            return None
        found: list[Seen] = []
        for rule in [rule for rule in self.recorded[metric] if _may_make(rule, selector)] or self.recorded[metric]:
            if rule.health == "err":
                said = phrase("the recording rule {metric} cannot be evaluated: {reason}", metric=metric, reason=told(rule.last_error, 200))
                found.append(Seen(selector.text, Status.FAIL, said))
                continue
            seen = self._made_of(signal, rule.query, selector.text, depth + 1)
            if seen.status is Status.PASS:
                return None
            found.append(dataclasses.replace(seen, message=phrase("the recording rule {metric}: {why}", metric=metric, why=seen.message)))
        return min(found, key=lambda one: _RANK[one.status])

    def _made_of(self, signal: Signal, expression: str, text: str, depth: int) -> Seen:
        """Whether an expression is made of what is alive: of branches that are there whatever happens, nothing is believed."""
        shown = one_line(expression, 200)
        whole = self._parsed(expression)
        tree = without_fillers(whole)
        if tree is None:
            return Seen(text, Status.FAIL, phrase("{expression} is a constant, whatever the service does", expression=shown))
        looked: dict[str, Seen] = {}
        for one in dict.fromkeys(selectors(tree)):
            looked[one.text] = self._source(signal, one, depth)
        others = [seen for seen in looked.values() if seen.foreign]
        if others and len(others) == len([seen for seen in looked.values() if seen.live or seen.foreign]):
            return dataclasses.replace(others[0], text=text)
        needed = needs(tree, lambda one: State.LIVE if looked[one.text].live or looked[one.text].foreign else State.DEAD)
        if not needed.alive:
            worst = max((looked[one.text] for one in needed.dead), key=lambda seen: (_RANK[seen.status], not seen.excused))
            beside = any(seen.live or seen.beside for seen in looked.values())
            # "or vector(0)" says what is meant while there is nothing, as long as there may be nothing
            if worst.excused and tree != whole and self.server.query(expression):
                said = phrase(
                    "{expression} has a value also while there are no series of {selector}", expression=shown, selector=worst.text
                )
                return Seen(text, Status.PASS, said, excused=True, beside=beside)
            why = phrase("{expression}: {why}", expression=shown, why=worst.message)
            return dataclasses.replace(worst, text=text, message=why, beside=beside)
        ages = [seen.age for seen in looked.values() if seen.age is not None]
        good = Seen(text, Status.PASS, _of_expression(expression, 0), live=True, age=min(ages, default=None))
        idle = [looked[one.text] for one in needed.idle if looked[one.text].status is not Status.PASS]
        doubtful = [seen for seen in looked.values() if seen.status is Status.WARN and not seen.foreign]
        for seen in (*idle, *doubtful):
            said = phrase("a part of {expression} is without effect: {why}", expression=shown, why=seen.message)
            return dataclasses.replace(good, status=Status.WARN, message=said if seen in idle else seen.message)
        return good

    def _source(self, signal: Signal, selector: Selector, depth: int) -> Seen:
        """A selector of an expression; one that looks far back may have had its series then."""
        plain = dataclasses.replace(selector, reach=0.0, at=None)
        if selector.reach > VISIBLE or selector.at is not None:
            end = selector.at if selector.at is not None else self.series.now
            if not self.series.live(plain).count and self.server.series([plain.text], end - selector.reach, end, limit=1):
                return self._of_the_past(plain, selector)
        return self.selector(signal, plain, depth)

    def _of_the_past(self, plain: Selector, selector: Selector) -> Seen:
        """Series that have ended and that a range still shows: by ``within`` it is said how old the newest sample may be."""
        last = self.series.earlier(plain) if selector.at is None else None
        age = 0.0 if last is None else self.series.now - last
        if age <= max(self.within, VISIBLE):
            return Seen(plain.text, Status.PASS, _of_expression(plain.text, 0), live=True)
        said = phrase(
            "{selector} has had no sample for {age:duration}, the limit is {limit:duration}: what a range shows of it is the past (within)",
            selector=plain.text,
            age=age,
            limit=self.within,
        )
        return Seen(plain.text, Status.WARN, said, live=True)

    def _parsed(self, expression: str) -> Tree:
        try:
            return parse(expression)
        except NotParsed as exc:
            shown = one_line(expression, 200)
            try:
                node = self.server.parse_query(expression)
            except QueryRefused as refusal:
                raise CannotObserve(phrase("{expression} is no PromQL: {why}", expression=shown, why=refusal.message)) from None
            if node is None:
                raise CannotObserve(phrase("{expression} cannot be examined: {why}", expression=shown, why=exc.message)) from None
            return node


def normal(text: str) -> str:
    """A selector as it is compared: its matchers in one order. Anything else as it is."""
    try:
        selector = parse_instant_selector(text)
    except (ValueError, CannotObserve):
        return text.strip()
    others = sorted(matcher.text for matcher in selector.matchers if matcher.name != "__name__" or matcher.operator != "=")
    return f"{selector.metric or ''}{{{','.join(others)}}}" if others else selector.metric or text.strip()


def _may_make(rule: Rule, selector: Selector) -> bool:
    """Whether the labels that a rule sets do not contradict a selector."""
    return all(matcher.holds(rule.labels) for matcher in selector.matchers if matcher.name in rule.labels)


def _narrowed(selector: Selector, labels: t.Collection[str]) -> bool:
    """Whether it asks for a value that an instance may not have had yet."""
    return any(matcher.name not in labels and matcher.name != "__name__" for matcher in selector.matchers)


def _alive(text: str, count: int, age: float) -> Message:
    return plural(
        "{count:number} live series of {selector}, the newest sample is {age:duration} old",
        "{count:number} live series of {selector}, the newest sample is {age:duration} old",
        count=count,
        selector=text,
        age=round(age, 1),
    )


def _of_expression(text: str, count: int) -> Message:
    if not count:
        return phrase("{expression} is made of live series", expression=one_line(text, 200))
    return plural(
        "{expression} is made of live series, and has {count:number} now",
        "{expression} is made of live series, and has {count:number} now",
        count=count,
        expression=one_line(text, 200),
    )


__all__ = ("ERRORS", "Examiner", "Seen", "Signal", "normal")
