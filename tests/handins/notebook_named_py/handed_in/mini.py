{
 "nbformat": 4,
 "nbformat_minor": 4,
 "metadata": {
  "kernelspec": {
   "name": "python3",
   "display_name": "Python 3",
   "language": "python"
  }
 },
 "cells": [
  {
   "cell_type": "markdown",
   "source": "# Miniature\n\nTwo functions and two questions, to be answered in order.",
   "metadata": {}
  },
  {
   "cell_type": "code",
   "source": "import numpy as np",
   "metadata": {
    "nbgrader": {
     "grade_id": "setup",
     "schema_version": 3,
     "grade": false,
     "solution": false,
     "locked": true,
     "task": false
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "code",
   "source": "from autograder.student import check",
   "metadata": {
    "nbgrader": {
     "grade_id": "tools",
     "schema_version": 3,
     "grade": false,
     "solution": false,
     "locked": true,
     "task": false
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "markdown",
   "source": "## 1. The exercise increment\n\nWrite the function increment below.",
   "metadata": {}
  },
  {
   "cell_type": "code",
   "source": "def increment(x):\n    \"\"\"The number after `x`.\"\"\"\n    return np.asarray(x) + 1",
   "metadata": {
    "nbgrader": {
     "grade_id": "increment",
     "schema_version": 3,
     "grade": false,
     "solution": true,
     "locked": false,
     "task": false
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "code",
   "source": "check(increment, 1, expected=2)",
   "metadata": {
    "nbgrader": {
     "grade_id": "test_increment",
     "schema_version": 3,
     "grade": true,
     "solution": false,
     "locked": true,
     "task": false,
     "points": 4
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "markdown",
   "source": "## 2. The exercise double\n\nWrite the function double below.",
   "metadata": {}
  },
  {
   "cell_type": "code",
   "source": "def double(x):\n    \"\"\"Twice `x`.\"\"\"\n    return np.asarray(x) * 2",
   "metadata": {
    "nbgrader": {
     "grade_id": "double",
     "schema_version": 3,
     "grade": false,
     "solution": true,
     "locked": false,
     "task": false
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "code",
   "source": "check(double, 1, expected=2)",
   "metadata": {
    "nbgrader": {
     "grade_id": "test_double",
     "schema_version": 3,
     "grade": true,
     "solution": false,
     "locked": true,
     "task": false,
     "points": 2
    }
   },
   "outputs": [],
   "execution_count": null
  },
  {
   "cell_type": "markdown",
   "source": "## Questions\n\nAnswer both in your own words.",
   "metadata": {}
  },
  {
   "cell_type": "markdown",
   "source": "### Question 1 (4 points)\n\nWhy is the number after a whole number greater than it? Give the reason,\nnot only an example.",
   "metadata": {
    "nbgrader": {
     "grade_id": "question_why",
     "schema_version": 3,
     "grade": false,
     "solution": false,
     "locked": true,
     "task": false
    }
   }
  },
  {
   "cell_type": "markdown",
   "source": "Because adding one leads to the next whole number, whichever comes before it.",
   "metadata": {
    "nbgrader": {
     "grade_id": "why",
     "schema_version": 3,
     "grade": true,
     "solution": true,
     "locked": false,
     "task": false,
     "points": 4
    }
   }
  },
  {
   "cell_type": "markdown",
   "source": "### Question 2 (4 points)\n\nHow is a number doubled without a product? Work through one example of your own.",
   "metadata": {
    "nbgrader": {
     "grade_id": "question_how",
     "schema_version": 3,
     "grade": false,
     "solution": false,
     "locked": true,
     "task": false
    }
   }
  },
  {
   "cell_type": "markdown",
   "source": "By adding the number to itself, as 3 + 3 = 6 shows.",
   "metadata": {
    "nbgrader": {
     "grade_id": "how",
     "schema_version": 3,
     "grade": true,
     "solution": true,
     "locked": false,
     "task": false,
     "points": 4
    }
   }
  }
 ]
}
