// Light, dark, or as the system has it. The choice stays in this browser.

import {useEffect, useState} from 'preact/hooks';

export type Theme = 'system' | 'light' | 'dark';

const stored = 'settled.theme';
const listeners = new Set<() => void>();

export function theme(): Theme {
  const chosen = localStorage.getItem(stored);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem(stored);
  else localStorage.setItem(stored, chosen);
  applyTheme();
  for (const listener of listeners) listener();
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Rises with each change of colours: what is drawn on a canvas is drawn again. */
export function useScheme(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const change = () => setVersion(before => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', change);
    listeners.add(change);
    return () => {
      system.removeEventListener('change', change);
      listeners.delete(change);
    };
  }, []);
  return version;
}
