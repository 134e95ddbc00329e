"""Counts and times of requests, for a Prometheus to fetch; and the same one by one for an OpenTelemetry collector.

Both are off unless set, and their libraries are loaded only then.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from api.observing import Observer, Seen
from api.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """Requests by method, route and status, and their seconds by method and route; since this process began."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self._registry = CollectorRegistry()
        ProcessCollector(namespace="wederhoor", registry=self._registry)
        self._requests = Counter(
            "wederhoor_requests", "Requests that were answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "wederhoor_request_seconds", "How long they took.", ["method", "route"], buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip

    def see(self, seen: Seen) -> None:
        """Counts it."""
        self._requests.labels(seen.method, seen.route, str(seen.status)).inc()
        self._seconds.labels(seen.method, seen.route).observe(seen.took / 1e9)

    def text(self) -> bytes:
        """As Prometheus reads it."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


class Traces:
    """One span for each request, with its route, status, id and the name of the error."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("wederhoor")

    def see(self, seen: Seen) -> None:
        """Hands it to the thread that sends."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, Status, StatusCode

        attributes: dict[str, str | int] = {
            "http.request.method": seen.method, "http.route": seen.route,
            "http.response.status_code": seen.status, "wederhoor.request_id": seen.request_id,
        }  # fmt: skip
        if seen.error:
            attributes["error.type"] = seen.error
        span = self._tracer.start_span(
            f"{seen.method} {seen.route}", Context(), SpanKind.SERVER, attributes, start_time=seen.began
        )
        if seen.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(seen.began + seen.took)


def figures(settings: Settings) -> Figures | None:
    """What `/metrics` shows, if it is set."""
    return Figures() if settings.metrics_token.get_secret_value() else None


def traces(settings: Settings) -> Traces | None:
    """Who sends spans, if it is set."""
    if not settings.otlp_endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    pairs = (one.partition("=") for one in settings.otlp_headers.get_secret_value().split(",") if one.strip())
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    # A provider of its own and not the process's: libraries that trace by themselves, the job queue among them, find
    # none and send nothing. Attributes are named here and not taken from the environment.
    resource = Resource({"service.name": "wederhoor", "service.version": version("wederhoor")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(settings.otlp_endpoint, headers=headers)))
    return Traces(provider)


def observers(*known: Observer | None) -> list[Observer]:
    """Those that are on."""
    return [one for one in known if one is not None]
