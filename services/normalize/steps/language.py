"""Which language an article is in: what the source or the page says, else its own letters and commonest words."""

import re
from collections import Counter

import msgspec

from services.normalize.rules.language import GENERIC, for_tag, languages
from services.normalize.steps.proof import Proof, settle
from shared.article import Evidence

SAMPLE = 4000
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]"), 0.05),
    ("ko", re.compile("[\uac00-\ud7af]"), 0.2),
    ("zh", re.compile("[\u4e00-\u9fff]"), 0.2),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.2),
)
_WORD = re.compile(r"[^\W\d_]+")


def tell_language(proof: Proof) -> Proof:
    """Choose the rules: the article's declared language, the source's setting, then what the text looks like."""
    declared = proof.article.language or None
    sample = " ".join(line.text for line in proof.lines)[:SAMPLE]
    seen, sure = read_language(sample)
    if declared is not None:
        trusted = declared if seen is None or sure < 0.9 or for_tag(declared).tag == seen else seen
        return msgspec.structs.replace(proof, rules=for_tag(trusted))
    setting = proof.raw.source.language
    if seen is None or (setting is not None and (sure < 0.9 or for_tag(setting).tag == seen)):
        if setting is None:
            return proof
        evidence = Evidence(field="language", rule="the source's setting", sure=0.9)
        return msgspec.structs.replace(settle(proof, evidence, language=setting), rules=for_tag(setting))
    evidence = Evidence(field="language", rule="letters and commonest words", sure=sure)
    return msgspec.structs.replace(settle(proof, evidence, language=seen), rules=for_tag(seen))


def read_language(sample: str) -> tuple[str | None, float]:
    """The likeliest language that we have rules for, or None when nothing stands out."""
    letters = sum(letter.isalpha() for letter in sample) or 1
    for tag, script, share in _SCRIPTS:
        if len(script.findall(sample)) / letters >= share:
            return tag, 0.99
    found = Counter(_WORD.findall(sample.casefold()))
    total = sum(found.values())
    scores = {
        tag: sum(found[word] for word in rules.style.common) / total
        + _letter_share(sample, rules.style.letters, letters)
        for tag, rules in languages().items()
        if tag != GENERIC and total
    }
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < 0.08:
        return None, 0.0
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return ranked[0][0], min(0.99, 0.5 + (ranked[0][1] - second) / ranked[0][1] / 2)


def _letter_share(sample: str, own: str, letters: int) -> float:
    if not own:
        return 0.0
    return sum(letter in own for letter in sample.casefold()) / letters
