"""Who outside this machine gets personal data: each service that is configured must be declared, with its place.

Declared in a TOML file that the organisation behind the installation keeps. Inside is this machine: loopback and
UNIX sockets. A country outside the EEA needs a ground for the transfer (GDPR chapter V); whether the ground is there
is for whoever declares it to know.
"""

import ipaddress
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from babel import Locale

from privacy.errors import ProcessorsInvalid

EEA: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""The European Union, Iceland, Liechtenstein and Norway, by ISO 3166 code."""
GROUNDS: Final = {
    "adequacy": "GDPR 45",
    "scc": "GDPR 46(2)(c)",
    "bcr": "GDPR 47",
    "code": "GDPR 46(2)(e)",
    "certification": "GDPR 46(2)(f)",
}
"""Grounds for a lasting transfer outside the EEA. The exceptions of article 49 are not for a service in daily use."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A service that the settings lead to: what it is, on which host, and the setting that says so."""

    service: str
    host: str
    setting: str


@dataclass(frozen=True, slots=True)
class Processor:
    """A service as it was declared. `country` is an ISO 3166 code; `ground` is empty in the EEA."""

    name: str
    service: str
    host: str
    purpose: str
    country: str
    ground: str = ""

    @property
    def allowed(self) -> bool:
        """In the EEA, or with a ground for the transfer."""
        return self.country in EEA or self.ground in GROUNDS


def inside(host: str) -> bool:
    """Is this the machine itself: nothing, a UNIX socket or a loopback address? Another machine at hand is not."""
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(path: Path) -> tuple[Processor, ...]:
    """The processors that the file declares; none when there is no file. Raises `ProcessorsInvalid`."""
    if not path.exists():
        return ()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ProcessorsInvalid(f"{path}: {error}") from None
    if set(raw) - {"processor"} or not isinstance(raw.get("processor", []), list):
        raise ProcessorsInvalid(f"{path}: it holds [[processor]] entries and nothing else")
    return tuple(_one(path, number, entry) for number, entry in enumerate(raw.get("processor", []), start=1))


def wrong(outside: Iterable[Outside], declared: Iterable[Processor], path: Path) -> list[str]:
    """What stands in the way of a start, in sentences that say how to mend it; empty when nothing does."""
    declared = tuple(declared)
    known = {(one.service, one.host.casefold()) for one in declared}
    found = [
        f"{one.service} at {one.host} ({one.setting}) is outside this machine and not declared. Add to {path}:\n\n"
        + example(one)
        for one in outside
        if (one.service, one.host.casefold()) not in known
    ]
    return found + [
        f"{one.name} ({one.service} at {one.host}) is in {one.country}, outside the EEA, without a ground for the "
        f"transfer. If there is one, add to its entry in {path}: ground = one of {', '.join(GROUNDS)}"
        for one in declared
        if not one.allowed
    ]


def example(one: Outside) -> str:
    """An entry for the file, to be filled in."""
    return (
        f'[[processor]]\nname = "..."  # the company behind it\nservice = "{one.service}"\nhost = "{one.host}"\n'
        'purpose = "..."\ncountry = "NL"  # where it keeps the data; outside the EEA add: ground = "scc"\n'
    )


def _one(path: Path, number: int, entry: object) -> Processor:
    names = [field.name for field in fields(Processor)]
    values = entry if isinstance(entry, dict) else {}
    missing = [name for name in names if name != "ground" and not str(values.get(name, "")).strip(". ")]
    strange = sorted(set(values) - set(names))
    if missing or strange or not all(isinstance(value, str) for value in values.values()):
        told = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(strange) or 'something but texts'}"
        raise ProcessorsInvalid(f"{path}: entry {number} {told}; an entry has {', '.join(names)}")
    found = Processor(**values)
    if len(found.country) != 2 or found.country not in Locale("en").territories:
        raise ProcessorsInvalid(f"{path}: entry {number}: {found.country!r} is no country; take its ISO code, as NL")
    if found.ground and found.ground not in GROUNDS:
        raise ProcessorsInvalid(f"{path}: entry {number}: the ground is one of {', '.join(GROUNDS)}")
    return found
