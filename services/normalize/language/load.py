"""What is special to a language, read once from the TOML files beside this module."""

from functools import cache
from importlib import resources
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from services.normalize.tables import parse
from shared.article import Kind, Role

DayOrder = Literal["dmy", "mdy", "ymd"]
_Rules = TypeVar("_Rules", bound=msgspec.Struct)


class Dates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words a date may hold beside its figures.

    `months` maps names to numbers; `month_rows` say the same of languages without a file, twelve names a row. A row of
    `weekdays` has seven names from Monday on; "_" stands for a blank in a name. `units` maps a unit's words to seconds,
    `ago` says where number and unit stand ("{n} {unit} trước"), `one` are words for 1 before a unit, `days` counts from
    today ("hôm qua" is 1). `hour_words` stand behind the hour ("5 giờ 34"), `minute_words` and `second_words` behind
    theirs, `half_past` for 30 minutes, `clock_openers` before a clock ("kl. 10.15"). `year_words`, `month_words` and
    `day_words` stand behind the figures of a date ("2024年5月3日"), `ordinals` right behind the day ("3rd"), `between`
    before a day, month or year ("3 de mayo de 2024").
    `eras` maps the name of an era to what makes its years ours ("令和" is 2018), `era` is how far the years that most
    people count are ahead of ours; `persian_months` and `hijri_months` are rows of those calendars, and where
    `counts_persian`, figures such as 1403-08-24 are a day of the first.
    """

    order: DayOrder | None = None
    months: dict[str, int] = {}
    month_rows: tuple[str, ...] = ()
    persian_months: tuple[str, ...] = ()
    hijri_months: tuple[str, ...] = ()
    counts_persian: bool = False
    era: int = 0
    eras: dict[str, int] = {}
    year_words: tuple[str, ...] = ()
    month_words: tuple[str, ...] = ()
    day_words: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    joiners: tuple[str, ...] = ()
    clock_openers: tuple[str, ...] = ()
    hour_words: tuple[str, ...] = ()
    minute_words: tuple[str, ...] = ()
    second_words: tuple[str, ...] = ()
    half_past: tuple[str, ...] = ()
    morning: tuple[str, ...] = ()
    noon: tuple[str, ...] = ()
    afternoon: tuple[str, ...] = ()
    night: tuple[str, ...] = ()
    ago: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    units: dict[str, int] = {}
    days: dict[str, int] = {}


class Bylines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people and sources are named under or over an article.

    `labels` maps the word before a colon to a role ("ảnh" to photographer), `openers` a word without a colon ("By"),
    `notes` a remark in brackets behind a name ("lược dịch"); `remarks` are such words that change nothing. Where
    `bare_name_ends_page`, pages end in a name without any word before it. `institutions` open what a person works for,
    in brackets behind a name. `clients` stand between a name and who ordered the text ("for" Reuters), `place_words`
    between a name and where that person is ("in" London). Where `single_names`, people sign with one word; where
    `family_first`, "Miller, Jane" is no name turned round.
    `particles` are little words within names ("van den Berg"), `logins` what a machine calls an account ("admin"),
    `buttons` what a page sets close behind a name ("Follow").
    `given_names` tell a name where letters have no case; `glued_joiners` are written as one word with them ("وكريم").
    """

    labels: dict[str, Role] = {}
    openers: dict[str, Role] = {}
    notes: dict[str, Role] = {}
    remarks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    joiners: tuple[str, ...] = ()
    glued_joiners: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    crews: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    given_names: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    place_words: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    bare_name_ends_page: bool = False
    family_first: bool = False
    single_names: bool = False


class Captions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words that mark a picture's credit, who gives pictures beside papers, and what captions like to say.

    `beginnings` open a line about its picture ("ảnh do"), `places` point to one ("(ảnh trên)"). `links` stand between
    a credit's word and the name ("photo by"), `taken_by` and `given_by` behind the name (摄, 发), `rights` behind them
    ("all rights reserved"). `stock` are the notes on what kind of picture it is ("Archivbild"); `stock_is_apart` where
    papers set them in the place of the credit.
    `under_picture` is what standing right under a picture adds for a caption: more where the weights were fitted.
    """

    credits: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    taken_by: tuple[str, ...] = ()
    given_by: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    stock: tuple[str, ...] = ()
    stock_is_apart: bool = False
    givers: tuple[str, ...] = ()
    under_picture: float = 1.2
    openers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Boilerplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines that belong to the site, not to the article.

    `end_marks` close a text between signs ("- ENDS -"), `lines` are whole lines, `prefixes` begin one, `related` open
    a list of other articles' headlines. On pages, between paragraphs, `asides` are whole lines too, `aside_openers`
    begin one, and `consents` begin the notice in place of another site's video that waits for consent.
    """

    end_marks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    aside_openers: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()


class Notes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How notes of the desk begin ("Correction", "an earlier version of this"), and what a line says that asks to pay
    for the rest of the text ("subscribe to keep reading")."""

    corrections: tuple[str, ...] = ()
    paywall: tuple[str, ...] = ()


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words before a colon by which copy says what a line is: "Tiêu đề:", "Standfirst:"; `subject` is a mail's."""

    subject: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


class Style(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How running text looks in this language.

    `connectives` begin a paragraph that goes on from another, `verbs` and `function_words` are signs of a sentence;
    `common` are words so frequent that they tell the language; `letters` belong to it, as do those of `script`, which
    are ranges of a script that a language has for itself.
    """

    connectives: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    speech: tuple[str, ...] = ()
    function_words: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    letters: str = ""
    script: str = ""


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one language; what a file leaves out, the generic file says.

    `other_tags` name the same language ("nb" and "nn" are read as "no"), `outlets` are names of papers and agencies,
    `outlet_kinds` the words that open others ("báo" Lao Động), `organisation_words` stand in any place of what is no
    person's name ("Talbote Media"), `calls` what is shouted before a text and is no dateline
    ("BREAKING NEWS - "). `dateline_marks` part a lone town from the text: "KÖLN. ", "MUMBAI: ", "PARIS — ".
    `places` says which place an abbreviation is, `stamps` are places that pages set apart by style alone: in copy they
    run into the first word ("Đà NẵngSau …").
    `small_letters` are the small ones of capitals where another language has others: Turkish writes "ÇINARLI" as
    "Çınarlı". `kinds` are the labels and section names that say what kind of article one is ("Anzeige").
    """

    tag: str
    other_tags: tuple[str, ...] = ()
    small_letters: dict[str, str] = {}
    zone: str | None = None
    zones: dict[str, str] = {}
    orders: dict[str, DayOrder] = {}
    lead_follows_headline: bool = False
    outlets: tuple[str, ...] = ()
    outlet_kinds: tuple[str, ...] = ()
    organisation_words: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    dateline_marks: tuple[str, ...] = ()
    wire_codes: tuple[str, ...] = ()
    places: dict[str, str] = {}
    stamps: tuple[str, ...] = ()
    dates: Dates = Dates()
    bylines: Bylines = Bylines()
    captions: Captions = Captions()
    boilerplate: Boilerplate = Boilerplate()
    notes: Notes = Notes()
    labels: Labels = Labels()
    style: Style = Style()
    kinds: dict[Kind, tuple[str, ...]] = {}


GENERIC = "und"
EVERY = "mul"  # ISO 639-2's code for several languages
_BY_MEANING = (  # tables whose files say meaning = [words]: rules ask for the meaning of a word
    ("dates", "months", int), ("dates", "units", int), ("dates", "days", int),
    ("bylines", "labels", str), ("bylines", "openers", str), ("bylines", "notes", str),
)  # fmt: skip


def read_language(toml: bytes) -> Language:
    """One language from its file."""
    fields = parse(toml.decode("utf-8"))
    for section, table, meaning in _BY_MEANING:
        if table in fields.get(section, {}):
            fields[section][table] = _by_word(fields[section][table], meaning)
    return msgspec.convert(fields, Language)


def _by_word(table: dict[str, Any], meaning: type[int | str]) -> dict[str, Any]:
    """`1 = ["januari", "jan"]` as {"januari": 1, "jan": 1}; a word with its meaning stays as it is."""
    lists = {word: meaning(key) for key, words in table.items() if isinstance(words, list) for word in words}
    return {**{word: found for word, found in table.items() if not isinstance(found, list)}, **lists}


@cache
def languages() -> dict[str, Language]:
    """All languages that have a file of their own, by primary tag."""
    folder = resources.files(__package__)
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml") and "_" not in entry.name]
    read = [read_language(entry.read_bytes()) for entry in found]
    return {language.tag: language for language in sorted(read, key=lambda language: language.tag)}


@cache
def _by_any_tag() -> dict[str, Language]:
    known = languages()
    return {other: language for language in known.values() for other in language.other_tags} | known


@cache
def for_tag(tag: str | None) -> Language:
    """The rules of "vi-VN" are those of "vi"; a language without a file gets the generic ones.

    `EVERY` has the words of all languages together: for pages and feeds, whose language nobody may have told.
    """
    primary = (tag or GENERIC).replace("_", "-").split("-")[0].lower()
    if primary == EVERY:
        return _all_together()
    return _by_any_tag().get(primary, languages()[GENERIC])


@cache
def _all_together() -> Language:
    return replace(_merged(list(languages().values())), tag=EVERY)


def _merged(every: list[_Rules]) -> _Rules:
    """One with the words of all in its lists and tables; what is said by yes or no, or once, stays the first one's."""
    merged: dict[str, Any] = {}
    for name in every[0].__struct_fields__:
        values = [getattr(rules, name) for rules in every]
        if isinstance(values[0], msgspec.Struct):
            merged[name] = _merged(values)
        elif isinstance(values[0], tuple):
            merged[name] = tuple(dict.fromkeys(word for words in values for word in words))
        elif isinstance(values[0], dict):
            merged[name] = {word: said for table in reversed(values) for word, said in table.items()}
    return replace(every[0], **merged)
