# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that answers as Nagios plugins do: exit code, text, performance data. PRIVATE to the collection."""

from __future__ import annotations

import os
import signal
import typing as t

from .._argspec import Spec
from .._clients.monitoring_plugin import LINE_LENGTH, parse_perfdata, split_output
from .._finding import CannotObserve, Finding, Status
from .._message import lines_of, shorten
from .._phrase import Message, listed, phrase, plural, verbatim
from .._runner import Completed, Runner, unreadable, user_name

WHERE = "host"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    "command": {"type": "list", "elements": "str", "required": True},
    "chdir": {"type": "path"},
    "environment": {"type": "dict"},
    "secret_environment": {"type": "dict", "no_log": True},
}
LINES = 50

_STATUS = {0: Status.PASS, 1: Status.WARN, 2: Status.FAIL, 3: Status.UNKNOWN}


class Arguments(t.TypedDict):
    command: list[str]
    chdir: str | None
    environment: dict[str, object] | None
    secret_environment: dict[str, object] | None
    timeout: float


def problems(args: Arguments, given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything runs."""
    if isinstance(given.get("command"), str):
        return ["command: expected a list of the command and its arguments, found a text; no shell is there to take it apart"]
    command = args["command"]
    if not command or not command[0].strip():
        return ["command: it is empty"]
    return ["command: it has a character that no argument can have (NUL)"] if any("\0" in word for word in command) else []


def run(args: Arguments, runner: Runner) -> Finding:
    command, folder = list(args["command"]), args["chdir"]
    if folder is not None:
        try:
            os.stat(os.path.join(folder, "."))
        except OSError as exc:
            why = phrase("the command cannot be started there: {why}", why=unreadable(folder, exc))
            raise CannotObserve(why, absent=isinstance(exc, FileNotFoundError)) from None
        if os.sep in command[0]:
            command[0] = os.path.join(folder, command[0])
    reason = not_startable(command[0], runner)
    if reason:
        raise CannotObserve(reason, absent=os.sep in command[0] and not os.path.lexists(command[0]))
    given = {**(args["environment"] or {}), **(args.get("secret_environment") or {})}
    env = {name: str(value) for name, value in given.items()}
    return judge(runner.run(command, cwd=folder, env=env, timeout=3600.0), os.path.basename(command[0]))


def not_startable(program: str, runner: Runner) -> Message | None:
    """Why a command cannot be started, each reason apart; None when it can."""
    if os.sep not in program:
        if runner.which(program):
            return None
        absent = phrase("{program:path} is not installed on this host: it is in no folder of PATH", program=program)
        return listed([absent, phrase("the command and its arguments are a list")]) if " " in program else absent
    try:
        found = os.stat(program)
    except OSError as exc:
        if isinstance(exc, FileNotFoundError):
            return phrase("{program:path} does not exist on this host", program=program)
        return unreadable(program, exc)
    if os.path.isdir(program):
        return phrase("{program:path} is a folder, not a command", program=program)
    if not os.access(program, os.X_OK):
        if not found.st_mode & 0o111:
            return phrase("{program:path} is not executable (chmod +x)", program=program)
        return phrase(
            "{program:path} may not be run by {user}; let the check run as a user who may (run_as, become)",
            program=program,
            user=user_name(),
        )
    return _without_interpreter(program)


def _without_interpreter(program: str) -> Message | None:
    try:
        with open(program, "rb") as handle:
            head = handle.read(256)
    except OSError:
        return None  # a program need not be readable
    if not head.startswith(b"#!"):
        return None
    words = head[2:].partition(b"\n")[0].decode("utf-8", "replace").split()
    if words and not os.path.exists(words[0]):
        return phrase(
            "{program:path} cannot be run: its interpreter {interpreter:path} does not exist", program=program, interpreter=words[0]
        )
    return None


def judge(done: Completed, name: str) -> Finding:
    """The finding of a plugin that has ended."""
    text, long_text, perfdata = split_output(done.stdout)
    stderr = lines_of(done.stderr, LINE_LENGTH)
    lines = [*([text] if text else []), *long_text] or stderr
    said, rest = (lines[0], [*lines[1:], *(stderr if lines is not stderr else [])]) if lines else ("", [])
    observed: dict[str, object] = {"exit_code": done.rc}
    status = _STATUS.get(done.rc, Status.UNKNOWN)
    measurements, missing = parse_perfdata(perfdata)
    if missing:
        observed["no_value"] = missing
    if done.truncated:
        observed["output_cut"] = True
    return Finding(status, _message(done.rc, name, said), observed=observed, measurements=measurements, details=_details(rest))


def _message(rc: int, name: str, said: str) -> Message:
    if rc in _STATUS:
        return verbatim(said) if said else phrase("{program:path} ended with code {code} and said nothing", program=name, code=rc)
    end = strange_end(rc, name)
    if not said:
        return end
    return phrase("{end}; it said: {output}", end=end, output=shorten(said, LINE_LENGTH - len(end)))


def _details(lines: t.Sequence[str]) -> list[Message]:
    kept = [verbatim(line) for line in lines]
    if len(kept) <= LINES:
        return kept
    more = plural("and {count:number} more line", "and {count:number} more lines", count=len(kept) - LINES + 1)
    return [*kept[: LINES - 1], more]


def strange_end(rc: int, name: str) -> Message:
    """What an exit code means that is none of a plugin's."""
    if rc < 0:
        return phrase("{program:path} was ended by the signal {signal}", program=name, signal=_signal(-rc))
    if rc == 126:
        return phrase("{program:path} ended with code {code} (a command could not be executed)", program=name, code=rc)
    if rc == 127:
        return phrase("{program:path} ended with code {code} (a command was not found)", program=name, code=rc)
    if 128 < rc < 128 + signal.NSIG:
        return phrase(
            "{program:path} ended with code {code} (a command in it was ended by the signal {signal})",
            program=name,
            code=rc,
            signal=_signal(rc - 128),
        )
    return phrase("{program:path} ended with code {code} (a plugin ends with 0, 1, 2 or 3)", program=name, code=rc)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "judge", "not_startable", "problems", "run", "strange_end")
