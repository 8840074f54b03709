/** How a question came that has no message of its own, and what is to be done before it is answered. */
export type TurnSource =
  /** By a command. */
  | {
      kind: 'ask';
      /** The channel in which it is to get a thread; null: it is answered where it was asked. */
      threadIn: string | null;
      /** The message that the thread hangs on; without one, the bot writes it. */
      startsAt?: string;
    }
  /** About a message, from its menu. */
  | {
      kind: 'about' | 'explain' | 'summary';
      targetId: string;
      /** What the message says, where the bot could not read that for itself later. */
      quoted?: string;
    };
