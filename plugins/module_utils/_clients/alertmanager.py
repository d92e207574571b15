# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alertmanager's API v2. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import sys
import typing as t

from .._finding import CannotObserve
from .._http import Connection, public_url
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .._yaml_bounds import TooLarge
from .._yaml_bounds import check as check_bounds
from .alertmanager_routes import Config, Labels, Matcher

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

    class _Texts(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc] # which one is there is seen at run time
        """Every scalar as text, as Alertmanager's own types take them, but for null."""

    _Texts.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
    _Texts.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)? ?(Z|z|[+-]\d\d:?\d\d)")
_STATES = ("active", "pending", "expired")


@dataclasses.dataclass(frozen=True)
class Silence:
    """A silence; ``end`` is None where it has none that is real."""

    id: str
    state: str
    start: dt.datetime | None
    end: dt.datetime | None
    author: str
    comment: str
    matchers: tuple[Matcher, ...]  # none: nobody can tell what it hides
    updated: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Silences:
    """What an Alertmanager holds; ``unreadable`` are the ids, or places, of those that make no sense."""

    readable: tuple[Silence, ...]
    unreadable: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Alert:
    """An alert that an Alertmanager holds, silenced and inhibited ones too."""

    labels: Labels
    generator: str  # the address that whoever sent it gave
    fingerprint: str = ""
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()


class Alertmanager:
    """Asks one Alertmanager; whatever is wrong with its answer is a CannotObserve that names it."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        self.base = connection.url.rstrip("/")
        self.name = f"Alertmanager {public_url(self.base)}"

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def status(self) -> Config:
        """Version, cluster and configuration as it shows them."""
        return t.cast("Config", self._get("/api/v2/status", dict))

    def config(self) -> Config:
        """The configuration in use, its scalars as text, its secrets hidden by Alertmanager (not by its forks: show nothing of it)."""
        return self.config_of(self.status())

    def config_of(self, status: Config) -> Config:
        """The configuration in a status."""
        if not HAS_YAML:
            said = phrase(
                "the configuration of Alertmanager cannot be read: the Python library PyYAML is not installed for {python:path}",
                python=sys.executable,
            )
            raise CannotObserve(said)
        shown = status.get("config")
        original = shown.get("original") if isinstance(shown, dict) else None
        if not isinstance(original, str) or not original.strip():
            raise self.trouble(phrase("{server} does not show its configuration", server=self.name))
        try:
            parsed = read_yaml(original)
        except ValueError:
            raise self.trouble(phrase("{server} shows a configuration that is not YAML", server=self.name)) from None
        if not isinstance(parsed, dict):
            raise self.trouble(phrase("{server} shows a configuration that is not a mapping", server=self.name))
        return parsed

    def silences(self) -> Silences:
        """All silences that are not expired; one that makes no sense does not hide the others."""
        readable, unreadable = [], []
        for number, item in enumerate(self._get("/api/v2/silences", list), 1):
            try:
                silence = read_silence(item)
                if silence.state != "expired":
                    readable.append(silence)
            except (KeyError, TypeError, ValueError, AttributeError):
                name = item.get("id") if isinstance(item, dict) else None
                unreadable.append(one_line(name, 60) if isinstance(name, str) and name else f"#{number}")
        return Silences(tuple(readable), tuple(unreadable))

    def alerts(self) -> list[Alert]:
        """The alerts that it holds, silenced and inhibited ones too."""
        try:
            return [_held(item) for item in self._get("/api/v2/alerts", list)]
        except (AttributeError, KeyError, TypeError):
            raise self.trouble(phrase("{server} answered with alerts that make no sense", server=self.name)) from None

    def now_held(self, path: str) -> list[t.Any]:
        """A list of the API as it is now, whatever was answered before."""
        return t.cast("list[t.Any]", self._get(path, list, fresh=True))

    def _get(self, path: str, kind: type, *, fresh: bool = False) -> t.Any:
        try:
            response = self.runner.ask(self.name, "GET", self.base + path, light=True, fresh=fresh, connection=self.connection)
            if response.status == 200:
                data = response.json()
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None
        except RecursionError:
            raise self.trouble(phrase("{server} answered with JSON that cannot be parsed (nested too deeply)", server=self.name)) from None
        if response.status != 200:
            raise self.trouble(_unusable(self.name, path, response.status))
        if not isinstance(data, kind):
            said = phrase(
                "{server} answered {path:path} with JSON of another kind than expected: is there an Alertmanager at this address?",
                server=self.name,
                path=path,
            )
            raise self.trouble(said)
        return data


def _held(item: Config) -> Alert:
    status = item.get("status") or {}
    return Alert(
        {str(name): str(value) for name, value in item["labels"].items()},
        str(item.get("generatorURL") or ""),
        str(item.get("fingerprint") or ""),
        tuple(str(name) for name in status.get("silencedBy") or ()),
        tuple(str(name) for name in status.get("inhibitedBy") or ()),
    )


def _unusable(server: str, path: str, status: int) -> Message:
    """An answer with another status than 200."""
    if status in (401, 403):
        return phrase("{server} refused the credentials (status {status} for {path:path})", server=server, path=path, status=status)
    if status == 404:
        return phrase("{server} has no {path:path} (status 404): is there an Alertmanager at this address?", server=server, path=path)
    return phrase("{server} answered {path:path} with status {status}", server=server, path=path, status=status)


def read_yaml(text: str) -> t.Any:
    """YAML with all scalars but null as text. ValueError, which does not show the text."""
    try:
        check_bounds(text)
        return yaml.load(text, Loader=_Texts)
    except (yaml.YAMLError, RecursionError, TooLarge):
        raise ValueError("not YAML") from None


def parse_timestamp(text: str) -> dt.datetime:
    """ISO 8601 with a zone, to the second. ValueError."""
    match = _TIMESTAMP.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a time with a zone; expected for example 2026-11-25T06:00:00Z")
    day, minute, second, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return dt.datetime.fromisoformat(f"{day}T{minute}:{second or '00'}{zone}")


def read_silence(item: Config) -> Silence:
    """A silence of the API. KeyError, TypeError, ValueError for what is none."""
    state = item["status"]["state"]
    if state not in _STATES:
        raise ValueError(state)
    return Silence(
        str(item["id"]),
        state,
        _real_time(item.get("startsAt")),
        _real_time(item.get("endsAt")),
        str(item.get("createdBy") or "").strip(),
        one_line(item.get("comment")),
        tuple(_api_matcher(matcher) for matcher in item.get("matchers") or ()),
        _real_time(item.get("updatedAt")),
    )


def _real_time(text: t.Any) -> dt.datetime | None:
    moment = parse_timestamp(str(text)) if text else None
    return moment if moment and moment.year > 1 else None


def _api_matcher(item: Config) -> Matcher:
    # before 0.22 there was no isEqual
    operator = ("=" if item.get("isEqual", True) else "!") + ("~" if item.get("isRegex", False) else "=")
    return Matcher(str(item["name"]), {"==": "="}.get(operator, operator), str(item["value"]))


def label_sets(given: t.Sequence[Config]) -> list[Labels]:
    """Label sets as written in YAML, their values as text. An empty value is the same as no label."""

    def text(value: t.Any) -> str:
        return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

    return [{str(name): text(value) for name, value in labels.items() if text(value)} for labels in given]


__all__ = ("HAS_YAML", "Alert", "Alertmanager", "Silence", "Silences", "label_sets", "parse_timestamp", "read_silence", "read_yaml")
