import type { APISelectMenuComponent } from 'discord-api-types/v10';
import { useState } from 'react';
import { useClient, useClientState } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { Failure } from './message-button.tsx';
import { SelectMenu } from './select-menu.tsx';
import { usePending } from './use-pending.ts';

interface MessageSelectProps {
  readonly select: APISelectMenuComponent;
  readonly message: Message;
}

/** A select menu of a message: what is chosen goes to the application when the menu closes. */
export function MessageSelect({ select, message }: MessageSelectProps) {
  const client = useClient();
  const guildId = useClientState((state) => state.channels[message.channel_id]?.guildId ?? null);
  const pending = usePending(message.id, select.custom_id);
  const [values, setValues] = useState<readonly string[] | null>(null);
  const choose = (chosen: readonly string[]): void => {
    setValues(chosen);
    void client.interactions.press(message, select.type, select.custom_id, chosen);
  };
  return (
    <>
      <SelectMenu
        select={select}
        guildId={guildId}
        values={values}
        busy={pending?.state === 'waiting'}
        onChoose={choose}
      />
      {pending?.state === 'failed' ? <Failure text={pending.error} nonce={pending.nonce} /> : null}
    </>
  );
}
