# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether notifications arrive, and the alert that says that alerting is alive. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.declarations import Alerts, DeliveryTest, HeartbeatReceipt, NotificationReceipt, Watchdog
from ..._described.document import Document
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance

Receipt = t.Union[NotificationReceipt, HeartbeatReceipt]
NEVER = "never"
SEVERITY = "critical"  # of the synthetic alert, unless its labels say otherwise
# the options of a receipt at an address, by their key in the file
_ADDRESS = {
    "url": "receipt_url",
    "headers": "receipt_headers",
    "url_username": "receipt_username",
    "url_password": "receipt_password",
    "bearer_token": "receipt_bearer_token",
    "ca_path": "receipt_ca_path",
    "file": "receipt_file",
    "json": "receipt_json",
    "timestamp": "receipt_timestamp",
    "max_age": "receipt_max_age",
}
_PATHS = ("ca_path", "file")  # of the controller


def _deliveries(description: Description) -> list[Instance]:
    alerts: Alerts = description.data.get("alerts") or {}
    own = alerts.get("delivery")
    if isinstance(own, str):
        raise NotDeclared(
            phrase("alerts.delivery is '{never:path}': the service refuses the test notification that would prove it", never=NEVER)
        )
    shared = t.cast("DeliveryTest", description.default_values(lambda given: (given.get("alerts") or {}).get("delivery")))
    if own is None and not _is_declared_above(description):
        raise NotDeclared(phrase("alerts.delivery is not declared: a test notification is sent only where that is asked for"))
    said: DeliveryTest = {**shared, **(own or {})}
    common = description.default_values(lambda given: (given.get("alerts") or {}).get("labels"))
    labels = {**common, **(alerts.get("match") or {}), **(alerts.get("labels") or {}), **(shared.get("labels") or {})}
    labels.update((own or {}).get("labels") or {})
    told = alerts.get("receivers") or description.default(lambda given: given.get("alerts", {}).get("receivers"))
    if isinstance(told, dict):  # by severity
        told = told.get(str(labels.get("severity", SEVERITY))) or list(dict.fromkeys(name for names in told.values() for name in names))
    receivers = said.get("receivers") or told
    # how long it may take is said by its deadline, not by the patience with a server
    args = {key: value for key, value in description.connection("alertmanager").items() if key != "timeout"}
    args["labels"] = {str(name): str(value) for name, value in labels.items()}
    args.update({"receivers": receivers} if receivers else {})
    args.update({"deadline": said["deadline"]} if said.get("deadline") else {})
    args.update(_receipt(description, (own or {}).get("receipt"), shared.get("receipt")))
    return [Instance("alertmanager_delivery", description.name, args, path=("alerts", "delivery"))]


def _watchdogs(description: Description) -> list[Instance]:
    alerts: Alerts = description.data.get("alerts") or {}
    own = alerts.get("watchdog")
    shared = t.cast("Watchdog", description.default_values(lambda given: (given.get("alerts") or {}).get("watchdog")))
    if own is None and description.default(lambda given: given.get("alerts", {}).get("watchdog")) is None:
        raise NotDeclared(phrase("alerts.watchdog is not declared: which alert always fires, and who notices when it stops?"))
    said: Watchdog = {**shared, **(own or {})}
    args: dict[str, object] = description.connection("alertmanager")
    for key in ("alert", "receivers", "max_age", "min_count"):
        if said.get(key):
            args[key] = said[key]
    if said.get("labels"):
        args["labels"] = {str(name): str(value) for name, value in said["labels"].items()}
    args.update(_receipt(description, (own or {}).get("receipt"), shared.get("receipt")))
    return [Instance("alertmanager_watchdog", description.name, args, path=("alerts", "watchdog"))]


def _is_declared_above(description: Description) -> bool:
    """Whether the files' defaults ask for a test notification, be it with an empty mapping."""
    return description.default(lambda given: given.get("alerts", {}).get("delivery")) is not None


def _receipt(description: Description, own: Receipt | None, shared: Receipt | None) -> dict[str, object]:
    """The options that a receipt makes: the service's own, whole, else that of the defaults, whose paths are relative to their file."""
    if description.bare and shared:
        own = None  # what the service puts in the place of the organisation's is held against it
    said = own if own is not None else shared
    if not said:
        return {}
    home = description.service if own is not None else _home_of_defaults(description, shared)

    def placed(key: str, value: object) -> object:
        return home_path(value) if key in _PATHS and isinstance(value, str) else value

    def home_path(value: str) -> str:
        return description.path(value, home)

    given = t.cast("t.Mapping[str, object]", said)
    options = {option: placed(key, given[key]) for key, option in _ADDRESS.items() if given.get(key) is not None}
    mailbox = given.get("imap")
    options.update({f"imap_{key}": placed(key, value) for key, value in (mailbox if isinstance(mailbox, dict) else {}).items()})
    return options


def _home_of_defaults(description: Description, shared: Receipt | None) -> Document | None:
    """The file in whose defaults the receipt stands."""
    defaults = description.service.declared.get("defaults") or {}
    alerts = defaults.get("alerts") or {}
    own = [(alerts.get("delivery") or {}).get("receipt"), (alerts.get("watchdog") or {}).get("receipt")]
    return description.service if shared in own else description.organisation


DERIVATIONS: dict[str, Derivation] = {
    "alertmanager_delivery": _deliveries,
    "alertmanager_watchdog": _watchdogs,
}

__all__ = ("DERIVATIONS", "NEVER")
