# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of the runbooks of alerts: annotations, with labels of series in place of templates. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlsplit

from .._clients.alert_labels import expanded, named_in, of_series
from .._clients.label_sets import LabelSet
from .._clients.prometheus import Rule
from .._clients.prometheus_alerting import AlertingPrometheus
from .._finding import Status
from .._message import one_line
from .._phrase import Message, phrase

MOST = 50  # addresses of one alert


@dataclasses.dataclass(frozen=True)
class Address:
    alert: str
    url: str


@dataclasses.dataclass
class Addresses:
    """Those to ask, and what is wrong with annotations by themselves."""

    found: list[Address] = dataclasses.field(default_factory=list)
    said: list[tuple[Status, Message]] = dataclasses.field(default_factory=list)

    def wrong(self, status: Status, message: Message) -> None:
        if (status, message) not in self.said:
            self.said.append((status, message))


def addresses_of(server: AlertingPrometheus, alerts: t.Sequence[Rule], names: t.Sequence[str], match: t.Mapping[str, str]) -> Addresses:
    """CannotObserve where the server does not answer."""
    out = Addresses()
    templated: list[tuple[Rule, str]] = []
    for alert in alerts:
        given = next((text for name in names if (text := alert.annotations.get(name, "").strip())), "")
        if not given:
            out.wrong(Status.FAIL, _lacking(alert, names))
        elif "{{" in given:
            templated.append((alert, given))
        else:
            _add(out, alert.name, given)
    if templated:
        _expand(server, templated, match, out)
    return out


def _lacking(alert: Rule, names: t.Sequence[str]) -> Message:
    label = next((name for name in names if alert.labels.get(name, "").strip()), None)
    if label is not None:
        return phrase(
            "{alert}: {name} is a label, not an annotation (it makes another alert of each address)", alert=alert.name, name=label
        )
    other = next((name for name in sorted(alert.annotations) if "runbook" in name.lower()), None)
    if other is not None:
        return phrase(
            "{alert} has no annotation {name}, but one named {other} (option annotation)", alert=alert.name, name=names[0], other=other
        )
    return phrase("{alert} has no annotation {name}", alert=alert.name, name=names[0])


def _add(out: Addresses, alert: str, text: str) -> None:
    try:
        parts = urlsplit(text)
        fine = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in text)
        fine = fine and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        said = phrase(
            "{alert}: its runbook '{url:path}' is no address of a page (http:// or https://)", alert=alert, url=one_line(text, 120)
        )
        out.wrong(Status.FAIL, said)
    elif Address(alert, text) not in out.found:
        out.found.append(Address(alert, text))


def _expand(server: AlertingPrometheus, templated: t.Sequence[tuple[Rule, str]], match: t.Mapping[str, str], out: Addresses) -> None:
    rules = [rule for rule, _text in templated]
    wanted = {*match, *(name for rule, text in templated for one in (text, *rule.labels.values()) for name in named_in(one))}
    external = server.alerting().external
    for (rule, text), series in zip(templated, of_series(server, rules, wanted)):
        mine = [labels for labels in series if not _is_anothers(rule, labels, match, external or {})]
        made: set[str] = set()
        for labels in mine:
            empty = sorted(name for name in named_in(text) if labels.value(name) == "")
            if empty:
                said = phrase(
                    "{alert}: its runbook '{url:path}' names labels that its series do not have: {labels:list}",
                    alert=rule.name,
                    url=text,
                    labels=empty,
                )
                out.wrong(Status.FAIL, said)
                continue
            address = expanded(text, labels, external)
            if address is None:
                said = phrase(
                    "{alert}: its runbook '{url:path}' is templated, and cannot be expanded with what its series have",
                    alert=rule.name,
                    url=text,
                )
                out.wrong(Status.UNKNOWN, said)
            elif address not in made:
                made.add(address)
                if len(made) > MOST:
                    said = phrase(
                        "{alert}: its runbook has more than {most:number} addresses, of which the rest was not asked",
                        alert=rule.name,
                        most=MOST,
                    )
                    out.wrong(Status.UNKNOWN, said)
                    break
                _add(out, rule.name, address)
        if not mine:
            said = phrase(
                "{alert}: its runbook '{url:path}' is templated, and it has no series of the service to expand it with",
                alert=rule.name,
                url=text,
            )
            out.wrong(Status.UNKNOWN, said)


def _is_anothers(rule: Rule, series: LabelSet, match: t.Mapping[str, str], external: t.Mapping[str, str]) -> bool:
    """Whether an alert of these series is surely of another service: one rule may be for many."""
    for name, value in match.items():
        own = expanded(rule.labels[name], series, external) if name in rule.labels else series.value(name)
        said = own or (external.get(name, "") if own == "" else own)
        if said not in (None, "", value):
            return True
    return False


__all__ = ("Address", "Addresses", "addresses_of")
