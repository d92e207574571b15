# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further addresses of a server: where a question goes when the first one cannot be reached. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._exchange import Connection, HttpFailure, public_url
from ._finding import CannotObserve
from ._phrase import Message, phrase

# failures that say nothing of what is asked: another address of the same server may know it
OUT_OF_REACH = ("refused", "timeout", "name")
_API = "/api/v1"  # an address of a Prometheus may be given with it


class Address(t.NamedTuple):
    """``base`` as it is written, ``url`` of the very page there."""

    base: str
    url: str


class Detour(t.NamedTuple):
    """Which of the addresses of a server answers a check, and why not the one before it."""

    number: int
    base: str
    why: Message | None


def addresses(url: str, connection: Connection | None) -> list[Address]:
    """The page at each address of its server, in their order."""
    if connection is None or not connection.failover:
        return [Address(url, url)]
    first = connection.url.rstrip("/")
    own = first if url.startswith(first) else first.removesuffix(_API)
    if not url.startswith(own):
        return [Address(url, url)]
    rest = url[len(own) :]
    cut = _API if own != first or rest.startswith(_API) else ""
    return [Address(first, url), *(Address(other, other.rstrip("/").removesuffix(cut) + rest) for other in connection.failover)]


def is_out_of_reach(failure: CannotObserve) -> bool:
    """Whether there was no answer at all."""
    return failure.kind in OUT_OF_REACH if isinstance(failure, HttpFailure) else True


def not_usable(address: Address, status: int) -> Message:
    return phrase("{url:path} answers with {status}", url=public_url(address.base), status=status)


def none_left(instrument: str, reasons: t.Sequence[Message]) -> CannotObserve:
    once = list(dict.fromkeys(reasons))
    said = phrase("none of the addresses of {server} can be used: {reasons:sentences}", server=instrument, reasons=once)
    return CannotObserve(said, instrument=instrument)


def told(message: Message, detours: t.Iterable[Detour]) -> Message:
    """What was found, with who answered instead of whom."""
    for detour in detours:
        if detour.why is not None:
            message = phrase(
                "{message} (answered by {address:path}; {why})", message=message, address=public_url(detour.base), why=detour.why
            )
    return message


__all__ = ("Address", "Detour", "addresses", "is_out_of_reach", "none_left", "not_usable", "told")
