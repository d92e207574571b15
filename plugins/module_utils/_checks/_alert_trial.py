# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An alert tried: its expression evaluated as if the service were bad, and as if all were well. PRIVATE to the collection.

Each selector of the watched metric is written as what it would be: ``up`` of the service's targets 0 and all others 1, their file
systems empty, their certificates about to expire. So filters, joins, exceptions and aggregations are judged by the server itself.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import typing as t

from .._clients.prometheus import Prometheus, Rule
from .._clients.promql import ALERT_METRICS, Matcher, NotParsed, Selector, parse
from .._clients.promql_tree import Binary, Call, Select, Subquery, Tree, everything, number, rebuilt
from .._clients.promql_tree import text as written
from .._finding import CannotObserve
from ._alert_kinds import BACKUP_AGE, CERTIFICATE, DISK, DOWN
from ._alert_scope import pair_of
from ._alert_series import Labels

HOUR, DAY = 3600.0, 86400.0
MARK = "readiness_trial"
MOST = 100  # alerts that are tried for one service
MOST_TARGETS = 200
DEEPEST = 5
_RANGED_ENOUGH = 15.0  # seconds between the samples of what a range looks at
# by a line through past values: as nothing is known of what these would be, it cannot be tried
_PROJECTED = ("predict_linear", "deriv", "delta", "idelta", "rate", "irate", "increase", "changes", "resets", "timestamp")
_METRICS: t.Mapping[str, re.Pattern[str]] = {
    DOWN: re.compile(r"up|probe_success"),
    DISK: re.compile(r"(?:node_filesystem|windows_logical_disk)_(?:avail|free)_bytes"),
    CERTIFICATE: re.compile(r"probe_ssl_earliest_cert_expiry|ssl_cert_not_after|x509_cert_not_after|\w+_cert\w*_(?:not_after|expiry)"),
    BACKUP_AGE: re.compile(r"\w+_(?:timestamp|time)_seconds|\w+_last_successful_time"),
}
# as PromQL: when it is bad, and when all is well
_VALUES: t.Mapping[str, tuple[str, str]] = {
    DOWN: ("0", "1"),
    DISK: ("0", number(1e15)),
    CERTIFICATE: (f"(time() + {number(HOUR / 60)})", f"(time() + {number(3650 * DAY)})"),
    BACKUP_AGE: (f"(time() - {number(90 * DAY)})", f"(time() - {number(HOUR / 60)})"),
}


Pair = tuple[str, str]  # job, instance


class Outcome(enum.Enum):
    FIRES = "it fires when it is bad"
    SILENT = "it does not"
    ALWAYS = "it fires when all is well too"


@dataclasses.dataclass(frozen=True)
class _World:
    """``gone``: the targets of the service are not there at all."""

    kind: str
    service: t.Mapping[str, frozenset[Pair]]  # by the watched metric
    bad: bool
    gone: bool = False

    def change(self, tree: Tree) -> Tree:
        if isinstance(tree, Select):
            return self._changed(tree)
        return rebuilt(tree, self.change)

    def _changed(self, select: Select) -> Tree:
        if len(select.choices) != 1 or select.offset or select.at is not None:
            return select
        selector = select.choices[0]
        plain = Select((dataclasses.replace(selector, reach=0.0, at=None),))
        if not _METRICS[self.kind].fullmatch(selector.metric or ""):
            if not self.bad or select.range is not None or "up" not in self.service or selector.metric in ALERT_METRICS:
                return select
            return self._without(plain, "up")  # what a target exposes is gone with it
        bad, good = _VALUES[self.kind]
        well = self._with_value(plain, good)
        if not self.bad or not (mine := self.service.get(selector.metric or "")):
            changed = well
        elif self.gone:
            changed = self._without(well, selector.metric or "")
        else:
            changed = Binary("or", self._with_value(_of(plain, mine), bad), well)
        return changed if select.range is None else Subquery(changed, select.range, min(_RANGED_ENOUGH, select.range))

    @staticmethod
    def _with_value(tree: Tree, value: str) -> Tree:
        return Binary("+", Binary("*", tree, parse("0")), parse(value))

    def _without(self, tree: Tree, metric: str) -> Tree:
        mine = _of(Select((Selector(metric, ()),)), self.service[metric])
        return Binary("unless", tree, mine, matching="on", labels=("job", "instance"))


def _of(select: Select, pairs: t.Iterable[Pair]) -> Select:
    """Only the series of some targets."""
    selector = select.choices[0]
    jobs, instances = ({re.escape(pair[part]) for pair in pairs} for part in (0, 1))
    mine = [Matcher(name, "=~", "|".join(sorted(values))) for name, values in (("job", jobs), ("instance", instances))]
    return Select((dataclasses.replace(selector, matchers=(*selector.matchers, *mine)),))


def _worlds(kind: str, service: t.Mapping[str, frozenset[Pair]]) -> t.Iterator[_World]:
    """All targets bad, one, all but one: alerts count them. What is down may also be gone from discovery."""
    one = {metric: frozenset([min(pairs)]) for metric, pairs in service.items() if pairs}
    rest = {metric: pairs - one[metric] for metric, pairs in service.items() if len(pairs) > 1}
    for which in (service, one, rest) if rest else (service,):
        yield _World(kind, which, bad=True)
        if kind == DOWN:
            yield _World(kind, which, bad=True, gone=True)


def can_be_tried(kind: str, metrics: t.Iterable[str]) -> bool:
    """Whether it is known what the values of all of these would be."""
    return kind in _METRICS and all(_METRICS[kind].fullmatch(metric) for metric in metrics)


class Trials:
    """Alerts of a server, each tried once for a kind."""

    def __init__(self, server: Prometheus, recorded: t.Mapping[str, t.Sequence[Rule]]) -> None:
        self.server, self.recorded = server, recorded
        self._known: dict[tuple[str, str, frozenset[tuple[str, frozenset[Pair]]]], Outcome | None] = {}

    def of(self, alert: Rule, kind: str, service: t.Mapping[str, t.Sequence[Labels]]) -> Outcome | None:
        """By the series of the service of each metric that is watched. None where it cannot be tried: other metrics, no targets, a
        server that refuses."""
        pairs = {metric: frozenset(pair_of(labels) for labels in series) for metric, series in service.items()}
        key = (alert.query, kind, frozenset(pairs.items()))
        if key not in self._known:
            self._known[key] = self._tried(alert.query, kind, pairs) if len(self._known) < MOST else None
        return self._known[key]

    def _tried(self, query: str, kind: str, service: t.Mapping[str, frozenset[Pair]]) -> Outcome | None:
        targets = [pair for pairs in service.values() for pair in pairs]
        if not can_be_tried(kind, service) or not targets or len(targets) > MOST_TARGETS or not all(any(pair) for pair in targets):
            return None
        try:
            tree = self._spelt_out(parse(query), 0)
        except (NotParsed, RecursionError):
            return None
        if tree is None or not self._can(tree, kind):
            return None
        try:
            well = self._fires(_World(kind, service, bad=False).change(tree))
            for world in _worlds(kind, service):
                found = self._fires(world.change(tree))
                if well is None or found is None:
                    return None
                if found - well:
                    return Outcome.FIRES
        except (CannotObserve, NotParsed):
            return None
        return Outcome.ALWAYS if well else Outcome.SILENT

    def _fires(self, tree: Tree) -> frozenset[frozenset[tuple[str, str]]] | None:
        """The label sets of its result; None where what answers does not evaluate what it is asked."""
        marked = f'label_replace(vector(1), "{MARK}", "control", "", "")'
        samples = self.server.query(f"({written(tree)}) or {marked}")
        results = [frozenset(sample.labels.items()) for sample in samples]
        control = frozenset({(MARK, "control")})
        return frozenset(results) - {control} if control in results else None

    def _can(self, tree: Tree, kind: str) -> bool:
        """Whether all that tells of the kind is what can be written otherwise."""
        parts = list(everything(tree))
        selects = [one for one in parts if isinstance(one, Select)]
        watched = [one for one in selects if any(_METRICS[kind].fullmatch(choice.metric or "") for choice in one.choices)]
        if not watched or any(len(one.choices) != 1 or one.offset or one.at is not None for one in watched):
            return False
        for call in parts:
            if isinstance(call, Call) and call.function in _PROJECTED:
                within = [one for one in everything(call) if one in watched]
                if within and call.function != "timestamp":
                    return False
        return True

    def _spelt_out(self, tree: Tree, depth: int) -> Tree | None:
        """With the expressions of recording rules for what they record; None where that cannot be written."""
        if isinstance(tree, Select):
            rules = self.recorded.get(tree.choices[0].metric or "", [])
            if not rules:
                return tree
            if len(rules) != 1 or rules[0].labels or tree.range is not None or tree.offset or len(tree.choices) != 1 or depth >= DEEPEST:
                return None
            inner = self._spelt_out(parse(rules[0].query), depth + 1)
            if inner is None or not tree.choices[0].conditions:
                return inner
            return Binary("and", inner, tree)
        failed = False

        def spell(part: Tree) -> Tree:
            nonlocal failed
            found = self._spelt_out(part, depth)
            failed = failed or found is None
            return part if found is None else found

        found = rebuilt(tree, spell)
        return None if failed else found


__all__ = ("Outcome", "Trials", "can_be_tried")
