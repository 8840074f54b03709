/** What the benchmark tells its clients through the environment. */
interface ClientSettings {
  apiBase: string;
  token: string;
  intents: number;
}

export function readSettings(): ClientSettings {
  const { DISCORD_API_BASE: apiBase, DISCORD_TOKEN: token, INTENTS: intents } = process.env;
  if (!apiBase || !token || !intents) throw new Error('DISCORD_API_BASE, DISCORD_TOKEN and INTENTS are needed.');
  return { apiBase, token, intents: Number(intents) };
}
