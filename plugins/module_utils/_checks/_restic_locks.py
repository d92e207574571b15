# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of the next backup with restic, or gives it away: dead locks, open passwords, rights to delete. PRIVATE."""

from __future__ import annotations

import datetime as dt
import os
import socket
import stat
import typing as t

from .._clients.restic import Lock, Restic
from .._finding import isoformat
from .._phrase import Message, phrase
from .._runner import user_name
from ._judgement import Judgement

STALE = 1800.0  # seconds after which a lock that nobody has renewed is dead for restic; it renews its own every five minutes


def dead_locks(locks: t.Sequence[Lock | str], now: dt.datetime) -> list[Message]:
    """Says which locks keep ``restic backup`` out although nobody holds them any longer. Those of work that is being done are none."""
    said = []
    for lock in locks:
        if isinstance(lock, str):
            said.append(phrase("the lock {name} cannot be read: make sure that nothing is running, then run restic unlock", name=lock[:8]))
            continue
        age = (now - lock.time).total_seconds()
        if not lock.exclusive or (age <= STALE and _is_alive(lock)):
            continue
        said.append(
            phrase(
                "a lock that nobody holds any longer (process {pid} of {user} on {host}, {moment:moment}) keeps every backup out: make "
                "sure of it, then run restic unlock",
                pid=lock.pid,
                user=lock.user,
                host=lock.host,
                moment=isoformat(lock.time),
            )
        )
    return said


def _is_alive(lock: Lock) -> bool:
    """Whether its process may still be there: on another host nobody knows."""
    if lock.host != socket.gethostname() or lock.pid <= 0:
        return True
    try:
        os.kill(lock.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def open_password(path: str | None) -> Message | None:
    """Says that the file of the password can be read by everybody."""
    if not path:
        return None
    try:
        mode = os.stat(path).st_mode
        folders = [os.stat(folder).st_mode for folder in _above(os.path.realpath(path))]
    except OSError:
        return None  # restic tells
    if not mode & stat.S_IROTH or not all(folder & stat.S_IXOTH for folder in folders):
        return None
    return phrase(
        "everybody on this host can read the password in {file:path} (mode {mode}): chmod 0600", file=path, mode=f"{stat.S_IMODE(mode):04o}"
    )


def _above(path: str) -> t.Iterator[str]:
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def who_can_delete(restic: Restic, judgement: Judgement) -> None:
    """Whether snapshots can only be added. Nothing is deleted to find out: where only that would tell, it is not known."""
    folder = restic.folder
    if folder is not None:
        if os.access(os.path.join(folder, "snapshots"), os.W_OK):
            judgement.fails.append(
                phrase(
                    "{user} can delete the snapshots in {repository:path}: it is not append-only", user=user_name(), repository=restic.shown
                )
            )
            return
        judgement.unseen.append(
            phrase(
                "{user} cannot write into {repository:path}; whether those who make the backups can delete there shows "
                "when the check runs as they do (run_as)",
                user=user_name(),
                repository=restic.shown,
            )
        )
        return
    if restic.repository.startswith("sftp:"):
        judgement.fails.append(
            phrase("whoever writes to {repository:path} over SFTP can delete there: it is not append-only", repository=restic.shown)
        )
        return
    judgement.unseen.append(
        phrase(
            "whether {repository:path} is append-only cannot be seen without deleting in it: let whoever runs it attest to rest-server "
            "--append-only, an object lock, or rights without deletion",
            repository=restic.shown,
        )
    )


__all__ = ("dead_locks", "open_password", "who_can_delete")
