import { Icon } from '../../shared/icons.tsx';
import { useActions } from '../use-actions.ts';
import styles from './markdown.module.css';

export function CodeBlock({ language, text }: { readonly language: string | null; readonly text: string }) {
  const actions = useActions();
  return (
    <div className={styles.codeBlock}>
      <div className={styles.codeHead}>
        <span>{language ?? 'code'}</span>
        <button type="button" onClick={() => void actions.copy(text, 'Code')} aria-label="Copy code">
          <Icon name="copy" size={14} /> Copy
        </button>
      </div>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
