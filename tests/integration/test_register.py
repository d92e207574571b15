# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register as the playbook plan makes it: of level A and C, in both languages, without hosts, without secrets, without variables."""

from __future__ import annotations

import datetime as dt
import html.parser
import json
import pathlib
import typing as t

import jsonschema
import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS
from axe_playwright_python.sync_playwright import Axe
from browser import browser, page
from integration.playbook import Outcome, Site

UNTIL = (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=100)).isoformat()
PLAN = "operability.readiness.plan"
VAULTED = """$ANSIBLE_VAULT;1.1;AES256
33363965326261303234653062616566653266316132633263373962343133613137356137316539
3761313339336234393134326263656531646133396339640a363439623866353161343239303237
"""
SERVICE = """
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {rpo: 24h, rto: 4h}
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
      - {tool: restic, repository: /srv/other, password: "{{ vault_restic_password }}", paths: [/srv/b]}
    support: payments
endpoints:
  - url: https://payments.example/health
    bearer_token: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      33363965326261303234653062616566653266316132633263373962343133613137356137316539
      3761313339336234393134326263656531646133396339640a363439623866353161343239303237
      38386466653066363464346431396631613033656533393365336562653863323336306562646162
      6135346235643732310a343264363734633833663464326663343863396662346463386564313439
      6632
documents: {runbook: "{{ runbook_of_payments }}"}
flows: []
"""
ORGANISATION = """
schema_version: 1
servers:
  prometheus: {kind: prometheus, url: "http://prometheus.example:9090", bearer_token: "{{ vault_prometheus_token }}", probe_query: up}
  alertmanager: {kind: alertmanager, url: "http://alertmanager.example:9093"}
chains:
  payments: [{tier: N1, contact: desk@example, hours: 24x7, response: 15m}, {tier: N2, contact: ops@example, hours: 24x7, response: 30m}]
defaults: {responsible: {backups: team-backup}}
waivers:
  - {service: payments, requirement: BKP-04, reason: the second site opens in March, approved_by: head of operations, until: "UNTIL"}
""".replace("UNTIL", UNTIL)


class Page(html.parser.HTMLParser):
    """The rows of the register on its page, with their text, and the words of the whole page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, str] = {}
        self.row = ""
        self.words: list[str] = []
        self.language = ""
        self.hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.hidden += tag == "style"
        if tag == "html":
            self.language = str(given.get("lang"))
        if tag == "tr":
            self.row = str(given.get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if self.hidden or not data.strip():
            return
        self.words.append(" ".join(data.split()))
        if self.row:
            self.rows[self.row] = f"{self.rows.get(self.row, '')} {' '.join(data.split())}".strip()


class Made(t.NamedTuple):
    """What one run of the playbook left."""

    outcome: Outcome
    data: dict[str, t.Any]
    markdown: str
    page: Page
    path: pathlib.Path

    def entry(self, name: str) -> dict[str, t.Any]:
        (found,) = [item for item in self.data["requirements"] if item["id"] == name]
        return t.cast("dict[str, t.Any]", found)


def made(folder: pathlib.Path, service: str = SERVICE, organisation: str = ORGANISATION, *words: str, **variables: t.Any) -> Made:
    """The register of a service in an inventory that has nothing but this machine, unless the words name another."""
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    for name, text in (
        ("readiness.yml", service),
        ("organisation.yml", organisation),
        ("inventory.yml", "all: {hosts: {localhost: {}}}\n"),
    ):
        site.save(name, text)
    paths = {name: str(folder / f"register.{name}") for name in ("html", "markdown", "json")}
    outcome = site.run(PLAN, *words, write=False, phase="all", **paths, **variables)
    assert outcome.rc == 0, outcome.output
    data = json.loads((folder / "register.json").read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "register.schema.json").read_text(encoding="utf-8"))
    assert [problem.message for problem in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []
    text = (folder / "register.html").read_text(encoding="utf-8")
    return Made(outcome, data, (folder / "register.markdown").read_text(encoding="utf-8"), Page(text), folder / "register.html")


@pytest.fixture(scope="module")
def ci(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """As in the job of a merge request: no group, no password, no variable."""
    window = {"start": "2099-01-15T20:00:00Z", "end": "2099-01-16T02:00:00Z"}
    return made(tmp_path_factory.mktemp("ci") / "en", window=window)


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("ci") / "fr", language="fr")


def test_without_hosts_secrets_and_variables_it_is_whole(ci: Made) -> None:
    assert ci.data["service"]["level"] == "A" and ci.data["hosts"] == []
    names = {item["id"] for item in ci.data["requirements"]}
    assert names == set(row.removeprefix("r-") for row in ci.page.rows) and {"MON-01", "RUN-05", "DEL-04", "PLT-04"} <= names
    assert not [name for name in names if f"**{name}**" not in ci.markdown or not ci.outcome.says(name)]
    assert "'payments': which hosts these are is known later" in " ".join(ci.data["notices"])


def test_what_is_not_known_is_told_where_it_is_needed(ci: Made) -> None:
    why = {name: " ".join(ci.entry(name)["why"]) for name in ("MON-07", "RUN-01", "BKP-01", "BKP-02")}
    assert "endpoints.0.bearer_token is encrypted, and this run cannot decrypt it" in why["MON-07"]
    assert "documents.runbook comes from the variable runbook_of_payments, which this run does not know" in why["RUN-01"]
    assert "the variable vault_restic_password" in why["BKP-01"] and "the variable vault_restic_password" in why["BKP-02"]
    assert {ci.entry(name)["state"] for name in why} == {"later"}
    assert "runbook_of_payments" in ci.page.rows["r-RUN-01"] and "runbook\\_of\\_payments" in ci.markdown


def test_what_has_a_gap_is_not_counted(ci: Made) -> None:
    """The database has no logs, and one of its two backups no schedule."""
    counts = ci.data["counts"]
    for name, missing in (("LOG-01", "parts.db.logs"), ("LOG-05", "parts.db.logs"), ("MON-01", "parts.db.scrape"), ("BKP-05", "/srv/b")):
        assert ci.entry(name)["state"] == "incomplete" and missing in " ".join(ci.entry(name)["why"])
    assert counts["verifiable"] == sum(item["state"] == "verifiable" for item in ci.data["requirements"])
    told = f"{counts['verifiable']} of {counts['required']} can be verified"
    assert told in ci.markdown and told in ci.page.words and ci.outcome.says(told)


def test_who_must_act_and_when(ci: Made) -> None:
    assert ci.entry("BKP-05")["responsible"] == "team-backup" and ci.entry("PLT-03")["state"] == "not_applicable"
    assert ci.entry("BKP-05")["due"] == {"phase": "pre", "day": "2099-01-15", "because": "window"}
    assert ci.entry("MON-01")["due"]["day"] == "2099-01-16"
    acting = {part["name"]: part["open"] for part in ci.data["responsible"]}
    assert {"BKP-05", "BKP-06"} <= set(acting["team-backup"]) and "LOG-01" in acting["team-payments"]
    waived = ci.entry("BKP-04")
    assert waived["state"] == "not_declared" and waived["waiver"]["until"] == UNTIL
    assert f"Waived until {UNTIL} by head of operations" in ci.page.rows["r-BKP-04"]


def test_french(french: Made) -> None:
    assert french.page.language == "fr" and french.data["language"] == "fr"
    assert any(
        words.startswith("Registre des exigences d\N{RIGHT SINGLE QUOTATION MARK}exploitabilité de payments") for words in french.page.words
    )
    assert {"Procès-verbal de décision", "Qui doit agir", "Exigences"} <= set(french.page.words)
    assert (
        "Non déclarée" in french.page.rows["r-BKP-04"]
        and "Dérogation jusqu\N{RIGHT SINGLE QUOTATION MARK}au" in french.page.rows["r-BKP-04"]
    )
    assert "vient de la variable runbook_of_payments" in " ".join(french.entry("RUN-01")["why"])
    assert french.outcome.says("à déclarer dans le fichier du service")
    english = {item["id"]: item["state"] for item in french.data["requirements"]}
    assert english["BKP-04"] == "not_declared", "states are the same in every language"


def test_a_service_of_level_c_with_everything_declared(tmp_path: pathlib.Path) -> None:
    service = """
schema_version: 1
service: {name: shop, owner: team-shop, hosts: localhost}
classification: {criticality: 1}
traits: {data: false}
parts:
  web:
    units: [shop.service]
    scrape: [{job: shop, port: 8080}]
    logs: [{journald: shop, canary: never}]
    support: shop
endpoints: [{url: "http://shop.example/health", version: {url: /version, json: version}}]
alerts: {match: {service: shop}, receivers: [team-shop]}
documents: {runbook: docs/runbook.md}
"""
    organisation = """
schema_version: 1
servers:
  prometheus: {kind: prometheus, url: "http://prometheus.example:9090", probe_query: up}
  alertmanager: {kind: alertmanager, url: "http://alertmanager.example:9093"}
  loki: {kind: loki, url: "http://loki.example:3100", query: '{job="shop"}'}
chains:
  shop: [{tier: N1, contact: desk@example, hours: 24x7, response: 15m}, {tier: N2, contact: ops@example, hours: 24x7, response: 30m}]
"""
    register = made(tmp_path / "site", service, organisation)
    open_ones = {item["id"]: item["why"] for item in register.data["requirements"] if item["state"] not in ("verifiable", "not_applicable")}
    assert register.data["service"]["level"] == "C" and open_ones == {}
    assert register.data["counts"]["verifiable"] == register.data["counts"]["required"] > 8
    assert all(item["why"] for item in register.data["requirements"] if item["state"] == "not_applicable")


def test_an_organisation_file_that_nobody_can_decrypt(tmp_path: pathlib.Path) -> None:
    register = made(tmp_path / "site", organisation=VAULTED)
    assert any("organisation.yml is encrypted, and this run cannot decrypt it" in notice for notice in register.data["notices"])
    assert register.entry("MON-03")["state"] == "later", "the organisation may declare it"
    assert register.entry("LOG-05")["state"] == "incomplete"


def test_templates_do_no_more_because_nobody_can_read_the_organisation_file(tmp_path: pathlib.Path) -> None:
    """A service file could run anything on the controller if there were none."""
    harmful = SERVICE.replace("{{ runbook_of_payments }}", "{{ lookup('ansible.builtin.pipe', 'touch ' ~ '%s') }}" % (tmp_path / "ran"))
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    for name, text in (("readiness.yml", harmful), ("organisation.yml", VAULTED), ("inventory.yml", "all: {hosts: {localhost: {}}}\n")):
        site.save(name, text)
    outcome = site.run(PLAN, write=False, phase="all")
    assert outcome.rc != 0 and outcome.says("documents.runbook", "it would run on the controller") and not (tmp_path / "ran").exists()


def test_beside_group_variables_that_nobody_can_decrypt(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "site"
    (folder / "group_vars" / "all").mkdir(parents=True)
    (folder / "group_vars" / "all" / "vault.yml").write_text(VAULTED)
    site = Site(folder)
    for name, text in (
        ("readiness.yml", SERVICE),
        ("organisation.yml", ORGANISATION),
        ("inventory.yml", "all: {children: {payments_web: {hosts: {p1: }}, payments: {hosts: {p1: }}}}\n"),
    ):
        site.save(name, text)
    outcome = site.run(PLAN, write=False, phase="all", env={"ANSIBLE_VARS_ENABLED": "none"})
    assert outcome.rc == 0 and outcome.says("hosts p1"), outcome.output


ROSTERS = """
rosters:
  pay: {calendar_url: "{{ vault_cal }}", time_zone: Europe/Paris, tiers: {N1: N1}}
  nights: !vault |
    $ANSIBLE_VAULT;1.1;AES256
    33363965326261303234653062616566653266316132633263373962343133613137356137316539
    3761313339336234393134326263656531646133396339640a363439623866353161343239303237
    38386466653066363464346431396631613033656533393365336562653863323336306562646162
    6135346235643732310a343264363734633833663464326663343863396662346463386564313439
    6632
"""


def test_the_address_of_a_roster_in_a_vault_that_is_not_there(tmp_path: pathlib.Path) -> None:
    """As docs/rosters.md writes it."""
    chains = ORGANISATION.replace("response: 15m}", "response: 15m, roster: pay}").replace(
        "response: 30m}", "response: 30m, roster: nights}"
    )
    found = made(tmp_path / "site", organisation=chains + ROSTERS).entry("SUP-02")
    why = " ".join(found["why"])
    assert found["state"] == "later"
    assert "rosters.pay.calendar_url comes from the variable vault_cal, which this run does not know" in why
    assert "rosters.nights is encrypted, and this run cannot decrypt it" in why and "organisation.yml:1" in why


def test_a_language_that_there_is_not_is_told(tmp_path: pathlib.Path) -> None:
    assert made(tmp_path / "site", language="de").outcome.says("left out: language (readiness_language)")


def test_wrong_input_is_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    for name, text in (
        ("readiness.yml", SERVICE.replace("flows: []", "flow: []")),
        ("organisation.yml", ORGANISATION),
        ("inventory.yml", "all: {hosts: {localhost: {}}}\n"),
    ):
        site.save(name, text)
    outcome = site.run(PLAN, write=False, phase="all", html=str(tmp_path / "register.html"))
    assert outcome.rc != 0 and outcome.says("unknown key 'flow'; did you mean 'flows'?") and not (tmp_path / "register.html").exists()
    site.save("readiness.yml", SERVICE)
    outcome = site.run(PLAN, write=False, phase="all", html=str(tmp_path / "nowhere" / "register.html"))
    assert outcome.rc != 0 and outcome.says("nowhere does not exist")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_anybody_can_read_it(ci: Made, french: Made, width: int, dark: bool) -> None:
    with browser() as started:
        for register in (ci, french):
            with page(started, register.path.as_uri(), width=width, dark=dark) as (opened, seen):
                found = Axe().run(opened).response["violations"]
                assert [f"{item['id']}: {node['html'][:200]}" for item in found for node in item["nodes"]] == []
                assert opened.evaluate("document.documentElement.scrollWidth") <= width
                box = opened.locator("#summary .words").bounding_box()
                assert box and box["y"] + box["height"] < 900
                opened.locator('#summary a[href="#r-LOG-01"]').press("Enter")
                assert opened.evaluate("location.hash") == "#r-LOG-01"
            assert seen.console == [] and seen.outside == []
