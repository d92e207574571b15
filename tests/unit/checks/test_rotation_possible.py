# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of files, which not every file system has, and what is unpacked of compressed files."""

from __future__ import annotations

import bz2
import fcntl
import gzip
import lzma
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _rotation_possible, _rotation_unpacked


@pytest.mark.parametrize(("flags", "letter"), [(0x80000, None), (0x80020, "a"), (0x80010, "i")])
def test_attributes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, flags: int, letter: str | None) -> None:
    monkeypatch.setattr(fcntl, "ioctl", lambda _file, _request, given: flags.to_bytes(4, "little") + given[4:])
    (tmp_path / "app.log").touch()
    assert _rotation_possible.attribute_of(str(tmp_path / "app.log")) == letter
    assert _rotation_possible.attribute_of(str(tmp_path / "none")) is None


def test_a_file_system_without_attributes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> t.NoReturn:
        raise OSError(25, "Inappropriate ioctl for device")

    monkeypatch.setattr(fcntl, "ioctl", refused)
    assert _rotation_possible.attribute_of(str(tmp_path)) is None


@pytest.mark.parametrize(("ends", "packed"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_the_end_of_what_is_compressed(ends: str, packed: t.Callable[[bytes], bytes]) -> None:
    for text in (b"", b"a line\n", b"a line\n" * 10**6):
        data = packed(text)
        assert _rotation_unpacked.has_an_end(data, ends), (ends, len(text))
        assert not _rotation_unpacked.has_an_end(data[:-5], ends), (ends, len(text))
    assert not _rotation_unpacked.has_an_end(b"\x1f\x8b" + b"garbage" * 10, ends)


def test_what_unpacks_without_end() -> None:
    """Only so much of it is unpacked."""
    assert _rotation_unpacked.has_an_end(gzip.compress(bytes(2**27)), ".gz")
