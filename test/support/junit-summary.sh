# For a lane's run.sh, to be sourced: the last line of a run of `bun test`, from the report in $scratch/junit.xml. Takes
# $status, the run's, and $began, in seconds. POSIX sh.

# Answers whether all passed. A run that failed without a failed test counts as one, and so does one of nothing.
summarise() {
  failed=$(reported failures) skipped=$(reported skipped)
  passed=$(($(reported tests) - failed - skipped))
  if [ "$failed" = 0 ] && { [ "$status" != 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
  echo "total: $(($(date +%s) - began)) s"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

reported() {
  sed -n "s/^<testsuites .* $1=\"\([0-9]*\)\".*/\1/p" "$scratch/junit.xml" 2>/dev/null | grep . || echo 0
}
