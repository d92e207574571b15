# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the user's: found, read within bounds, and refused in words that quote nothing of them. PRIVATE to the collection.

Whoever writes to a checkout can put a symbolic link there to a device or to a pipe, or a file of any size.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import typing as t

from ansible.errors import AnsibleError

from ...module_utils._files import read_within
from .._described.document import Document, Refused, bounded, build, loaded, positions
from .._model.text import first_line
from .._running import core

_VAULT = b"$ANSIBLE_VAULT;"  # how a file begins that is encrypted as a whole


def locate(loader: t.Any, name: str) -> str | None:
    """A file of the user's: beside the playbook, else in the current folder (a playbook called by FQCN lies in the collection)."""
    return next((path for path in (loader.path_dwim(name), os.path.abspath(name)) if os.path.isfile(path)), None)


def shown(path: str) -> str:
    """A path as messages name it: from here, where it is not far away."""
    near = os.path.relpath(path)
    return near if not near.startswith("../..") else path


def text_of(path: str | pathlib.Path) -> str:
    """What stands in a file, whatever it is. OSError, UnicodeDecodeError."""
    return read_within(path).decode("utf-8")


def content(loader: t.Any, path: str, name: str) -> str:
    """The text of a file, decrypted where it is vaulted, which may be loaded. Refused."""
    try:
        read_within(path)
        text = core.read_file(loader, path)
        text.encode()
    except UnicodeError:
        raise Refused([f"{name} cannot be read: it is not UTF-8 text"]) from None
    except OSError as exc:
        raise Refused([f"{name} cannot be read: {exc.strerror or 'the system does not say why'}"]) from None
    except (AnsibleError, ValueError) as exc:
        raise _unreadable(path, name, exc) from None
    bounded(text, name)
    return text


def load(loader: t.Any, path: str, name: str, *, templates: bool = True) -> t.Any:
    """What stands in a file, with what only Ansible can read in it. Refused."""
    text = content(loader, path, name)
    _places, twice = positions(text, name)
    if twice:  # Ansible's warning shows the lines
        raise Refused(twice)
    try:
        return core.load_file(loader, path, templates=templates)
    except Exception as exc:  # of what a tag of YAML's own makes of a value too
        loaded(text, name)
        raise _unreadable(path, name, exc) from None


def _unreadable(path: str, name: str, exc: Exception) -> Refused:
    """What Ansible says of a file, where it is about its encryption; whatever else it may say can quote a value."""
    try:
        text_of(path)
    except OSError as reason:
        return Refused([f"{name} cannot be read: {reason.strerror}"])
    except UnicodeDecodeError:
        return Refused([f"{name} cannot be read: it is not UTF-8 text"])
    said = first_line(exc)
    return Refused([f"{name} cannot be read{f': {said}' if 'vault' in said.lower() else ': Ansible does not take a value for what it is'}"])


def is_sealed(path: str) -> bool:
    """Whether a file is encrypted as a whole."""
    try:
        return read_within(path).startswith(_VAULT)
    except OSError:
        return False


def digest_of(path: pathlib.Path) -> str | None:
    """Of what stands in a file; None where there is none."""
    try:
        return hashlib.sha256(read_within(path)).hexdigest()
    except OSError as exc:
        return None if isinstance(exc, FileNotFoundError) else f"unreadable: {exc.errno}"


def read_debt(path: pathlib.Path) -> Document | None:
    """A debt file, None where there is none. Refused."""
    name = shown(str(path))
    try:
        text = text_of(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or "it is not UTF-8 text"
        raise Refused([f"the debt file {name} cannot be read: {reason}"]) from None
    bounded(text, name)
    positions(text, name)
    return build(text, name, loaded(text, name), "debt", folder=path.parent)


__all__ = ("content", "digest_of", "is_sealed", "load", "locate", "read_debt", "shown", "text_of")
