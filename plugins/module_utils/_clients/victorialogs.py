# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VictoriaLogs as a log store: LogsQL over HTTP, single node, cluster or behind vmauth. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._http import Connection
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .log_days import FIRST_LOGS
from .log_store import Flow, Kept, Place, Stored
from .log_values import around, as_moment, cut, duration_of, holding, host_of, moment_of
from .log_wire import SKEW, LogServer, Refused, gather, look_on, not_in, too_many_values

QUERY = "/select/logsql/query"
TENANTS = 20  # other tenants that are looked into
INSTANCES = 10_000
QUICK = 10.0  # seconds for what is only looked for because something is amiss
LONG_AGO = 400 * 86_400.0
_OURS = ("_msg", "_time", "_stream", "_stream_id")
_METRIC = re.compile(r"^(vl_storage_is_read_only|flag)\{([^\n]*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\\n]|\\.)*)"')
Rows = list[dict[str, object]]


class VictoriaLogs:
    """A log store behind the Protocol LogStore. ``place.tenant`` is ``AccountID:ProjectID``, ``place.query`` a filter without pipes."""

    def __init__(self, connection: Connection, place: Place, runner: Runner) -> None:
        base = connection.url.rstrip("/")
        for end in ("/select/logsql", "/select/vmui", "/select"):
            base = base.removesuffix(end)
        self.place, self.runner = place, runner
        self.server = LogServer("VictoriaLogs", base, connection, runner)
        if place.tenant:
            self.server = self._of_tenant(place.tenant)
        self.name = self.server.name
        self.message_field = place.message_field or "_msg"

    @property
    def tenant(self) -> str:
        """The tenant that is asked."""
        given = {name.lower(): value for name, value in self.server.connection.headers.items()}
        return f"{given.get('accountid') or 0}:{given.get('projectid') or 0}"

    # -- the instrument itself

    def ready(self) -> list[Message]:
        if not re.fullmatch(r"\d{1,10}:\d{1,10}", self.tenant):
            said = phrase("{tenant:path} is no tenant of VictoriaLogs, which are two numbers: AccountID:ProjectID", tenant=self.tenant)
            raise self.server.trouble(said)
        self.server.get("/health", light=True, missing=range(300, 600))
        now = self._now()
        self._rows(self.server, "*", query=self.place.query, start=now - 1, end=now, limit=1)
        return [
            phrase(
                "{server} takes no more lines: its disk is full, and {path:path} is read-only", server=self.name, path=labels.get("path")
            )
            for name, labels, value in self._metrics()
            if name == "vl_storage_is_read_only" and value == "1"
        ]

    # -- lines

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        return self._find(self.server, self.message_field, tokens, since - SKEW, self.place.query)

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        return look_on((self._astray_here, self._at_another_time, self._in_other_tenants), tokens, since)

    def _astray_here(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """In any field of the tenant, whatever the query of the place says."""
        try:
            lines = self._find(self.server, "*", tokens, since - SKEW, None)
        except Refused:  # older than 1.46
            lines = self._find(self.server, "_msg", tokens, since - SKEW, None)
        hit = [token for token in tokens if any(token in line.text for line in lines)]
        inside = {(line.text, line.moment) for line in self.find(hit, since)} if hit else set()
        return [dataclasses.replace(line, astray=self._why(line)) for line in lines if (line.text, line.moment) not in inside]

    def _why(self, line: Stored) -> Message:
        if line.field == self.message_field:
            return phrase("the query {query} does not match it", query=self.place.query or "*")
        return phrase("it stands in the field {field:path}, not in {wanted:path}", field=line.field, wanted=self.message_field)

    def _at_another_time(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        lines = self._find(self.server, self.message_field, tokens, since - LONG_AGO, self.place.query, QUICK)
        return [
            dataclasses.replace(line, astray=phrase("it lies under the time {moment:moment}", moment=as_moment(line.moment)))
            for line in lines
            if line.moment is None or line.moment < since - SKEW
        ]

    def _in_other_tenants(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        everyone = self.server.with_headers({"AccountID": "", "ProjectID": ""})
        times = {"start": f"{since - SKEW:.3f}", "end": f"{self._now() + SKEW:.3f}"}
        listed = everyone.json(everyone.get("/select/tenant_ids", times, timeout=QUICK))
        names = (
            [f"{one.get('account_id')}:{one.get('project_id')}" for one in listed if isinstance(one, dict)]
            if isinstance(listed, list)
            else []
        )
        found: list[Stored] = []
        for tenant in [name for name in names if name != self.tenant][:TENANTS]:
            left = not_in(found, tokens)
            if not left:
                break
            said = phrase("it lies in the tenant {other:path}, not in {tenant:path}", other=tenant, tenant=self.tenant)
            lines = self._find(self._of_tenant(tenant), "_msg", left, since - SKEW, None, QUICK)
            found += [dataclasses.replace(line, place=tenant, astray=said) for line in lines]
        return found

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        counting = f"* | stats by ({_quoted(by)}) count() operability_lines, max(_time) operability_newest | limit {INSTANCES + 1}"
        rows = self._rows(self.server, counting, query=self.place.query, start=since, end=until)
        if len(rows) > INSTANCES:
            raise self.server.trouble(too_many_values(self.name, by, INSTANCES))
        try:
            counted = {str(row.get(by, "")): Flow(int(str(row["operability_lines"])), moment_of(row["operability_newest"])) for row in rows}
        except (KeyError, ValueError):
            raise self.server.nonsense() from None
        return {instance: flow for instance, flow in counted.items() if flow.lines}

    def oldest(self) -> float | None:
        rows = self._rows(self.server, "* | stats min(_time) operability_oldest", query=self.place.query)
        return moment_of(rows[0].get("operability_oldest")) if rows else None

    def filled(self, step: float) -> list[float]:
        counting = f"* | stats by (_time:{int(step)}s) count() operability_lines"
        rows = self._rows(self.server, counting, query=self.place.query, start=FIRST_LOGS, end=self._now() + SKEW)
        moments = [moment_of(row.get("_time")) for row in rows if str(row.get("operability_lines", "0")) != "0"]
        return [moment for moment in moments if moment is not None]

    # -- how long

    def kept(self) -> Kept | None:
        flags = {labels.get("name", ""): labels.get("value", "") for name, labels, _value in self._metrics() if name == "flag"}
        given = flags.get("retentionPeriod")
        if given is None or flags.get("storageNode"):
            return None  # behind a gateway that does not show it, or before storage nodes that have a retention each
        seconds = float(given) * 31 * 86_400 if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", given) else duration_of(given)
        if seconds is None:
            raise self.server.trouble(phrase("{server} has a retention that cannot be read: {given}", server=self.name, given=given[:80]))
        sooner = None
        for flag in ("retention.maxDiskSpaceUsageBytes", "retention.maxDiskUsagePercent"):
            if flags.get(flag) not in (None, "", "0"):
                sooner = phrase("it drops its oldest days when its disk is fuller than -{flag}={value}", flag=flag, value=flags[flag])
        return Kept(seconds, phrase("-retentionPeriod={given} of {server}", given=given, server=self.name), sooner)

    def _metrics(self) -> list[tuple[str, dict[str, str], str]]:
        """Its own metrics that are of use here; none where a gateway does not show them, or shows those of another product."""
        response = self.server.get("/metrics", missing=range(300, 600), timeout=QUICK)
        text = response.text if response.status == 200 else ""
        if not re.search(r"^vl_\w+[{ ]", text, re.MULTILINE):  # of VictoriaMetrics, say: its flags have the same names
            return []
        return [
            (name, {key: value.replace("\\\\", "\\") for key, value in _LABEL.findall(labels)}, value)
            for name, labels, value in _METRIC.findall(text)
        ]

    # -- the wire

    def _of_tenant(self, tenant: str) -> LogServer:
        account, _colon, project = tenant.partition(":")
        return self.server.with_headers({"AccountID": account.strip(), "ProjectID": project.strip() or "0"})

    def _now(self) -> float:
        return self.runner.now().timestamp()

    def _find(
        self, server: LogServer, field: str, tokens: t.Sequence[str], start: float, query: str | None, timeout: float = 30.0
    ) -> list[Stored]:
        def search(wanted: list[str], most: int) -> tuple[list[Stored], bool]:
            name = "*" if field == "*" else _quoted(field)
            words = ",".join(map(json.dumps, wanted))
            end = self._now() + SKEW
            rows = self._rows(server, f"{name}:contains_any({words})", timeout, query=query, start=start, end=end, limit=most)
            return [line for row in rows if (line := self._stored(row, wanted))], len(rows) >= most

        return gather(self.server, tokens, search)

    def _stored(self, row: dict[str, object], tokens: t.Sequence[str]) -> Stored | None:
        fields = {str(name): str(value) for name, value in row.items()}
        field = holding(fields, tokens, (self.message_field, "_msg"))
        if field is None:
            return None
        return Stored(
            text=around(fields[field], tokens),
            moment=moment_of(fields.get(self.place.time_field or "_time")),
            host=host_of(fields, self.place.host_field),
            place=self.tenant,
            fields=cut(fields, (field, *_OURS)),
            field=field,
        )

    def _rows(self, server: LogServer, text: str, timeout: float = 30.0, *, query: str | None, **asked: float) -> Rows:
        """The objects of an answer, one a line. CannotObserve where one of them is none: the answer broke off."""
        numbers = {name: str(value) if name == "limit" else f"{value:.3f}" for name, value in asked.items()}
        given = {"query": text, "extra_filters": query, "allow_partial_response": "0", **numbers}
        response = server.post_form(QUERY, given, timeout=timeout)
        if response.looks_like_html:
            raise server.trouble(phrase("{server} answered with a web page instead of lines (a login page?)", server=server.name))
        if "json" not in response.headers.get("content-type", "").lower():
            raise server.nonsense()
        rows: Rows = []
        for line in response.body.split(b"\n"):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                said = one_line(line.decode("utf-8", "replace"), 200)
                raise server.trouble(phrase("{server} broke off its answer: {said}", server=server.name, said=said))
            rows.append(row)
        return rows


def _quoted(field: str) -> str:
    return json.dumps(field)


__all__ = ("VictoriaLogs",)
