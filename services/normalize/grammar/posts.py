"""The post beside a name: "Transport Correspondent", "기자"; and the desks that stand where a name would."""

from functools import cache

from services.normalize.grammar.person_names import is_caseless, is_name, opens_with
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag
from services.normalize.language.phrases import crews, folded, titles

MOST_DESK_WORDS = 6
MOST_POST_WORDS = 7


def is_post(part: str, tag: str) -> bool:
    """ "AP National Political Writer" beside a name says what that person is; "inviato a Milano" too."""
    words = fold(part).split()
    if not words or len(words) > MOST_POST_WORDS:
        return False
    known, remarks = titles(tag), folded(for_tag(tag).bylines.remarks)
    joined = " ".join(words)
    if joined in remarks:
        return True
    if len(words) > 1 and words[-1].strip(".") in known and not is_caseless(part):
        return True
    if len(words) > 1 and is_caseless(part) and words[-1] in known and not is_name(part.split(maxsplit=1)[0], tag):
        return True
    return any(joined.startswith(remark + " ") for remark in remarks) or (
        len(words) > 1 and words[0] in known and len(words[0]) > 5 and not part.rsplit(maxsplit=1)[-1][:1].isupper()
    )


def is_desk(text: str, tag: str) -> bool:
    """ "Nhóm PV Quốc hội": a crew by the field it covers."""
    return len(text.split()) <= MOST_DESK_WORDS and opens_with(text, _crews_of_two(tag))


@cache
def _crews_of_two(tag: str) -> tuple[str, ...]:
    return tuple(crew for crew in crews(tag) if " " in crew)


def is_post_word(title: str) -> bool:
    """A post rather than a degree: "Correspondent", "기자", not "Dr" or "PGS.TS"."""
    return "." not in title and (len(title) > 4 or is_caseless(title))
