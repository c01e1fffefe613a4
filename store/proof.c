#include "store/proof.h"

#include <stdlib.h>

#include "base/memory.h"

struct proof *proof_create(const struct proof_request *request)
{
	struct proof *proof = memory_new(1, sizeof *proof);
	atomic_init(&proof->holders, 1);
	proof->request = *request;
	proof->evidence.kind = EVIDENCE_NONE;
	return proof;
}

struct proof *proof_hold(struct proof *proof)
{
	if (proof)
		atomic_fetch_add(&proof->holders, 1);
	return proof;
}

void proof_release(struct proof *proof)
{
	if (!proof || atomic_fetch_sub(&proof->holders, 1) > 1)
		return;
	free(proof->evidence.rows);
	free(proof->life.events);
	free(proof);
}
