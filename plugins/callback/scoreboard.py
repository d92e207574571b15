# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: scoreboard
type: aggregate
short_description: Shows how far the verification is
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
requirements:
  - enabled in configuration, for example C(callbacks_enabled = operability.readiness.scoreboard)
description:
  - While M(operability.readiness.verify) works, says host by host what was found. On a terminal it is one line that is rewritten in place;
    in a log it is a line a host, with what did not pass below it.
  - The checks of a host run in one batch there. Their lines (O(checks)) appear when it has ended, each with the time that it took.
  - Colours are Ansible's - none where C(NO_COLOR) is set or the output is no terminal.
  - Says the verdict of M(operability.readiness.gate) in one line. The table that explains it comes from the gate itself, and needs no
    callback.
options:
  display:
    description:
      - How progress is shown - V(line) rewrites one line in place, V(log) writes a line a host, V(auto) takes V(line) on a terminal.
    type: str
    choices: [auto, line, log]
    default: auto
    ini:
      - section: callback_scoreboard
        key: display
    env:
      - name: OPERABILITY_SCOREBOARD_DISPLAY
  checks:
    description:
      - Whether each check is a line of its own, with its duration, instead of only those that did not pass.
    type: bool
    default: false
    version_added: 0.2.0
    ini:
      - section: callback_scoreboard
        key: checks
    env:
      - name: OPERABILITY_SCOREBOARD_CHECKS
  not_passed:
    description:
      - How many of a host's findings that did not pass are shown below its line. V(0) shows none.
    type: int
    default: 5
    ini:
      - section: callback_scoreboard
        key: not_passed
    env:
      - name: OPERABILITY_SCOREBOARD_NOT_PASSED
"""

import collections
import os
import shutil
import sys
import typing as t

from ansible import constants as C
from ansible.inventory.host import Host
from ansible.playbook.task import Task
from ansible.plugins.callback import CallbackBase
from ansible.utils.color import stringc

from ..plugin_utils._model.text import STATUS_WORDS, as_dict, as_dicts, as_float, as_int, as_list, escape, first_line, shorten
from ..plugin_utils._publish.signs import OPEN, rank, tone
from ..plugin_utils._publish.telling import verdict_words, verified_words
from ..plugin_utils._running.core import Ended

VERIFY = "operability.readiness.verify"
GATE = "operability.readiness.gate"
_ORDER = ("pass", "waived", "warn", "unknown", "fail", "not_applicable", "not_due")
# by status: Ansible's own words for colours, as its configuration has them
_COLOURS = {"pass": "COLOR_OK", "warn": "COLOR_WARN", "unknown": "COLOR_UNREACHABLE", "fail": "COLOR_ERROR"}


def summary(counts: t.Mapping[str, object]) -> str:
    """``12 checks: 10 pass, 1 warn, 1 fail``."""
    numbers = {status: as_int(counts.get(status)) for status in _ORDER}
    total = sum(numbers.values())
    parts = [f"{count} {STATUS_WORDS[status].lower()}" for status, count in numbers.items() if count]
    return f"{total} {'check' if total == 1 else 'checks'}" + (f": {', '.join(parts)}" if parts else "")


def colour_of(counts: t.Mapping[str, object]) -> str:
    """The colour of the worst status among the counts."""
    return _colour(next((status for status in OPEN if as_int(counts.get(status))), "pass"))


def _colour(status: str) -> str:
    return str(getattr(C, _COLOURS[status]))


def _order(item: t.Mapping[str, object]) -> int:
    """What is open first, the worst of it at the beginning."""
    status = item.get("status")
    return rank(status) if status in OPEN else len(_ORDER)


def _seconds(item: t.Mapping[str, object]) -> float | None:
    return as_float(item.get("duration_seconds"))


def _took(item: t.Mapping[str, object] | None) -> str:
    seconds = _seconds(item) if item else None
    if seconds is None:
        return ""
    return f" ({seconds:.1f} s)" if seconds >= 1 or seconds == 0 else f" ({seconds * 1000:.0f} ms)"


def _what(item: t.Mapping[str, object]) -> str:
    return " ".join(escape(item.get(key), 80) for key in ("requirement", "check", "instance") if item.get(key))


class StatusLine:
    """One line at the bottom of a terminal, out of the way before anything else is printed."""

    def __init__(self, stream: t.TextIO) -> None:
        self.stream, self.shown = stream, False
        self.owner = os.getpid()

    def show(self, text: str, colour: str) -> None:
        width = max(20, shutil.get_terminal_size((80, 24)).columns - 1)
        text = shorten(text, width)
        self.stream.write("\r\x1b[K" + stringc(text, colour))  # which knows of NO_COLOR
        self.stream.flush()
        self.shown = True

    def leave(self, *, keep: bool) -> None:
        """Makes room for other output: the line goes, or stays above it."""
        # a forked worker has a copy of this object, but not the terminal
        if self.shown and os.getpid() == self.owner:
            self.stream.write("\n" if keep else "\r\x1b[K")
            self.stream.flush()
            self.shown = False


class CallbackModule(CallbackBase):
    """Follows verify and gate, whatever loops or delegates them."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "operability.readiness.scoreboard"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.line: StatusLine | None = None
        self.limit, self.each = 5, False
        self.begin("")

    def set_options(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().set_options(*args, **kwargs)
        self.limit, self.each = self.get_option("not_passed"), self.get_option("checks")
        display = self.get_option("display")
        if display == "line" or (display == "auto" and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")):
            self.line = StatusLine(sys.stdout)
            self._clear_before_output(self.line)

    def _clear_before_output(self, line: StatusLine) -> None:
        # other callbacks print first, and know nothing of a line that is already there
        original = self._display.display

        def display(*args: t.Any, **kwargs: t.Any) -> t.Any:
            line.leave(keep=self.idle())
            return original(*args, **kwargs)

        self._display.display = display  # type: ignore[method-assign] # there is no other way to be asked first

    def begin(self, phase: str) -> None:
        self.phase, self.service = phase, ""
        self.started: set[str] = set()
        self.done: dict[str, dict[str, object]] = {}
        self.totals: collections.Counter[str] = collections.Counter()

    # the events

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        self.finish()

    def v2_playbook_on_handler_task_start(self, task: Task) -> None:
        self.finish()

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        if _action(task) == VERIFY:
            self.started.add(host.get_name())
            self.progress()

    def v2_runner_on_ok(self, result: object) -> None:
        self.take(Ended.of(result), item=False)

    def v2_runner_on_failed(self, result: object, ignore_errors: bool = False) -> None:
        self.take(Ended.of(result), item=False)

    def v2_runner_item_on_ok(self, result: object) -> None:
        self.take(Ended.of(result), item=True)

    def v2_runner_item_on_failed(self, result: object) -> None:
        self.take(Ended.of(result), item=True)

    def v2_runner_on_skipped(self, result: object) -> None:
        self.started.discard(Ended.of(result).host)

    def v2_runner_on_unreachable(self, result: object) -> None:
        ended = Ended.of(result)
        if _action(ended.task) == VERIFY:
            self.host(ended.host, None, "not reached")

    def v2_playbook_on_stats(self, stats: object) -> None:
        self.finish()

    # what they mean

    def take(self, ended: Ended, *, item: bool) -> None:
        action, data, name = _action(ended.task), ended.result, ended.host
        if action not in (VERIFY, GATE) or (not item and isinstance(data.get("results"), list)):
            return  # the items of a loop have been told already
        if data.get("censored"):
            if action == VERIFY:
                self.host(name, None, "its findings are hidden by no_log")
        elif action == GATE:
            self.verdict(data)
        elif isinstance(seen := data.get("readiness"), dict):
            lost = bool(seen.get("unreachable"))
            self.host(escape(seen.get("host") or name, 120), None if lost else seen, "not reached" if lost else "")
        else:
            self.host(name, None, "no findings: " + first_line(data.get("msg"), "verify did not end", 200))

    def host(self, name: str, seen: dict[str, object] | None, why: str) -> None:
        counts = as_dict(seen.get("counts")) if seen else {}
        if seen:
            self.service, self.phase = escape(seen.get("service"), 80), escape(seen.get("phase"), 20)
            self.totals.update({str(status): as_int(count) for status, count in counts.items()})
        self.done[name] = seen or {}
        checks = as_dicts(seen.get("checks")) if seen and self.each else []
        if self.line and not checks:
            self.progress()
            return
        if self.line:
            self.line.leave(keep=False)  # what it shows is not the last word
        colour = colour_of(counts) if seen else _colour("unknown")
        self._display.display(f"{escape(name, 120)}: {why or summary(counts)}{_took(seen)}", color=colour)
        if checks:
            self.all_checks(checks, seen or {})
        elif seen:
            self.not_passed(as_dicts(seen.get("not_passed")))
        self.progress()

    def all_checks(self, checks: list[dict[str, object]], seen: dict[str, object]) -> None:
        """A line a check, the worst first, then the slowest; what did not pass with its message."""
        said = {_what(item): escape(item.get("message"), 300) for item in as_dicts(seen.get("not_passed"))}
        for item in sorted(checks, key=lambda item: (_order(item), -(_seconds(item) or 0.0))):
            message = f": {said[_what(item)]}" if said.get(_what(item)) else ""
            self.check(item, f"{_what(item)}{_took(item)}{message}")

    def not_passed(self, items: list[dict[str, object]]) -> None:
        rest = sorted((item for item in items if item.get("status") in OPEN), key=_order)
        for item in rest[: self.limit]:
            self.check(item, f"{_what(item)}: {escape(item.get('message'), 300)}")
        if self.limit and len(rest) > self.limit:
            self._display.display(f"  and {len(rest) - self.limit} more")

    def check(self, item: dict[str, object], text: str) -> None:
        status = str(item.get("status"))
        self._display.display(f"  {STATUS_WORDS.get(status, escape(status, 20)):<7} {text}", color=colour_of({status: 1}))

    def progress(self) -> None:
        if self.line:
            self.line.show(self.sentence(), colour_of(self.totals))

    def sentence(self) -> str:
        about = " ".join(part for part in ("readiness", self.service, self.phase) if part)
        waiting = sorted(self.started - set(self.done))
        if not self.done:
            return f"{about}: {len(self.started)} {'host' if len(self.started) == 1 else 'hosts'} at work"
        hosts = f"{len(self.done)} of {len(self.started | set(self.done))} hosts"
        text = f"{about}: {hosts}, {summary(self.totals)}"
        return text + (f"; waiting for {', '.join(waiting[:3])}{' ...' if len(waiting) > 3 else ''}" if waiting else "")

    def finish(self) -> None:
        """The task is over."""
        if self.line:
            self.line.leave(keep=bool(self.done))
        self.begin("")

    def idle(self) -> bool:
        """Whether every host that began has ended: what the line says then is worth keeping."""
        return bool(self.done) and self.started <= set(self.done)

    def verdict(self, data: t.Mapping[str, object]) -> None:
        verdict = data.get("verdict")
        if not isinstance(verdict, str):
            return
        name = escape(data.get("service"), 80)
        text = f"{name + ': ' if name else ''}{verdict_words(data)}"
        if "required" in data:
            # a result says in words how much was loosened, where a record names each
            told = [escape(one, 200) for one in as_list(data.get("loosened")) if isinstance(one, str)]
            text = ", ".join([text, verified_words(data), *told])
        self._display.display(text, color=_colour(tone(verdict)))


def _action(task: object) -> str:
    return str(getattr(task, "resolved_action", None) or getattr(task, "action", ""))
