# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of records looked through offline: what is missing, edited, out of order, or judged otherwise. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import functools
import os
import re
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._phrase import phrase
from .._described.version import collection_version
from .._judging.again import differences, judged_again, unanswered
from .._model.follows import Follows
from .._model.given import Given
from .._model.plain import to_plain
from .._model.record import SCHEMA_VERSION, WholeRecord
from .._model.text import as_dict
from . import chain as _chain
from . import memory as _memory
from .chain import content_of, verified
from .record_json import Unreadable, from_json, to_json
from .run_record import LEDGER, STATE, Records, run_name

CLOCKS_DIFFER = dt.timedelta(minutes=5)
SHOWN = 3  # differences of one record
SHORT = 16  # characters of a digest, as metrics have it
_GRAVE = re.compile(
    r"(verdict|enforced_verdict|verified|required|counts|evidence|requirements|\S+\.(status|observed_status|impact)):|.* has no finding of "
)

_Record = t.Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and what was expected of it where that can be said."""

    file: str
    what: str
    expected: str | None = None


@dataclasses.dataclass
class Audited:
    """What the audit of one service in one environment found."""

    service: str
    environment: str
    folder: str
    records: int = 0
    judged: int = 0  # again, with the same outcome
    before_digests: int = 0  # written by a version that gave records no digest
    head: str | None = None
    problems: list[Problem] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class _Link:
    """What of a record the chain is made of."""

    name: str
    run: str
    digest: str  # its own, or that of what stands in it where it is of before there were digests
    follows: Follows | None
    finished_at: str
    has_digest: bool
    kept: t.Mapping[str, object]  # contents beside it, by digest


def audited(records: Records, published: t.Sequence[str] = ()) -> Audited:
    """The audit of a folder on this machine. ``published`` are digests that left it: in metrics, reports, or anywhere else."""
    found = Audited(records.service, records.environment, str(records.folder))
    links = []
    for name in records.runs():
        found.records += 1
        record = _read(records, name, found)
        if record is not None:
            links.append(_link(name, record))
            _look_at(records, name, record, found)
    _chained(links, found)
    heads = _heads(links)
    found.head = heads[-1].digest if heads else None
    _noted(records, heads, found)
    _published(links, published, found)
    _beside(records, links, found)
    return found


# -- each record


def _read(records: Records, name: str, found: Audited) -> dict[str, object] | None:
    if os.path.islink(str(records.store.place(name))):
        found.problems.append(Problem(name, "it is a symbolic link, not a record"))
        return None
    try:
        return records.run(name)
    except Unreadable as exc:
        found.problems.append(Problem(name, str(exc)))
        return None


def _link(name: str, record: _Record) -> _Link:
    named, run = _chain.named(record), as_dict(record.get("run"))
    return _Link(
        name=name,
        run=named.run,
        digest=str(named.digest),
        follows=_chain.before(record),
        finished_at=str(run.get("finished_at")),
        has_digest=verified(record) is not None,
        kept=as_dict(record.get("kept")),
    )


def _look_at(records: Records, name: str, record: _Record, found: Audited) -> None:
    """Whether a record is where it belongs, as it was written, and judged as it would be again."""
    service, run = as_dict(record.get("service")).get("name"), as_dict(record.get("run"))
    mine = (records.service, records.environment)
    if (service, run.get("environment")) != mine:
        found.problems.append(Problem(name, f"it is of {service} in {run.get('environment')}", f"a record of {mine[0]} in {mine[1]}"))
    if run_name(str(run.get("id"))) != name:
        found.problems.append(Problem(name, f"it is the record of another run, {run.get('id')}", run_name(str(run.get("id")))))
    fits = verified(record)
    if fits is None:
        found.before_digests += 1
    elif not fits:
        found.problems.append(Problem(name, f"it was edited: its digest is {record.get('digest')}", _chain.digest_of(record)))
    try:
        whole = from_json(WholeRecord, record, name)
        if whole.given is None:
            if fits is not None:
                found.problems.append(Problem(name, "it does not hold what it was judged from (given)"))
            return
        wrong = [*unanswered(whole, whole.given), *_judged_otherwise(whole, whole.given, record)]
    except Unreadable as exc:
        found.problems.append(Problem(name, str(exc)))
        return
    except Exception as exc:  # whatever was written into it
        wrong = [f"it cannot be judged again: {type(exc).__name__} {exc}"]
        _tell(name, wrong, found)
        return
    _tell(name, wrong, found, other=whole.run.collection_version not in (None, collection_version()))


def _tell(name: str, wrong: t.Sequence[str], found: Audited, *, other: bool = False) -> None:
    """A version that judges in other words is worth a note; one that comes to another verdict is not."""
    grave = [line for line in wrong if not other or _GRAVE.match(line)]
    found.judged += not grave
    found.problems += [Problem(name, f"judged again it is another: {line}") for line in grave[:SHOWN]]
    if wrong and not grave:
        found.notes.append(f"{name}: judged in other words by another version of the collection: {wrong[0]}")


def _judged_otherwise(whole: WholeRecord, given: Given, record: _Record) -> list[str]:
    again = judged_again(whole, given)
    out = differences(as_dict(record.get("judgement")), to_json(again.judgement))
    if to_plain(again.evidence) != record.get("evidence"):
        out.append("evidence: what a decision would be about is another")
    return out


# -- the chain


def _chained(links: t.Sequence[_Link], found: Audited) -> None:
    by_run = {link.run: link for link in links}
    followers: dict[str, list[str]] = collections.defaultdict(list)
    first_with = next((link for link in links if link.has_digest), None)
    for position, link in enumerate(links):
        if not link.has_digest:
            if first_with and position > links.index(first_with):
                found.problems.append(Problem(link.name, "it has no digest, and records before it have", "a digest"))
            continue
        if link.follows is None:
            if position:
                found.problems.append(
                    Problem(link.name, "it says that no record is before it", f"that it follows from {links[position - 1].run}")
                )
            continue
        followers[link.follows.run].append(link.name)
        before = by_run.get(link.follows.run)
        if before is None:
            found.problems.append(
                Problem(link.name, f"the record before it, of {link.follows.run}, is missing", run_name(link.follows.run))
            )
        elif before.digest != link.follows.digest:
            found.problems.append(
                Problem(
                    before.name, f"it is not the record from which {link.name} follows: its digest is {before.digest}", link.follows.digest
                )
            )
        elif _moment(before.finished_at) - _moment(link.finished_at) > CLOCKS_DIFFER:
            found.problems.append(
                Problem(link.name, f"it is older than {before.run}, from which it follows (records changed places, or a clock was wrong)")
            )
    for run, names in followers.items():
        if len(names) > 1:
            found.problems.append(Problem(names[-1], f"several records follow from {run}: {', '.join(names)}", "one"))


def _moment(text: str) -> dt.datetime:
    try:
        made = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.timezone.utc)
    return made if made.tzinfo else made.replace(tzinfo=dt.timezone.utc)


def _heads(links: t.Sequence[_Link]) -> list[_Link]:
    """The records from which none follows, the last one last."""
    followed = {link.follows.run for link in links if link.follows}
    return [link for link in links if link.run not in followed and (link.has_digest or link is links[-1])]


def _noted(records: Records, heads: t.Sequence[_Link], found: Audited) -> None:
    """Whether the folder's own note of its last record fits."""
    if not heads or not heads[-1].has_digest:
        return
    noted = _chain.noted(records)
    if noted is None:
        found.problems.append(Problem("head.json", "there is none that says which record is the last one", heads[-1].run))
    elif noted.run not in [link.run for link in heads] or noted.digest not in [link.digest for link in heads]:
        found.problems.append(
            Problem("head.json", f"it says that the record of {noted.run} ({noted.digest}) is the last one", heads[-1].run)
        )


def _published(links: t.Sequence[_Link], published: t.Sequence[str], found: Audited) -> None:
    held = [link.digest for link in links if link.has_digest]
    for digest in published:
        if len(digest) < SHORT or not any(one.startswith(digest.lower()) for one in held):
            found.problems.append(
                Problem("runs", f"no record has the digest {digest}, which was published", "records as they were when it was published")
            )


# -- what lies beside the records


def _beside(records: Records, links: t.Sequence[_Link], found: Audited) -> None:
    last = _chain.head(records)
    for name in (STATE, LEDGER):
        if name in records.store.names("*.json"):
            _fits(name, functools.partial(_memory.refuse_misfit, records, last, name), found)
    for name in records.store.names("baselines/*.json"):
        _fits(name, functools.partial(_refuse_unvouched, records, links, name), found)
    for name in records.store.names("decisions/*.json"):
        _fits(name, functools.partial(records.refuse_decision, name), found)
    if STATE not in records.store.names("*.json") and found.records:
        found.problems.append(Problem(STATE, "it is not there, and there are records"))


def _refuse_unvouched(records: Records, links: t.Sequence[_Link], name: str) -> None:
    """Unreadable where a baseline was changed, or no record says that it was kept."""
    data = records.load(name, SCHEMA_VERSION) or {}
    records.refuse_changed(data, name)
    of_before = verified(data) is None and not any(link.has_digest for link in links if link.run == data.get("run"))
    if not of_before and content_of(data) not in [link.kept.get(name) for link in links]:
        raise Unreadable(phrase("{path:path} is not what the run {run:path} left", path=name, run=str(data.get("run"))))


def _fits(name: str, look: t.Callable[[], object], found: Audited) -> None:
    try:
        look()
    except _memory.Behind as exc:
        found.notes.append(str(exc))
    except (Unreadable, NotWritten) as exc:
        found.problems.append(Problem(name, str(exc)))


__all__ = ("Audited", "Problem", "audited")
