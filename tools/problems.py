"""Write docs/problems.md anew from the table of kinds: `python -m tools.problems`."""

from pathlib import Path

from services.web.problem_pages import problems_document

PAGE = Path(__file__).parents[1] / "docs" / "problems.md"

if __name__ == "__main__":
    PAGE.write_text(problems_document(), encoding="utf-8")
