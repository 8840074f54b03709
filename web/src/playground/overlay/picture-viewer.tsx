import { Modal } from '@mantine/core';
import { Icon } from '../../shared/icons.tsx';
import { usePlayground, useUi } from '../context.tsx';
import styles from './overlay.module.css';

/** One picture, as large as the window allows. */
export function PictureViewer() {
  const { ui } = usePlayground();
  const picture = useUi((state) => state.picture);
  const close = (): void => ui.dispatch({ type: 'set', change: { picture: null } });
  return (
    <Modal
      opened={picture !== null}
      onClose={close}
      size="auto"
      centered
      padding={0}
      withCloseButton={false}
      overlayProps={{ backgroundOpacity: 0.82 }}
      classNames={{ content: styles.viewer ?? '' }}
      aria-label={picture?.name ?? 'Picture'}
      transitionProps={{ duration: 120 }}
    >
      {picture === null ? null : (
        <figure className={styles.figure}>
          <img src={picture.url} alt={picture.name} />
          <figcaption>
            <span>{picture.name}</span>
            <a href={picture.url} target="_blank" rel="noreferrer" data-autofocus>
              <Icon name="link" size={15} /> Open original
            </a>
            <button type="button" onClick={close}>
              <Icon name="close" size={15} /> Close
            </button>
          </figcaption>
        </figure>
      )}
    </Modal>
  );
}
