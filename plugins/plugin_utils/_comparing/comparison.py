# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before and after, fact by fact: gone, new, changed, newly firing, or not to be compared. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ...module_utils._finding import Finding, Measurement, Status
from ...module_utils._phrase import Message, listed, phrase, plural
from .._model.baseline import Baseline, Unseen
from .._model.compared import Compared, GoneThing, Moved, NotKnown, Origin, Thing
from .._model.planned import Terms
from .._model.text import as_list
from .comparable import GOOD, HOLDS, NEW_IS_BAD, NUMBER, SET, STATE, Spec, called, facts, matches, names, on_host, specs, tolerance

MOST = 8  # things that are gone with a finding of their own; more of one kind are told in one
LISTED = 100
_NAMED = 3  # things that are named in a sentence
SEEN, GONE, UNKNOWN, ASIDE = "seen", "gone", "unknown", "aside"


@dataclasses.dataclass(frozen=True)
class _Number:
    """A number as a fact has it, with how many things it was measured on."""

    value: float
    of_how_many: float | None = None

    @classmethod
    def of(cls, fact: t.Mapping[str, object]) -> _Number:
        how_many = fact.get("of")
        return cls(float(str(fact["value"])), how_many if isinstance(how_many, (int, float)) else None)


@dataclasses.dataclass(frozen=True)
class Place:
    """One check on one instance and host, as it is found again."""

    requirement: str
    check: str
    instance: str
    host: str
    outlook: str  # seen, gone, unknown; aside: it is not compared, and that is no fault
    why: Message
    found: t.Sequence[Finding]
    items: t.Mapping[str, set[str]]  # by fact, of all instances of this check on this host: instances may be renamed


class Comparison:
    """Collects what became of the facts of a baseline."""

    def __init__(self, baseline: Baseline, terms: Terms, hosts: set[str]) -> None:
        """``hosts``: those of today."""
        self.baseline, self.terms, self.hosts = baseline, terms, hosts
        self.compared = 0
        self.gone: dict[tuple[str, str], GoneThing] = {}
        self.new: list[Thing] = []
        self.changed: list[Moved] = []
        self.within: list[Moved] = []
        self.firing: dict[tuple[str, str], Thing] = {}
        self.unknown: dict[tuple[str, str, str], NotKnown] = {}
        self.aside: collections.Counter[Message] = collections.Counter()
        self.named: list[list[Message]] = []  # everything that was there, by its names
        self.heeded: set[str] = set()  # announcements that something answers to
        self._before: dict[tuple[str, str, str], set[str]] = collections.defaultdict(set)
        known = [(address, host) for host, addresses in baseline.addresses.items() for address in addresses]
        kept = {address for address, host in known if host in hosts}
        self._left = {address: host for address, host in known if address not in kept}
        for observation in baseline.observations:
            for name, value in observation.facts.items():
                if isinstance(value, list):
                    self._before[(observation.check, observation.host, name)].update(str(item) for item in value)

    # -- one fact

    def fact(self, place: Place, name: str, spec: Spec, before: object) -> None:
        """Compares one fact of one place with what was found there."""
        kind = spec["kind"]
        if kind == NEW_IS_BAD:
            self._alarms(place, name, spec)
        elif kind == SET and isinstance(before, list):
            for item in before:
                self._item(place, name, spec, str(item))
        elif kind == NUMBER and isinstance(before, dict):
            self._number(place, name, spec, _Number.of(before))
        elif (kind == HOLDS and before is True) or (kind == STATE and before in spec["good"]):
            self._condition(place, name, spec, before)

    def _item(self, place: Place, name: str, spec: Spec, item: str) -> None:
        known_as = names(spec, item, place.host)
        self.named.append(known_as)
        left = self._left.get(_address(item))
        if item in place.items.get(name, ()):
            self.compared += 1
        elif left:
            self.aside[phrase("{host} has left the inventory", host=left)] += 1
        elif place.outlook == SEEN and spec.get("among") and not _among(place, spec["among"], item):
            self.aside[phrase("{what} is not needed any more", what=known_as[0])] += 1
        elif place.outlook == SEEN and any(finding.status is Status.FAIL or name in facts(finding) for finding in place.found):
            unknown = next((finding for finding in place.found if finding.status is Status.UNKNOWN), None)
            if unknown:  # it may have the item
                self._not_known(place, unknown.message)
            else:
                said = phrase("{what}, which was there before the deployment, is gone", what=known_as[0])
                self._gone(place, known_as, said)
        else:
            self._otherwise(place, known_as, place.why or phrase("{check} no longer tells it", check=place.check))

    def _condition(self, place: Place, name: str, spec: Spec, before: object) -> None:
        known_as = names(spec, place.instance, place.host)
        self.named.append(known_as)
        failed = next((finding for finding in place.found if finding.status is Status.FAIL), None)
        if place.outlook != SEEN:
            self._otherwise(place, known_as, place.why)
        elif failed is None or any(finding.status in GOOD for finding in place.found):
            self.compared += 1
        elif spec["kind"] == HOLDS:
            message = phrase(
                "{what} was as it must be before the deployment and is not now: {reason}", what=known_as[0], reason=failed.message
            )
            self._gone(place, known_as, message)
        elif failed.observed.get(name) in spec["good"]:
            self.compared += 1
        else:
            words = {None: phrase("gone"), **spec.get("words", {})}
            after = failed.observed.get(name)
            message = phrase(
                "{what} was {before} before the deployment and is {now}",
                what=known_as[0],
                before=words.get(before, before),
                now=words.get(after, after),
            )
            self._gone(place, known_as, message)

    def _number(self, place: Place, name: str, spec: Spec, before: _Number) -> None:
        limits = tolerance(name, spec, self.terms.tolerances)
        label = called(spec, place.instance)
        found = next((value for finding in place.found if isinstance(value := facts(finding).get(name), dict)), None)
        if found is None:
            if place.outlook in (UNKNOWN, ASIDE):
                self._otherwise(place, [label], place.why)
            return  # that what it was measured on fails or is gone is told by the other facts
        now = _Number.of(found)
        counts = [number.of_how_many for number in (before, now) if number.of_how_many is not None]
        if spec.get("at_least") and not limits.given and any(count < spec["at_least"] for count in counts):
            self.aside[_too_few(label, min(counts), spec)] += 1
            return
        self.compared += 1
        exceeded = limits.exceeded(before.value, now.value)
        moved = Moved(
            name=name,
            what=label,
            instance=place.instance,
            host=place.host,
            before=before.value,
            after=now.value,
            limit=limits.limit(before.value),
            bound=limits.worse,
            status=limits.then.value if exceeded else "pass",
        )
        (self.changed if exceeded else self.within).append(moved)

    def _alarms(self, place: Place, name: str, spec: Spec) -> None:
        if place.outlook in (UNKNOWN, ASIDE):
            self._otherwise(place, [], place.why)
        elif any(name in facts(finding) for finding in place.found):
            self.compared += 1
        for item in sorted(place.items.get(name, set()) - self._before[(place.check, place.host, name)]):
            what = called(spec, item)
            self.firing[(what, place.host)] = Thing(what, place.instance, place.host)

    # -- what became of it

    def _gone(self, place: Place, known_as: list[Message], message: Message) -> None:
        announced = next((one for one in self.terms.removed if matches(one.what, known_as)), None)
        if announced:
            self.heeded.add(announced.what)
        reason = announced.reason if announced else None
        gone = GoneThing(known_as[0], place.check, place.requirement, place.instance, place.host, message, reason)
        self.gone.setdefault((known_as[0], place.host), gone)

    def _otherwise(self, place: Place, known_as: list[Message], why: Message) -> None:
        if place.outlook == GONE:
            said = phrase("{what} was there before the deployment and is not looked at any more: {reason}", what=known_as[0], reason=why)
            self._gone(place, known_as, said)
        elif place.outlook == ASIDE:
            self.aside[why] += 1
        else:
            self._not_known(place, why)

    def _not_known(self, place: Place, why: Message) -> None:
        self.unknown.setdefault((place.check, place.instance, place.host), NotKnown(place.check, place.instance, place.host, why))

    def news(self, findings: t.Sequence[Finding]) -> None:
        """What was not there before; not of what was not looked at then."""
        places = {(item.check, item.instance, item.host) for item in self.baseline.observations}
        unseen = {(item.check, item.instance, item.host) for item in self.baseline.unseen}
        looked_at, joined = set(self.baseline.requirements), sorted(self.hosts - set(self.baseline.hosts))
        known: set[tuple[str, str]] = set()
        for finding in findings:
            place = (finding.check, finding.instance, finding.host)
            if finding.requirement not in looked_at or place in unseen or finding.host in joined:
                continue
            for name, value in facts(finding).items():
                spec = specs(finding.check)[name]
                found: list[str] = []
                if spec["kind"] == SET and isinstance(value, list):
                    found = [item for item in value if item not in self._before.get((finding.check, finding.host, name), ())]
                elif spec["kind"] in (HOLDS, STATE) and place not in places and finding.status in GOOD:
                    found = [finding.instance]
                for item in found:
                    what = names(spec, item, finding.host)[0]
                    if (what, finding.host) not in known:
                        known.add((what, finding.host))
                        self.new.append(Thing(what, finding.instance, finding.host))
        self.new += [Thing(phrase("host {host}", host=host), "", host) for host in joined]

    # -- what it means

    def findings(self) -> list[Finding]:
        """The worst first; what is as it was in one that passes, with all that is new, announced or not compared."""
        return [*self._of_gone(), *self._of_firing(), *self._of_changed(), *self._of_unknown(), *self._summary()]

    def _of_gone(self) -> list[Finding]:
        groups: dict[tuple[str, str], list[GoneThing]] = collections.defaultdict(list)
        for gone in self.gone.values():
            if gone.announced is None:
                groups[(gone.check, gone.host)].append(gone)
        out = []
        for (check, host), group in groups.items():
            if len(group) <= MOST:
                out += [Finding(Status.FAIL, gone.message, instance=gone.what, host=host) for gone in group]
                continue
            message = phrase(
                "{number:number} things that {check} saw before the deployment are gone: {things}",
                number=len(group),
                check=check,
                things=_first([gone.what for gone in group]),
            )
            details = [gone.message for gone in group[:LISTED]]
            out.append(Finding(Status.FAIL, message, instance=check, host=host, details=details))
        return out

    def _of_firing(self) -> list[Finding]:
        return [
            Finding(
                Status.FAIL,
                phrase("{alert} is firing, and was not before the deployment", alert=item.what),
                instance=item.what,
                host=item.host,
            )
            for item in self.firing.values()
        ]

    def _of_changed(self) -> list[Finding]:
        return [
            Finding(
                Status(item.status),
                phrase(
                    "the {what} was {before} before the deployment and is {after}, the limit is {limit}",
                    what=item.what,
                    before=_amount(item.name, item.before),
                    after=_amount(item.name, item.after),
                    limit=_amount(item.name, item.limit),
                ),
                instance=item.what,
                host=item.host,
                observed={"before": item.before, "after": item.after},
                measurements=[Measurement(item.name, item.after, item.limit, item.bound)],
            )
            for item in self.changed
        ]

    def _of_unknown(self) -> list[Finding]:
        return [
            Finding(
                Status.UNKNOWN,
                phrase(
                    "{check} of {instance:path} cannot be compared with what was there before: {reason}",
                    check=item.check,
                    instance=item.instance,
                    reason=item.why,
                ),
                instance=item.instance,
                host=item.host,
            )
            for item in self.unknown.values()
        ]

    def _summary(self) -> list[Finding]:
        announced = [gone for gone in self.gone.values() if gone.announced is not None]
        aside = [_not_compared(why, count) for why, count in self.aside.items()]
        aside += [_not_seen(item) for item in self.baseline.unseen]
        if not self.compared and not announced:
            if self.gone or self.firing or self.changed or self.unknown:
                return []
            return [
                Finding(
                    Status.UNKNOWN, phrase("nothing can be compared with {baseline}", baseline=self.baseline.name), details=aside[:LISTED]
                )
            ]
        details = [phrase("new: {what}", what=_placed(item)) for item in self.new]
        details += [phrase("gone, as announced: {what} ({reason})", what=_placed(gone), reason=str(gone.announced)) for gone in announced]
        measured = [Measurement(item.name, item.after, item.limit, item.bound) for item in self.within]
        return [Finding(Status.PASS, self._good(announced), details=[*details, *aside][:LISTED], measurements=measured)]

    def _good(self, announced: t.Sequence[GoneThing]) -> Message:
        """What is as it was, and what else there is to say."""
        same = plural(
            "{count:number} observation is as it was in {baseline}",
            "{count:number} observations are as they were in {baseline}",
            count=self.compared,
            baseline=self.baseline.name,
        )
        said = [same]
        if announced and not any((self.firing, self.changed, self.unknown)) and len(announced) == len(self.gone):
            said.append(phrase("nothing else is gone"))
        if self.new:
            said.append(phrase("new: {what}", what=_first([item.what for item in self.new])))
        if announced:
            said.append(phrase("gone as announced: {what}", what=_first([gone.what for gone in announced])))
        return listed(said)

    def result(self) -> Compared:
        """The ``comparison`` of a run record."""
        before = self.baseline
        return Compared(
            baseline=Origin(before.deployment_id, before.version, before.taken_at, before.run),
            compared=self.compared,
            gone=tuple(self.gone.values()),
            new=tuple(self.new),
            changed=tuple(self.changed),
            within=tuple(self.within),
            newly_firing=tuple(self.firing.values()),
            unknown=tuple(self.unknown.values()),
            not_compared={str(why): count for why, count in self.aside.items()},
        )


def _among(place: Place, name: str, item: str) -> bool:
    return any(item in as_list(finding.observed.get(name)) for finding in place.found)


def _address(item: str) -> str:
    """``web1`` of ``payments/web1:9100``."""
    return item.rpartition("/")[2].rpartition(":")[0].strip("[]")


def _placed(thing: Thing | GoneThing) -> Message:
    """A thing with its host; a host is no thing on itself."""
    return thing.what if thing.what == f"host {thing.host}" else on_host(thing.what, thing.host)


def _first(things: t.Sequence[Message]) -> Message:
    """The first of several things, and how many more there are."""
    if len(things) <= _NAMED:
        return phrase("{things:list}", things=things)
    return plural(
        "{things:list} and {count:number} more",
        "{things:list} and {count:number} more",
        count=len(things) - _NAMED,
        things=things[:_NAMED],
    )


def _amount(name: str, value: float) -> Message:
    """A number in the unit that the name of its measurement says."""
    parts = name.split("_")
    if "seconds" in parts:
        return phrase("{amount:duration}", amount=value)
    if "bytes" in parts:
        return phrase("{amount:bytes}", amount=value)
    if "ratio" in parts:
        return phrase("{amount:percent}", amount=value)
    return phrase("{amount:number}", amount=int(value) if value == int(value) else value)


def _too_few(label: Message, count: float, spec: Spec) -> Message:
    return phrase(
        "the {what} is of {few}, at least {least:number} can be compared",
        what=label,
        few=_measured_on(spec["of"], int(count)),
        least=spec["at_least"],
    )


def _measured_on(fact: str, count: int) -> Message:
    """How many things a number was measured on, by the name of the fact that counts them."""
    if fact == "requests":
        return plural("{count:number} request", "{count:number} requests", count=count)
    return phrase("{number:number} {things}", number=count, things=fact)


def _not_compared(why: Message, count: int) -> Message:
    if count == 1:
        return phrase("not compared: {reason}", reason=why)
    return plural(
        "not compared: {reason} ({count:number} observation)",
        "not compared: {reason} ({count:number} observations)",
        count=count,
        reason=why,
    )


def _not_seen(item: Unseen) -> Message:
    if not item.host:
        return phrase("not seen before the deployment: {check} of {instance:path}", check=item.check, instance=item.instance)
    return phrase(
        "not seen before the deployment: {check} of {instance:path} on {host}", check=item.check, instance=item.instance, host=item.host
    )


__all__ = ("ASIDE", "GONE", "SEEN", "UNKNOWN", "Comparison", "Place")
