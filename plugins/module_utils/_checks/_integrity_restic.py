# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``restic check`` on a share of the data, read by what it says and not by the code it ends with. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import typing as t

from .._clients.restic import DAMAGED, OTHER, Restic, ResticFailed
from .._clients.restic_access import complete, opened
from .._clients.restic_snapshots import select
from .._finding import CannotObserve, Measurement
from .._masking import masked
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Completed, Runner
from ._backup_proofs import Share, Verified
from ._restic_locks import dead_locks

MOST_SHARES = 256  # restic divides its packs by the first byte of their names
MOST_LINES = 20
_DAMAGE = re.compile(
    r"does not match|does not exist|not found in (?:repository|index)|invalid data|ciphertext|wrong hash|truncated|unexpected EOF"
    r"|error for tree|error loading|damaged|incorrect|invalid pack|content hash|is missing"
)
_NO_ACCESS = re.compile(r"permission denied|access denied|403|i/o timeout|connection refused|no such host|unreachable", re.I)
_HARMLESS = re.compile(
    r"not referenced in any index|additional files were found|non-critical|duplicate data|retrying after|unused blob|mixed pack"
)
_READ = re.compile(r"^read group #\d+ of (\d+) data packs \(out of total (\d+) packs", re.M)
_ALL = re.compile(r"^read all data", re.M)


def verify(args: t.Mapping[str, object], runner: Runner, share: Share) -> Verified:
    """Every index, snapshot and tree, and the content of the packs of this share. ResticFailed, CannotObserve."""
    access = complete(args)
    # which paths matter makes no difference here
    asked = opened({**access, "paths": access["paths"] or ["/"]}, runner)
    restic = asked.restic
    try:
        snapshots, _lost = restic.snapshots()
    except ResticFailed as exc:
        if exc.kind != DAMAGED:
            raise
        return Verified(phrase("nothing"), [phrase("the repository is damaged: {reason}", reason=exc.message)])
    number, of = _share(share)
    # restic takes what every run is given as read by itself: --no-lock, --no-cache
    done = restic.run("check", f"--read-data-subset={number}/{of}", check=False)
    verified = judged(restic, done, number, of)
    if not select(snapshots, asked.host, asked.tags):
        verified.absent = True
        verified.damages.append(phrase("{repository:path} holds no snapshot of those that are asked for", repository=restic.shown))
    try:
        verified.warns += dead_locks(restic.locks(), runner.now())
    except CannotObserve as exc:
        verified.warns.append(phrase("the locks of the repository could not be told: {reason}", reason=exc.message))
    size = _bytes(restic, number, of)
    if size is not None:
        verified.measurements.append(Measurement("verified_bytes", size))
    verified.observed.update(repository=restic.shown, snapshots=len(snapshots), share=f"{number}/{of}")
    return verified


def _share(share: Share) -> tuple[int, int]:
    of = max(1, min(share.of, MOST_SHARES))
    return min(of, max(1, -(-share.number * of // max(1, share.of)))), of


def judged(restic: Restic, done: Completed, number: int, of: int) -> Verified:
    """What restic check has said. ResticFailed where it could not begin."""
    # what a line ends in a colon about stands in the next one
    stderr = re.sub(r":[ \t]*\n[ \t]*", ": ", done.stderr)
    lines = [one_line(masked(line.strip()), 300) for line in stderr.splitlines() if line.strip()]
    lines += [one_line(line.strip(), 300) for line in done.stdout.splitlines() if line.lower().startswith(("error", "pack "))]
    telling = [line for line in lines if not _HARMLESS.search(line)]
    damages = [line for line in telling if _DAMAGE.search(line) and not _NO_ACCESS.search(line)]
    unread = [line for line in telling if _NO_ACCESS.search(line)]
    clean = "no errors were found" in done.stdout
    if done.rc != 0 and not damages:
        failed = restic.failed(done)
        if failed.kind != OTHER or not telling:
            raise failed
        if "contains errors" in done.stderr or "returned errors" in done.stderr:
            damages = telling[:1]
        else:
            raise failed
    if not clean and not damages:
        raise CannotObserve(phrase("restic check on {repository:path} did not say what it found", repository=restic.shown))
    verified = Verified(_read(done.stdout, number, of), [_damage(restic, line) for line in dict.fromkeys(damages[:MOST_LINES])])
    verified.unseen += [phrase("not all could be read: {reason}", reason=line) for line in unread[:1]]
    return verified


def _damage(restic: Restic, line: str) -> Message:
    said = verbatim(re.sub(r"^(?:error:? )+|:$", "", line, flags=re.I))
    return phrase("the repository {repository:path} is damaged, restic check says: {reason}", repository=restic.shown, reason=said)


def _read(stdout: str, number: int, of: int) -> Message:
    found = _READ.search(stdout)
    if of == 1 or _ALL.search(stdout):
        return phrase("all indexes and trees, and all data")
    if found:
        return plural(
            "all indexes and trees, and share {number:number} of {of:number} of the data ({count:number} pack of {packs:number})",
            "all indexes and trees, and share {number:number} of {of:number} of the data ({count:number} packs of {packs:number})",
            count=int(found[1]),
            number=number,
            of=of,
            packs=int(found[2]),
        )
    return phrase("all indexes and trees, and share {number:number} of {of:number} of the data", number=number, of=of)


def _bytes(restic: Restic, number: int, of: int) -> int | None:
    """How large the packs of this share are, where they are files of this host."""
    if restic.folder is None:
        return None
    size = 0
    try:
        for folder, _folders, names in os.walk(os.path.join(restic.folder, "data")):
            for name in names:
                if re.fullmatch(r"[0-9a-f]{64}", name) and int(name[:2], 16) % of == number - 1:
                    size += os.stat(os.path.join(folder, name)).st_size
    except OSError:
        return None
    return size


__all__ = ("judged", "verify")
