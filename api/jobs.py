"""Background work: what runs by the clock. Arguments are never text, and each job may run twice without harm."""

import asyncio
import logging
import signal

import procrastinate
from psycopg import AsyncConnection

log = logging.getLogger(__name__)

HEARTBEAT = 10
STALLED = 60
MOST_ATTEMPTS = 5

jobs = procrastinate.App(connector=procrastinate.PsycopgConnector())


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="forget_leftovers", queueing_lock="forget_leftovers")
async def forget_leftovers(timestamp: int) -> None:
    """Replies kept for a lost connection go after an hour, ended sign-ins at once."""
    connection: AsyncConnection
    async with jobs.connector.pool.connection() as connection:  # type: ignore[attr-defined]
        await connection.execute("SELECT forget_leftovers()")


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
