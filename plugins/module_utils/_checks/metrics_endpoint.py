# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service's own metrics page: parses, has what is required, moves, keeps to its limits. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._exposition import ACCEPT, Exposition, Family, parse
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, passed, warned
from .._http import Connection, HttpArguments, HttpFailure, Response, public_url
from .._phrase import Message, and_more, listed, phrase, plural
from .._runner import Runner

WHERE = "both"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "families": {"type": "list", "elements": "str", "default": []},
    "moving": {"type": "list", "elements": "str", "default": []},
    "interval": {"type": "str", "default": "1s"},
    "max_series": {"type": "int", "default": 10000},
}
DURATIONS = ("interval",)
SIZES = ()
COMPARISONS = ()
COMPARABLE = {"names": {"kind": "set", "what": phrase("metric")}}

START = "process_start_time_seconds"
RUNTIME = ("go_", "jvm_", "nodejs_", "process_", "promhttp_", "python_")  # of the language, not of the service
MOST_NAMES = 500  # a page with more is not compared name by name


class Arguments(HttpArguments):
    url: str
    families: list[str]
    moving: list[str]
    interval: float
    max_series: int


class Fault(Exception):
    """What is wrong with the page as a whole."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def run(args: Arguments, runner: Runner) -> Finding:
    url = args["url"]
    if urlsplit(url).scheme not in ("http", "https"):
        raise ArgumentsRefused([f"url: '{public_url(url)}' is not an http:// or https:// address"])
    connection = Connection.from_args(args)
    try:
        first, response = scrape(url, connection, runner)
        problems = list(first.problems)
        problems += missing(first, [*args["families"], *(name for name in args["moving"] if name not in args["families"])])
        notes: list[Message] = []
        if args["moving"]:
            runner.sleep(args["interval"])
            second, _unused = scrape(url, connection, runner)
            moved, notes = movement(first, second, args["moving"], args["interval"])
            problems += moved
    except Fault as exc:
        return failed(exc.message, expected=expectation(args))
    if first.series > args["max_series"]:
        said = phrase(
            "{series:number} series are more than the limit of {limit:number}; most are of {families:list}",
            series=first.series,
            limit=args["max_series"],
            families=largest(first),
        )
        problems.append(said)
    return conclude(args, first, response, problems, notes)


def conclude(args: Arguments, page: Exposition, response: Response, problems: list[Message], notes: list[Message]) -> Finding:
    where = public_url(args["url"])
    families = sorted(name for name, family in page.families.items() if family.samples)
    names = sorted(name for name in page.families if not name.startswith(RUNTIME))
    compared = {"names": names} if len(names) <= MOST_NAMES else {}
    fields: Facts = {
        "observed": {"series": page.series, "families": len(families), "bytes": len(response.body), **compared},
        "expected": expectation(args),
        "measurements": [
            Measurement("exposed_series", page.series, args["max_series"], "upper"),
            Measurement("scrape_duration_seconds", round(response.elapsed, 3)),
        ],
        "details": problems + notes,
    }
    if problems:
        return failed(phrase("{url:path}: {problems}", url=where, problems=and_more(problems)), **fields)
    if notes:
        return warned(phrase("{url:path}: {notes:sentences}", url=where, notes=notes), **fields)
    said = plural(
        "{url:path} exposes {series:number} series in {count:number} family, the limit is {limit:number}",
        "{url:path} exposes {series:number} series in {count:number} families, the limit is {limit:number}",
        count=len(families),
        url=where,
        series=page.series,
        limit=args["max_series"],
    )
    if args["moving"]:
        moved = phrase("{metrics:list} moved within {interval:duration}", metrics=args["moving"], interval=args["interval"])
        said = listed([said, moved])
    return passed(said, **fields)


def expectation(args: Arguments) -> dict[str, object]:
    return {"families": args["families"], "moving": args["moving"], "max_series": args["max_series"]}


def scrape(url: str, connection: Connection, runner: Runner) -> tuple[Exposition, Response]:
    """The page as Prometheus would read it. Fault for whatever is the service's; CannotObserve for what is ours."""
    where = public_url(url)
    try:
        response = runner.get(url, connection=connection, headers={"Accept": ACCEPT}, fresh=True)
    except HttpFailure as exc:
        if exc.kind == "name":
            raise
        raise Fault(exc.message) from None
    if response.status in (401, 403):
        said = phrase("{url:path} refuses the request ({status}): look at the credentials of the check", url=where, status=response.status)
        raise CannotObserve(said)
    if response.status != 200:
        raise Fault(phrase("{url:path} answered with {status}: Prometheus takes nothing but 200", url=where, status=response.status))
    if response.looks_like_html:
        raise Fault(phrase("{url:path} is not an exposition: it answered with a web page (a login page?)", url=where))
    try:
        text = response.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault(phrase("{url:path} is not an exposition: it answered with bytes that are not text", url=where)) from None
    page = parse(text)
    if not page.series:
        if page.lines:
            said = phrase(
                "{url:path} is not an exposition: none of its {lines:number} lines is a sample ({why})",
                url=where,
                lines=page.lines,
                why=page.problems[0],
            )
            raise Fault(said)
        raise Fault(phrase("{url:path} has no series at all", url=where))
    return page, response


def missing(page: Exposition, names: t.Iterable[str]) -> list[Message]:
    lines = []
    for name in names:
        family = page.family(name)
        if family is None:
            lines.append(phrase("the metric {metric} is not there", metric=name))
        elif not family.samples:
            lines.append(phrase("the metric {metric} is declared, but has no series", metric=name))
    return lines


def movement(first: Exposition, second: Exposition, names: t.Iterable[str], interval: float) -> tuple[list[Message], list[Message]]:
    """What does not move, and what cannot be said because the service began anew in between."""
    problems: list[Message] = []
    notes: list[Message] = []
    restarted = start_time(first) != start_time(second)
    for name in names:
        before, after = first.family(name), second.family(name)
        if before is None or not before.samples:
            continue  # said already
        if after is None or not after.samples:
            if restarted:
                notes.append(began_anew(name))
            else:
                problems.append(
                    phrase("the metric {metric} was there, and was gone {interval:duration} later", metric=name, interval=interval)
                )
            continue
        old, new = counts(before), counts(after)
        if restarted or (before.type != "gauge" and any(new[key] < old[key] for key in old if key in new)):
            notes.append(began_anew(name))
        elif not moves(before.type, old, new):
            problems.append(phrase("the metric {metric} did not move within {interval:duration}", metric=name, interval=interval))
    return problems, notes


def began_anew(metric: str) -> Message:
    return phrase("{metric} began anew between two scrapes (the service was restarted): whether it moves is not proven", metric=metric)


def counts(family: Family) -> dict[t.Any, float]:
    """The samples that count: of a histogram or a summary its number of observations, never a time of creation."""
    found = {key: value for key, value in family.samples.items() if not key[0].endswith("_created")}
    if family.type in ("histogram", "summary") and any(key[0].endswith("_count") for key in found):
        return {key: value for key, value in found.items() if key[0].endswith("_count")}
    return found


def moves(kind: str, old: dict[t.Any, float], new: dict[t.Any, float]) -> bool:
    if kind == "gauge":
        return old != new
    return any(value > old.get(key, 0.0) for key, value in new.items())


def start_time(page: Exposition) -> float | None:
    family = page.family(START)
    return next(iter(family.samples.values()), None) if family else None


def largest(page: Exposition, most: int = 3) -> list[str]:
    """The families with the most series: where to look when there are too many."""
    ranked = sorted(page.families.values(), key=lambda family: -len(family.samples))[:most]
    return [f"{family.name} ({len(family.samples)})" for family in ranked if family.samples]
