"""Which language an article is in: what the source or the page says, else its own letters and commonest words."""

from collections import Counter
from functools import cache

import msgspec

from services.normalize.document import Document, set_field
from services.normalize.language.load import GENERIC, for_tag, languages
from services.normalize.readings import RuleId
from shared.article import Candidate, Evidence
from shared.patterns import pattern_of

SAMPLE = 2000
LEAST_SCORE = 0.05
SURE = 0.9
ENOUGH_WORDS = 8
_SCRIPTS = (
    ("ja", pattern_of("[\u3040-\u30ff]"), 0.12),
    ("ko", pattern_of("[\uac00-\ud7af]"), 0.2),
    ("zh", pattern_of("[\u4e00-\u9fff]"), 0.2),
    ("th", pattern_of("[\u0e00-\u0e7f]"), 0.2),
)
_FIRST_CASELESS = "\u0e00"
_LISTED = 0.8
_SHARED = 0.3
_MARKED = pattern_of("[\u00df-\u024f\u1e00-\u1eff]")  # Latin letters that most languages do without
_WORD = pattern_of(r"[^\W\d_]+")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A language, by which rule it was told, how sure that is, and the declaration that was not believed."""

    tag: str
    rule: RuleId
    sure: float
    lost: str | None = None


def tell_language(document: Document) -> Document:
    """Choose the rules: the article's declared language, the source's setting, then what the text looks like."""
    sample = " ".join(line.text for line in document.lines)[:SAMPLE]
    told = language_of(document.article.language, document.raw.source.language, sample)
    if told is None:
        return document
    if told.tag == document.article.language:
        return msgspec.structs.replace(document, rules=for_tag(told.tag))
    lost = (Candidate(value=told.lost, rule=RuleId.LANGUAGE_DECLARED.words),) if told.lost is not None else ()
    evidence = Evidence(field="language", rule=told.rule.words, sure=told.sure, lost=lost)
    document = msgspec.structs.replace(
        document, evidence=tuple(seen for seen in document.evidence if seen.field != "language")
    )
    return msgspec.structs.replace(set_field(document, evidence, language=told.tag), rules=for_tag(told.tag))


def language_of(declared: str | None, setting: str | None, sample: str) -> Told | None:
    """The declared language or the source's setting, unless the text is plainly in another one that we know.

    Templates say `lang="en"` of pages in any language; a declaration of a language without rules is never doubted,
    since the text may only resemble a neighbour of it.
    """
    seen, sure = read_language(sample)
    for tag, rule in ((declared, RuleId.LANGUAGE_DECLARED), (setting, RuleId.LANGUAGE_OF_SOURCE)):
        if tag is None:
            continue
        known = for_tag(tag).tag
        if seen is None or sure < SURE or known in (seen, GENERIC):
            return Told(tag=tag, rule=rule, sure=rule.sure)
        return Told(tag=seen, rule=RuleId.LANGUAGE_OF_TEXT, sure=sure, lost=tag)
    return Told(tag=seen, rule=RuleId.LANGUAGE_OF_TEXT, sure=sure) if seen is not None else None


def read_language(sample: str) -> tuple[str | None, float]:
    """The likeliest language that we have rules for, or None when nothing stands out."""
    folded = sample.casefold()
    letters = Counter(folded)
    total = sum(count for letter, count in letters.items() if letter.isalpha()) or 1
    for tag, script, share in _SCRIPTS if max(letters, default="") >= _FIRST_CASELESS else ():
        if len(script.findall(sample)) / total >= share:
            return tag, 0.99
    found = Counter(_WORD.findall(folded))
    count = sum(found.values()) or 1
    by_word, by_letter = _tags_by_sign()
    common: dict[str, float] = dict.fromkeys(languages(), 0.0)
    own: Counter[str] = Counter()
    foreign = 0
    for word, shown in found.items():
        for tag, worth in by_word.get(word, {}).items():
            common[tag] += shown * worth
    for letter, shown in letters.items():
        is_marked = _MARKED.match(letter) is not None
        foreign += shown * is_marked
        for tag in by_letter.get(letter, ()):
            own[tag] += shown * (2 if is_marked else 1)  # one for being its own, one for not being foreign to it
    scores = {tag: common[tag] / count + (own[tag] - foreign) / total for tag in languages() if tag != GENERIC}
    (best, score), (_, second), *_ = sorted(scores.items(), key=lambda item: -item[1])
    if score < LEAST_SCORE:
        return None, 0.0
    most = 0.99 if count >= ENOUGH_WORDS else 0.5
    return best, min(most, 0.5 + (score - second) / score / 2)


@cache
def _tags_by_sign() -> tuple[dict[str, dict[str, float]], dict[str, list[str]]]:
    """Which languages a word is common in and what it is worth there, and which a letter belongs to.

    A word that several languages have says less of each; one of a language's other lists says less than its commonest.
    """
    by_word: dict[str, dict[str, float]] = {}
    by_letter: dict[str, list[str]] = {}
    for tag, rules in languages().items():
        if tag == GENERIC:
            continue
        style = rules.style
        for worth, words in ((_LISTED, (*style.function_words, *style.verbs, *style.connectives)), (1.0, style.common)):
            for word in words:
                by_word.setdefault(word.casefold(), {})[tag] = worth
        for letter in style.letters:
            by_letter.setdefault(letter, []).append(tag)
    shared = {
        word: {tag: worth / len(tags) ** _SHARED for tag, worth in tags.items()} for word, tags in by_word.items()
    }
    return shared, by_letter
