/* Uploads that go on where an earlier writer ended; for the tests of blobs and of the gateway. */
#ifndef STORE_WRITER_TEST_H
#define STORE_WRITER_TEST_H

#include "store/blob.h"

/* A writer that has read again what an earlier one left; *at: how far, asked and got. */
static inline enum err writer_from(int fd, const struct blob_seal *seal, uint64_t size,
				   uint64_t *at, struct blob_writer **ret)
{
	bool more = true;

	TRY(blob_writer_open(fd, seal, size, *at, ret));
	while (more)
		TRY(blob_writer_resume(*ret, &more));
	*at = blob_writer_at(*ret);
	return OK;
}

#endif
