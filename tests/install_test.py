#!/usr/bin/env python3
"""The Debian package: made of this build, looked at by lintian, put into a folder of its own as if it were a machine, run there, and purged
again with nothing left. Prints TAP."""
import glob, json, os, re, shutil, subprocess, sys, tempfile

import tap
from tap import say
from terminal_parts import Terminal

BIN, SOURCE = os.environ["TABLO_BIN"], os.environ["TABLO_SOURCE"]
BUILD = os.path.dirname(os.path.dirname(os.path.abspath(BIN)))
ROOT = os.geteuid() == 0
# What a folder needs beside the package before its program can run there.
SYSTEM = ["/usr/lib/locale/C.utf8", "/usr/share/zoneinfo/Europe/Moscow", "/usr/share/zoneinfo/UTC", "/lib/terminfo/x/xterm", "/usr/share/terminfo/x/xterm"]


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=200, stdin=subprocess.DEVNULL, **more)


def prefix():
    options = run("meson", "introspect", "--buildoptions", BUILD)
    return next((each["value"] for each in json.loads(options.stdout) if each["name"] == "prefix"), "?") if options.returncode == 0 else "?"


def copy(path, root):
    into = root + path
    os.makedirs(os.path.dirname(into), exist_ok=True)
    if os.path.isdir(path):
        shutil.copytree(path, into, dirs_exist_ok=True)
    elif os.path.exists(path):
        shutil.copy(os.path.realpath(path), into)


def furnish(root):
    """The libraries, a locale, a terminal: what the package depends on."""
    for path in re.findall(r"(/\S+) \(0x", run("ldd", BIN).stdout) + SYSTEM:
        copy(path, root)
    for folder in ("tmp", "dev", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    for file in ("dev/null", "var/lib/dpkg/status"):
        open(os.path.join(root, file), "w").close()


def files(root):
    return {os.path.relpath(os.path.join(place, name), root) for place, folders, names in os.walk(root) for name in names + folders
            if "var/lib/dpkg" not in place and not os.path.join(place, name).endswith("var/lib/dpkg")}


def dpkg(root, *words):
    own = [] if ROOT else ["fakeroot"]
    return run(*own, "dpkg", "--root=" + root, "--force-not-root", "--force-depends", "--force-script-chrootless", "--log=/dev/null", *words,
               env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "DEBIAN_FRONTEND": "noninteractive"})


def program(root):
    """How the installed one is run: seeing nothing but its folder where that can be had."""
    if ROOT and run("chroot", root, "/usr/bin/tablo", "--version").returncode == 0:
        return [shutil.which("chroot"), root, "/usr/bin/tablo"]
    return [root + "/usr/bin/tablo"]


def look(package, folder):
    depends = re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:,|$)", run("dpkg-deb", "-f", package, "Depends").stdout.strip())
    say({"libzmq5", "libc6", "libncursesw6", "libconfuse2"} <= set(depends), "it depends on the libraries it is linked with", depends)
    missing = [name for name in depends if "install ok installed" not in run("dpkg-query", "-W", "-f=${Status}", name).stdout]
    say(depends and not missing, "which are there", missing)
    if shutil.which("lintian"):
        changes = glob.glob(folder + "/*.changes")[0]
        found = run("lintian", "--allow-root", changes)
        say(found.returncode == 0 and "E:" not in found.stdout, "lintian finds no error", found.stdout + found.stderr)
        say("W:" not in found.stdout, "and nothing to warn of", found.stdout)
    else:
        tap.skip("lintian finds no error", "no lintian")
        tap.skip("and nothing to warn of", "no lintian")


def try_installed(root):
    own = program(root)
    version = run(*own, "--version")
    say(version.stdout == run(BIN, "--version").stdout != "", "tablo --version", version)
    config = os.path.join(root, "tmp/wall.conf")
    with open(config, "w") as to:
        to.write(run(*own, "--print-config").stdout)
    inside = "/tmp/wall.conf" if len(own) > 1 else config
    checked = run(*own, "check", inside)
    say(checked.returncode == 0, "tablo check of what --print-config printed", checked)
    seen = run(*own, "snapshot", "--feed", "sim:", "--at", "2026-11-20T10:00", "--speed", "0", "--json")
    say(seen.returncode == 0 and json.loads(seen.stdout), "tablo snapshot of the simulator", seen.stderr)
    for name in sorted(glob.glob(root + "/usr/share/tablo/boards/*.conf")):
        checked = run(*own, "check", name[len(root):] if len(own) > 1 else name)
        say(checked.returncode == 0, "tablo check boards/" + os.path.basename(name), checked)
    terminal = Terminal(*own, "demo", "--zone", "Europe/Moscow", XDG_RUNTIME_DIR="")
    say(terminal.until("Billing"), "tablo demo on a terminal", terminal.text())
    terminal.send("q")
    terminal.until(lambda text: False, 1)
    say(terminal.close() == 0, "q leaves it", terminal.code)
    os.remove(config)


def try_russian(root):
    terminal = Terminal(*program(root), "demo", "--set", "language=ru", XDG_RUNTIME_DIR="")
    say(terminal.until(lambda text: re.search("[а-яё]{4}", text)), "the board in Russian, by the installed catalogue", terminal.text())
    terminal.close()


def try_places(root):
    for wanted in ("share/man/man1/tablo-board.1.gz", "share/man/man5/tablo.conf.5.gz", "share/man/man7/tablo-feed.7.gz", "share/man/man7/tablo-metrics.7.gz",
                   "share/bash-completion/completions/tablo", "share/zsh/vendor-completions/_tablo", "share/fish/vendor_completions.d/tablo.fish",
                   "share/applications/tablo.desktop", "share/icons/hicolor/scalable/apps/tablo.svg", "share/locale/ru/LC_MESSAGES/tablo.mo",
                   "share/tablo/markets/jp.conf", "share/tablo/mappings/helpdesk-it.conf", "lib/systemd/system/tablo-wall@.service"):
        say(os.path.getsize(os.path.join(root, "usr", wanted)) > 0 if os.path.exists(os.path.join(root, "usr", wanted)) else False, "usr/" + wanted)
    folders = [name for name in ("boards", "mappings", "markets", "themes") if os.path.isdir(os.path.join(SOURCE, "data", name))]
    missing = [os.path.join(name, file) for name in folders for file in os.listdir(os.path.join(SOURCE, "data", name))
               if not os.path.exists(os.path.join(root, "usr/share/tablo", name, file))]
    say(not missing, "every file of data/" + ", ".join(folders), missing)
    if shutil.which("desktop-file-validate"):
        done = run("desktop-file-validate", os.path.join(root, "usr/share/applications/tablo.desktop"))
        say(done.returncode == 0, "desktop-file-validate finds no fault", done.stdout + done.stderr)
    else:
        tap.skip("desktop-file-validate finds no fault", "no desktop-file-validate")


def main(folder):
    for tool in ("dpkg-buildpackage", "dh", "fakeroot"):
        if not shutil.which(tool):
            tap.skip("the package", "no " + tool)
            return
    if prefix() != "/usr":
        tap.skip("the package", "this build is for another prefix: meson configure --prefix=/usr")
        return
    made = run("bash", SOURCE + "/scripts/deb", "--from", BUILD, folder + "/deb")
    packages = [name for name in glob.glob(folder + "/deb/tablo_*.deb")]
    say(made.returncode == 0 and len(packages) == 1, "scripts/deb makes the package", made.stdout + made.stderr)
    if not packages:
        return
    look(packages[0], folder + "/deb")
    root = folder + "/machine"
    furnish(root)
    before = files(root)
    done = dpkg(root, "-i", packages[0])
    say(done.returncode == 0 and "usr/bin/tablo" in files(root), "dpkg -i", done.stdout + done.stderr)
    if done.returncode:
        return
    try_places(root)
    try_installed(root)
    try_russian(root)
    done = dpkg(root, "--purge", "tablo")
    say(done.returncode == 0 and files(root) == before, "dpkg --purge leaves nothing", (done.stdout + done.stderr, sorted(files(root) ^ before)[:20]))


with tempfile.TemporaryDirectory() as place:
    main(place)
sys.exit(tap.end())
