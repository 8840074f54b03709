export interface Emoji {
  readonly name: string;
  readonly character: string;
}

export interface EmojiGroup {
  readonly title: string;
  readonly emojis: readonly Emoji[];
}

/** Names and characters, alternating. */
const lists: Readonly<Record<string, string>> = {
  Faces:
    'grin 😀 smile 😄 laughing 😆 joy 😂 rofl 🤣 slight_smile 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star_struck 🤩 kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany 🤪 hug 🤗 giggle 🤭 shush 🤫 thinking 🤔 salute 🫡 raised_eyebrow 🤨 neutral 😐 expressionless 😑 smirk 😏 unamused 😒 rolling_eyes 🙄 grimace 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 sick 🤢 sneeze 🤧 hot 🥵 cold 🥶 dizzy_face 😵 exploding_head 🤯 cowboy 🤠 party 🥳 sunglasses 😎 nerd 🤓 monocle 🧐 confused 😕 worried 😟 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 cry 😢 sob 😭 scream 😱 weary 😩 yawn 🥱 triumph 😤 angry 😠 rage 😡 imp 😈 skull 💀 poop 💩 clown 🤡 ghost 👻 alien 👽 robot 🤖 cat_smile 😺 cat_heart 😻 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊',
  Gestures:
    'wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 pinch 🤏 victory ✌️ crossed_fingers 🤞 metal 🤘 call_me 🤙 point_left 👈 point_right 👉 point_up 👆 point_down 👇 thumbsup 👍 thumbsdown 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 writing ✍️ muscle 💪 eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 bow 🙇 dancer 💃 runner 🏃',
  'Hearts and signs':
    'heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍 broken_heart 💔 sparkling_heart 💖 hundred 💯 boom 💥 dizzy 💫 sweat_drops 💦 zzz 💤 speech 💬 check ✅ cross ❌ question ❓ exclamation ❗ warning ⚠️ stop 🛑 no_entry ⛔ recycle ♻️ star ⭐ glowing_star 🌟 sparkles ✨ zap ⚡ fire 🔥 new 🆕 free 🆓 up 🔼 down 🔽 repeat 🔁 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣',
  Nature:
    'cat 🐱 black_cat 🐈‍⬛ dog 🐶 mouse 🐭 rabbit 🐰 fox 🦊 bear 🐻 panda 🐼 koala 🐨 tiger 🐯 lion 🦁 cow 🐮 pig 🐷 frog 🐸 monkey 🐵 chicken 🐔 penguin 🐧 bird 🐦 owl 🦉 wolf 🐺 unicorn 🦄 bee 🐝 butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 fish 🐟 whale 🐳 dolphin 🐬 dragon 🐉 cactus 🌵 tree 🌳 herb 🌿 clover 🍀 leaf 🍂 mushroom 🍄 tulip 🌷 rose 🌹 sunflower 🌻 earth 🌍 moon 🌙 full_moon 🌕 sun ☀️ cloud ☁️ rain 🌧️ snow ❄️ rainbow 🌈 ocean 🌊',
  Food: 'apple 🍎 pear 🍐 orange 🍊 lemon 🍋 banana 🍌 melon 🍉 grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 pineapple 🍍 avocado 🥑 tomato 🍅 carrot 🥕 corn 🌽 bread 🍞 cheese 🧀 egg 🍳 bacon 🥓 pancakes 🥞 burger 🍔 fries 🍟 pizza 🍕 taco 🌮 sushi 🍣 ramen 🍜 cookie 🍪 cake 🍰 birthday 🎂 chocolate 🍫 ice_cream 🍦 popcorn 🍿 coffee ☕ tea 🍵 beer 🍺 wine 🍷 cheers 🥂 juice 🧃',
  Things:
    'tada 🎉 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 soccer ⚽ basketball 🏀 dart 🎯 game 🎮 dice 🎲 puzzle 🧩 art 🎨 music 🎵 guitar 🎸 microphone 🎤 headphones 🎧 clapper 🎬 camera 📷 tv 📺 phone 📱 computer 💻 keyboard ⌨️ battery 🔋 bulb 💡 book 📖 books 📚 newspaper 📰 bookmark 🔖 money 💰 coin 🪙 card 💳 envelope ✉️ package 📦 pencil ✏️ memo 📝 calendar 📅 chart 📈 pushpin 📌 paperclip 📎 scissors ✂️ lock 🔒 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ magnet 🧲 microscope 🔬 telescope 🔭 crystal_ball 🔮 wand 🪄 bell 🔔 hourglass ⏳ alarm ⏰ rocket 🚀 car 🚗 bike 🚲 train 🚆 plane ✈️ boat ⛵ house 🏠 tent ⛺ mountain ⛰️ beach 🏖️ flag 🏁 pirate 🏴‍☠️',
};

/** The picker's own choice of common emojis. */
export const emojiGroups: readonly EmojiGroup[] = Object.entries(lists).map(([title, list]) => ({
  title,
  emojis: toPairs(list.split(' ')),
}));

function toPairs(words: readonly string[]): readonly Emoji[] {
  return words.flatMap((name, index) => {
    const character = words[index + 1];
    return index % 2 === 0 && character !== undefined ? [{ name, character }] : [];
  });
}

const all = emojiGroups.flatMap((group) => group.emojis);

export function emojiByName(name: string): string | null {
  return all.find((emoji) => emoji.name === name)?.character ?? null;
}

/** Emojis whose name holds the words; those that begin with them come first. */
export function searchEmoji(query: string): readonly Emoji[] {
  const typed = query.trim().toLowerCase().replaceAll(' ', '_');
  const fitting = all.filter((emoji) => emoji.name.includes(typed));
  return fitting.sort((a, b) => Number(!a.name.startsWith(typed)) - Number(!b.name.startsWith(typed)));
}
