import { focusComposer } from '../use-actions.ts';

type Listener = (text: string, files: readonly File[]) => void;

let listener: Listener | null = null;

/** Puts text and files into the message box that is open, from anywhere on the page, and the cursor behind it. */
export function insertInComposer(text: string, files: readonly File[] = []): void {
  listener?.(text, files);
  focusComposer();
}

/** The open message box takes what others insert; returns how to stop. */
export function receiveInsertions(receive: Listener): () => void {
  listener = receive;
  return () => {
    if (listener === receive) listener = null;
  };
}
