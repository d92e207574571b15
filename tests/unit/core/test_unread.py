# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every key of the schemas is read by something, or stands in the list of those that are not; and users are told of these.

How it is found out: for each key a file is made that declares it, and plans are made of it in each phase. A mapping that records who asks
it for what stands for the file's data. A key that was asked for by its name is read. One that was only copied along with all others (into
the arguments of a check, a rule, a waiver) is read if its name occurs by itself in the sources, as a text or an attribute.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import functools
import json
import pathlib
import re
import sys
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.plugin_utils._described import policy as _policy
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import (
    SCHEMAS,
    Document,
    Refused,
    dotted,
    unresolved,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Description
from ansible_collections.operability.readiness.plugins.plugin_utils._described.unread import UNASKED, UNREAD
from ansible_collections.operability.readiness.plugins.plugin_utils._described.version import collection_version
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import declared as _declared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import plan as _plan
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import debt as _debt
from unit.core.described import describe, document, plan, plan_of, problems_of, templates

PLUGINS = pathlib.Path(__file__).resolve().parent.parent.parent.parent / "plugins"
Path = tuple[t.Union[str, int], ...]
Schema = dict[str, t.Any]

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {hours: 24x7, rpo: 24h, rto: 4h, availability: 0.99}
parts:
  web:
    units: [{name: payments.service}]
    scrape: [{job: payments, port: 8080}]
    logs: [{file: /var/log/payments/app.json}, {syslog: payments, using: lines}]
    backups: [{tool: restic, repository: /srv/restic, scheduled_by: {timer: x, every: 24h}, second_copy: {repository: /srv/other},
       restore: {scratch: /s, record: /r.json}}]
    support: payments
endpoints: [{url: "https://payments.example/health", version: {url: /info}}]
flows: [{to: "ldap.example:636"}]
alerts: {match: {service: payments}, must_include: [PaymentsDown]}
dashboards: [{uid: payments}]
classic_monitoring: {services: [http]}
documents: {runbook: {path: docs/runbook.md}}
delivery:
  rollback_check: {command: [/bin/back]}
  version_check: {command: [/bin/version, "{version}"]}
  version_series: up
  reports: [r.xml]
availability: {series: up, using: prometheus}
policy: {add: [vsr]}
"""
ORGANISATION = """\
schema_version: 1
servers:
  prometheus: {kind: prometheus, url: "http://prometheus.example:9090"}
  alertmanager: {kind: alertmanager, url: "http://alertmanager.example:9093"}
  boards: {kind: grafana, url: "http://grafana.example:3000"}
  store: {kind: file, search: "/var/log/central/*.log", default: true}
  lines: {kind: opensearch, url: "http://opensearch.example:9200"}
  nagios: {kind: nagios, status_file: /var/lib/nagios4/status.dat}
chains:
  payments: [{tier: N1, contact: desk@payments.example, hours: 24x7, response: 15m}]
"""
# a name where the schema takes any, so that what is below it belongs to something that is asked
NAMES = {
    "parts": "web",
    "servers": "prometheus",
    "chains": "payments",
    "mode.environments": "production",
    "mode.levels": "A",
    "mode.services": "payments",
    "ratchet.environments": "production",
    "ratchet.levels": "A",
    "ratchet.services": "payments",
    "policy.requirements": "MON-07",
    "requirements": "MON-07",
    "approvers": "blocker",
    "defaults.responsible": "backups",
    "defaults.with": "host_capacity",
    "baseline.tolerances": "http_latency_seconds",
    "dashboards.0.variables": "service",
}
# keys of servers that are not Prometheus
PLACE = ("query", "index", "stream", "tenant", "message_field", "time_field", "host_field")
OF_OTHER_SERVERS = {
    "search": "store",
    "on": "store",
    "status_file": "nagios",
    "object_cache_file": "nagios",
    **dict.fromkeys(PLACE, "lines"),
}
OVER_THE_NETWORK = ("to", "protocol", "rfc", "framing")
OVER_HTTP = ("http", "payload", "content_type", "headers", "url_username", "url_password", "bearer_token", "validate_certs", "ca_path")
OVER_HTTP += ("client_cert", "client_key", "server_name")
# what must stand beside a key (or within a mapping), so that it means something, where what the schema requires is not enough
BESIDE: dict[str, dict[str, t.Any]] = {
    "decisions": {"required": ["pre", "post", "recheck"]},
    "removed.0": {"version": "1"},
    "waivers.0": {"service": "payments", "requirement": "BKP-01", "until": "2027-01-01"},
    "attestations.0": {
        **{"service": "payments", "requirement": "SUP-04", "result": "positive", "date": "2026-11-20", "until": "2027-01-31"},
        "evidence": [{"path": "evidence.txt", "sha256": "a" * 64}],
    },
    "requirements.MON-07.check": {"title": "x"},
    "requirements.MON-07.approved_by": {"not_applicable": "x"},
    "requirements.MON-07.until": {"not_applicable": "x"},
    "requirements.MON-07.from": {"not_applicable": "x", "approved_by": "x", "until": "2027-01-01"},
    "signals": {"traffic": "requests_total"},
    "servers.prometheus": {"kind": "prometheus", "url": "http://x.example"},
    "servers.store": {"kind": "file", "default": True},
    "servers.lines": {"kind": "opensearch", "url": "http://x.example"},
    **{f"parts.web.logs.0.{key}": {"syslog": "x", "to": "log1:514"} for key in OVER_THE_NETWORK},
    **{f"parts.web.logs.0.{key}": {"http": "http://x.example", "payload": "{line}"} for key in OVER_HTTP},
    **{f"parts.web.logs.0.{key}": {"using": "lines"} for key in ("query", "index", "stream")},
    "parts.web.logs.0.socket": {"syslog": "x"},
    "parts.web.logs.0.probe": {"canary": "probe"},
    "parts.web.logs.0.logrotate_config": {"after_rotation": True},
    "servers.nagios": {"kind": "nagios", "status_file": "/x"},
}
# what hides a key, and is taken away so that it is seen: in which file, and where
ENDPOINTS: tuple[str, Path] = ("service", ("endpoints",))
FILE: tuple[str, Path] = ("service", ("parts", "web", "logs", 0, "file"))
HIDDEN_BY: dict[str, list[tuple[str, Path]]] = {
    "commitments.dima": [("service", ("commitments", "rto"))],
    "commitments.dmia": [("service", ("commitments", "rto"))],
    "commitments.pdma": [("service", ("commitments", "rpo"))],
    "delivery.version_check": [ENDPOINTS, ("service", ("delivery", "version_series"))],
    "delivery.version_label": [ENDPOINTS],
    "delivery.version_series": [ENDPOINTS],
    "endpoints.0.tls": [("service", ("endpoints", 0, "url"))],
    "parts.web.logs.0.journald": [FILE],
    "parts.web.logs.0.syslog": [FILE],
    **{f"parts.web.logs.0.{key}": [FILE] for key in ("socket", *OVER_THE_NETWORK, *OVER_HTTP)},
    "parts.web.scrape.0": [("organisation", ("servers", "prometheus")), ("service", ("classic_monitoring",))],
}
AT_ONCE = 40  # files with all keys, before those that nobody asked for are tried alone


class Recording(dict[str, t.Any]):
    """A mapping that remembers which of its keys were asked for by name, and which were copied with all others."""

    def __init__(self, data: t.Mapping[str, t.Any], path: Path, asked: set[Path], copied: set[Path]) -> None:
        super().__init__({key: record(value, (*path, key), asked, copied) for key, value in data.items()})
        self.path, self.asked, self.copied = path, asked, copied
        self.copying: list[str] = []

    def _ask(self, key: str) -> None:
        if self.copying and key == self.copying[0]:  # whoever copies a mapping asks for its keys, and then for each
            del self.copying[0]
        else:
            self.asked.add((*self.path, key))

    def __getitem__(self, key: str) -> t.Any:
        self._ask(key)
        return super().__getitem__(key)

    def get(self, key: str, default: t.Any = None) -> t.Any:
        self._ask(key)
        return super().get(key, default)

    def pop(self, key: str, *default: t.Any) -> t.Any:
        self._ask(key)
        return super().pop(key, *default)

    def __contains__(self, key: object) -> bool:
        self._ask(str(key))
        return super().__contains__(key)

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.keys())

    def keys(self) -> t.Any:
        self.copying = list(super().keys())
        self.copied.update((*self.path, key) for key in self.copying)
        return list(self.copying)

    def items(self) -> t.Any:
        self._walk(sys._getframe(1))
        return list(super().items())

    def values(self) -> t.Any:
        self._walk(sys._getframe(1))
        return list(super().values())

    def _walk(self, caller: types.FrameType) -> None:
        if caller.f_code is not unresolved.__code__:  # that a value is no template says nothing of who reads it
            self.copied.update((*self.path, key) for key in dict.keys(self))

    def __deepcopy__(self, memo: t.Any) -> t.Any:
        return copy.deepcopy({key: dict.__getitem__(self, key) for key in dict.keys(self)}, memo)


def record(value: t.Any, path: Path, asked: set[Path], copied: set[Path]) -> t.Any:
    if isinstance(value, dict):
        return Recording(value, path, asked, copied)
    return [record(item, (*path, index), asked, copied) for index, item in enumerate(value)] if isinstance(value, list) else value


# -- the keys of a schema, and a value for each


def resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]], **{key: item for key, item in schema.items() if key != "$ref"}}
    return schema


class Key(t.NamedTuple):
    """A place where a key may stand, its schema, and those of the mappings around it."""

    path: Path
    schema: Schema
    around: tuple[tuple[Path, Schema], ...]


def keys(schema: Schema, root: Schema, path: Path = (), around: tuple[tuple[Path, Schema], ...] = ()) -> t.Iterator[Key]:
    """Every key with a place where it may stand."""
    schema = resolved(schema, root)
    if "properties" in schema:
        around = (*around, (path, schema))
    for key, item in (schema.get("properties") or {}).items():
        other = OF_OTHER_SERVERS.get(key) if path == ("servers", "prometheus") else None
        if other:
            yield Key(("servers", other, key), resolved(item, root), (*around[:-1], (("servers", other), schema)))
            continue
        yield Key((*path, key), resolved(item, root), around)
        yield from keys(item, root, (*path, key), around)
    if isinstance(schema.get("additionalProperties"), dict):
        name = NAMES.get(".".join(map(str, path)))
        if name:
            yield from keys(schema["additionalProperties"], root, (*path, name), around)
    if "items" in schema:
        yield from keys(schema["items"], root, (*path, 0), around)
    for word in ("anyOf", "oneOf"):
        for item in schema.get(word) or []:
            yield from keys(item, root, path, around)


def sample(schema: Schema, root: Schema) -> t.Any:
    schema = resolved(schema, root)
    for word in ("examples", "enum"):
        if schema.get(word):
            return copy.deepcopy(schema[word][0])
    if "const" in schema:
        return schema["const"]
    if schema.get("default") not in (None, [], {}):
        return copy.deepcopy(schema["default"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return sample(schema[word][0], root)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    pattern = schema.get("pattern", "")
    text = "2026-12-31" if r"\d{4}" in pattern else "1d" if "ms|s|m" in pattern else "x"
    if kinds[0] == "object":
        return {key: sample(item, root) for key, item in (schema.get("properties") or {}).items()} or {"x": "x"}
    return {"array": ["x"], "string": text, "integer": 1, "number": 1, "boolean": True}[kinds[0]]


def declaring(wanted: t.Sequence[Key], root: Schema, base: Schema) -> Schema:
    """The file with these keys, and what must stand beside each."""
    data = copy.deepcopy(base)
    for key in wanted:
        for path, schema in key.around:
            mapping = at(data, path)
            for name, value in BESIDE.get(dotted(path), {}).items():
                if name in schema["properties"]:
                    mapping.setdefault(name, copy.deepcopy(value))
            for name in schema.get("required", ()):
                mapping.setdefault(name, sample(schema["properties"][name], root))
        mapping = at(data, key.path[:-1])
        mapping.update({name: value for name, value in BESIDE.get(dotted(key.path), {}).items() if name not in mapping})
        mapping.setdefault(str(key.path[-1]), sample(key.schema, root))
    return data


def at(data: t.Any, path: Path) -> dict[str, t.Any]:
    """The mapping at this place, made where there is none."""
    for index, step in enumerate(path):
        below: t.Any = [{}] if path[index + 1 : index + 2] == (0,) else {}
        if isinstance(data, list):
            if not isinstance(data[0], (dict, list)):
                data[0] = below
            data = data[0]
        else:
            if not isinstance(data.get(step), type(below)):
                data[step] = below
            data = data[step]
    return t.cast(dict[str, t.Any], data)


@functools.cache
def words() -> frozenset[str]:
    """Every text and every attribute that stands by itself in the sources, but for the list of what is not read."""
    found: set[str] = set()
    for file in PLUGINS.rglob("*.py"):
        if file.name in ("unread.py", "declarations.py"):  # they name keys, and read none
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    for file in PLUGINS.rglob("*.j2"):
        found.update(re.findall(r"\.(\w+)", file.read_text(encoding="utf-8")))
    return frozenset(found)


@functools.cache
def base_of(schema: str) -> Document:
    return document(SERVICE if schema == "service" else ORGANISATION, schema)


def how_read(wanted: t.Sequence[Key], root: Schema, schema: str) -> dict[Path, str]:
    """How each of these keys is read: by its name, with all others, or not (empty)."""
    asked: set[Path] = set()
    copied: set[Path] = set()
    data = {name: copy.deepcopy(base_of(name).data) for name in ("service", "organisation")}
    for key in wanted if len(wanted) == 1 else ():
        for prefix, places in HIDDEN_BY.items():
            for name, place in places if f"{dotted(key.path)}.".startswith(f"{prefix}.") else ():
                at(data[name], place[:-1]).pop(str(place[-1]), None)
    data[schema] = record(declaring(wanted, root, data[schema]), (), asked, copied)
    service, organisation = (dataclasses.replace(base_of(name), data=data[name]) for name in ("service", "organisation"))
    for phase in ("recheck", "post", "pre"):
        if asked.issuperset(key.path for key in wanted):
            break
        try:
            _debt.file_of(service, organisation)
            plan_of(describe(service, organisation, phase=phase, version="1"))
        except Refused:
            pass  # whoever refuses a value has read it
    out = {}
    for key in wanted:
        # what is handed on as a whole, as where to publish, is read where it goes to
        seen, mapping = asked | copied, key.path[:-1]
        holder = mapping
        while holder and isinstance(holder[-1], int):
            holder = holder[:-1]
        handed_on = holder in seen and all(path[:-1] != mapping for path in seen)
        known = str(key.path[-1]) in words()
        out[key.path] = "asked" if key.path in asked else "copied" if known and (key.path in copied or handed_on) else ""
    return out


def of_the_list(path: Path) -> str | None:
    """The entry of the list of what is not read that a key falls under."""
    for pattern in UNREAD:
        steps = pattern.split(".")
        if len(path) >= len(steps) and all(step in ("*", str(given)) for step, given in zip(steps, path)):
            return pattern
    return None


def readings_of(root: Schema, schema: str, wanted: t.Iterable[Key]) -> dict[Path, str]:
    unique = {key.path: key for key in wanted if "const" not in key.schema}
    todo, out = list(unique.values()), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_policy, "load", functools.cache(_policy.load))  # it is the same for each of them
        patch.setattr(_plan, "told", lambda *_: [])  # it looks for what nobody else reads
        for start in range(min(AT_ONCE, len(todo))):
            out.update(how_read(todo[start::AT_ONCE], root, schema))
        for path, how in out.items():
            if how != "asked":
                out[path] = how_read([unique[path]], root, schema)[path]
    return out


@functools.cache
def readings(schema: str) -> dict[Path, str]:
    root = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    return readings_of(root, schema, keys(root, root))


@pytest.mark.parametrize("schema", ["service", "organisation"])
def test_each_key_is_read_or_in_the_list(schema: str) -> None:
    found = readings(schema)
    assert len(found) > (300 if schema == "service" else 100)
    assert [dotted(path) for path, how in found.items() if not how and not of_the_list(path)] == [], (
        "read it, or name it in plugins/plugin_utils/_described/unread.py, so that users are told"
    )


def test_what_is_in_the_list_is_not_read() -> None:
    found = {**readings("organisation"), **readings("service")}
    assert [dotted(path) for path, how in found.items() if how == "asked" and of_the_list(path)] == []
    assert {of_the_list(path) for path in found} - {None} == set(UNREAD), "an entry of the list is no key of a schema"
    assert all(len(sentence) > 20 for sentence in (*UNREAD.values(), *UNASKED.values()))


@pytest.mark.parametrize("above", [("service",), ("parts", "web", "logs", 0), ("flows", 0), ("publish", "pushgateway"), ("waivers", 0)])
def test_a_key_that_nobody_reads_is_found(above: Path) -> None:
    root = json.loads((SCHEMAS / "service.schema.json").read_text(encoding="utf-8"))
    known = list(keys(root, root))
    beside = next(key for key in known if key.path[:-1] == above)
    new = Key((*above, "colour_of_it"), {"type": "string"}, beside.around)
    read = Key((*above, "url"), {"type": "string"}, beside.around)
    assert readings_of(root, "service", [new]) == {new.path: ""}
    assert (readings_of(root, "service", [read])[read.path] == "copied") == (above in {("publish", "pushgateway"), ("flows", 0)})


def test_a_kind_of_server_is_asked_or_in_the_list() -> None:
    root = json.loads((SCHEMAS / "service.schema.json").read_text(encoding="utf-8"))
    asked: set[str] = set()
    server = Description.server

    def watched(self: Description, kinds: tuple[str, ...], using: str | None = None) -> t.Any:
        asked.update(kinds)
        return server(self, kinds, using)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Description, "server", watched)
        for phase in ("pre", "post", "recheck"):
            plan(SERVICE, ORGANISATION, phase=phase, version="1")
    assert asked == set(root["$defs"]["server"]["properties"]["kind"]["enum"]) - set(UNASKED)


# -- what users are told


def notices(service: str, organisation: str = "schema_version: 1\n", phase: str = "smoke") -> list[str]:
    return [text for text in plan(service, organisation, phase=phase).notices if "not looked at" in text or "unknown key" in text]


BASE = "schema_version: 1\nservice: {name: payments, owner: team-payments, hosts: payments}\n"
WEB = BASE + "parts: {web: {backups: [{tool: restic, repository: /srv/restic}]}}\n"


def test_one_key_that_is_not_looked_at_is_told_with_its_line() -> None:
    assert notices(BASE + "platforms: {payments: plan}\n") == ["readiness.yml:3: platforms: declared, and not looked at by this version"]
    assert notices(BASE) == []


def test_several_stand_in_one_line_a_file() -> None:
    service = "schema_version: 1\nservice:\n  name: payments\n  owner: team-payments\n  hosts: payments\n"
    service += "  description: what is paid\n  solution_owner: Ana Costa\n"
    shared = "schema_version: 1\nplatforms: {a: b}\nservers:\n  p: {kind: prometheus, failover: [x], url: y}\n"
    shared += "  l: {kind: pushgateway, failover: [x]}\n"
    assert notices(service, shared) == [
        "readiness.yml: declared, and not looked at by this version: service.description (line 6), service.solution_owner (line 7)",
        "organisation.yml: declared, and not looked at by this version: platforms (line 2), servers.l (kind pushgateway) (line 5)",
    ]


def test_the_kind_of_a_service_is_told_unless_a_requirement_asks_for_it() -> None:
    service = BASE.replace("hosts: payments", "hosts: payments, kind: batch")
    assert notices(service + "signals: {traffic: x}\n") == [], "a batch need not have a latency"
    assert notices(service) == ["readiness.yml:2: service.kind: declared, and not looked at by this version"]
    assert notices(service + "policy: {requirements: {RUN-01: {applies_to: [daemon]}}}\n") == []


def test_a_backup_of_a_tool_without_a_check_is_told() -> None:
    assert notices(WEB.replace("restic, ", "tape, stanza: x, ")) == [
        "readiness.yml:3: parts.web.backups.0 (tool tape): declared, and not looked at by this version"
    ]


def test_what_a_template_will_say_is_not_looked_into() -> None:
    service = BASE + 'parts: "{{ parts }}"\nplatforms: "{{ platforms }}"\n'
    described = describe(document(service, resolve=templates()), "schema_version: 1\n")
    assert _declared.told(described, {}) == ["readiness.yml:4: platforms: declared, and not looked at by this version"]


def test_an_unknown_key_of_a_backup_is_told_for_a_version() -> None:
    told = notices(
        WEB.replace("restic, ", "restic, pattern: x, repositry: y, scheduled_by: {timer: x}, second_copy: {path: /x, rop: 1d}, ")
    )
    assert [text.partition(";")[0] for text in told] == [
        "readiness.yml:3: parts.web.backups.0.pattern: unknown key 'pattern'",
        "readiness.yml:3: parts.web.backups.0.repositry: unknown key 'repositry'",
        "readiness.yml:3: parts.web.backups.0.second_copy.path: unknown key 'path'",
        "readiness.yml:3: parts.web.backups.0.second_copy.rop: unknown key 'rop'",
    ]
    assert (
        f"did you mean 'repository'?; from version {_declared.CLOSED_FROM} on the file is refused for it; known here, for restic: "
        in told[1]
    )
    # an option that its check does not take was refused before where the check is planned, and still is
    refused = problems_of(lambda: plan(WEB.replace("restic, ", "restic, repositry: y, "), "schema_version: 1\n", phase="recheck"))
    assert refused == [] or "repositry" in refused[0]


def test_keys_of_a_backup_are_closed_when_their_time_has_come() -> None:
    def numbers(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split("-")[0].split("."))

    assert numbers(collection_version()) < numbers(_declared.CLOSED_FROM), (
        "close backups.N and second_copy in dev/schemas/service.yml, and take the notice out of _planning/declared.py"
    )


def test_each_tool_with_a_check_has_its_keys_in_the_schema() -> None:
    root = json.loads((SCHEMAS / "service.schema.json").read_text(encoding="utf-8"))
    known = set(root["$defs"]["part"]["properties"]["backups"]["items"]["properties"])
    assert set(_declared.OF_BACKUP) <= known and set(_declared.OF_SECOND_COPY) <= set(_declared.OF_BACKUP)
    assert {f"{tool}_backup" for tool in ("restic", "file")} <= set(CHECKS)
