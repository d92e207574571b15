# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools of PostgreSQL for backups that are files, where a host has them: pg_restore, pg_verifybackup. PRIVATE to the collection."""

from __future__ import annotations

import os
import re

from .._message import first_line
from .._phrase import phrase
from .._runner import Runner
from . import pg_programs
from .streams import Damaged, NotVerifiable

_BUILT_HERE = "/usr/local/pgsql/bin"


def program(runner: Runner, name: str, version: str = "*") -> str:
    """The path of a tool, of this release where it is known. NotVerifiable when it is not installed."""
    places = [os.path.join(folder, name) for folder in (*pg_programs.folders(version), _BUILT_HERE)]
    here = next((found for path in (*places, name) if (found := runner.which(path))), None)
    if here is None:
        raise NotVerifiable(phrase("{program} is not installed on this host", program=name))
    return here


def as_sql(path: str, out: str, runner: Runner) -> None:
    """Turns an archive of pg_dump into SQL, by which each of its blocks is unpacked. Damaged, NotVerifiable, CannotObserve."""
    done = runner.run([program(runner, "pg_restore"), "-f", out, "--", path], timeout=3600.0)
    said = _complaint(done.stderr)
    if "unsupported version" in said:
        raise NotVerifiable(phrase("pg_restore of this host is too old for it: {reason}", reason=said))
    if done.rc != 0 or said:
        raise Damaged(phrase("pg_restore cannot read it: {reason}", reason=said or str(done.rc)))


def verify_base(path: str, runner: Runner) -> None:
    """Compares each file of a base backup with its manifest. Damaged, NotVerifiable, CannotObserve."""
    try:
        with open(os.path.join(path, "PG_VERSION"), encoding="ascii", errors="replace") as handle:
            version = handle.read(10).strip()
    except FileNotFoundError:
        raise NotVerifiable(phrase("pg_verifybackup reads folders alone, and these are archives")) from None
    done = runner.run([program(runner, "pg_verifybackup", version if version.isdigit() else "*"), "--", path], timeout=3600.0)
    if done.rc == 0 and "successfully verified" in done.stdout:
        return
    said = _complaint(done.stderr)
    if re.search(r"pg_waldump.*(not found|is needed|same version)|WAL parsing failed", said) and not re.search(
        r"checksum mismatch|is present on disk|is present in the manifest", done.stderr
    ):
        raise NotVerifiable(phrase("pg_verifybackup cannot look at its WAL: {reason}", reason=said))
    raise Damaged(phrase("pg_verifybackup finds it damaged: {reason}", reason=said or first_line(done.stdout, limit=200)))


def _complaint(text: str) -> str:
    lines = [line for line in text.splitlines() if re.search(r"\b(?:error|fatal)\b", line)]
    return first_line(lines[0], limit=200) if lines else ""


__all__ = ("as_sql", "program", "verify_base")
