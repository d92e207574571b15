# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups that several modules share (documented in the doc fragments of the same names). PRIVATE to the collection."""

from __future__ import annotations

import copy
import math
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ._units import parse_comparison, parse_duration, parse_size


class Option(t.TypedDict, total=False):
    """One option of a module or a check, as Ansible describes it."""

    type: str
    elements: str
    required: bool
    default: object
    choices: list[str]
    no_log: bool
    aliases: list[str]
    options: dict[str, Option]


Spec = dict[str, Option]

# documented by the fragment _http
HTTP_SPEC: Spec = {
    "url": {"type": "str"},
    "url_username": {"type": "str"},
    "url_password": {"type": "str", "no_log": True},
    "bearer_token": {"type": "str", "no_log": True},
    "headers": {"type": "dict", "default": {}},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
}

# documented by the fragment _check
ALONE_SPEC: Spec = {
    "enforce": {"type": "bool", "default": True},
    "timeout": {"type": "str"},
}

PHASES = ["design", "pre", "post", "smoke", "recheck"]

# documented by the fragment _run
RUN_SPEC: Spec = {
    "service_file": {"type": "path", "default": "readiness.yml"},
    "service": {"type": "str"},
    "organisation_file": {"type": "path"},
    "phase": {"type": "str", "required": True, "choices": PHASES},
    "environment": {"type": "str", "default": "production"},
    "version": {"type": "str"},
    "deployment_id": {"type": "str"},
    "ticket": {"type": "str"},
    "window": {"type": "dict", "options": {"start": {"type": "str"}, "end": {"type": "str"}}},
    "first_deployment": {"type": "bool", "default": False},
    "mode": {"type": "str", "choices": ["observe", "enforce"]},
    "scope": {"type": "str", "choices": ["service", "batch"], "default": "service"},
    "settle": {"type": "str"},
    "emergency": {"type": "str"},
    "emergency_reason": {"type": "str"},
    "deployment_kind": {"type": "str", "choices": ["planned", "hotfix", "rollback"], "default": "planned"},
    "cause": {"type": "str"},
    "records": {"type": "path"},
}

# documented by gate_stop
GATE_STOP_SPEC: Spec = {name: RUN_SPEC[name] for name in ("phase", "emergency", "emergency_reason")}

# documented by verify
VERIFY_SPEC: dict[str, t.Any] = {
    **RUN_SPEC,
    "remember_outages": {"type": "bool", "default": False},
}

# documented by decide
DECIDE_SPEC: Spec = {
    **RUN_SPEC,
    "phase": {**RUN_SPEC["phase"], "required": False, "default": "pre"},
    "run": {"type": "str"},
    "body": {"type": "str", "required": True},
    "date": {"type": "str"},
    "decided_by": {"type": "list", "elements": "str", "required": True},
    "operations_opinion": {"type": "str", "required": True, "choices": ["favourable", "with_reservations", "unfavourable"]},
    "outcome": {"type": "str", "required": True, "choices": ["go", "go_with_conditions", "no_go"]},
    "override": {"type": "bool", "default": False},
    "reason": {"type": "str"},
    "conditions": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "text": {"type": "str", "required": True},
            "responsible": {"type": "str", "required": True},
            "due": {"type": "str", "required": True},
            "met": {"type": "str"},
        },
    },
    "valid_until": {"type": "str", "default": "7d"},
    "comment": {"type": "str"},
}


class Check(t.Protocol):
    """What a file in _checks offers. The options named in DURATIONS, SIZES and COMPARISONS reach ``run`` parsed."""

    WHERE: str
    TIMEOUT: float
    ARGUMENT_SPEC: Spec
    run: t.Callable[..., t.Any]


class ArgumentsRefused(Exception):
    """Arguments that do not fit a check; ``problems`` has a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def http_spec(**changes: Option) -> Spec:
    """A copy of HTTP_SPEC, with changes to single options: ``http_spec(url={"required": True})``."""
    spec = copy.deepcopy(HTTP_SPEC)
    for name, change in changes.items():
        spec[name] = {**spec.get(name, Option()), **change}
    return spec


def server_spec() -> Spec:
    """The options with which a server is reached that may have further addresses."""
    return {**http_spec(url={"required": True}), "failover": {"type": "list", "elements": "str", "default": []}}


def rules_server_spec() -> Spec:
    """The options with which a Prometheus is reached whose rules are looked at, where it is one among several."""
    return {**server_spec(), "rules_url": {"type": "str"}, "probe_query": {"type": "str"}}


def constraints(check: t.Any) -> dict[str, t.Any]:
    """mutually_exclusive, required_one_of, required_together, required_if, required_by of a check."""
    return dict(getattr(check, "CONSTRAINTS", {}))


def parse_arguments(check: t.Any, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The arguments of a check, validated, completed with defaults, units parsed; ``timeout`` in seconds. ArgumentsRefused."""
    spec = {**check.ARGUMENT_SPEC, "timeout": ALONE_SPEC["timeout"]}
    # an option that is None is not given; AnsibleModule has it among its params all the same
    result = ArgumentSpecValidator(spec, **constraints(check)).validate({name: value for name, value in given.items() if value is not None})
    if result.error_messages:
        raise ArgumentsRefused([_plain(message) for message in result.error_messages])
    values = convert_units(check, result.validated_parameters)
    look = getattr(check, "problems", None)
    problems = look(values, given) if look else []
    if problems:
        raise ArgumentsRefused(problems)
    return values


def converted(check: t.Any, option: str, given: object) -> t.Any:
    """One option as ``run`` gets it, whatever the others are; its default where it is not given. ArgumentsRefused."""
    about = {**check.ARGUMENT_SPEC, "timeout": ALONE_SPEC["timeout"]}[option]
    if given is None and about.get("default") is None:
        return None
    spec = {option: {key: value for key, value in about.items() if key not in ("required", "aliases")}}
    result = ArgumentSpecValidator(spec).validate({} if given is None else {option: given})
    if result.error_messages:
        raise ArgumentsRefused([_plain(message) for message in result.error_messages])
    return convert_units(check, result.validated_parameters)[option]


def convert_units(check: t.Any, args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Replaces durations (seconds), sizes (bytes) and comparisons written as text; numbers must be finite. ArgumentsRefused."""
    values = dict(args)
    problems = []
    for name in set(values).difference(secret_options(check)):
        numbers = values[name] if isinstance(values[name], list) else [values[name]]
        problems += [
            f"{name}: expected a finite number, found {one}" for one in numbers if isinstance(one, float) and not math.isfinite(one)
        ]
    parsers: tuple[tuple[str, t.Callable[[t.Any], t.Any]], ...] = (
        ("DURATIONS", parse_duration),
        ("SIZES", parse_size),
        ("COMPARISONS", parse_comparison),
    )
    for group, parse in parsers:
        names = tuple(getattr(check, group, ())) + (("timeout",) if group == "DURATIONS" else ())
        for name in names:
            if values.get(name) is None:
                continue
            try:
                values[name] = parse(values[name])
            except ValueError as exc:
                problems.append(f"{name}: {exc}")
    if problems:
        raise ArgumentsRefused(problems)
    if values.get("timeout") is None:
        values["timeout"] = float(check.TIMEOUT)
    return values


def secret_options(check: t.Any) -> list[str]:
    """The options of a check whose values must not be seen."""
    return sorted(name for name, option in check.ARGUMENT_SPEC.items() if option.get("no_log") is True)


def _plain(message: str) -> str:
    unknown, supported, known = message.partition(". Supported parameters include: ")
    if supported:
        names = unknown.partition("Unsupported parameters for")[2].partition(": ")[2] or unknown
        return f"unknown key {names}; known here: {known.rstrip('.')}"
    return message.replace("parameters", "keys").replace("parameter", "key").rstrip(".")


__all__ = (
    "ALONE_SPEC",
    "DECIDE_SPEC",
    "HTTP_SPEC",
    "RUN_SPEC",
    "VERIFY_SPEC",
    "ArgumentsRefused",
    "Check",
    "Option",
    "Spec",
    "constraints",
    "convert_units",
    "converted",
    "http_spec",
    "parse_arguments",
    "rules_server_spec",
    "secret_options",
    "server_spec",
)
