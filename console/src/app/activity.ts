// Whether a person is at the page. What the page asks by itself must not keep a session alive that the server would end
// for want of use: it stops when the tab is hidden or was not touched for a while.

const idleAfterMs = 10 * 60 * 1000;
let touchedAt = Date.now();

export function watchActivity(): void {
  const touched = () => { touchedAt = Date.now(); };
  for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
    document.addEventListener(event, touched, {passive: true, capture: true});
  }
}

export function isAttended(): boolean {
  return !document.hidden && Date.now() - touchedAt < idleAfterMs;
}
