"""Turns a skip into a failure for what COPYDESK_REQUIRE names: under `COPYDESK_REQUIRE=promtool` it must be there.

A test that may skip says what it lacks: `lacking("promtool", "is not on PATH")`.
"""

import os
from typing import NoReturn

import pytest

KNOWN = frozenset({
    "bash", "browser", "caddy", "compose", "curl", "docker", "faketime", "fish", "ghost", "hugo", "kubectl",
    "luacheck", "man", "mandoc", "namespaces", "nginx", "oidc", "opensearch", "postgres", "promtool", "s3",
    "systemd-analyze", "wordpress", "zsh",
})  # fmt: skip


def required(value: str) -> frozenset[str]:
    """The names in the variable; an unknown one is an error, so that a slip of the pen cannot switch a check off."""
    names = frozenset(name.strip() for name in value.split(",") if name.strip())
    if unknown := sorted(names - KNOWN):
        raise ValueError(f"COPYDESK_REQUIRE names {', '.join(unknown)}; known are {', '.join(sorted(KNOWN))}")
    return names


def lacking(what: str, why: str) -> NoReturn:
    """Skip the test for want of `what`, or fail it where COPYDESK_REQUIRE insists."""
    if what not in KNOWN:
        raise ValueError(f"{what!r} is not one of {', '.join(sorted(KNOWN))}")
    if what in required(os.environ.get("COPYDESK_REQUIRE", "")):
        pytest.fail(f"{what} is required here, but {why}", pytrace=False)
    pytest.skip(f"{what} {why}")
