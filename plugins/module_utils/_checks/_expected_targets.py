# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets that a service must have in its Prometheus, and which ones are these. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

from .._argspec import Spec
from .._clients.prometheus import Target
from .._listing import either
from .._phrase import Message, phrase

# the suboptions of expect
EXPECT: Spec = {
    "job": {"type": "str"},
    "addresses": {"type": "list", "elements": "str", "required": True},
    "port": {"type": "int", "required": True},
}
PORTS = {"http": 80, "https": 443}


class Expected(t.TypedDict):
    """A target that must be there: one of the addresses with this port, of this job where one is named."""

    job: str | None
    addresses: list[str]
    port: int


def is_expected(target: Target, one: Expected) -> bool:
    """Whether a target is the expected one: its job, and one of the addresses with the port."""
    if one["job"] and target.labels.get("job") != one["job"]:
        return False
    wanted = {(host_name(address), one["port"]) for address in one["addresses"]}
    url = urlsplit(target.scrape_url)
    scheme = url.scheme or target.discovered.get("__scheme__", "http")
    if {host_port(url.netloc, scheme), host_port(target.discovered.get("__address__", ""), scheme)} & wanted:
        return True
    # a prober's target has the probed address for its instance: that says nothing of this endpoint unless the job was named
    if not one["job"] and "target" in parse_qs(url.query):
        return False
    return host_port(target.labels.get("instance", ""), scheme) in wanted


def host_port(text: str, scheme: str) -> tuple[str, int] | None:
    """``web1:9100``, ``[::1]:9100``, ``web1`` (the scheme's port); None for anything else."""
    if not text or "/" in text:
        return None
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    return (host_name(parts.hostname or ""), port or PORTS.get(scheme, 80))


def host_name(text: str) -> str:
    return text.strip("[]").rstrip(".").lower()


def describe(one: Expected) -> Message:
    names = [f"[{name}]" if ":" in name and not name.startswith("[") else str(name) for name in one["addresses"]]
    address = either(names) if names else phrase("no address")
    if one["job"]:
        return phrase("{address} port {port} of the job {job}", address=address, port=one["port"], job=one["job"])
    return phrase("{address} port {port}", address=address, port=one["port"])


__all__ = ("EXPECT", "Expected", "describe", "host_name", "host_port", "is_expected")
