# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations in JSON, YAML or TOML on a host, with what its Python can read. PRIVATE to the collection."""

from __future__ import annotations

import importlib
import json
import posixpath
import typing as t

from .._finding import CannotObserve
from .._message import one_line
from .._phrase import phrase
from .._runner import Runner

LONGEST = 2**20  # bytes of a configuration


def read_settings(runner: Runner, path: str) -> t.Mapping[str, object]:
    """What stands in the file, told by the end of its name. CannotObserve says what this host's Python lacks to read it."""
    text = runner.read_text(path, max_bytes=LONGEST)
    kind = posixpath.splitext(path)[1].lower()
    try:
        data = _json(text) if kind == ".json" else _toml(path, text) if kind in (".toml", ".conf") else _yaml(path, text)
    except CannotObserve:
        raise
    except Exception as exc:  # pylint: disable=broad-exception-caught # each of the parsers has classes of its own
        mark = getattr(exc, "problem_mark", None)
        # YAML's own text shows the line, in which a password may stand
        reason = (
            f"{getattr(exc, 'problem', '')}, line {mark.line + 1}"
            if mark
            else str(exc)
            if isinstance(exc, ValueError)
            else type(exc).__name__
        )
        raise CannotObserve(phrase("{file:path} cannot be parsed: {reason}", file=path, reason=one_line(reason, 200))) from None
    if not isinstance(data, dict):
        raise CannotObserve(phrase("{file:path} is not a configuration: it holds no mapping", file=path))
    return data


def _json(text: str) -> object:
    return json.loads(text)


def _toml(path: str, text: str) -> object:
    for name in ("tomllib", "tomli"):
        try:
            return importlib.import_module(name).loads(text)
        except ImportError:
            continue
    raise CannotObserve(
        phrase("{file:path} is TOML, which the Python of this host reads from 3.11 on, or with the package tomli", file=path)
    )


def _yaml(path: str, text: str) -> object:
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        pass
    else:
        from .._yaml_bounds import check

        check(text)
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        ruamel = importlib.import_module("ruamel.yaml")
    except ImportError:
        raise CannotObserve(
            phrase("{file:path} is YAML, which the Python of this host reads with the package PyYAML (python3-yaml)", file=path)
        ) from None
    return ruamel.YAML(typ="safe", pure=True).load(text)


__all__ = ("read_settings",)
