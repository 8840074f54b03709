import { useCallback, useEffect, useMemo, useState } from 'react';
import { PlaygroundClient } from './client/client.ts';
import { type ControlState, fetchControlState } from './client/control.ts';
import { type Playground, PlaygroundContext } from './context.tsx';
import { Shell } from './shell.tsx';
import { parseRoute } from './state/route.ts';
import { createStore } from './state/store.ts';
import { initialUi, reduceUi } from './state/ui.ts';
import { chooseMember, rememberMember } from './who.ts';
import styles from './app.module.css';

const retryMs = 1_500;
const commandsFreshForMs = 2_000;

/** The page: finds out who lives in the emulator, becomes one of them, and shows what they see. */
export function App() {
  const control = useControlState();
  const [username, setUsername] = useState<string | null>(null);
  const members = control.state?.members ?? [];
  const member = chooseMember(members, username, location.search);
  if (control.state === null) return <Starting problem={control.problem} />;
  if (member === null) return <Starting problem="Nobody lives in this playground yet." />;
  const become = (name: string): void => {
    rememberMember(name);
    setUsername(name);
  };
  return (
    <Session
      key={member.token}
      control={control.state}
      username={member.username}
      onBecome={become}
      onRefresh={control.refresh}
    />
  );
}

interface SessionProps {
  readonly control: ControlState;
  readonly username: string;
  readonly onBecome: (username: string) => void;
  readonly onRefresh: () => void;
}

function Session({ control, username, onBecome, onRefresh }: SessionProps) {
  const member = control.members.find((entry) => entry.username === username);
  if (member === undefined) throw new Error(`${username} is not among the members.`);
  const [client] = useState(() => new PlaygroundClient(member));
  const [ui] = useState(() => createStore(initialUi(parseRoute(location.hash), innerWidth > 1100), reduceUi));
  useEffect(() => client.start(), [client]);
  useEffect(() => {
    const read = (): void =>
      ui.dispatch({ type: 'set', change: { route: parseRoute(location.hash), editingId: null } });
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, [ui]);
  const playground: Playground = useMemo(
    () => ({
      client,
      ui,
      members: control.members,
      botUserId: control.application?.botUserId ?? null,
      commands: control.commands,
      dashboard: control.dashboard,
      refreshCommands: onRefresh,
      becomeMember: onBecome,
    }),
    [client, ui, control, onRefresh, onBecome],
  );
  return (
    <PlaygroundContext value={playground}>
      <Shell />
    </PlaygroundContext>
  );
}

interface Control {
  readonly state: ControlState | null;
  readonly problem: string | null;
  readonly refresh: () => void;
}

/** The emulator's world, asked for until it answers, and again when someone wants it fresh. */
function useControlState(): Control {
  const [state, setState] = useState<ControlState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [loadedAtMs, setLoadedAtMs] = useState(0);
  useEffect(() => {
    let timer: number | null = null;
    fetchControlState((...request) => fetch(...request))
      .then((loaded) => {
        setState(loaded);
        setProblem(null);
        setLoadedAtMs(Date.now());
      })
      .catch((error: unknown) => {
        setProblem(error instanceof Error ? error.message : 'The playground’s server does not answer.');
        timer = window.setTimeout(() => setAttempt((known) => known + 1), retryMs);
      });
    return () => {
      if (timer !== null) clearTimeout(timer);
    };
  }, [attempt]);
  const refresh = useCallback(() => {
    if (Date.now() - loadedAtMs > commandsFreshForMs) setAttempt((known) => known + 1);
  }, [loadedAtMs]);
  return { state, problem, refresh };
}

function Starting({ problem }: { readonly problem: string | null }) {
  return (
    <main className={styles.starting}>
      <div className={styles.mark} aria-hidden="true" />
      <h1>Playground</h1>
      <p role="status">{problem === null ? 'Opening the door…' : `${problem} Trying again…`}</p>
    </main>
  );
}
