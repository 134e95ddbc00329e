"""The widget and the files of the pages."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.settings import ROOT

STATIC = ROOT / "web" / "static"

router = APIRouter(include_in_schema=False)


@router.get("/widget.js")
def widget() -> FileResponse:
    """The one file that a customer's page loads."""
    headers = {"cache-control": "public, max-age=300"}
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=headers)
