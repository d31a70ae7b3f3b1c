#include "sekisho/policy_file.h"

#include "os/file.h"

static enum err read_text(struct arena *a, const char *path, struct slice *ret, struct diag *d)
{
	AUTO_BUF b;
	struct slice copy;
	enum err e;

	buf_init(&b, POLICY_TEXT_MAX + 1);
	e = file_read(path, &b);
	if (e != OK)
		return diag_set(d, e, 0, "%s: %s", path, err_str(e));
	copy = arena_copy(a, buf_view(&b));
	if (!copy.p)
		return diag_set(d, ERR_MEMORY, 0, "%s: %s", path, err_str(ERR_MEMORY));
	*ret = copy;
	return OK;
}

/* A file beside the policy. */
static enum err read_beside(struct arena *a, const char *path, struct slice name,
			    const char **ret_path, struct slice *ret, struct diag *d)
{
	struct slice folder = slice_str(path);
	size_t slash = slice_rfind(folder, S("/"));

	folder.n = slash == SIZE_MAX ? 0 : slash + 1;
	*ret_path = arena_printf(a, "%.*s%.*s", (int)folder.n, (const char *)folder.p, (int)name.n,
				 (const char *)name.p);
	return *ret_path ? read_text(a, *ret_path, ret, d) : ERR_MEMORY;
}

static enum err load(struct arena *a, const char *path, bool draft, struct policy_file *ret,
		     struct diag *d)
{
	struct slice name;
	enum err e;

	*d = (struct diag){0};
	*ret = (struct policy_file){.path = path};
	TRY(read_text(a, path, &ret->text, d));
	TRY(policy_basis_name(ret->text, &name, d));
	TRY(read_beside(a, path, name, &ret->basis_path, &ret->basis, d));
	e = policy_standard_name(ret->text, &name);
	if (e == OK)
		TRY(read_beside(a, path, name, &ret->standard_path, &ret->standard, d));
	return (draft ? policy_load_draft : policy_load_texts)(a, ret->text, ret->basis,
							       ret->standard, &ret->policy, d);
}

enum err policy_file_load(struct arena *a, const char *path, struct policy_file *ret,
			  struct diag *d)
{
	return load(a, path, false, ret, d);
}

enum err policy_file_draft(struct arena *a, const char *path, struct policy_file *ret,
			   struct diag *d)
{
	return load(a, path, true, ret, d);
}

void policy_file_complain(const struct policy_file *f, enum err e, const struct diag *d,
			  struct buf *out)
{
	if (d->line == 0)
		buf_printf(out, "%s\n", d->text[0] ? d->text : err_str(e));
	else if (strcmp(d->part, "basis") == 0)
		policy_print_diag(f->basis_path, f->basis, d, out);
	else if (strcmp(d->part, "standard") == 0)
		policy_print_diag(f->standard_path, f->standard, d, out);
	else
		policy_print_diag(f->path, f->text, d, out);
}
