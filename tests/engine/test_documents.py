"""README.md and docs/: every command is run, every output is compared, every name is looked up."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import docstring_markdown
import pytest
from document_commands import known_commands, page, undocumented, unknown_options
from document_names import page as page_of_names
from document_names import sections as sections_of_names
from document_pictures import terminal_difference, terminal_screens
from document_roads import REPLACED, ROADS, UNTIL
from document_runs import Differs, Ran, Written, differences, replacement, walk, with_cut
from documents import ROOT, Document, all_documents, parse
from sandboxes import available

from autograder import counterexamples, diagnosis
from autograder.course.assignment import load_assignment
from autograder.suite import expect
from autograder.suite.student import Student, StudentFunction

REFERENCE = "docs/authors-reference.md"
"""Its examples are tested in test_documents_reference.py."""
DOCUMENTS = {each.name: each for each in all_documents()}
IMAGES = ROOT / "docs" / "images"
WALKED = [name for name, each in DOCUMENTS.items() if name in ROADS]


# -- commands and what they print ------------------------------------------------------------


def test_every_document_with_something_to_run_has_a_road() -> None:
    with_blocks = {
        name
        for name, each in DOCUMENTS.items()
        if any(block.language not in ("text", "markdown") for block in each.blocks)
    }
    assert with_blocks == {*ROADS, REFERENCE}


@pytest.mark.parametrize("name", WALKED)
def test_what_a_document_says_to_do_works_and_prints_what_it_shows(
    name: str, tmp_path: Path
) -> None:
    if available() != "namespaces":
        pytest.skip("grading as the documents show it needs namespaces")
    walked = walk(DOCUMENTS[name], tmp_path)
    assert outdated(walked) == []
    for picture, screen in terminal_screens(name, walked).items():
        assert terminal_difference(IMAGES / picture, screen) == [], f"{picture}: `make docs`"


def outdated(walked: list[Ran | Written]) -> list[str]:
    """What a document shows otherwise than it is; `make docs` writes it anew."""
    wrong = []
    for each in walked:
        if isinstance(each, Written):
            place, found = each.block.line, differences(each.block.text.splitlines(), each.lines)
        elif each.command.shown is not None:
            place, found = each.command.line, differences(each.command.shown, each.lines)
        else:
            continue
        if found:
            wrong.append("\n".join([f"line {place} is out of date (`make docs`):", *found]))
    return wrong


def test_what_is_replaced_or_stopped_is_in_a_document_and_tested_elsewhere() -> None:
    written = {command.text for each in DOCUMENTS.values() for command in each.commands}
    assert set(REPLACED) <= written
    for start in UNTIL:
        assert any(each.startswith(start) for each in written), start
    for each in REPLACED.values():
        assert each.reason
        assert each.test == "" or (ROOT / "tests" / "engine" / each.test).is_file()


# -- the test can fail -----------------------------------------------------------------------

SMALL = """# A document

```console
$ autograder data list
digits  {shown}
…
```
"""
RIGHT = "1,797 real handwritten digits, 8 x 8 enlarged to 28 x 28, grey"


def small(text: str, tmp_path: Path) -> list[str]:
    return outdated(walk(parse("docs/datasets.md", text), tmp_path))


def test_a_right_document_passes(tmp_path: Path) -> None:
    assert small(SMALL.format(shown=RIGHT), tmp_path) == []


def test_an_output_that_differs_is_found(tmp_path: Path) -> None:
    (wrong,) = small(SMALL.format(shown=RIGHT.replace("grey", "red")), tmp_path)
    assert wrong.startswith("line 4 ")
    assert "28 x 28, red" in wrong
    assert "28 x 28, grey" in wrong


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("```sh\nautograder data list --all\n```", "No such option"),
        ("```sh\nautograder data lists\n```", "No such command"),
        ("```sh\nfalse\n```", "ended with 1"),
        ("```python\nimport convgrade.no_such_thing\n```", "no_such_thing"),
        ("```toml\n[limits]\ncall_second = 1\n```", "call_second"),
        ("```python nbgrader_config.py\nc.LatePenalty = 3\n```", "LatePenalty"),
        ("```python nbgrader_config.py\nx = 1\n```", "changes no setting"),
        ("```text\nautograder data list\n```", "blocks of sh or console"),
        ("```sh\npython benchmarks/augmentation_helps.py --seed 6\n```", "--seed"),
    ],
)
def test_a_block_that_does_not_work_is_found(block: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=re.escape(said)):
        walk(parse("docs/datasets.md", f"# A document\n\n{block}\n"), tmp_path)


@pytest.mark.parametrize("block", ["```python\nx = (\n```", "```yaml\nx: [\n```"])
def test_a_block_for_other_machines_is_read(block: str, tmp_path: Path) -> None:
    with pytest.raises(Differs, match="this is no"):
        walk(parse("docs/scaling.md", f"# A\n\n## On SLURM\n\n{block}\n"), tmp_path)


def test_the_headings_of_what_is_not_run_exist() -> None:
    for name, road in ROADS.items():
        assert set(road.elsewhere) <= {block.heading for block in DOCUMENTS[name].blocks}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```\nautograder\n```\n", "needs a language"),
        ("```bash\nautograder\n```\n", "needs a language"),
        ("```sh\nautograder\n", "not closed"),
    ],
)
def test_a_block_that_nobody_would_run_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse("docs/x.md", text)


def test_what_varies_between_runs_counts_as_equal_and_nothing_else() -> None:
    shown = ["took 3.2 s at 2026-03-01 10:00", "convgrade 0.1.0", "http://127.0.0.1:80/?token=a"]
    got = ["took 14 s at 2027-12-31 23:59", "convgrade 1.22.0", "http://127.0.0.1:8888/?token=b_-"]
    assert differences(shown, got) == []
    assert differences(["3 of 4"], ["2 of 4"]) == ["shown:   3 of 4", "printed: 2 of 4"]


@pytest.mark.parametrize(
    ("shown", "equal"),
    [
        (["a", "…", "d"], True),
        (["a", "b", "c", "d"], True),
        (["…", "c", "d"], True),
        (["a", "…", "c"], False),
        (["b", "…", "d"], False),
        (["a", "b", "c"], False),
        (["a", "b", "c", "…", "b", "c", "d"], False),
    ],
)
def test_a_line_of_dots_stands_for_lines_that_are_left_out(shown: list[str], equal: bool) -> None:
    assert (differences(shown, ["a", "b", "c", "d"]) == []) is equal


def test_an_output_that_is_written_anew_is_cut_as_before() -> None:
    assert with_cut(["a", "…", "x", "y"], ["1", "2", "3", "4"]) == ["1", "…", "3", "4"]
    assert with_cut(["a"], ["1", "2"]) == ["1", "2"]


def test_a_benchmark_is_not_run_but_its_options_are_looked_up() -> None:
    assert replacement("python benchmarks/augmentation_helps.py --seeds 6")
    with pytest.raises(Differs, match="--sedes"):
        replacement("python benchmarks/augmentation_helps.py --sedes 6")
    with pytest.raises(FileNotFoundError):
        replacement("python benchmarks/no_such_thing.py")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_benchmarks_in_running_text_exist(name: str) -> None:
    for _, span in DOCUMENTS[name].spans:
        if span.startswith("python benchmarks/"):
            assert replacement(span)


# -- options and commands in running text ----------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_options_and_commands_in_running_text_exist(name: str) -> None:
    assert unknown_options(DOCUMENTS[name]) == []


def test_an_option_or_command_that_does_not_exist_is_found() -> None:
    text = (
        "# A\n\nThe command `autograder grade x --fail-over 3` has `--json` and `--jsn`; "
        "`convgrade chek` has none, and `check` no `--json`.\n\n## B\n\n`--runs`\n"
    )
    assert unknown_options(parse("docs/x.md", text)) == [
        "autograder grade has no --fail-over",
        "convgrade has no command chek",
        "--jsn is an option of no command here",
        "--runs is an option of no command here",
    ]


def test_every_command_and_option_is_in_a_document() -> None:
    assert undocumented(DOCUMENTS.values()) == []
    assert undocumented([]) != []


def test_the_commands_that_are_looked_up_are_those_that_there_are() -> None:
    known = known_commands()
    assert "--fail-under" in known["autograder grade"].names
    assert {"convgrade check", "autograder data fetch", "autograder extra-time"} <= set(known)


def test_the_page_of_all_commands_is_written_from_their_help() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_page_of_all_names_is_written_from_their_docstrings() -> None:
    written = (ROOT / "docs" / "authors-names.md").read_text(encoding="utf-8")
    assert written == page_of_names(), "run `make docs`"


def test_the_assignment_in_an_hour_is_the_short_form_of_the_one_in_the_course() -> None:
    document = DOCUMENTS["docs/authoring.md"]
    assignment = load_assignment("batch_norm", ROOT)
    source = [each.text for each in document.blocks if each.file.startswith("source/")]
    points = re.findall(r'"grade_id": "test_(\w+)".*"points": (\d+)', "\n".join(source))
    assert points == [(each.name, f"{each.points:g}") for each in assignment.exercises]
    known = len(diagnosis.load(assignment).misconceptions)
    shown = sum(each.text.count("\n@misconception(") for each in document.blocks)
    assert f"{known} known wrong answers in place of {shown}" in " ".join(document.text.split())


NOT_FOR_AUTHORS = {
    *("begin", "unreplaced", "ask", "outcomes_of", "as_called", "last_call", "sandbox"),
    *(
        "Catalogue",
        "Misconception",
        "Probe",
        "Reaction",
        "agree",
        "Call",
        "as_code",
        "as_submission",
        "diagnose",
    ),
    *("load", "react", "reactions", "suspect_line"),
    *("Course", "Draw", "Example", "Found", "find", "OMITTED"),
    *("too_coarse", "reworded", "translation_of"),
}
"""Public names that only the engine uses, and those that the page names in an introduction."""


def test_no_name_that_authors_may_call_is_left_out() -> None:
    listed = {
        name.rpartition(".")[2] for _, _, entries in sections_of_names() for name, _ in entries
    }
    functions = [name for name, each in vars(expect).items() if inspect.isfunction(each)]
    public = {
        *vars(Student),
        *vars(StudentFunction),
        *(name for name in functions if getattr(expect, name).__module__ == expect.__name__),
        *diagnosis.__all__,
        *counterexamples.__all__,
    }
    assert {each for each in public if not each.startswith("_")} - listed == NOT_FOR_AUTHORS


def test_a_docstring_becomes_markdown() -> None:
    def add(self: object, one: int, *, other: float = 2.0) -> float:
        """Add two numbers.

        Args:
            one: the first,
                with a second line.
            other: the second.

        Raises:
            ValueError: never.
        """
        return one + other

    assert docstring_markdown.entry("x.add", add).splitlines() == [
        "### `x.add(one, *, other=2.0)`",
        "",
        "Add two numbers.",
        "",
        "Args:",
        "",
        "* `one`: the first,",
        "  with a second line.",
        "* `other`: the second.",
        "",
        "Raises:",
        "",
        "* `ValueError`: never.",
    ]


# -- links, headings, pictures ---------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    assert broken_links(DOCUMENTS[name]) == []


def broken_links(document: Document) -> list[str]:
    broken = []
    for link in document.links:
        if re.match("https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document.name).parent / path
        known = document.anchors if not path else anchors(target) if target.is_file() else ()
        if (path and not target.exists()) or (anchor and anchor not in known):
            broken.append(link)
    return broken


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(parse(path.name, path.read_text(encoding="utf-8")).anchors)


def test_a_broken_link_is_found() -> None:
    text = "# A b, c\n\n[1](#a-b-c) [2](#a) [3](engine.md) [4](engines.md) [5](engine.md#no)\n"
    assert broken_links(parse("docs/x.md", text)) == ["#a", "engines.md", "engine.md#no"]


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached, todo = set(), ["README.md"]
    while todo:
        name = todo.pop()
        if name in reached or name not in DOCUMENTS:
            continue
        reached.add(name)
        for link in DOCUMENTS[name].links:
            path = ((ROOT / name).parent / link.partition("#")[0]).resolve()
            if path.is_relative_to(ROOT):
                todo.append(path.relative_to(ROOT).as_posix())
    assert reached == set(DOCUMENTS)


def test_files_that_blocks_belong_to_are_named_above_them() -> None:
    unnamed = [
        f"{name}:{block.line}"
        for name, document in DOCUMENTS.items()
        for block in document.blocks
        if block.file
        and f"`{block.file}`" not in " ".join(document.text.splitlines()[: block.line - 1])
    ]
    assert unnamed == []
