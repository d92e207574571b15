# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options are the same wherever they are told: what a module takes, its documentation, what its action takes, roles, examples, pages.

Each difference is one line: the file, the option, and what differs.
"""

from __future__ import annotations

import ast
import functools
import importlib
import pathlib
import re
import types
import typing as t

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import arg_spec
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ALONE_SPEC, RUN_SPEC, constraints
from ansible_collections.operability.readiness.plugins.module_utils._publish_spec import NAMED_SPEC
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.context import OF_THE_TASK

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.operability.readiness.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
ACTIONS = sorted(path.stem for path in (ROOT / "plugins" / "action").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
# what an option is when nothing is said
UNSAID: dict[str, t.Any] = {"type": "str", "required": False, "default": None, "choices": None, "elements": None, "aliases": []}
SECRET = re.compile(r"^(?!.*_file$).*(?:pass|pwd|secret|token|cred|(?:^|_)key$)")  # the path of a file with a secret is none
REFUSABLE = ("bool", "dict", "int", "list")  # types that Ansible does not make of just anything
INTERNAL = "not for use in playbooks"  # said of what an action hands to its own module
Options = t.Mapping[str, t.Mapping[str, t.Any]]


class Caught(BaseException):
    """Carries what was asked for out of code that must not go on; no handler of errors takes it."""


# -- what is told where


def text_of(path: pathlib.Path, name: str) -> str | None:
    """The text that a file assigns to a name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return str(ast.literal_eval(node.value))
    return None


def documentation(module: str) -> dict[str, t.Any]:
    """The documentation of a module, its fragments taken in: what the module says itself is laid over them, option by option."""
    document: dict[str, t.Any] = yaml.safe_load(text_of(ROOT / "plugins" / "modules" / f"{module}.py", "DOCUMENTATION") or "")
    options: dict[str, dict[str, t.Any]] = {}
    for fragment in document.get("extends_documentation_fragment", []):
        name, _dot, variant = fragment.removeprefix("operability.readiness.").partition(".")
        text = text_of(ROOT / "plugins" / "doc_fragments" / f"{name}.py", variant.upper() or "DOCUMENTATION")
        assert text, f"{module}: there is no fragment {fragment}"
        options.update(yaml.safe_load(text).get("options") or {})
    for name, about in (document.get("options") or {}).items():
        options[name] = {**options.get(name, {}), **about}
    return {**document, "options": options}


@functools.cache
def taken(module: str) -> dict[str, t.Any]:
    """The arguments with which a module makes its AnsibleModule."""
    caught: dict[str, t.Any] = {}

    def record(_self: t.Any, *args: t.Any, **options: t.Any) -> t.NoReturn:
        caught.update({"argument_spec": args[0]} if args else {}, **options)
        raise Caught

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basic.AnsibleModule, "__init__", record)
        with pytest.raises(Caught):
            importlib.import_module(f"{COLLECTION}.modules.{module}").main()
    return caught


@functools.cache
def taken_by_action(action: str) -> dict[str, t.Any]:
    """The options that an action validates."""
    caught: dict[str, t.Any] = {}
    original = arg_spec.ArgumentSpecValidator.__init__

    def record(self: t.Any, spec: t.Mapping[str, t.Any], *args: t.Any, **options: t.Any) -> None:
        caught.update(spec)
        if len(spec) > 1:
            raise Caught
        original(self, spec, *args, **options)

    task = types.SimpleNamespace(args={}, async_val=0, check_mode=False, delegate_to=None, diff=False, environment=[])
    connection = types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir=None), _play_context=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arg_spec.ArgumentSpecValidator, "__init__", record)
        plugin = importlib.import_module(f"{COLLECTION}.action.{action}").ActionModule(task, connection, None, None, None, None)
        with pytest.raises(Caught):
            plugin.run(task_vars={"inventory_hostname": "localhost"})
    return caught


def described_role(role: str) -> dict[str, dict[str, t.Any]]:
    options: dict[str, dict[str, t.Any]] = loaded(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return options


def loaded(name: str) -> t.Any:
    path = ROOT / name
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None


def tasks_of(node: t.Any) -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
    """Each task below a node that calls something of this collection: the module, its options."""
    if isinstance(node, list):
        for item in node:
            yield from tasks_of(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            module = str(key).removeprefix("operability.readiness.")
            if module != key and module in MODULES:
                yield module, value or {}
            elif isinstance(value, list):
                yield from tasks_of(value)


# -- what differs


def differences(spec: Options, told: Options, path: str = "") -> list[str]:
    """What the documentation of options says otherwise than their spec, a line each."""
    out = [f"{path}{name}: is taken, and not documented" for name in sorted(set(spec) - set(told))]
    out += [f"{path}{name}: is documented, and not taken" for name in sorted(set(told) - set(spec))]
    for name in sorted(set(spec) & set(told)):
        for key, unsaid in UNSAID.items():
            real, said = spec[name].get(key, unsaid), told[name].get(key, unsaid)
            if (real, isinstance(real, bool)) != (said, isinstance(said, bool)):
                out.append(f"{path}{name}: {key} is {real!r}, the documentation says {said!r}")
        below = spec[name].get("options") or {}, told[name].get("suboptions") or told[name].get("options") or {}
        out += differences(*below, f"{path}{name}.")
    return out


def unprotected(spec: Options, path: str = "") -> list[str]:
    """The options whose name sounds secret, and of which nothing says whether they are."""
    out = []
    for name, about in spec.items():
        if SECRET.search(name) and about.get("type", "str") not in ("path", "bool", "int", "float") and "no_log" not in about:
            out.append(f"{path}{name}: says neither no_log: true nor no_log: false")
        out += unprotected(about.get("options") or {}, f"{path}{name}.")
    return out


def agree(place: str, lines: t.Iterable[str]) -> None:
    """Fails with every difference, a line each."""
    found = [f"{place}: {line}" for line in lines]
    assert not found, "options differ:\n" + "\n".join(found)


@pytest.mark.parametrize("module", MODULES)
def test_documentation_says_what_a_module_takes(module: str) -> None:
    place = f"plugins/modules/{module}.py"
    spec = taken(module)["argument_spec"]
    agree(place, differences(spec, documentation(module)["options"]))
    agree(place, unprotected(spec))


@pytest.mark.parametrize("module", MODULES)
def test_conditions_between_options_name_options_that_are_there(module: str) -> None:
    given = taken(module)
    known = set(given["argument_spec"])
    named: set[str] = set()
    for kind in ("mutually_exclusive", "required_one_of", "required_together"):
        named |= {name for group in given.get(kind) or [] for name in group}
    for option, _value, needed, *_any in given.get("required_if") or []:
        named |= {option, *needed}
    for option, needed in (given.get("required_by") or {}).items():
        named |= {option, *([needed] if isinstance(needed, str) else needed)}
    agree(f"plugins/modules/{module}.py", (f"{name}: is named in a condition, and not taken" for name in sorted(named - known)))


@pytest.mark.parametrize("check", CHECKS)
def test_a_module_takes_what_its_check_takes(check: str) -> None:
    code, given = load_check(check), taken(check)
    place = f"plugins/modules/{check}.py and plugins/module_utils/_checks/{check}.py"
    agree(place, differences(given["argument_spec"], {**code.ARGUMENT_SPEC, **ALONE_SPEC}))
    secret = {name for name, about in given["argument_spec"].items() if about.get("no_log")}
    assert secret == {name for name, about in code.ARGUMENT_SPEC.items() if about.get("no_log")}, place
    assert {key: given.get(key) for key in constraints(code)} == constraints(code), place


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_takes_what_its_module_documents(action: str) -> None:
    told = documentation(action)["options"]
    own = {name: about for name, about in told.items() if INTERNAL not in str(about["description"])}
    agree(f"plugins/action/{action}.py", differences(taken_by_action(action), own))


@pytest.mark.parametrize("module", MODULES)
def test_examples_use_options_that_are_there(module: str) -> None:
    text = text_of(ROOT / "plugins" / "modules" / f"{module}.py", "EXAMPLES") or ""
    examples = list(tasks_of(yaml.safe_load(text)))
    assert module in {name for name, _options in examples}, f"plugins/modules/{module}.py: no example is of {module}"
    agree(f"plugins/modules/{module}.py: EXAMPLES", unknown_options(examples))


def unknown_options(tasks: t.Iterable[tuple[str, t.Mapping[str, t.Any]]]) -> list[str]:
    out = []
    for module, options in tasks:
        spec = taken(module)["argument_spec"]
        known = {*spec, *(alias for about in spec.values() for alias in about.get("aliases", []))}
        internal = {name for name, about in documentation(module)["options"].items() if INTERNAL in str(about["description"])}
        out += [f"{module}.{name}: there is no such option" for name in options if name not in known - internal]
    return out


@pytest.mark.parametrize(
    "name",
    sorted(
        str(path.relative_to(ROOT))
        for folder in ("roles", "playbooks", "extensions/molecule")
        for path in (ROOT / folder).rglob("*.yml")
        if "{" not in path.name and re.search(r"^\s+operability\.readiness\.\w+:", path.read_text(encoding="utf-8"), re.M)
    ),
)
def test_tasks_use_options_that_are_there(name: str) -> None:
    agree(name, unknown_options(tasks_of(loaded(name))))


# -- roles


def files_of(role: str) -> str:
    """Everything in a role that uses variables."""
    folders = ("tasks", "templates", "vars", "handlers")
    paths = (path for folder in folders for path in sorted((ROOT / "roles" / role / folder).rglob("*")) if path.is_file())
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def set_within(role: str) -> set[str]:
    """The variables that a role sets itself: registered, of a loop, of a task, in vars/."""
    found = set(loaded(f"roles/{role}/vars/main.yml") or {})

    def look(node: t.Any) -> None:
        if isinstance(node, list):
            for item in node:
                look(item)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key in ("register", "loop_var"):
                    found.add(str(value))
                elif key in ("vars", "ansible.builtin.set_fact"):
                    found.update(value)
                look(value)

    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        look(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found


def variables_of_actions(role: str) -> dict[str, dict[str, t.Any]]:
    """The variables ``readiness_OPTION`` that the actions of a role take, because its tasks leave the option open."""
    found: dict[str, dict[str, t.Any]] = {}
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        for module, given in tasks_of(yaml.safe_load(path.read_text(encoding="utf-8"))):
            if module in ACTIONS and module != "publish":  # it takes none from variables
                left = {name: about for name, about in taken_by_action(module).items() if name not in (*given, *OF_THE_TASK)}
                found.update({f"readiness_{name}": about for name, about in left.items()})
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_role_describes_the_variables_that_it_uses(role: str) -> None:
    prefix = "readiness" if role == "gate" else role
    told, text = described_role(role), files_of(role)
    used = set(re.findall(rf"\b{prefix}_\w+", text)) - set_within(role) | set(variables_of_actions(role))
    place = f"roles/{role}/meta/argument_specs.yml"
    agree(place, (f"{name}: is used, and not described" for name in sorted(used - set(told))))
    agree(place, (f"{name}: is described, and not used" for name in sorted(set(told) - used)))
    agree(place, unprotected(told))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_describes_the_defaults_that_it_has(role: str) -> None:
    """A default that is a template is told in words."""
    defaults = {name: value for name, value in (loaded(f"roles/{role}/defaults/main.yml") or {}).items() if "{{" not in str(value)}
    told = {name: about["default"] for name, about in described_role(role).items() if "default" in about}
    lines = [
        f"{name}: defaults/main.yml has {defaults.get(name, 'none')!r}, meta/argument_specs.yml says {told.get(name, 'none')!r}"
        for name in sorted({*defaults, *told})
        if (name in defaults, defaults.get(name)) != (name in told, told.get(name))
    ]
    agree(f"roles/{role}", lines)


def test_the_variables_of_the_role_gate_are_those_of_its_actions() -> None:
    told = described_role("gate")
    actions = {**{f"readiness_{name}": about for name, about in RUN_SPEC.items()}, **variables_of_actions("gate")}
    lines = []
    for name, about in actions.items():
        # a phase must be said to an action, and has a default here; what is in a window is told in words
        ours = {**about, "required": False, "default": "recheck"} if name == "readiness_phase" else about
        if name != "readiness_phase" and about.get("type") in REFUSABLE or "choices" in about and name != "readiness_phase":
            ours = {**about, "type": "raw", "choices": None}  # what is wrong is for the gate to refuse, whose mode says what that stops
            words = str(told.get(name, {}).get("description"))
            lines += [f"{name}: V({choice}) is not named" for choice in about.get("choices", ()) if f"V({choice})" not in words]
        lines += differences({name: {**ours, "options": {}}}, {name: told[name]} if name in told else {})
    agree("roles/gate/meta/argument_specs.yml", lines)


def test_ansible_refuses_no_parameter_of_a_run_but_the_phase() -> None:
    """Else it would stop the play in observe, without a verdict."""
    told = described_role("gate")
    strict = [name for name, about in told.items() if about.get("type") in REFUSABLE or "choices" in about or about.get("required")]
    assert strict == ["readiness_phase"]


def test_the_role_gate_publishes_to_every_target() -> None:
    (given,) = (options for module, options in tasks_of(loaded("roles/gate/tasks/judge.yml")) if module == "publish")
    assert given["targets"] == "{{ readiness_publish }}" and "record" not in given
    words = " ".join(described_role("gate")["readiness_publish"]["description"])
    missing = sorted(name for name in NAMED_SPEC if f"C({name})" not in words)
    agree("roles/gate/meta/argument_specs.yml", (f"readiness_publish: {name} is not named" for name in missing))


# -- pages


def test_pages_name_variables_that_are_there() -> None:
    """Where they are told to set one, or use one."""
    known = {f"readiness_{name}" for action in ACTIONS if action != "publish" for name in taken_by_action(action)}
    for role in ROLES:
        known |= {*described_role(role), *set_within(role)}
    for path in (ROOT / "playbooks").glob("*.yml"):
        known |= set(re.findall(r"\breadiness_\w+", path.read_text(encoding="utf-8")))
    lines: list[str] = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "roles").rglob("README.md"))]:
        # elsewhere recheck_every is a key of the organisation's file
        prefix = "readiness|observability|recheck" if path.is_relative_to(ROOT / "roles" / "recheck") else "readiness|observability"
        named = set(re.findall(rf"\b(?:{prefix})_[a-z_]+", path.read_text(encoding="utf-8")))
        lines += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(named - known)]
    agree("there is no such variable", lines)


# -- the comparison itself


@pytest.mark.parametrize(
    ("spec", "told", "line"),
    [
        ({"a": {}}, {}, "a: is taken, and not documented"),
        ({}, {"a": {}}, "a: is documented, and not taken"),
        ({"a": {"type": "int"}}, {"a": {}}, "a: type is 'int', the documentation says 'str'"),
        ({"a": {"default": True}}, {"a": {"default": 1}}, "a: default is True, the documentation says 1"),
        ({"a": {"choices": ["x"]}}, {"a": {"choices": ["x", "y"]}}, "a: choices is ['x'], the documentation says ['x', 'y']"),
        (
            {"a": {"options": {"b": {"required": True}}}},
            {"a": {"suboptions": {"b": {}}}},
            "a.b: required is True, the documentation says False",
        ),
    ],
)
def test_a_difference_is_named(spec: Options, told: Options, line: str) -> None:
    assert differences(spec, told) == [line]
    assert differences(spec, spec) == []


def test_a_secret_that_is_not_protected_is_named() -> None:
    assert unprotected(
        {"a": {"options": {"api_token": {"type": "str"}, "key_file": {"type": "path"}}}, "url_password": {"no_log": True}}
    ) == ["a.api_token: says neither no_log: true nor no_log: false"]
