# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log store that a check asks, by its options. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._argspec import Spec, http_spec
from .._clients.elasticsearch import Elasticsearch
from .._clients.graylog import Graylog
from .._clients.log_store import LogStore, Place
from .._clients.loki import Loki
from .._clients.opensearch import OpenSearch
from .._clients.victorialogs import VictoriaLogs
from .._finding import CannotObserve
from .._http import Connection, HttpArguments
from .._phrase import phrase
from .._runner import Runner

PLACE = ("query", "index", "stream", "tenant", "message_field", "time_field", "host_field")
_CLIENTS: dict[str, t.Callable[[Connection, Place, Runner], LogStore]] = {
    "victorialogs": VictoriaLogs,
    "opensearch": OpenSearch,
    "elasticsearch": Elasticsearch,
    "loki": Loki,
    "graylog": Graylog,
}

BACKENDS = tuple(_CLIENTS)  # the kinds of server that are asked over HTTP


class StoreArguments(HttpArguments):
    """What ``log_store_spec`` describes."""

    url: str | None
    query: str | None
    index: str | None
    stream: str | None
    tenant: str | None
    message_field: str | None
    time_field: str | None
    host_field: str | None


def log_store_spec() -> Spec:
    """The options with which a log store is reached, and those that say where in it the lines lie."""
    return {**http_spec(), **{name: {"type": "str"} for name in PLACE}}


def log_store(backend: str, args: t.Mapping[str, object], runner: Runner) -> LogStore:
    """The store of this kind. CannotObserve where its address is not given, or there is no such kind."""
    if backend not in _CLIENTS:
        raise CannotObserve(phrase("a log store of kind {kind:path} cannot be asked", kind=backend))
    if not args.get("url"):
        raise CannotObserve(phrase("the address of the log store is not given (url)"))
    place = Place(**{name: str(args[name]) for name in PLACE if args.get(name)})
    return _CLIENTS[backend](Connection.from_args(args), place, runner)


__all__ = ("BACKENDS", "PLACE", "StoreArguments", "log_store", "log_store_spec")
