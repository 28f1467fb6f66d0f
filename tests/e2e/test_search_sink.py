"""A whole desk whose searches a real OpenSearch answers: from the push to the command, the API and the page."""

import json
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from tests.e2e.desk import Folder, make_folder
from tests.engines.servers import opensearch_address


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    address, alias = opensearch_address(), f"t{secrets.token_hex(6)}"
    folder = make_folder(tmp_path, seeds=False)
    (tmp_path / "copydesk.toml").write_text(
        f'search_sink = "engine"\n[sinks.engine]\nurl = "opensearch+{address}/{alias}?replicas=0"\n'
    )
    yield folder
    folder.end()
    client = OpenSearch([address], timeout=30)
    for index in client.indices.get(index=f"{alias}-*"):
        client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"{alias}-*", ignore=404)
    client.close()


def push(folder: Folder, name: str, words: str) -> str:
    path = folder.path / f"{name}.txt"
    path.write_text(f"{words}\n\nMưa lớn kéo dài ở miền Trung.\n", encoding="utf-8")
    told = json.loads(folder.run("push", str(path), "--uri", f"urn:test:{name}", "--json").stdout)
    article: str = (told[0] if isinstance(told, list) else told)["article"]
    return article


def found(folder: Folder, q: str) -> set[str]:
    """What the engine that is set finds; nothing where another stands in."""
    told: Any = json.loads(folder.run("search", *q.split(), "--json").stdout)
    return set() if told.get("standsIn") else {hit["articleId"] for hit in told["hits"]}


def test_a_push_is_found_through_the_sink_and_a_withdrawal_is_not(folder: Folder) -> None:
    _, greeting = folder.up()
    one, two = push(folder, "one", "Bão số 9 gây lũ lớn"), push(folder, "two", "Bóng đá nữ thắng đậm")
    folder.wait_for(lambda: found(folder, "mua lon") == {one, two}, "the pushes were not found")
    assert found(folder, "headline:lũ") == {one}
    url = f"{greeting['url']}/v1/search?{urllib.parse.urlencode({'q': 'mưa -bóng', 'facets': 'source'})}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {greeting['key']}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = json.load(answer)
    assert ([hit["article"] for hit in told["hits"]], told.get("standsIn"), told.get("behind")) == ([one], None, None)
    assert sum(told["facets"]["source"].values()) == 1
    assert folder.run("withdraw", one, "--because", "sai").returncode == 0
    folder.wait_for(lambda: found(folder, "mua lon") == {two}, "the withdrawn one is still found")
    assert [one["code"] for one in folder.ask("status")["troubles"]] == []
