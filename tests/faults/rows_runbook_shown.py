# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook and document: what of a document its readers see, and what only the wiki or site adds to it. Real files.

How they could pass without deserving it; each is a row below:

- what fills a section is the frame of its page: categories, comments, a foot, links to edit, an expand with nothing in it;
- it is struck out, in Markdown, in HTML, by a style; or its heading is;
- it is the prompt of a template of Word or Confluence.

How they could fail without reason: a callout of Notion, Starlight or Antora is an ``aside``, as a bar at the side is; headings by role;
an owner and a date below a title beside which the sections have headings of the same level.
"""

from __future__ import annotations

import typing as t

from rows_runbook import BODY, FRONT, day, written
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
ROLLBACK = "Deploy the version before.\n"
SECTIONS = ("Symptoms", "Diagnosis", "Mitigation", "Escalation", "Rollback")


def saying(text: str) -> Arrange:
    return written((FRONT + BODY).replace(ROLLBACK, text.replace("{", "{{").replace("}", "}}") + "\n"))


def page(body: str, *, sections: t.Sequence[str] = ("rollback",)) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        head = f"<meta name='owner' content='t-pay'><meta name='last_reviewed' content='{day(9)}'>"
        (world.folder / "runbook.html").write_text(f"<html><head>{head}</head><body><h1>Payments</h1>{body}</body></html>")
        return {"path": str(world.folder / "runbook.html"), "sections": list(sections), "check_links": False}

    return arrange


def at_end(text: str) -> Arrange:
    return page(f"<h2>Mitigation</h2><p>Restart it.</p><h2>Rollback</h2>{text}")


def at_top(text: str) -> Arrange:
    """A runbook that says who owns it below its title, and whose sections have headings of the first level."""
    sections = "".join(f"# {name}\n\nDo this for it.\n\n" for name in SECTIONS)
    return written(text.replace("{", "{{").replace("}", "}}").replace("DAY", day(9)) + "\n\n" + sections)


FRAMES = (
    "<div class='printfooter'>Retrieved from <a href='https://w.example/P'>https://w.example/P</a></div>",
    "<div id='catlinks'><a href='/c'>Categories</a>: <a href='/r'>Runbooks</a></div>",
    "<ul id='footer-info'><li id='footer-info-lastmod'>This page was last edited on 3 October.</li></ul>",
    "<span class='mw-editsection'><span>[</span><a href='/e'>edit source</a><span>]</span></span>",
    "<div id='comments-section'><p>Jane: when will this be written?</p><div>Soon, I hope.</div></div>",
    "<div class='like-summary'>Be the first to like this</div><div>No labels</div>",
    "<div class='pageSection group'><div>Attachments</div></div>",
    "<div class='expand-container'><div class='expand-control'><img src='x.png'><span>Click here to expand...</span></div>"
    "<div class='expand-content' style='display:none'></div></div>",
    "<div class='footer'><p>Copyright 2026 Bank</p></div>",
    "<div class='rst-footer-buttons'><a href='/x'>Previous</a><a href='/y'>Next</a></div>",
    "<button>Copy</button>",
    "<a class='theme-edit-this-page' href='/e'>Change it</a>",
    "<p><span class=PlaceholderText>Anything a template may ask for.</span></p>",
    "<p><del>Deploy the version before.</del></p>",
    "<p><s>Deploy</s> <strike>it</strike></p>",
    "<p><span style='color:red; text-decoration: line-through'>Deploy it.</span></p>",
    "<p>Edit this page</p>",
    "<p>Last updated on Oct 1, 2026 by Jane Doe</p>",
    "<p>Was this page helpful? Yes No</p>",
    "<p><a href='#payments'>Back to top</a></p>",
    "<p>Retour en haut</p>",
    "<p>No labels</p>",
    "<p>Click here to expand...</p>",
    "<p>[edit | edit source]</p>",
)
SHOWN = (
    "<aside class='note'><p>Deploy the version before.</p></aside>",
    "<div class='warning'>Deploy the version before.</div><div class='footer'>Copyright</div>",
    "<div class='expand-container'><div class='expand-control'>Click here</div>"
    "<div class='expand-content' style='display:none'><p>Deploy the version before.</p></div></div>",
    "<p>Deploy <del>1.3</del> <ins>1.2</ins>.</p>",
    "<table><tr><td>1</td><td>Deploy <span style='text-decoration:line-through'>1.3</span> 1.2</td></tr></table>",
    "<p>Press <button>Deploy</button> of the release before.</p>",
    "<div class='footer'>Copyright<div>x</div></div><p>Deploy the version before.</p>",
    "<p>Last updated rows are deleted first: run trim.</p>",
    "<p>Back to top speed: deploy the version before.</p>",
)
STRUCK = (
    "~~Deploy the version before.~~",
    "- ~~Stop~~\n- ~~Deploy~~",
    "~~`deploy --previous`~~",
    "<del>Deploy it.</del>",
    "~~[x](https://x.invalid/)~~",
)
BACK = ("[Back to top](#payments)", "[⬆ Back to top](#payments)\n\n---", "*Last updated: 2026-10-01*", "© 2026 Bank. Confidential.")
KEPT = (
    "Deploy ~~1.3~~ 1.2.",
    "Deploy the version of `<s>` and `<del>`.",
    "Call deploy <s> <version>, then restart.",
    "<aside>\n💡 Deploy the version before.\n\n</aside>",
    "<aside>\n\nDeploy the version before.\n\n</aside>",
    "Back to top of the queue: deploy it.",
)
ROWS = [
    *(Row("runbook", f"the page adds {text[:40]}", at_end(text), "fail", "section rollback") for text in FRAMES),
    *(Row("runbook", f"a page says {text[:50]}", at_end(text), "pass", "1 section") for text in SHOWN),
    *(Row("runbook", f"struck out or frame: {text[:40]!r}", saying(text), "fail", "section rollback") for text in (*STRUCK, *BACK)),
    *(Row("runbook", f"said all the same: {text[:40]!r}", saying(text), "pass", "5 sections") for text in KEPT),
    Row(
        "runbook",
        "each heading of MediaWiki has its links to edit, below it nothing",
        page("".join(
            f"<div class='mw-heading mw-heading2'><h2>{name}</h2><span class='mw-editsection'>[<a href='/e'>edit</a>]</span></div>"
            for name in SECTIONS
        ), sections=["diagnosis", "rollback"]),
        "fail", "section diagnosis .*is empty",
    ),
    Row(
        "runbook",
        "a bar at the side, behind the content",
        page("<main><h2>Rollback</h2></main><aside><p>Deploy the version before.</p></aside>"), "fail", "is empty",
    ),
    Row(
        "runbook",
        "a bar at the side, behind a box of two headings",
        page("<div><h2>Impact</h2>x<h2>Rollback</h2></div><aside><p>Deploy it.</p></aside>"), "fail", "is empty",
    ),
    Row(
        "runbook",
        "a bar that says that it is one",
        page("<h2>Rollback</h2><aside class='right-sidebar'><p>Deploy it.</p></aside>"), "fail", "is empty",
    ),
    Row(
        "runbook",
        "a note of Starlight, whose headings stand in boxes",
        page("<main><div><h2>Rollback</h2></div><aside aria-label='Note' class='starlight-aside'><p>Deploy it.</p></aside></main>"),
        "pass", "1 section",
    ),
    Row(
        "runbook",
        "headings by their role",
        page("".join(f"<div role='heading' aria-level='2'><div>{name}</div></div><p>Do it.</p>" for name in SECTIONS)), "pass", "1 section",
    ),
    Row(
        "runbook",
        "a heading by its role, with nothing below it",
        page("<div role='heading' aria-level='2'>Rollback</div>"), "fail", "is empty",
    ),
    Row("runbook", "a heading that is struck out", written(FRONT + BODY.replace("# Rollback", "# ~~Rollback~~")), "fail", "is missing"),
    Row(
        "runbook",
        "the anchor of a heading has what is struck out of it",
        saying("Deploy it, see [old](#old-new-way).\n\n## ~~Old~~ New way\n\nx y"), "pass", "5 sections",
    ),
    *(
        Row("runbook", f"sections of the first level below {name}", at_top(text), "pass", "an owner .Jane Doe.")
        for name, text in {
            "lines": "# Payments\n\nOwner: Jane Doe\nLast reviewed: DAY",
            "a table": "# Payments\n\n| Owner | Jane Doe |\n|---|---|\n| Last reviewed | DAY |",
            "a title of an alert": "# Alert: PaymentsDown\n\nOwner: Jane Doe\nLast reviewed: DAY",
        }.items()
    ),
    Row(
        "runbook",
        "what the first section of several says is not of the document",
        at_top("# Overview\n\nOwner: Jane Doe\nLast reviewed: DAY"), "fail", "no owner is named",
    ),
]  # fmt: skip

__all__ = ("ROWS",)
