/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NFS and mount clients ask from ports 512 to 1023, which were taken for
 * servers' ports, so that the server was said to have opened the flow and
 * what it sent counted as pushed. Found by tests/oracle/zeek_conn.py.
 */
#include <criterion/criterion.h>

#include <seep/flow.h>

#include "input/opener.h"

static unsigned
guess(uint16_t src_port, uint16_t dst_port)
{
	struct seep__packet packet = {
	    .protocol = 17,
	    .has_ports = 1,
	    .src_port = src_port,
	    .dst_port = dst_port,
	};
	uint8_t basis;

	return seep__opener_guess(&packet, 0, &basis);
}

Test(privileged_port, a_client_with_a_privileged_port_opened_its_mount_request)
{
	/* 671 -> 1048 is frame 3 of nDPI's nfsv2.pcap, 765 -> 20048 frame 13
	 * of Zeek's mount_base.pcap. */
	cr_assert_eq(guess(671, 1048), 0);
	cr_assert_eq(guess(765, 20048), 0);
	cr_assert_eq(guess(512, 40000), 0);
	cr_assert_eq(guess(1023, 40000), 0);
}

Test(privileged_port, an_answer_from_a_low_service_port_is_still_an_answer)
{
	cr_assert_eq(guess(111, 60308), 1);
	cr_assert_eq(guess(511, 40000), 1);
	cr_assert_eq(guess(514, 40000), 1);
	cr_assert_eq(guess(853, 40000), 1);
	cr_assert_eq(guess(2049, 900), 1);
}
