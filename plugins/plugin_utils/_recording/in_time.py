# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that must answer in time, as in an emergency. PRIVATE to the collection."""

from __future__ import annotations

import threading
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._phrase import phrase

SAVING = 8.0  # seconds for reading and writing records

T = t.TypeVar("T")


class TooSlow(NotWritten):
    """Records that do not answer in time."""


def within(seconds: float, work: t.Callable[[], T], folder: object) -> T:
    """The result of some work in a folder of records; TooSlow when it takes longer. A thread that hangs ends with the process."""
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as exc:  # handed over to whoever waits
            failures.append(exc)

    thread = threading.Thread(target=run, daemon=True, name="readiness emergency")
    thread.start()
    thread.join(seconds)
    if failures:
        raise failures[0]
    if not results:
        raise TooSlow(phrase("the records folder {path:path} did not answer within {seconds:duration}", path=str(folder), seconds=seconds))
    return results[0]


__all__ = ("SAVING", "TooSlow", "within")
