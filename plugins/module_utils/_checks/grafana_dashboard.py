# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards of Grafana exist, and their panels show data. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._argspec import Spec, http_spec
from .._clients.grafana_panels import Panel, classic, panels_of
from .._clients.grafana_reading import MOST_FOUND, Forbidden, GrafanaReader, Missing, Refused, Source
from .._clients.grafana_time import Range, is_absolute, range_of
from .._clients.grafana_variables import NotFilled, NoValue, Variables
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, unknown
from .._http import Connection, HttpArguments
from .._message import one_line
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner
from ._panel_answers import Asking
from ._panel_queries import Job, Kind, Preparing, Seen

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "uid": {"type": "str"},
    "tag": {"type": "str"},
    "panels": {"type": "list", "elements": "str", "default": []},
    "may_be_empty": {"type": "list", "elements": "str", "default": []},
    "variables": {"type": "dict", "default": {}},
    "data_sources": {"type": "list", "elements": "str", "default": []},
}
CONSTRAINTS = {"required_one_of": [("uid", "tag")], "mutually_exclusive": [("uid", "tag")]}
DURATIONS = ()
SIZES = ()
COMPARISONS = ()
COMPARABLE = {"panels_with_data": {"kind": "set", "what": phrase("panel with data"), "after": "/"}}

MOST_PANELS = 200  # of one dashboard, repeated ones counted
NAMED = 3  # faults in a message
SHOWN = 30  # in the details
MAJOR_WITHOUT_OLD_ALERTS = 11
HOUR, DAY = 3600.0, 86400.0
FAULTS = (Kind.FAULT, Kind.EMPTY)


class Arguments(HttpArguments):
    url: str
    uid: str | None
    tag: str | None
    panels: list[str]
    may_be_empty: list[str]
    variables: dict[str, object]
    data_sources: list[str]


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = []
    for name, value in args["variables"].items():
        values = value if isinstance(value, list) else [value]
        if not values or any(isinstance(one, (dict, list)) or one is None for one in values):
            found.append(f"variables.{name}: expected a value, or a list of values")
    return found


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    reader = GrafanaReader(Connection.from_args(args), runner)
    version, now = reader.health()
    if args["uid"]:
        return dataclasses.replace(look(args, args["uid"], reader, version, now), instance="")  # the plan has a name for it
    tag = t.cast("str", args["tag"])
    found = reader.search(tag=tag)
    if len(found) > MOST_FOUND:
        raise CannotObserve(
            phrase("more than {most:number} dashboards have the tag {tag}: name those that matter by uid", most=MOST_FOUND, tag=tag)
        )
    if not found:
        can_see(reader)
        return failed(phrase("no dashboard has the tag {tag}", tag=tag), absent=True, instance=tag)
    return [look_or_say(args, str(item["uid"]), reader, version, now) for item in found]


def look_or_say(args: Arguments, uid: str, reader: GrafanaReader, version: str, now: dt.datetime) -> Finding:
    """One of several: what cannot be seen of it hides no other one."""
    try:
        return look(args, uid, reader, version, now)
    except CannotObserve as exc:
        return unknown(exc.message, instance=uid, instrument=exc.instrument)


def can_see(reader: GrafanaReader) -> None:
    """CannotObserve where these credentials see no dashboard at all: that one is not there says nothing then."""
    if not reader.search():
        raise CannotObserve(
            phrase("{server} shows these credentials no dashboard at all: is it the right organisation?", server=reader.instrument)
        )


def look(args: Arguments, uid: str, reader: GrafanaReader, version: str, now: dt.datetime) -> Finding:
    """One dashboard. CannotObserve."""
    try:
        saved = reader.dashboard(uid)
    except Missing:
        can_see(reader)
        return not_there(uid, reader)
    model = classic(saved.model)
    title = one_line(model.get("title"), 100) or uid
    panels = panels_of(model)
    if not panels:
        return failed(phrase("the dashboard {title} has no panel", title=title), instance=uid, observed={"uid": uid, "title": title})
    times = model.get("time")
    start, end = (times.get("from") or "now-6h", times.get("to") or "now") if isinstance(times, dict) else ("now-6h", "now")
    try:
        whole = range_of(start, end, now)
    except (ValueError, OverflowError):
        why = phrase("the dashboard {title} is saved with a time that cannot be read: {time}", title=title, time=f"{start} - {end}")
        raise CannotObserve(why) from None
    variables = Variables(model, args["variables"], reader, reader.sources(), whole)
    view = View(args, uid, title, reader, variables, panels, whole, now)
    view.ask()
    if whole.end < now.timestamp() - (HOUR if is_absolute(end) else DAY):
        view.doubts.append(
            phrase("it is saved with a time that ends at {end:moment}, and shows nothing of now by itself", end=_moment(whole))
        )
    if _major(version) >= MAJOR_WITHOUT_OLD_ALERTS:
        view.told += old_alerts(panels)
    return view.finding(saved.folder)


def not_there(uid: str, reader: GrafanaReader) -> Finding:
    """With the dashboards that have it for a title."""
    same = [str(item["uid"]) for item in reader.search(query=uid) if str(item.get("title") or "").strip().lower() == uid.strip().lower()]
    if same:
        message = phrase("no dashboard has the uid {uid}; with this title there is {others:list}: name its uid", uid=uid, others=same)
    else:
        message = phrase("no dashboard has the uid {uid}", uid=uid)
    return failed(message, absent=True, instance=uid, observed={"uid": uid})


class View:
    """A dashboard as it was seen. ``doubts`` make a warning of it, ``told`` is for whoever reads the details."""

    def __init__(
        self,
        args: Arguments,
        uid: str,
        title: str,
        reader: GrafanaReader,
        variables: Variables,
        panels: list[Panel],
        whole: Range,
        now: dt.datetime,
    ) -> None:
        self.args, self.uid, self.title, self.reader, self.variables = args, uid, title, reader, variables
        self.panels, self.whole, self.now = panels, whole, now
        self.seen: list[Seen] = []
        self.faults: list[Message] = []  # that are no panel's
        self.hidden: list[Message] = []  # what nobody knows, of no panel
        self.doubts: list[Message] = []
        self.told: list[Message] = []
        self.lost: CannotObserve | None = None

    # -- asking

    def ask(self) -> None:
        others = {panel.id: panel for panel in self.panels}
        preparing = Preparing(self.reader, self.variables, self.whole, self.now, others)
        self.choose()
        self.variables.used.clear()
        too_many = phrase("it was not asked: there are more than {most:number} panels, name those that matter", most=MOST_PANELS)
        prepared: list[Job | Seen] = []
        for panel in self.chosen():
            prepared += preparing.jobs(panel) if len(prepared) <= MOST_PANELS else [Seen(panel, panel.name, Kind.UNSEEN, too_many)]
        jobs = [item for item in prepared if isinstance(item, Job)]
        asking = Asking(self.reader, self.now, lambda job, ref: self.may_be_empty(job.panel, ref))
        answers = iter(asking.seen(jobs[:MOST_PANELS]))
        for item in prepared:
            if isinstance(item, Job):
                item = next(answers, None) or Seen(item.panel, item.label, Kind.UNSEEN, too_many)
            self.seen.append(self.elsewhere(self.excuse(item)))
        self.lost = asking.lost
        self.doubts += self.variables.gone.values()
        needed = self.variables.needed()
        for name in self.args["variables"]:
            if name in self.variables.items and name not in needed:
                self.doubts.append(phrase("none of its panels that were asked needs the variable {name}, which is given", name=name))
        for source in self.sources():
            self.health(source)

    def choose(self) -> None:
        """The values that are given are looked at whether a panel needs them or not: else it may be another service's dashboard."""
        for name in self.args["variables"]:
            try:
                if self.variables.value(name) is None or name not in self.variables.items:
                    self.faults.append(phrase("it has no variable {name}", name=name))
            except NoValue as exc:
                self.faults.append(exc.message)
            except NotFilled as exc:
                self.hidden.append(exc.message)

    def chosen(self) -> list[Panel]:
        """The panels that are named, or all. One that is not there, or asks nothing, is a fault where it is named."""
        if not self.args["panels"]:
            return self.panels
        found: list[Panel] = []
        for name in self.args["panels"]:
            fitting = [panel for panel in self.panels if _is_named(panel, name)]
            if not fitting:
                self.faults.append(phrase("it has no panel {panel}", panel=one_line(name, 100)))
            found += [panel for panel in fitting if panel not in found]
        return found

    def excuse(self, seen: Seen) -> Seen:
        if seen.kind is Kind.EMPTY and self.may_be_empty(seen.panel):
            return Seen(seen.panel, seen.label, Kind.EXCUSED, seen.message, seen.sources)
        if seen.kind is Kind.WITHOUT and self.args["panels"]:
            return Seen(seen.panel, seen.label, Kind.FAULT, phrase("it is a panel that asks nothing"), seen.sources)
        return seen

    def may_be_empty(self, panel: Panel, ref: str | None = None) -> bool:
        names = self.args["may_be_empty"]
        if any(_is_named(panel, name) for name in names):
            return True
        return ref is not None and any(name in (f"{panel.name}/{ref}", f"{panel.id}/{ref}") for name in names)

    def elsewhere(self, seen: Seen) -> Seen:
        """A panel that asks another data source than it may shows something else, whatever it shows."""
        wanted = self.args["data_sources"]
        other = next((source for source in seen.sources if wanted and source.uid not in wanted and source.name not in wanted), None)
        if other is None:
            return seen
        said = phrase("it asks the data source {source}, which is not {wanted:list}", source=other.name, wanted=wanted)
        return Seen(seen.panel, seen.label, Kind.FAULT, said, seen.sources)

    def sources(self) -> list[Source]:
        return list(dict.fromkeys(source for one in self.seen for source in one.sources if source.uid != "grafana"))

    def health(self, source: Source) -> None:
        try:
            self.reader.source_health(source.uid)
        except Missing:
            self.told.append(phrase("the data source {source} cannot be asked for its health: its panels tell", source=source.name))
        except Forbidden as exc:
            self.told.append(exc.message)
        except Refused as exc:
            said = phrase("the data source {source} says that it is not well: {reason}", source=source.name, reason=exc.message)
            of_it = [seen.kind for seen in self.seen if source in seen.sources]
            (self.doubts if all(kind in (Kind.DATA, Kind.CONSTANT) for kind in of_it) else self.faults).append(said)
        except CannotObserve as exc:
            self.told.append(exc.message)

    # -- the finding

    def of(self, *kinds: Kind) -> list[Seen]:
        return [seen for seen in self.seen if seen.kind in kinds]

    def finding(self, folder: str) -> Finding:
        bad, unseen, partial = self.of(*FAULTS), self.of(Kind.UNSEEN), self.of(Kind.PARTIAL)
        good = self.of(Kind.DATA, Kind.CONSTANT)
        if bad or self.faults:
            status, message = Status.FAIL, self.said([*self.faults, *self.of_panels(bad)])
        elif unseen or self.hidden:
            status, message = Status.UNKNOWN, self.said([*self.hidden, *self.of_panels(unseen)])
        elif not self.of(Kind.DATA, Kind.PARTIAL):
            status, message = Status.FAIL, self.without_data()
        elif partial or self.doubts:
            status, message = Status.WARN, self.said([*self.of_panels(partial), *self.doubts])
        else:
            status, message = Status.PASS, self.good()
        asked = [seen for seen in self.seen if seen.kind is not Kind.WITHOUT]
        observed: dict[str, object] = {
            "uid": self.uid,
            "title": self.title,
            "folder": folder,
            "empty_panels": sorted({seen.label for seen in bad}),
            "unseen_panels": sorted({seen.label for seen in unseen}),
            "data_sources": sorted(source.name for source in self.sources()),
        }
        if not unseen:  # else what was not seen would be gone
            with_data = [seen.panel for seen in (*good, *partial) if not self.may_be_empty(seen.panel)]
            observed["panels_with_data"] = sorted({self.fact(panel) for panel in with_data})
        finding = Finding(
            status,
            message,
            observed=observed,
            expected={"panels": self.args["panels"] or "all", "may_be_empty": self.args["may_be_empty"]},
            instance=self.uid,
            measurements=[Measurement("panels_with_data", len(good) + len(partial), len(asked), "lower", count=True)],
            details=self.details(),
        )
        if status is Status.UNKNOWN and self.lost is not None:
            return unknown(message, observed=observed, instance=self.uid, details=finding.details, instrument=self.lost.instrument)
        return finding

    def fact(self, panel: Panel) -> str:
        """The name by which a panel is known again: its title below its dashboard, with its number where another has the same."""
        name = f"{self.uid}/{one_line(panel.name, 100)}"
        return name if [other.name for other in self.panels].count(panel.name) == 1 else f"{name} #{panel.id}"

    def of_panels(self, seen: t.Sequence[Seen]) -> list[Message]:
        return [phrase("panel {panel}: {said}", panel=one.label, said=one.message) for one in seen]

    def said(self, found: list[Message]) -> Message:
        rest = len(found) - NAMED
        shown = found[:NAMED]
        if rest > 0:
            shown.append(plural("and {count:number} more", "and {count:number} more", count=rest))
        return phrase("the dashboard {title}: {said}", title=self.title, said=listed(shown))

    def good(self) -> Message:
        count, excused = len(self.of(Kind.DATA, Kind.CONSTANT)), len(self.of(Kind.EXCUSED))
        said = plural(
            "the dashboard {title} shows data in its panel, from {sources:list}",
            "the dashboard {title} shows data in {count:number} panels, from {sources:list}",
            count=count,
            title=self.title,
            sources=sorted(source.name for source in self.sources()),
        )
        if not excused:
            return said
        return plural(
            "{said}; {count:number} that may be empty is", "{said}; {count:number} that may be empty are", count=excused, said=said
        )

    def without_data(self) -> Message:
        if self.of(Kind.CONSTANT):
            return phrase("the dashboard {title} shows only numbers that its queries make up where there is nothing", title=self.title)
        if self.of(Kind.EXCUSED):
            return phrase("the dashboard {title} shows no data at all: each of its panels may be empty, and is", title=self.title)
        return phrase("the dashboard {title} has no panel that shows data of a data source", title=self.title)

    def details(self) -> list[Message]:
        known = (*FAULTS, Kind.UNSEEN, Kind.PARTIAL, Kind.EXCUSED)
        lines = [*self.faults, *self.hidden, *self.of_panels(self.of(*known)), *self.doubts, *self.told]
        idle = self.of(Kind.WITHOUT)
        if idle:
            names = [one_line(seen.label, 60) for seen in idle[:SHOWN]]
            lines.append(
                plural(
                    "{count:number} panel asks nothing: {names:list}",
                    "{count:number} panels ask nothing: {names:list}",
                    count=len(idle),
                    names=names,
                )
            )
        if len(lines) <= SHOWN:
            return lines
        rest = len(lines) - SHOWN
        return [*lines[:SHOWN], plural("and {count:number} more", "and {count:number} more", count=rest)]


def old_alerts(panels: t.Sequence[Panel]) -> list[Message]:
    """Of an alerting that this Grafana does not have any more."""
    return [
        phrase("panel {panel} has an alert of the old kind, which this Grafana does not evaluate", panel=panel.name)
        for panel in panels
        if isinstance(panel.model.get("alert"), dict)
    ]


def _is_named(panel: Panel, name: str) -> bool:
    return name.strip() in (panel.title, panel.id)


def _moment(whole: Range) -> str:
    return isoformat(dt.datetime.fromtimestamp(whole.end, dt.timezone.utc))


def _major(version: str) -> int:
    first = version.split(".")[0]
    return int(first) if first.isdigit() else 0


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "CONSTRAINTS", "SETTLES", "TIMEOUT", "WHERE", "problems", "run")
