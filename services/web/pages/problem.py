"""What went wrong, said to a person at the desk: an API's remedies speak of headers and keys."""

from services.web.problems import Problem

TITLES_AND_REMEDIES = {
    "not-found": (
        "There is no such page",
        "Check the address, or look for the article by its words, its address or its file in the list.",
    ),
    "unknown-feed": (
        "There is no such feed",
        "Look at the feeds: it may have been removed meanwhile.",
    ),
    "forbidden": (
        "You may not do that",
        "You are logged in with a key that may only look. Ask whoever runs the desk for one that may act.",
    ),
    "forged": (
        "The form is not of your session",
        "Open the page anew and try again; you may have logged in anew meanwhile.",
    ),
    "unauthorized": (
        "You are not logged in",
        "Log in, then try again.",
    ),
    "bad-request": (
        "That was not done",
        "Go back, mend what is said above, and try again.",
    ),
    "method-not-allowed": (
        "There is no such page",
        "Go back, and use the desk's own links and buttons.",
    ),
    "too-large": (
        "That is too long",
        "Go back and send less at once.",
    ),
    "unavailable": (
        "The desk cannot do that now",
        "Wait a moment, then try again. Nothing is lost meanwhile.",
    ),
    "file-unreadable": (
        "A file of the desk cannot be read",
        "Ask whoever runs the desk to correct it or to restore it from a backup. Everything that is not in it goes on.",
    ),
    "search-away": (
        "Searches are not answered for now",
        "Wait a moment, then try again. Lists and articles by their names are there meanwhile.",
    ),
    "busy": (
        "The desk cannot do that now",
        "Wait a moment, then try again. Nothing is lost meanwhile.",
    ),
    "intake-full": (
        "The desk cannot do that now",
        "Wait a moment, then try again. Nothing is lost meanwhile.",
    ),
    "unforeseen": (
        "Something went wrong at the desk",
        "Try again. If it stays so, tell whoever runs the desk, with the number below.",
    ),
}
OTHER = "Go back and try again. If it stays so, tell whoever runs the desk, with the number below."


def said_to_people(problem: Problem) -> tuple[str, str]:
    """Its title and what to do, in words of the pages, which `t` has in other languages."""
    return TITLES_AND_REMEDIES.get(problem.slug, (problem.kind.title, OTHER))
