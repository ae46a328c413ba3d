"""Hidden tests of `alexnet_table`: each column has its own, at sizes that nobody printed."""

from __future__ import annotations

import cases
import drawn
import pytest
import reference

from autograder.suite import expect

CONVOLUTIONS = tuple(reference.CONVOLUTIONS)
POOLINGS = tuple(reference.POOLED_AFTER.values())
DENSE = ("fc6", "fc7", "fc8")
WORK = "multiply_accumulates"


def compare(student, *fields, rows=cases.ROWS, **arguments):
    require(student.alexnet_table(**arguments), arguments, fields, rows)


def require(answer, arguments, fields=("shape", "parameters", WORK), rows=cases.ROWS):
    got = cases.rows_of(answer)
    want = {row["name"]: row for row in reference.alexnet_table(**arguments)}
    for name in rows:
        for field in fields:
            value = got[name][field]
            numbers = value if field == "shape" else (value,)
            expect.that(
                isinstance(numbers, tuple | list) and all(map(cases.is_whole, numbers)),
                f"returned a row {name} whose {field!r} is not "
                + ("a tuple of ints" if field == "shape" else "an int"),
                detail=value,
            )
            expect.that(
                tuple(numbers) == (want[name][field] if field == "shape" else (want[name][field],)),
                f"returned a row {name} whose {field!r} is not right: {expect.shown(value)}",
                detail=f"got {expect.shown(value)}, expected {want[name][field]}",
            )


def some_size(rng, remainder):
    """A size with this remainder on division by 4, of nobody's table."""
    return 4 * int(rng.integers(25, 90)) + remainder


def some_classes(rng):
    return int(rng.integers(11, 900))


@pytest.mark.public
@pytest.mark.weight(1)
def test_first_two_rows(student):
    """conv1 and pool1 at 227, as in the notebook."""
    compare(student, "shape", "parameters", WORK, rows=("conv1", "pool1"))


@pytest.mark.weight(1)
def test_shapes_at_227(student):
    """The ladder 55-27-13-6 and the numbers of maps and units."""
    compare(student, "shape")


@pytest.mark.weight(1.5)
def test_shapes_elsewhere(student, rng):
    """Shapes for images of other sizes; what fills no window is left out."""
    for size in (224, 67, *(some_size(rng, rest) for rest in range(4))):
        compare(student, "shape", input_size=size)


@pytest.mark.weight(1)
def test_parameters_of_convolutions(student):
    """Each filter has a weight for each cell and channel that it sees, and a bias."""
    compare(student, "parameters", rows=CONVOLUTIONS)


@pytest.mark.weight(1)
def test_parameters_of_dense_layers(student):
    """Each unit has a weight for each of its inputs, and a bias."""
    compare(student, "parameters", rows=DENSE)


@pytest.mark.weight(1)
def test_parameters_elsewhere(student, rng):
    """Another size changes what fc6 learns and nothing else; pooling learns nothing."""
    for size in (224, some_size(rng, 2)):
        compare(student, "parameters", input_size=size)


@pytest.mark.weight(1)
def test_work_of_convolutions(student):
    """A multiplication by each weight at each place of a map; biases are none."""
    compare(student, WORK, rows=CONVOLUTIONS)


@pytest.mark.weight(0.5)
def test_work_of_dense_layers_and_pooling(student):
    """A multiplication by each weight, once; pooling multiplies nothing."""
    compare(student, WORK, rows=(*POOLINGS, *DENSE))


@pytest.mark.weight(1)
def test_work_elsewhere(student, rng):
    """The work for images of other sizes."""
    for size in (some_size(rng, 1), some_size(rng, 3)):
        compare(student, WORK, input_size=size)


@pytest.mark.weight(1)
def test_classes(student, rng):
    """Another number of classes changes fc8 and nothing else."""
    compare(student, "shape", "parameters", WORK, num_classes=some_classes(rng))


@pytest.mark.weight(1)
def test_two_groups(student):
    """With two groups the filters of conv2, conv4 and conv5 see half of the channels."""
    compare(student, "parameters", WORK, "shape", groups=2)


@pytest.mark.weight(0.5)
def test_more_groups_elsewhere(student, rng):
    """Four groups or more, at another size and for other classes."""
    for groups in (4, 32):
        options = {"input_size": some_size(rng, 0), "num_classes": some_classes(rng)}
        compare(student, "parameters", WORK, groups=groups, **options)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_makes_no_network(student, rng):
    """Too small an image, no class, and groups that do not divide raise errors that name it."""
    for size in (66, 50, 0):
        with student.raises(ValueError, naming="input_size"):
            student.alexnet_table(input_size=size)
    with student.raises(ValueError, naming="num_classes"):
        student.alexnet_table(num_classes=0)
    for groups in (0, 3, -2):
        with student.raises(ValueError, naming="groups"):
            student.alexnet_table(groups=groups)
    for name, values in (
        ("input_size", range(-5, 67)),
        ("num_classes", range(-5, 1)),
        ("groups", (*range(-5, 1), 3, 5, 6, 7, *range(9, 16), *range(17, 32), 33, 48, 64)),
    ):
        calls = [((), {**drawn.table(rng), name: value}) for value in values]
        student.alexnet_table.all_raise(calls, ValueError, naming=name)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Sizes, classes and groups of all kinds, drawn at random."""
    calls = drawn.tables(rng)
    answers = student.alexnet_table.each([((), each) for each in calls])
    for arguments, got in zip(calls, answers, strict=True):
        require(got, arguments)
