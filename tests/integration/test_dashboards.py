# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Grafana dashboards: what is committed is what the code builds, and every query works over what real runs published."""

from __future__ import annotations

import copy
import itertools
import json
import pathlib
import re
import sys
import time
import typing as t

import dev_scripts
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from estate import RULES, SERVICES, VERDICTS, Estate, Watched, judged
from grafana_stand_in import TOKEN, StandIn
from integration.playbook import ROOT
from servers import Binaries

sys.path.insert(0, str(ROOT / "dev"))

from dashboards import codes, validate  # noqa: E402 # found by the path above

FOLDER = ROOT / "roles" / "observability" / "files" / "dashboards"
PREVIEW = ROOT / "dev" / "dashboard-preview"
NAMES = ("portfolio", "go_live", "estate")
Json = dict[str, t.Any]
# the version 1 of the schema is what every Grafana reads
pytestmark = pytest.mark.filterwarnings("ignore:Prefer using dashboardv2:DeprecationWarning")


def board(name: str) -> Json:
    return t.cast("Json", json.loads((FOLDER / f"{name}.json").read_text()))


# -- what is committed


def built() -> dict[str, str]:
    return t.cast("dict[str, str]", dev_scripts.load("build-dashboards").dashboards())


def test_the_committed_dashboards_are_what_the_code_builds() -> None:
    made = built()
    assert sorted(made) == sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}.json" for name in NAMES)
    assert [name for name, text in made.items() if (FOLDER / name).read_text() != text] == [], "run dev/build-dashboards"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_the_json(name: str) -> None:
    assert validate.static(board(name)) == []


def test_each_dashboard_leads_to_the_others_and_to_documents_that_exist() -> None:
    uids = {board(name)["uid"] for name in NAMES}
    for name in NAMES:
        texts = list(validate.texts(board(name)))
        linked = {match for text in texts for match in re.findall(r"^/d/([\w-]+)", text)}
        assert linked and linked <= uids - {board(name)["uid"]}
        documents = {match for text in texts for match in re.findall(r"/blob/main/(docs/[\w/]+\.md)$", text)}
        assert documents == {"docs/dashboards.md"} and (ROOT / "docs" / "dashboards.md").is_file()


def test_each_alert_of_the_table_has_its_runbook() -> None:
    """The link is made of the label ``page``, which the query makes of the name of the alert."""
    (panel,) = [panel for panel in board("portfolio")["panels"] if panel["title"] == "Alerts that fire"]
    replaced = re.findall(r'"page", "([^"]+)", "alertname", "([^"]+)"', panel["targets"][0]["expr"])
    links = [one["url"] for text in panel["fieldConfig"]["overrides"] for one in _links(text)]
    assert len(replaced) == 2 and [link.partition("/docs/")[2] for link in links] == ["runbooks/${__data.fields.page}.md"]
    for rule in itertools.chain.from_iterable(group["rules"] for group in yaml.safe_load(RULES.read_text())["groups"]):
        if "alert" in rule:
            page = ""
            for new, pattern in replaced:
                match = re.fullmatch(pattern, rule["alert"])
                page = match.expand(new.replace("$1", r"\1")) if match else page
            assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbooks/{page}.md")


def _links(override: Json) -> list[Json]:
    return [link for one in override["properties"] if one["id"] == "links" for link in one["value"]]


# -- colours


def _linear(color: str) -> list[float]:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _lab(linear: list[float]) -> list[float]:
    r, g, b = (min(1.0, max(0.0, part)) for part in linear)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


# how red, green and blue appear: to most people, and (Machado, Oliveira, Fernandes 2009) to those without one kind of cones
SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def distance(one: str, other: str, sight: t.Sequence[t.Sequence[float]]) -> float:
    """How different two colours look (CIE 1976); 2.3 can just be told apart."""
    seen = [_lab([sum(a * b for a, b in zip(row, _linear(color))) for row in sight]) for color in (one, other)]
    return float(sum((a - b) ** 2 for a, b in zip(*seen)) ** 0.5)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("meanings", [codes.VERDICTS, codes.STATUSES], ids=["verdicts", "statuses"])
def test_states_can_be_told_apart(meanings: dict[int, tuple[str, str]], sight: str) -> None:
    for (word, color), (other_word, other) in itertools.combinations(meanings.values(), 2):
        assert distance(color, other, SIGHT[sight]) > 20, f"{word} and {other_word}"


def test_red_and_green_of_traffic_lights_would_not_do() -> None:
    assert distance("#B5260E", "#6B6B1E", SIGHT["no green"]) < 20


# -- over a real Prometheus


class Scene(t.NamedTuple):
    estate: Estate
    watched: Watched
    asking: validate.Live


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, binaries: Binaries) -> t.Iterator[Scene]:
    """Two ansible-playbook runs: deployments with a debt and an emergency, then all services; and a Prometheus that knows the result."""
    folder = tmp_path_factory.mktemp("dashboards")
    estate = Estate(folder / "site")
    deployed = estate.deploy()
    assert deployed.rc == 0, deployed.output
    checked = estate.recheck()
    assert checked.rc == 0 and judged(checked) == VERDICTS, checked.output
    watched = Watched(folder / "servers", binaries)
    try:
        watched.start(estate.metrics)
        watched.settle()
        yield Scene(estate, watched, validate.Live(watched.ask, time.time()))
    finally:
        watched.stop()


@pytest.mark.parametrize("name", NAMES)
def test_every_query_answers_for_every_choice(scene: Scene, name: str) -> None:
    asked = list(validate.choices(board(name), scene.asking.ask))
    chosen = {(service, environment) for one in asked for service in one["service"] for environment in one["environment"]}
    assert chosen >= set(SERVICES) and {owner for one in asked for owner in one["owner"]} - {"unknown"} == {
        owner for owner, *_rest in SERVICES.values()
    }
    assert validate.live(board(name), scene.asking) == []


def test_the_tables_say_what_the_gates_said(scene: Scene) -> None:
    """The query of the verdicts, as the panel sends it."""
    for name, title in (("portfolio", "Services"), ("go_live", "Verdict")):
        (panel,) = [panel for panel in board(name)["panels"] if panel["title"] == title]
        for (service, environment), verdict in VERDICTS.items():
            expr = validate.filled(panel["targets"][0]["expr"], {"service": (service,), "environment": (environment,)})
            (series,) = scene.asking.run(expr, False)
            word = {"go": "GO", "go_with_reservations": "RESERVATIONS", "undetermined": "UNDETERMINED", "no_go": "NO-GO"}[verdict]
            assert codes.VERDICTS[int(series["value"][1])][0] == word


def test_the_links_lead_to_reports_that_are_there(scene: Scene) -> None:
    """Each link is made of the columns Environment and Service, or of the two variables."""
    for name in NAMES:
        urls = {text for text in validate.texts(board(name)) if text.startswith("${report:raw}/")}
        assert urls, name
        for url in urls:
            for service, environment in SERVICES:
                path = re.sub(r"\$\{(__data\.fields\.)?environment\}", environment, url, flags=re.IGNORECASE)
                path = re.sub(r"\$\{(__data\.fields\.)?service\}", service, path, flags=re.IGNORECASE)
                report = pathlib.Path(path.replace("${report:raw}", str(scene.estate.reports)))
                assert "<title>" in report.read_text() and service in report.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_check_of_dashboards_finds_data_in_each_panel(scene: Scene, name: str) -> None:
    """As somebody sees it who opens it, in a stand-in for Grafana that hands each query to that Prometheus."""
    quiet = ["Waivers", "Deployments"] if name == "go_live" else []  # the first of the services has had none
    # a moment ago as well: Grafana's clock tells whole seconds
    scene.watched.wait_for("service:operability_last_unplanned_deployment:timestamp_seconds offset 3s", lambda found: len(found) >= 2)
    with StandIn() as grafana:
        grafana.data.add_prometheus(scene.watched.url)
        grafana.has(board(name))
        args = {"url": grafana.url, "bearer_token": TOKEN, "uid": board(name)["uid"], "may_be_empty": quiet}
        (finding,) = run_item(Item(key="x", check="grafana_dashboard", args=args, call="run"), Runner())
    assert str(finding.status) == "pass", (finding.message, finding.details)
    assert len(finding.observed["panels_with_data"]) >= len(board(name)["panels"]) // 2  # type: ignore[arg-type] # it is a list


# -- what the validator finds: a fault planted into a dashboard that is right


def panel_of(made: Json, title: str) -> Json:
    (found,) = [panel for panel in made["panels"] if panel["title"] == title]
    return t.cast("Json", found)


def target(made: Json, title: str, number: int = 0) -> Json:
    return t.cast("Json", panel_of(made, title)["targets"][number])


def replace(made: Json, title: str, old: str, new: str, number: int = 0) -> None:
    asked = target(made, title, number)
    assert old in asked["expr"]
    asked["expr"] = asked["expr"].replace(old, new)


def codes_of(made: Json, title: str) -> Json:
    return t.cast("Json", panel_of(made, title)["fieldConfig"]["defaults"]["mappings"][0]["options"])


def variable(made: Json, name: str) -> Json:
    (found,) = [one for one in made["templating"]["list"] if one["name"] == name]
    return t.cast("Json", found)


def rename_key(of: Json, old: str, new: str) -> None:
    of[new] = of.pop(old)


def override_of(made: Json, title: str, name: str) -> Json:
    (found,) = [one for one in panel_of(made, title)["fieldConfig"]["overrides"] if one["matcher"]["options"] == name]
    return t.cast("Json", found)


def mappings_of(override: Json) -> Json:
    (found,) = [one["value"] for one in override["properties"] if one["id"] == "mappings"]
    return t.cast("Json", found[0]["options"])


STATIC: dict[str, tuple[str, t.Callable[[Json], t.Any], str]] = {
    "a state code without a word": ("go_live", lambda d: codes_of(d, "Verdict").pop("2"), "the state code 2 (UNDETERMINED) has no word"),
    "a state code in a column": (
        "go_live",
        lambda d: mappings_of(override_of(d, "Requirements", "State")).pop("4"),
        "query A: the state code 4 (fail) has no word",
    ),
    "a word that is another one's": (
        "go_live",
        lambda d: codes_of(d, "Stakeholders")["1"].update(text="pass"),
        f"the state code 1 is pass in {codes.SKY}, elsewhere waived",
    ),
    "a code that does not exist": (
        "go_live",
        lambda d: codes_of(d, "Verdict").update({"7": {"text": "?"}}),
        "the state code 7 does not exist",
    ),
    "no word for no value": ("go_live", lambda d: panel_of(d, "Verdict")["fieldConfig"]["defaults"]["mappings"].pop(), "no value (null)"),
    "an overlap": ("portfolio", lambda d: panel_of(d, "Services")["gridPos"].update(y=2), "overlaps panel"),
    "a panel beyond the grid": ("portfolio", lambda d: panel_of(d, "Services")["gridPos"].update(x=1), "outside the 24 columns"),
    "an id twice": ("estate", lambda d: panel_of(d, "Waivers").update(id=1), "2 panels have the id 1"),
    "a refId twice": ("estate", lambda d: target(d, "Waivers", 1).update(refId="A"), "its queries are called ['A', 'A']"),
    "bad PromQL": ("go_live", lambda d: target(d, "Verdict").update(expr="max by (service_name (x)"), "is no PromQL"),
    "an undefined variable": (
        "estate",
        lambda d: replace(d, "Waivers", "$service", "$servce"),
        "the variable servce is used and not defined",
    ),
    "an unused variable": ("estate", lambda d: variable(d, "owner").update(name="team"), "the variable team is defined and not used"),
    "a misspelt key": (
        "portfolio",
        lambda d: rename_key(panel_of(d, "Services")["fieldConfig"]["defaults"], "noValue", "novalue"),
        "unknown to Grafana's schema: .panels[3].fieldConfig.defaults.novalue",
    ),
    "a misspelt option": (
        "portfolio",
        lambda d: rename_key(panel_of(d, "Services by verdict")["options"], "textMode", "textmode"),
        "unknown to Grafana's schema: .panels[0].options.textmode",
    ),
    "a unit that there is not": ("go_live", lambda d: panel_of(d, "Last run")["fieldConfig"]["defaults"].update(unit="sec"), "unit is sec"),
    "no description": ("go_live", lambda d: panel_of(d, "Verdict").update(description=""), "has no description"),
    "a moment where a history is": (
        "go_live",
        lambda d: target(d, "History of the verdict").update(instant=True, range=False),
        "a state-timeline asks for one moment",
    ),
    "a table in the wrong format": (
        "go_live",
        lambda d: target(d, "Waivers").update(format="time_series"),
        "a table in the format time_series",
    ),
    "a data source of one Grafana": (
        "go_live",
        lambda d: panel_of(d, "Verdict")["datasource"].update(uid="P1"),
        "data source that was chosen",
    ),
    "a dashboard that can be edited": ("estate", lambda d: d.update(editable=True), "can be edited"),
}
LIVE: dict[str, tuple[str, t.Callable[[Json], t.Any], str]] = {
    "a metric that there is not": (
        "portfolio",
        lambda d: replace(d, "Services", "service:operability_run_age:seconds", "service:operability_age:seconds", 3),
        "query D: there is no metric service:operability_age:seconds",
    ),
    "a label that the metric does not have": (
        "go_live",
        lambda d: replace(d, "Verdict", "service_name=", "service="),
        "service:operability_state:current has no label service",
    ),
    "a label in the legend that there is not": (
        "go_live",
        lambda d: target(d, "Stakeholders").update(legendFormat="{{team}}"),
        "the legend names team",
    ),
    "a query that matches nothing": (
        "portfolio",
        lambda d: replace(d, "Services", "$service", "${service}x", 1),
        "query B: is empty for environment",
    ),
    "a query that never matches, where nothing would be good news": (
        "go_live",
        lambda d: replace(d, "Deployments", "$service", "nobody"),
        "query A: is empty, whatever is chosen",
    ),
    "a query that Prometheus refuses": (
        "estate",
        lambda d: replace(
            d, "Commonest failing requirements", "on (service_name, deployment_environment, requirement)", "on (service_name)"
        ),
        "many-to-many matching not allowed",
    ),
    "several values without a name": (
        "go_live",
        lambda d: target(d, "Verdict").update(expr=target(d, "Stakeholders")["expr"]),
        "values without a name",
    ),
    "a column that there is not": (
        "portfolio",
        lambda d: override_of(d, "Services", "Owner")["matcher"].update(options="Team"),
        "there is no column Team to override",
    ),
    "a label that is renamed and not there": (
        "go_live",
        lambda d: panel_of(d, "Deployments")["transformations"][1]["options"]["renameByName"].update(release="Release"),
        "organize: there is no column release",
    ),
    "a series that there is not": (
        "portfolio",
        lambda d: override_of(d, "Services by verdict", "GO")["matcher"].update(options="OK"),
        "there is no series OK to override",
    ),
    "an annotation of nothing": (
        "go_live",
        lambda d: d["annotations"]["list"][0].update(expr="service:deployed{deployment_environment='$environment'}"),
        "annotation Deployments: there is no metric service:deployed",
    ),
    "a first choice that is none": (
        "go_live",
        lambda d: variable(d, "environment").update(current={"text": "live", "value": "live"}),
        "the variable environment: live is chosen, and can not be chosen",
    ),
}


@pytest.mark.parametrize("fault", STATIC)
def test_a_fault_in_the_json_is_found(fault: str) -> None:
    name, plant, said = STATIC[fault]
    made = copy.deepcopy(board(name))
    plant(made)
    assert any(said in text for text in validate.static(made)), validate.static(made)


@pytest.mark.parametrize("fault", LIVE)
def test_a_fault_in_a_query_is_found(scene: Scene, fault: str) -> None:
    name, plant, said = LIVE[fault]
    made = copy.deepcopy(board(name))
    plant(made)
    found = validate.live(made, scene.asking)
    assert any(said in text for text in found), found


# -- the preview


ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "OFL-1.1",
    "Unlicense",
    "Zlib",
}
# without a licence in their package.json: the first two have the text of the Unlicense, the third has none
WITHOUT = {"fast-shallow-equal", "react-universal-interface", "get-document"}


def licences(locked: Json) -> dict[str, str]:
    """The licence of each package that the preview installs."""
    return {path.rpartition("node_modules/")[2]: str(one.get("license", "")) for path, one in locked["packages"].items() if path}


def forbidden(locked: Json) -> list[str]:
    """Packages under a licence that is not allowed, and the one of Grafana's that is AGPL by its name too."""
    found = []
    for name, licence in licences(locked).items():
        words = set(re.findall(r"[\w.-]+", licence)) - {"OR", "AND", "WITH"}
        either = " OR " in licence
        good = bool(words & ALLOWED) if either else (words <= ALLOWED and (bool(words) or name in WITHOUT))
        if name == "@grafana/prometheus" or not good or "AGPL" in licence:
            found.append(f"{name}: {licence}")
    return found


def test_nothing_under_the_agpl_is_installed() -> None:
    locked = json.loads((PREVIEW / "package-lock.json").read_text())
    assert len(licences(locked)) > 300
    assert forbidden(locked) == []
    with_it = {"packages": {"node_modules/@grafana/prometheus": {"license": "AGPL-3.0"}, "node_modules/a": {"license": "AGPL-3.0-only"}}}
    with_it["packages"]["node_modules/b"] = {}
    assert len(forbidden(with_it)) == 3


def test_the_preview_stays_out_of_git_and_of_the_collection() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/dev/dashboard-preview/node_modules/", "/dev/dashboard-preview/dist/"} <= set(ignored)
    assert "dev" in yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]


def test_the_pictures_are_of_these_dashboards() -> None:
    for name in NAMES:
        picture = pathlib.Path(ROOT / "docs" / "images" / "dashboards" / f"{name}.png")
        assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < 300_000
        assert f"images/dashboards/{name}.png" in (ROOT / "docs" / "dashboards.md").read_text()
