# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every alert of a service leads to a page that answers and says what to do at that alert. PRIVATE to the collection."""

from __future__ import annotations

import fnmatch
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec, server_spec
from .._clients.document import Document, Reading, form_of
from .._clients.links import MAX_PAGE, Asking, Verdict, ask_all, of_fragment, split_fragment
from .._clients.prometheus_alerting import AlertingPrometheus
from .._exchange import HttpOptions
from .._finding import CannotObserve, Finding, Status, worst
from .._http import Connection, ServerArguments, public_url
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._alert_named import ELSEWHERE, IN_LINK, NOWHERE, where_named
from ._alert_told import NAMES_ALONE, NOTHING_TOLD, REMOVED, RULES, told
from ._chosen_alerts import choose
from ._document_source import PAGES_SPEC
from ._report import Report
from ._runbook_addresses import Address, addresses_of

WHERE = "controller"
TIMEOUT = 120.0
SETTLES = True
_ACCESS: Spec = {
    **{name: about for name, about in http_spec().items() if name != "url"},
    "hosts": {"type": "list", "elements": "str", "required": True},
}
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "rules_url": {"type": "str"},
    "probe_query": {"type": "str"},
    "match": {"type": "dict"},
    "must_include": {"type": "list", "elements": "str", "default": []},
    "annotation": {"type": "list", "elements": "str", "default": ["runbook_url"]},
    "without_runbook": {"type": "list", "elements": "str", "default": []},
    "page_access": {"type": "list", "elements": "dict", "default": [], "options": _ACCESS},
    **PAGES_SPEC,
}
DURATIONS = ("link_timeout",)
_SECONDS = 10.0


class Access(HttpOptions):
    """Credentials for pages of some hosts."""

    hosts: list[str]


class Arguments(ServerArguments):
    url: str
    rules_url: str | None
    probe_query: str | None
    match: dict[str, object] | None
    must_include: list[str]
    annotation: list[str]
    without_runbook: list[str]
    page_access: list[Access]
    link_timeout: float
    soft_404: list[str]
    login_page: list[str]


def run(args: Arguments, runner: Runner) -> Finding:
    match = {str(name): str(value) for name, value in (args["match"] or {}).items()}
    if not match and not args["must_include"]:
        raise ArgumentsRefused(["match or must_include has to say which alerts are the service's"])
    if not args["annotation"]:
        raise ArgumentsRefused(["annotation is empty: it names the annotations that have the address of the runbook"])
    server = AlertingPrometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    rules, _now = server.rules()
    report = Report()
    alerts = choose(server, rules, match, args["must_include"], report)
    found = [(Status.FAIL, message) for message in report.fails]
    left = [alert for alert in alerts if any(fnmatch.fnmatchcase(alert.name, pattern) for pattern in args["without_runbook"])]
    looked_at = [alert for alert in alerts if alert not in left]
    addresses = addresses_of(server, looked_at, args["annotation"], match)
    found += addresses.said
    pages = _Pages(args, runner)
    found += pages.judged(addresses.found)
    if alerts and not looked_at:
        found.append((Status.FAIL, phrase("every alert of the service is left out (without_runbook)")))
    return _finding(args, match, [alert.name for alert in looked_at], sorted({alert.name for alert in left}), addresses.found, found)


class _Pages:
    """The pages of the addresses, each of which is asked for and read once."""

    def __init__(self, args: Arguments, runner: Runner) -> None:
        self.runner = runner
        more = [(frozenset(host.lower() for host in one["hosts"]), Connection.from_args(one)) for one in args["page_access"]]
        self.asking = Asking(Connection(), frozenset(), args["link_timeout"], args["soft_404"], args["login_page"], more)

    def judged(self, addresses: t.Sequence[Address]) -> list[tuple[Status, Message]]:
        split = {one: split_fragment(one.url) for one in addresses}
        verdicts = ask_all([url for url, _fragment in split.values()], self.asking, self.runner)
        read: dict[str, Document | Message] = {}
        out: list[tuple[Status, Message]] = []
        with Reading() as reading:
            for one, (url, fragment) in split.items():
                if url not in read and verdicts[url].is_alive:
                    read[url] = self._read(url, verdicts[url], reading)
                said = _of_address(one, fragment, verdicts[url], read.get(url))
                if said:
                    out.append(said)
        return out

    def _read(self, url: str, verdict: Verdict, reading: Reading) -> Document | Message:
        answer = verdict.answer
        if answer is None:
            return phrase("it is no page")
        try:
            kind = answer.headers.get("content-type", "")
            form = form_of(url, "html" if answer.looks_like_html else kind)
            return reading.read(answer.body, form, self.runner.remaining(_SECONDS), MAX_PAGE)
        except CannotObserve as exc:
            return exc.message


def _of_address(one: Address, fragment: str, page: Verdict, document: Document | Message | None) -> tuple[Status, Message] | None:
    """What is wrong with the page of an alert; None when nothing is."""
    where = public_url(one.url)
    if isinstance(document, Document) and document.form != "html":
        gone = fragment and not document.has_anchor(fragment)
        verdict = Verdict("dead", phrase("the page {url:path} has no anchor #{anchor:path}", url=where, anchor=fragment)) if gone else page
    else:
        verdict = of_fragment(split_fragment(one.url)[0], page, fragment)
    if verdict.state == "dead":
        return Status.FAIL, phrase("{alert}: its runbook is dead: {why}", alert=one.alert, why=verdict.why)
    if verdict.state == "unknown":
        return Status.UNKNOWN, phrase("{alert}: its runbook cannot be judged: {why}", alert=one.alert, why=verdict.why)
    if not isinstance(document, Document):
        said = phrase(
            "{alert}: its runbook {url:path} cannot be read: {why}", alert=one.alert, url=where, why=document or phrase("it is no page")
        )
        return Status.UNKNOWN, said
    found = where_named(one.alert, document, fragment)
    if found == NOWHERE and page.answer is not None and page.answer.cut:
        said = phrase(
            "{alert}: its runbook {url:path} is longer than {most:bytes}, and what was read does not name it",
            alert=one.alert,
            url=where,
            most=MAX_PAGE,
        )
        return Status.UNKNOWN, said
    if found == NOWHERE:
        return Status.FAIL, phrase("{alert}: its runbook {url:path} answers, and does not name it", alert=one.alert, url=where)
    if found == ELSEWHERE:
        said = phrase(
            "{alert}: its runbook {url:path} leads to a section that does not name it (another one does)", alert=one.alert, url=where
        )
        return Status.FAIL, said
    if found == IN_LINK:
        return Status.WARN, phrase("{alert}: its runbook {url:path} names it in links to other pages only", alert=one.alert, url=where)
    return _of_told(told(one.alert, document, fragment), one.alert, where)


def _of_told(said: str, alert: str, where: str) -> tuple[Status, Message] | None:
    if said == NOTHING_TOLD:
        return Status.FAIL, phrase("{alert}: its runbook {url:path} names it, and does not say what to do", alert=alert, url=where)
    if said == NAMES_ALONE:
        return Status.WARN, phrase(
            "{alert}: its runbook {url:path} lists names of alerts, and does not say what to do", alert=alert, url=where
        )
    if said == RULES:
        return Status.WARN, phrase(
            "{alert}: its runbook {url:path} shows the rule of the alert, and does not say what to do", alert=alert, url=where
        )
    if said == REMOVED:
        return Status.UNKNOWN, phrase(
            "{alert}: its runbook {url:path} says that this alert was removed: is it still right?", alert=alert, url=where
        )
    return None


def _finding(
    args: Arguments,
    match: t.Mapping[str, str],
    alerts: t.Sequence[str],
    left: t.Sequence[str],
    addresses: t.Sequence[Address],
    defects: t.Sequence[tuple[Status, Message]],
) -> Finding:
    status = worst(one for one, _said in defects) or Status.PASS
    names = sorted(set(alerts))
    pages = sorted({split_fragment(one.url)[0] for one in addresses})
    if defects:
        worst_first = sorted(defects, key=lambda one: one[0] != status)
        message = and_more([said for _status, said in worst_first])
    else:
        message = plural(
            "{count:number} alert leads to a page that answers and names it",
            "{count:number} alerts lead to pages that answer and name them",
            count=len(names),
        )
        if left:
            message = phrase("{said}; left out (without_runbook): {alerts:list}", said=message, alerts=list(left))
    return Finding(
        status,
        message,
        observed={"alerts": names, "pages": [public_url(url) for url in pages], "left_out": list(left)},
        expected={"match": dict(match), "must_include": args["must_include"], "annotation": args["annotation"]},
        absent=not alerts or None,
        details=[said for _status, said in defects],
    )


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "SETTLES", "TIMEOUT", "WHERE", "run")
