# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log stores that answer anything: lines, counts and times come of it, or the reason why none do, and never a defect."""

from __future__ import annotations

import json
import math
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import BACKENDS, log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_values, loki_settings
from ansible_collections.operability.readiness.plugins.module_utils._clients.graylog import Graylog
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import Flow, Kept, LogStore, Place, Stored
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from elasticsearch_stand_in import ELASTIC, OPEN
from fakes import NOW, FakeRunner, Response
from fuzz.odd import answers, anything, as_json, documents, fuzz, texts
from generated import tries_more
from graylog_stand_in import index_set
from hypothesis import given
from hypothesis import strategies as st
from loki_stand_in import CONFIG

pytestmark = tries_more

TOKEN = "0123456789abcdef" * 2
AT = "2026-11-25T06:00:00Z"
SOURCE = {"@timestamp": AT, "message": f"canary {TOKEN}", "host": {"name": "web1"}, "event": {"ingested": AT}}
HIT = {"_index": "logs-1", "_id": "1", "_source": SOURCE, "fields": {"@timestamp": ["1796087996000"]}}
BUCKET = {"key": "web1", "doc_count": 3, "newest": {"value": 1796087996000.0}}
COUNTED = {"instances": {"buckets": [BUCKET]}, "others": {"doc_count": 0, "newest": {"value": None}}, "oldest": {"value": 1796087996000.0}}
SEARCH = {"_shards": {"total": 1, "failed": 0}, "timed_out": False, "hits": {"hits": [HIT]}, "aggregations": COUNTED}
ISM_STATES = [
    {"name": "hot", "actions": [{"rollover": {}}], "transitions": [{"state_name": "end", "conditions": {"min_index_age": "30d"}}]},
    {"name": "end", "actions": [{"delete": {}}], "transitions": []},
]
INDEX: dict[str, t.Any] = {
    "/_search": SEARCH,
    "/_settings": {
        "logs-1": {"settings": {"index": {"creation_date": "1796087996000", "lifecycle": {"name": "logs"}, "blocks": {"write": "true"}}}}
    },
    "/_field_caps": {"indices": ["logs-1"], "fields": {"message": {"text": {}, "keyword": {}}, "host": {"keyword": {}}}},
    "/_cluster/settings": {"persistent": {"cluster": {"blocks": {"read_only": "true"}}}, "transient": {}},
    "/_cluster/health/logs": {"status": "red"},
    "/_data_stream/logs": {
        "data_streams": [{"name": "logs", "lifecycle": {"enabled": True, "data_retention": "7d"}, "ilm_policy": "logs"}]
    },
    "/_ilm/policy/logs": {"logs": {"policy": {"phases": {"delete": {"min_age": "30d", "actions": {"delete": {}}}}}}},
    "/_plugins/_ism/explain/logs": {
        "logs-1": {"policy_id": "p", "enabled": True, "policy": {"default_state": "hot", "states": ISM_STATES}}
    },
}
STREAMS = {"resultType": "streams", "result": [{"stream": {"app": "shop", "host": "web1"}, "values": [["1796087996000000000", TOKEN]]}]}
MATRIX = {"resultType": "matrix", "result": [{"metric": {"host": "web1"}, "values": [[1796087996, "3"]]}]}
ROW = {"_msg": f"canary {TOKEN}", "_time": AT, "host": "web1", "operability_lines": "3", "operability_newest": AT, "operability_oldest": AT}
VALUES = {"message": f"canary {TOKEN}", "timestamp": AT, "source": "web1", "gl2_receive_timestamp": AT, "streams": ["1"]}
OF_GRAYLOG = [VALUES.get(name, "-") for name in Graylog(Connection(url="http://x"), Place(), FakeRunner()).fields]
STREAM = {"id": "1", "title": "Shop", "index_set_id": "set-1", "disabled": True}
USUAL: dict[str, dict[str, t.Any]] = {
    "victorialogs": {
        "/health": "OK",
        "/select/logsql/query": ROW,
        "/select/tenant_ids": [{"account_id": 3, "project_id": 4}],
        "/metrics": 'vl_storage_is_read_only{path="/x"} 1\nflag{name="retentionPeriod", value="7d", is_set="false"} 1\n',
    },
    "opensearch": {**INDEX, "/": OPEN},
    "elasticsearch": {**INDEX, "/": ELASTIC},
    "loki": {
        "/ready": "ready",
        "/loki/api/v1/query_range": {"status": "success", "data": STREAMS},
        "/loki/api/v1/labels": {"status": "success", "data": ["app", "host"]},
        "/config": CONFIG.format(period="31d", streams="\n  - period: 1d", enabled="true"),
        "/runtime_config": "overrides:\n  a:\n    retention_period: 1d\n",
    },
    "graylog": {
        "/api/": {"cluster_id": "1", "version": "6"},
        "/api/streams": {"streams": [STREAM]},
        "/api/search/messages": {"datarows": [OF_GRAYLOG]},
        "/api/search/aggregate": {"datarows": [["web1", 3, 1796087996000.0]]},
        "/api/system": {"is_processing": False},
        "/api/system/indexer/cluster/health": {"status": "red"},
        "/api/system/notifications": {"notifications": [{"type": "es_index_blocked"}]},
        "/api/system/indices/index_sets/set-1": index_set("set-1"),
    },
}
CALLS: tuple[t.Callable[[LogStore], object], ...] = (
    lambda store: store.ready(),
    lambda store: store.find([TOKEN], NOW.timestamp()),
    lambda store: store.find_elsewhere([TOKEN, "b" * 32], NOW.timestamp()),
    lambda store: store.flow("host", NOW.timestamp() - 60, NOW.timestamp()),
    lambda store: store.oldest(),
    lambda store: store.kept(),
)


def store_of(backend: str, changed: t.Mapping[str, t.Any]) -> LogStore:
    usual = {**USUAL[backend], **changed}

    def answer(_method: str, url: str, _options: object) -> Response:
        path = url.partition("?")[0].removeprefix("http://logs.example")
        found = usual.get(path, usual.get(path.replace("/logs/", "/").replace("/*/", "/")))
        text = found if isinstance(found, str) else as_json(found)
        kind = "application/stream+json" if path.endswith("logsql/query") else "application/json"
        return Response(200, {"content-type": kind}, text.encode("utf-8", "surrogatepass"), url, 0.1)

    class Everything(dict[str, t.Any]):
        def get(self, _path: str, _default: object = None) -> t.Any:
            return answer

    place = {"query": '{app="shop"}'} if backend == "loki" else {"stream": "Shop"} if backend == "graylog" else {"index": "logs"}
    return log_store(backend, {"url": "http://logs.example", **place}, FakeRunner(answers=Everything(any=1)))


def checked(found: object) -> None:
    """What comes of it is what the Protocol says."""
    if isinstance(found, dict):
        assert all(isinstance(name, str) and isinstance(one, Flow) and one.lines >= 0 for name, one in found.items())
        moments = [one.newest for one in found.values()]
    elif isinstance(found, list):
        lines = [one for one in found if isinstance(one, Stored)]
        assert all(TOKEN in line.text and isinstance(line.place, str) for line in lines) and all(
            isinstance(one, (Stored, str)) for one in found
        )
        moments = [line.moment for line in lines]
    else:
        assert found is None or isinstance(found, (float, Kept))
        moments = [found.seconds if isinstance(found, Kept) else t.cast("float | None", found)]
    assert all(moment is None or math.isfinite(moment) for moment in moments)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_usual_is_read(backend: str) -> None:
    assert [line.text.rpartition(" ")[2] for line in store_of(backend, {}).find([TOKEN], NOW.timestamp())] == [TOKEN]
    for call in CALLS[3:]:
        changed = {"/loki/api/v1/query_range": {"status": "success", "data": MATRIX}} if call is CALLS[3] and backend == "loki" else {}
        checked(call(store_of(backend, changed)))


@pytest.mark.parametrize("path_of", [(backend, path) for backend in BACKENDS for path in USUAL[backend]])
def test_a_store_that_answers_anything(path_of: tuple[str, str]) -> None:
    backend, path = path_of
    usual = USUAL[backend][path]
    odd = (
        texts(usual)
        if isinstance(usual, str)
        else st.one_of(documents(usual, *([MATRIX] if "range" in path else [])), answers(json.dumps(usual)))
    )

    @fuzz(15)
    @given(odd)
    def tried(answer: object) -> None:
        for call in CALLS:
            try:
                found = call(store_of(backend, {path: answer}))
            except CannotObserve:
                continue
            checked(found)

    tried()


@fuzz(200)
@given(st.one_of(texts("2026-11-25T06:00:00.123Z", "1796087996", "30d12h", "P1DT2H", *CONFIG.splitlines()), anything()))
def test_values_of_any_kind(value: object) -> None:
    for found in (log_values.moment_of(value), log_values.duration_of(value), log_values.iso_duration_of(value)):
        assert found is None or math.isfinite(found)
    assert all(isinstance(name, str) and isinstance(text, str) for name, text in log_values.flat(value).items())
    assert isinstance(loki_settings.settings_of(str(value)), loki_settings.Settings)
