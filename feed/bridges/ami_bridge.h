/* Shared by the class (ami_bridge.c) and its trial of captured text (ami_trial.c). */
#ifndef FEED_BRIDGES_AMI_BRIDGE_H
#define FEED_BRIDGES_AMI_BRIDGE_H

#include "feed/bridges/ami.h"

/* What captured text becomes: AMI text, or a JSON array of events. */
bool ami_trial(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err);
/* The server's clock where it says it (timestampevents = yes); else `otherwise`. */
int64_t ami_instant(const struct ami_message *message, int64_t otherwise);

#endif
