#!/usr/bin/env python3
"""`tablo bridge freeswitch` as an operator meets it: a simulated FreeSWITCH whose calls are known, a bridge that is killed again and again,
and a collector behind it. Prints TAP. TABLO_ROUNDS: so many times as many kills."""
import json, os, random, signal, socket, subprocess, tempfile, threading, time, urllib.parse

from collect_test_parts import BIN, end, results, say, start, wait_for

ROUNDS = 5 * int(os.environ.get("TABLO_ROUNDS", "1"))
QUEUES, AGENTS = ["sales@default", "support@default"], ["%d@default" % n for n in range(1000, 1006)]
MEMBERS = ["queue", "instance_id", "uuid", "session_uuid", "cid_number", "cid_name", "joined_epoch", "bridge_epoch", "serving_agent", "state"]


class Exchange(threading.Thread):
    """Calls of which the truth is known, told as FreeSWITCH tells them, to whoever is logged in."""

    def __init__(self):
        super().__init__(daemon=True)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.lock, self.random = threading.Lock(), random.Random(5)
        self.guest, self.members, self.number, self.now = None, {}, 0, time.time() - 3000
        self.free, self.offered, self.answered, self.abandoned, self.told = list(AGENTS), 0, 0, 0, 0

    def run(self):
        while True:
            guest, _ = self.door.accept()
            with self.lock:
                self.guest = None
            threading.Thread(target=self.serve, args=(guest,), daemon=True).start()

    def serve(self, guest):
        rest = b""
        try:
            guest.sendall(b"Content-Type: auth/request\n\n")
            while piece := guest.recv(4096):
                rest += piece
                while b"\n\n" in rest:
                    command, rest = rest.split(b"\n\n", 1)
                    self.answer(guest, command.decode())
        except OSError:
            pass

    def answer(self, guest, command):
        with self.lock:
            if command == "auth ClueCon":
                guest.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
            elif command.startswith("event plain"):
                self.guest = guest
                guest.sendall(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n")
            else:
                text = self.listed(command).encode()
                guest.sendall(b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(text), text))

    def listed(self, command):
        if command.endswith("queue list"):
            rows = ["name|strategy"] + [queue + "|ring-all" for queue in QUEUES]
        elif command.endswith("agent list"):
            busy = {m["serving_agent"]: m["channel"] for m in self.members.values() if m["state"] == "Answered"}
            rows = ["name|uuid|contact|status|state|wrap_up_time"] + ["%s|%s|user/%s|Available|%s|0" % (
                agent, busy.get(agent, ""), agent, "In a queue call" if agent in busy else "Waiting") for agent in AGENTS]
        elif command.endswith("tier list"):
            rows = ["queue|agent|state|level|position"] + ["%s|%s|Ready|1|1" % (queue, agent) for queue in QUEUES for agent in AGENTS]
        else:
            queue = command.split("'")[1]
            found = [m for m in self.members.values() if m["queue"] == queue]
            rows = ["|".join(MEMBERS)] * bool(found) + ["|".join(str(m[key]) for key in MEMBERS) for m in found]
        return "\n".join(rows + ["+OK", ""])

    def tell(self, action, member, **more):
        headers = {"Event-Name": "CUSTOM", "Event-Subclass": "callcenter::info", "Event-Date-Timestamp": int(self.now * 1000000), "CC-Action": action,
                   "CC-Queue": member["queue"], "CC-Member-UUID": member["uuid"], "CC-Member-CID-Number": member["cid_number"], **more}
        text = "".join("%s: %s\n" % (key.replace("_", "-"), urllib.parse.quote(str(value), safe="/ ")) for key, value in headers.items()) + "\n"
        if self.guest:
            self.guest.sendall(("Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(text), text)).encode())
            self.told += 1

    def join(self):
        self.number += 1
        member = dict.fromkeys(MEMBERS, 0)
        member.update(queue=self.random.choice(QUEUES), instance_id="i", uuid="u%d" % self.number, session_uuid="s%d" % self.number, cid_number="+1555%07d" % self.number,
                      cid_name="A | B" if self.number % 7 == 0 else "Somebody", joined_epoch=int(self.now), state="Waiting", serving_agent="", channel="")
        self.members[member["uuid"]] = member
        self.offered += 1
        self.tell("member-queue-start", member)

    def take(self, member):
        agent = self.free.pop()
        member.update(state="Answered", serving_agent=agent, bridge_epoch=int(self.now), channel="c" + member["uuid"])
        self.answered += 1
        self.tell("agent-offering", member, CC_Agent=agent)
        self.tell("bridge-agent-start", member, CC_Agent=agent, CC_Agent_UUID=member["channel"])

    def leave(self, member):
        del self.members[member["uuid"]]
        if member["state"] == "Waiting":
            self.abandoned += 1
            self.tell("member-queue-end", member, CC_Cause="Cancel", CC_Cancel_Reason="BREAK_OUT", Answer_State="hangup")
            return
        self.free.append(member["serving_agent"])
        self.tell("bridge-agent-end", member, CC_Agent=member["serving_agent"], CC_Agent_Bridged="true")
        self.told -= 1 # what follows makes nothing
        self.tell("member-queue-end", member, CC_Cause="Terminated", CC_Agent=member["serving_agent"])

    def step(self):
        self.now += self.random.uniform(0.1, 9)
        waiting = [m for m in self.members.values() if m["state"] == "Waiting"]
        what = self.random.randrange(4)
        if what < 2 and len(self.members) < 12:
            self.join()
        elif what == 2 and waiting and self.free:
            self.take(self.random.choice(waiting))
        elif self.members:
            self.leave(self.random.choice(list(self.members.values())))

    def snapshot_size(self):
        talking = sum(m["state"] == "Answered" for m in self.members.values())
        return 2 + len(QUEUES) + len(AGENTS) + len(QUEUES) * len(AGENTS) + len(self.members) + talking


def received(found):
    return found["feeds"][0]["received"]


def figures(folder, journal):
    exported = subprocess.run([BIN, "journal", "export", journal], capture_output=True, text=True, timeout=60)
    with open(folder + "/events.ndjson", "w") as out:
        out.write(exported.stdout)
    done = subprocess.run([BIN, "snapshot", "--zone", "UTC", "--window", "24h", "--json", "--feed", "file:%s/events.ndjson" % folder], capture_output=True, text=True, timeout=60)
    found = {f["metric"]: f.get("value") for f in json.loads(done.stdout)["figures"] if not f["scope"]}
    return found, exported.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        exchange, feed, journal = Exchange(), "ipc://%s/feed" % folder, folder + "/journal"
        exchange.start()
        with open(folder + "/login", "w") as login:
            os.fchmod(login.fileno(), 0o600)
            login.write("ClueCon\n")
        words = ("bridge", "freeswitch", "127.0.0.1:%d" % exchange.port, "--login", folder + "/login", "--bind", feed, "--replay", "ipc://%s/replay" % folder,
                 "--state", folder + "/state")
        collector = start("collect", "--feed", feed, "--journal", journal, "--zone", "UTC")
        wait_for(journal, lambda found: True)
        bridge = start(*words, "--wait", "1")
        for life in range(ROUNDS + 1):
            with exchange.lock:
                exchange.told += exchange.snapshot_size()
                wanted = exchange.told
            found = wait_for(journal, lambda found: received(found) >= wanted, 30)
            for _ in range(40):
                with exchange.lock:
                    exchange.step()
            found = wait_for(journal, lambda found: received(found) >= exchange.told, 30)
            if received(found) != exchange.told:
                break
            if life < ROUNDS:
                end(bridge, signal.SIGKILL)
                with exchange.lock:
                    exchange.guest = None
                bridge = start(*words)
        said = end(bridge)
        say(received(found) == exchange.told, "killed %d times amid %d calls: each event once" % (ROUNDS, exchange.number), "%s of %d\n%s" % (found["feeds"], exchange.told, said))
        say(found["feeds"][0]["missing"] == 0, "and none is missing", found["feeds"])
        end(collector)
        got, exported = figures(folder, journal)
        waiting = sum(m["state"] == "Waiting" for m in exchange.members.values())
        truth = {"offered": exchange.offered, "answered": exchange.answered, "abandoned": exchange.abandoned, "queue_depth": waiting}
        say(all(got.get(key) == value for key, value in truth.items()), "the figures of its truth", "%s, not %s" % ({key: got.get(key) for key in truth}, truth))
        names = ["1555%07d" % n for n in range(1, exchange.number + 1)] + ["Somebody", "A | B"]
        say("customer" in exported and not any(name in exported for name in names), "no number and no name of a caller")
    print("1..%d" % len(results))
    return not all(results)


raise SystemExit(main())
