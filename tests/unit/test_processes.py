"""Which processes `copydesk up` starts."""

from typing import Any, cast

import pytest

from services.desk.processes import DeskProcesses
from services.desk.supervisor import Spec, Supervisor
from shared.settings import Settings

HOOK = ("https://hooks.example/copydesk",)


class Listing:
    """Takes the place of a supervisor, and starts nothing."""

    def __init__(self) -> None:
        self.specs: list[Spec] = []

    def start(self, spec: Spec) -> None:
        self.specs.append(spec)


@pytest.mark.parametrize(
    ("notify", "web", "beside"), [((), True, ["web"]), (HOOK, True, ["web", "notify"]), (HOOK, False, ["notify"])]
)
def test_somebody_is_told_where_an_address_is_set(
    notify: tuple[str, ...], web: bool, beside: list[str], tmp_path: Any
) -> None:
    listing = Listing()
    settings = Settings(data_dir=str(tmp_path), notify=notify)
    DeskProcesses(cast("Supervisor", listing), settings).start_all({}, lambda _: 0, web=web)
    assert [spec.name for spec in listing.specs] == ["ingest", "normalize", "index", "watch", *beside]
    assert all("hooks.example" not in " ".join(spec.command) for spec in listing.specs)
