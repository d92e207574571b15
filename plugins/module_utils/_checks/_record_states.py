# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words mean with which systems of backups end. PRIVATE to the collection.

A word means what it means as a whole: ``SuccessWithWarnings`` is no success. Numbers mean nothing by themselves: 0 is a success for one
system and a failure for another.
"""

from __future__ import annotations

import re
import typing as t

GOOD = "good"
PARTIAL = "partial"
BAD = "bad"
RUNNING = "running"
OTHER = "other"
NEVER = "never"  # what is said of a time that is none

GOOD_WORDS = ["Success", "Succeeded", "Successful", "OK", "Completed", "Complete", "True", "Réussi", "Réussie", "Succès", "Erfolgreich"]
PARTIAL_WORDS = (
    ["Warning", "Warnings", "Partial", "PartiallyFailed", "Success with warnings", "Completed with warnings", "Completed with errors"]
    + ["Completed w/ one or more errors", "Completed w/ one or more warnings", "Avertissement", "Warnung"]
)  # fmt: skip
BAD_WORDS = (
    ["Failed", "Failure", "Fail", "Error", "Fatal", "Aborted", "Canceled", "Cancelled", "Killed", "Timeout", "False"]
    + ["FailedValidation", "Deleting", "Échec", "Échoué", "Erreur", "Annulé", "Fehler", "Fehlgeschlagen", "Abgebrochen"]
)  # fmt: skip
_RUNNING_WORDS = (
    ("Running", "In progress", "Working", "Pending", "Queued", "Waiting", "New", "Created", "Starting", "Active", "Finalizing", "None")
    + ("Creating", "Scheduled", "ReadyToStart", "WaitingForPluginOperations", "WaitingForPluginOperationsPartiallyFailed")
    + ("FinalizingPartiallyFailed", "En cours", "Läuft", "R", "C")  # R and C: as Bacula and Bareos have them
)  # fmt: skip


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())


class States:
    """Tells a state by lists of words, without regard to case, spaces and marks."""

    def __init__(self, good: t.Sequence[str], partial: t.Sequence[str], bad: t.Sequence[str]) -> None:
        self._known = {_plain(word): RUNNING for word in _RUNNING_WORDS}
        for words, kind in ((bad, BAD), (partial, PARTIAL), (good, GOOD)):
            self._known.update({_plain(word): kind for word in words})
        self._by_number = any(re.fullmatch(r"-?\d+", word.strip()) for word in good)

    def kind(self, said: str) -> str:
        """One of the constants of this file."""
        word = said.strip()
        if re.fullmatch(r"-?\d+(?:\.0+)?", word):
            word = word.partition(".")[0]
            known = self._known.get(_plain(word)) if not word.startswith("-") else None
            return known or (BAD if self._by_number else OTHER)
        return self._known.get(_plain(word), OTHER)


__all__ = ("BAD", "BAD_WORDS", "GOOD", "GOOD_WORDS", "NEVER", "OTHER", "PARTIAL", "PARTIAL_WORDS", "RUNNING", "States")
