# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For which version a document is, and whether the service has changed since. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import re
import typing as t

from .._clients.document import Document, Part
from .._clients.document_places import git_root
from .._clients.written_dates import days_meant
from .._finding import CannotObserve, Status
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from ._document_fields import Dated, Defect

# of the service, before that of the document itself
VERSION = (
    "applies to", "service version", "application version", "software version", "product version", "release", "releases", "for version",
    "versions", "version de l application", "version du service", "version applicative", "version", "s applique a", "pour la version",
)  # fmt: skip
UPDATED = (
    "updated", "last updated", "last update", "updated on", "modified", "last modified", "date", "mis a jour le", "mise a jour",
    "derniere mise a jour", "date de mise a jour", "modifie le",
)  # fmt: skip
_NAMED = re.compile(
    r"\s*[*_]*(?:application |service |software )?(?:version|release|applies to|s'applique à)[*_]*"
    r"(?: de l'application| du service)?\s*[:：]\s*"
    r"[*_`]*([^|;]{1,60}?)[*_`.]*\s*(?:\||$)",
    re.IGNORECASE,
)
_ONE = r"(?:version |release )?(?:v|r)?[.-]?\d+(?:\.[a-zA-Z\d*]+)*(?:[-+_][\w.+-]*)?"
_VERSIONS = re.compile(
    rf"(?:{_ONE}|[\w.+/-]{{1,60}})(?:(?:\s*[,;/]\s*|\s+(?:and|et|or|ou)\s+){_ONE})*(?:\s*\([^()]{{0,60}}\))?", re.IGNORECASE
)
_IN_TITLE = re.compile(r"(?<![\w.-])(?:[vV]\.?\s?|(?i:version|release)\s)?(\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?|(?<=[vV])\d+)(?![\w.-])")
_SINCE = (
    r"(?:since|from|from version|up to|until|before|after|below|above|at least|minimum|min|between|depuis"
    r"|a partir de|à partir de|jusqu'à|jusqu'a"
    r"|avant|après|apres|entre)"
)
_LATER = (
    r"(?:later|newer|above|up|upwards?|onwards?|higher|earlier|older|below|lower|following|suivantes?|ultérieures?|ulterieures?|supérieures?"
    r"|superieures?|antérieures?|anterieures?|inférieures?|inferieures?|plus|au-delà)"
)
_OPEN = re.compile(
    rf"[<>~^≥≤→]|\d\s+(?:-|to|through|à|au|bis)\s+v?\d|\.\.|{{{{|->|\d\+\s*$|^\s*{_SINCE}\s+v?\d|^\s*{_LATER}\s*$"
    rf"|\d\s+(?:and|et|or|ou)\s+(?:(?:les|the)\s+)?(?:versions?\s+)?{_LATER}\b|\d\s+{_LATER}\s*$",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"[<>=~^≥≤]{{1,2}}\s?\S{{1,30}}(?:\s*,?\s*[<>=~^≥≤]{{1,2}}\s?\S{{1,30}})?|\S{{1,20}}\s+-\s+\S{{1,20}}"
    rf"|{_SINCE}\s+{_ONE}(?:\s+(?:to|and|et|à)\s+{_ONE})?|{_ONE}\s*(?:→|->|to|through|à)\s*{_ONE}"
    rf"|{_ONE}(?:\s+(?:and|et|or|ou))?\s+(?:versions?\s+)?{_LATER}(?:\s+versions?)?|[a-zA-Z][\w-]{{1,30}} v?\d[\w.+-]{{0,30}}",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(r"\b(?:exclud\w*|exclu\w*|except\w*|excepte\w*|but|not|without|sauf|hors|pas|non|sans)\b", re.IGNORECASE)
_OF_NAME = re.compile(r"[a-z][a-z\d_-]*(?: [a-z_-]+){0,3}[ _-]v?(\d[\w.+-]*)", re.IGNORECASE)
_TEXTS = (
    "README CHANGELOG CHANGES HISTORY NEWS LICENSE LICENCE COPYING NOTICE AUTHORS CONTRIBUTORS CONTRIBUTING MAINTAINERS OWNERS CODEOWNERS"
)
_SHOWN = (
    "txt", "html", "css", "png", "jpg", "jpeg", "gif", "svg", "webp", "drawio", "puml", "plantuml", "mmd", "dot",
    "excalidraw", "vsdx", "pdf", "docx",
    "odt", "xlsx", "ods", "pptx", "odp",
)  # fmt: skip
# no part of the service, wherever they stand; then what stands in a folder of documents at the top, without code and settings
_EXCLUDED = (
    *("**/*.md", "**/*.markdown", "**/*.rst", "**/*.adoc", "**/*.asciidoc", "**/*.drawio"),
    *(f"**/{name}{end}" for name in _TEXTS.split() for end in ("", ".txt")),
    *("**/.gitignore", "**/.gitattributes", "**/.editorconfig", "**/.mailmap", "**/mkdocs.yml", "**/mkdocs.yaml", "**/.readthedocs.y*ml"),
    *("**/readiness.y*ml", "**/.readiness.y*ml", "**/*.readiness.y*ml", "**/readiness.d/**/*.y*ml"),
    *(f"{folder}/**/*.{end}" for folder in ("docs", "doc", "documentation") for end in _SHOWN),
    *(f"{folder}/**/{name}" for folder in ("docs", "doc", "documentation") for name in ("conf.py", "make.bat")),
    *(f"{folder}/Makefile" for folder in ("docs", "doc", "documentation")),
)
_QUIET = {"GIT_CONFIG_COUNT": "3", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"} | {
    f"GIT_CONFIG_{what}_{number}": text
    for number, (key, value) in enumerate((("core.fsmonitor", "false"), ("core.hooksPath", os.devnull), ("log.showSignature", "false")))
    for what, text in (("KEY", key), ("VALUE", value))
}


# -- the version


def versions_of(document: Document, head: t.Sequence[Part]) -> list[str]:
    """Those of the service that a document says it is for, in its front matter or in ``head``, what stands above its sections."""
    return [part for one in _stated(document, head) for part in re.split(r"\s*[,;]\s*|\s+(?:and|et)\s+", one) if part]


def _stated(document: Document, head: t.Sequence[Part]) -> list[str]:
    for name in VERSION:
        value = document.front.get(name)
        found = [one_line(one, 60) for one in (value if isinstance(value, list) else [value]) if isinstance(one, (str, int, float))]
        found = [one for one in found if one and one not in ("True", "False")]
        if found:
            return [_one(one) for one in found]
    for part in head[:12]:
        for line in part.text.split("\n")[:12] if part.kind == "words" else ():
            match = _NAMED.match(line[:200])
            if match and is_version(match.group(1).strip()):
                return [_one(match.group(1))]
    title = document.sections[0].title if document.sections else document.title or ""
    return [match.group(1) for match in _IN_TITLE.finditer(title)][:3]


def is_version(text: str) -> bool:
    """Whether a text is one or several versions, and nothing else: not a sentence that begins with one."""
    return bool(_VERSIONS.fullmatch(text[:100]) or _RANGE.fullmatch(text[:100]))


def _one(text: str) -> str:
    return re.sub(r"\s*\([^()]*\)$", "", text.strip())


def version_defects(document: Document, head: t.Sequence[Part], wanted: str | None) -> list[Defect]:
    """The document is for the version that is deployed."""
    stated, found = _stated(document, head), versions_of(document, head)
    if not found:
        return [Defect(Status.FAIL, phrase("it does not say for which version of the service it is (version)"))]
    if wanted is None:
        said = phrase("it is for version {versions:list}, and the version that is deployed is not given (version)", versions=stated)
        return [Defect(Status.UNKNOWN, said)]
    left_out = any(_LEFT_OUT.search(one) for one in stated)
    if not left_out and any(_fits(one, wanted) for one in found):
        return []
    if left_out or any(_OPEN.search(one) for one in (*stated, *found)) or any(_of_name(one, wanted) for one in found):
        said = phrase(
            "it is for {versions:list}: whether {wanted} is among these cannot be told, name the version", versions=stated, wanted=wanted
        )
        return [Defect(Status.UNKNOWN, said)]
    return [Defect(Status.FAIL, phrase("it is for version {versions:list}, and {wanted} is deployed", versions=stated, wanted=wanted))]


def _of_name(found: str, wanted: str) -> bool:
    """payments 1.4.0 may be a version of something else."""
    match = _OF_NAME.fullmatch(found)
    return bool(match and _fits(match.group(1), wanted))


def _fits(found: str, wanted: str) -> bool:
    one, other = _plain(found), _plain(wanted)
    match = re.fullmatch(r"(\d[\w.-]*?)\.[x*](?:\.[x*])*", one)
    if match:
        return other.startswith(f"{match.group(1)}.")
    return bool(one) and one == other


def _plain(version: str) -> str:
    return re.sub(r"^(?:version|release|v)[\s.:-]*(?=\d)", "", version.strip().lower())


# -- its date, and the service's


def with_date(front: t.Mapping[str, object], names: t.Collection[str]) -> dict[str, object]:
    """The front matter with the date of the last change where there is none of a review."""
    if any(front.get(name) not in (None, "") for name in names):
        return dict(front)
    value = next((front[name] for name in UPDATED if front.get(name) not in (None, "")), None)
    return dict(front) if value is None else {**front, "last reviewed": value}


def age_defects(reviewed: Dated, changed: dt.date | None, behind: float) -> list[Defect]:
    """The document is not older than the last change of the service."""
    if changed is None or not reviewed.days:
        return []
    earliest, latest = reviewed.days[0], reviewed.days[-1]
    limit = changed - dt.timedelta(seconds=behind)
    if earliest >= limit:
        return []
    if latest >= limit:
        said = phrase(
            "its date '{date}' may be {one:day} or {other:day}, and the service has changed between them: "
            "write it as 2026-12-31 is written",
            date=reviewed.written,
            one=earliest.isoformat(),
            other=latest.isoformat(),
        )
        return [Defect(Status.UNKNOWN, said)]
    said = phrase("it is of {date:day}, and the service has changed on {changed:day}", date=latest.isoformat(), changed=changed.isoformat())
    return [Defect(Status.FAIL, said)]


def last_change(folder: str, runner: Runner) -> dt.date | None:
    """When what is not a document below a folder was last changed in git; None outside of a work tree. CannotObserve."""
    if not os.path.isdir(folder):
        raise CannotObserve(phrase("the folder of the service {path:path} does not exist", path=folder))
    if git_root(os.path.realpath(folder)) is None:
        return None
    paths = [".", *(f":(exclude,glob){name}" for name in _EXCLUDED)]
    log = runner.run(["git", "log", "-1", "--format=%cI %P", "--", *paths], cwd=folder, env=_QUIET)
    if log.rc != 0:
        reason: str | Message = (log.stderr.strip().splitlines() or [phrase("exit code {code}", code=log.rc)])[0]
        if "does not have any commits" in reason:
            return None
        raise CannotObserve(phrase("git does not tell when the service was last changed: {reason}", reason=one_line(reason, 200)))
    moment, _space, parents = log.stdout.strip().partition(" ")
    if not moment:
        return None
    if not parents and runner.run(["git", "rev-parse", "--is-shallow-repository"], cwd=folder, env=_QUIET).stdout.strip() == "true":
        raise CannotObserve(phrase("the clone of git is too shallow to tell when the service was last changed (fetch more history)"))
    return next(iter(days_meant(moment)), None)


__all__ = (
    "UPDATED",
    "VERSION",
    "age_defects",
    "is_version",
    "last_change",
    "version_defects",
    "versions_of",
    "with_date",
)
