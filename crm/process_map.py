"""The process map, read from the code itself: process → module → requirements → tests.

Nothing is imported: `ETOM`, the docstring and the `req` markers are read from the source, so the
map is the same whether or not the tests' own dependencies are installed.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

RESULTS = Path(".pytest_cache/v/crm/last_results")


@dataclass(frozen=True, slots=True)
class ProcessModule:
    """One module that does the work of a process element."""

    etom: str
    name: str
    title: str
    path: str
    requirements: tuple[str, ...]
    test_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One test that proves a requirement, and how it last ended on this machine."""

    requirement: str
    test: str
    result: str = ""


@cache
def modules() -> tuple[ProcessModule, ...]:
    """Every module or package below any app's `processes/`, by process number."""
    by_file: dict[str, set[str]] = defaultdict(set)
    for proof in proofs():
        by_file[proof.test.partition("::")[0]].add(proof.requirement)
    found = [_module(path, by_file) for folder in _folders() for path in _units(folder)]
    return tuple(sorted(found, key=lambda module: (numbered(module.etom), module.name)))


def numbered(etom: str) -> tuple[int, ...]:
    """A process number in the order of its parts: 1.3.10 after 1.3.9."""
    return tuple(int(part) for part in etom.split(".") if part.isdecimal())


@cache
def proofs() -> tuple[Proof, ...]:
    """Every (requirement, test) that a marker says, in the order of requirements."""
    root: Path = settings.BASE_DIR
    results = last_results()
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        place = path.relative_to(root).as_posix()
        for name, requirement in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            test = f"{place}::{name}"
            found.append(Proof(requirement, test, results.get(test, "")))
    return tuple(sorted(found, key=lambda proof: (in_order(proof.requirement), proof.test)))


def in_order(requirement: str) -> tuple[str, int]:
    """R-TMI-9 before R-TMI-10."""
    family, _, number = requirement.rpartition("-")
    return family, int(number) if number.isdecimal() else 0


def last_results() -> Mapping[str, str]:
    """How each test ended when it last ran here; empty where none ever ran."""
    path = settings.BASE_DIR / RESULTS
    if not path.is_file():
        return {}
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _folders() -> Iterator[Path]:
    for config in apps.get_app_configs():
        folder = Path(config.path) / "processes"
        if settings.BASE_DIR in folder.parents and folder.is_dir():
            yield folder


def _units(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file():
            yield path


def _module(path: Path, requirements_of: Mapping[str, set[str]]) -> ProcessModule:
    root: Path = settings.BASE_DIR
    tests = tuple(_mirrored(path))
    proved = set().union(*(requirements_of.get(file, set()) for file in tests))
    etom, title = _said(path)
    return ProcessModule(
        etom=etom,
        name=".".join(path.relative_to(root).with_suffix("").parts),
        title=title,
        path=path.relative_to(root).as_posix(),
        requirements=tuple(sorted(proved, key=in_order)),
        test_files=tests,
    )


def _mirrored(path: Path) -> Iterator[str]:
    root: Path = settings.BASE_DIR
    place = root / "tests" / path.parent.relative_to(root)
    alone = place / f"test_{path.stem}.py"
    if alone.is_file():
        yield alone.relative_to(root).as_posix()
    for folder in (place / path.stem, place / f"test_{path.stem}"):
        for file in sorted(folder.rglob("test_*.py")):
            yield file.relative_to(root).as_posix()


def _said(path: Path) -> tuple[str, str]:
    """`ETOM` and the first line of the docstring; a package says them in any of its modules."""
    files = [path] if path.is_file() else sorted(path.glob("*.py"))
    etom = title = ""
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        etom = etom or _constant(tree, "ETOM")
        title = title or (ast.get_docstring(tree) or "").partition("\n")[0]
    return etom, title


def _constant(tree: ast.Module, name: str) -> str:
    for node in tree.body:
        named = isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        )
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return ""


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(test, requirement); a mark outside any test holds for every test of the module."""
    tests = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]
    everywhere = {
        requirement
        for node in tree.body
        if isinstance(node, ast.Assign)
        for requirement in _requirements(node)
    }
    for test in tests:
        for requirement in sorted(everywhere | set(_requirements(test))):
            yield test.name, requirement


def _requirements(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "req"
        ):
            yield from (str(arg.value) for arg in call.args if isinstance(arg, ast.Constant))
