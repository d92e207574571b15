# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fires now and holds alerts of the service back, and whether that is as it should be. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._clients import promql
from .._clients.alert_labels import Sent
from .._clients.alertmanager import Alert
from .._clients.label_sets import LabelSet, decide_all
from .._clients.promql_tree import is_constant
from .._phrase import Message, phrase
from ._alert_deliveries import Instance, Moments, Wanted, deliver
from ._alerts_of_service import AlertsOfService, Servers

_GRAVE = ("critical", "crit", "page", "emergency", "fatal", "disaster")
_LESSER = ("warning", "warn", "minor", "ticket")


@dataclasses.dataclass(frozen=True)
class Found:
    """``healthy``: somebody is told of what holds the alert back, or nobody has to act on the alert."""

    said: Message
    healthy: bool


@dataclasses.dataclass(frozen=True)
class HeldBack:
    alerts: AlertsOfService
    instances: t.Sequence[Instance]
    servers: Servers
    wanted: Wanted
    moments: Moments
    match: t.Mapping[str, object]

    def found(self, held: t.Sequence[Alert]) -> list[Found]:
        """By the rules in use, and by what Alertmanager itself says of alerts of the service that it holds."""
        told: dict[tuple[str, str], Found] = {}
        for one, source in (*self._by_rules(held), *_by_alertmanager(held, self._is_own)):
            key = (one.alert or str(one.labels), source.labels.get("alertname", "?"))
            if key not in told or told[key].healthy:
                made = self._judged(one, source)
                told[key] = told.get(key, made) if made.healthy else made
        return list(told.values())

    def _by_rules(self, held: t.Sequence[Alert]) -> t.Iterator[tuple[Sent, Alert]]:
        for rule in dict.fromkeys(rule for each in self.instances for rule in each.inhibitions):
            ours = [one for one in self.alerts.sent if decide_all(rule.target, one.labels)]
            for source in held if ours else ():
                if decide_all(rule.source, LabelSet(source.labels)) is False:
                    continue
                yield from ((one, source) for one in ours if rule.holds_back(one.labels, source.labels))

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(rule.name for rule in self.servers.rules)

    def _is_own(self, alert: Alert) -> bool:
        return alert.labels.get("alertname") in self._names and all(
            alert.labels.get(name) == str(value) for name, value in self.match.items()
        )

    def _judged(self, one: Sent, source: Alert) -> Found:
        labels, name = str(one.labels), source.labels.get("alertname", "?")
        mild = self.wanted.is_mild(one.severity)
        plain = phrase("alerts with {labels} are held back now: {alert} fires and inhibits them", labels=labels, alert=name)
        if mild or not self._is_own(source):
            return Found(plain, mild)
        if self._always_fires(name):
            said = phrase(
                "alerts with {labels} are held back at any time: {alert} always fires and inhibits them", labels=labels, alert=name
            )
            return Found(said, False)
        severity = source.labels.get("severity", "")
        if severity.lower() in _LESSER and one.severity.lower() in _GRAVE:
            said = phrase(
                "alerts with {labels} are held back now: {alert}, whose severity is only {severity}, fires and inhibits them",
                labels=labels,
                alert=name,
                severity=severity,
            )
            return Found(said, False)
        if not self._is_told(source, severity):
            said = phrase(
                "alerts with {labels} are held back now: {alert} fires and inhibits them, and nobody who must act is told of it",
                labels=labels,
                alert=name,
            )
            return Found(said, False)
        return Found(plain, True)

    def _always_fires(self, name: str) -> bool:
        for rule in self.servers.rules:
            try:
                if rule.name == name and is_constant(promql.parse(rule.query)):
                    return True
            except promql.NotParsed:
                continue
        return False

    def _is_told(self, source: Alert, severity: str) -> bool:
        if source.silenced_by or self.wanted.is_mild(severity):
            return False
        ends = [deliver(Sent("", LabelSet(source.labels)), instance, self.wanted, self.moments) for instance in self.instances]
        return all(end.receivers and not end.problem for end in ends)


def _by_alertmanager(held: t.Sequence[Alert], is_own: t.Callable[[Alert], bool]) -> t.Iterator[tuple[Sent, Alert]]:
    known = {alert.fingerprint: alert for alert in held}
    for alert in held:
        for fingerprint in alert.inhibited_by if is_own(alert) else ():
            source = known.get(fingerprint) or Alert({"alertname": fingerprint}, "")
            yield Sent(alert.labels.get("alertname", ""), LabelSet(alert.labels)), source


def inhibits(instances: t.Iterable[Instance], alerts: AlertsOfService) -> bool:
    """Whether any of them may hold alerts of the service back at all."""
    targets = {rule.target for instance in instances for rule in instance.inhibitions}
    return any(decide_all(target, one.labels) is not False for target in targets for one in alerts.sent)


__all__ = ("Found", "HeldBack", "inhibits")
