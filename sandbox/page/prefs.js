/** What the visitor chose, kept in the browser where it lets us. */

export function recall(name) {
  try {
    return localStorage.getItem(`pinbell.${name}`);
  } catch {
    return null; // storage is forbidden in some private windows; then choices last as long as the page
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`pinbell.${name}`, value);
  } catch {
    return;
  }
}
