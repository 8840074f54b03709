/** Everything that the demo model says. Other places decide what to say; how it sounds is decided here. */

const connect = [
  'I am only the built-in demo. To talk with a real model, put **one** of these into a file named `.env` beside `package.json`, and start Familiar again:',
  '```dotenv',
  '# OpenAI',
  'OPENAI_API_KEY=sk-...',
  '# or Anthropic',
  'ANTHROPIC_API_KEY=sk-ant-...',
  '# or Gemini',
  'GEMINI_API_KEY=...',
  '# or OpenRouter',
  'OPENROUTER_API_KEY=sk-or-...',
  '# or any OpenAI-compatible server, such as LM Studio (two lines)',
  'OPENAI_BASE_URL=http://127.0.0.1:1234/v1',
  'OPENAI_MODEL=name-of-the-model',
  '```',
  'With **Ollama** there is nothing to set: install it, run `ollama pull gpt-oss:20b`, and I step aside within a minute. To bring me to your own Discord server, add `DISCORD_TOKEN=...` as well.',
].join('\n');

const abilities = [
  'I am **Familiar**, a member of your Discord community that you host yourself. What I do:',
  '- **Talk**: mention me, reply to me, or write to me directly. I remember the conversation of each channel; `/clear` makes me forget it.',
  '- **Answer as I write**: my words appear while I think of them, with a button to stop me.',
  '- **Use the model you like**: OpenAI, Anthropic, OpenRouter, Ollama or any compatible server. `/models` lists them, `/model` chooses.',
  '- **Lose nothing**: if I am restarted in the middle of an answer, I finish it.',
  '',
  'Right now you talk with the demo, which has only canned answers. Try `tell me a long story`, `show me a table`, `write some Python`, `what is 12 * 7?`, `think about a story` or `my name is …`. Ask `how do I connect a real model?` when you have seen enough.',
].join('\n');

const table = [
  'Discord shows no tables of its own, so I draw them in a code block:',
  '```',
  'Model      Where it runs   Costs',
  '─────────  ──────────────  ─────────────',
  'demo       in this bot     nothing',
  'Ollama     your machine    electricity',
  'OpenAI     their servers   by the token',
  'Anthropic  their servers   by the token',
  '```',
].join('\n');

const list = [
  'Three things that make a good community:',
  '1. **Kindness** costs nothing and is remembered.',
  '2. **Curiosity** keeps the conversation going.',
  '   - Questions are gifts.',
  '   - So are honest answers.',
  '3. **Snacks**, where possible.',
].join('\n');

const markdown = [
  '# A heading',
  'Some **bold**, some *italic*, some ~~struck out~~ and some `code`.',
  '> A quotation, in case somebody said something wise.',
  '- a list',
  '  - with a list in it',
  '',
  'A ||secret|| behind a spoiler, and a [link](https://discord.com).',
].join('\n');

const poem = [
  '**The Familiar**',
  '',
  'A lamp is lit, the channel wakes,',
  'a question hums across the wire;',
  'I gather words, for goodness’ sakes,',
  'and warm them by a borrowed fire.',
  '',
  'I have no books, I have no past,',
  'a small machine is all my land;',
  'but ask, and I shall answer fast',
  'with every word I have at hand.',
].join('\n');

const longStory = [
  '**The Lighthouse That Learned to Listen**',
  '',
  'On the last rock before the open sea stood a lighthouse that nobody had built on purpose. A mason had begun a chimney there, his daughter had put a window in it, and a passing captain, who needed a light more than anyone needed a chimney, had left a lantern and a barrel of oil. From then on it was a lighthouse, and it took its work seriously.',
  '',
  'For a hundred years it did the one thing lighthouses do: it told. *Here are rocks*, it told the fishing boats. *Here is the channel*, it told the mail ship. It told the fog about the cliffs and the cliffs about the weather, all night, every night, in long white sentences that swept across the water and never waited for a reply.',
  '',
  'Then one winter the ships stopped coming. There was a new harbour to the south, with electric lights and a café. The lighthouse told and told, and the dark water said nothing back. By midwinter it had run out of things to tell. It turned its lamp slowly, with nothing in it, and for the first time it noticed how loud the quiet was.',
  '',
  'It heard the ice complain about the tide. It heard two gulls argue about a herring, and make peace over half of it each. It heard, far out, a very small bell, ringing the way bells ring when nobody means them to. A rowing boat was drifting with its oars gone, and in it sat a girl who had wanted to see whether the old light was really as bright as her grandmother said.',
  '',
  'The lighthouse knew what to tell her, of course: *rocks, rocks, rocks*. But it had been listening for a month by then, and it had learned that the girl could not steer, so that telling her where not to go was no help at all. So it asked instead. It swung its beam to her and held it still. The bell rang once. It moved the beam a little to the left, toward the sandbank, and waited. The bell rang twice. And so, with a question, an answer and another question, it found out which way the current was taking her, and where it might be persuaded to take her next.',
  '',
  'She reached the sandbank at dawn with cold feet and a great story. In spring she came back, with a new barrel of oil, a chair and a book to read aloud. The ships never did return. But on most evenings there were people on the rock, talking, and above them a light that had stopped sweeping and simply stayed, like someone leaning in to hear better.',
  '',
  'They say it is the only lighthouse in the world that nobody has ever had to find. You only have to say something, and it turns to you.',
].join('\n');

const story =
  'A fox once found a mirror in the snow and bowed to it, to be polite. The fox in the mirror bowed too. “At last,” said the fox, “someone with manners,” and came by every morning to say hello. When the snow melted and the mirror slid into the river, the fox was sad for a whole day. Then it bowed to a badger, just in case. The badger bowed back.';

/** Programs that print a greeting and count to three, by name of the language. */
const programs: Readonly<Record<string, string>> = {
  python:
    'def greet(name: str) -> str:\n    return f"Hello, {name}!"\n\n\nfor number in range(1, 4):\n    print(number, greet("Discord"))',
  javascript:
    "const greet = (name) => `Hello, ${name}!`;\n\nfor (let number = 1; number <= 3; number++) {\n  console.log(number, greet('Discord'));\n}",
  typescript:
    "function greet(name: string): string {\n  return `Hello, ${name}!`;\n}\n\nfor (let number = 1; number <= 3; number++) {\n  console.log(number, greet('Discord'));\n}",
  rust: 'fn greet(name: &str) -> String {\n    format!("Hello, {name}!")\n}\n\nfn main() {\n    for number in 1..=3 {\n        println!("{number} {}", greet("Discord"));\n    }\n}',
  go: 'package main\n\nimport "fmt"\n\nfunc greet(name string) string {\n\treturn fmt.Sprintf("Hello, %s!", name)\n}\n\nfunc main() {\n\tfor number := 1; number <= 3; number++ {\n\t\tfmt.Println(number, greet("Discord"))\n\t}\n}',
  java: 'public class Greeting {\n    static String greet(String name) {\n        return "Hello, " + name + "!";\n    }\n\n    public static void main(String[] args) {\n        for (int number = 1; number <= 3; number++) {\n            System.out.println(number + " " + greet("Discord"));\n        }\n    }\n}',
  c: '#include <stdio.h>\n\nstatic void greet(int number, const char *name) {\n    printf("%d Hello, %s!\\n", number, name);\n}\n\nint main(void) {\n    for (int number = 1; number <= 3; number++) {\n        greet(number, "Discord");\n    }\n    return 0;\n}',
  cpp: '#include <iostream>\n#include <string>\n\nstd::string greet(const std::string& name) {\n    return "Hello, " + name + "!";\n}\n\nint main() {\n    for (int number = 1; number <= 3; ++number) {\n        std::cout << number << \' \' << greet("Discord") << \'\\n\';\n    }\n}',
  bash: '#!/usr/bin/env bash\nset -euo pipefail\n\ngreet() {\n  printf \'Hello, %s!\\n\' "$1"\n}\n\nfor number in 1 2 3; do\n  printf \'%d \' "$number"\n  greet Discord\ndone',
  sql: "SELECT number, 'Hello, ' || name || '!' AS greeting\nFROM generate_series(1, 3) AS number\nCROSS JOIN (VALUES ('Discord')) AS people (name)\nORDER BY number;",
  html: '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8" />\n    <title>Greeting</title>\n  </head>\n  <body>\n    <h1>Hello, Discord!</h1>\n    <ol>\n      <li>one</li>\n      <li>two</li>\n      <li>three</li>\n    </ol>\n  </body>\n</html>',
};

const callingOf: Readonly<Record<string, string>> = {
  draw_image: "I'm drawing it.",
  edit_image: "I'm changing it.",
};

export const texts = {
  /** Below every answer, in Discord's small print. */
  label: '-# Demo model: canned answers, no AI. Ask “how do I connect a real model?”',
  connect,
  abilities,
  table,
  list,
  markdown,
  poem,
  longStory,
  story,
  programs,
  greeting: (name: string | null) =>
    `Hello${name ? `, ${name}` : ''}! I am Familiar. Nice to see you here. Ask me \`what can you do?\` for a tour, or just talk.`,
  nameLearned: (name: string) => `Nice to meet you, **${name}**! I shall remember your name in this conversation.`,
  nameKnown: (name: string) => `You are **${name}**.`,
  nameUnknown: 'You have not told me your name yet. Say `my name is …` and I shall remember it.',
  factLearned: (facts: readonly string[]) =>
    `Noted: ${facts.join('; ')}. Ask me about it later, and see whether I remember.`,
  factKnown: (subject: string, value: string) => `You told me: ${subject} **${value}**.`,
  factUnknown: (subject: string) =>
    `You have not told me about your ${subject} yet, as far as I can see of our conversation.`,
  everythingKnown: (facts: readonly string[]) =>
    `What I know about you from this conversation:\n${facts.map((fact) => `- ${fact}`).join('\n')}`,
  nothingKnown: 'Nothing yet! Tell me something: `my favourite colour is …`, `I live in …`, `I like …`.',
  saidBefore: (said: readonly string[]) => `Before this you said:\n${said.map((text) => `> ${text}`).join('\n')}`,
  saidNothing: 'This is the first thing you say in this conversation, as far as I can see.',
  unseen:
    'I can see that you attached a picture, but not what is on it: the demo model has no eyes. A model with vision, such as those of OpenAI and Anthropic, would look at it.',
  sum: (expression: string, value: string) => `${expression.replaceAll('*', '×').replaceAll('/', '÷')} = **${value}**`,
  sumImpossible: 'That has no answer among the numbers I know. (Division by zero?)',
  time: (unixSeconds: number, utc: string) =>
    `It is <t:${unixSeconds}:t> on <t:${unixSeconds}:D> where you are (${utc} UTC).`,
  code: (language: string, program: string) =>
    `Here is a little ${language}:\n\`\`\`${language}\n${program}\n\`\`\`\nIt greets three times, and counts while doing so.`,
  codeUnknown: (language: string, known: readonly string[]) =>
    `I have no ${language} in my small collection. I do have ${known.join(', ')}. A real model knows many more.`,
  explain: (subject: string) =>
    `**${subject}**, explained the way I would if I knew more:\n1. *What it is*: something worth asking about, or you would not have.\n2. *Why it matters*: because you ran into it.\n3. *Where to go on*: connect a real model and ask again. I only have canned answers, and I had rather say so than make things up.`,
  summary: (text: string, words: number) => `In short (${words} words came in): ${text}`,
  summaryOfNothing: 'Give me the text to summarise in the same message, after a colon: `summarise: …`.',
  nothingToSummarise: 'I was given no messages that I may read, so there is nothing to sum up.',
  extract: (
    counts: readonly (readonly [name: string, count: number])[],
    first: readonly { name: string; words: string }[],
    isCut: boolean,
  ) =>
    [
      'I am the demo model and understand nothing, so here is an extract in place of a summary.',
      `Who wrote: ${counts.map(([name, count]) => `**${name}** ${count} ${count === 1 ? 'message' : 'messages'}`).join(', ')}.`,
      isCut ? 'It began:' : 'They said:',
      ...first.map(({ name, words }) => `> ${name}: ${words}`),
    ].join('\n'),
  nothingToExplain: 'I am the demo model, and the message itself did not reach me, so I have nothing to explain.',
  aboutMessage: ({ name, words }: { name: string; words: string }) =>
    `This is a message of **${name}**:\n> ${words}\nI am the demo model and understand nothing of it. A real model would explain it here.`,
  joke: 'Why did the bot cross the channel? To get to the other `async`.',
  howAreYou: 'Very well, thank you: no load, no worries, all my sockets are open. And you?',
  thanks: (name: string | null) => `You are welcome${name ? `, ${name}` : ''}!`,
  farewell: (name: string | null) => `See you${name ? `, ${name}` : ''}! I shall be here.`,
  thoughts: (question: string) =>
    [
      `The question is: ${question.length > 200 ? `${question.slice(0, 199)}…` : question || 'nothing at all'}.`,
      'First I look whether one of my tricks fits: a story, a poem, some code, a table, a sum, or what I was told before.',
      'A real model would weigh one idea against another here, try a few, and throw most of them away.',
      'I have only canned answers, so there is little to weigh; but it would be a pity to hurry.',
      'Wait: is there a joke in it? No. Better to be plain and kind.',
      'Good, then. I take the trick that fits best, and say it.',
    ].join('\n\n'),
  calling: (tool: string) => callingOf[tool] ?? `I use the tool \`${tool}\`.`,
  drawn: '🎨 Here it is.',
  toolResult: (tool: string, result: string) =>
    `The tool \`${tool}\` says: ${result.length > 1000 ? `${result.slice(0, 999)}…` : result || 'nothing'}`,
  saidAll: ' That was all I had to say.',
  empty: 'Yes? You called me, but said nothing. Ask `what can you do?` for ideas.',
  unknownQuestion: (question: string) =>
    `You ask: *${question}*\nA real model would know, or at least sound as if it did. I am the demo, and I only know a few tricks: stories, poems, code, tables, sums, the time, and what you told me about yourself.`,
  unknownStatement: (name: string | null, text: string) =>
    `I hear you${name ? `, ${name}` : ''}: *${text}*\nI am only the demo and cannot say much about that, but I keep it in mind. Ask \`what did I say?\` and see.`,
} as const;
