# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check reads of a Grafana: dashboards, data sources, and the answers to queries. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import json
import typing as t
from urllib.parse import quote, urlencode

from .._finding import CannotObserve
from .._http import Connection, Response, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .grafana_panels import Json
from .grafana_time import Range

LONGEST_WAIT = 30.0  # seconds for one answer to queries
MOST_FOUND = 100  # dashboards of one tag
# of the data source, told by Grafana itself: it did not like the query, does not have it, or does not answer
_OF_THE_QUERY = (400, 404, 412, 422, 500)
# of plugins that work in the browser alone, or are not installed any more
_NOT_ASKABLE = ("plugin.notregistered", "plugin.unavailable", "plugin.notimplemented", "plugin not found", "plugin unavailable")
_NEWER_API = "/apis/dashboard.grafana.app/{version}/namespaces/default/dashboards/{uid}"


class Missing(Exception):
    """Grafana has no such thing."""


class Forbidden(CannotObserve):
    """These credentials may not see or ask it, or Grafana itself cannot."""


class Refused(Exception):
    """A query, or a data source, that does not work; ``message`` is the reason that Grafana gives."""

    def __init__(self, message: Message, *, whole: bool = False) -> None:
        super().__init__(message)
        self.message, self.whole = message, whole


@dataclasses.dataclass(frozen=True)
class Source:
    """A data source."""

    uid: str
    name: str
    kind: str  # the plugin: prometheus, loki
    is_default: bool = False
    of_whoever_looks: bool = False  # it asks with the login of whoever looks at it, as far as that can be seen


@dataclasses.dataclass(frozen=True)
class Listing:
    """The data sources; ``whole`` is False where these credentials may not list them, so that one that is not there may exist."""

    sources: t.Sequence[Source]
    whole: bool

    def named(self, name: str) -> Source | None:
        """By uid, else by name."""
        by_uid = next((source for source in self.sources if source.uid == name), None)
        return by_uid or next((source for source in self.sources if source.name == name), None)

    def default(self, kind: str = "") -> Source | None:
        """The default one, if it is of that kind, else the first of the kind."""
        default = next((source for source in self.sources if source.is_default), None)
        if not kind or (default and default.kind == kind):
            return default
        return next((source for source in self.sources if source.kind == kind), None)


@dataclasses.dataclass(frozen=True)
class Saved:
    """A dashboard as Grafana has it, with the title of its folder."""

    uid: str
    model: Json
    folder: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """The frames that answer one query, or why there are none."""

    frames: object = None
    reason: str | None = None
    status: int = 200


class GrafanaReader:
    """What goes wrong is a CannotObserve whose instrument is this server, but for what is told with Missing, Forbidden and Refused."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        self.base = connection.url.rstrip("/")
        self.instrument = f"Grafana {public_url(self.base)}"

    def health(self) -> tuple[str, dt.datetime]:
        """The version of a Grafana that is well, and its time."""
        response = self._ask("GET", "/api/health", light=True)
        data = self._json(response)
        if not isinstance(data, dict) or "database" not in data:
            raise self._cannot(
                phrase("{server} answers /api/health with something else: is there a Grafana at this address?", server=self.instrument)
            )
        if response.status != 200 or data["database"] != "ok":
            raise self._cannot(
                phrase("{server} is not well: its database is '{state}'", server=self.instrument, state=one_line(data["database"], 100))
            )
        return one_line(data.get("version"), 50), self._time(response)

    # -- dashboards

    def dashboard(self, uid: str) -> Saved:
        """Missing, Forbidden."""
        response = self._ask("GET", f"/api/dashboards/uid/{quote(uid, safe='')}")
        if response.status in (406, 500):  # stored in a form that the older API cannot tell
            newer = self._newer(uid)
            if newer is not None:
                return newer
        found = self._good(
            response,
            lambda status: phrase(
                "{server}: these credentials may not read the dashboard {uid} ({status})", server=self.instrument, uid=uid, status=status
            ),
        )
        model, meta = found.get("dashboard"), found.get("meta")
        if not isinstance(model, dict):
            raise self._nonsense()
        saved = Saved(uid, model, one_line(meta.get("folderTitle"), 100) if isinstance(meta, dict) else "")
        if not model.get("panels") and not model.get("rows") and not model.get("elements"):
            newer = self._newer(uid)
            return saved if newer is None else dataclasses.replace(newer, folder=saved.folder)
        return saved

    def _newer(self, uid: str) -> Saved | None:
        """A dashboard that is stored in the second schema, as the API of Grafana 12 and later tells it; None where it is not."""
        version = "v1beta1"
        for _try in range(2):
            response = self._ask("GET", _NEWER_API.format(version=version, uid=quote(uid, safe="")))
            if response.status != 200:
                return None
            data = self._json(response)
            spec = data.get("spec") if isinstance(data, dict) else None
            if isinstance(spec, dict) and spec.get("elements"):
                return Saved(uid, spec, "")
            status = data.get("status") if isinstance(data, dict) else None
            conversion = status.get("conversion") if isinstance(status, dict) else None
            stored = str(conversion.get("storedVersion") or "") if isinstance(conversion, dict) else ""
            if not stored.startswith("v2") or not stored.isalnum():
                return None
            version = stored
        return None

    def search(self, **wanted: str) -> list[Json]:
        """Dashboards by ``tag`` or ``query`` (title); all that can be seen without. At most MOST_FOUND and one."""
        form = urlencode({"type": "dash-db", "limit": MOST_FOUND + 1, **wanted})
        found = self._good(
            self._ask("GET", f"/api/search?{form}"),
            lambda status: phrase(
                "{server}: these credentials may not search for dashboards ({status})", server=self.instrument, status=status
            ),
            listed=True,
        )
        return [item for item in found if isinstance(item, dict) and item.get("uid")]

    def library_panel(self, uid: str) -> Json:
        """Missing, Forbidden."""
        found = self._good(
            self._ask("GET", f"/api/library-elements/{quote(uid, safe='')}"),
            lambda status: phrase(
                "{server}: these credentials may not read library panels ({status})", server=self.instrument, status=status
            ),
        )
        result = found.get("result")
        model = result.get("model") if isinstance(result, dict) else None
        if not isinstance(model, dict):
            raise self._nonsense()
        return model

    # -- data sources

    def sources(self) -> Listing:
        """What these credentials may see: without leave to list them, those that Grafana tells each user's browser."""
        try:
            found = self._good(
                self._ask("GET", "/api/datasources"),
                lambda status: phrase(
                    "{server}: these credentials may not list data sources ({status})", server=self.instrument, status=status
                ),
                listed=True,
            )
        except (Forbidden, Missing):
            return self._sources_of_users()
        return Listing([_source(item, bool(item.get("isDefault"))) for item in found if isinstance(item, dict)], whole=True)

    def _sources_of_users(self) -> Listing:
        response = self._ask("GET", "/api/frontend/settings")
        data = self._json(response) if response.status == 200 else {}
        known = data.get("datasources") if isinstance(data, dict) else None
        default = data.get("defaultDatasource") if isinstance(data, dict) else None
        items = {name: item for name, item in known.items() if isinstance(item, dict)} if isinstance(known, dict) else {}
        return Listing([_source({"name": name, **item}, name == default) for name, item in items.items()], whole=False)

    def source_health(self, uid: str) -> Message | None:
        """None where the data source says that it is well. Refused where it is not, Missing where nobody can ask it, Forbidden."""
        response = self._ask("GET", f"/api/datasources/uid/{quote(uid, safe='')}/health", timeout=LONGEST_WAIT)
        if response.status in (404, 405, 501):
            raise Missing
        if response.status in (401, 403):
            raise Forbidden(
                phrase(
                    "{server}: these credentials may not ask data sources for their health ({status})",
                    server=self.instrument,
                    status=response.status,
                ),
                instrument=self.instrument,
            )
        data = self._json(response)
        if not isinstance(data, dict):
            raise self._nonsense()
        if response.status == 200 and data.get("status") == "OK":
            return None
        raise Refused(_told(data.get("message"), response.status))

    def resource(self, uid: str, path: str, parameters: t.Mapping[str, object]) -> list[t.Any]:
        """What a data source of Prometheus's or Loki's kind has under one of its own addresses. Refused, Missing, Forbidden."""
        form = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
        response = self._ask("GET", f"/api/datasources/uid/{quote(uid, safe='')}/resources/{path}?{form}", timeout=LONGEST_WAIT)
        if response.status in (400, 422, 500, 502, 503, 504):
            raise Refused(_told(_reason(response), response.status))
        data = self._good(response, self._may_not_ask)
        if data.get("status") != "success" or not isinstance(data.get("data"), list):
            raise Refused(_told(data.get("error"), response.status))
        return list(data["data"])

    def ask(self, queries: t.Sequence[Json], whole: Range) -> dict[str, Answer]:
        """The answers by refId. Refused where there are none at all (``whole``: the request, not one query), Missing, Forbidden."""
        start, end = whole.milliseconds
        body = json.dumps({"queries": list(queries), "from": start, "to": end}).encode()
        response = self._ask("POST", "/api/ds/query", body=body, timeout=LONGEST_WAIT)
        if response.status in (401, 403):
            raise Forbidden(self._may_not_ask(response.status), instrument=self.instrument)
        data = self._json(response, strict=response.status < 400)
        results = data.get("results") if isinstance(data, dict) else None
        if isinstance(results, dict) and results:
            return {str(ref): _answer(item) for ref, item in results.items()}
        said = {str(data.get(key) or "").lower() for key in ("messageId", "message")} if isinstance(data, dict) else set()
        if response.status == 501 or said.intersection(_NOT_ASKABLE):
            raise Forbidden(phrase("this Grafana cannot ask the data source itself: its plugin works in browsers alone, or is not there"))
        if response.status == 404:
            raise Missing
        if response.status in _OF_THE_QUERY and isinstance(data, dict):
            raise Refused(_told(data.get("error") or data.get("message"), response.status), whole=True)
        if response.status == 200:
            raise self._nonsense()
        raise self._unusable(response, "/api/ds/query")

    # -- the wire

    def _ask(self, method: str, path: str, *, body: bytes | None = None, light: bool = False, timeout: float = 10.0) -> Response:
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if body is not None else {})}
        try:
            response = self.runner.ask(
                self.instrument,
                method,
                self.base + path,
                light=light,
                connection=self.connection,
                headers=headers,
                body=body,
                timeout=timeout,
                follow_redirects=False,  # to a login page
            )
        except CannotObserve as exc:
            raise CannotObserve(exc.message, instrument=self.instrument) from None
        if 300 <= response.status < 400:
            where = public_url(response.headers.get("location", ""))
            raise self._cannot(phrase("{server} redirects to {url:path}; give that address", server=self.instrument, url=where))
        if response.status == 401:
            raise self._cannot(phrase("{server} refused the credentials (401)", server=self.instrument))
        if response.looks_like_html:
            raise self._cannot(
                phrase("{server} answered with a web page: it is no Grafana, or a login page stands before it", server=self.instrument)
            )
        return response

    def _json(self, response: Response, *, strict: bool = True) -> t.Any:
        try:
            return response.json()
        except CannotObserve as exc:
            if strict:
                raise self._cannot(exc.message) from None
        except RecursionError:
            if strict:
                raise self._nonsense() from None
        return None

    def _good(self, response: Response, refused: t.Callable[[int], Message], *, listed: bool = False) -> t.Any:
        """The JSON of an answer that is a success. Missing, Forbidden."""
        if response.status == 404:
            raise Missing
        if response.status in (401, 403):
            raise Forbidden(refused(response.status), instrument=self.instrument)
        if response.status != 200:
            raise self._unusable(response, public_url(response.url))
        data = self._json(response)
        if not isinstance(data, list if listed else dict):
            raise self._nonsense()
        return data

    def _may_not_ask(self, status: int) -> Message:
        return phrase("{server}: these credentials may not ask data sources ({status})", server=self.instrument, status=status)

    def _unusable(self, response: Response, path: str) -> CannotObserve:
        said = _told(_reason(response), response.status)
        return self._cannot(
            phrase(
                "{server} answered {path:path} with {status}: {reason}",
                server=self.instrument,
                path=path,
                status=response.status,
                reason=said,
            )
        )

    def _time(self, response: Response) -> dt.datetime:
        """The server's own: what is old is old by its clock."""
        try:
            moment = email.utils.parsedate_to_datetime(response.headers["date"])
        except (KeyError, TypeError, ValueError):
            return self.runner.now()
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)

    def _cannot(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.instrument)

    def _nonsense(self) -> CannotObserve:
        return self._cannot(phrase("{server} answered with JSON that is not as Grafana's", server=self.instrument))


def _source(item: Json, is_default: bool) -> Source:
    name = one_line(item.get("name"), 100)
    settings = item.get("jsonData")
    forwards = isinstance(settings, dict) and bool(settings.get("oauthPassThru"))
    return Source(str(item.get("uid") or name), name, str(item.get("type") or ""), is_default, forwards)


def _answer(item: object) -> Answer:
    if not isinstance(item, dict):
        return Answer(reason="")
    status = item.get("status")
    failed = isinstance(status, int) and status >= 400
    if item.get("error") or failed:
        return Answer(reason=one_line(item.get("error"), 300), status=status if isinstance(status, int) else 400)
    return Answer(frames=item.get("frames"))


def _reason(response: Response) -> object:
    try:
        data = response.json()
    except (CannotObserve, RecursionError):
        return None
    return (data.get("error") or data.get("message")) if isinstance(data, dict) else None


def _told(reason: object, status: int) -> Message:
    said = one_line(reason, 300)
    return verbatim(said) if said else phrase("no reason given (status {status})", status=status)


__all__ = ("MOST_FOUND", "Answer", "Forbidden", "GrafanaReader", "Listing", "Missing", "Refused", "Saved", "Source")
