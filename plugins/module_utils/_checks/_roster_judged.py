# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entries of a roster leave open, tier by tier, in words. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.roster_entries import PLAIN, Entry, Roster, Span
from .._finding import Finding, Measurement, Status, worst
from .._phrase import NOTHING, Message, and_more, phrase
from ._contacts import plain
from ._roster_cover import NO_GAP, Cover, Part, common, cover, joined, length, moment, stretch, without
from ._roster_people import Known, away, named, words

SHOWN = 20
_NUMBERED = re.compile(r"\b(?:tier|level|niveau|n|l|t)[ -]?([1-5])\b")
_BEHIND = re.compile(r"\b(?:secondary|tertiary|secondaire|backup|escalation|escalade)\b")
_LEVELS = re.compile(r"\b(?:tier|level|niveau|n|l|t|p)[ -]?([1-5])\b|\b(primary|secondary|tertiary)\b|\b(backup|escalation)\b")

Remark = tuple[Status, Message]


class Period(t.NamedTuple):
    """From when until when somebody must be on call, and when within it."""

    begin: float
    end: float
    wanted: list[Span]
    hours: str | None


class Tier(t.NamedTuple):
    """A tier of a roster: its name (none: the whole roster), and what its entries are known by."""

    name: str
    texts: tuple[str, ...] = ()
    called_for: str | None = None  # the tier of a chain that the whole roster is for

    @property
    def words(self) -> re.Pattern[str] | None:
        return words([plain(text) for text in self.texts]) if self.texts else None

    def has(self, entry: Entry) -> bool:
        if not self.texts:
            return True
        if entry.tier is not None:
            return plain(entry.tier) in {plain(text) for text in (*self.texts, self.name)}
        found = self.words
        return bool(found and (found.search(plain(entry.title)) or any(found.fullmatch(plain(one)) for one in entry.categories)))


@dataclasses.dataclass
class Judged:
    """A tier with what its entries cover."""

    tier: Tier
    parts: list[Part] = dataclasses.field(default_factory=list)
    people: dict[str, list[Span]] = dataclasses.field(default_factory=dict)
    left_out: list[tuple[Span, Message]] = dataclasses.field(default_factory=list)
    reasons: list[tuple[Span, Message]] = dataclasses.field(default_factory=list)  # of what is not sure
    entries: int = 0
    numbers: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)  # of telephones, by the name of their person
    teams: frozenset[str] = frozenset()
    name: str = ""  # in a remark beside others
    asked: list[Span] | None = None  # when it is asked at all; None: always


def tiers_of(given: t.Mapping[str, object], roster: Roster, called_for: str | None = None) -> list[Tier]:
    """The tiers that are declared; else those that the roster itself names, else the whole of it, which is for one tier of a chain."""
    if given:
        return [Tier(str(name), tuple(_texts(value)) or (str(name),)) for name, value in given.items()]
    own = dict.fromkeys(entry.tier for entry in roster.entries if entry.tier is not None)
    if called_for is not None and any(_same_level(name, called_for) for name in own):
        called_for = None
    return [Tier(name, (name,), called_for) for name in own] or [Tier("", (), called_for)]


def _same_level(name: str, other: str) -> bool:
    first, second = _NUMBERED.search(plain(name)), _NUMBERED.search(plain(other))
    return bool(first and second and first.group(1) == second.group(1))


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value if one not in (None, "")]
    return [] if value in (None, "", True) else [str(value)]


def judged(
    where: str,
    roster: Roster,
    seen: t.Sequence[Judged],
    period: Period,
    max_stretch: float,
    others: t.Sequence[Judged] = (),
    unread: t.Sequence[Message] = (),
) -> list[Finding]:
    """A finding for each tier. ``others``: tiers of the other rosters of the chain; ``unread``: why some of those are not known."""
    several = _several(roster) if len(seen) == 1 and not seen[0].tier.texts else []
    found = []
    for number, one in enumerate(seen):
        left = cover(period.wanted, one.parts)
        remarks = _remarks(one, left, period, roster)
        remarks += _alone(one, period, max_stretch)
        remarks += [remark for other in (*others, *seen[:number]) for remark in _twice(other, one, period)]
        remarks += [(Status.UNKNOWN, said) for said in unread]
        if several:
            said = phrase(
                "the roster has entries of several tiers ({names:list}), and none is declared: each must be looked at (tiers)",
                names=several,
            )
            remarks.append((Status.UNKNOWN, said))
        found.append(_finding(where, one, left, remarks, period, roster))
    return found


def _several(roster: Roster) -> list[str]:
    names = {" ".join(match.group(0).split()) for entry in roster.entries if (match := _LEVELS.search(plain(entry.title)))}
    return sorted(names) if len(names) > 1 else []


def _other_level(tier: Tier, entry: Entry, people: t.Sequence[Known], usual: t.Sequence[str]) -> str | None:
    """What an entry says of its tier, where that is none of those that the roster is for."""
    if tier.called_for is None:
        return None
    wanted = _NUMBERED.search(plain(tier.called_for))
    said = plain(entry.tier if entry.tier is not None else entry.title)
    for known in (*(one.called for one in people), words([plain(text) for text in usual])):
        said = known.sub(" ", said)
    for match in _NUMBERED.finditer(said):
        if wanted and match.group(1) != wanted.group(1):
            return match.group(0)
    behind = _BEHIND.search(said)
    return behind.group(0) if behind and wanted and wanted.group(1) == "1" else None


def looked(
    tier: Tier, roster: Roster, people: t.Sequence[Known], usual: t.Sequence[str] = (), *, reachable: bool, free_counts: bool
) -> Judged:
    """A tier with what its entries cover. ``usual``: what titles of this roster have, and what means nothing."""
    out = Judged(tier, name=tier.name)
    out.numbers = {person.name: person.numbers for person in people}
    out.teams = frozenset(person.name for person in people if person.is_team)
    leave: dict[str, list[Span]] = {}
    for entry in roster.entries:
        for name in away(entry, people):
            leave.setdefault(name, []).append(_span(entry))
    for entry in roster.entries:
        if not tier.has(entry):
            continue
        out.entries += 1
        seen = dataclasses.replace(entry, free=False) if free_counts else entry
        found = named(seen, people, tier.words, must_be_reached=reachable, usual=usual)
        span = _span(entry)
        level = _other_level(tier, entry, people, usual)
        if level is not None and found.strength == "sure":
            said = phrase(
                "'{title}' speaks of another tier ({level}) than {tier}, for which the roster is asked: say which entries are of it "
                "(tiers)",
                title=entry.title,
                level=level,
                tier=tier.called_for or "",
            )
            found = dataclasses.replace(found, strength="doubtfully", why=said)
        if not found.people:
            out.left_out.append((span, found.why or phrase("'{title}' names nobody", title=entry.title)))
            continue
        absent = _absent(found.people, leave)
        out.parts += _parted(entry, found.strength, absent)
        if found.strength == "sure" and (both := common([span], absent)):
            said = phrase("{people:list} is on leave at that time by the same roster", people=list(found.people))
            out.reasons.append((both[0], said))
        if found.why is not None:
            out.reasons.append((span, found.why))
        for name in found.people:
            out.people.setdefault(name, []).append(span)
    return out


def _absent(names: t.Sequence[str], leave: t.Mapping[str, t.Sequence[Span]]) -> list[Span]:
    """When all of these people are on leave."""
    spans: list[Span] | None = None
    for name in names:
        here = joined(leave.get(name, ()))
        spans = here if spans is None else common(spans, here)
    return spans or []


def _parted(entry: Entry, strength: str, absent: t.Sequence[Span]) -> list[Part]:
    """The entry, of which no one can be sure where its people are on leave."""
    if strength != "sure" or not any(common([span], absent) for span in entry.spans.values()):
        return [Part(entry, strength)]
    parts = []
    for way, span in entry.spans.items():
        for piece in without([span], absent):
            parts.append(Part(dataclasses.replace(entry, spans={way: piece}), "sure"))
        for piece in common([span], absent):
            parts.append(Part(dataclasses.replace(entry, spans={way: piece}), "weakly"))
    return parts


def _span(entry: Entry) -> Span:
    return next(iter(entry.spans.values()), (0.0, 0.0))


# -- what is wrong


def _remarks(one: Judged, left: Cover, period: Period, roster: Roster) -> list[Remark]:
    name = one.tier.name
    remarks: list[Remark] = []
    if left.gaps and not one.parts:
        remarks.append((Status.FAIL, _nobody_at_all(one, period, roster)))
    else:
        last = max((end for part in one.parts for _begin, end in part.entry.spans.values()), default=period.begin)
        for begin, end in left.gaps:
            remarks.append((Status.FAIL, _gap(name, begin, end, ends=end >= period.wanted[-1][1] and last <= begin + NO_GAP)))
    for begin, end in left.doubtful:
        why = _why(one, (begin, end), phrase("its entries cannot be dated"))
        said = (
            phrase(
                "{tier}: whether somebody is on call from {start:moment} to {end:moment} is not known: {why}",
                tier=name,
                start=moment(begin),
                end=moment(end),
                why=why,
            )
            if name
            else phrase(
                "whether somebody is on call from {start:moment} to {end:moment} is not known: {why}",
                start=moment(begin),
                end=moment(end),
                why=why,
            )
        )
        remarks.append((Status.UNKNOWN, said))
    for begin, end in left.weak:
        remarks.append((Status.WARN, _weak(one, (begin, end))))
    return remarks


def _gap(name: str, begin: float, end: float, *, ends: bool) -> Message:
    if ends and name:
        return phrase(
            "{tier}: the roster ends at {start:moment}; nobody is on call after it, and somebody must be until {end:moment}",
            tier=name,
            start=moment(begin),
            end=moment(end),
        )
    if ends:
        return phrase(
            "the roster ends at {start:moment}; nobody is on call after it, and somebody must be until {end:moment}",
            start=moment(begin),
            end=moment(end),
        )
    if name:
        return phrase(
            "{tier}: nobody is on call from {start:moment} to {end:moment} ({length:duration})",
            tier=name,
            start=moment(begin),
            end=moment(end),
            length=end - begin,
        )
    return phrase(
        "nobody is on call from {start:moment} to {end:moment} ({length:duration})",
        start=moment(begin),
        end=moment(end),
        length=end - begin,
    )


def _nobody_at_all(one: Judged, period: Period, roster: Roster) -> Message:
    begin, end = moment(period.begin), moment(period.end)
    if not roster.total:
        return phrase("the roster has no entry at all: nobody is on call from {start:moment} to {end:moment}", start=begin, end=end)
    if one.left_out:
        why = and_more([said for _span, said in one.left_out])
        if one.tier.name:
            return phrase(
                "{tier}: nobody is on call from {start:moment} to {end:moment}: {why}", tier=one.tier.name, start=begin, end=end, why=why
            )
        return phrase("nobody is on call from {start:moment} to {end:moment}: {why}", start=begin, end=end, why=why)
    if one.tier.name:
        return phrase(
            "{tier}: nobody is on call from {start:moment} to {end:moment}: none of its entries is of this tier ({texts:list})",
            tier=one.tier.name,
            start=begin,
            end=end,
            texts=list(one.tier.texts),
        )
    return phrase("nobody is on call from {start:moment} to {end:moment}: the roster has no entry in that time", start=begin, end=end)


def _why(one: Judged, span: Span, otherwise: Message) -> Message:
    return next((why for other, why in one.reasons if common([span], [other])), otherwise)


def _weak(one: Judged, span: Span) -> Message:
    begin, end = moment(span[0]), moment(span[1])
    here = _why(one, span, NOTHING) if any(common([span], [other]) for other, _said in one.reasons) else None
    if here is not None:
        return phrase("from {start:moment} to {end:moment} nobody is firmly on call: {why}", start=begin, end=end, why=here)
    if _zones_differ(one.parts, span):
        return phrase(
            "from {start:moment} to {end:moment} somebody is on call by the calendar's own definition of its time zone, or by the one that "
            "the world knows, and not by both: they differ",
            start=begin,
            end=end,
        )
    return phrase(
        "from {start:moment} to {end:moment} programs read the calendar differently: by the clock on the wall somebody is on call, by the "
        "exact length of an entry (RFC 5545) nobody is, or the other way round; give the series a length in days (DURATION:P7D)",
        start=begin,
        end=end,
    )


def _zones_differ(parts: t.Sequence[Part], span: Span) -> bool:
    for how in ("exact", "wall"):
        left = []
        for whose in ("own", "known"):
            spans = joined([found for part in parts if (found := part.entry.spans.get(f"{how} {whose}") or part.entry.spans.get(PLAIN))])
            left.append(length(without([span], spans)))
        if abs(left[0] - left[1]) > NO_GAP:
            return True
    return False


def _alone(one: Judged, period: Period, max_stretch: float) -> list[Remark]:
    remarks: list[Remark] = []
    for name, spans in one.people.items():
        others = [span for other, found in one.people.items() if other != name for span in found]
        longest = stretch(joined(spans), others)
        if name in one.teams or longest is None or longest[1] - longest[0] <= max_stretch or longest[0] > period.end:
            continue
        said = phrase(
            "{person} is on call alone for {length:duration} without a break, from {start:moment} on; the limit is {limit:duration}",
            person=name,
            length=longest[1] - longest[0],
            start=moment(longest[0]),
            limit=max_stretch,
        )
        remarks.append((Status.WARN, said))
    return remarks


def _twice(first: Judged, second: Judged, period: Period) -> list[Remark]:
    """One person alone in two tiers at the same time: whoever is not reached in the first is not in the second. One are also two who share
    a telephone."""
    wanted = period.wanted if first.asked is None else common(joined(period.wanted), first.asked)
    for name, other in ((name, other) for name in first.people for other in second.people):
        numbers = first.numbers.get(name, frozenset()), second.numbers.get(other, frozenset())
        shared = numbers[0] & numbers[1]
        if plain(name) != plain(other) and not shared:
            continue
        both = [span for span in common(common(_by_itself(first, name), _by_itself(second, other)), wanted) if span[1] - span[0] > NO_GAP]
        if not both:
            continue
        if plain(name) == plain(other):
            said = phrase(
                "{person} is alone on call in {first} and in {second} at once, from {start:moment} on: nobody is behind the first tier",
                person=name,
                first=first.name,
                second=second.name,
                start=moment(both[0][0]),
            )
        else:
            said = phrase(
                "{person} in {first} and {other} in {second} are on call with one telephone number, from {start:moment} on: nobody is "
                "behind the first tier",
                person=name,
                first=first.name,
                other=other,
                second=second.name,
                start=moment(both[0][0]),
            )
        return [(Status.WARN, said)]
    return []


def _by_itself(one: Judged, name: str) -> list[Span]:
    """When a person is on call in a tier, and nobody else is."""
    return without(joined(one.people[name]), joined([span for other, found in one.people.items() if other != name for span in found]))


# -- the finding


def _finding(where: str, one: Judged, left: Cover, remarks: list[Remark], period: Period, roster: Roster) -> Finding:
    status = worst(level for level, _said in remarks) or Status.PASS
    inside = {name: common(joined(spans), period.wanted) for name, spans in one.people.items()}
    people = sorted((name for name in inside if inside[name]), key=lambda name: inside[name][0])
    uncovered = length(left.gaps)
    if status == Status.PASS:
        message = _covered(one.tier.name, period, people[:SHOWN])
    else:
        message = and_more([said for level, said in remarks if level == status])
    details = [said for _level, said in remarks]
    details += [said for span, said in one.left_out if common([span], [*left.gaps, *left.doubtful])]
    return Finding(
        status,
        message,
        observed={
            "roster": where,
            "entries": one.entries,
            "people": list(people[:SHOWN]),
            "gaps": [[moment(begin), moment(end)] for begin, end in left.gaps[:SHOWN]],
        },
        expected={"from": moment(period.begin), "until": moment(period.end), "hours": period.hours},
        measurements=[Measurement("uncovered_seconds", uncovered, 0.0, "upper", count=True)],
        instance=one.tier.name,
        details=list(dict.fromkeys(details))[:SHOWN],
    )


def _covered(name: str, period: Period, people: list[str]) -> Message:
    begin, end = moment(period.begin), moment(period.end)
    hours = period.hours if length(period.wanted) < period.end - period.begin - NO_GAP else None
    if hours and name:
        return phrase(
            "{tier}: somebody is on call from {start:moment} to {end:moment} in the hours '{hours}' ({people:list})",
            tier=name,
            start=begin,
            end=end,
            hours=hours,
            people=people,
        )
    if hours:
        return phrase(
            "somebody is on call from {start:moment} to {end:moment} in the hours '{hours}' ({people:list})",
            start=begin,
            end=end,
            hours=hours,
            people=people,
        )
    if name:
        return phrase(
            "{tier}: somebody is on call from {start:moment} to {end:moment} ({people:list})",
            tier=name,
            start=begin,
            end=end,
            people=people,
        )
    return phrase("somebody is on call from {start:moment} to {end:moment} ({people:list})", start=begin, end=end, people=people)


__all__ = ("Judged", "Period", "Tier", "judged", "looked", "tiers_of")
