# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The delivery of a service: reports, smoke tests, way back, version, what was there before. PRIVATE to the collection. Pure."""

from __future__ import annotations

import glob

from ....module_utils._phrase import phrase
from ..._described.declarations import Command, Delivery, Expectation
from ..._described.document import Refused
from ..._described.service import Description, NotDeclared, NotDue
from .instance import Derivation, Instance, Steps

COMMON_SUITE = "common"  # the name of the smoke suite that ships


def _delivery(description: Description) -> Delivery:
    return description.data.get("delivery") or {}


def _reports(description: Description) -> list[Instance]:
    declared = _delivery(description).get("reports")
    if not declared:
        raise NotDeclared(phrase("delivery.reports is not declared: which reports tell that the tests of this version passed?"))
    version = description.run.version
    out = []
    for index, report in enumerate(declared):
        steps: Steps = ("delivery", "reports", index)
        name = str(report)
        if version is None:
            gap = phrase("the version whose reports are wanted is not given (readiness_version)")
            out.append(Instance("junit", name, path=steps, gap=gap))
            continue
        path = name.replace("{version}", glob.escape(version))
        out.append(Instance("junit", name.replace("{version}", version), {"path": [path], "version": version}, path=steps))
    return out


def _smoke(description: Description) -> list[Instance]:
    delivery = _delivery(description)
    named = delivery.get("smoke") or []
    suites = [str(suite) for suite in (named if isinstance(named, list) else [named])]
    own = [suite for suite in suites if suite != COMMON_SUITE]
    steps: Steps = ("delivery", "smoke" if suites else "expect")
    given = delivery.get("expect")
    expect = [_expectation(description, entry) for entry in (given if isinstance(given, list) else [given] if given else [])]
    if not suites and not expect:
        raise NotDeclared(
            phrase("delivery.smoke is not declared: which tests tell that the service works? (a pytest-testinfra suite, or common)")
        )
    if COMMON_SUITE in suites:
        expect += _declared_expectations(description)
        if not expect:
            raise NotDeclared(
                phrase("delivery.expect is not declared, and no part declares units or ports: what is the common suite to look for?")
            )
    name = ", ".join([*own, *(["common"] if expect else [])])
    if description.run.version is None and "{version}" in str(expect):
        gap = phrase("the version that delivery.expect asks for is not given (readiness_version)")
        return [Instance("testinfra", name, path=steps, gap=gap)]
    args: dict[str, object] = {"hosts": description.part_hosts({})}
    args.update({"suite": own} if own else {})
    args.update({"expect": expect} if expect else {})
    return [Instance("testinfra", name, args, path=steps)]


def _expectation(description: Description, entry: Expectation) -> dict[str, object]:
    """What is expected of the hosts of its pattern, with the version that is deployed."""
    version = description.run.version
    out: dict[str, object] = {key: value for key, value in entry.items() if key != "on" and value}
    for key, named in (("packages", entry.get("packages")), ("versions", entry.get("versions"))):
        if named and version is not None:
            out[key] = {name: _version_expected(str(wanted), version) for name, wanted in named.items()}
    return {**out, "hosts": description.part_hosts({}, entry.get("on"))}


def _version_expected(wanted: str, version: str) -> str:
    """The version that is deployed is this one alone: 1.4.2 is not what is wanted of 1.4."""
    exactly = "==" if wanted == "{version}" else ""
    return exactly + wanted.replace("{version}", version)


def _declared_expectations(description: Description) -> list[dict[str, object]]:
    """What each part says of itself: its units run, and the ports where it is scraped are open."""
    found: list[dict[str, object]] = []
    for part in description.parts.values():
        units = [unit if isinstance(unit, str) else unit["name"] for unit in part.get("units") or []]
        ports = [str(scrape["port"]) for scrape in part.get("scrape") or [] if scrape.get("port")]
        if units or ports:
            named = {"units": units, "ports": ports}
            found.append({**{key: value for key, value in named.items() if value}, "hosts": description.part_hosts(part)})
    return found


def _before_and_after(description: Description) -> list[Instance]:
    run = description.run
    if run.phase != "post":
        raise NotDue(phrase("what was there before the deployment is compared at post"))
    if run.first_deployment:
        raise NotDue(phrase("before the first deployment there was nothing to compare with"))
    if run.scope == "batch":
        raise NotDue(phrase("it is compared once for the whole service, not for a batch of it"))
    return [Instance("baseline", description.name, call="compare")]


def _gate_asked(description: Description) -> list[Instance]:
    if description.run.phase != "post":
        raise NotDue(phrase("whether the gate was asked before the deployment is looked at after it, at post"))
    if description.run.scope == "batch":
        raise NotDue(phrase("it is looked at once for the whole service, not for a batch of it"))
    return [Instance("gate_asked", description.name, call="compare")]


def _command(description: Description, key: str, declared: list[str] | Command, version: str | None = None) -> Instance:
    """A command below ``delivery``: a list, or a mapping with more of the check's options and where it runs."""
    given: Command = {"command": declared} if isinstance(declared, list) else declared
    words = [str(word) if version is None else str(word).replace("{version}", version) for word in given["command"]]
    hosts = tuple(description.part_hosts({}, given.get("on")))
    options = {name: value for name, value in given.items() if name not in ("on", "run_as")}
    return Instance("command", words[0], {**options, "command": words}, hosts, given.get("run_as"), path=("delivery", key))


def _way_back(description: Description) -> list[Instance]:
    declared = _delivery(description).get("rollback_check")
    if not declared:
        raise NotDeclared(phrase("delivery.rollback_check is not declared: which command tells that the way back is there?"))
    return [_command(description, "rollback_check", declared)]


def _version_command(description: Description) -> list[Instance]:
    declared = _delivery(description).get("version_check")
    if not declared:
        raise NotDeclared(phrase("delivery.version_check is not declared"))
    words = declared if isinstance(declared, list) else declared["command"]
    if not any("{version}" in str(word) for word in words):
        place = description.service.where(("delivery", "version_check"))
        raise Refused([f"{place}: delivery.version_check: none of its words has {{version}}, so it cannot know which version is wanted"])
    version = description.version_wanted()
    if version is None:
        gap = phrase("the version that should run is not given (readiness_version)")
        return [Instance("command", str(words[0]), path=("delivery", "version_check"), gap=gap)]
    return [_command(description, "version_check", declared, version)]


DERIVATIONS: dict[str, Derivation] = {
    "baseline": _before_and_after,
    "gate_asked": _gate_asked,
    "command:delivery.rollback_check": _way_back,
    "command:delivery.version_check": _version_command,
    "junit:delivery.reports": _reports,
    "testinfra": _smoke,
}

__all__ = ("DERIVATIONS",)
