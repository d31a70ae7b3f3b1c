/*
 * kill_fault: the disk fails. kill_fault.c is preloaded into a gateway or signer under test (never
 * part of what is installed): seldom a write is short or fails with EIO or ENOSPC, or an fsync
 * fails. It also keeps, in a file that outlives the process, what was there before each write that
 * no fsync has covered yet; kill_cut.c puts that back after the kill: so a power cut looks.
 *
 *     KILL_FAULT_JOURNAL  the file, of KILL_JOURNAL_SIZE bytes
 *     KILL_FAULT_SEED     decimal
 *
 * Not modelled: a rename is taken to be lasting, an unlink too; a second fsync after a failed one
 * covers the writes of both.
 */
#ifndef KILL_FAULT_H
#define KILL_FAULT_H

#include <stdint.h>

#define KILL_JOURNAL_SIZE (64u << 20)

enum kill_kind { KILL_WRITE = 1, KILL_NEW };

struct kill_entry {
	uint64_t ino, folder; /* folder: of a new name, until its fsync */
	uint64_t at, old_size;
	uint32_t n; /* old bytes that follow, padded to 8 */
	uint8_t kind, live, pad[2];
};

struct kill_journal {
	uint64_t end; /* bytes in use, this header among them */
	uint64_t faults;
};

/* Undoes in `dir` what the journal holds: all of it, or (seed odd) a random part. Empties it. */
void kill_cut(const char *dir, struct kill_journal *j, unsigned seed);

#endif
