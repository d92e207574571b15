# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs whose lines other programs count, known by what stands in them, whatever they are called. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import stat

from .._phrase import Message, phrase
from .canary_marker import PREFIX

TAIL = 65_536  # bytes of the end that are looked at
MOST = 200  # lines
LONGEST = 4_096
SHARE = 0.8  # of the lines, so that an application which logs its requests among others is none
_TIME = r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
_REQUEST = re.compile(
    rf'{_TIME} [+-]\d{{4}}\] "[^"]{{0,2000}}" (?:\d{{3}}|-) '  # common and combined, of any server
    rf"|{_TIME}\.\d{{3}}\] \S+ \S+ [+\d/-]+ "  # HAProxy
    r"|^\d{10}\.\d{3} +\d+ \S+ [A-Z_]+/\d{3} \d+ [A-Z]+ "  # Squid
    r"|^\{.*\"(?:body_bytes_sent|http_user_agent|upstream_response_time|DownstreamStatus|RequestMethod|response_flags)\":"
    r"|^\{.*\"logger\":\"http\.log\.access"
)
_HEADER = re.compile(r"#Fields: ")  # W3C, as IIS and CloudFront write it
_TRANSFER = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} \d+ \S+ \d+ .* [ab] \S+ [iod] [agr] ")
_AUDIT = re.compile(r"type=[A-Z0-9_]+ msg=audit\(|^\{.*\"auditID\":")
_LOGIN = re.compile(
    r"^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ "
    r"(?:sshd(?:-session|-auth)?|sudo|su|login|systemd-logind|polkitd|passwd|useradd|usermod|groupadd|gdm-\S+|CRON|crond?)(?:\[\d+\])?:"
)


def why_counted_by_lines(path: str) -> Message | None:
    """Why nothing may be added to a log, by its last lines; None where it may, or where they cannot be read."""
    lines = _last_lines(path)
    if not lines:
        return None
    if any(_HEADER.match(line) for line in lines) or _most(lines, _REQUEST):
        return phrase("it is an access log by its lines, which other programs count")
    if _most(lines, _LOGIN):
        return phrase("it is a record of logins by its lines, which other programs count")
    if _most(lines, _TRANSFER) or _most(lines, _AUDIT):
        return phrase("it is an audit log by its lines, of which each one counts")
    return None


def _most(lines: list[str], form: re.Pattern[str]) -> bool:
    return sum(bool(form.search(line)) for line in lines) >= SHARE * len(lines)


def _last_lines(path: str) -> list[str]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return []
        start = max(0, status.st_size - TAIL)
        raw = os.pread(handle, TAIL, start)
        if start:
            raw = os.pread(handle, LONGEST, 0).rpartition(b"\n")[0] + b"\n" + raw.partition(b"\n")[2]  # a header stands at the beginning
    except OSError:
        return []
    finally:
        os.close(handle)
    lines = [line[:LONGEST].decode("utf-8", "replace") for line in raw.split(b"\n") if line.strip()]
    return [line for line in lines if PREFIX not in line][-MOST:] + [line for line in lines[:20] if line.startswith("#Fields: ")]


__all__ = ("why_counted_by_lines",)
