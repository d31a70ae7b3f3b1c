#!/bin/bash
# Carries the sample documents through a scratch city and shows what happened to each.
#   tools/demo.sh build/sekisho
exec python3 "$(dirname "$0")/demo.py" "$@"
