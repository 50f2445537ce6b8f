// Icons of one weight on a grid of 16, drawn with the colour of the text around them.

const paths = {
  overview: 'M2.5 8.5h4v5h-4zM9.5 2.5h4v5h-4zM2.5 2.5h4v3h-4zM9.5 10.5h4v3h-4z',
  feed: 'M1.5 8h3l2-5 3 10 2-5h3',
  payments: 'M2 4.5h12v8H2zM2 7.2h12M4.5 10h2.5',
  settlements: 'M8 2v8m0 0 3-3m-3 3L5 7M2.5 13.5h11',
  matches: 'M6.5 9.5 9.5 6.5M7.5 4.5l1-1a2.8 2.8 0 0 1 4 4l-1 1M8.5 11.5l-1 1a2.8 2.8 0 0 1-4-4l1-1',
  reviews: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.6M8 10.9v.1',
  orders: 'M8 10V2m0 0L5 5m3-3 3 3M2.5 13.5h11',
  links: 'M3 6.5h10M3 9.5h10M6 3.5 3 6.5M10 12.5l3-3',
  notifications: 'M4 7a4 4 0 0 1 8 0c0 3.5 1.5 4.5 1.5 4.5h-11S4 10.5 4 7zM6.7 13.6a1.5 1.5 0 0 0 2.6 0',
  endpoints: 'M13.5 2.5 7 9M13.5 2.5 9.5 13.5 7 9 2.5 6.5z',
  deliveries: 'M2 5 8 2l6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6',
  connectors: 'M5.5 2v3.5M10.5 2v3.5M3.5 5.5h9V8a4.5 4.5 0 0 1-9 0zM8 12.5V15',
  institutions: 'M2 6.5 8 2.5l6 4M3.5 6.5v5.5M6.5 6.5v5.5M9.5 6.5v5.5M12.5 6.5v5.5M2 13.5h12',
  rules: 'M2.5 4h4M10 4h3.5M2.5 8H5M8.5 8h5M2.5 12h6M12 12h1.5M8.2 2.4v3.2M6.8 6.4v3.2M10.2 10.4v3.2',
  statements: 'M4 2h6l3 3v9H4zM6.5 8h4M6.5 10.8h4M9.5 2.2v3h3.2',
  nodes: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.1M5 11v.1',
  keys: 'M10.2 2.5a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6zM7.8 8.2 2.5 13.5M4.5 11.5l1.5 1.5',
  operators: 'M8 2.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2zM2.8 13.5c.5-2.6 2.5-4 5.2-4s4.7 1.4 5.2 4',
  changes: 'M8 2.2a5.8 5.8 0 1 0 5.8 5.8M8 4.8V8l2.3 1.6M13.8 3v3.2h-3.2',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.1 3.1',
  webhook: 'M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5',
  event: 'M8.8 2 3.5 9H8l-.8 5L12.5 7H8z',
  decision: 'M8 2v12M3 4.5h10M3 4.5 1.5 9h3zM13 4.5 11.5 9h3z',
  call: 'M2.5 6h9m0 0L8.8 3.2M11.5 6 8.8 8.8M13.5 11h-9m0 0 2.7-2.6M4.5 11l2.7 2.6',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  dash: 'M4 8h8',
  differs: 'M3.5 6h9M3.5 10h9M10.5 3l-5 10',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.2 9.5A5.6 5.6 0 0 1 6.5 2.8a5.6 5.6 0 1 0 6.7 6.7z',
  system: 'M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3',
  keyboard: 'M1.8 4h12.4v8H1.8zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M5 9.5h6',
  leave: 'M9.5 2.5h-6v11h6M7 8h7m0 0-2.5-2.5M14 8l-2.5 2.5',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({name}: {name: IconName}) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d={paths[name]} /></svg>
  );
}

export function hasIcon(name: string): name is IconName {
  return name in paths;
}

/** The sign of the product. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="mark-ground" />
      <path d="M7 12.5h12M25 19.5H13" class="mark-lines" /><path d="m9.5 18.5 4.6 4.5L23 11.5" class="mark-check" />
    </svg>
  );
}
