# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores a backup of pgBackRest into a folder, as a cluster that can be started there and archives nothing. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import shlex

from .._clients.pgbackrest import DAMAGED, Backup, PgBackRest, PgBackRestFailed, Stanza
from .._finding import CannotObserve
from .._message import first_line
from .._phrase import phrase
from .._runner import Runner
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._pgbackrest_access import Access, tool_of

LONGEST = 7 * 86400.0  # seconds; the deadline of the check is what counts
_OF_THE_BACKUP = re.compile(
    r"error restoring|checksum|missing file|manifest|unable to decompress|cipher|backup set .* is not valid|unexpected eof", re.I
)
ARCHIVE_MODE = 12  # the PostgreSQL from which on the tool can switch archiving off


def generations(args: Access, runner: Runner) -> list[Generation]:
    """Complete backups of the cluster as it is now, newest first; of several repositories each. CannotObserve."""
    tool = tool_of(args, runner)
    found = _backups(tool, tool.info())
    return [Generation(_id(backup), backup.stop, backup.size) for backup in found]


def restore(args: Access, runner: Runner, generation: Generation, target: str) -> Restored:
    """Restores into ``target``/data, with tablespaces in ``target``/tablespaces. CannotObserve, RestoreFailed.

    The newest one gets all WAL that there is when it is started, an older one what makes it consistent. The restored settings name this
    pgBackRest and its configuration, so what starts the cluster needs the same rights and environment.
    """
    tool = tool_of(args, runner)
    stanza = tool.info()
    backups = _backups(tool, stanza)
    chosen = next((backup for backup in backups if _id(backup) == generation.id), None)
    if chosen is None:
        raise CannotObserve(phrase("there is no backup {label} any longer", label=generation.id), absent=True)
    data, spaces, own = (os.path.join(target, name) for name in ("data", "tablespaces", "pgbackrest"))
    for folder in (data, spaces, own):
        os.mkdir(folder, 0o700)
    program = runner.which(tool.binary) or tool.binary
    words = [
        f"--pg1-path={data}",
        f"--set={chosen.label}",
        f"--tablespace-map-all={spaces}",
        f"--lock-path={own}",
        f"--recovery-option=restore_command={_fetching(tool, chosen, program, data)}",
        "--no-delta",
    ]
    if chosen is not backups[0]:
        words += ["--type=immediate", "--target-action=promote"]
    if _major(stanza.version) >= ARCHIVE_MODE:
        words.append("--archive-mode=off")
    try:
        tool.run(*words, "restore", repo=chosen.repo, timeout=LONGEST)
    except PgBackRestFailed as exc:
        if exc.kind != DAMAGED and not _OF_THE_BACKUP.search(str(exc.message)):
            raise
        raise RestoreFailed(phrase("backup {label} cannot be restored: {reason}", label=chosen.label, reason=exc.message)) from None
    _never_archives(data)
    files, size = _measured(target)
    if not os.path.exists(os.path.join(data, "PG_VERSION")):
        raise RestoreFailed(phrase("backup {label} was restored, and holds no cluster", label=chosen.label))
    places = {tool.settings().data_directory or "pg1-path": data}
    return Restored(files, size, places, ("postgresql", data))


def _fetching(tool: PgBackRest, chosen: Backup, program: str, data: str) -> str:
    """What the restored cluster fetches its WAL with: of the same repository, one after the other, with nothing left behind."""
    locks = os.path.join(data, "pgbackrest.locks")  # which whoever runs the server may look into, and nobody makes
    words = [program, *tool.options(chosen.repo), f"--pg1-path={data}", f"--lock-path={locks}", "--no-archive-async"]
    return f'{shlex.join(words)} archive-get %f "%p"'


def _never_archives(data: str) -> None:
    """The last word on it, whatever the version: the real repository must not get the WAL of a trial."""
    try:
        with open(os.path.join(data, "postgresql.auto.conf"), "a", encoding="utf-8") as out:
            out.write("\narchive_mode = 'off'\narchive_command = ''\n")
    except OSError as exc:
        raise CannotObserve(
            phrase("archiving of the restored cluster cannot be switched off: {reason}", reason=exc.strerror or str(exc))
        ) from None


def _backups(tool: PgBackRest, stanza: Stanza) -> list[Backup]:
    found = [backup for repository in stanza.repositories for backup in repository.backups]
    if found:
        return sorted(found, key=lambda backup: backup.stop, reverse=True)
    for repository in stanza.repositories:
        if repository.code > 3:
            raise CannotObserve(
                phrase("the stanza {stanza} cannot be read: {reason}", stanza=stanza.name, reason=first_line(repository.said) or "?")
            )
    return []


def _id(backup: Backup) -> str:
    return backup.label if backup.repo == 1 else f"{backup.label}@repo{backup.repo}"


def _major(version: str) -> int:
    first = version.split(".")[0]
    return int(first) if first.isdecimal() else 0


def _measured(folder: str) -> tuple[int, int]:
    files, size = 0, 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            about = os.lstat(os.path.join(place, name))
            files, size = files + 1, size + about.st_size
    return files, size


__all__ = ("generations", "restore")
