# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a secret is called without saying it: the same everywhere, and no way back. PRIVATE to the collection.

A fingerprint is seen by whoever sees a report, and people make passwords that stand in lists, and there are not many numbers of cards. What
may be guessed has a short one, made slowly: twelve bits, which fit one value in four thousand, say nothing of which one it was. Neither its
family nor its service is part of it, so that one value has one everywhere, and several places of it do not add up to more than twelve bits.
What nobody can guess, as a machine has made it, has a long one, which costs nothing. With a key that only the organisation has nobody else
can try values, and all are long, and differ from service to service.
"""

from __future__ import annotations

import hashlib
import hmac
import re

LONG, SHORT = 10, 3  # hexadecimal figures
COST = {"n": 2**13, "r": 8, "p": 1}  # 8 MiB and some hundredths of a second for each
MOST_SLOW = (
    500  # values that may be guessed of which each has a fingerprint: the others of a log have none, on a fast host and on a slow one
)
FORM = re.compile(r"([a-z][a-z0-9_]*):([0-9a-f]{3}(?:[0-9a-f]{7})?)")
_ABOUT = "operability.readiness/log_secrets/2"


class Fingerprints:
    """Those of one service. ``service`` counts only with a key, or for what nobody can guess."""

    def __init__(self, service: str, key: str) -> None:
        self.service, self.key = service, key
        self.slow: dict[str, str | None] = {}

    def of(self, family: str, value: str, *, weak: bool) -> str | None:
        """``family:3f9a2c81ab``; None on a host whose Python has no scrypt, and beyond the first few hundred that may be guessed."""
        if self.key:
            told = f"{_ABOUT}\0{self.service}\0{family}\0{value}"
            return f"{family}:{_hashed(self.key, told)[:LONG]}"
        if not weak:
            return f"{family}:{_hashed(_ABOUT, f'{self.service}{chr(0)}{family}{chr(0)}{value}')[:LONG]}"
        if value not in self.slow:
            if len(self.slow) >= MOST_SLOW:
                return None
            self.slow[value] = _slowly(value)
        made = self.slow[value]
        return None if made is None else f"{family}:{made[:SHORT]}"


def _hashed(key: str, told: str) -> str:
    return hmac.new(key.encode("utf-8", "replace"), told.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _slowly(value: str) -> str | None:
    try:
        return hashlib.scrypt(value.encode("utf-8", "replace"), salt=_ABOUT.encode(), dklen=16, **COST).hex()
    except (AttributeError, ValueError):
        return None


__all__ = ("FORM", "MOST_SLOW", "Fingerprints")
