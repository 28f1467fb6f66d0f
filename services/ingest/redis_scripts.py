"""The scripts that Redis runs for `ingest`, each as Redis gets it."""

from importlib import resources

IN_SECONDS = ("feed_times", "page_queue")
"""Those that count in seconds, and begin with what is common to them."""
IN_MICROSECONDS = ("page_visits",)


def script_source(name: str) -> str:
    """The text of a script."""
    files = (["seconds"] if name in IN_SECONDS else []) + [name]
    return "".join(resources.files(__package__).joinpath(f"{file}.lua").read_text("utf-8") for file in files)
