import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bytes} from '../src/format/size.ts';
import {age, clockOf, dayOf, exactTime, latency, span} from '../src/format/time.ts';

const now = Date.parse('2026-11-30T12:00:00.000Z');

test('exact times name the day, the time to the thousandth, and UTC', () => {
  assert.equal(exactTime('2026-11-30T09:05:07.204Z'), '30 Nov 2026, 09:05:07.204 UTC');
  assert.equal(exactTime('2026-01-02T00:00:00.000Z'), '2 Jan 2026, 00:00:00 UTC');
  assert.equal(exactTime('yesterday'), 'yesterday');
  assert.equal(dayOf('2026-11-30'), '30 Nov 2026');
  assert.equal(clockOf('2026-11-30T09:05:07.000Z'), '09:05:07');
});

test('sizes are written in the largest unit', () => {
  const cases = [[640, '640 bytes'], [4300, '4.2 KiB'], [33_285_996_544, '31 GiB']] as const;
  for (const [size, text] of cases) assert.equal(bytes(size), text);
});

test('ages are written in the largest unit, and beyond 14 days as the day', () => {
  const cases = [
    ['2026-11-30T11:59:57.000Z', 'now'], ['2026-11-30T11:59:15.000Z', '45 s ago'], ['2026-11-30T11:57:00.000Z', '3 min ago'],
    ['2026-11-30T09:00:00.000Z', '3 h ago'], ['2026-11-28T11:00:00.000Z', '2 d ago'], ['2026-11-30T14:30:00.000Z', 'in 2 h'],
    ['2026-10-01T12:00:00.000Z', '1 Oct 2026'], ['never', 'never'],
  ] as const;
  for (const [at, text] of cases) assert.equal(age(at, now), text);
});

test('latencies and spans are written in units that are read at a glance', () => {
  const cases = [[640, '640 µs'], [4200, '4.2 ms'], [42_000, '42 ms'], [1_310_000, '1.3 s'], [190_000_000, '3 min']] as const;
  for (const [microseconds, text] of cases) assert.equal(latency(microseconds), text);
  assert.equal(span(86_400 * 30), '30 d');
  assert.equal(span(0), '0 s');
});
