# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions have in common, with a real loader and real templates."""

from __future__ import annotations

import os
import pathlib
import types
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.operability.readiness.plugins.module_utils._argspec import RUN_SPEC
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.context import Context, context_of, locate, refuse
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused, unresolved

SERVICE = """\
schema_version: 1
service: {name: payments, owner: "{{ team }}"}
classification: {criticality: "{{ criticality }}"}
endpoints: [{url: "https://{{ missing }}/"}]
requirements: {BKP-01: {on: backup}}
waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: 2027-03-31}]
"""


def context(folder: pathlib.Path, args: dict[str, t.Any] | None = None, **variables: t.Any) -> Context:
    loader = DataLoader()
    loader.set_basedir(str(folder))
    known = {"inventory_hostname": "localhost", "team": "team-a", "criticality": 2, **variables}
    action = types.SimpleNamespace(
        _loader=loader,
        _templar=Templar(loader=loader, variables=known),
        _task=types.SimpleNamespace(args=args or {"phase": "pre"}, delegate_to=None),
        _connection=None,
    )
    return context_of(action, known, RUN_SPEC)


def service(folder: pathlib.Path, text: str = SERVICE, name: str = "readiness.yml") -> pathlib.Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_file_is_read_with_the_variables_of_the_task(tmp_path: pathlib.Path) -> None:
    service(tmp_path)
    made = context(tmp_path).description()
    assert made.owner == "team-a" and made.data["classification"] == {"criticality": 2}
    assert made.data["requirements"] == {"BKP-01": {"on": "backup"}} and made.data["waivers"][0]["until"] == "2027-03-31"
    (later,) = unresolved(made.data)
    assert later.path == "endpoints.0.url" and "missing" in later.reason and later.place.endswith("readiness.yml:4")
    assert made.data["service"]["owner"].__class__ is str, "no tags of Ansible are left"
    assert made.service.folder == tmp_path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1\n", "this is not YAML"),
        ("a: 2027-02-31\n", "'2027-02-31' is not a day of the calendar"),
        ("", "the file is empty"),
        ("a: &x {b: *x}\n", "an alias refers to what it stands in"),
        ("servce: 1\n", "unknown key 'servce'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(tmp_path: pathlib.Path, text: str, words: str) -> None:
    service(tmp_path, text)
    with pytest.raises(Refused) as refused:
        context(tmp_path).description()
    assert any(words in problem for problem in refused.value.problems) and "readiness.yml" in refused.value.problems[0]


def test_a_file_that_is_no_text(tmp_path: pathlib.Path) -> None:
    (tmp_path / "readiness.yml").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(Refused, match="readiness.yml"):
        context(tmp_path).description()


def test_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Refused, match=r"the service file readiness.yml does not exist \(looked beside the playbook and in "):
        context(tmp_path).description()
    service(tmp_path)
    with pytest.raises(Refused, match="the organisation file none.yml does not exist"):
        context(tmp_path, {"phase": "pre", "organisation_file": "none.yml"}).description()


def test_beside_the_playbook_then_in_the_current_folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "play").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    loader = DataLoader()
    loader.set_basedir(str(tmp_path / "play"))
    assert locate(loader, "a.yml") is None
    service(tmp_path / "here", name="a.yml")
    assert locate(loader, "a.yml") == str(tmp_path / "here" / "a.yml")
    service(tmp_path / "play", name="a.yml")
    assert locate(loader, "a.yml") == str(tmp_path / "play" / "a.yml")


def test_an_option_that_the_task_does_not_set_comes_from_a_variable(tmp_path: pathlib.Path) -> None:
    made = context(
        tmp_path, {"phase": "pre", "version": None}, readiness_version="{{ 1 + 1 }}.0", readiness_phase="post", readiness_ticket=""
    )
    assert (made.options["phase"], made.options["ticket"], made.options["environment"]) == ("pre", None, "production")
    assert str(made.options["version"]) in ("2.0", "{{ 1 + 1 }}.0"), "only what Ansible trusts is a template"
    assert made.run().phase == "pre" and len(made.run().today) == 10


@pytest.mark.parametrize("args", [{"phase": "after"}, {}, {"phase": "pre", "mode": "strict"}, {"phase": "pre", "window": {"begin": "x"}}])
def test_options_that_do_not_fit(tmp_path: pathlib.Path, args: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleActionFail):
        context(tmp_path, args or {"version": "1"})


def test_a_refusal_has_a_line_for_each_problem() -> None:
    assert str(refuse(Refused(["a: b"]))) == "The input is refused, nothing was verified:\n  a: b"
    assert str(refuse(Refused(["a", "b"]))) == "The input is refused for 2 reasons, nothing was verified:\n  a\n  b"


def test_where_records_live(tmp_path: pathlib.Path) -> None:
    service(tmp_path, SERVICE.replace("https://{{ missing }}/", "https://x/").replace("on: backup", "remedy: x") + "records: rec\n")
    made = context(tmp_path)
    assert made.records(made.plan(phase=None)).folder == tmp_path / "rec" / "payments" / "production"
    explicit = context(tmp_path, {"phase": "pre", "records": str(tmp_path / "other")})
    assert explicit.records(explicit.plan(phase=None)).folder.parts[-3] == "other"
    assert os.path.isabs(str(made.records(made.plan(phase=None)).folder))
