# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the snapshots of restic, path by path: there, not empty, not much less than before or than on the host. PRIVATE.

The tree of a snapshot decides, not the paths that restic was asked for: what is excluded, on another file system, or only linked to
stands among these too.
"""

from __future__ import annotations

import dataclasses
import os
import posixpath
import statistics
import typing as t

from .._clients.restic import DAMAGED, Listed, Restic, ResticFailed, Totals
from .._clients.restic_snapshots import Snapshot, covers, is_within, newest_of_each_set, same_set, slashed
from .._clients.restic_tree import FOLDER, LINK, Content, Tree
from .._finding import CannotObserve
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._judgement import Judgement, shrunk
from ._live_tree import first_look, is_this_host, lacking, look

SETS = 6  # of which the newest snapshot is looked into for one path


class Held(t.NamedTuple):
    """What a snapshot holds of a path: at this place in its tree."""

    snapshot: Snapshot
    place: str
    content: Content


@dataclasses.dataclass
class Path:
    """A path that must be backed up (all of the newest snapshot, as ""), the snapshots that cover it, what the newest holds of it."""

    path: str
    group: list[Snapshot]
    held: Held | None = None
    problem: Message | None = None  # why it is not held
    same: list[Snapshot] = dataclasses.field(default_factory=list)


class Trees:
    """The trees of snapshots, each listed once. One that cannot be listed is remembered as such."""

    def __init__(self, restic: Restic, asked: t.Sequence[str]) -> None:
        self.restic, self.asked = restic, asked
        self._known: dict[str, Tree | CannotObserve] = {}
        self.totals: Totals | None = None  # of those that are likely the earlier ones

    def learn(self, listed: object, latest: Snapshot) -> None:
        """What was listed before anybody asked, and which one that must have been."""
        if isinstance(listed, Listed):
            self._known[listed.snapshot.id] = listed.tree
        elif isinstance(listed, CannotObserve):
            self._known[latest.id] = listed

    def of(self, snapshot: Snapshot) -> Tree:
        """ResticFailed, CannotObserve."""
        if snapshot.id not in self._known:
            try:
                listed = self.restic.listing(snapshot.id, self.asked)
                gone = CannotObserve(phrase("the snapshot {id} was removed in the meantime", id=snapshot.id))
                self._known[snapshot.id] = gone if listed is None else listed.tree
            except CannotObserve as exc:
                self._known[snapshot.id] = exc
        found = self._known[snapshot.id]
        if isinstance(found, CannotObserve):
            raise found
        return found


def look_into(path: Path, trees: Trees) -> None:
    """Finds the newest snapshot that holds the path, among the newest of each set; else says what is wrong with the newest one."""
    for snapshot in newest_of_each_set(path.group)[:SETS]:
        held, problem = _held(path.path, snapshot, trees.of(snapshot))
        if problem is None:
            path.held, path.problem = held, None
            path.same = same_set(snapshot, path.group)
            return
        if path.problem is None:
            path.held, path.problem, path.same = held, problem, same_set(snapshot, path.group)


def _held(path: str, snapshot: Snapshot, tree: Tree) -> tuple[Held | None, Message | None]:
    if not path:
        files, size = tree.total()
        whole = Held(snapshot, "/", tree.at("/") or Content(FOLDER))
        if files and size:
            return whole, None
        return whole, phrase(
            "newest snapshot {id} of {paths:list} holds nothing: 0 B to restore", id=snapshot.id, paths=list(snapshot.paths)
        )
    place = tree.place(snapshot, path)
    link = place if place and tree.single.get(place, ("",))[0] == LINK else tree.link_above(path) if place is None else None
    if link is not None:
        real = os.path.realpath(path) if is_this_host(snapshot.host) else path
        elsewhere = tree.place(snapshot, real) if real != path and covers(snapshot, real) else None
        if elsewhere is None:
            said = phrase(
                "{path:path} is only a symbolic link in the newest snapshot {id}: what it leads to is not backed up",
                path=link,
                id=snapshot.id,
            )
            return None, said
        place = elsewhere
    content = tree.at(place) if place else None
    if place is None or content is None:
        said = phrase(
            "{path:path} is not in the newest snapshot {id}, which was made of {paths:list}: it is excluded, or was not there",
            path=path,
            id=snapshot.id,
            paths=list(snapshot.paths),
        )
        return None, said
    held = Held(snapshot, place, content)
    if content.size:
        return held, None
    return held, _empty(path, held)


def _empty(path: str, held: Held) -> Message:
    snapshot = held.snapshot
    live = look(path, _no_end) if is_this_host(snapshot.host) else None
    empty = phrase("{path:path} is empty in the newest snapshot {id}", path=path, id=snapshot.id)
    if held.content.files:
        empty = plural(
            "{path:path} has {count:number} file without content in the newest snapshot {id}",
            "{path:path} has {count:number} files, all without content, in the newest snapshot {id}",
            count=held.content.files,
            path=path,
            id=snapshot.id,
        )
    if live is None:
        return empty
    if not live.size:
        return phrase("{empty}, and so it is on this host: is its volume mounted, is it the right path?", empty=empty)
    return plural(
        "{empty}, while {count:number} file with {size:bytes} lies there on this host: excluded, or a file system of its own?",
        "{empty}, while {count:number} files with {size:bytes} lie there on this host: excluded, or a file system of its own?",
        count=live.files,
        empty=empty,
        size=live.size,
    )


def _no_end() -> float:
    return 3600.0


def parts_without_content(snapshot: Snapshot, tree: Tree) -> list[Message]:
    """Which of the paths that the snapshot was made of are not in it: said where nobody has declared which ones matter."""
    return [
        problem
        for path in snapshot.paths
        if len(snapshot.paths) > 1
        for problem in (_held(path, snapshot, tree)[1],)
        if problem is not None
    ]


# -- beside earlier ones


def compare(paths: t.Sequence[Path], trees: Trees, most: int, deviation: float, judgement: Judgement) -> None:
    """Says which paths have become much smaller; asks restic once for all earlier snapshots whose content is not known otherwise."""
    known: dict[tuple[str, str], tuple[int, int]] = {}
    wanted: dict[str, set[str]] = {}
    earlier_of: list[tuple[Path, Held, list[Snapshot]]] = []
    for path in paths:
        held = path.held
        if held is None or most < 1:
            continue
        earlier = [snapshot for snapshot in path.same if snapshot.time < held.snapshot.time][-most:]
        sums = {snapshot.id: _known_sums(path, held, snapshot) for snapshot in earlier}
        if None in sums.values() and _is_enough(held, trees.totals, [snapshot.id for snapshot in earlier], deviation):
            continue
        earlier_of.append((path, held, earlier))
        for name, one in sums.items():
            if one:
                known[path.path, name] = one
            else:
                wanted.setdefault(name, set()).add(held.place)
    asked = sorted({place for places in wanted.values() for place in places})
    try:
        found = trees.restic.contents(list(wanted), asked) if wanted else {}
    except CannotObserve as exc:
        judgement.unseen.append(phrase("the newest snapshot could not be compared with earlier ones: {reason}", reason=exc.message))
        return
    for path, held, earlier in earlier_of:
        sums_ = [known.get((path.path, snapshot.id)) or _sums(found.get(snapshot.id), held.place) for snapshot in earlier]
        _say_what_shrunk(path, held, [one for one in sums_ if one is not None], deviation, judgement)


def _is_enough(held: Held, totals: Totals | None, earlier: t.Sequence[str], deviation: float) -> bool:
    """Whether it cannot be too small, by what the earlier ones hold all together: the median of n is at most their sum by n // 2 + 1."""
    if totals is None or not earlier or not set(earlier) <= totals.ids:
        return False
    least = (1 - deviation) / (len(earlier) // 2 + 1)
    return held.content.size >= totals.size * least and held.content.files >= totals.items * least


def _known_sums(path: Path, held: Held, snapshot: Snapshot) -> tuple[int, int] | None:
    """Files and bytes, where the snapshot itself says them: it holds the same, or the path and nothing else."""
    if snapshot.tree and snapshot.tree == held.snapshot.tree:
        return held.content.files, held.content.size
    whole = not path.path or [slashed(one) for one in snapshot.paths] == [slashed(path.path)]
    if whole and snapshot.files is not None and snapshot.size is not None:
        return snapshot.files, snapshot.size
    return None


def _sums(tree: Tree | None, place: str) -> tuple[int, int] | None:
    if tree is None:
        return None
    content = tree.at(place)
    return (content.files, content.size) if content else None


def _say_what_shrunk(path: Path, held: Held, earlier: t.Sequence[tuple[int, int]], deviation: float, judgement: Judgement) -> None:
    name = named(path, held.snapshot)
    small = shrunk(name, held.content.size, [size for _files, size in earlier], deviation)
    if small:
        judgement.warns.append(small)
        return
    usual = statistics.median([files for files, _size in earlier]) if earlier else 0
    if held.content.files < usual * (1 - deviation):
        judgement.warns.append(
            plural(
                "{backup} has {files:number} files, the earlier one has {usual:number}: more than {share:percent} fewer",
                "{backup} has {files:number} files, the median of {count:number} earlier ones is {usual:number}: more than "
                "{share:percent} fewer",
                count=len(earlier),
                backup=name,
                files=held.content.files,
                usual=int(usual),
                share=deviation,
            )
        )


def named(path: Path, snapshot: Snapshot) -> Message:
    return phrase("newest snapshot {id} of {paths:list}", id=snapshot.id, paths=[path.path] if path.path else list(snapshot.paths))


# -- beside what is on the host


def beside_the_host(path: Path, runner: Runner, share: float, judgement: Judgement) -> None:
    """Says that far more lies on this host than the snapshot holds."""
    held = path.held
    if held is None or not posixpath.isabs(path.path) or not is_this_host(held.snapshot.host):
        return
    live = look(path.path, runner.remaining, held.snapshot.excludes)
    if live is None:
        return
    content, rest = held.content, first_look(live)
    found = lacking(path.path, live, content.files, content.size, content.below, share)
    if found:
        there, gone = found
        said = plural(
            "{path:path} has {count:number} file with {size:bytes} in the newest snapshot {id}, while {there}",
            "{path:path} has {count:number} files with {size:bytes} in the newest snapshot {id}, while {there}",
            count=content.files,
            path=path.path,
            size=content.size,
            id=held.snapshot.id,
            there=there,
        )
        judgement.warns.append(phrase("{said}; {gone}", said=said, gone=gone) if gone else said)
    if rest:
        judgement.notes.append(phrase("{path:path}: {rest}", path=path.path, rest=rest))


def outermost(held: t.Sequence[Held]) -> list[Held]:
    """Without what lies within another one of the same snapshot."""
    return [
        one
        for number, one in enumerate(held)
        if not any(
            is_within(one.place, other.place) and (one.place != other.place or position < number)
            for position, other in enumerate(held)
            if position != number and other.snapshot.id == one.snapshot.id
        )
    ]


def damaged(exc: CannotObserve) -> bool:
    return isinstance(exc, ResticFailed) and exc.kind == DAMAGED


__all__ = ("Held", "Path", "Trees", "beside_the_host", "compare", "damaged", "look_into", "named", "outermost", "parts_without_content")
