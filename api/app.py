"""The ASGI app: routes, pages, errors and headers around one `Wiring`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from api import building, errors, figures, reports
from api.announcements import Announcements
from api.auth import Believed
from api.errors import BAD_REQUEST, PUBLIC, UNEXPECTED, Public, problem
from api.limits import Limit
from api.observing import HEADER, Observed, route_of
from api.origins import Origins
from api.pages import (
    appeals_report,
    arrangements,
    author,
    certificates,
    course_parts,
    courses,
    employer,
    home,
    letters,
    line,
    mail_links,
    news,
    office_records,
    oversight,
    privacy_office,
    provider_sign_in,
    reference,
    requests,
    review,
    sign_in,
    trends,
)
from api.pages.rendering import error_page
from api.provider import Provider
from api.routes import appeals, channels, contact, conversation, files, health, metrics, rights, staff
from api.security import Guard
from api.wiring import Wiring
from learning.errors import MovedOn
from people.errors import NotSignedIn
from privacy.errors import ConsentRequired

log = structlog.get_logger()

DESCRIPTION = """A learner talks in a widget; a machine grades; every decision can be taken to a person.

Learner routes take a bearer token: a JWT that the organisation's site signs with Ed25519, with "wederhoor" as aud, an
opaque id as sub, valid for at most one hour.

Staff routes take a bearer token that a member had made for their own program (`wederhoor token add E-MAIL`); it can do
what the member can, lasts at most a year, and is revoked with `wederhoor token revoke`."""


def make_app(wiring: Wiring) -> FastAPI:
    """The app for these parts."""
    app = FastAPI(
        title="Wederhoor", version="0.1.0", description=DESCRIPTION, docs_url=None, redoc_url=None, lifespan=_living
    )
    app.state.wiring = wiring
    app.state.believed = Believed()
    app.state.announcements = Announcements(building.conninfo(wiring.settings))
    app.state.turn_limit = Limit(f"{wiring.settings.turns_per_minute}/minute")
    app.state.sign_in_limit = Limit("10/minute")
    app.state.request_limit = Limit(f"{wiring.settings.requests_per_hour}/hour")
    app.state.requests_limit, app.state.code_limit = Limit("200/day"), Limit("10/hour")
    app.state.news_limit = Limit("5/hour")
    app.state.link_limit, app.state.permission_limit = Limit("10/minute"), Limit("5/day")
    app.state.provider = Provider.configured(wiring.settings)
    app.state.callback_limit = Limit("1/15minutes")
    app.state.reports = reports.opened(wiring.settings, "api")
    app.state.figures = figures.figures(wiring.settings)
    for routes in (conversation, channels, appeals, contact, rights, staff, health, metrics, files):
        app.include_router(routes.router)
    for pages in (
        home,
        reference,
        sign_in,
        provider_sign_in,
        line,
        review,
        letters,
        appeals_report,
        employer,
        author,
        oversight,
        courses,
        course_parts,
        certificates,
        requests,
        privacy_office,
        office_records,
        arrangements,
        trends,
        news,
        mail_links,
    ):
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=files.STATIC), name="static")
    app.add_middleware(Guard, known_origin=Origins(wiring.store).known, secure=wiring.settings.secure)
    app.add_middleware(Observed, observers=figures.observers(app.state.figures, figures.traces(wiring.settings)))
    _handle_errors(app)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """While the app runs, it listens for what the database announces."""
    announcements: Announcements = app.state.announcements
    listening = asyncio.create_task(announcements.listen())
    yield
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


def _handle_errors(app: FastAPI) -> None:
    for kind in PUBLIC:
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _told(request: Request, error: Exception) -> Response:
    told = errors.public(error)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return RedirectResponse(f"/sign-in?{urlencode({'to': request.url.path})}", 303)
    if not request.url.path.startswith("/v1/"):
        return error_page(request, told)
    more = {}
    if isinstance(error, (ConsentRequired, MovedOn)):
        more = conversation.view_for_error(request)
    return problem(request, told, **more)


def _malformed(request: Request, error: Exception) -> Response:
    """Names the fields that are wrong, never their values."""
    assert isinstance(error, RequestValidationError)
    fields = sorted({".".join(str(step) for step in one["loc"][1:]) or "body" for one in error.errors()})
    if not request.url.path.startswith("/v1/"):
        return error_page(request, BAD_REQUEST)
    return problem(request, BAD_REQUEST, fields=fields)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {404: PUBLIC_NOT_FOUND, 405: Public(405, "method_not_allowed", BAD_REQUEST.dutch)}
    told = known.get(error.status_code, Public(error.status_code, "bad_request", BAD_REQUEST.dutch))
    if request.url.path.startswith("/v1/"):
        return problem(request, told)
    return error_page(request, told)


def _unexpected(request: Request, error: Exception) -> Response:
    """The log gets the kind of error and where it happened; messages and values may hold what somebody wrote."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{last.tb_lineno}" if last else ""
    route, request_id = route_of(request.scope), request.state.request_id
    log.error("unexpected", error=type(error).__name__, place=place, route=route, request_id=request_id)
    request.app.state.reports.tell(error, route=route, request_id=request_id)
    api = request.url.path.startswith("/v1/")
    reply = problem(request, UNEXPECTED, request_id=request_id) if api else error_page(request, UNEXPECTED)
    reply.headers[HEADER] = request_id
    return reply


PUBLIC_NOT_FOUND = next(told for told in PUBLIC.values() if told.status == 404)
