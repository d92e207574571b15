# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files in a folder (dumps, archives): fresh, whole, of a plausible size. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
import glob
import hashlib
import os
import re
import stat
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import archives
from .._finding import CannotObserve, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, unreadable
from ._dated_names import name_time, parts_of, translate
from ._judgement import FUTURE, Judgement, percent, shrunk

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    "pattern": {"type": "list", "elements": "str"},
    "path": {"type": "path"},
    "paths": {"type": "list", "elements": "str"},
    "max_age": {"type": "str", "required": True},
    "min_count": {"type": "int", "default": 1},
    "min_size": {"type": "str", "default": "1"},
    "size_deviation": {"type": "str", "default": "50%"},
    "verify": {"type": "str", "choices": ["auto", "none"], "default": "auto"},
    "verify_max_bytes": {"type": "str", "default": "2GiB"},
    "checksum": {"type": "bool", "default": False},
    "contains": {"type": "list", "elements": "str"},
}
CONSTRAINTS = {"required_one_of": [("path", "pattern")], "mutually_exclusive": [("path", "pattern")]}
DURATIONS = ("max_age",)
SIZES = ("min_size", "verify_max_bytes")
COMPARABLE = {
    "backups": {"kind": "set", "what": phrase("backup")},
    "backup_size_bytes": {"kind": "number", "what": phrase("size of the backup"), "worse": "lower", "relative": 0.5, "then": "warn"},
}

SETTLING = 60.0  # seconds after its last change in which a file may still be written
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp")
BESIDE = (".sha256", ".sha512", ".sha1", ".md5", ".asc", ".sig", ".sha256sum", ".md5sum")
SUMS = "SHA256SUMS"


class Arguments(t.TypedDict):
    pattern: list[str] | None
    path: str | None
    paths: list[str] | None
    max_age: float
    min_count: int
    min_size: int
    size_deviation: str
    verify: str
    verify_max_bytes: int
    checksum: bool
    contains: list[str] | None
    timeout: float


@dataclasses.dataclass(frozen=True)
class Backup:
    """A file; ``time`` is the older of its last change and the end of the day (hour, minute) in its name."""

    path: str
    size: int
    changed: float
    time: float


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    percent("size_deviation", args["size_deviation"])
    if args["path"]:
        literal = glob.escape(args["path"]).replace("%", "%%")
        return _judge(os.path.join(literal, "*") if os.path.isdir(args["path"]) else literal, args["path"], args, runner)
    patterns = args["pattern"] or []
    for pattern in patterns:
        translate(pattern)
        if not os.path.isabs(pattern):
            raise ArgumentsRefused([f"pattern: '{pattern}' does not start with /"])
    findings = []
    for pattern in patterns:
        try:
            finding = _judge(pattern, pattern, args, runner)
        except CannotObserve as exc:
            if len(patterns) == 1:
                raise
            finding = Judgement(unseen=[exc.message]).finding(verbatim(""), observed=exc.observed)
        finding.instance = pattern if len(patterns) > 1 else ""
        findings.append(finding)
    return findings if len(findings) > 1 else findings[0]


def _judge(pattern: str, shown: str, args: Arguments, runner: Runner) -> Finding:
    named = {name: args[name] for name in ("paths", "max_age", "min_count", "min_size", "contains")}
    expected: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    expected["backups"] = shown
    missing = missing_folder(pattern)
    if missing:
        return failed(
            phrase("the folder {folder:path} does not exist, so there is no backup {pattern:path}", folder=missing, pattern=shown),
            expected=expected,
            absent=True,
        )
    judgement = Judgement()
    now = runner.now().timestamp()
    found, writing = _look(pattern, now, runner, judgement)
    past = [backup for backup in found if backup.time - now <= FUTURE]
    if found and not past:
        said = plural(
            "the only file {pattern:path} is dated in the future: a clock is wrong",
            "all {count:number} files {pattern:path} are dated in the future: a clock is wrong",
            count=len(found),
            pattern=shown,
        )
        raise CannotObserve(said)
    if len(past) < len(found):
        judgement.warns.append(
            plural(
                "{count:number} file dated in the future is not counted: a clock is or was wrong",
                "{count:number} files dated in the future are not counted: a clock is or was wrong",
                count=len(found) - len(past),
            )
        )
    if writing:
        judgement.notes.append(phrase("not counted, because unfinished: {files:list}", files=sorted(writing)[:5]))
    if not past:
        return failed(_none(shown, writing), expected=expected, observed={"count": 0}, absent=not writing or None)
    newest = past[-1]
    # a bad file that has just been written may not be ready yet
    verdict = _examine(newest, args, runner)
    if verdict.fails and now - newest.changed < SETTLING and len(past) > 1:
        judgement.notes.append(phrase("not counted, because it has just been written and is not whole: {path:path}", path=newest.path))
        past = past[:-1]
        newest = past[-1]
        verdict = _examine(newest, args, runner)
    age = max(0.0, now - newest.time)
    since = None
    if age > args["max_age"]:
        since = isoformat(dt.datetime.fromtimestamp(newest.time + args["max_age"], dt.timezone.utc))
        judgement.fails.append(_too_old(newest, age, args["max_age"]))
    judgement.fails += verdict.fails
    judgement.unseen += verdict.unseen
    judgement.warns += verdict.warns
    whole = [backup for backup in past if backup.size >= max(1, args["min_size"])]
    if len(whole) < args["min_count"]:
        judgement.fails.append(
            plural(
                "{count:number} backup matches {pattern:path}, at least {least:number} are wanted",
                "{count:number} backups match {pattern:path}, at least {least:number} are wanted",
                count=len(whole),
                pattern=shown,
                least=args["min_count"],
            )
        )
    deviation = percent("size_deviation", args["size_deviation"])
    name = phrase("newest backup {path:path}", path=newest.path)
    small = shrunk(name, newest.size, [backup.size for backup in whole if backup is not newest], deviation)
    if small and newest.size:
        judgement.warns.append(small)
    verified = verdict.notes[0] if verdict.notes else phrase("damaged")
    good = plural(
        "newest backup {path:path} is {age:duration} old, the limit is {limit:duration}; {size:bytes}, {verified}; {count:number} kept",
        "newest backup {path:path} is {age:duration} old, the limit is {limit:duration}; {size:bytes}, {verified}; {count:number} kept",
        count=len(whole),
        path=newest.path,
        age=age,
        limit=args["max_age"],
        size=newest.size,
        verified=verified,
    )
    return judgement.finding(
        good,
        since=since,
        expected=expected,
        observed={
            "backups": [shown],
            "newest": newest.path,
            "changed": isoformat(dt.datetime.fromtimestamp(newest.changed, dt.timezone.utc)),
            "size_bytes": newest.size,
            "count": len(whole),
            "verification": str(verified),
        },
        measurements=[
            Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
            Measurement("backup_size_bytes", newest.size, args["min_size"], "lower"),
            Measurement("backup_count", len(whole), args["min_count"], "lower", count=True),
        ],
    )


def _none(pattern: str, writing: list[str]) -> Message:
    if not writing:
        return phrase("no file matches {pattern:path}", pattern=pattern)
    return phrase("only unfinished files match {pattern:path}: {files:list}", pattern=pattern, files=sorted(writing)[:3])


def _too_old(newest: Backup, age: float, limit: float) -> Message:
    if newest.time < newest.changed - 1:
        return phrase(
            "newest backup {path:path} is {age:duration} old (by the date in its name), the limit is {limit:duration}",
            path=newest.path,
            age=age,
            limit=limit,
        )
    return phrase("newest backup {path:path} is {age:duration} old, the limit is {limit:duration}", path=newest.path, age=age, limit=limit)


# -- which files


def _look(pattern: str, now: float, runner: Runner, judgement: Judgement) -> tuple[list[Backup], list[str]]:
    """The backups, oldest first, and the names of unfinished files."""
    wildcards, expression = translate(pattern)
    hidden = _closed_folders(os.path.dirname(wildcards))
    found: dict[tuple[int, int], Backup] = {}
    writing, fresh = [], {}
    for path in sorted(glob.glob(wildcards, recursive=True), key=os.path.islink):
        if path.endswith(BESIDE) or os.path.basename(path) == SUMS:
            continue
        try:
            info = os.stat(path)
        except OSError:  # a link to nothing, or gone meanwhile
            judgement.notes.append(phrase("{path:path} cannot be looked at", path=path))
            continue
        parts = parts_of(expression, path)
        if not stat.S_ISREG(info.st_mode) or parts is None or (info.st_dev, info.st_ino) in found:
            continue
        if path.lower().endswith(UNFINISHED):
            writing.append(path)
            continue
        named = name_time(parts)
        time = info.st_mtime if named is None else min(info.st_mtime, named)
        found[info.st_dev, info.st_ino] = Backup(path, info.st_size, info.st_mtime, time)
        if now - info.st_mtime < SETTLING:
            fresh[path] = (info.st_dev, info.st_ino)
    if fresh:
        runner.sleep(1.0)
        for path, key in fresh.items():
            if _size(path) != found[key].size:
                writing.append(path)
                del found[key]
    if hidden and not found:
        raise CannotObserve(hidden[0])
    judgement.notes += hidden[:5]
    return sorted(found.values(), key=lambda backup: (backup.time, backup.changed, backup.path)), writing


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def missing_folder(pattern: str) -> str | None:
    """The folder before the first wildcard when it does not exist. CannotObserve when that cannot be told."""
    folder = os.path.dirname(translate(pattern)[0])
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    try:
        os.stat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return folder
    except OSError as exc:
        raise CannotObserve(unreadable(folder, exc)) from None
    return None


def _closed_folders(folders: str) -> list[Message]:
    """What glob does not say: the folders that it could not look into."""
    closed = []
    for folder in glob.glob(folders, recursive=True):
        if os.path.basename(folder) == "lost+found" or not os.path.isdir(folder):
            continue
        try:
            with os.scandir(folder):
                pass
            if not os.access(folder, os.X_OK):
                raise PermissionError
        except OSError as exc:
            closed.append(unreadable(folder, exc))
    return closed


# -- is it whole


class _TimeIsOver(Exception):
    pass


def _examine(backup: Backup, args: Arguments, runner: Runner) -> Judgement:
    """Whether one file is a sound backup; the first note says how that was verified."""
    verdict = Judgement()
    least = max(1, args["min_size"])
    if backup.size < least:
        verdict.fails.append(_too_small(backup, least))
        return verdict

    def tick() -> None:
        try:
            runner.remaining()
        except CannotObserve:
            raise _TimeIsOver from None

    missing = dict.fromkeys(args["contains"] or ())
    try:
        if args["checksum"]:
            _checksum(backup.path, verdict, tick)
        if args["verify"] == "auto" or missing:
            _contents(backup, args, verdict, missing, tick)
        else:
            verdict.notes.append(phrase("its content not verified"))
    except OSError as exc:
        asked = args["checksum"] or args["contains"]
        (verdict.unseen if asked else verdict.warns).append(
            phrase("newest backup is there but not verified: {reason}", reason=unreadable(backup.path, exc))
        )
        verdict.notes.append(phrase("not readable"))
    except _TimeIsOver:
        asked = args["checksum"] or args["contains"]
        (verdict.unseen if asked else verdict.warns).append(
            phrase(
                "newest backup {path:path} could not be verified in the time allowed for this check ({allowed:duration})",
                path=backup.path,
                allowed=args["timeout"],
            )
        )
        verdict.notes.append(phrase("not verified"))
    return verdict


def _too_small(backup: Backup, least: int) -> Message:
    if not backup.size:
        return phrase("newest backup {path:path} is empty", path=backup.path)
    return phrase(
        "newest backup {path:path} is too small: {size:bytes}, at least {least:bytes} are wanted",
        path=backup.path,
        size=backup.size,
        least=least,
    )


def _contents(backup: Backup, args: Arguments, verdict: Judgement, missing: dict[str, object], tick: t.Callable[[], object]) -> None:
    path = backup.path
    with open(path, "rb") as handle:
        head = handle.read(512)

    def on_member(name: str) -> None:
        for wanted in [wanted for wanted in missing if fnmatch.fnmatchcase(_plain(name), _plain(wanted))]:
            del missing[wanted]

    contents = None
    try:
        kind = archives.kind_of(head, path)
        if kind not in archives.VERIFIABLE:
            verdict.notes.append(
                phrase("{kind} cannot be verified here", kind=kind) if kind else phrase("of a kind that has no structure to verify")
            )
        elif backup.size > args["verify_max_bytes"]:
            if kind == "zip":
                contents = archives.Contents(verbatim("zip"), 0, archives.names(path, on_member))
            verdict.notes.append(phrase("not verified because larger than {most:bytes}", most=args["verify_max_bytes"]))
        else:
            contents = archives.read(path, kind, on_member, tick)
            verdict.notes.append(phrase("read to its end as {kind}", kind=contents.kind))
            if contents.members == 0 or (contents.members is None and contents.size == 0):
                verdict.fails.append(phrase("newest backup {path:path} is a {kind} file with nothing in it", path=path, kind=contents.kind))
    except archives.Damaged as exc:
        verdict.fails.append(phrase("newest backup {path:path}: {reason}", path=path, reason=exc.message))
        return
    except archives.NotVerifiable as exc:
        verdict.notes.append(phrase("not verified: {reason}", reason=exc.message))
        contents = archives.Contents(verbatim(kind), 0, 0)
    if not missing:
        return
    names = list(missing)
    if contents is not None and contents.members is None or (contents is None and not kind):
        verdict.fails.append(
            phrase("newest backup {path:path} is no tar or zip archive, so it has no {members:list}", path=path, members=names)
        )
    elif contents is None:
        said = phrase(
            "the members of {path:path} cannot be listed ({reason}), so {members:list} was not looked for",
            path=path,
            reason=verdict.notes[-1],
            members=names,
        )
        verdict.unseen.append(said)
    else:
        verdict.fails.append(phrase("newest backup {path:path} does not contain {members:list}", path=path, members=names))


def _plain(name: str) -> str:
    return re.sub(r"^(\./)+", "", name).strip("/")


def _checksum(path: str, verdict: Judgement, tick: t.Callable[[], object]) -> None:
    single, shared = path + ".sha256", os.path.join(os.path.dirname(path), SUMS)
    beside = next((name for name in (single, shared) if os.path.exists(name)), None)
    if beside is None:
        said = phrase(
            "newest backup {path:path} has no checksum beside it (neither {single:path} nor {shared:path})",
            path=path,
            single=os.path.basename(single),
            shared=SUMS,
        )
        verdict.fails.append(said)
        return
    with open(beside, encoding="utf-8", errors="replace") as handle:
        wanted = parse_sums(handle.read(16 * 2**20), os.path.basename(path), alone=beside == single)
    if wanted is None:
        verdict.fails.append(phrase("{sums:path} has no SHA-256 checksum of {file:path}", sums=beside, file=os.path.basename(path)))
        return
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            tick()
            digest.update(chunk)
    if digest.hexdigest() != wanted:
        verdict.fails.append(phrase("newest backup {path:path} does not agree with its checksum in {sums:path}", path=path, sums=beside))


def parse_sums(text: str, name: str, *, alone: bool) -> str | None:
    """The SHA-256 of ``name`` in the output of sha256sum (GNU or BSD style); ``alone``: a bare sum will do."""
    for line in text.splitlines():
        bsd = re.fullmatch(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})", line.strip())
        gnu = re.fullmatch(r"\\?([0-9a-fA-F]{64})(?:\s+\*?(.+))?", line.strip())
        if bsd and os.path.basename(bsd.group(1)) == name:
            return bsd.group(2).lower()
        if gnu and (os.path.basename(gnu.group(2)) == name if gnu.group(2) else alone):
            return gnu.group(1).lower()
    return None


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "SIZES",
    "TIMEOUT",
    "WHERE",
    "Backup",
    "missing_folder",
    "parse_sums",
    "run",
)
