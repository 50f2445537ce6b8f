// Money is decimal text with a currency, as the API has it. It is never made a number: sums are of minor units, as BigInt.

export interface Amount {
  value: string;
  currency: string;
}

const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

/** "1234567.5" as "1,234,567.5"; what is no decimal number stays as it is. */
export function grouped(value: string): string {
  const parts = decimal.exec(value);
  if (!parts) return value;
  const whole = parts[2]!.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = parts[1] ? '−' : '';
  return sign + whole + (parts[3] === undefined ? '' : `.${parts[3]}`);
}

/** The one way in which money is written as plain text: "1,234.56 GBP". */
export function moneyText(amount: Amount): string {
  return `${grouped(amount.value)} ${amount.currency}`;
}

/** The sum of decimal texts, with the most decimals that any of them has; undefined if one is no decimal number. */
export function sum(values: readonly string[]): string | undefined {
  let decimals = 0;
  const parsed: [bigint, number][] = [];
  for (const value of values) {
    const parts = decimal.exec(value);
    if (!parts) return undefined;
    const fraction = parts[3] ?? '';
    parsed.push([BigInt(parts[1]! + parts[2]! + fraction), fraction.length]);
    decimals = Math.max(decimals, fraction.length);
  }
  let total = 0n;
  for (const [units, scale] of parsed) total += units * 10n ** BigInt(decimals - scale);
  return fromUnits(total, decimals);
}

function fromUnits(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Whether two decimal texts are the same amount: "70" and "70.00" are. */
export function sameValue(one: string, other: string): boolean {
  const difference = sum([one, other.startsWith('-') ? other.slice(1) : `-${other}`]);
  return difference !== undefined && /^-?0*(\.0*)?$/.test(difference);
}
