# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a place in a store is that of one service, and its query without the lines that this collection writes. PRIVATE. Pure."""

from __future__ import annotations

import json
import re
import typing as t

from .._clients.log_tail import CANARY
from .._clients.log_values import MESSAGE_FIELDS

# words in the names of indices, and of files, that hold lines of all programs
OF_ANYBODY = ("all", "everything", "gz", "host", "hosts", "log", "logs", "messages", "remote", "syslog", "system", "txt")
SHIPPERS = ("logstash", "filebeat", "journalbeat", "fluentd", "fluent", "fluentbit", "bit", "vector", "otel", "ecs", "beat", "graylog")
OF_INDICES = (*OF_ANYBODY, *SHIPPERS, "data", "stream", "default", "generic", "index", "ds", "prod", "events")
# what matches whatever there is: * and *:*, a field of any value, a time, an empty selector of Loki or one of any value
_ANYTHING = re.compile(
    r"""\s+|\(|\)|\b(?:AND|OR|and|or)\b|\*:\*|_exists_:\S+|_time:\S+|[\w.@-]+:"?\*"?(?=[\s)]|$)|(?:^|(?<=[\s(]))\*(?=[\s)]|$)"""
    r"""|\{\s*\}|\{\s*(?:\w+\s*(?:=~\s*["`]\.[*+]["`]|!=\s*["`]["`])\s*,?\s*)+\}"""
)
# fields of a request in which access logs have the marker of a probe
REQUEST_FIELDS = (
    "url",
    "url.original",
    "url.path",
    "url.query",
    "url.full",
    "uri",
    "path",
    "request",
    "request_uri",
    "http.url",
    "http.request.url",
    "user_agent",
    "user_agent.original",
    "http_user_agent",
    "agent",
    "args",
    "query_string",
)


def is_narrow(args: t.Mapping[str, object]) -> bool:
    """Whether it has been said which lines are the service's. What matches everything says nothing."""
    query, index = str(args.get("query") or ""), str(args.get("index") or "")
    return bool(args.get("stream")) or bool(_ANYTHING.sub("", query[:4000])) or bool(index and not _of_anybody(index))


def _of_anybody(index: str) -> bool:
    """Whether an index is a pattern that names no service: ``*``, ``_all``, ``logs-*``. One by its full name is taken as meant."""
    for one in index.split(","):
        name = one.strip().lower()
        if name.startswith("-"):
            continue  # what is left out
        words = re.findall(r"[a-z]+", name)
        if name == "_all" or ("*" in name and all(word in OF_INDICES for word in words)):
            return True
    return False


def without_canaries(backend: str, args: t.Mapping[str, object], *, everywhere: bool = True) -> str:
    """The query of the place, but for lines of our own: they would have a silent service log.

    ``everywhere``: in whatever field, which not every version of VictoriaLogs can look through.
    """
    query = str(args.get("query") or "")
    if backend == "loki":
        return f'{query} != "{CANARY}"' if query else query
    if backend == "victorialogs":
        field = str(args.get("message_field") or "")
        where = "*:" if everywhere else f"{json.dumps(field)}:" if field else ""
        ours = f'!{where}"{CANARY}"'
        return f"({query}) {ours}" if query else ours
    ours = f'"{CANARY}"'
    if backend != "graylog":  # which allows no pattern that begins with an asterisk
        escaped = CANARY.replace("-", "\\-")
        fields = dict.fromkeys((str(args.get("message_field") or "message"), *MESSAGE_FIELDS, *REQUEST_FIELDS))
        ours = " OR ".join([ours, *(f"{_escaped(field)}:*{escaped}*" for field in fields)])
    return f"({query}) AND NOT ({ours})" if query else f"NOT ({ours})"


def lacking(backend: str, query: str, fields: t.Sequence[str]) -> str:
    """The query for those of its lines that have none of the fields."""
    if backend == "loki":
        return query + "".join(f' | {re.sub(r"[^a-zA-Z0-9_]", "_", field)}=""' for field in fields)
    if backend == "victorialogs":
        return " ".join([f"({query})" if query else "*", *(f'{json.dumps(field)}:""' for field in fields)])
    conditions = " AND ".join(f"NOT _exists_:{_escaped(field)}" for field in fields)
    return f"({query}) AND {conditions}" if query else conditions


def _escaped(field: str) -> str:
    return re.sub(r"([^\w.@])", r"\\\1", field)


__all__ = ("OF_ANYBODY", "is_narrow", "lacking", "without_canaries")
