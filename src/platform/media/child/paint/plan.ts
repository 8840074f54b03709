import { subjectsIn } from './motifs.ts';
import type { Subject } from './motifs.ts';
import { seededNoise } from './random.ts';
import { paletteFor } from './palette.ts';
import type { Mood, Palette, Place } from './palette.ts';

/** What a prompt is painted as. */
export interface Plan {
  mood: Mood;
  place: Place;
  subjects: readonly Subject[];
  palette: Palette;
  /** Colour words of the prompt, as hues in degrees. */
  hues: readonly number[];
  /** Whether the prompt itself names the mood. */
  isMoodNamed: boolean;
  isPlaceNamed: boolean;
  random: () => number;
}

const MOODS: Record<Mood, RegExp> = {
  night: /night|midnight|moon|stars?$|dark|galax|space|nocturn|nacht|noche/,
  sunset: /sunset|sunrise|dawn|dusk|evening|golden|twilight|abend/,
  snow: /snow|winter|ice|icy|frost|frozen|christmas|schnee/,
  rain: /rain|storm|thunder|wet|regen/,
  fog: /fog|mist|haze|smoke|nebel/,
  day: /day|noon|sunny|^sun$|sunshine|summer|bright|morning|spring/,
};
const PLACES: Record<Place, RegExp> = {
  space: /^space|galax|planet|rocket|astronaut|cosmonaut|spaceman|cosmos|universe|spaceship/,
  sea: /sea|ocean|beach|wave|^ships?$|boat|fish|island|water|lake|sail|whale|dolphin|harbou?r|lighthouse|penguin|meer/,
  city: /city|town|street|skyline|skyscraper|urban|cyber|neon|^cars?$|robot|stadt/,
  forest: /forest|wood|jungle|^trees?$|mushroom|bear|fox|deer|^owls?$|wald/,
  desert: /desert|dune|sand|cactus|camel|pyramid|mars/,
  mountains: /mountain|alps|peak|castle|dragon|dinosaur|cliff|volcano|eagle|berg/,
  hills:
    /^(?:moon|sun)s?$|hill|meadow|field|farm|house|flower|garden|dog|cat|grass|village|balloon|windmill|rabbit|bunny|unicorn|horse|butterfl|snowm/,
};
const COLOURS: Record<string, number> = {
  ...{
    red: 355,
    crimson: 348,
    orange: 26,
    amber: 38,
    yellow: 50,
    gold: 45,
    golden: 45,
    lime: 85,
    green: 130,
    emerald: 145,
  },
  ...{
    teal: 172,
    turquoise: 175,
    cyan: 190,
    blue: 214,
    navy: 224,
    indigo: 245,
    purple: 275,
    violet: 270,
    lavender: 262,
  },
  ...{ magenta: 305, pink: 335, rose: 340, brown: 24 },
};

/** The same prompt and seed give the same plan; words that are known decide, the hash decides the rest. */
export function planFor(prompt: string, seed: number): Plan {
  const random = seededNoise(hashOf(`${prompt}\n${seed}`));
  const words = prompt.toLowerCase().match(/[\p{L}]+/gu) ?? [];
  const find = <Key extends string>(patterns: Record<Key, RegExp>): Key | undefined =>
    (Object.keys(patterns) as Key[]).find((key) => words.some((word) => patterns[key].test(word)));
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const named = find(MOODS);
  const namedPlace = find(PLACES);
  const place = namedPlace ?? pick<Place>(['hills', 'mountains', 'sea', 'forest', 'desert', 'city']);
  const mood = place === 'space' ? 'night' : (named ?? pick<Mood>(['day', 'day', 'sunset', 'sunset', 'night', 'fog']));
  const subjects = subjectsIn(words).slice(0, 4);
  const hues = words.flatMap((word) => COLOURS[word] ?? []);
  return {
    mood,
    place,
    subjects,
    hues,
    isMoodNamed: named !== undefined,
    isPlaceNamed: namedPlace !== undefined,
    palette: paletteFor({ mood, place, hues, random }),
    random,
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
