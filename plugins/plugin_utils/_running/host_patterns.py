# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an inventory pattern that somebody else has written, as Ansible finds them, but with an end. PRIVATE to the collection.

``~`` begins a regular expression in a pattern, and Ansible tries it on each group and host within its own process, where nothing ends it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pathlib
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager, split_host_pattern

from ...module_utils._files import NotWritten, read_within, write_atomically
from ...module_utils._message import one_line
from ...module_utils._patterns import SECONDS, NotSearched, matching

LONGEST = 32_768  # characters of a pattern
TOGETHER = 5 * SECONDS  # for all regular expressions of an action
_SHOWN = 80  # columns of a pattern in a message


class NotAPattern(ValueError):
    """A pattern that has no hosts to be told. The message quotes it and says why."""


class HostPatterns:
    """An inventory, and the patterns that have been asked. ``groups``: the hosts of each group, as the variable has them.

    ``root``: the run's own temporary folder. What did not end there once is not tried again by each worker.
    """

    def __init__(self, loader: t.Any, groups: t.Mapping[str, t.Sequence[str]], root: str | None = None) -> None:
        self._inventory = _Inventory(loader, parse=False)
        for group, hosts in groups.items():
            self._inventory.add_group(group)
            for host in hosts:
                self._inventory.add_host(host, group=group)
        self._known: dict[str, list[str] | NotAPattern] = {}
        self._folder = pathlib.Path(root) / "operability.readiness.patterns" if root else None

    def hosts(self, pattern: str) -> list[str]:
        """The names of the hosts in Ansible's order. NotAPattern."""
        if pattern not in self._known:
            try:
                self._known[pattern] = self._asked(pattern)
            except NotAPattern as exc:
                self._known[pattern] = exc
        found = self._known[pattern]
        if isinstance(found, NotAPattern):
            raise found
        return list(found)

    def _asked(self, pattern: str) -> list[str]:
        refuse_unfit(pattern)
        kept = self._place(pattern) if self._folder and has_expression(pattern) else None
        if kept and (said := _said_before(kept)):
            raise NotAPattern(said)
        try:
            return [str(host.name) for host in self._inventory.get_hosts(pattern=[pattern])]
        except NotSearched as exc:
            said = f"{quoted(pattern)}: {exc}"
            if kept:
                with contextlib.suppress(NotWritten):
                    write_atomically(kept, said.encode(), mode=0o600, make_folder=True, durable=False)
            raise NotAPattern(said) from None
        except AnsibleError:  # a subscript beyond the last host
            return []
        except Exception:  # Ansible is not made for what is none
            raise NotAPattern(f"{quoted(pattern)} is no pattern of hosts") from None

    def _place(self, pattern: str) -> pathlib.Path:
        names = [sorted(self._inventory.groups), sorted(self._inventory.hosts)]
        return t.cast("pathlib.Path", self._folder) / hashlib.sha256(json.dumps([pattern, names]).encode()).hexdigest()


class _Inventory(InventoryManager):
    left = TOGETHER

    def _match_list(self, items: t.Iterable[str], pattern_str: str) -> list[str]:
        if not pattern_str.startswith("~"):
            return t.cast("list[str]", super()._match_list(items, pattern_str))
        if self.left <= 0:
            raise NotSearched(f"the regular expressions of all patterns of hosts took more than {TOGETHER:g} s")
        started = time.monotonic()
        try:
            return matching(pattern_str[1:], list(items), within=min(SECONDS, self.left))
        finally:
            self.left -= time.monotonic() - started


def _said_before(path: pathlib.Path) -> str:
    try:
        return read_within(path).decode()
    except (OSError, UnicodeDecodeError):
        return ""


def refuse_unfit(pattern: str) -> None:
    """NotAPattern for what nobody may give to Ansible, which shows a pattern as it is."""
    if not pattern.isprintable():
        raise NotAPattern(f"{quoted(pattern)} has a character that cannot be shown")
    if len(pattern) > LONGEST:
        raise NotAPattern(f"{quoted(pattern)} has more than {LONGEST} characters: make a group of the inventory of these hosts")


def has_expression(pattern: str) -> bool:
    """Whether a regular expression stands in it."""
    return any(term.lstrip("&!").startswith("~") for term in split_host_pattern(pattern))


def is_more_than_names(pattern: str) -> bool:
    """Whether Ansible may find something wrong with it: names alone, with wildcards or without, are always a pattern."""
    return any(sign in pattern for sign in "~&![")


def quoted(pattern: str) -> str:
    return f"the pattern '{one_line(pattern, _SHOWN)}'"


__all__ = ("HostPatterns", "NotAPattern", "has_expression", "is_more_than_names", "quoted", "refuse_unfit")
