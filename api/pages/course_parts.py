"""Authors' pages of the parts of a course: lessons and questions, their order, and trying a question out."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import conversation, course_forms, explanations
from api.auth import TheAuthor, Wired
from api.course_forms import Posted
from api.pages.courses import Seen, language_of
from api.pages.rendering import page
from api.wiring import Wiring
from grading import wording
from learning import drafting, editing, trying
from learning.courses import StanceQuestion
from learning.drafting import Draft
from learning.editing import Part, Wrong
from learning.errors import NotFound, Overtaken
from people.actors import ActingMember, Language
from people.models import Organisation

router = APIRouter(include_in_schema=False, prefix="/courses/{course}")

Way = Annotated[Literal["up", "down"], Form()]
Kind = Literal["stance", "choice", "open"]
BY: dict[str, Literal[-1, 1]] = {"up": -1, "down": 1}


@router.get("/lesson")
def new_lesson(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """The form of a new lesson."""
    draft = _find(wired, who, course)
    return _lesson(request, who, draft, course_forms.empty_lesson(draft.content["languages"]))


@router.post("/lesson")
def add_lesson(request: Request, wired: Wired, who: TheAuthor, course: str, typed: Posted) -> Response:
    """A new lesson, the last one."""
    draft = _find(wired, who, course)
    made, wrong = editing.checked("lesson", values := course_forms.lesson(typed, "new", draft.content["languages"]))
    if wrong:
        return _lesson(request, who, draft, values, wrong)
    with wired.store.write(who.organisation_id) as session:
        content = drafting.find(session, course, lock=True).content
        lesson = course_forms.keyed(made, {one["key"] for one in content["lessons"]})
        drafting.change(
            session, who, course, None, editing.head, lambda now: editing.with_lesson(now, lesson), wired.now()
        )
    return RedirectResponse(f"/courses/{course}?said=saved#l-{lesson['key']}", 303)


@router.get("/lessons/{lesson}")
def lesson(request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str) -> HTMLResponse:
    """The form of a lesson."""
    draft = _find(wired, who, course)
    return _lesson(request, who, draft, editing.words(editing.lesson(draft.content, lesson)), new=False)


@router.post("/lessons/{lesson}")
def keep_lesson(request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str, typed: Posted) -> Response:
    """The lesson's texts are these from now on, in the draft."""
    draft, seen = _find(wired, who, course), str(typed.get("seen", ""))
    made, wrong = editing.checked("lesson", values := course_forms.lesson(typed, lesson, draft.content["languages"]))
    if wrong:
        return _lesson(request, who, draft, values, wrong, new=False, seen=seen)
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.change(
                session, who, course, seen or None, lambda now: editing.words(editing.lesson(now, lesson)),
                lambda now: editing.with_lesson(now, made), wired.now(),
            )  # fmt: skip
    except Overtaken:
        return _lesson(request, who, _find(wired, who, course), values, new=False, overtaken=True)
    return RedirectResponse(f"/courses/{course}?said=saved#l-{lesson}", 303)


@router.post("/lessons/{lesson}/move")
def move_lesson(wired: Wired, who: TheAuthor, course: str, lesson: str, way: Way) -> Response:
    """One place up or down."""
    with wired.store.write(who.organisation_id) as session:
        drafting.change(
            session, who, course, None, editing.head, lambda now: editing.moved_lesson(now, lesson, BY[way]),
            wired.now(),
        )  # fmt: skip
    return RedirectResponse(f"/courses/{course}#l-{lesson}", 303)


@router.get("/lessons/{lesson}/remove")
def confirm_lesson(request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str) -> HTMLResponse:
    """Asks first."""
    draft = _find(wired, who, course)
    return _sure(request, who, draft, "lesson", editing.lesson(draft.content, lesson), f"lessons/{lesson}/remove")


@router.post("/lessons/{lesson}/remove")
def remove_lesson(
    request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str, seen: Seen = ""
) -> Response:
    """The lesson and its questions are gone from the draft."""
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.change(
                session, who, course, seen, lambda now: editing.lesson(now, lesson),
                lambda now: editing.without_lesson(now, lesson), wired.now(),
            )  # fmt: skip
    except Overtaken:
        draft = _find(wired, who, course)
        return _sure(
            request, who, draft, "lesson", editing.lesson(draft.content, lesson), f"lessons/{lesson}/remove",
            overtaken=True,
        )  # fmt: skip
    return RedirectResponse(f"/courses/{course}?said=saved", 303)


@router.get("/lessons/{lesson}/question")
def new_question(
    request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str, kind: Kind = "stance"
) -> HTMLResponse:
    """The form of a new question of this kind."""
    draft = _find(wired, who, course)
    editing.lesson(draft.content, lesson)
    return _question(request, who, draft, lesson, course_forms.empty(kind, draft.content["languages"]))


@router.post("/lessons/{lesson}/question")
def add_question(
    request: Request, wired: Wired, who: TheAuthor, course: str, lesson: str, typed: Posted, kind: Kind = "stance"
) -> Response:
    """A new question, the last of its lesson."""
    draft = _find(wired, who, course)
    editing.lesson(draft.content, lesson)
    values = course_forms.question(typed, kind, "new", draft.content["languages"])
    made, wrong = editing.checked("question", values)
    if wrong:
        return _question(request, who, draft, lesson, values, wrong)
    with wired.store.write(who.organisation_id) as session:
        content = drafting.find(session, course, lock=True).content
        asked = course_forms.keyed(made, drafting.question_keys(session, course, content))
        drafting.change(
            session, who, course, None, editing.head, lambda now: editing.with_question(now, lesson, asked),
            wired.now(),
        )  # fmt: skip
    return RedirectResponse(f"/courses/{course}/questions/{asked['key']}?said=saved", 303)


@router.get("/questions/{question}")
def question(request: Request, wired: Wired, who: TheAuthor, course: str, question: str) -> HTMLResponse:
    """The form of a question, and under it the field to try it out."""
    draft = _find(wired, who, course)
    lesson = editing.lesson_of(draft.content, question)["key"]
    said = request.query_params.get("said", "")
    return _question(request, who, draft, lesson, editing.question(draft.content, question), new=False, said=said)


@router.post("/questions/{question}")
def keep_question(
    request: Request, wired: Wired, who: TheAuthor, course: str, question: str, typed: Posted
) -> Response:
    """The question is this from now on, in the draft. One that somebody removed meanwhile can be put back."""
    draft, seen = _find(wired, who, course), str(typed.get("seen", ""))
    lesson, kind = str(typed.get("lesson", "")), str(typed.get("kind", ""))
    if kind not in course_forms.KINDS:
        raise NotFound
    values = course_forms.question(typed, kind, question, draft.content["languages"])
    made, wrong = editing.checked("question", values)
    if wrong:
        return _question(request, who, draft, lesson, values, wrong, new=False, seen=seen)
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.change(
                session, who, course, seen or None, lambda now: editing.question(now, question),
                lambda now: editing.with_question(now, lesson, made), wired.now(),
            )  # fmt: skip
    except Overtaken:
        return _question(request, who, _find(wired, who, course), lesson, values, new=False, overtaken=True)
    return RedirectResponse(f"/courses/{course}/questions/{question}?said=saved", 303)


@router.post("/questions/{question}/move")
def move_question(wired: Wired, who: TheAuthor, course: str, question: str, way: Way) -> Response:
    """One place up or down, also into the next lesson."""
    with wired.store.write(who.organisation_id) as session:
        drafting.change(
            session, who, course, None, editing.head, lambda now: editing.moved_question(now, question, BY[way]),
            wired.now(),
        )  # fmt: skip
    return RedirectResponse(f"/courses/{course}#q-{question}", 303)


@router.get("/questions/{question}/remove")
def confirm_question(request: Request, wired: Wired, who: TheAuthor, course: str, question: str) -> HTMLResponse:
    """Asks first."""
    draft = _find(wired, who, course)
    asked = editing.question(draft.content, question)
    return _sure(request, who, draft, "question", asked, f"questions/{question}/remove")


@router.post("/questions/{question}/remove")
def remove_question(
    request: Request, wired: Wired, who: TheAuthor, course: str, question: str, seen: Seen = ""
) -> Response:
    """The question is gone from the draft."""
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.change(
                session, who, course, seen, lambda now: editing.question(now, question),
                lambda now: editing.without_question(now, question), wired.now(),
            )  # fmt: skip
    except Overtaken:
        draft = _find(wired, who, course)
        asked = editing.question(draft.content, question)
        return _sure(request, who, draft, "question", asked, f"questions/{question}/remove", overtaken=True)
    return RedirectResponse(f"/courses/{course}?said=saved", 303)


@router.post("/questions/{question}/try")
def try_out(
    request: Request, wired: Wired, who: TheAuthor, course: str, question: str, language: Annotated[Language, Form()],
    answer: Annotated[str, Form(max_length=conversation.LONGEST)] = "",
) -> HTMLResponse:  # fmt: skip
    """What this answer would give. Nothing is kept: not the answer, and not that it was tried."""
    request.app.state.turn_limit.spend(f"{who.organisation_id}|{who.id}")
    draft = _find(wired, who, course)
    asked = editing.question(draft.content, question)
    body = editing.PARTS["question"].validate_python(asked)
    if not isinstance(body, StanceQuestion) or language not in body.text:
        raise NotFound
    with wired.store.read(who.organisation_id) as session:
        alpha = session.get_one(Organisation, who.organisation_id).alpha
    text = conversation.clean(answer)
    grade = trying.attempt(wired.graders.of(str(who.organisation_id)), body, language, text, alpha)
    lesson = editing.lesson_of(draft.content, question)["key"]
    return _question(
        request, who, draft, lesson, asked, new=False, tried=grade, answer=text, tried_in=language,
    )  # fmt: skip


def _find(wired: Wiring, who: ActingMember, course: str) -> Draft:
    with wired.store.read(who.organisation_id) as session:
        return drafting.find(session, course)


def _lesson(
    request: Request, who: ActingMember, draft: Draft, values: Part, wrong: dict[str, Wrong] | None = None, *,
    new: bool = True, overtaken: bool = False, seen: str | None = None,
) -> HTMLResponse:  # fmt: skip
    found = [one for one in draft.content["lessons"] if one["key"] == values["key"]]
    now = editing.words(found[0]) if found else None
    return page(
        request, "course_lesson.html", who, 409 if overtaken else 422 if wrong else 200, values=values,
        wrong=wrong or {}, draft=draft, new=new, told=course_forms.told, overtaken=overtaken, now=now,
        seen=seen if seen is not None else editing.mark(now) if now else "",
    )  # fmt: skip


def _question(
    request: Request, who: ActingMember, draft: Draft, lesson: str, values: Part,
    wrong: dict[str, Wrong] | None = None, *, new: bool = True, overtaken: bool = False, seen: str | None = None,
    said: str = "", **tried: Any,
) -> HTMLResponse:  # fmt: skip
    kept = [one for part in draft.content["lessons"] for one in part["questions"] if one["key"] == values["key"]]
    now = kept[0] if kept else None
    stance = values["kind"] == "stance"
    hard = {lang: wording.hard(text, lang) for lang, text in values["text"].items() if text.strip()} if stance else {}
    return page(
        request, "course_question.html", who, 409 if overtaken else 422 if wrong else 200, values=values,
        wrong=wrong or {}, draft=draft, lesson=lesson, new=new, told=course_forms.told, overtaken=overtaken, now=now,
        hard={lang: found for lang, found in hard.items() if found}, said=said, outcome=explanations.outcome,
        intent=explanations.intent,
        most=course_forms.MOST_OPTIONS, seen=seen if seen is not None else editing.mark(now) if now else "",
        **({"tried": None, "answer": "", "tried_in": draft.content["languages"][0]} | tried),
    )  # fmt: skip


def _sure(
    request: Request, who: ActingMember, draft: Draft, what: str, part: Part, back: str, *, overtaken: bool = False
) -> HTMLResponse:
    lang = language_of(request, who, draft.content)
    texts = part.get("title") or part["text"]
    return page(
        request, "course_sure.html", who, 409 if overtaken else 200, draft=draft, lang=lang, what=what,
        words=texts.get(lang) or next(iter(texts.values())), back=f"/courses/{draft.slug}/{back}",
        seen=editing.mark(part), overtaken=overtaken,
    )  # fmt: skip
