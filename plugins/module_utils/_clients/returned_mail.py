# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails that quote one of ours and are no receipt of it: it came back, it waits somewhere, a program answers. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import email
import email.message
import email.policy
import email.utils
import typing as t

from .._message import one_line
from .._phrase import Message, phrase

_NO_LOSS = {"delayed", "delivered", "relayed", "expanded"}  # what a report says of a mail that is not lost


@dataclasses.dataclass(frozen=True)
class Returned:
    """``lost``: the mail did not reach somebody, and nobody tries again."""

    message: Message
    lost: bool


def returned(raw: bytes) -> Returned | None:
    """What such a mail says; None for any other mail."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    is_report = message.get_content_type() == "multipart/report"
    sender = email.utils.parseaddr(_header(message, "From"))[1].partition("@")[0].lower()
    failed = _header(message, "X-Failed-Recipients")
    if not (is_report or failed or sender == "mailer-daemon"):
        if _header(message, "Auto-Submitted").lower().startswith("auto-replied"):
            return Returned(
                phrase("an automatic reply came back (from {sender}), which is no notification", sender=_sender(message)), False
            )
        return None
    told = list(_told(message))
    kinds = {action for action, _said in told}
    if kinds and kinds <= _NO_LOSS:
        said = next(text for _action, text in told)
        return Returned(phrase("a report on the mail came back ({reason}), which is no notification", reason=said), False)
    if is_report and not kinds and str(message.get_param("report-type", "")).lower() == "disposition-notification":
        return Returned(phrase("a report on the mail came back ({reason}), which is no notification", reason=_sender(message)), False)
    reason = next((text for action, text in told if action not in _NO_LOSS), "") or one_line(failed, 120) or _sender(message)
    return Returned(phrase("the mail was returned as undeliverable ({reason})", reason=reason), True)


def _told(message: email.message.Message) -> t.Iterator[tuple[str, str]]:
    """The action of each recipient of a delivery report, and in words ``5.1.1 oncall@example.org``."""
    for part in message.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, email.message.Message) and block.get("Action"):
                recipient = (_header(block, "Final-Recipient") or _header(block, "Original-Recipient")).rpartition(";")[2].strip()
                yield _header(block, "Action").lower(), one_line(f"{_header(block, 'Status')} {recipient}".strip(), 160)


def _header(message: email.message.Message, name: str) -> str:
    return str(message.get(name) or "").strip()


def _sender(message: email.message.Message) -> str:
    return one_line(email.utils.parseaddr(_header(message, "From"))[1], 120) or "MAILER-DAEMON"


__all__ = ("Returned", "returned")
