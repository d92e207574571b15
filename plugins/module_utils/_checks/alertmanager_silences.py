# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No silence hides the service. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.alertmanager import Alertmanager, Silence, label_sets, parse_timestamp
from .._clients.alertmanager_routes import Labels
from .._clients.re2 import Untranslatable
from .._finding import Facts, Finding, Measurement, failed, isoformat, passed
from .._http import Connection, HttpArguments
from .._message import one_line
from .._runner import Runner
from .._units import humanize_seconds

WHERE = "controller"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "labels": {"type": "list", "elements": "dict", "required": True},
    "window_end": {"type": "str"},
    "max_duration": {"type": "str", "default": "24h"},
}
DURATIONS = ("max_duration",)


class Arguments(HttpArguments):
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
        raise server.trouble(f"a silence of {server.name} has a regular expression that cannot be evaluated here: {exc}") from None
    return judge(covering, len(in_force), window_end, args["max_duration"])


def covers(silence: Silence, sets: t.Sequence[Labels]) -> bool | None:
    """True when it silences one of the label sets, False when it may (it asks for labels that the set does not tell), None when not."""
    answers = []
    for labels in sets:
        told = [matcher for matcher in silence.matchers if matcher.name in labels]
        if all(matcher.matches(labels) for matcher in told):
            answers.append(len(told) == len(silence.matchers))
    return any(answers) if answers else None


def problems_of(silence: Silence, window_end: dt.datetime | None, longest: float) -> list[str]:
    """What is wrong with a silence that covers the service."""
    found = []
    if silence.end is None or silence.start is None:
        found.append("it has no end")
    elif window_end is not None:
        if silence.end > window_end:
            beyond = humanize_seconds((silence.end - window_end).total_seconds())
            found.append(f"it ends {beyond} after the window, which ends {isoformat(window_end)}")
    elif length(silence) > longest:
        found.append(f"it is {humanize_seconds(length(silence))} long, the limit is {humanize_seconds(longest)}")
    found += [f"it has no {what}" for what, value in (("author", silence.author), ("comment", silence.comment)) if not value]
    return found


def length(silence: Silence) -> float:
    return (silence.end - silence.start).total_seconds() if silence.end and silence.start else float("inf")


def describe(silence: Silence, certain: bool) -> str:
    """``silence ID by alice ("disk swap") until 2045-01-01T00:00:00Z covers the service``."""
    comment = one_line(silence.comment, 120)
    end = isoformat(silence.end) if silence.end else "an end that it does not tell"
    matchers = ", ".join(str(matcher) for matcher in silence.matchers)
    verb = {
        (True, "active"): "covers",
        (False, "active"): "may cover",
        (True, "pending"): "will cover",
        (False, "pending"): "may come to cover",
    }
    author = f"by {silence.author}" if silence.author else "by nobody"
    why = f' ("{comment}")' if comment else " (without a comment)"
    return f"silence {silence.id} {author}{why} until {end} {verb[certain, silence.state]} the service with {{{matchers}}}"


def judge(covering: t.Sequence[tuple[Silence, bool]], in_force: int, window_end: dt.datetime | None, longest: float) -> Finding:
    wrong = [(silence, certain, problems_of(silence, window_end, longest)) for silence, certain in covering]
    wrong = [item for item in wrong if item[2]]
    lines = [f"{describe(silence, certain)}: {' and '.join(problems)}" for silence, certain, problems in wrong]
    limit = f"beyond {isoformat(window_end)}" if window_end else f"for more than {humanize_seconds(longest)}"
    known = [length(silence) for silence, _certain in covering if length(silence) != float("inf")]
    fields: Facts = {
        "observed": {"silences_in_force": in_force, "covering": [_as_dict(silence, certain) for silence, certain in covering]},
        "expected": {"window_end": isoformat(window_end)} if window_end else {"max_duration_seconds": longest},
        "measurements": [] if window_end else [Measurement("silence_longest_seconds", max(known, default=0.0), longest, "upper")],
        "details": lines,
    }
    if wrong:
        starts = [silence.start for silence, _certain, _problems in wrong if silence.start]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        named = " ".join(silence.id for silence, *_rest in wrong)
        fields["since"] = isoformat(min(starts)) if starts else None
        fields["remedy"] = f"end what is not needed (amtool silence expire {named}) or renew it as it must be"
        return failed(lines[0] + more, **fields)
    if not covering:
        return passed(f"no silence covers the service ({in_force} in force for others)" if in_force else "no silence is in force", **fields)
    more = f" (and {len(covering) - 1} more)" if len(covering) > 1 else ""
    return passed(f"{describe(*covering[0])}{more}; none does {limit}", **fields)


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
