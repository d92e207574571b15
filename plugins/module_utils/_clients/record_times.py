# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the records of other systems have them, and zones by their names. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import email.utils
import math
import re
import typing as t

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,12})?)? ?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?", re.IGNORECASE
)
_MICROSOFT = re.compile(r"/Date\((-?\d{1,16})(?:[+-]\d{4})?\)/")  # as ConvertTo-Json of Windows PowerShell writes it
_RFC = re.compile(
    r"(?:[A-Za-z]{3},? +)?\d{1,2} [A-Za-z]{3} \d{4} +\d\d?:\d\d(?::\d\d)?(?: *([+-]\d{4}|[A-Za-z]{1,5}))?(?: *\([^()]{0,40}\))?"
)
# the names that RFC 2822 gives a meaning; CET, JST and all others have none there, and some mean several zones
_RFC_ZONES = frozenset(("UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"))
_EARLIEST, _LATEST = 946684800.0, 4102444800.0  # 2000 to 2100: what else is a number is no time of a backup (ticks of .NET are not)


class Moment(t.NamedTuple):
    time: float
    naive: bool  # without a zone: that of the host, or the one that was given


def zone_of(name: str | None) -> dt.tzinfo | None:
    """The zone of ``Europe/Paris``, ``UTC`` or ``+02:00``; None for that of this host. ValueError."""
    if name is None:
        return None
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes <= 14 * 60:
            return dt.timezone(dt.timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name.upper() in ("UTC", "Z", "GMT"):
        return dt.timezone.utc
    import zoneinfo  # not needed by most, and slow to import

    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{name}' is no time zone that is known here; expected for example Europe/Paris or +02:00") from None


def moment_of(value: object, zone: dt.tzinfo | None, form: str | None) -> Moment | None:
    """The moment that a value means; None where none is understood. ``form``: as for strptime, and then nothing else is tried."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if form:
            return _by_form(str(value).strip(), form, zone)
        if isinstance(value, (int, float)):
            return _of_number(float(value))
        text = str(value).strip()[:100]
        if re.fullmatch(r"\d{9,19}(?:\.\d{1,9})?", text):
            return _of_number(float(text))
        microsoft = _MICROSOFT.fullmatch(text)
        if microsoft:
            return _of_number(float(microsoft[1]))
        iso = _ISO.fullmatch(text)
        if iso:
            return _of_iso(iso, zone)
        return _of_rfc(text, zone)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        pass
    return None


def _by_form(text: str, form: str, zone: dt.tzinfo | None) -> Moment:
    parsed = dt.datetime.strptime(text, form)
    if parsed.tzinfo is None and "%Z" in form:  # strptime knows UTC, GMT and the zones of this host, and forgets which it was
        named = re.search(r"\b(?:UTC|GMT)\b", text, re.IGNORECASE)
        return Moment((parsed.replace(tzinfo=dt.timezone.utc) if named else parsed).timestamp(), False)
    return _moment(parsed, zone)


def _of_rfc(text: str, zone: dt.tzinfo | None) -> Moment | None:
    """``Wed, 25 Nov 2026 03:00:12 +0100``; None where the zone has a name that means none, or several."""
    found = _RFC.fullmatch(text)
    if not found or (found[1] and found[1][0].isalpha() and found[1].upper() not in _RFC_ZONES):
        return None
    parsed = email.utils.parsedate_to_datetime(text)
    if found[1] and parsed.tzinfo is None:  # -0000: UTC, of a sender that does not tell its own zone
        parsed = parsed.replace(tzinfo=dt.timezone.utc)
    return _moment(parsed, zone)


def _of_iso(found: re.Match[str], zone: dt.tzinfo | None) -> Moment:
    parts = [int(found[number] or 0) for number in range(1, 7)]
    parsed = dt.datetime(*parts)  # type: ignore[arg-type] # six numbers
    if found[7]:
        parsed = parsed.replace(tzinfo=dt.timezone.utc)
    elif found[8]:
        offset = dt.timedelta(hours=int(found[9]), minutes=int(found[10] or 0))
        parsed = parsed.replace(tzinfo=dt.timezone(-offset if found[8] == "-" else offset))
    return _moment(parsed, zone)


def _of_number(number: float) -> Moment | None:
    """Seconds since 1970, or thousandths, millionths, billionths of them: only one of these can be the time of a backup."""
    for scale in (1.0, 1e3, 1e6, 1e9):
        if math.isfinite(number) and _EARLIEST <= number / scale <= _LATEST:
            return Moment(number / scale, False)
    return None


def _moment(parsed: dt.datetime, zone: dt.tzinfo | None) -> Moment:
    naive = parsed.tzinfo is None
    return Moment((parsed.replace(tzinfo=zone) if naive and zone else parsed).timestamp(), naive)


__all__ = ("Moment", "moment_of", "zone_of")
