# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a finding can be compared with an earlier one, and within which limits. PRIVATE to the collection. Pure.

A check says it with a constant, ``COMPARABLE``: by the name of the fact, a mapping with its ``kind`` and ``what`` it is, a message.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._registry import CHECKS, load_check
from ...module_utils._units import parse_duration, parse_size
from .._described.declarations import Baseline
from .._described.document import Document, unresolved
from .._model.planned import Limit, Removal, Terms

SET, NEW_IS_BAD, STATE, HOLDS, NUMBER = KINDS = ("set", "new_is_bad", "state", "holds", "number")
LEAST_NAMED = 2  # letters or digits in a row that a pattern with wildcards must have
GOOD = (Status.PASS, Status.WARN)

Spec = t.Mapping[str, t.Any]  # as a check writes it: of each kind other keys


def specs(check: str) -> dict[str, Spec]:
    """How the facts of a check are compared, by their names."""
    return dict(getattr(load_check(check), "COMPARABLE", {})) if check in CHECKS else {}


def facts(finding: Finding) -> dict[str, object]:
    """What a finding tells of the facts of its check; a fact that was not seen is left out."""
    found: dict[str, object] = {}
    for name, spec in specs(finding.check).items():
        value = _fact(name, spec, finding)
        if value is not None:
            found[name] = value
    return found


def _fact(name: str, spec: Spec, finding: Finding) -> object:
    kind, seen = spec["kind"], finding.observed.get(name)
    if kind in (SET, NEW_IS_BAD):
        return sorted({str(item) for item in seen}) if isinstance(seen, (list, tuple)) else None
    if kind == STATE:
        return seen if isinstance(seen, (str, bool, int, float)) else None
    if kind == HOLDS:
        return True if finding.status in GOOD else False if finding.status is Status.FAIL else None
    # of what failed, a number says little: an error page is quick
    value = next((item.value for item in finding.measurements if item.name == name), None) if finding.status in GOOD else None
    return None if value is None else {"value": value, "of": finding.observed.get(spec["of"]) if spec.get("of") else None}


# -- limits


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """How far a number may move in its worse direction: by the larger of the two."""

    worse: str  # upper, lower
    relative: float
    absolute: float
    then: Status
    given: bool  # by the service file

    def limit(self, before: float) -> float:
        room = max(self.relative * abs(before), self.absolute)
        return before + room if self.worse == "upper" else before - room

    def exceeded(self, before: float, after: float) -> bool:
        return after > self.limit(before) if self.worse == "upper" else after < self.limit(before)


def tolerance(name: str, spec: Spec, given: t.Mapping[str, Limit]) -> Tolerance:
    """The tolerance of a number: what the service file says, else what its check says."""
    own = given.get(name, Limit())
    relative = float(spec.get("relative", 0)) if own.relative is None else own.relative
    absolute = float(spec.get("absolute", 0)) if own.absolute is None else own.absolute
    return Tolerance(spec["worse"], relative, absolute, Status(own.then or spec.get("then", "warn")), own != Limit())


def numbers() -> dict[str, Spec]:
    """Every number that is compared, of any check."""
    return {name: spec for check in CHECKS for name, spec in specs(check).items() if spec["kind"] == NUMBER}


# -- what the service file says


def terms(service: Document, version: str | None, problems: list[str]) -> Terms:
    """``baseline.tolerances`` in base units, and what ``removed`` announces for this version; problems are added to the list."""
    baseline: Baseline = service.of_service.get("baseline") or {}
    declared = baseline.get("tolerances") or {}
    removed = service.of_service.get("removed") or []
    later = [*unresolved(declared), *unresolved(removed)]
    if later:
        problems += [f"{item.place}: {item.path}: {item.reason}" for item in later]
        return Terms()
    tolerances = {name: _limit(name, entry, service, problems) for name, entry in declared.items()}
    for index, entry in enumerate(removed):
        if not _names_something(str(entry["what"])):
            place = service.where(("removed", index))
            problems.append(f"{place}: removed.{index}.what: '{entry['what']}' fits nearly everything; an announcement names what goes")
    announced = [
        Removal(str(entry["what"]), str(entry["reason"]), service.where(("removed", index)))
        for index, entry in enumerate(removed)
        if version is not None and str(entry["version"]) == version
    ]
    return Terms(tolerances, tuple(announced))


def _names_something(pattern: str) -> bool:
    """Whether a pattern says what goes: a wildcard for everything, or for everything of a kind or on a host, does not."""
    if "*" not in pattern and "?" not in pattern:
        return True
    named = pattern.partition(" on ")[0]
    kinds = {"host", *(str(spec["what"]) for check in CHECKS for spec in specs(check).values() if spec.get("what"))}
    kind = max((one for one in kinds if named.startswith(f"{one} ")), key=len, default="")
    return max(len(word) for word in re.split(r"[*?\W_]+", named[len(kind) :])) >= LEAST_NAMED


def _limit(name: str, entry: t.Mapping[str, object], service: Document, problems: list[str]) -> Limit:
    known = numbers()
    if name not in known:
        close = difflib.get_close_matches(name, list(known), n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        place = service.where(("baseline", "tolerances", name))
        problems.append(f"{place}: baseline.tolerances.{name}: no check compares such a number{meant}; known: {', '.join(sorted(known))}")
        return Limit()

    def read(key: str, parse: t.Callable[[object], float]) -> float | None:
        if key not in entry:
            return None
        try:
            return parse(entry[key])
        except ValueError as exc:
            place = service.where(("baseline", "tolerances", name, key))
            problems.append(f"{place}: baseline.tolerances.{name}.{key}: {exc}")
            return None

    then = entry.get("then")
    return Limit(read("relative", _share), read("absolute", _absolute(name)), str(then) if then else None)


def _absolute(name: str) -> t.Callable[[object], float]:
    parse = parse_duration if name.endswith("_seconds") else parse_size if name.endswith("_bytes") else _count
    return lambda value: float(parse(value if isinstance(value, (int, float)) else str(value)))


def _share(value: object) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", str(value))
    if not match:
        raise ValueError(f"'{value}' is not a share; expected for example 0.5 or 50%")
    return float(match[1]) / (100 if match[2] else 1)


def _count(value: object) -> float:
    if not re.fullmatch(r"\s*\d+(\.\d+)?\s*", str(value)):
        raise ValueError(f"'{value}' is not a number that is not negative")
    return float(str(value))


# -- names, and what announces them


def called(spec: Spec, item: str) -> Message:
    """``unit nginx.service``."""
    return phrase("{kind} {name:path}", kind=verbatim(spec["what"]), name=item)


def on_host(what: Message, host: str) -> Message:
    """``unit nginx.service on web1``; without a host as it is."""
    return phrase("{what} on {host}", what=what, host=host) if host else what


def names(spec: Spec, item: str, host: str) -> list[Message]:
    """Under which names ``removed`` may announce something, the one that is shown first."""
    short = item.partition(spec["after"])[2] if spec.get("after") else ""
    plain = [called(spec, text) for text in dict.fromkeys((item, short or item))]
    return [*plain, *(on_host(name, host) for name in plain if host)]


def matches(pattern: str, candidates: t.Iterable[str]) -> bool:
    """Whether a pattern with ``*`` and ``?`` fits one of the names; all else means itself, brackets of IPv6 too."""
    return any(_fits(pattern, name) for name in candidates)


def _fits(pattern: str, name: str) -> bool:
    """Without a regular expression, which would take ages for a pattern of many stars."""
    at = here = 0
    star, resume = -1, 0
    while here < len(name):
        if at < len(pattern) and pattern[at] == "*":
            star, resume, at = at, here, at + 1
        elif at < len(pattern) and pattern[at] in ("?", name[here]):
            at, here = at + 1, here + 1
        elif star >= 0:  # the last star takes one character more
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


__all__ = (
    "GOOD",
    "HOLDS",
    "KINDS",
    "NEW_IS_BAD",
    "NUMBER",
    "SET",
    "STATE",
    "Spec",
    "Tolerance",
    "called",
    "facts",
    "matches",
    "names",
    "numbers",
    "on_host",
    "specs",
    "terms",
    "tolerance",
)
