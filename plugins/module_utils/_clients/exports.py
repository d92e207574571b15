# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports as LDIF, JSON, XML or HTML: whether they are whole, or an answer of failure in their place. PRIVATE to the collection."""

from __future__ import annotations

import json
import re

from .._masking import masked
from .._message import first_line
from .._phrase import Message, phrase
from .inside import Inside

_FAILURE_KEYS = {"error", "errors", "err", "fault", "exception", "error_description", "errormessage", "error_message"}
_STATUS_KEYS = {"status", "statuscode", "status_code", "code"}
_TELLING_KEYS = {"message", "msg", "detail", "details", "reason", "title", "description", "statusmessage"}
_BESIDE_KEYS = {"documentation_url", "request_id", "requestid", "timestamp", "path", "type", "instance", "success", "ok"}
_OF_FAILURE = re.compile(
    r"\b(?:error|fail(?:ed|ure)?|denied|refused|not (?:found|allowed|authori[sz]ed)|unauthori[sz]ed|unauthenticated|forbidden|invalid"
    r"|expired|timed? ?out|timeout|bad (?:request|gateway|credentials)|unavailable|too many requests|rate limit|login required|missing)\b",
    re.I,
)
_SEARCH_ENDED = re.compile(rb"^result: (\d+)([^\n]*)$", re.M)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)[\s/>]")
_FAULTS = (b"error", b"html", b"fault", b"errorresponse", b"exception", b"serviceexceptionreport", b"exceptionreport")
_TELLING = re.compile(rb"<(?:[\w.-]+:)?(code|message|faultcode|faultstring|reason|text|title|exceptiontext)\b[^>]*>([^<]*)<", re.I)


def judge_ldif(tail: bytes, entries: int | None, inside: Inside) -> None:
    """``entries``: how many there are, where that is known."""
    ended = _SEARCH_ENDED.search(tail[-4096:])
    if ended and int(ended[1]):
        said = first_line(ended[2].decode("utf-8", "replace"), limit=100, otherwise="")
        inside.damages.append(phrase("the search ended before it had all entries: result {code} {said}", code=int(ended[1]), said=said))
    elif not tail.endswith(b"\n"):
        inside.damages.append(phrase("it ends in the middle of an entry"))
    elif entries == 0:
        inside.damages.append(phrase("there is no entry in it"))
    elif not ended and not tail.endswith(b"\n\n") and not re.search(rb"^#[^\n]*\n+\Z", tail, re.M):
        inside.warns.append(phrase("no empty line follows its last entry: it may have been cut there"))


def judge_html(head: bytes, tail: bytes, inside: Inside, *, named: bool) -> None:
    """``named``: its name says that it is HTML."""
    if not named or re.search(rb"<input\b[^>]*\btype\s*=\s*[\"']?password", head, re.I):
        inside.damages.append(phrase("it is no backup, but a page of HTML: {message}", message=_title(head)))
    elif not re.search(rb"</html\s*>\s*(?:<!--.*?-->\s*)*\Z", tail.rstrip(), re.S | re.I):
        inside.damages.append(phrase("it ends too early: </{root}> is missing at its end", root="html"))


def _title(head: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", head, re.I | re.S) or re.search(rb"<h\d[^>]*>([^<>]*\w[^<>]*)<", head, re.I)
    return masked(first_line(found.group(1).decode("utf-8", "replace"), limit=100)) if found else "HTML"


def judge_xml(head: bytes, tail: bytes, inside: Inside, *, small: bool) -> None:
    names = _ROOT.findall(head)
    root = names[0] if names else b""
    local = root.rpartition(b":")[2].lower()
    inner = {name.rpartition(b":")[2].lower() for name in names[1:6]} if local == b"envelope" else set()
    if small and (local in _FAULTS or b"fault" in inner):
        texts = [text.strip() for _name, text in _TELLING.findall(head) if text.strip()]
        said = first_line(b" ".join(texts).decode("utf-8", "replace"), limit=200, otherwise=local.decode("ascii", "replace"))
        inside.damages.append(phrase("it is no backup, but a message: {message}", message=masked(said)))
    elif not re.search(rb"</" + re.escape(root) + rb"\s*>\s*(?:<!--.*?-->\s*)*\Z", tail.rstrip(), re.S | re.I):
        inside.damages.append(phrase("it ends too early: </{root}> is missing at its end", root=root.decode("ascii", "replace")))


def judge_json(tail: bytes, inside: Inside, *, whole: bool, small: bool) -> None:
    """``whole``: ``tail`` is all of it."""
    if whole:
        try:
            value = json.loads(tail)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and small:
            failure = _answer_of_failure(value)
            if failure:
                inside.damages.append(failure)
                return
        if value in ({}, []):
            inside.damages.append(phrase("there is nothing in it"))
            return
        if value is not None:
            return
    lines = [line for line in tail.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else b""
    if last[-1:] not in (b"}", b"]"):
        inside.damages.append(phrase("it ends in the middle of a value"))
    elif _is_json(last):  # one document a line
        return
    elif whole:
        inside.damages.append(phrase("it is no whole JSON"))
    else:
        inside.derived.append(phrase("only its beginning and its end were looked at"))


def _answer_of_failure(value: dict[str, object]) -> Message | None:
    low = {str(key).lower(): each for key, each in value.items()}
    status = next((low[key] for key in low if key in _STATUS_KEYS), None)
    number = int(status) if isinstance(status, (int, str)) and str(status).isdigit() else 0
    failed = (
        any(low[key] for key in low if key in _FAILURE_KEYS) or 400 <= number < 600 or low.get("success") is False or low.get("ok") is False
    )
    telling = [str(low[key]) for key in low if key in (*_TELLING_KEYS, *_FAILURE_KEYS) and isinstance(low[key], str)]
    alone = set(low) <= _FAILURE_KEYS | _STATUS_KEYS | _TELLING_KEYS | _BESIDE_KEYS
    if not failed and not (alone and any(_OF_FAILURE.search(text) for text in telling)):
        return None
    said = " ".join([str(number)] * bool(number) + telling) or "failure"
    return phrase("it is no backup, but an answer of failure: {message}", message=masked(first_line(said, limit=200)))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


__all__ = ("judge_html", "judge_json", "judge_ldif", "judge_xml")
