"""Writes Lua scripts as C: embed_script.py OUTPUT NAME=FILE...; the SHA-1 is what EVALSHA calls a script by."""
import hashlib, json, sys

lines = ['#include "store/redis_script.h"', ""]
for word in sys.argv[2:]:
    name, path = word.split("=", 1)
    text = open(path, encoding="ascii").read()
    lines += ["const struct redis_script redis_script_%s = {" % name, '\t.sha = "%s",' % hashlib.sha1(text.encode()).hexdigest(),
              "\t.size = %d," % len(text), "\t.text ="]
    lines += ["\t\t" + json.dumps(line) for line in text.splitlines(keepends=True)]
    lines += ["};", ""]
with open(sys.argv[1], "w") as out:
    out.write("\n".join(lines))
