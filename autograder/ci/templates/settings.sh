lacking=0
lacks() { echo "Missing: $*" >&2; lacking=1; }
[ -n "$AUTOGRADER_SECRET" ] || lacks "the secret AUTOGRADER_SECRET, from which test inputs are drawn"
[ -n "$AUTOGRADER_GIT_TOKEN" ] || lacks "the secret AUTOGRADER_GIT_TOKEN, which opens the students' repositories"
[ -f "$ROSTER" ] || lacks "the file $ROSTER, which lists the students"
[ "$lacking" = 0 ]
