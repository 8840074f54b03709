import type { Core, StoredChannel, UploadedFile } from '../contract.ts';
import { storeUploads } from '../messages/attachments.ts';
import { channelObject } from '../serialise/channel.ts';
import { roleObject } from '../serialise/guild.ts';
import { attachmentUrl } from '../serialise/message.ts';
import { memberObject, userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';

/** What a resolver needs to know of the place of an interaction. */
interface ResolvePlace {
  channel: StoredChannel;
  /** Uploads by the id under which the request names them. */
  uploads: ReadonlyMap<string, UploadedFile>;
}

type Kind = 'users' | 'members' | 'roles' | 'channels' | 'messages' | 'attachments';

/** Gathers the full objects behind the ids that an interaction names. Each `add…` says whether the id is valid there. */
export class Resolver {
  readonly #core: Core;
  readonly #place: ResolvePlace;
  readonly #resolved = new Map<Kind, Record<string, unknown>>();

  constructor(core: Core, place: ResolvePlace) {
    this.#core = core;
    this.#place = place;
  }

  addUser(id: string): boolean {
    const { world } = this.#core;
    const user = world.users.get(id);
    if (!user) return false;
    this.#put('users', id, userObject(user));
    const { guildId } = this.#place.channel;
    const member = guildId === null ? undefined : world.members.get(memberKey(guildId, id));
    if (member) {
      const permissions = this.#core.permissions(id, { channelId: this.#place.channel.id }).toString();
      this.#put('members', id, { ...memberObject(member, this.#core.clock), permissions });
    }
    return true;
  }

  addRole(id: string): boolean {
    const role = this.#core.world.roles.get(id);
    if (!role || role.guildId !== this.#place.channel.guildId) return false;
    this.#put('roles', id, roleObject(this.#core.world, role));
    return true;
  }

  addChannel(id: string, viewerId: string, allowedTypes: readonly number[] | undefined): boolean {
    const channel = this.#core.world.channels.get(id);
    if (!channel || channel.guildId === null || channel.guildId !== this.#place.channel.guildId) return false;
    if (allowedTypes && allowedTypes.length > 0 && !allowedTypes.includes(channel.type)) return false;
    const permissions = this.#core.permissions(viewerId, { channelId: id }).toString();
    this.#put('channels', id, { ...channelObject(this.#core.world, channel, viewerId), permissions });
    return true;
  }

  addMessage(id: string, viewerId: string): boolean {
    const message = this.#core.world.messages.get(id);
    if (!message || message.channelId !== this.#place.channel.id) return false;
    if (message.ephemeralTo !== null) return false;
    this.#put('messages', id, this.#core.messages.serialise(message, viewerId));
    return true;
  }

  /** Stores the upload that `id` names and answers the id of the attachment that it became. */
  addAttachment(id: string): string | null {
    const upload = this.#place.uploads.get(id);
    if (!upload) return null;
    const [attachment] = storeUploads(this.#core, [upload], {});
    if (!attachment) return null;
    this.#core.world.optionUploads.set(attachment.id, attachment);
    const { file: _file, ...shown } = attachment;
    const url = attachmentUrl(this.#core, this.#place.channel.id, attachment);
    this.#put('attachments', attachment.id, { ...shown, url, proxy_url: url, ephemeral: true });
    return attachment.id;
  }

  /** The `resolved` part of the data; undefined when nothing was named. */
  result(): Record<string, unknown> | undefined {
    return this.#resolved.size === 0 ? undefined : Object.fromEntries(this.#resolved);
  }

  #put(kind: Kind, id: string, value: unknown): void {
    const group = this.#resolved.get(kind) ?? {};
    group[id] = value;
    this.#resolved.set(kind, group);
  }
}
