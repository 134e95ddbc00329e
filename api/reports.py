"""Reports errors to a Sentry, when one is set: what is needed to mend them, and nothing of what anybody wrote (S05).

A report is built from an allow-list. What is not on it does not leave, whatever the library or a later version of it
would add: messages, values of variables, lines of source, headers, cookies, addresses, queries, bodies, breadcrumbs.
"""

import atexit
import logging
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from api.settings import Settings

if TYPE_CHECKING:
    from sentry_sdk import Client
    from sentry_sdk.types import Event, Hint

OF_EVENT: Final = ("event_id", "timestamp", "platform", "level", "release", "tags")
OF_FRAME: Final = ("filename", "function", "lineno", "module", "in_app")
OF_TAGS: Final = ("process", "request_id", "route")


class Reports:
    """Sends reports when it has a client; otherwise telling costs nothing and does nothing."""

    def __init__(self, client: "Client | None" = None, process: str = "") -> None:
        self._client, self._process = client, process

    def tell(self, error: BaseException, *, route: str = "", request_id: str = "") -> None:
        """Reports this error; the route is a template, never a path that somebody asked for."""
        if self._client is None:
            return
        from sentry_sdk.utils import event_from_exception

        event, hint = event_from_exception(error, client_options=self._client.options)
        event["tags"] = {"process": self._process, "route": route, "request_id": request_id}
        self._client.capture_event(event, hint)

    def close(self) -> None:
        """Waits a moment until what was told is sent."""
        if self._client is not None:
            self._client.close(timeout=2.0)


class FromLogs(logging.Handler):
    """Tells the errors that are logged and not raised: those of a job, of a grader that failed."""

    def __init__(self, reports: Reports) -> None:
        super().__init__(logging.ERROR)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        """The error that was logged; not the words beside it."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not record.name.startswith("uvicorn"):  # that one was told with its request
            self._reports.tell(error)


def opened(settings: Settings, process: str) -> Reports:
    """For this process, also of what its libraries log."""
    if not settings.sentry_dsn:
        return Reports()
    from sentry_sdk import Client

    # No hub and no integrations: nothing but `tell` can send, and nothing is collected meanwhile.
    client = Client(
        dsn=settings.sentry_dsn, release=f"wederhoor@{version('wederhoor')}", before_send=only_what_mends,
        default_integrations=False, auto_enabling_integrations=False, server_name="",
        include_local_variables=False, include_source_context=False, max_request_body_size="never", max_breadcrumbs=0,
        send_client_reports=False, auto_session_tracking=False, enable_backpressure_handling=False,
        enable_metrics=False, enable_logs=False, propagate_traces=False, spotlight=False,
    )  # fmt: skip
    reports = Reports(client, process)
    atexit.register(reports.close)
    logging.getLogger().addHandler(FromLogs(reports))
    return reports


def only_what_mends(event: "Event", _hint: "Hint") -> "Event":
    """The same report with what the lists above name: kinds of errors, and where in the program."""
    given: dict[str, Any] = dict(event)
    kept: dict[str, Any] = {name: given[name] for name in OF_EVENT if name in given}
    kept["tags"] = {name: value for name, value in (given.get("tags") or {}).items() if name in OF_TAGS and value}
    values = (given.get("exception") or {}).get("values") or []
    kept["exception"] = {"values": [_kind_and_place(one) for one in values]}
    return kept  # type: ignore[return-value]


def _kind_and_place(error: dict[str, Any]) -> dict[str, Any]:
    frames = ((error.get("stacktrace") or {}).get("frames")) or []
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": [_frame(frame) for frame in frames]},
    }


def _frame(frame: dict[str, Any]) -> dict[str, Any]:
    """A place in the program; a path of the machine may hold somebody's name."""
    kept: dict[str, Any] = {name: frame[name] for name in OF_FRAME if name in frame}
    if str(kept.get("filename", "")).startswith("/"):
        kept["filename"] = kept["filename"].rpartition("/")[2]
    return kept
