# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marks of a deployment in Grafana: where it began and where it ended, with the verdict. PRIVATE to the collection."""

from __future__ import annotations

import html
import typing as t

from ...module_utils._clients.grafana import Grafana
from ...module_utils._finding import CannotObserve
from ...module_utils._http import Connection, public_url
from .._model.text import as_dict, escape
from .._running.requests_http import RequestsHttp
from . import metrics
from .files import PublishFailure
from .telling import verdict_words, verified_words

LONGEST_TAG = 100  # Grafana takes no longer one


class Annotation(t.NamedTuple):
    """What is marked. Times are milliseconds since 1970; one that begins where it ends is a moment."""

    begin: int
    end: int
    tags: tuple[str, ...]
    text: str


def of(record: t.Mapping[str, object], further_tags: t.Sequence[str] = ()) -> Annotation | None:
    """The mark of a run, None for one that is no begin and no end of a deployment."""
    run, judgement = as_dict(record.get("run")), as_dict(record.get("judgement"))
    phase, finished = run.get("phase"), metrics.timestamp(run.get("finished_at"))
    if phase not in ("pre", "post") or run.get("scope") == "batch" or finished is None:
        return None
    service, environment = metrics.identity(record)
    version, verdict = metrics.label(run.get("version")), metrics.label(judgement.get("verdict"))
    begin = (metrics.timestamp(run.get("started_at")) or finished) if phase == "pre" else _begun(record, run, finished)
    end = begin if phase == "pre" else finished
    parts = {"service": service, "environment": environment, "version": version, "phase": phase, "verdict": verdict}
    tags = ["operability", *(f"{name}:{value}" for name, value in parts.items() if value), *(metrics.label(tag) for tag in further_tags)]
    when = "before the deployment" if phase == "pre" else "after the deployment"
    what = f"{service} {version}".strip()
    text = f"{what} in {environment}: {verdict_words(judgement)} {when}, {verified_words(judgement)}"
    notes = [note for note, there in (("emergency", run.get("emergency")), ("partial", run.get("partial"))) if there]
    text += f" ({', '.join(notes)})" if notes else ""
    # Grafana shows it as HTML
    return Annotation(round(begin * 1000), round(end * 1000), tuple(tag[:LONGEST_TAG] for tag in tags), html.escape(escape(text, 500)))


def _begun(record: t.Mapping[str, object], run: t.Mapping[str, object], finished: float) -> float:
    """When the gate before this deployment looked; the end of this run where there was none."""
    before = as_dict(as_dict(record.get("gates")).get("pre"))
    at = metrics.timestamp(before.get("at"))
    same = run.get("version") is not None and before.get("version") == run.get("version")
    return at if same and at is not None and at <= finished else finished


def writer(connection: Connection, mark: Annotation) -> t.Callable[[], str]:
    """What marks it, unless it is marked already; returns Grafana's address. PublishFailure, GrafanaFailure."""

    def write() -> str:
        try:
            grafana = Grafana(connection, RequestsHttp())
        except CannotObserve as exc:
            raise PublishFailure(exc.message) from None
        if not grafana.annotated(*mark):
            grafana.annotate(*mark)
        return public_url(connection.url)

    return write


__all__ = ("Annotation", "of", "writer")
