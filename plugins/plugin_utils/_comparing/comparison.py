# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before and after, fact by fact: gone, new, changed, newly firing, or not to be compared. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ...module_utils._finding import Finding, Measurement, Status
from .._model.baseline import Baseline
from .._model.compared import Compared, GoneThing, Moved, NotKnown, Origin, Thing
from .._model.planned import Terms
from .._model.text import as_list, quantity
from .comparable import GOOD, HOLDS, NEW_IS_BAD, NUMBER, SET, STATE, Spec, facts, matches, names, specs, tolerance

MOST = 8  # things that are gone with a finding of their own; more of one kind are told in one
LISTED = 100
SEEN, GONE, UNKNOWN, ASIDE = "seen", "gone", "unknown", "aside"


@dataclasses.dataclass(frozen=True)
class _Number:
    """A number as a fact has it, with how many things it was measured on."""

    value: float
    of_how_many: float | None = None

    @classmethod
    def of(cls, fact: t.Mapping[str, t.Any]) -> _Number:
        return cls(float(fact["value"]), fact.get("of"))


@dataclasses.dataclass(frozen=True)
class Place:
    """One check on one instance and host, as it is found again."""

    requirement: str
    check: str
    instance: str
    host: str
    outlook: str  # seen, gone, unknown; aside: it is not compared, and that is no fault
    why: str
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
        self.aside: collections.Counter[str] = collections.Counter()
        self.named: list[list[str]] = []  # everything that was there, by its names
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
        called = names(spec, item, place.host)
        self.named.append(called)
        left = self._left.get(_address(item))
        if item in place.items.get(name, ()):
            self.compared += 1
        elif left:
            self.aside[f"{left} has left the inventory"] += 1
        elif place.outlook == SEEN and spec.get("among") and not _among(place, spec["among"], item):
            self.aside[f"{called[0]} is not needed any more"] += 1
        elif place.outlook == SEEN and any(finding.status is Status.FAIL or name in facts(finding) for finding in place.found):
            unknown = next((finding for finding in place.found if finding.status is Status.UNKNOWN), None)
            if unknown:  # it may have the item
                self._not_known(place, unknown.message)
            else:
                self._gone(place, called, f"{called[0]}, which was there before the deployment, is gone")
        else:
            self._otherwise(place, called, place.why or f"{place.check} no longer tells it")

    def _condition(self, place: Place, name: str, spec: Spec, before: object) -> None:
        called = names(spec, place.instance, place.host)
        self.named.append(called)
        failed = next((finding for finding in place.found if finding.status is Status.FAIL), None)
        if place.outlook != SEEN:
            self._otherwise(place, called, place.why)
        elif failed is None or any(finding.status in GOOD for finding in place.found):
            self.compared += 1
        elif spec["kind"] == HOLDS:
            message = f"{called[0]} was as it must be before the deployment and is not now: {failed.message}"
            self._gone(place, called, message)
        elif failed.observed.get(name) in spec["good"]:
            self.compared += 1
        else:
            after, words = failed.observed.get(name), spec.get("words", {})
            now = "gone" if after is None else words.get(after, after)
            self._gone(place, called, f"{called[0]} was {words.get(before, before)} before the deployment and is {now}")

    def _number(self, place: Place, name: str, spec: Spec, before: _Number) -> None:
        limits = tolerance(name, spec, self.terms.tolerances)
        label = f"{spec['what']} {place.instance}"
        found = next((value for finding in place.found if isinstance(value := facts(finding).get(name), dict)), None)
        if found is None:
            if place.outlook in (UNKNOWN, ASIDE):
                self._otherwise(place, [label], place.why)
            return  # that what it was measured on fails or is gone is told by the other facts
        now = _Number.of(found)
        counts = [number.of_how_many for number in (before, now) if number.of_how_many is not None]
        if spec.get("at_least") and not limits.given and any(count < spec["at_least"] for count in counts):
            few = f"the {label} is of {min(counts)} {spec['of']}, at least {spec['at_least']} can be compared"
            self.aside[few] += 1
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
            what = f"{spec['what']} {item}"
            self.firing[(what, place.host)] = Thing(what, place.instance, place.host)

    # -- what became of it

    def _gone(self, place: Place, called: list[str], message: str) -> None:
        announced = next((one for one in self.terms.removed if matches(one.what, called)), None)
        if announced:
            self.heeded.add(announced.what)
        reason = announced.reason if announced else None
        gone = GoneThing(called[0], place.check, place.requirement, place.instance, place.host, message, reason)
        self.gone.setdefault((called[0], place.host), gone)

    def _otherwise(self, place: Place, called: list[str], why: str) -> None:
        if place.outlook == GONE:
            self._gone(place, called, f"{called[0]} was there before the deployment and is not looked at any more: {why}")
        elif place.outlook == ASIDE:
            self.aside[why] += 1
        else:
            self._not_known(place, why)

    def _not_known(self, place: Place, why: str) -> None:
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
        self.new += [Thing(f"host {host}", "", host) for host in joined]

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
            listed = ", ".join(gone.what for gone in group[:3])
            message = f"{len(group)} things that {check} saw before the deployment are gone: {listed} and {len(group) - 3} more"
            details = [gone.message for gone in group[:LISTED]]
            out.append(Finding(Status.FAIL, message, instance=check, host=host, details=details))
        return out

    def _of_firing(self) -> list[Finding]:
        return [
            Finding(Status.FAIL, f"{item.what} is firing, and was not before the deployment", instance=item.what, host=item.host)
            for item in self.firing.values()
        ]

    def _of_changed(self) -> list[Finding]:
        return [
            Finding(
                Status(item.status),
                f"the {item.what} was {quantity(item.name, item.before)} before the deployment "
                f"and is {quantity(item.name, item.after)}, the limit is {quantity(item.name, item.limit)}",
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
                f"{item.check} of {item.instance} cannot be compared with what was there before: {item.why}",
                instance=item.instance,
                host=item.host,
            )
            for item in self.unknown.values()
        ]

    def _summary(self) -> list[Finding]:
        name = self.baseline.name
        announced = [gone for gone in self.gone.values() if gone.announced is not None]
        aside = [f"not compared: {why}" + (f" ({count} observations)" if count > 1 else "") for why, count in self.aside.items()]
        aside += [f"not seen before the deployment: {item.check} of {item.instance}{_on('', item.host)}" for item in self.baseline.unseen]
        if not self.compared and not announced:
            if self.gone or self.firing or self.changed or self.unknown:
                return []
            return [Finding(Status.UNKNOWN, f"nothing can be compared with {name}", details=aside[:LISTED])]
        clean = not any((self.firing, self.changed, self.unknown)) and len(announced) == len(self.gone)
        message = f"{self.compared} observations are as they were in {name}" + ("; nothing else is gone" if announced and clean else "")
        details = [f"new: {item.what}{_on(item.what, item.host)}" for item in self.new]
        details += [f"gone, as announced: {gone.what}{_on(gone.what, gone.host)} ({gone.announced})" for gone in announced]
        for words, items in (("new", [item.what for item in self.new]), ("gone as announced", [gone.what for gone in announced])):
            if items:
                listed = ", ".join(items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")
                message += f"; {words}: {listed}"
        measured = [Measurement(item.name, item.after, item.limit, item.bound) for item in self.within]
        return [Finding(Status.PASS, message, details=[*details, *aside][:LISTED], measurements=measured)]

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
            not_compared=dict(self.aside),
        )


def _among(place: Place, name: str, item: str) -> bool:
    return any(item in as_list(finding.observed.get(name)) for finding in place.found)


def _address(item: str) -> str:
    """``web1`` of ``payments/web1:9100``."""
    return item.rpartition("/")[2].rpartition(":")[0].strip("[]")


def _on(what: str, host: str) -> str:
    return f" on {host}" if host and what != f"host {host}" else ""


__all__ = ("ASIDE", "GONE", "SEEN", "UNKNOWN", "Comparison", "Place")
