"""Private redis-servers for tests: in a new folder, gone with the test. Counts and prints TAP."""
import atexit, ctypes, os, shutil, signal, socket, subprocess, tempfile, time

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")
CLI = shutil.which("redis-cli") or shutil.which("valkey-cli")
folder = tempfile.mkdtemp(prefix="tablo-redis-")
processes = []
results = []


@atexit.register
def clean():
    for process in processes:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def say(good, name, why=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name), flush=True)
    if not good:
        print("# " + str(why)[:3000].replace("\n", "\n# "), flush=True)


def skip(name, why):
    results.append(True)
    print("ok %d - %s # SKIP %s" % (len(results), name, why), flush=True)


def until(condition, patience=30):
    """Asks again and again; the last answer."""
    end = time.monotonic() + patience
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.005)


def die_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


_next_port = [14000 + os.getpid() % 400 * 20]


def free_port():
    """Below the ports that connections take (32768), with room for the cluster's bus 10000 higher."""
    while True:
        _next_port[0] += 1
        with socket.socket() as first, socket.socket() as bus:
            try:
                first.bind(("127.0.0.1", _next_port[0]))
                bus.bind(("127.0.0.1", _next_port[0] + 10000))
                return _next_port[0]
            except OSError:
                continue


class Redis:
    def __init__(self, *words, port=0, program=(), config=None):
        self.folder = tempfile.mkdtemp(dir=folder)
        self.port = port
        self.socket = os.path.join(self.folder, "socket")
        self.words = [SERVER, *([config] if config else []), *program, "--port", str(port), "--unixsocket", self.socket, "--dir", self.folder,
                      "--bind", "127.0.0.1", "--save", "", *words]
        self.start()

    def begin(self):
        """Without waiting for an answer."""
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen(self.words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_us)
        processes.append(self.process)

    def start(self):
        self.begin()
        if not until(lambda: self.ask("PING") == "PONG"):
            raise RuntimeError(open(os.path.join(self.folder, "log")).read())

    def ask(self, *words):
        done = subprocess.run([CLI, "-s", self.socket, *words], capture_output=True, text=True)
        return done.stdout.strip()

    def kill(self):
        self.process.kill()
        self.process.wait()
        if os.path.exists(self.socket):
            os.unlink(self.socket)


class Probe:
    def __init__(self, url, owner="w"):
        self.process = subprocess.Popen([os.environ["TABLO_REDIS_PROBE"], url, owner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_us)
        processes.append(self.process)

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def take(self):
        return self.process.stdout.readline().strip()

    def ask(self, line):
        self.send(line)
        return self.take()
