# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""git's own server (git http-backend) on 127.0.0.1, which may ask for a password, redirect, or hang. For rows and tests."""

from __future__ import annotations

import base64
import http.server
import os
import pathlib
import subprocess
import threading
import time
import typing as t
from urllib.parse import urlsplit

WHO = {f"GIT_{role}_{what}": "jane@payments.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: pathlib.Path, *words: str, at: str | None = None, env: t.Mapping[str, str] | None = None) -> str:
    """git in a folder, as nobody in particular; ``at`` is the date of a commit."""
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {}
    environment = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **dates, **(env or {})}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(folder: pathlib.Path, *commits: tuple[str, t.Mapping[str, str]]) -> pathlib.Path:
    """A repository with these commits: the date of each, and the files that it writes."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for moment, files in commits:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message=change", at=moment)
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder


class _Handler(http.server.BaseHTTPRequestHandler):
    root: pathlib.Path
    password = ""
    hangs = False
    moved = ""
    seen: list[str]

    def _answer(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if self.hangs:
            time.sleep(4)
        if self.moved:
            self.send_response(302)
            self.send_header("Location", self.moved + self.path)
            self.end_headers()
            return
        wanted = "Basic " + base64.b64encode(f"ops:{self.password}".encode()).decode()
        if self.password and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urlsplit(self.path)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        body = self._body()
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _blank, answer = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = _answer

    def log_message(self, *args: t.Any) -> None:
        pass


class GitServer:
    """Serves the repositories below a folder. ``seen`` has what it was told to prove who asks."""

    def __init__(self, _folder: object, root: pathlib.Path, *, password: str = "", hangs: bool = False, moved: str = "") -> None:
        self.seen: list[str] = []
        settings = {"root": root, "password": password, "hangs": hangs, "moved": moved, "seen": self.seen}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), settings))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> GitServer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


__all__ = ("GitServer", "git", "repository")
