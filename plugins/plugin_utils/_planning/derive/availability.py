# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the series of a service say: available now and before, error budget left, version. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._hours import WEEK, parse_hours
from ....module_utils._phrase import phrase
from ..._described.availability import budget_left, coverage, share_of_version, unavailability
from ..._described.declarations import Availability, Delivery
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance, Steps


def _availability_of(description: Description) -> tuple[Availability, dict[str, object]]:
    """What the service file says of it, and the options that reach its Prometheus."""
    declared = description.data.get("availability")
    if not declared or not declared.get("series"):
        raise NotDeclared(phrase("availability.series is not declared: which series says that the service is available?"))
    return declared, description.connection("prometheus", declared.get("using"))


def _open_hours(description: Description, declared: Availability) -> str | None:
    """The series of the hours of use; None for a service that is used at all times."""
    if declared.get("open_hours"):
        return str(declared["open_hours"])
    if len(parse_hours(str(description.commitments.get("hours") or "")) or ()) < WEEK:
        raise NotDeclared(
            phrase("availability.open_hours is not declared: which series says when the service is in use? (or commitments.hours: 24x7)")
        )
    return None


def _available_now(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    args = {**args, "query": declared["series"], "name": phrase("availability"), "pass_when": "== 1"}
    return [Instance("prometheus_query", "availability", args, path=("availability", "series"))]


def _unavailability(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    series, window, hours = declared["series"], str(declared.get("window", "30d")), _open_hours(description, declared)
    args.update(
        query=unavailability(series, hours, window),
        coverage_query=coverage(series, hours, window),
        name=phrase("unavailability"),
    )
    return [Instance("prometheus_query", f"unavailability over {window}", args, path=("availability", "series"))]


def _error_budget(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    promised = description.commitments.get("availability")
    if promised is None:
        raise NotDeclared(phrase("commitments.availability is not declared: how much may it be unavailable?"))
    if promised >= 1:
        raise NotDeclared(phrase("commitments.availability is 1: that leaves no error budget to look at"))
    series, window, hours = declared["series"], str(declared.get("window", "30d")), _open_hours(description, declared)
    args.update(
        query=budget_left(series, hours, window, promised),
        coverage_query=coverage(series, hours, window),
        name=phrase("error budget left"),
    )
    return [Instance("prometheus_query", f"error budget over {window}", args, path=("availability", "series"))]


def _deployed_version(description: Description) -> list[Instance]:
    delivery: Delivery = description.data.get("delivery") or {}
    if not delivery.get("version_series"):
        raise NotDeclared(phrase("delivery.version_series is not declared: which series has the version in a label?"))
    steps: Steps = ("delivery", "version_series")
    wanted = description.version_wanted()
    if wanted is None:
        gap = phrase("the version that should run is not given (readiness_version)")
        return [Instance("prometheus_query", "version", path=steps, gap=gap)]
    query = share_of_version(str(delivery["version_series"]), str(delivery.get("version_label", "version")), wanted)
    name = phrase("instances of version {version}", version=wanted)
    args = {**description.connection("prometheus"), "query": query, "name": name, "pass_when": ">= 100%"}
    return [Instance("prometheus_query", f"version {wanted}", args, path=steps)]


DERIVATIONS: dict[str, Derivation] = {
    "prometheus_query": _available_now,
    "prometheus_query:availability.series": _unavailability,
    "prometheus_query:commitments.availability": _error_budget,
    "prometheus_query:delivery.version_series": _deployed_version,
}

__all__ = ("DERIVATIONS",)
