# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For which version a document is, who has validated it, and whether the service has changed since. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import re
import typing as t

from .._clients.document import Document, normalize
from .._clients.document_places import git_root
from .._clients.section_content import is_placeholder, says_nothing
from .._clients.section_names import names_section
from .._clients.written_dates import days_meant
from .._finding import CannotObserve, Status
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from ._document_fields import AUTHOR, Dated, Defect, first, is_nobody, others, people
from ._people_named import DONE, MAYBE, REFUSED, SAME, is_person, standing

# of the service, before that of the document itself
VERSION = (
    "applies to", "service version", "application version", "software version", "product version", "release", "releases", "for version",
    "versions", "version de l application", "version du service", "version applicative", "version", "s applique a", "pour la version",
)  # fmt: skip
VALIDATED = (
    "validated by", "validators", "validator", "validation", "approved by", "approvers", "approver", "approval", "reviewed by",
    "reviewers", "valide par", "validateurs", "validateur", "approuve par", "approbateurs", "approbateur", "approbation", "relu par",
    "relecteurs", "visa",
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
_ONE = r"(?:version |release )?(?:v|r)?[.-]?\d+(?:\.[\w*]+)*(?:[-+_][\w.]+)*"
_VERSIONS = re.compile(
    rf"(?:{_ONE}|[\w.+/-]{{1,60}})(?:(?:\s*[,;/]\s*|\s+(?:and|et|or|ou)\s+){_ONE})*(?:\s*\([^()]{{0,60}}\))?", re.IGNORECASE
)
_RANGE = re.compile(r"[<>=~^]{1,2}\s?\S{1,30}(?:\s*,?\s*[<>=~^]{1,2}\s?\S{1,30})?|\S{1,20}\s+-\s+\S{1,20}")
_IN_TITLE = re.compile(r"(?<![\w.-])(?:[vV]\.?\s?|(?i:version|release)\s)?(\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?|(?<=[vV])\d+)(?![\w.-])")
_SIGNED = ("validation", "validated by", "approval", "approbation", "visa", "visas", "validateurs", "signatures")
_EXCLUDED = ("*.md", "*.rst", "*.adoc", "*.txt", "docs/**", "doc/**", "readiness.yml", "readiness.yaml", "CHANGELOG*")
_QUIET = {"GIT_CONFIG_COUNT": "3", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"} | {
    f"GIT_CONFIG_{what}_{number}": text
    for number, (key, value) in enumerate((("core.fsmonitor", "false"), ("core.hooksPath", os.devnull), ("log.showSignature", "false")))
    for what, text in (("KEY", key), ("VALUE", value))
}


# -- the version


def versions_of(document: Document) -> list[str]:
    """Those of the service that a document says it is for; in its front matter, or above its first sections."""
    for name in VERSION:
        value = document.front.get(name)
        found = [one_line(one, 60) for one in (value if isinstance(value, list) else [value]) if isinstance(one, (str, int, float))]
        found = [one for one in found if one and not isinstance(one, bool)]
        if found:
            return [part for one in found for part in re.split(r"\s*[,;]\s*|\s+(?:and|et)\s+", _one(one)) if part]
    for part in document.parts[:12]:
        for line in part.text.split("\n")[:12] if part.kind == "words" else ():
            match = _NAMED.match(line[:200])
            if match and is_version(match.group(1).strip()):
                return [_one(match.group(1))]
    title = document.sections[0].title if document.sections else document.title or ""
    return [match.group(1) for match in _IN_TITLE.finditer(title)][:3]


def is_version(text: str) -> bool:
    """Whether a text is one or several versions, and nothing else: not a sentence that begins with one."""
    return bool(_VERSIONS.fullmatch(text) or _RANGE.fullmatch(text))


def _one(text: str) -> str:
    return re.sub(r"\s*\([^()]*\)$", "", text.strip())


def version_defects(document: Document, wanted: str | None) -> list[Defect]:
    """The document is for the version that is deployed."""
    found = versions_of(document)
    if not found:
        return [Defect(Status.FAIL, phrase("it does not say for which version of the service it is (version)"))]
    if wanted is None:
        said = phrase("it is for version {versions:list}, and the version that is deployed is not given (version)", versions=found)
        return [Defect(Status.UNKNOWN, said)]
    if any(_fits(one, wanted) for one in found):
        return []
    if any(re.search(r"[<>~^]|\d\s+-\s+\d|\.\.|{{", one) for one in found):
        said = phrase(
            "it is for {versions:list}: whether {wanted} is among these cannot be told, name the version", versions=found, wanted=wanted
        )
        return [Defect(Status.UNKNOWN, said)]
    return [Defect(Status.FAIL, phrase("it is for version {versions:list}, and {wanted} is deployed", versions=found, wanted=wanted))]


def _fits(found: str, wanted: str) -> bool:
    one, other = _plain(found), _plain(wanted)
    match = re.fullmatch(r"(\d[\w.-]*?)\.[x*](?:\.[x*])*", one)
    if match:
        return other.startswith(f"{match.group(1)}.")
    return bool(one) and one == other


def _plain(version: str) -> str:
    return re.sub(r"^(?:version|release|v)[\s.:-]*(?=\d)", "", version.strip().lower())


# -- who has validated it


def validator_defects(document: Document, wanted: t.Sequence[str]) -> tuple[list[Defect], str]:
    """Somebody other than its author has validated it, and all who have to; with their names."""
    written = first(document.front, VALIDATED)
    if not written:
        written = _signed(document)
    everybody = people(written) if written else []
    refused = [name for name in everybody if standing(name) == REFUSED and not is_nobody(name)]
    if refused:
        return [Defect(Status.FAIL, phrase("it is not validated: {names:list}", names=refused))], ""
    names = [name for name in everybody if not is_nobody(name) and is_person(name) and standing(name) == DONE]
    if not names:
        said = (
            phrase("who has validated it is a placeholder ({names})", names=written)
            if written
            else phrase("nobody is named who has validated it (validated_by)")
        )
        return [Defect(Status.FAIL, said)], ""
    author = first(document.front, AUTHOR)
    kind, doubtful = others(written, author)
    if kind == SAME:
        return [Defect(Status.FAIL, phrase("it was validated by its author only ({author})", author=written))], written
    signed = f" {normalize(' , '.join(names))} "
    missing = [name for name in wanted if f" {normalize(name)} " not in signed]
    if missing:
        return [Defect(Status.FAIL, phrase("it is not validated by {names:list}", names=missing))], written
    if kind == MAYBE:
        said = phrase(
            "it was validated by {names:list}, who may be its author {author}: write both names in full", names=doubtful, author=author
        )
        return [Defect(Status.UNKNOWN, said)], written
    return [], written


def _signed(document: Document) -> str:
    """What stands in a section of signatures."""
    for section in document.sections:
        if any(names_section(section.title, name) for name in _SIGNED) and not says_nothing(section):
            said = [
                part.text.replace(" | ", ", ") for part in section.parts if part.kind in ("words", "row") and not is_placeholder(part.text)
            ]
            return one_line(", ".join(said), 200)
    return ""


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
    paths = [".", *(f":(exclude,glob)**/{name}" for name in _EXCLUDED)]
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
    "VALIDATED",
    "VERSION",
    "age_defects",
    "is_version",
    "last_change",
    "validator_defects",
    "version_defects",
    "versions_of",
    "with_date",
)
