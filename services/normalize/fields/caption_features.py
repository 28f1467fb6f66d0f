"""What speaks for a short line being a caption, a subhead or a paragraph: signs as figures, weighed in captions.py."""

from functools import cached_property

from services.normalize.document import Document, Line, size, words
from services.normalize.fields.line_views import wording
from services.normalize.language.folding import UPPER, fold, fold_word
from services.normalize.language.load import for_tag
from services.normalize.language.signs import CLOSERS, is_stopped
from shared.patterns import pattern_of

_SENTENCES = pattern_of(rf"[.!?…][”\"’)]*\s+[“\"‘(]?[{UPPER}\d]|[。！？]\S")
DAY_IN_FIGURES = pattern_of(r"\b\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?\b")
_NUMBERED = pattern_of(r"^(?:[IVX]{1,4}|\d{1,2}|[a-zđ])[.)]\s")
_LENGTHS = (
    (4, "words to 4"), (7, "words to 7"), (12, "words to 12"), (18, "words to 18"), (30, "words to 30"),
    (45, "words to 45"),
)  # fmt: skip
WORDS_OF_ARTICLE = 0.5  # the corpora's subheads stand in other articles; real ones share more words with the text
_STANDS = (
    "(trái", "(phải", "(giữa", "(bìa", "từ trái", "từ phải", "(left", "(right", "from left", "from right", "(l)", "(r)",
)  # fmt: skip
_TOPIC = 10_000  # characters of a line that tell what the article speaks of
_OPENING = "“\"‘'("
_CLOSING = "”\"’')"


class Surroundings:
    """What is counted once for the whole body: its lines, its words, how closely its lines are set."""

    def __init__(self, document: Document, body: list[int]) -> None:
        self.lines = [document.lines[number] for number in body]
        self.tag = document.rules.tag
        gaps = [line.piece.gap > 0 for line in self.lines[1:]]
        self.is_tight = sum(gaps) * 10 <= len(gaps) * 7 if gaps else False
        self._head = (document.article.headline or "", document.article.description or "")
        self.under_picture = for_tag(self.tag).captions.under_picture
        self.words = wording(self.tag)

    @cached_property
    def counts(self) -> dict[str, int]:
        """In how many lines a word stands; few pages have a line that is judged by it."""
        found: dict[str, int] = {}
        for text in (*self._head, *(line.text for line in self.lines)):
            for word in set(words(fold(text[:_TOPIC]))):
                found[word] = found.get(word, 0) + 1
        return found


def signs(around: Surroundings, place: int) -> dict[str, float]:
    """All signs of the line at this place of the body; those that are not there are left out."""
    line = around.lines[place]
    found = {"always": 1.0, **_place_signs(around, place), **_end_signs(line.text)}
    found.update(_word_signs(around, line.text))
    found.update(_topic_signs(around, line.text))
    found.update(_joint_signs(found, line.text))
    return {name: value for name, value in found.items() if value}


def _place_signs(around: Surroundings, place: int) -> dict[str, float]:
    line, count = around.lines[place], len(around.lines)
    following = around.lines[place + 1] if place + 1 < count else None
    before = around.lines[place - 1] if place else None
    above = "apart" if line.piece.gap else "close"
    below = "end" if following is None else "apart" if following.piece.gap else "close"
    layout = "tight" if around.is_tight else "spaced"
    return {
        f"{layout}: {above} above, {below} below": 1.0,
        "first of the body": float(place == 0),
        "last of the body": float(following is None),
        "short line above": float(before is not None and _is_short(before)),
        "short line below": float(following is not None and _is_short(following)),
        "stopped line below": float(following is not None and is_stopped(following.text)),
    }


def _end_signs(text: str) -> dict[str, float]:
    count = size(text)
    bare, stopped = text.rstrip(CLOSERS), is_stopped(text)
    asked = stopped and bare[-1] in "?!？！؟"
    length = next((name for limit, name in _LENGTHS if count <= limit), "words over 45")
    return {
        length: 1.0,
        "ends in a stop": float(stopped and not asked),
        "ends in a question": float(asked),
        "ends in a colon": float(bare.endswith(":")),
        "wholly quoted": float(text[:1] in _OPENING and text[-1:] in _CLOSING and count <= 20),
        "holds a quotation": float(any(sign in text[1:-1] for sign in '“”"')),
        "more than one sentence": float(_SENTENCES.search(text) is not None),
        "all capitals": float(text.isupper()),
        "numbered": float(_NUMBERED.match(text) is not None),
        "holds a bracket": float("(" in text),
        "commas": min(text.count(","), 4) / 4,
        "holds a day": float(DAY_IN_FIGURES.search(text) is not None),
        "begins with a figure": float(text[:1].isdigit()),
        "holds a figure": float(any(letter.isdigit() for letter in text)),
    }


def _word_signs(around: Surroundings, text: str) -> dict[str, float]:
    plain = [fold_word(word) for word in words(text)]
    lowered = text.casefold()
    folded_text = f" {' '.join(plain)} "
    count = len(plain) or 1
    starts = [" ".join(plain[:size]) for size in (1, 2, 3)]
    verbs = sum(word in around.words.verbs for word in plain)
    return {
        "begins as a caption likes to": float(any(start in around.words.openers for start in starts)),
        "begins by going on": float(any(start in around.words.connectives for start in starts)),
        "words of place and posture": min(sum(word in folded_text for word in around.words.spaced_posture), 3) / 3,
        "who stands where": float(any(mark in lowered for mark in _STANDS)),
        "someone speaks": float(any(word in folded_text for word in around.words.spaced_speech)),
        "verbs": verbs / count,
        "holds a verb": float(verbs > 0),
        "little words": sum(word in around.words.little for word in plain) / count,
    }


def _topic_signs(around: Surroundings, text: str) -> dict[str, float]:
    """Captions name the article's people and places; a name is two capital words in a row, not "Đảng" alone."""
    inner = words(text)
    capital = [word[:1].isupper() for word in inner]
    names = [
        fold_word(word)
        for place, word in enumerate(inner)
        if capital[place]
        and (any(capital[place + 1 : place + 2]) or (place > 0 and capital[place - 1]) or len(word) > 7)
    ]
    content = [word for word in map(fold_word, inner) if word not in around.words.little and len(word) > 1]
    shared = sum(around.counts.get(word, 0) > 1 for word in content)
    named = sum(around.counts.get(word, 0) > 1 for word in names)
    return {
        "names": len(names) / (len(inner) or 1),
        "holds a name": float(bool(names)),
        "names of the article": named / len(names) if names else 0.0,
        "words of the article": WORDS_OF_ARTICLE * shared / len(content) if content else 0.0,
        "second word capital": float(capital[1:2] == [True]),
    }


def _joint_signs(found: dict[str, float], text: str) -> dict[str, float]:
    """Signs that mean more together: a stop ends paragraphs, but also the captions of some papers."""
    stopped, count = found["ends in a stop"] > 0, size(text)
    bare = not found["holds a verb"] and not found["someone speaks"] and not found["begins by going on"]
    apart = any("apart above, apart below" in name for name in found if name.startswith("tight"))
    return {
        "stopped, but no sentence": float(stopped and bare),
        "stopped, begins as a caption likes to": float(stopped and found["begins as a caption likes to"] > 0),
        "stopped, stands apart": float(stopped and apart),
        "stopped, begins with a name": float(
            stopped and found["second word capital"] > 0 and not found["begins by going on"]
        ),
        "no stop, over 12 words": float(not stopped and count > 12 and not found["ends in a question"]),
        "no stop, 8 to 12 words, a name": float(not stopped and 8 <= count <= 12 and found["holds a name"] > 0),
        "no stop, a verb": float(not stopped and found["holds a verb"] > 0),
    }


def _is_short(line: Line) -> bool:
    return size(line.text) <= 14 and not is_stopped(line.text)
