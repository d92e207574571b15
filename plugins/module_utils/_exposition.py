# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prometheus text format (0.0.4, and what OpenMetrics adds to it), read strictly. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re

from ._phrase import Message, phrase, verbatim

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

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


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
    problems: list[Message]  # at most MOST_PROBLEMS, each with the number of its line
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
    problems: list[Message] = []
    series = lines = 0
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
                raise BadLine(phrase("{series} is there twice", series=_series(name, labels)))
            samples[(name, labels)] = value
            series += 1
        except BadLine as exc:
            if len(problems) < MOST_PROBLEMS:
                problems.append(phrase("line {line}: {why}", line=number, why=exc.message))
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
        raise BadLine(_no_name(name))
    family = families.get(name)
    if words[0] == "HELP":
        if family is None:
            family = families[name] = Family(name)
            owners.setdefault(name, name)
        if family.help is not None:
            raise BadLine(phrase("{family} has two HELP lines: the family is declared twice", family=name))
        family.help = content
        return
    if content not in _TYPES:
        raise BadLine(phrase("{family} has the type '{type}', which does not exist", family=name, type=_shown(content)))
    if family is not None and family.declared:
        raise BadLine(phrase("{family} has two TYPE lines: the family is declared twice", family=name))
    if family is not None and family.samples:
        raise BadLine(phrase("the TYPE of {family} stands after its samples", family=name))
    if family is None:
        family = families[name] = Family(name)
    family.type, family.declared = content, True
    for suffix in ("", *_SUFFIXES.get(content, ())):
        owners.setdefault(name + suffix, name)


def _sample(line: str) -> tuple[str, Labels, float]:
    at, name = 0, ""
    if line.endswith("\r"):
        raise BadLine(phrase("the line ends with a carriage return (a Windows line end)"))
    found = _NAME.match(line)
    if found:
        name, at = found.group(), found.end()
    at = _skip(line, at)
    labels: list[tuple[str, str]] = []
    if line[at : at + 1] == "{":
        name, labels, at = _labels(line, at + 1, name)
    if not name:
        raise BadLine(phrase("'{text}' does not start with a valid metric name", text=_shown(line)))
    if len(line) > at and line[at] not in " \t" and not labels and line[at - 1] not in " \t}":
        raise BadLine(_no_name(line.split(None, 1)[0]))
    # an exemplar (OpenMetrics) stands after " # "
    words = re.findall(r"[^ \t]+", line[at:].split(" # ", 1)[0])
    if not words:
        raise BadLine(phrase("{series} has no value", series=name))
    if not _NUMBER.fullmatch(words[0]):
        raise BadLine(phrase("{series} has the value '{text}', which is not a number", series=name, text=_shown(words[0])))
    if len(words) > 2 or (len(words) == 2 and not _NUMBER.fullmatch(words[1])):
        text = _shown(" ".join(words[1:]))
        raise BadLine(phrase("after the value of {series} stands '{text}', which is not a timestamp", series=name, text=text))
    names = [label for label, _unused in labels]
    twice = sorted({label for label in names if names.count(label) > 1})
    if twice:
        raise BadLine(phrase("{series} has the label {label} twice in one series", series=name, label=twice[0]))
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
            raise BadLine(_no_label(name, line[at:]))
        label = _unescape(quoted.group(1)) if quoted else found.group()
        at = _skip(line, found.end())
        if quoted and not name and line[at : at + 1] in (",", "}"):  # {"a name in quotes", label="value"}
            name = label
        else:
            if line[at : at + 1] != "=":
                raise BadLine(_no_label(name, line[found.start() :]))
            value = _QUOTED.match(line, _skip(line, at + 1))
            if not value:
                raise BadLine(phrase("the label {label} of {series} has no value in closed quotes", label=label, series=_named(name)))
            labels.append((label, _unescape(value.group(1))))
            at = _skip(line, value.end())
        if line[at : at + 1] == ",":
            at += 1
        elif line[at : at + 1] != "}":
            raise BadLine(phrase("the labels of {series} are not closed", series=_named(name)))


def _named(name: str) -> Message:
    return verbatim(name) if name else phrase("a series")


def _no_name(text: str) -> Message:
    return phrase("'{text}' is not a valid metric name", text=_shown(text))


def _no_label(name: str, text: str) -> Message:
    return phrase("in the labels of {series} '{text}' is not a valid label", series=_named(name), text=_shown(text))


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
