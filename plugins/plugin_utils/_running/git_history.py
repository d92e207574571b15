# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git says of a file's history. PRIVATE to the collection.

Only git itself and ssh-keygen are run: whatever the repository's own configuration names (hooks, monitors, filters, other programs for
signatures, remotes) is switched off or not asked for.
"""

from __future__ import annotations

import os
import re
import typing as t

from ...module_utils._finding import CannotObserve
from ...module_utils._phrase import phrase
from ...module_utils._runner import Completed, Runner
from .._model.text import first_line

MOST_COMMITS = 500  # of one file
LARGEST = 2**20  # bytes of one version of a file
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.alternateRefsCommand=",
    "diff.external=",
    "log.showSignature=false",
    "gpg.format=ssh",
    "gpg.program=false",
    "gpg.openpgp.program=false",
    "gpg.x509.program=false",
    "gpg.ssh.program=ssh-keygen",
    "gpg.ssh.defaultKeyCommand=",
    "gpg.minTrustLevel=fully",
    "protocol.allow=never",
)
_GOOD = re.compile(r'Good "git" signature for (?P<name>.+) with \S+ key \S+', re.MULTILINE)


def _environment(given: t.Mapping[str, str]) -> dict[str, str]:
    """Without what would lead git elsewhere."""
    kept = {name: value for name, value in given.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
    }


class Checkout:
    """The checkout in which a folder lies. CannotObserve where there is none, or git does not answer in time."""

    def __init__(self, folder: str, *, seconds: float, environ: t.Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._runner = Runner(environ=_environment(os.environ if environ is None else environ)).within(seconds)
        self._answers: dict[tuple[str, ...], Completed] = {}
        said = self._asked("rev-parse", "--show-toplevel", "--is-shallow-repository", "--verify", "HEAD^{commit}").splitlines()
        self.top, self.shallow, self.head = "\n".join(said[:-2]), said[-2] == "true", said[-1]

    def _run(self, *words: str, settings: t.Sequence[str] = ()) -> Completed:
        options = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
        if words not in self._answers:
            command = ["git", "--no-pager", "--no-replace-objects", "--literal-pathspecs", "-C", self.folder, *options, *words]
            self._answers[words] = self._runner.run(command, max_output=LARGEST)
        return self._answers[words]

    def _asked(self, *words: str) -> str:
        done = self._run(*words)
        if done.rc != 0:
            raise CannotObserve(phrase("git says: {said}", said=first_line(done.stderr or f"it ended with {done.rc}")))
        return done.stdout.strip()

    def commits(self, path: str) -> dict[str, list[str]]:
        """The commits up to the newest one that changed a file, each with those before it that did."""
        listed = self._asked("rev-list", "--parents", f"--max-count={MOST_COMMITS}", self.head, "--", path)
        return {commit: before for commit, *before in (line.split() for line in listed.splitlines())}

    def version(self, commit: str, path: str) -> str | None:
        """A file as it stands in a commit; None where it does not, or is too large."""
        done = self._run("cat-file", "blob", f"{commit}:{path}")
        return None if done.rc != 0 or done.truncated else done.stdout

    def signer(self, commit: str, allowed_signers: str) -> str | None:
        """Whose key of a file of allowed signers has signed a commit; None where none has."""
        done = self._run("verify-commit", "--raw", commit, settings=[f"gpg.ssh.allowedSignersFile={allowed_signers}"])
        good = _GOOD.search(done.stderr)
        return good["name"] if done.rc == 0 and good else None

    def remote_branch(self, name: str) -> str | None:
        """The newest commit of a branch of a remote, as it was fetched; None where there is none."""
        done = self._run("rev-parse", "--verify", "--quiet", f"refs/remotes/{name}^{{commit}}")
        return done.stdout.strip() if done.rc == 0 else None

    def is_before(self, commit: str, other: str) -> bool:
        """Whether a commit is another one or stands before it."""
        return self._run("merge-base", "--is-ancestor", commit, other).rc == 0


__all__ = ("MOST_COMMITS", "Checkout")
