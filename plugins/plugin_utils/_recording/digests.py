# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests of what is kept: of the content, whatever its layout on disk. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import hashlib
import json
import typing as t

from .._model.follows import Follows
from .._model.plain import to_plain

DIGEST, FOLLOWS = "digest", "follows"


def digest_of(data: t.Mapping[str, object], key: str = DIGEST) -> str:
    """SHA-256 over the canonical JSON of a document without its own digest."""
    return _digest({name: value for name, value in data.items() if name != key})


def content_of(data: t.Mapping[str, object]) -> str:
    """The digest of what a document says, whatever it follows from: with it a run record vouches for what was kept beside it."""
    return _digest({name: value for name, value in data.items() if name not in (DIGEST, FOLLOWS)})


def sealed(data: t.Mapping[str, object], follows: Follows | None = None, key: str = DIGEST) -> dict[str, object]:
    """The document with its digest, and with what it follows from where that is given."""
    made = {**data, **({FOLLOWS: to_plain(follows)} if follows else {})}
    return {**made, key: digest_of(made, key)}


def verified(data: t.Mapping[str, object], key: str = DIGEST) -> bool | None:
    """Whether a document is as it was written; None for one of before there were digests."""
    known = data.get(key)
    return None if known is None else bool(known) and known == digest_of(data, key)


def _digest(data: t.Mapping[str, object]) -> str:
    """Empty, which fits nothing, where it is nested too deep to be written again."""
    with contextlib.suppress(RecursionError):
        return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":"), default=str).encode("ascii")).hexdigest()
    return ""


__all__ = ("DIGEST", "content_of", "digest_of", "sealed", "verified")
