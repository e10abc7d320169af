import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_go_down_only() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")

    found = subprocess.run([lint_imports], cwd=ROOT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout
