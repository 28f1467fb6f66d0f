"""A setting that cannot be used."""

from shared.errors import PermanentError


class SettingError(PermanentError):
    """A setting that cannot be used: which one, where it was set, what was expected."""
