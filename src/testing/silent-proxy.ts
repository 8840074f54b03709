import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** One connection through the proxy. */
interface Link {
  client: Socket;
  server: Socket;
  silent: boolean;
  /** Everything the client has sent, as text. */
  sent: string;
}

/** What a silent connection still does: nothing, or forward requests whose answers are lost. */
type Silence = 'both ways' | 'answers only';

/** A TCP port before a PostgreSQL server, whose connections can go silent one by one without closing. */
export interface SilentProxy {
  /** DATABASE_URL of the given one, through the proxy. */
  readonly url: string;
  /** The number of matching connections that aren't silent. */
  count(matches: (link: Link) => boolean): number;
  /** Silences the matching open connections. Returns their number. */
  silence(matches?: (link: Link) => boolean): number;
  /** Silences a connection when its client sends this text. */
  silenceAt(text: RegExp, silence: Silence): void;
  close(): Promise<void>;
}

/** `url` names a server by its socket's folder, like those of the tests. */
export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url);
  const { host, port } = Object.fromEntries(target.searchParams) as Record<string, string>;
  const links = new Set<Link>();
  let trigger: { text: RegExp; silence: Silence } | undefined;
  const server = createServer((client) => {
    const link: Link = { client, server: connect(`${host}/.s.PGSQL.${port}`), silent: false, sent: '' };
    links.add(link);
    client.on('data', (data) => {
      link.sent += data.toString('latin1');
      const { silent } = link;
      const reached = trigger?.text.test(data.toString('latin1')) === true;
      if (reached) link.silent = true;
      if (!silent && !(reached && trigger?.silence === 'both ways')) link.server.write(data);
      if (reached) trigger = undefined;
    });
    link.server.on('data', (data) => link.silent || client.write(data));
    for (const socket of [client, link.server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        // A silent connection doesn't forward its end either.
        if (link.silent) return;
        links.delete(link);
        client.destroy();
        link.server.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.hostname = '127.0.0.1';
  target.port = String((server.address() as AddressInfo).port);
  target.search = '';
  return {
    url: target.href,
    count: (matches) => [...links].filter((link) => !link.silent && matches(link)).length,
    silence: (matches = () => true) => {
      const chosen = [...links].filter((link) => !link.silent && matches(link));
      for (const link of chosen) link.silent = true;
      return chosen.length;
    },
    silenceAt: (text, silence) => void (trigger = { text, silence }),
    close: async () => {
      server.close();
      for (const { client, server: far } of links) {
        client.destroy();
        far.destroy();
      }
      await once(server, 'close');
    },
  };
}
