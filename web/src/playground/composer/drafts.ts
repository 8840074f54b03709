/** What was begun in a channel and not sent. Files live as long as the tab. */
export interface KeptDraft {
  readonly text: string;
  readonly files: readonly File[];
}

const keyPrefix = 'playground.draft.';
const files = new Map<string, readonly File[]>();

/** The draft of a member in a channel; the text survives a reload of the tab. */
export function loadDraft(memberId: string, channelId: string): KeptDraft {
  const key = `${memberId}.${channelId}`;
  try {
    return { text: sessionStorage.getItem(keyPrefix + key) ?? '', files: files.get(key) ?? [] };
  } catch {
    return { text: '', files: files.get(key) ?? [] };
  }
}

export function saveDraft(memberId: string, channelId: string, draft: KeptDraft): void {
  const key = `${memberId}.${channelId}`;
  files.set(key, draft.files);
  try {
    if (draft.text === '') sessionStorage.removeItem(keyPrefix + key);
    else sessionStorage.setItem(keyPrefix + key, draft.text);
  } catch {
    // Without storage the draft still lives in the box until the channel is left.
  }
}
