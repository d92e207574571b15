# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands in a piece of code that people copy into a shell, as far as they are plain. PRIVATE to the collection.

What is not understood is left out: of a command that nobody sees nothing is said.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
import typing as t

UNKNOWN = "\ufffc"  # stands for what only the reader of the document knows: a variable, a placeholder
_LONGEST = 4000  # characters of a command
_MOST_LINES = 200  # of one command
_DEEPEST = 3  # commands within commands
_PROMPT = re.compile(r"\s*\$\s+(?=\S)")
_NAMED_PROMPT = re.compile(r"\s*\[?[\w.-]{1,60}@[\w.-]{1,100}[^$#%>\n]{0,200}[$#%>]\s")
_PLACEHOLDER = re.compile(r"<[A-Za-z_](?:[\w .:|/-]{0,60}[\w.])?>|\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}")
_WITHIN = re.compile(r"\$\(([^()]{0,2000})\)|`([^`]{0,2000})`")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w{1,60})\1")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w{0,100}=")
_KEYWORDS = ("!", "if", "then", "do", "else", "elif", "while", "until", "{", "}", "time", "fi", "done", "esac")
_NOT_COMMANDS = ("for", "case", "function", "select", "[", "[[", "test", "alias", "export", "echo", "printf", "rm", "unlink")
# what runs another command on this machine: the options of it that have a value
_WRAPPERS: t.Mapping[str, tuple[str, ...]] = {
    "sudo": ("-u", "-g", "-U", "-p", "-C", "-T", "-r", "-t", "--user", "--group"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "--unset", "--chdir"),
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "-n", "--class", "--classdata"),
    "stdbuf": ("-i", "-o", "-e"),
    "watch": ("-n", "--interval"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "nohup": (), "exec": (), "command": (), "builtin": (), "setsid": (), "time": (), "strace": ("-e", "-o", "-p", "-f"),
}  # fmt: skip
_SHELLS = ("sh", "bash", "dash", "ksh", "zsh", "su", "runuser")


@dataclasses.dataclass(frozen=True)
class Command:
    """``words`` without what only starts them (``sudo``); ``line`` counts from 0 in the piece of code.

    ``spared``: that it may fail, as another one follows for that case, or what it complains of is thrown away.
    """

    words: tuple[str, ...]
    line: int
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    spared: bool = False
    fed: bool = False  # from a pipe, a file, or lines that follow

    @property
    def name(self) -> str:
        return self.words[0].rpartition("/")[2]


def commands_in(code: str) -> list[Command]:
    """Where lines begin with a prompt (``$``), the others are what the commands answer."""
    lines = code.split("\n")
    prompted = any(_PROMPT.match(line) for line in lines)
    found: list[Command] = []
    number = 0
    while number < len(lines):
        start, text = number, lines[number]
        number += 1
        if _NAMED_PROMPT.match(text):
            continue  # of which machine it is, nobody here knows
        if prompted:
            match = _PROMPT.match(text)
            if match is None:
                continue
            text = text[match.end() :]
        while text.endswith("\\") and number < len(lines) and number - start < _MOST_LINES:
            text = f"{text[:-1]} {lines[number].strip()}"
            number += 1
        text, quote = _without_comment(text, "")
        while quote and number < len(lines) and number - start < _MOST_LINES:
            more, quote = _without_comment(lines[number], quote)
            text = f"{text}\n{more}"
            number += 1
        words = _words(text)
        if words is None:
            continue
        for heredoc in _HEREDOC.finditer(text):
            while number < len(lines) and lines[number].strip() != heredoc.group(2):
                number += 1
            number += 1
        found += _split(words, start, 0)
        for inner in _WITHIN.finditer(text):
            within = _words(inner.group(1) or inner.group(2) or "")
            found += _split(within, start, 1) if within else []
    return found


def _without_comment(text: str, quote: str) -> tuple[str, str]:
    """A line without its comment, and the sign of the quotation that is open at its end, as ``quote`` is at its start."""
    escaped, before = False, " "
    for place, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign == "#" and before.isspace():
            return text[:place], quote
        elif sign in "'\"":
            quote = sign
        before = sign
    return text, quote


def _words(text: str) -> list[str] | None:
    """None where a quotation is open."""
    if len(text) > _LONGEST:
        return []
    if not text or text.isalnum():
        return [text] if text else []  # a lexer takes its time
    plain = _PLACEHOLDER.sub(UNKNOWN, _WITHIN.sub(UNKNOWN, text))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return None


def _split(words: t.Sequence[str], line: int, depth: int) -> list[Command]:
    found: list[Command] = []
    own: list[str] = []
    reads: list[str] = []
    writes: list[str] = []
    quiet = fed = False
    position = 0

    def end(sign: str) -> None:
        nonlocal own, reads, writes, quiet, fed
        spared = quiet or sign == "||"
        found.extend(_unwrapped(own, line, depth, tuple(reads), tuple(writes), spared=spared, fed=fed))
        own, reads, writes, quiet, fed = [], [], [], False, sign in ("|", "|&")

    while position < len(words):
        word = words[position]
        position += 1
        if not word or set(word) - set("();<>|&"):
            own.append(word)
        elif "<" in word or ">" in word:
            target = words[position] if position < len(words) else ""
            position += 1
            stream = own.pop() if own and own[-1] in ("0", "1", "2") else ""
            if word.startswith("<"):
                fed = True
                reads += [target] if word == "<" else []
            elif word in (">", ">>", "&>", "&>>", ">|"):
                quiet = quiet or (target == "/dev/null" and (stream == "2" or word.startswith("&")))
                writes.append(target)
        elif "(" in word and own:
            return []  # no line of a shell
        else:
            end(word)
    end("")
    return found


def _unwrapped(
    words: t.Sequence[str], line: int, depth: int, reads: tuple[str, ...], writes: tuple[str, ...], *, spared: bool, fed: bool
) -> list[Command]:
    """The command behind ``sudo`` and its kind, and those that a shell is given (``sh -c '...'``)."""
    left = list(words)
    while left and (left[0] in _KEYWORDS or _ASSIGNMENT.match(left[0])):
        left.pop(0)
    while left and left[0].rpartition("/")[2] in _WRAPPERS:
        name = left.pop(0).rpartition("/")[2]
        while left and (left[0].startswith("-") or _ASSIGNMENT.match(left[0])):
            option = left.pop(0)
            if option in _WRAPPERS[name] and left:
                left.pop(0)
        if name == "timeout" and left:
            left.pop(0)
        if name == "watch" and len(left) == 1 and " " in left[0] and depth < _DEEPEST:
            return _split(_words(left[0]) or [], line, depth + 1)
    if not left or left[0] in _NOT_COMMANDS or left[0].startswith("-"):
        return [Command(("",), line, (), writes, spared, fed)] if writes else []
    command = Command(tuple(left), line, reads, writes, spared, fed)
    if command.name in _SHELLS and "-c" in left:
        place = left.index("-c") + 1
        return _split(_words(left[place]) or [], line, depth + 1) if place < len(left) and depth < _DEEPEST else []
    return [command]


__all__ = ("UNKNOWN", "Command", "commands_in")
