# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which series are of a service: those of its own targets, or those that name it. PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._clients.prometheus import Target
from .._clients.promql import Matcher, Selector
from .._clients.series import Origin
from ._expected_targets import Expected, describe, host_name, host_port, is_expected

SATURATION = "saturation"  # of a host, too: what tells of it is an exporter of the system


class OwnTargets:
    """``expected``: the targets of the service; without any, all series are taken for its own. ``targets``: all that the server has."""

    def __init__(
        self, expected: t.Sequence[Expected], service: str | None, targets: t.Sequence[Target], further_labels: t.Collection[str] = ()
    ) -> None:
        self.expected, self.targets = expected, targets
        self.labels = {"job", "instance", *further_labels, *(name for target in targets for name in target.labels)}
        self._named = _word(service) if service else None
        self._job = service
        self._found = {index: [target for target in targets if is_expected(target, one)] for index, one in enumerate(expected)}
        self._known = {
            (target.labels.get("job", ""), target.labels.get("instance", "")) for found in self._found.values() for target in found
        }
        self._hosts = {host_name(address) for one in expected for address in one["addresses"] if not _is_loopback(address)}

    def has(self, origin: Origin, signal: str, jobs: t.Collection[str]) -> bool:
        """Whether series from there are of the service."""
        if not self.expected:
            return True
        names = {(origin.job, origin.instance), (origin.exported_job, origin.exported_instance)}
        return any(
            (job, instance) in self._known
            or job in jobs
            or self._is_own_job(job)
            or any(_stands_for(job, instance, one) for one in self.expected)
            or (signal == SATURATION and (host_port(instance, "http") or ("", 0))[0] in self._hosts)
            for job, instance in names
        )

    def named_in(self, selector: Selector) -> bool:
        """Whether a selector itself names the service."""
        return not self.expected or bool(self.naming(selector))

    def naming(self, selector: Selector) -> list[Matcher]:
        """The matchers that name it; an alternative of a regular expression may be another's."""
        named = self._named
        return [
            matcher
            for matcher in selector.matchers
            if named is not None and matcher.name != "__name__" and matcher.operator in ("=", "=~") and named.search(matcher.value)
        ]

    def is_named(self, value: str) -> bool:
        """Whether the value of a label names the service."""
        return self._named is not None and bool(self._named.search(value))

    def lacking(self, there: t.Collection[Origin]) -> list[str]:
        """Expected targets that are up and have no such series, though others of their job (or port, where none is named) have."""
        covered = {index for index in range(len(self.expected)) if any(self._is_of(origin, index) for origin in there)}
        alike = {one["job"] or one["port"] for index, one in enumerate(self.expected) if index in covered}
        return [
            str(describe(one))
            for index, one in enumerate(self.expected)
            if index not in covered and (one["job"] or one["port"]) in alike and any(found.health == "up" for found in self._found[index])
        ]

    def _is_of(self, origin: Origin, index: int) -> bool:
        labels = {(target.labels.get("job", ""), target.labels.get("instance", "")) for target in self._found[index]}
        names = ((origin.job, origin.instance), (origin.exported_job, origin.exported_instance))
        return any(name in labels or _stands_for(*name, self.expected[index]) for name in names)

    def unscraped(self) -> bool:
        """Whether the service's targets, or all where none is known, wait for their first scrape."""
        mine = [target for found in self._found.values() for target in found] or list(self.targets)
        return bool(mine) and all(target.scraped is None for target in mine)

    def _is_own_job(self, job: str) -> bool:
        return bool(self._job) and (job == self._job or job.startswith((f"{self._job}-", f"{self._job}_")))


def _stands_for(job: str, instance: str, one: Expected) -> bool:
    """Whether labels alone say that it is this target."""
    if one["job"] and job != one["job"]:
        return False
    if one["job"] and not instance:
        return True  # of several instances together
    return host_port(instance, "http") in {(host_name(address), one["port"]) for address in one["addresses"]}


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return host_name(address) == "localhost"


__all__ = ("OwnTargets",)
