# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets pgBackRest read and verify all that its repositories hold of a stanza. PRIVATE to the collection.

``pgbackrest verify`` has no subset (until 2.59), prints what is wrong, and ends with 0. It does not tell WAL that is missing, nor a backup
whose folder is gone.
"""

from __future__ import annotations

import re
import typing as t

from .._clients.pgbackrest import (
    DAMAGED,
    PERMISSION,
    TOO_OLD,
    UNREACHABLE,
    Backup,
    PgBackRest,
    PgBackRestFailed,
    Repository,
    Stanza,
    failure,
)
from .._finding import CannotObserve, Measurement
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._backup_proofs import Share, Verified
from ._pgbackrest_access import Access, tool_of
from ._pgbackrest_content import has_wal
from ._wal_archive import gap_after, lacks_own_wal, read_archive, said_of_gap

LONGEST = 7 * 86400.0  # seconds; the deadline of the check is what counts
MOST_NAMED = 20  # files of what is damaged
MISSING_STANZA, NO_BACKUP = 1, 2
_WAL = re.compile(r"archiveId: (?P<id>\S+), total WAL checked: (?P<total>\d+), total valid WAL: (?P<valid>\d+)")
_BACKUP = re.compile(
    r"backup: (?P<label>\S+), status: (?P<status>[a-z -]+), total files checked: (?P<total>\d+), total valid files: (?P<valid>\d+)"
)
_COUNTS = re.compile(r"missing: (?P<missing>\d+), checksum invalid: (?P<checksum>\d+), size invalid: (?P<size>\d+), other: (?P<other>\d+)")
_FILE = re.compile(
    r"(?:INFO|WARN): (?P<why>file missing|invalid checksum|invalid size|invalid result) '?(?P<path>[^':]+)'?(?P<more>: .*)?$", re.M
)
_SET = re.compile(r"DETAIL: (?P<said>.*(?:missing or unusable, using copy|does not match).*)$", re.M)


class Counted(t.NamedTuple):
    """What was verified of a backup, or of an archive of WAL; files."""

    name: str
    status: str
    total: int
    valid: int


class Report(t.NamedTuple):
    """What ``pgbackrest verify --verbose --output=text`` says."""

    ok: bool
    archives: tuple[Counted, ...]
    backups: tuple[Counted, ...]
    others: tuple[str, ...]


def verify(args: Access, runner: Runner, share: Share) -> Verified:
    """Everything, whatever the share. CannotObserve."""
    tool = tool_of(args, runner)
    stanza = tool.info()
    found = Verified(phrase("all backups and WAL of the stanza {stanza}", stanza=stanza.name))
    totals = {"backups": 0, "files": 0, "wal": 0}
    for repository in stanza.repositories:
        if _is_usable(tool, repository, found):
            try:
                report = _verified(tool, repository.key, found)
            except PgBackRestFailed as exc:
                if exc.kind != DAMAGED:
                    raise
                found.damages.append(exc.message)  # a file at which it gave up
                _judge_wal(tool, stanza, repository, found)
                continue
            _judge(tool, stanza, repository, report, found)
            totals["backups"] += len(report.backups)
            totals["files"] += sum(one.valid for one in report.backups)
            totals["wal"] += sum(one.valid for one in report.archives)
    found.read = plural(
        "{count:number} backup ({files:number} files) and {wal:number} WAL segments of the stanza {stanza}",
        "{count:number} backups ({files:number} files) and {wal:number} WAL segments of the stanza {stanza}",
        count=totals["backups"],
        files=totals["files"],
        wal=totals["wal"],
        stanza=stanza.name,
    )
    found.observed.update(stanza=stanza.name, repositories=[one.key for one in stanza.repositories], **totals)
    found.measurements.append(Measurement("backup_items", totals["files"] + totals["wal"]))
    if not (totals["backups"] or found.damages or found.unseen):
        found.damages.append(phrase("the stanza {stanza} holds no backup that could be verified", stanza=stanza.name))
    return found


def _is_usable(tool: PgBackRest, repository: Repository, found: Verified) -> bool:
    """Whether there is something to verify: with a wrong passphrase the tool itself tells only that nothing is usable."""
    where = phrase("repository {repo:number}", repo=repository.key)
    if repository.code in (0, NO_BACKUP):
        return True
    if repository.code == MISSING_STANZA:
        if has_wal(tool, repository.key):
            found.damages.append(
                phrase("{where} holds WAL of the stanza {stanza}, and its backups are gone", where=where, stanza=tool.stanza)
            )
            return False
        found.unseen.append(phrase("{where} has no stanza {stanza}", where=where, stanza=tool.stanza))
        return False
    kind, said = failure(repository.said)
    if kind == DAMAGED or repository.code == 3:
        found.damages.append(phrase("{where} is damaged: {reason}", where=where, reason=said))
    else:
        found.unseen.append(tool.why(kind, said, where))
    return False


def _verified(tool: PgBackRest, repo: int, found: Verified) -> Report:
    try:
        done = tool.run("verify", "--output=text", "--verbose", repo=repo, timeout=LONGEST, level="detail")
    except PgBackRestFailed as exc:
        if exc.kind == TOO_OLD:
            raise CannotObserve(phrase("this pgBackRest cannot verify in a way that can be read; 2.39 or later can")) from None
        raise
    report = parse_report(done.stdout)
    named = [
        phrase("{path:path}: {why}", path=one_line(match["path"], 300), why=one_line(match["why"] + (match["more"] or ""), 200))
        for match in _FILE.finditer(done.stderr)
    ]
    found.damages += named[:MOST_NAMED]
    if len(named) > MOST_NAMED:
        found.damages.append(plural("{count:number} more file", "{count:number} more files", count=len(named) - MOST_NAMED))
    found.warns += [verbatim(one_line(match["said"], 300)) for match in _SET.finditer(done.stderr)][:MOST_NAMED]
    return report


def parse_report(text: str) -> Report:
    """CannotObserve where it is none."""
    archives, backups, others = [], [], []
    status = re.search(r"^status: (\w+)", text, re.M)
    for raw in text.splitlines():
        line = raw.strip()
        wal, backup = _WAL.fullmatch(line), _BACKUP.fullmatch(line)
        if wal:
            archives.append(
                Counted(wal["id"], "valid" if wal["total"] == wal["valid"] else "invalid", int(wal["total"]), int(wal["valid"]))
            )
        elif backup:
            backups.append(Counted(backup["label"], backup["status"], int(backup["total"]), int(backup["valid"])))
        elif line and not (_COUNTS.fullmatch(line) or re.match(r"(?:stanza|status): |(?:archiveId|backup): none found$", line)):
            others.append(one_line(line, 300))
    if not status:
        raise CannotObserve(phrase("pgBackRest answered with something that is not the outcome of a verification"))
    return Report(status[1] == "ok", tuple(archives), tuple(backups), tuple(others))


def _judge(tool: PgBackRest, stanza: Stanza, repository: Repository, report: Report, found: Verified) -> None:
    repo = repository.key
    before = len(found.damages) + len(found.unseen)
    for line in report.others:
        found.damages.append(phrase("repository {repo:number}: {reason}", repo=repo, reason=line))
    seen = {one.name: one for one in report.backups}
    for backup in repository.backups:
        said = _of_backup(seen.get(backup.label), backup, repo)
        if said is None:
            continue
        closed = _closed(tool, backup, repo)
        if closed:
            found.unseen.append(closed)
        else:
            found.damages.append(said)
    for archive in report.archives:
        if archive.valid < archive.total:
            found.damages.append(
                phrase(
                    "repository {repo:number}: {valid:number} of {total:number} WAL segments of {archive} are sound",
                    repo=repo,
                    valid=archive.valid,
                    total=archive.total,
                    archive=archive.name,
                )
            )
    _judge_wal(tool, stanza, repository, found)
    if not report.ok and len(found.damages) + len(found.unseen) == before:
        found.damages.append(phrase("repository {repo:number}: pgBackRest found something wrong and did not say what", repo=repo))


def _closed(tool: PgBackRest, backup: Backup, repo: int) -> Message | None:
    """Why the files of a backup cannot be looked at: pgBackRest then verifies none of them, and does not say so."""
    try:
        tool.files(f"backup/{tool.stanza}/{backup.label}", repo, "--recurse")
    except PgBackRestFailed as exc:
        return exc.message if exc.kind in (PERMISSION, UNREACHABLE) else None
    return None


def _of_backup(seen: Counted | None, backup: Backup, repo: int) -> Message | None:
    if seen is None:
        return phrase("backup {label} is listed, and gone from repository {repo:number}", label=backup.label, repo=repo)
    if seen.status == "valid" and seen.valid == seen.total > 0:
        return None
    if seen.status == "manifest missing":
        return phrase("backup {label} in repository {repo:number} has no manifest that could be read", label=backup.label, repo=repo)
    return phrase(
        "backup {label} in repository {repo:number} is {status}: {valid:number} of {total:number} files are sound",
        label=backup.label,
        repo=repo,
        status=seen.status,
        valid=seen.valid,
        total=seen.total,
    )


def _judge_wal(tool: PgBackRest, stanza: Stanza, repository: Repository, found: Verified) -> None:
    """WAL that is not there: each segment that is there may be sound."""
    archive_id = stanza.archives.get(repository.key)
    if not repository.backups or archive_id is None:
        return
    try:
        archive = read_archive(tool, repository.key, archive_id, repository.backups, None)
    except CannotObserve as exc:
        found.unseen.append(exc.message)
        return
    newest = repository.backups[-1]
    gap = gap_after(archive, newest)
    if gap:
        found.damages.append(said_of_gap(archive, gap, newest, repository.key))
    for backup in repository.backups[:-1]:
        if lacks_own_wal(archive, backup):
            found.damages.append(phrase("backup {label} cannot be restored, its own WAL is gone", label=backup.label))


__all__ = ("Counted", "Report", "parse_report", "verify")
