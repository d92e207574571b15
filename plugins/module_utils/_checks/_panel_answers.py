# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the queries of panels through Grafana, several at once, and judges what would be shown. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._clients.grafana_frames import Shown, shown
from .._clients.grafana_reading import Answer, Forbidden, GrafanaReader, Missing, Refused
from .._clients.grafana_templates import PROMETHEUS
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, and_more, phrase, verbatim
from ._panel_queries import Job, Kind, Query, Seen

AT_ONCE = 20  # queries in one request
GRACE = 300.0  # seconds for which Prometheus shows a series that has no new sample; where its end cannot be asked
GRACE_OF_OTHERS = 900.0

Outcome = t.Union[Answer, Message, CannotObserve]  # a message: why there is none, as Grafana says


@dataclasses.dataclass(frozen=True)
class Judged:
    """One query of a panel."""

    kind: Kind
    message: Message


class Asking:
    """``excused``: whether a panel, or a query of it, may be empty, by the panel and the name of the query."""

    def __init__(self, reader: GrafanaReader, now: dt.datetime, excused: t.Callable[[Job, str], bool]) -> None:
        self.reader, self.now, self.excused = reader, now.timestamp(), excused
        self.lost: CannotObserve | None = None

    def seen(self, jobs: t.Sequence[Job]) -> list[Seen]:
        """What each panel shows, in their order."""
        found: dict[int, Seen] = {}
        groups: dict[object, list[tuple[int, Job]]] = {}
        for number, job in enumerate(jobs):
            key = ("alone", number) if job.together or len(job.sources) > 1 else (job.sources[0].uid, job.whole)
            groups.setdefault(key, []).append((number, job))
        for group in groups.values():
            for batch in _batches(group):
                found.update(self._batch(batch))
        return [found[number] for number in range(len(jobs))]

    def _batch(self, batch: list[tuple[int, Job]]) -> dict[int, Seen]:
        """A request for several panels. One that is refused as a whole is sent panel by panel: one of them may spoil it."""
        bodies, places = [], {}
        for number, job in batch:
            for position, query in enumerate(job.queries):
                ref = query.ref if job.together else f"Q{number}_{position}"
                places[number, position, False] = ref
                bodies.append({**query.body, "refId": ref})
                if query.now and not job.together:
                    places[number, position, True] = f"{ref}_now"
                    bodies.append({**query.body, "refId": f"{ref}_now", "instant": True, "range": False})
        outcome: dict[str, Answer] | Message | CannotObserve
        try:
            outcome = self.reader.ask(bodies, batch[0][1].whole)
        except Missing:
            name = batch[0][1].sources[0].name if batch[0][1].sources else ""
            outcome = phrase("it asks the data source {name}, which Grafana does not have", name=name)
        except Refused as exc:
            outcome = exc.message
        except CannotObserve as exc:
            if not isinstance(exc, Forbidden):
                self.lost = exc
            outcome = exc
        if isinstance(outcome, Message) and len(batch) > 1:
            alone: dict[int, Seen] = {}
            for one in batch:
                alone.update(self._batch([one]))
            return alone
        answers = {place: outcome if not isinstance(outcome, dict) else outcome.get(ref, _unanswered()) for place, ref in places.items()}
        return {
            number: self._judge(job, {(position, now): answers[n, position, now] for n, position, now in places if n == number})
            for number, job in batch
        }

    def _judge(self, job: Job, answers: t.Mapping[tuple[int, bool], Outcome]) -> Seen:
        judged = [
            (query.ref, self._query(job, query, answers[position, False], answers.get((position, True))))
            for position, query in enumerate(job.queries)
            if query.is_shown
        ]
        kinds = {one.kind for _ref, one in judged}

        def said(*wanted: Kind) -> Message:
            found = [
                phrase("query {ref}: {said}", ref=ref, said=one.message) if len(judged) > 1 else one.message
                for ref, one in judged
                if one.kind in wanted
            ]
            return and_more(found)

        if Kind.FAULT in kinds:
            return Seen(job.panel, job.label, Kind.FAULT, said(Kind.FAULT), job.sources)
        if Kind.UNSEEN in kinds:
            return Seen(job.panel, job.label, Kind.UNSEEN, said(Kind.UNSEEN), job.sources)
        if Kind.EMPTY in kinds or Kind.PARTIAL in kinds:
            some = kinds.intersection((Kind.DATA, Kind.CONSTANT, Kind.PARTIAL))
            return Seen(job.panel, job.label, Kind.PARTIAL if some else Kind.EMPTY, said(Kind.EMPTY, Kind.PARTIAL), job.sources)
        if Kind.DATA in kinds:
            return Seen(job.panel, job.label, Kind.DATA, said(Kind.DATA), job.sources)
        kind = Kind.CONSTANT if Kind.CONSTANT in kinds else Kind.EXCUSED
        return Seen(job.panel, job.label, kind, said(kind), job.sources)

    def _query(self, job: Job, query: Query, answer: Outcome, at_end: Outcome | None) -> Judged:
        for outcome in (answer, at_end):
            if isinstance(outcome, CannotObserve):
                return Judged(Kind.UNSEEN, outcome.message)
            if isinstance(outcome, Message):
                return Judged(Kind.FAULT, outcome)
            if isinstance(outcome, Answer) and query.source.of_whoever_looks and outcome.status in (401, 403):
                return Judged(Kind.UNSEEN, _as_whoever_looks(query))
            if isinstance(outcome, Answer) and outcome.reason is not None:
                return Judged(Kind.FAULT, _refused(query, outcome.reason))
        data = shown(t.cast("Answer", answer).frames, texts_count=query.source.kind not in PROMETHEUS)
        if data.notice:
            return Judged(Kind.PARTIAL if data.has_data else Kind.FAULT, _refused(query, data.notice))
        latest = shown(at_end.frames) if isinstance(at_end, Answer) else None
        said = self._nothing(job, query, data, latest)
        try:
            if said is not None:
                return self._empty(job, query, said)
            if query.is_constant and data.only is not None:
                return Judged(
                    Kind.CONSTANT, phrase("it shows only the number {value:number}, which the query itself makes up", value=data.only)
                )
            if query.made_of is not None and len(self._without_series(job, query, query.made_of)) == len(query.made_of):
                return Judged(Kind.CONSTANT, phrase("it shows only numbers that the query itself makes up"))
        except CannotObserve as exc:
            return Judged(Kind.UNSEEN, exc.message)
        return Judged(Kind.DATA, phrase("it shows data"))

    def _empty(self, job: Job, query: Query, said: Message) -> Judged:
        if self.excused(job, query.ref):
            return Judged(Kind.EXCUSED, said)
        dead = self._without_series(job, query, query.needs) if query.is_quiet else []
        if dead:
            said = phrase("there is no data, and no series {selector} at all", selector=one_line(dead[0], 200))
        return Judged(Kind.EXCUSED if query.is_quiet and not dead else Kind.EMPTY, said)

    def _without_series(self, job: Job, query: Query, selectors: t.Sequence[str]) -> list[str]:
        """Those of them that have no series at the end. CannotObserve."""
        if not selectors:
            return []
        bodies = {f"S{number}": {**query.body, "expr": text} for number, text in enumerate(selectors)}
        asked = [{**body, "refId": ref, "instant": True, "range": False} for ref, body in bodies.items()]
        try:
            answers = self.reader.ask(asked, job.whole)
        except (Missing, Refused):
            raise _unanswered() from None
        dead = []
        for ref, body in bodies.items():
            answer = answers.get(ref)
            if answer is None or answer.reason is not None:
                raise _unanswered()
            if not shown(answer.frames).rows:
                dead.append(str(body["expr"]))
        return dead

    def _nothing(self, job: Job, query: Query, data: Shown, latest: Shown | None) -> Message | None:
        """Why it shows nothing of now; None where it does."""
        end = min(job.whole.end, self.now)
        if latest is not None and (latest.has_data or (latest.rows and data.has_data)):
            return None  # NaN just now is a series that goes on: nothing was asked for in the last minutes
        if not data.rows and not (latest and latest.rows):
            return phrase("there is no data")
        if not data.has_data:
            return phrase("there are only values that are none (NaN or null)")
        if latest is not None:
            return _past(end - data.newest if data.newest is not None else None)
        if data.newest is None:
            return None
        age = end - data.newest
        grace = GRACE if query.source.kind in PROMETHEUS else max(GRACE_OF_OTHERS, 2 * (data.step or 0.0))
        return _past(age) if age > grace + query.step else None


def _past(age: float | None) -> Message:
    if age is None:
        return phrase("there is data of the past, and none of now")
    return phrase("there is data of the past only, the newest is {age:duration} old", age=age)


def _as_whoever_looks(query: Query) -> Message:
    return phrase(
        "the data source {source} asks with the login of whoever looks at it, and these credentials have none", source=query.source.name
    )


def _refused(query: Query, reason: str) -> Message:
    said = verbatim(one_line(reason, 300)) if reason else phrase("no reason given")
    return phrase("the data source {source} refuses it: {reason}", source=query.source.name, reason=said)


def _unanswered() -> CannotObserve:
    return CannotObserve(phrase("Grafana has not answered this query"))


def _batches(group: list[tuple[int, Job]]) -> list[list[tuple[int, Job]]]:
    """So that no request has more than AT_ONCE queries, unless one panel alone has."""
    batches: list[list[tuple[int, Job]]] = [[]]
    size = 0
    for number, job in group:
        needed = sum(2 if query.now else 1 for query in job.queries)
        if batches[-1] and size + needed > AT_ONCE:
            batches.append([])
            size = 0
        batches[-1].append((number, job))
        size += needed
    return batches


__all__ = ("Asking",)
