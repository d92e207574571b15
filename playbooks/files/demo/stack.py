# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and ends an estate of the demo: the small one with its faults, or that of a service of level A.

``stack.py up`` leaves a supervisor behind, which starts again whatever ends, and ends all of it when its owner is gone or
``stack.py down`` says so. What stands where is in ``FOLDER/stack.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import signal
import sys
import time
import traceback

import servers
from full_estate import FullEstate
from servers import alive
from shop_estate import Estate


def up(options: argparse.Namespace) -> int:
    folder: pathlib.Path = options.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        os.setsid()
        with open(folder / "supervisor.log", "ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        estate = (FullEstate if options.full else Estate)(folder, servers.Binaries(options.binaries) if options.binaries else None)
        signal.signal(signal.SIGTERM, lambda *_unused: sys.exit(0))
        try:
            estate.build()
            estate.facts["supervisor"] = os.getpid()
            (folder / "stack.json.new").write_text(json.dumps(estate.facts, indent=1))
            (folder / "stack.json.new").rename(folder / "stack.json")
            estate.supervise(options.owner)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            estate.stop()
            os._exit(0)
    end = time.monotonic() + 180
    while time.monotonic() < end and alive(child) and not (folder / "stack.json").exists():
        time.sleep(0.05)
    if (folder / "stack.json").exists():
        print((folder / "stack.json").read_text())
        return 0
    print((folder / "supervisor.log").read_text()[-3000:], file=sys.stderr)
    return 1


def down(options: argparse.Namespace) -> int:
    facts = options.folder / "stack.json"
    if not facts.exists():
        return 0
    supervisor = json.loads(facts.read_text())["supervisor"]
    (options.folder / "stop").touch()
    end = time.monotonic() + 20
    while time.monotonic() < end and alive(supervisor):
        time.sleep(0.05)
    return 1 if alive(supervisor) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down"])
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--binaries", type=pathlib.Path, help="unpacked Debian packages; without it the estate is embedded")
    parser.add_argument("--full", action="store_true", help="the estate of a service of level A with everything in place")
    parser.add_argument("--owner", type=int, default=0, help="the process with which the estate ends; 0: none")
    options = parser.parse_args()
    return up(options) if options.action == "up" else down(options)


if __name__ == "__main__":
    sys.exit(main())
