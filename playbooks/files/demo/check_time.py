# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitoring plugin in the Nagios manner: CRITICAL when this host's clock is a second or more from that of a time server (SNTP).

The demo may run on a machine whose clock is set from outside, as in a container, where no time daemon can be asked.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

SINCE_1900 = 2208988800


def main() -> int:
    host, port = sys.argv[1].rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        sent = time.time()
        try:
            asking.sendto(bytes([0x23]) + bytes(47), (host, int(port)))
            answer = asking.recv(512)
        except OSError as exc:
            print(f"UNKNOWN - {host}:{port} does not answer: {exc}")
            return 3
        received = time.time()
    seconds, parts = struct.unpack("!II", answer[40:48])
    offset = seconds + parts / 2**32 - SINCE_1900 - (sent + received) / 2
    state, code = ("OK", 0) if abs(offset) < 1 else ("CRITICAL", 2)
    print(f"{state} - the clock is {abs(offset):.3f} s from that of {host}:{port} | offset={offset:.6f}s;;-1:1")
    return code


if __name__ == "__main__":
    sys.exit(main())
