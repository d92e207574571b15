# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that answers as wikis, single sign-ons, APIs and applications do, and tells what it was asked."""

from __future__ import annotations

import http.server
import threading
import typing as t

Answer = tuple[int, dict[str, str], bytes]
WORDS = "<p>" + "Restart the unit payments, then look at the queue again. " * 40 + "</p>"
MENU = "<nav>" + "Spaces People Log in " * 20 + "</nav>"


def page(title: str, body: str = WORDS, *, head: str = "", status: int = 200) -> Answer:
    text = f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{MENU}{body}</body></html>"
    return status, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def to(where: str, status: int = 302) -> Answer:
    return status, {"Location": where}, b""


def plain(text: str, kind: str = "text/plain") -> Answer:
    return 200, {"Content-Type": kind}, text.encode()


def empty(status: int = 404) -> Answer:
    return status, {"Content-Type": "text/html"}, b""


SHELL = page(
    "Wiki", "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript><script src='/main.js'></script>"
)
HOME = page("The wiki", "<h1>Welcome to the wiki</h1>" + "<p>Choose a space to read.</p>" * 20)
LOGIN = page("Sign in", "<h1>Sign in</h1><form action='/login' method='post'><input name='u'><input type='password' name='p'></form>")


class Wiki:
    """A kind of server that ``running.start`` starts and stops. ``pages`` by path with query; ``others`` answers every other path."""

    def __init__(self, _folder: t.Any, pages: t.Mapping[str, t.Any], others: t.Any = None) -> None:
        self.pages, self.others = dict(pages), others or empty()
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        wiki = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _answer(self) -> None:
                wiki.asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
                found = wiki.pages.get(self.path, wiki.others)
                status, headers, body = found(self) if callable(found) else found
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = _answer

            def log_message(self, *args: t.Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> Wiki:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


__all__ = ("HOME", "LOGIN", "SHELL", "WORDS", "Answer", "Wiki", "empty", "page", "plain", "to")
