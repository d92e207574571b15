# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service file lays over its organisation's file, where that is looser. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from ...module_utils._units import parse_duration
from .._comparing.comparable import numbers, tolerance
from .._described.declarations import Defaults, Duration, Part
from .._described.document import Document, NotResolved, Path, dotted, unresolved
from .._described.service import LOG_STORES, Description
from .._model.planned import Terms
from .asked_servers import ADDRESSES, CLASSIC, kinds_asked
from .remarks import Remarks

_LONGER = ("reservation_due", "override_due", "failed_within", "recheck_every", "settle")  # of defaults


def of_files(description: Description, terms: Terms, remarks: Remarks) -> None:
    """Notes servers, chains, defaults and receivers that take the place of the organisation's, and wider tolerances."""
    _tolerances(description, terms, remarks)
    if description.organisation is None:
        return
    for looked_at in (_servers, _names, _defaults, _receivers, _labels):
        try:
            looked_at(description, description.organisation, remarks)
        except NotResolved:
            if not description.drafting:  # the register tells what is not known yet; what is looser, the phase that needs it
                raise


def _says(value: object) -> Message:
    return phrase("the organisation's file says {value}", value=str(value))


def _note(
    kind: str, path: Path, said: Message, above: Message, description: Description, remarks: Remarks, requirement: str | None = None
) -> None:
    remarks.loosen(kind, dotted(path), description.service.where(path), said, above, requirement=requirement)


def _servers(description: Description, organisation: Document, remarks: Remarks) -> None:
    shared = organisation.declared.get("servers") or {}
    by_kind: dict[str, str] = {}
    for name, server in shared.items():
        if not unresolved({"": server}):
            by_kind.setdefault(_store(str(server["kind"])), name)

    def has(name: str) -> Message:
        return phrase("the organisation has {other:path} ({place:path})", other=name, place=organisation.where(("servers", name)))

    for name, server in (description.data.get("servers") or {}).items():
        kind = str(server["kind"])
        other = name if name in shared else _rival(kind, by_kind)
        if other is None or (name in shared and server == shared[name]):
            continue
        said = phrase("the service names a server of kind {kind:path} of its own, {name:path}", kind=kind, name=name)
        _note("servers", ("servers", name), said, has(other), description, remarks)
    for identifier, entry in description.requirements.items():
        kinds, given = kinds_asked(str(entry.get("check") or "")), entry.get("with") or {}
        rival = _rival(kinds[0], by_kind) if kinds else None
        option = next((name for name in ADDRESSES if name in given), None)
        if option and rival:
            said = phrase("{requirement:path} asks a server of the service's own", requirement=identifier)
            path: Path = ("requirements", identifier, "with", option)
            _note("servers", path, said, has(rival), description, remarks, identifier)


def _rival(kind: str, by_kind: t.Mapping[str, str]) -> str | None:
    """The organisation's server in whose place one of this kind would be asked: any that monitors, where it monitors."""
    stores = (_store(kind), "prometheus", "alertmanager") if kind in CLASSIC else (_store(kind),)
    return next((by_kind[store] for store in stores if store in by_kind), None)


def _store(kind: str) -> str:
    """The kind of a server; stores of logs are all of one, since any of them will do where a line is looked for, as is what monitors."""
    if kind in CLASSIC:
        return "classic"
    return "logs" if kind in (*LOG_STORES, "file", "journald") else kind


def _names(description: Description, organisation: Document, remarks: Remarks) -> None:
    shared = organisation.declared.get("chains") or {}
    for name, value in (description.data.get("chains") or {}).items():
        if name in shared and value != shared[name]:
            path: Path = ("chains", name)
            said = phrase("{key:path} takes the place of what the organisation says", key=dotted(path))
            above = phrase("{place:path} says it", place=organisation.where(path))
            _note("chains", path, said, above, description, remarks)
    rosters = organisation.declared.get("rosters") or {}
    for name, roster in (description.data.get("rosters") or {}).items():
        if name in rosters and roster != rosters[name]:
            path = ("rosters", name)
            said = phrase("{key:path} takes the place of what the organisation says", key=dotted(path))
            _note("chains", path, said, phrase("{place:path} says it", place=organisation.where(path)), description, remarks)
    for part, given in description.parts.items():
        _chain_of(part, given, shared, description, organisation, remarks)


def _chain_of(
    part: str, given: Part, shared: t.Mapping[str, object], description: Description, organisation: Document, remarks: Remarks
) -> None:
    """A chain of the service's own, under another name or written out, where the organisation has one for this service.

    Nothing binds a chain to a service but its name: that of the service, of its owner or of the part. Where the organisation has none
    of these, the service declares who supports it, as it should.
    """
    support = given.get("support")
    own = support if isinstance(support, list) else (description.data.get("chains") or {}).get(str(support))
    meant = next((name for name in (description.name, part, description.owner) if name in shared), None)
    if own is None or str(support) in shared or meant is None or own in shared.values():
        return
    said = phrase("part {part:path} has a support chain of the service's own", part=part)
    above = phrase("{place:path} has the chain {name:path}", place=organisation.where(("chains", meant)), name=meant)
    _note("chains", ("parts", part, "support"), said, above, description, remarks)


def _defaults(description: Description, organisation: Document, remarks: Remarks) -> None:
    own: Defaults = description.data.get("defaults") or {}
    shared: Defaults = organisation.declared.get("defaults") or {}
    for name in _LONGER:
        given, above = t.cast("Duration | None", own.get(name)), t.cast("Duration | None", shared.get(name))
        if given is not None and above is not None and _longer(given, above):
            path: Path = ("defaults", name)
            said = phrase("{key:path} is {value}", key=dotted(path), value=str(given))
            _note("limits", path, said, _says(above), description, remarks)


def _longer(given: Duration, above: Duration) -> bool:
    try:
        return parse_duration(given) > parse_duration(above)
    except ValueError:
        return False  # that it is no duration is told where it is read


def _receivers(description: Description, organisation: Document, remarks: Remarks) -> None:
    shared = (organisation.declared.get("defaults") or {}).get("alerts") or {}
    wanted = {str(name) for name in shared.get("receivers") or ()}
    places: tuple[tuple[Path, object], ...] = (
        (("alerts", "receivers"), (description.data.get("alerts") or {}).get("receivers")),
        (("defaults", "alerts", "receivers"), ((description.data.get("defaults") or {}).get("alerts") or {}).get("receivers")),
    )
    for path, given in places:
        other = sorted({str(name) for name in given} - wanted) if isinstance(given, list) else []
        if wanted and other:
            said = phrase("alerts may go to {names:list}", names=other)
            _note("chains", path, said, _says(", ".join(sorted(wanted))), description, remarks)


def _labels(description: Description, organisation: Document, remarks: Remarks) -> None:
    wanted = ((organisation.declared.get("defaults") or {}).get("alerts") or {}).get("labels") or {}
    alerts = description.data.get("alerts") or {}
    shared = (description.data.get("defaults") or {}).get("alerts") or {}
    groups: tuple[tuple[Path, t.Mapping[str, object] | None], ...] = (
        (("alerts", "match"), alerts.get("match")),
        (("alerts", "labels"), alerts.get("labels")),
        (("defaults", "alerts", "labels"), shared.get("labels")),
    )
    for above, given in groups:
        for name, value in (given or {}).items():
            if name in wanted and str(value) != str(wanted[name]):
                path = (*above, name)
                said = phrase("{key:path} is {value}", key=dotted(path), value=str(value))
                _note("chains", path, said, _says(wanted[name]), description, remarks)


def _tolerances(description: Description, terms: Terms, remarks: Remarks) -> None:
    known = numbers() if terms.tolerances else {}  # it loads every check
    for name in terms.tolerances:
        if name not in known:
            continue
        given, own = tolerance(name, known[name], terms.tolerances), tolerance(name, known[name], {})
        milder = given.then.value != own.then.value and given.then.value == "warn"
        if given.relative > own.relative or given.absolute > own.absolute or milder:
            path: Path = ("baseline", "tolerances", name)
            said = phrase("{name:path} may move further between before and after a deployment", name=name)
            _note("limits", path, said, phrase("the check allows less"), description, remarks)


__all__ = ("of_files",)
