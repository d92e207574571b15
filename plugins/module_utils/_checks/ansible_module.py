# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any Ansible module whose result must meet conditions. Runs in the action, over the connection to the host. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._argspec import Spec
from .._finding import CannotObserve, Finding, Measurement, failed
from .._message import lines_of, one_line
from .._phrase import Message, phrase, plural, verbatim
from . import _condition
from ._condition import Condition, NotACondition, Path
from ._judgement import Judgement

WHERE = "action"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    "module": {"type": "str", "required": True},
    "arguments": {"type": "dict", "default": {}, "aliases": ["args"]},
    # raw: a list made of a text would be split at its commas
    "expect": {"type": "raw", "default": ["not result.changed"]},
    "read_only": {"type": "bool", "default": False},
    "no_log": {"type": "bool", "default": False},
}
UNCHANGED = "not result.changed"

# what a module says when it never got to look: how it was called, or what the host lacks
_NOT_RUN = re.compile(
    r"Unsupported parameters for|Invalid options for|missing required arguments:|missing parameter\(s\) required by"
    r"|value of \S+ must be one( or more)? of|argument '?\S+'? is of type|Elements value for option"
    r"|parameters are mutually exclusive:|one of the following is required:|parameters are required together:"
    r"|.+ but (any|all) of the following are missing:"
    r"|Failed to import the required Python (library|module)|(Task failed: )?Module failed: |Module result deserialization failed"
    r"|The module interpreter |MODULE FAILURE"
)


class Arguments(t.TypedDict):
    module: str
    arguments: dict[str, object]
    expect: object
    read_only: bool
    no_log: bool
    timeout: float


class NotEvaluated(Exception):
    """A condition that has no answer. The message says why."""


class Playing(t.Protocol):
    """What the action hands in: Ansible itself."""

    def perform(self, module: str, arguments: dict[str, object], *, check_mode: bool, no_log: bool) -> dict[str, object]:
        """The result of a module, as plain data. CannotObserve."""

    def holds(self, condition: str, result: dict[str, object]) -> bool:
        """Whether a condition is true of a result. NotEvaluated."""


def conditions(given: object) -> list[str]:
    """What is given as ``expect``, each a text; nothing of what is neither a text nor a list."""
    return [given] if isinstance(given, str) else list(given) if isinstance(given, (list, tuple)) else []


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything runs."""
    given = args["expect"]
    texts = conditions(given)
    if not isinstance(given, (str, list)) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        return ["expect: expected a condition, or a list of them, each a text such as result.status == 200"]
    if not _condition.HAS_JINJA:
        return ["expect: conditions are read with the Python library Jinja2, on the controller"]
    found = []
    for text in texts:
        try:
            _condition.parse(text)
        except NotACondition as exc:
            found.append(f"expect: {exc}")
    return found


def run(args: Arguments, runner: Playing) -> Finding:
    wanted = [_condition.parse(text) for text in conditions(args["expect"])]
    result = runner.perform(args["module"], args["arguments"], check_mode=not args["read_only"], no_log=args["no_log"])
    return judge(args, wanted, result, runner.holds)


def judge(
    args: Arguments,
    conditions: t.Sequence[Condition],
    result: dict[str, object],
    holds: t.Callable[[str, dict[str, object]], bool],
) -> Finding:
    """What the result of a module means. CannotObserve where it has not looked."""
    name, hidden = str(args["module"]), bool(args["no_log"])
    result = {"changed": False, "failed": False, "skipped": False, **result}
    said = phrase("its answer is hidden (no_log)") if hidden else _said(result)
    if result["skipped"] and not any(condition.about_skipping for condition in conditions):
        if args["read_only"]:
            raise CannotObserve(phrase("{module} did not run: {said}", module=name, said=said))
        raise CannotObserve(
            phrase(
                "{module} cannot run in check mode ({said}): if it changes nothing with these arguments, say read_only: true; "
                "else name another",
                module=name,
                said=said,
            )
        )
    if result["failed"] and not_run(result):
        raise CannotObserve(phrase("{module} could not run: {said}", module=name, said=said))
    if result["failed"] and not any(condition.about_failure for condition in conditions):
        return failed(phrase("{module} failed: {said}", module=name, said=said))
    judgement = Judgement()
    for number, condition in enumerate(conditions, start=1):
        try:
            if holds(condition.text, result):
                continue
        except NotEvaluated as exc:
            judgement.unseen.append(_not_evaluated(number, len(conditions)) if hidden else _no_answer(condition, exc))
            continue
        if condition.text == UNCHANGED and not args["read_only"]:
            judgement.fails.append(_would_change(name, None if hidden or not result.get("msg") else said))
        else:
            judgement.fails.append(_not_met(number, len(conditions)) if hidden else _against(condition, result))
    if hidden:
        return judgement.finding(_meets(name, len(conditions)), observed={"module": name}, expected={"conditions": len(conditions)})
    reads = tuple(dict.fromkeys(path for condition in conditions for path in condition.reads))
    return judgement.finding(
        _good(args, conditions, reads, result),
        observed={"module": name, "check_mode": not args["read_only"], "values": _values(reads, result)},
        expected={"conditions": [condition.text for condition in conditions]},
        measurements=_measurements(conditions, result),
    )


def _not_evaluated(number: int, count: int) -> Message:
    return phrase("condition {number:number} of {count:number} cannot be evaluated", number=number, count=count)


def _no_answer(condition: Condition, why: NotEvaluated) -> Message:
    return phrase("{condition} cannot be evaluated: {reason}", condition=condition.text, reason=str(why))


def _would_change(module: str, said: Message | None) -> Message:
    if said is None:
        return phrase("{module} would change something", module=module)
    return phrase("{module} would change something: {said}", module=module, said=said)


def _not_met(number: int, count: int) -> Message:
    return phrase("condition {number:number} of {count:number} is not met", number=number, count=count)


def _against(condition: Condition, result: dict[str, object]) -> Message:
    values = _values_said(condition.reads, result)
    if not values:
        return phrase("{condition} is not met", condition=condition.text)
    return phrase("{condition} is not met: {values:list}", condition=condition.text, values=values)


def not_run(result: t.Mapping[str, object]) -> bool:
    """Whether a failed module never got to look: it broke, was called wrongly, or lacks something on the host."""
    unparsed = result.get("_ansible_parsed") is False or "module_stderr" in result or "module_stdout" in result
    return unparsed or bool(_NOT_RUN.match(str(result.get("msg", ""))))


def _said(result: t.Mapping[str, object]) -> Message:
    """What a module says of itself, in a line."""
    message = str(result.get("msg") or "")
    stderr = str(result.get("module_stderr") or result.get("stderr") or "").strip()
    lines = lines_of(message, 500)
    last = one_line(stderr.splitlines()[-1], 500) if stderr else ""
    text = f"{lines[0].rstrip('.')}: {last}" if lines and last and last not in lines[0] else lines[0] if lines else last
    code = result.get("rc")
    if isinstance(code, int) and code:
        text = f"{text} (rc {code})" if text else f"rc {code}"
    return verbatim(text) if text else phrase("it does not say why")


def _good(args: Arguments, conditions: t.Sequence[Condition], reads: t.Sequence[Path], result: dict[str, object]) -> Message:
    name = args["module"]
    if [condition.text for condition in conditions] == [UNCHANGED] and not args["read_only"]:
        return phrase("{module} would change nothing", module=name)
    values = _values_said(reads, result)
    if not values:
        return _meets(name, len(conditions))
    return plural(
        "{module} meets the condition: {values:list}",
        "{module} meets all {count:number} conditions: {values:list}",
        count=len(conditions),
        module=name,
        values=values,
    )


def _meets(module: str, count: int) -> Message:
    return plural("{module} meets the condition", "{module} meets all {count:number} conditions", count=count, module=module)


def _values_said(paths: t.Sequence[Path], result: dict[str, object]) -> list[Message]:
    said = []
    for path in paths[:5]:
        name = _condition.written(path)
        try:
            said.append(phrase("{expression} is {value}", expression=name, value=_condition.shown(_condition.value_of(result, path))))
        except KeyError:
            said.append(phrase("there is no {expression}", expression=name))
    return said


def _values(paths: t.Sequence[Path], result: dict[str, object]) -> dict[str, object]:
    """The values that were read, numbers and truth as they are, others as they are shown."""
    found: dict[str, object] = {}
    for path in paths[:20]:
        try:
            value = _condition.value_of(result, path)
        except KeyError:
            continue
        found[_condition.written(path)] = value if isinstance(value, (bool, int, float, type(None))) else str(_condition.shown(value))
    return found


def _measurements(conditions: t.Sequence[Condition], result: dict[str, object]) -> list[Measurement]:
    found: dict[str, Measurement] = {}
    for path, bound, limit in (limit for condition in conditions for limit in condition.limits):
        try:
            value = _condition.value_of(result, path)
        except KeyError:
            continue
        name = re.sub(r"[^a-z0-9]+", "_", "_".join(map(str, path)).lower()).strip("_")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.setdefault(name, Measurement(name, float(value), limit, bound))
    return list(found.values())


__all__ = (
    "ARGUMENT_SPEC",
    "TIMEOUT",
    "UNCHANGED",
    "WHERE",
    "NotEvaluated",
    "conditions",
    "judge",
    "not_run",
    "problems",
    "run",
)
