# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana's variables in texts: ``$name``, ``[[name]]``, ``${name:format}``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import typing as t
from urllib.parse import quote

ALL = "$__all"
PROMETHEUS = (
    ("prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource", "victoriametrics-metrics-datasource")
)  # fmt: skip
LOKI = ("loki",)
_LUCENE = ("elasticsearch", "grafana-opensearch-datasource", "opensearch")
_SQL = ("postgres", "grafana-postgresql-datasource", "mysql", "mssql", "grafana-clickhouse-datasource")
_REFERENCE = re.compile(r"\$(\w+)|\[\[(\w+)(?::([^\]]+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}")


@dataclasses.dataclass(frozen=True)
class Value:
    """What a variable stands for. ``several``: the variable may have more than one value, also where it has one now."""

    values: tuple[str, ...]
    several: bool = False
    texts: tuple[str, ...] = ()
    raw: bool = False  # the value for "all" that the dashboard gives: nothing in it is escaped
    each: tuple[str, ...] = ()  # then, what it stands for

    @property
    def shown(self) -> tuple[str, ...]:
        return self.texts or self.values


Values = t.Callable[[str], t.Optional[Value]]  # by name; None for what is no variable


def names_in(text: str) -> list[str]:
    """The names to which a text refers, whether they are variables or not."""
    return list(dict.fromkeys(match[1] or match[2] or match[4] for match in _REFERENCE.finditer(text)))


def names_within(value: object) -> list[str]:
    """The same of all texts within JSON."""
    if isinstance(value, str):
        return names_in(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return list(dict.fromkeys(name for item in inner for name in names_within(item)))


def filled(text: str, values: Values, way: str = "glob") -> str:
    """The text with each variable replaced, by the format that stands there, else by ``way``. What is no variable stays as it is."""

    def one(match: re.Match[str]) -> str:
        value = values(match[1] or match[2] or match[4])
        if value is None:
            return match[0]
        if match[5] in ("text", "name"):
            return formatted(value, "text")
        return formatted(value, match[3] or match[6] or way)

    return _REFERENCE.sub(one, text)


def filled_within(value: t.Any, values: Values, ways: t.Mapping[str, str], way: str = "glob") -> t.Any:
    """JSON with each variable in its texts replaced; ``ways``: by the key under which a text stands."""
    if isinstance(value, str):
        return filled(value, values, way)
    if isinstance(value, dict):
        return {key: filled_within(item, values, ways, ways.get(str(key), way)) for key, item in value.items()}
    return [filled_within(item, values, ways, way) for item in value] if isinstance(value, list) else value


def ways_of(kind: str) -> tuple[dict[str, str], str]:
    """How a kind of data source wants its variables: by key of the query, and for all other texts."""
    if kind in PROMETHEUS or kind in LOKI:
        return {"expr": "promql"}, "glob"
    if kind in _LUCENE:
        return {}, "lucene"
    if kind in _SQL:
        return {}, "sqlquery"
    return {}, "glob"


# -- formats


def formatted(value: Value, way: str) -> str:
    """One value, or several, in a format of Grafana's. One that is not known is the default, as in Grafana."""
    name, _colon, arguments = way.partition(":")
    values = list(value.values)
    if value.raw and name not in ("text", "percentencode", "uriencode", "json"):
        return values[0]
    if name in _JOINED:
        escape, between, before, after = _JOINED[name]
        return before + between.join(escape(item) for item in values) + after
    if name == "date":
        return _date(values, arguments)
    if name == "text":
        return " + ".join(value.shown)
    return _OTHERS.get(name, _glob)(values, value.several)


def _same(text: str) -> str:
    return text


def _encoded(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


_JOINED: t.Mapping[str, tuple[t.Callable[[str], str], str, str, str]] = {
    "csv": (_same, ",", "", ""),
    "raw": (_same, ",", "", ""),
    "pipe": (_same, "|", "", ""),
    "singlequote": (lambda text: "'" + text.replace("'", r"\'") + "'", ",", "", ""),
    "doublequote": (lambda text: '"' + text.replace('"', r"\"") + '"', ",", "", ""),
    "sqlstring": (lambda text: "'" + text.replace("'", "''") + "'", ",", "", ""),
    "uriencode": (_encoded, ",", "", ""),
}


def _glob(values: list[str], _several: bool) -> str:
    return values[0] if len(values) == 1 else "{" + ",".join(values) + "}"


def _regex(values: list[str], _several: bool) -> str:
    escaped = [re.sub(r"[\\^$*+?.()|{}\[\]/]", r"\\\g<0>", item) for item in values]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def _promql(values: list[str], several: bool) -> str:
    """Within a string of PromQL or LogQL; a variable that may have several values stands in a regular expression."""
    if not several:
        return values[0].replace("\\", "\\\\").replace('"', '\\"')
    escaped = [re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", item.replace("\\", "\\\\\\\\")) for item in values]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def _lucene(values: list[str], _several: bool) -> str:
    def quoted(item: str) -> str:
        return '"' + re.sub(r'([+\-=&|><!(){}\[\]^"~*?:\\/])', r"\\\1", item) + '"'

    if len(values) == 1:
        return re.sub(r'([+\-=&|><!(){}\[\]^"~*?:\\/ ])', r"\\\1", values[0])
    return "(" + " OR ".join(quoted(item) for item in values) + ")"


def _sqlquery(values: list[str], several: bool) -> str:
    """As the data sources for databases do it: one value bare, several in quotes."""
    return formatted(Value(tuple(values)), "sqlstring") if several else values[0]


def _json(values: list[str], several: bool) -> str:
    return json.dumps(values if several else values[0], ensure_ascii=False)


def _encode(values: list[str], several: bool) -> str:
    return _encoded("{" + ",".join(values) + "}" if several and len(values) > 1 else values[0])


_OTHERS: t.Mapping[str, t.Callable[[list[str], bool], str]] = {
    "glob": _glob,
    "regex": _regex,
    "promql": _promql,
    "lucene": _lucene,
    "sqlquery": _sqlquery,
    "json": _json,
    "percentencode": _encode,
}


def _date(values: list[str], arguments: str) -> str:
    """Of milliseconds: ISO 8601, or seconds with ``:seconds``. A pattern of its own is written for the parts that are common."""
    if not values[0].lstrip("-").isdigit():
        return values[0]
    if arguments == "seconds":
        return str(int(values[0]) // 1000)
    at = dt.datetime.fromtimestamp(int(values[0]) / 1000, dt.timezone.utc)
    if arguments in ("", "iso"):
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
    parts = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
    return at.strftime(re.sub("|".join(parts), lambda match: parts[match[0]], arguments.replace("%", "%%")))


__all__ = ("ALL", "LOKI", "PROMETHEUS", "Value", "Values", "filled", "filled_within", "formatted", "names_in", "names_within", "ways_of")
