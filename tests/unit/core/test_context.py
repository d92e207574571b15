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
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import context as context_module
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.context import Context, context_of, refuse
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.given_files import locate
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused, unresolved
from ansible_collections.operability.readiness.plugins.plugin_utils._running import core

SERVICE = """\
schema_version: 1
service: {name: payments, owner: "{{ team }}"}
classification: {criticality: "{{ criticality }}"}
endpoints: [{url: "https://{{ missing }}/"}]
requirements: {BKP-01: {on: backup}}
waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: 2027-03-31}]
"""


def context(folder: pathlib.Path, args: dict[str, t.Any] | None = None, shown: list[str] | None = None, **variables: t.Any) -> Context:
    loader = DataLoader()
    loader.set_basedir(str(folder))
    known = {"inventory_hostname": "localhost", "team": "team-a", "criticality": 2, **variables}
    action = types.SimpleNamespace(
        _loader=loader,
        _templar=Templar(loader=loader, variables=known),
        _task=types.SimpleNamespace(args=args or {"phase": "pre"}, delegate_to=None),
        _connection=None,
        _display=types.SimpleNamespace(warning=([] if shown is None else shown).append),
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


def organised(folder: pathlib.Path, text: str | None, name: str = "shop.yml") -> Context:
    """A service with an organisation's file in a folder of its own, and a file of readiness.d beside that."""
    service(folder, "schema_version: 1\nservice: {name: payments, owner: team-a}\nclassification: {criticality: 2}\n")
    (folder / "org" / "readiness.d").mkdir(parents=True, exist_ok=True)
    service(folder / "org", "schema_version: 1\napprovers: {blocker: [head]}\n", "organisation.yml")
    if text is not None:
        service(folder / "org" / "readiness.d", text, name)
    return context(folder, {"phase": "pre", "organisation_file": "org/organisation.yml"})


APPROVALS = (
    "schema_version: 1\nwaivers: [{service: payments, requirement: BKP-01, reason: '{{ team }}', approved_by: head, until: 2027-03-31}]\n"
)


def test_readiness_d_beside_the_organisation_s_file_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "readiness.d").mkdir()
    service(tmp_path / "readiness.d", APPROVALS, "mine.yml")  # beside the service's file
    assert organised(tmp_path, None).description().approvals == ()
    for name in (".hidden.yml", "shop.yml~", "README.md"):
        organised(tmp_path, "nothing of ours", name)
    (read,) = organised(tmp_path, APPROVALS).description().approvals
    assert read.name.endswith("org/readiness.d/shop.yml") and read.data["waivers"][0]["reason"] == "team-a"  # type: ignore[index]


@pytest.mark.parametrize("name", ["shop.YML", "shop.Yaml"])
def test_a_file_of_readiness_d_is_read_in_capitals_too(tmp_path: pathlib.Path, name: str) -> None:
    (read,) = organised(tmp_path, APPROVALS, name).description().approvals
    assert read.name.endswith(f"org/readiness.d/{name}")


@pytest.mark.parametrize("name", ["shops/shop.yml", "shops/north/shop.yaml"])
def test_a_file_below_readiness_d_is_not_left_out_silently(tmp_path: pathlib.Path, name: str) -> None:
    made = organised(tmp_path, None)
    path = tmp_path / "org" / "readiness.d" / name
    path.parent.mkdir(parents=True)
    path.with_name("minutes.pdf").write_bytes(b"evidence")
    assert made.description().approvals == ()
    path.write_text(APPROVALS)
    with pytest.raises(Refused, match=rf"readiness.d/{name}: files of readiness.d lie in the folder itself: move it there"):
        organised_again(tmp_path).description()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waivers: [\n", "org/readiness.d/shop.yml:2:1: this is not YAML"),
        ("", "org/readiness.d/shop.yml: the file is empty"),
        (APPROVALS.replace("until", "untill"), "org/readiness.d/shop.yml:2:11: waivers.0: 'until' is missing"),
    ],
)
def test_a_file_of_readiness_d_that_cannot_be_read_is_refused(tmp_path: pathlib.Path, text: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        organised(tmp_path, text).description()
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


def test_a_file_of_readiness_d_that_is_no_file(tmp_path: pathlib.Path) -> None:
    made = organised(tmp_path, None)
    (tmp_path / "org" / "readiness.d" / "gone.yml").symlink_to("nowhere")
    with pytest.raises(Refused, match=r"the approvals file .*/org/readiness.d/gone.yml does not exist"):
        made.description()
    (tmp_path / "org" / "readiness.d" / "gone.yml").unlink()
    (tmp_path / "org" / "readiness.d").rmdir()
    service(tmp_path / "org", "x", "readiness.d")
    with pytest.raises(Refused, match="the folder .*org/readiness.d cannot be read: Not a directory"):
        organised_again(tmp_path).description()


def organised_again(folder: pathlib.Path) -> Context:
    return context(folder, {"phase": "pre", "organisation_file": "org/organisation.yml"})


def test_a_plan_is_made_anew_for_other_approvals(tmp_path: pathlib.Path) -> None:
    before = organised(tmp_path, None)._plan_key(None, "pre")
    first = organised(tmp_path, APPROVALS)._plan_key(None, "pre")
    assert before != first == organised(tmp_path, APPROVALS)._plan_key(None, "pre")
    assert first != organised(tmp_path, APPROVALS.replace("2027", "2026"))._plan_key(None, "pre")


@pytest.mark.parametrize("args", [{"phase": "after"}, {}, {"phase": "pre", "modus": "enforce"}])
def test_without_a_phase_or_with_an_option_that_is_none_there_is_nothing(tmp_path: pathlib.Path, args: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleActionFail):
        context(tmp_path, args or {"version": "1"})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"mode": "strict"}, "mode (readiness_mode): expected observe or enforce, found 'strict'"),
        ({"first_deployment": "perhaps"}, "first_deployment (readiness_first_deployment): expected true or false, found 'perhaps'"),
        ({"window": "abc"}, "window (readiness_window): expected a mapping with start, end, found 'abc'"),
        ({"window": {"begin": "x"}}, "window (readiness_window): window.begin. Supported parameters include: end, start."),
        ({"scope": ["batch"]}, "scope (readiness_scope): expected service or batch, found '['batch']'"),
        (
            {"deployment_kind": "a\x1b[31mb"},
            "deployment_kind (readiness_deployment_kind): expected planned or hotfix or rollback, found 'ab'",
        ),
        ({"version": "{{ nowhere }}"}, "version (readiness_version): 'nowhere' is undefined"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused_as_input_is(tmp_path: pathlib.Path, given: dict[str, t.Any], problem: str) -> None:
    service(tmp_path, SERVICE.replace("https://{{ missing }}/", "https://x/").replace("on: backup", "remedy: x"))
    ((name, value),) = given.items()
    for made in (context(tmp_path, {"phase": "pre", **given}), context(tmp_path, **{f"readiness_{name}": value})):
        if value == "{{ nowhere }}" and made.options[name]:  # the task's own options are resolved before an action has them
            continue
        assert made.options[name] == RUN_SPEC[name].get("default"), "the rest of the run is as if it had not been said"
        assert made.description().name == "payments", "the files can still be read, which say the mode"
        with pytest.raises(Refused) as caught:
            made.service_plan()
        (said,) = caught.value.problems
        assert problem.partition(": ")[0] in said and problem.rpartition(": ")[2] in said, said


def test_an_emergency_goes_on_without_them(tmp_path: pathlib.Path) -> None:
    service(tmp_path, SERVICE.replace("https://{{ missing }}/", "https://x/").replace("on: backup", "remedy: x"))
    shown: list[str] = []
    made = context(tmp_path, {"phase": "pre", "mode": "strict", "emergency": "INC1"}, shown=shown)
    assert made.refused == {} and made.emergency and "expected observe or enforce" in shown[0]


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


# -- plans, once a run

PLANNED = """\
schema_version: 1
service: {name: payments, owner: team-a, hosts: all}
classification: {criticality: 1}
requirements:
  OWN-01: {title: it answers, impact: minor, check: command, with: {command: ["true"]}}
"""


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> list[str]:
    """The phases for which a plan was really made; the run's temporary folder is one of this test's own."""
    made: list[str] = []
    real = context_module._plan.make

    def counted(description: t.Any, policy: t.Any, *, phase: t.Any) -> t.Any:
        made.append(phase)
        return real(description, policy, phase=phase)

    monkeypatch.setattr(context_module._plan, "make", counted)
    monkeypatch.setattr(Context, "_hosts_of", lambda self, pattern: list(self.task_vars["groups"]["all"]))  # a lookup of Ansible's
    monkeypatch.setattr(context_module.constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    return made


def hosts(*names: str, **addresses: str) -> dict[str, t.Any]:
    """Variables of a play over these hosts."""
    own = {name: {"inventory_hostname": name, **({"ansible_host": addresses[name]} if name in addresses else {})} for name in names}
    return {"groups": {"all": list(names)}, "hostvars": types.SimpleNamespace(raw_get=own.__getitem__)}


def test_a_plan_is_made_once_for_all_workers_and_actions(tmp_path: pathlib.Path, planned: list[str]) -> None:
    service(tmp_path, PLANNED)
    plans = [context(tmp_path, inventory_hostname=name, **hosts("web1", "web2")).service_plan() for name in ("web1", "web2", "web1")]
    own = context(tmp_path, inventory_hostname="web2", **hosts("web1", "web2")).plan("web2")
    assert planned == ["pre"]
    assert plans[0].checks and plans[0] == plans[1] == plans[2] == own
    assert plans[0].checks[0].hosts == ("web1", "web2")


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        ({"phase": "post"}, {}),
        ({"phase": "pre", "environment": "staging"}, {}),
        ({"phase": "pre", "version": "2"}, {}),
        ({"phase": "pre", "mode": "enforce"}, {}),
        ({"phase": "pre", "settle": "5m"}, {}),
        ({"phase": "pre"}, hosts("web1", "web2", "web3")),
        ({"phase": "pre"}, {"readiness_deployment_id": "d1"}),
    ],
)
def test_another_run_has_a_plan_of_its_own(
    tmp_path: pathlib.Path, planned: list[str], args: dict[str, t.Any], variables: dict[str, t.Any]
) -> None:
    service(tmp_path, PLANNED)
    context(tmp_path, **hosts("web1", "web2")).service_plan()
    context(tmp_path, args, **{**hosts("web1", "web2"), **variables}).service_plan()
    assert planned == ["pre", args["phase"]]


def test_a_file_that_has_changed_is_planned_anew(tmp_path: pathlib.Path, planned: list[str]) -> None:
    service(tmp_path, PLANNED)
    assert context(tmp_path, **hosts("web1")).service_plan().service["owner"] == "team-a"
    service(tmp_path, PLANNED.replace("team-a", "team-b"))
    assert context(tmp_path, **hosts("web1")).service_plan().service["owner"] == "team-b"
    (tmp_path / "readiness.debt.yml").write_text("schema_version: 2\n")
    with pytest.raises(Refused, match="readiness.debt.yml"):
        context(tmp_path, **hosts("web1")).service_plan()


def test_values_that_differ_by_host_make_plans_that_differ(tmp_path: pathlib.Path, planned: list[str]) -> None:
    service(tmp_path, PLANNED.replace('["true"]', '["test", "{{ inventory_hostname }}"]'))
    found = [context(tmp_path, inventory_hostname=name, **hosts("web1", "web2")) for name in ("web1", "web2", "web2")]

    def argument(plan: t.Any) -> str:
        return str(next(check for check in plan.checks if check.requirement == "OWN-01").args["command"][1])

    assert [argument(one.plan(None)) for one in found] == ["web1", "web2", "web2"]
    assert len(planned) == 2
    assert [argument(one.service_plan()) for one in found] == ["web1"] * 3, "of the first host, for all"
    assert len(planned) == 2


def test_templates_that_resolve_to_the_same_share_a_plan(tmp_path: pathlib.Path, planned: list[str]) -> None:
    service(tmp_path, PLANNED.replace("owner: team-a", 'owner: "{{ team }}"'))

    def owner(host: str, team: str) -> str:
        known = {**hosts("web1", "web2"), "team": team}
        return str(context(tmp_path, inventory_hostname=host, **known).plan(None).service["owner"])

    assert [owner("web1", "team-a"), owner("web2", "team-a"), owner("web1", "team-b")] == ["team-a", "team-a", "team-b"]
    assert len(planned) == 2


def test_addresses_are_looked_at_anew_by_another_task(tmp_path: pathlib.Path, planned: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    service(tmp_path, PLANNED)

    def asking(self: Context, *args: t.Any) -> t.Any:
        self._addresses_of("web1")
        return real(self, *args)

    real = Context._make_plan
    monkeypatch.setattr(Context, "_make_plan", asking)

    def look(task: str, address: str) -> None:
        made = context(tmp_path, **hosts("web1", web1=address))
        made.action._task._uuid = task
        made.service_plan()

    look("verify", "10.0.0.1")
    look("verify", "10.0.0.1")
    look("gate", "10.0.0.1")
    assert len(planned) == 1
    look("verify again", "10.0.0.2")
    assert len(planned) == 2


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("a: b\n", True),
        ("a: 'say it!'\nb: x != y\n", True),
        ("a: '{{ b }}'\n", False),
        ("a: '{% if b %}'\n", False),
        ("a: '{# b #}'\n", False),
        ("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", False),
        ("- !unsafe b\n", False),
        ("a: [!unsafe b]\n", False),
        ("a: !!str 1\n", False),
        ("a: '#jinja2:variable_start_string:\"[[\"'\n", False),
    ],
)
def test_what_is_the_same_for_all_hosts(tmp_path: pathlib.Path, text: str, fixed: bool) -> None:
    service(tmp_path, text)
    made = context(tmp_path)
    path, _text = made._text("readiness.yml", "service")
    assert made._is_fixed(path) is fixed


def test_a_file_without_templates_says_the_same_as_ansibles_reading_of_it(tmp_path: pathlib.Path) -> None:
    text = PLANNED + "waivers: [{requirement: OWN-01, reason: 'r: yes', approved_by: a, until: 2027-03-31}]\n"
    service(tmp_path, text)
    fast = context(tmp_path).description()
    service(tmp_path, text + "# {{ }}\n")
    slow = context(tmp_path).description()
    assert fast.data == slow.data and fast.data["waivers"][0]["until"] == "2027-03-31"


ORGANISATION = "schema_version: 1\n"
LOOKUP = "{{ lookup('pipe', 'echo a | tee %s') }}"


def judged(folder: pathlib.Path, text: str, organisation: str = ORGANISATION, **variables: t.Any) -> Context:
    service(folder, text)
    service(folder, organisation, "operability.yml")
    return context(folder, {"phase": "pre", "organisation_file": "operability.yml", "environment": "production"}, **variables)


def test_a_template_of_a_service_file_runs_nothing_where_there_is_an_organisation(tmp_path: pathlib.Path) -> None:
    ran = tmp_path / "ran"
    text = SERVICE.replace("{{ team }}", LOOKUP % ran)
    for organisation in (
        ORGANISATION,
        ORGANISATION + "services_may: [limits]\n",
        ORGANISATION + "services_may: {services: {other: [templates]}}\n",
    ):
        with pytest.raises(Refused) as refused:
            judged(tmp_path, text, organisation).plan()
        (problem,) = refused.value.problems
        assert problem.endswith("/operability.yml (services_may: {services: {payments: [templates]}})")
        assert "readiness.yml:2: service.owner: {{ lookup('pipe'," in problem and "has a call of lookup(): it would run" in problem
    assert not ran.exists()
    made = judged(tmp_path, text, ORGANISATION + "services_may: {services: {payments: [templates]}}\n").description()
    assert ran.exists() and [one.what for one in made.beyond] == ["a call of lookup()"]


def test_leave_does_not_come_from_what_the_service_file_says_of_itself(tmp_path: pathlib.Path) -> None:
    text = SERVICE.replace('payments, owner: "{{ team }}"', "\"{{ 'pay' ~ 'ments' }}\", owner: \"{{ lookup('env', 'HOME') }}\"")
    assert text != SERVICE
    with pytest.raises(Refused, match=r"services_may: \[templates\]"):
        judged(tmp_path, text, ORGANISATION + "services_may: {services: {payments: [templates]}, levels: {B: [templates]}}\n").description()


def test_without_an_organisation_the_team_is_its_own_operations(tmp_path: pathlib.Path) -> None:
    service(tmp_path, SERVICE.replace("{{ team }}", "{{ lookup('pipe', 'echo team-b') }}"))
    made = context(tmp_path).description()
    assert made.owner == "team-b" and made.beyond == ()


def test_lookups_keep_working_in_variables_and_in_the_organisations_file(tmp_path: pathlib.Path) -> None:
    organisation = ORGANISATION + "records: \"{{ lookup('pipe', 'echo records') }}\"\n"
    made = judged(tmp_path, SERVICE, organisation, team=core.trusted("{{ lookup('pipe', 'echo team-c') }}")).description()
    assert made.owner == "team-c" and made.organisation and made.organisation.data["records"] == "records"
    (later,) = unresolved(made.data)
    assert later.path == "endpoints.0.url" and "missing" in later.reason and later.place.endswith("readiness.yml:4")


def test_what_is_marked_as_data_stays_what_it_is(tmp_path: pathlib.Path) -> None:
    text = SERVICE.replace('"{{ team }}"', "!unsafe \"{{ lookup('pipe', 'id') }}\"")
    assert judged(tmp_path, text).description().owner == "{{ lookup('pipe', 'id') }}"


def test_a_condition_of_a_service_file_is_judged_in_a_file_without_templates_too(tmp_path: pathlib.Path) -> None:
    text = "schema_version: 1\nservice: {name: payments, owner: a}\nrequirements:\n  PAY-01: {check: ansible_module, with: %s}\n"
    words = r"readiness.yml:4: requirements.PAY-01.with.expect: lookup\('pipe'\) == '' has a call of lookup"
    with pytest.raises(Refused, match=words):
        judged(tmp_path, text % "{module: ping, expect: \"lookup('pipe') == ''\"}").description()
    assert judged(tmp_path, text % "{module: ping, expect: result.ping == 'pong'}").description().beyond == ()


def test_aliases_that_stand_for_too_much_are_refused_before_ansible_reads_them(tmp_path: pathlib.Path) -> None:
    laughs = "x0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    for files in ({"text": SERVICE + laughs}, {"text": SERVICE, "organisation": ORGANISATION + laughs}):
        with pytest.raises(Refused, match="more than 100000 values by aliases"):
            judged(tmp_path, **files).plan()
    (tmp_path / "readiness.debt.yml").write_text(laughs)
    with pytest.raises(Refused, match="more than 100000 values by aliases"):
        judged(tmp_path, SERVICE).description()
