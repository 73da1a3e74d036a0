#!/usr/bin/env python3
"""Functions of at most 70 lines, half of them of at most 12; 100 columns; no // but // >>marks."""
import re
import statistics
import subprocess
import sys


def functions(path):
    """(lines, name, first line) of each, by universal-ctags."""
    out = subprocess.run(['ctags', '--language-force=C', '--c-kinds=f', '--fields=+ne', '-f', '-',
                          path], capture_output=True, text=True, check=True).stdout
    for row in out.splitlines():
        where = dict(f.split(':', 1) for f in row.split('\t')[3:] if ':' in f)
        if 'end' in where:
            yield int(where['end']) - int(where['line']) + 1, row.split('\t')[0], int(where['line'])


def without_comments(text):
    """Strings emptied and block comments blanked, lines kept."""
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.S)

    def blank(m):
        s = m.group(0)
        return s if s.startswith('//') else re.sub(r'[^\n]', ' ', s)
    return token.sub(blank, text)


def judge(path):
    faults = []
    with open(path, encoding='utf-8') as f:
        text = f.read()
    sizes = list(functions(path))
    faults += ['%s:%d: %s has %d lines' % (path, at, name, n) for n, name, at in sizes if n > 70]
    median = statistics.median([n for n, _, _ in sizes])
    if median > 12:
        faults.append('%s: half of the functions have more than %g lines' % (path, median))
    for number, line in enumerate(text.split('\n'), 1):
        if len(line) > 100:
            faults.append('%s:%d: %d columns' % (path, number, len(line)))
        if '\t' in line or line != line.rstrip():
            faults.append('%s:%d: tab or trailing blank' % (path, number))
    for number, line in enumerate(without_comments(text).split('\n'), 1):
        if '//' in line and not re.fullmatch(r'// >>\S.*', line):
            faults.append('%s:%d: // comment' % (path, number))
    words = r'\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b'
    faults += ['%s: %s' % (path, w) for w in re.findall(words, text)]
    if 'ALTERNATIVE B - Public Domain' not in text[-3500:]:
        faults.append('%s: the licence does not stand at its end' % path)
    print('%s: %d functions, median %g, longest %d' % (path, len(sizes), median, max(sizes)[0]))
    return faults


problems = [fault for path in sys.argv[1:] for fault in judge(path)]
print('\n'.join(problems))
sys.exit(bool(problems))
