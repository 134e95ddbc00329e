"""The widget and the files of the pages."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.settings import ROOT

STATIC = ROOT / "web" / "static"

router = APIRouter(include_in_schema=False)


@router.get("/widget.js")
def widget() -> FileResponse:
    """The one file that a customer's page loads."""
    return _script("widget.js")


@router.get("/widget-panels.js")
def panels() -> FileResponse:
    """What the widget fetches when a learner looks something up."""
    return _script("widget-panels.js")


def _script(name: str) -> FileResponse:
    headers = {"cache-control": "public, max-age=300"}
    return FileResponse(STATIC / name, media_type="text/javascript", headers=headers)
