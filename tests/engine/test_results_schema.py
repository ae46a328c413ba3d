"""The JSON Schema of published results, held against every kind of result."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from class_course import PROGRAM, RIGHT, WRONG, grade, hand_in, write_class
from documents import ROOT
from jsonschema import Draft202012Validator
from published_results import every_kind, exercise, graded, one_test

from autograder.course.assignment import load_assignment
from autograder.demo import made_up_class, make_course
from autograder.demo import write_class as write_demo
from autograder.publish import json as publish_json
from autograder.publish.visibility import FeedbackVisibility

SCHEMA = publish_json.schema()
VALIDATOR = Draft202012Validator(SCHEMA)
KINDS = every_kind()


def mistakes(text: str) -> list[str]:
    return [f"{each.json_path}: {each.message}" for each in VALIDATOR.iter_errors(json.loads(text))]


def test_the_schema_is_one_and_names_its_version() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].endswith(f":{publish_json.FORMAT_VERSION}")


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with known keys."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_no_object_may_have_another_key() -> None:
    found = list(objects(SCHEMA))
    assert len(found) > 8
    assert [each for each in found if each.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hidden_tests", ["messages", "titles", "none"])
def test_every_kind_of_result_fits(kind: str, hidden_tests: str) -> None:
    shown = FeedbackVisibility.of({"hidden_tests": hidden_tests}).applied(KINDS[kind])
    assert mistakes(publish_json.dumps([shown])) == []


def test_together_these_kinds_have_every_key_of_the_schema() -> None:
    document = publish_json.document(KINDS.values())
    used = set(keys(document))
    known = {key for each in objects(SCHEMA) for key in each["properties"]}
    signed = set(SCHEMA["$defs"]["signature"]["properties"]) | {"signature"}
    assert known - used - signed == set()


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


def test_what_json_or_other_readers_lack_is_left_out() -> None:
    odd = graded(exercise(one_test(seconds=math.nan, message="half \ud83d")), seconds=math.inf)
    text = publish_json.dumps([odd])
    assert mistakes(text) == []
    (document,) = json.loads(text)
    assert document["seconds"] is None
    assert document["exercises"][0]["tests"][0]["message"] == "half \ufffd"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"score": None}, "$[0]"),
        ({"score": "3"}, "$[0].score"),
        ({"score": -1}, "$[0].score"),
        ({"status": "done"}, "$[0].status"),
        ({"student": ""}, "$[0].student"),
        ({"note": "x"}, "$[0]"),
        ({"format_version": 2}, "$[0].format_version"),
        ({"submission_digest": "abc"}, "$[0].submission_digest"),
        ({"exercises": [{"name": "size"}]}, "$[0].exercises[0]"),
    ],
)
def test_what_is_wrong_does_not_fit(change: dict[str, Any], path: str) -> None:
    (document,) = publish_json.document([KINDS["advice"]])
    found = mistakes(json.dumps([{**document, **change}]))
    assert [each for each in found if each.startswith(path)], found


def test_a_class_fits_with_all_that_can_become_of_hand_ins(tmp_path: Path) -> None:
    endless = RIGHT.replace("return", "while True: pass\n    return")
    texts = {"ada": RIGHT, "ben": WRONG, "cy": endless, "dan": "import os\nos._exit(1)\n"}
    root = write_class(tmp_path / "course", **texts)
    hand_in(root, "eve", '{"cells": [', "doubling.ipynb")
    done = grade(root, "--json", "all.json")
    assert done.returncode == 1, done.stderr
    text = (root / "all.json").read_text()
    assert mistakes(text) == []
    statuses = {each["student"]: each["status"] for each in json.loads(text)}
    assert statuses["ada"] == "graded"
    assert statuses["eve"] == "rejected"


@pytest.mark.slow
def test_the_results_of_the_demo_fit(tmp_path: Path) -> None:
    assignment = load_assignment("pooling_padding", make_course(ROOT, tmp_path / "demo"))
    write_demo(assignment, made_up_class(assignment, brief=True))
    command = [PROGRAM, "grade", assignment.name, "--json", "all.json"]
    done = subprocess.run(command, cwd=assignment.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    text = (assignment.root / "all.json").read_text()
    assert len(json.loads(text)) > 10
    assert mistakes(text) == []
