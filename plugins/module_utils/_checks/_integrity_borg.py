# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets borg read and decrypt what it has kept. PRIVATE to the collection.

``borg check --verify-data`` knows no part: it is for everything in a repository on this host. It counts up nonces and rewrites the
configuration, so that of one on another host each archive is read as for a restore, as those of a part are.
"""

from __future__ import annotations

import re
import typing as t

from .._clients.borg import Archive, Borg, BorgFailed
from .._clients.borg_failures import DAMAGED, OTHER, UNEXPECTED, failure, log, plain
from .._finding import CannotObserve, Measurement
from .._masking import masked
from .._message import one_line
from .._phrase import Message, phrase, plural
from .._runner import Completed, Runner
from ._backup_proofs import Share, Verified
from ._borg_access import targets

PATIENCE = 24 * 3600.0  # seconds after which another host's lock is taken for one that was left
MOST_SAID = 20
_ALL_WELL = (  # borg 1.1 says the second in other words
    re.compile("Archive consistency check complete, no problems found"),
    re.compile("(?:Finished full|Completed) repository check, no problems found"),
)
_ORPHANS = re.compile(r"\borphaned objects")  # what no archive has: space that is lost, no data
# what sums up the lines that matter, or tells where a trace follows
_NO_DAMAGE = re.compile(rf"^(?:Archive consistency check complete|(?:Finished|Completed) (?:cryptographic|full|repository)|{UNEXPECTED}$)")
_DAMAGE = re.compile(r"integrity|not found|no such file|missing|corrupt|mismatch|damaged|defect|chunk|manifest", re.IGNORECASE)


def verify(args: t.Mapping[str, object], runner: Runner, share: Share) -> Verified:
    """Reads the share of every repository that is meant. CannotObserve where nothing could be read."""
    found: list[Verified] = []
    for target in targets(args, runner):
        with Borg(runner, target.access) as borg:
            try:
                listing = borg.archives(PATIENCE)
            except BorgFailed as exc:
                if exc.kind != DAMAGED:
                    raise
                read = phrase("the list of the archives of {repository:path}", repository=borg.shown)
                found.append(Verified(read, damages=[exc.message], observed={"repository": borg.shown}))
                continue
            mine = [archive for archive in listing.archives if target.wanted(archive) and not archive.unfinished]
            if not mine:
                said = phrase("the borg repository {repository:path} holds no complete archive to read", repository=borg.shown)
                found.append(Verified(phrase("nothing"), damages=[said], observed={"repository": borg.shown, "archives": 0}))
                continue
            verified = _everything(borg, mine) if share.of <= 1 and borg.local is not None else _part(borg, mine, share)
            verified.warns += borg.left_locks()
            found.append(verified)
    return found[0] if len(found) == 1 else _together(found)


def _together(found: list[Verified]) -> Verified:
    whole = Verified(phrase("{said:sentences}", said=[one.read for one in found]))
    for one in found:
        whole.damages += one.damages
        whole.unseen += one.unseen
        whole.warns += one.warns
    whole.measurements = [Measurement("backup_archives_read", sum(m.value for one in found for m in one.measurements))]
    whole.observed = {"repositories": [one.observed for one in found]}
    return whole


# -- everything


def _everything(borg: Borg, archives: list[Archive]) -> Verified:
    done = borg.read_everything()
    verified = Verified(
        plural(
            "all data of {repository:path}, which holds {count:number} archive",
            "all data of {repository:path}, which holds {count:number} archives",
            count=len(archives),
            repository=borg.shown,
        ),
        measurements=[Measurement("backup_archives_read", len(archives))],
        observed={"repository": borg.shown, "archives": len(archives)},
    )
    lines = log(done.stderr)
    bad = [plain(line.text) for line in lines if line.level in ("ERROR", "CRITICAL") and not _NO_DAMAGE.search(line.text)]
    kind, said = failure(done.stderr)
    verified.warns = [phrase("{repository:path}: {said}", repository=borg.shown, said=line) for line in bad if _ORPHANS.search(line)]
    bad = [line for line in bad if not _ORPHANS.search(line)]
    if bad and (kind == DAMAGED or (kind == OTHER and any(_DAMAGE.search(line) for line in bad))):
        verified.damages = [
            phrase("{repository:path}: {said}", repository=borg.shown, said=one_line(masked(line), 300)) for line in bad[:MOST_SAID]
        ]
    elif bad or done.rc not in (0, 1):
        raise borg.failed(done)
    elif not verified.warns and not all(any(one.match(line.text) for line in lines) for one in _ALL_WELL):
        verified.unseen.append(
            phrase("borg check of {repository:path} did not say that it found no problems: {said}", repository=borg.shown, said=said)
        )
    return verified


# -- a part


def part_of(archives: t.Sequence[Archive], share: Share) -> list[Archive]:
    """The archives of a share: each archive stays in its own, so that all shares together are all archives. Never none of them."""
    mine = [archive for archive in archives if _number(archive) % share.of == share.number % share.of]
    return mine or [archives[share.number % len(archives)]]


def _number(archive: Archive) -> int:
    return int(archive.id[:15], 16) if re.fullmatch("[0-9a-f]{15,}", archive.id) else 0


def _part(borg: Borg, archives: list[Archive], share: Share) -> Verified:
    part = part_of(archives, share)
    read: list[Archive] = []
    verified = Verified(phrase("nothing"))
    for archive in part:
        try:
            done = borg.read_archive(archive)
        except CannotObserve as exc:
            verified.unseen.append(phrase("the archive {name} was not read: {reason}", name=archive.name, reason=exc.message))
            break
        trouble = _trouble(borg, archive, done)
        if trouble is None:
            read.append(archive)
        elif trouble[0]:
            verified.damages.append(trouble[1])
            read.append(archive)
        else:
            verified.unseen.append(trouble[1])
    verified.read = plural(
        "the data of {count:number} archive out of {all:number} in {repository:path} ({names:list})",
        "the data of {count:number} archives out of {all:number} in {repository:path} ({names:list})",
        count=len(read),
        all=len(archives),
        repository=borg.shown,
        names=[archive.name for archive in read[:5]],
    )
    verified.measurements = [Measurement("backup_archives_read", len(read))]
    verified.observed = {"repository": borg.shown, "archives": len(archives), "read": [archive.name for archive in read]}
    return verified


def _trouble(borg: Borg, archive: Archive, done: Completed) -> tuple[bool, Message] | None:
    """Whether it is damage, and what was seen; None where the archive was read whole."""
    lines = [line for line in log(done.stderr) if line.level != "INFO"]
    if done.rc == 0 and not lines:
        return None
    kind, said = failure(done.stderr)
    if kind == DAMAGED:
        at = _last_listed(borg, archive)
        if at is None:
            return True, phrase("the archive {name} is damaged: {reason}", name=archive.name, reason=said)
        return True, phrase("the archive {name} is damaged at {path:path}: {reason}", name=archive.name, path=at, reason=said)
    if any("all-zero" in line.text or "damaged" in line.text for line in lines):
        return True, phrase("the archive {name} has lost data: {reason}", name=archive.name, reason=said)
    return False, phrase("the archive {name} could not be read: {reason}", name=archive.name, reason=borg.failed(done).message)


def _last_listed(borg: Borg, archive: Archive) -> str | None:
    """The file at which the reading ends."""
    try:
        done = borg.read_archive(archive, listed=True)
    except CannotObserve:
        return None
    listed = [line.text for line in log(done.stderr) if line.level == "INFO"]
    return f"/{one_line(listed[-1], 200)}" if listed else None


__all__ = ("part_of", "verify")
