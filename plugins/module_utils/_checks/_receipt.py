# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An address that tells what has arrived, and how to reach it. PRIVATE to the collection."""

from __future__ import annotations

from .._argspec import Spec
from .._http import Connection, HttpArguments

# documented by the fragment _receipt, but for the address itself
RECEIPT_SPEC: Spec = {
    "receipt_url": {"type": "str"},
    "receipt_headers": {"type": "dict", "no_log": True},
    "receipt_username": {"type": "str"},
    "receipt_password": {"type": "str", "no_log": True},
    "receipt_bearer_token": {"type": "str", "no_log": True},
    "receipt_ca_path": {"type": "path"},
}


class ReceiptArguments(HttpArguments):
    """What ``RECEIPT_SPEC`` makes, beside how the Alertmanager is reached."""

    receipt_url: str | None
    receipt_headers: dict[str, str] | None
    receipt_username: str | None
    receipt_password: str | None
    receipt_bearer_token: str | None
    receipt_ca_path: str | None


def receipt_connection(args: ReceiptArguments) -> Connection:
    return Connection(
        args["receipt_url"] or "",
        args["receipt_username"],
        args["receipt_password"],
        args["receipt_bearer_token"],
        args["receipt_headers"] or {},
        ca_path=args["receipt_ca_path"],
    )


__all__ = ("RECEIPT_SPEC", "ReceiptArguments", "receipt_connection")
