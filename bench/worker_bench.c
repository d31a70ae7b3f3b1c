/*
 * worker_bench: what a job in a worker costs above a bare fork, in one run, interleaved.
 *
 *     worker_bench WORKER [ROUNDS]      WORKER: the program sekisho-worker
 *
 * fork: fork a child that exits at once, and reap it. job: a whole job through a pool (message,
 * two memory files, fork, locks, last words, reap, report), whose work is to refuse four bytes of
 * no known type. Prints one JSON line with microseconds a round: wall time, which waits for
 * whatever else the machine does, and user+sys CPU of all processes together. `above` is what a job
 * takes more than a fork: least and median wall time, CPU. Its goal is at most 1,000.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "os/clock.h"
#include "os/file.h"
#include "worker/pool.h"

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct spread {
	unsigned long long least, median, p95;
};

static struct spread spread_of(uint64_t *us, size_t n)
{
	qsort(us, n, sizeof *us, by_size);
	return (struct spread){us[0], us[n / 2], us[n * 95 / 100]};
}

/* CPU of this process and of all that it has reaped, microseconds. */
static uint64_t cpu_us(void)
{
	static const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct rusage u;

		if (getrusage(who[i], &u) != 0)
			return 0;
		sum += (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u +
		       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
	}
	return sum;
}

static enum err one_fork(uint64_t *ret_us)
{
	uint64_t start = clock_mono_us();
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return ERR_IO;
	*ret_us = clock_mono_us() - start;
	return OK;
}

static enum err one_job(struct pool *p, uint64_t *ret_us)
{
	struct worker_job job = {.kind = WORKER_SANITIZE, .limits = limits_default()};
	struct worker_result r;
	uint64_t start = clock_mono_us();
	AUTO_CLOSE in = -1;

	TRY(mem_of("in", S("\1\2\3\4"), &in));
	job.in = in;
	TRY(pool_run(p, &job, &r));
	*ret_us = clock_mono_us() - start;
	return r.err == ERR_UNSUPPORTED ? OK : ERR_PEER;
}

static enum err forks(size_t rounds, uint64_t *us, uint64_t *ret_cpu)
{
	uint64_t start = cpu_us();

	for (size_t i = 0; i < rounds; i++)
		TRY(one_fork(&us[i]));
	*ret_cpu = cpu_us() - start;
	return OK;
}

/* With the start of the pool and its zygote, which are reaped before the CPU is read. */
static enum err jobs(const char *worker, size_t rounds, uint64_t *us, uint64_t *ret_cpu)
{
	uint64_t start = cpu_us();
	AUTO_LOOP loop = NULL;
	AUTO_CLOSE exe = open(worker, O_PATH | O_CLOEXEC);
	struct pool *pool;

	if (exe < 0)
		return ERR_NOT_FOUND;
	TRY(loop_new(&loop));
	TRY(pool_new(loop, &(struct pool_conf){.exe = exe}, &pool));
	for (size_t i = 0; i < rounds; i++)
		TRY(one_job(pool, &us[i]));
	pool_free(pool);
	*ret_cpu = cpu_us() - start;
	return OK;
}

static enum err measure(const char *worker, size_t rounds)
{
	uint64_t *f = calloc(rounds, sizeof *f), *j = calloc(rounds + 1, sizeof *j);
	uint64_t f_cpu, j_cpu, start_cpu, first;
	struct spread fork_us, job_us;

	if (!f || !j)
		return ERR_MEMORY;
	TRY(jobs(worker, 1, &first, &start_cpu));
	TRY(forks(rounds, f, &f_cpu));
	TRY(jobs(worker, rounds + 1, j, &j_cpu));
	fork_us = spread_of(f, rounds);
	/* The first job waited for its zygote. */
	job_us = spread_of(j + 1, rounds);
	f_cpu /= rounds;
	j_cpu = j_cpu > start_cpu ? (j_cpu - start_cpu) / rounds : 0;
	printf("{\"bench\":\"worker\",\"rounds\":%zu,"
	       "\"fork\":{\"least\":%llu,\"median\":%llu,\"p95\":%llu,\"cpu\":%llu},"
	       "\"job\":{\"least\":%llu,\"median\":%llu,\"p95\":%llu,\"cpu\":%llu},"
	       "\"above\":{\"least\":%lld,\"median\":%lld,\"cpu\":%lld},\"goal\":\"<= 1000\"}\n",
	       rounds, fork_us.least, fork_us.median, fork_us.p95, (unsigned long long)f_cpu,
	       job_us.least, job_us.median, job_us.p95, (unsigned long long)j_cpu,
	       (long long)job_us.least - (long long)fork_us.least,
	       (long long)job_us.median - (long long)fork_us.median,
	       (long long)j_cpu - (long long)f_cpu);
	free(f);
	free(j);
	return OK;
}

int main(int argc, char **argv)
{
	long rounds = argc == 3 ? strtol(argv[2], NULL, 10) : 1000;
	enum err e;

	if (argc < 2 || argc > 3 || rounds < 1 || rounds > 1000000)
		return 1;
	e = measure(argv[1], (size_t)rounds);
	if (e != OK)
		fprintf(stderr, "worker_bench: %s\n", err_str(e));
	return e == OK ? 0 : 1;
}
