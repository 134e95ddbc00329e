"""Every route of the real app, with something to send for each of its parameters, so that none is forgotten."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.routing import BaseRoute

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Door:
    """One route by one method."""

    method: str
    path: str
    route: APIRoute

    def fields(self, part: str) -> dict[str, FieldInfo]:
        """The parameters in `path`, `query` or `body`."""
        return {one.alias: one.field_info for one in getattr(self.route.dependant, f"{part}_params")}

    @property
    def body(self) -> type[BaseModel] | None:
        """The shape of a JSON body."""
        kinds = [one.annotation for one in self.fields("body").values()]
        return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)

    @property
    def names(self) -> set[str]:
        """Of all its parameters."""
        shape = self.body
        inside = set(shape.model_fields) if shape else set(self.fields("body"))
        return {*self.fields("path"), *self.fields("query"), *inside}

    def asked(self, values: Values) -> tuple[str, dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]:
        """Path, query, JSON and form: what is in `values` by that name, else something of the right type."""
        path = self.path.format(**{name: str(given(name, one, values)) for name, one in self.fields("path").items()})
        query = _filled(self.fields("query"), values)
        if self.body is not None:
            return path, query, _filled(self.body.model_fields, values), None
        form = _filled(self.fields("body"), values)
        return path, query, None, form or None


def doors(app: FastAPI) -> list[Door]:
    """All of them, in the order in which they are looked through."""
    return [
        Door(method, route.path, route)
        for route in _routes(app.routes)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods - {"HEAD"})
    ]


def others(app: FastAPI) -> set[str]:
    """What is served besides: files and the schema, which are the same for everybody."""
    return {str(getattr(one, "path", one)) for one in _routes(app.routes) if not isinstance(one, APIRoute)}


def _routes(found: list[BaseRoute]) -> Iterator[BaseRoute]:
    for one in found:
        router = getattr(one, "original_router", None)
        if router is None:
            yield one
        else:
            yield from _routes(router.routes)


def _filled(fields: Mapping[str, FieldInfo], values: Values) -> dict[str, Any]:
    return {name: given(name, one, values) for name, one in fields.items()}


def given(name: str, field: FieldInfo, values: Values) -> Any:
    """What is sent under this name."""
    return values[name] if name in values else _of(field.annotation, values)


def _of(kind: Any, values: Values) -> Any:
    """Something of this type; an id or a word is that of the others, whatever it is called."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _of(get_args(kind)[0], values)
    if origin is Literal:
        return get_args(kind)[0]
    if origin in (Union, UnionType):
        return _of(next(one for one in get_args(kind) if one is not type(None)), values)
    if origin is list:
        return [_of(get_args(kind)[0], values)]
    known: dict[Any, Any] = {
        uuid.UUID: values["learner_id"], int: 1, float: 1.0, bool: True, dt.date: "2026-01-05",
        dt.datetime: "2026-01-05T09:00:00Z",
    }  # fmt: skip
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind.model_fields, values)
    return known.get(kind, values["number"])
