# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, and the balancer in front of the service: each request goes to the next host, and to another one when that does not answer."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import sys
import threading
import time

USERS = 4
PATIENCE = 10.0


class Load:
    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self.next = itertools.count()
        self.lock = threading.Lock()
        self.counts = {"requests": 0, "failed": 0, "asked_again": 0}

    def use(self) -> None:
        """One user: asks, reads, asks again."""
        while True:
            tries = self.order()
            with self.lock:
                self.counts["requests"] += 1
                self.counts["failed"] += tries is None
                self.counts["asked_again"] += (tries or 1) - 1
            time.sleep(0.05)

    def order(self) -> int | None:
        """How many hosts were asked until one answered; None where none did."""
        first = next(self.next)
        for number in range(len(self.addresses)):
            if self.answers(self.addresses[(first + number) % len(self.addresses)]):
                return number + 1
        return None

    def answers(self, address: str) -> bool:
        connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        try:
            connection.request("GET", "/orders")
            answer = connection.getresponse()
            answer.read()
            return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def save(self, path: str) -> None:
        with self.lock:
            text = json.dumps(self.counts)
        with open(f"{path}.new", "w") as file:
            file.write(f"{text}\n")
        os.replace(f"{path}.new", path)


def main() -> None:
    load = Load(sys.argv[2:])
    for _unused in range(USERS):
        threading.Thread(target=load.use, daemon=True).start()
    while True:
        load.save(sys.argv[1])
        time.sleep(0.5)


if __name__ == "__main__":
    main()
