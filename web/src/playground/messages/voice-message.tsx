import type { APIAttachment } from 'discord-api-types/v10';
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { toPageAddress } from '../client/addresses.ts';
import { MessageFlag } from '../state/model.ts';
import { formatDuration, waveformBars } from './waveform.ts';
import styles from './message-content.module.css';

const bars = 48;
const stepSeconds = 5;

/** The recording of a voice message; null for other messages. */
export function voiceMessageOf(flags: number | undefined, attachments: readonly APIAttachment[]): APIAttachment | null {
  return ((flags ?? 0) & MessageFlag.voiceMessage) === 0 ? null : (attachments[0] ?? null);
}

/** A voice message: play and pause, its waveform to seek in, and how long it is. */
export function VoiceMessage({ attachment }: { readonly attachment: APIAttachment }) {
  const audio = useRef<HTMLAudioElement>(null);
  const player = usePlayer(audio, toPageAddress(attachment.url, location.origin), attachment.duration_secs ?? 0);
  const { playing, failed, seconds, length } = player;
  if (failed) return <p className={styles.brokenPicture}>This voice message could not be played.</p>;
  return (
    <div
      className={styles.voice}
      role="group"
      aria-label={`Voice message, ${formatDuration(length)}`}
      data-testid="voice"
    >
      <audio ref={audio} preload="none" />
      <button type="button" aria-label={playing ? 'Pause' : 'Play'} onClick={() => void player.toggle()}>
        <Icon name={playing ? 'pause' : 'play'} size={18} />
      </button>
      <Waveform waveform={attachment.waveform} player={player} />
      <span className={styles.duration}>{formatDuration(playing || seconds > 0 ? length - seconds : length)}</span>
    </div>
  );
}

type Player = ReturnType<typeof usePlayer>;

function Waveform({ waveform, player }: { readonly waveform: string | undefined; readonly player: Player }) {
  const heights = useMemo(() => waveformBars(waveform, bars), [waveform]);
  const { seconds, length, seek } = player;
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: seconds + stepSeconds,
      ArrowUp: seconds + stepSeconds,
      ArrowLeft: seconds - stepSeconds,
      ArrowDown: seconds - stepSeconds,
      Home: 0,
      End: length,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void seek(to);
  };
  const onPointerDown = (event: PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    void seek(((event.clientX - box.left) / box.width) * length);
  };
  return (
    <div
      className={styles.waveform}
      role="slider"
      tabIndex={0}
      aria-label="Position"
      aria-valuemin={0}
      aria-valuemax={Math.round(length)}
      aria-valuenow={Math.round(seconds)}
      aria-valuetext={`${formatDuration(seconds)} of ${formatDuration(length)}`}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    >
      {heights.map((height, index) => (
        <i
          key={index}
          style={{ height: `${Math.max(12, Math.round(height * 100))}%` }}
          data-played={(length > 0 && index / bars < seconds / length) || undefined}
        />
      ))}
    </div>
  );
}

/** One recording plays at a time. */
let current: HTMLAudioElement | null = null;

/**
 * Gives the recording to the element when it is first wanted. As a whole, where its server lets us: one that sends no
 * parts of a file leaves nothing to seek in.
 */
function useSource(audio: RefObject<HTMLAudioElement | null>, url: string): () => Promise<void> {
  const loading = useRef<Promise<void> | null>(null);
  const made = useRef<string | null>(null);
  useEffect(
    () => () => {
      if (made.current !== null) URL.revokeObjectURL(made.current);
    },
    [],
  );
  const load = async (): Promise<void> => {
    const blob = await fetch(url)
      .then((response) => (response.ok ? response.blob() : null))
      .catch(() => null);
    if (blob !== null) made.current = URL.createObjectURL(blob);
    if (audio.current !== null) audio.current.src = made.current ?? url;
  };
  return () => (loading.current ??= load());
}

function usePlayer(audio: RefObject<HTMLAudioElement | null>, url: string, told: number) {
  const load = useSource(audio, url);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [seconds, setSeconds] = useState(0);
  const [measured, setMeasured] = useState(0);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    const events: Readonly<Record<string, () => void>> = {
      play: () => setPlaying(true),
      pause: () => setPlaying(false),
      ended: () => setSeconds(0),
      timeupdate: () => setSeconds(element.ended ? 0 : element.currentTime),
      loadedmetadata: () => setMeasured(Number.isFinite(element.duration) ? element.duration : 0),
      error: () => setFailed(true),
    };
    for (const [name, listener] of Object.entries(events)) element.addEventListener(name, listener);
    return () => {
      element.pause();
      for (const [name, listener] of Object.entries(events)) element.removeEventListener(name, listener);
    };
  }, [audio]);
  const length = told > 0 ? told : measured;
  const toggle = async (): Promise<void> => {
    await load();
    const element = audio.current;
    if (element === null) return;
    if (!element.paused) {
      element.pause();
      return;
    }
    current?.pause();
    current = element;
    await element.play().catch(() => setFailed(element.error !== null));
  };
  const seek = async (to: number): Promise<void> => {
    await load();
    const element = audio.current;
    if (element === null) return;
    element.currentTime = Math.min(Math.max(0, to), Math.max(0, (measured || length) - 0.01));
    setSeconds(element.currentTime);
  };
  return { playing, failed, seconds: Math.min(seconds, length), length, toggle, seek };
}
