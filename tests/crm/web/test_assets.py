import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from crm.web import vendoring
from crm.web.drawn import icon
from crm.web.sprite import icon_names

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SOURCES = [
    path
    for app in ("crm", "customers", "interactions", "readiness")
    for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
]
STATIC = vendoring.VENDOR.parent


def test_vendored_files_are_what_the_manifest_says() -> None:
    noted = json.loads(vendoring.MANIFEST.read_text(encoding="utf-8"))

    assert {one["path"]: one["sha256"] for one in noted} == {
        one["path"]: vendoring.sha256(STATIC / one["path"]) for one in noted
    }
    assert all(one["name"] and one["version"] and one["licence"] for one in noted)


def test_every_vendored_file_is_in_the_manifest() -> None:
    noted = {one["path"] for one in json.loads(vendoring.MANIFEST.read_text(encoding="utf-8"))}

    there = {path.relative_to(STATIC).as_posix() for path in vendoring.VENDOR.rglob("*.*")}

    assert there - noted == {"vendor/manifest.json"}


@pytest.mark.parametrize(
    "content", [b"a{}\n/*# sourceMappingURL=x.css.map */\n", b"a{}\n//# sourceMappingURL=x.js.map"]
)
def test_source_maps_are_not_pointed_to(content: bytes) -> None:
    assert b"sourceMappingURL" not in vendoring.without_source_map(content)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_names_icons_of_the_sprite(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(
        r"""{%\s*icon\s+["']([^"']+)["']|\b(?:tag_)?icon=["']([a-z0-9-]+)["']""", text
    )

    assert {first or second for first, second in named} <= icon_names()


def test_code_names_icons_of_the_sprite() -> None:
    named = {
        name
        for path in SOURCES
        for name in re.findall(r"""\bicon=["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    }

    assert named <= icon_names()


def test_unknown_icon_is_refused() -> None:
    with pytest.raises(ValueError, match="unicorn"):
        icon("unicorn")


def test_no_file_asks_another_host() -> None:
    for path in [*TEMPLATES, *(STATIC / "crm").rglob("*.css"), *(STATIC / "crm").rglob("*.js")]:
        assert not re.search(
            r"""(?:src|href|url\()\s*=?\s*["']?https?://""", path.read_text("utf-8")
        )
