"""`copydesk`: parses and delegates; imports late."""


def main() -> int:
    return 0
