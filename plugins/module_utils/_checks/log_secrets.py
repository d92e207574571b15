# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a sample of a log carries secrets. What was found is never shown. PRIVATE to the collection."""

from __future__ import annotations

import collections
import os
import typing as t

from .._argspec import Spec
from .._clients.journal_lines import moment_of
from .._clients.log_lines import Line, Run, Sample, number_of
from .._clients.secret_fingerprints import FORM, Fingerprints
from .._clients.secret_numbers import PERSONS
from .._clients.secret_scan import FAMILIES, Scan, Secret
from .._clients.secret_values import password_of
from .._finding import CannotObserve, Facts, Finding, Measurement, Status, passed, warned
from .._phrase import Message, phrase, plural, with_more
from .._runner import Runner
from ._log_source import MOST_LINES, SOURCE_CONSTRAINTS, SOURCE_SPEC, SourceArguments, extent, no_line, taken, wrong_source

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **SOURCE_SPEC,
    "identifiers": {"type": "list", "elements": "str", "choices": sorted(PERSONS), "default": []},
    "allowed": {"type": "list", "elements": "str", "default": []},
    "mode": {"type": "str", "choices": ["enforce", "report"], "default": "enforce"},
    "service": {"type": "str", "default": ""},
    "fingerprint_key": {"type": "str", "no_log": True},
}
CONSTRAINTS = SOURCE_CONSTRAINTS
TOLD = 200  # secrets of which each has a line of its own
WHOLE, SAMPLE = 16 << 20, 20_000  # bytes of a file that is looked at whole, unless fewer lines than usual are asked for
RESERVE = 30.0  # seconds that are left for fingerprints and line numbers


class Arguments(SourceArguments):
    identifiers: list[str]
    allowed: list[str]
    mode: str
    service: str
    fingerprint_key: str | None
    timeout: float


class Told(t.NamedTuple):
    """A secret as it may be told."""

    family: str
    file: str
    line: int | None
    place: Message
    times: int
    fingerprint: str | None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = wrong_source(args)
    for entry in args["allowed"]:
        match = FORM.fullmatch(entry)
        if match is None or match[1] not in FAMILIES:
            found.append("allowed: expected fingerprints as a finding has them, such as github_token:3f9a2c81ab")  # none is said again
            break
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    sample = taken(_widened(args), runner)
    if not any(one.lines for one in sample.runs) and not (args["quiet"] and not sample.unread):
        raise no_line(sample)
    scan, in_time = _looked_through(sample, args, runner)
    found = _named(scan.secrets(), args)
    others = [(secret, made) for secret, made in found if made is None or made not in args["allowed"]]
    kept = [_told(secret, made, runner, place=number < TOLD) for number, (secret, made) in enumerate(others)]
    observed = _observed(sample, scan, kept, found, args)
    facts: Facts = {
        "observed": observed,
        "expected": {"secrets": 0, "mode": args["mode"]},
        "measurements": [Measurement("log_secrets", float(len(kept)), 0.0, "upper", count=True)],
    }
    if kept:
        details = [_line_of(one) for one in kept[:TOLD]]
        facts["details"] = details
        facts["remedy"] = _REMEDY
        status = Status.FAIL if args["mode"] == "enforce" else Status.WARN
        return Finding(status, with_more(details[0], len(kept) - 1), **facts)
    if not in_time:
        raise CannotObserve(
            plural(
                "the time was over after {count:number} line of {log:path}, in which no secret stands",
                "the time was over after {count:number} lines of {log:path}, in which no secret stands",
                count=scan.looked_at,
                log=sample.name,
            ),
            observed=observed,
        )
    if not scan.looked_at:
        return passed(phrase("{log:path} has no line, as it may be", log=sample.name), **facts)
    looked = extent(sample, scan.looked_at)
    if sample.has_no_ends:
        raise no_line(sample)
    if sample.unread:
        said = phrase("no secret stands in {log:path} ({looked}), but {reason}", log=sample.name, looked=looked, reason=sample.unread[0])
        return warned(said, **facts)
    return passed(phrase("no secret stands in {log:path}: {looked}", log=sample.name, looked=looked), **facts)


_REMEDY = phrase(
    "Mask the field at its source, change the secret, and remove it from every copy of the log; what is none is allowed by its fingerprint"
)


def _widened(args: Arguments) -> Arguments:
    """A file that is not large is looked at whole: of a secret in a sample that is left out nobody would hear."""
    try:
        small = args["path"] is not None and os.path.getsize(args["path"]) <= WHOLE
    except OSError:
        return args  # which the reading of it tells
    return {**args, "sample_lines": MOST_LINES} if small and args["sample_lines"] >= SAMPLE else args


def _looked_through(sample: Sample, args: Arguments, runner: Runner) -> tuple[Scan, bool]:
    """The newest lines first; and whether there was time for all."""
    searching = runner.within(max(runner.remaining() - RESERVE, 1.0))
    scan = Scan(args["identifiers"], searching.remaining)
    try:
        for one in reversed(sample.runs):
            scan.look(one)
            if sample.journal:
                scan.look(_fields_of(one), counted=False)
    except CannotObserve:
        return scan, False
    return scan, True


def _fields_of(run: Run) -> Run:
    """What an entry of the journal has beside its message: a command line with a password in it, fields of the service's own."""
    seen: dict[tuple[str, str], Line] = {}
    for line in run.lines:
        for name, value in line.fields.items():
            seen.setdefault((name, value), Line(f"{name}={value}", moment=line.moment))
    return Run(run.source, list(seen.values()))


def _named(secrets: list[Secret], args: Arguments) -> list[tuple[Secret, str | None]]:
    """Each with its fingerprint, as far as it is shown, or may be one that is allowed."""
    prints = Fingerprints(args["service"], args["fingerprint_key"] or "")
    families = {entry.partition(":")[0] for entry in args["allowed"]}
    return [
        (
            secret,
            prints.of(secret.family, password_of(secret.family, secret.value), weak=secret.weak)
            if number < TOLD or secret.family in families
            else None,
        )
        for number, secret in enumerate(secrets)
    ]


def _told(secret: Secret, made: str | None, runner: Runner, *, place: bool) -> Told:
    number, said = _place(secret.run, secret.line, runner) if place else (None, phrase("byte {offset:number}", offset=secret.line.offset))
    return Told(secret.family, secret.run.source, number, said, secret.count, made)


def _place(run: Run, line: Line, runner: Runner) -> tuple[int | None, Message]:
    if line.moment is not None:
        return None, phrase("entry of {moment:moment}", moment=moment_of(line))
    number = number_of(run, line, runner)
    if number is None:
        return None, phrase("byte {offset:number}", offset=line.offset)
    return number, phrase("line {line:number}", line=number)


def _line_of(one: Told) -> Message:
    if one.fingerprint is None:
        return plural(
            "{name} in {file:path}, {position}",
            "{name} in {file:path}, {position}, and {count:number} times in all",
            count=one.times,
            name=one.family,
            file=one.file,
            position=one.place,
        )
    return plural(
        "{family} in {file:path}, {position} (fingerprint {name})",
        "{family} in {file:path}, {position}, {count:number} times in all (fingerprint {name})",
        count=one.times,
        family=one.family,
        file=one.file,
        position=one.place,
        name=one.fingerprint,
    )


def _observed(sample: Sample, scan: Scan, kept: list[Told], found: list[tuple[Secret, str | None]], args: Arguments) -> dict[str, object]:
    seen = {made for _secret, made in found}
    return {
        "log": sample.name,
        "lines": scan.looked_at,
        "size_bytes": sample.size,
        "everything": sample.everything,
        "families": dict(collections.Counter(one.family for one in kept)),
        "secrets": [
            {
                "family": one.family,
                "file": one.file,
                "line": one.line,
                "place": str(one.place),
                "times": one.times,
                "fingerprint": one.fingerprint,
            }
            for one in kept[:TOLD]
        ],
        "allowed": len(found) - len(kept),
        "allowed_not_found": sorted(set(args["allowed"]) - {one for one in seen if one}),
        "numbers_taken_for_no_cards": scan.cards.left_out(),
        "not_read": [str(said) for said in sample.unread],
    }


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "TIMEOUT", "WHERE", "problems", "run")
