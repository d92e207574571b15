# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""alert_runbooks. A real Prometheus with real rules, and a web server that answers as wikis do.

How it could pass without deserving it; each is a row below:

- the annotation is not there, empty, a label, of another name, no address, a path of a file;
- a template is asked for as it stands, or expanded with one series and not with the others, or with a label that no series has;
- the page does not answer, or answers 200 and is dead or a login (a few; all of them are rows of ``runbook``);
- the page answers, and is another alert's; it names the alert in its menu, in links or in a comment only; another name begins as this one;
- a plain word that is a name (Down) stands in the prose of every page;
- the page or section says nothing but the name: it is empty, TODO, a list of names, the rule itself; it says that the alert was removed;
- the page says in a sentence that nothing is written, or the cell of what to do is empty in the row of the alert;
- the address leads to a section of another alert in a page that names this one elsewhere;
- nothing is looked at: no alert of the service is loaded, all are left out, one that must be there is not;
- one of several rules of one name has no address;
- what cannot be seen: no Prometheus, a page longer than is read, credentials that belong to the Prometheus alone.
"""

from __future__ import annotations

import json
import time
import typing as t
import urllib.request

from nasty import Nasty
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World
from wiki import HOME, LOGIN, WORDS, Wiki, empty, page, plain, to

CHECK = "alert_runbooks"
MATCH = {"service": "payments"}
METRICS = """
# TYPE orders_queue_depth gauge
orders_queue_depth{queue="mail",owner="a"} 3
orders_queue_depth{queue="pay",owner="a"} 4
orders_queue_depth{queue="sms",owner="a"} 5
"""
DOWN = page("Payments down", "<h1>Payments down</h1>" + WORDS)
ALL = page(
    "Alerts of payments",
    "<h1>Alerts</h1><h2 id='paymentsdown'>PaymentsDown</h2><p>Restart it.</p>"
    "<h2 id='slow'>When it is slow</h2><p>PaymentsSlow: add workers.</p>"
    "<h2 id='full'>Full</h2><p>Empty it.</p>",
)
PAGES = {
    "/": HOME,
    "/down": DOWN,
    "/all": ALL,
    "/prose": page("Payments", "<h1>Payments</h1><p>When PaymentsDown rings, restart it.</p>" + WORDS),
    "/other": page("Payments slow", "<h1>Payments slow</h1>" + WORDS),
    "/longer": page("PaymentsDownstream", "<h1>PaymentsDownstream</h1>" + WORDS),
    "/menu": page("Runbooks", "<nav>PaymentsDown</nav><h1>Runbooks</h1><!-- PaymentsDown -->" + WORDS),
    "/index": page("Runbooks", "<h1>Runbooks</h1><ul><li><a href='/down'>PaymentsDown</a></li></ul>" + WORDS),
    "/is-down": page("Payments", "<h1>Payments</h1><p>The service is down when nothing answers.</p>" + WORDS),
    "/login-first": to("/login"),
    "/login": LOGIN,
    "/raw.md": plain("# Runbooks\n\n## PaymentsDown\n\nRestart it.\n", "text/markdown"),
    "/par1/mail": page("QueueDeep: mail", "<h1>QueueDeep</h1>" + WORDS),
    "/par1/pay": page("QueueDeep: pay", "<h1>QueueDeep</h1>" + WORDS),
    "/par1/sms": page("QueueDeep: sms", "<h1>QueueDeep</h1>" + WORDS),
    "/busy": lambda handler: empty(500),
    "/long": page("Long", WORDS * 1200 + "<h2>PaymentsDown</h2>"),
}
TABLE = (
    "<h1>Alerts</h1><table><tr><th>Alert</th><th>Severity</th><th>Action</th></tr><tr><td>PaymentsDown</td><td>critical</td><td>{}</td></tr>"
    "<tr><td>PaymentsSlow</td><td>low</td><td>Add workers, then wait.</td></tr></table>"
)
UNWRITTEN = (
    "Documentation for this alert is coming soon.",
    "No runbook exists for this alert yet.",
    "There is no documentation for PaymentsDown.",
    "Cette fiche reste à rédiger.",
    "Aucune consigne pour cette alerte.",
    "Describe here what to do.",
    "Click or tap here to enter text.",
)
NAMES = "<h1>Alerts</h1><ul><li>PaymentsDown</li><li>PaymentsSlow</li><li>PaymentsLost</li></ul><p>Ask the team of payments.</p>"
RULE = "<h1>Rules</h1><pre>groups:\n- name: payments\n  rules:\n  - alert: PaymentsDown\n    expr: up == 0\n    for: 5m\n</pre>"
EXTERNAL = "external_labels: {dc: par1}"


def rule(
    name: str, url: str | None, *, expr: str = "vector(0) > 1", labels: t.Mapping[str, str] | None = None, **annotations: str
) -> dict[str, t.Any]:
    """``url``: of the wiki when it begins with /."""
    given = {"summary": "it is bad", **annotations, **({} if url is None else {"runbook_url": url})}
    return {"alert": name, "expr": expr, "labels": {"severity": "page", **MATCH, **(labels or {})}, "annotations": given}


def loaded(
    *rules: dict[str, t.Any], pages: t.Mapping[str, t.Any] | None = None, metrics: str = "", **args: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        wiki = world.running.start(Wiki, {**PAGES, **(pages or {})})
        text = json.dumps({"groups": [{"name": "payments", "rules": list(rules)}]}).replace('"WIKI', f'"{wiki.url}')
        for name in ("runbook_url", "runbook"):
            text = text.replace(f'"{name}": "/', f'"{name}": "{wiki.url}/')
        config = f"global: {{scrape_interval: 1s, evaluation_interval: 1s, {EXTERNAL}}}\n"
        if metrics:
            exporter = world.running.start(NodeExporter, world.binaries)
            (exporter.textfile / "orders.prom").write_text(metrics)
            config += f"scrape_configs: [{{job_name: orders, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}]}}]\n"
        server = world.running.start(Prometheus, world.binaries, config=config, rules=text)
        if metrics:
            scraped(server.url)
        given = json.loads(json.dumps(args).replace("WIKI", f"127.0.0.1:{wiki.port}"))
        return {"url": server.url, "match": MATCH, **given}

    return arrange


def scraped(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        with urllib.request.urlopen(f"{url}/api/v1/query?query=count(orders_queue_depth)", timeout=10) as answer:
            if json.load(answer)["data"]["result"]:
                return
        if time.monotonic() > until:
            raise TimeoutError(url)
        time.sleep(0.2)


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row(CHECK, state, arrange, status, message)


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "match": MATCH}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "match": MATCH, "timeout": "3s"}


def no_rules(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Prometheus, world.binaries).url, "match": MATCH}


def needs_token(handler: t.Any) -> t.Any:
    return DOWN if handler.headers.get("Authorization") == "Bearer of-the-wiki" else empty(401)


def once() -> t.Callable[[t.Any], t.Any]:
    left = [ALL]
    return lambda _handler: left.pop() if left else empty(500)


TEMPLATE = "/{{ $externalLabels.dc }}/{{ $labels.queue }}"
DEEP = "orders_queue_depth > 100"
BOTH = (rule("PaymentsDown", "/down"), rule("PaymentsSlow", "/all#slow"))
ROWS = [
    row("each alert leads to its page or section", loaded(*BOTH), "pass", "2 alerts lead to pages that answer and name them"),
    row("the text of the page names it", loaded(rule("PaymentsDown", "/prose")), "pass", "1 alert leads"),
    row("the anchor names it", loaded(rule("PaymentsDown", "/all#paymentsdown")), "pass", "1 alert leads"),
    row(
        "a name with digits, as a heading writes it",
        loaded(rule("API5xxHigh", "/5xx"), pages={"/5xx": page("Wiki", "<h1>API 5xx high</h1>" + WORDS)}),
        "pass",
        "1 alert leads",
    ),
    row(
        "a name with other digits",
        loaded(rule("API5xxHigh", "/4xx"), pages={"/4xx": page("Wiki", "<h1>API 4xx high</h1>" + WORDS)}),
        "fail",
        "does not name it",
    ),
    row(
        "a page that names its own address alone",
        loaded(
            rule("PaymentsDown", "/asked"), pages={"/asked": page("Wiki", "<h1>Wiki</h1><p>You asked for /x/PaymentsDown.</p>" + WORDS)}
        ),
        "fail",
        "does not name it",
    ),
    row("the page itself is Markdown", loaded(rule("PaymentsDown", "/raw.md#paymentsdown")), "pass", "1 alert leads"),
    row(
        "one page for all is asked for once",
        loaded(rule("PaymentsDown", "/once"), rule("PaymentsSlow", "/once#slow"), pages={"/once": once()}),
        "pass",
        "2 alerts",
    ),
    row(
        "annotations of two names",
        loaded(rule("PaymentsDown", None, runbook="/down"), rule("PaymentsSlow", "/all#slow"), annotation=["runbook_url", "runbook"]),
        "pass",
        "2 alerts",
    ),
    row("a template that leads to three pages", loaded(rule("QueueDeep", TEMPLATE, expr=DEEP), metrics=METRICS), "pass", "1 alert leads"),
    row(
        "one that needs none",
        loaded(BOTH[0], rule("Watchdog", None, expr="vector(1)"), without_runbook=["Watch*"]),
        "pass",
        "left out .without_runbook.: Watchdog",
    ),
    row(
        "the wiki needs a token",
        loaded(
            rule("PaymentsDown", "/token"), pages={"/token": needs_token}, page_access=[{"hosts": ["WIKI"], "bearer_token": "of-the-wiki"}]
        ),
        "pass",
        "1 alert",
    ),
    *[
        row(
            f"a page that says what to do: {state}",
            loaded(rule("PaymentsDown", "/told"), pages={"/told": page("Wiki", body)}),
            "pass",
            "1 alert",
        )
        for state, body in (
            ("two words", "<h1>PaymentsDown</h1><p>Restart it.</p>"),
            ("a command", "<h1>PaymentsDown</h1><pre>systemctl restart payments</pre>"),
            ("a table", "<table><tr><th>Alert</th><th>What</th></tr><tr><td>PaymentsDown</td><td>Restart</td></tr></table>"),
            ("terms and what they mean", "<h1>Alerts</h1><dl><dt>PaymentsDown</dt><dd>Restart it.</dd><dt>X</dt><dd>Call us.</dd></dl>"),
            ("a link to the procedure", "<h1>Payments down</h1><ul><li><a href='/down'>Restart procedure</a></li></ul>"),
            ("its rule and a sentence", RULE.replace("Rules", "PaymentsDown") + "<p>Restart the unit payments.</p>"),
            ("something else was removed", "<h1>PaymentsDown</h1><p>Look whether the balancer was removed, then restart it.</p>"),
            ("a table with a column of what to do", TABLE.format("Restart")),
            ("there is no queue", "<h1>PaymentsDown</h1><p>No page is shown to customers. Restart it.</p>"),
            ("something is left to do", "<h1>PaymentsDown</h1><p>Restart it.</p><h2>History</h2><p>TODO</p>"),
        )
    ],
    *[
        row(
            f"a page that does not say what to do: {state}",
            loaded(rule("PaymentsDown", "/told"), pages={"/told": page("Wiki", body)}),
            "fail",
            "does not say what to do|answers with a heading and",
        )
        for state, body in (
            ("headings alone", "<h1>PaymentsDown</h1><h2>Mitigation</h2><p>PaymentsDown</p>"),
            ("its name in words", "<h1>Payments down</h1><p>PaymentsDown</p>"),
            ("TODO", "<h1>PaymentsDown</h1><p>PaymentsDown</p><h2>Mitigation</h2><p>TBD</p>"),
            ("to be written", "<h1>PaymentsDown</h1><h2>Mitigation</h2><p>PaymentsDown: to be completed</p>"),
            *[(text, f"<h1>PaymentsDown</h1><p>{text}</p>") for text in UNWRITTEN],
            ("a table whose column of what to do is empty", TABLE.format("")),
            ("the same, and what was seen is told", TABLE.format("").replace("critical", "Payments are down since noon")),
            ("who edited it", "<h1>PaymentsDown</h1><p>Last modified by Jane Doe on 3 May</p><p>Owner: payments</p>"),
        )
    ],
    *[
        row(f"no page at all: {body}", loaded(rule("PaymentsDown", "/told"), pages={"/told": page("Wiki", body)}), "fail", "is dead: ")
        for body in (
            "<h1>PaymentsDown</h1>",
            "<h1>PaymentsDown</h1><p>TODO</p>",
            "<h1>Search results for PaymentsDown</h1><p>No results.</p>",
            "<h1>Create PaymentsDown</h1><p>You followed a link to a page that is not there yet.</p>",
        )
    ],
    row(
        "the section of the alert is empty",
        loaded(
            rule("PaymentsDown", "/told#paymentsdown"),
            pages={"/told": page("A", "<h2 id=paymentsdown>PaymentsDown</h2><h2>B</h2>" + WORDS)},
        ),
        "fail",
        "does not say what to do",
    ),
    row(
        "a page that lists names",
        loaded(rule("PaymentsDown", "/told"), pages={"/told": page("Wiki", NAMES)}),
        "warn",
        "lists names of alerts, and does not say",
    ),
    row("a page that shows the rules", loaded(rule("PaymentsDown", "/told"), pages={"/told": page("W", RULE)}), "warn", "shows the rule"),
    row(
        "a page that says that the alert was removed",
        loaded(rule("PaymentsDown", "/told"), pages={"/told": page("W", "<h1>Old</h1><p>PaymentsDown was removed in 2021.</p>")}),
        "unknown",
        "says that this alert was removed",
    ),
    row("no annotation", loaded(BOTH[0], rule("PaymentsSlow", None)), "fail", "PaymentsSlow has no annotation runbook_url$"),
    row("an empty annotation", loaded(rule("PaymentsDown", " ")), "fail", "PaymentsDown has no annotation runbook_url"),
    row(
        "a label, not an annotation",
        loaded(rule("InLabel", None, labels={"runbook_url": "WIKI/down"})),
        "fail",
        "InLabel: runbook_url is a label, not an annotation",
    ),
    row(
        "an annotation of another name",
        loaded(rule("PaymentsDown", None, runbook="/down")),
        "fail",
        "no annotation runbook_url, but one named runbook",
    ),
    row("a file, no address", loaded(rule("PaymentsDown", "docs/runbook.md")), "fail", "'docs/runbook.md' is no address of a page"),
    row(
        "one of two rules of a name has none",
        loaded(rule("PaymentsDown", "/down"), rule("PaymentsDown", None, labels={"severity": "warning"})),
        "fail",
        "PaymentsDown has no annotation",
    ),
    row(
        "a page that is gone",
        loaded(rule("PaymentsDown", "/gone")),
        "fail",
        "PaymentsDown: its runbook is dead: .*/gone answers with status 404",
    ),
    row(
        "a page that leads home",
        loaded(rule("PaymentsDown", "/moved"), pages={"/moved": to("/")}),
        "fail",
        "PaymentsDown: its runbook is dead: .*home page",
    ),
    row("an anchor that is gone", loaded(rule("PaymentsDown", "/all#down")), "fail", "has no anchor #down"),
    row("an anchor that is gone in Markdown", loaded(rule("PaymentsDown", "/raw.md#down")), "fail", "has no anchor #down"),
    row("the page of another alert", loaded(rule("PaymentsDown", "/other")), "fail", "/other answers, and does not name it"),
    row("the page of an alert whose name begins so", loaded(rule("PaymentsDown", "/longer")), "fail", "does not name it"),
    row("a page that names it in its menu and in a comment", loaded(rule("PaymentsDown", "/menu")), "fail", "does not name it"),
    row("a plain word in the prose of a page", loaded(rule("Down", "/is-down")), "fail", "Down: its runbook .* does not name it"),
    row(
        "the section of another alert", loaded(rule("PaymentsDown", "/all#full")), "fail", "section that does not name it .another one does"
    ),
    row(
        "a template with a label that no series has",
        loaded(rule("QueueDeep", "/par1/{{ $labels.team }}", expr=DEEP), metrics=METRICS),
        "fail",
        "labels that its series do not have: team",
    ),
    row(
        "a template one of whose pages is gone",
        loaded(rule("QueueDeep", TEMPLATE, expr=DEEP), metrics=METRICS, pages={"/par1/sms": empty()}),
        "fail",
        "/par1/sms answers with status 404",
    ),
    row(
        "no alert of the service is loaded",
        loaded({**rule("Other", "/down"), "labels": {"service": "shop"}}),
        "fail",
        "none of the 1 loaded alerts has the labels",
    ),
    row("an alert that must be there is not", loaded(*BOTH, must_include=["PaymentsGone"]), "fail", "PaymentsGone is not loaded"),
    row("all are left out", loaded(*BOTH, without_runbook=["*"]), "fail", "every alert of the service is left out"),
    row("a page that only links to others", loaded(rule("PaymentsDown", "/index")), "warn", "names it in links to other pages only"),
    row(
        "a template that cannot be expanded here",
        loaded(rule("QueueDeep", '/par1/{{ reReplaceAll "a" "b" $labels.queue }}', expr=DEEP), metrics=METRICS),
        "unknown",
        "is templated, and cannot be expanded",
    ),
    row(
        "a login stands before the page",
        loaded(rule("PaymentsDown", "/login-first")),
        "unknown",
        "cannot be judged: .*leads to a login page",
    ),
    row(
        "the token of the Prometheus is for no page",
        loaded(rule("PaymentsDown", "/token"), pages={"/token": needs_token}, bearer_token="of-the-wiki"),
        "unknown",
        "asks for a login",
    ),
    row("a page that is longer than is read", loaded(rule("PaymentsDown", "/long")), "unknown", "longer than 2.0 MiB"),
    row("a server that evaluates no rules", no_rules, "unknown", "evaluates no rules at all"),
    row("no Prometheus listens", nobody, "unknown", "refused the connection"),
    row("the Prometheus hangs", bad("hang"), "unknown", "did not answer( completely)? within"),
    row("the Prometheus answers with 500", bad("500"), "unknown", "is not ready .*500"),
    row("a login page stands before the Prometheus", bad("login"), "unknown", "web page .a login page"),
]
