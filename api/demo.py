"""The demo customer: another site, with its own back end that signs learner tokens. What an employer builds.

It holds the organisation's private key, knows its own visitors (here: a name in the address), and gives the widget
a short token with an opaque id. It shares nothing with the api but that key pair.
"""

import datetime as dt
import json
import re
from pathlib import Path

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from api.settings import ROOT, Settings
from people import tokens

VISITOR = re.compile(r"[a-z0-9-]{1,40}")
FOLDER = ROOT / "web" / "demo"


def make_demo(settings: Settings) -> Starlette:
    """The demo site for the api at these settings."""
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    policy = (
        f"default-src 'none'; script-src {settings.url}; connect-src 'self' {settings.url};"
        " style-src 'self'; img-src 'self'; base-uri 'none'"
    )

    def page(request: Request) -> Response:
        shown = pages.get_template("customer.html").render(
            api=settings.url,
            course=request.query_params.get("course", "information-security"),
            mode=request.query_params.get("mode", "panel"),
            asked="language" in request.query_params,  # otherwise the widget follows the browser
            language="en" if request.query_params.get("language") == "en" else "nl",
            visitor=_visitor(request),
        )
        return HTMLResponse(shown, headers={"content-security-policy": policy, "cache-control": "no-store"})

    def token(request: Request) -> Response:
        private = json.loads(Path(settings.var / "demo.json").read_text())["private_jwk"]
        signed = tokens.sign(private, _visitor(request), dt.datetime.now(dt.UTC), dt.timedelta(minutes=15))
        return JSONResponse({"token": signed}, headers={"cache-control": "no-store"})

    static = Mount("/static", StaticFiles(directory=FOLDER))
    return Starlette(routes=[Route("/", page), Route("/token", token, methods=["GET", "POST"]), static])


def _visitor(request: Request) -> str:
    """Who the site says that this is: an opaque id, never a name or an e-mail address."""
    given = request.query_params.get("visitor", "medewerker-1")
    return given if VISITOR.fullmatch(given) else "medewerker-1"
