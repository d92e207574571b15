# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the newest backup of MariaDB or MySQL to the end and compares its checksums. PRIVATE to the collection.

Data files with innochecksum; of a stream each part with the checksum that goes with it; of an incremental backup the lists of its pages.
"""

from __future__ import annotations

import re

from .._clients.innodb_files import DOUBLEWRITE
from .._clients.mariadb_backups import Backup
from .._finding import CannotObserve, Measurement
from .._message import first_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Completed, Runner, unreadable
from ._backup_proofs import Share, Verified
from ._mariadb_chains import LARGEST, Access, about, chains
from ._mariadb_files import faults, lost_page, settings_of, system_files

TOOL = "innochecksum"
_SHOWN = 5
_PACKED = re.compile(r"\.(?:zst|qp|lz4|xbcrypt)$")


def verify(args: Access, runner: Runner, share: Share) -> Verified:
    """The newest backup that can be restored, and what it builds on. CannotObserve."""
    found = chains(args, runner)
    newer = [one for one in found.incomplete if one.damaged and (not found.newest or one.time > found.newest[-1].time)]
    damages = [about(one) for one in newer[:_SHOWN]]
    if not found.newest and damages:
        shown = phrase("no backup is whole")
        return Verified(shown, damages=damages, observed={"backup": newer[0].path})
    if not found.newest:
        raise CannotObserve(_nothing(found.unseen + found.baseless + found.incomplete), absent=not found.all)
    verified = Verified(verbatim(""))
    verified.damages += damages
    count = size = 0
    for backup in found.newest:
        try:
            verified.damages += [phrase("{path:path}: {reason}", path=backup.path, reason=said) for said in faults(backup, runner)]
        except OSError as exc:
            verified.unseen.append(unreadable(str(exc.filename or backup.path), exc))
            continue
        if backup.streamed:  # it was read to its end to be chosen
            count, size = count + 1, size + backup.size
            if backup.size > (args.get("verify_max_bytes") or LARGEST):
                verified.unseen.append(
                    phrase("{path:path} is too large to be read with its checksums (verify_max_bytes)", path=backup.path)
                )
            continue
        files, packed = _mine(backup, share)
        if packed:
            verified.unseen.append(_cannot_read(backup, packed))
        try:
            if files:
                _fitting(backup, runner)
            for name in files:
                if _sound(backup, name, runner, verified):
                    _all_there(backup, name, verified)
                count, size = count + 1, size + backup.files[name]
        except CannotObserve as exc:  # what was found before stays
            verified.unseen.append(exc.message)
    verified.read = _read(count, size, share, found.newest[-1])
    verified.measurements = [Measurement("verified_bytes", size)]
    verified.observed = {"backup": found.newest[-1].path, "files": count, "bytes": size}
    return verified


def _nothing(there: list[Backup]) -> Message:
    if there:
        return phrase("no backup is complete, so none is verified: {backup}", backup=about(there[0]))
    return phrase("there is no backup of mariadb-backup or xtrabackup to verify")


def _read(count: int, size: int, share: Share, newest: Backup) -> Message:
    if share.of <= 1:
        return plural(
            "{count:number} file of {path:path} ({size:bytes}) was read to its end",
            "{count:number} files of {path:path} ({size:bytes}) were read to their end",
            count=count,
            path=newest.path,
            size=size,
        )
    return plural(
        "{count:number} file of {path:path} ({size:bytes}) was read to its end, part {number:number} of {parts:number}",
        "{count:number} files of {path:path} ({size:bytes}) were read to their end, part {number:number} of {parts:number}",
        count=count,
        path=newest.path,
        size=size,
        number=share.number,
        parts=share.of,
    )


def _mine(backup: Backup, share: Share) -> tuple[list[str], int]:
    """The data files of this part; how many of all are packed or encrypted by xtrabackup."""
    system = system_files(settings_of(backup))
    packed = sum(bool(_PACKED.search(name)) for name in backup.files)
    files = sorted(name for name, size in backup.files.items() if size and (name in system or name.endswith((".ibd", ".new"))))
    return [name for number, name in enumerate(files) if number % share.of == share.number - 1], packed


def _cannot_read(backup: Backup, packed: int) -> Message:
    return plural(
        "{path:path}: {count:number} file is packed or encrypted by xtrabackup, which is not undone here",
        "{path:path}: {count:number} files are packed or encrypted by xtrabackup, which is not undone here",
        count=packed,
        path=backup.path,
    )


def _fitting(backup: Backup, runner: Runner) -> None:
    """CannotObserve where the tool is that of the other server: neither knows the other's pages."""
    said = runner.run([TOOL, "--help"]).stdout
    server = backup.info.get("server_version", "")
    if ("MariaDB" in said) != ("MariaDB" in server):
        raise CannotObserve(
            phrase(
                "{tool} on this host is not that of the server that was backed up ({version}): it does not know its pages",
                tool=TOOL,
                version=server or "?",
            )
        )


def _sound(backup: Backup, name: str, runner: Runner, verified: Verified) -> bool:
    """One data file; of the system's first one all but the pages in which others were written twice."""
    path = f"{backup.path.rstrip('/')}/{name}"
    parts = [["-e", str(DOUBLEWRITE[0] - 1)], ["-s", str(DOUBLEWRITE[1] + 1)]] if name == "ibdata1" else [[]]
    for part in parts:
        done = runner.run([TOOL, *part, path], timeout=3600.0)
        page = re.search(r"Fail: page::? ?(\d+) invalid", done.stdout + done.stderr)
        if page:
            verified.damages.append(phrase("{path:path} is damaged: page {page} does not agree with its checksum", path=path, page=page[1]))
            return False
        if done.rc != 0:
            verified.unseen.append(phrase("{path:path} cannot be verified: {reason}", path=path, reason=_reason(done)))
            return False
    return True


def _all_there(backup: Backup, name: str, verified: Verified) -> None:
    """Pages of zeros agree with their checksum; those in use must be there."""
    path = f"{backup.path.rstrip('/')}/{name}"
    try:
        lost = lost_page(backup, name)
    except OSError as exc:
        verified.unseen.append(unreadable(path, exc))
        return
    if lost:
        verified.damages.append(phrase("{path:path} is damaged: {reason}", path=path, reason=lost))


def _reason(done: Completed) -> Message:
    said = first_line(done.stderr) or first_line(done.stdout)
    return verbatim(said) if said else phrase("{tool} ended with code {code} and gave no reason", tool=TOOL, code=done.rc)


__all__ = ("verify",)
