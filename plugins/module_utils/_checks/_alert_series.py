# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The label sets that selectors take now, asked for many at a time. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Prometheus
from .._clients.prometheus_batches import ask_together
from .._clients.promql import Selector
from .._finding import CannotObserve

Labels = t.Mapping[str, str]
AT_ONCE = 100  # instances a request
# labels of which there may be many, and that do not say what a series is about
LEFT_OUT = ("le", "quantile", "method", "handler", "route", "path", "uri", "endpoint", "version", "le_", "bucket", "pod_template_hash")


class Live:
    """What has series now, each selector asked for once."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._known: dict[str, list[Labels] | CannotObserve] = {}

    def ask(self, selectors: t.Iterable[Selector]) -> None:
        """Gets what is not known yet."""
        asked = {f"count without ({', '.join(LEFT_OUT)}) ({text})": text for one in selectors if (text := one.text) not in self._known}
        for count, rows in ask_together(self.server, asked).items():
            self._known[asked[count]] = rows if isinstance(rows, CannotObserve) else [row.labels for row in rows]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was there of what was asked for."""
        answered = [found for found in self._known.values() if not isinstance(found, CannotObserve)]
        return bool(answered) and not any(answered)

    def series(self, selector: Selector) -> list[Labels]:
        """Its label sets, without those that may be many. QueryRefused, QueryTooSlow."""
        self.ask([selector])
        found = self._known[selector.text]
        if isinstance(found, CannotObserve):
            raise found
        return found

    def filesystems(self, instances: t.Iterable[str]) -> list[Labels]:
        """The file systems of some instances of the node exporter."""
        wanted = sorted(instance for instance in instances if instance)
        found: list[Labels] = []
        for start in range(0, len(wanted), AT_ONCE):
            parts = [
                f"count by (job, instance, mountpoint, fstype) (node_filesystem_size_bytes{{instance={_quoted(one)}}} > 0)"
                for one in wanted[start : start + AT_ONCE]
            ]
            found += [sample.labels for sample in self.server.query(" or ".join(parts))]
        return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


__all__ = ("Labels", "Live")
