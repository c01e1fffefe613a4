#!/usr/bin/env python3
"""Writes a made-up queue_log as Asterisk does, live: two queues, three agents, a call every few seconds.
usage: queue_log_writer.py FILE [SPEED [LINES]]   SPEED 10: ten times as much happens; LINES: how many, then it ends"""
import itertools, random, sys, time

path, speed = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
most = int(sys.argv[3]) if len(sys.argv) > 3 else None
agents = ["SIP/ann", "SIP/bob", "SIP/eve"]
due = []  # (when, order, what to do): what will happen next
order = itertools.count()


def later(seconds, act, *arguments):
    due.append((now + seconds / speed, next(order), act, arguments))


def write(call, queue, agent, verb, *data):
    global written
    with open(path, "a") as log:  # opened each time, so that it may be renamed as logrotate does
        log.write("%d|%s|%s|%s|%s|%s\n" % (now, call, queue, agent, verb, "|".join(map(str, data))))
    written += 1


def enter(number):
    call, queue = "%d.%d" % (started, number), "sales" if number % 3 else "support"
    write(call, queue, "NONE", "ENTERQUEUE", "", "+1555010%04d" % (number % 10000), 1)
    later(random.uniform(2, 12), reach, call, queue, now)
    later(random.expovariate(1 / 5), enter, number + 1)


def reach(call, queue, entered):
    if random.random() < 0.15 or not free:
        write(call, queue, "NONE", "ABANDON", 1, 1, int(now - entered))
    elif random.random() < 0.2:
        write(call, queue, random.choice(sorted(free)), "RINGNOANSWER", 5000)
        later(3, reach, call, queue, entered)
    else:
        agent = random.choice(sorted(free))
        free.discard(agent)
        write(call, queue, agent, "CONNECT", int(now - entered), call + "1", 2)
        later(random.uniform(5, 40), leave, call, queue, agent, now, int(now - entered))


def leave(call, queue, agent, answered, waited):
    write(call, queue, agent, random.choice(["COMPLETECALLER", "COMPLETEAGENT"]), waited, int(now - answered), 1)
    free.add(agent)


written, free = 0, set(agents)
started = now = time.time()
for agent in agents:
    write("NONE", "sales", agent, "ADDMEMBER", "")
    write("NONE", "support", agent, "ADDMEMBER", "")
enter(1)
while due and (most is None or written < most):
    due.sort()
    when, _, act, arguments = due.pop(0)
    time.sleep(max(0, when - time.time()))
    now = time.time()
    act(*arguments)
