# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value as plain data without what follows from the defaults of its class: small, and read back by ``from_plain``. PRIVATE. Pure."""

from __future__ import annotations

import collections.abc
import dataclasses
import typing as t

from .plain import to_plain


def sparse(value: object) -> t.Any:  # as json.dumps takes it
    """As ``to_plain``, with hidden fields and without those that have their default."""
    if dataclasses.is_dataclass(value) and not hasattr(value, "as_plain") and not hasattr(value, "as_dict"):
        return {
            str(field.metadata.get("key", field.name)): sparse(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.init and not _is_default(field, getattr(value, field.name))
        }
    if isinstance(value, collections.abc.Mapping):
        return {str(name): sparse(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sparse(item) for item in value]
    return to_plain(value)


def _is_default(field: dataclasses.Field[t.Any], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(field.default == value)
    if field.default_factory is not dataclasses.MISSING:
        return bool(field.default_factory() == value)
    return False


__all__ = ("sparse",)
