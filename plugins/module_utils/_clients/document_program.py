# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that reads documents, in a process of its own which may be ended at any time. PRIVATE to the collection.

It is asked on standard input: a line of JSON ``{"form": ..., "size": ..., "seconds": ...}``, then as many bytes. It answers on standard
output with a line of JSON: the document, or ``{"unread": why}``. Its memory and its time on the processor are bounded by the kernel.
"""

from __future__ import annotations

import contextlib
import json
import sys

from .document_building import Builder
from .document_front import decoded, reader_of, take_front_matter

MEMORY = 1024 * 2**20
LIBRARIES = {"markdown_it": "markdown-it-py", "mdurl": "markdown-it-py", "docutils": "docutils"}


def bound(seconds: int) -> None:
    """From now on this much time on the processor, and no more memory than there may be."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 # not on each system

        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        for which, wanted in (
            (resource.RLIMIT_CPU, int(used) + seconds),
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                hard = resource.getrlimit(which)[1]
                resource.setrlimit(which, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def read(content: bytes, form: str) -> dict[str, object]:
    """A document, as ``Builder.data`` has it, or why it cannot be read."""
    text, unread = decoded(content)
    if unread:
        return {"unread": unread}
    builder = Builder(form)
    body = text if form == "html" else take_front_matter(text, builder)
    reader_of(form)(body, builder)
    return builder.data()


def answer(content: bytes, form: str) -> str:
    """The same as a line of JSON, whatever happens."""
    try:
        return json.dumps(read(content, form))
    except MemoryError:
        return '{"unread": "memory"}'
    except RecursionError:
        return '{"unread": "deep"}'
    except ImportError as exc:
        library = LIBRARIES.get(str(exc.name).partition(".")[0])
        return json.dumps({"unread": "library", "library": library} if library else {"unread": "failed", "reason": type(exc).__name__})
    except Exception as exc:  # whatever a library stumbles over in a foreign text is said, and ends nothing
        return json.dumps({"unread": "failed", "reason": type(exc).__name__})


def main() -> None:
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        line = asked.readline()
        if not line:
            return
        question = json.loads(line)
        bound(int(question["seconds"]))
        content = asked.read(int(question["size"]))
        answers.write(answer(content, question["form"]).encode("ascii") + b"\n")
        answers.flush()


__all__ = ("answer", "main", "read")
