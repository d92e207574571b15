# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents: where every part stands, what is refused and with which words, templates that cannot be resolved yet."""

from __future__ import annotations

import datetime as dt
import json
import random
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import (
    NotResolved,
    Refused,
    Unresolved,
    build,
    plain,
    positions,
    unresolved,
)
from generated import cases, seeded, tries_more
from unit.core.described import EXAMPLE, ORGANISATION, document, problems_of, templates

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team}
classification: {criticality: 2}
"""


def refused(text: str, schema: str = "service") -> list[str]:
    return problems_of(lambda: document(text, schema))


def test_the_example_of_the_design_is_read() -> None:
    made = document(EXAMPLE)
    assert made.data["parts"]["web"]["scrape"] == [{"job": "payments", "port": 8080}]
    assert made.data["waivers"][0]["until"] == "2027-03-31", "a date is text"
    lines = EXAMPLE.splitlines()
    units = next(number for number, line in enumerate(lines, start=1) if "units:" in line)
    waiver = next(number for number, line in enumerate(lines, start=1) if line.startswith("  - {requirement: BKP-03"))
    assert made.where(("waivers", 0)) == f"readiness.yml:{waiver}"
    assert made.position(("parts", "web", "units", 0)) == (units, 13)
    assert made.where(("parts", "web", "units", 0, "deeper")) == f"readiness.yml:{units}", "the nearest part that has a place"
    assert document(ORGANISATION, "organisation").data["servers"]["am"]["kind"] == "alertmanager"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SERVICE + "servce: 1\n", "readiness.yml:4:1: servce: unknown key 'servce'; did you mean 'service'?; known here: "),
        (SERVICE.replace("owner", "ownr"), "readiness.yml:2:27: service.ownr: unknown key 'ownr'; did you mean 'owner'?"),
        (SERVICE.replace(", owner: team", ""), "readiness.yml:2:1: service: 'owner' is missing"),
        (
            SERVICE.replace("criticality: 2", "criticality: high"),
            "classification.criticality: expected a whole number, found a text",
        ),
        (
            SERVICE.replace("criticality: 2", "criticality: 4"),
            "readiness.yml:3:18: classification.criticality: expected at most 3, found 4",
        ),
        (
            SERVICE.replace("schema_version: 1", "schema_version: 2"),
            "readiness.yml:1:1: schema_version: expected 1, found 2; this version reads no other",
        ),
        (SERVICE.replace("name: payments", "name: pay ments"), "service.name: 'pay ments' is not a name of letters, digits"),
        (
            SERVICE + "traits: {https: true}\n",
            "readiness.yml:4:10: traits.https: unknown key 'https'; did you mean 'http'?; known here: data, http, on_call, tls",
        ),
        (SERVICE + "traits: {http: maybe}\n", "traits.http: expected true or false, found a text"),
        (SERVICE + "commitments: {rpo: soon}\n", "commitments.rpo: 'soon' is not a duration such as 90s, 24h or 30d"),
        (SERVICE + "commitments: {availability: 99.9}\n", "commitments.availability: expected at most 1, found 99.9"),
        (
            SERVICE + "parts: {web: {scrape: [{port: 99999}]}}\n",
            "readiness.yml:4:25: parts.web.scrape.0.port: expected at most 65535, found 99999",
        ),
        (SERVICE + "parts: {web: [a]}\n", "parts.web: expected a mapping, found a list"),
        (SERVICE + "endpoints: {url: x}\n", "endpoints: expected a list, found a mapping"),
        (SERVICE + "endpoints: [{url: ''}]\n", "endpoints.0.url: expected a text, found an empty one"),
        (SERVICE + "endpoints: [{url: x, min_days: .nan}]\n", "endpoints.0.min_days: expected a finite number, found nan"),
        (SERVICE + "requirements: {A-1: {with: {x: [-.inf]}}}\n", "requirements.A-1.with.x.0: expected a finite number, found -inf"),
        (SERVICE + "endpoints: [{url: x, status: ok}]\n", "endpoints.0.status: expected a whole number or a list, found a text"),
        (SERVICE + "endpoints: [{url: x, version: {header: X}}]\n", "endpoints.0.version.header: unknown key 'header'"),
        (SERVICE + "requirements: {bkp-1: {}}\n", "requirements.bkp-1: 'bkp-1' is not a requirement id such as BKP-01"),
        (
            SERVICE + "requirements: {BKP-01: {impact: critical}}\n",
            "requirements.BKP-01.impact: 'critical' is not one of blocker, major, minor",
        ),
        (SERVICE + "waivers: [{requirement: BKP-01, reason: r, approved_by: a}]\n", "readiness.yml:4:11: waivers.0: 'until' is missing"),
        (
            SERVICE + "waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: soon}]\n",
            "waivers.0.until: 'soon' is not a date such as 2027-03-31",
        ),
        (
            SERVICE + "waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: '2027-02-31'}]\n",
            "waivers.0.until: '2027-02-31' is not a day of the calendar; expected a date such as 2027-03-31",
        ),
        (SERVICE + "mode: enforced\n", "mode: 'enforced' is not one of observe, enforce; did you mean 'enforce'?"),
        (SERVICE + "mode: [enforce]\n", "mode: expected observe or enforce or a mapping, found a list"),
        (SERVICE + "service: {name: x, owner: y}\n", "readiness.yml:4:1: service: this key stands twice; first on line 2"),
        ("", "readiness.yml: the file is empty"),
        ("- a\n", "readiness.yml:1: expected a mapping of keys to values, found a list"),
        ("text\n", "readiness.yml:1: expected a mapping of keys to values, found a text"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    problems = refused(text)
    assert any(problem in line for line in problems), problems
    assert all(line.startswith("readiness.yml") for line in problems)


def test_what_is_no_date_is_told_once() -> None:
    assert len(refused(SERVICE + "waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: soon}]\n")) == 1


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    problems = refused(SERVICE.replace("owner", "ownr") + "waivers: [{requirement: 7}]\nx: 1\n")
    lines = [int(problem.split(":")[1]) for problem in problems]
    assert lines == sorted(lines) and {2, 4, 5} <= set(lines)


@pytest.mark.parametrize("text", ["a: [1\nb: 2\n", "a: b: c\n", "\tx: 1\n", "a: 'x\n", "a: &b\n c: *d\n"])
def test_what_is_no_yaml_says_where(text: str) -> None:
    with pytest.raises(Refused) as problem:
        positions(text, "readiness.yml")
        build(text, "readiness.yml", yaml.safe_load(text), "service")
    assert problem.value.problems[0].startswith("readiness.yml:")


def test_a_day_that_is_not_in_the_calendar_says_where() -> None:
    with pytest.raises(Refused, match=r"^f.yml:2:9: a.until: '2027-02-31' is not a day of the calendar: day is out of range for month$"):
        positions("a:\n until: 2027-02-31\n", "f.yml")


def test_an_alias_that_turns_in_a_circle_is_refused() -> None:
    with pytest.raises(Refused, match=r"f.yml:2: a\.b: an alias refers to what it stands in"):
        positions("x: 1\na: &a {b: *a}\n", "f.yml")
    assert ("y", "b") in positions("x: &a {b: 1}\ny: *a\n", "f.yml")[0]


def test_the_key_on_is_no_truth_value() -> None:
    made = document(SERVICE + "requirements: {BKP-01: {on: backup, run_as: nobody}}\n")
    assert made.data["requirements"]["BKP-01"] == {"on": "backup", "run_as": "nobody"}
    assert made.position(("requirements", "BKP-01", "on")) == (4, 25)


def test_the_digest_is_that_of_the_text() -> None:
    one, other = document(SERVICE), document(SERVICE + "# a remark\n")
    assert len(one.sha256) == 64 and one.sha256 != other.sha256 and one.data == other.data


# -- plain data


class Tagged(str):
    """As Ansible tags what it reads."""


class TaggedInt(int):
    """As Ansible tags what it reads."""


def test_native_types_all_the_way_down() -> None:
    made = plain(
        {Tagged("a"): [Tagged("b"), TaggedInt(3), 1.5, True, None], TaggedInt(1): (dt.date(2027, 3, 31), dt.datetime(2027, 3, 31, 6))}
    )
    assert made == {"a": ["b", 3, 1.5, True, None], "1": ["2027-03-31", "2027-03-31T06:00:00"]}
    assert {type(item) for item in [*made, *made["a"], *made["1"]]} == {str, int, float, bool, type(None)}


def _random_value(chance: random.Random, depth: int = 0) -> t.Any:
    kinds: list[t.Callable[[], t.Any]] = [
        lambda: chance.randrange(-5, 5),
        lambda: chance.choice(["a", "é", "{{ x }}", "", "on", "2027-01-01"]),
        chance.random,
        lambda: chance.choice([True, False, None]),
    ]
    if depth < 4:
        kinds += [lambda: [_random_value(chance, depth + 1) for _unused in range(chance.randrange(4))]]
        kinds += [lambda: {chance.choice("abcdef"): _random_value(chance, depth + 1) for _unused in range(chance.randrange(4))}]
    return chance.choice(kinds)()


@tries_more
def test_plain_data_stays_as_it_is() -> None:
    chance = seeded(3)
    for _unused in range(cases(300)):
        value = _random_value(chance)
        assert plain(value) == value == json.loads(json.dumps(plain(value)))


@tries_more
def test_every_part_has_the_place_where_it_stands() -> None:
    chance = seeded(4)
    for _unused in range(cases(100)):
        data = {"a": _random_value(chance), "b": _random_value(chance)}
        text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=chance.choice([None, True, False]))
        places, twice = positions(text, "f")
        lines = text.splitlines()
        assert not twice
        for path, (line, column) in places.items():
            value: t.Any = data
            for step in path:
                value = value[step]
            if isinstance(path[-1], str):
                rest = lines[line - 1][column - 1 :]
                assert yaml.safe_load(rest.split(":")[0].strip()) == path[-1]


# -- templates


def test_templates_are_resolved_and_not_again() -> None:
    text = SERVICE.replace("team", '"{{ owner }}"') + 'endpoints: "{{ points }}"\n'
    made = document(text, resolve=templates(owner="team-a", points=[{"url": "http://{{ not again }}/"}]))
    assert made.data["service"]["owner"] == "team-a" and made.data["endpoints"][0]["url"] == "http://{{ not again }}/"


def test_what_a_template_yields_must_fit() -> None:
    text = SERVICE.replace("criticality: 2", 'criticality: "{{ level }}"')
    assert document(text, resolve=templates(level=3)).data["classification"]["criticality"] == 3
    problems = problems_of(lambda: document(text, resolve=templates(level="high")))
    assert problems == ["readiness.yml:3:18: classification.criticality: expected a whole number, found a text"]


def test_what_cannot_be_resolved_waits_until_it_is_needed() -> None:
    text = SERVICE + 'endpoints: [{url: "{{ url }}", status: "{{ status }}"}]\nmode: "{{ mode }}"\n'
    made = document(text, resolve=templates())
    waiting = {item.path: item for item in unresolved(made.data)}
    assert set(waiting) == {"endpoints.0.url", "endpoints.0.status", "mode"}
    assert waiting["endpoints.0.url"].place == "readiness.yml:4"
    for use in (str, list, int, float, len, "{}".format, lambda value: value["a"], lambda value: "a" in value, lambda value: value < "a"):
        with pytest.raises(NotResolved) as problem:
            use(waiting["endpoints.0.url"])
        assert problem.value.problems == ["readiness.yml:4: endpoints.0.url: 'url' is undefined"]
    assert waiting["mode"], "it is there, whatever it will be"


def test_unresolved_within_anything() -> None:
    waiting = Unresolved("a", "b")
    assert unresolved({"x": [{"y": waiting}, 1], "z": waiting}) == [waiting, waiting] and unresolved("x") == []


# -- what is never quoted


@pytest.mark.parametrize(
    "more",
    [
        "servers: {p: {kind: prometheus, url: 'http://h', url_password: 20261129}}",
        "servers: {p: {kind: prometheus, url: 'http://h', bearer_token: [S3CRET]}}",
        "servers: {p: {kind: prometheus, url: 'http://h', headers: S3CRET}}",
        "servers: {p: {kind: prometheus, url: 'http://h', timeout: 'u:S3CRET@h'}}",
        "servers: {p: {kind: 'u:S3CRET@h', url: 'http://h'}}",
        "servers: 'http://u:S3CRET@h'",
        "publish: {pushgateway: 'http://u:S3CRET@h'}",
        "publish: {pushgateway: {url: 'http://h', url_password: 20261129}}",
        "requirements: {A-01: {check: command, impact: 'u:S3CRET@h', with: {secret_environment: S3CRET}}}",
        "mode: 'http://u:S3CRET@h'",
        "mode: 20261129",
        "waivers: [{requirement: A-01, until: 'u:S3CRET@h'}]",
        "schema_version_: 'u:S3CRET@h'",
        "'http://u:S3CRET@h': 3",
    ],
)
def test_what_is_wrong_is_said_without_quoting_a_secret(more: str) -> None:
    problems = problems_of(lambda: document(SERVICE + more + "\n"))
    said = "\n".join(problems)
    assert problems and "S3CRET" not in said and "20261129" not in said


def test_a_secret_that_looks_like_a_day_is_not_quoted() -> None:
    problems = problems_of(lambda: positions("servers: {p: {url_password: 2026-13-45}}", "f.yml"))
    assert problems == ["f.yml:1:29: servers.p.url_password: the value is not a day of the calendar: month must be in 1..12"]


def test_what_is_refused_is_one_harmless_line_each() -> None:
    refused = Refused(["a\x1b[31m\u202eb: 'http://u:S3CRET@h/' is not right\x07", "line\none"])
    assert refused.problems == ["ab: 'http://********@h/' is not right", "line one"] and str(refused).count("\n") == 1
