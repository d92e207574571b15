# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What journalctl and journald's configuration say, read."""

from __future__ import annotations

import json
import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import journald
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import Completed, FakeRunner

DAY = 86400.0
HEADER = """\
File path: /var/log/journal/3d1219c7/system.journal
File ID: b94c433f7ad64ff9a8676e6a95bf5a92
State: ONLINE
Head realtime timestamp: Wed 2026-11-25 14:21:59 UTC (6611a8cc979e7)
Tail realtime timestamp: Wed 2026-11-25 14:22:02 UTC (6611a8cf4dba5)

File path: /var/log/journal/3d1219c7/system@b94c-01.journal
State: ARCHIVED
Head realtime timestamp: Tue 2026-11-24 14:21:59 UTC (6610668a8f9e7)
"""


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Archived and active journals take up 8.0M in the file system.", 8 * 2**20),
        ("Archived and active journals take up 0B in the file system.", 0),
        ("Archived and active journals take up 1.5G on disk.", int(1.5 * 2**30)),
        ("No journal files were found.", None),
        ("", None),
    ],
)
def test_disk_usage(text: str, size: int | None) -> None:
    assert journald.parse_disk_usage(text) == size


def test_journal_header() -> None:
    files = journald.parse_journal_header(HEADER)
    assert [one.archived for one in files] == [False, True]
    assert files[0].head == pytest.approx(1795616519.322, abs=0.01)
    assert journald.parse_journal_header("<html>") == []


def test_the_newest_entry() -> None:
    newest, older = journald.parse_journal_header(HEADER)
    assert (newest.tail, older.tail) == (pytest.approx(1795616522.165, abs=0.01), None)
    (plain,) = journald.parse_journal_header(
        "File path: /run/log/journal/x/system.journal\nTail realtime timestamp: Tue 2026-11-24 05:59:58 UTC\n"
    )
    assert (plain.tail, plain.volatile, newest.volatile) == (1795499998.0, True, False)


def test_what_the_rate_limit_dropped() -> None:
    lines = [
        "Suppressed 12 messages from /system.slice/a.service",
        "Suppressed 3 messages from a.service",
        "Suppressed 1 messages from b.service",
        "x",
    ]
    text = "".join(json.dumps({"MESSAGE": line}) + "\n" for line in lines)
    runner = FakeRunner(commands={"journalctl": Completed(0, text, "")})
    assert journald.dropped(1795500000.7, runner) == {"a.service": 15, "b.service": 1}
    assert "--since=@1795500000" in runner.ran[0][0]
    assert journald.dropped(0, FakeRunner(commands={"journalctl": Completed(1, "", "")})) == {}, "no entry"
    with pytest.raises(CannotObserve, match="did not tell what was dropped: no rights"):
        journald.dropped(0, FakeRunner(commands={"journalctl": Completed(1, "", "no rights\n")}))


def test_what_holds_where_nothing_is_set(tmp_path: pathlib.Path) -> None:
    (tmp_path / "journald.conf").write_text("[Journal]\n#ForwardToSyslog=yes\n# Storage=auto\nSeal=no\n")
    patterns = [str(tmp_path / "gone"), str(tmp_path / "journald.conf"), str(tmp_path / "*.conf")]
    assert journald.shipped_default(patterns, "ForwardToSyslog", FakeRunner()) == "yes"
    assert journald.shipped_default(patterns, "Storage", FakeRunner()) == "auto"
    assert journald.shipped_default(patterns, "Seal", FakeRunner()) is None
    assert [journald.is_off(value) for value in ("no", "FALSE", "0", "off", "yes", None, "")] == [True] * 4 + [False] * 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1month", 2629800), ("2weeks 1day", 15 * DAY), ("86400", DAY), ("0", 0), ("", 0), ("12h", 43200), ("5min", 300), ("x", 0)],
)
def test_time_spans(text: str, seconds: float) -> None:
    assert journald.parse_timespan(text) == seconds


def test_settings_of_later_files_win(tmp_path: pathlib.Path) -> None:
    (tmp_path / "journald.conf").write_text("[Journal]\n#SystemMaxUse=1M\nSystemMaxUse=1G\nMaxRetentionSec=1week\n[Other]\nx=y\n")
    (tmp_path / "b.d").mkdir()
    (tmp_path / "b.d" / "50.conf").write_text("[Journal]\nSystemMaxUse=50M\n")
    patterns = [str(tmp_path / "journald.conf"), str(tmp_path / "gone.conf"), str(tmp_path / "b.d" / "*.conf")]
    assert journald.journald_settings(patterns, FakeRunner()) == {"SystemMaxUse": "50M", "MaxRetentionSec": "1week"}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        *(
            ("500M", 500 * 2**20),
            ("500 M", 500 * 2**20),
            ("0.5G", 2**29),
            ("1G 512M", 3 * 2**29),
            ("1024", 1024),
            ("7B", 7),
            ("10.M", 10 * 2**20),
        ),
        *((refused, None) for refused in ("500MB", "500m", "500MiB", "1M 1G", "20%", "infinity", "500M # half", "M", "-1", "1" * 120)),
    ],
)
def test_sizes_as_journald_takes_them(tmp_path: pathlib.Path, value: str, size: int | None) -> None:
    """What it does not take leaves what stands before it."""
    (tmp_path / "a.conf").write_text(f"[Journal]\nSystemMaxUse=9M\nSystemMaxUse={value}\nStorage=Volatile\n")
    settings = journald.read_settings([str(tmp_path / "a.conf")], FakeRunner())
    limit, why = journald.journal_limit(settings.holding, [journald.JournalFile(str(tmp_path / "a.journal"), False, None)])
    assert (limit, why) == (9 * 2**20 if size is None else size, "SystemMaxUse")
    assert settings.ignored == {"Storage": "Volatile", **({"SystemMaxUse": value} if size is None else {})}


def test_limits_of_what_stays_and_of_what_is_lost_at_a_restart(tmp_path: pathlib.Path) -> None:
    stays, lost = (journald.JournalFile(path, False, None) for path in (str(tmp_path / "a.journal"), "/run/log/journal/b.journal"))
    settings = {"SystemMaxUse": "50M", "RuntimeMaxUse": "10M"}
    assert journald.journal_limit(settings, [stays, lost]) == (60 * 2**20, "SystemMaxUse and RuntimeMaxUse")
    limit, why = journald.journal_limit({}, [stays])
    assert (0 < limit <= 4 * 2**30, why) == (True, "journald's default for SystemMaxUse")


def test_usage() -> None:
    commands = {
        "journalctl --disk-usage": Completed(0, "Archived and active journals take up 8.0M in the file system.\n", ""),
        "journalctl --header": Completed(0, HEADER, ""),
    }
    usage = journald.usage(FakeRunner(commands=commands))
    assert (usage.used, len(usage.files)) == (8 * 2**20, 2)
    hidden = {**commands, "journalctl --header": Completed(0, "", "No journal files were opened due to insufficient permissions.\n")}
    with pytest.raises(CannotObserve, match="may not read the system's journal"):
        journald.usage(FakeRunner(commands=hidden))


def test_entries() -> None:
    entry = {"MESSAGE": list(b"\xffa"), "_HOSTNAME": "web1", "__REALTIME_TIMESTAMP": "1795500000500000"}
    text = json.dumps(entry) + "\n" + json.dumps({"MESSAGE": None}) + "\n{cut"
    assert journald.parse_journal(text) == [journald.JournalEntry("\ufffda", "web1", 1795500000.5), journald.JournalEntry("", "", None)]
    with pytest.raises(CannotObserve, match="did not answer in JSON"):
        journald.parse_journal("<html>")
