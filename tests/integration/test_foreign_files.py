# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service's team may put into its checkout ends, and is told in words that show nothing of it, in real ansible-playbook runs."""

from __future__ import annotations

import os
import pathlib
import signal
import time
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import Outcome, Site

HOST = "paymentsproductionweb1examplecomlong"
NEVER_ENDS = "~([a-z0-9]+)+!"
SECRET = "S3CRETxyz99"


class World(t.NamedTuple):
    sites: dict[str, Site]
    seen: dict[str, Outcome]


def _refused(outcome: Outcome, *words: str) -> None:
    """In observe the play goes on, without a verdict."""
    assert outcome.rc == 0 and outcome.says(f"DEPLOYED ON {HOST}") and outcome.verdict == "undetermined", outcome.output
    assert outcome.record["run"]["refused"]
    for word in words:
        assert any(word in reason for reason in outcome.record["judgement"]["reasons"]), outcome.record["judgement"]["reasons"]


def _link(site: Site, to: str) -> t.Callable[[], object]:
    def make() -> None:
        place = site.folder / "readiness.debt.yml"
        if to:
            place.symlink_to(to)
        else:
            os.mkfifo(place)

    return make


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("foreign")
    acts, sites = Acts(Site(folder / "stage", [HOST])), dict[str, Site]()

    def site(name: str) -> Site:
        made = sites[name] = Site(folder / name / "shop", [HOST])
        made.organisation["services_may"] = []
        return made

    for name, pattern in {"ends": r"~pay[a-z]+web\d+\w+$", "never": NEVER_ENDS, "marked": "we\u202eb", "none": "&"}.items():
        site(f"hosts {name}").service["service"]["hosts"] = pattern
    site("part").service["parts"]["web"]["hosts"] = f"web:{NEVER_ENDS}"
    site("on").service["requirements"]["APP-01"]["on"] = NEVER_ENDS
    for name in list(sites):
        acts.gate(name, site=sites[name])
    for name, to in {"device": "/dev/zero", "pipe": "", "link": "other.yml"}.items():
        acts.gate(name, site=(one := site(name)), before=_link(one, to))
    one = site("large")
    acts.gate("large", site=one, before=lambda: (sites["large"].folder / "readiness.debt.yml").write_bytes(b"#" * 5 * 2**20))
    for name in ("organisation.yml", "readiness.yml", "readiness.debt.yml"):
        one = site(f"tag in {name}")
        text = f"schema_version: 1\nservice: shop\nurl_password: !{SECRET}\n"
        acts.gate(f"tag in {name}", site=one, before=_writes(one, name, text))
    one = site("remarks")
    acts.gate("remarks", site=one, before=_writes(one, "readiness.yml", "service:\n" + "  # a remark\n" * 60 + "parts: [\n"))
    one = site("twice")
    text = f"records: '{{{{ x }}}}'\nurl_password: {SECRET}\nurl_password: {SECRET}\n"
    acts.gate("twice", site=one, before=_writes(one, "organisation.yml", text))
    return World(sites, acts.play())


def _writes(site: Site, name: str, text: str) -> t.Callable[[], object]:
    return lambda: (site.folder / name).write_text(text)


def test_a_regular_expression_that_ends_finds_its_hosts(world: World) -> None:
    outcome = world.seen["hosts ends"]
    assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
    assert outcome.says(f"DEPLOYED ON {HOST}") and outcome.requirement("APP-01")["status"] == "pass"


@pytest.mark.parametrize(("name", "key"), [("hosts never", "service.hosts"), ("part", "parts.web.hosts"), ("on", "requirements.APP-01.on")])
def test_a_regular_expression_that_does_not_end_is_refused_with_its_place(world: World, name: str, key: str) -> None:
    _refused(world.seen[name], "readiness.yml:", f"{key}: the pattern", "did not end within 2 s")


def test_a_pattern_that_is_none_is_refused(world: World) -> None:
    _refused(world.seen["hosts none"], "service.hosts: the pattern '&' is no pattern of hosts")


def test_a_pattern_reaches_the_terminal_only_as_it_may_be_shown(world: World) -> None:
    _refused(world.seen["hosts marked"], "service.hosts: the pattern 'web' has a character that cannot be shown")
    assert "\u202e" not in world.seen["hosts marked"].output


@pytest.mark.parametrize(
    ("name", "words"),
    [("device", "it is no regular file"), ("pipe", "it is no regular file"), ("large", "it is larger than 4 MiB")],
)
def test_a_debt_file_is_a_file_of_bounded_size(world: World, name: str, words: str) -> None:
    _refused(world.seen[name], f"readiness.debt.yml cannot be read: {words}")


def test_a_link_to_no_file_is_no_debt(world: World) -> None:
    assert world.seen["link"].verdict == "go", world.seen["link"].output


@pytest.mark.parametrize("name", ["organisation.yml", "readiness.yml", "readiness.debt.yml"])
def test_a_tag_is_not_said(world: World, name: str) -> None:
    outcome, site = world.seen[f"tag in {name}"], world.sites[f"tag in {name}"]
    _refused(outcome, f"{name}:3:15: url_password: a tag that is neither !vault nor !unsafe")
    written = [path.read_text(errors="replace") for path in site.folder.rglob("*") if path.is_file() and path.name != name]
    assert SECRET not in outcome.output and not any(SECRET in text for text in written)


def test_a_key_that_stands_twice_shows_no_value(world: World) -> None:
    _refused(world.seen["twice"], "organisation.yml:3:1: url_password: this key stands twice")
    assert SECRET not in world.seen["twice"].output


def test_a_service_file_of_remarks_alone_has_a_verdict(world: World) -> None:
    _refused(world.seen["remarks"], "readiness.yml:", "this is not YAML")


# -- playbooks of the collection, and processes


def test_a_portfolio_judges_the_other_services(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site", [HOST])
    site.organisation["services_may"] = []
    site.write()
    for name, pattern in {"well": "~pay.*", "never": NEVER_ENDS}.items():
        service = {**site.service, "service": {"name": name, "owner": "team", "hosts": pattern}}
        site.save(f"{name}.yml", {**service, "parts": {"web": {"hosts": pattern, "support": "shop"}}})
    path = site.save("portfolio.yml", {"services": ["never.yml", "well.yml"]})
    outcome = site.run("operability.readiness.portfolio", portfolio=str(path), phase=None, service_file=None)
    lines = {words[0]: words for words in map(str.split, outcome.output.splitlines()) if words}
    assert "GO" in lines["well"] and "did not end within 2 s" in outcome.output, outcome.output
    assert "well" in {record["service"]["name"] for record in outcome.records}


def test_the_playbook_says_what_does_not_end_and_takes_what_does(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site", [HOST])
    site.service["service"]["hosts"] = "~pay[a-z]+web.*"
    outcome = site.run("operability.readiness.recheck", phase=None)
    assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
    site.service["service"]["hosts"] = NEVER_ENDS
    outcome = site.run("operability.readiness.recheck", phase=None)
    assert outcome.rc != 0 and not outcome.records and outcome.says("service.hosts", "did not end within 2 s"), outcome.output
    site.service["service"]["hosts"] = r"~pay(q|r)\d"
    outcome = site.run("operability.readiness.recheck", phase=None)
    assert outcome.verdict == "undetermined" and outcome.says("no host for the pattern"), outcome.output


def _children(session: int) -> list[str]:
    """The processes of a session, and whatever tries expressions beside it."""
    found = []
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "stat").read_text().rpartition(")")[2].split()
            if words[0] != "Z" and int(words[3]) == session:
                found.append((place / "cmdline").read_text().replace("\0", " "))
        except (OSError, ValueError):
            continue
    return found


def _expressions() -> set[str]:
    """Processes that try regular expressions."""
    found = set()
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if "import json, re, signal, sys" in (place / "cmdline").read_text():
                found.add(place.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_nothing_that_goes_on(tmp_path: pathlib.Path, how: signal.Signals) -> None:
    site = Site(tmp_path / "site", [HOST])
    site.service["parts"]["web"]["hosts"] = NEVER_ENDS
    site.write()
    before = _expressions()
    process = site.start()
    end = time.monotonic() + 60
    while not _expressions() - before and time.monotonic() < end:
        time.sleep(0.01)
    assert _expressions() - before, "it never began"
    os.kill(process.pid, how)
    process.wait(60)
    end = time.monotonic() + 60
    while (_expressions() - before or _children(process.pid)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _expressions() - before and not _children(process.pid)
