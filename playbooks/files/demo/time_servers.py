# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two time servers of the demo (SNTP): one has this machine's time, the other is ahead, so that who compares clocks can be seen failing."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time

SINCE_1900 = 2208988800


def serve(port: int, ahead: float) -> None:
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", port))
    while True:
        question, who = listening.recvfrom(512)
        if len(question) < 48:
            continue
        now = time.time() + ahead + SINCE_1900
        stamp = struct.pack("!II", int(now), int(now % 1 * 2**32))
        # version 4, a server, stratum 2
        listening.sendto(struct.pack("!BBbb", 0x24, 2, 6, -20) + bytes(12) + stamp + question[40:48] + stamp + stamp, who)


def main() -> None:
    right, wrong = (int(word) for word in sys.argv[1:3])
    threading.Thread(target=serve, args=(wrong, 90.0), daemon=True).start()
    serve(right, 0.0)


if __name__ == "__main__":
    main()
