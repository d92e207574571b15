# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of tar and zip that are restored, beside the folder that they were made of."""

from __future__ import annotations

import io
import os
import pathlib
import subprocess
import tarfile
import time
import typing as t
import zipfile

from restore_worlds import new_folder
from rows_backup_restore import Later
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
Pack = t.Callable[[pathlib.Path, pathlib.Path], None]
N = "backup_restore"


def packed(pack: Pack, change: t.Callable[[pathlib.Path], None] | None = None, **more: t.Any) -> Arrange:
    """A folder far below the root, with others beside and above it, packed an hour from now and restored in two hours."""

    def arrange(world: World) -> dict[str, t.Any]:
        data = world.folder / "srv" / "app" / "data" / "sub"
        data.mkdir(parents=True)
        for number in range(10):
            (data / f"file-{number}").write_bytes(os.urandom(500 + number))
        for folder in (data.parent, data.parent.parent, world.folder / "srv"):
            for number in range(30):
                (folder / f"beside-{number}").write_text("of others")
        archive = world.folder / "backups" / "app.tgz"
        archive.parent.mkdir()
        pack(archive, data)
        moment = time.time() + 3600
        os.utime(archive, (moment, moment))
        if change:
            change(data)
        world.runner.clock = Later(2)
        given = {name: [str(data)] if value is HERE else value for name, value in more.items()}
        return {"tool": "file", "pattern": [str(archive)], "scratch": str(new_folder()), **given}

    return arrange


HERE = object()


def tar(*words: str, at: str = "/") -> Pack:
    """With the folder's path in place of {}, and its name in place of @."""

    def pack(archive: pathlib.Path, data: pathlib.Path) -> None:
        named = [word.format(str(data)[1:]).replace("@", data.name) for word in words]
        place = str(data.parent) if at == "parent" else str(data) if at == "itself" else at
        subprocess.run(["tar", "-czf", str(archive), "-C", place, *named], check=True, capture_output=True)

    return pack


def all_but(name: str) -> Pack:
    return tar(f"--exclude={name}", "{}")


def files_alone(archive: pathlib.Path, data: pathlib.Path) -> None:
    """As a list of files that find has made."""
    tar("{}/file-1", "{}/file-2")(archive, data)


def zipped(archive: pathlib.Path, data: pathlib.Path) -> None:
    with zipfile.ZipFile(archive, "w") as made:
        for path in (data, *sorted(data.iterdir())):
            made.write(path)


def with_member(kind: bytes, leads: str) -> Pack:
    def pack(archive: pathlib.Path, data: pathlib.Path) -> None:
        with tarfile.open(archive, "w:gz") as made:
            made.add(data)
            member = tarfile.TarInfo("more")
            member.type, member.linkname = kind, leads.format(str(data)[1:])
            made.addfile(member, io.BytesIO())

    return pack


def link_named_twice(archive: pathlib.Path, data: pathlib.Path) -> None:
    (data / "link").symlink_to("file-1")
    os.link(data / "link", data / "other-name", follow_symlinks=False)
    os.link(data / "file-2", data / "further-name")
    tar("{}")(archive, data)


def rewritten(data: pathlib.Path) -> None:
    for path in data.iterdir():
        path.write_bytes(os.urandom(501))


SAME = r"10 compared with the live files, 0 changed since"
ROWS = [
    Row(N, "tar: a folder far below the root", packed(tar("{}")), "pass", SAME),
    Row(N, "tar: the same with whole paths", packed(tar("-P", "/{}")), "pass", SAME),
    Row(N, "tar: the same from the root itself", packed(tar("./{}")), "pass", SAME),
    Row(N, "tar: from the folder above, and paths says where it was", packed(tar("@", at="parent"), paths=HERE), "pass", SAME),
    Row(N, "tar: from the folder itself, and paths says where it was", packed(tar(".", at="itself"), paths=HERE), "pass", SAME),
    Row(N, "tar: from the folder itself", packed(tar(".", at="itself")), "pass", r"10 files, .*; sizes are those of the backup's listing"),
    Row(
        N,
        "tar: from the folder itself, and a comparison is asked for",
        packed(tar(".", at="itself"), compare_with="live"),
        "warn",
        r"does not say where its files lay: name the folder in paths",
    ),
    Row(N, "tar: two files alone", packed(files_alone), "pass", r"2 compared with the live files"),
    Row(
        N,
        "tar: most of the folder is not in it",
        packed(all_but("file-[2-9]")),
        "warn",
        r"8 of 10 live files .* are not in it: .*/sub/file",
    ),
    Row(
        N,
        "tar: the same from the folder above, with paths",
        packed(tar("--exclude=file-[2-9]", "@", at="parent"), paths=HERE),
        "warn",
        r"8 of 10 live files .* are not in it",
    ),
    Row(N, "tar: other content than the live files", packed(tar("{}"), rewritten), "fail", r"was restored with .* has not changed since"),
    Row(N, "tar: holds nothing of what is asked for", packed(tar("{}"), paths=["/srv/ledger"]), "fail", r"holds nothing of /srv/ledger"),
    Row(
        N, "tar: a further name of a file that is not in it", packed(with_member(tarfile.LNKTYPE, "gone")), "fail", r"1 member could not be"
    ),
    Row(
        N,
        "tar: a further name of a file of this host",
        packed(with_member(tarfile.LNKTYPE, "/etc/shadow")),
        "fail",
        r"1 member could not be",
    ),
    Row(N, "tar: a link that leads elsewhere", packed(with_member(tarfile.SYMTYPE, "/etc/shadow")), "pass", SAME),
    Row(N, "tar: a device", packed(with_member(tarfile.FIFOTYPE, "")), "pass", SAME),
    Row(N, "tar: further names of a file and of a link", packed(link_named_twice), "pass", r"11 files, .*; 11 compared with the live"),
    Row(N, "zip: a folder far below the root", packed(zipped), "pass", SAME),
]
