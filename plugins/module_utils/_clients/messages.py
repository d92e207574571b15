# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no backup, though it lies where backups lie: messages of failure, logs, scripts. PRIVATE to the collection."""

from __future__ import annotations

import re

from .._phrase import Message, phrase

_TOOLS = (
    r"pg_dump|pg_dumpall|pg_basebackup|psql|mysqldump|mariadb-dump|mariadb-backup|mariabackup|xtrabackup|mysql|mariadb|mongodump|mongoexport"
    r"|sqlite3|slapcat|ldapsearch|tar|gzip|zstd|xz|bzip2|cpio|(?:ba|da|z|k)?sh|sudo|su|env|ssh|scp|rsync|curl|wget|openssl|gpg|age|docker|podman"
    r"|kubectl|oc|restic|borg|cat|cp|timeout|nice|ionice|flock|Error(?: from server| response from daemon)?|FATAL|CRITICAL"
    r"|Traceback \(most recent call last\)|usage|OCI runtime exec failed"
)
_OF_TOOL = re.compile(rf"\A\W*(?:\S*/)?(?:{_TOOLS})(?:\.exe)?(?:\s*\[[^\]\n]*\])?(?: \([^)\n]*\))?\s*:", re.I)
_OF_FAILURE = re.compile(
    r"\b(?:error|failed|failure|denied|refused|not found|no such|cannot|can't|could not|unable to|fatal|timed out|unauthori[sz]ed|forbidden"
    r"|aborted|killed|unknown database|does not exist|no space left|broken pipe)\b",
    re.I,
)
_FEW = 5  # lines
_TIMED = re.compile(
    r"\A\W{0,3}(?:(?:19|20)\d\d[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.](?:19|20)\d\d|\w{3} +\d{1,2} \d\d:\d\d|\d\d:\d\d:\d\d"
    r"|\w{3} \w{3} +\d{1,2} \d\d:|(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL)\b)"
)
_SUM = re.compile(r"\A(?:\\?[0-9a-f]{32,128}(?:\s+\*?\S.*)?|(?:MD5|SHA\d+) \(.+\) = [0-9a-f]+)\Z", re.I)


def message_of_failure(text: str) -> str | None:
    """The line of a short text that says that something failed, where it is a message and no backup."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    found = next((line for line in lines[:_FEW] if _OF_TOOL.match(line)), None)
    if found is None and len(lines) <= _FEW:
        found = next((line for line in lines if _OF_FAILURE.search(line)), None)
    return found


def other_than_backup(head: bytes, size: int) -> Message | None:
    """What a file is by its first bytes (unpacked) when it is certainly no backup, and no message in the place of one."""
    if head.startswith(b"#!"):
        return phrase("a script")
    if head.startswith(b"\x7fELF"):
        return phrase("a program")
    if b"\0" in head or not head:
        return None
    text = head.decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()][:40]
    if not lines:
        return None
    if size <= 20 and re.fullmatch(r"\d{1,10}", text.strip()):
        return phrase("the number of a process")
    if all(_SUM.match(line) for line in lines[:-1] or lines):
        return phrase("checksums")
    if sum(bool(_TIMED.match(line)) for line in lines) * 2 > len(lines):
        return phrase("a log")
    if size <= 200 and len(lines) <= 2 and not text.lstrip().startswith("<") and not message_of_failure(text):
        return phrase("a note of a line or two")
    return None


__all__ = ("message_of_failure", "other_than_backup")
