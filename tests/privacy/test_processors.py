"""What is outside, what a declaration needs, and what stands in the way of a start."""

from pathlib import Path

import pytest

from api import outside
from api.settings import Settings
from privacy import processors
from privacy.errors import ProcessorsInvalid
from privacy.processors import EEA, GROUNDS, Outside, Processor

DATABASE = Outside("database", "db.example", "DATABASE_URL")


def declared(country: str = "NL", ground: str = "", host: str = "db.example") -> Processor:
    return Processor("Bedrijf", "database", host, "bewaart de database", country, ground)


@pytest.mark.parametrize("host", ["", "localhost", "/run/postgresql", "@abstract", "127.0.0.1", "127.8.0.1", "[::1]"])
def test_this_machine_is_inside(host: str) -> None:
    assert processors.inside(host)


@pytest.mark.parametrize(
    "host", ["db.example", "10.0.0.7", "192.168.1.1", "localhost.example", "0.0.0.0", "2001:db8::1"]
)
def test_every_other_machine_is_outside(host: str) -> None:
    assert not processors.inside(host)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("", []),
        ("postgresql+psycopg://app@/wederhoor?host=/run/postgresql", []),
        ("postgresql+psycopg://app@localhost:5432/wederhoor", []),
        ("postgresql+psycopg://app:secret@db.example:5432/wederhoor", ["db.example"]),
        ("postgresql+psycopg://app@/wederhoor?host=a.example:5432&host=b.example:5433", ["a.example", "b.example"]),
        ("postgresql+psycopg://app@/wederhoor?host=a.example,b.example", ["a.example", "b.example"]),
        ("postgresql+psycopg://app@/wederhoor?host=/run/postgresql&hostaddr=192.0.2.1", ["192.0.2.1"]),
    ],
)
def test_each_host_of_the_database_counts(url: str, hosts: list[str]) -> None:
    assert [one.host for one in outside.configured(Settings(DATABASE_URL=url))] == hosts  # type: ignore[call-arg]


def test_a_database_named_by_the_client_library_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    settings = Settings(DATABASE_URL="postgresql+psycopg:///wederhoor")  # type: ignore[call-arg]
    assert outside.configured(settings) == [DATABASE]


def test_an_encoder_from_a_folder_stays_inside_and_one_from_a_hub_does_not(tmp_path: Path) -> None:
    assert outside.configured(Settings(encoder=str(tmp_path))) == []
    hub = [Outside("encoder", outside.HUB, "WEDERHOOR_ENCODER")]
    assert outside.configured(Settings(encoder="somebody/some-model")) == hub


def test_undeclared_is_told_with_an_entry_that_only_lacks_what_one_must_know(tmp_path: Path) -> None:
    path = tmp_path / "processors.toml"
    (told,) = processors.wrong([DATABASE], [], path)
    assert told.startswith("database at db.example (DATABASE_URL) is outside this machine and not declared.")
    path.write_text(told.split("\n\n", 1)[1])
    with pytest.raises(ProcessorsInvalid, match="entry 1 lacks name, purpose"):
        processors.read(path)
    path.write_text(path.read_text().replace('"..."', '"Bedrijf"'))
    assert processors.wrong([DATABASE], processors.read(path), path) == []


def test_a_declaration_holds_for_its_host_and_its_service_only() -> None:
    mail = Outside("mail", "db.example", "WEDERHOOR_SMTP_HOST")
    assert len(processors.wrong([DATABASE], [declared(host="other.example")], Path("x"))) == 1
    assert len(processors.wrong([DATABASE, mail], [declared(host="DB.example")], Path("x"))) == 1


def test_outside_the_eea_takes_a_ground() -> None:
    assert {"NL", "IS", "NO", "LI"} <= EEA and not {"GB", "CH", "US"} & EEA and len(EEA) == 30
    assert all(processors.wrong([DATABASE], [declared(country)], Path("x")) == [] for country in EEA)
    (told,) = processors.wrong([DATABASE], [declared("US")], Path("x"))
    assert "is in US, outside the EEA, without a ground" in told
    assert all(processors.wrong([DATABASE], [declared("US", ground)], Path("x")) == [] for ground in GROUNDS)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('name = "x"', "lacks service, host, purpose, country"),
        ('name = "x"\nservice = "a"\nhost = "b"\npurpose = "c"\ncountry = "XQ"', "no country"),
        ('name = "x"\nservice = "a"\nhost = "b"\npurpose = "c"\ncountry = "Nederland"', "no country"),
        ('name = "x"\nservice = "a"\nhost = "b"\npurpose = "c"\ncountry = "US"\nground = "trust"', "ground is one of"),
        ('name = "x"\nservice = "a"\nhost = "b"\npurpose = "c"\ncountry = "NL"\nport = "1"', "has port"),
        ('name = "x"\nservice = "a"\nhost = "b"\npurpose = "c"\ncountry = "NL"\nground = 1', "but texts"),
        ("name = ", "processors.toml"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(tmp_path: Path, entry: str, told: str) -> None:
    path = tmp_path / "processors.toml"
    path.write_text(f"[[processor]]\n{entry}\n")
    with pytest.raises(ProcessorsInvalid, match=told):
        processors.read(path)


def test_a_misspelt_heading_is_no_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "processors.toml"
    path.write_text('[[processors]]\nname = "x"\n')
    with pytest.raises(ProcessorsInvalid, match=r"\[\[processor\]\] entries and nothing else"):
        processors.read(path)
    assert processors.read(tmp_path / "none.toml") == ()
