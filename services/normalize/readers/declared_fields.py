"""What a document declares about its article, field by field, each with the place it stands at."""

import msgspec

from services.normalize.document import Draft, Piece, Shape
from services.normalize.fields.date import Dated, clock_evidence
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.printed_names import is_organisation, split_names
from shared.article import Article, Candidate, Evidence, Person, Role

_QUOTE = 200
_PRINTED: dict[str, Shape] = {
    "headline": "heading",
    "description": "lead",
    "byline": "byline",
    "dateline": "paragraph",
}
_ROLES: dict[str, Role] = {
    "author": "author", "creator": "author", "writer": "author", "reporter": "author", "byline": "author",
    "columnist": "author", "correspondent": "author", "contributor": "author", "by": "author", "bài": "author",
    "photographer": "photographer", "photo": "photographer", "photos": "photographer", "ảnh": "photographer",
    "videographer": "videographer", "video": "videographer", "cameraman": "videographer",
    "translator": "translator", "translation": "translator", "dịch": "translator",
}  # fmt: skip


class Claims:
    """The fields claimed so far: the first claim of a field stands, a later one is kept as the candidate that lost."""

    def __init__(self) -> None:
        self._fields: dict[str, object] = {}
        self._evidence: dict[str, Evidence] = {}
        self._lists: dict[str, tuple[str, ...]] = {}
        self._people: dict[str, tuple[Role, ...]] = {}
        self._printed: list[Piece] = []

    def claim(
        self, field: str, value: object, rule: str, path: str, *, quote: str | None = None, sure: float = 0.95
    ) -> None:
        """Take the value for the field unless it says nothing or another stands already."""
        if value is None or value in ("", ()):
            return
        quote = _shown(value) if quote is None else quote
        if field in _PRINTED:
            self._printed.append(Piece(text=quote, shape=_PRINTED[field], path=path))
        if field in self._fields:
            if self._fields[field] != value:
                self._lose(field, Candidate(value=quote[:_QUOTE], rule=rule, path=path))
            return
        self._fields[field] = value
        self._evidence[field] = Evidence(field=field, rule=rule, sure=sure, quote=quote[:_QUOTE], path=path)

    def claim_date(self, field: str, dated: Dated | None, rule: str, path: str, sure: float = 0.97) -> None:
        """Take a date as printed; `first_created` brings its precision, its zone's origin and the publisher's day."""
        if dated is None:
            return
        moment, is_new = dated.moment, field not in self._fields
        self.claim(field, moment.value, rule, path, quote=dated.quote, sure=min(sure, dated.sure))
        if field == "first_created" and is_new:
            self._fields |= {"precision": moment.precision, "zone_rule": moment.zone_rule, "local_day": moment.day}
            if moment.precision != "day":
                clock = clock_evidence(self._evidence[field], moment, min(sure, dated.clock_sure))
                self._evidence[clock.field] = clock

    def claim_byline(self, printed: str | None, language: str | None, rule: str, path: str, sure: float = 0.9) -> None:
        """Take a byline as printed, and its people, organisations and sources apart."""
        if not printed:
            return
        self.claim("byline", printed, rule, path, sure=sure)
        reading = read_byline(printed, language or "und")
        if reading is not None:
            for person in reading.people:
                self.add_person(person.name, person.rel, rule, path)
            self.add("organisations", reading.organisations, rule, path)
            self.add("sources", reading.sources, rule, path)
            return
        for name in split_names(printed):
            self.add_name(name, ("author",), rule, path)

    def add_name(self, name: str, roles: tuple[Role, ...], rule: str, path: str) -> None:
        """Take a name as a person's, or as an organisation's when it looks like one."""
        if is_organisation(name):
            self.add("organisations", (name,), rule, path)
        else:
            self.add_person(name, roles, rule, path)

    def add_person(self, name: str, roles: tuple[Role, ...], rule: str, path: str) -> None:
        """Take a person; one named again only gains roles."""
        if name not in self._people:
            field = f"people[{len(self._people)}]"
            self._evidence[field] = Evidence(field=field, rule=rule, sure=0.95, quote=name[:_QUOTE], path=path)
        self._people[name] = tuple(dict.fromkeys((*self._people.get(name, ()), *roles)))

    def add(self, field: str, values: tuple[str, ...], rule: str, path: str) -> None:
        """Add values to a field that holds several, each once."""
        had = self._lists.get(field, ())
        kept = tuple(dict.fromkeys((*had, *(value for value in values if value))))
        if kept == had:
            return
        self._lists[field] = kept
        if field not in self._evidence:
            self._evidence[field] = Evidence(field=field, rule=rule, sure=0.95, quote=_shown(kept)[:_QUOTE], path=path)

    def has(self, field: str) -> bool:
        """Whether the field is claimed."""
        return field in self._fields or field in self._lists or (field == "people" and bool(self._people))

    def draft(self, pieces: tuple[Piece, ...]) -> Draft:
        """The draft of what was claimed, with the body's pieces."""
        people = tuple(Person(name=name, rel=roles) for name, roles in self._people.items())
        fields = {**self._fields, **self._lists, "people": people}
        return Draft(
            pieces=pieces,
            article=msgspec.structs.replace(Article(), **fields),
            evidence=tuple(self._evidence.values()),
            printed=tuple(self._printed),
        )

    def _lose(self, field: str, candidate: Candidate) -> None:
        evidence = self._evidence.get(field)
        if evidence is not None and candidate not in evidence.lost:
            self._evidence[field] = msgspec.structs.replace(evidence, lost=(*evidence.lost, candidate))


def role_of(word: str | None) -> Role | None:
    """Our word for what someone did: "writer" is an author; None for one who is written about, or unknown."""
    return _ROLES.get((word or "").strip().lower().rpartition(":")[2])


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
