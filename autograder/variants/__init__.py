"""Variants of contracts: what authors declare, and what grading makes of it (docs/variants.md)."""

from autograder.variants.contracts import Contract, Translation, contract
from autograder.variants.forms import (
    Form,
    axes,
    complement,
    custom,
    each,
    entries,
    items,
    mirrored,
    negated,
    scaled,
    shifted,
    swapped,
)
from autograder.variants.options import Option

__all__ = [
    "Contract",
    "Form",
    "Option",
    "Translation",
    "axes",
    "complement",
    "contract",
    "custom",
    "each",
    "entries",
    "items",
    "mirrored",
    "negated",
    "scaled",
    "shifted",
    "swapped",
]
