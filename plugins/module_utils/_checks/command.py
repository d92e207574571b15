# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that answers as Nagios plugins do: exit code, text, performance data. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import signal
import typing as t
import unicodedata

from .._argspec import ArgumentsRefused
from .._finding import CannotObserve, Finding, Measurement, Status
from .._runner import Completed, Runner, unreadable

WHERE = "host"
TIMEOUT = 60.0
ARGUMENT_SPEC: dict[str, t.Any] = {
    "command": {"type": "list", "elements": "str", "required": True},
    "chdir": {"type": "path"},
    "environment": {"type": "dict"},
}
LINES = 50
LINE_LENGTH = 500
MEASUREMENTS = 100

_STATUS = {0: Status.PASS, 1: Status.WARN, 2: Status.FAIL, 3: Status.UNKNOWN}
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]", re.M)
_PERFDATA = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<label>[^\s='|]+))="
    r"(?P<value>[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)(?P<unit>[^\s;\d.,][^\s;]*)?"
    r"(?:;(?P<warn>[^;\s]*))?(?:;(?P<crit>[^;\s]*))?(?:;[^;\s]*){0,2}(?=[\s;]|$)"
)
# unit: factor to the base unit, and what the base unit is called
_UNITS: dict[str, tuple[float, str]] = {
    "ns": (1e-9, "seconds"),
    "us": (1e-6, "seconds"),
    "\u00b5s": (1e-6, "seconds"),
    "\u03bcs": (1e-6, "seconds"),
    "ms": (1e-3, "seconds"),
    "s": (1, "seconds"),
    "b": (1, "bytes"),
    "%": (0.01, "ratio"),
    "c": (1, "total"),
}
for _power, _letter in enumerate("kmgtp", start=1):
    _UNITS[f"{_letter}b"] = (1000**_power, "bytes")
    _UNITS[f"{_letter}ib"] = (1024**_power, "bytes")


def run(args: dict[str, t.Any], runner: Runner) -> Finding:
    command, folder = list(args["command"]), args["chdir"]
    if not command or not command[0]:
        raise ArgumentsRefused(["command: it is empty"])
    if folder is not None:
        try:
            os.stat(os.path.join(folder, "."))
        except OSError as exc:
            raise CannotObserve(f"the command cannot be started there: {unreadable(folder, exc)}") from None
        if os.sep in command[0]:
            command[0] = os.path.join(folder, command[0])
    env = {name: str(value) for name, value in (args["environment"] or {}).items()}
    return judge(runner.run(command, cwd=folder, env=env, timeout=3600.0), os.path.basename(command[0]))


def judge(done: Completed, name: str) -> Finding:
    """The finding of a plugin that has ended."""
    text, long_text, perfdata = split_output(done.stdout)
    stderr = [line for line in map(clean, done.stderr.split("\n")) if line]
    details = [*long_text, *(stderr if text or long_text else stderr[1:])]
    said = text or (stderr[0] if stderr else "")
    observed: dict[str, t.Any] = {"exit_code": done.rc}
    status = _STATUS.get(done.rc, Status.UNKNOWN)
    message = said or f"{name} ended with code {done.rc} and said nothing"
    if done.rc not in _STATUS:
        message = strange_end(done.rc, name) + (f"; it said: {said}" if said else "")
    if len(details) > LINES:
        details = [*details[: LINES - 1], f"and {len(details) - LINES + 1} more lines"]
    if done.truncated:
        observed["output_cut"] = True
    return Finding(status, message[:LINE_LENGTH], observed=observed, measurements=parse_perfdata(perfdata), details=details)


def strange_end(rc: int, name: str) -> str:
    """What an exit code means that is none of a plugin's."""
    if rc < 0:
        try:
            told = signal.Signals(-rc).name
        except ValueError:
            told = str(-rc)
        return f"{name} was ended by the signal {told}"
    known = {126: "a command could not be executed", 127: "a command was not found"}
    return f"{name} ended with code {rc} ({known.get(rc, 'a plugin ends with 0, 1, 2 or 3')})"


def split_output(stdout: str) -> tuple[str, list[str], str]:
    """First line, further lines, performance data. It follows on a | in the first line, and on the first | in the others."""
    first, _unused, rest = stdout.lstrip("\r\n").partition("\n")
    text, _unused, perfdata = first.partition("|")
    long_text, _unused, more = rest.partition("|")
    lines = [line for line in map(clean, long_text.split("\n")) if line]
    return clean(text), lines, clean(perfdata, limit=65536) + " " + clean(more.replace("\n", " "), limit=65536)


def clean(text: str, *, limit: int = LINE_LENGTH) -> str:
    """Without terminal escapes and characters that are not for reading, and not too long."""
    plain = _ESCAPES.sub("", text[: 4 * limit]).replace("\t", " ")
    return "".join(char for char in plain if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")).strip()[:limit]


def parse_perfdata(text: str) -> list[Measurement]:
    """Measurements in base units. What is not understood is left out."""
    found: dict[str, Measurement] = {}
    for match in _PERFDATA.finditer(text):
        unit = match.group("unit") or ""
        factor, kind = _UNITS.get(unit if unit == "C" else unit.lower(), (1.0, ""))  # C is a temperature, c a counter
        name = _name((match.group("quoted") or match.group("label")).replace("''", "'"), kind)
        limit, bound = parse_range(match.group("crit") or match.group("warn") or "") or (None, None)
        value = _number(match.group("value")) * factor
        unique, count = name, 1
        while unique in found:
            count += 1
            unique = f"{name}_{count}"
        found[unique] = Measurement(unique, value, None if limit is None else limit * factor, bound)
        if len(found) == MEASUREMENTS:
            break
    return list(found.values())


def parse_range(text: str) -> tuple[float, str] | None:
    """Limit and bound of a threshold that has one side: ``80``, ``80:``, ``~:80``. None for any other."""
    number = r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)"
    upper = re.fullmatch(rf"(?:~:|[-+]?0(?:\.0*)?:)?{number}", text)
    if upper:
        return _number(upper.group(1)), "upper"
    lower = re.fullmatch(rf"{number}:", text)
    return (_number(lower.group(1)), "lower") if lower else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _name(label: str, kind: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or ("root" if label == "/" else "value")
    return name if not kind or name.endswith(f"_{kind}") or name == kind else f"{name}_{kind}"


__all__ = (
    "ARGUMENT_SPEC",
    "TIMEOUT",
    "WHERE",
    "clean",
    "judge",
    "parse_perfdata",
    "parse_range",
    "run",
    "split_output",
    "strange_end",
)
