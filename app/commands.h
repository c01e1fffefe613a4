/* Every subcommand, one file each. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/command.h"

extern const struct command board_command, demo_command, collect_command, snapshot_command, publish_command, import_command, check_command,
	keygen_command, doctor_command, journal_command, replay_command, report_command, alert_command, export_command, bridge_command;

#endif
