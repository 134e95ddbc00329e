"""`wederhoor mailbox`: connects an organisation's mailbox, shows it, disconnects it."""

import datetime as dt
import imaplib
import uuid
from typing import Annotated, NoReturn

import typer

from api.commands.deciding import By, decider
from api.settings import Settings

app = typer.Typer(help="An organisation's mailbox: mail to it becomes letters for reviewers.", no_args_is_help=True)

Organisation = Annotated[uuid.UUID, typer.Argument(help="The organisation's id")]


@app.command()
def connect(
    organisation: Organisation,
    address: Annotated[str, typer.Option(help="The address that people write to, and that answers leave from")],
    imap: Annotated[str, typer.Option(help="HOST or HOST:PORT; 993 is TLS, other ports STARTTLS")],
    smtp: Annotated[str, typer.Option(help="HOST or HOST:PORT; 465 is TLS, other ports STARTTLS")],
    by: By,
    user: Annotated[str, typer.Option(help="Signs in on both; the address unless given")] = "",
    folder: Annotated[str, typer.Option(help="The folder that is read")] = "INBOX",
    delete_read: Annotated[bool, typer.Option("--delete-read", help="Leave no copy on the server")] = False,  # noqa: FBT002
) -> None:
    """Connect a mailbox. The password is asked; both servers are tried before anything is kept."""
    import aiosmtplib
    from imap_tools.errors import ImapToolsError

    from api import building
    from api.mail import reading, sending
    from appeals import mailbox
    from appeals.errors import NotPossible

    imap_host, imap_port = _host(imap, 993)
    smtp_host, smtp_port = _host(smtp, 465)
    servers = mailbox.Servers(
        address.strip(), imap_host, imap_port, smtp_host, smtp_port, user or address, folder, delete_read
    )
    settings = Settings()
    with building.opened(settings) as store:
        who = decider(store, organisation, by)
    password = typer.prompt("Password", hide_input=True)
    try:
        with reading.opened(servers, password):
            pass
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        _stop(f"{imap_host}:{imap_port} cannot be read from: {type(error).__name__}. Nothing was kept.")
    try:
        sending.sign_in(servers, password)
    except (aiosmtplib.SMTPException, OSError) as error:
        _stop(f"{smtp_host}:{smtp_port} cannot be sent by: {type(error).__name__}. Nothing was kept.")
    now, keys = dt.datetime.now(dt.UTC), building.keys(settings)
    with building.opened(settings) as store, store.write(organisation) as session:
        try:
            mailbox.connect(session, keys, organisation, servers, password, now, who)
        except NotPossible:
            _stop("Another mailbox is connected. Disconnect it first; its letters go within thirty days.")
    typer.echo(f"{servers.address} is connected, and read each minute.")


@app.command()
def show(organisation: Organisation) -> None:
    """Say which mailbox is connected, and when it was last read. Never the password."""
    from api import building
    from appeals import mailbox

    with building.opened(Settings()) as store, store.read(organisation) as session:
        found = mailbox.live(session)
        if found is None:
            _stop("No mailbox is connected.")
        typer.echo(f"{found.address}, connected on {found.connected_at:%Y-%m-%d}")
        for name, host, port in (
            ("read", found.imap_host, found.imap_port),
            ("sent", found.smtp_host, found.smtp_port),
        ):
            typer.echo(f"{name} by {host}:{port} as {found.username}")
        after = "deleted" if found.deletes_read else "marked as seen"
        typer.echo(f"folder {found.folder}; what was read is {after} there")
        typer.echo(f"last read: {f'{found.read_at:%Y-%m-%d %H:%M} UTC' if found.read_at else 'never'}")


@app.command()
def disconnect(organisation: Organisation) -> None:
    """Forget the password at once; the letters go within thirty days."""
    from api import building
    from appeals import mailbox

    with building.opened(Settings()) as store, store.write(organisation) as session:
        if not mailbox.disconnect(session, organisation, dt.datetime.now(dt.UTC)):
            _stop("No mailbox is connected.")
    typer.echo("Disconnected. The password is gone; the letters go within thirty days.")


@app.command()
def exchange(organisation: Organisation) -> None:
    """Read and send now; the worker does so each minute."""
    from api import building
    from api.mail import exchanging

    settings = Settings()
    with building.opened(settings) as store:
        done = exchanging.exchange(store, building.keys(settings), organisation, lambda: dt.datetime.now(dt.UTC))
    typer.echo(f"{done.read} read, {done.sent} sent, {done.refused} not taken by the server")
    if done.trouble:
        _stop(f"The mailbox could not be read: {done.trouble}")


def _host(given: str, port: int) -> tuple[str, int]:
    host, colon, number = given.rpartition(":")
    if not colon:
        return given, port
    if not number.isdecimal() or not 0 < int(number) < 65536 or not host:
        raise typer.BadParameter("HOST or HOST:PORT is needed")
    return host, int(number)


def _stop(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)
