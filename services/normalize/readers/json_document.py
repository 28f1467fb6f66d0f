"""JSON that claims to be an article: parsed, and read by paths without trusting any type."""

import json
import math
import re
import sys
from typing import NoReturn

from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.pub_status import decisive_members


def read(text: str, raw: Raw) -> NoReturn:
    """Raises `NotAnArticle`: for what is no JSON, and for JSON that is none of those that we know."""
    parse_json(text)
    raise NotAnArticle("No reader takes application/json that is no ninjs or schema.org.")


def parse_json(text: str) -> object:
    """The document; raises `NotAnArticle` for what is no JSON, or nested beyond any article."""
    try:
        lowered = text.lower()
        hook = decisive_members if lowered.count("embargo") > 1 or lowered.count("pubstatus") > 1 else None
        return whole_letters(
            json.loads(text, strict=False, parse_constant=lambda constant: None, object_pairs_hook=hook), text
        )
    except RecursionError as error:
        raise NotAnArticle("The JSON is nested too deeply to be an article.") from error
    except json.JSONDecodeError as error:
        raise NotAnArticle(_where_it_breaks(error, text.rstrip())) from error
    except ValueError as error:
        raise NotAnArticle(f"The JSON has a number of more than {sys.get_int_max_str_digits()} digits.") from error


def _where_it_breaks(error: json.JSONDecodeError, text: str) -> str:
    """What is wrong with a text that is no JSON; one that only ends too early lost its end on its way here."""
    end = f"line {text.count(chr(10)) + 1}, column {len(text) - text.rfind(chr(10)) - 1}"
    if error.msg.startswith("Unterminated string"):
        begin = f"line {error.lineno}, column {error.colno}"
        return f"The JSON is cut off: it ends at {end}, within the text that begins at {begin}."
    if error.pos >= len(text):
        return f"The JSON is cut off: it ends at {end}."
    return f"The JSON cannot be read: {error}."


_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def whole_letters(value: object, text: str) -> object:
    """A value without halves of letters: JSON may escape one alone (`\\ud800`), and no encoding can write it."""
    if _ESCAPED_HALF.search(text) is None:
        return value
    whole: object = json.loads(_HALF.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    return whole


def text_at(value: object) -> str | None:
    """The value as text with words in it, or None: a number is no words, nor is a list or an object."""
    return value.strip() or None if isinstance(value, str) else None


def code_at(value: object) -> str | None:
    """The value as a code, such as a version, an identifier or an instant: a text, or a number, but none as `1e999`."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    is_number = is_number or (isinstance(value, float) and math.isfinite(value))
    return str(value) if is_number else text_at(value)


def objects_at(value: object) -> list[tuple[str, dict[str, object]]]:
    """The objects of a list, or of an object of objects, or the object itself, each with its path below the value."""
    if isinstance(value, list):
        return [(f"[{place}]", item) for place, item in enumerate(value) if isinstance(item, dict)]
    return [("", value)] if isinstance(value, dict) else []


def texts_at(value: object) -> list[tuple[str, str]]:
    """The texts of a list, or the text itself, each with its path below the value."""
    items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    found = [("" if place is None else f"[{place}]", text_at(item)) for place, item in items]
    return [(path, text) for path, text in found if text is not None]


def named_at(value: object) -> list[tuple[str, str]]:
    """The names of the objects of a list, or of the object itself, each with its path below the value."""
    return [(f"{path}.name", name) for path, entry in objects_at(value) if (name := text_at(entry.get("name")))]


def listed(keys: tuple[str, ...]) -> str:
    """The keys for a sentence: "headline, body_text or body_html"."""
    return f"{', '.join(keys[:-1])} or {keys[-1]}" if len(keys) > 1 else keys[0]
