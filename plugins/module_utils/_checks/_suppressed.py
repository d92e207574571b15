# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an Alertmanager from notifying of an alert that it holds, in words. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.alertmanager import Alertmanager
from .._clients.alertmanager_alerts import Alert
from .._clients.alertmanager_routes import show_labels
from .._finding import CannotObserve, isoformat
from .._listing import every
from .._message import one_line
from .._phrase import Message, phrase, verbatim


def suppressed_by(alert: Alert, held: t.Sequence[Alert], server: Alertmanager) -> Message | None:
    """What suppresses it: a silence, another alert, a time interval; None where nothing does."""
    if alert.silenced_by:
        return phrase("silenced by {silences}", silences=every(_silences(alert.silenced_by, server)))
    if alert.inhibited_by:
        return phrase("inhibited by {alerts}", alerts=every([_firing(fingerprint, held) for fingerprint in alert.inhibited_by]))
    if alert.muted_by:
        return phrase("muted by the time interval {intervals}", intervals=every(alert.muted_by))
    return phrase("suppressed, Alertmanager does not say by what") if alert.state == "suppressed" else None


def _silences(ids: t.Sequence[str], server: Alertmanager) -> list[Message]:
    try:
        known = {silence.id: silence for silence in server.silences().readable}
    except CannotObserve:
        known = {}
    found = []
    for name in ids:
        silence = known.get(name)
        if silence is None or silence.end is None:
            found.append(phrase("silence {id}", id=name))
        else:
            author, why = silence.author or phrase("nobody"), one_line(silence.comment, 120)
            found.append(
                phrase(
                    'silence {id} of {author} ("{comment}", until {end:moment})',
                    id=name,
                    author=author,
                    comment=why,
                    end=isoformat(silence.end),
                )
            )
    return found


def _firing(fingerprint: str, held: t.Sequence[Alert]) -> Message:
    labels = next((alert.labels for alert in held if alert.fingerprint == fingerprint), None)
    return phrase("the alert {fingerprint}", fingerprint=fingerprint) if labels is None else verbatim(show_labels(labels))


__all__ = ("suppressed_by",)
