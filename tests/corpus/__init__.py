"""A corpus of our own: stories as data, layouts as code, and what each document must come out as."""
