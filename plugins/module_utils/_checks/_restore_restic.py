# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores a snapshot. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._clients.restic import Restic, failure
from .._phrase import phrase
from .._runner import Runner
from ._backup_proofs import Generation, Restored, RestoreFailed


def _restic(args: t.Any, runner: Runner) -> Restic:
    return Restic(
        runner,
        args["repository"],
        binary=args["binary"],
        password=args["password"],
        password_file=args["password_file"],
        environment=args["environment"],
    )


def generations(args: t.Any, runner: Runner) -> list[Generation]:
    client = _restic(args, runner)
    found = client.snapshots()[0]
    return [Generation(one.id, one.time, client.size(one).size) for one in reversed(found)]


def restore(args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
    client = _restic(args, runner)
    argv = [client.binary, "restore", generation.id, "--no-lock", "--no-cache", "--target", target]
    done = runner.run(argv, env=client.env, timeout=86400.0)
    if done.rc != 0:
        raise RestoreFailed(phrase("restic could not restore: {reason}", reason=failure(done.rc, done.stderr)[1]))
    paths = next(one.paths for one in client.snapshots()[0] if one.id == generation.id)
    return Restored(0, 0, places={path: os.path.join(target, path.lstrip("/")) for path in paths})


__all__ = ("generations", "restore")
