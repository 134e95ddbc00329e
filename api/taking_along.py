"""Everything that is kept about a learner as a file: made when it is asked for, and nowhere on disk."""

import datetime as dt
from typing import Any, Final, Literal

from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.pages.rendering import ENVIRONMENT
from api.texts import texts
from people.actors import Language
from privacy import documents, facts

Form = Literal["json", "html"]
NOT_KEPT: Final = {"cache-control": "no-store", "x-robots-tag": "noindex"}


def file(made: dict[str, Any], form: Form, language: Language) -> Response:
    """An export as a computer file, or as a page to read."""
    headers = NOT_KEPT | {"content-disposition": f'attachment; filename="wederhoor.{form}"'}
    if form == "json":
        return JSONResponse(made, headers=headers)
    return HTMLResponse(to_read(made, language), headers=headers)


def to_read(made: dict[str, Any], language: Language) -> str:
    """An export as one page, which loads nothing."""
    t, words = texts(language), documents.words(language)
    described = {one.name: words.get("tables", {}).get(one.name, one.what) for one in facts.all_tables()}
    return ENVIRONMENT.get_template("export.html").render(
        t=t, made=made, described=described, columns=words.get("column", {}),
        moment=t.moment(dt.datetime.fromisoformat(made["made_at"])),
    )  # fmt: skip
