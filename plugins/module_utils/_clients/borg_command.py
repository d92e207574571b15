# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an archive was made of, by the command line of ``borg create`` that borg has kept in it. PRIVATE to the collection."""

from __future__ import annotations

import shlex

STDIN = "-"
# options of borg create (1.1 to 1.4), and of every command, that take the word after them
_LONG = frozenset(
    ("--exclude", "--exclude-from", "--exclude-if-present", "--pattern", "--patterns-from", "--paths-delimiter", "--comment")
    + ("--timestamp", "--checkpoint-interval", "--checkpoint-volume", "--chunker-params", "--compression", "--files-cache", "--filter")
    + ("--stdin-name", "--stdin-user", "--stdin-group", "--stdin-mode", "--lock-wait", "--umask", "--remote-path", "--rsh")
    + ("--remote-ratelimit", "--upload-ratelimit", "--remote-buffer", "--upload-buffer", "--debug-topic", "--debug-profile")
)
_SHORT = "eCc"


def sources_of(command: object) -> tuple[str, ...] | None:
    """The paths that were backed up, or ``-`` and the name of what came through a pipe; None where the command does not tell.

    ``command``: the words, or all of them in one text.
    """
    try:
        words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command] if isinstance(command, list) else []
        words = words[words.index("create") + 1 :]
    except ValueError:
        return None
    found: list[str] = []
    name = ""
    while words:
        word = words.pop(0)
        if word == "--":
            found += words
            break
        option, _equals, value = word.partition("=")
        if not word.startswith("-") or word == STDIN:
            found.append(word)
        elif option in _LONG:
            value = value if "=" in word else words.pop(0) if words else ""
            name = value if option == "--stdin-name" else name
        elif not word.startswith("--") and word[-1] in _SHORT and words:
            words.pop(0)
    sources = sorted(found[1:])  # behind the name of the archive
    if sources == [STDIN]:
        return (STDIN, name) if name else (STDIN,)
    return tuple(sources) or None


__all__ = ("STDIN", "sources_of")
