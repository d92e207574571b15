# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other files than those with which a service was judged last, held against what these said. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ...module_utils._phrase import Message, phrase
from .._described.document import Document, Refused
from .._described.service import Run
from .._model.loosening import RUN, Leave, Loosening, Standing
from .._model.planned import Plan
from .._model.service_state import Expected, State
from .authority import RUNS_MAY, Authority
from .remarks import Remarks

FILE_REMEMBERED = dt.timedelta(days=30)
KEY = "readiness_organisation_file"


class HeldTo(Refused):
    """What the files of this run would let pass, and those of the last one enforce."""


@dataclasses.dataclass(frozen=True)
class Places:
    """What tells the files of a run from others, wherever they are checked out; empty where there is none."""

    organisation: str = ""
    service: str = ""


NOWHERE = Places()


def standing_of(plan: Plan, organisation: Document | None, run: Run, places: Places) -> Standing | None:
    """What the files of this run say, to be remembered."""
    if organisation is None:
        return None
    authority = Authority.of(organisation, service=plan.name, environment=run.environment, level=plan.level)
    return Standing(
        place=places.organisation,
        mode=plan.mode_of_files or plan.mode,
        spoken=authority.has_spoken,
        approvers=bool(organisation.of_organisation.get("approvers")),
        leave=authority.leave("files", by=RUN),
    )


def other_organisation(now: Standing | None, run: Run, before: Expected, remarks: Remarks) -> list[Loosening]:
    """Another organisation file than lately, or none, where it is milder. HeldTo, where the one there was enforces and gives no leave.

    What operations change in their own file is theirs; and a file that has moved is no matter as long as it says the same.
    """
    if not before.organisation_file or not before.organisation_seen:
        return []
    if dt.date.fromisoformat(run.today) - dt.date.fromisoformat(before.organisation_seen) > FILE_REMEMBERED:
        return []
    then = before.standing
    less = _milder(then, now)
    if less is None:
        return []
    if then and now and then.place and then.place == now.place:
        remarks.notices.append(phrase("the organisation's file has become milder since the last run: {what:sentences}", what=[less]))
        return []
    above = phrase("the last one was judged with {file:path} ({day:day})", file=before.organisation_file, day=before.organisation_seen)
    leave = then.leave if then else Leave.WAY_OVER
    if then and leave is Leave.REFUSED and then.mode == "enforce":
        raise HeldTo(
            [
                f"{KEY}: {less}; {above}, which enforces, and lets no run come with other files: name that file, "
                f"or have operations allow it there, and judge with it once ({RUNS_MAY}: [files])"
            ]
        )
    return [Loosening("files", KEY, "", less, above, RUN, leave=leave)]


def _milder(then: Standing | None, now: Standing | None) -> Message | None:
    """What of an organisation file is milder than what there was; None where nothing is."""
    if now is None:
        return phrase("this run was judged without an organisation file")
    if then is None:
        return None
    if then.mode == "enforce" != now.mode:
        return phrase("the files of this run only observe")
    if then.spoken and not now.spoken:
        return phrase("the organisation file of this run does not say who may loosen what")
    if then.approvers and not now.approvers:
        return phrase("the organisation file of this run names no approvers")
    return None


def other_service_file(plan: Plan, run: Run, state: State, places: Places, remarks: Remarks) -> None:
    """A service file that the command line puts in the place of the one with which the service was judged last."""
    if not run.started.service_file or not state.source or not places.service or state.source == places.service:
        return
    file = plan.inputs.get("service_file") or {}
    less = phrase("the command line names {file:path}, which lies in another place", file=str(file.get("path") or ""))
    remarks.loosen("files", "readiness_service_file", "", less, phrase("the last run was judged with another service file"), by=RUN)


__all__ = ("NOWHERE", "HeldTo", "Places", "other_organisation", "other_service_file", "standing_of")
