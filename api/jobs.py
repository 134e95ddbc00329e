"""Background work: what runs by the clock. Arguments are never text, and each job may run twice without harm."""

import asyncio
import datetime as dt
import logging
import signal
import threading

import procrastinate
from psycopg import AsyncConnection

log = logging.getLogger(__name__)

HEARTBEAT = 10
STALLED = 60
MOST_ATTEMPTS = 5
NOTIFYING = threading.Lock()
"""A round that waits for a slow receiver must not take both places of the worker."""

jobs = procrastinate.App(connector=procrastinate.PsycopgConnector())


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="forget_leftovers", queueing_lock="forget_leftovers")
async def forget_leftovers(timestamp: int) -> None:
    """Replies kept for a lost connection go after an hour, ended sign-ins at once."""
    connection: AsyncConnection
    async with jobs.connector.pool.connection() as connection:  # type: ignore[attr-defined]
        await connection.execute("SELECT forget_leftovers()")


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="watch_grading", queueing_lock="watch_grading")
def watch_grading(timestamp: int) -> None:
    """Stops automatic failing where the machine no longer does what it promises."""
    from api import watching
    from api.settings import Settings

    watching.look(Settings())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="refit_own", queueing_lock="refit_own")
def refit_own(timestamp: int) -> None:
    """What an organisation's head has learned follows what its people rule, and what its learners take back."""
    from api import refitting
    from api.settings import Settings

    refitting.refit_apart(Settings())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="keep_clocks", queueing_lock="keep_clocks")
def keep_clocks(timestamp: int) -> None:
    """Reminders, missed dates, and the check of answers like one that was corrected."""
    from api import settling
    from api.settings import Settings

    settling.settle(Settings())


@jobs.periodic(cron="17 * * * *")
@jobs.task(name="keep_trends", queueing_lock="keep_trends")
def keep_trends(timestamp: int) -> None:
    """Counts a week once, when it is over."""
    from api import trending
    from api.settings import Settings

    trending.keep(Settings())


@jobs.periodic(cron="20 3 * * *")
@jobs.task(name="sweep", queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """Deletes what is kept no longer, each night."""
    from api import backing_up, erasing
    from api.settings import Settings

    settings = Settings()
    for organisation, report in erasing.sweep_all(settings, dry=False):
        log.info("swept %s: %s rows, %s learners", organisation, sum(report.rows.values()), report.learners)
    log.info("backups gone: %s", len(backing_up.roll_off(settings, dt.datetime.now(dt.UTC), dry=False)))


@jobs.periodic(cron="* * * * *")
@jobs.task(name="shred_keys", queueing_lock="shred_keys")
def shred_keys(timestamp: int) -> None:
    """Destroys the keys of answers and other texts that have been replaced, wiped or erased."""
    from api import building
    from api.settings import Settings
    from store import shredding

    settings = Settings()
    with building.opened(settings) as store:
        shredding.shred(store, building.keys(settings), building.organisations(store))


@jobs.periodic(cron="* * * * * */10")
@jobs.task(name="note_departures", queueing_lock="note_departures")
def note_departures(timestamp: int) -> None:
    """What was erased, withdrawn or closed is noted outside the database, for when a backup is restored."""
    from api import building
    from api.settings import Settings
    from store import departures

    settings = Settings()
    with building.opened(settings) as store:
        departures.collect(store, departures.Ledger(settings.departures))


@jobs.periodic(cron="* * * * * */10")
@jobs.task(name="notify", queueing_lock="notify")
def notify(timestamp: int) -> None:
    """Mails and webhooks: what is due goes out."""
    from api import notifying
    from api.settings import Settings

    if NOTIFYING.acquire(blocking=False):
        try:
            notifying.notify(Settings())
        finally:
            NOTIFYING.release()


@jobs.periodic(cron="* * * * * */20")
@jobs.task(name="send_news", queueing_lock="send_news")
def send_news(timestamp: int) -> None:
    """News about trainings goes to who asked for it."""
    from api import newsletters
    from api.settings import Settings

    newsletters.send(Settings())


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="announce_policy", queueing_lock="announce_policy")
def announce_policy(timestamp: int) -> None:
    """Who left an address hears of a new policy, once."""
    from api import renewing
    from api.settings import Settings

    renewing.announce_all(Settings(), dt.datetime.now(dt.UTC))


@jobs.periodic(cron="* * * * *")
@jobs.task(name="exchange_mail", queueing_lock="exchange_mail")
def exchange_mail(timestamp: int) -> None:
    """Letters come in from connected mailboxes, and answers leave."""
    from api.mail import exchanging
    from api.settings import Settings

    exchanging.exchange_all(Settings(), lambda: dt.datetime.now(dt.UTC))


@jobs.periodic(cron="23 * * * *")
@jobs.task(name="prune_letters", queueing_lock="prune_letters")
def prune_letters(timestamp: int) -> None:
    """Letters go when their time is over."""
    from api.mail import exchanging
    from api.settings import Settings

    exchanging.prune_all(Settings(), dt.datetime.now(dt.UTC))


@jobs.periodic(cron="* * * * *")
@jobs.task(name="revive_stalled", queueing_lock="revive_stalled", pass_context=True)
async def revive_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Jobs of a worker that was killed stay `doing` for ever unless somebody gives them back."""
    for job in await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        if job.attempts < MOST_ATTEMPTS:
            await jobs.job_manager.retry_job(job)
        else:
            log.error("job gave up: %s", job.task_name)


async def work(url: str) -> None:
    """Runs jobs until told to stop. The worker ends when the database goes away, so it is started again."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = jobs.with_connector(procrastinate.PsycopgConnector(conninfo=url))
    with jobs.replace_connector(running.connector) as app:
        while not stop.is_set():
            try:
                await _until_stopped(app, stop)
            except Exception as error:  # the database may be away for a moment
                log.warning("worker: %s", type(error).__name__)
            if not stop.is_set():
                await asyncio.sleep(1)


async def _until_stopped(app: procrastinate.App, stop: asyncio.Event) -> None:
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                install_signal_handlers=False,
                concurrency=2,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                shutdown_graceful_timeout=5,
                delete_jobs="successful",
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
        worker.cancel()
        stopping.cancel()
        await asyncio.gather(worker, stopping, return_exceptions=True)
