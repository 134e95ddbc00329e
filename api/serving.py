"""Runs the api and the demo site under uvicorn: no access log, no server header, one process each."""

import uvicorn
from starlette.types import ASGIApp

from api import logs, memory
from api.settings import Settings


def serve(settings: Settings) -> None:
    """The api. Its memory never goes to disk in a core dump: it may hold an answer being read."""
    logs.configure(settings.log_level)
    from api import building
    from api.app import make_app

    if not settings.readable_memory:
        memory.keep_private()
    _run(make_app(building.wire(settings)), settings.host, settings.port)


def serve_demo(settings: Settings) -> None:
    """The demo customer's site. It loads nothing of the api."""
    from api.demo import make_demo

    logs.configure(settings.log_level)
    _run(make_demo(settings), settings.host, settings.demo_port)


def _run(app: ASGIApp, host: str, port: int) -> None:
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=5,
        proxy_headers=False,
    )
