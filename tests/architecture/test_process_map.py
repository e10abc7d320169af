"""`ls */processes` is the process map: each module says its number and meaning, and is tested."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command

from crm import process_map
from crm.management.commands.etom import BEGIN, END, as_table


def test_every_module_says_its_process_number() -> None:
    said = {module.path: module.etom for module in process_map.modules()}

    assert said
    assert {p: n for p, n in said.items() if not re.fullmatch(r"1(\.\d+){2,6}", n)} == {}


def test_every_module_says_what_it_does_in_one_line() -> None:
    """Its docstring is one sentence of meaning."""
    said = {module.path: module.title for module in process_map.modules()}

    assert {path: title for path, title in said.items() if not title.endswith(".")} == {}


def test_every_module_has_tests_in_the_mirrored_place() -> None:
    """A module at customers/processes/x.py has tests/customers/processes/test_x.py."""
    assert [module.path for module in process_map.modules() if not module.test_files] == []


def test_every_process_number_stands_in_the_register() -> None:
    register = json.loads((settings.BASE_DIR / "readiness/data/process_register.json").read_text())

    known = {element["number"] for element in register}

    assert [one.path for one in process_map.modules() if one.etom not in known] == []


def test_map_is_printed_for_people_and_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("etom")
    printed = capsys.readouterr().out
    call_command("etom", json=True)
    data = json.loads(capsys.readouterr().out)

    modules = process_map.modules()
    assert all(module.path in printed for module in modules)
    assert [entry["name"] for entry in data["processes"]] == [module.name for module in modules]


def test_readme_shows_the_map_of_now() -> None:
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")

    block = readme.partition(BEGIN)[2].partition(END)[0]

    assert block.strip() == as_table().strip(), "Run: manage.py etom --readme"
