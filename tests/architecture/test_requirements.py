"""A requirement that is declared built is proved; a marker names a requirement that exists."""

import json

from django.conf import settings

from crm import process_map

REGISTER = json.loads((settings.BASE_DIR / "readiness/data/process_register.json").read_text())
CLAUSES = {clause["requirement"]: clause for element in REGISTER for clause in element["clauses"]}


def test_every_clause_declared_built_has_a_test() -> None:
    proved = {proof.requirement for proof in process_map.proofs()}
    built = {requirement for requirement, clause in CLAUSES.items() if clause.get("built")}

    assert sorted(built - proved, key=process_map.in_order) == []


def test_no_test_claims_a_requirement_nobody_asked_for() -> None:
    claimed = {proof.requirement for proof in process_map.proofs()}

    assert sorted(claimed - CLAUSES.keys()) == []
