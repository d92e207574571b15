# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every check of backups asks: how old, how many, how far back, how large. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._phrase import Message, phrase, plural
from ._judgement import Judgement, percent

# documented by the fragment _backup
LIMITS_SPEC: Spec = {
    "max_age": {"type": "str", "required": True},
    "rpo": {"type": "str"},
    "rpo_margin": {"type": "str"},
    "min_count": {"type": "int", "default": 1},
    "retention": {"type": "str"},
    "size_deviation": {"type": "str", "default": "50%"},
    "compare": {"type": "int", "default": 3},
    "apart_from": {"type": "list", "elements": "str"},
}
LIMITS_DURATIONS = ("max_age", "rpo", "rpo_margin", "retention")
MARGIN = 0.25  # of the RPO, by which a backup may be older than it where nothing says how often one is made


class Limits(t.TypedDict):
    max_age: float
    rpo: float | None
    rpo_margin: t.NotRequired[float | None]
    min_count: int
    retention: float | None
    size_deviation: str
    compare: int
    apart_from: t.NotRequired[list[str] | None]


def refuse_odd(args: Limits) -> None:
    """ArgumentsRefused for limits that say nothing."""
    percent("size_deviation", args["size_deviation"])
    if args["max_age"] <= 0:
        raise ArgumentsRefused(["max_age: no backup can be as young as that; expected for example 26h"])
    if args["min_count"] < 1:
        raise ArgumentsRefused([f"min_count: {args['min_count']} asks for no backup; expected 1 or more"])


def allowed_age(args: Limits) -> Message:
    """The limit of the age; with the RPO where that is another."""
    if args["rpo"] is None or args["rpo"] == args["max_age"]:
        return phrase("{limit:duration}", limit=args["max_age"])
    return phrase("{limit:duration} (RPO {rpo:duration})", limit=args["max_age"], rpo=args["rpo"])


def too_old(backup: Message, age: float, args: Limits) -> Message | None:
    """Says that the newest backup is older than allowed; ``age`` in seconds."""
    if age <= args["max_age"]:
        return None
    return phrase("{backup} is {age:duration} old, the limit is {limit}", backup=backup, age=age, limit=allowed_age(args))


def beyond_rpo(backup: Message, age: float, args: Limits) -> Message | None:
    """Says (a warning) that the newest backup is young enough for its limit, and not for what was promised."""
    if args["rpo"] is None or age > args["max_age"]:
        return None
    margin = args.get("rpo_margin")
    if age <= args["rpo"] + (args["rpo"] * MARGIN if margin is None else min(args["rpo"], margin)):
        return None
    return phrase(
        "{backup} is {age:duration} old: within the limit of {limit:duration}, and not within the RPO of {rpo:duration}",
        backup=backup,
        age=age,
        limit=args["max_age"],
        rpo=args["rpo"],
    )


def not_apart(places: t.Iterable[str], args: Limits, judgement: Judgement) -> None:
    """Says that a copy lies where it must not, in the very place (a fail) or beside it in one file system (a warning).

    What does not exist on this host is not compared.
    """
    for place, other in ((place, other) for place in places for other in args.get("apart_from") or ()):
        one, two = _folder(place), _folder(other)
        try:
            same, beside = os.path.samefile(one, two), os.stat(one).st_dev == os.stat(two).st_dev
        except (OSError, ValueError):
            continue
        if same:
            judgement.fails.append(phrase("{place:path} is the same place as {other:path}: that is one copy", place=one, other=two))
        elif beside:
            judgement.warns.append(
                phrase("{place:path} lies in the same file system as {other:path}: both are lost together", place=one, other=two)
            )


def _folder(place: str) -> str:
    """The folder before the first wildcard of a pattern; any other place as it is."""
    while glob.has_magic(place) or "%" in place:
        place = os.path.dirname(place)
    return place or "/"


def too_few(backups: Message, count: int, args: Limits) -> Message | None:
    """Says that fewer complete backups are there than wanted."""
    if count >= args["min_count"]:
        return None
    return plural(
        "{backups}: {count:number} complete backup is there, at least {least:number} are wanted",
        "{backups}: {count:number} complete backups are there, at least {least:number} are wanted",
        count=count,
        backups=backups,
        least=args["min_count"],
    )


def not_retained(backups: Message, oldest_age: float, args: Limits) -> Message | None:
    """Says (a warning: the first backup may have been made since) that no backup reaches as far back as is wanted."""
    if args["retention"] is None or oldest_age >= args["retention"]:
        return None
    return phrase(
        "{backups}: the oldest is {age:duration} old, {wanted:duration} are to be kept",
        backups=backups,
        age=oldest_age,
        wanted=args["retention"],
    )


__all__ = (
    "LIMITS_DURATIONS",
    "LIMITS_SPEC",
    "Limits",
    "allowed_age",
    "beyond_rpo",
    "not_apart",
    "not_retained",
    "refuse_odd",
    "too_few",
    "too_old",
)
