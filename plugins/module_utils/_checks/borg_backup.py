# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives in a borg repository: fresh, finished, with what the paths hold. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import typing as t

from .._argspec import Spec
from .._clients.borg import Archive, Borg, BorgFailed, Listing, is_encrypted
from .._clients.borg_failures import DAMAGED
from .._clients.borg_repository import appends_only
from .._finding import CannotObserve, Facts, Finding, Measurement, Status, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, user_name
from ._backup_access import BORG
from ._backup_limits import (
    LIMITS_DURATIONS,
    LIMITS_SPEC,
    Limits,
    allowed_age,
    beyond_rpo,
    not_apart,
    not_retained,
    refuse_odd,
    too_few,
    too_old,
)
from ._borg_access import CONSTRAINTS, Target, targets
from ._borg_content import Contents, Held, beside_earlier, beside_live, look, missing, zeros
from ._borg_series import grouped, shown_series
from ._judgement import FUTURE, Judgement, percent
from ._live_tree import changed_since, is_this_host, leading_out

WHERE = "host"
TIMEOUT = 300.0
ARGUMENT_SPEC: Spec = {
    **BORG,
    "paths": {"type": "list", "elements": "str"},
    "encrypted": {"type": "bool", "default": False},
    "append_only": {"type": "bool", "default": False},
    **LIMITS_SPEC,
}
DURATIONS = LIMITS_DURATIONS
COMPARABLE = {
    "paths": {"kind": "set", "what": phrase("backup of")},
    "backup_size_bytes": {
        "kind": "number",
        "what": phrase("size of the backup of"),
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
RECENTLY = 7  # times max_age


class Arguments(Limits):
    repository: str | None
    config: str | None
    password_file: str | None
    password: str | None
    environment: dict[str, object] | None
    binary: str
    archive_prefix: str | None
    glob_archives: str | None
    host: str | None
    paths: list[str] | None
    encrypted: bool
    append_only: bool
    timeout: float


def run(args: Arguments, runner: Runner) -> list[Finding]:
    refuse_odd(args)
    percent("size_deviation", args["size_deviation"])
    wanted = targets(args, runner)
    found = []
    for target in wanted:
        try:
            finding = _one(args, target, runner)
        except CannotObserve as exc:
            if len(wanted) == 1:
                raise
            finding = Finding(Status.UNKNOWN, exc.message, observed=exc.observed, instrument=exc.instrument, absent=exc.absent or None)
        finding.instance = target.name if len(wanted) > 1 else ""
        found.append(finding)
    return found


def _one(args: Arguments, target: Target, runner: Runner) -> Finding:
    with Borg(runner, target.access) as borg:
        return _Look(args, target, runner, borg).finding()


class _Look:
    """One look at one repository."""

    def __init__(self, args: Arguments, target: Target, runner: Runner, borg: Borg) -> None:
        self.args, self.target, self.runner, self.borg = args, target, runner, borg
        self.now = runner.now()
        self.deviation = percent("size_deviation", args["size_deviation"])
        self.judgement = Judgement(warns=[*target.warns])
        not_apart([borg.repository.removeprefix("file://")], args, self.judgement)
        self.covered: list[str] = []  # paths of which the newest archives were made
        self.facts: Facts = {
            "observed": {"repository": borg.shown},
            "expected": {name: args[name] for name in ("host", "max_age", "rpo", "min_count", "retention") if args[name] is not None},
        }
        if target.paths:
            self.facts["expected"]["paths"] = target.paths

    def finding(self) -> Finding:
        observed = self.facts["observed"]
        try:
            listing = self.borg.archives(self.args["max_age"])
        except BorgFailed as exc:
            if exc.kind != DAMAGED:
                raise
            return failed(exc.message, **self.facts)
        observed.update(archives=len(listing.archives), encryption=listing.encryption)
        if not listing.archives:
            return failed(phrase("the borg repository {repository:path} holds no archive", repository=self.borg.shown), **self._absent())
        mine = [archive for archive in listing.archives if self.target.wanted(archive)]
        if not mine:
            return failed(self._none_of_ours(listing), **self._absent())
        past = [archive for archive in mine if (archive.time - self.now).total_seconds() <= FUTURE]
        if not past:
            said = plural(
                "the only archive is dated in the future ({newest:moment}): a clock is wrong",
                "all {count:number} archives are dated in the future, the newest {newest:moment}: a clock is wrong",
                count=len(mine),
                newest=isoformat(mine[-1].time),
            )
            raise CannotObserve(said, observed=observed)
        complete = [archive for archive in past if not archive.unfinished]
        if not complete:
            said = plural(
                "{repository:path} holds only {count:number} archive that was not finished: no backup has ended yet",
                "{repository:path} holds only {count:number} archives that were not finished: no backup has ended yet",
                count=len(past),
                repository=self.borg.shown,
            )
            return failed(said, **self._absent())
        self._of_the_repository(listing)
        self._not_counted(len(mine) - len(past), [archive for archive in past if archive.unfinished], complete)
        return self._judged(complete)

    def _absent(self) -> Facts:
        self.facts["absent"] = True
        return self.facts

    def _none_of_ours(self, listing: Listing) -> Message:
        return plural(
            "the only archive in {repository:path} is none of those that are meant ({wanted}); there is {known:list}",
            "none of the {count:number} archives in {repository:path} is meant ({wanted}); there are {known:list}",
            count=len(listing.archives),
            repository=self.borg.shown,
            wanted=self._wanted(),
            known=sorted({shown_series(archive.name) for archive in listing.archives})[:5],
        )

    def _wanted(self) -> Message:
        name = self.target.expression or self.target.pattern
        if self.target.host is None:
            return verbatim(name)
        if not name:
            return phrase("of the host {host}", host=self.target.host)
        return phrase("{pattern:path} of the host {host}", pattern=name, host=self.target.host)

    # -- the repository

    def _of_the_repository(self, listing: Listing) -> None:
        judgement, shown = self.judgement, self.borg.shown
        judgement.warns += self.borg.left_locks()
        if self.borg.behind:
            judgement.notes.append(phrase("{repository:path} has no index that fits its data; the next borg makes one", repository=shown))
        seen = self.borg.seen_later(listing)
        if seen is not None:
            judgement.warns.append(
                phrase(
                    "{repository:path} is older than this host has seen it ({seen}): it was put back, and borg refuses to use it",
                    repository=shown,
                    seen=seen,
                )
            )
        if self.args["encrypted"]:
            encrypted = is_encrypted(listing.encryption)
            if encrypted is None:
                judgement.unseen.append(
                    phrase(
                        "whether {repository:path} is encrypted cannot be told of the mode {mode}",
                        repository=shown,
                        mode=listing.encryption,
                    )
                )
            elif not encrypted:
                judgement.fails.append(
                    phrase("{repository:path} is not encrypted (borg's mode {mode})", repository=shown, mode=listing.encryption)
                )
        if self.args["append_only"]:
            self._append_only()

    def _append_only(self) -> None:
        """Whether the identity of this check could delete what is there."""
        judgement, shown, folder = self.judgement, self.borg.shown, self.borg.local
        if folder is None:
            judgement.unseen.append(
                phrase(
                    "whether {repository:path} can only be added to is decided on its server (borg serve --append-only), "
                    "and cannot be told from here",
                    repository=shown,
                )
            )
            return
        only = appends_only(folder)
        deletes = os.access(folder, os.W_OK) or os.access(os.path.join(folder, "data"), os.W_OK)
        if deletes:
            said = phrase(
                "{user} may delete the files of {repository:path}, whatever borg is told: append-only needs a repository on another host",
                user=user_name(),
                repository=shown,
            )
            judgement.fails.append(said)
        elif only is None:
            judgement.unseen.append(phrase("the configuration of {repository:path} cannot be read: append_only", repository=shown))
        elif not only:
            judgement.unseen.append(
                phrase(
                    "{user} cannot write to {repository:path}, but whoever can may delete, since append_only is not set in it",
                    user=user_name(),
                    repository=shown,
                )
            )

    def _not_counted(self, future: int, unfinished: t.Sequence[Archive], complete: t.Sequence[Archive]) -> None:
        if future:
            self.judgement.warns.append(
                plural(
                    "{count:number} archive dated in the future is not counted: a clock is or was wrong",
                    "{count:number} archives dated in the future are not counted: a clock is or was wrong",
                    count=future,
                )
            )
        stopped = [archive for archive in unfinished if archive.time > complete[-1].time]
        if stopped:
            said = phrase(
                "the backup of {age:duration} ago was stopped before its end ({name}), the newest finished archive is {finished}",
                age=(self.now - stopped[-1].time).total_seconds(),
                name=stopped[-1].name,
                finished=complete[-1].name,
            )
            self.judgement.warns.append(said)

    # -- the archives

    def _judged(self, archives: list[Archive]) -> Finding:
        series = [one.archives for one in grouped(archives, named=self.target.is_one_series)]
        self.covered = [*self.target.paths, *(path for group in series for path in group[-1].sources or () if os.path.isabs(path))]
        self._mixed(series)
        chosen: dict[str, list[Archive]] = {}  # by path, or by "" for everything
        contents: dict[str, Contents | None] = {}  # by the id of the newest archive
        left = self.target.paths or [""]
        for group in series:
            if not left:
                break
            contents[group[-1].id] = found = self._contents(group, [path for path in left if path])
            held = found.newest if found else {}
            there = [path for path in left if not path or not found or held[path].there]
            chosen.update((path, group) for path in there)
            left = [path for path in left if path not in there]
        for path in left:  # it stands in no series: told of the one that was made last
            chosen[path] = series[0]
        self.facts["observed"]["paths"] = sorted(self.target.paths)
        for group in {group[-1].id: group for group in chosen.values()}.values():
            paths = [path for path, one in chosen.items() if one is group]
            self._series(group, paths, contents.get(group[-1].id))
        return self._summed_up(chosen, contents)

    def _contents(self, group: list[Archive], paths: list[str]) -> Contents | None:
        """What the newest archive of a series holds; None where it cannot be read because it is damaged, which has been told then."""
        newest, most = group[-1], self.args["compare"]
        earlier = group[:-1][-most:] if most > 0 else []
        try:
            return look(self.borg, newest, earlier, paths, self.deviation, live=is_this_host(newest.host))
        except BorgFailed as exc:
            if exc.kind != DAMAGED:
                raise
            said = phrase("the newest archive {name} cannot be read: {reason}", name=newest.name, reason=exc.message)
            self.judgement.fails.append(said)
            return None

    def _mixed(self, series: list[list[Archive]]) -> None:
        """Warns where archives of several jobs lie together and nobody says which are meant."""
        limit = self.args["max_age"] * RECENTLY
        active = [group for group in series if (self.now - group[-1].time).total_seconds() <= limit and len(group) > 1]
        hosts = sorted({group[-1].host for group in active if group[-1].host})
        if len(hosts) > 1:
            said = phrase(
                "archives of {number:number} hosts ({hosts:list}) are mixed: say which are meant (host, archive_prefix)",
                number=len(hosts),
                hosts=hosts[:5],
            )
            self.judgement.warns.append(said)
        if self.target.paths:
            return
        names = [shown_series(group[-1].name) for group in series]
        for group in active:
            name = shown_series(group[-1].name)
            age = (self.now - group[-1].time).total_seconds()
            if group is not series[0] and age > self.args["max_age"]:
                said = phrase(
                    "the newest of the archives {pattern:path} is {age:duration} old: say which are meant (archive_prefix)",
                    pattern=name if names.count(name) == 1 else group[-1].name,  # others may have like names
                    age=age,
                )
                self.judgement.warns.append(said)

    def _series(self, group: list[Archive], paths: list[str], contents: Contents | None) -> None:
        """Judges the newest archive of a series, for the paths that are looked for in it."""
        judgement, newest = self.judgement, group[-1]
        name = phrase("the newest archive {name}", name=newest.name)
        kept = phrase("archives like {name}", name=newest.name)
        age = (self.now - newest.time).total_seconds()
        old = too_old(name, age, self.args)
        few = too_few(kept, len(group), self.args)
        judgement.fails += [said for said in (old, few) if said is not None]
        short = not_retained(kept, (self.now - group[0].time).total_seconds(), self.args)
        judgement.warns += [said for said in (beyond_rpo(name, age, self.args), short) if said is not None]
        if self.target.keeps > len(group):
            judgement.notes.append(
                plural(
                    "{count:number} archive is there; the configuration keeps {keeps:number} in time",
                    "{count:number} archives are there; the configuration keeps {keeps:number} in time",
                    count=len(group),
                    keeps=self.target.keeps,
                )
            )
        if contents is None:
            return
        if contents.trouble is not None:
            judgement.warns.append(phrase("an earlier archive could not be read to compare with: {reason}", reason=contents.trouble))
        for path in paths:
            self._path(name, path, contents)
        self._links(name, newest, [link for path in paths for link in contents.newest.get(path, Held()).links])

    def _links(self, name: Message, newest: Archive, links: t.Sequence[str]) -> None:
        """Warns of links to data on this host that no archive was made of."""
        if not self.covered or not is_this_host(newest.host):
            return
        out = [(link, target) for link, target in leading_out(links, self.covered) if not changed_since(link, newest.time.timestamp())]
        if out:
            said = plural(
                "{archive} has {link:path} only as a symbolic link: what it leads to ({target:path}) is not backed up",
                "{archive} has {count:number} symbolic links to what is not backed up, such as {link:path} to {target:path}",
                count=len(out),
                archive=name,
                link=out[0][0],
                target=out[0][1],
            )
            self.judgement.warns.append(said)

    def _path(self, name: Message, path: str, contents: Contents) -> None:
        judgement = self.judgement
        held = contents.newest.get(path, Held())
        gone = missing(name, path, held)
        lost = zeros(name, held)
        judgement.fails += [said for said in (gone, lost) if said is not None]
        if gone is not None:
            return
        for sentences, found in zip((judgement.fails, judgement.warns), beside_earlier(name, path, held, contents.earlier, self.deviation)):
            sentences += found
        if path in contents.live:
            fails, warns = beside_live(name, path, held, contents.live[path], self.deviation)
            judgement.fails += fails
            judgement.warns += warns

    def _summed_up(self, chosen: dict[str, list[Archive]], contents: t.Mapping[str, Contents | None]) -> Finding:
        oldest = min(chosen.values(), key=lambda group: group[-1].time)
        newest = oldest[-1]
        age = max(0.0, (self.now - newest.time).total_seconds())
        count = min(len(group) for group in chosen.values())
        held = [found.newest[path] for path, group in chosen.items() if (found := contents.get(group[-1].id)) and path in found.newest]
        files, size = sum(one.files for one in held), sum(one.size for one in held)
        measurements = [
            Measurement("backup_age_seconds", round(age, 3), self.args["max_age"], "upper"),
            Measurement("backup_count", count, self.args["min_count"], "lower", count=True),
        ]
        if held:
            measurements += [Measurement("backup_size_bytes", size), Measurement("backup_items", files)]
        if newest.end is not None and newest.end >= newest.time:
            measurements.append(Measurement("backup_duration_seconds", (newest.end - newest.time).total_seconds()))
        self.facts["observed"].update(
            newest={"id": newest.id[:16], "name": newest.name, "time": isoformat(newest.time), "host": newest.host},
            count=count,
            size_bytes=size,
            files=files,
            verified=False,
        )
        self.facts["measurements"] = measurements
        if age > self.args["max_age"]:
            self.facts["since"] = isoformat(newest.time + dt.timedelta(seconds=self.args["max_age"]))
        return self.judgement.finding(self._good(newest, age, files, size, count), **self.facts)

    def _good(self, newest: Archive, age: float, files: int, size: int, count: int) -> Message:
        return plural(
            "newest archive {name} is {age:duration} old, {content}, the limit is {limit}; {count:number} kept; listed, not verified",
            "newest archive {name} is {age:duration} old, {content}, the limit is {limit}; {count:number} kept; listed, not verified",
            count=count,
            name=newest.name,
            age=age,
            content=plural("{size:bytes} in {count:number} file", "{size:bytes} in {count:number} files", count=files, size=size),
            limit=allowed_age(self.args),
        )


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "run")
