# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook: pages of Confluence, as its storage format has them and as it exports them. Real files.

How they could pass without deserving it; each is a row below:

- a macro is there and has nothing in it: a list of contents, something to unfold, a block of code with a comment alone;
- a task is to be done by who writes the page; words that only its author sees (ac:placeholder), parameters that nobody sees;
- what is shown is made elsewhere: another page that is included, its children, a drawing: not seen, so unknown;
- a badge at the top says DRAFT.

False alarms: commands in CDATA, with > and < in them; links by title, which cannot be followed; bodies of macros; mentions of people.
"""

from __future__ import annotations

import typing as t

from rows_runbook import day
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
HEAD = (
    "<table><tbody><tr><th>Owner</th><td>team-payments</td></tr><tr><th>Last reviewed</th><td><time datetime='{reviewed}' /></td></tr>"
    "</tbody></table>"
)


def macro(name: str, body: str = "", **parameters: str) -> str:
    said = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in parameters.items())
    return f'<ac:structured-macro ac:name="{name}" ac:schema-version="1" ac:macro-id="6f1c">{said}{body}</ac:structured-macro>'


def rich(body: str) -> str:
    return f"<ac:rich-text-body>{body}</ac:rich-text-body>"


def plain(body: str) -> str:
    return f"<ac:plain-text-body><![CDATA[{body}]]></ac:plain-text-body>"


def task(body: str, status: str = "incomplete") -> str:
    return (
        f"<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>{status}</ac:task-status>"
        f"<ac:task-body><span>{body}</span></ac:task-body></ac:task></ac:task-list>"
    )


def page(title: str = "", text: str = "") -> str:
    body = f"<ac:plain-text-link-body><![CDATA[{text}]]></ac:plain-text-link-body>" if text else ""
    return f'<ac:link><ri:page ri:content-title="{title}" />{body}</ac:link>'


def saying(body: str, *, top: str = "", name: str = "page.xml") -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        text = f"{top}{HEAD.format(reviewed=day(9))}<h2>Rollback</h2>{body}<h2>Contacts</h2><p>4711</p>"
        (world.folder / name).write_text(text)
        return {"path": str(world.folder / name), "sections": ["rollback", "escalation"]}

    return arrange


SOMETHING = {
    "code": macro("code", plain("helm rollback payments 3 && echo done > /tmp/x\nkubectl get pods -o <json>"), language="bash"),
    "no format": macro("noformat", plain("helm rollback payments")),
    "unfolds": macro("expand", rich("<p>Deploy the version before.</p>"), title="Steps"),
    "code in a panel": macro("panel", rich(macro("code", plain("helm rollback payments")))),
    "a note": macro("info", rich("<p>Deploy the version before.</p>")),
    "a task": task("Stop the service"),
    "a task that is done": task("Stop the service", "complete"),
    "a link by title": f"<p>{page('The way back')}</p>",
    "a link with its words": f"<p>See {page('Way', 'the way back')}.</p>",
    "a mention": '<p>Call <ac:link><ri:user ri:account-id="5d1a" /></ac:link></p>',
    "a picture": '<p><ac:image ac:alt="The queue falls"><ri:attachment ri:filename="queue.png" /></ac:image></p>',
    "columns": "<ac:layout><ac:layout-section><ac:layout-cell><p>Deploy it.</p></ac:layout-cell></ac:layout-section></ac:layout>",
    "a badge in a row": f"<table><tbody><tr><td>Stop</td><td>{macro('status', title='DONE', colour='Green')}</td></tr></tbody></table>",
    "contents, and words": f"{macro('toc')}<p>Deploy the version before.</p>",
    "exported": '<div class="code panel"><pre class="syntaxhighlighter-pre">helm rollback payments</pre></div>',
}
NOTHING = {
    "contents": macro("toc", maxLevel="2"),
    "contents that close themselves": '<ac:structured-macro ac:name="toc" />',
    "unfolds, and empty": macro("expand", rich("<p><br /></p>"), title="Steps"),
    "a comment in code": macro("code", plain("# TODO"), language="bash", title="Rollback of payments"),
    "empty code": macro("code", plain(""), language="bash", title="Rollback of payments"),
    "a task to be done": task("TODO"),
    "a task to write it": task("TODO: write this section"),
    "words for its author": "<p><ac:placeholder>Describe how to go back</ac:placeholder></p>",
    "a badge": f"<p>{macro('status', title='TODO', colour='Red')}</p>",
    "an anchor": macro("anchor", **{"": "here"}),
    "exported contents": '<div class="toc-macro rbtoc1"><ul class="toc-indentation"><li><a href="#Contacts">Contacts</a></li></ul></div>',
    "a rule": "<hr />",
}
UNSEEN = {
    "a page that is included": (macro("include", **{"": page("Shared rollback")}), "Shared rollback"),
    "an excerpt of a page": (macro("excerpt-include", **{"": page("Shared rollback"), "nopanel": "true"}), "Shared rollback"),
    "its children": ('<ac:structured-macro ac:name="children" />', "children"),
    "a drawing": (macro("drawio", diagramName="flows", width="600"), "drawio: flows"),
    "a query": (macro("jira", jqlQuery="project = PAY", server="Jira"), "jira"),
}
ROWS = [
    *(
        Row("runbook", f"Confluence: {state}", saying(body), "pass", "2 sections, an owner .team-payments")
        for state, body in SOMETHING.items()
    ),
    *(
        Row("runbook", f"Confluence: only {state}", saying(body), "fail", "the section rollback .* (is empty|says only)")
        for state, body in NOTHING.items()
    ),
    *(
        Row("runbook", f"Confluence: only {state}", saying(body), "unknown", f"included where the page is built .*{named}")
        for state, (body, named) in UNSEEN.items()
    ),
    Row(
        "runbook",
        "Confluence: only a picture",
        saying('<p><ac:image><ri:attachment ri:filename="queue.png" /></ac:image></p>'),
        "unknown",
        "has only a picture",
    ),
    Row(
        "runbook",
        "Confluence: a badge at the top",
        saying("<p>Deploy it.</p>", top=f"<p>{macro('status', title='DRAFT', colour='Yellow')}</p>"),
        "fail",
        "not final",
    ),
    Row(
        "runbook",
        "Confluence: a warning at the top",
        saying("<p>Deploy it.</p>", top=macro("warning", rich("<p>This page is obsolete, see the other.</p>"))),
        "fail",
        "no longer to be used",
    ),
    Row(
        "runbook",
        "Confluence: a badge at the top that is none",
        saying("<p>Deploy it.</p>", top=f"<p>{macro('status', title='APPROVED')}</p>", name="page.html"),
        "pass",
        "2 sections",
    ),
]

__all__ = ("ROWS",)
