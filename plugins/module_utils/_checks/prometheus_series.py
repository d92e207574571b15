# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each signal of a service has live series. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.prometheus import Prometheus, QueryRefused, Rule, Target
from .._clients.promql import AnotherTime, parse_instant_selector
from .._clients.series import Series
from .._finding import CannotObserve, Finding, Measurement, Status, failed
from .._http import Connection, ServerArguments
from .._message import one_line
from .._phrase import Message, listed, phrase
from .._runner import Runner
from ._expected_targets import EXPECT, Expected
from ._golden_signal import ERRORS, Examiner, Seen, Signal, normal
from ._own_targets import OwnTargets

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
TRAFFIC = "traffic"
GOLDEN = ("latency", TRAFFIC, ERRORS, "saturation")
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "rules_url": {"type": "str"},
    "signals": {"type": "dict", "required": True},
    "required": {"type": "list", "elements": "str", "default": list(GOLDEN)},
    "may_be_absent": {"type": "list", "elements": "str", "default": []},
    "within": {"type": "str", "default": "5m"},
    "lookback": {"type": "str", "default": "7d"},
    "expect": {"type": "list", "elements": "dict", "options": EXPECT},
    "service": {"type": "str"},
    "probe_query": {"type": "str"},
}
DURATIONS = ("within", "lookback")
SIZES = ()
COMPARISONS = ()
COMPARABLE = {"live": {"kind": "set", "what": phrase("series of the signal"), "among": "needed"}}

_ORDER = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS)
_KEYS = {"series", "jobs"}


class Arguments(ServerArguments):
    url: str
    rules_url: str | None
    signals: dict[str, object]
    required: list[str]
    may_be_absent: list[str]
    within: float
    lookback: float
    expect: list[Expected] | None
    service: str | None
    probe_query: str | None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found: list[str] = []
    for name, value in args["signals"].items():
        try:
            signal = signal_of(name, value)
        except ArgumentsRefused as exc:
            found += exc.problems
            continue
        for text in signal.expressions:
            try:
                selector = parse_instant_selector(text)
            except CannotObserve:
                continue  # without the library, which the finding tells
            except AnotherTime as exc:
                found.append(f"signals.{name}: {exc}")
                continue
            except ValueError:
                continue  # an expression
            if selector.metric is None:
                found.append(f"signals.{name}: '{text}' names no metric; expected one such as http_requests_total{{job=\"payments\"}}")
    return found


def run(args: Arguments, runner: Runner) -> list[Finding]:
    signals = [signal_of(name, value) for name, value in args["signals"].items()]
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    now = server.query("vector(1)")[0].time
    series = Series(server, now, args["lookback"])
    targets, rules = _targets(server), _rules(server)
    labels: set[str] = set() if targets else {name for one in server.series(["up"], now - 300, now, limit=20) for name in one}
    own = OwnTargets(args["expect"] or [], args["service"], targets, labels - {"__name__"})
    examiner = Examiner(server, series, own, rules, within=args["within"], may_be_absent=args["may_be_absent"])
    looked = {signal.name: _looked_at(signal, examiner) for signal in signals}
    looked = {**looked, **_all_are_errors(signals, looked, examiner)}
    if not any(seen.live or seen.foreign or seen.beside or seen.count for found in looked.values() for seen in found):
        if not server.has_metrics(now - args["lookback"], now):
            raise CannotObserve(
                phrase(
                    "{server} has no series at all: is it the right server, and the right tenant?",
                    server=server.instrument,
                ),
                instrument=server.instrument,
            )
        looked = {name: [_not_excused(seen) for seen in found] for name, found in looked.items()}
    same = _same(signals, examiner)
    findings = [_finding(signal, looked[signal.name], same.get(signal.name), args) for signal in signals]
    return findings + [_not_declared(name) for name in args["required"] if name not in looked]


def signal_of(name: str, value: object) -> Signal:
    """A signal as it is written: a selector, several, or ``{series: ..., jobs: [...]}``. ArgumentsRefused."""
    given: t.Mapping[str, object] = value if isinstance(value, dict) else {"series": value}
    unknown = sorted(set(given) - _KEYS)
    if unknown:
        raise ArgumentsRefused([f"signals.{name}: unknown key '{unknown[0]}'; known here: jobs, series"])
    texts = {key: _texts(f"signals.{name}.{key}", given.get(key)) for key in sorted(_KEYS)}
    if not texts["series"]:
        raise ArgumentsRefused([f"signals.{name}: it names no series; expected a selector such as http_requests_total"])
    return Signal(name, tuple(texts["series"]), tuple(texts["jobs"]))


def _texts(key: str, value: object) -> list[str]:
    if value is None:
        return []
    found = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(one, str) and one.strip() for one in found):
        raise ArgumentsRefused([f"{key}: expected a text or a list of texts, found {one_line(value, 100)}"])
    return [str(one).strip() for one in found]


def _targets(server: Prometheus) -> list[Target]:
    """What it scrapes; nothing where it has no such page (Mimir), or scrapes nothing itself."""
    try:
        return server.targets()[0]
    except CannotObserve:
        return []


def _rules(server: Prometheus) -> list[Rule] | None:
    """What it records; None where it does not say."""
    try:
        return server.rules()[0]
    except CannotObserve:
        return None


def _looked_at(signal: Signal, examiner: Examiner) -> list[Seen]:
    found = []
    for text in signal.expressions:
        try:
            found.append(examiner.expression(signal, text))
        except CannotObserve as exc:
            if exc.instrument and not isinstance(exc, QueryRefused):
                raise  # the others cannot be looked at either
            found.append(Seen(text, Status.UNKNOWN, exc.message))
    return found


def _not_excused(seen: Seen) -> Seen:
    """Where nothing of the service is alive, nothing says that what may be absent is well."""
    if not seen.excused:
        return seen
    said = phrase("{selector} has no series, nor has any other signal of the service", selector=seen.text)
    return dataclasses.replace(seen, status=Status.FAIL, message=said, excused=False)


def _same(signals: t.Sequence[Signal], examiner: Examiner) -> dict[str, Message]:
    """What to say of signals that are mapped to the series of another one, by their names."""
    found: dict[str, Message] = {}
    known: dict[str, str] = {}
    for signal in signals:
        for text in signal.expressions:
            other = known.setdefault(normal(text), signal.name)
            # a native histogram has the number of observations and their size in one
            if other != signal.name and (ERRORS in (other, signal.name) or not examiner.is_histogram(text)):
                found[signal.name] = phrase(
                    "{signal} is mapped to the very series of {other} ({selector}): it tells nothing of its own",
                    signal=signal.name,
                    other=other,
                    selector=one_line(text, 200),
                )
    return found


def _all_are_errors(signals: t.Sequence[Signal], looked: t.Mapping[str, list[Seen]], examiner: Examiner) -> dict[str, list[Seen]]:
    """The errors, with a warning where all the traffic is among them: they do not tell what fails from the rest."""
    traffic = [text for signal in signals if signal.name == TRAFFIC for text in signal.expressions]
    found = []
    for seen in looked.get(ERRORS, ()):
        every = [text for text in traffic if normal(text) != normal(seen.text) and seen.live and examiner.all_of(text, seen.text)]
        if seen.status is Status.PASS and every:
            said = phrase(
                "all series of {traffic} are among those of {errors}: what fails is not told from the rest",
                traffic=every[0],
                errors=seen.text,
            )
            found.append(dataclasses.replace(seen, status=Status.WARN, message=said))
            continue
        found.append(seen)
    return {ERRORS: found} if found else {}


def _finding(signal: Signal, looked: list[Seen], same: Message | None, args: Arguments) -> Finding:
    statuses = {seen.status for seen in looked} | ({Status.FAIL} if same else set())
    status = next(one for one in _ORDER if one in statuses)
    said: list[Message] = [same] if same and status is Status.FAIL else []
    said += [seen.message for seen in looked if seen.status is status]
    others = [seen.message for seen in looked if seen.status is not status]
    ages = [seen.age for seen in looked if seen.age is not None]
    return Finding(
        status,
        phrase("{signal}: {said}", signal=signal.name, said=listed(said)),
        instance=signal.name,
        observed={
            "series": sum(seen.count for seen in looked),
            "live": [seen.text for seen in looked if seen.live],
            "needed": [seen.text for seen in looked if not seen.excused],
        },
        expected={"series": list(signal.expressions), "within_seconds": args["within"]},
        measurements=[Measurement("newest_sample_age_seconds", round(max(ages), 1), args["within"], "upper")] if ages else [],
        absent=all(seen.never for seen in looked) or None,
        details=[*said, *others] if others or len(said) > 1 else [],
    )


def _not_declared(name: str) -> Finding:
    said = phrase("{signal}: nothing says which series carry this signal (signals.{signal})", signal=name)
    return failed(said, instance=name, observed={"series": 0}, expected={"series": []})
