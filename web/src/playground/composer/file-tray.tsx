import { useEffect, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatBytes } from '../../shared/format-time.ts';
import styles from './composer.module.css';

interface FileTrayProps {
  readonly files: readonly File[];
  readonly onChange: (files: readonly File[]) => void;
}

/** The files that go with the next message. */
export function FileTray({ files, onChange }: FileTrayProps) {
  if (files.length === 0) return null;
  return (
    <ul className={styles.tray} aria-label="Files to send">
      {files.map((file, index) => (
        <li key={`${file.name}-${index}`}>
          <FilePreview file={file} />
          <span>
            <b>{file.name}</b>
            <small>{formatBytes(file.size)}</small>
          </span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onChange(files.filter((_, other) => other !== index))}
          >
            <Icon name="close" size={15} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function FilePreview({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file.type.startsWith('image/')) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url === null ? <Icon name="file" size={28} /> : <img src={url} alt="" />;
}
