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
from ...module_utils._registry import COMPUTED
from .._described.declarations import Options, RequirementEntry
from .._described.policy import Proof, Rule, load, shipped
from .._described.service import Description
from .derive.instance import Instance
from .empty_proofs import script_of, unwrapped
from .remarks import Remarks

# checks that say nothing by themselves: what they prove lies in what they run
GENERIC = ("ansible_module", "command", "junit", "testinfra")
# what the service declares below this key is a command of its own by the policy's will
OWN_COMMAND = "delivery.rollback_check"
# options that say what a check looks at, not how far out its limits lie
_QUESTION = ("body", "body_pattern", "command", "expect", "json", "module", "must_include", "path", "pattern", "query", "repository", "url")
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
def _shipped() -> dict[str, frozenset[tuple[str, str | None]]]:
    """The proofs of the requirements of the policies that ship."""
    found: dict[str, frozenset[tuple[str, str | None]]] = {}
    for name in shipped():
        for identifier, rule in load(name).rules.items():
            found[identifier] = found.get(identifier, frozenset()) | {(proof.check, proof.source) for proof in rule.proved_by}
    return found


def stand_in(above: Rule | None, entry: RequirementEntry, chosen: Chosen) -> StandIn | None:
    """Whether what was chosen stands in for what the policy above the service names; None where it does not."""
    if above is None or not chosen.instances:
        return None
    check = chosen.instances[0].check
    with_own_question = chosen.proof is None or (bool(chosen.proof.source) and _asks_anew(entry))
    source = None if chosen.proof is None else chosen.proof.source
    if not _names([(proof.check, proof.source) for proof in above.proved_by], check, source, anew=with_own_question):
        return StandIn(own=True)
    ours = _shipped().get(above.id)
    if check in GENERIC and ours is not None and not _names(ours, check, source, anew=with_own_question):
        return StandIn(own=_asks_anew(entry))  # the organisation's will; what it runs may still be the service's
    return None


def _names(proofs: t.Iterable[tuple[str, str | None]], check: str, source: str | None, *, anew: bool) -> bool:
    """Whether one of the proofs is this check: of the same source, or of none where the service gives it a question of its own."""
    wanted = (None, OWN_COMMAND) if anew else (source,)
    return any(name == check and place in wanted for name, place in proofs)


def _asks_anew(entry: RequirementEntry) -> bool:
    return any(option in (entry.get("with") or {}) for option in _QUESTION)


def note(above: Rule | None, rule: Rule, entry: RequirementEntry, description: Description, level: str, remarks: Remarks) -> None:
    """Notes that the service proves a blocker or a major requirement of the policy by a check of its own choice."""
    if above is None or above.impact.get(level) not in ("blocker", "major"):
        return
    check = entry.get("check")
    _refuse_computed(above, rule, check, description, remarks)
    named = [(proof.check, proof.source) for proof in above.proved_by]
    of_rule = [proof.check for proof in rule.proved_by]
    if check:
        explicit = bool(entry.get("with")) or check not in of_rule
        known = _names(named, check, None, anew=True) if explicit else check in of_rule
        key, said = "check", check
    else:
        bent = [proof for proof in rule.proved_by if proof.source and _asks_anew(entry)]
        known = not bent or any(_names(named, proof.check, None, anew=True) for proof in bent)
        key, said = "with", " or ".join(dict.fromkeys(proof.check for proof in bent))
    if known:
        return
    steps = ("requirements", rule.id, key)
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
    "note",
    "stand_in",
    "what_runs",
    "without_secrets",
)
