# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets whose templates cannot be resolved, through real ansible-playbook runs: they are told, and cost nobody anything else."""

from __future__ import annotations

import http.server
import pathlib
import threading
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import Outcome, Site
from integration.test_portfolio import Estate, verdicts


class Asked(http.server.ThreadingHTTPServer):
    """A Pushgateway that notes each request."""

    def __init__(self) -> None:
        self.seen = seen = list[str]()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self) -> None:  # noqa: N802 # a name of http.server
                seen.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_GET = do_POST = do_DELETE = do_PUT

            def log_message(self, *_unused: t.Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture(scope="module")
def gateway() -> t.Iterator[Asked]:
    with Asked() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class World(t.NamedTuple):
    sites: dict[str, Site]
    seen: dict[str, Outcome]


LEFT_OUT = {
    "html": "'nope' is undefined (publish.html)",
    "no template": "unexpected end of template",
    "password": "'vault_nope' is undefined (publish.pushgateway.url_password)",
    "service": "'nope' is undefined (publish.html)",
    "whole": "'nope' is undefined (publish)",
    "language": "'nope' is undefined (defaults.language)",
    "wrong": "value of language must be one of: en, fr, got: xx",
    "no mapping": "targets: expected a mapping (readiness_publish)",
    "misspelt": "htlm: there is no such target",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, gateway: Asked) -> World:
    folder = tmp_path_factory.mktemp("left_out")
    acts, sites = Acts(Site(folder / "stage", ["web1"])), dict[str, Site]()

    def site(name: str) -> dict[str, t.Any]:
        made = sites[name] = Site(folder / name.replace(" ", "_") / "shop", ["web1"])
        named: dict[str, t.Any] = made.organisation["publish"]
        return named

    site("html")["html"] = "/x/{{ nope }}.html"
    site("no template")["html"] = "{{ nope"
    site("password")["pushgateway"] = {"url": f"http://127.0.0.1:{gateway.server_port}", "url_password": "{{ vault_nope }}"}
    site("service")
    sites["service"].service["publish"] = {"html": "{{ nope }}.html"}
    site("whole")
    sites["whole"].service["publish"] = "{{ nope }}"
    site("language")
    sites["language"].organisation["defaults"] = {"language": "{{ nope }}"}
    site("wrong")
    site("no mapping")
    site("misspelt")
    site("no go")["html"] = "/x/{{ nope }}.html"
    given: dict[str, dict[str, t.Any]] = {
        "wrong": {"language": "xx"},
        "no mapping": {"publish": "x"},
        "misspelt": {"publish": {"htlm": str(folder / "x.html")}},
        "no go": {"mode": "enforce"},
    }
    sites["no go"].answer("web1", 2)
    for name, one in sites.items():
        acts.gate(name, site=one, **given.get(name, {}))
    return World(sites, acts.play())


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_be_published_to_is_told_and_all_else_is_done(world: World, name: str) -> None:
    site, outcome = world.sites[name], world.seen[name]
    assert outcome.rc == 0 and outcome.verdict == "go" and outcome.says("DEPLOYED ON web1"), outcome.output
    assert outcome.says(LEFT_OUT[name]), outcome.output
    assert site.textfile.is_file() and (site.folder / "published.json").is_file()
    assert (site.folder / "shop.html").is_file() is (name not in ("html", "no template", "service"))
    if name not in ("wrong", "no mapping", "misspelt"):  # those are of the run, and stand in no file
        assert any(LEFT_OUT[name] in notice for notice in outcome.record["judgement"]["notices"])


def test_a_pushgateway_is_not_asked_without_its_password(world: World, gateway: Asked) -> None:
    assert world.seen["password"].rc == 0 and gateway.seen == []


def test_a_verdict_that_stops_stops_all_the_same(world: World) -> None:
    outcome = world.seen["no go"]
    assert outcome.rc == 2 and outcome.verdict == "no_go" and not outcome.says("DEPLOYED ON web1")
    assert world.sites["no go"].textfile.is_file()


def test_in_a_portfolio_it_costs_the_other_services_nothing(tmp_path: pathlib.Path, gateway: Asked) -> None:
    estate = Estate(tmp_path / "site")
    reports = estate.folder / "services"
    for name, host in (("a", "web1"), ("b", "web2"), ("c", "web1")):
        estate.listed.remove(f"{name}.yml")
        estate.add(name, host, publish={"html": "{{ nope }}.html" if name == "a" else str(reports / f"{name}.html")})
    estate.organisation["publish"]["pushgateway"] = {"url": f"http://127.0.0.1:{gateway.server_port}", "url_password": "{{ nope }}"}
    estate.organisation["defaults"] = {"language": "{{ nope }}"}
    outcome = estate.recheck()
    assert outcome.rc == 0 and verdicts(outcome) == {"a": "go", "b": "go", "c": "go"}, outcome.output
    assert outcome.says("'nope' is undefined (publish.html)") and gateway.seen == []
    assert sorted(path.name for path in reports.glob("*.html")) == ["b.html", "c.html"]
    assert len(estate.expected()) == 3 and len(list(estate.metrics.glob("operability_*.prom"))) == 3


def test_a_service_is_adopted_all_the_same(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site", ["web1"])
    site.organisation["publish"]["html"] = "/x/{{ nope }}.html"
    site.answer("web1", 2)
    outcome = site.run("operability.readiness.adopt", phase=None)
    assert outcome.rc == 0 and outcome.says("'nope' is undefined (publish.html)"), outcome.output
    assert (site.folder / "readiness.debt.yml").is_file() and site.textfile.is_file()
