# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a YAML text becomes once its aliases are followed, before anybody follows them. PRIVATE to the collection.

A few hundred bytes of aliases of aliases stand for more values than any machine holds, and a line of brackets for more levels than a
parser has stack.
"""

from __future__ import annotations

try:
    import yaml
except ImportError:  # pragma: no cover - whoever reads YAML tells it
    yaml = None  # type: ignore[assignment]

DEEPEST = 100
MOST_ALIASES = 1000
MOST_VALUES = 100_000  # that aliases stand for, all together


class TooLarge(ValueError):
    """A text whose values nobody may walk. The message says why; ``line`` is where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def check(text: str | bytes) -> None:
    """TooLarge, before the text is composed or loaded; YAMLError of what is not YAML at all."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    open_ones: list[tuple[str | None, int]] = []  # each with its anchor and the values that it holds so far
    sizes: dict[str, int] = {}
    aliases = through_aliases = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        size = 1
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            size = sizes.get(event.anchor or "", 1)
            through_aliases += size
            if aliases > MOST_ALIASES:
                raise TooLarge(line, f"more than {MOST_ALIASES} aliases")
            if through_aliases > MOST_VALUES:
                raise TooLarge(line, f"more than {MOST_VALUES} values by aliases")
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            open_ones.append((event.anchor, 1))
            if len(open_ones) > DEEPEST:
                raise TooLarge(line, f"more than {DEEPEST} levels, one within the other")
            continue
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            anchor, size = open_ones.pop()
            _name(sizes, anchor, size)
        elif isinstance(event, yaml.ScalarEvent):
            _name(sizes, event.anchor, 1)
        else:
            continue
        if open_ones:
            anchor, held = open_ones[-1]
            open_ones[-1] = (anchor, held + size)


def _name(sizes: dict[str, int], anchor: str | None, size: int) -> None:
    if anchor is not None:
        sizes[anchor] = size


__all__ = ("DEEPEST", "MOST_ALIASES", "MOST_VALUES", "TooLarge", "check")
