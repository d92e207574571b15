# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden signals of a service, and the targets of which their series must be. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ..._described.declarations import Options, Signals
from ..._described.service import Description, NoHost, NotDeclared, picked
from .instance import Derivation, Instance

GOLDEN = ("latency", "traffic", "errors", "saturation")
NOT_OF = {"batch": ("latency",)}  # signals that services of a kind need not have


def _signals(description: Description) -> list[Instance]:
    declared: Signals = description.data.get("signals") or {}
    named = picked(declared, GOLDEN)
    if not named:
        raise NotDeclared(phrase("signals is not declared: which series carry latency, traffic, errors and saturation?"))
    args: dict[str, object] = {
        **description.connection("prometheus", declared.get("using")),
        "signals": named,
        **picked(declared, ("may_be_absent", "within", "lookback")),
        "service": description.name,
    }
    spared = NOT_OF.get(description.kind, ())
    if any(name not in named for name in spared):
        args["required"] = [name for name in GOLDEN if name not in spared or name in named]
    expect = _own_targets(description)
    if expect:
        args["expect"] = expect
    return [Instance("prometheus_series", "golden signals", args, path=("signals",))]


def _own_targets(description: Description) -> list[Options]:
    """What the parts say of how they are scraped."""
    found: list[Options] = []
    for part in description.parts.values():
        for scrape in part.get("scrape") or []:
            job: dict[str, object] = {"job": scrape["job"]} if scrape.get("job") else {}
            try:
                hosts = description.part_hosts(part)
            except NoHost:
                continue  # MON-01 tells it
            found += [{**job, "addresses": description.inventory.addresses_of(host), "port": scrape["port"]} for host in hosts]
    return found


DERIVATIONS: dict[str, Derivation] = {
    "prometheus_series": _signals,
}

__all__ = ("DERIVATIONS", "NOT_OF")
