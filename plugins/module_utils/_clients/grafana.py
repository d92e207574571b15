# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana's HTTP API, as far as dashboards and annotations need it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t
from urllib.parse import quote, urlencode

from .._finding import CannotObserve
from .._http import Connection, Http, HttpFailure, Response, public_url
from .._masking import Hiding, secrets_in
from .._message import one_line

ATTEMPTS = 3
_OWN = ("id", "version")  # what Grafana counts itself
_Json = dict[str, t.Any]


class GrafanaFailure(Exception):
    """Grafana could not be used; the text is for people, and has no secret."""


class Grafana:
    """``sleep`` is for tests. Every method: GrafanaFailure."""

    def __init__(
        self,
        connection: Connection,
        http: Http,
        *,
        timeout: float = 15.0,
        attempts: int = ATTEMPTS,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection, self.http, self.timeout = connection, http, timeout
        self.attempts, self.sleep = max(1, attempts), sleep
        self.name = f"Grafana {public_url(connection.url)}"
        self.hiding = Hiding(secrets_in(dataclasses.asdict(connection), ("url_password", "bearer_token")))

    def health(self) -> str:
        """The version of a Grafana that is well."""
        answer = self._ask("GET", "/api/health", login=False)
        data = self._object(answer, "/api/health")
        if "database" not in data:
            raise GrafanaFailure(f"{self.name} answers /api/health with something else: is there a Grafana at this address?")
        if answer.status != 200 or data["database"] != "ok":
            raise GrafanaFailure(f"{self.name} is not well: its database is '{one_line(data['database'], 100)}'")
        return one_line(data.get("version"), 100)

    # -- dashboards

    def folder(self, uid: str) -> str | None:
        """The title of a folder, None where there is none."""
        found = self._found(f"/api/folders/{quote(uid, safe='')}", "read folders")
        return None if found is None else one_line(found.get("title"), 100)

    def make_folder(self, uid: str, title: str) -> None:
        answer = self._ask("POST", "/api/folders", {"uid": uid, "title": title})
        if answer.status in (409, 412) and self.folder(uid) is not None:
            return  # somebody else made it meanwhile
        self._good(answer, f"make the folder '{one_line(title, 100)}'")

    def dashboard(self, uid: str) -> tuple[_Json, str] | None:
        """A dashboard as it is saved and the uid of its folder; None where there is none."""
        found = self._found(f"/api/dashboards/uid/{quote(uid, safe='')}", "read dashboards")
        if found is None:
            return None
        dashboard, meta = found.get("dashboard"), found.get("meta")
        if not isinstance(dashboard, dict) or not isinstance(meta, dict):
            raise GrafanaFailure(f"{self.name} answers with something that is no dashboard")
        return dashboard, str(meta.get("folderUid") or "")

    def save(self, dashboard: t.Mapping[str, t.Any], folder: str) -> None:
        """Saves a dashboard, over whatever has its uid."""
        wanted = {**{key: value for key, value in dashboard.items() if key not in _OWN}, "id": None}
        asked = {"dashboard": wanted, "folderUid": folder, "overwrite": True, "message": "operability.readiness"}
        title = one_line(dashboard.get("title"), 100)
        answer = self._ask("POST", "/api/dashboards/db", asked)
        if answer.status == 412:
            why = {
                "version-mismatch": "somebody else changed it at the same moment",
                "name-exists": "another dashboard in the folder has this title",
                "plugin-dashboard": "it belongs to a plugin",
            }.get(str(self._said(answer).get("status")), "Grafana sees a conflict")
            raise GrafanaFailure(f"{self.name} did not save the dashboard '{title}': {why} (HTTP 412)")
        self._good(answer, f"save the dashboard '{title}'")

    # -- annotations

    def annotated(self, begin: int, end: int, tags: t.Sequence[str], text: str) -> bool:
        """Whether there is such an annotation already. Times are milliseconds since 1970."""
        query = [("from", str(begin - 1)), ("to", str(end + 1)), ("type", "annotation"), *(("tags", tag) for tag in tags)]
        answer = self._ask("GET", "/api/annotations?" + urlencode(query))
        if answer.status == 403:
            return False  # may write, may not read
        found = self._json(answer, "read annotations")
        return isinstance(found, list) and any(
            isinstance(item, dict) and item.get("text") == text and item.get("time") == begin and (item.get("timeEnd") or begin) == end
            for item in found
        )

    def annotate(self, begin: int, end: int, tags: t.Sequence[str], text: str) -> None:
        """Marks a moment, or the time between two. Milliseconds since 1970."""
        asked = {"time": begin, **({"timeEnd": end} if end > begin else {}), "tags": list(tags), "text": text}
        self._good(self._ask("POST", "/api/annotations", asked), "write annotations")

    # -- asking

    def _ask(self, method: str, path: str, body: t.Any = None, *, login: bool = True) -> Response:
        """An answer of any status. What may pass by itself is tried again, but nothing is written twice."""
        connection = self.connection if login else _without_login(self.connection)
        for attempt in range(self.attempts):
            if attempt:
                self.sleep(2.0 ** (attempt - 1))
            last = attempt + 1 == self.attempts
            try:
                answer = self.http.request(
                    method,
                    self.connection.url.rstrip("/") + path,
                    connection=connection,
                    headers={"Accept": "application/json", **({"Content-Type": "application/json"} if body is not None else {})},
                    body=json.dumps(body).encode() if body is not None else None,
                    timeout=self.timeout,
                    follow_redirects=False,  # to a login page
                )
            except HttpFailure as exc:
                if last or not (exc.kind == "refused" or (method == "GET" and exc.kind in ("timeout", "protocol"))):
                    tried = f" (tried {attempt + 1} times)" if attempt else ""
                    raise GrafanaFailure(f"{self.name}: {exc.message}{tried}") from None
                continue
            if last or not (answer.status in (429, 502, 503, 504) or (method == "GET" and answer.status == 500)):
                break
        if 300 <= answer.status < 400:
            raise GrafanaFailure(f"{self.name} redirects to {public_url(answer.headers.get('location', ''))}; give that address")
        if answer.status == 401:
            raise GrafanaFailure(f"{self.name} refused the credentials (HTTP 401)")
        if answer.looks_like_html:
            raise GrafanaFailure(f"{self.name} answered with a web page: it is no Grafana, or a login page stands before it")
        return answer

    def _found(self, path: str, what: str) -> _Json | None:
        answer = self._ask("GET", path)
        if answer.status == 404:
            return None
        self._good(answer, what)
        return self._object(answer, path)

    def _good(self, answer: Response, what: str) -> None:
        if answer.status in (200, 201):
            return
        if answer.status == 403:
            raise GrafanaFailure(f"{self.name}: these credentials may not {what} (HTTP 403)")
        said = one_line(self.hiding.text(str(self._said(answer).get("message") or "")), 200)  # it may say again what it was sent
        raise GrafanaFailure(f"{self.name} did not {what} (HTTP {answer.status}{': ' + said if said else ''})")

    def _json(self, answer: Response, what: str) -> t.Any:
        self._good(answer, what)
        try:
            return answer.json()
        except (CannotObserve, RecursionError):
            raise GrafanaFailure(f"{self.name} answered with something that is no JSON: is there a Grafana at this address?") from None

    def _object(self, answer: Response, path: str) -> _Json:
        said = self._said(answer)
        if not said:
            raise GrafanaFailure(f"{self.name} answers {path} with something else: is there a Grafana at this address?")
        return said

    def _said(self, answer: Response) -> _Json:
        try:
            data = answer.json()
        except (CannotObserve, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


def same(wanted: t.Mapping[str, t.Any], saved: t.Mapping[str, t.Any]) -> bool:
    """Whether a saved dashboard is the one that is wanted, but for what Grafana adds to it."""
    return all(key in saved and saved[key] == value for key, value in wanted.items() if key not in _OWN)


def _without_login(connection: Connection) -> Connection:
    return Connection(
        url=connection.url,
        headers=connection.headers,
        validate_certs=connection.validate_certs,
        ca_path=connection.ca_path,
        client_cert=connection.client_cert,
        client_key=connection.client_key,
    )


__all__ = ("Grafana", "GrafanaFailure", "same")
