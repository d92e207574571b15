# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What restic check says. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.restic import DAMAGED, OTHER, failure
from .._finding import CannotObserve
from .._message import lines_of
from .._phrase import phrase, verbatim
from .._runner import Runner
from ._backup_proofs import Share, Verified


def verify(args: t.Any, runner: Runner, share: Share) -> Verified:
    env = {name: str(value) for name, value in (args["environment"] or {}).items()}
    env["RESTIC_REPOSITORY"] = args["repository"]
    if args["password"] is not None:
        env["RESTIC_PASSWORD"] = args["password"]
    argv = [args["binary"], "check", "--no-lock", "--no-cache", f"--read-data-subset={share.number}/{share.of}"]
    done = runner.run(argv, env=env, timeout=86400.0)
    damages = [verbatim(line) for line in lines_of(done.stderr, 300) if "pack" in line.lower() or "not found" in line]
    if done.rc != 0:
        kind, said = failure(done.rc, done.stderr)
        if kind not in (DAMAGED, OTHER) and "contains errors" not in done.stderr:
            raise CannotObserve(phrase("restic: there is no repository or {reason}", reason=said), absent=kind == "no_repository")
    elif "no errors were found" not in done.stdout:
        raise CannotObserve(verbatim("restic did not say that it found nothing"))
    return Verified(phrase("part {number:number} of {of:number}", number=share.number, of=share.of), damages=damages)


__all__ = ("verify",)
