# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded demo's log shipper: appends what is written to one file to another one, where no rsyslog is to be had.

Reads its configuration, a JSON object of source to destination, once at start.
"""

from __future__ import annotations

import json
import pathlib
import sys
import time


def main() -> None:
    routes = {pathlib.Path(source): pathlib.Path(target) for source, target in json.loads(pathlib.Path(sys.argv[1]).read_text()).items()}
    positions = {source: source.stat().st_size if source.exists() else 0 for source in routes}
    while True:
        for source, target in routes.items():
            size = source.stat().st_size if source.exists() else 0
            if size < positions[source]:
                positions[source] = 0
            if size > positions[source]:
                with source.open("rb") as lines:
                    lines.seek(positions[source])
                    content = lines.read(size - positions[source])
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab") as central:
                    central.write(content)
                positions[source] = size
        time.sleep(0.1)


if __name__ == "__main__":
    main()
