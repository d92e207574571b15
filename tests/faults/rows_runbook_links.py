# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of a runbook. A real web server, whose answers are those of wikis, single sign-ons, APIs and applications.

How a link could be taken for alive and is dead, or was not seen; each is a row below:

- status 200 and: an empty page; "404" or "not found" in the title, a heading, JSON or plain text; the home page of the site, by a
  redirect, by ``meta refresh``, or as its content; what the site answers for every address; where it leads everybody who is lost;
- status 200 and not seen: the shell of a JavaScript application, a route of its behind #, a login page (of the same site, of another,
  by its form, by where it leads, with the address in the query to go back), a challenge of a firewall, frames;
- status 200 and words of its own: gone, deleted, in the trash, to be created, a search without a result, in French, German or Spanish;
  a server without its site, a domain for sale; not now (maintenance, an error page); not for this reader (a permission, cookies);
  a heading with nothing or TODO below it; an answer of GraphQL that has no data;
- HEAD says 200 where GET says 404;
- an anchor that is not in the page, that only looks alike, that lies behind what is read of a page, or in what is no page;
- credentials that go where they do not belong: another host, another port, after a redirect, or written into the link;
- addresses that answer to this machine alone: link-local, metadata, by number, by redirect, within IPv6;
- no name server, no network: nothing is dead for that;
- a server that asks to be asked less often.
"""

from __future__ import annotations

import typing as t

from rows_runbook import BODY, FRONT, day
from table import Row, World
from wiki import HOME, LOGIN, SHELL, WORDS, Answer, Wiki, empty, page, plain, to

LONG = page("Long", WORDS * 1200 + "<h2 id='far'>Far</h2>")
FRONT_PAGE = {"/": HOME}
PAYMENTS = page("Payments - Wiki", "<h1>Payments</h1><h2 id='Queue'>Queue</h2><a name='old'></a>" + WORDS)


def linked(
    *targets: str, pages: t.Mapping[str, t.Any] | None = None, others: t.Any = None, **args: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    """A runbook with these links; those that start with / lead to the web server."""

    def arrange(world: World) -> dict[str, t.Any]:
        site = world.running.start(Wiki, {**FRONT_PAGE, **(pages or {})}, others)
        shown = " ".join(f"[this]({site.url if target.startswith('/') else ''}{target})" for target in targets)
        text = (FRONT + BODY).format(reviewed=day(10), link=shown.replace("PORT", str(site.port)))
        (world.folder / "runbook.md").write_text(text, encoding="utf-8")
        return {"path": str(world.folder / "runbook.md"), **args}

    return arrange


def by_turns(*answers: t.Any) -> t.Callable[[t.Any], t.Any]:
    """One answer after the other, then the last one."""
    left = list(answers)
    return lambda _handler: left.pop(0) if len(left) > 1 else left[0]


def told(handler: t.Any) -> t.Any:
    """A page for whoever has no credentials; who sends some is refused."""
    sent = {name.lower() for name in handler.headers}
    return empty(500) if sent & {"authorization", "x-token", "cookie"} else PAYMENTS


def with_credentials(handler: t.Any) -> t.Any:
    return PAYMENTS if handler.headers.get("Authorization") == "Bearer s3cret-of-the-wiki" else empty(401)


def with_a_token(path: str, pages: t.Mapping[str, t.Any], hosts: t.Sequence[str]) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        other = world.running.start(Wiki, {**FRONT_PAGE, "/told": told, "/known": with_credentials})
        given = {one: (to(f"{other.url}{where}") if isinstance(where, str) else where) for one, where in pages.items()}
        site = world.running.start(Wiki, {**FRONT_PAGE, **given})
        address = path.replace("SITE", site.url).replace("OTHER", other.url)
        (world.folder / "runbook.md").write_text((FRONT + BODY).format(reviewed=day(10), link=f"[this]({address})"), encoding="utf-8")
        ports = [one.replace("PORT", str(site.port)).replace("OTHER", str(other.port)) for one in hosts]
        return {"path": str(world.folder / "runbook.md"), "bearer_token": "s3cret-of-the-wiki", "link_hosts": ports}

    return arrange


def head_alone(handler: t.Any) -> t.Any:
    return PAYMENTS if handler.command == "HEAD" else empty(404)


def links(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("runbook", f"links: {state}", arrange, status, message)


def one(answer: t.Any, path: str = "/wiki/payments", **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A link to an address that answers so."""
    return linked(path, pages={path.partition("#")[0]: answer}, **more)


JSON = "application/json"
SAID_GONE = (
    ("Wiki", "<h1>Oops! We can't find that page</h1><p>Try the search.</p>"),
    ("Wiki", "<h1>Payments</h1><p>This page has been deleted.</p>"),
    ("Payments", "<h1>Payments</h1><p>This page is in the trash. Restore it or delete it.</p>"),
    ("Payments - Wiki", "<h1>Payments</h1><p>There is currently no text in this page. You can search for it in other pages.</p>"),
    ("Creating Payments", "<h1>Creating Payments</h1><p>You followed a link to a page that doesn't exist yet. Fill in the form.</p>"),
    ("Create Payments", "<h1>Create Payments</h1><p>You followed a link to a page that is not there yet.</p>"),
    ("Search", "<h1>Search results: 0 results</h1>"),
    ("Search results for payments", "<h1>Search results for payments</h1><p>No results.</p>"),
    ("ACME", "<p>La page demandée est inaccessible ou a été supprimée.</p>"),
    ("Wiki", "<h1>Cette page n'existe plus</h1>"),
    ("Seite nicht gefunden", "<p>Zur Startseite</p>"),
    ("Wiki", "<h1>Página no encontrada</h1>"),
    ("Welcome to nginx!", "<h1>Welcome to nginx!</h1><p>If you see this page, the server is installed and working.</p>"),
    ("Apache2 Ubuntu Default Page: It works", "<p>This is the default welcome page.</p>"),
    ("wiki.example", "<h1>wiki.example domain is for sale</h1>"),
    ("Wiki", "<h1>Sorry, this page isn't available</h1>"),
)
SAID_LATER = (
    ("500 Internal Server Error", "<h1>Internal Server Error</h1>"),
    ("Service Unavailable", "<p>No server is available.</p>"),
    ("Maintenance", "<h1>Maintenance</h1><p>We are back soon.</p>"),
    ("Wiki", "<h1>Oops, something went wrong</h1><p>Reload.</p>"),
    ("Wiki", "<h1>Site en maintenance</h1><p>De retour bientôt.</p>"),
)
WALLS = (
    ("Permission denied", "<p>Ask an administrator.</p>"),
    ("Wiki", "<h1>Not Permitted</h1><p>You cannot view this.</p>"),
    ("Request access - Wiki", "<p>Ask for it, or switch to another account.</p>"),
    ("Before you continue", "<h1>Before you continue</h1><p>We use cookies and data.</p>"),
    ("ACME", "<h1>Pick an account</h1><p>jane@acme.example</p>"),
    ("Anmelden", "<p>ACME</p>"),
    ("Wiki", "<h1>Accès refusé</h1><p>Demandez à un administrateur.</p>"),
)
SAID_OTHERWISE = (
    ("Payments: page not found on checkout", "<h1>Page not found on checkout</h1>" + WORDS),
    ("What to do when a page was deleted", "<h1>Deleted pages</h1><p>Restore it from the trash.</p>"),
    ("Payments", "<h1>Payments</h1><h2>Maintenance</h2><p>Stop it, then start it.</p>"),
    ("Maintenance", "<h1>Maintenance</h1><p>Stop the unit payments before each patch of the database, then start it.</p>"),
    ("Permission denied on /var/lib", "<h1>Permission denied on /var/lib</h1><p>Give it to the user payments.</p>"),
    ("HTTP 503 Service Unavailable on checkout", "<p>Restart it.</p>"),
    ("nginx", "<h1>nginx</h1><p>Restart nginx.</p>"),
    ("Search results", "<h1>Search results for payments</h1><ul><li>Payments down</li><li>Payments slow</li></ul>"),
    ("Payments", "<h1>Payments</h1><p>No results in the queue: restart it.</p>"),
    ("The page of payments", "<h1>The page of payments</h1><p>It is available.</p>"),
    ("Payments", "<h1>Payments</h1><img src='/schema.png'>"),
    ("Payments", "<h1>Payments</h1><form><input name='email'></form><p>Subscribe, and call 4711.</p>"),
)
HUGE = 2_200_000


def wall_of(letters: str, before: str, after: str) -> Answer:
    return page("Payments", before + letters * HUGE + after + WORDS)


ALIVE = [
    *[links(f"a page that is one: {title}, {body[:30]}", one(page(title, body)), "pass", "2 links") for title, body in SAID_OTHERWISE],
    links(
        "a redirect to a short path that is no language",
        linked("/old", pages={"/old": to("/ok"), "/ok": PAYMENTS}),
        "pass",
        "2 links",
    ),
    links("an address with letters that are not ASCII", linked("/état", pages={"/%C3%A9tat": PAYMENTS}), "pass", "2 links"),
    links("what looks like references and is none", linked("/w) and [0-9][a-z], [Ctrl][C] (x", pages={"/w": PAYMENTS}), "pass", "2 links"),
    links("GraphQL that answers", one(plain('{"data": {"page": {"title": "Payments"}}}', JSON)), "pass", "2 links"),
    links("a page", one(PAYMENTS), "pass", "2 links that lead"),
    links("the home page itself", linked("/"), "pass", "2 links"),
    links("the home page under a longer name", linked("/app/", pages={"/": to("/app/"), "/app/": HOME}), "pass", "2 links"),
    links(
        "a page that has moved", linked("/old", pages={"/old": to("/wiki/payments", 301), "/wiki/payments": PAYMENTS}), "pass", "2 links"
    ),
    links("a short page", one(page("Payments", "<h1>Payments</h1><p>Call 4711.</p>")), "pass", "2 links"),
    links(
        "a short page with a script that counts its readers",
        one(page("Payments", "<h1>Payments</h1><p>Call 4711.</p><script src=c.js></script>")),
        "pass",
        "2",
    ),
    links(
        "a page about what is not found",
        one(page("Payments: certificate not found", "<h1>Certificate not found</h1>" + WORDS)),
        "pass",
        "2",
    ),
    links("a page about 404", one(page("Payments - HTTP 404 on checkout", "<h1>HTTP 404 on checkout</h1>" + WORDS)), "pass", "2 links"),
    links(
        "a page with a box to sign in", one(page("Payments", "<h1>Payments</h1><form><input type=password></form>" + WORDS)), "pass", "2"
    ),
    links("the login page, by name", one(LOGIN, "/ui/login"), "pass", "2 links"),
    links("an API", one(plain('{"status": "UP", "code": 0}', JSON)), "pass", "2 links"),
    links("a picture", one((200, {"Content-Type": "image/png"}, b"\x89PNG..")), "pass", "2 links"),
    links(
        "a page in ISO 8859-1",
        one(
            (200, {"Content-Type": "text/html; charset=iso-8859-1"}, "<h1 id='été'>Été</h1><p>Relancer le service.</p>".encode("latin-1")),
            "/wiki/p#été",
        ),
        "pass",
        "2 links",
    ),
    links("an anchor", one(PAYMENTS, "/wiki/payments#Queue"), "pass", "2 links"),
    links("an anchor of the old kind", one(PAYMENTS, "/wiki/payments#old"), "pass", "2 links"),
    links(
        "an anchor of a page at GitHub",
        one(page("R", "<h2 id='user-content-queue'>Queue</h2>" + WORDS), "/wiki/r#Queue"),
        "pass",
        "2 links",
    ),
    links("a page longer than is read", one(LONG), "pass", "2 links"),
    links(
        "two links to one page ask for it once",
        linked("/wiki/payments#Queue", "/wiki/payments#old", pages={"/wiki/payments": by_turns(PAYMENTS, empty(500))}),
        "pass",
        "3 links",
    ),
    links("a server that is busy for a second", one(by_turns((429, {"Retry-After": "1"}, b"slow down"), PAYMENTS)), "pass", "2 links"),
    links("a server in maintenance for a second", one(by_turns((503, {"Retry-After": "1"}, b"soon"), PAYMENTS)), "pass", "2 links"),
    links(
        "a page that forwards its reader",
        linked(
            "/old",
            pages={
                "/old": page("Moved", "<p>Moved.</p>", head="<meta http-equiv='refresh' content='0; url=/wiki/payments'>"),
                "/wiki/payments": PAYMENTS,
            },
        ),
        "pass",
        "2",
    ),
]
DEAD = [
    *[
        links(f"a page that says that it is gone: {title}, {body[:30]}", one(page(title, body)), "fail", "a page that says '")
        for title, body in SAID_GONE
    ],
    links("a heading alone", one(page("Payments", "<h1>Payments</h1>")), "fail", "a heading and nothing below it"),
    links("a heading and TODO", one(page("Payments", "<h1>Payments</h1><p>TODO</p>")), "fail", "a heading and 'TODO' alone"),
    links("a plain text that says that it is gone", one(plain("page missing\n")), "fail", "says 'page missing'"),
    links(
        "GraphQL that finds nothing",
        one(plain('{"data": null, "errors": [{"message": "Could not resolve to a Repository with the name x."}]}', JSON)),
        "fail",
        "says 'Could not resolve",
    ),
    links("HEAD answers, GET does not", one(head_alone), "fail", "is dead: .*/wiki/payments answers with status 404"),
    links("an empty answer", one((200, {"Content-Type": "text/html"}, b"\n")), "fail", "status 200 and an empty page"),
    links(
        "a page without content",
        one((200, {"Content-Type": "text/html"}, b"<html><head><title>Wiki</title></head><body></body></html>")),
        "fail",
        "an empty page",
    ),
    links("no content", one((204, {}, b"")), "fail", "status 204 and an empty page"),
    links("404 in the title", one(page("404 | Wiki", "<p>Nothing to see.</p>" + WORDS)), "fail", "page that says '404'"),
    links("404 in a heading", one(page("Wiki", "<h1>Error 404</h1>" + WORDS)), "fail", "says '404'"),
    links("a topic that does not exist yet", one(page("Wiki", "<h1>This topic does not exist yet</h1>" + WORDS)), "fail", "does not exist"),
    links("404 in JSON", one(plain('{"timestamp": 1, "status": 404, "path": "/x"}', JSON)), "fail", "status 200 and says '404'"),
    links("not found in JSON", one(plain('{"error": {"message": "Page not found"}}', JSON)), "fail", "says 'Page not found'"),
    links("not found in a list of JSON", one(plain('{"errors": [{"status": "404", "title": "Missing"}]}', JSON)), "fail", "says '404'"),
    links("the word found is false in JSON", one(plain('{"found": false}', JSON)), "fail", "no such thing"),
    links("not found in plain text", one(plain("404 page not found\n")), "fail", "says 'not found'"),
    links("a redirect to the home page", one(to("/")), "fail", "leads to the home page of its site"),
    links(
        "a redirect to the home page of a language",
        linked("/wiki/p", pages={"/wiki/p": to("/fr/"), "/fr/": HOME}),
        "fail",
        "leads to the home page",
    ),
    links(
        "a redirect to where the home page is",
        linked("/wiki/p", pages={"/": to("/spaces/all"), "/spaces/all": HOME, "/wiki/p": to("/spaces/all")}),
        "fail",
        "shows the home page",
    ),
    links(
        "a page that forwards its reader to the home page",
        one(page("x", "<p>One moment.</p>", head="<meta http-equiv='refresh' content='1;URL=/'>")),
        "fail",
        "home page",
    ),
    links("the content of the home page", linked("/wiki/payments", others=HOME), "fail", "shows the home page of its site"),
    links(
        "a redirect to where everybody is sent",
        linked("/wiki/p", pages={"/search": page("Search", "<h1>Search</h1>" + WORDS)}, others=to("/search")),
        "fail",
        "leads where its site leads everybody",
    ),
    links("an anchor that is gone", one(PAYMENTS, "/wiki/payments#gone"), "fail", "has no anchor #gone"),
    links("an anchor that only looks alike", one(PAYMENTS, "/wiki/payments#queue"), "fail", "has no anchor #queue, only #Queue"),
    links(
        "a name that is no anchor", one(page("P", "<form><input name='queue'></form>" + WORDS), "/wiki/p#queue"), "fail", "no anchor #queue"
    ),
    links("an anchor in a comment", one(page("P", "<!-- <h2 id='queue'> -->" + WORDS), "/wiki/p#queue"), "fail", "no anchor #queue"),
]
UNSEEN = [
    *[
        links(
            f"a page of a server that cannot: {title}, {body[:30]}", one(page(title, body)), "unknown", "cannot answer now: its page says"
        )
        for title, body in SAID_LATER
    ],
    *[
        links(f"a wall: {title}, {body[:30]}", one(page(title, body)), "unknown", "does not show its page to this reader")
        for title, body in WALLS
    ],
    links(
        "a login that asks for an address first",
        one(page("ACME", "<p>Welcome</p><form><input name='identifier'></form><p>Next</p>")),
        "unknown",
        "asks who it is that reads it",
    ),
    links(
        "an application that is not loaded",
        one(
            page(
                "Grafana",
                "<p>If you're seeing this Grafana has failed to load its application files. "
                + "Look at it. " * 30
                + "</p><script src=a.js></script>",
            )
        ),
        "unknown",
        "shell of a JavaScript",
    ),
    links(
        "a page that begins with a long style", one(wall_of("a{}", "<style>", "</style>")), "unknown", "what was read of it shows nothing"
    ),
    links(
        "a page that begins with a picture within it",
        one(wall_of("A", "<h1>Payments</h1><img src='data:image/png;base64,", "'>")),
        "unknown",
        "what was read of it shows nothing",
    ),
    links(
        "GraphQL that has no data",
        one(plain('{"data": null, "errors": [{"message": "Something is odd"}]}', JSON)),
        "unknown",
        "Something is odd",
    ),
    links(
        "the shell of an application", linked("/wiki/payments", others=SHELL), "unknown", "shell of a JavaScript application.*API or export"
    ),
    links(
        "a shell that says wait",
        one(page("Wiki", "<div>Loading, please wait</div><script src=a.js></script>")),
        "unknown",
        "shell of a JavaScript",
    ),
    links("a route of a script", one(page("App", WORDS + "<script src=a.js></script>"), "/app#/payments"), "unknown", "stands behind #"),
    links(
        "a page whose script leads elsewhere",
        one(page("Wiki", "<h1>Redirecting to the new wiki</h1><script>window.location.href = '/';</script>")),
        "unknown",
        "shell of a JavaScript",
    ),
    links(
        "a heading above a frame",
        one((200, {"Content-Type": "text/html"}, b"<html><h1>Wiki</h1><iframe src='/x'></iframe></html>")),
        "unknown",
        "in frames",
    ),
    links(
        "a page of frames", one((200, {"Content-Type": "text/html"}, b"<html><iframe src='/x'></iframe></html>")), "unknown", "in frames"
    ),
    links("a login page", one(LOGIN), "unknown", "answers with a login page"),
    links(
        "a login page with another title and many words",
        one(page("ACME", "<form><input type='password'></form>" + WORDS)),
        "unknown",
        "login page",
    ),
    links(
        "a redirect to a login",
        linked("/wiki/p", pages={"/wiki/p": to("/login"), "/login": page("ACME")}),
        "unknown",
        "leads to a login page",
    ),
    links(
        "a redirect with the address to go back to",
        linked("/wiki/p", pages={"/wiki/p": to("/gate?goto=%2Fwiki%2Fp"), "/gate?goto=%2Fwiki%2Fp": page("ACME")}),
        "unknown",
        "leads to a login page",
    ),
    links(
        "a redirect to the single sign-on of another host",
        linked(
            "/wiki/p",
            pages={
                "/wiki/p": lambda h: to(
                    f"http://localhost:{h.server.server_port}/realms/acme?redirect_uri=http%3A%2F%2F127.0.0.1%2Fwiki%2Fp"
                ),
                "/realms/acme?redirect_uri=http%3A%2F%2F127.0.0.1%2Fwiki%2Fp": page("ACME"),
            },
        ),
        "unknown",
        "leads to a login",
    ),
    links("a form of SAML", one(page("x", "<form><input type=hidden name=SAMLRequest></form>")), "unknown", "login page"),
    links("status 401 with a login page", one((401, {"Content-Type": "text/html"}, LOGIN[2])), "unknown", "asks for a login .status 401"),
    links("status 401 in JSON", one(plain('{"status": 401, "error": "Unauthorized"}', JSON)), "unknown", "says '401'"),
    links(
        "a challenge",
        one(page("Just a moment...", "<p>Checking your browser before you go on</p><script src=x></script>")),
        "unknown",
        "asks who it is",
    ),
    links(
        "what the site answers for everything",
        linked("/wiki/payments", pages={"/": page("Home")}, others=page("Oops", "<p>Nous cherchons encore ce que vous demandez.</p>")),
        "unknown",
        "as its site answers for a page that cannot exist",
    ),
    links("JSON with nothing in it", one(plain("[]", JSON)), "unknown", "with nothing in it"),
    links("JSON that is cut short", one(plain('{"a": ', JSON)), "unknown", "JSON that cannot be read"),
    links("an anchor behind what is read", one(LONG, "/wiki/long#far"), "unknown", "longer than 2.0 MiB: whether #far"),
    links("an anchor in what is no page", one(plain("words"), "/wiki/raw#queue"), "unknown", "is no web page: whether #queue"),
    links("a gateway without what is behind it", one(empty(502)), "unknown", "cannot answer now .status 502"),
    links("a server that asks for an hour", one((429, {"Retry-After": "3600"}, b"slow down")), "unknown", "asked less often"),
    links(
        "a server that asks for an hour, by date",
        one((503, {"Retry-After": "Fri, 31 Dec 2066 23:59:59 GMT"}, b"")),
        "unknown",
        "cannot answer now",
    ),
    links(
        "no such name, and no other to compare with",
        linked("http://wiki.readiness.invalid/p"),
        "unknown",
        "wiki.readiness.invalid.*cannot be resolved",
    ),
    links("a metadata address", linked("http://169.254.169.254/latest/meta-data/"), "unknown", "is not asked: it leads to an address"),
    links("a metadata address as one number", linked("http://2852039166/latest"), "unknown", "is not asked"),
    links("a metadata address within IPv6", linked("http://[::ffff:169.254.169.254]/latest"), "unknown", "is not asked"),
    links("a metadata address of IPv6", linked("http://[fd00:ec2::254]/latest"), "unknown", "is not asked"),
    links("a link-local address of IPv6", linked("http://[fe80::1]/"), "unknown", "is not asked"),
    links("the address of nobody", linked("http://0.0.0.0:PORT/wiki/p"), "unknown", "is not asked"),
    links("a redirect to a metadata address", one(to("http://169.254.169.254/latest")), "unknown", "is not asked"),
    links("a redirect to a file", one(to("file:///etc/passwd")), "unknown", "is not an http:// or https:// address"),
    links(
        "a password in the link",
        linked(
            "http://jane:s3cret@127.0.0.1:PORT/wiki/p",
            pages={"/wiki/p": lambda h: PAYMENTS if h.headers.get("Authorization") else empty(401)},
        ),
        "unknown",
        "asks for a login",
    ),
]
CREDENTIALS = [
    links("a host that gets the token", with_a_token("SITE/known", {"/known": with_credentials}, ["127.0.0.1:PORT"]), "pass", "2 links"),
    links("a host that gets no token", with_a_token("SITE/told", {"/told": told}, ["wiki.example"]), "pass", "2 links"),
    links("another port of the host that gets the token", with_a_token("SITE/told", {"/told": told}, ["127.0.0.1"]), "pass", "2 links"),
    links(
        "the host that gets the token leads to another",
        with_a_token("SITE/moved", {"/moved": "/told"}, ["127.0.0.1:PORT"]),
        "pass",
        "2 links",
    ),
    links(
        "a host without the token leads to one that needs it",
        with_a_token("SITE/moved", {"/moved": "/known"}, ["127.0.0.1:OTHER"]),
        "unknown",
        "status 401",
    ),
]
ROWS = [*ALIVE, *DEAD, *UNSEEN, *CREDENTIALS]
