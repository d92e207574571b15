# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state of a service, as it is written down, and what is wrong with it before anybody looks. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t
from urllib.parse import urlsplit

from ._placeholders import is_unfilled, plain
from ._stated import says_nothing

POSITIVE, NEGATIVE = "positive", "negative"
OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # sha256 of an empty file
AHEAD = dt.timedelta(hours=14)  # somewhere it is tomorrow already
_NOBODY = frozenset(("name", "nom", "who", "qui", "your name", "votre nom", "someone", "somebody", "quelqu'un", "user", "username"))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class Evidence(t.TypedDict, total=False):
    """A file or a page, and the digest of its content."""

    path: str | None
    url: str | None
    sha256: t.Required[str]


def day_of(text: object) -> dt.date | None:
    """A day as it must be written, such as 2026-11-20; None for whatever else."""
    given = str(text)
    try:
        return dt.date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        return None


def evidence_of(given: t.Mapping[str, object]) -> list[Evidence]:
    """What is named as evidence."""
    found = given.get("evidence")
    return [t.cast("Evidence", one) for one in (found if isinstance(found, list) else ()) if isinstance(one, dict)]


def flaws(given: t.Mapping[str, object]) -> list[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a statement whatever else is known: the keys below which it stands, and a sentence."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name in ("statement", "attested_by"):
        if not str(given.get(name) or "").strip():
            found.append(((name,), "expected a text, found an empty one"))
    if not found and says_nothing(str(given["statement"])):
        found.append((("statement",), f"'{given['statement']}' says nothing: write in a sentence what is so"))
    if str(given.get("attested_by") or "").strip() and is_nobody(str(given["attested_by"])):
        found.append((("attested_by",), f"'{given['attested_by']}' is nobody: name who states it"))
    for name in ("attested_by", "version", "deployment_id"):
        named = given.get(name)
        if any(str(one) != str(one).strip() for one in (named if isinstance(named, list) else [named])):
            found.append(((name,), "it begins or ends with a space"))
    days = {name: day_of(given.get(name)) for name in ("date", "until")}
    for name, day in days.items():
        if day is None:
            found.append(((name,), f"'{given.get(name)}' is not a day; expected for example 2026-11-20"))
    if days["date"] and days["until"] and days["until"] < days["date"]:
        found.append((("until",), f"it would end ({given['until']}) before it was made ({given['date']})"))
    evidence = evidence_of(given)
    if not evidence and given.get("result") != NEGATIVE:
        found.append(
            (("evidence",), "a positive statement needs evidence: a file (path) or a page (url), each with the sha256 of its content")
        )
    for index, one in enumerate(evidence):
        found += [(("evidence", index, *steps), said) for steps, said in _flaws_of(one)]
    return found


def is_nobody(name: str) -> bool:
    """Whether a name is still to be filled in."""
    return is_unfilled(name) or plain(name) in _NOBODY


def _flaws_of(one: Evidence) -> t.Iterator[tuple[tuple[str, ...], str]]:
    if bool(one.get("path")) == bool(one.get("url")):
        yield (), "expected either path or url"
    digest = str(one.get("sha256") or "")
    if not _DIGEST.fullmatch(digest):
        yield ("sha256",), "expected the 64 hexadecimal digits of a sha256 (sha256sum FILE)"
    elif digest.lower() == OF_NOTHING:
        yield ("sha256",), "this is the digest of an empty file, which shows nothing"
    if one.get("url"):
        try:
            parts = urlsplit(str(one["url"]))
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            sound = False
        if not sound:
            yield ("url",), "expected an http:// or https:// address"
        elif "@" in parts.netloc:
            yield ("url",), "an address of evidence has no user and no password in it"


__all__ = ("AHEAD", "NEGATIVE", "OF_NOTHING", "POSITIVE", "Evidence", "day_of", "evidence_of", "flaws", "is_nobody")
