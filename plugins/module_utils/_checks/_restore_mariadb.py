# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a backup of MariaDB or MySQL with what it builds on, and prepares it so that a server can start on it. PRIVATE to the collection.

Preparing writes into the folders, so both the full backup and the incremental ones are copied.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil

from .._clients.mariadb_backups import Backup, chain
from .._clients.xbstream import Damaged, NotRead, unpack
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Completed, Runner, unreadable
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._mariadb_chains import Access, about, chains
from ._mariadb_files import own_tables, settings_of, tables_of

_PIECE = 1 << 20
_ZEROS = bytes(_PIECE)
_PACKED = re.compile(r"\.(?:zst|qp|lz4|xbcrypt)$")


def generations(args: Access, runner: Runner) -> list[Generation]:
    """The backups that can be restored with what they build on, newest first. CannotObserve."""
    found = chains(args, runner)
    if not found.whole and found.unseen:
        raise CannotObserve(about(found.unseen[0]))
    made = []
    for backup in reversed(found.whole):
        links = chain(backup, found.whole) or [backup]
        time = dt.datetime.fromtimestamp(backup.time, dt.timezone.utc)
        if backup.unread:  # what is in it is known when it is restored
            made.append(Generation(backup.path, time))
            continue
        written = sum(sum(one.files.values()) for one in links)
        made.append(Generation(backup.path, time, written, own_tables(tables_of(backup))))
    return made


def restore(args: Access, runner: Runner, generation: Generation, target: str) -> Restored:
    """A data folder ``data`` below the target that a server can start on. CannotObserve, RestoreFailed."""
    found = chains(args, runner, until=generation.id)
    backup = next((one for one in found.whole if one.path == generation.id), None)
    links = chain(backup, found.whole) if backup else None
    if not links:
        raise CannotObserve(phrase("{path:path} is not there any more", path=generation.id))
    data = os.path.join(target, "data")
    _brought(links[0], data, runner)
    tool = _tool(links[0], str(args.get("binary") or ""), runner)
    if not (links[0].prepared and len(links) == 1):
        _prepare(links[0], tool, data, None, runner, last=len(links) == 1)
    for number, link in enumerate(links[1:], 1):
        folder = os.path.join(target, f"incremental-{number}")
        _brought(link, folder, runner)
        _prepare(link, tool, data, folder, runner, last=link is links[-1])
        shutil.rmtree(folder, ignore_errors=True)
    files = size = 0
    for folder, _folders, names in os.walk(data):
        files += len(names)
        size += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    return Restored(files, size, database=("mariadb", data))


# -- copying


def _brought(backup: Backup, target: str, runner: Runner) -> None:
    """The files of a backup in a new folder. CannotObserve, RestoreFailed."""
    try:
        os.mkdir(target, 0o700)
        if backup.streamed:
            unpack(backup.path, target, runner)
        else:
            _copied(backup, target, runner)
    except OSError as exc:
        raise CannotObserve(unreadable(str(exc.filename or backup.path), exc)) from None
    except NotRead as exc:
        raise CannotObserve(phrase("{path:path}: {reason}", path=backup.path, reason=exc.message)) from None
    except Damaged as exc:
        raise RestoreFailed(phrase("{path:path}: {reason}", path=backup.path, reason=exc.message)) from None
    _harmless(backup, target)


def _copied(backup: Backup, target: str, runner: Runner) -> None:
    for folder, folders, names in os.walk(backup.path):
        within = os.path.join(target, os.path.relpath(folder, backup.path))
        for name in folders:
            os.makedirs(os.path.join(within, name), mode=0o700, exist_ok=True)
        for name in names:
            source = os.path.join(folder, name)
            if os.path.isfile(source) and not os.path.islink(source):
                _copy(source, os.path.join(within, name), runner)


def _copy(source: str, target: str, runner: Runner) -> None:
    """A copy with holes where there are only zeros, as pages that are packed have them."""
    with open(source, "rb") as read, open(target, "xb") as written:
        while piece := read.read(_PIECE):
            runner.remaining()
            if piece == _ZEROS[: len(piece)]:
                written.seek(len(piece), os.SEEK_CUR)
            else:
                written.write(piece)
        written.truncate()


def _harmless(backup: Backup, folder: str) -> None:
    """CannotObserve for a backup that would be prepared outside of the folder, or that has to be unpacked by its tool first."""
    copied = Backup(folder)
    for name, value in settings_of(copied).items():
        if name.startswith("innodb_") and re.search(r"(?:^|;)\s*(?:/|\.\./|[^;]*/\.\.)", value):
            raise CannotObserve(
                phrase("{path:path} names a place outside of it ({name}): it is not prepared here", path=backup.path, name=name)
            )
    for _folder, _folders, names in os.walk(folder):
        links = [name for name in names if name.endswith(".isl")]
        if links:
            raise CannotObserve(
                phrase(
                    "{path:path} has tables in other folders ({file:path}): it is not prepared here, which could write there",
                    path=backup.path,
                    file=links[0],
                )
            )
        if any(_PACKED.search(name) for name in names):
            raise CannotObserve(
                phrase("{path:path} has files that are packed or encrypted by xtrabackup, which is not undone here", path=backup.path)
            )


# -- preparing


def _tool(backup: Backup, given: str, runner: Runner) -> str:
    """The program that is given, else that of the server's kind."""
    if given and given != "mariadb-backup":
        return given
    if "MariaDB" not in backup.info.get("server_version", "MariaDB") and backup.info.get("tool_name") == "xtrabackup":
        return "xtrabackup"
    return next((name for name in ("mariadb-backup", "mariabackup") if runner.which(name)), "mariadb-backup")


def _prepare(backup: Backup, tool: str, data: str, folder: str | None, runner: Runner, *, last: bool) -> None:
    """Applies the log of a full backup, or an incremental one on it. What the tool says counts, and its code too."""
    words = [tool, "--no-defaults", "--prepare", f"--target-dir={data}"]
    words += [f"--incremental-dir={folder}"] if folder else []
    words += ["--apply-log-only"] if tool == "xtrabackup" and not last else []
    done = runner.run(words, env={"TMPDIR": os.path.dirname(data)}, timeout=86400.0, max_output=64 * 2**20)
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    if done.rc == 0 and any(line.endswith("completed OK!") for line in lines[-3:]):
        return
    reason = _reason(done, lines)
    wanted, here = backup.info.get("tool_version", ""), _version(tool, runner)
    if _series(wanted) != _series(here):
        raise CannotObserve(
            phrase(
                "{tool} {here} on this host could not prepare {path:path}, which {wanted} has made: {reason}",
                tool=tool,
                here=here,
                path=backup.path,
                wanted=wanted,
                reason=reason,
            )
        )
    raise RestoreFailed(phrase("{tool} could not prepare {path:path}: {reason}", tool=tool, path=backup.path, reason=reason))


def _reason(done: Completed, lines: list[str]) -> Message:
    said = next((line for line in lines if re.search(r"\[ERROR\]|[Ee]rror:|Fatal|Can't|can't|got signal", line)), "")
    if said:
        return verbatim(one_line(re.sub(r"^\[\d+\] |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d |\d+ (?=\[ERROR\])", "", said), 300))
    return phrase("it ended with code {code} and did not say that it has completed", code=done.rc)


def _version(tool: str, runner: Runner) -> str:
    done = runner.run([tool, "--version"])
    found = re.search(r"\b(\d+\.\d+\.\d+)", done.stdout + done.stderr)
    return found[1] if found else ""


def _series(version: str) -> str:
    return ".".join(version.split(".")[:2])


__all__ = ("generations", "restore")
