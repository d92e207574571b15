# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of others: what is read of them is bounded, and no refusal quotes what may be a secret."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible_collections.operability.readiness.plugins.module_utils._files import WRITTEN_BY_PEOPLE, read_within
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import given_files, source
from ansible_collections.operability.readiness.plugins.plugin_utils._described import document
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused, build, loaded, positions

SECRET = "S3CRETxyz99"


def other(folder: pathlib.Path, kind: str) -> pathlib.Path:
    path = folder / "file.yml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(b"#" * (WRITTEN_BY_PEOPLE + 1))
    elif kind == "no text":
        path.write_bytes(b"\xff\xfe\x00")
    else:
        path.symlink_to(kind)
    return path


WORDS = {
    "pipe": "it is no regular file",
    "/dev/zero": "it is no regular file",
    "folder": "Is a directory",
    "large": "it is larger than 4 MiB",
    "/nowhere/at/all": "No such file or directory",
    "file.yml": "Too many levels of symbolic links",
}


@pytest.mark.parametrize(("kind", "words"), WORDS.items())
def test_only_regular_files_of_bounded_size_are_read(tmp_path: pathlib.Path, kind: str, words: str) -> None:
    with pytest.raises(OSError) as caught:
        read_within(other(tmp_path, kind))
    assert caught.value.strerror == words


def test_what_is_a_file_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "large.yml").write_bytes(b"#" * WRITTEN_BY_PEOPLE)
    (tmp_path / "link.yml").symlink_to("large.yml")
    assert len(read_within(tmp_path / "link.yml")) == WRITTEN_BY_PEOPLE
    (tmp_path / "empty.yml").touch()
    assert read_within(tmp_path / "empty.yml") == b""


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "folder", "large", "no text"])
def test_each_reader_of_the_user_s_files_refuses_what_is_none(tmp_path: pathlib.Path, kind: str) -> None:
    path, loader = other(tmp_path, kind), DataLoader()
    with pytest.raises(Refused, match="cannot be read: "):
        given_files.content(loader, str(path), "file.yml")
    with pytest.raises(Refused, match="cannot be read: "):
        given_files.load(loader, str(path), "file.yml")
    with pytest.raises(Refused, match="the debt file .*file.yml cannot be read: "):
        given_files.read_debt(path)
    assert given_files.digest_of(path), "it is not as if there were none"
    (tmp_path / ".git").mkdir()
    path.rename(tmp_path / ".git" / "config")
    assert len(source.source_of(str(tmp_path / "readiness.yml"))) == 16


def test_no_debt_is_none(tmp_path: pathlib.Path) -> None:
    assert given_files.read_debt(tmp_path / "file.yml") is None and given_files.digest_of(tmp_path / "file.yml") is None
    assert given_files.read_debt(other(tmp_path, "/nowhere/at/all")) is None


WRONG = {
    f"a: 1\nurl_password: !{SECRET}\n": ":2:15: url_password: a tag that is neither !vault nor !unsafe",
    f"a: [1, !<{SECRET}> x]\n": ":1:8: a.1: a tag that is neither",
    f"!{SECRET} a: 1\n": ":1:1: a tag that is neither",
    f"%TAG !s! tag:{SECRET},2002:\n---\na: !s!x 1\n": ":3:4: a: a tag that is neither",
    f"a: !!python/name:{SECRET} ''\n": ":1:4: a: a tag that is neither",
    f"a: !{SECRET}!x 1\n": "this is not YAML: ",
    f"a: *{SECRET}\n": "this is not YAML: found undefined alias",
    f"a: &{SECRET} 1\nb: &{SECRET} 2\n": "",
    f'a: "\\{SECRET}"\n': "this is not YAML: ",
    f"a: {{b: {SECRET}\n": "this is not YAML: ",
    f"a: 1\n{SECRET}\nb: 2\n": "this is not YAML: ",
    f"a: @{SECRET}\n": "this is not YAML: ",
    f"a: `{SECRET}`\n": "this is not YAML: ",
    f"a: %{SECRET}\n": "this is not YAML: ",
    f"a: '{SECRET}' {SECRET}\n": "this is not YAML: ",
    f"a: 1\n\t{SECRET}: 2\n": "this is not YAML: ",
    f"a: !!int {SECRET}\n": "a value is not of the kind that its tag says",
    f"a: !!float {SECRET}\n": "a value is not of the kind that its tag says",
    f"a: !!binary {SECRET}é\n": "this is not YAML: ",
    f"a: !!bool {SECRET}\n": "",
    f"<<: {SECRET}\n": "this is not YAML: ",
    f"? [{SECRET}]\n: 1\n": "this is not YAML: ",
    f"a: !vault {SECRET}\n": "",
    f"a: {SECRET}\na: {SECRET}\n": ":2:1: a: this key stands twice; first on line 1",
}


@pytest.mark.parametrize("library", ["libyaml", "Python's own"])
@pytest.mark.parametrize(("text", "words"), WRONG.items())
def test_no_refusal_quotes_what_may_be_a_secret(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], text: str, words: str, library: str
) -> None:
    if library != "libyaml":
        monkeypatch.setattr(document, "FastLoader", yaml.SafeLoader)

        class Slow(yaml.SafeLoader):
            """As the collection's own, without libyaml."""

        for tag in document._ANSIBLES:
            Slow.add_constructor(tag, lambda _loader, node: str(node.value))
        monkeypatch.setattr(document, "_Loader", Slow)
    path = tmp_path / "file.yml"
    path.write_text(text)
    said = []

    def reads(how: t.Callable[[], object]) -> None:
        try:
            how()
        except Refused as exc:
            said.append(str(exc))

    reads(lambda: given_files.load(DataLoader(), str(path), "file.yml"))
    reads(lambda: given_files.read_debt(path))
    reads(lambda: (positions(text, "file.yml"), loaded(text, "file.yml")))
    assert not words or any(words in one for one in said), said
    shown = capfd.readouterr()
    assert not any(SECRET in one for one in [*said, shown.out, shown.err])


def test_what_is_wrong_is_said_as_far_as_it_quotes_nothing() -> None:
    for text, words in {
        "a: [1\nb: 2\n": "2:2: this is not YAML: did not find expected ',' or ']'",
        "a: b: c\n": "mapping values are not allowed in this context",
        'a: "x\n': "found unexpected end of stream",
    }.items():
        with pytest.raises(Refused, match=words):
            positions(text, "file.yml")


@pytest.mark.parametrize(
    "text",
    [
        "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n",
        "a: !unsafe '{{ x }}'\n",
        "a: !!str 1\nb: !!set {x, y}\nc: !!binary aGk=\nd: 2026-01-01\n",
        "a: &x {b: 1}\nc: {<<: *x}\n",
        "a: 'quoted !value'\n",
    ],
)
def test_usual_tags_are_read(text: str) -> None:
    positions(text, "file.yml")
    loaded(text, "file.yml")


@pytest.mark.parametrize("text", ["a: {}\n", "? {}\n: 1\n", "a: [1, '{}']\n", "a: |\n  {}\n"])
def test_no_text_is_longer_than_what_is_looked_into(text: str) -> None:
    positions(text.format("x" * (document.LONGEST_TEXT - 1)), "file.yml")
    with pytest.raises(Refused, match="a text of more than 10000 characters; put it into a file of its own"):
        positions(text.format("x" * (document.LONGEST_TEXT + 1)), "file.yml")
    positions(f"a: !vault |\n  {'3' * 20_000}\n", "file.yml")


def test_no_file_has_more_values_or_problems_than_anybody_reads() -> None:
    positions("a: [" + "1, " * 90_000 + "]\n", "file.yml")
    with pytest.raises(Refused, match="file.yml:1: more than 100000 values; write fewer of them"):
        positions("a: [" + "1, " * 100_000 + "]\n", "file.yml")
    problems = Refused([f"problem {number}" for number in range(500)]).problems
    assert problems[199:] == ["problem 199", "and 300 more"] and len(Refused(["x"] * 200).problems) == 200


# -- characters that no table shows

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team}\n"


def built(text: str) -> document.Document:
    return build(text, "readiness.yml", yaml.safe_load(text), "service")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('schema_version: 1\nservice: {name: "payments\\n", owner: team}\n', "2:11: service.name: it has a character .*U\\+000A"),
        (SERVICE + 'parts: {"we\\u202eb": {}}\n', "3:9: parts.web: this key has a character .*U\\+202E"),
        (SERVICE + 'alerts: {match: {team: "a\\u200bb"}}\n', "alerts.match.team: it has a character .*U\\+200B"),
        (SERVICE + 'alerts: {labels: {team: "a\\x1b[31mb"}}\n', "alerts.labels.team: it has a character .*U\\+001B"),
    ],
)
def test_names_have_no_character_that_cannot_be_shown(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        built(text)


def test_names_of_all_scripts_are_taken() -> None:
    made = built(SERVICE + 'alerts: {match: {team: "équipe paiements, 支払い", unit: "a\u202fb"}}\n')
    assert made.of_service["alerts"]["match"] == {"team": "équipe paiements, 支払い", "unit": "a\u202fb"}


def test_where_patterns_of_hosts_stand() -> None:
    made = built(
        SERVICE.replace("owner", "hosts: a, owner") + "parts: {web: {hosts: b}}\nrequirements: {APP-01: {on: c, with: {hosts: [d]}}}\n"
    )
    assert {".".join(map(str, path)): pattern for path, pattern in made.host_patterns()} == {
        "service.hosts": "a",
        "parts.web.hosts": "b",
        "requirements.APP-01.on": "c",
        "requirements.APP-01.with.hosts.0": "d",
    }
