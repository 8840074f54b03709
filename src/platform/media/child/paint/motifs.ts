import { bird, cat, dog, fish, ghost } from './animals.ts';
import { dragon, unicorn } from './fabled.ts';
import { lighthouse, snowman, windmill } from './landmarks.ts';
import * as plants from './plants.ts';
import type { Pen } from './shapes.ts';
import { astronaut, moon, sun } from './sky-things.ts';
import * as things from './things.ts';
import * as wild from './wild-animals.ts';

interface Motif {
  /** The words that mean it, in the singular. */
  words: string;
  draw: (pen: Pen) => void;
  /** How tall it is as a share of the shorter edge. */
  tall: number;
  /** Its own colour, in degrees, where the prompt names none; otherwise it takes any. */
  hue?: number;
  flies?: boolean;
  /** It stands in the sky, behind all land. */
  far?: boolean;
  /** It stands on nothing that it could throw a shadow on. */
  swims?: boolean;
}

/** What a prompt can name, from behind to the front. */
const TABLE = {
  moon: { words: 'moon mond luna', draw: moon, tall: 0.46, flies: true, far: true },
  sun: { words: 'sun sonne', draw: sun, tall: 0.46, flies: true, far: true },
  lighthouse: { words: 'lighthouse leuchtturm', draw: lighthouse, tall: 0.74 },
  castle: { words: 'castle palace fortress tower temple burg schloss', draw: things.castle, tall: 0.56 },
  windmill: { words: 'windmill mill', draw: windmill, tall: 0.66 },
  house: { words: 'house home cottage hut cabin barn village farm haus casa', draw: things.house, tall: 0.46 },
  tree: { words: 'tree oak pine palm baum', draw: plants.tree, tall: 0.54 },
  cactus: { words: 'cactus cactuse cacti', draw: plants.cactus, tall: 0.52 },
  ship: { words: 'ship boat sailboat yacht pirate schiff', draw: things.ship, tall: 0.5, swims: true },
  rocket: { words: 'rocket spaceship spacecraft rakete', draw: things.rocket, tall: 0.56, flies: true },
  balloon: { words: 'balloon zeppelin airship', draw: things.balloon, tall: 0.42, flies: true },
  dragon: { words: 'dragon dinosaur wyvern drache', draw: dragon, tall: 0.56 },
  unicorn: { words: 'unicorn horse pony ponie einhorn pferd', draw: unicorn, tall: 0.56 },
  whale: { words: 'whale dolphin orca', draw: wild.whale, tall: 0.42, swims: true },
  fish: { words: 'fish fishe shark goldfish', draw: fish, tall: 0.34, swims: true },
  car: { words: 'car truck taxi bus van vehicle auto', draw: things.car, tall: 0.4 },
  robot: { words: 'robot android droid mech bot cyborg', draw: things.robot, tall: 0.56 },
  astronaut: { words: 'astronaut cosmonaut spaceman', draw: astronaut, tall: 0.56, flies: true },
  snowman: { words: 'snowman snowmen schneemann', draw: snowman, tall: 0.52 },
  cat: { words: 'cat kitten kitty lion tiger katze gato chat', draw: cat, tall: 0.5, hue: 28 },
  dog: { words: 'dog puppy puppie wolf bear hund perro chien', draw: dog, tall: 0.5, hue: 32 },
  fox: { words: 'fox foxe fuchs', draw: wild.fox, tall: 0.5 },
  rabbit: { words: 'rabbit bunny bunnie hare hase', draw: wild.rabbit, tall: 0.46 },
  owl: { words: 'owl eule', draw: wild.owl, tall: 0.48 },
  penguin: { words: 'penguin pinguin', draw: wild.penguin, tall: 0.46, swims: true },
  bird: { words: 'bird eagle parrot crow raven duck vogel', draw: bird, tall: 0.32, flies: true },
  butterfly: { words: 'butterfly butterflie moth schmetterling', draw: wild.butterfly, tall: 0.36, flies: true },
  flower: { words: 'flower rose tulip sunflower daisy garden blossom blume', draw: plants.flower, tall: 0.5 },
  mushroom: { words: 'mushroom toadstool fungus', draw: plants.mushroom, tall: 0.42, hue: 4 },
  ghost: { words: 'ghost halloween spirit spooky', draw: ghost, tall: 0.46, flies: true },
  heart: { words: 'heart love valentine', draw: things.heart, tall: 0.44, hue: 350, flies: true },
} as const satisfies Record<string, Motif>;

export type Subject = keyof typeof TABLE;
export const MOTIFS: Readonly<Record<Subject, Motif>> = TABLE;

const SUBJECTS = Object.keys(TABLE) as Subject[];
const BY_WORD = new Map(SUBJECTS.flatMap((name) => TABLE[name].words.split(' ').map((word) => [word, name] as const)));

/** What some words, in lower case, name: each once, from behind to the front. */
export function subjectsIn(words: readonly string[]): Subject[] {
  const named = new Set(words.map((word) => BY_WORD.get(word) ?? BY_WORD.get(word.replace(/s$/, ''))));
  return SUBJECTS.filter((subject) => named.has(subject));
}
