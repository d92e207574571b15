# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark of a line: what was written where, as whoever looks for it is told. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import socket
import time
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase

PREFIX = "operability-canary"
END = "end"  # before the token, at the end of the line: both ends carry the token, so that each half of a split line is found
PAD = "pad"  # a word that only makes a line long
MOST_NAMES = 64
TOKEN = re.compile(r"[0-9a-f]{32}$")


def host_name() -> str:
    """The name of this host, as lines that are logged on it have it."""
    return socket.gethostname()


def machine_id() -> str | None:
    """The id by which the entries of journals tell this machine."""
    text = _read("/etc/machine-id").strip()
    return text if re.fullmatch(r"[0-9a-f]{32}", text) else None


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as handle:
            return handle.read(2**20)
    except OSError:
        return ""


def zone_of(moment: float) -> int:
    """How many seconds this host's local time is ahead of UTC at that moment."""
    return int(time.localtime(moment).tm_gmtoff or 0)


@dataclasses.dataclass(frozen=True)
class Marker:
    """What was written where. It travels from the host that wrote to whoever looks, as JSON."""

    marker: str
    written_at: str | None = None
    written_epoch: float | None = None
    host: str | None = None
    via: str | None = None
    tag: str | None = None
    path: str | None = None  # of the file that it was written to, and where in it
    offset: int | None = None
    device: int | None = None
    inode: int | None = None
    folder_device: int | None = None  # of the folder in which that file lies
    folder_inode: int | None = None
    names: tuple[str, ...] = ()  # further names and addresses of the host
    machine: str | None = None
    zone: int | None = None  # seconds by which the local time of the host is ahead of UTC
    ends: bool = False  # whether the token stands at the end of the line too
    padding: int = 0  # how many words that only make it long stand between
    size: int | None = None  # bytes from the first token to the end of the last one
    begin: str | None = None  # what stands before the first token
    said: tuple[str, ...] = ()  # what the line itself has in fields that usually name a host
    rotated: str | None = None  # what was rotated just before it was written
    before_rotation: Marker | None = None  # the line that was written just before that
    unseen_at_home: bool = False  # a probe has caused the line, which was not (yet) in the log itself
    inventory_host: str = ""

    @property
    def token(self) -> str:
        """The random part alone: no way of writing a message alters it."""
        return self.marker.split()[-1]

    @classmethod
    def from_dict(cls, data: t.Mapping[str, object], deepest: int = 1) -> Marker:
        """CannotObserve for what is no marker; a detail of it that is of another kind is left out."""
        text = data.get("marker")
        if not isinstance(text, str) or len(text) > 200 or not TOKEN.search(text):
            raise CannotObserve(phrase("a marker to look for is not one that this check has written"))

        def word(name: str) -> str | None:
            value = data.get(name)
            return None if value is None else str(value)[:4096]

        def number(name: str, least: int = 0) -> int | None:
            value = data.get(name)
            return value if isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**64 else None

        def words(name: str) -> tuple[str, ...]:
            value = data.get(name)
            return tuple(one[:255] for one in value[:MOST_NAMES] if isinstance(one, str)) if isinstance(value, (list, tuple)) else ()

        before = data.get("before_rotation")
        return cls(
            text,
            written_at=word("written_at"),
            written_epoch=_epoch(data.get("written_epoch")),
            host=word("host"),
            via=word("via"),
            tag=word("tag"),
            path=word("path"),
            offset=number("offset"),
            device=number("device"),
            inode=number("inode"),
            folder_device=number("folder_device"),
            folder_inode=number("folder_inode"),
            names=words("names"),
            machine=word("machine"),
            zone=number("zone", -86400),
            ends=data.get("ends") is True,
            padding=max(0, number("padding") or 0),
            size=number("size"),
            begin=word("begin"),
            said=words("said"),
            rotated=word("rotated"),
            before_rotation=cls.from_dict(before, deepest - 1) if isinstance(before, dict) and deepest > 0 else None,
            unseen_at_home=data.get("unseen_at_home") is True,
            inventory_host=word("inventory_host") or "",
        )

    def as_dict(self) -> dict[str, object]:
        """As JSON has it; what says nothing is left out."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        fields["names"], fields["said"] = list(self.names), list(self.said)
        fields["before_rotation"] = self.before_rotation.as_dict() if self.before_rotation else None
        usual = Marker(self.marker)
        kept = {key: value for key, value in fields.items() if value is not None and value != [] and value != getattr(usual, key)}
        kept["marker"] = self.marker
        return kept if self.begin is None else {**kept, "begin": self.begin}

    def is_of_host(self, name: str) -> bool:
        """Whether a name that a store has for a host is one of the host that wrote the line."""
        return _plain(name) in {_plain(one) for one in (self.host, self.inventory_host, *self.names) if one}


def _plain(name: str) -> str:
    """A name as it is compared: without its domain, whatever the case; an address as it is."""
    text = name.strip().strip("[]").rstrip(".").lower()
    return text if ":" in text or re.fullmatch(r"[\d.]+", text) else text.split(".", 1)[0]


def written(markers: t.Iterable[Marker]) -> list[float]:
    """When the lines were written, of those of which it is known."""
    return [marker.written_epoch for marker in markers if marker.written_epoch is not None]


def _epoch(value: object) -> float | None:
    try:
        moment = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and math.isfinite(moment) and abs(moment) < 1e11 else None


def folder_of(path: str) -> tuple[int, int] | None:
    """Device and inode of the folder in which a file lies."""
    try:
        status = os.stat(os.path.dirname(path) or ".")
    except OSError:
        return None
    return status.st_dev, status.st_ino


__all__ = (
    "END",
    "PAD",
    "PREFIX",
    "Marker",
    "folder_of",
    "host_name",
    "machine_id",
    "written",
    "zone_of",
)
