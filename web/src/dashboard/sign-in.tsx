import { Alert, Button, Code, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';
import styles from './dashboard.module.css';

interface SignInProps {
  readonly wasRefused: boolean;
  readonly onKey: (key: string) => void;
}

/** Asks for the key. It stays in this tab and goes to the bot alone. */
export function SignIn({ wasRefused, onKey }: SignInProps) {
  const [key, setKey] = useState('');
  return (
    <main className={styles.signIn}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== '') onKey(key.trim());
        }}
      >
        <h1>Familiar dashboard</h1>
        {wasRefused ? (
          <Alert color="red" role="alert">
            The bot doesn’t know this key. Check it, or make a new one.
          </Alert>
        ) : null}
        <PasswordInput
          label="API key"
          description="It stays in this tab and goes to the bot alone."
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="off"
          autoFocus
        />
        <Button type="submit" disabled={key.trim() === ''}>
          Open
        </Button>
        <Text size="sm" c="dimmed">
          Make a key with <Code>openssl rand -hex 32</Code>, put it into <Code>.env</Code> as{' '}
          <Code>FAMILIAR_API_KEY=…</Code> and restart the bot. A key under <Code>http.apiKeys</Code> with the scopes{' '}
          <Code>config:*</Code> works too.
        </Text>
      </form>
    </main>
  );
}
