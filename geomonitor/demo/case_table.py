"""[pure] The planted cases as the table of docs/demo.md; a test keeps both the same."""

from collections.abc import Mapping

from geomonitor.demo.register import Case, Plan

HEAD = (
    "| case | works (village, year) | what it is | what to see |",
    "|---|---|---|---|",
)


def case_table(made: Plan, village_names: Mapping[str, str]) -> list[str]:
    """One line a case, in the order in which they are planted. village_names: by village code."""
    return [*HEAD, *(_line(made, case, village_names) for case in made.cases)]


def _line(made: Plan, case: Case, village_names: Mapping[str, str]) -> str:
    works = []
    for key in case.projects:
        project = made.project(key)
        works.append(f"“{project.title}” ({village_names[project.village]}, {project.year})")
    return f"| `{case.code}` | {'<br>'.join(works)} | {case.what} | {case.see} |"
