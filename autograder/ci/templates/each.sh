mapfile -t assignments <<< "$ASSIGNMENTS"
