# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a configuration of borgmatic says of its repositories. Nothing of it is run. PRIVATE to the collection.

https://torsion.org/borgmatic/docs/reference/configuration/ (flat since 1.8, in sections before).
"""

from __future__ import annotations

import dataclasses
import glob
import os
import re
import socket
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner

_SECTIONS = ("location", "storage", "retention", "consistency", "output", "hooks")
_KEEP = ("keep_last", "keep_minutely", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")
_VARIABLE = re.compile(r"\\?\$\{(\w+)(?::?-([^}]*))?\}")
_CREDENTIAL = re.compile(r"\{credential\s+(\w+)\s*(.*?)\}")
_PLACE = re.compile(r"\{([\w-]+)(?::[^{}]*)?\}")
_WILD = re.compile(r"[*?\[]")
# by what borg is told in its environment: option of borgmatic, variable of borg
_VARIABLES = {
    "ssh_command": "BORG_RSH",
    "remote_path": "BORG_REMOTE_PATH",
    "borg_base_directory": "BORG_BASE_DIR",
    "borg_config_directory": "BORG_CONFIG_DIR",
    "borg_keys_directory": "BORG_KEYS_DIR",
    "borg_key_file": "BORG_KEY_FILE",
    "borg_security_directory": "BORG_SECURITY_DIR",
}
DEFAULT_NAME = "{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}"
DEEPEST = 30
MOST_VALUES = 50_000  # aliases of aliases stand for more than any machine holds
_LARGEST = 1 << 20


class Repository(t.NamedTuple):
    path: str
    label: str = ""


@dataclasses.dataclass
class Config:
    """What a configuration says; ``archives`` are patterns of names, of which each is enough."""

    path: str
    repositories: list[Repository]
    paths: list[str] = dataclasses.field(default_factory=list)
    archives: str = "*"
    expression: str = ""  # a regular expression of names instead
    binary: str | None = None
    password: str | None = None
    passcommand: str | None = None
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    keeps: int = 0  # archives of one series, at the least, once it has been kept long enough


def read(path: str, runner: Runner) -> Config:
    """The configuration. CannotObserve, with the reason, also for what cannot be followed from here."""
    data = _flat(_Reader(runner, path).whole(), path)
    if not isinstance(data, dict):
        raise CannotObserve(phrase("{path:path} is no configuration of borgmatic", path=path))
    values = t.cast("dict[str, object]", _filled(data, runner, path))
    repositories = [_repository(entry) for entry in _list(values.get("repositories"))]
    if not repositories or any(not one.path for one in repositories):
        raise CannotObserve(phrase("{path:path} names no repository of borg", path=path))
    config = Config(path, repositories)
    config.paths = _sources(values)
    _name_archives(config, values)
    config.binary = _text(values, "local_path")
    config.password, config.passcommand = _text(values, "encryption_passphrase"), _text(values, "encryption_passcommand")
    config.environment = {variable: text for name, variable in _VARIABLES.items() if (text := _text(values, name))}
    config.keeps = max((_count(values.get(name)) for name in _KEEP), default=0)
    return config


def _flat(data: object, path: str) -> object:
    """With the content of the sections beside what stands in none."""
    if not isinstance(data, dict):
        return data
    out: dict[str, object] = {}
    for key, value in data.items():
        if key in _SECTIONS and isinstance(value, dict):
            out.update(value)
        else:
            out[str(key)] = value
    return out


def _repository(entry: object) -> Repository:
    if isinstance(entry, dict):
        return Repository(str(entry.get("path") or ""), str(entry.get("label") or ""))
    return Repository(str(entry or ""))


def _sources(values: t.Mapping[str, object]) -> list[str]:
    """The source directories, and the roots among the patterns."""
    base = _text(values, "working_directory") or ""
    found = [str(path) for path in _list(values.get("source_directories"))]
    patterns = [str(pattern).split(None, 1) for pattern in _list(values.get("patterns"))]
    found += [words[1] for words in patterns if len(words) == 2 and words[0] == "R"]
    out: list[str] = []
    for path in found:
        path = os.path.join(base, os.path.expanduser(path))
        # borgmatic has a shell's patterns too
        out += sorted(glob.glob(path)) or [path] if _WILD.search(path) else [path]
    return list(dict.fromkeys(out))


def _name_archives(config: Config, values: t.Mapping[str, object]) -> None:
    matching = _text(values, "match_archives")
    if matching is None and _text(values, "prefix"):
        config.archives = _pattern(f"{values['prefix']}*")
        return
    if matching is None:
        config.archives = _pattern(_text(values, "archive_name_format") or DEFAULT_NAME)
        return
    kind, colon, rest = matching.partition(":")
    if kind == "re" and colon:
        config.expression = _pattern(rest, wild=".*")
    else:
        config.archives = _pattern(rest if colon and kind in ("sh", "id") else matching)


def _pattern(name: str, wild: str = "*") -> str:
    """A name with what borg fills in: what is the same each time on this host, and whatever else."""
    host = socket.gethostname()

    def known(found: re.Match[str]) -> str:
        return host.split(".")[0] if found[1] == "hostname" else wild

    return re.sub(r"\*{2,}", "*", _PLACE.sub(known, name)) if wild == "*" else _PLACE.sub(known, name)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _text(values: t.Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def _count(value: object) -> int:
    return int(str(value)) if re.fullmatch(r"\d{1,9}", str(value)) else 0


def _filled(value: object, runner: Runner, path: str) -> object:
    """With variables of the environment and credentials put in their places."""
    if isinstance(value, dict):
        return {key: _filled(item, runner, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, runner, path) for item in value]
    if not isinstance(value, str):
        return value

    def variable(found: re.Match[str]) -> str:
        if found[0].startswith("\\"):
            return found[0][1:]
        given = runner.environ.get(found[1])
        if given is None and found[2] is None:
            raise CannotObserve(phrase("{path:path} needs the variable {name}, which is not set for this check", path=path, name=found[1]))
        return str(found[2] if given is None else given)

    def credential(found: re.Match[str]) -> str:
        if found[1] != "file":
            said = phrase(
                "{path:path} has its secrets with {kind}, where a check cannot read them: give 'password'", path=path, kind=found[1]
            )
            raise CannotObserve(said)
        return runner.read_text(found[2].strip("'\""), max_bytes=_LARGEST).rstrip("\n")

    return _CREDENTIAL.sub(credential, _VARIABLE.sub(variable, value))


class _Node(t.Protocol):
    """What both libraries compose."""

    tag: t.Any
    value: t.Any


class _Reader:
    """A file and what it includes, from the nodes that the library composes: no tag makes anything."""

    def __init__(self, runner: Runner, path: str, depth: int = 0) -> None:
        self.runner, self.path, self.depth, self.seen = runner, path, depth, 0

    def whole(self) -> object:
        if self.depth > 5:
            raise CannotObserve(phrase("{path:path} is included by itself", path=self.path))
        text = self.runner.read_text(self.path, max_bytes=_LARGEST)
        try:
            node = _compose(text)
        except RecursionError:
            node = None
        return None if node is None else self.value(node, 0)

    def value(self, node: _Node, depth: int) -> object:
        self.seen += 1
        if depth > DEEPEST or self.seen > MOST_VALUES:
            raise CannotObserve(phrase("{path:path} holds more than a configuration of borgmatic does", path=self.path))
        tag = str(node.tag or "")
        if tag == "!include":
            return self.included(node)
        if tag.startswith("!"):
            raise CannotObserve(phrase("{path:path} uses {tag}, which is not followed here", path=self.path, tag=tag))
        if not isinstance(node.value, list):
            return _scalar(tag, str(node.value))
        if not tag.endswith(":map"):
            return [self.value(item, depth + 1) for item in node.value]
        below: dict[str, object] = {}
        own: dict[str, object] = {}
        for key, item in node.value:
            value = self.value(item, depth + 1)
            if key.value == "<<":
                for one in value if isinstance(value, list) else [value]:
                    below = _merged(below, one) if isinstance(one, dict) else below
            else:
                own[str(key.value)] = value
        return _merged(below, own)

    def included(self, node: _Node) -> object:
        names = [str(item.value) for item in node.value] if isinstance(node.value, list) else [str(node.value)]
        out: object = None
        for name in names:
            path = os.path.join(os.path.dirname(self.path), os.path.expanduser(name))
            found = _Reader(self.runner, path, self.depth + 1).whole()
            out = _merged(out, found) if isinstance(out, dict) and isinstance(found, dict) else found
        return out


def _merged(below: dict[str, object], own: dict[str, object]) -> dict[str, object]:
    """As borgmatic does: mappings become one, lists are joined, and of the rest the own one stands."""
    out = dict(below)
    for key, value in own.items():
        before = out.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            out[key] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            out[key] = [*before, *value]
        else:
            out[key] = value
    return out


def _scalar(tag: str, text: str) -> object:
    kind = tag.rpartition(":")[2]
    if kind == "null":
        return None
    return text.lower() in ("true", "yes", "on") if kind == "bool" else text


def _compose(text: str) -> _Node | None:
    """With whichever library this Python has; borgmatic brings the second along."""
    try:
        import yaml
    except ImportError:
        return _composed_by_ruamel(text)
    try:
        return t.cast("_Node | None", yaml.compose(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, OverflowError):  # the latter two of an escape that is no character
        raise CannotObserve(phrase("the configuration of borgmatic is not valid YAML")) from None


def _composed_by_ruamel(text: str) -> _Node | None:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError:
        import sys

        said = phrase(
            "the configuration of borgmatic cannot be read: {python:path} has neither PyYAML (python3-yaml) nor ruamel.yaml",
            python=sys.executable,
        )
        raise CannotObserve(said) from None
    try:
        return t.cast("_Node | None", YAML(typ="safe", pure=True).compose(text))
    except (YAMLError, ValueError, OverflowError):
        raise CannotObserve(phrase("the configuration of borgmatic is not valid YAML")) from None


__all__ = ("DEFAULT_NAME", "Config", "Repository", "read")
