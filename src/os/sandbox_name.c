#include "os/sandbox.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>

void sandbox_syscall_name(int nr, char ret[32])
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

	if (name)
		snprintf(ret, 32, "%.31s", name);
	else
		snprintf(ret, 32, "number %d", nr);
	free(name);
}
