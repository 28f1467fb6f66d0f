"""Holds a backup against what it says of itself, and its index against its archive, by reading every byte."""

from collections.abc import Mapping

import msgspec

from services.desk.backup.manifest import Item, Manifest
from services.desk.backup.restoration import find_damage
from services.desk.backup.store import Store
from services.desk.inspection import Difference, Inspection
from services.desk.verification import look_at_index

OTHER = "make a new backup, or restore another one with --at; --salvage brings back what is whole"


class Checked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was looked at in a backup, and everything that is wrong with it."""

    name: str
    made_us: int
    host: str
    release: str
    files: int
    bytes: int
    inputs: int
    articles: int | None
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]


def check_backup(store: Store, name: str) -> Checked:
    """Read every byte of a backup."""
    name, manifest = store.read(name)
    bad = {damage.name: damage for damage in find_damage(store, manifest.items)}
    differences = [
        Difference(code="backup", where=f"{damage.name} ({damage.place})", what=damage.what, do=OTHER)
        for damage in bad.values()
    ]
    inspection = Inspection()
    moved = sum(item.kind == "moved" for item in manifest.items)
    if moved:
        inspection.notes.append(
            f"{moved} segments lie in the object store and were not read: `copydesk verify` on the desk reads them"
        )
    for item in manifest.items:
        if item.kind == "segment" and item.name not in bad:
            differences += _segment(store, item, inspection)
    held = {item.sha256 for item in manifest.items if item.kind == "picture"}
    inspection.check_pictures(lambda sha256: "" if sha256 in held else "is not in the backup")
    differences += inspection.differences
    differences += _index(store, manifest, inspection, bad, whole=not moved)
    return Checked(
        name=name,
        made_us=manifest.made_us,
        host=manifest.host,
        release=manifest.release,
        files=len(manifest.items),
        bytes=manifest.size,
        inputs=inspection.inputs,
        articles=manifest.articles,
        notes=tuple(inspection.notes),
        differences=tuple(differences),
    )


def _segment(store: Store, item: Item, inspection: Inspection) -> list[Difference]:
    with store.object(item.sha256).open("rb") as file:
        entries = inspection.look_at(item.name, file, item.size)
    if entries == item.entries:
        return []
    what = f"has {entries} whole entries, and had {item.entries} when it was copied"
    return [Difference(code="backup", where=item.name, what=what, do=OTHER)]


def _index(
    store: Store, manifest: Manifest, inspection: Inspection, bad: Mapping[str, object], *, whole: bool
) -> list[Difference]:
    for item in manifest.items:
        if item.kind == "index" and item.name not in bad:
            found, articles, _ = look_at_index(store.object(item.sha256), inspection, whole=whole)
            if articles != manifest.articles and not found:
                what = f"has {articles} articles, and had {manifest.articles} when it was copied"
                found.append(Difference(code="backup", where=item.name, what=what, do=OTHER))
            return found
    return []
