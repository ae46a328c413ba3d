"""Hidden tests of `c3_connection_table`: each group of its columns has its own share."""

from __future__ import annotations

import numpy as np
import pytest
import reference

from autograder.suite import expect


def compare(student, columns):
    got = student.c3_connection_table()
    want = reference.c3_connection_table()
    expect.that(
        expect.shape_of(got) == want.shape,
        "did not return a table of 6 rows, one for each S2 map, and 16 columns.",
        detail=f"shape {expect.shape_of(got)}",
    )
    expect.close(expect.array(got)[:, columns] != 0, want[:, columns])


@pytest.mark.public
@pytest.mark.weight(0.5)
def test_first_and_later_column(student):
    """Columns 0, 4 and 12, as in the notebook."""
    compare(student, [0, 4, 12])


@pytest.mark.weight(1)
def test_three_neighbours(student):
    """C3 maps 0 to 5 see three neighbouring maps, counted cyclically."""
    compare(student, slice(0, 6))


@pytest.mark.weight(1)
def test_four_neighbours(student):
    """C3 maps 6 to 11 see four neighbouring maps, counted cyclically."""
    compare(student, slice(6, 12))


@pytest.mark.weight(1)
def test_two_pairs(student):
    """C3 maps 12 to 14 see two pairs of maps."""
    compare(student, slice(12, 15))


@pytest.mark.weight(0.5)
def test_last_map_sees_all(student):
    """C3 map 15 sees all six maps."""
    compare(student, slice(15, 16))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_is_a_table_of_truth_values(student):
    """The table is an array of bools."""
    dtype = np.asarray(student.c3_connection_table()).dtype
    expect.that(
        dtype == np.bool_, f"returned an array of dtype {dtype}; the contract asks for bool"
    )
