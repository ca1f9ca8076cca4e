/** A TCP proxy in front of PostgreSQL that can cut a connection at a chosen moment: before a statement leaves, or after it ran and before its answer arrives. */
import net from 'node:net';

export interface CuttingProxy {
  readonly url: string;
  /** Cuts the connection that next sends `text`: `before` it reaches the server, or `after` the server has answered it. */
  readonly cutNext: (text: string, when: 'before' | 'after') => Promise<void>;
  /** Refuses new connections and cuts all there are, until `open` again. */
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

interface Cut {
  readonly text: string;
  readonly when: 'before' | 'after';
  readonly done: () => void;
}

export async function cuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let cut: Cut | null = null;
  let refusing = false;

  const server = net.createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = net.connect(Number(target.port), target.hostname);
    let swallow: Cut | null = null;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    sockets.add(client).add(upstream);
    client.on('data', (bytes) => {
      const hit = cut !== null && bytes.includes(cut.text) ? cut : null;
      if (hit !== null) {
        cut = null;
        if (hit.when === 'before') {
          end();
          hit.done();
          return;
        }
        swallow = hit;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (swallow === null) {
        client.write(bytes);
        return;
      }
      // The server has done what it was asked; the caller never hears.
      if (bytes.includes('COMMIT')) {
        const hit = swallow;
        end();
        hit.done();
      }
    });
    for (const socket of [client, upstream]) {
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cutNext: async (text, when) =>
      new Promise<void>((resolve) => {
        cut = { text, when, done: resolve };
      }),
    shut: () => {
      refusing = true;
      cutAll();
    },
    open: () => {
      refusing = false;
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
