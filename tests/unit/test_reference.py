# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of the files that users write: it has every key, its links lead somewhere, and its examples work."""

from __future__ import annotations

import re

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.unread import UNREAD
from unit.core.described import plan
from unit.test_schemas import ROOT, builder, keys, whole

PAGES = ("service_file", "organisation_file")


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def anchors(text: str) -> list[str]:
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"(?m)^## (.*)$", text)]


@pytest.mark.parametrize("name", PAGES)
def test_each_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?:(\w+)\.md)?#([\w-]+)\)", page(name))
    assert len(links) > 30
    assert [(where, anchor) for where, anchor in links if anchor not in anchors(page(where or name))] == []
    assert len(anchors(page(name))) == len(set(anchors(page(name)))), "two sections of one name"


@pytest.mark.parametrize("name", PAGES)
def test_each_link_of_the_site_leads_somewhere(name: str) -> None:
    text = {page: (ROOT / "docs" / "docsite" / "rst" / f"{page}.rst").read_text(encoding="utf-8") for page in PAGES}
    labels = re.findall(r"(?m)^\.\. _([\w.-]+):$", "".join(text.values()))
    used = re.findall(r":ref:`[^`<]+<([^`>]+)>`", text[name])
    assert len(used) > 30 and len(labels) == len(set(labels))
    assert set(used) <= set(labels)


def test_each_key_has_its_row() -> None:
    text = page("service_file") + page("organisation_file")
    rows = {re.sub(r"\s+", " ", row) for row in re.findall(r"(?m)^\| \[?`(\w+)`", text)}
    wanted = {path.rpartition(".")[2] for name in ("service", "organisation") for path, _schema in keys(whole(name))} - {"NAME"}
    assert len(wanted) > 150
    assert wanted - rows == set()


def test_what_nothing_reads_is_said_so() -> None:
    text = page("service_file") + page("organisation_file")
    for pattern, sentence in UNREAD.items():
        key = pattern.rpartition(".")[2]
        assert re.search(rf"(?m)^\| \[?`{key}`.*\| nothing in this version; {re.escape(sentence)} \|$", text), pattern


def test_readers_are_said() -> None:
    for name in PAGES:
        for row in re.findall(r"(?m)^\| \[?`\w+`.*$", page(name)):
            if row.count(" | ") == 4:
                assert row.rstrip(" |").rpartition("| ")[2], row
    assert set(builder().AREAS) <= set(re.findall(r"(?m)^\| (\w+) \|", page("service_file")))


@pytest.mark.parametrize("phase", ["design", "pre", "post", "smoke", "recheck"])
def test_the_examples_are_planned_as_they_stand(phase: str) -> None:
    service, organisation = (page(name).partition("```yaml\n")[2].partition("```")[0] for name in PAGES)
    assert service.startswith("# readiness.yml") and organisation.startswith("# organisation.yml")
    made = plan(service, organisation.replace("on: log1", "on: syslog"), phase=phase, version="1.0")
    assert made.level == "C" and made.notices == ()
    assert [item.rule.id for item in made.requirements if item.deciding and item.state == "not_declared"] in ([], ["PLT-03"])
