"""How articles lie in OpenSearch, and how a search is asked of it. Only this folder and its sink know of it."""
