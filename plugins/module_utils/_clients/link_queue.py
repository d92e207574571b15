# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that wait to be asked: few at once of one host, and none before the time that its server names. PRIVATE to the collection."""

from __future__ import annotations

import collections
import datetime as dt
import threading
import typing as t
from email.utils import parsedate_to_datetime

from .._finding import CannotObserve
from .._runner import Runner
from .link_places import origin

WORKERS = 8
PER_HOST = 2
_PAUSE = 0.02
_LONGEST_WAIT = 120.0  # seconds: who asks for more is not waited for
_WITHOUT_A_TIME = 2.0


class LinkQueue:
    """Handed out to several threads."""

    def __init__(self, urls: t.Iterable[str], runner: Runner) -> None:
        self.runner = runner
        self._lock = threading.Lock()
        self._waiting: dict[str, collections.deque[str]] = {}
        self._busy: collections.Counter[str] = collections.Counter()
        self._not_before: dict[str, float] = {}
        self._asked: collections.Counter[str] = collections.Counter()
        self._closed: set[str] = set()
        for url in urls:
            self._waiting.setdefault(origin(url), collections.deque()).append(url)

    def take(self) -> str | None:
        """The next address that may be asked; None when none is left. CannotObserve when time is over."""
        while True:
            self.runner.remaining()
            with self._lock:
                if not any(self._waiting.values()):
                    return None
                now = self.runner.clock.monotonic()
                for host, urls in self._waiting.items():
                    if urls and self._busy[host] < PER_HOST and self._not_before.get(host, 0.0) <= now:
                        self._busy[host] += 1
                        url = urls.popleft()
                        self._asked[url] += 1
                        return url
            self.runner.sleep(_PAUSE)

    def done(self, url: str) -> None:
        with self._lock:
            self._busy[origin(url)] -= 1

    def is_again(self, url: str) -> bool:
        return self._asked[url] > 1

    def is_closed(self, url: str) -> bool:
        """Whether its host has asked to be left alone for longer than there is time."""
        return origin(url) in self._closed

    def later(self, url: str, retry_after: str) -> bool:
        """Whether an address is asked again, once the time is over that its server names; its host is left alone until then."""
        wait = seconds_of(retry_after, self.runner.now())
        try:
            left = self.runner.remaining()
        except CannotObserve:
            left = 0.0
        host = origin(url)
        with self._lock:
            if wait > min(left - 1.0, _LONGEST_WAIT) or self._asked[url] > 2:
                self._closed.add(host)
                return False
            self._not_before[host] = max(self._not_before.get(host, 0.0), self.runner.clock.monotonic() + wait)
            self._waiting[host].appendleft(url)
            return True


def seconds_of(retry_after: str, now: dt.datetime) -> float:
    """How long the header Retry-After asks to wait: seconds, or a date."""
    text = retry_after.strip()
    if text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
        return max(0.0, (moment - now).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return _WITHOUT_A_TIME


__all__ = ("WORKERS", "LinkQueue", "seconds_of")
