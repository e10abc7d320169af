from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crm.management.commands.etom import BEGIN, END, as_table


def test_readme_gets_the_map_of_now_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    table = as_table()
    monkeypatch.setattr("crm.management.commands.etom.settings.BASE_DIR", tmp_path)
    monkeypatch.setattr("crm.management.commands.etom.as_table", lambda: table)

    call_command("etom", readme=True)

    assert readme.read_text() == f"before\n{BEGIN}\n{table}{END}\nafter\n"


def test_readme_without_a_place_for_the_map_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text("nothing")
    monkeypatch.setattr("crm.management.commands.etom.settings.BASE_DIR", tmp_path)

    with pytest.raises(CommandError, match="block"):
        call_command("etom", readme=True)

    assert (tmp_path / "README.md").read_text() == "nothing"
