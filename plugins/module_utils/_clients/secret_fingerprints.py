# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a secret is called without saying it: the same everywhere, and no way back. PRIVATE to the collection.

A fingerprint is seen by whoever sees a report, and people make passwords that stand in lists, and there are not many numbers of cards. So
it is made slowly, with a salt of the service, and is short where the secret may be guessed: twelve bits, which fit one value in four
thousand, say nothing of which one it was. With a key that only the organisation has nobody else can try values, and it is long for all.
"""

from __future__ import annotations

import hashlib
import re

LONG, SHORT = 10, 3  # hexadecimal figures
COST = {"n": 2**13, "r": 8, "p": 1}  # 8 MiB and some hundredths of a second for each
FORM = re.compile(r"([a-z][a-z0-9_]*):([0-9a-f]{3}(?:[0-9a-f]{7})?)")


def fingerprint(family: str, value: str, *, weak: bool, service: str, key: str) -> str | None:
    """``family:3f9a2c81ab``; None on a host whose Python has no scrypt."""
    told = f"operability.readiness/log_secrets/1\0{service}\0{family}\0{key}"
    try:
        made = hashlib.scrypt(value.encode("utf-8", "replace"), salt=told.encode("utf-8", "replace"), dklen=16, **COST).hex()
    except (AttributeError, ValueError):
        return None
    return f"{family}:{made[: SHORT if weak and not key else LONG]}"


__all__ = ("FORM", "fingerprint")
