# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitoring plugin in the Nagios manner: OK when the process of a pid file runs. The demo's hosts have no systemd."""

from __future__ import annotations

import os
import pathlib
import sys
import time


def main() -> int:
    path = pathlib.Path(sys.argv[1])
    try:
        pid = int(path.read_text())
        started = path.stat().st_mtime
    except (OSError, ValueError):
        print(f"CRITICAL - {path} names no process")
        return 2
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        print(f"CRITICAL - process {pid} of {path} is gone")
        return 2
    print(f"OK - process {pid} runs | uptime={time.time() - started:.0f}s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
