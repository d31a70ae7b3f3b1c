#include "sekisho/ask.h"

#include "base/reader.h"
#include "os/file.h"
#include "os/spawn.h"
#include "sekisho/roles.h"

static enum err run(const char *url, int question, int answer)
{
	const char *const argv[] = {ASK_PROGRAM, url, NULL};
	const int fds[] = {question, answer};
	struct spawn_status st;
	struct spawned child;
	AUTO_CLOSE exe = -1;
	AUTO_CLOSE pidfd = -1;

	TRY(spawn_program(ASK_PROGRAM, PROGRAM_FOLDER, &exe));
	TRY(spawn(&(struct spawn){.exe = exe,
				  .argv = argv,
				  .fds = fds,
				  .nfds = ARRAY_LEN(fds),
				  .die_with_parent = true},
		  &child));
	pidfd = child.pidfd;
	TRY(spawn_reap(&child, true, &st));
	return st.end == SPAWN_EXITED && st.code == 0 ? OK : ERR_IO;
}

static enum err parse(struct slice s, struct ask_answer *ret)
{
	struct reader r = reader_of(s);
	struct slice type, body;

	ret->status = reader_u32be(&r);
	type = reader_take(&r, reader_u8(&r));
	body = reader_take(&r, reader_left(&r));
	if (!reader_done(&r) || body.n > ASK_BODY_MAX || slice_find_byte(type, 0) != SIZE_MAX)
		return ERR_PEER;
	memset(ret->type, 0, sizeof ret->type);
	if (type.n)
		memcpy(ret->type, type.p, type.n);
	buf_slice(&ret->body, body);
	return buf_err(&ret->body);
}

enum err ask_peer(const char *url, struct slice question, struct ask_answer *ret_answer)
{
	AUTO_CLOSE in = -1;
	AUTO_CLOSE out = -1;
	AUTO_BUF answer = {0};

	buf_init(&answer, ASK_BODY_MAX + 4 + 1 + UINT8_MAX);
	ret_answer->body.n = 0;
	if (question.n > ASK_QUESTION_MAX)
		return ERR_LIMIT;
	TRY(mem_of("question", question, &in));
	TRY(mem_new("answer", &out));
	TRY(run(url, in, out));
	TRY(mem_seal(out));
	TRY(mem_read(out, &answer));
	return parse(buf_view(&answer), ret_answer);
}
