# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools whose backups can be verified and restored, and how each is told where they are. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._argspec import Option, Spec
from .._masking import masked, shown_address
from ._backup_access import BARMAN, BORG, FILE, MARIADB, PGBACKREST, RESTIC
from ._backup_proofs import IntegrityOf, RestoreOf

TOOLS = ("restic", "file", "borg", "pgbackrest", "barman", "mariadb")


def _optional(about: Option) -> Option:
    """The option as one that nobody has to give, and without what it is when it is not given."""
    kept = about.copy()
    kept.pop("required", None)
    kept.pop("default", None)
    return kept


# what the checks of the tools take to find and open their backups, in one; documented by the fragment _backup_tools
ACCESS: Spec = {option: _optional(about) for spec in (RESTIC, BORG, PGBACKREST, BARMAN, MARIADB, FILE) for option, about in spec.items()}
TOOL_SPEC: Spec = {"tool": {"type": "str", "required": True, "choices": list(TOOLS)}, **ACCESS}
TOOL_SIZES = ("verify_max_bytes",)
TOOL_CONSTRAINTS = {"mutually_exclusive": [("password", "password_file"), ("path", "pattern")]}
# one of these says where the backups are
NEEDED: t.Mapping[str, tuple[str, ...]] = {
    "restic": ("repository", "config"),
    "borg": ("repository", "config"),
    "file": ("path", "pattern"),
    "pgbackrest": ("stanza",),
    "barman": ("barman_server",),
    "mariadb": ("path", "pattern"),
}
PROGRAMS = {"restic": "restic", "borg": "borg", "pgbackrest": "pgbackrest", "barman": "barman", "mariadb": "mariadb-backup"}
# by these a backup is known again
NAMING = (
    ("repository", "config", "profile", "path", "pattern", "stanza", "repo", "barman_server", "archive_prefix", "glob_archives")
    + ("host", "tags", "paths")
)  # fmt: skip
# what becomes a word of a command line
WORDS = (
    "repository",
    "host",
    "profile",
    "stanza",
    "barman_server",
    "archive_prefix",
    "glob_archives",
    "generation",
    "verify_database",
    "verify_user",
)


class Tool(t.TypedDict):
    """The options that say which backups are meant."""

    tool: str
    repository: str | None
    password_file: str | None
    password: str | None
    environment: dict[str, object] | None
    paths: list[str] | None
    host: str | None
    tags: list[str] | None
    binary: str | None
    config: str | None
    profile: str | None
    pattern: list[str] | None
    path: str | None
    stanza: str | None
    repo: int | None
    barman_server: str | None
    archive_prefix: str | None
    glob_archives: str | None
    time_zone: str | None
    verify_max_bytes: int | None


def refused(args: t.Mapping[str, object]) -> list[str]:
    """What is wrong with the options of a tool, a sentence each."""
    found = []
    needed = NEEDED.get(str(args["tool"]), ())
    if not any(args.get(name) for name in needed):
        found.append(f"{args['tool']} needs {' or '.join(needed)}, which says where the backups are")
    for name in WORDS:
        value = args.get(name)
        if isinstance(value, str) and (value.startswith("-") or not value.isprintable()):
            found.append(f"{name}: a value that starts with a dash or has a line break would reach a tool as an option")
    return found


def with_program(args: t.Mapping[str, object]) -> dict[str, object]:
    """The options as the files of a tool take them: with the name of its program where none is given."""
    return {**args, "binary": args.get("binary") or PROGRAMS.get(str(args["tool"]))}


def identity(args: t.Mapping[str, object]) -> dict[str, object]:
    """What names these backups, without credentials; the same backups have the same identity from run to run."""
    named: dict[str, object] = {"tool": args["tool"]}
    for name in NAMING:
        value = args.get(name)
        if isinstance(value, str):
            named[name] = shown_address(value)
        elif isinstance(value, (list, tuple)):
            named[name] = sorted(masked(str(item)) for item in value)
        elif value is not None:
            named[name] = value
    return named


def shown_name(args: t.Mapping[str, object]) -> str:
    """The backups in a sentence: their repository, folder, stanza or server."""
    for name in NEEDED.get(str(args["tool"]), ()):
        value = args.get(name)
        if value:
            return ", ".join(masked(str(item)) for item in value) if isinstance(value, (list, tuple)) else shown_address(str(value))
    return str(args["tool"])


def is_of_one_host(args: t.Mapping[str, object]) -> bool:
    """Whether a path says where the backups are: on another host the same path leads to other ones, unless it is shared."""
    for name in NEEDED.get(str(args["tool"]), ()):
        value = args.get(name)
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, str) and item.startswith(("/", "~", ".", "file://", "local:")):
                return True
    return False


def integrity_of(tool: str) -> IntegrityOf:
    """What verifies the backups of a tool. The file of a tool that is not asked for is not imported, and all of them travel."""
    if tool not in TOOLS:
        raise KeyError(tool)
    if tool == "restic":
        from . import _integrity_restic

        return t.cast("IntegrityOf", _integrity_restic)
    if tool == "file":
        from . import _integrity_file

        return t.cast("IntegrityOf", _integrity_file)
    if tool == "borg":
        from . import _integrity_borg

        return t.cast("IntegrityOf", _integrity_borg)
    if tool == "pgbackrest":
        from . import _integrity_pgbackrest

        return t.cast("IntegrityOf", _integrity_pgbackrest)
    if tool == "barman":
        from . import _integrity_barman

        return t.cast("IntegrityOf", _integrity_barman)
    from . import _integrity_mariadb

    return t.cast("IntegrityOf", _integrity_mariadb)


def restore_of(tool: str) -> RestoreOf:
    """What restores the backups of a tool."""
    if tool not in TOOLS:
        raise KeyError(tool)
    if tool == "restic":
        from . import _restore_restic

        return t.cast("RestoreOf", _restore_restic)
    if tool == "file":
        from . import _restore_file

        return t.cast("RestoreOf", _restore_file)
    if tool == "borg":
        from . import _restore_borg

        return t.cast("RestoreOf", _restore_borg)
    if tool == "pgbackrest":
        from . import _restore_pgbackrest

        return t.cast("RestoreOf", _restore_pgbackrest)
    if tool == "barman":
        from . import _restore_barman

        return t.cast("RestoreOf", _restore_barman)
    from . import _restore_mariadb

    return t.cast("RestoreOf", _restore_mariadb)


__all__ = (
    "ACCESS",
    "NEEDED",
    "PROGRAMS",
    "TOOLS",
    "TOOL_CONSTRAINTS",
    "TOOL_SIZES",
    "TOOL_SPEC",
    "Tool",
    "identity",
    "integrity_of",
    "is_of_one_host",
    "refused",
    "restore_of",
    "shown_name",
    "with_program",
)
