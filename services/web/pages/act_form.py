"""`/acts/{act}`: what a person does to articles, by a form of a page."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.acts import NAME, Act, Acts, Done, checked_refs, read_act
from services.web.pages.article import article_page
from services.web.pages.login import ACT_BYTES, checked_form, own_page
from services.web.problems import BODY, Problem
from services.web.responses import see_other
from services.web.state import publisher_of, state_of
from shared.errors import InputRefused, PermanentError

WRITTEN = ("edit", "correct")  # acts that a person writes words for


async def do_act(request: Request) -> Response:
    """Do what the form says to the articles it names; a reason comes with it.

    A form in which a person has written, and that came to nothing, is shown again as it was typed.
    """
    form = await checked_form(request, ACT_BYTES)
    app_state, who, name = state_of(request), publisher_of(request).name, request.path_params["act"]
    refs, why = form.get("refs", "").split(), form.get("why", "").strip()
    try:
        act = read_act(name)
        if act != "resume":  # which names a stage or a source
            checked_refs(refs)
        if not why:
            raise PermanentError("say why: it is kept with the act")
        done = await app_state.ask(_act, app_state.desk.acts, act, refs, {"who": who, "why": why}, form)
    except (PermanentError, InputRefused) as error:
        if name in WRITTEN and refs and NAME.fullmatch(refs[0]):
            shown = refs[0] if name == "edit" else refs[0].partition("@")[0]
            return await article_page(
                request, shown, typed=form | {"next": own_page(form.get("next", ""))}, act=name, problem=str(error)
            )
        raise Problem("bad-request", str(error), at=BODY) from error
    said = urlencode({"done": done.done, "left": len(done.left), "act": act})
    back = own_page(form.get("next", ""))
    return see_other(f"{back}{'&' if '?' in back else '?'}{said}")


def _act(acts: Acts, act: Act, refs: Sequence[str], audit: Mapping[str, str], form: Mapping[str, str]) -> Done:
    match act:
        case "edit":
            text = form.get("text", "").replace("\r\n", "\n")  # as a form sends the ends of lines
            return acts.edit(refs[0], text, who=audit["who"], why=audit["why"])
        case "correct":
            return acts.correct(refs[0], form, who=audit["who"], why=audit["why"])
        case "release":
            return acts.release(refs[0].partition("@")[0], who=audit["who"], why=audit["why"])
        case "resume":
            return acts.resume(form.get("refs", "").strip(), form.get("kind", ""), who=audit["who"], why=audit["why"])
        case _:
            return acts.on_articles(act, refs, who=audit["who"], why=audit["why"])
