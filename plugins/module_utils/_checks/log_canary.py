# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a line that is logged on a host arrives, whole and true, where logs are searched. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import Spec
from .._clients import logrotate
from .._clients.canary_marker import Marker, host_name
from .._clients.file_search import FileSearch
from .._clients.forced_rotation import rotate
from .._clients.journal_search import JournalSearch
from .._clients.log_search import Asked, Search, look
from .._clients.log_writing import NotTaken
from .._clients.store_search import StoreSearch
from .._finding import CannotObserve, Finding, failed, passed
from .._phrase import phrase
from .._runner import Runner, user_name
from . import _canary_lines
from ._canary_told import told
from ._log_stores import BACKENDS, StoreArguments, log_store, log_store_spec

WHERE = "both"
TIMEOUT = 90.0
SETTLES = ("find",)  # a line is written once
ARGUMENT_SPEC: Spec = {
    **_canary_lines.WRITING_SPEC,
    "backend": {"type": "str", "choices": ["file", "journald", *BACKENDS], "required": True},
    "search": {"type": "str"},
    **log_store_spec(),
    "names": {"type": "dict", "default": {}},
    "deadline": {"type": "str", "default": "60s"},
    "interval": {"type": "str", "default": "1s"},
    "markers": {"type": "list", "elements": "dict"},
    "local": {"type": "bool", "default": False},
}
CONSTRAINTS = {
    "required_one_of": [("via", "markers")],
    "required_if": [("via", "file", ["path"]), ("backend", "file", ["search"])],
}
DURATIONS = ("deadline", "interval")
SIZES = ("length",)
USUAL_STATES = logrotate.STATE_FILES
COMPARABLE = {"found": {"kind": "holds", "what": phrase("log")}}


class Arguments(_canary_lines.Writing, StoreArguments):
    backend: str
    search: str | None
    names: dict[str, object]
    deadline: float
    interval: float
    markers: list[dict[str, object]] | None
    local: bool


def problems(args: t.Mapping[str, object], given: t.Mapping[str, object]) -> list[str]:
    """What is wrong with arguments that fit the spec; the half that looks has no options of the half that writes."""
    return _canary_lines.problems(args) if given.get("via") else []


def writes(args: t.Mapping[str, object]) -> bool:
    """Whether ``run`` would write: check mode asks."""
    return not args.get("markers")


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    """Both halves on this host, or the second alone when there are markers."""
    if args["markers"]:
        return find(args, runner)
    _check_times(args, runner)
    if not args["via"]:
        raise CannotObserve(phrase("neither a way to write the line (via) nor markers to look for are named"))
    search = _search(args, runner)
    search.look_over()
    try:
        marker = _named(_write(args, args["via"], runner), args["names"])
    except NotTaken as exc:
        return _not_written(args, exc)
    return _find([marker], args, runner, search)[0]


# -- the half that writes


def write(args: Arguments, runner: Runner) -> Finding:
    """Writes the marked line; ``observed`` of the finding is the marker that ``find`` needs."""
    if not args["via"]:
        raise CannotObserve(phrase("no way to write the line is named (via)"))
    try:
        marker = _write(args, args["via"], runner)
    except NotTaken as exc:
        return _not_written(args, exc)
    said = phrase(
        "wrote one line marked {marker} to {place:path} as {user}",
        marker=marker.marker,
        place=marker.path or args["via"],
        user=user_name(),
    )
    return passed(said, observed=marker.as_dict())


def _write(args: Arguments, via: str, runner: Runner) -> Marker:
    """CannotObserve, NotTaken."""
    if not args["after_rotation"]:
        return _canary_lines.write(args, via, runner)
    path = args["path"] or ""
    before = _canary_lines.write(args, via, runner)
    rotate(path, args["logrotate_config"], args["logrotate_state"], runner)
    marker = _canary_lines.write(args, via, runner)
    return dataclasses.replace(marker, before_rotation=before, rotated=path)


def _not_written(args: Arguments, why: NotTaken) -> Finding:
    return failed(why.message, observed={"host": host_name(), "via": args["via"]})


# -- the half that finds


def find(args: Arguments, runner: Runner) -> list[Finding]:
    """One finding a marker; all are looked for together, within one deadline."""
    _check_times(args, runner)
    markers = [_named(Marker.from_dict(marker), args["names"]) for marker in args["markers"] or []]
    if not markers:
        raise CannotObserve(phrase("there is no marker to look for: no line was written"))
    return _find(markers, args, runner, _search(args, runner))


def _named(marker: Marker, names: t.Mapping[str, object]) -> Marker:
    """With the names under which the store is said to have the host that wrote."""
    said = names.get(marker.inventory_host) or names.get(marker.host or "")
    return dataclasses.replace(marker, names=(*marker.names, *map(str, said if isinstance(said, list) else [said]))) if said else marker


def _check_times(args: Arguments, runner: Runner) -> None:
    left = runner.remaining(args["deadline"] + 3600)
    if left <= args["deadline"]:
        said = phrase(
            "the time allowed for this check ({allowed:duration}) must be longer than its deadline ({deadline:duration})",
            allowed=float(round(left)),
            deadline=args["deadline"],
        )
        raise CannotObserve(said)


def _search(args: Arguments, runner: Runner) -> Search:
    if args["backend"] == "journald":
        return JournalSearch(args["search"], args["tag"], runner)
    if args["backend"] == "file":
        return FileSearch(args["search"] or "", args["tag"], runner)
    return StoreSearch(log_store(args["backend"], args, runner), runner, host_is_sure=args["backend"] == "graylog")


def _find(markers: list[Marker], args: Arguments, runner: Runner, search: Search) -> list[Finding]:
    started = runner.clock.monotonic()
    first = look(search, markers, runner, deadline=args["deadline"], interval=args["interval"], local=args["local"])
    asked = Asked(args["deadline"], args["search"], args["local"], runner.clock.monotonic() - started, runner.now().timestamp())
    return told(markers, first, search, asked)


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "find", "run", "write", "writes")
