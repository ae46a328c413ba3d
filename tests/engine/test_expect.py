"""Comparing answers: what counts as equal, and what each side reads when it is not."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.sandbox import Handle
from autograder.sandbox.protocol.arrays import carried
from autograder.suite import Mismatch, expect


def refuses(function, got, want, sentence, **options):
    with pytest.raises(Mismatch, match=sentence) as caught:
        function(got, want, **options)
    return caught.value


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.float32([1.1, 2.2]), np.array([1.1, 2.2])),
        ([1.0, 2.0], np.array([1, 2])),
        (np.array([np.nan, np.inf, -np.inf]), np.array([np.nan, np.inf, -np.inf])),
        (3, 3),
        (np.int64(3), 3.0),
        (np.zeros((0, 2, 3)), np.zeros((0, 2, 3))),
        (np.array([2**62 + 1]), np.array([2**62 + 1])),
    ],
)
def test_arrays_that_are_close(got, want):
    expect.close(got, want)


@pytest.mark.parametrize(
    ("got", "want", "sentence"),
    [
        (np.zeros((1, 3)), np.zeros((3,)), "shape"),
        (np.zeros(1), 0.0, "shape"),
        (np.zeros((3, 1)), np.zeros((3, 4)), "shape"),
        (0.0, np.zeros((3, 4)), "shape"),
        (np.ones((1, 3)), np.zeros((1, 3)), "no value is right"),
        (np.array([[0.0, 1.0]]), np.zeros((1, 2)), "1 of 2 values"),
        (np.array([np.nan]), np.array([1.0]), "not right"),
        (np.array([1.0]), np.array([np.nan]), "not right"),
        (np.array([-3.4e38]), np.array([-np.inf]), "not right"),
        (np.array([2**62]), np.array([2**62 + 1]), "not right"),
        (np.array(["a"]), np.array([1.0]), "not of numbers"),
        ("text", np.array([1.0]), "a str"),
        (None, np.array([1.0]), "None"),
        ({1: 2}, np.array([1.0]), "a dict"),
        ([[1.0], [1.0, 2.0]], np.array([1.0]), "list"),
        pytest.param([10**400], np.array([1.0]), "list", id="huge"),
        ([1.0, "text"], np.array([1.0, 2.0]), "str in it"),
        ([1.0, [Handle(1, "Weird")]], np.array([1.0, 2.0]), "Weird in it"),
        ([0] * 100_000, np.array([1.0]), "far too many"),
        (np.zeros((6,) * 8, bool), np.array([1.0]), "shape"),
        (Handle(1, "Weird"), np.array([1.0]), "Weird"),
    ],
)
def test_anything_else_is_a_mismatch_and_no_other_error(got, want, sentence):
    refuses(expect.close, got, want, sentence)


def test_a_relative_error_of_float32_is_forgiven_and_a_larger_one_is_not():
    want = np.linspace(1, 2, 7)
    expect.close(want * (1 + 1e-6), want)
    refuses(expect.close, want * (1 + 1e-4), want, "no value is right")


def test_half_precision_among_the_arguments_loosens_the_tolerance():
    want = np.linspace(1, 2, 7)
    expect.close(want * (1 + 1e-3), want, like=np.float16([1.0]))


def test_dtypes_are_compared_where_asked():
    x = np.zeros(2, np.float32)
    expect.close(x, x, like=x, dtype="kept")
    expect.close(x, x, dtype="floating")
    expect.close(x, x, dtype=(np.float32, np.int8))
    refuses(expect.close, x.astype(float), x, "keeps", like=x, dtype="kept")
    refuses(expect.close, x.astype(int), x, "float32 or float64", dtype="floating")
    refuses(expect.close, x, x, "another", dtype=np.int8)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (14, 14),
        (np.int32(14), 14),
        (np.array(14), 14),
        ([0, 1], (0, 1)),
        ((np.int64(0), 1), (0, 1)),
        (np.array([0, 1]), (0, 1)),
        (True, True),
        ("same", "same"),
    ],
)
def test_values_that_are_equal(got, want):
    expect.equal(got, want)


@pytest.mark.parametrize(
    ("got", "want", "sentence"),
    [
        (14.0, 14, "a float"),
        (13, 14, "not the integer"),
        (True, 1, "a bool"),
        (1, True, "not the truth value"),
        ((0, 1, 2), (0, 1), "2 values"),
        (None, 1, "None"),
        pytest.param(10**5000, 1, "an int of", id="huge"),
        (np.array([0.0, 1.0]), (0, 1), "2 values"),
        (np.zeros(10**6, int), (0, 1), "2 values"),
        (np.zeros((2**24, 0), int), (0, 1), "2 values"),
        (np.zeros((6,) * 8, bool), (0, 1), "2 values"),
        (Handle(1, "Weird"), 1, "Weird"),
    ],
)
def test_values_that_are_not(got, want, sentence):
    refuses(expect.equal, got, want, sentence)


def test_the_student_never_reads_what_was_expected():
    mismatch = refuses(expect.close, np.array([1.5, 2.5]), np.array([7.25, 2.5]), r"\[1.5, 2.5\]")
    assert "7.25" not in mismatch.message
    assert "7.25" in mismatch.detail
    mismatch = refuses(expect.equal, 3, 271, "integer")
    assert "271" not in mismatch.message
    assert "271" in mismatch.detail


def test_a_condition_of_the_suite_is_required():
    expect.that(True, "fine")
    with pytest.raises(Mismatch, match="must not"):
        expect.that(False, "must not")


def test_whatever_is_shown_is_short_and_quick_to_show():
    values = [
        np.zeros((6,) * 8),
        np.zeros((2**24, 0)),
        np.array(["x" * 10_000]),
        [[["x" * 10_000] * 1000] * 1000] * 1000,
        {n: n for n in range(100_000)},
        10**100_000,
    ]
    for value in values:
        assert len(expect.shown(value)) <= 80


def test_a_condition_shortens_the_value_that_it_tells_of():
    with pytest.raises(Mismatch) as caught:
        expect.that(False, "no", detail=[0] * 100_000)
    assert len(caught.value.detail) < 100


def test_an_answer_of_a_coarse_dtype_is_told_by_its_name() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes", reason="TensorFlow brings it").bfloat16
    coarse = carried(np.array([1.0, 2.5], bfloat16))
    with pytest.raises(Mismatch, match="dtype bfloat16; the contract keeps that of the input"):
        expect.close(coarse, [1.0, 2.5], like=np.ones(2, np.float32), dtype="kept")
    with pytest.raises(Mismatch, match="dtype bfloat16, which keeps too few digits"):
        expect.close(coarse, [1.0, 2.503])
    expect.close(coarse, [1.0, 2.5])
