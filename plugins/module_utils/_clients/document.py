# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of people (Markdown, reStructuredText, HTML), read in a process that a deadline ends. PRIVATE to the collection.

A text from elsewhere may hold a reader up for hours, whoever wrote the reader. So what reads runs apart, in an interpreter of its own
(never a fork of this one, in which threads run), with its memory and its time bounded, and is ended when time is over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import json
import marshal
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types
import typing as t
from urllib.parse import urlsplit

from .._finding import CannotObserve
from .._folded_text import normalize
from .._phrase import Message, phrase
from .._watch import watched
from . import (
    document_building,
    document_confluence,
    document_frame,
    document_front,
    document_html,
    document_markdown,
    document_program,
    document_rst,
    html_tables,
)

LIMIT = 256 * 1024  # bytes of a document
SECONDS = 10.0
CPU_SECONDS = 5
_LARGEST_ANSWER = 64 * 2**20
_MODULES: tuple[types.ModuleType, ...] = (
    document_building,
    document_confluence,
    document_frame,
    document_front,
    document_html,
    document_markdown,
    document_program,
    document_rst,
    html_tables,
)
_FORMS = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".rst": "rst", ".rest": "rst",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".xml": "html",
}  # fmt: skip
_UNREADABLE = (".adoc", ".asciidoc", ".org", ".textile", ".doc", ".docx", ".odt", ".pdf", ".ipynb")
_FOREIGN = (
    (b"%PDF", phrase("a PDF file")),
    (b"PK\x03\x04", phrase("an office document or archive")),
    (b"\xd0\xcf\x11\xe0", phrase("an office document")),
)
# what the process runs first: it is handed compiled files of this interpreter, and asks no folder for them
_START = """\
import importlib.abc, importlib.machinery, marshal, sys
given = marshal.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
sys.path[:] = given["path"]
class Given(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name == "reading" or name in given["modules"]:
            return importlib.machinery.ModuleSpec(name, self, is_package=name == "reading")
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        if module.__name__ != "reading":
            exec(given["modules"][module.__name__], module.__dict__)
sys.meta_path.insert(0, Given())
from reading.document_program import main
main()
"""


@dataclasses.dataclass(frozen=True)
class Link:
    """``target`` as it is written, of a reference what it is defined as."""

    target: str
    text: str
    line: int | None


@dataclasses.dataclass(frozen=True)
class Undefined:
    """A reference that leads nowhere within the document.

    ``why``: reference, ambiguous, space; of Sphinx label, and title where a heading has the name; structure, of which docutils says so.
    """

    name: str
    line: int | None
    why: str

    def said(self) -> Message:
        if self.why == "space":
            return phrase("({name}) is no link: an address with a space in it must stand in <>, or have %20 for the space", name=self.name)
        if self.why == "structure":
            return phrase("a part of it is shown nowhere: {said}", said=self.name)
        if self.why == "ambiguous":
            return phrase("the reference {name} has more than one target", name=self.name)
        return phrase("the reference {name} is defined nowhere", name=self.name)


class Part(t.NamedTuple):
    """A paragraph, an item, a row of a table: ``kind`` is words, head, row, code, picture (whose text stands for it) or summary.

    Between the cells of a row stands `` | ``.
    """

    kind: str
    text: str
    line: int
    links: tuple[tuple[str, str], ...]  # target and text of each


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next one of its level or of a higher one. Comments are not in it, code is."""

    title: str
    level: int
    line: int | None
    anchors: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if part.text)


@dataclasses.dataclass(frozen=True)
class Document:
    """``front`` is what front matter, fields and comments say, by normalized names (``last reviewed``), in JSON's types.

    ``anchors`` are those that GitHub gives; ``elsewhere`` has what gitlab and mkdocs give the same headings.
    ``front_unread``: that the front matter could not be read, for which the document is not to blame. ``password``, ``inputs`` (names)
    and ``scripts`` (how many) are of a page of HTML.
    """

    form: str
    title: str | None
    front: t.Mapping[str, object]
    front_problem: Message | None
    front_line: int
    front_unread: bool
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    anchors: frozenset[str]
    undefined: tuple[Undefined, ...]
    password: bool = False
    inputs: tuple[str, ...] = ()
    scripts: int = 0
    elsewhere: t.Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)

    codes: tuple[tuple[str, int], ...] = ()  # within words, with their lines
    own_anchors: frozenset[str] = frozenset()  # which stand in the document as they are, the same on each site

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if part.text)

    def has_anchor(self, fragment: str, site: str = "github") -> bool:
        """Whether a link to ``#fragment`` (unquoted) leads to a place of the document, or to its top."""
        name = fragment.removeprefix("user-content-")
        return name in self.anchors_at(site) or fragment.lower() in ("", "top")

    def anchors_at(self, site: str) -> frozenset[str]:
        """What the pages of a site (github, gitlab, mkdocs) have."""
        if site not in self.elsewhere or not self.elsewhere[site]:
            return self.anchors
        return self.own_anchors | self.elsewhere[site]


def form_of(path_or_url: str, content_type: str | None = None) -> str:
    """markdown, rst or html, by the end of the name; html where the server says so. CannotObserve for a form that cannot be read."""
    name = urlsplit(path_or_url).path if re.match(r"https?://", path_or_url, re.IGNORECASE) else path_or_url
    suffix = os.path.splitext(name)[1].lower()
    if suffix in _UNREADABLE:
        raise CannotObserve(
            phrase(
                "{path:path} is in a format ({suffix}) that cannot be read: only Markdown, reStructuredText and HTML can",
                path=name,
                suffix=suffix,
            )
        )
    return "html" if content_type and "html" in content_type.lower() else _FORMS.get(suffix, "markdown")


def read(content: bytes, form: str, seconds: float = SECONDS, limit: int = LIMIT) -> Document:
    """One document. CannotObserve where it is too large, no text, or not read in time. ``Reading`` is for several."""
    with borrowed() as reading:
        return reading.read(content, form, seconds, limit)


class Reading:
    """A process that reads one document after the other; another one is started where one had to be ended. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stack = contextlib.ExitStack()
        self.reads = 0
        self.path: list[str] = []  # where it looks for libraries

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.end()

    def end(self) -> None:
        with self._lock:
            self._end()

    def read(self, content: bytes, form: str, seconds: float = SECONDS, limit: int = LIMIT) -> Document:
        """As ``read``; ``seconds`` from now on, also where others are being read."""
        for start, kind in _FOREIGN:
            if content.startswith(start):
                raise CannotObserve(phrase("it is {kind}: only Markdown, reStructuredText and HTML can be read", kind=kind))
        if len(content) > limit:
            raise CannotObserve(
                phrase(
                    "it has more than {limit:bytes}, of which nothing is read (max_size sets another limit)",
                    limit=limit,
                )
            )
        ends = time.monotonic() + seconds
        if not self._lock.acquire(timeout=max(0.0, seconds)):
            raise _too_long(seconds)
        try:
            line = self._asked(content, form, ends, seconds)
        finally:
            self._lock.release()
        return _document(json.loads(line))

    def _asked(self, content: bytes, form: str, ends: float, seconds: float) -> bytes:
        process = self._process or self._started()
        over = threading.Event()

        def stop() -> None:
            over.set()
            _kill(process)

        clock = threading.Timer(max(0.01, ends - time.monotonic()), stop)
        clock.daemon = True
        clock.start()
        line = b""
        try:
            asked, answers = t.cast("t.IO[bytes]", process.stdin), t.cast("t.IO[bytes]", process.stdout)
            question = {"form": form, "size": len(content), "seconds": CPU_SECONDS}
            asked.write(json.dumps(question).encode("ascii") + b"\n" + content)
            asked.flush()
            line = answers.readline(_LARGEST_ANSWER)
        except (OSError, ValueError):
            pass
        finally:
            clock.cancel()
            if not line.endswith(b"\n"):
                self._end()
        if line.endswith(b"\n"):
            self.reads += 1
            return line
        if over.is_set():
            raise _too_long(seconds)
        if process.returncode == -signal.SIGXCPU:
            said = phrase("reading it takes more than {seconds:duration} of a processor, and was stopped", seconds=float(CPU_SECONDS))
            raise CannotObserve(said)
        raise CannotObserve(phrase("it could not be read: the process that reads it ended (with code {code})", code=process.returncode))

    def _started(self) -> subprocess.Popen[bytes]:
        if not sys.executable:
            raise CannotObserve(phrase("the document cannot be read: there is no Python to start"))
        try:
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # it answers several times
                [sys.executable, "-I", "-S", "-B", "-c", _START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as exc:
            raise CannotObserve(phrase("the document cannot be read: {reason}", reason=exc.strerror or str(exc))) from None
        self._process, self.path = process, list(sys.path)
        self._stack.enter_context(watched(process.pid))
        given = marshal.dumps({"path": [os.path.abspath(path) for path in sys.path if path], "modules": _compiled()})
        with contextlib.suppress(OSError):
            t.cast("t.IO[bytes]", process.stdin).write(b"%d\n" % len(given) + given)
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        self.reads = 0
        if process is not None:
            _kill(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()
        self._stack.close()

    def forget(self) -> None:
        """After a fork: the process is the parent's, and must see that the parent has ended."""
        process, self._process, self._lock = self._process, None, threading.Lock()
        self._stack = contextlib.ExitStack()
        if process is not None:
            process.returncode = 0  # it is no child of this process
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    t.cast("t.IO[bytes]", pipe).close()


class _Idle:
    """Processes that have read one document and wait for another, which is then read without the time that one takes to start."""

    MOST = 2
    READS = 500  # by one of them

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Reading] = []

    def take(self) -> Reading:
        with self._lock:
            found = next((one for one in self._waiting if one.path == list(sys.path)), None)
            if found is not None:
                self._waiting.remove(found)
        return found or Reading()

    def give(self, reading: Reading) -> None:
        with self._lock:
            if len(self._waiting) < self.MOST and 0 < reading.reads < self.READS:
                self._waiting.append(reading)
                return
        reading.end()

    def forget(self) -> None:
        self._lock = threading.Lock()
        for reading in self._waiting:
            reading.forget()
        self._waiting = []


_idle = _Idle()
os.register_at_fork(after_in_child=_idle.forget)


@contextlib.contextmanager
def borrowed() -> t.Iterator[Reading]:
    """A process that reads, of this caller alone as long as he needs it. It may have read other documents before."""
    reading = _idle.take()
    try:
        yield reading
    finally:
        _idle.give(reading)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@functools.lru_cache(maxsize=1)
def _compiled() -> dict[str, types.CodeType]:
    found = {}
    for module in _MODULES:
        name = module.__name__.rpartition(".")[2]
        found[f"reading.{name}"] = compile(inspect.getsource(module), f"{name}.py", "exec", dont_inherit=True)
    return found


def _too_long(seconds: float) -> CannotObserve:
    return CannotObserve(
        phrase("it was not read within {seconds:duration}, what read it was stopped", seconds=float(max(1, round(seconds))))
    )


# -- what the process answers


class _Section(t.TypedDict):
    title: str
    level: int
    line: int
    anchors: list[str]
    start: int
    end: int


class _Answer(t.TypedDict, total=False):
    unread: str
    library: str
    reason: str
    form: str
    title: str
    front: dict[str, object]
    front_problem: tuple[str, int] | None
    sections: list[_Section]
    parts: list[tuple[str, str, int, list[tuple[str, str]]]]
    links: list[tuple[str, str, int]]
    anchors: list[str]
    elsewhere: dict[str, list[str]]
    own_anchors: list[str]
    undefined: list[tuple[str, int, str]]
    password: bool
    inputs: list[str]
    scripts: int
    codes: list[tuple[str, int]]


def _document(answer: _Answer) -> Document:
    if "unread" in answer:
        raise CannotObserve(_unread(answer))
    parts = tuple(Part(kind, text, line, tuple((target, shown) for target, shown in links)) for kind, text, line, links in answer["parts"])
    problem = answer["front_problem"]
    return Document(
        answer["form"],
        answer["title"] or None,
        {normalize(name): value for name, value in reversed(list(answer["front"].items()))},
        _of_front(problem[0]) if problem else None,
        problem[1] if problem else 0,
        problem is not None and problem[0] not in ("yaml", "toml"),
        tuple(
            Section(one["title"], one["level"], one["line"] or None, tuple(one["anchors"]), parts[one["start"] : one["end"]])
            for one in answer["sections"]
        ),
        parts,
        tuple(Link(target, text, line or None) for target, text, line in answer["links"]),
        frozenset(answer["anchors"]),
        tuple(Undefined(name, line or None, why) for name, line, why in answer["undefined"]),
        answer["password"],
        tuple(answer["inputs"]),
        answer["scripts"],
        {site: frozenset(names) for site, names in answer["elsewhere"].items()},
        tuple((text, line) for text, line in answer["codes"]),
        frozenset(answer["own_anchors"]),
    )


def _unread(answer: _Answer) -> Message:
    why = answer["unread"]
    if why == "binary":
        return phrase("it is not a text: only Markdown, reStructuredText and HTML can be read")
    if why == "library":
        return phrase(
            "Failed to import the required Python library ({library}) on the controller: this document cannot be read",
            library=answer["library"],
        )
    if why == "memory":
        return phrase("it could not be read with the memory that it may take: shorten it")
    if why == "deep":
        return phrase("it has more levels, one within the other, than can be read")
    return phrase("it could not be read ({reason})", reason=answer["reason"])


def _of_front(kind: str) -> Message:
    if kind == "yaml":
        return phrase("the front matter is not valid YAML")
    if kind == "toml":
        return phrase("the front matter is not valid TOML")
    if kind == "aliases":
        return phrase("the front matter has aliases of YAML (*name), which are not followed: write the values out")
    if kind == "no_toml":
        return phrase("the front matter is TOML, which the Python of the controller cannot read (3.11 or later can): write YAML there")
    if kind == "no_yaml":
        return phrase(
            "Failed to import the required Python library ({library}) on the controller: the front matter cannot be read", library="PyYAML"
        )
    if kind == "deep":
        return phrase("the front matter has more levels, one within the other, than are read")
    return phrase("the front matter is too long to be read")


__all__ = ("LIMIT", "SECONDS", "Document", "Link", "Part", "Reading", "Section", "Undefined", "borrowed", "form_of", "read")
