import type { APIEmbed, APIEmbedField } from 'discord-api-types/v10';
import { formatStamp } from '../../shared/format-time.ts';
import { toPageAddress } from '../client/addresses.ts';
import { InlineMarkdown, Markdown } from '../markdown/markdown.tsx';
import { PictureView } from './attachments.tsx';
import styles from './message-content.module.css';

interface EmbedViewProps {
  readonly embed: APIEmbed;
  readonly guildId: string | null;
}

/** A rich card below a message. */
export function EmbedView({ embed, guildId }: EmbedViewProps) {
  const color = embed.color === undefined ? undefined : `#${embed.color.toString(16).padStart(6, '0')}`;
  return (
    <section className={styles.embed} style={color === undefined ? undefined : { borderInlineStartColor: color }}>
      <div className={styles.embedColumns}>
        <div className={styles.embedText}>
          <EmbedHead embed={embed} guildId={guildId} />
          {embed.description === undefined ? null : <Markdown text={embed.description} guildId={guildId} />}
          <EmbedFields fields={embed.fields ?? []} guildId={guildId} />
        </div>
        {embed.thumbnail === undefined ? null : (
          <img
            className={styles.thumbnail}
            src={toPageAddress(embed.thumbnail.url, location.origin)}
            alt=""
            loading="lazy"
          />
        )}
      </div>
      {embed.image === undefined ? null : (
        <PictureView
          url={toPageAddress(embed.image.url, location.origin)}
          name={embed.title ?? 'Picture'}
          width={embed.image.width}
          height={embed.image.height}
        />
      )}
      <EmbedFooter embed={embed} />
    </section>
  );
}

function EmbedHead({ embed, guildId }: EmbedViewProps) {
  return (
    <>
      {embed.provider?.name === undefined ? null : <div className={styles.embedSmall}>{embed.provider.name}</div>}
      {embed.author === undefined ? null : (
        <div className={styles.embedAuthor}>
          {embed.author.icon_url === undefined ? null : (
            <img src={toPageAddress(embed.author.icon_url, location.origin)} alt="" />
          )}
          <Linked url={embed.author.url} text={embed.author.name} guildId={guildId} />
        </div>
      )}
      {embed.title === undefined ? null : (
        <div className={styles.embedTitle}>
          <Linked url={embed.url} text={embed.title} guildId={guildId} />
        </div>
      )}
    </>
  );
}

function Linked({
  url,
  text,
  guildId,
}: {
  readonly url: string | undefined;
  readonly text: string;
  readonly guildId: string | null;
}) {
  if (url === undefined || !/^https?:\/\//.test(url)) return <InlineMarkdown text={text} guildId={guildId} />;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {text}
    </a>
  );
}

function EmbedFields({
  fields,
  guildId,
}: {
  readonly fields: readonly APIEmbedField[];
  readonly guildId: string | null;
}) {
  if (fields.length === 0) return null;
  return (
    <dl className={styles.embedFields}>
      {fields.map((field, index) => (
        <div key={index} data-inline={field.inline || undefined}>
          <dt>
            <InlineMarkdown text={field.name} guildId={guildId} />
          </dt>
          <dd>
            <Markdown text={field.value} guildId={guildId} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function EmbedFooter({ embed }: { readonly embed: APIEmbed }) {
  const parts = [
    embed.footer?.text,
    embed.timestamp === undefined ? undefined : formatStamp(Date.parse(embed.timestamp), Date.now()),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return null;
  return (
    <footer className={styles.embedSmall}>
      {embed.footer?.icon_url === undefined ? null : (
        <img src={toPageAddress(embed.footer.icon_url, location.origin)} alt="" />
      )}
      {parts.join(' · ')}
    </footer>
  );
}
