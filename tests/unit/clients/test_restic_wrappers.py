# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of autorestic and resticprofile, read and not run."""

from __future__ import annotations

import importlib
import json
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.restic_wrappers import Profile, read_profile
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import FakeRunner

AUTORESTIC = """\
version: 2
locations:
  home: {from: [/home, ./etc], to: [disk, rest]}
  mail: {from: /var/mail, to: disk, hooks: {before: [touch ran]}}
  volume: {from: my-volume, type: volume, to: [disk]}
backends:
  disk: {type: local, path: ./repo, key: "in the file"}
  rest: {type: rest, path: "https://backup.example.test/x", rest: {user: u, password: "p@ss"}, env: {RESTIC_CACERT: /ca}}
  cloud: {type: s3, path: s3.example.test/bucket}
  odd: {type: floppy, path: /dev/fd0}
"""


def read(folder: pathlib.Path, name: str, text: str, profile: str | None = None) -> Profile:
    (folder / name).write_text(text)
    return read_profile(FakeRunner(), str(folder / name), profile)


def test_autorestic(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".autorestic.env").write_text(
        'AUTORESTIC_CLOUD_RESTIC_PASSWORD="from env"\nexport AUTORESTIC_CLOUD_AWS_ACCESS_KEY_ID=key\n# x\n'
    )
    mail = read(tmp_path, ".autorestic.yml", AUTORESTIC, "mail")
    assert (mail.repository, mail.password, mail.paths) == (str(tmp_path / "repo"), "in the file", ["/var/mail"])
    assert mail.tags == ["ar:location:mail"]
    rest = read(tmp_path, ".autorestic.yml", AUTORESTIC, "home@rest")
    assert rest.repository == "rest:https://u:p@ss@backup.example.test/x" and rest.environment == {"RESTIC_CACERT": "/ca"}
    assert rest.paths == ["/home", str(tmp_path / "etc")] and rest.password is None
    disk = read(tmp_path, ".autorestic.yml", AUTORESTIC, "disk")
    assert disk.paths == ["/home", str(tmp_path / "etc"), "/var/mail"] and disk.tags == []
    cloud = read(tmp_path, ".autorestic.yml", AUTORESTIC, "cloud")
    assert (cloud.repository, cloud.password) == ("s3:s3.example.test/bucket", "from env")
    assert cloud.environment == {"AWS_ACCESS_KEY_ID": "key"}


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (None, "say in 'profile' which"),
        ("home", "home@disk, home@rest"),
        ("nowhere", "has no nowhere; it has disk, rest"),
        ("odd", "the type floppy of the backend odd is not known"),
    ],
)
def test_autorestic_that_does_not_say(tmp_path: pathlib.Path, profile: str | None, said: str) -> None:
    with pytest.raises(CannotObserve, match=said):
        read(tmp_path, ".autorestic.yml", AUTORESTIC, profile)


PROFILES: dict[str, t.Any] = {
    "base": {"repository": "rest:https://h/x", "password-command": "pass show x", "env": {"tmpdir": "/t"}, "backup": {"tag": ["a"]}},
    "default": {"inherit": "base", "password-file": "key", "backup": {"source": ["/srv", "etc"], "host": True}},
    "dry": {"inherit": "base", "base-dir": "/opt", "backup": {"source": "x", "host": "db1", "tag": "n"}},
    "loop": {"inherit": "loop"},
    "file": {"repository-file": "/etc/repo"},
}


def test_resticprofile(tmp_path: pathlib.Path) -> None:
    found = read(tmp_path, "profiles.json", json.dumps(PROFILES))
    assert (found.repository, found.password_file, found.host) == ("rest:https://h/x", str(tmp_path / "key"), None)
    assert found.paths == ["/srv", str(tmp_path / "etc")] and found.tags == ["a"] and found.environment == {"TMPDIR": "/t"}
    dry = read(tmp_path, "profiles.json", json.dumps(PROFILES), "dry")
    assert (dry.paths, dry.host, dry.tags, dry.password_command) == (["/opt/x"], "db1", ["n"], "pass show x")
    second = read(tmp_path, "profiles.json", json.dumps({"version": "2", "profiles": PROFILES}))
    assert second == found


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("loop", "the profile loop has no repository"),
        ("file", "has its repository in a file"),
        ("x", "has no x; it has base, default, dry, loop"),
    ],
)
def test_resticprofile_that_does_not_say(tmp_path: pathlib.Path, profile: str, said: str) -> None:
    with pytest.raises(CannotObserve, match=said):
        read(tmp_path, "profiles.json", json.dumps(PROFILES), profile)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.json", "[1]", "is not a configuration"),
        ("p.json", "{", "cannot be parsed"),
        ("p.yaml", "default: {password: secret-in-line", "cannot be parsed"),
        ("p.yaml", "a: &a [x]\nb: " + "[*a, " * 200, "cannot be parsed"),
        ("p.toml", "x = = secret-in-line", "cannot be parsed"),
        ("p.json", '{"includes": ["x"]}', "the files that it includes are not read"),
        ("p.json", '{"a": 1}', "no configuration of autorestic or resticprofile"),
    ],
)
def test_what_is_no_configuration(tmp_path: pathlib.Path, name: str, text: str, said: str) -> None:
    with pytest.raises(CannotObserve, match=said) as caught:
        read(tmp_path, name, text)
    assert "secret-in-line" not in caught.value.message


def test_toml(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("tomllib")
    assert read(tmp_path, "profiles.toml", '[default]\nrepository = "local:/srv/restic"\n').repository == "/srv/restic"


@pytest.mark.parametrize(("name", "lacking"), [("p.yaml", "PyYAML"), ("p.toml", "tomli")])
def test_a_python_that_cannot_read_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str, lacking: str) -> None:
    def none(wanted: str, package: str | None = None) -> t.Any:
        raise ImportError(wanted)

    monkeypatch.setattr(importlib, "import_module", none)
    with pytest.raises(CannotObserve, match=lacking):
        read(tmp_path, name, "x: 1")
