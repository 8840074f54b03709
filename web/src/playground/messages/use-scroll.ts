import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How near to the end, in CSS pixels, still counts as being at it. */
const nearPx = 40;

interface Anchor {
  readonly id: string;
  readonly topPx: number;
}

export interface ScrollControl {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
}

/**
 * Keeps a list of messages where the reader is: at the end it follows what is added; elsewhere the first visible
 * message stays where it stands, whatever grows or comes in above it (older pages, streaming edits, loading pictures).
 */
export function useScroll(channelId: string, onNearStart: () => void, onNearEnd: () => void): ScrollControl {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<Anchor | null>(null);
  const [atEnd, setAtEnd] = useState(true);

  const settle = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    if (following.current) element.scrollTop = element.scrollHeight;
    else restore(element, anchor.current);
    anchor.current = firstVisible(element);
  }, []);

  useLayoutEffect(() => {
    following.current = true;
    anchor.current = null;
    setAtEnd(true);
    settle();
  }, [channelId, settle]);

  useLayoutEffect(settle);

  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (box.current !== null) observer.observe(box.current);
    if (content.current !== null) observer.observe(content.current);
    return () => observer.disconnect();
  }, [settle]);

  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    const belowPx = element.scrollHeight - element.scrollTop - element.clientHeight;
    following.current = belowPx < nearPx;
    anchor.current = firstVisible(element);
    setAtEnd(following.current);
    if (element.scrollTop < 400) onNearStart();
    if (belowPx < 400) onNearEnd();
  };

  const toEnd = useCallback(() => {
    following.current = true;
    settle();
    setAtEnd(true);
  }, [settle]);

  return { box, content, atEnd, onScroll, toEnd };
}

function messagesOf(element: HTMLElement): NodeListOf<HTMLElement> {
  return element.querySelectorAll<HTMLElement>('[data-message-id]');
}

function firstVisible(element: HTMLElement): Anchor | null {
  const edgePx = element.getBoundingClientRect().top;
  for (const message of messagesOf(element)) {
    const box = message.getBoundingClientRect();
    if (box.bottom > edgePx) return { id: message.dataset['messageId'] ?? '', topPx: box.top - edgePx };
  }
  return null;
}

function restore(element: HTMLElement, anchor: Anchor | null): void {
  if (anchor === null) return;
  const message = element.querySelector<HTMLElement>(`[data-message-id="${CSS.escape(anchor.id)}"]`);
  if (message === null) return;
  const topPx = message.getBoundingClientRect().top - element.getBoundingClientRect().top;
  element.scrollTop += topPx - anchor.topPx;
}
