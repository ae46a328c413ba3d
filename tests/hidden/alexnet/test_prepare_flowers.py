"""Hidden tests of `prepare_flowers`: each step has its own, since accuracy hardly finds mistakes.

No two images are alike, so that the order can be read off what came back.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest

from autograder.suite import expect

COUNT = 60


def flowers(count=COUNT, side=4, width=5):
    """Images that tell their number by their first pixel, in all colours from 0 to 255."""
    rng = np.random.default_rng(count)
    images = rng.integers(0, 256, size=(count, side, width, 3)).astype(np.uint8)
    images[:, 0, 0, 0] = np.linspace(0, 255, count).astype(np.uint8)
    return images


def prepared(student, images, labels, seed, *classes):
    """The images, and whatever came as labels: tests of labels look at these themselves."""
    return parts(student.prepare_flowers(images, labels, seed, *classes), images)


def parts(got, images):
    x, y = cases.pair_of(got, "of images and labels")
    return cases.array_of(x, images.shape), y


def order_of(x, images):
    """Which image stands where, by first pixels: whatever was done to them, they rise with it."""
    marks = np.asarray(x[:, 0, 0, 0], np.float64)
    expect.that(
        len(set(marks.tolist())) == len(images),
        "returned some images with the same first pixel, where those in the argument differ",
    )
    return marks.argsort().argsort()


def sorted_labels():
    return np.arange(COUNT) // 4


@pytest.mark.aspect("scale")
@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Shapes and the brightest colour, as in the notebook."""
    images = np.full((3, 4, 6, 3), 255, np.uint8)
    x, _ = prepared(student, images, np.array([2, 0, 2]), 1)
    expect.that(float(x.max()) == 1, "returned white that is not 1")


@pytest.mark.aspect("scale")
@pytest.mark.weight(1.5)
def test_scaled_once(student, rng):
    """Colours are divided by 255, once."""
    images = flowers()
    x, _ = prepared(student, images, sorted_labels(), cases.seed(rng))
    order = order_of(x, images)
    expect.close(x, images[order] / 255)


@pytest.mark.aspect("scale")
@pytest.mark.weight(1)
def test_scaled_by_a_fixed_number(student, rng):
    """Dark images stay dark: the divisor is 255, not what is brightest; black is 0."""
    for images in (flowers() // 3, np.zeros((4, 3, 5, 3), np.uint8)):
        x, _ = prepared(student, images, np.zeros(len(images), int), cases.seed(rng))
        want = images / 255
        expect.close(np.sort(x, axis=0), np.sort(want, axis=0))


@pytest.mark.aspect("dtype")
@pytest.mark.weight(1)
def test_float32(student, rng):
    """The images are float32."""
    x, _ = prepared(student, flowers(), sorted_labels(), cases.seed(rng))
    expect.that(x.dtype == np.float32, f"returned images of {x.dtype}")


@pytest.mark.aspect("labels")
@pytest.mark.weight(1.5)
def test_labels_stay_with_their_images(student, rng):
    """Each label is a one-hot vector, and stands where its image stands."""
    images = flowers()
    labels = rng.integers(0, 16, size=COUNT)
    x, y = prepared(student, images, labels, cases.seed(rng))
    want = np.zeros((COUNT, 17))
    want[np.arange(COUNT), labels[order_of(x, images)]] = 1
    expect.close(y, want)


@pytest.mark.aspect("labels")
@pytest.mark.weight(1)
def test_classes_that_do_not_occur(student, rng):
    """There is a column for each class, whether it occurs or not; labels may be bytes."""
    for classes, dtype in ((17, np.uint8), (5, np.int32), (30, np.int64)):
        images, labels = flowers(), (np.arange(COUNT) % 4).astype(dtype)
        x, y = prepared(student, images, labels, cases.seed(rng), classes)
        want = np.zeros((COUNT, classes))
        want[np.arange(COUNT), labels[order_of(x, images)]] = 1
        expect.close(y, want)


@pytest.mark.aspect("order")
@pytest.mark.weight(1.5)
def test_random_order(student, rng):
    """Images that come sorted are in a random order afterwards.

    Let a pair of neighbours stay neighbours. k given pairs of n images do so, in either order, with
    a probability of at most 2**k (n - k)! / n!, and there are C(n - 1, k) ways to give them, so
    that k pairs or more do with at most 2**k / k!. For k = 18 that is 4.1e-11.
    """
    images = flowers()
    x, _ = prepared(student, images, sorted_labels(), cases.seed(rng))
    stayed = int((np.abs(np.diff(order_of(x, images))) == 1).sum())
    expect.that(stayed < 18, "left images beside those that they came with", detail=stayed)


@pytest.mark.aspect("order")
@pytest.mark.weight(1)
def test_no_class_is_kept_for_the_end(student, rng):
    """The last fifth, which `validation_split` takes, is of many classes, and the first too.

    Of 12 images out of 60 of 15 classes, 4 each, only 3 classes occur with a probability of
    C(15, 3) / C(60, 12) = 3.3e-10; for both ends and three seeds together 2e-9.
    """
    for _ in range(3):
        images = flowers()
        x, _ = prepared(student, images, sorted_labels(), cases.seed(rng))
        classes = sorted_labels()[order_of(x, images)]
        for part in (classes[:12], classes[-12:]):
            found = len(set(part.tolist()))
            expect.that(found > 3, "left images of few classes at one end")


@pytest.mark.aspect("order")
@pytest.mark.weight(1)
def test_another_seed_is_another_order(student, rng):
    """Each seed has an order of its own; two are the same with a probability of 1 / 60!."""
    images = flowers()
    seeds = (0, 1, cases.seed(rng))
    orders = [
        order_of(prepared(student, images, sorted_labels(), seed)[0], images).tolist()
        for seed in seeds
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        expect.that(orders[one] != orders[other], "put images in the same order for two seeds")


@pytest.mark.aspect("seed")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_the_seed_decides(student, rng):
    """The same seed gives the same order."""
    images, seed = flowers(), cases.seed(rng)
    one, other = (prepared(student, images, sorted_labels(), seed)[0] for _ in range(2))
    expect.that(np.array_equal(one, other), "gave two answers for the same seed")


@pytest.mark.aspect("empty")
@pytest.mark.weight(0.25)
def test_no_images(student):
    """No images give no images and no labels, in their shapes."""
    prepared(student, np.zeros((0, 4, 5, 3), np.uint8), np.zeros(0, int), 3)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student):
    """Images and labels are left as they were and where they were."""
    given = [flowers(), sorted_labels()]
    seen = student.prepare_flowers.watched(*given, 4)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student):
    """Images of another shape and labels that do not fit raise a ValueError that names them."""
    images, labels = flowers(4), np.array([1, 2, 3, 0])
    for wrong in (images[0], images[..., :1], images[..., 0]):
        with student.raises(ValueError, naming="images"):
            student.prepare_flowers(wrong, labels, 5)
    for wrong in (labels[:3], np.array([1, 2, 3, 17]), np.array([1, -1, 3, 0])):
        with student.raises(ValueError, naming="labels"):
            student.prepare_flowers(images, wrong, 5)
    with student.raises(ValueError, naming=("labels", "num_classes")):
        student.prepare_flowers(images, labels, 5, 3)


@pytest.mark.aspect("scale", "labels", "dtype", "order")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, labels, seeds and numbers of classes of all kinds, drawn at random."""
    calls = []
    for _ in range(drawn.PHOTOGRAPHS):
        count = int(rng.choice([*range(1, 10), 20, 50]))
        classes = int(rng.integers(1, rng.choice([10, 101])))
        images = flowers(count, *drawn.shape_of(rng, 6, 6))
        labels = rng.integers(classes, size=count).astype(rng.choice(["int64", "int32", "uint8"]))
        seed = int(rng.integers(10)) if rng.random() < 0.5 else cases.seed(rng)
        calls.append((images, labels, seed, classes))
    answers = student.prepare_flowers.each([(each, {}) for each in calls])
    for (images, labels, _, classes), got in zip(calls, answers, strict=True):
        x, y = parts(got, images)
        order = order_of(x, images)
        expect.close(x, images[order] / 255)
        expect.close(y, np.eye(classes)[labels[order]])
