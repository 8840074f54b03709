/** A piece of running text. */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'break' }
  | {
      readonly type: 'strong' | 'emphasis' | 'underline' | 'strike' | 'spoiler';
      readonly children: readonly Inline[];
    }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly url: string; readonly children: readonly Inline[] }
  | { readonly type: 'user' | 'role' | 'channel'; readonly id: string }
  | { readonly type: 'everyone'; readonly text: '@everyone' | '@here' }
  | { readonly type: 'command'; readonly name: string }
  | { readonly type: 'emoji'; readonly id: string; readonly name: string; readonly animated: boolean }
  | { readonly type: 'time'; readonly unixSeconds: number; readonly style: string };

export interface ListItem {
  readonly depth: number;
  readonly marker: string | null;
  readonly children: readonly Inline[];
}

/** A piece of the page: what starts on a line of its own. */
export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: 1 | 2 | 3; readonly children: readonly Inline[] }
  | { readonly type: 'subtext'; readonly children: readonly Inline[] }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | { readonly type: 'code'; readonly language: string | null; readonly text: string }
  | { readonly type: 'list'; readonly items: readonly ListItem[] };
