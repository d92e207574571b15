# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a run record is published to, and from where the metrics of a service are removed. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import typing as t

from ...module_utils._exchange import Connection, public_url
from ...module_utils._publish_spec import FILES
from .._model.text import as_dict, as_list
from . import annotation, csv, html, junit, markdown, metrics, nagios, news, places, textfile
from .files import READABLE, PublishFailure, WriteFile, write
from .pushgateway import Pushgateway, group_url

_Record = t.Mapping[str, object]


class OtherHost(t.Protocol):
    """The host that the task is delegated to, if it is: then files lie there."""

    host: str | None

    @property
    def write(self) -> WriteFile | None: ...

    def remove(self, path: str) -> bool: ...


@dataclasses.dataclass(frozen=True)
class Asked:
    """The targets that the user names."""

    textfile_directory: str | None = None
    pushgateway: Connection | None = None
    grafana: Connection | None = None
    grafana_tags: tuple[str, ...] = ()
    files: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # by format: a path, which may have placeholders
    language: str | None = None
    record_mode: int = 0o600  # permissions of a copy of the record
    webhook: Connection | None = None
    mail: news.Mail | None = None

    @classmethod
    def of(cls, options: t.Mapping[str, object]) -> Asked:
        """From the options of the action."""
        grafana = as_dict(options.get("grafana"))
        return cls(
            textfile_directory=_text(options.get("textfile_directory")),
            pushgateway=_connection(options.get("pushgateway")),
            grafana=_connection(grafana),
            grafana_tags=tuple(str(tag) for tag in as_list(grafana.get("tags"))),
            files={name: str(options[name]) for name in FILES if options.get(name)},
            language=_text(options.get("language")),
            webhook=_connection(options.get("webhook")),
            mail=news.Mail.of(as_dict(options.get("mail"))) if options.get("mail") else None,
        )


def _text(value: object) -> str | None:
    return str(value) if value else None


def _connection(given: object) -> Connection | None:
    return Connection.from_args(as_dict(given)) if given else None


@dataclasses.dataclass(frozen=True)
class Target:
    """One place that a record is published to: what writes it returns where it lies."""

    name: str
    where: str  # in words
    write: t.Callable[[], str]  # PublishFailure, GrafanaFailure

    @property
    def is_server(self) -> bool:
        return self.name in ("pushgateway", "grafana", "webhook", "mail")

    @property
    def needs_state(self) -> bool:
        """Metrics are about the whole service."""
        return self.name in ("textfile", "pushgateway")


def targets(record: _Record, state: _Record, asked: Asked, away: WriteFile | None) -> list[Target]:
    """All that is asked for, servers first, then a file for each format. PublishFailure comes when they are written."""
    service, environment = metrics.identity(record)
    whole = {**record, "state": state}
    found: list[Target] = []
    folder, gateway = asked.textfile_directory, asked.pushgateway
    if folder:
        path = str(pathlib.Path(folder) / textfile.filename(service, environment))
        found.append(
            Target("textfile", path, lambda: textfile.write_metrics(folder, service, environment, metrics.exposition(whole), away))
        )
    if gateway:
        where = public_url(group_url(gateway.url, service, environment))
        found.append(Target("pushgateway", where, lambda: Pushgateway(gateway).push(metrics.exposition(whole), service, environment)))
    mark = annotation.of(record, asked.grafana_tags) if asked.grafana else None
    if mark and asked.grafana:
        found.append(Target("grafana", public_url(asked.grafana.url), annotation.writer(asked.grafana, mark)))
    makers: dict[str, t.Callable[[], str]] = {
        "html": lambda: html.render(record, asked.language),
        "markdown": lambda: markdown.render(record, asked.language),
        "junit": lambda: junit.render(record),
        "nagios": lambda: nagios.render(record),
        "csv": lambda: csv.render(record),
        "json": lambda: json.dumps(record, indent=1, ensure_ascii=False) + "\n",
    }
    about = {"service": service, "environment": environment, "phase": as_dict(record.get("run")).get("phase")}
    modes = {"json": asked.record_mode}
    found += [
        _file(name, asked.files[name], about, make, away or write, modes.get(name, READABLE))
        for name, make in makers.items()
        if name in asked.files
    ]
    return found


def tellings(record: _Record, asked: Asked, told: news.Told) -> list[Target]:
    """Who is told of what is new since the last run; nobody where nothing is. NothingNew where it was told before."""
    new = news.news(record)
    webhook, mail = asked.webhook, asked.mail
    if new is None:
        return []
    found = []
    if webhook:
        found.append(Target("webhook", public_url(webhook.url), _once(told, new, "webhook", lambda: news.post(webhook, new))))
    if mail:
        found.append(
            Target("mail", mail.place, _once(told, new, "mail", lambda: news.send(mail, news.message(mail, record, new, asked.language))))
        )
    return found


class NothingNew(Exception):
    """It was told before."""


def _once(told: news.Told, new: _Record, name: str, tell: t.Callable[[], str]) -> t.Callable[[], str]:
    def write() -> str:
        with told.once(new["run"], name) as first:
            if not first:
                raise NothingNew
            return tell()

    return write


def _file(name: str, path: str, about: _Record, make: t.Callable[[], str], write_file: WriteFile, mode: int) -> Target:
    """A placeholder that is not known fails when the file is written."""
    with contextlib.suppress(PublishFailure):
        place = places.filled(path, about)
        return Target(name, place, lambda: write_file(place, make().encode("utf-8", "replace"), mode))
    return Target(name, path, lambda: places.filled(path, about))


@dataclasses.dataclass(frozen=True)
class Published:
    """Where metrics of a service are; what removes them from there tells whether there were any."""

    name: str
    where: str
    remove: t.Callable[[], bool]  # PublishFailure


def published(asked: Asked, service: str, environment: str, away: OtherHost, *, check_mode: bool) -> list[Published]:
    """Wherever the metrics of a service may have been published. In check mode nothing is removed."""
    found: list[Published] = []
    folder, gateway = asked.textfile_directory, asked.pushgateway
    if folder:
        path = str(pathlib.PurePosixPath(folder) / textfile.filename(service, environment))

        def from_textfile() -> bool:
            if away.host:
                return away.remove(path)
            return (textfile.present if check_mode else textfile.remove)(folder, service, environment)

        found.append(Published("textfile", f"{away.host}:{path}" if away.host else path, from_textfile))
    if gateway:

        def from_pushgateway() -> bool:
            server = Pushgateway(gateway)
            there = server.holds(service, environment)
            if there is not False and not check_mode:
                server.delete(service, environment)
            return there is not False

        found.append(Published("pushgateway", public_url(group_url(gateway.url, service, environment)), from_pushgateway))
    return found


__all__ = ("Asked", "NothingNew", "OtherHost", "Published", "Target", "published", "targets", "tellings")
