# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Escalations, dependencies and notification commands of Nagios."""

from __future__ import annotations

import os

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.classic import Key, Period
from ansible_collections.operability.readiness.plugins.module_utils._clients.nagios_telling import (
    Block,
    escalated,
    held_back,
    is_here,
    missing_program,
)

OWN = {"contacts": "alice", "contact_groups": "team"}


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("/bin/true", ""),
        ("/usr/bin/not-there $CONTACTEMAIL$", "/usr/bin/not-there"),
        ('/usr/bin/printf "%b" "a | /x/y; b" | /bin/cat', ""),
        (
            '/usr/bin/printf "%b" "***** Nagios *****" | /usr/bin/not-there -s "** $NOTIFICATIONTYPE$ **" $CONTACTEMAIL$',
            "/usr/bin/not-there",
        ),
        ("LANG=C /usr/bin/not-there", "/usr/bin/not-there"),
        ("$USER1$/notify.sh /not/there", ""),
        ("mail-of-somewhere -s x", ""),
        ("/bin/cat /not/there", ""),
        ("/bin/sh -c 'unbalanced", ""),
        ("", ""),
    ],
)
def test_programs_of_a_command(line: str, missing: str) -> None:
    assert missing_program(line) == missing


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "bob"),
        ({"first_notification": "0"}, "bob"),
        ({"first_notification": "2"}, "alice"),
        ({"escalation_options": "w,r"}, "alice"),
        ({"escalation_options": "c"}, "bob"),
        ({"escalation_period": "night"}, "alice"),
        ({"escalation_period": "24x7"}, "bob"),
    ],
)
def test_who_is_told_first(changes: dict[str, str], told: str) -> None:
    periods = {"night": Period("night", False, False), "24x7": Period("24x7", False, True)}
    block = {"first_notification": "1", "last_notification": "0", "contacts": "bob", **changes}
    assert escalated(OWN, [block], "c", periods)["contacts"] == told


def test_several_escalations_tell_all_of_them() -> None:
    blocks = [{"first_notification": "1", "contacts": "bob"}, {"first_notification": "1", "contacts": "carol", "contact_groups": "ops"}]
    assert escalated(OWN, blocks, "c", {}) == {"contacts": "bob,carol", "contact_groups": "ops"}
    assert escalated(OWN, [], "c", {}) is OWN


@pytest.mark.parametrize(
    ("options", "state", "held"),
    [
        ("w,u,c", {"last_hard_state": "2"}, "which is CRITICAL"),
        ("w,u,c", {"last_hard_state": "0"}, None),
        ("w,u", {"last_hard_state": "2"}, None),
        ("n", {"last_hard_state": "2"}, None),
        ("", {"last_hard_state": "2"}, None),
        ("w,u,c", {"last_hard_state": "0", "current_state": "2"}, None),
        ("p", {"has_been_checked": "0"}, "which is PENDING"),
    ],
)
def test_dependencies(options: str, state: dict[str, str], held: str | None) -> None:
    states: dict[Key, Block] = {("web1", "db"): state}
    block = {"host_name": "web1", "service_description": "db", "notification_failure_options": options}
    said = held_back([block], states, {})
    assert (said is None) == (held is None) and (held or "") in str(said)
    assert held_back([{**block, "service_description": "other"}], states, {}) is None


def test_dependencies_on_hosts() -> None:
    block = {"host_name": "web1", "notification_failure_options": "d,u"}
    assert str(held_back([block], {("web1", ""): {"last_hard_state": "1"}}, {})) == "it depends on web1, which is DOWN"
    assert held_back([block], {("web1", ""): {"last_hard_state": "0"}}, {}) is None


def test_another_process_is_no_nagios() -> None:
    """That of a container has its number there."""
    assert not is_here({"nagios_pid": str(os.getpid())}) and not is_here({}) and not is_here({"nagios_pid": "999999999"})
