/* parent_internal: what the files of the parent share. */
#ifndef SEKISHO_PARENT_INTERNAL_H
#define SEKISHO_PARENT_INTERNAL_H

#include "os/loop.h"
#include "os/spawn.h"
#include "sekisho/parent.h"

#define PROCESSES_MAX 128
#define LINKS_MAX 512
#define DELAY_FIRST_MS 100u
#define DELAY_MOST_MS 10000u
#define STEADY_MS 10000u /* having lived so long, a role is no longer crashing in a row */
#define STOP_MS 10000u
#define STAGES 4u /* of leaving */

struct parent;

/* One process of a role. */
struct process {
	struct parent *p;
	enum role_id role;
	size_t set; /* index of its zone or peer, SIZE_MAX for neither */
	unsigned n;
	bool running, ready, known; /* known: was started once */
	bool offered;               /* has a configuration to look at */
	struct spawned child;
	int control;
	struct loop_watch *death, *words;
	struct loop_timer *again;
	uint64_t started_ms;
	unsigned delay_ms;
	char syscall[32]; /* forbidden call that it told of, "" for none */
};

/* One edge between two processes. An end is here only until its process is started. */
struct link {
	size_t end[2]; /* indexes of processes */
	int fd[2];
};

struct parent {
	const struct parent_conf *conf;
	struct loop *loop;
	int exe[PROGRAM_COUNT];
	struct given given;
	const struct config *config; /* in force; of the first one conf has it */
	struct arena *config_arena;  /* of a later one */
	struct reload {
		bool on; /* offered, answers are waited for */
		struct arena *arena;
		const struct config *config;
		struct given given;
		struct loop_timer *late;
	} reload;
	bool root;       /* each role is a user of its own */
	int running;     /* DIR/running */
	unsigned lacked; /* namespaces that some role did not get */
	struct process proc[PROCESSES_MAX];
	size_t procs;
	struct link link[LINKS_MAX];
	size_t links;
	bool stopping, told_ready;
	unsigned told_stop; /* how many of the stages of leaving were told */
	enum err failed;
	struct wire_msg msg;
};

/* Name of the process's zone or peer, "-" for neither. */
const char *parent_set_name(const struct parent *p, const struct process *c);
/* A message without payload; who cannot be told is killed, and comes back. */
void parent_tell(struct process *c, enum role_message what);

/* -- parent_reload.c: another configuration -- */

/* SIGHUP: reads site.conf; in force once every http said that it can serve it so. */
void parent_reload(void *arg, int signo);
/* What one of them said, or that it died. */
void parent_reload_answer(struct process *c, enum err e);
/* Forgets what was offered. */
void parent_reload_end(struct parent *p);

#endif
