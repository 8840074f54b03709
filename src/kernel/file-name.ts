import { kindOf } from './file-kind.ts';

/** The ending of each type that a file's bytes show, or that is claimed for a text. */
const endings: Readonly<Record<string, string>> = {
  ...{ 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp', 'image/bmp': 'bmp' },
  ...{ 'image/tiff': 'tiff', 'image/avif': 'avif', 'image/heic': 'heic', 'image/jxl': 'jxl', 'image/x-icon': 'ico' },
  ...{ 'audio/wav': 'wav', 'audio/mpeg': 'mp3', 'audio/flac': 'flac', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' },
  ...{ 'video/quicktime': 'mov', 'video/mp4': 'mp4', 'video/webm': 'webm' },
  ...{ 'application/pdf': 'pdf', 'application/zip': 'zip', 'application/gzip': 'gz', 'application/wasm': 'wasm' },
  ...{ 'application/x-7z-compressed': '7z', 'application/vnd.sqlite3': 'sqlite' },
  ...{ 'image/svg+xml': 'svg', 'text/markdown': 'md', 'text/csv': 'csv', 'text/html': 'html', 'text/css': 'css' },
  ...{ 'application/json': 'json', 'application/xml': 'xml', 'text/calendar': 'ics', 'text/plain': 'txt' },
};

/** Documents that are archives inside. */
const archives: readonly string[] = ['docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'epub'];

const ofBytes = new Set(
  Object.entries(endings)
    .filter(([type]) => !/^text\/|\+xml$|\/(?:json|xml)$/.test(type))
    .map(([, ending]) => ending),
);

const longest = 60;

/**
 * A name for a file, from one that anybody may have chosen: letters, digits, dots, dashes and underscores, at most some 70
 * characters, with the ending of what the bytes are. `mediaType` is as `trustedMediaType` says.
 */
export function safeFileName(wanted: string | undefined, bytes: Uint8Array, mediaType: string): string {
  const name = (wanted ?? '').normalize('NFKC').split(/[/\\]/).at(-1) ?? '';
  const dot = name.lastIndexOf('.');
  const given = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  const ending = endingOf(given, bytes, mediaType);
  const hasEnding = given === ending || /^[a-z0-9]{1,8}$/.test(given);
  const stem = (hasEnding && dot >= 0 ? name.slice(0, dot) : name)
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  const plain = Array.from(stem).slice(0, longest).join('');
  return `${plain === '' ? plainName(mediaType) : plain}.${ending}`;
}

function endingOf(given: string, bytes: Uint8Array, mediaType: string): string {
  if (mediaType === 'application/zip' && archives.includes(given)) return given;
  const known = endings[mediaType];
  if (known !== undefined && mediaType !== 'text/plain') return known;
  if (kindOf(bytes).kind !== 'text') return 'bin';
  return /^[a-z0-9]{1,8}$/.test(given) && !ofBytes.has(given) ? given : 'txt';
}

const plainName = (mediaType: string): string => {
  const [kind = ''] = mediaType.split('/');
  return kind === 'image' ? 'picture' : ['audio', 'video', 'text'].includes(kind) ? kind : 'file';
};
