"""`wederhoor up`: the whole product on one machine, under one supervisor."""

import datetime as dt
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import typer
import urllib3

from api import building, memory, seeding
from api.bot import Bot
from api.settings import ROOT, Settings
from api.supervisor import Child, Supervisor, command, log_file
from store import migrating

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "DATABASE_URL", "DATABASE_OWNER_URL")
WIPED_MEMORY = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=85",
}
"""Freed memory is overwritten, so that an answer does not stay in it (measured: 0 copies instead of 3)."""
BOT_FOLDER = ROOT / "bot"


def up(settings: Settings) -> int:
    """Starts everything, prints the addresses and runs until Ctrl-C."""
    began = time.monotonic()
    memory.no_core_dumps()
    settings.bot_key = type(settings.bot_key)(settings.bot_key.get_secret_value() or secrets.token_hex(32))
    typer.echo("Starting Wederhoor")
    supervisor = Supervisor(children(settings), settings.var / "logs", typer.echo)
    return supervisor.run(lambda: _welcome(settings, time.monotonic() - began))


def children(settings: Settings) -> list[Child]:
    """The processes, in the order in which they start."""
    logs = settings.var / "logs"
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("WEDERHOOR_")}
    ours = kept | WIPED_MEMORY | {"WEDERHOOR_BOT_KEY": settings.bot_key.get_secret_value(), "PYTHONUNBUFFERED": "1"}
    wederhoor = [sys.executable, "-m", "api"]
    bot = Bot(f"http://127.0.0.1:{settings.bot_port}", "")
    found = []
    if not settings.database_url:
        found.append(_database(settings, logs))
    found.append(
        Child("bot", command("bot", [*wederhoor, "bot"], ours, ROOT, logs), bot.ready, stop_signal=signal.SIGTERM)
    )
    needs = tuple(child.name for child in found if child.name == "database")
    found.append(
        Child(
            "api",
            command("api", [*wederhoor, "serve"], ours, ROOT, logs),
            lambda: _answers(f"{settings.url}/health/live"),
            needs,
        )
    )
    found.append(Child("worker", command("worker", [*wederhoor, "work"], ours, ROOT, logs), lambda: True, needs))
    demo = f"http://{settings.host}:{settings.demo_port}/"
    found.append(Child("demo", command("demo", [*wederhoor, "demo"], ours, ROOT, logs), lambda: _answers(demo), needs))
    return found


def bot(settings: Settings) -> NoReturn:
    """Becomes the bot: Rasa in its own environment, with memory that is wiped when freed."""
    python = BOT_FOLDER / ".venv" / "bin" / "python"
    if not python.exists():
        raise SystemExit("The bot's environment is not there; run: make env")
    environment = os.environ | WIPED_MEMORY
    environment |= {"WEDERHOOR_BOT_PORT": str(settings.bot_port), "WEDERHOOR_BOT_MODELS": str(settings.var / "bot")}
    if settings.log_level == "DEBUG":
        environment["LOG_LEVEL"] = "DEBUG"
    os.chdir(BOT_FOLDER)
    os.execve(python, [str(python), "-W", "ignore", "-m", "wederhoor_bot.serve"], environment)


def _database(settings: Settings, logs: Path) -> Child:
    """PostgreSQL; ready means migrated and seeded, which happens once per start."""
    server = building.embedded(settings)
    done: list[bool] = []

    def ready() -> bool:
        if not server.ready():
            return False
        if not done:
            prepare(settings)
            done.append(True)
        return True

    return Child("database", lambda: server.start(log_file(logs, "database")), ready, stop_signal=signal.SIGINT)


def prepare(settings: Settings) -> None:
    """Brings the schema up to date and loads the demo and the courses."""
    migrating.upgrade(building.owner(settings))
    seeding.seed(building.store(settings), settings, dt.datetime.now(dt.UTC))


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=1.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _welcome(settings: Settings, seconds: float) -> None:
    demo = json.loads((settings.var / "demo.json").read_text())
    site = f"http://{settings.host}:{settings.demo_port}"
    typer.echo(f"""
Wederhoor runs (after {seconds:.1f} s). Open in a browser:

  learner    {site}/                 a customer's page with the widget (Dutch; {site}/?language=en English)
  reviewer   {settings.url}/review     {demo["reviewer"]}
  employer   {settings.url}/employer   {demo["controller"]}
  author     {settings.url}/courses    {demo.get("author") or "(comes with: wederhoor seed)"}
  privacy    {settings.url}/oversight  {demo.get("privacy_officer") or "(comes with: wederhoor seed)"}
  password   {demo["password"]}     (the same for all, made for this installation)
  API        {settings.url}/docs
  mail       {settings.mail}

Logs are in {settings.var / "logs"}. Ctrl-C stops everything.
""")
