import { seededNoise } from './random.ts';
import { paletteFor } from './palette.ts';
import type { Mood, Palette, Place } from './palette.ts';

export const SUBJECTS = [
  ...['cat', 'dog', 'bird', 'fish', 'house', 'car', 'robot', 'flower', 'castle', 'ship', 'tree', 'rocket', 'balloon'],
  ...['heart', 'mushroom', 'ghost'],
] as const;
export type Subject = (typeof SUBJECTS)[number];

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
  random: () => number;
}

const MOODS: Record<Mood, RegExp> = {
  night: /night|midnight|moon|stars?$|dark|galax|space|nocturn|nacht|noche/,
  sunset: /sunset|sunrise|dawn|dusk|evening|golden|twilight|abend/,
  snow: /snow|winter|ice|icy|frost|frozen|christmas|schnee/,
  rain: /rain|storm|thunder|wet|regen/,
  fog: /fog|mist|haze|smoke|nebel/,
  day: /day|noon|sunny|summer|bright|morning|spring/,
};
const PLACES: Record<Place, RegExp> = {
  space: /^space|galax|planet|rocket|astronaut|cosmos|universe|spaceship/,
  sea: /sea|ocean|beach|wave|^ships?$|boat|fish|island|water|lake|sail|whale|harbou?r|meer/,
  city: /city|town|street|skyline|skyscraper|urban|cyber|neon|^cars?$|robot|stadt/,
  forest: /forest|wood|jungle|^trees?$|mushroom|bear|fox|deer|wald/,
  desert: /desert|dune|sand|cactus|camel|pyramid|mars/,
  mountains: /mountain|alps|peak|castle|dragon|cliff|volcano|eagle|berg/,
  hills: /hill|meadow|field|farm|house|flower|garden|dog|cat|grass|village|balloon/,
};
const WORDS: Record<Subject, RegExp> = {
  cat: /^(cat|kitten|kitty|lion|tiger|fox|katze|gato|chat)s?$/,
  dog: /^(dog|puppy|puppies|wolf|bear|hund|perro|chien)s?$/,
  bird: /^(bird|eagle|owl|parrot|crow|raven|duck|penguin|dragon|vogel)s?$/,
  fish: /^(fish|fishes|shark|whale|dolphin|goldfish)s?$/,
  house: /^(house|home|cottage|hut|cabin|barn|village|farm|haus|casa)s?$/,
  car: /^(car|truck|taxi|bus|van|vehicle|auto)s?$/,
  robot: /^(robot|android|droid|mech|bot|cyborg)s?$/,
  flower: /^(flower|rose|tulip|sunflower|daisy|garden|blossom|blume)s?$/,
  castle: /^(castle|palace|fortress|tower|temple|burg|schloss)s?$/,
  ship: /^(ship|boat|sailboat|yacht|pirate|pirates|schiff)s?$/,
  tree: /^(tree|oak|pine|palm|baum)s?$/,
  rocket: /^(rocket|spaceship|spacecraft|astronaut|rakete)s?$/,
  balloon: /^(balloon|balloons|zeppelin|airship)s?$/,
  heart: /^(heart|hearts|love|valentine)s?$/,
  mushroom: /^(mushroom|toadstool|fungus)s?$/,
  ghost: /^(ghost|halloween|spirit|spooky)s?$/,
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
  const place = find(PLACES) ?? pick<Place>(['hills', 'mountains', 'sea', 'forest', 'desert', 'city']);
  const mood = place === 'space' ? 'night' : (named ?? pick<Mood>(['day', 'day', 'sunset', 'sunset', 'night', 'fog']));
  const subjects = SUBJECTS.filter((subject) => words.some((word) => WORDS[subject].test(word))).slice(0, 4);
  const hues = words.flatMap((word) => COLOURS[word] ?? []);
  return {
    mood,
    place,
    subjects,
    hues,
    isMoodNamed: named !== undefined,
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
