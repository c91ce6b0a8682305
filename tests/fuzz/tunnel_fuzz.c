/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One tunnel or encapsulation, from its own header on: what stands before
 * it is right, so that no input is spent on it.
 *
 * Claims     those of packet.h.
 * Input      which one of tunnels.h; bit 0: the outer header is of IPv6, bit
 *            1: its first part only; bytes that the snap length cut (le16);
 *            from the header on.
 */
#include "fuzz/packet.h"
#include "fuzz/tunnels.h"
#include "input/packets.h"

#define SIZE_MAX_HERE 1400

static void
put_outside(struct frame *f, const struct fuzz_tunnel *tunnel, uint8_t how)
{
	const unsigned protocol = tunnel->port != 0 ? 17 : tunnel->protocol;

	if (tunnel->port != 0)
		put_udp(f, 50000, tunnel->port);
	if (protocol != 0 && how & 1)
		put_ipv6(f, protocol, 8, 9);
	else if (protocol != 0)
		put_ipv4_fragment(f, protocol, 8, 9, 7, how & 2 ? 0x2000 : 0);
	if (protocol != 0)
		put_ethernet(f, how & 1 ? 0x86dd : 0x0800);
	else if (tunnel->type != 0)
		put_ethernet(f, tunnel->type);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const struct fuzz_tunnel *tunnel =
	    &fuzz_tunnels[fuzz_u8(&take) % FUZZ_TUNNELS];
	const uint8_t how = fuzz_u8(&take);
	const uint32_t cut = (uint32_t)fuzz_uint(&take, 2);
	static struct frame f;

	if (take.size > SIZE_MAX_HERE)
		return 0;
	frame_start(&f, take.size);
	if (take.size > 0)
		memcpy(frame_data(&f), take.data, take.size);
	put(&f, tunnel->head, tunnel->head_size);
	put_outside(&f, tunnel, how);
	fuzz_frame(tunnel->link, frame_data(&f), f.size, cut);
	return 0;
}
