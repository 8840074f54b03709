import type { Message } from './model.ts';
import type { Route } from './route.ts';

export type MenuTarget =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'user'; readonly userId: string; readonly guildId: string | null };

/** A menu at a place of the window, in CSS pixels. */
export interface OpenMenu {
  readonly x: number;
  readonly y: number;
  readonly target: MenuTarget;
}

/** A card about a user beside the place that asked for it, in CSS pixels. */
export interface OpenProfile {
  readonly x: number;
  readonly y: number;
  readonly userId: string;
  readonly guildId: string | null;
}

export interface Picture {
  readonly url: string;
  readonly name: string;
}

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'error';
  readonly text: string;
}

export type Dialog =
  | { readonly kind: 'thread'; readonly channelId: string; readonly message: Message | null }
  | { readonly kind: 'delete'; readonly message: Message }
  | { readonly kind: 'react'; readonly message: Message }
  | { readonly kind: 'forward'; readonly message: Message }
  | { readonly kind: 'switch' };

/** What the page itself has open; nothing of it is known to the server. */
export interface UiState {
  readonly route: Route;
  readonly navigationOpen: boolean;
  readonly membersOpen: boolean;
  readonly menu: OpenMenu | null;
  readonly profile: OpenProfile | null;
  /** What is looked for in the open server; null while the results are closed. */
  readonly search: string | null;
  readonly picture: Picture | null;
  readonly dialog: Dialog | null;
  readonly editingId: string | null;
  /** By channel: the message the next one answers. */
  readonly replyTo: Readonly<Record<string, Message | undefined>>;
  /** The message to scroll to and mark, until the list has done so. */
  readonly jumpTo: { readonly channelId: string; readonly messageId: string } | null;
  readonly toasts: readonly Toast[];
}

export type UiAction =
  | { readonly type: 'set'; readonly change: Partial<Omit<UiState, 'toasts' | 'replyTo'>> }
  | { readonly type: 'reply'; readonly channelId: string; readonly message: Message | undefined }
  | { readonly type: 'toast'; readonly toast: Toast }
  | { readonly type: 'toast-gone'; readonly id: number };

export function initialUi(route: Route, wide: boolean): UiState {
  return {
    route,
    navigationOpen: false,
    membersOpen: wide,
    menu: null,
    profile: null,
    search: null,
    picture: null,
    dialog: null,
    editingId: null,
    replyTo: {},
    jumpTo: null,
    toasts: [],
  };
}

export function reduceUi(state: UiState, action: UiAction): UiState {
  switch (action.type) {
    case 'set':
      return { ...state, ...action.change };
    case 'reply':
      return { ...state, replyTo: { ...state.replyTo, [action.channelId]: action.message } };
    case 'toast':
      return { ...state, toasts: [...state.toasts, action.toast].slice(-3) };
    case 'toast-gone':
      return { ...state, toasts: state.toasts.filter((toast) => toast.id !== action.id) };
  }
}
