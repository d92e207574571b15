# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of the files: operations' by Ansible, with all that it can do; a service's in the sandbox. PRIVATE to the collection.

A template is rendered on the controller, with the rights of whoever runs the play. Without an organisation file that is the team itself.
"""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleError

from .._described.document import Document, Refused, positions
from .._described.templates import Beyond, all_beyond, beyond_template, is_template
from .._model.loosening import Leave
from .._model.text import first_line
from .._planning.authority import SERVICES_MAY, Authority
from .._running import core

Resolve = t.Callable[[object], object]

# what only Ansible can read: templates, and tags such as !vault
ANSIBLES = re.compile(r"\{\{|\{%|\{#|#jinja2:|(?:^|[\s\[{,])![A-Za-z!<]", re.MULTILINE)


def by_ansible(templar: t.Any) -> Resolve:
    """What resolves the templates of a document's values. LookupError says why one cannot be."""

    def resolve(value: t.Any) -> t.Any:
        try:
            return core.resolved(templar, value) if not isinstance(value, str) or ANSIBLES.search(value) else value
        except AnsibleError as exc:
            raise LookupError(first_line(exc)) from None

    return resolve


def in_sandbox(templar: t.Any) -> Resolve:
    """The same of a service file, whose templates have been judged. A vaulted value is a text, whatever stands in it."""

    def resolve(value: t.Any) -> t.Any:
        if not isinstance(value, str):
            try:
                return "".join(str(value))
            except AnsibleError as exc:
                raise LookupError(first_line(exc)) from None
        if not is_template(value) or not core.may_be_template(value):
            return value
        from .._running.sandbox import NotRendered, rendered  # noqa: PLC0415 # long, and many service files have no template

        try:
            return rendered(templar, "".join(value))
        except NotRendered as exc:
            raise LookupError(str(exc)) from None

    return resolve


def beyond(data: object, text: str, name: str) -> tuple[Beyond, ...]:
    """What of a service file would do more than read variables. Refused when it is not YAML."""
    places, _twice = positions(text, name)
    where = Document(name, {}, places, "").where
    return all_beyond(data, where, core.may_be_template)


def service_name(data: object) -> str:
    """The name of the service as it stands in the file; empty where a template makes it, or where there is none."""
    service = data.get("service") if isinstance(data, t.Mapping) else None
    name = service.get("name") if isinstance(service, t.Mapping) else None
    return "".join(name) if isinstance(name, str) and not is_template(name) else ""


def refuse_without_leave(found: t.Sequence[Beyond], organisation: Document, service: str, environment: str) -> None:
    """Refused, unless operations let this service's templates do what those of operations do.

    Its level does not count: what stands in the file decides it, and nothing of the file has been read yet.
    """
    if not found or Authority.of(organisation, service=service, environment=environment).leave("templates") is Leave.GIVEN:
        return
    scoped = f"{SERVICES_MAY}: {{services: {{{service}: [templates]}}}}" if service else f"{SERVICES_MAY}: [templates]"
    advice = (
        "it would run on the controller with operations' rights; make it a variable in group_vars or in the inventory, "
        f"and name that variable here, or have operations allow it in {organisation.name} ({scoped})"
    )
    raise Refused([f"{one}: {advice}" for one in found])


def pattern_of(templar: t.Any, pattern: object, name: str) -> str:
    """The inventory pattern of a service, before anybody knows whether there is an organisation file. AnsibleError."""
    templated = isinstance(pattern, str) and is_template(pattern) and core.may_be_template(pattern)
    what = beyond_template("".join(str(pattern))) if templated else None
    if what:
        raise AnsibleError(f"{name}: service.hosts has {what}: name a variable, or write the pattern itself")
    try:
        return str(in_sandbox(templar)(pattern))
    except LookupError as exc:
        raise AnsibleError(f"{name}: service.hosts: {exc.args[0]}") from None


__all__ = (
    "ANSIBLES",
    "Resolve",
    "beyond",
    "by_ansible",
    "in_sandbox",
    "pattern_of",
    "refuse_without_leave",
    "service_name",
)
