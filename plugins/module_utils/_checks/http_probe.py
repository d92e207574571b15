# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service answers as its users see it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import typing as t
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, passed, unknown, warned
from .._http import Connection, HttpArguments, HttpFailure, Response, public_url
from .._listing import either
from .._message import one_line
from .._patterns import NotSearched, search
from .._phrase import Message, and_more, phrase
from .._runner import Runner, unreadable
from .._versions import HERE, tells, text_pattern
from ._json_answers import MISSING, SHOWN, json_problems, look_up, same, show

WHERE = "both"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "method": {"type": "str", "default": "GET", "choices": ["GET", "HEAD", "OPTIONS"]},
    "status": {"type": "list", "elements": "int", "default": [200]},
    "body": {"type": "str"},
    "body_pattern": {"type": "str"},
    "version": {"type": "str"},
    "not_body": {"type": "list", "elements": "str", "default": []},
    "json": {"type": "dict", "default": {}},
    "max_latency": {"type": "str"},
    "percentile": {"type": "float", "default": 95},
    "samples": {"type": "int", "default": 1},
    "follow_redirects": {"type": "bool", "default": True},
}
DURATIONS = ("max_latency",)
COMPARABLE = {
    "answers": {"kind": "holds", "what": phrase("endpoint")},
    # the percentile of a few requests is that of the slowest one
    "http_latency_seconds": {
        "kind": "number",
        "what": phrase("latency of"),
        "worse": "upper",
        "relative": 0.5,
        "absolute": 0.05,
        "then": "fail",
        "of": "requests",
        "at_least": 20,
    },
}
PATIENCE = 10.0  # seconds for one request


class Arguments(HttpArguments):
    url: str
    method: str
    status: list[int]
    body: str | None
    body_pattern: str | None
    version: str | None
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
    problems: tuple[Message, ...] = ()
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
    if args["method"] == "HEAD" and (args["body"] or args["body_pattern"] or args["version"] or args["json"]):
        problems.append("method: an answer to HEAD has no body to look into")
    if args["version"] is not None and not tells(args["version"]):
        problems.append("version: it has neither a letter nor a digit")
    if args["version"] is not None and HERE not in (args["body"] or HERE):
        problems.append("body: with version, {version} stands in it for the version")
    try:
        re.compile(args["body_pattern"] or "")
    except (re.error, OverflowError, RecursionError) as exc:
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
            said = phrase("{why} on the machine that probes: nothing is known of the service", why=exc.message)
            raise CannotObserve(said) from None
        if exc.kind == "too_large":
            raise CannotObserve(exc.message) from None
        return Sample(None, (exc.message,))
    return Sample(response.elapsed, tuple(problems_of(args, response)), response)


def problems_of(args: Arguments, response: Response) -> list[Message]:
    """What an answer lacks."""
    where = public_url(response.url)
    if response.status not in args["status"]:
        return [other_status(where, response, args["status"])]
    text, found = response.text, []
    if args["version"]:
        found += _version_problems(args["body"] or HERE, args["version"], response, where)
    elif args["body"] and args["body"] not in text:
        said = phrase("the answer of {url:path} does not have the text '{text}'", url=where, text=one_line(args["body"], SHOWN))
        found.append(perhaps_a_login(said, response))
    if args["body_pattern"] and not _fits(args["body_pattern"], text):
        said = phrase("the answer of {url:path} does not match '{pattern}'", url=where, pattern=one_line(args["body_pattern"], SHOWN))
        found.append(perhaps_a_login(said, response))
    for item in args["not_body"]:
        if item and item in text:
            said = phrase("the answer of {url:path} has the text '{text}', which it must not have", url=where, text=one_line(item, SHOWN))
            found.append(said)
    if args["json"]:
        found += json_problems(args["json"], response)
    return found


def _version_problems(template: str, version: str, response: Response, where: str) -> list[Message]:
    """What is wrong where a text must have a version: it stands there of its own accord, and not as a part of another one."""
    text, wanted = response.text, template.replace(HERE, version)
    if text_pattern(template, version).search(text):
        return []
    if wanted in text:
        return [phrase("the answer of {url:path} has '{text}' only as a part of something else", url=where, text=one_line(wanted, SHOWN))]
    said = phrase("the answer of {url:path} does not have the text '{text}'", url=where, text=one_line(wanted, SHOWN))
    return [perhaps_a_login(said, response)]


def _fits(pattern: str, text: str) -> bool:
    try:
        return search(pattern, text)
    except NotSearched:
        said = phrase(
            "body_pattern '{pattern}' does not come to an end on what was answered, and was stopped", pattern=one_line(pattern, SHOWN)
        )
        raise CannotObserve(said) from None


def other_status(where: str, response: Response, expected: t.Sequence[int]) -> Message:
    wanted, target = either([str(status) for status in expected]), response.headers.get("location")
    if target and 300 <= response.status < 400:
        return phrase(
            "{url:path} answered with status {status}, to {target:path}; expected {wanted}",
            url=where,
            status=response.status,
            target=public_url(target),
            wanted=wanted,
        )
    return phrase("{url:path} answered with status {status}; expected {wanted}", url=where, status=response.status, wanted=wanted)


def perhaps_a_login(said: Message, response: Response) -> Message:
    return phrase("{said} (a web page: a login page?)", said=said) if response.looks_like_html else said


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
        "measurements": [*measured, Measurement("http_failed_requests", float(len(bad)), 0.0, "upper", count=True)],
        "details": details,
    }
    if not samples:
        return unknown(phrase("the time allowed for this check is over before {url:path} was asked", url=where), **fields)
    if bad:
        return failed(failures(len(bad), len(samples), details), **fields)
    took = answered(args, last.status if last else 0, latency or 0.0, len(samples))
    if limit is not None and latency is not None and latency > limit:
        return failed(took, **fields)
    if len(samples) < args["samples"]:
        said = phrase(
            "only {made:number} of {wanted:number} requests to {url:path} could be made in the time allowed: {took}",
            made=len(samples),
            wanted=args["samples"],
            url=where,
            took=took,
        )
        return unknown(said, **fields)
    elsewhere = last is not None and urlsplit(last.url).hostname != urlsplit(args["url"]).hostname
    if elsewhere and last is not None and not (args["body"] or args["body_pattern"] or args["version"] or args["json"]):
        said = phrase("{took}, but from {url:path}, to where it redirects (a login page?)", took=took, url=public_url(last.url))
        return warned(said, **fields)
    return passed(took, **fields)


def failures(bad: int, requests: int, details: list[Message]) -> Message:
    if requests == 1:
        return and_more(details)
    return phrase("{bad:number} of {requests:number} requests failed: {problems}", bad=bad, requests=requests, problems=and_more(details))


def answered(args: Arguments, status: int, latency: float, requests: int) -> Message:
    """The status and how long it took, with the limit where there is one."""
    where, limit = public_url(args["url"]), args["max_latency"]
    if requests == 1:
        took = phrase("{url:path} answered {status} after {taken:duration}", url=where, status=status, taken=latency)
    else:
        took = phrase(
            "{url:path} answered {status}, the {rank:number}th percentile of {requests:number} requests is {taken:duration}",
            url=where,
            status=status,
            rank=args["percentile"],
            requests=requests,
            taken=latency,
        )
    return took if limit is None else phrase("{took}, the limit is {limit:duration}", took=took, limit=limit)


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
        seen["json"] = {path: one_line(show(value), SHOWN) for path, value in values.items() if value is not MISSING}
    return seen


def _expected(args: Arguments) -> dict[str, object]:
    names = ("status", "body", "body_pattern", "version", "not_body", "json")
    wanted: dict[str, object] = {name: value for name, value in args.items() if name in names and value}
    if args["max_latency"] is not None:
        wanted.update(max_latency_seconds=args["max_latency"], percentile=args["percentile"])
    return wanted


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "TIMEOUT", "WHERE", "judge", "look_up", "percentile", "problems_of", "run", "same")
