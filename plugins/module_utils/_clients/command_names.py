# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units, paths and alerts that the commands of a document name, as far as they must be there. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .document import Document
from .shell_lines import UNKNOWN, Command, commands_in

UNIT, PATH, ALERT = "unit", "path", "alert"
MOST = 500  # names of one document
_LARGEST = 1024 * 1024  # characters of code
_MOST_LINES = 20_000  # of code
_SUFFIXES = ("service", "socket", "timer", "target", "mount", "automount", "path", "swap", "slice", "scope", "device")
_VERBS = frozenset(
    ("start", "stop", "restart", "reload", "try-restart", "reload-or-restart", "try-reload-or-restart", "condrestart", "force-reload")
    + ("status", "is-active", "is-failed", "is-enabled", "enable", "disable", "reenable", "preset", "mask", "unmask", "kill", "clean")
    + ("freeze", "thaw", "show", "cat", "edit", "revert", "list-dependencies", "reset-failed", "isolate", "set-property")
)
_FIRST_ONLY = ("set-property", "isolate")
_VALUED = frozenset(
    ("-s", "--signal", "-p", "--property", "-n", "--lines", "-o", "--output", "-t", "--type", "--state", "--job-mode", "--kill-whom")
    + ("--kill-who", "--what", "-P", "--drop-in", "--since", "--until", "-S", "-U", "-g", "--grep", "--priority", "--identifier")
)
_OTHER_MANAGER = ("-H", "--host", "-M", "--machine", "--user", "--root", "--image", "-D", "--directory", "--file", "-m", "--global")
_UNIT_NAME = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
# -- other machines, and what is typed into other programs
_ELSEWHERE = frozenset(
    ("ssh", "mosh", "telnet", "scp", "sftp", "kubectl", "oc", "k9s", "helm", "docker", "podman", "nerdctl", "crictl", "lxc", "incus")
    + ("nsenter", "chroot", "machinectl", "vagrant", "ansible", "ansible-playbook", "salt", "knife", "fab", "pssh", "clush", "psql")
    + ("mysql", "mariadb", "redis-cli", "mongo", "mongosh", "sqlplus", "aws", "gcloud", "az", "terraform", "tofu", "virsh", "pct", "qm")
    + ("docker-compose", "sqlite3", "gdb", "ftp", "toolbox", "flatpak")
)
_PROMPTS = frozenset(("psql", "mysql", "mariadb", "redis-cli", "mongo", "mongosh", "sqlplus", "sqlite3", "gdb", "sftp", "ftp", "telnet"))
_SHELLS = ("sh", "bash", "ash", "dash", "zsh", "ksh", "/bin/sh", "/bin/bash")
_GIVEN = ("-c", "-e", "-f", "-l", "--command", "--execute", "--file", "--eval", "--version")
# -- which words of a command are paths that it needs
_ALL = frozenset(
    ("cat", "less", "more", "tail", "head", "zcat", "zless", "wc", "stat", "file", "du", "diff", "cmp", "md5sum", "sha256sum", "view")
    + ("vi", "vim", "nano", "ls", "ll", "tree", "cd", "pushd", "readlink", "realpath", "getfacl", "sort", "uniq", "tac", "strings", "df")
)
_BUT_FIRST = frozenset(("grep", "egrep", "fgrep", "zgrep", "rg", "sed", "awk", "gawk", "jq", "chmod", "chown", "chgrp"))
_FIRST = frozenset(
    ("sh", "bash", "dash", "ksh", "zsh", "python", "python2", "python3", "perl", "ruby", "node", "php", "source", ".", "systemd-analyze")
)
_BUT_LAST = frozenset(("cp", "mv", "ln", "install", "rsync"))
_MAKES_FOLDERS = frozenset(("mkdir", "git", "mount", "useradd", "virtualenv", "svn"))
_BELOW = "/**"  # at the end of a folder that a command fills
_CONFIGURED = frozenset(("--config", "--config-file", "--conf", "--config.file", "--defaults-file", "--env-file", "--configuration"))
_NOT_KEPT = ("/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run", "/var/run")
_ROOTS = ("bin", "etc", "home", "lib", "lib64", "mnt", "opt", "root", "sbin", "srv", "usr", "var")
_OPEN = re.compile(r"[^\w/.@+:,=~-]|\.\.\.|\u2026")
_EXAMPLE = re.compile(r"/(?:path|chemin)/(?:to|vers)\b|/(?:[A-Z][A-Z0-9_-]{1,}|x{2,}|y{4}.*)(?:/|$)|example|exemple|YYYY|AAAA|X{3}")
_PASSING = re.compile(r"\d{4}-?\d\d-?\d\d|\.(?:\d+|gz|xz|bz2|zst|pid|sock|lock)$")
# -- alerts
_ALERTNAME = re.compile(r"\balertname\s*=\s*[\"']?([A-Za-z_][\w-]{0,100})(?![\w*.|-])[\"']?")
_OF_ALERT = re.compile(r"\b(?:alert|alerte)\b\s*:?\s*[`\"']?([A-Z][A-Za-z0-9_]{2,100})(?![\w*-])", re.IGNORECASE)
_CAMEL = re.compile(r"(?:[A-Z][a-z0-9]+){2,}|[A-Z][A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*")
_STATES = (
    ("Down", "High", "Low", "Failing", "Failed", "Failure", "Full", "Slow", "Missing", "Absent", "Stale", "Late", "Stuck", "Unreachable")
    + ("Unavailable", "Lagging", "Expiring", "Expired", "Saturated", "Exhausted", "Errors", "Restarting", "Growing", "Filling")
)  # fmt: skip


class Named(t.NamedTuple):
    """One thing of a kind (unit, path, alert), with the first line that names it; 0 where that is not known."""

    kind: str
    name: str
    line: int


def names_in(document: Document) -> list[Named]:
    """What must be there, each once. ValueError where there is too much of it to look through."""
    found: dict[tuple[str, str], int] = {}
    made: set[str] = set()
    headings = sorted(section.line or 0 for section in document.sections)
    away_until = 0
    pieces = [(part.line, part.text, True) for part in document.parts if part.kind == "code"]
    pieces += [(line, text, False) for text, line in document.codes]
    if sum(len(text) for _line, text, _block in pieces) > _LARGEST or sum(text.count("\n") for _l, text, _b in pieces) > _MOST_LINES:
        raise ValueError("too much code")

    def note(kind: str, name: str, line: int) -> None:
        found.setdefault((kind, name), line)

    for start, text, block in sorted(pieces):
        for match in _ALERTNAME.finditer(text):
            note(ALERT, match.group(1), _line_of(text, match.start(), start))
        if start < away_until:
            continue
        for command in commands_in(text):
            if not block and len(command.words) < 2 and not _is_script(command.words[0]):
                continue
            line = start + command.line if start else 0
            if _leads_away(command):
                away_until = next((heading for heading in headings if heading > start), 1 << 60)
                break
            for kind, name in _of_command(command, made):
                note(kind, name, line)
    for kind, name, line in _of_headings(document):
        note(kind, name, line)
    names = [Named(kind, name, line) for (kind, name), line in found.items() if kind != PATH or not _is_made(name, made)]
    if len(names) > MOST:
        raise ValueError("too many names")
    return sorted(names, key=lambda one: (one.line, one.kind, one.name))


def _line_of(text: str, place: int, start: int) -> int:
    return start + text.count("\n", 0, place) if start else 0


def _of_headings(document: Document) -> t.Iterator[Named]:
    """A heading that is the name of an alert, or says that it is of one."""
    for section in document.sections:
        title = section.title.strip().strip("`")
        stated = _OF_ALERT.search(title)
        if stated and (_CAMEL.fullmatch(stated.group(1)) or "_" in stated.group(1)):
            yield Named(ALERT, stated.group(1), section.line or 0)
        elif _CAMEL.fullmatch(title) and title.endswith(_STATES):
            yield Named(ALERT, title, section.line or 0)


# -- commands


def _leads_away(command: Command) -> bool:
    """Whether what follows is typed on another machine, or into another program."""
    name, operands = command.name, [word for word in command.words[1:] if not word.startswith("-")]
    if name in ("ssh", "mosh"):
        return len(_operands(command.words[1:], ("-p", "-i", "-l", "-o", "-J", "-F", "-L", "-R", "-D"))) < 2 and not command.fed
    if name in ("chroot", "nsenter", "toolbox"):
        return len(operands) < 2
    if name in _PROMPTS:
        return not command.fed and not any(word.startswith(_GIVEN) for word in command.words[1:]) and (name != "redis-cli" or not operands)
    return name in _ELSEWHERE and bool(operands) and command.words[-1] in _SHELLS


def _of_command(command: Command, made: set[str]) -> t.Iterator[tuple[str, str]]:
    made.update(word for word in command.writes if word.startswith("/"))
    name, words = command.name, command.words[1:]
    if not name or name in _ELSEWHERE or (name == "rsync" and any(":" in word for word in words)):
        return
    if name in ("systemctl", "journalctl", "service", "invoke-rc.d"):
        if not command.spared:
            for unit in _units(name, words):
                yield UNIT, unit
        return
    needed = list(_paths(command, made))
    if command.spared:
        made.update(needed)  # it may be missing, and the document knows
        return
    for path in needed:
        if must_be_there(path):
            yield PATH, _plain(path)


def _operands(words: t.Sequence[str], valued: t.Collection[str]) -> list[str]:
    out, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in valued:
            skip = True
        elif not word.startswith("-"):
            out.append(word)
    return out


def _units(name: str, words: t.Sequence[str]) -> t.Iterator[str]:
    if any(word.split("=")[0] in _OTHER_MANAGER or word.startswith("--user-unit") for word in words):
        return
    given: list[str] = []
    if name == "systemctl":
        verb, *operands = _operands(words, _VALUED) or [""]
        if verb in _VERBS:
            given = operands[:1] if verb in _FIRST_ONLY else operands
            if verb == "isolate":
                given = [unit if "." in unit else f"{unit}.target" for unit in given]
    elif name == "journalctl":
        for place, word in enumerate(words):
            following = words[place + 1] if place + 1 < len(words) else ""
            if word in ("-u", "--unit") or re.fullmatch(r"-[abefkqrx]+u", word):
                given.append(following)
            elif word.startswith(("--unit=", "_SYSTEMD_UNIT=")):
                given.append(word.partition("=")[2])
            elif re.fullmatch(r"-u[A-Za-z0-9].*", word):
                given.append(word[2:])
    else:
        operands = [word for word in words if not word.startswith("-")]
        given = operands[:1] if len(operands) > 1 else []
    for unit in given:
        if _UNIT_NAME.fullmatch(unit) and not unit.isdigit() and not re.fullmatch(r"[A-Z][A-Z0-9_-]+", unit) and "example" not in unit:
            yield full_name(unit)


def full_name(unit: str) -> str:
    """A template without an instance (``app@``) gets one: systemd knows it by that."""
    whole = unit if unit.rpartition(".")[2] in _SUFFIXES else f"{unit}.service"
    return re.sub(r"@(?=\.[a-z]+$)", "@readiness", whole)


def _paths(command: Command, made: set[str]) -> t.Iterator[str]:
    """What the command reads or runs; what it may make is added to ``made``."""
    name, words = command.name, list(command.words[1:])
    yield from command.reads
    if command.words[0].startswith("/") and _is_program(command.words[0]):
        yield command.words[0]
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in _CONFIGURED:
            yield value if equals else (words[place + 1] if place + 1 < len(words) else "")
    operands = [word for word in words if not word.startswith("-")]
    absolute = [word for word in operands if word.startswith("/")]
    if name in _ALL:
        yield from _operands(words, ("-n", "-c", "-f" if name == "sort" else "--", "-I", "-k", "-t", "-o", "-L"))
    elif name in _BUT_FIRST:
        made.update(_after(words, "-o", "--output"))
        if any(word in ("-e", "-f", "--regexp", "--file") or word.startswith(("-e", "--regexp=", "--file=")) for word in words):
            return
        yield from _operands(words, ("-A", "-B", "-C", "-m", "-d", "-F", "-v", "--arg", "--max-count"))[1:]
    elif name in _FIRST:
        yield from [word for word in operands[:1] if word in absolute]
    elif name in _BUT_LAST and not any(word.startswith(("-t", "--target-directory", "-S")) for word in words):
        yield from _operands(words, ("-o", "-g", "-m", "-e", "--exclude", "--include"))[:-1]
        made.update((*operands[-1:], *(f"{_plain(word)}{_BELOW}" for word in operands[-1:])))
    elif name == "find":
        yield from [word for word in words[:1] if word in absolute]
    elif name == "logrotate":
        yield from [word for word in operands[-1:] if word in absolute]
    elif name == "java":
        yield from _after(words, "-jar")
    elif name in ("nginx", "haproxy"):
        yield from _after(words, "-c", "-f")
    else:
        made.update(absolute)
        folders = absolute if name in _MAKES_FOLDERS else _after(words, "-C", "-d", "--directory")
        made.update(f"{_plain(word)}{_BELOW}" for word in folders)
        made.update(
            value for word in words if (value := word.partition("=")[2]).startswith("/") and word.partition("=")[0] not in _CONFIGURED
        )


def _after(words: t.Sequence[str], *options: str) -> list[str]:
    return [words[place + 1] for place, word in enumerate(words[:-1]) if word in options]


def _plain(path: str) -> str:
    return re.sub(r"/{2,}", "/", path).rstrip("/").rstrip(",:")


def _is_program(path: str) -> bool:
    return _is_script(path) or path.split("/")[1] in _ROOTS


def _is_script(path: str) -> bool:
    return path.startswith("/") and ("/bin/" in path or "/sbin/" in path or path.endswith((".sh", ".py")))


def must_be_there(path: str) -> bool:
    """Whether it is one whole path that lasts: no placeholder, no pattern, nothing of a moment."""
    plain = _plain(path)
    if not plain.startswith("/") or plain == "" or path.endswith(":") or UNKNOWN in path or len(path) > 1000:
        return False
    if _OPEN.search(path) or _EXAMPLE.search(path) or _PASSING.search(plain):
        return False
    return not any(plain == folder or plain.startswith(f"{folder}/") for folder in _NOT_KEPT)


def _is_made(path: str, made: t.Collection[str]) -> bool:
    """Whether a command of the document may have made it, or a folder in which it lies."""
    steps = path.split("/")
    folders = {"/".join(steps[:count]) + _BELOW for count in range(3, len(steps) + 1)}
    return any(one in folders or _plain(one) == path for one in made)


__all__ = ("ALERT", "PATH", "UNIT", "Named", "full_name", "must_be_there", "names_in")
