# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brought what stands in the organisation's files, in real git repositories with real signatures."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import stat
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.approvals import Brought
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, build
from ansible_collections.operability.readiness.plugins.plugin_utils._running import four_eyes

ORGANISATION = "schema_version: 1\nfour_eyes: true\napprovers: {blocker: [head]}\n"
ENTRY = {"service": "shop", "requirement": "BKP-01", "reason": "r", "approved_by": "head", "until": "2027-01-01"}
OTHER = {**ENTRY, "requirement": "BKP-02"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Two keys, head's and eve's. Only head is an allowed signer."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("head", "eve"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    (folder / "allowed_signers").write_text(f"head@ops {(folder / 'head.pub').read_text()}")
    return folder


@dataclasses.dataclass
class Repository:
    """An organisation's repository, and what git is asked about it."""

    folder: pathlib.Path
    keys: pathlib.Path

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder.parent), "GIT_CONFIG_GLOBAL": "/dev/null"}

    def git(self, *words: str, key: str | None = None) -> str:
        signing = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={self.keys / key}"] if key else []
        author = ["-c", "user.name=head", "-c", "user.email=head@ops", "-c", "init.defaultBranch=main"]
        done = subprocess.run(
            ["git", *author, *signing, *words], cwd=self.folder, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, *entries: t.Mapping[str, t.Any], name: str = "shop.yml", text: str | None = None) -> None:
        path = self.folder / "readiness.d" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text or yaml.safe_dump({"schema_version": 1, "waivers": [dict(entry) for entry in entries]}, sort_keys=False))

    def commit(self, *entries: t.Mapping[str, t.Any], key: str | None = None, **more: t.Any) -> str:
        if entries or more:
            self.write(*entries, **more)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "approved by head", *(["-S"] if key else []), key=key)
        return self.git("rev-parse", "HEAD")

    def fetched(self, commit: str = "HEAD", name: str = "origin/main") -> None:
        self.git("update-ref", f"refs/remotes/{name}", commit)

    def document(self, path: pathlib.Path, schema: str) -> Document:
        text = path.read_text()
        return build(text, str(path.relative_to(self.folder)), yaml.safe_load(text), schema, folder=path.parent)

    def look(self, **options: t.Any) -> list[Brought]:
        organisation = self.document(self.folder / "organisation.yml", "organisation")
        files = [self.document(path, "approvals") for path in sorted((self.folder / "readiness.d").glob("*.yml"))]
        found = four_eyes.look(organisation, files, "shop", **{"environ": self.environ, **options})
        assert found is not None
        return list(found.values())

    def one(self, **options: t.Any) -> Brought:
        (found,) = self.look(**options)
        return found


@pytest.fixture
def repository(tmp_path: pathlib.Path, keys: pathlib.Path) -> Repository:
    made = Repository(tmp_path / "ops", keys)
    made.folder.mkdir()
    made.git("init", "-q")
    (made.folder / "organisation.yml").write_text(ORGANISATION.replace("true", f"{{allowed_signers: {keys / 'allowed_signers'}}}"))
    made.commit()
    return made


def test_where_nobody_asks_git_is_left_alone(tmp_path: pathlib.Path) -> None:
    text = ORGANISATION.replace("true", "false")
    organisation = build(text, "organisation.yml", yaml.safe_load(text), "organisation", folder=tmp_path)
    assert four_eyes.look(organisation, [], "shop", environ={"PATH": "/nowhere"}) is None


def test_a_mapping_without_anything_asks_too(repository: Repository) -> None:
    (repository.folder / "organisation.yml").write_text(ORGANISATION.replace("true", "{}"))
    repository.commit(ENTRY)
    assert not repository.one().counts
    repository.fetched()
    assert repository.one().counts


def test_a_service_without_entries_asks_nothing(repository: Repository) -> None:
    repository.write({**ENTRY, "service": "other"})
    assert repository.look(environ={"PATH": "/nowhere"}) == []


def test_a_commit_that_is_signed_by_an_allowed_key(repository: Repository) -> None:
    commit = repository.commit(ENTRY, key="head")
    assert repository.one() == Brought(True, f"commit {commit[:12]} is signed by head@ops")


@pytest.mark.parametrize("key", [None, "eve"])
def test_a_commit_of_anybody_else(repository: Repository, key: str | None) -> None:
    """It says that it is by head, and head approved it; that is typed freely."""
    commit = repository.commit(ENTRY, key=key)
    found = repository.one()
    assert not found.counts and f"commit {commit[:12]}, which brought it, is not signed by a key of" in found.said
    assert "does not stand on origin/main as it was fetched: have it signed, or merged, and fetch" in found.said


def test_a_commit_on_the_protected_branch_as_it_was_fetched(repository: Repository) -> None:
    commit = repository.commit(ENTRY)
    repository.fetched()
    repository.commit(name="other.yml", text="schema_version: 1\n")
    assert repository.one() == Brought(True, f"commit {commit[:12]} stands on origin/main")


@pytest.mark.parametrize("reference", ["refs/heads/origin/main", "refs/tags/origin/main", "refs/remotes/origin/other"])
def test_a_branch_that_is_only_called_so(repository: Repository, reference: str) -> None:
    repository.commit(ENTRY)
    repository.git("update-ref", reference, "HEAD")
    assert not repository.one().counts


def test_another_branch_where_the_organisation_says_so(repository: Repository) -> None:
    path = repository.folder / "organisation.yml"
    path.write_text(ORGANISATION.replace("true", "{protected_branch: upstream/release/1}"))
    repository.commit(ENTRY)
    repository.fetched()
    assert not repository.one().counts
    repository.fetched(name="upstream/release/1")
    assert repository.one().said.endswith("stands on upstream/release/1")


def test_a_commit_that_is_not_merged_yet(repository: Repository) -> None:
    repository.fetched()
    repository.commit(ENTRY)
    assert not repository.one().counts


def test_what_the_protected_branch_has_taken_back_does_not_count(repository: Repository) -> None:
    """A branch from before it was taken back still has it, and the commit that brought it is on the protected branch."""
    repository.commit(ENTRY)
    repository.git("branch", "old")
    repository.commit(OTHER)
    repository.fetched()
    repository.git("checkout", "-q", "old")
    assert not repository.one().counts


def test_what_is_not_committed_does_not_count(repository: Repository) -> None:
    repository.commit(ENTRY, key="head")
    repository.write(ENTRY, OTHER)
    one, other = repository.look()
    assert one.counts, "the other is as it was"
    assert not other.counts and "it does not stand like this in the newest commit of the checkout: commit it" in other.said


@pytest.mark.parametrize(
    "change",
    [
        {**ENTRY, "until": "2027-12-31"},
        {key: value for key, value in ENTRY.items() if key != "host"},
        {**ENTRY, "host": "web1", "instance": "x"},
    ],
)
def test_a_signed_entry_that_somebody_changed(repository: Repository, change: dict[str, str]) -> None:
    """Also by taking a line out of it: no line that is left says so."""
    repository.commit({**ENTRY, "host": "web1"}, key="head")
    commit = repository.commit(change)
    found = repository.one()
    assert not found.counts and commit[:12] in found.said


def test_a_later_signature_does_not_cover_what_stood_there_before(repository: Repository) -> None:
    commit = repository.commit(ENTRY)
    repository.commit(ENTRY, OTHER, key="head")
    one, other = repository.look()
    assert (one.counts, other.counts) == (False, True) and commit[:12] in one.said


def test_a_later_commit_of_others_does_not_spoil_what_is_signed(repository: Repository) -> None:
    signed = repository.commit(ENTRY, key="head")
    repository.commit({**ENTRY, "service": "bank"}, ENTRY)
    repository.git("mv", "organisation.yml", "x.yml")
    repository.git("mv", "x.yml", "organisation.yml")
    assert signed[:12] in repository.one().said and repository.one().counts


def test_what_was_taken_back_and_is_brought_again(repository: Repository) -> None:
    repository.commit(ENTRY, key="head")
    repository.commit(OTHER, key="head")
    again = repository.commit(ENTRY)
    found = repository.one()
    assert not found.counts and again[:12] in found.said


def test_a_merge_that_takes_back_what_was_taken_back(repository: Repository) -> None:
    repository.commit(ENTRY, key="head")
    repository.git("branch", "old")
    repository.commit(OTHER, key="head")
    repository.git("checkout", "-q", "old")
    repository.commit(name="more.yml", text="schema_version: 1\n")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "old")
    evil = repository.commit(ENTRY, OTHER)
    one, other = repository.look()
    assert not one.counts and evil[:12] in one.said
    assert not other.counts, "of the two sides only one has it, so the merge has to be signed too"
    repository.git("commit", "-q", "--amend", "--no-edit", "-S", key="head")
    assert [found.counts for found in repository.look()] == [True, True]


def test_a_merge_of_what_is_signed(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "work")
    repository.commit(ENTRY, key="head")
    repository.git("checkout", "-q", "main")
    repository.commit(name="more.yml", text="schema_version: 1\n")
    repository.git("merge", "-q", "--no-ff", "-m", "merged", "work")
    assert repository.one().counts


def test_anchors_do_not_smuggle_anything_in(repository: Repository) -> None:
    text = "schema_version: 1\nnot_applicable: []\nwaivers:\n  - service: shop\n    requirement: BKP-01\n    reason: &r fine\n"
    text += "    approved_by: head\n    until: '2027-01-01'\n"
    text += "  - {service: shop, requirement: BKP-02, reason: *r, approved_by: head, until: '2027-01-01'}\n"
    repository.commit(text=text, key="head")
    assert [found.counts for found in repository.look()] == [True, True]
    repository.commit(text=text.replace("fine", "changed"))
    assert [found.counts for found in repository.look()] == [False, False], "the second one's own line is as it was"


@pytest.mark.parametrize("extra", ["    <<: &x {compensating: none}\n", "    compensating: '{{ what }}'\n"])
def test_what_git_cannot_see_does_not_count(repository: Repository, extra: str) -> None:
    text = "schema_version: 1\nwaivers:\n  - service: shop\n    requirement: BKP-01\n    reason: r\n    approved_by: head\n"
    text += "    until: '2027-01-01'\n" + extra
    repository.commit(text=text, key="head")
    path = repository.folder / "readiness.d" / "shop.yml"
    data = yaml.safe_load(text.replace("{{ what }}", "resolved"))
    resolved = build(text, "readiness.d/shop.yml", data, "approvals", folder=path.parent)
    organisation = repository.document(repository.folder / "organisation.yml", "organisation")
    found = four_eyes.look(organisation, [resolved], "shop", environ=repository.environ)
    assert found and not next(iter(found.values())).counts


def test_a_vault_beside_it_is_no_hindrance(repository: Repository) -> None:
    """Of another entry, which is about another service."""
    text = yaml.safe_dump({"schema_version": 1, "waivers": [ENTRY]}) + "not_applicable:\n  - {service: x, reason: !vault abc}\n"
    repository.commit(text=text, key="head")
    path = repository.folder / "readiness.d" / "shop.yml"
    more = {"service": "x", "requirement": "BKP-01", "reason": "abc", "approved_by": "a", "until": "2027-01-01"}
    found = build(
        text, "readiness.d/shop.yml", {"schema_version": 1, "waivers": [ENTRY], "not_applicable": [more]}, "approvals", folder=path.parent
    )
    organisation = repository.document(repository.folder / "organisation.yml", "organisation")
    seen = four_eyes.look(organisation, [found], "shop", environ=repository.environ)
    assert seen and next(iter(seen.values())).counts


def test_the_organisation_s_own_file(repository: Repository) -> None:
    (repository.folder / "readiness.d").mkdir()
    path = repository.folder / "organisation.yml"
    path.write_text(path.read_text() + yaml.safe_dump({"waivers": [ENTRY]}))
    assert not repository.one().counts
    repository.commit(key="head")
    assert repository.one().counts


# -- the keys


def test_keys_beside_the_organisation_s_file(repository: Repository) -> None:
    (repository.folder / "organisation.yml").write_text(ORGANISATION)
    repository.commit(ENTRY, key="head")
    found = repository.one()
    assert not found.counts and "no signature counts" in found.said and "allowed_signers cannot be read" in found.said
    (repository.folder / "allowed_signers").write_text((repository.keys / "allowed_signers").read_text())
    assert repository.one().counts


def test_keys_that_somebody_added_on_a_branch_of_their_own(repository: Repository) -> None:
    (repository.folder / "organisation.yml").write_text(ORGANISATION)
    signers = repository.folder / "allowed_signers"
    signers.write_text((repository.keys / "allowed_signers").read_text())
    repository.commit()
    repository.fetched()
    repository.commit(ENTRY, key="head")
    assert repository.one().counts
    signers.write_text(f"{signers.read_text()}head@ops {(repository.keys / 'eve.pub').read_text()}")
    repository.commit(OTHER, key="eve")
    found = repository.one()
    assert not found.counts and "allowed_signers is not as it stands on the protected branch" in found.said


def test_a_key_that_is_no_longer_valid(repository: Repository) -> None:
    expired = repository.folder.parent / "expired"
    expired.write_text(f'head@ops valid-before="20200101" {(repository.keys / "head.pub").read_text()}')
    (repository.folder / "organisation.yml").write_text(ORGANISATION.replace("true", f"{{allowed_signers: {expired}}}"))
    repository.commit(ENTRY, key="head")
    assert not repository.one().counts


# -- where git cannot be asked


def test_no_checkout(repository: Repository, tmp_path: pathlib.Path) -> None:
    repository.commit(ENTRY, key="head")
    (repository.folder / ".git").rename(tmp_path / "away")
    found = repository.one(environ={**repository.environ, "GIT_DIR": str(tmp_path / "away"), "GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert not found.counts, "the environment does not lead git elsewhere"
    assert "who brought it cannot be seen (four_eyes): git says: fatal: not a git repository" in found.said
    assert found.said.endswith("keep the organisation's files in a git checkout that can be read here")


def test_no_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(ENTRY, key="head")
    monkeypatch.setattr("ansible_collections.operability.readiness.plugins.module_utils._runner.SEARCH_PATH", ())
    found = repository.one(environ={**repository.environ, "PATH": "/nowhere"})
    assert not found.counts and "git is not installed on this host" in found.said


def test_a_checkout_without_a_commit(repository: Repository, tmp_path: pathlib.Path) -> None:
    bare = Repository(tmp_path / "new", repository.keys)
    bare.folder.mkdir()
    bare.git("init", "-q")
    (bare.folder / "organisation.yml").write_text(ORGANISATION)
    bare.write(ENTRY)
    assert not bare.one().counts


def test_a_shallow_clone(repository: Repository, tmp_path: pathlib.Path) -> None:
    repository.commit(ENTRY, key="head")
    repository.commit()
    clone = Repository(tmp_path / "clone", repository.keys)
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(clone.folder))
    found = clone.one()
    assert not found.counts and "the checkout is shallow; fetch the whole history (git fetch --unshallow)" in found.said
    clone.git("fetch", "-q", "--unshallow")
    assert clone.one().counts


def test_git_that_does_not_end(repository: Repository, tmp_path: pathlib.Path) -> None:
    repository.commit(ENTRY, key="head")
    folder = tmp_path / "slow"
    folder.mkdir()
    program(folder / "git", "sleep 60")
    found = repository.one(environ={**repository.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, seconds=0.5)
    assert not found.counts and "git did not end within" in found.said


def test_a_file_outside_the_checkout(repository: Repository, tmp_path: pathlib.Path) -> None:
    """A link to a repository of one's own, whose branches one names as one likes."""
    other = Repository(tmp_path / "mine", repository.keys)
    other.folder.mkdir()
    other.git("init", "-q")
    other.commit(ENTRY)
    other.fetched()
    (repository.folder / "readiness.d").mkdir()
    (repository.folder / "readiness.d" / "shop.yml").symlink_to(other.folder / "readiness.d" / "shop.yml")
    repository.commit(key="head")
    repository.fetched()
    found = repository.one()
    assert not found.counts and "it is not in the checkout of the organisation's file" in found.said


# -- what the repository's own configuration would run


def program(path: pathlib.Path, script: str) -> pathlib.Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_no_program_of_the_repository_is_run(repository: Repository, tmp_path: pathlib.Path) -> None:
    ran = tmp_path / "ran"
    evil = program(tmp_path / "evil", f'echo "$0 $*" >> {ran}\nexec cat')
    repository.commit(ENTRY, key="head")
    (repository.folder / ".gitattributes").write_text("*.yml filter=evil diff=evil merge=evil\n")
    repository.commit(OTHER)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        program(hooks / name, f'echo "{name}" >> {ran}')
    for name in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "gpg.ssh.program",
        "gpg.openpgp.program",
        "gpg.x509.program",
        "gpg.ssh.defaultKeyCommand",
        "alias.rev-list",
        "alias.verify-commit",
        "pager.verify-commit",
        "uploadpack.packObjectsHook",
    ):
        repository.git("config", name, f"!{evil}" if name.startswith("alias") else str(evil))
    repository.git("config", "core.hooksPath", str(hooks))
    repository.git("config", "gpg.ssh.allowedSignersFile", str(repository.keys / "eve.pub"))
    ran.unlink(missing_ok=True)
    (repository.folder / "readiness.d" / "shop.yml").touch()
    assert not repository.one().counts
    assert not ran.exists(), ran.read_text()
    for name in ("gpg.ssh.program", "gpg.program", "core.hooksPath"):
        repository.git("config", "--unset", name)
    repository.commit(ENTRY, key="head")
    for name in ("gpg.ssh.program", "gpg.program"):
        repository.git("config", name, str(evil))
    ran.unlink(missing_ok=True)
    assert repository.one().counts and not ran.exists(), "and what is signed counts all the same"


def test_replaced_commits_are_not_believed(repository: Repository) -> None:
    """A replacement stands for a commit wherever git shows it, and git itself would take it for that commit."""
    unsigned = repository.commit(ENTRY)
    repository.git("commit", "-q", "--amend", "--no-edit", "-S", key="head")
    signed = repository.git("rev-parse", "HEAD")
    repository.git("reset", "-q", "--hard", unsigned)
    repository.git("replace", unsigned, signed)
    assert not repository.one().counts


# -- foreign text


def many(line: str, times: int) -> str:
    """Aliases of aliases: a value that would have nine to the power of ``times`` parts."""
    return "a0: &a0 {x: 1}\n" + "".join(line.format(n=n, below=",".join([f"*a{n - 1}"] * 9)) for n in range(1, times))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "waivers: " + "[" * 200_000,
        "waivers: " + "{a: " * 200_000,
        many("a{n}: &a{n} [{below}]\n", 12) + "waivers:\n  - {service: *a11, requirement: *a11}\n",
        many("a{n}: &a{n} {{<<: [{below}]}}\n", 12) + "waivers: []\n",
        "waivers: &w\n  - *w\n  - {service: *w, requirement: BKP-01}\n",
        "waivers: \0",
        "waivers: [!!python/object/apply:os.system [id]]",
        "waivers: !!binary x",
        "waivers: {service: shop}",
        "[waivers]",
    ],
)
def test_what_people_once_wrote_takes_no_time_and_counts_for_nothing(text: str) -> None:
    assert not four_eyes._holds(text, "waivers", {"service": "shop", "requirement": "BKP-01"})
