# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a git repository elsewhere: one commit, fetched into a folder that is removed again. PRIVATE to the collection.

A repository is foreign: nothing of it is run (no hook, no filter, no checkout), only the named transports are spoken, no configuration,
helper or key of this user is used, and what arrives is bounded.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import dataclasses
import datetime as dt
import functools
import hashlib
import os
import posixpath
import re
import shutil
import tempfile
import typing as t
from urllib.parse import urlsplit

from .._exchange import Connection, public_url
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Completed, Runner
from .git_reviews import History, IsPerson, LastChange

TRANSPORTS = ("https",)  # unless others are allowed
MOST_MEBIBYTES = 256.0
_FETCH = ("fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--filter=blob:none")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) (MiB|GiB)")
_ENOUGH = 60.0


class NoSuchFile(Exception):
    """The repository answers and has no such branch, tag or file. ``message`` says which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclasses.dataclass(frozen=True)
class GitTree:
    """The files of one commit. Paths are relative to its root, with slashes."""

    folder: str
    runner: Runner
    environment: t.Mapping[str, str]
    ref: str
    commit: str
    names: frozenset[str]  # of files and folders
    empty: frozenset[str] = frozenset()  # files without a word in them

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` bytes of a file. CannotObserve."""
        kept = bytearray()

        def keep(chunk: bytes) -> None:
            kept.extend(chunk[: max(0, limit - len(kept))])

        done = _git(self, ["cat-file", "blob", f"{self.commit}:{path}"], sink=keep)
        if done.rc != 0:
            raise CannotObserve(phrase("git does not give {path:path}: {reason}", path=path, reason=_reason(done)))
        return bytes(kept)

    def last_change(self, path: str, age: float, is_person: IsPerson) -> LastChange | None:
        """When a person last changed a file, or some day before that where it is longer ago than ``age`` in seconds. CannotObserve."""
        since = self.runner.now() - dt.timedelta(seconds=age + 86400.0)
        asked = _git(self, [*_FETCH, f"--shallow-since={since:%Y-%m-%dT%H:%M:%SZ}", "origin", self.ref], bounded=True)
        if asked.rc == 0:
            # the oldest commit of these looks as if it had made every file, unless the one before it is there
            asked = _git(self, [*_FETCH, "--deepen=1", "origin", self.ref], bounded=True)
        cut = frozenset(_lines(os.path.join(self.folder, "shallow")))
        history = History(lambda words, most: _git(self, list(words), most=most), is_person, lambda commit, _parents: commit in cut)
        return history.last_change(self.commit, f":(top,literal){path}")


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(2**20).split()
    except OSError:
        return []


@contextlib.contextmanager
def fetched(url: str, ref: str, connection: Connection, transports: t.Sequence[str], runner: Runner) -> t.Iterator[GitTree]:
    """One commit of a repository. NoSuchFile where the branch or tag is not there; CannotObserve where nothing can be fetched."""
    transport = transport_of(url)
    if transport not in transports:
        raise CannotObserve(
            phrase(
                "{url:path} is to be fetched by {transport}, which is not allowed (git_transports has {allowed:list})",
                url=public_url(url),
                transport=transport,
                allowed=list(transports),
            )
        )
    if "@" in urlsplit(url).netloc and transport != "ssh":
        raise CannotObserve(phrase("{url:path} has a user or a password in it: write url_username and url_password", url=public_url(url)))
    if url.startswith("-") or ref.startswith("-") or not re.fullmatch(r"[\w./@+-]{1,200}", ref):
        raise CannotObserve(phrase("{ref:path} is no name of a branch, a tag or a commit", ref=one_line(ref, 80)))
    folder = tempfile.mkdtemp(prefix="readiness-git-")
    try:
        environment = _environment(folder, transports, connection)
        bare = GitTree(os.path.join(folder, "repository"), _without_git_variables(runner), environment, ref, "", frozenset())
        yield _tree(bare, url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def transport_of(url: str) -> str:
    """https, http, ssh, git, file, or whatever stands before ``::`` or ``://``."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)(::|://)", url)
    if match:
        return match.group(1).lower()
    return "ssh" if re.match(r"[^/]+:", url) else "file"


def _tree(bare: GitTree, url: str) -> GitTree:
    for words in (["init", "--quiet", "--bare", "--template=", bare.folder], ["-C", bare.folder, "remote", "add", "origin", url]):
        done = bare.runner.run(["git", *words], env=bare.environment)
        if done.rc != 0:
            raise CannotObserve(phrase("git cannot be used here: {reason}", reason=_reason(done)))
    done = _git(bare, [*_FETCH, "--depth=1", "origin", bare.ref], bounded=True)
    if done.rc != 0:
        reason = _reason(done)
        if re.search(r"couldn't find remote ref|not our ref", done.stderr):
            raise NoSuchFile(phrase("{url:path} has no branch or tag {ref:path}", url=public_url(url), ref=bare.ref))
        raise CannotObserve(phrase("{url:path} cannot be fetched: {reason}", url=public_url(url), reason=reason))
    commit = _git(bare, ["rev-parse", "--verify", "FETCH_HEAD^{commit}"]).stdout.strip()
    listed = _git(bare, ["ls-tree", "-r", "-t", "-z", commit])
    if not commit or listed.rc != 0 or listed.truncated:
        raise CannotObserve(phrase("the files of {url:path} cannot be listed: {reason}", url=public_url(url), reason=_reason(listed)))
    entries = [entry.partition("\t") for entry in listed.stdout.split("\0") if entry]
    blank = _blank()
    empty = frozenset(name for about, _tab, name in entries if about.split()[-1] in blank)
    return dataclasses.replace(bare, commit=commit, names=frozenset(name for _about, _tab, name in entries), empty=empty)


@functools.lru_cache(maxsize=1)
def _blank() -> frozenset[str]:
    """The numbers that git gives to files of nothing but ends of lines or spaces, so that none has to be fetched to know it."""
    contents = [mark * count for mark in (b"\n", b"\r\n", b" ", b"\t", b" \n") for count in range(33)]
    whole = [b"blob %d\0" % len(content) + content for content in contents]
    return frozenset(make(one, usedforsecurity=False).hexdigest() for one in whole for make in (hashlib.sha1, hashlib.sha256))


def _git(
    tree: GitTree, words: list[str], *, bounded: bool = False, sink: t.Callable[[bytes], object] | None = None, most: int = 32 * 2**20
) -> Completed:
    hopeless = _too_much if bounded else None
    done = tree.runner.run(
        ["git", "-C", tree.folder, *words], env=tree.environment, timeout=_ENOUGH, max_output=most, hopeless=hopeless, sink=sink
    )
    if bounded and done.rc != 0 and _too_much(done.stderr):
        raise CannotObserve(phrase("more than {limit:bytes} were to be fetched, which was stopped", limit=int(MOST_MEBIBYTES) * 2**20))
    return done


def _too_much(said: str) -> bool:
    return any(unit == "GiB" or float(amount) > MOST_MEBIBYTES for amount, unit in _AMOUNT.findall(said[-200:]))


def _reason(done: Completed) -> str:
    lines = [line.strip() for line in re.split(r"[\r\n]", done.stderr) if re.match(r"\s*(fatal|error|remote):", line)]
    return one_line(re.sub(r"^(fatal|error|remote):\s*", "", lines[-1]), 200) if lines else phrase("exit code {code}", code=done.rc)


def _without_git_variables(runner: Runner) -> Runner:
    other = copy.copy(runner)
    other.environ = {
        name: value for name, value in runner.environ.items() if not name.startswith(("GIT_", "SSH_")) or name == "GIT_EXEC_PATH"
    }
    return other


def _environment(folder: str, transports: t.Sequence[str], connection: Connection) -> dict[str, str]:
    settings = [
        ("credential.helper", ""),
        ("core.hooksPath", os.devnull),
        ("core.fsmonitor", "false"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("http.followRedirects", "false"),
        ("http.lowSpeedLimit", "1000"),
        ("http.lowSpeedTime", "10"),
        ("http.sslVerify", "true" if connection.validate_certs else "false"),
        ("log.showSignature", "false"),
        ("log.showRoot", "true"),
        ("protocol.allow", "never"),
        *((f"protocol.{transport}.allow", "always") for transport in transports),
    ]
    for key, value in (
        ("http.sslCAInfo", connection.ca_path),
        ("http.sslCert", connection.client_cert),
        ("http.sslKey", connection.client_key),
    ):
        if value:
            settings.append((key, value))
    settings += [("http.extraHeader", f"{name}: {value}") for name, value in connection.headers.items()]
    if connection.bearer_token:
        settings.append(("http.extraHeader", f"Authorization: Bearer {connection.bearer_token}"))
    elif connection.url_username:
        secret = base64.b64encode(f"{connection.url_username}:{connection.url_password or ''}".encode()).decode("ascii")
        settings.append(("http.extraHeader", f"Authorization: Basic {secret}"))
    environment = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": ":".join(transports),
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "HOME": folder,
        "XDG_CONFIG_HOME": folder,
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (key, value) in enumerate(settings):
        environment[f"GIT_CONFIG_KEY_{number}"], environment[f"GIT_CONFIG_VALUE_{number}"] = key, value
    return environment


def within(folder: str, name: str) -> str | None:
    """The path of a link that stands in a file of ``folder``, from the root of the tree; None where it leads out of it."""
    path = posixpath.normpath(posixpath.join(folder, name) if not name.startswith("/") else name.lstrip("/") or ".")
    return None if path == ".." or path.startswith("../") else path


__all__ = ("TRANSPORTS", "GitTree", "NoSuchFile", "fetched", "transport_of", "within")
