#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "os/fd.h"
#include "os/spawn.h"

static const char *const fence_names[FENCE_COUNT] = {
    [FENCE_USER_NS] = "user namespace",     [FENCE_NET_NS] = "network namespace",
    [FENCE_PID_NS] = "process namespace",   [FENCE_IPC_NS] = "IPC namespace",
    [FENCE_UTS_NS] = "host name namespace", [FENCE_MNT_NS] = "mount namespace",
    [FENCE_ROOT] = "empty root folder",     [FENCE_CAPS] = "no capabilities",
    [FENCE_LANDLOCK] = "Landlock",          [FENCE_SECCOMP] = "seccomp",
    [FENCE_LIMITS] = "resource limits",
};

void fences_missing(struct fences f, struct buf *out)
{
	bool any = false;

	for (unsigned i = 0; i < FENCE_COUNT; i++) {
		if (fences_has(f, i))
			continue;
		if (any)
			buf_str(out, ", ");
		buf_str(out, fence_names[i]);
		any = true;
	}
}

void fences_of_ns(struct fences *f, unsigned namespaces)
{
	static const struct {
		unsigned ns;
		enum fence fence;
	} row[] = {
	    {SPAWN_NS_USER, FENCE_USER_NS}, {SPAWN_NS_NET, FENCE_NET_NS},
	    {SPAWN_NS_PID, FENCE_PID_NS},   {SPAWN_NS_IPC, FENCE_IPC_NS},
	    {SPAWN_NS_UTS, FENCE_UTS_NS},   {SPAWN_NS_MNT, FENCE_MNT_NS},
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (namespaces & row[i].ns)
			f->have |= 1u << row[i].fence;
}

void sandbox_empty_root(struct fences *f)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (!fences_has(*f, FENCE_MNT_NS))
		return;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/tmp", "tmpfs", flags, "size=4k,mode=555") != 0 || chdir("/tmp") != 0 ||
	    syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 ||
	    chdir("/") != 0 || mount(NULL, "/", NULL, flags | MS_REMOUNT | MS_RDONLY, NULL) != 0)
		return;
	f->have |= 1u << FENCE_ROOT;
}

void sandbox_drop_caps(struct fences *f)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	/* Refused to those who have none: no_new_privs is then what keeps it so. */
	for (unsigned long cap = 0; cap <= 63; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			break;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return;
	if (syscall(SYS_capset, &head, none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		f->have |= 1u << FENCE_CAPS;
}

/* linux/landlock.h of Debian 12 ends at ABI 2; the kernel's own numbers are stable. */
struct landlock_attr {
	uint64_t fs, net, scoped;
};
struct landlock_beneath {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

enum {
	LANDLOCK_VERSION = 1,
	LANDLOCK_BENEATH = 1,
	LL_EXECUTE = 1 << 0,
	LL_WRITE_FILE = 1 << 1,
	LL_READ_FILE = 1 << 2,
	LL_READ_DIR = 1 << 3,
	LL_REMOVE_DIR = 1 << 4,
	LL_REMOVE_FILE = 1 << 5,
	LL_MAKE_DIR = 1 << 7,
	LL_MAKE_REG = 1 << 8,
	LL_MAKE_SOCK = 1 << 9,
	LL_REFER = 1 << 13,
	LL_TRUNCATE = 1 << 14,
};

/* Opens a ruleset that handles all that this kernel knows. -1 when there is no Landlock. */
static int landlock_open(int *ret_abi, uint64_t *ret_fs)
{
	/* Access rights of files, and size of the attribute, by ABI 1, 2, ... */
	static const uint64_t fs[] = {0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
	static const size_t size[] = {8, 8, 8, 16, 16, 24};
	int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	struct landlock_attr attr;

	if (abi < 1)
		return -1;
	attr = (struct landlock_attr){
	    .fs = fs[abi > 5 ? 4 : abi - 1],
	    .net = abi >= 4 ? 3 : 0,
	    .scoped = abi >= 6 ? 3 : 0,
	};
	*ret_abi = abi;
	*ret_fs = attr.fs;
	return (int)syscall(SYS_landlock_create_ruleset, &attr, size[abi > 6 ? 5 : abi - 1], 0);
}

static void landlock_lock(struct fences *f, int rules, int abi)
{
	if (rules < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return;
	f->have |= 1u << FENCE_LANDLOCK;
	f->landlock_abi = abi;
}

void sandbox_landlock(struct fences *f)
{
	int abi = 0;
	uint64_t fs = 0;
	AUTO_CLOSE rules = landlock_open(&abi, &fs);

	landlock_lock(f, rules, abi);
}

static bool landlock_add(int rules, const char *const *paths, uint64_t allowed)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		AUTO_CLOSE fd = open(paths[i], O_PATH | O_CLOEXEC);
		struct landlock_beneath rule = {.allowed = allowed, .fd = fd};

		/* What does not exist needs no right. */
		if (fd < 0)
			continue;
		if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_BENEATH, &rule, 0) != 0)
			return false;
	}
	return true;
}

void sandbox_landlock_paths(struct fences *f, const char *const *read, const char *const *write)
{
	const uint64_t can_read = LL_READ_FILE | LL_READ_DIR;
	const uint64_t can_write = can_read | LL_WRITE_FILE | LL_REMOVE_DIR | LL_REMOVE_FILE |
				   LL_MAKE_DIR | LL_MAKE_REG | LL_MAKE_SOCK | LL_REFER |
				   LL_TRUNCATE;
	int abi = 0;
	uint64_t fs = 0;
	AUTO_CLOSE rules = landlock_open(&abi, &fs);

	if (rules >= 0 && landlock_add(rules, read, can_read & fs) &&
	    landlock_add(rules, write, can_write & fs))
		landlock_lock(f, rules, abi);
}

static enum err limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
	struct rlimit now, want = {soft, hard};

	if (getrlimit(what, &now) != 0)
		return ERR_IO;
	/* Only ever down. */
	if (now.rlim_max < want.rlim_max)
		want.rlim_max = now.rlim_max;
	if (want.rlim_max < want.rlim_cur)
		want.rlim_cur = want.rlim_max;
	return setrlimit(what, &want) == 0 ? OK : ERR_IO;
}

enum err sandbox_limits(const struct sandbox_limits *l)
{
	TRY(limit(RLIMIT_CORE, 0, 0));
	TRY(limit(RLIMIT_FSIZE, l->file_bytes, l->file_bytes));
	TRY(limit(RLIMIT_NOFILE, l->fds, l->fds));
	if (l->memory)
		TRY(limit(RLIMIT_AS, l->memory, l->memory));
	/* SIGXCPU names the limit; the second more is for a process that ignores it. */
	if (l->cpu_seconds)
		TRY(limit(RLIMIT_CPU, l->cpu_seconds, (uint64_t)l->cpu_seconds + 1));
	return OK;
}

uint64_t sandbox_vm_bytes(void)
{
	char text[64];
	AUTO_CLOSE fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	uint64_t pages = 0;
	struct slice s;

	if (n <= 0)
		return 0;
	s = slice_of(text, (size_t)n);
	if (!slice_u64(slice_head(s, slice_find_byte(s, ' ')), &pages))
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
