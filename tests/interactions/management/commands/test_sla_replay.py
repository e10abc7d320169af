"""The replay command: a line of JSON per case, and one sentence when there is nothing to read."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from interactions.management.commands.sla_replay import Command
from tests.interactions.clock import golden


def test_prints_one_object_per_case(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(golden.DOCUMENT))
    out = StringIO()

    Command(stdout=out).handle(file=str(file))

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [case["id"] for case in golden.CASES]
    assert lines[0]["due_at_utc"] == "2026-11-01T07:00:00Z"


@pytest.mark.parametrize(
    ("_case", "content", "sentence"),
    [
        ("missing", None, "cannot be read: no such file or directory"),
        ("not JSON", b"{", "is not valid JSON"),
        ("not text", b"\xff\xfe\x00", "is not UTF-8 text"),
        ("another schema", b'{"schema": "sla-cases/9"}', "its schema is not sla-cases/1"),
        ("empty", b"", "is not valid JSON"),
    ],
)
def test_says_in_one_sentence_what_is_wrong(
    tmp_path: Path, _case: str, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "cases.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        Command(stdout=StringIO()).handle(file=str(file))

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
