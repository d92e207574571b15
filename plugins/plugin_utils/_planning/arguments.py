# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the arguments of a planned check, told with the place in the file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._argspec import ArgumentsRefused, parse_arguments
from ...module_utils._registry import CHECKS, load_check
from .._described.document import unresolved
from .._described.service import Description
from .._model.planned import PlannedCheck


def argument_problems(check: PlannedCheck, place: str, places: t.Mapping[str, str]) -> list[str]:
    """What is wrong with the arguments of a check, each with its place: that of the key (``places``) where it stands in the file."""
    later = unresolved(check.args)
    if later:
        return [f"{item.place or place}: {item.path}: {item.reason} ({check.requirement} needs it now)" for item in later]
    if check.call != "run":
        return []
    try:
        parse_arguments(load_check(check.check), check.args)
    except ArgumentsRefused as exc:
        # before the list of what is known: that has every key
        named = [set(re.findall(r"\w+", problem.partition("known here")[0])) for problem in exc.problems]
        where = [next((places[key] for key in places if key in words), place) for words in named]
        return [f"{at}: {check.requirement}: {check.check}: {problem}" for at, problem in zip(where, exc.problems)]
    return []


def module_problems(check: PlannedCheck, place: str, places: t.Mapping[str, str], description: Description) -> list[str]:
    """What is wrong with a module that is to be run: it is not there, or a condition comes from elsewhere than the files."""
    if CHECKS.get(check.check) != "action":
        return []
    found = []
    reason = description.inventory.module_problem(str(check.args["module"]))
    if reason:
        found.append(f"{places.get('module', place)}: {check.requirement}: {check.check}: module: {reason}")
    # a condition is evaluated as a template is: it must not come from a variable, which may hold what a host said
    written = {text for document in (description.service, description.organisation) if document for text in document.conditions}
    if not written.issuperset(load_check(check.check).conditions(check.args.get("expect"))):
        found.append(
            f"{places.get('expect', place)}: {check.requirement}: {check.check}: expect: it comes out of a template; write the condition "
            "itself, variables of the host are known in it by their names"
        )
    return found


__all__ = (
    "argument_problems",
    "module_problems",
)
