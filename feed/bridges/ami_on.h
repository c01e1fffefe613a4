/* What single events of the manager interface do (ami_on_calls.c, ami_on_others.c): each named in the table (ami_table.c). */
#ifndef FEED_BRIDGES_AMI_ON_H
#define FEED_BRIDGES_AMI_ON_H

#include "feed/bridges/ami.h"

#define AMI_SECONDS_MOST (7 * 86400) /* a longer wait or talk is a damaged field */

/* What most events name, as ids. */
struct ami_names {
	char queue[ID_MAX + 1], caller[ID_MAX + 1], linked[ID_MAX + 1], agent[ID_MAX + 1];
};
void ami_names_read(const struct ami_message *message, struct ami_names *names);
struct view ami_first_of(const struct ami_message *message, const char *const *names); /* the first that is there */
void ami_begin_leaving(const struct ami *ami, struct ami_call *call);

enum trial_outcome ami_ignored(const char **why, const char *text);
enum trial_outcome ami_damaged(const char **why);
#define AMI_UNKNOWN_CALL "of a call that is not known (any more)"
#define AMI_TOLD_BEFORE "told before"

enum trial_outcome ami_on_join(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_leave(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_abandon(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_called(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_no_answer(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_dump(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_connected(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_complete(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_hold(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_unhold(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_music_start(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_music_stop(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_hangup(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_set_variable(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_set_state(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_status(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_member_added(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_member_changed(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_member_removed(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_logged_in(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_logged_off(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_listed_entry(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_listed_member(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_listed_channel(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_queues_listed(struct ami *ami, const struct ami_message *message, const char **why);
enum trial_outcome ami_on_channels_listed(struct ami *ami, const struct ami_message *message, const char **why);

#endif
