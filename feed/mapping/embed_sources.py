"""Writes mappings as C: embed_sources.py OUTPUT FILE...; a source is called as its file."""
import json, os, sys

lines = ['#include "feed/mapping/source.h"', "", "const struct source_text source_texts[] = {"]
for path in sorted(sys.argv[2:]):
    text = open(path, encoding="utf-8").read()
    lines += ['\t{"%s",' % os.path.splitext(os.path.basename(path))[0]]
    lines += ["\t\t" + json.dumps(line, ensure_ascii=False) for line in text.splitlines(keepends=True)]
    lines += ["\t},"]
lines += ["\t{0},", "};", ""]
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write("\n".join(lines))
