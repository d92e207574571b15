# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new since the last run, told once to those responsible: by a webhook, by mail. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import re
import smtplib
import ssl
import typing as t
from email.message import EmailMessage

from ...module_utils._exchange import Connection, public_url
from ...module_utils._http import HttpFailure
from .._model.text import as_dict, as_dicts, as_list, escape
from .._running.requests_http import RequestsHttp
from . import markdown, metrics
from .files import PublishFailure
from .telling import verdict_words
from .translating import translated
from .words import words

TOLD_KEPT = 200
TIMEOUT = 10.0
_NEW = ("new_failures", "worse", "repaired")
_Record = t.Mapping[str, object]


def news(record: _Record) -> dict[str, object] | None:
    """What became worse or better since the last run, by requirement, with who is responsible; None where there is nothing."""
    delta, run = as_dict(record.get("delta")), as_dict(record.get("run"))
    if not any(as_list(delta.get(kind)) for kind in _NEW):
        return None
    known = {str(item.get("id")): item for item in as_dicts(as_dict(record.get("judgement")).get("requirements"))}
    changes = {kind: [_change(item, known) for item in as_dicts(delta.get(kind))] for kind in _NEW}
    service, environment = metrics.identity(record)
    responsible = sorted({str(item["responsible"]) for items in changes.values() for item in items if item["responsible"]})
    judgement = as_dict(record.get("judgement"))
    return {
        "service": service,
        "environment": environment,
        "phase": run.get("phase"),
        "version": run.get("version"),
        "run": run.get("id"),
        "finished_at": run.get("finished_at"),
        "verdict": judgement.get("verdict"),
        "verdict_before": delta.get("verdict_before"),
        "verified": judgement.get("verified"),
        "required": judgement.get("required"),
        "enforced": run.get("enforced"),
        "report": record.get("report"),
        **changes,
        "responsible": responsible,
    }


def _change(item: dict[str, object], known: t.Mapping[str, dict[str, object]]) -> dict[str, object]:
    about = known.get(str(item.get("requirement"))) or {}
    told = {key: escape(about.get(key), 500) for key in ("title", "message", "responsible")}
    return {**{key: item.get(key) for key in ("requirement", "before", "now")}, "impact": about.get("impact"), **told}


# -- once


class Told:
    """Which runs have been told of where, in a folder beside their records."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def once(self, run: object, target: str) -> t.Iterator[bool]:
        """Whether it is the first time; what fails inside may be tried again. PublishFailure."""
        mark = self.folder / re.sub(r"[^A-Za-z0-9_.-]", "_", f"{run}-{target}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark.touch(exist_ok=False, mode=0o600)
        except FileExistsError:
            yield False
            return
        except OSError as exc:
            raise PublishFailure(f"{mark} could not be written, so nobody would know that it was told: {exc.strerror}") from None
        try:
            yield True
        except BaseException:
            mark.unlink(missing_ok=True)
            raise
        for old in sorted(self.folder.iterdir())[:-TOLD_KEPT]:
            old.unlink(missing_ok=True)


# -- a webhook


def post(connection: Connection, told: _Record) -> str:
    """POSTs it as JSON; returns the address without secrets. PublishFailure."""
    place = public_url(connection.url)
    try:
        answer = RequestsHttp().request(
            "POST",
            connection.url,
            connection=connection,
            headers={"Content-Type": "application/json"},
            body=json.dumps(told, ensure_ascii=False).encode(),
            timeout=TIMEOUT,
            max_bytes=2**16,
            follow_redirects=False,  # a POST that is redirected becomes a GET
        )
    except HttpFailure as exc:
        raise PublishFailure(f"webhook: {exc.message}") from None
    if not 200 <= answer.status < 300:
        raise PublishFailure(f"webhook {place}: it refused the message (HTTP {answer.status})")
    return place


# -- mail


@dataclasses.dataclass(frozen=True)
class Mail:
    """A mail server, and who is written to: addresses by the name of those responsible, ``default`` for all others."""

    host: str
    sender: str
    to: t.Mapping[str, t.Sequence[str]]
    port: int = 25
    starttls: bool = True
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    ca_path: str | None = None

    @classmethod
    def of(cls, given: t.Mapping[str, object]) -> Mail:
        """From the options of the action."""
        to = {str(name): [str(item) for item in (as_list(value) or [value])] for name, value in as_dict(given.get("to")).items()}
        port, starttls = given.get("port"), given.get("starttls")
        return cls(
            host=str(given["host"]),
            sender=str(given["sender"]),
            to=to,
            port=port if isinstance(port, int) else 25,
            starttls=starttls is not False,
            username=_text(given.get("username")),
            password=_text(given.get("password")),
            ca_path=_text(given.get("ca_path")),
        )

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def recipients(self, told: _Record) -> list[str]:
        """Those responsible for what is new."""
        found = [address for name in as_list(told["responsible"]) for address in self.to.get(str(name), self.to.get("default", ()))]
        return list(dict.fromkeys(found or self.to.get("default", ())))


def _text(value: object) -> str | None:
    return str(value) if value else None


def message(mail: Mail, record: _Record, told: _Record, language: str | None) -> EmailMessage:
    """The report of the run in the reader's language. PublishFailure where nobody is written to."""
    recipients = mail.recipients(told)
    if not recipients:
        raise PublishFailure(f"mail: nobody of {', '.join(map(str, as_list(told['responsible'])))} has an address in 'to', nor 'default'")
    say = words(language)
    verdict = verdict_words(as_dict(translated(record, say).get("judgement")), say)
    made = EmailMessage()
    try:
        made["From"], made["To"] = mail.sender, ", ".join(recipients)
        made["Subject"] = escape(f"{verdict}: {told['service']} ({told['environment']})", 200)
    except ValueError as exc:
        raise PublishFailure(f"mail: an address cannot be used: {exc}") from None
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(markdown.render(record, language))
    return made


def send(mail: Mail, made: EmailMessage) -> str:
    """Hands it to the server; returns its place. PublishFailure."""
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context(cafile=mail.ca_path))
            if mail.username:
                server.login(mail.username, mail.password or "")
            server.send_message(made)
    except (OSError, smtplib.SMTPException, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or type(exc).__name__
        raise PublishFailure(f"mail: {mail.place}: {reason}") from None  # what the server says may repeat what it was told
    return mail.place


__all__ = ("Mail", "Told", "message", "news", "post", "send")
