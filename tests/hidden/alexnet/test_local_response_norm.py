"""Hidden tests of `local_response_norm`, with responses that are large enough to tell.

Near 1 the divisor is 2**0.75 whatever the neighbours do: wrong variants differ by 4e-4 there.
With the constants of the paper responses of some hundreds change it by a factor.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

LOUD = 200


def compare(student, x, *args, **options):
    got = student.local_response_norm(x, *args, **options)
    expect.close(got, reference.local_response_norm(x, *args, **options), like=(x,))


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Five channels, as in the notebook."""
    x = np.array([20.0, 0.0, 20.0, 10.0, 0.0]).reshape(1, 1, 1, 5)
    compare(student, x, depth_radius=1, bias=1.0, alpha=0.01, beta=1.0)


@pytest.mark.weight(2)
def test_constants_of_the_paper(student, rng):
    """Large responses of both signs, with the arguments' own values."""
    for shape in ((2, 3, 4, 9), (3, 5, 2, 12)):
        compare(student, cases.wide(rng, shape, LOUD))


@pytest.mark.weight(0.5)
def test_small_responses(student, rng):
    """Small responses are divided by a power of the bias, nearly."""
    compare(student, cases.wide(rng, (2, 4, 3, 7), 0.1))


@pytest.mark.weight(1)
def test_first_and_last_channels(student, rng):
    """At the ends there are fewer neighbours: it does not wrap around, nor repeat channels."""
    for loud_channel in (0, 7):
        x = cases.wide(rng, (2, 3, 2, 8), 10)
        x[..., loud_channel] *= 100
        compare(student, x)


@pytest.mark.weight(1)
def test_neighbours_are_channels(student, rng):
    """Other rows, columns and images have no influence."""
    for index in ((0,), (slice(None), 1), (slice(None), slice(None), 2)):
        x = cases.wide(rng, (3, 4, 5, 6), 20)
        x[index] *= 50
        compare(student, x)


@pytest.mark.weight(1)
def test_other_radii(student, rng):
    """Radii of 0, 1, 3 and of more than there are channels."""
    for depth_radius in (0, 1, 3, 9):
        compare(student, cases.wide(rng, (2, 3, 2, 7), LOUD), depth_radius)


@pytest.mark.weight(1)
def test_bias(student, rng):
    """Another bias."""
    for bias in (1.0, 0.5, 30.0):
        compare(student, cases.wide(rng, (2, 3, 2, 7), LOUD), bias=bias)


@pytest.mark.weight(1)
def test_alpha_and_beta(student, rng):
    """Another alpha, and another beta."""
    for alpha, beta in ((1e-3, 0.75), (1e-4, 0.5), (0.02, 1.0), (1e-4, 2.0)):
        compare(student, cases.wide(rng, (2, 3, 2, 7), LOUD), alpha=alpha, beta=beta)


@pytest.mark.weight(0.5)
def test_few_channels(student, rng):
    """One channel, and fewer than a window has."""
    for channels in (1, 2, 4):
        compare(student, cases.wide(rng, (2, 3, 4, channels), LOUD))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_whole_numbers(student, rng):
    """Bytes and other whole numbers are divided too, without overflow; the answer is floating."""
    for x in (cases.in_bytes(rng, (2, 3, 4, 7)), cases.wide(rng, (2, 3, 4, 7), 60).astype(np.int8)):
        relations.same_numbers(student.local_response_norm, x, "floating")


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_single_precision(student, rng):
    """float32 stays float32."""
    x = cases.mixed(rng, (2, 3, 4, 7), LOUD)
    relations.same_numbers(student.local_response_norm, x, np.float32)


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan(student, rng):
    """NaN spreads to the neighbouring channels at its place, and to no other place.

    Further channels there are free: running sums and products of matrices make NaN of them, and
    TensorFlow's own function does.
    """
    x = cases.wide(rng, (2, 3, 4, 9), LOUD)
    cells, place = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    cells[1, 2, 0, 3] = place[1, 2, 0] = True
    relations.nan_propagates(student.local_response_norm, x, cells, place)


@pytest.mark.aspect("empty")
@pytest.mark.weight(0.5)
def test_no_images(student):
    """An empty batch gives an empty batch."""
    compare(student, np.zeros((0, 3, 4, 7)))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The argument is left as it was."""
    x = cases.wide(rng, (2, 3, 4, 7), LOUD)
    seen = student.local_response_norm.watched(x)
    expect.that(cases.unchanged([x], seen.arguments), "changed its argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """A wrong number of axes or a negative radius raises a ValueError that names it."""
    x = cases.wide(rng, (3, 4, 7))
    for wrong in (x, x[0], x[np.newaxis, np.newaxis]):
        with student.raises(ValueError, naming="x"):
            student.local_response_norm(wrong)
    with student.raises(ValueError, naming="depth_radius"):
        student.local_response_norm(x[np.newaxis], -1)
    for name, calls in (
        ("x", [((wrong,), {}) for wrong in drawn.not_images(rng)]),
        (
            "depth_radius",
            [((x, -1 - radius % 5), {}) for radius, x in enumerate(drawn.stacks(rng))],
        ),
    ):
        student.local_response_norm.all_raise(calls, ValueError, naming=name)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Maps and constants of all kinds, drawn at random."""
    calls = [((x,), options) for x, options in drawn.maps(rng)]
    answers = student.local_response_norm.each(calls)
    for ((x,), options), got in zip(calls, answers, strict=True):
        expect.close(got, reference.local_response_norm(x, **options), like=(x,))
