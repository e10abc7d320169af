"""`ls */processes` is the process map: each module says its number and meaning, and is tested."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command

from crm import process_map
from crm.management.commands.etom import BEGIN, END, as_table
from crm.process_map import ProcessModule

MODULES = process_map.modules()


@pytest.fixture(params=MODULES, ids=lambda module: module.name)
def module(request: pytest.FixtureRequest) -> ProcessModule:
    found: ProcessModule = request.param
    return found


def test_module_says_its_process_number(module: ProcessModule) -> None:
    assert re.fullmatch(r"1(\.\d+){2,6}", module.etom), f"{module.path}: ETOM = {module.etom!r}"


def test_module_says_what_it_does_in_one_line(module: ProcessModule) -> None:
    assert module.title.endswith("."), f"{module.path}: its docstring is one sentence of meaning"


def test_module_has_tests_in_the_mirrored_place(module: ProcessModule) -> None:
    assert module.test_files, f"{module.path} has no tests/{module.path} with test_ before its name"


def test_process_number_stands_in_the_register(module: ProcessModule) -> None:
    register = json.loads((settings.BASE_DIR / "readiness/data/process_register.json").read_text())

    assert module.etom in {element["number"] for element in register}


def test_map_is_printed_for_people_and_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("etom")
    printed = capsys.readouterr().out
    call_command("etom", json=True)
    data = json.loads(capsys.readouterr().out)

    assert all(module.path in printed for module in MODULES)
    assert [entry["name"] for entry in data["processes"]] == [module.name for module in MODULES]


def test_readme_shows_the_map_of_now() -> None:
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")

    block = readme.partition(BEGIN)[2].partition(END)[0]

    assert block.strip() == as_table().strip(), "Run: manage.py etom --readme"
