# shellcheck shell=sh disable=SC2034,SC2154
# What was measured against what it had to be, as a table and as JSON. Sourced by field-acceptance.sh.

# judge STEP CHECK MEASURED at_most|at_least|exactly BOUND UNIT: whole numbers.
judge() {
  verdict=FAIL
  case $4 in
    at_most) [ "$3" -gt "$5" ] || verdict=pass ;;
    at_least) [ "$3" -lt "$5" ] || verdict=pass ;;
    exactly) [ "$3" -ne "$5" ] || verdict=pass ;;
  esac
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict" >> "$work/checks"
  say "   $verdict  $2: $3 $6 ($4 $5)"
}

# fact NAME VALUE: a line of the head.
fact() { printf '%s\t%s\n' "$1" "$2" >> "$work/facts"; }

count_of() { awk -F '\t' -v verdict="$1" '$7 == verdict { n++ } END { print n + 0 }' "$work/checks"; }

report_passed() { [ "$(count_of FAIL)" = 0 ] && [ "$(count_of pass)" -gt 0 ]; }

# In words, of the whole; only a whole run with all passed on real cards is signed off.
report_verdict() {
  printf '%s passed, %s failed: ' "$(count_of pass)" "$(count_of FAIL)"
  if ! report_passed; then echo 'NOT ACCEPTED'
  elif [ "$steps" != "$ALL_STEPS" ]; then echo "passed, but not the whole ($steps)"
  elif [ "$simulated" = yes ]; then echo 'passed on SIMULATED ENGINES, which says nothing about this host'
  elif [ -z "$signed_by" ]; then echo 'accepted; not signed (--signed-by NAME)'
  else echo "accepted, signed off by $signed_by on $(date -u +%Y-%m-%d)"
  fi
}

report_write() {
  mkdir -p "$out"
  base=$out/field-acceptance-$(uname -n)-$(date -u +%Y%m%dT%H%M%SZ)
  report_json > "$base.json"
  fact json "$(basename "$base.json"), sha256 $(sha256sum "$base.json" | cut -c1-16)"
  report_table > "$base.txt"
  cat "$base.txt"
}

report_table() {
  awk -F '\t' '{ printf "%-10s %s\n", $1, $2 }' "$work/facts"
  awk -F '\t' '
    BEGIN { printf "\n%-9s %-52s %14s   %-24s %s\n", "STEP", "CHECK", "MEASURED", "BOUND", "VERDICT"
            sign["at_most"] = "at most"; sign["at_least"] = "at least"; sign["exactly"] = "exactly" }
    { printf "%-9s %-52s %14s   %-24s %s\n", $1, $2, $3 " " $6, sign[$4] " " $5 " " $6, $7 }' "$work/checks"
  printf '\n%s\n' "$(report_verdict)"
}

report_json() {
  printf '{\n  "verdict": "%s",\n  "accepted": %s,\n  "simulated": %s,\n  "signed_by": "%s",\n' "$(report_verdict | escaped)" \
    "$(report_passed && [ "$steps" = "$ALL_STEPS" ] && [ "$simulated" = no ] && echo true || echo false)" \
    "$([ "$simulated" = yes ] && echo true || echo false)" "$(printf '%s' "$signed_by" | escaped)"
  printf '  "host": {\n'
  escaped < "$work/facts" | awk -F '\t' '{ printf "%s    \"%s\": \"%s\"", (NR > 1 ? ",\n" : ""), $1, $2 } END { print "\n  }," }'
  printf '  "checks": [\n'
  escaped < "$work/checks" | awk -F '\t' '
    { printf "%s    { \"step\": \"%s\", \"check\": \"%s\", \"measured\": %s, \"must_be\": \"%s\", \"bound\": %s, \"unit\": \"%s\", \"verdict\": \"%s\" }",
        (NR > 1 ? ",\n" : ""), $1, $2, $3, $4, $5, $6, $7 } END { print "\n  ]\n}" }'
}

# For a JSON string; tabs stay, which part the columns.
escaped() { tr -d '\r' | sed 's/[\\"]/\\&/g'; }
