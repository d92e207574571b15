# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files whole or not at all. PRIVATE to the collection."""

from ..module_utils._files import NotWritten, write_atomically

__all__ = ("NotWritten", "write_atomically")
