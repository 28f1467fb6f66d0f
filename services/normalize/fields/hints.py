"""What a source's settings say of inputs of any kind: the pattern of its byline, its agency, whose its pictures are."""

from collections.abc import Iterator
from itertools import chain

from msgspec.structs import replace

from services.normalize.document import Document, Line, classified, make_evidence, replace_lines, set_field
from services.normalize.grammar.byline_pattern import LONGEST_LINE, read_pattern, read_signed
from services.normalize.grammar.printed_byline import read_names
from services.normalize.readers.sniff import PAGE
from services.normalize.readings import RuleId
from shared.article import Candidate, Evidence, Person
from shared.envelope import FEED_ENTRY_TYPE, Raw
from shared.hints import SELECTED

_ENDS = 20  # lines from either end among which a byline stands
_READ_OF_ENTRIES = ("byline", "leave_out")
_OPEN = frozenset({"line", "paragraph", "heading", "byline", "lead"})


def read_hinted_byline(document: Document) -> Document:
    """Read the line that a selector says is the byline, or that is like the source's own pattern of one."""
    told = next((n for n, line in enumerate(document.lines) if line.piece.shape == "byline" and line.piece.hint), None)
    if told is not None:
        line = document.lines[told]
        names = read_names(line.text, document.rules.tag) or (line.text,)
        return _signed(document, told, line, tuple(names), (), line.piece.hint)
    pattern = document.raw.hints.byline_pattern
    if not pattern:
        return document
    read, count = read_pattern(pattern), len(document.lines)
    for number in dict.fromkeys(chain(range(min(_ENDS, count)), range(max(0, count - _ENDS), count))):
        line = document.lines[number]
        if line.piece.shape not in _OPEN or len(line.text) > LONGEST_LINE:
            continue
        signed = read_signed(line.text, read)
        if signed is not None:
            return _signed(document, number, line, signed.names, signed.agencies, pattern[:80])
    return document


def _signed(
    document: Document, number: int, line: Line, names: tuple[str, ...], agencies: tuple[str, ...], note: str
) -> Document:
    before = document.article
    line = classified(line, "byline", RuleId.SOURCE_HINT, note=note)
    document = replace_lines(document, {number: line})
    document = replace(
        document, evidence=tuple(seen for seen in document.evidence if not seen.field.startswith(("byline", "people")))
    )
    lost = (Candidate(value=before.byline, rule=RuleId.BYLINE_FIRST_LOOK.words),) if before.byline else ()
    evidence = make_evidence(document, "byline", line, RuleId.SOURCE_HINT, lost=lost)
    people = tuple(Person(name=name) for name in names)
    document = set_field(document, evidence, byline=line.text, people=people)
    for place, _ in enumerate(people):
        document = set_field(document, make_evidence(document, f"people[{place}]", line, RuleId.SOURCE_HINT))
    if agencies:
        sources = make_evidence(document, "sources", line, RuleId.SOURCE_HINT)
        document = set_field(document, sources, sources=agencies)
    return document


def set_defaults(document: Document) -> Document:
    """Say the source's agency where nothing in the input names one, and whose its pictures are that have no credit."""
    hints, article, rule = document.raw.hints, document.article, RuleId.SOURCE_HINT
    if hints.agency and not article.sources and not article.organisations:
        told = Evidence(field="sources", rule=rule.told("agency"), sure=rule.sure)
        document = set_field(document, told, sources=(hints.agency,))
    if not hints.credit:
        return document
    bare = [at for at, block in enumerate(article.blocks) if block.type in ("picture", "caption") and not block.byline]
    if not bare:
        return document
    blocks = tuple(
        replace(block, byline=hints.credit) if at in bare else block for at, block in enumerate(article.blocks)
    )
    told = Evidence(field="blocks.byline", rule=rule.told("credit"), sure=rule.sure)
    return set_field(document, told, blocks=blocks)


def settings_used(raw: Raw, media_type: str) -> Iterator[Evidence]:
    """Which version of whose settings an input was read with, and which of them are for other inputs."""
    if not raw.hinted_by:
        return
    rule = RuleId.SETTINGS_USED
    yield Evidence(field="settings", rule=rule.told(raw.hinted_by), sure=rule.sure)
    if media_type == PAGE:
        return
    rule = RuleId.HINT_FOR_PAGES
    read = _READ_OF_ENTRIES if media_type == FEED_ENTRY_TYPE else ()
    for field in (*SELECTED, "leave_out"):
        said = getattr(raw.hints, field)
        if said and field not in read:
            words = ", ".join(said) if isinstance(said, tuple) else said
            yield Evidence(field=f"settings.{field}", rule=rule.told(words[:80]), sure=rule.sure)
