# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_retention: real journals."""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from flowing import Arguments
from journals import Journal, reading
from rows_log_retention import day
from table import Row, World

DAYS = 24.0  # hours


def journal(
    world: World, *settings: str, oldest: float, volatile: bool = False, daily: bool = False, set_up: float = 900.0, **more: t.Any
) -> Arguments:
    """A journal whose oldest entry is so many days old, on a host that was set up so many days ago."""
    made = Journal(world.folder / "root", volatile=volatile)
    made.write("the first", hours_ago=oldest * DAYS)
    for number in range(int(oldest) - 1, 0, -1) if daily else ():
        made.write(f"day {number}", hours_ago=number * DAYS)
    made.write("the last", hours_ago=0.1)
    programs = world.folder / "bin"
    programs.mkdir()
    environ = dict(os.environ)
    reading(made, environ, programs)
    (programs / "stat").write_text(f"#!/bin/sh\necho {int(time.time() - set_up * 86400)}\n")
    (programs / "stat").chmod(0o755)
    world.runner = Runner(environ=environ)
    return {"backend": "journald", "journald_config": made.settings(*settings), "min_retention": "14d", **more}


def as_long_as_asked(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=30day", oldest=29, since=day(400))


def young(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=1month", oldest=3, since=day(3.5))


def as_old_as_the_host(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=1month", oldest=3, set_up=3.2)


def by_size(world: World) -> Arguments:
    return journal(world, "SystemMaxUse=500M", oldest=40, since=day(400))


def too_short(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=1week", oldest=7, since=day(400))


def in_memory(world: World) -> Arguments:
    return journal(world, oldest=30, volatile=True)


def said_to_be_in_memory(world: World) -> Arguments:
    return journal(world, "Storage=volatile", oldest=30)


def kept_nowhere(world: World) -> Arguments:
    return journal(world, "Storage=none", oldest=30)


def vacuumed(world: World) -> Arguments:
    """journalctl --vacuum-time, in somebody's crontab."""
    return journal(world, "MaxRetentionSec=30day", oldest=3, since=day(400))


def vacuumed_and_enough(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=60day", oldest=20, since=day(400))


def longer_than_allowed(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=20day", oldest=300, max_retention="30d")


def young_or_vacuumed(world: World) -> Arguments:
    return journal(world, "MaxRetentionSec=30day", oldest=3)


def of_a_receiver(world: World, oldest: float, *, daily: bool = True) -> Arguments:
    args = journal(world, oldest=oldest, daily=daily)
    folder = next((world.folder / "root").glob("var/log/journal/*"))
    return {**args, "search": str(folder)}


def receiver(world: World) -> Arguments:
    return of_a_receiver(world, 40)


def receiver_of_a_wrong_clock(world: World) -> Arguments:
    """One entry of long ago, and all others of today."""
    return of_a_receiver(world, 40, daily=False)


def young_receiver(world: World) -> Arguments:
    return of_a_receiver(world, 3)


def no_receiver(world: World) -> Arguments:
    return {**of_a_receiver(world, 3), "search": f"{world.folder}/elsewhere"}


class WithoutJournalctl(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "journalctl" else super().which(name)


def no_journalctl(world: World) -> Arguments:
    args = journal(world, oldest=3)
    world.runner = WithoutJournalctl(environ=world.runner.environ)
    return args


ROWS = [
    Row(
        "log_retention",
        "one entry of a receiver is old",
        receiver_of_a_wrong_clock,
        "unknown",
        r"whether it is a young log .*; a few lines are 40 d old, far from all others",
    ),
    Row(
        "log_retention",
        "journald keeps a month",
        as_long_as_asked,
        "pass",
        r"kept for 30 d \(MaxRetentionSec\), the oldest line is 29 d old, 14 d is asked",
    ),
    Row(
        "log_retention",
        "a young journal",
        young,
        "pass",
        r"kept for 30 d 10 h \(MaxRetentionSec\), the oldest line is 3 d old, as the log itself",
    ),
    Row(
        "log_retention",
        "a journal as old as its host",
        as_old_as_the_host,
        "pass",
        r"the oldest line is 3 d old, as the log itself; 14 d is asked",
    ),
    Row(
        "log_retention",
        "a journal that is bounded by its size",
        by_size,
        "pass",
        r"the oldest line is 40 d old, .*; journald deletes by size alone, and how",
    ),
    Row(
        "log_retention",
        "the journals of a receiver",
        receiver,
        "pass",
        r"is 40 d old, lines must be kept for 14 d; the settings of a receiver are not",
    ),
    Row(
        "log_retention",
        "journald keeps a week",
        too_short,
        "fail",
        r"kept for 7 d \(MaxRetentionSec\), they must be for 14 d; the oldest line there is 7 d old",
    ),
    Row(
        "log_retention",
        "the journal is in memory",
        in_memory,
        "fail",
        r"the journal lies in memory and is lost at each restart .*, they must be for 14 d",
    ),
    Row("log_retention", "the journal is said to be in memory", said_to_be_in_memory, "fail", r"lies in memory .*Storage=volatile"),
    Row("log_retention", "journald keeps nothing", kept_nowhere, "fail", r"Storage=none: journald keeps nothing"),
    Row(
        "log_retention",
        "somebody vacuums the journal",
        vacuumed,
        "fail",
        r"the oldest line is 3 d old, and it has been written for 40\d d.* something deletes",
    ),
    Row(
        "log_retention",
        "a journal older than it may be",
        longer_than_allowed,
        "fail",
        r"lines of 300 d ago are there, they may be kept for 30 d at most",
    ),
    Row(
        "log_retention",
        "somebody vacuums the journal, and enough is left",
        vacuumed_and_enough,
        "warn",
        r"the oldest line is 20 d old, and it has been",
    ),
    Row(
        "log_retention",
        "a young journal, or one that somebody vacuums",
        young_or_vacuumed,
        "warn",
        r"3 d old: it is a young log .* or something deletes",
    ),
    Row(
        "log_retention",
        "young journals of a receiver",
        young_receiver,
        "unknown",
        r"3 d old.* whether it is a young log or lines are deleted cannot be told",
    ),
    Row("log_retention", "no journals of a receiver", no_receiver, "unknown", r"is no folder: a journal was expected there"),
    Row("log_retention", "there is no journalctl", no_journalctl, "unknown", r"journalctl is not installed"),
]
