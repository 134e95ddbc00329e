"""Certificates: the learner's page to print one, by their own link; and a page where anybody can check a code."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.auth import Wired
from api.pages.rendering import page, reading
from api.wiring import Wiring
from learning import certificates
from learning.certificates import Shown
from learning.errors import NotFound

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Form(max_length=120)]
LONGEST_CODE = 60


@router.get("/certificate/{certificate_id}")
def ask_name(request: Request, wired: Wired, certificate_id: UUID) -> HTMLResponse:
    """Asks what name to print."""
    return _certificate(request, _find(wired, certificate_id), "")


@router.post("/certificate/{certificate_id}")
def show(request: Request, wired: Wired, certificate_id: UUID, name: Name = "") -> HTMLResponse:
    """The certificate, to print. The name is on this page and nowhere else."""
    return _certificate(request, _find(wired, certificate_id), name.strip())


@router.get("/verify")
def verify(request: Request, wired: Wired, code: str = "") -> HTMLResponse:
    """Valid or not, and if so of what course and when; nothing about whose it is."""
    typed = certificates.plain(code[:LONGEST_CODE])
    found = _by_code(wired, typed) if typed else None
    valid = found is not None and found.valid
    t = reading(request)
    return page(
        request, "certificate_verify.html", None, asked=bool(typed), code=typed, valid=valid,
        title=_title(found, t.language) if found and valid else "", on=t.date(found.issued_at) if found else "",
    )  # fmt: skip


def _find(wired: Wiring, certificate_id: UUID) -> Shown:
    with wired.store.read(None) as session:
        organisation = certificates.whose(session, str(certificate_id))
    if organisation is None:
        raise NotFound
    with wired.store.read(organisation) as session:
        return certificates.by_id(session, wired.catalogue, certificate_id)


def _by_code(wired: Wiring, code: str) -> Shown | None:
    with wired.store.read(None) as session:
        organisation = certificates.whose(session, code)
    if organisation is None:
        return None
    with wired.store.read(organisation) as session:
        return certificates.by_code(session, wired.catalogue, code)


def _certificate(request: Request, shown: Shown, name: str) -> HTMLResponse:
    t = reading(request)
    wanted = shown.course.file.certificate
    language = shown.course.language(t.language)
    registration = wanted.registration[language] if wanted and wanted.registration else ""
    points = wanted.education_points if wanted else None
    return page(
        request, "certificate.html", None, shown=shown, name=name, title=_title(shown, t.language), language=language,
        on=t.date(shown.issued_at), registration=registration, education_points=t.number(points) if points else "",
        verify=request.app.state.wiring.settings.url + "/verify",
    )  # fmt: skip


def _title(shown: Shown, language: str) -> str:
    return shown.course.file.title[shown.course.language(language)]
