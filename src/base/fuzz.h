/*
 * fuzz: a fuzz target is one function. With clang and -Dfuzz=enabled it is linked with libFuzzer;
 * in every other build the same object gets a main that replays the files and folders it is given
 * (corpus and crashers), so that every test run repeats what fuzzing has found.
 */
#ifndef BASE_FUZZ_H
#define BASE_FUZZ_H

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#endif
