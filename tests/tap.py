"""Lines of TAP for tests that are scripts of their own."""
number = failed = 0


def say(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, name), flush=True)
    if not good and why:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def skip(name, why="no real logs at TABLO_DATA"):
    global number
    number += 1
    print("ok %d - %s # SKIP %s" % (number, name, why))


def end():
    """The plan; did anything fail?"""
    print("1..%d" % number)
    return failed > 0
