# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a line is logged."""

from __future__ import annotations

import os
import pathlib
import socket

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_writing
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, FakeClock, FakeRunner


def test_syslog_datagram() -> None:
    text = log_writing.syslog_datagram("payments", "hello", NOW.timestamp()).decode()
    assert text.startswith("<14>Nov 25 ") or text.startswith("<14>Nov 24 ")
    assert text.endswith(f" payments[{os.getpid()}]: hello")


def test_journal_datagram() -> None:
    data = log_writing.journal_datagram({"MESSAGE": "a\nb", "PRIORITY": "6", "_HOSTNAME": "forged", "lower": "x", "BAD-NAME": "x"})
    assert data == b"MESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\nPRIORITY=6\n"


def test_appended_to_a_file_that_is_there(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    with pytest.raises(log_writing.NotTaken, match="is not there"):
        log_writing.append(str(path), "a line", FakeRunner())
    path.write_text("before\n")
    place = log_writing.append(str(path), "a line", FakeRunner())
    assert (place.offset, place.inode, path.read_text()) == (7, path.stat().st_ino, "before\na line\n")


def test_never_through_a_link(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_text("")
    (tmp_path / "link.log").symlink_to(tmp_path / "app.log")
    for path, why in ((tmp_path / "link.log", "is a symbolic link to"), (tmp_path, "is not a regular file")):
        with pytest.raises(CannotObserve, match=why):
            log_writing.append(str(path), "a line", FakeRunner())
    assert (tmp_path / "app.log").read_text() == ""


def test_sent_as_a_datagram_or_into_a_stream(tmp_path: pathlib.Path) -> None:
    for kind, name, received in ((socket.SOCK_DGRAM, "datagram", b"a line"), (socket.SOCK_STREAM, "stream", b"a line\n")):
        with socket.socket(socket.AF_UNIX, kind) as server:
            server.bind(str(tmp_path / name))
            if kind == socket.SOCK_STREAM:
                server.listen()
            log_writing.send(str(tmp_path / name), b"a line", "syslog")
            source = server.accept()[0] if kind == socket.SOCK_STREAM else server
            assert source.recv(100) == received
            if source is not server:
                source.close()
    with pytest.raises(log_writing.NotTaken, match="nobody listens"):
        log_writing.send(str(tmp_path / "stream"), b"a line", "syslog")


def test_never_into_the_middle_of_a_record(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    for data in (b'{"msg": "half', b"a line\r", b"\xff\xfea\0\n\0", b"\xfe\xff\0a\0\n", b"a\n\0"):
        path.write_bytes(data)
        with pytest.raises(CannotObserve, match="does not end with a line end for 5 s"):
            log_writing.append(str(path), "a line", FakeRunner())
        assert path.read_bytes() == data
    for data in (b"", b"\n", b"a\n", b"a\r\n"):
        path.write_bytes(data)
        assert log_writing.append(str(path), "a line", FakeRunner()).offset == len(data)


def test_half_a_line_is_waited_for(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("half a ")

    class Writes(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            with path.open("a") as log:
                log.write("line\n" if self.monotonic() > 1 else "long ")

    place = log_writing.append(str(path), "ours", FakeRunner(clock=Writes()))
    assert path.read_text().endswith("long line\nours\n")
    assert path.read_bytes()[place.offset :] == b"ours\n"
