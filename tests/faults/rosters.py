# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars as programs write them, a moment at which they are looked at, and web servers that answer as calendars and services do."""

from __future__ import annotations

import datetime as dt
import http.server
import pathlib
import threading
import typing as t
from urllib.parse import parse_qs, urlsplit

from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock
from table import World

PARIS = """\
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE"""
PEOPLE = {
    "Alice Martin": {"phone": "+33 6 44 55 66 01", "mail": "alice@payments.example", "aliases": ["alice"]},
    "Bob Petit": {"phone": "+33 6 44 55 66 02", "mail": "bob@payments.example", "aliases": ["bob"]},
}


class At(Clock):
    """A clock that stands."""

    def __init__(self, moment: str) -> None:
        self.moment = dt.datetime.fromisoformat(moment.replace("Z", "+00:00"))

    def now(self) -> dt.datetime:
        return self.moment


def event(title: str, start: str, end: str | None = None, *more: str, uid: str | None = None, zone: str | None = "Europe/Paris") -> str:
    """A VEVENT. ``start`` and ``end`` as iCalendar has them; those with a Z are in UTC, those without a T whole days."""

    def timed(name: str, value: str) -> str:
        if "T" not in value:
            return f"{name};VALUE=DATE:{value}"
        return f"{name}:{value}" if value.endswith("Z") or zone is None else f"{name};TZID={zone}:{value}"

    lines = [f"UID:{uid or title + start}@rows.example", "DTSTAMP:20260901T000000Z", f"SUMMARY:{title}", timed("DTSTART", start)]
    return "\n".join(["BEGIN:VEVENT", *lines, *([timed("DTEND", end)] if end else []), *more, "END:VEVENT"])


def calendar(*events: str, zones: t.Sequence[str] = (PARIS.format(name="Europe/Paris"),), more: t.Sequence[str] = ()) -> str:
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rows//EN", *more, *zones, *events, "END:VCALENDAR", ""]
    return "\r\n".join("\r\n".join(parts).splitlines()) + "\r\n"


def given(
    text: str | bytes, now: str, horizon: str = "7d", name: str = "roster.ics", **args: t.Any
) -> t.Callable[[World], dict[str, object]]:
    """A calendar in a file, looked at at a moment. People are those of ``PEOPLE`` unless told otherwise."""

    def arrange(world: World) -> dict[str, object]:
        path = world.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        world.runner.clock = At(now)
        return {"path": str(path), "people": PEOPLE, "horizon": horizon, **args}

    return arrange


Answer = t.Callable[[str, t.Mapping[str, t.Sequence[str]], t.Mapping[str, str]], "tuple[int, t.Mapping[str, str], bytes]"]


class Web:
    """A web server on this machine. ``answer``: of path, query and headers (small letters), the status, headers and body."""

    def __init__(self, _folder: pathlib.Path, answer: Answer) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked.append(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more, body = answer(parts.path, parse_qs(parts.query), headers)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Web:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
