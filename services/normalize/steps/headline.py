"""The headline: the first line of a text that is no date, no section and no byline."""

from services.normalize.rules import phrases
from services.normalize.steps.dateline import read_dateline
from services.normalize.steps.proof import Line, Proof, judged, mark, settle, size, witness
from shared.article import Candidate

KICKER_WORDS = 4
LONGEST = 60


def read_headline(proof: Proof) -> Proof:
    """Find the headline's line; a section's name over it leaves the body."""
    if proof.article.headline is not None:
        return _mark_known(proof)
    first = _next_open(proof, 0)
    if first is None or size(proof.lines[first].text) > LONGEST or proof.lines[first].piece.shape == "lead":
        return proof
    chosen = first
    rule, sure = "the first line", 0.9
    second = _next_open(proof, first + 1)
    if second is not None and _is_kicker(proof, first, second):
        kicker = judged(proof.lines[first], "boilerplate", "a section's name over the headline", 0.85)
        proof = mark(proof, {first: kicker})
        chosen, rule = second, "the first line under a section's name"
    line = proof.lines[chosen]
    proof = mark(proof, {chosen: judged(line, "headline", rule, sure)})
    lost = (Candidate(value=proof.lines[first].text, rule="a section's name"),) if chosen != first else ()
    return settle(proof, witness(proof, "headline", line, rule, sure, lost=lost), headline=line.text)


def _mark_known(proof: Proof) -> Proof:
    """Take the headline that the reader settled out of the body, wherever it is repeated as a heading or on top."""
    known = phrases.edge_free(proof.article.headline or "")
    marks = {
        number: judged(line, "headline", "repeats the headline", 0.95)
        for number, line in enumerate(proof.lines)
        if line.kind is None and (line.piece.shape == "heading" or number < 4) and phrases.edge_free(line.text) == known
    }
    return mark(proof, marks)


def _next_open(proof: Proof, start: int) -> int | None:
    shapes = ("line", "paragraph", "heading", "lead")
    return next(
        (
            n
            for n in range(start, len(proof.lines))
            if proof.lines[n].kind is None and proof.lines[n].piece.shape in shapes
        ),
        None,
    )


def _is_kicker(proof: Proof, first: int, second: int) -> bool:
    """A known section, or a word or two over a longer line that the lead follows without a date between."""
    over, under = proof.lines[first], proof.lines[second]
    plain = phrases.edge_free(over.text)
    if _runs(under):
        return False
    if plain in phrases.sections(proof.rules.tag) or "»" in over.text:
        return True
    if read_dateline(under.text, proof.rules.tag) is not None:
        return False
    third = _next_open(proof, second + 1)
    if third is None or second != first + 1 or not _runs(proof.lines[third]):
        return False
    short, dated = size(over.text) <= KICKER_WORDS, proof.lines[second + 1].kind == "date"
    return short and dated and size(under.text) >= 2 * size(over.text)


def _runs(line: Line) -> bool:
    return size(line.text) >= 25 or (line.text.endswith(".") and size(line.text) >= 8)
