/* What a feed sends on a busy day, made beforehand, so that a benchmark measures the reader alone. */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include <stddef.h>
#include <stdint.h>

struct mix_payload {
	uint8_t *data;
	size_t size;
	uint32_t events;
};

struct mix {
	uint32_t count;
	struct mix_payload *payloads;
	uint64_t events; /* of all payloads */
};

/* First as many batches as `open_contacts` contacts that begin to wait and stay need, then `batches` of the simulated helpdesk; 12
 * events in a batch. */
struct mix *mix_create(uint64_t seed, uint32_t batches, uint32_t open_contacts);
void mix_destroy(struct mix *mix);

#endif
