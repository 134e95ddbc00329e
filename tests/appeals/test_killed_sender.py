"""A worker killed at every point of telling loses nothing, and doubles nothing for who knows messages by their id."""

import datetime as dt
import signal
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import delete, select

from appeals.models import Notice
from people import webhooks
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk
from tests.appeals.killed_sender import work
from tests.receivers import mailbox, receiver

MINUTE = dt.timedelta(minutes=1)
ADDRESS = "jo.smit@elders.example"


def ruled(desk: Desk) -> set[str]:
    """A new ruling that a learner and a system have to hear of; the ids of both notices."""
    learner = desk.reachable(ADDRESS)
    desk.answer(learner)
    desk.decide(desk.appeal(learner))
    with desk.store.write(desk.id) as session:
        session.execute(delete(Notice).where(Notice.channel.not_in(["learner_mail", "webhook"])))
        session.execute(delete(Notice).where(Notice.kind != "ruled"))
        untold = select(Notice.id).where(Notice.sent_at.is_(None))
        return {str(name) for name in session.execute(untold).scalars()}


def untold(desk: Desk) -> int:
    with desk.store.read(desk.id) as session:
        return len(session.execute(select(Notice.id).where(Notice.sent_at.is_(None))).all())


def test_killed_at_each_point_it_loses_and_doubles_nothing(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk(reviewers=1)
    workers = get_context("forkserver")
    workers.set_forkserver_preload(["tests.appeals.killed_sender"])
    doubled = 0

    def run(now: dt.datetime, die_at: int) -> int | None:
        url = desk.store.engine.url.render_as_string()
        worker = workers.Process(target=work, args=(url, tmp_path / "ring", desk.id, box.port, now, die_at))
        worker.start()
        worker.join(60)
        return worker.exitcode

    with mailbox() as box, receiver() as hook:
        with desk.store.write(desk.id) as session:
            webhooks.add(session, desk.vault, desk.id, hook.url, START, plain=True)
        for point in count(1):
            expected = ruled(desk)
            box.got.clear()
            hook.got.clear()
            ended = run(START + MINUTE, point)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL, f"at point {point}"
            assert run(START + 3 * MINUTE, 0) == 0
            names = [str(mail["message-id"]).strip("<>").split("@")[0] for mail in box.to(ADDRESS)]
            names += [call.headers["webhook-id"] for call in hook.got]
            assert set(names) == expected and untold(desk) == 0, f"lost at point {point}"
            assert len(names) <= 3, f"more than the one in flight was sent again at point {point}"
            doubled += len(names) == 3
    assert point > 20, "each statement and each commit of two notices"
    assert doubled > 0, "killed between sending and marking"
