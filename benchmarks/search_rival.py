"""The same texts and queries in OpenSearch, where BENCH_OPENSEARCH names one (`http://127.0.0.1:9200`).

Headline and text as its standard analyzer cuts them, and folded; all words wanted, and what stands in a row counts
twenty times; one passage of each hit, and a count up to 1,000: what our own answer has.
"""

import http.client
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from services.index.query import read_query
from shared.article import Article

AT_ONCE = 500
FIELDS = ("headline^3", "text", "headline.f^1.5", "text.f^.5")
_FOLDED = {"tokenizer": "standard", "char_filter": ["d"], "filter": ["lowercase", "asciifolding"]}
_TEXT = {"type": "text", "analyzer": "standard", "fields": {"f": {"type": "text", "analyzer": "folded"}}}


class Rival:
    """One index of its own, removed at the end."""

    def __init__(self, url: str, name: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._name = name

    def fill(self, articles: Iterable[tuple[int, Article]], sources: int) -> None:
        """Put all in, by bulk."""
        self.remove()
        marks = {"type": "mapping", "mappings": ["đ=>d", "Đ=>D"]}
        analysis = {"char_filter": {"d": marks}, "analyzer": {"folded": {"type": "custom"} | _FOLDED}}
        fields = {"headline": _TEXT, "text": _TEXT, "day": {"type": "date"}, "source": {"type": "keyword"}}
        settings = {"number_of_shards": 1, "number_of_replicas": 0, "analysis": analysis}
        self._ask("PUT", f"/{self._name}", {"settings": settings, "mappings": {"properties": fields}})
        lines: list[Any] = []
        for number, article in articles:
            texts = [article.description, *(block.text for block in article.blocks), article.byline]
            lines += [
                {"index": {"_id": str(number)}},
                {
                    "headline": article.headline,
                    "text": "\n".join(text for text in texts if text),
                    "day": f"{article.first_created:%Y-%m-%d}",
                    "source": f"bao{number % sources}.example",
                },
            ]
            if len(lines) >= 2 * AT_ONCE:
                self._bulk(lines)
                lines = []
        self._bulk(lines)
        self._ask("POST", f"/{self._name}/_flush")
        self._ask("POST", f"/{self._name}/_refresh")

    def size(self) -> int:
        """Bytes on its disk."""
        told = self._ask("GET", f"/{self._name}/_stats/store")
        return int(told["_all"]["primaries"]["store"]["size_in_bytes"])

    def search(self, q: str) -> list[int]:
        """The numbers of the first ten."""
        query = read_query(q)
        wanted = " ".join(f'"{part.text}"' if part.quoted else part.text for part in query.words) if query else q
        unwanted = " ".join(f"-{part.text}" for part in query.bans) if query else ""
        simple = {"query": f"{wanted} {unwanted}", "fields": FIELDS, "default_operator": "and"}
        row = {"query": wanted.replace('"', ""), "fields": FIELDS, "type": "phrase", "boost": 20}
        must: list[Any] = [{"simple_query_string": simple}] if wanted else []
        narrow: list[Any] = []
        for part in [part for group in query.needs for part in group if part.field] if query else []:
            if part.field == "source":
                narrow.append({"term": {"source": part.text}})
            else:
                must.append({"multi_match": {"query": part.text, "fields": FIELDS[::2], "type": "phrase"}})
        if query and query.since:
            day = f"{query.since // 10000}-{query.since // 100 % 100:02d}-{query.since % 100:02d}"
            narrow.append({"range": {"day": {"gte": day, "lt": f"{day}||+1d"}}})
        passage = {"number_of_fragments": 1, "fragment_size": 220}
        told = self._ask(
            "POST",
            f"/{self._name}/_search",
            {
                "size": 10,
                "track_total_hits": 1000,
                "_source": ["headline"],
                "query": {"bool": {"must": must, "filter": narrow, "should": [{"multi_match": row}] if wanted else []}},
                "highlight": {"fields": {"text": passage, "text.f": passage}},
            },
        )
        return [int(hit["_id"]) for hit in told["hits"]["hits"]]

    def remove(self) -> None:
        """Take the index away."""
        self._ask("DELETE", f"/{self._name}?ignore_unavailable=true")

    def _bulk(self, lines: list[Any]) -> None:
        if lines:
            body = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
            answer = self._ask("POST", f"/{self._name}/_bulk", body)
            assert not answer["errors"], "a bulk was refused"

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {"Content-Type": "application/json"})
        return json.loads(self._connection.getresponse().read())
