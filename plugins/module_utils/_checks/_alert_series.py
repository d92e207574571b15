# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The label sets that selectors take now, asked for many at a time. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Prometheus, QueryRefused
from .._clients.promql import Selector
from .._phrase import phrase

Labels = t.Mapping[str, str]
AT_ONCE = 100  # selectors a request
# labels of which there may be many, and that do not say what a series is about
LEFT_OUT = ("le", "quantile", "method", "handler", "route", "path", "uri", "endpoint", "version", "le_", "bucket", "pod_template_hash")
MARK = "readiness_selector"


class Live:
    """What has series now, each selector asked for once."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._known: dict[str, list[Labels]] = {}
        self._refused: dict[str, QueryRefused] = {}

    def ask(self, selectors: t.Iterable[Selector]) -> None:
        """Gets what is not known yet."""
        texts = list(dict.fromkeys(text for one in selectors if (text := one.text) not in self._known and text not in self._refused))
        for start in range(0, len(texts), AT_ONCE):
            self._get(texts[start : start + AT_ONCE])

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was there of what was asked for."""
        return bool(self._known) and not any(self._known.values())

    def series(self, selector: Selector) -> list[Labels]:
        """Its label sets, without those that may be many. QueryRefused."""
        self.ask([selector])
        if selector.text in self._refused:
            raise self._refused[selector.text]
        return self._known[selector.text]

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

    def _get(self, texts: list[str]) -> None:
        parts = [
            f'label_replace(count without ({", ".join(LEFT_OUT)}) ({text}), "{MARK}", "{number}", "", "")'
            for number, text in enumerate(texts)
        ]
        try:
            samples = self.server.query(" or ".join(parts))
        except QueryRefused as exc:
            if len(texts) == 1:
                self._refused[texts[0]] = exc
                return
            for text in texts:  # one that is refused takes the others along
                self._get([text])
            return
        found: dict[str, list[Labels]] = {text: [] for text in texts}
        for sample in samples:
            mark = sample.labels.get(MARK, "")
            if not mark.isdigit() or int(mark) >= len(texts):
                said = phrase("{server} answered with JSON that is not as Prometheus's", server=self.server.instrument)
                raise QueryRefused(said, instrument=self.server.instrument)
            found[texts[int(mark)]].append({name: value for name, value in sample.labels.items() if name != MARK})
        self._known.update(found)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


__all__ = ("MARK", "Labels", "Live")
