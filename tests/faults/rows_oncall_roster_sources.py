# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""oncall_roster: calendars at an address, shifts in YAML, and services that answer as their documentation says.

Ways in which it could pass without deserving it, or show a secret, each of which is a row:

- a login page, an answer for an expired token, a cut answer, taken for an empty or a whole calendar; no DNS taken for nobody
- the first page of a service's answer taken for all of it (more, next); the answer to too many questions (429) for one
- a schedule that is switched off, or that no escalation policy uses; a recipient that is a team or nobody; a user who was blocked
- shifts whose time zone, day or hour nobody said; an end before the beginning; a key with a spelling mistake; aliases of YAML that explode
- the address of a private calendar, or the token, in a message
"""

from __future__ import annotations

import json
import typing as t

from nasty import Nasty
from rosters import PEOPLE, Answer, At, Web, calendar, event
from table import Row, World

CHECK = "oncall_roster"
NOW = "2026-11-23T08:00:00Z"
BEGIN, END = "2026-11-20T00:00:00Z", "2026-12-03T00:00:00Z"
COVERED = calendar(event("Alice", "20261120T000000Z", "20261203T000000Z")).encode()
TOKEN = "row-token-1234567890"
SECRET = "private-c0ffee00c0ffee00c0ffee00"
JSON = {"Content-Type": "application/json"}
Reply = tuple[int, t.Mapping[str, str], bytes]


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    return status, {**JSON, **{name.replace("_", "-"): text for name, text in headers.items()}}, json.dumps(value).encode()


# -- a calendar at an address


def served(
    status: int = 200, body: bytes = COVERED, content_type: str = "text/calendar", **args: t.Any
) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        web = world.running.start(Web, lambda _path, _query, _headers: (status, {"Content-Type": content_type}, body))
        world.runner.clock = At(NOW)
        return {"calendar_url": f"{web.url}/calendar/{SECRET}/basic.ics?token={TOKEN}", "people": PEOPLE, **args}

    return arrange


def wrong(kind: str, **args: t.Any) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        world.runner.clock = At(NOW)
        return {"calendar_url": f"{world.running.start(Nasty, kind).url}/{SECRET}/basic.ics", "people": PEOPLE, **args}

    return arrange


def at(url: str) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        world.runner.clock = At(NOW)
        return {"calendar_url": url, "people": PEOPLE}

    return arrange


def with_password(world: World) -> dict[str, object]:
    """Basic authentication, as calendars of companies have it."""

    def answer(_path: str, _query: t.Any, headers: t.Mapping[str, str]) -> Reply:
        return (200, {}, COVERED) if headers.get("authorization") == "Basic b3BzOnMzY3JldA==" else (401, {}, b"")

    world.runner.clock = At(NOW)
    return {
        "calendar_url": f"{world.running.start(Web, answer).url}/a.ics",
        "url_username": "ops",
        "url_password": "s3cret",
        "people": PEOPLE,
    }


def large(size: int) -> bytes:
    note = event("old", "20100101T000000Z", "20100101T010000Z").replace("\n", "\r\n").encode() + b"\r\n"
    return COVERED.replace(
        b"END:VCALENDAR", b"".join(note.replace(b"UID:old", b"UID:%d" % number) for number in range(size // len(note))) + b"END:VCALENDAR"
    )


# -- shifts


def shifts(*entries: dict[str, object], **args: t.Any) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        world.runner.clock = At(args.pop("now", NOW))
        return {"shifts": list(entries), "people": PEOPLE, "time_zone": "Europe/Paris", **args}

    return arrange


def written(text: str, name: str = "roster.yml", **args: t.Any) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        (world.folder / name).write_text(text)
        world.runner.clock = At(NOW)
        return {"path": str(world.folder / name), "people": PEOPLE, "time_zone": "Europe/Paris", **args}

    return arrange


FILE = """\
shifts:
  - {tier: N1, who: alice, from: 2026-11-20 09:00:00, until: "2026-11-27T09:00"}
  - {tier: N1, who: [bob], from: "2026-11-27T09:00", until: 2026-12-03T08:00:00Z}
"""
BOMB = (
    "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8))
    + "shifts: *i\n"
)
LONG = {"who": "alice", "from": "2026-11-20T09:00", "until": "2026-12-03T09:00"}

# -- services


def service(provider: str, answer: Answer, **args: t.Any) -> t.Callable[[World], dict[str, object]]:
    def arrange(world: World) -> dict[str, object]:
        world.runner.clock = At(NOW)
        web = world.running.start(Web, answer)
        return {"provider": provider, "url": web.url, "bearer_token": TOKEN, "tiers": {"N1": "PI7DH85"}, **args}

    return arrange


def limited(answer: Answer, times: int, **headers: str) -> Answer:
    """Answers the first so many questions with 429."""
    left = [times]

    def limiting(path: str, query: t.Any, given: t.Any) -> Reply:
        if left[0]:
            left[0] -= 1
            return reply({"message": "You are making too many requests!"}, 429, **headers)
        return t.cast(Reply, answer(path, query, given))

    return limiting


def pd_user(name: str, methods: int = 2, **more: t.Any) -> dict[str, object]:
    listed = [{"id": f"P{n}", "type": "email_contact_method_reference"} for n in range(methods)]
    return {"id": f"P{name.upper()}", "type": "user", "name": name, "email": f"{name}@payments.example", "contact_methods": listed, **more}


def pd_call(user: dict[str, object], start: str | None, end: str | None, schedule: str = "PI7DH85") -> dict[str, object]:
    return {
        "escalation_level": 1,
        "escalation_policy": {"id": "PT20YPA", "type": "escalation_policy_reference"},
        "schedule": {"id": schedule, "type": "schedule_reference"},
        "user": user,
        "start": start,
        "end": end,
    }


def pagerduty(*calls: dict[str, object], page: int = 100) -> Answer:
    def answer(path: str, query: t.Mapping[str, t.Sequence[str]], headers: t.Mapping[str, str]) -> Reply:
        if headers.get("authorization") != f"Token token={TOKEN}":
            return reply({"error": {"message": "Account not found", "code": 2010}}, 401)
        if path == "/schedules/PI7DH85":
            return reply({"schedule": {"id": "PI7DH85", "type": "schedule"}})
        if path == "/users/PALICE":
            return reply({"user": pd_user("alice")})
        if path == "/oncalls" and query["schedule_ids[]"] == ["PI7DH85"]:
            offset = int(query["offset"][0])
            shown = calls[offset : offset + page] if page < 100 else calls[offset : offset + int(query["limit"][0])]
            return reply(
                {
                    "oncalls": list(shown),
                    "limit": 100,
                    "offset": offset,
                    "more": offset + len(shown) < len(calls) and bool(shown),
                    "total": None,
                }
            )
        return reply({"error": {"message": "Not Found", "code": 2100}}, 404)

    return answer


HOURLY = [
    pd_call(
        pd_user("alice" if n % 2 else "bob"),
        f"2026-11-{20 + n // 24:02d}T{n % 24:02d}:00:00Z",
        f"2026-11-{20 + (n + 1) // 24:02d}T{(n + 1) % 24:02d}:00:00Z",
    )
    for n in range(239)
]


def og_period(start: str, end: str, name: str = "alice@payments.example", kind: str = "user", **more: t.Any) -> dict[str, object]:
    return {"startDate": start, "endDate": end, "type": "default", "recipient": {"id": "1", "type": kind, "name": name}, **more}


def opsgenie(*periods: dict[str, object], enabled: bool = True, blocked: bool = False) -> Answer:
    def answer(path: str, query: t.Mapping[str, t.Sequence[str]], headers: t.Mapping[str, str]) -> Reply:
        if headers.get("authorization") != f"GenieKey {TOKEN}":
            return reply({"message": "Could not authenticate", "took": 0.0, "requestId": "1"}, 401)
        if path == "/v2/schedules/PI7DH85" and query["identifierType"] == ["name"]:
            return reply({"data": {"id": "d875", "name": "PI7DH85", "enabled": enabled, "timezone": "Europe/Paris"}})
        if path == "/v2/schedules/PI7DH85/timeline" and query["intervalUnit"] == ["days"] and int(query["interval"][0]) > 7:
            rotations = [{"id": "a", "name": "weekly", "order": 1.0, "periods": list(periods)}, {"id": "b", "name": "empty", "order": 2.0}]
            return reply({"data": {"startDate": NOW, "endDate": END, "finalTimeline": {"rotations": rotations}}})
        if path == "/v2/users/alice%40payments.example":
            return reply({"data": {"blocked": blocked, "verified": True, "username": "alice@payments.example"}})
        return reply({"message": "No schedule exists"}, 404)

    return answer


def shift(user: str, start: str, end: str, **more: t.Any) -> dict[str, object]:
    return {
        "user_pk": f"U{user}",
        "user_email": f"{user}@payments.example",
        "user_username": user,
        "shift_start": start,
        "shift_end": end,
        **more,
    }


def oncall(*pages: t.Sequence[dict[str, object]], name: str = "Payments") -> Answer:
    def answer(path: str, query: t.Mapping[str, t.Sequence[str]], headers: t.Mapping[str, str]) -> Reply:
        if headers.get("authorization") != TOKEN:
            return reply({"detail": "Invalid token."}, 403)
        if path == "/api/v1/schedules/":
            found = [{"id": "SBM7DV7BKFUYU", "name": name}] if query["name"] == [name] else []
            return reply({"count": len(found), "next": None, "previous": None, "results": found})
        if (
            path == "/api/v1/schedules/SBM7DV7BKFUYU/final_shifts"
            and query["start_date"] <= ["2026-11-23"]
            and query["end_date"] >= ["2026-11-30"]
        ):
            number = int(query["page"][0])
            following = f"http://oncall.example/?page={number + 1}" if number < len(pages) else None
            return reply({"count": 0, "next": following, "previous": None, "results": list(pages[number - 1]), "page_size": 50})
        return reply({"detail": "Not found."}, 404)

    return answer


GRAFANA = {"tiers": {"N1": "SBM7DV7BKFUYU"}}
WEEK = shift("alice", "2026-11-20T09:00:00Z", "2026-11-27T09:00:00Z")
NEXT = shift("bob", "2026-11-27T09:00:00Z", "2026-12-03T09:00:00Z")
# whoever sees this sees the secret of an address, or the token
NOT_SHOWN = rf"^(?!.*({SECRET}|{TOKEN}|basic\.ics))"

ROWS = [
    # -- a calendar at an address
    Row(CHECK, "address: a calendar", served(), "pass", "somebody is on call"),
    Row(CHECK, "address: a calendar behind a password", with_password, "pass", "somebody is on call"),
    Row(CHECK, "address: a calendar of 4 MiB", served(body=large(4 * 2**20)), "pass", "somebody is on call"),
    Row(CHECK, "address: a calendar of another type", served(content_type="text/plain"), "pass", "somebody is on call"),
    Row(CHECK, "address: an empty calendar", served(body=calendar().encode()), "fail", "the roster has no entry at all"),
    Row(CHECK, "address: a login page", wrong("login"), "unknown", NOT_SHOWN + ".*web page instead of a calendar"),
    Row(CHECK, "address: leads to a login on another host", wrong("redirect"), "unknown", NOT_SHOWN + ".*(login|resolved)"),
    Row(CHECK, "address: nothing comes", wrong("hang", timeout="2s"), "unknown", NOT_SHOWN + ".*did not answer"),
    Row(CHECK, "address: an empty answer", wrong("empty"), "unknown", NOT_SHOWN + ".*answered with nothing"),
    Row(CHECK, "address: garbage", wrong("garbage"), "unknown", NOT_SHOWN + ".*is no iCalendar text"),
    Row(CHECK, "address: more than is read", wrong("huge"), "unknown", NOT_SHOWN + ".*answered with more than 8.0 MiB"),
    Row(CHECK, "address: fewer bytes than announced", wrong("cut"), "unknown", NOT_SHOWN + ".*closed the connection"),
    Row(CHECK, "address: a calendar that is cut short", served(body=COVERED[:-30]), "unknown", NOT_SHOWN + ".*is cut short"),
    Row(CHECK, "address: not there any more", served(404, b""), "unknown", NOT_SHOWN + ".*has no calendar at this address"),
    Row(CHECK, "address: an expired token", served(403, b""), "unknown", NOT_SHOWN + ".*does not show the calendar .HTTP 403"),
    Row(CHECK, "address: the server has a problem", wrong("500"), "unknown", NOT_SHOWN + ".*HTTP 500 instead of a calendar"),
    Row(
        CHECK,
        "address: nobody knows the host",
        at(f"https://calendar.no-such-host.invalid/{SECRET}/basic.ics"),
        "unknown",
        NOT_SHOWN + ".*cannot be resolved",
    ),
    Row(
        CHECK,
        "address: webcal, and nobody knows the host",
        at(f"webcal://calendar.no-such-host.invalid/{SECRET}/basic.ics"),
        "unknown",
        NOT_SHOWN + ".*cannot be resolved",
    ),
    Row(
        CHECK,
        "address: nothing listens",
        at(f"http://127.0.0.1:1/{SECRET}/basic.ics"),
        "unknown",
        NOT_SHOWN + ".*127.0.0.1:1 refused the connection",
    ),
    Row(CHECK, "address: is none", at(f"calendar/{SECRET}/basic.ics"), "unknown", NOT_SHOWN),
    # -- shifts
    Row(
        CHECK,
        "shifts: one after the other",
        shifts({**LONG, "until": "2026-11-27T09:00"}, {**LONG, "who": ["Bob Petit"], "from": "2026-11-27T09:00"}),
        "pass",
        r"\(Alice Martin, Bob Petit\)",
    ),
    Row(
        CHECK,
        "shifts: people who take turns, over a change of the clocks",
        shifts({"rotation": ["alice", "bob"], "from": "2026-10-05T09:00", "every": "7d"}, now="2026-10-22T08:00:00Z", horizon="30d"),
        "pass",
        r"Bob Petit",
    ),
    Row(
        CHECK,
        "shifts: turns of 168 hours",
        shifts({"rotation": ["alice", "bob"], "from": "2026-10-05T09:00", "every": "168h"}, now="2026-10-22T08:00:00Z", horizon="30d"),
        "pass",
        "Bob Petit",
    ),
    Row(CHECK, "shifts: in a file", written(FILE), "pass", "N1: somebody is on call"),
    Row(
        CHECK,
        "shifts: two tiers",
        shifts({**LONG, "tier": "N1"}, {**LONG, "who": "bob", "tier": "N2", "until": "2026-11-25T07:30"}),
        "fail",
        "N2: the roster ends at 2026-11-25T06:30:00Z",
    ),
    Row(
        CHECK,
        "shifts: a gap of seven minutes when the clocks go back",
        shifts(
            {"who": "alice", "from": "2026-10-20T09:00", "until": "2026-10-25T02:53+02:00"},
            {"who": "bob", "from": "2026-10-25T02:00+01:00", "until": "2026-11-05T00:00"},
            now="2026-10-22T08:00:00Z",
        ),
        "fail",
        r"from 2026-10-25T00:53:00Z to 2026-10-25T01:00:00Z \(7 min\)",
    ),
    Row(
        CHECK,
        "shifts: turns that have ended",
        shifts({"rotation": ["alice", "bob"], "from": "2026-11-02T09:00", "every": "1w", "until": "2026-11-25T09:00"}),
        "fail",
        "the roster ends at 2026-11-25T08:00:00Z",
    ),
    Row(
        CHECK,
        "shifts: somebody of the turns is TBD",
        shifts({"rotation": ["alice", "TBD"], "from": "2026-11-16T09:00", "every": "7d"}, horizon="14d"),
        "fail",
        "nobody is on call from 2026-11-23T08:00:00Z to 2026-11-30T08:00:00Z",
    ),
    Row(CHECK, "shifts: nobody of the list", shifts({**LONG, "who": "carol"}), "fail", "carol cannot be reached"),
    Row(CHECK, "shifts: cancelled, in French", shifts({**LONG, "status": "annulé"}), "fail", "is cancelled"),
    Row(CHECK, "shifts: canceled", shifts({**LONG, "status": "canceled"}), "fail", "is cancelled"),
    Row(CHECK, "shifts: declined", shifts({**LONG, "status": "declined"}), "unknown", "status: 'declined' is none of confirmed, tentative"),
    Row(CHECK, "shifts: confirmed", shifts({**LONG, "status": "Confirmed"}), "pass", "somebody is on call"),
    Row(CHECK, "shifts: tentative", shifts({**LONG, "status": "tentative"}), "warn", "is tentative"),
    Row(CHECK, "shifts: cancelled", shifts({**LONG, "status": "cancelled"}), "fail", "is cancelled"),
    Row(
        CHECK,
        "shifts: without a zone",
        shifts(LONG, time_zone=None),
        "unknown",
        "'2026-11-20T09:00' has no time zone, and none is declared",
    ),
    Row(
        CHECK,
        "shifts: days without a time",
        shifts({**LONG, "until": "2026-12-03"}),
        "unknown",
        "shift 1 of the roster cannot be read: until: '2026-12-03' is no day with a time of day",
    ),
    Row(CHECK, "shifts: a day that there is not", shifts({**LONG, "from": "2026-02-30T09:00"}), "unknown", "there is no such day"),
    Row(
        CHECK, "shifts: the end before the beginning", shifts({**LONG, "until": "2026-11-01T09:00"}), "unknown", "it ends before it begins"
    ),
    Row(CHECK, "shifts: a key that is not known", shifts({**LONG, "to": "2026-12-03T09:00"}), "unknown", "it has the key to"),
    Row(
        CHECK,
        "shifts: nobody at all",
        shifts({"from": "2026-11-20T09:00", "until": "2026-12-03T09:00"}),
        "unknown",
        "either who, or who take turns",
    ),
    Row(CHECK, "shifts: none", shifts(), "fail", "the roster has no entry at all"),
    Row(CHECK, "shifts: a file that is no YAML", written("shifts: [}"), "unknown", "is no YAML that can be read"),
    Row(CHECK, "shifts: a file without shifts", written("people: []"), "unknown", "has no list of shifts"),
    Row(CHECK, "shifts: aliases of aliases", written(BOMB), "unknown", "values by aliases"),
    # -- PagerDuty
    Row(
        CHECK,
        "PagerDuty: covered",
        service(
            "pagerduty",
            pagerduty(pd_call(pd_user("alice"), BEGIN, "2026-11-26T09:00:00+01:00"), pd_call(pd_user("bob"), "2026-11-26T08:00:00Z", END)),
        ),
        "pass",
        r"N1: somebody is on call .*\(alice, bob\)",
    ),
    Row(
        CHECK,
        "PagerDuty: always the same one",
        service("pagerduty", pagerduty(pd_call(pd_user("alice"), None, None))),
        "warn",
        "alice is on call alone",
    ),
    Row(
        CHECK,
        "PagerDuty: a user by reference",
        service("pagerduty", pagerduty(pd_call({"id": "PALICE", "type": "user_reference", "summary": "alice"}, BEGIN, END))),
        "pass",
        "alice",
    ),
    *(
        Row(
            CHECK,
            f"PagerDuty: a deleted user, by {what}",
            service("pagerduty", pagerduty(pd_call(user, BEGIN, END))),
            "fail",
            "cannot be reached",
        )
        for what, user in (
            ("its date", pd_user("alice", deleted_at="2026-11-01T00:00:00Z")),
            ("its page", {"id": "PALICE", "type": "user_reference", "summary": "alice", "html_url": None}),
        )
    ),
    Row(
        CHECK,
        "PagerDuty: somebody who is not of the list",
        service("pagerduty", pagerduty(pd_call(pd_user("alice"), BEGIN, END)), people={"Bob": "+33 6 44 55 66 02"}),
        "fail",
        "'alice' names nobody of the list of people",
    ),
    Row(
        CHECK,
        "PagerDuty: somebody of the list, by an address",
        service("pagerduty", pagerduty(pd_call(pd_user("alice"), BEGIN, END)), people={"Alice M": "alice@payments.example"}),
        "pass",
        "Alice M",
    ),
    Row(CHECK, "PagerDuty: several pages", service("pagerduty", pagerduty(*HOURLY), horizon="5d"), "pass", r"alice, bob|bob, alice"),
    Row(
        CHECK,
        "PagerDuty: a gap",
        service(
            "pagerduty",
            pagerduty(pd_call(pd_user("alice"), BEGIN, "2026-11-26T08:00:00Z"), pd_call(pd_user("bob"), "2026-11-26T08:07:00Z", END)),
        ),
        "fail",
        r"N1: nobody is on call from 2026-11-26T08:00:00Z to 2026-11-26T08:07:00Z \(7 min\)",
    ),
    Row(CHECK, "PagerDuty: nobody, since no policy uses it", service("pagerduty", pagerduty()), "fail", "the roster has no entry at all"),
    Row(
        CHECK,
        "PagerDuty: another schedule's people",
        service("pagerduty", pagerduty(pd_call(pd_user("alice"), BEGIN, END, "POTHER1"))),
        "fail",
        "no entry",
    ),
    Row(
        CHECK,
        "PagerDuty: somebody without any way to be called",
        service("pagerduty", pagerduty(pd_call(pd_user("alice", 0), BEGIN, END))),
        "fail",
        "alice cannot be reached",
    ),
    Row(
        CHECK,
        "PagerDuty: a wrong token",
        service("pagerduty", pagerduty(), bearer_token="another-token"),
        "unknown",
        r"PagerDuty http\S+ refuses the token \(HTTP 401\)",
    ),
    Row(
        CHECK, "PagerDuty: no such schedule", service("pagerduty", pagerduty(), tiers={"N1": "PNONE00"}), "unknown", "does not know PNONE00"
    ),
    Row(
        CHECK,
        "PagerDuty: asked too often for a while",
        service("pagerduty", limited(pagerduty(pd_call(pd_user("alice"), BEGIN, END)), 2, ratelimit_reset="1")),
        "pass",
        "alice",
    ),
    Row(
        CHECK,
        "PagerDuty: asked too often",
        service("pagerduty", limited(pagerduty(), 99, Retry_After="0")),
        "unknown",
        "still does after 4 tries",
    ),
    Row(
        CHECK,
        "PagerDuty: patience for longer than there is",
        service("pagerduty", limited(pagerduty(), 99, Retry_After="900"), timeout="20s"),
        "unknown",
        "wants 15 min of patience",
    ),
    Row(
        CHECK,
        "PagerDuty: nonsense",
        service("pagerduty", lambda *_asked: reply({"oncalls": "none"})),
        "unknown",
        "objects that make no sense",
    ),
    Row(
        CHECK,
        "PagerDuty: a login page",
        lambda world: {"provider": "pagerduty", "url": world.running.start(Nasty, "login").url, "tiers": {"N1": "P1"}},
        "unknown",
        "web page instead of JSON",
    ),
    Row(
        CHECK,
        "PagerDuty: further ahead than it tells",
        service("pagerduty", pagerduty(), horizon="120d"),
        "unknown",
        "tells no more than 89 d ahead",
    ),
    # -- Opsgenie
    Row(CHECK, "Opsgenie: covered", service("opsgenie", opsgenie(og_period(NOW, END))), "pass", "alice@payments.example"),
    Row(
        CHECK,
        "Opsgenie: a gap",
        service("opsgenie", opsgenie(og_period(NOW, "2026-11-24T00:00:00.000+01:00"), og_period("2026-11-23T23:30:00Z", END))),
        "fail",
        r"from 2026-11-23T23:00:00Z to 2026-11-23T23:30:00Z \(30 min\)",
    ),
    Row(
        CHECK,
        "Opsgenie: nobody in the turn",
        service("opsgenie", opsgenie(og_period(NOW, END, "none", "none"))),
        "fail",
        "nobody cannot be reached",
    ),
    Row(
        CHECK,
        "Opsgenie: a team in the turn",
        service("opsgenie", opsgenie(og_period(NOW, END, "payments", "team"))),
        "unknown",
        "it is given to payments, and not to a person",
    ),
    Row(
        CHECK,
        "Opsgenie: a team whose people it names",
        service(
            "opsgenie",
            opsgenie(og_period(NOW, END, "payments", "team", flattenedRecipients=[{"type": "user", "name": "alice@payments.example"}])),
        ),
        "pass",
        "alice@payments.example",
    ),
    Row(CHECK, "Opsgenie: a blocked user", service("opsgenie", opsgenie(og_period(NOW, END), blocked=True)), "fail", "cannot be reached"),
    Row(
        CHECK,
        "Opsgenie: the schedule is switched off",
        service("opsgenie", opsgenie(og_period(NOW, END), enabled=False)),
        "fail",
        "is cancelled",
    ),
    Row(
        CHECK,
        "Opsgenie: an expired key",
        service("opsgenie", opsgenie(), bearer_token="another-token"),
        "unknown",
        "refuses the token .HTTP 401",
    ),
    Row(
        CHECK,
        "Opsgenie: asked too often for a while",
        service("opsgenie", limited(opsgenie(og_period(NOW, END)), 1, X_RateLimit_State="THROTTLED", X_RateLimit_Period_In_Sec="1")),
        "pass",
        "alice",
    ),
    # -- Grafana OnCall
    Row(
        CHECK,
        "Grafana OnCall: covered, in two pages",
        service("grafana_oncall", oncall([WEEK], [NEXT]), **GRAFANA),
        "pass",
        r"\(alice, bob\)",
    ),
    Row(
        CHECK,
        "Grafana OnCall: by the name of the schedule",
        service("grafana_oncall", oncall([WEEK, NEXT]), tiers={"N1": "Payments"}),
        "pass",
        r"\(alice, bob\)",
    ),
    Row(
        CHECK,
        "Grafana OnCall: a gap",
        service("grafana_oncall", oncall([WEEK, {**NEXT, "shift_start": "2026-11-27T09:10:00Z"}]), **GRAFANA),
        "fail",
        r"from 2026-11-27T09:00:00Z to 2026-11-27T09:10:00Z \(10 min\)",
    ),
    Row(
        CHECK,
        "Grafana OnCall: the second page is missing",
        service("grafana_oncall", oncall([WEEK], []), **GRAFANA),
        "fail",
        "the roster ends at 2026-11-27T09:00:00Z",
    ),
    Row(
        CHECK,
        "Grafana OnCall: somebody without an address",
        service("grafana_oncall", oncall([{**WEEK, "user_email": ""}, NEXT]), **GRAFANA),
        "fail",
        "from 2026-11-23T08:00:00Z to 2026-11-27T09:00:00Z",
    ),
    Row(
        CHECK,
        "Grafana OnCall: no schedule of this name",
        service("grafana_oncall", oncall([WEEK]), tiers={"N1": "Billing"}),
        "unknown",
        "knows 0 schedules of the name Billing",
    ),
    Row(
        CHECK,
        "Grafana OnCall: a wrong token",
        service("grafana_oncall", oncall([WEEK]), bearer_token="another-token", **GRAFANA),
        "unknown",
        "refuses the token .HTTP 403",
    ),
    Row(
        CHECK,
        "Grafana OnCall: nobody knows the host",
        lambda _world: {"provider": "grafana_oncall", "url": "https://oncall.no-such-host.invalid", "bearer_token": TOKEN, **GRAFANA},
        "unknown",
        "cannot be resolved",
    ),
]
