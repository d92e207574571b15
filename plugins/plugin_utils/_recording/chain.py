# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run records of a service as a chain: each names the one before it. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...module_utils._phrase import Message, phrase
from .._model import record as _record
from .._model.follows import Follows
from .._model.text import as_dict
from .digests import content_of, digest_of, sealed, verified
from .record_json import Unreadable
from .run_record import HEAD, Records, run_name

FAR = 500  # records that are looked at on the way back
AT_ONCE = 20  # of them brought over from another host

_Record = t.Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Head:
    """The last record of a service; nothing before the first run. ``notices`` say what is wrong with the end of the chain."""

    record: _Record | None = None
    notices: tuple[Message, ...] = ()

    @property
    def follows(self) -> Follows | None:
        """As the next record names it."""
        return named(self.record) if self.record else None

    @property
    def has_digest(self) -> bool:
        return bool(self.record and self.record.get("digest"))


def run_of(record: _Record) -> str:
    return str(as_dict(record.get("run")).get("id"))


def named(record: _Record) -> Follows:
    """A record as what follows from it names it; one of before there were digests by that of what stands in it now."""
    digest = record.get("digest")
    return Follows(run_of(record), str(digest) if digest else digest_of(record))


def before(record: _Record) -> Follows | None:
    """What a record says that it follows from."""
    said = as_dict(record.get("follows"))
    run, digest = said.get("run"), said.get("digest")
    return Follows(run, digest if isinstance(digest, str) else None) if isinstance(run, str) else None


def head(records: Records) -> Head:
    """The last record: the newest by its name, unless another follows from it (a clock that is behind)."""
    newest = next(filter(None, map(records.believed, reversed(records.runs()))), None)
    last = noted(records)
    if last is None or (newest and last.run == run_of(newest)):
        return Head(newest)
    pointed = _believed(records, last)
    if pointed is None:
        gone = phrase("the record of {run:path}, the last one that was kept here, is not there or was changed", run=last.run)
        return Head(newest, (gone,))
    if newest and before(newest) == last:  # an interrupted run did not come to note it
        return Head(newest)
    if newest is None or any(run_of(one) == run_of(newest) for one in _back(records, pointed)):
        return Head(pointed)
    return Head(newest)


def noted(records: Records) -> Follows | None:
    """Which record the folder says is the last one."""
    with contextlib.suppress(Unreadable):
        data = records.load(HEAD, _record.SCHEMA_VERSION)
        if data and isinstance(data.get("run"), str) and isinstance(data.get("digest"), str):
            return Follows(str(data["run"]), str(data["digest"]))
    return None


def _believed(records: Records, wanted: Follows) -> _Record | None:
    """A record that is there with this digest."""
    name = run_name(wanted.run)
    record = records.believed(name) if name in records.runs() else None
    return record if record and named(record).digest == wanted.digest else None


def _back(records: Records, record: _Record) -> t.Iterator[_Record]:
    """The records that one follows from, it first."""
    names = records.runs()
    for number in range(FAR):
        if number % AT_ONCE == 0:
            at = names.index(name) if (name := run_name(run_of(record))) in names else len(names)
            records.store.prefetch(names[max(0, at - AT_ONCE) : at])
        yield record
        earlier = before(record)
        found = _believed(records, earlier) if earlier else None
        if found is None:
            return
        record = found


def chain(records: Records, last: Head) -> t.Iterator[_Record]:
    """The records from the last one back, as far as each is there as the next one names it."""
    return _back(records, last.record) if last.record else iter(())


__all__ = ("Head", "before", "chain", "content_of", "digest_of", "head", "named", "noted", "run_of", "sealed", "verified")
