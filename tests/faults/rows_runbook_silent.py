# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook and document: sentences that say that nothing is written, templates left as they were, headings that say the contrary.

How they could pass without deserving it; each is a row below:

- the template asks, and nobody answered: Word's prompts, ``describe here``, guidance, questions, a box to tick for the author;
- a sentence says that nothing is written, known or decided, or that it comes later, in English or in French;
- the section has its heading again, a mark of a call-out without words;
- it says to look elsewhere, without an address: a warning, as who knows the place may find it;
- its heading says that there is none, that it is to be written, or no longer holds; or has its name as a part of another thing.

How they could fail without reason: an instruction begins as such a sentence does, and goes on.
"""

from __future__ import annotations

import rows_document
from rows_runbook import BODY, FRONT, written
from rows_runbook_empty import in_rst
from rows_runbook_shown import saying
from table import Row

NOTHING = (
    "Click or tap here to enter text.", "Cliquez ou appuyez ici pour entrer du texte.", "Add your rollback steps here.",
    "Describe here how to roll back.", "*Describe the steps needed to go back to the previous version. Include commands.*",
    "_Guidance: list the commands that undo the release, in order._", "> Describe the steps to undo the release.",
    "*Décrire ici la procédure de retour arrière.*", "[Insérer ici la procédure]", "What are the steps to undo the release?",
    "How do you roll back?", "(delete this line)", "Replace this text with the rollback steps.", "Please fill in.",
    "{{ rollback_steps }}",
    "- [ ] Write the rollback procedure", "- [ ] Rédiger la procédure de retour arrière", "To do: write it", "Phone: XX XX XX XX XX",
    "| Level | Who | Phone |\n|---|---|---|\n| N1 | Firstname Lastname | +33 X XX XX XX XX |",
    "| Qui | Tél |\n|---|---|\n| Prénom Nom | XX XX XX XX |",
    "Section à compléter", "Compléter cette section.", "Rédaction en cours…", "Section en construction",
    ":construction: Under construction",
    "Will be added later.", "Will follow", "We do not have a rollback procedure yet.", "There is no rollback procedure.",
    "Pas encore écrit",
    "Document en cours d'écriture", "Aucune procédure.", "Aucune consigne.", "No information", "Missing", "_No content._", "Don't know.",
    "to be confirmed with Bob", "À confirmer avec l'exploitation", "Owner to provide", "Jane to write the rollback",
    "Waiting for input from the vendor.", "En attente de l'éditeur.", "Ticket PAY-123 open to write this.", "RAS",
    "No rollback.", "Rollback", "Rollback procedure.", "The rollback steps", "Sera complétée ultérieurement.",
    "!!! warning\n    TODO", "!!! warning", ":::info\n\nTODO\n\n:::", ":::tip\n:::", "> [!NOTE]\n> TODO", "> [!NOTE]",
    "> [!WARNING] TODO",
    '??? note "Steps"', '=== "Linux"', "*[HTML]: Hyper Text", "<template><p>Deploy it.</p></template>",
)  # fmt: skip
SOMETHING = (
    "No action is needed: the job retries by itself.", "None of the steps needs root.",
    "To be confirmed with Bob before each restart: stop, then start.", "Delete the todo items of the queue, then deploy.",
    "The TODO list of the on-call is in the shift book.", "See whether the queue grows, then restart it.",
    "See the wiki first, then run it.",
    "See the DBA.", "Describe the problem to the vendor and give the incident number.",
    "What is the state of the queue? If it is red, stop it.",
    "Is the queue growing?", "Which node is down?", "Will be restored by the job within five minutes.",
    "No rollback is needed: deploy again.",
    "There is no rollback procedure: restore the backup of 02:00.", "We do not have a procedure yet: call N2.",
    "Waiting payments are cancelled first.", "Pending vendor calls are closed.", "En attente, la file est purgée par le job.",
    "Missing files are copied again by `sync`.", "OK files are deleted.", "Rollback of the release.", "Rollback: `deploy --previous`",
    "[Rollback procedure](#mitigation)", "Write the incident number in the shift book.", "- [ ] Stop the workers\n- [ ] Deploy it",
    "- [ ] Write the ticket number to the channel", "Complete the change in ServiceNow.", "Add your name to the on-call list.",
    "| Step | Count |\n|---|---|\n| 1 | 0 |", "| Disk | State |\n|---|---|\n| sda | OK |", "Phone: 01 44 51 66 77",
    '!!! danger "Data loss"\n    Deploy the version before.', ":::info\n\nDeploy the version before.\n\n:::",
    "> [!NOTE]\n> Deploy it before.",
    "> [!NOTE] Call the on-call engineer.", '=== "Linux"\n\n    Run `deploy --previous`.\n', ":fire: Deploy the version before.",
    "Remove this line by hand: `x=1`", "Confidential data is shredded.", "Copy the file.", "Edit the file.",
)  # fmt: skip
ELSEWHERE = (
    "See the old wiki.", "Voir Confluence.", "Cf. dossier d'exploitation.", "Voir le DEX.", "See Jira PAY-123", "See section 4.2",
    "Same procedure as for the other services.", "Refer to the operations manual.", "Ask the team.",
    "> [!NOTE]\n> See the wiki of payments.",
)  # fmt: skip
FOUND = (
    "See [the old wiki](#mitigation).", "See section 4.2\n\n## 4.2 Undo\n\nDeploy it.", "See the page docs/undo.md of the repository.",
    "See Mitigation.", "See the old wiki.\n\nThen deploy the version before.", "See the manual: deploy, then restart.",
)  # fmt: skip
DENIED = (
    "No rollback", "Rollback (TODO)", "TODO: rollback", "Rollback (obsolète)", "Rollback — deprecated, do not use",
    "What is not in here: rollback",
    "[WIP] Rollback", "Pas de retour arrière", "Rollback not possible",
)  # fmt: skip
OTHER = (("Rollback", "Rollback history"), ("Rollback", "Changelog of the rollback"), ("Escalation", "Privilege escalation"))
HOLDS = (
    "Rollback when the payment is not sent", "Rollback without a stop", "Rollback (old and new servers)", "Reverting a release",
    "Going back to the previous version", "Undo the deployment", "Plan de repli", "Rollback of the draft table",
)  # fmt: skip
RST_NOTHING = (
    ".. admonition:: Rollback\n\n   to be written", ".. rubric:: Rollback", ".. deprecated:: 1.0", ".. versionadded:: 1.0",
    ".. tags:: a, b",
    ".. dropdown:: Steps\n\n   TODO", ".. note:: TODO",
)  # fmt: skip
RST_SOMETHING = (
    ".. admonition:: Rollback\n\n   Deploy it.", ".. rubric:: Steps\n\nDeploy it.", ".. deprecated:: 1.0 Deploy with the new tool.",
    ".. dropdown:: Steps\n\n   Deploy it.", ".. only:: html\n\n   Deploy it.", ".. seealso:: Deploy it with the tool.",
    ".. |x| replace:: Deploy it\n\n|x|", "Use ``a|b|c``.",
)  # fmt: skip
ROWS = [
    *(Row("runbook", f"nothing is said: {text[:50]!r}", saying(text), "fail", "rollback") for text in NOTHING),
    *(Row("runbook", f"something is said: {text[:50]!r}", saying(text), "pass", "5 sections") for text in SOMETHING),
    *(Row("runbook", f"only elsewhere: {text[:50]!r}", saying(text), "warn", "only says to look elsewhere") for text in ELSEWHERE),
    *(Row("runbook", f"elsewhere, and found: {text[:50]!r}", saying(text), "pass", "5 sections") for text in FOUND),
    *(
        Row("runbook", f"the heading denies it: {one}", written(FRONT + BODY.replace("## Rollback", f"## {one}")), "warn", "the heading of")
        for one in DENIED
    ),
    Row(
        "runbook", "an obsolete one beside the one that holds",
        written(FRONT + BODY + "\n## Rollback (obsolete)\n\nCall Bob.\n"), "pass", "5 sections",
    ),
    *(
        Row("runbook", f"another thing: {heading}", written(FRONT + BODY.replace(f"## {old}", f"## {heading}")), "fail", "is missing")
        for old, heading in OTHER
    ),
    *(
        Row("runbook", f"it holds: {heading}", written(FRONT + BODY.replace("## Rollback", f"## {heading}")), "pass", "5 sections")
        for heading in HOLDS
    ),
    *(Row("runbook", f"reStructuredText, nothing: {text[:40]!r}", in_rst(text), "fail", "rollback") for text in RST_NOTHING),
    *(Row("runbook", f"reStructuredText, something: {text[:40]!r}", in_rst(text), "pass", "1 section") for text in RST_SOMETHING),
    Row("runbook", "reStructuredText: shown to some alone", in_rst(".. only:: internal\n\n   Deploy it."), "unknown", "was not seen"),
    Row("runbook", "reStructuredText: a substitution that is not defined in it", in_rst("|rollback|"), "unknown", "was not seen"),
    Row("runbook", "reStructuredText: one within words", in_rst("Deploy |it| now."), "pass", "1 section"),
    *(
        Row("document", f"a section says {text!r}", rows_document.written(old=rows_document.BACKUP, new=text), status, "backup")
        for text, status in (("Will be added later.", "fail"), ("See the old wiki.", "warn"), ("~~Each night.~~", "fail"))
    ),
]  # fmt: skip

__all__ = ("ROWS",)
