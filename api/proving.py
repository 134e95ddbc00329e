"""`wederhoor prove no-history`: an answer is given and replaced, and then looked for in every place that could keep it.

It runs against a system of its own (`api.trial`), with logs at debug level. The marker is looked for as UTF-8 and as
UTF-16, as base64 and URL-encoded; and, with every key that there is, in whatever can be decrypted, in the database's
files and in a copy of them from before the answer was replaced.
"""

import base64
import importlib.util
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from api import building, forensics, trial
from api.settings import ROOT, Settings
from api.trial import System, Visitor

CHUNK = 1 << 24
BUSY_TURNS = 40
"""Turns of others after the answer was replaced, as in any minute of a running system."""
SECONDS_IDLE = 3.0
KEY_GRACE = 6.0
"""Seconds; three minutes in a usual installation, and the keys are swept each minute."""
EXPORT = """async ([url, site]) => {
    const {token} = await (await fetch(new URL('/token?visitor=prover-browser', site))).json();
    return (await fetch(url, {headers: {authorization: `Bearer ${token}`}})).text();
}"""
Tell = Callable[[str], None]
Places = dict[str, Iterator[tuple[str, bytes]]]


def no_history(settings: Settings, tell: Tell = typer.echo) -> int:
    """Exit status: 0 found nowhere, 1 found (the places are said), 2 a place could not be searched."""
    if not (settings.models / "current").exists() or not (settings.var / "bot").exists():
        tell("The models are not there; run: make train")
        return 2
    browsers = [path for path in [_browser()] if path]
    with trial.system(log_level="DEBUG", readable_memory="1", key_grace=str(KEY_GRACE)) as system:
        markers = ["zebra" + secrets.token_hex(6) + "giraf"]
        latest, copy = "zebra" + secrets.token_hex(6) + "olifant", system.settings.var.parent / "copy"
        replace_answer(system, markers[0], latest, lambda: forensics.copied(system.settings.var / "pg", copy))
        with tempfile.TemporaryDirectory(prefix="wederhoor-browser-") as profile:
            for path in browsers:
                markers.append("zebra" + secrets.token_hex(6) + "kameel")
                replace_in_browser(system, path, Path(profile), markers[1])
            _others(system)
            time.sleep(max(SECONDS_IDLE, KEY_GRACE + 1))
            subprocess.run([sys.executable, "-m", "api", "shred"], env=system.environment, cwd=ROOT, check=True)
            found = decrypted(system, copy, markers[0], latest, tell)
            found += dumping_processes(system, tell)
            places = places_of(system, Path(profile) if browsers else None)
            plain, unread = search(places, [form for marker in markers for form in forms(marker)], tell)
            found += plain
    if not browsers:
        tell("  browser storage: not searched, no Chromium is known (run: make browser)")
        unread.append("browser storage")
    for place in found:
        tell(f"FOUND in {place}")
    for place in unread:
        tell(f"could not be searched: {place}")
    tell("No history: the replaced answer is nowhere." if not found and not unread else "Not proven.")
    return 1 if found else 2 if unread else 0


def decrypted(system: System, copy: Path, marker: str, latest: str, tell: Tell) -> list[str]:
    """Where the replaced answer can still be decrypted. The latest one must be found: else the search is no proof."""
    keys, wanted, found = building.keys(system.settings), [marker.encode(), latest.encode()], []
    for place, folder in (("the database", system.settings.var / "pg"), ("a copy from before", copy)):
        read = forensics.opened(files(folder), keys, wanted)
        tell(f"  decrypted with all keys, {place}: replaced {len(read[wanted[0]])}, latest {len(read[wanted[1]])}")
        found += [f"{place}, decrypted: {name}" for name in sorted(read[wanted[0]])]
        if folder is not copy and not read[wanted[1]]:
            found.append(f"{place}: the latest answer cannot be decrypted either, so nothing is proven")
    return found


def replace_answer(system: System, marker: str, latest: str, between: Callable[[], None]) -> None:
    """Answers with the marker over the api, appeals with it, answers again, and lets the appeal go."""
    learner = Visitor(system, "prover")
    learner.enter()
    learner.say(f"nee, dat doe ik niet, {marker}")
    learner.command("appeal")
    learner.say(f"ik bedoelde {marker}")
    between()
    learner.command("again")
    learner.command("affirm")
    learner.say(f"nee, dat doe ik nooit, {latest}")


def replace_in_browser(system: System, chromium: str, profile: Path, marker: str) -> None:
    """The same with the widget in a real browser, whose profile stays to be searched."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=chromium, args=["--no-sandbox", "--disable-gpu"], locale="nl-NL"
        )
        page = context.new_page()
        page.goto(f"{system.site}/?visitor=prover-browser")
        page.get_by_role("button", name="Leerchat openen").click()
        page.get_by_role("button", name="Ik ga akkoord").click()
        page.get_by_role("button", name="Beginnen").click()
        page.get_by_text("Vraag 1 van").first.wait_for()  # what is sent while a turn runs, waits in the composer
        field = page.get_by_role("textbox")
        field.fill(f"nee, dat doe ik niet, {marker}")
        field.press("Enter")
        page.get_by_role("button", name="Opnieuw antwoorden").first.wait_for()
        exported = page.evaluate(EXPORT, [f"{system.settings.url}/v1/export?course=information-security", page.url])
        assert marker in exported, "the export holds the answer, and the browser must not keep it"
        page.get_by_role("button", name="Opnieuw antwoorden").first.click()
        page.get_by_text("Je oude antwoord verdwijnt").first.wait_for()
        field.fill("nee, dat doe ik nooit")
        field.press("Enter")
        page.get_by_text("Vervangen door een nieuw antwoord").first.wait_for()
        seen = page.evaluate(
            """async marker => {
                const held = JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie]);
                const databases = (await indexedDB.databases()).map(one => one.name).join();
                const root = document.querySelector('wederhoor-chat').shadowRoot;
                return held.includes(marker) || databases !== '' || root.innerHTML.includes(marker);
            }""",
            marker,
        )
        context.close()
        if seen:
            raise AssertionError("the page itself still holds the replaced answer")


def search(places: Places, wanted: list[bytes], tell: Tell) -> tuple[list[str], list[str]]:
    """Looks in every place; returns where a form was found, and what could not be read."""
    pattern = re.compile(b"|".join(re.escape(form) for form in wanted))
    overlap = max(map(len, wanted)) - 1
    found, unread = [], []
    for place, parts in places.items():
        count, size, tail, where = 0, 0, b"", ""
        try:
            for name, data in parts:
                tail = tail if name == where else b""
                count, size, where = count + (name != where), size + len(data), name
                if pattern.search(tail + data):
                    found.append(f"{place}: {name}")
                tail = data[-overlap:]
        except (FileNotFoundError, ProcessLookupError):
            count += 1  # the process has ended, and its memory with it
        except OSError as error:
            unread.append(f"{place} ({type(error).__name__})")
        if not count:
            unread.append(f"{place} (nothing there)")
        tell(f"  {place}: searched {count} parts, {size / 1e6:.0f} MB")
    return sorted(set(found)), unread


def places_of(system: System, profile: Path | None) -> Places:
    """Everything that this system writes, and the memory of all its processes."""
    var = system.settings.var
    places = {
        "database files and their journal (WAL)": files(var / "pg"),
        "logs": files(var / "logs"),
        "other files of the installation": files(var, skip=("pg", "logs", "models", "bot")),
        "temporary files": files(Path(tempfile.gettempdir()), since=_started(system)),
        "shared memory": files(Path("/dev/shm")),  # noqa: S108
    }
    for pid in system.pids():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
        name = " ".join(word.rpartition("/")[2] for word in words[:6] if not word.startswith("-")) or "process"
        places[f"memory of {name} ({pid})"] = memory(pid)
    if profile:
        places["browser profile"] = files(profile)
    return places


def dumping_processes(system: System, tell: Tell) -> list[str]:
    """Processes whose memory would be written to the disk if they broke."""
    limits = {pid: Path(f"/proc/{pid}/limits").read_text() for pid in system.pids()}
    found = [pid for pid, text in limits.items() if not re.search(r"^Max core file size +0 +0 ", text, re.M)]
    tell(f"  core dumps: off in {len(limits) - len(found)} of {len(limits)} processes")
    return [f"a core dump, when it breaks: process {pid}" for pid in found]


def files(folder: Path, skip: tuple[str, ...] = (), since: float = 0.0) -> Iterator[tuple[str, bytes]]:
    """The files below a folder, part by part, with their names; changed since a moment (seconds since 1970)."""
    yield folder.name, b""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.relative_to(folder).parts[0] in skip:
            continue
        try:
            if since and path.stat().st_mtime < since:
                continue
            with path.open("rb") as file:
                while data := file.read(CHUNK):
                    yield str(path.relative_to(folder)), data
        except FileNotFoundError:
            continue  # gone in the meantime


def memory(pid: int) -> Iterator[tuple[str, bytes]]:
    """The writable memory of a process, region by region."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split()
            if not rights.startswith("rw") or rest[-1] in ("[vvar]", "[vsyscall]"):
                continue
            start, end = (int(edge, 16) for edge in span.split("-"))
            for at in range(start, end, CHUNK):
                try:
                    memory.seek(at)
                    yield span, memory.read(min(CHUNK, end - at))
                except (OSError, ValueError):
                    break  # unmapped in the meantime


def forms(marker: str) -> list[bytes]:
    """How the marker could be written down. base64 shifts with what comes before it: its middle is always there."""
    shifted = [base64.b64encode(b"x" * shift + marker.encode())[4:-4] for shift in range(3)]
    return [marker.encode(), marker.encode("utf-16-le"), urllib.parse.quote(marker).encode(), *shifted]


def _others(system: System) -> None:
    """Some other learner's turns."""
    other = Visitor(system, "somebody-else")
    other.enter()
    for number in range(BUSY_TURNS):
        other.say(f"ja, dat doe ik altijd, keer {number}")
        other.command("again")


def _started(system: System) -> float:
    return system.output.stat().st_ctime - 3600 if system.output.exists() else 0.0


def _browser() -> str | None:
    """The Chromium of the tests, if there is one."""
    known = ROOT / ".venv" / "browser"
    return known.read_text().strip() if known.exists() and importlib.util.find_spec("playwright") else None
