<% include "each.sh" %>
for assignment in "${assignments[@]}"; do
  compgen -G "submitted/*/$assignment" > /dev/null || continue
  .venv/bin/autograder grade "$assignment" --isolation "$ISOLATION" \
    --json "reports/$assignment.json"<% if settings.service == "github" %> --github<% endif %> || [ $? -eq 1 ]
  .venv/bin/autograder report "$assignment" || [ $? -eq 1 ]
  .venv/bin/autograder feedback "$assignment" || [ $? -eq 1 ]
done
