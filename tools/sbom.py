"""What the image is made of, as CycloneDX 1.6: `python -m tools.sbom > copydesk.cdx.json`.

From the locks and the list of what browsers get, so it is the same wherever it is made; who needs whom is in it. The
licence of a package is told where it is installed here in the version of the lock.
"""

import datetime as dt
import json
import os
import sys
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

from packaging.utils import canonicalize_name

from tools.locks import ROOT, Pin, read_locks

VENDORED = ROOT / "services/web/vendor/vendor.toml"
SPACE = uuid.UUID("7f1a3a0e-6a8f-5c0e-9f0d-2b5c8a7d4e11")


def bill(version: str, pins: Sequence[Pin], vendored: Sequence[Mapping[str, Any]], made: dt.datetime) -> dict[str, Any]:
    """The bill of materials of one release; `made` is aware."""
    ours: dict[str, Any] = {"type": "application", "bom-ref": "copydesk", "name": "copydesk", "version": version}
    ours |= {"purl": f"pkg:pypi/copydesk@{version}", "licenses": [{"expression": "Apache-2.0"}]}
    components = [*map(_package, pins), *map(_vendored, vendored)]
    content = json.dumps([version, components], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, content)}",
        "version": 1,
        "metadata": {"timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": ours},
        "components": components,
        "dependencies": list(_dependencies(pins, [_ref(one) for one in vendored])),
    }


def _package(pin: Pin) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(pin),
        "name": pin.name,
        "version": pin.version,
        "purl": _purl(pin),
    }
    if licence := _licence(pin):
        component["licenses"] = [licence]
    if pin.marker:
        component["properties"] = [{"name": "copydesk:marker", "value": pin.marker}]
    return component


def _vendored(package: Mapping[str, Any]) -> dict[str, Any]:
    """A package whose files lie in our own tree, each with its hash."""
    files = [
        {
            "type": "file",
            "bom-ref": f"{_ref(package)}/{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": sha}],
        }
        for name, sha in package["sha256"].items()
    ]
    return {
        "type": "library",
        "bom-ref": _ref(package),
        "name": package["name"],
        "version": package["version"],
        "licenses": [{"license": {"id": package["licence"]}}],
        "components": files,
    }


def _dependencies(pins: Sequence[Pin], vendored: Sequence[str]) -> Iterator[dict[str, Any]]:
    needs: dict[str, set[str]] = {"copydesk": set(vendored)}
    refs: dict[str, set[str]] = {"copydesk": {"copydesk"}}
    for pin in pins:
        refs.setdefault(pin.name, set()).add(_purl(pin))
    for pin in pins:
        for asker in pin.via:
            for ref in refs.get(asker, ()):  # one that only a lock outside of the image has is none
                needs.setdefault(ref, set()).add(_purl(pin))
    for ref in sorted({*needs, *map(_purl, pins)}):
        yield {"ref": ref, "dependsOn": sorted(needs.get(ref, ()))}


def _licence(pin: Pin) -> dict[str, Any] | None:
    try:
        told = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return None
    if told["Version"] != pin.version:
        return None
    for expression in told.get_all("License-Expression", ()):
        return {"expression": expression}
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier", ()) if line.startswith("License ::")
    ]
    written = [line for text in told.get_all("License", ()) for line in text.strip().splitlines()[:1]]
    name = " / ".join(classified or written[:1])
    return {"license": {"name": name}} if name else None


def _purl(pin: Pin) -> str:
    return f"pkg:pypi/{canonicalize_name(pin.name)}@{pin.version}"


def _ref(package: Mapping[str, Any]) -> str:
    return f"vendor/{package['name']}"


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    vendored = tomllib.loads(VENDORED.read_text(encoding="utf-8"))["package"]
    epoch = os.environ.get("SOURCE_DATE_EPOCH")  # as for any build that is to be repeated
    made = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch else dt.datetime.now(dt.UTC)
    json.dump(bill(project["version"], read_locks(), vendored, made), sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
