#!/usr/bin/env python3
"""The catalogues of po/: complete, right in their formats, and of the texts that the sources have now. Prints TAP."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ.get('TABLO_SOURCE', os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
PROGRAM = os.environ['TABLO_BIN']
KEYWORDS = ['--keyword=_', '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2', '--keyword=words_plural:1,2']
FOLDERS = ['app', 'base', 'config', 'feed', 'journal', 'metrics', 'replay', 'report', 'store', 'tui', 'widgets']
results = []


def say(good, name, why=''):
    results.append(good)
    if why and not good:
        print('\n'.join('# ' + line for line in str(why).splitlines()[:40]))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}", flush=True)


def run(*words, **more):
    environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en')
    environment.update(more.pop('env', {}))
    return subprocess.run(words, cwd=SOURCE, capture_output=True, text=True, timeout=60, env=environment, **more)


def entries(path):
    """Every text of a catalogue with its context."""
    text = run('msgcat', '--no-wrap', '--no-location', path).stdout
    found = set()
    for block in text.split('\n\n')[1:]:
        parts = dict(re.findall(r'^(msgctxt|msgid|msgid_plural) "(.*)"$', block, re.M))
        if parts.get('msgid'):
            found.add((parts.get('msgctxt'), parts['msgid'], parts.get('msgid_plural')))
    return found


def listed(name):
    with open(os.path.join(SOURCE, 'po', name)) as lines:
        return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def test_files_that_speak():
    pattern = re.compile(r'\b(?:_|N_|C_|NC_|words_plural)\("')
    speaking = set()
    for folder in FOLDERS:
        for place, _, names in os.walk(os.path.join(SOURCE, folder)):
            for name in names:
                path = os.path.join(place, name)
                if name.endswith(('.c', '.h')) and pattern.search(open(path, encoding='utf-8').read()):
                    speaking.add(os.path.relpath(path, SOURCE))
    speaking.discard('base/words.h')
    wrong = speaking ^ set(listed('POTFILES'))
    say(not wrong and len(speaking) > 40, 'POTFILES lists the files with texts (else: scripts/words)', sorted(wrong))


def test_template():
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, 'tablo.pot')
        run('xgettext', '--from-code=UTF-8', *KEYWORDS, '-f', 'po/POTFILES', '-o', made)
        now, kept = entries(made), entries('po/tablo.pot')
    wrong = '\n'.join(map(str, sorted(now ^ kept, key=str)))
    say(now == kept and len(now) > 500, 'tablo.pot has the texts of the sources (else: scripts/words)', wrong)


def test_complete(language):
    path = f'po/{language}.po'
    checked = run('msgfmt', '--check', '--statistics', '-o', os.devnull, path)
    say(checked.returncode == 0 and 'warning' not in checked.stderr, f'{language}: formats and header are right', checked.stderr)
    lacking = run('msgcmp', path, 'po/tablo.pot')
    say(lacking.returncode == 0, f'{language}: nothing is missing or fuzzy', lacking.stderr)
    extra = entries(path) - entries('po/tablo.pot')
    say(not extra, f'{language}: nothing is left over', extra)


def test_blanks(language):
    """What is glued before and after a text must be there in every language."""
    text = run('msgcat', '--no-wrap', f'po/{language}.po').stdout
    wrong = []
    for context, text_id, said in re.findall(r'(?:msgctxt "(.*)"\n)?msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"', text):
        if text_id.startswith((' ', '+', ',')) and not said.startswith((' ', '+', ',', 'ещё')) or text_id.startswith('  ') != said.startswith('  '):
            wrong.append((text_id, said))
    say(not wrong, f'{language}: blanks at the beginning are kept', wrong)


def test_languages_known():
    told = run(PROGRAM, '--language', 'xx', '--help').stdout
    refused = run(PROGRAM, 'check', '--language', 'xx')
    says = refused.stderr
    say(all(f'"{language}"' in says or language in says for language in listed('LINGUAS')) and refused.returncode == 2 and told != '',
        'every catalogue is a value of language, others are refused', says)


def test_program_speaks():
    """No locale of the language on the machine is needed; what programs read stays English."""
    words = [PROGRAM, 'snapshot', '--feed', 'sim:7', '--clock', 'feed', '--at', '2026-11-20T00:05', '--zone', 'UTC']
    russian = {'LC_ALL': 'ru_RU.UTF-8', 'LANGUAGE': ''}
    shown = run(*words, '--text', env=russian)
    say('В ОЧЕРЕДИ' in shown.stdout and 'IN QUEUE' not in shown.stdout, 'a board in a Russian environment', shown.stdout + shown.stderr)
    shown = run(*words, '--text', '--language', 'en', env=russian)
    say('IN QUEUE' in shown.stdout and 'ОЧЕРЕДИ' not in shown.stdout, '--language has the last word', shown.stdout + shown.stderr)
    shown = run(*words, '--text', '--set', 'language=ru', env={'LC_ALL': 'C', 'LANGUAGE': ''})
    say('В ОЧЕРЕДИ' in shown.stdout, 'the setting speaks in the locale C', shown.stdout + shown.stderr)
    shown = run(*words, '--text', '--ascii', env=russian)
    say('IN QUEUE' in shown.stdout, 'ASCII alone is English', shown.stdout + shown.stderr)
    plain, other = run(*words, '--json', env={'LC_ALL': 'C'}), run(*words, '--json', env=russian)
    say(plain.stdout == other.stdout and plain.stdout.startswith('{'), 'JSON is the same in every language', other.stdout[:300] + other.stderr)
    for option in ['--list-metrics', '--list-keys', '--list-widgets', '--list-faults', '--print-config', '--print-man']:
        plain, other = run(PROGRAM, option, env={'LC_ALL': 'C'}), run(PROGRAM, option, env=russian)
        say(plain.stdout == other.stdout and plain.stdout != '', f'{option} is the same in every language')


def test_help_speaks():
    """Of each command; only what consists of names is the same."""
    russian = {'LC_ALL': 'ru_RU.UTF-8', 'LANGUAGE': ''}
    first = run(PROGRAM, '--help', env=russian).stdout
    commands = re.findall(r'^  ([a-z]+) ', first, re.M)
    wrong = [] if 'использование: tablo' in first and len(commands) > 10 else [first]
    for command in commands:
        plain, other = run(PROGRAM, command, '--help').stdout, run(PROGRAM, command, '--help', env=russian).stdout
        kept = [line for line in plain.splitlines() if line in other.splitlines() and re.search(r' (the|is|of|a|and) ', line)]
        if kept or 'использование:' not in other or 'usage:' not in plain:
            wrong.append((command, kept))
    say(not wrong, 'the help of every command is in the language of the reader', wrong)


if not shutil.which('xgettext') or not shutil.which('msgcmp'):
    print('ok 1 - catalogues # SKIP gettext is not installed\n1..1')
    sys.exit(0)
test_files_that_speak()
test_template()
for of in listed('LINGUAS'):
    test_complete(of)
    test_blanks(of)
test_languages_known()
test_program_speaks()
test_help_speaks()
print(f'1..{len(results)}')
sys.exit(0 if all(results) else 1)
