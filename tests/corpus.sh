#!/bin/bash
# Every file of ../shared/corpus through `sekisho sanitize`; see corpus_check.py. Exit 77: no corpus.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
exec python3 tests/corpus_check.py "${1:-build/sekisho}" "${SEKISHO_CORPUS:-../shared/corpus}"
