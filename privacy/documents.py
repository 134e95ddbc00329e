"""The documents that the law asks for, made from the facts of the running system, so that they cannot drift from it.

The record of processing (GDPR 30), processors, security (32), the start of an impact assessment (35), an outline of the
processing agreement (28), instructions for use and technical documentation (AI Act 13 and 11), and a notice to the
works council (WOR 27): each in Dutch and English, Markdown and HTML. What only the organisation knows is left open and
marked. Templates are in `privacy/templates`.
"""

import hashlib
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, get_args

import jinja2
from babel import Locale
from babel.numbers import format_decimal, format_percent
from markdown_it import MarkdownIt

from people.actors import Language
from privacy.facts import Facts
from privacy.processors import EEA, GROUNDS
from privacy.retention import CLOSED, YEAR

FOLDER = Path(__file__).parent / "templates"
NAMES: Final = (
    *("record-of-processing", "processors", "security-measures", "dpia-start", "processing-agreement"),
    *("instructions-for-use", "technical-documentation", "works-council-notice"),
)
INDEX: Final = "SHA256SUMS"
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
LAW = {"nl": "AVG", "en": "GDPR"}


def make(facts: Facts) -> dict[str, str]:
    """All documents by path (`nl/processors.md`), and the index with the SHA-256 of each, for `sha256sum -c`."""
    found = {}
    for language in LANGUAGES:
        for name in NAMES:
            text = markdown(name, language, facts)
            found[f"{language}/{name}.md"] = text
            found[f"{language}/{name}.html"] = page(text, language)
    sums = (f"{hashlib.sha256(text.encode()).hexdigest()}  {path}\n" for path, text in sorted(found.items()))
    return found | {INDEX: "".join(sums)}


def markdown(name: str, language: Language, facts: Facts) -> str:
    """One document."""
    text = _templates(language).get_template(f"{language}/{name}.md").render(f=facts, grounds=grounds(facts, language))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def page(text: str, language: Language) -> str:
    """The same document to read in a browser: one file, which loads nothing."""
    title = text.split("\n", 1)[0].removeprefix("# ")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return _templates(language).get_template("page.html").render(title=title, body=body, language=language)


def grounds(facts: Facts, language: Language) -> list[str]:
    """The paragraphs of the policy that name the law."""
    sections = facts.policy.texts[language].sections
    return [paragraph for _, paragraphs in sections for paragraph in paragraphs if LAW[language] in paragraph]


@lru_cache(maxsize=len(LANGUAGES))
def words(language: Language) -> dict[str, dict[str, str]]:
    """Words of the schema in a language, by kind; in English most are the schema's own."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


@lru_cache(maxsize=len(LANGUAGES))
def _templates(language: Language) -> jinja2.Environment:
    """Markdown takes no HTML escapes, and its renderer lets no HTML through: what others wrote goes through `plain`."""
    found = jinja2.Environment(  # noqa: S701 - see above
        loader=jinja2.FileSystemLoader(FOLDER), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    locale = Locale("nl", "NL") if language == "nl" else Locale("en", "GB")

    def share(figure: dict[str, Any]) -> str:
        """A share of the model card: per cent, counts, 95 % interval."""
        if figure["value"] is None:
            return "-"
        value, low, high = (
            format_percent(one, "0.0%", locale=locale) for one in (figure["value"], *figure["interval"])
        )
        between = "tot" if language == "nl" else "to"
        return f"{value} ({figure['count']}/{figure['total']}; {low} {between} {high})"

    found.filters |= {
        "plain": lambda text: SPECIAL.sub(r"\\\1", " ".join(str(text).split())),
        "word": lambda text, kind: words(language).get(kind, {}).get(text, text),
        "country": lambda code: locale.territories[code],
        "number": lambda number: format_decimal(number, locale=locale),
        "percent": lambda number: format_percent(number, "0.##%", locale=locale),
        "share": share,
        "legal": lambda ground: _article(GROUNDS[ground], language),
    }
    found.globals |= {"language": language, "EEA": EEA, "closed_days": CLOSED.days, "year": YEAR}
    return found


def _article(article: str, language: Language) -> str:
    """`GDPR 46(2)(c)`, as each language cites it."""
    if language == "en":
        return article
    return re.sub(r"\((\d+)\)", r" lid \1", article.replace("GDPR", "AVG")).replace("(", " onder ").replace(")", "")
