"""Where a checker is told to look away, the line says why."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("crm", "customers", "interactions", "readiness", "tests")
MARK = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)(?P<codes>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[^]]*\])?"
)
A_WORD = re.compile(r"[A-Za-z]{2}")


def comments(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def unexplained(comment: str) -> bool:
    """Whether a comment silences a checker without its code or without a reason."""
    marks = list(MARK.finditer(comment))
    if not marks:
        return False
    reason = MARK.sub("", comment).strip("# -")
    return not all(mark["codes"] for mark in marks) or not A_WORD.search(reason)


def test_every_exception_says_why() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{line}  {comment}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, comment in comments(path)
        if unexplained(comment)
    ]

    assert silent == []


def test_a_reason_is_more_than_the_code_of_the_rule() -> None:
    look_away = "# noqa"

    assert unexplained(look_away)
    assert unexplained(f"{look_away}: S101")
    assert unexplained(f"{look_away}  # the tool asserts too")
    assert not unexplained(f"{look_away}: S101  # the tool asserts too")
    assert unexplained("# type: " + "ignore[misc]")
    assert not unexplained("# type: " + "ignore[misc]  # the library brings no types")
    assert not unexplained("# an ordinary remark")
