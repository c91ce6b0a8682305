/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kept domain names and the kept labels against lists of all.
 *
 * Claims     of all names that were added the few with the smallest hash
 *            are kept, and nothing that is none; of labels, where there is
 *            room, every pair; what was dropped is gone, and can come again;
 *            what the cache says was seen was added.
 * Input      one byte, how many names are kept; then an operation: one byte,
 *            one of a record, one of size, the text.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "ledger/label.h"
#include "ledger/names.h"

#define TEXTS_MAX 128
#define TEXT_MAX 80

struct text {
	size_t size;
	uint64_t hash;
	uint32_t record;
	char text[TEXT_MAX];
};

/* struct list: 'at' without repetition. */
struct list {
	struct text at[TEXTS_MAX];
	size_t count;
};

static struct text *
find(struct list *list, const struct text *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].size == text->size &&
		    list->at[i].record == text->record &&
		    memcmp(list->at[i].text, text->text, text->size) == 0)
			return &list->at[i];
	return NULL;
}

static void
keep(struct list *list, const struct text *text)
{
	if (find(list, text) == NULL)
		list->at[list->count++] = *text;
}

/* Letters, so that texts meet again; some other bytes. */
static void
take_text(struct fuzz_take *take, struct text *text)
{
	memset(text, 0, sizeof(*text));
	text->record = fuzz_u8(take);
	text->size = fuzz_u8(take) % TEXT_MAX;
	for (size_t i = 0; i < text->size; i++)
		text->text[i] = (char)fuzz_u8(take);
}

static void
add_name(struct seep__names *names, struct list *list, struct text *text,
	 int other)
{
	struct seep_address address;

	text->record = 0;
	seep_name_address(text->text, text->size, &address);
	text->hash = seep__names_hash(&address);
	if (other)
		address.bytes[15] ^= 1;
	FUZZ_CHECK(seep__names_add(names, &address, text->text, text->size) ==
		   SEEP_OK);
	if (!other && text->size > 0 && !memchr(text->text, 0, text->size))
		keep(list, text);
}

static void
check_names(const struct seep__names *names, const struct list *list)
{
	const size_t most = names->most;
	const size_t count = seep__names_count(names);
	uint64_t hash = 0;

	FUZZ_CHECK(count == (list->count < most ? list->count : most));
	for (size_t i = 0; i < count; i++, hash++) {
		const struct seep__name *name = seep__names_next(names, &hash);
		size_t smaller = 0;
		int is_there = 0;

		FUZZ_CHECK(name != NULL);
		for (size_t j = 0; j < list->count; j++) {
			const struct text *text = &list->at[j];

			smaller += text->hash < hash;
			is_there |= text->hash == hash &&
				    text->size == name->size &&
				    !memcmp(text->text, name->text, name->size);
		}
		FUZZ_CHECK(is_there && smaller == i);
	}
}

static struct seep__label_channel
channel_of(uint32_t record)
{
	struct seep__label_channel channel;

	memset(&channel, 0, sizeof(channel));
	channel.host.bytes[15] = (uint8_t)(record & 15);
	channel.peer.bytes[0] = (uint8_t)(record >> 4);
	return channel;
}

static void
add_label(struct seep__labels *labels, struct list *list, struct text *text,
	  int drop)
{
	const struct seep__label_channel channel = channel_of(text->record);
	uint64_t added = 0;
	int is_new;

	text->size = seep__label_cut(text->text, text->size);
	FUZZ_CHECK(text->size <= SEEP__LABEL_SIZE_MAX);
	if (text->size == 0)
		return;
	is_new = find(list, text) == NULL;
	if (seep__labels_seen(labels, text->record, text->text, text->size))
		FUZZ_CHECK(!is_new);
	FUZZ_CHECK(seep__labels_add(labels, &channel, text->record, text->text,
				    text->size, &added) == SEEP_OK);
	FUZZ_CHECK((added != UINT64_MAX) == is_new);
	text->hash = added;
	if (drop)
		seep__labels_drop(labels, added);
	else
		keep(list, text);
}

static void
check_labels(const struct seep__labels *labels, struct list *list)
{
	uint64_t hash = 0;
	size_t count = 0;

	FUZZ_CHECK(seep__labels_count(labels) == list->count);
	for (;; hash++, count++) {
		const struct seep__label *label =
		    seep__labels_next(labels, &hash);
		struct text text = {0};

		if (label == NULL)
			break;
		text.record = label->record;
		text.size = strlen(label->text);
		memcpy(text.text, label->text, text.size);
		FUZZ_CHECK(find(list, &text) != NULL);
	}
	FUZZ_CHECK(count == list->count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct list names_list, labels_list;
	struct fuzz_take take = {data, size};
	struct seep__mem *mem = fuzz_mem();
	struct seep__labels labels;
	struct seep__names names;

	names_list.count = labels_list.count = 0;
	seep__names_init(&names, mem, 1 + fuzz_u8(&take) % 16);
	seep__labels_init(&labels, mem);
	for (int i = 0; take.size > 0 && i < TEXTS_MAX; i++) {
		const uint8_t how = fuzz_u8(&take);
		struct text text;

		take_text(&take, &text);
		if (how & 1)
			add_name(&names, &names_list, &text, how >= 0xf0);
		else
			add_label(&labels, &labels_list, &text, how >= 0xc0);
	}
	seep__labels_trim(&labels);
	check_names(&names, &names_list);
	check_labels(&labels, &labels_list);
	seep__labels_clear(&labels);
	seep__names_clear(&names);
	fuzz_mem_end(mem);
	return 0;
}
