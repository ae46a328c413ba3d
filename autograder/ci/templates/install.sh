<% if has_own_environment %>
bash .ci/environment .venv
<% else %>
python -m venv .venv
<% if has_lock %>
.venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
<% endif %>
.venv/bin/python -m pip install --quiet "convgrade[engine]==[= version =]"
<% endif %>
