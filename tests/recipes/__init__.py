"""The recipes of docs/recipes, carried out against the real thing."""
