import assert from 'node:assert/strict';
import {test} from 'node:test';
import {grouped, moneyText, sameValue, sum} from '../src/format/money.ts';

test('money is grouped by thousands and keeps its decimals', () => {
  const cases = [
    ['0', '0'], ['12.34', '12.34'], ['999', '999'], ['1000', '1,000'], ['1234567.5', '1,234,567.5'], ['-1234.00', '−1,234.00'],
    ['123456789012345678.90', '123,456,789,012,345,678.90'], ['1e5', '1e5'], ['', ''],
  ] as const;
  for (const [value, shown] of cases) assert.equal(grouped(value), shown);
});

test('money stands before its currency', () => {
  assert.equal(moneyText({value: '1234.5', currency: 'GBP'}), '1,234.5 GBP');
});

test('sums are exact beyond what a number holds', () => {
  const cases = [
    [['0.1', '0.2'], '0.3'], [['9007199254740993.01', '0.02'], '9007199254740993.03'], [['10', '-0.01'], '9.99'],
    [['0.004', '0.006'], '0.010'], [['-1.50', '0.25'], '-1.25'], [[], '0'],
  ] as const;
  for (const [values, total] of cases) assert.equal(sum(values), total);
  assert.equal(sum(['12.34', 'twelve']), undefined);
});

test('an amount is the same however many zeros it has', () => {
  assert.ok(sameValue('70', '70.00'));
  assert.ok(sameValue('-70', '-70.0'));
  assert.ok(!sameValue('70', '70.01'));
  assert.ok(!sameValue('70', '-70'));
  assert.ok(!sameValue('70', ''));
});
