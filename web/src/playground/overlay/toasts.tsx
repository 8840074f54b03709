import { useEffect } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { usePlayground, useUi } from '../context.tsx';
import type { Toast } from '../state/ui.ts';
import styles from './overlay.module.css';

const shownForMs = { info: 2_500, error: 7_000 } as const;

/** Short notes that pass by themselves; errors stay longer. */
export function Toasts() {
  const toasts = useUi((state) => state.toasts);
  return (
    <div className={styles.toasts} aria-live="polite">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast }: { readonly toast: Toast }) {
  const { ui } = usePlayground();
  useEffect(() => {
    const timer = setTimeout(() => ui.dispatch({ type: 'toast-gone', id: toast.id }), shownForMs[toast.tone]);
    return () => clearTimeout(timer);
  }, [ui, toast]);
  return (
    <div className={styles.toast} data-tone={toast.tone} role={toast.tone === 'error' ? 'alert' : 'status'}>
      <Icon name={toast.tone === 'error' ? 'warning' : 'check'} size={16} />
      {toast.text}
      <button type="button" aria-label="Dismiss" onClick={() => ui.dispatch({ type: 'toast-gone', id: toast.id })}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
