"""What kinds of documents are called where they cross a door, beside those that have a module of their own."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RTF, PDF = "application/rtf", "application/pdf"
NEWSML_1 = "application/vnd.iptc.newsml+xml"
WIRE = "text/vnd.iptc.7901"  # IPTC 7901 and its American twin, ANPA 1312: the control characters tell which
ZIP, GZIP, WARC = "application/zip", "application/gzip", "application/warc"
