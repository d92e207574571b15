# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web API of Centreon, version 2. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import typing as t
from urllib.parse import quote, urlencode, urlsplit

from .._finding import CannotObserve
from .._http import Connection, Response, public_url
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .classic import Acknowledgement, Downtime, Key, Period, Seen, Watched, Way, blocked, finite, has_no_hours, is_pretence

_Object = t.Mapping[str, t.Any]
MINUTE = 60.0  # in which Centreon counts intervals
PENDING = 4
_AT_ONCE = 50  # names in one question
_PAGE = 100
_MOST_PAGES = 1000
_NAMES_OF_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Centreon:
    """Asks one Centreon; whatever is wrong with its answer is a CannotObserve that names it.

    A bearer token is one of the API's; with a user name and a password, a session is opened, and closed again.
    """

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        base = connection.url.rstrip("/")
        if not urlsplit(base).path:
            base += "/centreon"
        self.web = base.partition("/api/")[0]
        self.base = base if "/api/" in base else f"{base}/api/latest"
        self.name = f"Centreon {public_url(self.web)}"
        self._token = connection.bearer_token
        self._plain = dataclasses.replace(connection, url_username=None, url_password=None, bearer_token=None)
        self._old_token: str | None = None
        self._members: dict[str, list[str] | None] = {}
        self._periods: dict[str, Period] = {}

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        opened = self._token is None
        if opened:
            self._token = self._log_in()
        try:
            return self._look(wanted, ways=ways, hidings=hidings)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise self.trouble(phrase("{server} answered with objects that make no sense", server=self.name)) from None
        finally:
            if opened:
                with contextlib.suppress(CannotObserve):
                    self._exchange("GET", f"{self.base}/logout")
                self._token = None

    def _look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        names = sorted({host for host, _service in wanted})
        hosts = {str(item["name"]): item for item in self._named("/monitoring/hosts", names)}
        self._pollers_run({int(item["poller_id"]) for item in hosts.values() if item.get("poller_id") is not None})
        ids: dict[Key, str] = {(name, ""): f"/hosts/{int(item['id'])}" for name, item in hosts.items()}
        if any(service for _host, service in wanted):
            for item in self._named("/monitoring/services", names):
                host = item.get("host") or item.get("hosts")
                name = str(host["name"]) if isinstance(host, dict) else ""
                if name in hosts:
                    ids[(name, str(item["description"]))] = f"/hosts/{int(hosts[name]['id'])}/services/{int(item['id'])}"
        there = [key for key in wanted if key in ids]
        downtimes = self._downtimes(hosts, names) if hidings else {}
        objects = {}
        for key in there:
            item = self._get(f"/monitoring{ids[key]}")
            policy = self._get(f"/configuration{ids[key]}/notification-policy") if ways else None
            path = ids[key].rpartition("/services/")
            service = int(path[2]) if path[1] else 0
            objects[key] = self._watched(key, item, policy, downtimes.get((key[0], service), []))
        return Seen(self.name, objects)

    # -- objects

    def _pollers_run(self, needed: t.Collection[int]) -> None:
        for item in self._pages("/monitoring/servers", {}):
            running = item.get("isRunning", item.get("is_running"))
            if int(item["id"]) in needed and running is False:
                said = phrase(
                    "{server} says that its poller {poller} does not run", server=self.name, poller=one_line(item.get("name"), 80)
                )
                raise self.trouble(said)

    def _downtimes(self, hosts: t.Mapping[str, _Object], names: t.Sequence[str]) -> dict[tuple[str, int], list[Downtime]]:
        """By host and the number of the service; 0 is the host itself."""
        by_number = {int(item["id"]): name for name, item in hosts.items()}
        found: dict[tuple[str, int], list[Downtime]] = {}
        for item in self._named("/monitoring/downtimes", names):
            name = by_number.get(int(item["host_id"]))
            if name is None or item.get("is_cancelled") or item.get("deletion_time"):
                continue
            one = Downtime(
                _time(item["start_time"]) or 0.0,
                _time(item["end_time"]) or 0.0,
                bool(item["is_fixed"]),
                finite(item.get("duration") or 0),
                one_line(item.get("author_name"), 80),
                one_line(item.get("comment"), 120),
            )
            found.setdefault((name, int(item.get("service_id") or 0)), []).append(one)
        return found

    def _watched(self, key: Key, item: _Object, policy: _Object | None, downtimes: t.Sequence[Downtime]) -> Watched:
        state, service = int(_first(item.get("state"), (item.get("status") or {}).get("code"))), bool(key[1])
        checked = bool(item.get("is_checked" if service else "checked", True)) and state != PENDING
        acknowledged = bool(item.get("is_acknowledged" if service else "acknowledged"))
        in_downtime = bool(item.get("scheduled_downtime_depth"))
        now = self.runner.now().timestamp()
        period = str(item.get("check_period") or "")
        if in_downtime and downtimes and not any(one.start <= now for one in downtimes):
            downtimes = ()
        mute = restriction = None
        if policy is not None:
            events = [item.get("notify_on_down")] if not service else [item.get("notify_on_critical")]
            mute, restriction = blocked(self._period(item.get("notification_period")), phrase("its notification period"))
            if mute is None and events == [False]:
                mute = phrase("its notification options leave out {state}", state="CRITICAL" if service else "DOWN")
        return Watched(
            *key,
            state=state,
            hard=int(item.get("state_type", 1)) == 1,
            output=one_line(item.get("output"), 200),
            checked=checked,
            last_check=_time(item.get("last_check")),
            next_check=_time(item.get("next_check")),
            interval=finite(item["check_interval"]) * MINUTE,
            active=bool(item["is_active_check"] if service else item["active_checks"]),
            passive=bool(item.get("passive_checks", item.get("is_passive_check", True))),
            pretends=is_pretence(item.get("check_command"), active=item.get("check_type", 0) == 0, state=state),
            period=self._period(period) if period else None,
            notifies=bool(policy["is_notification_enabled"]) if policy is not None else True,
            mute=mute,
            restriction=restriction,
            ways=tuple(self._ways("service" if service else "host", policy)) if policy is not None else (),
            in_downtime=in_downtime,
            downtimes=tuple(downtimes),
            acknowledgement=_acknowledgement(item) if acknowledged else None,
            flapping=bool(item.get("flapping")),
        )

    def _ways(self, kind: str, policy: _Object) -> t.Iterator[Way]:
        for contact in policy.get("contacts") or []:
            name = str(contact["name"])
            settings = contact["notifications"][kind]
            wanted = "CRITICAL" if kind == "service" else "DOWN"
            period = settings.get("time_period") or {}
            obstacle, restriction = blocked(
                self._period(period.get("name") if isinstance(period, dict) else None),
                phrase("the notification period of the contact {contact}", contact=name),
            )
            if wanted not in [str(event).upper() for event in settings.get("events") or []]:
                obstacle = phrase("the contact {contact} leaves out {state}", contact=name, state=wanted)
            elif not period:
                obstacle = phrase("the contact {contact} has no notification period", contact=name)
            yield Way(name, (), obstacle, restriction)
        for group in policy.get("contact_groups") or []:
            name = str(group["name"])
            members = self._members_of(name)
            if members is None:
                said = phrase("who is in the contact group {group} cannot be seen by this user of the API", group=name)
                yield Way(name, (name,), None, said)
            elif not members:
                yield Way(name, (name,), phrase("the contact group {group} has nobody in it", group=name))
            for member in members or ():
                yield Way(member, (name,))

    def _period(self, name: object) -> Period | None:
        """A time period by its name; what it has, where this version and this user may see that."""
        text = str(name or "")
        if not text:
            return None
        if text not in self._periods:
            self._periods[text] = self._found_period(text)
        return self._periods[text]

    def _found_period(self, name: str) -> Period:
        question = urlencode({"search": json.dumps({"name": {"$eq": name}}), "limit": _PAGE})
        answer = self._exchange("GET", f"{self.base}/configuration/timeperiods?{question}")
        items = self._json(answer).get("result") if answer.status == 200 else None
        for item in items if isinstance(items, list) else ():
            if item.get("name") == name:
                ranges = [(_NAMES_OF_DAYS[(int(day["day"]) - 1) % 7], str(day["time_range"])) for day in item.get("days") or []]
                ranges += [(str(one["day_range"]), str(one["time_range"])) for one in item.get("exceptions") or []]
                empty = not item.get("templates") and has_no_hours(ranges, self.runner.now().year)
                inside = item.get("in_period")
                return Period(name, empty, inside if isinstance(inside, bool) else None)
        return Period(name)

    def _members_of(self, group: str) -> list[str] | None:
        """Who is in a contact group, by the older API, which only administrators may ask; None for others."""
        if group not in self._members:
            self._members[group] = self._asked_members(group)
        return self._members[group]

    def _asked_members(self, group: str) -> list[str] | None:
        user, password = self.connection.url_username, self.connection.url_password
        if not user or password is None:
            return None
        address = f"{self.web}/api/index.php"
        if self._old_token is None:
            form = urlencode({"username": user, "password": password}).encode()
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._exchange("POST", f"{address}?action=authenticate", body=form, headers=kind)
            self._old_token = str(self._json(answer).get("authToken") or "") if answer.status == 200 else ""
        if not self._old_token:
            return None
        question = json.dumps({"action": "getcontact", "object": "CG", "values": group}).encode()
        headers = {"Content-Type": "application/json", "centreon-auth-token": self._old_token}
        answer = self._exchange("POST", f"{address}?action=action&object=centreon_clapi", body=question, headers=headers)
        found = self._json(answer).get("result") if answer.status == 200 else None
        return [str(item["name"]) for item in found if isinstance(item, dict) and item.get("name")] if isinstance(found, list) else None

    # -- asking

    def _log_in(self) -> str:
        credentials = {"login": self.connection.url_username or "", "password": self.connection.url_password or ""}
        body = json.dumps({"security": {"credentials": credentials}}).encode()
        answer = self._exchange("POST", f"{self.base}/login", body=body, headers={"Content-Type": "application/json"})
        if answer.status in (400, 401, 403):
            raise self.trouble(phrase("{server} refused the credentials (status {status})", server=self.name, status=answer.status))
        if answer.status != 200:
            raise self.trouble(_unusable(self.name, "/login", answer.status))
        token = (self._json(answer).get("security") or {}).get("token")
        if not isinstance(token, str) or not token:
            raise self.trouble(phrase("{server} gave no token for a login: is there a Centreon at this address?", server=self.name))
        return token

    def _named(self, path: str, names: t.Sequence[str]) -> list[_Object]:
        """All objects of these hosts."""
        found: list[_Object] = []
        for start in range(0, len(names), _AT_ONCE):
            found += self._pages(path, {"search": json.dumps({"host.name": {"$in": list(names[start : start + _AT_ONCE])}})})
        return found

    def _pages(self, path: str, question: t.Mapping[str, str]) -> list[_Object]:
        found: list[_Object] = []
        for page in range(1, _MOST_PAGES):
            data = self._get(f"{path}?{urlencode({**question, 'limit': _PAGE, 'page': page})}")
            found += data["result"]
            if len(data["result"]) < _PAGE or len(found) >= int(data["meta"]["total"]):
                break
        return found

    def _get(self, path: str) -> _Object:
        answer = self._exchange("GET", self.base + path)
        if answer.status != 200:
            raise self.trouble(_unusable(self.name, path.partition("?")[0], answer.status))
        return self._json(answer)

    def _json(self, answer: Response) -> _Object:
        try:
            data = answer.json()
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None
        except RecursionError:
            raise self.trouble(phrase("{server} answered with JSON that cannot be parsed (nested too deeply)", server=self.name)) from None
        if not isinstance(data, dict):
            said = phrase(
                "{server} answered with JSON of another kind than expected: is there a Centreon at this address?", server=self.name
            )
            raise self.trouble(said)
        return data

    def _exchange(self, method: str, url: str, *, body: bytes | None = None, headers: t.Mapping[str, str] | None = None) -> Response:
        sent = {"Accept": "application/json", **({"X-AUTH-TOKEN": self._token} if self._token else {}), **(headers or {})}
        try:
            return self.runner.ask(
                self.name,
                method,
                url,
                light=url.endswith("/login"),
                connection=self._plain,
                headers=sent,
                body=body,
                follow_redirects=False,
            )
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None


def _unusable(server: str, path: str, status: int) -> Message:
    if status in (401, 403):
        return phrase("{server} refused the credentials (status {status} for {path:path})", server=server, path=quote(path), status=status)
    if status == 404:
        return phrase("{server} has no {path:path} (status 404): is there a Centreon at this address?", server=server, path=quote(path))
    return phrase("{server} answered {path:path} with status {status}", server=server, path=quote(path), status=status)


def _first(*values: object) -> t.Any:
    return next(value for value in values if value is not None)


def _time(text: object) -> float | None:
    """ISO 8601 with a zone, in seconds."""
    if not isinstance(text, str) or not text:
        return None
    return dt.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text).timestamp()


def _acknowledgement(item: _Object) -> Acknowledgement:
    said = item.get("acknowledgement")
    if isinstance(said, dict) and isinstance(said.get("host"), dict):
        said = said["host"]
    if not isinstance(said, dict):
        return Acknowledgement()
    sticky = said.get("is_sticky")
    return Acknowledgement(
        sticky if isinstance(sticky, bool) else None, None, one_line(said.get("author_name"), 80), one_line(said.get("comment"), 120)
    )


__all__ = ("Centreon",)
