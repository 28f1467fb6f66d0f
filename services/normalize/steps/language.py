"""Which language an article is in: what the source or the page says, else its own letters and commonest words."""

import re
from collections import Counter

import msgspec

from services.normalize.rules.language import GENERIC, for_tag, languages
from services.normalize.steps.proof import Proof, settle
from shared.article import Evidence

SAMPLE = 2000
LEAST_SCORE = 0.08
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
    letters = Counter(sample.casefold())
    total = sum(count for letter, count in letters.items() if letter.isalpha()) or 1
    for tag, script, share in _SCRIPTS:
        if len(script.findall(sample)) / total >= share:
            return tag, 0.99
    found = Counter(_WORD.findall(sample.casefold()))
    count = sum(found.values()) or 1
    scores = {
        tag: sum(found[word] for word in rules.style.common) / count
        + sum(letters[letter] for letter in rules.style.letters) / total
        for tag, rules in languages().items()
        if tag != GENERIC
    }
    (best, score), (_, second), *_ = sorted(scores.items(), key=lambda item: -item[1])
    if score < LEAST_SCORE:
        return None, 0.0
    return best, min(0.99, 0.5 + (score - second) / score / 2)
