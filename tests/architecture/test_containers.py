"""What the containers get, and what they must not."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("image") == "crm-back-office"}


def test_secrets_of_the_machine_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert {".env*", ".git", ".data"} <= set(ignored)


def test_every_setting_of_the_machine_reaches_every_container_of_ours() -> None:
    assert OURS.keys() >= {"prepare", "web", "live", "worker", "beat", "texts"}
    assert all(one["env_file"] == [{"path": ".env", "required": False}] for one in OURS.values())


def test_a_port_of_the_machine_moves_no_port_inside() -> None:
    assert {one["environment"]["PORT"] for one in OURS.values()} == {"8000"}
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_each_part_that_operations_names_has_a_container() -> None:
    commands = {name: " ".join(one.get("command", [])) for name, one in OURS.items()}

    assert "crm.live.application" in commands["live"]
    assert "worker" in commands["worker"]
    assert "beat" in commands["beat"]
    assert "migrate" in commands["prepare"]
    assert "starter_set" in commands["prepare"]
