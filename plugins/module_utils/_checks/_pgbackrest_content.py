# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a repository of pgBackRest can be judged, and the files of its newest backup are there. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.pgbackrest import DAMAGED, Backup, PgBackRest, Repository, failure
from .._finding import CannotObserve, Facts, Finding, failed, unknown
from .._phrase import phrase, plural
from ._judgement import Judgement

LABEL = re.compile(r"\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?")
MOST_LISTED = 12  # backups of one chain whose files are listed
MISSING_STANZA, NO_BACKUP, MISSING_DATA = 1, 2, 3  # states of a repository


def unusable(tool: PgBackRest, repository: Repository, common: Facts) -> Finding | None:
    """The finding for a repository in which there is nothing to judge."""
    stanza, repo = tool.stanza, repository.key
    if repository.code == MISSING_STANZA:
        common["absent"] = True
        if has_wal(tool, repo):
            return failed(
                phrase(
                    "repository {repo:number} holds WAL of the stanza {stanza}, and its backups are gone: none of it can be restored",
                    repo=repo,
                    stanza=stanza,
                ),
                **common,
            )
        said = phrase(
            "repository {repo:number} has no stanza {stanza}: it was never created there, or the repository is not where the configuration"
            " says",
            repo=repo,
            stanza=stanza,
        )
        return unknown(said, **common)
    if repository.code == MISSING_DATA:
        common["absent"] = True
        said = phrase(
            "repository {repo:number} has lost backup.info of the stanza {stanza}: no backup in it is known", repo=repo, stanza=stanza
        )
        return failed(said, **common)
    if repository.code not in (0, NO_BACKUP):
        kind, said = failure(repository.said)
        if kind == DAMAGED:
            return failed(phrase("repository {repo:number} is damaged: {reason}", repo=repo, reason=said), **common)
        return unknown(tool.why(kind, said, phrase("repository {repo:number}", repo=repo)), **common)
    if repository.backups:
        return None
    common["absent"] = True
    if repository.of_earlier_clusters:
        return failed(
            plural(
                "repository {repo:number} holds no backup of the cluster as it is now, and {count:number} of the one before",
                "repository {repo:number} holds no backup of the cluster as it is now, and {count:number} of those before",
                count=repository.of_earlier_clusters,
                repo=repo,
            ),
            **common,
        )
    return failed(phrase("repository {repo:number} holds no complete backup of the stanza {stanza}", repo=repo, stanza=stanza), **common)


def has_wal(tool: PgBackRest, repo: int) -> bool:
    """Whether the stanza was there once."""
    try:
        return bool(tool.folders(f"archive/{tool.stanza}", repo))
    except CannotObserve:
        return False


def judge_files(tool: PgBackRest, repository: Repository, past: t.Sequence[Backup], judgement: Judgement) -> int | None:
    """Whether the files of the newest backup, and of those that it needs, are there; gives their number."""
    repo, newest, folder = repository.key, past[-1], f"backup/{tool.stanza}"
    known = {backup.label: backup for backup in repository.backups}
    needed = [newest.label, *newest.references]
    try:
        there = {name for name in tool.folders(folder, repo) if LABEL.fullmatch(name)}
        begun = sorted(there - set(known))
        lost = sorted(set(known) - there)
        if lost:
            which = judgement.fails if set(lost) & set(needed) else judgement.warns
            which.append(
                plural(
                    "backup {labels:list} is listed, and gone from repository {repo:number}",
                    "backups {labels:list} are listed, and gone from repository {repo:number}",
                    count=len(lost),
                    labels=lost,
                    repo=repo,
                )
            )
        if begun and begun[-1] > newest.label:
            judgement.notes.append(phrase("backup {label} was begun and is not complete: it is not counted", label=begun[-1]))
        return sum(_listed(tool, repo, known[label], judgement) for label in needed[:MOST_LISTED] if label in known and label in there)
    except CannotObserve as exc:
        judgement.unseen.append(
            phrase("whether the files of backup {label} are there cannot be told: {reason}", label=newest.label, reason=exc.message)
        )
        return None


def _listed(tool: PgBackRest, repo: int, backup: Backup, judgement: Judgement) -> int:
    files = tool.files(f"backup/{tool.stanza}/{backup.label}", repo, "--recurse")
    content = [file.size for path, file in files.items() if not path.startswith("backup.manifest")]
    if not any(path.startswith("backup.manifest") for path in files):
        judgement.fails.append(
            phrase("backup {label} in repository {repo:number} has lost its manifest: it cannot be restored", label=backup.label, repo=repo)
        )
    elif backup.stored is not None and sum(content) < backup.stored:
        judgement.fails.append(
            phrase(
                "files of backup {label} are missing from repository {repo:number}: {there:bytes} of {stored:bytes} are there",
                label=backup.label,
                repo=repo,
                there=sum(content),
                stored=backup.stored,
            )
        )
    return len(content)


__all__ = ("MISSING_DATA", "MISSING_STANZA", "NO_BACKUP", "has_wal", "judge_files", "unusable")
