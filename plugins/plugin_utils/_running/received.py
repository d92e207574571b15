# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host answers, of which nothing is believed but what it saw of itself. PRIVATE to the collection.

A host may have been taken over, or run another program than the one that it was sent: what it says of other hosts and checks does
not count, and an answer of another form costs its own checks and nothing else.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import re
import typing as t

from ...module_utils._engine import Item, fit
from ...module_utils._finding import Finding, Status, as_json, unknown
from ...module_utils._masking import Hiding, secrets_in
from ...module_utils._message import one_line
from ...module_utils._phrase import Message, phrase

DEEPEST = 20  # values within values of what was observed
MOST = 2000  # findings of one check, and lines or measurements of one finding
LARGEST = 2**20  # characters of what was observed
_NAME = re.compile(r"[\w.:-]+")
_TEXTS = ("message", "instance", "proof")
_OPTIONAL_TEXTS = ("since", "valid_until", "instrument", "remedy", "collected_at")
_PROOFS = ("observed", "derived", "attested", "none")
_BOUNDS = (None, "upper", "lower")
Json = t.Mapping[str, t.Any]


def received(items: t.Sequence[Item], found: object) -> dict[str, list[Finding]]:
    """The findings of these items, and of no others."""
    given = found if isinstance(found, dict) else {}
    return {item.key: _findings(item, given.get(item.key)) for item in items}


def machine_of(answer: Json, name: str = "machine") -> str | None:
    """Which machine has answered, where it says so in the form that it was asked for."""
    given = answer.get(name)
    return given if isinstance(given, str) and re.fullmatch("[0-9a-f]{12}", given) else None


def about(item: Item, message: Message) -> Finding:
    """An unknown finding for an item that was not executed."""
    return dataclasses.replace(unknown(message), check=item.check, requirement=item.requirement, instance=item.instance, host=item.host)


def _findings(item: Item, given: object) -> list[Finding]:
    try:
        _must(isinstance(given, list) and 0 < len(given) <= MOST)
        hiding = Hiding(secrets_in({**item.args, **item.secrets}, item.secrets))
        return [_finding(item, data, hiding) for data in t.cast("list[Json]", given)]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return [about(item, phrase("the answer of {host:path} has not the form of a finding of {check}", host=item.host, check=item.check))]


def _finding(item: Item, data: Json, hiding: Hiding) -> Finding:
    for name in _TEXTS:
        _must(isinstance(data.get(name, ""), str))
    for name in _OPTIONAL_TEXTS:
        _must(isinstance(data.get(name), (str, type(None))))
    for name in ("since", "valid_until", "collected_at"):
        if data.get(name):
            dt.datetime.fromisoformat(str(data[name]).replace("Z", "+00:00"))
    for name in ("duration_seconds", "tries"):
        _must(data.get(name) is None or _is_number(data[name]))
    _must(data.get("proof", "observed") in _PROOFS)
    for name in ("absent", "busy"):
        _must(data.get(name) in (None, True, False))
    details = data.get("details") or []
    _must(isinstance(details, list) and len(details) <= MOST and all(isinstance(line, str) for line in details))
    _must(len(data.get("measurements") or []) <= MOST)
    for measurement in data.get("measurements") or []:
        _must(isinstance(measurement["name"], str) and _is_number(measurement["value"]))
        _must(measurement.get("limit") is None or _is_number(measurement["limit"]))
        _must(measurement.get("bound") in _BOUNDS)
        _must(isinstance(measurement.get("count", False), bool))
    values = {name: as_json(data.get(name) or {}, DEEPEST) for name in ("observed", "expected")}
    _must(all(isinstance(value, dict) for value in values.values()))
    finding = Finding.from_dict({**data, "details": details, "measurements": data.get("measurements") or [], **values})
    _must(finding.status is not Status.WAIVED)
    _must(len(json.dumps(values, default=str)) <= LARGEST)
    # who looks for what others wrote says whose line it was
    host = one_line(data.get("host") or item.host) if item.call == "find" else item.host
    if not _NAME.fullmatch(host):  # a name stays, also where a secret is the same word
        host = hiding.text(host)
    return fit(dataclasses.replace(finding, check=item.check, requirement=item.requirement, host=host), hiding)


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


__all__ = ("about", "machine_of", "received")
