"""An Asterisk with queues, as far as a bridge can see one: it writes the manager interface's events and the queue_log of the same calls, in the
order and with the verbs of app_queue.c, and answers logins and questions about its present state."""
import hashlib, random, socket, threading, time

USER, SECRET = "wall", "s3cret of the test"


class Call:
    def __init__(self, number, queue, now):
        self.number, self.queue, self.entered, self.state = number, queue, now, "waiting"
        self.id = "%d.%d" % (now, number)
        self.channel, self.agent, self.agent_id = "PJSIP/trunk-%08x" % number, None, None
        self.answered = self.ringing = None
        self.touched, self.is_held = time.monotonic(), False


class Asterisk:
    def __init__(self, log, now, rest=0, stamped=True, seed=5, dialplan=True):
        """rest: s that a call is left alone after something happened to it."""
        self.now, self.stamped, self.random, self.dialplan = now, stamped, random.Random(seed), dialplan
        self.rest, self.log = rest, open(log, "ab", 0)
        self.calls, self.number, self.links, self.lock = [], 0, [], threading.RLock()
        self.paused, self.logins, self.refused = {}, 0, 0
        self.server = None
        self.listen()

    # ---- the network
    def listen(self, port=0):
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", port or getattr(self, "port", 0)))
        self.port = self.server.getsockname()[1]
        self.server.listen(8)
        threading.Thread(target=self.accept, args=(self.server,), daemon=True).start()

    def accept(self, server):
        while True:
            try:
                link = server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def cut(self):
        """Nobody is served until listen()."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        with self.lock:
            for link in self.links:
                link.shutdown(socket.SHUT_RDWR)
            self.links = []

    def serve(self, link):
        challenge, buffer = "%d" % self.random.randrange(10 ** 9), b""
        try:
            link.sendall(b"Asterisk Call Manager/7.0.3\r\n")
            while True:
                data = link.recv(65536)
                if not data:
                    break
                buffer += data
                while b"\r\n\r\n" in buffer:
                    block, buffer = buffer.split(b"\r\n\r\n", 1)
                    with self.lock:
                        self.action(link, dict(line.split(": ", 1) for line in block.decode().split("\r\n")), challenge)
        except OSError:
            pass
        with self.lock:
            if link in self.links:
                self.links.remove(link)

    def action(self, link, said, challenge):
        name, id = said["Action"], said.get("ActionID", "")
        reply = lambda *pairs: self.write(link, [("Response", "Success"), ("ActionID", id), *pairs])
        if name == "Challenge":
            reply(("Challenge", challenge))
        elif name == "Login":
            if said["Username"] == USER and said.get("Key") == hashlib.md5((challenge + SECRET).encode()).hexdigest():
                self.logins += 1
                reply(("Message", "Authentication accepted"))
                self.links.append(link)
            else:
                self.refused += 1
                self.write(link, [("Response", "Error"), ("ActionID", id), ("Message", "Authentication failed")])
        elif name == "QueueStatus":
            reply(("EventList", "start"))
            for queue in ("q0", "q1", "q2"):
                self.write(link, [("Event", "QueueParams"), ("ActionID", id), ("Queue", queue), ("Calls", "1")])
                for member in range(7):
                    reason = self.paused.get("Agent %d" % member)
                    self.write(link, [("Event", "QueueMember"), ("ActionID", id), ("Queue", queue), ("Name", "Agent %d" % member), ("Location", "PJSIP/%d" % member),
                                      ("StateInterface", "PJSIP/%d" % member), ("Penalty", "0"), ("Paused", "1" if reason else "0"), ("PausedReason", reason or "")])
                for call in self.calls:
                    if call.queue == queue and call.state == "waiting":
                        self.write(link, [("Event", "QueueEntry"), ("ActionID", id), ("Queue", queue), ("Position", "1"), ("Channel", call.channel), ("Uniqueid", call.id),
                                          ("CallerIDNum", "+1555%07d" % call.number), ("Wait", str(self.now - call.entered))])
            self.write(link, [("Event", "QueueStatusComplete"), ("ActionID", id), ("EventList", "Complete")])
        elif name == "CoreShowChannels":
            reply(("EventList", "start"))
            for call in self.calls:
                bridge = "bridge-%d" % call.number if call.state == "talking" else ""
                self.write(link, [("Event", "CoreShowChannel"), ("ActionID", id), ("Channel", call.channel), ("Uniqueid", call.id), ("BridgeId", bridge)])
                if bridge:
                    self.write(link, [("Event", "CoreShowChannel"), ("ActionID", id), ("Channel", "PJSIP/%d-%08x" % (call.agent, call.number)),
                                      ("Uniqueid", call.agent_id), ("BridgeId", bridge)])
            self.write(link, [("Event", "CoreShowChannelsComplete"), ("ActionID", id), ("EventList", "Complete")])
        elif name == "Ping":
            self.write(link, [("Response", "Success"), ("ActionID", id), ("Ping", "Pong")])

    def write(self, link, pairs):
        data = "".join("%s: %s\r\n" % pair for pair in pairs).encode() + b"\r\n"
        at = self.random.randrange(len(data)) # pieces as they may come
        try:
            link.sendall(data[:at])
            link.sendall(data[at:])
        except OSError:
            pass

    # ---- what happens
    def event(self, name, *pairs):
        stamp = [("Timestamp", "%d.000000" % self.now)] if self.stamped else []
        for link in list(self.links):
            self.write(link, [("Event", name), ("Privilege", "agent,all"), *stamp, *pairs])

    def of(self, call):
        return [("Channel", call.channel), ("Uniqueid", call.id), ("Linkedid", call.id), ("CallerIDNum", "+1555%07d" % call.number), ("Queue", call.queue)]

    def line(self, call, agent, verb, *data):
        self.log.write(("|".join([str(self.now), call.id, call.queue, agent, verb, *map(str, data)]) + "\n").encode())

    def member(self, agent):
        return [("MemberName", "Agent %d" % agent), ("Interface", "PJSIP/%d" % agent)]

    def join(self):
        with self.lock:
            self.number += 1
            call = Call(self.number, "q%d" % (self.number % 3), self.now)
            self.calls.append(call)
            self.event("QueueCallerJoin", *self.of(call), ("Position", "1"), ("Count", "1"))
            self.line(call, "NONE", "ENTERQUEUE", "", "+1555%07d" % call.number, 1)
            return call

    def leave(self, call, verb):
        """ABANDON, EXITWITHTIMEOUT, EXITEMPTY, EXITWITHKEY or WITHDRAW."""
        with self.lock:
            wait = self.now - call.entered
            if verb == "ABANDON":
                self.event("HangupRequest", *self.of(call))
            if verb != "EXITWITHKEY":
                self.event("QueueCallerAbandon", *self.of(call), ("Position", "1"), ("OriginalPosition", "1"), ("HoldTime", str(wait)))
            self.line(call, "NONE", verb, *(("1", 1, 1, wait) if verb == "EXITWITHKEY" else (1, 1, wait)))
            self.event("QueueCallerLeave", *self.of(call), ("Position", "1"), ("Count", "0"))
            status = {"EXITWITHTIMEOUT": "TIMEOUT", "EXITEMPTY": "LEAVEEMPTY", "WITHDRAW": "WITHDRAW"}.get(verb)
            if status and self.dialplan:
                self.event("VarSet", *self.of(call), ("Variable", "QUEUESTATUS"), ("Value", status))
            if verb == "ABANDON":
                self.event("Hangup", *self.of(call), ("Cause", "16"))
            self.calls.remove(call)

    def ring(self, call, agent):
        with self.lock:
            call.ringing = (agent, self.now)
            self.event("AgentCalled", *self.of(call), *self.member(agent), ("DestUniqueid", "%d.9%d" % (call.entered, call.number)))

    def miss(self, call, verb="RINGNOANSWER"):
        with self.lock:
            agent, since = call.ringing
            ring = (self.now - since) * 1000
            call.ringing = None
            self.line(call, "Agent %d" % agent, verb, *((ring,) if verb == "RINGNOANSWER" else ()))
            if verb == "RINGNOANSWER":
                self.event("AgentRingNoAnswer", *self.of(call), *self.member(agent), ("RingTime", str(ring)))
            else:
                self.event("AgentDump", *self.of(call), *self.member(agent))

    def answer(self, call):
        with self.lock:
            call.agent, since = call.ringing
            call.state, call.answered, call.agent_id = "talking", self.now, "%d.9%d" % (call.entered, call.number)
            self.event("QueueCallerLeave", *self.of(call), ("Position", "1"), ("Count", "0"))
            self.line(call, "Agent %d" % call.agent, "CONNECT", self.now - call.entered, call.agent_id, self.now - since)
            self.event("AgentConnect", *self.of(call), *self.member(call.agent), ("DestUniqueid", call.agent_id), ("RingTime", str(self.now - since)),
                       ("HoldTime", str(self.now - call.entered)))

    def hold(self, call, is_on):
        with self.lock:
            self.event("Hold" if is_on else "Unhold", ("Channel", "PJSIP/%d-1" % call.agent), ("Uniqueid", call.agent_id), ("Linkedid", call.id))
            self.event("MusicOnHoldStart" if is_on else "MusicOnHoldStop", ("Channel", call.channel), ("Uniqueid", call.id), ("Linkedid", call.id))

    def complete(self, call, verb):
        """COMPLETEAGENT, COMPLETECALLER, BLINDTRANSFER or ATTENDEDTRANSFER."""
        with self.lock:
            wait, talk = call.answered - call.entered, self.now - call.answered
            extra = {"BLINDTRANSFER": ("200", "default"), "ATTENDEDTRANSFER": ("BRIDGE", "b-1")}.get(verb, ())
            if extra:
                self.event("BlindTransfer" if verb == "BLINDTRANSFER" else "AttendedTransfer", ("TransfererUniqueid", call.agent_id), ("Result", "Success"))
            self.line(call, "Agent %d" % call.agent, verb, *extra, wait, talk, 1)
            reason = {"COMPLETEAGENT": "agent", "COMPLETECALLER": "caller"}.get(verb, "transfer")
            self.event("AgentComplete", *self.of(call), *self.member(call.agent), ("HoldTime", str(wait)), ("TalkTime", str(talk)), ("Reason", reason))
            self.event("Hangup", *self.of(call), ("Cause", "16"))
            self.calls.remove(call)

    def pause(self, agent, reason):
        with self.lock:
            name = "Agent %d" % agent
            self.paused[name] = reason
            if not reason:
                del self.paused[name]
            self.log.write(("%d|NONE|q0|%s|%s|%s\n" % (self.now, name, "PAUSE" if reason else "UNPAUSE", reason)).encode())
            self.event("QueueMemberPause", ("Queue", "q0"), *self.member(agent), ("Paused", "1" if reason else "0"), ("PausedReason", reason))

    def step(self):
        """Something happens."""
        self.now += self.random.randrange(1, 4)
        kind = self.random.randrange(10)
        rested = [call for call in self.calls if time.monotonic() - call.touched >= self.rest]
        if len(self.calls) < 40 and (kind < 3 or not rested):
            self.join()
            return
        if kind == 3:
            agent = self.random.randrange(7)
            self.pause(agent, "" if "Agent %d" % agent in self.paused else self.random.choice(("lunch", "training")))
            return
        if not rested:
            return
        call = self.random.choice(rested)
        call.touched = time.monotonic()
        if call.state == "talking":
            if call.is_held or self.random.randrange(3) == 0:
                call.is_held = not call.is_held
                self.hold(call, call.is_held)
                return
            self.complete(call, self.random.choice(("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")))
        elif call.ringing:
            if self.random.randrange(3) == 0:
                self.miss(call, self.random.choice(("RINGNOANSWER", "AGENTDUMP")))
            else:
                self.answer(call)
        elif self.random.randrange(3):
            self.ring(call, self.random.randrange(7))
        else:
            self.leave(call, self.random.choice(("ABANDON", "ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW")))
