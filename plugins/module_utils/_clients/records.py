# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that other programs write, as rows: JSON, CSV, lines of key=value, ``key: value``, mails. PRIVATE to the collection."""

from __future__ import annotations

import csv
import email
import email.policy
import html
import io
import json
import re
import typing as t

from .._message import one_line
from .._phrase import Message, phrase, verbatim

Row = t.Mapping[str, object]
FORMATS = ["auto", "json", "csv", "logfmt", "keys", "mail"]
MOST = 100_000  # rows
_PAIR = re.compile(r'([A-Za-z_][\w.:/-]*)=("(?:[^"\\]|\\.)*"|\S*)')
_KEY = re.compile(r"\s*([^:=#][^:=]{0,80}?)\s*[:=]\s*(.*)")
_FURTHER = ("next", "nextLink", "@odata.nextLink", "nextPageToken", "NextToken", "next_page", "continue")
_BETWEEN = re.compile(r"\n\n(?=From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d)")  # mails in one file (mbox)
_HEADERS = re.compile(r"(?:From |(?:Return-Path|Received|From|To|Date|Subject|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):)", re.I)


class NotRows(Exception):
    """The text is not what it should be; the message says what it is."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def decoded(content: bytes) -> str:
    """The text, by its byte order mark: PowerShell writes UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def mail_of(content: bytes) -> str:
    """A mail as ``rows`` wants it: each part of it has a character set of its own, so no byte may be lost."""
    return content.decode("utf-8", "surrogateescape")


def format_of(text: str, name: str, content_type: str = "") -> str:
    """Which of the formats a text has: by its name or type, else by how it begins."""
    start = text.lstrip()[:1]
    if name.endswith((".eml", ".mail")) or "message/rfc822" in content_type:
        return "mail"
    if start in ("{", "[") or name.endswith((".json", ".jsonl", ".ndjson")) or "json" in content_type:
        return "json"
    if name.endswith((".csv", ".tsv")) or "csv" in content_type:
        return "csv"
    if _HEADERS.match(text):
        return "mail"
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    if len(_PAIR.findall(first)) > 1:
        return "logfmt"
    if _KEY.fullmatch(first) and not re.match(r'"?[\w ]+"?[,;\t]', first):
        return "keys"
    return "csv"


def rows(text: str, kind: str, within: str) -> list[Row]:
    """The rows of a text; ``within``: the path of their list in JSON. NotRows."""
    if not text.strip():
        raise NotRows(phrase("it is empty"))
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        raise NotRows(phrase("it is a web page or XML (a login page?)"))
    found = {"json": _json, "csv": _csv, "logfmt": _logfmt, "keys": _keys, "mail": _mail}[kind](text, within)
    if len(found) > MOST:
        raise NotRows(phrase("it has more than {most:number} records", most=MOST))
    return found


def _json(text: str, within: str) -> list[Row]:
    try:
        data = json.loads(text)
    except RecursionError:
        raise NotRows(phrase("it is JSON that is nested too deeply")) from None
    except ValueError as exc:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].startswith("{") or not lines[0].rstrip().endswith("}"):
            raise NotRows(phrase("it is not JSON, or cut short: {reason}", reason=one_line(str(exc), 100))) from None
        data = _json_lines(lines)
    if within:
        data = _at(data, within)
    if isinstance(data, dict) and within:
        data = [{"key": key, **value} for key, value in data.items() if isinstance(value, dict)]
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise NotRows(phrase("it is JSON, and no list of records: name where they stand in 'entries'"))
    return data


def more_pages(text: str) -> bool:
    """Whether an answer in JSON says that others follow it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(data, dict):
        return False
    places = [data, *(data[name] for name in ("links", "_links", "meta", "pagination") if isinstance(data.get(name), dict))]
    return any(one.get(name) for one in places for name in _FURTHER)


def _json_lines(lines: list[str]) -> list[object]:
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            raise NotRows(phrase("its line {number:number} is not JSON, or cut short", number=number)) from None
    return found


def _at(data: t.Any, path: str) -> object:
    for part in path.split("."):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            known = sorted(str(key)[:60] for key in data)[:10] if isinstance(data, dict) else []
            if not known:
                raise NotRows(phrase("it has no {path:path}", path=path))
            raise NotRows(phrase("it has no {path:path}; there are {keys:list}", path=path, keys=known))
    return data


def _csv(text: str, _within: str) -> list[Row]:
    body = re.sub(r"\A(?:#.*\n)+", "", text)  # Export-Csv of Windows PowerShell begins with #TYPE
    first = body.split("\n", 1)[0]
    mark = max(",;\t|", key=first.count)
    try:
        read = csv.DictReader(io.StringIO(body), delimiter=mark, strict=True)
        found: list[Row] = []
        for row in read:
            if None in row or any(value is None for value in row.values()):
                raise NotRows(phrase("its line {number:number} has not as many columns as the first: cut short?", number=read.line_num))
            found.append({str(name).strip(): (value or "").strip() for name, value in row.items()})
            if len(found) > MOST:
                break
    except csv.Error:
        raise NotRows(phrase("it is not CSV, or cut short")) from None
    if first.count(mark) == 0 and not found:
        raise NotRows(phrase("it is no table: {line}", line=one_line(first, 100)))
    return found


def _logfmt(text: str, _within: str) -> list[Row]:
    found: list[Row] = []
    for line in text.splitlines():
        pairs = _PAIR.findall(line)
        if pairs:
            found.append({name: _unquoted(value) for name, value in pairs})
    if not found:
        raise NotRows(phrase("it has no line with key=value"))
    return found


def _keys(text: str, _within: str) -> list[Row]:
    """Records of a line a key; an empty line begins the next one."""
    found: list[Row] = []
    for block in re.split(r"\n[ \t]*\n", text):
        matches = [_KEY.fullmatch(line) for line in block.splitlines()]
        row: dict[str, object] = {match[1].strip("\"' "): _unquoted(match[2].strip()) for match in matches if match}
        if row:
            found.append(row)
    if not found:
        raise NotRows(phrase("it has no line with a key and a value"))
    return found


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if len(value) > 1 and value[0] == value[-1] == '"' else value


def _mail(text: str, _within: str) -> list[Row]:
    """A mail, or those of an mbox."""
    lines = text.replace("\r\n", "\n")
    mails = _BETWEEN.split(lines) if lines.startswith("From ") else [lines]
    return [_one_mail(one) for one in mails if one.strip()]


def _one_mail(text: str) -> Row:
    """Its headers by their names in lower case, ``body``, and ``text``, which is both."""
    message = email.message_from_bytes(text.encode("utf-8", "surrogateescape"), policy=email.policy.default)
    try:
        headers = {name.lower(): " ".join(str(value).split()) for name, value in message.items()}
        part = message.get_body(("plain", "html"))
        body = str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, AttributeError, TypeError, KeyError):
        raise NotRows(phrase("it is a mail that cannot be parsed")) from None
    if part is not None and part.get_content_type() == "text/html":
        body = _shown(body)
    if not {"date", "subject"} & set(headers):
        raise NotRows(phrase("it is no mail: it has neither a date nor a subject"))
    everything = "\n".join([*(f"{name}: {value}" for name, value in headers.items()), "", body])
    return {**headers, "body": body, "text": everything}


def _shown(page: str) -> str:
    """The lines that a page shows: a row of a table is one, cells have a blank between them."""
    page = re.sub(r"(?is)<(style|script|head)\b.*?</\1\s*>|<!--.*?-->", " ", page)
    page = re.sub(r"\s+", " ", page)
    page = re.sub(r"(?i)<(?:br|hr|/?(?:p|div|tr|li|ul|ol|table|h[1-6]|pre))\b[^>]{0,2000}>", "\n", page)
    page = html.unescape(re.sub(r"<[^>]{0,2000}>", " ", page))
    return "\n".join(" ".join(line.split()) for line in page.split("\n") if line.strip())


def keys_of(row: Row) -> list[Message]:
    """What a row has, for whoever must name a field."""
    return [verbatim(one_line(str(key), 60)) for key in sorted(row, key=str)][:12]


__all__ = ("FORMATS", "NotRows", "Row", "decoded", "format_of", "keys_of", "mail_of", "more_pages", "rows")
