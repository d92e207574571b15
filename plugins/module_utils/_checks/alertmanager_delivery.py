# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification of a synthetic alert arrives where it is read. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import typing as t

from .._argspec import Spec, http_spec
from .._clients.alertmanager import Alertmanager, label_sets
from .._clients.alertmanager_alerts import JSON, Alert, Alerts, Counters, synthetic
from .._clients.alertmanager_routes import Labels
from .._clients.far_end import Address, FarEnd, File, Mail, new_mark, same_server
from .._clients.last_will import LastWill
from .._clients.mailbox import MailAccount
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, unknown, warned
from .._http import Connection
from .._listing import every
from .._phrase import Message, phrase
from .._runner import Runner
from ._notification_path import Path, Sent, find_path, sent_by
from ._receipt import RECEIPT_SPEC, ReceiptArguments, receipt_connection
from ._suppressed import suppressed_by

WHERE = "controller"
TIMEOUT = 600.0  # its deadline says how long it may take
SPARE = 6.0  # seconds of the time allowed that are left for withdrawing the alert and for counting
LONGER = 30.0  # seconds that the alert outlives its deadline if nobody withdraws it
COUNTED = 2.0  # seconds until a notification that has arrived is counted, and those of the other integrations
MARGIN = 2.0  # seconds by which times may differ: Alertmanager tells its own to the second
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "labels": {"type": "dict", "default": {}},
    "receivers": {"type": "list", "elements": "str", "default": []},
    "deadline": {"type": "str", "default": "2m"},
    "interval": {"type": "str", "default": "2s"},
    **RECEIPT_SPEC,
    "receipt_file": {"type": "path"},
    "imap_host": {"type": "str"},
    "imap_port": {"type": "int"},
    "imap_username": {"type": "str"},
    "imap_password": {"type": "str", "no_log": True},
    "imap_folder": {"type": "str", "default": "INBOX"},
    "imap_tls": {"type": "str", "choices": ["implicit", "starttls", "none"], "default": "implicit"},
    "imap_ca_path": {"type": "path"},
}
CONSTRAINTS = {
    "mutually_exclusive": [("receipt_url", "receipt_file", "imap_host")],
    "required_by": {"imap_host": ("imap_username", "imap_password")},
}
DURATIONS = ("deadline", "interval")
ALERTNAME = "OperabilityDeliveryTest"
MARK_LABEL = "operability_mark"


class Arguments(ReceiptArguments):
    url: str
    labels: dict[str, object]
    receivers: list[str]
    deadline: float
    interval: float
    receipt_file: str | None
    imap_host: str | None
    imap_port: int | None
    imap_username: str | None
    imap_password: str | None
    imap_folder: str
    imap_tls: str
    imap_ca_path: str | None


def writes(_args: t.Mapping[str, object]) -> bool:
    """It posts an alert: not in check mode."""
    return True


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    said = {"imap_username": args["imap_username"], "imap_password": args["imap_password"], "imap_folder": args["imap_folder"]}
    found = [f"{name}: expected one line of text" for name, text in said.items() if any(ord(character) < 32 for character in text or "")]
    if args["receipt_url"] and same_server(args["receipt_url"], args["url"]):
        found.append("receipt_url is an address of the Alertmanager itself: it knows of the alert before anybody is told of it")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    if runner.remaining(args["deadline"] + 3600) <= args["deadline"] + SPARE:
        said = phrase(
            "the time allowed for this check must be at least {spare:duration} longer than its deadline ({deadline:duration})",
            spare=SPARE,
            deadline=args["deadline"],
        )
        raise CannotObserve(said)
    server, mark = Alertmanager(Connection.from_args(args), runner), new_mark()
    labels = {"alertname": ALERTNAME, "severity": "critical", **label_sets([args["labels"]])[0], MARK_LABEL: mark}
    path = find_path(server, labels, MARK_LABEL, args["receivers"])
    if path.problem:
        return failed(path.problem, observed=path.observed(), expected={"receivers": list(args["receivers"])})
    far_end = far_end_of(args, runner)
    if far_end:
        far_end.prepare(mark)
    test = _Test(args, runner, Alerts(server), path, labels, mark, far_end)
    return test.run()


def far_end_of(args: Arguments, runner: Runner) -> FarEnd | None:
    """Where the notification must arrive; None where that is not said."""
    if args["receipt_url"]:
        return Address(receipt_connection(args), runner)
    if args["receipt_file"]:
        return File(args["receipt_file"])
    if args["imap_host"]:
        account = MailAccount(
            args["imap_host"],
            args["imap_username"] or "",
            args["imap_password"] or "",
            args["imap_folder"],
            args["imap_port"],
            args["imap_tls"],
            args["imap_ca_path"],
        )
        return Mail(account, runner)
    return None


class _Test:
    """One synthetic alert, from its posting to its withdrawal."""

    def __init__(
        self, args: Arguments, runner: Runner, alerts: Alerts, path: Path, labels: Labels, mark: str, far_end: FarEnd | None
    ) -> None:
        self.args, self.runner, self.alerts, self.path, self.labels, self.mark = args, runner, alerts, path, labels, mark
        self.far_end, self.deadline = far_end, args["deadline"]
        self.trouble: CannotObserve | None = None  # of the last look at the far end
        self.left_standing: Message | None = None
        self.began = self.latency = 0.0
        self.begun = self.early = False  # that Alertmanager has begun to notify; that the mark was there before it had

    def run(self) -> Finding:
        before = self.alerts.counters()
        if before is None and self.far_end is None:
            said = phrase(
                "{server} does not show its counters (/metrics), and no receipt is declared: nothing could prove a delivery, "
                "nothing was sent",
                server=self.alerts.server.name,
            )
            raise self.alerts.server.trouble(said)
        self.path.must_be_in_time(self.deadline, self.alerts)
        with self._posted():
            suppressed = self._suppressed()
            seen = suppressed is None and self._wait(before)
            if seen and self.far_end is not None:
                self.far_end.proves()
            if not seen and suppressed is None:
                suppressed = self._suppressed()  # it may have been silenced meanwhile
            counted = self._counted(before, seen=seen)
        return self._complete(self._judge(seen, suppressed, counted))

    # -- what is done

    @contextlib.contextmanager
    def _posted(self) -> t.Iterator[None]:
        """The alert stands meanwhile, and is withdrawn however this ends."""
        server, starts = self.alerts.server, self.alerts.now()
        self.began = self.runner.clock.monotonic()
        notes = {
            "summary": f"Delivery test {self.mark}: nothing is wrong",
            "description": f"Sent by operability.readiness to see whether notifications arrive. Nothing needs to be done. {self.mark}",
        }
        link = f"http://operability.invalid/{self.mark}"
        lasts = self.deadline + LONGER

        def alert(seconds: float) -> dict[str, object]:
            return synthetic(self.labels, notes, starts, starts + dt.timedelta(seconds=seconds), link)

        # until it is known when it ends, it ends as early as it can
        will = LastWill(server.connection, "POST", server.base + "/api/v2/alerts", json.dumps([alert(0.001)]), JSON, lasts)
        try:
            keeper = will.__enter__()
        except OSError as exc:
            said = phrase(
                "no process can be started that would withdraw the alert if this one is killed: {reason}", reason=exc.strerror or ""
            )
            raise CannotObserve(said) from None
        try:
            self.alerts.post(alert(lasts))
            yield
        finally:
            try:
                self.alerts.post(alert(max(0.001, self.runner.clock.monotonic() - self.began)), timeout=5.0)
                keeper.take_back()
            except CannotObserve as exc:
                self.left_standing = phrase(
                    "the alert could not be withdrawn ({reason}); it ends by itself at {end:moment}",
                    reason=exc.message,
                    end=isoformat(starts + dt.timedelta(seconds=lasts)),
                )
            finally:
                keeper.__exit__()

    def _suppressed(self) -> Message | None:
        held, mine = self._held()
        return suppressed_by(mine, held, self.alerts.server) if mine else None

    def _held(self) -> tuple[list[Alert], Alert | None]:
        held: list[Alert] = []
        mine = None
        for _try in range(5):
            held = self.alerts.held()
            mine = next((alert for alert in held if alert.labels.get(MARK_LABEL) == self.mark), None)
            if mine and mine.state != "unprocessed":
                break
            self.runner.sleep(0.2)
        return held, mine

    def _wait(self, before: Counters | None) -> bool:
        """Whether the mark was seen, or without a far end, whether each integration has notified."""
        while True:
            last = self._waited() >= self.deadline
            if self._is_there(before, last=last):
                self.latency = self._waited()
                return True
            if last or (self.far_end and (self.far_end.reflects or self._lost())):
                return False
            self.runner.sleep(max(0.05, min(self.args["interval"], self.deadline - self._waited())))

    def _waited(self) -> float:
        return self.runner.clock.monotonic() - self.began

    def _is_there(self, before: Counters | None, *, last: bool) -> bool:
        if self.far_end is None:
            now = self.alerts.counters()
            return now is not None and before is not None and sent_by(self.path, now.since(before)).all_succeeded
        try:
            seen = self.far_end.arrived(self.mark, sent=self._has_begun(before) or last)
        except CannotObserve as exc:
            self.trouble = exc
            return False
        self.trouble = None
        self.early = seen and before is not None and not self._has_begun(before)
        return seen

    def _has_begun(self, before: Counters | None) -> bool:
        """Whether Alertmanager has begun to notify; by its waiting time where it does not count that."""
        if not self.begun:
            now = self.alerts.counters() if before is not None else None
            if before is None or now is None:
                return self._waited() >= self.path.soonest
            self.begun = sent_by(self.path, now.since(before)).begun
        return self.begun

    def _lost(self) -> Message | None:
        """What came back in place of a receipt, where nobody tries again."""
        back = self.far_end.returned if self.far_end else None
        return back.message if back and back.lost else None

    def _counted(self, before: Counters | None, *, seen: bool) -> Counters | None:
        """What was counted meanwhile. A notification is counted a moment after it has arrived, and others may notify later."""
        if before is None:
            return None
        latest = 0.0 if self.path.alone else self.began + min(self.path.latest + COUNTED, self.deadline)
        end = max(self.runner.clock.monotonic() + COUNTED, latest)
        while True:
            now = self.alerts.counters()
            counted = now.since(before) if now else None
            tried = counted is None or sent_by(self.path, counted).all_tried
            if not seen or tried or self.runner.clock.monotonic() >= end:
                return counted
            self.runner.sleep(0.2)

    # -- what it is worth

    def _judge(self, seen: bool, suppressed: Message | None, counted: Counters | None) -> Finding:
        fields = self._fields(seen)
        sent = sent_by(self.path, counted) if counted else None
        if suppressed is not None:
            said = phrase(
                "nothing was proven: the synthetic alert with {labels} is {suppressed}", labels=self.path.shown, suppressed=suppressed
            )
            return unknown(said, **fields)
        if self.far_end and self.far_end.reflects:
            said = phrase("{far_end:path} has whatever mark it is asked for: it proves nothing", far_end=self.far_end.name)
            return unknown(said, **fields)
        lost = self._lost()
        if lost and not seen:
            return failed(self._not_there(lost), **fields)
        if sent and sent.failure and not seen:
            return failed(self._not_there(sent.failure), **fields)
        if self.far_end is None:
            if sent and sent.unclear:
                return unknown(sent.unclear, **fields)
            if not seen and sent and sent.pending and sent.mixed:
                return unknown(sent.pending, **fields)
            if not seen and sent and sent.succeeded:
                said = phrase(
                    "not each integration has notified of the synthetic alert within {deadline:duration}: {integrations}",
                    deadline=self.deadline,
                    integrations=self.path.integrations,
                )
                return failed(said, **fields)
            if not seen:
                return self._never_sent(fields)
            said = phrase(
                "Alertmanager accepted the synthetic alert and sent it by {integrations}: accepted, not proven delivered "
                "(no receipt is declared)",
                integrations=self.path.integrations,
            )
            return warned(said, **fields)
        if not seen:
            return self._not_seen(sent, fields)
        return self._seen(sent, lost, fields)

    def _seen(self, sent: Sent | None, lost: Message | None, fields: Facts) -> Finding:
        name = self.far_end.name if self.far_end else ""
        if self.latency < self.path.soonest - MARGIN:
            said = phrase(
                "{far_end:path} had the mark after {latency:duration}, but Alertmanager notifies after {wait:duration} (group_wait): "
                "it shows what Alertmanager holds, and not what arrives",
                far_end=name,
                latency=round(self.latency, 1),
                wait=self.path.soonest,
            )
            return unknown(said, **fields)
        if sent and not sent.begun:
            said = phrase(
                "{far_end:path} has the mark, but Alertmanager has sent no notification: it was not a notification that brought it there",
                far_end=name,
            )
            return unknown(said, **fields)
        if self.early:
            said = phrase(
                "{far_end:path} had the mark before Alertmanager had begun to notify: it was not a notification that brought it there",
                far_end=name,
            )
            return unknown(said, **fields)
        said = phrase(
            "a notification of the synthetic alert arrived at {far_end:path} within {latency:duration}, the limit is {deadline:duration} "
            "(by {integrations})",
            far_end=name,
            latency=max(0.1, round(self.latency, 1)),
            deadline=self.deadline,
            integrations=self.path.integrations,
        )
        if sent and sent.all_failed and self.path.others:
            why = phrase(
                "what arrived at {far_end:path} was that of another receiver: {failure}", far_end=name, failure=sent.failure or said
            )
            return failed(why, **fields)
        # of one integration alone, what arrives has been sent, whatever it counts of the notifications of others
        doubts = sent.failure or (None if self.path.alone else sent.unclear or sent.pending) if sent else None
        if lost or doubts:
            # by whom is what is doubted
            said = phrase(
                "a notification of the synthetic alert arrived at {far_end:path} within {latency:duration}, the limit is "
                "{deadline:duration}",
                far_end=name,
                latency=max(0.1, round(self.latency, 1)),
                deadline=self.deadline,
            )
            return warned(phrase("{arrived}; but {failure}", arrived=said, failure=lost or doubts), **fields)
        if sent and sent.unclear:
            fields["details"] = [sent.unclear]
        return passed(said, **fields)

    def _not_seen(self, sent: Sent | None, fields: Facts) -> Finding:
        if self.trouble is not None:
            said = phrase(
                "whether the notification arrived is not known: {reason} (asked for {deadline:duration})",
                reason=self.trouble.message,
                deadline=self.deadline,
            )
            return unknown(said, **fields)
        late = self.path.may_be_later(self.deadline) if self.path.joined else None
        if late:  # what was counted meanwhile may have been of others
            return unknown(late, **fields)
        back = self.far_end.returned if self.far_end else None
        if back:
            return failed(self._not_there(back.message), **fields)
        if sent is None:
            return failed(self._not_there(phrase("Alertmanager does not show whether it sent anything")), **fields)
        if sent.succeeded:
            why = phrase("Alertmanager says that it was sent by {integrations}", integrations=self.path.integrations)
            return failed(self._not_there(why), **fields)
        if sent.begun:
            why = phrase("Alertmanager had begun to send it by {integrations}, and was not answered", integrations=self.path.integrations)
            return failed(self._not_there(why), **fields)
        return self._never_sent(fields)

    def _never_sent(self, fields: Facts) -> Finding:
        late = self.path.may_be_later(self.deadline)
        if late:
            return unknown(late, **fields)
        said = phrase(
            "Alertmanager accepted the synthetic alert and sent no notification of it within {deadline:duration} ({receivers})",
            deadline=self.deadline,
            receivers=every(self.path.receivers),
        )
        return failed(said, **fields)

    def _not_there(self, why: Message) -> Message:
        if self.far_end is None:
            return why
        return phrase(
            "no notification of the synthetic alert arrived at {far_end:path} within {deadline:duration}: {why}",
            far_end=self.far_end.name,
            deadline=self.deadline,
            why=why,
        )

    def _fields(self, seen: bool) -> Facts:
        observed: dict[str, object] = {**self.path.observed(), "mark": self.mark, "arrived": bool(seen and self.far_end)}
        fields: Facts = {
            "observed": observed,
            "expected": {"deadline_seconds": self.deadline, "receivers": list(self.args["receivers"])},
        }
        if self.far_end:
            fields["expected"]["receipt"] = self.far_end.name
        if seen and self.far_end:
            observed["latency_seconds"] = round(self.latency, 3)
            fields["measurements"] = [Measurement("alert_delivery_seconds", round(self.latency, 3), self.deadline, "upper")]
        return fields

    def _complete(self, finding: Finding) -> Finding:
        if self.left_standing:
            finding.details = [*finding.details, self.left_standing]
        return finding


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "far_end_of", "problems", "run", "writes")
