/**
 * Words for sexual content about minors, for texts that are refused whatever else is allowed. It knows what leaves no doubt,
 * in English and a few words of other languages; a model for moderation knows more.
 */

/** Each alone leaves no doubt. */
const alone = phrases(`
  child porn, child pornography, childporn, kid porn, kiddie porn, kiddy porn, baby porn, toddler porn, teen porn, preteen porn,
  underage porn, underage sex, child sex, sex with children, sex with a child, child erotica, pedo porn, pedoporn, lolicon,
  shotacon, toddlercon, jailbait, kinderporno, kinderpornos, kinderpornografie, pornografia infantil, pedopornografia,
  pornographie infantile, pedopornographie, pedopornografie, pornografia dziecieca
`);

/** Words that name a minor. `girl`, `baby` and `teen idol` are said of adults, too: see `youngPairs`. */
const minors = phrases(`
  child, children, childs, kid, kids, toddler, toddlers, infant, infants, newborn, preschooler, preschoolers, minors, underage,
  under age, underaged, preteen, preteens, pre teen, pre teens, tween, tweens, teen, teens, teenage, teenaged, teenager,
  teenagers, schoolgirl, schoolgirls, school girl, school girls, schoolboy, schoolboys, school boy, school boys, schoolchild,
  schoolchildren, kindergartner, kindergartners, prepubescent, pubescent, boy, boys, loli, lolis, shota, shotas, minderjahrige,
  kinder, kleines madchen
`);
const young = new Set(['little', 'young', 'small', 'tiny', 'younger']);
const youngPairs = new Set(
  ['girl', 'boy', 'daughter', 'son', 'sister', 'brother'].flatMap((word) => [word, `${word}s`]),
);

/** Said of no picture that is not sexual: with a minor anywhere in the text they are enough. */
const explicit = phrases(`
  porn, porno, pornographic, pornography, hentai, nsfw, xxx, rule34, rule 34, masturbating, masturbates, masturbation, orgasm,
  blowjob, blow job, handjob, cumshot, creampie, erotica, fucking a, fucking the, fucked by, getting fucked, genitals, genitalia, having sex, sex scene,
  sexual intercourse, sexualized, sexualised, ahegao, bukkake, gangbang
`);
/** Also said of other things: only close to a minor they are meant of one. */
const suggestive = phrases(`
  nude, nudes, nudity, naked, topless, bottomless, undressed, undressing, unclothed, stripping, striptease, stripper, sexy,
  sexually, sexual, sex, erotic, erotically, seductive, seductively, lewd, lingerie, aroused, horny, without clothes,
  no clothes, wearing nothing, nackt, nackte, nacktes
`);
/** Words between the two, at most. */
const closeWords = 4;

/** Nothing sexual is meant by these. */
const harmless = phrases(`
  naked eye, naked eyes, naked truth, naked mole, sex education, sex ed, same sex, opposite sex, single sex, sexual education,
  sexual health, teen titans, teen idol, kid gloves, boy band, boys band, nude colour, nude color, nude coloured,
  nude colored, nude shoes, nude heels, nude lipstick, emperor is naked, naked cake, naked cat, naked tree, naked trees
`);

type Phrase = readonly string[];

function phrases(list: string): Phrase[] {
  return list.split(',').map((phrase) => phrase.trim().split(/\s+/));
}

/** Whether a text is about sex with or of minors, by its words alone. */
export function sexualisesMinors(text: string): boolean {
  // One reading for each thing that a digit may stand for.
  return ['i', 'l'].some((one) => isAbout(wordsOf(text, one)));
}

function isAbout(all: readonly string[]): boolean {
  if (placesOf(all, alone).length > 0) return true;
  const words = without(all, harmless);
  const ofMinors = [...placesOf(words, minors), ...youngPlaces(words), ...agePlaces(words)];
  if (ofMinors.length === 0) return false;
  if (placesOf(words, explicit).length > 0) return true;
  return placesOf(words, suggestive).some((at) => ofMinors.some((minor) => Math.abs(at - minor) <= closeWords + 1));
}

/** Where one of these phrases begins. */
function placesOf(words: readonly string[], list: readonly Phrase[]): number[] {
  return words.flatMap((_, at) => (list.some((phrase) => isAt(words, at, phrase)) ? at : []));
}

const isAt = (words: readonly string[], at: number, phrase: Phrase): boolean =>
  phrase.every((word, index) => words[at + index] === word);

function without(words: readonly string[], list: readonly Phrase[]): string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length;) {
    const phrase = list.find((one) => isAt(words, at, one));
    if (!phrase) left.push(words[at] ?? '');
    // Something stays in its place, so that what is around it comes no closer.
    else left.push(...phrase.map(() => ''));
    at += phrase?.length ?? 1;
  }
  return left;
}

const youngPlaces = (words: readonly string[]): number[] =>
  words.flatMap((word, at) => (young.has(word) && youngPairs.has(words[at + 1] ?? '') ? at : []));

const adultAge = 18;
/** They have ages, too. */
const oldThings = new Set(
  'scotch whisky whiskey wine rum brandy cognac bourbon port cheese car truck house building tree oak dog cat'.split(
    ' ',
  ),
);
const ageWords = new Set(['year', 'years', 'yr', 'yrs', 'yo', 'y']);

/** `9 year old`, `aged 12`, `9yo`. A century or a wine is older, and a number alone is none. */
function agePlaces(words: readonly string[]): number[] {
  return words.flatMap((word, at) => {
    const joined = /^(\d{1,2})(yo|yr|yrs|yearold|y)$/.exec(word);
    if (joined) return Number(joined[1]) < adultAge ? at : [];
    if (!/^\d{1,2}$/.test(word) || Number(word) >= adultAge) return [];
    const [before = '', after = '', then = ''] = [words[at - 1], words[at + 1], words[at + 2]];
    const isSpelt = ageWords.has(after) && /^olds?$/.test(then) && !oldThings.has(words[at + 3] ?? '');
    const isAge = before === 'aged' || before === 'age' || after === 'yo' || isSpelt;
    return isAge ? at : [];
  });
}

const lookalikes: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' },
  // Cyrillic and Greek letters that look like Latin ones.
  ...{ а: 'a', е: 'e', і: 'i', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', ѕ: 's', ԁ: 'd', ο: 'o', α: 'a', ι: 'i', ν: 'v' },
};

/** Words in small letters, without accents, invisible characters and digits in place of letters. */
function wordsOf(text: string, one: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase();
  const found = plain.match(/[\p{L}\p{N}@$!]+/gu) ?? [];
  return joined(found.map((word) => readable(word.replaceAll(/^!+|!+$/g, ''), one)).filter((word) => word !== ''));
}

function readable(word: string, one: string): string {
  const isAge = /^\d{1,2}(yo|yr|yrs|yearold|y)?$/.test(word);
  if (isAge || !/\p{L}/u.test(word)) return word;
  return word.replaceAll(/./gu, (character) => (character === '1' ? one : (lookalikes[character] ?? character)));
}

/** Letters that stand apart, as in `p o r n`, are one word. */
function joined(words: readonly string[]): string[] {
  const result: string[] = [];
  let letters: string[] = [];
  const end = (): void => {
    if (letters.length >= 3) result.push(letters.join(''));
    else result.push(...letters);
    letters = [];
  };
  for (const word of words) {
    if (/^\p{L}$/u.test(word)) {
      letters.push(word);
      continue;
    }
    end();
    result.push(word);
  }
  end();
  return result;
}
