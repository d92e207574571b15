# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether logrotate is told to rotate a log, and why it would not: what concerns this log, not what concerns another. PRIVATE."""

from __future__ import annotations

import typing as t

from .._clients import logrotate_config
from .._clients.log_files import Current
from .._clients.logrotate import Complaint, Declared, Rule
from .._clients.logrotate_config import Block
from .._clients.rotated_names import Naming
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, user_name
from ._rotation_verdict import Verdict


def judge_declaration(
    verdict: Verdict, declared: Declared, block: Block | None, path: str, current: Current, config: str, naming: Naming, runner: Runner
) -> None:
    """CannotObserve when the rule may stand in what this user may not read."""
    paths = {path, current.path}
    rule = declared.rule
    if rule is None:
        if declared.hidden:
            said = phrase(
                "whether logrotate covers {path:path} cannot be seen by {user}: {reason}",
                path=path,
                user=user_name(),
                reason=declared.hidden[0],
            )
            raise CannotObserve(said)
        verdict.problems.append(_not_covered(path, paths, config, declared, runner))
        return
    if declared.skipped:
        reached = current.path in declared.considered and not any(current.path in words for words in declared.skipped)
        if not (reached and path != current.path):
            verdict.problems.append(_left_out(path, current.path, declared.skipped[0].rstrip(".")))
    if declared.beside and block is not None and "sharedscripts" in block.flags:
        verdict.problems.append(
            phrase(
                "logrotate rotates no log of the rule {pattern:path}, whose scripts are shared (sharedscripts): {reason}",
                pattern=rule.pattern,
                reason=declared.beside[0],
            )
        )
    own = _about(declared.invalid, paths, runner)
    if own:
        verdict.doubts.append(phrase("logrotate covers {path:path}, and complains of its rule: {reason}", path=path, reason=own[0].said))
    _judge_pattern(verdict, declared, rule, naming)


def _judge_pattern(verdict: Verdict, declared: Declared, rule: Rule, naming: Naming) -> None:
    again = [log for log in declared.considered if naming.takes(log)]
    if again:
        verdict.doubts.append(
            phrase(
                "the pattern {pattern:path} also takes rotated files, which are rotated again: {file:path}",
                pattern=rule.pattern,
                file=again[0],
            )
        )


def _about(complaints: t.Iterable[Complaint], paths: t.Collection[str], runner: Runner) -> list[Complaint]:
    """The complaints of files that name the log, the reason before the announcement that a file is skipped."""
    known: dict[str, bool] = {}
    found = []
    for one in complaints:
        if one.file is None:
            continue
        if one.file not in known:
            known[one.file] = logrotate_config.names(one.file, paths, runner)
        if known[one.file]:
            found.append(one)
    return sorted(found, key=lambda one: one.said.startswith("found error in"))


def _not_covered(path: str, paths: t.Collection[str], config: str, declared: Declared, runner: Runner) -> Message:
    missing = next((one for one in declared.invalid if one.file == config and not declared.files), None)
    if missing is not None:  # there is no configuration at all
        return phrase(
            "logrotate does not cover {path:path}: no valid rule in {config:path} names it ({reason})",
            path=path,
            config=config,
            reason=missing.said,
        )
    concerned = _about([*declared.ignored, *declared.invalid], paths, runner)
    if concerned:
        return phrase(
            "logrotate does not cover {path:path}: {file:path} names it, but is not in force: {reason}",
            path=path,
            file=str(concerned[0].file),
            reason=concerned[0].said,
        )
    read = [*declared.files, *(str(one.file) for one in declared.ignored)]
    unread = logrotate_config.unread_that_names(config, read, paths, runner)
    if unread is not None:
        return phrase(
            "logrotate does not cover {path:path}: {file:path} names it, but {config:path} does not include it",
            path=path,
            file=unread,
            config=config,
        )
    return phrase("logrotate does not cover {path:path}: no valid rule in {config:path} names it", path=path, config=config)


def _left_out(path: str, real: str, said: str) -> Message:
    if path == real:
        return phrase("logrotate leaves {path:path} out: {reason}", path=path, reason=said)
    return phrase("logrotate leaves {path:path} out: {reason}; the rule must name {target:path}", path=path, reason=said, target=real)


__all__ = ("judge_declaration",)
