"""Every dependency imports and is used; nothing is imported that is not declared."""

import importlib
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def declared() -> list[str]:
    lines = (ROOT / "requirements/base.in").read_text(encoding="utf-8").splitlines()
    return [
        re.split(r"[\[<>=~!; ]", line)[0].lower()
        for line in lines
        if line.strip() and not line.startswith(("#", "-"))
    ]


def modules_of(distribution: str) -> list[str]:
    def written(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    return [
        module
        for module, owners in packages_distributions().items()
        if written(distribution) in map(written, owners) and re.fullmatch(r"[a-z]\w*", module)
    ]


@pytest.mark.parametrize("distribution", declared())
def test_dependency_imports(distribution: str) -> None:
    found = modules_of(distribution)
    named = [module for module in found if module in distribution.replace("-", "_")]

    assert found
    # Some wheels carry modules for other products beside their own.
    for module in named or found:
        importlib.import_module(module)


def test_every_dependency_is_used_and_every_use_declared() -> None:
    deptry = Path(sys.executable).with_name("deptry")

    found = subprocess.run([deptry, "."], cwd=ROOT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stderr


def test_libraries_that_are_slow_to_load_wait_for_who_writes_a_file() -> None:
    """Every process that starts would pay for them: a fifth of its start."""
    writers = r"customers\.reporting(?:\.| import )(?:pages|workbooks)"
    slow = re.compile(rf"^(?:from|import) (?:openpyxl|fpdf|fontTools|{writers})\b", re.MULTILINE)
    reporting = ROOT / "customers/reporting"
    at_once = {
        path
        for app in ("crm", "customers", "interactions", "readiness")
        for path in (ROOT / app).rglob("*.py")
        if slow.search(path.read_text(encoding="utf-8"))
    }

    assert at_once == {reporting / "pages.py", reporting / "workbooks.py"}
