# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where results go: a target with a template that cannot be resolved is left out and told, all else stays."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Targets, targets_of
from unit.core import described
from unit.core.described import document

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 1}\n"
SHARED = """schema_version: 1
publish:
  html: /srv/shared.html
  textfile_directory: /srv/metrics
  pushgateway: {url: "http://push.test", url_password: "{{ vault_nope }}"}
defaults: {language: fr}
"""


def resolve(text: object) -> object:
    if isinstance(text, str) and "nope" in text:
        raise LookupError("'nope' is undefined")
    return text


def both(service: str, shared: str = SHARED) -> Targets:
    return targets_of(document(shared, "organisation", resolve=resolve), document(SERVICE + service, resolve=resolve))


def test_a_server_whose_password_nobody_knows_is_not_asked_without_it() -> None:
    found = both("")
    assert found.usable == {"html": "/srv/shared.html", "textfile_directory": "/srv/metrics"}
    assert list(found.unusable) == ["pushgateway"]
    assert "organisation.yml:5" in found.unusable["pushgateway"]
    assert found.unusable["pushgateway"].endswith("'nope' is undefined (publish.pushgateway.url_password)")


@pytest.mark.parametrize(
    ("service", "html", "left_out"),
    [
        ("", "/srv/shared.html", []),
        ("publish: {html: /srv/own.html}\n", "/srv/own.html", []),
        ('publish: {html: "{{ nope }}.html"}\n', None, ["html"]),  # the other one's is not written in its place
        ('publish: "{{ nope }}"\n', "/srv/shared.html", ["publish"]),
        ("publish: {pushgateway: {url: 'http://own.test'}}\n", "/srv/shared.html", ["-pushgateway"]),
    ],
)
def test_what_stands_in_the_service_file_is_over_the_rest(service: str, html: str | None, left_out: list[str]) -> None:
    found = both(service)
    assert found.usable.get("html") == html and found.usable["textfile_directory"] == "/srv/metrics"
    gone = {name.removeprefix("-") for name in left_out if name.startswith("-")}
    assert set(found.unusable) == {"pushgateway", *(name for name in left_out if not name.startswith("-"))} - gone


def test_a_default_holds_where_no_file_says_more() -> None:
    later = document('schema_version: 1\ndefaults: {language: "{{ nope }}"}\n', "organisation", resolve=resolve)
    value = t.cast("dict[str, object]", later.data["defaults"])["language"]
    assert Targets().with_default("language", "fr").usable == {"language": "fr"}
    assert Targets({"language": "en"}).with_default("language", "fr").usable == {"language": "en"}
    assert Targets().with_default("language", None) == Targets()
    assert Targets({"language": "en"}).with_default("language", value) == Targets({"language": "en"})
    assert list(Targets({"html": "x"}).with_default("language", value).unusable) == ["language"]


@pytest.mark.parametrize("service", ['publish: {html: "{{ nope }}.html"}\n', 'publish: "{{ nope }}"\n'])
def test_the_plan_is_made_all_the_same_and_tells_it(service: str) -> None:
    made = described.plan(SERVICE + service, SHARED, resolve=resolve)
    assert made.publish["textfile_directory"] == "/srv/metrics" and made.publish["language"] == "fr"
    told = [str(notice) for notice in made.notices if "left out when results are published" in str(notice)]
    assert len(told) == 2 and all("'nope' is undefined" in notice for notice in told)
    assert set(made.unpublished) == {"pushgateway", "html" if "html" in service else "publish"}
