"""Figures and outcomes of appeals in words, for the pages of the organisation."""

from api.texts import Texts
from appeals.meter import Reading
from appeals.shares import K, Share


def ages(t: Texts) -> list[str]:
    """The groups of `appeals.figures.AGES`."""
    return [
        t("minder dan een dag"), t("1 tot 7 dagen"), t("1 tot 2 weken"), t("2 tot 4 weken"), t("langer dan 4 weken"),
    ]  # fmt: skip


def became(t: Texts, code: str) -> str:
    """What became of a case: a ruling, or the state in which it was closed."""
    return {
        "overturned": t("alsnog goedgekeurd"),
        "upheld": t("beoordeling gebleven"),
        "passed": t("door een mens goedgekeurd"),
        "not_passed": t("door een mens niet goedgekeurd"),
        "expired_in_favour": t("goedgekeurd, want te laat"),
        "withdrawn": t("ingetrokken"),
        "superseded": t("vervallen"),
    }[code]


def percent(t: Texts, share: Share) -> str:
    """A share in per cent, or that there are too few to say."""
    if share.value is None:
        return t("te weinig") if share.total else "–"
    return t.percent(round(share.value, 2))


def interval(t: Texts, share: Share) -> str:
    """Between what the share lies, most likely; a share of few is shown by this alone."""
    if not share.total:
        return "–"
    low, high = share.interval
    return t(
        "{count} van {total}, {low} tot {high}", count=share.count, total=share.total, low=t.percent(round(low, 2)),
        high=t.percent(round(high, 2)),
    )  # fmt: skip


def minutes(t: Texts, reading: Reading) -> str:
    """The median time from taking a case to ruling on it."""
    if reading.median_minutes is None:
        return t("te weinig") if reading.minutes else "–"
    if reading.median_minutes < 1:
        return t("minder dan een minuut")
    return t.count("{n} minuut", "{n} minuten", round(reading.median_minutes))


def fewest(t: Texts) -> str:
    """What stands where a count may not be shown."""
    return t("verborgen (onder {k}, of nodig om dat te verbergen)", k=K)
