# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What borg says when it does not do something, in its log of JSON lines. PRIVATE to the collection."""

from __future__ import annotations

import json
import re
import typing as t

from .._masking import masked
from .._message import one_line
from .._phrase import Message, phrase, verbatim

WRONG_PASSWORD = "wrong_password"
NO_PASSWORD = "no_password"
NO_KEY = "no_key"
NO_REPOSITORY = "no_repository"
NOT_A_REPOSITORY = "not_a_repository"
NO_ARCHIVE = "no_archive"
LOCKED = "locked"
PERMISSION = "permission"
UNREACHABLE = "unreachable"
DAMAGED = "damaged"
TOO_OLD = "too_old"
BAD_ADDRESS = "bad_address"
OTHER = "other"

# by the names of borg's own exceptions, which are the same from 1.1 to 1.4
_NAMES: t.Mapping[str, tuple[str, ...]] = {
    WRONG_PASSWORD: ("PassphraseWrong",),
    NO_PASSWORD: ("NoPassphraseFailure", "PasscommandFailure", "PasswordRetriesExceeded"),
    NO_KEY: ("KeyfileNotFoundError", "RepoKeyNotFoundError", "KeyfileMismatchError", "KeyfileInvalidError"),
    NO_REPOSITORY: ("Repository.DoesNotExist", "Repository.ParentPathDoesNotExist"),
    NOT_A_REPOSITORY: ("Repository.InvalidRepository", "Repository.InvalidRepositoryConfig", "Repository.AtticRepository"),
    NO_ARCHIVE: ("Archive.DoesNotExist",),
    LOCKED: ("LockTimeout", "LockError", "LockErrorT"),
    PERMISSION: ("LockFailed", "PathNotAllowed", "Repository.PathPermissionDenied", "PermissionError"),
    UNREACHABLE: (
        "ConnectionClosed",
        "ConnectionClosedWithHint",
        "ConnectionBrokenWithHint",
        "InvalidRPCMethod",
        "UnexpectedRPCDataFormatFromServer",
    ),
    DAMAGED: (
        ("IntegrityError", "IntegrityErrorBase", "Repository.CheckNeeded", "Repository.ObjectNotFound", "DecompressionError")
        + ("NoManifestError", "TAMInvalid", "TAMRequiredError", "ManifestTAMInvalid", "ManifestTAMRequiredError", "FileIntegrityError")
        + ("ArchiveTAMInvalid", "ArchiveTAMRequiredError")
    ),
    TOO_OLD: (
        ("MandatoryFeatureUnsupported", "Manifest.MandatoryFeatureUnsupported", "UnsupportedManifestError", "UnsupportedPayloadError")
        + ("RPCServerOutdated", "RemoteRepository.RPCServerOutdated", "UnsupportedKeyFormatError", "UnsupportedRepoKeyFormatError")
    ),
}
_KIND_OF = {name: kind for kind, names in _NAMES.items() for name in names}
_TEXTS = (
    (PERMISSION, r"PermissionError|[Pp]ermission denied(?! \(publickey)|Repository path not allowed"),
    (UNREACHABLE, r"Connection (?:closed|refused|timed out|reset)|Could not resolve|No route to host|Host key verification|\(publickey"),
    (DAMAGED, r"integrity error|IntegrityError|ObjectNotFound|not found in repository|check needed|FileNotFoundError: .*/data/\d+/\d+'"),
)
UNEXPECTED = "Local Exception"  # and its trace is the next line
_EXCEPTION = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception|NotFound)\b.*", re.MULTILINE)


class Line(t.NamedTuple):
    """A line of borg's log; ``name``: that of the exception, where it is one."""

    level: str
    text: str
    name: str


def log(stderr: str) -> list[Line]:
    """The log; what is no JSON is a line without a level."""
    found = []
    for line in stderr.splitlines():
        start = line.find('{"')
        try:
            entry = json.loads(line[start:]) if start >= 0 else None
        except (ValueError, RecursionError):
            entry = None
        if isinstance(entry, dict):
            if entry.get("type") == "log_message":
                found.append(Line(str(entry.get("levelname")), str(entry.get("message", "")), str(entry.get("msgid") or "")))
        elif line.strip():
            found.append(Line("", line.strip(), ""))
    return found


def said_lines(stderr: str) -> list[str]:
    """The lines of the log, each harmless."""
    return [one_line(masked(line.text), 300) for line in log(stderr)]


def failure(stderr: str) -> tuple[str, Message]:
    """The kind of a failure and the line of borg's output that says most."""
    lines = log(stderr)
    text = "\n".join(line.text for line in lines)
    named = next((line for line in lines if line.name in _KIND_OF), None)
    kind = _KIND_OF[named.name] if named else next((kind for kind, pattern in _TEXTS if re.search(pattern, text)), OTHER)
    if not lines:
        return kind, phrase("it gave no reason")
    return kind, verbatim(one_line(masked(_reason(kind, named, lines)), 300))


def _reason(kind: str, named: Line | None, lines: list[Line]) -> str:
    if kind == UNREACHABLE:  # what ssh says, before borg only misses an answer
        remote = [line.text for line in lines if line.text.startswith("Remote: ")]
        if remote:
            return remote[0][len("Remote: ") :].rstrip(".")
    said = [plain(line.text) for line in lines if line.level in ("ERROR", "CRITICAL") and line.text != UNEXPECTED]
    return (plain(named.text) if named else said[0] if said else plain(lines[-1].text)).rstrip(".")


def plain(text: str) -> str:
    """The first line of what was said; of a trace the exception at its end."""
    raised = _EXCEPTION.findall(text) if "Traceback" in text else []
    return str(raised[-1]) if raised else text.split("\n", 1)[0]


__all__ = (
    "BAD_ADDRESS",
    "DAMAGED",
    "LOCKED",
    "NOT_A_REPOSITORY",
    "NO_ARCHIVE",
    "NO_KEY",
    "NO_PASSWORD",
    "NO_REPOSITORY",
    "OTHER",
    "PERMISSION",
    "TOO_OLD",
    "UNEXPECTED",
    "UNREACHABLE",
    "WRONG_PASSWORD",
    "Line",
    "failure",
    "log",
    "plain",
    "said_lines",
)
