# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST API of Icinga 2. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import fnmatch
import json
import typing as t

from .._finding import CannotObserve
from .._http import Connection, public_url
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .calendar_periods import Calendar, NotACalendar, is_empty
from .classic import (
    LATE,
    TOO_LATE,
    Acknowledgement,
    Downtime,
    Key,
    Period,
    Seen,
    Watched,
    Way,
    as_seconds,
    blocked,
    finite,
    is_pretence,
    switched_off,
)

_Attrs = t.Mapping[str, t.Any]
_AT_ONCE = 200  # names in one question
_COMMON = (
    ("acknowledgement", "acknowledgement_expiry", "check_command", "check_interval", "check_period", "downtime_depth")
    + ("enable_active_checks", "enable_notifications", "enable_passive_checks", "flapping", "last_check", "last_check_result", "name")
    + ("max_check_attempts", "next_check", "retry_interval", "state", "state_type")
)  # fmt: skip
_USERS = ("enable_notifications", "groups", "name", "period", "states", "types")
_NOTIFICATIONS = ("host_name", "period", "service_name", "states", "times", "types", "user_groups", "users")
_PERIODS = ("excludes", "includes", "is_inside", "name", "ranges")
_DOWNTIMES = ("author", "comment", "duration", "end_time", "fixed", "host_name", "service_name", "start_time")
_COMMENTS = ("author", "entry_type", "host_name", "service_name", "text")
_ACKNOWLEDGED = 4  # the kind of a comment


@dataclasses.dataclass(frozen=True)
class _Telling:
    """What decides who is told: the notifications of the objects, the users, the periods."""

    notifications: t.Mapping[Key, t.Sequence[_Attrs]]
    users: t.Mapping[str, _Attrs]
    periods: t.Mapping[str, Period]


class Icinga:
    """Asks one Icinga; whatever is wrong with its answer is a CannotObserve that names it."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        base = connection.url.rstrip("/")
        self.base = base[: -len("/v1")] if base.endswith("/v1") else base
        self.name = f"Icinga {public_url(self.base)}"
        self._permissions: list[str] | None = None

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        try:
            return self._look(wanted, ways=ways, hidings=hidings)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise self.trouble(phrase("{server} answered with objects that make no sense", server=self.name)) from None

    def _look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        application, notifier, alone = self._status()
        if ways and not notifier and not alone:
            said = phrase("{server} does not send notifications itself, and has peers that may: ask the one that does", server=self.name)
            raise self.trouble(said)
        needed = ["Host", *(["Service"] if any(service for _host, service in wanted) else [])]
        needed += ["Notification", "User", "TimePeriod"] if ways else ["Downtime", "Comment"] if hidings else []
        may_hide = self._permitted(needed)
        names = sorted({host for host, _service in wanted})
        found: dict[Key, _Attrs] = {(str(item["name"]), ""): item for item in self._of_hosts("hosts", "host.name in names", names, _COMMON)}
        if any(service for _host, service in wanted):
            services = self._of_hosts("services", "host.name in names", names, ("host_name", *_COMMON))
            found.update({(str(item["host_name"]), str(item["name"])): item for item in services})
        asks_when = ways or any(item.get("check_period") for item in found.values())
        if asks_when and not ways:
            self._permitted(["TimePeriod"])
        periods = _periods(self._all("timeperiods", _PERIODS), self.runner.now().date()) if asks_when else {}
        telling = self._telling(names, periods) if ways else None
        downtimes = self._downtimes(names) if hidings else {}
        comments = self._comments(names, found) if hidings else {}
        objects = {key: _watched(key, found[key], telling, periods, downtimes, comments) for key in wanted if key in found}
        for watched in objects.values() if hidings else ():
            if watched.in_downtime and not watched.downtimes:
                raise self.trouble(
                    phrase("{server} says that {host} is in a downtime, and does not show which one", server=self.name, host=watched.host)
                )
        return Seen(
            self.name,
            objects,
            started=as_seconds(application.get("program_start")),
            host_checks=bool(application["enable_host_checks"]),
            service_checks=bool(application["enable_service_checks"]),
            mute=_mute(self.name, enabled=bool(application["enable_notifications"]), notifier=notifier),
            may_hide=may_hide,
        )

    # -- what it says of itself

    def _status(self) -> tuple[_Attrs, bool, bool]:
        """Its switches, whether it sends notifications, and whether it has no peers."""
        answers = {str(item["name"]): item["status"] for item in self._get("/v1/status")}
        applications = answers.get("IcingaApplication", {}).get("icingaapplication") or {}
        if not applications:
            raise self.trouble(phrase("{server} does not show its status: is there an Icinga 2 at this address?", server=self.name))
        notifier = bool(answers.get("NotificationComponent", {}).get("notificationcomponent"))
        api = answers.get("ApiListener", {}).get("api") or {}
        return next(iter(applications.values())), notifier, not api.get("num_endpoints")

    def _permitted(self, kinds: t.Sequence[str]) -> Message | None:
        """Why an object that is not there may only not be shown to this user, who sees none at all of what it has no permission for."""
        if self._permissions is None:
            self._permissions = [str(name) for item in self._get("/v1/") for name in item["permissions"] or []]
        filtered = False
        for kind in kinds:
            asked = f"objects/query/{kind}".lower()
            given = [name for name in self._permissions if fnmatch.fnmatchcase(asked, name.partition(" ")[0].lower())]
            if not given:
                said = phrase(
                    "{server} shows nothing of the kind {kind} to this user of its API, who lacks the permission objects/query/{kind}",
                    server=self.name,
                    kind=kind,
                )
                raise self.trouble(said)
            filtered = filtered or any("filtered" in name for name in given)
        return phrase("the API user may see only a part of the objects (its permissions have filters)") if filtered else None

    # -- objects

    def _of_hosts(self, kind: str, condition: str, names: t.Sequence[str], attributes: t.Sequence[str]) -> list[_Attrs]:
        """The attributes of all objects of a kind that belong to these hosts."""
        out: list[_Attrs] = []
        for start in range(0, len(names), _AT_ONCE):
            asked = {"filter": condition, "filter_vars": {"names": list(names[start : start + _AT_ONCE])}, "attrs": list(attributes)}
            out += [item["attrs"] for item in self._ask(f"/v1/objects/{kind}", asked)]
        return out

    def _all(self, kind: str, attributes: t.Sequence[str]) -> list[_Attrs]:
        return [item["attrs"] for item in self._ask(f"/v1/objects/{kind}", {"attrs": list(attributes)})]

    def _telling(self, names: t.Sequence[str], periods: t.Mapping[str, Period]) -> _Telling:
        notifications: dict[Key, list[_Attrs]] = collections.defaultdict(list)
        for item in self._of_hosts("notifications", "notification.host_name in names", names, _NOTIFICATIONS):
            notifications[_key(item)].append(item)
        return _Telling(notifications, {str(item["name"]): item for item in self._all("users", _USERS)}, periods)

    def _downtimes(self, names: t.Sequence[str]) -> dict[Key, list[Downtime]]:
        found: dict[Key, list[Downtime]] = collections.defaultdict(list)
        for item in self._of_hosts("downtimes", "downtime.host_name in names", names, _DOWNTIMES):
            found[_key(item)].append(
                Downtime(
                    finite(item["start_time"]),
                    finite(item["end_time"]),
                    bool(item["fixed"]),
                    finite(item["duration"] or 0),
                    one_line(item.get("author"), 80),
                    one_line(item.get("comment"), 120),
                )
            )
        return found

    def _comments(self, names: t.Sequence[str], found: t.Mapping[Key, _Attrs]) -> dict[Key, _Attrs]:
        """The comments of acknowledgements, where there are any."""
        if not any(item["acknowledgement"] for item in found.values()):
            return {}
        comments = self._of_hosts("comments", "comment.host_name in names", names, _COMMENTS)
        return {_key(item): item for item in comments if item.get("entry_type") == _ACKNOWLEDGED}

    # -- asking

    def _get(self, path: str) -> list[_Attrs]:
        return self._results("GET", path, None)

    def _ask(self, path: str, question: t.Mapping[str, object]) -> list[_Attrs]:
        return self._results("POST", path, question)

    def _results(self, method: str, path: str, question: t.Mapping[str, object] | None) -> list[_Attrs]:
        headers = {"Accept": "application/json"}
        if question is not None:  # with a body, which GET cannot have everywhere
            headers.update({"X-HTTP-Method-Override": "GET", "Content-Type": "application/json"})
        body = None if question is None else json.dumps(question).encode()
        try:
            response = self.runner.ask(
                self.name,
                method,
                self.base + path,
                light=path == "/v1/status",
                connection=self.connection,
                headers=headers,
                body=body,
                follow_redirects=False,
            )
            data = response.json() if response.status in (200, 404) else None
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None
        except RecursionError:
            raise self.trouble(phrase("{server} answered with JSON that cannot be parsed (nested too deeply)", server=self.name)) from None
        if response.status == 404 and isinstance(data, dict) and str(data.get("status")).startswith("No objects found"):
            return []
        if response.status != 200:
            raise self.trouble(_unusable(self.name, path, response.status))
        results = data.get("results") if isinstance(data, dict) else None
        if not isinstance(results, list):
            said = phrase(
                "{server} answered {path:path} with JSON of another kind than expected: is there an Icinga 2 at this address?",
                server=self.name,
                path=path,
            )
            raise self.trouble(said)
        return results


def _mute(server: str, *, enabled: bool, notifier: bool) -> Message | None:
    if not enabled:
        return switched_off(server)
    return None if notifier else phrase("{server} sends no notifications: its feature 'notification' is not enabled", server=server)


def _unusable(server: str, path: str, status: int) -> Message:
    if status == 401:
        return phrase("{server} refused the credentials (status {status} for {path:path})", server=server, path=path, status=status)
    if status == 403:
        return phrase(
            "{server} does not let the API user see {path:path}: it lacks the permission objects/query for it", server=server, path=path
        )
    if status == 404:
        return phrase("{server} has no {path:path} (status 404): is there an Icinga 2 at this address?", server=server, path=path)
    return phrase("{server} answered {path:path} with status {status}", server=server, path=path, status=status)


def _key(item: _Attrs) -> Key:
    return (str(item["host_name"]), str(item.get("service_name") or ""))


def _periods(items: t.Sequence[_Attrs], today: dt.date) -> dict[str, Period]:
    calendars = {str(item["name"]): _calendar(item) for item in items}
    return {str(item["name"]): Period(str(item["name"]), _is_empty(item, calendars, today), bool(item["is_inside"])) for item in items}


def _calendar(item: _Attrs) -> Calendar | None:
    try:
        return Calendar([(str(days), str(hours)) for days, hours in (item.get("ranges") or {}).items()])
    except NotACalendar:
        return None


def _is_empty(item: _Attrs, calendars: t.Mapping[str, Calendar | None], today: dt.date) -> bool:
    """Whether it has no hour within a year; False where that is not known: it says itself whether now is in it."""
    mine, excluded = calendars[str(item["name"])], [calendars.get(str(name)) for name in item.get("excludes") or []]
    return not item.get("includes") and mine is not None and is_empty(mine, [one for one in excluded if one], today)


def _watched(
    key: Key,
    item: _Attrs,
    telling: _Telling | None,
    periods: t.Mapping[str, Period],
    downtimes: t.Mapping[Key, list[Downtime]],
    comments: t.Mapping[Key, _Attrs],
) -> Watched:
    result = item.get("last_check_result")
    acknowledged = int(item.get("acknowledgement") or 0)
    comment = comments.get(key, {})
    period = str(item.get("check_period") or "")
    return Watched(
        *key,
        state=int(item["state"]),
        hard=bool(item["state_type"]),
        output=one_line(result.get("output"), 200) if isinstance(result, dict) else "",
        checked=isinstance(result, dict),
        last_check=as_seconds(item["last_check"]),
        next_check=as_seconds(item.get("next_check")),
        interval=finite(item["check_interval"]),
        active=bool(item["enable_active_checks"]),
        passive=bool(item["enable_passive_checks"]),
        pretends=isinstance(result, dict)
        and is_pretence(item.get("check_command"), active=bool(result.get("active")), state=int(item["state"])),
        period=periods.get(period) or (Period(period) if period else None),
        notifies=bool(item["enable_notifications"]),
        told_after=(finite(item.get("max_check_attempts") or 1) - 1) * finite(item.get("retry_interval") or 0)
        if item["enable_active_checks"]
        else 0.0,
        ways=tuple(_ways(key, telling)) if telling else (),
        in_downtime=bool(item.get("downtime_depth")),
        downtimes=tuple(downtimes.get(key, ())),
        acknowledgement=Acknowledgement(
            acknowledged == 2,
            as_seconds(item.get("acknowledgement_expiry")),
            one_line(comment.get("author"), 80),
            one_line(comment.get("text"), 120),
        )
        if acknowledged
        else None,
        flapping=bool(item.get("flapping")),
    )


def _ways(key: Key, telling: _Telling) -> t.Iterator[Way]:
    """Each user of each notification of an object, with what keeps it from being told."""
    for notification in telling.notifications.get(key, ()):
        groups = {str(name) for name in notification.get("user_groups") or []}
        named = {str(name) for name in notification.get("users") or []}
        stop, limit = _filtered(key, notification, telling.periods, phrase("the notification"), phrase("the period of the notification"))
        begins = as_seconds((notification.get("times") or {}).get("begin")) or 0.0
        if begins > LATE:
            late = phrase("the notification begins after {begin:duration} only (times.begin)", begin=begins)
            stop, limit = (stop or late, limit) if begins > TOO_LATE else (stop, limit or late)
        for name, user in sorted(telling.users.items()):
            member = groups.intersection(map(str, user.get("groups") or []))
            if name not in named and not member:
                continue
            own_stop, own_limit = _filtered(
                key, user, telling.periods, phrase("the user {user}", user=name), phrase("the period of the user {user}", user=name)
            )
            if not user["enable_notifications"]:
                own_stop = phrase("notifications of the user {user} are off", user=name)
            yield Way(name, tuple(sorted(member)), stop or own_stop, limit or own_limit)


def _filtered(
    key: Key, item: _Attrs, periods: t.Mapping[str, Period], who: Message, whose: Message
) -> tuple[Message | None, Message | None]:
    """What keeps a notification, or a user, from telling of a problem: states, types, hours."""
    states, types = item.get("states"), item.get("types")
    wanted = "Critical" if key[1] else "Down"
    if isinstance(states, list) and states and wanted not in states:
        return phrase("{who} leaves out the state {state}", who=who, state=wanted), None
    if isinstance(types, list) and types and "Problem" not in types:
        return phrase("{who} leaves out problems", who=who), None
    name = str(item.get("period") or "")
    return blocked(periods.get(name) or (Period(name) if name else None), whose)


__all__ = ("Icinga",)
