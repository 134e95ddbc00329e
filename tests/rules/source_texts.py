"""Finds the Dutch texts in api and pages: what `t(...)`, `say(...)`, `_(...)` and `count(...)` are given."""

import ast
from pathlib import Path

import jinja2
from jinja2 import nodes

ROOT = Path(__file__).parent.parent.parent
CALLS = {"t", "_", "say"}

Text = str | tuple[str, str]


def in_python(folder: Path = ROOT / "api") -> set[Text]:
    """Texts in the Python files of a folder; what the proofs send is no text of ours."""
    found: set[Text] = set()
    for path in (path for path in folder.rglob("*.py") if path.name not in ("proving.py", "trial.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if name in CALLS and words:
                    found.add(words[0])
                elif name == "count" and len(words) == 2:
                    found.add((words[0], words[1]))
    return found


def in_templates(folder: Path = ROOT / "web" / "templates") -> set[Text]:
    """Texts in the templates."""
    found: set[Text] = set()
    for path in folder.glob("*.html"):
        for call in jinja2.Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
            words = [one.value for one in call.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and words:
                found.add(words[0])
            elif isinstance(call.node, nodes.Getattr) and call.node.attr == "count" and len(words) == 2:
                found.add((words[0], words[1]))
    return found
