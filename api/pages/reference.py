"""The API's reference as a plain page: made from its own OpenAPI schema, without scripts or other sites."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.errors import PUBLIC
from api.pages.rendering import page

router = APIRouter(include_in_schema=False)

Operation = dict[str, Any]


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Every public route with its parameters, and every error code."""
    schema = request.app.openapi()
    return page(request, "reference.html", about=schema["info"], operations=operations(schema), errors=codes())


def operations(schema: dict[str, Any]) -> list[Operation]:
    """One entry per method and path, with the fields of its body."""
    found = []
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            given = [(one["name"], one["in"], _type(one["schema"], schema)) for one in about.get("parameters", [])]
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for name, field in _resolved(body, schema).get("properties", {}).items():
                given.append((name, "body", _type(field, schema)))
            found.append({"method": method.upper(), "path": path, "text": about.get("description", ""), "given": given})
    return found


def codes() -> list[tuple[int, str, str]]:
    """Status, code and the Dutch sentence of each error that the API answers with."""
    return sorted({(told.status, told.code, told.dutch) for told in PUBLIC.values()})


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref", "")
    if not reference:
        return part
    found: dict[str, Any] = schema["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _type(part: dict[str, Any], schema: dict[str, Any]) -> str:
    """A type in a few words: "one of a, b", "string (uuid)"."""
    part = _resolved(part, schema)
    if "enum" in part:
        return "one of " + ", ".join(part["enum"])
    if "const" in part:
        return f'"{part["const"]}"'
    if "anyOf" in part:
        return " or ".join(_type(one, schema) for one in part["anyOf"])
    if part.get("type") == "array":
        return f"list of {_type(part['items'], schema)}"
    form = part.get("format")
    return str(part.get("type", "any")) + (f" ({form})" if form else "")
