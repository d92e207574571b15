# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that stand in for those of the policy: which they are, what they run, what it takes to believe them. PRIVATE. Pure."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from ...module_utils._exchange import public_url
from ...module_utils._message import one_line
from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._registry import CHECKS, COMPUTED, load_check
from .._described.declarations import Options, RequirementEntry
from .._described.policy import Proof, Rule, load, shipped
from .._described.service import Description
from .derive.instance import Instance
from .empty_proofs import script_of, unwrapped
from .limits import is_question
from .remarks import Remarks

# checks that say nothing by themselves: what they prove lies in what they run
GENERIC = ("ansible_module", "command", "junit", "testinfra")
# what the service declares below this key is a command of its own by the policy's will
OWN_COMMAND = "delivery.rollback_check"
_LONGEST = 120
_SECRET = re.compile(r"(?i)([\w-]*(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credentials?|auth)[\w-]*)(\s*[=:]\s*|\s+)(?!-)(\S+)")
_SECRET_OPTION = re.compile(r"(?i)^--?[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credentials?|auth)[\w-]*$")
_USER = re.compile(r"[^\s/@'\"=]+:[^\s/@'\"]+@")


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The instances that prove a requirement, and the proof of the rule behind them: None where the service names a check itself."""

    instances: tuple[Instance, ...]
    proof: Proof | None


@dataclasses.dataclass(frozen=True)
class StandIn:
    """That a requirement is proved by something in place of the policy's checks. ``own``: by the service's choice."""

    own: bool


@functools.cache
def _shipped() -> dict[str, tuple[Rule, ...]]:
    """The requirements of the policies that ship, by name."""
    found: dict[str, tuple[Rule, ...]] = {}
    for name in shipped():
        for identifier, rule in load(name).rules.items():
            found[identifier] = (*found.get(identifier, ()), rule)
    return found


def stand_in(above: Rule | None, rule: Rule, entry: RequirementEntry, chosen: Chosen) -> StandIn | None:
    """Whether what was chosen stands in for what the policy above the service names; None where it does not."""
    if above is None or not chosen.instances:
        return None
    check, explicit = chosen.instances[0].check, chosen.proof is None
    source = chosen.proof.source if chosen.proof else None
    own = _own_question(above, rule, entry, check)
    if not _is_named(above, check, source, own, explicit=explicit):
        return StandIn(own=True)
    ours = _shipped().get(above.id)
    if check in GENERIC and ours and not any(_is_named(one, check, source, own, explicit=explicit) for one in ours):
        return StandIn(own=bool(own))  # the organisation's will; what it runs may still be the service's
    return None


def _is_named(above: Rule, check: str, source: str | None, own: frozenset[str], *, explicit: bool) -> bool:
    """Whether the policy names this check: of the same source, or whatever it is asked where the service has a question of its own."""
    for proof in above.proved_by:
        if proof.check == check and (
            proof.source in (None, OWN_COMMAND) and not own.intersection((*above.args, *proof.args))
            if explicit or own
            else proof.source == source
        ):
            return True
    return False


def is_idle(proof: Proof, description: Description) -> bool:
    """Whether a proof that is asked besides another one has nothing in the service file to look at."""
    if not proof.besides or not proof.source:
        return False
    first, _dot, within = str(proof.source).partition(".")
    declared = description.data.get(first)
    return not (_anywhere(list(description.parts.values()), within.split(".")) if first == "parts" else declared)


def _anywhere(value: object, keys: t.Sequence[str]) -> bool:
    """Whether one of the parts has something under these keys, in whatever item of a list."""
    if isinstance(value, list):
        return any(_anywhere(item, keys) for item in value)
    if not keys:
        return bool(value)
    return isinstance(value, dict) and _anywhere(value.get(keys[0]), keys[1:])


def _own_question(above: Rule, rule: Rule, entry: RequirementEntry, check: str) -> frozenset[str]:
    """The options by which the service says what a check looks at, in place of what it declares or the policy says."""
    options = {"arguments" if name == "args" else name for name in entry.get("with") or {}}  # args is its other name
    if check not in CHECKS or (not options and rule.args == above.args):
        return frozenset()  # without loading the check
    known = {name for name in load_check(check).ARGUMENT_SPEC if is_question(name)}
    given = {*options, *(name for name in known if rule.args.get(name) != above.args.get(name))}
    return frozenset(known.intersection(given))


def note(above: Rule | None, rule: Rule, entry: RequirementEntry, description: Description, level: str, remarks: Remarks) -> None:
    """Notes that the service proves a blocker or a major requirement of the policy by a check of its own choice."""
    if above is None or above.impact.get(level) not in ("blocker", "major"):
        return
    check = entry.get("check")
    _refuse_computed(above, rule, check, description, remarks)
    named = [proof.check for proof in rule.proved_by]
    steps: tuple[str, ...] = ("requirements", rule.id, "check")
    if check and not entry.get("with") and check in named:
        return  # it only picks one of them
    if check:
        if _is_named(above, check, None, _own_question(above, rule, entry, check), explicit=True):
            return
        said = check
    else:
        bent = [
            proof
            for proof in rule.proved_by
            if not is_idle(proof, description)
            and (own := _own_question(above, rule, entry, proof.check))
            and not _is_named(above, proof.check, proof.source, own, explicit=False)
        ]
        if not bent:
            return
        said = " or ".join(dict.fromkeys(proof.check for proof in bent))
        steps = ("requirements", rule.id, "with") if entry.get("with") else ("policy", "requirements", rule.id, "with")
    accepted = list(dict.fromkeys(proof.check for proof in above.proved_by))
    remarks.loosen(
        "own_proofs",
        ".".join(steps),
        description.service.where(steps),
        phrase("{requirement:path} is proved by {check:path} in place of what the policy names", requirement=rule.id, check=said),
        phrase("the policy has it proved by {checks:list}", checks=accepted)
        if accepted
        else phrase("no check of this version proves it: without one it is unknown"),
        requirement=rule.id,
    )


def _refuse_computed(above: Rule, rule: Rule, check: str | None, description: Description, remarks: Remarks) -> None:
    """What the gate computes after a deployment answers no other question: in any other phase the requirement would not be due."""
    known = [proof.check for proof in above.proved_by]
    changed = ("requirements", rule.id, "check") if check else ("policy", "requirements", rule.id, "proved_by")
    for name in [check] if check else [proof.check for proof in rule.proved_by]:
        if name in COMPUTED and name not in known:
            remarks.problems.append(
                f"{description.service.where(changed)}: {'.'.join(changed)}: {name} compares what was there before a deployment; "
                f"it does not prove that {rule.title}"
            )


# -- what is run


def what_runs(instance: Instance) -> Message:
    """What a stand-in runs, without secrets: the words of a command, the module, the files."""
    args = instance.args
    if instance.check == "command":
        return verbatim(_words(args.get("command")))
    if instance.check == "ansible_module":
        return phrase("the module {module:path}", module=str(args.get("module")))
    if instance.check in ("junit", "testinfra"):
        files = args.get("path") if instance.check == "junit" else args.get("suite")
        named = [one_line(public_url(str(item)) if "://" in str(item) else item) for item in files] if isinstance(files, list) else []
        return phrase("{check:path} of {files:list}", check=instance.check, files=named or [str(instance.instance)])
    return phrase("the check {check:path}", check=instance.check)


def _words(command: object) -> str:
    shown: list[str] = []
    hidden = False
    for word in command if isinstance(command, list) else []:
        text = one_line(word)
        shown.append("..." if hidden else without_secrets(text))
        hidden = bool(_SECRET_OPTION.match(text))
    return one_line(" ".join(shown), _LONGEST)


def without_secrets(text: str) -> str:
    """A word of a command as it may be shown."""
    return _USER.sub("...@", _SECRET.sub(r"\1\2...", text))


# -- seen failing


def failing_arguments(entry: RequirementEntry, args: Options) -> Options | None:
    """The arguments with which the same check must fail (``proven_by_failure``); None where none are given."""
    given = entry.get("proven_by_failure")
    if not given:
        return None
    command = {"command": given["command"]} if given.get("command") else {}
    return {**args, **(given.get("with") or {}), **command}


def failure_problem(check: str, args: Options, failing: Options) -> str | None:
    """Why a run with these arguments proves nothing of the check: it is another program, or the same run."""
    if failing == args:
        return "it has the same arguments as the check itself; name some with which it must fail"
    if check == "command" and _program(failing.get("command")) != _program(args.get("command")):
        return "it runs another program than the check; name other arguments of the same one, with which it must fail"
    if check == "ansible_module" and failing.get("module") != args.get("module"):
        return "it runs another module than the check; name other arguments of the same one, with which it must fail"
    if check == "ansible_module" and failing.get("expect") != args.get("expect"):
        return "it expects something else than the check; name other arguments of the module, with which it must fail"
    return None


def _program(command: object) -> list[str]:
    """The program of a command, with the script of an interpreter that is given one."""
    words = unwrapped([str(word) for word in command]) if isinstance(command, list) else []
    script = script_of(words)
    return words[:1] if script is None else [words[0], script]


__all__ = (
    "GENERIC",
    "Chosen",
    "StandIn",
    "failing_arguments",
    "failure_problem",
    "is_idle",
    "note",
    "stand_in",
    "what_runs",
    "without_secrets",
)
