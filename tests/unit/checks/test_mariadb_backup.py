# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of MariaDB and MySQL: chains, pages, streams that are made here byte by byte."""

from __future__ import annotations

import pathlib
import struct
import typing as t
import zlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import innodb_files, mariadb_backups, xbstream
from ansible_collections.operability.readiness.plugins.module_utils._clients.mariadb_backups import Backup, chain
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import FakeRunner
from mariadb_made import data_file, xtrabackup


def part(name: str, content: bytes, offset: int = 0, kind: bytes = b"P", wrong: int = 0) -> bytes:
    path = name.encode()
    head = b"XBSTCK01\x00" + kind + struct.pack("<I", len(path)) + path
    if kind == b"E":
        return head
    return head + struct.pack("<QQI", len(content), offset, zlib.crc32(content) ^ wrong) + content


def end(name: str) -> bytes:
    return part(name, b"", kind=b"E")


def read(path: pathlib.Path, content: bytes, most: int = 1 << 30) -> tuple[dict[str, int], dict[str, str]]:
    path.write_bytes(content)
    return xbstream.members(str(path), ("info",), FakeRunner(), most)


WHOLE = part("a/b.ibd", b"x" * 50) + part("a/b.ibd", b"y" * 30, 50) + end("a/b.ibd") + part("info", b"end_time = x\n") + end("info")


@pytest.mark.parametrize("most", [1 << 30, 10])
def test_a_stream(tmp_path: pathlib.Path, most: int) -> None:
    assert read(tmp_path / "x.xb", WHOLE, most) == ({"a/b.ibd": 80, "info": 13}, {"info": "end_time = x\n"})


def test_wherever_a_stream_is_cut_it_is_told(tmp_path: pathlib.Path) -> None:
    whole_ones = {len(part("a/b.ibd", b"x" * 50) + part("a/b.ibd", b"y" * 30, 50) + end("a/b.ibd"))}
    for size in range(1, len(WHOLE)):
        for most in (1 << 30, 10):
            if size in whole_ones:
                assert "info" not in read(tmp_path / "x.xb", WHOLE[:size], most)[0]
                continue
            with pytest.raises(xbstream.Damaged):
                read(tmp_path / "x.xb", WHOLE[:size], most)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (part("a", b"x", wrong=1) + end("a"), "a part of a in it does not agree"),
        (part("a", b"x") + end("a") + part("a", b"y", 1) + end("a"), "goes on in it after its end"),
        (part("a", b"x") + part("a", b"z", 2) + end("a"), "a part of a is missing in it"),
        (part("a", b"z", 1) + end("a"), "a part of a is missing in it"),
        (part("a", b"x") + end("a") + b"garbage-after-the-end", "no part of a stream"),
        (part("a", b"x", kind=b"Q"), "unknown kind"),
        (b"XBSTCK01\x00P" + struct.pack("<I", 2**31) + b"a", "without a name"),
        (b"XBSTCK01\x00P" + struct.pack("<I", 0), "without a name"),
        (b"XBSTCK01\x00P\x01\x00\x00\x00a" + struct.pack("<QQI", 2**63, 0, 0), "cut short"),
        (b"", "does not begin|cut short|empty"),
        (b"ERROR 2002 (HY000): Can't connect", "does not begin with XBSTCK01"),
    ],
)
def test_streams_that_are_none(tmp_path: pathlib.Path, content: bytes, said: str) -> None:
    if not content:
        assert read(tmp_path / "x.xb", content) == ({}, {})
        return
    with pytest.raises(xbstream.Damaged, match=said):
        read(tmp_path / "x.xb", content)


@pytest.mark.parametrize(
    "head", [b"age-encryption.org/v1\n", b"-----BEGIN PGP MESSAGE-----", b"Salted__", b"XBCRYP03", b"\x85\x01", b"\x8c\x0d"]
)
def test_what_is_encrypted_is_not_looked_into(tmp_path: pathlib.Path, head: bytes) -> None:
    with pytest.raises(xbstream.NotRead, match="it is encrypted"):
        read(tmp_path / "x.xb", head + b"\0" * 100)


@pytest.mark.parametrize("summed", [True, False])
def test_a_part_with_holes(tmp_path: pathlib.Path, summed: bool) -> None:
    holes, content = struct.pack("<II", 4096, 5), b"12345"
    head = b"XBSTCK01\x00S\x01\x00\x00\x00a" + struct.pack("<I", 1)
    checksum = zlib.crc32((holes if summed else b"") + content)
    whole = head + struct.pack("<QQI", len(content), 0, checksum) + holes + content + end("a")
    assert read(tmp_path / "x.xb", whole)[0] == {"a": 5}
    with pytest.raises(xbstream.Damaged, match="does not agree"):
        read(tmp_path / "x.xb", whole.replace(content, b"12346"))
    with pytest.raises(xbstream.NotRead, match="files with holes"):
        xbstream.unpack(str(_put(tmp_path / "y.xb", whole)), str(tmp_path), FakeRunner())


def _put(path: pathlib.Path, content: bytes) -> pathlib.Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_nothing_is_unpacked_outside(tmp_path: pathlib.Path, name: str) -> None:
    path, target = tmp_path / "x.xb", tmp_path / "target"
    target.mkdir()
    path.write_bytes(part(name, b"x") + end(name))
    with pytest.raises(xbstream.Damaged, match="outside"):
        xbstream.unpack(str(path), str(target), FakeRunner())
    assert list(target.iterdir()) == []


def test_unpacked_as_it_was(tmp_path: pathlib.Path) -> None:
    path, target = tmp_path / "x.xb", tmp_path / "target"
    target.mkdir()
    path.write_bytes(WHOLE + end("empty"))
    xbstream.unpack(str(path), str(target), FakeRunner())
    assert (target / "a" / "b.ibd").read_bytes() == b"x" * 50 + b"y" * 30
    assert (target / "empty").read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("payments.xb", True),
        ("payments.xbstream.gz", True),
        ("p-2026-11-25.mbs.zst.gpg", True),
        ("payments.mbstream", True),
        ("payments.sql.gz", False),
        ("payments.xb.log.of.last.night", False),
    ],
)
def test_streams_by_their_names(tmp_path: pathlib.Path, name: str, found: bool) -> None:
    (tmp_path / name).touch()
    assert xbstream.is_stream(str(tmp_path / name)) is found


# -- files of InnoDB


@pytest.mark.parametrize(
    ("flags", "size"),
    [(0x15, 16384), (0x13, 4096), (0x17, 65536), (0x21, 16384), (0x4021, 16384), (0x27, 4096), (0x1C0 | 0x21, 65536), (0, 16384)],
)
def test_the_size_of_a_page(flags: int, size: int) -> None:
    header = innodb_files.header_of(data_file(1, 16384, flags))
    assert header is not None
    assert header.page_size == size


@pytest.mark.parametrize("start", [b"", b"\0" * 100, b"x" * 57, b"\xff" * 100])
def test_what_is_no_header(start: bytes) -> None:
    assert innodb_files.header_of(start) is None


@pytest.mark.parametrize(
    ("size", "said"), [(8 * 16384, None), (9 * 16384, None), (7 * 16384, "it has 114688 of 131072"), (100_000, "no whole"), (0, "empty")]
)
def test_the_length_of_a_file(tmp_path: pathlib.Path, size: int, said: str | None) -> None:
    path = tmp_path / "t.ibd"
    path.write_bytes((data_file(8) + bytes(16384))[:size])
    found = innodb_files.fault_of(str(path), size)
    assert found is None if said is None else said in str(found)


def delta(*groups: tuple[bytes, int]) -> bytes:
    out = b""
    for mark, pages in groups:
        numbers = struct.pack(f">{pages}I", *range(pages)) + (b"\xff" * 4 if pages < 1023 else b"")
        out += (mark + numbers).ljust(4096, b"\0") + b"p" * 4096 * pages
    return out


@pytest.mark.parametrize(
    ("content", "good"),
    [
        (delta((b"XTRA", 0)), True),
        (delta((b"XTRA", 3)), True),
        (delta((b"xtra", 1023), (b"XTRA", 2)), True),
        (delta((b"XTRA", 3))[:-1], False),
        (delta((b"XTRA", 3)) + b"x", False),
        (delta((b"xtra", 1023)), False),
        (b"", False),
        (b"garbage" * 2000, False),
    ],
)
def test_changed_pages(tmp_path: pathlib.Path, content: bytes, good: bool) -> None:
    path = tmp_path / "t.delta"
    path.write_bytes(content)
    assert (innodb_files.fault_of_delta(str(path), len(content), 4096) is None) is good


# -- chains


def made(path: str, kind: str, time: float, lsn: tuple[int, int], **more: t.Any) -> Backup:
    return Backup(path, kind=kind, ended=time, from_lsn=lsn[0], to_lsn=lsn[1], **more)


FULL = made("/b/full", "full", 1, (0, 100))
FIRST = made("/b/1", "incremental", 2, (100, 200))
SECOND = made("/b/2", "incremental", 3, (200, 300))


def test_a_chain_leads_to_its_full_backup() -> None:
    assert chain(SECOND, [FULL, FIRST, SECOND]) == [FULL, FIRST, SECOND]
    assert chain(SECOND, [FULL, SECOND]) is None
    assert chain(FULL, []) == [FULL]


def test_a_base_is_not_younger() -> None:
    late = made("/b/late", "full", 9, (0, 100))
    assert chain(FIRST, [late, FIRST]) is None


def test_what_was_named_as_the_base_is_taken() -> None:
    other = made("/b/other", "full", 1.5, (0, 100))
    named = made("/b/3", "incremental", 4, (100, 150), base_folder="/somewhere/full/")
    assert chain(named, [FULL, other, named]) == [FULL, named]


def test_a_base_that_is_closed_or_cut_is_none() -> None:
    assert chain(FIRST, [made("/b/full", "full", 1, (0, 100), closed=True), FIRST]) is None


def test_a_chain_that_bites_its_tail_ends() -> None:
    same = made("/b/a", "incremental", 2, (100, 100))
    twin = made("/b/b", "incremental", 2, (100, 100))
    assert chain(same, [same, twin]) is None


def test_tables_by_their_files() -> None:
    names: tuple[str, ...] = (
        "shop/orders.ibd",
        "shop/part#P#p0.ibd",
        "shop/new.new",
        "shop/with@002dmark.ibd",
        "shop/inc.ibd.delta",
        "shop/old.MYD",
    )
    names += ("shop/zst.ibd.zst", "shop/both.ibd.qp.xbcrypt", "shop/described.frm", "db.opt", "my@002ddb/t.ibd", "shop/deep/x.ibd")
    found = Backup("/b", files=dict.fromkeys(names, 1)).tables()
    assert found == {"shop": {"orders", "part", "new", "with-mark", "inc", "old", "zst", "both"}, "my-db": {"t"}}


def test_lines_of_name_and_value() -> None:
    assert mariadb_backups.pairs("# a = b\nx = 1\ny=a=b\n[mysqld]\nz =\nx = 2") == {"x": "1", "y": "a=b", "z": ""}


# -- what cannot be looked at


def test_a_folder_that_may_not_be_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    xtrabackup(tmp_path / "b")

    def refuse(path: object) -> t.NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    [finding] = run_item(Item(key="x", check="mariadb_backup", args={"path": str(tmp_path), "max_age": "26h"}), FakeRunner())
    assert str(finding.status) == "unknown"
    assert "may not be read by" in finding.message


def test_many_files_are_looked_at_in_no_time(tmp_path: pathlib.Path) -> None:
    place = xtrabackup(tmp_path / "b")
    for number in range(3000):
        (place / "payments" / f"t{number}.ibd").write_bytes(data_file(1))
    [finding] = run_item(Item(key="x", check="mariadb_backup", args={"path": str(tmp_path), "max_age": "26h"}), Runner())
    assert str(finding.status) == "pass", finding.message
    assert "tables: 3001" in finding.message


# -- pages that are in use


def table(pages: int, used: t.Iterable[int], lsn: int = 100, flags: int = 0x15) -> bytes:
    """A file of which these pages are in use, each with its number."""
    content = bytearray(data_file(pages, flags=flags))
    content[16:24] = struct.pack(">Q", lsn)
    for number in range(pages):
        content[number * 16384 + 4 : number * 16384 + 8] = struct.pack(">I", number)
        entry = 150 + 40 * (number // 64)
        content[entry + 20 : entry + 24] = struct.pack(">I", 4)
        if number not in used:
            content[entry + 24 + number % 64 // 4] |= 1 << 2 * (number % 4)
    return bytes(content)


def zeroed(content: bytes, *pages: int) -> bytes:
    changed = bytearray(content)
    for page in pages:
        changed[page * 16384 : (page + 1) * 16384] = bytes(16384)
    return bytes(changed)


@pytest.mark.parametrize("most", [0, 200])
@pytest.mark.parametrize(
    ("content", "latest", "found"),
    [
        (table(130, range(130)), 100, None),
        (zeroed(table(130, range(130)), 129), 100, 129),
        (zeroed(table(130, range(130)), 64), 100, 64),
        (zeroed(table(130, range(100)), 100, 129), 100, None),  # not in use
        (zeroed(table(130, range(130), lsn=101), 129), 100, None),  # in use since: it is in the log
        (zeroed(table(130, range(130), lsn=101), 129), innodb_files.EVER, 129),  # the log was applied
        (zeroed(table(130, range(130), flags=0x35), 129), 100, None),  # page_compressed: may have been freed meanwhile
        (zeroed(table(130, range(130), flags=0x35), 129), innodb_files.EVER, 129),
        (zeroed(table(130, range(130), flags=0x27), 129), 100, None),  # pages of another size
        (table(130, range(130))[: 100 * 16384], 100, None),  # cut: told by the length
        (bytes(3 * 16384), 100, None),
    ],
)
def test_pages_in_use_must_be_there(tmp_path: pathlib.Path, content: bytes, latest: int, found: int | None, most: int) -> None:
    path = _put(tmp_path / "a.ibd", content)
    assert innodb_files.unwritten(str(path), len(content), latest, most) == found


def test_a_few_pages_of_many(tmp_path: pathlib.Path) -> None:
    content = zeroed(table(130, range(130)), *range(4, 130))
    assert innodb_files.unwritten(str(_put(tmp_path / "a.ibd", content)), len(content), 100, 8) is not None


def _dictionary(*tables: tuple[bytes, int]) -> bytes:
    page = bytearray(16384)
    page[24:26], page[66:74] = b"\x45\xbf", struct.pack(">Q", 1)
    rows = b"".join(
        name + b"\0" * 13 + struct.pack(">QIIQI", 77, 0x80000002, 1, 0, 80) + struct.pack(">I", space) + b"rest" for name, space in tables
    )
    page[120 : 120 + len(rows)] = rows
    return bytes(16384) + bytes(page)


def test_which_tables_have_a_file_of_their_own(tmp_path: pathlib.Path) -> None:
    path = _put(tmp_path / "ibdata1", _dictionary((b"pay/orders2", 0), (b"pay/orders", 9), (b"pay/old", 0)))
    assert innodb_files.own_files(str(path), ["pay/orders", "pay/old", "pay/new"]) == {"pay/orders": True, "pay/old": False}
