# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brought what stands in the organisation's files, as git says it. PRIVATE to the collection.

The names of authors are typed freely and prove nothing: what counts is a signature by a known key, or a branch to which nobody pushes
alone.
An entry was brought by the commit with which it came to stand as it stands now, so one that was changed, also by taking a line out of it,
was brought by that change.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

import yaml

from ...module_utils._files import read_within
from ...module_utils._finding import CannotObserve
from ...module_utils._phrase import Message, phrase, verbatim
from .._described.approvals import Brought, Place, places
from .._described.declarations import FourEyes
from .._described.document import Document, FastLoader, plain
from .git_history import Checkout

SECONDS = 10.0
IN_A_HURRY = 2.0  # of an emergency
SIGNERS, BRANCH = "allowed_signers", "origin/main"  # unless the organisation says otherwise


def look(
    organisation: Document,
    approvals: t.Sequence[Document],
    service: str,
    *,
    seconds: float = SECONDS,
    environ: t.Mapping[str, str] | None = None,
) -> dict[Place, Brought] | None:
    """What git says of each entry about a service; None where the organisation does not ask for it."""
    asked = organisation.of_organisation.get("four_eyes")
    if asked is None or asked is False:
        return None
    found = places([organisation, *approvals], service)
    if not found:
        return {}
    try:
        eyes = _Eyes.of(organisation, asked if isinstance(asked, dict) else {}, seconds, environ)
        return {(document.name, key, index): eyes.brought(document, key, given) for document, key, index, given in found}
    except CannotObserve as exc:
        why = phrase(
            "who brought it cannot be seen (four_eyes): {reason}; keep the organisation's files in a git checkout that can be read here",
            reason=verbatim(exc.message),
        )
        return {(document.name, key, index): Brought(False, why) for document, key, index, _given in found}


@dataclasses.dataclass(frozen=True)
class _Eyes:
    """A checkout, and what makes a commit of it count: a key that has signed it, or the branch on which it stands."""

    checkout: Checkout
    signers: str
    signers_trouble: Message | None  # why no signature counts
    branch: str
    tip: str | None  # of the branch; None: it was not fetched

    @classmethod
    def of(cls, organisation: Document, asked: FourEyes, seconds: float, environ: t.Mapping[str, str] | None) -> _Eyes:
        checkout = Checkout(os.path.dirname(_path(organisation)), seconds=seconds, environ=environ)
        if checkout.shallow:
            raise CannotObserve(phrase("the checkout is shallow; fetch the whole history (git fetch --unshallow)"))
        branch, signers = asked.get("protected_branch", BRANCH), organisation.path(asked.get("allowed_signers", SIGNERS))
        tip = checkout.remote_branch(branch)
        return cls(checkout, signers, _signers_trouble(checkout, signers, tip), branch, tip)

    def brought(self, document: Document, key: str, given: t.Mapping[str, object]) -> Brought:
        """Whether an entry counts."""
        path = os.path.relpath(_path(document), self.checkout.top)
        if path.startswith(os.pardir):
            return Brought(False, phrase("it is not in the checkout of the organisation's file ({folder:path})", folder=self.checkout.top))
        history = self.checkout.commits(path)

        def stands(commit: str) -> bool:
            return _holds(self.checkout.version(commit, path), key, given)

        newest = next(iter(history), None)
        if newest is None or not stands(newest):
            return Brought(False, _uncommitted())
        on_branch = self.tip is not None and stands(self.tip)
        return self._walked(newest, history, stands, on_branch)

    def _walked(self, newest: str, history: t.Mapping[str, list[str]], stands: t.Callable[[str], bool], on_branch: bool) -> Brought:
        """From the newest commit back to those with which the entry came. A merge that has it from one side only brings it too."""
        todo, been = [newest], set[str]()
        refused: Message | None = None
        while todo:
            commit = todo.pop()
            if commit in been:
                continue
            been.add(commit)
            if commit not in history:
                refused = phrase("its history is too long to be followed; move it into a file of its own")
                continue
            before = [each for each in history[commit] if stands(each)]
            if len(before) < len(history[commit]) or not before:
                found = self._judged(commit, on_branch)
                if not found.counts:
                    refused = found.said
                    continue
                if not before:
                    return found
            todo += before
        return Brought(False, refused or _uncommitted())

    def _judged(self, commit: str, on_branch: bool) -> Brought:
        short = commit[:12]
        if on_branch and self.tip and self.checkout.is_before(commit, self.tip):
            return Brought(True, phrase("commit {commit:path} stands on {branch:path}", commit=short, branch=self.branch))
        name = None if self.signers_trouble else self.checkout.signer(commit, self.signers)
        if name:
            return Brought(True, phrase("commit {commit:path} is signed by {name}", commit=short, name=name))
        if self.signers_trouble:
            return Brought(
                False,
                phrase(
                    "commit {commit:path}, which brought it, does not stand on {branch:path} as it was fetched, and no signature counts "
                    "({trouble}): have it merged, and fetch",
                    commit=short,
                    branch=self.branch,
                    trouble=self.signers_trouble,
                ),
            )
        return Brought(
            False,
            phrase(
                "commit {commit:path}, which brought it, is not signed by a key of {file:path} and does not stand on {branch:path} as it "
                "was fetched: have it signed, or merged, and fetch",
                commit=short,
                file=self.signers,
                branch=self.branch,
            ),
        )


def _uncommitted() -> Message:
    return phrase("it does not stand like this in the newest commit of the checkout: commit it, without templates and without merge keys")


def _path(document: Document) -> str:
    return os.path.realpath(document.folder / os.path.basename(document.name))


def _signers_trouble(checkout: Checkout, signers: str, tip: str | None) -> Message | None:
    """Why no signature counts: there are no keys, or they are not those of the protected branch."""
    try:
        text = read_within(signers).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return phrase("{file:path} cannot be read", file=signers)
    path = os.path.relpath(os.path.realpath(signers), checkout.top)
    if tip is not None and not path.startswith(os.pardir) and checkout.version(tip, path) != text:
        return phrase("{file:path} is not as it stands on the protected branch", file=signers)
    return None


# -- an entry in a version of its file


class _Loader(FastLoader):  # type: ignore[misc, valid-type] # libyaml's where it is
    """Reads what people once wrote: what only Ansible can read is nothing, and a merge key is refused."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _value in node.value):
            raise yaml.constructor.ConstructorError(None, None, "a merge key", node.start_mark)


_Loader.add_multi_constructor("!", lambda _loader, _tag, _node: None)


def _holds(text: str | None, key: str, given: t.Mapping[str, object]) -> bool:
    """Whether an entry stands in a text, as it is."""
    if text is None:
        return False
    try:
        data = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    found = data.get(key) if isinstance(data, dict) else None
    return any(_same(given, one) for one in (found if isinstance(found, list) else ()))


def _same(wanted: object, raw: object) -> bool:
    """Whether two values are the same. It follows the first alone, so that no alias of the other makes it long."""
    if isinstance(wanted, dict):
        return (
            isinstance(raw, dict) and len(wanted) == len(raw) and all(key in raw and _same(item, raw[key]) for key, item in wanted.items())
        )
    if isinstance(wanted, list):
        return isinstance(raw, list) and len(wanted) == len(raw) and all(map(_same, wanted, raw))
    return not isinstance(raw, (dict, list)) and plain(raw) == wanted


__all__ = ("IN_A_HURRY", "SECONDS", "look")
