# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of marked lines, as findings: one a line. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._clients.canary_comparison import Deviation, Found, compare, is_whole
from .._clients.canary_marker import Marker
from .._clients.log_search import Asked, First, Search, latency
from .._clients.log_values import as_moment
from .._finding import Facts, Finding, Measurement, failed, passed, unknown, warned
from .._phrase import Message, phrase, with_more
from ._canary_missing import missing

SKEW = 3600.0  # clocks of hosts differ


def told(markers: t.Sequence[Marker], first: t.Mapping[str, First], search: Search, asked: Asked) -> list[Finding]:
    """One finding for each of the markers."""
    lost = [marker for marker in markers if not search.found(marker)]
    astray = search.elsewhere(lost) if lost else {}
    findings = []
    for marker in markers:
        others = [other for other in markers if other.inventory_host != marker.inventory_host or other.host != marker.host]
        finding = _told(marker, first, search, asked, others, astray.get(marker.token))
        finding.host = marker.inventory_host
        findings.append(finding)
    return findings


def _told(
    marker: Marker, first: t.Mapping[str, First], search: Search, asked: Asked, others: t.Sequence[Marker], astray: Message | None
) -> Finding:
    found = search.found(marker)
    central = [one for one in found if one.own is None]
    if central:
        return _central(marker, central, first, search, asked, others)
    if found:
        return _at_home(marker, found, first.get(marker.token), asked)
    return missing(marker, search, asked, astray)


def _central(
    marker: Marker, found: list[Found], first: t.Mapping[str, First], search: Search, asked: Asked, others: t.Sequence[Marker]
) -> Finding:
    """The line has left its host. It is as it was written, or how it is not."""
    here = next((one for one in found if is_whole(one.text, marker)), found[0])
    seen = first.get(marker.token)
    fields, took = _facts(marker, here, seen, asked)
    deviations = compare(marker, found, others, late=asked.waited, zone=int(time.localtime(asked.now).tm_gmtoff or 0))
    deviations += [*_around_rotation(marker, search), *_hindered(marker, here, search)]
    if not deviations:
        if marker.rotated:
            said = phrase(
                "the line written on {host} after its log was rotated was found in {where} {took}",
                host=marker.host,
                where=here.where,
                took=took,
            )
            return passed(said, **fields)
        return passed(
            phrase("the line written on {host} was found in {where} {took}", host=marker.host, where=here.where, took=took), **fields
        )
    deviations.sort(key=lambda one: not one.fails)
    told_apart: list[str] = [one.kind for one in deviations]
    fields["observed"] = {**fields["observed"], "deviations": told_apart}
    fields["details"] = [one.message for one in deviations[1:]]
    message = with_more(deviations[0].message, len(deviations) - 1)
    return failed(message, **fields) if deviations[0].fails else warned(message, **fields)


def _around_rotation(marker: Marker, search: Search) -> list[Deviation]:
    """The line that was written just before a rotation must have come too."""
    before = marker.before_rotation
    if before is None or any(one.own is None for one in search.found(before)):
        return []
    message = phrase(
        "the line written on {host} just before {path:path} was rotated never arrived, the one after it did: "
        "the last lines of a file are lost when it is rotated",
        host=marker.host,
        path=marker.rotated,
    )
    return [Deviation("rotation", fails=False, message=message)]


def _hindered(marker: Marker, here: Found, search: Search) -> list[Deviation]:
    """The line came through, and the next one may not."""
    return [
        Deviation(
            "store",
            fails=False,
            message=phrase(
                "the line written on {host} was found in {where}, but {reason}", host=marker.host, where=here.where, reason=reason
            ),
        )
        for reason in search.hindrances()
    ]


def _facts(marker: Marker, here: Found, first: First | None, asked: Asked) -> tuple[Facts, Message]:
    """What was observed, and how long it took, in words."""
    waited = first.waited if first else asked.waited
    taken = latency(marker, first or First(asked.now, None, waited), here.arrived) if first or here.arrived is not None else None
    if taken is None or not 0 <= taken <= waited + SKEW:  # the clocks differ
        taken = waited
    late = taken > asked.deadline  # looked for long after it was written, or the clocks differ: the latency is not known
    took = phrase("{waited:duration} after the search began", waited=waited) if late else phrase("within {time:duration}", time=taken)
    observed: dict[str, object] = {
        "marker": marker.marker,
        "host": marker.host,
        "written_at": marker.written_at,
        "found_in": str(here.where),
        "latency_seconds": None if late else round(taken, 3),
    }
    if here.host is not None:
        observed["host_there"] = here.host
    if here.moment is not None:
        observed["time_there"] = as_moment(here.moment)
    fields: Facts = {"observed": observed, "expected": {"deadline_seconds": asked.deadline, "search": asked.search}}
    if not late:
        fields["measurements"] = [Measurement("log_canary_latency_seconds", round(taken, 3), asked.deadline, "upper")]
    return fields, took


def _at_home(marker: Marker, found: list[Found], first: First | None, asked: Asked) -> Finding:
    """The line lies where it was written, and nowhere else."""
    here = found[0]
    fields, took = _facts(marker, here, first, asked)
    places = {
        "file": phrase("the file that it was written to"),
        "beside": phrase("the folder of the log itself"),
        "journal": phrase("the journal of the same host"),
    }
    message = phrase(
        "the line written on {host} was found {took} locally, in {local} ({where})",
        host=marker.host,
        took=took,
        local=places[here.own or "file"],
        where=here.where,
    )
    fields["proof"] = "derived"
    if asked.local:
        return passed(message, **fields)
    if here.own != "journal":
        said = phrase("{found}: no log has been sent anywhere; search where logs arrive, not where they are written", found=message)
        return unknown(said, **fields)
    return warned(phrase("{found}: that it arrives centrally is not proven", found=message), **fields)


__all__ = ("told",)
