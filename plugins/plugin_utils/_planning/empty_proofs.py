# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and modules that succeed whatever the service does. PRIVATE to the collection. Pure.

A courtesy to whoever left a placeholder: what really counts is that a check has been seen failing.
"""

from __future__ import annotations

import os
import re
import shlex
import typing as t

SHELLS = ("ash", "bash", "dash", "ksh", "sh", "zsh")
INTERPRETERS = ("node", "perl", "php", "ruby")
_ALWAYS = ("true", ":", "echo", "printf", "sleep")
# what only starts another command, with those of its options that take a value of their own
_PREFIXES: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("builtin", "busybox", "command", "exec", "nohup", "setsid", "time"), ()),
    **dict.fromkeys(("doas", "sudo"), ("-C", "-D", "-g", "-h", "-p", "-r", "-t", "-T", "-u", "-U")),
    "env": ("-C", "-u"),
    "ionice": ("-c", "-n"),
    "nice": ("-n",),
    "stdbuf": ("-e", "-i", "-o"),
    "timeout": ("-k", "-s"),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_DURATION = re.compile(r"\d+(\.\d+)?[smhd]?")
# statements of Python, Perl, Ruby and the like that come to nothing
_STATEMENTS = (
    r"pass",
    r"import [\w., ]+",
    r"(sys\.|os\._|process\.)?exit(\(\s*0?\s*\)|\s+0)?",
    r"(print|puts|console\.log)[\s(]+(?P<quote>['\"])[^'\"]*(?P=quote)\s*\)?",
    r"[01]|True|None|null|true|",
)
_NOTHING = re.compile(rf"\s*({'|'.join(_STATEMENTS)})\s*")
_COMPARED = ("=", "==", "!=", "-eq", "-ne", "-ge", "-gt", "-le", "-lt")
_GRAMMAR = ("case", "exit", "exec", "for", "function", "if", "return", "set", "trap", "until", "while", "{", "(", "!")
_CONSTANT = {"absent", "bool", "scalar", "time", "vector"}  # words of PromQL that look at no series
_MODULES = ("debug", "pause", "ping")
_RUNNING = ("command", "raw", "shell")


def unwrapped(words: t.Sequence[str]) -> list[str]:
    """A command without what only starts it: ``sudo -u x``, ``env A=b``, ``timeout 5``."""
    left = list(words)
    while left and os.path.basename(left[0]) in _PREFIXES:
        first = os.path.basename(left.pop(0))
        while left and (left[0].startswith("-") or _ASSIGNMENT.fullmatch(left[0])):
            if left.pop(0) in _PREFIXES[first] and left:
                left.pop(0)
        if first == "timeout" and left and _DURATION.fullmatch(left[0]):
            left.pop(0)
    return left


def script_of(words: t.Sequence[str]) -> str | None:
    """The script that a shell or another interpreter is given as a word."""
    if not words or not (is_shell(words[0]) or _is_interpreter(words[0])):
        return None
    for position, word in enumerate(words[1:], 1):
        if not word.startswith(("-", "+")):
            return None
        if re.fullmatch(r"-[a-zA-Z]*[cer]", word):
            return words[position + 1] if position + 1 < len(words) else ""
    return None


def is_shell(program: str) -> bool:
    return os.path.basename(program) in SHELLS


def _is_interpreter(program: str) -> bool:
    name = os.path.basename(program)
    return name in INTERPRETERS or re.fullmatch(r"python[\d.]*", name) is not None


def always_succeeds(command: object) -> bool:
    """Whether a command succeeds whatever the service does, as far as its words tell."""
    words = unwrapped([str(word) for word in command]) if isinstance(command, list) else []
    if not words:
        return isinstance(command, list) and bool(command)  # env alone, sudo alone
    script = script_of(words)
    if script is not None:
        return _script_succeeds(script) if is_shell(words[0]) else all(map(_NOTHING.fullmatch, re.split(r"[;\n]", script)))
    return _succeeds(words)


def _succeeds(words: t.Sequence[str]) -> bool:
    name, operands = os.path.basename(words[0]), list(words[1:])
    if name in _ALWAYS:
        return True
    if name == "exit":
        return operands in ([], ["0"])
    if name in ("test", "["):
        return _is_constant([word for word in operands if word != "]"])
    return False


def _is_constant(operands: t.Sequence[str]) -> bool:
    """Whether a comparison has only literals, of which none looks at the machine."""
    literal = [word for word in operands if word not in ("!", "-n", "-z")]
    if any("$" in word or "`" in word for word in operands):
        return False
    return len(literal) <= 1 or (len(literal) == 3 and literal[1] in _COMPARED)


def _script_succeeds(script: str) -> bool:
    """Whether a script ends with what always succeeds, or has nothing else in it."""
    parts = _simple_commands(script)
    if parts is None:
        return False
    if not parts or all(always_succeeds(words) for _joined, words in parts):
        return True
    if any(words[0] in _GRAMMAR for _joined, words in parts[:-1]):
        return False
    joined, last = parts[-1]
    return joined != "&&" and always_succeeds(last) and os.path.basename(last[0]) not in ("test", "[")


def _simple_commands(script: str) -> list[tuple[str, list[str]]] | None:
    """The commands of a script, each with what joins it to the one before; None where it has more grammar than is read here."""
    lexer = shlex.shlex(script.replace("\n", " ; "), posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    parts: list[tuple[str, list[str]]] = []
    joined, words = ";", list[str]()
    for token in [*tokens, ";"]:
        if token in (";", "&&", "||"):
            if words:
                parts.append((joined, words))
            joined, words = token, []
        elif token in ("|", "&") or set(token) <= set("()"):
            return None
        else:
            words.append(token)
    return parts


def query_looks_at_nothing(query: object) -> bool:
    """Whether a PromQL expression names no series: it says the same whatever the service does."""
    if not isinstance(query, str) or "{" in query:
        return False
    return set(re.findall(r"(?<![\w.])[A-Za-z_:][\w:]*", re.sub(r"'[^']*'|\"[^\"]*\"", "", query))) <= _CONSTANT


def module_always_succeeds(module: object, arguments: object, expect: object) -> bool:
    """Whether a module, or what is expected of it, comes out well whatever the service does."""
    name = str(module).rpartition(".")[2]
    if isinstance(expect, (list, bool, str)) and _is_expected_anyway(expect):
        return True
    if name in _MODULES:
        return True
    if name not in _RUNNING or not isinstance(arguments, dict):
        return False
    given = arguments.get("argv") or arguments.get("cmd") or arguments.get("_raw_params")
    if isinstance(given, list):
        return always_succeeds(given)
    return isinstance(given, str) and _script_succeeds(given)


def _is_expected_anyway(expect: list[object] | bool | str) -> bool:
    conditions = expect if isinstance(expect, list) else [expect]
    return bool(conditions) and all(re.fullmatch(r"(?i)\s*(true|1|1 == 1|not false)\s*", str(condition)) for condition in conditions)


__all__ = ("always_succeeds", "is_shell", "module_always_succeeds", "query_looks_at_nothing", "script_of", "unwrapped")
