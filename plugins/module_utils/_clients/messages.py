# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no backup, though it lies where backups lie: messages of failure, logs, scripts. PRIVATE to the collection."""

from __future__ import annotations

import re

from .._masking import masked
from .._message import first_line
from .._phrase import Message, phrase, plural, verbatim

_TOOLS = (
    r"pg_dump|pg_dumpall|pg_basebackup|psql|mysqldump|mariadb-dump|mariadb-backup|mariabackup|xtrabackup|mysql|mariadb|mongodump|mongoexport"
    r"|sqlite3|slapcat|ldapsearch|tar|gzip|zstd|xz|bzip2|cpio|(?:ba|da|z|k)?sh|sudo|su|env|ssh|scp|rsync|curl|wget|openssl|gpg|age|docker|podman"
    r"|kubectl|oc|restic|borg|cat|cp|timeout|nice|ionice|flock|Error(?: from server| response from daemon)?|FATAL|CRITICAL"
    r"|Traceback \(most recent call last\)|usage|OCI runtime exec failed"
    r"|expdp|impdp|exp|rman|sqlcmd|bcp|db2|isql|nc|lftp|ftp|sftp|aws|rclone|mc|az|gsutil"
)
_OF_TOOL = re.compile(rf"\A\W*(?:\S*/)?(?:{_TOOLS})(?:\.exe)?(?:\s*\[[^\]\n]*\])?(?: \([^)\n]*\))?\s*:", re.I)
_OF_FAILURE = re.compile(
    r"\b(?:error|failed|failure|denied|refused|not found|no such|cannot|can't|could not|unable to|fatal|timed out|unauthori[sz]ed|forbidden"
    r"|aborted|killed|unknown database|does not exist|no space left|broken pipe)\b",
    re.I,
)
_CODE = re.compile(r"\A(?:ORA|EXP|IMP|LRM|UDE|UDI|RMAN|TNS|SQL|DB2|PLS|SP2|KUP|ERROR)-?\d{3,5}[A-Z]?(?: \([\w ]+\))?:? ")
_NO_MESSAGE = re.compile(
    r"\A(?:From \S+ .*\d{4}|(?:Received|Return-Path|Delivered-To|Message-ID|Date|From|To|Subject): "
    r"|\$(?:TTL|ORIGIN)\b|\S+\s+(?:\d+\s+)?IN\s)",
    re.I,
)
_OPTION = re.compile(r"\s'?-{1,2}[A-Za-z]")
_NAMED_SECRET = re.compile(
    r"((?:[\w-]*(?:pass|pwd|secret|token|credential"
    r"|kennwort|senha|clave|contrase|mot de passe|auth|key)[\w-]*)[\"']?\s*[:=]\s*)(?!\s)[^'\"\n]+",
    re.I,
)
_LOGIN = re.compile(r"[^\s/@'\"]+:[^\s@]+@")
_FEW = 5  # lines
_TIMED = re.compile(
    r"\A\W{0,3}(?:(?:19|20)\d\d[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.](?:19|20)\d\d|\w{3} +\d{1,2} \d\d:\d\d|\d\d:\d\d:\d\d"
    r"|\w{3} \w{3} +\d{1,2} \d\d:|(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL)\b)"
)
_LEVEL = re.compile(r"\b(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL)\b")
_SUM = re.compile(r"\A(?:\\?[0-9a-f]{32,128}(?:\s+\*?\S.*)?|(?:MD5|SHA\d+) \(.+\) = [0-9a-f]+)\Z", re.I)


def message_of_failure(text: str) -> str | None:
    """The line of a short text that says that something failed, where it is a message and no backup."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or _NO_MESSAGE.match(lines[0]):
        return None
    found = next((line for line in lines[:_FEW] if is_of_tool(line)), None)
    if found is None and len(lines) <= _FEW:
        found = next((line for line in lines if _OF_FAILURE.search(line)), None)
    return found


def is_of_tool(line: str) -> bool:
    """Whether a line begins as the messages of known tools do."""
    return bool(_OF_TOOL.match(line) or _CODE.match(line))


def shown(line: str) -> Message:
    """A line of failure as it may be shown: that of a known tool without what it was called with, of another one its words of failure."""
    if is_of_tool(line):
        option = _OPTION.search(line)
        if option:  # what stands among the options of a command may be a password
            _cut, colon, end = line[option.start() :].rpartition(": ")
            line = f"{line[: option.start()]} \u2026" + (
                f": {end}" if colon and _OF_FAILURE.search(end) and not _OPTION.search(f" {end}") else ""
            )
        line = _LOGIN.sub("\u2026@", _NAMED_SECRET.sub("\\1\u2026", line))
        return verbatim(first_line(masked(line), limit=200))
    words = list(dict.fromkeys(found.lower() for found in _OF_FAILURE.findall(line)))
    return phrase("a text that tells of a failure ({words:list})", words=words[:3]) if words else phrase("a text")


def told(head: bytes) -> Message:
    """What stands in the place of a backup, by its first bytes: the message of a tool, else only what kind of text it is."""
    if b"\0" in head[:4096]:
        return phrase("bytes of no known kind")
    text = head.decode("utf-8", "replace")
    said = message_of_failure(text[:4096])
    if said:
        return shown(said)
    kind = kind_of_text(head)
    if kind:
        return kind
    return plural("a text of {count:number} line", "a text of {count:number} lines", count=len(text.splitlines()))


_SETTING = re.compile(r"\A(?:export )?[\w.\-\"' ]{1,80}\s*[=:](?:\s|\S|\Z)|\A\[{1,2}[^\[\]]+\]{1,2}\Z|\A- \S|\A---\Z")
_KEY = re.compile(
    rb"\A\s*(?:-----BEGIN [A-Z0-9 ]*(?:KEY|CERTIFICATE)[A-Z ]*-----"
    rb"|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-)|\|1\||\S+ (?:ssh-|ecdsa-)|AGE-SECRET|age1)"
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\0", b"MM\0*", b"<svg")
_OFFICE = (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf")


def kind_of_text(head: bytes) -> Message | None:
    """What a document is, by its first bytes, of the kinds that lie beside backups."""
    start = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    if start.startswith(_PICTURES):
        return phrase("a picture")
    if start.startswith(_OFFICE) or (
        start.startswith(b"PK") and (b"[Content_Types].xml" in start[:4096] or start[38:58] == b"application/vnd.oasis")
    ):
        return phrase("a document")
    if start.startswith(b"\xfebin"):
        return phrase("a binary log of MySQL")
    if start[2:4] == b"\xc0\xd9":
        return phrase("quotas of a file system")
    if _KEY.match(start):
        return phrase("a key or a certificate")
    if re.match(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)", start, re.I | re.S):
        return phrase("a page of HTML")
    if re.match(rb"\s*<[?!A-Za-z]", start):
        return verbatim("XML")
    if looks_like_json(start):
        return verbatim("JSON")
    if b"\0" in start:
        return None
    lines = [
        line for line in start.decode("utf-8", "replace").splitlines() if line.strip() and not line.lstrip().startswith(("#", ";", "//"))
    ]
    if lines and sum(bool(_SETTING.match(line.strip())) for line in lines) * 4 >= len(lines) * 3:
        return phrase("settings")
    return None


def looks_like_json(start: bytes) -> bool:
    """Whether a text begins as JSON does, and not as a section of settings or a template."""
    return bool(re.match(rb"\s*(?:\{\s*(?:\"|\}|\Z)|\[\s*(?:[\[{\"\]]|-?\d+(?:\.\d+)?\s*[,\]]|(?:true|false|null)\s*,|\Z))", start))


def beside_backups(head: bytes, is_document: bool) -> Message | None:
    """What a file without a date is whose content is of a kind that lies beside backups. ``is_document``: it is named like one."""
    if not head:
        return None
    kind = kind_of_text(head)
    if kind or b"\0" in head:
        return kind
    if not is_document and message_of_failure(head.decode("utf-8", "replace")):
        return None
    return phrase("a text")


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
    if sum(bool(_TIMED.match(line)) for line in lines) * 2 > len(lines) and not _is_table(lines):
        return phrase("a log")
    if (
        size <= 200
        and len(lines) <= 2
        and not text.lstrip().startswith("<")
        and not looks_like_json(head)
        and not _NO_MESSAGE.match(text)
        and not message_of_failure(text)
    ):
        return phrase("a note of a line or two")
    return None


def _is_table(lines: list[str]) -> bool:
    """Whether lines are rows of values: as many separators in each, with no blanks behind them as sentences have."""
    whole = lines[:-1] if len(lines) > 2 else lines  # the last one may be cut
    for separator in (",", ";", "\t", "|"):
        counts = {line.count(separator) for line in whole}
        if len(counts) == 1 and counts.pop() >= 1 and all(_LEVEL.search(line) is None for line in whole):
            return len(whole) > 1
    return False


__all__ = (
    "beside_backups",
    "is_of_tool",
    "kind_of_text",
    "looks_like_json",
    "message_of_failure",
    "other_than_backup",
    "shown",
    "told",
)
