"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

from api.settings import ROOT

PACKAGES = ("api", "appeals", "grading", "learning", "people", "privacy", "store")


def _sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_only_the_store_commits() -> None:
    for path in _sources():
        if path.parent.name != "store" and "migrations" not in path.parts:
            assert ".commit(" not in path.read_text("utf-8"), path


def test_every_public_function_says_what_it_does() -> None:
    missing = []
    for path in _sources():
        if "migrations" in path.parts:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if documented and not node.name.startswith("_") and not ast.get_docstring(node):  # type: ignore[union-attr, arg-type]
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")  # type: ignore[union-attr]
    assert missing == []


def test_no_place_of_a_machine_and_no_secret_is_in_a_tracked_file() -> None:
    git = ["git", "ls-files"]
    listed = subprocess.run(git, cwd=ROOT, text=True, capture_output=True, check=True).stdout.splitlines()
    found = []
    for name in listed:
        path = ROOT / name
        if path.suffix in (".png", ".svg", ".npz") or not path.exists():
            continue
        text = path.read_text("utf-8")
        if re.search(r"/(root|work)/|/home/\w|BEGIN [A-Z ]*PRIVATE KEY|index-url|find-links", text):
            found.append(name)
    assert [name for name in found if name != "tests/rules/test_structure.py"] == []


def test_learner_text_never_goes_into_a_log_or_an_exception() -> None:
    """Calls of a logger take constants, codes and class names; never a variable called text, answer or statement."""
    wrong = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                logs = isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "logger", "logging")
                names = {one.id for given in node.args for one in ast.walk(given) if isinstance(one, ast.Name)}
                if logs and names & {"text", "answer", "statement", "password", "token"}:
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []
