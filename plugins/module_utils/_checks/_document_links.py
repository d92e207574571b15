# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the links, anchors and references of a document lead somewhere. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import re
import typing as t
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from .._clients.document import Document, Link, Reading, Undefined, form_of
from .._clients.document_places import Place
from .._clients.links import Asking, Verdict, ask_all, of_fragment, origin, split_fragment
from .._finding import CannotObserve, Status
from .._folded_text import normalize
from .._http import Connection, public_url
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from ._document_fields import Defect
from ._document_schemes import is_for_programs, of_scheme, scheme_of

SITES = ("github", "gitlab", "mkdocs")
_SITE_NAMES = {"github": "GitHub", "gitlab": "GitLab", "mkdocs": "MkDocs"}
_WITH_ANCHORS = (".md", ".markdown", ".rst", ".html", ".htm")
_CONF = "conf.py"  # of Sphinx
# what makes a site of the files around a document, with addresses of its own; and the folders that such sites begin with
_GENERATORS = (
    *("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "mkdocs.yml", "mkdocs.yaml", "_config.yml"),
    *(
        "docusaurus.config.js",
        "docusaurus.config.ts",
        "antora.yml",
        "book.toml",
        "config/_default/hugo.toml",
        "config/_default/config.toml",
    ),
)
_OLD_HUGO = ("config.toml", "config.yaml", "config.yml", "config/_default/config.toml")  # of Hugo where there is a folder content
_ROOTS = ("content", "content/en", "docs", "static", "src", "public", "website/docs", "pages")
_FRAGMENTS_OF_PROGRAMS = re.compile(r"L\d+(C\d+)?(-L?\d+(C\d+)?)?")
_TO_TOP = re.compile(
    r"(?:back to |retour |return to |go )?(?:(?:to |the |en |au |de |a |la |page )*)?"
    r"(?:top|haut|start|debut|sommaire|up)(?: .*)?|[↑⬆🔝^▲]+\W*"
)
_VARIABLE = re.compile(r"\{\{|\$\{|\{%|<[\w-]+>")
_UNWRITTEN = re.compile(
    r"(?i:(?:https?://|\./|/|mailto:|#)?(?:to-?do|tbd|tbc|tba|fix-?me|xxx+|\.{3,}|…|url|link|lien|address|adresse|insert[-_ ].*|placeholder"
    r"|your[-_](?:url|link|page)(?:[-_]here)?|a[-_]completer|à[-_]compléter|to[-_]be[-_](?:defined|completed|written|added)|\?+)/?)"
)


class LinkArguments(t.TypedDict):
    url: str | None
    link_timeout: float
    link_hosts: list[str]
    ignore_links: list[str]
    soft_404: list[str]
    login_page: list[str]
    anchors: str
    max_size: int


@dataclasses.dataclass
class Linked:
    """A document, where it lies, and how its links are followed."""

    document: Document
    base: str  # its address; empty where it is a file
    place: Place | None
    args: LinkArguments
    reading: Reading
    runner: Runner
    links: int = 0
    ignored: int = 0

    def __post_init__(self) -> None:
        self._pages: dict[str, Document | Message] = {}
        self._sphinx: str | None = None
        self._conf = ""

    def defects(self) -> list[Defect]:
        begun = _before_variables(self.document)
        undefined = [one for one in self.document.undefined if not _is_variable(one)]
        defects: list[Defect] = [defect for one in undefined if (defect := self._of_undefined(one))]
        self.ignored += len(self.document.undefined) - len(undefined)
        asked: list[tuple[Link, str, str]] = []
        for link in self.document.links:
            target = link.target.strip()
            if link.target == link.text and begun.get(link.target, 0) > 0:
                begun[link.target] -= 1
                continue  # what an address has before its variable
            if self._is_unwritten(target, link):
                said = phrase("the link '{text}' leads nowhere ('{target}'): write where it leads", text=link.text[:60], target=target[:60])
                defects.append(Defect(Status.FAIL, said, link.line or 0))
                continue
            scheme = scheme_of(target)
            if not target or _ignored(target, self.args["ignore_links"]) or is_for_programs(scheme):
                self.ignored += 1
                continue
            if scheme not in ("", "http", "https"):
                status, said = of_scheme(scheme, target)
                defects.append(Defect(status, said, link.line or 0))
                continue
            self.links += 1
            absolute = _absolute(target, self.base)
            if absolute is None:
                said = phrase("the link {target:path} is not an address", target=one_line(target, 80))
                defects.append(Defect(Status.FAIL, said, link.line or 0))
            elif target.startswith("#"):
                defects += self._of_anchor(target, link)
            elif absolute and self._is_readers_own(absolute):
                said = phrase(
                    "the link cannot be judged: {url:path} leads to the machine of whoever follows it (ignore_links leaves it out)",
                    url=public_url(absolute),
                )
                defects.append(Defect(Status.UNKNOWN, said, link.line or 0))
            elif absolute:
                asked.append((link, *split_fragment(absolute)))
            else:
                defects += [Defect(status, said, link.line or 0) for status, said in self._of_file(target)]
        return defects + self._of_addresses(asked)

    def _is_unwritten(self, target: str, link: Link) -> bool:
        """Whether an address is still to be written. In HTML ``#`` is what buttons have."""
        if target in self.args["ignore_links"]:
            return False
        if not target or target == "#":
            return self.document.form != "html" and not _TO_TOP.fullmatch(normalize(link.text) or link.text.strip())
        return bool(_UNWRITTEN.fullmatch(target)) and not (self.place and "://" not in target and self.place.found(unquote(target)))

    def _is_readers_own(self, address: str) -> bool:
        """``http://localhost:9090``, as behind a ``port-forward``: what listens there on the controller says nothing."""
        host = (urlsplit(address).hostname or "").rstrip(".")
        given = {str(one).lower() for one in self.args["link_hosts"]}
        at_home = self.base and origin(self.base) == origin(address)
        return (host == "localhost" or host.endswith(".localhost")) and not at_home and not given & {host, origin(address)}

    # -- within the document

    def _of_anchor(self, target: str, link: Link) -> list[Defect]:
        fragment, document, site = unquote(target[1:]), self.document, self.args["anchors"]
        if document.has_anchor(fragment, site) or _FRAGMENTS_OF_PROGRAMS.fullmatch(fragment):
            return []
        status, said = _near(document, fragment, site, phrase("no heading or anchor {anchor:path} in this file", anchor=target))
        return [Defect(status, said, link.line or 0)]

    def _of_undefined(self, one: Undefined) -> Defect | None:
        line = one.line or 0
        if one.why not in ("label", "title", "reference"):
            return Defect(Status.FAIL, one.said(), line)
        if self.document.form != "rst" or self.place is None:
            return Defect(Status.FAIL, one.said(), line)
        conf = self._settings_of_sphinx()
        if conf is None:
            return Defect(Status.FAIL, one.said(), line)
        if one.why == "title" and "autosectionlabel" in conf:
            return None
        if one.why == "reference":
            if not re.search(r"rst_(?:epi|pro)log", conf):
                return Defect(Status.FAIL, one.said(), line)
            return Defect(Status.UNKNOWN, phrase("the reference {name} may be defined in conf.py, which is not run", name=one.name), line)
        elsewhere = self.place.has_label(one.name, os.path.dirname(self._conf))
        if elsewhere:
            return None
        if elsewhere is None or "intersphinx" in conf:
            said = phrase("the reference {name} may lead to another page of the documentation, which was not looked at", name=one.name)
            return Defect(Status.UNKNOWN, said, line)
        return Defect(Status.FAIL, one.said(), line)

    def _settings_of_sphinx(self) -> str | None:
        if self._sphinx is None and self.place is not None:
            self._conf = self.place.above(_CONF) or ""
            self._sphinx = self.place.read(self._conf, 256 * 1024).decode("utf-8", "replace") if self._conf else ""
        return self._sphinx or None

    # -- to other files

    def _of_file(self, target: str) -> list[tuple[Status, Message]]:
        """What is wrong with a link to another file."""
        name, fragment = split_fragment(target)
        name = unquote(name.partition("?")[0])
        if self.place is None:
            return []
        if self.place.leads_out(name):
            said = phrase("the link {target:path} leads out of the repository of the document: nobody else has what is there", target=name)
            return [(Status.FAIL, said)]
        file = self.place.found(name)
        if file is None:
            elsewhere = self._on_a_site(name)
            if elsewhere is None:
                return [(Status.FAIL, phrase("the link {target:path} is dead: there is no such file", target=name))]
            why = phrase(
                "{target:path} is no file here, and {file:path} is what a site made of these files may have there",
                target=name,
                file=elsewhere,
            )
            return [(Status.UNKNOWN, phrase("the link cannot be judged: {why}", why=why))]
        if self.place.is_empty(file):
            return [(Status.FAIL, phrase("the link {target:path} leads to an empty file", target=name))]
        if not fragment or os.path.splitext(file)[1].lower() not in _WITH_ANCHORS:
            return []
        page = self._page(file)
        if isinstance(page, Message):
            why = phrase("{path:path} cannot be read: {reason}", path=name, reason=page)
            return [(Status.UNKNOWN, phrase("the link cannot be judged: {why}", why=why))]
        if page.has_anchor(fragment, self.args["anchors"]):
            return []
        said = phrase("{path:path} has no heading or anchor #{anchor:path}", path=name, anchor=fragment)
        return [_near(page, fragment, self.args["anchors"], said)]

    def _on_a_site(self, name: str) -> str | None:
        """The file that a site generator would have where the link leads: its root is a folder, and each of its pages is one."""
        place = self.place
        if place is None or not (
            any(place.above(one) for one in _GENERATORS) or (place.found("/content") and any(place.above(one) for one in _OLD_HUGO))
        ):
            return None
        if name.startswith("/"):
            written = [f"/{root}{name}" for root in _ROOTS]
        else:
            page = os.path.splitext(os.path.basename(place.path))[0]
            written = [os.path.normpath(f"{page}/{name}")]
        found = next((one for one in written if place.found(one)), None)
        return found if found is None or found.startswith("/") else os.path.normpath(found)

    def _page(self, file: str) -> Document | Message:
        if file not in self._pages and self.place is not None:
            try:
                content = self.place.read(file, self.args["max_size"] + 1)
                self._pages[file] = self.reading.read(content, form_of(file), self.runner.remaining(10.0), self.args["max_size"])
            except CannotObserve as exc:
                self._pages[file] = exc.message
        return self._pages[file]

    # -- to addresses

    def _of_addresses(self, asked: list[tuple[Link, str, str]]) -> list[Defect]:
        args = self.args
        hosts = {str(host).lower() for host in args["link_hosts"]}
        if self.base:
            hosts.add(origin(args["url"] or ""))
        asking = Asking(Connection.from_args(args), frozenset(hosts), args["link_timeout"], args["soft_404"], args["login_page"])
        verdicts = ask_all([address for _link, address, _fragment in asked], asking, self.runner)
        defects: list[Defect] = []
        for link, address, fragment in asked:
            verdict = self._of_text(address, verdicts[address], fragment) or of_fragment(address, verdicts[address], fragment)
            if verdict.state == "dead":
                defects.append(Defect(Status.FAIL, phrase("the link is dead: {why}", why=verdict.why), link.line or 0))
            elif verdict.state == "unknown":
                defects.append(Defect(Status.UNKNOWN, phrase("the link cannot be judged: {why}", why=verdict.why), link.line or 0))
        return defects

    def _of_text(self, address: str, verdict: Verdict, fragment: str) -> Verdict | None:
        """The verdict on a place in Markdown or reStructuredText that a server sends as it is written; None for anything else."""
        answer = verdict.answer
        if not verdict.is_alive or verdict.page is not None or answer is None or answer.cut or not fragment:
            return None
        kind = answer.headers.get("content-type", "").lower()
        if not (urlsplit(address).path.lower().endswith((".md", ".markdown", ".rst")) or "markdown" in kind):
            return None
        if address not in self._pages:
            try:
                seconds = self.runner.remaining(10.0)
                self._pages[address] = self.reading.read(answer.body, form_of(address), seconds, self.args["max_size"])
            except CannotObserve as exc:
                self._pages[address] = exc.message
        page = self._pages[address]
        if isinstance(page, Message):
            return None
        if page.has_anchor(fragment, self.args["anchors"]):
            return verdict
        return Verdict("dead", phrase("the page {url:path} has no anchor #{anchor:path}", url=public_url(address), anchor=fragment))


def _is_variable(one: Undefined) -> bool:
    return one.why == "space" and bool(_VARIABLE.search(one.name))


def _before_variables(document: Document) -> dict[str, int]:
    """The beginnings of addresses up to ``{{``, of which alone a link is made where an address stands in the text."""
    found: dict[str, int] = {}
    for text in [part.text for part in document.parts if "{" in part.text]:
        for word in text.split():
            variable = _VARIABLE.search(word)
            start = word.find("http", 0, variable.start()) if variable else -1
            if variable and start >= 0:
                address = word[start : variable.start()]
                found[address] = found.get(address, 0) + 1
    return found


def _near(document: Document, fragment: str, site: str, said: Message) -> tuple[Status, Message]:
    """An anchor that is not there: whether one is there but for its capitals, or would be on another site."""
    plain = fragment.lower()
    like = next((name for name in sorted(document.anchors_at(site)) if name.lower() == plain), None)
    if like is not None and document.form == "markdown":
        told = phrase("{said}: only #{like:path}, which differs in capitals and is not followed on every site", said=said, like=like)
        return Status.WARN, told
    other = next((name for name in SITES if name != site and document.has_anchor(fragment, name)), None)
    if other is not None:
        return Status.FAIL, phrase(
            "{said} as {here} names them ({other} would: if that is where it is read, say anchors: {option})",
            said=said,
            here=_SITE_NAMES[site],
            other=_SITE_NAMES[other],
            option=other,
        )
    return Status.FAIL, said


def _absolute(target: str, base: str) -> str | None:
    """The address of a link that is to be asked for, empty for one to a file, None for nonsense."""
    try:
        address = urljoin(base or "https://", target) if base or target.startswith("//") else target
        parts = urlsplit(address)
        if parts.scheme.lower() not in ("http", "https"):
            return ""
        if not parts.hostname or not (parts.port is None or parts.port > 0):
            return None
        return address if address.isascii() else _encoded(parts)
    except ValueError:
        return None


def _encoded(parts: SplitResult) -> str:
    """An address as it is sent: a path with letters of any script has them by their numbers."""
    path, query, fragment = (quote(part, safe="/%:=&?~+!$,;'@()*[]-._") for part in parts[2:])
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def _ignored(target: str, patterns: t.Sequence[str]) -> bool:
    """Links that are to be left out, and those with a variable in them, which nobody can follow as they stand."""
    return any(fnmatch.fnmatchcase(target, pattern) for pattern in patterns) or bool(_VARIABLE.search(target))


__all__ = ("SITES", "LinkArguments", "Linked")
