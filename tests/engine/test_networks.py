"""A student's network is told from the right one layer by layer, by its answers."""

from __future__ import annotations

import numpy as np
import pytest
from network_models import RIGHT, SHAPE, FakeModel, claims_of

from autograder.suite import Mismatch, identifying
from autograder.suite.network_claims import claimed
from autograder.suite.network_differences import Difference, differences, sentences
from autograder.suite.network_example import example
from autograder.suite.network_weights import read
from autograder.suite.networks import (
    Layer,
    Lrn,
    Network,
    Pool,
    convolved,
    local_response_norm,
    pooled,
    shapes,
)

CHANGES = (
    (("first", "activation", "relu"), ("second", "activation", "relu")),
    (("last", "activation", "linear"),),
    (("first", "padding", "same"),),
)


def identify(network, claims=None, changes=CHANGES):
    said = claims_of(network) if claims is None else claims
    seen = identifying.shown(FakeModel(network, said), RIGHT, SHAPE, changes)
    return identifying.identified(seen, RIGHT, np.random.default_rng(1))


def wrong(network, **options):
    return {
        (each.layer, each.what, each.value) for each in identify(network, **options).differences
    }


def without(*names):
    return Network({name: layer for name, layer in RIGHT.layers.items() if name not in names})


def with_extra(before, name, layer):
    made = {}
    for each, has in RIGHT.layers.items():
        made |= {name: layer} if each == before else {}
        made[each] = has
    return Network(made)


# -- what networks compute -------------------------------------------------------------------


def test_a_convolution_slides_a_kernel_and_pads_at_the_end_first():
    x = np.arange(4.0).reshape(1, 2, 2, 1)
    kernel = np.array([[1.0, 10.0], [100.0, 1000.0]]).reshape(2, 2, 1, 1)
    assert convolved(x, kernel).ravel().tolist() == [3210.0]
    assert convolved(x, kernel, padding="same").ravel().tolist() == [3210.0, 301.0, 32.0, 3.0]


def test_groups_see_their_own_channels():
    x = np.array([1.0, 10.0]).reshape(1, 1, 1, 2)
    assert convolved(x, np.ones((1, 1, 1, 4))).ravel().tolist() == [1.0, 1.0, 10.0, 10.0]


def test_cells_around_the_maps_do_not_count_in_pooling():
    x = np.array([[-1.0, -2.0, -3.0]] * 3).reshape(1, 3, 3, 1)
    assert pooled(x, Pool(padding="same")).ravel().tolist() == [-1.0, -3.0, -1.0, -3.0]
    assert pooled(x, Pool(padding="same", kind="average"))[0, 0, :, 0].tolist() == [-1.5, -3.0]


def test_responses_are_normalised_by_their_neighbours():
    x = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
    got = local_response_norm(x, Lrn(1, 1.0, 1.0, 1.0))
    assert np.allclose(got.ravel(), [1 / 6, 2 / 15, 3 / 14])


# -- what a model is -------------------------------------------------------------------------


def test_the_right_network_differs_in_nothing():
    assert wrong(RIGHT) == set()


@pytest.mark.parametrize(
    ("layer", "changes", "expected"),
    [
        ("first", {"padding": "same"}, ("padding", "same")),
        ("first", {"zeros": 1}, ("padding", 1)),
        ("first", {"strides": 2, "padding": "same"}, ("strides", 2)),
        ("first", {"count": 5}, ("count", 5)),
        ("first", {"side": 3}, ("side", 3)),
        ("first", {"bias": False}, ("bias", False)),
        ("second", {"order": "r"}, ("pooling", "missing")),
        ("second", {"order": "pr"}, ("order", ("pooling", "activation"))),
        ("second", {"order": "rg"}, ("mean", "extra")),
        ("second", {"pool": Pool()}, ("pool kind", "max")),
        ("second", {"pool": Pool(3, 2, kind="average")}, ("pool window", 3)),
        ("second", {"order": "rbp"}, ("normalisation", "extra")),
        ("second", {"order": "rpp"}, ("pooling", "twice")),
        ("first", {"before": "b"}, ("before", "b")),
        ("first", {"scaled": (1 / 255, 0.0)}, ("scaled", (1 / 255, 0.0))),
        ("second", {"activation": "relu"}, ("activation", "relu")),
        ("second", {"order": "p"}, ("activation", "linear")),
        ("wide", {"count": 9}, ("count", 9)),
        ("last", {"activation": "linear"}, ("activation", "linear")),
        ("last", {"activation": "tanh, softmax"}, ("activation", "tanh, softmax")),
    ],
)
def test_one_fault_is_found_in_its_layer(layer, changes, expected):
    assert (layer, *expected) in wrong(RIGHT.changed(layer, **changes))


def test_several_faults_are_found_together():
    network = RIGHT.changed("first", padding="same", count=7).changed("last", activation="sigmoid")
    network = network.changed("hidden", activation="relu")
    assert wrong(network) == {
        ("first", "padding", "same"),
        ("first", "count", 7),
        ("hidden", "activation", "relu"),
        ("last", "activation", "sigmoid"),
    }


def test_a_missing_layer_is_missing_and_the_others_are_right():
    assert wrong(without("wide")) == {("wide", "missing", None)}
    assert wrong(without("second")) == {("second", "missing", None)}


def test_a_layer_more_is_extra_and_the_others_are_right():
    for layer in (Layer(5, activation="tanh"), Layer(7, activation="tanh")):
        found = wrong(with_extra("last", "more", layer))
        assert found == {("extra layer 1", "extra", "dense layer")}


def test_a_model_that_says_nothing_is_known_by_likely_changes():
    relu = RIGHT.changed("first", "second", activation="relu")
    both = relu.changed("last", activation="linear")
    assert wrong(both, claims=()) == {
        ("first", "activation", "relu"),
        ("second", "activation", "relu"),
        ("last", "activation", "linear"),
    }


def test_a_claim_that_the_answers_contradict_is_not_believed():
    relu = RIGHT.changed("first", "second", activation="relu")
    assert wrong(relu, claims=claims_of(RIGHT)) == wrong(relu)
    with pytest.raises(Mismatch, match="computes something else"):
        identify(RIGHT.changed("first", activation="silu"), claims=claims_of(RIGHT))


def test_padding_that_adds_nothing_is_no_difference():
    """The maps of 12 by 12 are pooled without a rest: another fault must not bring it up."""
    pool = Pool(padding="same", kind="average")
    network = RIGHT.changed("first", pool=pool).changed("last", activation="sigmoid")
    assert wrong(network) == {("last", "activation", "sigmoid")}
    zeros = Network({"only": Layer(1, 3, zeros=1), "last": Layer(1)})
    same = Network({"only": Layer(1, 3, padding="same"), "last": Layer(1)})
    assert differences(zeros, same, SHAPE) == ()


def test_weights_of_another_kind_of_model_cannot_be_read():
    for have in ([(3,)], [(2, 3, 4)], [(3, 5, 2, 3), (3,), (4, 2)], []):
        assert read(have, RIGHT, SHAPE) is None
    model = FakeModel(RIGHT)
    model.set_weights([np.ones((3, 3, 3))])
    with pytest.raises(Mismatch, match="layer after layer"):
        identifying.shown(model, RIGHT, SHAPE, CHANGES)


def test_weights_are_found_in_any_order_if_they_are_right():
    each = [*shapes(RIGHT, SHAPE).values()]
    have = [shape for at in reversed(range(0, len(each), 2)) for shape in each[at : at + 2]]
    found = read(have, RIGHT, SHAPE)
    assert found is not None
    assert {name: have[index] for name, index in found.places.items()} == shapes(RIGHT, SHAPE)


def test_claims_that_would_cost_memory_are_not_tried():
    for changes in ({"zeros": 400}, {"pool": Pool(999, 1, "same")}, {"strides": 0}):
        network = RIGHT.changed("first", **changes)
        said = claimed(claims_of(network), RIGHT, RIGHT)
        assert said is None or said.layers["first"].zeros == 0


def test_claims_of_any_kind_are_read_without_an_error():
    for claims in (claims_of(RIGHT)[:3], claims_of(RIGHT) * 2, claims_of(without("first"))):
        assert claimed(claims, RIGHT, RIGHT) is None


# -- sentences and examples ------------------------------------------------------------------


def test_the_same_mistake_in_several_layers_is_one_sentence():
    relu = [Difference(name, "activation", "relu") for name in ("first", "second")]
    assert sentences([*relu, Difference("last", "count", 4)]) == [
        "applies ReLU in first and second",
        "has 4 filters or units in last",
    ]


def test_every_difference_has_a_sentence():
    values = {
        "padding": ("same", "valid", 2), "pooling": ("missing", "extra", "twice"),
        "normalisation": ("missing", "extra", "twice"), "before": ("b", ""), "mean": ("extra",),
        "kind": ("batches", "responses"), "training": ("extra",),
        "pool kind": ("max", "average", "sum"), "pool padding": ("same", "valid"), "bias": (False,),
        "order": (("pooling", "activation"), ("normalisation", "pooling")),
        "activation": ("linear", "relu, softmax"), "constants": (Lrn(),), "moments": ((),),
    }  # fmt: skip
    plain = (
        "scaled",
        "count",
        "side",
        "strides",
        "groups",
        "pool window",
        "pool strides",
        "missing",
        "extra",
    )
    for what, some in {**values, **dict.fromkeys(plain, (1,))}.items():
        for value in some:
            (sentence,) = sentences([Difference("first", what, value)])
            assert "{" not in sentence, (what, value)
            assert sentence[0].islower(), (what, value)


@pytest.mark.parametrize(
    ("layer", "changes", "where"),
    [
        ("first", {"padding": "same"}, "The shape after the weights of first"),
        ("first", {"activation": "relu"}, "after the activation of first"),
        ("second", {"pool": Pool()}, "after the pooling of second"),
        ("wide", {"activation": "sigmoid"}, "after the activation of wide"),
        ("last", {"activation": "linear"}, "after the activation of last"),
    ],
)
def test_one_pixel_shows_where_a_network_first_goes_wrong(layer, changes, where):
    shown = example(identify(RIGHT.changed(layer, **changes)), "build()")
    assert shown is not None
    assert where in shown.wrong
    assert "model = build()" in shown.code
    assert shown.answer != shown.expected
    assert shown.expected not in shown.wrong


def test_the_layer_in_place_of_a_missing_one_is_the_example():
    shown = example(identify(without("wide")), "build()")
    assert shown is not None
    assert "after the layer that follows hidden is the first thing that is wrong" in shown.wrong
    assert shown.answer != shown.expected


def test_a_right_network_has_no_example():
    assert example(identify(RIGHT), "build()") is None


def test_a_model_that_cannot_be_taken_apart_has_an_example_without_code():
    network = RIGHT.changed("first", padding="same")
    shown = example(identify(network, claims=()), "build()")
    assert shown is not None
    assert shown.code == ""
