"""What a document declares about its article, field by field, each with the place it stands at."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
from msgspec.structs import replace

from services.normalize.document import Draft, Piece, Shape
from services.normalize.fields.date import Dated, clock_evidence
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.byline_marks import turned_names
from services.normalize.grammar.person_names import is_organisation, opens_as_outlet
from services.normalize.grammar.printed_byline import named_in
from services.normalize.language.folding import fold
from services.normalize.language.load import GENERIC
from services.normalize.language.phrases import any_role, kind_named
from services.normalize.readings import Ranking, Reading, RuleId, rank, shortened
from shared.article import UNREAD, Article, Correction, Evidence, Person, Role
from shared.embargo import EXPECTED, embargo_end_of, shown
from shared.errors import EmbargoUnread
from shared.identity import without_login
from shared.language_tags import language_tag
from shared.pub_status import status_among, status_of

_SURE = 0.95
_MOST_UNTOLD = 300
_PRINTED: dict[str, Shape] = {"headline": "heading", "description": "lead", "byline": "byline", "dateline": "paragraph"}
_ROLES: dict[str, Role] = {
    "author": "author", "creator": "author", "writer": "author", "reporter": "author", "byline": "author",
    "columnist": "author", "correspondent": "author", "contributor": "author", "by": "author",
    "photographer": "photographer", "photo": "photographer", "photos": "photographer",
    "videographer": "videographer", "video": "videographer", "cameraman": "videographer",
    "translator": "translator", "translation": "translator",
}  # fmt: skip


class FieldReadings:
    """The readings of a document's fields: the surest of a field is believed, of two as sure the first."""

    def __init__(self) -> None:
        self._readings: list[Reading] = []
        self._lifted: list[Reading] = []
        self._embargoes: list[tuple[dt.datetime, Reading]] = []
        self._values: dict[tuple[str, str], object] = {}
        self._dates: dict[str, Dated] = {}
        self._lists: dict[str, tuple[str, ...]] = {}
        self._people: dict[str, Person] = {}
        self._single: dict[str, Reading] = {}
        self._printed: list[Piece] = []
        self._corrections: list[Correction] = []
        self._unread: list[Evidence] = []

    def take(
        self, field: str, value: object, member: str, path: str, *, quote: str | None = None, sure: float = _SURE
    ) -> None:
        """Take a value of a field unless it says nothing; `member` names what declares it, for people."""
        if value is None or value in ("", ()):
            return
        value = without_login(value) if field == "uri" and isinstance(value, str) else value
        words = _shown(value)
        quote = words if quote is None else quote
        if field in _PRINTED:
            self._printed.append(Piece(text=quote, shape=_PRINTED[field], path=path))
        self._values.setdefault((field, words), value)
        self._readings.append(_reading(field, words, member, path, quote=quote, sure=sure))

    def take_language(self, said: str | None, member: str, path: str, sure: float = _SURE) -> str | None:
        """Take the language unless it is no tag of one, as nobody could read it; gives the tag that was taken."""
        tag = language_tag(said)
        self.take("language", tag, member, path, quote=said, sure=sure)
        return tag

    def take_date(
        self, field: str, dated: Dated | None, member: str, path: str, sure: float = 0.97, *, said: object
    ) -> None:
        """Take a date as printed; `first_created` brings its precision, its zone's origin and the publisher's day.

        Where nothing could be read of what is `said`, that is told, with its place: whoever wrote it meant a date.
        """
        if dated is None and said is not None and not (isinstance(said, str) and not said.strip()):
            self._unread.append(unread_evidence(field, said, member, path))
        if dated is not None:
            self._dates.setdefault(_shown(dated.moment.value), dated)
            self.take(field, dated.moment.value, member, path, quote=dated.quote, sure=min(sure, dated.sure))

    def take_embargo(self, said: object, zone: str | None, member: str, path: str) -> None:
        """Take until when an embargo holds; of several the latest is believed.

        `None` says that there is none. Raises `EmbargoUnread` for one whose end cannot be read, whatever others say.
        """
        if said is None:  # also a word: what held an earlier revision holds this one no more
            self._lifted.append(_reading("embargoed_until", "null", member, path))
            return
        until = embargo_end_of(said, zone)
        if until is None:
            raise EmbargoUnread(
                f"It is under an embargo ({member}, {path}), and {shown(said)} does not tell until when: "
                f"it {EXPECTED}. Without a zone there, the source's must be set."
            )
        self._values["embargoed_until", _shown(until)] = until
        self._embargoes.append((until, _reading("embargoed_until", _shown(until), member, path, quote=str(said))))

    def take_status(self, statuses: Iterable[tuple[str, object]]) -> None:
        """Take whether the article may be published, which is said at these places.

        Raises `StatusUnread` for what nobody can read, and for two that differ.
        """
        statuses = list(statuses)
        status = status_among(statuses)
        if status is not None:
            path, said = next((path, said) for path, said in statuses if status_of(said) == status)
            self.take("pub_status", status, "pubStatus", path, quote=str(said))

    def take_byline(self, printed: str | None, language: str | None, member: str, path: str, sure: float = 0.9) -> None:
        """Take a byline as printed, and its people, organisations and sources apart."""
        if not printed:
            return
        self.take("byline", printed, member, path, sure=sure)
        self.take_names(printed, language, member, path)

    def take_kind(self, genres: Iterable[tuple[str, str]], member: str, path: str) -> None:
        """Take the kind that a genre's name says, in any language; another genre is no kind."""
        for below, genre in genres:
            self.take("kind", kind_named(genre), member, f"{path}{below}", quote=genre)

    def take_names(self, printed: str, language: str | None, member: str, path: str, role: Role = "author") -> None:
        """Take the people, organisations and sources of a byline; `role` is theirs where none is printed."""
        reading = read_byline(printed, language or GENERIC)
        if reading is None:
            for named in named_in(printed, language):
                did = role if named.role == "author" else named.role
                if opens_as_outlet(named.name, language or GENERIC):
                    self.add("organisations", (named.name,), member, path)
                    continue
                self.add_name(named.name, (did,), member, path, printed, named.post)
            return
        for person in reading.people:
            roles = (role,) if person.rel == ("author",) else person.rel
            self.add_name(person.name, roles, member, path, printed, person.job_title)
        alone = not reading.people and not reading.organisations  # the agency that is declared the author wrote it
        self.add("organisations", reading.sources if alone else reading.organisations, member, path)
        self.add("sources", () if alone else reading.sources, member, path)

    def add_name(
        self,
        name: str,
        roles: tuple[Role, ...],
        member: str,
        path: str,
        quote: str | None = None,
        post: str | None = None,
    ) -> None:
        """Take a name as a person's, or as an organisation's when it looks like one."""
        if is_organisation(name):
            self.add("organisations", (name,), member, path)
        else:
            self.add_person(name, roles, member, path, quote, post)

    def add_person(
        self,
        name: str,
        roles: tuple[Role, ...],
        member: str,
        path: str,
        quote: str | None = None,
        post: str | None = None,
    ) -> None:
        """Take a person with the post printed beside the name; one named again only gains roles.

        "Miller, Jane" is turned round unless the document's language has the family first.
        """
        quote = quote or name
        language = next((str(value) for (field, _), value in self._values.items() if field == "language"), GENERIC)
        name = next(iter(turned_names(name, language)), name)
        if name not in self._people:
            field = f"people[{len(self._people)}]"
            self._single[field] = _reading(field, name, member, path, quote=quote)
        known = self._people.get(name, Person(name=name, rel=()))
        rel = tuple(dict.fromkeys((*known.rel, *roles)))
        self._people[name] = Person(name=name, rel=rel, job_title=known.job_title or post)

    def add(self, field: str, values: tuple[str, ...], member: str, path: str) -> None:
        """Add values to a field that holds several, each once."""
        had = self._lists.get(field, ())
        kept = tuple(dict.fromkeys((*had, *(value for value in values if value))))
        if kept != had:
            self._lists[field] = kept
            self._single.setdefault(field, _reading(field, _shown(kept), member, path))

    def add_correction(self, text: str | None, at: dt.datetime | None, member: str, path: str) -> None:
        """Take a note of what was put right, and when that was."""
        if text:
            field = f"corrections[{len(self._corrections)}]"
            self._corrections.append(Correction(text=text, at=at))
            self._single[field] = _reading(field, text, member, path)

    def tell_rest(self, leaves: Iterable[tuple[str, str]]) -> None:
        """Tell the texts that no field took, each with its place, as removed: words of a producer never vanish."""
        known = {fold(part) for value in self._said() for part in (value, *value.split(","))}
        for path, text in islice(leaves, _MOST_UNTOLD):
            if fold(text) not in known and not all(fold(part) in known for part in text.split(",")):
                self._printed.append(Piece(text=text, shape="debris", path=path))

    def _said(self) -> Iterator[str]:
        for reading in (*self._readings, *self._until(), *self._single.values()):
            yield from filter(None, (reading.value, reading.quote))
        for values in self._lists.values():
            yield from values
        yield from (person.job_title for person in self._people.values() if person.job_title)

    def has(self, field: str) -> bool:
        """Whether anything was read of the field."""
        if field == "people":
            return bool(self._people)
        return field in self._lists or any(reading.field == field for reading in self._readings)

    def draft(self, pieces: tuple[Piece, ...]) -> Draft:
        """The draft of what is believed, with the body's pieces."""
        people = tuple(self._people.values())
        fields: dict[str, object] = {**self._lists, "people": people, "corrections": tuple(self._corrections)}
        evidence: list[Evidence] = []
        readings = [*self._readings, *self._until()]
        for field in dict.fromkeys(reading.field for reading in readings):
            ranking = rank(field, readings)
            if ranking is None:
                continue
            fields[field] = self._values[field, ranking.believed.value]
            evidence.append(ranking.evidence())
            if field == "first_created":
                evidence += self._clock(fields, self._dates[ranking.believed.value], evidence[-1])
        lifted = [] if self._embargoes else self._lifted[:1]
        evidence += (Ranking(believed=one, sure=one.sure).evidence() for one in lifted)
        evidence += (Ranking(believed=one, sure=one.sure).evidence() for one in self._single.values())
        evidence += self._unread
        article = replace(Article(), **fields)
        return Draft(pieces=pieces, article=article, evidence=tuple(evidence), printed=tuple(self._printed))

    def _until(self) -> Iterator[Reading]:
        """The ends of embargoes, the latest first: of two as sure the first is believed."""
        yield from (reading for _, reading in sorted(self._embargoes, key=lambda said: said[0], reverse=True))

    def _clock(self, fields: dict[str, object], dated: Dated, of_day: Evidence) -> Iterator[Evidence]:
        moment = dated.moment
        fields |= moment.beside()
        if moment.precision != "day":
            yield clock_evidence(of_day, moment, min(of_day.sure, dated.clock_sure))


def _reading(
    field: str, value: str, member: str, path: str, *, quote: str | None = None, sure: float = _SURE
) -> Reading:
    weight = math.log(sure / (1 - sure))
    return Reading(field=field, value=value, rule=RuleId.DECLARED, note=member, place=path, quote=quote, weight=weight)


def unread_evidence(field: str, said: object, member: str, path: str) -> Evidence:
    """What an article tells of a date that nobody could read: beside the field, which has another value or none."""
    rule = RuleId.DATE_UNREAD
    quote = shortened(said if isinstance(said, str) else msgspec.json.encode(said, enc_hook=str).decode())
    return Evidence(field=f"{field}{UNREAD}", rule=rule.told(member), sure=rule.sure, quote=quote, path=path)


def role_of(word: str | None) -> Role | None:
    """Our word for what someone did: "writer" is an author; None for one who is written about, or unknown."""
    plain = (word or "").strip().lower().rpartition(":")[2]
    return _ROLES.get(plain) or any_role(fold(plain))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
