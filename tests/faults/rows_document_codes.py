# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""document, the preset call_script: the error codes of the service against those of the script. Real files.

How it could pass without deserving it; each is a row below:

- a code stands in a table of contents, in a link, as a title, in a list, in a section of what is not covered, and nowhere else;
- its answer is to be written, is in the wiki, is itself, is that of a code which refers back;
- it is a part of another code; it lies beside a range, or is left out of one; it is a word of the prose;
- a range or pattern of everything answers it; a footnote is read as a pattern;
- of several files that show codes one shows none, is compressed, cannot be followed.

False alarms: ranges and patterns as people write them, hyphens that are not hyphens, mark-up within a code, other capitals; answers below
a title, beside a link, of another code; columns for notes.
"""

from __future__ import annotations

import gzip
import os
import typing as t

from rows_document import script, with_source
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
OWN = "| PAY-1002 | Try again in ten minutes. |\n"
TABLE = "| PAY-1001 | The card was refused, call the bank. |\n" + OWN
BARE, MISSING = "PAY-1002, and says nothing of them", "PAY-1002 are not in it"
HUNDRED = ("E100", "E103", "E105")


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("document", f"codes: {state}", arrange, status, message)


def instead(lines: str) -> Arrange:
    """These in place of the row of PAY-1002."""
    return script(old=OWN, new=lines, blocking_sections=[])


def hundred(lines: str, codes: t.Sequence[str] = HUNDRED) -> Arrange:
    return script(old=TABLE, new=lines, codes=list(codes))


def files(**contents: bytes) -> Arrange:
    """Files that show codes, by their names without the dot."""

    def arrange(world: World) -> dict[str, t.Any]:
        for name, content in contents.items():
            (world.folder / name.replace("_", ".")).write_bytes(content)
        sources = [str(world.folder / name.replace("_", ".")) for name in contents]
        return with_source(None, codes_from=sources)(world)

    return arrange


def loop(world: World) -> dict[str, t.Any]:
    os.symlink(world.folder / "app.log", world.folder / "app.log")
    return with_source(None, codes_from=[str(world.folder / "app.*")])(world)


def pipe(world: World) -> dict[str, t.Any]:
    os.mkfifo(world.folder / "app.log")
    return with_source(None, codes_from=[str(world.folder / "app.log")])(world)


RANGES = (
    *("E100-E105", "E100 à E105", "E100..E105", "E100 to E105", "de E100 à E105", "between E100 and E105", "E100\u2013E105", "E100 - E105"),
    *("E100\u2026E105", "E100-105", "E10x", "E1xx", "E10*", "`E100` to `E105`", "e100-e105", "E100, E103, E105", "E100/E103/E105"),
)
FORMS = (
    *("PAY\u20111002", "PAY\u20131002", "PAY\u00ad-1002", "PAY-\u200b1002", "PAY\\-1002", "<code>PAY-1002</code>", "**PAY**-1002"),
    *("PAY&#8209;1002", "pay-1002", "PAY 1002", "[PAY-1002](#answers)"),
)
UNSAID = (
    *("à compléter", "see the wiki", "Voir le wiki", "not covered", "non couvert", "[wiki](#answers)", "-", "N/A", "PAY-1002"),
    *("to be written in 1.5", "pas de consigne", "No instruction yet", "see PAY-1003"),
)
SAID = (
    "Call 4711",
    "Rappeler",
    "Say that it is not covered by the contract",
    "See with the bank whether it is blocked",
    "Check the amount",
)
ROWS = [
    *[row(f"a range {said}", hundred(f"| {said} | Call the bank. |\n"), "pass", "3 error codes") for said in RANGES],
    row("a range as a title", hundred("\n### E100 to E105\n\nCall the bank.\n"), "pass", "3 error codes"),
    row("a range in an item", hundred("\n- E100 à E105 : appeler la banque\n"), "pass", "3 error codes"),
    *[row(f"written as {ascii(said)}", instead(f"| {said} | Call 4711. |\n"), "pass", "2 error codes") for said in FORMS],
    *[row(f"'{said}'", instead(f"| PAY-1002 | {said} |\n"), "pass", "2 error codes") for said in SAID],
    row("a title with its answer", instead("\n### PAY-1002\n\nCall 4711.\n"), "pass", "2 error codes"),
    row("a paragraph below its name", instead("\n**PAY-1002**\n\nCall 4711.\n"), "pass", "2 error codes"),
    row("the answer of another", instead("| PAY-1002 | same as PAY-1001 |\n"), "pass", "2 error codes"),
    row("in a sentence", instead("\nWhoever reads PAY-1002 calls the bank.\n"), "pass", "2 error codes"),
    row("a word in capitals", hundred("| CARD_REFUSED | Call the bank. |\n", ["CARD_REFUSED"]), "pass", "1 error code"),
    row(
        "a column for notes",
        script(
            old="| Code | What to say |\n| --- | --- |\n" + TABLE,
            new="| Code | Text | Notes |\n|---|---|---|\n| PAY-1001 | Call 4711 | - |\n| PAY-1002 | Call 4712 | |\n",
        ),
        "pass",
        "2 error codes",
    ),
    row(
        "two cases of one",
        script(
            old="| Code | What to say |\n| --- | --- |\n" + TABLE,
            new="| Code | Case | What to say |\n|---|---|---|\n| PAY-1002 | a card | Call 4711 |\n| PAY-1002 | a transfer | Wait |\n",
            codes=["PAY-1002"],
        ),
        "pass",
        "1 error code",
    ),
    # faults
    row("beside a range", hundred("| E100-E104 | Call the bank. |\n"), "fail", "error codes E105 are not in it"),
    row("left out of a range", hundred("| E100-E105, except E103 | Call the bank. |\n"), "fail", "error codes E103 are not in it"),
    row("left out of a range in French", hundred("| E100 à E105 (sauf E103) | Rappeler. |\n"), "fail", "error codes E103 are not in it"),
    row("renumbered", hundred("\nThe code was changed from E100 to E105, tell them.\n"), "fail", "E103 are not in it"),
    row("a footnote", hundred("| E10* | Call the bank. |\n", ["E10", "E100"]), "fail", "E100 are not in it"),
    row(
        "whatever comes",
        hundred("| E000-E999 | Call level 2. |\n"),
        "warn",
        "E100, E103, E105 it says only what it says of whatever code comes",
    ),
    row("whatever comes, as a pattern", instead("\nAny other code PAY-####: call level 2.\n"), "warn", "of whatever code comes"),
    *[
        row(f"within {said}", instead(f"| {said} | Call 4711. |\n"), "fail", MISSING)
        for said in ("PAY-10021", "XPAY-1002", "PAY-1002-7", "PAY-1002b", "PAY-1002.3", "A-PAY-1002")
    ],
    row("E10 within E100", hundred("| E100 | Call 4711. |\n", ["E10"]), "fail", "E10 are not in it"),
    row("a word of the prose", hundred("\nWait for the timeout.\n", ["TIMEOUT"]), "fail", "TIMEOUT are not in it"),
    row("in the capitals of another", hundred("| e10 | Call 4711. |\n", ["E10", "e10"]), "fail", "codes E10 are not in it"),
    *[row(f"answered with '{said}'", instead(f"| PAY-1002 | {said} |\n"), "fail", BARE) for said in UNSAID],
    row("a title, and TBD", instead("\n### PAY-1002\n\nsee the wiki\n"), "fail", BARE),
    row("in a table of contents", instead("\n- [PAY-1002](#answers)\n- [PAY-1002: card refused](#answers)\n"), "fail", BARE),
    row("in a list of contents", instead("\n## Contents\n\n- PAY-1002 card refused, page 4\n"), "fail", BARE),
    row("in a list of codes", instead("\n- PAY-1002\n- PAY-1003\n\nCall 4711.\n"), "fail", BARE),
    row("in a list of lines", instead("\nPAY-1002\nPAY-1003\n"), "fail", BARE),
    row("among those that are not covered", instead("\n## Codes not covered\n\n- PAY-1002: card refused\n"), "fail", BARE),
    row("in the answer to another", instead("| PAY-1003 | Not like PAY-1002: call 4711. |\n"), "fail", BARE),
    row(
        "two that refer to each other",
        script(old=OWN, new="| PAY-1002 | see PAY-1003 |\n| PAY-1003 | see PAY-1002 |\n", codes=["PAY-1002", "PAY-1003"]),
        "fail",
        "PAY-1002, PAY-1003, and says nothing",
    ),
    row("answered twice", instead(OWN + "| PAY-1002 | Hang up. |\n"), "warn", "answers PAY-1002 twice and differently"),
    # unseen
    row("two files that show codes", files(a_py=b"PAY-1001", b_log=b"at 12:00 PAY\xe2\x80\x911002 was shown\n"), "pass", "2 error codes"),
    row("one of two shows none", files(a_py=b"PAY-1001", b_log=b"all is well\n"), "unknown", "no error code like PAY-#### is in .*b.log"),
    row("an empty log", files(b_log=b""), "unknown", "no error code like PAY-####"),
    row("a compressed log", files(b_log=gzip.compress(b"PAY-1003\n" * 50)), "unknown", "is not a text"),
    row("a log of zeros", files(b_log=b"PAY-1001\0\0\0"), "unknown", "is not a text"),
    row("a link that leads to itself", loop, "unknown", "app.log"),
    row("a pipe", pipe, "unknown", "is no file"),
]
