import { Popover } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClient, useClientState, usePlayground, useUi } from '../context.tsx';
import { StickerView } from '../messages/stickers.tsx';
import type { Channel, Sticker, StickerItem } from '../state/model.ts';
import styles from './composer.module.css';

/** Opens the sticker picker beside the message box; choosing one sends it at once, as Discord does. */
export function StickerButton({ channel }: { readonly channel: Channel }) {
  const [opened, setOpened] = useState(false);
  const send = useSendSticker(channel);
  return (
    <Popover opened={opened} onChange={setOpened} position="top-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.icon}
          aria-label="Stickers"
          title="Stickers"
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <Icon name="sticker" size={20} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <StickerPicker
          guildId={channel.guildId}
          onChoose={(sticker) => {
            setOpened(false);
            send(sticker);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Sends a sticker as a message of its own, as an answer where one was begun. */
function useSendSticker(channel: Channel): (sticker: StickerItem) => void {
  const client = useClient();
  const { ui } = usePlayground();
  const replyTo = useUi((state) => state.replyTo[channel.id]);
  return ({ id, name, format_type }) => {
    const stickers = [{ id, name, format_type }];
    client.outbox.send(channel.id, {
      content: '',
      files: [],
      replyToId: replyTo?.id ?? null,
      pingReplied: true,
      stickers,
    });
    ui.dispatch({ type: 'reply', channelId: channel.id, message: undefined });
  };
}

interface StickerGroup {
  readonly title: string;
  readonly stickers: readonly Sticker[];
}

const none: readonly Sticker[] = [];

interface StickerPickerProps {
  readonly guildId: string | null;
  readonly onChoose: (sticker: Sticker) => void;
}

function StickerPicker({ guildId, onChoose }: StickerPickerProps) {
  const [query, setQuery] = useState('');
  const own = useClientState((state) => state.guilds[guildId ?? '']?.stickers ?? none);
  const { groups: standard, problem } = useStandardStickers();
  const words = query.trim().toLowerCase();
  const groups = [{ title: 'This server', stickers: own }, ...standard]
    .map((group) => ({ ...group, stickers: group.stickers.filter((sticker) => fits(sticker, words)) }))
    .filter((group) => group.stickers.length > 0);
  return (
    <div className={styles.picker}>
      <input
        value={query}
        placeholder="Search stickers"
        aria-label="Search stickers"
        data-autofocus
        onChange={(event) => setQuery(event.target.value)}
      />
      <div className={styles.pickerList}>
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3>{group.title}</h3>
            <div className={styles.stickerGrid}>
              {group.stickers.map((sticker) => (
                <button
                  key={sticker.id}
                  type="button"
                  aria-label={sticker.description ? `${sticker.name}: ${sticker.description}` : sticker.name}
                  onClick={() => onChoose(sticker)}
                >
                  <StickerView sticker={sticker} sizePx={88} />
                </button>
              ))}
            </div>
          </section>
        ))}
        {groups.length === 0 ? (
          <p>{words === '' ? (problem ?? 'There are no stickers here yet.') : 'Nothing fits.'}</p>
        ) : null}
      </div>
    </div>
  );
}

function fits(sticker: Sticker, words: string): boolean {
  return `${sticker.name} ${sticker.description ?? ''} ${sticker.tags}`.toLowerCase().includes(words);
}

/** The packs that everyone may use, asked for when the picker opens. */
function useStandardStickers(): { readonly groups: readonly StickerGroup[]; readonly problem: string | null } {
  const { api } = useClient();
  const [groups, setGroups] = useState<readonly StickerGroup[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .stickerPacks()
      .then((packs) => {
        if (!gone) setGroups(packs.map((pack) => ({ title: pack.name, stickers: pack.stickers })));
      })
      .catch((error: unknown) => {
        if (!gone) setProblem(error instanceof Error ? error.message : 'Stickers could not be loaded.');
      });
    return () => {
      gone = true;
    };
  }, [api]);
  return { groups, problem };
}
