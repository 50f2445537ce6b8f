import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hasPage, pathOf, shortId} from '../src/format/ids.ts';
import {accountOf, accountText, isMasked} from '../src/format/mask.ts';
import {count, tone, words} from '../src/format/words.ts';

test('an id leads to the screen of its kind, all else to its timeline', () => {
  assert.equal(pathOf('pay_0APQF2J9M0000'), '/payments/pay_0APQF2J9M0000');
  assert.equal(pathOf('whk_0APQF2J9M0000'), '/timeline/whk_0APQF2J9M0000');
  assert.equal(pathOf('order 1/2'), '/timeline/order%201%2F2');
  assert.equal(shortId('pay_0APQF2J9M0000'), 'pay_…9M0000');
  assert.equal(shortId('order-1'), 'order-1');
  assert.ok(hasPage('whk_0APQF2J9M0000') && !hasPage('ses_0APQF2J9M0000') && !hasPage('operator'));
});

test('accounts are grouped when they are whole, and left as they are when masked', () => {
  assert.equal(accountText('GB57CLRB04040100057354'), 'GB57 CLRB 0404 0100 0573 54');
  assert.equal(accountText('GB57…7354'), 'GB57…7354');
  assert.ok(isMasked('GB57…7354') && isMasked('••••6819') && !isMasked('31926819'));
  assert.equal(accountOf({sort_code: '601613', account_number: '31926819'}), '601613 31926819');
  assert.equal(accountOf({name: 'Ann Lee'}), '');
});

test('words, counts and tones', () => {
  assert.equal(words('end_to_end_id'), 'end-to-end id');
  assert.equal(words('partially_settled'), 'partially settled');
  assert.equal(count(1, 'review'), '1 review');
  assert.equal(count(1204, 'entry', 'entries'), '1,204 entries');
  assert.equal(tone('settled'), 'good');
  assert.equal(tone('dead'), 'bad');
  assert.equal(tone('something_new'), 'calm');
});
