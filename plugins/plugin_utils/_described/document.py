# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A YAML document of the user's, with the line of every key, checked against a JSON Schema. PRIVATE to the collection.

Pure: text and parsed data in, a Document out, or Refused with every problem at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import difflib
import functools
import hashlib
import json
import math
import os.path
import pathlib
import re
import typing as t

try:
    import jsonschema
except ImportError as exc:  # pragma: no cover - tests have it
    jsonschema = None  # type: ignore[assignment] # told by validate()
    IMPORT_FAILURE: ImportError | None = exc
else:
    IMPORT_FAILURE = None

import yaml

from ...module_utils._masking import is_secret, masked
from ...module_utils._message import is_shown, one_line
from ...module_utils._yaml_bounds import MOST_VALUES, TooLarge, check
from .declarations import ApprovalsFile, DebtFile, OrganisationFile, ServiceFile, SharedFile

Path = tuple[t.Union[str, int], ...]
MOST_PROBLEMS = 200  # that are told
LONGEST_PROBLEM = 10_000  # columns; it may list all that is known
LONGEST_TEXT = 10_000  # characters of a key or a value: what looks into them may take the square of it
SCHEMAS = pathlib.Path(__file__).parent / "schemas"
_OF_HOSTS = ("hosts", "on")
_OF_NAMES = ("labels", "match")  # what stands below them
_MAY_HOLD_SECRETS = ("headers", "environment", "args", "arguments", "with")
_WORD = re.compile(r"[^\n@\x00-\x1f]{1,60}")  # a duration, a name, a pattern of hosts: what a schema has rules for
# of the organisation's file: what is wrong in one of these concerns those alone who name it
ENTRIES: tuple[Path, ...] = (
    ("servers",),
    ("chains",),
    ("rosters",),
    ("waivers",),
    ("attestations",),
    *((key, group) for key in ("mode", "ratchet", "services_may", "runs_may") for group in ("environments", "services")),
)
FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, where it is
_ANSIBLES = ("!vault", "!unsafe", "!vault-encrypted")  # tags
_OF_YAML = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")  # of << and =, which have no constructor
_QUOTE = re.compile("['\"`]")
_TOKEN = re.compile(r"(['\"`])(?:<[a-z ]+>|[^\w\s])\1")  # of YAML's own: '<block end>', ':'


class _Loader(FastLoader):  # type: ignore[misc, valid-type] # libyaml's where it is
    """Takes what only Ansible can read for a text."""


for _tag in _ANSIBLES:
    _Loader.add_constructor(_tag, lambda loader, node: str(node.value))


class Refused(Exception):
    """Input that is refused before anything runs; ``problems`` has a line each: file, line, key, what was expected.

    They may quote what stands in a file: without the logins of its addresses, and without what a terminal would obey.
    """

    def __init__(self, problems: t.Sequence[str]) -> None:
        self.problems = [one_line(masked(problem), LONGEST_PROBLEM) for problem in problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            self.problems.append(f"and {len(problems) - MOST_PROBLEMS} more")
        super().__init__("\n".join(self.problems))


class NotResolved(Refused):
    """A template that cannot be resolved, where its value is needed: ``later`` is that value, where there is one alone."""

    later: Unresolved | None = None


@dataclasses.dataclass(frozen=True)
class Unresolved:
    """A value whose template cannot be resolved now. Whoever needs it, as a text or a structure, gets Refused."""

    path: str
    reason: str
    place: str = ""  # file and line
    given: object = dataclasses.field(default=None, compare=False, repr=False)  # what departs from the schema there

    def _needed(self, *_args: t.Any) -> t.Any:
        needed = NotResolved([f"{self.place}{': ' if self.place else ''}{self.path}: {self.reason}"])
        needed.later = self
        raise needed

    __str__ = __iter__ = __getitem__ = __int__ = __float__ = __len__ = __contains__ = _needed
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = get = items = values = keys = _needed
    startswith = endswith = removeprefix = removesuffix = partition = rpartition = split = strip = lower = upper = replace = _needed

    def __bool__(self) -> bool:
        return True  # there is a value, whatever it will be


@dataclasses.dataclass(frozen=True)
class Document:
    """Plain data, where each part of it stands in the file, and its digest."""

    name: str  # as shown to the user
    data: dict[str, object]
    positions: dict[Path, tuple[int, int]]
    sha256: str
    folder: pathlib.Path = pathlib.Path()
    conditions: frozenset[str] = frozenset()  # texts that stand in the file itself under "expect"; what a template yields is not among them
    spoiled: tuple[Path, ...] = ()  # entries that depart from the schema: each is Unresolved, for whoever needs it

    @property
    def declared(self) -> SharedFile:
        """What the service file and the organisation's may both say; the schema has looked at it."""
        return t.cast("SharedFile", self.data)

    @property
    def of_service(self) -> ServiceFile:
        """What a service file says."""
        return t.cast("ServiceFile", self.data)

    @property
    def of_organisation(self) -> OrganisationFile:
        """What an organisation's file says."""
        return t.cast("OrganisationFile", self.data)

    @property
    def of_approvals(self) -> ApprovalsFile:
        """What a file of readiness.d says."""
        return t.cast("ApprovalsFile", self.data)

    @property
    def of_debt(self) -> DebtFile:
        """What a debt file says."""
        return t.cast("DebtFile", self.data)

    def host_patterns(self) -> t.Iterator[tuple[Path, str]]:
        """Each text that says on which hosts, and where it stands."""
        return _host_patterns(self.data, ())

    def path(self, text: str) -> str:
        """A path that stands in the file, and is relative to it."""
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(text)))

    def where(self, path: t.Sequence[str | int]) -> str:
        """``readiness.yml:22`` of the nearest part that has a position."""
        line, _column = self.position(path)
        return f"{self.name}:{line}" if line else self.name

    def position(self, path: t.Sequence[str | int]) -> tuple[int, int]:
        key = tuple(path)
        while key and key not in self.positions:
            key = key[:-1]
        return self.positions.get(key, (0, 0))


def _host_patterns(value: object, path: Path) -> t.Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _OF_HOSTS and isinstance(item, str):
                yield (*path, key), item
            elif key in _OF_HOSTS and isinstance(item, list):
                yield from (((*path, key, index), one) for index, one in enumerate(item) if isinstance(one, str))
            yield from _host_patterns(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _host_patterns(item, (*path, index))


def bounded(text: str, name: str) -> None:
    """Refused where nobody may load the text: it is not YAML, or its aliases and levels stand for more than can be walked."""
    with _told(name):
        check(text.encode())


@contextlib.contextmanager
def _told(name: str) -> t.Iterator[None]:
    """What is wrong with a YAML text, as Refused."""
    try:
        yield
    except TooLarge as exc:
        raise Refused([f"{name}:{exc.line}: {exc}; write the values out, or fewer of them"]) from None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise Refused([f"{place}: this is not YAML: {_without_quotes(exc.problem or 'nobody can tell why')}"]) from None
    except yaml.YAMLError as exc:
        raise Refused([f"{name}: this is not YAML: {exc}"]) from None


def _without_quotes(problem: str) -> str:
    """What the library says, up to where it quotes the text: tags, anchors and aliases may be secrets that nobody has put in quotes."""
    place = 0
    while found := _QUOTE.search(problem, place):
        token = _TOKEN.match(problem, found.start())
        if token is None:
            return problem[: found.start()].rstrip()
        place = token.end()
    return problem


def loaded(text: str, name: str) -> object:
    """What stands in a YAML text; what only Ansible can read is a text. Refused."""
    with _told(name):
        try:
            return yaml.load(text, Loader=_Loader)
        except (ValueError, LookupError, TypeError, AttributeError):  # a tag says what a value is, and it is something else
            raise Refused([f"{name}: this is not YAML: a value is not of the kind that its tag says"]) from None


def positions(text: str, name: str) -> tuple[dict[Path, tuple[int, int]], list[str]]:
    """Line and column (from 1) of every key and list entry, and the keys that stand twice. Refused when it is not YAML."""
    with _told(name):
        check(text.encode())
        root = yaml.compose(text.encode(), Loader=FastLoader)
    found: dict[Path, tuple[int, int]] = {}
    twice: list[str] = []

    walked = 0

    def walk(node: yaml.Node, path: Path, above: tuple[int, ...]) -> None:
        nonlocal walked
        walked += 1
        if walked > MOST_VALUES:
            raise Refused([f"{name}:{node.start_mark.line + 1}: more than {MOST_VALUES} values; write fewer of them"])
        if id(node) in above:
            raise Refused([f"{name}:{node.start_mark.line + 1}: {dotted(path)}: an alias refers to what it stands in"])
        _refuse_unfit(node, name, path)
        above = (*above, id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                _refuse_unfit(key, name, path)
                below = (*path, str(key.value))
                line, column = key.start_mark.line + 1, key.start_mark.column + 1
                if below in found:
                    twice.append(f"{name}:{line}:{column}: {dotted(below)}: this key stands twice; first on line {found[below][0]}")
                found[below] = (line, column)
                walk(value, below, above)
        elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:timestamp":
            try:
                yaml.SafeLoader("").construct_yaml_timestamp(node)
            except ValueError as exc:
                mark = node.start_mark
                place = f"{name}:{mark.line + 1}:{mark.column + 1}: {dotted(path)}"
                raise Refused([f"{place}: {_quoted(node.value, path)} is not a day of the calendar: {exc}"]) from None
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                found[(*path, index)] = (value.start_mark.line + 1, value.start_mark.column + 1)
                walk(value, (*path, index), above)

    if root is not None:
        walk(root, (), ())
    return found, twice


def _refuse_unfit(node: yaml.Node, name: str, path: Path) -> None:
    """Refused where it is too long, or its tag unknown, which is not said: it may be a secret that begins with an exclamation mark."""
    place = f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}: {f'{dotted(path)}: ' if path else ''}"
    if node.tag in _ANSIBLES:
        return
    if isinstance(node, yaml.ScalarNode) and len(node.value) > LONGEST_TEXT:
        raise Refused([f"{place}a text of more than {LONGEST_TEXT} characters; put it into a file of its own"])
    if node.tag in _OF_YAML or node.tag in _Loader.yaml_constructors:
        return
    raise Refused([f"{place}a tag that is neither {' nor '.join(_ANSIBLES[:2])}; put a value that begins with ! in quotes"])


def plain(value: object, resolve: t.Callable[[object], object] | None = None, path: Path = ()) -> object:
    """Native types all the way down; dates become text; leaves pass through ``resolve``, whose LookupError makes them Unresolved."""
    if isinstance(value, t.Mapping):
        return {(name := _key(key)): plain(item, resolve, (*path, name)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, resolve, (*path, index)) for index, item in enumerate(value)]
    if resolve is not None and not isinstance(value, (bool, int, float, type(None), dt.date)):
        try:
            # what a template yields may be a structure, which is not templated again
            return plain(resolve(value), None, path)
        except LookupError as exc:
            return Unresolved(dotted(path), str(exc.args[0]))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, value.day).isoformat()
    return "".join(str(value))


def plain_mapping(value: t.Mapping[t.Any, object], resolve: t.Callable[[object], object] | None = None) -> dict[str, object]:
    """A mapping, made ``plain``."""
    return {(name := _key(key)): plain(item, resolve, (name,)) for key, item in value.items()}


def _key(key: object) -> str:
    # YAML 1.1 reads a bare on as true
    return {True: "on", False: "off"}[key] if isinstance(key, bool) else "".join(str(key))


def build(
    text: str,
    name: str,
    data: object,
    schema: str,
    *,
    resolve: t.Callable[[object], object] | None = None,
    resolved: object = None,
    folder: pathlib.Path | None = None,
) -> Document:
    """The document, or Refused with every problem that it has. ``resolved``: the data as ``plain``, where it has been made already."""
    places, problems = positions(text, name)
    if data is None:
        raise Refused([f"{name}: the file is empty; expected a mapping that starts with 'schema_version: 1'"])
    if not isinstance(data, t.Mapping):
        raise Refused([f"{name}:1: expected a mapping of keys to values, found {_kind(data)}"])
    digest = hashlib.sha256(text.encode()).hexdigest()
    content = resolved if isinstance(resolved, dict) else plain_mapping(data, resolve)
    document = Document(name, content, places, digest, folder or pathlib.Path(), frozenset(_conditions(data)))
    wrong = [*departures(document, schema), *_not_to_be_shown(document), *_made_up(document, data)]
    spoiled = _by_entry(wrong) if schema == "organisation" else {}
    problems += [departure.text for departure in wrong if not (spoiled and _entry(departure.path))]
    if problems:
        raise Refused(problems)
    located = {key: _located(item, document, (key,)) for key, item in document.data.items()}
    for path, found in spoiled.items():
        _replace(located, path, found)
    return dataclasses.replace(document, data=located, spoiled=tuple(spoiled))


def _not_to_be_shown(document: Document) -> list[Departure]:
    """Names, labels and patterns with characters that no table shows: they pass for others, and other tools say them as they are."""
    found: list[Departure] = []
    for path, name, is_key in _names(document.data, ()):
        unfit = [character for character in name if not is_shown(character)]
        if unfit:
            line, column = document.position(path)
            place = f"{document.name}:{line}:{column}" if line else document.name
            what = "this key" if is_key else "it"
            found.append(Departure(path, place, f"{what} has a character that cannot be shown (U+{ord(unfit[0]):04X}); take it out"))
    return found


def _made_up(document: Document, data: t.Mapping[t.Any, object]) -> t.Iterator[Departure]:
    """Templates in what people state: what they yield tomorrow, such as the version of the day, nobody has stated."""
    for path, text in _texts(data.get("attestations"), ("attestations",)):
        if any(mark in text for mark in ("{{", "{%", "{#")):
            line, column = document.position(path)
            place = f"{document.name}:{line}:{column}" if line else document.name
            yield Departure(path, place, "a template is no statement of anybody's; write out what was stated")


def _texts(value: object, path: Path) -> t.Iterator[tuple[Path, str]]:
    if isinstance(value, t.Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
    elif isinstance(value, str):
        yield path, value


def _names(value: object, path: Path) -> t.Iterator[tuple[Path, str, bool]]:
    """Each key, and each value that is a name: where it stands, and whether it is a key."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), key, True
            if isinstance(item, str) and ((path and path[-1] in _OF_NAMES) or (*path, key) == ("service", "name")):
                yield (*path, key), item, False
            yield from _names(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _names(item, (*path, index))


def _by_entry(wrong: t.Sequence[Departure]) -> dict[Path, list[Departure]]:
    """What is wrong within entries that concern only those who name them, by entry."""
    found: dict[Path, list[Departure]] = {}
    for departure in wrong:
        if entry := _entry(departure.path):
            found.setdefault(entry, []).append(departure)
    return found


def _entry(path: Path) -> Path:
    """The entry of the organisation's file in which something is wrong; empty where it may concern everybody."""
    return next((path[: len(above) + 1] for above in ENTRIES if path[: len(above)] == above and len(path) > len(above)), ())


def _replace(data: dict[str, object], path: Path, wrong: t.Sequence[Departure]) -> None:
    holder: t.Any = data
    for step in path[:-1]:
        holder = holder[step]
    first = wrong[0]
    reason = "; ".join([first.message, *(f"{dotted(other.path)}: {other.message}" for other in wrong[1:])])
    holder[path[-1]] = Unresolved(dotted(first.path), reason, first.place, given=holder[path[-1]])


def _conditions(value: object, key: str = "") -> t.Iterator[str]:
    if isinstance(value, t.Mapping):
        for name, item in value.items():
            yield from _conditions(item, str(name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _conditions(item, key)
    elif key == "expect" and isinstance(value, str):
        yield "".join(str(value))


def _located(value: object, document: Document, path: Path) -> object:
    """The value with the place of each Unresolved in the file."""
    if isinstance(value, Unresolved):
        return dataclasses.replace(value, place=document.where(path))
    if isinstance(value, dict):
        return {key: _located(item, document, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_located(item, document, (*path, index)) for index, item in enumerate(value)]
    return value


@dataclasses.dataclass(frozen=True)
class Departure:
    """One way in which a document is not as its schema has it."""

    path: Path
    place: str
    message: str

    @property
    def text(self) -> str:
        return f"{self.place}: {f'{dotted(self.path)}: ' if self.path else ''}{self.message}"


def validate(document: Document, schema: str) -> list[str]:
    """A line for each way in which the document departs from the schema (``service`` or ``organisation``)."""
    return [departure.text for departure in departures(document, schema)]


def departures(document: Document, schema: str) -> list[Departure]:
    """The ways in which the document departs from the schema, in the order of their places. Refused without a library."""
    if jsonschema is None:
        raise Refused([f"{document.name} cannot be read without the Python library jsonschema: pip install jsonschema ({IMPORT_FAILURE})"])
    problems: dict[tuple[int, int, str], Departure] = {}
    for failure in _checker(schema)(document.data):
        for leaf in _leaves(failure):
            if isinstance(leaf.instance, Unresolved):
                continue
            for path, message in _explain(leaf):
                line, column = document.position(path)
                place = f"{document.name}:{line}:{column}" if line else document.name
                problems[(line, column, message)] = Departure(path, place, message)
    for path, number in _not_finite(document.data):
        line, column = document.position(path)
        place = f"{document.name}:{line}:{column}" if line else document.name
        message = f"expected a finite number, found {number}"
        problems[(line, column, message)] = Departure(path, place, message)
    return [problems[key] for key in sorted(problems)]


def _not_finite(value: object, path: Path = ()) -> t.Iterator[tuple[Path, float]]:
    """Numbers that no limit can be compared with; a schema takes them for what it expects."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _not_finite(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _not_finite(item, (*path, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, value


class _Failure(t.Protocol):
    """What jsonschema says of one departure, and of the alternatives in it. Named here, because the library's own types say less."""

    message: str

    @property
    def validator(self) -> object: ...
    @property
    def validator_value(self) -> object: ...
    @property
    def instance(self) -> object: ...
    @property
    def schema(self) -> object: ...
    @property
    def context(self) -> t.Sequence[_Failure]: ...
    @property
    def path(self) -> t.Sequence[str | int]: ...
    @property
    def schema_path(self) -> t.Sequence[str | int]: ...
    @property
    def absolute_path(self) -> t.Sequence[str | int]: ...
    @property
    def absolute_schema_path(self) -> t.Sequence[str | int]: ...


@functools.cache
def _checker(schema: str) -> t.Callable[[object], t.Iterable[_Failure]]:
    rules = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator(rules, format_checker=jsonschema.FormatChecker(["date"]))
    return t.cast("t.Callable[[object], t.Iterable[_Failure]]", checker.iter_errors)


def _leaves(failure: _Failure) -> list[_Failure]:
    # of the alternatives of anyOf, the one that came furthest is the one that was meant
    if failure.validator in ("anyOf", "oneOf") and failure.context:
        if isinstance(failure.instance, Unresolved):
            return []
        branches: dict[str | int, list[_Failure]] = {}
        for item in failure.context:
            branches.setdefault(item.schema_path[0], []).append(item)
        fitting = [items for items in branches.values() if not any(_of_another_kind(item) for item in items)]
        if fitting:
            return [leaf for item in min(fitting, key=len) for leaf in _leaves(item)]
    return [failure]


def _of_another_kind(failure: _Failure) -> bool:
    if failure.path or "propertyNames" in failure.schema_path:
        return False
    return failure.validator == "type" or (failure.validator == "enum" and not isinstance(failure.instance, str))


def _explain(failure: _Failure) -> list[tuple[Path, str]]:
    path: Path = tuple(failure.absolute_path)
    rule, value, wanted = failure.validator, failure.instance, failure.validator_value
    rules: dict[str, object] = failure.schema if isinstance(failure.schema, dict) else {}
    expected, listed = _form(rules), _listed(wanted)
    if rule == "additionalProperties" and isinstance(value, dict):
        known = sorted(_listed(rules.get("properties", {})))
        return [((*path, str(key)), _unknown_key(str(key), known)) for key in value if key not in known]
    if rule == "required" and isinstance(value, dict):
        return [(path, f"'{key}' is missing") for key in listed if key not in value]
    if rule == "type":
        kinds = _article(listed)
        telling = expected and "a text" in kinds  # of all else, its kind is what there is to say
        return [(path, f"expected {kinds}{f' ({expected})' if telling else ''}, found {_kind(value)}")]
    if rule == "enum":
        if "propertyNames" in failure.absolute_schema_path:
            return [((*path, str(value)), _unknown_key(str(value), listed))]
        return [(path, f"{_quoted(value, path)} is not one of {', '.join(listed)}{_meant(str(value), listed)}")]
    if rule == "pattern":
        of_key = "propertyNames" in failure.absolute_schema_path
        said = _quoted(value, () if of_key else path)
        return [((*path, str(value)) if of_key else path, f"{said} is not {expected or 'of the expected form'}")]
    if rule == "format":
        if not re.search(str(rules.get("pattern", "")), str(value)):
            return []  # which is told by itself
        return [(path, f"{_quoted(value, path)} is not a day of the calendar; expected {expected}")]
    if rule == "const":
        return [(path, f"expected {wanted}, found {_quoted(value, path)}; this version reads no other")]
    if rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        word = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than", "exclusiveMaximum": "less than"}[rule]
        return [(path, f"expected {word} {wanted}, found {_quoted(value, path)}")]
    if rule == "minLength":
        return [(path, "expected a text, found an empty one")]
    if rule == "anyOf":
        alternatives: list[dict[str, object]] = wanted if isinstance(wanted, list) else []
        forms = [_form(item) or _article(_listed(item.get("type", "another form"))) for item in alternatives]
        return [(path, f"expected {' or '.join(dict.fromkeys(forms))}, found {_kind(value)}")]
    return [(path, _other_rules(rule, wanted))]


def _other_rules(rule: object, wanted: object) -> str:
    """What the library itself would say quotes the value."""
    words = {"minItems": "expected at least {} entries", "contains": "an entry is missing that must be among them"}
    return words.get(str(rule), f"it does not fit the rule {rule}").format(wanted)


def _quoted(value: object, path: Path) -> str:
    """A value that may be said: a word or a number, and not where a secret stands."""
    if any(isinstance(step, str) and (is_secret(step) or step in _MAY_HOLD_SECRETS) for step in path):
        return "the value"
    if isinstance(value, (bool, int, float)):
        return str(value)
    return f"'{value}'" if isinstance(value, str) and _WORD.fullmatch(value) else _kind(value)


def _listed(given: object) -> list[str]:
    """The texts of a list, the keys of a mapping, or the one that stands alone."""
    return [str(item) for item in given] if isinstance(given, (list, dict)) else [str(given)]


def _form(schema: t.Mapping[str, object]) -> str | None:
    """What a value is: the first sentence of its description, as a part of another sentence."""
    words = str(schema.get("description") or "").partition(". ")[0].removesuffix(".")
    return re.sub(r"^[A-Z](?=[a-z]* )", lambda first: first[0].lower(), words) or None


def _unknown_key(key: str, known: list[str]) -> str:
    return f"unknown key '{key}'{_meant(key, known)}; known here: {', '.join(known)}"


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _article(kinds: list[str]) -> str:
    names = {
        "object": "a mapping",
        "array": "a list",
        "string": "a text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "null": "nothing",
    }
    return " or ".join(names.get(kind, kind) for kind in kinds)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, t.Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "a text" if value else "an empty text"


def dotted(path: t.Sequence[str | int]) -> str:
    return ".".join(str(step) for step in path)


def unresolved(value: object) -> list[Unresolved]:
    """Every Unresolved within a value."""
    if isinstance(value, Unresolved):
        return [value]
    if isinstance(value, dict):
        return [found for pair in value.items() for item in pair for found in unresolved(item)]
    if isinstance(value, list):
        return [found for item in value for found in unresolved(item)]
    return []


__all__ = (
    "Departure",
    "Document",
    "NotResolved",
    "Refused",
    "Unresolved",
    "bounded",
    "build",
    "departures",
    "dotted",
    "loaded",
    "plain",
    "plain_mapping",
    "positions",
    "unresolved",
    "validate",
)
