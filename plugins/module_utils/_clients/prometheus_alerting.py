# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Prometheus does with its alerts: which fire, what it adds to them, to whom it sends them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._finding import CannotObserve
from .._http import Connection
from .._phrase import phrase
from .._runner import Runner
from .alertmanager import HAS_YAML, read_yaml
from .prometheus import Prometheus, moment
from .relabelling import Rule as Relabelling
from .relabelling import read_rules

NOT_OFFERED = (400, 403, 404, 405, 501)  # what speaks the same API otherwise has no such page, or a proxy does not let it through


@dataclasses.dataclass(frozen=True)
class ActiveAlert:
    """An alert of the rules' state, without what is added when it is sent."""

    labels: t.Mapping[str, str]
    state: str  # pending, firing
    since: dt.datetime | None

    @property
    def name(self) -> str:
        return self.labels.get("alertname", "")


@dataclasses.dataclass(frozen=True)
class Group:
    """Alertmanagers that get alerts by rules of their own; ``targets`` are those of them that the configuration names."""

    rules: tuple[Relabelling, ...]
    targets: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Alerting:
    """What is added to alerts and changed in them. ``external`` is None where the server does not tell."""

    external: t.Mapping[str, str] | None
    rules: tuple[Relabelling, ...] = ()
    groups: tuple[Group, ...] = ()  # of Alertmanagers, where any of them has rules of its own
    told: bool = True  # whether the server shows its configuration
    receivers: bool = True  # whether any Alertmanager is configured, as far as that is told


@dataclasses.dataclass(frozen=True)
class Receiving:
    """The addresses to which alerts are sent, and those that relabelling has dropped."""

    active: tuple[str, ...]
    dropped: tuple[str, ...]


class AlertingPrometheus(Prometheus):
    """A Prometheus whose alerts are followed. ``external_labels``: those that people name where it does not tell its own."""

    def __init__(self, connection: Connection, runner: Runner, external_labels: t.Mapping[str, str] | None = None) -> None:
        super().__init__(connection, runner)
        self.declared = external_labels
        self._alerting: Alerting | None = None

    def alerting(self) -> Alerting:
        """From its configuration, of which nothing else is kept; it is asked for once."""
        if self._alerting is None:
            self._alerting = self._of_configuration()
        return self._alerting

    def _of_configuration(self) -> Alerting:
        data = self._optional("/api/v1/status/config")
        text = data.get("yaml") if isinstance(data, dict) else None
        config: object = None
        if isinstance(text, str) and HAS_YAML:
            try:
                config = read_yaml(text)
            except ValueError:
                config = None
        if not isinstance(config, dict) or not isinstance(config.get("global"), dict):  # Prometheus's own always has it
            return Alerting(self.declared, told=False)
        try:
            external = {str(name): str(value) for name, value in (config["global"].get("external_labels") or {}).items() if value}
            alerting = config.get("alerting") or {}
            groups = alerting.get("alertmanagers") or []
            own = tuple(Group(read_rules(group.get("alert_relabel_configs")), _targets(group)) for group in groups)
            rules = read_rules(alerting.get("alert_relabel_configs"))
            return Alerting(external, rules, own if any(group.rules for group in own) else (), receivers=bool(groups))
        except (AttributeError, TypeError, ValueError):
            raise self._cannot(
                phrase("{server} shows a configuration whose alerting cannot be read here", server=self.instrument)
            ) from None

    def active_alerts(self) -> list[ActiveAlert]:
        """The alerts that are pending or firing now."""
        data = self.evaluator._answer("/api/v1/alerts", {})[1]
        try:
            return [
                ActiveAlert(
                    {str(name): str(value) for name, value in item["labels"].items()}, str(item.get("state")), moment(item.get("activeAt"))
                )
                for item in data["alerts"] or []
            ]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._nonsense() from None

    def alertmanagers(self) -> Receiving | None:
        """To whom it sends; None where it does not tell."""
        data = self._optional("/api/v1/alertmanagers")
        if data is None:
            return None
        try:
            return Receiving(
                *(
                    tuple(str(item["url"]) for item in t.cast("dict[str, t.Any]", data)[key] or [])
                    for key in ("activeAlertmanagers", "droppedAlertmanagers")
                )
            )
        except (KeyError, TypeError):
            raise self._nonsense() from None

    def started(self) -> dt.datetime | None:
        """When it was started; None where it does not tell."""
        data = self._optional("/api/v1/status/runtimeinfo")
        try:
            return moment(str(t.cast("dict[str, t.Any]", data)["startTime"]))
        except (KeyError, TypeError, ValueError):
            return None

    def _optional(self, path: str) -> object:
        """The ``data`` of an answer; None where this server has no such page. CannotObserve."""
        response = self.evaluator._request("GET", self.evaluator.base + path)
        if response.status in NOT_OFFERED:
            return None
        if response.status == 200:
            try:
                answer = response.json()
            except CannotObserve as exc:
                raise self._cannot(exc.message) from None
            if isinstance(answer, dict) and answer.get("status") == "success":
                return t.cast("object", answer.get("data"))
            return None
        return t.cast("object", self._success(response, path).get("data"))


def _targets(group: t.Mapping[str, t.Any]) -> frozenset[str]:
    return frozenset(str(target) for config in group.get("static_configs") or [] for target in config.get("targets") or [])


__all__ = ("ActiveAlert", "Alerting", "AlertingPrometheus", "Group", "Receiving")
