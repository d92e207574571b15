# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of restic and what lies in them, as it prints them."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _integrity_restic, restic_backup
from ansible_collections.operability.readiness.plugins.module_utils._checks._held_content import beside_earlier
from ansible_collections.operability.readiness.plugins.module_utils._clients import restic, restic_snapshots, restic_tree
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, Completed, FakeRunner

PASSWORD = "geheim-4711"
WHERE = "\nIs there a repository at the following location?\n/x"
PATH = "/var/lib/payments"
REMOTE = "rest:https://store/x"
Sizes = t.Mapping[str, int]


def entry(name: str, hours: float, paths: t.Sequence[str] = (PATH,), host: str = "db1", **more: t.Any) -> dict[str, t.Any]:
    moment = (NOW - dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000000789Z")
    return {"time": moment, "paths": list(paths), "hostname": host, "username": "root", "id": name * 8, "short_id": name, **more}


def summary(size: int, files: int = 10, **more: str) -> dict[str, t.Any]:
    return {"summary": {"total_files_processed": files, "total_bytes_processed": size, **more}}


def nodes(sizes: Sizes) -> list[dict[str, t.Any]]:
    """Folders and files as restic lists them, each folder once."""
    found: dict[str, dict[str, t.Any]] = {}
    for path, size in sizes.items():
        parts = path.strip("/").split("/")
        for end in range(1, len(parts)):
            above = "/" + "/".join(parts[:end])
            found[above] = {"path": above, "type": "dir"}
        found[path] = {"path": path, "type": "dir"} if size < 0 else {"path": path, "type": "file", "size": size}
    return list(found.values())


def listing(of: t.Mapping[str, t.Any], sizes: Sizes) -> str:
    return "\n".join(json.dumps(one) for one in [{**of, "struct_type": "snapshot"}, *nodes(sizes)]) + "\n"


def matches(sizes: t.Mapping[str, Sizes]) -> str:
    return json.dumps([{"matches": nodes(held), "hits": len(held), "snapshot": (name * 64)[:64]} for name, held in sizes.items()])


def runner(entries: t.Any, held: t.Mapping[str, Sizes] | None = None, **more: Completed) -> FakeRunner:
    """Snapshots, and what lies in each by its ID; 5 bytes in one file where nothing is said."""
    text = entries if isinstance(entries, str) else json.dumps(entries)
    commands = {"restic": Completed(1, "", "Fatal: unexpected"), "restic snapshots": Completed(0, text, "")}
    commands["restic list locks"] = Completed(0, "", "")
    known = {} if isinstance(entries, str) else {one["short_id"]: one for one in entries}
    contents = {name: {f"{one['paths'][0]}/base".replace("//", "/"): 5} for name, one in known.items()}
    contents.update({name: dict(sizes) for name, sizes in (held or {}).items()})
    for name, sizes in contents.items():
        commands[f"restic ls {name}"] = Completed(0, listing(known[name], sizes), "")
    if known:
        latest = max(known.values(), key=lambda one: str(one["time"]))
        commands["restic ls latest"] = commands[f"restic ls {latest['short_id']}"]
    commands["restic find"] = Completed(0, matches(contents), "")
    return FakeRunner(commands={**commands, **{key.replace("_", " "): value for key, value in more.items()}})


def check(world: FakeRunner, **args: t.Any) -> t.Any:
    given = {"repository": "/srv/restic", "password": PASSWORD, "max_age": "24h", **args}
    return restic_backup.run(parse_arguments(restic_backup, given), world)


def ran(world: FakeRunner, command: str) -> list[list[str]]:
    return [argv for argv, _unused in world.ran if argv[1] == command]


def test_fresh_and_listed() -> None:
    world = runner([entry("aaaaaaaa", 51), entry("bbbbbbbb", 27), entry("cccccccc", 3)], {"cccccccc": {f"{PATH}/a": 1000, f"{PATH}/b": 50}})
    finding = check(world, paths=[PATH], min_count=3)
    assert str(finding.status) == "pass", finding.message
    said = "newest snapshot is 3 h old, 1.0 KiB in 2 files, the limit is 24 h; 3 kept; listed, not verified"
    assert finding.message == said
    values = {m.name: m.value for m in finding.measurements}
    assert values["backup_size_bytes"] == 1050 and values["backup_count"] == 3 and values["backup_items"] == 2
    assert abs(values["backup_age_seconds"] - 10800) < 2
    assert len(ran(world, "ls")) == 1 and len(ran(world, "find")) == 1


def test_one_call_for_all_earlier_ones_and_none_where_they_are_known() -> None:
    trees = [entry("aaaaaaaa", 27, tree="t1"), entry("bbbbbbbb", 3, tree="t1")]
    world = runner(trees)
    assert str(check(world, paths=[PATH]).status) == "pass" and ran(world, "find") == []
    newer = [entry("aaaaaaaa", 27, **summary(1000, 1)), entry("bbbbbbbb", 3, **summary(300, 1))]
    world = runner(newer, {"bbbbbbbb": {f"{PATH}/a": 300}})
    finding = check(world)
    assert str(finding.status) == "warn" and "more than 50% smaller" in finding.message and ran(world, "find") == []
    world = runner(newer, {"aaaaaaaa": {f"{PATH}/a": 1000}, "bbbbbbbb": {f"{PATH}/a": 900}})
    assert str(check(world, paths=[PATH]).status) == "pass" and len(ran(world, "find")) == 1
    below = runner(newer, {"aaaaaaaa": {f"{PATH}/b/1": 900}, "bbbbbbbb": {f"{PATH}/b/1": 300}})
    finding = check(below, paths=[f"{PATH}/b"])
    assert str(finding.status) == "warn" and "/var/lib/payments/b has 300 B, the earlier one has 900 B" in finding.message
    assert ran(below, "find")[0][-2:] == ["--", f"{PATH}/b"]


def test_duration_is_measured_where_it_is_written_down() -> None:
    told_ = summary(5, backup_start="2026-11-26T02:00:00Z", backup_end="2026-11-26T02:10:00.5+00:00")
    finding = check(runner([entry("aaaaaaaa", 3, **told_)]))
    assert {m.name: m.value for m in finding.measurements}["backup_duration_seconds"] == 600.5


def test_neither_lock_nor_secret_on_the_command_line() -> None:
    world = runner([entry("aaaaaaaa", 3)])
    address = "rest:https://backup:login-99@store/x"
    check(world, repository=address, environment={"AWS_SECRET_ACCESS_KEY": "s3cr3t", "NUMBER": 1})
    assert sorted(argv[1] for argv, _unused in world.ran) == ["list", "ls", "snapshots"]
    for argv, options in world.ran:
        assert "--no-lock" in argv and "--no-cache" in argv
        assert not any(secret in " ".join(argv) for secret in (PASSWORD, "login-99", "s3cr3t"))
        assert options["env"]["RESTIC_PASSWORD"] == PASSWORD and options["env"]["RESTIC_REPOSITORY"] == address
        assert options["env"]["AWS_SECRET_ACCESS_KEY"] == "s3cr3t" and options["env"]["NUMBER"] == "1"
        assert options["env"]["RESTIC_PASSWORD_FILE"] == ""


def test_other_variables_of_restic_lead_nowhere() -> None:
    world = runner([entry("aaaaaaaa", 3)])
    world.environ.update(RESTIC_HOST="box", RESTIC_FROM_REPOSITORY="/x", RESTIC_CACHE_DIR="/tmp", HOME="/root")
    client = restic.Restic(world, "/srv/restic", environment={"RESTIC_HOST": "box", "RESTIC_CACERT": "/ca"})
    assert client.runner.environ == {"HOME": "/root"}
    assert client.env["RESTIC_HOST"] == "" and client.env["RESTIC_CACERT"] == "/ca"


@pytest.mark.parametrize(
    ("repository", "folder"),
    [
        ("/srv/restic", "/srv/restic"),
        ("backups/x", "backups/x"),
        ("local:/srv/restic", "/srv/restic"),
        ("sftp:user@host:/srv", None),
        ("rest:https://h/x", None),
        ("s3:s3.x/y", None),
        ("b2:bucket:x", None),
        ("rclone:a:b", None),
    ],
)
def test_which_repository_is_a_folder(repository: str, folder: str | None) -> None:
    assert restic.Restic(runner("[]"), repository).folder == folder


def test_secrets_are_removed_from_what_restic_says() -> None:
    said = Completed(1, "", f"Fatal: odd answer of rest:https://u:login-99@store/x to {PASSWORD} and s3cr3t")
    args = {
        "repository": "rest:https://u:login-99@store/x",
        "password": PASSWORD,
        "environment": {"KEY": "s3cr3t", "OTHER": "pass", "N": "1234"},
        "max_age": "24h",
    }
    (finding,) = run_item(Item("k", "restic_backup", args), runner([], restic_snapshots=said))
    text = json.dumps(finding.as_dict())
    assert str(finding.status) == "unknown" and "odd answer" in text
    assert not any(secret in text for secret in (PASSWORD, "login-99", "s3cr3t"))


@pytest.mark.parametrize(
    ("rc", "stderr", "kind"),
    [
        (1, "Fatal: wrong password or no key found", restic.WRONG_PASSWORD),
        (12, '{"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"}', restic.WRONG_PASSWORD),
        (1, "Fatal: unable to open config file: stat /x/config: no such file or directory" + WHERE, restic.NO_REPOSITORY),
        (10, '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist"}', restic.NO_REPOSITORY),
        (11, "unable to create lock in backend: repository is already locked by PID 5", restic.LOCKED),
        (1, "unable to create lock in backend: repository is already locked exclusively by PID 5", restic.LOCKED),
        (1, "Fatal: unable to open config file: dial tcp 127.0.0.1:9: connect: connection refused" + WHERE, restic.UNREACHABLE),
        (1, "Fatal: unable to open repository at s3:https://s3.x: Access Denied.", restic.PERMISSION),
        (1, "Fatal: unable to open config file: open /x/config: permission denied" + WHERE, restic.PERMISSION),
        (1, "Fatal: an empty password is not a password", restic.NO_PASSWORD),
        (1, "Resolving password failed: Fatal: /nofile does not exist", restic.NO_PASSWORD),
        (1, "id c8 not found in repository\nmain.main\n\truntime.goexit", restic.DAMAGED),
        (1, "", restic.OTHER),
        (2, "panic: odd\n\ngoroutine 1 [running]:\nmain.main()\n\truntime/asm_amd64.s:1594 +0x1 goexit", restic.OTHER),
        (
            -9,
            "Load(<data/62e7a2dc00>, 248, 748) returned error, retrying after 552ms: open /x/data/62/62e: no such file or directory",
            restic.DAMAGED,
        ),
        (130, "something new", restic.OTHER),
    ],
)
def test_failures_are_told_apart(rc: int, stderr: str, kind: str) -> None:
    assert restic.failure(rc, stderr)[0] == kind
    world = runner([], restic_snapshots=Completed(rc, "", stderr))
    if kind == restic.DAMAGED:
        finding = check(world)
        assert str(finding.status) == "fail" and "is damaged" in finding.message and "goexit" not in finding.message
        return
    with pytest.raises(restic.ResticFailed) as caught:
        check(world)
    assert caught.value.absent is (kind == restic.NO_REPOSITORY)
    assert caught.value.kind == kind and "/srv/restic" in caught.value.message and "rror" not in caught.value.message
    assert "goexit" not in caught.value.message
    assert len(ran(world, "snapshots")) == (2 if kind == restic.LOCKED else 1), "others' locks: once more"


def test_not_installed() -> None:
    with pytest.raises(CannotObserve, match="restic is not installed"):
        check(FakeRunner())


@pytest.mark.parametrize(
    "text", ["", "{}garbage", "<html>", '{"a": 1}', "[1]", '[{"time": "yesterday", "paths": [], "id": "x"}]', '[{"id": "x"}]', '"x"']
)
def test_garbage_is_unknown(text: str) -> None:
    with pytest.raises(CannotObserve, match="not a list of snapshots"):
        check(runner(text))


GARBAGE = ["", "null", "[]", "<html>", '{"path": "/x", "type": "file"}', "[[[[[[", '{"paths": 5, "hostname": "x"}']


@pytest.mark.parametrize("text", GARBAGE)
def test_a_listing_that_is_garbage_is_unknown(text: str) -> None:
    world = runner([entry("aaaaaaaa", 3)])
    world.commands.update({"restic ls latest": Completed(0, text, ""), "restic ls aaaaaaaa": Completed(0, text, "")})
    finding = check(world, paths=[PATH])
    assert str(finding.status) == "unknown" and "could not be looked into" in finding.message, finding.message


@pytest.mark.parametrize(
    "text", ["<html>", '{"a": 1}', '[{"matches":[{"path":"/x","type":"file"}', '[{"matches":[5],"hits":1,"snapshot":"x"}]']
)
def test_earlier_ones_that_are_garbage_are_unknown(text: str) -> None:
    world = runner([entry("aaaaaaaa", 27), entry("bbbbbbbb", 3)], restic_find=Completed(0, text, ""))
    finding = check(world, paths=[PATH])
    assert str(finding.status) == "unknown" and "could not be compared with earlier ones" in finding.message


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
def test_what_comes_in_pieces_is_read_as_a_whole(step: int) -> None:
    held = {"aaaaaaaa": {"/été/[1]}]": 3, "/été/two\nlines": 4}, "bbbbbbbb": {"/été/x": 5}}
    reader = restic_tree.Matches(["/été"])
    data = json.dumps(json.loads(matches(held)), ensure_ascii=False).replace("[{", "[\n{").encode()
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    reader.end()
    assert not reader.odd and {name: tree.total() for name, tree in reader.trees.items()} == {"aaaaaaaa": (2, 7), "bbbbbbbb": (1, 5)}
    lines = restic_tree.Lines(lambda _entry: restic_tree.Tree(["/été"]))
    text = listing(entry("aaaaaaaa", 3), held["aaaaaaaa"]).encode()
    for start in range(0, len(text), step):
        lines.feed(text[start : start + step])
    lines.end()
    assert lines.tree is not None and lines.tree.total() == (2, 7) and not lines.odd


def test_no_snapshots() -> None:
    assert "holds no snapshot" in check(runner("[]")).message
    assert str(check(runner("null")).status) == "fail"
    lost = Completed(0, "[]", "could not load snapshot 2d4c5e4c: invalid data returned\ncould not load snapshot aeab58a8: x\n")
    assert "2 snapshots of which none can be loaded" in check(runner([], restic_snapshots=lost)).message


def test_some_snapshots_cannot_be_loaded() -> None:
    said = Completed(0, json.dumps([entry("aaaaaaaa", 3)]), "could not load snapshot 2d4c5e4c: invalid data returned\n")
    finding = check(runner([entry("aaaaaaaa", 3)], restic_snapshots=said))
    assert str(finding.status) == "warn" and "run restic check" in finding.message


def test_too_old_says_since_when_and_compares_nothing() -> None:
    world = runner([entry("aaaaaaaa", 99), entry("bbbbbbbb", 76)])
    finding = check(world)
    assert str(finding.status) == "fail"
    assert "newest snapshot of /var/lib/payments is 3 d 4 h old, the limit is 24 h" in finding.message
    assert finding.since == "2026-11-23T02:00:00Z" and ran(world, "find") == []


def test_the_promise_is_told_beside_the_limit() -> None:
    assert "the limit is 24 h (RPO 20 h)" in check(runner([entry("aaaaaaaa", 3)]), rpo="20h").message


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (PATH, "pass"),
        (f"{PATH}/", "pass"),
        (f"{PATH}/a/../a//b", "pass"),
        (f"{PATH}/a/c", "fail"),
        (f"{PATH}/empty", "fail"),
        (f"{PATH}/a/none", "fail"),
        ("/var/lib/payments2", "fail"),
        ("/var/lib", "fail"),
    ],
)
def test_what_is_in_it(path: str, status: str) -> None:
    held = {f"{PATH}/a/b": 5, f"{PATH}/empty": -1, f"{PATH}/a/none": 0}
    assert str(check(runner([entry("aaaaaaaa", 3)], {"aaaaaaaa": held}), paths=[path]).status) == status
    whole = check(runner([entry("aaaaaaaa", 3, ["/"])], {"aaaaaaaa": held}), paths=[path])
    assert str(whole.status) == ("pass" if path == "/var/lib" else status)


@pytest.mark.parametrize(
    ("covered", "held", "path", "place"),
    [
        (["/srv/data"], {"/srv/data/x": 1}, "/srv/data", "/srv/data"),
        (["/srv/data"], {"/data/x": 1}, "/srv/data/x", "/data/x"),
        (["/srv/data"], {"/x": 1}, "/srv/data", "/"),
        (["/srv/data"], {"/srv": -1}, "/srv/data", None),
        (["/srv/data", "/data"], {"/data/x": 1, "/srv": -1}, "/srv/data", None),
        (["/srv/data", "/data"], {"/data/x": 1}, "/srv/data", None),
        (["/srv/data", "/etc"], {"/x": 1, "/etc/y": 2}, "/srv/data", None),
        (["D:\\Data\\x"], {"/D/Data/x/a": 1}, "D:\\Data\\x\\a", "/D/Data/x/a"),
        (["/db.sql"], {"/db.sql": 1}, "/db.sql", "/db.sql"),
        (["/"], {"/etc/x": 1}, "/", "/"),
    ],
)
def test_where_a_path_lies(covered: list[str], held: dict[str, int], path: str, place: str | None) -> None:
    snapshot = restic_snapshots.parse_snapshots(json.dumps([entry("aaaaaaaa", 3, covered)]))[0]
    tree = restic_tree.Tree([path])
    for node in nodes(held):
        tree.add(t.cast("restic_tree.Node", node))
    assert tree.place(snapshot, path) == place


def test_a_path_that_is_backed_up_no_longer_is_no_alarm() -> None:
    kept = [entry("00000001", 24 * 400, ["/srv/old"]), entry("00000002", 24 * 800, ["/srv/old"])]
    world = runner([*kept, entry("aaaaaaaa", 3)])
    assert str(check(world).status) == "pass"
    assert str(check(world, paths=[PATH]).status) == "pass"
    assert str(check(world, paths=["/srv/old"]).status) == "fail"


def test_a_snapshot_by_hand_does_not_hide_the_nightly_one() -> None:
    nightly = [entry("aaaaaaaa", 80), entry("bbbbbbbb", 56)]
    world = runner([*nightly, entry("cccccccc", 1, ["/etc"])])
    finding = check(world)
    assert str(finding.status) == "warn" and "name the paths that matter" in finding.message
    assert str(check(world, paths=[PATH, "/etc"]).status) == "fail"


def test_hosts_and_tags() -> None:
    world = runner([entry("aaaaaaaa", 3, host="db2", tags=["nightly", "prod"]), entry("bbbbbbbb", 50)])
    assert str(check(world, host="db1").status) == "fail"
    assert str(check(world, host="db2", tags=["prod"]).status) == "pass"
    assert "snapshots of 2 hosts (db1, db2) are mixed" in " ".join([*(one := check(world, paths=[PATH])).details, one.message])
    finding = check(world, host="db3")
    assert str(finding.status) == "fail" and "of the host db3; hosts: db1, db2; tags: nightly, prod" in finding.message
    assert str(check(world, tags=["prod", "weekly"]).status) == "fail"
    world = runner([entry("aaaaaaaa", 3, host="-x", tags=["a"])])
    check(world, host="-x", tags=["a"])
    filters = ran(world, "ls")[0]
    assert "--host=-x" in filters and "--tag=a" in filters


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3f2a9c01d7be", "b7d0e6a41c22", True),
        ("backup-28391820-x7k2p", "backup-28393260-q2m9z", True),
        ("app-6d4cf56db6-x7k2p", "app-6d4cf56db6-q2m9z", True),
        ("db1", "db2", False),
        ("db-primary", "db-replica", False),
        ("web-front-proxy", "web-front-cache", False),
    ],
)
def test_names_that_change_at_each_start(one: str, other: str, same: bool) -> None:
    assert (restic_snapshots.steady(one) == restic_snapshots.steady(other)) is same


def test_too_few_and_not_far_enough() -> None:
    world = runner([entry("aaaaaaaa", 3), entry("bbbbbbbb", 4, ["/etc"])])
    finding = check(world, min_count=2)
    assert str(finding.status) == "fail" and "/var/lib/payments: 1 complete backup is there, at least 2 are wanted" in finding.message
    finding = check(world, retention="30d")
    assert str(finding.status) == "warn" and "the oldest is 3 h old, 30 d are to be kept" in finding.message


def test_compares_the_same_paths_only_and_no_more_than_asked() -> None:
    names = [letter * 8 for letter in "abcd"]
    entries = [
        entry("zzzzzzzz", 99, [PATH, "/big"]),
        *[entry(name, 60 - number) for number, name in enumerate(names)],
        entry("eeeeeeee", 3),
    ]
    held = {name: {f"{PATH}/x": 1000} for name in names} | {"eeeeeeee": {f"{PATH}/x": 900}, "zzzzzzzz": {f"{PATH}/x": 10**9}}
    world = runner(entries, held)
    assert str(check(world, paths=[PATH]).status) == "pass"
    (asked,) = ran(world, "find")
    assert [asked[position + 1] for position, word in enumerate(asked) if word == "-s"] == [name * 1 for name in names[1:]]
    world = runner(entries, held)
    assert str(check(world, compare=0).status) == "pass" and ran(world, "find") == []


def test_empty_or_damaged() -> None:
    assert "holds nothing" in check(runner([entry("aaaaaaaa", 3)], {"aaaaaaaa": {PATH: -1}})).message
    damaged = Completed(1, "", "id c8 not found in repository\nmain.runLs\n")
    finding = check(runner([entry("aaaaaaaa", 3)], restic_ls_latest=damaged, restic_ls_aaaaaaaa=damaged))
    assert (
        str(finding.status) == "fail"
        and "the repository is damaged: restic ended with code 1 on /srv/restic: id c8 not found in repository" in finding.message
    )
    finding = check(runner([entry("aaaaaaaa", 30), entry("bbbbbbbb", 3)], restic_find=damaged))
    assert str(finding.status) == "unknown" and "could not be compared" in finding.message


def test_the_future() -> None:
    with pytest.raises(CannotObserve, match="dated in the future"):
        check(runner([entry("aaaaaaaa", -48)]))
    finding = check(runner([entry("aaaaaaaa", -48), entry("bbbbbbbb", 3)]))
    assert str(finding.status) == "warn" and "1 snapshot dated in the future" in finding.message


def test_arguments() -> None:
    with pytest.raises(ArgumentsRefused):
        check(runner("[]"), password_file="/x")
    with pytest.raises(ArgumentsRefused, match="size_deviation"):
        check(runner("[]"), size_deviation="half")
    with pytest.raises(ArgumentsRefused, match="repository"):
        check(runner("[]"), repository=None)
    with pytest.raises(ArgumentsRefused, match="profile"):
        check(runner("[]"), profile="x")
    assert restic.Restic(runner("[]"), "s3:https://a:b@h/x?token=c").shown == "s3:https://h/x"
    assert restic_snapshots.parse_time("2026-11-25T03:00:00.123456789+01:00").hour == 3


def test_cache_is_used_where_there_is_one(tmp_path: t.Any) -> None:
    assert not restic.has_cache({"HOME": str(tmp_path)})
    (tmp_path / ".cache" / "restic").mkdir(parents=True)
    assert restic.has_cache({"HOME": str(tmp_path)})
    assert not restic.has_cache({})


def test_what_can_be_compared_with_earlier() -> None:
    two = [entry("aaaaaaaa", 27, paths=["/etc"]), entry("bbbbbbbb", 3)]
    assert check(runner(two)).observed["paths"] == ["/etc", PATH], "whichever of them ran last"
    assert check(runner(two), paths=[PATH, "/gone"]).observed["paths"] == [PATH]
    assert "paths" not in check(runner([])).observed


def test_the_oldest_can_be_enough(tmp_path: t.Any) -> None:
    """In a repository on this host, the oldest of the earlier ones is listed while the newest is."""
    names = [letter * 8 for letter in "abcd"]
    entries = [entry(name, 60 - 10 * number) for number, name in enumerate(names)]
    (tmp_path / "snapshots").mkdir()
    for number, name in enumerate(names):
        path = tmp_path / "snapshots" / (name * 8)
        path.touch()
        os.utime(path, (number, number))
    for newest, asked, status in ((1000, 0, "pass"), (500, 0, "pass"), (499, 1, "warn"), (9, 1, "fail")):
        held = {name: {f"{PATH}/x": 1000} for name in names} | {"dddddddd": {f"{PATH}/x": newest}}
        world = runner(entries, held)
        finding = check(world, repository=str(tmp_path), max_age="40h")
        assert str(finding.status) == status, finding.message
        assert len(ran(world, "find")) == asked and [argv[2] for argv in ran(world, "ls")] == ["latest", "aaaaaaaa"]


# -- beside earlier ones, by folders and files

USUAL = {f"/D/db/{number}": 50_000 for number in range(20)} | {f"/D/logs/{number}": 1000 for number in range(20)}
DUMPS = {f"/D/db-2026-11-{day}.sql.gz": 200_000 for day in (27, 28, 29)}


@pytest.mark.parametrize(
    ("newest", "earlier", "said"),
    [
        (USUAL, USUAL, ""),
        (
            {f"/D/logs2/{number}": 60_000 for number in range(20)} | {"/D/logs/1": 1000},
            USUAL,
            "/D/db holds 0 B in it, earlier ones have 20 files with 976.6 KiB there",
        ),
        ({f"/D/base/{number}": 50_000 for number in range(20)} | {"/D/logs/1": 1000}, USUAL, ""),
        (
            {f"/D/2026-11-30/{n}": 20_000 for n in range(5)} | {"/D/x": 1},
            {f"/D/2026-11-29/{n}": 20_000 for n in range(5)} | {"/D/x": 1},
            "",
        ),
        ({"/D/a.sql": 0, "/D/b": 9}, {"/D/a.sql": 100_000, "/D/b": 9}, "/D/a.sql has 0 B in it, it has 97.7 KiB in earlier ones"),
        ({"/D/a.sql": 2000, "/D/b": 9}, {"/D/a.sql": 100_000, "/D/b": 9}, ""),
        ({"/D/app.log": 0, "/D/app.log.1": 100_000}, {"/D/app.log": 100_000}, ""),
        ({"/D/state.json": 0, "/D/b": 10**6}, {"/D/state.json": 900, "/D/b": 10**6}, ""),
        ({**DUMPS, "/D/db-2026-11-30.sql.gz": 20}, DUMPS, "/D/db-2026-11-30.sql.gz has 20 B in it, those of earlier dates have 195.3 KiB"),
        ({**DUMPS, "/D/db-2026-11-30.sql.gz": 190_000}, DUMPS, ""),
        ({"/D/db-2026-11-30.sql.gz": 0, "/D/b": 9}, {"/D/db-2026-11-29.sql.gz": 200_000, "/D/b": 9}, "/D/db-2026-11-30.sql.gz has 0 B"),
    ],
)
def test_what_folders_and_files_have_lost(newest: Sizes, earlier: Sizes, said: str) -> None:
    found = beside_earlier(verbatim("it"), newest, [earlier, earlier])
    assert len(found) == (1 if said else 0), found
    assert not said or said in found[0]


# -- locks


def lock(**more: t.Any) -> str:
    moment = (NOW - dt.timedelta(minutes=more.pop("minutes", 2))).strftime("%Y-%m-%dT%H:%M:%S.5Z")
    return json.dumps({"time": moment, "exclusive": True, "hostname": "other", "username": "root", "pid": 4711, **more})


NO_SUCH_PROCESS = 2**22 + 1


@pytest.mark.parametrize(
    ("held", "status"),
    [
        (lock(), "pass"),
        (lock(minutes=40), "warn"),
        (lock(minutes=40, exclusive=False), "pass"),
        (lock(hostname=socket.gethostname(), pid=NO_SUCH_PROCESS), "warn"),
        (lock(hostname=socket.gethostname(), pid=os.getpid()), "pass"),
        (lock(hostname=socket.gethostname(), pid=NO_SUCH_PROCESS, exclusive=False), "pass"),
        ("<html>", "unknown"),
        ("null", "unknown"),
    ],
)
def test_locks(held: str, status: str) -> None:
    names = Completed(0, "a" * 64 + "\n", "")
    world = runner([entry("aaaaaaaa", 3)], restic_list_locks=names, restic_cat_lock=Completed(0, held, ""))
    finding = check(world, repository=REMOTE)
    # where one that cannot be read is no longer there, it was taken away
    assert str(finding.status) == ("pass" if status == "unknown" else status), finding.message


def test_locks_that_cannot_be_listed() -> None:
    world = runner([entry("aaaaaaaa", 3)], restic_list_locks=Completed(1, "", "Fatal: 403 Forbidden"))
    finding = check(world, repository=REMOTE)
    assert str(finding.status) == "unknown" and "the locks of the repository could not be told" in finding.message


@pytest.mark.parametrize(("repository", "status"), [(REMOTE, "unknown"), ("sftp:backup@store:/x", "fail"), ("s3:s3.x/y", "unknown")])
def test_append_only(repository: str, status: str) -> None:
    finding = check(runner([entry("aaaaaaaa", 3)]), repository=repository, append_only=True)
    assert str(finding.status) == status and "append-only" in finding.message


# -- what restic check says


@pytest.mark.parametrize(
    ("rc", "stdout", "stderr", "damages"),
    [
        (0, "no errors were found\n", "", 0),
        (1, "", "Pack ID does not match, want 2d, got 49\nFatal: repository contains errors\n", 1),
        (1, "", "pack 2d: does not exist\nFatal: repository contains errors\n", 1),
        (0, "", "error for tree 11:\n  id 11 not found in repository\n", 1),
        (0, "pack 3b: not referenced in any index\nno errors were found\n", "", 0),
        (1, "", "something new\nFatal: repository contains errors\n", 1),
    ],
)
def test_what_restic_check_says(rc: int, stdout: str, stderr: str, damages: int) -> None:
    client = restic.Restic(runner("[]"), "/srv/restic")
    assert len(_integrity_restic.judged(client, Completed(rc, stdout, stderr), 1, 2).damages) == damages


@pytest.mark.parametrize(
    ("rc", "stdout", "stderr"), [(0, "", ""), (0, "<html>", ""), (1, "", "Fatal: wrong password or no key found"), (1, "", "")]
)
def test_what_restic_check_does_not_say(rc: int, stdout: str, stderr: str) -> None:
    client = restic.Restic(runner("[]"), "/srv/restic")
    with pytest.raises(CannotObserve):
        _integrity_restic.judged(client, Completed(rc, stdout, stderr), 1, 2)


# -- in French


def test_what_is_said_is_told_in_french() -> None:
    newer = [entry("aaaaaaaa", 27, **summary(1000, 1)), entry("bbbbbbbb", 3, **summary(300, 1))]
    message = check(runner(newer, {"bbbbbbbb": {f"{PATH}/a": 300}})).message
    assert (message.params["size"], message.params["usual"], message.params["share"], message.params["count"]) == (300, 1000, 0.5, 1)
    assert told(message, "fr") == (
        "dernier instantané bbbbbbbb de /var/lib/payments\u00a0: 300\u00a0o, soit plus de 50\u202f% de moins "
        "que la fois précédente (1000\u00a0o)"
    )
    other = check(runner([entry("aaaaaaaa", 3, tags=["nightly"])]), host="db3", tags=["prod"]).message
    assert told(other, "fr") == (
        "le seul instantané du dépôt /srv/restic n\u2019est pas de l\u2019hôte db3 et étiqueté prod\u202f; "
        "hôtes\u00a0: db1\u202f; étiquettes\u00a0: nightly"
    )


def test_a_failure_without_a_reason_is_told_in_french() -> None:
    with pytest.raises(restic.ResticFailed) as caught:
        check(runner([], restic_snapshots=Completed(1, "", "")))
    assert caught.value.message == "restic ended with code 1 on /srv/restic: it gave no reason"
    assert told(caught.value.message, "fr").endswith("sur le dépôt /srv/restic\u00a0: aucune raison donnée")
