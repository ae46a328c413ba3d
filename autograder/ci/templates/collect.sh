<% include "each.sh" %>
for assignment in "${assignments[@]}"; do
  .venv/bin/autograder collect "$ROSTER" --assignment "$assignment" || [ $? -eq 1 ]
done
