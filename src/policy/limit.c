#include "policy/limit.h"

#include "policy/parse.h"

struct limit_row {
	const char *name;
	size_t offset, size; /* of the field */
	uint64_t min, max;
};

#define ROW(name, field, min, max) \
	{ \
		name, offsetof(struct limits, field), sizeof(((struct limits *)0)->field), min, \
		    max \
	}

static const struct limit_row limits[POLICY_LIMITS] = {
    ROW("input", input_bytes, 1, 4ull << 30),
    ROW("output", output_bytes, 1, 4ull << 30),
    ROW("memory", memory_bytes, 64ull << 20, 64ull << 30),
    ROW("inflated", inflated_bytes, 1, 16ull << 30),
    ROW("ratio", ratio, 2, 100000),
    ROW("members", members, 1, 1000000),
    ROW("depth", depth, 1, 16),
    ROW("xml-depth", xml_depth, 16, 4096),
    ROW("pixels", pixels, 1, 4ull << 30),
    ROW("side", side, 1, 65535),
    ROW("findings", findings, 1, 100000),
    ROW("cpu", cpu_seconds, 1, 3600),
    ROW("wall", wall_seconds, 1, 7200),
};

static const struct {
	const char *word;
	unsigned shift;
} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

static enum err amount(struct parser *ps, const struct limit_row *row, uint64_t *ret)
{
	struct place at = ps->t.at;
	uint64_t n;

	TRY(policy_parse_number(ps, "an amount", UINT64_MAX >> 31, &n));
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (policy_at(ps, units[i].word)) {
			n <<= units[i].shift;
			TRY(policy_next(ps));
			break;
		}
	if (n < row->min || n > row->max)
		return FAIL(ps, at.offset, "limit %s may be from %llu to %llu", row->name,
			    (unsigned long long)row->min, (unsigned long long)row->max);
	*ret = n;
	return OK;
}

enum err policy_parse_limit(struct parser *ps, struct place at)
{
	struct slice names[POLICY_LIMITS];

	for (size_t i = 0; i < POLICY_LIMITS; i++) {
		uint64_t n = 0;
		uint32_t small;
		uint8_t *to = (uint8_t *)&ps->p->limits + limits[i].offset;

		names[i] = slice_str(limits[i].name);
		if (!policy_at(ps, limits[i].name))
			continue;
		if (ps->p->limit_at[i].line)
			return FAIL(ps, ps->t.at.offset, "limit %s is set on line %u already",
				    limits[i].name, ps->p->limit_at[i].line);
		ps->p->limit_at[i] = at;
		TRY(policy_next(ps));
		TRY(amount(ps, &limits[i], &n));
		small = (uint32_t)n;
		memcpy(to, limits[i].size == 4 ? (void *)&small : (void *)&n, limits[i].size);
		return OK;
	}
	return FAIL(ps, ps->t.at.offset, "%s is no limit%s", policy_token_name(ps),
		    policy_suggest(ps->p->arena, ps->t.text, names, POLICY_LIMITS));
}
