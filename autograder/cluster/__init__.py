"""Grading on a Dask cluster: the same function as on one machine, on other machines."""
