/** A vendor's picture server over real HTTP that misbehaves when told to. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A picture of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

export type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export const send =
  (type: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Serve =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': type, ...headers }).end(body);
export const redirect =
  (to: string): Serve =>
  (_request, response) =>
    response.writeHead(302, { location: to }).end();

export async function startVendor(pages: Readonly<Record<string, Serve>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(404).end();
    else page(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
