# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of logrotate as text."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import logrotate_config
from fakes import FakeRunner

LOG = "/var/log/app/app.log"


def block(folder: pathlib.Path, text: str, **others: str) -> logrotate_config.Block | None:
    """The rule of the log, in a main file and files that it includes."""
    (folder / "d").mkdir(exist_ok=True)
    main = folder / "logrotate.conf"
    main.write_text(text.replace("DIR", str(folder / "d")))
    for name, content in others.items():
        (folder / "d" / name).write_text(content)
    files = [str(main), *(str(folder / "d" / name) for name in sorted(others))]
    return logrotate_config.block_of({LOG}, files, FakeRunner())


def test_what_is_not_told_of_a_rule(tmp_path: pathlib.Path) -> None:
    text = "weekly\ncompress\ninclude DIR\n"
    rule = "/var/log/app/*.log {\n  daily\n  size 10G\n  delaycompress # later\n  maxage 9\n  start 0\n  compresscmd = /usr/bin/xz\n}\n"
    found = block(tmp_path, text, app=rule)
    assert found is not None
    assert found.flags == {"compress", "delaycompress"}
    assert (found.period, found.maxage, found.start, found.program) == ("daily", 9, 0, "/usr/bin/xz")
    assert found.file == str(tmp_path / "d" / "app")


def test_what_stands_outside_of_rules_holds_for_all_that_follow(tmp_path: pathlib.Path) -> None:
    rule = f"{LOG} {{\n}}\n"
    assert block(tmp_path, "include DIR\ncompress\n", app=rule).flags == set()  # type: ignore[union-attr]
    assert block(tmp_path, "create\ninclude DIR\n", aaa="dateext\n", app=rule, zzz="copytruncate\n").flags == {"create", "dateext"}  # type: ignore[union-attr]
    assert block(tmp_path, "compress\ninclude DIR\n", app=f"{LOG} {{ nocompress\n}}\n").flags == set()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "rule",
    [
        f"{LOG} {{\ncopytruncate\n}}",
        f"{LOG}{{\ncopytruncate\n}}",
        f'"{LOG}"\n/var/log/other.log\n{{\n  copytruncate\n}}',
        f"'{LOG}' {{ copytruncate\n}}",
        f"/var/log/other.log {LOG} {{\nprerotate\n  {{ nonsense }}\nendscript\ncopytruncate\n}}",
        "/var/log/*/app.log {\ncopytruncate\n}",
        "/var/log/app/app.lo[g] {\ncopytruncate\n}",
        f"/x.log {{\npostrotate\n  echo }}\nendscript\n}}\n# {LOG} {{\n{LOG} {{\ncopytruncate\n}}",
    ],
)
def test_ways_to_write_a_rule(tmp_path: pathlib.Path, rule: str) -> None:
    found = block(tmp_path, rule + "\n")
    assert found is not None and "copytruncate" in found.flags


@pytest.mark.parametrize(
    "text", ["", "}", "{", "{}{}", f"{LOG}\n", f"{LOG} {{", "\0\xff", "/var/log/* {\n}\n", "a " * 10000, "{" * 10000, '"' * 10000]
)
def test_no_rule(tmp_path: pathlib.Path, text: str) -> None:
    assert block(tmp_path, text) is None


def test_which_file_names_a_log(tmp_path: pathlib.Path) -> None:
    broken, folder = tmp_path / "broken", tmp_path / "sub"
    broken.write_text("/var/log/app/*.log {\nrotate many\n")
    folder.mkdir()
    (folder / "app").write_text(f'"{LOG}" {{\n}}\n')
    assert logrotate_config.names(str(broken), {LOG}, FakeRunner())
    assert logrotate_config.names(str(folder), {LOG}, FakeRunner())
    assert not logrotate_config.names(str(broken), {"/var/log/other.log"}, FakeRunner())
    assert not logrotate_config.names(str(tmp_path / "gone"), {LOG}, FakeRunner())


def test_a_file_that_is_not_included(tmp_path: pathlib.Path) -> None:
    (tmp_path / "logrotate.d").mkdir()
    (tmp_path / "logrotate.d" / "app").write_text(f"{LOG} {{\n}}\n")
    config = str(tmp_path / "logrotate.conf")
    assert logrotate_config.unread_that_names(config, [], {LOG}, FakeRunner()) == str(tmp_path / "logrotate.d" / "app")
    assert logrotate_config.unread_that_names(config, [str(tmp_path / "logrotate.d" / "app")], {LOG}, FakeRunner()) is None
    assert logrotate_config.unread_that_names(str(tmp_path / "none" / "x"), [], {LOG}, FakeRunner()) is None
