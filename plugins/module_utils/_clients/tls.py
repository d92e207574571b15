# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a TLS connection is opened: trusting whom, or only looking. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import ssl

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import unreadable

NO_ISSUER = (2, 20, 21)  # of OpenSSL's X509_V_ERR_*: the chain ends before an authority that is known here


def trusting_context(ca_path: str | None) -> ssl.SSLContext:
    """Verifies against the system's authorities, or those of a file or folder alone."""
    folder = bool(ca_path) and os.path.isdir(str(ca_path))
    try:
        context = ssl.create_default_context(cafile=None if folder else ca_path, capath=ca_path if folder else None)
        # the same answer with every Python: as most clients, not the strict rules of 3.13, and no names but the alternative ones
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.hostname_checks_common_name = False
        return context
    except ssl.SSLError:
        raise CannotObserve(phrase("{path:path} has no certificate in PEM", path=ca_path)) from None
    except OSError as exc:
        raise CannotObserve(unreadable(str(ca_path), exc)) from None


def looking_context() -> ssl.SSLContext:
    """Verifies nothing: only for seeing which certificate a server shows. Nothing is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(ssl.SSLError):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # weak keys are to be seen too
    return context


def has_authorities() -> bool:
    """Whether certification authorities are installed on this host."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and os.listdir(paths.capath))


__all__ = ("NO_ISSUER", "has_authorities", "looking_context", "trusting_context")
