# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a series is about a service: by its job, its host, its address, or its name in a label. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import urlsplit

from .._clients.prometheus import Target

# labels whose values say nothing of what the series is about
_SILENT = ("__name__", "le", "quantile", "code", "status", "method", "severity", "team", "owner", "alertname", "prometheus", "cluster")
_OF_DISKS = ("mountpoint", "device", "fstype")  # of whichever host
_OF_HOSTS = re.compile(r"instance|host|node|server|target|machine|\bvm\b", re.IGNORECASE)
# what runs on each host and tells of the host, not of what the service is
_HOST_JOB = re.compile(r"(?:^|[/_-])(?:node|windows|host|hosts|linux|cadvisor|process|systemd)(?:[-_ ]?exporter)?s?$", re.IGNORECASE)


@dataclasses.dataclass
class Scope:
    """What the service is known by. ``names`` are label values, ``endpoints`` URLs or hosts with or without a port."""

    names: t.Sequence[str] = ()
    jobs: t.Sequence[str] = ()
    addresses: t.Sequence[str] = ()
    endpoints: t.Sequence[str] = ()
    match: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = {_bare(name) for name in self.names if name}
        self._hosts = {address.lower() for address in self.addresses}
        self._short = {host.partition(".")[0] for host in self._hosts if not _is_ip(host)}
        self._served = {host_of(endpoint) for endpoint in self.endpoints} - {""}
        self._own_jobs = {job for job in self.jobs if self._is_named_after(job) or not self.addresses}
        self._pairs: set[tuple[str, str]] = set()
        self._probed: set[tuple[str, str]] = set()
        self.targets: list[Target] = []

    @property
    def is_known(self) -> bool:
        """Whether anything but a name says what is the service's."""
        return bool(self.jobs or self.addresses or self.endpoints)

    def learn(self, targets: t.Sequence[Target]) -> None:
        """Which targets are the service's, by the addresses at which they are scraped: ``instance`` may be anything."""
        there = [target for target in targets if self._is_at_address(target)]
        self._pairs = {pair_of(target.labels) for target in there}
        self._probed = {pair_of(target.labels) for target in targets if _is_probed(target)}
        for job in self.jobs:
            if all(target.labels.get("job") != job for target in there):  # where it runs is not what the inventory says
                self._own_jobs.add(job)
        self.targets = [target for target in targets if self.is_about(target.labels)]

    def is_about(self, labels: t.Mapping[str, str]) -> bool:
        """Whether a series is of the service, or of one of its hosts."""
        if self._is_its_own(labels) or pair_of(labels) in self._pairs:
            return True
        return any(_OF_HOSTS.search(name) and self._is_host_of_it(host_of(value)) for name, value in labels.items())

    def is_application(self, labels: t.Mapping[str, str]) -> bool:
        """Whether a series is of the service itself, and not of its host or of what else runs there."""
        if self._is_its_own(labels):
            return True
        if self.jobs:
            return labels.get("job") in self.jobs and self.is_about(labels)
        return self.is_about(labels) and not _HOST_JOB.search(labels.get("job", ""))

    def is_tied(self, labels: t.Mapping[str, str], *, application: bool) -> bool:
        """Whether a series of an alert that the team calls its own is about the service, or about nothing else that could be told."""
        if not self.is_known or (self.is_application(labels) if application else self.is_about(labels)):
            return True
        if any(self._is_named_after(value) for name, value in labels.items() if name not in (*_SILENT, *_OF_DISKS)):
            return True
        return not any(labels.get(name) for name in labels if name == "job" or _OF_HOSTS.search(name))

    def _is_its_own(self, labels: t.Mapping[str, str]) -> bool:
        if labels.get("job") in self._own_jobs or labels.get("exported_job") in self._own_jobs:
            return True
        if self.match and all(labels.get(name) == value for name, value in self.match.items()):
            return True
        return any(self._names_it(value) for name, value in labels.items() if name not in _SILENT)

    def is_served(self, labels: t.Mapping[str, str]) -> str | None:
        """The endpoint's host that a series is about, as of a probe from outside."""
        for name, value in labels.items():
            if name not in _SILENT and (host := host_of(value)) in self._served:
                return host
        return None

    def is_probed(self, labels: t.Mapping[str, str]) -> bool:
        """Whether its target is looked at from outside, by an exporter that answers while what it looks at does not."""
        return pair_of(labels) in self._probed or ("://" in labels.get("instance", "") and labels.get("job") not in self.jobs)

    def _names_it(self, value: str) -> bool:
        return _bare(value) in self._names or host_of(value) in self._served

    def _is_host_of_it(self, host: str) -> bool:
        if not host:
            return False
        return host in self._hosts or (not _is_ip(host) and (host in self._short or host.partition(".")[0] in self._hosts))

    def _is_at_address(self, target: Target) -> bool:
        probed = host_of(target.discovered.get("__param_target", ""))
        if probed:
            return probed in self._served or self._is_host_of_it(probed)
        return any(
            self._is_host_of_it(host_of(address))
            for address in (target.discovered.get("__address__", ""), target.labels.get("instance", ""))
        )

    def _is_named_after(self, value: str) -> bool:
        """Whether the service's name stands in it as a word."""
        lower = value.lower()
        return any(re.search(rf"(?:^|[^a-z0-9]){re.escape(name)}(?:[^a-z0-9]|$)", lower) for name in self._names)


def _is_probed(target: Target) -> bool:
    """As the blackbox exporter does; those of SNMP and the like answer nothing where what they ask does not."""
    return bool(target.discovered.get("__param_target")) and (
        target.discovered.get("__metrics_path__") == "/probe" or "://" in target.discovered["__param_target"]
    )


def pair_of(labels: t.Mapping[str, str]) -> tuple[str, str]:
    return labels.get("job", ""), labels.get("instance", "")


def host_of(address: str) -> str:
    """The host of a URL, or of a host with or without a port, in lower case; "" where it is neither."""
    text = address.strip().lower()
    try:
        return (urlsplit(text if "://" in text else f"//{text}").hostname or "") if text else ""
    except ValueError:
        return ""


def _bare(name: str) -> str:
    return name.lower().removesuffix(".service")


def _is_ip(host: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+|[0-9a-f]*:[0-9a-f:]*", host))


__all__ = ("Scope", "host_of", "pair_of")
