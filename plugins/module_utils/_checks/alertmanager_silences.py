# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No silence hides the service. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.alertmanager import Alertmanager, Silence, label_sets, parse_timestamp
from .._clients.alertmanager_routes import Labels
from .._clients.re2 import Untranslatable
from .._finding import Facts, Finding, Measurement, failed, isoformat, passed
from .._http import Connection, ServerArguments
from .._listing import every
from .._message import one_line
from .._phrase import Message, and_more, phrase, verbatim
from .._runner import Runner

WHERE = "controller"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "labels": {"type": "list", "elements": "dict", "required": True},
    "window_end": {"type": "str"},
    "max_duration": {"type": "str", "default": "24h"},
}
DURATIONS = ("max_duration",)


class Arguments(ServerArguments):
    url: str
    labels: list[dict[str, object]]
    window_end: str | None
    max_duration: float


def run(args: Arguments, runner: Runner) -> Finding:
    if not args["labels"]:
        raise ArgumentsRefused(["labels is empty: there is nothing to look at"])
    try:
        window_end = parse_timestamp(args["window_end"]) if args["window_end"] else None
    except ValueError as exc:
        raise ArgumentsRefused([f"window_end: {exc}"]) from None
    server = Alertmanager(Connection.from_args(args), runner)
    sets = label_sets(args["labels"])
    in_force = [silence for silence in server.silences() if silence.state != "expired"]
    try:
        covering = [(silence, certain) for silence in in_force for certain in [covers(silence, sets)] if certain is not None]
    except Untranslatable as exc:
        said = phrase(
            "a silence of {server} has a regular expression that cannot be evaluated here: {pattern}", server=server.name, pattern=str(exc)
        )
        raise server.trouble(said) from None
    return judge(covering, len(in_force), window_end, args["max_duration"])


def covers(silence: Silence, sets: t.Sequence[Labels]) -> bool | None:
    """True when it silences one of the label sets, False when it may (it asks for labels that the set does not tell), None when not."""
    answers = []
    for labels in sets:
        told = [matcher for matcher in silence.matchers if matcher.name in labels]
        if all(matcher.matches(labels) for matcher in told):
            answers.append(len(told) == len(silence.matchers))
    return any(answers) if answers else None


def problems_of(silence: Silence, window_end: dt.datetime | None, longest: float) -> list[Message]:
    """What is wrong with a silence that covers the service."""
    found = []
    if silence.end is None or silence.start is None:
        found.append(phrase("it has no end"))
    elif window_end is not None:
        if silence.end > window_end:
            beyond = (silence.end - window_end).total_seconds()
            said = phrase("it ends {beyond:duration} after the window, which ends {end:moment}", beyond=beyond, end=isoformat(window_end))
            found.append(said)
    elif length(silence) > longest:
        found.append(phrase("it is {length:duration} long, the limit is {limit:duration}", length=length(silence), limit=longest))
    if not silence.author:
        found.append(phrase("it has no author"))
    if not silence.comment:
        found.append(phrase("it has no comment"))
    return found


def length(silence: Silence) -> float:
    return (silence.end - silence.start).total_seconds() if silence.end and silence.start else float("inf")


def describe(silence: Silence, certain: bool) -> Message:
    """``silence ID by alice ("disk swap") until 2045-01-01T00:00:00Z covers the service``."""
    named, matchers = _named(silence), "{" + ", ".join(str(matcher) for matcher in silence.matchers) + "}"
    if silence.state == "active":
        if certain:
            return phrase("{silence} covers the service with {matchers}", silence=named, matchers=matchers)
        return phrase("{silence} may cover the service with {matchers}", silence=named, matchers=matchers)
    if certain:
        return phrase("{silence} will cover the service with {matchers}", silence=named, matchers=matchers)
    return phrase("{silence} may come to cover the service with {matchers}", silence=named, matchers=matchers)


def _named(silence: Silence) -> Message:
    author = verbatim(silence.author) if silence.author else phrase("nobody")
    comment = one_line(silence.comment, 120)
    why = phrase('"{comment}"', comment=comment) if comment else phrase("without a comment")
    if silence.end is None:
        return phrase("silence {id} by {author} ({why}) until an end that it does not tell", id=silence.id, author=author, why=why)
    return phrase("silence {id} by {author} ({why}) until {end:moment}", id=silence.id, author=author, why=why, end=isoformat(silence.end))


def judge(covering: t.Sequence[tuple[Silence, bool]], in_force: int, window_end: dt.datetime | None, longest: float) -> Finding:
    wrong = [(silence, certain, problems_of(silence, window_end, longest)) for silence, certain in covering]
    wrong = [item for item in wrong if item[2]]
    lines = [
        phrase("{silence}: {problems}", silence=describe(silence, certain), problems=every(problems))
        for silence, certain, problems in wrong
    ]
    known = [length(silence) for silence, _certain in covering if length(silence) != float("inf")]
    fields: Facts = {
        "observed": {"silences_in_force": in_force, "covering": [_as_dict(silence, certain) for silence, certain in covering]},
        "expected": {"window_end": isoformat(window_end)} if window_end else {"max_duration_seconds": longest},
        "measurements": [] if window_end else [Measurement("silence_longest_seconds", max(known, default=0.0), longest, "upper")],
        "details": lines,
    }
    if wrong:
        starts = [silence.start for silence, _certain, _problems in wrong if silence.start]
        named = " ".join(silence.id for silence, *_rest in wrong)
        fields["since"] = isoformat(min(starts)) if starts else None
        fields["remedy"] = phrase("end what is not needed (amtool silence expire {silences}) or renew it as it must be", silences=named)
        return failed(and_more(lines), **fields)
    return passed(_good(covering, in_force, window_end, longest), **fields)


def _good(covering: t.Sequence[tuple[Silence, bool]], in_force: int, window_end: dt.datetime | None, longest: float) -> Message:
    if not in_force:
        return phrase("no silence is in force")
    if not covering:
        return phrase("no silence covers the service ({others:number} in force for others)", others=in_force)
    silences = and_more([describe(silence, certain) for silence, certain in covering])
    if window_end:
        return phrase("{silences}; none does beyond {end:moment}", silences=silences, end=isoformat(window_end))
    return phrase("{silences}; none does for more than {longest:duration}", silences=silences, longest=longest)


def _as_dict(silence: Silence, certain: bool) -> dict[str, object]:
    return {
        "id": silence.id,
        "state": silence.state,
        "author": silence.author,
        "comment": silence.comment,
        "starts": isoformat(silence.start) if silence.start else None,
        "ends": isoformat(silence.end) if silence.end else None,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "certain": certain,
    }


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "TIMEOUT", "WHERE", "covers", "describe", "judge", "problems_of", "run")
