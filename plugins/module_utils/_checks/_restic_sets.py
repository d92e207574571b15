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

from .._clients.restic import DAMAGED, Listed, Restic, ResticFailed
from .._clients.restic_snapshots import Snapshot, covers, newest_of_each_set, same_set, slashed
from .._clients.restic_tree import FOLDER, LINK, Content, Tree
from .._finding import CannotObserve
from .._paths import is_within
from .._phrase import NOTHING, Message, phrase, plural
from .._runner import Runner
from ._held_content import Listing, beside_earlier, is_hollow
from ._judgement import Judgement, shrunk
from ._live_tree import first_look, is_this_host, lacking, leading_out, look

KEPT = 500_000  # files of a snapshot whose sizes are kept
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

    def learn(self, listed: object, latest: Snapshot | None) -> None:
        """What was listed before anybody asked, and which one that must have been."""
        if isinstance(listed, Listed):
            self._known[listed.snapshot.id] = listed.tree
        elif isinstance(listed, CannotObserve) and latest is not None:
            self._known[latest.id] = listed

    def without_asking(self, snapshot: Snapshot, newest: Snapshot) -> Tree | None:
        """The tree where it is known already, as that of another snapshot with the same content too."""
        same = newest if snapshot.tree and snapshot.tree == newest.tree else snapshot
        found = self._known.get(same.id)
        return found if isinstance(found, Tree) else None

    def of(self, snapshot: Snapshot) -> Tree:
        """ResticFailed, CannotObserve."""
        if snapshot.id not in self._known:
            try:
                listed = self.restic.listing(snapshot.id, self.asked, keep=KEPT)
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
        paths = list(snapshot.paths)
        return whole, phrase("newest snapshot {id} of {paths:list} holds nothing: 0 B to restore", id=snapshot.id, paths=paths)
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


@dataclasses.dataclass
class Beside:
    """What the newest snapshot holds of a path, the earlier ones, and the trees of those of them that are known."""

    path: Path
    held: Held
    earlier: list[Snapshot]
    trees: dict[str, Tree]
    files: Listing | None

    def sums(self) -> list[tuple[int, int]]:
        """Files and bytes of the earlier ones, where they are known."""
        found = []
        for snapshot in self.earlier:
            content = self.trees[snapshot.id].at(self.held.place) if snapshot.id in self.trees else None
            said = (content.files, content.size) if content else _known_sums(self.path, snapshot)
            found += [said] if said else []
        return found

    def listings(self) -> list[Listing]:
        found = [tree.files_at(self.held.place) for tree in self.trees.values()]
        return [one for one in found if one is not None]

    def is_small(self, deviation: float) -> bool:
        return shrunk(NOTHING, self.held.content.size, [size for _files, size in self.sums()], deviation) is not None

    def judge(self, deviation: float) -> Judgement:
        """What is to be said by what is known."""
        judgement, name, sums = Judgement(), named(self.path, self.held.snapshot), self.sums()
        sizes = [size for _files, size in sums]
        small = shrunk(name, self.held.content.size, sizes, deviation)
        if small:
            (judgement.fails if is_hollow(self.held.content.size, sizes) else judgement.warns).append(small)
            return judgement
        if self.files is not None:
            judgement.warns += beside_earlier(name, self.files, self.listings())
        usual = statistics.median([files for files, _size in sums]) if sums else 0
        if not judgement.warns and self.held.content.files < usual * (1 - deviation):
            judgement.warns.append(_fewer(name, self.held.content.files, int(usual), len(sums), deviation))
        return judgement


def compare(paths: t.Sequence[Path], trees: Trees, most: int, deviation: float, judgement: Judgement) -> None:
    """Says what has become much smaller, as a whole, in a folder, in a file.

    The oldest of the earlier snapshots, which was listed beforehand where it could be guessed, is enough where nothing is lost beside it:
    what has failed several times in a row is seen there too. Else restic is asked once for all of them.
    """
    besides: list[tuple[Beside, Judgement]] = []
    wanted: dict[str, set[str]] = {}
    for path in paths:
        held = path.held
        if held is None:
            continue
        earlier = [snapshot for snapshot in path.same if snapshot.time < held.snapshot.time][-most:] if most > 0 else []
        known = {one.id: tree for one in earlier for tree in (trees.without_asking(one, held.snapshot),) if tree is not None}
        beside = Beside(path, held, earlier, known, trees.of(held.snapshot).files_at(held.place))
        said = beside.judge(deviation)
        besides.append((beside, said))
        told = len(beside.sums()) == len(earlier) and beside.is_small(deviation)
        if earlier and not told and (earlier[0].id not in known or said.warns or said.fails):
            for one in earlier:
                if one.id not in known:
                    wanted.setdefault(one.id, set()).add(held.place)
    asked = sorted({place for places in wanted.values() for place in places})
    try:
        found = trees.restic.contents(list(wanted), asked, KEPT) if wanted else {}
    except CannotObserve as exc:
        judgement.unseen.append(phrase("the newest snapshot could not be compared with earlier ones: {reason}", reason=exc.message))
        return
    for beside, said in besides:
        more = {one.id: found[one.id] for one in beside.earlier if one.id in found and one.id not in beside.trees}
        beside.trees.update(more)
        last = beside.judge(deviation) if more else said
        judgement.fails += last.fails
        judgement.warns += last.warns


def _known_sums(path: Path, snapshot: Snapshot) -> tuple[int, int] | None:
    """Files and bytes, where the snapshot itself says them: it is of the path and nothing else."""
    whole = not path.path or [slashed(one) for one in snapshot.paths] == [slashed(path.path)]
    if whole and snapshot.files is not None and snapshot.size is not None:
        return snapshot.files, snapshot.size
    return None


def _fewer(name: Message, files: int, usual: int, count: int, deviation: float) -> Message:
    return plural(
        "{backup} has {files:number} files, the earlier one has {usual:number}: more than {share:percent} fewer",
        "{backup} has {files:number} files, the median of {count:number} earlier ones is {usual:number}: more than {share:percent} fewer",
        count=count,
        backup=name,
        files=files,
        usual=usual,
        share=deviation,
    )


def named(path: Path, snapshot: Snapshot) -> Message:
    return phrase("newest snapshot {id} of {paths:list}", id=snapshot.id, paths=[path.path] if path.path else list(snapshot.paths))


# -- beside what is on the host


def beside_the_host(path: Path, trees: Trees, backed_up: t.Collection[str], runner: Runner, share: float, judgement: Judgement) -> None:
    """Says that far more lies on this host than the snapshot holds, and which links lead out of all that is backed up."""
    held = path.held
    if held is None or not is_this_host(held.snapshot.host):
        return
    snapshot, tree = held.snapshot, trees.of(held.snapshot)
    parts = [(path.path, held.content)]
    if not path.path:
        places = [(one, tree.place(snapshot, one)) for one in snapshot.paths]
        parts = [(one, content) for one, place in places for content in (tree.at(place) if place else None,) if content is not None]
    for name, content in parts:
        if posixpath.isabs(name) and content.kind != LINK:
            _beside_live(name, content, snapshot, runner, share, judgement)
    within = [slashed(name) for name, content in parts if posixpath.isabs(name) and tree.at(slashed(name)) is not None]
    out = leading_out([link for link in tree.links if any(is_within(link, one) for one in within)], backed_up)
    if out:
        judgement.warns.append(
            plural(
                "{link:path} in the newest snapshot {id} is a link that leads to {target:path}, which is not backed up",
                "{count:number} links in the newest snapshot {id} lead to what is not backed up, such as {link:path} to {target:path}",
                count=len(out),
                link=out[0][0],
                target=out[0][1],
                id=snapshot.id,
            )
        )


def _beside_live(path: str, content: Content, snapshot: Snapshot, runner: Runner, share: float, judgement: Judgement) -> None:
    live = look(path, runner.remaining, snapshot.excludes, snapshot.time.timestamp())
    if live is None:
        return
    rest = first_look(live)
    found = lacking(path, live, content.files, content.size, content.below, share)
    if found:
        there, gone = found
        said = plural(
            "{path:path} has {count:number} file with {size:bytes} in the newest snapshot {id}, while {there}",
            "{path:path} has {count:number} files with {size:bytes} in the newest snapshot {id}, while {there}",
            count=content.files,
            path=path,
            size=content.size,
            id=snapshot.id,
            there=there,
        )
        judgement.warns.append(phrase("{said}; {gone}", said=said, gone=gone) if gone else said)
    if rest:
        judgement.notes.append(phrase("{path:path}: {rest}", path=path, rest=rest))


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
