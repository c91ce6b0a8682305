/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/site.h"

#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "base/netset.h"

#define KINDS 3

/* struct member: an address and the one by which its host is known. The
 * lowest address of a group is a member too, as its own host. */
struct member {
	struct seep_address address;
	struct seep_address host;
};

struct seep_site {
	struct seep__mem *mem;
	struct seep__netset sets[KINDS]; /* by enum seep_site_kind */
	struct member *members;          /* by address, ascending */
	size_t members_count;
	size_t members_room;
};

/* struct known: a network as halves of an address under masks, for every flow
 * asks for all of them. */
struct known {
	uint64_t high, high_mask;
	uint64_t low, low_mask;
};

#define ONES UINT64_MAX
/* IPv4 in mapped form, and IPv6 of up to 16 bits. */
#define V4(a, b, c, d, bits)                                         \
	{                                                            \
		0, ONES,                                             \
		    UINT64_C(0xffff00000000) | (uint64_t)(a) << 24 | \
			(b) << 16 | (c) << 8 | (d),                  \
		    ONES << (32 - (bits))                            \
	}
#define V6(top, bits)                                            \
	{                                                        \
		UINT64_C(top) << 48, ONES << (64 - (bits)), 0, 0 \
	}
#define V6_LAST(last)                 \
	{                             \
		0, ONES, (last), ONES \
	}

/* Local until a local network is added: RFC 1918, 3927, 4193, 4291 2.5.6. */
static const struct known defaults[] = {
    V4(10, 0, 0, 0, 8),     V4(172, 16, 0, 0, 12), V4(192, 168, 0, 0, 16),
    V4(169, 254, 0, 0, 16), V6(0xfc00, 7),         V6(0xfe80, 10),
};

/* Never a peer outside, whatever the site: RFC 5771, 919, 1122, 4291. */
static const struct known specials[] = {
    V4(224, 0, 0, 0, 4), V4(255, 255, 255, 255, 32),
    V4(0, 0, 0, 0, 32),  V4(127, 0, 0, 0, 8),
    V6(0xff00, 8),       V6_LAST(0),
    V6_LAST(1),
};

static int
is_in(const struct known *networks, size_t count,
      const struct seep_address *address)
{
	const uint64_t high = seep__be64_get(address->bytes);
	const uint64_t low = seep__be64_get(address->bytes + 8);

	for (size_t i = 0; i < count; i++) {
		if ((high & networks[i].high_mask) == networks[i].high &&
		    (low & networks[i].low_mask) == networks[i].low)
			return 1;
	}
	return 0;
}

static int
is_default_local(const struct seep_address *address)
{
	return is_in(defaults, sizeof(defaults) / sizeof(defaults[0]), address);
}

int
seep__site_special(const struct seep_address *address)
{
	assert(address != NULL);
	return is_in(specials, sizeof(specials) / sizeof(specials[0]), address);
}

int
seep__site_new(struct seep_site **site, struct seep__mem *mem)
{
	struct seep_site *made = seep__mem_zero(mem, 1, sizeof(*made));

	assert(site != NULL && mem != NULL);
	*site = made;
	if (made == NULL)
		return seep__mem_why(mem);
	made->mem = seep__mem_ref(mem);
	for (int kind = 0; kind < KINDS; kind++)
		seep__netset_init(&made->sets[kind], mem);
	return SEEP_OK;
}

int
seep_site_new(struct seep_site **site, const struct seep_alloc *alloc)
{
	struct seep__mem *mem;
	int status;

	assert(site != NULL);
	*site = NULL;
	status = seep__mem_new(&mem, alloc, 0);
	if (status != SEEP_OK)
		return status;
	status = seep__site_new(site, mem);
	seep__mem_unref(mem);
	return status;
}

void
seep_site_free(struct seep_site *site)
{
	struct seep__mem *mem;

	if (site == NULL)
		return;
	mem = site->mem;
	for (int kind = 0; kind < KINDS; kind++)
		seep__netset_clear(&site->sets[kind]);
	seep__mem_put(mem, site->members,
		      site->members_room * sizeof(site->members[0]));
	seep__mem_put(mem, site, sizeof(*site));
	seep__mem_unref(mem);
}

int
seep_site_add(struct seep_site *site, enum seep_site_kind kind,
	      const struct seep_network *network)
{
	assert(site != NULL && network != NULL);
	if ((unsigned)kind >= KINDS || network->prefix_bits > 128)
		return SEEP_EINVAL;
	return seep__netset_add(&site->sets[kind], network, 0);
}

/* The first member that does not come before 'address'. */
static size_t
find_place(const struct seep_site *site, const struct seep_address *address)
{
	size_t low = 0;
	size_t high = site->members_count;

	assert(address != NULL);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (seep_address_compare(&site->members[middle].address,
					 address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct member *
find_member(const struct seep_site *site, const struct seep_address *address)
{
	size_t at = find_place(site, address);

	if (at == site->members_count ||
	    seep_address_compare(&site->members[at].address, address) != 0)
		return NULL;
	return &site->members[at];
}

static int
reserve_members(struct seep_site *site, size_t count)
{
	void *members = site->members;
	int status;

	if (count > SIZE_MAX - site->members_count)
		return SEEP_ENOMEM;
	status = seep__mem_grow(site->mem, &members, &site->members_room,
				site->members_count + count,
				sizeof(site->members[0]));
	site->members = members;
	return status;
}

static void
insert_member(struct seep_site *site, const struct seep_address *address,
	      const struct seep_address *host)
{
	size_t at = find_place(site, address);

	assert(find_member(site, address) == NULL);
	assert(site->members_count < site->members_room);
	memmove(site->members + at + 1, site->members + at,
		(site->members_count - at) * sizeof(site->members[0]));
	site->members[at].address = *address;
	site->members[at].host = *host;
	site->members_count++;
}

/* The group known by 'from' becomes known by 'to'. */
static void
rename_host(struct seep_site *site, struct seep_address from,
	    const struct seep_address *to)
{
	for (size_t i = 0; i < site->members_count; i++) {
		if (seep_address_compare(&site->members[i].host, &from) == 0)
			site->members[i].host = *to;
	}
}

/* The lowest name that any of the addresses goes by. */
static struct seep_address
find_lowest(const struct seep_site *site, const struct seep_address *addresses,
	    size_t count)
{
	struct seep_address lowest = addresses[0];

	assert(count > 0);
	for (size_t i = 0; i < count; i++) {
		const struct seep_address *host =
		    seep_site_host(site, &addresses[i]);

		if (seep_address_compare(host, &lowest) < 0)
			lowest = *host;
	}
	return lowest;
}

/* Whether there is a second address; one alone is no group to keep. */
static int
is_group(const struct seep_address *addresses, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (seep_address_compare(&addresses[0], &addresses[i]) != 0)
			return 1;
	}
	return 0;
}

int
seep_site_join(struct seep_site *site, const struct seep_address *addresses,
	       size_t count)
{
	struct seep_address host;
	int status;

	assert(site != NULL);
	if (count == 0)
		return SEEP_EINVAL;
	assert(addresses != NULL);
	if (!is_group(addresses, count))
		return SEEP_OK;
	status = reserve_members(site, count);
	if (status != SEEP_OK)
		return status;
	host = find_lowest(site, addresses, count);
	for (size_t i = 0; i < count; i++) {
		const struct member *member = find_member(site, &addresses[i]);

		if (member == NULL)
			insert_member(site, &addresses[i], &host);
		else if (seep_address_compare(&member->host, &host) != 0)
			rename_host(site, member->host, &host);
	}
	return SEEP_OK;
}

static int
is_local(const struct seep_site *site, const struct seep_address *address)
{
	const struct seep__netset *local = &site->sets[SEEP_SITE_LOCAL];

	if (local->count == 0)
		return is_default_local(address);
	return seep__netset_find(local, address) != NULL;
}

enum seep_place
seep_site_place(const struct seep_site *site,
		const struct seep_address *address)
{
	const struct seep__netset_entry *local, *partner;

	assert(site != NULL && address != NULL);
	if (seep__site_special(address))
		return SEEP_PLACE_INSIDE;
	partner = seep__netset_find(&site->sets[SEEP_SITE_PARTNER], address);
	if (partner == NULL)
		return is_local(site, address) ? SEEP_PLACE_INSIDE
					       : SEEP_PLACE_OUTSIDE;
	local = seep__netset_find(&site->sets[SEEP_SITE_LOCAL], address);
	if (local != NULL &&
	    local->network.prefix_bits > partner->network.prefix_bits)
		return SEEP_PLACE_INSIDE;
	return SEEP_PLACE_PARTNER;
}

int
seep__site_assumed(const struct seep_site *site,
		   const struct seep_address *address)
{
	assert(site != NULL && address != NULL);
	return site->sets[SEEP_SITE_LOCAL].count == 0 &&
	       !seep__site_special(address) &&
	       seep_site_place(site, address) == SEEP_PLACE_INSIDE;
}

int
seep__site_declares(const struct seep_site *site, enum seep_site_kind kind)
{
	assert((unsigned)kind < KINDS);
	return site->sets[kind].count > 0;
}

const struct seep_address *
seep_site_host(const struct seep_site *site, const struct seep_address *address)
{
	const struct member *member = find_member(site, address);

	assert(site != NULL && address != NULL);
	return member != NULL ? &member->host : address;
}

int
seep_site_next_joined(const struct seep_site *site, size_t *cursor,
		      struct seep_address *address, struct seep_address *host)
{
	assert(site != NULL && cursor != NULL);
	if (*cursor >= site->members_count)
		return SEEP_END;
	*address = site->members[*cursor].address;
	*host = site->members[*cursor].host;
	(*cursor)++;
	return SEEP_OK;
}

int
seep_site_is_server(const struct seep_site *site,
		    const struct seep_address *address)
{
	assert(site != NULL && address != NULL);
	return seep__netset_find(&site->sets[SEEP_SITE_SERVER], address) !=
	       NULL;
}

static int
copy_into(struct seep_site *site, const struct seep_site *from)
{
	int status;

	assert(site != from);
	for (int kind = 0; kind < KINDS; kind++) {
		const struct seep__netset *set = &from->sets[kind];

		for (size_t i = 0; i < set->count; i++) {
			status = seep__netset_add(&site->sets[kind],
						  &set->entries[i].network, 0);
			if (status != SEEP_OK)
				return status;
		}
	}
	if (from->members_count == 0)
		return SEEP_OK;
	status = reserve_members(site, from->members_count);
	if (status != SEEP_OK)
		return status;
	memcpy(site->members, from->members,
	       from->members_count * sizeof(from->members[0]));
	site->members_count = from->members_count;
	return SEEP_OK;
}

int
seep__site_copy(struct seep_site **site, const struct seep_site *from,
		struct seep__mem *mem)
{
	int status = seep__site_new(site, mem);

	assert(site != NULL && mem != NULL);
	if (status == SEEP_OK && from != NULL)
		status = copy_into(*site, from);
	if (status != SEEP_OK) {
		seep_site_free(*site);
		*site = NULL;
	}
	return status;
}

static int
is_same_set(const struct seep__netset *a, const struct seep__netset *b)
{
	if (a->count != b->count)
		return 0;
	/* Entries are bytes only, without padding between them. */
	return a->count == 0 || memcmp(a->entries, b->entries,
				       a->count * sizeof(a->entries[0])) == 0;
}

int
seep__site_equal(const struct seep_site *a, const struct seep_site *b)
{
	assert(a != NULL && b != NULL);
	for (int kind = 0; kind < KINDS; kind++) {
		if (!is_same_set(&a->sets[kind], &b->sets[kind]))
			return 0;
	}
	if (a->members_count != b->members_count)
		return 0;
	return a->members_count == 0 ||
	       memcmp(a->members, b->members,
		      a->members_count * sizeof(a->members[0])) == 0;
}

static void
save_count(struct seep__text *out, size_t count)
{
	uint8_t bytes[4];

	assert(count <= UINT32_MAX);
	seep__le32_put(bytes, (uint32_t)count);
	seep__text_add(out, (const char *)bytes, sizeof(bytes));
}

void
seep__site_save(const struct seep_site *site, struct seep__text *out)
{
	assert(site != NULL && out != NULL);
	for (int kind = 0; kind < KINDS; kind++) {
		const struct seep__netset *set = &site->sets[kind];

		save_count(out, set->count);
		for (size_t i = 0; i < set->count; i++) {
			const struct seep_network *n = &set->entries[i].network;

			seep__text_add(out, (const char *)n->base.bytes, 16);
			seep__text_char(out, (char)n->prefix_bits);
		}
	}
	save_count(out, site->members_count);
	for (size_t i = 0; i < site->members_count; i++) {
		const struct member *m = &site->members[i];

		seep__text_add(out, (const char *)m->address.bytes, 16);
		seep__text_add(out, (const char *)m->host.bytes, 16);
	}
}

/* One network, behind the last one of 'set' and without stray bits. */
static int
load_network(struct seep__cursor *cursor, struct seep__netset *set)
{
	const uint8_t *base = seep__cursor_bytes(cursor, 16);
	struct seep_network network = {.prefix_bits = seep__cursor_u8(cursor)};
	size_t count = set->count;
	int status;

	if (base == NULL || cursor->failed || network.prefix_bits > 128)
		return SEEP_EFORMAT;
	memcpy(network.base.bytes, base, 16);
	status = seep__netset_add(set, &network, 0);
	if (status != SEEP_OK)
		return status;
	/* Not canonical if it was there, sorts before, or was masked. */
	if (set->count != count + 1 || memcmp(&set->entries[count].network,
					      &network, sizeof(network)) != 0)
		return SEEP_EFORMAT;
	return SEEP_OK;
}

static int
load_set(struct seep__cursor *cursor, struct seep__netset *set)
{
	uint32_t count = seep__cursor_le32(cursor);
	int status = cursor->failed ? SEEP_EFORMAT : SEEP_OK;

	for (; count > 0 && status == SEEP_OK; count--)
		status = load_network(cursor, set);
	return status;
}

static int
load_member(struct seep__cursor *cursor, struct seep_site *site)
{
	const uint8_t *bytes = seep__cursor_bytes(cursor, 32);
	struct member *member;
	int status;

	if (bytes == NULL)
		return SEEP_EFORMAT;
	status = reserve_members(site, 1);
	if (status != SEEP_OK)
		return status;
	member = &site->members[site->members_count];
	memcpy(member->address.bytes, bytes, 16);
	memcpy(member->host.bytes, bytes + 16, 16);
	if (site->members_count > 0 &&
	    seep_address_compare(&member[-1].address, &member->address) >= 0)
		return SEEP_EFORMAT;
	site->members_count++;
	return SEEP_OK;
}

/* Every host is the lowest of its group, and no group is of one address. */
static int
are_groups(const struct seep_site *site, uint8_t *is_joined)
{
	const struct member *members = site->members;

	for (size_t i = 0; i < site->members_count; i++) {
		const struct member *host = find_member(site, &members[i].host);

		if (host == NULL || host > &members[i] ||
		    seep_address_compare(&host->host, &host->address) != 0)
			return 0;
		if (host < &members[i])
			is_joined[i] = is_joined[host - members] = 1;
	}
	return memchr(is_joined, 0, site->members_count) == NULL;
}

static int
check_groups(const struct seep_site *site)
{
	size_t count = site->members_count;
	uint8_t *is_joined;
	int status;

	assert(count <= site->members_room);
	if (count == 0)
		return SEEP_OK;
	is_joined = seep__mem_zero(site->mem, count, 1);
	if (is_joined == NULL)
		return seep__mem_why(site->mem);
	status = are_groups(site, is_joined) ? SEEP_OK : SEEP_EFORMAT;
	seep__mem_put(site->mem, is_joined, count);
	return status;
}

static int
load_members(struct seep__cursor *cursor, struct seep_site *site)
{
	uint32_t count = seep__cursor_le32(cursor);
	int status = cursor->failed ? SEEP_EFORMAT : SEEP_OK;

	for (; count > 0 && status == SEEP_OK; count--)
		status = load_member(cursor, site);
	return status == SEEP_OK ? check_groups(site) : status;
}

int
seep__site_load(struct seep_site **site, struct seep__cursor *cursor,
		struct seep__mem *mem)
{
	int status = seep__site_new(site, mem);

	assert(cursor != NULL);
	for (int kind = 0; kind < KINDS && status == SEEP_OK; kind++)
		status = load_set(cursor, &(*site)->sets[kind]);
	if (status == SEEP_OK)
		status = load_members(cursor, *site);
	if (status != SEEP_OK) {
		seep_site_free(*site);
		*site = NULL;
	}
	return status;
}
