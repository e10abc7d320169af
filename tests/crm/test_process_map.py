import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from crm import process_map

SOURCE = """
import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CSR-1")]


@pytest.mark.req("R-CSR-2", "R-CSR-3")
@pytest.mark.parametrize("n", [1])
def test_two(n): ...


class TestInside:
    @pytest.mark.req("R-CSR-10")
    def test_three(self): ...


def helper(): ...
"""


@pytest.fixture
def repository(tmp_path: Path, settings: Settings) -> Path:
    """A repository of one marked test file."""
    settings.BASE_DIR = tmp_path
    file = tmp_path / "tests/test_marks.py"
    file.parent.mkdir()
    file.write_text(SOURCE)
    process_map.proofs.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def _read_afresh() -> Iterator[None]:
    process_map.proofs.cache_clear()
    yield
    process_map.proofs.cache_clear()


def test_markers_are_read_from_functions_classes_and_modules(repository: Path) -> None:
    assert [(one.requirement, one.test) for one in process_map.proofs()] == [
        ("R-CSR-1", "tests/test_marks.py::test_three"),
        ("R-CSR-1", "tests/test_marks.py::test_two"),
        ("R-CSR-2", "tests/test_marks.py::test_two"),
        ("R-CSR-3", "tests/test_marks.py::test_two"),
        ("R-CSR-10", "tests/test_marks.py::test_three"),
    ]


def test_last_result_stands_beside_each_proof(repository: Path) -> None:
    kept = repository / process_map.RESULTS
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"tests/test_marks.py::test_two": "failed"}))

    found = {one.requirement: one.result for one in process_map.proofs()}

    assert (found["R-CSR-2"], found["R-CSR-10"]) == ("failed", "")


def test_modules_come_in_the_order_of_their_numbers() -> None:
    numbers = [process_map.numbered(module.etom) for module in process_map.modules()]

    assert numbers == sorted(numbers)
    assert process_map.numbered("1.3.10") > process_map.numbered("1.3.9")


def test_package_speaks_for_its_modules_and_finds_its_tests() -> None:
    module = next(
        one for one in process_map.modules() if one.path.endswith("processes/track_interaction")
    )

    assert module.etom == "1.3.5.6"
    assert all("track_interaction" in file for file in module.test_files)
