# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many lines log stores have dropped since they were started, by their own counters. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._http import Connection
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .log_wire import LogServer

_SAMPLE = re.compile(r"^([a-z_]{1,100})(?:\{([^\n]{0,2000})\})? ([\d.eE+]{1,32})$", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,20})?(?:e\+?\d{1,2})?")
_REASON = re.compile(r'reason="([^"]{1,100})"')


@dataclasses.dataclass(frozen=True)
class Counters:
    """Lines, or requests to write some, since the store was started."""

    dropped: int
    taken: int
    why: Message


class _Named(t.NamedTuple):
    dropped: tuple[str, ...]
    taken: str
    all_taken: bool  # whether what was taken includes what was dropped


_OF_METRICS = {
    "victorialogs": _Named(("vl_rows_dropped_total", "vl_too_long_lines_skipped_total"), "vl_rows_ingested_total", True),
    "loki": _Named(("loki_discarded_samples_total",), "loki_distributor_lines_received_total", True),
}


def counters(backend: str, args: t.Mapping[str, object], runner: Runner) -> Counters | None:
    """None where the store does not show its counters. CannotObserve where it does not answer."""
    server = LogServer(backend, str(args["url"]).rstrip("/"), Connection.from_args(args), runner)
    if backend in _OF_METRICS:
        response = server.get("/metrics", missing=range(300, 600))
        return of_metrics(response.text, _OF_METRICS[backend]) if response.status == 200 else None
    if backend in ("opensearch", "elasticsearch"):
        response = server.get("/_nodes/stats/thread_pool", missing=range(300, 600))
        return of_thread_pools(server.json(response)) if response.status == 200 else None
    return None


def of_metrics(text: str, named: _Named) -> Counters | None:
    """The sums of the counters on a page of metrics; None where it has none of them."""
    found = [(name, labels, value) for name, labels, value in _SAMPLE.findall(text) if _NUMBER.fullmatch(value)]
    samples = [(name, labels, float(value)) for name, labels, value in found]
    if not any(name in (*named.dropped, named.taken) for name, _labels, _value in samples):
        return None
    reasons: dict[str, float] = {}
    for name, labels, value in samples:
        if name in named.dropped and value:
            match = _REASON.search(labels)
            reason = match.group(1) if match else name
            reasons[reason] = reasons.get(reason, 0.0) + value
    dropped = int(sum(reasons.values()))
    taken = int(sum(value for name, _labels, value in samples if name == named.taken))
    why = verbatim(", ".join(f"{reason} {int(count)}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1])[:5]))
    return Counters(dropped, max(taken - dropped, 0) if named.all_taken else taken, why)


def of_thread_pools(data: object) -> Counters | None:
    """Requests to write that the nodes have refused: a shipper may have sent them again."""
    nodes = data.get("nodes") if isinstance(data, dict) else None
    refused = done = 0
    seen = False
    for node in nodes.values() if isinstance(nodes, dict) else ():
        pools = node.get("thread_pool") if isinstance(node, dict) else None
        pool = pools.get("write") if isinstance(pools, dict) else None
        if isinstance(pool, dict) and isinstance(pool.get("rejected"), int) and isinstance(pool.get("completed"), int):
            refused, done, seen = refused + pool["rejected"], done + pool["completed"], True
    return Counters(refused, done, phrase("requests to write that were refused")) if seen else None


__all__ = ("Counters", "counters", "of_metrics", "of_thread_pools")
