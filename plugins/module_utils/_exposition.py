# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prometheus text format (0.0.4, and what OpenMetrics adds to it), read strictly. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re

ACCEPT = "text/plain;version=0.0.4;q=1,*/*;q=0.1"
MOST_PROBLEMS = 50

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI]nf(?:inity)?|NaN|nan)")
_BLANKS = re.compile(r"[ \t]*")
_TYPES = ("counter", "gauge", "histogram", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram")
# what a family of that type calls its samples, beside its own name
_SUFFIXES = {
    "counter": ("_total", "_created"),
    "histogram": ("_bucket", "_count", "_sum", "_created"),
    "gaugehistogram": ("_bucket", "_gcount", "_gsum"),
    "summary": ("_count", "_sum", "_created"),
    "info": ("_info",),
}

Labels = tuple[tuple[str, str], ...]


class BadLine(Exception):
    """Why a line is not one of the format."""


@dataclasses.dataclass
class Family:
    """Samples of one name as the exposition types them."""

    name: str
    type: str = "untyped"
    help: str | None = None
    declared: bool = False
    samples: dict[tuple[str, Labels], float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Exposition:
    families: dict[str, Family]
    problems: list[str]  # at most MOST_PROBLEMS, each with the number of its line
    series: int
    lines: int  # that are neither blank nor comments

    def family(self, name: str) -> Family | None:
        """By the name of the family, or of one of its series (``http_requests_total``, ``latency_seconds_count``)."""
        if name in self.families:
            return self.families[name]
        for family in self.families.values():
            found = {key: value for key, value in family.samples.items() if key[0] == name}
            if found:
                return dataclasses.replace(family, name=name, samples=found)
        return None


def parse(text: str) -> Exposition:
    """Never raises: what does not fit is among the problems."""
    families: dict[str, Family] = {}
    owners: dict[str, str] = {}  # name of a sample: name of its family
    problems: list[str] = []
    series = lines = 0

    def problem(number: int, words: str) -> None:
        if len(problems) < MOST_PROBLEMS:
            problems.append(f"line {number}: {words}")

    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip(" \t")
        if not stripped:
            continue
        try:
            if stripped.startswith("#"):
                _comment(stripped, families, owners)
                continue
            lines += 1
            name, labels, value = _sample(stripped)
            if name not in owners:
                owners[name] = name
                families.setdefault(name, Family(name))
            samples = families[owners[name]].samples
            if (name, labels) in samples:
                raise BadLine(f"{_series(name, labels)} is there twice")
            samples[(name, labels)] = value
            series += 1
        except BadLine as exc:
            problem(number, str(exc))
    return Exposition(families, problems, series, lines)


def _comment(line: str, families: dict[str, Family], owners: dict[str, str]) -> None:
    words = line[1:].strip(" \t").split(None, 1)
    if not words or words[0] not in ("HELP", "TYPE"):
        return  # free comments, UNIT, EOF
    rest = words[1] if len(words) > 1 else ""
    quoted = _QUOTED.match(rest)
    name = _unescape(quoted.group(1)) if quoted else (rest.split(None, 1) or [""])[0]
    content = rest[quoted.end() :].strip() if quoted else rest[len(name) :].strip()
    if not quoted and not _NAME.fullmatch(name):
        raise BadLine(f"'{_shown(name)}' is not a valid metric name")
    family = families.get(name)
    if words[0] == "HELP":
        if family is None:
            family = families[name] = Family(name)
            owners.setdefault(name, name)
        if family.help is not None:
            raise BadLine(f"{name} has two HELP lines: the family is declared twice")
        family.help = content
        return
    if content not in _TYPES:
        raise BadLine(f"{name} has the type '{_shown(content)}', which does not exist")
    if family is not None and family.declared:
        raise BadLine(f"{name} has two TYPE lines: the family is declared twice")
    if family is not None and family.samples:
        raise BadLine(f"the TYPE of {name} stands after its samples")
    if family is None:
        family = families[name] = Family(name)
    family.type, family.declared = content, True
    for suffix in ("", *_SUFFIXES.get(content, ())):
        owners.setdefault(name + suffix, name)


def _sample(line: str) -> tuple[str, Labels, float]:
    at, name = 0, ""
    if line.endswith("\r"):
        raise BadLine("the line ends with a carriage return (a Windows line end)")
    found = _NAME.match(line)
    if found:
        name, at = found.group(), found.end()
    at = _skip(line, at)
    labels: list[tuple[str, str]] = []
    if line[at : at + 1] == "{":
        name, labels, at = _labels(line, at + 1, name)
    if not name:
        raise BadLine(f"'{_shown(line)}' does not start with a valid metric name")
    if len(line) > at and line[at] not in " \t" and not labels and line[at - 1] not in " \t}":
        raise BadLine(f"'{_shown(line.split(None, 1)[0])}' is not a valid metric name")
    # an exemplar (OpenMetrics) stands after " # "
    words = re.findall(r"[^ \t]+", line[at:].split(" # ", 1)[0])
    if not words:
        raise BadLine(f"{name} has no value")
    if not _NUMBER.fullmatch(words[0]):
        raise BadLine(f"{name} has the value '{_shown(words[0])}', which is not a number")
    if len(words) > 2 or (len(words) == 2 and not _NUMBER.fullmatch(words[1])):
        raise BadLine(f"after the value of {name} stands '{_shown(' '.join(words[1:]))}', which is not a timestamp")
    names = [label for label, _unused in labels]
    twice = sorted({label for label in names if names.count(label) > 1})
    if twice:
        raise BadLine(f"{name} has the label {twice[0]} twice in one series")
    return name, tuple(sorted(labels)), float(words[0])


def _labels(line: str, at: int, name: str) -> tuple[str, list[tuple[str, str]], int]:
    labels: list[tuple[str, str]] = []
    while True:
        at = _skip(line, at)
        if line[at : at + 1] == "}":
            return name, labels, at + 1
        quoted = _QUOTED.match(line, at)
        plain = _LABEL.match(line, at)
        found = quoted or plain
        if not found:
            raise BadLine(f"in the labels of {name or 'a series'} '{_shown(line[at:])}' is not a valid label")
        label = _unescape(quoted.group(1)) if quoted else found.group()
        at = _skip(line, found.end())
        if quoted and not name and line[at : at + 1] in (",", "}"):  # {"a name in quotes", label="value"}
            name = label
        else:
            if line[at : at + 1] != "=":
                raise BadLine(f"in the labels of {name or 'a series'} '{_shown(line[found.start() :])}' is not a valid label")
            value = _QUOTED.match(line, _skip(line, at + 1))
            if not value:
                raise BadLine(f"the label {label} of {name or 'a series'} has no value in closed quotes")
            labels.append((label, _unescape(value.group(1))))
            at = _skip(line, value.end())
        if line[at : at + 1] == ",":
            at += 1
        elif line[at : at + 1] != "}":
            raise BadLine(f"the labels of {name or 'a series'} are not closed")


def _skip(line: str, at: int) -> int:
    found = _BLANKS.match(line, at)
    return found.end() if found else at


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found.group(1), found.group(1)), text)


def _series(name: str, labels: Labels) -> str:
    inner = ",".join(f'{label}="{value}"' for label, value in labels)
    return _shown(f"{name}{{{inner}}}" if inner else name, 120)


def _shown(text: str, most: int = 40) -> str:
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


__all__ = ("ACCEPT", "Exposition", "Family", "parse")
