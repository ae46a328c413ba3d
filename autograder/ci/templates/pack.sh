kept=()
for each in [= class_files | join(" ") =]; do
  if [ -e "$each" ]; then kept+=("$each"); fi
done
if [ ${#kept[@]} -gt 0 ]; then
  tar -czf "$KEPT" --exclude=.autograder/secret "${kept[@]}"
fi
