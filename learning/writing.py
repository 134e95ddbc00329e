"""Courses as YAML files, as people write them and `courses.read` takes them: what a browser made is a file, too."""

from typing import Any, Final

import yaml

WIDEST: Final = 10_000
"""Lines are not folded: a text is a line, and one with several paragraphs a block."""
DEFAULTS: Final = {"flagged": False, "right": False, "certificate": None}
"""Not written where they are so anyway."""


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes paragraphs as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)


class _Inline(list[Any]):
    """A list on one line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    if "\n" in value:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value + "\n", style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", value)


def _inline(dumper: yaml.SafeDumper, value: _Inline) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Inline, _inline)


def write(content: dict[str, Any]) -> str:
    """A course, or a draft of one, as YAML; reading it again gives the same."""
    said = _without_defaults(content) | {"languages": _Inline(content["languages"])}
    return yaml.dump(said, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDEST)


def _without_defaults(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_defaults(part)
            for name, part in value.items()
            if not (part is None or (name in DEFAULTS and part == DEFAULTS[name]))
        }
    return [_without_defaults(part) for part in value] if isinstance(value, list) else value
