"""Which language an article is in: what the source or the page says, unless its own words say another by far."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from msgspec.structs import replace

from services.normalize.document import Document, Told, size
from services.normalize.language.load import GENERIC, for_tag, languages
from services.normalize.readings import RuleId
from shared.patterns import pattern_of

SAMPLE = 2000
ENOUGH_WORDS = 8
_SURE = 0.9
_BY_FAR = 0.99  # of a declared language and the text's: how likely the latter is that is believed against the former
_LIKELY, _DOUBTED, _SUREST = 0.6, 0.5, 0.99
# What a sign speaks for a language, in twentieths of a logit: a sign shown often says little more than one shown twice.
_WORD, _LETTER, _FOREIGN = 25, 5, 10
_MOST = 3  # times that a word is counted
_MOST_LETTERS = 12
_UNKNOWN = 1.5  # for each word: what speaks for a language that nobody has listed the words of
_SCALE = 20
_LISTED = 0.8
_RUN = pattern_of(r"[^\W\d_]+")
_MARKED = pattern_of("[\u00df-\U0010ffff]")  # all but the letters that most languages share
_LATIN = "\u024f"


def tell_language(document: Document) -> Document:
    """Choose the rules: by what the reader told already, else by the declared language, the setting and the text."""
    told = document.told
    if told is None:
        sample = " ".join(line.text for line in document.lines)[:SAMPLE]
        told = language_of(document.article.language, document.raw.source.language, sample)
    if told is None:
        return document
    declared = next((seen for seen in document.evidence if seen.field == "language"), None)
    shown = told.evidence
    if declared is not None and told.tag == document.article.language:  # where it is declared stays told
        sure = min(declared.sure, told.sure)
        shown = replace(declared, sure=sure, lost=(*declared.lost, *shown.lost))
    rest = tuple(seen for seen in document.evidence if seen.field != "language")
    article = replace(document.article, language=told.tag)
    return replace(document, article=article, evidence=(*rest, shown), rules=for_tag(told.tag))


def language_of(declared: str | None, setting: str | None, sample: str) -> Told | None:
    """The declared language or the source's setting, unless the text is by far likelier in another one that we know.

    Templates say `lang="en"` of pages in any language; a declaration of a language without rules is never doubted,
    since the text may only resemble a neighbour of it.
    """
    likely, count = likelihoods(sample), size(sample)
    seen = max(likely, key=likely.__getitem__)
    sure = min(_SUREST, likely[seen])
    for tag, rule in ((declared, RuleId.LANGUAGE_DECLARED), (setting, RuleId.LANGUAGE_OF_SOURCE)):
        if tag is None:
            continue
        known = for_tag(tag).tag
        share = likely[seen] / (likely[seen] + likely[known])
        if known in (seen, GENERIC) or share < _SURE or count < ENOUGH_WORDS:
            return Told(tag=tag, rule=rule, sure=rule.sure)
        if seen != GENERIC and share >= _BY_FAR and sure >= _LIKELY:
            return Told(tag=seen, rule=RuleId.LANGUAGE_OF_TEXT, sure=sure, lost=tag, lost_rule=rule)
        other = seen if seen != GENERIC else None
        return Told(tag=tag, rule=rule, sure=_DOUBTED, lost=other, lost_rule=RuleId.LANGUAGE_OF_TEXT)
    return None if seen == GENERIC else Told(tag=seen, rule=RuleId.LANGUAGE_OF_TEXT, sure=sure)


def likelihoods(sample: str) -> dict[str, float]:
    """How likely each language is that a text's commonest words and letters speak for; `und` is one not known.

    They add up to 1. A word or letter that two languages have says nothing between them.
    """
    text = sample.casefold()
    words = Counter(_RUN.findall(text))
    count = sum(min(shown, _MOST) for shown in words.values())
    scores = dict.fromkeys(languages(), 0.0)
    for word, shown in [*words.items(), *_joined(text)]:
        for tag, worth in _words().get(word, {}).items():
            scores[tag] += _WORD * worth * min(shown, _MOST)
    for letter, shown in Counter(filter(_MARKED.match, text)).items():
        owners = _owners(letter)
        if owners or (letter <= _LATIN and letter.isalpha()):
            weight = min(shown, _MOST_LETTERS) ** 0.5
            for tag in scores:
                scores[tag] += weight * (_LETTER if tag in owners else -_FOREIGN)
    scores[GENERIC] = _UNKNOWN * max(count, ENOUGH_WORDS)
    most = max(scores.values())
    powers = {tag: math.exp((score - most) / _SCALE) for tag, score in scores.items()}
    total = sum(powers.values())
    return {tag: power / total for tag, power in powers.items()}


def _joined(text: str) -> Iterator[tuple[str, int]]:
    """Common words of scripts that set no blanks between them."""
    if max(text, default="") < "\u0e00":
        return
    yield from ((word, text.count(word)) for word in _joined_words() if word in text)


@cache
def _joined_words() -> tuple[str, ...]:
    return tuple(word for word in _words() if word >= "\u0e00")


@cache
def _words() -> Mapping[str, Mapping[str, float]]:
    """Which languages a word is common in, and what it is worth there: less for one of a language's other lists."""
    found: dict[str, dict[str, float]] = {}

    def add(tag: str, words: Iterable[str], worth: float) -> None:
        for word in filter(None, words):
            found.setdefault(word.casefold(), {})[tag] = worth

    for tag, rules in languages().items():
        style = rules.style
        add(tag, (*style.function_words, *style.verbs, *style.connectives), _LISTED)
        add(tag, style.common, 1.0)
    return found


@lru_cache(maxsize=8192)
def _owners(letter: str) -> frozenset[str]:
    """The languages that a letter belongs to."""
    return frozenset(tag for tag, script in _scripts() if script.match(letter))


@cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    written = [(tag, f"{rules.style.script}{re.escape(rules.style.letters)}") for tag, rules in languages().items()]
    return tuple((tag, re.compile(f"[{letters}]")) for tag, letters in written if letters)
