"""Tools of the repository, for those who work on it; nothing here is installed."""
