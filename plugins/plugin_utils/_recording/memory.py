# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service is remembered by: its state where that fits the records, else what the records say. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t

from ...module_utils._phrase import Message, phrase
from .._judging.state import known_after, updated
from .._model.deployments import Deployment, Ledger
from .._model.plain import Malformed, from_plain
from .._model.record import SCHEMA_VERSION, WholeRecord
from .._model.service_state import Deployed, Known, State
from .._model.text import as_dict, as_dicts
from .._promises.ledger import whole
from . import chain as _chain
from .chain import Head, content_of, run_of, verified
from .record_json import Unreadable, from_json
from .run_record import LEDGER, STATE, Records, run_name

FOLDED, FOLDED_OF_BEFORE = 60, 400  # records that a lost state is made of; where the last one does not hold what was owed before it

_Record = t.Mapping[str, object]


class Behind(Unreadable):
    """A state as a run has left it that is not the last one: that one was interrupted, or somebody brought an older file back."""


@dataclasses.dataclass(frozen=True)
class Remembered:
    """The state before a run. ``notices`` say why it is not that of its file, ``aside`` names what is to be put aside first.

    ``trouble``: why nothing may be written over the file that is there.
    """

    state: State
    head: Head
    notices: tuple[Message, ...] = ()
    aside: tuple[str, ...] = ()
    trouble: Message | None = None


def remembered(records: Records) -> Remembered:
    """What is known of a service. NotWritten where records on another host cannot be reached."""
    last = _chain.head(records)
    try:
        data = records.state_as_kept()
        if data is None:
            return _without_file(records, last)
        state = records.state_of(data)
        _refuse_other_state(records, last, data)
        return Remembered(state, last, (*last.notices, *_before_digests(data, last)))
    except Behind as exc:
        return Remembered(rebuilt(records, last), last, (*last.notices, exc.message))
    except Unreadable as exc:
        state = rebuilt(records, last)
        if exc.stays:
            return Remembered(state, last, last.notices, trouble=exc.message)
        told = phrase("{reason}: it is put aside, and what the service owes is taken from its run records", reason=exc.message)
        return Remembered(state, last, (*last.notices, told), (STATE,))


def _without_file(records: Records, last: Head) -> Remembered:
    state, place = rebuilt(records, last), str(records.store.place(STATE))
    if not state.gates:
        return Remembered(state, last, last.notices)
    told = phrase("{path:path} is not there any more: what the service owes is taken from its run records", path=place)
    return Remembered(state, last, (*last.notices, told))


def _before_digests(data: _Record, last: Head) -> list[Message]:
    if verified(data) is not None or last.record is None:
        return []
    told = phrase("the record of {run:path} was written before records had digests: from now on they have", run=run_of(last.record))
    return [told]


# -- whether a file fits


def refuse_misfit(records: Records, last: Head, name: str) -> None:
    """Unreadable where the state or the ledger cannot be read, or does not fit the records; Behind for what an earlier run left."""
    if name == LEDGER:
        records.load_ledger()
        _refuse_other_ledger(records, last, records.load(name, SCHEMA_VERSION) or {})
        return
    data = records.state_as_kept() or {}
    records.state_of(data)
    _refuse_other_state(records, last, data)


def _refuse_other_state(records: Records, last: Head, data: _Record) -> None:
    """Unreadable where a state is not what the last run that wrote it has left; Behind where it is what an earlier one left."""
    name, place = STATE, str(records.store.place(STATE))
    follows = _chain.before(data)
    if verified(data) is None or follows is None:
        if last.has_digest:
            raise Unreadable(phrase("{path:path} does not say from which record it follows", path=place))
        return
    content, keeper = content_of(data), None
    for record in _chain.chain(records, last):
        kept = as_dict(record.get("kept")).get(name)
        if kept is None:
            continue
        own = _chain.named(record) == follows
        if own and kept == content:
            if keeper is None:
                return
            raise Behind(
                phrase(
                    "{path:path} is that of {run:path}, and {newer:path} came after it: what that found is taken from its record",
                    path=place,
                    run=follows.run,
                    newer=keeper,
                )
            )
        if own:
            raise Unreadable(phrase("{path:path} is not what the run {run:path} left", path=place, run=follows.run))
        keeper = keeper or run_of(record)
    raise Unreadable(phrase("{path:path} follows from {run:path}, of which there is no such record", path=place, run=follows.run))


def refuse_unvouched(records: Records, name: str) -> None:
    """Unreadable where no record of the chain says that this baseline was kept, of the run that it names or a later one."""
    data = records.load(name, SCHEMA_VERSION)
    if data is None:
        return
    if verified(data) is False:
        raise Unreadable(
            phrase("{path:path} was changed after it was written: its digest does not fit", path=str(records.store.place(name)))
        )
    run = str(data.get("run"))
    last, content = _chain.head(records), content_of(data)
    for record in _chain.chain(records, last):
        kept = as_dict(record.get("kept")).get(name)
        if kept == content:
            return
        if kept is not None or run_of(record) == run:
            if kept is None and verified(record) is None and verified(data) is None:
                return  # of before there were digests
            break
    else:
        own = records.believed(run_name(run)) if run_name(run) in records.runs() else None
        if verified(data) is None and own and verified(own) is None:
            return
    raise Unreadable(phrase("{path:path} is not what the run {run:path} left", path=str(records.store.place(name)), run=run))


def ledger(records: Records, last: Head, earlier: t.Sequence[Deployed]) -> tuple[Ledger, Message | None]:
    """The deployments, and why they are not those of their file. Unreadable where that must be left as it is."""
    try:
        found = records.load_ledger(earlier)
        data = records.load(LEDGER, SCHEMA_VERSION)
        if data is not None:
            _refuse_other_ledger(records, last, data)
        return found, None
    except Unreadable as exc:
        if exc.stays:
            raise
        entries = _deployments(last.record) if last.record else ()
        told = phrase("{reason}: it is put aside, and the deployments are taken from the last run record", reason=exc.message)
        return Ledger(SCHEMA_VERSION, records.service, records.environment, entries), told


def _refuse_other_ledger(records: Records, last: Head, data: _Record) -> None:
    """One of the last two may be there: a run that was interrupted did not come to write its own."""
    if verified(data) is None and not last.has_digest:
        return
    said = (as_dict(record.get("kept")).get(LEDGER) for record in _chain.chain(records, last))
    if content_of(data) not in itertools.islice(filter(None, said), 2):
        raise Unreadable(phrase("{path:path} is not what the last runs left", path=str(records.store.place(LEDGER))))


def _deployments(record: _Record) -> tuple[Deployment, ...]:
    entries = []
    for entry in as_dicts(record.get("deployments")):
        with contextlib.suppress(Malformed):
            entries.append(dataclasses.replace(from_plain(Deployment, entry), at=None))
    made = Ledger(SCHEMA_VERSION, "", "", tuple(entries))
    return made.deployments if whole(made) else ()


# -- from records


def rebuilt(records: Records, last: Head) -> State:
    """The state as the run records tell it: those of the chain, and those before it that have no digest yet."""
    state = State.empty(records.service, records.environment)
    for name in _in_order(records, last):
        record = records.believed(name)
        with contextlib.suppress(Unreadable):
            if record and _is_of(records, record):
                state = _after(state, from_json(WholeRecord, record, name))
    return state


def _in_order(records: Records, last: Head) -> list[str]:
    count = FOLDED if last.record and last.record.get("given") else FOLDED_OF_BEFORE
    linked = [run_name(run_of(record)) for record in itertools.islice(_chain.chain(records, last), count)][::-1]
    if not linked:
        return []
    names = records.runs()
    older = names[: names.index(linked[0])] if linked[0] in names and len(linked) < count else []
    chosen = [*older, *linked][-count:]
    records.store.prefetch(chosen)
    return chosen


def _is_of(records: Records, record: _Record) -> bool:
    service, run = as_dict(record.get("service")), as_dict(record.get("run"))
    return (service.get("name"), run.get("environment")) == (records.service, records.environment)


def _after(state: State, record: WholeRecord) -> State:
    """The state after the run of a record, where ``state`` is that before it as far as it is known."""
    run, judgement = record.run, record.judgement
    if run.partial and not run.emergency:
        return state
    if record.given:
        held = record.given.state
        state = dataclasses.replace(held, requirements=state.requirements, lifted=state.lifted, deployments=state.deployments)
    still_open = tuple(dataclasses.replace(item, overdue=None) for item in judgement.overrides)
    left = {(item.id, item.requirement) for item in still_open}
    closed = [
        dataclasses.replace(item, closed=run.finished_at, closed_by=run.id)
        for item in state.overrides
        if (item.id, item.requirement) not in left
    ]
    changed = dataclasses.replace(
        state,
        overrides=still_open,
        closed_overrides=(*state.closed_overrides, *closed),
        owner=state.owner if run.refused else record.service.owner or state.owner,
        source=state.source if run.refused else record.service.source or state.source,
    )
    if run.partial:
        return changed
    after = updated(changed, judgement, run)
    if run.refused and not run.emergency:
        return dataclasses.replace(changed, gates=after.gates)
    return dataclasses.replace(changed, gates=after.gates, deployments=after.deployments) if run.emergency else after


# -- proofs that stand for a new look


def proven(records: Records, found: t.Mapping[str, Known]) -> dict[str, Known]:
    """Of what stands for a new look, what a record of the chain says in the same way."""
    wanted = {known.run for known in found.values()}
    out: dict[str, Known] = {}
    for record in _chain.chain(records, _chain.head(records)) if wanted else ():
        if run_of(record) not in wanted:
            continue
        with contextlib.suppress(Unreadable):
            out.update(_said_by(from_json(WholeRecord, record, run_of(record)), found))
        wanted.discard(run_of(record))
        if not wanted:
            break
    return out


def _said_by(record: WholeRecord, found: t.Mapping[str, Known]) -> dict[str, Known]:
    out = {}
    for name, known in found.items():
        requirement = record.judgement.requirement(name)
        if known.run != record.run.id or requirement is None or requirement.reused:
            continue
        said = known_after(t.cast("t.Any", requirement), None, record.run)
        if dataclasses.replace(said, since=known.since) == known:
            out[name] = known
    return out


__all__ = ("Behind", "Remembered", "ledger", "proven", "rebuilt", "refuse_misfit", "refuse_unvouched", "remembered")
