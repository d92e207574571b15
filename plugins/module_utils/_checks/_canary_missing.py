# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a marked line was not found: lost, in another place, or nobody can tell. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.canary_marker import Marker
from .._clients.file_search import FileSearch, Searched
from .._clients.journal_search import JournalSearch
from .._clients.log_search import Asked, Search
from .._clients.store_search import StoreSearch
from .._finding import Finding, Measurement, failed, unknown
from .._phrase import Message, phrase, plural, verbatim
from .._runner import user_name


def missing(marker: Marker, search: Search, asked: Asked, astray: Message | None) -> Finding:
    """The finding of a line that is not in its place; ``astray``: where it is instead."""
    observed: dict[str, object] = {"marker": marker.marker, "host": marker.host, "written_at": marker.written_at}
    expected: dict[str, object] = {"deadline_seconds": asked.deadline, "search": asked.search}
    if isinstance(search, FileSearch):
        finding = _not_in_files(marker, search, asked, astray, observed, expected)
    elif isinstance(search, JournalSearch):
        finding = _not_in_journal(marker, search, asked, observed)
    else:
        finding = _not_in_store(marker, t.cast("StoreSearch", search), asked, astray, observed)
    before = marker.before_rotation
    if finding.status.value == "fail" and before is not None and any(one.own is None for one in search.found(before)):
        finding.message = phrase(
            "the line written on {host} after {path:path} was rotated was not found within {deadline:duration}, the one before it was: "
            "what ships the log still holds the file that was rotated",
            host=marker.host,
            path=marker.rotated,
            deadline=asked.deadline,
        )
    if marker.unseen_at_home:
        finding.details.append(
            phrase(
                "the request that was made left no line in {path:path} within a few seconds: such requests are not logged there, or late",
                path=marker.path,
            )
        )
    return finding


# -- in files


def _not_in_files(
    marker: Marker, search: FileSearch, asked: Asked, astray: Message | None, observed: dict[str, object], expected: dict[str, object]
) -> Finding:
    looked = search.searched(marker)
    paths = looked.paths
    if looked.refused:
        said = phrase("where the line of {host} should be cannot be read: {reason}", host=marker.host, reason=looked.refused)
        return unknown(said, observed=observed)
    if astray is not None:
        said = phrase(
            "the line written on {host} arrived, but not where it is searched ({places}): {reason}",
            host=marker.host,
            places=_places(looked.patterns),
            reason=astray,
        )
        return failed(said, observed={**observed, "astray": str(astray)}, expected=expected)
    if not paths:
        return failed(_no_file(marker, looked, asked.deadline), observed={**observed, "files": 0}, expected=expected, absent=True)
    ago = None if looked.newest is None else max(asked.now - looked.newest, 0.0)
    return failed(
        phrase("{missed}; {hint}", missed=_not_there(marker, looked, asked.deadline, ago), hint=_hint(looked.new_lines)),
        observed={**observed, "files": len(paths), "new_lines": looked.new_lines},
        expected=expected,
        details=[phrase("looked at {path:path}", path=path) for path in paths[:20]],
        measurements=[Measurement("log_canary_new_lines", float(looked.new_lines))],
    )


def _no_file(marker: Marker, looked: Searched, deadline: float) -> Message:
    places = _places(looked.patterns)
    if looked.nearest is None:
        return phrase(
            "the line written on {host} was not found within {deadline:duration}: no file matches {places}",
            host=marker.host,
            deadline=deadline,
            places=places,
        )
    return phrase(
        "the line written on {host} was not found within {deadline:duration}: "
        "no file matches {places}, the nearest folder that is there is {nearest:path}",
        host=marker.host,
        deadline=deadline,
        places=places,
        nearest=looked.nearest,
    )


def _places(patterns: t.Sequence[str]) -> Message:
    """What was searched: for the full name of the host, and for its short one."""
    if len(patterns) == 1:
        return verbatim(patterns[0])
    return phrase("{first:path} or {second:path}", first=patterns[0], second=patterns[1])


def _not_there(marker: Marker, looked: Searched, deadline: float, ago: float | None) -> Message:
    places = _places(looked.patterns)
    if ago is None:
        return plural(
            "the line written on {host} was not found within {deadline:duration} in {places} ({count:number} file)",
            "the line written on {host} was not found within {deadline:duration} in {places} ({count:number} files)",
            count=len(looked.paths),
            host=marker.host,
            deadline=deadline,
            places=places,
        )
    return plural(
        "the line written on {host} was not found within {deadline:duration} in {places} "
        "({count:number} file, last written {ago:duration} ago)",
        "the line written on {host} was not found within {deadline:duration} in {places} "
        "({count:number} files, last written {ago:duration} ago)",
        count=len(looked.paths),
        host=marker.host,
        deadline=deadline,
        places=places,
        ago=ago,
    )


def _hint(lines: int) -> Message:
    if not lines:
        return phrase("no line at all arrived there meanwhile: what ships the logs may have stopped")
    return plural(
        "{count:number} other line arrived there meanwhile: logs arrive, but not this one (path, tag or filter?)",
        "{count:number} other lines arrived there meanwhile: logs arrive, but not this one (path, tag or filter?)",
        count=lines,
    )


# -- in a journal


def _not_in_journal(marker: Marker, search: JournalSearch, asked: Asked, observed: dict[str, object]) -> Finding:
    observed["entries"] = search.entries
    if search.part_hidden:
        said = phrase("{user} may not read the whole journal; let the check run as a user who may (run_as)", user=user_name())
        return unknown(said, observed=observed)
    said = plural(
        "the line written on {host} was not found in {journal} within {deadline:duration}; "
        "{count:number} other entry of the time was looked at",
        "the line written on {host} was not found in {journal} within {deadline:duration}; "
        "{count:number} other entries of the time were looked at",
        count=search.entries,
        host=marker.host,
        journal=phrase("the journal in {folder:path}", folder=asked.search) if asked.search else phrase("the journal"),
        deadline=asked.deadline,
    )
    return failed(said, observed=observed, expected={"deadline_seconds": asked.deadline})


# -- in a store


def _not_in_store(marker: Marker, search: StoreSearch, asked: Asked, astray: Message | None, observed: dict[str, object]) -> Finding:
    store = search.store.name
    expected: dict[str, object] = {"deadline_seconds": asked.deadline}
    hindered = search.hindrances()
    if astray is not None:
        said = phrase(
            "the line written on {host} arrived in {store}, but not where it is searched: {reason}",
            host=marker.host,
            store=store,
            reason=astray,
        )
        return failed(said, observed={**observed, "astray": str(astray)}, expected=expected)
    if hindered:
        said = phrase(
            "the line written on {host} was not found within {deadline:duration}: {reason}",
            host=marker.host,
            deadline=asked.deadline,
            reason=hindered[0],
        )
        return failed(said, observed=observed, expected=expected, details=list(hindered[1:]))
    if search.silent:
        said = phrase("whether the line of {host} has arrived is not known: {store} gave no answer at last", host=marker.host, store=store)
        return unknown(said, observed=observed, instrument=store)
    details = [] if search.unseen is None else [phrase("whether it lies elsewhere could not be seen: {reason}", reason=search.unseen)]
    said = phrase(
        "the line written on {host} was not found in {store} within {deadline:duration}, nor elsewhere in it: it is lost on the way, "
        "or very late",
        host=marker.host,
        store=store,
        deadline=asked.deadline,
    )
    if search.unseen is not None:
        said = phrase(
            "the line written on {host} was not found in {store} within {deadline:duration}: it is lost on the way, or very late",
            host=marker.host,
            store=store,
            deadline=asked.deadline,
        )
    return failed(said, observed=observed, expected=expected, details=details)


__all__ = ("missing",)
