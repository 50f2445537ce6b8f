// Sizes of files and disks.

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "640 bytes", "4.2 KiB", "31 GiB". */
export function bytes(size: number): string {
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
