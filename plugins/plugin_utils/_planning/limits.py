# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of planned checks that lie further out than what stands above them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._argspec import secret_options
from ...module_utils._phrase import Message, phrase
from ...module_utils._registry import CHECKS, load_check
from ...module_utils._units import parse_comparison, parse_duration, parse_size
from .._described.declarations import Defaults, SharedFile
from .._described.document import NotResolved, dotted, unresolved
from .._described.policy import LEVELS, Rule
from .._described.service import Description
from .._model.planned import PlannedCheck
from .remarks import Remarks

# options of checks by what makes them looser
HIGHER = ("deadline", "evaluated_within", "failure_limit", "lookback", "max_", "size_deviation")
LOWER = ("horizon", "min_", "percentile", "samples", "verify_max_bytes")
COMPARISONS = ("disk", "file_descriptors", "inodes", "memory")
ANY_CHANGE = ("fail_when", "pass_when", "warn_when")
MUST_STAY_TRUE = ("check_links", "checksum", "enabled", "executed_by_other", "owner_required", "restart_policy", "validate_certs")
MUST_STAY_FALSE = ("allow_skipped", "local")
NOT_SHORTER = ("families", "login_page", "moving", "not_body", "required_annotations", "required_labels", "sections", "soft_404")
NOT_LONGER = ("ignore_links", "may_be_absent")
WORST_FIRST: t.Mapping[str, tuple[str, ...]] = {
    "kind": ("auto", "standby"),
    "no_data": ("fail", "unknown", "pass"),
    "verify": ("auto", "none"),
}
INSTRUMENTS = ("binary", "logrotate_config", "logrotate_state")  # what a check believes
_NONE = object()


class Above(t.NamedTuple):
    """What stands above an option, and who says it."""

    value: object
    origin: Message


def is_looser(option: str, above: object, below: object) -> bool:
    """Whether an option of a check is looser than what stands above it; what is no limit never is."""
    if above == below or below is None:
        return False
    if option in COMPARISONS:
        return _is_wider(above, below)
    if option in ANY_CHANGE:
        return above is not None
    if option in MUST_STAY_TRUE:
        return above is True and below is False
    if option == "status":
        return bool(_of_servers_that_fail(below) - _of_servers_that_fail(above))
    if option in MUST_STAY_FALSE:
        return above is False and below is True
    if option in NOT_SHORTER:
        return bool(_texts(above) - _texts(below))
    if option in NOT_LONGER:
        return bool(_texts(below) - _texts(above))
    if option in WORST_FIRST:
        order = WORST_FIRST[option]
        return below in order and above in order and order.index(str(below)) > order.index(str(above))
    numbers = _amounts(above, below)
    if numbers is None:
        return False
    if option.startswith(HIGHER):
        return numbers[1] > numbers[0]
    return option.startswith(LOWER) and numbers[1] < numbers[0]


def is_tighter(option: str, above: object, below: object) -> bool:
    """Whether an option is a limit, and stricter than what stands above it."""
    return not is_looser(option, above, below) and is_looser(option, above=below, below=above)


def _of_servers_that_fail(codes: object) -> set[str]:
    """HTTP statuses with which a server says that it cannot answer."""
    return {text for text in _texts(codes if isinstance(codes, (list, tuple)) else [codes]) if text.startswith("5")}


def _texts(value: object) -> set[str]:
    return {str(item) for item in value} if isinstance(value, (list, tuple)) else set()


def _amounts(above: object, below: object) -> tuple[float, float] | None:
    """Both as numbers of one unit; None where they are not."""
    for read in (_share, parse_duration, parse_size):
        try:
            return float(read(t.cast("str", above))), float(read(t.cast("str", below)))
        except (TypeError, ValueError):
            continue
    return None


def _share(value: object) -> float:
    text = str(value).strip()
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def _is_wider(above: object, below: object) -> bool:
    try:
        wanted, given = parse_comparison(str(above)), parse_comparison(str(below))
    except ValueError:
        return False  # the check's own options say what is wrong
    if wanted.bound is None or wanted.bound != given.bound:
        return True
    if wanted.value == given.value:
        return wanted.operator in ("<", ">") and given.operator in ("<=", ">=")
    return given.value > wanted.value if wanted.bound == "upper" else given.value < wanted.value


def of_checks(checks: t.Sequence[PlannedCheck], above: Rule | None, description: Description, level: str, remarks: Remarks) -> None:
    """Notes each option of a requirement's checks that is looser than the policy, the organisation or the check itself has it."""
    if above is None or not above.impact.get(level):
        return
    for check in checks:
        if check.gap is not None or check.check not in CHECKS or check.aside:
            continue
        secret = secret_options(load_check(check.check))
        for option, value in check.args.items():
            if option in secret or unresolved({"": value}):
                continue
            found = above_of(option, check.check, above, description, level)
            if option in INSTRUMENTS and value != (found.value if found else None):
                _another_instrument(check, option, above, str(value), description, remarks)
            if option == "enabled" and check.args.get("kind") == "oneshot":
                continue  # what a timer starts is not enabled itself
            if found is not None and is_looser(option, found.value, value):
                key, place = _where(check, option, description)
                remarks.loosen(
                    "limits",
                    key,
                    place,
                    phrase("{requirement:path}: {option:path} is {value}", requirement=above.id, option=option, value=_shown(value)),
                    phrase("{origin} {value}", origin=found.origin, value=_shown(found.value)),
                    requirement=above.id,
                )


def _another_instrument(check: PlannedCheck, option: str, above: Rule, given: str, description: Description, remarks: Remarks) -> None:
    """Notes that what a check believes is of the service's choice: a program in the place of the tool, files that the tool does not read."""
    key, place = _where(check, option, description)
    if not key.startswith("policy.") or _has(description.data, tuple(key.split("."))):
        remarks.loosen(
            "own_proofs",
            key,
            place,
            phrase("{requirement:path} believes {given:path} as {option:path}", requirement=above.id, given=given, option=option),
            phrase("{check:path} asks the tool of its name, as it stands on the host", check=check.check),
            requirement=above.id,
        )


def above_of(option: str, check: str, rule: Rule, description: Description, level: str) -> Above | None:
    """What stands above an option: a bound of the policy, what the organisation says of every such check, else the check's own default."""
    bound = rule.bounds.get(option)
    if isinstance(bound, dict):
        bound = bound.get(level) if set(bound) <= set(LEVELS) else None
    if bound is not None:
        return Above(bound, phrase("the policy's bound is"))
    if option in rule.args:
        return Above(rule.args[option], phrase("the policy says"))
    shared = _of_organisation(option, check, description)
    if shared is not _NONE:
        return Above(shared, phrase("the organisation's file says"))
    spec: t.Mapping[str, t.Mapping[str, object]] = load_check(check).ARGUMENT_SPEC
    default = spec.get(option, {}).get("default")
    return None if default is None else Above(default, phrase("the check's default is"))


_GROUPS: t.Mapping[str, t.Literal["alerts", "runbook", "support"]] = {  # of defaults, by check
    "prometheus_alerts": "alerts",
    "runbook": "runbook",
    "support_chain": "support",
}


def _of_organisation(option: str, check: str, description: Description) -> object:
    shared: SharedFile | None = description.organisation.declared if description.organisation else None
    try:
        given: Defaults = (shared.get("defaults") if shared else None) or {}
        group = t.cast("t.Mapping[str, object]", given.get(_GROUPS[check]) or {}) if check in _GROUPS else {}
        named = {**group, **((given.get("with") or {}).get(check) or {})}
        return named.get(option, _NONE)
    except NotResolved:
        return _NONE  # nobody knows yet what it says


def _where(check: PlannedCheck, option: str, description: Description) -> tuple[str, str]:
    """The key of the service file that says it, and its place."""
    service, data = description.service, description.data
    exception = description.requirements.get(check.requirement) or {}
    if option in (exception.get("with") or {}):
        steps: tuple[str | int, ...] = ("requirements", check.requirement, "with", option)
    elif check.check.endswith("_backup") and option == "max_age" and not _has(data, (*check.path, option)):
        own = (*check.path, "rpo")
        steps = own if _has(data, own) else ("commitments", "pdma" if "pdma" in description.commitments else "rpo")
    elif check.path and _has(data, (*check.path, option)):
        steps = (*check.path, option)
    else:
        below = ("defaults", "with", check.check, option), ("defaults", _GROUPS.get(check.check, ""), option)
        last = ("policy", "requirements", check.requirement, "with", option)
        steps = next((found for found in below if _has(data, found)), last)
    return dotted(steps), service.where(steps)


def _has(data: t.Any, steps: tuple[t.Any, ...]) -> bool:
    for step in steps:
        if not isinstance(data, (dict, list)):
            return False
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)


__all__ = ("Above", "above_of", "is_looser", "of_checks")
