# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runbook is complete, owned, reviewed lately, and its links lead somewhere. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import fnmatch
import os
import re
import stat
import typing as t
from urllib.parse import unquote, urljoin, urlsplit

from .._argspec import Spec, http_spec
from .._clients.documents import Document, Heading, Link, decode, format_of, normalize, parse, parse_date
from .._clients.links import LOGIN_PAGE, SOFT_404, Asking, ask_all, judge, of_fragment, origin, split_fragment
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, worst
from .._http import Connection, HttpArguments, public_url
from .._message import one_line
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner, unreadable

WHERE = "controller"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **http_spec(),
    "path": {"type": "path"},
    "sections": {
        "type": "list",
        "elements": "str",
        "default": ["symptoms", "diagnosis", "mitigation", "escalation", "rollback"],
    },
    "max_age": {"type": "str", "default": "365d"},
    "owner_required": {"type": "bool", "default": True},
    "executed_by_other": {"type": "bool", "default": False},
    "check_links": {"type": "bool", "default": True},
    "link_timeout": {"type": "str", "default": "10s"},
    "link_hosts": {"type": "list", "elements": "str", "default": []},
    "ignore_links": {"type": "list", "elements": "str", "default": []},
    "soft_404": {"type": "list", "elements": "str", "default": list(SOFT_404)},
    "login_page": {"type": "list", "elements": "str", "default": list(LOGIN_PAGE)},
}
CONSTRAINTS = {"required_one_of": [("path", "url")], "mutually_exclusive": [("path", "url")]}
DURATIONS = ("max_age", "link_timeout")

# names of a section, normalized: lower case, no accents, words separated by one space
SYNONYMS: dict[str, tuple[str, ...]] = {
    "symptoms": (
        "symptom", "symptoms", "symptome", "symptomes", "signs", "signes", "manifestation", "manifestations", "detection", "what you see",
        "ce que l on voit", "meaning", "signification", "alert", "alerts", "alerte", "alertes", "constat",
    ),
    "diagnosis": (
        "diagnosis", "diagnose", "diagnostic", "diagnostics", "triage", "investigation", "investigate", "analysis", "analyse",
        "troubleshooting", "troubleshoot", "root cause", "recherche de cause", "verifications", "verification", "checks", "controles",
    ),
    "mitigation": (
        "mitigation", "mitigate", "mitigations", "remediation", "remediate", "resolution", "resolve", "action", "actions", "fix",
        "recovery", "recover", "workaround", "workarounds", "contournement", "contournements", "attenuation", "depannage",
        "retablissement", "reprise", "correction", "traitement", "remede",
    ),
    "escalation": (
        "escalation", "escalations", "escalate", "escalade", "who to call", "whom to call", "qui appeler", "qui contacter", "contact",
        "contacts", "on call", "astreinte", "support",
    ),
    "rollback": (
        "rollback", "roll back", "rolling back", "back out", "backout", "backing out", "revert", "retour arriere", "retour en arriere",
        "retour a la version precedente", "way back",
    ),
    "impact": ("impact", "impacts", "consequence", "consequences", "effet", "effets"),
    "restore": ("restore", "restoring", "restauration", "restaurer"),
    "start_stop": (
        "start and stop", "start stop", "starting and stopping", "arret demarrage", "demarrage et arret", "arret et demarrage",
        "arret relance",
    ),
}  # fmt: skip
OWNER = (
    "owner", "owners", "responsable", "responsables", "proprietaire", "team", "equipe", "author", "authors", "auteur", "auteurs",
    "maintainer",
)  # fmt: skip
AUTHOR = ("author", "authors", "auteur", "auteurs", "written by", "redacteur", "redige par")
EXECUTED_BY = ("executed by", "execute par", "tested by", "teste par", "rehearsed by")
REVIEWED = (
    "last reviewed", "reviewed", "last review", "reviewed on", "reviewed at", "last verified", "verified", "last tested", "revu le",
    "relu le", "derniere revue", "date de revue", "derniere relecture", "verifie le",
)  # fmt: skip
_LONGEST_NAMES = 2000  # characters of a list of people
_PLACEHOLDER = re.compile(
    r"(todo|tbd|tba|tbc|fixme|wip|xxx+|coming soon|work in progress|lorem ipsum|to be (completed|done|written|defined|filled)"
    r"|a (completer|rediger|faire|definir|remplir|venir)|en cours de redaction)\b.*"
)
_PAGES = ("", ".md", ".rst", "/index.md", "/README.md", "/index.rst", "/_index.md")
_MAX_FILE = 8 * 2**20
_AHEAD = dt.timedelta(hours=14)  # somewhere it is tomorrow already


class Arguments(HttpArguments):
    url: str | None
    path: str | None
    sections: list[str]
    max_age: float
    owner_required: bool
    executed_by_other: bool
    check_links: bool
    link_timeout: float
    link_hosts: list[str]
    ignore_links: list[str]
    soft_404: list[str]
    login_page: list[str]


class Defect(t.NamedTuple):
    status: Status
    text: Message
    line: int = 0

    def said(self) -> Message:
        return phrase("line {line}: {text}", line=self.line, text=self.text) if self.line else self.text


class Source(t.NamedTuple):
    """Where the runbook is, and what it says."""

    where: str
    text: str
    kind: str
    url: str = ""
    path: str = ""


def run(args: Arguments, runner: Runner) -> Finding:
    source = _fetch(args["url"], args, runner) if args["url"] else _read(args["path"] or "", runner)
    if isinstance(source, Finding):
        return source
    if not source.text.strip():
        return failed(phrase("the runbook {where:path} is empty", where=source.where), instance=source.where)
    document = parse(source.text, source.kind)
    defects = [Defect(Status.FAIL, text, line) for line, text in document.problems]
    sections, found = section_defects(document, args["sections"])
    defects += sections
    owner = _first(document.fields, OWNER)
    if args["owner_required"] and (not owner or _PLACEHOLDER.fullmatch(normalize(owner))):
        said = phrase("its owner is a placeholder ({owner})", owner=owner) if owner else phrase("no owner is named")
        defects.append(Defect(Status.FAIL, said))
    if args["executed_by_other"]:
        defects += executed_defects(document)
    reviewed, review, measurements = _review(document, source, args["max_age"], runner)
    defects += review
    counts = {"links": 0, "ignored": 0}
    if args["check_links"]:
        defects += _link_defects(document, source, args, runner, counts)
    observed: dict[str, object] = {
        "sections": found,
        "owner": owner,
        "reviewed": reviewed.isoformat() if reviewed else None,
        "links": counts["links"],
        "links_ignored": counts["ignored"],
    }
    expected: dict[str, object] = {"sections": args["sections"], "max_age_seconds": args["max_age"]}
    return _finding(source, defects, args, observed, expected, measurements, runner.now())


# -- the text


def _fetch(url: str, args: Arguments, runner: Runner) -> Source | Finding:
    where = public_url(url)
    answer = runner.get(url, connection=Connection.from_args(args), max_bytes=_MAX_FILE, timeout=max(args["link_timeout"], 1.0))
    verdict = judge(url, answer, args["soft_404"], args["login_page"])
    if verdict.state == "dead" and answer.status < 500:
        return failed(phrase("there is no runbook: {why}", why=verdict.why), instance=where, absent=True)
    if verdict.state != "alive":
        raise CannotObserve(phrase("the runbook cannot be read: {why}", why=verdict.why))
    text = decode(answer.body, where)
    return Source(where, text, format_of(urlsplit(url).path, is_html=answer.looks_like_html), url=answer.url or url)


def _read(path: str, runner: Runner) -> Source | Finding:
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return failed(phrase("the runbook {path:path} does not exist", path=path), instance=path, absent=True)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if stat.S_ISDIR(mode):
        return failed(phrase("the runbook {path:path} is a folder, not a file", path=path), instance=path)
    if not stat.S_ISREG(mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    kind = format_of(path)
    return Source(path, decode(runner.read_bytes(path, max_bytes=_MAX_FILE), path), kind, path=os.path.realpath(path))


# -- sections, owner, executed by


def section_defects(document: Document, wanted: t.Sequence[str]) -> tuple[list[Defect], list[str]]:
    """What is wrong with the sections, and those that are there with content."""
    defects: list[Defect] = []
    found: list[str] = []
    headings = document.headings
    if len(headings) > 1 and all(other.level > headings[0].level for other in headings[1:]):
        headings = headings[1:]  # the title of the whole is no section
    for name in wanted:
        matching = [heading for heading in headings if names_section(heading.text, name)]
        filled = [heading for heading in matching if has_content(document.content(heading))]
        if filled:
            found.append(name)
        elif matching:
            defects.append(Defect(Status.FAIL, _unfilled(name, matching[0], document), matching[0].line))
        else:
            defects.append(Defect(Status.FAIL, phrase("the section {name} is missing", name=name)))
    return defects, found


def _unfilled(name: str, heading: Heading, document: Document) -> Message:
    rest = [line for line in document.content(heading) if normalize(line)]
    if not rest:
        return phrase("the section {name} ('{heading}') is empty", name=name, heading=heading.text)
    return phrase("the section {name} ('{heading}') says only '{said}'", name=name, heading=heading.text, said=one_line(rest[0], 40))


def names_section(heading: str, name: str) -> bool:
    """Whether a heading is one of the section's names, or has it in it as whole words."""
    plain = f" {normalize(heading)} "
    key = re.sub(r"[\s-]+", "_", name.strip().lower())
    return any(f" {synonym} " in plain for synonym in (*SYNONYMS.get(key, ()), normalize(name)) if synonym)


def meant(names: t.Iterable[str]) -> list[str]:
    """Names of sections as they are compared: each as it is, and the section of which it is one name."""
    plain = {normalize(name) for name in names}
    return sorted(plain | {normalize(section) for section, synonyms in SYNONYMS.items() if plain.intersection(synonyms)})


def has_content(lines: t.Sequence[str]) -> bool:
    """Whether there is more than empty lines, TODO and the like."""
    plain = [normalize(line) for line in lines]
    return any(line and not _PLACEHOLDER.fullmatch(line) for line in plain)


def executed_defects(document: Document) -> list[Defect]:
    author, executed = _first(document.fields, AUTHOR), _first(document.fields, EXECUTED_BY)
    if not executed:
        return [Defect(Status.FAIL, phrase("nobody is named who has executed it (executed_by)"))]
    if not author:
        said = phrase("no author is named, so nobody knows whether another than the author has executed it")
        return [Defect(Status.FAIL, said)]
    authors = {normalize(name) for name in _names(author)}
    if not {normalize(name) for name in _names(executed)} - authors:
        return [Defect(Status.FAIL, phrase("it was executed by its author only ({author})", author=executed))]
    return []


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"\s*[,;&]\s*|\s+(?:and|et)\s+", text[:_LONGEST_NAMES]) if name]


def _first(fields: t.Mapping[str, object], names: t.Sequence[str]) -> str:
    for name in names:
        value = fields.get(name)
        if isinstance(value, (list, tuple)):
            value = ", ".join(str(item) for item in value[:5] if isinstance(item, (str, int)))
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return one_line(value, 200)
    return ""


# -- the last review


def _review(document: Document, source: Source, limit: float, runner: Runner) -> tuple[dt.date | None, list[Defect], list[Measurement]]:
    reviewed: dt.date | None = None
    by_git = False
    for name in REVIEWED:
        value = document.fields.get(name)
        if value not in (None, ""):
            reviewed = parse_date(value)
            if reviewed is None:
                return None, [Defect(Status.FAIL, phrase("its review date '{date}' is not a date", date=one_line(value, 40)))], []
            break
    if reviewed is None and source.path:
        try:
            reviewed, by_git = git_date(source.path, runner), True
        except CannotObserve as exc:
            return None, [Defect(Status.UNKNOWN, phrase("no review date is written in it, and {reason}", reason=exc.message))], []
    if reviewed is None:
        return None, [Defect(Status.FAIL, phrase("no review date: nobody knows whether it is still right"))], []
    now = runner.now()
    if reviewed > (now + _AHEAD).date():
        return reviewed, [Defect(Status.FAIL, phrase("its review date {date:day} lies in the future", date=reviewed.isoformat()))], []
    age = max(0.0, (now - dt.datetime(reviewed.year, reviewed.month, reviewed.day, tzinfo=dt.timezone.utc)).total_seconds())
    measurements = [Measurement("runbook_review_age_seconds", round(age), limit, "upper")]
    if age > limit:
        return reviewed, [Defect(Status.FAIL, _old(reviewed, age, limit, by_git))], measurements
    return reviewed, [], measurements


def _old(reviewed: dt.date, age: float, limit: float, by_git: bool) -> Message:
    date = reviewed.isoformat()
    if by_git:
        return phrase(
            "its last change in git was {age:duration} ago ({date:day}), the limit is {limit:duration}", age=age, date=date, limit=limit
        )
    return phrase("its last review was {age:duration} ago ({date:day}), the limit is {limit:duration}", age=age, date=date, limit=limit)


def git_date(path: str, runner: Runner) -> dt.date | None:
    """When the file was last changed in git; None outside of a work tree and for a file that git does not follow. CannotObserve."""
    folder, name = os.path.split(path)
    if git_root(folder) is None:
        return None
    log = runner.run(["git", "log", "-1", "--format=%aI %P", "--", name], cwd=folder)
    if log.rc != 0:
        reason = (log.stderr.strip().splitlines() or [phrase("exit code {code}", code=log.rc)])[0]
        if "does not have any commits" in reason:
            return None
        raise CannotObserve(phrase("git does not tell its last change: {reason}", reason=reason))
    moment, _space, parents = log.stdout.strip().partition(" ")
    if not moment:
        return None
    if not parents and runner.run(["git", "rev-parse", "--is-shallow-repository"], cwd=folder).stdout.strip() == "true":
        # where a shallow clone is cut, every file looks as if it had just been changed
        raise CannotObserve(phrase("the clone of git is too shallow to tell its last change (fetch more history)"))
    return parse_date(moment)


def git_root(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


# -- links


def _link_defects(document: Document, source: Source, args: Arguments, runner: Runner, counts: dict[str, int]) -> list[Defect]:
    defects: list[Defect] = []
    asked: list[tuple[Link, str, str]] = []
    pages: dict[str, Document] = {}
    for link in document.links:
        target = link.target.strip()
        scheme = target.partition(":")[0].lower() if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", target) else ""
        if _ignored(target, args["ignore_links"]) or scheme not in ("", "http", "https"):
            counts["ignored"] += 1
            continue
        counts["links"] += 1
        absolute = _absolute(target, source.url)
        if absolute is None:
            defects.append(Defect(Status.FAIL, phrase("the link {target:path} is not an address", target=one_line(target, 80)), link.line))
            continue
        if target.startswith("#"):
            if not document.has_anchor(unquote(target[1:])):
                defects.append(Defect(Status.FAIL, phrase("no heading or anchor {anchor:path} in this file", anchor=target), link.line))
        elif absolute:
            asked.append((link, *split_fragment(absolute)))
        else:
            problem = local_problem(target, source.path, pages, runner)
            if problem:
                defects.append(Defect(Status.FAIL, problem, link.line))
    return defects + _http_defects(asked, source, args, runner)


def _absolute(target: str, base: str) -> str | None:
    """The address of a link that is to be asked for, empty for one to a file, None for nonsense."""
    try:
        address = urljoin(base or "https://", target) if base or target.startswith("//") else target
        parts = urlsplit(address)
        if parts.scheme.lower() not in ("http", "https"):
            return ""
        return address if parts.hostname and (parts.port is None or parts.port > 0) else None
    except ValueError:
        return None


def _ignored(target: str, patterns: t.Sequence[str]) -> bool:
    """Links that are to be left out, and those with a variable in them, which nobody can follow as they stand."""
    return any(fnmatch.fnmatchcase(target, pattern) for pattern in patterns) or bool(re.search(r"\{\{|\$\{|\{%|<[\w-]+>", target))


def _http_defects(asked: list[tuple[Link, str, str]], source: Source, args: Arguments, runner: Runner) -> list[Defect]:
    hosts = {str(host).lower() for host in args["link_hosts"]}
    if source.url:
        hosts.add(origin(args["url"] or ""))
    asking = Asking(Connection.from_args(args), frozenset(hosts), args["link_timeout"], args["soft_404"], args["login_page"])
    verdicts = ask_all([address for _link, address, _fragment in asked], asking, runner)
    defects: list[Defect] = []
    for link, address, fragment in asked:
        verdict = of_fragment(address, verdicts[address], fragment)
        if verdict.state == "dead":
            defects.append(Defect(Status.FAIL, phrase("the link is dead: {why}", why=verdict.why), link.line))
        elif verdict.state == "unknown":
            defects.append(Defect(Status.UNKNOWN, phrase("the link cannot be judged: {why}", why=verdict.why), link.line))
    return defects


def local_problem(target: str, path: str, pages: dict[str, Document], runner: Runner) -> Message | None:
    """What is wrong with a link to another file; None when nothing is."""
    name, fragment = split_fragment(target)
    name = unquote(name.partition("?")[0])
    folder = os.path.dirname(path)
    root = (git_root(folder) or folder) if name.startswith("/") else folder
    base = os.path.join(root, name.lstrip("/"))
    file = next((base.rstrip("/") + end for end in _PAGES if os.path.exists(base.rstrip("/") + end)), None)
    if file is None:
        return phrase("the link {target:path} is dead: there is no such file", target=name)
    if not fragment or os.path.splitext(file)[1].lower() not in (".md", ".markdown", ".rst", ".html", ".htm"):
        return None
    if file not in pages:
        try:
            pages[file] = parse(decode(runner.read_bytes(file, max_bytes=_MAX_FILE), file), format_of(file))
        except CannotObserve:
            return None
    if pages[file].has_anchor(fragment):
        return None
    return phrase("{path:path} has no heading or anchor #{anchor:path}", path=name, anchor=fragment)


# -- the finding


def _finding(
    source: Source,
    defects: list[Defect],
    args: Arguments,
    observed: dict[str, object],
    expected: dict[str, object],
    measurements: list[Measurement],
    now: dt.datetime,
) -> Finding:
    status = worst(defect.status for defect in defects) or Status.PASS
    if defects:
        worst_first = sorted(defects, key=lambda defect: defect.status != status)
        message = phrase("the runbook {where:path}: {defects}", where=source.where, defects=and_more([one.said() for one in worst_first]))
    else:
        message = phrase("the runbook {where:path} has {parts:list}", where=source.where, parts=_merits(args, observed))
    since = None
    if measurements and measurements[0].value > float(args["max_age"]):
        since = isoformat(now - dt.timedelta(seconds=measurements[0].value - float(args["max_age"])))
    return Finding(
        status,
        message,
        observed=observed,
        expected=expected,
        measurements=measurements,
        instance=source.where,
        since=since,
        details=[defect.said() for defect in sorted(defects, key=lambda defect: defect.line)],
    )


def _merits(args: Arguments, observed: t.Mapping[str, object]) -> list[Message]:
    """What a runbook without a defect has."""
    parts = []
    if args["sections"]:
        parts.append(plural("{count:number} section", "{count:number} sections", count=len(args["sections"])))
    if observed["owner"]:
        parts.append(phrase("an owner ({owner})", owner=observed["owner"]))
    parts.append(phrase("a review of {date:day} (limit {limit:duration})", date=observed["reviewed"], limit=args["max_age"]))
    if args["check_links"]:
        links = int(str(observed["links"]))
        parts.append(plural("{count:number} link that leads somewhere", "{count:number} links that lead somewhere", count=links))
    return parts


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "SYNONYMS",
    "TIMEOUT",
    "WHERE",
    "executed_defects",
    "git_date",
    "has_content",
    "local_problem",
    "names_section",
    "run",
    "section_defects",
)
