# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An NTP server with a clock and manners of its own: what a time daemon or a check asks, it answers over UDP (RFC 5905).

Alone: ``python ntp_server.py ADDRESS PORT SHIFT``, until it is ended.
"""

from __future__ import annotations

import dataclasses
import socket
import struct
import sys
import threading
import time
import typing as t

EPOCH = 2208988800  # seconds from 1900 to 1970
LOCAL = "127.0.0.1"


@dataclasses.dataclass
class Manners:
    """``shift``: seconds by which its clock is ahead; ``manner``: good, silent, garbage, page, other_question, forger."""

    shift: float = 0.0
    leap: int = 0
    stratum: int = 2
    reference: bytes = b"\xc63d\x01"  # 198.51.100.1
    mode: int = 4
    manner: str = "good"


class NtpServer:
    """Answers from a thread; ``manners`` may be changed while it runs."""

    def __init__(self, _folder: object = None, address: str = LOCAL, port: int = 0, **manners: t.Any) -> None:
        self.manners = Manners(**manners)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.address, self.port = address, int(self.socket.getsockname()[1])
        self.asked = 0
        self.over = False

    @property
    def name(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def start(self) -> NtpServer:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def stop(self) -> None:
        self.over = True
        with socket.socket(self.socket.family, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (self.address, self.port))

    def serve(self) -> None:
        while True:
            question, asker = self.socket.recvfrom(1024)
            received = time.time()
            if self.over:
                self.socket.close()
                return
            self.asked += 1
            for answer in self.answers(question, received):
                self.socket.sendto(answer, asker)

    def answers(self, question: bytes, received: float) -> list[bytes]:
        told, nonce = self.manners, question[40:48]
        if told.manner == "silent" or len(question) < 48:
            return []
        if told.manner == "garbage":
            return [b"\x24\x02"]
        if told.manner == "page":
            return [b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body>not here</body></html>\n"]
        if told.manner == "other_question":
            return [self.answer(bytes(8), question, received)]
        if told.manner == "forger":  # somebody who has not seen the question is quicker
            return [self.answer(b"\x01" * 8, question, received + 3600), self.answer(nonce, question, received)]
        return [self.answer(nonce, question, received)]

    def answer(self, nonce: bytes, question: bytes, received: float) -> bytes:
        told = self.manners
        version = (question[0] >> 3) & 7
        head = struct.pack(
            "!BBBbII4s", told.leap << 6 | version << 3 | told.mode, told.stratum, question[2], -20, 0x100, 0x100, told.reference
        )
        last = moment(received + told.shift - 8)
        return head + last + nonce + moment(received + told.shift) + moment(time.time() + told.shift)


def moment(seconds: float) -> bytes:
    whole = int(seconds // 1)
    return struct.pack("!II", (whole + EPOCH) % 2**32, int((seconds - whole) * 2**32) % 2**32)


if __name__ == "__main__":
    NtpServer(None, sys.argv[1], int(sys.argv[2]), shift=float(sys.argv[3])).serve()
