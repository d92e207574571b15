# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a selector of an alert has never had series: a wrong name, or an event that has not happened yet. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.promql import Matcher, Selector
from .._clients.promql_needs import State
from .._clients.promql_selector import label_name
from .._listing import either
from .._phrase import phrase, plural
from ._alert_liveness import Liveness
from ._alert_replaced import Verdict
from ._alert_values import alike

MISTAKEN = 0.8  # of 1: how alike two names of jobs are of which one is a slip of the pen
MOST_VALUES = 5  # of a label that are told
ONLY_ON_FAILURE = ("error_type", "error.type")  # labels that OpenTelemetry sets where something failed only


class Unseen:
    """Tells what cannot come any more from what may come with the first event."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness, self.server = liveness, liveness.server

    def verdict(self, selector: Selector) -> Verdict:
        """Of one without any series within the lookback."""
        metric, window = selector.metric, self.liveness.window(selector)
        if metric is None:
            return dead(phrase("nothing matches {selector} in the last {window:duration}", selector=selector.text, window=window))
        bare = selector.with_only(())
        if not self.liveness.ever(bare):
            if self.liveness.declared(metric):
                return Verdict(
                    State.WEAK, phrase("the metric {metric} is declared by what is scraped, and has no series yet", metric=metric)
                )
            return dead(phrase("there is no metric {metric} in the last {window:duration}", metric=metric, window=window))
        own, others = self._sorted(selector, bare)
        base = selector.with_only(own)
        if not self.liveness.ever(base):
            return self._mismatch(selector, own)
        missing = next((one for one in others if not self._has_label(base, one)), None)
        if missing and self._comes_with_failures(metric, missing):
            why = phrase(
                "no series of {metric} has a label {label} yet in the last {window:duration}: say in may_be_absent that {selector} comes "
                "with the first event, or correct it",
                metric=base.text,
                label=label_name(missing.name),
                window=window,
                selector=selector.text,
            )
            return Verdict(State.WEAK, why)
        if missing:
            return dead(phrase("{metric} is there, but has no label {label}", metric=base.text, label=label_name(missing.name)))
        return self._not_yet(selector, base, metric, others)

    def mistaken(self, selector: Selector) -> Verdict | None:
        """Of one that may be absent: a job that nothing has, and that is written much as one that is scraped."""
        jobs = {labels.get("job", "") for labels, _up in self.liveness.targets()}
        for matcher in selector.conditions:
            if (matcher.name, matcher.operator) != ("job", "=") or matcher.value in jobs:
                continue
            near = sorted((alike(matcher.value, job), job) for job in jobs)
            if near and near[-1][0] >= MISTAKEN and not self.liveness.ever(Selector(None, (matcher,))):
                why = phrase(
                    "{selector} may be absent, but nothing at all has {matcher}: is {job} meant?",
                    selector=selector.text,
                    matcher=matcher.text,
                    job=near[-1][1],
                )
                return Verdict(State.WEAK, why)
        return None

    def _sorted(self, selector: Selector, bare: Selector) -> tuple[list[Matcher], list[Matcher]]:
        """Its matchers on labels that the targets themselves have, and the others."""
        own: list[Matcher] = []
        others: list[Matcher] = []
        for matcher in selector.conditions:
            (own if excludes_all(matcher) or self._of_target(bare, matcher.name) else others).append(matcher)
        return own, others

    def _of_target(self, bare: Selector, label: str) -> bool:
        """Whether the target gives the label to all its series, so that no event ever gives it another value."""
        if label in ("job", "instance"):
            return True
        targets = {(labels.get("job"), labels.get("instance")): labels for labels, _up in self.liveness.targets()}
        rows = [sample.labels for sample in self.server.query(f"count by (job, instance, {label_name(label)}) ({bare.text})")]
        pairs = [(targets.get((row.get("job"), row.get("instance"))), row.get(label, "")) for row in rows]
        known = [(target.get(label, ""), value) for target, value in pairs if target is not None and value]
        return bool(known) and all(given == value for given, value in known)

    def _has_label(self, base: Selector, matcher: Matcher) -> bool:
        if matcher.holds({}):
            return True
        with_label = base.with_only((*base.matchers, Matcher(matcher.name, "!=", "")))
        return self.liveness.ever(with_label)

    def _comes_with_failures(self, metric: str, matcher: Matcher) -> bool:
        """Whether series may get a label only when something fails: as the matcher itself says, or a convention."""
        asks_for_any = (matcher.operator, matcher.value) in (("!=", ""), ("=~", ".+"))
        return self.liveness.counts_up(metric) and (asks_for_any or matcher.name in ONLY_ON_FAILURE)

    def _mismatch(self, selector: Selector, own: t.Sequence[Matcher]) -> Verdict:
        """No target gives these labels."""
        window, metric = self.liveness.window(selector), str(selector.metric)
        alone = [one for one in own if not self.liveness.ever(selector.with_only((one,)))]
        jobs = [one for one in alone if one.name == "job"]
        if jobs and not any(jobs[0].holds(labels) for labels, _up in self.liveness.targets()):
            return dead(phrase("{metric} is there, but nothing is scraped as {matchers}", metric=metric, matchers=jobs[0].text))
        if alone:
            return dead(
                phrase(
                    "{metric} is there, but none with {matchers} in the last {window:duration}",
                    metric=metric,
                    matchers=either([one.text for one in alone]),
                    window=window,
                )
            )
        return dead(
            phrase(
                "{metric} is there, but none with {matchers} together in the last {window:duration}",
                metric=metric,
                matchers=",".join(one.text for one in own),
                window=window,
            )
        )

    def _not_yet(self, selector: Selector, base: Selector, metric: str, others: t.Sequence[Matcher]) -> Verdict:
        window = self.liveness.window(selector)
        alone = [one for one in others if not self.liveness.ever(base.with_only((*base.matchers, one)))] or list(others)
        count = self.liveness.counts.of(base.text) if self.liveness.is_now(base) else len(self.liveness.earlier(base))
        rows = self.server.query(f"count by ({label_name(alone[0].name)}) ({base.text})")
        values = sorted({row.labels.get(alone[0].name, "") for row in rows} - {""})
        why = plural(
            "no series has {matchers} yet in the last {window:duration}, while {metric} has {count:number} ({label}: {values:list}): "
            "say in may_be_absent that {selector} comes with the first event, or correct it",
            "no series has {matchers} yet in the last {window:duration}, while {metric} has {count:number} ({label}: {values:list}): "
            "say in may_be_absent that {selector} comes with the first event, or correct it",
            count=count,
            matchers=",".join(one.text for one in alone),
            window=window,
            metric=metric,
            label=alone[0].name,
            values=values[:MOST_VALUES],
            selector=selector.text,
        )
        return Verdict(State.WEAK, why)


def excludes_all(matcher: Matcher) -> bool:
    """Whether no value at all meets it."""
    return matcher.operator == "!~" and matcher.value in (".*", "(.*)")


def dead(why: t.Any) -> Verdict:
    return Verdict(State.DEAD, why)


__all__ = ("Unseen",)
