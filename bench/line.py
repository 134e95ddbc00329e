"""`python -m bench.line`: the reviewers' line at 1,000 and at 1,000,000 cases, in one run (docs/performance.md)."""

import datetime as dt
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from appeals import access, clocks, queue, remedy
from appeals.errors import ConflictOfInterest, Stale
from appeals.models import Appeal
from appeals.queue import Wanted
from appeals.states import OPEN
from learning.models import Question
from store import migrating, vault
from store.embedded import APP, OWNER, EmbeddedServer, stop
from store.store import Store, connect
from tests.appeals.desk import START, Desk

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 40
NOW = START + dt.timedelta(days=14)
FILL = """
SET LOCAL session_replication_role = replica;
INSERT INTO learner (id, organisation_id, subject, language, created_at, seen_at)
SELECT gen_random_uuid(), '{organisation}', 'b-' || n, 'nl', '{start}', '{start}' FROM generate_series(1, {cases}) n;
CREATE TEMP TABLE filled AS
SELECT row_number() OVER () AS n, l.id AS learner_id, gen_random_uuid() AS decision_id, q.id AS question_id
FROM learner l, LATERAL (SELECT id FROM question WHERE course_id = '{course}' AND kind = 'stance'
    ORDER BY position OFFSET mod(abs(hashtext(l.subject)), 4) LIMIT 1) q
WHERE l.organisation_id = '{organisation}';
INSERT INTO answer (organisation_id, learner_id, question_id, text, language, answered_at)
SELECT '{organisation}', learner_id, question_id, '\\x00', 'nl', '{start}' FROM filled;
INSERT INTO decision (id, organisation_id, learner_id, question_id, question_version, maker, model_id, intent, outcome,
    reason, points, max_points, tries, in_review, decided_at)
SELECT decision_id, '{organisation}', learner_id, question_id, 'v', 'model', 'm', 'approve', 'not_passed', 'model',
    0, 2, 0, mod(n, 4) > 0, '{start}' FROM filled;
INSERT INTO appeal (id, organisation_id, learner_id, question_id, decision_id, origin, state, level, version, filed_at,
    clock_at, clock_days, due_at, remind_at, own_reading, ruling, reason, ruled_by, ruled_at, announce_at)
SELECT gen_random_uuid(), '{organisation}', learner_id, question_id, decision_id,
    CASE mod(n, 10) WHEN 0 THEN 'machine' WHEN 1 THEN 'opted_out' ELSE 'learner' END,
    CASE WHEN mod(n, 4) = 0 THEN 'decided' ELSE 'filed' END, 1, 1, at, at, 28, at + interval '28 days',
    at + interval '15 days', CASE WHEN mod(n, 4) = 0 THEN 'approve' END, CASE WHEN mod(n, 4) = 0 THEN 'upheld' END,
    CASE WHEN mod(n, 4) = 0 THEN 'ambiguous' END, CASE WHEN mod(n, 4) = 0 THEN '{member}'::uuid END,
    CASE WHEN mod(n, 4) = 0 THEN at END, CASE WHEN mod(n, 4) = 0 THEN at END
FROM filled, LATERAL (SELECT '{start}'::timestamptz + n * interval '13 days' / {cases} AS at) moments;
INSERT INTO notice
    (id, organisation_id, appeal_id, learner_id, question_id, kind, channel, version, created_at, send_at)
SELECT gen_random_uuid(), organisation_id, id, learner_id, question_id, 'filed', 'learner_mail', 1, filed_at, filed_at
FROM appeal WHERE organisation_id = '{organisation}';
INSERT INTO journal (organisation_id, at, act, learner_id, question_id, appeal_id, facts)
SELECT organisation_id, filed_at, 'appeal.filed', learner_id, question_id, id, '{{}}' FROM appeal
WHERE organisation_id = '{organisation}';
DROP TABLE filled;
"""


def fill(owner_url: str, desk: Desk, cases: int) -> None:
    """So many cases of as many learners, three quarters of them open, filed in the last thirteen days."""
    engine = connect(owner_url, pool=1)
    script = FILL.format(
        organisation=desk.id, course=desk.course_id, cases=cases, start=START.isoformat(), member=desk.reviewers[0].id
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(script)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def pages(desk: Desk) -> dict[str, Callable[[Session], object]]:
    """What a reviewer looks at: list and count of one page."""

    def page(wanted: Wanted, after: tuple[dt.datetime, int] | None = None) -> Callable[[Session], object]:
        def look(session: Session) -> object:
            member = desk.reviewers[0]
            shown = queue.waiting(session, NOW, wanted, member=member, after=after)
            return shown, queue.count(session, NOW, wanted, member=member)

        return look

    with desk.store.read(desk.id) as session:
        question = session.execute(
            select(Question.id).where(Question.course_id == desk.course_id, Question.kind == "stance")
        ).scalars().first()  # fmt: skip
    deep = START + dt.timedelta(days=7), 0
    return {
        "the longest waiting": page(Wanted()),
        "the nearest date": page(Wanted("due")),
        "deep in the line": page(Wanted(), deep),
        "deep, nearest date": page(Wanted("due"), (deep[0] + dt.timedelta(days=28), 0)),
        "of one course": page(Wanted(course="information-security")),
        "of a course without any": page(Wanted(course="safety-at-work")),
        "of one origin": page(Wanted(origin="machine")),
        "of an origin without any": page(Wanted(origin="remedy")),
        "of one question": page(Wanted(question=question)),
        "one's own": page(Wanted(mine=True)),
        "late": page(Wanted(late=True)),
    }


def acts(desk: Desk) -> dict[str, Callable[[Session], object]]:
    """What happens to a case; each time to another one."""
    with desk.store.read(desk.id) as session:
        rows = session.execute(
            select(Appeal.number).where(Appeal.state.in_(OPEN)).order_by(Appeal.filed_at.desc()).limit(8 * ROUNDS)
        )
        numbers = iter(rows.scalars().all())

    claimed: list[int] = []

    def claim(session: Session) -> None:
        claimed.append(next(numbers))
        queue.claim(session, desk.reviewers[0], claimed[-1], NOW)

    def refused(session: Session) -> None:
        try:
            queue.claim(session, desk.reviewers[1], claimed[-1], NOW)
        except (Stale, ConflictOfInterest):
            return

    def opening(session: Session) -> object:
        return access.find(session, next(numbers))

    return {
        "claim": claim,
        "claim, refused": refused,
        "a case by its number": opening,
        "clocks, nothing due": lambda session: clocks.tick(session, desk.id, START),
        "remedies, none due": lambda session: remedy.due(session, NOW),
    }


def measure(desk: Desk, work: Callable[[Session], object], *, writes: bool) -> list[float]:
    """Milliseconds of each round, transaction and all."""
    opened = desk.store.write if writes else desk.store.read
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with opened(desk.id) as session:
            work(session)
        took.append(1000 * (time.perf_counter() - begun))
    return took


def main() -> None:
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    folder = Path(tempfile.mkdtemp(prefix="wederhoor-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "pg")
    process = server.start()
    try:
        owner = connect(server.url(OWNER), pool=1)
        migrating.upgrade(owner)
        owner.dispose()
        store, ring = Store(connect(server.url(APP), pool=2)), vault.open_ring(folder / "ring")
        desks = [Desk(store, ring) for _ in range(2)]
        for desk, cases in zip(desks, (SMALL, large), strict=True):
            fill(server.url(OWNER), desk, cases)
        print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}\n")
        print(f"| | p50, p95 at {SMALL:,} | p50, p95 at {large:,} | ratio of p50 |\n|---|---|---|---|")
        for kind, writes in ((pages, False), (acts, True)):
            small, big = (kind(desk) for desk in desks)
            for name in small:
                took = [
                    measure(desk, work[name], writes=writes) for desk, work in zip(desks, (small, big), strict=True)
                ]
                _row(name, *took)
        store.engine.dispose()
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _row(name: str, small: list[float], large: list[float]) -> None:
    said = [f"{statistics.median(took):.1f}, {statistics.quantiles(took, n=20)[-1]:.1f}" for took in (small, large)]
    print(f"| {name} | {said[0]} | {said[1]} | {statistics.median(large) / statistics.median(small):.2f} |", flush=True)


if __name__ == "__main__":
    main()
