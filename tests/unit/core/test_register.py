# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register: each requirement of the level, and how far it is declared; what is not known yet refuses nothing and is never counted."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, Unresolved
from ansible_collections.operability.readiness.plugins.plugin_utils._described.known_now import _OF_CHECKS_ALONE, known_now, why_later
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Description, Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.register import Declared, Entry, Register
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import plan as _plan
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.register import Hosts, _known_keys, register_of
from unit.core.described import EXAMPLE, HOSTS, ORGANISATION, describe, problems_of

PARTS = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {rpo: 24h}
parts:
  web:
    hosts: payments_web
    units: [payments.service]
    scrape: [{job: payments, port: 8080}]
    logs: [{file: /var/log/payments/app.json, canary: always}]
    support: payments
  db:
    hosts: payments_db
    units: [postgresql.service]
    backups:
      - {tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/srv/a], scheduled_by: {timer: a.timer}}
      - {tool: restic, repository: /srv/other, password_file: /etc/restic.pw, paths: [/srv/b]}
endpoints: [{url: "https://payments.example/health", version: {json: version}}]
"""


def registered(description: Description, *, there: bool = True, sealed: t.Any = None) -> Register:
    hosts = Hosts(lambda pattern: bool(description.inventory.hosts_of(pattern)), there)
    return register_of(_plan.draft(description), description.run, hosts, made_at="2026-11-25T06:00:00Z", sealed=sealed)


def entry(register: Register, name: str) -> Entry:
    (found,) = [one for one in register.entries if one.id == name]
    return found


def of(name: str, *texts: str) -> Entry:
    return entry(registered(describe(*(texts or (PARTS, ORGANISATION)))), name)


def with_later(description: Description, *path: str | int, shared: bool = False) -> Description:
    """The description with a value that nobody knows yet."""

    def replaced(value: t.Any, steps: t.Sequence[str | int]) -> t.Any:
        if not steps:
            return Unresolved(".".join(map(str, path)), "'secret' is undefined", "readiness.yml:1")
        if isinstance(value, list):
            return [replaced(item, steps[1:]) if index == steps[0] else item for index, item in enumerate(value)]
        return {**value, steps[0]: replaced(value.get(steps[0], {}), steps[1:])}

    known = description.organisation if shared else description.service
    assert known is not None
    document: Document = dataclasses.replace(known, data=replaced(known.data, path))
    return dataclasses.replace(description, **{"organisation" if shared else "service": document})


def test_every_requirement_of_the_level_is_there_whatever_its_phase() -> None:
    register = registered(describe(EXAMPLE, ORGANISATION))
    names = {one.id for one in register.entries}
    assert {"MON-01", "RUN-03", "DEL-04", "PLT-02", "PAY-01", "MON-07"} <= names
    assert {one.phases[0] for one in register.entries} >= {"design", "pre", "post", "recheck"}
    assert sum(register.counts.values()) == len(register.entries)


def test_a_part_that_is_forgotten_makes_it_none_that_can_be_verified() -> None:
    """What is declared of the web part proves nothing of the database."""
    for name, key in (("LOG-01", "logs"), ("LOG-02", "logs"), ("LOG-05", "logs"), ("MON-01", "scrape"), ("SUP-01", "support")):
        found = of(name)
        assert found.declared is Declared.INCOMPLETE, name
        assert any(f"parts.db.{key}" in str(why) for why in found.why), found.why


def test_one_of_two_backups_without_its_schedule() -> None:
    found = of("BKP-05")
    assert found.declared is Declared.INCOMPLETE and "/srv/b" in str(found.why[0])
    assert of("BKP-01").declared is Declared.VERIFIABLE


def test_what_is_declared_of_each_part_can_be_verified() -> None:
    whole = PARTS.replace("units: [postgresql.service]", "units: [postgresql.service]\n    logs: [{journald: postgresql, canary: always}]")
    assert of("LOG-05", whole, ORGANISATION).declared is Declared.VERIFIABLE
    assert of("PLT-01").declared is Declared.VERIFIABLE


def test_what_is_not_declared_names_the_key() -> None:
    found = of("RUN-01")
    assert (found.declared, found.keys) == (Declared.NOT_DECLARED, ("documents.runbook",))
    assert of("BKP-04").keys == ("commitments.rpo", "parts.NAME.backups")
    assert of("BKP-04").proof == "none" and "restic_backup" in of("BKP-04").proved_by


def test_who_must_act() -> None:
    said = PARTS + "defaults: {responsible: {backups: team-backup, RUN-01: team-docs}}\n"
    assert of("BKP-04", said, ORGANISATION).responsible == "team-backup"
    assert of("RUN-01", said, ORGANISATION).responsible == "team-docs"
    assert of("PLT-01", said, ORGANISATION).responsible == "team-payments"


def test_not_applicable_says_why_and_is_not_asked() -> None:
    register = registered(describe(EXAMPLE.replace("data: true", "data: false"), ORGANISATION))
    found = entry(register, "BKP-01")
    assert found.declared is Declared.NOT_APPLICABLE and "traits.data is false" in str(found.why[0])
    assert not found.asked and found.keys == () and found not in register.asked


def test_a_waiver_changes_no_state_and_takes_a_blocker_off_the_list() -> None:
    waived = PARTS + "waivers: [{requirement: BKP-04, reason: soon, approved_by: head of operations, until: '2027-03-31'}]\n"
    register = registered(describe(waived, ORGANISATION))
    found = entry(register, "BKP-04")
    assert found.declared is Declared.NOT_DECLARED and found.waiver and found.waiver.until == "2027-03-31"
    assert found not in register.blockers
    assert entry(registered(describe(PARTS, ORGANISATION)), "BKP-04") in registered(describe(PARTS, ORGANISATION)).blockers
    later = waived.replace("until:", "from: '2026-12-24', until:")
    register = registered(describe(later, ORGANISATION))
    assert entry(register, "BKP-04") in register.blockers, "a waiver that only begins later covers nothing yet"


# -- what is not known yet


def test_a_secret_that_is_not_there_refuses_nothing() -> None:
    described = with_later(describe(PARTS, ORGANISATION), "endpoints", 0, "bearer_token")
    register = registered(described)
    found = entry(register, "MON-07")
    assert found.declared is Declared.LATER
    assert str(found.why[0]) == "readiness.yml:1: endpoints.0.bearer_token comes from the variable secret, which this run does not know"
    assert entry(register, "PLT-01").declared is Declared.VERIFIABLE


@pytest.mark.parametrize(
    "path",
    [
        ("service", "name"),
        ("service", "owner"),
        ("service", "hosts"),
        ("classification", "criticality"),
        ("traits",),
        ("mode",),
        ("parts",),
        ("parts", "web"),
        ("parts", "web", "logs"),
        ("parts", "db", "backups", 1, "repository"),
        ("endpoints",),
        ("commitments", "rpo"),
        ("requirements",),
        ("requirements", "PLT-02"),
        ("requirements", "PLT-02", "with"),
        ("waivers",),
        ("publish",),
        ("records",),
        ("debt",),
        ("defaults",),
        ("defaults", "recheck_every"),
        ("servers",),
        ("policy",),
        ("alerts",),
        ("documents", "runbook"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
def test_whatever_is_not_known_yet_is_told_and_never_counted(path: tuple[str | int, ...]) -> None:
    known, found = (registered(one) for one in (describe(PARTS, ORGANISATION), with_later(describe(PARTS, ORGANISATION), *path)))
    told = " ".join([*map(str, found.notices), *(str(why) for one in found.entries for why in one.why)])
    assert "the variable secret" in told
    assert found.counts["verifiable"] <= known.counts["verifiable"] and found.level == "A"
    assert len(found.entries) >= len(known.entries)


KEYED = (
    EXAMPLE.replace("support: payments  ", "support: own  ").replace("until: 2027-06-30}", "until: 2026-01-01}")
    + """\
classic_monitoring: {contacts: [on-call], using: icinga}
availability: {series: up}
rosters:
  days: {calendar_url: "https://calendar.example/days.ics", time_zone: Europe/Paris, hours: 24x7, tiers: {N1: N1},
    people: {Ada: "+33644556601"}}
  nights: {provider: pagerduty, bearer_token: s3cr3t, url: "https://api.eu.pagerduty.com", tiers: {N2: PI7DH85},
    people: {Ada: {phone: "+33644556601"}}}
  turns: {shifts: [{who: Ada, from: "2026-11-01T09:00", until: "2026-12-31T09:00"}], time_zone: Europe/Paris}
  plain: on-call.ics
chains:
  own:
    - {tier: N1, contact: desk@example, hours: 24x7, response: 15m, roster: days}
    - {tier: N2, contact: ops@example, hours: 24x7, response: 15m, roster: nights}
    - {tier: N3, contact: dev@example, hours: 24x7, response: 15m, roster: turns}
    - {tier: N4, contact: cto@example, hours: 24x7, response: 15m, roster: plain}
servers: {icinga: {kind: icinga, url: "https://icinga.example:5665", url_username: u, url_password: p}}
"""
)


def paths_of(value: t.Any, above: tuple[str | int, ...] = ()) -> t.Iterator[tuple[str | int, ...]]:
    """Each place in a file, whole mappings and lists too."""
    if above:
        yield above
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in below:
        yield from paths_of(item, (*above, key))


def test_whatever_checks_alone_read_is_left_to_them() -> None:
    """A key that the schema says requirements come from is theirs, or one of those that the whole plan depends on."""
    of_plan = {"attestations", "commitments"}  # commitments: by name, they are promises of the service as well
    read = {key.split(".")[0] for keys in _known_keys().values() for key in keys} | {"chains", "servers"}
    assert read - of_plan <= set(_OF_CHECKS_ALONE)


SHARED = ORGANISATION + "rosters: {shared: {calendar_url: 'https://calendar.example/x.ics'}}\nattesters: {impacts: {blocker: [head]}}\n"
UNUSED = {("chains", "payments"), ("chains", "other"), ("rosters", "shared"), ("attesters", "impacts")}  # nobody asks what they say
PLACES = [(False, path) for path in paths_of(yaml.safe_load(KEYED))] + [(True, path) for path in paths_of(yaml.safe_load(SHARED))]


@functools.cache
def keyed() -> tuple[Description, frozenset[str]]:
    description = describe(KEYED, SHARED)
    return description, verifiable(registered(description))


def verifiable(register: Register) -> frozenset[str]:
    return frozenset(one.id for one in register.entries if one.declared is Declared.VERIFIABLE)


@pytest.mark.parametrize(("shared", "path"), PLACES, ids=lambda item: ".".join(map(str, item)) if isinstance(item, tuple) else None)
def test_a_variable_that_is_missing_anywhere_is_told_and_never_counted(shared: bool, path: tuple[str | int, ...]) -> None:
    if path == ("schema_version",) or True in path:  # which is how YAML reads "on"
        return
    description, known = keyed()
    found = registered(with_later(description, *path, shared=shared))
    told = " ".join([*map(str, found.notices), *(str(why) for one in found.entries for why in one.why)])
    assert "comes from the variable secret" in told or (shared and path[:2] in UNUSED)
    assert verifiable(found) <= known


@pytest.mark.parametrize(
    "steps",
    [
        *(("days",), ("days", "calendar_url"), ("days", "people", "Ada"), ("days", "hours"), ("days", "tiers")),
        *(("nights", "bearer_token"), ("turns", "shifts"), ("turns", "shifts", 0, "who"), ("plain",)),
    ],
    ids=lambda steps: ".".join(map(str, steps)),
)
def test_a_variable_of_a_roster_is_told_with_its_place(steps: tuple[str | int, ...]) -> None:
    found = entry(registered(with_later(keyed()[0], "rosters", *steps)), "SUP-02")
    assert found.declared is Declared.LATER
    assert f"readiness.yml:1: rosters.{'.'.join(map(str, steps))} comes from the variable secret" in str(found.why[0])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("bearer_token: s3cr3t, url", "url", "the roster nights has nothing with which its service can be asked (bearer_token)"),
        ('[{who: Ada, from: "2026-11-01T09:00", until: "2026-12-31T09:00"}]', "[]", "the roster turns has no shift (shifts)"),
    ],
)
def test_a_roster_that_nobody_can_ask_is_not_declared(before: str, after: str, said: str) -> None:
    assert before in KEYED
    assert of("SUP-02", KEYED, ORGANISATION).declared is Declared.VERIFIABLE
    found = of("SUP-02", KEYED.replace(before, after), ORGANISATION)
    assert found.declared is Declared.INCOMPLETE and said in str(found.why[0])


def test_a_chain_that_is_not_declared() -> None:
    whole = PARTS.replace("units: [postgresql.service]", "units: [postgresql.service]\n    support: other")
    assert of("SUP-01", whole, ORGANISATION).declared is Declared.VERIFIABLE
    for text in (whole.replace("support: other", "support: nope"), whole.replace("support: payments", "support: nope")):
        found = of("SUP-01", text, ORGANISATION)
        assert found.declared is Declared.INCOMPLETE and "the chain nope is not declared (chains)" in str(found.why[0])


def test_of_an_encrypted_value_only_its_place_is_said() -> None:
    item = Unresolved("endpoints.0.bearer_token", "Attempting to decrypt but no vault secrets found", "readiness.yml:5")
    assert str(why_later(item)) == "readiness.yml:5: endpoints.0.bearer_token is encrypted, and this run cannot decrypt it"


def test_half_an_acceptance_is_none() -> None:
    described = describe(
        PARTS + "waivers: [{requirement: BKP-04, reason: soon, approved_by: head of operations, until: '2027-03-31'}]\n", ORGANISATION
    )
    described = with_later(described, "waivers", 0, "until")
    assert entry(registered(described), "BKP-04").waiver is None
    exempted = describe(PARTS + "requirements: {PLT-01: {not_applicable: x, approved_by: y, until: '2027-03-31'}}\n", ORGANISATION)
    assert entry(registered(exempted), "PLT-01").declared is Declared.NOT_APPLICABLE
    assert entry(registered(with_later(exempted, "requirements", "PLT-01", "until")), "PLT-01").asked


def test_what_is_wholly_known_is_left_as_it_is() -> None:
    described = describe(EXAMPLE, ORGANISATION)
    assert known_now(described.service) == (described.service, [])


def test_without_an_inventory_the_hosts_come_later() -> None:
    nobody = dataclasses.replace(describe(PARTS, ORGANISATION).inventory, hosts_of=lambda pattern: [])
    register = registered(dataclasses.replace(describe(PARTS, ORGANISATION), inventory=nobody), there=False)
    assert entry(register, "PLT-01").declared is Declared.LATER
    assert entry(register, "LOG-05").declared is Declared.INCOMPLETE, "what the file itself lacks is told all the same"
    assert any("no host of 'payments'" in str(notice) for notice in register.notices)


def test_a_pattern_that_has_no_host_among_others_is_a_mistake() -> None:
    found = of("PLT-01", PARTS.replace("hosts: payments_db", "hosts: nobody"), ORGANISATION)
    assert found.declared is Declared.INCOMPLETE and "no host for the pattern 'nobody'" in str(found.why[0])
    assert HOSTS["nobody"] == []


def test_the_version_need_not_be_known() -> None:
    assert of("DEL-01").declared is Declared.VERIFIABLE


def test_behind_an_encrypted_organisation_file_everything_may_be_declared() -> None:
    described = describe(PARTS, ORGANISATION)
    alone = dataclasses.replace(described, organisation=None)
    sealed = why_later(Unresolved("x", "vault", "organisation.yml:1"))
    assert entry(registered(alone), "MON-03").declared is Declared.NOT_DECLARED
    found = entry(registered(alone, sealed=sealed), "MON-03")
    assert found.declared is Declared.LATER and sealed in found.why


STATED = """\
attestations:
  - {service: payments, requirement: SUP-04, result: positive, statement: the handover was held, attested_by: head, date: "2026-11-20",
     until: "2027-01-20", version: "1.0", evidence: [{path: minutes.pdf, sha256: DIGEST}]}
""".replace("DIGEST", "ab" * 32)


def test_a_statement_for_a_version_is_known_later_where_the_version_is() -> None:
    described = describe(PARTS, ORGANISATION + STATED)
    found = entry(registered(described), "SUP-04")
    assert found.declared is Declared.LATER and found not in registered(described).blockers
    assert "it is for version 1.0, and which one this is, is not known (readiness_version)" in str(found.why[0])
    for version, declared in (("1.0", Declared.VERIFIABLE), ("1.1", Declared.NOT_DECLARED)):
        run = dataclasses.replace(described.run, version=version)
        assert entry(registered(dataclasses.replace(described, run=run)), "SUP-04").declared is declared


def test_what_is_stated_not_to_be_so_is_for_somebody_to_act() -> None:
    for version in (None, "1.0"):
        described = describe(PARTS, ORGANISATION + STATED.replace("positive", "negative").replace("was held", "was refused"))
        register = registered(dataclasses.replace(described, run=dataclasses.replace(described.run, version=version)))
        found = entry(register, "SUP-04")
        assert found.declared is Declared.INCOMPLETE and found in register.blockers
        assert "head states on 2026-11-20 that it is not so: the handover was refused" in str(found.why[0])


# -- what it rests on, and when it is due


def test_the_proof_that_is_to_be_expected() -> None:
    assert of("PLT-01").proof == "observed" and of("RUN-01").proof == "none"
    own = PARTS + "requirements: {PLT-01: {check: command, with: {command: [/usr/bin/check]}}}\n"
    assert of("PLT-01", own, ORGANISATION).proof == "stand_in"
    record = PARTS.replace(
        "{tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/srv/a]", "{tool: record, path: /srv/r.json"
    )
    assert of("BKP-01", record, ORGANISATION).proof == "derived"


@pytest.mark.parametrize(
    ("name", "given", "phase", "day"),
    [
        ("PLT-01", {}, "post", None),
        ("BKP-01", {"window": {"start": "2027-01-15T23:30:00-02:00", "end": "2027-01-16T04:00:00Z"}}, "pre", "2027-01-16"),
        ("PLT-01", {"window": {"start": "2027-01-15T20:00:00Z", "end": "2027-01-16T02:00:00Z"}}, "post", "2027-01-16"),
        ("PLT-01", {"window": {"start": "2027-01-15T20:00:00Z"}}, "post", "2027-01-15"),
        ("RUN-01", {"window": {"start": "2027-01-15T20:00:00Z"}}, "design", "2027-01-15"),
        ("BKP-01", {"window": {"start": "on Friday"}}, "pre", None),
        ("MON-03", {}, "pre", None),
        ("MON-03", {"first_deployment": True}, "post", None),
    ],
)
def test_when_it_is_due(name: str, given: dict[str, t.Any], phase: str, day: str | None) -> None:
    described = describe(PARTS, ORGANISATION)
    run: Run = dataclasses.replace(described.run, **given)
    found = entry(registered(dataclasses.replace(described, run=run)), name)
    assert (found.due.phase, found.due.day) == (phase, day)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    described = describe(PARTS, ORGANISATION)
    for start, end, refused in (
        ("2027-01-16T20:00:00Z", "2027-01-15T02:00:00Z", True),
        ("2027-01-16T02:00:00+02:00", "2027-01-16T01:00:00Z", False),
        ("2027-01-16T02:00:00", "2027-01-15T01:00:00Z", False),
        ("on Friday", "on Thursday", False),
    ):
        run = dataclasses.replace(described.run, window={"start": start, "end": end})
        told = problems_of(lambda run=run: registered(dataclasses.replace(described, run=run)))  # type: ignore[misc]
        assert told == (["window (readiness_window): it ends before it begins"] if refused else [])


def test_what_is_enforced_later_is_due_then() -> None:
    later = PARTS + "requirements: {PLT-01: {enforce_from: '2027-06-01'}}\n"
    described = describe(later, ORGANISATION)
    run = dataclasses.replace(described.run, window={"start": "2027-01-15T20:00:00Z"})
    found = entry(registered(dataclasses.replace(described, run=run)), "PLT-01")
    assert (found.due.day, found.due.because) == ("2027-06-01", "enforce_from")
