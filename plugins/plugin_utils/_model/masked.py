# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value without the logins of the addresses in its texts, as it is kept and shown. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._masking import Hiding
from ...module_utils._phrase import Message

T = t.TypeVar("T")
NEEDED = ("args", "publish")  # fields with what a check or a target needs, secrets among it: they are never shown
_HIDING = Hiding()


def without_logins(value: T) -> T:
    """The value, or one like it whose texts are masked; values with nothing to hide are those that were given."""
    return t.cast("T", _masked(value))


def _masked(value: t.Any) -> t.Any:
    if isinstance(value, Message):
        return _HIDING.message(value)
    if isinstance(value, str):
        shown = _HIDING.text(value)
        return value if shown == value else shown
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.init and field.name not in NEEDED]
        changes = {name: new for name in fields if (new := _masked(old := getattr(value, name))) is not old and new != old}
        return dataclasses.replace(value, **changes) if changes else value
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_masked(item) for item in value)
    return [_masked(item) for item in value] if isinstance(value, list) else value


__all__ = ("without_logins",)
