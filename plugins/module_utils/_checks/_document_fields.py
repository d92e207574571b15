# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document says of itself: owner, author, who executed it and when, its last review. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .._clients.document import Document
from .._clients.document_places import Place
from .._clients.section_content import is_placeholder
from .._clients.written_dates import days_within
from .._finding import CannotObserve, Measurement, Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import Message, phrase
from ._people_named import DONE, MAYBE, OTHER, SAME, is_person, outcome, same_person, same_words, standing

OWNER = (
    "owner", "owners", "service owner", "document owner", "doc owner", "page owner", "runbook owner", "code owner", "owner team",
    "owning team", "owned by", "responsable", "responsables", "proprietaire", "pilote", "team", "equipe", "author", "authors", "auteur",
    "auteurs", "maintainer", "maintainers", "redacteur",
)  # fmt: skip
AUTHOR = ("author", "authors", "auteur", "auteurs", "written by", "redacteur", "redige par")
EXECUTED_BY = ("executed by", "execute par", "tested by", "teste par", "rehearsed by", "joue par", "last executed by", "last tested by")
EXECUTED_ON = (
    "executed on", "executed at", "executed", "last executed", "last executed on", "rehearsed on", "rehearsed", "tested on", "last tested",
    "last tested on", "execute le", "teste le", "joue le", "derniere execution",
)  # fmt: skip
RESULT = ("execution result", "result", "outcome", "resultat", "resultat de l execution", "execution status")
REVIEWED = (
    "last reviewed", "reviewed", "last review", "reviewed on", "reviewed at", "last reviewed on", "review date", "last verified",
    "verified", "last tested", "revu le", "relu le", "derniere revue", "date de revue", "derniere relecture", "verifie le",
    "last review date", "date of last review", "date of review", "last verified on", "validated on", "derniere revision",
    "date de revision",
    "date de relecture", "date revue", "date de derniere revue", "date de la derniere revue", "date de derniere relecture",
    "date de la derniere relecture",
    "date de derniere revision", "date de la derniere revision", "review",
)  # fmt: skip
_FRENCH = re.compile(r"(?:\w+ )?(?:le|revue|relecture|execution)|date de (?:\w+ ){0,2}(?:revue|relecture)|(?:.* )?(?:derniere|de) revision")
_NAMES = ("name", "nom", "team", "equipe", "group", "role", "who", "qui", "by", "email", "mail", "contact", "slack", "id", "login")
_STATES = ("status", "statut", "state", "etat", "decision")
_DATES = ("on", "date", "at", "le", "when", "quand")
_LONGEST_NAMES = 2000  # characters of a list of people
_AHEAD = dt.timedelta(hours=14)  # somewhere it is tomorrow already
_PROMPTS = re.compile(
    r"(?:your|my|votre|some) .*|(?:the )?(?:team|owner|squad|user|first|last|your) name|name|nom|owner|somebody|someone|person|personne"
    r"|quelqu un|nobody yet|nom de l equipe|nom du responsable|prenom nom|nom prenom|first ?name last ?name|last ?name first ?name"
    r"|change ?me|to be (?:named|appointed|designated)|a (?:nommer|designer)|vacante?|n c|(?:the |our |my |l )(?:team|equipe)"
)


# authors of commits that are no persons
_PROGRAM = re.compile(
    r"(?:.* )?(?:renovate|dependabot|greenkeeper|mergify|imgbot"
    r"|weblate|crowdin|transifex|allcontributors|snyk|pre commit ci|github actions?"
    r"|gitlab ci|semantic release|release please|jenkins|automation|bot)(?: .*)?|(?:svc|ci|sa) .*|.* (?:ci|runner)"
)
_PROGRAM_MAIL = re.compile(
    r"(?i:[^@]*\[bot\]@|[^@]*\b(?:bot|renovate|dependabot|github-actions|jenkins|ci-?user|automation|pre-commit-ci)@|actions@github\.com"
    r"|support@dependabot|project_\d+_bot)"
)


class Defect(t.NamedTuple):
    status: Status
    text: Message
    line: int = 0

    def said(self) -> Message:
        return phrase("line {line}: {text}", line=self.line, text=self.text) if self.line else self.text


class Dated(t.NamedTuple):
    """A date, or the two days that it may mean, with what is wrong with it."""

    days: tuple[dt.date, ...] = ()
    defects: tuple[Defect, ...] = ()
    age: float | None = None  # seconds, of the earliest day
    by_git: bool = False
    written: str = ""


# -- people


def first(fields: t.Mapping[str, object], names: t.Sequence[str]) -> str:
    """The value of the first of these fields that has one; of a mapping who it names, of a list all of them."""
    return next((said for said in (_told(fields.get(name)) for name in names) if said), "")


def _told(value: object, depth: int = 0) -> str:
    if depth > 2:
        return ""
    if isinstance(value, t.Mapping):
        plain = {normalize(str(name)): item for name, item in value.items()}
        ordered = [plain[name] for name in _NAMES if name in plain] or list(plain.values())[:1]
        return next((said for said in (_told(item, depth + 1) for item in ordered) if said), "")
    if isinstance(value, (list, tuple)):
        return one_line(", ".join(said for said in (_told(item, depth + 1) for item in value[:5]) if said), 200)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
        return one_line(value, 200)
    return ""


def is_nobody(name: str) -> bool:
    """Whether what stands for a name names nobody: n/a, TODO, <team>."""
    return is_placeholder(name) or bool(_PROMPTS.fullmatch(normalize(name)) or re.fullmatch(r"\s*[<\[{][^@]*[>\]}]\s*", name))


def owner_defects(fields: t.Mapping[str, object]) -> list[Defect]:
    owner = first(fields, OWNER)
    if not owner:
        return [Defect(Status.FAIL, phrase("no owner is named"))]
    if all(is_nobody(name) for name in people(owner)) or not re.search(r"[^\W\d_]", owner):
        return [Defect(Status.FAIL, phrase("its owner is a placeholder ({owner})", owner=owner))]
    return []


def people(text: str) -> list[str]:
    return [name for name in re.split(r"\s*[,;&]\s*|\s+(?:and|et)\s+", text[:_LONGEST_NAMES]) if name] or [text]


def others(written: str, author: str, named: t.Sequence[str] | None = None) -> tuple[str, list[str]]:
    """Who has done it besides the author: ``other``, ``maybe`` or ``same``, and those of whom this is said. ``named``: its names."""
    names = [name for name in (people(written) if named is None else named) if _has_done(name)]
    authors = [name for name in people(author) if not is_nobody(name)] if author else []
    if any(same_words(written, one) for one in [author, *authors]):
        return SAME, names  # "Doe, Jane" is one person
    found: dict[str, list[str]] = {OTHER: [], MAYBE: [], SAME: []}
    for name in names:
        kinds = {same_person(name, one) for one in authors}
        found[SAME if SAME in kinds else MAYBE if MAYBE in kinds else OTHER].append(name)
    return next(((kind, list(which)) for kind, which in found.items() if which), (SAME, names))


def _has_done(name: str) -> bool:
    return not is_nobody(name) and is_person(name) and standing(name) == DONE


def executed_defects(document: Document, max_age: float | None, now: dt.datetime) -> list[Defect]:
    """It was executed by somebody other than who wrote it, and worked; not longer ago than ``max_age``, where that is asked for."""
    fields = document.front
    author, executed = first(fields, AUTHOR), first(fields, EXECUTED_BY)
    if not executed or not any(_has_done(name) for name in people(executed)):
        return [Defect(Status.FAIL, phrase("nobody is named who has executed it (executed_by)"))]
    if not author or all(is_nobody(name) for name in people(author)):
        said = phrase("no author is named, so nobody knows whether another than the author has executed it")
        return [Defect(Status.FAIL, said)]
    kind, names = others(executed, author)
    if kind == SAME:
        return [Defect(Status.FAIL, phrase("it was executed by its author only ({author})", author=executed))]
    defects = _of_result(fields)
    if kind == MAYBE:
        said = phrase(
            "it was executed by {names:list}, who may be its author {author}: write both names in full", names=names, author=author
        )
        defects.append(Defect(Status.UNKNOWN, said))
    name, value = _executed_on(fields)
    if value in (None, ""):
        if max_age is None:
            return defects
        return [*defects, Defect(Status.FAIL, phrase("it is not said when it was executed (executed_on)"))]
    return [*defects, *dated(name, value, max_age, now, _EXECUTION).defects]


def _of_result(fields: t.Mapping[str, object]) -> list[Defect]:
    """What is said of how the execution went."""
    inside = [value for name in EXECUTED_BY for value in _mappings(fields.get(name))]
    written = next(
        (said for said in (first({normalize(str(k)): v for k, v in one.items()}, RESULT) for one in [fields, *inside]) if said), ""
    )
    result = outcome(written)
    if result == "failed":
        return [Defect(Status.FAIL, phrase("its last execution did not work (execution_result: {result})", result=one_line(written, 60)))]
    if result == "later":
        return [Defect(Status.FAIL, phrase("its execution is still to come (execution_result: {result})", result=one_line(written, 60)))]
    if result:
        said = phrase("its last execution worked in part (execution_result: {result})", result=one_line(written, 60))
        return [Defect(Status.UNKNOWN, said)]
    return []


def _mappings(value: object) -> list[t.Mapping[str, object]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, t.Mapping)]


def _executed_on(fields: t.Mapping[str, object]) -> tuple[str, object]:
    for name in EXECUTED_ON:
        if fields.get(name) not in (None, "") and days_within(_date_of(fields[name])):
            return name, fields[name]
    for name in EXECUTED_BY:
        value = fields.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, t.Mapping):
                plain = {normalize(str(key)): date for key, date in item.items()}
                return next(((key, plain[key]) for key in _DATES if plain.get(key)), ("", None))
    return next(((name, fields[name]) for name in EXECUTED_ON if fields.get(name) not in (None, "")), ("", None))


# -- dates


class _Words(t.NamedTuple):
    """How a date is spoken of."""

    no_date: t.Callable[[str], Message]
    future: t.Callable[[str], Message]
    undone: t.Callable[[str], Message]
    old: t.Callable[[float, str, float], Message]
    unclear: t.Callable[[str, str, str], Message]


_REVIEW = _Words(
    lambda date: phrase("its review date '{date}' is not a date", date=date),
    lambda day: phrase("its review date {date:day} lies in the future", date=day),
    lambda date: phrase("its review date '{date}' is one of a review that did not take place, or that was refused", date=date),
    lambda age, day, limit: phrase(
        "its last review was {age:duration} ago ({date:day}), the limit is {limit:duration}", age=age, date=day, limit=limit
    ),
    lambda date, one, other: phrase(
        "its review date '{date}' may be {one:day} or {other:day}, and only one of them would do: write it as 2026-12-31 is written",
        date=date,
        one=one,
        other=other,
    ),
)
_EXECUTION = _Words(
    lambda date: phrase("the date of its execution '{date}' is not a date", date=date),
    lambda day: phrase("the date of its execution {date:day} lies in the future", date=day),
    lambda date: phrase("the date of its execution '{date}' is one of an execution that did not take place, or did not work", date=date),
    lambda age, day, limit: phrase(
        "it was last executed {age:duration} ago ({date:day}), the limit is {limit:duration}", age=age, date=day, limit=limit
    ),
    lambda date, one, other: phrase(
        "the date of its execution '{date}' may be {one:day} or {other:day}, and only one of them would do: "
        "write it as 2026-12-31 is written",
        date=date,
        one=one,
        other=other,
    ),
)


def dated(name: str, value: object, limit: float | None, now: dt.datetime, words: _Words) -> Dated:
    """A date as it is written. One that may mean two days decides nothing where these are not both right or both wrong."""
    meant = _date_of(value)
    written = one_line(_told(value) if meant is None else meant, 60)
    days = days_within(meant, day_first=bool(_FRENCH.fullmatch(name)))
    if days and (standing(written) != DONE or outcome(written) == "failed" or _stopped(value)):
        return Dated(defects=(Defect(Status.FAIL, words.undone(written)),))
    if not days:
        return Dated(defects=(Defect(Status.FAIL, words.no_date(written)),))
    defects = [_wrong(day, limit, now, words) for day in days]
    result = Dated(tuple(days), (), _age(days[0], now), written=written)
    if all(defect is None for defect in defects):
        return result
    if any(defect is None for defect in defects):
        unclear = words.unclear(written, days[0].isoformat(), days[-1].isoformat())
        return result._replace(defects=(Defect(Status.UNKNOWN, unclear),), age=None)
    return result._replace(defects=tuple(defect for defect in defects[:1] if defect))


def _date_of(value: object) -> object:
    """Of a mapping its date, of a list of dates the newest."""
    if isinstance(value, (list, tuple)):
        found = [(days[-1], item) for item in map(_date_of, value[:100]) if (days := days_within(item))]
        return max(found, key=lambda one: one[0])[1] if found and len(found) == len(value) else None
    if not isinstance(value, t.Mapping):
        return value
    plain = {normalize(str(key)): item for key, item in value.items()}
    return next((plain[key] for key in _DATES if isinstance(plain.get(key), (str, int))), None)


def _stopped(value: object) -> bool:
    """Whether a mapping says beside its date that nothing came of it."""
    said = " ".join(first({normalize(str(key)): item for key, item in one.items()}, (*RESULT, *_STATES)) for one in _mappings(value))
    return bool(said.strip()) and (standing(said) != DONE or outcome(said) == "failed")


def _wrong(day: dt.date, limit: float | None, now: dt.datetime, words: _Words) -> Defect | None:
    if day > (now + _AHEAD).date():
        return Defect(Status.FAIL, words.future(day.isoformat()))
    if limit is not None and _age(day, now) > limit:
        return Defect(Status.FAIL, words.old(_age(day, now), day.isoformat(), limit))
    return None


def _age(day: dt.date, now: dt.datetime) -> float:
    return max(0.0, (now - dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc)).total_seconds())


def by_person(name: str, mail: str) -> bool:
    """Whether a commit is one of a person, by its author."""
    return is_person(name) and not _PROGRAM.fullmatch(normalize(name)) and not _PROGRAM_MAIL.match(mail)


def review(document: Document, place: Place | None, limit: float, now: dt.datetime) -> Dated:
    """The last review: as it is written, else when a person last changed in git what the file says."""
    for name in REVIEWED:
        value = document.front.get(name)
        if value not in (None, "") and (name != "review" or days_within(_date_of(value))):  # review: quarterly
            return dated(name, value, limit, now, _REVIEW)
    changed = None
    if place is not None:
        try:
            changed = place.last_change(limit, by_person)
        except CannotObserve as exc:
            said = phrase("no review date is written in it, and {reason}", reason=exc.message)
            return Dated(defects=(Defect(Status.UNKNOWN, said),))
    day = changed.day if changed else None
    if day is None and changed and changed.passed:
        said = phrase(
            "no review date: it was changed in git by programs alone, or in its form alone ({count:number} times)", count=changed.passed
        )
        return Dated(defects=(Defect(Status.FAIL, said),))
    if day is None:
        return Dated(defects=(Defect(Status.FAIL, phrase("no review date: nobody knows whether it is still right")),))
    defect = _wrong(day, limit, now, _REVIEW)
    if defect and day <= now.date():
        said = phrase(
            "its last change in git was {age:duration} ago ({date:day}), the limit is {limit:duration}",
            age=_age(day, now),
            date=day.isoformat(),
            limit=limit,
        )
        defect = defect._replace(text=said)
    return Dated((day,), (defect,) if defect else (), _age(day, now), by_git=True)


def newest(reviewed: Dated, front: t.Mapping[str, object], names: t.Collection[str], now: dt.datetime) -> Dated:
    """The review, or what is newer of these dates of the document: of a last update, which is no review."""
    for name in names:
        other = dated(name, front[name], None, now, _REVIEW) if front.get(name) not in (None, "") else Dated()
        if other.days and not other.defects and (not reviewed.days or other.days[0] > reviewed.days[0]):
            reviewed = other
    return reviewed


def review_measurements(found: Dated, limit: float) -> list[Measurement]:
    if found.age is None or not found.days or any("future" in defect.text.template for defect in found.defects):
        return []
    return [Measurement("runbook_review_age_seconds", round(found.age), limit, "upper")]


__all__ = (
    "AUTHOR",
    "EXECUTED_BY",
    "EXECUTED_ON",
    "OWNER",
    "RESULT",
    "REVIEWED",
    "Dated",
    "Defect",
    "by_person",
    "executed_defects",
    "first",
    "is_nobody",
    "newest",
    "others",
    "owner_defects",
    "people",
    "review",
    "review_measurements",
)
