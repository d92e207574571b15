# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the APIs of wikis that were asked for a page and have found none. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

_DEEPEST = 6
# what such an answer says of itself, whatever was found
_FRAME = frozenset(
    (
        "start",
        "limit",
        "size",
        "total",
        "totalsize",
        "totalcount",
        "total_count",
        "count",
        "offset",
        "page",
        "per_page",
        "pagesize",
        "pagelen",
    )
    + ("pages_count", "took", "timed_out", "success", "ok", "next", "previous", "prev", "_links", "links", "_shards", "meta", "pagination")
    + ("self", "base", "context", "cqlquery", "searchduration", "archivedresultcount", "totalresults", "numfound", "max_score", "errors")
    + (
        "batchcomplete",
        "startat",
        "maxresults",
        "islast",
        "islastpage",
        "hasmore",
        "has_more",
        "first",
        "last",
        "number",
        "numberofelements",
    )
)
_ALWAYS = ("links", "meta", "pagination", "errors")
_COUNTS = ("size", "total", "totalsize", "totalcount", "total_count", "count", "totalresults", "numfound")


def has_nothing(data: t.Mapping[str, object]) -> bool:
    """Whether an object has nothing but what frames it: ``{"results": [], "size": 0}``, or pages that are missing."""
    pages = of_query.get("pages") if isinstance(of_query := data.get("query"), dict) else None
    found = list(pages.values()) if isinstance(pages, dict) else pages
    if isinstance(found, list) and found and all(isinstance(one, dict) and ("missing" in one or "invalid" in one) for one in found):
        return True
    counted = any(not isinstance(value, bool) and value == 0 for name, value in data.items() if name.lower() in _COUNTS)
    things = {name: value for name, value in data.items() if not _is_frame(name, value)}
    return (bool(things) or counted) and all(_is_nothing(value, _DEEPEST) for value in things.values())


def _is_frame(name: str, value: object) -> bool:
    plain = name.lower()
    return plain in _ALWAYS or plain.startswith("_") or (plain in _FRAME and not isinstance(value, (dict, list)))


def _is_nothing(value: object, deep: int) -> bool:
    if value is None or value in ([], {}):
        return True
    if not isinstance(value, dict) or not deep:
        return False
    return all(_is_frame(name, one) or _is_nothing(one, deep - 1) for name, one in value.items())


__all__ = ("has_nothing",)
