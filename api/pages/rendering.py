"""Renders templates in the reader's language."""

from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from api.errors import Public
from api.settings import ROOT
from api.texts import LANGUAGES, Texts, preferred, texts
from people.actors import ActingMember

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(ROOT / "web" / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def reading(request: Request, who: ActingMember | None = None) -> Texts:
    """The texts in the member's language, or the one asked for in the address, or the browser's."""
    asked = request.query_params.get("language")
    chosen = next((language for language in LANGUAGES if language == asked), None)
    if chosen is not None:
        return texts(chosen)
    return texts(who.language if who else preferred(request.headers.get("accept-language")))


def page(
    request: Request, template: str, who: ActingMember | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page; `t` is the reader's texts and `who` the signed-in member, in every template."""
    t = values.pop("t", None) or reading(request, who)
    shown = ENVIRONMENT.get_template(template).render(
        t=t, who=who, path=request.url.path, languages=LANGUAGES, **values
    )
    return HTMLResponse(shown, status, headers={"content-language": t.language, "vary": "Accept-Language, Cookie"})


def error_page(request: Request, told: Public) -> HTMLResponse:
    """An error as a page, with what can be done next."""
    return page(request, "error.html", None, told.status, told=told)
