# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that end when this process is killed and can end nothing itself any more. PRIVATE to the collection.

A shell in a session of its own reads from a pipe which groups of processes there are. The kernel closes the pipe when this process ends,
in whatever way, and then the shell ends the groups that are left. (PR_SET_PDEATHSIG would know nothing of grandchildren.)
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import typing as t

_WATCH = """\
trap '' HUP INT TERM
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    *) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
  esac
done
for group in $groups; do kill -9 "-$group"; done
"""


class _Watch:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shell: subprocess.Popen[bytes] | None = None

    def tell(self, line: str) -> None:
        """Says a line to the shell. Without a shell there is nobody to tell: the command still has its deadline."""
        with self._lock, contextlib.suppress(OSError):
            if self._shell is None:
                self._shell = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # it goes on
                    ["/bin/sh", "-c", _WATCH],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    start_new_session=True,
                )
            os.write(t.cast("t.IO[bytes]", self._shell.stdin).fileno(), line.encode("ascii"))

    def forget(self) -> None:
        """After a fork: the shell is the parent's, and must see that the parent has ended."""
        self._lock = threading.Lock()
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.returncode = 0  # it is no child of this process
            with contextlib.suppress(OSError):
                t.cast("t.IO[bytes]", shell.stdin).close()


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.forget)


@contextlib.contextmanager
def watched(group: int) -> t.Iterator[None]:
    """Meanwhile the group of processes does not outlive this process."""
    _watch.tell(f"+ {group}\n")
    try:
        yield
    finally:
        _watch.tell(f"- {group}\n")


__all__ = ("watched",)
