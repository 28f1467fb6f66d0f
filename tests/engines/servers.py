"""Real servers for tests: one that an environment variable names."""

import os

from tests.require import lacking


def opensearch_address() -> str:
    """The address of an OpenSearch for tests."""
    return os.environ.get("COPYDESK_TEST_OPENSEARCH") or lacking("opensearch", "was not started")


def postgres_address() -> str:
    """The address of a PostgreSQL for tests."""
    return os.environ.get("COPYDESK_TEST_POSTGRES") or lacking("postgres", "was not started")
