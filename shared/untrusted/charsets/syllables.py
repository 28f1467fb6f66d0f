"""Is a word a Vietnamese syllable? The spelling is so regular that a few words tell the encoding they are in."""

import unicodedata
from functools import lru_cache

from shared.patterns import pattern_of

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x".split()
_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung
uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt uyn uynh uyp uyt uyu
ua uac uach uai uan uang uanh uao uat uau uay uăc uăm uăn uăng uăp uăt ue uen ueo uet ui uit uy uynh uơn uên
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu yt
""".split()


def _longest_first(parts: list[str]) -> str:
    return "|".join(sorted(set(parts), key=len, reverse=True))


_TONES = pattern_of("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = pattern_of("(?:c|ch|k|p|t)$")
_SYLLABLE = pattern_of(f"(?:{_longest_first(_ONSETS)})?(?:{_longest_first(_RHYMES)})")
_STOP_TONES = frozenset("\u0301\u0323")
_WORD = pattern_of(r"[^\W\d_]+")
# What a wrong table leaves beside letters: marks without a vowel, signs inside a word, holes in the table, controls.
_DEBRIS = pattern_of(
    r"[\u0300-\u036f\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|(?<=[^\W\d_])[¡-©«-¹»-¿×÷ˆ˜‚„†‡•‰‹›™](?=[^\W\d_])|(?<=[^\W\d_])[µ¶¸®¬¦¤¨]|[µ¶¸¬¦¤¨](?=[^\W\d_])"
)


def syllables_in(text: str) -> tuple[int, int]:
    """How many of the words with marks are syllables of Vietnamese ("Việt" is, "Viöt" is not), and how many are not."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    right = sum(map(is_syllable, words))
    return right, len(words) - right + len(_DEBRIS.findall(text))


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Whether `word` is spelt as one Vietnamese syllable, in one case throughout or with a capital in front."""
    if not (word.islower() or word.isupper() or word[1:].islower()):
        return False
    bare = unicodedata.normalize("NFD", word.lower())
    tones = _TONES.findall(bare)
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", _TONES.sub("", bare))
    if _SYLLABLE.fullmatch(plain) is None:
        return False
    return not _STOPPED.search(plain) or (bool(tones) and tones[0] in _STOP_TONES)
