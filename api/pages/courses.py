"""Authors' pages of whole courses: the list, a new one, files in and out, looking at it as learners, publishing."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import course_forms
from api.auth import TheAuthor, Wired
from api.course_forms import Posted
from api.pages.rendering import page, reading
from appeals import conflicts
from learning import courses, drafting, editing, writing
from learning.drafting import Draft
from learning.editing import Content, Part, Wrong
from learning.errors import CourseInvalid, Overtaken
from people.actors import ActingMember, Language

router = APIRouter(include_in_schema=False, prefix="/courses")

Seen = Annotated[str, Form(max_length=64)]
LONGEST_FILE = 100_000
"""Characters; a request may not be much larger."""


@router.get("")
def listed(request: Request, wired: Wired, who: TheAuthor) -> HTMLResponse:
    """The organisation's courses."""
    with wired.store.read(who.organisation_id) as session:
        return page(request, "courses.html", who, courses=drafting.listed(session), questions=_count)


@router.get("/-/new")
def new(request: Request, who: TheAuthor) -> HTMLResponse:
    """The form of a new course."""
    return _head(request, who, course_forms.head({"languages": "nl en"}, None), {}, None)


@router.post("/-/new")
def begin(request: Request, wired: Wired, who: TheAuthor, typed: Posted) -> Response:
    """A new course, which learners do not see yet."""
    made, wrong = editing.checked("course", values := course_forms.head(typed, None))
    if wrong:
        return _head(request, who, values, wrong, None)
    with wired.store.write(who.organisation_id) as session:
        slug = drafting.begin(session, who, made, wired.now())
    return RedirectResponse(f"/courses/{slug}", 303)


@router.get("/-/import")
def choose_file(request: Request, who: TheAuthor) -> HTMLResponse:
    """The form for a course as a file, or its text."""
    return _file(request, who)


@router.post("/-/import")
def take_in(
    request: Request, wired: Wired, who: TheAuthor, text: Annotated[str, Form(max_length=LONGEST_FILE)] = "",
    replace: Annotated[str, Form(max_length=8)] = "", file: UploadFile | None = None,
) -> Response:  # fmt: skip
    """It becomes a draft; what is wrong with it is told with its line, and it stands on the page to be mended."""
    if file is not None and file.size:
        text = file.file.read(LONGEST_FILE).decode("utf-8", errors="replace")
    try:
        made = courses.parse(course_forms.clean(text), "course.yaml")
        with wired.store.write(who.organisation_id) as session:
            drafting.take_in(session, who, made, wired.now(), replace=bool(replace))
    except CourseInvalid as error:
        return _file(request, who, text=text, status=422, wrong=str(error).splitlines())
    except Overtaken:
        return _file(request, who, text=text, status=409, taken=True)
    return RedirectResponse(f"/courses/{made.slug}", 303)


@router.get("/{course}")
def overview(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """The course with its lessons and questions, and what it lacks."""
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    lacks = editing.problems(draft.content)
    return page(
        request, "course.html", who, draft=draft, content=draft.content, lacks=lacks, seen=draft.mark,
        lang=language_of(request, who, draft.content), said=request.query_params.get("said", ""),
    )  # fmt: skip


@router.get("/{course}/head")
def head(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """The form of its title, languages and certificate."""
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    return _head(request, who, editing.head(draft.content), {}, draft)


@router.post("/{course}/head")
def keep_head(request: Request, wired: Wired, who: TheAuthor, course: str, typed: Posted) -> Response:
    """Title, languages and certificate are these from now on, in the draft."""
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    made, wrong = editing.checked("course", values := course_forms.head(typed, editing.head(draft.content)))
    if wrong:
        return _head(request, who, values, wrong, draft, seen=str(typed.get("seen", "")))
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.change(
                session, who, course, str(typed.get("seen", "")), editing.head, lambda content: content | made,
                wired.now(),
            )  # fmt: skip
    except Overtaken:
        return _head(request, who, values, {}, draft, overtaken=True)
    return RedirectResponse(f"/courses/{course}?said=saved", 303)


@router.get("/{course}/preview")
def preview(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """The draft as learners would read it, in one of its languages."""
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    lang = language_of(request, who, draft.content, request.query_params.get("in"))
    return page(request, "course_preview.html", who, draft=draft, content=draft.content, lang=lang)


@router.get("/{course}/file")
def file(wired: Wired, who: TheAuthor, course: str) -> Response:
    """The draft as a YAML file, as the command line and another installation take it."""
    with wired.store.read(who.organisation_id) as session:
        content = drafting.find(session, course).content
    headers = {"content-disposition": f'attachment; filename="{course}.yaml"'}
    return Response(writing.write(content), headers=headers, media_type="application/yaml")


@router.get("/{course}/publish")
def confirm(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """What publishing changes, before it does."""
    return _publish(request, wired, who, course)


@router.post("/{course}/publish")
def publish(request: Request, wired: Wired, who: TheAuthor, course: str, seen: Seen) -> Response:
    """From the next message on learners have it."""
    try:
        with wired.store.write(who.organisation_id) as session:
            drafting.publish(session, who, course, seen, wired.now())
            conflicts.of_authors(session, who, course, wired.now())
    except (Overtaken, CourseInvalid):
        return _publish(request, wired, who, course, overtaken=True)
    return RedirectResponse(f"/courses/{course}?said=published", 303)


@router.get("/{course}/discard")
def confirm_discard(request: Request, wired: Wired, who: TheAuthor, course: str) -> HTMLResponse:
    """Asks first."""
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    return page(
        request, "course_sure.html", who, draft=draft, lang=language_of(request, who, draft.content), what="draft",
        words="", back=f"/courses/{course}", seen=draft.mark, overtaken=False,
    )  # fmt: skip


@router.post("/{course}/discard")
def discard(wired: Wired, who: TheAuthor, course: str) -> Response:
    """Learners keep what they have; what was never published is gone."""
    with wired.store.write(who.organisation_id) as session:
        known = drafting.find(session, course).published is not None
        drafting.discard(session, who, course, wired.now())
    return RedirectResponse(f"/courses/{course}?said=discarded" if known else "/courses", 303)


def language_of(request: Request, who: ActingMember, content: Content, wished: str | None = None) -> Language:
    """The language in which an author reads a course: the one asked for, their own, or its first one."""
    known: list[Language] = content["languages"]
    wishes = (wished, reading(request, who).language)
    return next((one for wish in wishes for one in known if one == wish), known[0])


def _count(content: Content) -> int:
    return sum(len(one["questions"]) for one in content["lessons"])


def _head(
    request: Request, who: ActingMember, values: Part, wrong: dict[str, Wrong], draft: Draft | None, *,
    overtaken: bool = False, seen: str | None = None,
) -> HTMLResponse:  # fmt: skip
    now = editing.head(draft.content) if draft else None
    return page(
        request, "course_head.html", who, 409 if overtaken else 422 if wrong else 200, values=values, wrong=wrong,
        draft=draft, told=course_forms.told, overtaken=overtaken, now=now,
        seen=seen if seen is not None else editing.mark(now) if now else "",
    )  # fmt: skip


def _file(request: Request, who: ActingMember, *, text: str = "", status: int = 200, **more: Any) -> HTMLResponse:
    shown = {"wrong": [], "taken": False} | more
    return page(request, "course_import.html", who, status, text=text, longest=LONGEST_FILE, **shown)


def _publish(
    request: Request, wired: Wired, who: ActingMember, course: str, *, overtaken: bool = False
) -> HTMLResponse:
    with wired.store.read(who.organisation_id) as session:
        draft = drafting.find(session, course)
    return page(
        request, "course_publish.html", who, 409 if overtaken else 200, draft=draft, overtaken=overtaken,
        lacks=editing.problems(draft.content), changes=editing.changes(draft.published, draft.content),
        lang=language_of(request, who, draft.content), seen=draft.mark,
    )  # fmt: skip
