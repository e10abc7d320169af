"""For maintainers: `python -m crm.web.vendoring [icon …]` fetches vendored assets or adds icons."""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from crm.web.sprite import SPRITE

VENDOR = Path(__file__).parent / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
PACKAGES = {
    "@tabler/core": (
        "1.6.1",
        "MIT",
        {
            "package/dist/css/tabler.min.css": "tabler/tabler.min.css",
            "package/dist/js/tabler.min.js": "tabler/tabler.min.js",
        },
    ),
}
ICONS, ICONS_VERSION = "@tabler/icons", "3.51.0"
_SYMBOL = re.compile(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_MAP_COMMENT = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=[^\n]*)\s*")


def without_source_map(content: bytes) -> bytes:
    """Drop the pointer to a source map we do not ship: manifest storage would look for it."""
    return _MAP_COMMENT.sub(b"\n", content)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry(name: str, version: str, licence: str, path: str) -> dict[str, str]:
    """One line of the manifest for a file that is in place."""
    return {
        "name": name,
        "version": version,
        "licence": licence,
        "path": path,
        "sha256": sha256(VENDOR.parent / path),
    }


def write_manifest() -> None:
    """Note every vendored file as it stands: packages, fonts, icons."""
    files = [
        entry(name, version, licence, f"vendor/{target}")
        for name, (version, licence, members) in PACKAGES.items()
        for target in members.values()
    ]
    fonts = sorted((VENDOR.parent / "crm" / "fonts").glob("*.woff2"))
    files += [
        entry("Inter", "variable, subset", "OFL-1.1", f"crm/fonts/{font.name}") for font in fonts
    ]
    files.append(entry(f"{ICONS} (the icons in use)", ICONS_VERSION, "MIT", "crm/sprite.svg"))
    MANIFEST.write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")


def fetch() -> None:
    """Take each package from npm, without its source maps."""
    for name, (version, _licence, members) in PACKAGES.items():
        for member, content in _from_npm(name, version, members).items():
            target = VENDOR / members[member]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(without_source_map(content))


def add_icons(names: Iterable[str]) -> None:
    """Put outline icons of Tabler into the sprite, in the order of their names."""
    wanted = {f"package/icons/outline/{name}.svg": name for name in names}
    text = SPRITE.read_text(encoding="utf-8")
    symbols = dict(_SYMBOL.findall(text))
    for member, content in _from_npm(ICONS, ICONS_VERSION, wanted).items():
        symbols[wanted[member]] = symbol_body(content.decode())
    lines = [
        f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'
        for name, body in sorted(symbols.items())
    ]
    head = text[: text.index("<symbol")]
    SPRITE.write_text(head + "\n".join(lines) + "\n</svg>\n", encoding="utf-8")


def symbol_body(svg: str) -> str:
    """The drawing of an icon file: its shapes, without the empty square Tabler puts beneath."""
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = [line.strip() for line in inside.splitlines() if line.strip()]
    return "".join(shape for shape in shapes if 'stroke="none"' not in shape)


def _from_npm(name: str, version: str, members: Iterable[str]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(Path(folder) / packed.stdout.strip()) as archive:
            found = {member: archive.extractfile(member) for member in members}
            return {member: file.read() for member, file in found.items() if file is not None}


if __name__ == "__main__":
    if sys.argv[1:]:
        add_icons(sys.argv[1:])
    else:
        fetch()
    write_manifest()
