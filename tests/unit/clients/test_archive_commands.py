# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read out of an archive_command; a script is not judged."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _wal_archive
from ansible_collections.operability.readiness.plugins.module_utils._clients import archive_commands, postgresql_archiver


@pytest.mark.parametrize(
    ("command", "pgbackrest", "barman"),
    [
        ("", "is empty", "is empty"),
        ("  /bin/true", "does nothing", "does nothing"),
        (":", "does nothing", "does nothing"),
        (": %p", "does nothing", "does nothing"),
        ("exit 0", "does nothing", "does nothing"),
        ("# pgbackrest archive-push %p", "does nothing", "does nothing"),
        ("/bin/true # pgbackrest archive-push %p", "does nothing", "does nothing"),
        ("pgbackrest --stanza=main archive-push", "not told which file", "not told which file"),
        ("cp %p /elsewhere/%f", "elsewhere", None),
        ("test ! -f /a/%f && cp %p /a/%f", "elsewhere", None),
        ("wal-g wal-push %p", "elsewhere", "elsewhere"),
        ("barman-wal-archive backup main %p", "elsewhere", None),
        ("pgbackrest --stanza=main archive-push %p", None, "elsewhere"),
        ('/usr/bin/pgbackrest --stanza=main archive-push "%p"', None, "elsewhere"),
        ("PGBACKREST_STANZA=main pgbackrest archive-push %p", None, "elsewhere"),
        ("rsync -a %p barman@backup:/var/lib/barman/main/incoming/%f", "elsewhere", None),
        ("/usr/local/bin/archive %p %f", None, None),
        ("sudo -u backup /usr/bin/pgbackrest archive-push %p", None, None),
        ("bash -c 'pgbackrest archive-push %p'", None, None),
        ("cp %p /second/%f && pgbackrest archive-push %p", None, None),
        ("it's not for a shell", None, None),
    ],
)
def test_what_cannot_archive(command: str, pgbackrest: str | None, barman: str | None) -> None:
    for tool, wanted in ((archive_commands.PGBACKREST, pgbackrest), (archive_commands.BARMAN, barman)):
        said = archive_commands.cannot_archive(command, tool)
        assert said is None if wanted is None else said is not None and wanted in str(said), (tool, said)


@pytest.mark.parametrize(
    ("command", "hides"),
    [
        ("pgbackrest archive-push %p || true", True),
        ("pgbackrest archive-push %p || /bin/true", True),
        ("pgbackrest archive-push %p; exit 0", True),
        ("pgbackrest archive-push %p &", True),
        ("pgbackrest archive-push %p || exit 1", False),
        ("pgbackrest archive-push %p # || true", False),
        ("test -f %p && pgbackrest archive-push %p", False),
    ],
)
def test_what_ends_well_whatever_happens(command: str, hides: bool) -> None:
    assert archive_commands.hides_failures(command) is hides


def test_a_secret_is_not_shown() -> None:
    assert "geheim" not in str(archive_commands.cannot_archive("PASSWORD=geheim wal-g wal-push %p", archive_commands.PGBACKREST))


def test_the_last_setting_of_the_files_counts(tmp_path: pathlib.Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "postgresql.conf").write_text(
        "archive_mode = on # yes\narchive_command 'cp ''%p'' /a'\ninclude_dir 'conf.d'\n#archive_mode = off\n"
    )
    assert postgresql_archiver.command_of(str(tmp_path)) == "cp '%p' /a"
    (tmp_path / "conf.d" / "a.conf").write_text("Archive_Command = 'true'\n")
    assert postgresql_archiver.command_of(str(tmp_path)) == "true"
    (tmp_path / "postgresql.auto.conf").write_text("archive_command = 'pgbackrest archive-push %p'\n")
    assert postgresql_archiver.command_of(str(tmp_path)) == "pgbackrest archive-push %p"
    other = tmp_path / "etc"
    other.mkdir()
    (other / "postgresql.conf").write_text("archive_mode = always\n")
    (tmp_path / "postmaster.opts").write_text(f'/usr/bin/postgres "-D" "{tmp_path}" "-c" "config_file={other}/postgresql.conf"\n')
    (tmp_path / "postgresql.auto.conf").unlink()
    assert postgresql_archiver.command_of(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("name", "least"),
    [("0-a", 2**24), ("0-a.gz", 16131), ("0-a.lz4", 65536), ("0-a.zst", 512), ("0-a.bz2", 64)],
)
def test_how_small_a_whole_segment_may_be(name: str, least: int) -> None:
    assert _wal_archive.least_of(name, 2**24) == least
