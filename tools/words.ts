/** Words that people found hard, with what to write instead. From the word list of the project's style. */
export const wordsToReplace: readonly { old: RegExp; use: string }[] = [
  { old: /\banew\b|\bafresh\b/i, use: '"again"' },
  { old: /\bmeanwhile\b/i, use: '"while"' },
  { old: /\bsomebody\b/i, use: '"a member"' },
  { old: /\bwhoever\b/i, use: 'a noun: "the member who"' },
  { old: /\btakes? (?:it|them) back\b|\btaken back\b/i, use: '"removes" or "resets"' },
  { old: /\bcounts? for\b/i, use: '"applies to"' },
  { old: /\bthe till\b/i, use: '"billing"' },
  { old: /\bpurses?\b/i, use: '"allowance"' },
  { old: /\bsealed\b|\bunsealed\b/i, use: '"encrypted", "decrypted"' },
  { old: /\boverheard\b/i, use: '"ambient messages"' },
  { old: /\byou are forgotten\b/i, use: '"I\'ve deleted your data"' },
  { old: /\bworst case is held\b/i, use: '"reserves its highest possible cost"' },
  { old: /\bshall (?:I|try)\b/i, use: '"should I", "may I"' },
  { old: /\bis no amount of\b/i, use: '"isn\'t an amount"' },
  { old: /\bthe people who run me\b|\bwhoever runs me\b/i, use: '"the bot\'s owner"' },
  { old: /\bon the house\b/i, use: '"one-page overview"' },
  { old: /\bas built in\b/i, use: '"default for members"' },
  { old: /\bnothing has to\b/i, use: '"not running (optional)"' },
  { old: /\b(?:people|those) who run (?:the bot|me)\b|\bwho runs the bot\b/i, use: '"the bot\'s owner"' },
  { old: /\bslip of the pen\b/i, use: '"typing error"' },
  { old: /\bkeepers? of\b/i, use: '"provider of personal data"' },
];

/** Names that the code no longer uses, with the name that took their place. */
const namesToReplace: readonly { old: RegExp; use: string }[] = [
  // Not in quotes: migrations and their tests name stored data.
  { old: /(?<!')\b(?:purses?|Purse)\b/, use: '`allowance`, `Allowance`' },
  { old: /\b(?:keepers?|Keeper|keepersOf)\b/, use: '`provider`, `PersonalDataProvider`' },
  { old: /\bunreadUser\b/, use: '`onReadConsentRevoked`' },
  { old: /\bDoorkeeper\b/, use: '`AccessGate`' },
  { old: /\borGiveUp\b/, use: '`abortable`' },
  { old: /\btakeBack\b/, use: '`writeOff`' },
  { old: /\btieUp\b/, use: '`recoverFinishedRun`' },
  { old: /\borAsItIs\b/, use: '`fallBackToOriginal`' },
  { old: /\btoldIds\b/, use: '`contextAuthorIds`' },
  { old: /\bbuySummary\b/, use: '`generateSummary`' },
  { old: /\bweave\b/, use: '`interleave`' },
];

/** What people read: texts of the bot, READMEs, docs and the example of the settings. */
export const isForReaders = (path: string): boolean =>
  /^(README|CHANGELOG)\.md$|^familiar\.example\.yaml$|^docs\/(?!decisions\/).*\.md$|^src\/.*\/(README\.md|locales\/[a-z-]+\.json)$/.test(
    path,
  );

/** Code whose names are checked. */
export const isCode = (path: string): boolean => /^(src|bench|emulator)\/.*\.ts$/.test(path);

/** A line for each word or name to replace, with its place. Keys of catalogues are not for readers. */
export function findWords(path: string, text: string): string[] {
  const list = isCode(path) ? namesToReplace : wordsToReplace;
  return text.split('\n').flatMap((line, index) => {
    const shown = path.endsWith('.json') ? line.replace(/^\s*"[^"]*":/, '') : line;
    return list
      .filter(({ old }) => old.test(shown))
      .map(({ old, use }) => `${path}:${index + 1}: "${old.exec(shown)?.[0] ?? ''}" reads badly; write ${use}.`);
  });
}
