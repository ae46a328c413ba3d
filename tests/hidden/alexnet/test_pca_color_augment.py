"""Hidden tests of `pca_color_augment` and `rgb_principal_components`.

The three numbers that were drawn for an image can be worked out of its shift of colour, since the
suite's eigenvectors are orthonormal and its eigenvalues known. That they are normal, with the right
deviation and each by itself, is by chance.CHANCE.
"""

from __future__ import annotations

import itertools
import math

import cases
import drawn
import numpy as np
import pytest
import reference
from chance import is_binomial, squares_bounds

from autograder.suite import expect

MANY = 4000
WITHIN_ONE = math.erf(1 / math.sqrt(2))
"""The probability that a normal number lies within one deviation of its mean: 0.6827."""


def turned(rng):
    """Orthonormal columns, far from the axes and from their own transpose, with signs by chance."""
    axis = np.array([1.0, 2.0, 3.0]) / math.sqrt(14)
    angle = rng.uniform(1.8, 2.2)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return rotation * rng.choice((-1, 1), size=3)


def eigenvalues(rng):
    """Falling, far from each other and from 1, so that no power or root of them looks alike."""
    return np.array([9.0, 3.0, 0.3]) * rng.uniform(0.9, 1.1, size=3)


def shifts(student, images, values, vectors, generator, *sigma):
    """What was added to each image, which has to be the same for all of its pixels."""
    got = student.pca_color_augment(images, values, vectors, generator, *sigma)
    added = cases.array_of(got, images.shape).astype(np.float64) - images
    of_each = added[:, 0, 0]
    uneven = np.abs(added - of_each[:, np.newaxis, np.newaxis]).max()
    expect.that(
        uneven <= 1e-3 * np.abs(of_each).max(),  # rounding of float32 is less
        "added different colours to pixels of the same image, or changed them otherwise",
        detail=uneven,
    )
    return of_each


def normal_numbers(student, rng, *sigma, count=MANY):
    """The numbers, by image and component, divided by sigma: standard normal if all is right."""
    values, vectors = eigenvalues(rng), turned(rng)
    images = cases.wide(rng, (count, 1, 1, 3))
    generator = student.generator(cases.seed(rng))
    added = shifts(student, images, values, vectors, generator, *sigma)
    return added @ vectors / values / (sigma[0] if sigma else 0.1)


def require_deviation(numbers):
    """The mean of n squares of standard normal numbers is within 16 % of 1 for n = 4000."""
    least, most = squares_bounds(len(numbers))
    found = (numbers**2).mean(axis=0)
    expect.that(
        ((least <= found) & (found <= most)).all(),
        "shifts colours by too much or too little along some component",
        detail=f"mean squares {found}, expected from {least:.3f} to {most:.3f}",
    )


def clouds(rng, shape, dtype=np.float64):
    """Images of which one has other colours than the next, and which vary most in one direction."""
    spread = turned(rng) * np.array([40.0, 15.0, 6.0])
    middles = rng.uniform(90, 160, size=(shape[0], 1, 1, 3))
    colours = middles + rng.uniform(-1, 1, size=shape) @ spread.T
    return np.clip(np.rint(colours), 0, 255).astype(dtype)


def components(student, images):
    return parts(student.rgb_principal_components(images))


def parts(got):
    values, vectors = cases.pair_of(got, "of eigenvalues and eigenvectors")
    return cases.array_of(values, (3,)), cases.array_of(vectors, (3, 3))


def compare_values(student, images):
    require_values(components(student, images)[0], images)


def require_values(got, images):
    """The divisor of the covariance may be the number of pixels, or one less."""
    for less in (0, 1):
        want, _ = reference.rgb_principal_components(images, less)
        if np.allclose(got, want, rtol=2e-5):
            return
    expect.close(got, want)


def compare_vectors(student, images):
    require_vectors(components(student, images)[1], images)


def require_vectors(got, images):
    """Columns, each with the sign that the student's has."""
    _, want = reference.rgb_principal_components(images)
    signs = np.where((got * want).sum(axis=0) < 0, -1, 1)
    expect.close(got, want * signs, rtol=1e-4)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """The relations of the eigenvalues of seven pixels, as in the notebook."""
    moves = [(3, 0, 0), (-3, 0, 0), (0, 2, 0), (0, -2, 0), (0, 0, 1), (0, 0, -1)]
    colours = np.array([(0, 0, 0), *moves]) + 100
    values, _ = components(student, colours.astype(np.uint8).reshape(1, 1, 7, 3))
    expect.that(values[0] > 0, "returned a first eigenvalue that is not positive")
    expect.close(values / values[0], np.array([1, 4 / 9, 1 / 9]))


@pytest.mark.weight(1.5)
def test_same_colour_for_a_whole_image(student, rng):
    """All pixels of an image are shifted by the same colour, which is not that of the next image.

    Two normal numbers are never alike, but for the precision of floats.
    """
    generator = student.generator(cases.seed(rng))
    for shape in ((4, 5, 6, 3), (6, 2, 3, 3), (3, 3, 7, 3)):
        images = cases.wide(rng, shape)
        added = shifts(student, images, eigenvalues(rng), turned(rng), generator)
        expect.that((np.abs(added) > 1e-9).all(), "shifted some colour by nothing")
        for one, other in itertools.combinations(added, 2):
            expect.that(np.abs(one - other).max() > 1e-9, "shifted two images by the same colour")


@pytest.mark.weight(3)
def test_along_eigenvectors_by_eigenvalues(student, rng):
    """The shift along each eigenvector is sigma times its eigenvalue, on average."""
    require_deviation(normal_numbers(student, rng))


@pytest.mark.weight(1)
def test_sigma(student, rng):
    """The deviation of the numbers is sigma, another one too."""
    for sigma in (0.5, 2.0):
        require_deviation(normal_numbers(student, rng, sigma))


@pytest.mark.weight(1)
def test_normal_numbers(student, rng):
    """The numbers are as often negative as positive, and within one deviation as normal ones are.

    Both are counted: of n independent numbers binomial (n, 1/2) and (n, 0.6827) are. Of uniform
    numbers of the same deviation 0.577 would lie within one.
    """
    numbers = normal_numbers(student, rng, 0.1)
    for column in numbers.T:
        expect.that(
            is_binomial(int((column > 0).sum()), MANY, 0.5),
            "does not shift colours to both sides equally often, along some component",
        )
    within = int((np.abs(numbers) < 1).sum())
    expect.that(
        is_binomial(within, numbers.size, WITHIN_ONE),
        "makes small shifts along the components too often, or too rarely, for normal numbers",
    )


@pytest.mark.weight(1.5)
def test_each_component_by_itself(student, rng):
    """Components are drawn by themselves: two have the same sign for half of the images."""
    numbers = normal_numbers(student, rng, 0.1)
    for one, other in itertools.combinations(numbers.T, 2):
        expect.that(
            is_binomial(int(((one > 0) == (other > 0)).sum()), MANY, 0.5),
            "shifts colours along two components with the same sign too often, or too rarely",
        )


@pytest.mark.weight(1)
def test_not_clipped(student, rng):
    """Colours may leave the range from 0 to 1, or to 255: nothing is clipped, nor rounded."""
    values, vectors = eigenvalues(rng), turned(rng)
    generator = student.generator(cases.seed(rng))
    for top in (1, 255):
        images = top * rng.integers(0, 2, size=(60, 2, 3, 3)).astype(np.float64)
        added = shifts(student, images, values * top, vectors, generator, 0.5)
        after = images + added[:, np.newaxis, np.newaxis]
        expect.that(
            (after < 0).any() and (after > top).any(),
            f"returned no colour below 0, or none above {top}, as if colours were clipped",
        )
        expect.that(
            (added % 1 != 0).all(),
            "shifted some colour by a whole number, as if colours were rounded",
        )


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_bytes_and_single_precision(student, rng):
    """Bytes become floating; float32 stays float32."""
    values, vectors = 8 * eigenvalues(rng), turned(rng)
    for images, allowed in (
        (cases.in_bytes(rng, (9, 4, 5, 3)), (np.float32, np.float64)),
        (cases.mixed(rng, (9, 4, 5, 3)), (np.float32,)),
    ):
        generator = student.generator(cases.seed(rng))
        got = student.pca_color_augment(images, values, vectors, generator, 1.0)
        dtype = cases.array_of(got, images.shape).dtype
        expect.that(dtype in allowed, f"returned {dtype} for images of {images.dtype}")


@pytest.mark.weight(1.5)
def test_eigenvalues(student, rng):
    """rgb_principal_components: the variances along the components of all pixels, falling."""
    for shape in ((3, 6, 8, 3), (5, 4, 3, 3), (1, 9, 7, 3)):
        compare_values(student, clouds(rng, shape))


@pytest.mark.weight(1.5)
def test_eigenvectors(student, rng):
    """rgb_principal_components: a column of length 1 for each eigenvalue, with either sign."""
    for shape in ((3, 6, 8, 3), (5, 4, 3, 3), (1, 9, 7, 3)):
        compare_vectors(student, clouds(rng, shape))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_components_of_bytes(student, rng):
    """rgb_principal_components of bytes is that of the same numbers: nothing overflows."""
    images = clouds(rng, (4, 7, 6, 3), np.uint8)
    of_bytes, same = components(student, images), components(student, images.astype(np.float64))
    expect.close(of_bytes[0], same[0])
    expect.close(np.abs(of_bytes[1]), np.abs(same[1]), rtol=1e-4)  # signs are free


@pytest.mark.aspect("values", "precision")
@pytest.mark.weight(0.5)
def test_components_in_double_precision(student, rng):
    """rgb_principal_components of float32 images that hardly vary, around large numbers."""
    images = (4000 + clouds(rng, (3, 6, 8, 3)) / 256).astype(np.float32)
    compare_values(student, images)


@pytest.mark.aspect("empty")
@pytest.mark.weight(0.25)
def test_no_images(student, rng):
    """An empty batch gives an empty batch."""
    images = np.zeros((0, 4, 5, 3))
    got = student.pca_color_augment(images, eigenvalues(rng), turned(rng), student.generator(9))
    expect.close(got, images)


@pytest.mark.aspect("generator")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_the_generator_decides(student, rng):
    """The same generator in the same state shifts alike, and another call shifts otherwise."""
    given = cases.wide(rng, (8, 2, 3, 3)), eigenvalues(rng), turned(rng)
    generator = student.generator(seed := cases.seed(rng))
    one, other, again = (
        cases.array_of(student.pca_color_augment(*given, each), given[0].shape)
        for each in (generator, generator, student.generator(seed))
    )
    expect.that(np.array_equal(one, again), "gave two answers with generators of the same seed")
    expect.that(not np.array_equal(one, other), "shifted by the same colours in two calls")


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images, eigenvalues and eigenvectors are left as they were, by both functions."""
    given = [cases.wide(rng, (4, 2, 3, 3)), eigenvalues(rng), turned(rng)]
    for seen in (
        student.pca_color_augment.watched(*given, student.generator(10)),
        student.rgb_principal_components.watched(given[0]),
    ):
        expect.that(cases.unchanged(given[: len(seen.arguments)], seen.arguments), "changed it")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_is_not_coloured(student, rng):
    """Wrong axes, channels other than 3, and no pixel raise a ValueError that names images."""
    images = cases.wide(rng, (2, 4, 5, 3))
    values, generator = eigenvalues(rng), student.generator(11)
    for wrong in (images[0], images[..., :1], images[..., :2]):
        for vectors in (turned(rng), np.eye(3)):
            with student.raises(ValueError, naming="images"):
                student.pca_color_augment(wrong, values, vectors, generator)
        with student.raises(ValueError, naming="images"):
            student.rgb_principal_components(wrong)
    others = drawn.not_images(rng)
    for wrong in others:
        with student.raises(ValueError, naming="images"):
            student.pca_color_augment(wrong, values, np.eye(3), generator)
    student.rgb_principal_components.all_raise(
        [((wrong,), {}) for wrong in others], ValueError, naming="images"
    )
    with student.raises(ValueError, naming="images"):
        student.rgb_principal_components(images[:0])


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_shifts_of_all_kinds(student, rng):
    """Images, eigenvalues and deviations of all kinds, drawn at random.

    A normal number is 7.5 deviations away with a probability of 7e-14. What is added to float32
    images is known up to their rounding.
    """
    generator = student.generator(cases.seed(rng))
    for images, values, sigma in drawn.colours(rng):
        vectors = turned(rng) if rng.random() < 0.8 else np.eye(3)
        got = student.pca_color_augment(images, values, vectors, generator, *sigma)
        before = images.astype(np.float64)
        added = cases.array_of(got, images.shape) - before
        of_each = added.mean(axis=(1, 2), keepdims=True)
        rounding = 1e-6 * (1 + np.abs(before).max() + np.abs(of_each).max())
        expect.that(
            np.abs(added - of_each).max() <= rounding,
            "added different colours to pixels of the same image, or changed them otherwise",
        )
        deviations = (sigma[0] if sigma else 0.1) * values
        far = np.abs(of_each[:, 0, 0] @ vectors) > 7.5 * deviations + 3 * rounding
        expect.that(not far.any(), "shifts colours by too much along some component")


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_components_of_all_kinds(student, rng):
    """rgb_principal_components of images of all kinds, drawn at random."""
    batches = []
    for _ in range(drawn.BY_CHANCE):
        images = drawn.images(rng, 3)
        values, _ = reference.rgb_principal_components(images)
        if np.diff(values).max() < -1e-3 * values[0]:  # else more vectors than one are right
            batches.append(images)
    answers = student.rgb_principal_components.each([((images,), {}) for images in batches])
    for images, got in zip(batches, answers, strict=True):
        values, vectors = parts(got)
        require_values(values, images)
        require_vectors(vectors, images)
