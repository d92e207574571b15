# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of a runbook to pages about what is not found or about logging in, and to what only looks like a page.

How a link could be taken for alive and is dead, or was not seen; each is a row below:

- a sentence other than "not found" says it: we could not find what you are looking for, the link may be broken;
- a firewall or a single sign-on answers with status 200 and words of its own;
- the API of a wiki answers with an empty list, a count of 0, no success, or a page that is missing;
- the site answers every address with one page, but for a number, a time, or the path in it;
- the anchor is in a template that no browser shows;
- the scheme does not exist, is cut by a line number, or is that of a file of one machine.

And what is no fault: a runbook whose title is an error called "not found", with steps or at an address of that name; a page with a box to
log in beside it; an address with a variable in it; an anchor of a page in Markdown.
"""

from __future__ import annotations

import typing as t

from rows_runbook_links import JSON, PAYMENTS, linked, links, one
from wiki import WORDS, page, plain

STEPS = "<ol>" + "<li>Ask the database whether the order is there, and send it again from the queue if it is.</li>" * 10 + "</ol>"
LISTS = "<p>You may:</p><ul><li><a href='/'>Go home</a></li><li><a href='/s'>Search</a></li><li><a href='/x'>Ask</a></li></ul>"
BOX = "<form><input name='u'><input type='password' name='p'></form>"
SOME = "<p>" + "Restart the unit payments, then look at the queue again. " * 10 + "</p>"
GONE = (
    ("Wiki", "<h1>We couldn't find what you're looking for</h1><p>The link you followed may be broken.</p>"),
    ("Wiki", "<p>The link you followed may be broken, or the page may have been removed.</p>"),
    ("Wiki", "<h1>Page not found</h1>" + LISTS + SOME),
    ("Document not found", "<p>Look in the trash.</p>"),
    ("Payments: record not found", "<p>Try again.</p>"),
)
WALLS = (
    ("Request Rejected", "<p>The requested URL was rejected. Please consult with your administrator. Your support ID is: 123</p>"),
    ("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"),
    ("ACME", "<h1>Web Page Blocked</h1><p>Access is limited by policy.</p>"),
    ("Wiki", "<h1>Wiki</h1><p>You need to sign in to continue.</p><a href='/sso'>Continue with SSO</a>"),
    ("Wiki", "<h1>Wiki</h1><p>Vous devez vous connecter.</p>"),
)
NOTHING = (
    '{"results": [], "size": 0}',
    '{"results": [], "start": 0, "limit": 25, "size": 0, "_links": {"self": "https://wiki.example/rest"}}',
    '{"success": false, "data": null}',
    '{"data": {"pages": {"single": null}}}',
    '{"query": {"pages": {"-1": {"title": "Payments", "missing": ""}}}}',
    '{"hits": {"total": 0, "hits": []}}',
)
SOMETHING = (
    '{"results": [{"title": "Payments"}], "size": 1}',
    '{"status": "UP", "items": []}',
    '{"success": true, "page": {"title": "Payments"}}',
    '{"title": "Payments", "children": []}',
    '{"query": {"pages": {"7": {"title": "Payments"}}}}',
)


def counted() -> t.Callable[[t.Any], t.Any]:
    seen = iter(range(10**6))
    return lambda handler: page(
        "Wiki",
        f"<p>Tue Dec 1 12:0{next(seen) % 10}:03 2026, request a{next(seen)}f. You asked for {handler.path}</p>"
        f"<p>{handler.path.rpartition('/')[2].replace('-', ' ').title()} is shown here.</p>" + SOME,
    )


ROWS = [
    *[
        links(
            f"a page about what is not found: {title}, {path}", one(page(f"{title} - Wiki", f"<h1>{title}</h1>{body}"), path), "pass", "2 l"
        )
        for title, body, path in (
            ("Order not found", STEPS, "/wiki/4711"),
            ("Customer does not exist in CRM", STEPS, "/wiki/crm"),
            ("Order not found", SOME, "/wiki/order-not-found"),
            ("Order not found", SOME, "/runbooks/OrderNotFound"),
            ("Commande introuvable", STEPS, "/wiki/4711"),
            ("Service unavailable", STEPS, "/wiki/4712"),
            ("Authentication", STEPS, "/wiki/auth-of-users"),
            ("File not found", STEPS, "/wiki/4713"),
            ("Login failures", STEPS, "/wiki/4714"),
        )
    ],
    links(
        "a page of some length with not found in its title",
        one(page("Order not found", "<h1>Order not found</h1>" + SOME)),
        "unknown",
        "a title with 'not found' in it",
    ),
    *[
        links(
            f"a page with a box to log in: {title}", one(page(title, f"{BOX}<h1>{title}</h1>{body}"), "/wiki/payments"), "pass", "2 links"
        )
        for title, body in (("Payments", SOME + SOME), ("The queue", STEPS), ("The queues", WORDS * 2), ("Payments of yesterday", STEPS))
    ],
    links("a box to log in and little else", one(page("Payments", BOX + "<h1>Payments</h1><p>Staff only.</p>")), "unknown", "login page"),
    links("a login page with much to read", one(page("Log in", BOX + STEPS)), "unknown", "login page"),
    *[links(f"a page that says so otherwise: {title}, {body[:40]}", one(page(title, body)), "fail", "is dead: ") for title, body in GONE],
    *[links(f"a firewall or sign-on: {title}, {body[:40]}", one(page(title, body)), "unknown", "this reader") for title, body in WALLS],
    *[
        links(f"no wall: {title}", one(page(title, f"<h1>{title}</h1><p>{body}</p>")), "pass", "2 links")
        for title, body in (
            ("The bank rejects a request", "When the request was rejected by the bank, send it again."),
            ("Payments by hand", "Log in to db01 and restart the unit. Sign in with the account of the team."),
        )
    ],
    *[links(f"an API that has nothing: {text}", one(plain(text, JSON)), "fail", "no such thing") for text in NOTHING],
    *[links(f"an API that has something: {text}", one(plain(text, JSON)), "pass", "2 links") for text in SOMETHING],
    links("an API that tells why not", one(plain('{"success": false, "message": "Try later"}', JSON)), "unknown", "Try later"),
    links(
        "one page for all, but for a counter, the time and the path",
        linked("/wiki/payments", others=counted()),
        "unknown",
        "as its site answers for a page that cannot exist",
    ),
    links("an anchor in a template", one(page("P", "<template><h2 id=q>Q</h2></template>" + WORDS), "/wiki/p#q"), "fail", "no anchor #q"),
    *[
        links(f"a scheme that does not exist: {target}", linked(target), "fail", said)
        for target, said in (
            ("htp://bank.example", "there is no htp:, is http: meant"),
            ("htps://bank.example/x", "is https?: meant"),
            ("hppts://bank.example/x", "is https: meant"),
            ("other-page.md:3", "another name than that of a file"),
            ("thing:other", "is no scheme"),
        )
    ],
    links("a scheme that is not known", linked("acme-tool://orders/1"), "unknown", "acme-tool: is not known"),
    links("a file of one machine", linked("file://srv/share/doc.docx"), "warn", "nobody but its author"),
    *[
        links(f"a link that is not followed: {target}", linked(target), "pass", "1 link")
        for target in (
            "javascript:void(0)",
            "mailto:jane@bank.example",
            "vscode://file/x",
            "ms-word:ofe|u|x",
            "https://{{ host }}/x",
            "https://{{host}}/x",
            "http://127.0.0.1:PORT/gone/{{ host }}/x",
        )
    ],
    links("an address in the text with a variable", linked("#symptoms) http://127.0.0.1:PORT/gone/{{ host }}/x ("), "pass", "link"),
    links("an anchor in Markdown", one(plain("# P\n\n## The queue\n\nLook.\n", "text/plain"), "/wiki/p.md#the-queue"), "pass", "2 links"),
    links("an anchor that is not in Markdown", one(plain("# P\n\n## Q\n\nLook.\n", "text/markdown"), "/wiki/p.md#r"), "fail", "anchor #r"),
    links("a page beside one that is for all", linked("/wiki/payments", pages={"/wiki/payments": PAYMENTS}, others=counted()), "pass", "2"),
]
