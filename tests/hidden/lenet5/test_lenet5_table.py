"""Hidden tests of `lenet5_table`: each column has its own, at sizes that nobody printed."""

from __future__ import annotations

import cases
import drawn
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("conv_parameters", "c3_connection_table")


def compare(student, size, *fields, rows=cases.ROWS):
    require(student.lenet5_table(size), size, *fields, rows=rows)


def require(table, size, *fields, rows=cases.ROWS):
    got = cases.rows_of(table)
    want = {row["name"]: row for row in reference.lenet5_table(size)}
    for name in rows:
        for field in fields:
            value = got[name][field]
            expect.that(
                cases.is_whole(value),
                f"returned a row {name} whose {field!r} is not an int",
                detail=f"got {value!r}",
            )
            expect.that(
                value == want[name][field],
                f"returned a row {name} whose {field!r} is not right: {value}",
                detail=f"expected {want[name][field]}",
            )


def larger(rng, remainder):
    """A size well above 32 with this remainder on division by 4."""
    return 4 * int(rng.integers(10, 25)) + remainder


@pytest.mark.public
@pytest.mark.weight(1)
def test_first_two_rows(student):
    """C1 and S2 at 32, as in the notebook."""
    compare(student, 32, "maps", "size", "parameters", "connections", rows=("C1", "S2"))


@pytest.mark.weight(1)
def test_sizes_at_32(student):
    """The ladder of sizes and the numbers of maps, for the network's own images."""
    compare(student, 32, "maps", "size")


@pytest.mark.weight(1)
def test_sizes_elsewhere(student, rng):
    """Sizes for larger images, on which nothing is left over."""
    for size in (36, 40, larger(rng, 0)):
        compare(student, size, "size")


@pytest.mark.weight(1)
def test_odd_maps(student, rng):
    """A row and column that fill no window are left out in subsampling."""
    for size in (33, 34, 35, *(larger(rng, rest) for rest in (1, 2, 3))):
        compare(student, size, "size")


@pytest.mark.weight(1)
def test_parameters_of_convolutions(student):
    """What C1, C3, C5 and F6 learn; C3 by its 60 pairs of maps."""
    compare(student, 32, "parameters", rows=("C1", "C3", "C5", "F6"))


@pytest.mark.weight(1)
def test_parameters_of_subsampling_and_output(student):
    """S2 and S4 learn two numbers for each map, the output nothing."""
    compare(student, 32, "parameters", rows=("S2", "S4", "OUTPUT"))


@pytest.mark.weight(1)
def test_parameters_do_not_depend_on_the_size(student, rng):
    """Weights are shared: a larger image needs no more of them."""
    for size in (36, larger(rng, 0)):
        compare(student, size, "parameters")


@pytest.mark.weight(1)
def test_connections_of_convolutions(student):
    """Each unit has a connection for each of its inputs and one for its bias."""
    compare(student, 32, "connections", rows=("C1", "C3", "C5", "F6"))


@pytest.mark.weight(1)
def test_connections_of_subsampling_and_output(student):
    """S2 and S4 have four inputs and a bias for each unit; the output has no bias."""
    compare(student, 32, "connections", rows=("S2", "S4", "OUTPUT"))


@pytest.mark.weight(1)
def test_connections_grow_with_the_image(student, rng):
    """On larger images C5, F6 and OUTPUT are applied at each position."""
    for size in (36, larger(rng, 0)):
        compare(student, size, "connections")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_small_images(student):
    """An image below 32 raises a ValueError that names the argument."""
    for size in (31, 28, 0, -32):
        with student.raises(ValueError, naming="input_size"):
            student.lenet5_table(size)


@pytest.mark.weight(0.5)
def test_images_of_all_sizes(student, rng):
    """All rows for images of 32 to 60 pixels, for some larger ones, and for 32 if left out."""
    calls = drawn.input_sizes(rng)
    for ((size,), _), got in zip(calls, student.lenet5_table.each(calls), strict=True):
        require(got, size, *cases.FIELDS[1:])
    require(student.lenet5_table(), 32, *cases.FIELDS[1:])
