# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No silence hides the service. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import alertmanager_cluster
from .._clients.alert_labels import Sent
from .._clients.alertmanager import Alertmanager, Silence, parse_timestamp
from .._clients.label_sets import LabelSet, decide, decide_all
from .._finding import Facts, Finding, Measurement, Status, isoformat
from .._http import Connection
from .._listing import every
from .._message import one_line
from .._phrase import Message, and_more, phrase, plural, verbatim
from .._runner import Runner
from ._alerts_of_service import SPEC, AlertsArguments, AlertsOfService, follow_all, of_service
from ._alerts_of_service import problems as problems_of_alerts
from ._report import Report

WHERE = "controller"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    **SPEC,
    "window_end": {"type": "str"},
    "max_duration": {"type": "str", "default": "24h"},
}
DURATIONS = ("max_duration",)
CERTAIN, MAYBE, UNREAD = "certain", "maybe", "unread"
GAP = 300.0  # seconds: within a gap that is not longer, a group that was told of before is not told of again (group_interval)


class Arguments(AlertsArguments):
    window_end: str | None
    max_duration: float


@dataclasses.dataclass(frozen=True)
class Covering:
    """A silence that hides alerts of the service, or may. ``how``: it does; it may, since labels are not known; it cannot be read."""

    silence: Silence
    how: str

    @property
    def certain(self) -> bool:
        return self.how == CERTAIN


@dataclasses.dataclass(frozen=True)
class Chain:
    """Silences that hide the same alerts one after the other, without a gap in which anybody would be told."""

    silences: tuple[Silence, ...]
    start: dt.datetime
    end: dt.datetime
    certain: bool

    @property
    def length(self) -> float:
        return (self.end - self.start).total_seconds()


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    return problems_of_alerts(args)


def run(args: Arguments, runner: Runner) -> Finding:
    try:
        window_end = parse_timestamp(args["window_end"]) if args["window_end"] else None
    except ValueError as exc:
        raise ArgumentsRefused([f"window_end: {exc}"]) from None
    connection = Connection.from_args(args)
    cluster = alertmanager_cluster.ask_for_silences(connection, args["peers"], runner)
    server, held = Alertmanager(connection, runner), alertmanager_cluster.silences(cluster, runner.now())
    report = Report(warns=[*cluster.problems, *held.problems], told=list(cluster.notes))
    if held.unreadable:
        report.unknowns.append(
            plural(
                "{server} answered with a silence that makes no sense ({names:list}): what it hides cannot be told",
                "{server} answered with silences that make no sense ({names:list}): what they hide cannot be told",
                count=len(held.unreadable),
                server=server.name,
                names=held.unreadable,
            )
        )
    for silence in held.silences:
        if not silence.matchers:
            report.warns.append(phrase("{silence} has no matcher: what it hides cannot be told", silence=_named(silence)))
    readable = [silence for silence in held.silences if silence.matchers]
    if not readable:
        return judge([], 0, None, window_end, args["max_duration"], report, server)
    alerts = of_service(args, follow_all(args, runner), {matcher.name for silence in readable for matcher in silence.matchers})
    report.told += alerts.notes
    if any(alerts.as_declared(one) for one in alerts.sent):
        report.told.append(phrase("labels of alerts that no series tells now are taken as declared"))
    covering = [Covering(silence, how) for silence in readable for how in [covers(silence, alerts)] if how is not None]
    chained = [] if window_end else chains([one.silence for one in covering], alerts, args["max_duration"])
    return judge(covering, len(readable), alerts, window_end, args["max_duration"], report, server, chained)


def covers(silence: Silence, alerts: AlertsOfService) -> str | None:
    """How it covers one of the label sets; None when it does not."""
    answers: set[str | None] = set()
    for one in alerts.sent:
        if one.kept is False:
            continue
        answer = _covers(silence, one, open_=_is_open(one, alerts))
        # what the labels of series that are not there yet do not tell, the declared ones may
        filled = alerts.as_declared(one) if answer == MAYBE else []
        answers |= {_covers(silence, each, open_=False) for each in filled} or {answer}
    return next((how for how in (CERTAIN, UNREAD, MAYBE) if how in answers), None)


def _is_open(one: Sent, alerts: AlertsOfService) -> bool:
    return alerts.origin != "loaded" or not one.alert


def chains(silences: t.Sequence[Silence], alerts: AlertsOfService, longest: float) -> list[Chain]:
    """Those that hide one of the label sets for longer than the limit, though none of their silences does; the surest of the same ones."""
    found: dict[tuple[str, ...], Chain] = {}
    for one in alerts.sent:
        hiding = [(silence, how) for silence in silences for how in [_covers(silence, one, open_=_is_open(one, alerts))] if how is not None]
        for chain in _chained(hiding, alerts.origin == "loaded") if one.kept is not False else ():
            key = tuple(silence.id for silence in chain.silences)
            if chain.length > longest and all(length(silence) <= longest for silence in chain.silences):
                found[key] = chain if key not in found or chain.certain else found[key]
    return list(found.values())


def _chained(hiding: t.Iterable[tuple[Silence, str]], loaded: bool) -> t.Iterator[Chain]:
    spans = [(silence.start, silence.end, silence, how) for silence, how in hiding if silence.start and silence.end]
    chain: Chain | None = None
    for start, end, silence, how in sorted(spans, key=lambda span: span[:2]):
        certain = how == CERTAIN or (how == MAYBE and not loaded)
        if chain and (start - chain.end).total_seconds() <= GAP:
            chain = Chain((*chain.silences, silence), chain.start, max(end, chain.end), certain and chain.certain)
            continue
        if chain:
            yield chain
        chain = Chain((silence,), start, end, certain)
    if chain:
        yield chain


def _covers(silence: Silence, one: Sent, *, open_: bool) -> str | None:
    # what is declared does not tell all labels that the alerts have
    labels = LabelSet(one.labels.labels, one.labels.unsure, complete=False) if open_ else one.labels
    answer = decide_all(silence.matchers, labels)
    if answer is False:
        return None
    if answer:
        return CERTAIN
    undecided = [matcher for matcher in silence.matchers if decide(matcher, labels) is None]
    return UNREAD if any(labels.value(matcher.name) is not None for matcher in undecided) else MAYBE


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


def judge(
    covering: t.Sequence[Covering],
    in_force: int,
    alerts: AlertsOfService | None,
    window_end: dt.datetime | None,
    longest: float,
    report: Report,
    server: Alertmanager,
    chained: t.Sequence[Chain] = (),
) -> Finding:
    wrong = [(one, found) for one in covering for found in [problems_of(one.silence, window_end, longest)] if found]
    for one, found in wrong:
        line = phrase("{silence}: {problems}", silence=describe(one.silence, one.certain), problems=every(found))
        if one.how == UNREAD:
            report.unknowns.append(_unread(one.silence))
        elif one.how == MAYBE and alerts and alerts.origin == "loaded":
            report.warns.append(line)
        else:
            report.fails.append(line)
    for chain in chained:
        (report.fails if chain.certain else report.warns).append(_in_one_piece(chain, longest))
    known = [length(one.silence) for one in covering if length(one.silence) != float("inf")] + [chain.length for chain in chained]
    unsaid = alerts.said if alerts else None
    fields: Facts = {
        "observed": {
            "silences_in_force": in_force,
            "covering": [_as_dict(one.silence, one.certain) for one in covering],
            "labels_from": alerts.origin if alerts else None,
        },
        "expected": {"window_end": isoformat(window_end)} if window_end else {"max_duration_seconds": longest},
        "measurements": [] if window_end else [Measurement("silence_longest_seconds", max(known, default=0.0), longest, "upper")],
        "proof": "derived" if unsaid else "observed",
        "details": [*report.fails, *report.unknowns, *report.warns, *report.told, *([unsaid] if unsaid else [])],
    }
    if wrong or chained:
        starts = [one.silence.start for one, _found in wrong if one.silence.start] + [chain.start for chain in chained]
        ids = [one.silence.id for one, _found in wrong] + [silence.id for chain in chained for silence in chain.silences]
        named = " ".join(dict.fromkeys(ids))
        fields["since"] = isoformat(min(starts)) if starts else None
        fields["remedy"] = phrase("end what is not needed (amtool silence expire {silences}) or renew it as it must be", silences=named)
    if report.fails:
        return Finding(Status.FAIL, and_more(report.fails), **fields)
    if report.unknowns:
        fields["instrument"] = server.name
        return Finding(Status.UNKNOWN, and_more(report.unknowns), **fields)
    if report.warns:
        return Finding(Status.WARN, and_more(report.warns), **fields)
    said = _good(covering, in_force, window_end, longest)
    if unsaid:
        said = phrase("{said}; {why}", said=said, why=unsaid)
    return Finding(Status.WARN if alerts and alerts.origin == "expected" else Status.PASS, said, **fields)


def _in_one_piece(chain: Chain, longest: float) -> Message:
    if chain.certain:
        return phrase(
            "{count:number} silences hide alerts of the service one after the other, in one piece of {length:duration} until {end:moment}, "
            "the limit is {limit:duration}: {silences:list}",
            count=len(chain.silences),
            length=chain.length,
            end=isoformat(chain.end),
            limit=longest,
            silences=[silence.id for silence in chain.silences],
        )
    return phrase(
        "{count:number} silences may hide alerts of the service one after the other, in one piece of {length:duration} until {end:moment}, "
        "the limit is {limit:duration}: {silences:list}",
        count=len(chain.silences),
        length=chain.length,
        end=isoformat(chain.end),
        limit=longest,
        silences=[silence.id for silence in chain.silences],
    )


def _unread(silence: Silence) -> Message:
    pattern = next((matcher.value for matcher in silence.matchers if "~" in matcher.operator), "")
    return phrase("{silence} has a regular expression that cannot be evaluated here: {pattern}", silence=_named(silence), pattern=pattern)


def _good(covering: t.Sequence[Covering], in_force: int, window_end: dt.datetime | None, longest: float) -> Message:
    if not in_force:
        return phrase("no silence is in force")
    if not covering:
        return phrase("no silence covers the service ({others:number} in force for others)", others=in_force)
    silences = and_more([describe(one.silence, one.certain) for one in covering])
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


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "TIMEOUT", "WHERE", "covers", "describe", "judge", "problems", "problems_of", "run")
