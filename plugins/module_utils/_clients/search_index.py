# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What OpenSearch and Elasticsearch have in common as log stores: their search, their indices. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import quote

from .._http import Connection
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .log_days import FIRST_LOGS
from .log_store import Flow, Kept, Place, Stored
from .log_values import MESSAGE_FIELDS, around, as_moment, cut, flat, holding, host_of, moment_of
from .log_wire import AT_ONCE, SKEW, LogServer, Refused, gather, look_on, not_in, too_many_values

INSTANCES = 10_000
CLAUSES = 900  # in one search: less than the 1,024 that are allowed
MOST_JOINED = 20  # tokens that are looked for within longer words
QUICK = 10.0  # seconds for what is only looked for because something is amiss
ARRIVAL = ("event.ingested", "ingested", "@ingested", "ingest_timestamp")  # where ingest pipelines put the time of arrival
BY_WORDS = ("text", "match_only_text", "annotated_text", "search_as_you_type")  # types of fields that are split into words
BY_WHOLE_VALUE = (
    "keyword",
    "wildcard",
    "constant_keyword",
    "flat_object",
    "flattened",
    "version",
)
_BLOCKS = ("read_only_allow_delete", "read_only", "write")
Json = dict[str, object]


@dataclasses.dataclass(frozen=True)
class Hit(Stored):
    key: tuple[str, str] = ("", "")  # its index, and its id there


@dataclasses.dataclass(frozen=True)
class _Look:
    """What is looked through: which indices, fields, times, with which query."""

    index: str
    fields: t.Sequence[str]
    since: float | None = None
    query: str | None = None
    timeout: float = 30.0
    joined: bool = False  # also as a part of a longer word, which costs the store much
    patterns: bool = True  # also in fields that are kept whole, which costs it much too


class SearchIndex:
    """A log store behind the Protocol LogStore, but for ``kept``. Without ``place.index`` all indices that are not hidden."""

    BRAND = ""

    def __init__(self, connection: Connection, place: Place, runner: Runner) -> None:
        self.place, self.runner = place, runner
        self.server = LogServer(self.BRAND, connection.url.rstrip("/").removesuffix("/_search"), connection, runner)
        self.name = self.server.name
        self.index = place.index or "*"
        self.message_field = place.message_field or "message"
        self.time_field = place.time_field or "@timestamp"
        self._types: dict[str, dict[str, list[str]]] = {}
        self._cluster: dict[str, str] | None = None

    # -- the instrument itself

    def ready(self, *, searched: bool = True) -> list[Message]:
        """``searched``: whether lines are looked for by what stands in them, so that the field of their text is needed."""
        self._is_of_brand()
        self._search({"size": 0, "terminate_after": 1, "query": _all_of(self._of_query(self.place.query))})
        settings = self._settings()
        if settings is not None and not settings:
            return [phrase("{server} has no index {index:path}", server=self.name, index=self.index)]
        hinders = self._blocked(settings or {})
        if self._health() == "red":
            hinders.append(phrase("{server}: parts of {index:path} cannot be read or written (red)", server=self.name, index=self.index))
        if searched and settings and not self._types_of((self.message_field,))[self.message_field]:
            hinders.append(phrase("no index of {index:path} has the field {field:path}", index=self.index, field=self.message_field))
        return hinders

    def _is_of_brand(self) -> None:
        """CannotObserve where the server says that it is another product; whoever may not ask for it is believed."""
        response = self.server.get("/", light=True, missing=(403, 404))
        if response.status == 200:
            about = self.server.mapping(response)
            version = about.get("version")
            if not isinstance(version, dict):
                raise self.server.nonsense()
            found = "OpenSearch" if version.get("distribution") == "opensearch" else "Elasticsearch"
            if found != self.BRAND:
                raise self.server.trouble(
                    phrase(
                        "{server} is an {found} {version}: the kind of the server has to be {kind:path}",
                        server=self.name,
                        found=found,
                        version=one_line(version.get("number"), 40),
                        kind=found.lower(),
                    )
                )

    def _settings(self) -> dict[str, dict[str, str]] | None:
        """The settings of each index of the place, by its name; None where that may not be asked."""
        wanted = "*.settings.index.blocks,*.settings.index.creation_date,*.settings.index.lifecycle"
        asked = {"filter_path": wanted, "ignore_unavailable": "true", "expand_wildcards": "open"}
        response = self.server.get(f"/{self._quoted()}/_settings", asked, missing=(401, 403, 404))
        if response.status != 200:
            return {} if response.status == 404 else None
        found = self.server.mapping(response)
        return {name: flat(one.get("settings")) for name, one in found.items() if isinstance(one, dict)}

    def _blocked(self, settings: t.Mapping[str, t.Mapping[str, str]]) -> list[Message]:
        """What keeps lines from being written into the newest index of each series: older ones are often read-only, and may be."""
        blocked = {block: self.index for block in _BLOCKS if self._cluster_setting(f"cluster.blocks.{block}") == "true"}
        for name in newest_of_each(settings):
            found = next((block for block in _BLOCKS if settings[name].get(f"index.blocks.{block}") == "true"), None)
            if found:
                blocked.setdefault(found, name)
        said = []
        for block, name in blocked.items():
            if block == "read_only_allow_delete":
                said.append(
                    phrase("{server} takes no more lines for {index:path}: its disk is full (flood stage)", server=self.name, index=name)
                )
            else:
                said.append(
                    phrase(
                        "{server} takes no more lines for {index:path}: index.blocks.{block} is set",
                        server=self.name,
                        index=name,
                        block=block,
                    )
                )
        return said

    def _cluster_setting(self, name: str) -> str | None:
        if self._cluster is None:
            asked = {"filter_path": "*.cluster.blocks"}
            response = self.server.get("/_cluster/settings", asked, missing=(400, 401, 403, 404))
            levels = self.server.mapping(response) if response.status == 200 else {}
            self._cluster = {**flat(levels.get("persistent")), **flat(levels.get("transient"))}
        return self._cluster.get(name)

    def _health(self) -> object:
        asked = {"timeout": "1s", "filter_path": "status", "ignore_unavailable": "true"}
        response = self.server.get(f"/_cluster/health/{self._quoted()}", asked, missing=(401, 403, 404, 408))
        return self.server.mapping(response).get("status") if response.status == 200 else None

    # -- lines

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        look = _Look(self.index, (self.message_field,), since, self.place.query)
        return list(self._look(tokens, look))

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        return look_on((self._astray_here, self._in_longer_words, self._in_other_indices), tokens, since)

    def _astray_here(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """In any field of the indices, under any time, whatever the query of the place says."""
        here = self._look(tokens, _Look(self.index, self._fields))
        hit = [token for token in tokens if token not in not_in(here, tokens)]
        place = _Look(self.index, (self.message_field,), since, self.place.query)
        inside = {line.key for line in self._look(hit, place)} if hit else set()
        return [dataclasses.replace(line, astray=self._why(line, since)) for line in here if line.key not in inside]

    def _in_longer_words(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """Where a line has no gap before or behind the token, and the field is split into words at gaps."""
        look = _Look(self.index, (self.message_field,), since, self.place.query, QUICK, joined=True)
        said = phrase("it is a part of a longer word in the field {field:path}, where no search for it finds it", field=self.message_field)
        words = {line.key for line in self._look(tokens[:MOST_JOINED], dataclasses.replace(look, joined=False))}
        return [dataclasses.replace(line, astray=said) for line in self._look(tokens[:MOST_JOINED], look) if line.key not in words]

    def _in_other_indices(self, tokens: t.Sequence[str], _since: float) -> list[Stored]:
        """What lies in the place itself is found here too, and is no news."""
        if self.index == "*":
            return []
        inside = {line.key for line in self._look(tokens, _Look(self.index, self._fields))}
        everywhere = _Look("*", self._fields, patterns=False)
        there = [line for line in self._look(tokens, everywhere) if line.key not in inside]
        return [
            dataclasses.replace(
                line, astray=phrase("it lies in the index {other:path}, not in {index:path}", other=line.place, index=self.index)
            )
            for line in there
        ]

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.message_field, *MESSAGE_FIELDS)))

    def _why(self, line: Stored, since: float) -> Message:
        if line.field != self.message_field:
            return phrase("it stands in the field {field:path}, not in {wanted:path}", field=line.field, wanted=self.message_field)
        if line.moment is None:
            return phrase("it has no time in the field {field:path}", field=self.time_field)
        if abs(line.moment - since) > SKEW:
            return phrase("it lies under the time {moment:moment}", moment=as_moment(line.moment))
        return phrase("the query {query} does not match it", query=self.place.query or "*")

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        field = self._countable(by)
        newest = {"newest": {"max": {"field": self.time_field}}}
        counted = {
            "instances": {"terms": {"field": field, "size": INSTANCES + 1}, "aggs": newest},
            "others": {"missing": {"field": field}, "aggs": newest},
        }
        times = self._of_times(since, until)
        asked = {"size": 0, "query": _all_of(self._of_query(self.place.query), times), "aggs": counted}
        found = self._search(asked).get("aggregations") or {}
        try:
            buckets = found["instances"]["buckets"] if found else []  # type: ignore[index] # whatever is no such answer raises
            if len(buckets) > INSTANCES:
                raise self.server.trouble(too_many_values(self.name, by, INSTANCES))
            flow = {str(one.get("key_as_string", one["key"])): _flow(one) for one in buckets}
            others = _flow(found["others"]) if found else Flow(0, None)  # type: ignore[index] # the same
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self.server.nonsense() from None
        if not flow and not others.lines:
            self._must_have_times()
        return {**flow, "": others} if others.lines else flow

    def _must_have_times(self) -> None:
        """CannotObserve where lines are there, and none has a time in the field in which it was looked for."""
        if self._types_of((self.time_field,))[self.time_field]:
            return
        found = self._hits(self._search({"size": 1, "query": {"match_all": {}}}))
        if found:
            told = phrase(
                "no index of {index:path} has the field {field:path}, so that no line has a time: say which field has it (time_field)",
                index=self.index,
                field=self.time_field,
            )
            raise self.server.trouble(told)

    def oldest(self) -> float | None:
        times = self._of_times(FIRST_LOGS, None)
        asked = {
            "size": 0,
            "query": _all_of(self._of_query(self.place.query), times),
            "aggs": {"oldest": {"min": {"field": self.time_field}}},
        }
        found = self._search(asked).get("aggregations") or {}
        try:
            oldest = moment_of(found["oldest"]["value"]) if found else None  # type: ignore[index] # whatever is no such answer raises
        except (KeyError, TypeError):
            raise self.server.nonsense() from None
        if oldest is None:
            self._must_have_times()
        return oldest

    def filled(self, step: float) -> list[float]:
        parts = {"parts": {"date_histogram": {"field": self.time_field, "fixed_interval": f"{int(step)}s", "min_doc_count": 1}}}
        times = self._of_times(FIRST_LOGS, self.runner.now().timestamp() + SKEW)
        found = (
            self._search({"size": 0, "query": _all_of(self._of_query(self.place.query), times), "aggs": parts}).get("aggregations") or {}
        )
        try:
            moments = [moment_of(one["key"]) for one in found["parts"]["buckets"]] if found else []  # type: ignore[index] # the same
        except (KeyError, TypeError):
            raise self.server.nonsense() from None
        return [moment for moment in moments if moment is not None]

    def kept(self) -> Kept | None:
        raise NotImplementedError

    # -- searching

    def _look(self, tokens: t.Sequence[str], look: _Look) -> list[Hit]:
        """The lines in which one of the tokens stands."""
        of_each = len(self._of_tokens(["x"], look))

        def search(wanted: list[str], most: int) -> tuple[list[Stored], bool]:
            clauses = self._of_tokens(wanted, look)
            conditions: list[Json] = [self._of_query(look.query), {"bool": {"should": clauses, "minimum_should_match": 1}}]
            if look.since is not None:
                conditions.append(self._of_times(look.since - SKEW, self.runner.now().timestamp() + SKEW))
            asked: Json = {
                "size": most,
                "track_total_hits": False,
                "query": _all_of(*conditions),
                "docvalue_fields": [{"field": self.time_field, "format": "epoch_millis"}],
            }
            hits = self._hits(self._search(asked, look.index, look.timeout))
            return [line for hit in hits if (line := self._stored(hit, wanted))], len(hits) >= most

        return t.cast("list[Hit]", gather(self.server, tokens, search, max(1, min(AT_ONCE, CLAUSES // of_each))))

    def _of_tokens(self, tokens: t.Sequence[str], look: _Look) -> list[Json]:
        """A clause for each token, analyzed as the field is: whatever splits it there splits it here."""
        clauses: list[Json] = []
        types = self._types_of(look.fields, look.index)
        for field in look.fields:
            if any(kind in BY_WORDS for kind in types[field]):
                clauses += [{"match_phrase": {field: token}} for token in tokens]
            if look.joined or (look.patterns and any(kind in BY_WHOLE_VALUE for kind in types[field])):
                clauses += [{"wildcard": {field: {"value": f"*{token}*"}}} for token in tokens]
        return clauses or [{"match_none": {}}]

    def _of_query(self, query: str | None) -> Json:
        return {"query_string": {"query": query, "analyze_wildcard": True}} if query else {"match_all": {}}

    def _of_times(self, since: float, until: float | None) -> Json:
        bounds: Json = {"gte": int(since * 1000), "format": "epoch_millis"}
        return {"range": {self.time_field: bounds if until is None else {**bounds, "lt": int(until * 1000)}}}

    def _countable(self, field: str) -> str:
        """The name under which the values of a field can be counted: a text is, where it is kept whole beside its words."""
        whole = f"{field}.keyword"
        types = self._types_of((field, whole))
        by_words = types[field] and all(kind in BY_WORDS for kind in types[field])
        return whole if by_words and types[whole] else field

    def _types_of(self, fields: t.Sequence[str], index: str | None = None) -> dict[str, list[str]]:
        """The types that each field has in the indices; none where none of them has it, which may change with the next line."""
        index = index or self.index
        known = self._types.setdefault(index, {})
        asked_for = [field for field in fields if not known.get(field)]
        if asked_for:
            asked = {"fields": ",".join(asked_for), "ignore_unavailable": "true", "allow_no_indices": "true"}
            response = self.server.get(f"/{self._quoted(index)}/_field_caps", asked, missing=(401, 403, 404))
            found = self.server.mapping(response).get("fields") if response.status == 200 else {}
            for field in asked_for:
                types = found.get(field) if isinstance(found, dict) else None
                known[field] = [str(kind) for kind in types if kind not in ("object", "unmapped")] if isinstance(types, dict) else []
                if response.status in (401, 403):
                    known[field] = ["text"]  # as it usually is
        return known

    def _search(self, asked: Json, index: str | None = None, timeout: float = 30.0) -> Json:
        """The answer to a search that is whole: of all shards, in time. CannotObserve, Refused."""
        how = "ignore_unavailable=true&allow_no_indices=true&expand_wildcards=open&allow_partial_search_results=false"
        try:
            response = self.server.post_json(f"/{self._quoted(index)}/_search?{how}", asked, timeout=timeout)
        except Refused as exc:
            if exc.status == 503:
                said = phrase(
                    "{server} cannot search all of {index:path} just now: {reason}",
                    server=self.name,
                    index=index or self.index,
                    reason=exc.reason,
                )
                raise self.server.trouble(said) from None
            raise
        found = self.server.mapping(response)
        shards = found.get("_shards")
        if not isinstance(shards, dict) or not isinstance(found.get("hits"), dict):
            raise self.server.nonsense()
        clusters = found.get("_clusters")
        skipped = isinstance(clusters, dict) and clusters.get("skipped")
        if found.get("timed_out") or shards.get("failed") or skipped:
            raise self.server.trouble(
                phrase(
                    "{server} answered from a part of {index:path} only ({failed} of {total} shards failed, timed out: {late})",
                    server=self.name,
                    index=index or self.index,
                    failed=str(shards.get("failed") or skipped or 0),
                    total=str(shards.get("total")),
                    late=str(bool(found.get("timed_out"))).lower(),
                )
            )
        if shards.get("total") == 0 and (index or self.index) == self.index and self._settings() != {}:
            told = phrase(
                "{server} answered from no part of {index:path}, which is there: may these credentials read it?",
                server=self.name,
                index=self.index,
            )
            raise self.server.trouble(told)
        return found

    def _hits(self, found: t.Mapping[str, object]) -> list[Json]:
        inside = found["hits"]
        hits = inside.get("hits") if isinstance(inside, dict) else None
        if not isinstance(hits, list) or not all(isinstance(hit, dict) for hit in hits):
            raise self.server.nonsense()
        return hits

    def _stored(self, hit: Json, tokens: t.Sequence[str]) -> Hit | None:
        source = hit.get("_source")
        if not isinstance(source, dict):
            raise self.server.trouble(
                phrase("{server} does not give back the lines of {index:path} (no _source)", server=self.name, index=str(hit.get("_index")))
            )
        fields = flat(source)
        field = holding(fields, tokens, (self.message_field,))
        if field is None:
            return None
        given = hit.get("fields")
        moment = moment_of(given.get(self.time_field)) if isinstance(given, dict) else None
        return Hit(
            text=around(fields[field], tokens),
            moment=moment_of(fields.get(self.time_field)) if moment is None else moment,
            host=host_of(fields, self.place.host_field),
            place=str(hit.get("_index")),
            arrived=next((known for name in ARRIVAL if (known := moment_of(fields.get(name))) is not None), None),
            fields=cut(fields, (field, self.time_field)),
            field=field,
            key=(str(hit.get("_index")), str(hit.get("_id"))),
        )

    def _quoted(self, index: str | None = None) -> str:
        return quote(index or self.index, safe=",*")


def newest_of_each(settings: t.Mapping[str, t.Mapping[str, str]]) -> list[str]:
    """The index of each series that was made last: ``logs-2026.12.01`` and ``logs-000007`` are of series each."""
    newest: dict[str, tuple[float, str]] = {}
    for name, known in settings.items():
        made = moment_of(known.get("index.creation_date")) or 0.0
        series = re.sub(r"\d+", "#", name)
        newest[series] = max(newest.get(series, (made, name)), (made, name))
    return sorted(name for _made, name in newest.values())


def _flow(bucket: t.Any) -> Flow:
    """Of a bucket of an aggregation. Whatever is none raises KeyError, TypeError or ValueError."""
    return Flow(int(bucket["doc_count"]), moment_of(bucket["newest"]["value"]))


def _all_of(*conditions: Json) -> Json:
    return {"bool": {"filter": list(conditions)}}


__all__ = ("Json", "SearchIndex", "newest_of_each")
