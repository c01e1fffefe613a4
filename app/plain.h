/* The board as plain lines, for terminals that cannot move the cursor and for logs. */
#ifndef APP_PLAIN_H
#define APP_PLAIN_H

#include "app/setup.h"

int plain_run(struct setup *setup, struct desk *desk, int signals);

#endif
