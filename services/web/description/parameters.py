"""Which query parameters each operation of the API takes, as its description tells them."""

from services.web.description.document import CONVERTER
from services.web.description.fields import PARAMETERS
from services.web.description.operations import OPERATIONS


def query_parameters(method: str, path: str) -> tuple[str, ...] | None:
    """The names of an operation's query parameters; None of an address that is no part of the API."""
    operation = OPERATIONS.get((method, CONVERTER.sub("}", path)))
    if operation is None:
        return None
    fields = (PARAMETERS[name] for name in operation.parameters)
    return tuple(field.name for field in fields if field.place == "query")
