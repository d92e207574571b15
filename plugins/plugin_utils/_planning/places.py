# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service reaches on the controller: files written and read there, code that runs there, where it publishes. PRIVATE. Pure.

A play runs with operations' rights. What a service file names may lie below its own folder, or below folders that the organisation names.
"""

from __future__ import annotations

import dataclasses
import os.path
import typing as t

from ...module_utils._loading import load_check
from ...module_utils._phrase import Message, phrase
from ...module_utils._publish_spec import FILES
from ...module_utils._registry import CHECKS
from .._described.document import Document, dotted, unresolved
from .._described.service import PATHS, Description
from .._model.loosening import Leave
from .._model.planned import PlannedCheck, PlannedRequirement
from .authority import Authority
from .derive.attestations import CHECK as STATED
from .derive.attestations import OF_STATEMENT
from .remarks import Remarks

# endings that keep a report from being read as something else: an inventory, a playbook, a settings file
ENDINGS = {
    "html": (".html", ".htm"),
    "markdown": (".md", ".markdown"),
    "junit": (".xml",),
    "nagios": (".txt", ".nagios", ".status", ".out"),
    "csv": (".csv",),
    "json": (".json",),
}
# where operations see what a gate has said, whoever reads its reports
TARGETS = ("textfile_directory", "pushgateway", "grafana", "webhook", "mail")
# these evaluate an argument on the controller, as a template would be
EVALUATES = {"assert": "that", "debug": "var", "template": "src"}
BUILTIN = ("", "ansible.builtin", "ansible.legacy")
# they read a file of the controller only where ``src`` names one
COPIES = frozenset(("assemble", "copy", "unarchive", "uri"))
_OWN_FOLDER = phrase("what a service file names on the controller lies below its own folder, or below service_paths of the organisation")
_OF_OPERATIONS = phrase("what runs on the controller has the rights of operations")


@dataclasses.dataclass(frozen=True)
class _Written:
    """A file or a folder that is written where the service file says."""

    key: tuple[str, ...]
    text: str
    path: str


def refused_writes(description: Description) -> list[str]:
    """A problem for each place that a service may not write to: that is no matter of the verdict, so it is refused in each mode."""
    organisation = description.organisation
    if organisation is None or _leave(description, "places") is Leave.GIVEN:
        return []
    problems = []
    for written in _written(description):
        place = f"{description.service.where(written.key)}: {dotted(written.key)}"
        if not _is_below(written.path, description):
            problems.append(
                f"{place}: {written.text} would be written with operations' rights, and lies neither below the folder of the service file "
                f"nor below a folder of {organisation.name}; name the folder there (service_paths), or take it back"
            )
        elif written.key[-1] in ENDINGS and not written.path.endswith(ENDINGS[written.key[-1]]):
            endings = " or ".join(ENDINGS[written.key[-1]])
            problems.append(f"{place}: {written.text} would be written over with a report; expected a name that ends with {endings}")
    return problems


def evaluated(description: Description, requirements: t.Sequence[PlannedRequirement]) -> list[str]:
    """A problem for each module of the service's that evaluates its arguments on the controller, as a template would be."""
    if description.organisation is None or _leave(description, "templates") is Leave.GIVEN:
        return []
    return [
        f"{planned.declared_in}: {planned.rule.id}: {check.args['module']} evaluates its arguments on the controller, with operations' "
        f"rights; name a module that observes the host, or have operations allow it in {description.organisation.name} (services_may: "
        f"{{services: {{{description.name}: [templates]}}}})"
        for planned, check in _of_service(requirements, description.organisation)
        if check.check == "ansible_module" and EVALUATES.get(_builtin(check.args["module"])) in _arguments(check)
    ]


def note(description: Description, requirements: t.Sequence[PlannedRequirement], remarks: Remarks) -> None:
    """Notes what the service reaches on the controller beyond its own folder, where there is an organisation that may mind."""
    if description.organisation is None:
        return
    for one in description.beyond:
        said = phrase("the template {expression} is evaluated on the controller with all that Ansible can do", expression=one.text)
        remarks.loosen("templates", dotted(one.path), one.place, said, _OF_OPERATIONS)
    for written in _written(description):
        if not _is_below(written.path, description):
            place = description.service.where(written.key)
            said = phrase("{path:path} is written outside of its folder", path=written.text)
            remarks.loosen("places", dotted(written.key), place, said, _OWN_FOLDER)
    _note_memory(description, description.organisation, remarks)
    _note_servers(description, description.organisation, remarks)
    for planned, check in _of_service(requirements, description.organisation):
        for option, said in _code(check, description):
            remarks.loosen(
                "controller_code", f"{planned.rule.id}.{option}", planned.declared_in, said, _OF_OPERATIONS, requirement=planned.rule.id
            )
        for option, path in _read(check):
            if not _is_below(path, description) and not _is_of_defaults(path, description.organisation):
                said = phrase("{path:path} is read outside of its folder", path=path)
                remarks.loosen("places", f"{planned.rule.id}.{option}", planned.declared_in, said, _OWN_FOLDER, requirement=planned.rule.id)


def _note_memory(description: Description, organisation: Document, remarks: Remarks) -> None:
    """Records and debt of a service's own: what it begins anew remembers nothing of what operations have seen."""
    service = description.service
    for key in ("records", "debt"):
        own, shared = service.declared.get(key), organisation.declared.get(key)
        if not own or not shared:
            continue
        above = organisation.path(str(shared))
        expected = os.path.join(above, f"{description.name}.yml") if key == "debt" else above
        real = description.inventory.real_path
        if real(service.path(str(own))) != real(expected):
            said = phrase("{key:path} is kept in {path:path}", key=key, path=str(own))
            strict = phrase("{place:path} says {folder:path}", place=organisation.where((key,)), folder=expected)
            remarks.loosen("places", key, service.where((key,)), said, strict)


def _note_servers(description: Description, organisation: Document, remarks: Remarks) -> None:
    own, shared = _published(description.service), _published(organisation)
    for name in TARGETS:
        if name in own and shared.get(name) and not _same_target(own[name], shared[name], description.inventory.real_path):
            path = ("publish", name)
            said = phrase("{key:path} publishes elsewhere than its organisation does", key=dotted(path))
            strict = phrase("the organisation names one for all services")
            remarks.loosen("places", dotted(path), description.service.where(path), said, strict)


def _published(document: Document | None) -> t.Mapping[str, object]:
    """What a file names under ``publish``; nothing where a template says it that cannot be resolved: nothing is written then."""
    given: object = document.data.get("publish") if document else None
    return given if isinstance(given, dict) else {}


def _same_target(own: object, shared: object, real: t.Callable[[str], str]) -> bool:
    if isinstance(own, str) and isinstance(shared, str):
        return own == shared or real(os.path.abspath(os.path.expanduser(own))) == real(os.path.abspath(os.path.expanduser(shared)))
    return own == shared


def led_away(description: Description) -> list[str]:
    """Which of the organisation's targets the run takes away, or puts another in the place of."""
    organisation, given = description.organisation, description.run.started.publish
    shared, real = _published(organisation), description.inventory.real_path
    return [name for name in TARGETS if name in given and shared.get(name) and not _same_target(given[name], shared[name], real)]


def _leave(description: Description, kind: str) -> Leave:
    return Authority.of(description.organisation, service=description.name, environment=description.run.environment).leave(kind)


# -- what is written


def _written(description: Description) -> list[_Written]:
    service = description.service
    said = service.of_service
    found = [_Written((key,), str(said[key]), service.path(str(said[key]))) for key in ("records", "debt") if said.get(key)]
    publish = _published(service)
    for name in ("textfile_directory", *FILES):
        text = publish.get(name)
        if isinstance(text, str):
            filled = text.replace("{service}", description.name).replace("{environment}", description.run.environment)
            path = os.path.abspath(os.path.expanduser(filled.replace("{phase}", description.run.phase)))
            found.append(_Written(("publish", name), text, path))
    return found


def _is_below(path: str, description: Description) -> bool:
    return is_below(path, str(description.service.folder), description.organisation, description.inventory.real_path)


def is_below(path: str, folder: str, organisation: Document | None, real: t.Callable[[str], str]) -> bool:
    """Whether a path lies where a service may reach whose file is in ``folder``."""
    here = real(path)
    return any(here == root or here.startswith(root.rstrip(os.sep) + os.sep) for root in map(real, _roots(folder, organisation)))


def _roots(folder: str, organisation: Document | None) -> list[str]:
    """Folders below which a service may reach: its own, and those that the organisation names or writes to itself."""
    roots = [os.path.abspath(folder)]
    if organisation is None:
        return roots
    said = organisation.of_organisation
    named = [*(said.get("service_paths") or []), *(str(said[key]) for key in ("records", "debt") if said.get(key))]
    roots += [organisation.path(str(folder)) for folder in named]
    for name, text in _published(organisation).items():
        if isinstance(text, str) and name in ("textfile_directory", *FILES):
            fixed = os.path.abspath(os.path.expanduser(text.partition("{")[0]))
            roots.append(fixed if name == "textfile_directory" or text.partition("{")[0].endswith(os.sep) else os.path.dirname(fixed))
    return roots


# -- what runs, and what is read


def _of_service(
    requirements: t.Sequence[PlannedRequirement], organisation: Document
) -> t.Iterator[tuple[PlannedRequirement, PlannedCheck]]:
    """The checks, each with those of its arguments that operations have not written into their own policy."""
    for planned in requirements:
        overlay = (organisation.of_organisation.get("policy") or {}).get("requirements") or {}
        entry = overlay.get(planned.rule.id)
        for check in planned.checks:
            if check.gap is None and not check.accepted:
                own = {name: value for name, value in check.args.items() if not _stands_in(entry, name, value)}
                if check.check != "ansible_module" or "module" in own or "arguments" in own or "args" in own:
                    yield planned, dataclasses.replace(check, args={**own, **{k: check.args[k] for k in ("module",) if k in check.args}})


def _stands_in(entry: object, name: str, value: object) -> bool:
    if isinstance(entry, dict):
        return any((key == name and item == value) or _stands_in(item, name, value) for key, item in entry.items())
    return isinstance(entry, list) and any(_stands_in(item, name, value) for item in entry)


def _code(check: PlannedCheck, description: Description) -> t.Iterator[tuple[str, Message]]:
    if check.check == "testinfra" and check.args.get("suite"):
        yield "suite", phrase("its own tests run on the controller: {suites:list}", suites=_texts(check.args["suite"]))
    if check.check == "ansible_module" and _uses_files(check, description):
        yield "module", phrase("{module} reads or writes files of the controller", module=str(check.args["module"]))


def _uses_files(check: PlannedCheck, description: Description) -> bool:
    module = str(check.args["module"])
    if not description.inventory.acts_here(module):
        return False
    if _builtin(module) in ("assert", "debug"):  # see ``evaluated``
        return False
    if _builtin(module) not in COPIES:
        return True
    arguments = _arguments(check)
    from_here = bool(arguments.get("src")) and str(arguments.get("remote_src", "no")).lower() not in ("true", "yes", "on", "1")
    return from_here or str(arguments.get("body_format")) == "form-multipart"


def _arguments(check: PlannedCheck) -> t.Mapping[str, object]:
    given = check.args.get("arguments") or check.args.get("args")
    return given if isinstance(given, dict) else {}


def _builtin(module: object) -> str:
    """The short name of a module that comes with Ansible; empty for one of others."""
    collection, _unused, short = str(module).rpartition(".")
    return short if collection in BUILTIN else ""


def _read(check: PlannedCheck) -> t.Iterator[tuple[str, str]]:
    if check.hosts is not None or check.check not in CHECKS:
        return
    spec: dict[str, dict[str, object]] = load_check(check.check).ARGUMENT_SPEC
    for name, option in spec.items():
        if name in PATHS:  # of the server, wherever that is declared: who may name servers is told there
            continue
        if check.check == STATED and name in OF_STATEMENT:  # the folder of whoever answers for what is stated: no file says it
            continue
        if "path" in (option.get("type"), option.get("elements")) and not unresolved(check.args.get(name)):
            yield from ((name, text) for text in _texts(check.args.get(name)))


def _is_of_defaults(path: str, organisation: Document) -> bool:
    """Whether operations name this file themselves, for all services."""
    return any(organisation.path(text) == path for text in _leaves((organisation.declared.get("defaults") or {}).get("alerts")))


def _leaves(value: object) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from _leaves(item)


def _texts(given: object) -> list[str]:
    return [str(text) for text in given] if isinstance(given, list) else [str(given)] if given else []


__all__ = ("ENDINGS", "TARGETS", "evaluated", "is_below", "led_away", "note", "refused_writes")
