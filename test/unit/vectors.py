#!/usr/bin/env python3
"""Turns vectors.json into C tables: vectors.py vectors.json for vectors.c, and with "auth" or "bfd"
behind it those of auth.c or check_bfd.c."""
import ipaddress
import json
import re
import sys


def text(value):
    return 'NULL' if value is None else '"%s"' % value.replace('\\', '\\\\').replace('"', '\\"')


def addresses(vips):
    """A list, or a sentence such as "A then B + i, i = 0..88"."""
    if isinstance(vips, list):
        return ' '.join(vips)
    words = []
    for part in vips.split(' then '):
        run = re.fullmatch(r'(\S+) \+ i, i = 0\.\.(\d+)', part)
        first = ipaddress.ip_address(run.group(1) if run else part)
        words += [str(first + i) for i in range(int(run.group(2)) + 1 if run else 1)]
    return ' '.join(words)


def router(c):
    """A receiver_context or config as the initialiser of struct router."""
    interval_cs = c['advert_int_cs'] if 'advert_int_cs' in c else c['advert_int_s'] * 100
    return '{ %d, %d, %d, %d, %d, %d, %d, %s, %s, %s }' % (
        c['version'], 6 if c.get('family') == 'ipv6' else 4, c['vrid'], c['priority'], interval_cs,
        c.get('auth_type', 0), 0 if c.get('preempt', True) else 1, text(c['primary']),
        text(addresses(c['vips'])), text(c.get('auth_data')))


def table(kind, name, rows):
    print('static const struct %s %s[] = {' % (kind, name))
    for row in rows:
        print('    { %s },' % row)
    print('};\n')


def packet(p):
    hexes = p.get('ip_hex') or p['frame_hex']
    context = router(p['receiver_context']) if 'receiver_context' in p else \
        '{ 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL }'
    return ', '.join([text(p['id']), text(p['description']), str(int(p['expect'] == 'accept')),
                      text(p.get('stat')), text(hexes), text(p['frame_hex']), context])


def step(s):
    sent = ', '.join(s['sent']) if 'sent' in s else None
    numbers = [s.get(k, -1) for k in ('adver_us', 'active_down_us', 'skew_us',
                                      'active_adver_interval_cs')]
    return ', '.join([text(s['event']), str(s['t_us']), text(s['state']), text(sent)] +
                     [str(n) for n in numbers])


def scripts(all_scripts):
    for s in all_scripts:
        table('step', 'steps_' + s['id'].replace('-', '_'), [step(one) for one in s['steps']])
    table('script', 'scripts', [', '.join([
        text(s['id']), text(s['what']), router(s['config']),
        'steps_' + s['id'].replace('-', '_'), str(len(s['steps']))]) for s in all_scripts])


def answers(kats):
    k = {one['id']: one for one in kats}
    table('checksum', 'checksums', ['%s, %s, %s' % (text(i), text(k[i]['input_hex']), k[i]['checksum'])
                                    for i in ('K-CSUM-1071', 'K-CSUM-ODD', 'K-CSUM-ZEROS')])
    table('vmac', 'vmacs', ['%d, %s, %s' % (c['vrid'], text(c['v4']), text(c['v6']))
                            for c in k['K-VMAC']['cases']])
    table('timing', 'timings_v3', ['%d, %d, %d, %d, %d, %d' % (
        c['priority'], c['active_adver_interval_cs'], c['skew_us_floor'], c['down_us_floor'],
        c['skew_ns'], c['down_ns']) for c in k['K-TIMERS-V3']['cases']])
    table('timing', 'timings_v2', ['%d, %d, %d, %d, -1, -1' % (
        c['priority'], c['advert_int_s'] * 100, c['skew_us_floor'], c['down_us_floor'])
        for c in k['K-TIMERS-V2']['cases']])
    table('tie', 'ties', ['%s, %s, %d' % (text(c['sender']), text(c['local']), c['cmp'])
                          for c in k['K-TIEBREAK']['cases']])
    table('live', 'lives', ['%s, %s, %s' % (text(c['what']), text(c.get('src')), text(c['payload_hex']))
                            for c in k['K-LIVE']['cases']])


def authentication(packets, kats):
    table('sealed', 'sealed_packets', [
        ', '.join([text(p['id']), text(p['description']), str(int(p['expect'] == 'accept')),
                   text(p['ip_hex'])])
        for p in packets if p['id'].startswith('AH-') or
        p['id'] in ('V2-07', 'V2-08', 'V2-09', 'V2-N09')])
    table('known', 'knowns', [
        ', '.join([text(k['id'] + ' ' + k['what']), text(k['key_hex']), text(k['data_hex']),
                   text(k.get('hmac_md5') or k['hmac_sha256'])])
        for k in kats if k['id'].startswith('K-HMAC')])
    for k in kats:
        if k['id'] == 'K-REPLAY-64':
            table('stepped', 'replay_64', ['%d, true, %d' % (n, verdict == 'accept')
                                           for n, verdict in k['steps']])
        if k['id'] == 'K-REPLAY-BADICV':
            table('stepped', 'replay_bad', ['%d, %s, %d' % (
                n, 'true' if icv == 'good' else 'false', verdict == 'accept')
                for n, icv, verdict in k['steps_with_icv']])
        if k['id'] == 'K-LIVE':
            live = [c['payload_hex'] for c in k['cases'] if ' AH' in c['what']]
            print('static const char keepalived_ah[] = %s;' % text(live[0]))


def bfd(data):
    k = {one['id']: one for one in data['kats']}
    table('vector', 'vectors', [', '.join([
        text(p['id']), text(p['description']), str(int(p['expect'] == 'accept')), text(p['ip_hex'])])
        for p in data['packets'] if p['id'].startswith('BFD')])
    table('timing', 'timings', [', '.join(str(n) for n in (
        [c[side][key] for side in ('local', 'remote') for key in ('desired_tx', 'required_rx', 'mult')] +
        [c['local_tx_interval_us'], c['jittered_min_us'], c['jittered_max_us'],
         c['local_detection_time_us']])) for c in k['K-BFD-TIMERS']['cases']])
    fsm = k['K-BFD-FSM']
    states = fsm['states']
    rows = []
    for local in states:
        for heard in states:
            after, diag = fsm['next'][local].get(heard) or fsm['next'][local]['*']
            rows.append('%d, %d, %d, %d' % (states.index(local), states.index(heard),
                                            states.index(after), diag or 0))
        after, diag = fsm['timer_expiry'][local]
        rows.append('%d, -1, %d, %d' % (states.index(local), states.index(after), diag or 0))
    table('change', 'changes', rows)


with open(sys.argv[1], encoding='utf-8') as f:
    data = json.load(f)
print('/* made by vectors.py */\n')
if sys.argv[2:] == ['auth']:
    authentication(data['packets'], data['kats'])
    sys.exit()
if sys.argv[2:] == ['bfd']:
    bfd(data)
    sys.exit()
table('vector', 'vectors', [packet(p) for p in data['packets'] if not p['id'].startswith('BFD')])
scripts(data['scenarios'])
answers(data['kats'])
