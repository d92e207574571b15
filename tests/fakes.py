# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the outside world, for unit tests. What they pretend is proven against real parts in the integration tests."""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from urllib.parse import urlsplit

from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Http, HttpFailure, Response
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Completed, Runner

NOW = dt.datetime(2026, 11, 25, 6, 0, 0, tzinfo=dt.timezone.utc)


class FakeClock(Clock):
    """Stands still but for sleep()."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.start, self.passed = now, 0.0

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class FakeHttp(Http):
    """Answers by path (and query when the key has one): a dict or list (JSON), a str, a Response, or an HttpFailure to raise."""

    def __init__(self, answers: t.Mapping[str, t.Any]) -> None:
        self.answers, self.asked = answers, []  # type: ignore[var-annotated] # whatever the test puts in

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        parts = urlsplit(url)
        self.asked.append((method, url, options))
        answer = self.answers.get(f"{parts.path}?{parts.query}", self.answers.get(parts.path))
        if callable(answer):
            answer = answer(method, url, options)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(404, {}, b"not found", url, 0.01)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        kind = "text/plain" if isinstance(answer, str) else "application/json"
        return Response(200, {"content-type": kind}, text.encode(), url, 0.01)


class FakeRunner(Runner):
    """Commands by their first words: ``{"restic snapshots": Completed(0, "[]", "")}``; the longest key that fits wins. Files are real."""

    def __init__(
        self, *, commands: t.Mapping[str, Completed] | None = None, answers: t.Mapping[str, t.Any] | None = None, clock: Clock | None = None
    ):
        super().__init__(http=FakeHttp(answers or {}), clock=clock or FakeClock(), environ={})
        self.commands, self.ran = dict(commands or {}), []  # type: ignore[var-annotated] # whatever the test puts in

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if any(key.split()[0] == name for key in self.commands) else None

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        self.ran.append((list(argv), options))
        line = " ".join(argv)
        for key in sorted(self.commands, key=len, reverse=True):
            if line.startswith(key):
                return self.commands[key]
        raise CannotObserve(f"{argv[0]} is not installed on this host, or may not be run by nobody")


__all__ = ("NOW", "Completed", "FakeClock", "FakeHttp", "FakeRunner", "HttpFailure", "Response")
