import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Taken } from './channel-writer.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { GlobalGate } from './global-gate.ts';
import { Growth } from './growth.ts';
import { discordLimits } from './limits.ts';
import type { MessageWriter } from './message-writer.ts';
import { fingerprintOf, wantedParts } from './live-parts.ts';
import type { Wanted } from './live-parts.ts';
import type { LiveMessage, LiveMessageOptions, LivePart, OutgoingFile } from './port.ts';
import type { ChannelLane } from './pacer.ts';
import { attachmentIds } from './payload.ts';

/** Answers of Discord that the next write of the same message would get as well. */
const LASTING_REFUSALS = [
  discordCodes.unknownChannel,
  discordCodes.missingAccess,
  discordCodes.missingPermissions,
  discordCodes.cannotMessageUser,
  discordCodes.archivedThread,
  discordCodes.lockedThread,
  discordCodes.manageWebhooks,
  discordCodes.noWebhooks,
  discordCodes.tooManyWebhooks,
  discordCodes.visitOver,
];

/** Twice a message: a table is shorter when it is shown. */
const SEEN_FOR_A_PART = 2 * discordLimits.messageLength;

/** After an edit that only showed progress failed in passing. */
const AFTER_FAILURE_MS = 2000;

interface LiveContext {
  writer: MessageWriter;
  lane: ChannelLane;
  gate: GlobalGate;
  clock: Clock;
  logger: Logger;
  /** What the first part begins with. */
  lead?: (() => Promise<string>) | undefined;
}

interface ShownPart {
  messageId: string;
  /** What it shows, as `fingerprint`; undefined when that is not known. */
  shown: string | undefined;
  /** Somebody deleted it. */
  gone: boolean;
  /** Of its files, where they are known. */
  attachmentIds?: readonly string[];
}

interface Step {
  index: number;
  wanted: Wanted;
  /** `first` puts the first text on screen, `whole` a part that another follows, `progress` the growing last part. */
  kind: 'first' | 'whole' | 'progress';
  /** Only holds the place of the first text. */
  placeholder: boolean;
}

/** One runner per answer sends one request at a time, so that nothing overtakes and nothing follows the final text. */
export class LiveAnswer implements LiveMessage {
  #options: LiveMessageOptions;
  #context: LiveContext;
  #parts: ShownPart[];
  /** Messages that Discord lets nobody edit any more, in whose place others come: to be deleted. */
  #left: string[] = [];
  #hasMoved = false;
  #text = '';
  #lead: string | undefined;
  /** How much of a text that grows can be on the screen. */
  readonly #mostSeen: number;
  #placeholder = false;
  /** What is on the screen only holds the place of the first text. */
  #showsPlaceholder = false;
  #seen = false;
  #growth: Growth;
  #stopped = false;
  #failure: unknown;
  readonly #refusal = new AbortController();
  #retryAtMs = 0;
  #running: Promise<void> = Promise.resolve();
  #busy = false;
  #wake: () => void = () => {};

  constructor(options: LiveMessageOptions, context: LiveContext) {
    this.#options = options;
    this.#context = context;
    this.#growth = new Growth(context.clock);
    this.#mostSeen = options.bound ? (options.bound.parts + 2) * SEEN_FOR_A_PART : Infinity;
    this.#parts = (options.parts ?? []).map(({ messageId }) => ({ messageId, shown: undefined, gone: false }));
    context.lane.join(this);
    options.signal?.addEventListener('abort', () => this.#wake(), { once: true });
  }

  get refused(): AbortSignal {
    return this.#refusal.signal;
  }

  get seen(): boolean {
    return this.#seen;
  }

  update(text: string, { placeholder = false }: { placeholder?: boolean } = {}): void {
    const seen = text.slice(0, this.#mostSeen);
    if (seen === this.#text && placeholder === this.#placeholder) return;
    this.#text = seen;
    this.#placeholder = placeholder;
    if (!placeholder) this.#growth.reached(seen.length);
    this.#wake();
    if (this.#busy || !this.#mayStream()) return;
    this.#busy = true;
    this.#running = this.#stream();
  }

  async finish(final: Wanted): Promise<LivePart[]> {
    await this.#endStream();
    if (this.#failure instanceof PersistFailure) throw this.#failure.cause;
    await this.#readLead();
    const wanted = wantedParts(final, { lead: this.#lead });
    await this.#showAll(wanted);
    if (this.#allGone()) return [];
    if (this.#parts.length > wanted.length) await this.#options.onTrim?.(wanted.length);
    const surplus = this.#parts.splice(wanted.length).filter((part) => !part.gone);
    for (const { messageId } of surplus) await this.#context.writer.delete(this.#options.channelId, messageId);
    await this.#deleteLeft();
    return this.#result();
  }

  async #showAll(wanted: readonly Wanted[]): Promise<void> {
    const { lane } = this.#context;
    const hadMoved = this.#hasMoved;
    for (const [index, part] of wanted.entries()) {
      // Twice for a part that was sent under a nonce which Discord knew from an earlier attempt.
      for (let tries = 0; tries < 2 && !this.#allGone() && !this.#isShown(index, part); tries += 1) {
        await this.#show({ index, wanted: part }, await lane.enter());
        this.#sees(index);
        if (this.#failure instanceof PersistFailure) throw this.#failure.cause;
        if (this.#hasMoved !== hadMoved) return this.#showAll(wanted);
      }
    }
  }

  async abandon(): Promise<LivePart[]> {
    await this.#endStream();
    return [...this.#left.map((messageId) => ({ messageId })), ...this.#result()];
  }

  #result(): LivePart[] {
    return this.#parts
      .filter((part) => !part.gone)
      .map(({ messageId, attachmentIds: ids }) => ({ messageId, ...(ids && { attachmentIds: ids }) }));
  }

  async #endStream(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
    this.#context.lane.leave(this);
  }

  #mayStream(): boolean {
    return !this.#stopped && this.#failure === undefined && !this.#options.signal?.aborted && !this.#allGone();
  }

  #allGone(): boolean {
    return this.#parts.length > 0 && this.#parts.every((part) => part.gone);
  }

  /** Brings the screen up to the text as the limits allow, until nothing is left to show or the stream ends. */
  async #stream(): Promise<void> {
    await this.#readLead().catch((error: unknown) => this.#streamFailed(error));
    for (let step = this.#nextStep(); step && this.#mayStream(); step = this.#nextStep()) {
      const delayMs = this.#delayMs(step);
      if (delayMs > 0) {
        await this.#pause(delayMs);
        continue;
      }
      const taken = this.#context.lane.take(step.kind === 'whole' ? undefined : this);
      try {
        await this.#show(step, taken, step.kind === 'progress');
        this.#showsPlaceholder = step.placeholder;
        if (!step.placeholder) this.#sees(step.index);
      } catch (error) {
        this.#streamFailed(error);
      }
    }
    this.#context.lane.content(this);
    this.#busy = false;
  }

  async #readLead(): Promise<void> {
    this.#lead ??= await this.#context.lead?.();
  }

  #streamFailed(error: unknown): void {
    const { clock, logger } = this.#context;
    const passing = error instanceof VendorError && error.retryable && this.#parts.length > 0;
    if (passing) this.#retryAtMs = clock.now() + (error.retryAfterMs ?? AFTER_FAILURE_MS);
    else this.#failure = error;
    if (isDiscordError(error, ...LASTING_REFUSALS)) this.#refusal.abort(error);
    logger.debug({ error, channelId: this.#options.channelId }, 'an answer could not be updated on screen');
  }

  #nextStep(): Step | undefined {
    const live = this.#options.liveComponents;
    const growing = { content: this.#text, ...(live ? { components: live } : {}) };
    const wanted = wantedParts(growing, { growing: true, bound: this.#options.bound, lead: this.#lead });
    const index = wanted.findIndex((part, at) => !this.#isShown(at, part));
    const part = wanted[index];
    if (!part) return undefined;
    const placeholder = this.#placeholder;
    const first = this.#parts.length === 0 || (this.#showsPlaceholder && !placeholder);
    const kind = first ? 'first' : index < wanted.length - 1 ? 'whole' : 'progress';
    return { index, wanted: part, kind, placeholder };
  }

  #delayMs(step: Step): number {
    const { lane, gate, clock } = this.#context;
    const afterFailureMs = this.#retryAtMs - clock.now();
    if (step.kind === 'first') return Math.max(lane.delayMs(0), gate.delayMs('urgent'), 0);
    if (step.kind === 'whole') return Math.max(lane.delayMs(1), gate.delayMs('progress'), afterFailureMs, 0);
    const reserve = lane.liveAnswers + this.#growth.writesNeeded(step.wanted.content?.length ?? 0, lane.windowLeftMs);
    return Math.max(lane.progressDelayMs(this, reserve), gate.delayMs('progress'), afterFailureMs, 0);
  }

  /** Waits for the time, or until an update, the end or a change in the channel gives reason to look again. */
  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#context.clock.after(delayMs, resolve);
      const forget = this.#context.lane.onceChanged(resolve);
      this.#wake = () => {
        timer.cancel();
        forget();
        resolve();
      };
    });
    this.#wake();
    this.#wake = () => {};
  }

  #isShown(index: number, wanted: Wanted): boolean {
    const part = this.#parts[index];
    return part !== undefined && (part.gone || part.shown === fingerprintOf(wanted));
  }

  async #show({ index, wanted }: Pick<Step, 'index' | 'wanted'>, taken: Taken, progress = false): Promise<void> {
    const part = this.#parts[index];
    if (!part) return this.#send(index, wanted, taken);
    try {
      const { channelId, keepsFiles } = this.#options;
      // Naming no files removes those of another answer that the message has shown.
      const edited = keepsFiles && !this.#stopped ? wanted : { files: [], ...(await this.#withKept(part, wanted)) };
      const message = await this.#context.writer.edit(channelId, part.messageId, edited, { taken, progress });
      part.shown = fingerprintOf(wanted);
      if (wanted.files) part.attachmentIds = attachmentIds(edited, message?.attachments ?? []);
    } catch (error) {
      if (isDiscordError(error, discordCodes.unknownMessage)) part.gone = true;
      else if (isDiscordError(error, discordCodes.tooManyOldEdits, discordCodes.unknownWebhook) && !this.#hasMoved)
        this.#move();
      else throw error;
    }
  }

  /** Discord refuses an edit that names an attachment which its message does not have. */
  async #withKept({ messageId }: ShownPart, wanted: Wanted): Promise<Wanted> {
    if (!wanted.files?.some(({ attachmentId }) => attachmentId !== undefined)) return wanted;
    const present = await this.#context.writer.attachmentsOf(this.#options.channelId, messageId);
    return { ...wanted, files: wanted.files.map((file) => keptIf(file, present)) };
  }

  #sees(index: number): void {
    if (this.#parts[index]?.gone === false) this.#seen = true;
  }

  #move(): void {
    this.#hasMoved = true;
    this.#left = this.#result().map(({ messageId }) => messageId);
    this.#parts = [];
  }

  /** Tried after the first message that came in their place, and at the end. */
  async #deleteLeft(): Promise<void> {
    const { writer, logger } = this.#context;
    const { channelId } = this.#options;
    const stay: string[] = [];
    for (const messageId of this.#left) {
      try {
        await writer.delete(channelId, messageId);
      } catch (error) {
        stay.push(messageId);
        logger.debug({ error, channelId }, 'a message in whose place another came could not be deleted');
      }
    }
    this.#left = stay;
  }

  async #send(index: number, wanted: Wanted, taken: Taken): Promise<void> {
    const { channelId, key, onPart, onIntent, spoken } = this.#options;
    if (spoken && !(await this.#kept(taken, () => onIntent?.(index)))) return;
    const replyTo = spoken ? undefined : index === 0 ? this.#options.replyTo : await this.#apart(index - 1);
    const { components, ...rest } = wanted;
    const files = wanted.files && { files: wanted.files.map((file) => keptIf(file, [])) };
    const sent = { ...(components?.length ? wanted : rest), ...files };
    const message = await this.#context.writer.create(
      channelId,
      sent,
      {
        key: `${key}/${this.#hasMoved ? `moved/${index}` : index}`,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(spoken && { spoken: { ...spoken, isKnown: (messageId) => this.#isKnown(messageId) } }),
      },
      { taken },
    );
    // Discord returns the message of an earlier attempt when the nonce is known to it: then it shows another text.
    const sameFiles = wanted.files === undefined || message.attachments.length === wanted.files.length;
    const fresh = sameFiles && message.content === (wanted.content ?? '').trim();
    this.#parts[index] = {
      ...{ messageId: message.id, shown: fresh ? fingerprintOf(wanted) : undefined, gone: false },
      ...(fresh && wanted.files && { attachmentIds: attachmentIds(sent, message.attachments) }),
    };
    if (await this.#kept(undefined, () => onPart?.(index, { messageId: message.id }))) await this.#deleteLeft();
  }

  /** False when the caller could not keep what it was told. */
  async #kept(taken: Taken | undefined, tell: () => Promise<void> | undefined): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (error) {
      taken?.(undefined);
      this.#failure = new PersistFailure(error);
      return false;
    }
  }

  async #isKnown(messageId: string): Promise<boolean> {
    const isOwnPart = this.#parts.some((part) => part.messageId === messageId) || this.#left.includes(messageId);
    return isOwnPart || ((await this.#options.spoken?.isKnown?.(messageId)) ?? false);
  }

  /** The part, when others have written below it: what goes on after it then says so, and leads back to it. */
  async #apart(index: number): Promise<string | undefined> {
    const part = this.#parts[index];
    if (!part || part.gone) return undefined;
    const followed = await this.#context.writer.isFollowed(this.#options.channelId, part.messageId);
    return followed ? part.messageId : undefined;
  }
}

/** `onPart` rejected: without the part's id kept, going on would risk a second answer. */
class PersistFailure {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** A file that is uploaded unless its attachment is among those of its message. */
function keptIf({ attachmentId, ...file }: OutgoingFile, present: readonly string[]): OutgoingFile {
  return attachmentId !== undefined && present.includes(attachmentId) ? { ...file, attachmentId } : file;
}
