/* 特定通信: permit network. */
#include "policy/addr.h"
#include "policy/parse.h"

#define RANGES_MAX 64 /* addresses and ports of one flow */

struct flow_parts {
	struct policy_flow f;
	uint32_t zone; /* of the addresses being read */
};

static bool listed(const struct policy *p, uint32_t zone, const struct network *n)
{
	for (size_t i = 0; i < p->n_networks; i++)
		if (p->networks[i].zone == zone && memcmp(p->networks[i].lo, n->lo, 16) <= 0 &&
		    memcmp(n->hi, p->networks[i].hi, 16) <= 0)
			return true;
	return false;
}

/* A network or one address, which must lie in the zone. */
static enum err range(struct parser *ps, uint32_t zone, void *into)
{
	struct policy_range r;
	struct network n = {0};
	struct policy_addr a;
	enum err e;

	if (ps->t.starts || ps->t.kind == TOK_STRING)
		return FAIL(ps, ps->t.at.offset,
			    "expected an address as in 10.10.5.20 or a "
			    "network as in 10.20.8.0/24");
	policy_lex_raw(&ps->lx, &ps->t);
	if (policy_addr_parse(ps->t.text, &a) == OK) {
		policy_addr_wide(a, n.lo);
		memcpy(n.hi, n.lo, 16);
	} else {
		e = policy_network_parse(ps->t.text, &n);
		if (e == ERR_CONFLICT)
			return FAIL(ps, ps->t.at.offset, "%s has bits set behind its prefix",
				    policy_token_name(ps));
		if (e != OK)
			return FAIL(ps, ps->t.at.offset, "%s is neither an address nor a network",
				    policy_token_name(ps));
	}
	for (size_t i = 0; i < ps->p->n_networks; i++) {
		const struct network *other = &ps->p->networks[i];
		bool apart = memcmp(n.hi, other->lo, 16) < 0 || memcmp(other->hi, n.lo, 16) < 0;

		if (!apart && other->zone != zone)
			return FAIL(ps, ps->t.at.offset, "%s lies in zone '%.*s', not in '%.*s'",
				    policy_token_name(ps), (int)ps->p->zones[other->zone].name.n,
				    (const char *)ps->p->zones[other->zone].name.p,
				    (int)ps->p->zones[zone].name.n,
				    (const char *)ps->p->zones[zone].name.p);
	}
	if (zone != ps->p->default_zone && !listed(ps->p, zone, &n))
		return FAIL(ps, ps->t.at.offset, "%s does not lie in a network of zone '%.*s'",
			    policy_token_name(ps), (int)ps->p->zones[zone].name.n,
			    (const char *)ps->p->zones[zone].name.p);
	memcpy(r.lo, n.lo, 16);
	memcpy(r.hi, n.hi, 16);
	memcpy(into, &r, sizeof r);
	return policy_next(ps);
}

/* 443, 8080-8089 */
static enum err port(struct parser *ps, uint32_t zone, void *into)
{
	struct policy_ports p;
	struct slice t;
	size_t dash;
	uint64_t lo = 0, hi = 0;

	(void)zone;
	if (!ps->t.starts && ps->t.kind == TOK_WORD)
		policy_lex_raw(&ps->lx, &ps->t);
	t = ps->t.text;
	dash = slice_find_byte(t, '-');
	if (ps->t.starts || ps->t.kind != TOK_WORD ||
	    !slice_u64(slice_head(t, dash == SIZE_MAX ? t.n : dash), &lo) ||
	    !slice_u64(dash == SIZE_MAX ? t : slice_from(t, dash + 1), &hi) || !lo || hi < lo ||
	    hi > 65535)
		return FAIL(ps, ps->t.at.offset,
			    "expected a port as in 443 or ports as in 8080-8089 instead of %s",
			    policy_token_name(ps));
	p = (struct policy_ports){(uint16_t)lo, (uint16_t)hi};
	memcpy(into, &p, sizeof p);
	return policy_next(ps);
}

/* `any`, or what `one` reads, between commas; *ret_n 0 for any. */
static enum err list(struct parser *ps,
		     enum err (*one)(struct parser *ps, uint32_t zone, void *ret), uint32_t zone,
		     size_t size, const void **ret, size_t *ret_n)
{
	uint8_t item[sizeof(struct policy_range)];
	void *items = NULL;
	size_t n = 0, cap = 0;
	bool more = true;

	if (policy_at(ps, "any"))
		return policy_next(ps);
	while (more) {
		if (n == RANGES_MAX)
			return FAIL(ps, ps->t.at.offset, "at most %d in one flow", RANGES_MAX);
		TRY(one(ps, zone, item));
		TRY(policy_push(ps->p->arena, &items, n, &cap, size, item));
		n++;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	*ret = items;
	*ret_n = n;
	return OK;
}

static enum err ranges(struct parser *ps, uint32_t zone, const struct policy_range **ret,
		       size_t *ret_n)
{
	const void *items = NULL;

	TRY(list(ps, range, zone, sizeof **ret, &items, ret_n));
	*ret = items;
	return OK;
}

static enum err ports(struct parser *ps, struct policy_flow *f)
{
	const void *items = NULL;

	TRY(list(ps, port, 0, sizeof *f->ports, &items, &f->n_ports));
	f->ports = items;
	return OK;
}

/* to 10.10.5.20 tcp 443 */
static enum err flow_to(struct parser *ps, void *into)
{
	static const char *const protos[] = {"tcp", "udp", "icmp"};
	struct policy_flow *f = into;

	TRY(ranges(ps, f->destination, &f->to, &f->n_to));
	for (unsigned i = 0; i < ARRAY_LEN(protos); i++)
		if (policy_at(ps, protos[i])) {
			f->proto = i;
			TRY(policy_next(ps));
			return i == POLICY_ICMP ? OK : ports(ps, f);
		}
	return FAIL(ps, ps->t.at.offset, "expected tcp, udp or icmp instead of %s",
		    policy_token_name(ps));
}

static enum err flow_only(struct parser *ps, void *into)
{
	struct policy_flow *f = into;

	TRY(policy_expect(ps, "from"));
	return ranges(ps, f->source, &f->from, &f->n_from);
}

static enum err flow_label(struct parser *ps, void *into)
{
	struct policy_flow *f = into;

	return policy_parse_string(ps, "what the flow is for", &f->label);
}

static enum err flow_basis(struct parser *ps, void *into)
{
	struct policy_flow *f = into;

	return policy_parse_string(ps, "the legal basis", &f->basis);
}

static enum err flow_until(struct parser *ps, void *into)
{
	struct policy_flow *f = into;

	return policy_parse_date(ps, &f->until);
}

static unsigned only_zone(uint32_t set)
{
	return (unsigned)__builtin_ctz(set);
}

enum err policy_statement_flow(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"to", flow_to},
					    {"only", flow_only},
					    {"\"", flow_label},
					    {"basis", flow_basis},
					    {"until", flow_until}};
	struct policy *p = ps->p;
	struct policy_flow f = {.statement = (uint32_t)p->n_statements};
	void *items = p->flows;
	uint32_t from, to;
	unsigned seen;

	TRY(policy_next(ps)); /* network */
	TRY(policy_parse_zones(ps, false, &from));
	TRY(policy_expect(ps, "->"));
	TRY(policy_parse_zones(ps, false, &to));
	f.source = only_zone(from);
	f.destination = only_zone(to);
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &f, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (!(seen & BIT(0)))
		return FAIL(ps, c->at.offset, "the flow lacks 'to': address, protocol and port");
	if (f.until && f.until < p->effective)
		return FAIL(ps, c->at.offset, "this flow ends before the policy is in force");
	ps->now.kind = POLICY_KIND_FLOW;
	ps->now.force = POLICY_STATED;
	ps->now.flow = (uint32_t)p->n_flows;
	ps->now.label = f.label;
	ps->now.until = f.until;
	TRY(policy_push(p->arena, &items, p->n_flows, &p->cap_flows, sizeof f, &f));
	p->flows = items;
	p->n_flows++;
	return OK;
}
