# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong with a log when logrotate last ran, as its service and the journal tell. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._clients import systemd
from .._clients.logrotate import State
from .._clients.rotated_names import Naming
from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from ._rotation_verdict import Verdict

LINES = 2000
_QUOTES = str.maketrans({sign: " " for sign in "\"':,"})


class Names(t.NamedTuple):
    """By what logrotate may name a log when it complains."""

    paths: t.Collection[str]
    naming: Naming  # of its rotated files
    patterns: t.Collection[str] = ()  # of its rule: what is shared is told by them

    def are_in(self, line: str) -> bool:
        line = line.partition(" of '")[0]  # "... script for /var/log/other.log of '/var/log/*.log '" is about the other one alone
        words = line.translate(_QUOTES).split()
        if any(path in words for path in self.paths):
            return True
        if any(self.naming.takes(os.path.normpath(word)) for word in words):
            return True
        return any(pattern in words or (" " in pattern and pattern in line) for pattern in self.patterns)


def judge_last_run(verdict: Verdict, state: State, unit: str, shown: systemd.Properties, names: Names, runner: Runner) -> dict[str, object]:
    """What is observed; nothing where it went well. ``unit``: the service that starts logrotate; ``shown``: what systemd shows of it."""
    if shown.get("ActiveState") != "failed" and shown.get("Result", "success") == "success":
        return {}
    result, code = shown.get("Result", ""), shown.get("ExecMainStatus", "")
    observed: dict[str, object] = {"logrotate_service": unit, "logrotate_result": f"{result} {code}".strip()}
    ended = systemd.parse_time(shown.get("ExecMainExitTimestamp"))
    if ended is not None and state.last_run is not None and state.last_run > ended.timestamp() + 60:
        return observed  # it ran again since
    if (result, code) != ("exit-code", "1"):
        verdict.doubts.append(
            phrase("{unit:path} ended with {result} when it last ran: logrotate does not get through", unit=unit, result=f"{result} {code}")
        )
        return observed
    _judge_words(verdict, unit, _complaints(unit, shown, runner), names)
    return observed


def _judge_words(verdict: Verdict, unit: str, complaints: t.Sequence[str], names: Names) -> None:
    """What it says of other logs is theirs."""
    if not complaints:
        verdict.doubts.append(
            phrase(
                "{unit:path} failed when it last ran, and the journal does not tell with which log: see whether it was this one", unit=unit
            )
        )
        return
    own = [line for line in complaints if names.are_in(line)]
    scripts = [line for line in own if " script for " in line]
    others = [line for line in own if line not in scripts]
    of_state = [line for line in complaints if "state file" in line]
    if others:
        verdict.problems.append(phrase("logrotate could not rotate it when it last ran: {reason}", reason=_short(others[0])))
    elif scripts:
        verdict.problems.append(phrase("a script of its rule failed when logrotate last ran: {reason}", reason=_short(scripts[0])))
    elif of_state:
        verdict.doubts.append(
            phrase("logrotate could not write down what it rotated when it last ran: {reason}", reason=_short(of_state[0]))
        )


def _short(line: str) -> Message:
    return verbatim(first_line(line, "", 300))


def _complaints(unit: str, shown: systemd.Properties, runner: Runner) -> list[str]:
    """What logrotate complained of when it last ran, as the journal has it."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--lines={LINES}", f"--unit={unit}"]
    started = systemd.parse_time(shown.get("ExecMainStartTimestamp"))
    if started is not None:
        command.append(f"--since=@{int(started.timestamp())}")
    try:
        done = runner.run(command, timeout=10.0)
    except CannotObserve:
        return []
    return [line[len("error: ") :] for line in done.stdout.splitlines() if line.startswith("error: ")]


__all__ = ("Names", "judge_last_run")
