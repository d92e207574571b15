# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the values that an answer in JSON has. PRIVATE to the collection."""

from __future__ import annotations

import json
import typing as t

from .._finding import CannotObserve
from .._http import Response, public_url
from .._message import one_line
from .._phrase import Message, phrase

MISSING = object()
SHOWN = 120


def json_problems(expected: t.Mapping[str, object], response: Response) -> list[Message]:
    try:
        data = response.json()
    except CannotObserve as exc:
        return [exc.message]
    except RecursionError:
        return [phrase("{url:path} answered with JSON that cannot be parsed (nested too deeply)", url=public_url(response.url))]
    found = []
    for path, value in expected.items():
        seen = look_up(data, str(path))
        if seen is MISSING:
            found.append(lacks(data, str(path)))
        elif not same(seen, value):
            found.append(
                phrase(
                    "{path:path} is '{seen}', expected '{wanted}'",
                    path=path,
                    seen=one_line(show(seen), SHOWN),
                    wanted=one_line(show(value), SHOWN),
                )
            )
    return found


def lacks(data: object, path: str) -> Message:
    if not isinstance(data, dict) or not data:
        return phrase("the answer has no {path:path}", path=path)
    return phrase("the answer has no {path:path} (it has {keys:list})", path=path, keys=sorted(str(key) for key in data)[:10])


def look_up(data: t.Any, path: str) -> t.Any:
    """The value at ``build.version`` or ``checks.0.status``; keys that have dots themselves are found too."""
    if path == "":
        return data
    if isinstance(data, dict):
        parts = path.split(".")
        for count in range(len(parts), 0, -1):
            key = ".".join(parts[:count])
            if key in data:
                seen = look_up(data[key], ".".join(parts[count:]))
                if seen is not MISSING:
                    return seen
        return MISSING
    head, _dot, rest = path.partition(".")
    if isinstance(data, list) and head.isdecimal() and int(head) < len(data):
        return look_up(data[int(head)], rest)
    return MISSING


def show(value: t.Any) -> str:
    """A value of JSON as text: strings as they are, the rest as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def same(seen: t.Any, expected: t.Any) -> bool:
    """Scalars are the same when they read the same, since Ansible often makes text of numbers and booleans."""
    if isinstance(seen, bool) or isinstance(expected, bool):
        return show(seen).lower() == show(expected).lower()
    if isinstance(seen, (int, float)) and isinstance(expected, (int, float)):
        return seen == expected
    if seen is None and expected is None:
        return True
    return show(seen) == show(expected)


__all__ = ("MISSING", "SHOWN", "json_problems", "lacks", "look_up", "same", "show")
