# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import textfile
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import PublishFailure, write


def test_the_file_is_whole_readable_and_alone(tmp_path: pathlib.Path) -> None:
    path = textfile.write_metrics(str(tmp_path), "payments", "production", b"a 1\n")
    assert path == str(tmp_path / "operability_payments_production.prom")
    textfile.write_metrics(str(tmp_path), "payments", "production", b"a 2\n")
    assert pathlib.Path(path).read_bytes() == b"a 2\n"
    assert os.stat(path).st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["operability_payments_production.prom"]


def test_names_are_safe_and_never_shared() -> None:
    pairs = [
        ("a_b", "c"),
        ("a", "b_c"),
        ("a/b", "c"),
        ("a-b", "c"),
        ("../../etc/x", "y"),
        ("é", "y"),
        ("è", "y"),
        ("", ""),
        ("a" * 300, "b"),
        ("a" * 301, "b"),
    ]
    names = [textfile.filename(*pair) for pair in pairs]
    assert len(set(names)) == len(names)
    assert all("/" not in name and len(name) < 255 and name.isascii() and name.endswith(".prom") for name in names)


def test_a_missing_folder_is_said(tmp_path: pathlib.Path) -> None:
    with pytest.raises(PublishFailure, match="does not exist"):
        textfile.write_metrics(str(tmp_path / "no"), "a", "b", b"")
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishFailure, match="is not a folder"):
        textfile.write_metrics(str(tmp_path / "file"), "a", "b", b"")


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only"), (errno.EACCES, "denied")])
def test_a_folder_that_takes_nothing_keeps_what_was_there(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = textfile.write_metrics(str(tmp_path), "a", "b", b"old\n")

    def refuse(_descriptor: int) -> t.NoReturn:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(PublishFailure, match=words):
        textfile.write_metrics(str(tmp_path), "a", "b", b"new\n")
    assert pathlib.Path(path).read_bytes() == b"old\n"
    assert len(os.listdir(tmp_path)) == 1


def test_a_folder_that_is_really_full() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with pytest.raises(PublishFailure):
        write("/dev/full/x", b"1")


def test_remove(tmp_path: pathlib.Path) -> None:
    assert not textfile.present(str(tmp_path), "a", "b")
    assert not textfile.remove(str(tmp_path), "a", "b")
    textfile.write_metrics(str(tmp_path), "a", "b", b"")
    assert textfile.present(str(tmp_path), "a", "b")
    for look in (textfile.present, textfile.remove):
        with pytest.raises(PublishFailure, match="does not exist"):
            look(str(tmp_path / "no"), "a", "b")
    assert textfile.remove(str(tmp_path), "a", "b")
    assert os.listdir(tmp_path) == []
    (tmp_path / textfile.filename("a", "b")).mkdir()
    with pytest.raises(PublishFailure, match="could not be removed"):
        textfile.remove(str(tmp_path), "a", "b")


def test_a_report_over_a_folder_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(PublishFailure, match="is a folder"):
        write(tmp_path, b"")
