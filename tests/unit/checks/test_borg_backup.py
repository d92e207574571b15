# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What borg's answers and the files of its repositories mean."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import sys
import tempfile
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks import _borg_content as content
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Share
from ansible_collections.operability.readiness.plugins.module_utils._checks._borg_access import targets
from ansible_collections.operability.readiness.plugins.module_utils._checks._borg_series import grouped, series_of
from ansible_collections.operability.readiness.plugins.module_utils._checks._integrity_borg import part_of
from ansible_collections.operability.readiness.plugins.module_utils._clients import borg, borg_failures, borg_repository, borgmatic
from ansible_collections.operability.readiness.plugins.module_utils._clients.borg_command import sources_of
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.module_utils._runner import Completed, Runner

NAME = verbatim("the archive")


def said(name: str, text: str) -> str:
    return json.dumps({"type": "log_message", "levelname": "ERROR", "message": text, "msgid": name}) + "\n"


class Answering(Runner):
    """Keeps what was asked, and answers the same each time."""

    def __init__(self, answer: Completed) -> None:
        super().__init__(environ={"HOME": "/nowhere"})
        self.answer = answer
        self.asked: list[tuple[list[str], dict[str, str]]] = []

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        self.asked.append(([*argv], dict(options["env"])))
        return self.answer


def listing(*archives: dict[str, str]) -> str:
    about = {"id": "ab" * 32, "last_modified": "2026-11-30T03:00:00.000000"}
    return json.dumps({"archives": list(archives), "encryption": {"mode": "repokey"}, "repository": about})


# -- answers


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("PassphraseWrong", "incorrect", borg_failures.WRONG_PASSWORD),
        ("Repository.DoesNotExist", "Repository /srv/borg does not exist.", borg_failures.NO_REPOSITORY),
        ("LockTimeout", "Failed to create/acquire the lock", borg_failures.LOCKED),
        ("", "PermissionError: [Errno 13] Permission denied: '/srv/borg/config'", borg_failures.PERMISSION),
        ("", "Remote: backup@store: Permission denied (publickey,password).", borg_failures.UNREACHABLE),
        ("", "Remote: Host key verification failed.", borg_failures.UNREACHABLE),
        ("", "FileNotFoundError: [Errno 2] No such file or directory: '/srv/borg/data/0/17'", borg_failures.DAMAGED),
        ("", "FileNotFoundError: [Errno 2] No such file or directory: '/etc/borg.key'", borg_failures.OTHER),
        ("", "something else", borg_failures.OTHER),
    ],
)
def test_failures_are_told_apart(name: str, text: str, kind: str) -> None:
    assert borg_failures.failure(said(name, text))[0] == kind


def test_of_a_trace_the_exception_is_told() -> None:
    trace = "Traceback (most recent call last):\n  File x\nOSError: [Errno 5] Input/output error\n\nPlatform: Linux"
    assert borg_failures.failure(said("Exception", "Local Exception") + said("", trace))[1] == "OSError: [Errno 5] Input/output error"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "<html>", '{"archives": [{"id": 1}]}', '{"archives": 3, "repository": []}'])
def test_what_is_no_list_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(CannotObserve, match="not a list of archives"):
        borg.parse_listing(text)


@pytest.mark.parametrize(
    "text", ["2026-11-30T03:00:00.000000", "2026-11-30T03:00:00Z", "2026-11-30T04:00:00.5+01:00", "2026-11-30 03:00:00"]
)
def test_times_of_all_versions(text: str) -> None:
    assert borg.parse_time(text).isoformat() == "2026-11-30T03:00:00+00:00" or text.endswith("+01:00")
    assert borg.parse_time(text).timestamp() == borg.parse_time("2026-11-30T03:00:00").timestamp()


def test_items_with_any_name() -> None:
    text = "-healthy 12 a b\nc\0dhealthy 0 d\0-broken 5 x\0hhealthy 0 y\0"
    assert borg.parse_items(text) == [("-", "a b\nc", 12, False), ("d", "d", 0, False), ("-", "x", 5, True), ("h", "y", 0, False)]
    with pytest.raises(CannotObserve):
        borg.parse_items("-healthy x a\0")


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [("none", False), ("authenticated-blake2", False), ("repokey", True), ("keyfile-blake2", True), ("quantum", None)],
)
def test_encryption(mode: str, encrypted: bool | None) -> None:
    assert borg.is_encrypted(mode) is encrypted


# -- how borg is asked


def test_secrets_and_the_address_are_not_on_the_command_line_and_nothing_stays() -> None:
    before = set(os.listdir(tempfile.gettempdir()))
    runner = Answering(Completed(0, listing(), ""))
    access = borg.Access("ssh://backup@store/./db1", password="S3cret", environment={"BORG_RSH": "ssh -i /etc/key"})
    with borg.Borg(runner, access) as tool:
        assert tool.archives(60).archives == []
    ((words, env),) = runner.asked
    assert not any("S3cret" in word or "store" in word for word in words)
    assert (env["BORG_PASSPHRASE"], env["BORG_REPO"], env["BORG_RSH"]) == ("S3cret", "ssh://backup@store/./db1", "ssh -i /etc/key")
    folders = [env[f"BORG_{name}_DIR"] for name in ("BASE", "CACHE", "CONFIG", "SECURITY", "KEYS")]
    assert all(folder.startswith(tempfile.gettempdir()) and not os.path.exists(folder) for folder in folders)
    assert {name for name in set(os.listdir(tempfile.gettempdir())) - before if name == os.path.basename(folders[0])} == set()


@pytest.mark.parametrize("environ", [{"BORG_KEYS_DIR": "{0}"}, {"BORG_CONFIG_DIR": "{0}/.."}, {"HOME": "{0}/../../.."}])
def test_keys_are_looked_for_where_the_user_has_them(environ: dict[str, str], tmp_path: pathlib.Path) -> None:
    keys = tmp_path / ".config" / "borg" / "keys"
    keys.mkdir(parents=True)
    given = {name: value.format(keys) for name, value in environ.items()}
    with borg.Borg(Answering(Completed(0, "", "")), borg.Access("/srv/borg", environment=given)) as tool:
        assert pathlib.Path(tool.env["BORG_KEYS_DIR"]).resolve() == keys


@pytest.mark.parametrize("name", ["db1-{now}", "a\x1b[31m"])
def test_a_name_that_borg_would_take_for_another_is_refused(name: str) -> None:
    with borg.Borg(Answering(Completed(0, "", "")), borg.Access("/srv/borg")) as tool, pytest.raises(CannotObserve):
        tool.named(borg.Archive("1", name, borg.parse_time("2026-11-30T03:00:00")))


@pytest.mark.parametrize(
    "args", [{"repository": "--remote-path=/x"}, {"repository": "/srv/borg::db1"}, {"repository": "/srv/b", "archive_prefix": "-x"}]
)
def test_what_would_be_an_option_is_refused(args: dict[str, str]) -> None:
    with pytest.raises(ArgumentsRefused):
        targets(args, Runner())


def test_borg_1_1_knows_no_checkpoints_to_consider() -> None:
    class Old(Answering):
        def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
            super().run(argv, **options)
            refused = "--consider-checkpoints" in argv
            return Completed(2, "", "borg: error: unrecognized arguments: --consider-checkpoints") if refused else self.answer

    runner = Old(Completed(0, listing(), ""))
    with borg.Borg(runner, borg.Access("/srv/borg")) as tool:
        assert tool.archives(60).archives == [] and len(runner.asked) == 2


# -- what is in an archive


def test_series() -> None:
    names = ["db1-2026-11-30T03:00:00", "db1-20261130", "db1-2026-11-30_03-00", "db1-1796040000", "db1-2026-11-30T03:00:00.123456+01:00"]
    assert {series_of(name) for name in names} == {"db1-*"}
    assert series_of("db2-2026-11-30") == "db2-*" and series_of("monday") == "*"


def archive(name: str, day: int, host: str = "db1", sources: tuple[str, ...] | None = ("/srv",)) -> borg.Archive:
    return borg.Archive(name, name, dt.datetime(2026, 11, day, 3, tzinfo=dt.timezone.utc), None, host, sources)


def jobs(*archives: borg.Archive, named: bool = False) -> list[int]:
    """How many archives each job has, in order of their number."""
    return sorted(len(one.archives) for one in grouped(archives, named=named))


@pytest.mark.parametrize(
    ("archives", "found"),
    [
        ([archive(name, 20 + day) for day, name in enumerate(("Monday", "daily-Tue", "30.11.2026", "vm-334", "x-3fa9c1d", "fox"))], [6]),
        ([archive(f"etc-{day}", day, sources=("/etc",)) for day in (1, 2)] + [archive(f"db-{day}", day) for day in (1, 2, 3)], [2, 3]),
        ([archive(f"2026-11-0{day}-{part}", day, sources=(part,)) for day in (1, 2, 3) for part in ("/etc", "/srv")], [3, 3]),
        ([archive(f"2026-11-0{day}", day, sources=("/srv", "/etc") if day < 3 else ("/srv",)) for day in (1, 2, 3, 4)], [4]),
        ([archive(f"vm-{number}", number, sources=(f"/vm/{number}",)) for number in (1, 2, 3)], [1, 1, 1]),
        ([archive(f"2026-11-0{day}", day, host=f"box{day}") for day in (1, 2, 3)], [3]),
        ([archive("pg", 1, sources=("-",)), archive("mysql", 2, sources=("-",))], [1, 1]),
        ([archive("pg-a", 1, sources=("-",)), archive("pg-b", 2, sources=("-",))], [2]),
        ([archive("red", 1, sources=None), archive("blue", 2, sources=None)], [1, 1]),
        ([archive(f"x-2026-11-0{day}", day, sources=(f"/snapshots/2026-11-0{day}",)) for day in (1, 2, 3)], [3]),
    ],
)
def test_jobs_are_told_apart(archives: list[borg.Archive], found: list[int]) -> None:
    assert jobs(*archives) == found


@pytest.mark.parametrize(
    ("command", "sources"),
    [
        (["/usr/bin/borg", "create", "-C", "zstd", "--exclude", "*.tmp", "::x", "/srv", "/etc"], ("/etc", "/srv")),
        ("borg --lock-wait 5 create --stats repo::x '/srv/a b' --exclude=/srv/c", ("/srv/a b",)),
        (["borg", "create", "--stdin-name", "db.sql", "::x", "-"], ("-", "db.sql")),
        (["borg", "create", "::x", "-"], ("-",)),
        (["borg", "create", "-x", "--", "::x", "-odd"], ("-odd",)),
        (["borg", "create", "--patterns-from", "/tmp/x", "::x"], None),
        (["borg", "import-tar", "::x", "a.tar"], None),
        ("borg create '", None),
        (None, None),
        (7, None),
    ],
)
def test_sources_of_a_command(command: object, sources: tuple[str, ...] | None) -> None:
    assert sources_of(command) == sources


def test_a_lock_is_told_once(tmp_path: pathlib.Path) -> None:
    (tmp_path / "lock.exclusive").mkdir()
    (tmp_path / "lock.exclusive" / "me.7-0").touch()
    (tmp_path / "lock.roster").write_text(json.dumps({"exclusive": [["me", 7, 0]], "shared": []}))
    assert len(borg_repository.holders(str(tmp_path), {"BORG_HOST_ID": "me"})) == 1


def item(path: str, size: int = 10, kind: str = "-", broken: bool = False) -> borg.Item:
    return borg.Item(kind, path, size, broken)


def test_what_a_path_holds() -> None:
    items = [item("srv", 0, "d"), item("srv/data", 0, "d"), item("srv/data/a"), item("srv/data2/b"), item("srv/data/l", 3, "l")]
    held = content.held_of(items, ["/srv/data", "/srv/gone", "/"])
    assert (held["/srv/data"].files, held["/srv/data"].size, held["/srv/data"].items) == (1, 10, 3)
    assert not held["/srv/gone"].there
    assert held["/"].files == 2


def test_patterns_are_never_a_style_that_a_path_names_itself() -> None:
    assert content.patterns_of(["/srv/data/", "re:.*"]) == ["pf:srv", "pp:srv/data", "pp:re:.*"]
    assert content.patterns_of(["/srv", "/"]) == []


def test_a_file_system_of_its_own_that_was_left_out_fails() -> None:
    held = content.held_of([item("srv/data/a", 1000), item("srv/data/db", 0, "d")], ["/srv/data"], ["/srv/data/db", "/srv/data/empty"])
    live = content.Live(1, 1000, True, {"/srv/data/db": True, "/srv/data/empty": False})
    fails, warns = content.beside_live(NAME, "/srv/data", held["/srv/data"], live, 0.5)
    assert ([*map(str, fails)], warns) == (
        ["the archive holds nothing of /srv/data/db, a file system of its own below /srv/data that has files"],
        [],
    )
    filled = content.held_of([item("srv/data/a", 1000), item("srv/data/db/x")], ["/srv/data"], ["/srv/data/db"])
    assert content.beside_live(NAME, "/srv/data", filled["/srv/data"], live, 0.5) == ([], [])


def test_mounts_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.ismount("/dev/shm"):
        pytest.skip("no file system within another one here")
    found = content.walk("/dev", time.time())
    assert found is not None and "/dev/shm" in found.mounts


def test_only_files_that_are_older_than_the_archive_are_compared(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_text("1234")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "CACHEDIR.TAG").touch()
    (tmp_path / "cache" / "x").write_text("5" * 1000)
    late, early = content.walk(str(tmp_path), time.time() + 5), content.walk(str(tmp_path), time.time() - 60)
    assert late is not None and (late.files, late.size) == (1, 4)
    assert early is not None and early.files == 0
    assert content.walk(str(tmp_path / "gone"), time.time()) is None


def test_shares_are_everything_together() -> None:
    archives = [borg.Archive(f"{number * 7919:064x}"[::-1], f"a{number}", borg.parse_time("2026-11-30T03:00:00")) for number in range(9)]
    for of in (1, 2, 5, 20):
        parts = [part_of(archives, Share(number, of)) for number in range(1, of + 1)]
        assert all(parts) and {one.name for part in parts for one in part} == {one.name for one in archives}


# -- the files of a repository


def test_locks_of_ended_and_of_living_processes(tmp_path: pathlib.Path) -> None:
    (tmp_path / "lock.roster").write_text(
        json.dumps({"exclusive": [["me", os.getpid(), 0], ["other@1", 7, 0]], "shared": [["me", 2**30, 0]]})
    )
    found = borg_repository.holders(str(tmp_path), {"BORG_HOST_ID": "me"})
    assert [(one.host, one.exclusive, one.alive) for one in found] == [("me", True, True), ("other", True, None), ("me", False, False)]
    (tmp_path / "lock.roster").write_text("{")
    assert borg_repository.holders(str(tmp_path), {}) == []


def test_a_mirror_holds_what_borg_writes(tmp_path: pathlib.Path) -> None:
    real = tmp_path / "real"
    (real / "data").mkdir(parents=True)
    for name in ("config", "nonce", "index.1", "config.old"):
        (real / name).write_text(name)
    place = borg_repository.mirrored(str(real), str(tmp_path / "mirror"))
    assert {name: os.path.islink(os.path.join(place, name)) for name in os.listdir(place)} == {
        "config": False,
        "nonce": False,
        "data": True,
        "index.1": True,
    }
    assert borg_repository.mirrored(str(tmp_path / "gone"), str(tmp_path / "other")) == str(tmp_path / "gone")


# -- borgmatic


def read(tmp_path: pathlib.Path, text: str, **environ: str) -> borgmatic.Config:
    (tmp_path / "config.yaml").write_text(text)
    return borgmatic.read(str(tmp_path / "config.yaml"), Runner(environ=environ))


def test_what_a_configuration_says(tmp_path: pathlib.Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    text = f"""\
source_directories: [/srv/data, relative]
working_directory: /srv
patterns: ["R /srv/more", "- /srv/more/cache"]
repositories:
  - path: ssh://backup@store/./db1
    label: store
  - /srv/borg
encryption_passphrase: "{{credential file {tmp_path}/key}}"
ssh_command: ssh -i ${{KEY:-/etc/key}}
remote_path: borg1
archive_name_format: "{{hostname}}-db-{{now:%Y}}"
keep_daily: 7
keep_weekly: 4
borg_keys_directory: ${{DIR}}
"""
    config = read(tmp_path, text, DIR="/etc/keys")
    assert config.repositories == [("ssh://backup@store/./db1", "store"), ("/srv/borg", "")]
    assert config.paths == ["/srv/data", "/srv/relative", "/srv/more"]
    assert (config.password, config.keeps) == ("from a file", 7)
    assert config.environment == {"BORG_RSH": "ssh -i /etc/key", "BORG_REMOTE_PATH": "borg1", "BORG_KEYS_DIR": "/etc/keys"}
    assert config.archives.endswith("-db-*") and "{" not in config.archives


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no configuration of borgmatic"),
        ("- a", "is no configuration of borgmatic"),
        ("source_directories: [/srv]", "names no repository"),
        ("repositories: [{label: x}]", "names no repository"),
        ("repositories: !omit [x]", "uses !omit"),
        ("<<: !include config.yaml\nrepositories: [x]", "is included by itself"),
        ("repositories: [/x]\nencryption_passphrase: '{credential systemd borg}'", "has its secrets with systemd"),
        ("repositories: [/x]\nencryption_passphrase: ${NOBODY_HAS}", "needs the variable NOBODY_HAS"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
            "holds more",
        ),
        ("a: " + "[" * 500, "not valid YAML|holds more|is no configuration"),
        ("a: " + "[" * 500 + "]" * 500, "holds more|is no configuration"),
        ("repositories: [\t", "not valid YAML"),
    ],
)
def test_what_cannot_be_followed_is_told(text: str, message: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match=message):
        read(tmp_path, text)


def test_either_library_will_do(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "repositories: [{path: /x, label: y}]\nkeep_daily: 3\nsource_directories: [/srv]\n"
    monkeypatch.setitem(sys.modules, "yaml", None)
    try:
        import ruamel.yaml  # noqa: F401
    except ImportError:
        pass
    else:
        assert read(tmp_path, text).repositories == [("/x", "y")]
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(CannotObserve, match="has neither PyYAML"):
        read(tmp_path, text)
