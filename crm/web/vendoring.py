"""For maintainers: `python -m crm.web.vendoring` fetches the vendored assets and notes them."""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

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
    files.append(
        entry("Tabler Icons (sprite of the icons in use)", "3.51.0", "MIT", "crm/sprite.svg")
    )
    MANIFEST.write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")


def fetch() -> None:
    """Take each package from npm, without its source maps."""
    for name, (version, _licence, members) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            packed = subprocess.run(
                ["npm", "pack", "--silent", f"{name}@{version}"],
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            with tarfile.open(Path(folder) / packed.stdout.strip()) as archive:
                for member, target in members.items():
                    content = archive.extractfile(member)
                    if content is None:
                        raise FileNotFoundError(member)
                    (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
                    (VENDOR / target).write_bytes(without_source_map(content.read()))


if __name__ == "__main__":
    fetch()
    write_manifest()
