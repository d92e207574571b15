from __future__ import annotations
import dataclasses
from unit.core.described import TODAY, describe, document, one, plan_of

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
"""
SHARED = "schema_version: 1\nmode: enforce\nservices_may: []\napprovers: {blocker: [head]}\n"
E = (
    "service: payments, requirement: SUP-04, result: positive, statement: held, attested_by: head, date: 2026-11-20, until: 2027-01-31, version: '1.5.0', evidence: [{path: ../e.txt, sha256: %s}]"
    % ("a" * 64)
)


def test_x():
    d = describe(SERVICE, SHARED, version="1.5.0")
    f = document(
        f"schema_version: 1\nattestations:\n  - {{{E}}}\n", "approvals", name="readiness.d/payments.yml", folder="/etc/org/readiness.d"
    )
    p = plan_of(dataclasses.replace(d, approvals=(f,)))
    r = one(p, "SUP-04")
    print(r.state, r.why, r.checks)
    for n in p.notices:
        print("N", n)
    for o in p.owed:
        print(o.requirement, o.why, o.to_copy, o.copy_into)
    p = plan_of(d)
    print(one(p, "SUP-04").why, p.loosened)
