"""Is the process alive, and can it serve? Nothing here names a person."""

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.auth import Wired
from grading.grade import BASE

router = APIRouter(tags=["health"])


@router.get("/health/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
def ready(wired: Wired, response: Response) -> dict[str, object]:
    """Database and bot answer, and a model is loaded; 503 when one does not."""
    grader = wired.graders.of(BASE)
    parts = {"database": _database(wired), "bot": wired.bot.ready(), "grader": bool(grader.model_id)}
    if not all(parts.values()):
        response.status_code = 503
    return {"status": "ok" if all(parts.values()) else "not ready", "parts": parts}


def _database(wired: Wired) -> bool:
    try:
        with wired.store.read(None) as session:
            return session.execute(text("SELECT 1")).scalar_one() is not None
    except SQLAlchemyError:
        return False
