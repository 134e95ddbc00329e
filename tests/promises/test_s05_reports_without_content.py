"""S05: error reports, traces and figures carry what is needed to mend, and nothing of what anybody wrote or is called.

The product runs with all three switched on, and its database is broken under it: each request that fails holds an
answer, a name, an e-mail address or a token. What left is searched byte by byte.
"""

import logging
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr
from sqlalchemy import select, text

from api import building, outside, reports, trial
from api.settings import ROOT, Settings
from api.trial import System, Visitor
from people.models import Member
from privacy.errors import Undeclared
from tests.collector import Collector, collector
from tests.promises.test_h16_place_and_processors import environment, refused
from tests.staff import Staff

METRICS = "a-token-of-our-own-making"
RELEASE = f"wederhoor@{version('wederhoor')}"
BROKEN = """
CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no room for % of %', encode(NEW.text, 'hex'), NEW.learner_id; END $$;
CREATE TRIGGER full_up BEFORE INSERT OR UPDATE ON answer FOR EACH ROW EXECUTE FUNCTION full_up();
CREATE OR REPLACE FUNCTION member_for_sign_in(given text)
RETURNS TABLE (id uuid, organisation_id uuid, password_hash text) LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RAISE EXCEPTION 'no place for %', given; END $$;
"""
GONE = """
ALTER TABLE letter RENAME TO letter_gone;
ALTER TABLE notice RENAME TO notice_gone;
"""


@dataclass
class Broken:
    """What was sent in, the replies, and what left."""

    system: System
    collector: Collector
    marks: dict[str, str] = field(default_factory=dict)
    replies: dict[str, urllib3.BaseHTTPResponse] = field(default_factory=dict)

    def event(self, request: str) -> dict[str, object]:
        """The report about this request."""
        number = self.replies[request].headers["x-request-id"]
        (found,) = (one for one in self.collector.events() if one["tags"].get("request_id") == number)
        return found


@pytest.fixture(scope="module")
def broken() -> Iterator[Broken]:
    with collector() as opened:
        settings = {"sentry_dsn": opened.dsn, "otlp_endpoint": opened.traces, "otlp_headers": "x-key=ours"}
        with trial.system(log_level="DEBUG", metrics_token=METRICS, **settings) as system:
            made = Broken(system, opened)
            _fail(made)
            yield made


def _fail(made: Broken) -> None:
    system, marks = made.system, made.marks
    learner = Visitor(system, f"v-{uuid.uuid4().hex}")
    learner.enter()
    reviewer = Staff(system, system.demo["reviewer"])
    marks |= {
        "answer": f"kapstok{uuid.uuid4().hex}", "e-mail": f"{uuid.uuid4().hex}@bureau.example",
        "password": f"geheim{uuid.uuid4().hex}", "search": f"zoek{uuid.uuid4().hex}", "learner": learner.name,
        "token": learner.token, "cookie": reviewer._cookie.partition("=")[2], "user agent": f"b{uuid.uuid4().hex}",
    }  # fmt: skip
    organisation = uuid.UUID(system.demo["organisation_id"])
    with building.opened(system.settings) as store, store.read(organisation) as session:
        email = Member.email == system.demo["reviewer"]
        marks["name"] = session.execute(select(Member.name).where(email)).scalar_one()
    _break(system, BROKEN)
    url, agent = system.settings.url, {"user-agent": marks["user agent"], "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    said = {"turn": uuid.uuid4().hex, "course": learner.course, "seen": learner.revision, "kind": "text"}
    made.replies["answer"] = urllib3.request(
        "POST", f"{url}/v1/turns", json=said | {"text": f"nee, {marks['answer']}"},
        headers=agent | {"authorization": f"Bearer {learner.token}"},
    )  # fmt: skip
    _break(system, GONE)
    made.replies["page"] = urllib3.request(
        "GET", f"{url}/letters?zoek={marks['search']}", headers=agent | {"cookie": reviewer._cookie}
    )
    made.replies["sign-in"] = urllib3.request(
        "POST", f"{url}/sign-in", body=urlencode({"email": marks["e-mail"], "password": marks["password"]}),
        headers=agent | {"origin": url, "content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    urllib3.request("GET", f"{url}/v1/{marks['search']}", headers=agent)
    urllib3.request("PROPFIND", f"{url}/review/{marks['search']}", headers=agent)
    assert {name: reply.status for name, reply in made.replies.items()} == dict.fromkeys(made.replies, 500)
    made.collector.wait(lambda: len(made.collector.events()) >= 3)
    made.collector.wait(lambda: any(one["tags"]["process"] == "worker" for one in made.collector.events()))
    made.collector.wait(lambda: len(_spans(made.collector, "other")) == 1)


def _break(system: System, statements: str) -> None:
    """What an update that went wrong, or a full disk, does to the database."""
    engine = building.owner(system.settings)
    with engine.begin() as connection:
        for statement in re.split(r";\n(?!\$)", statements.strip().rstrip(";")):
            connection.execute(text(statement))
    engine.dispose()


def test_each_report_says_what_broke_where_and_by_which_request(broken: Broken) -> None:
    for request, route, place in (
        ("answer", "/v1/turns", "learning/answering.py"),
        ("page", "/letters", "appeals/letters.py"),
        ("sign-in", "/sign-in", "people/signing_in.py"),
    ):
        event = broken.event(request)
        number = broken.replies[request].headers["x-request-id"]
        assert event["tags"] == {"process": "api", "route": route, "request_id": number}
        assert event["release"] == RELEASE and event["level"] == "error"
        values = event["exception"]["values"]  # type: ignore[index]
        assert values[-1]["type"] == "ProgrammingError" and values[-1]["module"] == "sqlalchemy.exc"
        assert values[0]["module"] == "psycopg.errors"
        ours = [frame for one in values for frame in one["stacktrace"]["frames"] if frame["filename"] == place]
        assert ours and all(isinstance(frame["lineno"], int) and frame["function"] for frame in ours)


def test_errors_of_background_work_are_reported_too(broken: Broken) -> None:
    event = next(one for one in broken.collector.events() if one["tags"]["process"] == "worker")
    frames = [frame for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"]]
    assert any(frame["filename"].startswith(("api/", "appeals/")) for frame in frames) and event["release"] == RELEASE


def test_nothing_of_what_was_sent_in_leaves(broken: Broken) -> None:
    left = broken.collector.everything()
    assert len(left) > 5000 and b"learning/answering.py" in left and b"/v1/turns" in left
    marks = broken.marks | {
        "signature": broken.marks["token"].rpartition(".")[2], "organisation": broken.system.demo["organisation_id"],
        "hexed": broken.marks["answer"].encode().hex(), "trace": "a" * 32, "source": "SELECT", "folder": str(ROOT),
        "var": str(broken.system.settings.var), "message": "no place for", "other": "no room for",
        "machine": f'"{socket.gethostname()}"',
    }  # fmt: skip
    assert [name for name, mark in marks.items() if mark.encode() in left] == []


def test_a_report_has_nothing_but_what_is_listed(broken: Broken) -> None:
    assert {key for one in broken.collector.events() for key in one} == {*reports.OF_EVENT, "exception"}
    errors = [error for one in broken.collector.events() for error in one["exception"]["values"]]
    assert {key for error in errors for key in error} == {"type", "module", "stacktrace"}
    frames = [frame for error in errors for frame in error["stacktrace"]["frames"]]
    assert {key for frame in frames for key in frame} <= set(reports.OF_FRAME)


def test_a_trace_has_route_status_and_the_name_of_the_error(broken: Broken) -> None:
    number = broken.replies["answer"].headers["x-request-id"]
    (span,) = (one for one in _spans(broken.collector) if one.get("wederhoor.request_id") == number)
    wanted = {
        "name": "POST /v1/turns", "http.route": "/v1/turns", "http.response.status_code": 500,
        "error.type": "ProgrammingError",
    }  # fmt: skip
    assert {name: span[name] for name in wanted} == wanted
    keys = {"http.request.method", "http.route", "http.response.status_code", "wederhoor.request_id", "error.type"}
    assert {key for one in _spans(broken.collector) for key in one} <= keys | {"name", "events", "resource"}
    assert all(one["events"] == 0 and one["resource"] == ["service.name", "service.version"] for one in _spans(
        broken.collector
    ))  # fmt: skip
    assert b"X-Key: ours" in broken.collector.everything() or b"x-key: ours" in broken.collector.everything()


def test_figures_are_for_who_has_the_token_and_name_routes_only(broken: Broken) -> None:
    url = f"{broken.system.settings.url}/metrics"
    for header in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {METRICS}x"}):
        reply = urllib3.request("GET", url, headers=header)
        assert reply.status == 403 and b"wederhoor_requests" not in reply.data
    shown = urllib3.request("GET", url, headers={"authorization": f"Bearer {METRICS}"}).data.decode()
    assert 'wederhoor_requests_total{method="POST",route="/v1/turns",status="500"} 1.0' in shown
    assert 'wederhoor_request_seconds_count{method="POST",route="/sign-in"}' in shown
    assert [name for name, mark in broken.marks.items() if mark in shown] == []
    assert set(re.findall(r'route="([^"]*)"', shown)) == {
        "/health/live", "/health/ready", "/v1/conversation", "/v1/consent", "/v1/turns", "/sign-in", "/letters",
        "/metrics", "unknown",
    }  # fmt: skip
    assert set(re.findall(r'method="([^"]*)"', shown)) == {"GET", "POST", "other"}


def test_the_number_in_the_report_is_in_the_log_and_with_who_saw_the_error(broken: Broken) -> None:
    number = broken.replies["answer"].headers["x-request-id"]
    assert broken.replies["answer"].json()["request_id"] == number
    log = (broken.system.settings.var / "logs" / "api.log").read_text()
    assert f'"request_id": "{number}"' in log
    logs = "".join(path.read_text(errors="replace") for path in (broken.system.settings.var / "logs").glob("*.log"))
    raised_by_the_test_in_the_database = {"e-mail"}
    marks = {name: mark for name, mark in broken.marks.items() if name not in raised_by_the_test_in_the_database}
    assert [name for name, mark in marks.items() if mark in logs] == []


def test_an_error_that_is_full_of_content_is_reported_without_it() -> None:
    """Messages, causes, groups, notes and local variables, all with a mark in it."""
    mark, root = f"kapstok{uuid.uuid4().hex}", logging.getLogger()
    before = root.handlers[:]
    with collector() as opened:
        told = reports.opened(Settings(sentry_dsn=opened.dsn), "api")
        try:
            _raise(mark)
        except ExceptionGroup as error:
            told.tell(error, route="/v1/turns", request_id="1")
            logging.getLogger("some.library").error("about %s", mark, exc_info=error)
        told.close()
        root.handlers[:] = before
        assert len(opened.events()) == 2 and mark.encode() not in opened.everything()
        kinds = {error["type"] for error in opened.events()[0]["exception"]["values"]}
        assert kinds == {"ExceptionGroup", "ValueError", "KeyError"}


def _raise(mark: str) -> None:
    holding = {"answer": mark}
    try:
        holding[mark]
    except KeyError as cause:
        error = ValueError(f"cannot read {mark}")
        error.add_note(mark)
        error.__cause__ = cause
        raise ExceptionGroup(mark, [error]) from cause


def test_all_of_it_is_off_unless_set(system: System) -> None:
    """Not even loaded."""
    assert urllib3.request("GET", f"{system.settings.url}/metrics").status == 404
    asked = """
import sys
from api import app, cli, figures, jobs, reports, serving
from api.settings import Settings
settings = Settings()
assert figures.observers(figures.figures(settings), figures.traces(settings)) == []
reports.opened(settings, "api").tell(ValueError())
print({"sentry_sdk", "opentelemetry.sdk", "opentelemetry.exporter", "prometheus_client"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout == "set()\n"


def test_what_is_switched_on_without_its_library_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Python finds nothing under that name."""
    set_to = Settings(sentry_dsn="http://public@127.0.0.1:9/1", metrics_token=SecretStr(METRICS), var=tmp_path)
    outside.require_declared(set_to)
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(Undeclared, match="SENTRY_DSN needs more packages"):
        outside.require_declared(set_to)


@pytest.mark.parametrize(
    ("setting", "value", "service"),
    [
        ("SENTRY_DSN", "https://public@errors.example/1", "error reports at errors.example"),
        ("OTLP_ENDPOINT", "https://traces.example/v1/traces", "traces at traces.example"),
        ("OTLP_ENDPOINT", "traces.example:4318", "traces at (no host)"),
    ],
)
def test_an_undeclared_receiver_stops_the_start(tmp_path: Path, setting: str, value: str, service: str) -> None:
    told = refused("serve", environment(tmp_path, **{f"WEDERHOOR_{setting}": value}))
    assert f"{service} (WEDERHOOR_{setting}) is outside this machine and not declared" in told


def _spans(opened: Collector, method: str = "") -> list[dict[str, object]]:
    found = []
    for body in opened.bodies("/v1/traces"):
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = sorted(one.key for one in group.resource.attributes)
            for span in (span for scope in group.scope_spans for span in scope.spans):
                values = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
                found.append(values | {"name": span.name, "events": len(span.events), "resource": resource})
    return [one for one in found if not method or one["http.request.method"] == method]
