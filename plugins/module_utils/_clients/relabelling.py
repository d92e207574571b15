# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus's relabelling, evaluated on labels of which some cannot be told. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from .._patterns import NotSearched, find
from .label_sets import LabelSet
from .re2 import Untranslatable, matches, with_groups

_EVERYTHING = ("(.*)", ".*", "^(?:(.*))$")
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_BY_NAME = ("labelmap", "labeldrop", "labelkeep")


@dataclasses.dataclass(frozen=True)
class Rule:
    """One relabelling rule, as a configuration has it."""

    action: str
    sources: tuple[str, ...]
    separator: str
    regex: str
    target: str
    replacement: str
    modulus: int


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What comes out of a chain of rules. ``kept``: whether the alert is still sent; None where that cannot be told."""

    labels: LabelSet
    kept: bool | None = True


def read_rules(given: object) -> tuple[Rule, ...]:
    """The rules of a configuration whose scalars are all text. ValueError."""
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ValueError("no list of relabelling rules")
    return tuple(_read(item) for item in given)


def _read(item: t.Mapping[str, object]) -> Rule:
    def text(name: str, default: str) -> str:
        value = item.get(name, default)
        return "" if value is None else str(value)

    sources = item.get("source_labels") or []
    if not isinstance(sources, list):
        raise ValueError("source_labels is no list")
    # what Prometheus shows has all that is not empty, the defaults too; older ones leave out what is empty
    written = "action" not in item
    return Rule(
        text("action", "replace").lower() or "replace",
        tuple(str(name) for name in sources),
        text("separator", ";" if written else ""),
        text("regex", "(.*)"),
        text("target_label", ""),
        text("replacement", "$1" if written else ""),
        int(text("modulus", "0") or 0),
    )


def needed(rules: t.Iterable[Rule]) -> set[str] | None:
    """The labels that rules look at; None where that is all of them."""
    names: set[str] = set()
    for rule in rules:
        if rule.action == "labelmap":
            return None
        names.update(rule.sources)
        if rule.action in ("keepequal", "dropequal"):
            names.add(rule.target)
    return names


def relabelled(rules: t.Iterable[Rule], labels: LabelSet) -> Outcome:
    """The labels after all rules, or that the alert is dropped."""
    kept: bool | None = True
    for rule in rules:
        labels, stays = _applied(rule, labels)
        if stays is False:
            return Outcome(labels, False)
        if stays is None:
            kept = None
    return Outcome(labels, kept)


def _applied(rule: Rule, labels: LabelSet) -> tuple[LabelSet, bool | None]:
    if rule.action in _BY_NAME:
        return _by_name(rule, labels), True
    values = [labels.value(name) for name in rule.sources]
    value = None if None in values else rule.separator.join(one or "" for one in values)
    if rule.action in ("keep", "drop"):
        found = _fits(rule.regex, value)
        return labels, None if found is None else found is (rule.action == "keep")
    if rule.action in ("keepequal", "dropequal"):
        other = labels.value(rule.target)
        same = None if value is None or other is None else value == other
        return labels, None if same is None else same is (rule.action == "keepequal")
    if rule.action == "replace":
        return _replaced(rule, value, labels), True
    if rule.action in ("lowercase", "uppercase", "hashmod"):
        return labels.having(rule.target, None if value is None else _made(rule, value)), True
    return LabelSet({}, frozenset(labels.labels) | labels.unsure, False), None  # of another version: anything may come of it


def _made(rule: Rule, value: str) -> str | None:
    if rule.action == "hashmod":
        digest = hashlib.md5(value.encode(), usedforsecurity=False).digest()
        return str(int.from_bytes(digest[8:], "big") % rule.modulus) if rule.modulus > 0 else None
    return value.lower() if rule.action == "lowercase" else value.upper()


def _fits(regex: str, value: str | None) -> bool | None:
    if regex in _EVERYTHING:
        return True
    if value is None:
        return None
    try:
        return matches(regex, value, dot_is_all=True)
    except Untranslatable:
        return None


def _replaced(rule: Rule, value: str | None, labels: LabelSet) -> LabelSet:
    templates = "$" in rule.target
    if value is None and not (rule.regex in _EVERYTHING and "$" not in rule.replacement and not templates):
        return _any_target(rule, labels)
    try:
        groups = _groups(rule.regex, value or "")
    except (Untranslatable, NotSearched):
        return _any_target(rule, labels)
    if groups is None:
        return labels
    target = _expanded(rule.target, groups)
    if not _NAME.fullmatch(target):
        return labels
    return labels.having(target, _expanded(rule.replacement, groups))


def _any_target(rule: Rule, labels: LabelSet) -> LabelSet:
    if "$" not in rule.target:
        return labels.having(rule.target, None)
    return LabelSet({}, frozenset(labels.labels) | labels.unsure, False)


def _groups(regex: str, value: str) -> dict[str, str] | None:
    """What each group holds, by its number and by its name; None where the expression does not fit."""
    if regex in _EVERYTHING:
        return {"0": value, "1": value} if "(" in regex else {"0": value}
    pattern, names = with_groups(f"^(?s:{regex})$")
    answer = find(pattern, value)
    if answer is None:
        return None
    held = {str(number): answer[f"g{number}"] or "" for number in range(1, len(names) + 1)}
    return {"0": value, **held, **{name: held[str(number)] for number, name in enumerate(names, 1) if name}}


def _expanded(template: str, groups: t.Mapping[str, str]) -> str:
    """As Go's Regexp.Expand has it: a group that there is not is empty."""
    return _VARIABLE.sub(lambda found: "$" if found[1] else groups.get(found[2] or found[3], ""), template)


def _by_name(rule: Rule, labels: LabelSet) -> LabelSet:
    known: dict[str, str | None] = {**labels.present, **dict.fromkeys(labels.unsure)}
    try:
        if rule.action == "labelmap":
            for name, value in known.items():
                groups = _groups(rule.regex, name)
                if groups is not None:
                    labels = labels.having(_expanded(rule.replacement, groups), value)
            return labels
        for name in known:
            if matches(rule.regex, name, dot_is_all=True) is (rule.action == "labeldrop"):
                labels = labels.having(name, "")
        return labels
    except (Untranslatable, NotSearched):
        return LabelSet({}, frozenset(known), False)


__all__ = ("Outcome", "Rule", "needed", "read_rules", "relabelled")
