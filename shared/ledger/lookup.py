"""What the ledger knows of an article, by any of its names."""

from shared.ledger.reader import InputStatus, LedgerReader


def find_status(reader: LedgerReader, name: str) -> InputStatus | None:
    """What the ledger knows of `id@rev`, a receipt, an article's id, or an address; None where it knows nothing."""
    if name.rpartition("@")[2].isdigit() and "@" in name:
        return reader.line(name)
    line = reader.receipt(name)
    latest = None if line else reader.latest(reader.owner(name) or name)
    return reader.line(latest) if latest else line
