# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a variable that a query to a data source gives: Prometheus and Loki, as Grafana asks them. PRIVATE to the collection."""

from __future__ import annotations

import json
import re
import typing as t

from .._patterns import NotSearched, find
from .._phrase import Message, phrase, verbatim
from .grafana_panels import Json
from .grafana_reading import GrafanaReader, Refused, Source
from .grafana_templates import LOKI, PROMETHEUS
from .grafana_time import Range

Fill = t.Callable[[str, str], str]  # a text with its variables filled in, in a format
_CALL = re.compile(r"\s*(label_names|label_values|metrics|query_result)\((.*)\)\s*", re.DOTALL)


class NotFilled(Exception):
    """A variable that cannot be filled in here: nobody knows what the panel would show."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def asked(name: str, query: object, source: Source, reader: GrafanaReader, whole: Range, fill: Fill) -> list[str] | None:
    """The values, before the regular expression of the variable. None where this kind of data source has no way that is known here.

    Refused, Missing, Forbidden.
    """
    text = str(query.get("query") or "") if isinstance(query, dict) else str(query or "")
    if source.kind in LOKI:
        return _of_loki(query, fill(text, "promql"), source, reader, whole, fill)
    if source.kind not in PROMETHEUS:
        return None
    text = fill(text, "promql").strip()
    times = {"start": int(whole.start), "end": int(whole.end)}

    def labels(path: str, selector: str | None) -> list[str]:
        return [str(one) for one in reader.resource(source.uid, path, {"match[]": selector, **times})]

    call = _CALL.fullmatch(text)
    if not call:
        found = reader.resource(source.uid, "api/v1/series", {"match[]": text, **times}) if text else []
        return [_series_text(item) for item in found if isinstance(item, dict)]
    function, inner = call.group(1), call.group(2).strip()
    if function == "query_result":
        return _results(inner, source, reader, whole)
    if function == "metrics":
        return [metric for metric, _text in picked(labels("api/v1/label/__name__/values", None), inner, name)]
    if function == "label_names":
        return labels("api/v1/labels", inner or None)
    metric, _comma, label = inner.rpartition(",")
    return labels(f"api/v1/label/{label.strip()}/values", metric.strip() or None)


def _of_loki(query: object, text: str, source: Source, reader: GrafanaReader, whole: Range, fill: Fill) -> list[str] | None:
    times = {"start": int(whole.start * 1e9), "end": int(whole.end * 1e9)}
    if isinstance(query, dict) and query.get("label"):
        label, stream = str(query["label"]), fill(str(query.get("stream") or ""), "promql")
    else:
        call = _CALL.fullmatch(text)
        if not call or call.group(1) not in ("label_values", "label_names"):
            return None
        if call.group(1) == "label_names":
            return [str(one) for one in reader.resource(source.uid, "labels", times)]
        stream, _comma, label = call.group(2).rpartition(",")
    found = reader.resource(source.uid, f"label/{label.strip()}/values", {"query": stream.strip() or None, **times})
    return [str(one) for one in found]


def _results(expression: str, source: Source, reader: GrafanaReader, whole: Range) -> list[str]:
    """Each series as Grafana writes it: ``metric{label="value"} number milliseconds``."""
    query = {"refId": "A", "expr": expression, "instant": True, "range": False, "format": "time_series", "intervalMs": 15_000}
    reference = {"uid": source.uid, "type": source.kind}
    answer = reader.ask([{**query, "maxDataPoints": 100, "datasource": reference}], whole).get("A")
    if answer is None or answer.reason is not None:
        raise Refused(verbatim(answer.reason) if answer and answer.reason else phrase("no reason given"))
    found = []
    for frame in answer.frames if isinstance(answer.frames, list) else []:
        fields = ((frame.get("schema") or {}).get("fields") or []) if isinstance(frame, dict) else []
        columns = ((frame.get("data") or {}).get("values") or []) if fields else []
        for field, column in zip(fields, columns):
            if field.get("type") == "number" and column and isinstance(column[-1], (int, float)):
                found.append(f"{_series_text(field.get('labels') or {})} {column[-1]:g} {columns[0][-1]}")
    return found


def _series_text(labels: Json) -> str:
    inner = ",".join(f"{key}={json.dumps(str(value))}" for key, value in sorted(labels.items()) if key != "__name__")
    return f"{labels.get('__name__', '')}{{{inner}}}"


def picked(texts: t.Sequence[str], pattern: str, name: str) -> list[tuple[str, str]]:
    """Value and text of what a regular expression as JavaScript has them finds, or takes out of it with groups. NotFilled."""
    inner = re.fullmatch(r"/(.*)/([a-z]*)", pattern, re.DOTALL)
    body, marks = (inner.group(1), inner.group(2)) if inner else (pattern, "")
    body = body.replace("(?<text>", "(?P<text>").replace("(?<value>", "(?P<value>").replace("\\/", "/")
    if "(?P<" not in body:
        body = _first_group_named(body)
    found = []
    for text in texts:
        try:
            groups = find(body, text, flags=re.IGNORECASE if "i" in marks else 0, within=1.0)
        except NotSearched:
            why = phrase("the regular expression of the variable {name} cannot be used here: {pattern}", name=name, pattern=pattern)
            raise NotFilled(why) from None
        if groups is None:
            continue
        value, said = groups.get("value"), groups.get("text")
        if value is None and said is None:
            found.append((text, text))
        else:
            found.append((str(said if value is None else value), str(value if said is None else said)))
    return found


def _first_group_named(pattern: str) -> str:
    """With a name for the first group that takes something out."""
    escaped = in_class = False
    for place, character in enumerate(pattern):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(" and pattern[place + 1 : place + 2] != "?":
            return f"{pattern[:place]}(?P<value>{pattern[place + 1 :]}"
    return pattern


def ordered(options: list[tuple[str, str]], way: object) -> list[tuple[str, str]]:
    """As Grafana numbers the ways: 0 as they come, then text, numbers, text without regard to case, each upwards and downwards."""
    number = way if isinstance(way, int) else 0
    if number in (1, 2):
        return sorted(options, key=lambda one: one[1], reverse=number == 2)
    if number in (3, 4):

        def amount(one: tuple[str, str]) -> float:
            digits = re.search(r"\d+(?:\.\d+)?", one[1])
            return float(digits.group()) if digits else -1.0

        return sorted(options, key=amount, reverse=number == 4)
    if number in (5, 6):
        return sorted(options, key=lambda one: one[1].lower(), reverse=number == 6)
    return options


__all__ = ("NotFilled", "asked", "ordered", "picked")
