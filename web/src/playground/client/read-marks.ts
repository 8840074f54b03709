const keyPrefix = 'playground.read.';

/** The read marks kept from an earlier visit of this member in this browser; none when storage is closed to us. */
export function loadReadMarks(memberId: string): Readonly<Record<string, string>> {
  try {
    const text = localStorage.getItem(keyPrefix + memberId);
    return text === null ? {} : (JSON.parse(text) as Record<string, string>);
  } catch {
    return {};
  }
}

/** Keeps the marks for the next visit, where the browser lets us. */
export function saveReadMarks(memberId: string, marks: Readonly<Record<string, string>>): void {
  try {
    localStorage.setItem(keyPrefix + memberId, JSON.stringify(marks));
  } catch {
    // A full or closed storage costs nothing but the unread marks of the next visit.
  }
}
