"""A bucket of an object store that speaks S3: what is needed of it, with our errors. Needs obstore, an extra."""

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.errors import PermanentError, Unavailable

TIMEOUT = "30s"
LONGEST_REASON = 200


class Bucket:
    """Objects below one prefix: `s3+https://host/bucket/prefix`, or `s3://bucket/prefix` of Amazon's own.

    `login` is `access key:secret key`; without one the surroundings are asked, as on a machine with a role.
    """

    def __init__(self, url: str, login: str | None = None) -> None:
        self.place, self._prefix, options = _read_address(url, login)
        hosted = "endpoint" not in options  # a server of one's own has its buckets in the path
        self._store: Any = S3Store(
            self.place, **options, retry_config={"max_retries": 2}, virtual_hosted_style_request=hosted
        )

    def put(self, name: str, content: bytes) -> None:
        """Write an object whole, in the place of one of the same name."""
        with self._asked():
            obstore.put(self._store, self._path(name), content)

    def get(self, name: str) -> bytes | None:
        """Read an object; None where there is none."""
        with self._asked():
            try:
                return bytes(obstore.get(self._store, self._path(name)).bytes())
            except FileNotFoundError:
                return None

    def read(self, name: str, start: int, length: int) -> bytes | None:
        """Read a part of an object; None where there is none."""
        with self._asked():
            try:
                return bytes(obstore.get_range(self._store, self._path(name), start=start, length=length))
            except FileNotFoundError:
                return None

    def names(self, below: str = "") -> Iterator[str]:
        """The names of all objects, or of those below a part of the prefix."""
        start = len(self._prefix)
        with self._asked():
            for group in obstore.list(self._store, prefix=self._prefix + below):
                for one in group:
                    yield one["path"][start:]

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""
        with self._asked(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._prefix}{name}"

    @contextlib.contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> Unavailable:
        told = " ".join(str(error).partition("\n\nDebug source")[0].split())[:LONGEST_REASON]
        return Unavailable(f"the bucket {self.place} cannot be used: {told}")


def _read_address(url: str, login: str | None) -> tuple[str, str, dict[str, Any]]:
    """Bucket, prefix and the store's options of an address."""
    parts = urlsplit(url)
    options: dict[str, Any] = {"client_options": {"timeout": TIMEOUT}}
    region = parse_qs(parts.query).get("region", [""])[0]
    if parts.scheme == "s3":
        bucket, prefix = parts.netloc, parts.path.strip("/")
    else:
        bucket, _, prefix = parts.path.strip("/").partition("/")
        scheme = parts.scheme.partition("+")[2]
        options |= {"endpoint": f"{scheme}://{parts.netloc.rpartition('@')[2]}"}
        options["client_options"]["allow_http"] = scheme == "http"
        region = region or "us-east-1"
    if not bucket or parts.scheme not in ("s3", "s3+http", "s3+https"):
        raise PermanentError("an address of an object store reads s3+https://host/bucket/prefix or s3://bucket/prefix")
    if region:
        options["region"] = region
    if login:
        key, _, secret = login.partition(":")
        options |= {"access_key_id": key, "secret_access_key": secret}
    return bucket, f"{prefix}/" if prefix else "", options
