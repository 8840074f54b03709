import type { APIMessageTopLevelComponent, APIComponentInContainer } from 'discord-api-types/v10';
import { useState } from 'react';
import { toPageAddress } from '../client/addresses.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { FileCard, PictureView } from '../messages/attachments.tsx';
import { type Message } from '../state/model.ts';
import { MessageButton } from './message-button.tsx';
import { MessageSelect } from './message-select.tsx';
import styles from './components.module.css';

/** Numbers of the component types that messages and forms are made of. */
export const ComponentKind = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
} as const;

type AnyComponent = APIMessageTopLevelComponent | APIComponentInContainer;

interface TreeProps {
  readonly message: Message;
  readonly guildId: string | null;
}

/** The buttons, menus and layout parts of a message. */
export function ComponentTree({ components, ...rest }: TreeProps & { readonly components: readonly AnyComponent[] }) {
  if (components.length === 0) return null;
  return (
    <div className={styles.tree}>
      {components.map((component, index) => (
        <ComponentView key={index} component={component} {...rest} />
      ))}
    </div>
  );
}

function ComponentView({ component, message, guildId }: TreeProps & { readonly component: AnyComponent }) {
  switch (component.type as number) {
    case ComponentKind.row:
      return <RowView component={component as RowComponent} message={message} />;
    case ComponentKind.textDisplay:
      return <Markdown text={(component as { content: string }).content} guildId={guildId} />;
    case ComponentKind.container: {
      const container = component as Extract<AnyComponent, { components: readonly APIComponentInContainer[] }>;
      return <ContainerView component={container as ContainerComponent} message={message} guildId={guildId} />;
    }
    case ComponentKind.section:
      return <SectionView component={component as SectionComponent} message={message} guildId={guildId} />;
    case ComponentKind.mediaGallery:
      return <GalleryView component={component as GalleryComponent} />;
    case ComponentKind.separator:
      return <SeparatorView component={component as SeparatorComponent} />;
    case ComponentKind.file:
      return <FileView component={component as FileComponent} />;
    default:
      return <p className={styles.unknown}>A part this page cannot show (component type {component.type}).</p>;
  }
}

type Of<Kind extends AnyComponent['type']> = Extract<AnyComponent, { type: Kind }>;
type RowComponent = Of<1>;
type ContainerComponent = Of<17>;
type SectionComponent = Of<9>;
type GalleryComponent = Of<12>;
type FileComponent = Of<13>;
type SeparatorComponent = Of<14>;

function RowView({ component, message }: { readonly component: RowComponent; readonly message: Message }) {
  return (
    <div className={styles.row}>
      {component.components.map((child, index) =>
        child.type === (ComponentKind.button as number) ? (
          <MessageButton
            key={index}
            button={child as Parameters<typeof MessageButton>[0]['button']}
            message={message}
          />
        ) : (
          // Another menu in its place has nothing chosen.
          <MessageSelect
            key={'custom_id' in child ? child.custom_id : index}
            select={child as Parameters<typeof MessageSelect>[0]['select']}
            message={message}
          />
        ),
      )}
    </div>
  );
}

function ContainerView({ component, ...rest }: TreeProps & { readonly component: ContainerComponent }) {
  const accent = component.accent_color ?? null;
  const style = accent === null ? undefined : { borderInlineStartColor: `#${accent.toString(16).padStart(6, '0')}` };
  const [covered, setCovered] = useState(component.spoiler ?? false);
  if (covered) {
    return (
      <button type="button" className={styles.covered} style={style} onClick={() => setCovered(false)}>
        Spoiler: press to see
      </button>
    );
  }
  return (
    <div className={styles.container} style={style}>
      <ComponentTree components={component.components} {...rest} />
    </div>
  );
}

function SectionView({ component, message, guildId }: TreeProps & { readonly component: SectionComponent }) {
  const { accessory } = component;
  return (
    <div className={styles.section}>
      <div>
        {component.components.map((text, index) => (
          <Markdown key={index} text={text.content} guildId={guildId} />
        ))}
      </div>
      {'media' in accessory ? (
        <img src={toPageAddress(accessory.media.url, location.origin)} alt={accessory.description ?? ''} />
      ) : (
        <MessageButton button={accessory} message={message} />
      )}
    </div>
  );
}

function SeparatorView({ component }: { readonly component: SeparatorComponent }) {
  const large = (component.spacing as number | undefined) === 2;
  return (
    <hr
      className={styles.separator}
      data-plain={component.divider === false || undefined}
      data-large={large || undefined}
    />
  );
}

function FileView({ component }: { readonly component: FileComponent }) {
  const url = toPageAddress(component.file.url, location.origin);
  const name = component.name ?? decodeURIComponent(url.split('/').at(-1)?.split('?')[0] ?? 'file');
  return (
    <FileCard url={url} name={component.spoiler === true ? `Spoiler: ${name}` : name} bytes={component.size ?? null} />
  );
}

function GalleryView({ component }: { readonly component: GalleryComponent }) {
  return (
    <div className={styles.gallery}>
      {component.items.map((item, index) => (
        <PictureView
          key={index}
          url={toPageAddress(item.media.url, location.origin)}
          name={item.description ?? 'Picture'}
          width={item.media.width}
          height={item.media.height}
          hidden={item.spoiler ?? false}
        />
      ))}
    </div>
  );
}
