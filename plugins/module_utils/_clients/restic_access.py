# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a repository of restic is reached: by the options of a check, or as a wrapper of restic has it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner
from .restic import Restic
from .restic_wrappers import read_profile


class Access(t.TypedDict):
    """The options of every check that opens a repository."""

    repository: str | None
    password_file: str | None
    password: str | None
    environment: dict[str, object] | None
    config: str | None
    profile: str | None
    paths: list[str] | None
    host: str | None
    tags: list[str] | None
    binary: str


class Opened(t.NamedTuple):
    """A repository, and which of its snapshots are asked for."""

    restic: Restic
    paths: list[str]
    host: str | None
    tags: list[str]
    password_file: str | None
    matched: list[str]  # those of the paths that a pattern finds on this host now, some of them perhaps only since the last backup


def opened(args: Access, runner: Runner) -> Opened:
    """The repository that the options lead to; what they do not say is read from ``config``. Nothing is run. CannotObserve."""
    found = None if args["config"] is None else read_profile(runner, args["config"], args["profile"])
    if found and found.unclear and not args["paths"]:
        raise CannotObserve(
            phrase(
                "{file:path}: what {sources:list} stands for cannot be told from here: name what is backed up in 'paths'",
                file=str(args["config"]),
                sources=found.unclear,
            )
        )
    password_file, command = args["password_file"], None
    own = args["password"] is not None or password_file is not None
    password = args["password"]
    if found and not own:
        password, password_file, command = found.password, found.password_file, found.password_command
    restic = Restic(
        runner,
        args["repository"] or (found.repository if found else ""),
        binary=args["binary"],
        password=password,
        password_file=password_file,
        password_command=command,
        environment={**(found.environment if found else {}), **(args["environment"] or {})},
    )
    return Opened(
        restic,
        list(args["paths"] or (found.paths if found else ())),
        args["host"] or (found.host if found else None),
        list(args["tags"] or (found.tags if found else ())),
        password_file,
        list(found.matched if found and not args["paths"] else ()),
    )


def complete(args: t.Mapping[str, object]) -> Access:
    """The options of a check that has others as well, or not all of these."""
    given = {name: args.get(name) for name in Access.__annotations__}
    return t.cast("Access", {**given, "binary": args.get("binary") or "restic"})


__all__ = ("Access", "Opened", "complete", "opened")
