"""What other machines need to grade: workflows for CI, packages for platforms, their results."""
