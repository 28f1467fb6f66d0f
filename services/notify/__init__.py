"""Tells people of troubles and of feeds that fail, where they are: by mail, webhook or chat."""
