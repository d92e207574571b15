# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that a host receives: the checks that it runs, what they are made of, and nothing else. PRIVATE to the collection.

Ansible analyses each file that a module imports, and that costs more than most checks. So the files of this collection travel as texts
within one module, which is made once a run for each set of checks; Ansible sees only what they import of its own.
"""

from __future__ import annotations

import collections
import hashlib
import pathlib
import re
import typing as t

from ...module_utils._files import write_atomically
from .host_python import OLDEST as OLDEST_PYTHON

HOME = pathlib.Path(__file__).parents[2] / "module_utils"
PACKAGE = "ansible_collections.operability.readiness.plugins.module_utils"
ENTRY = "_on_host"
_RELATIVE = re.compile(r"^[ \t]*from[ \t]+(\.+)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)", re.MULTILINE)
_OF_ANSIBLE = re.compile(r"^[ \t]*((?:from|import)[ \t]+ansible\.module_utils\b(?:[^\n(#]*\([^)]*\)|[^\n#]*))", re.MULTILINE)
_PROGRAM = '''\
#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Made by operability.readiness.verify for one run: {checks}

from __future__ import annotations

import importlib
import importlib.machinery
import sys

if sys.version_info < {oldest}:
    sys.exit("this Python is too old")


def along():
    """Never called: Ansible sends with a module what it sees imported."""
{imports}


class Sent:
    """Imports the files below from their texts."""

    package = {package!r}

    def find_spec(self, name, path=None, target=None):
        if self.key(name) in SOURCES:
            return importlib.machinery.ModuleSpec(name, self, origin=self.file(name))
        if any((self.package + "." + key).startswith(name + ".") for key in SOURCES):
            return importlib.machinery.ModuleSpec(name, None, is_package=True)
        return None

    def key(self, name):
        return name[len(self.package) + 1 :] if name.startswith(self.package + ".") else ""

    def file(self, name):
        return name.replace(".", "/") + ".py"

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        module.__file__ = self.file(name)
        exec(compile(self.get_source(name), module.__file__, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, name):
        """Tracebacks ask for it, too."""
        return SOURCES[self.key(name)]


SOURCES = {{
{sources}
}}


if __name__ == "__main__":
    sys.meta_path.insert(0, Sent())
    importlib.import_module(Sent.package + ".{entry}").main()
'''


def name_of(checks: t.Iterable[str]) -> str:
    """The name of the program for these checks."""
    return f"operability_readiness_{hashlib.sha256(','.join(sorted(set(checks))).encode()).hexdigest()[:16]}"


def parts_of(checks: t.Iterable[str]) -> dict[str, str]:
    """The files that these checks need on a host, as dotted names below ``module_utils``, and their texts."""
    named = [f"_checks.{check}" for check in sorted(set(checks))]
    waiting = collections.deque([ENTRY, *(name for name in named if _file(name).is_file())])  # the engine says which check there is not
    parts: dict[str, str] = {}
    while waiting:
        name = waiting.popleft()
        if name in parts:
            continue
        parts[name] = _file(name).read_text(encoding="utf-8")
        waiting.extend(_imported(name, parts[name]))
    return parts


def program(checks: t.Collection[str]) -> str:
    """The text of the module that runs these checks on a host."""
    parts = parts_of(checks)
    imports = sorted({" ".join(found.split()) for text in parts.values() for found in _OF_ANSIBLE.findall(text)})
    return _PROGRAM.format(
        checks=", ".join(sorted(set(checks))),
        package=PACKAGE,
        entry=ENTRY,
        oldest=OLDEST_PYTHON,
        imports="\n".join(f"    {line}" for line in imports),
        sources="\n".join(f"    {name!r}: {_literal(parts[name])}," for name in sorted(parts)),
    )


def provide(root: str | pathlib.Path, checks: t.Collection[str]) -> tuple[str, str]:
    """Folder and file name of the module, made by the first worker of the run that needs it. ``root``: the run's own temporary folder."""
    name = name_of(checks)
    folder = pathlib.Path(root) / "operability.readiness.sent" / name  # one each: Ansible looks into a folder once
    path = folder / f"{name}.py"
    if not path.exists():  # two at once write the same
        write_atomically(path, program(checks).encode(), mode=0o600, make_folder=True, durable=False)
    return str(folder), name


def _imported(name: str, text: str) -> t.Iterator[str]:
    """What a file imports of its own collection, wherever in it."""
    for dots, module, names in _RELATIVE.findall(text):
        parts = name.split(".")[: -len(dots)] + [part for part in module.split(".") if part]
        if module and _file(".".join(parts)).is_file():
            yield ".".join(parts)
            continue
        for imported in names.strip("() \n").split(","):
            inner = ".".join([*parts, imported.split()[0]]) if imported.strip() else ""
            if inner and _file(inner).is_file():
                yield inner


def _file(name: str) -> pathlib.Path:
    return HOME.joinpath(*name.split(".")).with_suffix(".py")


def _literal(text: str) -> str:
    """The text as a literal that can be read and changed where the module is unpacked on a host."""
    return repr(text) if "'''" in text or text.endswith("\\") else f"r'''{text}'''"


__all__ = ("ENTRY", "PACKAGE", "name_of", "parts_of", "program", "provide")
