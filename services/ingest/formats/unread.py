"""What of a document holds no tags, as texts of patterns; what is never closed reaches to its end."""

CDATA = r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?"
COMMENT = r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"
UNREAD = f"{CDATA}|{COMMENT}"
