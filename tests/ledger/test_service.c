/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>

#include <seep/snapshot.h>

#include "ledger/service.h"
#include "support/flows.h"
#include "support/random.h"

#define TCP 6
#define UDP 17
#define SCTP 132
#define ICMP 1

Test(service, a_listed_port_is_its_own_service)
{
	static const uint16_t ports[] = {20,   21,   22,   53,   80,
					 443,  445,  873,  2049, 3389,
					 5432, 8080, 9101, 9418, 51820};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		seep__service s = seep__service_make(TCP, ports[i]);

		cr_assert(seep__service_listed(TCP, ports[i]), "%u", ports[i]);
		cr_assert_eq(seep__service_port(s), ports[i]);
		cr_assert_eq(seep__service_protocol(s), TCP);
	}
}

Test(service, other_ports_are_low_or_high)
{
	cr_assert_eq(seep__service_port(seep__service_make(TCP, 0)),
		     SEEP_PORT_LOW);
	cr_assert_eq(seep__service_port(seep__service_make(TCP, 1)),
		     SEEP_PORT_LOW);
	cr_assert_eq(seep__service_port(seep__service_make(UDP, 1023)),
		     SEEP_PORT_LOW);
	cr_assert_eq(seep__service_port(seep__service_make(UDP, 1024)),
		     SEEP_PORT_HIGH);
	cr_assert_eq(seep__service_port(seep__service_make(SCTP, 65535)),
		     SEEP_PORT_HIGH);
}

Test(service, the_list_is_about_sixty_and_ascends_with_its_codes)
{
	seep__service before = seep__service_make(TCP, 65535);
	unsigned count = 0;

	for (unsigned port = 0; port < 65536; port++) {
		seep__service s = seep__service_make(TCP, (uint16_t)port);

		if (!seep__service_listed(TCP, (uint16_t)port))
			continue;
		cr_assert_gt(s, before, "%u", port);
		before = s;
		count++;
	}
	cr_assert_geq(count, 50);
	cr_assert_leq(count, 90);
	cr_assert(seep__service_valid(before));
	cr_assert_not(seep__service_valid((uint16_t)(before + 1)));
}

Test(service, protocols_without_ports_have_one_service)
{
	for (unsigned p = 0; p < 256; p++) {
		seep__service s = seep__service_make((uint8_t)p, 80);
		int ports = p == TCP || p == UDP || p == SCTP;

		cr_assert_eq(seep__service_port(s), ports ? 80 : 0, "%u", p);
		cr_assert_eq(seep__service_protocol(s), p);
		cr_assert_eq(seep__service_listed((uint8_t)p, 80), ports);
	}
}

Test(service, valid_codes_are_exactly_those_that_are_made)
{
	static uint8_t made[65536];
	unsigned valid = 0;

	for (unsigned p = 0; p < 256; p++) {
		for (unsigned port = 0; port < 65536; port++)
			made[seep__service_make((uint8_t)p, (uint16_t)port)] =
			    1;
	}
	for (unsigned code = 0; code < 65536; code++) {
		cr_assert_eq(seep__service_valid((uint16_t)code), made[code],
			     "%x", code);
		valid += made[code];
	}
	cr_assert_gt(valid, 253 + 3 * 50);
}

static seep__service
service_of(uint8_t protocol, uint16_t orig, uint16_t resp, uint8_t opener)
{
	struct seep_flow flow = test_flow("10.0.0.1", "192.0.2.1", resp);

	flow.protocol = protocol;
	flow.port_orig = orig;
	flow.opener = opener;
	return seep__service_of_flow(&flow);
}

Test(service, the_responders_port_decides_when_the_opener_is_known)
{
	cr_assert_eq(service_of(TCP, 443, 50000, SEEP_OPENER_ORIG),
		     seep__service_make(TCP, 50000));
	cr_assert_eq(service_of(TCP, 443, 50000, SEEP_OPENER_RESP),
		     seep__service_make(TCP, 443));
}

Test(service, an_unknown_opener_leaves_the_listed_port)
{
	seep__service https = seep__service_make(TCP, 443);

	cr_assert_eq(service_of(TCP, 50000, 443, SEEP_OPENER_UNKNOWN), https);
	cr_assert_eq(service_of(TCP, 443, 50000, SEEP_OPENER_UNKNOWN), https);
	cr_assert_eq(service_of(TCP, 7, 443, SEEP_OPENER_UNKNOWN), https,
		     "a lower port that is not of the list");
	cr_assert_eq(service_of(TCP, 443, 445, SEEP_OPENER_UNKNOWN), https,
		     "both: the lower");
	cr_assert_eq(service_of(TCP, 50000, 7, SEEP_OPENER_UNKNOWN),
		     seep__service_make(TCP, 7), "none: the lower");
	cr_assert_eq(service_of(ICMP, 8, 0, SEEP_OPENER_UNKNOWN),
		     seep__service_make(ICMP, 0));
}

Test(service, swapping_the_ends_changes_nothing)
{
	static const uint8_t protocols[] = {TCP, UDP, SCTP, ICMP, 47};
	uint64_t state = 1;

	for (unsigned i = 0; i < 300000; i++) {
		struct seep_flow flow = test_flow("10.0.0.1", "192.0.2.1", 0);
		struct seep_flow swapped;

		flow.protocol = protocols[i % 5];
		flow.opener = (uint8_t)(i / 5 % 3);
		/* Half of the ports from where the list is dense. */
		flow.port_orig = (uint16_t)(test_random(&state) >> i % 7);
		flow.port_resp = (uint16_t)(test_random(&state) >> i % 11 * 5);
		swapped = test_flow_swapped(&flow);
		cr_assert_eq(seep__service_of_flow(&flow),
			     seep__service_of_flow(&swapped));
	}
}
