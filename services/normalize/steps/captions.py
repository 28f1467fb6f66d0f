"""Captions told from subheads and short paragraphs, and the credit taken off them."""

from services.normalize.steps.proof import Proof, judged, mark, words

SHORT = 30


def judge_captions(proof: Proof) -> Proof:
    """Judge every short line of the body that the markup says nothing about."""
    marks = {}
    body = [n for n, line in enumerate(proof.lines) if line.kind is None]
    before = ""
    for place, number in enumerate(body):
        line = proof.lines[number]
        following = proof.lines[body[place + 1]] if place + 1 < len(body) else None
        kind = "paragraph"
        if line.piece.shape == "line" and len(words(line.text)) <= SHORT and not line.text.endswith("."):
            apart = line.piece.gap > 0 and (following is None or following.piece.gap > 0)
            kind = "caption" if apart and before != "caption" else "subhead"
            marks[number] = judged(line, "caption" if kind == "caption" else "subhead", "stands apart", 0.5)
        before = kind
    return mark(proof, marks)
