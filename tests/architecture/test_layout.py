"""What stands at the top of the repository: what the two commands and the CI rely on."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"crm", "customers", "interactions", "readiness", "tests"}


@pytest.mark.parametrize(
    "name",
    [
        "manage.py", "pyproject.toml", "Makefile", "README.md", "CONTRIBUTING.md", "SECURITY.md",
        "LICENSE", "Dockerfile", "compose.yaml", ".ci/run", "docs/architecture.md",
        "docs/decisions", "docs/operations.md", "requirements/base.txt", "requirements/dev.txt",
    ],
)  # fmt: skip
def test_newcomer_finds(name: str) -> None:
    assert (ROOT / name).exists()


def test_no_package_stands_beside_the_known_ones() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert found == PACKAGES


def test_continuous_integration_runs_what_a_person_runs() -> None:
    run = ROOT / ".ci/run"

    assert os.access(run, os.X_OK)
    assert "make lint test" in run.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["utils", "common", "helpers", "services", "managers"])
def test_no_drawer_for_everything(word: str) -> None:
    assert [path for app in PACKAGES for path in (ROOT / app).rglob(f"{word}.py")] == []


def test_models_have_no_signals_and_no_save_of_their_own() -> None:
    offending = [
        str(path.relative_to(ROOT))
        for app in PACKAGES - {"tests"}
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "\n    def save(self" in path.read_text("utf-8")
    ]

    assert offending == []
