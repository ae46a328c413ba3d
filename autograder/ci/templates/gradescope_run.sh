#!/usr/bin/env bash
# Gradescope runs this, as root, for each hand-in. It must leave /autograder/results/results.json.
# What it prints is shown to instructors only.
set -euo pipefail
here=/autograder
bin="$here/environment/bin"
export CONVGRADE_DATA="$here/datasets"
student="$("$bin/python" -m autograder.ci.gradescope_student "$here/submission_metadata.json")"
code=0
"$bin/autograder" grade "[= assignment =]" "$here/submission" --course "$here/source/course" \
  --student "$student" --isolation [= isolation =] \
  --gradescope "$here/results/results.json" || code=$?
[ "$code" -le 1 ] # 1: graded, and something needs attention
