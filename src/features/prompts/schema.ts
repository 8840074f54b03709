export interface PromptsPromptTable {
  id: string;
  author_id: string;
  guild_id: string | null;
  name_hash: string | null;
  name_ciphertext: Buffer | null;
  ciphertext: Buffer;
  saved_at: Date;
}

export interface PromptsChoiceTable {
  scope: 'conversation' | 'channel' | 'user' | 'guild';
  scope_id: string;
  prompt_id: string | null;
  configured: string | null;
  guild_id: string | null;
  parent_id: string | null;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    prompts_prompt: PromptsPromptTable;
    prompts_choice: PromptsChoiceTable;
  }
}
