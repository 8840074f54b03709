import { useEffect, useState } from 'react';
import { useClient } from '../context.tsx';
import { loadDraft, saveDraft } from './drafts.ts';

/** The text and files of the open message box, kept per member and channel. */
export function useDraft(channelId: string) {
  const { member } = useClient();
  const [kept] = useState(() => loadDraft(member.id, channelId));
  const [text, setText] = useState(kept.text);
  const [files, setFiles] = useState<readonly File[]>(kept.files);
  useEffect(() => saveDraft(member.id, channelId, { text, files }), [member.id, channelId, text, files]);
  return { text, setText, files, setFiles };
}
