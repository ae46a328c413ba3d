<% include "each.sh" %>
for assignment in "${assignments[@]}"; do
  compgen -G "feedback/*/$assignment" > /dev/null || continue
  .venv/bin/autograder return "$ROSTER" --assignment "$assignment" --branch feedback || [ $? -eq 1 ]
done
