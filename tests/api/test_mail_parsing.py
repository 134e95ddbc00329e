"""Whatever a sender did to a mail, it is kept as far as it can be read, and never stops the others."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.mail import parsing
from api.mail.parsing import parse, text_of
from api.mail.reading import encryption
from tests.mailserver import mail

HEAD = b"From: Iemand <Iemand@Elders.example>\r\nMessage-ID: <a@elders.example>\r\nSubject: Vraag\r\n"
TWO_WAYS = (
    b"\r\n".join(
        (
            b"Content-Type: multipart/alternative; boundary=x",
            b"",
            b"--x",
            b"",
            b"plat",
            b"--x",
            b"Content-Type: text/html",
        )
    )
    + b"\r\n\r\n<b>rijk</b>\r\n--x--"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nEen vraag over caf\xe9s", "Een vraag over cafés"),
        (b"Content-Type: text/plain; charset=windows-1252\r\n\r\nten \x80 per dag", "ten € per dag"),
        (b"Content-Type: text/plain; charset=onbekend-8\r\n\r\ncaf\xc3\xa9", "café"),
        (b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nY2Fmw6k=", "café"),
        (b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n!!Y2Fm", "caf"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9=", "café"),
        (b"Content-Type: text/html\r\n\r\n<p>Dag<br>Iemand &amp; co</p><script>weg()</script>", "Dag\nIemand & co"),
        (TWO_WAYS, "plat"),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nnooit gesloten", "nooit gesloten"),
        (b"Content-Type: multipart/mixed\r\n\r\nzonder grens", ""),
        (b"\r\nnul\x00 en \x1b bel", "nul en  bel"),
        (b"", ""),
    ],
)  # fmt: skip
def test_the_text_is_read_as_well_as_can_be(raw: bytes, expected: str) -> None:
    found = parse(HEAD + raw)
    assert (found.body, found.sender, found.subject) == (expected, "iemand@elders.example", "Vraag")
    assert found.message_id == "<a@elders.example>" and not found.automatic


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"=?utf-8?q?caf=C3=A9?= nu", "café nu"),
        (b"=?iso-8859-1?q?caf=E9?=", "café"),
        (b"=?onbekend?q?caf?=", "caf"),
        (b"gevouwen\r\n over regels", "gevouwen over regels"),
        (b"x" * 5000, "x" * 300),
        (b"Bcc: spam\x00", "Bcc: spam"),
    ],
)
def test_a_subject_is_one_clean_line(subject: bytes, expected: str) -> None:
    raw = b"From: a@b.example\r\nSubject: " + subject + b"\r\n\r\nx"
    assert parse(raw).subject == expected


def test_what_has_no_usable_message_id_gets_the_same_one_each_time() -> None:
    for head in (b"", b"Message-ID: geen\r\n", b"Message-ID: <" + b"x" * 300 + b"@y>\r\n"):
        raw = b"From: a@b.example\r\n" + head + b"\r\nx"
        assert parse(raw).message_id == parse(raw).message_id != parse(raw + b"y").message_id
        assert parse(raw).message_id.endswith("@made-up.invalid>")


def test_what_it_answers_is_read_nearest_first() -> None:
    raw = b"From: a@b.example\r\nIn-Reply-To: <3@x>\r\nReferences: <1@x>\r\n <2@x> rommel <3@x>\r\n\r\nx"
    assert parse(raw).references == ("<3@x>", "<2@x>", "<1@x>")


def test_attachments_are_named_and_not_kept() -> None:
    made = mail("Zie bijlage.")
    made.add_attachment(b"geheim", maintype="application", subtype="pdf", filename="mijn\tbrief é.pdf")
    found = parse(bytes(made))
    assert found.attachments == ("mijn brief é.pdf",) and found.incomplete and found.body == "Zie bijlage."


def test_a_sender_who_is_not_there_is_nobody_to_answer() -> None:
    assert parse(b"Subject: x\r\n\r\nx").automatic and parse(b"From: iemand\r\n\r\nx").automatic


def test_long_and_deep_mails_are_cut_and_take_no_time() -> None:
    began = time.perf_counter()
    assert len(parse(HEAD + b"\r\n" + b"x" * 4_000_000).body) == parsing.MOST_TEXT
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(400))
    assert parse(HEAD + deep).incomplete
    for html in (
        "<div>",
        "<",
        "<!--",
        "<a ",
        "&#x",
        "</",
        "<a b='",
        "<script></scrip",
        "<![CDATA[",
        "</script ",
        " \n",
    ):
        assert isinstance(text_of(html * 100_000), str)
    assert time.perf_counter() - began < 10


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", HEAD, HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"]),
)
@settings(max_examples=300, deadline=None)
def test_no_mail_stops_the_reading(raw: bytes, head: bytes) -> None:
    found = parse(head + raw)
    for words in (found.message_id, found.sender, found.subject, found.body, *found.attachments):
        assert "\x00" not in words and words.encode().decode() == words


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<html><head><title>weg</title><style>p{}</style></head><body>Dag</body></html>", "Dag"),
        ("<p>een</p><p>twee</p>", "een\n\ntwee"),
        ("<ul><li>een<li>twee</ul>", "een\ntwee"),
        ("een   <b>twee</b>\n drie", "een twee drie"),
        ("<img src='https://elders.example/volg.gif' alt='x'>Dag", "Dag"),
        ("</script>Dag <script>weg", "Dag"),
    ],
)
def test_html_becomes_the_words_that_a_reader_would_see(html: str, expected: str) -> None:
    assert text_of(html) == expected


@pytest.mark.parametrize(
    ("host", "port", "how"),
    [
        ("imap.elders.example", 993, "tls"),
        ("smtp.elders.example", 465, "tls"),
        ("127.0.0.1", 993, "tls"),
        ("imap.elders.example", 143, "starttls"),
        ("smtp.elders.example", 25, "starttls"),
        ("10.0.0.1", 587, "starttls"),
        ("127.0.0.1", 2525, "none"),
        ("::1", 143, "none"),
        ("localhost", 143, "none"),
    ],
)
def test_only_this_machine_is_reached_without_encryption(host: str, port: int, how: str) -> None:
    assert encryption(host, port) == how
