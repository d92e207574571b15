# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How monitoring scrapes the parts of a service: its targets in Prometheus, and what they answer. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ..._described.declarations import Options, Part, Scrape
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance, Several, Steps


def _scrapes(description: Description) -> list[tuple[str, Part, Scrape, Steps]]:
    found: list[tuple[str, Part, Scrape, Steps]] = [
        (name, part, scrape, ("parts", name, "scrape", index))
        for name, part in description.parts.items()
        for index, scrape in enumerate(part.get("scrape") or [])
    ]
    if not found:
        raise NotDeclared(phrase("no part says how it is scraped (parts.NAME.scrape)"))
    return found


def _targets(description: Description) -> list[Instance]:
    several = Several()
    for name, part, scrape, steps in _scrapes(description):
        job: dict[str, object] = {"job": scrape["job"]} if scrape.get("job") else {}
        with several.one("prometheus_targets", _name(name, scrape), steps) as out:
            expect: list[Options] = [
                {**job, "addresses": description.inventory.addresses_of(host), "port": scrape["port"]}
                for host in description.part_hosts(part)
            ]
            args = {**description.connection("prometheus", scrape.get("using")), "expect": expect, "min_up": len(expect)}
            if _is_own(scrape.get("job"), description.name):
                args["members"] = _members(description)
            out.append(Instance("prometheus_targets", _name(name, scrape), args, path=steps))
    return several.all()


def _name(part: str, scrape: Scrape) -> str:
    return scrape.get("job") or f"{part}:{scrape['port']}"


def _is_own(job: str | None, service: str) -> bool:
    """Whether a job is called as the service, so that no other has targets in it; a job such as node has those of everybody."""
    return job is not None and (job == service or job.startswith((f"{service}-", f"{service}_")))


def _members(description: Description) -> list[str]:
    patterns = [part.get("hosts") for part in description.parts.values()]
    hosts = [*description.hosts(), *(host for pattern in patterns if pattern for host in description.hosts(pattern))]
    return sorted({address for host in hosts for address in description.inventory.addresses_of(host)})


def _metrics(description: Description) -> list[Instance]:
    several = Several()
    for name, part, scrape, steps in _scrapes(description):
        with several.one("metrics_endpoint", _name(name, scrape), steps) as out:
            for host in description.part_hosts(part):
                address = description.inventory.addresses_of(host)[0]
                where = f"[{address}]" if ":" in address else address
                url = f"{scrape.get('scheme', 'http')}://{where}:{scrape['port']}/{str(scrape.get('path', 'metrics')).lstrip('/')}"
                args = {"url": url, **{key: value for key in ("families", "moving") if (value := scrape.get(key))}}
                out.append(Instance("metrics_endpoint", _name(name, scrape), args, (host,), path=steps))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "metrics_endpoint": _metrics,
    "prometheus_targets": _targets,
}

__all__ = ("DERIVATIONS",)
