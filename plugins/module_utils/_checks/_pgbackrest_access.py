# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With what each check of pgBackRest reaches a stanza. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.pgbackrest import PgBackRest
from .._runner import Runner


class Access(t.TypedDict):
    stanza: str
    config: str | None
    repo: int | None
    binary: str
    environment: dict[str, object] | None


def tool_of(args: Access, runner: Runner) -> PgBackRest:
    """CannotObserve for what is not the name of a stanza."""
    return PgBackRest(
        runner,
        args["stanza"],
        config=args["config"],
        repo=args["repo"],
        binary=args["binary"],
        environment=args["environment"],
    )


__all__ = ("Access", "tool_of")
