"""Points out hand-ins of a class that are worth a look, because they are much alike.

They are read as data and never run. Nobody is accused: what is alike by nature is left out as far
as the class itself and the course's own answers show it, and a person decides.
"""

from __future__ import annotations

from autograder.similarity.finding import similar_among, similar_pairs
from autograder.similarity.records import SimilarPair

__all__ = ["SimilarPair", "similar_among", "similar_pairs"]
