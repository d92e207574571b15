# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service answers as its users see it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import typing as t
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, passed, unknown, warned
from .._http import Connection, HttpArguments, HttpFailure, Response, public_url
from .._message import one_line
from .._runner import Runner, unreadable
from .._units import humanize_seconds

WHERE = "both"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "method": {"type": "str", "default": "GET", "choices": ["GET", "HEAD", "OPTIONS"]},
    "status": {"type": "list", "elements": "int", "default": [200]},
    "body": {"type": "str"},
    "body_pattern": {"type": "str"},
    "not_body": {"type": "list", "elements": "str", "default": []},
    "json": {"type": "dict", "default": {}},
    "max_latency": {"type": "str"},
    "percentile": {"type": "float", "default": 95},
    "samples": {"type": "int", "default": 1},
    "follow_redirects": {"type": "bool", "default": True},
}
DURATIONS = ("max_latency",)
COMPARABLE = {
    "answers": {"kind": "holds", "what": "endpoint"},
    # the percentile of a few requests is that of the slowest one
    "http_latency_seconds": {
        "kind": "number",
        "what": "latency of",
        "worse": "upper",
        "relative": 0.5,
        "absolute": 0.05,
        "then": "fail",
        "of": "requests",
        "at_least": 20,
    },
}
PATIENCE = 10.0  # seconds for one request
SHOWN = 120
_MISSING = object()


class Arguments(HttpArguments):
    url: str
    method: str
    status: list[int]
    body: str | None
    body_pattern: str | None
    not_body: list[str]
    json: dict[str, object]
    max_latency: float | None
    percentile: float
    samples: int
    follow_redirects: bool


@dataclasses.dataclass(frozen=True)
class Sample:
    """One request: how long it took to the last byte (None without an answer), and what was wrong with it."""

    elapsed: float | None
    problems: tuple[str, ...] = ()
    response: Response | None = None


def run(args: Arguments, runner: Runner) -> Finding:
    refuse_nonsense(args)
    connection = Connection.from_args(args)
    for path in (connection.ca_path, connection.client_cert, connection.client_key):
        _readable(path)
    samples: list[Sample] = []
    cut = False
    while len(samples) < args["samples"] and not cut:
        sample = probe(args, connection, runner, first=not samples)
        cut = sample is None
        samples += [sample] if sample else []
    return judge(args, samples)


def refuse_nonsense(args: Arguments) -> None:
    problems = []
    parts = urlsplit(args["url"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problems.append(f"url: {public_url(args['url'])} is not an http:// or https:// address")
    if args["samples"] < 1:
        problems.append("samples: at least 1")
    if not 0 < args["percentile"] <= 100:
        problems.append("percentile: more than 0, at most 100")
    if not args["status"]:
        problems.append("status is empty: no answer could be right")
    if args["method"] == "HEAD" and (args["body"] or args["body_pattern"] or args["json"]):
        problems.append("method: an answer to HEAD has no body to look into")
    try:
        re.compile(args["body_pattern"] or "")
    except re.error as exc:
        problems.append(f"body_pattern is not a regular expression: {exc}")
    if problems:
        raise ArgumentsRefused(problems)


def _readable(path: str | None) -> None:
    if path is None:
        return
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            with open(path, "rb") as handle:
                handle.read(1)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None


def probe(args: Arguments, connection: Connection, runner: Runner, *, first: bool) -> Sample | None:
    """One request and what is wrong with its answer; None when the check's own time is over (never the service's fault)."""
    wanted = max(PATIENCE, 2 * (args["max_latency"] or 0.0))
    try:
        allowed = runner.remaining(wanted)
    except CannotObserve:
        return None
    try:
        response = runner.request(
            args["method"], args["url"], connection=connection, timeout=wanted, follow_redirects=args["follow_redirects"], fresh=True
        )
    except HttpFailure as exc:
        if exc.kind == "timeout" and allowed < wanted and not first:
            return None
        if exc.kind == "name":
            raise CannotObserve(f"{exc.message} on the machine that probes: nothing is known of the service") from None
        if exc.kind == "too_large":
            raise CannotObserve(exc.message) from None
        return Sample(None, (exc.message,))
    return Sample(response.elapsed, tuple(problems_of(args, response)), response)


def problems_of(args: Arguments, response: Response) -> list[str]:
    """What an answer lacks."""
    where = public_url(response.url)
    if response.status not in args["status"]:
        wanted = " or ".join(str(status) for status in args["status"])
        target = response.headers.get("location")
        to = f", to {public_url(target)}" if target and 300 <= response.status < 400 else ""
        return [f"{where} answered with status {response.status}{to}; expected {wanted}"]
    text, found = response.text, []
    page = " (a web page: a login page?)" if response.looks_like_html else ""
    if args["body"] and args["body"] not in text:
        found.append(f"the answer of {where} does not have the text '{one_line(args['body'], SHOWN)}'{page}")
    if args["body_pattern"] and not re.search(args["body_pattern"], text):
        found.append(f"the answer of {where} does not match '{one_line(args['body_pattern'], SHOWN)}'{page}")
    for item in args["not_body"]:
        if item and item in text:
            found.append(f"the answer of {where} has the text '{one_line(item, SHOWN)}', which it must not have")
    if args["json"]:
        found += json_problems(args["json"], response)
    return found


def json_problems(expected: t.Mapping[str, object], response: Response) -> list[str]:
    try:
        data = response.json()
    except CannotObserve as exc:
        return [exc.message]
    except RecursionError:
        return [f"{public_url(response.url)} answered with JSON that cannot be parsed (nested too deeply)"]
    found = []
    for path, value in expected.items():
        seen = look_up(data, str(path))
        if seen is _MISSING:
            has = f" (it has {', '.join(sorted(str(key) for key in data)[:10])})" if isinstance(data, dict) and data else ""
            found.append(f"the answer has no {path}{has}")
        elif not same(seen, value):
            found.append(f"{path} is '{one_line(show(seen), SHOWN)}', expected '{one_line(show(value), SHOWN)}'")
    return found


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
                if seen is not _MISSING:
                    return seen
        return _MISSING
    head, _dot, rest = path.partition(".")
    if isinstance(data, list) and head.isdigit() and int(head) < len(data):
        return look_up(data[int(head)], rest)
    return _MISSING


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


def percentile(values: t.Sequence[float], rank: float) -> float:
    """The nearest-rank percentile: a value that was really measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(rank / 100 * len(ordered)) - 1)]


def judge(args: Arguments, samples: t.Sequence[Sample]) -> Finding:
    where, limit = public_url(args["url"]), args["max_latency"]
    bad = [sample for sample in samples if sample.problems]
    times = [sample.elapsed for sample in samples if sample.elapsed is not None]
    latency = percentile(times, args["percentile"]) if times else None
    last = next((sample.response for sample in reversed(samples) if sample.response), None)
    measured = (
        [] if latency is None else [Measurement("http_latency_seconds", round(latency, 6), limit, "upper" if limit is not None else None)]
    )
    details = list(dict.fromkeys(problem for sample in bad for problem in sample.problems))
    fields: Facts = {
        "observed": _observed(args, samples, last),
        "expected": _expected(args),
        "measurements": [*measured, Measurement("http_failed_requests", float(len(bad)), 0.0, "upper")],
        "details": details,
    }
    if not samples:
        return unknown(f"the time allowed for this check is over before {where} was asked", **fields)
    if bad:
        count = f"{len(bad)} of {len(samples)} requests failed: " if len(samples) > 1 else ""
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        return failed(f"{count}{details[0]}{more}", **fields)
    status = last.status if last else 0
    taken = humanize_seconds(latency or 0.0)
    took = f"{where} answered {status} after {taken}"
    if len(samples) > 1:
        took = f"{where} answered {status}, the {args['percentile']:g}th percentile of {len(samples)} requests is {taken}"
    if limit is not None and latency is not None:
        took += f", the limit is {humanize_seconds(limit)}"
        if latency > limit:
            return failed(took, **fields)
    if len(samples) < args["samples"]:
        return unknown(f"only {len(samples)} of {args['samples']} requests to {where} could be made in the time allowed: {took}", **fields)
    elsewhere = last is not None and urlsplit(last.url).hostname != urlsplit(args["url"]).hostname
    if elsewhere and last is not None and not (args["body"] or args["body_pattern"] or args["json"]):
        return warned(f"{took}, but from {public_url(last.url)}, to where it redirects (a login page?)", **fields)
    return passed(took, **fields)


def _observed(args: Arguments, samples: t.Sequence[Sample], last: Response | None) -> dict[str, object]:
    seen: dict[str, object] = {
        "url": public_url(args["url"]),
        "requests": len(samples),
        "failed": sum(bool(sample.problems) for sample in samples),
    }
    if last is None:
        return seen
    seen.update(status=last.status, bytes=len(last.body))
    if public_url(last.url) != seen["url"]:
        seen["answered_by"] = public_url(last.url)
    if args["json"]:
        try:
            data = last.json()
        except (CannotObserve, RecursionError):
            return seen
        values = {path: look_up(data, str(path)) for path in args["json"]}
        seen["json"] = {path: one_line(show(value), SHOWN) for path, value in values.items() if value is not _MISSING}
    return seen


def _expected(args: Arguments) -> dict[str, object]:
    wanted: dict[str, object] = {name: args[name] for name in ("status", "body", "body_pattern", "not_body", "json") if args[name]}
    if args["max_latency"] is not None:
        wanted.update(max_latency_seconds=args["max_latency"], percentile=args["percentile"])
    return wanted


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "TIMEOUT", "WHERE", "judge", "look_up", "percentile", "problems_of", "run", "same")
